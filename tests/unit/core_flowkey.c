// SPDX-License-Identifier: GPL-2.0
/* Which packets share a key, and which must not. */
#include "core_unit.h"

#include "core/flowkey.h"
#include "core_packet.h"

#define NOT_FLOW (-EINVAL)
#define SIDE VFW_FLOWKEY_SIDE
#define ANSWER VFW_FLOWKEY_ANSWER

/* what turns a packet's addresses round */
#define BACK4 " @26=c0000202c0000201"
#define BACK6 " @22=fe800000000000000000000000000002fe800000000000000000000000000001"

static int make(struct vfw_flow_key *k, const char *spec, u32 src_end, u32 dst_end)
{
	static struct packet p;
	struct vfw_frame f;
	int ret;

	packet_build(&p, spec);
	ck_assert_msg(vfw_frame_parse(&f, p.bytes, p.len, p.len, false) == VFW_FRAME_OK, "%s",
		      spec);
	memset(k, 0xa5, sizeof(*k));
	ret = vfw_flowkey_make(k, &f, src_end, dst_end, 7, 100);
	/* of what may open a flow, it knows what policy was asked */
	if (ret >= 0 && !(ret & ANSWER))
		ck_assert_msg(vfw_flowkey_asked(k, !!(ret & SIDE)) == vfw_frame_key(&f), "%s",
			      spec);
	return ret;
}

/* One packet from end 3 to end 5, another from end 5 to end 3 (or as given): one key or two? */
static const struct {
	const char *there;
	int there_returns;
	const char *back;
	int back_returns;
	bool same;
} couples[] = {
	{"eth 0800 ip4:06 tcp:02", 0, "eth 0800 ip4:06 tcp:12" BACK4 " @34=00501000", SIDE, true},
	{"eth 0800 ip4:06 tcp:02", 0, "eth 0800 ip4:06 tcp:12" BACK4 " @34=00501001", SIDE, false},
	{"eth 0800 ip4:06 tcp:02", 0, "eth 0800 ip4:06 tcp:12" BACK4 " @34=00511000", SIDE, false},
	{"eth 0800 ip4:06 tcp:02", 0, "eth 0800 ip4:06 tcp:12" BACK4, SIDE, false},
	{"eth 0800 ip4:06 tcp:02", 0, "eth 0800 ip4:11 udp" BACK4 " @34=00501000", SIDE, false},
	{"eth 0800 ip4:11 udp", 0, "eth 0800 ip4:11 udp" BACK4 " @34=00351000", SIDE, true},
	{"eth 86dd ip6:11 udp", 0, "eth 86dd ip6:11 udp" BACK6 " @54=00351000", SIDE, true},
	{"eth 86dd ip6:11 udp", 0, "eth 86dd ip6:3c 1100010400000000 udp" BACK6 " @62=00351000",
	 SIDE, true},
	{"eth 0800 ip4:2f data:8", 0, "eth 0800 ip4:2f data:8" BACK4, SIDE, true},
	{"eth 0800 ip4:2f data:8", 0, "eth 0800 ip4:32 data:8" BACK4, SIDE, false},
	/* echo: an answer shares the key, a request from the other side does not */
	{"eth 0800 ip4:01 icmp:0800", 0, "eth 0800 ip4:01 icmp:0000" BACK4, SIDE | ANSWER, true},
	{"eth 0800 ip4:01 icmp:0800", 0, "eth 0800 ip4:01 icmp:0800" BACK4, SIDE, false},
	{"eth 0800 ip4:01 icmp:0800", 0, "eth 0800 ip4:01 icmp:0000" BACK4 " @38=1235",
	 SIDE | ANSWER, false},
	{"eth 0800 ip4:01 icmp:0800 @38=0000", 0, "eth 0800 ip4:01 icmp:0800" BACK4 " @38=0000",
	 SIDE, false},
	{"eth 0800 ip4:01 icmp:0000", ANSWER, "eth 0800 ip4:01 icmp:0000" BACK4, SIDE | ANSWER,
	 false},
	{"eth 0800 ip4:01 icmp:0000", ANSWER, "eth 0800 ip4:01 icmp:0800" BACK4, SIDE, true},
	{"eth 0800 ip4:01 icmp:0d00", 0, "eth 0800 ip4:01 icmp:0e00" BACK4, SIDE | ANSWER, true},
	{"eth 0800 ip4:01 icmp:0d00", 0, "eth 0800 ip4:01 icmp:0000" BACK4, SIDE | ANSWER, false},
	{"eth 0800 ip4:01 icmp:1100", 0, "eth 0800 ip4:01 icmp:1200" BACK4, SIDE | ANSWER, true},
	{"eth 0800 ip4:01 icmp:0f00", 0, "eth 0800 ip4:01 icmp:1000" BACK4, SIDE | ANSWER, true},
	{"eth 0800 ip4:01 icmp:2a00", 0, "eth 0800 ip4:01 icmp:2b02" BACK4, SIDE | ANSWER, true},
	{"eth 86dd ip6:3a icmp:8000", 0, "eth 86dd ip6:3a icmp:8100" BACK6, SIDE | ANSWER, true},
	{"eth 86dd ip6:3a icmp:8000", 0, "eth 86dd ip6:3a icmp:8000" BACK6, SIDE, false},
	{"eth 86dd ip6:3a icmp:a000", 0, "eth 86dd ip6:3a icmp:a103" BACK6, SIDE | ANSWER, true},
	/* ICMP without answers: by type and code, and by who sends */
	{"eth 86dd ip6:3a icmp:8f00", 0, "eth 86dd ip6:3a icmp:8f00" BACK6, SIDE, false},
	{"eth 86dd ip6:3a icmp:8f00", 0, "eth 86dd ip6:3a icmp:8200" BACK6, SIDE, false},
	/* the first fragment belongs to the conversation; the rest, ND and errors name none */
	{"eth 0800 ip4:11 udp data:8", 0,
	 "eth 0800 ip4:11 udp data:8" BACK4 " @34=00351000 @20=2000", SIDE, true},
	{"eth 0800 ip4:11 udp", 0, "eth 0800 ip4:11 data:8 @20=0004" BACK4, NOT_FLOW, false},
	{"eth 0800 ip4:11 udp", 0, "eth 0800 ip4:01 icmp:0300 ip4:11 udp", NOT_FLOW, false},
	{"eth 86dd ip6:11 udp", 0, "eth 86dd ip6:3a icmp:8700 fe800000000000000000000000000003",
	 NOT_FLOW, false},
	{"eth 0800 ip4:11 udp", 0,
	 "eth 0806 0001080006040001 020000000001c0000201 000000000000c0000202", NOT_FLOW, false},
	{"eth 0800 ip4:11 udp", 0, "eth 88cc data:20", NOT_FLOW, false},
};

