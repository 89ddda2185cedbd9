// SPDX-License-Identifier: GPL-2.0
/*
 * A frame and its flow. The table is flow_table.c's; here is what a frame does to a flow, and what
 * opens one.
 *
 * Charges: to the VM that opened the flow, or the unmanaged port; opened from outside: to the share
 * for that of the VM or port it reaches; to nobody's if no end is either. The live part of a VM outlives
 * its flows: a slot's flows are flushed before it is freed.
 *
 * A frame whose policy has another generation than the flow's judges the flow
 * again, in the direction in which it was opened.
 */
#include <linux/err.h>
#include <linux/jiffies.h>

#include "flow.h"
#include "flow_conf.h"
#include "flow_event.h"
#include "flow_info.h"
#include "flow_table.h"
#include "forgotten.h"
#include "judge.h"
#include "mode.h"
#include "own.h"
#include "scan.h"
#include "share.h"
#include "verdict.h"
#include "who.h"

#define FLOW_DEAD (10 * HZ)
#define FLOW_DEAD_MAX (VFW_TIMEOUT_SECONDS_MAX * 1ULL * HZ)
#define FLOW_INNER_MAX VFW_FRAME_HEAD_MAX /* bytes of a quoted packet that are looked at */

static struct vfw_share
	*flow_nobodys; /* of flows neither of whose ends is a VM or a port of ours */

/* Domain of a flow: only where an end is no VM must bridge and VLAN tell tenants apart. */
static int flow_key(struct vfw_flow_key *key, const struct vfw_pkt *p, const struct vfw_frame *f,
		    u32 src, u32 dst)
{
	bool vms = src < VFW_MAX_VMS && dst < VFW_MAX_VMS;

	return vfw_flowkey_make(key, f, src, dst, vms ? 0 : p->bridge, vms ? 0 : p->vlan);
}

enum flow_step {
	FLOW_STEP_PASS,
	FLOW_STEP_INVALID,
	FLOW_STEP_AGAIN, /* the flow is over: judge the frame as a new one */
	FLOW_STEP_CUT,
	FLOW_STEP_KILLED,
	FLOW_STEP_LEFT, /* of one that was cut or killed: judge the frame as if there were none; what it opens takes its place */
};

/* What is known of its app. RCU read lock. */
static u32 flow_app(const struct vfw_flow *flow)
{
	const struct vfw_scan *scan = READ_ONCE(flow->scan);

	return scan ? vfw_scan_app(scan) : flow->app;
}

/* It passes for as long as nobody knows what it is: who keeps it for good must know. Flow locked. */
static bool flow_is_unsettled(const struct vfw_flow *flow)
{
	const struct vfw_scan *scan = READ_ONCE(flow->scan);

	if (!flow->asks)
		return false;
	return scan ? vfw_scan_app_unsettled(scan) : flow->app == VFW_APP_ID_PENDING;
}

/* A rule lets it pass: it counts for that. Flow locked, or not published. */
static void flow_take(struct vfw_flow *flow, const struct vfw_policy *pol,
		      const struct vfw_match *m)
{
	flow->rule = m->rule;
	flow->rule_id = pol->tables.rules[m->rule].id;
	flow->profile = m->profile;
	flow->asks = m->asks;
	flow->spares = m->spares;
	/* where nothing asks, nobody looks at what goes by */
	if (!m->asks && !flow->scan)
		WRITE_ONCE(flow->app, VFW_APP_ID_NONE);
}

/*
 * A conversation that was found running under another policy may have been taken the wrong way round. If
 * the policy lets its other side open it, it goes on until that side sends, and is then found anew. Flow locked.
 */
