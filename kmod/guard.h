/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What no policy can permit. Each function returns true when the frame ends
 * here, with verdict and reason set. RCU read lock, BH off.
 */
#ifndef VFW_GUARD_H
#define VFW_GUARD_H

#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "pkt.h"

/* At the sender's ingress: what a VM may send, and as whom. */
bool vfw_guard_sender(struct vfw_pkt *p);

/*
 * The same of nearly all frames, of which it is soon told: true if vfw_guard_sender() lets it pass. False: ask that. nic is the port's;
 * head the first byte of the frame, which lies in the linear part.
 */
bool vfw_guard_usual(const struct vfw_port *port, const struct vfw_nic *nic,
		     const struct sk_buff *skb, const u8 *head);

/*
 * What guard asks of offloads, of a frame that vfw_frame_usual() says so of, with its header of TCP or UDP at l4: true if there is
 * nothing wrong. Any context.
 */
static inline bool vfw_guard_offload_fits(const struct sk_buff *skb, const u8 *l4, u8 proto,
					  bool gso)
{
	bool tcp = proto == IPPROTO_TCP;

	if (skb->encapsulation || (gso && !(tcp && skb_shinfo(skb)->gso_type & SKB_GSO_TCPV4)))
		return false;
	return skb->ip_summed != CHECKSUM_PARTIAL ||
	       (skb->head + skb->csum_start == l4 &&
		skb->csum_offset ==
			(tcp ? offsetof(struct tcphdr, check) : offsetof(struct udphdr, check)));
}

/*
 * Asked of a frame that its receiver's guard let pass: does vfw_guard_sender() let pass every untagged, plain TCP segment
 * (core/plain.h) with these MACs and addresses from this VM's port, if what it says of offloads is right?
 */
bool vfw_guard_vouches(const struct vfw_pkt *p);

/* At the judging point, ends known: quarantine, MAC of the receiver, VLAN, claims from outside. */
bool vfw_guard_delivery(struct vfw_pkt *p);

/* A frame from outside to the host: does it claim a VM's address? */
bool vfw_guard_outside(struct vfw_pkt *p);

#endif /* VFW_GUARD_H */
