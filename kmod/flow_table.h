/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flow table: one fixed hash of RCU lists, found without a lock; a small array of locks guards
 * insertion and removal. Who removes a flow from its list (gone is set under the bucket's lock,
 * once) takes it out of its share, says its end, and frees it by RCU. What a frame changes in
 * a flow (TCP state, counters, generation) is under the flow's own lock.
 *
 * Locks: a bucket's, a flow's and a share's are never held together.
 */
#ifndef VFW_FLOW_TABLE_H
#define VFW_FLOW_TABLE_H

#include <linux/build_bug.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/vfw.h>

#include "core/flowkey.h"
#include "core/reason.h"
#include "core/tcpstate.h"

struct vfw_scan;
struct vfw_share;

/* The list of its share in which a flow is, that others take the places of. */
enum vfw_flow_list {
	VFW_FLOW_UNLISTED,
	VFW_FLOW_HALF, /* nobody has answered it */
	VFW_FLOW_OVER,
	VFW_FLOW_LEFT, /* what is left of one that a policy cut */
};

/* Why nothing of it passes, though it is in the table. */
enum vfw_flow_killed {
	VFW_FLOW_LIVES,
	VFW_FLOW_KILLED, /* by an administrator: what comes of it is rejected */
	VFW_FLOW_CUT, /* by a policy: what is left of it, so that the rest of it is not found running */
};

struct vfw_flow {
	struct hlist_node node;
	struct vfw_flow_key key;
	union {
		struct rcu_head rcu; /* once it has left the table and its share */
		struct list_head
			turn; /* in a list of its share; under the share's lock, while listed */
	};
	struct vfw_share *share; /* what it counts against; it holds a place there */
	spinlock_t lock; /* a leaf, but for a scan's that is tried; BH off */
	u32 until; /* it may be silent, VFW_FLOW_TICK()s; under lock, READ_ONCE */
	/* all zero in the beginning from here on */
	struct vfw_scan *scan; /* a reference; NULL until it is scanned; set once, cmpxchg */
	u8 listed; /* enum vfw_flow_list; under the share's lock */
	bool gone; /* has left the table; written under the bucket's lock */
	u8 told : 1; /* its start was said, so its end will be; never changes */
	u8 opener : 1; /* side of the key that opened it; never changes */
	u8 spares : 1; /* with asks: and yet no app is refused; under lock */
	u8 profile : 7; /* index + 1 of what scans it, or 0; with a rule; under lock */
	u8 asks : 1; /* likewise: what is decided depends on the app */
	/* under lock, what follows */
	struct_group(
		life, /* asked at once by vfw_flow_runs() */
		bool answered; /* both sides take part */
		bool over; /* TCP: both sides have ended it, or one by a reset */
		u8 killed; /* enum vfw_flow_killed */
		bool turned; /* to be found anew, the other way round: then it is not forgotten */
	);
	u16 ident[2]; /* of the side that opened, of the other */
	u32 rule; /* index in the policy of this generation, or VFW_PKT_NO_RULE */
	u32 app; /* by which it was judged: VFW_APP_ID_*, or its number; READ_ONCE */
	u32 rule_id;
	u32 revision; /* that judged it */
	u32 generation;
	unsigned long born; /* jiffies */
	u64 packets[2], bytes[2]; /* by side, 0 opened */
	struct vfw_tcp tcp;
};

/* Bytes that the table takes for a flow. */
#define VFW_FLOW_BYTES 256

/* When a flow ends, by 32 bits: jiffies, four at a time, so that even at 1,000 Hz VFW_TIMEOUT_SECONDS_MAX is less than half of what they count. */
#define VFW_FLOW_TICK_SHIFT 2
#define VFW_FLOW_TICK(time) ((u32)((time) >> VFW_FLOW_TICK_SHIFT))

/* Is its time over? Any context. */
static inline bool vfw_flow_expired(const struct vfw_flow *flow)
{
	return time_after32(VFW_FLOW_TICK(jiffies), READ_ONCE(flow->until));
}