static enum flow_step flow_turned(struct vfw_flow *flow, struct vfw_pkt *p, u32 side, u32 src,
				  u32 dst)
{
	const struct vfw_policy *pol = p->pol;
	struct vfw_match m;

	if (flow->key.proto != IPPROTO_TCP || !vfw_tcpstate_is_loose(&flow->tcp))
		return FLOW_STEP_CUT;
	vfw_match_lookup(&pol->tables, dst, src, VFW_KEY(IPPROTO_TCP, flow->key.port[flow->opener]),
			 flow_app(flow), &m);
	if (pol->tables.rules[m.rule].verdict != VFW_PASS)
		return FLOW_STEP_CUT;
	if (side) {
		WRITE_ONCE(flow->turned, true);
		return FLOW_STEP_AGAIN;
	}
	flow_take(flow, pol, &m);
	return FLOW_STEP_PASS;
}

/* Has the VM that is this end, if it is one, got other labels since the flow was judged? RCU read lock. */
static bool flow_end_changed(const struct vfw_flow *flow, unsigned int side)
{
	u32 end = flow->key.end[side];
	const struct vfw_vm *vm = end < VFW_MAX_VMS ? vfw_vm_slot(end) : NULL;

	return vm && (s32)(flow->generation - READ_ONCE(vm->live->since)) < 0;
}

/* Does it stay, though the rules may forbid it? Flow locked. */
static bool flow_is_kept(const struct vfw_flow *flow, const struct vfw_policy *pol)
{
	return flow->revision >= pol->kept_since && flow->revision < pol->kept_until &&
	       !flow_is_unsettled(flow) && !flow_end_changed(flow, 0) && !flow_end_changed(flow, 1);
}

/* Is it still as the policy says? Flow locked. */
static enum flow_step flow_still(struct vfw_flow *flow, struct vfw_pkt *p, u32 side)
{
	const struct vfw_policy *pol = p->pol;
	u32 src = vfw_who_ident(p, side ? &p->dst : &p->src);
	u32 dst = vfw_who_ident(p, side ? &p->src : &p->dst);
	const struct vfw_rule_rec *rule;
	enum flow_step step;
	struct vfw_match m;

	if (flow_is_kept(flow, pol)) {
		flow->rule = VFW_PKT_NO_RULE;
		flow->generation = pol->generation;
		return FLOW_STEP_PASS;
	}
	if (flow->revision == pol->revision && flow->ident[0] == src && flow->ident[1] == dst) {
		flow->generation = pol->generation;
		return FLOW_STEP_PASS;
	}
	vfw_match_lookup(&pol->tables, src, dst, vfw_flow_asked(flow), flow_app(flow), &m);
	rule = &pol->tables.rules[m.rule];
	if (rule->verdict != VFW_PASS) {
		step = flow_turned(flow, p, side, src, dst);
		if (step != FLOW_STEP_CUT)
			return step;
		p->rule = m.rule;
		p->log = rule->flags & VFW_RULE_F_LOG;
		p->verdict = rule->verdict;
		p->reason = VFW_REASON_CUT;
		return step;
	}
	p->rule = m.rule;
	p->log = rule->flags & VFW_RULE_F_LOG;
	flow->ident[0] = src;
	flow->ident[1] = dst;
	flow_take(flow, pol, &m);
	WRITE_ONCE(flow->app, flow_app(flow));
	flow->revision = pol->revision;
	flow->generation = pol->generation;
	return FLOW_STEP_PASS;
}

/*
 * What it is has become known, or is none: the rule is another one then. One that forbids it has ended it already.
 * Flow locked.
 */
static void flow_learn(struct vfw_flow *flow, const struct vfw_pkt *p)
{
	u32 app = flow_app(flow);
	struct vfw_match m;

	if (app == flow->app)
		return;
	WRITE_ONCE(flow->app, app);
	if (flow->rule == VFW_PKT_NO_RULE)
		return;
	vfw_match_lookup(&p->pol->tables, flow->ident[0], flow->ident[1], vfw_flow_asked(flow), app,
			 &m);
	if (p->pol->tables.rules[m.rule].verdict == VFW_PASS)
		flow_take(flow, p->pol, &m);
}

