// SPDX-License-Identifier: GPL-2.0
/* Options about the payload against payloads: what fires, and beside it what nearly does. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../daemon/sig/rule_scan.h"

struct chain {
	const char *options;
	const char *payload; /* \0 within: len is given */
	bool fires;
	unsigned int len; /* 0: strlen */
};

static const struct chain chains[] = {
	{"content:\"abc\";", "xxabcxx", true, 0},
	{"content:\"abc\";", "xxabxx", false, 0},
	{"content:\"abc\";", "xxABCxx", false, 0},
	{"content:\"aBc\"; nocase;", "xxAbCxx", true, 0},
	{"content:\"|41 42|c\";", "ABc", true, 0},
	{"content:!\"abc\";", "xxabxx", true, 0},
	{"content:!\"abc\";", "abc", false, 0},
	{"content:\"b\"; offset:2;", "abcb", true, 0},
	{"content:\"b\"; offset:2;", "abcd", false, 0},
	{"content:\"bc\"; depth:3;", "abcd", true, 0},
	{"content:\"bc\"; depth:3;", "aabcd", false, 0},
	{"content:\"bc\"; offset:1; depth:3;", "aabcd", true, 0},
	{"content:\"bc\"; depth:3; offset:1;", "aabcd", true, 0},
	{"content:\"bc\"; depth:3; offset:1;", "aaabcd", false, 0},
	{"content:\"ab\"; startswith;", "abc", true, 0},
	{"content:\"ab\"; startswith;", "xab", false, 0},
	{"content:\"bc\"; endswith;", "bcbc", true, 0},
	{"content:\"bc\"; endswith;", "bcb", false, 0},
	{"content:\"abc\"; startswith; endswith;", "abc", true, 0},
	{"content:\"abc\"; startswith; endswith;", "abcabc", false, 0},
	{"content:\"a\"; content:\"b\"; distance:0;", "ab", true, 0},
	{"content:\"a\"; content:\"b\"; distance:0;", "ba", false, 0},
	{"content:\"a\"; content:\"b\"; distance:1;", "a.b", true, 0},
	{"content:\"a\"; content:\"b\"; distance:1;", "ab", false, 0},
	{"content:\"a\"; content:\"b\"; within:1;", "ab", true, 0},
	{"content:\"a\"; content:\"b\"; within:1;", "a.b", false, 0},
	{"content:\"a\"; content:\"b\"; distance:1; within:2;", "a..b", true, 0},
	{"content:\"a\"; content:\"b\"; distance:1; within:2;", "a...b", false, 0},
	{"content:\"ab\"; content:\"b\"; distance:-1; within:1;", "ab", true, 0},
	/* the first place of one step need not be the one that serves the next */
	{"content:\"a\"; content:\"b\"; within:1; content:\"c\"; within:1;", "a.ab.abc", true, 0},
	{"content:\"a\"; content:\"b\"; within:1; content:\"c\"; within:1;", "a.ab.abb", false, 0},
	{"content:\"a\"; content:\"b\"; distance:0; content:\"c\"; distance:0; within:1;", "abxbc",
	 true, 0},
	{"content:\"a\"; content:!\"b\"; within:1;", "ab ac", true, 0},
	{"content:\"a\"; content:!\"b\"; within:1;", "ab ab", false, 0},
	/* a jump may lead to the end, and leaves from behind the digits */
	{"byte_jump:1,0; isdataat:!1,relative;",
	 "\x02"
	 "ab",
	 true, 0},
	{"byte_jump:1,0; isdataat:!1,relative;",
	 "\x03"
	 "ab",
	 false, 0},
	{"byte_jump:3,0,string,dec; content:\"c\"; within:1;", "1abc", false, 0},
	{"byte_jump:3,0,string,dec; content:\"b\"; within:1;", "1abc", true, 0},
	{"byte_test:1,!^,2,0,string,dec;", "2", true, 0},
	{"byte_test:1,!^,2,0,string,dec;", "3", false, 0},
	/* PCRE's own end is where the next one begins to look */
	{"pcre:\"/^b{1,2}\\d+/\"; content:\"0\"; distance:0;", "b90c9", false, 0},
	{"pcre:\"/^b{1,2}\\d+?/\"; content:\"0\"; distance:0;", "b90c9", true, 0},
	/* without distance or within a content stands for itself */
	{"content:\"b\"; content:\"a\";", "ab", true, 0},
	{"content:\"a\"; isdataat:1,relative;", "ab", true, 0},
	{"byte_math:bytes 1, offset 0, oper -, rvalue 48, result n; content:\"x\"; offset:n; depth:1;",
	 "3abx", true, 0},
	{"byte_math:bytes 1, offset 0, oper -, rvalue 48, result n; content:\"x\"; offset:n; depth:1;",
	 "2abx", false, 0},
	{"byte_math:bytes 2,offset 0,oper *,rvalue 2,result n,string dec; byte_test:1,=,n,2;",
	 "11\x16", true, 0},
	{"byte_math:bytes 2,offset 0,oper +,rvalue 0,result n,endian little,bitmask 0xff00; "
	 "byte_test:1,=,n,1;",
	 "a\x05", true, 0},
	{"byte_math:bytes 1,offset 0,oper <<,rvalue 1,result n,bitmask 0x0e; byte_test:1,=,n,1;",
	 "\x0b\x03", true, 0},
	{"byte_math:bytes 1,offset 0,oper >>,rvalue 65,result n; isdataat:n;", "a", true, 0},
	{"content:\"a\"; byte_math:bytes 1,offset 0,relative,oper /,rvalue 16,result n; "
	 "content:\"z\"; distance:n; within:1;",
	 "xa0123z", true, 0},
	{"byte_math:bytes 1,offset 0,oper /,rvalue 0,result n;", "a", false, 0},
	{"byte_extract:1,1,k; byte_math:bytes 1,offset 0,oper -,rvalue k,result n; isdataat:!n;",
	 "ea", true, 0},
	{"base64_decode; base64_data; content:\"This is\"; startswith;", "VGhpcyBpcyBh", true, 0},
	{"base64_decode:bytes 4; base64_data; content:\"This\";", "VGhpcyBpcyBh", false, 0},
	{"content:\"k=\"; base64_decode:offset 1,relative; base64_data; content:\"a\"; "
	 "content:\"d\"; distance:1; within:1; isdataat:!1,relative;",
	 "k='YWJjZA==' YWE", false, 0},
	{"content:\"k=\"; base64_decode:offset 1,relative; base64_data; content:\"a\"; "
	 "content:\"d\"; distance:2; within:1; pcre:\"/^abcd$/\";",
	 "k='YWJjZA==' YWE", true, 0},
	/* another place of what comes before it is tried as well */
	{"content:\"k\"; base64_decode:relative; base64_data; content:\"abc\";", "k!kYWJj", true,
	 0},
	/* what is behind it looks at the payload again only when that is named */
	{"base64_decode; base64_data; content:\"abc\"; pkt_data; content:\"YWJj\";", "YWJj", true,
	 0},
	{"base64_decode; base64_data; content:\"abc\"; content:\"YWJj\";", "YWJj", false, 0},
	{"base64_decode; base64_data; content:\"a\";", "!!", false, 0},
	{"content:\"a\"; isdataat:2,relative;", "ab", false, 0},
	{"content:\"a\"; isdataat:!2,relative;", "ab", true, 0},
	{"isdataat:1; content:\"a\";", "ab", true, 0},
	{"isdataat:2; content:\"a\";", "ab", false, 0},
	{"content:\"L\"; byte_test:1,>,4,0,relative;", "L\5", true, 0},
	{"content:\"L\"; byte_test:1,>,4,0,relative;", "L\4", false, 0},
	{"content:\"L\"; byte_test:1,>,4,0,relative;", "L", false, 0},
	{"content:\"L\"; byte_test:1,!>,4,0,relative;", "L\4", true, 0},
	{"byte_test:2,=,0x0102,0;", "\1\2", true, 0},
	{"byte_test:2,=,0x0102,0,little;", "\2\1", true, 0},
	{"byte_test:2,=,0x0102,0,little;", "\1\2", false, 0},
	{"byte_test:1,&,0x80,0;", "\x81", true, 0},
	{"byte_test:1,&,0x80,0;", "\x7f", false, 0},
	{"byte_test:1,=,9,0,bitmask 0xf8;", "\x48", true, 0},
	{"byte_test:3,=,255,0,string,hex;", "0ff", true, 0},
	{"byte_test:3,=,123,1,string,dec;", "x123", true, 0},
	{"byte_test:3,=,123,1,string,dec;", "xabc", false, 0},
	{"byte_test:4,=,255,0,string,dec;", " 255", true, 0},
	{"byte_test:1,=,1,4;", "\1\1\1\1", false, 0},
	{"byte_test:8,=,1,0;", "\0\0\0\0\0\0\0\1", true, 8},
	{"byte_jump:1,0; content:\"x\"; within:1;",
	 "\2ab"
	 "x",
	 true, 0},
	{"byte_jump:1,0; content:\"x\"; within:1;",
	 "\2a"
	 "xb",
	 false, 0},
	{"byte_jump:1,0,multiplier 2; content:\"x\"; within:1;",
	 "\1ab"
	 "x",
	 true, 0},
	{"byte_jump:1,0,align; content:\"x\"; within:1;", "\1...x", false, 0},
	{"byte_jump:1,0,align; content:\"x\"; within:1;",
	 "\1"
	 "....x",
	 true, 6},
	{"byte_jump:1,0,from_beginning; content:\"x\"; within:1;",
	 "\2"
	 "ax",
	 true, 0},
	{"byte_jump:1,0,post_offset -1; content:\"x\"; within:1;",
	 "\2"
	 "ax",
	 true, 0},
	{"byte_jump:1,0;", "\5ab", false, 0},
	/* a number near 2^64 is a jump backwards; one before the beginning leads to that, one behind the end is none */
	{"byte_jump:8,0; content:\"x\";", "\xff\xff\xff\xff\xff\xff\xff\xffx", true, 0},
	{"byte_jump:8,0; content:\"x\";", "\xff\xff\xff\xfe\1\1\1\1x", true, 0},
	{"byte_jump:8,0; content:\"x\";", "\x7f\xff\xff\xff\xff\xff\xff\xffx", false, 0},
	{"byte_jump:8,0; content:\"x\";", "\xff\xff\xff\xff\xff\xff\xff\x01x", true, 0},
	{"content:\"ab\"; byte_jump:1,0,from_end,post_offset -60; content:\"x\"; distance:0;",
	 "\1xab", true, 0},
	/* by a distance alone, also from the very end; of text that is no number */
	{"content:\"abc\"; byte_jump:0,0,relative,post_offset -2; content:\"b\"; within:1;", ".abc",
	 true, 0},
	{"content:\"abc\"; byte_jump:0,0,relative,post_offset -2; content:\"c\"; within:1;", ".abc",
	 false, 0},
	{"content:\"abc\"; byte_jump:0,0,relative,post_offset 1;", ".abc", false, 0},
	{"content:\"abc\"; byte_jump:0,0,relative,string,dec;", ".abc1", false, 0},
	{"content:\"L\"; byte_jump:1,0,relative; content:\"x\"; within:1;", "L\1ax", true, 0},
	{"content:\"L\"; byte_jump:1,0,relative; content:\"x\"; within:1;", "L\1a.L\2abx", true, 0},
	{"byte_extract:1,0,n; content:\"x\"; offset:n; depth:1;", "\3..x", true, 0},
	{"byte_extract:1,0,n; content:\"x\"; offset:n; depth:1;", "\3...x", false, 0},
	{"byte_extract:1,0,n; content:\"a\"; content:\"x\"; distance:n; within:1;", "\2a..x", true,
	 0},
	{"byte_extract:1,0,n; byte_test:1,=,n,1;", "\7\7", true, 0},
	{"byte_extract:1,0,n; byte_test:1,=,n,1;", "\7\6", false, 0},
	{"byte_extract:1,0,n; isdataat:n;", "\2..", true, 0},
	{"byte_extract:1,0,n; isdataat:n;", "\3..", false, 0},
	{"pcre:\"/a[0-9]+b/\";", "a12b", true, 0},
	{"pcre:\"/a[0-9]+b/\";", "ab", false, 0},
	{"pcre:\"/A.B/is\";", "a\nb", true, 0},
	{"pcre:\"/A.B/i\";", "a\nb", false, 0},
	{"pcre:\"/^b/m\";", "a\nb", true, 0},
	{"pcre:\"/^b/\";", "a\nb", false, 0},
	{"pcre:!\"/a+/\";", "bbb", true, 0},
	{"pcre:!\"/a+/\";", "bab", false, 0},
	{"content:\"x\"; pcre:\"/^[0-9]/R\";", "xa x1", true, 0},
	{"content:\"x\"; pcre:\"/^[0-9]/R\";", "1xa", false, 0},
	{"content:\"x\"; pcre:!\"/^[0-9]/R\";", "x1 xa", true, 0},
	{"content:\"x\"; pcre:!\"/^[0-9]/R\";", "x1 x2", false, 0},
	{"pcre:\"/ab+/\"; content:\"c\"; within:1;", "ab abbc", true, 0},
	{"pcre:\"/ab+/\"; content:\"c\"; within:1;", "ab abb.c", false, 0},
	{"pcre:\"/a\\/b\\\"c\\;/\";", "a/b\"c;", true, 0},
	/* what Hyperscan has not */
	{"pcre:\"/(a+)-\\1!/\";", "aa-aa!", true, 0},
	{"pcre:\"/(a+)-\\1!/\";", "xaa-aaa!", false, 0},
	{"pcre:\"/(a+)-\\1!/\";", "aaa-aa!", true, 0},
	{"pcre:\"/(ab)-\\1/i\";", "aB-Ab", true, 0},
	{"pcre:\"/(ab)-\\1/\";", "ab-Ab", false, 0},
	{"pcre:\"/(?P<q>['`]).*(?P=q)$/\";", "='x'", true, 0},
	{"pcre:\"/(?P<q>['`]).*(?P=q)$/\";", "='x`", false, 0},
	{"pcre:\"/^(?=.*\\d)[a-z0-9]{4}$/\";", "abc1", true, 0},
	{"pcre:\"/^(?=.*\\d)[a-z0-9]{4}$/\";", "abcd", false, 0},
	{"pcre:\"/a(?!b)/\";", "abac", true, 0},
	{"pcre:\"/a(?!b)/\";", "abab", false, 0},
	{"pcre:\"/(?<=x)a/\";", "axa", true, 0},
	{"pcre:\"/(?<=x)a/\";", "aya", false, 0},
	{"pcre:\"/(?<!x)a/\";", "xa", false, 0},
	{"pcre:\"/(?<!x)a/\";", "a", true, 0},
	{"pcre:\"/a*+a/\";", "aaaa", false, 0},
	{"pcre:\"/(?>a+|b)c/\";", "aac", true, 0},
	{"pcre:\"/(?>a|ab)c/\";", "abc", false, 0},
	{"pcre:\"/(?:ab)*+abc/\";", "ababc", false, 0},
	{"pcre:\"/(?:(x|y)\\1){2,3}z/\";", "xxyyz", true, 0},
	{"pcre:\"/(?:(x|y)\\1){2,3}z/\";", "xyyz", false, 0},
	{"pcre:\"/(a|b|cd)e(?!f)|\\d{2}(?=z)/\";", "aef 12z", true, 0},
	{"pcre:\"/(a|b|cd)e(?!f)|\\d{2}(?=z)/\";", "aef cdef 12y", false, 0},
	{"pcre:\"/\\x41(?!\\x42)[^\\x00-\\x1f]+?\\r\\n/\";", "AB\r\nAxy\r\n", true, 0},
	{"pcre:\"/a.(?!b)c/s\";", "a\nc", true, 0},
	{"pcre:\"/a.(?!b)c/\";", "a\nc", false, 0},
	{"pcre:\"/^b(?!x)/m\";", "a\nb", true, 0},
	{"pcre:\"/a(?=b)$/\";", "ab", false, 0},
	{"pcre:\"/[[:digit:]](?![[:alpha:]])/\";", "1a", false, 0},
	{"pcre:\"/(?i)k(?!l)(?-i)M/\";", "KM", true, 0},
	{"pcre:\"/(?i)k(?!l)(?-i)M/\";", "Km", false, 0},
	{"content:\"x\"; pcre:\"/^(.)\\1/R\";", "xab xcc", true, 0},
	{"content:\"x\"; pcre:\"/^(.)\\1/R\";", "aax", false, 0},
	{"pcre:\"/(a)\\1/\"; content:\"z\"; within:1;", "aab aaz", true, 0},
	{"pcre:\"/(a)\\1/\"; content:\"z\"; within:1;", "aabz", false, 0},
	{"content:\"|00|\"; content:\"|00 01|\";", "\0\0\1", true, 3},
	/* digits of more than 64 bits are no number */
	{"byte_test:16,>,0,0,string,hex;", "ffffffffffffffff", true, 0},
	{"byte_test:17,>,0,0,string,hex;", "1ffffffffffffffff", false, 0},
	{"byte_test:20,>,5,0,string,dec;", "18446744073709551615", true, 0},
	{"byte_test:20,=,0,0,string,dec;", "18446744073709551616", false, 0},
	{"byte_jump:8,0; isdataat:!1,relative;", "\xff\xff\xff\xff\xff\xff\xff\xff", false, 8},
	{"byte_jump:8,0; content:\"|ff|\"; within:1;", "\xff\xff\xff\xff\xff\xff\xff\xff", true, 8},
	/* a little back leads to the beginning, a jump around all addresses nowhere */
	{"byte_jump:8,0; content:\"a\"; distance:0;", "\xff\xff\xff\xff\xff\xff\0\0a", true, 9},
	{"byte_jump:8,0; content:\"a\"; distance:0;", "\xc0\xff\xff\xff\xff\xff\0\0a", false, 9},
	/* of a variable 32 bits count, and of a distance one is the sign */
	{"byte_extract:4,0,n; content:\"c\"; content:\"b\"; distance:n;", "\xff\xff\xff\xff.bc",
	 false, 7},
	{"byte_extract:4,0,n; content:\"bc\"; content:\"c\"; distance:n;", "\xff\xff\xff\xff.bc",
	 true, 7},
	{"byte_extract:4,0,n; content:\"bc\"; byte_test:1,=,0x63,n,relative;",
	 "\xff\xff\xff\xff.bc", true, 7},
	{"byte_extract:5,0,n; content:\"c\"; offset:n; depth:1;", "\x01\0\0\0\x06.cc", true, 8},
	{"byte_extract:5,0,n; content:\"c\"; offset:n; depth:1;", "\x01\0\0\0\x05.cc", false, 8},
	{"byte_extract:4,0,n; content:\"c\"; offset:1; depth:n;", "\xff\xff\xff\xff.bc", false, 7},
	{"byte_extract:5,0,n; isdataat:!n;", "\x01\0\0\0\0.bc", true, 8},
	{"content:\"b\"; content:\"a\"; distance:-9; within:3;", "xaxb", true, 0},
	{"content:\"b\"; content:\"a\"; distance:-4; within:1;", "xaxb", false, 0},
	{"byte_extract:4,0,n; isdataat:!n;", "\xff\xff\xff\xff.bc", true, 7},
	/* byte_math: four bytes as they are; a name taken once more stays the first one's */
	{"byte_math:bytes 4, offset 0, oper +, rvalue 1, result n;", "abcdefgh", true, 0},
	{"byte_math:bytes 5, offset 0, oper +, rvalue 1, result n;", "abcdefgh", false, 0},
	{"byte_math:bytes 5, offset 0, oper +, rvalue 1, result n, string dec;", "12345", true, 0},
	{"byte_math:bytes 1, offset 0, oper -, rvalue 48, result n; byte_math:bytes 1, offset 1, oper "
	 "-, rvalue 48, result n; content:\"x\"; offset:n; depth:1;",
	 "35.x.x", true, 0},
	{"byte_math:bytes 1, offset 0, oper -, rvalue 48, result n; byte_math:bytes 1, offset 1, oper "
	 "-, rvalue 48, result n; content:\"x\"; offset:n; depth:1;",
	 "53.x..", false, 0},
};

