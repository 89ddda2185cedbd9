// SPDX-License-Identifier: GPL-2.0
#include "core_rival.h"

#include <stdlib.h>

static const u32 idents[] = {
	VFW_ID_UNMANAGED, VFW_ID_HOST,	    VFW_ID_EXTERNAL,  VFW_ID_FIRST,
	VFW_ID_FIRST + 1, VFW_ID_FIRST + 2, VFW_ID_FIRST + 3,
};

#define N_IDENTS (sizeof(idents) / sizeof(idents[0]))

u32 rival_roll(struct rival_dice *d, u32 below)
{
	u32 x = 0;
	u32 n;

	if (!d->left) {
		/* Marsaglia: Xorshift RNGs (2003) */
		d->state ^= d->state << 13;
		d->state ^= d->state >> 7;
		d->state ^= d->state << 17;
		return (u32)(d->state >> 16) % below;
	}
	for (n = 0; n < 4 && d->left; n++, d->left--)
		x = x << 8 | *d->data++;
	d->state ^= (u64)x << 20 | 1;
	return x % below;
}

u32 rival_ident(struct rival_dice *d)
{
	return idents[rival_roll(d, N_IDENTS)];
}

/* Keys people write: a port, a range of ports, an ICMP type, a protocol, everything. */
static void invent_keys(struct rival_rule *rule, struct rival_dice *d)
{
	static const u16 classes[] = {1, 6, 17, 47, 58, 132, 255, VFW_CLASS_ETHER};
	u32 class = classes[rival_roll(d, 8)];
	u32 port = rival_roll(d, 0x10000);

	switch (rival_roll(d, 5)) {
	case 0:
		rule->low = VFW_KEY(class, port);
		rule->high = rule->low;
		break;
	case 1:
		rule->low = VFW_KEY(class, port);
		rule->high = VFW_KEY(class, port + rival_roll(d, 0x10000 - port));
		break;
	case 2:
		rule->low = VFW_KEY(class, port & 0xff00);
		rule->high = VFW_KEY(class, port | 0xff);
		break;
	case 3:
		rule->low = VFW_KEY(class, 0);
		rule->high = VFW_KEY(class, 0xffff);
		break;
	default:
		rule->low = 0;
		rule->high = VFW_KEY_LAST;
	}
}

void rival_invent(struct rival *r, struct rival_dice *d)
{
	u32 i;

	r->n_rules = 1 + rival_roll(d, RIVAL_RULES);
	for (i = 0; i < r->n_rules; i++) {
		struct rival_rule *rule = &r->rules[i];

		rule->src = rival_roll(d, 1U << RIVAL_IDENTS);
		rule->dst = rival_roll(d, 1U << RIVAL_IDENTS);
		rule->verdict = (u8)rival_roll(d, __VFW_VERDICT_MAX);
		invent_keys(rule, d);
	}
	r->rules[i - 1] = (struct rival_rule){
		.src = ~0U, .dst = ~0U, .low = 0, .high = ~0U, .verdict = VFW_BLOCK};
}

u32 rival_key(const struct rival *r, struct rival_dice *d)
{
	const struct rival_rule *rule = &r->rules[rival_roll(d, r->n_rules)];

	u32 key;

	switch (rival_roll(d, 5)) {
	case 0:
		key = rule->low;
		break;
	case 1:
		key = rule->high;
		break;
	case 2:
		key = rule->low - 1;
		break;
	case 3:
		key = rule->high + 1;
		break;
	default:
		key = rival_roll(d, ~0U);
	}
	return key % (VFW_KEY_LAST + 1);
}

static bool applies(const struct rival_rule *rule, u32 src, u32 dst)
{
	return rule->src >> src & 1 && rule->dst >> dst & 1;
}

void rival_lookup(const struct rival *r, u32 src, u32 dst, u32 key, struct rival_answer *a)
{
	u32 i;

	a->n_monitors = 0;
	for (i = 0; i < r->n_rules; i++) {
		const struct rival_rule *rule = &r->rules[i];

		if (!applies(rule, src, dst) || key < rule->low || key > rule->high)
			continue;
		if (rule->verdict != VFW_MONITOR)
			break;
		a->monitors[a->n_monitors++] = i;
	}
	a->rule = i;
}

bool rival_joined(const struct rival *r, u32 a, u32 b)
{
	u32 i;

	for (i = 0; i + 1 < r->n_rules; i++)
		if (r->rules[i].verdict == VFW_PASS &&
		    (applies(&r->rules[i], a, b) || applies(&r->rules[i], b, a)))
			return true;
	return false;
}

