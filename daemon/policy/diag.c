// SPDX-License-Identifier: GPL-2.0
#include "diag.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "literal.h"
#include "text.h"

#define EXCERPT_MAX 200

/* Is this byte the inside of a UTF-8 character, which takes no room of its own? */
static int continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/*
 * Makes text fit for terminals and JSON: control characters but the tab become '?', and so do all
 * bytes above 0x7f where they are not UTF-8 throughout. s may be NULL.
 */
static char *clean(char *s)
{
	size_t len = s ? strlen(s) : 0;
	bool utf8;

	for (size_t i = 0; i < len; i++)
		if (((unsigned char)s[i] < 0x20 && s[i] != '\t') || s[i] == 0x7f)
			s[i] = '?';
	/* tabs aside, which are no text for vfw_literal_utf8() */
	utf8 = true;
	for (size_t i = 0, n; i < len && utf8; i += n + 1) {
		n = strcspn(s + i, "\t");
		utf8 = vfw_literal_utf8(s + i, n);
	}
	for (size_t i = 0; i < len && !utf8; i++)
		if ((unsigned char)s[i] >= 0x80)
			s[i] = '?';
	return s;
}

/* Copies the line; NULL where it would not show the place, or without memory. */
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
	if (end - first == EXCERPT_MAX)
		while (end > first && continues(src->text[end]))
			end--;
	copy = malloc(end - first + 1);
	if (!copy)
		return NULL;
	for (size_t i = first; i < end; i++)
		copy[i - first] = src->text[i] ? src->text[i] : '?';
	copy[end - first] = '\0';
	return clean(copy);
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
	one->message = clean(strdup(message));
	if (!src)
		return;
	one->file = clean(strdup(src->name));
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
