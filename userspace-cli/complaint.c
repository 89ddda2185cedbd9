// SPDX-License-Identifier: GPL-2.0
#include "complaint.h"

#include "field.h"
#include "term.h"

#include <stdlib.h>
#include <string.h>

/* The text before the caret: as many columns as the shown line takes up to it. */
static void complaint_caret(FILE *f, const char *text, unsigned long long column)
{
	size_t n = strlen(text), width;
	char *before;

	if (column > n + 1)
		column = n + 1;
	before = strndup(text, (size_t)column - 1);
	width = before ? vfw_term_width(before) : 0;
	free(before);
	fprintf(f, "      | %*s^\n", (int)width, "");
}

void vfw_complaint_print(FILE *f, const char *kind, const json_t *diag)
{
	const char *file = vfw_field_text(diag, "file", "");
	const char *text = vfw_field_text(diag, "text", "");
	unsigned long long line = vfw_field_count(diag, "line");
	unsigned long long column = vfw_field_count(diag, "column");

	if (*file) {
		vfw_term_safe(f, file);
		if (line)
			fprintf(f, ":%llu", line);
		if (line && column)
			fprintf(f, ":%llu", column);
		fputs(": ", f);
	}
	fprintf(f, "%s: ", kind);
	vfw_term_safe(f, vfw_field_text(diag, "message", "(vfwd gave no message)"));
	fputc('\n', f);
	if (!*text || !line)
		return;
	if (strchr(text, '\n')) { /* shown by the daemon already, caret and all */
		vfw_term_safe_lines(f, text);
		if (text[strlen(text) - 1] != '\n')
			fputc('\n', f);
		return;
	}
	fprintf(f, "%5llu | ", line);
	vfw_term_safe(f, text);
	fputc('\n', f);
	if (column)
		complaint_caret(f, text, column);
}

size_t vfw_complaint_list(FILE *f, const char *kind, const json_t *diags)
{
	size_t i;

	for (i = 0; i < json_array_size(diags); i++)
		vfw_complaint_print(f, kind, json_array_get(diags, i));
	return i;
}
