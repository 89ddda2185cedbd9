// SPDX-License-Identifier: GPL-2.0
/*
 * One walk over the headers, outermost first. Every step asks need() for the
 * bytes it is about to read; nothing else compares with what is there. The end of
 * the packet is the frame's, then, once an IP header has said so, the IP packet's.
 *
 * A packet quoted by an ICMP error takes the same walk with `quoted` set: its
 * lengths speak of a packet that is not here, so they bound nothing, and 8 bytes
 * of the L4 header must do.
 */
#include <linux/vfw.h>

#include "frame.h"
#include "tcpopt.h"

enum {
	ETHERTYPE_FIRST = 0x0600, /* below: a length, IEEE 802.3 3.2.6 */
	ETHERTYPE_IP4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_IP6 = 0x86dd,
	ETHERTYPE_SVLAN = 0x88a8,
};

enum {
	EXT_HOP = 0,
	EXT_ROUTING = 43,
	EXT_FRAGMENT = 44,
	EXT_DEST = 60,
};

enum {
	ND_RS = 133,
	ND_RA,
	ND_NS,
	ND_NA,
	ND_REDIRECT,
};

#define IP6_HEADER 40
#define IP_PACKET_MAX 65535
#define TCP_SCALE_MAX 14 /* RFC 7323 2.3 */
#define HOP_OPTION_PAD1 0x00
#define HOP_OPTION_JUMBO 0xc2

struct walk {
	const u8 *p;
	u32 have; /* bytes at p, at most VFW_FRAME_HEAD_MAX */
	u32 safe; /* bytes at p that are the packet's: the lower of have and limit */
	u32 limit; /* where the packet ends, from p */
	bool gso;
	bool quoted;
};

static inline void walk_limit(struct walk *w, u32 limit)
{
	w->limit = limit;
	w->safe = w->have < limit ? w->have : limit;
}

/* May the walk read n bytes at off? Neither is ever above IP_PACKET_MAX + VFW_FRAME_HEAD_MAX. */
static inline enum vfw_frame_result need(const struct walk *w, u32 off, u32 n)
{
	u32 upto = off + n;

	if (upto <= w->safe)
		return VFW_FRAME_OK;
	if (upto > w->limit || upto > VFW_FRAME_HEAD_MAX || w->quoted)
		return VFW_FRAME_MALFORMED;
	return VFW_FRAME_MORE;
}

static bool is_zero(const u8 *p, u32 n)
{
	u8 any = 0;

	while (n--)
		any |= *p++;
	return !any;
}

/* ff02::1:ff00:0/104, RFC 4291 2.7.1 */
static bool is_solicited_node(const u8 *a)
{
	static const u8 prefix[13] = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};

	return !memcmp(a, prefix, sizeof(prefix));
}

static bool is_link_local(const u8 *a)
{
	return a[0] == 0xfe && (a[1] & 0xc0) == 0x80;
}

/* Options of neighbour discovery up to the packet's end, RFC 4861 4.6; `want` is noted. */
static enum vfw_frame_result parse_nd_options(struct vfw_frame *f, const struct walk *w, u32 off,
					      u8 want)
{
	while (off < w->limit) {
		const u8 *opt = w->p + off;
		u32 left = w->limit - off;
		u32 len;

		if (left < 2)
			return VFW_FRAME_MALFORMED;
		len = opt[1] * 8U;
		if (!len || len > left)
			return VFW_FRAME_MALFORMED;
		if (opt[0] == want) {
			if (len != 8)
				return VFW_FRAME_MALFORMED;
			if (f->flags & VFW_FRAME_F_ND_LLADDR && memcmp(f->nd_lladdr, opt + 2, 6))
				return VFW_FRAME_MALFORMED;
			memcpy(f->nd_lladdr, opt + 2, 6);
			f->flags |= VFW_FRAME_F_ND_LLADDR;
		}
		off += len;
	}
	return VFW_FRAME_OK;
}

