// SPDX-License-Identifier: GPL-2.0
/*
 * Steps are given places one after the other on a canvas. What cannot be known before (which way
 * through an expression, which value of a number, which of several places) is chosen, and a
 * choice that leads nowhere ends the attempt: the next one chooses otherwise. The first attempts
 * are tidy, for what is simple is then made at once; later ones let chance in.
 */
#include "rule_make.h"

#include <stdlib.h>
#include <string.h>

#include "rule_regex.h"
#include "rule_sample.h"

#define ATTEMPTS 160
#define WALKS 24 /* through an expression, at one place */

struct vfw_maker {
	const struct vfw_rule_set *set;
	struct vfw_rule_regex **regexes; /* NULL: not asked for yet, or none */
	bool *asked;
	struct vfw_regex_scratch *scratch;
	struct vfw_canvas canvas;
	/* of the signature at hand */
	const struct vfw_sig_step *steps;
	struct vfw_made *out;
	u32 n, attempt, depths;
	const struct vfw_make *how;
	bool early[VFW_SIG_STEPS_MAX]; /* placed before its turn */
};

struct vfw_maker *vfw_maker_new(const struct vfw_rule_set *set)
{
	struct vfw_maker *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->set = set;
	m->regexes = calloc(set->sigs.n_exprs + 1, sizeof(*m->regexes));
	m->asked = calloc(set->sigs.n_exprs + 1, sizeof(*m->asked));
	m->scratch = malloc(sizeof(*m->scratch));
	if (m->regexes && m->asked && m->scratch)
		return m;
	vfw_maker_free(m);
	return NULL;
}

void vfw_maker_free(struct vfw_maker *m)
{
	u32 i;

	if (!m)
		return;
	for (i = 0; m->regexes && i < m->set->sigs.n_exprs; i++)
		vfw_rule_regex_free(m->regexes[i]);
	free(m->regexes);
	free(m->asked);
	free(m->scratch);
	free(m);
}

static const struct vfw_rule_regex *regex_of(struct vfw_maker *m, u32 expr)
{
	char why[160];

	if (!m->asked[expr])
		m->regexes[expr] = vfw_rule_regex_new(&m->set->exprs[expr], why, sizeof(why));
	m->asked[expr] = true;
	return m->regexes[expr];
}

/* Behind all that is settled. */
static u32 top(const struct vfw_maker *m)
{
	u32 i, end = 0;

	for (i = 0; i < m->canvas.n; i++)
		if (m->canvas.order[i] >= end)
			end = m->canvas.order[i] + 1U;
	return end;
}

/* 0: free all along; 1: could stand here; 2: stands here; -1: neither. */
static int fits(const struct vfw_maker *m, const struct vfw_sig_step *t, u32 at)
{
	const u8 *text = m->set->bytes + t->data;
	u32 i, same = 0;

	if (at > VFW_CANVAS_ROOM || t->len > VFW_CANVAS_ROOM - at)
		return -1;
	for (i = 0; i < t->len; i++) {
		u8 c = m->canvas.bytes[at + i];

		if (!m->canvas.settled[at + i])
			continue;
		if (t->flags & VFW_SIG_F_NOCASE && c >= 'A' && c <= 'Z')
			c |= 0x20;
		if (c != text[i])
			return -1;
		same++;
	}
	return same == t->len ? 2 : same ? 1 : 0;
}

static bool settle(struct vfw_maker *m, const struct vfw_sig_step *t, u32 at)
{
	u32 i;

	for (i = 0; i < t->len; i++)
		if (!m->canvas.settled[at + i] &&
		    !vfw_canvas_put(&m->canvas, at + i, m->set->bytes[t->data + i]))
			return false;
	if (t->flags & VFW_SIG_F_ENDSWITH && !vfw_canvas_at_most(&m->canvas, at + t->len))
		return false;
	return vfw_canvas_at_least(&m->canvas, at + t->len);
}

/* Must nothing follow content i? */
static bool is_last(const struct vfw_maker *m, u32 i)
{
	const struct vfw_sig_step *next = &m->steps[i + 1];

	return m->steps[i].flags & VFW_SIG_F_ENDSWITH ||
	       (i + 1 < m->n && next->op == VFW_SIG_ISDATAAT && next->offset <= 1 &&
		next->flags & VFW_SIG_F_NEGATED && next->flags & VFW_SIG_F_RELATIVE &&
		!(next->flags & VFW_SIG_F_VAR_OFFSET));
}

