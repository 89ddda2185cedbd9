// SPDX-License-Identifier: GPL-2.0
/*
 * Rules for the module: which become expressions, and which are named for what; and that the expressions
 * say over any bytes what the chain says, which is what rules mean.
 */
#include "suite.h"

#include <hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../daemon/policy/text.h"
#include "../../../daemon/sig/rule_kernel.h"
#include "../../../daemon/sig/rule_steps.h"
#include "../../../kmod/core/sig_table.h"
#include "../../../daemon/sig/rule_scan.h"

static const struct {
	const char *rule; /* up to its sid */
	const char *regex; /* parts with " & " between; or NULL */
	const char *why;
} cases[] = {
	{"alert tcp any any -> any 80 (content:\"ab\";", "\\x61\\x62", NULL},
	{"drop tcp any any -> any any (content:\"Ab\"; nocase;", "(?i:\\x61\\x62)", NULL},
	{"reject tcp any any -> any any (flow:established,to_server; content:\"a\"; content:\"b\"; "
	 "distance:0;",
	 "\\x61.*\\x62", NULL},
	{"alert tcp any any -> any any (content:\"a\"; content:\"bc\"; within:2;",
	 "\\x61\\x62\\x63", NULL},
	{"alert tcp any any -> any any (content:\"a\"; content:\"b\"; distance:2; within:5;",
	 "\\x61.{2,6}\\x62", NULL},
	{"alert tcp any any -> any any (content:\"a\"; content:\"b\"; distance:3;",
	 "\\x61.{3,}\\x62", NULL},
	{"alert tcp any any -> any any (content:\"a\"; isdataat:4,relative;", "\\x61.{4}", NULL},
	{"alert tcp-stream any any -> any any (content:\"a\";", "\\x61", NULL},
	{"alert tcp any any -> any any (flow:only_stream; content:\"a\";", "\\x61", NULL},
	{"alert udp any any -> any any (content:\"a\"; depth:1;", "chain 1 \\x61", NULL},
	{"alert udp any any -> any any (content:\"a\"; startswith;", "chain 1 \\x61", NULL},
	{"alert udp any any -> any any (content:\"a\"; offset:2; depth:5;", "chain 7 \\x61", NULL},
	{"alert udp any any -> any any (content:\"a\"; offset:2;", "chain \\x61", NULL},
	{"alert udp any any -> any any (content:\"a\"; endswith; dsize:<9;", "chain \\x61", NULL},
	{"alert udp any any -> any any (content:\"a\"; isdataat:!1,relative;", "chain \\x61", NULL},
	{"alert udp any any -> any any (content:\"a\"; isdataat:!3,relative;", "chain \\x61", NULL},
	{"alert icmp any any -> any any (itype:8; content:\"a\";", "chain \\x61", NULL},
	{"alert tcp any any -> any any (content:\"a\"; depth:9;", "start 9 ^.{0,8}\\x61", NULL},
	{"alert tcp any any -> any any (content:\"a\"; offset:1;", "start ^.{1,}\\x61", NULL},
	{"alert tcp any any -> any any (content:\"ab\"; offset:1; depth:2; content:\"c\"; "
	 "distance:0;",
	 "start ^.{1}\\x61\\x62.*\\x63", NULL},
	{"alert ip any any -> any any (content:\"a\"; startswith;", "start 1 ^\\x61", NULL},
	{"alert tcp any any -> any any (content:\"a\"; distance:3;", "start ^.{3,}\\x61", NULL},
	{"alert tcp-stream any any -> any any (content:\"a\"; depth:1;", "start 1 ^\\x61", NULL},
	{"alert tcp any any -> any any (content:\"a\"; offset:3000;", NULL, "distance too long"},
	{"alert tcp any any -> any any (content:\"a\"; startswith; content:\"b\";",
	 "start ^\\x61 & \\x62", NULL},
	{"alert tcp any any -> any any (content:\"bc\"; content:\"a\"; depth:2; content:\"de\";",
	 "start \\x62\\x63 & ^.{0,1}\\x61 & \\x64\\x65", NULL},
	{"alert tcp any any -> any any (content:\"ab\"; startswith; content:\"bc\";",
	 "start ^\\x61\\x62 & \\x62\\x63", NULL},
	{"alert tcp any any -> any any (content:\"b\"; content:\"B\"; content:\"ab\"; content:\"AB\"; nocase; "
	 "content:\"ab\";",
	 "\\x42 & \\x61\\x62", NULL},
	{"alert tcp any any -> any any (content:\"b\"; content:\"ab\"; nocase; content:\"b\"; offset:1; "
	 "content:\"a\"; content:\"c\"; distance:1;",
	 "start \\x62 & (?i:\\x61\\x62) & ^.{1,}\\x62 & \\x61.{1,}\\x63", NULL},
	{"alert tcp any any -> any any (content:\"a\"; nocase; content:\"b\"; content:\"c\"; distance:1; "
	 "content:\"bA\"; depth:9;",
	 "start \\x62.{1,}\\x63 & ^.{0,7}\\x62\\x41", NULL},
	{"alert tcp any any -> any any (content:\"a\"; startswith; content:!\"b\";", NULL,
	 "content:!"},
	{"alert tcp any any -> any any (content:\"a\"; startswith; endswith;", NULL,
	 "endswith in TCP"},
	{"alert tcp any any -> any any (content:\"a\"; endswith;", NULL, "endswith in TCP"},
	{"alert tcp any any -> any any (content:\"a\"; isdataat:!1,relative;", NULL,
	 "isdataat:! in TCP"},
	{"alert tcp-pkt any any -> any any (content:\"a\";", "chain \\x61", NULL},
	{"alert tcp any any -> any any (content:\"a\"; dsize:>5;", "chain \\x61", NULL},
	{"alert tcp any any -> any any (content:\"a\"; flags:A; window:9; ack:1; seq:2;",
	 "chain \\x61", NULL},
	{"alert tcp any any -> any any (content:\"a\"; ttl:5;", NULL, "a keyword about one packet"},
	{"alert tcp any any -> any any (content:\"a\"; depth:2; dsize:>5; content:!\"b\";",
	 "chain 2 \\x61", NULL},
	{"alert tcp any any -> any any (content:\"a\"; depth:3; content:\"bc\"; distance:1; "
	 "within:4; isdataat:7,relative;",
	 "start 15 ^.{0,2}\\x61.{1,3}\\x62\\x63.{7}", NULL},
	{"alert tcp any any -> any any (stream_size:server,<,5; content:\"a\";", "\\x61", NULL},
	{"alert tcp any any -> any any (stream_size:both,>,5; content:\"a\"; depth:3;",
	 "start 3 ^.{0,2}\\x61", NULL},
	{"alert udp any any -> any any (stream_size:server,<,5; content:\"a\";", NULL,
	 "stream_size of no TCP"},
	{"alert tcp any any -> any any (content:\"a\"; dsize:>5; pcre:\"/^b/\";",
	 "start \\x61 & (?-s:^b)", NULL},
	{"alert tcp any any -> any any (content:\"a\"; depth:2; flags:A; pcre:\"/b/R\";",
	 "start ^.{0,1}\\x61.*(?-s:b)", NULL},
	{"alert ip any any -> any any (content:\"a\"; dsize:>5;", "chain \\x61", NULL},
	{"alert tcp any any -> any any (flow:no_stream; content:\"a\";", "chain \\x61", NULL},
	{"alert tcp any any -> any any (flow:not_established; content:\"a\";", NULL,
	 "flow:not_established"},
	{"alert udp any any -> any any (content:\"a\"; ttl:5;", NULL, "a keyword about one packet"},
	{"alert udp any any -> any any (content:\"a\"; tos:5;", NULL, "a keyword about one packet"},
	{"alert udp any any -> any any (content:\"a\"; content:!\"b\";", "chain \\x61", NULL},
	{"alert udp any any -> any any (content:!\"b\"; content:\"ccc\"; nocase;",
	 "chain (?i:\\x63\\x63\\x63)", NULL},
	{"alert udp any any -> any any (content:!\"b\"; dsize:9;", NULL, "no content"},
	{"alert udp any any -> any any (byte_test:1,>,5,0; dsize:9;", NULL, "no content"},
	{"alert icmp any any -> any any (itype:8; content:\"a\"; byte_jump:1,0,relative;",
	 "chain \\x61", NULL},
	{"alert sctp any any -> any any (content:\"a\";", NULL, "protocol"},
	/* about headers alone: of TCP such as fit no segment that but acknowledges */
	{"alert udp any any -> any any (dsize:5;", "header .", NULL},
	{"alert icmp any any -> any any (itype:8; icode:>0;", "header .", NULL},
	{"alert icmp any any -> any any (itype:8; icmp_seq:1;", NULL, "a keyword about one packet"},
	{"alert ip any any -> any any (ttl:1;", NULL, "no content"},
	{"alert udp any any -> any any (flow:established; ttl:1; id:7; tos:8;", "header .", NULL},
	{"alert udp any any -> any any (fragbits:M;", NULL, "a keyword about one packet"},
	{"alert ip 1.2.3.4 any -> any any (", "header .", NULL},
	{"alert ip !1.2.3.4 any -> any any (", NULL, "no content"},
	{"alert ip any any -> any any (ip_proto:41;", "header .", NULL},
	{"alert ip !1.2.3.4 any -> any any (ip_proto:41;", "header .", NULL},
	{"alert ip !1.2.3.4 any -> any any (ip_proto:!41;", NULL, "no content"},
	{"alert ip any any -> any any (itype:8;", "header .", NULL},
	{"alert 41 any any -> any any (", NULL, "protocol"},
	{"alert tcp any any -> any 22 (flags:S,12;", "header .", NULL},
	{"alert tcp any any -> any 22 (flags:S+;", "header .", NULL},
	{"alert tcp any any -> any 22 (flags:*SF;", "header .", NULL},
	{"alert tcp any any -> any 22 (flags:!A;", "header .", NULL},
	{"alert tcp any any -> any 22 (flags:0;", "header .", NULL},
	{"alert tcp any any -> any 22 (flags:RA; seq:0; window:0;", "header .", NULL},
	{"alert tcp any any -> any 22 (flags:A;", NULL, "no content"},
	{"alert tcp any any -> any 22 (flags:PA;", NULL, "no content"},
	{"alert tcp any any -> any 22 (flags:*SA;", NULL, "no content"},
	{"alert tcp any any -> any 22 (flags:!S;", NULL, "no content"},
	{"alert tcp any any -> any 22 (flow:to_server;", NULL, "no content"},
	{"alert tcp any any -> any 22 (flow:established; flags:F+;", NULL, "no content"},
	{"alert tcp any any -> any 22 (flow:not_established; flags:S;", NULL,
	 "flow:not_established"},
	{"alert tcp any any -> any 22 (flags:S; stream_size:client,<,5;", NULL,
	 "a keyword about one packet"},
	{"alert tcp any any -> any 22 (flags:S; flowbits:set,x;", "header .", NULL},
	{"alert tcp any any -> any 22 (flags:S; xbits:set,x,track ip_src;", NULL, "flowint, xbits"},
	{"drop tcp any any -> any 22 (flags:S; detection_filter:track by_src, count 3, seconds 9;",
	 "header .", NULL},
	{"alert udp any any -> any any (content:\"a\"; content:\"b\";", "chain \\x61", NULL},
	{"alert tcp any any -> any any (content:\"a\"; content:\"b\";", "\\x61 & \\x62", NULL},
	{"alert ip any any -> any any (content:\"a\"; pcre:\"/b/\";", "\\x61 & (?-s:b)", NULL},
	{"alert tcp any any -> any any (content:\"a\"; content:\"b\"; nocase; content:\"c\";",
	 "\\x61 & (?i:\\x62) & \\x63", NULL},
	{"alert udp any any -> any any (content:\"a\"; content:\"b\"; nocase; content:\"c\";",
	 "chain \\x61", NULL},
	{"alert udp any any -> any any (content:\"ab\"; content:\"bc\";", "chain \\x61\\x62", NULL},
	{"alert udp any any -> any any (content:\"aBc\"; content:\"b\"; nocase;",
	 "chain \\x61\\x42\\x63", NULL},
	{"alert udp any any -> any any (content:\"a\"; content:\"b\"; content:\"c\"; "
	 "content:\"d\";",
	 "chain \\x61", NULL},
	{"alert udp any any -> any any (content:\"a\"; content:\"b\"; content:\"c\"; distance:0;",
	 "chain \\x61", NULL},
	{"alert udp any any -> any any (content:\"a\"; content:\"b\"; depth:3;", "chain \\x61",
	 NULL},
	{"alert tcp any any -> any any (content:\"a\"; content:!\"b\"; distance:0;", NULL,
	 "content:!"},
	{"alert tcp any any -> any any (content:\"ab\"; content:\"b\"; distance:-1;", NULL,
	 "distance below 0"},
	{"alert tcp any any -> any any (content:\"a\"; content:\"b\"; distance:5000;", NULL,
	 "distance too long"},
	{"alert tcp any any -> any any (content:\"a\"; pcre:\"/b/R\";", "\\x61.*(?-s:b)", NULL},
	{"alert udp any any -> any any (content:\"a\"; pcre:\"/b[^c-e]\\s/is\";",
	 "\\x61 & (?i:b[^c-e]\\s)", NULL},
	{"alert tcp any any -> any any (pcre:\"/a.{2,300}?(?:b|cd)/m\";",
	 "(?m-s:a.{2,300}?(?:b|cd))", NULL},
	{"alert udp any any -> any any (pcre:\"/^a|b/\";", "start (?-s:^a|b)", NULL},
	{"alert udp any any -> any any (pcre:\"/a|b$/\";", NULL, "pcre"},
	{"alert tcp any any -> any any (content:\"a\"; pcre:\"/^b/\";", "start \\x61 & (?-s:^b)",
	 NULL},
	{"alert tcp any any -> any any (pcre:\"/^b/m\";", "(?m-s:^b)", NULL},
	{"alert tcp any any -> any any (pcre:\"/^b|c/\";", NULL, "pcre anchored in TCP"},
	{"alert tcp any any -> any any (pcre:\"/[^b]\\bc|\\bd/\";", "(?-s:[^b]\\bc|\\bd)", NULL},
	{"alert tcp any any -> any any (content:\"a\"; pcre:\"/b\\b[:=]/R\";",
	 "\\x61.*(?-s:b\\b[:=])", NULL},
	{"alert tcp any any -> any any (content:\"a\"; pcre:\"/\\bc/R\";", NULL, "pcre"},
	{"alert tcp any any -> any any (content:\"a\"; pcre:\"/c(?:\\bd)/R\";", NULL, "pcre"},
	{"alert tcp any any -> any any (pcre:\"/\\b(?:.{0,1100}x|.{0,1100}y)/\";", NULL, "pcre"},
	{"alert tcp any any -> any any (pcre:\"/c\\b/\";", NULL, "pcre"},
	{"alert tcp any any -> any any (pcre:\"/c\\bd/\";", NULL, "pcre"},
	{"alert tcp any any -> any any (pcre:\"/[^b]\\b[c.]\\bd/\";", NULL, "pcre"},
	{"alert tcp any any -> any any (pcre:\"/^\\b:/\";", NULL, "pcre"},
	{"alert tcp any any -> any any (pcre:\"/c\\bd?/\";", NULL, "pcre"},
	{"alert tcp any any -> any any (pcre:\"/[=a]b/\";", "(?-s:[=a]b)", NULL},
	{"alert tcp any any -> any any (pcre:\"/[=a=]b/\";", NULL, "pcre"},
	{"alert tcp any any -> any any (pcre:\"/b$/\";", NULL, "pcre anchored in TCP"},
	{"alert udp any any -> any any (content:\"a\"; pcre:\"/^b/R\";", "\\x61(?-s:b)", NULL},
	{"alert tcp any any -> any any (content:\"a\"; pcre:\"/^(?:b|c)d/Rsi\";",
	 "\\x61(?i:(?:b|c)d)", NULL},
	{"alert tcp any any -> any any (content:\"a\"; pcre:\"/^b|c/R\";", NULL,
	 "pcre anchored in TCP"},
	{"alert tcp any any -> any any (content:\"a\"; pcre:\"/^b/Rm\";", NULL,
	 "pcre anchored in TCP"},
	{"alert udp any any -> any any (content:\"a\"; pcre:\"/^b$/R\";", "chain \\x61", NULL},
	{"alert tcp any any -> any any (content:\"a\"; pcre:\"/^b?/R\";", NULL, "pcre"},
	{"alert tcp any any -> any any (content:\"a\"; pcre:!\"/b/\";", NULL, "pcre:!"},
	{"alert tcp any any -> any any (content:\"a\"; pcre:\"/b/R\"; content:\"c\"; "
	 "distance:0;",
	 NULL, "behind a pcre"},
	{"alert tcp any any -> any any (pcre:\"/a*/\";", NULL, "pcre"},
	{"alert tcp any any -> any any (pcre:\"/a|b?/\";", NULL, "pcre"},
	{"alert tcp any any -> any any (pcre:\"/(a)\\1/\";", NULL, "pcre"},
	{"alert tcp any any -> any any (pcre:\"/a(?=b)/\";", NULL, "pcre"},
	{"alert tcp any any -> any any (pcre:\"/a++b/\";", NULL, "pcre"},
	{"alert tcp any any -> any any (pcre:\"/a^b/m\";", NULL, "pcre"},
	{"alert tcp any any -> any any (pcre:\"/a[^\\d\\D]/\";", NULL, "pcre"},
	{"alert tcp any any -> any any (pcre:\"/(?:abcd){99}/\";", NULL, "pcre"},
	{"alert tcp any any -> any any (pcre:\"/(?:ab{2,99}){9}/\";", NULL, "pcre"},
	{"alert udp any any -> any any (content:\"a\"; endswith; isdataat:1,relative;",
	 "chain \\x61", NULL},
	{"alert tcp any any -> any any (content:\"a\"; byte_test:1,>,5,0,relative;",
	 "\\x61[\\x06-\\xff]", NULL},
	{"alert tcp any any -> any any (content:\"a\"; byte_test:1,&,128,6,relative; "
	 "byte_test:1,!&,1,2,relative; byte_test:1,<,100,6,relative; content:\"b\"; distance:9; "
	 "within:4;",
	 NULL, "content that cannot be"},
	{"alert tcp any any -> any any (content:\"a\"; byte_test:1,&,128,6,relative; "
	 "byte_test:1,>,253,2,relative; byte_test:1,<,200,6,relative; content:\"b\"; distance:9; "
	 "within:4;",
	 "\\x61.{2}[\\xfe-\\xff].{3}[\\x80-\\xc7].{2,5}\\x62", NULL},
	{"alert tcp any any -> any any (byte_test:1,=,3,2; content:\"a\"; offset:3; depth:4;",
	 "start ^.{2}[\\x03].{0,3}\\x61", NULL},
	{"alert tcp any any -> any any (content:\"a\"; depth:1; byte_test:1,=,3,2,relative;",
	 "start 4 ^\\x61.{2}[\\x03]", NULL},
	{"alert tcp any any -> any any (byte_test:1,=,3,2; content:\"a\"; offset:2; depth:4;",
	 "chain 6 \\x61", NULL},
	{"alert tcp any any -> any any (byte_test:1,=,3,2; content:\"a\"; offset:2;", NULL,
	 "byte_test, byte_jump, byte_extract"},
	{"alert tcp any any -> any any (content:\"a\"; byte_test:1,=,3,2,relative; content:\"b\"; "
	 "distance:2;",
	 NULL, "byte_test, byte_jump, byte_extract"},
	{"alert tcp any any -> any any (content:\"a\"; byte_test:2,>,5,0,relative;",
	 "\\x61(?:[\\x01-\\xff][\\x00-\\xff]|[\\x00][\\x06-\\xff])", NULL},
	{"alert tcp any any -> any any (content:\"a\"; byte_test:2,<=,511,1,relative,little;",
	 "\\x61.{1}(?:[\\x00-\\xff][\\x00-\\x01])", NULL},
	{"alert tcp any any -> any any (content:\"a\"; byte_test:2,!=,256,0,relative;",
	 "\\x61(?:[\\x00][\\x00-\\xff]|[\\x02-\\xff][\\x00-\\xff]|[\\x01][\\x01-\\xff])", NULL},
	{"alert tcp any any -> any any (content:\"a\"; byte_test:2,&,32896,0,relative;",
	 "\\x61(?:[\\x80-\\xff][\\x00-\\xff]|[\\x00-\\xff][\\x80-\\xff])", NULL},
	{"alert tcp any any -> any any (content:\"a\"; byte_test:2,!&,32768,0,relative; "
	 "byte_test:3,=,66051,2,relative,little;",
	 "\\x61(?:[\\x00-\\x7f][\\x00-\\xff])(?:[\\x03][\\x02][\\x01])", NULL},
	{"alert tcp any any -> any any (content:\"a\"; byte_test:2,<,65536,0,relative;",
	 "\\x61(?:[\\x00-\\xff][\\x00-\\xff])", NULL},
	{"alert tcp any any -> any any (content:\"a\"; byte_test:2,>,65535,0,relative;", NULL,
	 "content that cannot be"},
	{"alert tcp any any -> any any (content:\"a\"; byte_test:2,>,5,0,relative; "
	 "byte_test:1,=,5,1,relative;",
	 NULL, "byte_test, byte_jump, byte_extract"},
	{"alert tcp any any -> any any (content:\"a\"; byte_test:2,>,5,0,relative,bitmask 0x1ff;",
	 NULL, "byte_test, byte_jump, byte_extract"},
	{"alert tcp any any -> any any (content:\"a\"; byte_test:1,=,3,2;", NULL,
	 "byte_test, byte_jump, byte_extract"},
	{"alert tcp any any -> any any (content:\"a\"; byte_test:1,=,3,2,relative; "
	 "pcre:\"/b/R\";",
	 NULL, "byte_test, byte_jump, byte_extract"},
	{"alert tcp any any -> any any (content:\"a\"; byte_math:bytes 1,offset 0,oper +,rvalue "
	 "1,result x,relative;",
	 NULL, "byte_math"},
	{"alert tcp any any -> any any (content:\"a\"; base64_decode:bytes 8,offset 0,relative; "
	 "base64_data; content:\"b\";",
	 NULL, "base64_decode"},
	{"alert tcp any any -> any any (content:\"a\"; byte_jump:1,0,relative;", NULL,
	 "byte_test, byte_jump, byte_extract"},
	{"alert udp any any -> any any (byte_extract:1,0,x; content:\"a\"; offset:x;",
	 "chain \\x61", NULL},
	{"alert udp any any -> any any (isdataat:5; content:\"a\";", "chain \\x61", NULL},
	{"alert udp any any -> any any (content:\"a\"; isdataat:5,relative; content:\"b\";",
	 "chain \\x61", NULL},
	{"alert udp any any -> any any (udp.hdr; content:\"a\";", NULL, "a header as a buffer"},
	{"alert http any any -> any any (content:\"a\";", NULL, "http, files"},
	{"alert tcp any any -> any any (http.uri; content:\"a\";", NULL, "http, files"},
	{"pass tcp any any -> any any (content:\"a\";", NULL, "action pass"},
	{"alert tcp any any -> any any (content:\"a\"; noalert;", "\\x61", NULL},
	{"alert tcp any any -> any any (content:\"a\"; flowbits:set,x; flowbits:noalert;", "\\x61",
	 NULL},
	{"alert tcp any any -> any any (content:\"a\"; xbits:set,x,track ip_src;", NULL,
	 "flowint, xbits"},
	{"alert tcp any any -> any any (content:\"a\"; flowint:xx,>,3;", NULL, "flowint, xbits"},
	{"alert tcp any any -> any any (content:\"a\"; threshold:type limit, track by_src, count 1, "
	 "seconds 60;",
	 "\\x61", NULL},
	{"alert tcp any any -> any any (content:\"a\"; detection_filter:track by_src, count 1, "
	 "seconds 60;",
	 "\\x61", NULL},
	/* of a stream's first bytes, what holds in them for good */
	{"alert tcp any any -> any any (content:\"ab\"; depth:9; byte_jump:1,0,relative;",
	 "chain 9 \\x61\\x62", NULL},
	{"alert tcp any any -> any any (content:\"ab\"; offset:3; byte_jump:1,0,relative;", NULL,
	 "byte_test, byte_jump, byte_extract"},
	{"alert tcp any any -> any any (content:\"ab\"; offset:9; depth:3995; "
	 "byte_jump:1,0,relative;",
	 NULL, "distance too long"},
	{"alert tcp any any -> any any (flow:only_stream; content:\"ab\"; offset:5; depth:3995; "
	 "byte_jump:1,0,relative;",
	 "chain 4000 \\x61\\x62", NULL},
	{"alert tcp any any -> any any (content:\"ab\"; byte_jump:1,0,relative; content:\"c\"; "
	 "depth:2; content:\"d\"; within:2;",
	 "chain \\x61\\x62", NULL},
	{"alert tcp any any -> any any (content:\"ab\"; depth:2; byte_jump:1,0,relative; "
	 "content:!\"c\"; within:3;",
	 NULL, "byte_test, byte_jump, byte_extract"},
	{"alert tcp any any -> any any (content:\"ab\"; depth:2; isdataat:5,relative; "
	 "content:!\"c\"; distance:2; within:3; content:!\"d\"; within:5;",
	 "chain 2 \\x61\\x62", NULL},
	{"alert tcp any any -> any any (content:\"ab\"; depth:2; isdataat:5,relative; "
	 "content:!\"c\"; distance:3; within:3;",
	 NULL, "isdataat"},
	{"alert tcp any any -> any any (content:\"ab\"; depth:2; isdataat:5,relative; "
	 "byte_jump:1,0,relative; content:!\"c\"; within:3;",
	 NULL, "byte_test, byte_jump, byte_extract"},
	{"alert tcp any any -> any any (content:\"ab\"; depth:2; byte_jump:1,0,relative; "
	 "content:!\"c\"; distance:3;",
	 NULL, "byte_test, byte_jump, byte_extract"},
	{"alert tcp any any -> any any (content:\"ab\"; content:!\"c\"; depth:9;", NULL,
	 "content:!"},
	{"alert tcp any any -> any any (content:\"ab\"; depth:2; byte_jump:1,0,relative,from_end;",
	 NULL, "byte_test, byte_jump, byte_extract"},
	{"alert tcp any any -> any any (content:\"ab\"; depth:2; byte_jump:1,0,relative; "
	 "isdataat:!3,relative;",
	 NULL, "byte_test, byte_jump, byte_extract"},
	{"alert tcp any any -> any any (content:\"ab\"; depth:2; pcre:\"/^(?:c|d)/R\"; "
	 "content:\"e\"; within:1;",
	 "chain 2 \\x61\\x62", NULL},
	{"alert tcp any any -> any any (content:\"ab\"; depth:2; pcre:\"/^(?:c|de)/R\"; "
	 "content:\"e\"; within:1;",
	 NULL, "behind a pcre"},
	{"alert tcp any any -> any any (content:\"ab\"; depth:2; pcre:\"/c/R\"; content:\"e\"; "
	 "within:1;",
	 NULL, "behind a pcre"},
	{"alert tcp any any -> any any (content:\"ab\"; depth:2; pcre:\"/^c{2,3}/R\"; "
	 "content:\"e\"; within:1;",
	 NULL, "behind a pcre"},
	{"alert tcp any any -> any any (content:\"ab\"; depth:2; pcre:\"/(c|d)\\1/R\";",
	 "chain 2 \\x61\\x62", NULL},
	{"alert tcp any any -> any any (content:\"ab\"; depth:2; pcre:\"/c(?!d)/R\";", NULL,
	 "pcre"},
	{"alert tcp any any -> any any (content:\"ab\"; depth:2; pcre:\"/c$/R\";", NULL,
	 "pcre anchored in TCP"},
	{"alert tcp any any -> any any (content:\"ab\"; depth:2; pcre:!\"/c/R\";", NULL, "pcre:!"},
	/* of packets, with programs for expressions that Hyperscan has not */
	{"alert tcp any any -> any any (content:\"ab\"; dsize:9; pcre:\"/(c|d)\\1/R\";",
	 "chain \\x61\\x62", NULL},
	{"alert udp any any -> any any (content:\"ab\"; pcre:\"/c(?!d)$/R\"; content:\"e\"; "
	 "distance:-3;",
	 "chain \\x61\\x62", NULL},
	{"alert udp any any -> any any (content:\"ab\"; pcre:!\"/c/R\";", "chain \\x61\\x62", NULL},
	{"alert tcp any any -> any any (content:\"a\"; detection_filter:track by_src, count 1, "
	 "seconds 60; threshold:type limit, track by_src, count 1, seconds 60;",
	 NULL, "threshold and detection_filter"},
};