/* RFC 4861: 6.1.1 RS, 6.1.2 RA, 7.1.1 NS, 7.1.2 NA, 8.1 redirect; RFC 6980: never in fragments */
static enum vfw_frame_result parse_nd(struct vfw_frame *f, const struct walk *w)
{
	static const u8 header[] = {8, 16, 24, 24, 40};
	u32 off = f->l4_off;
	u32 head = header[f->icmp_type - ND_RS];
	const u8 *p = w->p + off;
	bool from_none = is_zero(f->src, 16);
	enum vfw_frame_result r;
	u8 want = 1; /* source link-layer address */

	f->flags |= VFW_FRAME_F_ND;
	if (w->quoted)
		return VFW_FRAME_OK;
	if (f->ttl != 255 || f->icmp_code || f->flags & VFW_FRAME_F_FRAG)
		return VFW_FRAME_MALFORMED;
	if (w->limit - off < head)
		return VFW_FRAME_MALFORMED;
	r = need(w, off, w->limit - off);
	if (r)
		return r;

	switch (f->icmp_type) {
	case ND_RA:
		if (!is_link_local(f->src))
			return VFW_FRAME_MALFORMED;
		break;
	case ND_NS:
		if (from_none && !is_solicited_node(f->dst))
			return VFW_FRAME_MALFORMED;
		break;
	case ND_NA:
		want = 2; /* target link-layer address */
		if (f->dst[0] == 0xff && p[4] & 0x40)
			return VFW_FRAME_MALFORMED;
		break;
	case ND_REDIRECT:
		want = 2;
		if (!is_link_local(f->src))
			return VFW_FRAME_MALFORMED;
		break;
	}
	if (f->icmp_type >= ND_NS) {
		memcpy(f->nd_target, p + 8, 16);
		if (f->icmp_type != ND_REDIRECT && f->nd_target[0] == 0xff)
			return VFW_FRAME_MALFORMED;
	}
	r = parse_nd_options(f, w, off + head, want);
	if (!r && from_none && want == 1 && f->flags & VFW_FRAME_F_ND_LLADDR)
		return VFW_FRAME_MALFORMED;
	return r;
}

static enum vfw_frame_result parse_icmp(struct vfw_frame *f, const struct walk *w, bool ip6)
{
	const u8 *p = w->p + f->l4_off;
	enum vfw_frame_result r = need(w, f->l4_off, 8);

	if (r)
		return r;
	f->icmp_type = p[0];
	f->icmp_code = p[1];
	f->payload_off = f->l4_off + 8;
	f->flags |= VFW_FRAME_F_L4;
	if (ip6) {
		switch (p[0]) {
		case 128: /* echo request and reply, RFC 4443 */
		case 129:
		case 160: /* extended echo, RFC 8335 */
		case 161:
			f->icmp_id = vfw_get16(p + 4);
			break;
		case 1: /* unreachable, too big, time exceeded, parameter problem */
		case 2:
		case 3:
		case 4:
			f->flags |= VFW_FRAME_F_ICMP_ERROR;
			f->inner_off = f->payload_off;
			break;
		case ND_RS:
		case ND_RA:
		case ND_NS:
		case ND_NA:
		case ND_REDIRECT:
			return parse_nd(f, w);
		}
		return VFW_FRAME_OK;
	}
	switch (p[0]) {
	case 0: /* echo, timestamp, information, RFC 792; mask, RFC 950; extended echo */
	case 8:
	case 13:
	case 14:
	case 15:
	case 16:
	case 17:
	case 18:
	case 42:
	case 43:
		f->icmp_id = vfw_get16(p + 4);
		break;
	case 3: /* unreachable, source quench, redirect, time exceeded, parameter problem */
	case 4:
	case 5:
	case 11:
	case 12:
		f->flags |= VFW_FRAME_F_ICMP_ERROR;
		f->inner_off = f->payload_off;
		break;
	}
	return VFW_FRAME_OK;
}

