// SPDX-License-Identifier: GPL-2.0
/* Headers and header keywords against frames written in words. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../daemon/sig/rule_kernel.h"

#include "core_packet.h"

#define SYN "eth 0800 ip4:06 tcp:02"
#define ECHO "eth 0800 ip4:01 icmp:0800"
#define ECHO6 "eth 86dd ip6:3a icmp:8000"
#define QUERY "eth 0800 ip4:11 udp data:8"

static const struct {
	const char *rule; /* up to the options' end */
	const char *frame;
	bool fits;
	u32 flags; /* VFW_SIG_PKT_* */
} cases[] = {
	{"tcp any any -> any any (", SYN, true, 0},
	{"udp any any -> any any (", SYN, false, 0},
	{"ip any any -> any any (", SYN, true, 0},
	{"ip6 any any -> any any (", SYN, false, 0},
	{"6 any any -> any any (", SYN, true, 0},
	{"17 any any -> any any (", SYN, false, 0},
	{"icmp any any -> any any (", ECHO, true, 0},
	{"icmp any any -> any any (", ECHO6, true, 0},
	{"icmpv6 any any -> any any (", ECHO, false, 0},
	{"tcp any 4096 -> any 80 (", SYN, true, 0},
	{"tcp any 80 -> any 4096 (", SYN, false, 0},
	{"tcp any 80 <> any 4096 (", SYN, true, 0},
	{"tcp any any -> any !80 (", SYN, false, 0},
	{"tcp 192.0.2.1 any -> 192.0.2.2 any (", SYN, true, 0},
	{"tcp 192.0.2.2 any -> 192.0.2.1 any (", SYN, false, 0},
	{"tcp 192.0.2.2 any <> 192.0.2.1 any (", SYN, true, 0},
	{"tcp ![192.0.2.0/24] any -> any any (", SYN, false, 0},
	{"tcp fe80::/10 any -> any any (", SYN, false, 0},
	{"icmp fe80::/10 any -> fe80::2 any (", ECHO6, true, 0},
	{"tcp any any -> any any (flags:S;", SYN, true, 0},
	{"tcp any any -> any any (flags:SA;", SYN, false, 0},
	{"tcp any any -> any any (flags:S+;", "eth 0800 ip4:06 tcp:12", true, 0},
	{"tcp any any -> any any (flags:S;", "eth 0800 ip4:06 tcp:12", false, 0},
	{"tcp any any -> any any (flags:*FSR;", "eth 0800 ip4:06 tcp:12", true, 0},
	{"tcp any any -> any any (flags:!S;", SYN, false, 0},
	{"tcp any any -> any any (flags:S,12;", "eth 0800 ip4:06 tcp:c2", true, 0},
	{"tcp any any -> any any (flags:S,CE;", "eth 0800 ip4:06 tcp:c2", true, 0},
	{"tcp any any -> any any (flags:S;", "eth 0800 ip4:06 tcp:c2", false, 0},
	{"tcp any any -> any any (flags:0;", "eth 0800 ip4:06 tcp:00", true, 0},
	{"tcp any any -> any any (flags:0;", SYN, false, 0},
	{"tcp any any -> any any (seq:1; ack:2;", SYN, true, 0},
	{"tcp any any -> any any (seq:2;", SYN, false, 0},
	{"icmp any any -> any any (itype:8; icode:0;", ECHO, true, 0},
	{"icmp any any -> any any (itype:7;", ECHO, false, 0},
	{"icmp any any -> any any (itype:>7;", ECHO, true, 0},
	{"icmp any any -> any any (itype:7<>9;", ECHO, true, 0},
	{"icmp any any -> any any (itype:8<>9;", ECHO, false, 0},
	{"icmp any any -> any any (icmp_id:4660;", ECHO, true, 0},
	{"icmp any any -> any any (icmp_id:1;", ECHO, false, 0},
	{"ip any any -> any any (ttl:255;", ECHO6, true, 0},
	{"ip any any -> any any (ttl:<255;", ECHO6, false, 0},
	{"ip any any -> any any (ip_proto:17;", QUERY, true, 0},
	{"ip any any -> any any (ip_proto:!udp;", QUERY, false, 0},
	{"udp any any -> any any (dsize:8;", QUERY, true, 0},
	{"udp any any -> any any (dsize:>8;", QUERY, false, 0},
	{"udp any any -> any any (dsize:7<>9;", QUERY, true, 0},
	{"udp any any -> any any (dsize:!8;", QUERY, false, 0},
	{"ip any any -> any any (sameip;", QUERY, false, 0},
	{"ip any any -> any any (sameip;", "eth 0800 ip4:11 udp @26=c0000202", true, 0},
	{"ip any any -> any any (ipopts:rr;", "eth 0800 ip4:06:0707040000000000 tcp:02", true, 0},
	{"ip any any -> any any (ipopts:nop;", "eth 0800 ip4:06:0707040000000000 tcp:02", false, 0},
	{"ip any any -> any any (id:0;", ECHO6, false, 0},
	{"ip any any -> any any (fragbits:D;", "eth 0800 ip4:06 tcp:02 @20=4000", true, 0},
	{"ip any any -> any any (fragbits:M;", "eth 0800 ip4:06 tcp:02 @20=4000", false, 0},
	{"tcp any any -> any any (flow:to_server;", SYN, true,
	 VFW_SIG_PKT_FLOW | VFW_SIG_PKT_TO_SERVER},
	{"tcp any any -> any any (flow:to_server;", SYN, false, VFW_SIG_PKT_FLOW},
	{"tcp any any -> any any (flow:to_server;", SYN, true, 0},
	{"tcp any any -> any any (flow:to_client;", SYN, false, 0},
	{"tcp any any -> any any (flow:to_server,not_established;", SYN, false, 0},
	{"tcp any any -> any any (flow:stateless;", SYN, false, 0},
	{"tcp any any -> any any (flow:stateless;", SYN, true, VFW_SIG_PKT_FLOW},
	{"ip any !80 -> any any (", SYN, true, 0},
	{"ip any any -> any !80 (", ECHO, false, 0},
	{"icmp any 0 -> any any (", ECHO, false, 0},
	{"udp any any -> any any (", "eth 86dd ip6:2c 1100000100010007 udp data:8", false, 0},
	{"udp any any -> any any (", "eth 0800 ip4:11 udp data:8 @20=0001", true, 0},
	{"udp any any -> any 53 (", "eth 0800 ip4:11 udp data:8 @20=0001", false, 0},
	{"ip any any -> any any (ip_proto:44;", "eth 86dd ip6:2c 1100000100010007 udp data:8", true,
	 0},
	{"ip any any -> any any (ip_proto:17;", "eth 86dd ip6:2c 1100000100010007 udp data:8",
	 false, 0},
	{"ip any any -> any any (fragoffset:16;", "eth 86dd ip6:2c 1100001100010007 data:8", true,
	 0},
	{"ip any any -> any any (fragoffset:2;", "eth 86dd ip6:2c 1100001100010007 data:8", false,
	 0},
	{"icmp any any -> any any (icmpv4.hdr; bsize:20;", "eth 0800 ip4:01 icmp:0d00 data:20",
	 true, 0},
	{"icmp any any -> any any (icmpv4.hdr; bsize:8;", "eth 0800 ip4:01 icmp:0800 data:20", true,
	 0},
	{"ip any any -> any any (tos:0;", SYN, true, 0},
	{"ip any any -> any any (tos:x10;", SYN, false, 0},
	{"ip any any -> any any (tos:x10;", "eth 0800 ip4:06 tcp:02 @15=10", true, 0},
	{"ip any any -> any any (tos:!x10;", "eth 0800 ip4:06 tcp:02 @15=10", false, 0},
	{"tcp any any -> any any (flow:to_client;", SYN, true, VFW_SIG_PKT_FLOW},
	{"tcp any any -> any any (flow:established;", SYN, false, VFW_SIG_PKT_FLOW},
	{"tcp any any -> any any (flow:established;", SYN, true,
	 VFW_SIG_PKT_FLOW | VFW_SIG_PKT_ESTABLISHED},
	{"tcp any any -> any any (flow:not_established;", SYN, true, VFW_SIG_PKT_FLOW},
	{"tcp any any -> any any (flow:only_frag;", SYN, true,
	 VFW_SIG_PKT_FLOW | VFW_SIG_PKT_REBUILT},
	{"tcp any any -> any any (flow:only_frag;", SYN, false, VFW_SIG_PKT_REBUILT},
	{"tcp any any -> any any (flow:no_frag;", SYN, false, VFW_SIG_PKT_REBUILT},
	{"tcp any any -> any any (flowbits:set,x;", SYN, false, 0},
	{"tcp any any -> any any (tcp.hdr; content:\"|10 00 00 50|\"; depth:4;", SYN, true, 0},
	{"tcp any any -> any any (tcp.hdr; content:\"|00 50|\"; depth:2;", SYN, false, 0},
	{"ip any any -> any any (ipv4.hdr; content:\"|45|\"; depth:1;", SYN, true, 0},
	{"ip any any -> any any (ipv6.hdr; content:\"|45|\"; depth:1;", SYN, false, 0},
	{"udp any any -> any any (udp.hdr; bsize:8; content:\"|00 35|\";", QUERY, true, 0},
	{"udp any any -> any any (udp.hdr; bsize:>8; content:\"|00 35|\";", QUERY, false, 0},
};

