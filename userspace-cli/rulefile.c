// SPDX-License-Identifier: GPL-2.0
#include "rulefile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vfw/ctl_proto.h>

#include "../daemon/sig/rule_scan.h"
#include "../daemon/sig/rule_set.h"
#include "cli.h"
#include "files.h"

/* Returns the whole file, to be freed, or NULL after saying why not. */
static char *slurp(struct vfw_cli *cli, const char *path, size_t *len)
{
	FILE *f = strcmp(path, "-")
			  ? vfw_files_open(cli, path, "a file of rules, or - for standard input")
			  : cli->in;
	size_t room = 65536;
	char *buf = NULL;

	*len = 0;
	if (!f)
		return NULL;
	do {
		char *more = realloc(buf, room *= 2);

		if (!more) {
			vfw_cli_error(cli, "%s: no memory to read it", path);
			goto fail;
		}
		buf = more;
		*len += fread(buf + *len, 1, room - *len, f);
		if (*len > VFW_RULE_FILE_MAX) {
			vfw_cli_error(cli, "%s: over 64 MiB: split it", path);
			goto fail;
		}
	} while (*len == room);
	if (ferror(f)) {
		vfw_cli_error(cli, "%s: %s", path, strerror(errno));
		goto fail;
	}
	if (f != cli->in)
		fclose(f);
	return buf;
fail:
	free(buf);
	if (f != cli->in)
		fclose(f);
	return NULL;
}

static int set_vars(struct vfw_cli *cli, const struct vfw_args *args, struct vfw_rule_set *set)
{
	static const char *const options[][2] = {{"home-net", "HOME_NET"},
						 {"external-net", "EXTERNAL_NET"}};
	struct vfw_ranges v4 = {0}, v6 = {0};
	struct vfw_rule_error e;
	size_t i;
	bool any;
	int rc = 0;

	for (i = 0; !rc && i < 2; i++) {
		const char *value = vfw_args_get(args, options[i][0]);
		struct vfw_rule_text t = {.s = value, .line = 1, .col = 1};

		if (!value)
			continue;
		t.len = strlen(value);
		if (vfw_rule_addresses(&t, &set->vars, &v4, &v6, &any, &e))
			rc = vfw_cli_usage(cli, args->cmd, "--%s: %s", options[i][0], e.text);
		else if (vfw_rule_vars_set(&set->vars, options[i][1], value))
			rc = VFW_EXIT_FAILED;
		vfw_ranges_free(&v4);
		vfw_ranges_free(&v6);
	}
	return rc;
}

int vfw_rulefile_load(struct vfw_cli *cli, const struct vfw_args *args, char *const *paths, int n,
		      struct vfw_rule_set **out)
{
	struct vfw_rule_set *set = vfw_rule_set_new();
	int i, rc = set ? set_vars(cli, args, set) : VFW_EXIT_FAILED;

	if (set)
		set->takes = vfw_rule_scan_takes;
	for (i = 0; !rc && i < n; i++) {
		size_t len;
		char *text = slurp(cli, paths[i], &len);

		if (!text) {
			rc = VFW_EXIT_FAILED;
		} else {
			set->file = paths[i];
			if (vfw_rule_set_add(set, text, len))
				rc = VFW_EXIT_FAILED;
		}
		free(text);
	}
	if (!rc && vfw_rule_set_finish(set)) {
		vfw_cli_error(cli, "the rules' tables are not sound: a fault of this program");
		rc = VFW_EXIT_FAILED;
	}
	if (rc)
		vfw_rule_set_free(set);
	else
		*out = set;
	return rc;
}
