// SPDX-License-Identifier: GPL-2.0
/* The whole daemon in a folder of its own, without the module: what must work then, works; the rest says why not. */
#include "suite.h"

#include "../../../daemon/base/config.h"
#include "../../../daemon/base/log.h"
#include "../../../daemon/ctl/filter.h"
#include "../../../daemon/ctl/verbs.h"
#include "../../../daemon/kern/kern.h"
#include "../../../daemon/policy/policy.h"
#include "../../../daemon/sig/compiler.h"
#include "../../../daemon/sig/pattern.h"
#include "../../../daemon/state/signatures.h"
#include "../../../daemon/state/state.h"
#include "../../../daemon/state/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vfw/ctl_proto.h>

static char root[64];
static struct vfw_state *state;
static sd_event *event;

static void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", root, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static void begin(void)
{
	struct vfw_config config;
	char *error;

	ck_assert_int_eq(vfw_config_load(&config, NULL, root, &error), 0);
	/* no process of this machine is to be looked at */
	free(config.proc);
	config.proc = strdup(root);
	ck_assert_int_ge(sd_event_new(&event), 0);
	ck_assert_int_eq(vfw_state_new(&state, &config, event), 0);
}

static void end(void)
{
	vfw_state_free(state);
	sd_event_unref(event);
}

static void setup(void)
{
	char command[256];

	vfw_log_set_level(VFW_LOG_ERROR);
	strcpy(root, "/tmp/vfw-verbs-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	snprintf(command, sizeof(command),
		 "cd %s && mkdir -p etc/vfw/vms.d etc/vfw/policy.d usr/share/vfw", root);
	ck_assert_int_eq(system(command), 0);
	write_file("/etc/vfw/vms.d/a.toml",
		   "uuid = \"6f0c0d6e-0000-4000-8000-000000000001\"\nname = \"web1\"\n"
		   "tenant = \"shop\"\n[labels]\ntier = \"web\"\n[[nics]]\n"
		   "mac = \"52:54:00:00:00:01\"\naddresses = [\"10.0.0.1\"]\n");
	write_file("/usr/share/vfw/default.vfw", "default monitor\n");
	begin();
}

static void teardown(void)
{
	char command[128];

	end();
	snprintf(command, sizeof(command), "rm -r %s", root);
	ck_assert_int_eq(system(command), 0);
	vfw_log_set_level(VFW_LOG_INFO);
}

static json_t *ask(const char *method, const char *params)
{
	struct vfw_call call = {.state = state, .who = "test"};
	char line[4096];
	size_t n = 0;
	json_t *o;
	char *out;

	snprintf(line, sizeof(line), "{\"id\":1,\"method\":\"%s\",\"params\":%s}", method, params);
	out = vfw_rpc_line(vfw_verbs, &call, line, strlen(line), &n);
	vfw_filter_free(call.observe);
	ck_assert_ptr_nonnull(out);
	o = json_loadb(out, n, 0, NULL);
	ck_assert_ptr_nonnull(o);
	free(out);
	return o;
}

static json_int_t code_of(const char *method, const char *params)
{
	json_t *o = ask(method, params);
	json_int_t code = json_integer_value(json_object_get(json_object_get(o, "error"), "code"));

	json_decref(o);
	return code;
}

START_TEST(without_module)
{
	json_t *o = ask("status", "{}"), *result = json_object_get(o, "result");

	ck_assert(json_is_false(json_object_get(json_object_get(result, "module"), "loaded")));
	json_decref(o);
	o = ask("vm.show", "{\"vm\":\"web1\"}");
	result = json_object_get(o, "result");
	ck_assert_str_eq(json_string_value(json_object_get(result, "tenant")), "shop");
	ck_assert_int_ge(json_integer_value(json_object_get(result, "identity")), VFW_ID_FIRST);
	json_decref(o);
	o = ask("policy.show", "{}");
	ck_assert_str_eq(json_string_value(json_object_get(json_object_get(o, "result"), "text")),
			 "default monitor\n");
	json_decref(o);
	o = ask("doctor", "{}");
	ck_assert_uint_gt(json_array_size(json_object_get(json_object_get(o, "result"), "checks")),
			  10);
	json_decref(o);
	ck_assert_int_eq(code_of("mode.set", "{\"mode\":\"armed\"}"), VFW_CTL_E_KERNEL);
	ck_assert_int_eq(
		code_of("explain",
			"{\"from\":\"web1\",\"to\":\"host\",\"proto\":\"tcp\",\"dport\":1}"),
		VFW_CTL_E_KERNEL);
	ck_assert_int_eq(code_of("flow.list", "{}"), VFW_CTL_E_KERNEL);
}
END_TEST

