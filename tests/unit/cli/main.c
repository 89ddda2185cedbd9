// SPDX-License-Identifier: GPL-2.0
/*
 * vfwctl against a daemon that plays back recorded answers: how it speaks on
 * the wire, what it prints (tests/golden/cli), that no answer makes it trust a
 * value's type, and that help, manual and completion know every option.
 */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vfw/ctl_proto.h>

#include "../../../userspace-cli/cli.h"
#include "../../../userspace-cli/client.h"
#include "../../../userspace-cli/files.h"
#include "../../../userspace-cli/term.h"
#include "server.h"

#define WORDS_MAX 16

/* What one run of vfwctl left. */
struct run {
	char *out, *err;
	int rc;
};

static struct run run_words(const char *socket, char **word, int n)
{
	struct vfw_cli cli = {.in = fopen("/dev/null", "r"), .socket = socket};
	struct run r = {0};
	size_t out_size, err_size;

	cli.out = open_memstream(&r.out, &out_size);
	cli.err = open_memstream(&r.err, &err_size);
	ck_assert(cli.in && cli.out && cli.err);
	r.rc = vfw_cli_run(&cli, n, word);
	vfw_client_close(cli.client);
	fclose(cli.in);
	fclose(cli.out);
	fclose(cli.err);
	return r;
}

/* line: words divided by blanks. */
static struct run run_line(const char *socket, const char *line)
{
	char *copy = strdup(line), *save = NULL, *word[WORDS_MAX] = {(char *)"vfwctl"};
	struct run r;
	int n = 1;
	char *w;

	for (w = strtok_r(copy, " ", &save); w && n < WORDS_MAX; w = strtok_r(NULL, " ", &save))
		word[n++] = w;
	r = run_words(socket, word, n);
	free(copy);
	return r;
}

static void run_free(struct run *r)
{
	free(r->out);
	free(r->err);
}

static char *read_all(const char *path)
{
	char *s = calloc(1, 1 << 18);
	FILE *f = fopen(path, "r");

	ck_assert_msg(f && s, "%s: %s", path, strerror(errno));
	ck_assert_uint_lt(fread(s, 1, (1 << 18) - 1, f), (1 << 18) - 1);
	fclose(f);
	return s;
}

/* ---- the wire ---- */

static int wire_call(const struct cli_server_step *step, size_t steps, int timeout_ms,
		     json_t **answer)
{
	struct vfw_client *client;
	struct cli_server server;
	int rc;

	*answer = NULL;
	cli_server_start(&server, step, steps);
	ck_assert_int_eq(vfw_client_open(server.path, 1000, &client), 0);
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

	ck_assert_int_eq(wire_call(&step[_i], 1, 5000, &answer), 0);
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
	ck_assert_int_eq(wire_call(&step, 1, 5000, &answer), -EPROTO);
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
	ck_assert_int_eq(vfw_client_open(server.path, 1000, &client), 0);
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

/* ---- what is printed: tests/golden/cli/NAME.case ----
 * "$ words"    the command line
 * "< json"     what the daemon answers as result ("<! json": as error; further "< json" are events)
 * "= number"   the exit code
 * "> text"     a line of standard output, "! text" one of standard error
 */

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
		ck_assert_int_le(r.rc, VFW_EXIT_CHECK_FAILED);
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

/* ---- words, files, help ---- */

static char *safe(const char *s)
{
	size_t size;
	char *out;
	FILE *f = open_memstream(&out, &size);

	vfw_term_safe(f, s);
	fclose(f);
	ck_assert_uint_eq(vfw_term_width(s), vfw_term_width(out));
	return out;
}

START_TEST(test_term_safe)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{"web1", "web1"},
		{"w\xc3\xa4\xc3\x9f", "w\xc3\xa4\xc3\x9f"},
		{"a\x1b[2Jb\n", "a\\x1b[2Jb\\x0a"},
		{"\xc2\x9b"
		 "31m",
		 "\\x9b31m"},
		{"a\xe2\x80\xae"
		 "b",
		 "a\\u202eb"},
		{"a\tb", "a b"},
		{"\xff\xc3", "\\xff\\xc3"},
		{"\x7f", "\\x7f"},
	};
	char *out = safe(t[_i].in);

	ck_assert_str_eq(out, t[_i].out);
	free(out);
}
END_TEST

