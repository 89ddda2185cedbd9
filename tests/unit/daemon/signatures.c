// SPDX-License-Identifier: GPL-2.0
/*
 * Files of patterns, and what becomes of them: requests, the compiler in its sandbox (this very
 * program, started anew), databases, the cache.
 */
#include "suite.h"

#include "../../../daemon/sig/cache.h"
#include "../../../daemon/sig/compiler.h"
#include "../../../daemon/sig/database.h"
#include "../../../daemon/sig/job.h"
#include "../../../daemon/policy/text.h"
#include "../../../daemon/sig/pattern.h"
#include "../../../daemon/sig/pattern_rules.h"
#include "../../../daemon/sig/request.h"
#include "../../../kmod/core/sig_table.h"

#include <errno.h>
#include <fcntl.h>
#include <hs.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct vfw_job_limits limits = {60, 4096};

static struct vfw_patterns *read_text(const char *text)
{
	struct vfw_patterns *p = vfw_patterns_new();
	struct vfw_diags d = {0};
	int err = vfw_patterns_add(p, "t", text, strlen(text), &d);
	char *said = vfw_diags_format(&d);

	ck_assert_msg(!err, "%s", said);
	ck_assert_str_eq(said, "");
	free(said);
	return p;
}

START_TEST(patterns_read)
{
	struct vfw_patterns *p = read_text("# comment\n"
					   "\n"
					   "1 /a/\n"
					   "  2\t/a\\/b c/ism  \"say \\\"x\\\" \\\\\"  # more\r\n"
					   "4294967295 /\\//i\n"
					   "7 /ü\x80/ \"ü\"");

	ck_assert_uint_eq(p->n, 4);
	ck_assert_uint_eq(p->v[0].sid, 1);
	ck_assert_str_eq(p->v[0].regex, "a");
	ck_assert_uint_eq(p->v[0].flags, 0);
	ck_assert_ptr_null(p->v[0].message);
	ck_assert_str_eq(p->v[1].regex, "a\\/b c");
	ck_assert_uint_eq(p->v[1].flags,
			  VFW_PATTERN_F_CASELESS | VFW_PATTERN_F_DOTALL | VFW_PATTERN_F_MULTILINE);
	ck_assert_str_eq(p->v[1].message, "say \"x\" \\");
	ck_assert_uint_eq(p->v[1].loc.line, 4);
	ck_assert_uint_eq(p->v[1].loc.col, 5);
	ck_assert_uint_eq(p->v[1].loc.end_col, 13);
	ck_assert_uint_eq(p->v[2].sid, UINT32_MAX);
	ck_assert_str_eq(p->v[2].regex, "\\/");
	ck_assert_uint_eq(p->v[2].flags, VFW_PATTERN_F_CASELESS);
	ck_assert_str_eq(p->v[3].regex, "ü\x80");
	ck_assert_str_eq(p->v[3].message, "ü");
	vfw_patterns_free(p);
}
END_TEST

/* One pattern, then these rules. *said: what was complained of, the caller's. */
static struct vfw_patterns *read_rules(const char *rules, int want, char **said)
{
	struct vfw_patterns *p = read_text("9 /x/ \"nine\"");
	struct vfw_diags d = {0};
	int err = vfw_pattern_rules_add(p, "t.rules", rules, strlen(rules), &d);

	if (!err)
		err = vfw_pattern_rules_finish(p, &d);
	ck_assert_int_eq(err, want);
	if (!err)
		vfw_pattern_rules_warn(p, "web", true, &d);
	*said = vfw_diags_format(&d);
	vfw_diags_free(&d);
	if (!err)
		vfw_pattern_rules_settle(p);
	return p;
}

#define RULE \
	"tcp any any -> $HOME_NET [80,8000:8080] (msg:\"m\"; flow:to_server; content:\"evil\"; "

