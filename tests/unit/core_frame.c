// SPDX-License-Identifier: GPL-2.0
/* Frames that are right, frames that are wrong, and what quoted packets say. */
#include "core_unit.h"

#include "core/frame.h"
#include "core_packet.h"

#include <linux/vfw.h>
#include <stdlib.h>

#define FRAG VFW_FRAME_F_FRAG
#define FIRST VFW_FRAME_F_FRAG_FIRST
#define MORE_FOLLOW VFW_FRAME_F_FRAG_MORE
#define L4 VFW_FRAME_F_L4
#define LLADDR VFW_FRAME_F_ND_LLADDR
#define ND VFW_FRAME_F_ND
#define ICMP_ERROR VFW_FRAME_F_ICMP_ERROR
#define OPTIONS VFW_FRAME_F_OPTIONS
#define ROUTING VFW_FRAME_F_ROUTING

#define ETHER(type) VFW_KEY(VFW_CLASS_ETHER, type)

/* a neighbour solicitation's target, fe80::3, and a source link-layer address option */
#define TARGET "fe800000000000000000000000000003"
#define SLLA "0101020000000001"
#define TLLA "0201020000000001"

/* Parses with a head of exactly head_len bytes on the heap, so that ASan sees any step outside. */
static enum vfw_frame_result parse(struct vfw_frame *f, const struct packet *p, u32 head_len,
				   bool gso)
{
	u8 *head = malloc(head_len ? head_len : 1);
	enum vfw_frame_result r;

	memcpy(head, p->bytes, head_len);
	memset(f, 0xa5, sizeof(*f));
	r = vfw_frame_parse(f, head, head_len, p->len, gso);
	free(head);
	return r;
}

/* Every shorter head gives MORE or the whole answer; a full one never MORE. */
static void check_prefixes(const struct packet *p, bool gso)
{
	static struct vfw_frame whole, part;
	u32 full = p->len < VFW_FRAME_HEAD_MAX ? p->len : VFW_FRAME_HEAD_MAX;
	enum vfw_frame_result want = parse(&whole, p, full, gso);
	u32 n;

	ck_assert_int_ne(want, VFW_FRAME_MORE);
	for (n = 0; n < full; n++) {
		enum vfw_frame_result got = parse(&part, p, n, gso);

		if (got == VFW_FRAME_MORE)
			continue;
		ck_assert_int_eq(got, want);
		ck_assert_mem_eq(&part, &whole, sizeof(whole));
	}
}

