// SPDX-License-Identifier: GPL-2.0
#include <linux/netfilter.h>
#include <linux/rcupdate.h>

#include "hook.h"
#include "memo.h"
#include "path.h"
#include "scan.h"

static noinline unsigned int hook_tap_in(struct vfw_port *port, struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	struct vfw_pkt p __uninitialized;

	vfw_pkt_begin(&p);
	p.skb = skb;
	p.state = state;
	p.where = VFW_AT_INGRESS;
	p.port = port;
	p.in = port->dev;
	p.out = NULL;
	return vfw_path(&p);
}

/* Inside netfilter's RCU read lock. */
static unsigned int hook_tap_ingress(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	struct vfw_port *port = priv;

	if (vfw_scan_received(skb) || vfw_memo_sent(port, skb))
		return NF_ACCEPT;
	return hook_tap_in(port, skb, state);
}

static noinline unsigned int hook_tap_out(struct vfw_port *port, struct sk_buff *skb,
					  const struct nf_hook_state *state)
{
	struct vfw_pkt p __uninitialized;

	p.epoch = vfw_memo_now();
	vfw_pkt_begin(&p);
	p.skb = skb;
	p.state = state;
	p.where = VFW_AT_EGRESS;
	p.port = port;
	p.in = NULL;
	p.out = port->dev;
	return vfw_path(&p);
}

/* As above: nf_hook_egress() has BH off, and takes the lock besides. */
static unsigned int hook_tap_egress(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	struct vfw_port *port = priv;

	if (vfw_memo_passes(port, skb))
		return NF_ACCEPT;
	return hook_tap_out(port, skb, state);
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
