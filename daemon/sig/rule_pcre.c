// SPDX-License-Identifier: GPL-2.0
#include "rule_pcre.h"

#include <string.h>

#define DEPTH_MAX 16 /* of groups */
#define REPEAT_MAX 2048 /* Hyperscan's own bound is 32767, and a long repetition costs state */
#define WIDE_MAX 8192 /* states, were each repetition drawn: some of them Hyperscan does draw */
#define STATES_MAX 256 /* of the automaton, roughly: half of what one engine of Hyperscan has */

struct reader {
	const char *at;
	unsigned int depth;
	bool begins; /* with ^ */
	bool choice; /* there are alternatives outside of groups */
	bool ends; /* with $: of that Hyperscan tells late, and takes it beside no other part */
	bool borders; /* \b may stand before its first byte */
};

/* What a part of an expression takes. */
struct shape {
	uint32_t least; /* bytes */
	uint32_t states;
	uint32_t wide; /* states, were each repetition drawn */
	bool one; /* a single byte, or none of many: a class */
	unsigned int first, last; /* kinds of bytes it may begin and end with */
};

/* \b stands between two of different kinds. */
#define KIND_WORD 1U
#define KIND_OTHER 2U
#define KIND_ANY (KIND_WORD | KIND_OTHER)

static bool read_alternatives(struct reader *r, struct shape *out);

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hex_of(char c)
{
	if (is_digit(c))
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Letters that name a set of bytes. */
static bool in_set(char letter, unsigned int byte)
{
	bool digit = byte >= '0' && byte <= '9';
	bool word = digit || byte == '_' || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
	bool space = byte == ' ' || (byte >= '\t' && byte <= '\r');

	switch (letter) {
	case 'd':
		return digit;
	case 'D':
		return !digit;
	case 'w':
		return word;
	case 'W':
		return !word;
	case 's':
		return space;
	default: /* S */
		return !space;
	}
}

/* Behind a backslash: one byte, *set 0, or a set's letter. Returns false: something else. */
static bool read_escape(struct reader *r, unsigned char *byte, char *set)
{
	static const char names[] = "nrtfea", bytes[] = "\n\r\t\f\033\a";
	char c = *r->at++;
	const char *known;

	*set = 0;
	if (!c)
		return false;
	if (strchr("dDwWsS", c)) {
		*set = c;
		return true;
	}
	known = strchr(names, c);
	if (known) {
		*byte = (unsigned char)bytes[known - names];
		return true;
	}
	if (c == 'x') {
		int high = hex_of(r->at[0]), low = high < 0 ? -1 : hex_of(r->at[1]);

		if (low < 0)
			return false;
		*byte = (unsigned char)(high << 4 | low);
		r->at += 2;
		return true;
	}
	*byte = (unsigned char)c;
	return !is_digit(c) && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && (unsigned char)c < 0x80;
}

static unsigned int kind_of(unsigned int byte)
{
	return in_set('w', byte) ? KIND_WORD : KIND_OTHER;
}

/* Of a byte, or of a set. */
static unsigned int kinds_of(unsigned int byte, char set)
{
	unsigned int kinds = 0;

	if (!set)
		return kind_of(byte);
	for (unsigned int i = 0; i < 256; i++)
		kinds |= in_set(set, i) ? kind_of(i) : 0;
	return kinds;
}

/* One member of a class: a byte, or a set. */
static bool read_member(struct reader *r, unsigned char *byte, char *set)
{
	*set = 0;
	if (*r->at == '\\') {
		r->at++;
		return read_escape(r, byte, set);
	}
	/* names as in [[:alpha:]] */
	if (*r->at == '[' && strchr(":.=", r->at[1]))
		return false;
	*byte = (unsigned char)*r->at++;
	return *byte;
}

/* Behind '['. One that no byte is in would be refused. */
static bool read_class(struct reader *r, unsigned int *kinds)
{
	bool in[256] = {false}, wanted = *r->at != '^', first = true;
	unsigned char from, to;
	char set;

	r->at += !wanted;
	for (; *r->at != ']' || first; first = false) {
		if (!read_member(r, &from, &set))
			return false;
		for (unsigned int i = 0; set && i < 256; i++)
			in[i] |= in_set(set, i);
		if (*r->at != '-' || r->at[1] == ']') {
			in[from] |= !set;
			continue;
		}
		r->at++;
		if (set || !read_member(r, &to, &set) || set || to < from)
			return false;
		for (unsigned int i = from; i <= to; i++)
			in[i] = true;
	}
	r->at++;
	*kinds = 0;
	for (unsigned int i = 0; i < 256; i++)
		*kinds |= in[i] == wanted ? kind_of(i) : 0;
	return *kinds;
}

static bool read_number(struct reader *r, uint32_t *n)
{
	if (!is_digit(*r->at))
		return false;
	for (*n = 0; is_digit(*r->at); r->at++)
		if (*n <= REPEAT_MAX)
			*n = *n * 10 + (uint32_t)(*r->at - '0');
	return *n <= REPEAT_MAX;
}

/* Behind what may be repeated. */
static bool read_repeat(struct reader *r, struct shape *s)
{
	uint32_t least = 1, most = 1;

	switch (*r->at) {
	case '?':
	case '*':
		least = 0;
		break;
	case '+':
		break;
	case '{':
		r->at++;
		if (!read_number(r, &least))
			return false;
		most = least;
		if (*r->at == ',') {
			r->at++;
			if (*r->at != '}' && (!read_number(r, &most) || most < least))
				return false;
		}
		if (*r->at != '}' || !most)
			return false;
		break;
	default:
		return true;
	}
	r->at++;
	/* not so greedy: matches all the same */
	if (*r->at == '?')
		r->at++;
	if (strchr("?*+{", *r->at) && *r->at)
		return false;
	s->least *= least;
	s->wide *= most;
	/* of a single byte many are counted, not drawn; but not within what is repeated itself, or compiling takes minutes */
	if (s->one && most > 4)
		s->states = 4;
	else if (most > 1)
		s->states = s->wide;
	return s->wide <= WIDE_MAX;
}

/* Does what begins as the name of a class end as one? */
static bool ends_name(const char *at)
{
	const char end[] = {*at, ']', '\0'};

	return strstr(at + 1, end);
}

static bool read_atom(struct reader *r, struct shape *s)
{
	unsigned char byte;
	char set;

	*s = (struct shape){1, 1, 1, true, KIND_ANY, KIND_ANY};
	switch (*r->at) {
	case '\\':
		r->at++;
		if (!read_escape(r, &byte, &set))
			return false;
		s->first = s->last = kinds_of(byte, set);
		return true;
	case '[':
		/* both refuse names of classes that stand outside one */
		if (r->at[1] && strchr(":.=", r->at[1]) && ends_name(r->at + 1))
			return false;
		r->at++;
		if (!read_class(r, &s->first))
			return false;
		s->last = s->first;
		return true;
	case '(':
		r->at++;
		if (*r->at == '?' && r->at[1] != ':')
			return false;
		r->at += *r->at == '?' ? 2 : 0;
		if (++r->depth > DEPTH_MAX || !read_alternatives(r, s) || *r->at != ')')
			return false;
		r->depth--;
		r->at++;
		s->one = false;
		return true;
	case '^':
	case '$':
	case '*':
	case '+':
	case '?':
	case '{':
		return false;
	case '.':
		r->at++;
		return true;
	default:
		s->first = s->last = kind_of((unsigned char)*r->at);
		r->at++;
		return true;
	}
}

/* Behind the last atom, or at \b, of which there may be one outside of groups: with more it is hard to tell whether anything can match. */
static bool read_border(struct reader *r, bool *border, const struct shape *before)
{
	bool here = *r->at == '\\' && r->at[1] == 'b';

	if (!here)
		return true;
	if (r->depth || *border)
		return false;
	*border = true;
	r->borders |= !before->least;
	r->at += 2;
	/* behind the last byte it would be told with the next one, and of what ends there not at all */
	return *r->at && *r->at != '|';
}

static bool read_sequence(struct reader *r, struct shape *out)
{
	unsigned int before = r->begins && !r->depth ? KIND_OTHER : KIND_ANY;
	bool border = false, had;
	struct shape s;

	*out = (struct shape){0};
	while (*r->at && *r->at != '|' && *r->at != ')') {
		if (*r->at == '$' && !r->at[1] && !r->depth) {
			r->ends = true;
			r->at++;
			break;
		}
		had = border;
		if (!read_border(r, &border, out) || !read_atom(r, &s) || !read_repeat(r, &s))
			return false;
		/* one byte, or of one kind: each of many would be drawn twice */
		if (border != had &&
		    (!s.least || (s.first | before) != KIND_ANY || (!s.one && s.first == KIND_ANY)))
			return false;
		before = s.least ? s.last : before | s.last;
		out->first |= out->least ? 0 : s.first;
		out->last = s.least ? s.last : out->last | s.last;
		out->least += s.least;
		out->states += s.states;
		out->wide += s.wide;
		if (out->states > STATES_MAX || out->wide > WIDE_MAX || out->least > REPEAT_MAX)
			return false;
	}
	return true;
}

/* Up to the end, or the bracket that ends the group. */
static bool read_alternatives(struct reader *r, struct shape *out)
{
	struct shape s;

	if (!read_sequence(r, out))
		return false;
	while (*r->at == '|') {
		r->choice |= !r->depth;
		r->at++;
		if (!read_sequence(r, &s))
			return false;
		out->first |= s.first;
		out->last |= s.last;
		out->least = s.least < out->least ? s.least : out->least;
		out->states += s.states;
		out->wide += s.wide;
		if (out->states > STATES_MAX || out->wide > WIDE_MAX)
			return false;
	}
	return true;
}

const char *vfw_rule_pcre(const struct vfw_rule_expr *x, bool stream, bool relative)
{
	struct reader r = {.at = x->regex};
	struct shape all;

	if (*r.at == '^') {
		r.begins = true;
		r.at++;
	}
	if (!read_alternatives(&r, &all) || *r.at)
		return "pcre";
	/* PCRE sees nothing of what stands before the place where it is begun */
	if (relative && r.borders)
		return "pcre";
	/* right behind the content; else ^ is of one alternative, or means every line */
	if (relative && r.begins && !r.ends && !r.choice && !(x->flags & VFW_RULE_EXPR_MULTILINE))
		return all.least ? NULL : "pcre";
	/* which of several alternatives begins there would have to be known of each match */
	if (stream && (r.ends || (r.begins && (r.choice || relative))))
		return "pcre anchored in TCP";
	return all.least && !r.ends && !(r.begins && relative) ? NULL : "pcre";
}
