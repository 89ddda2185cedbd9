/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A flow's name: who talks with whom, where, about what. Both directions of a
 * conversation make the same key; making it says which of the key's two sides sent.
 *
 * Besides addresses and ports the key holds the ends (which VM, by slot, or
 * that it is none), the bridge and the VLAN, so that tenants may overlap
 * addresses. The sides are ordered by end, address and port, the lower first.
 *
 * Request and answer of ICMP (echo, timestamp and the like) share a key by
 * their identifier; the key says which side asks, so a request never passes as an
 * answer. An ICMP message that knows no answer has a key of its own, by type and
 * code. An ICMP error is found by the packet it quotes: parse that with
 * vfw_frame_parse_inner() and make the key from it, ends in the quoted packet's sense.
 */
#ifndef VFW_CORE_FLOWKEY_H
#define VFW_CORE_FLOWKEY_H

#include "frame.h"

/* an end that is no local VM; VM slots lie below */
#define VFW_END_EXTERNAL 0xffffffffU
#define VFW_END_HOST 0xfffffffeU
#define VFW_END_UNMANAGED 0xfffffffdU

enum vfw_flowkey_ask {
	VFW_FLOWKEY_ASK_NONE, /* either side may send: ports tell conversations apart */
	VFW_FLOWKEY_ASK_0, /* ICMP: side 0 asks */
	VFW_FLOWKEY_ASK_1,
};

/* No padding: compared as 7 words of 64 bits; the last one ends in the family, by which it is hashed. */
struct vfw_flow_key {
	u8 addr[2][16]; /* IPv4 in the first four bytes, rest zero */
	u32 end[2]; /* VM slot or VFW_END_* */
	u32 bridge; /* ifindex; 0: routed or no bridge */
	u16 port[2]; /* host order; ICMP: the asker's is the identifier, or 0 */
	u16 vlan; /* VLAN id */
	u16 icmp; /* ICMP: request's type << 8 | code */
	u8 proto;
	u8 ask; /* enum vfw_flowkey_ask */
	u8 frag; /* not 0: the key of a fragmented packet, not of a conversation */
	u8 family; /* 4 or 6 */
};

#define VFW_FLOWKEY_SIDE (1U << 0) /* the sender is the key's side 1, else side 0 */
#define VFW_FLOWKEY_ANSWER (1U << 1) /* can only be an answer: opens no flow */

/*
 * Makes the key of the conversation a parsed IP frame (or a packet quoted by an
 * ICMP error) belongs to. src_end, dst_end: of this very packet. Returns
 * VFW_FLOWKEY_* or -EINVAL, *k undefined, for what names no conversation: not
 * IP, a later fragment, an ICMP error or neighbour discovery. Any context.
 */
int vfw_flowkey_make(struct vfw_flow_key *k, const struct vfw_frame *f, u32 src_end, u32 dst_end,
		     u32 bridge, u16 vlan);

/*
 * The key by which policy is asked about a conversation (VFW_KEY), which this side of *k opened: vfw_frame_key()
 * of a frame that opens it. Any context.
 */
u32 vfw_flowkey_asked(const struct vfw_flow_key *k, u32 opener);

/*
 * Makes the key by which the fragments of one packet find each other: addresses and identification,
 * and for IPv4 the protocol (RFC 791; RFC 8200 4.5), in the packet's direction only. f must have
 * VFW_FRAME_F_FRAG. Any context.
 */
void vfw_flowkey_frag(struct vfw_flow_key *k, const struct vfw_frame *f, u32 src_end, u32 dst_end,
		      u32 bridge, u16 vlan);

/*
 * SipHash-1-3 of what the key says, the family by its length: 31 bytes for IPv4, whose addresses have four
 * bytes each, else 55. Guests choose addresses, ports and identifiers, so the hash must be
 * keyed; secret: 128 random bits, made once. Any context.
 */
u64 vfw_flowkey_hash(const struct vfw_flow_key *k, const u64 secret[2]);

/* Any context. */
static inline bool vfw_flowkey_equal(const struct vfw_flow_key *a, const struct vfw_flow_key *b)
{
	const u8 *p = (const u8 *)a, *q = (const u8 *)b;
	u64 x, y, differ = 0;
	u32 i;

	for (i = 0; i < sizeof(*a) - 8; i += 8) {
		memcpy(&x, p + i, 8);
		memcpy(&y, q + i, 8);
		differ |= x ^ y;
	}
	/* which tells nearly all apart; the flow table has the rest in another line of the cache */
	if (differ)
		return false;
	memcpy(&x, p + i, 8);
	memcpy(&y, q + i, 8);
	return x == y;
}

#endif /* VFW_CORE_FLOWKEY_H */
