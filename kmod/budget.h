/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What scanning may cost: memory and processor time, for one share of the flows (what a VM opens, or
 * what is opened to it) and for memory in all. Conversations hold it while they live, so it may
 * outlive its owner.
 *
 * A quarter of the memory in all is kept for those that have little: each may always have its part of
 * that quarter, whatever the others take.
 */
#ifndef VFW_BUDGET_H
#define VFW_BUDGET_H

#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct vfw_sig_counts;

struct vfw_budget {
	refcount_t refs; /* its owner, and each conversation that is scanned */
	atomic_long_t bytes;
	struct vfw_sig_counts *counts; /* of sig_count.c; made when the first comes */
	spinlock_t lock; /* protects what follows; a leaf, taken with BH off */
	s64 left; /* ns that may be spent; below 0: spent in advance */
	u64 filled; /* ktime_get_ns() when that was brought up to date */
	bool resting; /* nothing is kept for it; under vfw_config_mutex while it has an owner */
	struct rcu_head rcu;
};

/* Returns a new budget, owned by the caller, or NULL without memory. May sleep. */
struct vfw_budget *vfw_budget_new(void);

/* Takes another reference; the caller holds one or is a reader under RCU; NULL: it is dying. */
struct vfw_budget *vfw_budget_get(struct vfw_budget *budget);

/* Gives a reference back; NULL is fine. Freed by RCU. Any context. */
void vfw_budget_put(struct vfw_budget *budget);

/*
 * Is its owner not used just now? Then nothing of the reserve is kept for it, and others' parts are larger. By its owner,
 * vfw_config_mutex held.
 */
void vfw_budget_rest(struct vfw_budget *budget, bool resting);

/* Charges bytes. False, nothing charged, when the share's or the common bound is passed. Any context. */
bool vfw_budget_take(struct vfw_budget *budget, u32 bytes);

/* Gives them back. Any context. */
void vfw_budget_give(struct vfw_budget *budget, u32 bytes);

/* Is there processor time left now? BH off. */
bool vfw_budget_has_time(struct vfw_budget *budget);

/* From now on some of it is spent: vfw_budget_end() takes what this returns. Where it is without bound no clock is read. Any context. */
u64 vfw_budget_begin(void);

/* What was spent since is the budget's to pay. BH off. */
void vfw_budget_end(struct vfw_budget *budget, u64 began);

/* Bytes charged to all budgets. Any context. */
u64 vfw_budget_total(void);

#endif /* VFW_BUDGET_H */