START_TEST(translated)
{
	char rule[512];
	struct vfw_rule_parts parts = {0};
	struct vfw_rule_set *set;
	struct vfw_text t = {0};
	const char *why;

	snprintf(rule, sizeof(rule), "%s sid:1;)", cases[_i].rule);
	set = suite_set(rule);
	ck_assert_msg(set->sigs.n_sigs == 1, "%s: %s", rule,
		      set->n_notes ? set->notes[0].text : "not loaded");
	why = vfw_rule_kernel(set, 0, &parts);
	vfw_text_str(&t, parts.header ? "header " : "");
	vfw_text_str(&t, parts.chain ? "chain " : "");
	vfw_text_str(&t, parts.at_start ? "start " : "");
	if (parts.reach)
		vfw_text_printf(&t, "%u ", parts.reach);
	for (uint32_t i = 0; i < parts.n; i++) {
		vfw_text_str(&t, i ? " & " : "");
		vfw_text_bytes(&t, parts.regex[i].s, parts.regex[i].len);
	}
	if (cases[_i].why)
		ck_assert_msg(why && !strcmp(why, cases[_i].why), "%s: %s", rule, why ?: t.s);
	else
		ck_assert_msg(!why && !strcmp(t.s, cases[_i].regex), "%s: %s", rule, why ?: t.s);
	free(t.s);
	vfw_rule_parts_free(&parts);
	vfw_rule_set_free(set);
}
END_TEST

