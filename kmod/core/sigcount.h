/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of signatures with limits, many in little memory: a hash set of a few ways.
 *
 * Each has a name, a keyed hash of the signature and of what it tracks. A set that is full of counters whose time runs
 * gives up the one that matters least: one of a limit that only silences (VFW_SIG_LIMIT_LIMIT), else the one that
 * counted least. What it counted stays with the set, for as long as its time would have run, and whoever is new there
 * begins with that. So nobody gets rid of a count by making others: he only makes rules speak too early, never too
 * late. Of a limit that only silences too early would be too little, so such ones begin with nothing.
 *
 * No allocation, no clock; zero-initialised it is empty.
 */
#ifndef VFW_CORE_SIGCOUNT_H
#define VFW_CORE_SIGCOUNT_H

#include "sig.h"

#define VFW_SIGCOUNT_WAYS 8

struct vfw_sigcount {
	u64 name; /* the lowest bit: it only silences */
	struct vfw_sig_counter counter;
};

struct vfw_sigcount_set {
	struct vfw_sigcount way[VFW_SIGCOUNT_WAYS];
	u64 until; /* microseconds: so long a counter that gave way would have run at most */
	u32 floor; /* the most that any of those had counted */
	u32 reserved;
};

/*
 * One match at now (microseconds, never 0, that do not go back) of what has this name and limit. Sets *gave_way when
 * a running counter had to; else leaves it. Any context; the caller keeps others out.
 */
enum vfw_sig_told vfw_sigcount(struct vfw_sigcount_set *set, u64 name,
			       const struct vfw_sig_limit *limit, u64 now, bool *gave_way);

#endif /* VFW_CORE_SIGCOUNT_H */
