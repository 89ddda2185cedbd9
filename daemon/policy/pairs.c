// SPDX-License-Identifier: GPL-2.0
/*
 * From rules to pairs without looking at every rule for every pair.
 *
 * Rules of one scope with the same sides are one bundle; there are far fewer
 * bundles than rules. For each source identity the bundles whose from-side holds it
 * are dealt out to the identities of their to-sides. What a destination was dealt, a
 * rising list of bundles, says all about the pair: equal lists make equal blocks, so a
 * block is built once for each list that occurs. The cost is that of
 * dealing (the sum over bundles of |from| x |to|) plus one sweep for each distinct list.
 */
#include "pairs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX
#define DEAL_MAX (1u << 28) /* entries in the lists of bundles by source */
#define KEY_HEAD 3 /* words of a key before the bundles */

struct bundle {
	uint32_t from;
	uint32_t to;
	uint32_t stage;
	uint32_t tenant;
	uint32_t first; /* into order: its rules, rising */
	uint32_t n;
};

/* Lists of numbers, one for each index, in one array. */
struct lists {
	uint32_t *v;
	size_t *start; /* n + 1 of them */
};

/* What one destination was dealt; its first words say how the list is to be read. */
struct hand {
	uint32_t *v;
	size_t n, room;
};

struct pairing {
	const struct vfw_resolved *r;
	const struct vfw_who *who;
	struct vfw_cells *cells;
	struct vfw_pairs *pairs;
	struct lists set_idents; /* by set */
	struct lists side_idents; /* by side */
	struct lists src_bundles; /* by identity */
	struct bundle *bundles;
	size_t n_bundles;
	const struct vfw_entry **order; /* sorted by bundle */
	struct hand *hands; /* by identity */
	struct vfw_map blocks; /* hand -> block */
	struct vfw_arena arena; /* keys of it */
};

static void lists_free(struct lists *l)
{
	free(l->v);
	free(l->start);
}

/* Turns counts in start[1..n] into beginnings and makes room. */
static int lists_begin(struct lists *l, size_t n)
{
	for (size_t i = 0; i < n; i++)
		l->start[i + 1] += l->start[i];
	l->v = malloc((l->start[n] + 1) * sizeof(*l->v));
	return l->v ? 0 : -ENOMEM;
}

/* Who is in which set. */
static int list_sets(struct pairing *p)
{
	struct lists *l = &p->set_idents;
	size_t *next;
	int err;

	l->start = calloc(p->r->n_sets + 2, sizeof(*l->start));
	next = calloc(p->r->n_sets + 1, sizeof(*next));
	err = l->start && next ? 0 : -ENOMEM;
	for (size_t i = 0; i < p->who->n_idents && !err; i++)
		for (size_t k = 0; k < p->who->idents[i].n_sets; k++)
			l->start[p->who->idents[i].sets[k] + 1]++;
	if (!err)
		err = lists_begin(l, p->r->n_sets);
	if (!err && p->r->n_sets)
		memcpy(next, l->start, p->r->n_sets * sizeof(*next));
	for (size_t i = 0; i < p->who->n_idents && !err; i++)
		for (size_t k = 0; k < p->who->idents[i].n_sets; k++)
			l->v[next[p->who->idents[i].sets[k]]++] = (uint32_t)i;
	free(next);
	return err;
}

static bool matches_kind(const struct vfw_identity *who, uint32_t atom)
{
	switch (VFW_ATOM_KIND(atom)) {
	case VFW_ATOM_ANY:
		return who->kind == VFW_WHO_VM || who->kind == VFW_WHO_ADDRESS;
	case VFW_ATOM_HOST:
		return who->kind == VFW_WHO_HOST;
	case VFW_ATOM_EXTERNAL:
		return who->kind == VFW_WHO_ADDRESS;
	case VFW_ATOM_UNMANAGED:
		return who->kind == VFW_WHO_UNMANAGED;
	case VFW_ATOM_TENANT:
		return who->kind == VFW_WHO_VM && who->tenant == VFW_ATOM_INDEX(atom);
	case VFW_ATOM_SET:
		break;
	}
	return false;
}

/* Marks the identities of a side; returns how many there are. */
static size_t mark_side(const struct pairing *p, const struct vfw_side *side, bool *marked)
{
	size_t n = 0;

	memset(marked, 0, p->who->n_idents * sizeof(*marked));
	for (size_t a = 0; a < side->n; a++) {
		uint32_t set = VFW_ATOM_INDEX(side->atoms[a]);

		if (VFW_ATOM_KIND(side->atoms[a]) == VFW_ATOM_SET) {
			for (size_t k = p->set_idents.start[set]; k < p->set_idents.start[set + 1];
			     k++) {
				n += !marked[p->set_idents.v[k]];
				marked[p->set_idents.v[k]] = true;
			}
			continue;
		}
		for (size_t i = 0; i < p->who->n_idents; i++) {
			if (marked[i] || !matches_kind(&p->who->idents[i], side->atoms[a]))
				continue;
			marked[i] = true;
			n++;
		}
	}
	return n;
}

