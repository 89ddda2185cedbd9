// SPDX-License-Identifier: GPL-2.0
#include "match.h"

/* The bounds of the UAPI for each table, in the order of enum vfw_table. */
static const u32 table_max[__VFW_TABLE_MAX] = {
	[VFW_TABLE_RULES] = VFW_MAX_RULES,  [VFW_TABLE_CANDS] = VFW_MAX_CANDS,
	[VFW_TABLE_CELLS] = VFW_MAX_CELLS,  [VFW_TABLE_BLOCKS] = VFW_MAX_BLOCKS,
	[VFW_TABLE_PAIRS] = VFW_MAX_PAIRS,  [VFW_TABLE_BOOK4] = VFW_MAX_RANGES,
	[VFW_TABLE_BOOK6] = VFW_MAX_RANGES,
};

/* Of the hash, in which a pair is found by its identities. */
struct pair_slot {
	u32 src;
	u32 dst;
	struct vfw_pair_cells cells;
};

/* A bijective mix of both words (multiply, xor-shift), keyed at both ends. */
static inline u32 pair_hash(const struct vfw_tables *t, u32 src, u32 dst)
{
	u64 x = ((u64)src << 32 | dst) ^ ((u64)t->pair_seed << 32 | t->pair_seed);

	x = (x ^ x >> 32) * 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 29 ^ t->pair_seed) * 0xd6e8feb86659fd93ULL;
	return (u32)(x >> 32);
}

/* Of a hash, a power of two and more than 1. */
static u32 hash_size(u32 n_pairs)
{
	u32 size = 2;

	while (size < n_pairs * 2)
		size *= 2;
	return size;
}

static u64 hash_bytes(const struct vfw_counts *counts)
{
	return (u64)hash_size(counts->n[VFW_TABLE_PAIRS]) * sizeof(struct pair_slot);
}

static u64 matrix_bytes(const struct vfw_counts *counts)
{
	return (u64)counts->n_idents * counts->n_idents * sizeof(struct vfw_pair_cells);
}

static bool is_matrix(const struct vfw_counts *counts)
{
	return matrix_bytes(counts) <= hash_bytes(counts);
}

u64 vfw_match_index_bytes(const struct vfw_counts *counts)
{
	return is_matrix(counts) ? matrix_bytes(counts) : hash_bytes(counts);
}

/* The pair's slot, or the empty one where it would stand. */
static inline struct pair_slot *find_slot(const struct vfw_tables *t, u32 src, u32 dst)
{
	struct pair_slot *slots = t->pair_index;
	u32 at = pair_hash(t, src, dst) & t->pair_mask;

	while (slots[at].cells.n_cells && (slots[at].src != src || slots[at].dst != dst))
		at = (at + 1) & t->pair_mask;
	return &slots[at];
}

/* The place of two identities of these tables in the matrix. */
static inline struct vfw_pair_cells *matrix_place(const struct vfw_tables *t, u32 src, u32 dst)
{
	struct vfw_pair_cells *matrix = t->pair_index;

	return &matrix[(size_t)src * t->counts.n_idents + dst];
}

/* Blocks of more are not compared: one may stand for all pairs, and the time shall be bounded. */
#define DIFFERS_CELLS 32

/* The bins of keys first to last. */
static u32 bins_of(u32 first, u32 last)
{
	u32 n = (last >> 11) - (first >> 11);
	u64 bins;

	if (n >= 31)
		return ~0U;
	/* those beyond the last bin are the first ones */
	bins = ((2ULL << n) - 1) << (first >> 11 & 31);
	return (u32)(bins | bins >> 32);
}

/* The bins of keys of which n cells from a on do not say what m cells from b on say. */
static u32 cells_differ(const struct vfw_cell *a, u32 n, const struct vfw_cell *b, u32 m)
{
	const struct vfw_cell *a_end = a + n, *b_end = b + m;
	u32 bins = 0, first = 0, last;

	/* from first to last neither of the two changes */
	for (;; first = last + 1) {
		last = ~0U;
		if (a + 1 < a_end)
			last = a[1].start - 1;
		if (b + 1 < b_end && b[1].start - 1 < last)
			last = b[1].start - 1;
		if (a->cand != b->cand)
			bins |= bins_of(first, last);
		if (last == ~0U || bins == ~0U)
			return bins;
		if (a + 1 < a_end && a[1].start == last + 1)
			a++;
		if (b + 1 < b_end && b[1].start == last + 1)
			b++;
	}
}

