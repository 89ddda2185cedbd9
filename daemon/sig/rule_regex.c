// SPDX-License-Identifier: GPL-2.0
/*
 * A parser that writes code as it reads. A piece of code is a run of instructions whose jumps stay
 * within it or lead right behind it, so it can be moved and copied: that is how alternatives and
 * repeats are made of what was written before they were seen.
 */
#include "rule_regex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule_set.h"

#define DEPTH_MAX 64
#define ALTERNATIVES_MAX 1024
#define NAME_MAX_LEN 32
#define MIN_MAX 100000 /* least lengths beyond this do not matter */

struct flags {
	bool caseless, dotall, multiline;
};

struct build {
	const char *p;
	struct vfw_rule_regex *out;
	u32 n, n_sets, groups, depth, alternatives;
	struct flags f;
	char names[VFW_REGEX_GROUPS_MAX + 1][NAME_MAX_LEN];
	const char *why;
};

static bool alternatives(struct build *b, u32 *least);

static bool wrong(struct build *b, const char *why)
{
	if (!b->why)
		b->why = why;
	return false;
}

static struct vfw_regex_inst *emit(struct build *b, enum vfw_regex_op op)
{
	struct vfw_regex_inst *t;

	if (b->n == VFW_REGEX_CODE_MAX - 1) {
		wrong(b, "an expression too long");
		return NULL;
	}
	t = &b->out->code[b->n++];
	memset(t, 0, sizeof(*t));
	t->op = (u8)op;
	return t;
}

static bool jumps(const struct vfw_regex_inst *t)
{
	return t->op == VFW_REGEX_SPLIT || t->op == VFW_REGEX_JUMP || t->op == VFW_REGEX_AHEAD ||
	       t->op == VFW_REGEX_BEHIND;
}

static void shift(struct vfw_regex_inst *t, u32 n, u32 by)
{
	u32 i;

	for (i = 0; i < n; i++) {
		if (!jumps(&t[i]))
			continue;
		t[i].a += by;
		if (t[i].op == VFW_REGEX_SPLIT)
			t[i].b += by;
	}
}

/* Makes room for one instruction before the code from `at' on. */
static struct vfw_regex_inst *insert(struct build *b, u32 at, enum vfw_regex_op op)
{
	struct vfw_regex_inst *code = b->out->code;

	if (!emit(b, op))
		return NULL;
	shift(code + at, b->n - 1 - at, 1);
	memmove(code + at + 1, code + at, (b->n - 1 - at) * sizeof(*code));
	memset(&code[at], 0, sizeof(*code));
	code[at].op = (u8)op;
	return &code[at];
}

static bool copy(struct build *b, u32 from, u32 n)
{
	struct vfw_regex_inst *code = b->out->code;

	if (b->n + n >= VFW_REGEX_CODE_MAX)
		return wrong(b, "an expression too long");
	memcpy(code + b->n, code + from, n * sizeof(*code));
	shift(code + b->n, n, b->n - from);
	b->n += n;
	return true;
}

/* --- sets of bytes --- */

static void add(struct vfw_regex_set *s, u32 low, u32 high)
{
	for (; low <= high && low < 256; low++)
		s->bits[low / 8] |= (u8)(1U << (low % 8));
}

static void invert(struct vfw_regex_set *s)
{
	int i;

	for (i = 0; i < 32; i++)
		s->bits[i] = (u8)~s->bits[i];
}

static bool has(const struct vfw_regex_set *s, u32 c)
{
	return s->bits[c / 8] & 1U << (c % 8);
}

static void merge(struct vfw_regex_set *s, const struct vfw_regex_set *from)
{
	int i;

	for (i = 0; i < 32; i++)
		s->bits[i] |= from->bits[i];
}

static void fold(struct vfw_regex_set *s)
{
	u32 c;

	for (c = 'a'; c <= 'z'; c++) {
		if (has(s, c) || has(s, c - 32)) {
			add(s, c, c);
			add(s, c - 32, c - 32);
		}
	}
}

