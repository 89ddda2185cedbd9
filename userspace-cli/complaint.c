// SPDX-License-Identifier: GPL-2.0
#include "complaint.h"

#include "cli.h"
#include "field.h"
#include "term.h"

#include <stdlib.h>
#include <string.h>
#include <vfw/ctl_proto.h>

/* Returns how many columns the first bytes of text take. */
static size_t complaint_width(const char *text, unsigned long long bytes)
{
	size_t n = strlen(text), width;
	char *part;

	part = strndup(text, bytes < n ? (size_t)bytes : n);
	width = part ? vfw_term_width(part) : 0;
	free(part);
	return width;
}

/* A caret under column, the rest up to end (0: unknown) underlined. */
static void complaint_caret(FILE *f, const char *text, unsigned long long column,
			    unsigned long long end)
{
	size_t at = complaint_width(text, column - 1);
	size_t to = end > column ? complaint_width(text, end - 1) : 0;

	fprintf(f, "      | %*s^", (int)at, "");
	while (++at < to)
		fputc('~', f);
	fputc('\n', f);
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
		complaint_caret(f, text, column, vfw_field_count(diag, "end_column"));
}

size_t vfw_complaint_list(FILE *f, const char *kind, const json_t *diags)
{
	size_t i;

	for (i = 0; i < json_array_size(diags); i++)
		vfw_complaint_print(f, kind, json_array_get(diags, i));
	return i;
}

void vfw_complaint_refuse(struct vfw_cli *cli, const json_t *errors, const char *message)
{
	json_t *j;

	vfw_complaint_list(cli->err, "error", errors);
	if (!cli->json)
		return;
	j = json_pack("{s:{s:i, s:s, s:{s:O}}}", "error", "code", VFW_CTL_E_POLICY, "message",
		      message, "data", "errors", errors);
	vfw_cli_json(cli, j);
	json_decref(j);
}
