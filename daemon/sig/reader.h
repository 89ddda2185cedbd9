/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading text files of one statement a line: what files of patterns and of apps have in common. A
 * statement that is wrong is said with its place, and the next line goes on.
 */
#ifndef VFW_SIG_READER_H
#define VFW_SIG_READER_H

#include <stdarg.h>
#include <stdbool.h>

#include "../policy/diag.h"

/* Files as they were read, for messages, and a second copy of each that is cut into strings. */
struct vfw_texts {
	struct vfw_source *files;
	char **texts; /* index-parallel to files */
	size_t n;
};

/* Copies a text and its name to the end of the list. Returns 0, or -ENOMEM: good for freeing only. */
int vfw_texts_add(struct vfw_texts *t, const char *name, const char *text, size_t len);

/* Frees it all. */
void vfw_texts_free(struct vfw_texts *t);

/* One file on its way in. */
struct vfw_reader {
	struct vfw_diags *d;
	const struct vfw_source *file;
	uint32_t file_index;
	char *text; /* is cut into strings */
	uint32_t line; /* from 1 */
	size_t start, end; /* of the line, in text */
	size_t at;
	size_t errors;
};

/* Begins with the last file of the list. */
void vfw_reader_begin(struct vfw_reader *r, const struct vfw_texts *t, struct vfw_diags *d);

/*
 * Goes to the next line that is neither blank nor a comment and stands at its first word; false: there is
 * none. A line with a NUL byte is complained about and passed over.
 */
bool vfw_reader_line(struct vfw_reader *r);

/* The place of the bytes from there to there, offsets in text. */
struct vfw_loc vfw_reader_place(const struct vfw_reader *r, size_t from, size_t to);

/* A complaint about the bytes from there to there, at least one. Always false. */
bool vfw_reader_wrong(struct vfw_reader *r, size_t from, size_t to, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Passes over blanks. Returns whether there were any. */
bool vfw_reader_blanks(struct vfw_reader *r);

/* Is the statement at its end: nothing follows, or a comment? */
bool vfw_reader_done(const struct vfw_reader *r);

/*
 * Reads /REGEX/, a slash inside it written \/: *regex points into text, NUL-terminated, *loc is its place with
 * the slashes. Flags follow.
 */
bool vfw_reader_regex(struct vfw_reader *r, const char **regex, struct vfw_loc *loc);

/* Reads flags, letters[n] being 1 << n, up to a blank; none is right. expected: for the complaint. */
bool vfw_reader_flags(struct vfw_reader *r, const char *letters, const char *expected,
		      uint32_t *flags);

/* Reads a message in double quotes, with \" and \\; *message points into text, unescaped. */
bool vfw_reader_message(struct vfw_reader *r, const char **message);

#endif /* VFW_SIG_READER_H */