START_TEST(policies)
{
	json_t *o = ask(
		"policy.check",
		"{\"files\":[{\"name\":\"a\",\"text\":\"tenant shop { group web = label tier=web pass from web to external tcp port 80 }\"}]}");
	json_t *errors;

	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(o, "result"), "rules")),
			 1);
	json_decref(o);
	o = ask("policy.check",
		"{\"files\":[{\"name\":\"a\",\"text\":\"first {\\n pass frm any to any }\"}]}");
	errors = json_object_get(json_object_get(json_object_get(o, "error"), "data"), "errors");
	ck_assert_uint_eq(json_array_size(errors), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(errors, 0), "line")), 2);
	json_decref(o);
	o = ask("policy.check",
		"{\"files\":[{\"name\":\"a\",\"text\":\"first { pass from any to vm x nic 0 }\"}]}");
	ck_assert_uint_ge(
		json_array_size(json_object_get(json_object_get(o, "result"), "unenforceable")), 1);
	json_decref(o);
	ck_assert_int_eq(
		code_of("policy.apply",
			"{\"files\":[{\"name\":\"a\",\"text\":\"first { pass from any to vm x nic 0 }\"}]}"),
		VFW_CTL_E_UNENFORCEABLE);
	ck_assert_int_eq(code_of("policy.apply",
				 "{\"files\":[{\"name\":\"a\",\"text\":\"default block\"}]}"),
			 VFW_CTL_E_KERNEL);
	ck_assert_int_eq(
		code_of("policy.apply", "{\"files\":[{\"name\":\"a\",\"text\":\"default blok\"}]}"),
		VFW_CTL_E_POLICY);
	o = ask("policy.diff", "{\"files\":[{\"name\":\"a\",\"text\":\"default block\"}]}");
	ck_assert(json_is_true(json_object_get(json_object_get(o, "result"), "changed")));
	json_decref(o);
}
END_TEST

START_TEST(quarantine_is_kept)
{
	struct vfw_config config;
	char *error;
	json_t *o = ask("vm.quarantine", "{\"vm\":\"web1\",\"reason\":\"test\"}");

	ck_assert(json_is_true(json_object_get(json_object_get(o, "result"), "quarantined")));
	json_decref(o);
	vfw_state_free(state);
	ck_assert_int_eq(vfw_config_load(&config, NULL, root, &error), 0);
	free(config.proc);
	config.proc = strdup(root);
	ck_assert_int_eq(vfw_state_new(&state, &config, event), 0);
	o = ask("vm.show", "{\"vm\":\"web1\"}");
	ck_assert(json_is_true(json_object_get(json_object_get(o, "result"), "quarantined")));
	json_decref(o);
	o = ask("vm.release", "{\"vm\":\"6f0c0d6e-0000-4000-8000-000000000001\"}");
	ck_assert(json_is_false(json_object_get(json_object_get(o, "result"), "quarantined")));
	json_decref(o);
}
END_TEST

static size_t unsaved_in(json_t *o)
{
	return json_array_size(json_object_get(json_object_get(o, "result"), "unsaved"));
}

/* What status says is not on disk. */
static size_t unsaved(void)
{
	json_t *o = ask("status", "{}");
	size_t n = json_array_size(
		json_object_get(json_object_get(json_object_get(o, "result"), "disk"), "unsaved"));

	json_decref(o);
	return n;
}

static bool kept(void)
{
	json_t *o = ask("status", "{}");
	json_t *policy = json_object_get(json_object_get(o, "result"), "policy");
	bool is = json_is_true(json_object_get(policy, "kept"));

	json_decref(o);
	return is;
}

/*
 * What cannot be written (a folder is in its way, as a full disk would be) is in force, is said to who asked
 * and by status, and is there once it can be.
 */
