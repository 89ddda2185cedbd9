// SPDX-License-Identifier: GPL-2.0
#include "loose.h"

#define HEADERS_MAX 64 /* IPv6 extension headers */

static void transport(struct vfw_frame *f, const u8 *frame)
{
	const u8 *p = frame + f->l4_off;
	u32 left = f->end - f->l4_off, header = 8;

	f->payload_off = f->l4_off;
	switch (f->proto) {
	case VFW_PROTO_TCP:
		if (left < 20)
			return;
		header = (p[12] >> 4) * 4U;
		if (header < 20 || header > left)
			return;
		f->tcp_seq = vfw_get32(p + 4);
		f->tcp_ack = vfw_get32(p + 8);
		f->tcp_flags = p[13];
		f->tcp_win = vfw_get16(p + 14);
		break;
	case VFW_PROTO_UDP:
		if (left < 8 || vfw_get16(p + 4) < 8 || vfw_get16(p + 4) > left)
			return;
		break;
	case VFW_PROTO_ICMP:
	case VFW_PROTO_ICMP6:
		if (left < 4)
			return;
		header = left < 8 ? left : 8;
		f->icmp_type = p[0];
		f->icmp_code = p[1];
		f->payload_off = f->l4_off + header;
		f->flags |= VFW_FRAME_F_L4;
		return;
	default:
		return;
	}
	f->sport = vfw_get16(p);
	f->dport = vfw_get16(p + 2);
	f->payload_off = f->l4_off + header;
	f->flags |= VFW_FRAME_F_L4;
}

static void fragment(struct vfw_frame *f, u32 off, bool more)
{
	f->frag_off = off;
	f->frag_end = off + f->end - f->l4_off;
	f->flags |= VFW_FRAME_F_FRAG | (more ? VFW_FRAME_F_FRAG_MORE : 0) |
		    (off ? 0 : VFW_FRAME_F_FRAG_FIRST);
	f->payload_off = f->l4_off;
}

static bool ip4(struct vfw_frame *f, const u8 *frame, u32 len)
{
	const u8 *p = frame + f->l3_off;
	u32 left = len - f->l3_off, header, total, frag;

	if (left < 20 || p[0] >> 4 != 4)
		return false;
	header = (p[0] & 15) * 4U;
	total = vfw_get16(p + 2);
	if (header < 20 || total < header || header > left)
		return false;
	memcpy(f->src, p + 12, 4);
	memcpy(f->dst, p + 16, 4);
	f->ttl = p[8];
	f->proto = p[9];
	f->end = f->l3_off + (total < left ? total : left);
	f->l4_off = f->l3_off + header;
	f->payload_off = f->l4_off;
	frag = vfw_get16(p + 6);
	f->frag_id = vfw_get16(p + 4);
	if (frag & 0x3fff)
		fragment(f, (frag & 0x1fff) * 8, frag & 0x2000);
	else
		transport(f, frame);
	return true;
}

static bool ip6(struct vfw_frame *f, const u8 *frame, u32 len)
{
	const u8 *p = frame + f->l3_off;
	u32 left = len - f->l3_off, off = f->l3_off + 40, n, header;
	u8 next;

	if (left < 40 || p[0] >> 4 != 6)
		return false;
	memcpy(f->src, p + 8, 16);
	memcpy(f->dst, p + 24, 16);
	f->ttl = p[7];
	f->end = off + vfw_get16(p + 4);
	if (f->end > len || !vfw_get16(p + 4))
		f->end = len;
	next = p[6];
	for (n = 0; n < HEADERS_MAX; n++) {
		const u8 *h = frame + off;

		f->proto = next;
		f->l4_off = off;
		f->payload_off = off;
		if (next != 0 && next != 43 && next != 60 && next != VFW_PROTO_FRAG6) {
			transport(f, frame);
			return true;
		}
		if (f->end - off < 8)
			return true;
		header = next == VFW_PROTO_FRAG6 ? 8 : (h[1] + 1U) * 8;
		if (header > f->end - off)
			return true;
		off += header;
		if (next == VFW_PROTO_FRAG6 && (vfw_get16(h + 2) & 0xfff9)) {
			f->frag_id = vfw_get32(h + 4);
			f->proto = h[0];
			f->l4_off = off;
			fragment(f, vfw_get16(h + 2) & 0xfff8, h[3] & 1);
			return true;
		}
		next = h[0];
	}
	return true;
}

bool vfw_loose_parse(struct vfw_frame *f, const u8 *frame, u32 len)
{
	struct vfw_frame g = {.ethertype = f->ethertype,
			      .n_tags = f->n_tags,
			      .l3_off = f->l3_off,
			      .kind = f->kind};
	bool ok;

	memcpy(g.dmac, f->dmac, 6);
	memcpy(g.smac, f->smac, 6);
	memcpy(g.tci, f->tci, sizeof(g.tci));
	if (g.l3_off > len)
		return false;
	ok = g.kind == VFW_FRAME_IP4 ? ip4(&g, frame, len) : ip6(&g, frame, len);
	if (ok)
		*f = g;
	return ok;
}
