// SPDX-License-Identifier: GPL-2.0
/* The matcher: by hand, against the rival, on every kind of wrong table, and the address book. */
#include "core_unit.h"

#include "core_rival.h"

#include <stdlib.h>

/*
 * A policy by hand: identity 16 may reach 17 at tcp 443; at tcp 80 too, seen by two
 * monitor rules; 17 may not reach 16 at all, by a rule.
 */
static const struct vfw_rule_rec rules[] = {
	{.id = 10, .verdict = VFW_PASS},
	{.id = 11, .verdict = VFW_MONITOR},
	{.id = 12, .verdict = VFW_MONITOR, .flags = VFW_RULE_F_LOG},
	{.id = 13, .verdict = VFW_REJECT},
	{.id = 1, .verdict = VFW_BLOCK, .flags = VFW_RULE_F_DEFAULT},
};
static const u32 cands[] = {1, 4, 1, 0, 3, 1, 2, 0, 1, 3};
static const struct vfw_cell cells[] = {
	{0, 0},
	{0, 0},
	{VFW_KEY(6, 80), 4},
	{VFW_KEY(6, 81), 0},
	{VFW_KEY(6, 443), VFW_CELL_F_RULE | 0},
	{VFW_KEY(6, 444), VFW_CELL_F_RULE | 4},
	{0, 8},
};
static const struct vfw_block blocks[] = {
	{0, 1, 0},
	{1, 5, VFW_BLOCK_F_JOINS},
	{6, 1, 0},
};
static const struct vfw_pair pairs[] = {{16, 17, 1}, {17, 16, 2}};
static const struct vfw_range4 book4[] = {
	{{10, 0, 0, 0}, {10, 0, 0, 255}, 16},
	{{10, 0, 1, 0}, {10, 0, 1, 0}, 17},
	{{192, 0, 2, 0}, {255, 255, 255, 255}, 18},
};
static const struct vfw_range6 book6[] = {
	{{0}, {[15] = 9}, 16},
	{{0x20, 1}, {0x20, 1, [2] = 0xff, [15] = 0xff}, 17},
};

/* Copies of all of it that a test may spoil. */
static struct {
	struct vfw_rule_rec rules[ARRAY_SIZE(rules)];
	u32 cands[ARRAY_SIZE(cands)];
	struct vfw_cell cells[ARRAY_SIZE(cells)];
	struct vfw_block blocks[ARRAY_SIZE(blocks)];
	struct vfw_pair pairs[ARRAY_SIZE(pairs)];
	struct vfw_range4 book4[ARRAY_SIZE(book4)];
	struct vfw_range6 book6[ARRAY_SIZE(book6)];
	u64 index[8];
	struct vfw_tables t;
} w;

static void setup(void)
{
	memcpy(w.rules, rules, sizeof(rules));
	memcpy(w.cands, cands, sizeof(cands));
	memcpy(w.cells, cells, sizeof(cells));
	memcpy(w.blocks, blocks, sizeof(blocks));
	memcpy(w.pairs, pairs, sizeof(pairs));
	memcpy(w.book4, book4, sizeof(book4));
	memcpy(w.book6, book6, sizeof(book6));
	memset(w.index, 0, sizeof(w.index));
	w.t = (struct vfw_tables){
		.rules = w.rules,
		.cands = w.cands,
		.cells = w.cells,
		.blocks = w.blocks,
		.pairs = w.pairs,
		.book4 = w.book4,
		.book6 = w.book6,
		.counts = {.n = {ARRAY_SIZE(rules), ARRAY_SIZE(cands), ARRAY_SIZE(cells),
				 ARRAY_SIZE(blocks), ARRAY_SIZE(pairs), ARRAY_SIZE(book4),
				 ARRAY_SIZE(book6)},
			   .n_idents = 19,
			   .default_block = 0},
		.pair_index = w.index,
		.pair_seed = 0x5eed,
	};
}

