// SPDX-License-Identifier: GPL-2.0
#include "breakglass.h"
#include "cli.h"
#include "field.h"
#include "term.h"

#include <string.h>
#include <vfw/ctl_proto.h>

#ifndef VFW_VERSION
#error "the build says which version this is: -DVFW_VERSION='\"0.1\"'"
#endif

/* What does not answer has no version to show; that is no error here. */
int vfw_cmd_version(struct vfw_cli *cli, const struct vfw_args *args)
{
	const char *daemon, *module;
	json_t *status = NULL, *j;
	char why[512];
	int rc;

	(void)args;
	cli->quiet = true;
	rc = vfw_cli_probe(cli, "status", NULL, VFW_CLI_PROBE_MS, &status, why, sizeof(why));
	cli->quiet = false;
	if (rc == VFW_EXIT_NO_DAEMON)
		vfw_breakglass_status(&status, why, sizeof(why));
	daemon = vfw_field_text(status, "version", NULL);
	module = vfw_field_text(vfw_field_object(status, "module"), "version", NULL);
	if (cli->json) {
		j = json_pack("{s:s, s:s?, s:s?}", "vfwctl", VFW_VERSION, "vfwd", daemon, "module",
			      module);
		vfw_cli_json(cli, j);
		json_decref(j);
	} else {
		fputs("vfwctl " VFW_VERSION "\n", cli->out);
		fputs("vfwd   ", cli->out);
		vfw_term_safe(cli->out, daemon ? daemon : "does not answer");
		fputs("\nmodule ", cli->out);
		vfw_term_safe(cli->out, module ? module : "unknown");
		fputc('\n', cli->out);
	}
	json_decref(status);
	return VFW_EXIT_OK;
}
