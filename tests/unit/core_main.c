// SPDX-License-Identifier: GPL-2.0
#include "core_unit.h"

#include <stdlib.h>

int main(void)
{
	Suite *suite = suite_create("core");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, core_frame_cases());
	suite_add_tcase(suite, core_plain_cases());
	suite_add_tcase(suite, core_match_cases());
	suite_add_tcase(suite, core_flowkey_cases());
	suite_add_tcase(suite, core_tcpstate_cases());
	suite_add_tcase(suite, core_tcpopt_cases());
	suite_add_tcase(suite, core_stream_cases());
	suite_add_tcase(suite, core_fragset_cases());
	suite_add_tcase(suite, core_fragmark_cases());
	suite_add_tcase(suite, core_reason_cases());
	suite_add_tcase(suite, core_sig_cases());
	suite_add_tcase(suite, core_sig_table_cases());
	suite_add_tcase(suite, core_sigcount_cases());
	suite_add_tcase(suite, core_app_cases());
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
