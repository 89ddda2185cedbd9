// SPDX-License-Identifier: GPL-2.0
#include "breakglass.h"
#include "cli.h"
#include "field.h"
#include "term.h"

#include <string.h>
#include <vfw/ctl_proto.h>

static void mode_say(struct vfw_cli *cli, bool armed, const json_t *result)
{
	const char *previous = vfw_field_text(result, "previous", "");
	const char *mode = armed ? "armed" : "disarmed";

	if (cli->json)
		vfw_cli_json(cli, result);
	else if (!strcmp(previous, mode))
		fprintf(cli->out, "%s, as it was before\n", mode);
	else
		fprintf(cli->out, "%s\n",
			armed ? "armed: verdicts are carried out"
			      : "disarmed: everything is judged and counted, nothing is cut");
}

static int mode_set(struct vfw_cli *cli, bool armed)
{
	json_t *params = json_pack("{s:s}", "mode", armed ? "armed" : "disarmed");
	char why[512], kernel_why[512];
	json_t *result;
	int rc;

	rc = vfw_cli_probe(cli, "mode.set", params, VFW_CLI_PROBE_MS, &result, why, sizeof(why));
	if (rc == VFW_EXIT_NO_DAEMON) {
		rc = vfw_breakglass_mode(armed, &result, kernel_why, sizeof(kernel_why));
		if (rc) {
			vfw_cli_error(cli, "%s", why);
			vfw_cli_error(cli, "%s", kernel_why);
			return rc == VFW_EXIT_DENIED ? rc : VFW_EXIT_NO_DAEMON;
		}
		fprintf(cli->err, "vfwctl: %s; told the kernel directly\n", why);
	}
	if (rc)
		return rc;
	if (strcmp(vfw_field_text(result, "mode", ""), armed ? "armed" : "disarmed")) {
		vfw_cli_error(
			cli,
			"the answer does not say that the mode is now '%s': see `vfwctl status'",
			armed ? "armed" : "disarmed");
		rc = VFW_EXIT_FAILED;
	} else {
		mode_say(cli, armed, result);
	}
	json_decref(result);
	return rc;
}

int vfw_cmd_arm(struct vfw_cli *cli, const struct vfw_args *args)
{
	(void)args;
	return mode_set(cli, true);
}

/* Only a person at a terminal is asked: a script that says it means it, and it may be an emergency. */
int vfw_cmd_disarm(struct vfw_cli *cli, const struct vfw_args *args)
{
	char answer[16];

	if (cli->ask && !vfw_args_get(args, "yes")) {
		fputs("From then on nothing is cut, whatever the policy says. Disarm? [y/N] ",
		      cli->err);
		fflush(cli->err);
		if (!fgets(answer, sizeof(answer), cli->in) ||
		    (strcmp(answer, "y\n") && strcmp(answer, "yes\n"))) {
			vfw_cli_error(cli, "not disarmed");
			return VFW_EXIT_FAILED;
		}
	}
	return mode_set(cli, false);
}
