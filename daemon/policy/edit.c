// SPDX-License-Identifier: GPL-2.0
#include "edit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"
#include "tree.h"

/* A rule in the tree, and what people call it. */
struct found {
	const struct vfw_stmt *rule;
	const struct vfw_stmt *block;
	char label[VFW_POLICY_NAME_MAX + 16];
};

/* A new piece of text, and where it comes in. */
struct piece {
	size_t at; /* offset in the file */
	size_t skip; /* of the piece: where the rule begins in it */
	struct vfw_text text;
};

static const char *block_name(const struct vfw_stmt *block)
{
	switch (block->kind) {
	case VFW_STMT_FIRST:
		return "first";
	case VFW_STMT_LAST:
		return "last";
	case VFW_STMT_UNMANAGED:
		return "unmanaged";
	case VFW_STMT_TENANT:
		return block->name;
	default:
		return NULL;
	}
}

static bool same_block(const struct vfw_stmt *a, const struct vfw_stmt *b)
{
	return a->kind == b->kind && (a->kind != VFW_STMT_TENANT || !strcmp(a->name, b->name));
}

/* How many rules stand in blocks of this kind (and tenant) before this one. */
static unsigned int rules_before(const struct vfw_policy *p, const struct vfw_stmt *block)
{
	unsigned int n = 0;

	for (const struct vfw_stmt *s = p->stmts.first; s != block; s = s->link.next)
		if (same_block(s, block))
			for (const struct vfw_stmt *i = s->items.first; i; i = i->link.next)
				n += i->kind == VFW_STMT_RULE;
	return n;
}

/* Calls each rule by its name until one is meant; false if none is. */
static bool find(const struct vfw_policy *p,
		 bool (*is_meant)(const struct found *f, const void *arg), const void *arg,
		 struct found *f)
{
	for (f->block = p->stmts.first; f->block; f->block = f->block->link.next) {
		const char *name = block_name(f->block);
		unsigned int nth;

		if (!name)
			continue;
		nth = rules_before(p, f->block);
		for (f->rule = f->block->items.first; f->rule; f->rule = f->rule->link.next) {
			if (f->rule->kind != VFW_STMT_RULE)
				continue;
			snprintf(f->label, sizeof(f->label), "%s:%u", name, ++nth);
			if (is_meant(f, arg))
				return true;
		}
	}
	return false;
}

static bool has_label(const struct found *f, const void *label)
{
	return !strcmp(f->label, label);
}

static size_t offset_of(const struct vfw_source *src, unsigned int line, unsigned int col)
{
	return src->lines[line - 1] + col - 1;
}

static size_t begin_of(const struct vfw_policy *p, const struct vfw_loc *loc)
{
	return offset_of(&p->files[loc->file], loc->line, loc->col);
}

static size_t end_of(const struct vfw_policy *p, const struct vfw_loc *loc)
{
	return offset_of(&p->files[loc->file], loc->end_line, loc->end_col);
}

static size_t line_begin(const struct vfw_source *src, size_t at)
{
	while (at && src->text[at - 1] != '\n')
		at--;
	return at;
}

/* Behind the line's end. */
static size_t line_end(const struct vfw_source *src, size_t at)
{
	const char *newline = memchr(src->text + at, '\n', src->len - at);

	return newline ? (size_t)(newline - src->text) + 1 : src->len;
}

static size_t blanks(const struct vfw_source *src, size_t at)
{
	while (at < src->len && (src->text[at] == ' ' || src->text[at] == '\t'))
		at++;
	return at;
}

static bool begins_line(const struct vfw_source *src, size_t at)
{
	return blanks(src, line_begin(src, at)) == at;
}

/* Is there nothing but a comment between here and the line's end? */
static bool ends_line(const struct vfw_source *src, size_t at)
{
	at = blanks(src, at);
	return at == src->len || strchr("#\r\n", src->text[at]);
}

/* The line's indentation, then the rule, then a line's end as this file has them. */
static void put_line(struct piece *piece, const struct vfw_source *src, size_t like,
		     const char *deeper, const char *rule)
{
	size_t begin = line_begin(src, like), end = line_end(src, like);
	bool crlf = end - begin > 1 && end >= 2 && src->text[end - 1] == '\n' &&
		    src->text[end - 2] == '\r';

	vfw_text_bytes(&piece->text, src->text + begin, blanks(src, begin) - begin);
	vfw_text_str(&piece->text, deeper);
	piece->skip += piece->text.len;
	vfw_text_str(&piece->text, rule);
	vfw_text_str(&piece->text, crlf ? "\r\n" : "\n");
}