START_TEST(header)
{
	static struct packet packet;
	struct vfw_sig_pkt p = {.head = packet.bytes, .flags = cases[_i].flags};
	struct vfw_rule_set *set;
	struct vfw_frame f;
	char rule[512];
	bool fits;

	snprintf(rule, sizeof(rule), "alert %s sid:1;)", cases[_i].rule);
	set = suite_set(rule);
	ck_assert_msg(set->counts[VFW_RULE_LOADED] == 1, "%s: %s", rule,
		      set->n_notes ? set->notes[0].text : "");
	packet_build(&packet, cases[_i].frame);
	vfw_frame_parse(&f, packet.bytes, packet.len, packet.len, false);
	p.frame = &f;
	p.head_len = packet.len;
	p.payload = packet.bytes + f.payload_off;
	p.payload_len = f.end - f.payload_off;
	fits = vfw_sig_header(&set->sigs, &set->sig[0], &p) &&
	       vfw_sig_content(&set->sigs, &set->sig[0], &p, p.payload, p.payload_len, NULL) ==
		       VFW_SIG_MATCH;
	ck_assert_msg(fits == cases[_i].fits, "%s on %s", rule, cases[_i].frame);
	vfw_rule_set_free(set);
}
END_TEST

/* Where $HOME_NET is the VMs: which ends, as bits: 1 no VM to no VM, 2 from a VM alone, 4 to one alone, 8 between two. */
static const struct {
	const char *ends;
	unsigned int fits;
} homes[] = {
	{"any any -> any any", 15},
	{"$EXTERNAL_NET any -> any any", 15},
	{"$HOME_NET any -> any any", 2 | 8},
	{"any any -> $HOME_NET any", 4 | 8},
	{"$HOME_NET any -> $HOME_NET any", 8},
	{"!$HOME_NET any -> $HTTP_SERVERS any", 4},
	{"!$DC_SERVERS any -> !$HOME_NET any", 1},
	{"$AIM_SERVERS any -> any any", 15},
	{"$HOME_NET any <> !$HOME_NET any", 2 | 4},
	{"[$HOME_NET] any -> ![$HTTP_SERVERS] any", 2},
	{"[$HOME_NET,192.0.2.1] any -> any any", 15},
	{"$HOME_NET any -> 192.0.2.1 any", 0},
};

