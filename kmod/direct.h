/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Past the bridge. A frame from one VM's port to another's need not cross their bridge: it may be given to the
 * receiver's device at once, whose egress hook judges it as it judges all others. What the bridge would do with it is known by
 * example. A port has two ways through its bridge, and each is open for a quarter of a second after a frame has crossed
 * that shows it to be:
 *
 *  - into it (in_open): a frame with the MAC of the port's NIC was forwarded. So the bridge is up, the port's state lets
 *    frames in, the bridge has learnt the MAC if it is to, and nobody else's hook is where such frames come by;
 *  - out of it (out_open): a frame to the MAC of the port's NIC came out there, and by the time the next frame is at ingress no other copy has. So
 *    the port's state lets frames out, and that MAC's frames go there and nowhere else.
 *
 * A frame that would take two open ways, with these MACs, goes directly; others cross, and are the next examples. All else that a bridge asks is of
 * a pair of ports, whether both are isolated (the ways of isolated ports are never open), of one switch (what hardware has
 * marked crosses), or the same one, or of frames that never go directly (groups, tags, ARP, neighbour discovery). So the addresses of who
 * speaks do not age, and what the bridge does otherwise from now on (an address that moved, a port that is blocked or whose link is lost) holds for
 * such frames a quarter of a second later. Where somebody else sees what comes through the bridge, all cross it, as soon. nftables does
 * the same at ingress, where it is told to forward (net/netfilter/nf_dup_netdev.c).
 *
 * What is known of the frame that crosses just now is the CPU's: from ingress to egress it is worked on with BH
 * off, there and at once.
 */
#ifndef VFW_DIRECT_H
#define VFW_DIRECT_H

#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/types.h>

#include "vm.h"

#define VFW_DIRECT_TIME (HZ / 4) /* jiffies for which what crossed the bridge is an example */

/* The last frame of a port that may cross the bridge. */
struct vfw_direct {
	const struct net_device *from; /* only compared; NULL: of this frame nothing is known */
	unsigned int copies; /* that came out so far */
	int example; /* ifindex of the port that it is an example for, if no other copy comes out; 0: none */
	bool may; /* nothing else speaks against that */
	unsigned long seen; /* jiffies when it was */
	unsigned long epoch; /* vfw_memo_now() before */
	bool sent; /* one is being sent directly just now; what is above is not about it */
};

DECLARE_PER_CPU(struct vfw_direct, vfw_direct);

/* All copies of the frame that was an example have come out: notes what it shows of the way out. RCU read lock, BH off. */
void vfw_direct_conclude(struct vfw_direct *d);

/* A frame from this device is at ingress, and goes on to the bridge. RCU read lock, BH off. */
static inline void vfw_direct_begin(const struct net_device *from, const struct sk_buff *skb)
{
	struct vfw_direct *d = this_cpu_ptr(&vfw_direct);

	if (unlikely(d->example))
		vfw_direct_conclude(d);
	/* of a group the bridge may make what looks like one to a single receiver (mcast_to_unicast), and has not looked where that is */
	d->from = is_multicast_ether_addr(eth_hdr(skb)->h_dest) ? NULL : from;
	d->copies = 0;
}

/*
 * A frame from that device is about to leave the bridge by one of its ports. Of one that has waited in an NFQUEUE of the
 * bridge, and goes on with BH on, nothing is known; with such a queue none goes directly. Any context.
 */
static inline void vfw_direct_copy(const struct net_device *from)
{
	struct vfw_direct *d;

	if (!in_softirq())
		return;
	d = this_cpu_ptr(&vfw_direct);
	if (d->from == from)
		d->copies++;
}

/* As vfw_direct_seen(), of a frame that has crossed, when what is known of a way is old. */
void vfw_direct_example(struct vfw_port *src, struct vfw_port *dst, const struct net_device *bridge,
			const struct sk_buff *skb);

/*
 * A frame without a tag that src, a VM's port, has sent to dst, another's in the same bridge, is at dst's egress: notes which ways it shows
 * to be open, if it came through the bridge. RCU read lock, BH off.
 */
static __always_inline void vfw_direct_seen(struct vfw_port *src, struct vfw_port *dst,
					    const struct net_device *bridge,
					    const struct sk_buff *skb)
{
	unsigned long now = jiffies;

	if (this_cpu_read(vfw_direct.sent))
		return;
	/* known until then, one way or the other */
	if ((time_before(now, READ_ONCE(src->in_open)) ||
	     time_before(now, READ_ONCE(src->in_shut))) &&
	    (time_before(now, READ_ONCE(dst->out_open)) ||
	     time_before(now, READ_ONCE(dst->out_shut))))
		return;
	vfw_direct_example(src, dst, bridge, skb);
}

/*
 * Whose port a frame that is at src's ingress, and may go on from there, may be sent to if the ways there are open; NULL: it shall cross the bridge. RCU
 * read lock, BH off.
 */
const struct vfw_port *vfw_direct_to(const struct vfw_port *src, const struct sk_buff *skb);

/* Are the ways from src to dst, ports of one bridge, open? RCU read lock. */
static __always_inline bool vfw_direct_may(const struct vfw_port *src, const struct vfw_port *dst)
{
	unsigned long now = jiffies;

	return time_before(now, READ_ONCE(src->in_open)) &&
	       time_before(now, READ_ONCE(dst->out_open)) && src != dst;
}

/*
 * Sends a frame that is at a bridge port's ingress out of dst, another port of that bridge. True: skb is gone,
 * whether it was sent or not. False: nothing is done; the bridge shall see to it. RCU read lock, BH off.
 */
bool vfw_direct_send(struct sk_buff *skb, const struct vfw_port *dst);

/* What is known of the port's ways is of another bridge, or another MAC. Any context. */
static inline void vfw_direct_forget(struct vfw_port *port)
{
	WRITE_ONCE(port->in_open, jiffies);
	WRITE_ONCE(port->out_open, jiffies);
}

#endif /* VFW_DIRECT_H */
