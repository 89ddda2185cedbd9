// SPDX-License-Identifier: GPL-2.0
/* rule add, rule delete: vfwd edits a file of the policy's folder and applies it. */
#include "cli.h"
#include "complaint.h"
#include "field.h"
#include "term.h"

#include <stdlib.h>
#include <string.h>
#include <vfw/ctl_proto.h>

/* Calls the method, says what came of it. Takes params. */
static int edit_call(struct vfw_cli *cli, const struct vfw_args *args, const char *method,
		     json_t *params)
{
	bool dry_run = vfw_args_get(args, "dry-run"), add = !strcmp(method, "rule.add");
	json_t *result;
	int rc;

	json_object_set_new(params, "edited", json_boolean(vfw_args_get(args, "edited") != NULL));
	json_object_set_new(params, "keep_established",
			    json_boolean(vfw_args_get(args, "keep-established") != NULL));
	json_object_set_new(params, "dry_run", json_boolean(dry_run));
	rc = vfw_cli_call(cli, method, params, VFW_CLI_APPLY_MS, &result);
	if (rc && cli->refused)
		fputs("Nothing was changed.\n", cli->err);
	if (rc)
		return rc;
	if (cli->json) {
		vfw_cli_json(cli, result);
	} else {
		vfw_complaint_list(cli->err, "warning", vfw_field_array(result, "warnings"));
		vfw_term_safe(cli->out, vfw_field_text(result, "file", ""));
		fprintf(cli->out, ":%llu: ", vfw_field_count(result, "line"));
		vfw_term_safe(cli->out, vfw_field_text(result, "rule", ""));
		fprintf(cli->out, dry_run ? " would be %s: " : " %s: ", add ? "added" : "deleted");
		vfw_term_safe(cli->out, vfw_field_text(result, "text", ""));
		fputc('\n', cli->out);
		if (!dry_run)
			fprintf(cli->out, "revision %llu is in force: %llu rules\n",
				vfw_field_count(result, "revision"),
				vfw_field_count(result, "rules"));
	}
	json_decref(result);
	return dry_run ? VFW_EXIT_WOULD_CHANGE : VFW_EXIT_OK;
}

static void edit_option(json_t *params, const struct vfw_args *args, const char *name)
{
	const char *value = vfw_args_get(args, name);

	if (value)
		json_object_set_new(params, name, json_string(value));
}

int vfw_cmd_rule_add(struct vfw_cli *cli, const struct vfw_args *args)
{
	const char *before = vfw_args_get(args, "before"), *after = vfw_args_get(args, "after");
	bool first = vfw_args_get(args, "first"), last = vfw_args_get(args, "last");
	bool block = vfw_args_get(args, "block"), tenant = vfw_args_get(args, "tenant");
	struct vfw_term rule = {0};
	json_t *params;
	char *s;

	if (!!before + !!after + first + last != 1)
		return vfw_cli_usage(
			cli, args->cmd,
			"expected one of --before RULE, --after RULE, --first and --last");
	if (first + last != block + tenant)
		return vfw_cli_usage(
			cli, args->cmd,
			"expected --tenant or --block with --first and --last, and only there");
	if (vfw_args_get(args, "file") && !first && !last)
		return vfw_cli_usage(cli, args->cmd, "expected --file only with --first or --last");
	for (int i = 0; i < args->n_operands; i++) {
		vfw_term_add(&rule, i ? " " : "");
		vfw_term_add(&rule, args->operand[i]);
	}
	s = vfw_term_take(&rule);
	params = json_pack("{s:s}", "text", s);
	free(s);
	if (!params)
		return vfw_cli_usage(cli, args->cmd, "expected a rule in UTF-8");
	edit_option(params, args, "before");
	edit_option(params, args, "after");
	edit_option(params, args, "tenant");
	edit_option(params, args, "block");
	edit_option(params, args, "file");
	if (first || last)
		json_object_set_new(params, "at", json_string(first ? "first" : "last"));
	return edit_call(cli, args, "rule.add", params);
}

int vfw_cmd_rule_delete(struct vfw_cli *cli, const struct vfw_args *args)
{
	return edit_call(cli, args, "rule.delete", json_pack("{s:s}", "rule", args->operand[0]));
}
