// SPDX-License-Identifier: GPL-2.0
/* Messages of HTTP and their buffers: what fires, and beside it what nearly does. */
#include "suite.h"

#include <stdio.h>
#include <string.h>

#include "../../../daemon/replay/message.h"
#include "../../../daemon/replay/web.h"
#include "../../../daemon/sig/rule_scan.h"

#define REQUEST 0
#define RESPONSE 1

struct http {
	int side;
	const char *options;
	const char *said;
	unsigned int times; /* messages that match */
};

#define GET(uri) "GET " uri " HTTP/1.1\r\nHost: a\r\n\r\n"
#define IS(buffer, text) "http." buffer "; content:\"" text "\"; startswith; endswith;"

static const struct http cases[] = {
	{REQUEST, IS("uri", "/a/b"), GET("/a/b"), 1},
	{REQUEST, IS("uri", "/a/b"), GET("/a/bc"), 0},
	/* one message, one answer */
	{REQUEST, "http.uri; content:\"a\";", GET("/a") GET("/b") GET("/aaa"), 2},
	{REQUEST, IS("uri", "/a/b"), GET("//a///b"), 1},
	{REQUEST, IS("uri", "/a/b"), GET("/%61%2fb"), 1},
	{REQUEST, IS("uri", "/a/b"), GET("\\a\\b"), 1},
	{REQUEST, IS("uri", "/a/b"), GET("/x/../a/./b"), 1},
	{REQUEST, IS("uri", "/a/"), GET("/a/b/.."), 1},
	{REQUEST, IS("uri", "/a"), GET("/../../a"), 1},
	{REQUEST, IS("uri", "/etc"), GET("/a/%2e%2e/etc"), 1},
	{REQUEST, IS("uri", "/%zz%4"), GET("/%zz%4"), 1},
	{REQUEST, IS("uri", "/a"), GET("/%u0061"), 1},
	{REQUEST, IS("uri", "/a"), GET("/%uff41"), 1},
	{REQUEST, IS("uri", "/?"), GET("/%u4e00"), 1},
	{REQUEST, IS("uri", "/a/b"), GET("/a%c0%afb"), 1},
	{REQUEST, IS("uri", "/|ff|a"), GET("/%ffa"), 1},
	/* once: what is decoded is not decoded again, and of the query nothing else is changed */
	{REQUEST, IS("uri", "/%41"), GET("/%2541"), 1},
	{REQUEST, IS("uri", "/?a=A//b"), GET("/?a=%41//b"), 1},
	{REQUEST, IS("uri", "/?a=%41+%u0041%z|5c|"), GET("/?a=%2541+%u0041%z\\"), 1},
	{REQUEST, IS("host.raw", "H"), GET("http://H/"), 1},
	{REQUEST, IS("uri", "/a?b#c"), GET("http://h/%61?b#%63"), 1},
	{REQUEST, IS("uri.raw", "//%61"), GET("//%61"), 1},
	{REQUEST, IS("uri.raw", "http://h/%61?b"), GET("http://h/%61?b"), 1},
	{REQUEST, "urilen:2;", GET("//%61"), 1},
	{REQUEST, "urilen:5,raw;", GET("//%61"), 1},
	{REQUEST, "urilen:<2;", GET("/a"), 0},
	{REQUEST, IS("method", "GET"), GET("/"), 1},
	{REQUEST, IS("method", "GETS"), GET("/"), 0},
	{REQUEST, IS("protocol", "HTTP/1.1"), GET("/"), 1},
	{REQUEST, IS("request_line", "GET / HTTP/1.1"), GET("/"), 1},
	{REQUEST, IS("host", "a.b"), "GET / HTTP/1.1\r\nhost: A.b.:80\r\n\r\n", 1},
	{REQUEST, IS("host.raw", "A.b.:80"), "GET / HTTP/1.1\r\nhost: A.b.:80\r\n\r\n", 1},
	{REQUEST, IS("host", "x"), "GET http://u@X:8/ HTTP/1.1\r\nHost: y\r\n\r\n", 1},
	{REQUEST, IS("user_agent", "u"), "GET / HTTP/1.1\nUser-Agent :  u \n\n", 1},
	{REQUEST, "http.user_agent; content:!\"u\";", "GET / HTTP/1.1\nUser-Agent:\n\n", 1},
	{REQUEST, "http.user_agent; bsize:0;", "GET / HTTP/1.1\nUser-Agent:\n\n", 1},
	/* a buffer that is not there matches nothing */
	{REQUEST, "http.user_agent; content:!\"u\";", GET("/"), 0},
	{REQUEST, IS("header", "A: b c|0d 0a|D: e, f|0d 0a|"),
	 "GET / HTTP/1.0\r\nA: b\r\n c\r\nD: e\r\nCookie: no\r\nd: f\r\n\r\n", 1},
	{REQUEST, IS("header.raw", "A:  b|0d 0a 0d 0a|"), "GET / HTTP/1.0\r\nA:  b\r\n\r\n", 1},
	{REQUEST, IS("header_names", "|0d 0a|A|0d 0a|B|0d 0a 0d 0a|"),
	 "GET / HTTP/1.0\r\nA: b\r\nB: c\r\n\r\n", 1},
	{REQUEST, IS("start", "GET / HTTP/1.0|0d 0a|A: b|0d 0a 0d 0a|"), "GET / HTTP/1.0\nA:b\n\n",
	 1},
	{REQUEST, IS("cookie", "c=d"), "GET / HTTP/1.0\r\nCookie: c=d\r\n\r\n", 1},
	{REQUEST, IS("request_header", "B: c"), "GET / HTTP/1.0\r\nA: b\r\nB: c\r\n\r\n", 1},
	{REQUEST, "http.request_header; content:\"A\"; content:\"c\";",
	 "GET / HTTP/1.0\r\nA: b\r\nB: c\r\n\r\n", 0},
	{REQUEST, IS("request_body", "body"),
	 "POST / HTTP/1.0\r\nContent-Length: 4\r\n\r\nbodyPOST / HTTP/1.0\r\n\r\n", 1},
	{REQUEST, IS("request_body", "body"),
	 "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nbo\r\n02\r\ndy\r\n0\r\n"
	 "T: u\r\n\r\n" GET("/"),
	 1},
	{REQUEST, "http.method; content:\"GET\";",
	 "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n0\r\n\r\n" GET("/"), 1},
	/* the body is no request */
	{REQUEST, "http.method; content:\"GET\";",
	 "POST / HTTP/1.1\r\nContent-Length: 99\r\n\r\n" GET("/"), 0},
	/* not whole at its end */
	{REQUEST, IS("host", "h"), "GET / HTTP/1.1\r\nHost: h\r\nX", 1},
	{REQUEST, IS("uri", "/u"), "GET /u HTTP/1.1", 1},
	/* without protocol: with headers, or HTTP/0.9 */
	{REQUEST, IS("host", "h"), "GET /\r\nHost: h\r\n\r\n", 1},
	{REQUEST, "http.method; content:\"GET\";", "GET /\r\n\r\nGET /\r\nHost: h\r\n\r\n", 1},
	{REQUEST, "http.method; content:\"SSH\";", "SSH-2.0-x\r\n\r\n", 0},
	{RESPONSE, IS("stat_code", "200"), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 1},
	{RESPONSE, IS("stat_msg", "Not Found"), "HTTP/1.1 404 Not Found\r\n\r\n", 1},
	{RESPONSE, IS("response_line", "HTTP/1.0 200 OK"), "HTTP/1.0 200 OK\r\n\r\nx", 1},
	{RESPONSE, IS("cookie", "a=b"), "HTTP/1.0 200 OK\r\nSet-Cookie: a=b\r\n\r\n", 1},
	{RESPONSE, IS("server", "s"), "HTTP/1.0 200 OK\r\nServer: s\r\n\r\n", 1},
	{RESPONSE, IS("location", "/l"), "HTTP/1.0 302 F\r\nLocation: /l\r\n\r\n", 1},
	{RESPONSE, IS("response_body", "abc"),
	 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", 1},
	{RESPONSE, "content:\"bc\"; http_server_body; pcre:\"/^abc$/Q\";",
	 "HTTP/1.1 200 OK\r\n\r\nabc", 1},
	{RESPONSE, "file.data; content:\"abc\"; startswith;",
	 "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 1},
	{REQUEST, "file_data; content:\"abc\"; endswith;",
	 "PUT / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 1},
	/* an interim answer is none; 304 has no body whatever it says */
	{RESPONSE, "http.stat_code; content:\"1\";",
	 "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0},
	{RESPONSE, "http.stat_code; content:\"2\";",
	 "HTTP/1.1 304 N\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
	 1},
	/* after another protocol was agreed on there is none of this */
	{RESPONSE, "http.stat_code;content:\"2\";", "HTTP/1.1 101 S\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
	 0},
	/* the older forms */
	{REQUEST, "content:\"/a\"; http_uri; nocase; content:\"b\"; http_uri; distance:0;",
	 GET("/A/b"), 1},
	{REQUEST, "content:\"b\"; http_uri; content:\"a\"; http_uri; distance:0;", GET("/a/b"), 0},
	{REQUEST, "uricontent:\"/a\";", GET("/%61"), 1},
	{REQUEST, "pcre:\"/^.a$/U\";", GET("/%61"), 1},
	{REQUEST, "content:\"a\"; http_uri; isdataat:!1,relative;", GET("/a"), 1},
	{REQUEST, "content:\"a\"; http_uri; isdataat:1,relative;", GET("/a"), 0},
	/* transformed */
	{REQUEST, "http.host; dotprefix; content:\".b.c\"; endswith;",
	 "GET / HTTP/1.1\nHost: b.c\n\n", 1},
	{REQUEST, "http.host; dotprefix; content:\".b.c\"; endswith;",
	 "GET / HTTP/1.1\nHost: ab.c\n\n", 0},
	{REQUEST, "http.uri; to_uppercase; content:\"/AB\"; http.uri; content:\"/ab\";", GET("/ab"),
	 1},
	{REQUEST, "http.request_line; strip_whitespace; to_lowercase; content:\"get/http\";",
	 GET("/"), 1},
	{REQUEST, "http.header; compress_whitespace; content:\"A: b c\";",
	 "GET / HTTP/1.0\nA: b \t  c\n\n", 1},
	{REQUEST, "http.uri; url_decode; content:\"a b'c\";", GET("/?a+b%27c"), 1},
};

/* Brings said in pieces of so many bytes, and counts the messages that match. */
static unsigned int matches(const struct http *c, const struct vfw_rule_set *set,
			    struct vfw_rule_scan *scan, u32 piece)
{
	struct vfw_sig_regex regex = {.ends = vfw_rule_scan_ends, .ctx = scan};
	struct vfw_message *message = vfw_message_new(set);
	struct vfw_frame frame = {.kind = VFW_FRAME_IP4, .proto = VFW_PROTO_TCP};
	struct vfw_sig_pkt p = {.frame = &frame, .buffers = vfw_message_buffers(message)};
	u32 len = (u32)strlen(c->said), at = 0, end = 0, used;
	struct vfw_web *web = vfw_web_new();
	unsigned int n = 0;

	while (at < len || end != UINT32_MAX) {
		const struct vfw_http_side *m;

		if (at < len) {
			bool ends;

			end = end + piece < len ? end + piece : len;
			ends = vfw_web_ends(web, (unsigned int)c->side, (const u8 *)c->said + at,
					    end - at);
			m = vfw_web_feed(web, (unsigned int)c->side, (const u8 *)c->said + at,
					 end - at, &used);
			ck_assert_int_eq(ends, !!m);
			at += used;
			if (end == len && !used)
				at = len;
			if (m)
				end = at;
		} else {
			m = vfw_web_end(web, (unsigned int)c->side);
			end = UINT32_MAX;
		}
		if (!m)
			continue;
		vfw_message_set(message, m);
		n += vfw_sig_content(&set->sigs, &set->sig[0], &p, NULL, 0, &regex) ==
		     VFW_SIG_MATCH;
	}
	vfw_web_free(web);
	vfw_message_free(message);
	return n;
}

START_TEST(buffer)
{
	const struct http *c = &cases[_i];
	char rule[512], why[160];
	struct vfw_rule_scan *scan;
	struct vfw_rule_set *set;
	u32 piece;

	snprintf(rule, sizeof(rule), "alert http any any -> any any (%s sid:1;)", c->options);
	set = suite_set(rule);
	ck_assert_msg(set->sigs.n_sigs == 1, "%s: %s", rule,
		      set->n_notes ? set->notes[0].text : "");
	ck_assert(vfw_rule_needs_parser(&set->sig[0]));
	scan = vfw_rule_scan_new(set, why, sizeof(why));
	ck_assert_msg(scan, "%s", why);
	for (piece = 1; piece < 200; piece += piece < 8 ? 1 : 61)
		ck_assert_msg(matches(c, set, scan, piece) == c->times, "%s on %s, by %u bytes",
			      c->options, c->said, piece);
	vfw_rule_scan_free(scan);
	vfw_rule_set_free(set);
}
END_TEST

/* An answer to HEAD has no body, and one to CONNECT is the last message. */
START_TEST(answers)
{
	static const char *const said[][2] = {
		{"HEAD / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n",
		 "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
		 "3\r\n\r\nabc"},
		{"CONNECT h:1 HTTP/1.1\r\n\r\n",
		 "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
	};
	static const unsigned int messages[][2] = {{2, 2}, {1, 1}};
	struct vfw_web *web = vfw_web_new();
	unsigned int side;

	for (side = 0; side < 2; side++) {
		const u8 *bytes = (const u8 *)said[_i][side];
		u32 len = (u32)strlen(said[_i][side]), at = 0, used;
		unsigned int n = 0;

		while (at < len) {
			n += !!vfw_web_feed(web, side, bytes + at, len - at, &used);
			at += used;
		}
		ck_assert_uint_eq(n, messages[_i][side]);
	}
	vfw_web_free(web);
}
END_TEST

/* Bodies as they were before they were compressed; what is damaged as far as it goes. */
static const struct {
	const char *coding;
	u8 body[40];
	u32 len;
	const char *plain;
} bodies[] = {
	{"gzip",
	 {0x1f, 0x8b, 8, 0,    0,    0,	   0,	 0, 2, 3, 0x4b, 0x4c,
	  0x4a, 6,    0, 0xc2, 0x41, 0x24, 0x35, 3, 0, 0, 0},
	 23,
	 "abc"},
	/* with a name */
	{"x-gzip",
	 {0x1f, 0x8b, 8, 8, 0,	  0,	0,    0,    2, 3, 'a', 0, 0x4b,
	  0x4c, 0x4a, 6, 0, 0xc2, 0x41, 0x24, 0x35, 3, 0, 0,   0},
	 25,
	 "abc"},
	{"deflate", {0x78, 0x9c, 0x4b, 0x4c, 0x4a, 6, 0, 2, 0x4d, 1, 0x27}, 11, "abc"},
	{"deflate", {0x4b, 0x4c, 0x4a, 6, 0}, 5, "abc"},
	/* a copy of what stands before */
	{"deflate", {0x4b, 0x4c, 0x84, 1, 0}, 5, "aaaaaaaaaa"},
	/* stored */
	{"deflate", {1, 3, 0, 0xfc, 0xff, 'a', 'b', 'c'}, 8, "abc"},
	{"deflate", {1, 3, 0, 0xfc, 0xff, 'a', 'b'}, 7, "ab"},
	{"gzip", {'a', 'b', 'c'}, 3, ""},
	{"br", {'a', 'b', 'c'}, 3, "abc"},
};

START_TEST(compressed)
{
	struct vfw_web *web = vfw_web_new();
	const struct vfw_http_side *m;
	const u8 *bytes;
	char head[128];
	u32 used, len;

	snprintf(head, sizeof(head),
		 "HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %u\r\n\r\n",
		 bodies[_i].coding, bodies[_i].len);
	ck_assert_ptr_null(vfw_web_feed(web, 1, (const u8 *)head, (u32)strlen(head), &used));
	m = vfw_web_feed(web, 1, bodies[_i].body, bodies[_i].len, &used);
	ck_assert_ptr_nonnull(m);
	ck_assert_int_eq(vfw_http_buffer(m, VFW_HTTP_B_RESPONSE_BODY, 0, NULL, 0, &bytes, &len),
			 *bodies[_i].plain != 0);
	ck_assert_uint_eq(len, strlen(bodies[_i].plain));
	ck_assert_mem_eq(bytes, bodies[_i].plain, len);
	vfw_web_free(web);
}
END_TEST

#define MAIL(headers, body) \
	"EHLO a\r\nMAIL FROM:<b>\r\nDATA\r\n" headers "\r\n" body "\r\n.\r\nQUIT\r\n"
#define PARTS "Content-Type: multipart/mixed;\r\n boundary=\"=x\"\r\n"
#define PART(headers, body) "--=x\r\n" headers "\r\n" body "\r\n"
#define ATTACHED "Content-Disposition: attachment; filename=f\r\n"

/* Files of mails, each with a '|' behind it. */
static const struct {
	const char *said, *files;
} mails[] = {
	{MAIL("Subject: s\r\n", "text"), ""},
	{MAIL("Content-Type: text/plain; name=f\r\n", "text"), "text\r\n|"},
	{MAIL("Content-Type: a/b; name=f\r\nContent-Transfer-Encoding: base64\r\n", "YWJj"),
	 "abc|"},
	{MAIL(PARTS, "preamble\r\n" PART("", "no file") PART(
			     ATTACHED "Content-Transfer-Encoding: base64\r\n", "NA=\r\n=Mg\r\n==")
			     PART(ATTACHED, "--=\r\n..dot") "--=x--\r\nepilogue"),
	 "42|--=\r\n.dot|"},
	{MAIL(PARTS,
	      PART(ATTACHED "Content-Transfer-Encoding: Quoted-Printable\r\n", "a=\r\nb=3Dc=zz")),
	 "ab=c=zz\r\n\r\n|"},
	{MAIL(PARTS, PART("Content-Type: multipart/x; boundary=in\r\n",
			  "--in\r\n" ATTACHED "\r\n1\r\n--in--\r\n" ATTACHED) PART(ATTACHED, "2")),
	 "1|2\r\n\r\n|"},
	{"EHLO a\r\nContent-Type: a; name=b\r\n\r\ntext\r\n.\r\n", ""},
	{"NOOP\r\n" MAIL("Content-Type: a; name=b\r\n", "text"), ""},
};

START_TEST(mail)
{
	u32 len = (u32)strlen(mails[_i].said), piece;

	for (piece = 1; piece < 300; piece += piece < 8 ? 1 : 61) {
		struct vfw_web *web = vfw_web_new();
		u32 at = 0, end = 0, used;
		char got[200] = "";

		while (at < len) {
			const u8 *bytes = (const u8 *)mails[_i].said + at;
			const struct vfw_http_side *m;
			bool ends;

			if (end <= at + 4)
				end = end + piece < len ? end + piece : len;
			ends = vfw_web_ends(web, 0, bytes, end - at);
			m = vfw_web_feed(web, 0, bytes, end - at, &used);
			ck_assert_int_eq(ends, !!m);
			at += used;
			if (m)
				snprintf(got + strlen(got), sizeof(got) - strlen(got), "%.*s|",
					 (int)m->body_len, (const char *)m->body);
			else if (used && at == end)
				end = at;
			else if (!used)
				end = end + piece < len ? end + piece : len;
		}
		ck_assert_str_eq(got, mails[_i].files);
		vfw_web_free(web);
	}
}
END_TEST

/* A head larger than the window ends the reading; a body larger than it is cut. */
START_TEST(bounds)
{
	static u8 much[VFW_WEB_BODY + 1000];
	struct vfw_web *web = vfw_web_new();
	const struct vfw_http_side *m;
	const char *lines = "GET / HTTP/1.0\r\nA: b\r\n";
	const char *post = "POST / HTTP/1.0\r\nContent-Length: 103000\r\n\r\n";
	u32 used;

	memset(much, 'a', sizeof(much));
	ck_assert_ptr_null(vfw_web_feed(web, 0, (const u8 *)post, (u32)strlen(post), &used));
	ck_assert_ptr_null(vfw_web_feed(web, 0, much, 102999, &used));
	m = vfw_web_feed(web, 0, much, 10, &used);
	ck_assert_ptr_nonnull(m);
	ck_assert_uint_eq(used, 1);
	ck_assert_uint_eq(m->body_len, VFW_WEB_BODY);
	ck_assert(m->body_lacks);
	ck_assert_ptr_null(vfw_web_feed(web, 0, (const u8 *)"GET /", 5, &used));
	m = vfw_web_feed(web, 0, much, VFW_WEB_HEAD, &used);
	ck_assert_ptr_null(m); /* not even a line */
	ck_assert_ptr_null(vfw_web_feed(web, 0, (const u8 *)GET("/"), 30, &used));
	ck_assert_ptr_null(vfw_web_end(web, 0));
	vfw_web_free(web);
	/* of one that has lines these are told, however the rest is cut */
	web = vfw_web_new();
	ck_assert_ptr_null(vfw_web_feed(web, 0, (const u8 *)lines, (u32)strlen(lines), &used));
	ck_assert_ptr_null(vfw_web_feed(web, 0, much, 100, &used));
	m = vfw_web_feed(web, 0, much, VFW_WEB_HEAD, &used);
	ck_assert_ptr_nonnull(m);
	ck_assert_uint_eq(m->head_len, strlen(lines));
	vfw_web_free(web);
}
END_TEST

TCase *rules_http_cases(void)
{
	TCase *c = tcase_create("http");

	tcase_add_loop_test(c, buffer, 0, ARRAY_SIZE(cases));
	tcase_add_loop_test(c, answers, 0, 2);
	tcase_add_loop_test(c, compressed, 0, ARRAY_SIZE(bodies));
	tcase_add_loop_test(c, mail, 0, ARRAY_SIZE(mails));
	tcase_add_test(c, bounds);
	return c;
}
