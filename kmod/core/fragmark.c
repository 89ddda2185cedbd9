// SPDX-License-Identifier: GPL-2.0
#include "fragmark.h"

#define MARK_USED 1
#define MARK_STRICT 2

static bool is_alive(const struct vfw_fragmark *m, u32 now)
{
	u16 left = (u16)(m->until - now);

	return m->flags && left && left <= VFW_FRAGMARK_LIFE;
}

/* Began a packet of this one's source that found no place? */
static bool is_closed(const struct vfw_fragmark_set *set, u32 source, u32 now)
{
	u16 left = (u16)(set->until - now);

	return left && left <= VFW_FRAGMARK_LIFE && set->closed & 1U << source;
}

static void close_set(struct vfw_fragmark_set *set, u32 source, u32 now)
{
	u16 left = (u16)(set->until - now);

	if (!left || left > VFW_FRAGMARK_LIFE)
		set->closed = 0;
	set->closed |= (u16)(1U << source);
	set->until = (u16)(now + VFW_FRAGMARK_LIFE);
}

enum vfw_fragmark_step vfw_fragmark_begin(struct vfw_fragmark_set *set,
					  const struct vfw_fragmark_name *name, bool strict,
					  u32 now)
{
	u32 hash = name->hash, source = name->source % VFW_FRAGMARK_SOURCES, i, of_class = 0;
	struct vfw_fragmark *m, *place = NULL;

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
			of_class += m->class == name->class;
		}
	}
	if (strict && name->out && is_closed(set, source, now))
		return VFW_FRAGMARK_FULL;
	if (!place || of_class >= VFW_FRAGMARK_CLASS_WAYS) {
		if (strict)
			return VFW_FRAGMARK_FULL;
		close_set(set, source, now);
		return VFW_FRAGMARK_UNNOTED;
	}
	place->hash = hash;
	place->until = (u16)(now + VFW_FRAGMARK_LIFE);
	place->class = name->class;
	place->flags = strict ? MARK_USED | MARK_STRICT : MARK_USED;
	return VFW_FRAGMARK_TAKEN;
}