static bool one_of(struct build *b, struct vfw_regex_set *s, bool inverted)
{
	struct vfw_regex_inst *t;
	u32 i;

	if (b->f.caseless)
		fold(s);
	if (inverted)
		invert(s);
	for (i = 0; i < b->n_sets; i++)
		if (!memcmp(&b->out->sets[i], s, sizeof(*s)))
			break;
	if (i == VFW_REGEX_SETS_MAX)
		return wrong(b, "an expression with too many classes");
	b->out->sets[i] = *s;
	b->n_sets += i == b->n_sets;
	t = emit(b, VFW_REGEX_REPEAT);
	if (!t)
		return false;
	t->a = i;
	t->b = 1;
	t->c = 1;
	return true;
}

/* \d and the like; false: no such class. */
static bool class_of(char c, struct vfw_regex_set *s)
{
	memset(s, 0, sizeof(*s));
	switch (c | 0x20) {
	case 'd':
		add(s, '0', '9');
		break;
	case 'w':
		add(s, '0', '9');
		add(s, 'a', 'z');
		add(s, 'A', 'Z');
		add(s, '_', '_');
		break;
	case 's':
		add(s, 9, 13);
		add(s, ' ', ' ');
		break;
	case 'h':
		add(s, 9, 9);
		add(s, ' ', ' ');
		add(s, 0xa0, 0xa0);
		break;
	case 'v':
		add(s, 10, 13);
		add(s, 0x85, 0x85);
		break;
	default:
		return false;
	}
	if (!(c & 0x20))
		invert(s);
	return true;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A byte behind a backslash, which p is behind; -1: not a byte. */
static int escaped(struct build *b)
{
	static const char names[] = "nrtfae", bytes[] = "\n\r\t\f\a\033";
	char c = *b->p++;
	const char *at = c ? strchr(names, c) : NULL;
	int x = 0, n;

	if (at)
		return bytes[at - names];
	switch (c) {
	case 'x':
		if (*b->p == '{')
			return -1;
		for (n = 0; n < 2 && hex(*b->p) >= 0; n++)
			x = x * 16 + hex(*b->p++);
		return x;
	case '0':
		for (n = 0; n < 2 && *b->p >= '0' && *b->p <= '7'; n++)
			x = x * 8 + *b->p++ - '0';
		return x;
	default:
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    !c)
			return -1;
		return (u8)c;
	}
}

static bool posix(struct build *b, struct vfw_regex_set *s)
{
	static const struct {
		const char *name;
		const char *ranges; /* pairs */
	} classes[] = {
		{"[:alpha:]", "azAZ"},	  {"[:digit:]", "09"},
		{"[:alnum:]", "azAZ09"},  {"[:upper:]", "AZ"},
		{"[:lower:]", "az"},	  {"[:xdigit:]", "afAF09"},
		{"[:space:]", "\t\r  "},  {"[:punct:]", "!/:@[`{~"},
		{"[:print:]", " ~"},	  {"[:graph:]", "!~"},
		{"[:word:]", "azAZ09__"}, {"[:cntrl:]", "\001\037\177\177"},
	};
	const char *r;
	size_t i;

	for (i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		if (strncmp(b->p, classes[i].name, strlen(classes[i].name)))
			continue;
		for (r = classes[i].ranges; *r; r += 2)
			add(s, (u8)r[0], (u8)r[1]);
		b->p += strlen(classes[i].name);
		return true;
	}
	return false;
}

