// SPDX-License-Identifier: GPL-2.0
/*
 * A witness looked over, step by step: each step is asked about the one place where it is said to
 * stand. docs/rules.md and Suricata's documentation say what is right there, not the evaluator.
 */
#include <string.h>

#include "rule_make.h"
#include "rule_regex.h"

const struct vfw_sig_step *vfw_made_steps(const struct vfw_rule_set *set, u32 sig, u32 first,
					  u32 *n)
{
	const struct vfw_sig *s = &set->sig[sig];
	const struct vfw_sig_step *t = set->steps + s->first_step + first;

	for (*n = 0; first + *n < s->n_steps; ++*n)
		if (t[*n].buffer != t->buffer || t[*n].view != t->view)
			break;
	return t;
}

static long long value_of(const struct vfw_sig_step *t, const u64 *vars, u32 flag, int number)
{
	if (!(t->flags & flag))
		return number;
	return vars[number] > VFW_CANVAS_ROOM * 2 ? VFW_CANVAS_ROOM * 2 : (long long)vars[number];
}

bool vfw_made_window(const struct vfw_sig_step *t, const u64 *vars, u32 cursor, u32 len, u32 *from,
		     u32 *to)
{
	bool relative = t->flags & VFW_SIG_F_RELATIVE, by_var = t->flags & VFW_SIG_F_VAR_DEPTH;
	long long low = value_of(t, vars, VFW_SIG_F_VAR_OFFSET, t->offset), high = len;
	long long reach = by_var ? value_of(t, vars, VFW_SIG_F_VAR_DEPTH, t->depth) : t->within;

	if (relative)
		low += cursor;
	if (relative && t->flags & VFW_SIG_F_WITHIN)
		high = low + reach;
	else if (!relative && by_var)
		high = low + reach;
	else if (!relative && t->flags & VFW_SIG_F_DEPTH)
		/* the depth of a rule's text counts from the offset; in the tables it is added */
		high = t->flags & VFW_SIG_F_VAR_OFFSET ? low + t->depth : t->depth;
	if (low < 0)
		low = 0;
	if (high > len)
		high = len;
	if (high <= low)
		return false;
	*from = (u32)low;
	*to = (u32)high;
	return true;
}

static u8 small(u8 c)
{
	return c >= 'A' && c <= 'Z' ? (u8)(c | 0x20) : c;
}

bool vfw_made_is(const struct vfw_rule_set *set, const struct vfw_sig_step *t, const u8 *bytes,
		 u32 len, u32 at)
{
	bool nocase = t->flags & VFW_SIG_F_NOCASE;
	u32 i;

	if (at > len || len - at < t->len)
		return false;
	for (i = 0; i < t->len; i++)
		if (set->bytes[t->data + i] != (nocase ? small(bytes[at + i]) : bytes[at + i]))
			return false;
	return true;
}

u32 vfw_made_count(const struct vfw_rule_set *set, const struct vfw_sig_step *t, const u8 *bytes,
		   u32 from, u32 to, u32 *last)
{
	u32 n = 0;

	for (; from < to; from++) {
		if (vfw_made_is(set, t, bytes, to, from)) {
			n++;
			*last = from;
		}
	}
	return n;
}

long long vfw_made_place(const struct vfw_sig_step *t, const u64 *vars, u32 cursor)
{
	long long at = value_of(t, vars, VFW_SIG_F_VAR_OFFSET, t->offset);

	return t->flags & VFW_SIG_F_RELATIVE ? at + cursor : at;
}

static bool digits(const u8 *p, u32 n, u32 base, u64 *x)
{
	static const char all[] = "0123456789abcdef";
	u32 i = 0;
	u64 sum = 0;

	while (i < n && (p[i] == ' ' || p[i] == '\t'))
		i++;
	if (!base)
		base = 10;
	if (i == n)
		return false;
	for (; i < n; i++) {
		const char *at = p[i] ? strchr(all, small(p[i])) : NULL;

		if (!at || at - all >= (long)base)
			break;
		sum = sum * base + (u64)(at - all);
	}
	*x = sum;
	return i && p[i - 1] != ' ';
}

bool vfw_made_number(const struct vfw_sig_step *t, const u64 *vars, const u8 *bytes, u32 len,
		     u32 at, u64 *x)
{
	u64 n = t->flags & VFW_SIG_F_VAR_COUNT ? vars[t->count] : t->count, i;

	*x = 0;
	if (!n || n > 23 || at >= len || n > len - at)
		return false;
	if (t->flags & VFW_SIG_F_STRING)
		return digits(bytes + at, (u32)n, t->base, x);
	if (n > 8)
		return false;
	for (i = 0; i < n; i++)
		*x |= (u64)bytes[at + i] << 8 * (t->flags & VFW_SIG_F_LITTLE ? i : n - 1 - i);
	return true;
}

