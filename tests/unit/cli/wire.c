// SPDX-License-Identifier: GPL-2.0
/* How vfwctl speaks on the wire, and with whom it does not. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vfw/ctl_proto.h>

#include "../../../userspace-cli/client.h"
#include "run.h"
#include "server.h"

static int wire_call(const struct cli_server_step *step, size_t steps, int timeout_ms,
		     json_t **answer)
{
	struct vfw_client *client;
	struct cli_server server;
	int rc;

	*answer = NULL;
	cli_server_start(&server, step, steps);
	ck_assert_int_eq(vfw_client_open(server.path, 20000, &client), 0);
	rc = vfw_client_call(client, "m", json_pack("{s:i}", "n", 7), timeout_ms, answer);
	vfw_client_close(client);
	cli_server_stop(&server);
	if (server.seen)
		ck_assert_str_eq(server.seen, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\","
					      "\"params\":{\"n\":7}}\n");
	free(server.seen);
	return rc;
}

#define GOOD "{\"jsonrpc\":\"2.0\",\"id\":@ID@,\"result\":{\"a\":1}}\n"

START_TEST(test_wire_good)
{
	static const struct cli_server_step step[] = {
		{.send = GOOD},
		{.send = GOOD, .byte_by_byte = 1},
		{.send = "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{}}\n" GOOD},
		{.send = GOOD "garbage behind it that is not asked for\n"},
	};
	json_t *answer;

	ck_assert_int_eq(wire_call(&step[_i], 1, 20000, &answer), 0);
	ck_assert_int_eq(
		json_integer_value(json_object_get(json_object_get(answer, "result"), "a")), 1);
	json_decref(answer);
}
END_TEST

#define LONG_LINE 65536

START_TEST(test_wire_bad)
{
	static char long_line[LONG_LINE];
	static const struct {
		struct cli_server_step step;
		int rc;
	} bad[] = {
		{{.send = NULL}, -ETIMEDOUT},
		{{.send = "{\"jsonrpc\":\"2.0\",\"id\":1,", .byte_by_byte = 1}, -ETIMEDOUT},
		{{.send = "{\"id\":1,\"result\":{}", .hang_up = 1}, -ECONNRESET},
		{{.send = NULL, .hang_up = 1}, -ECONNRESET},
		{{.send = "no json\n"}, -EPROTO},
		{{.send = "[]\n"}, -EPROTO},
		{{.send = "\n"}, -EPROTO},
		{{.send = "{\"id\":77,\"result\":{}}\n"}, -EPROTO},
		{{.send = "{\"id\":\"1\",\"result\":{}}\n"}, -EPROTO},
		{{.send = "{\"id\":1}\n"}, -EPROTO},
		{{.send = "{\"id\":1,\"error\":\"text\"}\n"}, -EPROTO},
		{{.send = "{\"id\":1,\"id\":1,\"result\":{}}\n"}, -EPROTO},
		{{.send = "{\"id\":1,\"result\":\"\xff\"}\n"}, -EPROTO},
		{{.send = long_line, .repeat = VFW_CTL_LINE_MAX / (LONG_LINE - 1) + 65}, -EMSGSIZE},
	};
	json_t *answer;

	memset(long_line, '[', LONG_LINE - 1);
	ck_assert_int_eq(
		wire_call(&bad[_i].step, 1, bad[_i].rc == -ETIMEDOUT ? 100 : 20000, &answer),
		bad[_i].rc);
	ck_assert_ptr_null(answer);
}
END_TEST

START_TEST(test_wire_depth)
{
	/* nesting is bounded: a deep answer is no answer, and no stack overflow */
	size_t depth = 100000, n = strlen("{\"id\":1,\"result\":");
	struct cli_server_step step = {0};
	char *s = calloc(1, n + 2 * depth + 3);
	json_t *answer;

	strcpy(s, "{\"id\":1,\"result\":");
	memset(s + n, '[', depth);
	memset(s + n + depth, ']', depth);
	strcpy(s + n + 2 * depth, "}\n");
	step.send = s;
	ck_assert_int_eq(wire_call(&step, 1, 20000, &answer), -EPROTO);
	free(s);
}
END_TEST