/* Who is meant by which side. */
static int list_sides(struct pairing *p)
{
	struct lists *l = &p->side_idents;
	bool *marked = malloc(p->who->n_idents * sizeof(*marked));
	size_t room = 0;
	int err = 0;

	l->start = calloc(p->r->n_sides + 1, sizeof(*l->start));
	if (!l->start || !marked)
		err = -ENOMEM;
	for (size_t s = 0; s < p->r->n_sides && !err; s++) {
		size_t at = l->start[s];
		size_t n = mark_side(p, &p->r->sides[s], marked);

		if (at + n > DEAL_MAX)
			err = -E2BIG;
		else
			err = vfw_grow(&l->v, &room, at + n + 1, sizeof(*l->v));
		for (size_t i = 0; i < p->who->n_idents && !err; i++)
			if (marked[i])
				l->v[at++] = (uint32_t)i;
		l->start[s + 1] = at;
	}
	free(marked);
	return err;
}

/* Bundles of one from-side lie together, so that the list of each source rises by itself. */
static int by_bundle(const void *a, const void *b)
{
	const struct vfw_entry *x = *(const struct vfw_entry *const *)a;
	const struct vfw_entry *y = *(const struct vfw_entry *const *)b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	if (x->stage != y->stage)
		return x->stage < y->stage ? -1 : 1;
	if (x->tenant != y->tenant)
		return x->tenant < y->tenant ? -1 : 1;
	return x < y ? -1 : x > y;
}

static int make_bundles(struct pairing *p)
{
	const struct vfw_entry *entries = p->r->entries;
	size_t n = p->r->n_entries;

	p->order = malloc((n + 1) * sizeof(*p->order));
	p->bundles = malloc((n + 1) * sizeof(*p->bundles));
	if (!p->order || !p->bundles)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		p->order[i] = &entries[i];
	qsort(p->order, n, sizeof(*p->order), by_bundle);
	for (size_t i = 0; i < n; i++) {
		const struct vfw_entry *e = p->order[i];
		struct bundle *last = p->n_bundles ? &p->bundles[p->n_bundles - 1] : NULL;

		if (last && last->from == e->from && last->to == e->to &&
		    last->stage == (uint32_t)e->stage && last->tenant == e->tenant) {
			last->n++;
			continue;
		}
		p->bundles[p->n_bundles++] = (struct bundle){.from = e->from,
							     .to = e->to,
							     .stage = e->stage,
							     .tenant = e->tenant,
							     .first = (uint32_t)i,
							     .n = 1};
	}
	return 0;
}

/* Which bundles a source identity opens. */
static int list_bundles(struct pairing *p)
{
	const struct lists *sides = &p->side_idents;
	struct lists *l = &p->src_bundles;
	size_t *next = malloc(p->who->n_idents * sizeof(*next));
	uint64_t total = 0;
	int err = 0;

	l->start = calloc(p->who->n_idents + 1, sizeof(*l->start));
	if (!l->start || !next)
		err = -ENOMEM;
	for (size_t b = 0; b < p->n_bundles && !err; b++) {
		uint32_t from = p->bundles[b].from;

		total += sides->start[from + 1] - sides->start[from];
		if (total > DEAL_MAX)
			err = -E2BIG;
		for (size_t k = sides->start[from]; k < sides->start[from + 1] && !err; k++)
			l->start[sides->v[k] + 1]++;
	}
	if (!err)
		err = lists_begin(l, p->who->n_idents);
	if (!err)
		memcpy(next, l->start, p->who->n_idents * sizeof(*next));
	for (size_t b = 0; b < p->n_bundles && !err; b++) {
		uint32_t from = p->bundles[b].from;

		for (size_t k = sides->start[from]; k < sides->start[from + 1]; k++)
			l->v[next[sides->v[k]]++] = (uint32_t)b;
	}
	free(next);
	return err;
}

/* Deals a source's bundles out to all destinations. */
static int deal(struct pairing *p, uint32_t src)
{
	const struct vfw_identity *idents = p->who->idents;
	const struct lists *sides = &p->side_idents;

	for (size_t k = p->src_bundles.start[src]; k < p->src_bundles.start[src + 1]; k++) {
		const struct bundle *b = &p->bundles[p->src_bundles.v[k]];
		bool own = b->stage != VFW_STAGE_TENANT || idents[src].tenant == b->tenant;

		for (size_t t = sides->start[b->to]; t < sides->start[b->to + 1]; t++) {
			struct hand *hand = &p->hands[sides->v[t]];

			/* a tenant's rule speaks only where one end is that tenant's VM */
			if (!own && idents[sides->v[t]].tenant != b->tenant)
				continue;
			if (vfw_grow(&hand->v, &hand->room, hand->n + 1, sizeof(*hand->v)))
				return -ENOMEM;
			hand->v[hand->n++] = p->src_bundles.v[k];
		}
	}
	return 0;
}