static bool flow_is_syn(const struct vfw_pkt *p)
{
	return (p->f.tcp_flags & (VFW_TCP_SYN | VFW_TCP_ACK | VFW_TCP_RST | VFW_TCP_FIN)) ==
	       VFW_TCP_SYN;
}

/* Of a killed flow: rejected, but for what may open a new conversation. Flow locked. */
static enum flow_step flow_step_killed(struct vfw_flow *flow, const struct vfw_pkt *p)
{
	if (flow->key.proto != IPPROTO_TCP)
		return FLOW_STEP_KILLED;
	if (flow_is_syn(p))
		return FLOW_STEP_LEFT;
	flow->until = VFW_FLOW_TICK(jiffies + VFW_FLOW_KILLED_TCP * HZ);
	return FLOW_STEP_KILLED;
}

/*
 * Of one that was cut. Another policy may permit it again, and what opens a new conversation is no part of it. Flow locked.
 */
static enum flow_step flow_step_left(struct vfw_flow *flow, struct vfw_pkt *p, u32 side)
{
	const struct vfw_policy *pol = p->pol;
	struct vfw_match m;

	if (flow_is_syn(p))
		return FLOW_STEP_LEFT;
	if ((s32)(pol->generation - flow->generation) > 0) {
		vfw_match_lookup(&pol->tables, vfw_who_ident(p, side ? &p->dst : &p->src),
				 vfw_who_ident(p, side ? &p->src : &p->dst), vfw_flow_asked(flow),
				 flow->app, &m);
		if (pol->tables.rules[m.rule].verdict == VFW_PASS)
			return FLOW_STEP_AGAIN;
		flow->generation = pol->generation;
	}
	flow->until = VFW_FLOW_TICK(jiffies + VFW_FLOW_KILLED_TCP * HZ);
	return FLOW_STEP_LEFT;
}

/* Do both sides take part, now that side has sent? Flow locked. */
static bool flow_is_answered(const struct vfw_flow *flow, u32 side)
{
	if (flow->key.proto != IPPROTO_TCP)
		return side;
	return flow->tcp.state >= VFW_TCP_ESTABLISHED && flow->packets[0] && flow->packets[1];
}

/*
 * Moves the TCP state. An invalid segment that goes on all the same, for nothing is cut, may move the ends: then
 * what they say is believed again, lest arming cuts a conversation that is permitted. Flow locked.
 */
static enum flow_step flow_step_tcp(struct vfw_flow *flow, struct vfw_pkt *p, u32 side)
{
	u32 len = vfw_pkt_payload(p);

	switch (vfw_tcpstate_step(&flow->tcp, &p->f, len, side)) {
	case VFW_TCP_STEP_RESTART:
	case VFW_TCP_STEP_PASS:
		return FLOW_STEP_PASS;
	case VFW_TCP_STEP_REOPEN:
		return FLOW_STEP_AGAIN;
	case VFW_TCP_STEP_INVALID:
		break;
	}
	if (!vfw_verdict_cuts(p) && p->f.tcp_flags & VFW_TCP_ACK &&
	    !(p->f.tcp_flags & (VFW_TCP_SYN | VFW_TCP_RST))) {
		vfw_tcpstate_loosen(&flow->tcp);
		vfw_tcpstate_step(&flow->tcp, &p->f, len, side);
		flow->until = VFW_FLOW_TICK(jiffies + vfw_flow_conf_life(flow));
	}
	return FLOW_STEP_INVALID;
}

/* Why a scan lets nothing pass any more, or VFW_REASON_NONE. RCU read lock. */
static enum vfw_reason flow_dead(const struct vfw_flow *flow)
{
	const struct vfw_scan *scan = READ_ONCE(flow->scan);

	return scan ? vfw_scan_dead(scan) : VFW_REASON_NONE;
}