static struct vfw_pair_cells cells_of(const struct vfw_tables *t, const struct vfw_block *block)
{
	const struct vfw_block *other = &t->blocks[t->counts.default_block];
	struct vfw_pair_cells cells = {
		.first_cell = block->first_cell & (VFW_MAX_CELLS - 1),
		.n_cells = block->n_cells < VFW_MATCH_MANY ? block->n_cells & 127 : VFW_MATCH_MANY,
		.joins = !!(block->flags & VFW_BLOCK_F_JOINS),
		.differs = ~0U,
	};

	if (block->n_cells >= VFW_MATCH_MANY)
		cells.n_many = block->n_cells;
	else if (block->n_cells <= DIFFERS_CELLS && other->n_cells <= DIFFERS_CELLS)
		cells.differs = cells_differ(t->cells + block->first_cell, block->n_cells,
					     t->cells + other->first_cell, other->n_cells);
	return cells;
}

/* Where a pair is going to stand; its n_cells is not 0 if one stands there. */
static struct vfw_pair_cells *claim(struct vfw_tables *t, const struct vfw_pair *pair)
{
	struct pair_slot *slot;

	if (!t->pair_mask)
		return matrix_place(t, pair->src, pair->dst);
	slot = find_slot(t, pair->src, pair->dst);
	slot->src = pair->src;
	slot->dst = pair->dst;
	return &slot->cells;
}

int vfw_match_index(struct vfw_tables *t, u32 *bad)
{
	u32 i;

	t->pair_mask = is_matrix(&t->counts) ? 0 : hash_size(t->counts.n[VFW_TABLE_PAIRS]) - 1;
	for (i = 0; i < t->counts.n[VFW_TABLE_PAIRS]; i++) {
		struct vfw_pair_cells *cells = claim(t, &t->pairs[i]);

		if (cells->n_cells) {
			*bad = i;
			return -EEXIST;
		}
		*cells = cells_of(t, &t->blocks[t->pairs[i].block]);
	}
	t->no_pair = cells_of(t, &t->blocks[t->counts.default_block]);
	return 0;
}

/* A check ends here; returns the complaint for the caller to return. */
static const char *complain(u32 *table, u32 *element, u32 in_table, u32 at, const char *what)
{
	*table = in_table;
	*element = at;
	return what;
}

const char *vfw_match_check_counts(const struct vfw_counts *counts)
{
	u32 i;

	for (i = 0; i < __VFW_TABLE_MAX; i++)
		if (counts->n[i] > table_max[i])
			return "a table has more elements than its bound";
	if (counts->n_idents < VFW_ID_FIRST || counts->n_idents > VFW_MAX_IDENTS)
		return "number of identities is out of bounds";
	if (counts->default_block >= counts->n[VFW_TABLE_BLOCKS])
		return "default block is not in the table of blocks";
	if (counts->n_profiles > VFW_MAX_PROFILES)
		return "number of profiles is out of bounds";
	return NULL;
}

static const char *check_rules(const struct vfw_tables *t, u32 *table, u32 *element)
{
	u32 i;

	for (i = 0; i < t->counts.n[VFW_TABLE_RULES]; i++) {
		const struct vfw_rule_rec *rule = &t->rules[i];
		const char *what = NULL;

		if (!rule->id)
			what = "rule id is 0";
		else if (rule->verdict >= __VFW_VERDICT_MAX)
			what = "unknown verdict";
		else if (rule->flags & ~VFW_RULE_F_ALL)
			what = "unknown rule flag";
		else if (rule->profile > t->counts.n_profiles)
			what = "rule names a profile beyond the last";
		else if (rule->profile && rule->verdict != VFW_PASS)
			what = "only a rule that lets pass may have a profile";
		if (what)
			return complain(table, element, VFW_TABLE_RULES, i, what);
	}
	return NULL;
}

