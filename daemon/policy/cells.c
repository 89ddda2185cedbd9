// SPDX-License-Identifier: GPL-2.0
/*
 * The sweep. Every rule covers some spans of the key space; between two points
 * where a span begins or ends, the same rules apply. The sweep walks those points
 * in order. For each slot it keeps a heap of the deciding rules whose span contains the
 * point, earliest on top (spans that ended are thrown away when they come to the top), and
 * a sorted list of the monitor rules. At each point the run of candidates is written
 * down as evaluation would meet it, or in the cell itself if it is one rule; a cell begins where
 * the run changes. Where rules are about apps there is a run for each app that makes a difference,
 * and one for all others: evaluation is that of section 6 with the app given.
 *
 * With n spans this takes n log n steps, plus the length of the runs. Runs and
 * blocks that are equal are kept once.
 */
#include "cells.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORK_MAX (1u << 28) /* spans swept for one policy */
#define RUN_MAX 1024 /* monitor rules that may overlap in one point */
#define NONE UINT32_MAX
#define APPS_ROOM (4 * VFW_MAX_APPS) /* that rules at one point name, some of them twice */

struct heap {
	struct live {
		uint32_t rule;
		uint32_t last;
	} * v;
	size_t n, room;
};

struct sweep {
	struct vfw_cells *c;
	const struct vfw_entry *entries;
	const struct vfw_fallback *fallback;
	bool cross;
	bool joins;
	bool fallback_joins;
	struct heap deciding[__VFW_SLOT_MAX];
	struct heap asking
		[__VFW_SLOT_MAX]; /* those of them that are about apps; sorted by rule, no heap */
	struct heap monitors[__VFW_SLOT_MAX]; /* sorted by rule, no heap */
	uint32_t run[RUN_MAX + 3]; /* run[0] is its length; two more for what decides */
	bool passes; /* what decides lets pass */
	uint32_t
		holds; /* the first rule met that lets nothing pass until the app is known, or NONE */
	uint32_t *apps; /* that rules at the point are about */
	size_t n_apps, room_apps;
	uint32_t *words; /* of a cell that asks for them */
	size_t room_words;
	size_t first_cell;
};

int vfw_cells_add(struct vfw_cells *c, const struct vfw_entry *entry, uint32_t rule,
		  enum vfw_slot slot)
{
	c->work += entry->n_spans;
	if (c->work > WORK_MAX)
		return -E2BIG;
	if (vfw_grow(&c->pieces, &c->room_pieces, c->n_pieces + entry->n_spans, sizeof(*c->pieces)))
		return -ENOMEM;
	if (c->watch)
		c->watch->met[rule] = true;
	for (size_t i = 0; i < entry->n_spans; i++)
		c->pieces[c->n_pieces++] = (struct vfw_piece){.first = entry->spans[i].first,
							      .last = entry->spans[i].last,
							      .rule = rule,
							      .slot = (uint8_t)slot};
	return 0;
}

static int by_first(const void *a, const void *b)
{
	const struct vfw_piece *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int heap_push(struct heap *h, uint32_t rule, uint32_t last)
{
	size_t i;

	if (vfw_grow(&h->v, &h->room, h->n + 1, sizeof(*h->v)))
		return -ENOMEM;
	for (i = h->n++; i && h->v[(i - 1) / 2].rule > rule; i = (i - 1) / 2)
		h->v[i] = h->v[(i - 1) / 2];
	h->v[i] = (struct live){rule, last};
	return 0;
}

static void heap_pop(struct heap *h)
{
	struct live moved = h->v[--h->n];
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= h->n)
			break;
		if (child + 1 < h->n && h->v[child + 1].rule < h->v[child].rule)
			child++;
		if (h->v[child].rule >= moved.rule)
			break;
		h->v[i] = h->v[child];
		i = child;
	}
	if (h->n)
		h->v[i] = moved;
}