START_TEST(rules_read)
{
	static const char text[] =
		"alert " RULE "classtype:web-application-attack; sid:9; gid:2; rev:4;)\n"
		"drop " RULE "priority:5; sid:7;)\n"
		"# none\n"
		"drop tls any any -> any any (sid:10;)\n"
		"alert " RULE "ttl:4; sid:11;)\n"
		"drop " RULE "lua:x; sid:12;)\n";
	const struct vfw_pattern *alert, *drop;
	struct vfw_text t = {0};
	struct vfw_sigs s;
	char *said;
	struct vfw_patterns *p = read_rules(text, 0, &said);

	ck_assert_ptr_nonnull(strstr(said, "web: 1 of the 2 rules enforced say 'alert'"));
	ck_assert_ptr_nonnull(strstr(said, "web: 3 of 5 rules are not enforced: 1 deep, 1 refused, "
					   "1 that the module cannot evaluate exactly"));
	ck_assert_ptr_nonnull(strstr(said, "1 rule, the first sid 10: protocol: "));
	ck_assert_ptr_nonnull(strstr(said, "1 rule, the first sid 11: a keyword about one "
					   "packet: "));
	ck_assert_ptr_nonnull(strstr(said, "t.rules:6:88: warning: not enforced: lua"));
	free(said);

	/* Suricata's order: drop before alert */
	ck_assert_uint_eq(p->n, 3);
	drop = &p->v[1];
	alert = &p->v[2];
	ck_assert_uint_eq(drop->sid, 7);
	ck_assert_uint_eq(drop->gid, 1);
	ck_assert_uint_eq(drop->severity, 5);
	ck_assert_uint_eq(drop->loc.line, 2);
	ck_assert_uint_eq(alert->sid, 9);
	ck_assert_uint_eq(alert->gid, 2);
	ck_assert_uint_eq(alert->rev, 4);
	ck_assert_uint_eq(alert->severity, 1);
	ck_assert_str_eq(alert->category, "Web Application Attack");
	ck_assert_str_eq(alert->message, "m");
	ck_assert_str_eq(alert->regex, "\\x65\\x76\\x69\\x6c");

	ck_assert_int_eq(vfw_pattern_rules_table(p, &t), 0);
	ck_assert_ptr_null(vfw_sig_table_read(t.s, t.len, &s));
	ck_assert_uint_eq(s.n_sigs, 3);
	ck_assert(s.sigs[0].flags & VFW_SIG_DROP && s.sigs[0].flags & VFW_SIG_ANY_PORT_DST);
	ck_assert(s.sigs[1].flags & VFW_SIG_DROP && s.sigs[1].flags & VFW_SIG_TO_SERVER);
	ck_assert_uint_eq(s.sigs[1].dst.ports.n, 2);
	ck_assert(!(s.sigs[2].flags & (VFW_SIG_DROP | VFW_SIG_REJECT)));
	free(t.s);
	vfw_patterns_free(p);
}
END_TEST

/* A rule of both segments and stream is one expression of both, that counts once; one with a chain has steps, and the stream none. */
START_TEST(rules_places)
{
	static const u32 places = VFW_SIG_PACKET | VFW_SIG_STREAM | VFW_SIG_AT_START;
	char *said;
	struct vfw_patterns *p = read_rules(
		"drop tcp any any -> any any (content:\"a\"; depth:3; sid:1;)\n"
		"drop tcp-stream any any -> any any (content:\"b\"; startswith; sid:2;)\n"
		"drop tcp-pkt any any -> any any (content:\"c\"; startswith; sid:3;)\n"
		"drop tcp any any -> any any (content:\"d\"; sid:4;)\n"
		"alert tcp any any -> any any (content:\"e\"; offset:1; threshold:type limit, "
		"track by_src, count 1, seconds 60; sid:5;)\n"
		"alert tcp any any -> any any (content:\"f\"; depth:2; sid:6;)\n"
		"alert tcp any any -> any any (content:\"g\"; depth:2; "
		"stream_size:client,>,9; sid:7;)\n",
		0, &said);
	struct vfw_text t = {0};
	struct vfw_sigs s;

	free(said);
	ck_assert_uint_eq(p->n, 8);
	ck_assert_str_eq(p->v[1].regex, "^.{0,2}\\x61");
	ck_assert_str_eq(p->v[2].regex, "^\\x62");
	/* what prevents matches again: it may only have been told the first time; and what matched when too little was sent */
	for (int i = 1; i < 8; i++)
		ck_assert_uint_eq(!!(p->v[i].flags & VFW_PATTERN_F_ONCE), i == 3 || i == 6);
	ck_assert_int_eq(vfw_pattern_rules_table(p, &t), 0);
	ck_assert_ptr_null(vfw_sig_table_read(t.s, t.len, &s));
	ck_assert_uint_eq(s.sigs[1].flags & places, places);
	ck_assert_uint_eq(s.sigs[1].reach, 3);
	ck_assert_uint_eq(s.sigs[3].reach, 1);
	ck_assert_uint_eq(s.sigs[4].reach, 0);
	ck_assert_uint_eq(s.sigs[2].flags & places, VFW_SIG_STREAM | VFW_SIG_AT_START);
	ck_assert_uint_eq(s.sigs[3].flags & places, VFW_SIG_PACKET);
	ck_assert_uint_eq(s.sigs[4].flags & places, VFW_SIG_STREAM);
	ck_assert_uint_eq(s.sigs[5].flags & places, places);
	for (int i = 1; i < 6; i++)
		ck_assert_uint_eq(s.sigs[i].n_steps, i == 3);
	free(t.s);
	vfw_patterns_free(p);
}
END_TEST

