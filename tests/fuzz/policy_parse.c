// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a policy: parsing must end, what parses must print, what was
 * printed must parse and print the same; what compiles must be tables that
 * the matcher's check accepts.
 */
#include <core/match.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/policy/policy.h"
#include "../../daemon/vm/registry.h"

static void must(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static void compile(const struct vfw_policy *p)
{
	static struct vfw_label label = {(char *)"tier", (char *)"web"};
	static struct vfw_vm vms[] = {
		{.uuid = {1},
		 .name = "web",
		 .tenant = (char *)"shop",
		 .labels = &label,
		 .n_labels = 1,
		 .n_nics = 1},
		{.uuid = {2}, .name = "legacy-db-1", .tenant = (char *)"t"},
		{.uuid = {3},
		 .name = "x",
		 .remote = true,
		 .n_nics = 1,
		 .nics = {{.n_addrs = 1, .addrs = {{4, 32, {10, 0, 0, 1}}}}}},
	};
	static const struct vfw_vm *const list[] = {&vms[0], &vms[1], &vms[2]};
	struct vfw_compiled *c = NULL;
	struct vfw_diags d = {0};
	uint32_t table, element, *scratch;
	struct vfw_tables t = {0};

	if (!vfw_policy_compile(p, list, 3, &d, &c)) {
		t.rules = c->rules;
		t.cands = c->cands;
		t.cells = c->cells;
		t.blocks = c->blocks;
		t.pairs = c->pairs;
		t.book4 = c->book4;
		t.book6 = c->book6;
		t.counts = c->counts;
		scratch = calloc(vfw_match_scratch_size(&c->counts), sizeof(*scratch));
		must(scratch && !vfw_match_check(&t, scratch, &table, &element),
		     "the matcher refuses the tables");
		free(scratch);
	}
	vfw_compiled_free(c);
	vfw_diags_free(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vfw_policy *p = vfw_policy_new(), *q = vfw_policy_new();
	struct vfw_diags d = {0};
	char *once, *twice, *said;

	must(p && q, "no memory");
	if (!vfw_policy_add_text(p, "fuzz.vfw", (const char *)data, size, &d)) {
		once = vfw_policy_print(p);
		must(!vfw_policy_add_text(q, "again.vfw", once, strlen(once), &d),
		     "what was printed does not parse");
		twice = vfw_policy_print(q);
		must(!strcmp(once, twice), "printing twice prints otherwise");
		free(once);
		free(twice);
		compile(p);
	} else {
		must(d.total[VFW_DIAG_ERROR] > 0, "refused without a word");
	}
	said = vfw_diags_format(&d);
	free(said);
	vfw_diags_free(&d);
	vfw_policy_free(p);
	vfw_policy_free(q);
	return 0;
}
