/* SPDX-License-Identifier: GPL-2.0 */
/* Signatures: what the conversations of a rule with a profile carry is scanned on its way. */
#ifndef VFW_SCAN_H
#define VFW_SCAN_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "core/reason.h"

struct sk_buff;
struct vfw_flow;
struct vfw_pkt;
struct vfw_policy;
struct vfw_scan;

/*
 * Scans a frame that is about to pass, when its flow's rule has a profile: it may end as blocked
 * (signature, stream-*, scan-overload, bad-checksum, no-memory), or be taken over (p->stolen): then
 * the worker scans it, gives its verdict, and sends it on. RCU read lock, BH off, no lock held.
 */
void vfw_scan(struct vfw_pkt *p);

/*
 * Asks what is asked of headers about an ICMP error, about to pass, that is tied to a flow, and comes from that side of it: it may end as
 * blocked (signature, scan-overload). RCU read lock, BH off, no lock held.
 */
void vfw_scan_error(struct vfw_pkt *p, struct vfw_flow *flow, u8 side);

/* The flow's part ends: no frame has it any more. NULL is fine. Any context. */
void vfw_scan_put(struct vfw_scan *scan);

/*
 * Would the receiver of a TCP segment that side of a scanned flow sent, and that is not vfw_pkt_sum_trusted(), take its checksum
 * for right? Pages that others may write to are made private before (p->head may be NULL then), if there is memory
 * for that. The time is the sender's to pay. RCU read lock, BH off, no lock held.
 */
bool vfw_scan_sum_right(struct vfw_scan *scan, struct vfw_pkt *p, u32 side);

/* Why nothing of its conversation passes any more, or VFW_REASON_NONE. RCU read lock. */
enum vfw_reason vfw_scan_dead(const struct vfw_scan *scan);

/* Did it prevent anything, as far as is known? Then its receiver may hold what it would drop. RCU read lock. */
bool vfw_scan_is_strict(const struct vfw_scan *scan);

/*
 * Does the profile of this index + 1 (0: none) prevent? spares: no app is refused, so nothing is dropped that only an
 * app would be looked for in. RCU read lock.
 */
bool vfw_scan_profile_prevents(const struct vfw_policy *pol, u32 profile, bool spares);

/* What is known of the app of its conversation: VFW_APP_ID_*, or its number. RCU read lock. */
u32 vfw_scan_app(const struct vfw_scan *scan);

/* Does it depend on its app what becomes of it, and is that still looked for? RCU read lock. */
bool vfw_scan_app_unsettled(const struct vfw_scan *scan);

/* Has the frame's rule a profile, so that its flow is to be scanned? RCU read lock. */
bool vfw_scan_wanted(const struct vfw_pkt *p);

/* Has the frame's rule a profile that prevents, or has its flow, which may keep that of before? RCU read lock. */
bool vfw_scan_prevents(const struct vfw_pkt *p);

/*
 * Would vfw_scan() do nothing for a plain frame that side of the scanned flow sent, under the policy of that generation, and is
 * nothing in the way that was found before? head: the frame; len: bytes of its payload. Its checksum is
 * vfw_pkt_skb_sum_trusted(). RCU read lock.
 */
bool vfw_scan_idles(const struct vfw_scan *scan, u32 generation, u32 side, const u8 *head, u32 len);

/*
 * The same of one that brings no data, where vfw_scan() has only to note what it acknowledges, and nobody else has the scan: then the scan is
 * locked, and vfw_scan_ack_end() is to be called, passes saying what became of the segment. False: it goes the way of others. Never waits, so
 * the flow may be locked. RCU read lock, BH off.
 */
bool vfw_scan_ack_begin(struct vfw_scan *scan, u32 generation, u32 side, u32 ack);
void vfw_scan_ack_end(struct vfw_scan *scan, u32 side, bool passes, u32 ack, u32 win);

DECLARE_PER_CPU(const struct sk_buff *, vfw_scan_receiving);

/* Is this the frame that the worker receives on its own device just now? BH off. */
static inline bool vfw_scan_received(const struct sk_buff *skb)
{
	if (likely(this_cpu_read(vfw_scan_receiving) != skb))
		return false;
	this_cpu_write(vfw_scan_receiving, NULL);
	return true;
}

/*
 * Makes conversations leave the profiles that are too old to be kept. vfw_config_mutex held; may sleep.
 */
void vfw_scan_retire(void);

/* Bytes that scanning holds. Any context. */
u64 vfw_scan_memory(void);

/* 0 or -ENOMEM. May sleep. */
int vfw_scan_init(void);

/* Hooks gone, a grace period past: what waits for the worker is thrown away. May sleep. */
void vfw_scan_stop(void);

/* After the flows are gone. May sleep. */
void vfw_scan_exit(void);

#endif /* VFW_SCAN_H */
