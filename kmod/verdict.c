// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>

#include "addr.h"
#include "event.h"
#include "flow.h"
#include "mode.h"
#include "reject.h"
#include "trace.h"
#include "verdict.h"
#include "who.h"

#define VERDICT_EVENTS_BURST 100 /* events of one VM at once */
#define VERDICT_EVENTS_RATE 50 /* and in a second */
#define VERDICT_REJECTS_BURST 50
#define VERDICT_REJECTS_RATE 100

DEFINE_PER_CPU(u64[VFW_REASON_COUNT], vfw_verdict_reasons);
static struct vfw_bucket verdict_nobody; /* for frames with no VM at either end */
static struct vfw_bucket verdict_nobody_alerts;

void vfw_verdict_init(void)
{
	spin_lock_init(&verdict_nobody.lock);
	spin_lock_init(&verdict_nobody_alerts.lock);
}

u64 vfw_verdict_reason(u32 reason)
{
	u64 sum = 0;
	int cpu;

	if (reason >= VFW_REASON_COUNT)
		return 0;
	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(vfw_verdict_reasons, cpu)[reason]);
	return sum;
}

static const struct vfw_vm *verdict_vm(const struct vfw_end *end)
{
	return end->nic ? end->nic->vm : NULL;
}

/* Who is charged for what is said of a frame: its sender, or else its receiver, if it is a VM. */
static const struct vfw_vm *verdict_payer(const struct vfw_pkt *p)
{
	return verdict_vm(&p->src) ?: verdict_vm(&p->dst);
}

static struct vfw_bucket *verdict_bucket(const struct vfw_pkt *p)
{
	const struct vfw_vm *vm = verdict_payer(p);

	return vm ? &vm->live->bucket : &verdict_nobody;
}

/* Bucket locked. A new bucket begins full. */
static void bucket_refill(struct vfw_bucket *b)
{
	unsigned long passed = b->used ? min(jiffies - b->refilled, 10UL * HZ) : 10UL * HZ;

	if (passed < HZ / 10)
		return;
	b->events = min_t(u32, b->events + passed * VERDICT_EVENTS_RATE / HZ, VERDICT_EVENTS_BURST);
	b->rejects =
		min_t(u32, b->rejects + passed * VERDICT_REJECTS_RATE / HZ, VERDICT_REJECTS_BURST);
	b->refilled = jiffies;
	b->used = true;
}

static struct vfw_suppressed *bucket_suppressed(struct vfw_bucket *b, u32 reason, u32 rule)
{
	struct vfw_suppressed *s, *unused = NULL;
	unsigned int i;

	for (i = 0; i < VFW_EVENT_AGGREGATES; i++) {
		s = &b->suppressed[i];
		if (s->count && s->reason == reason && s->rule == rule)
			return s;
		if (!s->count)
			unused = s;
	}
	/* All taken by others: count with one of them rather than lose the number. */
	if (!unused)
		return &b->suppressed[0];
	unused->reason = reason;
	unused->rule = rule;
	return unused;
}

/* How many frames an event for n sent now stands for; 0: it is suppressed. */
static u32 verdict_events(struct vfw_bucket *b, u32 reason, u32 rule, u32 n)
{
	struct vfw_suppressed *s;
	u32 count = 0;

	spin_lock(&b->lock);
	bucket_refill(b);
	s = bucket_suppressed(b, reason, rule);
	if (b->events) {
		b->events--;
		count = n;
		if (s->count && s->reason == reason && s->rule == rule) {
			count += s->count;
			s->count = 0;
		}
	} else {
		s->count += n;
	}
	spin_unlock(&b->lock);
	return count;
}

static bool verdict_may_reject(struct vfw_bucket *b)
{
	bool may;

	spin_lock(&b->lock);
	bucket_refill(b);
	may = b->rejects;
	b->rejects -= may;
	spin_unlock(&b->lock);
	return may;
}

