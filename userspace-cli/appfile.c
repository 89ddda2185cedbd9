// SPDX-License-Identifier: GPL-2.0
#include "appfile.h"

#include <errno.h>
#include <unistd.h>
#include <vfw/ctl_proto.h>

#include "../daemon/sig/app_scan.h"
#include "cli.h"
#include "complaint.h"
#include "files.h"
#include "localcheck.h"

static int add_all(struct vfw_app_list *l, const json_t *files, struct vfw_diags *d)
{
	int rc = 0;
	size_t i;

	for (i = 0; i < json_array_size(files); i++) {
		const json_t *file = json_array_get(files, i);
		const json_t *text = json_object_get(file, "text");
		int one = vfw_app_list_add(l, json_string_value(json_object_get(file, "name")),
					   json_string_value(text), json_string_length(text), d);

		if (one == -ENOMEM)
			return one;
		if (one)
			rc = one; /* the errors of the other files are wanted too */
	}
	return rc ?: vfw_app_list_finish(l, d);
}

static int complain(struct vfw_cli *cli, const struct vfw_diags *d)
{
	json_t *errors = json_array(), *j;

	vfw_localcheck_diags(errors, d, VFW_DIAG_ERROR);
	if (cli->json) {
		j = json_pack("{s:{s:i, s:s, s:{s:O}}}", "error", "code", VFW_CTL_E_POLICY,
			      "message", "the apps are wrong", "data", "errors", errors);
		vfw_cli_json(cli, j);
		json_decref(j);
	}
	vfw_complaint_list(cli->err, "error", errors);
	json_decref(errors);
	return VFW_EXIT_CHECK_FAILED;
}

int vfw_appfile_load(struct vfw_cli *cli, char *const *paths, int n, struct vfw_app_list **apps,
		     struct vfw_app_scan **scan)
{
	static const struct vfw_files_kind kind = {"app", ".app",
						   "a file of apps or a folder of *.app files"};
	char *def[2];
	struct vfw_diags diags = {0};
	struct vfw_app_list *l;
	json_t *files;
	int rc;

	if (!n) {
		paths = def;
		if (!access(VFW_APPFILE_SHIPPED, F_OK))
			def[n++] = (char *)VFW_APPFILE_SHIPPED;
		if (!access(VFW_APPFILE_OWN, F_OK))
			def[n++] = (char *)VFW_APPFILE_OWN;
	}
	if (!n) {
		vfw_cli_error(cli, "there is neither " VFW_APPFILE_SHIPPED " nor " VFW_APPFILE_OWN
				   ": name a file or a folder of apps");
		return VFW_EXIT_FAILED;
	}
	files = vfw_files_read_kind(cli, &kind, paths, n);
	if (!files)
		return VFW_EXIT_FAILED;
	l = vfw_app_list_new();
	rc = l ? add_all(l, files, &diags) : -ENOMEM;
	if (!rc)
		rc = vfw_app_scan_new(l, scan, &diags);
	json_decref(files);
	if (rc == -ENOMEM) {
		vfw_cli_error(cli, "out of memory");
		rc = VFW_EXIT_FAILED;
	} else if (rc) {
		rc = complain(cli, &diags);
	}
	vfw_diags_free(&diags);
	if (rc)
		vfw_app_list_free(l);
	else
		*apps = l;
	return rc;
}

void vfw_appfile_free(struct vfw_app_list *apps, struct vfw_app_scan *scan)
{
	vfw_app_scan_free(scan);
	vfw_app_list_free(apps);
}