/* The rule that decides a slot at the point for an app, NONE if none does. */
static uint32_t decides(struct sweep *s, int slot, uint32_t point, uint32_t app)
{
	struct heap *h = &s->deciding[slot];
	const struct heap *asking = &s->asking[slot];
	uint32_t rule;

	while (h->n && h->v[0].last < point)
		heap_pop(h);
	rule = h->n ? h->v[0].rule : NONE;
	for (size_t i = 0; i < asking->n && asking->v[i].rule < rule; i++)
		if (asking->v[i].last >= point &&
		    vfw_entry_takes(&s->entries[asking->v[i].rule], app))
			rule = asking->v[i].rule;
	return rule;
}

static int sorted_insert(struct heap *h, uint32_t rule, uint32_t last)
{
	size_t i;

	if (vfw_grow(&h->v, &h->room, h->n + 1, sizeof(*h->v)))
		return -ENOMEM;
	for (i = h->n++; i && h->v[i - 1].rule > rule; i--)
		h->v[i] = h->v[i - 1];
	h->v[i] = (struct live){rule, last};
	return 0;
}

/* Throws those away that ended before the point. */
static void sorted_expire(struct heap *h, uint32_t point)
{
	size_t kept = 0;

	for (size_t i = 0; i < h->n; i++)
		if (h->v[i].last >= point)
			h->v[kept++] = h->v[i];
	h->n = kept;
}

/* Appends the monitors of a slot that stand before the deciding rule. */
static int run_monitors(struct sweep *s, enum vfw_slot slot, uint32_t point, uint32_t app,
			uint32_t before)
{
	struct heap *h = &s->monitors[slot];

	sorted_expire(h, point);
	s->c->work += h->n / 16;
	if (s->c->work > WORK_MAX)
		return -E2BIG;
	for (size_t i = 0; i < h->n && h->v[i].rule < before; i++) {
		if (!vfw_entry_takes(&s->entries[h->v[i].rule], app))
			continue;
		if (s->run[0] == RUN_MAX)
			return -E2BIG;
		s->run[++s->run[0]] = h->v[i].rule;
		s->joins = true;
	}
	return 0;
}

static enum vfw_verdict verdict_of(const struct sweep *s, uint32_t rule)
{
	return s->entries[rule].rule->verdict;
}

/*
 * Both tenants passed it: the opener's rule is reported, unless only the other's inspects, or,
 * where that makes no difference, only the other's logs. Two profiles at once are more than the
 * datapath does.
 */
static int both_passed(struct sweep *s, uint32_t src, uint32_t dst, uint32_t *final)
{
	const struct vfw_rule *from = s->entries[src].rule, *to = s->entries[dst].rule;

	*final = src;
	if (from->inspect && to->inspect && strcmp(from->inspect->s, to->inspect->s)) {
		s->c->clash[0] = src;
		s->c->clash[1] = dst;
		return -ENOTUNIQ;
	}
	if (!from->inspect != !to->inspect)
		*final = to->inspect ? dst : src;
	else if (to->log && !from->log)
		*final = dst;
	return 0;
}

/* So many steps more for this policy. 0, or -E2BIG. */
static int spend(struct vfw_cells *c, size_t steps)
{
	c->work += steps;
	return c->work > WORK_MAX ? -E2BIG : 0;
}