static const struct {
	const char *spec;
	bool gso;
	u8 kind;
	u8 proto;
	u32 flags, l4, payload, end, key;
} right[] = {
	/* TCP, UDP and padding */
	{"eth 0800 ip4:06 tcp:02", 0, VFW_FRAME_IP4, 6, L4, 34, 54, 54, VFW_KEY(6, 80)},
	{"eth 0800 ip4:06 tcp:02 pad:6", 0, VFW_FRAME_IP4, 6, L4, 34, 54, 54, VFW_KEY(6, 80)},
	{"eth 0800 ip4:06 tcp:10 data:1000", 0, VFW_FRAME_IP4, 6, L4, 34, 54, 1054, VFW_KEY(6, 80)},
	{"eth 0800 ip4:06 tcp:02 0204051401030307 @46=70", 0, VFW_FRAME_IP4, 6, L4, 34, 62, 62,
	 VFW_KEY(6, 80)},
	{"eth 0800 ip4:11 udp data:3 pad:15", 0, VFW_FRAME_IP4, 17, L4, 34, 42, 45,
	 VFW_KEY(17, 53)},
	{"eth 86dd ip6:06 tcp:02", 0, VFW_FRAME_IP6, 6, L4, 54, 74, 74, VFW_KEY(6, 80)},
	{"eth 86dd ip6:11 udp data:3", 0, VFW_FRAME_IP6, 17, L4, 54, 62, 65, VFW_KEY(17, 53)},
	/* other protocols with ports, and without */
	{"eth 0800 ip4:84 10000050 0000000000000000 data:4", 0, VFW_FRAME_IP4, 132, L4, 34, 46, 50,
	 VFW_KEY(132, 80)},
	{"eth 0800 ip4:88 10000050 00080000", 0, VFW_FRAME_IP4, 136, L4, 34, 42, 42,
	 VFW_KEY(136, 80)},
	{"eth 0800 ip4:21 10000050 04000000 data:8", 0, VFW_FRAME_IP4, 33, L4, 34, 50, 50,
	 VFW_KEY(33, 80)},
	{"eth 0800 ip4:2f data:8", 0, VFW_FRAME_IP4, 47, 0, 34, 34, 42, VFW_KEY(47, 0)},
	{"eth 0800 ip4:32 data:8", 0, VFW_FRAME_IP4, 50, 0, 34, 34, 42, VFW_KEY(50, 0)},
	{"eth 0800 ip4:33 data:24", 0, VFW_FRAME_IP4, 51, 0, 34, 34, 58, VFW_KEY(51, 0)},
	{"eth 0800 ip4:2f", 0, VFW_FRAME_IP4, 47, 0, 34, 34, 34, VFW_KEY(47, 0)},
	{"eth 86dd ip6:32 data:8", 0, VFW_FRAME_IP6, 50, 0, 54, 54, 62, VFW_KEY(50, 0)},
	{"eth 86dd ip6:33 0604 data:22 tcp:02", 0, VFW_FRAME_IP6, 51, 0, 54, 54, 98,
	 VFW_KEY(51, 0)},
	{"eth 86dd ip6:3b", 0, VFW_FRAME_IP6, 59, 0, 54, 54, 54, VFW_KEY(59, 0)},
	/* IPv4 options; source routes are told */
	{"eth 0800 ip4:06:01010100 tcp:02", 0, VFW_FRAME_IP4, 6, L4 | OPTIONS, 38, 58, 58,
	 VFW_KEY(6, 80)},
	{"eth 0800 ip4:06:8307040a00000100 tcp:02", 0, VFW_FRAME_IP4, 6, L4 | OPTIONS | ROUTING, 42,
	 62, 62, VFW_KEY(6, 80)},
	{"eth 0800 ip4:06:018907040a000001 tcp:02", 0, VFW_FRAME_IP4, 6, L4 | OPTIONS | ROUTING, 42,
	 62, 62, VFW_KEY(6, 80)},
	{"eth 0800 ip4:06 tcp:02 @26=f0000001", 0, VFW_FRAME_IP4, 6, L4, 34, 54, 54,
	 VFW_KEY(6, 80)},
	{"eth 0800 ip4:06:01018202 tcp:02", 0, VFW_FRAME_IP4, 6, L4 | OPTIONS, 38, 58, 58,
	 VFW_KEY(6, 80)},
	{"eth 0800 ip4:06:00830704 tcp:02", 0, VFW_FRAME_IP4, 6, L4 | OPTIONS, 38, 58, 58,
	 VFW_KEY(6, 80)},
	/* IPv4 fragments: the first with its whole L4 header, then one without */
	{"eth 0800 ip4:11 udp data:16 @20=2000", 0, VFW_FRAME_IP4, 17,
	 FRAG | FIRST | MORE_FOLLOW | L4, 34, 42, 58, VFW_KEY(17, 53)},
	{"eth 0800 ip4:11 udp data:16 @20=2000 @38=0400", 0, VFW_FRAME_IP4, 17,
	 FRAG | FIRST | MORE_FOLLOW | L4, 34, 42, 58, VFW_KEY(17, 53)},
	{"eth 0800 ip4:11 data:16 @20=2001", 0, VFW_FRAME_IP4, 17, FRAG | MORE_FOLLOW, 34, 34, 50,
	 VFW_KEY(17, 0)},
	{"eth 0800 ip4:11 data:7 @20=0003", 0, VFW_FRAME_IP4, 17, FRAG, 34, 34, 41, VFW_KEY(17, 0)},
	{"eth 0800 ip4:06 data:8 @20=0003", 0, VFW_FRAME_IP4, 6, FRAG, 34, 34, 42, VFW_KEY(6, 0)},
	{"eth 0800 ip4:06 tcp:02 @20=4000", 0, VFW_FRAME_IP4, 6, L4, 34, 54, 54, VFW_KEY(6, 80)},
	{"eth 0800 ip4:01 data:7 @20=1fff @16=001b", 0, VFW_FRAME_IP4, 1, FRAG, 34, 34, 41,
	 VFW_KEY(1, 0)},
	/* IPv6 extension headers, up to eight of them */
	{"eth 86dd ip6:00 0600010400000000 tcp:02", 0, VFW_FRAME_IP6, 6, L4 | OPTIONS, 62, 82, 82,
	 VFW_KEY(6, 80)},
	{"eth 86dd ip6:00 060005020000 0100 tcp:02", 0, VFW_FRAME_IP6, 6, L4 | OPTIONS, 62, 82, 82,
	 VFW_KEY(6, 80)},
	{"eth 86dd ip6:3c 0601 data:14 tcp:02", 0, VFW_FRAME_IP6, 6, L4 | OPTIONS, 70, 90, 90,
	 VFW_KEY(6, 80)},
	{"eth 86dd ip6:2b 0600000000000000 tcp:02", 0, VFW_FRAME_IP6, 6, L4 | OPTIONS | ROUTING, 62,
	 82, 82, VFW_KEY(6, 80)},
	{"eth 86dd ip6:00 3c00010400000000 2b00010400000000 3c00000000000000 3c00010400000000 "
	 "3c00010400000000 3c00010400000000 3c00010400000000 1100010400000000 udp",
	 0, VFW_FRAME_IP6, 17, L4 | OPTIONS | ROUTING, 118, 126, 126, VFW_KEY(17, 53)},
	/* IPv6 fragments; an atomic one is a whole packet */
	{"eth 86dd ip6:2c 1100000000000007 udp data:3", 0, VFW_FRAME_IP6, 17, L4 | OPTIONS, 62, 70,
	 73, VFW_KEY(17, 53)},
	{"eth 86dd ip6:2c 1100000100000007 udp data:8", 0, VFW_FRAME_IP6, 17,
	 FRAG | FIRST | MORE_FOLLOW | L4 | OPTIONS, 62, 70, 78, VFW_KEY(17, 53)},
	{"eth 86dd ip6:2c 1100001000000007 data:5", 0, VFW_FRAME_IP6, 17, FRAG | OPTIONS, 62, 62,
	 67, VFW_KEY(17, 0)},
	{"eth 86dd ip6:2c 3c00001100000007 data:8", 0, VFW_FRAME_IP6, 60,
	 FRAG | MORE_FOLLOW | OPTIONS, 62, 62, 70, VFW_KEY(60, 0)},
	/* ICMP */
	{"eth 0800 ip4:01 icmp:0800 data:4", 0, VFW_FRAME_IP4, 1, L4, 34, 42, 46,
	 VFW_KEY(1, 0x800)},
	{"eth 0800 ip4:01 icmp:0301 ip4:11 udp", 0, VFW_FRAME_IP4, 1, L4 | ICMP_ERROR, 34, 42, 70,
	 VFW_KEY(1, 0x301)},
	{"eth 86dd ip6:3a icmp:8000 data:4", 0, VFW_FRAME_IP6, 58, L4, 54, 62, 66,
	 VFW_KEY(58, 0x8000)},
	{"eth 86dd ip6:3a icmp:0104 ip6:11 udp", 0, VFW_FRAME_IP6, 58, L4 | ICMP_ERROR, 54, 62, 110,
	 VFW_KEY(58, 0x104)},
	{"eth 86dd ip6:3a icmp:8f00 data:20", 0, VFW_FRAME_IP6, 58, L4, 54, 62, 82,
	 VFW_KEY(58, 0x8f00)},
	/* neighbour discovery: NS, NS of address detection, NA, RS, RA, redirect */
	{"eth 86dd ip6:3a icmp:8700 " TARGET SLLA, 0, VFW_FRAME_IP6, 58, L4 | ND | LLADDR, 54, 62,
	 86, VFW_KEY(58, 0x8700)},
	{"eth 86dd ip6:3a icmp:8700 " TARGET SLLA SLLA, 0, VFW_FRAME_IP6, 58, L4 | ND | LLADDR, 54,
	 62, 94, VFW_KEY(58, 0x8700)},
	{"eth 86dd ip6:3a icmp:8700 " TARGET " 0e01000000000000", 0, VFW_FRAME_IP6, 58, L4 | ND, 54,
	 62, 86, VFW_KEY(58, 0x8700)},
	{"eth 86dd ip6:3a icmp:8700 " TARGET " @22=00000000000000000000000000000000"
	 " @38=ff0200000000000000000001ff000003",
	 0, VFW_FRAME_IP6, 58, L4 | ND, 54, 62, 78, VFW_KEY(58, 0x8700)},
	{"eth 86dd ip6:3a icmp:8800 " TARGET TLLA, 0, VFW_FRAME_IP6, 58, L4 | ND | LLADDR, 54, 62,
	 86, VFW_KEY(58, 0x8800)},
	{"eth 86dd ip6:3a icmp:8800 " TARGET SLLA, 0, VFW_FRAME_IP6, 58, L4 | ND, 54, 62, 86,
	 VFW_KEY(58, 0x8800)},
	{"eth 86dd ip6:3a icmp:8500 " SLLA, 0, VFW_FRAME_IP6, 58, L4 | ND | LLADDR, 54, 62, 70,
	 VFW_KEY(58, 0x8500)},
	{"eth 86dd ip6:3a icmp:8600 data:8 @62=00 @63=00", 0, VFW_FRAME_IP6, 58, L4 | ND, 54, 62,
	 70, VFW_KEY(58, 0x8600)},
	{"eth 86dd ip6:3a icmp:8900 " TARGET TARGET TLLA, 0, VFW_FRAME_IP6, 58, L4 | ND | LLADDR,
	 54, 62, 102, VFW_KEY(58, 0x8900)},
	{"eth 86dd ip6:3a icmp:8700 " TARGET SLLA " @37=00 @36=01", 0, VFW_FRAME_IP6, 58,
	 L4 | ND | LLADDR, 54, 62, 86, VFW_KEY(58, 0x8700)},
	{"eth 86dd ip6:3a icmp:8800 " TARGET TLLA " @38=ff02", 0, VFW_FRAME_IP6, 58,
	 L4 | ND | LLADDR, 54, 62, 86, VFW_KEY(58, 0x8800)},
	{"eth 86dd ip6:3a icmp:8800 " TARGET TLLA " @58=60", 0, VFW_FRAME_IP6, 58, L4 | ND | LLADDR,
	 54, 62, 86, VFW_KEY(58, 0x8800)},
	/* a chain nearly as long as the longest head */
	{"eth 86dd ip6:3c 1137 data:446 udp", 0, VFW_FRAME_IP6, 17, L4 | OPTIONS, 502, 510, 510,
	 VFW_KEY(17, 53)},
	/* what was known before the L4 header stays known */
	{"eth 0800 ip4:21 10000050 03000000 data:16 @20=2000", 0, VFW_FRAME_IP4, 33,
	 FRAG | FIRST | MORE_FOLLOW | L4, 34, 46, 58, VFW_KEY(33, 80)},
	/* VLAN tags, LLC, ARP, anything else */
	{"eth 8100 6064 0800 ip4:06 tcp:02", 0, VFW_FRAME_IP4, 6, L4, 38, 58, 58, VFW_KEY(6, 80)},
	{"eth 88a8 0005 8100 6064 86dd ip6:06 tcp:02", 0, VFW_FRAME_IP6, 6, L4, 62, 82, 82,
	 VFW_KEY(6, 80)},
	{"eth 0026 424203 data:35", 0, VFW_FRAME_OTHER, 0, 0, 14, 14, 52, ETHER(0)},
	{"eth 8100 0001 0003 424203", 0, VFW_FRAME_OTHER, 0, 0, 18, 18, 21, ETHER(0)},
	{"eth 0008 aaaa03 00000c 2000 pad:20", 0, VFW_FRAME_OTHER, 0, 0, 14, 14, 42, ETHER(0)},
	{"eth 0806 0001080006040001 020000000001c0000201 000000000000c0000202", 0, VFW_FRAME_ARP, 0,
	 0, 14, 14, 42, ETHER(0x806)},
	{"eth 0024 aaab03 000000 0800 data:28", 0, VFW_FRAME_OTHER, 0, 0, 14, 14, 50, ETHER(0)},
	{"eth 0024 aaaa13 000000 0800 data:28", 0, VFW_FRAME_OTHER, 0, 0, 14, 14, 50, ETHER(0)},
	{"eth 0024 aaaa03 010000 0800 data:28", 0, VFW_FRAME_OTHER, 0, 0, 14, 14, 50, ETHER(0)},
	{"eth 0024 aaaa03 000100 0800 data:28", 0, VFW_FRAME_OTHER, 0, 0, 14, 14, 50, ETHER(0)},
	{"eth 0024 aaaa03 000001 0800 data:28", 0, VFW_FRAME_OTHER, 0, 0, 14, 14, 50, ETHER(0)},
	{"eth 0024 aaaa03 0000f8 88cc data:28", 0, VFW_FRAME_OTHER, 0, 0, 14, 14, 50, ETHER(0)},
	{"eth 0600 data:20", 0, VFW_FRAME_OTHER, 0, 0, 14, 14, 34, ETHER(0x600)},
	{"eth 05ff data:1535", 0, VFW_FRAME_OTHER, 0, 0, 14, 14, 1549, ETHER(0)},
	{"eth 88cc data:20", 0, VFW_FRAME_OTHER, 0, 0, 14, 14, 34, ETHER(0x88cc)},
	{"eth 88cc", 0, VFW_FRAME_OTHER, 0, 0, 14, 14, 14, ETHER(0x88cc)},
	/* super-frames: lengths are 0 or true */
	{"eth 0800 ip4:06 tcp:10 data:3000", 1, VFW_FRAME_IP4, 6, L4, 34, 54, 3054, VFW_KEY(6, 80)},
	{"eth 0800 ip4:06 tcp:10 data:66000 @16=0000", 1, VFW_FRAME_IP4, 6, L4, 34, 54, 66054,
	 VFW_KEY(6, 80)},
	{"eth 86dd ip6:06 tcp:10 data:66000 @18=0000", 1, VFW_FRAME_IP6, 6, L4, 54, 74, 66074,
	 VFW_KEY(6, 80)},
	{"eth 86dd ip6:00 0600c204000101ec tcp:10 data:66000 @18=0000", 1, VFW_FRAME_IP6, 6,
	 L4 | OPTIONS, 62, 82, 66082, VFW_KEY(6, 80)},
	{"eth 0800 ip4:11 udp data:3000 @38=0000", 1, VFW_FRAME_IP4, 17, L4, 34, 42, 3042,
	 VFW_KEY(17, 53)},
};