/* The run of candidates at word `at`, *budget words of runs at most still to be looked at. */
static const char *check_run(const struct vfw_tables *t, u32 at, u32 *budget)
{
	u32 left = t->counts.n[VFW_TABLE_CANDS] - at - 1;
	u32 n = t->cands[at];
	u32 i;

	if (!n)
		return "run of candidates is empty";
	if (n > left)
		return "run of candidates goes past the table";
	if (n >= *budget)
		return "runs of candidates overlap";
	*budget -= n + 1;
	for (i = 1; i <= n; i++) {
		u32 rule = t->cands[at + i];

		if (rule >= t->counts.n[VFW_TABLE_RULES])
			return "candidate is not a rule";
		if (i < n && t->rules[rule].verdict != VFW_MONITOR)
			return "a candidate before the last is not a monitor rule";
		if (i == n && t->rules[rule].verdict == VFW_MONITOR)
			return "the last candidate is a monitor rule";
	}
	return NULL;
}

static bool test_and_mark(u32 *bits, u32 at)
{
	bool marked = bits[at / 32] & 1U << at % 32;

	bits[at / 32] |= 1U << at % 32;
	return marked;
}

/* The same, unless it was looked at before; at may be outside of the table. */
static const char *check_run_once(const struct vfw_tables *t, u32 *scratch, u32 at, u32 *budget)
{
	if (at >= t->counts.n[VFW_TABLE_CANDS])
		return "candidates are not in the table";
	return test_and_mark(scratch, at) ? NULL : check_run(t, at, budget);
}

/* The words at `at` for a cell that asks for apps, and the runs that stand in them. */
static const char *check_apps(const struct vfw_tables *t, u32 *scratch, u32 at, u32 *budget)
{
	u32 n_cands = t->counts.n[VFW_TABLE_CANDS], n_rules = t->counts.n[VFW_TABLE_RULES];
	const u32 *w = t->cands + at;
	const char *what;
	u32 i, n;

	if (n_cands - at < VFW_APPS_HEAD)
		return "words for apps go past the table";
	n = w[VFW_APPS_N];
	if (!n || n > VFW_MAX_APPS || n > (n_cands - at - VFW_APPS_HEAD) / 2)
		return "apps are none, too many, or go past the table";
	if (VFW_APPS_HEAD + 2 * n > *budget)
		return "runs of candidates overlap";
	*budget -= VFW_APPS_HEAD + 2 * n;
	if (w[VFW_APPS_PASSES] >= n_rules || t->rules[w[VFW_APPS_PASSES]].verdict != VFW_PASS)
		return "what passes until the app is known is no rule that lets pass";
	if (w[VFW_APPS_HOLDS] > n_rules)
		return "what holds back until the app is known is not a rule";
	if (!w[VFW_APPS_PROFILE] || w[VFW_APPS_PROFILE] > t->counts.n_profiles)
		return "what asks for apps names no profile";
	what = check_run_once(t, scratch, w[VFW_APPS_ELSE], budget);
	for (i = 0; i < n && !what; i++) {
		const u32 *pair = w + VFW_APPS_HEAD + 2 * i;

		if (pair[0] == VFW_APP_ID_NONE || pair[0] == VFW_APP_ID_PENDING ||
		    (i && pair[0] <= pair[-2]))
			return "apps do not rise";
		what = check_run_once(t, scratch, pair[1], budget);
	}
	return what;
}

static const char *check_rule_cell(const struct vfw_tables *t, u32 rule)
{
	if (rule >= t->counts.n[VFW_TABLE_RULES])
		return "cell's rule is not in the table";
	if (t->rules[rule].verdict == VFW_MONITOR)
		return "cell's rule is a monitor rule";
	return NULL;
}

