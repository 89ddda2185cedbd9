// SPDX-License-Identifier: GPL-2.0
/*
 * benchpolicy RULES VMS IDENTITIES [--compile-only | --inspect DB EXPRESSIONS DEPTH]: makes a policy of RULES rules between random
 * groups with overlapping port ranges, compiles it with vfwd's own compiler for VMS VMs of IDENTITIES
 * identities, gives it to the module with vfwd's own functions, binds ports p0, p1, ... and
 * arms. Prints how long each step took, as JSON. --inspect: TCP is scanned, with the streaming database
 * in the file DB and its so many expressions, DEPTH bytes of each direction (0: all), detecting.
 * benchpolicy --serve VMS IDENTITIES RULES... compiles a policy of each size (a process in user-mode
 * Linux takes long for that), says "ready", and then for each size it reads makes that one the policy in
 * force, and says so as above.
 * benchpolicy --reasons prints what was scanned and why frames ended so far, as JSON.
 */
#include "publish.h"

#include "../../../daemon/vm/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SERVED_MAX 16
#define TCP_RULE "pass from any to any tcp port 5001"

static uint64_t rnd_state;

static uint32_t rnd(uint32_t below)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return (uint32_t)(((rnd_state >> 32) * below) >> 32);
}

struct inspect {
	const char *db;
	uint32_t n_exprs;
	uint32_t depth;
};

/* Two different groups. */
static void put_ends(FILE *f, uint32_t n_idents)
{
	uint32_t a = rnd(n_idents), b = rnd(n_idents - 1);

	fprintf(f, "{ g%u, g%u }", a, b + (b >= a));
}

static char *make_text(uint32_t n_rules, uint32_t n_idents, bool inspect, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);
	uint32_t i, first, last;

	if (!f)
		bench_die("policy", strerror(errno));
	rnd_state = 88172645463325252u;
	for (i = 0; i < n_idents; i++)
		fprintf(f, "group g%u = label id=%u\n", i, i);
	fprintf(f, "first {\n");
	for (i = 0; i < n_rules; i++) {
		first = 1 + rnd(65000);
		last = first + rnd(4000);
		fprintf(f, "pass from ");
		put_ends(f, n_idents);
		fprintf(f, " to ");
		put_ends(f, n_idents);
		fprintf(f, " udp port %u-%u\n", first, last > 65535 ? 65535 : last);
	}
	fprintf(f, "}\n%sdefault pass\n", inspect ? "last { " TCP_RULE " }\n" : "");
	if (fclose(f))
		bench_die("policy", strerror(errno));
	return text;
}

/* The compiled policy with one profile, by which the rule for TCP scans. */
static void mark_inspected(struct vfw_compiled *c)
{
	for (uint32_t i = 0; i < c->counts.n[VFW_TABLE_RULES]; i++)
		if (strstr(c->origins[i].text, TCP_RULE))
			c->rules[i].profile = 1;
	c->counts.n_profiles = 1;
}

static int send_profile(struct vfw_kern *k, uint32_t id, void *arg)
{
	const struct inspect *in = arg;
	struct nl_msg *msg = vfw_kern_message(k, VFW_CMD_TXN_PROFILE, 0);
	struct vfw_profile_conf conf = {.depth = in->depth, .n_exprs = in->n_exprs};
	int fd = open(in->db, O_RDONLY | O_CLOEXEC), err;
	struct nlattr *nest;

	if (fd < 0)
		bench_die(in->db, strerror(errno));
	if (!msg || nla_put_u32(msg, VFW_A_TXN_ID, id))
		return -ENOMEM;
	nest = nla_nest_start(msg, VFW_A_PROFILE);
	if (!nest || nla_put_string(msg, VFW_PROFILE_A_NAME, "bench") ||
	    nla_put(msg, VFW_PROFILE_A_CONF, sizeof(conf), &conf) ||
	    nla_put_s32(msg, VFW_PROFILE_A_STREAM_FD, fd))
		return -ENOMEM;
	nla_nest_end(msg, nest);
	err = vfw_kern_call(k, msg, NULL, NULL);
	close(fd);
	return err;
}

static int add_scanned(void *arg, struct nlattr **attrs)
{
	struct nlattr *a[VFW_PROFILE_A_MAX + 1];
	struct vfw_profile_stat stat;

	if (!attrs[VFW_A_PROFILE] ||
	    nla_parse_nested(a, VFW_PROFILE_A_MAX, attrs[VFW_A_PROFILE], NULL) ||
	    !a[VFW_PROFILE_A_STAT] || nla_len(a[VFW_PROFILE_A_STAT]) < (int)sizeof(stat))
		return -EBADMSG;
	memcpy(&stat, nla_data(a[VFW_PROFILE_A_STAT]), sizeof(stat));
	*(uint64_t *)arg += stat.bytes;
	return 0;
}

