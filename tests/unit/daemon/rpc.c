// SPDX-License-Identifier: GPL-2.0
/* Lines in, lines out; then the same through a real socket with clients that behave badly. */
#include "suite.h"

#include "../../../daemon/ctl/filter.h"
#include "../../../daemon/ctl/rpc.h"
#include "../../../daemon/ctl/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static json_t *verb_echo(struct vfw_call *call, json_t *params)
{
	(void)call;
	return json_incref(params);
}

static json_t *verb_fail(struct vfw_call *call, json_t *params)
{
	const char *word = vfw_call_text(call, params, "word");

	if (!word)
		return NULL;
	return vfw_call_fail(call, -32001, json_pack("{s:s}", "word", word), "no %s", word);
}

static json_t *verb_big(struct vfw_call *call, json_t *params)
{
	char *text = malloc(1 << 20);
	json_t *o;

	(void)call, (void)params;
	memset(text, 'x', 1 << 20);
	o = json_pack("{s:s#}", "text", text, 1 << 20);
	free(text);
	return o;
}

static json_t *verb_observe(struct vfw_call *call, json_t *params)
{
	const char *wrong;

	call->observe = vfw_filter_new(params, &wrong);
	return call->observe ? json_object() : vfw_call_fail(call, VFW_RPC_PARAMS, NULL, "no");
}

static int later; /* how often verb_later() is still to ask for patience */

static json_t *verb_later(struct vfw_call *call, json_t *params)
{
	(void)params;
	call->later = later-- > 0;
	return call->later ? NULL : json_string("at last");
}

static const struct vfw_verb_entry verbs[] = {
	{"echo", verb_echo},	   {"fail", verb_fail},	  {"big", verb_big},
	{"observe", verb_observe}, {"later", verb_later}, {NULL, NULL},
};

/* The answer parsed, NULL: none. */
static json_t *answer(const char *line, size_t n)
{
	struct vfw_call call = {.who = "test"};
	size_t out_n = 0;
	char *out = vfw_rpc_line(verbs, &call, line, n, &out_n);
	json_t *o;

	vfw_filter_free(call.observe);
	if (!out)
		return NULL;
	ck_assert_uint_eq(strlen(out), out_n);
	ck_assert_ptr_eq(strchr(out, '\n'), out + out_n - 1);
	o = json_loadb(out, out_n, 0, NULL);
	ck_assert_ptr_nonnull(o);
	free(out);
	return o;
}

static json_int_t code_of(const char *line)
{
	json_t *o = answer(line, strlen(line));
	json_int_t code = json_integer_value(json_object_get(json_object_get(o, "error"), "code"));

	json_decref(o);
	return code;
}

START_TEST(answers)
{
	static const char ask[] =
		"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"echo\",\"params\":{\"a\":[1]}}";
	json_t *o = answer(ask, sizeof(ask) - 1);

	ck_assert_int_eq(json_integer_value(json_object_get(o, "id")), 7);
	ck_assert_int_eq(json_integer_value(json_array_get(
				 json_object_get(json_object_get(o, "result"), "a"), 0)),
			 1);
	json_decref(o);
	ck_assert_ptr_null(answer("{\"method\":\"echo\"}", 17));
	o = answer("{\"method\":\"fail\",\"id\":\"x\",\"params\":{\"word\":\"y\"}}", 48);
	ck_assert_str_eq(json_string_value(json_object_get(
				 json_object_get(json_object_get(o, "error"), "data"), "word")),
			 "y");
	json_decref(o);
}
END_TEST

