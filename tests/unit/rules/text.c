// SPDX-License-Identifier: GPL-2.0
/* Rules as text: what loads, what is deep, what is refused, and where the fault is. */
#include "suite.h"

#include <stdio.h>
#include <string.h>

struct fate {
	const char *rule;
	enum vfw_rule_fate fate;
	const char *keyword; /* the reason counted */
	unsigned int line, col;
};

static const struct fate fates[] = {
	{"alert tcp any any -> any 80 (msg:\"a\"; content:\"x\"; sid:1;)", VFW_RULE_LOADED, NULL, 0,
	 0},
	{"  alert tcp any any -> any 80 (content:\"a\\;b\\\"c\\\\d\\:e\"; sid:1;) \r\n",
	 VFW_RULE_LOADED, NULL, 0, 0},
	{"alert tcp any any -> any 80 (content:\"x\"; \\\n  sid:1;)\n", VFW_RULE_LOADED, NULL, 0,
	 0},
	{"# alert \\\nalert ip any any -> any any (sid:1;)", VFW_RULE_LOADED, NULL, 0, 0},
	{"alert 47 any any -> any any (sid:1;)", VFW_RULE_LOADED, NULL, 0, 0},
	{"alert ip any any -> any any (requires:version >= 7.0.3; sid:1;)", VFW_RULE_LOADED, NULL,
	 0, 0},
	{"alert ip any any -> any any (requires:version >= 8 | >= 7.0.3 < 8; sid:1;)",
	 VFW_RULE_LOADED, NULL, 0, 0},
	{"alert ip any any -> any any (requires:version <=7.0.10>6; sid:1;)", VFW_RULE_LOADED, NULL,
	 0, 0},
	{"alert ip any any -> any any (requires:version > 7.0.10; sid:1;)", VFW_RULE_REFUSED,
	 "requires", 1, 39},
	{"alert ip any any -> any any (requires:version >= 8; sid:1;)", VFW_RULE_REFUSED,
	 "requires", 1, 39},
	{"alert ip any any -> any any (requires:version >= 7.0.3 < 7.0.10; sid:1;)",
	 VFW_RULE_REFUSED, "requires", 1, 39},
	{"alert ip any any -> any any (requires:feature geoip, version >= 7; sid:1;)",
	 VFW_RULE_REFUSED, "requires", 1, 39},
	{"alert ip any any -> any any (requires:version 7; sid:1;)", VFW_RULE_REFUSED, "requires",
	 1, 47},
	{"alert ip any any -> any any (requires:version >= 7.0.3.1; sid:1;)", VFW_RULE_REFUSED,
	 "requires", 1, 56},
	{"alert tcp any any -> any any (pcre:\"/(x)(y)/i,flow:a, pkt:b\"; sid:1;)", VFW_RULE_LOADED,
	 NULL, 0, 0},
	{"alert tcp any any -> any any (pcre:\"/(x)/i,mine:a\"; sid:1;)", VFW_RULE_REFUSED, "pcre",
	 1, 44},
	{"alert tcp any any -> any any (stream_size:server,!,5; sid:1;)", VFW_RULE_LOADED, NULL, 0,
	 0},
	{"alert tcp any any <> any any (sid:1;)", VFW_RULE_LOADED, NULL, 0, 0},
	{"alert tls any any -> any any (sid:1;)", VFW_RULE_DEEP, "protocol", 1, 7},
	{"alert tcp any any -> any any (tls.sni; content:\"x\"; sid:1;)", VFW_RULE_DEEP, "tls.sni",
	 1, 31},
	{"alert tcp any any -> any any (pcre:\"/x/K\"; sid:1;)", VFW_RULE_DEEP, "pcre", 1, 40},
	{"alert http any any -> any any (sid:1;)", VFW_RULE_LOADED, NULL, 0, 0},
	{"alert tcp any any -> any any (http.uri; content:\"x\"; sid:1;)", VFW_RULE_LOADED, NULL, 0,
	 0},
	{"alert tcp any any -> any any (pcre:\"/x/U\"; sid:1;)", VFW_RULE_LOADED, NULL, 0, 0},
	{"alert udp any any -> any any (http.uri; content:\"x\"; sid:1;)", VFW_RULE_REFUSED,
	 "buffers", 1, 7},
	{"alert http any any -> any any (http.uri; content:\"x\"; http.stat_code; content:\"2\"; "
	 "sid:1;)",
	 VFW_RULE_REFUSED, "buffers", 1, 1},
	{"alert http any any -> any any (flow:to_client; http.method; content:\"x\"; sid:1;)",
	 VFW_RULE_REFUSED, "buffers", 1, 1},
	{"alert http any any -> any any (http_uri; sid:1;)", VFW_RULE_REFUSED, "http_uri", 1, 32},
	{"alert http any any -> any any (to_lowercase; content:\"x\"; sid:1;)", VFW_RULE_REFUSED,
	 "to_lowercase", 1, 32},
	{"alert http any any -> any any (http.uri; content:\"x\"; to_lowercase; sid:1;)",
	 VFW_RULE_REFUSED, "to_lowercase", 1, 55},
	{"alert http any any -> any any (urilen:2,cooked; sid:1;)", VFW_RULE_REFUSED, "urilen", 1,
	 41},
	{"alert tcp any any -> any any (byte_test:1,>,1,0,dce; sid:1;)", VFW_RULE_DEEP, "byte_test",
	 1, 49},
	{"alert tcp any any -> any any (asn1:double_overflow; sid:1;)", VFW_RULE_REFUSED, "asn1", 1,
	 31},
	{"alert tcp any any -> any any (contend:\"x\"; sid:1;)", VFW_RULE_REFUSED,
	 "unknown keyword", 1, 31},
	{"alert tcp any any -> any any (content:\"x; sid:1;)", VFW_RULE_REFUSED, "content", 1, 39},
	{"alert tcp any any -> any any (content:\"|4|\"; sid:1;)", VFW_RULE_REFUSED, "content", 1,
	 42},
	{"alert tcp any any -> any any (content:\"|41\"; sid:1;)", VFW_RULE_REFUSED, "content", 1,
	 43},
	{"alert tcp any any -> any any (content:\"\"; sid:1;)", VFW_RULE_REFUSED, "content", 1, 40},
	{"alert tcp any any -> any any (nocase; sid:1;)", VFW_RULE_REFUSED, "nocase", 1, 31},
	{"alert tcp any any -> any any (content:\"a\"; base64_decode:bytes 10; base64_data; content:\"x\"; http_uri; sid:1;)",
	 VFW_RULE_REFUSED, "http_uri", 1, 94},
	{"alert tcp any any -> any any (byte_extract:1,0,x; byte_math:bytes 1, offset x, offset 200, oper +, rvalue 1, result r; sid:1;)",
	 VFW_RULE_REFUSED, "byte_math", 1, 80},
	{"alert tcp any any -> any any (byte_extract:1,0,x; byte_math:bytes 1, offset 0, oper +, rvalue x, rvalue 1000, result r; sid:1;)",
	 VFW_RULE_REFUSED, "byte_math", 1, 98},
	{"alert tcp any any -> any any (byte_extract:1,0,x; content:\"a\"; offset:x; offset:100; sid:1;)",
	 VFW_RULE_REFUSED, "offset", 1, 74},
	{"alert tcp any any -> any any (byte_extract:1,0,x,align; sid:1;)", VFW_RULE_REFUSED,
	 "byte_extract", 1, 50},
	{"alert tcp any any -> any any (byte_extract:1,0,x,align 4,hex; sid:1;)", VFW_RULE_REFUSED,
	 "byte_extract", 1, 58},
	{"alert tcp any any -> any any (content:\"a\"; base64_decode:bytes 10; base64_data; content:\"x\"; urilen:3; content:\"y\"; sid:1;)",
	 VFW_RULE_LOADED, NULL, 0, 0},
	{"alert tcp any any -> any any (content:\"abc\"; depth:2; sid:1;)", VFW_RULE_REFUSED,
	 "depth", 1, 52},
	{"alert tcp any any -> any any (content:\"a\"; offset:1; within:3; sid:1;)",
	 VFW_RULE_REFUSED, "within", 1, 54},
	{"alert tcp any any -> any any (pcre:\"/(a/\"; sid:1;)", VFW_RULE_REFUSED, "pcre", 1, 37},
	{"alert tcp any any -> any any (flow:to_server,to_client; sid:1;)", VFW_RULE_REFUSED,
	 "flow", 1, 36},
	{"alert tcp any any -> any any (flow:upwards; sid:1;)", VFW_RULE_REFUSED, "flow", 1, 36},
	{"alert tcp any any -> any any (ttl:256; sid:1;)", VFW_RULE_REFUSED, "ttl", 1, 35},
	{"alert tcp any any -> any any (msg:\"no sid\";)", VFW_RULE_REFUSED, "sid", 1, 1},
	{"alert tcp any any any any (sid:1;)", VFW_RULE_REFUSED, "syntax", 1, 19},
	{"alert tcp any any => any any (sid:1;)", VFW_RULE_REFUSED, "syntax", 1, 19},
	{"alert tcp any any -> any any (sid:1", VFW_RULE_REFUSED, "syntax", 1, 36},
	{"alert tcp any any -> any any (sid:1)", VFW_RULE_REFUSED, "syntax", 1, 31},
	{"alert tcp [1.1.1.1 any -> any any (sid:1;)", VFW_RULE_REFUSED, "syntax", 1, 11},
	{"alert tcp 1.1.1.300 any -> any any (sid:1;)", VFW_RULE_REFUSED, "addresses", 1, 11},
	{"alert tcp $NOBODY any -> any any (sid:1;)", VFW_RULE_REFUSED, "addresses", 1, 11},
	{"alert tcp any 70000 -> any any (sid:1;)", VFW_RULE_REFUSED, "ports", 1, 15},
	{"alert tcpp any any -> any any (sid:1;)", VFW_RULE_REFUSED, "protocol", 1, 7},
	{"warn tcp any any -> any any (sid:1;)", VFW_RULE_REFUSED, "action", 1, 1},
	{"\n\nalert tcp any any -> any any (msg:\"a\"; \\\n   bogus; sid:1;)", VFW_RULE_REFUSED,
	 "unknown keyword", 4, 4},
	{"alert tcp any any -> any any (threshold:type limit, track by_src, count 1; sid:1;)",
	 VFW_RULE_REFUSED, "threshold", 1, 41},
	{"alert tcp any any -> any any (xbits:set,a; sid:1;)", VFW_RULE_REFUSED, "xbits", 1, 37},
};