/* Writes into s->run what evaluation meets at the point, for an app. */
static int evaluate(struct sweep *s, uint32_t point, uint32_t app)
{
	uint32_t rule[__VFW_SLOT_MAX];
	uint32_t final = NONE;

	s->run[0] = 0;
	for (int slot = 0; slot < __VFW_SLOT_MAX && final == NONE; slot++) {
		if (spend(s->c, s->asking[slot].n / 4))
			return -E2BIG;
		rule[slot] = decides(s, slot, point, app);
		if (run_monitors(s, slot, point, app, rule[slot]))
			return -E2BIG;
		if (rule[slot] < s->holds && s->entries[rule[slot]].rule->until_known_block)
			s->holds = rule[slot];
		if (!s->cross || (slot != VFW_SLOT_SRC && slot != VFW_SLOT_DST)) {
			final = rule[slot];
			continue;
		}
		if (rule[slot] != NONE && verdict_of(s, rule[slot]) != VFW_PASS)
			final = rule[slot];
		else if (slot == VFW_SLOT_DST && rule[VFW_SLOT_SRC] != NONE && rule[slot] != NONE &&
			 both_passed(s, rule[VFW_SLOT_SRC], rule[slot], &final))
			return -ENOTUNIQ;
	}
	if (final == NONE) {
		if (s->fallback->monitor != NONE)
			s->run[++s->run[0]] = s->fallback->monitor;
		final = s->fallback->deciding;
		s->passes = s->fallback_joins;
		s->joins |= s->fallback_joins;
	} else {
		s->passes = verdict_of(s, final) == VFW_PASS;
		s->joins |= verdict_of(s, final) != VFW_BLOCK;
	}
	s->run[++s->run[0]] = final;
	return 0;
}

static void cover_add(struct vfw_watch *w, uint32_t rule, uint32_t by)
{
	struct vfw_cover *cover = &w->cover[rule];

	for (uint32_t i = 0; i < cover->n; i++)
		if (cover->rule[i] == by)
			return;
	if (cover->n < VFW_COVER_MAX)
		cover->rule[cover->n++] = by;
	else
		cover->more = true;
}

/* All in the heap that lives at the point and never came to its turn is covered by one rule, or by two. */
static void cover_heap(struct sweep *s, const struct heap *h, uint32_t point, uint32_t app,
		       const uint32_t by[2])
{
	struct vfw_watch *w = s->c->watch;

	for (size_t i = 0; i < h->n && w->left; i++) {
		uint32_t rule = h->v[i].rule;

		w->left--;
		if (h->v[i].last < point || w->live[rule] ||
		    !vfw_entry_takes(&s->entries[rule], app))
			continue;
		cover_add(w, rule, by[0]);
		if (by[1] != NONE)
			cover_add(w, rule, by[1]);
	}
}

/* As evaluate(), but to see who comes to his turn at the point, and whom that keeps from it. */
static void watch(struct sweep *s, uint32_t point, uint32_t app)
{
	uint32_t top[__VFW_SLOT_MAX], final[2] = {NONE, NONE};
	struct vfw_watch *w = s->c->watch;

	for (int slot = 0; slot < __VFW_SLOT_MAX; slot++) {
		const struct heap *of[] = {&s->deciding[slot], &s->asking[slot],
					   &s->monitors[slot]};
		const struct heap *monitors = of[2];
		bool shared = s->cross && (slot == VFW_SLOT_SRC || slot == VFW_SLOT_DST);

		if (final[0] != NONE) {
			for (size_t k = 0; k < 3; k++)
				cover_heap(s, of[k], point, app, final);
			continue;
		}
		top[slot] = decides(s, slot, point, app);
		for (size_t i = 0; i < monitors->n && monitors->v[i].rule < top[slot]; i++)
			w->live[monitors->v[i].rule] |=
				monitors->v[i].last >= point &&
				vfw_entry_takes(&s->entries[monitors->v[i].rule], app);
		if (top[slot] == NONE)
			continue;
		w->live[top[slot]] = true;
		for (size_t k = 0; k < 3; k++)
			cover_heap(s, of[k], point, app, (uint32_t[2]){top[slot], NONE});
		if (!shared || verdict_of(s, top[slot]) != VFW_PASS) {
			final[0] = top[slot];
		} else if (slot == VFW_SLOT_DST && top[VFW_SLOT_SRC] != NONE) {
			final[0] = top[VFW_SLOT_SRC];
			final[1] = top[slot];
		}
	}
}