static const struct {
	u32 src, dst, key, rule, n_monitors;
} lookups[] = {
	{16, 17, VFW_KEY(6, 443), 0, 0},
	{16, 17, VFW_KEY(6, 442), 4, 0},
	{16, 17, VFW_KEY(6, 444), 4, 0},
	{16, 17, VFW_KEY(6, 80), 0, 2},
	{16, 17, VFW_KEY(6, 79), 4, 0},
	{16, 17, VFW_KEY(6, 81), 4, 0},
	{16, 17, 0, 4, 0},
	{16, 17, VFW_KEY_LAST, 4, 0},
	{16, 17, ~0U, 4, 0},
	{16, 17, VFW_KEY(17, 443), 4, 0},
	{17, 16, VFW_KEY(6, 443), 3, 0},
	{17, 16, 0, 3, 0},
	{18, 16, VFW_KEY(6, 443), 4, 0},
	{16, 16, VFW_KEY(6, 443), 4, 0},
	{~0U, ~0U, VFW_KEY(6, 80), 4, 0},
};

START_TEST(match_lookup)
{
	struct vfw_match m;
	u32 at;

	setup();
	ck_assert_int_eq(vfw_match_index(&w.t, &at), 0);
	vfw_match_lookup(&w.t, lookups[_i].src, lookups[_i].dst, lookups[_i].key, VFW_APP_ID_NONE,
			 &m);
	ck_assert_uint_eq(m.rule, lookups[_i].rule);
	ck_assert_uint_eq(m.n_monitors, lookups[_i].n_monitors);
	if (m.n_monitors) {
		ck_assert_uint_eq(m.monitors[0], 1);
		ck_assert_uint_eq(m.monitors[1], 2);
	}
}
END_TEST

START_TEST(match_joined)
{
	u32 at;

	setup();
	ck_assert_int_eq(vfw_match_index(&w.t, &at), 0);
	ck_assert(vfw_match_joined(&w.t, 16, 17));
	ck_assert(vfw_match_joined(&w.t, 17, 16));
	ck_assert(!vfw_match_joined(&w.t, 16, 16));
	ck_assert(!vfw_match_joined(&w.t, 16, VFW_ID_HOST));
}
END_TEST

/* N cells with starts at and around what tells bins, classes and the ends of keys apart; few different answers. */
static void differ_cells(struct vfw_cell *list, u32 n, u32 *state)
{
	u32 i, at = 0;

	for (i = 0; i < n; i++) {
		list[i].start = at;
		*state = *state * 1664525 + 1013904223;
		list[i].cand = VFW_CELL_F_RULE | (*state >> 30);
		switch (*state >> 16 & 7) {
		case 0:
			at |= 2047;
			break;
		case 1:
			at |= 65535;
			break;
		case 2:
			at += *state >> 8 & 0xffff;
			break;
		default:
			at += *state >> 8 & 0xfff;
			break;
		}
		at++;
	}
}

static u32 differ_answer(const struct vfw_cell *list, u32 n, u32 key)
{
	while (list[n - 1].start > key)
		n--;
	return list[n - 1].cand & ~VFW_CELL_F_RULE;
}

static void differ_ask(const struct vfw_tables *t, const struct vfw_cell *own, u32 n,
		       const struct vfw_cell *other, u32 m, u32 key)
{
	struct vfw_match got;

	vfw_match_lookup(t, 16, 17, key, VFW_APP_ID_NONE, &got);
	ck_assert_uint_eq(got.rule, differ_answer(own, n, key));
	vfw_match_lookup(t, 17, 16, key, VFW_APP_ID_NONE, &got);
	ck_assert_uint_eq(got.rule, differ_answer(other, m, key));
}

/* A pair's cells answer for it, and the default block's for others, however many either has, and whatever they have in common. */
START_TEST(match_differs)
{
	static const u32 sizes[] = {1, 2, 5, 31, 32, 33, 126, 127, 128, 300};
	static struct vfw_cell own[600];
	static struct vfw_rule_rec some[4];
	u64 matrix[18 * 18] = {0};
	u32 n = sizes[_i % ARRAY_SIZE(sizes)], m = sizes[_i / ARRAY_SIZE(sizes)];
	u32 state = (u32)_i, round, i, bad;

	for (round = 0; round < 10; round++) {
		struct vfw_block both[] = {{0, n, 0}, {n, m, 0}};
		struct vfw_pair pair = {16, 17, 0};
		struct vfw_tables t = {
			.rules = some,
			.cells = own,
			.blocks = both,
			.pairs = &pair,
			.counts = {.n = {[VFW_TABLE_PAIRS] = 1},
				   .n_idents = 18,
				   .default_block = 1},
			.pair_index = matrix,
		};
		memset(matrix, 0, sizeof(matrix));
		differ_cells(own, n, &state);
		differ_cells(own + n, m, &state);
		/* now and then all but one is the same */
		if (n == m && round & 1) {
			memcpy(own, own + n, n * sizeof(*own));
			own[round % n].cand ^= 1;
		}
		ck_assert_uint_le(vfw_match_index_bytes(&t.counts), sizeof(matrix));
		ck_assert_int_eq(vfw_match_index(&t, &bad), 0);
		t.blocks = NULL;
		t.pairs = NULL;
		for (i = 0; i < n + m; i++) {
			differ_ask(&t, own, n, own + n, m, own[i].start);
			differ_ask(&t, own, n, own + n, m, own[i].start - 1);
			differ_ask(&t, own, n, own + n, m, own[i].start + 2048);
		}
		differ_ask(&t, own, n, own + n, m, ~0U);
	}
}
END_TEST