static enum vfw_sig_result ask(const char *options, const char *payload, unsigned int len)
{
	char rule[1024], why[128];
	struct vfw_frame f = {
		.kind = VFW_FRAME_IP4, .proto = VFW_PROTO_TCP, .flags = VFW_FRAME_F_L4};
	struct vfw_sig_pkt p = {.frame = &f};
	struct vfw_rule_scan *scan;
	struct vfw_sig_regex regex;
	u8 decoded[64];
	struct vfw_rule_set *set;
	enum vfw_sig_result rc;
	u8 *heap;

	snprintf(rule, sizeof(rule), "alert tcp any any -> any any (%s sid:1;)", options);
	set = suite_set(rule);
	ck_assert_msg(set->counts[VFW_RULE_LOADED] == 1, "%s: %s", options,
		      set->n_notes ? set->notes[0].text : "");
	scan = vfw_rule_scan_new(set, why, sizeof(why));
	ck_assert_ptr_nonnull(scan);
	regex = (struct vfw_sig_regex){vfw_rule_scan_ends, scan, decoded, sizeof(decoded)};
	/* at its exact size, so that ASan sees a step outside */
	heap = malloc(len);
	memcpy(heap, payload, len);
	rc = vfw_sig_content(&set->sigs, &set->sig[0], &p, heap, len, &regex);
	free(heap);
	vfw_rule_scan_free(scan);
	vfw_rule_set_free(set);
	return rc;
}

START_TEST(payload)
{
	const struct chain *c = &chains[_i];
	unsigned int len = c->len ? c->len : (unsigned int)strlen(c->payload);

	ck_assert_msg(ask(c->options, c->payload, len) ==
			      (c->fires ? VFW_SIG_MATCH : VFW_SIG_NO_MATCH),
		      "%s on \"%s\"", c->options, c->payload);
}
END_TEST

/* Work has an end, and says so, whatever the payload. */
START_TEST(budget)
{
	static char text[20000];

	memset(text, 'a', sizeof(text));
	ck_assert_int_eq(ask("content:\"a\"; content:\"a\"; distance:0; content:\"a\"; distance:0; "
			     "content:\"b\"; distance:0;",
			     text, sizeof(text)),
			 VFW_SIG_SPENT);
	ck_assert_int_eq(ask("content:\"a\"; content:\"b\";", text, sizeof(text)),
			 VFW_SIG_NO_MATCH);
}
END_TEST

TCase *rules_chain_cases(void)
{
	TCase *t = tcase_create("chain");

	tcase_add_loop_test(t, payload, 0, ARRAY_SIZE(chains));
	tcase_add_test(t, budget);
	return t;
}
