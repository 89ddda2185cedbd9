// SPDX-License-Identifier: GPL-2.0
#include "grid.h"

#include "term.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void vfw_grid_begin(struct vfw_grid *t, ...)
{
	const char *head;
	va_list ap;

	*t = (struct vfw_grid){0};
	va_start(ap, t);
	while ((head = va_arg(ap, const char *)) && t->columns < VFW_GRID_COLUMNS)
		t->head[t->columns++] = head;
	va_end(ap);
}

void vfw_grid_text(struct vfw_grid *t, const char *s)
{
	if (t->cells == t->size) {
		t->size = t->size ? t->size * 2 : 64;
		t->cell = realloc(t->cell, t->size * sizeof(*t->cell));
		if (!t->cell)
			goto nomem;
	}
	t->cell[t->cells] = strdup(*s ? s : "-");
	if (!t->cell[t->cells])
		goto nomem;
	t->cells++;
	return;
nomem:
	fputs("vfwctl: out of memory\n", stderr);
	exit(1);
}

void vfw_grid_count(struct vfw_grid *t, unsigned long long n)
{
	char buf[24];

	snprintf(buf, sizeof(buf), "%llu", n);
	vfw_grid_text(t, buf);
}

static void grid_cell(const char *s, size_t width, bool right, bool last, FILE *f)
{
	size_t pad = width - vfw_term_width(s);

	if (right)
		fprintf(f, "%*s", (int)pad, "");
	vfw_term_safe(f, s);
	if (last)
		fputc('\n', f);
	else
		fprintf(f, "%*s", (int)(right ? 0 : pad) + 2, "");
}

void vfw_grid_end(struct vfw_grid *t, FILE *f)
{
	char head[VFW_GRID_COLUMNS][32];
	size_t width[VFW_GRID_COLUMNS];
	bool right[VFW_GRID_COLUMNS];
	size_t i, c;

	for (c = 0; c < t->columns; c++) {
		size_t n = strlen(t->head[c]);

		right[c] = n && t->head[c][n - 1] == '>';
		snprintf(head[c], sizeof(head[c]), "%.*s", (int)(right[c] ? n - 1 : n), t->head[c]);
		width[c] = vfw_term_width(head[c]);
	}
	for (i = 0; i < t->cells; i++) {
		size_t w = vfw_term_width(t->cell[i]);

		if (w > width[i % t->columns])
			width[i % t->columns] = w;
	}
	for (c = 0; c < t->columns; c++)
		grid_cell(head[c], width[c], right[c], c + 1 == t->columns, f);
	for (i = 0; i < t->cells; i++) {
		c = i % t->columns;
		grid_cell(t->cell[i], width[c], right[c], c + 1 == t->columns, f);
		free(t->cell[i]);
	}
	free(t->cell);
	*t = (struct vfw_grid){0};
}
