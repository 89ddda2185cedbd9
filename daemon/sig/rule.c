// SPDX-License-Identifier: GPL-2.0
#include "rule.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int vfw_rule_fail(struct vfw_rule_error *e, const struct vfw_rule_text *t, size_t at,
		  const char *fmt, ...)
{
	va_list ap;
	size_t i;

	if (at > t->len)
		at = t->len;
	e->line = t->line;
	e->col = t->col;
	for (i = 0; i < at; i++) {
		e->col++;
		if (t->s[i] == '\n') {
			e->line++;
			e->col = 1;
		}
	}
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

bool vfw_rule_is(const struct vfw_rule_text *t, const char *word)
{
	return strlen(word) == t->len && !strncasecmp(t->s, word, t->len);
}

/* The text from `from' on, with `len' bytes. */
static struct vfw_rule_text part_of(const struct vfw_rule_text *t, size_t from, size_t len)
{
	struct vfw_rule_text part = {.s = t->s + from, .len = len, .line = t->line, .col = t->col};
	size_t i;

	for (i = 0; i < from; i++) {
		part.col++;
		if (t->s[i] == '\n') {
			part.line++;
			part.col = 1;
		}
	}
	return part;
}

/* A joined line's backslash and line end are blanks as well. */
static bool is_join(const struct vfw_rule_text *t, size_t i)
{
	if (t->s[i] != '\\' || i + 1 >= t->len)
		return false;
	return t->s[i + 1] == '\n' ||
	       (t->s[i + 1] == '\r' && i + 2 < t->len && t->s[i + 2] == '\n');
}

struct vfw_rule_text vfw_rule_trim(struct vfw_rule_text t)
{
	size_t from = 0, to = t.len;

	while (from < to && (is_blank(t.s[from]) || is_join(&t, from)))
		from++;
	while (to > from && is_blank(t.s[to - 1])) {
		to--;
		if (t.s[to] == '\n' && to > from && t.s[to - 1] == '\\')
			to--;
	}
	return part_of(&t, from, to - from);
}

bool vfw_rule_split(struct vfw_rule_text *rest, char separator, struct vfw_rule_text *part)
{
	bool quoted = false;
	int depth = 0;
	size_t i;

	if (!rest->s)
		return false;
	for (i = 0; i < rest->len; i++) {
		char c = rest->s[i];

		if (c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && c == '[')
			depth++;
		else if (!quoted && c == ']')
			depth--;
		else if (!quoted && depth <= 0 && c == separator)
			break;
	}
	if (i > rest->len)
		i = rest->len;
	*part = vfw_rule_trim(part_of(rest, 0, i));
	if (i >= rest->len)
		rest->s = NULL;
	else
		*rest = part_of(rest, i + 1, rest->len - i - 1);
	return true;
}

int vfw_rule_number(const struct vfw_rule_text *t, long long min, long long max, long long *n,
		    struct vfw_rule_error *e)
{
	char buf[32], *end;
	long long x;

	if (!t->len || t->len >= sizeof(buf))
		return vfw_rule_fail(e, t, 0, "expected a number from %lld to %lld", min, max);
	memcpy(buf, t->s, t->len);
	buf[t->len] = '\0';
	errno = 0;
	x = strtoll(buf, &end, strncasecmp(buf, "0x", 2) ? 10 : 16);
	if (errno || *end || end == buf || is_blank(buf[0]) || x < min || x > max)
		return vfw_rule_fail(e, t, 0, "'%s': expected a number from %lld to %lld", buf, min,
				     max);
	*n = x;
	return 0;
}

/* Takes the next line with all that are joined to it. */
static bool next_line(struct vfw_rule_reader *r, struct vfw_rule_text *line)
{
	size_t begin = r->at;

	if (r->at >= r->len)
		return false;
	line->line = r->line + 1;
	line->col = 1;
	for (;;) {
		const char *nl = memchr(r->text + r->at, '\n', r->len - r->at);
		size_t end = nl ? (size_t)(nl - r->text) : r->len;
		size_t last = end;

		r->line++;
		r->at = nl ? end + 1 : r->len;
		if (last > begin && r->text[last - 1] == '\r')
			last--;
		/* a comment joins nothing: the rule behind it would be lost */
		if (nl && last > begin && r->text[last - 1] == '\\' && r->at < r->len &&
		    r->text[begin] != '#')
			continue;
		line->s = r->text + begin;
		line->len = end - begin;
		return true;
	}
}

/* Takes the next word of the header: up to a blank outside of brackets, or an opening parenthesis. */
static int next_word(struct vfw_rule_text *rest, struct vfw_rule_text *word, const char *what,
		     struct vfw_rule_error *e)
{
	int depth = 0;
	size_t i;

	*rest = vfw_rule_trim(*rest);
	for (i = 0; i < rest->len; i++) {
		char c = rest->s[i];

		if (c == '[')
			depth++;
		else if (c == ']' && --depth < 0)
			return vfw_rule_fail(e, rest, i, "a bracket too many");
		else if (depth <= 0 && (is_blank(c) || c == '('))
			break;
	}
	if (depth > 0)
		return vfw_rule_fail(e, rest, 0, "a bracket is not closed");
	if (!i)
		return vfw_rule_fail(e, rest, 0, "expected %s", what);
	*word = part_of(rest, 0, i);
	*rest = part_of(rest, i, rest->len - i);
	return 0;
}

static int read_options(struct vfw_rule *rule, struct vfw_rule_text rest, struct vfw_rule_error *e)
{
	while (rest = vfw_rule_trim(rest), rest.len) {
		struct vfw_rule_option *o = &rule->options[rule->n_options];
		size_t end, colon;

		if (rule->n_options == VFW_RULE_OPTIONS_MAX)
			return vfw_rule_fail(e, &rest, 0, "more than %d options",
					     VFW_RULE_OPTIONS_MAX);
		for (end = 0; end < rest.len && rest.s[end] != ';'; end++)
			if (rest.s[end] == '\\')
				end++;
		if (end >= rest.len)
			return vfw_rule_fail(e, &rest, 0, "expected ';' behind this option");
		for (colon = 0; colon < end && rest.s[colon] != ':'; colon++)
			;
		o->name = vfw_rule_trim(part_of(&rest, 0, colon));
		o->has_value = colon < end;
		o->value = o->has_value ? part_of(&rest, colon + 1, end - colon - 1)
					: part_of(&rest, end, 0);
		o->value = vfw_rule_trim(o->value);
		if (!o->name.len)
			return vfw_rule_fail(e, &rest, 0, "expected a keyword");
		rule->n_options++;
		rest = part_of(&rest, end + 1, rest.len - end - 1);
	}
	return 0;
}

static int read_arrow(struct vfw_rule *rule, struct vfw_rule_text *rest, struct vfw_rule_error *e)
{
	struct vfw_rule_text arrow;

	if (next_word(rest, &arrow, "'->' or '<>'", e))
		return -EINVAL;
	if (vfw_rule_is(&arrow, "->"))
		rule->direction = VFW_RULE_TO;
	else if (vfw_rule_is(&arrow, "<>"))
		rule->direction = VFW_RULE_BOTH;
	else
		return vfw_rule_fail(e, &arrow, 0, "'%.*s': expected '->' or '<>'",
				     (int)(arrow.len > 40 ? 40 : arrow.len), arrow.s);
	return 0;
}

static int read_rule(struct vfw_rule *rule, struct vfw_rule_text rest, struct vfw_rule_error *e)
{
	rule->n_options = 0;
	if (rest.len > VFW_RULE_LINE_MAX)
		return vfw_rule_fail(e, &rest, 0, "a rule of more than %d bytes",
				     VFW_RULE_LINE_MAX);
	if (memchr(rest.s, '\0', rest.len))
		return vfw_rule_fail(e, &rest, 0, "a rule with a NUL byte");
	if (next_word(&rest, &rule->action, "an action", e) ||
	    next_word(&rest, &rule->protocol, "a protocol", e) ||
	    next_word(&rest, &rule->src, "source addresses", e) ||
	    next_word(&rest, &rule->sport, "source ports", e) || read_arrow(rule, &rest, e) ||
	    next_word(&rest, &rule->dst, "destination addresses", e) ||
	    next_word(&rest, &rule->dport, "destination ports", e))
		return -EINVAL;
	rest = vfw_rule_trim(rest);
	if (!rest.len || rest.s[0] != '(')
		return vfw_rule_fail(e, &rest, 0, "expected '('");
	if (rest.s[rest.len - 1] != ')' || rest.len < 2)
		return vfw_rule_fail(e, &rest, rest.len, "expected ')' at the rule's end");
	return read_options(rule, part_of(&rest, 1, rest.len - 2), e);
}

enum vfw_rule_read vfw_rule_next(struct vfw_rule_reader *r, struct vfw_rule *rule,
				 struct vfw_rule_error *e)
{
	struct vfw_rule_text line;

	while (next_line(r, &line)) {
		line = vfw_rule_trim(line);
		if (!line.len || line.s[0] == '#')
			continue;
		return read_rule(rule, line, e) ? VFW_RULE_READ_ERROR : VFW_RULE_READ_OK;
	}
	return VFW_RULE_READ_END;
}