START_TEST(not_on_disk)
{
	struct vfw_ruleset_file one[] = {{"a.vfw", "default block", 13}};
	struct vfw_ruleset rs = {.files = one, .n_files = 1};
	struct vfw_ruleset_file *files;
	unsigned long number, found;
	char command[512];
	size_t n;
	json_t *o;

	snprintf(command, sizeof(command),
		 "cd %s && mkdir -p var/lib/vfw/quarantine.json.new var/lib/vfw/monitored.json.new "
		 "var/lib/vfw/policy/current.new/x var/log/vfw/audit.json",
		 root);
	ck_assert_int_eq(system(command), 0);
	o = ask("vm.quarantine", "{\"vm\":\"web1\"}");
	ck_assert(json_is_true(json_object_get(json_object_get(o, "result"), "quarantined")));
	ck_assert_uint_eq(unsaved_in(o), 2);
	json_decref(o);
	o = ask("vm.monitor", "{\"vm\":\"web1\",\"on\":true}");
	ck_assert(json_is_true(json_object_get(json_object_get(o, "result"), "monitored")));
	ck_assert_uint_eq(unsaved_in(o), 3);
	json_decref(o);
	ck_assert(kept());
	ck_assert_int_eq(vfw_store_save_policy(state->config.state, &rs, 0, &number), 0);
	ck_assert_int_eq(vfw_store_propose_policy(state->config.state, number), 0);
	vfw_keep_policy(state, number);
	ck_assert(!kept());
	ck_assert_uint_eq(unsaved(), 4);
	/* ... nor does one for which there is no room push it out */
	snprintf(command, sizeof(command), "mkdir %s/var/lib/vfw/policy/proposed.new", root);
	ck_assert_int_eq(system(command), 0);
	vfw_keep_unpropose(state);
	snprintf(command, sizeof(command), "rmdir %s/var/lib/vfw/policy/proposed.new", root);
	ck_assert_int_eq(system(command), 0);
	ck_assert_uint_eq(vfw_store_proposed(state->config.state), number);
	/* another that comes to nothing does not take its place: a vfwd that starts now knows it by this */
	ck_assert_int_eq(vfw_store_propose_policy(state->config.state, number + 1), 0);
	vfw_keep_unpropose(state);
	ck_assert_int_eq(vfw_store_load_proposed(state->config.state, &files, &n, &found), 0);
	ck_assert_uint_eq(found, number);
	vfw_ruleset_free_files(files, n);

	snprintf(command, sizeof(command),
		 "cd %s/var && rm -r lib/vfw/*.new lib/vfw/policy/*.new log/vfw/audit.json", root);
	ck_assert_int_eq(system(command), 0);
	for (int i = 0; unsaved() && i < 100; i++)
		ck_assert_int_ge(sd_event_run(event, 1000000), 0);
	ck_assert_uint_eq(unsaved(), 0);
	ck_assert(kept());
	ck_assert_int_eq(vfw_store_load_proposed(state->config.state, &files, &n, &found), -ENOENT);
	ck_assert_int_eq(vfw_store_load_policy(state->config.state, &files, &n), 0);
	ck_assert_str_eq(files[0].text, "default block");
	vfw_ruleset_free_files(files, n);
	snprintf(
		command, sizeof(command),
		"cd %s/var && grep -q 000000000001 lib/vfw/quarantine.json && grep -q 000000000001 lib/vfw/monitored.json && "
		"test $(wc -l <log/vfw/audit.json) = 2 && grep -q vm.quarantine log/vfw/audit.json && "
		"test -z \"$(find ../run -name '*.json')\"",
		root);
	ck_assert_int_eq(system(command), 0);
	o = ask("vm.release", "{\"vm\":\"web1\"}");
	ck_assert_uint_eq(unsaved_in(o), 0);
	json_decref(o);
}
END_TEST

