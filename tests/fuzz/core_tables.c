// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as tables: seven element counts of a byte each, identities and default block, then the
 * tables' own bytes. What vfw_match_check() lets through must never lead a lookup outside.
 */
#include "core_rival.h"

#include <stdlib.h>

#define MAX_OF_EACH 40

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Takes n bytes of the input (zeroes behind its end) into a buffer of that exact size. */
static void *take(const u8 **data, size_t *size, size_t n)
{
	size_t some = n < *size ? n : *size;
	void *p = calloc(n ? n : 1, 1);

	memcpy(p, *data, some);
	*data += some;
	*size -= some;
	return p;
}

static void look_everywhere(const struct vfw_tables *t, const u8 *data, size_t size)
{
	struct rival_dice dice = {.data = data, .left = size, .state = 88172645463325252ULL};
	struct vfw_match m;
	u32 n, i;

	for (n = 0; n < 64; n++) {
		u32 src = rival_roll(&dice, t->counts.n_idents + 1);
		u32 dst = rival_roll(&dice, t->counts.n_idents + 1);
		u8 addr[16];

		vfw_match_lookup(t, src, dst, rival_roll(&dice, ~0U), VFW_APP_ID_NONE, &m);
		if (m.rule >= t->counts.n[VFW_TABLE_RULES] ||
		    t->rules[m.rule].verdict == VFW_MONITOR)
			abort();
		for (i = 0; i < m.n_monitors; i++)
			if (t->rules[m.monitors[i]].verdict != VFW_MONITOR)
				abort();
		(void)vfw_match_joined(t, src, dst);
		for (i = 0; i < sizeof(addr); i++)
			addr[i] = (u8)rival_roll(&dice, 256);
		if (vfw_match_book4(t, addr) >= t->counts.n_idents ||
		    vfw_match_book6(t, addr) >= t->counts.n_idents)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vfw_tables t = {.pair_seed = 7};
	u32 *n = t.counts.n;
	u32 i, table, element;

	if (size < __VFW_TABLE_MAX + 2)
		return 0;
	for (i = 0; i < __VFW_TABLE_MAX; i++)
		n[i] = *data++ % MAX_OF_EACH;
	t.counts.n_idents = VFW_ID_FIRST + *data++ % 16;
	t.counts.default_block = *data++ % MAX_OF_EACH;
	size -= __VFW_TABLE_MAX + 2;
	t.rules = take(&data, &size, n[VFW_TABLE_RULES] * sizeof(*t.rules));
	t.cands = take(&data, &size, n[VFW_TABLE_CANDS] * sizeof(*t.cands));
	t.cells = take(&data, &size, n[VFW_TABLE_CELLS] * sizeof(*t.cells));
	t.blocks = take(&data, &size, n[VFW_TABLE_BLOCKS] * sizeof(*t.blocks));
	t.pairs = take(&data, &size, n[VFW_TABLE_PAIRS] * sizeof(*t.pairs));
	t.book4 = take(&data, &size, n[VFW_TABLE_BOOK4] * sizeof(*t.book4));
	t.book6 = take(&data, &size, n[VFW_TABLE_BOOK6] * sizeof(*t.book6));
	t.pair_index = calloc(1, vfw_match_index_bytes(&t.counts));
	if (!rival_check(&t, &table, &element) && !vfw_match_index(&t, &element)) {
		/* the module gives them back, too */
		free((void *)t.pairs);
		free((void *)t.blocks);
		t.pairs = NULL;
		t.blocks = NULL;
		look_everywhere(&t, data, size);
	}
	free((void *)t.book4);
	free((void *)t.book6);
	rival_free(&t);
	return 0;
}
