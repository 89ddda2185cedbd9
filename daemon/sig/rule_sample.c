// SPDX-License-Identifier: GPL-2.0
#include "rule_sample.h"

#include <string.h>

#define STEPS_MAX 20000 /* instructions of one walk */
#define DEPTH_MAX 8 /* of look-around within look-around */
#define EXTRA_MAX 4 /* more than the least of a repeat */

struct walk {
	const struct vfw_regex *r;
	struct vfw_canvas *c;
	u32 start, steps, depth;
	u32 edge; /* where a word must have ended: its place + 1 */
	u32 from[VFW_REGEX_GROUPS_MAX + 1], to[VFW_REGEX_GROUPS_MAX + 1];
};

static bool in_set(const struct walk *w, u32 set, u32 byte)
{
	return w->r->sets[set].bits[byte / 8] & 1U << (byte % 8);
}

static bool is_shunned(const struct vfw_canvas *c, u32 byte)
{
	return c->shun && byte && strchr(c->shun, (int)byte);
}

static bool free_byte(struct walk *w, u32 set, u32 at)
{
	static const char liked[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	static const char apart[] = " .:/-(=";
	u32 i, byte;

	for (i = 0; w->edge == at + 1 && i < sizeof(apart) - 1; i++)
		if (in_set(w, set, (u32)apart[i]) && !is_shunned(w->c, (u32)apart[i]))
			return vfw_canvas_put(w->c, at, (u8)apart[i]);
	for (i = 0; i < 8; i++) {
		byte = (u8)liked[vfw_canvas_choose(w->c, sizeof(liked) - 1)];
		if (in_set(w, set, byte))
			return vfw_canvas_put(w->c, at, (u8)byte);
	}
	/* from what is printed on, bytes that end lines and texts last */
	for (i = 0; i < 512; i++) {
		byte = (i + ' ') % 256;
		if (in_set(w, set, byte) && (i >= 256 || !is_shunned(w->c, byte)))
			return vfw_canvas_put(w->c, at, (u8)byte);
	}
	return false;
}

static bool one_byte(struct walk *w, u32 set, u32 at)
{
	if (at >= VFW_CANVAS_ROOM || ++w->steps > STEPS_MAX)
		return false;
	if (w->c->settled[at])
		return in_set(w, set, w->c->bytes[at]);
	return free_byte(w, set, at);
}

static bool repeat(struct walk *w, const struct vfw_regex_inst *t, u32 *pos)
{
	u32 n, most = t->b;

	if (vfw_canvas_choose(w->c, 3) == 0)
		most += vfw_canvas_choose(w->c, EXTRA_MAX);
	/* a length that is asked for is reached by what may be as long */
	if (w->c->low > *pos && w->c->low - *pos > most && vfw_canvas_choose(w->c, 3) == 0)
		most = w->c->low - *pos;
	if (most > t->c)
		most = t->c;
	for (n = 0; n < most; n++)
		if (!one_byte(w, t->a, (*pos)++))
			return false;
	/* what stands there already may be what this repeat is about, or what comes behind it */
	if (vfw_canvas_choose(w->c, 2))
		return true;
	while (n++ < t->c && *pos < VFW_CANVAS_ROOM && w->c->settled[*pos] &&
	       in_set(w, t->a, w->c->bytes[*pos]))
		++*pos;
	return true;
}

static bool reference(struct walk *w, u32 group, u32 *pos)
{
	u32 i;

	for (i = w->from[group]; i < w->to[group]; i++)
		if (++w->steps > STEPS_MAX || !vfw_canvas_put(w->c, (*pos)++, w->c->bytes[i]))
			return false;
	return true;
}

static bool is_word(u8 c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static bool ends_at(struct walk *w, u32 pos)
{
	return vfw_canvas_at_least(w->c, pos) && vfw_canvas_at_most(w->c, pos);
}

static bool stands(struct walk *w, const struct vfw_regex_inst *t, u32 pos)
{
	switch (t->op) {
	case VFW_REGEX_BEGIN:
		return pos == w->start;
	case VFW_REGEX_BEGIN_ANY:
		return pos == w->start || vfw_canvas_put(w->c, pos - 1, '\n');
	case VFW_REGEX_END_ANY:
		return vfw_canvas_choose(w->c, 2) ? vfw_canvas_put(w->c, pos, '\n')
						  : ends_at(w, pos);
	case VFW_REGEX_END:
	case VFW_REGEX_END_LINE:
		return ends_at(w, pos);
	default: /* WORD */
		if (!t->b && pos > w->start && w->c->settled[pos - 1] &&
		    is_word(w->c->bytes[pos - 1]))
			w->edge = pos + 1;
		return true;
	}
}

/* Walks from pc to MATCH, or to the DONE that ends a look-around. */
static bool walk(struct walk *w, u32 pc, u32 *pos)
{
	u32 atomic = 0, inner;

	if (w->depth == DEPTH_MAX)
		return false;
	w->depth++;
	while (++w->steps <= STEPS_MAX) {
		const struct vfw_regex_inst *t = &w->r->code[pc++];

		switch (t->op) {
		case VFW_REGEX_MATCH:
			w->depth--;
			return true;
		case VFW_REGEX_DONE:
			if (!atomic) {
				w->depth--;
				return true;
			}
			atomic--;
			break;
		case VFW_REGEX_ATOMIC:
			atomic++;
			break;
		case VFW_REGEX_REPEAT:
			if (!repeat(w, t, pos))
				return false;
			break;
		case VFW_REGEX_SPLIT:
			/* as above: once more around, which is what comes first */
			if (*pos < w->c->low && vfw_canvas_choose(w->c, 8))
				pc = t->a < t->b ? t->a : t->b;
			else
				pc = vfw_canvas_choose(w->c, 2) ? t->a : t->b;
			break;
		case VFW_REGEX_JUMP:
			pc = t->a;
			break;
		case VFW_REGEX_SAVE:
			if (!t->b)
				w->from[t->a] = *pos;
			else
				w->to[t->a] = *pos;
			break;
		case VFW_REGEX_BACK:
			if (!reference(w, t->a, pos))
				return false;
			break;
		case VFW_REGEX_AHEAD:
		case VFW_REGEX_BEHIND:
			inner = t->op == VFW_REGEX_BEHIND ? t->c : 0;
			if (!t->b && *pos < w->start + inner)
				return false;
			inner = *pos - inner;
			if (!t->b && !walk(w, pc, &inner))
				return false;
			pc = t->a;
			break;
		default:
			if (!stands(w, t, *pos))
				return false;
			break;
		}
	}
	return false;
}

bool vfw_rule_sample(const struct vfw_regex *r, struct vfw_canvas *c, u32 start, u32 at, u32 *end)
{
	struct vfw_canvas_mark mark = vfw_canvas_mark(c);
	struct walk w = {.r = r, .c = c, .start = start};

	*end = at;
	if (at < start || !walk(&w, 0, end) || !vfw_canvas_at_least(c, *end)) {
		vfw_canvas_back(c, &mark);
		return false;
	}
	return true;
}
