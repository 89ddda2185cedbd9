// SPDX-License-Identifier: GPL-2.0
#include "sigcount.h"

static bool silences(const struct vfw_sigcount *way)
{
	return way->name & 1;
}

/* Does a matter less than b? Both run. */
static bool is_less(const struct vfw_sigcount *a, const struct vfw_sigcount *b)
{
	if (silences(a) != silences(b))
		return silences(a);
	if (a->counter.count != b->counter.count)
		return a->counter.count < b->counter.count;
	return a->counter.since < b->counter.since;
}

/* A way for a new counter: one whose time is over, else the one that matters least. */
static struct vfw_sigcount *place(struct vfw_sigcount_set *set, u64 now)
{
	struct vfw_sigcount *least = &set->way[0];
	u32 i;

	for (i = 0; i < VFW_SIGCOUNT_WAYS; i++) {
		if (!vfw_sig_counts(&set->way[i].counter, now))
			return &set->way[i];
		if (is_less(&set->way[i], least))
			least = &set->way[i];
	}
	return least;
}

static void give_way(struct vfw_sigcount_set *set, const struct vfw_sigcount *way)
{
	u64 until = way->counter.since + (u64)way->counter.seconds * 1000000;

	if (silences(way))
		return;
	if (way->counter.count > set->floor)
		set->floor = way->counter.count;
	if (until > set->until)
		set->until = until;
}

/* What a new counter begins with: with the next match it speaks, if that much was forgotten here. */
static u32 begins_with(const struct vfw_sigcount_set *set, const struct vfw_sig_limit *limit)
{
	u32 most = limit->kind == VFW_SIG_LIMIT_DETECTION ? limit->count : limit->count - 1;

	if (limit->kind == VFW_SIG_LIMIT_LIMIT)
		return 0;
	return set->floor < most ? set->floor : most;
}

enum vfw_sig_told vfw_sigcount(struct vfw_sigcount_set *set, u64 name,
			       const struct vfw_sig_limit *limit, u64 now, bool *gave_way)
{
	struct vfw_sigcount *way;
	u32 i;

	name = (name & ~1ULL) | (limit->kind == VFW_SIG_LIMIT_LIMIT);
	for (i = 0; i < VFW_SIGCOUNT_WAYS; i++)
		if (set->way[i].name == name && set->way[i].counter.since)
			return vfw_sig_limit(limit, &set->way[i].counter, now);
	if (now > set->until)
		set->floor = 0;
	way = place(set, now);
	if (vfw_sig_counts(&way->counter, now)) {
		give_way(set, way);
		*gave_way = true;
	}
	way->name = name;
	way->counter.since = now;
	way->counter.seconds = limit->seconds;
	way->counter.count = begins_with(set, limit);
	return vfw_sig_limit(limit, &way->counter, now);
}