/* May the flow go on at all? Flow locked. */
static enum flow_step flow_step_life(struct vfw_flow *flow, struct vfw_pkt *p, u32 side)
{
	if (flow->gone || vfw_flow_expired(flow))
		return FLOW_STEP_AGAIN;
	if (flow->killed)
		return flow->killed == VFW_FLOW_CUT ? flow_step_left(flow, p, side)
						    : flow_step_killed(flow, p);
	/*
	 * The ports of one that was ended for what it carried are used again: another conversation begins with that very SYN. Were
	 * there none for a while, the rest of the old one would be found running.
	 */
	if (flow->key.proto == IPPROTO_TCP && !side && flow_is_syn(p) && flow_dead(flow))
		return FLOW_STEP_AGAIN;
	if (flow->generation != p->pol->generation)
		return flow_still(flow, p, side);
	/* What is asked here is asked on the short way, too: memo_step(). */
	if (flow->asks)
		flow_learn(flow, p);
	return FLOW_STEP_PASS;
}

/* Notes where the TCP state has come to. True: the flow must be sorted. Flow locked. */
static bool flow_note_tcp(struct vfw_flow *flow, struct vfw_pkt *p)
{
	bool over = vfw_tcpstate_is_over(&flow->tcp);

	p->final = over && vfw_tcpstate_is_final(&flow->tcp);
	if (over == flow->over)
		return false;
	WRITE_ONCE(flow->over, over);
	return true;
}

/* One that was ended is remembered for as long as it would be found running, and little longer. */
static unsigned long flow_life(const struct vfw_flow *flow)
{
	if (!flow_dead(flow))
		return vfw_flow_conf_life(flow);
	return min(vfw_mode_fresh_left(), FLOW_DEAD_MAX) + FLOW_DEAD;
}

/* Counts a frame that passes. True: the flow must be sorted. Flow locked. */
static bool flow_count(struct vfw_flow *flow, struct vfw_pkt *p, u32 side)
{
	bool was = flow->answered, moved = false;

	flow->packets[side] += vfw_pkt_segs(p);
	flow->bytes[side] += p->len;
	if (!was)
		WRITE_ONCE(flow->answered, flow_is_answered(flow, side));
	if (flow->key.proto == IPPROTO_TCP)
		moved = flow_note_tcp(flow, p);
	flow->until = VFW_FLOW_TICK(jiffies + flow_life(flow));
	p->rule = flow->rule;
	p->profile = flow->profile;
	p->asks = flow->asks;
	p->spares = flow->spares;
	p->app = flow->app;
	p->flow = flow;
	p->side = side;
	return moved || flow->answered != was;
}

static enum flow_step flow_step(struct vfw_flow *flow, struct vfw_pkt *p, u32 side)
{
	bool tcp = flow->key.proto == IPPROTO_TCP, sort = false;
	struct vfw_scan *scan = READ_ONCE(flow->scan);
	enum flow_step step;

	/*
	 * Whose sum is wrong the receiver ignores, so it moves nothing; the scan says whether it passes. Nor does what comes
	 * of a conversation that was ended, while it would be found running if a reset made us forget it.
	 */
	if (tcp && scan)
		tcp = (vfw_pkt_sum_trusted(p) || vfw_scan_sum_right(scan, p, side)) &&
		      !(flow_dead(flow) && vfw_mode_fresh_left());
	spin_lock(&flow->lock);
	step = flow_step_life(flow, p, side);
	if (step == FLOW_STEP_PASS && tcp)
		step = flow_step_tcp(flow, p, side);
	if (step == FLOW_STEP_PASS)
		sort = flow_count(flow, p, side);
	spin_unlock(&flow->lock);
	if (sort)
		vfw_flow_table_sort(flow);
	return step;
}

/* Who pays for what one end opens with another. */
static struct vfw_share *flow_share(const struct vfw_end *opener, const struct vfw_end *other)
{
	if (opener->nic)
		return opener->nic->vm->own;
	if (opener->port)
		return opener->port->own;
	if (other->nic)
		return other->nic->vm->live->in;
	if (other->port)
		return other->port->in;
	return flow_nobodys;
}

