// SPDX-License-Identifier: GPL-2.0
/*
 * The selftest tested: it passes what is right, and finds out an evaluator that is wrong. Such a
 * one is made by asking another rule than the one from which the conversations are made.
 */
#include "suite.h"

#include <stdio.h>
#include <string.h>

#include "../../../daemon/replay/selftest.h"
#include "../../../daemon/sig/rule_scan.h"

#define RULE(head, options) "alert " head " (" options " sid:1;)\n"
#define TCP "tcp any any -> any any"
#define HTTP "http any any -> any any"

static struct vfw_selftest_result run(const char *made, const char *asked)
{
	struct vfw_rule_set *a = suite_set(made), *b = suite_set(asked);
	struct vfw_selftest_result r;
	struct vfw_rule_scan *scan;
	struct vfw_selftest *s;
	char why[256];

	ck_assert_msg(a && b && a->sigs.n_sigs == 1 && b->sigs.n_sigs == 1, "%s%s", made, asked);
	scan = vfw_rule_scan_new(b, why, sizeof(why));
	ck_assert_ptr_nonnull(scan);
	s = vfw_selftest_new(a, b, scan);
	ck_assert_ptr_nonnull(s);
	ck_assert_int_eq(vfw_selftest_one(s, 0, &r), 0);
	vfw_selftest_free(s);
	vfw_rule_scan_free(scan);
	vfw_rule_set_free(a);
	vfw_rule_set_free(b);
	return r;
}