/* Marks that could not be written outlive vfwd, and are written by the next one. */
START_TEST(marks_outlive_vfwd)
{
	char command[256];
	json_t *o;

	snprintf(command, sizeof(command), "mkdir -p %s/var/lib/vfw/quarantine.json.new", root);
	ck_assert_int_eq(system(command), 0);
	o = ask("vm.quarantine", "{\"vm\":\"web1\"}");
	ck_assert_uint_eq(unsaved_in(o), 1);
	json_decref(o);
	for (int life = 0; life < 3; life++) {
		end();
		if (life == 2) {
			snprintf(command, sizeof(command), "rmdir %s/var/lib/vfw/*.new", root);
			ck_assert_int_eq(system(command), 0);
		}
		begin();
		o = ask("vm.show", "{\"vm\":\"web1\"}");
		ck_assert(
			json_is_true(json_object_get(json_object_get(o, "result"), "quarantined")));
		json_decref(o);
		ck_assert_uint_eq(unsaved(), life < 2);
	}
	o = ask("vm.release", "{\"vm\":\"web1\"}");
	ck_assert_uint_eq(unsaved_in(o), 0);
	json_decref(o);
	/* what was left there once is not believed any more */
	end();
	begin();
	o = ask("vm.show", "{\"vm\":\"web1\"}");
	ck_assert(json_is_false(json_object_get(json_object_get(o, "result"), "quarantined")));
	json_decref(o);
}
END_TEST

static bool is_marked(const char *what)
{
	json_t *o = ask("vm.show", "{\"vm\":\"web1\"}");
	bool marked = json_is_true(json_object_get(json_object_get(o, "result"), what));

	json_decref(o);
	return marked;
}

/* What a vfwd left that was killed, wherever it was: no quarantine is lost, and no file that is right. */
static const struct {
	const char *command; /* between two lives, in the root */
	bool quarantined, monitored;
	const char *after; /* is so then */
} lives[] = {
	{"web1 >$Q; web1 >$M", true, true, "test ! -e $RQ"},
	/* what is left is the last word */
	{"none >$RQ; web1 >$Q", false, false, "test ! -e $RQ && none | cmp - $Q"},
	{"web1 >$RQ; none >$Q", true, false, "test ! -e $RQ && grep -q 6f0c $Q"},
	/* it may be older than what is on disk, for it could not be written anew */
	{"none >$RQ; none >$RM; touch -d @0 $RQ $RM; web1 >$Q; web1 >$M", true, true,
	 "grep -q 6f0c $Q && grep -q 6f0c $M && test ! -e $RM"},
	{"web1 >$RQ; web1 >$RM; touch -d @0 $RQ $RM; none >$Q; none >$M", true, false,
	 "grep -q 6f0c $Q && none | cmp - $M && test ! -e $RM"},
	/* it cannot be read */
	{"echo '[' >$RQ; web1 >$Q", true, false, "grep -q 6f0c $Q"},
	{"mkdir $RQ; web1 >$Q", true, false, "grep -q 6f0c $Q"},
	/* the same folder under another name */
	{"web1 >$Q; rm -r run/vfw; ln -s ../var/lib/vfw run/vfw", true, false, "grep -q 6f0c $Q"},
};

static int run_in_root(const char *words)
{
	char command[1024];

	snprintf(
		command, sizeof(command),
		"cd %s && mkdir -p run/vfw var/lib/vfw && Q=var/lib/vfw/quarantine.json "
		"M=var/lib/vfw/monitored.json RQ=run/vfw/quarantine.json RM=run/vfw/monitored.json; "
		"web1() { echo '[\"6f0c0d6e-0000-4000-8000-000000000001\"]'; }; "
		"none() { printf '[]'; }; %s",
		root, words);
	return system(command);
}

START_TEST(marks_after_a_kill)
{
	end();
	ck_assert_int_eq(run_in_root(lives[_i].command), 0);
	begin();
	ck_assert_int_eq(is_marked("quarantined"), lives[_i].quarantined);
	ck_assert_int_eq(is_marked("monitored"), lives[_i].monitored);
	ck_assert_msg(!run_in_root(lives[_i].after), "after %s: expected %s", lives[_i].command,
		      lives[_i].after);
	/* and so for the one after it, and for a command */
	end();
	begin();
	ck_assert_int_eq(is_marked("quarantined"), lives[_i].quarantined);
	json_decref(ask("vm.quarantine", "{\"vm\":\"web1\"}"));
	end();
	begin();
	ck_assert(is_marked("quarantined"));
	ck_assert_int_eq(run_in_root("grep -q 6f0c $Q"), 0);
}
END_TEST