/* --- against the chain --- */

#define RULES 500
#define TEXTS 200

static unsigned int any(unsigned int n)
{
	return (unsigned int)random() % n;
}

/* An expression of rules: of pieces that rules have, some of which are refused. */
static char *invent_pcre(char *out)
{
	static const char *const pieces[] = {"a",	"b",	      "c",   ".",     "[ab]",
					     "[^a]",	"\\b",	      "\\w", "\\x41", "(?:ab|c)",
					     "(a|bb)c", "[A-C\\x00]", "\\S"};
	static const char *const times[] = {"",	 "",   "",    "?",     "*",
					    "+", "+?", "{2}", "{1,3}", "{2,}"};
	static const char *const flags[] = {"", "", "i", "s", "m", "is"};

	out += sprintf(out, "pcre:\"/%s", any(8) ? "" : "^");
	for (unsigned int i = 1 + any(4); i; i--) {
		out += sprintf(out, "%s%s", pieces[any(ARRAY_SIZE(pieces))],
			       times[any(ARRAY_SIZE(times))]);
		if (!any(9) && i > 1)
			out += sprintf(out, "|");
	}
	return out + sprintf(out, "%s/%s", any(8) ? "" : "$", flags[any(ARRAY_SIZE(flags))]);
}

/* A byte that is asked for, behind a content or the beginning. */
static char *invent_test(char *out, bool relative)
{
	static const char *const ops[] = {"<", ">", "=", "<=", ">=", "!=", "&", "!&", "^", "!>"};
	const char *op = ops[any(ARRAY_SIZE(ops))];
	unsigned int bytes = any(3) ? 1 : 2 + any(2);
	unsigned int value = strchr(op, '&') ? 1 + any(127) : 96 + any(4);

	/* of letters, as the texts are */
	for (unsigned int i = 1; i < bytes; i++)
		value = value << 8 | (strchr(op, '&') ? any(2) * any(256) : 96 + any(4));
	return out + sprintf(out, "byte_test:%u,%s,%u,%u%s%s%s; ", bytes, op, value, any(5),
			     relative ? ",relative" : "", any(6) ? "" : ",bitmask 0x6f",
			     any(2) ? "" : ",little");
}

