// SPDX-License-Identifier: GPL-2.0
#include "plain.h"

bool vfw_plain_head(struct vfw_plain_head *h, const struct vfw_frame *f, u32 door)
{
	const u16 sport = f->sport, dport = f->dport;
	u8 head[VFW_PLAIN_MIN] = {[12] = 0x08, [13] = 0x00, [14] = 0x45};

	if (f->kind != VFW_FRAME_IP4 || f->proto != VFW_PROTO_TCP || f->flags != VFW_FRAME_F_L4 ||
	    f->n_tags || f->l4_off != VFW_PLAIN_L4)
		return false;
	memcpy(head, f->dmac, 6);
	memcpy(head + 6, f->smac, 6);
	memcpy(head + 26, f->src, 4);
	memcpy(head + 30, f->dst, 4);
	head[34] = (u8)(sport >> 8);
	head[35] = (u8)sport;
	head[36] = (u8)(dport >> 8);
	head[37] = (u8)dport;
	h->macs = vfw_plain_word(head);
	h->type = vfw_plain_word(head + 8);
	h->addrs = vfw_plain_word(head + 26);
	memcpy(&h->ports, head + 34, sizeof(h->ports));
	h->door = door;
	return true;
}