/* Bytes that were scanned by the profiles in use. */
static uint64_t scanned(struct vfw_kern *k)
{
	uint64_t bytes = 0;

	bench_check(k, "profiles",
		    vfw_kern_call(k, vfw_kern_message(k, VFW_CMD_PROFILE_GET, NLM_F_DUMP),
				  add_scanned, &bytes));
	return bytes;
}

static int print_reasons(void)
{
	struct vfw_kern_reason_info *reasons;
	struct vfw_kern *k;
	size_t n;

	if (vfw_kern_open(&k))
		bench_die("vfw.ko", "it is not loaded");
	bench_check(k, "reasons", vfw_kern_reasons(k, &reasons, &n));
	printf("{\"scanned-bytes\": %llu", (unsigned long long)scanned(k));
	for (size_t i = 0; i < n; i++) {
		if (!reasons[i].packets)
			continue;
		printf(", \"%s\": %llu", reasons[i].word, (unsigned long long)reasons[i].packets);
	}
	printf("}\n");
	free(reasons);
	vfw_kern_close(k);
	return 0;
}

/* A policy that is made, and how. */
struct made {
	uint32_t n_rules;
	size_t len;
	struct bench_clocks begun, ended;
	struct vfw_compiled *c;
};

static uint32_t n_vms, n_idents;
static struct vfw_vm *vms;

static void make_vms(const char *how_many, const char *of_idents)
{
	n_vms = (uint32_t)strtoul(how_many, NULL, 0);
	n_idents = (uint32_t)strtoul(of_idents, NULL, 0);
	if (n_vms < 1 || n_vms > VFW_MAX_VMS || n_idents < 2)
		bench_die("usage", "expected 1 to 4096 VMs, 2 identities or more");
	vms = bench_vms_new(n_vms, n_idents);
	if (!vms)
		bench_die("VMs", "no memory");
}

static struct made make_policy(const char *n_rules, bool inspect)
{
	struct made m = {.n_rules = (uint32_t)strtoul(n_rules, NULL, 0)};
	char *text = make_text(m.n_rules, n_idents, inspect, &m.len);

	m.begun = bench_now();
	m.c = bench_compile(text, m.len, vms, n_vms);
	m.ended = bench_now();
	free(text);
	return m;
}

static void print_made(const struct made *m)
{
	printf("{\"rules\": %u, \"vms\": %u, \"policy_bytes\": %zu, ", m->n_rules, n_vms, m->len);
	bench_print_step("compile", m->begun, m->ended);
}

static void print_counts(const struct made *m)
{
	const struct vfw_counts *counts = &m->c->counts;

	printf("\"identities\": %u, \"pairs\": %u, \"blocks\": %u, \"cells\": %u}\n",
	       counts->n_idents, counts->n[VFW_TABLE_PAIRS], counts->n[VFW_TABLE_BLOCKS],
	       counts->n[VFW_TABLE_CELLS]);
	fflush(stdout);
}

static int serve(int n, char **sizes)
{
	struct made made[SERVED_MAX];
	uint32_t wanted;

	if (n > SERVED_MAX)
		bench_die("usage", "too many policies to serve");
	for (int i = 0; i < n; i++)
		made[i] = make_policy(sizes[i], false);
	puts("ready");
	fflush(stdout);
	while (scanf("%u", &wanted) == 1) {
		int i = 0;

		while (i < n && made[i].n_rules != wanted)
			i++;
		if (i == n)
			bench_die("policy", "there is none of that size");
		print_made(&made[i]);
		bench_publish(made[i].c, vms, n_vms, NULL, NULL);
		print_counts(&made[i]);
	}
	for (int i = 0; i < n; i++)
		vfw_compiled_free(made[i].c);
	return 0;
}

int main(int argc, char **argv)
{
	struct inspect in = {0};
	struct made m;

	if (argc == 2 && !strcmp(argv[1], "--reasons"))
		return print_reasons();
	if (argc < 4)
		bench_die("usage", "benchpolicy RULES VMS IDENTITIES [--compile-only | "
				   "--inspect DB EXPRESSIONS DEPTH]");
	if (!strcmp(argv[1], "--serve")) {
		make_vms(argv[2], argv[3]);
		return serve(argc - 4, argv + 4);
	}
	if (argc == 8 && !strcmp(argv[4], "--inspect")) {
		in.db = argv[5];
		in.n_exprs = (uint32_t)strtoul(argv[6], NULL, 0);
		in.depth = (uint32_t)strtoul(argv[7], NULL, 0);
	}
	make_vms(argv[2], argv[3]);
	m = make_policy(argv[1], in.db);
	print_made(&m);
	if (in.db)
		mark_inspected(m.c);
	if (argc == 4 || in.db)
		bench_publish(m.c, vms, n_vms, in.db ? send_profile : NULL, &in);
	print_counts(&m);
	vfw_compiled_free(m.c);
	return 0;
}