START_TEST(one_rule)
{
	const struct fate *f = &fates[_i];
	struct vfw_rule_set *set = suite_set(f->rule);
	int i;

	for (i = 0; i < VFW_RULE_FATE_COUNT; i++)
		ck_assert_msg(set->counts[i] == (i == (int)f->fate), "%s: %s", f->rule,
			      set->n_notes ? set->notes[0].text : "");
	ck_assert_uint_eq(set->n_notes, f->fate != VFW_RULE_LOADED);
	if (f->fate != VFW_RULE_LOADED) {
		ck_assert_str_eq(set->reasons[0].keyword, f->keyword);
		ck_assert_msg(set->notes[0].line == f->line && set->notes[0].col == f->col,
			      "%s: %u:%u %s", f->rule, set->notes[0].line, set->notes[0].col,
			      set->notes[0].text);
	}
	vfw_rule_set_free(set);
}
END_TEST

/* A broken rule takes no other with it; a sid counts once. */
START_TEST(the_rest_loads)
{
	struct vfw_rule_set *set =
		suite_set("alert tcp any any -> any any (content:\"a\"; sid:1;)\n"
			  "alert tcp any any -> any any (content:\"a; sid:2;)\n"
			  "alert dns any any -> any any (dns.query; content:\"a\"; sid:3;)\n"
			  "alert tcp any any -> any any (content:\"b\"; sid:4;)\n"
			  "alert tcp any any -> any any (content:\"c\"; sid:1;)\n"
			  "alert tcp any any -> any any (content:\"d\"; gid:3; sid:1;)\n");

	ck_assert_uint_eq(set->counts[VFW_RULE_LOADED], 3);
	ck_assert_uint_eq(set->counts[VFW_RULE_DEEP], 1);
	ck_assert_uint_eq(set->counts[VFW_RULE_REFUSED], 2);
	ck_assert_uint_eq(set->sigs.n_sigs, 3);
	vfw_rule_set_free(set);
}
END_TEST