static int by_value(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* Adds a block for (src, dst): a cell at every edge of a rule that speaks of the pair. */
static void lay_block(const struct rival *r, struct vfw_tables *t, u32 src, u32 dst)
{
	struct vfw_block *block = (struct vfw_block *)&t->blocks[t->counts.n[VFW_TABLE_BLOCKS]++];
	u32 edges[RIVAL_RULES * 2 + 1] = {0};
	u32 n = 1, i;

	*block = (struct vfw_block){.first_cell = t->counts.n[VFW_TABLE_CELLS]};
	for (i = 0; i < r->n_rules; i++) {
		const struct rival_rule *rule = &r->rules[i];

		if (!applies(rule, src, dst))
			continue;
		if (rule->verdict == VFW_PASS)
			block->flags = VFW_BLOCK_F_JOINS;
		edges[n++] = rule->low;
		if (rule->high < VFW_KEY_LAST)
			edges[n++] = rule->high + 1;
	}
	qsort(edges, n, sizeof(*edges), by_value);
	for (i = 0; i < n; i++) {
		struct rival_answer a;
		u32 *run = (u32 *)t->cands + t->counts.n[VFW_TABLE_CANDS];

		if (i && edges[i] == edges[i - 1])
			continue;
		rival_lookup(r, src, dst, edges[i], &a);
		((struct vfw_cell *)t->cells)[t->counts.n[VFW_TABLE_CELLS]++] =
			(struct vfw_cell){edges[i], t->counts.n[VFW_TABLE_CANDS]};
		block->n_cells++;
		/* every second one says so itself, if it is one rule */
		if (!a.n_monitors && i % 2) {
			((struct vfw_cell *)t->cells)[t->counts.n[VFW_TABLE_CELLS] - 1].cand =
				a.rule | VFW_CELL_F_RULE;
			continue;
		}
		run[0] = a.n_monitors + 1;
		memcpy(run + 1, a.monitors, a.n_monitors * sizeof(u32));
		run[run[0]] = a.rule;
		t->counts.n[VFW_TABLE_CANDS] += run[0] + 1;
	}
}

/* Gives back what a table did not need, so that ASan sees any step beyond its end. */
static void *fit(const void *p, size_t size)
{
	void *q = malloc(size ? size : 1);

	memcpy(q, p, size);
	free((void *)p);
	return q;
}

void rival_tables(const struct rival *r, struct vfw_tables *t, struct rival_dice *d)
{
	const u32 n_blocks = N_IDENTS * N_IDENTS + 1;
	const u32 n_cells = n_blocks * (RIVAL_RULES * 2 + 1);
	struct vfw_rule_rec *rules = calloc(r->n_rules, sizeof(*rules));
	struct vfw_pair *pairs = calloc(n_blocks, sizeof(*pairs));
	u32 *n = t->counts.n;
	u32 i, pair;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < r->n_rules; i++)
		rules[i] = (struct vfw_rule_rec){.id = i + 1, .verdict = r->rules[i].verdict};
	t->rules = rules;
	t->pairs = pairs;
	t->cands = malloc(n_cells * (RIVAL_RULES + 1) * sizeof(u32));
	t->cells = malloc(n_cells * sizeof(*t->cells));
	t->blocks = malloc(n_blocks * sizeof(*t->blocks));
	t->counts.n_idents = RIVAL_IDENTS;
	n[VFW_TABLE_RULES] = r->n_rules;
	for (pair = 0; pair < N_IDENTS * N_IDENTS; pair++) {
		u32 src = idents[pair / N_IDENTS];
		u32 dst = idents[pair % N_IDENTS];
		bool spoken_of = false;

		for (i = 0; i + 1 < r->n_rules; i++)
			spoken_of |= applies(&r->rules[i], src, dst);
		if (!spoken_of)
			continue;
		pairs[n[VFW_TABLE_PAIRS]++] = (struct vfw_pair){src, dst, n[VFW_TABLE_BLOCKS]};
		lay_block(r, t, src, dst);
	}
	t->counts.default_block = n[VFW_TABLE_BLOCKS];
	lay_block(&(struct rival){{r->rules[r->n_rules - 1]}, 1}, t, 0, 0);
	((u32 *)t->cands)[n[VFW_TABLE_CANDS] - 1] = r->n_rules - 1;

	t->cands = fit(t->cands, n[VFW_TABLE_CANDS] * sizeof(u32));
	t->cells = fit(t->cells, n[VFW_TABLE_CELLS] * sizeof(*t->cells));
	t->blocks = fit(t->blocks, n[VFW_TABLE_BLOCKS] * sizeof(*t->blocks));
	t->pairs = fit(t->pairs, n[VFW_TABLE_PAIRS] * sizeof(*t->pairs));
	t->pair_index = calloc(1, vfw_match_index_bytes(&t->counts));
	t->pair_seed = rival_roll(d, ~0U);
	if (vfw_match_index(t, &i))
		abort();
}

void rival_free(struct vfw_tables *t)
{
	free((void *)t->rules);
	free((void *)t->cands);
	free((void *)t->cells);
	free((void *)t->blocks);
	free((void *)t->pairs);
	free(t->pair_index);
}

const char *rival_check(const struct vfw_tables *t, u32 *table, u32 *element)
{
	const char *what;
	u32 *scratch;

	if (vfw_match_check_counts(&t->counts))
		return vfw_match_check(t, NULL, table, element);
	scratch = calloc(vfw_match_scratch_size(&t->counts), sizeof(u32));
	what = vfw_match_check(t, scratch, table, element);
	free(scratch);
	return what;
}
