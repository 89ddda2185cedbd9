// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a frame. First byte: bit 0 GSO, bits 1-2 how much longer than the bytes at hand the
 * frame says it is. Asserted: the answer depends on the frame alone, offsets stay in
 * order and inside, and what the key and the flow key promise.
 */
#include "core/flowkey.h"
#include "core/plain.h"

#include <linux/vfw.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

/* Parses with the head in a buffer of its exact size. */
static enum vfw_frame_result parse(struct vfw_frame *f, const u8 *bytes, u32 head_len,
				   u32 frame_len, bool gso)
{
	u8 *head = malloc(head_len ? head_len : 1);
	enum vfw_frame_result r;

	memcpy(head, bytes, head_len);
	memset(f, 0xa5, sizeof(*f));
	r = vfw_frame_parse(f, head, head_len, frame_len, gso);
	free(head);
	return r;
}

static void check_whole(const struct vfw_frame *f, u32 frame_len, bool gso)
{
	bool ip = f->kind == VFW_FRAME_IP4 || f->kind == VFW_FRAME_IP6;
	bool later = f->flags & VFW_FRAME_F_FRAG && !(f->flags & VFW_FRAME_F_FRAG_FIRST);
	struct vfw_flow_key k, back;
	struct vfw_frame turned = *f;
	u32 key = vfw_frame_key(f);
	int r;

	must(f->l3_off >= 14 && f->l3_off <= f->l4_off);
	must(f->l4_off <= f->payload_off && f->payload_off <= f->end && f->end <= frame_len);
	must(f->payload_off <= VFW_FRAME_HEAD_MAX);
	must(f->n_tags <= VFW_FRAME_VLAN_MAX);
	must(!gso || !ip || f->end == frame_len);
	must(!(f->flags & VFW_FRAME_F_L4) || f->payload_off >= f->l4_off + 8);
	must(!later || !(f->flags & VFW_FRAME_F_L4));
	must(!(f->flags & VFW_FRAME_F_ND) || f->ttl == 255);
	must(ip ? key >> 16 == f->proto : key >> 16 == VFW_CLASS_ETHER);
	must(key <= VFW_KEY_LAST);
	if (f->flags & VFW_FRAME_F_ICMP_ERROR)
		must(f->inner_off == f->payload_off);

	r = vfw_flowkey_make(&k, f, 3, 5, 1, 2);
	must((r >= 0) == (ip && !later && !(f->flags & (VFW_FRAME_F_ICMP_ERROR | VFW_FRAME_F_ND))));
	if (r < 0)
		return;
	memcpy(turned.src, f->dst, 16);
	memcpy(turned.dst, f->src, 16);
	turned.sport = f->dport;
	turned.dport = f->sport;
	must(vfw_flowkey_make(&back, &turned, 5, 3, 1, 2) == (r ^ (int)VFW_FLOWKEY_SIDE));
	/* turned round it is the same conversation, but for ICMP, where the asker changed */
	must(vfw_flowkey_equal(&k, &back) == (k.ask == VFW_FLOWKEY_ASK_NONE));
}

/* What is plain is nothing else to the parser, with the same head by either way. */
static void check_plain(const u8 *bytes, u32 len, u32 frame_len, bool gso)
{
	struct vfw_plain_head head;
	struct vfw_tcp_plain tcp;
	struct vfw_plain s;
	struct vfw_frame f;

	if (!vfw_plain_read(&s, bytes, len, frame_len, gso, 7))
		return;
	/* no head of a plain frame: it will be the same as none */
	if (memcmp(bytes + 12, "\x08\x00\x45", 3) || bytes[26] >= 224)
		return;
	must(vfw_frame_parse(&f, bytes, len, frame_len, gso) == VFW_FRAME_OK);
	must(f.flags == VFW_FRAME_F_L4 && f.proto == VFW_PROTO_TCP && !f.n_tags);
	vfw_plain_tcp(&tcp, s.len, bytes);
	must(f.tcp_seq == tcp.seq && f.tcp_ack == tcp.ack && f.tcp_win == tcp.win);
	must(f.payload_off == VFW_PLAIN_MIN + vfw_plain_options(bytes) &&
	     f.end == f.payload_off + tcp.len);
	must((f.tcp_flags & (VFW_TCP_SYN | VFW_TCP_FIN | VFW_TCP_RST | VFW_TCP_ACK |
			     VFW_TCP_URG)) == VFW_TCP_ACK);
	must(vfw_plain_head(&head, &f, 7) && vfw_plain_same(&head, &s.head));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vfw_frame whole, part;
	enum vfw_frame_result want;
	u32 n, full, frame_len;
	bool gso;

	if (!size)
		return 0;
	gso = data[0] & 1;
	frame_len = (u32)(size - 1) + (data[0] >> 1 & 3) * 700;
	data++;
	size--;
	want = parse(&whole, data, (u32)size, frame_len, gso);
	must(want != VFW_FRAME_MORE || (size < frame_len && size < VFW_FRAME_HEAD_MAX));
	if (want == VFW_FRAME_OK)
		check_whole(&whole, frame_len, gso);
	check_plain(data, (u32)size, frame_len, gso);
	full = size < VFW_FRAME_HEAD_MAX ? (u32)size : VFW_FRAME_HEAD_MAX;
	for (n = 0; n <= full; n += 1 + n / 16) {
		enum vfw_frame_result got = parse(&part, data, n, frame_len, gso);

		must(got == VFW_FRAME_MORE ||
		     (got == want && !memcmp(&part, &whole, sizeof(whole))));
	}
	return 0;
}
