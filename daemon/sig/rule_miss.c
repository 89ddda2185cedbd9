// SPDX-License-Identifier: GPL-2.0
/* Near misses, each with its proof that one step cannot match anywhere. */
#include <string.h>

#include "rule_make.h"
#include "rule_regex.h"

#define REGEX_PLACES 8 /* of an expression's match where a byte is changed */

static bool is_plain(const struct vfw_sig_step *t)
{
	return t->op == VFW_SIG_CONTENT && !(t->flags & VFW_SIG_F_NEGATED);
}

static bool insert(struct vfw_made *made, u32 at, u32 n)
{
	if (n > VFW_CANVAS_ROOM - made->len)
		return false;
	memmove(made->bytes + at + n, made->bytes + at, made->len - at);
	memset(made->bytes + at, '~', n);
	made->len += n;
	return true;
}

/* One byte of content k another, so that it is nowhere. */
static bool miss_byte(const struct vfw_rule_set *set, const struct vfw_sig_step *t,
		      struct vfw_made *made, u32 k)
{
	u32 i, last;

	for (i = t->len; i-- > 0;) {
		u8 *at = &made->bytes[made->begin[k] + i], was = *at;

		*at ^= 0x81;
		if (!vfw_made_count(set, t, made->bytes, 0, made->len, &last))
			return true;
		*at = was;
	}
	return false;
}

static bool is_absolute(const struct vfw_sig_step *t)
{
	return !(t->flags & (VFW_SIG_F_RELATIVE | VFW_SIG_F_VAR_OFFSET | VFW_SIG_F_VAR_DEPTH));
}

static bool is_outside(const struct vfw_rule_set *set, const struct vfw_sig_step *t,
		       const struct vfw_made *made)
{
	u32 from, to, last;

	return !vfw_made_window(t, made->vars, 0, made->len, &from, &to) ||
	       !vfw_made_count(set, t, made->bytes, from, to, &last);
}

static bool miss_depth(const struct vfw_rule_set *set, const struct vfw_sig_step *t,
		       struct vfw_made *made, u32 k)
{
	if (!is_absolute(t) || !(t->flags & VFW_SIG_F_DEPTH) ||
	    !insert(made, 0, (u32)t->depth - (made->begin[k] + t->len) + 1))
		return false;
	return is_outside(set, t, made);
}

static bool miss_offset(const struct vfw_rule_set *set, const struct vfw_sig_step *t,
			struct vfw_made *made, u32 k)
{
	u32 cut;

	if (!is_absolute(t) || t->offset <= 0 || made->begin[k] < (u32)t->offset)
		return false;
	cut = made->begin[k] - (u32)t->offset + 1;
	memmove(made->bytes, made->bytes + cut, made->len - cut);
	made->len -= cut;
	return is_outside(set, t, made);
}

/* Content k one byte too far from the content before it, both being there once only. */
static bool miss_within(const struct vfw_rule_set *set, const struct vfw_sig_step *t,
			struct vfw_made *made, u32 k)
{
	const struct vfw_sig_step *before = t - 1;
	u32 from, to, one, two;

	if (!k || !is_plain(before) || !(t->flags & VFW_SIG_F_RELATIVE) ||
	    !(t->flags & VFW_SIG_F_WITHIN) ||
	    t->flags & (VFW_SIG_F_VAR_OFFSET | VFW_SIG_F_VAR_DEPTH) ||
	    made->begin[k] < made->end[k - 1] ||
	    !vfw_made_window(t, made->vars, made->end[k - 1], VFW_CANVAS_ROOM, &from, &to) ||
	    !insert(made, made->begin[k], to - made->end[k] + 1))
		return false;
	return vfw_made_count(set, before, made->bytes, 0, made->len, &one) == 1 &&
	       vfw_made_count(set, t, made->bytes, 0, made->len, &two) == 1 &&
	       (long long)two + t->len >
		       (long long)one + before->len + t->offset + (long long)t->within;
}

static bool miss_regex(const struct vfw_sig_step *t, struct vfw_made *made, u32 k,
		       const struct vfw_rule_regex *r, struct vfw_regex_scratch *scratch)
{
	u32 i, from, to, budget, step;

	if (t->op != VFW_SIG_REGEX || t->flags & (VFW_SIG_F_NEGATED | VFW_SIG_F_RELATIVE) || !r)
		return false;
	step = (made->end[k] - made->begin[k]) / REGEX_PLACES + 1;
	for (i = made->end[k]; i-- > made->begin[k];) {
		u8 was = made->bytes[i];

		if ((made->end[k] - 1 - i) % step)
			continue;
		made->bytes[i] ^= 0x81;
		from = 0;
		budget = VFW_REGEX_BUDGET;
		if (!vfw_regex_find(&r->regex, scratch, made->bytes, made->len, &from, &to,
				    &budget))
			return true;
		made->bytes[i] = was;
	}
	return false;
}

