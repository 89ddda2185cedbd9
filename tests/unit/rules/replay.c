// SPDX-License-Identifier: GPL-2.0
/* Captures made here, through rules: how often each signature speaks. */
#include "suite.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../daemon/replay/replay.h"

#define CLIENT 0
#define SERVER 1
#define FIN 1
#define SYN 2
#define RST 4
#define ACK 16

static pcap_dumper_t *dumper;
static pcap_t *dead;
static char path[] = "/tmp/vfw-rules-XXXXXX";
static uint64_t now; /* microseconds */
static bool spoil; /* the next packet's checksum is wrong */

static void put16(u8 *p, unsigned int x)
{
	p[0] = (u8)(x >> 8);
	p[1] = (u8)x;
}

static void put32(u8 *p, u32 x)
{
	put16(p, x >> 16);
	put16(p + 2, x & 0xffff);
}

static u32 sum(const u8 *p, u32 len, u32 s)
{
	u32 i;

	for (i = 0; i < len; i++)
		s += i & 1 ? p[i] : (u32)p[i] << 8;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return s;
}

static void dump(const u8 *frame, u32 len)
{
	struct pcap_pkthdr h = {.caplen = len, .len = len};

	now += 1000;
	h.ts.tv_sec = (time_t)(now / 1000000);
	h.ts.tv_usec = (suseconds_t)(now % 1000000);
	pcap_dump((u_char *)dumper, &h, frame);
}

/* An IPv4 packet from one of the two, in pieces of `piece' bytes of its data (0: whole). */
static void ip(int side, u8 proto, const u8 *data, u32 len, u32 piece)
{
	static unsigned int id;
	u32 at, n;

	id++;
	for (at = 0; at < len || !len; at += n) {
		u8 f[2048] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45};

		n = piece && len - at > piece ? piece : len - at;
		put16(f + 16, 20 + n);
		put16(f + 18, id);
		put16(f + 20, at / 8 | (at + n < len ? 0x2000 : 0));
		f[22] = 64;
		f[23] = proto;
		put32(f + 26, side == CLIENT ? 0x0a000001 : 0x0a000002);
		put32(f + 30, side == CLIENT ? 0x0a000002 : 0x0a000001);
		put16(f + 24, ~sum(f + 14, 20, 0) & 0xffff);
		memcpy(f + 34, data + at, n);
		dump(f, 34 + n);
		if (!len)
			break;
	}
}

static void transport_sum(int side, u8 proto, u8 *p, u32 len, u32 at)
{
	u8 pseudo[12] = {10, 0,	   0, side == CLIENT ? 1 : 2, 10, 0, 0, side == CLIENT ? 2 : 1,
			 0,  proto};

	put16(pseudo + 10, len);
	put16(p + at, ~sum(p, len, sum(pseudo, 12, 0)) & 0xffff);
	if (spoil)
		p[at] ^= 0xff;
	spoil = false;
}

static void segment(int side, u8 flags, u32 seq, u32 ack, const char *text, u32 piece)
{
	u8 p[1500] = {0};
	u32 len = (u32)strlen(text);

	put16(p, side == CLIENT ? 40000 : 80);
	put16(p + 2, side == CLIENT ? 80 : 40000);
	put32(p + 4, (side == CLIENT ? 1000 : 9000) + seq);
	put32(p + 8, flags & ACK ? (side == CLIENT ? 9000 : 1000) + ack : 0);
	p[12] = 5 << 4;
	p[13] = flags;
	put16(p + 14, 8192);
	memcpy(p + 20, text, len);
	transport_sum(side, 6, p, 20 + len, 16);
	ip(side, 6, p, 20 + len, piece);
}

static void handshake(void)
{
	segment(CLIENT, SYN, 0, 0, "", 0);
	segment(SERVER, SYN | ACK, 0, 1, "", 0);
	segment(CLIENT, ACK, 1, 1, "", 0);
}

