// SPDX-License-Identifier: GPL-2.0
/*
 * benchids: a profile of Suricata's rules in the module, by vfwd's own functions, without the daemon around them.
 *
 *   benchids enforced RULES               prints GID SID of each rule that the module enforces
 *   benchids compile SET FOLDER RULES     makes the databases, or finds them in the cache FOLDER; how long and how large, as JSON
 *   benchids arm FOLDER MODE RULES GUARD  detect, prevent: all between ports p0 and p1 is scanned, whole, with the databases
 *                                         in FOLDER; none: the same policy without a profile. GUARD any: whatever they claim; declared: VM 0
 *                                         has its MAC and 10.0.0.0/9, VM 1 its own and 10.128.0.0/9. Arms; JSON as benchpolicy's
 *   benchids profile                      prints what the profile in force scanned and holds, as JSON
 *   benchids alerts RULES OUT             writes the module's events as EVE until SIGTERM, and then until there are no more
 */
#include "publish.h"

#include "../../../daemon/base/file.h"
#include "../../../daemon/eve/event.h"
#include "../../../daemon/kern/monitor.h"
#include "../../../daemon/policy/text.h"
#include "../../../daemon/sig/cache.h"
#include "../../../daemon/sig/compiler.h"
#include "../../../daemon/sig/database.h"
#include "../../../daemon/sig/job.h"
#include "../../../daemon/sig/pattern_rules.h"
#include "../../../daemon/sig/rule.h"
#include "../../../daemon/vm/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define CACHE_MAX (1ULL << 30) /* bytes */
#define VMS 2
#define SILENCE_MS 2500 /* events wait in the module a second at most */

static struct vfw_patterns *read_rules(const char *path)
{
	struct vfw_patterns *p = vfw_patterns_new();
	struct vfw_diags d = {0};
	size_t len;
	char *text;

	if (!p)
		bench_die(path, "no memory");
	if (vfw_file_read(AT_FDCWD, path, VFW_RULE_FILE_MAX, &text, &len))
		bench_die(path, "it cannot be read");
	if (vfw_pattern_rules_add(p, path, text, len, &d) || vfw_pattern_rules_finish(p, &d))
		bench_die(path, vfw_diags_format(&d));
	vfw_pattern_rules_settle(p);
	free(text);
	if (!p->n)
		bench_die(path, "the module enforces none of its rules");
	return p;
}

/* A rule, and not but a part of one? */
static bool is_rule(const struct vfw_pattern *pattern)
{
	return !(pattern->flags & VFW_PATTERN_F_PART);
}

static size_t count_rules(const struct vfw_patterns *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += is_rule(&p->v[i]);
	return n;
}

static int print_enforced(const char *path)
{
	struct vfw_patterns *p = read_rules(path);

	for (size_t i = 0; i < p->n; i++)
		if (is_rule(&p->v[i]))
			printf("%u %u\n", p->v[i].gid, p->v[i].sid);
	return 0;
}

static void print_job(const struct vfw_job_result *r)
{
	printf("\"compiler_cpu_s\": %.3f, \"compiler_kib\": %ld, ", r->cpu_s, r->peak_kib);
}

static struct vfw_database *compile(const struct vfw_request *r, const char *folder)
{
	struct vfw_job_limits limits = {.seconds = 600, .mebibytes = 4096};
	struct vfw_job_result result;
	struct vfw_database *db;
	struct vfw_job *job;
	struct pollfd p = {.events = POLLIN};

	if (vfw_job_start(r, &limits, &job))
		bench_die("compiler", "it cannot be started");
	p.fd = vfw_job_fd(job);
	do
		poll(&p, 1, -1);
	while (!vfw_job_read(job));
	vfw_job_finish(job, &result);
	if (!result.db)
		bench_die("compiler", result.n_errors ? result.errors[0].text : result.failure);
	if (vfw_cache_put(folder, r->key, result.stream, result.stream_bytes, result.block,
			  result.block_bytes, CACHE_MAX))
		bench_die(folder, "the databases cannot be kept there");
	print_job(&result);
	db = vfw_database_ref(result.db);
	vfw_job_result_clear(&result);
	return db;
}

static void encode(const struct vfw_patterns *p, const char *word, struct vfw_request *r)
{
	enum vfw_set set;

	if (vfw_set_of(word, &set))
		bench_die(word, "expected sse42, avx2 or avx512");
	if (vfw_request_encode(p, NULL, set, vfw_compiler_version(), r))
		bench_die("request", "no memory");
}

