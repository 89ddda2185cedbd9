// SPDX-License-Identifier: GPL-2.0
/* What lint finds: by cases, and against a rival that asks the slow evaluator of rival.c key by key. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/policy/lint.h"
#include "policy_unit.h"

static struct vfw_vm vms[4];
static const struct vfw_vm *const list[] = {&vms[0], &vms[1], &vms[2], &vms[3]};

static void set_up(void)
{
	unit_vm(&vms[0], 1, "web1", "shop", "tier=web");
	unit_vm(&vms[1], 2, "db1", "shop", "tier=db");
	unit_vm(&vms[2], 3, "bank1", "bank", "tier=web");
	unit_vm(&vms[3], 4, "loose", NULL, NULL);
}

static void tear_down(void)
{
	for (size_t i = 0; i < 4; i++)
		unit_vm_free(&vms[i]);
}

/* What lint says of a policy, a line each: "shop:2 shadowed always by shop:1". The caller frees. */
static char *said_of(const char *text)
{
	struct vfw_policy *p = unit_parse(text);
	struct vfw_diags d = {0};
	struct vfw_lint *lint = NULL;
	char *said = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&said, &len);

	ck_assert_int_eq(vfw_policy_lint(p, list, 4, &d, &lint), 0);
	for (size_t i = 0; i < lint->n_rules; i++) {
		const struct vfw_lint_rule *r = &lint->rules[i];

		ck_assert_ptr_nonnull(r->file);
		ck_assert_uint_gt(r->line, 0);
		if (r->kind == VFW_LINT_NOBODY) {
			fprintf(f, "%s nobody%s%s\n", r->label, r->empty ? " in " : "",
				r->empty ? r->empty : "");
			continue;
		}
		fprintf(f, "%s shadowed%s by", r->label, r->always ? " always" : "");
		for (size_t k = 0; k < r->n_by; k++)
			fprintf(f, " %s", r->by[k]);
		fprintf(f, "%s\n", r->more ? " ..." : "");
	}
	for (size_t i = 0; i < lint->n_groups; i++)
		fprintf(f, "%s%s%s empty\n", lint->groups[i].tenant ? lint->groups[i].tenant : "",
			lint->groups[i].tenant ? "." : "", lint->groups[i].name);
	fclose(f);
	ck_assert(!lint->partial);
	vfw_lint_free(lint);
	vfw_diags_free(&d);
	vfw_policy_free(p);
	return said;
}