static bool place_content(struct vfw_maker *m, u32 i, u32 cursor)
{
	const struct vfw_sig_step *t = &m->steps[i];
	bool bound = t->flags & (VFW_SIG_F_RELATIVE | VFW_SIG_F_DEPTH | VFW_SIG_F_VAR_DEPTH);
	u32 from, to, at, skip = 0, found = VFW_SIG_NONE, begin;
	int best = -1;

	m->out->begin[i] = m->out->end[i] = cursor;
	if (t->flags & VFW_SIG_F_NEGATED) {
		m->out->end[i] = cursor;
		return true;
	}
	if (!vfw_made_window(t, m->out->vars, cursor, VFW_CANVAS_ROOM, &from, &to))
		return false;
	begin = from;
	if (m->attempt > 4)
		skip = vfw_canvas_choose(&m->canvas, 4);
	/* what has no bounds of its own leaves the front to those that have */
	if (!bound && m->attempt % 4 < 2 && begin < m->depths)
		begin = m->depths;
	if (!bound && m->attempt % 4 < 2 && begin < top(m))
		begin = top(m);
	/* what ends the bytes leaves room for as many as there must be */
	if (!bound && is_last(m, i) && m->canvas.low >= t->len && begin < m->canvas.low - t->len)
		begin = m->canvas.low - t->len;
	if (m->attempt % 3 == 2) {
		/* what an expression has said already need not be said again */
		for (at = from; at < to && to - at >= t->len && best < 0; at++)
			if (fits(m, t, at) == 2) {
				best = 2;
				found = at;
			}
	}
	for (at = begin; best < 0 && at < to && to - at >= t->len; at++) {
		int fit = fits(m, t, at);

		if (fit < 0 || (skip && skip--))
			continue;
		best = fit;
		found = at;
	}
	if (found == VFW_SIG_NONE || !settle(m, t, found))
		return false;
	m->out->begin[i] = found;
	m->out->end[i] = found + t->len;
	return true;
}

static bool place_regex(struct vfw_maker *m, u32 i, u32 cursor)
{
	const struct vfw_sig_step *t = &m->steps[i];
	const struct vfw_rule_regex *r = regex_of(m, t->data);
	u32 start = t->flags & VFW_SIG_F_RELATIVE ? cursor : 0, tries, at, end;

	m->out->begin[i] = m->out->end[i] = cursor;
	if (!r)
		return false;
	if (t->flags & VFW_SIG_F_NEGATED)
		return true;
	for (tries = 0; tries < WALKS; tries++) {
		u32 k = vfw_canvas_choose(&m->canvas, i + 1);

		at = start;
		if (tries % 3 == 1 && i && m->out->begin[k] >= start && k < i)
			at = m->out->begin[k];
		else if (tries % 3 == 2)
			at = top(m) > start ? top(m) : start;
		if (vfw_rule_sample(&r->regex, &m->canvas, start, at, &end)) {
			m->out->begin[i] = at;
			m->out->end[i] = end;
			return true;
		}
	}
	return false;
}

static bool put_number(struct vfw_maker *m, const struct vfw_sig_step *t, u32 count, u32 at, u64 x)
{
	static const char all[] = "0123456789abcdef";
	u32 base = t->base ? t->base : 10, i, k;

	for (i = 0; i < count; i++) {
		k = t->flags & VFW_SIG_F_LITTLE && !(t->flags & VFW_SIG_F_STRING) ? i
										  : count - 1 - i;
		if (t->flags & VFW_SIG_F_STRING) {
			if (!vfw_canvas_put(&m->canvas, at + k,
					    !t->base && i && !x ? ' ' : (u8)all[x % base]))
				return false;
			x /= base;
		} else {
			if (!vfw_canvas_put(&m->canvas, at + k, (u8)x))
				return false;
			x = i < 7 ? x >> 8 : 0;
		}
	}
	return !x;
}

