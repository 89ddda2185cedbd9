// SPDX-License-Identifier: GPL-2.0
/* Profiles: which of them the datapath gets, which rule inspects with which, and what is refused. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/policy/profile.h"
#include "policy_unit.h"

#define PROFILES                                                                       \
	"profile unused { signatures { \"x\" } }\n"                                    \
	"profile a { signatures { \"x\" } mode prevent depth 1kb on-overload pass }\n" \
	"profile b { signatures { \"y\", \"x\" } }\n"

/* Profiles that rules name are counted through, the others are not there at all. */
START_TEST(test_profiles)
{
	struct vfw_policy *p =
		unit_parse(PROFILES "first { pass from any to any tcp port 1 inspect b\n"
				    "pass from any to any tcp port 2 inspect a\n"
				    "pass from any to any tcp port 3 }\n");
	struct vfw_compiled *c = unit_compile(p, NULL, 0);
	struct vfw_policy_profiles list;
	struct vfw_diags d = {0};

	ck_assert_uint_eq(c->counts.n_profiles, 2);
	ck_assert_uint_eq(c->rules[0].profile, 2);
	ck_assert_uint_eq(c->rules[1].profile, 1);
	ck_assert_uint_eq(c->rules[2].profile, 0);
	ck_assert_int_eq(vfw_policy_profiles(p, &d, &list), 0);
	ck_assert_uint_eq(list.n, 2);
	ck_assert_str_eq(list.v[0].name, "a");
	ck_assert_uint_eq(list.v[0].conf.flags, VFW_PROFILE_F_PREVENT);
	ck_assert_uint_eq(list.v[0].conf.depth, 1024);
	ck_assert_uint_eq(list.v[1].conf.flags, VFW_PROFILE_F_OVERLOAD_BLOCK);
	ck_assert_uint_eq(list.v[1].conf.depth, 0);
	ck_assert_uint_eq(list.v[1].n_files, 2);
	ck_assert_str_eq(list.v[1].files[0].name, "y");
	ck_assert_uint_eq(vfw_policy_profile_index(&list, "b"), 1);
	ck_assert_uint_eq(vfw_policy_profile_index(&list, "unused"), SIZE_MAX);
	vfw_policy_profiles_free(&list);
	vfw_compiled_free(c);
	vfw_policy_free(p);
}
END_TEST

/* What is wrong with the profiles that rules name, and the words about it. */
START_TEST(test_wrong_profiles)
{
	static const struct {
		const char *profile, *word;
	} cases[] = {
		{"signatures { \"a/b\" }", "test.vfw:1:29: error: expected the name of a file"},
		{"signatures { \".a\" }", "expected the name of a file"},
		{"signatures { \"\" }", "expected the name of a file"},
		{"signatures { \"a\", \"a\" }", "test.vfw:1:34: error: 'a' stands there already"},
		{"signatures { \"a\" } depth 0b", "expected a depth of 1b to 4095mb"},
		{"signatures { \"a\" } depth 4096mb", "expected a depth of 1b to 4095mb"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[256], *said;

		snprintf(text, sizeof(text),
			 "profile prof { %s }\nfirst { pass from any to any inspect prof }\n",
			 cases[i].profile);
		said = unit_complaints(text);
		ck_assert_msg(strstr(said, cases[i].word), "%s\nfor: %s", said, text);
		free(said);
	}
}
END_TEST

START_TEST(test_too_many_profiles)
{
	char *text = NULL, *said;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	for (int i = 0; i <= VFW_MAX_PROFILES; i++)
		fprintf(out, "profile p%d { signatures { \"x\" } }\n", i);
	fputs("first {\n", out);
	for (int i = 0; i <= VFW_MAX_PROFILES; i++)
		fprintf(out, "pass from any to any tcp port %d inspect p%d\n", i + 1, i);
	fputs("}\n", out);
	fclose(out);
	said = unit_complaints(text);
	ck_assert_msg(strstr(said, "test.vfw:65:9: error: expected at most 64 profiles"), "%s",
		      said);
	free(said);
	free(text);
}
END_TEST

/* Two tenants, one VM each. */
static int compile(const char *rule_t, const char *rule_u, struct vfw_compiled **c,
		   struct vfw_diags *d)
{
	const struct vfw_vm *list[2];
	struct vfw_vm vms[2];
	char text[1024];
	struct vfw_policy *p;
	int err;

	snprintf(text, sizeof(text), PROFILES "tenant t { %s }\ntenant u { %s }\n", rule_t, rule_u);
	p = unit_parse(text);
	unit_vm(&vms[0], 1, "x", "t", NULL);
	unit_vm(&vms[1], 2, "y", "u", NULL);
	list[0] = &vms[0];
	list[1] = &vms[1];
	err = vfw_policy_compile(p, list, 2, d, c);
	for (int i = 0; i < 2; i++)
		unit_vm_free(&vms[i]);
	vfw_policy_free(p);
	return err;
}

#define PASS "pass from any to any tcp port 1"

/* Between two tenants both must pass; the rule that inspects is the one that counts. */
START_TEST(test_both_tenants)
{
	static const struct {
		const char *t, *u, *label;
	} cases[] = {
		{PASS, PASS, "t:1"},
		{PASS, PASS " log", "u:1"},
		{PASS, PASS " inspect a", "u:1"},
		{PASS " inspect a", PASS, "t:1"},
		{PASS " inspect a", PASS " log", "t:1"},
		{PASS " log", PASS " inspect a", "u:1"},
		{PASS " inspect a", PASS " inspect a", "t:1"},
		{PASS " inspect a", PASS " inspect a log", "u:1"},
		{PASS " inspect a", PASS " inspect b", NULL},
		{PASS " inspect a", "block from any to any tcp", "u:1"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vfw_compiled *c = NULL;
		struct unit_tables u;
		struct vfw_diags d = {0};
		int err = compile(cases[i].t, cases[i].u, &c, &d);
		struct vfw_match m;

		if (!cases[i].label) {
			ck_assert_int_eq(err, -EINVAL);
			ck_assert_uint_eq(d.n, 1);
			ck_assert_uint_eq(d.v[0].line, 5);
			ck_assert_uint_eq(d.v[0].col, 52);
			ck_assert_ptr_nonnull(strstr(d.v[0].message, "rule t:1"));
			vfw_diags_free(&d);
			continue;
		}
		ck_assert_int_eq(err, 0);
		unit_tables(&u, c);
		vfw_match_lookup(&u.t, c->members[0].ident, c->members[1].ident, VFW_KEY(6, 1),
				 VFW_APP_ID_NONE, &m);
		ck_assert_msg(!strcmp(c->origins[m.rule].label, cases[i].label), "case %zu: %s", i,
			      c->origins[m.rule].label);
		unit_tables_free(&u);
		vfw_compiled_free(c);
		vfw_diags_free(&d);
	}
}
END_TEST

TCase *policy_profile_tests(void)
{
	TCase *tc = tcase_create("profile");

	tcase_add_test(tc, test_profiles);
	tcase_add_test(tc, test_wrong_profiles);
	tcase_add_test(tc, test_too_many_profiles);
	tcase_add_test(tc, test_both_tenants);
	return tc;
}