/* A rule, about datagrams or TCP, of contents and expressions: in order with all that places them, or in any order. */
static void invent(char *out)
{
	static const char *const words[] = {"a", "b", "ab", "ba", "AB", "aab", "|00|", "c"};
	unsigned int n = 1 + any(3), i;
	bool begun = false;

	out += sprintf(out, "alert %s any any -> any any (", any(2) ? "udp" : "tcp");
	for (i = 0; i < n; i++) {
		/* behind what it found the next may look, if that was a content */
		bool ordered = any(2);

		if (!any(3)) {
			out = invent_pcre(out);
			out += sprintf(out, "%s\"; ", begun && ordered ? "R" : "");
			begun = false;
			continue;
		}
		if (!any(i ? 9 : 3))
			out = invent_test(out, false);
		out += sprintf(out, "content:%s\"%s\"; ", any(6) ? "" : "!",
			       words[any(ARRAY_SIZE(words))]);
		if (!any(3))
			out += sprintf(out, "nocase; ");
		if (!begun && any(2))
			out += sprintf(out, "offset:%u; ", any(4));
		if (!begun && any(2))
			out += sprintf(out, "depth:%u; ", 3 + any(5));
		if (begun && ordered) {
			out += sprintf(out, "distance:%d; ", (int)any(6) - 2);
			if (any(2))
				out += sprintf(out, "within:%u; ", 3 + any(5));
		}
		begun = true;
		for (unsigned int k = any(5); k > 2; k = any(4))
			out = invent_test(out, true);
		if (!any(8))
			out += sprintf(out, "byte_jump:1,%u,relative,bitmask 0x03%s; ", any(3),
				       any(6) ? "" : ",from_beginning");
	}
	if (begun && !any(3))
		out += sprintf(out, "endswith; ");
	else if (begun && !any(3))
		out += sprintf(out, "isdataat:%s%u,relative; ", any(2) ? "!" : "", 1 + any(4));
	sprintf(out, "sid:1;)");
}

