/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text for people. A name may have been chosen by somebody who is not trusted
 * (a QEMU process names itself), so what goes to a terminal passes through
 * vfw_term_safe(): control characters are shown as escapes, never sent.
 */
#ifndef VFW_TERM_H
#define VFW_TERM_H

#include <stddef.h>
#include <stdio.h>

/* A string that grows; all zero is an empty one. Running out of memory ends the program. */
struct vfw_term {
	char *s;
	size_t len;
	size_t size;
};

void vfw_term_add(struct vfw_term *t, const char *s);
void vfw_term_addf(struct vfw_term *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Returns the string (never NULL), which is now the caller's to free; t is empty again. */
char *vfw_term_take(struct vfw_term *t);

/* Prints valid UTF-8 with controls, line ends and direction marks escaped (\x1b, \u202e). Tabs are
 * blanks. */
void vfw_term_safe(FILE *f, const char *s);

/* The same, but line ends are kept: for whole texts. */
void vfw_term_safe_lines(FILE *f, const char *s);

/* Returns how many columns vfw_term_safe() takes for s. */
size_t vfw_term_width(const char *s);

/* Formats a count of bytes as "17.2 MiB" into buf. Returns buf. */
char *vfw_term_bytes(unsigned long long n, char *buf, size_t size);

/*
 * Returns the candidate nearest to word by edits (one inserted, deleted, changed or swapped letter
 * counts 1), NULL when none is near enough to be meant. candidates ends with NULL.
 */
const char *vfw_term_nearest(const char *word, const char *const *candidates);

#endif /* VFW_TERM_H */
