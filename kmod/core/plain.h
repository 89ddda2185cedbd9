/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Nearly every frame of a conversation that runs: a TCP segment with ACK and without SYN, FIN, RST and URG, in IPv4,
 * untagged, whole, without options of IP, and all its lengths right. Of such a one a few words say all that does not
 * change from one to the next (its head), and a few numbers the rest, so it need not be taken apart to tell what it
 * belongs to. vfw_frame_parse() finds nothing wrong with what is plain, and reads the same of it.
 */
#ifndef VFW_CORE_PLAIN_H
#define VFW_CORE_PLAIN_H

#include "frame.h"
#include "tcpopt.h"
#include "tcpplain.h"

#define VFW_PLAIN_L4 34 /* where its TCP header begins */
#define VFW_PLAIN_MIN 54 /* bytes up to the TCP options */

/* What does not change, as it lies in the frame, and by which door it came. No padding. */
struct vfw_plain_head {
	u64 macs; /* destination, two bytes of source */
	u64 type; /* the rest of source, ethertype, version; zero for the type of service */
	u64 addrs; /* source and destination */
	u32 ports;
	u32 door; /* as the caller says, who tells frames by it */
};

struct vfw_plain {
	struct vfw_plain_head head;
	u32 len; /* bytes of payload */
};

static inline u64 vfw_plain_word(const u8 *p)
{
	u64 word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* A word of which only these bytes count: 0 or 0xff each. */
static inline u64 vfw_plain_mask(u8 a, u8 b, u8 c, u8 d, u8 e, u8 f, u8 g, u8 h)
{
	const u8 bytes[] = {a, b, c, d, e, f, g, h};

	return vfw_plain_word(bytes);
}

static inline bool vfw_plain_same(const struct vfw_plain_head *a, const struct vfw_plain_head *b)
{
	return a->macs == b->macs && a->type == b->type && a->addrs == b->addrs &&
	       a->ports == b->ports && a->door == b->door;
}

/*
 * Reads a frame, arguments as of vfw_frame_parse(), head_len no more than frame_len, that came by that door. Returns false, *s undefined, if it is not plain, or has less than its
 * headers in head. True: it is plain if s->head is the same as that of some plain frame, and only then; what of a head
 * would make it none is left to that comparison. Any context. Inlined always: then none of *s need lie in memory.
 */
static inline __attribute__((always_inline)) bool
vfw_plain_read(struct vfw_plain *s, const u8 *head, u32 head_len, u32 frame_len, bool gso, u32 door)
{
	u32 total, tcp, flags;

	if (head_len < VFW_PLAIN_MIN)
		return false;
	/* no fragment, whatever else its flags say; TCP */
	if ((vfw_plain_word(head + 16) & vfw_plain_mask(0, 0, 0, 0, 0x3f, 255, 0, 255)) !=
	    vfw_plain_mask(0, 0, 0, 0, 0, 0, 0, VFW_PROTO_TCP))
		return false;
	total = vfw_get16(head + 16);
	tcp = (head[46] & 0xf0U) >> 2;
	flags = head[47] & (VFW_TCP_FIN | VFW_TCP_SYN | VFW_TCP_RST | VFW_TCP_ACK | VFW_TCP_URG);
	if (flags != VFW_TCP_ACK || tcp < 20 || VFW_PLAIN_L4 + tcp > head_len)
		return false;
	/* where they are the same, the head being a part of the frame, so is total no less than the headers */
	if (total != frame_len - 14 && (gso || total > frame_len - 14 || total < 20 + tcp))
		return false;
	s->head.macs = vfw_plain_word(head);
	s->head.type =
		vfw_plain_word(head + 8) & vfw_plain_mask(255, 255, 255, 255, 255, 255, 255, 0);
	s->head.addrs = vfw_plain_word(head + 26);
	memcpy(&s->head.ports, head + VFW_PLAIN_L4, sizeof(s->head.ports));
	s->head.door = door;
	s->len = total - 20 - tcp;
	return true;
}

/* Bytes of TCP options, behind VFW_PLAIN_MIN, of a plain frame. Any context. */
static inline u32 vfw_plain_options(const u8 *head)
{
	return ((head[VFW_PLAIN_L4 + 12] & 0xf0U) >> 2) - 20;
}

/* Does a plain frame with len bytes of payload bring no data, and no TCP options but timestamps? Any context. */
static inline bool vfw_plain_is_bare(const u8 *head, u32 len)
{
	u32 options = vfw_plain_options(head);

	return !len && (!options || (options == 12 && vfw_tcpopt_stamp(head + VFW_PLAIN_MIN)));
}

/*
 * Reads the rest of a plain frame's head, with len bytes of payload, into *tcp. May be asked for more than once: a head lies in
 * the linear part of its frame, which nobody else writes to (own.h). Any context.
 */
static inline void vfw_plain_tcp(struct vfw_tcp_plain *tcp, u32 len, const u8 *head)
{
	tcp->seq = vfw_get32(head + 38);
	tcp->ack = vfw_get32(head + 42);
	tcp->win = vfw_get16(head + 48);
	tcp->len = len;
}

/*
 * The head of every plain frame by that door that is parsed to what f says of MACs, addresses and ports. Returns false, *h
 * undefined, if f is of no plain frame for another reason than its flags. Any context.
 */
bool vfw_plain_head(struct vfw_plain_head *h, const struct vfw_frame *f, u32 door);

#endif /* VFW_CORE_PLAIN_H */