static int print_compiled(const char *set, const char *folder, const char *path)
{
	struct bench_clocks begun = bench_now(), read;
	struct vfw_patterns *p = read_rules(path);
	struct vfw_database *db;
	struct vfw_request r;
	struct rusage used;
	int err;

	encode(p, set, &r);
	read = bench_now();
	printf("{\"rules\": %zu, ", count_rules(p));
	bench_print_step("read", begun, read);
	err = vfw_cache_get(folder, r.key, &db);
	if (err)
		db = compile(&r, folder);
	bench_print_step("databases", read, bench_now());
	getrusage(RUSAGE_SELF, &used);
	printf("\"cached\": %s, \"stream_bytes\": %zu, \"block_bytes\": %zu, \"kib\": %ld}\n",
	       err ? "false" : "true", db->stream_bytes, db->block_bytes, used.ru_maxrss);
	return 0;
}

struct profile {
	const struct vfw_patterns *patterns;
	const struct vfw_database *db;
	uint32_t flags; /* VFW_PROFILE_F_* */
};

static int send_profile(struct vfw_kern *k, uint32_t id, void *arg)
{
	const struct profile *profile = arg;
	struct vfw_profile_conf conf = {
		.flags = profile->flags,
		.n_exprs = (uint32_t)profile->patterns->n,
	};
	struct vfw_kern_profile_files files = {profile->db->stream, profile->db->block, -1, -1};
	struct vfw_text t = {0};
	int err;

	if (vfw_pattern_rules_table(profile->patterns, &t))
		return -ENOMEM;
	if (t.len)
		files.sigs = vfw_database_seal("vfw-sigs", t.s, t.len);
	err = vfw_kern_txn_profile(k, id, "ids", &conf, &files);
	if (files.sigs >= 0)
		close(files.sigs);
	free(t.s);
	return err;
}

/* What this module's processor has, as the module says. */
static void module_set(char set[16])
{
	struct vfw_kern_status status;
	struct vfw_kern *k;

	if (vfw_kern_open(&k))
		bench_die("vfw.ko", "it is not loaded");
	bench_check(k, "status", vfw_kern_status(k, &status));
	memcpy(set, status.hs_set, 16);
	vfw_kern_close(k);
}

/* Of all addresses that frames of the bench have one half is VM 0's, the other VM 1's. */
static void declare(struct vfw_vm *vms)
{
	for (uint8_t i = 0; i < VMS; i++)
		vms[i].nics[0].addrs[0] = (struct vfw_address){
			.family = 4,
			.len = 9,
			.addr = {10, (uint8_t)(i << 7)},
		};
}

static int arm(const char *folder, const char *mode, const char *path, const char *guard)
{
	static const char with[] =
		"guard default { mac %1$s ip %1$s }\n"
		"profile ids { signatures { \"ids.rules\" } mode %2$s on-overload block }\n"
		"first { pass from any to any inspect ids }\n"
		"default pass\n",
			  without[] = "guard default { mac %1$s ip %1$s }\n"
				      "first { pass from any to any }\n"
				      "default pass\n";
	bool scans = strcmp(mode, "none") != 0;
	struct vfw_vm *vms = bench_vms_new(VMS, VMS);
	struct profile profile = {.flags = VFW_PROFILE_F_OVERLOAD_BLOCK};
	struct vfw_database *db = NULL;
	struct vfw_text text = {0};
	struct bench_clocks begun;
	struct vfw_request r;
	char set[16];

	printf("{");
	begun = bench_now();
	if (scans) {
		profile.patterns = read_rules(path);
		module_set(set);
		encode(profile.patterns, set, &r);
		bench_print_step("read", begun, bench_now());
		begun = bench_now();
		if (vfw_cache_get(folder, r.key, &db))
			bench_die(folder, "no databases for these rules: benchids compile");
		bench_print_step("databases", begun, bench_now());
		profile.db = db;
		if (!strcmp(mode, "prevent"))
			profile.flags |= VFW_PROFILE_F_PREVENT;
	}
	if (scans)
		vfw_text_printf(&text, with, guard, mode);
	else
		vfw_text_printf(&text, without, guard);
	if (!vms || text.failed)
		bench_die("policy", "no memory");
	declare(vms);
	bench_publish(bench_compile(text.s, text.len, vms, VMS), vms, VMS,
		      scans ? send_profile : NULL, &profile);
	printf("\"rules\": %zu}\n", scans ? count_rules(profile.patterns) : 0);
	return 0;
}

