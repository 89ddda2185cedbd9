/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is wrong with a policy, and where. Complaints are kept as data, so that
 * a command line prints them with a caret and a daemon sends them as JSON.
 */
#ifndef VFW_POLICY_DIAG_H
#define VFW_POLICY_DIAG_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define VFW_DIAG_MAX 20 /* of each severity; more are only counted */

/* A place in a policy's text. Lines and columns (bytes) count from 1; end_col is behind the last byte. */
struct vfw_loc {
	uint32_t file; /* index of the source */
	uint32_t line;
	uint32_t col;
	uint32_t end_line;
	uint32_t end_col;
};

/* One file of a policy. */
struct vfw_source {
	char *name;
	char *text; /* NUL-terminated; may hold NUL bytes as well */
	size_t len;
	uint32_t *lines; /* offset at which each line begins */
	uint32_t n_lines;
};

enum vfw_severity {
	VFW_DIAG_ERROR,
	VFW_DIAG_WARNING,
	__VFW_SEVERITY_MAX,
};

struct vfw_diag {
	enum vfw_severity severity;
	char *file; /* NULL: about no file */
	unsigned int line, col, end_col; /* 0: about no place in it */
	char *message; /* without file, line, "error:" and newline */
	char *excerpt; /* the line it is about, without newline, at most 200 bytes; or NULL */
};

struct vfw_diags {
	struct vfw_diag v[__VFW_SEVERITY_MAX * VFW_DIAG_MAX]; /* in the order they came */
	size_t n;
	size_t total[__VFW_SEVERITY_MAX]; /* also those that were not kept */
};

/*
 * Adds a complaint. src: the file loc points into, NULL for none. Memory
 * running out loses the text, never the count.
 */
void vfw_diag_add(struct vfw_diags *d, enum vfw_severity severity, const struct vfw_source *src,
		  const struct vfw_loc *loc, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
void vfw_diag_vadd(struct vfw_diags *d, enum vfw_severity severity, const struct vfw_source *src,
		   const struct vfw_loc *loc, const char *fmt, va_list ap);

/* Returns all complaints as text for people, with excerpt and caret; the caller frees it. NULL: no memory. */
char *vfw_diags_format(const struct vfw_diags *d);

/* Frees what it holds and empties it. */
void vfw_diags_free(struct vfw_diags *d);

#endif /* VFW_POLICY_DIAG_H */
