// SPDX-License-Identifier: GPL-2.0
/*
 * Multipath TCP (RFC 8684) puts one stream together from several connections, in an order that its segments' options
 * say: what a scan of each connection has seen in order is not what the application gets. Where a profile
 * prevents, both ends are brought back to plain TCP: the option is taken out of every SYN, as middleboxes do that
 * do not know it (RFC 8684 3.7). None that goes by plain TCP sends it later; who does all the same is dropped.
 */
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/checksum.h>

#include "core/tcpopt.h"
#include "core/tcpstate.h"
#include "scan_flow.h"
#include "verdict.h"

/* Takes it out of a SYN of len bytes of options, its checksum kept right. False without memory. */
static bool multipath_clear(struct vfw_pkt *p, u32 len)
{
	u32 at = p->mac + p->f.l4_off, i;
	struct sk_buff *skb = p->skb;
	u8 old[VFW_TCPOPT_MAX];
	struct tcphdr *tcp;
	__be16 was, is;
	u8 *opt;

	if (skb_shared(skb) || skb_ensure_writable(skb, at + sizeof(*tcp) + len))
		return false;
	p->head = NULL;
	p->head_len = 0;
	tcp = (struct tcphdr *)(skb->data + at);
	opt = (u8 *)(tcp + 1);
	memcpy(old, opt, len);
	vfw_tcpopt_clear(opt, len, VFW_TCPOPT_MULTIPATH);
	for (i = 0; i < len; i += sizeof(was)) {
		memcpy(&was, old + i, sizeof(was));
		memcpy(&is, opt + i, sizeof(is));
		if (was != is)
			inet_proto_csum_replace2(&tcp->check, skb, was, is, false);
	}
	return true;
}

/* Brings it back to plain TCP. Returns why it may not pass, or VFW_REASON_NONE. */
static enum vfw_reason multipath_step(struct vfw_pkt *p)
{
	u32 at = p->mac + p->f.l4_off + sizeof(struct tcphdr);
	u32 len = p->f.payload_off - p->f.l4_off - sizeof(struct tcphdr);
	u8 buf[VFW_TCPOPT_MAX];
	const u8 *opt;

	/* a reset brings no data, and says by the option why it was sent */
	if (!len || p->f.tcp_flags & VFW_TCP_RST)
		return VFW_REASON_NONE;
	opt = skb_header_pointer(p->skb, (int)at, (int)len, buf);
	if (!opt)
		return VFW_REASON_NO_MEMORY;
	if (vfw_tcpopt_find(opt, len, 0, VFW_TCPOPT_MULTIPATH) == len)
		return VFW_REASON_NONE;
	if (!(p->f.tcp_flags & VFW_TCP_SYN))
		return VFW_REASON_STREAM_MULTIPATH;
	/* what cuts nothing changes nothing */
	if (!vfw_verdict_cuts(p) || multipath_clear(p, len))
		return VFW_REASON_NONE;
	return VFW_REASON_NO_MEMORY;
}

bool vfw_scan_multipath(struct vfw_scan *scan, struct vfw_pkt *p)
{
	enum vfw_reason reason = VFW_REASON_NONE;

	if (vfw_scan_drops(scan->user.profile, scan->app.spares))
		reason = multipath_step(p);
	return reason && vfw_scan_refuse(scan, p, reason, false);
}

void vfw_scan_multipath_unscanned(struct vfw_pkt *p)
{
	enum vfw_reason reason = VFW_REASON_NONE;

	if (p->f.proto == IPPROTO_TCP && p->f.tcp_flags & VFW_TCP_SYN)
		reason = multipath_step(p);
	if (reason)
		vfw_pkt_block(p, reason);
}