/* Window scale among the options of a SYN; as receivers read it the last counts. */
static u8 tcp_scale(const u8 *opt, u32 len)
{
	u8 scale = VFW_FRAME_NO_SCALE;
	u32 at;

	for (at = 0; (at = vfw_tcpopt_find(opt, len, at, VFW_TCPOPT_SCALE)) < len;
	     at += opt[at + 1])
		if (opt[at + 1] == 3)
			scale = opt[at + 2] > TCP_SCALE_MAX ? TCP_SCALE_MAX : opt[at + 2];
	return scale;
}

static enum vfw_frame_result parse_tcp(struct vfw_frame *f, const struct walk *w)
{
	const u8 *p = w->p + f->l4_off;
	enum vfw_frame_result r = need(w, f->l4_off, w->quoted ? 8 : 20);
	u32 len;

	if (r)
		return r;
	f->sport = vfw_get16(p);
	f->dport = vfw_get16(p + 2);
	f->tcp_seq = vfw_get32(p + 4);
	if (w->quoted) {
		f->payload_off = f->l4_off + 8;
		f->flags |= VFW_FRAME_F_L4;
		return VFW_FRAME_OK;
	}
	f->tcp_ack = vfw_get32(p + 8);
	f->tcp_flags = p[13];
	f->tcp_win = vfw_get16(p + 14);
	len = (p[12] >> 4) * 4U;
	if (len < 20)
		return VFW_FRAME_MALFORMED;
	f->payload_off = f->l4_off + len;
	f->flags |= VFW_FRAME_F_L4;
	r = need(w, f->l4_off, len);
	f->tcp_scale = r || !(p[13] & 2) ? VFW_FRAME_NO_SCALE : tcp_scale(p + 20, len - 20);
	return r;
}

static enum vfw_frame_result parse_udp(struct vfw_frame *f, const struct walk *w)
{
	const u8 *p = w->p + f->l4_off;
	enum vfw_frame_result r = need(w, f->l4_off, 8);
	u32 len;

	if (r)
		return r;
	f->sport = vfw_get16(p);
	f->dport = vfw_get16(p + 2);
	f->payload_off = f->l4_off + 8;
	f->flags |= VFW_FRAME_F_L4;
	len = vfw_get16(p + 4);
	if (w->quoted || (w->gso && !len))
		return VFW_FRAME_OK;
	if (len < 8)
		return VFW_FRAME_MALFORMED;
	if (f->flags & VFW_FRAME_F_FRAG)
		return VFW_FRAME_OK;
	if (len > w->limit - f->l4_off)
		return VFW_FRAME_MALFORMED;
	/* what is behind is cut off by the receiver; of a super-frame each part has a length of its own */
	if (!w->gso)
		f->end = f->l4_off + len;
	return VFW_FRAME_OK;
}

/* SCTP (RFC 9260 3.1), UDP-Lite (RFC 3828), DCCP (RFC 4340 5.1): ports first */
static enum vfw_frame_result parse_ports(struct vfw_frame *f, const struct walk *w, u32 head)
{
	const u8 *p = w->p + f->l4_off;
	enum vfw_frame_result r;

	if (w->quoted)
		head = 8;
	r = need(w, f->l4_off, head);
	if (r)
		return r;
	f->sport = vfw_get16(p);
	f->dport = vfw_get16(p + 2);
	if (f->proto == VFW_PROTO_DCCP && !w->quoted) {
		if (p[4] * 4U < head)
			return VFW_FRAME_MALFORMED;
		head = p[4] * 4U;
		r = need(w, f->l4_off, head);
	}
	f->payload_off = f->l4_off + head;
	f->flags |= VFW_FRAME_F_L4;
	return r;
}

