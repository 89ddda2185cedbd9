// SPDX-License-Identifier: GPL-2.0
#include "rpc.h"

#include "../base/cleanup.h"
#include "../base/form.h"

#include <stdarg.h>
#include <string.h>

json_t *vfw_call_fail(struct vfw_call *call, int code, json_t *data, const char *fmt, ...)
{
	va_list ap;

	free(call->message);
	json_decref(call->data);
	call->code = code;
	call->data = data;
	va_start(ap, fmt);
	if (vasprintf(&call->message, fmt, ap) < 0)
		call->message = NULL;
	va_end(ap);
	return NULL;
}

const char *vfw_call_text(struct vfw_call *call, json_t *params, const char *key)
{
	const char *text = json_string_value(json_object_get(params, key));

	if (!text)
		vfw_call_fail(call, VFW_RPC_PARAMS, NULL, "expected a text as \"%s\"", key);
	return text;
}

static json_t *error_of(int code, const char *message, json_t *data)
{
	json_t *error = json_pack("{s:i, s:s}", "code", code, "message", message);

	if (data)
		json_object_set(error, "data", data);
	return error;
}

/* The answer as a line; takes both references. */
static char *line_of(json_t *body, const char *key, json_t *id, size_t *n)
{
	json_t *answer = json_pack("{s:s, s:o, s:o}", "jsonrpc", "2.0", key, body, "id",
				   id ? id : json_null());
	char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
	char *line;

	json_decref(answer);
	if (!text)
		text = strdup("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32603,\"message\":"
			      "\"no memory for the answer\"},\"id\":null}");
	if (!text)
		return NULL;
	*n = strlen(text);
	line = realloc(text, *n + 2);
	if (!line) {
		free(text);
		return NULL;
	}
	line[(*n)++] = '\n';
	line[*n] = '\0';
	return line;
}

static json_t *run(const struct vfw_verb_entry *verbs, struct vfw_call *call, const char *method,
		   json_t *params)
{
	json_t *empty, *result;

	while (verbs->method && strcmp(verbs->method, method) != 0)
		verbs++;
	if (!verbs->method)
		return vfw_call_fail(call, VFW_RPC_METHOD, NULL, "no method \"%s\"", method);
	if (params && !json_is_object(params))
		return vfw_call_fail(call, VFW_RPC_PARAMS, NULL, "expected an object as params");
	if (params)
		return verbs->verb(call, params);
	empty = json_object();
	result = verbs->verb(call, empty);
	json_decref(empty);
	return result;
}

char *vfw_rpc_line(const struct vfw_verb_entry *verbs, struct vfw_call *call, const char *line,
		   size_t n, size_t *out_n)
{
	json_t *id, *request, *result;
	const char *method;
	json_error_t where;
	char *answer = NULL;

	request = json_loadb(line, n, JSON_REJECT_DUPLICATES, &where);
	if (!request)
		return line_of(error_of(VFW_RPC_PARSE, where.text, NULL), "error", NULL, out_n);
	id = json_object_get(request, "id");
	method = json_string_value(json_object_get(request, "method"));
	if (!method || (id && !json_is_string(id) && !json_is_integer(id) && !json_is_null(id))) {
		answer = line_of(
			error_of(VFW_RPC_REQUEST,
				 "expected an object with a method, and as id a text or number",
				 NULL),
			"error", NULL, out_n);
		goto out;
	}
	result = run(verbs, call, method, json_object_get(request, "params"));
	if (call->later)
		json_decref(result);
	else if (!id)
		json_decref(result); /* a notification has no answer */
	else if (result)
		answer = line_of(result, "result", json_incref(id), out_n);
	else
		answer = line_of(error_of(call->code ?: VFW_RPC_INTERNAL,
					  call->message ?: "no memory", call->data),
				 "error", json_incref(id), out_n);
out:
	free(call->message);
	call->message = NULL;
	json_decref(call->data);
	call->data = NULL;
	json_decref(request);
	return answer;
}
