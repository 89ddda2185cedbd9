// SPDX-License-Identifier: GPL-2.0
#include "cli.h"
#include "complaint.h"
#include "field.h"
#include "files.h"
#include "localcheck.h"
#include "term.h"

#include <vfw/ctl_proto.h>

static void pattern_checked(struct vfw_cli *cli, const json_t *result)
{
	const json_t *files = vfw_field_array(result, "files");
	size_t i;

	if (cli->json) {
		vfw_cli_json(cli, result);
		return;
	}
	for (i = 0; i < json_array_size(files); i++) {
		const json_t *file = json_array_get(files, i);
		unsigned long long n = vfw_field_count(file, "signatures");

		vfw_term_safe(cli->out, vfw_field_text(file, "file", ""));
		fprintf(cli->out, ": right, %llu signature%s\n", n, n == 1 ? "" : "s");
	}
}

/* Takes files. What stands in the lines, but not in the expressions: those are Hyperscan's. */
static int pattern_check_local(struct vfw_cli *cli, json_t *files)
{
	json_t *errors = json_array(), *result = NULL, *j;
	int rc = vfw_localcheck_signatures(files, errors, &result);

	json_decref(files);
	if (rc == VFW_EXIT_OK) {
		pattern_checked(cli, result);
	} else if (rc == VFW_EXIT_FAILED) {
		vfw_cli_error(cli, "no memory to check the signatures");
	} else if (cli->json) {
		j = json_pack("{s:{s:i, s:s, s:{s:O}}}", "error", "code", VFW_CTL_E_POLICY,
			      "message", "the signatures are wrong", "data", "errors", errors);
		vfw_cli_json(cli, j);
		json_decref(j);
	}
	if (rc == VFW_EXIT_CHECK_FAILED)
		vfw_complaint_list(cli->err, "error", errors);
	json_decref(result);
	json_decref(errors);
	return rc;
}

int vfw_cmd_pattern_check(struct vfw_cli *cli, const struct vfw_args *args)
{
	json_t *files = vfw_files_read(cli, args->operand, args->n_operands);
	json_t *result;
	char why[512];
	int rc;

	if (!files)
		return VFW_EXIT_FAILED;
	rc = vfw_cli_probe(cli, "sig.check", json_pack("{s:O}", "files", files), VFW_CLI_APPLY_MS,
			   &result, why, sizeof(why));
	if (rc == VFW_EXIT_NO_DAEMON) {
		fprintf(cli->err, "vfwctl: %s; checked the lines alone, no expression\n", why);
		return pattern_check_local(cli, files);
	}
	json_decref(files);
	if (rc)
		return cli->refused == VFW_CTL_E_POLICY ? VFW_EXIT_CHECK_FAILED : rc;
	pattern_checked(cli, result);
	json_decref(result);
	return VFW_EXIT_OK;
}
