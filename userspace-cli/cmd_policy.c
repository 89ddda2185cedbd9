// SPDX-License-Identifier: GPL-2.0
#include "breakglass.h"
#include "cli.h"
#include "complaint.h"
#include "field.h"
#include "files.h"
#include "localcheck.h"
#include "term.h"

#include <string.h>
#include <vfw/ctl_proto.h>

#define POLICY_CONFIRM_MAX 86400 /* seconds */

/* Says what check or apply found besides errors. Warnings go beside the result, not into it. */
static void policy_notes(struct vfw_cli *cli, const json_t *result)
{
	const json_t *unenforceable = vfw_field_array(result, "unenforceable");

	if (cli->json)
		return;
	vfw_complaint_list(cli->err, "warning", vfw_field_array(result, "warnings"));
	vfw_complaint_list(cli->err, "not enforced yet", unenforceable);
}

static const char *policy_plural(unsigned long long n)
{
	return n == 1 ? "" : "s";
}

static void policy_checked(struct vfw_cli *cli, const json_t *result)
{
	unsigned long long n = vfw_field_count(result, "rules");

	policy_notes(cli, result);
	if (cli->json) {
		vfw_cli_json(cli, result);
		return;
	}
	fprintf(cli->out, "the policy is right: %llu rule%s\n", n, policy_plural(n));
	if (json_array_size(vfw_field_array(result, "unenforceable")))
		fputs("but `apply' would refuse it, for it asks for what cannot be enforced yet\n",
		      cli->out);
}

/* Takes files. The text alone, by the parser that vfwd uses. */
static int policy_check_local(struct vfw_cli *cli, json_t *files)
{
	json_t *errors = json_array(), *result = NULL;
	int rc = vfw_localcheck(files, errors, &result);

	json_decref(files);
	if (rc == VFW_EXIT_OK)
		policy_checked(cli, result);
	else
		vfw_complaint_refuse(cli, errors, "the policy is wrong");
	if (rc == VFW_EXIT_FAILED)
		vfw_cli_error(cli, "no memory to check the policy");
	json_decref(result);
	json_decref(errors);
	return rc;
}

int vfw_cmd_policy_check(struct vfw_cli *cli, const struct vfw_args *args)
{
	json_t *files = vfw_files_read(cli, args->operand, args->n_operands);
	json_t *result;
	char why[512];
	int rc;

	if (!files)
		return VFW_EXIT_FAILED;
	if (vfw_args_get(args, "parse-only"))
		return policy_check_local(cli, files);
	rc = vfw_cli_probe(cli, "policy.check", json_pack("{s:O}", "files", files),
			   VFW_CLI_APPLY_MS, &result, why, sizeof(why));
	if (rc == VFW_EXIT_NO_DAEMON) {
		fprintf(cli->err, "vfwctl: %s; checked the text alone, not who is in its groups\n",
			why);
		return policy_check_local(cli, files);
	}
	json_decref(files);
	if (rc)
		return cli->refused == VFW_CTL_E_POLICY ? VFW_EXIT_CHECK_FAILED : rc;
	policy_checked(cli, result);
	json_decref(result);
	return VFW_EXIT_OK;
}

static void policy_applied(struct vfw_cli *cli, const json_t *result, bool dry_run,
			   unsigned long confirm)
{
	unsigned long long rules = vfw_field_count(result, "rules");
	unsigned long long revision = vfw_field_count(result, "revision");

	if (!vfw_field_true(result, "changed"))
		fprintf(cli->out, "%s revision %llu, %llu rule%s\n",
			dry_run ? "nothing would change: it is in force as"
				: "nothing changed: it is in force as",
			revision, rules, policy_plural(rules));
	else if (dry_run)
		fprintf(cli->out, "it would be published: %llu rule%s, %llu identities\n", rules,
			policy_plural(rules), vfw_field_count(result, "identities"));
	else
		fprintf(cli->out, "revision %llu is in force: %llu rule%s, %llu identities\n",
			revision, rules, policy_plural(rules),
			vfw_field_count(result, "identities"));
	if (confirm && !dry_run && vfw_field_true(result, "changed"))
		fprintf(cli->out,
			"It is on trial: undone in %lu s unless `vfwctl policy confirm' comes first.\n",
			confirm);
}