/* One member of a class: *x its byte, or -1 when it was a class itself and is in s. */
static bool member(struct build *b, struct vfw_regex_set *s, int *x)
{
	struct vfw_regex_set inner;

	*x = -1;
	if (!*b->p)
		return wrong(b, "a class that is not closed");
	if (*b->p == '[' && b->p[1] == ':') {
		if (!posix(b, s))
			return wrong(b, "no such POSIX class");
		return true;
	}
	if (*b->p != '\\') {
		*x = (u8)*b->p++;
		return true;
	}
	b->p++;
	if (class_of(*b->p, &inner)) {
		merge(s, &inner);
		b->p++;
		return true;
	}
	if (*b->p == 'b') {
		b->p++;
		*x = 8;
		return true;
	}
	*x = escaped(b);
	return *x >= 0 || wrong(b, "an escape that vfw has not");
}

static bool class(struct build *b)
{
	struct vfw_regex_set s = {{0}};
	bool inverted = *b->p == '^', first = true;
	int low, high;

	b->p += inverted;
	for (; first || *b->p != ']'; first = false) {
		if (!member(b, &s, &low))
			return false;
		if (low < 0)
			continue;
		high = low;
		if (*b->p == '-' && b->p[1] && b->p[1] != ']') {
			const char *dash = b->p++;

			if (!member(b, &s, &high))
				return false;
			if (high < 0) { /* a class cannot end a range: the dash is itself */
				add(&s, '-', '-');
				high = low;
			} else if (high < low) {
				b->p = dash;
				return wrong(b, "a range that ends before it begins");
			}
		}
		add(&s, (u32)low, (u32)high);
	}
	b->p++;
	return one_of(b, &s, inverted);
}

/* --- groups --- */

static bool name_of(struct build *b, char end, char *name)
{
	size_t n = 0;

	while (*b->p && *b->p != end && n < NAME_MAX_LEN - 1)
		name[n++] = *b->p++;
	name[n] = '\0';
	if (!n || *b->p != end)
		return wrong(b, "a group's name that is not closed, or too long");
	b->p++;
	return true;
}

static bool back(struct build *b, u32 group)
{
	struct vfw_regex_inst *t;

	if (!group || group > VFW_REGEX_GROUPS_MAX)
		return wrong(b, "a reference to no group");
	t = emit(b, VFW_REGEX_BACK);
	if (!t)
		return false;
	t->a = group;
	t->flags = b->f.caseless ? VFW_REGEX_F_NOCASE : 0;
	return true;
}

static bool back_by_name(struct build *b, char end)
{
	char name[NAME_MAX_LEN];
	u32 i;

	if (!name_of(b, end, name))
		return false;
	for (i = 1; i <= b->groups; i++)
		if (!strcmp(b->names[i], name))
			return back(b, i);
	return wrong(b, "a reference to no group");
}

/* The length of all that code from `at' on matches, if there is one; NOWHERE: there is none. */
static u32 length_of(const struct build *b, u32 at)
{
	u32 sum = 0;

	for (; at < b->n; at++) {
		const struct vfw_regex_inst *t = &b->out->code[at];

		if (t->op == VFW_REGEX_REPEAT && t->b == t->c)
			sum += t->b;
		else if (t->op != VFW_REGEX_SAVE)
			return 0xffffffffU;
	}
	return sum;
}

static bool close_group(struct build *b, u32 *least)
{
	struct flags was = b->f;
	bool ok;

	if (++b->depth > DEPTH_MAX)
		return wrong(b, "groups too deep within each other");
	ok = alternatives(b, least);
	b->depth--;
	b->f = was;
	if (!ok)
		return false;
	if (*b->p != ')')
		return wrong(b, "a group that is not closed");
	b->p++;
	return true;
}

static bool around(struct build *b, enum vfw_regex_op op, bool negated, u32 *least)
{
	u32 at = b->n, len = 0;

	if (!emit(b, op) || !close_group(b, least))
		return false;
	if (op == VFW_REGEX_BEHIND) {
		len = length_of(b, at + 1);
		if (len == 0xffffffffU)
			return wrong(b, "a look behind without one length");
	}
	if (!emit(b, VFW_REGEX_DONE))
		return false;
	if (op == VFW_REGEX_ATOMIC)
		return true;
	b->out->code[at].a = b->n;
	b->out->code[at].b = negated;
	b->out->code[at].c = len;
	*least = 0;
	return true;
}

