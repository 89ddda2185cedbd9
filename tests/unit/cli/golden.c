// SPDX-License-Identifier: GPL-2.0
/*
 * What vfwctl prints for recorded answers, and that no answer makes it trust a value's type.
 * A case is tests/golden/cli/NAME.case:
 *
 * "$ words"    the command line
 * "< json"     what the daemon answers as result ("<! json": as error; further "< json" are events)
 * "= number"   the exit code
 * "> text"     a line of standard output, "! text" one of standard error
 */
#include <dirent.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vfw/ctl_proto.h>

#include "run.h"
#include "server.h"

struct golden {
	char *command;
	char *send; /* all that the daemon sends after the first line it reads */
	int rc;
	char *out, *err;
};

static void golden_append(char **s, const char *prefix, const char *line, const char *suffix)
{
	char *joined = NULL;

	ck_assert_int_ge(asprintf(&joined, "%s%s%s%s", *s ? *s : "", prefix, line, suffix), 0);
	free(*s);
	*s = joined;
}

static void golden_read(struct golden *g, const char *path)
{
	char *text = read_all(path), *save = NULL, *line;

	memset(g, 0, sizeof(*g));
	golden_append(&g->out, "", "", "");
	golden_append(&g->err, "", "", "");
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *rest = line[1] ? line + 2 : "";

		if (line[0] == '$')
			g->command = strdup(rest);
		else if (!strncmp(line, "<! ", 3))
			golden_append(&g->send,
				      "{\"jsonrpc\":\"2.0\",\"id\":@ID@,\"error\":", line + 3,
				      "}\n");
		else if (line[0] == '<' && !g->send)
			golden_append(&g->send,
				      "{\"jsonrpc\":\"2.0\",\"id\":@ID@,\"result\":", rest, "}\n");
		else if (line[0] == '<')
			golden_append(&g->send,
				      "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":", rest,
				      "}\n");
		else if (line[0] == '=')
			g->rc = atoi(rest);
		else if (line[0] == '>')
			golden_append(&g->out, "", rest, "\n");
		else if (line[0] == '!')
			golden_append(&g->err, "", rest, "\n");
		else
			ck_assert_msg(line[0] == '#', "%s: what is '%s'?", path, line);
	}
	free(text);
	ck_assert_msg(g->command, "%s has no command", path);
}

static void golden_free(struct golden *g)
{
	free(g->command);
	free(g->send);
	free(g->out);
	free(g->err);
}

static struct run golden_run(const char *command, const char *send, int hang_up)
{
	struct cli_server_step step = {.send = send, .hang_up = hang_up};
	struct cli_server server;
	struct run r;

	cli_server_start(&server, &step, 1);
	r = run_line(server.path, command);
	cli_server_stop(&server);
	free(server.seen);
	return r;
}

static int golden_wanted(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && !strcmp(d->d_name + n - 5, ".case");
}

/* Prints a mismatch so that it can be pasted into the case. */
static void golden_show(const char *mark, const char *text)
{
	const char *end;

	for (; (end = strchr(text, '\n')); text = end + 1)
		printf("%s%s%.*s\n", mark, end > text ? " " : "", (int)(end - text), text);
}

START_TEST(test_golden)
{
	struct dirent **entry;
	int i, bad = 0, n = scandir("tests/golden/cli", &entry, golden_wanted, alphasort);

	ck_assert_int_gt(n, 10);
	for (i = 0; i < n; i++) {
		struct golden g;
		struct run r;
		char path[512];

		snprintf(path, sizeof(path), "tests/golden/cli/%s", entry[i]->d_name);
		golden_read(&g, path);
		r = golden_run(g.command, g.send, 0);
		if (strcmp(r.out, g.out) || strcmp(r.err, g.err) || r.rc != g.rc) {
			printf("%s differs; what came:\n= %d\n", path, r.rc);
			golden_show(">", r.out);
			golden_show("!", r.err);
			bad++;
		}
		run_free(&r);
		golden_free(&g);
		free(entry[i]);
	}
	free(entry);
	fflush(stdout);
	ck_assert_int_eq(bad, 0);
}
END_TEST

