/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TOML as a plain C tree. toml.cc fills it with the help of toml++; nothing
 * else of the project sees C++. Every node knows its line, for errors.
 */
#ifndef VFW_BASE_TOML_H
#define VFW_BASE_TOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum vfw_toml_type {
	VFW_TOML_TABLE,
	VFW_TOML_ARRAY,
	VFW_TOML_STRING,
	VFW_TOML_INTEGER,
	VFW_TOML_BOOL,
	VFW_TOML_OTHER, /* floats, dates: nothing here takes them */
};

struct vfw_toml {
	enum vfw_toml_type type;
	unsigned int line; /* 1-based */
	char *key; /* in a table, else NULL */
	char *string; /* VFW_TOML_STRING: UTF-8, no NUL inside */
	int64_t integer;
	bool boolean;
	struct vfw_toml **children; /* of a table in no order, of an array in order */
	size_t n_children;
};

/*
 * Parses a document. Returns its top table, which the caller gives to
 * vfw_toml_free(), or NULL with *error a sentence the caller frees and
 * *error_line its line (0 when there was no memory; *error is NULL then).
 */
struct vfw_toml *vfw_toml_parse(const char *text, size_t n, char **error, unsigned int *error_line);

/* Frees a tree; t may be NULL. */
void vfw_toml_free(struct vfw_toml *t);

/* The word for a node's type: "a table", "a string" ... */
const char *vfw_toml_word(enum vfw_toml_type type);

#ifdef __cplusplus
}
#endif

#endif /* VFW_BASE_TOML_H */
