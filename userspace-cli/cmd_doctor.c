// SPDX-License-Identifier: GPL-2.0
#include "cli.h"
#include "field.h"
#include "grid.h"
#include "term.h"

#include <string.h>
#include <vfw/ctl_proto.h>

static bool doctor_bad(const json_t *check)
{
	const char *state = vfw_field_text(check, "state", "fail");

	return strcmp(state, "ok") && strcmp(state, "skip") && strcmp(state, "warn");
}

static void doctor_advice(FILE *f, const json_t *checks)
{
	size_t i;

	for (i = 0; i < json_array_size(checks); i++) {
		const json_t *check = json_array_get(checks, i);
		const char *advice = vfw_field_text(check, "advice", "");

		if (!*advice || !strcmp(vfw_field_text(check, "state", ""), "ok"))
			continue;
		fputs("- ", f);
		vfw_term_safe(f, vfw_field_text(check, "name", ""));
		fputs(": ", f);
		vfw_term_safe(f, advice);
		fputc('\n', f);
	}
}

static void doctor_print(FILE *f, const json_t *checks)
{
	struct vfw_grid grid;
	size_t i;

	vfw_grid_begin(&grid, "STATE", "CHECK", "FOUND", NULL);
	for (i = 0; i < json_array_size(checks); i++) {
		const json_t *check = json_array_get(checks, i);

		vfw_grid_text(&grid, vfw_field_text(check, "state", "fail"));
		vfw_grid_text(&grid, vfw_field_text(check, "name", ""));
		vfw_grid_text(&grid, vfw_field_text(check, "detail", ""));
	}
	vfw_grid_end(&grid, f);
	doctor_advice(f, checks);
}

int vfw_cmd_doctor(struct vfw_cli *cli, const struct vfw_args *args)
{
	const json_t *checks;
	json_t *result;
	size_t i, bad = 0;
	int rc;

	(void)args;
	rc = vfw_cli_call(cli, "doctor", NULL, VFW_CLI_CALL_MS, &result);
	if (rc)
		return rc;
	checks = vfw_field_array(result, "checks");
	for (i = 0; i < json_array_size(checks); i++)
		bad += doctor_bad(json_array_get(checks, i));
	if (!i) {
		vfw_cli_error(cli, "vfwd answered without a single check");
		bad = 1;
	}
	if (cli->json)
		vfw_cli_json(cli, result);
	else
		doctor_print(cli->out, checks);
	json_decref(result);
	return bad ? VFW_EXIT_CHECK_FAILED : VFW_EXIT_OK;
}
