// SPDX-License-Identifier: GPL-2.0
/* Rules about headers alone: scans, refusals, pings by the dozen. They are asked of frames, whatever these carry. */
#include <linux/minmax.h>
#include <linux/skbuff.h>

#include "flow.h"
#include "scan.h"
#include "scan_hit.h"

#define HEADER_SPECIAL (VFW_TCP_FIN | VFW_TCP_SYN | VFW_TCP_RST | VFW_TCP_ACK | VFW_TCP_URG)

/*
 * A rule about headers fits no segment that but acknowledges, and so none of those that carry a conversation: who writes tables sees to that. Only
 * rules about ends do, and these are asked once.
 */
bool vfw_scan_header_wanted(const struct vfw_scan *scan, const struct vfw_pkt *p)
{
	const struct vfw_profile *profile = READ_ONCE(scan->user.profile);

	if (!profile || !profile->n_header_sigs || p->header_asked || p->torn)
		return false;
	return p->f.proto != IPPROTO_TCP || !READ_ONCE(scan->dir[p->side].met) ||
	       (p->f.tcp_flags & HEADER_SPECIAL) != VFW_TCP_ACK;
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

/* All of them, about a packet with len bytes of payload. Those about ends once; of an error's ends the conversation's packets tell. */
static void header_ask(struct vfw_eat *eat, u32 len)
{
	const struct vfw_profile *profile = eat->scan->user.profile;
	bool met = eat->scan->dir[eat->p->side].met || eat->p->reason == VFW_REASON_RELATED;
	u32 i;

	eat->len = len;
	eat->fitted = false;
	eat->n_counted = 0;
	for (i = 0; i < profile->n_header_sigs; i++) {
		struct vfw_hs_hit hit = {.id = profile->header_sig[i]};
		struct vfw_hs_hits hits = {.count = 1, .hit = &hit};
		enum vfw_scan_fit fit;

		if (met && profile->sigs.sigs[hit.id].flags & VFW_SIG_ONCE)
			continue;
		fit = vfw_eat_counts(eat, hit.id, 0);
		eat->matched |= fit == VFW_SCAN_PREVENTS;
		if (fit != VFW_SCAN_UNFIT)
			vfw_eat_report(eat, &hits);
	}
	vfw_eat_settle(eat);
}

/* A super-frame of TCP: only its last segment can end anything. */
static void header_ask_tcp(struct vfw_eat *eat, u32 len)
{
	struct vfw_pkt *p = eat->p;
	u32 seq = p->f.tcp_seq, last = len;

	if (len && skb_is_gso(p->skb))
		last = (len - 1) % max_t(u32, skb_shinfo(p->skb)->gso_size, 1) + 1;
	p->f.tcp_seq += len - last;
	vfw_scan_sent(eat->scan, p, seq, seq + len);
	header_ask(eat, last);
	p->f.tcp_seq = seq;
}

static void header_ask_datagrams(struct vfw_eat *eat, u32 len)
{
	const struct sk_buff *skb = eat->p->skb;
	u32 unit = len, off = 0, n;

	if (!eat->p->whole && skb_is_gso(skb) && skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4)
		unit = skb_shinfo(skb)->gso_size;
	do {
		n = min(max(unit, 1U), len - off);
		header_ask(eat, n);
		off += n;
	} while (off < len);
}

bool vfw_scan_header(struct vfw_scan *scan, struct vfw_pkt *p)
{
	u32 len = p->whole ? p->whole_len : vfw_pkt_payload(p);
	struct vfw_scan_dir *dir = &scan->dir[p->side];
	bool tcp = p->f.proto == IPPROTO_TCP;
	struct vfw_eat eat __uninitialized;
	u64 began;

	if (!vfw_scan_header_wanted(scan, p))
		return false;
	/* what carries something is counted where that is looked at */
	if (!vfw_budget_has_time(dir->time))
		return !len && vfw_scan_overload(scan, p);
	if (!header_read(p))
		return vfw_scan_overload(scan, p);
	began = vfw_budget_begin();
	vfw_eat_init(&eat, scan, p, NULL);
	if (tcp)
		header_ask_tcp(&eat, len);
	else
		header_ask_datagrams(&eat, len);
	vfw_budget_end(dir->time, began);
	p->header_asked = true;
	if (vfw_eat_stops(&eat) && vfw_scan_refuse(scan, p, VFW_REASON_SIGNATURE, tcp))
		return true;
	if (p->reason != VFW_REASON_RELATED)
		WRITE_ONCE(dir->met, true);
	return false;
}

void vfw_scan_error(struct vfw_pkt *p, struct vfw_flow *flow, u8 side)
{
	struct vfw_scan *scan = vfw_flow_scan(flow);

	if (!scan || !vfw_scan_header_wanted(scan, p))
		return;
	p->flow = flow;
	p->side = side;
	spin_lock(&scan->lock);
	/* it does not wait: nothing of it is scanned, and who owns the scan has its flowbits */
	if (!scan->busy && list_empty(&scan->jobs))
		vfw_scan_header(scan, p);
	else if (scan->user.profile)
		vfw_scan_overload(scan, p);
	spin_unlock(&scan->lock);
	p->flow = NULL;
}