static const struct {
	const char *line;
	int code;
} refused[] = {
	{"", VFW_RPC_PARSE},
	{"nonsense", VFW_RPC_PARSE},
	{"{\"id\":1,\"id\":2}", VFW_RPC_PARSE},
	{"{\"id\":1}", VFW_RPC_REQUEST},
	{"[]", VFW_RPC_REQUEST},
	{"[{\"id\":1,\"method\":\"echo\"}]", VFW_RPC_REQUEST},
	{"{\"id\":1,\"method\":5}", VFW_RPC_REQUEST},
	{"{\"id\":{},\"method\":\"echo\"}", VFW_RPC_REQUEST},
	{"{\"id\":1,\"method\":\"none\"}", VFW_RPC_METHOD},
	{"{\"id\":1,\"method\":\"echo\",\"params\":[1]}", VFW_RPC_PARAMS},
	{"{\"id\":1,\"method\":\"fail\"}", VFW_RPC_PARAMS},
	{"{\"id\":1,\"method\":\"fail\",\"params\":{\"word\":5}}", VFW_RPC_PARAMS},
	{"{\"id\":1,\"method\":\"fail\",\"params\":{\"word\":\"\\u0000\"}}", VFW_RPC_PARSE},
};

START_TEST(refusals)
{
	ck_assert_int_eq(code_of(refused[_i].line), refused[_i].code);
}
END_TEST

START_TEST(deep)
{
	size_t n = 1 << 20;
	char *line = malloc(n + 1);

	memset(line, '[', n);
	line[n] = '\0';
	ck_assert_int_eq(code_of(line), VFW_RPC_PARSE);
	for (size_t i = 0; i + 5 < n; i += 5)
		memcpy(line + i, "{\"a\":", 5);
	ck_assert_int_eq(code_of(line), VFW_RPC_PARSE);
	free(line);
}
END_TEST

START_TEST(random_lines)
{
	static const char seed[] =
		"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"fail\",\"params\":{\"word\":\"abc\",\"b\":[1,2.5,null]}}";
	char line[sizeof(seed)];

	srand(1);
	for (int i = 0; i < 50000; i++) {
		memcpy(line, seed, sizeof(seed));
		for (int k = rand() % 4; k >= 0; k--)
			line[rand() % (int)(sizeof(seed) - 1)] = (char)(rand() % 255 + 1);
		json_decref(answer(line, sizeof(seed) - 1));
	}
}
END_TEST

START_TEST(filters)
{
	json_t *event = json_pack("{s:s, s:{s:s, s:s, s:s, s:s}}", "event_type", "drop", "vfw",
				  "src_vm", "a", "dst_vm", "b", "verdict", "block", "rule", "x:1");
	static const struct {
		const char *params;
		bool fits;
	} cases[] = {
		{"{}", true},
		{"{\"vm\":\"a\"}", true},
		{"{\"vm\":\"b\"}", true},
		{"{\"vm\":\"c\"}", false},
		{"{\"vm\":null,\"type\":\"drop\"}", true},
		{"{\"type\":\"flow\"}", false},
		{"{\"vm\":\"a\",\"verdict\":\"pass\"}", false},
		{"{\"rule\":\"x:1\",\"verdict\":\"block\"}", true},
		{"{\"reason\":\"rule\"}", false},
	};
	const char *wrong;
	json_t *params;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vfw_filter *f;

		params = json_loads(cases[i].params, 0, NULL);
		f = vfw_filter_new(params, &wrong);
		ck_assert_ptr_nonnull(f);
		ck_assert_msg(vfw_filter_match(f, event) == cases[i].fits, "%s", cases[i].params);
		vfw_filter_free(f);
		json_decref(params);
	}
	params = json_loads("{\"verdict\":3}", 0, NULL);
	ck_assert_ptr_null(vfw_filter_new(params, &wrong));
	ck_assert_str_eq(wrong, "verdict");
	json_decref(params);
	json_decref(event);
}
END_TEST

/* ---- through the socket ---- */

static char path[64];
static sd_event *event;
static struct vfw_server *server;

static void setup(void)
{
	snprintf(path, sizeof(path), "/tmp/vfw-test-%d/ctl/vfwd.sock", (int)getpid());
	ck_assert_int_ge(sd_event_new(&event), 0);
	ck_assert_int_eq(vfw_server_new(&server, event, path, verbs), 0);
}

static void teardown(void)
{
	char command[128];

	vfw_server_free(server);
	sd_event_unref(event);
	snprintf(command, sizeof(command), "rm -r /tmp/vfw-test-%d", (int)getpid());
	ck_assert_int_eq(system(command), 0);
}