static bool capture(struct build *b, const char *name, u32 *least)
{
	struct vfw_regex_inst *t;
	u32 group = ++b->groups;

	if (group > VFW_REGEX_GROUPS_MAX)
		return wrong(b, "more than 16 groups");
	snprintf(b->names[group], NAME_MAX_LEN, "%s", name);
	t = emit(b, VFW_REGEX_SAVE);
	if (!t)
		return false;
	t->a = group;
	if (!close_group(b, least))
		return false;
	t = emit(b, VFW_REGEX_SAVE);
	if (!t)
		return false;
	t->a = group;
	t->b = 1;
	return true;
}

/* (?i), (?-s), (?i:...). */
static bool inline_flags(struct build *b, u32 *least)
{
	struct flags was = b->f;
	bool on = true, ok;

	for (; *b->p && *b->p != ')' && *b->p != ':'; b->p++) {
		switch (*b->p) {
		case '-':
			on = false;
			break;
		case 'i':
			b->f.caseless = on;
			break;
		case 's':
			b->f.dotall = on;
			break;
		case 'm':
			b->f.multiline = on;
			break;
		default:
			return wrong(b, "a kind of group that vfw has not");
		}
	}
	if (*b->p == ')') {
		b->p++;
		return true;
	}
	if (!*b->p)
		return wrong(b, "a group that is not closed");
	b->p++;
	ok = close_group(b, least);
	b->f = was;
	return ok;
}

static bool starts(struct build *b, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(b->p, word, n))
		return false;
	b->p += n;
	return true;
}

static bool group(struct build *b, u32 *least)
{
	char name[NAME_MAX_LEN] = "";

	*least = 0;
	if (*b->p != '?')
		return *b->p == '*' ? wrong(b, "verbs: vfw has them not") : capture(b, name, least);
	b->p++;
	if (starts(b, ":"))
		return close_group(b, least);
	if (starts(b, "="))
		return around(b, VFW_REGEX_AHEAD, false, least);
	if (starts(b, "!"))
		return around(b, VFW_REGEX_AHEAD, true, least);
	if (starts(b, "<="))
		return around(b, VFW_REGEX_BEHIND, false, least);
	if (starts(b, "<!"))
		return around(b, VFW_REGEX_BEHIND, true, least);
	if (starts(b, ">"))
		return around(b, VFW_REGEX_ATOMIC, false, least);
	if (starts(b, "P="))
		return back_by_name(b, ')');
	if (starts(b, "P<") || starts(b, "<"))
		return name_of(b, '>', name) && capture(b, name, least);
	return inline_flags(b, least);
}

/* --- atoms, repeats, alternatives --- */

static bool escape(struct build *b, u32 *least)
{
	struct vfw_regex_set s = {{0}};
	char c = *b->p;
	int x;

	if (class_of(c, &s)) {
		b->p++;
		*least = 1;
		return one_of(b, &s, false);
	}
	if (c >= '1' && c <= '9') {
		u32 n = (u32)strtoul(b->p, (char **)&b->p, 10);

		return back(b, n);
	}
	if (starts(b, "k<"))
		return back_by_name(b, '>');
	if (starts(b, "A"))
		return emit(b, VFW_REGEX_BEGIN);
	if (starts(b, "z"))
		return emit(b, VFW_REGEX_END);
	if (starts(b, "Z"))
		return emit(b, VFW_REGEX_END_LINE);
	if (c == 'b' || c == 'B') {
		struct vfw_regex_inst *t = emit(b, VFW_REGEX_WORD);

		b->p++;
		if (t)
			t->b = c == 'B';
		return t;
	}
	x = escaped(b);
	if (x < 0)
		return wrong(b, "an escape that vfw has not");
	add(&s, (u32)x, (u32)x);
	*least = 1;
	return one_of(b, &s, false);
}