/* The number as it stands there, if all its bytes are settled. */
static bool settled_number(const struct vfw_maker *m, const struct vfw_sig_step *t, u32 count,
			   u32 at, u64 *x)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (!m->canvas.settled[at + i])
			return false;
	return vfw_made_number(t, m->out->vars, m->canvas.bytes, VFW_CANVAS_ROOM, at, x);
}

/* Values worth trying, by what the step is: *x the k-th; false: no more. */
static bool candidate(struct vfw_maker *m, const struct vfw_sig_step *t, u32 k, u32 end, u64 *x)
{
	static const u8 little[] = {1, 4, 0, 8, 2, 16, 32, 64, 12, 20, 48, 100, 3, 5, 6, 7};
	u64 v = t->flags & VFW_SIG_F_VAR_VALUE ? m->out->vars[t->value] : t->value;
	u64 many = t->multiplier ? t->multiplier : 1;
	long long ahead = (long long)top(m) - t->post;

	if (t->op == VFW_SIG_BYTE_TEST) {
		const u64 near[] = {v, v + 1, v - 1, 0, v & (0 - v), v / 2, v * 2};

		if (k >= sizeof(near) / sizeof(*near)) {
			*x = k;
			return k < 256;
		}
		*x = t->mask ? near[k] << t->shift & t->mask : near[k];
		return true;
	}
	/* past all that is settled first, if the step leads somewhere */
	if (t->op == VFW_SIG_BYTE_JUMP && !k && m->attempt % 2 == 0) {
		if (!(t->flags & VFW_SIG_F_FROM_BEGIN))
			ahead -= end;
		*x = ahead > 0 ? ((u64)ahead + many - 1) / many : 0;
		return true;
	}
	if (k >= sizeof(little))
		return false;
	*x = little[m->attempt > 2 ? vfw_canvas_choose(&m->canvas, sizeof(little)) : k];
	return true;
}

/* Other tests of the same bytes must hold as well: one value serves them all. */
static bool peers_hold(const struct vfw_maker *m, u32 i, u64 x)
{
	const struct vfw_sig_step *t = &m->steps[i];
	u32 k, same = ~(u32)VFW_SIG_F_NEGATED;

	for (k = i + 1; k < m->n; k++) {
		const struct vfw_sig_step *o = &m->steps[k];
		bool stays = o->op == VFW_SIG_BYTE_TEST || o->op == VFW_SIG_ISDATAAT ||
			     o->flags & VFW_SIG_F_NEGATED;

		if (!stays && t->flags & VFW_SIG_F_RELATIVE)
			return true;
		if (o->op == VFW_SIG_BYTE_TEST && o->offset == t->offset && o->count == t->count &&
		    (o->flags & same) == (t->flags & same) && !vfw_made_test(o, m->out->vars, x))
			return false;
	}
	return true;
}

static bool accepts(struct vfw_maker *m, u32 i, u32 cursor, u32 end, u64 x)
{
	const struct vfw_sig_step *t = &m->steps[i];
	long long to;

	m->out->end[i] = end;
	switch (t->op) {
	case VFW_SIG_BYTE_TEST:
		m->out->end[i] = cursor;
		return vfw_made_test(t, m->out->vars, x) && peers_hold(m, i, x);
	case VFW_SIG_BYTE_JUMP:
		/* from the end only when the length is known */
		if (t->flags & VFW_SIG_F_FROM_END && m->canvas.low != m->canvas.high)
			return false;
		to = vfw_made_jump(t, x, end, m->canvas.low);
		m->out->end[i] = (u32)to;
		return to < VFW_CANVAS_ROOM && vfw_canvas_at_least(&m->canvas, (u32)to + 1);
	default:
		if (!vfw_made_result(t, m->out->vars, &x))
			return false;
		m->out->vars[t->var] = x;
		return true;
	}
}