static int dial(void)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(addr.sun_path, path);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void turn(void)
{
	for (int i = 0; i < 100 && sd_event_run(event, 0) > 0; i++)
		;
}

/* Sends and lets the server work, again and again until all is sent. */
static void say(int fd, const char *data, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, data, n, MSG_NOSIGNAL);

		if (sent > 0) {
			data += sent;
			n -= (size_t)sent;
		} else {
			ck_assert_int_eq(sent, -1);
		}
		turn();
	}
	turn();
}

/* Everything the server says until it is silent; *closed: it hung up. The caller frees it. */
static char *hear(int fd, size_t *n, bool *closed)
{
	size_t room = 1 << 16;
	char *all = malloc(room);

	*n = 0;
	*closed = false;
	for (int silent = 0; silent < 3;) {
		ssize_t got;

		if (room - *n < 65536)
			all = realloc(all, room *= 2);
		got = recv(fd, all + *n, room - *n - 1, 0);
		if (got > 0) {
			*n += (size_t)got;
			silent = 0;
		} else if (!got) {
			*closed = true;
			break;
		} else {
			silent++;
		}
		turn();
	}
	all[*n] = '\0';
	return all;
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

START_TEST(socket_mode_and_second_daemon)
{
	struct vfw_server *second;
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(vfw_server_new(&second, event, path, verbs), -EADDRINUSE);
	ck_assert_int_eq(stat(path, &st), 0);
}
END_TEST

START_TEST(pieces_and_pipelines)
{
	static const char ask[] = "{\"id\":1,\"method\":\"echo\"}\n";
	int fd = dial();
	bool closed;
	char *text;
	size_t n;

	for (size_t i = 0; i < sizeof(ask) - 1; i++)
		say(fd, ask + i, 1);
	text = hear(fd, &n, &closed);
	ck_assert_uint_eq(count_lines(text), 1);
	free(text);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(send(fd, ask, sizeof(ask) - 1, 0), sizeof(ask) - 1);
	text = hear(fd, &n, &closed);
	ck_assert_uint_eq(count_lines(text), 100);
	ck_assert(!closed);
	free(text);
	close(fd);
	turn();
}
END_TEST

/* A client that asks much and reads nothing stops being read, and gets all in the end. */
START_TEST(slow_reader)
{
	static const char ask[] = "{\"id\":1,\"method\":\"big\"}\n";
	int fd = dial();
	bool closed;
	char *text;
	size_t n;

	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(send(fd, ask, sizeof(ask) - 1, 0), sizeof(ask) - 1);
		turn();
	}
	text = hear(fd, &n, &closed);
	ck_assert_uint_eq(count_lines(text), 20);
	ck_assert(!closed);
	free(text);
	close(fd);
	turn();
}
END_TEST

START_TEST(endless_line)
{
	size_t n = 65 << 20, got;
	char *line = malloc(n), *text;
	int fd = dial();
	bool closed;

	memset(line, ' ', n);
	for (size_t at = 0; at < n;) {
		ssize_t sent = send(fd, line + at, n - at, MSG_NOSIGNAL);

		turn();
		if (sent > 0)
			at += (size_t)sent;
		else if (errno != EAGAIN)
			break;
	}
	text = hear(fd, &got, &closed);
	ck_assert(closed || got);
	free(text);
	free(line);
	close(fd);
	turn();
	fd = dial();
	say(fd, "{\"id\":1,\"method\":\"echo\"}\n", 25);
	text = hear(fd, &got, &closed);
	ck_assert_uint_eq(count_lines(text), 1);
	free(text);
	close(fd);
	turn();
}
END_TEST

START_TEST(too_many_connections)
{
	int fds[80];

	for (int i = 0; i < 80; i++) {
		fds[i] = dial();
		turn();
	}
	for (int i = 0; i < 80; i++) {
		char c;

		/* the first ones are served, the rest was hung up on */
		ck_assert_int_eq(recv(fds[i], &c, 1, 0), i < 64 ? -1 : 0);
		close(fds[i]);
	}
	turn();
	fds[0] = dial();
	say(fds[0], "{\"id\":1,\"method\":\"echo\"}\n", 25);
	close(fds[0]);
	turn();
}
END_TEST