static void datagram(int side, const char *text)
{
	u8 p[1500] = {0};
	u32 len = (u32)strlen(text);

	put16(p, side == CLIENT ? 40000 : 53);
	put16(p + 2, side == CLIENT ? 53 : 40000);
	put16(p + 4, 8 + len);
	memcpy(p + 8, text, len);
	transport_sum(side, 17, p, 8 + len, 6);
	ip(side, 17, p, 8 + len, 0);
}

static void begin(void)
{
	int fd;

	strcpy(path + strlen(path) - 6, "XXXXXX");
	fd = mkstemp(path);
	now = 1700000000ULL * 1000000;
	dead = pcap_open_dead(DLT_EN10MB, 65535);
	ck_assert_int_ge(fd, 0);
	dumper = pcap_dump_fopen(dead, fdopen(fd, "wb"));
	ck_assert_ptr_nonnull(dumper);
}

/* Ends the capture and runs it. Expected is "sid sid ..." in ascending order, each as often as it speaks. */
static void expect(const char *rules, const struct vfw_replay_options *options,
		   const char *expected)
{
	static const struct vfw_replay_options none;
	struct vfw_rule_set *set = suite_set(rules);
	struct vfw_replay_counts counts;
	char why[256] = "", line[8192], got[512] = "";
	FILE *eve = tmpfile();
	unsigned int sid, n;

	ck_assert_msg(!set->n_notes, "%s", set->n_notes ? set->notes[0].text : "");
	pcap_dump_close(dumper);
	pcap_close(dead);
	ck_assert_msg(!vfw_replay_run(set, path, options ? options : &none, eve, &counts, why,
				      sizeof(why)),
		      "%s", why);
	for (sid = 1; sid < 20; sid++) {
		char key[40];

		snprintf(key, sizeof(key), "\"signature_id\":%u,", sid);
		rewind(eve);
		for (n = 0; fgets(line, sizeof(line), eve);)
			n += !!strstr(line, key);
		while (n--)
			snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%u",
				 *got ? " " : "", sid);
	}
	ck_assert_str_eq(got, expected);
	fclose(eve);
	unlink(path);
	vfw_rule_set_free(set);
}

#define TCP_RULES                                                                                \
	"alert tcp any any -> any 80 (flow:established,to_server; content:\"attack\"; sid:1;)\n" \
	"alert tcp-pkt any any -> any 80 (content:\"attack\"; sid:2;)\n"                         \
	"alert tcp-stream any any -> any 80 (content:\"attack\"; sid:3;)\n"                      \
	"alert tcp any any -> any 80 (flow:to_client; content:\"attack\"; sid:4;)\n"             \
	"alert tcp any any -> any 80 (content:\"attack\"; depth:6; sid:5;)\n"

/* What a client says after the handshake, in up to two segments, all of which the server has. */
static const struct {
	struct {
		unsigned int seq;
		const char *data; /* NULL: no segment */
	} said[2];
	unsigned int acked;
	const char *alerts;
} streams[] = {
	/* with depth both the packet and the stream are asked */
	{{{1, "attack!"}}, 8, "1 2 3 5 5"},
	{{{1, "att"}, {4, "ack!"}}, 8, "1 3 5"},
	/* out of order */
	{{{4, "ack!"}, {1, "att"}}, 8, "1 3 5"},
	/* a copy with other bytes: the first one stands, and only packet rules see the second */
	{{{1, "innocent"}, {1, "attack!!"}}, 9, "2 5"},
	/* of two copies that wait, the segment that begins first has its way */
	{{{4, "ack!"}, {1, "attINN"}}, 8, ""},
	{{{4, "INN!"}, {1, "attack"}}, 8, "1 2 3 5 5"},
	/* what stands around a gap is not joined over it, but asked */
	{{{1, "att"}, {8, "ack attack"}}, 18, "1 2 3"},
};

START_TEST(stream)
{
	begin();
	handshake();
	for (size_t i = 0; i < 2 && streams[_i].said[i].data; i++)
		segment(CLIENT, ACK, streams[_i].said[i].seq, 1, streams[_i].said[i].data, 0);
	segment(SERVER, ACK, 1, streams[_i].acked, "", 0);
	expect(TCP_RULES, NULL, streams[_i].alerts);
}
END_TEST