static const struct {
	const char *text, *said;
} wrong_rules[] = {
	{"drop tcp any any -> any any (content:\"a\"; sid:9;)\n",
	 "t.rules:1:1: error: the id 9 is taken by t:1"},
	{"drop tcp any any -> any any content:\"a\"; sid:1;)\n",
	 "t.rules:1:29: error: expected '('"},
	{"drop tcp any any -> any any (content:\"a\"; sid:1;)\n\n alert tcp any", "t.rules:3:"},
};

START_TEST(rules_wrong)
{
	char *said;
	struct vfw_patterns *p = read_rules(wrong_rules[_i].text, -EINVAL, &said);

	ck_assert_msg(strstr(said, wrong_rules[_i].said) != NULL, "%s", said);
	free(said);
	vfw_patterns_free(p);
}
END_TEST

/* A header or an action is another policy, and the same databases. */
START_TEST(rules_digest)
{
	static const char *const texts[] = {
		"alert tcp any any -> any 80 (content:\"a\"; sid:1;)",
		"drop tcp any any -> any 80 (content:\"a\"; sid:1;)",
		"alert tcp any any -> any 81 (content:\"a\"; sid:1;)",
		"alert tcp any any -> any 80 (content:\"a\"; flow:to_client; sid:1;)",
		"alert tcp any any -> any 80 (content:\"a\"; sid:1; rev:2;)",
	};
	uint8_t digest[5][VFW_SHA256_LEN];
	struct vfw_request r[5];

	for (int i = 0; i < 5; i++) {
		char *said;
		struct vfw_patterns *p = read_rules(texts[i], 0, &said);

		ck_assert_int_eq(vfw_patterns_digest(p, digest[i]), 0);
		ck_assert_int_eq(vfw_request_encode(p, NULL, VFW_SET_SSE42, "v", &r[i]), 0);
		ck_assert_mem_eq(r[i].key, r[0].key, VFW_SHA256_LEN);
		for (int k = 0; k < i; k++)
			ck_assert_mem_ne(digest[i], digest[k], VFW_SHA256_LEN);
		free(r[i].data);
		free(said);
		vfw_patterns_free(p);
	}
}
END_TEST

static const struct {
	const char *text, *said;
} wrong[] = {
	{"x /a/", "t:1:1: error: expected the signature's id, a number, or '#'"},
	{"\n  x /a/", "t:2:3: error: expected the signature's id"},
	{"0 /a/", "t:1:1: error: expected an id of 1 to 4294967295"},
	{"4294967296 /a/", "t:1:1: error: expected an id of 1 to 4294967295"},
	{"99999999999999999999999 /a/", "t:1:1: error: expected an id of 1 to 4294967295"},
	{"1/a/", "t:1:2: error: expected a blank behind the id"},
	{"1", "t:1:2: error: expected a blank behind the id"},
	{"1 a", "t:1:3: error: expected '/' and a regular expression"},
	{"1 ", "t:1:3: error: expected '/' and a regular expression"},
	{"1 /a", "t:1:3: error: expected '/' at the end of the expression"},
	{"1 /a\\/", "t:1:3: error: expected '/' at the end of the expression"},
	{"1 /a\\", "t:1:3: error: expected '/' at the end of the expression"},
	{"1 //", "t:1:3: error: expected an expression between the slashes"},
	{"1 /a/x", "t:1:6: error: expected the flags i, s or m, then a blank"},
	{"1 /a/i\"m\"", "t:1:7: error: expected the flags i, s or m, then a blank"},
	{"1 /a/ii", "t:1:7: error: the flag 'i' stands there already"},
	{"1 /a/ m", "t:1:7: error: expected a message in double quotes, or the end of the line"},
	{"1 /a/ \"m", "t:1:7: error: expected '\"' at the end of the message"},
	{"1 /a/ \"m\\", "t:1:7: error: expected '\"' at the end of the message"},
	{"1 /a/ \"m\\n\"", "t:1:9: error: expected '\\\"' or '\\\\' in a message"},
	{"1 /a/ \"\x80\"", "t:1:7: error: expected UTF-8 without control characters"},
	{"1 /a/ \"\t\"", "t:1:7: error: expected UTF-8 without control characters"},
	{"1 /a/ \"m\" x", "t:1:11: error: expected a message in double quotes"},
	{"1 /a/\n1 /b/", "t:2:1: error: the id 1 is taken by t:1"},
	{"", "t: error: expected at least one pattern in this file"},
	{"# 1 /a/\n", "t: error: expected at least one pattern in this file"},
};