/* Finds or keeps n words; *at is where they stand. */
static int keep_words(struct vfw_cells *c, const uint32_t *words, size_t n, uint32_t *at)
{
	const uint32_t *known = vfw_map_get(&c->cand_map, words, n * sizeof(*words));
	uint32_t *key;

	if (known) {
		*at = *known;
		return 0;
	}
	if (c->n_cands + n > VFW_MAX_CANDS)
		return -E2BIG;
	key = vfw_arena_alloc(&c->arena, n * sizeof(*key));
	if (!key || vfw_grow(&c->cands, &c->room_cands, c->n_cands + n, sizeof(*c->cands)))
		return -ENOMEM;
	memcpy(key, words, n * sizeof(*key));
	memcpy(c->cands + c->n_cands, words, n * sizeof(*key));
	*at = (uint32_t)c->n_cands;
	c->n_cands += n;
	return vfw_map_put(&c->cand_map, key, n * sizeof(*key), *at);
}

static void each_app_once(struct sweep *s)
{
	size_t n = 0;

	qsort(s->apps, s->n_apps, sizeof(*s->apps), by_number);
	for (size_t i = 0; i < s->n_apps; i++)
		if (!i || s->apps[i] != s->apps[n - 1])
			s->apps[n++] = s->apps[i];
	s->n_apps = n;
}

static int add_apps(struct sweep *s, const struct heap *h, uint32_t point)
{
	for (size_t i = 0; i < h->n; i++) {
		const struct vfw_entry *e = &s->entries[h->v[i].rule];

		if (h->v[i].last < point || !e->n_apps)
			continue;
		if (spend(s->c, e->n_apps))
			return -E2BIG;
		if (s->n_apps + e->n_apps > APPS_ROOM) {
			each_app_once(s);
			if (s->n_apps > VFW_MAX_APPS)
				return -E2BIG;
		}
		if (vfw_grow(&s->apps, &s->room_apps, s->n_apps + e->n_apps, sizeof(*s->apps)))
			return -ENOMEM;
		memcpy(s->apps + s->n_apps, e->apps, e->n_apps * sizeof(*s->apps));
		s->n_apps += e->n_apps;
	}
	return 0;
}

/* The apps that rules at the point are about, rising, into s->apps. */
static int find_apps(struct sweep *s, uint32_t point)
{
	int err = 0;

	s->n_apps = 0;
	for (int slot = 0; slot < __VFW_SLOT_MAX && !err; slot++) {
		sorted_expire(&s->asking[slot], point);
		err = add_apps(s, &s->asking[slot], point);
		if (!err)
			err = add_apps(s, &s->monitors[slot], point);
	}
	if (err || !s->n_apps)
		return err;
	each_app_once(s);
	return s->n_apps > VFW_MAX_APPS ? -E2BIG : spend(s->c, s->n_apps);
}

/* What evaluation meets for one app: s->run. */
static int meet(struct sweep *s, uint32_t point, uint32_t app)
{
	int err = evaluate(s, point, app);

	if (s->c->watch)
		watch(s, point, app);
	return err;
}

static int keep_run(struct sweep *s, uint32_t *at)
{
	return keep_words(s->c, s->run, (size_t)s->run[0] + 1, at);
}

/* What evaluation meets for one app, and where that stands. */
static int run_at(struct sweep *s, uint32_t point, uint32_t app, uint32_t *at)
{
	return meet(s, point, app) ?: keep_run(s, at);
}

/* What a cell says where apps do not matter. */
static int answer_at(struct sweep *s, uint32_t point, uint32_t *cand)
{
	int err = meet(s, point, VFW_APP_ID_NONE);

	if (err || s->run[0] > 1)
		return err ?: keep_run(s, cand);
	*cand = s->run[1] | VFW_CELL_F_RULE;
	return 0;
}

/*
 * What was just evaluated lets pass: it may be for that rule that the conversation counts until its app is known. All that
 * pass must be inspected alike, for until then nobody knows by which of them it is.
 */