/* The packet from l4_off on. RFC 7112: a first fragment holds all headers. */
static enum vfw_frame_result parse_l4(struct vfw_frame *f, const struct walk *w, bool ip6)
{
	switch (f->proto) {
	case VFW_PROTO_TCP:
		return parse_tcp(f, w);
	case VFW_PROTO_UDP:
		return parse_udp(f, w);
	case VFW_PROTO_ICMP:
		return ip6 ? VFW_FRAME_MALFORMED : parse_icmp(f, w, false);
	case VFW_PROTO_ICMP6:
		return ip6 ? parse_icmp(f, w, true) : VFW_FRAME_MALFORMED;
	case VFW_PROTO_UDPLITE:
		return parse_ports(f, w, 8);
	case VFW_PROTO_SCTP:
	case VFW_PROTO_DCCP:
		return parse_ports(f, w, 12);
	default:
		return VFW_FRAME_OK;
	}
}

/*
 * Notes a fragment whose data begins at off. RFC 791 and RFC 8200 4.5: data of all but the last
 * is a multiple of 8; the whole fits a packet. RFC 3128: no second fragment inside TCP's header.
 */
static enum vfw_frame_result note_fragment(struct vfw_frame *f, const struct walk *w, u32 off,
					   bool more)
{
	u32 len = w->limit - off;

	f->flags |= VFW_FRAME_F_FRAG;
	if (more)
		f->flags |= VFW_FRAME_F_FRAG_MORE;
	if (!f->frag_off)
		f->flags |= VFW_FRAME_F_FRAG_FIRST;
	if (w->quoted)
		return VFW_FRAME_OK;
	f->frag_end = f->frag_off + len;
	if (w->gso || !len || (more && len % 8) || f->frag_end > IP_PACKET_MAX)
		return VFW_FRAME_MALFORMED;
	if (f->proto == VFW_PROTO_TCP && f->frag_off && f->frag_off < 20)
		return VFW_FRAME_MALFORMED;
	return VFW_FRAME_OK;
}

static enum vfw_frame_result parse_ip4_options(struct vfw_frame *f, const u8 *opt, u32 left)
{
	f->flags |= VFW_FRAME_F_OPTIONS;
	while (left && *opt) {
		u32 len = 1;

		if (*opt != 1) {
			if (left < 2 || opt[1] < 2 || opt[1] > left)
				return VFW_FRAME_MALFORMED;
			len = opt[1];
			if (*opt == 131 || *opt == 137) /* LSRR, SSRR */
				f->flags |= VFW_FRAME_F_ROUTING;
		}
		opt += len;
		left -= len;
	}
	return VFW_FRAME_OK;
}

static enum vfw_frame_result parse_ip4(struct vfw_frame *f, struct walk *w)
{
	u32 off = f->l3_off;
	const u8 *p = w->p + off;
	enum vfw_frame_result r = need(w, off, 20);
	u32 head, total;
	u16 frag;

	f->kind = VFW_FRAME_IP4;
	if (r)
		return r;
	head = (p[0] & 15) * 4U;
	total = vfw_get16(p + 2);
	frag = vfw_get16(p + 6);
	memcpy(f->src, p + 12, 4);
	memcpy(f->dst, p + 16, 4);
	f->proto = p[9];
	f->ttl = p[8];
	if (p[0] >> 4 != 4 || head < 20)
		return VFW_FRAME_MALFORMED;
	/* RFC 1122 3.2.1.3: no multicast or broadcast source */
	if (p[12] >= 224 && (p[12] < 240 || vfw_get32(p + 12) == 0xffffffff))
		return VFW_FRAME_MALFORMED;
	if (!w->quoted) {
		if (w->gso) {
			if (total && total != w->limit - off)
				return VFW_FRAME_MALFORMED;
		} else {
			if (total < head || total > w->limit - off)
				return VFW_FRAME_MALFORMED;
			walk_limit(w, off + total);
		}
	}
	f->end = w->limit;
	if (head > 20) {
		r = need(w, off, head);
		if (!r)
			r = parse_ip4_options(f, p + 20, head - 20);
		if (r)
			return r;
	}
	off += head;
	f->l4_off = off;
	f->payload_off = off;
	if (frag & 0x3fff) {
		f->frag_id = vfw_get16(p + 4);
		f->frag_off = (frag & 0x1fff) * 8U;
		r = note_fragment(f, w, off, frag & 0x2000);
		if (r || f->frag_off)
			return r;
	}
	return parse_l4(f, w, false);
}