START_TEST(patterns_wrong)
{
	struct vfw_patterns *p = vfw_patterns_new();
	struct vfw_diags d = {0};
	char *said;

	ck_assert_int_eq(vfw_patterns_add(p, "t", wrong[_i].text, strlen(wrong[_i].text), &d),
			 -EINVAL);
	said = vfw_diags_format(&d);
	ck_assert_uint_eq(d.total[VFW_DIAG_ERROR], 1);
	ck_assert_msg(!strncmp(said, wrong[_i].said, strlen(wrong[_i].said)), "%s\nfor: %s", said,
		      wrong[_i].text);
	free(said);
	vfw_diags_free(&d);
	vfw_patterns_free(p);
}
END_TEST

/* All wrong lines of a file are named, also across files; long ones and NUL bytes are refused. */
START_TEST(patterns_bounds)
{
	struct vfw_patterns *p = vfw_patterns_new();
	struct vfw_diags d = {0};
	char *line = calloc(1, VFW_PATTERN_REGEX_MAX + 64);

	sprintf(line, "5 /");
	memset(line + 3, 'a', VFW_PATTERN_REGEX_MAX);
	strcat(line, "/");
	ck_assert_int_eq(vfw_patterns_add(p, "long", line, strlen(line), &d), 0);
	sprintf(line, "6 /");
	memset(line + 3, 'a', VFW_PATTERN_REGEX_MAX + 1);
	strcat(line, "/\nx\n7 /b/\n");
	ck_assert_int_eq(vfw_patterns_add(p, "longer", line, strlen(line), &d), -EINVAL);
	ck_assert_uint_eq(d.total[VFW_DIAG_ERROR], 2);
	ck_assert_ptr_nonnull(strstr(d.v[0].message, "at most 8192 bytes"));
	ck_assert_uint_eq(d.v[1].line, 2);
	ck_assert_int_eq(vfw_patterns_add(p, "again", "8 /c/\n5 /d/\n", 12, &d), -EINVAL);
	ck_assert_str_eq(d.v[2].message, "the id 5 is taken by long:1");
	ck_assert_int_eq(vfw_patterns_add(p, "nul", "9 /a\0b/", 7, &d), -EINVAL);
	ck_assert_uint_eq(d.v[3].col, 5);
	ck_assert_int_eq(vfw_patterns_add(p, "huge", "", VFW_PATTERN_FILE_MAX + 1, &d), -EINVAL);
	free(line);
	vfw_diags_free(&d);
	vfw_patterns_free(p);
}
END_TEST

START_TEST(patterns_many)
{
	struct vfw_diags d = {0};
	struct vfw_patterns *p = vfw_patterns_new();
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	for (int i = 0; i <= VFW_PATTERNS_MAX; i++)
		fprintf(out, "%d /a%d/\n", i * 64 + 1, i);
	fclose(out);
	ck_assert_int_eq(vfw_patterns_add(p, "many", text, len, &d), -EINVAL);
	ck_assert_uint_eq(p->n, VFW_PATTERNS_MAX);
	ck_assert_uint_eq(d.v[0].line, VFW_PATTERNS_MAX + 1);
	free(text);
	vfw_diags_free(&d);
	vfw_patterns_free(p);
}
END_TEST

/* The digest tells what has a meaning, and only that. */
START_TEST(patterns_digests)
{
	static const char *const texts[] = {
		"1 /a/i \"m\"\n2 /b/", "# x\n 1  /a/i  \"m\"\n\n2 /b/ #",
		"3 /a/i \"m\"\n2 /b/", "1 /c/i \"m\"\n2 /b/",
		"1 /a/s \"m\"\n2 /b/", "1 /a/i \"n\"\n2 /b/",
		"2 /b/\n1 /a/i \"m\"", "1 /a/i \"m\""};
	uint8_t digests[8][VFW_SHA256_LEN];

	for (int i = 0; i < 8; i++) {
		struct vfw_patterns *p = read_text(texts[i]);

		ck_assert_int_eq(vfw_patterns_digest(p, digests[i]), 0);
		vfw_patterns_free(p);
		for (int k = 0; k < i; k++)
			ck_assert_msg(!memcmp(digests[i], digests[k], VFW_SHA256_LEN) ==
					      (i == 1 && !k),
				      "%d and %d", i, k);
	}
}
END_TEST

