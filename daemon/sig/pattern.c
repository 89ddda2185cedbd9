// SPDX-License-Identifier: GPL-2.0
#include "pattern.h"

#include "../policy/literal.h"
#include "../policy/text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* One file on its way in. */
struct reading {
	struct vfw_patterns *p;
	struct vfw_diags *d;
	const struct vfw_source *file;
	uint32_t file_index;
	char *text; /* is cut into strings */
	uint32_t line;
	size_t start, end; /* of the line, in text */
	size_t sid; /* where its id stands */
	size_t at;
	size_t errors;
};

struct vfw_patterns *vfw_patterns_new(void)
{
	return calloc(1, sizeof(struct vfw_patterns));
}

void vfw_patterns_free(struct vfw_patterns *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n_files; i++) {
		free(p->files[i].name);
		free(p->files[i].text);
		free(p->files[i].lines);
		free(p->texts[i]);
	}
	free(p->files);
	free(p->texts);
	free(p->by_sid);
	free(p->v);
	free(p);
}

static struct vfw_loc place(const struct reading *r, size_t from, size_t to)
{
	return (struct vfw_loc){.file = r->file_index,
				.line = r->line,
				.col = (uint32_t)(from - r->start) + 1,
				.end_line = r->line,
				.end_col = (uint32_t)(to - r->start) + 1};
}

