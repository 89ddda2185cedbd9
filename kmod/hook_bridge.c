// SPDX-License-Identifier: GPL-2.0
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/prefetch.h>
#include <linux/rcupdate.h>
#include <net/net_namespace.h>

#include "bridge.h"
#include "direct.h"
#include "hook.h"
#include "path.h"

static void hook_bridge_fill(struct vfw_pkt *p, struct sk_buff *skb, enum vfw_where where,
			     const struct nf_hook_state *state)
{
	vfw_pkt_begin(p);
	p->skb = skb;
	p->state = state;
	p->where = where;
	p->port = vfw_port_of(state->in);
	p->in = state->in;
	p->out = state->out;
}

/* A VM is judged at its own egress; here, what leaves by a bridge port that is no VM's. */
static unsigned int hook_bridge_leaves(struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct vfw_pkt p __uninitialized;

	hook_bridge_fill(&p, skb, VFW_AT_FORWARD, state);
	if (vfw_bridge_joined(state->out)) {
		/* One hop to another local bridge; the last point to know an uplink's claim. */
		if (!p.port && !vfw_bridge_joined(state->in))
			return vfw_path_outside(&p);
	} else if (p.port || vfw_bridge_joined(state->in)) {
		return vfw_path(&p);
	}
	return NF_ACCEPT;
}

static unsigned int hook_bridge_arrives(struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct vfw_pkt p __uninitialized;

	hook_bridge_fill(&p, skb, VFW_AT_LOCAL_IN, state);
	if (p.port || vfw_bridge_joined(state->in))
		return vfw_path(&p);
	return vfw_path_outside(&p);
}

/*
 * Both hooks are inside netfilter's RCU read lock. BH are off but behind an NFQUEUE of the bridge, whose frames go on
 * in the task of who gives their verdict.
 */
static noinline unsigned int hook_bridge_exit(struct sk_buff *skb,
					      const struct nf_hook_state *state)
{
	unsigned int ret;

	if (!vfw_port_count())
		return NF_ACCEPT;
	local_bh_disable();
	ret = hook_bridge_leaves(skb, state);
	local_bh_enable();
	return ret;
}

/* Frames to VMs that do cross the bridge come by here: it shall save no registers. */
static unsigned int hook_bridge_forward(void *priv, struct sk_buff *skb,
					const struct nf_hook_state *state)
{
	const struct vfw_port *port = vfw_port_of(state->out);

	vfw_direct_copy(state->in);
	if (!port)
		return hook_bridge_exit(skb, state);
	/* whose it is will be asked at its egress */
	prefetch(rcu_access_pointer(port->nic));
	return NF_ACCEPT;
}

static unsigned int hook_bridge_local_in(void *priv, struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	unsigned int ret;

	if (!vfw_port_count())
		return NF_ACCEPT;
	local_bh_disable();
	ret = hook_bridge_arrives(skb, state);
	local_bh_enable();
	return ret;
}

static const struct nf_hook_ops hook_bridge_ops[] = {
	{
		.hook = hook_bridge_forward,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_FORWARD,
		.priority = INT_MAX,
	},
	{
		.hook = hook_bridge_local_in,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_LOCAL_IN,
		.priority = INT_MAX,
	},
};

int vfw_hook_bridge_init(void)
{
	return nf_register_net_hooks(&init_net, hook_bridge_ops, ARRAY_SIZE(hook_bridge_ops));
}

void vfw_hook_bridge_exit(void)
{
	nf_unregister_net_hooks(&init_net, hook_bridge_ops, ARRAY_SIZE(hook_bridge_ops));
}
