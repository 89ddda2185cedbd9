/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the benchmarks' programs share: VMs for ports p0, p1, ..., a policy compiled with vfwd's own compiler and given
 * to the module with vfwd's own functions, and how long each step took. Whatever fails ends the program.
 */
#ifndef VFW_BENCH_PUBLISH_H
#define VFW_BENCH_PUBLISH_H

#include "../../../daemon/kern/call.h"
#include "../../../daemon/policy/policy.h"

#define BENCH_FIRST_ADDR 0x0a010000u /* as tests/lab/bench/traffic.c */

struct bench_clocks {
	double wall, cpu,
		kernel; /* seconds; kernel: its own thread's, where vfw_bench.ko can tell */
};

struct bench_clocks bench_now(void);

/* Prints a member of a JSON object, a comma behind it. */
void bench_print_step(const char *name, struct bench_clocks from, struct bench_clocks to);

__attribute__((noreturn)) void bench_die(const char *what, const char *why);

/* Ends with the module's own words when err is not 0. */
void bench_check(struct vfw_kern *k, const char *what, int err);

/* n VMs, labelled with n_idents different ids; the n-th has port pn. NULL: no memory. */
struct vfw_vm *bench_vms_new(uint32_t n, uint32_t n_idents);

/* Compiles a policy's text for these VMs. The caller's. */
struct vfw_compiled *bench_compile(const char *text, size_t len, struct vfw_vm *vms, uint32_t n);

/* Sends the profiles of a transaction. Returns 0 or a negative errno. */
typedef int (*bench_profiles)(struct vfw_kern *k, uint32_t id, void *arg);

/* Makes c the policy in force and arms. profiles NULL: it has none. Prints members of a JSON object, a comma behind them. */
void bench_publish(const struct vfw_compiled *c, const struct vfw_vm *vms, uint32_t n,
		   bench_profiles profiles, void *arg);

#endif /* VFW_BENCH_PUBLISH_H */
