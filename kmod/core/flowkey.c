// SPDX-License-Identifier: GPL-2.0
#include <linux/vfw.h>

#include "flowkey.h"

_Static_assert(sizeof(struct vfw_flow_key) == 56, "vfw_flow_key is 7 words without padding");
_Static_assert(offsetof(struct vfw_flow_key, family) == 55, "its family is its last byte");

/*
 * The request an ICMP message belongs to, as type << 8 | code; *answer tells a
 * reply from it. A message without answer belongs to itself.
 */
static u16 icmp_request(const struct vfw_frame *f, bool *answer)
{
	u8 type = f->icmp_type;

	*answer = true;
	if (f->proto == VFW_PROTO_ICMP6) {
		switch (type) {
		case 129: /* echo, RFC 4443 */
			return 128 << 8;
		case 161: /* extended echo, RFC 8335; the answer's code is its result */
			return 160 << 8;
		}
	} else {
		switch (type) {
		case 0: /* echo, RFC 792 */
			return 8 << 8;
		case 14: /* timestamp */
		case 16: /* information */
		case 18: /* address mask, RFC 950 */
			return (u16)((type - 1) << 8);
		case 43: /* extended echo, RFC 8335 */
			return 42 << 8;
		}
	}
	*answer = false;
	return (u16)(type << 8 | f->icmp_code);
}

/* Is the packet's source the key's side 1? */
static inline bool source_is_second(const struct vfw_frame *f, u32 src_end, u32 dst_end)
{
	int order;

	if (src_end != dst_end)
		return src_end > dst_end;
	order = memcmp(f->src, f->dst, 16);
	if (order)
		return order > 0;
	return f->sport > f->dport;
}

/* Fills what depends on who sent and where; returns the sender's side. */
static inline u32 fill(struct vfw_flow_key *k, const struct vfw_frame *f, u32 src_end, u32 dst_end,
		       u32 bridge, u16 vlan)
{
	u32 side = source_is_second(f, src_end, dst_end);

	memcpy(k->addr[side], f->src, 16);
	memcpy(k->addr[!side], f->dst, 16);
	k->end[side] = src_end;
	k->end[!side] = dst_end;
	k->bridge = bridge;
	k->port[side] = f->sport;
	k->port[!side] = f->dport;
	k->vlan = vlan;
	k->family = f->kind == VFW_FRAME_IP4 ? 4 : 6;
	k->proto = f->proto;
	k->ask = VFW_FLOWKEY_ASK_NONE;
	k->frag = 0;
	k->icmp = 0;
	return side;
}

int vfw_flowkey_make(struct vfw_flow_key *k, const struct vfw_frame *f, u32 src_end, u32 dst_end,
		     u32 bridge, u16 vlan)
{
	bool answer;
	u32 side, asker;

	if (f->kind != VFW_FRAME_IP4 && f->kind != VFW_FRAME_IP6)
		return -EINVAL;
	if (f->flags & (VFW_FRAME_F_ICMP_ERROR | VFW_FRAME_F_ND))
		return -EINVAL;
	if ((f->flags & (VFW_FRAME_F_FRAG | VFW_FRAME_F_FRAG_FIRST)) == VFW_FRAME_F_FRAG)
		return -EINVAL;
	side = fill(k, f, src_end, dst_end, bridge, vlan);
	if (f->proto != VFW_PROTO_ICMP && f->proto != VFW_PROTO_ICMP6)
		return (int)side;

	k->icmp = icmp_request(f, &answer);
	asker = side ^ answer;
	k->port[asker] = f->icmp_id;
	k->ask = asker ? VFW_FLOWKEY_ASK_1 : VFW_FLOWKEY_ASK_0;
	return (int)(side | (answer ? VFW_FLOWKEY_ANSWER : 0));
}

u32 vfw_flowkey_asked(const struct vfw_flow_key *k, u32 opener)
{
	bool icmp = k->proto == VFW_PROTO_ICMP || k->proto == VFW_PROTO_ICMP6;

	return VFW_KEY(k->proto, icmp ? k->icmp : k->port[!opener]);
}

void vfw_flowkey_frag(struct vfw_flow_key *k, const struct vfw_frame *f, u32 src_end, u32 dst_end,
		      u32 bridge, u16 vlan)
{
	u32 side = fill(k, f, src_end, dst_end, bridge, vlan);

	k->port[0] = (u16)(f->frag_id >> 16);
	k->port[1] = (u16)f->frag_id;
	k->frag = 1;
	k->ask = side ? VFW_FLOWKEY_ASK_1 : VFW_FLOWKEY_ASK_0;
	if (f->kind == VFW_FRAME_IP6)
		k->proto = VFW_PROTO_FRAG6;
}

static inline u64 rotl(u64 x, unsigned int n)
{
	return x << n | x >> (64 - n);
}

/*
 * Aumasson, Bernstein: SipHash, a fast short-input PRF (2012), figure 2.1. Inlined always: only then
 * does the state live in registers.
 */
static inline __attribute__((always_inline)) void sip_round(u64 v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

static inline __attribute__((always_inline)) void sip_word(u64 v[4], u64 word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

/* The n-th of the key's words of 64 bits. */
static inline u64 key_word(const struct vfw_flow_key *k, u32 n)
{
	u64 word;

	memcpy(&word, (const u8 *)k + n * sizeof(word), sizeof(word));
	return word;
}

static inline u64 address4(const u8 *addr)
{
	u32 word;

	memcpy(&word, addr, sizeof(word));
	return word;
}

u64 vfw_flowkey_hash(const struct vfw_flow_key *k, const u64 secret[2])
{
	u64 v[4] = {
		secret[0] ^ 0x736f6d6570736575ULL,
		secret[1] ^ 0x646f72616e646f6dULL,
		secret[0] ^ 0x6c7967656e657261ULL,
		secret[1] ^ 0x7465646279746573ULL,
	};
	u64 len;

	if (k->family == 4) {
		len = sizeof(*k) - 24 - 1;
		sip_word(v, address4(k->addr[0]) | address4(k->addr[1]) << 32);
	} else {
		len = sizeof(*k) - 1;
		sip_word(v, key_word(k, 0));
		sip_word(v, key_word(k, 1));
		sip_word(v, key_word(k, 2));
		sip_word(v, key_word(k, 3));
	}
	sip_word(v, key_word(k, 4));
	sip_word(v, key_word(k, 5));
	/* the paper's last word: seven bytes, and the length in the place of the family */
	sip_word(v, key_word(k, 6) << 8 >> 8 | len << 56);
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