static int on_match(unsigned int id, unsigned long long from, unsigned long long to,
		    unsigned int flags, void *arg)
{
	(void)from, (void)to, (void)flags;
	ck_assert_uint_eq(id, 0);
	*(bool *)arg = true;
	return 0;
}

/* Of a stream the module notes which parts have matched. */
struct parted {
	uint64_t seen; /* bit n: part n; 0 is of no part */
	uint64_t all;
};

static int on_part(unsigned int id, unsigned long long from, unsigned long long to,
		   unsigned int flags, void *arg)
{
	struct parted *p = arg;

	(void)from, (void)to, (void)flags;
	p->seen |= 1ULL << id;
	return 0;
}

/* As the compiler of databases is asked: of packets, number 0 is what all parts must match for; of streams each speaks for itself. */
static hs_database_t *compile(const char *rule, const struct vfw_rule_parts *parts,
			      unsigned int mode)
{
	unsigned int flags[VFW_SIG_STEPS_MAX + 1], ids[VFW_SIG_STEPS_MAX + 1];
	const char *regex[VFW_SIG_STEPS_MAX + 1];
	hs_compile_error_t *error = NULL;
	hs_database_t *db = NULL;
	char all[256] = "1";
	int error_code;

	for (unsigned int i = 0; i < parts->n; i++) {
		regex[i + 1] = parts->regex[i].s;
		flags[i + 1] = HS_FLAG_DOTALL | (mode == HS_MODE_BLOCK ? HS_FLAG_QUIET : 0);
		ids[i + 1] = i + 1;
		if (i)
			sprintf(all + strlen(all), " & %u", i + 1);
	}
	regex[0] = all;
	flags[0] = HS_FLAG_COMBINATION;
	ids[0] = 0;
	if (parts->n == 1) {
		regex[0] = parts->regex[0].s;
		flags[0] = HS_FLAG_DOTALL;
	}
	if (mode == HS_MODE_STREAM && parts->n > 1)
		error_code = hs_compile_multi(regex + 1, flags + 1, ids + 1, parts->n, mode, NULL,
					      &db, &error);
	else
		error_code = hs_compile_multi(regex, flags, ids, parts->n == 1 ? 1 : parts->n + 1,
					      mode, NULL, &db, &error);
	ck_assert_msg(!error_code, "%s: %s", rule, error ? error->message : "");
	return db;
}