/* Does step k begin where it does, from the front, or behind what is there once? */
static bool is_fixed(const struct vfw_rule_set *set, const struct vfw_sig_step *t,
		     const struct vfw_made *made, u32 k)
{
	u32 last;

	if (t->flags & (VFW_SIG_F_VAR_OFFSET | VFW_SIG_F_VAR_DEPTH))
		return false;
	if (!(t->flags & VFW_SIG_F_RELATIVE))
		return true;
	return k && is_plain(t - 1) &&
	       vfw_made_count(set, t - 1, made->bytes, 0, made->len, &last) == 1 &&
	       last == made->begin[k - 1];
}

/* What must not be there is, at the end or else where the search begins. */
static bool miss_negated(const struct vfw_rule_set *set, const struct vfw_sig_step *t,
			 struct vfw_made *made, u32 k)
{
	u32 cursor = k ? made->end[k - 1] : 0, from, to, last, at;

	if (t->op != VFW_SIG_CONTENT || !(t->flags & VFW_SIG_F_NEGATED) ||
	    t->flags & (VFW_SIG_F_VAR_OFFSET | VFW_SIG_F_VAR_DEPTH) ||
	    !vfw_made_window(t, made->vars, cursor, VFW_CANVAS_ROOM, &from, &to))
		return false;
	at = to == VFW_CANVAS_ROOM && made->len >= from ? made->len : from;
	if (at > made->len || !insert(made, at, t->len))
		return false;
	memcpy(made->bytes + at, set->bytes + t->data, t->len);
	if (!is_fixed(set, t, made, k) ||
	    !vfw_made_window(t, made->vars, cursor, made->len, &from, &to))
		return false;
	if (t->flags & VFW_SIG_F_ENDSWITH)
		return at + t->len == made->len && to == made->len && at >= from;
	return vfw_made_count(set, t, made->bytes, from, to, &last);
}

static bool miss_length(const struct vfw_rule_set *set, const struct vfw_sig_step *t,
			struct vfw_made *made, u32 k)
{
	long long at;

	if (t->op != VFW_SIG_ISDATAAT || t->flags & VFW_SIG_F_VAR_OFFSET)
		return false;
	at = vfw_made_place(t, made->vars, k ? made->end[k - 1] : 0);
	/* relative to the last place the byte behind the buffer still counts */
	if (!(t->flags & VFW_SIG_F_RELATIVE))
		at++;
	if (at < 1 || at > VFW_CANVAS_ROOM || !!(t->flags & VFW_SIG_F_NEGATED) != (made->len < at))
		return false;
	if (made->len >= at)
		made->len = (u32)at - 1;
	else if (!insert(made, made->len, (u32)at - made->len))
		return false;
	return is_fixed(set, t, made, k);
}

/*
 * A test that always reads the same bytes: at a place of its own, or behind a content that is
 * there once.
 */
static bool miss_test(const struct vfw_rule_set *set, const struct vfw_sig_step *t,
		      struct vfw_made *made, u32 k)
{
	u32 i, n = t->count;
	u64 x;

	if (t->op != VFW_SIG_BYTE_TEST ||
	    t->flags & (VFW_SIG_F_VAR_COUNT | VFW_SIG_F_VAR_VALUE | VFW_SIG_F_STRING))
		return false;
	for (i = 0; i < 256 * n; i++) {
		u8 *at = &made->bytes[made->begin[k] + i / 256], was = *at;

		*at = (u8)i;
		if (vfw_made_number(t, made->vars, made->bytes, made->len, made->begin[k], &x) &&
		    !vfw_made_test(t, made->vars, x)) {
			if (is_fixed(set, t, made, k))
				return true;
		}
		*at = was;
	}
	return false;
}

bool vfw_made_miss(const struct vfw_rule_set *set, u32 sig, struct vfw_made *made,
		   enum vfw_miss miss, u32 k, struct vfw_rule_regex *const *regexes,
		   struct vfw_regex_scratch *scratch)
{
	u32 n;
	const struct vfw_sig_step *t = vfw_made_steps(set, sig, made->first, &n) + k;

	if (k >= n || (miss < VFW_MISS_REGEX && !is_plain(t)))
		return false;
	switch (miss) {
	case VFW_MISS_BYTE:
		return miss_byte(set, t, made, k);
	case VFW_MISS_DEPTH:
		return miss_depth(set, t, made, k);
	case VFW_MISS_OFFSET:
		return miss_offset(set, t, made, k);
	case VFW_MISS_WITHIN:
		return miss_within(set, t, made, k);
	case VFW_MISS_NEGATED:
		return miss_negated(set, t, made, k);
	case VFW_MISS_LENGTH:
		return miss_length(set, t, made, k);
	case VFW_MISS_REGEX:
		return miss_regex(t, made, k, t->op == VFW_SIG_REGEX ? regexes[t->data] : NULL,
				  scratch);
	default:
		return miss_test(set, t, made, k);
	}
}