static const char *check_cells(const struct vfw_tables *t, u32 *scratch, u32 *table, u32 *element)
{
	/* what was found sound is not looked at twice: as a run, and as words for apps */
	u32 *apps = scratch + vfw_match_scratch_size(&t->counts) / 2;
	u32 budget = t->counts.n[VFW_TABLE_CANDS];
	u32 i;

	for (i = 0; i < t->counts.n[VFW_TABLE_CELLS]; i++) {
		u32 at = t->cells[i].cand & ~VFW_CELL_F_APPS;
		const char *what;

		if (t->cells[i].start > VFW_KEY_LAST)
			return complain(table, element, VFW_TABLE_CELLS, i,
					"cell starts behind the last key");
		if ((t->cells[i].cand & (VFW_CELL_F_APPS | VFW_CELL_F_RULE)) == VFW_CELL_F_RULE) {
			what = check_rule_cell(t, at & ~VFW_CELL_F_RULE);
			if (what)
				return complain(table, element, VFW_TABLE_CELLS, i, what);
			continue;
		}
		if (at >= t->counts.n[VFW_TABLE_CANDS])
			return complain(table, element, VFW_TABLE_CELLS, i,
					"candidates are not in the table");
		if (!(t->cells[i].cand & VFW_CELL_F_APPS))
			what = check_run_once(t, scratch, at, &budget);
		else if (test_and_mark(apps, at))
			what = NULL;
		else
			what = check_apps(t, scratch, at, &budget);
		if (what)
			return complain(table, element, VFW_TABLE_CANDS, at, what);
	}
	return NULL;
}

static const char *check_block(const struct vfw_tables *t, const struct vfw_block *b, u32 *budget)
{
	const struct vfw_cell *cells = t->cells + b->first_cell;
	u32 i;

	if (!b->n_cells)
		return "block has no cell";
	if (b->first_cell >= t->counts.n[VFW_TABLE_CELLS] ||
	    b->n_cells > t->counts.n[VFW_TABLE_CELLS] - b->first_cell)
		return "block's cells go past the table";
	if (b->flags & ~VFW_BLOCK_F_ALL)
		return "unknown block flag";
	if (b->n_cells > *budget)
		return "blocks share too many cells";
	*budget -= b->n_cells;
	if (cells[0].start)
		return "block's first cell does not start at 0";
	for (i = 1; i < b->n_cells; i++)
		if (cells[i].start <= cells[i - 1].start)
			return "block's cells do not rise";
	return NULL;
}

static const char *check_blocks(const struct vfw_tables *t, u32 *table, u32 *element)
{
	u32 budget = VFW_MAX_CELLS;
	u32 i;

	for (i = 0; i < t->counts.n[VFW_TABLE_BLOCKS]; i++) {
		const char *what = check_block(t, &t->blocks[i], &budget);

		if (what)
			return complain(table, element, VFW_TABLE_BLOCKS, i, what);
	}
	return NULL;
}

static const char *check_pairs(const struct vfw_tables *t, u32 *table, u32 *element)
{
	u32 i;

	for (i = 0; i < t->counts.n[VFW_TABLE_PAIRS]; i++) {
		const struct vfw_pair *pair = &t->pairs[i];

		if (pair->src >= t->counts.n_idents || pair->dst >= t->counts.n_idents)
			return complain(table, element, VFW_TABLE_PAIRS, i,
					"pair names an identity beyond the last");
		if (pair->block >= t->counts.n[VFW_TABLE_BLOCKS])
			return complain(table, element, VFW_TABLE_PAIRS, i,
					"pair names a block beyond the last");
	}
	return NULL;
}

/* May the book give this identity? Never the host's or that of unmanaged ports. */
static bool book_ident(const struct vfw_tables *t, u32 ident)
{
	return ident == VFW_ID_EXTERNAL || (ident >= VFW_ID_FIRST && ident < t->counts.n_idents);
}

static const char *check_books(const struct vfw_tables *t, u32 *table, u32 *element)
{
	u32 i;

	for (i = 0; i < t->counts.n[VFW_TABLE_BOOK4]; i++) {
		const struct vfw_range4 *r = &t->book4[i];

		if (!book_ident(t, r->ident))
			return complain(table, element, VFW_TABLE_BOOK4, i,
					"range names no group's identity");
		if (memcmp(r->first, r->last, 4) > 0 || (i && memcmp(r[-1].last, r->first, 4) >= 0))
			return complain(table, element, VFW_TABLE_BOOK4, i, "ranges do not rise");
	}
	for (i = 0; i < t->counts.n[VFW_TABLE_BOOK6]; i++) {
		const struct vfw_range6 *r = &t->book6[i];

		if (!book_ident(t, r->ident))
			return complain(table, element, VFW_TABLE_BOOK6, i,
					"range names no group's identity");
		if (memcmp(r->first, r->last, 16) > 0 ||
		    (i && memcmp(r[-1].last, r->first, 16) >= 0))
			return complain(table, element, VFW_TABLE_BOOK6, i, "ranges do not rise");
	}
	return NULL;
}