static bool place_number(struct vfw_maker *m, u32 i, u32 cursor)
{
	const struct vfw_sig_step *t = &m->steps[i];
	long long at = vfw_made_place(t, m->out->vars, cursor);
	u32 count = t->flags & VFW_SIG_F_VAR_COUNT ? (u32)m->out->vars[t->count] : t->count, k;
	struct vfw_canvas_mark mark = vfw_canvas_mark(&m->canvas);
	u64 x;

	if (at < 0 || at > VFW_CANVAS_ROOM || !count || count > 23 || at + count > VFW_CANVAS_ROOM)
		return false;
	m->out->begin[i] = (u32)at;
	if (!vfw_canvas_at_least(&m->canvas, (u32)at + count))
		return false;
	if (settled_number(m, t, count, (u32)at, &x))
		return accepts(m, i, cursor, (u32)at + count, x);
	for (k = 0; candidate(m, t, k, (u32)at + count, &x); k++) {
		if (put_number(m, t, count, (u32)at, x) &&
		    accepts(m, i, cursor, (u32)at + count, x))
			return true;
		vfw_canvas_back(&m->canvas, &mark);
		if (!vfw_canvas_at_least(&m->canvas, (u32)at + count))
			return false;
	}
	return false;
}

static bool place_isdataat(struct vfw_maker *m, u32 i, u32 cursor)
{
	const struct vfw_sig_step *t = &m->steps[i];
	long long need = vfw_made_place(t, m->out->vars, cursor);

	m->out->begin[i] = m->out->end[i] = cursor;
	if (!(t->flags & VFW_SIG_F_RELATIVE))
		need++;
	if (t->flags & VFW_SIG_F_NEGATED)
		return need > 0 && vfw_canvas_at_most(&m->canvas, (u32)need - 1);
	return need <= 0 || (need <= VFW_CANVAS_ROOM && vfw_canvas_at_least(&m->canvas, (u32)need));
}

static bool place_size(struct vfw_maker *m, u32 i, u32 cursor)
{
	const struct vfw_sig_step *t = &m->steps[i];
	struct vfw_canvas *c = &m->canvas;
	u32 v = (u32)t->value;

	m->out->begin[i] = m->out->end[i] = cursor;
	switch (t->cmp) {
	case VFW_SIG_EQ:
		return vfw_canvas_at_least(c, v) && vfw_canvas_at_most(c, v);
	case VFW_SIG_LT:
		return v && vfw_canvas_at_most(c, v - 1);
	case VFW_SIG_GT:
		return vfw_canvas_at_least(c, v + 1);
	case VFW_SIG_LE:
		return vfw_canvas_at_most(c, v);
	case VFW_SIG_GE:
		return vfw_canvas_at_least(c, v);
	case VFW_SIG_BETWEEN:
		return vfw_canvas_at_least(c, v + 1) && vfw_canvas_at_most(c, (u32)t->value2 - 1);
	default:
		return true;
	}
}

static bool place(struct vfw_maker *m, u32 i, u32 cursor)
{
	switch (m->steps[i].op) {
	case VFW_SIG_CONTENT:
		return place_content(m, i, cursor);
	case VFW_SIG_REGEX:
		return place_regex(m, i, cursor);
	case VFW_SIG_ISDATAAT:
		return place_isdataat(m, i, cursor);
	case VFW_SIG_BSIZE:
		return place_size(m, i, cursor);
	case VFW_SIG_BASE64:
		return false;
	default:
		return place_number(m, i, cursor);
	}
}

/*
 * What has one place only is there before all else. Every other time expressions speak before contents, which find
 * themselves in what they said.
 */
static void place_early(struct vfw_maker *m)
{
	u32 from, to, i;

	memset(m->early, 0, sizeof(m->early));
	for (i = 0; m->attempt % 3 != 2 && i < m->n; i++) {
		const struct vfw_sig_step *t = &m->steps[i];

		if (t->op == VFW_SIG_CONTENT &&
		    !(t->flags & (VFW_SIG_F_NEGATED | VFW_SIG_F_RELATIVE | VFW_SIG_F_VAR_OFFSET |
				  VFW_SIG_F_VAR_DEPTH)) &&
		    vfw_made_window(t, m->out->vars, 0, VFW_CANVAS_ROOM, &from, &to) &&
		    to - from == t->len && fits(m, t, from) >= 0)
			settle(m, t, from);
	}
	for (i = 0; m->attempt % 3 == 2 && i < m->n; i++) {
		const struct vfw_sig_step *t = &m->steps[i];

		if (t->op != VFW_SIG_REGEX || t->flags & (VFW_SIG_F_RELATIVE | VFW_SIG_F_NEGATED))
			continue;
		m->early[i] = place_regex(m, i, 0);
	}
}