int vfw_cmd_policy_apply(struct vfw_cli *cli, const struct vfw_args *args)
{
	json_t *files = vfw_files_read(cli, args->operand, args->n_operands);
	bool dry_run = vfw_args_get(args, "dry-run");
	unsigned long confirm = 0;
	json_t *result;
	int rc;

	if (!files)
		return VFW_EXIT_FAILED;
	rc = vfw_args_number(cli, args, "confirm", 1, POLICY_CONFIRM_MAX, &confirm);
	if (rc) {
		json_decref(files);
		return rc;
	}
	rc = vfw_cli_call(cli, "policy.apply",
			  json_pack("{s:o, s:b, s:b, s:b, s:I}", "files", files, "keep_established",
				    vfw_args_get(args, "keep-established") != NULL,
				    "restart_streams",
				    vfw_args_get(args, "restart-streams") != NULL, "dry_run",
				    (int)dry_run, "confirm_s", (json_int_t)confirm),
			  VFW_CLI_APPLY_MS, &result);
	if (rc && cli->refused)
		fputs("Nothing was changed.\n", cli->err);
	if (rc)
		return rc;
	policy_notes(cli, result);
	if (cli->json)
		vfw_cli_json(cli, result);
	else
		policy_applied(cli, result, dry_run, confirm);
	if (dry_run && vfw_field_true(result, "changed"))
		rc = VFW_EXIT_WOULD_CHANGE;
	json_decref(result);
	return rc;
}

static int policy_end_trial(struct vfw_cli *cli, bool stays)
{
	char why[512], kernel_why[512];
	json_t *result;
	int rc;

	rc = vfw_cli_probe(cli, stays ? "policy.confirm" : "policy.rollback", NULL,
			   VFW_CLI_PROBE_MS, &result, why, sizeof(why));
	if (rc == VFW_EXIT_NO_DAEMON) {
		rc = vfw_breakglass_trial(stays, &result, kernel_why, sizeof(kernel_why));
		if (rc) {
			vfw_cli_error(cli, "%s", why);
			vfw_cli_error(cli, "%s", kernel_why);
			return rc;
		}
		fprintf(cli->err, "vfwctl: %s; told the kernel directly\n", why);
	}
	if (rc)
		return rc;
	if (cli->json)
		vfw_cli_json(cli, result);
	else
		fprintf(cli->out,
			stays ? "confirmed: revision %llu stays\n"
			      : "rolled back: the rules before are in force as revision %llu\n",
			vfw_field_count(result, "revision"));
	json_decref(result);
	return VFW_EXIT_OK;
}

int vfw_cmd_policy_confirm(struct vfw_cli *cli, const struct vfw_args *args)
{
	(void)args;
	return policy_end_trial(cli, true);
}

int vfw_cmd_policy_rollback(struct vfw_cli *cli, const struct vfw_args *args)
{
	(void)args;
	return policy_end_trial(cli, false);
}

static void policy_lines(FILE *f, char mark, const json_t *lines)
{
	size_t i;

	for (i = 0; i < json_array_size(lines); i++) {
		const char *s = json_string_value(json_array_get(lines, i));

		if (!s)
			continue;
		fputc(mark, f);
		fputc(' ', f);
		vfw_term_safe(f, s);
		fputc('\n', f);
	}
}

int vfw_cmd_policy_diff(struct vfw_cli *cli, const struct vfw_args *args)
{
	json_t *files = vfw_files_read(cli, args->operand, args->n_operands);
	json_t *result;
	int rc;

	if (!files)
		return VFW_EXIT_FAILED;
	rc = vfw_cli_call(cli, "policy.diff", json_pack("{s:o}", "files", files), VFW_CLI_CALL_MS,
			  &result);
	if (rc)
		return rc;
	if (cli->json) {
		vfw_cli_json(cli, result);
	} else {
		policy_lines(cli->out, '-', vfw_field_array(result, "removed"));
		policy_lines(cli->out, '+', vfw_field_array(result, "added"));
	}
	if (vfw_field_true(result, "changed"))
		rc = VFW_EXIT_WOULD_CHANGE;
	else if (!cli->json)
		fputs("no difference: this is what is in force\n", cli->out);
	json_decref(result);
	return rc;
}

int vfw_cmd_policy_show(struct vfw_cli *cli, const struct vfw_args *args)
{
	const char *text;
	json_t *result;
	int rc;

	rc = vfw_cli_call(
		cli, "policy.show",
		json_pack("{s:s}", "source", vfw_args_get(args, "disk") ? "disk" : "running"),
		VFW_CLI_CALL_MS, &result);
	if (rc)
		return rc;
	text = vfw_field_text(result, "text", "");
	if (cli->json)
		vfw_cli_json(cli, result);
	else if (cli->term)
		vfw_term_safe_lines(cli->out, text);
	else
		fputs(text, cli->out);
	json_decref(result);
	return VFW_EXIT_OK;
}
