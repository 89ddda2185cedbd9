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

/* What stands in the lines, but not in the expressions: those are Hyperscan's. */
static int pattern_check_local(struct vfw_cli *cli, const json_t *files)
{
	json_t *errors = json_array(), *result = NULL;
	int rc = vfw_localcheck_signatures(files, errors, &result);

	if (rc == VFW_EXIT_OK)
		pattern_checked(cli, result);
	else if (rc == VFW_EXIT_FAILED)
		vfw_cli_error(cli, "no memory to check the signatures");
	else
		vfw_complaint_refuse(cli, errors, "the signatures are wrong");
	json_decref(result);
	json_decref(errors);
	return rc;
}

/*
 * Asks vfwd about as many files at a time as it takes, each of which is checked by itself. What is right is
 * added to list, what is wrong to cli->faults. Returns as vfw_cli_probe() does.
 */
static int pattern_ask(struct vfw_cli *cli, const json_t *files, json_t *list, char *why,
		       size_t size)
{
	size_t i, k, n = json_array_size(files);
	int rc = VFW_EXIT_OK;

	for (i = 0; i < n && !rc; i += VFW_CTL_SIG_FILES_MAX) {
		json_t *some = json_array(), *result;

		for (k = i; k < n && k < i + VFW_CTL_SIG_FILES_MAX; k++)
			json_array_append(some, json_array_get(files, k));
		rc = vfw_cli_probe(cli, "sig.check", json_pack("{s:o}", "files", some),
				   VFW_CLI_APPLY_MS, &result, why, size);
		if (!rc)
			json_array_extend(list, json_object_get(result, "files"));
		else if (rc != VFW_EXIT_NO_DAEMON && cli->refused == VFW_CTL_E_POLICY)
			rc = VFW_EXIT_OK; /* the other files are wanted, too */
		json_decref(result);
	}
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
	result = json_pack("{s:[]}", "files");
	cli->faults = json_array();
	rc = pattern_ask(cli, files, json_object_get(result, "files"), why, sizeof(why));
	if (rc == VFW_EXIT_NO_DAEMON) {
		fprintf(cli->err, "vfwctl: %s; checked the lines alone, no expression\n", why);
		rc = pattern_check_local(cli, files);
	} else if (!rc && cli->refused == VFW_CTL_E_POLICY) {
		size_t n = json_array_size(cli->faults);

		snprintf(why, sizeof(why), "the signatures are wrong: %zu error%s", n,
			 n == 1 ? "" : "s");
		vfw_complaint_refuse(cli, cli->faults, why);
		vfw_cli_error(cli, "%s", why);
		rc = VFW_EXIT_CHECK_FAILED;
	} else if (!rc) {
		pattern_checked(cli, result);
	}
	json_decref(cli->faults);
	cli->faults = NULL;
	json_decref(result);
	json_decref(files);
	return rc;
}
