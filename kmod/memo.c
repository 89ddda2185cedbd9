// SPDX-License-Identifier: GPL-2.0
#include <linux/etherdevice.h>
#include <linux/hash.h>
#include <linux/if_vlan.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/topology.h>

#include "bridge.h"
#include "core/plain.h"
#include "direct.h"
#include "flow.h"
#include "flow_conf.h"
#include "flow_table.h"
#include "guard.h"
#include "memo.h"
#include "path.h"
#include "percpu_param.h"
#include "scan.h"
#include "trace.h"
#include "verdict.h"

#define MEMO_BITS 10
#define MEMOS (1U << MEMO_BITS) /* of one CPU */

struct vfw_memo {
	/* what ingress asks, and more */
	struct vfw_plain_head head; /* its door is the ifindex of src */
	unsigned long epoch; /* even; 0 for none: it begins with 2 */
	struct vfw_vm_pcpu *from; /* this CPU's counters of the sender */
	u8 side; /* of flow, that sends */
	bool vouched : 1; /* guard lets a frame with this head in */
	bool inspected : 1; /* rule has a profile */
	bool own; /* it is for the MAC of its receiver's NIC: what is known of the way there is of that */
	bool used; /* since somebody wanted its place */
	u32 rule; /* of flow, in the policy of that generation; or VFW_PKT_NO_RULE */
	u32 generation;
	u32 noted; /* jiffies when it was noted last that its rule was hit */
	/* what egress asks besides */
	struct vfw_port *src, *dst; /* sender's, receiver's */
	struct vfw_vm_pcpu *to; /* this CPU's counters of the receiver */
	const struct net_device *bridge; /* that both ports are in */
	struct vfw_flow *flow;
	const unsigned long *died; /* vfw_flow_table_deaths() of flow */
	unsigned long deaths; /* read there before flow was found */
	struct vfw_policy_count
		*count; /* of rule, while a policy of generation is in force; or NULL */
} ____cacheline_aligned;

unsigned long vfw_memo_epoch = 2;

static unsigned int memo_changes; /* vfw_memo_off() without vfw_memo_on() yet; vfw_config_mutex */
static DEFINE_PER_CPU(struct vfw_memo *, memos); /* MEMOS of them */
static DEFINE_PER_CPU(unsigned long, memo_hits); /* frames that went the short way into a VM */

vfw_percpu_param(memo_hits, memo_hits);
MODULE_PARM_DESC(memo_hits, "frames of running conversations that went the short way");

void vfw_memo_off(void)
{
	lockdep_assert_held(&vfw_config_mutex);
	if (memo_changes++)
		return;
	WRITE_ONCE(vfw_memo_epoch, vfw_memo_epoch + 1);
	/* before what follows is taken away: see the essay */
	smp_wmb();
}

void vfw_memo_on(void)
{
	lockdep_assert_held(&vfw_config_mutex);
	if (--memo_changes)
		return;
	smp_store_release(&vfw_memo_epoch, vfw_memo_epoch + 1);
}

/* Where a memo for this head is, if there is one. */
static struct vfw_memo *memo_of(const struct vfw_plain_head *h)
{
	u64 mixed = (h->addrs ^ (u64)h->ports << 17) * GOLDEN_RATIO_64;

	return &this_cpu_read(memos)[mixed >> (64 - MEMO_BITS)];
}

/* At a port's ingress: true if the frame, of the memo *sent, was counted as sent, and may go on. False: nothing is done. */
static __always_inline bool memo_sent(const struct vfw_port *port, const struct sk_buff *skb,
				      struct vfw_memo **sent)
{
	const u8 *head = skb->data - ETH_HLEN;
	bool gso = skb_is_gso(skb);
	struct vfw_plain s __uninitialized;
	struct vfw_memo *m;

