// SPDX-License-Identifier: GPL-2.0
#include "regex.h"

#define NOWHERE 0xffffffffU

/* What an entry of the stack says when all above it has failed. */
enum {
	TRY, /* go on at pc from pos */
	LESS, /* a greedy repeat: one byte fewer, while more > 0 */
	MORE, /* a lazy one: one byte more, while more > 0 */
	UNDO, /* slot pc held pos */
	LOOK, /* begin of AHEAD or BEHIND: it fails */
	LOOK_NOT, /* ... it holds, for what it forbids was not there */
	CUT, /* begin of ATOMIC: it fails */
};

struct run {
	const struct vfw_regex *r;
	struct vfw_regex_scratch *s;
	const u8 *text;
	u32 len, pc, pos, n;
	u32 *budget;
};

const char *vfw_regex_check(const struct vfw_regex *r)
{
	u32 i;

	if (!r->n_code || r->n_code > VFW_REGEX_CODE_MAX || r->n_sets > VFW_REGEX_SETS_MAX)
		return "a program too long, or none";
	if (r->code[r->n_code - 1].op != VFW_REGEX_MATCH)
		return "a program without end";
	for (i = 0; i < r->n_code; i++) {
		const struct vfw_regex_inst *t = &r->code[i];

		if (t->op >= VFW_REGEX_OP_COUNT || t->reserved)
			return "no such instruction";
		if (t->op == VFW_REGEX_REPEAT && (t->a >= r->n_sets || t->b > t->c))
			return "a repeat without set, or from more to fewer";
		if ((t->op == VFW_REGEX_SPLIT || t->op == VFW_REGEX_JUMP) && t->a >= r->n_code)
			return "a way out of the program";
		if (t->op == VFW_REGEX_SPLIT && t->b >= r->n_code)
			return "a way out of the program";
		if ((t->op == VFW_REGEX_AHEAD || t->op == VFW_REGEX_BEHIND) && t->a >= r->n_code)
			return "a way out of the program";
		if ((t->op == VFW_REGEX_AHEAD || t->op == VFW_REGEX_BEHIND) && t->b > 1)
			return "neither that it is there nor that it is not";
		if (t->op == VFW_REGEX_SAVE && t->a > VFW_REGEX_GROUPS_MAX)
			return "no such group";
		if (t->op == VFW_REGEX_BACK && t->a > VFW_REGEX_GROUPS_MAX)
			return "no such group";
	}
	return NULL;
}