/* Hop-by-hop options at opt: only a GSO frame may be a jumbogram (RFC 2675). */
static enum vfw_frame_result parse_hop(struct vfw_frame *f, const struct walk *w, const u8 *opt,
				       u32 left)
{
	bool jumbo_ok = w->gso && !vfw_get16(w->p + f->l3_off + 4);
	u32 len;

	for (; left; opt += len, left -= len) {
		len = 1;
		if (*opt == HOP_OPTION_PAD1)
			continue;
		if (left < 2)
			return VFW_FRAME_MALFORMED;
		len = 2U + opt[1];
		if (len > left)
			return VFW_FRAME_MALFORMED;
		if (*opt != HOP_OPTION_JUMBO || w->quoted)
			continue;
		if (!jumbo_ok || len != 6 ||
		    vfw_get32(opt + 2) != w->limit - f->l3_off - IP6_HEADER)
			return VFW_FRAME_MALFORMED;
	}
	return VFW_FRAME_OK;
}

/* Extension headers at off, the first of them `next`; then the L4 header. */
static enum vfw_frame_result parse_ip6_chain(struct vfw_frame *f, const struct walk *w, u32 off,
					     u8 next)
{
	bool fragmented = false;
	u32 n;

	for (n = 0;; n++) {
		const u8 *p = w->p + off;
		enum vfw_frame_result r;
		u32 len;

		f->proto = next;
		f->l4_off = off;
		f->payload_off = off;
		if (next != EXT_HOP && next != EXT_ROUTING && next != EXT_DEST &&
		    next != EXT_FRAGMENT)
			return parse_l4(f, w, true);
		if (n == VFW_FRAME_EXT_MAX || (next == EXT_HOP && n))
			return VFW_FRAME_MALFORMED;
		f->flags |= VFW_FRAME_F_OPTIONS;
		r = need(w, off, 8);
		if (r)
			return r;
		if (next == EXT_FRAGMENT) {
			bool more = p[3] & 1;

			if (fragmented)
				return VFW_FRAME_MALFORMED;
			fragmented = true;
			off += 8;
			f->frag_id = vfw_get32(p + 4);
			f->frag_off = vfw_get16(p + 2) & 0xfff8;
			f->proto = p[0];
			f->l4_off = off;
			f->payload_off = off;
			/* RFC 6946: offset 0 and nothing to follow is a whole packet */
			if (f->frag_off || more) {
				r = note_fragment(f, w, off, more);
				if (r || f->frag_off)
					return r;
			}
		} else {
			len = (p[1] + 1U) * 8;
			r = need(w, off, len);
			if (!r && next == EXT_HOP)
				r = parse_hop(f, w, p + 2, len - 2);
			if (r)
				return r;
			if (next == EXT_ROUTING)
				f->flags |= VFW_FRAME_F_ROUTING;
			off += len;
		}
		next = p[0];
	}
}

static enum vfw_frame_result parse_ip6(struct vfw_frame *f, struct walk *w)
{
	u32 off = f->l3_off;
	const u8 *p = w->p + off;
	enum vfw_frame_result r = need(w, off, IP6_HEADER);
	u32 len;

	f->kind = VFW_FRAME_IP6;
	if (r)
		return r;
	len = vfw_get16(p + 4);
	f->ttl = p[7];
	memcpy(f->src, p + 8, 16);
	memcpy(f->dst, p + 24, 16);
	/* RFC 4291 2.7 and 2.5.2: no multicast source, no unspecified destination */
	if (p[0] >> 4 != 6 || f->src[0] == 0xff || is_zero(f->dst, 16))
		return VFW_FRAME_MALFORMED;
	off += IP6_HEADER;
	if (!w->quoted) {
		if (w->gso) {
			if (len && len != w->limit - off)
				return VFW_FRAME_MALFORMED;
		} else {
			if (len > w->limit - off)
				return VFW_FRAME_MALFORMED;
			walk_limit(w, off + len);
		}
	}
	f->end = w->limit;
	return parse_ip6_chain(f, w, off, p[6]);
}