/* What was acknowledged before is a packet by itself; what was not yet when a FIN came is asked by itself. */
START_TEST(acknowledged)
{
	begin();
	handshake();
	segment(CLIENT, ACK, 1, 1, "attack", 0);
	segment(CLIENT, ACK, 7, 1, "more", 0);
	segment(SERVER, ACK, 1, 11, "", 0);
	segment(CLIENT, ACK, 1, 1, "attack", 0);
	expect("alert tcp any any -> any 80 (flow:established; content:\"attack\"; sid:1;)\n", NULL,
	       "1 1");
	begin();
	handshake();
	segment(CLIENT, ACK, 1, 1, "attack", 0);
	segment(SERVER, ACK, 1, 7, "", 0);
	segment(CLIENT, ACK, 7, 1, "attack", 0);
	segment(CLIENT, FIN | ACK, 13, 1, "", 0);
	segment(SERVER, FIN | ACK, 1, 14, "", 0);
	segment(CLIENT, ACK, 14, 2, "", 0);
	expect("alert tcp-stream any any -> any 80 (content:\"attack\"; sid:1;)\n", NULL, "1 1");
}
END_TEST

/* A rule for both directions is two, if both ends fit each; of other protocols rules know no payload. */
START_TEST(both_ways)
{
	begin();
	datagram(CLIENT, "x");
	ip(CLIENT, 89, (const u8 *)"axa", 3, 0);
	expect("alert udp 10.0.0.0/8 any <> 10.0.0.0/24 any (content:\"x\"; sid:1;)\n"
	       "alert udp 10.0.0.0/8 any <> 10.0.0.0/8 any (content:\"x\"; sid:2;)\n"
	       "alert udp 10.0.0.1 any <> 10.0.0.2 any (content:\"x\"; sid:3;)\n"
	       "alert udp 10.0.0.2 any <> 10.0.0.1 any (content:\"x\"; sid:4;)\n"
	       "alert ip any any -> any any (ip_proto:89; content:\"x\"; sid:5;)\n"
	       "alert ip any any -> any any (dsize:0; sid:6;)\n",
	       NULL, "1 1 2 3 4 6");
}
END_TEST

START_TEST(fragments)
{
	begin();
	handshake();
	segment(CLIENT, ACK, 1, 1, "an attack in pieces", 8);
	segment(SERVER, ACK, 1, 20, "", 0);
	expect(TCP_RULES "alert tcp any any -> any any (flow:only_frag; flags:A; sid:6;)\n"
			 "alert ip any any -> any any (fragbits:M; sid:7;)\n",
	       NULL, "1 2 3 6 7 7 7 7");
}
END_TEST

/* A fragment at its place, the first one of eight bytes, of the packet by that number. */
static void fragment(unsigned int id, u32 at, const char *data, bool more)
{
	u8 f[256] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45};
	u32 n = at ? (u32)strlen(data) : 8;

	put16(f + 16, 20 + n);
	put16(f + 18, id);
	put16(f + 20, at / 8 | (more ? 0x2000 : 0));
	f[22] = 64;
	f[23] = 17;
	put32(f + 26, 0x0a000001);
	put32(f + 30, 0x0a000002);
	put16(f + 24, ~sum(f + 14, 20, 0) & 0xffff);
	memcpy(f + 34, data, n);
	dump(f, 34 + n);
}

/* A header from port 257 to it, for so many bytes behind it. */
#define UDP(n) ((const char[8]){1, 1, 1, 1, 0, 8 + (n)})

