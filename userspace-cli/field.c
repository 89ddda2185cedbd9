// SPDX-License-Identifier: GPL-2.0
#include "field.h"

#include "term.h"

#include <stdlib.h>
#include <string.h>

const char *vfw_field_text(const json_t *obj, const char *key, const char *def)
{
	const char *s = json_string_value(json_object_get(obj, key));

	return s ? s : def;
}

unsigned long long vfw_field_count(const json_t *obj, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(obj, key));

	return n > 0 ? (unsigned long long)n : 0;
}

bool vfw_field_true(const json_t *obj, const char *key)
{
	return json_is_true(json_object_get(obj, key));
}

const json_t *vfw_field_array(const json_t *obj, const char *key)
{
	const json_t *j = json_object_get(obj, key);

	return json_is_array(j) ? j : NULL;
}

const json_t *vfw_field_object(const json_t *obj, const char *key)
{
	const json_t *j = json_object_get(obj, key);

	return json_is_object(j) ? j : NULL;
}

char *vfw_field_join(const json_t *obj, const char *key, const char *sep)
{
	const json_t *array = vfw_field_array(obj, key);
	struct vfw_term t = {0};
	size_t i;

	for (i = 0; i < json_array_size(array); i++) {
		const char *s = json_string_value(json_array_get(array, i));

		if (!s)
			continue;
		if (t.len)
			vfw_term_add(&t, sep);
		vfw_term_add(&t, s);
	}
	return vfw_term_take(&t);
}

void vfw_field_end(struct vfw_term *t, const json_t *event, const json_t *vfw, const char *side)
{
	bool src = !strcmp(side, "src");
	const char *name = vfw_field_text(vfw, src ? "src_vm" : "dst_vm", "");
	const char *ip = vfw_field_text(event, src ? "src_ip" : "dest_ip", "");
	unsigned long long port = vfw_field_count(event, src ? "src_port" : "dest_port");
	bool ip6 = strchr(ip, ':') && port;

	vfw_term_addf(t, "%s%s%s%s%s", name, *name && *ip ? " " : "", ip6 ? "[" : "",
		      *name || *ip ? ip : "?", ip6 ? "]" : "");
	if (*ip && port)
		vfw_term_addf(t, ":%llu", port);
}
