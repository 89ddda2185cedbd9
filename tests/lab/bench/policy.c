// SPDX-License-Identifier: GPL-2.0
/*
 * benchpolicy RULES VMS IDENTITIES [--compile-only | --inspect DB EXPRESSIONS DEPTH]: makes a policy of RULES rules between random
 * groups with overlapping port ranges, compiles it with vfwd's own compiler for VMS VMs of IDENTITIES
 * identities, gives it to the module with vfwd's own functions, binds ports p0, p1, ... and
 * arms. Prints how long each step took, as JSON. --inspect: TCP is scanned, with the streaming database
 * in the file DB and its so many expressions, DEPTH bytes of each direction (0: all), detecting.
 * benchpolicy --reasons prints what was scanned and why frames ended so far, as JSON.
 */
#include "../../../daemon/kern/call.h"
#include "../../../daemon/policy/policy.h"
#include "../../../daemon/vm/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FIRST_ADDR 0x0a010000u /* as tests/lab/bench/traffic.c */
#define TCP_RULE "pass from any to any tcp port 5001"

static uint64_t rnd_state = 88172645463325252u;

static uint32_t rnd(uint32_t below)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return (uint32_t)(((rnd_state >> 32) * below) >> 32);
}

static void die(const char *what, const char *why)
{
	fprintf(stderr, "benchpolicy: %s: %s\n", what, why);
	exit(1);
}

struct inspect {
	const char *db;
	uint32_t n_exprs;
	uint32_t depth;
};

struct clocks {
	double wall, cpu, kernel; /* seconds */
};

static double seconds(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* What the kernel's own thread used so far, where vfw_bench.ko can tell; else 0. */
static double kernel_seconds(void)
{
	unsigned long long n = 0;
	FILE *f = fopen("/proc/vfw_bench", "r");

	if (!f)
		return 0;
	if (fscanf(f, "%*s %llu", &n) != 1)
		n = 0;
	fclose(f);
	return (double)n / 1e9;
}

static struct clocks now(void)
{
	return (struct clocks){
		seconds(CLOCK_MONOTONIC),
		seconds(CLOCK_PROCESS_CPUTIME_ID),
		kernel_seconds(),
	};
}

static void print_step(const char *name, struct clocks from, struct clocks to)
{
	printf("\"%s\": {\"wall_s\": %.3f, \"cpu_s\": %.3f, \"kernel_s\": %.3f}, ", name,
	       to.wall - from.wall, to.cpu - from.cpu, to.kernel - from.kernel);
}

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
		die("policy", strerror(errno));
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
		die("policy", strerror(errno));
	return text;
}

static struct vfw_vm *make_vms(uint32_t n, uint32_t n_idents)
{
	struct vfw_vm *vms = calloc(n, sizeof(*vms));
	uint32_t i, addr;

	for (i = 0; vms && i < n; i++) {
		struct vfw_vm *vm = &vms[i];
		struct vfw_nic *nic = &vm->nics[0];

		addr = FIRST_ADDR + i;
		vm->uuid[6] = 0x40;
		vm->uuid[14] = (uint8_t)(i >> 8);
		vm->uuid[15] = (uint8_t)i;
		snprintf(vm->name, sizeof(vm->name), "vm%u", i);
		vm->labels = calloc(1, sizeof(*vm->labels));
		if (!vm->labels || asprintf(&vm->labels->value, "%u", i % n_idents) < 0)
			return NULL;
		vm->labels->key = strdup("id");
		vm->n_labels = 1;
		vm->n_nics = 1;
		nic->has_mac = true;
		memcpy(nic->mac, (uint8_t[6]){0x52, 0x54, 1, 0, i >> 8, i}, 6);
		nic->n_addrs = 1;
		nic->addrs[0] = (struct vfw_address){
			.family = 4,
			.len = 32,
			.addr = {addr >> 24, addr >> 16, addr >> 8, addr},
		};
	}
	return vms;
}

static struct vfw_compiled *compile(const char *text, size_t len, struct vfw_vm *vms, uint32_t n)
{
	const struct vfw_vm **list = calloc(n, sizeof(*list));
	struct vfw_policy *policy = vfw_policy_new();
	struct vfw_compiled *c = NULL;
	struct vfw_diags d = {0};

	if (!list || !policy)
		die("policy", "no memory");
	for (uint32_t i = 0; i < n; i++)
		list[i] = &vms[i];
	if (vfw_policy_add_text(policy, "bench.vfw", text, len, &d) ||
	    vfw_policy_compile(policy, list, n, &d, &c))
		die("policy", d.n ? d.v[0].message : "it does not compile");
	vfw_policy_free(policy);
	free(list);
	return c;
}

static void check(struct vfw_kern *k, const char *what, int err)
{
	if (err)
		die(what, vfw_kern_error(k));
}

