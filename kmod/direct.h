/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Past the bridge. A frame that has a memo at ingress need not cross the bridge: it may be given to the
 * receiver's device at once, whose egress hook judges it as it judges all others. What the bridge would do with
 * it is known by example: the first frame of a conversation crosses it, and then one each quarter of a second,
 * and those behind it go directly only where that one came out of the bridge at the receiver's port, as the one
 * copy there was of it. So the addresses of who speaks do not age, and what the bridge does otherwise from now
 * on (an address that moved, a port that is blocked or isolated) holds for them a quarter of a second later.
 * Where somebody else sees what comes through the bridge, all cross it, as soon. nftables does the same at ingress, where
 * it is told to forward (net/netfilter/nf_dup_netdev.c).
 *
 * What is known of the frame that crosses just now is the CPU's: from ingress to egress it is worked on with BH
 * off, there and at once.
 */
#ifndef VFW_DIRECT_H
#define VFW_DIRECT_H

#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/types.h>

struct net_device;
struct sk_buff;
struct vfw_port;

#define VFW_DIRECT_TIME (HZ / 4) /* jiffies for which what crossed the bridge is an example */

/* The last frame of a port that may cross the bridge. */
struct vfw_direct {
	const struct net_device *from; /* only compared */
	bool *may; /* what it has set as an example: false again if another copy of it comes out */
	unsigned int copies; /* that came out so far */
	bool sent; /* one is being sent directly just now; what is above is not about it */
};

DECLARE_PER_CPU(struct vfw_direct, vfw_direct);

/* A frame from this device is at ingress, and may cross the bridge. BH off. */
static inline void vfw_direct_begin(const struct net_device *from)
{
	struct vfw_direct *d = this_cpu_ptr(&vfw_direct);

	d->from = from;
	d->may = NULL;
	d->copies = 0;
}

/*
 * A frame from that device is about to leave the bridge by one of its ports. Of one that has waited in an NFQUEUE of the
 * bridge, and goes on with BH on, nothing is known; with such a queue none goes directly.
 */
static inline void vfw_direct_copy(const struct net_device *from)
{
	struct vfw_direct *d;

	if (!in_softirq())
		return;
	d = this_cpu_ptr(&vfw_direct);
	if (d->from == from && ++d->copies > 1 && d->may)
		*d->may = false;
}

/* Did the frame at egress come past the bridge? BH off. */
static inline bool vfw_direct_is_sent(void)
{
	return this_cpu_read(vfw_direct.sent);
}

/*
 * A frame that has crossed bridge from src's device is at egress of dst's. Sets *may: may those like it go
 * directly? Not if somebody else has a hook in between, the bridge listens to all frames or filters VLANs, or the
 * frame was flooded; that may show later on, and *may, which is this CPU's until the next frame is at ingress, becomes
 * false then. RCU read lock, BH off.
 */
void vfw_direct_example(const struct vfw_port *src, const struct vfw_port *dst,
			const struct net_device *bridge, const struct sk_buff *skb, bool *may);

/*
 * Sends a frame that is at a bridge port's ingress out of dev, another port of that bridge. True: skb is gone,
 * whether it was sent or not. False: nothing is done; the bridge shall see to it. RCU read lock, BH off.
 */
bool vfw_direct_send(struct sk_buff *skb, struct net_device *dev);

#endif /* VFW_DIRECT_H */
