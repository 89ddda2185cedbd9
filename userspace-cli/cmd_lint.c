// SPDX-License-Identifier: GPL-2.0
#include "cli.h"
#include "field.h"
#include "files.h"
#include "term.h"

#include <stdlib.h>
#include <string.h>
#include <vfw/ctl_proto.h>

/* "shop.vfw:12: ", where o says that it stands. */
static void lint_place(FILE *f, const json_t *o)
{
	const char *file = vfw_field_text(o, "file", "");

	if (!*file)
		return;
	vfw_term_safe(f, file);
	fprintf(f, ":%llu: ", vfw_field_count(o, "line"));
}

static void lint_rule(FILE *f, const json_t *o)
{
	lint_place(f, o);
	vfw_term_safe(f, vfw_field_text(o, "rule", ""));
}

static void lint_text(FILE *f, const json_t *o)
{
	fputs("    ", f);
	vfw_term_safe(f, vfw_field_text(o, "text", ""));
	fputc('\n', f);
}

static void lint_shadowed(FILE *f, const json_t *o)
{
	char *by = vfw_field_join(o, "by", ", ");

	lint_rule(f, o);
	fputs(" is shadowed by ", f);
	vfw_term_safe(f, *by ? by : "rules before it");
	if (vfw_field_true(o, "more"))
		fputs(" and others", f);
	fputs(vfw_field_true(o, "always") ? ", whatever VMs there are\n"
					  : ", with the VMs there are now\n",
	      f);
	lint_text(f, o);
	free(by);
}

static void lint_nobody(FILE *f, const json_t *o)
{
	const char *empty = vfw_field_text(o, "empty", "");

	lint_rule(f, o);
	fputs(" speaks of nobody: ", f);
	if (*empty) {
		fputs("no VM there is now is meant by its `", f);
		vfw_term_safe(f, empty);
		fputs("'\n", f);
	} else {
		fputs("of no two ends there are now, one is a VM of its tenant\n", f);
	}
	lint_text(f, o);
}

static void lint_group(FILE *f, const json_t *o)
{
	const char *tenant = vfw_field_text(o, "tenant", "");

	lint_place(f, o);
	fputs("group ", f);
	vfw_term_safe(f, tenant);
	fputs(*tenant ? "." : "", f);
	vfw_term_safe(f, vfw_field_text(o, "name", ""));
	fputs(" holds no VM\n", f);
}

static void lint_unused(FILE *f, const json_t *o)
{
	lint_rule(f, o);
	/* "2026-11-22T03:20:11": seconds are enough */
	fprintf(f, " was never hit since it came into force, %.19s\n",
		vfw_field_text(o, "since", "time not known"));
	lint_text(f, o);
}

static size_t lint_list(FILE *f, const json_t *result, const char *key,
			void (*print)(FILE *f, const json_t *o))
{
	const json_t *list = vfw_field_array(result, key);
	size_t i;

	for (i = 0; f && i < json_array_size(list); i++)
		print(f, json_array_get(list, i));
	return json_array_size(list);
}

int vfw_cmd_policy_lint(struct vfw_cli *cli, const struct vfw_args *args)
{
	json_t *files = NULL, *result;
	FILE *f = cli->json ? NULL : cli->out;
	size_t wrong, unused;
	int rc;

	if (args->n_operands) {
		files = vfw_files_read(cli, args->operand, args->n_operands);
		if (!files)
			return VFW_EXIT_FAILED;
	}
	rc = vfw_cli_call(cli, "policy.lint", json_pack("{s:o*}", "files", files), VFW_CLI_APPLY_MS,
			  &result);
	if (rc)
		return cli->refused == VFW_CTL_E_POLICY ? VFW_EXIT_CHECK_FAILED : rc;
	if (cli->json)
		vfw_cli_json(cli, result);
	wrong = lint_list(f, result, "shadowed", lint_shadowed);
	wrong += lint_list(f, result, "nobody", lint_nobody);
	wrong += lint_list(f, result, "groups", lint_group);
	unused = lint_list(f, result, "unused", lint_unused);
	if (f && vfw_field_true(result, "partial"))
		fputs("so many rules overlap that not all that cover others are named\n", f);
	if (f && !wrong && !unused)
		fputs(files ? "every rule can decide something, every group holds a VM\n"
			    : "every rule was hit, every group holds a VM\n",
		      f);
	json_decref(result);
	return wrong ? VFW_EXIT_CHECK_FAILED : VFW_EXIT_OK;
}