START_TEST(test_term_nearest)
{
	static const char *const words[] = {"status", "arm", "disarm", "version", NULL};

	ck_assert_str_eq(vfw_term_nearest("staus", words), "status");
	ck_assert_str_eq(vfw_term_nearest("sttaus", words), "status");
	ck_assert_str_eq(vfw_term_nearest("vers", words), "version");
	ck_assert_str_eq(vfw_term_nearest("amr", words), "arm");
	ck_assert_ptr_null(vfw_term_nearest("frobnicate", words));
	ck_assert_ptr_null(vfw_term_nearest("", words));
	ck_assert_ptr_null(
		vfw_term_nearest("statusstatusstatusstatusstatusstatusstatusstatusstatus", words));
}
END_TEST

START_TEST(test_term_bytes)
{
	char buf[32];

	ck_assert_str_eq(vfw_term_bytes(0, buf, sizeof(buf)), "0 B");
	ck_assert_str_eq(vfw_term_bytes(1023, buf, sizeof(buf)), "1023 B");
	ck_assert_str_eq(vfw_term_bytes(1536, buf, sizeof(buf)), "1.5 KiB");
	ck_assert_str_eq(vfw_term_bytes(ULLONG_MAX, buf, sizeof(buf)), "16777216.0 TiB");
}
END_TEST

static char folder[64];

