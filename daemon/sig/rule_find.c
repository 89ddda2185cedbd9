// SPDX-License-Identifier: GPL-2.0
/*
 * A witness found in bytes that are there. Contents and expressions are tried at one place after the other, in
 * depth; whether what is found holds is for rule_prove.c to say.
 */
#include <string.h>

#include "rule_make.h"
#include "rule_regex.h"

#define TRIES 4000 /* places in all */

struct search {
	const struct vfw_rule_set *set;
	const struct vfw_sig_step *steps;
	u32 sig, n, tries;
	struct vfw_made *made;
	struct vfw_rule_regex *const *regexes;
	struct vfw_regex_scratch *scratch;
	const char *why;
};

static bool from_step(struct search *s, u32 i, u32 cursor);

/* Step i stands from begin to end; so do all behind it? */
static bool stands(struct search *s, u32 i, u32 begin, u32 end, u32 cursor)
{
	if (++s->tries > TRIES)
		return false;
	s->made->begin[i] = begin;
	s->made->end[i] = end;
	return from_step(s, i + 1, cursor);
}

static bool find_content(struct search *s, u32 i, u32 cursor)
{
	const struct vfw_sig_step *t = &s->steps[i];
	u32 from, to;

	if (t->flags & VFW_SIG_F_NEGATED)
		return stands(s, i, cursor, cursor, cursor);
	if (!vfw_made_window(t, s->made->vars, cursor, s->made->len, &from, &to))
		return false;
	for (; from + t->len <= to && s->tries < TRIES; from++)
		if (vfw_made_is(s->set, t, s->made->bytes, to, from) &&
		    stands(s, i, from, from + t->len, from + t->len))
			return true;
	return false;
}

static bool find_regex(struct search *s, u32 i, u32 cursor)
{
	const struct vfw_sig_step *t = &s->steps[i];
	u32 start = t->flags & VFW_SIG_F_RELATIVE ? cursor : 0, from, to;
	u32 budget = VFW_REGEX_BUDGET;

	if (t->flags & VFW_SIG_F_NEGATED)
		return stands(s, i, cursor, cursor, cursor);
	if (!s->regexes[t->data] || start > s->made->len)
		return false;
	for (from = 0; from <= s->made->len - start && s->tries < TRIES; from++) {
		if (vfw_regex_find(&s->regexes[t->data]->regex, s->scratch, s->made->bytes + start,
				   s->made->len - start, &from, &to, &budget) != 1)
			return false;
		if (stands(s, i, start + from, start + to, start + to))
			return true;
	}
	return false;
}

static bool from_step(struct search *s, u32 i, u32 cursor)
{
	u64 vars[VFW_SIG_VARS_MAX];
	u32 end;

	if (i == s->n)
		return vfw_made_proven(s->set, s->sig, s->made, s->regexes, s->scratch, &s->why);
	s->why = vfw_made_word(&s->steps[i]);
	if (s->steps[i].op == VFW_SIG_CONTENT)
		return find_content(s, i, cursor);
	if (s->steps[i].op == VFW_SIG_REGEX)
		return find_regex(s, i, cursor);
	memcpy(vars, s->made->vars, sizeof(vars));
	if (vfw_made_step(&s->steps[i], s->made, cursor, &s->made->begin[i], &end) &&
	    stands(s, i, s->made->begin[i], end, end))
		return true;
	memcpy(s->made->vars, vars, sizeof(vars));
	return false;
}

const char *vfw_made_find(const struct vfw_rule_set *set, u32 sig, u32 first, struct vfw_made *made,
			  struct vfw_rule_regex *const *regexes, struct vfw_regex_scratch *scratch)
{
	struct search s = {
		.set = set, .sig = sig, .made = made, .regexes = regexes, .scratch = scratch};

	made->first = first;
	memset(made->vars, 0, sizeof(made->vars));
	s.steps = vfw_made_steps(set, sig, first, &made->n);
	s.n = made->n;
	return from_step(&s, 0, 0) ? NULL : s.why;
}
