// SPDX-License-Identifier: GPL-2.0
#include <linux/skbuff.h>
#include <linux/string.h>
#include <net/rtnetlink.h>

#include "own.h"
#include "pkt.h"

/*
 * Was it sent by a container? A veth copies what is marked as its sender's (a packet socket's ring), but not every
 * page that was spliced into a socket is marked. At a port's ingress it is the port that sends, later on who was found
 * to have sent.
 */
static bool own_is_from_container(const struct vfw_pkt *p)
{
	const struct vfw_port *port = p->where == VFW_AT_INGRESS ? p->port : p->src.port;
	const struct rtnl_link_ops *ops = port ? port->dev->rtnl_link_ops : NULL;

	return ops && !strcmp(ops->kind, "veth");
}

bool vfw_own_shared(const struct vfw_pkt *p)
{
	struct sk_buff *skb = p->skb, *part;

	if (!skb_is_nonlinear(skb))
		return false;
	if (p->lent || skb_zcopy(skb) || skb_has_shared_frag(skb) || own_is_from_container(p))
		return true;
	skb_walk_frags(skb, part)
		if (skb_zcopy(part) || skb_has_shared_frag(part))
			return true;
	return false;
}

bool vfw_own_head(struct vfw_pkt *p, u32 len)
{
	struct sk_buff *skb = p->skb;

	if (skb_shared(skb) || !pskb_may_pull(skb, p->mac + (int)len))
		return false;
	p->head = skb->data + p->mac;
	p->head_len = skb_headlen(skb) - p->mac;
	return true;
}

bool vfw_own_all(struct vfw_pkt *p)
{
	struct sk_buff *skb = p->skb;

	if (!vfw_own_shared(p))
		return true;
	p->head = NULL;
	p->head_len = 0;
	if (skb_has_frag_list(skb)) {
		if (skb_linearize_cow(skb))
			return false;
	} else if (skb_copy_ubufs(skb, GFP_ATOMIC)) {
		return false;
	}
	skb_shinfo(skb)->flags &= ~SKBFL_SHARED_FRAG;
	p->lent = false;
	return true;
}