u32 vfw_match_scratch_size(const struct vfw_counts *counts)
{
	return 2 * (counts->n[VFW_TABLE_CANDS] / 32 + 1);
}

const char *vfw_match_check(const struct vfw_tables *t, u32 *scratch, u32 *table, u32 *element)
{
	const char *what = vfw_match_check_counts(&t->counts);

	if (what)
		return complain(table, element, __VFW_TABLE_MAX, 0, what);
	what = check_rules(t, table, element);
	if (!what)
		what = check_cells(t, scratch, table, element);
	if (!what)
		what = check_blocks(t, table, element);
	if (!what)
		what = check_pairs(t, table, element);
	if (!what)
		what = check_books(t, table, element);
	return what;
}

void vfw_match_soon(const struct vfw_tables *t, u32 src, u32 dst)
{
	if (t->pair_mask)
		__builtin_prefetch((struct pair_slot *)t->pair_index +
				   (pair_hash(t, src, dst) & t->pair_mask));
	else
		__builtin_prefetch(matrix_place(t, src, dst));
}

const struct vfw_pair_cells *vfw_match_pair(const struct vfw_tables *t, u32 src, u32 dst)
{
	const struct vfw_pair_cells *cells;

	if (t->pair_mask)
		cells = &find_slot(t, src, dst)->cells;
	else if (src < t->counts.n_idents && dst < t->counts.n_idents)
		cells = matrix_place(t, src, dst);
	else
		return &t->no_pair;
	return cells->n_cells ? cells : &t->no_pair;
}

const struct vfw_cell *vfw_match_cells(const struct vfw_tables *t,
				       const struct vfw_pair_cells *pair, u32 *n)
{
	*n = pair->n_cells < VFW_MATCH_MANY ? pair->n_cells : pair->n_many;
	return t->cells + pair->first_cell;
}

#define NO_RUN 0xffffffffU

/* Where the run is that is for this app alone, NO_RUN: it has none. */
static u32 own_run(const u32 *words, u32 app)
{
	const u32 *pairs = words + VFW_APPS_HEAD;
	u32 low = 0, high = words[VFW_APPS_N];

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (pairs[2 * mid] == app)
			return pairs[2 * mid + 1];
		if (pairs[2 * mid] < app)
			low = mid + 1;
		else
			high = mid;
	}
	return NO_RUN;
}

/* The run for an app. */
static const u32 *run_of(const struct vfw_tables *t, const u32 *words, u32 app)
{
	u32 own = own_run(words, app);

	return t->cands + (own != NO_RUN ? own : words[VFW_APPS_ELSE]);
}

static void found_run(const u32 *run, struct vfw_match *m)
{
	m->n_monitors = run[0] - 1;
	m->monitors = run + 1;
	m->rule = run[run[0]];
}

static bool run_passes(const struct vfw_tables *t, u32 at)
{
	const u32 *run = t->cands + at;

	return t->rules[run[run[0]]].verdict == VFW_PASS;
}

/* As vfw_match_refuses(), of a cell's words. */
static u32 refused_app(const struct vfw_tables *t, const u32 *words)
{
	const u32 *pair = words + VFW_APPS_HEAD;
	u32 i;

	if (!run_passes(t, words[VFW_APPS_ELSE]))
		return VFW_APP_ID_NONE;
	for (i = 0; i < words[VFW_APPS_N]; i++, pair += 2)
		if (!run_passes(t, pair[1]))
			return pair[0];
	return VFW_APP_ID_PENDING;
}