static void folder_make(void)
{
	strcpy(folder, "/tmp/vfw-files-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void folder_remove(void)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	char path[512];

	while ((e = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (e->d_name[0] != '.' || !strcmp(e->d_name, ".hidden.vfw"))
			unlink(path);
	}
	closedir(d);
	rmdir(folder);
}

static void folder_put(const char *name, const char *text, size_t n)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fwrite(text, 1, n, f);
	fclose(f);
}

/* Reads the folder, or name in it; what was said must hold complaint (NULL: nothing was said). */
static json_t *folder_read(const char *name, const char *complaint)
{
	struct vfw_cli cli = {.in = stdin};
	char path[512], *one = path, *err;
	json_t *files;
	size_t size;

	snprintf(path, sizeof(path), "%s%s%s", folder, name ? "/" : "", name ? name : "");
	cli.err = open_memstream(&err, &size);
	files = vfw_files_read(&cli, &one, 1);
	fclose(cli.err);
	if (complaint)
		ck_assert_msg(strstr(err, complaint), "expected '%s' in: %s", complaint, err);
	else
		ck_assert_str_eq(err, "");
	ck_assert_int_eq(!files, complaint != NULL);
	free(err);
	return files;
}

START_TEST(test_files_order)
{
	json_t *files;
	size_t i;

	folder_put("b.vfw", "b", 1);
	folder_put("a.vfw", "a", 1);
	folder_put("Z.vfw", "Z", 1);
	folder_put("0.vfw", "", 0);
	folder_put("c.vfw~", "c", 1);
	folder_put(".hidden.vfw", "h", 1);
	files = folder_read(NULL, NULL);
	ck_assert_uint_eq(json_array_size(files), 4);
	for (i = 0; i < 4; i++) {
		static const char *const text[] = {"", "Z", "a", "b"};
		const json_t *file = json_array_get(files, i);

		ck_assert_str_eq(json_string_value(json_object_get(file, "text")), text[i]);
		ck_assert_ptr_eq(strstr(json_string_value(json_object_get(file, "name")), folder),
				 json_string_value(json_object_get(file, "name")));
	}
	json_decref(files);
}
END_TEST

START_TEST(test_files_refused)
{
	char path[512], *big = malloc(VFW_FILE_MAX + 1);

	folder_read(NULL, "no file there ends in .vfw");
	folder_read("missing.vfw", "No such file");
	folder_put("nul.vfw", "a\0b", 3);
	folder_read("nul.vfw", "expected UTF-8 text without NUL bytes");
	folder_put("latin.vfw", "\xe4", 1);
	folder_read("latin.vfw", "expected UTF-8 text");
	memset(big, '#', VFW_FILE_MAX + 1);
	folder_put("big.vfw", big, VFW_FILE_MAX + 1);
	folder_read("big.vfw", "over 16 MiB");
	folder_put("big.vfw", big, VFW_FILE_MAX);
	json_decref(folder_read("big.vfw", NULL));
	free(big);
	snprintf(path, sizeof(path), "%s/fifo.vfw", folder);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	folder_read("fifo.vfw", "expected a file");
}
END_TEST

/* A folder with a policy is checked by the parser that is linked in: -n, or no daemon there. */
START_TEST(test_files_local_check)
{
	static const char bad[] = "first {\n\tpass from any too any\n}\n";
	static const char *const command[] = {"policy check -n", "policy check"};
	char line[256];
	struct run r;

	snprintf(line, sizeof(line), "%s %s", command[_i], folder);
	folder_put("a.vfw", "tenant t { pass from any to any tcp port 80 }\n", 45);
	r = run_line("/nonexistent", line);
	ck_assert_int_eq(r.rc, VFW_EXIT_OK);
	ck_assert_str_eq(r.out, "the policy is right: 1 rule\n");
	ck_assert_int_eq(strstr(r.err, "checked the text alone") != NULL, _i == 1);
	run_free(&r);
	folder_put("b.vfw", bad, sizeof(bad) - 1);
	r = run_line("/nonexistent", line);
	ck_assert_int_eq(r.rc, VFW_EXIT_CHECK_FAILED);
	ck_assert_ptr_nonnull(strstr(r.err, "b.vfw:2:16: error: "));
	ck_assert_ptr_nonnull(strstr(r.err, "    2 |  pass from any too any\n"
					    "      |                ^\n"));
	run_free(&r);
}
END_TEST

static size_t longest_line(const char *s)
{
	size_t longest = 0;
	const char *end;

	for (; (end = strchr(s, '\n')); s = end + 1) {
		if ((size_t)(end - s) > longest)
			longest = (size_t)(end - s);
	}
	return longest;
}

static size_t count_lines(const char *s)
{
	size_t n = 0;

	for (; (s = strchr(s, '\n')); s++)
		n++;
	return n;
}

START_TEST(test_help_fits)
{
	const struct vfw_cmd *cmd;
	struct run r = run_line("/nonexistent", "help");
	char line[128];

	ck_assert_int_eq(r.rc, VFW_EXIT_OK);
	ck_assert_uint_le(count_lines(r.out), 24);
	ck_assert_uint_le(longest_line(r.out), 80);
	for (cmd = vfw_cmds; cmd->name; cmd++)
		ck_assert_ptr_nonnull(strstr(r.out, cmd->summary));
	run_free(&r);
	for (cmd = vfw_cmds; cmd->name; cmd++) {
		snprintf(line, sizeof(line), "help %s %s", cmd->group ? cmd->group : "", cmd->name);
		r = run_line("/nonexistent", line);
		ck_assert_int_eq(r.rc, VFW_EXIT_OK);
		ck_assert_uint_le(count_lines(r.out), 24);
		ck_assert_msg(longest_line(r.out) <= 82, "too wide:\n%s", r.out);
		run_free(&r);
	}
}
END_TEST

/* The manual writes an option as ".It Fl -name"; the completion as "--name". */
START_TEST(test_help_everywhere)
{
	char *man = read_all("docs/vfwctl.8");
	char *completion = read_all("userspace-cli/vfwctl.bash");
	const struct vfw_cmd *cmd;
	size_t i;
	char s[128];

	for (cmd = vfw_cmds; cmd->name; cmd++) {
		snprintf(s, sizeof(s), ".It Cm %s%s%s", cmd->group ? cmd->group : "",
			 cmd->group ? " " : "", cmd->name);
		ck_assert_msg(strstr(man, s), "the manual has no '%s'", s);
		ck_assert_msg(strstr(completion, cmd->name), "the completion has no '%s'",
			      cmd->name);
		for (i = 0; i < VFW_OPTS_MAX && cmd->opts[i].name; i++) {
			snprintf(s, sizeof(s), "Fl -%s", cmd->opts[i].name);
			ck_assert_msg(strstr(man, s), "the manual has no '%s'", s);
			snprintf(s, sizeof(s), "--%s", cmd->opts[i].name);
			ck_assert_msg(strstr(completion, s), "the completion has no '%s'", s);
		}
	}
	free(man);
	free(completion);
}
END_TEST

START_TEST(test_usage)
{
	static const struct {
		const char *line, *says;
	} t[] = {
		{"", "Usage: vfwctl"},
		{"staus", "did you mean 'status'?"},
		{"vm lst", "did you mean 'vm list'?"},
		{"polcy apply", "did you mean 'policy'?"},
		{"vm", "vm list"},
		{"vm show", "expected VM"},
		{"vm show a b", "'b' is one word too many"},
		{"status --verbose", "no option '--verbose'"},
		{"explain --form x", "did you mean '--from'?"},
		{"explain --from", "expected END behind it"},
		{"explain --from a --to b", "expected --proto"},
		{"explain --from a --to b --proto tcp", "expected --dport"},
		{"explain -f a -t b -p tcp -d 65536", "expected a number from 0 to 65535"},
		{"explain -f a -t b -p tcp -d 8o80", "expected a number from 0 to 65535"},
		{"explain -f a -t b -p tcp -d -1", "expected a number from 0 to 65535"},
		{"explain -f a -t b -p udp -d 1 --icmp-type 8", "go with --proto icmp"},
		{"explain -f a -t b -p icmp --dport 8", "--dport goes with"},
		{"explain -f a -t b -p tcp -d 1 --ethertype 5", "one of them"},
		{"-o xml status", "expected json or text"},
		{"status -o", "expected FORMAT behind it"},
		{"disarm", "say --yes"},
		{"disarm --yes=no", "takes no argument"},
		{"rule list --sort colour", "expected packets, bytes"},
		{"observe --reason rul", "did you mean 'rule'?"},
		{"observe --verdict drop", "expected pass, block or reject"},
		{"observe -n 0", "expected a number from 1"},
		{"vm list \xff", "not UTF-8"},
		{"help frobnicate", "no command 'frobnicate'"},
	};
	struct run r = run_line("/nonexistent", t[_i].line);

	ck_assert_msg(strstr(r.err, t[_i].says), "'%s' said: %s", t[_i].line, r.err);
	ck_assert_int_eq(r.rc, VFW_EXIT_USAGE);
	ck_assert_str_eq(r.out, "");
	run_free(&r);
}
END_TEST

START_TEST(test_no_daemon)
{
	static const char *const line[] = {
		"vm list",	  "vm show a", "rule list",   "doctor",
		"flow list",	  "observe",   "policy show", "explain -f a -t b -p tcp -d 1",
		"vm list -o json"};
	struct run r = run_line("/nonexistent", line[_i]);

	ck_assert_int_eq(r.rc, VFW_EXIT_NO_DAEMON);
	ck_assert_str_eq(r.out, "");
	ck_assert_ptr_nonnull(strstr(r.err, "systemctl start vfwd"));
	run_free(&r);
}
END_TEST

static Suite *cli_suite(void)
{
	Suite *s = suite_create("cli");
	TCase *t = tcase_create("wire");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, test_wire_good, 0, 4);
	tcase_add_loop_test(t, test_wire_bad, 0, 14);
	tcase_add_test(t, test_wire_depth);
	tcase_add_test(t, test_wire_many_calls);
	tcase_add_test(t, test_wire_no_server);
	suite_add_tcase(s, t);
	t = tcase_create("output");
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_golden);
	tcase_add_test(t, test_odd_types);
	suite_add_tcase(s, t);
	t = tcase_create("words");
	tcase_add_loop_test(t, test_term_safe, 0, 8);
	tcase_add_test(t, test_term_nearest);
	tcase_add_test(t, test_term_bytes);
	tcase_add_test(t, test_help_fits);
	tcase_add_test(t, test_help_everywhere);
	tcase_add_loop_test(t, test_usage, 0, 28);
	tcase_add_loop_test(t, test_no_daemon, 0, 9);
	suite_add_tcase(s, t);
	t = tcase_create("files");
	tcase_add_checked_fixture(t, folder_make, folder_remove);
	tcase_add_test(t, test_files_order);
	tcase_add_test(t, test_files_refused);
	tcase_add_loop_test(t, test_files_local_check, 0, 2);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	SRunner *runner = srunner_create(cli_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
