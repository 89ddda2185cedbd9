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
