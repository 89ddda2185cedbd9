// SPDX-License-Identifier: GPL-2.0
#include <linux/netfilter.h>
#include <linux/rcupdate.h>

#include "hook.h"
#include "path.h"
#include "scan.h"

/* Inside netfilter's RCU read lock. */
static unsigned int hook_tap_ingress(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	struct vfw_port *port = priv;
	struct vfw_pkt p __uninitialized;

	if (vfw_scan_received(skb))
		return NF_ACCEPT;
	vfw_pkt_begin(&p);
	p.skb = skb;
	p.state = state;
	p.where = VFW_AT_INGRESS;
	p.port = port;
	p.in = port->dev;
	p.out = NULL;
	return vfw_path(&p);
}

/* Netfilter has BH off here, and no RCU read lock. */
static unsigned int hook_tap_egress(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	struct vfw_port *port = priv;
	struct vfw_pkt p __uninitialized;
	unsigned int ret;

	vfw_pkt_begin(&p);
	p.skb = skb;
	p.state = state;
	p.where = VFW_AT_EGRESS;
	p.port = port;
	p.in = NULL;
	p.out = port->dev;
	rcu_read_lock();
	ret = vfw_path(&p);
	rcu_read_unlock();
	return ret;
}

void vfw_hook_tap_fill(struct vfw_port *port)
{
	port->ingress = (struct nf_hook_ops){
		.hook = hook_tap_ingress,
		.priv = port,
		.dev = port->dev,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		.priority = INT_MIN,
	};
	port->egress = (struct nf_hook_ops){
		.hook = hook_tap_egress,
		.priv = port,
		.dev = port->dev,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_EGRESS,
		.priority = INT_MAX,
	};
}
