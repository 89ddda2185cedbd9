// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_unit.h"

struct vfw_policy *unit_parse(const char *text)
{
	struct vfw_policy *p = vfw_policy_new();
	struct vfw_diags d = {0};
	int err = vfw_policy_add_text(p, "test.vfw", text, strlen(text), &d);
	char *said = vfw_diags_format(&d);

	ck_assert_msg(!err, "%d:\n%s\nfor:\n%s", err, said, text);
	ck_assert_str_eq(said, "");
	free(said);
	vfw_diags_free(&d);
	return p;
}

char *unit_complaints(const char *text)
{
	struct vfw_policy *p = vfw_policy_new();
	struct vfw_diags d = {0};
	int err = vfw_policy_add_text(p, "test.vfw", text, strlen(text), &d);
	char *said;

	if (!err)
		err = vfw_policy_check(p, &d);
	said = vfw_diags_format(&d);
	ck_assert_msg(err, "no complaint about:\n%s", text);
	vfw_diags_free(&d);
	vfw_policy_free(p);
	return said;
}

struct vfw_compiled *unit_compile(const struct vfw_policy *p, const struct vfw_vm *const *vms,
				  size_t n)
{
	struct vfw_compiled *c = NULL;
	struct vfw_diags d = {0};
	int err = vfw_policy_compile(p, vms, n, &d, &c);
	char *said = vfw_diags_format(&d);

	ck_assert_msg(!err, "%d:\n%s", err, said);
	free(said);
	vfw_diags_free(&d);
	return c;
}

void unit_tables(struct unit_tables *u, const struct vfw_compiled *c)
{
	uint32_t *scratch, table = 0, element = 0, bad = 0;
	const char *what;

	memset(u, 0, sizeof(*u));
	u->t.rules = c->rules;
	u->t.cands = c->cands;
	u->t.cells = c->cells;
	u->t.blocks = c->blocks;
	u->t.pairs = c->pairs;
	u->t.book4 = c->book4;
	u->t.book6 = c->book6;
	u->t.counts = c->counts;
	scratch = calloc(vfw_match_scratch_size(&c->counts), sizeof(*scratch));
	what = vfw_match_check(&u->t, scratch, &table, &element);
	ck_assert_msg(!what, "table %u element %u: %s", table, element, what);
	free(scratch);
	u->t.pair_index = calloc(1, vfw_match_index_bytes(&c->counts));
	u->t.pair_seed = 12345;
	ck_assert_int_eq(vfw_match_index(&u->t, &bad), 0);
	/* the module gives them back here */
	u->t.pairs = NULL;
	u->t.blocks = NULL;
}

void unit_tables_free(struct unit_tables *u)
{
	free(u->t.pair_index);
}

void unit_vm(struct vfw_vm *vm, uint8_t n, const char *name, const char *tenant, const char *label)
{
	memset(vm, 0, sizeof(*vm));
	vm->uuid[15] = n;
	snprintf(vm->name, sizeof(vm->name), "%s", name);
	vm->tenant = tenant ? strdup(tenant) : NULL;
	vm->n_nics = 1;
	if (!label)
		return;
	vm->labels = calloc(1, sizeof(*vm->labels));
	vm->n_labels = 1;
	vm->labels[0].key = strndup(label, strcspn(label, "="));
	vm->labels[0].value = strdup(strchr(label, '=') + 1);
}

void unit_vm_free(struct vfw_vm *vm)
{
	for (size_t i = 0; i < vm->n_labels; i++) {
		free(vm->labels[i].key);
		free(vm->labels[i].value);
	}
	free(vm->labels);
	free(vm->tenant);
}

char *unit_sample(void)
{
	char line[512], *sample = NULL;
	size_t len = 0;
	FILE *doc = fopen("docs/policy.md", "r");
	FILE *out = open_memstream(&sample, &len);
	int fences = 0;

	ck_assert_msg(doc && out, "run this at the top of the tree");
	while (fences < 2 && fgets(line, sizeof(line), doc)) {
		if (!strncmp(line, "```", 3))
			fences++;
		else if (fences == 1)
			fputs(line, out);
	}
	fclose(doc);
	fclose(out);
	return sample;
}

int main(void)
{
	Suite *suite = suite_create("policy");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, policy_parse_tests());
	suite_add_tcase(suite, policy_golden_tests());
	suite_add_tcase(suite, policy_compile_tests());
	suite_add_tcase(suite, policy_random_tests());
	suite_add_tcase(suite, policy_edit_tests());
	suite_add_tcase(suite, policy_lint_tests());
	suite_add_tcase(suite, policy_profile_tests());
	suite_add_tcase(suite, policy_nomem_tests());
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