/*
 * An untagged frame is read by a shorter way than a tagged one, and each of its bits decides whether: both ways must
 * say the same, but for the tag's four bytes.
 */
static void check_tagged(const struct packet *p, bool gso)
{
	static struct packet tagged;
	struct vfw_frame bare, f;
	u32 l4_len = vfw_frame_usual(p->bytes, p->len, p->len, gso);
	enum vfw_frame_result r;

	memcpy(tagged.bytes, p->bytes, 12);
	memcpy(tagged.bytes + 12, "\x81\x00\x00\x07", 4);
	memcpy(tagged.bytes + 16, p->bytes + 12, p->len - 12);
	tagged.len = p->len + 4;
	r = parse(&bare, p, p->len, gso);
	ck_assert_int_eq(parse(&f, &tagged, tagged.len, gso), r);
	ck_assert(!l4_len || r == VFW_FRAME_OK);
	if (r != VFW_FRAME_OK)
		return;
	if (l4_len) {
		ck_assert_int_eq(bare.kind, VFW_FRAME_IP4);
		ck_assert_int_eq(bare.flags, VFW_FRAME_F_L4);
		ck_assert_uint_eq(bare.l4_off, 34);
		ck_assert_uint_eq(bare.payload_off, 34 + l4_len);
	}
	ck_assert_uint_eq(f.n_tags, 1);
	f.n_tags = 0;
	f.tci[0] = 0;
	f.l3_off -= 4;
	f.l4_off -= 4;
	f.payload_off -= 4;
	f.end -= 4;
	if (f.inner_off)
		f.inner_off -= 4;
	ck_assert_mem_eq(&f, &bare, sizeof(f));
}

