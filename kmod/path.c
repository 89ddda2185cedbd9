// SPDX-License-Identifier: GPL-2.0
#include <linux/if_vlan.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "bridge.h"
#include "direct.h"
#include "flow.h"
#include "frag.h"
#include "guard.h"
#include "judge.h"
#include "memo.h"
#include "neigh.h"
#include "own.h"
#include "path.h"
#include "scan.h"
#include "verdict.h"
#include "who.h"

/*
 * More of the frame's head than is linear, as much as headers may take; where others may still write to it, of its
 * own. True if the frame ends here.
 */
static bool path_more(struct vfw_pkt *p)
{
	u32 len = min_t(u32, p->len, VFW_FRAME_HEAD_MAX);

	if (vfw_own_shared(p))
		return !vfw_own_head(p, len) && vfw_pkt_block(p, VFW_REASON_NO_MEMORY);
	if (skb_copy_bits(p->skb, p->mac, p->buf, len))
		return vfw_pkt_block(p, VFW_REASON_MALFORMED);
	p->head = p->buf;
	p->head_len = len;
	return false;
}

/* Reads the headers into p->f. True if the frame ends here, being malformed or not to be had. */
static bool path_read(struct vfw_pkt *p)
{
	struct sk_buff *skb = p->skb;
	enum vfw_frame_result res;
	bool gso = skb_is_gso(skb);

	p->pol = rcu_dereference(vfw_policy_cur);
	p->mac = p->where == VFW_AT_EGRESS ? 0 : skb_mac_offset(skb);
	p->len = skb->len - p->mac;
	p->tag = skb_vlan_tag_present(skb) ? skb_vlan_tag_get_id(skb) : 0;
	p->head = skb->data + p->mac;
	p->head_len = skb_headlen(skb) - p->mac;
	res = vfw_frame_parse(&p->f, p->head, p->head_len, p->len, gso);
	if (res == VFW_FRAME_MORE && p->head_len < p->len) {
		if (path_more(p))
			return true;
		res = vfw_frame_parse(&p->f, p->head, p->head_len, p->len, gso);
	}
	return res != VFW_FRAME_OK && vfw_pkt_block(p, VFW_REASON_MALFORMED);
}

/* ARP, neighbour discovery and DHCP, which is UDP. */
static bool path_neigh(struct vfw_pkt *p)
{
	if (p->f.proto == IPPROTO_TCP)
		return false;
	return vfw_neigh(p) || vfw_neigh_dhcp(p);
}

/*
 * Does it pass into a VM as part of a running flow, and no memo knew so? verdict and reason, which were written just now and
 * one by one, stand apart: read as one word they would have to wait until all that was written before them has left.
 */
static bool path_memorable(const struct vfw_pkt *p)
{
	return p->reason == VFW_REASON_ESTABLISHED && p->flow && p->where == VFW_AT_EGRESS &&
	       !p->known && p->verdict == VFW_PASS;
}

/* A frame is at egress, and no memo knew it: it may be an example of what the bridge does with such frames. */
static void path_seen(const struct vfw_pkt *p)
{
	if (p->src.nic && p->dst.nic && !p->routed && !p->tag && p->master &&
	    netif_is_bridge_master(p->master))
		vfw_direct_seen(p->src.port, p->dst.port, p->master, p->skb);
}

unsigned int vfw_path(struct vfw_pkt *p)
{
	bool ended;

	vfw_who_port(p);
	ended = path_read(p);
	if (p->where == VFW_AT_INGRESS) {
		if (p->src.nic)
			vfw_verdict_sent(this_cpu_ptr(p->src.nic->vm->pcpu), vfw_pkt_segs(p),
					 p->len);
		ended = ended || vfw_guard_sender(p);
	}
	/* Judged further on, or no business of ours: neither end is a VM. */
	if (ended ? !p->port : !vfw_who(p))
		return NF_ACCEPT;

	if (p->where == VFW_AT_EGRESS && !p->known)
		path_seen(p);
	/* only fetches; what a memo knows will hardly be judged */
	if (!ended && !p->known)
		vfw_judge_soon(p);
	/* Each returns true when the frame's fate is known; the policy always knows. */
	if (!ended)
		ended = vfw_flow_known(p) || vfw_guard_delivery(p) || vfw_judge_none(p) ||
			path_neigh(p) || vfw_frag(p) || vfw_flow(p) || vfw_judge(p);
	if (p->flow && p->verdict == VFW_PASS && !p->quiet)
		vfw_scan(p);
	if (p->stolen)
		return NF_STOLEN;
	if (path_memorable(p))
		vfw_memo_learn(p);
	return vfw_path_end(p);
}

/*
 * vfw_path() of most frames at the ingress of a VM's port in a bridge, where no more is asked than whether guard lets it in. True: it was counted as sent,
 * and may go on. False: nothing is done.
 */
static bool path_in_usual(const struct vfw_port *port, const struct sk_buff *skb)
{
	const struct vfw_nic *nic = rcu_dereference(port->nic);
	const struct net_device *master = rcu_dereference(port->master);
	const u8 *head = skb_mac_header(skb);
	u32 len = skb->len + (skb->data - head);

	if (!nic || !master || !netif_is_bridge_master(master) || skb_vlan_tag_present(skb) ||
	    !vfw_guard_usual(port, nic, skb, head))
		return false;
	vfw_verdict_sent(this_cpu_ptr(nic->vm->pcpu), vfw_pkt_skb_segs(skb, len), len);
	return true;
}

static noinline unsigned int path_in_other(struct vfw_port *port, struct sk_buff *skb,
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

unsigned int vfw_path_in(struct vfw_port *port, struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
	return path_in_usual(port, skb) ? NF_ACCEPT : path_in_other(port, skb, state);
}

unsigned int vfw_path_out(struct vfw_port *port, struct sk_buff *skb,
			  const struct nf_hook_state *state, struct vfw_flow *known, u8 side)
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
	p.known = known;
	p.side = side;
	return vfw_path(&p);
}

unsigned int vfw_path_end(struct vfw_pkt *p)
{
	vfw_frag_done(p);
	return vfw_verdict(p);
}

unsigned int vfw_path_outside(struct vfw_pkt *p)
{
	vfw_who_port(p);
	if (path_read(p) || !vfw_guard_outside(p))
		return NF_ACCEPT;
	return vfw_verdict(p);
}
