// SPDX-License-Identifier: GPL-2.0
#include "publish.h"

#include "../../../daemon/vm/registry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void bench_die(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, why);
	exit(1);
}

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

struct bench_clocks bench_now(void)
{
	return (struct bench_clocks){
		seconds(CLOCK_MONOTONIC),
		seconds(CLOCK_PROCESS_CPUTIME_ID),
		kernel_seconds(),
	};
}

void bench_print_step(const char *name, struct bench_clocks from, struct bench_clocks to)
{
	printf("\"%s\": {\"wall_s\": %.3f, \"cpu_s\": %.3f, \"kernel_s\": %.3f}, ", name,
	       to.wall - from.wall, to.cpu - from.cpu, to.kernel - from.kernel);
}

struct vfw_vm *bench_vms_new(uint32_t n, uint32_t n_idents)
{
	struct vfw_vm *vms = calloc(n, sizeof(*vms));
	uint32_t i, addr;

	for (i = 0; vms && i < n; i++) {
		struct vfw_vm *vm = &vms[i];
		struct vfw_nic *nic = &vm->nics[0];

		addr = BENCH_FIRST_ADDR + i;
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

struct vfw_compiled *bench_compile(const char *text, size_t len, struct vfw_vm *vms, uint32_t n)
{
	const struct vfw_vm **list = calloc(n, sizeof(*list));
	struct vfw_policy *policy = vfw_policy_new();
	struct vfw_compiled *c = NULL;
	struct vfw_diags d = {0};

	if (!list || !policy)
		bench_die("policy", "no memory");
	for (uint32_t i = 0; i < n; i++)
		list[i] = &vms[i];
	if (vfw_policy_add_text(policy, "bench.vfw", text, len, &d) ||
	    vfw_policy_compile(policy, list, n, &d, &c))
		bench_die("policy", d.n ? d.v[0].message : "it does not compile");
	vfw_policy_free(policy);
	free(list);
	return c;
}

void bench_check(struct vfw_kern *k, const char *what, int err)
{
	if (err)
		bench_die(what, vfw_kern_error(k));
}

static void send_vms(struct vfw_kern *k, uint32_t id, const struct vfw_compiled *c,
		     const struct vfw_vm *vms, uint32_t n)
{
	int nic_index[VFW_MAX_NICS];
	struct vfw_kern_vm message;
	char name[IFNAMSIZ];

	if (c->n_members != n)
		bench_die("policy", "its members are not the VMs");
	for (uint32_t i = 0; i < n; i++) {
		const struct vfw_member *m = &c->members[i];

		if (memcmp(m->uuid, vms[i].uuid, VFW_UUID_LEN))
			bench_die("policy", "its members are not the VMs");
		if (vfw_kern_vm_encode(&vms[i], m->ident, 0, 0, m->nic_flags, &message, nic_index))
			bench_die(vms[i].name, "no memory");
		bench_check(k, vms[i].name, vfw_kern_txn_vm(k, id, &message));
		free(message.data);
		snprintf(name, sizeof(name), "p%u", i);
		bench_check(k, name,
			    vfw_kern_txn_port(k, id, (int)if_nametoindex(name), vms[i].uuid, 0));
	}
}

void bench_publish(const struct vfw_compiled *c, const struct vfw_vm *vms, uint32_t n,
		   bench_profiles profiles, void *arg)
{
	struct vfw_kern_status status;
	struct bench_clocks begun, loaded;
	uint32_t id, revision;
	struct vfw_kern *k;

	if (vfw_kern_open(&k))
		bench_die("vfw.ko", "it is not loaded");
	bench_check(k, "status", vfw_kern_status(k, &status));
	begun = bench_now();
	bench_check(k, "begin", vfw_kern_txn_begin(k, status.revision, c, NULL, &id));
	bench_check(k, "tables", vfw_kern_txn_tables(k, id, c));
	if (profiles)
		bench_check(k, "profile", profiles(k, id, arg));
	send_vms(k, id, c, vms, n);
	loaded = bench_now();
	bench_check(k, "commit", vfw_kern_txn_commit(k, id, &revision));
	bench_print_step("load", begun, loaded);
	bench_print_step("swap", loaded, bench_now());
	bench_check(k, "arm", vfw_kern_mode_set(k, VFW_MODE_ARMED));
	bench_check(k, "status", vfw_kern_status(k, &status));
	printf("\"revision\": %u, \"ports\": %u, \"flows\": %u, \"module_bytes\": %llu, ",
	       status.revision, status.ports, status.flows, (unsigned long long)status.memory);
	vfw_kern_close(k);
}
