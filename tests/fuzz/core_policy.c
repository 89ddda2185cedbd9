// SPDX-License-Identifier: GPL-2.0
/* Invented policies: the matcher against its rival, choices taken from the fuzzer's bytes. */
#include "core_rival.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rival_dice dice = {.data = data, .left = size, .state = 88172645463325252ULL};
	struct rival_answer a;
	struct vfw_tables t;
	struct vfw_match m;
	struct rival r;
	u32 table, element, n;

	rival_invent(&r, &dice);
	rival_tables(&r, &t, &dice);
	if (rival_check(&t, &table, &element))
		abort();
	for (n = 0; n < 200; n++) {
		u32 src = rival_ident(&dice);
		u32 dst = rival_ident(&dice);
		u32 key = rival_key(&r, &dice);

		rival_lookup(&r, src, dst, key, &a);
		vfw_match_lookup(&t, src, dst, key, VFW_APP_ID_NONE, &m);
		if (m.rule != a.rule || m.n_monitors != a.n_monitors)
			abort();
		if (a.n_monitors && memcmp(m.monitors, a.monitors, a.n_monitors * sizeof(u32)))
			abort();
		if (vfw_match_joined(&t, src, dst) != rival_joined(&r, src, dst))
			abort();
	}
	rival_free(&t);
	return 0;
}