/* What of a segment the module scans by itself: as many bytes as the table says it can match in. */
static u32 asked_of(const struct vfw_rule_parts *parts, u32 len)
{
	return parts->reach && parts->reach < len ? parts->reach : len;
}

/* The same bytes at once, and cut in two as a stream. */
static void compare(const struct vfw_rule_set *set, const char *rule,
		    const struct vfw_rule_parts *parts)
{
	static const char letters[] = "aabbABcC\n_";
	hs_database_t *block = compile(rule, parts, HS_MODE_BLOCK);
	hs_database_t *stream = compile(rule, parts, HS_MODE_STREAM);
	bool tcp = set->sig[0].protocols & VFW_SIG_P_TCP;
	char why[128];
	struct vfw_rule_scan *scan = vfw_rule_scan_new(set, why, sizeof(why));
	struct vfw_sig_regex regex = {.ends = vfw_rule_scan_ends, .ctx = scan};
	hs_scratch_t *scratch = NULL;
	struct vfw_sig_pkt pkt = {0};

	ck_assert_ptr_nonnull(scan);
	ck_assert_int_eq(hs_alloc_scratch(block, &scratch), 0);
	ck_assert_int_eq(hs_alloc_scratch(stream, &scratch), 0);
	for (int i = 0; i < TEXTS; i++) {
		u32 len = 1 + any(16), cut = any(len + 1);
		struct parted p = {.all = parts->n > 1 ? (2ULL << parts->n) - 2 : 1};
		bool found = false, streamed;
		hs_stream_t *s = NULL;
		char text[16];
		bool right;

		for (u32 k = 0; k < len; k++)
			text[k] = letters[any(sizeof(letters))];
		right = vfw_sig_content(&set->sigs, &set->sig[0], &pkt, (u8 *)text, len, &regex) ==
			VFW_SIG_MATCH;
		ck_assert_int_eq(
			hs_scan(block, text, asked_of(parts, len), 0, scratch, on_match, &found),
			0);
		ck_assert_msg(found == right, "%s: %d over %.*s", rule, found, (int)len, text);
		hs_open_stream(stream, 0, &s);
		hs_scan_stream(s, text, cut, 0, scratch, on_part, &p);
		hs_scan_stream(s, text + cut, len - cut, 0, scratch, on_part, &p);
		/* the module closes no stream but one that is a datagram */
		hs_close_stream(s, scratch, tcp ? NULL : on_part, &p);
		streamed = p.seen == p.all;
		ck_assert_msg(streamed == right, "%s: %d as a stream over %.*s", rule, streamed,
			      (int)len, text);
	}
	vfw_rule_scan_free(scan);
	hs_free_scratch(scratch);
	hs_free_database(block);
	hs_free_database(stream);
}