static int build(struct pairing *p, const struct hand *hand, uint32_t *block)
{
	bool cross = hand->v[0] != NONE, closed = hand->v[2];
	int err = 0;

	for (size_t k = KEY_HEAD; k < hand->n && !err; k++) {
		const struct bundle *b = &p->bundles[hand->v[k]];
		enum vfw_slot slot = VFW_SLOT_FIRST;

		if (b->stage == VFW_STAGE_LAST)
			slot = VFW_SLOT_LAST;
		else if (b->stage == VFW_STAGE_UNMANAGED)
			slot = VFW_SLOT_UNMANAGED;
		else if (b->stage == VFW_STAGE_TENANT)
			slot = cross && b->tenant == hand->v[1] ? VFW_SLOT_DST : VFW_SLOT_SRC;
		for (uint32_t i = 0; i < b->n && !err; i++) {
			const struct vfw_entry *e = p->order[b->first + i];

			err = vfw_cells_add(p->cells, e, (uint32_t)(e - p->r->entries), slot);
		}
	}
	if (!err)
		err = vfw_cells_build(p->cells, p->r->entries, cross,
				      closed ? &p->pairs->closed : &p->pairs->open,
				      closed ? p->pairs->closed_joins : p->pairs->open_joins,
				      block);
	return err;
}

/* The block of a hand, built when this hand is seen for the first time. */
static int block_of(struct pairing *p, const struct hand *hand, uint32_t *block)
{
	size_t len = hand->n * sizeof(*hand->v);
	const uint32_t *known = vfw_map_get(&p->blocks, hand->v, len);
	void *key;
	int err;

	if (known) {
		*block = *known;
		return 0;
	}
	err = build(p, hand, block);
	if (err)
		return err;
	key = vfw_arena_alloc(&p->arena, len);
	if (!key)
		return -ENOMEM;
	memcpy(key, hand->v, len);
	return vfw_map_put(&p->blocks, key, len, *block);
}

/* Empties a hand and writes down what, besides the rules, makes a difference for this pair. */
static int open_hand(struct pairing *p, uint32_t src, uint32_t dst)
{
	const struct vfw_identity *s = &p->who->idents[src], *d = &p->who->idents[dst];
	bool cross =
		s->tenant != VFW_NO_TENANT && d->tenant != VFW_NO_TENANT && s->tenant != d->tenant;
	struct hand *hand = &p->hands[dst];

	if (vfw_grow(&hand->v, &hand->room, KEY_HEAD, sizeof(*hand->v)))
		return -ENOMEM;
	hand->v[0] = cross ? s->tenant : NONE;
	hand->v[1] = cross ? d->tenant : NONE;
	hand->v[2] =
		p->pairs->closes && (s->kind == VFW_WHO_UNMANAGED || d->kind == VFW_WHO_UNMANAGED);
	hand->n = KEY_HEAD;
	return 0;
}

static int add_pair(struct vfw_pairs *pairs, uint32_t src, uint32_t dst, uint32_t block)
{
	if (pairs->n == VFW_MAX_PAIRS)
		return -E2BIG;
	if (vfw_grow(&pairs->v, &pairs->room, pairs->n + 1, sizeof(*pairs->v)))
		return -ENOMEM;
	pairs->v[pairs->n++] = (struct vfw_pair){.src = src, .dst = dst, .block = block};
	return 0;
}

/* All pairs that one identity opens. */
static int pairs_of(struct pairing *p, uint32_t src)
{
	int err = 0;

	for (uint32_t dst = 0; dst < p->who->n_idents && !err; dst++)
		err = open_hand(p, src, dst);
	if (!err)
		err = deal(p, src);
	for (uint32_t dst = 0; dst < p->who->n_idents && !err; dst++) {
		const struct hand *hand = &p->hands[dst];
		uint32_t block;

		if (p->who->idents[dst].kind == VFW_WHO_NOBODY ||
		    (hand->n == KEY_HEAD && !hand->v[2]))
			continue;
		err = block_of(p, hand, &block);
		if (!err && block != p->pairs->default_block)
			err = add_pair(p->pairs, src, dst, block);
	}
	return err;
}

int vfw_pairs_fill(const struct vfw_resolved *r, const struct vfw_who *who, struct vfw_cells *cells,
		   struct vfw_pairs *pairs)
{
	struct pairing p = {.r = r, .who = who, .cells = cells, .pairs = pairs};
	int err;

	err = vfw_cells_build(cells, r->entries, false, &pairs->open, pairs->open_joins,
			      &pairs->default_block);
	if (!err)
		err = list_sets(&p);
	if (!err)
		err = list_sides(&p);
	if (!err)
		err = make_bundles(&p);
	if (!err)
		err = list_bundles(&p);
	if (!err) {
		p.hands = calloc(who->n_idents, sizeof(*p.hands));
		err = p.hands ? 0 : -ENOMEM;
	}
	for (uint32_t src = 0; src < who->n_idents && !err; src++)
		if (who->idents[src].kind != VFW_WHO_NOBODY)
			err = pairs_of(&p, src);
	for (size_t i = 0; p.hands && i < who->n_idents; i++)
		free(p.hands[i].v);
	free(p.hands);
	free(p.bundles);
	free(p.order);
	lists_free(&p.set_idents);
	lists_free(&p.side_idents);
	lists_free(&p.src_bundles);
	vfw_map_free(&p.blocks);
	vfw_arena_free(&p.arena);
	return err;
}