/* While nothing can be written what is left says that it may not be the last word. */
START_TEST(neither_can_be_written)
{
	ck_assert_int_eq(run_in_root("none >$RQ; mkdir $RQ.new $Q.new"), 0);
	json_decref(ask("vm.quarantine", "{\"vm\":\"web1\"}"));
	ck_assert_int_eq(run_in_root("test $(stat -c %Y $RQ) = 0"), 0);
	ck_assert_int_eq(run_in_root("rmdir $Q.new"), 0);
	json_decref(ask("vm.quarantine", "{\"vm\":\"web1\"}"));
	ck_assert_int_eq(run_in_root("grep -q 6f0c $Q && test ! -e $RQ"), 0);
}
END_TEST

/* A question that may have to be asked again, which is done from within the call that says so. */
static struct question {
	char line[4096], *out;
	int waits; /* how often it had to wait */
	bool later;
} question;

static void ask_again(void *arg)
{
	struct vfw_call call = {.state = state, .who = "test"};
	size_t n = 0;

	(void)arg;
	question.out = vfw_rpc_line(vfw_verbs, &call, question.line, strlen(question.line), &n);
	question.later = call.later;
	question.waits += call.later;
}

static json_t *ask_patiently(const char *method, const char *params, int *waits)
{
	json_t *o;

	memset(&question, 0, sizeof(question));
	snprintf(question.line, sizeof(question.line), "{\"id\":1,\"method\":\"%s\",\"params\":%s}",
		 method, params);
	state->on_ready = ask_again;
	ask_again(NULL);
	while (question.later) {
		ck_assert_ptr_null(question.out);
		ck_assert_int_gt(sd_event_run(event, 60000000), 0);
	}
	state->on_ready = NULL;
	*waits = question.waits;
	o = json_loads(question.out, 0, NULL);
	free(question.out);
	ck_assert_ptr_nonnull(o);
	return o;
}

static json_t *first_error(json_t *o)
{
	return json_array_get(
		json_object_get(json_object_get(json_object_get(o, "error"), "data"), "errors"), 0);
}

static json_int_t count_of(const char *key)
{
	json_t *o = ask("status", "{}");
	json_int_t n = json_integer_value(
		json_object_get(json_object_get(json_object_get(o, "result"), "signatures"), key));

	json_decref(o);
	return n;
}

/* The compiler runs beside the loop; what it made is found in the cache the next time. */
START_TEST(signatures_checked)
{
	static const char good[] = "{\"files\":[{\"name\":\"a\",\"text\":\"1 /x/\"},"
				   "{\"name\":\"b\",\"text\":\"1 /y/\\n2 /z/\"}]}";
	static const char bad[] = "{\"files\":[{\"name\":\"a\",\"text\":\"1 /x/\\n2 /(/\"}]}";
	int waits;
	json_t *o = ask_patiently("sig.check", good, &waits), *files;

	ck_assert_int_eq(waits, 2);
	files = json_object_get(json_object_get(o, "result"), "files");
	ck_assert_uint_eq(json_array_size(files), 2);
	ck_assert_int_eq(
		json_integer_value(json_object_get(json_array_get(files, 1), "signatures")), 2);
	json_decref(o);
	ck_assert_int_eq(count_of("compiled"), 2);
	o = ask_patiently("sig.check", good, &waits);
	ck_assert_int_eq(waits, 0);
	ck_assert_int_eq(count_of("compiled"), 2);
	json_decref(o);
	o = ask_patiently("sig.check", bad, &waits);
	ck_assert_int_eq(waits, 1);
	ck_assert_int_eq(json_integer_value(json_object_get(first_error(o), "line")), 2);
	ck_assert_int_eq(json_integer_value(json_object_get(first_error(o), "column")), 3);
	ck_assert_int_eq(count_of("failed"), 1);
	json_decref(o);
}
END_TEST

#define INSPECTS                                                             \
	"{\"files\":[{\"name\":\"a.vfw\",\"text\":\"profile p { signatures " \
	"{ \\\"x.patterns\\\" } }\\nfirst { pass from any to any inspect p }\"}]}"