	if (head != skb_mac_header(skb) || skb_vlan_tag_present(skb) ||
	    !vfw_plain_read(&s, head, skb_headlen(skb) + ETH_HLEN, skb->len + ETH_HLEN, gso,
			    port->ifindex))
		return false;
	m = memo_of(&s.head);
	if (!vfw_plain_same(&m->head, &s.head) || m->epoch != READ_ONCE(vfw_memo_epoch) ||
	    !m->vouched)
		return false;
	/* Else nobody judges it further on. */
	if (!netif_is_bridge_port(port->dev) ||
	    !vfw_guard_offload_fits(skb, head + VFW_PLAIN_L4, IPPROTO_TCP, gso))
		return false;
	vfw_verdict_sent(m->from, vfw_pkt_skb_segs(skb, skb->len + ETH_HLEN), skb->len + ETH_HLEN);
	*sent = m;
	return true;
}

unsigned int vfw_memo_ingress(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct vfw_port *port = priv;
	const struct vfw_port *dst = NULL;
	unsigned int ret = NF_ACCEPT;
	struct vfw_memo *m;

	if (!vfw_scan_received(skb)) {
		if (memo_sent(port, skb, &m)) {
			dst = m->own ? m->dst : NULL;
		} else {
			ret = vfw_path_in(port, skb, state);
			/* not while ports change: one that goes loses its hooks before its address is forgotten */
			if (ret == NF_ACCEPT && !(vfw_memo_now() & 1))
				dst = vfw_direct_to(port, skb);
		}
	}
	/* memos are nothing any more behind this: at egress their places may be given to others */
	if (dst && vfw_direct_may(port, dst) && vfw_direct_send(skb, dst))
		return NF_STOLEN;
	/* else it is nobody's here any more */
	if (ret == NF_ACCEPT)
		vfw_direct_begin(port->dev, skb);
	return ret;
}

/* Where VLANs are filtered: as guard_other_vlan(). */
static noinline bool memo_vlan_fits(const struct vfw_memo *m)
{
	u16 vlan = vfw_bridge_vlan_in(m->dst->dev, m->bridge);

	return !vlan || vfw_bridge_vlan_in(m->src->dev, m->bridge) == vlan;
}

/* Is nothing special about its flow: it lives, both sides take part, and the policy in force judged it? Flow locked. */
static __always_inline bool memo_flow_runs(const struct vfw_memo *m, const struct vfw_flow *flow)
{
	return !flow->gone && vfw_flow_runs(flow) && flow->generation == m->generation &&
	       flow->rule == m->rule && !vfw_flow_expired(flow);
}

/* Is what it was judged by what is known of its app? Flow locked. */
static __always_inline bool memo_app_same(const struct vfw_flow *flow, const struct vfw_scan *scan)
{
	return !flow->asks || flow->app == vfw_scan_app(scan);
}

static __always_inline bool memo_move_tcp(const struct vfw_memo *m, struct vfw_flow *flow,
					  struct vfw_tcp_plain tcp)
{
	struct vfw_tcp_side *from = &flow->tcp.side[m->side];
	struct vfw_tcp_side *to = &flow->tcp.side[1 - m->side];

	/* else they are reckoned anew wherever they are used */
	OPTIMIZER_HIDE_VAR(from);
	OPTIMIZER_HIDE_VAR(to);
	return vfw_tcpplain_step(&flow->tcp, from, to, tcp);
}

/* As memo_move(), of a segment that its scan has a part in, but that brings nothing and only acknowledges. Flow locked. */
static noinline bool memo_move_ack(const struct vfw_memo *m, struct vfw_flow *flow,
				   struct vfw_scan *scan, const u8 *head, u32 len)
{
	struct vfw_tcp_plain tcp __uninitialized;
	bool moved;

	vfw_plain_tcp(&tcp, len, head);
	if (!vfw_plain_is_bare(head, len) ||
	    !vfw_scan_ack_begin(scan, m->generation, m->side, tcp.ack))
		return false;
	moved = memo_move_tcp(m, flow, tcp);
	vfw_scan_ack_end(scan, m->side, moved, tcp.ack, tcp.win);
	return moved;
}

