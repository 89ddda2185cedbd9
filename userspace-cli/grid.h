/* SPDX-License-Identifier: GPL-2.0 */
/* A table on a terminal: collected whole, then printed with its columns aligned. */
#ifndef VFW_GRID_H
#define VFW_GRID_H

#include <stddef.h>
#include <stdio.h>

#define VFW_GRID_COLUMNS 12

struct vfw_grid {
	size_t columns;
	const char *head[VFW_GRID_COLUMNS]; /* "PACKETS>": the column is aligned to the right */
	char **cell; /* columns * rows strings, owned */
	size_t cells, size;
};

/* Starts a table; the heads are the arguments, ended by NULL, and must outlive the table. */
void vfw_grid_begin(struct vfw_grid *t, ...) __attribute__((sentinel));

/* Adds the next cell, left to right, top to bottom; an empty one shows as "-". */
void vfw_grid_text(struct vfw_grid *t, const char *s);
void vfw_grid_count(struct vfw_grid *t, unsigned long long n);

/* Prints the table (nothing but the head if it has no row) and frees it. */
void vfw_grid_end(struct vfw_grid *t, FILE *f);

#endif /* VFW_GRID_H */