START_TEST(frame_usual)
{
	static const char *const specs[] = {
		"eth 0800 ip4:06 tcp:10 data:9",
		"eth 0800 ip4:06 tcp:11 0101080a0000000100000002 data:5 pad:3 @46=80",
		"eth 0800 ip4:06 tcp:02 03030701020405b404020101 @46=80",
		"eth 0800 ip4:11 udp data:3 pad:15",
		"eth 0800 ip4:11 udp data:20 @38=0000",
	};
	static struct packet p;
	u32 bit, gso;

	packet_build(&p, specs[_i]);
	/* UDP that does not say its length is none */
	ck_assert_int_eq(!vfw_frame_usual(p.bytes, p.len, p.len, false), _i == 4);
	for (gso = 0; gso < 2; gso++) {
		check_tagged(&p, gso);
		for (bit = 14 * 8; bit < p.len * 8; bit++) {
			p.bytes[bit / 8] ^= (u8)(1 << bit % 8);
			check_tagged(&p, gso);
			p.bytes[bit / 8] ^= (u8)(1 << bit % 8);
		}
	}
}
END_TEST

START_TEST(frame_right)
{
	static struct packet p;
	struct vfw_frame f;
	u32 full;

	packet_build(&p, right[_i].spec);
	full = p.len < VFW_FRAME_HEAD_MAX ? p.len : VFW_FRAME_HEAD_MAX;
	ck_assert_msg(parse(&f, &p, full, right[_i].gso) == VFW_FRAME_OK, "%s", right[_i].spec);
	ck_assert_uint_eq(f.kind, right[_i].kind);
	ck_assert_uint_eq(f.proto, right[_i].proto);
	ck_assert_uint_eq(f.flags, right[_i].flags);
	ck_assert_uint_eq(f.l4_off, right[_i].l4);
	ck_assert_uint_eq(f.payload_off, right[_i].payload);
	ck_assert_uint_eq(f.end, right[_i].end);
	ck_assert_uint_eq(vfw_frame_key(&f), right[_i].key);
	ck_assert_mem_eq(f.dmac, p.bytes, 6);
	ck_assert_mem_eq(f.smac, p.bytes + 6, 6);
	check_prefixes(&p, right[_i].gso);
}
END_TEST

