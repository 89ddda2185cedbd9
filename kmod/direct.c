// SPDX-License-Identifier: GPL-2.0
#include <linux/etherdevice.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/percpu.h>
#include <linux/prefetch.h>
#include <linux/rcupdate.h>
#include <net/net_namespace.h>

#include "addr.h"
#include "bridge.h"
#include "direct.h"
#include "memo.h"
#include "percpu_param.h"

static bool direct = true;
module_param(direct, bool, 0644);
MODULE_PARM_DESC(
	direct,
	"frames between VMs need not cross their bridge; heeded within a quarter of a second");

static DEFINE_PER_CPU(unsigned long, direct_hits); /* frames that did not */

vfw_percpu_param(direct_hits, direct_hits);
MODULE_PARM_DESC(direct_hits, "frames between VMs that did not cross their bridge");

DEFINE_PER_CPU(struct vfw_direct, vfw_direct);

/* Those that are being taken away count, too. */
static unsigned int direct_count(const struct nf_hook_entries *e)
{
	return e ? e->num_hook_entries : 0;
}

/* Has anybody but us a hook at this device's ingress? Ours (hook_tap.c) is the first there. */
static bool direct_has_other_ingress(const struct net_device *dev)
{
	return direct_count(rcu_dereference(dev->nf_hooks_ingress)) > 1;
}

/* Has anybody but us a hook that frames through a bridge come by? Ours (hook_bridge.c) is at forward. */
static bool direct_has_other_hooks(const struct net_device *bridge)
{
	const struct netns_nf *nf = &dev_net(bridge)->nf;

	return rcu_access_pointer(nf->hooks_bridge[NF_BR_PRE_ROUTING]) ||
	       direct_count(rcu_dereference(nf->hooks_bridge[NF_BR_FORWARD])) > 1 ||
	       rcu_access_pointer(nf->hooks_bridge[NF_BR_POST_ROUTING]);
}

/* Of a way, seen at this time (jiffies) to be open, or shut. */
static void direct_note(unsigned long *open, unsigned long *shut, bool is_open, unsigned long seen)
{
	WRITE_ONCE(*shut, is_open ? seen : seen + VFW_DIRECT_TIME);
	WRITE_ONCE(*open, is_open ? seen + VFW_DIRECT_TIME : seen);
}

void vfw_direct_example(struct vfw_port *src, struct vfw_port *dst, const struct net_device *bridge,
			const struct sk_buff *skb)
{
	unsigned long epoch = vfw_memo_now();
	const struct vfw_nic *from = rcu_dereference(src->nic), *to = rcu_dereference(dst->nic);
	struct vfw_direct *d = this_cpu_ptr(&vfw_direct);
	const struct ethhdr *eth = eth_hdr(skb);
	bool free;

	/* with BH off one CPU may still have two at it there */
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return;
	/* of another NIC's address a copy may well be wanted elsewhere */
	if (epoch & 1 || d->from != src->dev || !d->copies || !from || !to ||
	    !ether_addr_equal(eth->h_source, from->mac) || !ether_addr_equal(eth->h_dest, to->mac))
		return;
	free = READ_ONCE(direct) && !(READ_ONCE(bridge->flags) & IFF_PROMISC) &&
	       !vfw_bridge_is_filtering(bridge) && !direct_has_other_hooks(bridge);
	direct_note(&src->in_open, &src->in_shut,
		    free && !vfw_bridge_isolated(src->dev) && !direct_has_other_ingress(src->dev),
		    jiffies);
	/* where it came out is to be known when the next frame begins: it may have been flooded */
	d->example = dst->ifindex;
	d->seen = jiffies;
	d->epoch = epoch;
	d->may = free && !vfw_bridge_isolated(dst->dev);
}

void vfw_direct_conclude(struct vfw_direct *d)
{
	struct vfw_port *port = vfw_port_find(d->example);

	/* its MAC or its bridge may be another one since */
	if (port && d->epoch == vfw_memo_now())
		direct_note(&port->out_open, &port->out_shut, d->may && d->copies == 1, d->seen);
	d->example = 0;
}

/* Is it of what a bridge may answer itself, or looks into: ARP, neighbour discovery, or nothing known? */
static bool direct_is_special(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6 = (const void *)skb->data;

	if (skb->protocol == htons(ETH_P_IP))
		return false;
	return skb->protocol != htons(ETH_P_IPV6) || skb_headlen(skb) < sizeof(*ip6) ||
	       (ip6->nexthdr != IPPROTO_TCP && ip6->nexthdr != IPPROTO_UDP);
}

/* Has a switch forwarded it to others already (switchdev)? Which of its ports are left only the bridge knows. */
static bool direct_is_hardwares(const struct sk_buff *skb)
{
#ifdef CONFIG_NET_SWITCHDEV
	return skb->offload_fwd_mark || skb->offload_l3_fwd_mark;
#else
	return false;
#endif
}

const struct vfw_port *vfw_direct_to(const struct vfw_port *src, const struct sk_buff *skb)
{
	const struct net_device *master = rcu_dereference(src->master);
	const struct vfw_nic *nic = rcu_dereference(src->nic);
	const struct ethhdr *eth = eth_hdr(skb);

	if (!time_before(jiffies, READ_ONCE(src->in_open)) || !nic || !master ||
	    skb->data - ETH_HLEN != (u8 *)eth || skb_vlan_tag_present(skb) ||
	    eth->h_proto != skb->protocol || !ether_addr_equal(eth->h_source, nic->mac) ||
	    direct_is_special(skb))
		return NULL;
	return vfw_addr_port(eth->h_dest, master);
}

bool vfw_direct_send(struct sk_buff *skb, const struct vfw_port *dst)
{
	struct net_device *dev = dst->dev;
	bool outer;

	/* the bridge makes a copy of its own then */
	if (skb_shared(skb) || direct_is_hardwares(skb))
		return false;
	__skb_push(skb, ETH_HLEN);
	if (!is_skb_forwardable(dev, skb)) {
		__skb_pull(skb, ETH_HLEN);
		return false;
	}
	/* What is done on the way through the bridge to such a one, that has no tag. */
	memset(skb->cb, 0, sizeof(skb->cb));
	skb_reset_redirect(skb);
	/* whose that is will be asked at its egress */
	prefetch(rcu_access_pointer(dst->nic));
	skb->dev = dev;
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	__this_cpu_inc(direct_hits);
	/* what tc's mirred gives to be received on its way may be another one such */
	outer = __this_cpu_read(vfw_direct.sent);
	__this_cpu_write(vfw_direct.sent, true);
	dev_queue_xmit(skb);
	__this_cpu_write(vfw_direct.sent, outer);
	return true;
}