/* pass before all, who sets a flowbit before who asks, else as written. */
START_TEST(order)
{
	static const uint32_t sids[] = {5, 3, 4, 2, 1};
	struct vfw_rule_set *set = suite_set(
		"alert tcp any any -> any any (sid:1; priority:2;)\n"
		"alert tcp any any -> any any (flowbits:isset,a; sid:2;)\n"
		"alert tcp any any -> any any (flowbits:set,a; sid:3;)\n"
		"alert tcp any any -> any any (flowbits:isset,b; flowbits:set,a; sid:4;)\n"
		"pass tcp any any -> any any (sid:5;)\n");
	size_t i;

	ck_assert_uint_eq(set->sigs.n_sigs, ARRAY_SIZE(sids));
	for (i = 0; i < ARRAY_SIZE(sids); i++)
		ck_assert_uint_eq(set->meta[i].sid, sids[i]);
	vfw_rule_set_free(set);
}
END_TEST

/* Each keyword stands once, and is found in any case. */
START_TEST(keywords)
{
	const struct vfw_keyword *k, *other;
	char upper[64];
	size_t i;

	for (k = vfw_keywords; k->name; k++) {
		struct vfw_rule_text t = {.s = upper, .len = strlen(k->name)};

		for (i = 0; i <= t.len; i++)
			upper[i] = k->name[i] >= 'a' && k->name[i] <= 'z' ? k->name[i] - 32
									  : k->name[i];
		ck_assert_ptr_eq(vfw_rule_keyword(&t), k);
		for (other = k + 1; other->name; other++)
			ck_assert_str_ne(k->name, other->name);
		ck_assert_str_ne(vfw_rule_keyword_class(k->class), "unknown");
		/* what is translated has a reader, what is not has none */
		ck_assert_int_eq(k->id != VFW_KW_NONE,
				 k->class == VFW_KEYWORD_HEADER ||
					 k->class == VFW_KEYWORD_PAYLOAD ||
					 (k->class == VFW_KEYWORD_INFO && k->id));
	}
}
END_TEST

TCase *rules_text_cases(void)
{
	TCase *t = tcase_create("text");

	tcase_add_loop_test(t, one_rule, 0, ARRAY_SIZE(fates));
	tcase_add_test(t, the_rest_loads);
	tcase_add_test(t, order);
	tcase_add_test(t, keywords);
	return t;
}