static void send_vms(struct vfw_kern *k, uint32_t id, const struct vfw_compiled *c,
		     const struct vfw_vm *vms, uint32_t n)
{
	int nic_index[VFW_MAX_NICS];
	struct vfw_kern_vm message;
	char name[IFNAMSIZ];

	if (c->n_members != n)
		die("policy", "its members are not the VMs");
	for (uint32_t i = 0; i < n; i++) {
		const struct vfw_member *m = &c->members[i];

		if (memcmp(m->uuid, vms[i].uuid, VFW_UUID_LEN))
			die("policy", "its members are not the VMs");
		if (vfw_kern_vm_encode(&vms[i], m->ident, 0, m->nic_flags, &message, nic_index))
			die(vms[i].name, "no memory");
		check(k, vms[i].name, vfw_kern_txn_vm(k, id, &message));
		free(message.data);
		snprintf(name, sizeof(name), "p%u", i);
		check(k, name, vfw_kern_txn_port(k, id, (int)if_nametoindex(name), vms[i].uuid, 0));
	}
}

/* The compiled policy with one profile, by which the rule for TCP scans. */
static void mark_inspected(struct vfw_compiled *c)
{
	for (uint32_t i = 0; i < c->counts.n[VFW_TABLE_RULES]; i++)
		if (strstr(c->origins[i].text, TCP_RULE))
			c->rules[i].profile = 1;
	c->counts.n_profiles = 1;
}

static int send_profile(struct vfw_kern *k, uint32_t id, const struct inspect *in)
{
	struct nl_msg *msg = vfw_kern_message(k, VFW_CMD_TXN_PROFILE, 0);
	struct vfw_profile_conf conf = {.depth = in->depth, .n_exprs = in->n_exprs};
	int fd = open(in->db, O_RDONLY | O_CLOEXEC), err;
	struct nlattr *nest;

	if (fd < 0)
		die(in->db, strerror(errno));
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

static void publish(const struct vfw_compiled *c, const struct vfw_vm *vms, uint32_t n,
		    const struct inspect *in)
{
	struct vfw_kern_status status;
	struct clocks begun, loaded;
	uint32_t id, revision;
	struct vfw_kern *k;

	if (vfw_kern_open(&k))
		die("vfw.ko", "it is not loaded");
	check(k, "status", vfw_kern_status(k, &status));
	begun = now();
	check(k, "begin", vfw_kern_txn_begin(k, status.revision, c, NULL, &id));
	check(k, "tables", vfw_kern_txn_tables(k, id, c));
	if (in)
		check(k, "profile", send_profile(k, id, in));
	send_vms(k, id, c, vms, n);
	loaded = now();
	check(k, "commit", vfw_kern_txn_commit(k, id, &revision));
	print_step("load", begun, loaded);
	print_step("swap", loaded, now());
	check(k, "arm", vfw_kern_mode_set(k, VFW_MODE_ARMED));
	check(k, "status", vfw_kern_status(k, &status));
	printf("\"revision\": %u, \"ports\": %u, \"flows\": %u, \"module_bytes\": %llu, ",
	       status.revision, status.ports, status.flows, (unsigned long long)status.memory);
	vfw_kern_close(k);
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

	check(k, "profiles",
	      vfw_kern_call(k, vfw_kern_message(k, VFW_CMD_PROFILE_GET, NLM_F_DUMP), add_scanned,
			    &bytes));
	return bytes;
}

static int print_reasons(void)
{
	struct vfw_kern_reason_info *reasons;
	struct vfw_kern *k;
	size_t n;

	if (vfw_kern_open(&k))
		die("vfw.ko", "it is not loaded");
	check(k, "reasons", vfw_kern_reasons(k, &reasons, &n));
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

int main(int argc, char **argv)
{
	uint32_t n_rules, n_vms, n_idents;
	struct vfw_compiled *c;
	struct inspect in = {0};
	struct clocks begun;
	struct vfw_vm *vms;
	size_t len;
	char *text;

	if (argc == 2 && !strcmp(argv[1], "--reasons"))
		return print_reasons();
	if (argc < 4)
		die("usage",
		    "benchpolicy RULES VMS IDENTITIES [--compile-only | --inspect DB EXPRESSIONS DEPTH]");
	if (argc == 8 && !strcmp(argv[4], "--inspect")) {
		in.db = argv[5];
		in.n_exprs = (uint32_t)strtoul(argv[6], NULL, 0);
		in.depth = (uint32_t)strtoul(argv[7], NULL, 0);
	}
	n_rules = (uint32_t)strtoul(argv[1], NULL, 0);
	n_vms = (uint32_t)strtoul(argv[2], NULL, 0);
	n_idents = (uint32_t)strtoul(argv[3], NULL, 0);
	if (n_vms < 1 || n_vms > VFW_MAX_VMS || n_idents < 2)
		die("usage", "expected 1 to 4096 VMs, 2 identities or more");
	text = make_text(n_rules, n_idents, in.db, &len);
	vms = make_vms(n_vms, n_idents);
	if (!vms)
		die("VMs", "no memory");
	printf("{\"rules\": %u, \"vms\": %u, \"policy_bytes\": %zu, ", n_rules, n_vms, len);
	begun = now();
	c = compile(text, len, vms, n_vms);
	print_step("compile", begun, now());
	if (in.db)
		mark_inspected(c);
	if (argc == 4 || in.db)
		publish(c, vms, n_vms, in.db ? &in : NULL);
	printf("\"identities\": %u, \"pairs\": %u, \"blocks\": %u, \"cells\": %u}\n",
	       c->counts.n_idents, c->counts.n[VFW_TABLE_PAIRS], c->counts.n[VFW_TABLE_BLOCKS],
	       c->counts.n[VFW_TABLE_CELLS]);
	vfw_compiled_free(c);
	return 0;
}
