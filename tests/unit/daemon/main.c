// SPDX-License-Identifier: GPL-2.0
#include "suite.h"

#include <stdlib.h>

int main(void)
{
	SRunner *runner = srunner_create(suite_form());
	int failed;

	srunner_add_suite(runner, suite_registry());
	srunner_add_suite(runner, suite_inventory());
	srunner_add_suite(runner, suite_cmdline());
	srunner_add_suite(runner, suite_qemu());
	srunner_add_suite(runner, suite_eve());
	srunner_add_suite(runner, suite_rpc());
	srunner_add_suite(runner, suite_config());
	srunner_add_suite(runner, suite_store());
	srunner_add_suite(runner, suite_population());
	srunner_add_suite(runner, suite_verbs());
	srunner_add_suite(runner, suite_libvirt());
	/* in one process: the leak checker then sees all */
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
