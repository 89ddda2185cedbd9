/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bounded header parsing: from the bytes of an Ethernet frame to the facts that
 * guard, flow and policy look at. No skb, no allocation, no lock; every loop
 * is bounded by VFW_FRAME_EXT_MAX or by the bytes at hand.
 *
 * The caller gives the first bytes of the frame, linear, from the destination
 * MAC on, and the frame's whole length. When the headers go on past what was
 * given, parsing says VFW_FRAME_MORE and the caller comes again with up to
 * VFW_FRAME_HEAD_MAX bytes; a frame whose headers do not fit there is malformed.
 * The answer is a function of the frame alone: any shorter head gives either
 * the same answer or VFW_FRAME_MORE, and a head of the whole frame or of
 * VFW_FRAME_HEAD_MAX bytes never gives VFW_FRAME_MORE.
 *
 * What one receiver reads one way and another the other way is malformed here:
 * a third tag, an IP or ARP packet behind a SNAP header, a length field that
 * contradicts the frame, a header that ends in the second fragment, a second
 * fragment header, a late hop-by-hop header, ICMP of the other IP version. IPsec's
 * AH ends parsing as ESP does, in both versions of IP: policy names it by its
 * number, and what it protects is not looked at.
 */
#ifndef VFW_CORE_FRAME_H
#define VFW_CORE_FRAME_H

#include "types.h"

#define VFW_FRAME_HEAD_MIN 128 /* enough for nearly all frames */
#define VFW_FRAME_HEAD_MAX 512 /* no header chain may be longer */
#define VFW_FRAME_EXT_MAX 8 /* IPv6 extension headers, RFC 8200 section 4 */
#define VFW_FRAME_NO_SCALE 0xff
#define VFW_FRAME_VLAN_MAX 2 /* tags in the bytes themselves (802.1Q, 802.1ad) */

enum vfw_frame_result {
	VFW_FRAME_OK,
	VFW_FRAME_MORE, /* headers end past head_len, but not past frame_len */
	VFW_FRAME_MALFORMED,
};

enum vfw_frame_kind {
	VFW_FRAME_OTHER, /* some ethertype, or LLC */
	VFW_FRAME_ARP,
	VFW_FRAME_IP4,
	VFW_FRAME_IP6,
};

/* IP protocols core/ tells apart, as assigned by IANA */
enum vfw_proto {
	VFW_PROTO_ICMP = 1,
	VFW_PROTO_TCP = 6,
	VFW_PROTO_UDP = 17,
	VFW_PROTO_DCCP = 33,
	VFW_PROTO_FRAG6 = 44, /* stands for any protocol in the key of IPv6 fragments */
	VFW_PROTO_ESP = 50,
	VFW_PROTO_ICMP6 = 58,
	VFW_PROTO_SCTP = 132,
	VFW_PROTO_UDPLITE = 136,
};

#define VFW_FRAME_F_FRAG (1U << 0) /* a fragment, first or not */
#define VFW_FRAME_F_FRAG_FIRST (1U << 1) /* its offset is 0 */
#define VFW_FRAME_F_FRAG_MORE (1U << 2) /* more fragments follow */
#define VFW_FRAME_F_L4 (1U << 3) /* l4 fields are valid */
#define VFW_FRAME_F_ND_LLADDR (1U << 4) /* nd_lladdr is valid */
#define VFW_FRAME_F_ND (1U << 5) /* RS, RA, NS, NA or redirect; nd_* are valid */
#define VFW_FRAME_F_ICMP_ERROR (1U << 6) /* inner_off is where the quoted packet begins */
#define VFW_FRAME_F_OPTIONS (1U << 7) /* IPv4 options or IPv6 extension headers present */
#define VFW_FRAME_F_ROUTING (1U << 8) /* source route: IPv4 LSRR/SSRR or IPv6 routing header */

