/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What signatures with a threshold or a detection_filter have counted, core/sigcount.h.
 *
 * Where a counter lies is said by what it tracks, so that all that counts together finds the same one, and that nobody but who
 * causes them can make many of them there:
 *
 *	by_rule		the profile's series, one for each limit
 *	by_src		the budget of the VM or port that sent the frame; of others a common one, for what comes from outside
 *	by_dst		the budget of the VM whose address it is; else as by_both
 *	by_both, by_flow	the budget of who opened the conversation
 *
 * A table takes its memory from that budget, a page at a time, 1 MiB at most, and dies with it. Without memory a
 * signature speaks as if it had no limit.
 */
#ifndef VFW_SIG_COUNT_H
#define VFW_SIG_COUNT_H

#include <linux/refcount.h>
#include <linux/spinlock.h>

#include "core/sig.h"

struct vfw_budget;
struct vfw_pkt;
struct vfw_scan;
struct vfw_sig_counts;

/* Profiles of one series count together, and name flowbits alike: each is, byte by byte, the one before it. */
struct vfw_sig_series {
	refcount_t refs; /* profiles */
	u64 id; /* no other series has or had it */
	spinlock_t lock; /* protects what follows; a leaf, BH off */
	struct vfw_sig_counter rule[]; /* by limit; those that track by_rule */
};

/* Begins a series for so many limits. Returns a reference, or NULL without memory. May sleep. */
struct vfw_sig_series *vfw_sig_count_series(u32 n_limits);

/* Takes another reference; NULL: it is dying. The profile it was found in is held, or found under RCU. Any context. */
struct vfw_sig_series *vfw_sig_count_get(struct vfw_sig_series *series);

/* Gives one back; NULL is fine. After a grace period in which readers could find it. Any context. */
void vfw_sig_count_put(struct vfw_sig_series *series);

/*
 * A match of a signature that has a limit, by the profile that the conversation uses: counts it, and says what it comes to.
 * RCU read lock, BH off; scan locked or owned. Takes a spinlock and no more than constant time.
 */
enum vfw_sig_told vfw_sig_count(struct vfw_scan *scan, const struct vfw_pkt *p, u32 sig);

/* Frees what a budget's owner caused; NULL is fine. Nobody uses it any more. */
void vfw_sig_count_free(struct vfw_sig_counts *counts, struct vfw_budget *budget);

/* The secret of this load, and the budget for what comes from outside. 0 or -ENOMEM. May sleep. */
int vfw_sig_count_init(void);

/* Nothing is counted any more. Memory goes by RCU. */
void vfw_sig_count_exit(void);

#endif /* VFW_SIG_COUNT_H */