#define DEST8                                                                  \
	"3c00010400000000 3c00010400000000 3c00010400000000 3c00010400000000 " \
	"3c00010400000000 3c00010400000000 3c00010400000000 3c00010400000000"

static const struct {
	const char *spec;
	bool gso;
} wrong[] = {
	/* cut short, at every header */
	{"", 0},
	{"eth", 0},
	{"eth 08", 0},
	{"eth 8100 00", 0},
	{"eth 0800", 0},
	{"eth 0800 ip4:06 cut:33", 0},
	{"eth 0800 ip4:06", 0},
	{"eth 0800 ip4:06 tcp:02 cut:53", 0},
	{"eth 0800 ip4:11 1000003500", 0},
	{"eth 0800 ip4:01 0800000012", 0},
	{"eth 86dd ip6:06 cut:53", 0},
	{"eth 86dd ip6:06", 0},
	{"eth 86dd ip6:3c 06000104000000", 0},
	{"eth 86dd ip6:3c 0602010400000000", 0},
	{"eth 86dd ip6:2c 060000000000", 0},
	{"eth 86dd ip6:3a 8000000012", 0},
	/* tags and length fields */
	{"eth 8100 0001 8100 0002 8100 0003 0800 ip4:06 tcp:02", 0},
	{"eth 88a8 0001 8100 0002 88a8 0003 88cc data:8", 0},
	{"eth 0027 424203 data:35", 0},
	{"eth 001c aaaa03 000000 0800 ip4:11 pad:20", 0},
	{"eth 0008 aaaa03 000000 0800", 0},
	{"eth 0024 aaaa03 0000f8 0806 data:28", 0},
	{"eth 0024 aaaa03 000000 8100 data:28", 0},
	/* IPv4 header contradicts itself or the frame */
	{"eth 0800 ip4:06 tcp:02 @14=65", 0},
	{"eth 0800 ip6:06 tcp:02", 0},
	{"eth 0800 ip4:06 tcp:02 @14=44", 0},
	{"eth 0800 ip4:06 tcp:02 @14=4f", 0},
	{"eth 0800 ip4:06 tcp:02 @16=0013", 0},
	{"eth 0800 ip4:06:01010101 tcp:02 @16=0017", 0},
	{"eth 0800 ip4:06 tcp:02 @16=0029", 0},
	{"eth 0800 ip4:06 tcp:02 @16=0000", 0},
	{"eth 0800 ip4:06 tcp:02 @16=0027", 0},
	{"eth 0800 ip4:06 tcp:02 @26=e0000001", 0},
	{"eth 0800 ip4:06 tcp:02 @26=ffffffff", 0},
	{"eth 0800 ip4:06:94000000 tcp:02", 0},
	{"eth 0800 ip4:06:94010000 tcp:02", 0},
	{"eth 0800 ip4:06:94050000 tcp:02", 0},
	{"eth 0800 ip4:06:01010194 tcp:02", 0},
	/* IPv4 fragments: tiny, odd, too long, empty, over TCP's header */
	{"eth 0800 ip4:06 data:16 @20=2000", 0},
	{"eth 0800 ip4:11 udp data:15 @20=2000", 0},
	{"eth 0800 ip4:11 data:16 @20=1fff", 0},
	{"eth 0800 ip4:11 @20=0010", 0},
	{"eth 0800 ip4:06 data:16 @20=2001", 0},
	{"eth 0800 ip4:06 data:16 @20=0002", 0},
	{"eth 0800 ip4:11 udp data:16 @20=2000 @38=0007", 0},
	/* L4 headers */
	{"eth 0800 ip4:06 tcp:02 @46=40", 0},
	{"eth 0800 ip4:06 tcp:02 @46=60", 0},
	{"eth 0800 ip4:11 udp data:4 @38=0007", 0},
	{"eth 0800 ip4:11 udp data:4 @38=000d", 0},
	{"eth 0800 ip4:11 udp data:4 @38=0000", 0},
	{"eth 86dd ip6:11 udp data:4 @58=0000", 0},
	{"eth 0800 ip4:84 10000050 00000000 000000", 0},
	{"eth 0800 ip4:88 10000050 000800", 0},
	{"eth 0800 ip4:21 10000050 02000000 data:8", 0},
	{"eth 0800 ip4:21 10000050 05000000 data:8", 0},
	{"eth 0800 ip4:3a icmp:8000", 0},
	{"eth 86dd ip6:01 icmp:0800", 0},
	/* IPv6 header and extension headers */
	{"eth 86dd ip6:06 tcp:02 @14=40", 0},
	{"eth 86dd ip4:06 tcp:02 data:20", 0},
	{"eth 86dd ip6:06 tcp:02 @18=0015", 0},
	{"eth 86dd ip6:06 tcp:02 @18=0000", 0},
	{"eth 86dd ip6:06 tcp:02 @22=ff02", 0},
	{"eth 86dd ip6:06 tcp:02 @38=00000000000000000000000000000000", 0},
	{"eth 86dd ip6:3c " DEST8 " 0600010400000000 tcp:02", 0},
	{"eth 86dd ip6:3c 0000010400000000 0600010400000000 tcp:02", 0},
	{"eth 86dd ip6:00 0600010500000000 tcp:02", 0},
	{"eth 86dd ip6:00 0600000000000001 tcp:02", 0},
	{"eth 86dd ip6:00 0600c20400000014 tcp:02", 0},
	{"eth 86dd ip6:3c 06ff data:2046 tcp:02", 0},
	{"eth 86dd ip6:3c 3c1f data:254 061f data:254 tcp:02", 0},
	/* IPv6 fragments */
	{"eth 86dd ip6:2c 0600000100000007 data:16", 0},
	{"eth 86dd ip6:2c 1100000100000007 udp data:7", 0},
	{"eth 86dd ip6:2c 1100fff800000007 data:16", 0},
	{"eth 86dd ip6:2c 1100001000000007", 0},
	{"eth 86dd ip6:2c 0600000800000007 data:16", 0},
	{"eth 86dd ip6:2c 2c00000000000007 1100000000000007 udp", 0},
	{"eth 86dd ip6:2c 2c00000100000007 1100000100000007 udp", 0},
	{"eth 86dd ip6:2c 3c00000100000007 0601010400000000", 0},
	{"eth 86dd ip6:2c 3a00000100000007 icmp:8700 " TARGET, 0},
	/* ARP */
	{"eth 0806 0001080006040001 020000000001c0000201 000000000000c00002", 0},
	{"eth 0806 0006080006040001 020000000001c0000201 000000000000c0000202", 0},
	{"eth 0806 0001080106040001 020000000001c0000201 000000000000c0000202", 0},
	{"eth 0806 0001080008040001 020000000001c0000201 000000000000c0000202", 0},
	{"eth 0806 0001080006100001 020000000001c0000201 000000000000c0000202", 0},
	/* neighbour discovery */
	{"eth 86dd ip6:3a icmp:8700 " TARGET SLLA " @21=fe", 0},
	{"eth 86dd ip6:3a icmp:8701 " TARGET SLLA, 0},
	{"eth 86dd ip6:3a icmp:8700 fe80", 0},
	{"eth 86dd ip6:3a icmp:8700 ff020000000000000000000000000003", 0},
	{"eth 86dd ip6:3a icmp:8700 " TARGET " 01", 0},
	{"eth 86dd ip6:3a icmp:8700 " TARGET " 0100020000000001", 0},
	{"eth 86dd ip6:3a icmp:8700 " TARGET " 0e00000000000000", 0},
	{"eth 86dd ip6:3a icmp:8700 " TARGET " 0102020000000001", 0},
	{"eth 86dd ip6:3a icmp:8700 " TARGET " 01020200000000010000000000000000", 0},
	{"eth 86dd ip6:3a icmp:8700 " TARGET SLLA " 0101020000000009", 0},
	{"eth 86dd ip6:3a icmp:8700 " TARGET " @22=00000000000000000000000000000000", 0},
	{"eth 86dd ip6:3a icmp:8700 " TARGET SLLA " @22=00000000000000000000000000000000"
	 " @38=ff0200000000000000000001ff000003",
	 0},
	{"eth 86dd ip6:3a icmp:8800 " TARGET TLLA " @38=ff02 @58=40", 0},
	{"eth 86dd ip6:3a icmp:8500 " SLLA " @22=00000000000000000000000000000000", 0},
	{"eth 86dd ip6:3a icmp:8600 0000000000000000 @22=2001", 0},
	{"eth 86dd ip6:3a icmp:8600 0000000000000000 @22=fec0", 0},
	{"eth 86dd ip6:3a icmp:8600 0000000000000000 @22=3080", 0},
	{"eth 86dd ip6:3a icmp:8600 00000000", 0},
	{"eth 86dd ip6:3a icmp:8900 " TARGET TARGET " @22=2001", 0},
	{"eth 86dd ip6:3a icmp:8900 " TARGET, 0},
	{"eth 86dd ip6:3a icmp:8700 " TARGET " 0e3c data:478", 0},
	/* super-frames whose lengths lie, and fragments that claim to be one */
	{"eth 0800 ip4:06 tcp:10 data:3000 pad:1", 1},
	{"eth 0800 ip4:06 tcp:10 data:66000", 1},
	{"eth 0800 ip4:06 tcp:10 data:66000 @16=0000", 0},
	{"eth 86dd ip6:06 tcp:10 data:3000 pad:1", 1},
	{"eth 86dd ip6:00 0600c204000101eb tcp:10 data:66000 @18=0000", 1},
	{"eth 86dd ip6:00 0600c20400000bd4 tcp:10 data:3000", 1},
	{"eth 0800 ip4:11 udp data:3000 @20=2000", 1},
};