/*
 * The policy forbids a flow of which side has sent. Of TCP something stays: its segments go on coming, and where the other side may
 * open conversations they would be found running, as if that side had opened this one. Without a place or memory for it they are.
 */
static void flow_cut(struct vfw_flow *flow, struct vfw_pkt *p, u32 side)
{
	struct vfw_flow *left;

	vfw_flow_table_kill(flow, VFW_REASON_CUT);
	if (flow->key.proto != IPPROTO_TCP)
		return;
	left = vfw_flow_table_new_left(
		side ? flow_share(&p->dst, &p->src) : flow_share(&p->src, &p->dst), &flow->key);
	if (!left)
		return;
	left->killed = VFW_FLOW_CUT;
	left->opener = flow->opener;
	left->ident[0] = flow->ident[0];
	left->ident[1] = flow->ident[1];
	left->rule = VFW_PKT_NO_RULE;
	left->rule_id = flow->rule_id;
	left->app = flow_app(flow);
	left->revision = p->pol->revision;
	left->generation = p->pol->generation;
	left->born = jiffies;
	left->until = VFW_FLOW_TICK(jiffies + VFW_FLOW_KILLED_TCP * HZ);
	vfw_flow_table_add(left, vfw_flow_table_hash(&left->key));
}

bool vfw_flow_more(struct vfw_pkt *p, const struct vfw_flow_key *key, u32 side, u32 tcp_end)
{
	struct vfw_flow *flow = vfw_flow_table_find(key, vfw_flow_table_hash(key));
	enum flow_step step;
	bool sort = false;

	if (!flow)
		return vfw_pkt_block(p, VFW_REASON_FRAGMENT);
	vfw_pkt_pass(p, VFW_REASON_ESTABLISHED);
	spin_lock(&flow->lock);
	step = flow_step_life(flow, p, side);
	if (step == FLOW_STEP_PASS) {
		if (key->proto == IPPROTO_TCP)
			vfw_tcpstate_extend(&flow->tcp, tcp_end, side);
		sort = flow_count(flow, p, side);
	}
	spin_unlock(&flow->lock);
	if (sort)
		vfw_flow_table_sort(flow);
	switch (step) {
	case FLOW_STEP_PASS:
		return true;
	case FLOW_STEP_CUT:
		flow_cut(flow, p, side);
		return true;
	case FLOW_STEP_KILLED:
		return vfw_pkt_block(p, VFW_REASON_KILLED);
	default:
		return vfw_pkt_block(p, VFW_REASON_FRAGMENT);
	}
}

/* Does a VM that is no router report on a packet that another VM here should have got? */
static bool flow_is_strangers(const struct vfw_pkt *p, const struct vfw_frame *inner)
{
	u32 owner;

	if (!p->src.nic || p->src.nic->flags & (VFW_NIC_F_IP_ANY | VFW_NIC_F_ROUTER))
		return false;
	owner = vfw_who_end_key(inner->kind == VFW_FRAME_IP6, inner->dst);
	return owner != VFW_END_EXTERNAL && owner != p->src.key;
}

/*
 * No frame of the flow has been judged since the policy or the VMs changed: would the next one go on? side: of the receiver of this one; far: identity of the
 * other end.
 */
static bool flow_would_go(struct vfw_flow *flow, struct vfw_pkt *p, u32 side, u32 far)
{
	const struct vfw_policy *pol = p->pol;
	u32 near = vfw_who_ident(p, &p->dst);
	u32 src = side ? far : near, dst = side ? near : far;
	struct vfw_match m;
	bool kept;

	spin_lock(&flow->lock);
	kept = flow_is_kept(flow, pol);
	spin_unlock(&flow->lock);
	if (kept)
		return true;
	vfw_match_lookup(&pol->tables, src, dst, vfw_flow_asked(flow), flow_app(flow), &m);
	return pol->tables.rules[m.rule].verdict == VFW_PASS;
}