static void verdict_event_frame(struct vfw_event *ev, const struct vfw_pkt *p)
{
	const struct vfw_frame *f = &p->f;

	ev->len = p->len;
	ev->vlan = p->tag ?: p->vlan;
	if (p->reason == VFW_REASON_MALFORMED)
		return;
	memcpy(ev->smac, f->smac, ETH_ALEN);
	memcpy(ev->dmac, f->dmac, ETH_ALEN);
	ev->ethertype = f->ethertype;
	memcpy(ev->saddr, f->src, 16);
	memcpy(ev->daddr, f->dst, 16);
	if (f->kind == VFW_FRAME_IP4 || f->kind == VFW_FRAME_IP6) {
		ev->family = f->kind == VFW_FRAME_IP4 ? 4 : 6;
		ev->proto = f->proto;
		ev->sport = f->sport;
		ev->dport = f->dport;
		if (f->proto == IPPROTO_ICMP || f->proto == IPPROTO_ICMPV6) {
			ev->sport = f->icmp_type;
			ev->dport = f->icmp_code;
		}
	}
}

static void verdict_event_fill(struct vfw_event *ev, struct vfw_pkt *p)
{
	ev->verdict = p->verdict;
	ev->app = p->app;
	ev->in_ifindex = p->in ? p->in->ifindex : 0;
	ev->out_ifindex = p->out ? p->out->ifindex : 0;
	if (p->pol) {
		ev->revision = p->pol->revision;
		if (p->reason != VFW_REASON_MALFORMED) {
			ev->src_ident = vfw_who_ident(p, &p->src);
			ev->dst_ident = vfw_who_ident(p, &p->dst);
		}
	}
	if (p->src.nic)
		memcpy(ev->src_uuid, p->src.nic->vm->uuid, VFW_UUID_LEN);
	if (p->dst.nic)
		memcpy(ev->dst_uuid, p->dst.nic->vm->uuid, VFW_UUID_LEN);
	verdict_event_frame(ev, p);
}

static void verdict_event(struct vfw_pkt *p, u32 type, u32 rule, u32 reason, u32 count)
{
	struct vfw_event ev = {
		.type = type,
		.rule = rule,
		.reason = reason,
		.count = count,
	};

	verdict_event_fill(&ev, p);
	vfw_event_post(&ev);
}

/* Does ARP or neighbour discovery ask for this receiver, and not for somebody? */
static bool verdict_asked_for(const struct vfw_pkt *p)
{
	const struct vfw_nic *nic = p->dst.nic;

	if (p->f.kind == VFW_FRAME_ARP)
		return nic ? vfw_addr_declared4(nic, p->f.dst) : vfw_who_host4(p->f.dst);
	return nic ? vfw_addr_declared6(nic, p->f.nd_target) : vfw_who_host6(p->f.nd_target);
}

/* What the network brings by the way and nobody asked to hear of. */
static bool verdict_is_noise(const struct vfw_pkt *p)
{
	if (p->reason == VFW_REASON_NOT_FOR_YOU)
		return true;
	if (p->reason == VFW_REASON_NOT_JOINED)
		return !verdict_asked_for(p);
	return p->reason == VFW_REASON_DHCP_SERVER && p->where == VFW_AT_EGRESS;
}

/* A conversation begins with it, for its rule: with its first frame, or when its app is known. */
static bool verdict_begins(const struct vfw_pkt *p)
{
	return p->learnt || (p->fresh && p->app != VFW_APP_ID_PENDING);
}

static bool verdict_says(const struct vfw_pkt *p)
{
	if (p->verdict == VFW_PASS)
		return p->log && verdict_begins(p);
	if (p->rule == VFW_PKT_NO_RULE)
		return !verdict_is_noise(p);
	return p->log || p->reason == VFW_REASON_CUT || p->reason == VFW_REASON_APP ||
	       p->reason == VFW_REASON_APP_UNKNOWN;
}

static u32 verdict_flags(const struct vfw_end *end)
{
	return end->nic ? READ_ONCE(end->nic->vm->flags) : 0;
}

