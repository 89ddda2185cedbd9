// SPDX-License-Identifier: GPL-2.0
#include "fragmark.h"

#define MARK_USED 1
#define MARK_STRICT 2

static bool is_alive(const struct vfw_fragmark *m, u32 now)
{
	u16 left = (u16)(m->until - now);

	return m->flags && left && left <= VFW_FRAGMARK_LIFE;
}

enum vfw_fragmark_step vfw_fragmark_begin(struct vfw_fragmark_set *set, u32 hash, u8 class,
					  bool strict, u32 now)
{
	struct vfw_fragmark *m, *place = NULL;
	u32 i, of_class = 0;

	for (i = 0; i < VFW_FRAGMARK_WAYS; i++) {
		m = &set->way[i];
		if (!is_alive(m, now)) {
			place = place ? place : m;
		} else if (m->hash == hash) {
			if (strict || m->flags & MARK_STRICT)
				return VFW_FRAGMARK_KNOWN;
			m->until = (u16)(now + VFW_FRAGMARK_LIFE);
			return VFW_FRAGMARK_TAKEN;
		} else {
			of_class += m->class == class;
		}
	}
	if (!place || of_class >= VFW_FRAGMARK_CLASS_WAYS)
		return VFW_FRAGMARK_FULL;
	place->hash = hash;
	place->until = (u16)(now + VFW_FRAGMARK_LIFE);
	place->class = class;
	place->flags = strict ? MARK_USED | MARK_STRICT : MARK_USED;
	return VFW_FRAGMARK_TAKEN;
}