static bool atom(struct build *b, u32 *least)
{
	struct vfw_regex_set s = {{0}};
	char c = *b->p++;

	*least = 0;
	switch (c) {
	case '(':
		return group(b, least);
	case '[':
		*least = 1;
		return class(b);
	case '\\':
		return escape(b, least);
	case '^':
		return emit(b, b->f.multiline ? VFW_REGEX_BEGIN_ANY : VFW_REGEX_BEGIN);
	case '$':
		return emit(b, b->f.multiline ? VFW_REGEX_END_ANY : VFW_REGEX_END_LINE);
	case '*':
	case '+':
	case '?':
		return wrong(b, "a repeat of nothing");
	case '.':
		*least = 1;
		if (!b->f.dotall)
			add(&s, '\n', '\n');
		/* case is nothing to a newline, so it may be folded or not */
		return one_of(b, &s, true);
	default:
		*least = 1;
		add(&s, (u8)c, (u8)c);
		return one_of(b, &s, false);
	}
}

/* Reads what stands behind an atom; false: no repeat. */
static bool repeat_of(struct build *b, u32 *low, u32 *high)
{
	const char *p = b->p;
	char *end;

	*high = VFW_REGEX_MANY;
	switch (*p) {
	case '*':
		*low = 0;
		break;
	case '+':
		*low = 1;
		break;
	case '?':
		*low = 0;
		*high = 1;
		break;
	case '{':
		if (p[1] < '0' || p[1] > '9')
			return false;
		*low = (u32)strtoul(p + 1, &end, 10);
		if (*end == '}') {
			*high = *low;
		} else if (*end == ',' && end[1] >= '0' && end[1] <= '9') {
			*high = (u32)strtoul(end + 1, &end, 10);
		} else if (*end == ',') {
			end++;
		}
		if (*end != '}')
			return false;
		p = end;
		break;
	default:
		return false;
	}
	b->p = p + 1;
	return true;
}

/* n optional copies of a piece, each within the one before. */
static bool optional(struct build *b, u32 at, u32 n, u32 times, bool lazy)
{
	u32 first = b->n, i, end;

	for (i = 0; i < times; i++)
		if (!emit(b, VFW_REGEX_SPLIT) || !copy(b, at, n))
			return false;
	end = b->n;
	for (i = 0; i < times; i++) {
		struct vfw_regex_inst *t = &b->out->code[first + i * (n + 1)];
		u32 inside = first + i * (n + 1) + 1;

		t->a = lazy ? end : inside;
		t->b = lazy ? inside : end;
	}
	return true;
}

/* Repeats the piece from `at' on, which is the last one. */
static bool repeat_piece(struct build *b, u32 at, u32 low, u32 high, bool lazy, u32 least)
{
	u32 n = b->n - at, i, top;
	struct vfw_regex_inst *t;

	if (high == VFW_REGEX_MANY && !least)
		return wrong(b, "an endless repeat of what may be nothing");
	if (low > 1000 || (high != VFW_REGEX_MANY && high > 1000))
		return wrong(b, "a group repeated more than 1000 times");
	/* the piece itself serves as model, and goes away in the end */
	for (i = 0; i < low; i++)
		if (!copy(b, at, n))
			return false;
	if (high == VFW_REGEX_MANY) {
		top = b->n;
		if (!emit(b, VFW_REGEX_SPLIT) || !copy(b, at, n) || !(t = emit(b, VFW_REGEX_JUMP)))
			return false;
		t->a = top;
		b->out->code[top].a = lazy ? b->n : top + 1;
		b->out->code[top].b = lazy ? top + 1 : b->n;
	} else if (!optional(b, at, n, high - low, lazy)) {
		return false;
	}
	shift(b->out->code + at + n, b->n - at - n, 0U - n);
	memmove(b->out->code + at, b->out->code + at + n, (b->n - at - n) * sizeof(*t));
	b->n -= n;
	return true;
}

