// SPDX-License-Identifier: GPL-2.0
/*
 * Any fragments, three bytes each: start and length in steps of 8 (so that they meet often), more, and an odd end.
 * Asserted: a rival that keeps a mark for each byte says the same.
 */
#include "core/fragset.h"

#include <stdlib.h>

#define BYTES 1024

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Runs of marks, and whether byte 0 to total - 1 are all there. */
struct rival {
	bool there[BYTES + 1];
	u32 total;
};

static u32 rival_runs(const struct rival *r)
{
	u32 i, n = 0;

	for (i = 0; i < BYTES; i++)
		n += r->there[i] && (!i || !r->there[i - 1]);
	return n;
}

static enum vfw_fragset_step rival_add(struct rival *r, u32 start, u32 end, bool more)
{
	struct rival was = *r;
	u32 i;

	if (start >= end)
		return VFW_FRAGSET_BAD;
	if (r->total && (more ? end >= r->total : end != r->total))
		return VFW_FRAGSET_BAD;
	for (i = start; i < BYTES; i++)
		if (r->there[i] && (i < end || (!more && i >= end)))
			return VFW_FRAGSET_BAD;
	for (i = start; i < end; i++)
		r->there[i] = true;
	if (rival_runs(r) > VFW_FRAGSET_RUNS) {
		*r = was;
		return VFW_FRAGSET_BAD;
	}
	if (!more)
		r->total = end;
	for (i = 0; i < r->total; i++)
		if (!r->there[i])
			return VFW_FRAGSET_TAKEN;
	return r->total ? VFW_FRAGSET_COMPLETE : VFW_FRAGSET_TAKEN;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vfw_fragset s;
	struct rival r;

	memset(&s, 0, sizeof(s));
	memset(&r, 0, sizeof(r));
	for (; size >= 3; data += 3, size -= 3) {
		u32 start = (data[0] & 63) * 8;
		u32 end = start + (data[1] & 15) * 8 + (data[2] & 7);
		bool more = data[2] & 8;

		if (vfw_fragset_add(&s, start, end, more) != rival_add(&r, start, end, more))
			abort();
		if (s.n != rival_runs(&r) || s.total != r.total)
			abort();
	}
	return 0;
}