static u64 under_mask(const struct vfw_sig_step *t, u64 x)
{
	return t->mask ? (x & t->mask) >> t->shift : x;
}

bool vfw_made_test(const struct vfw_sig_step *t, const u64 *vars, u64 x)
{
	u64 v = t->flags & VFW_SIG_F_VAR_VALUE ? vars[t->value] : t->value;
	bool yes = false;

	x = under_mask(t, x);
	switch (t->cmp) {
	case VFW_SIG_EQ:
		yes = x == v;
		break;
	case VFW_SIG_LT:
		yes = x < v;
		break;
	case VFW_SIG_GT:
		yes = x > v;
		break;
	case VFW_SIG_LE:
		yes = x <= v;
		break;
	case VFW_SIG_GE:
		yes = x >= v;
		break;
	case VFW_SIG_ANY_OF:
		yes = (x & v) != 0;
		break;
	case VFW_SIG_XOR:
		yes = (x ^ v) != 0;
		break;
	default:
		return false;
	}
	return t->flags & VFW_SIG_F_NEGATED ? !yes : yes;
}

long long vfw_made_jump(const struct vfw_sig_step *t, u64 x, u32 end, u32 len)
{
	long long to;

	x = under_mask(t, x);
	if (t->multiplier)
		x *= t->multiplier;
	if (t->flags & VFW_SIG_F_ALIGN && x % 4)
		x += 4 - x % 4;
	if (x > VFW_CANVAS_ROOM)
		return VFW_CANVAS_ROOM;
	to = (long long)x + t->post;
	if (t->flags & VFW_SIG_F_FROM_END)
		to += len;
	else if (!(t->flags & VFW_SIG_F_FROM_BEGIN))
		to += end;
	return to < 0 ? 0 : to;
}

static bool content(const struct vfw_rule_set *set, const struct vfw_sig_step *t,
		    const struct vfw_made *made, u32 i, u32 cursor)
{
	u32 from, to, at = made->begin[i], last;
	bool open = vfw_made_window(t, made->vars, cursor, made->len, &from, &to);

	if (t->flags & VFW_SIG_F_NEGATED) {
		if (t->flags & VFW_SIG_F_ENDSWITH && open) {
			if (made->len < t->len || made->len - t->len < from || to != made->len)
				return true;
			return !vfw_made_is(set, t, made->bytes, made->len, made->len - t->len);
		}
		return !open || !vfw_made_count(set, t, made->bytes, from, to, &last);
	}
	if (t->flags & VFW_SIG_F_ENDSWITH && at + t->len != made->len)
		return false;
	return open && at >= from && at + t->len <= to && made->end[i] == at + t->len &&
	       vfw_made_is(set, t, made->bytes, made->len, at);
}

static bool regex(const struct vfw_sig_step *t, const struct vfw_made *made, u32 i, u32 cursor,
		  const struct vfw_rule_regex *r, struct vfw_regex_scratch *scratch)
{
	u32 start = t->flags & VFW_SIG_F_RELATIVE ? cursor : 0, to;
	u32 budget = VFW_REGEX_BUDGET, from = 0, wanted;

	if (!r || start > made->len)
		return false;
	if (t->flags & VFW_SIG_F_NEGATED)
		return !vfw_regex_find(&r->regex, scratch, made->bytes + start, made->len - start,
				       &from, &to, &budget);
	if (made->begin[i] < start || made->end[i] > made->len)
		return false;
	from = wanted = made->begin[i] - start;
	return vfw_regex_find(&r->regex, scratch, made->bytes + start, made->len - start, &from,
			      &to, &budget) == 1 &&
	       from == wanted;
}

/* Does bsize t take a buffer of len bytes? */
static bool size_fits(const struct vfw_sig_step *t, u64 len)
{
	switch (t->cmp) {
	case VFW_SIG_EQ:
		return len == t->value;
	case VFW_SIG_NE:
		return len != t->value;
	case VFW_SIG_LT:
		return len < t->value;
	case VFW_SIG_GT:
		return len > t->value;
	case VFW_SIG_LE:
		return len <= t->value;
	case VFW_SIG_GE:
		return len >= t->value;
	case VFW_SIG_BETWEEN:
		return len > t->value && len < t->value2;
	default:
		return false;
	}
}

