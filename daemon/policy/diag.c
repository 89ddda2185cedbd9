// SPDX-License-Identifier: GPL-2.0
#include "diag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define EXCERPT_MAX 200

/*
 * Copies the line, or NULL where it would not show the place, with all that a terminal could take for a command replaced: control
 * characters but the tab by '?'. Bytes above 0x7f stay (UTF-8).
 */
static char *excerpt(const struct vfw_source *src, const struct vfw_loc *loc)
{
	size_t first, end;
	char *copy;

	if (!loc->line || loc->line > src->n_lines || loc->col > EXCERPT_MAX)
		return NULL;
	first = src->lines[loc->line - 1];
	for (end = first; end < src->len && end - first < EXCERPT_MAX; end++)
		if (src->text[end] == '\n')
			break;
	if (end > first && end < src->len && src->text[end] == '\n' && src->text[end - 1] == '\r')
		end--;
	copy = malloc(end - first + 1);
	if (!copy)
		return NULL;
	for (size_t i = first; i < end; i++) {
		unsigned char c = (unsigned char)src->text[i];

		copy[i - first] = (c < 0x20 && c != '\t') || c == 0x7f ? '?' : (char)c;
	}
	copy[end - first] = '\0';
	return copy;
}

void vfw_diag_vadd(struct vfw_diags *d, enum vfw_severity severity, const struct vfw_source *src,
		   const struct vfw_loc *loc, const char *fmt, va_list ap)
{
	char message[1024];
	struct vfw_diag *one;

	if (d->total[severity]++ >= VFW_DIAG_MAX)
		return;
	vsnprintf(message, sizeof(message), fmt, ap);
	one = &d->v[d->n++];
	memset(one, 0, sizeof(*one));
	one->severity = severity;
	one->message = strdup(message);
	if (!src)
		return;
	one->file = strdup(src->name);
	if (!loc || !loc->line)
		return;
	one->line = loc->line;
	one->col = loc->col;
	one->end_col = loc->end_line == loc->line ? loc->end_col : loc->col + 1;
	one->excerpt = excerpt(src, loc);
}

void vfw_diag_add(struct vfw_diags *d, enum vfw_severity severity, const struct vfw_source *src,
		  const struct vfw_loc *loc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfw_diag_vadd(d, severity, src, loc, fmt, ap);
	va_end(ap);
}

/* Is this byte the inside of a UTF-8 character, which takes no room of its own? */
static int continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static void caret(struct vfw_text *t, const struct vfw_diag *one)
{
	size_t len = strlen(one->excerpt);
	size_t col = one->col - 1;

	if (col > len)
		return;
	vfw_text_str(t, "      | ");
	for (size_t i = 0; i < col; i++)
		if (!continues(one->excerpt[i]))
			vfw_text_str(t, one->excerpt[i] == '\t' ? "\t" : " ");
	vfw_text_str(t, "^");
	for (size_t i = col + 1; i + 1 < one->end_col && i < len; i++)
		if (!continues(one->excerpt[i]))
			vfw_text_str(t, "~");
	vfw_text_str(t, "\n");
}

char *vfw_diags_format(const struct vfw_diags *d)
{
	static const char *const words[] = {"error", "warning"};
	struct vfw_text t = {0};

	for (size_t i = 0; i < d->n; i++) {
		const struct vfw_diag *one = &d->v[i];

		if (one->file)
			vfw_text_printf(&t, "%s:", one->file);
		if (one->line)
			vfw_text_printf(&t, "%u:%u:", one->line, one->col);
		vfw_text_printf(&t, "%s%s: ", one->file ? " " : "", words[one->severity]);
		vfw_text_str(&t, one->message ? one->message : "(no memory for the message)");
		vfw_text_str(&t, "\n");
		if (one->excerpt) {
			vfw_text_printf(&t, "%5u | %s\n", one->line, one->excerpt);
			caret(&t, one);
		}
	}
	for (int s = 0; s < __VFW_SEVERITY_MAX; s++)
		if (d->total[s] > VFW_DIAG_MAX)
			vfw_text_printf(&t, "and %zu more %ss\n", d->total[s] - VFW_DIAG_MAX,
					words[s]);
	return vfw_text_take(&t);
}

void vfw_diags_free(struct vfw_diags *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->v[i].file);
		free(d->v[i].message);
		free(d->v[i].excerpt);
	}
	memset(d, 0, sizeof(*d));
}
