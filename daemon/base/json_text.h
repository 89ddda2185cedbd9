/* SPDX-License-Identifier: GPL-2.0 */
/* Texts of others, whatever bytes they are of, as strings of JSON. */
#ifndef VFW_BASE_JSON_TEXT_H
#define VFW_BASE_JSON_TEXT_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * JSON is UTF-8 (RFC 8259 8.1); the message of a rule may be anything. Of what is no UTF-8 each byte above ASCII becomes \xNN.
 * Returns a new string, owned by the caller; NULL: no memory.
 */
static inline json_t *vfw_json_text(const char *text)
{
	json_t *string = json_string(text);
	size_t n = strlen(text), at = 0;
	char *escaped;

	if (string)
		return string;
	escaped = malloc(4 * n + 1);
	for (size_t i = 0; escaped && i < n; i++) {
		if ((unsigned char)text[i] < 0x80)
			escaped[at++] = text[i];
		else
			at += (size_t)sprintf(escaped + at, "\\x%02x", (unsigned char)text[i]);
	}
	string = escaped ? json_stringn(escaped, at) : NULL;
	free(escaped);
	return string;
}

#endif /* VFW_BASE_JSON_TEXT_H */