static bool is_tcp(const struct vfw_rule_set *set)
{
	return set->sig[0].protocols & VFW_SIG_P_TCP;
}

/* As the module asks programs. */
static int program_ends(void *ctx, u32 expr, const u8 *buf, u32 len, u32 *ends, u32 max,
			u32 *budget)
{
	static struct vfw_regex_scratch scratch;
	struct vfw_regex r = vfw_sig_program(ctx, expr);

	return vfw_regex_ends(&r, &scratch, buf, len, ends, max, budget);
}

/* What the module asks of a chain: the literal that must be there, and the steps as a table brings them, with bounded work. */
static void compare_chain(const struct vfw_rule_set *set, const char *rule,
			  const struct vfw_rule_parts *parts)
{
	static const char letters[] = "aabbABcC\n_";
	hs_database_t *block = compile(rule, parts, HS_MODE_BLOCK);
	bool streamed = set->sig[0].flags & VFW_SIG_STREAM && is_tcp(set);
	struct vfw_sigs all = set->sigs, s;
	struct vfw_sig_pkt free_pkt = {0}, pkt = {0};
	struct vfw_sig sig = set->sig[0];
	struct vfw_rule_steps steps = {0};
	hs_scratch_t *scratch = NULL;
	char why[128];
	struct vfw_rule_scan *scan = vfw_rule_scan_new(set, why, sizeof(why));
	const struct vfw_sig_regex replays = {.ends = vfw_rule_scan_ends, .ctx = scan},
				   module = {.ends = program_ends, .ctx = &s};
	uint8_t *table;

	ck_assert_ptr_nonnull(scan);
	sig.fast = VFW_SIG_NONE;
	all.sigs = &sig;
	vfw_rule_steps_add(set, &sig, &steps);
	ck_assert(vfw_rule_steps_give(&steps, &all));
	table = malloc(vfw_sig_table_size(&all));
	vfw_sig_table_write(&all, table);
	ck_assert_ptr_null(vfw_sig_table_read(table, vfw_sig_table_size(&all), &s));
	ck_assert_int_eq(hs_alloc_scratch(block, &scratch), 0);
	for (int i = 0; i < TEXTS; i++) {
		u32 len = 1 + any(16), enough = 100000, little = 1 + any(60), left = little;
		enum vfw_sig_result right, rc;
		bool found = false;
		char text[16];

		for (u32 k = 0; k < len; k++)
			text[k] = letters[any(sizeof(letters))];
		right = vfw_sig_content(&set->sigs, &set->sig[0], &free_pkt, (u8 *)text, len,
					&replays);
		ck_assert_int_eq(
			hs_scan(block, text, asked_of(parts, len), 0, scratch, on_match, &found),
			0);
		ck_assert_msg(found || right != VFW_SIG_MATCH, "%s: no literal in %.*s", rule,
			      (int)len, text);
		pkt.work = &enough;
		rc = vfw_sig_content(&s, &s.sigs[0], &pkt, (u8 *)text, len, &module);
		ck_assert_msg(rc == right, "%s: %d over %.*s", rule, rc, (int)len, text);
		ck_assert_uint_lt(enough, 100000);
		/* of a stream's first bytes: what they match they match for good */
		for (u32 k = 0; k < len && streamed && right != VFW_SIG_MATCH; k++)
			ck_assert_msg(vfw_sig_content(&s, &s.sigs[0], &free_pkt, (u8 *)text, k,
						      &module) != VFW_SIG_MATCH,
				      "%s: over %u of %.*s", rule, k, (int)len, text);
		/* with too little work it is not known, and never wrong */
		pkt.work = &left;
		rc = vfw_sig_content(&s, &s.sigs[0], &pkt, (u8 *)text, len, &module);
		ck_assert_msg(rc == right || (rc == VFW_SIG_SPENT && !left),
			      "%s: %d of %u over %.*s", rule, rc, little, (int)len, text);
		ck_assert_uint_lt(left, little);
	}
	free(table);
	vfw_rule_scan_free(scan);
	vfw_rule_steps_free(&steps);
	hs_free_scratch(scratch);
	hs_free_database(block);
}