/* ARP for IPv4 on Ethernet, RFC 826; other sizes would let a claim hide */
static enum vfw_frame_result parse_arp(struct vfw_frame *f, const struct walk *w)
{
	const u8 *p = w->p + f->l3_off;
	enum vfw_frame_result r = need(w, f->l3_off, 28);

	f->kind = VFW_FRAME_ARP;
	if (r)
		return r;
	if (vfw_get32(p) != (1U << 16 | ETHERTYPE_IP4) || vfw_get16(p + 4) != 0x0604)
		return VFW_FRAME_MALFORMED;
	f->arp_op = vfw_get16(p + 6);
	memcpy(f->arp_sha, p + 8, 6);
	memcpy(f->src, p + 14, 4);
	memcpy(f->arp_tha, p + 18, 6);
	memcpy(f->dst, p + 24, 4);
	return VFW_FRAME_OK;
}

/* An IEEE 802.3 frame of len bytes. IP, ARP or a tag behind SNAP (RFC 1042, 802.1H) is hiding. */
static enum vfw_frame_result parse_llc(struct vfw_frame *f, const struct walk *w, u32 len)
{
	const u8 *p = w->p + f->l3_off;
	enum vfw_frame_result r;

	f->ethertype = 0;
	if (len > w->limit - f->l3_off)
		return VFW_FRAME_MALFORMED;
	if (len < 8)
		return VFW_FRAME_OK;
	r = need(w, f->l3_off, 8);
	if (r)
		return r;
	if (vfw_get16(p) != 0xaaaa || p[2] != 3 || p[3] || p[4] || (p[5] && p[5] != 0xf8))
		return VFW_FRAME_OK;
	switch (vfw_get16(p + 6)) {
	case ETHERTYPE_IP4:
	case ETHERTYPE_IP6:
	case ETHERTYPE_ARP:
	case ETHERTYPE_VLAN:
	case ETHERTYPE_SVLAN:
		return VFW_FRAME_MALFORMED;
	default:
		return VFW_FRAME_OK;
	}
}

/* All that no TCP or UDP packet says; what it says is for the caller. */
static inline __attribute__((always_inline)) void usual_begin(struct vfw_frame *f, const u8 *head)
{
	const u8 *p = head + 14;

	memcpy(f->dmac, head, 6);
	memcpy(f->smac, head + 6, 6);
	f->ethertype = ETHERTYPE_IP4;
	f->n_tags = 0;
	memset(f->tci, 0, sizeof(f->tci));
	f->flags = VFW_FRAME_F_L4;
	memcpy(f->src, p + 12, 4);
	memset(f->src + 4, 0, 12);
	memcpy(f->dst, p + 16, 4);
	memset(f->dst + 4, 0, 12);
	f->l3_off = 14;
	f->l4_off = 34;
	f->kind = VFW_FRAME_IP4;
	f->proto = p[9];
	f->ttl = p[8];
	f->sport = vfw_get16(p + 20);
	f->dport = vfw_get16(p + 22);
	f->icmp_type = 0;
	f->icmp_code = 0;
	f->icmp_id = 0;
	f->arp_op = 0;
	f->frag_id = 0;
	f->frag_off = 0;
	f->frag_end = 0;
	f->inner_off = 0;
	memset(f->nd_target, 0, sizeof(f->nd_target));
	memset(f->nd_lladdr, 0, sizeof(f->nd_lladdr));
	memset(f->nd_pad, 0, sizeof(f->nd_pad));
}

/*
 * Nearly all frames, as vfw_frame_usual() says. Reads them as the walk would, without its detours. False: it is none,
 * and *f says nothing.
 */
