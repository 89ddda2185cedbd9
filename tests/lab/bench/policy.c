// SPDX-License-Identifier: GPL-2.0
/*
 * benchpolicy RULES VMS IDENTITIES [--compile-only]: makes a policy of RULES rules between random
 * groups with overlapping port ranges, compiles it with vfwd's own compiler for VMS VMs of IDENTITIES
 * identities, gives it to the module with vfwd's own functions, binds ports p0, p1, ... and
 * arms. Prints how long each step took, as JSON.
 * benchpolicy --reasons prints why frames ended so far, as JSON.
 */
#include "../../../daemon/kern/kern.h"
#include "../../../daemon/policy/policy.h"
#include "../../../daemon/vm/registry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FIRST_ADDR 0x0a010000u /* as tests/lab/bench/traffic.c */
#define ENDS_EACH 2 /* groups at each end of a rule */

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

static char *make_text(uint32_t n_rules, uint32_t n_idents, size_t *len)
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
	fprintf(f, "}\ndefault pass\n");
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

static void publish(const struct vfw_compiled *c, const struct vfw_vm *vms, uint32_t n)
{
	struct vfw_kern_status status;
	struct clocks begun, loaded;
	uint32_t id, revision;
	struct vfw_kern *k;

	if (vfw_kern_open(&k))
		die("vfw.ko", "it is not loaded");
	begun = now();
	check(k, "begin", vfw_kern_txn_begin(k, c, false, &id));
	check(k, "tables", vfw_kern_txn_tables(k, id, c));
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

static int print_reasons(void)
{
	struct vfw_kern_reason_info *reasons;
	const char *comma = "";
	struct vfw_kern *k;
	size_t n;

	if (vfw_kern_open(&k))
		die("vfw.ko", "it is not loaded");
	check(k, "reasons", vfw_kern_reasons(k, &reasons, &n));
	printf("{");
	for (size_t i = 0; i < n; i++) {
		if (!reasons[i].packets)
			continue;
		printf("%s\"%s\": %llu", comma, reasons[i].word,
		       (unsigned long long)reasons[i].packets);
		comma = ", ";
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
	struct clocks begun;
	struct vfw_vm *vms;
	size_t len;
	char *text;

	if (argc == 2 && !strcmp(argv[1], "--reasons"))
		return print_reasons();
	if (argc < 4)
		die("usage", "benchpolicy RULES VMS IDENTITIES [--compile-only]");
	n_rules = (uint32_t)strtoul(argv[1], NULL, 0);
	n_vms = (uint32_t)strtoul(argv[2], NULL, 0);
	n_idents = (uint32_t)strtoul(argv[3], NULL, 0);
	if (n_vms < 1 || n_vms > VFW_MAX_VMS || n_idents < 2)
		die("usage", "expected 1 to 4096 VMs, 2 identities or more");
	text = make_text(n_rules, n_idents, &len);
	vms = make_vms(n_vms, n_idents);
	if (!vms)
		die("VMs", "no memory");
	printf("{\"rules\": %u, \"vms\": %u, \"policy_bytes\": %zu, ", n_rules, n_vms, len);
	begun = now();
	c = compile(text, len, vms, n_vms);
	print_step("compile", begun, now());
	if (argc == 4)
		publish(c, vms, n_vms);
	printf("\"identities\": %u, \"pairs\": %u, \"blocks\": %u, \"cells\": %u}\n",
	       c->counts.n_idents, c->counts.n[VFW_TABLE_PAIRS], c->counts.n[VFW_TABLE_BLOCKS],
	       c->counts.n[VFW_TABLE_CELLS]);
	vfw_compiled_free(c);
	return 0;
}