/* No padding: two of them are compared as bytes. */
struct vfw_frame {
	u8 dmac[6];
	u8 smac[6];
	u16 ethertype; /* of the payload, after tags; 0: LLC (length field) */
	u8 n_tags; /* tags in the bytes */
	u8 tcp_scale; /* of a SYN: window shift, 0-14 (RFC 7323 2.3), or VFW_FRAME_NO_SCALE */
	u16 tci[VFW_FRAME_VLAN_MAX]; /* host order, outermost first */
	u32 flags; /* VFW_FRAME_F_* */
	u8 src[16]; /* IPv4 in the first four bytes, rest zero; ARP: sender protocol address */
	u8 dst[16]; /* ARP: target protocol address */
	u32 l3_off; /* offsets from the frame's first byte */
	u32 l4_off; /* after all extension headers */
	u32 payload_off; /* after the L4 header; l4_off if not VFW_FRAME_F_L4 */
	u32 end; /* end of the IP packet, or of what UDP says it carries (padding lies behind it); frame_len if not IP */
	u8 kind; /* enum vfw_frame_kind */
	u8 proto; /* IP protocol after extension headers; IPv6 later fragments: as they say */
	u8 ttl;
	u8 tcp_flags; /* FIN 1 SYN 2 RST 4 PSH 8 ACK 16 URG 32 ECE 64 CWR 128 */
	u16 sport; /* host order; TCP, UDP, SCTP, UDP-Lite, DCCP */
	u16 dport;
	u8 icmp_type;
	u8 icmp_code;
	u16 icmp_id; /* echo and the like; 0 otherwise */
	u32 tcp_seq, tcp_ack; /* host order */
	u16 tcp_win;
	u16 arp_op;
	u32 frag_id;
	u32 frag_off; /* bytes */
	u32 frag_end; /* of its data, from where the data of the first fragment begins */
	u32 inner_off; /* ICMP errors: the quoted packet */
	union {
		struct { /* kind VFW_FRAME_ARP */
			u8 arp_sha[6];
			u8 arp_tha[6];
		};
		struct { /* VFW_FRAME_F_ND */
			u8 nd_target[16]; /* NS, NA, redirect */
			u8 nd_lladdr[6]; /* source or target link-layer address option */
			u8 nd_pad[2];
		};
	};
};

/*
 * Parses a frame. head: its first head_len bytes; frame_len >= head_len: all of
 * it. *f is whole only on VFW_FRAME_OK; otherwise it holds what was understood
 * so far and zeroes (never leftovers), good enough to report. gso: the frame
 * stands for several segments and its length fields will be rewritten: they
 * must be 0 ("to the end") or agree with frame_len exactly. Checked: IP, TCP, UDP,
 * DCCP, ARP and ND lengths, ND validity (RFC 4861 6.1, 7.1, 8.1; RFC 6980),
 * fragments (RFC 8200 4.5, RFC 7112, RFC 3128, RFC 6946). Any context.
 */
enum vfw_frame_result vfw_frame_parse(struct vfw_frame *f, const u8 *head, u32 head_len,
				      u32 frame_len, bool gso);

/*
 * Is it like nearly all frames: TCP or UDP in IPv4, from no address of 224.0.0.0 and above, untagged, whole, without options of IP, and all
 * lengths right? The bytes of its L4 header, or 0. Arguments as of vfw_frame_parse(), which says VFW_FRAME_OK of it, 14 and 34 for its
 * headers, and nothing in flags but VFW_FRAME_F_L4. Any context.
 */
static inline u32 vfw_frame_usual(const u8 *head, u32 head_len, u32 frame_len, bool gso)
{
	const u8 *p = head + 14, *l4 = head + 34;
	u32 total, len;

	if (head_len < 34 + 20 || vfw_get16(head + 12) != 0x0800 || p[0] != 0x45 ||
	    vfw_get16(p + 6) & 0x3fff || p[12] >= 224)
		return 0;
	total = vfw_get16(p + 2);
	if (total != frame_len - 14 && (gso || total > frame_len - 14))
		return 0;
	if (p[9] == VFW_PROTO_TCP) {
		len = (l4[12] >> 4) * 4U;
		return len < 20 || 20 + len > total || 34 + len > head_len ? 0 : len;
	}
	if (p[9] != VFW_PROTO_UDP)
		return 0;
	len = vfw_get16(l4 + 4);
	return len < 8 || 20 + len > total ? 0 : 8;
}

/*
 * Parses the packet an ICMP error quotes, from inner bytes (network header
 * first); the network header and 8 bytes behind it must be there (RFC 792, RFC
 * 4443). Fills kind, flags, proto, src, dst, sport, dport, icmp_*, tcp_seq and
 * offsets from p; the rest is zero. Never VFW_FRAME_MORE. VFW_FRAME_F_ICMP_ERROR
 * or VFW_FRAME_F_ND set, or VFW_FRAME_F_L4 clear: it quotes no conversation.
 * Any context.
 */
enum vfw_frame_result vfw_frame_parse_inner(struct vfw_frame *f, const u8 *p, u32 len, bool ip6);

/*
 * The key by which policy looks this frame up, see VFW_KEY in the UAPI. A later
 * fragment has none of its own: it follows the packet it belongs to. Any context.
 */
u32 vfw_frame_key(const struct vfw_frame *f);

#endif /* VFW_CORE_FRAME_H */