START_TEST(frame_wrong)
{
	static struct packet p;
	struct vfw_frame f;
	u32 full;

	packet_build(&p, wrong[_i].spec);
	full = p.len < VFW_FRAME_HEAD_MAX ? p.len : VFW_FRAME_HEAD_MAX;
	ck_assert_msg(parse(&f, &p, full, wrong[_i].gso) == VFW_FRAME_MALFORMED, "%s",
		      wrong[_i].spec);
	check_prefixes(&p, wrong[_i].gso);
}
END_TEST

static void parse_ok(struct vfw_frame *f, const char *spec)
{
	static struct packet p;

	packet_build(&p, spec);
	ck_assert_msg(parse(f, &p, p.len, false) == VFW_FRAME_OK, "%s", spec);
}

START_TEST(frame_fields)
{
	static const u8 zero[16];
	static const u8 a4[16] = {192, 0, 2, 1};
	static const u8 b4[16] = {192, 0, 2, 2};
	static const u8 a6[16] = {0xfe, 0x80, [15] = 1};
	static const u8 target[16] = {0xfe, 0x80, [15] = 3};
	static const u8 mac[6] = {2, 0, 0, 0, 0, 1};
	struct vfw_frame f;

	parse_ok(&f, "eth 88a8 2005 8100 6064 0800 ip4:06 tcp:12");
	ck_assert_uint_eq(f.ethertype, 0x800);
	ck_assert_uint_eq(f.n_tags, 2);
	ck_assert_uint_eq(f.tci[0], 0x2005);
	ck_assert_uint_eq(f.tci[1], 0x6064);
	ck_assert_uint_eq(f.l3_off, 22);
	ck_assert_uint_eq(f.ttl, 64);
	ck_assert_mem_eq(f.src, a4, 16);
	ck_assert_mem_eq(f.dst, b4, 16);
	ck_assert_uint_eq(f.sport, 4096);
	ck_assert_uint_eq(f.dport, 80);
	ck_assert_uint_eq(f.tcp_seq, 1);
	ck_assert_uint_eq(f.tcp_ack, 2);
	ck_assert_uint_eq(f.tcp_flags, 0x12);
	ck_assert_uint_eq(f.tcp_win, 0x2000);

	parse_ok(&f, "eth 0800 ip4:11 data:16 @18=abcd @20=2005");
	ck_assert_uint_eq(f.frag_id, 0xabcd);
	ck_assert_uint_eq(f.frag_off, 40);
	ck_assert_uint_eq(f.sport, 0);
	ck_assert_uint_eq(f.dport, 0);

	parse_ok(&f, "eth 86dd ip6:2c 1100009112345678 data:8");
	ck_assert_uint_eq(f.frag_id, 0x12345678);
	ck_assert_uint_eq(f.frag_off, 0x90);
	ck_assert_uint_eq(f.ttl, 255);
	ck_assert_mem_eq(f.src, a6, 16);

	parse_ok(&f, "eth 0800 ip4:01 icmp:0000");
	ck_assert_uint_eq(f.icmp_id, 0x1234);
	parse_ok(&f, "eth 86dd ip6:3a icmp:8100");
	ck_assert_uint_eq(f.icmp_id, 0x1234);
	ck_assert_uint_eq(f.icmp_type, 129);
	parse_ok(&f, "eth 0800 ip4:01 icmp:0304 ip4:06 tcp:02");
	ck_assert_uint_eq(f.icmp_id, 0);
	ck_assert_uint_eq(f.inner_off, 42);

	parse_ok(&f, "eth 86dd ip6:3a icmp:8800 " TARGET TLLA);
	ck_assert_mem_eq(f.nd_target, target, 16);
	ck_assert_mem_eq(f.nd_lladdr, mac, 6);

	parse_ok(&f, "eth 0806 0001080006040002 020000000001c0000201 020000000003c0000202");
	ck_assert_uint_eq(f.arp_op, 2);
	ck_assert_mem_eq(f.arp_sha, mac, 6);
	ck_assert_uint_eq(f.arp_tha[5], 3);
	ck_assert_mem_eq(f.src, a4, 16);
	ck_assert_mem_eq(f.dst, b4, 16);

	parse_ok(&f, "eth 88cc data:20");
	ck_assert_mem_eq(f.src, zero, 16);
}
END_TEST

