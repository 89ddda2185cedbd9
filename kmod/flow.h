/* SPDX-License-Identifier: GPL-2.0 */
/* Flows: one conversation and its cached verdict. */
#ifndef VFW_FLOW_H
#define VFW_FLOW_H

#include <linux/types.h>
#include <linux/vfw.h>

#include "core/reason.h"

struct vfw_budget;
struct vfw_event;
struct vfw_flow;
struct vfw_flow_key;
struct vfw_pkt;
struct vfw_scan;
struct vfw_share;

/* ---- for the control side ---- */

/* Flows in the table. Any context. */
u32 vfw_flow_count(void);

/* Bytes held by flows. Any context. */
u64 vfw_flow_memory(void);

/*
 * Walks the table for a dump: calls fn for each flow from bucket *bucket on, and
 * skips the first *skip flows of that bucket. When fn returns nonzero the walk ends there with
 * *bucket and *skip saying where to go on, and that value is returned; 0 at the end of the
 * table. Flows that come and go meanwhile may be missed. Process context, takes the RCU read
 * lock; fn must not sleep.
 */
int vfw_flow_walk(u32 *bucket, u32 *skip, int (*fn)(const struct vfw_flow_info *info, void *arg),
		  void *arg);

/*
 * Ends the flows that match asks for, whose fields have been checked: see struct vfw_flow_match. Returns
 * how many. Process context.
 */
u32 vfw_flow_end(const struct vfw_flow_match *match);

/* ---- for the datapath ---- */

/*
 * Looks for the conversation the frame belongs to, or whose error it reports. True: its fate is known,
 * the flow counted and moved on. False: judge it. Sets p->flow and p->side when the frame passes as part
 * of a flow; not for ICMP errors, nor when p->quiet. vfw_flow_known() has made p->key. RCU read lock, BH off.
 */
bool vfw_flow(struct vfw_pkt *p);

/*
 * The same of a frame of the flow p->known, which p->side of it sent: it need not be looked for. False: there is none, or it is over, and
 * the frame goes through all that is asked of one of which nothing is known: makes p->key, and has the place where its flow would be
 * fetched into the cache while guard is asked. RCU read lock, BH off.
 */
bool vfw_flow_known(struct vfw_pkt *p);

/*
 * Makes the flow of a frame the policy lets pass, if it is one that opens a conversation. Blocks
 * the frame instead (flow-limit, no-memory, invalid-state) if it cannot. Sets p->flow and p->side. RCU
 * read lock, BH off.
 */
void vfw_flow_open(struct vfw_pkt *p);

/*
 * A later fragment, of a packet of the flow with this key that side sent: its fate is that flow's. tcp_end: sequence
 * number behind its data, if the flow is TCP. Always true. RCU read lock, BH off.
 */
bool vfw_flow_more(struct vfw_pkt *p, const struct vfw_flow_key *key, u32 side, u32 tcp_end);

/* Whose share a flow that this frame opens counts against. RCU read lock. */
struct vfw_share *vfw_flow_share(const struct vfw_pkt *p);

/* Ends all flows of a slot, whose VM had this UUID. May sleep. */
void vfw_flow_flush_slot(u32 slot, const u8 uuid[VFW_UUID_LEN]);

/* Ends all flows charged to a share. May sleep. */
void vfw_flow_flush_share(const struct vfw_share *share);

/* What the flow's scan keeps; NULL: nothing yet. RCU read lock. */
struct vfw_scan *vfw_flow_scan(const struct vfw_flow *flow);

/*
 * Gives the flow its scan, whose reference is the flow's then. Returns NULL, or the one it has already:
 * then scan stays the caller's. RCU read lock.
 */
struct vfw_scan *vfw_flow_set_scan(struct vfw_flow *flow, struct vfw_scan *scan);

/* Do both sides take part in the flow? RCU read lock. */
bool vfw_flow_answered(const struct vfw_flow *flow);

/* What the flow has carried so far, for an event about it. RCU read lock, BH off. */
void vfw_flow_tell(struct vfw_flow *flow, struct vfw_event *ev);

/* What scanning the flow may cost, held by the flow's share. RCU read lock. */
struct vfw_budget *vfw_flow_budget(const struct vfw_flow *flow);

/* Something of the flow passed that nobody looked at: what begins to look now sees no more of its app. RCU read lock, BH off. */
void vfw_flow_unseen(struct vfw_flow *flow);

/* The key that policy is asked by for the flow. RCU read lock. */
u32 vfw_flow_asked(const struct vfw_flow *flow);

/*
 * The sequence number behind the SYN of a side; false if it was not seen. RCU read lock, BH off.
 * *opening: the handshake is not done yet, so that a SYN may begin something.
 */
bool vfw_flow_start(struct vfw_flow *flow, u32 side, u32 *seq, bool *opening);

/* 0 or -ENOMEM. */
int vfw_flow_init(void);

/* Frees everything; hooks gone, a grace period past. May sleep. */
void vfw_flow_exit(void);

#endif /* VFW_FLOW_H */
