/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A share of the flow table: what one VM or one unmanaged port may have open, or have opened to it
 * from outside. Flows hold it while they live, so it may outlive its owner.
 *
 * Bounds. A share has at most a limit of flows, and of those that nobody has answered yet; who is over
 * the first gives up its own flow that ended longest ago, else, as who is over the second, its oldest unanswered one. The table as a whole has a limit too, and the
 * last quarter of it is kept for shares that have little: each may always have its part of that quarter.
 * So whoever fills a share hurts those new flows alone that count against the same one.
 */
#ifndef VFW_SHARE_H
#define VFW_SHARE_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

struct vfw_forgotten;
struct vfw_frag_marks;
struct vfw_frags;

enum vfw_share_kind {
	VFW_SHARE_VM,
	VFW_SHARE_UNMANAGED,
};

struct vfw_budget;

struct vfw_share {
	refcount_t refs; /* its owner, and each flow */
	enum vfw_share_kind kind;
	bool resting; /* under vfw_config_mutex */
	struct vfw_budget *budget; /* for scanning its flows; a reference */
	spinlock_t lock; /* protects what follows; a leaf, taken with BH off */
	u32 n_half; /* flows in half */
	struct list_head half; /* flows not answered yet, oldest first */
	struct list_head over; /* flows that have ended, which ended first first */
	struct list_head left; /* what is left of flows that a policy cut, likewise */
	u32 events; /* that it may still cause now */
	u32 unsaid[2]; /* events left out since the last one: flows that began, that ended */
	unsigned long refilled; /* jiffies */
	struct vfw_frags
		*frags; /* fragmented packets it pays for; made when the first comes, of frag.c */
	struct vfw_frag_marks *marks; /* of frag_mark.c; made when the first comes */
	struct vfw_forgotten *forgotten; /* of forgotten.c; made when the first is noted */
	u64 forgot_all; /* the arming in which one could not be noted; READ_ONCE */
	struct rcu_head rcu;
};

/* Returns a new share, owned by the caller, or NULL without memory. May sleep. */
struct vfw_share *vfw_share_new(enum vfw_share_kind kind);

/*
 * Does nothing count against it just now? (A port's, while the port is a VM's.) Then nothing of any reserve is kept for it, and
 * the parts of others are larger. By its owner, vfw_config_mutex held.
 */
void vfw_share_rest(struct vfw_share *share, bool resting);

/* The owner lets go; NULL is fine. Freed by RCU when the last flow has gone. Any context. */
void vfw_share_drop(struct vfw_share *share);

/*
 * Takes a place in a share for a flow. Returns false if there is none, and the owner's flows must
 * make room first. RCU read lock.
 */
bool vfw_share_take(struct vfw_share *share);

/* Gives a place back. Any context. */
void vfw_share_give(struct vfw_share *share);

/* Are as many of its flows unanswered as may be? Any context. */
bool vfw_share_half_full(const struct vfw_share *share);

/* Flows charged to it. Any context. */
u32 vfw_share_count(const struct vfw_share *share);

/* Flows charged to all shares. Any context. */
u32 vfw_share_total(void);

/*
 * How many events, of a flow's beginning or its end, one sent now stands for: itself, and what was left out of its kind before it. 0: this one is left
 * out, too many came at once. Any context but interrupts.
 */
u32 vfw_share_event(struct vfw_share *share, bool end);

/* Brings the module parameters into their bounds; before any share. Returns flows in all. */
u32 vfw_share_init(void);

#endif /* VFW_SHARE_H */