/* An ICMP error: does it quote a packet of a living flow? Its buffer is not to be on the stack of other frames. */
static noinline bool flow_related(struct vfw_pkt *p)
{
	u32 len = min_t(u32, p->f.end - p->f.inner_off, FLOW_INNER_MAX);
	bool ip6 = p->f.kind == VFW_FRAME_IP6;
	u8 buf[FLOW_INNER_MAX];
	struct vfw_flow_key key;
	struct vfw_frame inner;
	struct vfw_flow *flow;
	bool forged;
	u32 dst, side;
	int how;

	if (vfw_own_shared(p) && !vfw_own_head(p, p->f.inner_off + len))
		return vfw_pkt_block(p, VFW_REASON_NO_MEMORY);
	if (skb_copy_bits(p->skb, p->mac + (int)p->f.inner_off, buf, len) ||
	    vfw_frame_parse_inner(&inner, buf, len, ip6) != VFW_FRAME_OK)
		return vfw_pkt_block(p, VFW_REASON_MALFORMED);
	/* It goes to who sent what it quotes. */
	if (memcmp(inner.src, p->f.dst, 16))
		return vfw_pkt_block(p, VFW_REASON_INVALID_STATE);
	/* Of a packet that was for another VM only a router on the way could know. */
	if (flow_is_strangers(p, &inner))
		return vfw_pkt_block(p, VFW_REASON_INVALID_STATE);
	/* From a router on the way: the quoted packet was for somebody else. */
	dst = p->src.key == VFW_END_EXTERNAL ? vfw_who_end_key(ip6, inner.dst) : p->src.key;
	how = flow_key(&key, p, &inner, p->dst.key, dst);
	if (how < 0)
		return false;
	flow = vfw_flow_table_find(&key, vfw_flow_table_hash(&key));
	if (!flow || READ_ONCE(flow->killed) || vfw_flow_expired(flow))
		return false;
	side = !!(how & VFW_FLOWKEY_SIDE) ^ flow->opener;
	if (READ_ONCE(flow->generation) != p->pol->generation &&
	    !flow_would_go(flow, p, side, vfw_who_ident_of(p->pol, dst, ip6, inner.dst)))
		return false;
	if (key.proto == IPPROTO_TCP) {
		spin_lock(&flow->lock);
		forged = !vfw_tcpstate_in_flight(&flow->tcp, inner.tcp_seq, side);
		spin_unlock(&flow->lock);
		if (forged)
			return vfw_pkt_block(p, VFW_REASON_INVALID_STATE);
	}
	vfw_pkt_pass(p, VFW_REASON_RELATED);
	/* a VM that is no end of it quotes none that is found; a router outside is not to spend what is theirs */
	if (!p->quiet && (p->src.nic || !memcmp(inner.dst, p->f.src, sizeof(inner.dst))))
		vfw_scan_error(p, flow, !side);
	return true;
}

/* A frame that side sent of a flow: as vfw_flow() says. */
static bool flow_goes(struct vfw_flow *flow, struct vfw_pkt *p, u32 side)
{
	vfw_pkt_pass(p, VFW_REASON_ESTABLISHED);
	switch (flow_step(flow, p, side)) {
	case FLOW_STEP_PASS:
		return true;
	case FLOW_STEP_INVALID:
		return vfw_pkt_block(p, VFW_REASON_INVALID_STATE);
	case FLOW_STEP_AGAIN:
		vfw_flow_table_kill(flow, flow_dead(flow));
		return false;
	case FLOW_STEP_CUT:
		flow_cut(flow, p, side);
		return true;
	case FLOW_STEP_KILLED:
		return vfw_pkt_end(p, VFW_REJECT, VFW_REASON_KILLED);
	case FLOW_STEP_LEFT:
		break;
	}
	return false;
}