START_TEST(test_wire_many_calls)
{
	static const struct cli_server_step step[] = {{.send = GOOD}, {.send = GOOD}};
	struct vfw_client *client;
	struct cli_server server;
	json_t *answer;
	int i;

	cli_server_start(&server, step, 2);
	ck_assert_int_eq(vfw_client_open(server.path, 20000, &client), 0);
	for (i = 1; i <= 2; i++) {
		ck_assert_int_eq(vfw_client_call(client, "m", NULL, 1000, &answer), 0);
		ck_assert_int_eq(json_integer_value(json_object_get(answer, "id")), i);
		json_decref(answer);
	}
	vfw_client_close(client);
	cli_server_stop(&server);
	free(server.seen);
}
END_TEST

START_TEST(test_wire_no_server)
{
	struct vfw_client *client = NULL;
	char path[200];

	ck_assert_int_eq(vfw_client_open("/nonexistent/sock", 100, &client), -ENOENT);
	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	ck_assert_int_eq(vfw_client_open(path, 100, &client), -ENAMETOOLONG);
	ck_assert_ptr_null(client);
}
END_TEST

/* More files than vfwd takes at once: asked in parts, answered as one, and what is wrong in one part hides no other. */
START_TEST(test_many_patterns)
{
	static const struct cli_server_step right[] = {
		{.send = "{\"jsonrpc\":\"2.0\",\"id\":@ID@,\"result\":{\"files\":[{\"file\":\"one\",\"signatures\":1}]}}\n"},
		{.send = "{\"jsonrpc\":\"2.0\",\"id\":@ID@,\"result\":{\"files\":[{\"file\":\"two\",\"signatures\":2}]}}\n"},
	};
#define WRONG(line)                                                                                \
	"{\"jsonrpc\":\"2.0\",\"id\":@ID@,\"error\":{\"code\":-32001,\"message\":\"x\",\"data\":{" \
	"\"errors\":[{\"file\":\"f\",\"line\":" line ",\"message\":\"m\"}]}}}\n"
	static const struct cli_server_step wrong[] = {{.send = WRONG("1")}, {.send = WRONG("2")}};
	char dir[] = "/tmp/vfw-wire-XXXXXX", path[64];
	struct cli_server server;
	char *words[2 + VFW_CTL_SIG_FILES_MAX + 1], *second;
	struct run r;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	words[0] = (char *)"sig";
	words[1] = (char *)"check";
	for (int i = 0; i <= VFW_CTL_SIG_FILES_MAX; i++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/%d.patterns", dir, i);
		words[2 + i] = strdup(path);
		f = fopen(path, "w");
		ck_assert_ptr_nonnull(f);
		fprintf(f, "1 /file%d/\n", i);
		fclose(f);
	}
	cli_server_start(&server, right, 2);
	r = run_argv(server.path, words, 2 + VFW_CTL_SIG_FILES_MAX + 1);
	cli_server_stop(&server);
	ck_assert_int_eq(r.rc, VFW_EXIT_OK);
	ck_assert_str_eq(r.out, "one: right, 1 signature\ntwo: right, 2 signatures\n");
	second = strchr(server.seen, '\n');
	ck_assert_ptr_nonnull(second);
	*second++ = '\0';
	ck_assert_ptr_nonnull(strstr(server.seen, "/file63/"));
	ck_assert_ptr_null(strstr(server.seen, "/file64/"));
	ck_assert_ptr_nonnull(strstr(second, "/file64/"));
	ck_assert_ptr_null(strstr(second, "/file63/"));
	free(server.seen);
	run_free(&r);
	cli_server_start(&server, wrong, 2);
	r = run_argv(server.path, words, 2 + VFW_CTL_SIG_FILES_MAX + 1);
	cli_server_stop(&server);
	ck_assert_int_eq(r.rc, VFW_EXIT_CHECK_FAILED);
	ck_assert_str_eq(r.err, "f:1: error: m\nf:2: error: m\n"
				"vfwctl: the signatures are wrong: 2 errors\n");
	free(server.seen);
	run_free(&r);
	for (int i = 0; i <= VFW_CTL_SIG_FILES_MAX; i++) {
		unlink(words[2 + i]);
		free(words[2 + i]);
	}
	rmdir(dir);
}
END_TEST

TCase *wire_case(void)
{
	TCase *t = tcase_create("wire");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, test_wire_good, 0, 4);
	tcase_add_loop_test(t, test_wire_bad, 0, 14);
	tcase_add_test(t, test_wire_depth);
	tcase_add_test(t, test_wire_many_calls);
	tcase_add_test(t, test_wire_no_server);
	tcase_add_test(t, test_many_patterns);
	return t;
}