START_TEST(rival)
{
	unsigned int compared = 0, combined = 0, chains = 0, tested = 0, heads = 0, programs = 0;

	srandom(7);
	for (int i = 0; i < RULES; i++) {
		struct vfw_rule_parts parts = {0};
		struct vfw_rule_set *set;
		char rule[512];

		invent(rule);
		set = suite_set(rule);
		if (set->sigs.n_sigs && !vfw_rule_kernel(set, 0, &parts)) {
			if (parts.chain)
				compare_chain(set, rule, &parts);
			else
				compare(set, rule, &parts);
			compared++;
			combined += parts.n > 1;
			chains += parts.chain;
			heads += parts.chain && set->sig[0].flags & VFW_SIG_STREAM && is_tcp(set);
			programs += parts.chain && set->sigs.n_exprs;
			tested += !parts.chain && strstr(rule, "byte_test");
		}
		vfw_rule_parts_free(&parts);
		vfw_rule_set_free(set);
	}
	ck_assert_uint_gt(compared, RULES / 3);
	ck_assert_uint_gt(combined, RULES / 30);
	ck_assert_uint_gt(chains, RULES / 6);
	ck_assert_uint_gt(tested, RULES / 60);
	ck_assert_uint_gt(heads, RULES / 60);
	ck_assert_uint_gt(programs, RULES / 60);
}
END_TEST

/* An expression that tries too much is not known, where work is bounded. */
START_TEST(spent)
{
	struct vfw_rule_set *set = suite_set("alert udp any any -> any any (content:\"a\"; "
					     "pcre:\"/^(?:(a+)(a+))+\\1c/\"; sid:1;)");
	struct vfw_rule_parts parts = {0};
	struct vfw_sig sig = set->sig[0];
	struct vfw_rule_steps steps = {0};
	struct vfw_sigs s = {.sigs = &sig, .n_sigs = 1};
	const struct vfw_sig_regex regex = {.ends = program_ends, .ctx = &s};
	/* more than one expression may take */
	u32 work = 1U << 24;
	struct vfw_sig_pkt pkt = {.work = &work}, free_pkt = {0};
	u8 text[41];

	ck_assert_ptr_null(vfw_rule_kernel(set, 0, &parts));
	ck_assert(parts.chain);
	vfw_rule_steps_add(set, &sig, &steps);
	ck_assert(vfw_rule_steps_give(&steps, &s));
	memset(text, 'a', sizeof(text));
	ck_assert_int_eq(vfw_sig_content(&s, &sig, &pkt, text, sizeof(text), &regex),
			 VFW_SIG_SPENT);
	/* what is left is for others; unless it is that which was too little */
	ck_assert_uint_gt(work, 1U << 23);
	work = 1U << 10;
	ck_assert_int_eq(vfw_sig_content(&s, &sig, &pkt, text, sizeof(text), &regex),
			 VFW_SIG_SPENT);
	ck_assert_uint_eq(work, 0);
	ck_assert_int_eq(vfw_sig_content(&s, &sig, &free_pkt, text, sizeof(text), &regex),
			 VFW_SIG_NO_MATCH);
	/* of three bytes it is known, and takes little */
	work = 1U << 20;
	text[2] = 'c';
	ck_assert_int_eq(vfw_sig_content(&s, &sig, &pkt, text, 3, &regex), VFW_SIG_NO_MATCH);
	ck_assert_uint_gt(work, (1U << 20) - 2000);
	ck_assert_uint_lt(work, (1U << 20) - VFW_SIG_REGEX_WORK);
	vfw_rule_steps_free(&steps);
	vfw_rule_parts_free(&parts);
	vfw_rule_set_free(set);
}
END_TEST

/* Beyond the bound rules of several parts are named, and no others. */
START_TEST(bound)
{
	enum { N = VFW_SIG_PARTS_MAX / 2 + 1 };
	struct vfw_text t = {0};
	struct vfw_rule_set *set;
	uint32_t left = 0;
	const char **why;

	for (uint32_t i = 0; i < N; i++)
		vfw_text_printf(&t,
				"alert tcp any any -> any any (content:\"a%u\"; content:\"b%u\"; "
				"sid:%u;)\n",
				i, i, i + 1);
	vfw_text_printf(&t, "alert tcp any any -> any any (content:\"evil\"; sid:%u;)\n", N + 1);
	set = suite_set(t.s);
	ck_assert_uint_eq(set->sigs.n_sigs, N + 1);
	why = vfw_rule_kernel_set(set);
	for (uint32_t i = 0; i <= N; i++)
		left += why[i] && !strcmp(why[i], "more parts than there is room for") &&
			set->meta[i].sid <= N;
	ck_assert_uint_eq(left, 1);
	ck_assert_uint_eq(set->meta[N].sid, N + 1);
	ck_assert_ptr_null(why[N]);
	free(why);
	free(t.s);
	vfw_rule_set_free(set);
}
END_TEST

TCase *rules_kernel_cases(void)
{
	TCase *t = tcase_create("kernel");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, translated, 0, ARRAY_SIZE(cases));
	tcase_add_test(t, rival);
	tcase_add_test(t, bound);
	tcase_add_test(t, spent);
	return t;
}