/* Of bytes that come twice: the first ones, unless the later fragment reaches beyond the other at both ends. */
START_TEST(overlaps)
{
	begin();
	fragment(1, 0, UDP(32), true);
	fragment(1, 16, "attack!!", true);
	fragment(1, 8,
		 "........"
		 "benign!!"
		 "........",
		 true);
	fragment(1, 32, "the end.", false);
	fragment(2, 0, UDP(24), true);
	fragment(2, 16, "attack!!", true);
	fragment(2, 8,
		 "........"
		 "benign!!",
		 true);
	fragment(2, 24, "the end.", false);
	fragment(3, 0, UDP(32), true);
	fragment(3, 16, "attack!!", true);
	fragment(3, 16,
		 "benign!!"
		 "........",
		 true);
	fragment(3, 8, "........", true);
	fragment(3, 32, "the end.", false);
	fragment(4, 0, UDP(32), true);
	fragment(4, 8, "........", true);
	fragment(4, 24, "attack!!", true);
	fragment(4, 8,
		 "........"
		 "........"
		 "benign!!"
		 "........",
		 true);
	fragment(4, 32, "the end.", false);
	expect("alert udp any any -> any any (content:\"attack\"; id:4; sid:5;)\n"
	       "alert udp any any -> any any (content:\"benign\"; id:1; sid:1;)\n"
	       "alert udp any any -> any any (content:\"attack\"; id:1; sid:2;)\n"
	       "alert udp any any -> any any (content:\"attack\"; id:2; sid:3;)\n"
	       "alert udp any any -> any any (content:\"attack\"; id:3; sid:4;)\n",
	       NULL, "1 3 4 5");
}
END_TEST

/* A fragment is of its transport, whose ports nobody knows. */
START_TEST(fragments_of_transport)
{
	begin();
	fragment(1, 0, UDP(8), true);
	fragment(1, 8, "the end.", false);
	expect("alert udp any any -> any any (ttl:64; sid:1;)\n"
	       "alert udp any any -> any any (fragbits:M; sid:2;)\n"
	       "alert udp any any -> any 257 (ttl:64; sid:3;)\n"
	       "alert tcp any any -> any any (ttl:64; sid:4;)\n"
	       "alert udp any any -> any any (content:\"end\"; sid:5;)\n",
	       NULL, "1 1 1 2 3 5");
}
END_TEST

/* What is about who talks to whom, ports and all, is asked once for a direction; what excludes addresses of each packet. */
START_TEST(of_flows)
{
	int i;

	begin();
	handshake();
	for (i = 0; i < 3; i++) {
		segment(CLIENT, ACK, 1, 1, "", 0);
		segment(SERVER, ACK, 1, 1, "", 0);
	}
	expect("alert tcp any any -> any 80 (sid:1;)\n"
	       "alert tcp any any <> any 80 (sid:2;)\n"
	       "alert tcp any any -> any !80 (sid:3;)\n"
	       "alert tcp-pkt any any -> any 80 (sid:4;)\n"
	       "alert tcp-stream any any -> any 80 (sid:5;)\n"
	       "alert tcp any any -> !10.0.0.9 80 (sid:6;)\n"
	       "alert tcp any any -> any 80 (xbits:set,seen,track ip_pair; sid:7;)\n"
	       "alert tcp any any -> any 80 (flow:no_stream; sid:8;)\n"
	       "alert pkthdr any any -> any 80 (sid:9;)\n",
	       NULL, "1 2 2 3 4 5 6 6 6 6 6 7 8 8 8 8 8 9");
}
END_TEST

