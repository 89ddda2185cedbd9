// SPDX-License-Identifier: GPL-2.0
#include "checksum.h"

static u64 sum16(const u8 *p, u32 len, u64 sum)
{
	u32 i;

	for (i = 0; i + 1 < len; i += 2)
		sum += vfw_get16(p + i);
	return len & 1 ? sum + (u32)(p[len - 1] << 8) : sum;
}

/* Whether what was summed, its own checksum among it, comes to all ones. */
static bool is_ones(u64 sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

bool vfw_checksum_right(const struct vfw_frame *f, const u8 *frame, u32 have)
{
	u32 bytes = f->kind == VFW_FRAME_IP4 ? 4 : 16, len, header;
	u64 sum = 0;

	if (f->kind != VFW_FRAME_IP4 && f->kind != VFW_FRAME_IP6)
		return true;
	if (f->end > have || f->l4_off > f->end)
		return true;
	if (f->kind == VFW_FRAME_IP4) {
		header = (frame[f->l3_off] & 15) * 4U;
		if (header > f->end - f->l3_off || !is_ones(sum16(frame + f->l3_off, header, 0)))
			return false;
	}
	if (!(f->flags & VFW_FRAME_F_L4) || f->flags & VFW_FRAME_F_FRAG)
		return true;
	len = f->end - f->l4_off;
	switch (f->proto) {
	case VFW_PROTO_UDP:
		/* 0: none was made, RFC 768 */
		if (len < 8 || !vfw_get16(frame + f->l4_off + 6))
			return f->kind == VFW_FRAME_IP4;
		break;
	case VFW_PROTO_TCP:
	case VFW_PROTO_ICMP6:
		break;
	case VFW_PROTO_ICMP:
		return is_ones(sum16(frame + f->l4_off, len, 0));
	default:
		return true;
	}
	sum = sum16(f->src, bytes, 0);
	sum = sum16(f->dst, bytes, sum);
	sum += f->proto + len;
	return is_ones(sum16(frame + f->l4_off, len, sum));
}