/* What is decided depends on the app. */
static void lookup_apps(const struct vfw_tables *t, const u32 *words, u32 app, struct vfw_match *m)
{
	m->asks = true;
	m->spares = !words[VFW_APPS_HOLDS] && refused_app(t, words) == VFW_APP_ID_PENDING;
	if (app == VFW_APP_ID_PENDING) {
		m->pending = true;
		m->holds = words[VFW_APPS_HOLDS];
		m->rule = words[VFW_APPS_PASSES];
		m->n_monitors = 0;
		m->monitors = NULL;
	} else {
		found_run(run_of(t, words, app), m);
	}
	m->profile = words[VFW_APPS_PROFILE];
}

static const struct vfw_cell *find_cell(const struct vfw_tables *t, u32 src, u32 dst, u32 key)
{
	const struct vfw_pair_cells *pair = vfw_match_pair(t, src, dst);
	const struct vfw_cell *cell;
	u32 n;

	/* the default block's cells are near, the others' often far */
	if (pair->n_cells < VFW_MATCH_MANY && !(pair->differs & VFW_MATCH_BIN(key)))
		pair = &t->no_pair;
	cell = vfw_match_cells(t, pair, &n);
	/* cell[0].start <= key holds throughout; the compiler makes the step a conditional move */
	while (n > 1) {
		u32 half = n / 2;

		cell = cell[half].start <= key ? cell + half : cell;
		n -= half;
	}
	return cell;
}

void vfw_match_lookup(const struct vfw_tables *t, u32 src, u32 dst, u32 key, u32 app,
		      struct vfw_match *m)
{
	u32 cand = find_cell(t, src, dst, key)->cand;

	m->asks = false;
	m->spares = false;
	m->pending = false;
	m->holds = 0;
	if (cand & VFW_CELL_F_APPS) {
		lookup_apps(t, t->cands + (cand & ~VFW_CELL_F_APPS), app, m);
		return;
	}
	if (cand & VFW_CELL_F_RULE) {
		m->rule = cand & ~VFW_CELL_F_RULE;
		m->n_monitors = 0;
		m->monitors = NULL;
	} else {
		found_run(t->cands + cand, m);
	}
	m->profile = t->rules[m->rule].profile;
}

u32 vfw_match_refuses(const struct vfw_tables *t, u32 src, u32 dst, u32 key)
{
	u32 cand = find_cell(t, src, dst, key)->cand;

	if (!(cand & VFW_CELL_F_APPS))
		return VFW_APP_ID_PENDING;
	return refused_app(t, t->cands + (cand & ~VFW_CELL_F_APPS));
}

bool vfw_match_forbids(const struct vfw_tables *t, u32 src, u32 dst, u32 key, u32 app)
{
	u32 cand = find_cell(t, src, dst, key)->cand;
	u32 run;

	if (!(cand & VFW_CELL_F_APPS))
		return false;
	run = own_run(t->cands + (cand & ~VFW_CELL_F_APPS), app);
	return run != NO_RUN && !run_passes(t, run);
}

bool vfw_match_joined(const struct vfw_tables *t, u32 a, u32 b)
{
	return vfw_match_pair(t, a, b)->joins || vfw_match_pair(t, b, a)->joins;
}

u32 vfw_match_book4(const struct vfw_tables *t, const u8 addr[4])
{
	const struct vfw_range4 *r = t->book4;
	u32 n = t->counts.n[VFW_TABLE_BOOK4];
	u32 a = vfw_get32(addr);

	while (n) {
		u32 half = n / 2;

		if (vfw_get32(r[half].last) < a) {
			r += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	/* r is the first range that ends at addr or behind it, if there is one */
	if (r == t->book4 + t->counts.n[VFW_TABLE_BOOK4] || vfw_get32(r->first) > a)
		return VFW_ID_EXTERNAL;
	return r->ident;
}

u32 vfw_match_book6(const struct vfw_tables *t, const u8 addr[16])
{
	const struct vfw_range6 *r = t->book6;
	u32 n = t->counts.n[VFW_TABLE_BOOK6];

	while (n) {
		u32 half = n / 2;

		if (memcmp(r[half].last, addr, 16) < 0) {
			r += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	if (r == t->book6 + t->counts.n[VFW_TABLE_BOOK6] || memcmp(r->first, addr, 16) > 0)
		return VFW_ID_EXTERNAL;
	return r->ident;
}