static inline u8 lower(u8 c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static inline bool in_set(const struct run *x, u32 set, u8 c)
{
	return x->r->sets[set].bits[c / 8] & 1U << (c % 8);
}

static bool push(struct run *x, u32 kind, u32 pc, u32 pos, u32 more)
{
	if (x->n == VFW_REGEX_STACK)
		return false;
	x->s->stack[x->n++] = (struct vfw_regex_entry){kind, pc, pos, more};
	return true;
}

static bool is_word(const struct run *x, u32 at)
{
	u8 c;

	if (at >= x->len)
		return false;
	c = lower(x->text[at]);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool stands(const struct run *x, const struct vfw_regex_inst *t)
{
	switch (t->op) {
	case VFW_REGEX_BEGIN:
		return !x->pos;
	case VFW_REGEX_END:
		return x->pos == x->len;
	case VFW_REGEX_END_LINE:
		return x->pos == x->len || (x->pos + 1 == x->len && x->text[x->pos] == '\n');
	case VFW_REGEX_BEGIN_ANY:
		return !x->pos || (x->text[x->pos - 1] == '\n' && x->pos < x->len);
	case VFW_REGEX_END_ANY:
		return x->pos == x->len || x->text[x->pos] == '\n';
	default: /* VFW_REGEX_WORD */
		return ((x->pos && is_word(x, x->pos - 1)) != is_word(x, x->pos)) != !!t->b;
	}
}

/* Long runs are work as well: n bytes, or entries. */
static void spend(struct run *x, u32 n)
{
	*x->budget -= n / 16 < *x->budget ? n / 16 : *x->budget;
}

/* 1: go on; 0: this way fails; -E2BIG. */
static int repeat(struct run *x, const struct vfw_regex_inst *t)
{
	u32 left = x->len - x->pos, most = t->c < left ? t->c : left, n = 0;
	u32 want = t->flags & VFW_REGEX_F_LAZY ? t->b : most;

	if (t->b > left)
		return 0;
	while (n < want && in_set(x, t->a, x->text[x->pos + n]))
		n++;
	spend(x, n);
	if (n < t->b)
		return 0;
	x->pos += n;
	if (t->flags & VFW_REGEX_F_LAZY) {
		if (most > n && !push(x, MORE, x->pc, x->pos, most - n))
			return -E2BIG;
	} else if (!(t->flags & VFW_REGEX_F_POSSESSIVE)) {
		if (n > t->b && !push(x, LESS, x->pc, x->pos, n - t->b))
			return -E2BIG;
	}
	x->pc++;
	return 1;
}

static int back(struct run *x, const struct vfw_regex_inst *t)
{
	u32 from = x->s->slot[3 * t->a], to = x->s->slot[3 * t->a + 1], i, n;

	if (from == NOWHERE || to == NOWHERE || to < from)
		return 0;
	n = to - from;
	if (n > x->len - x->pos)
		return 0;
	spend(x, n);
	for (i = 0; i < n; i++) {
		u8 a = x->text[from + i], b = x->text[x->pos + i];

		if (a != b && !(t->flags & VFW_REGEX_F_NOCASE && lower(a) == lower(b)))
			return 0;
	}
	x->pos += n;
	x->pc++;
	return 1;
}

/* Takes back all of the stack from its nearest mark on, but what undoes captures. */
static int done(struct run *x)
{
	u32 at = x->n, k, keep;
	struct vfw_regex_entry mark;

	while (at && x->s->stack[at - 1].kind < LOOK)
		at--;
	spend(x, x->n - at);
	if (!at)
		return 0;
	mark = x->s->stack[at - 1];
	if (mark.kind == LOOK_NOT) {
		/* what it forbids is there: undo what it has noted, and fail */
		for (k = x->n; k > at; k--)
			if (x->s->stack[k - 1].kind == UNDO)
				x->s->slot[x->s->stack[k - 1].pc] = x->s->stack[k - 1].pos;
		x->n = at - 1;
		return 0;
	}
	for (k = at, keep = at - 1; k < x->n; k++)
		if (x->s->stack[k].kind == UNDO)
			x->s->stack[keep++] = x->s->stack[k];
	x->n = keep;
	x->pc++;
	if (mark.kind == LOOK)
		x->pos = mark.pos;
	return 1;
}

/* Goes back to the last place from which there is another way. False: there is none. */
static bool fail(struct run *x)
{
	while (x->n) {
		struct vfw_regex_entry *e = &x->s->stack[x->n - 1];

		switch (e->kind) {
		case UNDO:
			x->s->slot[e->pc] = e->pos;
			break;
		case LESS:
			x->pc = e->pc + 1;
			x->pos = --e->pos;
			if (!--e->more)
				x->n--;
			return true;
		case MORE:
			if (in_set(x, x->r->code[e->pc].a, x->text[e->pos])) {
				x->pc = e->pc + 1;
				x->pos = ++e->pos;
				if (!--e->more)
					x->n--;
				return true;
			}
			break;
		case TRY:
		case LOOK_NOT:
			x->pc = e->pc;
			x->pos = e->pos;
			x->n--;
			return true;
		default:
			break;
		}
		x->n--;
	}
	return false;
}

static bool note(struct run *x, u32 slot, u32 value)
{
	if (!push(x, UNDO, slot, x->s->slot[slot], 0))
		return false;
	x->s->slot[slot] = value;
	return true;
}

/* An open group is still what it was the last time, for references to it from within. */
static int save(struct run *x, const struct vfw_regex_inst *t)
{
	u32 slot = 3 * t->a;

	if (!t->b) {
		if (!note(x, slot + 2, x->pos))
			return -E2BIG;
	} else if (!note(x, slot, x->s->slot[slot + 2]) || !note(x, slot + 1, x->pos)) {
		return -E2BIG;
	}
	x->pc++;
	return 1;
}

static int look(struct run *x, const struct vfw_regex_inst *t)
{
	u32 back_by = t->op == VFW_REGEX_BEHIND ? t->c : 0;

	/* so far back there is nothing that could be looked at */
	if (back_by > x->pos) {
		x->pc = t->a;
		return t->b;
	}
	if (!push(x, t->b ? LOOK_NOT : LOOK, t->a, x->pos, 0))
		return -E2BIG;
	x->pos -= back_by;
	x->pc++;
	return 1;
}

/* One instruction: 1 go on, 0 this way fails, -E2BIG. */
static int step(struct run *x)
{
	const struct vfw_regex_inst *t = &x->r->code[x->pc];

	switch (t->op) {
	case VFW_REGEX_REPEAT:
		return repeat(x, t);
	case VFW_REGEX_SPLIT:
		if (!push(x, TRY, t->b, x->pos, 0))
			return -E2BIG;
		x->pc = t->a;
		return 1;
	case VFW_REGEX_JUMP:
		x->pc = t->a;
		return 1;
	case VFW_REGEX_SAVE:
		return save(x, t);
	case VFW_REGEX_BACK:
		return back(x, t);
	case VFW_REGEX_BEHIND:
	case VFW_REGEX_AHEAD:
		return look(x, t);
	case VFW_REGEX_ATOMIC:
		if (!push(x, CUT, 0, 0, 0))
			return -E2BIG;
		x->pc++;
		return 1;
	case VFW_REGEX_DONE:
		return done(x);
	default:
		if (!stands(x, t))
			return 0;
		x->pc++;
		return 1;
	}
}

static int match_here(struct run *x)
{
	x->pc = 0;
	x->n = 0;
	memset(x->s->slot, 0xff, sizeof(x->s->slot));
	for (;;) {
		int rc;

		if (x->r->code[x->pc].op == VFW_REGEX_MATCH)
			return 1;
		if (!*x->budget)
			return -E2BIG;
		--*x->budget;
		rc = step(x);
		if (rc < 0)
			return rc;
		if (!rc && !fail(x))
			return 0;
	}
}

int vfw_regex_find(const struct vfw_regex *r, struct vfw_regex_scratch *scratch, const u8 *text,
		   u32 len, u32 *from, u32 *to, u32 *budget)
{
	struct run x = {.r = r, .s = scratch, .text = text, .len = len, .budget = budget};
	u32 at;

	for (at = *from; at <= len; at++) {
		int rc;

		x.pos = at;
		rc = match_here(&x);
		if (rc < 0)
			return rc;
		if (rc) {
			*from = at;
			*to = x.pos;
			return 1;
		}
		/* it can begin nowhere else */
		if (r->code[0].op == VFW_REGEX_BEGIN)
			break;
	}
	return 0;
}

int vfw_regex_ends(const struct vfw_regex *r, struct vfw_regex_scratch *scratch, const u8 *text,
		   u32 len, u32 *ends, u32 max, u32 *budget)
{
	u32 from = 0, to, n = 0;

	for (; n < max && from <= len; from++) {
		int rc = vfw_regex_find(r, scratch, text, len, &from, &to, budget);

		if (rc < 0)
			return rc;
		if (!rc)
			break;
		ends[n++] = to;
	}
	return (int)n;
}