static int print_profile(void)
{
	struct vfw_kern_profile_info *info;
	struct vfw_kern *k;
	size_t n;

	if (vfw_kern_open(&k))
		bench_die("vfw.ko", "it is not loaded");
	bench_check(k, "profiles", vfw_kern_profiles(k, &info, &n));
	for (size_t i = 0; i < n; i++)
		if (info[i].stat.in_force)
			printf("{\"bytes\": %llu, \"matches\": %llu, \"overloads\": %llu, \"memory\": %llu, \"stream_size\": %u}\n",
			       (unsigned long long)info[i].stat.bytes,
			       (unsigned long long)info[i].stat.matches,
			       (unsigned long long)info[i].stat.overloads,
			       (unsigned long long)info[i].stat.memory, info[i].stat.stream_size);
	return 0;
}

struct listener {
	const struct vfw_patterns *patterns;
	FILE *out;
};

static const char *no_vm(void *arg, const uint8_t uuid[VFW_UUID_LEN])
{
	(void)arg, (void)uuid;
	return NULL;
}

static const struct vfw_rule_origin *no_rule(void *arg, uint32_t id)
{
	(void)arg, (void)id;
	return NULL;
}

static const char *no_device(void *arg, uint32_t ifindex)
{
	(void)arg, (void)ifindex;
	return NULL;
}

static const char *no_app(void *arg, uint32_t id)
{
	(void)arg, (void)id;
	return NULL;
}

static const struct vfw_pattern *signature(void *arg, const struct vfw_event *e, const char **name)
{
	const struct listener *l = arg;

	*name = "ids";
	return e->sig < l->patterns->n ? &l->patterns->v[e->sig] : NULL;
}

static void put(struct listener *l, json_t *o)
{
	if (!o || json_dumpf(o, l->out, JSON_COMPACT) || fputc('\n', l->out) == EOF)
		bench_die("events", "they cannot be written");
	json_decref(o);
}

static void on_events(void *arg, const struct vfw_event *events, size_t n, uint64_t lost)
{
	struct listener *l = arg;
	const struct vfw_eve_names names = {l, no_vm, no_rule, no_device, no_app, signature};

	if (lost)
		put(l, vfw_eve_lost(lost, events[0].time_ns));
	for (size_t i = 0; i < n; i++)
		put(l, vfw_eve_event(&events[i], &names));
}

static void on_family(void *arg, bool here)
{
	(void)arg, (void)here;
}

static volatile sig_atomic_t ending;

static void on_term(int sig)
{
	(void)sig;
	ending = 1;
}

static int write_alerts(const char *path, const char *out)
{
	const struct vfw_monitor_ops ops = {on_events, on_family};
	struct listener l = {read_rules(path), fopen(out, "w")};
	struct sigaction act = {.sa_handler = on_term};
	struct pollfd p = {.events = POLLIN};
	struct vfw_monitor *m;
	int n;

	if (!l.out)
		bench_die(out, strerror(errno));
	if (vfw_monitor_new(&m, &ops, &l) || vfw_monitor_join(m))
		bench_die("vfw.ko", "its events cannot be had");
	p.fd = vfw_monitor_fd(m);
	sigaction(SIGTERM, &act, NULL);
	puts("listening");
	fflush(stdout);
	do {
		n = poll(&p, 1, SILENCE_MS);
		if (n > 0 && vfw_monitor_receive(m))
			bench_die("vfw.ko", "its events cannot be read");
	} while (!ending || n);
	if (fclose(l.out))
		bench_die(out, strerror(errno));
	return 0;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (argc == 4 && !strcmp(verb, VFW_COMPILER_OPTION))
		vfw_compiler_main(argv[2], argv[3]);
	if (argc == 3 && !strcmp(verb, "enforced"))
		return print_enforced(argv[2]);
	if (argc == 5 && !strcmp(verb, "compile"))
		return print_compiled(argv[2], argv[3], argv[4]);
	if (argc == 6 && !strcmp(verb, "arm"))
		return arm(argv[2], argv[3], argv[4], argv[5]);
	if (argc == 2 && !strcmp(verb, "profile"))
		return print_profile();
	if (argc == 4 && !strcmp(verb, "alerts"))
		return write_alerts(argv[2], argv[3]);
	bench_die("usage",
		  "benchids enforced|compile|arm|profile|alerts ...: see tests/lab/bench/ids.c");
}