static struct vfw_request request_of(const char *text, enum vfw_set set)
{
	struct vfw_patterns *p = read_text(text);
	struct vfw_request r;

	ck_assert_int_eq(vfw_request_encode(p, NULL, set, vfw_compiler_version(), &r), 0);
	vfw_patterns_free(p);
	return r;
}

START_TEST(requests)
{
	struct vfw_request r = request_of("9 /a b/im \"m\"\n8 /c/", VFW_SET_AVX2);
	struct vfw_request same = request_of("1 /a b/im\n2 /c/ \"other\"", VFW_SET_AVX2);
	struct vfw_request other = request_of("9 /a b/im\n8 /c/", VFW_SET_SSE42);
	struct vfw_request_parts parts;
	char *damaged = malloc(r.n + 1);

	ck_assert_mem_eq(r.key, same.key, VFW_SHA256_LEN);
	ck_assert_mem_ne(r.key, other.key, VFW_SHA256_LEN);
	ck_assert_int_eq(vfw_request_decode(r.data, r.n, &parts), 0);
	ck_assert_str_eq(parts.version, vfw_compiler_version());
	ck_assert_int_eq(parts.set, VFW_SET_AVX2);
	ck_assert_uint_eq(parts.n, 2);
	ck_assert_str_eq(parts.regex[0], "a b");
	ck_assert_uint_eq(parts.flags[0], VFW_PATTERN_F_CASELESS | VFW_PATTERN_F_MULTILINE);
	ck_assert_str_eq(parts.regex[1], "c");
	vfw_request_parts_free(&parts);
	/* cut short or grown it is none */
	for (size_t n = 0; n < r.n; n++) {
		char *cut = malloc(n ?: 1);

		memcpy(cut, r.data, n);
		ck_assert_int_eq(vfw_request_decode(cut, n, &parts), -EINVAL);
		free(cut);
	}
	memcpy(damaged, r.data, r.n);
	damaged[r.n] = 'x';
	ck_assert_int_eq(vfw_request_decode(damaged, r.n + 1, &parts), -EINVAL);
	free(damaged);
	free(r.data);
	free(same.data);
	free(other.data);
}
END_TEST

/* Runs the compiler to its end. */
static void run(const struct vfw_request *r, const struct vfw_job_limits *l, bool murder,
		struct vfw_job_result *result)
{
	struct pollfd fd = {.events = POLLIN};
	struct vfw_job *job;

	ck_assert_int_eq(vfw_job_start(r, l, &job), 0);
	fd.fd = vfw_job_fd(job);
	if (murder)
		vfw_job_kill(job, "murdered");
	do
		ck_assert_int_gt(poll(&fd, 1, 120000), 0);
	while (!vfw_job_read(job));
	vfw_job_finish(job, result);
}

static int count(unsigned int id, unsigned long long from, unsigned long long to,
		 unsigned int flags, void *arg)
{
	(void)id, (void)from, (void)to, (void)flags;
	++*(int *)arg;
	return 0;
}

/* Matches of a database, read from its descriptor, in some text. */
static int matches(int fd, size_t bytes, const char *text)
{
	char *data = malloc(bytes);
	hs_database_t *db = NULL;
	hs_scratch_t *scratch = NULL;
	int n = 0;

	ck_assert_int_eq(pread(fd, data, bytes, 0), (ssize_t)bytes);
	ck_assert_int_eq(hs_deserialize_database(data, bytes, &db), HS_SUCCESS);
	ck_assert_int_eq(hs_alloc_scratch(db, &scratch), HS_SUCCESS);
	if (hs_scan(db, text, (unsigned int)strlen(text), 0, scratch, count, &n) ==
	    HS_DB_MODE_ERROR) {
		hs_stream_t *stream = NULL;

		ck_assert_int_eq(hs_open_stream(db, 0, &stream), HS_SUCCESS);
		ck_assert_int_eq(hs_scan_stream(stream, text, (unsigned int)strlen(text), 0,
						scratch, count, &n),
				 HS_SUCCESS);
		ck_assert_int_eq(hs_close_stream(stream, scratch, count, &n), HS_SUCCESS);
	}
	hs_free_scratch(scratch);
	hs_free_database(db);
	free(data);
	return n;
}

