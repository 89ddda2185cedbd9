// SPDX-License-Identifier: GPL-2.0
/* Rules about headers alone: scans, refusals, pings by the dozen. They are asked of frames, whatever these carry. */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/minmax.h>
#include <linux/skbuff.h>

#include "flow.h"
#include "scan.h"
#include "scan_hit.h"

#define HEADER_SPECIAL (VFW_TCP_FIN | VFW_TCP_SYN | VFW_TCP_RST | VFW_TCP_ACK | VFW_TCP_URG)
#define HEADER_WORK 8 /* steps of vfw_eat.work that asking one takes, and one for each condition */

static u32 header_protocol(const struct vfw_frame *f)
{
	switch (f->proto) {
	case IPPROTO_TCP:
		return VFW_SIG_P_TCP;
	case IPPROTO_UDP:
		return VFW_SIG_P_UDP;
	case IPPROTO_ICMP:
		return VFW_SIG_P_ICMP4;
	case IPPROTO_ICMPV6:
		return VFW_SIG_P_ICMP6;
	default:
		return VFW_SIG_P_SCTP | VFW_SIG_P_OTHER;
	}
}

/*
 * A rule about headers fits no segment that but acknowledges, and so none of those that carry a conversation: who writes tables sees to that. Only
 * rules about ends do, and these are asked once.
 */
bool vfw_scan_header_wanted(const struct vfw_scan *scan, const struct vfw_pkt *p)
{
	const struct vfw_profile *profile = READ_ONCE(scan->user.profile);

	if (!profile || !(profile->header_protocols & header_protocol(&p->f)) || p->header_asked ||
	    p->torn)
		return false;
	return p->f.proto != IPPROTO_TCP || !READ_ONCE(scan->dir[p->side].met) ||
	       (p->f.tcp_flags & HEADER_SPECIAL) != VFW_TCP_ACK;
}

void vfw_scan_header_anew(struct vfw_scan *scan)
{
	WRITE_ONCE(scan->dir[0].met, false);
	WRITE_ONCE(scan->dir[1].met, false);
}

/* The frame's first bytes, where they were let go. Returns false if they cannot be had. */
static bool header_read(struct vfw_pkt *p)
{
	u32 len = min_t(u32, p->len, sizeof(p->buf));

	if (p->head)
		return true;
	if (skb_copy_bits(p->skb, p->mac, p->buf, (int)len))
		return false;
	p->head = p->buf;
	p->head_len = len;
	return true;
}

/* Is there work left for asking it? */
static bool header_works(struct vfw_eat *eat, const struct vfw_sig *sig)
{
	u32 work = HEADER_WORK + sig->n_conds;

	if (eat->work < work)
		eat->spent = true;
	else
		eat->work -= work;
	return !eat->spent;
}

/* All of them, about a packet with len bytes of payload; ends: those about ends as well, which is noted of what prevents. */
static void header_ask(struct vfw_eat *eat, u32 len, bool ends)
{
	const struct vfw_profile *profile = eat->scan->user.profile;
	u32 i;

	eat->len = len;
	eat->fitted = false;
	eat->n_counted = 0;
	for (i = 0; i < profile->n_header_sigs; i++) {
		struct vfw_hs_hit hit = {.id = profile->header_sig[i]};
		struct vfw_hs_hits hits = {.count = 1, .hit = &hit};
		const struct vfw_sig *sig = &profile->sigs.sigs[hit.id];
		enum vfw_scan_fit fit;

		if (sig->flags & VFW_SIG_ONCE && !ends)
			continue;
		if (!header_works(eat, sig))
			break;
		fit = vfw_eat_counts(eat, hit.id, 0);
		eat->matched |= fit == VFW_SCAN_PREVENTS;
		if (fit != VFW_SCAN_UNFIT)
			vfw_eat_report(eat, &hits);
		if (fit == VFW_SCAN_PREVENTS && sig->flags & VFW_SIG_ONCE)
			eat->at_ends = true;
	}
	vfw_eat_settle(eat);
}