static void verdict_count(const struct vfw_pkt *p, bool cut)
{
	const struct vfw_vm *src = verdict_vm(&p->src), *dst = verdict_vm(&p->dst);
	u32 segs = vfw_pkt_segs(p);

	if (cut) {
		if (src)
			vfw_vm_count_add(src, tx_dropped, segs);
		if (dst)
			vfw_vm_count_add(dst, rx_dropped, segs);
		return;
	}
	if (p->verdict != VFW_PASS) {
		if (src)
			vfw_vm_count_add(src, would_drop, segs);
		if (dst)
			vfw_vm_count_add(dst, would_drop, segs);
	}
	if (dst && p->where == VFW_AT_EGRESS)
		vfw_verdict_received(this_cpu_ptr(dst->pcpu), segs, p->len);
}

void vfw_verdict_monitor(struct vfw_pkt *p, u32 rule)
{
	const struct vfw_vm *vm = verdict_payer(p);
	u32 id = p->pol->tables.rules[rule].id;
	u32 count;

	vfw_policy_hit(p->pol, rule, p->len, false);
	if (vm)
		vfw_vm_count_add(vm, would_drop, vfw_pkt_segs(p));
	count = verdict_events(verdict_bucket(p), VFW_REASON_RULE, id, 1);
	if (count)
		verdict_event(p, VFW_EVENT_WOULD_DROP, id, VFW_REASON_RULE, count);
}

bool vfw_verdict_cuts(const struct vfw_pkt *p)
{
	u32 flags = verdict_flags(&p->src) | verdict_flags(&p->dst);

	return vfw_mode_armed() && (flags & VFW_VM_F_QUARANTINE || !(flags & VFW_VM_F_MONITOR));
}

void vfw_verdict_alert(struct vfw_pkt *p, const struct vfw_alert *alert)
{
	const struct vfw_vm *vm = verdict_payer(p);
	struct vfw_event ev = {
		.type = VFW_EVENT_ALERT,
		.reason = VFW_REASON_SIGNATURE,
		.sig = alert->sig,
		.profile = alert->profile,
		.offset = alert->offset,
	};

	ev.count = verdict_events(vm ? &vm->live->alerts : &verdict_nobody_alerts, alert->profile,
				  alert->sig, alert->count);
	if (!ev.count)
		return;
	verdict_event_fill(&ev, p);
	ev.revision = alert->revision;
	ev.rule = p->rule == VFW_PKT_NO_RULE ? 0 : p->pol->tables.rules[p->rule].id;
	ev.flags =
		(p->side ? VFW_EVENT_F_TO_OPENER : 0) | (alert->dropped ? VFW_EVENT_F_DROPPED : 0);
	if (p->flow)
		vfw_flow_tell(p->flow, &ev);
	vfw_event_post(&ev);
}

unsigned int vfw_verdict(struct vfw_pkt *p)
{
	bool bad = p->verdict != VFW_PASS;
	bool cut = bad && vfw_verdict_cuts(p);
	u32 rule = 0, count;

	if (p->quiet && !bad)
		return NF_ACCEPT;
	this_cpu_inc(vfw_verdict_reasons[p->reason]);
	verdict_count(p, cut);
	if (p->rule != VFW_PKT_NO_RULE) {
		rule = p->pol->tables.rules[p->rule].id;
		vfw_policy_hit(p->pol, p->rule, p->len, verdict_begins(p));
	}
	if (verdict_says(p)) {
		count = verdict_events(verdict_bucket(p), p->reason, rule, 1);
		if (count)
			verdict_event(p,
				      cut   ? VFW_EVENT_DROP
				      : bad ? VFW_EVENT_WOULD_DROP
					    : VFW_EVENT_PASS,
				      rule, p->reason, count);
	}
	trace_verdict(p, rule, cut);
	if (!cut)
		return NF_ACCEPT;
	if (p->verdict == VFW_REJECT && verdict_may_reject(verdict_bucket(p)))
		vfw_reject(p);
	return NF_DROP;
}
