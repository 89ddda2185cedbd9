// SPDX-License-Identifier: GPL-2.0
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "../../../daemon/sig/rule_scan.h"

struct vfw_rule_set *suite_set(const char *rules)
{
	struct vfw_rule_set *set = vfw_rule_set_new();

	ck_assert_ptr_nonnull(set);
	set->takes = vfw_rule_scan_takes;
	ck_assert_int_eq(vfw_rule_set_add(set, rules, strlen(rules)), 0);
	ck_assert_int_eq(vfw_rule_set_finish(set), 0);
	return set;
}

int main(void)
{
	Suite *suite = suite_create("rules");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, rules_text_cases());
	suite_add_tcase(suite, rules_range_cases());
	suite_add_tcase(suite, rules_chain_cases());
	suite_add_tcase(suite, rules_header_cases());
	suite_add_tcase(suite, rules_http_cases());
	suite_add_tcase(suite, rules_replay_cases());
	suite_add_tcase(suite, rules_rival_cases());
	suite_add_tcase(suite, rules_selftest_cases());
	suite_add_tcase(suite, rules_kernel_cases());
	suite_add_tcase(suite, rules_flowbits_cases());
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