/* Each right rule passes as it is, and fails when the one behind it is evaluated in its place. */
static const struct {
	const char *right, *wrong, *why;
} table[] = {
	{RULE(TCP, "content:\"abc\";"), RULE(TCP, "content:\"abd\";"), "does not match"},
	{RULE(TCP, "content:\"abc\";"), RULE(TCP, "content:\"ab\";"), "another byte"},
	{RULE(TCP, "content:\"abc\"; nocase;"), RULE(TCP, "content:\"ABC\";"), "does not match"},
	{RULE(TCP, "content:\"abc\"; depth:9;"), RULE(TCP, "content:\"abc\"; depth:10;"),
	 "behind its depth"},
	{RULE(TCP, "content:\"abc\"; depth:3;"), RULE(TCP, "content:\"abc\"; depth:3; offset:1;"),
	 "does not match"},
	{RULE(TCP, "content:\"abc\"; offset:7;"), RULE(TCP, "content:\"abc\"; offset:6;"),
	 "before its offset"},
	{RULE(TCP, "content:\"abc\"; startswith;"), RULE(TCP, "content:\"abc\";"),
	 "behind its depth"},
	{RULE(TCP, "content:\"abc\"; content:\"xyz\"; distance:2; within:5;"),
	 RULE(TCP, "content:\"abc\"; content:\"xyz\"; distance:2; within:6;"), "too far"},
	{RULE(TCP, "content:\"abc\"; content:\"xyz\"; distance:2; within:3;"),
	 RULE(TCP, "content:\"abc\"; content:\"xyz\"; distance:3; within:3;"), "does not match"},
	{RULE(TCP, "content:\"abc\"; content:!\"def\"; within:3;"),
	 RULE(TCP, "content:\"abc\"; content:\"def\"; within:3;"), "does not match"},
	{RULE(TCP, "content:\"abc\"; content:!\"def\"; within:3;"),
	 RULE(TCP, "content:\"abc\"; content:!\"deg\"; within:3;"), "must not be there"},
	{RULE(TCP, "content:\"abc\"; content:!\"def\";"),
	 RULE(TCP, "content:\"abc\"; content:!\"deg\";"), "must not be there"},
	{RULE(TCP, "content:\"abc\"; isdataat:!4,relative;"),
	 RULE(TCP, "content:\"abc\"; isdataat:!5,relative;"), "isdataat does not want"},
	{RULE(TCP, "content:\"abc\"; isdataat:20;"), RULE(TCP, "content:\"abc\"; isdataat:19;"),
	 "isdataat does not want"},
	{RULE(TCP, "content:\"abc\"; isdataat:!1,relative;"),
	 RULE(TCP, "content:\"abc\"; isdataat:1,relative;"), "does not match"},
	{RULE(TCP, "content:\"abc\"; endswith;"),
	 RULE(TCP, "content:\"abc\"; isdataat:1,relative;"), "does not match"},
	{RULE(TCP, "content:\"abc\"; byte_test:2,=,600,1,relative;"),
	 RULE(TCP, "content:\"abc\"; byte_test:2,=,600,1,relative,little;"), "does not match"},
	{RULE(TCP, "content:\"abc\"; byte_test:1,>,9,0,relative;"),
	 RULE(TCP, "content:\"abc\"; byte_test:1,>=,0,0,relative;"), "another number for a byte"},
	{RULE(TCP, "content:\"abc\"; byte_test:1,^,1,0,relative;"),
	 RULE(TCP, "content:\"abc\"; byte_test:1,=,1,0,relative;"), "does not match"},
	{RULE(TCP, "content:\"abc\"; byte_test:1,^,1,0,relative;"),
	 RULE(TCP, "content:\"abc\"; byte_test:1,>=,0,0,relative;"), "another number for a byte"},
	{RULE(TCP, "content:\"abc\"; byte_test:3,=,417,0,relative,string,dec;"),
	 RULE(TCP, "content:\"abc\"; byte_test:3,=,417,0,relative,string,hex;"), "does not match"},
	{RULE(TCP, "byte_jump:1,0; content:\"abc\"; distance:0; within:3;"),
	 RULE(TCP, "byte_jump:1,0,post_offset 1; content:\"abc\"; distance:0; within:3;"),
	 "does not match"},
	{RULE(TCP, "byte_extract:1,0,n; content:\"abc\"; offset:n; content:\"q\"; within:1;"),
	 RULE(TCP, "byte_extract:1,1,n; content:\"abc\"; offset:n; content:\"r\"; within:1;"),
	 "does not match"},
	{RULE(TCP, "pcre:\"/^GET [a-z]{3,9}\\.php\\?(id|no)=\\d+/\";"),
	 RULE(TCP, "pcre:\"/^GET [a-z]{3,9}\\.php\\?(id|no)=\\D+/\";"), "does not match"},
	{RULE(TCP, "pcre:\"/^abc\\d/\";"), RULE(TCP, "pcre:\"/^ab/\";"), "another byte for a pcre"},
	{RULE(TCP, "pcre:\"/(\\w)\\1(?=z)/\";"), RULE(TCP, "pcre:\"/(\\w)\\1(?!z)/\";"),
	 "does not match"},
	{RULE("tcp any any -> any 80", "content:\"abc\";"), RULE(TCP, "content:\"abc\";"),
	 "another destination port"},
	{RULE("tcp any 80 -> any any", "content:\"abc\";"), RULE(TCP, "content:\"abc\";"),
	 "another source port"},
	{RULE("tcp any any <> any 80", "content:\"abc\";"),
	 RULE("tcp any any <> any !80", "content:\"abc\";"), "another destination port"},
	{RULE("udp 10.0.0.0/8 any -> any any", "content:\"abc\";"),
	 RULE("udp any any -> any any", "content:\"abc\";"), "outside the source"},
	{RULE("udp any any -> !192.168.0.0/16 any", "content:\"abc\";"),
	 RULE("udp any any -> any any", "content:\"abc\";"), "outside the destination"},
	{RULE("udp any any -> any any", "content:\"abc\";"),
	 RULE("ip any any -> any any", "content:\"abc\";"), "another protocol"},
	{RULE(TCP, "flow:to_server; content:\"abc\";"), RULE(TCP, "content:\"abc\";"),
	 "the other side"},
	{RULE(TCP, "flow:to_client; content:\"abc\";"), RULE(TCP, "content:\"abc\";"),
	 "the other side"},
	{RULE(TCP, "flow:established; content:\"abc\";"),
	 RULE(TCP, "flow:not_established; content:\"abc\";"), "does not match"},
	{RULE(TCP, "flow:established; content:\"abc\";"), RULE(TCP, "content:\"abc\";"),
	 "without a conversation"},
	{RULE(TCP, "flowbits:isset,b; content:\"abc\";"), RULE(TCP, "content:\"abc\";"),
	 "without the bits"},
	{RULE(TCP, "xbits:isset,b,track ip_src; content:\"abc\";"), RULE(TCP, "content:\"abc\";"),
	 "without the bits"},
	{RULE(TCP, "dsize:5; content:\"abc\";"), RULE(TCP, "dsize:<6; content:\"abc\";"),
	 "another number"},
	{RULE(TCP, "flags:S;"), RULE(TCP, "flags:S*;"), "another number"},
	{RULE(TCP, "flags:SF,12;"), RULE(TCP, "flags:S,12;"), "does not match"},
	{RULE(TCP, "stream_size:client,<,300; content:\"abc\";"),
	 RULE(TCP, "stream_size:client,<,301; content:\"abc\";"), "another number"},
	{RULE("icmp any any -> any any", "itype:3; icode:4;"),
	 RULE("icmp any any -> any any", "itype:3;"), "another number"},
	{RULE("icmp any any -> any any", "icmp_id:678; content:\"abc\";"),
	 RULE("icmp any any -> any any", "icmp_seq:678; content:\"abc\";"), "does not match"},
	{RULE("ip any any -> any any", "ttl:<3;"), RULE("ip any any -> any any", "ttl:<4;"),
	 "another number"},
	{RULE("ip any any -> any any", "ip_proto:47;"),
	 RULE("ip any any -> any any", "ip_proto:<48;"), "another number"},
	{RULE("ip any any -> any any", "ipopts:lsrr;"),
	 RULE("ip any any -> any any", "ipopts:any;"), "another number"},
	{RULE(HTTP, "content:\"abc\";"), RULE(HTTP, "content:\"abd\";"), "does not match"},
	{RULE(HTTP, "flow:to_server; http.uri; content:\"/abc?d=\"; content:\"&e=\"; distance:2;"),
	 RULE(HTTP, "flow:to_server; http.uri; content:\"/abc?d=\"; content:\"&\"; distance:2;"),
	 "another byte in a content"},
	{RULE(HTTP, "http.method; content:\"POST\"; http.user_agent; content:\"Bot\"; bsize:3;"),
	 RULE(HTTP, "http.method; content:\"POST\"; http.user_agent; content:\"Bot\"; bsize:4;"),
	 "does not match"},
	{RULE(HTTP, "flow:to_client; http.stat_code; content:\"200\"; file.data; content:\"abc\";"),
	 RULE(HTTP, "flow:to_client; http.stat_code; content:\"404\"; file.data; content:\"abc\";"),
	 "does not match"},
	{RULE(HTTP, "http.uri; content:\"/a b/\"; content:\".php\"; endswith;"),
	 RULE(HTTP, "http.uri.raw; content:\"/a b/\"; content:\".php\"; endswith;"),
	 "does not match"},
	{RULE(HTTP, "http.uri; content:\"/login\"; content:!\"&x=\";"),
	 RULE(HTTP, "http.uri; content:\"/login\";"), "must not be there"},
	{RULE(HTTP, "http.header_names; content:\"|0d 0a|Host|0d 0a|Accept|0d 0a 0d 0a|\";"),
	 RULE(HTTP, "http.header_names; content:\"|0d 0a|Accept|0d 0a|Host|0d 0a 0d 0a|\";"),
	 "does not match"},
	{RULE(HTTP, "http.uri; content:\"/login\"; http.header_names; content:!\"Referer\";"),
	 RULE(HTTP, "http.uri; content:\"/login\"; http.header_names; content:!\"Refused\";"),
	 "must not be there"},
	{RULE(HTTP, "http.request_line; content:\"POST /up.php HTTP/1.0\";"),
	 RULE(HTTP, "http.request_line; content:\"POST /up.php HTTP/1.1\";"), "does not match"},
	{RULE(HTTP, "http.uri; content:\".zip\"; http.request_line; content:\".zip HTTP/1.\";"),
	 RULE(HTTP, "http.uri; content:\".zip\"; http.request_line; content:\".zip HTTP/2.\";"),
	 "does not match"},
	{RULE(HTTP,
	      "http.start; content:\"HTTP/1.1|0d 0a|Cookie: id=\"; http.cookie; content:\"id=\";"),
	 RULE(HTTP,
	      "http.start; content:\"HTTP/1.1|0d 0a|Cookie: id=\"; http.header; content:\"id=\";"),
	 "does not match"},
	{RULE(HTTP,
	      "http.response_line; content:\"500 Oh\"; http.server; content:\"vm\"; bsize:2;"),
	 RULE(HTTP,
	      "http.response_line; content:\"500 Oh\"; http.server; content:\"vm\"; bsize:3;"),
	 "does not match"},
	{RULE(HTTP, "http.protocol; content:\"1.0\"; http.method; content:\"put\"; nocase;"),
	 RULE(HTTP, "http.protocol; content:\"1.0\"; http.method; content:\"post\"; nocase;"),
	 "does not match"},
	{RULE(HTTP, "http.header; content:\"|0d 0a|X-Up: \"; pcre:\"/^[0-9a-f]{8}\\r\\n/R\";"),
	 RULE(HTTP, "http.header; content:\"X-Up: \"; pcre:\"/^[0-9a-f]{9}\\r\\n/R\";"),
	 "does not match"},
	{RULE(HTTP, "http.header; content:\"Content-Length: 77|0d 0a|\"; http.request_body; "
		    "content:\"abc\";"),
	 RULE(HTTP, "http.header; content:\"Content-Length: 77|0d 0a|\"; http.request_body; "
		    "content:\"abc\"; bsize:<77;"),
	 "does not match"},
	{RULE(HTTP,
	      "http.header; content:\"Transfer-Encoding: chunked\"; file.data; content:\"abc\";"),
	 RULE(HTTP, "http.header; content:\"Transfer-Encoding: chunked\"; file.data; "
		    "content:\"|0a|abc\";"),
	 "does not match"},
	{RULE(HTTP, "http.host; dotprefix; content:\".vm.test\"; endswith;"),
	 RULE(HTTP, "http.host; content:\".vm.test\"; endswith; content:\"@\";"), "does not match"},
	{RULE(HTTP, "content:\"close|0d 0a 0d 0a|ab\"; http.request_body; content:\"abc\";"),
	 RULE(HTTP, "content:\"close|0d 0a 0d 0a|ac\"; http.request_body; content:\"abc\";"),
	 "does not match"},
	{RULE(HTTP, "flow:to_server; urilen:>90; http.uri; pcre:\"/^\\/([a-f0-9]{4})*z$/\";"),
	 RULE(HTTP, "flow:to_server; urilen:<90; http.uri; pcre:\"/^\\/([a-f0-9]{4})*z$/\";"),
	 "does not match"},
	{RULE(TCP,
	      "byte_math:bytes 1, offset 0, oper +, rvalue 3, result n; content:\"abc\"; offset:n; "
	      "content:\"q\"; within:1;"),
	 RULE(TCP,
	      "byte_math:bytes 1, offset 0, oper +, rvalue 4, result n; content:\"abc\"; offset:n; "
	      "content:\"q\"; within:1;"),
	 "does not match"},
	{RULE(HTTP,
	      "http.header; content:\"Content-Length: \"; http.request_body; content:\"---\";"),
	 RULE(HTTP, "http.header; content:\"Length: \"; http.request_body; content:\"+++\";"),
	 "does not match"},
	{RULE(HTTP,
	      "flow:to_client; content:\"HTTP/1.1 500 Oh|0d 0a|\"; depth:17; content:\"<b\"; within:99;"),
	 RULE(HTTP,
	      "flow:to_client; content:\"HTTP/1.1 500 Oh|0d 0a|\"; depth:17; content:\"<c\"; within:99;"),
	 "does not match"},
	/* the end of an expression that is far behind its first ones */
	{RULE(TCP,
	      "dsize:>300; pcre:\"/^ab[^z]+/\"; content:\"z!\"; within:2; isdataat:!1,relative;"),
	 RULE(TCP,
	      "dsize:<300; pcre:\"/^ab[^z]+/\"; content:\"z!\"; within:2; isdataat:!1,relative;"),
	 "does not match"},
	{RULE("ip6 fd00::/8 any -> any any", "content:\"abc\";"),
	 RULE("ip4 any any -> any any", "content:\"abc\";"), "does not match"},
};

