// SPDX-License-Identifier: GPL-2.0
#include "localcheck.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vfw/ctl_proto.h>

#include "../daemon/policy/policy.h"
#include "../daemon/sig/pattern.h"

void vfw_localcheck_diags(json_t *array, const struct vfw_diags *d, enum vfw_severity severity)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		const struct vfw_diag *v = &d->v[i];

		if (v->severity != severity)
			continue;
		json_array_append_new(array, json_pack("{s:s?, s:i, s:i, s:i, s:s?, s:s?}", "file",
						       v->file, "line", (int)v->line, "column",
						       (int)v->col, "end_column", (int)v->end_col,
						       "message", v->message, "text", v->excerpt));
	}
}

/* Rules of the canonical text, where each stands on a line of its own. */
static json_int_t localcheck_rules(const struct vfw_policy *p)
{
	static const char *const verdict[] = {"pass ", "block ", "reject ", "monitor "};
	char *text = vfw_policy_print(p), *line, *save = NULL;
	json_int_t n = 0;
	size_t i;

	for (line = text ? strtok_r(text, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save)) {
		line += strspn(line, " ");
		for (i = 0; i < sizeof(verdict) / sizeof(*verdict); i++)
			n += !strncmp(line, verdict[i], strlen(verdict[i]));
	}
	free(text);
	return n;
}

static int localcheck_read(const json_t *files, struct vfw_policy *p, struct vfw_diags *d)
{
	int rc = 0;
	size_t i;

	for (i = 0; i < json_array_size(files); i++) {
		const json_t *file = json_array_get(files, i);
		const json_t *text = json_object_get(file, "text");
		int one = vfw_policy_add_text(p, json_string_value(json_object_get(file, "name")),
					      json_string_value(text), json_string_length(text), d);

		if (one == -ENOMEM)
			return one;
		if (one)
			rc = one; /* the errors of the other files are wanted too */
	}
	return rc;
}

int vfw_localcheck(const json_t *files, json_t *errors, json_t **result)
{
	struct vfw_diags diags = {0}, unenforceable = {0};
	json_t *warnings, *refused;
	struct vfw_policy *p = vfw_policy_new();
	int rc = p ? localcheck_read(files, p, &diags) : -ENOMEM;

	if (!rc)
		rc = vfw_policy_check(p, &diags);
	if (rc) {
		vfw_localcheck_diags(errors, &diags, VFW_DIAG_ERROR);
	} else {
		warnings = json_array();
		refused = json_array();
		vfw_policy_unenforceable(p, &unenforceable);
		vfw_localcheck_diags(warnings, &diags, VFW_DIAG_WARNING);
		vfw_localcheck_diags(refused, &unenforceable, VFW_DIAG_ERROR);
		*result = json_pack("{s:I, s:o, s:o}", "rules", localcheck_rules(p), "warnings",
				    warnings, "unenforceable", refused);
	}
	vfw_diags_free(&diags);
	vfw_diags_free(&unenforceable);
	vfw_policy_free(p);
	return !rc ? VFW_EXIT_OK : rc == -ENOMEM ? VFW_EXIT_FAILED : VFW_EXIT_CHECK_FAILED;
}

static int localcheck_file(const json_t *file, struct vfw_diags *d, json_t *list)
{
	const char *name = json_string_value(json_object_get(file, "name"));
	const json_t *text = json_object_get(file, "text");
	struct vfw_patterns *p = vfw_patterns_new();
	int rc = p ? vfw_patterns_add(p, name, json_string_value(text), json_string_length(text), d)
		   : -ENOMEM;

	if (!rc)
		json_array_append_new(list, json_pack("{s:s, s:I}", "file", name, "signatures",
						      (json_int_t)p->n));
	vfw_patterns_free(p);
	return rc;
}

int vfw_localcheck_signatures(const json_t *files, json_t *errors, json_t **result)
{
	struct vfw_diags diags = {0};
	json_t *list = json_array();
	int rc = 0;
	size_t i;

	for (i = 0; i < json_array_size(files) && rc != -ENOMEM; i++) {
		int one = localcheck_file(json_array_get(files, i), &diags, list);

		if (one)
			rc = one;
	}
	vfw_localcheck_diags(errors, &diags, VFW_DIAG_ERROR);
	vfw_diags_free(&diags);
	if (!rc)
		*result = json_pack("{s:O}", "files", list);
	json_decref(list);
	return !rc ? VFW_EXIT_OK : rc == -ENOMEM ? VFW_EXIT_FAILED : VFW_EXIT_CHECK_FAILED;
}