/* Files are found in their folder, errors have both places, and what is in them is policy. */
START_TEST(signatures_of_a_policy)
{
	char command[256], *text;
	json_t *o = ask("policy.check", INSPECTS);

	ck_assert_str_eq(json_string_value(json_object_get(first_error(o), "file")), "a.vfw");
	ck_assert_int_eq(json_integer_value(json_object_get(first_error(o), "line")), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(first_error(o), "column")), 26);
	ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(first_error(o), "message")),
				     "/etc/vfw/signatures/x.patterns: No such file"));
	json_decref(o);

	snprintf(command, sizeof(command), "mkdir %s/etc/vfw/signatures", root);
	ck_assert_int_eq(system(command), 0);
	write_file("/etc/vfw/signatures/x.patterns", "1 /a/\n2 b\n");
	o = ask("policy.check", INSPECTS);
	ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(first_error(o), "file")),
				     "/etc/vfw/signatures/x.patterns"));
	ck_assert_int_eq(json_integer_value(json_object_get(first_error(o), "line")), 2);
	json_decref(o);

	write_file("/etc/vfw/signatures/x.patterns", "1 /a/\n2 /b/\n");
	o = ask("policy.check", INSPECTS);
	ck_assert_ptr_nonnull(json_object_get(o, "result"));
	json_decref(o);
	/* there is no module to have anything compiled for */
	ck_assert_int_eq(code_of("policy.apply", INSPECTS), VFW_CTL_E_KERNEL);
	o = ask("policy.diff", INSPECTS);
	text = json_dumps(o, 0);
	ck_assert_ptr_nonnull(strstr(text, "\"# profile p: 2 signatures, "));
	free(text);
	json_decref(o);
}
END_TEST

/* Somebody who asks by himself, and what came of it the last time. */
static struct {
	struct vfw_ruleset *rs;
	int err;
} unasked;

static void ask_unasked(void *arg)
{
	struct vfw_diags d = {0};

	(void)arg;
	unasked.err = vfw_signatures_ready(state->signatures, unasked.rs, NULL, true, &d);
	vfw_diags_free(&d);
}

static struct vfw_ruleset *inspects(void)
{
	static const char text[] = "profile p { signatures { \"x.patterns\" } }\n"
				   "first { pass from any to any inspect p }";
	struct vfw_ruleset_file *files = calloc(1, sizeof(*files));
	char folder[128];
	struct vfw_diags d = {0};
	struct vfw_ruleset *rs;

	files->name = strdup("a.vfw");
	files->text = strdup(text);
	files->len = strlen(text);
	snprintf(folder, sizeof(folder), "%s/etc/vfw/signatures", root);
	ck_assert_int_eq(vfw_ruleset_parse(files, 1, &d, &rs), 0);
	ck_assert_int_eq(vfw_ruleset_signatures(rs, folder, &d), 0);
	vfw_diags_free(&d);
	return rs;
}

/* The first failure of status, at that key; -1: there is none. */
static json_int_t failure(const char *key)
{
	json_t *o = ask("status", "{}");
	json_t *signatures = json_object_get(json_object_get(o, "result"), "signatures");
	json_t *first = json_array_get(json_object_get(signatures, "failures"), 0);
	json_int_t n = first ? json_integer_value(json_object_get(first, key)) : -1;

	json_decref(o);
	return n;
}

static void run_the_compiler(void)
{
	ask_unasked(NULL);
	ck_assert_int_eq(unasked.err, -EINPROGRESS);
	while (unasked.err == -EINPROGRESS)
		ck_assert_int_gt(sd_event_run(event, 60000000), 0);
}