START_TEST(home)
{
	struct vfw_rule_set *set = vfw_rule_set_new();
	struct vfw_frame f = {
		.kind = VFW_FRAME_IP4, .proto = VFW_PROTO_UDP, .flags = VFW_FRAME_F_L4};
	char rule[200];

	set->home_vms = true;
	vfw_rule_vars_set(&set->vars, "HOME_NET", "any");
	vfw_rule_vars_set(&set->vars, "EXTERNAL_NET", "any");
	snprintf(rule, sizeof(rule), "alert udp %s (sid:1;)", homes[_i].ends);
	ck_assert_int_eq(vfw_rule_set_add(set, rule, strlen(rule)), 0);
	ck_assert_int_eq(vfw_rule_set_finish(set), 0);
	ck_assert_uint_eq(set->sigs.n_sigs, 1);
	for (u32 ends = 0; ends < 4; ends++) {
		struct vfw_sig_pkt pkt = {.frame = &f};

		pkt.flags =
			(ends & 1 ? VFW_SIG_PKT_SRC_VM : 0) | (ends & 2 ? VFW_SIG_PKT_DST_VM : 0);
		ck_assert_int_eq(vfw_sig_header(&set->sigs, set->sig, &pkt),
				 homes[_i].fits >> ends & 1);
	}
	vfw_rule_set_free(set);
}
END_TEST

/* Of rules about headers the module asks as many as a table may have; the others are named. */
START_TEST(room)
{
	struct vfw_text t = {0};
	struct vfw_rule_set *set;
	uint32_t left = 0;
	const char **why;

	for (uint32_t i = 1; i <= VFW_SIG_HEADERS_MAX + 2; i++)
		vfw_text_printf(&t, "alert udp any any -> any %u (ttl:5; sid:%u;)\n", i, i);
	vfw_text_str(&t, "alert udp any any -> any any (content:\"x\"; sid:9999;)\n");
	set = suite_set(t.s);
	why = vfw_rule_kernel_set(set);
	for (uint32_t i = 0; i < set->sigs.n_sigs; i++)
		left += why[i] &&
			!strcmp(why[i], "more rules about headers than there is room for");
	ck_assert_uint_eq(left, 2);
	ck_assert_ptr_null(why[set->sigs.n_sigs - 1]);
	free(why);
	free(t.s);
	vfw_rule_set_free(set);
}
END_TEST

TCase *rules_header_cases(void)
{
	TCase *t = tcase_create("header");

	tcase_add_loop_test(t, header, 0, ARRAY_SIZE(cases));
	tcase_add_test(t, room);
	tcase_add_loop_test(t, home, 0, ARRAY_SIZE(homes));
	return t;
}