static void fill(struct vfw_maker *m)
{
	static const u8 fillers[] = {'x', ' ', 0, '.', 0xff, '\n', '7'};
	u32 i, kind = m->attempt / 2 % (sizeof(fillers) + 1);

	m->out->len = m->canvas.low;
	/* room for what must not be, once in a while */
	if (m->attempt % 5 == 4 && m->canvas.high - m->canvas.low > 8)
		m->out->len += 1 + vfw_canvas_choose(&m->canvas, 8);
	for (i = 0; i < m->out->len; i++) {
		u8 free = m->how->tame		   ? (u8)('a' + vfw_canvas_choose(&m->canvas, 26))
			  : kind < sizeof(fillers) ? fillers[kind]
						   : (u8)('!' + vfw_canvas_choose(&m->canvas, 90));

		m->out->bytes[i] = m->canvas.settled[i] ? m->canvas.bytes[i] : free;
	}
}

/* Returns the step that found no place, or n. */
static u32 attempt(struct vfw_maker *m)
{
	u32 i, cursor = 0;

	vfw_canvas_clear(&m->canvas);
	memset(m->out->vars, 0, sizeof(m->out->vars));
	vfw_canvas_at_least(&m->canvas, m->how->least);
	vfw_canvas_at_most(&m->canvas, m->how->most);
	place_early(m);
	for (i = 0; m->attempt % 4 != 3 && m->how->lead[i]; i++)
		vfw_canvas_put(&m->canvas, i, (u8)m->how->lead[i]);
	for (i = 0; i < m->n; i++) {
		if (!m->early[i] && !place(m, i, cursor))
			return i;
		cursor = m->out->end[i];
	}
	fill(m);
	return m->n;
}

/* Takes up the steps from `first' on, and what they need. */
static void take_up(struct vfw_maker *m, u32 sig, u32 first, struct vfw_made *out)
{
	u32 i;

	m->out = out;
	m->steps = vfw_made_steps(m->set, sig, first, &m->n);
	out->first = first;
	out->n = m->n;
	m->depths = 0;
	for (i = 0; i < m->n; i++) {
		const struct vfw_sig_step *t = &m->steps[i];

		if (t->op == VFW_SIG_CONTENT && !(t->flags & VFW_SIG_F_RELATIVE) &&
		    t->flags & VFW_SIG_F_DEPTH && t->depth > 0 && t->depth < 4096 &&
		    (u32)t->depth > m->depths)
			m->depths = (u32)t->depth;
		if (t->op == VFW_SIG_REGEX)
			regex_of(m, t->data);
	}
}

const char *vfw_maker_make(struct vfw_maker *m, u32 sig, u32 first, const struct vfw_make *how,
			   struct vfw_made *out)
{
	u32 attempts = how->tame ? ATTEMPTS / 4 : ATTEMPTS;
	const char *why = "content";

	take_up(m, sig, first, out);
	m->how = how;
	m->canvas.shun = how->shun;
	m->canvas.seed = m->set->meta[sig].sid + first + how->salt * 0x2545f491ULL;
	m->canvas.seed = m->canvas.seed * 0x9e3779b97f4a7c15ULL | 1;
	for (m->attempt = how->salt * 6; m->attempt < attempts; m->attempt++) {
		u32 stuck = attempt(m);

		if (stuck < m->n)
			why = vfw_made_word(&m->steps[stuck]);
		else if (vfw_made_proven(m->set, sig, out, m->regexes, m->scratch, &why))
			return NULL;
	}
	return why;
}

const char *vfw_maker_find(struct vfw_maker *m, u32 sig, u32 first, struct vfw_made *made)
{
	take_up(m, sig, first, made);
	return vfw_made_find(m->set, sig, first, made, m->regexes, m->scratch);
}

bool vfw_maker_miss(struct vfw_maker *m, u32 sig, struct vfw_made *made, enum vfw_miss miss, u32 k)
{
	return vfw_made_miss(m->set, sig, made, miss, k, m->regexes, m->scratch);
}