START_TEST(match_pair_twice)
{
	u32 bad = 99;

	setup();
	w.pairs[1] = (struct vfw_pair){16, 17, 0};
	ck_assert_int_eq(vfw_match_index(&w.t, &bad), -EEXIST);
	ck_assert_uint_eq(bad, 1);
}
END_TEST

/* Every pair is found, whatever the seed, in a hash and in a matrix, and so that others are not there. */
START_TEST(match_index_sizes)
{
	static const u32 idents[] = {50, 60, 65536};
	static struct vfw_pair many[1000];
	static struct vfw_block many_blocks[ARRAY_SIZE(many) + 1];
	static struct vfw_cell many_cells[2 * ARRAY_SIZE(many_blocks)];
	u32 n, round, i, bad, found, matrices = 0;

	for (i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = (struct vfw_pair){16 + i / 30, 16 + i % 30, i};
	for (i = 0; i < ARRAY_SIZE(many_blocks); i++)
		many_blocks[i] = (struct vfw_block){i, i + 1, i % 3 ? VFW_BLOCK_F_JOINS : 0};
	for (n = 0; n <= ARRAY_SIZE(many); n += 1 + n / 3) {
		for (round = 0; round < 15; round++) {
			struct vfw_tables t = {
				.pairs = many,
				.blocks = many_blocks,
				.cells = many_cells,
				.pair_seed = round * 0x9e3779b9,
			};

			t.counts.n[VFW_TABLE_PAIRS] = n;
			t.counts.n_idents = idents[round % ARRAY_SIZE(idents)];
			t.counts.default_block = ARRAY_SIZE(many);
			t.pair_index = calloc(1, vfw_match_index_bytes(&t.counts));
			ck_assert_int_eq(vfw_match_index(&t, &bad), 0);
			matrices += !t.pair_mask;
			if (t.pair_mask)
				ck_assert_uint_ge(t.pair_mask + 1, 2 * n);
			for (i = 0; i < ARRAY_SIZE(many); i++) {
				u32 want = i < n ? i : t.counts.default_block;

				const struct vfw_pair_cells *got =
					vfw_match_pair(&t, many[i].src, many[i].dst);

				ck_assert_ptr_eq(vfw_match_cells(&t, got, &found),
						 many_cells + want);
				ck_assert_uint_eq(found, want + 1);
				ck_assert_uint_eq(got->joins, !!(want % 3));
			}
			/* no identities: what would be the place of (16, 16) in the matrix, and one behind it */
			ck_assert_ptr_eq(vfw_match_pair(&t, 15, t.counts.n_idents + 16),
					 &t.no_pair);
			ck_assert_ptr_eq(vfw_match_pair(&t, t.counts.n_idents, 0), &t.no_pair);
			free(t.pair_index);
		}
	}
	ck_assert_uint_gt(matrices, 0);
}
END_TEST

START_TEST(match_sound_tables)
{
	u32 table, element;

	setup();
	ck_assert_ptr_null(rival_check(&w.t, &table, &element));
}
END_TEST

/* What lies just inside the bounds is sound. */
START_TEST(match_sound_at_the_bounds)
{
	u32 table, element;

	setup();
	w.t.counts.n_idents = VFW_MAX_IDENTS;
	w.cells[5].start = VFW_KEY_LAST;
	memcpy(w.book6[1].last, w.book6[1].first, 16);
	memcpy(w.book4[2].last, w.book4[2].first, 4);
	ck_assert_ptr_null(rival_check(&w.t, &table, &element));
	w.t.counts.n_idents = VFW_ID_FIRST;
	w.t.counts.n[VFW_TABLE_PAIRS] = 0;
	w.t.counts.n[VFW_TABLE_BOOK4] = 0;
	w.t.counts.n[VFW_TABLE_BOOK6] = 0;
	ck_assert_ptr_null(rival_check(&w.t, &table, &element));
}
END_TEST

/* Ranges that share a single address are refused. */
START_TEST(match_ranges_touch)
{
	u32 table, element;

	setup();
	memcpy(w.book6[0].last, w.book6[1].first, 16);
	ck_assert_str_eq(rival_check(&w.t, &table, &element), "ranges do not rise");
	ck_assert_uint_eq(table, VFW_TABLE_BOOK6);
	ck_assert_uint_eq(element, 1);
}
END_TEST

/* Two runs in three words: the second, at word 1, begins inside the first. */
START_TEST(match_runs_overlap)
{
	static const u32 overlapping[] = {1, 1, 1};
	u32 table, element;

	setup();
	memcpy(w.cands, overlapping, sizeof(overlapping));
	w.rules[1].verdict = VFW_PASS;
	w.t.counts.n[VFW_TABLE_CANDS] = ARRAY_SIZE(overlapping);
	w.t.counts.n[VFW_TABLE_CELLS] = 2;
	w.cells[1].cand = 1;
	ck_assert_str_eq(rival_check(&w.t, &table, &element), "runs of candidates overlap");
	ck_assert_uint_eq(element, 1);
}
END_TEST

enum { COUNTS = __VFW_TABLE_MAX };

/* What may be wrong: a 32-bit word somewhere in the tables, and the place the check must name. */
static const struct {
	u32 *word;
	u32 value;
	u32 table, element;
} spoilt[] = {
	{&w.t.counts.n[VFW_TABLE_RULES], VFW_MAX_RULES + 1, COUNTS, 0},
	{&w.t.counts.n[VFW_TABLE_CANDS], VFW_MAX_CANDS + 1, COUNTS, 0},
	{&w.t.counts.n[VFW_TABLE_CELLS], VFW_MAX_CELLS + 1, COUNTS, 0},
	{&w.t.counts.n[VFW_TABLE_BLOCKS], VFW_MAX_BLOCKS + 1, COUNTS, 0},
	{&w.t.counts.n[VFW_TABLE_PAIRS], VFW_MAX_PAIRS + 1, COUNTS, 0},
	{&w.t.counts.n[VFW_TABLE_BOOK4], VFW_MAX_RANGES + 1, COUNTS, 0},
	{&w.t.counts.n[VFW_TABLE_BOOK6], ~0U, COUNTS, 0},
	{&w.t.counts.n[VFW_TABLE_BLOCKS], 0, COUNTS, 0},
	{&w.t.counts.n_idents, VFW_ID_FIRST - 1, COUNTS, 0},
	{&w.t.counts.n_idents, VFW_MAX_IDENTS + 1, COUNTS, 0},
	{&w.t.counts.default_block, 3, COUNTS, 0},
	{&w.t.counts.n_profiles, VFW_MAX_PROFILES + 1, COUNTS, 0},
	{&w.rules[2].id, 0, VFW_TABLE_RULES, 2},
	{(u32 *)&w.rules[3].verdict, __VFW_VERDICT_MAX, VFW_TABLE_RULES, 3},
	{(u32 *)&w.rules[3].verdict, VFW_RULE_F_ALL << 9, VFW_TABLE_RULES, 3},
	{(u32 *)&w.rules[3].verdict, 1 << 16, VFW_TABLE_RULES, 3},
	{&w.cands[0], 0, VFW_TABLE_CANDS, 0},
	{&w.cands[0], 2, VFW_TABLE_CANDS, 0}, /* a deciding rule before the last */
	{&w.cands[1], 5, VFW_TABLE_CANDS, 0},
	{&w.cands[1], 1, VFW_TABLE_CANDS, 0}, /* a monitor rule last */
	{&w.cands[6], ~0U, VFW_TABLE_CANDS, 4},
	{&w.cands[8], 2, VFW_TABLE_CANDS, 8},
	{&w.cands[8], ~0U, VFW_TABLE_CANDS, 8},
	{&w.cells[1].start, 1, VFW_TABLE_BLOCKS, 1},
	{&w.cells[3].start, VFW_KEY(6, 80), VFW_TABLE_BLOCKS, 1},
	{&w.cells[3].start, VFW_KEY(6, 79), VFW_TABLE_BLOCKS, 1},
	{&w.cells[5].start, VFW_KEY_LAST + 1, VFW_TABLE_CELLS, 5},
	{&w.cells[4].cand, ARRAY_SIZE(cands), VFW_TABLE_CELLS, 4},
	{&w.cells[3].cand, 3, VFW_TABLE_CANDS, 3}, /* inside another run */
	{&w.cells[4].cand, VFW_CELL_F_RULE | 5, VFW_TABLE_CELLS, 4},
	{&w.cells[4].cand, VFW_CELL_F_RULE | 1, VFW_TABLE_CELLS, 4}, /* a monitor rule */
	{&w.cells[4].cand, VFW_CELL_F_RULE | VFW_CELL_F_APPS, VFW_TABLE_CELLS, 4},
	{&w.blocks[0].n_cells, 0, VFW_TABLE_BLOCKS, 0},
	{&w.blocks[2].n_cells, 2, VFW_TABLE_BLOCKS, 2},
	{&w.blocks[2].n_cells, ~0U, VFW_TABLE_BLOCKS, 2},
	{&w.blocks[2].first_cell, 7, VFW_TABLE_BLOCKS, 2},
	{&w.blocks[2].first_cell, ~0U, VFW_TABLE_BLOCKS, 2},
	{&w.blocks[2].first_cell, 5, VFW_TABLE_BLOCKS, 2},
	{&w.blocks[2].flags, 2, VFW_TABLE_BLOCKS, 2},
	{&w.pairs[1].src, 19, VFW_TABLE_PAIRS, 1},
	{&w.pairs[1].dst, 19, VFW_TABLE_PAIRS, 1},
	{&w.pairs[1].block, 3, VFW_TABLE_PAIRS, 1},
	{&w.book4[1].ident, VFW_ID_HOST, VFW_TABLE_BOOK4, 1},
	{&w.book4[1].ident, VFW_ID_UNMANAGED, VFW_TABLE_BOOK4, 1},
	{&w.book4[1].ident, VFW_ID_FIRST - 1, VFW_TABLE_BOOK4, 1},
	{&w.book4[1].ident, 19, VFW_TABLE_BOOK4, 1},
	{(u32 *)w.book4[1].last, 0, VFW_TABLE_BOOK4, 1},
	{(u32 *)w.book4[0].last, 0xff00010a, VFW_TABLE_BOOK4, 1},
	{(u32 *)w.book4[0].last, 0x0001000a, VFW_TABLE_BOOK4, 1},
	{&w.book6[0].ident, 19, VFW_TABLE_BOOK6, 0},
	{(u32 *)w.book6[0].first, 1, VFW_TABLE_BOOK6, 0},
	{(u32 *)w.book6[1].first, 0, VFW_TABLE_BOOK6, 1},
};

START_TEST(match_spoilt_tables)
{
	u32 table = 99, element = 99;
	const char *what;

	setup();
	*spoilt[_i].word = spoilt[_i].value;
	what = rival_check(&w.t, &table, &element);
	ck_assert_ptr_nonnull(what);
	ck_assert_msg(table == spoilt[_i].table && element == spoilt[_i].element,
		      "\"%s\" at table %u, element %u", what, table, element);
}
END_TEST

/* One cell that asks for apps: 7 passes, 9 is blocked behind a monitor rule, all others are. */
static u32 asking[] = {1, 0, 1, 1, 2, 2, 1, /* runs at 0, 2 and 4 */
		       2, 0, 2, 1, 2, 7, 0, 9, 4};
static const u32 asking_was[] = {1, 0, 1, 1, 2, 2, 1, 2, 0, 2, 1, 2, 7, 0, 9, 4};
#define ASKS 7

static struct vfw_tables asking_tables(void)
{
	static const struct vfw_rule_rec three[] = {
		{.id = 1, .verdict = VFW_PASS},
		{.id = 2, .verdict = VFW_BLOCK},
		{.id = 3, .verdict = VFW_MONITOR},
	};
	static const struct vfw_cell cell = {0, ASKS | VFW_CELL_F_APPS};
	static const struct vfw_block block = {0, 1, 0};
	static u64 index[4];
	struct vfw_tables t = {.rules = three,
			       .cands = asking,
			       .cells = &cell,
			       .blocks = &block,
			       .pair_index = index};
	u32 bad;

	memcpy(asking, asking_was, sizeof(asking));
	t.counts.n[VFW_TABLE_RULES] = ARRAY_SIZE(three);
	t.counts.n[VFW_TABLE_CANDS] = ARRAY_SIZE(asking);
	t.counts.n[VFW_TABLE_CELLS] = 1;
	t.counts.n[VFW_TABLE_BLOCKS] = 1;
	t.counts.n_idents = VFW_ID_FIRST;
	t.counts.n_profiles = 1;
	ck_assert_int_eq(vfw_match_index(&t, &bad), 0);
	return t;
}

START_TEST(match_apps)
{
	struct vfw_tables t = asking_tables();
	u32 table, element;
	struct vfw_match m;

	ck_assert_ptr_null(rival_check(&t, &table, &element));
	vfw_match_lookup(&t, 16, 17, 1, 7, &m);
	ck_assert(m.rule == 0 && !m.n_monitors && m.asks && !m.pending && m.profile == 1);
	vfw_match_lookup(&t, 16, 17, 1, 9, &m);
	ck_assert(m.rule == 1 && m.n_monitors == 1 && m.monitors[0] == 2);
	vfw_match_lookup(&t, 16, 17, 1, 8, &m);
	ck_assert(m.rule == 1 && !m.n_monitors && m.asks && !m.holds);
	vfw_match_lookup(&t, 16, 17, 1, VFW_APP_ID_NONE, &m);
	ck_assert(m.rule == 1 && !m.pending);
	vfw_match_lookup(&t, 16, 17, 1, VFW_APP_ID_PENDING, &m);
	ck_assert(m.rule == 0 && m.pending && m.holds == 2 && m.profile == 1);
	ck_assert(!m.spares);
	ck_assert_uint_eq(vfw_match_refuses(&t, 16, 17, 1), VFW_APP_ID_NONE);
}
END_TEST

/* All others pass by run 0, and then 9 does, too, behind its monitor rule: nothing is refused. */
START_TEST(match_apps_spared)
{
	struct vfw_tables t = asking_tables();
	struct vfw_match m;

	asking[ASKS + VFW_APPS_HOLDS] = 0;
	asking[ASKS + VFW_APPS_ELSE] = 0;
	vfw_match_lookup(&t, 16, 17, 1, 7, &m);
	ck_assert(m.asks && !m.spares);
	ck_assert_uint_eq(vfw_match_refuses(&t, 16, 17, 1), 9);
	asking[6] = 0;
	vfw_match_lookup(&t, 16, 17, 1, 9, &m);
	ck_assert(m.asks && m.spares && m.rule == 0 && m.n_monitors == 1);
	ck_assert_uint_eq(vfw_match_refuses(&t, 16, 17, 1), VFW_APP_ID_PENDING);
	/* what is held back until it is known is dropped if it never is */
	asking[ASKS + VFW_APPS_HOLDS] = 1;
	vfw_match_lookup(&t, 16, 17, 1, VFW_APP_ID_PENDING, &m);
	ck_assert(m.pending && !m.spares);
}
END_TEST

static const struct {
	u32 word, value;
	const char *what;
} spoilt_apps[] = {
	{VFW_APPS_N, 0, "none, too many"},
	{VFW_APPS_N, 3, "none, too many"},
	{VFW_APPS_N, ~0U, "none, too many"},
	{VFW_APPS_PASSES, 1, "no rule that lets pass"},
	{VFW_APPS_PASSES, 3, "no rule that lets pass"},
	{VFW_APPS_HOLDS, 4, "is not a rule"},
	{VFW_APPS_PROFILE, 0, "no profile"},
	{VFW_APPS_PROFILE, 2, "no profile"},
	{VFW_APPS_ELSE, ARRAY_SIZE(asking), "not in the table"},
	{VFW_APPS_HEAD, 0, "do not rise"},
	{VFW_APPS_HEAD + 2, 7, "do not rise"},
	{VFW_APPS_HEAD + 2, ~0U, "do not rise"},
	{VFW_APPS_HEAD + 3, ~0U, "not in the table"},
	{VFW_APPS_HEAD + 3, ARRAY_SIZE(asking) - 1, "past the table"},
};

START_TEST(match_spoilt_apps)
{
	struct vfw_tables t = asking_tables();
	u32 table, element;
	const char *what;

	asking[ASKS + spoilt_apps[_i].word] = spoilt_apps[_i].value;
	what = rival_check(&t, &table, &element);
	ck_assert_ptr_nonnull(what);
	ck_assert_msg(strstr(what, spoilt_apps[_i].what) != NULL, "%s", what);
	ck_assert_uint_eq(table, VFW_TABLE_CANDS);
	ck_assert_uint_eq(element, ASKS);
}
END_TEST

START_TEST(match_apps_cut_short)
{
	struct vfw_tables t = asking_tables();
	u32 table, element;

	t.counts.n[VFW_TABLE_CANDS] = ASKS + VFW_APPS_HEAD - 1;
	ck_assert_str_eq(rival_check(&t, &table, &element), "words for apps go past the table");
}
END_TEST

START_TEST(match_profiles)
{
	u32 table, element;

	setup();
	w.t.counts.n_profiles = 2;
	w.rules[0].profile = 2;
	ck_assert_ptr_null(rival_check(&w.t, &table, &element));
	w.rules[0].profile = 3;
	ck_assert_str_eq(rival_check(&w.t, &table, &element),
			 "rule names a profile beyond the last");
	ck_assert_uint_eq(element, 0);
	w.rules[0].profile = 1;
	w.rules[0].verdict = VFW_BLOCK;
	ck_assert_str_eq(rival_check(&w.t, &table, &element),
			 "only a rule that lets pass may have a profile");
}
END_TEST

/*
 * Tables built to make the check slow: every word of CANDS begins a run that ends at the same
 * last word. Looked at naively that is quadratic; it must be refused at once.
 */
START_TEST(match_check_is_linear)
{
	enum { N = 1 << 20 };
	struct vfw_rule_rec *many_rules = calloc(N, sizeof(*many_rules));
	struct vfw_cell *many_cells = calloc(N, sizeof(*many_cells));
	u32 *many_cands = calloc(N, sizeof(*many_cands));
	u32 i, table, element;

	setup();
	for (i = 0; i < N; i++) {
		many_rules[i] = (struct vfw_rule_rec){.id = i + 1, .verdict = VFW_MONITOR};
		many_cands[i] = N - 1 - i;
		many_cells[i] = (struct vfw_cell){i, i};
	}
	many_rules[0].verdict = VFW_PASS;
	w.t.rules = many_rules;
	w.t.cands = many_cands;
	w.t.cells = many_cells;
	w.t.counts.n[VFW_TABLE_RULES] = N;
	w.t.counts.n[VFW_TABLE_CANDS] = N;
	w.t.counts.n[VFW_TABLE_CELLS] = N - 1;
	ck_assert_str_eq(rival_check(&w.t, &table, &element), "runs of candidates overlap");
	free(many_rules);
	free(many_cells);
	free(many_cands);
}
END_TEST

/* Likewise blocks that all share the same many cells. */
START_TEST(match_check_is_linear_in_blocks)
{
	enum { N = 1 << 20 };
	struct vfw_cell *many_cells = calloc(N, sizeof(*many_cells));
	struct vfw_block *many_blocks = calloc(N, sizeof(*many_blocks));
	u32 i, table, element;

	setup();
	for (i = 0; i < N; i++) {
		many_cells[i].start = i;
		many_blocks[i].n_cells = N;
	}
	w.t.cells = many_cells;
	w.t.blocks = many_blocks;
	w.t.counts.n[VFW_TABLE_CELLS] = N;
	w.t.counts.n[VFW_TABLE_BLOCKS] = N;
	ck_assert_str_eq(rival_check(&w.t, &table, &element), "blocks share too many cells");
	free(many_cells);
	free(many_blocks);
}
END_TEST

static const struct {
	u8 addr[4];
	u32 ident;
} addrs4[] = {
	{{9, 255, 255, 255}, VFW_ID_EXTERNAL},
	{{10, 0, 0, 0}, 16},
	{{10, 0, 0, 128}, 16},
	{{10, 0, 0, 255}, 16},
	{{10, 0, 1, 0}, 17},
	{{10, 0, 1, 1}, VFW_ID_EXTERNAL},
	{{192, 0, 1, 255}, VFW_ID_EXTERNAL},
	{{192, 0, 2, 0}, 18},
	{{255, 255, 255, 255}, 18},
	{{0, 0, 0, 0}, VFW_ID_EXTERNAL},
};

START_TEST(match_book4)
{
	setup();
	ck_assert_uint_eq(vfw_match_book4(&w.t, addrs4[_i].addr), addrs4[_i].ident);
	w.t.counts.n[VFW_TABLE_BOOK4] = 0;
	ck_assert_uint_eq(vfw_match_book4(&w.t, addrs4[_i].addr), VFW_ID_EXTERNAL);
}
END_TEST

static const struct {
	u8 addr[16];
	u32 ident;
} addrs6[] = {
	{{0}, 16},
	{{[15] = 9}, 16},
	{{[15] = 10}, VFW_ID_EXTERNAL},
	{{0x20, 0, [15] = 255}, VFW_ID_EXTERNAL},
	{{0x20, 1}, 17},
	{{0x20, 1, 0xff, [15] = 0xff}, 17},
	{{0x20, 1, 0xff, [14] = 1}, VFW_ID_EXTERNAL},
	{{0xff}, VFW_ID_EXTERNAL},
};

START_TEST(match_book6)
{
	setup();
	ck_assert_uint_eq(vfw_match_book6(&w.t, addrs6[_i].addr), addrs6[_i].ident);
	w.t.counts.n[VFW_TABLE_BOOK6] = 0;
	ck_assert_uint_eq(vfw_match_book6(&w.t, addrs6[_i].addr), VFW_ID_EXTERNAL);
}
END_TEST

/* Invented policies: the matcher and the rival agree on the rule and on every monitor rule. */
START_TEST(match_rival)
{
	struct rival_dice dice = {.state = 0x243f6a8885a308d3ULL + (u64)_i};
	struct rival_answer a;
	struct vfw_tables t;
	struct vfw_match m;
	struct rival r;
	u32 table, element, n;

	rival_invent(&r, &dice);
	rival_tables(&r, &t, &dice);
	ck_assert_ptr_null(rival_check(&t, &table, &element));
	for (n = 0; n < 2000; n++) {
		u32 src = rival_ident(&dice);
		u32 dst = rival_ident(&dice);
		u32 key = rival_key(&r, &dice);

		rival_lookup(&r, src, dst, key, &a);
		vfw_match_lookup(&t, src, dst, key, VFW_APP_ID_NONE, &m);
		ck_assert_uint_eq(m.rule, a.rule);
		ck_assert_uint_eq(m.n_monitors, a.n_monitors);
		if (a.n_monitors)
			ck_assert_mem_eq(m.monitors, a.monitors, a.n_monitors * sizeof(u32));
		ck_assert_int_eq(vfw_match_joined(&t, src, dst), rival_joined(&r, src, dst));
	}
	rival_free(&t);
}
END_TEST

TCase *core_match_cases(void)
{
	TCase *tc = tcase_create("match");

	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, match_lookup, 0, (int)ARRAY_SIZE(lookups));
	tcase_add_test(tc, match_joined);
	tcase_add_loop_test(tc, match_differs, 0, 100);
	tcase_add_test(tc, match_pair_twice);
	tcase_add_test(tc, match_index_sizes);
	tcase_add_test(tc, match_sound_tables);
	tcase_add_test(tc, match_sound_at_the_bounds);
	tcase_add_test(tc, match_ranges_touch);
	tcase_add_test(tc, match_runs_overlap);
	tcase_add_test(tc, match_apps);
	tcase_add_test(tc, match_apps_spared);
	tcase_add_loop_test(tc, match_spoilt_apps, 0, ARRAY_SIZE(spoilt_apps));
	tcase_add_test(tc, match_apps_cut_short);
	tcase_add_test(tc, match_profiles);
	tcase_add_loop_test(tc, match_spoilt_tables, 0, (int)ARRAY_SIZE(spoilt));
	tcase_add_test(tc, match_check_is_linear);
	tcase_add_test(tc, match_check_is_linear_in_blocks);
	tcase_add_loop_test(tc, match_book4, 0, (int)ARRAY_SIZE(addrs4));
	tcase_add_loop_test(tc, match_book6, 0, (int)ARRAY_SIZE(addrs6));
	tcase_add_loop_test(tc, match_rival, 0, 50);
	return tc;
}
