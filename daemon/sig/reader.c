// SPDX-License-Identifier: GPL-2.0
#include "reader.h"

#include "../policy/literal.h"
#include "pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void vfw_texts_free(struct vfw_texts *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->files[i].name);
		free(t->files[i].text);
		free(t->files[i].lines);
		free(t->texts[i]);
	}
	free(t->files);
	free(t->texts);
	memset(t, 0, sizeof(*t));
}

/* The offset at which each line begins. */
static int find_lines(struct vfw_source *file)
{
	uint32_t n = 1;

	for (size_t i = 0; i < file->len; i++)
		n += file->text[i] == '\n';
	file->lines = malloc(n * sizeof(*file->lines));
	if (!file->lines)
		return -ENOMEM;
	file->lines[file->n_lines++] = 0;
	for (size_t i = 0; i < file->len; i++)
		if (file->text[i] == '\n')
			file->lines[file->n_lines++] = (uint32_t)i + 1;
	return 0;
}

static char *copy(const char *text, size_t len)
{
	char *to = malloc(len + 1);

	if (to && len)
		memcpy(to, text, len);
	if (to)
		to[len] = '\0';
	return to;
}

int vfw_texts_add(struct vfw_texts *t, const char *name, const char *text, size_t len)
{
	struct vfw_source *files = realloc(t->files, (t->n + 1) * sizeof(*files));
	char **texts;

	if (!files)
		return -ENOMEM;
	t->files = files;
	texts = realloc(t->texts, (t->n + 1) * sizeof(*texts));
	if (!texts)
		return -ENOMEM;
	t->texts = texts;
	files += t->n;
	memset(files, 0, sizeof(*files));
	texts[t->n++] = copy(text, len);
	files->name = strdup(name);
	files->text = copy(text, len);
	files->len = len;
	if (!texts[t->n - 1] || !files->name || !files->text)
		return -ENOMEM;
	return find_lines(files);
}

void vfw_reader_begin(struct vfw_reader *r, const struct vfw_texts *t, struct vfw_diags *d)
{
	memset(r, 0, sizeof(*r));
	r->d = d;
	r->file_index = (uint32_t)t->n - 1;
	r->file = &t->files[r->file_index];
	r->text = t->texts[r->file_index];
}

bool vfw_reader_line(struct vfw_reader *r)
{
	while (r->line < r->file->n_lines) {
		const char *nul;

		r->start = r->file->lines[r->line++];
		r->end = r->line < r->file->n_lines ? r->file->lines[r->line] - 1 : r->file->len;
		r->at = r->start;
		vfw_reader_blanks(r);
		if (vfw_reader_done(r))
			continue;
		nul = memchr(r->text + r->start, '\0', r->end - r->start);
		if (!nul)
			return true;
		vfw_reader_wrong(r, (size_t)(nul - r->text), 0, "expected text, found a NUL byte");
	}
	return false;
}

struct vfw_loc vfw_reader_place(const struct vfw_reader *r, size_t from, size_t to)
{
	return (struct vfw_loc){.file = r->file_index,
				.line = r->line,
				.col = (uint32_t)(from - r->start) + 1,
				.end_line = r->line,
				.end_col = (uint32_t)(to - r->start) + 1};
}

bool vfw_reader_wrong(struct vfw_reader *r, size_t from, size_t to, const char *fmt, ...)
{
	struct vfw_loc loc = vfw_reader_place(r, from, to > from ? to : from + 1);
	va_list ap;

	r->errors++;
	va_start(ap, fmt);
	vfw_diag_vadd(r->d, VFW_DIAG_ERROR, r->file, &loc, fmt, ap);
	va_end(ap);
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

bool vfw_reader_blanks(struct vfw_reader *r)
{
	size_t from = r->at;

	while (r->at < r->end && is_blank(r->text[r->at]))
		r->at++;
	return r->at > from;
}

bool vfw_reader_done(const struct vfw_reader *r)
{
	return r->at >= r->end || r->text[r->at] == '#';
}

bool vfw_reader_regex(struct vfw_reader *r, const char **regex, struct vfw_loc *loc)
{
	size_t slash = r->at, from;

	if (r->at == r->end || r->text[r->at] != '/')
		return vfw_reader_wrong(r, r->at, r->at, "expected '/' and a regular expression");
	for (from = ++r->at; r->at < r->end && r->text[r->at] != '/'; r->at++)
		if (r->text[r->at] == '\\' && r->at + 1 < r->end)
			r->at++;
	if (r->at >= r->end)
		return vfw_reader_wrong(
			r, slash, r->end,
			"expected '/' at the end of the expression (write '\\/' inside it)");
	if (r->at == from)
		return vfw_reader_wrong(r, slash, r->at + 1,
					"expected an expression between the slashes");
	if (r->at - from > VFW_PATTERN_REGEX_MAX)
		return vfw_reader_wrong(r, slash, r->at + 1,
					"expected an expression of at most %d bytes",
					VFW_PATTERN_REGEX_MAX);
	*regex = r->text + from;
	*loc = vfw_reader_place(r, slash, r->at + 1);
	r->text[r->at++] = '\0';
	return true;
}

bool vfw_reader_flags(struct vfw_reader *r, const char *letters, const char *expected,
		      uint32_t *flags)
{
	for (; r->at < r->end && !is_blank(r->text[r->at]); r->at++) {
		const char *letter = strchr(letters, r->text[r->at]);
		uint32_t flag = letter ? 1U << (letter - letters) : 0;

		if (!flag)
			return vfw_reader_wrong(r, r->at, r->at + 1, "%s", expected);
		if (*flags & flag)
			return vfw_reader_wrong(r, r->at, r->at + 1,
						"the flag '%c' stands there already", *letter);
		*flags |= flag;
	}
	return true;
}

static bool check_message(struct vfw_reader *r, size_t quote, const char *message, size_t len)
{
	if (len > VFW_PATTERN_MESSAGE_MAX)
		return vfw_reader_wrong(r, quote, r->at, "expected a message of at most %d bytes",
					VFW_PATTERN_MESSAGE_MAX);
	/* control characters are no text for it either */
	if (!vfw_literal_utf8(message, len))
		return vfw_reader_wrong(r, quote, r->at,
					"expected UTF-8 without control characters");
	return true;
}

bool vfw_reader_message(struct vfw_reader *r, const char **message)
{
	size_t quote = r->at, to = ++r->at;
	char *start = r->text + to;

	for (; r->at < r->end && r->text[r->at] != '"'; r->at++) {
		char c = r->text[r->at];

		if (c == '\\') {
			if (r->at + 1 == r->end)
				break;
			c = r->text[++r->at];
			if (c != '"' && c != '\\')
				return vfw_reader_wrong(r, r->at - 1, r->at + 1,
							"expected '\\\"' or '\\\\' in a message");
		}
		r->text[to++] = c;
	}
	if (r->at >= r->end || r->text[r->at] != '"')
		return vfw_reader_wrong(r, quote, r->end,
					"expected '\"' at the end of the message");
	r->at++;
	if (!check_message(r, quote, start, (size_t)(r->text + to - start)))
		return false;
	r->text[to] = '\0';
	*message = start;
	return true;
}