/* A complaint about the bytes from there to there; the line is given up. Always false. */
__attribute__((format(printf, 4, 5))) static bool wrong(struct reading *r, size_t from, size_t to,
							const char *fmt, ...)
{
	struct vfw_loc loc = place(r, from, to > from ? to : from + 1);
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

static bool skip_blanks(struct reading *r)
{
	size_t from = r->at;

	while (r->at < r->end && is_blank(r->text[r->at]))
		r->at++;
	return r->at > from;
}

static bool read_sid(struct reading *r, struct vfw_pattern *pattern)
{
	size_t from = r->at;
	uint64_t sid = 0;

	for (; r->at < r->end && r->text[r->at] >= '0' && r->text[r->at] <= '9'; r->at++)
		if (sid <= UINT32_MAX)
			sid = sid * 10 + (uint64_t)(r->text[r->at] - '0');
	if (r->at == from)
		return wrong(r, from, from, "expected the signature's id, a number, or '#'");
	if (!sid || sid > UINT32_MAX)
		return wrong(r, from, r->at, "expected an id of 1 to 4294967295");
	pattern->sid = (uint32_t)sid;
	if (!skip_blanks(r))
		return wrong(r, r->at, r->at, "expected a blank behind the id");
	return true;
}

/* From the first slash to the next that no backslash precedes. */
static bool read_regex(struct reading *r, struct vfw_pattern *pattern)
{
	size_t slash = r->at, from;

	if (r->at == r->end || r->text[r->at] != '/')
		return wrong(r, r->at, r->at, "expected '/' and a regular expression");
	for (from = ++r->at; r->at < r->end && r->text[r->at] != '/'; r->at++)
		if (r->text[r->at] == '\\' && r->at + 1 < r->end)
			r->at++;
	if (r->at >= r->end)
		return wrong(r, slash, r->end,
			     "expected '/' at the end of the expression (write '\\/' inside it)");
	if (r->at == from)
		return wrong(r, slash, r->at + 1, "expected an expression between the slashes");
	if (r->at - from > VFW_PATTERN_REGEX_MAX)
		return wrong(r, slash, r->at + 1, "expected an expression of at most %d bytes",
			     VFW_PATTERN_REGEX_MAX);
	pattern->regex = r->text + from;
	pattern->loc = place(r, slash, r->at + 1);
	r->text[r->at++] = '\0';
	return true;
}

static bool read_flags(struct reading *r, struct vfw_pattern *pattern)
{
	static const char letters[] = "ism"; /* in the order of VFW_PATTERN_F_* */

	for (; r->at < r->end && !is_blank(r->text[r->at]); r->at++) {
		const char *letter = strchr(letters, r->text[r->at]);
		uint32_t flag = letter ? 1U << (letter - letters) : 0;

		if (!flag)
			return wrong(r, r->at, r->at + 1,
				     "expected the flags i, s or m, then a blank");
		if (pattern->flags & flag)
			return wrong(r, r->at, r->at + 1, "the flag '%c' stands there already",
				     *letter);
		pattern->flags |= flag;
	}
	return true;
}

static bool check_message(struct reading *r, size_t quote, const char *message, size_t len)
{
	if (len > VFW_PATTERN_MESSAGE_MAX)
		return wrong(r, quote, r->at, "expected a message of at most %d bytes",
			     VFW_PATTERN_MESSAGE_MAX);
	/* control characters are no text for it either */
	if (!vfw_literal_utf8(message, len))
		return wrong(r, quote, r->at, "expected UTF-8 without control characters");
	return true;
}

/* In double quotes, with \" and \\; unescaped where it stands. */
static bool read_message(struct reading *r, struct vfw_pattern *pattern)
{
	size_t quote = r->at, to = ++r->at;
	char *message = r->text + to;

	for (; r->at < r->end && r->text[r->at] != '"'; r->at++) {
		char c = r->text[r->at];

		if (c == '\\') {
			if (r->at + 1 == r->end)
				break;
			c = r->text[++r->at];
			if (c != '"' && c != '\\')
				return wrong(r, r->at - 1, r->at + 1,
					     "expected '\\\"' or '\\\\' in a message");
		}
		r->text[to++] = c;
	}
	if (r->at >= r->end || r->text[r->at] != '"')
		return wrong(r, quote, r->end, "expected '\"' at the end of the message");
	r->at++;
	if (!check_message(r, quote, message, (size_t)(r->text + to - message)))
		return false;
	r->text[to] = '\0';
	pattern->message = message;
	return true;
}

static size_t slot_of(const struct vfw_patterns *p, uint32_t sid)
{
	/* the upper half, which all bits of the id have a part in */
	size_t slot = (size_t)(sid * 0x9e3779b97f4a7c15ULL >> 32) & (p->slots - 1);

	while (p->by_sid[slot] && p->v[p->by_sid[slot] - 1].sid != sid)
		slot = (slot + 1) & (p->slots - 1);
	return slot;
}

/* Twice as many slots as there is room for patterns. */
static int grow(struct vfw_patterns *p)
{
	size_t room = p->room ? 2 * p->room : 64;
	struct vfw_pattern *v = realloc(p->v, room * sizeof(*v));
	uint32_t *slots;

	if (!v)
		return -ENOMEM;
	p->v = v;
	slots = calloc(2 * room, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(p->by_sid);
	p->by_sid = slots;
	p->slots = 2 * room;
	p->room = room;
	for (size_t i = 0; i < p->n; i++)
		p->by_sid[slot_of(p, p->v[i].sid)] = (uint32_t)i + 1;
	return 0;
}

static int keep(struct reading *r, const struct vfw_pattern *pattern)
{
	struct vfw_patterns *p = r->p;
	size_t slot;

	if (p->n == p->room && grow(p))
		return -ENOMEM;
	slot = slot_of(p, pattern->sid);
	if (p->by_sid[slot]) {
		const struct vfw_loc *first = &p->v[p->by_sid[slot] - 1].loc;

		wrong(r, r->sid, r->sid + strspn(r->text + r->sid, "0123456789"),
		      "the id %u is taken by %s:%u", pattern->sid, p->files[first->file].name,
		      first->line);
		return 0;
	}
	if (p->n == VFW_PATTERNS_MAX) {
		if (!r->errors)
			wrong(r, r->sid, r->end, "expected at most %d patterns in a profile",
			      VFW_PATTERNS_MAX);
		r->errors++;
		return 0;
	}
	p->v[p->n] = *pattern;
	p->by_sid[slot] = (uint32_t)++p->n;
	return 0;
}

/* Returns 0 or -ENOMEM; what is wrong has been said. */
static int read_line(struct reading *r)
{
	const char *nul = memchr(r->text + r->start, '\0', r->end - r->start);
	struct vfw_pattern pattern = {0};

	r->at = r->start;
	skip_blanks(r);
	if (r->at == r->end || r->text[r->at] == '#')
		return 0;
	if (nul) {
		wrong(r, (size_t)(nul - r->text), 0, "expected text, found a NUL byte");
		return 0;
	}
	r->sid = r->at;
	if (!read_sid(r, &pattern) || !read_regex(r, &pattern) || !read_flags(r, &pattern))
		return 0;
	skip_blanks(r);
	if (r->at < r->end && r->text[r->at] == '"') {
		if (!read_message(r, &pattern))
			return 0;
		skip_blanks(r);
	}
	if (r->at < r->end && r->text[r->at] != '#') {
		wrong(r, r->at, r->end,
		      "expected a message in double quotes, or the end of the line");
		return 0;
	}
	return keep(r, &pattern);
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

/* Room for one more file, filled; NULL: no memory. */
static struct vfw_source *add_file(struct vfw_patterns *p, const char *name, const char *text,
				   size_t len)
{
	struct vfw_source *files = realloc(p->files, (p->n_files + 1) * sizeof(*files));
	char **texts;

	if (!files)
		return NULL;
	p->files = files;
	texts = realloc(p->texts, (p->n_files + 1) * sizeof(*texts));
	if (!texts)
		return NULL;
	p->texts = texts;
	files += p->n_files;
	memset(files, 0, sizeof(*files));
	texts[p->n_files++] = copy(text, len);
	files->name = strdup(name);
	files->text = copy(text, len);
	files->len = len;
	if (!texts[p->n_files - 1] || !files->name || !files->text || find_lines(files))
		return NULL;
	return files;
}

int vfw_patterns_add(struct vfw_patterns *p, const char *name, const char *text, size_t len,
		     struct vfw_diags *d)
{
	struct vfw_source nameless = {.name = (char *)name};
	struct reading r = {.p = p, .d = d, .file_index = (uint32_t)p->n_files};
	size_t before = p->n;
	int err = 0;

	if (len > VFW_PATTERN_FILE_MAX) {
		vfw_diag_add(d, VFW_DIAG_ERROR, &nameless, NULL, "expected at most %u MiB",
			     VFW_PATTERN_FILE_MAX >> 20);
		return -EINVAL;
	}
	r.file = add_file(p, name, text, len);
	if (!r.file)
		return -ENOMEM;
	r.text = p->texts[r.file_index];
	for (r.line = 1; r.line <= r.file->n_lines && !err; r.line++) {
		r.start = r.file->lines[r.line - 1];
		r.end = r.line < r.file->n_lines ? r.file->lines[r.line] - 1 : len;
		err = read_line(&r);
	}
	if (!err && !r.errors && p->n == before) {
		r.errors++;
		vfw_diag_add(d, VFW_DIAG_ERROR, &nameless, NULL,
			     "expected at least one pattern in this file");
	}
	return err ?: r.errors ? -EINVAL : 0;
}

void vfw_patterns_complain(const struct vfw_patterns *p, size_t index, struct vfw_diags *d,
			   const char *what)
{
	const struct vfw_pattern *pattern = &p->v[index];

	vfw_diag_add(d, VFW_DIAG_ERROR, &p->files[pattern->loc.file], &pattern->loc, "%s", what);
}

int vfw_patterns_digest(const struct vfw_patterns *p, uint8_t digest[VFW_SHA256_LEN])
{
	struct vfw_text t = {0};

	for (size_t i = 0; i < p->n; i++) {
		const struct vfw_pattern *one = &p->v[i];
		const char *message = one->message ?: "";

		vfw_text_printf(&t, "%u %u ", one->sid, one->flags);
		vfw_text_bytes(&t, one->regex, strlen(one->regex) + 1);
		vfw_text_bytes(&t, message, strlen(message) + 1);
	}
	vfw_text_bytes(&t, "", 0);
	if (!t.failed)
		vfw_sha256(t.s, t.len, digest);
	free(t.s);
	return t.failed ? -ENOMEM : 0;
}