/* What lets a flow pass by its ends or its stream lets all of it pass; by a packet, that one. */
START_TEST(passes)
{
	static const struct {
		const char *rule;
		const char *alerts;
	} rules[] = {
		{"pass tcp any any -> any 80 (sid:1;)\n", "3 3"},
		{"pass tcp any any -> any 80 (alert; sid:1;)\n", "1 3 3"},
		{"pass tcp any any -> any 80 (alert; dsize:0; threshold:type limit, track by_src, count 1, seconds 9; sid:1;)\n",
		 "1 2 2 2 2 3 3 3 3 3 3 3 3 3"},
		{"pass tcp any any -> !10.0.0.9 80 (sid:1;)\n", "3 3"},
		{"pass tcp any any -> any 80 (content:\"GO\"; sid:1;)\n", "2 2 2 3 3 3 3 3 3 3"},
		{"pass tcp any any -> any 80 (dsize:2; sid:1;)\n", "2 2 2 2 3 3 3 3 3 3 3 3 3"},
		{"alert tcp any any -> any 80 (dsize:2; bypass; sid:1;)\n", "1 2 2 2 3 3 3 3 3 3"},
	};

	char all[512];
	int n;

	begin();
	datagram(CLIENT, "another flow");
	datagram(CLIENT, "another flow");
	handshake();
	segment(CLIENT, ACK, 1, 1, "GO", 0);
	segment(SERVER, ACK, 1, 3, "", 0);
	segment(CLIENT, FIN | ACK, 3, 1, "", 0);
	segment(SERVER, FIN | ACK, 1, 4, "", 0);
	segment(CLIENT, ACK, 4, 2, "", 0);
	n = snprintf(all, sizeof(all),
		     "%salert tcp any any -> any 80 (ttl:64; sid:2;)\n"
		     "alert ip any any -> any any (ttl:64; sid:3;)\n",
		     rules[_i].rule);
	ck_assert_int_lt(n, sizeof(all));
	expect(all, NULL, rules[_i].alerts);
}
END_TEST