START_TEST(right)
{
	struct vfw_selftest_result r = run(table[_i].right, table[_i].right);

	ck_assert_msg(r.fate == VFW_SELFTEST_PASSED && r.misses, "%s: %s", table[_i].right, r.why);
}
END_TEST

START_TEST(wrong)
{
	struct vfw_selftest_result r = run(table[_i].right, table[_i].wrong);

	ck_assert_msg(r.fate == VFW_SELFTEST_FAILED && strstr(r.why, table[_i].why), "%s%s: %d %s",
		      table[_i].right, table[_i].wrong, (int)r.fate, r.why);
}
END_TEST

/* What another rule does to the same message counts for nothing: here it sets the bit that must not be. */
START_TEST(alone)
{
	static const char rules[] =
		"alert tcp any any -> any any (content:\"abc\"; flowbits:set,b; sid:2;)\n"
		"alert tcp any any -> any any (content:\"abc\"; flowbits:isnotset,b; sid:1;)\n"
		"pass tcp any any -> any any (content:\"abc\"; sid:3;)\n";
	struct vfw_rule_set *set = suite_set(rules);
	struct vfw_selftest_result r;
	struct vfw_rule_scan *scan;
	struct vfw_selftest *s;
	char why[256];
	u32 i;

	ck_assert(set && set->sigs.n_sigs == 3);
	scan = vfw_rule_scan_new(set, why, sizeof(why));
	ck_assert_ptr_nonnull(scan);
	s = vfw_selftest_new(set, set, scan);
	ck_assert_ptr_nonnull(s);
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(vfw_selftest_one(s, i, &r), 0);
		ck_assert_msg(r.fate == VFW_SELFTEST_PASSED, "sid %u: %s", set->meta[i].sid, r.why);
	}
	vfw_selftest_free(s);
	vfw_rule_scan_free(scan);
	vfw_rule_set_free(set);
}
END_TEST