static void put_before(struct piece *piece, const struct vfw_source *src, size_t at,
		       const char *rule)
{
	if (!begins_line(src, at)) {
		piece->at = at;
		vfw_text_str(&piece->text, rule);
		vfw_text_str(&piece->text, " ");
		return;
	}
	piece->at = line_begin(src, at);
	/* comments right above belong to what they stand above of */
	while (piece->at) {
		size_t above = line_begin(src, piece->at - 1);

		if (src->text[blanks(src, above)] != '#')
			break;
		piece->at = above;
	}
	put_line(piece, src, at, "", rule);
}

static void put_after(struct piece *piece, const struct vfw_source *src, size_t begin, size_t end,
		      const char *rule)
{
	if (!ends_line(src, end)) {
		piece->at = end;
		piece->skip = 1;
		vfw_text_str(&piece->text, " ");
		vfw_text_str(&piece->text, rule);
		return;
	}
	piece->at = line_end(src, end);
	if (piece->at == src->len && (!src->len || src->text[src->len - 1] != '\n'))
		vfw_text_str(&piece->text, "\n");
	put_line(piece, src, begin, begins_line(src, begin) ? "" : "  ", rule);
}

/* Where a block's brace closes, which the tree does not know. */
static size_t closing(const struct vfw_source *src, size_t at)
{
	int depth = 0;

	for (; at < src->len; at++) {
		switch (src->text[at]) {
		case '#':
			at = line_end(src, at) - 1;
			break;
		case '"':
			for (at++; at < src->len && src->text[at] != '"'; at++)
				at += src->text[at] == '\\';
			break;
		case '{':
			depth++;
			break;
		case '}':
			if (!--depth)
				return at;
			break;
		}
	}
	return src->len;
}

/* Into a block without rules, behind all else in it. */
static void put_into(struct piece *piece, const struct vfw_policy *p, const struct vfw_stmt *block,
		     const char *rule)
{
	const struct vfw_source *src = &p->files[block->loc.file];
	const struct vfw_stmt *item = block->items.first;
	size_t at = closing(src, begin_of(p, &block->loc));

	if (begins_line(src, at)) {
		size_t like = at;
		const char *deeper = "  ";

		if (item && begins_line(src, begin_of(p, &item->loc))) {
			like = begin_of(p, &item->loc);
			deeper = "";
		}
		piece->at = line_begin(src, at);
		put_line(piece, src, like, deeper, rule);
		return;
	}
	piece->at = at;
	vfw_text_str(&piece->text, at && strchr(" \t", src->text[at - 1]) ? "" : " ");
	piece->skip = piece->text.len;
	vfw_text_str(&piece->text, rule);
	vfw_text_str(&piece->text, " ");
}

/* A block of its own, at the end of a file (NULL: a new one). */
static void put_block(struct piece *piece, const struct vfw_source *src,
		      const struct vfw_edit_place *place, const char *rule)
{
	piece->at = src ? src->len : 0;
	if (piece->at && src->text[src->len - 1] != '\n')
		vfw_text_str(&piece->text, "\n");
	if (piece->at)
		vfw_text_str(&piece->text, "\n");
	vfw_text_printf(&piece->text, "%s%s {\n  ", place->tenant ? "tenant " : "", place->block);
	piece->skip = piece->text.len;
	vfw_text_str(&piece->text, rule);
	vfw_text_str(&piece->text, "\n}\n");
}

