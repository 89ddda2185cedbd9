// SPDX-License-Identifier: GPL-2.0
#include "fragset.h"

#define FRAGSET_END_MAX 65535

/* Does the end of what is there agree with a fragment that ends at end? */
static bool ends_agree(const struct vfw_fragset *s, u32 end, bool more)
{
	u32 last = s->n ? s->run[s->n - 1].end : 0;

	if (s->total)
		return more ? end < s->total : end == s->total;
	return more || end >= last;
}

enum vfw_fragset_step vfw_fragset_add(struct vfw_fragset *s, u32 start, u32 end, bool more)
{
	bool joins_before, joins_behind;
	u32 i;

	if (start >= end || end > FRAGSET_END_MAX || !ends_agree(s, end, more))
		return VFW_FRAGSET_BAD;
	/* the first run that does not end before it begins */
	for (i = 0; i < s->n && s->run[i].end <= start; i++)
		;
	if (i < s->n && s->run[i].start < end)
		return VFW_FRAGSET_BAD;
	joins_before = i && s->run[i - 1].end == start;
	joins_behind = i < s->n && s->run[i].start == end;
	if (joins_before && joins_behind) {
		s->run[i - 1].end = s->run[i].end;
		s->n--;
		memmove(&s->run[i], &s->run[i + 1], (s->n - i) * sizeof(s->run[0]));
	} else if (joins_before) {
		s->run[i - 1].end = (u16)end;
	} else if (joins_behind) {
		s->run[i].start = (u16)start;
	} else {
		if (s->n == VFW_FRAGSET_RUNS)
			return VFW_FRAGSET_BAD;
		memmove(&s->run[i + 1], &s->run[i], (s->n - i) * sizeof(s->run[0]));
		s->run[i].start = (u16)start;
		s->run[i].end = (u16)end;
		s->n++;
	}
	if (!more)
		s->total = (u16)end;
	if (s->total && s->n == 1 && !s->run[0].start && s->run[0].end == s->total)
		return VFW_FRAGSET_COMPLETE;
	return VFW_FRAGSET_TAKEN;
}
