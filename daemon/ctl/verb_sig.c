// SPDX-License-Identifier: GPL-2.0
#include "verbs.h"

#include "../policy/diag.h"
#include "../sig/pattern.h"
#include "../state/signatures.h"
#include "../state/state.h"

#include <errno.h>
#include <string.h>
#include <vfw/ctl_proto.h>

/* One file by itself. Adds to list what is in it. Returns as vfw_signatures_check() does. */
static int check(struct vfw_state *st, const char *name, json_t *text, struct vfw_diags *d,
		 json_t *list)
{
	struct vfw_patterns *p = vfw_patterns_new();
	int err =
		p ? vfw_patterns_add(p, name, json_string_value(text), json_string_length(text), d)
		  : -ENOMEM;

	if (!err)
		err = vfw_signatures_check(st->signatures, name, p, d);
	if (!err)
		json_array_append_new(list, json_pack("{s:s, s:I}", "file", name, "signatures",
						      (json_int_t)p->n));
	vfw_patterns_free(p);
	return err;
}

json_t *vfw_verb_sig_check(struct vfw_call *call, json_t *params)
{
	json_t *files = json_object_get(params, "files"), *list, *file;
	struct vfw_diags d = {0};
	int err = 0;
	size_t i;

	if (!json_array_size(files) || json_array_size(files) > VFW_CTL_SIG_FILES_MAX)
		return vfw_call_fail(call, VFW_RPC_PARAMS, NULL,
				     "expected as \"files\" 1 to %d objects with name and text",
				     VFW_CTL_SIG_FILES_MAX);
	list = json_array();
	json_array_foreach(files, i, file) {
		const char *name = json_string_value(json_object_get(file, "name"));
		json_t *text = json_object_get(file, "text");
		int one;

		if (!name || !*name || !json_is_string(text)) {
			vfw_call_fail(call, VFW_RPC_PARAMS, NULL,
				      "expected as \"files\" objects with name and text");
			break;
		}
		one = check(call->state, name, text, &d, list);
		if (one == -EINPROGRESS || one == -ENOMEM) {
			call->later = one == -EINPROGRESS;
			err = one;
			break;
		}
		err = one ?: err;
	}
	if (err == -EINVAL)
		vfw_verb_policy_refuse(call, VFW_CTL_E_POLICY, &d, "the signatures are wrong");
	vfw_diags_free(&d);
	if (!err && !call->code)
		return json_pack("{s:o}", "files", list);
	json_decref(list);
	return NULL;
}