START_TEST(observers)
{
	json_t *note = json_pack("{s:s, s:s}", "event_type", "drop", "pad", "");
	char pad[1024];
	int fast = dial(), slow = dial(), other = dial();
	bool closed;
	char *text;
	size_t n;

	memset(pad, 'p', sizeof(pad));
	json_object_set_new(note, "pad", json_stringn(pad, sizeof(pad)));
	say(fast, "{\"id\":1,\"method\":\"observe\",\"params\":{\"type\":\"drop\"}}\n", 54);
	say(slow, "{\"id\":1,\"method\":\"observe\"}\n", 28);
	say(other, "{\"id\":1,\"method\":\"observe\",\"params\":{\"type\":\"flow\"}}\n", 54);
	for (int i = 0; i < 20; i++) {
		for (int k = 0; k < 100; k++)
			vfw_server_event(server, note);
		turn();
		text = hear(fast, &n, &closed);
		ck_assert_uint_eq(count_lines(text), i ? 100 : 101);
		ck_assert(!closed);
		free(text);
	}
	text = hear(slow, &n, &closed);
	ck_assert(closed);
	ck_assert_ptr_nonnull(strstr(text, "\"method\":\"dropped\""));
	ck_assert_uint_lt(count_lines(text), 2000);
	free(text);
	text = hear(other, &n, &closed);
	ck_assert_uint_eq(count_lines(text), 1);
	free(text);
	json_decref(note);
	close(fast);
	close(slow);
	close(other);
	turn();
}
END_TEST

#define LATER "{\"id\":1,\"method\":\"later\"}\n"
#define ECHO "{\"id\":2,\"method\":\"echo\"}\n"

/* A line that waits holds up those behind it, and nobody else. */
START_TEST(waiting_lines)
{
	int patient = dial(), other = dial(), gone = dial();
	bool closed;
	char *text;
	size_t n;

	later = 4;
	say(patient, LATER ECHO, sizeof(LATER ECHO) - 1);
	say(gone, LATER, sizeof(LATER) - 1);
	close(gone);
	turn();
	say(other, ECHO, sizeof(ECHO) - 1);
	text = hear(other, &n, &closed);
	ck_assert_uint_eq(count_lines(text), 1);
	free(text);
	for (int i = 0; i < 2; i++) {
		text = hear(patient, &n, &closed);
		ck_assert_uint_eq(n, 0);
		ck_assert(!closed);
		free(text);
		vfw_server_resume(server);
	}
	ck_assert_int_eq(later, 0);
	vfw_server_resume(server);
	text = hear(patient, &n, &closed);
	ck_assert_uint_eq(count_lines(text), 2);
	ck_assert_ptr_nonnull(strstr(text, "at last"));
	free(text);
	close(patient);
	close(other);
	turn();
}
END_TEST

Suite *suite_rpc(void)
{
	Suite *s = suite_create("rpc");
	TCase *lines = tcase_create("lines"), *sockets = tcase_create("sockets");

	tcase_set_timeout(lines, 120);
	tcase_add_test(lines, answers);
	tcase_add_loop_test(lines, refusals, 0, sizeof(refused) / sizeof(refused[0]));
	tcase_add_test(lines, deep);
	tcase_add_test(lines, random_lines);
	tcase_add_test(lines, filters);
	suite_add_tcase(s, lines);
	tcase_set_timeout(sockets, 120);
	tcase_add_checked_fixture(sockets, setup, teardown);
	tcase_add_test(sockets, socket_mode_and_second_daemon);
	tcase_add_test(sockets, pieces_and_pipelines);
	tcase_add_test(sockets, slow_reader);
	tcase_add_test(sockets, endless_line);
	tcase_add_test(sockets, too_many_connections);
	tcase_add_test(sockets, observers);
	tcase_add_test(sockets, waiting_lines);
	suite_add_tcase(s, sockets);
	return s;
}