/* What nothing can satisfy, or what vfw cannot make, is not said to have passed. */
START_TEST(not_made)
{
	static const char *const rules[] = {
		RULE(TCP, "content:\"a\"; depth:1; content:\"b\"; depth:1;"),
		RULE(TCP, "content:\"abc\"; content:!\"b\";"),
		RULE(TCP, "content:\"abc\"; dsize:2;"),
		RULE(TCP, "pcre:\"/^a/\"; pcre:\"/^b/\";"),
		RULE(TCP, "content:\"abc\"; byte_test:1,<,0,0,relative;"),
		RULE(TCP, "content:\"abc\"; byte_jump:2,0,relative; isdataat:!1;"),
		RULE(TCP, "tcp.hdr; content:\"abc\";"),
		RULE("ip any any -> any any", "ttl:<3; ttl:>5;"),
		RULE("ip any any -> any any", ""),
		RULE(HTTP, "http.uri; content:\"//\"; depth:9;"),
		RULE(HTTP, "http.uri; content:\"/../\";"),
		RULE(HTTP, "http.host; content:\"Vm\";"),
		RULE(HTTP,
		     "http.method; content:\"GET\"; http.request_line; content:\"POST \"; startswith;"),
		RULE(HTTP, "http.cookie; content:\"a\"; http.header_names; content:!\"Cookie\";"),
		RULE(HTTP, "http.header; content:\"|0d 0a|A: b|0d 0a|A: c|0d 0a|\";"),
		RULE(HTTP, "http.content_len; content:\"5\"; bsize:1; http.request_body; bsize:7;"),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		struct vfw_selftest_result r = run(rules[i], rules[i]);

		ck_assert_msg(r.fate == VFW_SELFTEST_NOT_MADE && *r.why, "%s: %d %s", rules[i],
			      (int)r.fate, r.why);
	}
}
END_TEST

TCase *rules_selftest_cases(void)
{
	TCase *t = tcase_create("selftest");

	tcase_add_loop_test(t, right, 0, ARRAY_SIZE(table));
	tcase_add_loop_test(t, wrong, 0, ARRAY_SIZE(table));
	tcase_add_test(t, alone);
	tcase_add_test(t, not_made);
	return t;
}