/* Signatures that do not compile are not compiled over and over; who asks, or changes something, need not wait. */
START_TEST(failures_pause)
{
	struct vfw_kern_status module = {.hs_set = "sse42"};
	struct vfw_diags d = {0};
	char command[256];

	snprintf(module.hs_version, sizeof(module.hs_version), "%.*s",
		 (int)strcspn(vfw_compiler_version(), " "), vfw_compiler_version());
	vfw_signatures_module(state->signatures, &module);
	snprintf(command, sizeof(command), "mkdir %s/etc/vfw/signatures", root);
	ck_assert_int_eq(system(command), 0);
	write_file("/etc/vfw/signatures/x.patterns", "1 /(/\n");
	unasked.rs = inspects();
	state->on_ready = ask_unasked;
	run_the_compiler();
	ck_assert_int_eq(unasked.err, -EINVAL);
	ck_assert_int_eq(failure("tries"), 1);
	ck_assert_int_ge(failure("retry_s"), 50);
	ck_assert_int_le(failure("retry_s"), 60);
	for (int i = 0; i < 5; i++) {
		ask_unasked(NULL);
		ck_assert_int_eq(unasked.err, -EINVAL);
	}
	ck_assert_int_eq(count_of("failed"), 1);
	/* asked for */
	ck_assert_int_eq(vfw_signatures_ready(state->signatures, unasked.rs, NULL, false, &d),
			 -EINPROGRESS);
	for (unasked.err = 0; !unasked.err;)
		ck_assert_int_gt(sd_event_run(event, 60000000), 0);
	ck_assert_int_eq(count_of("failed"), 2);
	ck_assert_int_eq(failure("tries"), 2);
	ck_assert_int_ge(failure("retry_s"), 100);
	/* SIGHUP */
	vfw_state_reload(state);
	ck_assert_int_eq(failure("tries"), -1);
	run_the_compiler();
	ck_assert_int_eq(unasked.err, -EINVAL);
	ck_assert_int_eq(count_of("failed"), 3);
	/* other signatures */
	vfw_ruleset_free(unasked.rs);
	write_file("/etc/vfw/signatures/x.patterns", "1 /a/\n");
	unasked.rs = inspects();
	run_the_compiler();
	ck_assert_int_eq(unasked.err, 0);
	ck_assert_int_eq(count_of("compiled"), 1);
	vfw_ruleset_free(unasked.rs);
	state->on_ready = NULL;
	vfw_signatures_module(state->signatures, NULL);
}
END_TEST

static json_int_t sid_of(uint32_t revision)
{
	const char *profile;
	const struct vfw_pattern *p =
		vfw_signatures_find(state->signatures, revision, 0, 0, &profile);

	return p ? (json_int_t)p->sid : -1;
}

/* A vfwd that starts anew knows what the streams mean that run with an older database. */
START_TEST(generations_recalled)
{
	char command[256], *error;
	struct vfw_config config;
	struct vfw_ruleset *rs;
	unsigned long number;

	snprintf(command, sizeof(command), "mkdir %s/etc/vfw/signatures", root);
	ck_assert_int_eq(system(command), 0);
	for (uint32_t revision = 3; revision < 9; revision += 2) {
		char text[32];

		snprintf(text, sizeof(text), "%u /a/\n", 100 + revision);
		write_file("/etc/vfw/signatures/x.patterns", text);
		rs = inspects();
		ck_assert_int_eq(vfw_store_save_policy(state->config.state, rs, 0, &number), 0);
		rs->number = number;
		vfw_signatures_record(state->signatures, revision, rs);
		vfw_ruleset_free(rs);
	}
	/* one of them is gone */
	vfw_store_discard_policy(state->config.state, number - 1);
	vfw_state_free(state);
	ck_assert_int_eq(vfw_config_load(&config, NULL, root, &error), 0);
	free(config.proc);
	config.proc = strdup(root);
	ck_assert_int_eq(vfw_state_new(&state, &config, event), 0);
	ck_assert_int_eq(sid_of(2), -1);
	ck_assert_int_eq(sid_of(4), 103);
	ck_assert_int_eq(sid_of(5), -1);
	ck_assert_int_eq(sid_of(6), -1);
	ck_assert_int_eq(sid_of(7), 107);
	ck_assert_int_eq(sid_of(9), 107);
	/* a module that was loaded anew */
	rs = inspects();
	vfw_signatures_record(state->signatures, 1, rs);
	vfw_ruleset_free(rs);
	ck_assert_int_eq(sid_of(3), 107);
}
END_TEST