/* Of a super-frame the first segment and the last one, as tcp_gso_segment() will make them: those between are as the first. */
static void header_ask_tcp(struct vfw_eat *eat, u32 len, bool ends)
{
	struct vfw_pkt *p = eat->p;
	u32 seq = p->f.tcp_seq, unit = skb_is_gso(p->skb) ? skb_shinfo(p->skb)->gso_size : 0;
	u8 flags = p->f.tcp_flags;

	vfw_scan_sent(eat->scan, p, seq, seq + len);
	if (unit && len > unit) {
		p->f.tcp_flags = flags & ~(VFW_TCP_FIN | VFW_TCP_PSH);
		header_ask(eat, unit, ends);
		ends = false;
		p->f.tcp_flags = flags & ~VFW_TCP_CWR;
		p->f.tcp_seq += (len - 1) / unit * unit;
		len = (len - 1) % unit + 1;
	}
	header_ask(eat, len, ends);
	p->f.tcp_seq = seq;
	p->f.tcp_flags = flags;
}

static void header_ask_datagrams(struct vfw_eat *eat, u32 len, bool ends)
{
	const struct sk_buff *skb = eat->p->skb;
	u32 unit = len, off = 0, n;

	if (!eat->p->whole && skb_is_gso(skb) && skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4)
		unit = skb_shinfo(skb)->gso_size;
	do {
		n = min(max(unit, 1U), len - off);
		header_ask(eat, n, ends && !off);
		off += n;
	} while (off < len && !eat->spent);
}

static void header_ask_frame(struct vfw_eat *eat, bool ends)
{
	const struct vfw_pkt *p = eat->p;
	u32 len = p->whole ? p->whole_len : vfw_pkt_payload(p);

	if (p->f.proto == IPPROTO_TCP)
		header_ask_tcp(eat, len, ends);
	else
		header_ask_datagrams(eat, len, ends);
}

bool vfw_scan_header(struct vfw_scan *scan, struct vfw_pkt *p)
{
	struct vfw_scan_dir *dir = &scan->dir[p->side];
	/* of an error's ends the conversation's packets tell */
	bool related = p->reason == VFW_REASON_RELATED;
	struct vfw_eat eat __uninitialized;

	if (!vfw_scan_header_wanted(scan, p))
		return false;
	if (!vfw_budget_has_time(dir->time) || !header_read(p))
		return vfw_scan_overload(scan, p);
	vfw_eat_init(&eat, scan, p, NULL);
	header_ask_frame(&eat, !dir->met && !related);
	p->header_asked = true;
	/* those about ends that prevent, or would if this were armed, are to match again */
	if (!related && !eat.spent && !(eat.at_ends && vfw_eat_stops(&eat)))
		WRITE_ONCE(dir->met, true);
	if (vfw_eat_stops(&eat))
		return vfw_scan_refuse(scan, p, VFW_REASON_SIGNATURE, false);
	return eat.spent && vfw_scan_overload(scan, p);
}

void vfw_scan_header_beside(struct vfw_scan *scan, struct vfw_pkt *p)
{
	u64 began = vfw_budget_begin();

	/*
	 * It does not wait, for nothing of it is scanned; and who owns the scan has its flowbits. Nor is it dropped for that: nobody
	 * sends a reset, or an error, once more.
	 */
	if (!scan->busy && list_empty(&scan->jobs))
		vfw_scan_header(scan, p);
	else if (scan->user.profile)
		vfw_profile_count_add(scan->user.profile, overloads, 1);
	vfw_budget_end(scan->dir[p->side].time, began);
}

void vfw_scan_error(struct vfw_pkt *p, struct vfw_flow *flow, u8 side)
{
	struct vfw_scan *scan = vfw_flow_scan(flow);

	if (!scan || !vfw_scan_header_wanted(scan, p))
		return;
	p->flow = flow;
	p->side = side;
	p->answered = vfw_flow_answered(flow);
	spin_lock(&scan->lock);
	/* of what comes in pieces nobody knows the whole; RFC 4443 2.4(c) wants errors that need none */
	if (!(p->f.flags & VFW_FRAME_F_FRAG))
		vfw_scan_header_beside(scan, p);
	else if (scan->user.profile)
		vfw_scan_overload(scan, p);
	spin_unlock(&scan->lock);
	p->flow = NULL;
}