START_TEST(flowkey_couples)
{
	struct vfw_flow_key there, back;

	ck_assert_int_eq(make(&there, couples[_i].there, 3, 5), couples[_i].there_returns);
	ck_assert_int_eq(make(&back, couples[_i].back, 5, 3), couples[_i].back_returns);
	if (couples[_i].back_returns == NOT_FLOW)
		return;
	ck_assert_msg(vfw_flowkey_equal(&there, &back) == couples[_i].same, "%s and %s",
		      couples[_i].there, couples[_i].back);
}
END_TEST

/* The same addresses at other ends, on another bridge or VLAN, are another conversation. */
START_TEST(flowkey_places)
{
	static const u64 secret[2] = {1, 2};
	static struct packet p;
	struct vfw_flow_key k[6];
	struct vfw_frame f;
	u32 i, j;

	packet_build(&p, "eth 0800 ip4:06 tcp:02");
	ck_assert_int_eq(vfw_frame_parse(&f, p.bytes, p.len, p.len, false), VFW_FRAME_OK);
	ck_assert_int_eq(vfw_flowkey_make(&k[0], &f, 3, 5, 7, 100), 0);
	ck_assert_int_eq(vfw_flowkey_make(&k[1], &f, 3, 6, 7, 100), 0);
	ck_assert_int_eq(vfw_flowkey_make(&k[2], &f, 4, 5, 7, 100), 0);
	ck_assert_int_eq(vfw_flowkey_make(&k[3], &f, 3, 5, 8, 100), 0);
	ck_assert_int_eq(vfw_flowkey_make(&k[4], &f, 3, 5, 7, 101), 0);
	ck_assert_int_eq(vfw_flowkey_make(&k[5], &f, 5, 3, 7, 100), SIDE);
	for (i = 0; i < ARRAY_SIZE(k); i++) {
		for (j = 0; j < i; j++) {
			ck_assert(!vfw_flowkey_equal(&k[i], &k[j]));
			ck_assert(vfw_flowkey_hash(&k[i], secret) !=
				  vfw_flowkey_hash(&k[j], secret));
		}
	}
	ck_assert_uint_eq(k[0].end[0], 3);
	ck_assert_uint_eq(k[0].end[1], 5);
	ck_assert_uint_eq(k[0].port[0], 4096);
	ck_assert_uint_eq(k[0].port[1], 80);
	ck_assert_uint_eq(k[0].family, 4);
	ck_assert_uint_eq(k[5].end[0], 3);
	ck_assert_mem_eq(k[5].addr[1], f.src, 16);
	ck_assert_uint_eq(k[5].port[1], 4096);
}
END_TEST

/* Ends alike: addresses order the sides; addresses alike: ports do. */
START_TEST(flowkey_order)
{
	struct vfw_flow_key there, back;

	ck_assert_int_eq(make(&there, "eth 0800 ip4:06 tcp:02", 9, 9), 0);
	ck_assert_int_eq(make(&back, "eth 0800 ip4:06 tcp:12" BACK4 " @34=00501000", 9, 9), SIDE);
	ck_assert(vfw_flowkey_equal(&there, &back));

	ck_assert_int_eq(make(&there, "eth 0800 ip4:06 tcp:02 @30=c0000201", 9, 9), SIDE);
	ck_assert_int_eq(make(&back, "eth 0800 ip4:06 tcp:12 @30=c0000201 @34=00501000", 9, 9), 0);
	ck_assert(vfw_flowkey_equal(&there, &back));
}
END_TEST

