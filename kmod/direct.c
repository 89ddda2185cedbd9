// SPDX-License-Identifier: GPL-2.0
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <net/net_namespace.h>

#include "bridge.h"
#include "direct.h"
#include "percpu_param.h"
#include "vm.h"

static bool direct = true;
module_param(direct, bool, 0644);
MODULE_PARM_DESC(
	direct,
	"frames of running conversations need not cross the bridge; heeded within a quarter of a second");

static DEFINE_PER_CPU(unsigned long, direct_hits); /* frames that did not */

vfw_percpu_param(direct_hits, direct_hits);
MODULE_PARM_DESC(direct_hits, "frames of running conversations that did not cross the bridge");

DEFINE_PER_CPU(struct vfw_direct, vfw_direct);

/* Those that are being taken away count, too. */
static unsigned int direct_count(const struct nf_hook_entries *e)
{
	return e ? e->num_hook_entries : 0;
}

/*
 * Has anybody but us a hook that a frame from src's device through a bridge comes by? Ours (hook_tap.c, hook_bridge.c) are
 * one at ingress, which is the first there, and one at forward.
 */
static bool direct_has_other_hooks(const struct net_device *src)
{
	const struct netns_nf *nf = &dev_net(src)->nf;

	return direct_count(rcu_dereference(src->nf_hooks_ingress)) > 1 ||
	       rcu_access_pointer(nf->hooks_bridge[NF_BR_PRE_ROUTING]) ||
	       direct_count(rcu_dereference(nf->hooks_bridge[NF_BR_FORWARD])) > 1 ||
	       rcu_access_pointer(nf->hooks_bridge[NF_BR_POST_ROUTING]);
}

void vfw_direct_example(const struct vfw_port *src, const struct vfw_port *dst,
			const struct net_device *bridge, const struct sk_buff *skb, bool *may)
{
	const struct vfw_nic *nic = rcu_dereference(dst->nic);
	struct vfw_direct *d = this_cpu_ptr(&vfw_direct);

	/* of another NIC's address a copy may well be wanted elsewhere */
	*may = READ_ONCE(direct) && nic && ether_addr_equal(eth_hdr(skb)->h_dest, nic->mac) &&
	       d->from == src->dev && d->copies == 1 && !(READ_ONCE(bridge->flags) & IFF_PROMISC) &&
	       !vfw_bridge_is_filtering(bridge) && !direct_has_other_hooks(src->dev);
	d->may = may;
}

bool vfw_direct_send(struct sk_buff *skb, struct net_device *dev)
{
	bool outer;

	/* the bridge makes a copy of its own then */
	if (skb_shared(skb))
		return false;
	__skb_push(skb, ETH_HLEN);
	if (!is_skb_forwardable(dev, skb)) {
		__skb_pull(skb, ETH_HLEN);
		return false;
	}
	/* What is done on the way through the bridge to such a one: it has no tag, and no claim of offloads that does not fit. */
	memset(skb->cb, 0, sizeof(skb->cb));
	skb_reset_redirect(skb);
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