/* Databases of these rules alone. */
static struct vfw_database *databases_of(const char *rules)
{
	struct vfw_patterns *p = vfw_patterns_new();
	struct vfw_job_result result;
	struct vfw_diags d = {0};
	struct vfw_database *db;
	struct vfw_request r;

	ck_assert_int_eq(vfw_pattern_rules_add(p, "t.rules", rules, strlen(rules), &d), 0);
	ck_assert_int_eq(vfw_pattern_rules_finish(p, &d), 0);
	vfw_pattern_rules_settle(p);
	ck_assert_int_eq(vfw_request_encode(p, NULL, VFW_SET_SSE42, vfw_compiler_version(), &r), 0);
	run(&r, &limits, false, &result);
	ck_assert_msg(result.db, "%s", result.failure);
	db = vfw_database_ref(result.db);
	vfw_job_result_clear(&result);
	free(r.data);
	vfw_diags_free(&d);
	vfw_patterns_free(p);
	return db;
}

#define STREAM_RULE "drop tcp any any -> any any (content:\"stream\"; sid:1;)\n"

#define SILENT "\xf7\xfd" /* never told of */

/*
 * What fits no datagram, and no segment by itself, is looked for in none, and in no stream what the module asks of
 * packets; where nothing else is, there is a database all the same.
 */
START_TEST(rules_use)
{
	static const char text[] = "stream datagram either segment";
	struct vfw_database *db = databases_of(
		STREAM_RULE "drop udp any any -> any any (content:\"datagram\"; sid:2;)\n"
			    "drop ip any any -> any any (content:\"either\"; sid:3;)\n"
			    "drop tcp any any -> any any (dsize:7; content:\"segment\"; sid:4;)\n");

	ck_assert_int_eq(matches(db->block, db->block_bytes, text), 3);
	ck_assert_int_eq(matches(db->block, db->block_bytes, "stream"), 0);
	ck_assert_int_eq(matches(db->stream, db->stream_bytes, text), 2);
	ck_assert_int_eq(matches(db->stream, db->stream_bytes, "datagram segment"), 0);
	vfw_database_unref(db);
	db = databases_of(STREAM_RULE);
	ck_assert_int_eq(matches(db->block, db->block_bytes, "stream " SILENT), 0);
	vfw_database_unref(db);
	db = databases_of("drop udp any any -> any any (content:\"datagram\"; sid:2;)\n");
	ck_assert_int_eq(matches(db->block, db->block_bytes, "datagram " SILENT), 1);
	ck_assert_int_eq(matches(db->stream, db->stream_bytes, "datagram " SILENT), 0);
	vfw_database_unref(db);
}
END_TEST

/* Of many patterns none is told but those that were given. */
START_TEST(rules_many)
{
	struct vfw_text rules = {0};
	struct vfw_database *db;

	for (int i = 1; i <= 1000; i++)
		vfw_text_printf(&rules,
				"drop ip any any -> any any (content:\"word%04d\"; sid:%d;)\n", i,
				i);
	ck_assert(!rules.failed);
	db = databases_of(rules.s);
	ck_assert_int_eq(matches(db->block, db->block_bytes, "word0001 word1000 " SILENT), 2);
	ck_assert_int_eq(matches(db->stream, db->stream_bytes, "word0001 word1000 " SILENT), 2);
	vfw_database_unref(db);
	free(rules.s);
}
END_TEST

START_TEST(compiled)
{
	struct vfw_request r = request_of("1 /attack/i\n2 /a.c/s\n3 /^x$/m", VFW_SET_SSE42);
	struct vfw_job_result result;
	char *info = NULL;

	run(&r, &limits, false, &result);
	ck_assert_msg(result.db, "%s", result.failure);
	ck_assert_int_eq(matches(result.db->block, result.db->block_bytes, "an ATTACK a\nc\nx\n"),
			 3);
	ck_assert_int_eq(matches(result.db->block, result.db->block_bytes, "nothing"), 0);
	ck_assert_int_eq(hs_serialized_database_info(result.stream, result.stream_bytes, &info),
			 HS_SUCCESS);
	ck_assert_msg(strstr(info, "STREAM"), "%s", info);
	free(info);
	/* nobody writes it any more, not by this descriptor, not by another */
	ck_assert_int_eq(fcntl(result.db->stream, F_GETFL) & O_ACCMODE, O_RDONLY);
	ck_assert_int_eq(fcntl(result.db->stream, F_GET_SEALS) & (F_SEAL_WRITE | F_SEAL_GROW),
			 F_SEAL_WRITE | F_SEAL_GROW);
	vfw_job_result_clear(&result);
	free(r.data);
}
END_TEST