/* What others than root may write is no signature. */
START_TEST(signatures_of_others)
{
	static const struct {
		const char *command, *message;
	} others[] = {
		{"chmod 777 .",
		 "expected a folder that root owns and not everybody may write, found the "
		 "folder with owner 0, mode 0777"},
		{"chmod 755 . && chmod 666 x.patterns", "found the file with owner 0, mode 0666"},
		{"rm x.patterns && mkdir x.patterns", "expected a regular file"},
		{"rmdir x.patterns && mkfifo x.patterns", "expected a regular file"},
	};
	char command[512];

	snprintf(command, sizeof(command), "mkdir -m 755 %s/etc/vfw/signatures", root);
	ck_assert_int_eq(system(command), 0);
	write_file("/etc/vfw/signatures/x.patterns", "1 /a/\n");
	json_decref(ask("policy.check", INSPECTS));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		json_t *o;

		snprintf(command, sizeof(command), "cd %s/etc/vfw/signatures && %s", root,
			 others[i].command);
		ck_assert_int_eq(system(command), 0);
		o = ask("policy.check", INSPECTS);
		ck_assert_ptr_nonnull(
			strstr(json_string_value(json_object_get(first_error(o), "message")),
			       others[i].message));
		json_decref(o);
	}
}
END_TEST

START_TEST(too_many_signature_files)
{
	json_t *o = json_array(), *params, *answer;
	char *text;

	for (int i = 0; i <= VFW_CTL_SIG_FILES_MAX; i++)
		json_array_append_new(o, json_pack("{s:s, s:s}", "name", "a", "text", "1 /a/"));
	params = json_pack("{s:o}", "files", o);
	text = json_dumps(params, 0);
	answer = ask("sig.check", text);
	ck_assert_ptr_nonnull(strstr(
		json_string_value(json_object_get(json_object_get(answer, "error"), "message")),
		"1 to 64 objects"));
	free(text);
	json_decref(params);
	json_decref(answer);
}
END_TEST

/* Every verb with params of every wrong kind: an answer, never a crash. */
START_TEST(wrong_params)
{
	static const char *const params[] = {
		"{}",
		"{\"vm\":5,\"mode\":5,\"files\":5,\"from\":5,\"source\":5}",
		"{\"vm\":\"none\",\"mode\":\"x\",\"files\":[],\"from\":\"x\",\"to\":\"y\",\"proto\":\"tcp\",\"dport\":80}",
		"{\"vm\":\"\",\"files\":[1],\"from\":\"10.0.0.1\",\"to\":\"::1\",\"proto\":6,\"dport\":80}",
		"{\"vm\":null,\"files\":[{\"name\":\"\",\"text\":\"\"}],\"proto\":-1}",
		"{\"vm\":[],\"files\":[{\"name\":\"x\",\"text\":5}],\"source\":\"none\"}",
		"{\"files\":[{\"name\":\"x\"},{\"text\":\"y\"}],\"proto\":99999999999}",
	};

	for (const struct vfw_verb_entry *v = vfw_verbs; v->method; v++)
		for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
			json_t *o = ask(v->method, params[i]);

			ck_assert(json_object_get(o, "result") || json_object_get(o, "error"));
			json_decref(o);
		}
}
END_TEST

Suite *suite_verbs(void)
{
	Suite *s = suite_create("verbs");
	TCase *t = tcase_create("verbs");

	/* a loaded module would take these VMs for real ones */
	if (access("/sys/module/vfw", F_OK) < 0) {
		tcase_set_timeout(t, 120);
		tcase_add_checked_fixture(t, setup, teardown);
		tcase_add_test(t, without_module);
		tcase_add_test(t, policies);
		tcase_add_test(t, quarantine_is_kept);
		tcase_add_loop_test(t, marks_after_a_kill, 0, sizeof(lives) / sizeof(lives[0]));
		tcase_add_test(t, neither_can_be_written);
		tcase_add_test(t, not_on_disk);
		tcase_add_test(t, marks_outlive_vfwd);
		tcase_add_test(t, signatures_checked);
		tcase_add_test(t, signatures_of_a_policy);
		tcase_add_test(t, failures_pause);
		tcase_add_test(t, generations_recalled);
		tcase_add_test(t, signatures_of_others);
		tcase_add_test(t, too_many_signature_files);
		tcase_add_test(t, wrong_params);
	}
	suite_add_tcase(s, t);
	return s;
}