/* Moves its flow by the segment, if that fits, and its scan has no part in it but to know what is acknowledged. Flow locked. */
static __always_inline bool memo_move(const struct vfw_memo *m, struct vfw_flow *flow,
				      const struct sk_buff *skb, const struct vfw_plain *s)
{
	struct vfw_scan *scan = READ_ONCE(flow->scan);
	struct vfw_tcp_plain tcp __uninitialized;

	if (unlikely(scan)) {
		if (!memo_app_same(flow, scan) || !vfw_pkt_skb_sum_trusted(skb))
			return false;
		if (!vfw_scan_idles(scan, m->generation, m->side, skb->data, s->len))
			return memo_move_ack(m, flow, scan, skb->data, s->len);
	} else if (m->inspected) {
		return false;
	}
	vfw_plain_tcp(&tcp, s->len, skb->data);
	return memo_move_tcp(m, flow, tcp);
}

/*
 * What vfw_flow() does, and of vfw_scan() at most what an acknowledgement asks, where nothing is special about a flow, nor about the
 * segment. False: nothing is done.
 */
static __always_inline bool memo_step(const struct vfw_memo *m, const struct sk_buff *skb,
				      const struct vfw_plain *s, u32 segs)
{
	u32 side = m->side;
	struct vfw_flow *flow;
	bool moved;

	spin_lock(&m->flow->lock);
	flow = m->flow;
	moved = memo_flow_runs(m, flow) && memo_move(m, flow, skb, s);
	if (likely(moved)) {
		flow->packets[side] += segs;
		flow->bytes[side] += skb->len;
		flow->until =
			VFW_FLOW_TICK(jiffies + vfw_flow_conf_timeout(VFW_TIMEOUT_TCP_ESTABLISHED));
	}
	spin_unlock(&m->flow->lock);
	return moved;
}

/* Counts a frame of the memo's rule. When the last one came is noted four times a second, no oftener. */
static __always_inline void memo_count(struct vfw_memo *m, const struct vfw_policy *pol, u32 bytes)
{
	u32 now = jiffies;

	if (likely(m->count)) {
		vfw_policy_count_hit(m->count, bytes);
		if (likely(now - m->noted < HZ / 4))
			return;
		m->noted = now;
		WRITE_ONCE(m->count->last, ktime_get_real_seconds());
	} else if (m->rule != VFW_PKT_NO_RULE) {
		vfw_policy_hit(pol, m->rule, bytes, false);
	}
}

/* At a port's egress: is there a memo, *known, of a plain frame? *pol is the policy in force, s what the frame says. */
static __always_inline bool memo_known(const struct vfw_port *port, const struct sk_buff *skb,
				       bool gso, const struct vfw_policy *pol, struct vfw_plain *s,
				       struct vfw_memo **known)
{
	struct vfw_memo *m;

	if (skb_vlan_tag_present(skb) || trace_verdict_enabled() || unlikely(!pol) ||
	    !vfw_plain_read(s, skb->data, skb_headlen(skb), skb->len, gso, skb->skb_iif))
		return false;
	m = memo_of(&s->head);
	if (m->dst != port || !vfw_plain_same(&m->head, &s->head) ||
	    m->epoch != READ_ONCE(vfw_memo_epoch) || m->generation != pol->generation ||
	    m->deaths != READ_ONCE(*m->died))
		return false;
	/* Bridges tell nobody of their VLANs, but that they begin to filter by them: then they are asked. */
	if (unlikely(vfw_bridge_may_filter()) && vfw_bridge_is_filtering(m->bridge) &&
	    !memo_vlan_fits(m))
		return false;
	m->used = true;
	*known = m;
	return true;
}