bool vfw_flow(struct vfw_pkt *p)
{
	struct vfw_flow *flow;

	if (p->f.flags & VFW_FRAME_F_ICMP_ERROR)
		return flow_related(p);
	if (p->key_says < 0)
		return false;
	p->deaths = smp_load_acquire(vfw_flow_table_deaths(p->key_hash));
	flow = vfw_flow_table_find(&p->key, p->key_hash);
	if (!flow)
		return false;
	if (p->quiet)
		return !READ_ONCE(flow->killed) && vfw_pkt_pass(p, VFW_REASON_ESTABLISHED);
	return flow_goes(flow, p, !!(p->key_says & VFW_FLOWKEY_SIDE) ^ flow->opener);
}

bool vfw_flow_known(struct vfw_pkt *p)
{
	if (p->known && flow_goes(p->known, p, p->side))
		return true;
	p->key_says = flow_key(&p->key, p, &p->f, p->src.key, p->dst.key);
	if (p->key_says >= 0) {
		p->key_hash = vfw_flow_table_hash(&p->key);
		vfw_flow_table_soon(p->key_hash);
	}
	return false;
}

struct vfw_share *vfw_flow_share(const struct vfw_pkt *p)
{
	return flow_share(&p->src, &p->dst);
}

static void flow_fill(struct vfw_flow *flow, const struct vfw_pkt *p, u32 opener)
{
	const struct vfw_rule_rec *rule = &p->pol->tables.rules[p->rule];

	flow->opener = opener;
	flow->ident[0] = p->src.ident;
	flow->ident[1] = p->dst.ident;
	flow->rule = p->rule;
	flow->rule_id = rule->id;
	flow->profile = p->profile;
	flow->asks = p->asks;
	flow->spares = p->spares;
	flow->app = p->app;
	flow->revision = p->pol->revision;
	flow->generation = p->pol->generation;
	flow->told = vfw_flow_conf_tells(p->log);
	flow->born = jiffies;
	flow->packets[0] = vfw_pkt_segs(p);
	flow->bytes[0] = p->len;
	flow->until = VFW_FLOW_TICK(jiffies + vfw_flow_conf_life(flow));
}

/* Is it noted as forgotten, whoever opened it? The flow table was asked before, and has it not. */
static bool flow_was_forgotten(const struct vfw_pkt *p)
{
	smp_rmb(); /* who misses the flow sees the note: flow_unlink() */
	return vfw_forgotten_has(flow_share(&p->src, &p->dst), p->key_hash) ||
	       vfw_forgotten_has(flow_share(&p->dst, &p->src), p->key_hash);
}

/*
 * Is the frame's conversation, or would it be if the other side had opened it, for a profile that prevents? Nobody knows who
 * opened one that is found running: where a server's segment took it for its own, the client's were not scanned.
 */
static bool flow_is_prevented(struct vfw_pkt *p)
{
	u32 src = vfw_who_ident(p, &p->src), dst = vfw_who_ident(p, &p->dst);
	struct vfw_match m;

	if (vfw_scan_prevents(p))
		return true;
	vfw_match_lookup(&p->pol->tables, dst, src, VFW_KEY(IPPROTO_TCP, p->f.sport),
			 VFW_APP_ID_NONE, &m);
	return vfw_scan_profile_prevents(p->pol, m.profile, m.spares);
}

/* Is it what goes on coming of a conversation that was cut? */
static bool flow_is_left(const struct vfw_pkt *p)
{
	const struct vfw_flow *flow = vfw_flow_table_find(&p->key, p->key_hash);

	return flow && READ_ONCE(flow->killed) == VFW_FLOW_CUT && !vfw_flow_expired(flow);
}

/*
 * May a conversation be found running? None of which the policy has cut the rest, in whatever direction. Under a profile that prevents only soon after arming, and none that was
 * there since: it was made to be forgotten, and its receiver may hold bytes that nobody scanned.
 */
static bool flow_may_pick_up(struct vfw_pkt *p)
{
	if (flow_is_syn(p) || flow_is_left(p))
		return false;
	if (!vfw_verdict_cuts(p) || !flow_is_prevented(p))
		return true;
	return vfw_mode_fresh_left() && !flow_was_forgotten(p);
}

