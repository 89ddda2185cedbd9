// SPDX-License-Identifier: GPL-2.0
/* Headers and header keywords against frames written in words. */
#include "suite.h"

#include <stdio.h>
#include <string.h>

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

TCase *rules_header_cases(void)
{
	TCase *t = tcase_create("header");

	tcase_add_loop_test(t, header, 0, ARRAY_SIZE(cases));
	return t;
}