/* Of one packet no more is said than Suricata keeps. */
START_TEST(at_most)
{
	char rules[2048] = "";
	size_t n = 0;
	int i;

	for (i = 1; i <= 20; i++)
		n += (size_t)snprintf(rules + n, sizeof(rules) - n,
				      "alert udp any any -> any any (dsize:1; sid:%d;)\n", i);
	begin();
	datagram(CLIENT, "x");
	expect(rules, NULL, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15");
	/* what its stream and its messages are asked is of the packet */
	for (n = 0, i = 1; i <= 19; i++)
		n += (size_t)snprintf(rules + n, sizeof(rules) - n,
				      "alert tcp any any -> any any (%scontent:\"GET\"; sid:%d;)\n",
				      i > 10 ? "http.method; " : "", i);
	begin();
	handshake();
	segment(CLIENT, ACK, 1, 1, "GET / HTTP/1.1\r\n\r\n", 0);
	segment(SERVER, ACK, 1, 19, "", 0);
	expect(rules, NULL, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15");
}
END_TEST

START_TEST(no_handshake)
{
	struct vfw_replay_options midstream = {.midstream = true};

	begin();
	segment(CLIENT, ACK, 1, 1, "att", 0);
	segment(CLIENT, ACK, 4, 1, "ack!", 0);
	segment(CLIENT, ACK, 8, 1, "attack", 0);
	segment(SERVER, ACK, 1, 14, "", 0);
	/* no stream: packets are asked one by one, and nothing is established */
	expect(TCP_RULES, NULL, "2 3 5");
	begin();
	segment(CLIENT, ACK, 1, 1, "att", 0);
	segment(CLIENT, ACK, 4, 1, "ack!", 0);
	segment(SERVER, ACK, 1, 8, "", 0);
	expect(TCP_RULES, &midstream, "1 3 5");
}
END_TEST

START_TEST(reset_with_data)
{
	begin();
	handshake();
	segment(CLIENT, RST | ACK, 1, 1, "attack", 0);
	expect("alert tcp any any -> any 80 (flow:only_stream; content:\"attack\"; sid:1;)\n"
	       "alert tcp-pkt any any -> any 80 (content:\"attack\"; sid:2;)\n",
	       NULL, "2");
}
END_TEST

START_TEST(checksum)
{
	struct vfw_replay_options check = {.checksum = true};
	int i;

	for (i = 0; i < 2; i++) {
		begin();
		handshake();
		spoil = true;
		segment(CLIENT, ACK, 1, 1, "attack", 0);
		segment(CLIENT, ACK, 1, 1, "benign", 0);
		segment(SERVER, ACK, 1, 7, "", 0);
		expect(TCP_RULES, i ? &check : NULL, i ? "" : "1 2 3 5 5");
	}
}
END_TEST

START_TEST(flowbits)
{
	begin();
	datagram(CLIENT, "hello");
	datagram(SERVER, "world");
	datagram(CLIENT, "world");
	datagram(CLIENT, "reset");
	datagram(CLIENT, "world");
	expect("alert udp any any -> any any (content:\"hello\"; flowbits:set,greeted; flowbits:noalert; sid:1;)\n"
	       "alert udp any any -> any any (content:\"world\"; flowbits:isset,greeted; sid:2;)\n"
	       "alert udp any any -> any any (content:\"world\"; flowbits:isnotset,greeted; sid:3;)\n"
	       "alert udp any any -> any any (content:\"reset\"; flowbits:unset,greeted; sid:4;)\n"
	       "alert udp any any -> any any (content:\"world\"; flowbits:isset,other|greeted; sid:5;)\n",
	       NULL, "2 2 3 4 5 5");
}
END_TEST

/* Numbers of a flow: what asks comes behind what sets, and each flow has its own. */
START_TEST(flowint)
{
	begin();
	datagram(CLIENT, "a");
	datagram(CLIENT, "a");
	datagram(CLIENT, "a b");
	expect("alert udp any any -> any any (content:\"a\"; flowint:nn,notset; flowint:nn,=,1; sid:1;)\n"
	       "alert udp any any -> any any (content:\"a\"; flowint:nn,isset; flowint:nn,+,1; noalert; sid:2;)\n"
	       "alert udp any any -> any any (content:\"a\"; flowint:nn,==,3; sid:3;)\n"
	       "alert udp any any -> any any (content:\"b\"; flowint:nn,>,3; sid:4;)\n"
	       "alert udp any any -> any any (content:\"b\"; flowint:nn,>=,4; flowint:mm,=,nn; sid:5;)\n"
	       "alert udp any any -> any any (content:\"b\"; flowint:mm,<,nn; sid:6;)\n"
	       "alert udp any any -> any any (content:\"b\"; flowint:kk,+,1; flowint:kk,isset; sid:7;)\n"
	       /* what is not set is added to, but is not taken from */
	       "alert udp any any -> any any (content:\"a\"; flowint:up,+,1; noalert; sid:8;)\n"
	       "alert udp any any -> any any (content:\"a\"; flowint:up,==,3; sid:9;)\n"
	       "alert udp any any -> any any (content:\"a\"; flowint:down,-,1; noalert; sid:10;)\n"
	       "alert udp any any -> any any (content:\"a\"; flowint:down,isset; sid:11;)\n"
	       /* as another's name it stands for 0 */
	       "alert udp any any -> any any (content:\"b\"; flowint:up,>,none; sid:12;)\n",
	       NULL, "1 3 4 5 9 12");
}
END_TEST

START_TEST(xbits)
{
	begin();
	datagram(CLIENT, "hello");
	handshake();
	segment(CLIENT, ACK, 1, 1, "world", 0);
	now += 20 * 1000000;
	segment(CLIENT, ACK, 6, 1, "world", 0);
	expect("alert udp any any -> any any (content:\"hello\"; xbits:set,x,track ip_src,expire 10; sid:1;)\n"
	       "alert tcp-pkt any any -> any any (content:\"world\"; xbits:isset,x,track ip_src; sid:2;)\n"
	       "alert tcp-pkt any any -> any any (content:\"world\"; xbits:isset,x,track ip_dst; sid:3;)\n",
	       NULL, "1 2");
}
END_TEST

/* Who asks for an xbit sees what stood before the packet; flowbits it is the other way round. Of equals the lower sid is first. */
START_TEST(order)
{
	begin();
	datagram(CLIENT, "a");
	datagram(CLIENT, "a");
	expect("alert udp any any -> any any (content:\"a\"; xbits:set,x,track ip_src; sid:1;)\n"
	       "alert udp any any -> any any (content:\"a\"; xbits:isset,x,track ip_src; sid:2;)\n"
	       "alert udp any any -> any any (content:\"a\"; xbits:isnotset,x,track ip_src; sid:3;)\n"
	       "alert udp any any -> any any (content:\"a\"; flowbits:isset,f; sid:4;)\n"
	       "alert udp any any -> any any (content:\"a\"; flowbits:set,f; sid:5;)\n"
	       "alert udp any any -> any any (content:\"a\"; flowbits:toggle,g; sid:7;)\n"
	       "alert udp any any -> any any (content:\"a\"; flowbits:unset,g; sid:6;)\n"
	       "alert udp any any -> any any (content:\"a\"; flowbits:isset,g; sid:8;)\n",
	       NULL, "1 1 2 3 4 4 5 5 6 6 7 7 8 8");
}
END_TEST

/* The later one counts. */
START_TEST(alert_again)
{
	begin();
	datagram(CLIENT, "a");
	expect("alert udp any any -> any any (content:\"a\"; noalert; alert; sid:1;)\n"
	       "alert udp any any -> any any (content:\"a\"; flowbits:noalert; sid:2;)\n",
	       NULL, "1");
}
END_TEST

/* What a rule drops by its stream, or by its ends, is not asked any more; by a packet, the rest is. */
START_TEST(drops)
{
	static const struct {
		const char *rule;
		const char *alerts;
	} rules[] = {
		{"drop udp any any -> any any (sid:1;)\n", "1 2"},
		{"drop udp any any -> any any (content:\"a\"; sid:1;)\n", "1 2 2 2"},
		{"reject udp any any -> any any (xbits:set,x,track ip_src; noalert; sid:1;)\n",
		 "2"},
		{"alert udp any any -> any any (sid:1;)\n", "1 1 2 2 2"},
		/* a rule that must not speak yet neither drops nor passes */
		{"drop udp any any -> any any (threshold:type threshold, track by_src, count 2, seconds 9; sid:1;)\n",
		 "2 2 2"},
		{"pass udp any any -> any any (content:\"b\"; detection_filter:track by_src, count 1, seconds 9; sid:1;)\n",
		 "2 2 2"},
		/* and what it lets pass sets its bits all the same */
		{"pass udp any any -> any any (content:\"a\"; sid:1;)\n"
		 "alert udp any any -> any any (content:\"a\"; flowbits:set,f; sid:3;)\n"
		 "alert udp any any -> any any (content:\"b\"; flowbits:isset,f; sid:4;)\n",
		 "2 2 4 4"},
	};
	char all[1024];

	begin();
	datagram(CLIENT, "a");
	datagram(CLIENT, "b");
	datagram(SERVER, "b");
	snprintf(all, sizeof(all), "%salert udp any any -> any any (ttl:64; sid:2;)\n",
		 rules[_i].rule);
	expect(all, NULL, rules[_i].alerts);
}
END_TEST

/* The segment that ends the handshake is of it. A FIN with which bytes of the stream are asked is none without payload. */
START_TEST(established)
{
	begin();
	handshake();
	segment(CLIENT, ACK, 1, 1, "a", 0);
	segment(SERVER, ACK, 1, 2, "", 0);
	segment(CLIENT, FIN | ACK, 2, 1, "", 0);
	expect("alert tcp any any -> any any (flow:established; flags:A; sid:1;)\n"
	       "alert tcp any any -> any any (flow:not_established; flags:A; sid:2;)\n"
	       "alert tcp any any -> any 80 (dsize:0; sid:3;)\n"
	       "alert tcp-pkt any any -> any 80 (content:!\"b\"; sid:4;)\n"
	       "alert tcp any any -> any 80 (flow:only_stream; sid:5;)\n",
	       NULL, "1 1 2 3 3 4 4");
}
END_TEST

/* A client's FIN with bytes asks what was acknowledged, a server's does not. An offset makes both of a rule, also 0. */
START_TEST(fin_with_bytes)
{
	static const char rules[] =
		"alert tcp-stream any any -> any any (content:\"aabb\"; sid:1;)\n"
		"alert tcp any any -> any any (content:\"aa\"; offset:0; sid:2;)\n";
	int side;

	for (side = CLIENT; side <= SERVER; side++) {
		begin();
		handshake();
		segment(side, ACK, 1, 1, "aa", 0);
		segment(!side, ACK, 1, 3, "", 0);
		segment(side, FIN | ACK, 3, 1, "bb", 0);
		expect(rules, NULL, side == CLIENT ? "2 2" : "1 2 2");
	}
}
END_TEST

START_TEST(thresholds)
{
	int i;

	begin();
	for (i = 0; i < 7; i++)
		datagram(CLIENT, "x");
	now += 61 * 1000000;
	datagram(CLIENT, "x");
	expect("alert udp any any -> any any (content:\"x\"; threshold:type limit, track by_src, count 2, seconds 60; sid:1;)\n"
	       "alert udp any any -> any any (content:\"x\"; threshold:type threshold, track by_dst, count 3, seconds 60; sid:2;)\n"
	       "alert udp any any -> any any (content:\"x\"; threshold:type both, track by_src, count 5, seconds 60; sid:3;)\n"
	       "alert udp any any -> any any (content:\"x\"; detection_filter:track by_src, count 4, seconds 60; sid:4;)\n",
	       NULL, "1 1 1 2 2 3 4 4 4");
}
END_TEST

START_TEST(once_and_pass)
{
	begin();
	datagram(CLIENT, "a");
	datagram(CLIENT, "b");
	datagram(SERVER, "c");
	/* addresses alone: once for each direction; with a keyword: each packet */
	expect("alert ip any any -> any any (sid:1;)\n"
	       "alert udp any any -> any 53 (sid:2;)\n"
	       "alert ip any any -> any any (ip_proto:udp; sid:5;)\n"
	       "pass udp any any -> any any (content:\"b\"; sid:3;)\n"
	       "alert udp any any -> any any (content:\"b\"; sid:4;)\n",
	       NULL, "1 1 2 5 5");
}
END_TEST

START_TEST(damaged)
{
	struct vfw_rule_set *set = suite_set("alert ip any any -> any any (sid:1;)");
	struct vfw_replay_options options = {0};
	struct vfw_replay_counts counts;
	char why[256] = "";

	begin();
	datagram(CLIENT, "a");
	pcap_dump_close(dumper);
	pcap_close(dead);
	ck_assert_int_eq(truncate(path, 50), 0);
	ck_assert_int_lt(vfw_replay_run(set, path, &options, NULL, &counts, why, sizeof(why)), 0);
	ck_assert_str_ne(why, "");
	unlink(path);
	ck_assert_int_lt(vfw_replay_run(set, path, &options, NULL, &counts, why, sizeof(why)), 0);
	vfw_rule_set_free(set);
}
END_TEST

TCase *rules_replay_cases(void)
{
	TCase *t = tcase_create("replay");

	tcase_add_loop_test(t, stream, 0, sizeof(streams) / sizeof(streams[0]));
	tcase_add_test(t, acknowledged);
	tcase_add_test(t, both_ways);
	tcase_add_test(t, fragments);
	tcase_add_test(t, fragments_of_transport);
	tcase_add_test(t, overlaps);
	tcase_add_test(t, of_flows);
	tcase_add_loop_test(t, passes, 0, 7);
	tcase_add_test(t, at_most);
	tcase_add_test(t, no_handshake);
	tcase_add_test(t, reset_with_data);
	tcase_add_test(t, checksum);
	tcase_add_test(t, flowbits);
	tcase_add_test(t, flowint);
	tcase_add_test(t, xbits);
	tcase_add_test(t, order);
	tcase_add_test(t, alert_again);
	tcase_add_loop_test(t, drops, 0, 7);
	tcase_add_test(t, established);
	tcase_add_test(t, fin_with_bytes);
	tcase_add_test(t, thresholds);
	tcase_add_test(t, once_and_pass);
	tcase_add_test(t, damaged);
	return t;
}