void vfw_flow_open(struct vfw_pkt *p)
{
	struct vfw_flow *flow;

	if (p->key_says < 0)
		return;
	if (p->key_says & VFW_FLOWKEY_ANSWER) {
		vfw_pkt_block(p, VFW_REASON_INVALID_STATE);
		return;
	}
	flow = vfw_flow_table_new(vfw_flow_share(p), &p->key);
	if (IS_ERR(flow)) {
		vfw_pkt_block(p, flow == ERR_PTR(-ENOSPC) ? VFW_REASON_FLOW_LIMIT
							  : VFW_REASON_NO_MEMORY);
		return;
	}
	if (p->f.proto == IPPROTO_TCP &&
	    !vfw_tcpstate_open(&flow->tcp, &p->f, vfw_pkt_payload(p), flow_may_pick_up(p))) {
		vfw_flow_table_drop(flow);
		vfw_pkt_block(p, VFW_REASON_INVALID_STATE);
		return;
	}
	flow_fill(flow, p, !!(p->key_says & VFW_FLOWKEY_SIDE));
	if (flow->told)
		vfw_flow_event_start(flow);
	vfw_flow_table_add(flow, p->key_hash);
	p->fresh = true;
	p->flow = flow;
	p->side = 0;
	if (p->src.nic)
		vfw_vm_count_add(p->src.nic->vm, flows_opened, 1);
}

struct vfw_scan *vfw_flow_scan(const struct vfw_flow *flow)
{
	return READ_ONCE(flow->scan);
}

struct vfw_scan *vfw_flow_set_scan(struct vfw_flow *flow, struct vfw_scan *scan)
{
	return cmpxchg(&flow->scan, NULL, scan);
}

struct vfw_budget *vfw_flow_budget(const struct vfw_flow *flow)
{
	return flow->share->budget;
}

bool vfw_flow_start(struct vfw_flow *flow, u32 side, u32 *seq, bool *opening)
{
	const struct vfw_tcp_side *s = &flow->tcp.side[side];
	bool started;

	spin_lock(&flow->lock);
	started = s->flags & VFW_TCP_SIDE_START;
	*seq = s->start;
	*opening = flow->tcp.state == VFW_TCP_SYN_SENT || flow->tcp.state == VFW_TCP_SYN_RECV;
	spin_unlock(&flow->lock);
	return started;
}

void vfw_flow_unseen(struct vfw_flow *flow)
{
	spin_lock(&flow->lock);
	if (flow->app == VFW_APP_ID_PENDING)
		WRITE_ONCE(flow->app, VFW_APP_ID_NONE);
	spin_unlock(&flow->lock);
}

u32 vfw_flow_asked(const struct vfw_flow *flow)
{
	return vfw_flowkey_asked(&flow->key, flow->opener);
}

bool vfw_flow_answered(const struct vfw_flow *flow)
{
	return READ_ONCE(flow->answered);
}

void vfw_flow_tell(struct vfw_flow *flow, struct vfw_event *ev)
{
	spin_lock(&flow->lock);
	memcpy(ev->packets, flow->packets, sizeof(ev->packets));
	memcpy(ev->bytes, flow->bytes, sizeof(ev->bytes));
	ev->age_ms = jiffies_to_msecs(jiffies - flow->born);
	ev->state = flow->tcp.state;
	spin_unlock(&flow->lock);
}

int vfw_flow_init(void)
{
	int err;

	vfw_flow_conf_init();
	err = vfw_flow_table_init(vfw_share_init());
	if (err)
		return err;
	flow_nobodys = vfw_share_new(VFW_SHARE_VM);
	if (flow_nobodys)
		return 0;
	vfw_flow_table_exit();
	return -ENOMEM;
}

void vfw_flow_exit(void)
{
	vfw_flow_table_exit();
	vfw_share_drop(flow_nobodys);
}