/* Is it answered, neither over nor killed, nor to be found anew? Flow locked. */
static inline bool vfw_flow_runs(const struct vfw_flow *flow)
{
	static const u8 runs[] = {true, false, VFW_FLOW_LIVES, false};

	BUILD_BUG_ON(sizeof(flow->life) != sizeof(runs));
	return !memcmp(&flow->life, runs, sizeof(runs));
}

/* Why a flow ends, and what is known then of a VM that is no more. */
struct vfw_flow_end {
	enum vfw_reason reason; /* NONE: it is over, or was silent for too long */
	u32 slot; /* of the VM that goes, or VFW_MAX_VMS */
	const u8 *uuid; /* its own */
};

/* Keyed hash of a key, of every kind. Any context. */
u32 vfw_flow_table_hash(const struct vfw_flow_key *key);

/* vfw_flow_table_find() is going to come: fetches its first place into the cache. Any context. */
void vfw_flow_table_soon(u32 hash);

/* The flow of a key with this hash, NULL if there is none. RCU read lock. */
struct vfw_flow *vfw_flow_table_find(const struct vfw_flow_key *key, u32 hash);

/*
 * Grows with every flow that leaves the table from where one with this hash is. A flow that was found after a value was
 * read (smp_load_acquire()) is in the table, and may be held until the end of the reader's own RCU section, as long as
 * that value is read again. Any context.
 */
const unsigned long *vfw_flow_table_deaths(u32 hash);

/*
 * Makes a flow that holds a place in share, the oldest finished one of that share giving way if it must be so,
 * or else the oldest unanswered one. All else is zero, but for until, which must be set before it is published. Returns it, owned by
 * the caller, or an ERR_PTR: -ENOSPC, -ENOMEM. RCU read lock, BH off.
 */
struct vfw_flow *vfw_flow_table_new(struct vfw_share *share, const struct vfw_flow_key *key);

/*
 * The same for what is left of a flow that was ended just now: it takes a place that is free, nobody's. NULL: there is none, or no
 * memory.
 */
struct vfw_flow *vfw_flow_table_new_left(struct vfw_share *share, const struct vfw_flow_key *key);

/* Frees a flow that was never published. */
void vfw_flow_table_drop(struct vfw_flow *flow);

/*
 * Publishes a flow, whose key has this hash: now it is the table's. One of the same key, what is left of one that was cut or what another CPU
 * published meanwhile, ends. RCU read lock, BH off; no lock held.
 */
void vfw_flow_table_add(struct vfw_flow *flow, u32 hash);

/*
 * The flow was answered, is over, is so no more, or was killed: puts it into the list of its share where it belongs.
 * RCU read lock, BH off; no lock held.
 */
void vfw_flow_table_sort(struct vfw_flow *flow);

/* Ends a flow, unless it has ended. RCU read lock; no lock held. */
void vfw_flow_table_kill(struct vfw_flow *flow, enum vfw_reason reason);

/* Ends every flow that match says yes to. match runs under the bucket's lock. May sleep. */
void vfw_flow_table_sweep(bool (*match)(const struct vfw_flow *flow, const void *arg),
			  const void *arg, const struct vfw_flow_end *end);

/*
 * Calls fn for each flow from bucket *bucket on, and skips the first *skip flows of that bucket. When fn
 * returns nonzero the walk ends there with *bucket and *skip saying where to go on, and that value is
 * returned; 0 at the end of the table. Flows that come and go meanwhile may be missed.
 * Process context, takes the RCU read lock; fn must not sleep.
 */
int vfw_flow_table_walk(u32 *bucket, u32 *skip, int (*fn)(struct vfw_flow *flow, void *arg),
			void *arg);

/* Bytes held by flows. Any context. */
u64 vfw_flow_table_memory(void);

/* 0 or -ENOMEM. May sleep. */
int vfw_flow_table_init(u32 flows_max);

/* Frees everything; hooks gone, a grace period past. May sleep. */
void vfw_flow_table_exit(void);

#endif /* VFW_FLOW_TABLE_H */