/* Each wrong pattern is named by its index and in Hyperscan's words. */
START_TEST(not_compiled)
{
	struct vfw_request r = request_of("1 /fine/\n2 /(/\n3 /a*/\n4 /a(?=b)/", VFW_SET_SSE42);
	struct vfw_job_result result;

	run(&r, &limits, false, &result);
	ck_assert_ptr_null(result.db);
	ck_assert_ptr_null(result.failure);
	ck_assert_uint_eq(result.n_errors, 3);
	ck_assert_uint_eq(result.errors[0].index, 1);
	ck_assert_ptr_nonnull(strstr(result.errors[0].text, "parenthes"));
	ck_assert_uint_eq(result.errors[1].index, 2);
	ck_assert_ptr_nonnull(strstr(result.errors[1].text, "at least one byte"));
	ck_assert_uint_eq(result.errors[2].index, 3);
	vfw_job_result_clear(&result);
	free(r.data);
}
END_TEST

/* What ends the compiler before its time is told, and there is no database. */
START_TEST(killed)
{
	struct vfw_request r = request_of("1 /fine/", VFW_SET_SSE42);
	struct vfw_request old = r;
	struct vfw_job_result result;

	run(&r, &limits, true, &result);
	ck_assert_ptr_null(result.db);
	ck_assert_str_eq(result.failure, "murdered");
	vfw_job_result_clear(&result);
	/* a damaged request, as a crashing parent might leave it */
	old.n = 20;
	run(&old, &limits, false, &result);
	ck_assert_str_eq(result.failure, "the request is damaged");
	vfw_job_result_clear(&result);
	free(r.data);
}
END_TEST

/* Nested repeats take minutes: the limit of CPU time ends them. */
START_TEST(out_of_time)
{
	struct vfw_job_limits second = {1, 4096};
	struct vfw_job_result result;
	struct vfw_request r;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	for (int i = 0; i < 4000; i++)
		fprintf(out, "%d /k%d[a-f]{1,40}x.{3,60}(a|b%d){2,30}z.*q%d[^x]{5,90}/s\n", i + 1,
			i, i, i);
	fclose(out);
	r = request_of(text, VFW_SET_SSE42);
	run(&r, &second, false, &result);
	ck_assert_ptr_null(result.db);
	ck_assert_msg(result.failure && strstr(result.failure, "CPU time"), "%s", result.failure);
	vfw_job_result_clear(&result);
	free(r.data);
	free(text);
}
END_TEST

static char folder[64];

