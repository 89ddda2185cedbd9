// SPDX-License-Identifier: GPL-2.0
#include "filter.h"

#include <stdlib.h>
#include <string.h>

enum { BY_VM, BY_VERDICT, BY_REASON, BY_RULE, BY_TYPE, N_KEYS };

static const char *const keys[N_KEYS] = {"vm", "verdict", "reason", "rule", "type"};

struct vfw_filter {
	char *want[N_KEYS]; /* NULL: anything */
};

void vfw_filter_free(struct vfw_filter *f)
{
	if (!f)
		return;
	for (int i = 0; i < N_KEYS; i++)
		free(f->want[i]);
	free(f);
}

struct vfw_filter *vfw_filter_new(json_t *params, const char **wrong)
{
	struct vfw_filter *f = calloc(1, sizeof(*f));

	*wrong = NULL;
	for (int i = 0; f && i < N_KEYS; i++) {
		const json_t *value = json_object_get(params, keys[i]);

		if (!value || json_is_null(value))
			continue;
		if (!json_is_string(value))
			*wrong = keys[i];
		else
			f->want[i] = strdup(json_string_value(value));
		if (!f->want[i]) {
			vfw_filter_free(f);
			return NULL;
		}
	}
	return f;
}

static bool is(json_t *object, const char *key, const char *want)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text && !strcmp(text, want);
}

bool vfw_filter_match(const struct vfw_filter *f, json_t *event)
{
	json_t *vfw = json_object_get(event, "vfw");

	if (f->want[BY_VM] && !is(vfw, "src_vm", f->want[BY_VM]) &&
	    !is(vfw, "dst_vm", f->want[BY_VM]) && !is(vfw, "src_uuid", f->want[BY_VM]) &&
	    !is(vfw, "dst_uuid", f->want[BY_VM]))
		return false;
	return (!f->want[BY_VERDICT] || is(vfw, "verdict", f->want[BY_VERDICT])) &&
	       (!f->want[BY_REASON] || is(vfw, "reason", f->want[BY_REASON])) &&
	       (!f->want[BY_RULE] || is(vfw, "rule", f->want[BY_RULE])) &&
	       (!f->want[BY_TYPE] || is(event, "event_type", f->want[BY_TYPE]));
}