static bool repeated(struct build *b, u32 at, u32 *least)
{
	struct vfw_regex_inst *t = &b->out->code[at];
	bool lazy, possessive;
	u32 low, high;

	if (!repeat_of(b, &low, &high))
		return true;
	lazy = *b->p == '?';
	possessive = *b->p == '+';
	b->p += lazy || possessive;
	if (low > high || low > 65535 || (high != VFW_REGEX_MANY && high > 65535))
		return wrong(b, "a repeat out of range");
	if (b->n == at + 1 && t->op == VFW_REGEX_REPEAT && t->b == 1 && t->c == 1 && !t->flags) {
		t->b = low;
		t->c = high;
		t->flags = lazy ? VFW_REGEX_F_LAZY : possessive ? VFW_REGEX_F_POSSESSIVE : 0;
	} else {
		if (!repeat_piece(b, at, low, high, lazy, *least))
			return false;
		if (possessive && (!insert(b, at, VFW_REGEX_ATOMIC) || !emit(b, VFW_REGEX_DONE)))
			return false;
	}
	*least = *least * low > MIN_MAX ? MIN_MAX : *least * low;
	return true;
}

static bool sequence(struct build *b, u32 *least)
{
	u32 at, one;

	*least = 0;
	while (*b->p && *b->p != '|' && *b->p != ')') {
		at = b->n;
		if (!atom(b, &one) || !repeated(b, at, &one))
			return false;
		*least = *least + one > MIN_MAX ? MIN_MAX : *least + one;
	}
	return true;
}

static bool alternatives(struct build *b, u32 *least)
{
	struct vfw_regex_inst *t;
	u32 at = b->n, jump, other;

	if (!sequence(b, least))
		return false;
	if (*b->p != '|')
		return true;
	b->p++;
	if (!insert(b, at, VFW_REGEX_SPLIT))
		return false;
	jump = b->n;
	if (!emit(b, VFW_REGEX_JUMP))
		return false;
	b->out->code[at].a = at + 1;
	b->out->code[at].b = b->n;
	if (++b->alternatives > ALTERNATIVES_MAX)
		return wrong(b, "too many alternatives");
	if (!alternatives(b, &other))
		return false;
	t = &b->out->code[jump];
	t->a = b->n;
	if (other < *least)
		*least = other;
	return true;
}

void vfw_rule_regex_free(struct vfw_rule_regex *r)
{
	if (!r)
		return;
	free(r->code);
	free(r->sets);
	free(r);
}

struct vfw_rule_regex *vfw_rule_regex_new(const struct vfw_rule_expr *expr, char *why, size_t size)
{
	struct vfw_rule_regex *r = calloc(1, sizeof(*r));
	struct build b = {.p = expr->regex,
			  .out = r,
			  .f.caseless = expr->flags & VFW_RULE_EXPR_CASELESS,
			  .f.dotall = expr->flags & VFW_RULE_EXPR_DOTALL,
			  .f.multiline = expr->flags & VFW_RULE_EXPR_MULTILINE};
	u32 least;

	if (r) {
		r->code = calloc(VFW_REGEX_CODE_MAX, sizeof(*r->code));
		r->sets = calloc(VFW_REGEX_SETS_MAX, sizeof(*r->sets));
	}
	if (!r || !r->code || !r->sets) {
		wrong(&b, "out of memory");
	} else if (alternatives(&b, &least)) {
		if (*b.p)
			wrong(&b, "a parenthesis too many");
		emit(&b, VFW_REGEX_MATCH);
		r->regex = (struct vfw_regex){r->code, r->sets, b.n, b.n_sets};
		if (!b.why)
			b.why = vfw_regex_check(&r->regex);
	}
	if (!b.why)
		return r;
	snprintf(why, size, "%s", b.why);
	vfw_rule_regex_free(r);
	return NULL;
}
