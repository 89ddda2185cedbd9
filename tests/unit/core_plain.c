// SPDX-License-Identifier: GPL-2.0
/* Plain segments: what is read of them in a few words is what the parser reads, and nothing else is taken for one. */
#include "core_packet.h"
#include "core_unit.h"

#include "core/plain.h"

/* Plain frames have no other type, and no source above: a head that has is no plain one's. */
static bool is_head(const struct packet *p)
{
	return !memcmp(p->bytes + 12, "\x08\x00\x45", 3) && p->bytes[26] < 224;
}

static bool read_plain(struct vfw_plain *s, const struct packet *p, bool gso)
{
	return vfw_plain_read(s, p->bytes, p->len, p->len, gso, 7) && is_head(p);
}

/* Is it plain? If so all of it is as parsed. */
static bool check_as_parsed(const struct packet *p, bool gso)
{
	struct vfw_plain_head head;
	struct vfw_tcp_plain tcp;
	struct vfw_plain s;
	struct vfw_frame f;

	if (!read_plain(&s, p, gso))
		return false;
	vfw_plain_tcp(&tcp, s.len, p->bytes);
	ck_assert_int_eq(vfw_frame_parse(&f, p->bytes, p->len, p->len, gso), VFW_FRAME_OK);
	ck_assert_uint_eq(f.kind, VFW_FRAME_IP4);
	ck_assert_uint_eq(f.proto, VFW_PROTO_TCP);
	ck_assert_uint_eq(f.flags, VFW_FRAME_F_L4);
	ck_assert_uint_eq(f.l4_off, VFW_PLAIN_L4);
	ck_assert_uint_eq(f.payload_off, VFW_PLAIN_MIN + vfw_plain_options(p->bytes));
	ck_assert_uint_eq(f.end, f.payload_off + tcp.len);
	ck_assert_uint_eq(f.tcp_seq, tcp.seq);
	ck_assert_uint_eq(f.tcp_ack, tcp.ack);
	ck_assert_uint_eq(f.tcp_win, tcp.win);
	ck_assert_uint_eq(
		f.tcp_flags & (VFW_TCP_SYN | VFW_TCP_FIN | VFW_TCP_RST | VFW_TCP_ACK | VFW_TCP_URG),
		VFW_TCP_ACK);
	ck_assert(vfw_plain_head(&head, &f, 7));
	ck_assert(vfw_plain_same(&head, &s.head));
	return true;
}

static const char *const plain[] = {
	"eth 0800 ip4:06 tcp:10",
	"eth 0800 ip4:06 tcp:18 data:9",
	"eth 0800 ip4:06 tcp:d0 data:9 pad:7",
	"eth 0800 ip4:06 tcp:10 0101080a0000000100000002 data:5 @46=80",
};

static bool same_ends(const struct vfw_frame *a, const struct vfw_frame *b)
{
	return !memcmp(a->dmac, b->dmac, 6) && !memcmp(a->smac, b->smac, 6) &&
	       !memcmp(a->src, b->src, 16) && !memcmp(a->dst, b->dst, 16) && a->sport == b->sport &&
	       a->dport == b->dport;
}

/* With any bit turned it is none, or still what the parser says; and it has the same head only with the same ends. */
START_TEST(plain_bits)
{
	struct vfw_plain first, turned;
	static struct packet p;
	struct vfw_frame f, g;
	u32 bit, gso, n = 0, differ = 0;

	packet_build(&p, plain[_i]);
	for (gso = 0; gso < 2; gso++) {
		/* padding behind a super-frame is none */
		ck_assert_int_eq(check_as_parsed(&p, gso), !gso || _i != 2);
		if (!read_plain(&first, &p, gso))
			continue;
		vfw_frame_parse(&f, p.bytes, p.len, p.len, gso);
		for (bit = 0; bit < p.len * 8; bit++) {
			p.bytes[bit / 8] ^= (u8)(1 << bit % 8);
			if (check_as_parsed(&p, gso)) {
				n++;
				ck_assert(read_plain(&turned, &p, gso));
				vfw_frame_parse(&g, p.bytes, p.len, p.len, gso);
				ck_assert_int_eq(vfw_plain_same(&first.head, &turned.head),
						 same_ends(&f, &g));
				differ += !same_ends(&f, &g);
			}
			p.bytes[bit / 8] ^= (u8)(1 << bit % 8);
		}
	}
	/* MACs, ports and nearly all of the addresses may be others in a plain frame */
	ck_assert_uint_ge(differ, 96 + 32 + 50);
	ck_assert_uint_gt(n, differ);
}
END_TEST

/* A head that is cut off anywhere before the options end says nothing. */
START_TEST(plain_cut)
{
	static struct packet p;
	struct vfw_plain s;
	u32 n, full;

	packet_build(&p, plain[_i]);
	full = VFW_PLAIN_MIN + (_i == 3 ? 12 : 0);
	for (n = 0; n <= p.len; n++)
		ck_assert_int_eq(vfw_plain_read(&s, p.bytes, n, p.len, false, 7), n >= full);
}
END_TEST