/* ---- no value's type is trusted ---- */

/* Values put in the place of every other one. */
static const char *const odd_value[] = {
	"null",	 "[]",	"{}", "-1", "\"\\u001b[31m\"", "[[null,3]]", "9223372036854775807",
	"1e300", "true"};

#define ODD_VALUES (sizeof(odd_value) / sizeof(*odd_value))

/* Replaces the nth value under j by odd. Returns the values passed, or -1 when it was replaced. */
static long odd_replace(json_t *j, long nth, json_t *odd)
{
	long passed = 0, rc;
	const char *key;
	json_t *value;
	size_t i;
	void *tmp;

	json_object_foreach_safe(j, tmp, key, value)
	{
		if (passed == nth) {
			json_object_set(j, key, odd);
			return -1;
		}
		rc = odd_replace(value, nth - passed - 1, odd);
		if (rc < 0)
			return rc;
		passed += rc + 1;
	}
	json_array_foreach(j, i, value) {
		if (passed == nth) {
			json_array_set(j, i, odd);
			return -1;
		}
		rc = odd_replace(value, nth - passed - 1, odd);
		if (rc < 0)
			return rc;
		passed += rc + 1;
	}
	return passed;
}

/* Runs the case with the nth value of its last line replaced by odd. Returns false when there is no nth. */
static bool odd_run(const struct golden *g, json_t *last, long nth, const char *odd)
{
	json_t *copy = json_deep_copy(last), *value = json_loads(odd, JSON_DECODE_ANY, NULL);
	bool there = odd_replace(copy, nth, value) < 0;
	char *text = NULL, *json = json_dumps(copy, 0);
	struct run r;

	if (there) {
		golden_append(&text, g->send, json, "\n");
		r = golden_run(g->command, text, 1);
		ck_assert_int_ge(r.rc, 0);
		ck_assert_int_le(r.rc, VFW_EXIT_UNSAVED);
		if (!strstr(g->command, "json"))
			ck_assert_ptr_null(strchr(r.out, '\x1b'));
		ck_assert_ptr_null(strchr(r.err, '\x1b'));
		run_free(&r);
		free(text);
	}
	free(json);
	json_decref(copy);
	json_decref(value);
	return there;
}

/* Takes the last line out of send. Returns it as JSON, its id set, NULL if there is no line. */
static json_t *odd_last(char *send)
{
	char *end, *id;
	json_t *last;

	if (!send)
		return NULL;
	send[strlen(send) - 1] = '\0';
	end = strrchr(send, '\n');
	end = end ? end + 1 : send;
	id = strstr(end, "@ID@");
	if (id)
		memcpy(id, "1   ", 4);
	last = json_loads(end, 0, NULL);
	ck_assert_ptr_nonnull(last);
	*end = '\0';
	return last;
}

START_TEST(test_odd_types)
{
	struct dirent **entry;
	int i, n = scandir("tests/golden/cli", &entry, golden_wanted, alphasort);
	long runs = 0;

	for (i = 0; i < n; i++) {
		struct golden g;
		char path[512];
		json_t *last;
		long nth;

		snprintf(path, sizeof(path), "tests/golden/cli/%s", entry[i]->d_name);
		golden_read(&g, path);
		free(entry[i]);
		last = odd_last(g.send);
		/* the first values, version and id or method, are the wire's own tests */
		for (nth = 2; last && odd_run(&g, last, nth, odd_value[(size_t)nth % ODD_VALUES]);
		     nth++)
			runs += odd_run(&g, last, nth, odd_value[((size_t)nth + 4) % ODD_VALUES]);
		json_decref(last);
		golden_free(&g);
	}
	free(entry);
	ck_assert_int_gt(runs, 100);
}
END_TEST

TCase *golden_case(void)
{
	TCase *t = tcase_create("output");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_golden);
	tcase_add_test(t, test_odd_types);
	return t;
}
