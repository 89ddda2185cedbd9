// SPDX-License-Identifier: GPL-2.0
/*
 * vfwctl's own words: what it makes of names, files and command lines, and that
 * help, manual and completion know every option. wire.c and golden.c: the rest.
 */
#include <dirent.h>
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
#include "run.h"
#include "server.h"

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

/* Nobody writes into the fifo: who opened it to read would wait for ever. */
START_TEST(test_rules_refused)
{
	char path[512], line[600];
	struct run r;

	snprintf(path, sizeof(path), "%s/fifo.vfw", folder);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	snprintf(line, sizeof(line), "sig check %s", path);
	r = run_line("/nonexistent", line);
	ck_assert_int_eq(r.rc, VFW_EXIT_FAILED);
	ck_assert_ptr_nonnull(strstr(r.err, "expected a file of rules, or - for standard input"));
	run_free(&r);
	snprintf(line, sizeof(line), "sig check %s", folder);
	r = run_line("/nonexistent", line);
	ck_assert_int_eq(r.rc, VFW_EXIT_FAILED);
	run_free(&r);
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
					    "      |                ^~~\n"));
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
		ck_assert_ptr_nonnull(strstr(r.out, cmd->group ? cmd->name : cmd->summary));
	run_free(&r);
	for (cmd = vfw_cmds; cmd->name; cmd++) {
		if (!cmd->group)
			continue;
		snprintf(line, sizeof(line), "help %s", cmd->group);
		r = run_line("/nonexistent", line);
		ck_assert_uint_le(count_lines(r.out), 24);
		ck_assert_uint_le(longest_line(r.out), 80);
		ck_assert_ptr_nonnull(strstr(r.out, cmd->summary));
		run_free(&r);
	}
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

/* disarm asks at a terminal, and takes only a yes for one. */
START_TEST(test_disarm_asks)
{
	static const struct {
		const char *answer;
		int rc;
	} t[] = {
		{"y\n", VFW_EXIT_OK},	 {"yes\n", VFW_EXIT_OK}, {"n\n", VFW_EXIT_FAILED},
		{"\n", VFW_EXIT_FAILED}, {"", VFW_EXIT_FAILED},	 {"yesterday\n", VFW_EXIT_FAILED},
	};
	static const struct cli_server_step step = {
		.send = "{\"id\":1,\"result\":{\"mode\":\"disarmed\",\"previous\":\"armed\"}}\n"};
	char *words[] = {(char *)"vfwctl", (char *)"disarm"};
	struct cli_server server;
	struct vfw_cli cli = {.ask = true};

	cli_server_start(&server, &step, 1);
	cli.socket = server.path;
	cli.in = *t[_i].answer ? fmemopen((char *)t[_i].answer, strlen(t[_i].answer), "r")
			       : fopen("/dev/null", "r");
	cli.out = cli.err = fopen("/dev/null", "w");
	ck_assert_int_eq(vfw_cli_run(&cli, 2, words), t[_i].rc);
	vfw_client_close(cli.client);
	fclose(cli.in);
	fclose(cli.out);
	cli_server_stop(&server);
	ck_assert_int_eq(server.seen != NULL, t[_i].rc == VFW_EXIT_OK);
	free(server.seen);
}
END_TEST

static Suite *cli_suite(void)
{
	Suite *s = suite_create("cli");
	TCase *t = tcase_create("words");

	suite_add_tcase(s, wire_case());
	suite_add_tcase(s, golden_case());
	tcase_add_loop_test(t, test_term_safe, 0, 8);
	tcase_add_test(t, test_term_nearest);
	tcase_add_test(t, test_term_bytes);
	tcase_add_test(t, test_help_fits);
	tcase_add_test(t, test_help_everywhere);
	tcase_add_loop_test(t, test_usage, 0, 27);
	tcase_add_loop_test(t, test_no_daemon, 0, 9);
	tcase_add_loop_test(t, test_disarm_asks, 0, 6);
	suite_add_tcase(s, t);
	t = tcase_create("files");
	tcase_add_checked_fixture(t, folder_make, folder_remove);
	tcase_add_test(t, test_files_order);
	tcase_add_test(t, test_files_refused);
	tcase_add_test(t, test_rules_refused);
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