static const struct {
	const char *policy, *said;
} cases[] = {
	{"", ""},
	{"last { pass from any to any tcp port 80 }", ""},
	/* by protocol: whole, in part, by two together */
	{"last { pass from any to any tcp block from any to any tcp port 80 }",
	 "last:2 shadowed always by last:1\n"},
	{"last { pass from any to any tcp port 80 block from any to any tcp port 80-81 }", ""},
	{"last { pass from any to any tcp port 1-80 pass from any to any tcp port 81-90\n"
	 "block from any to any tcp port { 5, 85, 90 } }",
	 "last:3 shadowed always by last:1 last:2\n"},
	{"last { pass from any to any tcp port 1-80 pass from any to any tcp port 82-90\n"
	 "block from any to any tcp port 80-82 }",
	 ""},
	{"last { pass from any to any proto tcp block from any to any tcp port 22 }",
	 "last:2 shadowed always by last:1\n"},
	{"last { pass from any to any icmp type 3 block from any to any icmp type 3 code 1 }",
	 "last:2 shadowed always by last:1\n"},
	{"last { pass from any to any icmp type 3 code 1 block from any to any icmp type 3 }", ""},
	{"last { pass from any to any block from any to any ethertype lldp }",
	 "last:2 shadowed always by last:1\n"},
	/* monitor decides nothing, but may be kept from its turn */
	{"last { monitor from any to any block from any to any tcp }", ""},
	{"last { block from any to any monitor from any to any tcp }",
	 "last:2 shadowed always by last:1\n"},
	/* by ends: any never means the host */
	{"last { pass from any to any pass from host to any }", ""},
	{"last { pass from any to any pass from external to any }",
	 "last:2 shadowed always by last:1\n"},
	{"cidr a = 192.0.2.0/24 last { block from external to any pass from a to any }",
	 "last:2 shadowed always by last:1\n"},
	{"cidr a = 192.0.2.0/24 last { block from a to any pass from external to any }", ""},
	{"last { pass from { external, vm * } to any block from any to host pass from vm web1 to any }",
	 "last:3 shadowed always by last:1\n"},
	/* by population: these VMs happen to be all that the group means */
	{"group web = label tier=web last { block from { vm web1, vm bank1 } to any pass from web to any }",
	 "last:2 shadowed by last:1\n"},
	{"group web = label tier=web last { block from vm web1 to any pass from web to any }", ""},
	/* by expression: whatever VMs there are */
	{"group a = label tier=web group b = label tier=web and vm \"w*\"\n"
	 "last { pass from a to any block from b to any }",
	 "last:2 shadowed always by last:1\n"},
	{"group a = label tier=web or label tier=db group b = label tier=db\n"
	 "last { pass from a to any block from b to any }",
	 "last:2 shadowed always by last:1\n"},
	{"group a = label tier=web and vm \"*1\" group b = label tier=web\n"
	 "last { pass from a to any block from b to any }",
	 "last:2 shadowed by last:1\n"},
	{"last { pass from vm \"w*\" to any block from vm web1 to any }",
	 "last:2 shadowed always by last:1\n"},
	/* stages: first covers a tenant's, a tenant's does not cover another's */
	{"first { block from any to any } tenant shop { pass from any to any }",
	 "shop:1 shadowed always by first:1\n"},
	{"tenant shop { block from any to any tcp } tenant bank { pass from any to any }", ""},
	{"tenant shop { block from any to tenant shop } tenant bank { pass from any to tenant shop }",
	 ""},
	{"tenant shop { pass from tenant shop to any } last { block from vm web1 to vm db1 }",
	 "last:1 shadowed by shop:1\n"},
	{"tenant shop { pass from tenant shop to any } last { block from vm web1 to vm bank1 }",
	 ""},
	/* both tenants pass: the two together keep last from its turn */
	{"tenant shop { pass from tenant shop to any } tenant bank { pass from tenant shop to any }\n"
	 "last { block from vm web1 to vm bank1 }",
	 "last:1 shadowed by shop:1 bank:1\n"},
	/* a pass of the opener's tenant does not keep the other's rules from being asked */
	{"tenant bank { block from tenant shop to any } tenant shop { pass from tenant shop to any }",
	 ""},
	{"tenant bank { pass from tenant shop to any } tenant shop { block from tenant shop to any }",
	 "bank:1 shadowed by shop:1\n"},
	/* the block of unmanaged ports covers what last says of them */
	{"unmanaged { block to any } last { pass from unmanaged to any }",
	 "last:1 shadowed by unmanaged:1\n"},
	/* nobody there */
	{"last { pass from vm nobody to any }", "last:1 nobody in from\n"},
	{"last { pass from any to tenant nobody }", "last:1 nobody in to\n"},
	{"tenant shop { group x = label tier=x pass from any to x }",
	 "shop:1 nobody in to\nshop.x empty\n"},
	{"group x = label tier=x tenant bank { pass from x to vm web1 }",
	 "bank:1 nobody in from\nx empty\n"},
	{"tenant shop { pass from host to { vm bank1, host } }", "shop:1 nobody\n"},
	{"group x = label tier=x last { pass from any to any block from x to any }",
	 "last:2 shadowed always by last:1\nx empty\n"},
	{"tenant bank { group web = label tier=web pass from host to web pass from host to web udp }",
	 "bank:2 shadowed always by bank:1\n"},
};

START_TEST(test_case)
{
	char *said = said_of(cases[_i].policy);

	ck_assert_msg(!strcmp(said, cases[_i].said), "of: %s\nexpected:\n%ssaid:\n%s",
		      cases[_i].policy, cases[_i].said, said);
	free(said);
}
END_TEST

START_TEST(test_many)
{
	char *text = NULL, *said;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	fputs("last {", f);
	for (int i = 0; i < 20; i++)
		fprintf(f, " pass from any to any tcp port %d", i);
	fputs(" block from any to any tcp port 0-19 }", f);
	fclose(f);
	said = said_of(text);
	ck_assert_str_eq(said, "last:21 shadowed always by last:1 last:2 last:3 last:4 last:5 "
			       "last:6 last:7 last:8 ...\n");
	free(said);
	free(text);
}
END_TEST

START_TEST(test_wrong)
{
	struct vfw_policy *p = unit_parse("last { pass from nothing to any }");
	struct vfw_diags d = {0};
	struct vfw_lint *lint = NULL;

	ck_assert_int_eq(vfw_policy_lint(p, list, 4, &d, &lint), -EINVAL);
	ck_assert_ptr_null(lint);
	ck_assert_uint_eq(d.total[VFW_DIAG_ERROR], 1);
	vfw_diags_free(&d);
	vfw_policy_free(p);
}
END_TEST

TCase *policy_lint_tests(void)
{
	TCase *tc = tcase_create("lint");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, test_case, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tc, test_many);
	tcase_add_test(tc, test_wrong);
	return tc;
}