/* A frame that is refused leaves nothing of what was in the struct before. */
START_TEST(frame_leaves_no_leftovers)
{
	static const struct packet p = {.len = 13};
	static const struct vfw_frame zero;
	struct vfw_frame f;

	ck_assert_int_eq(parse(&f, &p, 13, false), VFW_FRAME_MALFORMED);
	f.end = 0;
	ck_assert_mem_eq(&f, &zero, sizeof(f));
}
END_TEST

/* A head of nothing asks for more of every frame that could be one. */
START_TEST(frame_more)
{
	static struct packet p;
	struct vfw_frame f;

	packet_build(&p, "eth 0800 ip4:06 tcp:02");
	ck_assert_int_eq(parse(&f, &p, 0, false), VFW_FRAME_MORE);
	ck_assert_int_eq(parse(&f, &p, 33, false), VFW_FRAME_MORE);
	ck_assert_int_eq(parse(&f, &p, 53, false), VFW_FRAME_MORE);
	ck_assert_int_eq(parse(&f, &p, 54, false), VFW_FRAME_OK);
}
END_TEST

static const struct {
	const char *spec;
	bool ip6;
	enum vfw_frame_result result;
	u8 proto;
	u32 flags;
} quoted[] = {
	{"ip4:06 tcp:02", 0, VFW_FRAME_OK, 6, L4},
	{"ip4:06 10000050 00000001", 0, VFW_FRAME_OK, 6, L4},
	{"ip4:11 udp cut:28 ", 0, VFW_FRAME_OK, 17, L4},
	{"ip4:11 udp data:100 cut:28 ", 0, VFW_FRAME_OK, 17, L4},
	{"ip4:01 icmp:0800", 0, VFW_FRAME_OK, 1, L4},
	{"ip4:01 icmp:0300", 0, VFW_FRAME_OK, 1, L4 | ICMP_ERROR},
	{"ip4:84 10000050 00000000", 0, VFW_FRAME_OK, 132, L4},
	{"ip4:21 10000050 00000000", 0, VFW_FRAME_OK, 33, L4},
	{"ip4:2f 00000800", 0, VFW_FRAME_OK, 47, 0},
	{"ip4:11 data:8 @6=0005", 0, VFW_FRAME_OK, 17, FRAG},
	{"ip4:11 udp data:8 @6=2000", 0, VFW_FRAME_OK, 17, FRAG | FIRST | MORE_FOLLOW | L4},
	{"ip6:06 tcp:02", 1, VFW_FRAME_OK, 6, L4},
	{"ip6:3c 1100010400000000 udp", 1, VFW_FRAME_OK, 17, L4 | OPTIONS},
	{"ip6:3c 0600010400000000 tcp:02", 1, VFW_FRAME_OK, 6, L4 | OPTIONS},
	{"ip6:00 1100c20400001000 udp", 1, VFW_FRAME_OK, 17, L4 | OPTIONS},
	{"ip6:3a icmp:8000", 1, VFW_FRAME_OK, 58, L4},
	{"ip6:3a icmp:8700", 1, VFW_FRAME_OK, 58, L4 | ND},
	{"ip4:06 tcp:02 cut:27", 0, VFW_FRAME_MALFORMED, 0, 0},
	{"ip4:06 cut:19", 0, VFW_FRAME_MALFORMED, 0, 0},
	{"ip4:06:01010101 tcp:02 cut:31", 0, VFW_FRAME_MALFORMED, 0, 0},
	{"ip4:06 tcp:02 @0=44", 0, VFW_FRAME_MALFORMED, 0, 0},
	{"ip4:06 tcp:02", 1, VFW_FRAME_MALFORMED, 0, 0},
	{"ip6:06 tcp:02", 0, VFW_FRAME_MALFORMED, 0, 0},
	{"ip6:06 tcp:02 cut:47", 1, VFW_FRAME_MALFORMED, 0, 0},
	{"ip6:3c 1108010400000000 udp", 1, VFW_FRAME_MALFORMED, 0, 0},
	{"", 0, VFW_FRAME_MALFORMED, 0, 0},
};