static inline bool parse_usual(struct vfw_frame *f, const u8 *head, u32 have, u32 frame_len,
			       bool gso)
{
	const u8 *l4 = head + 34;
	u32 len = vfw_frame_usual(head, have, frame_len, gso);

	if (!len)
		return false;
	usual_begin(f, head);
	f->payload_off = 34 + len;
	f->end = 14 + vfw_get16(head + 16);
	if (f->proto == VFW_PROTO_TCP) {
		f->tcp_flags = l4[13];
		f->tcp_seq = vfw_get32(l4 + 4);
		f->tcp_ack = vfw_get32(l4 + 8);
		f->tcp_win = vfw_get16(l4 + 14);
		f->tcp_scale = l4[13] & 2 ? tcp_scale(l4 + 20, len - 20) : VFW_FRAME_NO_SCALE;
	} else {
		if (!gso)
			f->end = 34 + vfw_get16(l4 + 4);
		f->tcp_flags = 0;
		f->tcp_seq = 0;
		f->tcp_ack = 0;
		f->tcp_win = 0;
		f->tcp_scale = 0;
	}
	return true;
}

static __attribute__((__noinline__)) enum vfw_frame_result
parse_walk(struct vfw_frame *f, const u8 *head, u32 head_len, u32 frame_len, bool gso)
{
	struct walk w = {.p = head, .gso = gso};
	enum vfw_frame_result r;
	u32 off = 14;
	u16 type;

	memset(f, 0, sizeof(*f));
	w.have = head_len < VFW_FRAME_HEAD_MAX ? head_len : VFW_FRAME_HEAD_MAX;
	walk_limit(&w, frame_len);
	f->end = frame_len;
	r = need(&w, 0, 14);
	if (r)
		return r;
	memcpy(f->dmac, head, 6);
	memcpy(f->smac, head + 6, 6);
	type = vfw_get16(head + 12);
	while (type == ETHERTYPE_VLAN || type == ETHERTYPE_SVLAN) {
		f->ethertype = type;
		if (f->n_tags == VFW_FRAME_VLAN_MAX)
			return VFW_FRAME_MALFORMED;
		r = need(&w, off, 4);
		if (r)
			return r;
		f->tci[f->n_tags++] = vfw_get16(head + off);
		type = vfw_get16(head + off + 2);
		off += 4;
	}
	f->ethertype = type;
	f->l3_off = off;
	f->l4_off = off;
	f->payload_off = off;
	switch (type) {
	case ETHERTYPE_IP4:
		return parse_ip4(f, &w);
	case ETHERTYPE_IP6:
		return parse_ip6(f, &w);
	case ETHERTYPE_ARP:
		return parse_arp(f, &w);
	default:
		return type < ETHERTYPE_FIRST ? parse_llc(f, &w, type) : VFW_FRAME_OK;
	}
}

enum vfw_frame_result vfw_frame_parse(struct vfw_frame *f, const u8 *head, u32 head_len,
				      u32 frame_len, bool gso)
{
	if (parse_usual(f, head, head_len, frame_len, gso))
		return VFW_FRAME_OK;
	return parse_walk(f, head, head_len, frame_len, gso);
}

enum vfw_frame_result vfw_frame_parse_inner(struct vfw_frame *f, const u8 *p, u32 len, bool ip6)
{
	struct walk w = {.p = p, .quoted = true};

	memset(f, 0, sizeof(*f));
	w.have = len < VFW_FRAME_HEAD_MAX ? len : VFW_FRAME_HEAD_MAX;
	walk_limit(&w, w.have);
	return ip6 ? parse_ip6(f, &w) : parse_ip4(f, &w);
}

u32 vfw_frame_key(const struct vfw_frame *f)
{
	if (f->kind != VFW_FRAME_IP4 && f->kind != VFW_FRAME_IP6)
		return VFW_KEY(VFW_CLASS_ETHER, f->ethertype);
	/* only one of the two is ever other than 0 */
	return VFW_KEY(f->proto, f->dport | f->icmp_type << 8 | f->icmp_code);
}