static void setup(void)
{
	strcpy(folder, "/tmp/vfw-cache-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}

/* Something that begins as a database does. */
static void fake(char data[200], char content)
{
	memset(data, content, 200);
	memset(data, 0xdb, 4);
}

static void path_of(char path[256], uint8_t n)
{
	int at = snprintf(path, 256, "%s/", folder);

	for (int i = 0; i < VFW_SHA256_LEN; i++)
		at += sprintf(path + at, "%02x", n);
	strcpy(path + at, ".hsdb");
}

static int get(uint8_t n, char *first)
{
	uint8_t key[VFW_SHA256_LEN];
	struct vfw_database *db;
	int err;

	memset(key, n, sizeof(key));
	err = vfw_cache_get(folder, key, &db);
	if (err)
		return err;
	ck_assert_uint_eq(db->stream_bytes, 200);
	ck_assert_uint_eq(db->block_bytes, 200);
	ck_assert_int_eq(pread(db->block, first, 1, 100), 1);
	vfw_database_unref(db);
	return 0;
}

static void put_file(uint8_t n, uint64_t most)
{
	char stream[200], block[200];
	uint8_t key[VFW_SHA256_LEN];

	memset(key, n, sizeof(key));
	fake(stream, 's');
	fake(block, (char)n);
	ck_assert_int_eq(vfw_cache_put(folder, key, stream, 200, block, 200, most), 0);
}

START_TEST(cached)
{
	struct stat st;
	char path[256], first;

	ck_assert_int_eq(get(1, &first), -ENOENT);
	put_file(1, 1 << 20);
	ck_assert_int_eq(get(1, &first), 0);
	ck_assert_int_eq(first, 1);
	ck_assert_int_eq(get(2, &first), -ENOENT);
	path_of(path, 1);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
}
END_TEST

/* Every single byte of a file counts, and its length. */
START_TEST(cache_damaged)
{
	char path[256], copy[256], first, byte;
	struct stat st;

	put_file(1, 1 << 20);
	path_of(path, 1);
	ck_assert_int_eq(stat(path, &st), 0);
	for (off_t at = 0; at < st.st_size; at += at < 128 ? 1 : 17) {
		int fd = open(path, O_RDWR);

		ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
		byte ^= 0x10;
		ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
		close(fd);
		ck_assert_msg(get(1, &first) == -EBADMSG, "byte %ld", (long)at);
		/* it is gone, and the next one takes its place */
		ck_assert_int_eq(get(1, &first), -ENOENT);
		put_file(1, 1 << 20);
	}
	for (off_t n = 0; n < st.st_size; n += 31) {
		ck_assert_int_eq(truncate(path, n), 0);
		ck_assert_int_eq(get(1, &first), -EBADMSG);
		put_file(1, 1 << 20);
	}
	ck_assert_int_eq(truncate(path, st.st_size + 1), 0);
	ck_assert_int_eq(get(1, &first), -EBADMSG);
	/* another's file under this name */
	put_file(2, 1 << 20);
	path_of(copy, 2);
	ck_assert_int_eq(rename(copy, path), 0);
	ck_assert_int_eq(get(1, &first), -EBADMSG);
}
END_TEST

START_TEST(cache_bounded)
{
	char path[256], first;
	struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	struct stat st;
	FILE *f;

	put_file(1, 1 << 20);
	path_of(path, 1);
	ck_assert_int_eq(stat(path, &st), 0);
	snprintf(path, sizeof(path), "%s/not-ours", folder);
	f = fopen(path, "w");
	fclose(f);
	for (uint8_t n = 1; n <= 4; n++) {
		put_file(n, 1 << 20);
		path_of(path, n);
		old[1].tv_sec = 1000 + n;
		ck_assert_int_eq(utimensat(AT_FDCWD, path, old, 0), 0);
	}
	/* a use makes it young again */
	ck_assert_int_eq(get(1, &first), 0);
	put_file(5, 3 * (uint64_t)st.st_size);
	ck_assert_int_eq(get(1, &first), 0);
	ck_assert_int_eq(get(2, &first), -ENOENT);
	ck_assert_int_eq(get(3, &first), -ENOENT);
	ck_assert_int_eq(get(4, &first), 0);
	ck_assert_int_eq(get(5, &first), 0);
	/* the last one stays even where nothing may */
	put_file(6, 0);
	ck_assert_int_eq(get(5, &first), -ENOENT);
	ck_assert_int_eq(get(6, &first), 0);
	snprintf(path, sizeof(path), "%s/not-ours", folder);
	ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

Suite *suite_signatures(void)
{
	Suite *s = suite_create("signatures");
	TCase *patterns = tcase_create("patterns"), *compiler = tcase_create("compiler"),
	      *cache = tcase_create("cache");

	tcase_add_test(patterns, patterns_read);
	tcase_add_test(patterns, rules_read);
	tcase_add_test(patterns, rules_places);
	tcase_add_loop_test(patterns, rules_wrong, 0, sizeof(wrong_rules) / sizeof(wrong_rules[0]));
	tcase_add_test(patterns, rules_digest);
	tcase_add_loop_test(patterns, patterns_wrong, 0, sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_test(patterns, patterns_bounds);
	tcase_add_test(patterns, patterns_many);
	tcase_add_test(patterns, patterns_digests);
	suite_add_tcase(s, patterns);
	tcase_set_timeout(compiler, 240);
	tcase_add_test(compiler, requests);
	tcase_add_test(compiler, rules_use);
	tcase_add_test(compiler, rules_many);
	tcase_add_test(compiler, compiled);
	tcase_add_test(compiler, not_compiled);
	tcase_add_test(compiler, killed);
	tcase_add_test(compiler, out_of_time);
	suite_add_tcase(s, compiler);
	tcase_add_checked_fixture(cache, setup, teardown);
	tcase_add_test(cache, cached);
	tcase_add_test(cache, cache_damaged);
	tcase_add_test(cache, cache_bounded);
	suite_add_tcase(s, cache);
	return s;
}