/* The name without its folders. */
static const char *base_of(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

static const struct vfw_source *file_of(const struct vfw_policy *p, const char *name)
{
	for (size_t i = 0; i < p->n_files; i++)
		if (!strcmp(p->files[i].name, name) || !strcmp(base_of(p->files[i].name), name))
			return &p->files[i];
	return NULL;
}

/* Takes the piece's text in any case. */
static int splice(const struct vfw_source *src, const char *name, struct piece *piece, size_t gone,
		  struct vfw_edit *out)
{
	size_t len = piece->text.len;
	char *in = piece->text.failed ? NULL : piece->text.s;
	bool failed = piece->text.failed;
	struct vfw_text all = {0};

	if (src)
		vfw_text_bytes(&all, src->text, piece->at);
	if (in)
		vfw_text_bytes(&all, in, len);
	if (src)
		vfw_text_bytes(&all, src->text + piece->at + gone, src->len - piece->at - gone);
	vfw_text_str(&all, "");
	free(piece->text.s);
	*out = (struct vfw_edit){.file = strdup(src ? src->name : name),
				 .is_new = !src,
				 .len = all.len,
				 .at = piece->at + piece->skip};
	out->text = vfw_text_take(&all);
	if (out->file && out->text && !failed)
		return 0;
	free(out->file);
	free(out->text);
	return -ENOMEM;
}

static int no(char **why, int err, const char *fmt, const char *what)
{
	if (asprintf(why, fmt, what) < 0) {
		*why = NULL;
		return -ENOMEM;
	}
	return err;
}

static bool is_place(const struct vfw_edit_place *place, const struct vfw_stmt *s)
{
	const char *name = block_name(s);

	return name && place->tenant == (s->kind == VFW_STMT_TENANT) && !strcmp(name, place->block);
}

/* First or last in a block: beside the rule that is it now, into the block, or into a new block. */
static int add_to_block(const struct vfw_policy *p, const struct vfw_edit_place *place,
			const char *rule, struct vfw_edit *out, char **why)
{
	const struct vfw_source *src = place->file ? file_of(p, place->file) : NULL;
	const struct vfw_stmt *beside = NULL, *block = NULL;
	struct piece piece = {0};

	for (const struct vfw_stmt *s = p->stmts.first; s; s = s->link.next) {
		if (!is_place(place, s) || (place->file && src != &p->files[s->loc.file]))
			continue;
		block = s;
		for (const struct vfw_stmt *i = s->items.first; i; i = i->link.next)
			if (i->kind == VFW_STMT_RULE && (place->where == VFW_EDIT_LAST || !beside))
				beside = i;
	}
	if (block)
		src = &p->files[(beside ? beside : block)->loc.file];
	if (beside && place->where == VFW_EDIT_FIRST)
		put_before(&piece, src, begin_of(p, &beside->loc), rule);
	else if (beside)
		put_after(&piece, src, begin_of(p, &beside->loc), end_of(p, &beside->loc), rule);
	else if (block)
		put_into(&piece, p, block, rule);
	else if (!place->file && p->n_files != 1)
		return no(why, -EINVAL, "expected the name of a file for a new block of %s",
			  place->block);
	else
		put_block(&piece, src = place->file ? src : &p->files[0], place, rule);
	return splice(src, place->file, &piece, 0, out);
}

int vfw_edit_add(const struct vfw_policy *p, const struct vfw_edit_place *place, const char *rule,
		 struct vfw_edit *out, char **why)
{
	const struct vfw_source *src;
	struct piece piece = {0};
	struct found f;
	size_t begin;

	if (place->where == VFW_EDIT_FIRST || place->where == VFW_EDIT_LAST)
		return add_to_block(p, place, rule, out, why);
	if (!find(p, has_label, place->label, &f))
		return no(why, -ENOENT, "there is no rule %s: vfwctl rule list shows them",
			  place->label);
	src = &p->files[f.rule->loc.file];
	begin = begin_of(p, &f.rule->loc);
	if (place->where == VFW_EDIT_BEFORE)
		put_before(&piece, src, begin, rule);
	else
		put_after(&piece, src, begin, end_of(p, &f.rule->loc), rule);
	return splice(src, NULL, &piece, 0, out);
}

int vfw_edit_delete(const struct vfw_policy *p, const char *label, char **rule,
		    struct vfw_edit *out, char **why)
{
	struct vfw_text printed = {0};
	const struct vfw_source *src;
	struct piece piece = {0};
	size_t begin, end;
	struct found f;

	if (!find(p, has_label, label, &f))
		return no(why, -ENOENT, "there is no rule %s: vfwctl rule list shows them", label);
	src = &p->files[f.rule->loc.file];
	begin = begin_of(p, &f.rule->loc);
	end = end_of(p, &f.rule->loc);
	if (begins_line(src, begin) && ends_line(src, end)) {
		begin = line_begin(src, begin);
		end = line_end(src, end);
	} else if (blanks(src, end) > end && !ends_line(src, end)) {
		end = blanks(src, end);
	} else {
		while (begin && strchr(" \t", src->text[begin - 1]))
			begin--;
	}
	piece.at = begin;
	vfw_print_rule(&printed, f.rule->rule);
	*rule = vfw_text_take(&printed);
	return *rule ? splice(src, NULL, &piece, end - begin, out) : -ENOMEM;
}

struct range {
	const struct vfw_policy *p;
	const char *file;
	size_t begin, end;
};

static bool is_at(const struct found *f, const void *arg)
{
	const struct range *r = arg;
	const struct vfw_loc *loc = &f->rule->loc;

	return !strcmp(r->p->files[loc->file].name, r->file) && begin_of(r->p, loc) == r->begin &&
	       end_of(r->p, loc) == r->end;
}

bool vfw_edit_is_rule(const struct vfw_policy *p, const char *file, size_t at, size_t len,
		      char *label, size_t size)
{
	struct range r = {p, file, at, at + len};
	struct found f;

	if (!find(p, is_at, &r, &f))
		return false;
	snprintf(label, size, "%s", f.label);
	return true;
}

void vfw_edit_position(const char *text, size_t at, unsigned int *line, unsigned int *col)
{
	*line = 1;
	*col = 1;
	for (size_t i = 0; i < at; i++) {
		++*col;
		if (text[i] == '\n') {
			++*line;
			*col = 1;
		}
	}
}