START_TEST(frame_quoted)
{
	static struct packet p;
	struct vfw_frame f;
	u8 *heap;

	packet_build(&p, quoted[_i].spec);
	heap = malloc(p.len ? p.len : 1);
	memcpy(heap, p.bytes, p.len);
	ck_assert_msg(vfw_frame_parse_inner(&f, heap, p.len, quoted[_i].ip6) == quoted[_i].result,
		      "%s", quoted[_i].spec);
	free(heap);
	if (quoted[_i].result)
		return;
	ck_assert_uint_eq(f.proto, quoted[_i].proto);
	ck_assert_uint_eq(f.flags, quoted[_i].flags);
	if (f.proto == 6) {
		ck_assert_uint_eq(f.sport, 4096);
		ck_assert_uint_eq(f.dport, 80);
		ck_assert_uint_eq(f.tcp_seq, 1);
	}
}
END_TEST

TCase *core_frame_cases(void)
{
	TCase *tc = tcase_create("frame");

	tcase_add_loop_test(tc, frame_usual, 0, 5);
	tcase_add_loop_test(tc, frame_right, 0, (int)ARRAY_SIZE(right));
	tcase_add_loop_test(tc, frame_wrong, 0, (int)ARRAY_SIZE(wrong));
	tcase_add_loop_test(tc, frame_quoted, 0, (int)ARRAY_SIZE(quoted));
	tcase_add_test(tc, frame_fields);
	tcase_add_test(tc, frame_leaves_no_leftovers);
	tcase_add_test(tc, frame_more);
	return tc;
}