/* True if the frame was judged, counted, and passes. False: nothing is done. */
static __always_inline bool memo_passes(struct vfw_memo *m, const struct vfw_policy *pol,
					const struct sk_buff *skb, bool gso,
					const struct vfw_plain *s)
{
	u32 segs = likely(!gso) ? 1 : vfw_pkt_skb_segs(skb, skb->len);

	if (!memo_step(m, skb, s, segs))
		return false;
	__this_cpu_inc(memo_hits);
	vfw_verdict_established(m->to, segs, skb->len);
	memo_count(m, pol, skb->len);
	return true;
}

unsigned int vfw_memo_egress(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct vfw_policy *pol = rcu_dereference(vfw_policy_cur);
	bool gso = skb_is_gso(skb);
	struct vfw_plain s __uninitialized;
	struct vfw_memo *m;

	if (!memo_known(priv, skb, gso, pol, &s, &m))
		return vfw_path_out(priv, skb, state, NULL, 0);
	vfw_direct_seen(m->src, m->dst, m->bridge, skb);
	if (memo_passes(m, pol, skb, gso, &s))
		return NF_ACCEPT;
	/* of another rule by now, it is to be learnt anew */
	return vfw_path_out(priv, skb, state, READ_ONCE(m->flow->rule) == m->rule ? m->flow : NULL,
			    m->side);
}

void vfw_memo_learn(const struct vfw_pkt *p)
{
	bool ruled = p->rule != VFW_PKT_NO_RULE;
	struct vfw_plain_head head;
	struct vfw_memo *m;

	/* with BH off one CPU may still have two at it there */
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return;
	/* straight from another VM's port in the same bridge */
	if (p->epoch & 1 || p->tag || p->routed || !p->src.nic || !p->src.port || !p->dst.nic ||
	    !p->master || !netif_is_bridge_master(p->master) ||
	    !vfw_plain_head(&head, &p->f, p->src.port->ifindex))
		return;
	m = memo_of(&head);
	if (m->epoch == p->epoch) {
		bool same = vfw_plain_same(&m->head, &head);

		/* known; what was special about the frame is nothing to remember */
		if (same && m->flow == p->flow && m->deaths == p->deaths &&
		    m->generation == p->pol->generation && m->rule == p->rule &&
		    m->dst == p->dst.port)
			return;
		/* of two that want one place the first stays while it is used */
		if (!same && m->used) {
			m->used = false;
			return;
		}
	}
	*m = (struct vfw_memo){
		.head = head,
		.epoch = p->epoch,
		.src = p->src.port,
		.from = this_cpu_ptr(p->src.nic->vm->pcpu),
		.vouched = vfw_guard_vouches(p),
		.side = p->side,
		.own = ether_addr_equal(p->f.dmac, p->dst.nic->mac),
		.inspected = vfw_scan_wanted(p),
		.rule = p->rule,
		.generation = p->pol->generation,
		.dst = p->dst.port,
		.to = this_cpu_ptr(p->dst.nic->vm->pcpu),
		.bridge = p->master,
		.flow = p->flow,
		.died = vfw_flow_table_deaths(p->key_hash),
		.deaths = p->deaths,
		.count = ruled ? vfw_policy_count(p->pol, p->rule) : NULL,
		.noted = jiffies,
	};
}

u64 vfw_memo_memory(void)
{
	return (u64)num_possible_cpus() * MEMOS * sizeof(struct vfw_memo);
}

int vfw_memo_init(void)
{
	struct vfw_memo *table;
	int cpu;

	BUILD_BUG_ON(sizeof(struct vfw_memo) > 128);
	for_each_possible_cpu(cpu) {
		table = kvzalloc_node(MEMOS * sizeof(*table), GFP_KERNEL, cpu_to_node(cpu));
		if (!table) {
			vfw_memo_exit();
			return -ENOMEM;
		}
		per_cpu(memos, cpu) = table;
	}
	return 0;
}

void vfw_memo_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		kvfree(per_cpu(memos, cpu));
		per_cpu(memos, cpu) = NULL;
	}
}