static int may_pass(struct sweep *s)
{
	uint32_t rule = s->run[s->run[0]];
	struct vfw_cells *c = s->c;

	if (!s->passes)
		return 0;
	if (s->words[VFW_APPS_PASSES] == NONE) {
		s->words[VFW_APPS_PASSES] = rule;
		if (c->rules)
			s->words[VFW_APPS_PROFILE] = c->rules[rule].profile ?: c->apps_profile;
		return 0;
	}
	if (!c->rules ||
	    s->words[VFW_APPS_PROFILE] == (uint32_t)(c->rules[rule].profile ?: c->apps_profile)) {
		if (rule < s->words[VFW_APPS_PASSES])
			s->words[VFW_APPS_PASSES] = rule;
		return 0;
	}
	c->clash[0] = s->words[VFW_APPS_PASSES];
	c->clash[1] = rule;
	c->app_clash = true;
	return -ENOTUNIQ;
}

/* Rules at the point are about apps. *cand: what the cell's is to be. */
static int ask_apps(struct sweep *s, uint32_t point, uint32_t *cand)
{
	uint32_t n = 0, at, *words;
	bool joins;
	int err;

	if (vfw_grow(&s->words, &s->room_words, VFW_APPS_HEAD + 2 * s->n_apps, sizeof(*s->words)))
		return -ENOMEM;
	words = s->words;
	memset(words, 0, VFW_APPS_HEAD * sizeof(*words));
	words[VFW_APPS_PASSES] = NONE;
	s->holds = NONE;
	err = run_at(s, point, VFW_APP_ID_NONE, cand);
	if (!err)
		err = may_pass(s);
	words[VFW_APPS_ELSE] = *cand;
	joins = s->joins;
	for (size_t i = 0; i < s->n_apps && !err; i++) {
		err = run_at(s, point, s->apps[i], &at);
		if (!err)
			err = may_pass(s);
		if (err || at == words[VFW_APPS_ELSE])
			continue;
		words[VFW_APPS_HEAD + 2 * n] = s->apps[i];
		words[VFW_APPS_HEAD + 2 * n++ + 1] = at;
	}
	/* all the same, or nothing ever passes by which an app could be known */
	if (!n || words[VFW_APPS_PASSES] == NONE)
		s->joins = joins;
	if (err)
		return err;
	if (!n || words[VFW_APPS_PASSES] == NONE) {
		if (s->c->cands[*cand] == 1)
			*cand = s->c->cands[*cand + 1] | VFW_CELL_F_RULE;
		return 0;
	}
	words[VFW_APPS_N] = n;
	words[VFW_APPS_HOLDS] = s->holds == NONE ? 0 : s->holds + 1;
	err = keep_words(s->c, words, VFW_APPS_HEAD + 2 * n, cand);
	*cand |= VFW_CELL_F_APPS;
	return err;
}

static int cell_at(struct sweep *s, uint32_t point)
{
	struct vfw_cells *c = s->c;
	uint32_t at = 0;
	int err = find_apps(s, point);

	if (!err)
		err = s->n_apps ? ask_apps(s, point, &at) : answer_at(s, point, &at);
	if (err)
		return err;
	if (c->n_cells > s->first_cell && c->cells[c->n_cells - 1].cand == at)
		return 0;
	if (c->n_cells == VFW_MAX_CELLS)
		return -E2BIG;
	if (vfw_grow(&c->cells, &c->room_cells, c->n_cells + 1, sizeof(*c->cells)))
		return -ENOMEM;
	c->cells[c->n_cells++] = (struct vfw_cell){.start = point, .cand = at};
	return 0;
}

