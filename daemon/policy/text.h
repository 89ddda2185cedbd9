/* SPDX-License-Identifier: GPL-2.0 */
/* A growing string. Failure to allocate is remembered and told once, at the end. */
#ifndef VFW_POLICY_TEXT_H
#define VFW_POLICY_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct vfw_text {
	char *s; /* NUL-terminated once anything was added */
	size_t len;
	size_t room;
	bool failed; /* memory ran out; s holds what came before */
};

/* Appends len bytes. */
void vfw_text_bytes(struct vfw_text *t, const char *s, size_t len);

/* Appends a NUL-terminated string. */
void vfw_text_str(struct vfw_text *t, const char *s);

/* Appends as printf does; at most 1023 bytes at a time. */
void vfw_text_printf(struct vfw_text *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Takes the string out; the caller frees it. Returns NULL if memory ran out. Empties t. */
char *vfw_text_take(struct vfw_text *t);

#endif /* VFW_POLICY_TEXT_H */
