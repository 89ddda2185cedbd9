// SPDX-License-Identifier: GPL-2.0
#include "suite.h"

#include "../../../daemon/sig/compiler.h"

#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	SRunner *runner;
	int failed;

	/* the signatures' tests start this program as vfwd starts itself */
	if (argc == 4 && !strcmp(argv[1], VFW_COMPILER_OPTION))
		vfw_compiler_main(argv[2], argv[3]);
	runner = srunner_create(suite_form());
	srunner_add_suite(runner, suite_boot());
	srunner_add_suite(runner, suite_registry());
	srunner_add_suite(runner, suite_inventory());
	srunner_add_suite(runner, suite_cmdline());
	srunner_add_suite(runner, suite_qemu());
	srunner_add_suite(runner, suite_eve());
	srunner_add_suite(runner, suite_events());
	srunner_add_suite(runner, suite_rpc());
	srunner_add_suite(runner, suite_config());
	srunner_add_suite(runner, suite_store());
	srunner_add_suite(runner, suite_population());
	srunner_add_suite(runner, suite_verbs());
	srunner_add_suite(runner, suite_libvirt());
	srunner_add_suite(runner, suite_signatures());
	/* in one process: the leak checker then sees all */
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