/* The packet an ICMP error quotes has the key of the conversation it is about. */
START_TEST(flowkey_quoted)
{
	static struct packet p;
	struct vfw_flow_key flow, quoted;
	struct vfw_frame f, inner;

	ck_assert_int_eq(make(&flow, "eth 0800 ip4:06 tcp:02", 3, 5), 0);
	packet_build(&p, "eth 0800 ip4:01 icmp:0301 ip4:06 tcp:02" BACK4);
	ck_assert_int_eq(vfw_frame_parse(&f, p.bytes, p.len, p.len, false), VFW_FRAME_OK);
	ck_assert_int_eq(
		vfw_frame_parse_inner(&inner, p.bytes + f.inner_off, p.len - f.inner_off, false),
		VFW_FRAME_OK);
	ck_assert_int_eq(vfw_flowkey_make(&quoted, &inner, 3, 5, 7, 100), 0);
	ck_assert(vfw_flowkey_equal(&flow, &quoted));
}
END_TEST

static void frag_key(struct vfw_flow_key *k, const char *spec, u32 src_end, u32 dst_end)
{
	static struct packet p;
	struct vfw_frame f;

	packet_build(&p, spec);
	ck_assert_int_eq(vfw_frame_parse(&f, p.bytes, p.len, p.len, false), VFW_FRAME_OK);
	ck_assert(f.flags & VFW_FRAME_F_FRAG);
	memset(k, 0xa5, sizeof(*k));
	vfw_flowkey_frag(k, &f, src_end, dst_end, 7, 100);
}

static const struct {
	const char *one, *other;
	bool same;
} pieces[] = {
	{"eth 0800 ip4:11 udp data:8 @20=2000", "eth 0800 ip4:11 data:8 @20=0002", true},
	{"eth 0800 ip4:11 udp data:8 @20=2000", "eth 0800 ip4:11 data:8 @18=0002 @20=0002", false},
	{"eth 0800 ip4:11 udp data:8 @20=2000", "eth 0800 ip4:32 data:8 @20=0002", false},
	{"eth 0800 ip4:11 udp data:8 @20=2000", "eth 0800 ip4:11 data:8 @20=0002 @29=09", false},
	{"eth 86dd ip6:2c 1100000100010007 udp data:8", "eth 86dd ip6:2c 3c00001000010007 data:8",
	 true},
	{"eth 86dd ip6:2c 1100000100010007 udp data:8", "eth 86dd ip6:2c 1100001000020007 data:8",
	 false},
	{"eth 86dd ip6:2c 1100000100010007 udp data:8", "eth 86dd ip6:2c 1100001000010008 data:8",
	 false},
};

START_TEST(flowkey_pieces)
{
	struct vfw_flow_key one, other;

	frag_key(&one, pieces[_i].one, 3, 5);
	frag_key(&other, pieces[_i].other, 3, 5);
	ck_assert_int_eq(vfw_flowkey_equal(&one, &other), pieces[_i].same);
	frag_key(&one, pieces[_i].one, 5, 3);
	ck_assert(!vfw_flowkey_equal(&one, &other));
	make(&other, "eth 0800 ip4:11 udp data:8", 3, 5);
	ck_assert(!vfw_flowkey_equal(&one, &other));
}
END_TEST

/*
 * CPython 3.11 hashes bytes by SipHash-1-3 too; keyed vectors by a direct rendering of the paper. The family, 55 here,
 * is none that exists; as IPv4, all but four bytes of each address count for nothing.
 */
START_TEST(flowkey_siphash)
{
	static const u64 none[2] = {0, 0};
	static const u64 secret[2] = {0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};
	struct vfw_flow_key k;
	u8 bytes[sizeof(k)];
	u32 i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (u8)i;
	memcpy(&k, bytes, sizeof(k));
	ck_assert(vfw_flowkey_hash(&k, none) == 0x5220d642b4a52110ULL);
	ck_assert(vfw_flowkey_hash(&k, secret) == 0xa27abf3670a7e980ULL);
	k.family = 4;
	ck_assert(vfw_flowkey_hash(&k, none) == 0xe28076229895edd4ULL);
	ck_assert(vfw_flowkey_hash(&k, secret) == 0x37493bf12775a6ccULL);
}
END_TEST

TCase *core_flowkey_cases(void)
{
	TCase *tc = tcase_create("flowkey");

	tcase_add_loop_test(tc, flowkey_couples, 0, (int)ARRAY_SIZE(couples));
	tcase_add_test(tc, flowkey_places);
	tcase_add_test(tc, flowkey_order);
	tcase_add_test(tc, flowkey_quoted);
	tcase_add_loop_test(tc, flowkey_pieces, 0, (int)ARRAY_SIZE(pieces));
	tcase_add_test(tc, flowkey_siphash);
	return tc;
}