/* What byte_math comes to; false: it reads no byte or, of bytes as they are, more than four, or would divide by 0. */
static bool calculate(const struct vfw_sig_step *t, const u64 *vars, u64 *x)
{
	u64 by = t->flags & VFW_SIG_F_VAR_VALUE ? vars[t->value] : t->value;
	u64 count = t->flags & VFW_SIG_F_VAR_COUNT ? vars[t->count] : t->count;

	if (!count || (!(t->flags & VFW_SIG_F_STRING) && count > 4))
		return false;
	switch (t->cmp) {
	case VFW_SIG_ADD:
		*x += by;
		break;
	case VFW_SIG_SUBTRACT:
		*x -= by;
		break;
	case VFW_SIG_MULTIPLY:
		*x *= by;
		break;
	case VFW_SIG_DIVIDE:
		if (!by)
			return false;
		*x /= by;
		break;
	case VFW_SIG_SHIFT_LEFT:
		*x = by > 63 ? 0 : *x << by;
		break;
	default:
		*x = by > 63 ? 0 : *x >> by;
		break;
	}
	*x = under_mask(t, *x);
	return true;
}

bool vfw_made_result(const struct vfw_sig_step *t, const u64 *vars, u64 *x)
{
	if (t->op == VFW_SIG_BYTE_MATH)
		return calculate(t, vars, x);
	if (t->multiplier)
		*x *= t->multiplier;
	if (t->flags & VFW_SIG_F_ALIGN)
		*x = (*x + t->base - 1) / t->base * t->base;
	return true;
}

/* The steps that have one place only: from *begin to *end, and *x what it sets its variable to. */
static bool one_place(const struct vfw_sig_step *t, const struct vfw_made *made, u32 cursor,
		      u32 *begin, u32 *end, u64 *x)
{
	long long at = vfw_made_place(t, made->vars, cursor), to;
	bool there;

	*begin = *end = cursor;
	switch (t->op) {
	case VFW_SIG_ISDATAAT:
		there = t->flags & VFW_SIG_F_RELATIVE ? at <= made->len : at < made->len;
		return there != !!(t->flags & VFW_SIG_F_NEGATED);
	case VFW_SIG_BSIZE:
		return size_fits(t, made->len);
	case VFW_SIG_BYTE_TEST:
	case VFW_SIG_BYTE_JUMP:
	case VFW_SIG_BYTE_EXTRACT:
	case VFW_SIG_BYTE_MATH:
		break;
	default:
		return false;
	}
	if (at < 0 || !vfw_made_number(t, made->vars, made->bytes, made->len, (u32)at, x))
		return false;
	*begin = (u32)at;
	if (t->op == VFW_SIG_BYTE_TEST)
		return vfw_made_test(t, made->vars, *x);
	*end = (u32)at + (t->flags & VFW_SIG_F_VAR_COUNT ? (u32)made->vars[t->count] : t->count);
	if (t->op != VFW_SIG_BYTE_JUMP)
		return vfw_made_result(t, made->vars, x);
	to = vfw_made_jump(t, *x, *end, made->len);
	*end = (u32)to;
	return to < made->len;
}

static bool sets_variable(const struct vfw_sig_step *t)
{
	return t->op == VFW_SIG_BYTE_EXTRACT || t->op == VFW_SIG_BYTE_MATH;
}

bool vfw_made_step(const struct vfw_sig_step *t, struct vfw_made *made, u32 cursor, u32 *begin,
		   u32 *end)
{
	u64 x;

	if (!one_place(t, made, cursor, begin, end, &x))
		return false;
	if (sets_variable(t))
		made->vars[t->var] = x;
	return true;
}

const char *vfw_made_word(const struct vfw_sig_step *t)
{
	static const char *const words[VFW_SIG_OP_COUNT] = {
		"content",	"pcre",	 "isdataat",  "byte_test",     "byte_jump",
		"byte_extract", "bsize", "byte_math", "base64_decode",
	};

	return words[t->op];
}

bool vfw_made_proven(const struct vfw_rule_set *set, u32 sig, const struct vfw_made *made,
		     struct vfw_rule_regex *const *regexes, struct vfw_regex_scratch *scratch,
		     const char **why)
{
	u32 i, cursor = 0, n, begin, end;
	const struct vfw_sig_step *steps = vfw_made_steps(set, sig, made->first, &n);

	for (i = 0; i < n; i++) {
		const struct vfw_sig_step *t = &steps[i];
		bool ok;
		u64 x;

		if (t->op == VFW_SIG_CONTENT)
			ok = content(set, t, made, i, cursor);
		else if (t->op == VFW_SIG_REGEX)
			ok = regex(t, made, i, cursor, regexes[t->data], scratch);
		else
			ok = one_place(t, made, cursor, &begin, &end, &x) && made->end[i] == end &&
			     (!sets_variable(t) || made->vars[t->var] == x);
		*why = vfw_made_word(t);
		if (!ok)
			return false;
		cursor = made->end[i];
	}
	return true;
}