static const char *const other[] = {
	"eth 0800 ip4:06 tcp:12",
	"eth 0800 ip4:06 tcp:02",
	"eth 0800 ip4:06 tcp:11",
	"eth 0800 ip4:06 tcp:14",
	"eth 0800 ip4:06 tcp:30",
	"eth 0800 ip4:06 tcp:00",
	"eth 0800 ip4:06:01010100 tcp:10",
	"eth 0800 ip4:06 tcp:10 data:8 @20=2000",
	"eth 0800 ip4:06 tcp:10 data:8 @20=0003",
	"eth 0800 ip4:06 tcp:10 @26=e0000001",
	"eth 0800 ip4:06 tcp:10 @46=40",
	"eth 0800 ip4:06 tcp:10 @46=60",
	"eth 0800 ip4:06 tcp:10 data:8 @16=0027",
	"eth 0800 ip4:06 tcp:10 data:8 @16=0031",
	"eth 0800 ip4:11 udp data:30",
	"eth 0800 ip4:01 icmp:0800 data:30",
	"eth 86dd ip6:06 tcp:10",
	"eth 8100 0005 0800 ip4:06 tcp:10",
	"eth 0806 ip4:06 tcp:10",
};

START_TEST(plain_other)
{
	static struct packet p;
	struct vfw_plain s;

	struct vfw_plain first;

	packet_build(&p, plain[0]);
	ck_assert(read_plain(&first, &p, false));
	packet_build(&p, other[_i]);
	ck_assert_msg(!vfw_plain_read(&s, p.bytes, p.len, p.len, false, 7) ||
			      !vfw_plain_same(&first.head, &s.head),
		      "%s", other[_i]);
}
END_TEST

/* A frame that is not plain has no head, but for one whose flags alone keep it from being so. */
/* What brings no data, and no options that anybody would look at. */
START_TEST(plain_bare)
{
	static const struct {
		const char *frame;
		bool bare;
	} known[] = {
		{"eth 0800 ip4:06 tcp:10", true},
		{"eth 0800 ip4:06 tcp:10 data:1", false},
		{"eth 0800 ip4:06 tcp:10 0101080a0000000100000002 @46=80", true},
		{"eth 0800 ip4:06 tcp:10 0101080a0000000100000002 data:5 @46=80", false},
		/* multipath; selective acknowledgements; no NOPs before; more, and less, than that */
		{"eth 0800 ip4:06 tcp:10 01011e0a0000000100000002 @46=80", false},
		{"eth 0800 ip4:06 tcp:10 0101050a0000000100000002 @46=80", false},
		{"eth 0800 ip4:06 tcp:10 080a00000001000000020101 @46=80", false},
		{"eth 0800 ip4:06 tcp:10 0101080a000000010000000201010101 @46=90", false},
		{"eth 0800 ip4:06 tcp:10 01010101 @46=60", false},
	};
	static struct packet p;
	struct vfw_plain s;

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		packet_build(&p, known[i].frame);
		ck_assert(read_plain(&s, &p, false));
		ck_assert_msg(vfw_plain_is_bare(p.bytes, s.len) == known[i].bare, "%s",
			      known[i].frame);
	}
}
END_TEST

START_TEST(plain_head_of)
{
	static const struct {
		const char *spec;
		bool has;
	} cases[] = {
		{"eth 0800 ip4:06 tcp:12", true},
		{"eth 0800 ip4:06 tcp:11", true},
		{"eth 0800 ip4:06:01010100 tcp:10", false},
		{"eth 0800 ip4:06 tcp:10 data:4 @20=2000", false},
		{"eth 0800 ip4:11 udp data:30", false},
		{"eth 86dd ip6:06 tcp:10", false},
		{"eth 8100 0005 0800 ip4:06 tcp:10", false},
	};
	struct vfw_plain_head head;
	static struct packet p;
	struct vfw_frame f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		packet_build(&p, cases[i].spec);
		ck_assert_int_eq(vfw_frame_parse(&f, p.bytes, p.len, p.len, false), VFW_FRAME_OK);
		ck_assert_int_eq(vfw_plain_head(&head, &f, 7), cases[i].has);
	}
}
END_TEST

TCase *core_plain_cases(void)
{
	TCase *tc = tcase_create("plain");

	tcase_add_loop_test(tc, plain_bits, 0, ARRAY_SIZE(plain));
	tcase_add_loop_test(tc, plain_cut, 0, ARRAY_SIZE(plain));
	tcase_add_loop_test(tc, plain_other, 0, ARRAY_SIZE(other));
	tcase_add_test(tc, plain_bare);
	tcase_add_test(tc, plain_head_of);
	return tc;
}