/* All points where a span begins or one has just ended; sorted, 0 among them. */
static uint32_t *points_of(const struct vfw_cells *c, size_t *n_points)
{
	uint32_t *points = malloc((2 * c->n_pieces + 1) * sizeof(*points));
	size_t n = 0, kept = 0;

	if (!points)
		return NULL;
	points[n++] = 0;
	for (size_t i = 0; i < c->n_pieces; i++) {
		points[n++] = c->pieces[i].first;
		if (c->pieces[i].last < VFW_KEY_LAST)
			points[n++] = c->pieces[i].last + 1;
	}
	qsort(points, n, sizeof(*points), by_number);
	for (size_t i = 0; i < n; i++)
		if (!i || points[i] != points[kept - 1])
			points[kept++] = points[i];
	*n_points = kept;
	return points;
}

static int sweep(struct sweep *s)
{
	struct vfw_cells *c = s->c;
	size_t n_points, next = 0;
	uint32_t *points;
	int err = 0;

	if (c->n_pieces)
		qsort(c->pieces, c->n_pieces, sizeof(*c->pieces), by_first);
	points = points_of(c, &n_points);
	if (!points)
		return -ENOMEM;
	for (size_t i = 0; i < n_points && !err; i++) {
		for (; next < c->n_pieces && c->pieces[next].first == points[i] && !err; next++) {
			const struct vfw_piece *p = &c->pieces[next];

			if (verdict_of(s, p->rule) == VFW_MONITOR)
				err = sorted_insert(&s->monitors[p->slot], p->rule, p->last);
			else if (s->entries[p->rule].n_apps)
				err = sorted_insert(&s->asking[p->slot], p->rule, p->last);
			else
				err = heap_push(&s->deciding[p->slot], p->rule, p->last);
		}
		if (!err)
			err = cell_at(s, points[i]);
	}
	free(points);
	return err;
}

/* The cells just made become a block, unless there is one with the same. */
static int keep_block(struct sweep *s, uint32_t *block)
{
	struct vfw_cells *c = s->c;
	size_t n = c->n_cells - s->first_cell;
	size_t len = (n + 1) * sizeof(struct vfw_cell);
	struct vfw_cell *key = vfw_arena_alloc(&c->arena, len);
	const uint32_t *known;

	if (!key)
		return -ENOMEM;
	key[0].start = s->joins;
	memcpy(key + 1, c->cells + s->first_cell, n * sizeof(*key));
	known = vfw_map_get(&c->block_map, key, len);
	if (known) {
		c->n_cells = s->first_cell;
		*block = *known;
		return 0;
	}
	if (c->n_blocks == VFW_MAX_BLOCKS)
		return -E2BIG;
	if (vfw_grow(&c->blocks, &c->room_blocks, c->n_blocks + 1, sizeof(*c->blocks)))
		return -ENOMEM;
	*block = (uint32_t)c->n_blocks;
	c->blocks[c->n_blocks++] = (struct vfw_block){.first_cell = (uint32_t)s->first_cell,
						      .n_cells = (uint32_t)n,
						      .flags = s->joins ? VFW_BLOCK_F_JOINS : 0};
	return vfw_map_put(&c->block_map, key, len, *block);
}

int vfw_cells_build(struct vfw_cells *c, const struct vfw_entry *entries, bool cross,
		    const struct vfw_fallback *fallback, bool fallback_joins, uint32_t *block)
{
	struct sweep s = {.c = c,
			  .entries = entries,
			  .fallback = fallback,
			  .cross = cross,
			  .fallback_joins = fallback_joins,
			  .first_cell = c->n_cells};
	int err = sweep(&s);

	if (!err)
		err = keep_block(&s, block);
	for (int slot = 0; slot < __VFW_SLOT_MAX; slot++) {
		free(s.deciding[slot].v);
		free(s.asking[slot].v);
		free(s.monitors[slot].v);
	}
	free(s.apps);
	free(s.words);
	c->n_pieces = 0;
	return err;
}

void vfw_cells_free(struct vfw_cells *c)
{
	free(c->cands);
	free(c->cells);
	free(c->blocks);
	free(c->pieces);
	vfw_map_free(&c->cand_map);
	vfw_map_free(&c->block_map);
	vfw_arena_free(&c->arena);
	memset(c, 0, sizeof(*c));
}
