// SPDX-License-Identifier: GPL-2.0

/*
 * Scratch: what a scan writes to besides its stream. One for each CPU, large enough for every
 * database ever loaded. `pattern' is a scratch that no scan uses: it carries the sizes, and the
 * CPUs' are its clones. A larger one is published by RCU, the old one freed after a grace period:
 * sections have preemption off, so a scan that began with it has ended by then.
 */

#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "runtime.h"
#include "scratch.h"
#include "section.h"

/* A scratch, and the heap it lies in at an offset. */
struct made {
	struct hs_scratch *scratch;
	void *mem;
};

/* Protects everything here, and writing vfw_hs_cpu.scratch. */
static DEFINE_MUTEX(scratch_lock);
static struct made pattern;
static struct made __percpu *made;

/* Enough rounds for each of the three allocations to ask for more. */
#define ROUNDS 4

static int to_errno(int error)
{
	return error == VFW_HS_NOMEM ? -ENOMEM : -EINVAL;
}

/*
 * The old scratch with what @db needs more, in fresh memory; *grown tells whether that was
 * anything. Runs the runtime until the heap suffices.
 */
static int make_pattern(const struct hs_database *db, struct made *out, bool *grown)
{
	struct vfw_hs_heap heap = {.want = PAGE_SIZE};
	struct hs_scratch *scratch, *old;
	int round, error;

	lockdep_assert_held(&scratch_lock);
	for (round = 0; round < ROUNDS; round++) {
		/* The allocation behind the one that failed is not smaller by more than this. */
		heap.size = heap.want + PAGE_SIZE;
		heap.used = 0;
		heap.mem = kvmalloc(heap.size, GFP_KERNEL);
		if (!heap.mem)
			return -ENOMEM;
		scratch = NULL;
		error = 0;
		vfw_hs_section_enter_task(&heap);
		if (pattern.scratch)
			error = vfw_hs_runtime->scratch_clone(pattern.scratch, &scratch);
		old = scratch;
		if (!error)
			error = vfw_hs_runtime->scratch_alloc(db, &scratch);
		vfw_hs_section_leave();
		if (!error) {
			*grown = scratch != old;
			out->scratch = scratch;
			out->mem = heap.mem;
			return 0;
		}
		kvfree(heap.mem);
		if (error != VFW_HS_NOMEM)
			return to_errno(error);
	}
	return -ENOMEM;
}

static int make_clone(const struct hs_scratch *from, size_t size, struct made *out)
{
	struct vfw_hs_heap heap = {.size = size};
	int error;

	heap.mem = kvmalloc(size, GFP_KERNEL);
	if (!heap.mem)
		return -ENOMEM;
	vfw_hs_section_enter_task(&heap);
	error = vfw_hs_runtime->scratch_clone(from, &out->scratch);
	vfw_hs_section_leave();
	if (error) {
		kvfree(heap.mem);
		return to_errno(error);
	}
	out->mem = heap.mem;
	return 0;
}

static void free_all(struct made __percpu *all)
{
	int cpu;

	if (!all)
		return;
	for_each_possible_cpu(cpu)
		kvfree(per_cpu_ptr(all, cpu)->mem);
	free_percpu(all);
}

static size_t scratch_bytes(const struct hs_scratch *scratch)
{
	unsigned long size = 0;

	vfw_hs_section_enter_task(NULL);
	vfw_hs_runtime->scratch_size(scratch, &size);
	vfw_hs_section_leave();
	return size;
}

static void publish(struct made __percpu *all)
{
	struct hs_scratch *scratch;
	int cpu;

	for_each_possible_cpu(cpu) {
		scratch = all ? per_cpu_ptr(all, cpu)->scratch : NULL;
		rcu_assign_pointer(per_cpu_ptr(&vfw_hs_cpu, cpu)->scratch, scratch);
	}
	synchronize_rcu();
}

static int fit(const struct hs_database *db)
{
	struct made __percpu *all;
	struct made next;
	bool grown;
	size_t size;
	int cpu, err;

	lockdep_assert_held(&scratch_lock);
	err = make_pattern(db, &next, &grown);
	if (err)
		return err;
	if (!grown) {
		kvfree(next.mem);
		return 0;
	}
	size = scratch_bytes(next.scratch);
	all = alloc_percpu(struct made);
	if (!all) {
		err = -ENOMEM;
		goto err_next;
	}
	for_each_possible_cpu(cpu) {
		err = make_clone(next.scratch, ALIGN(size, 64), per_cpu_ptr(all, cpu));
		if (err)
			goto err_all;
	}
	publish(all);
	free_all(made);
	made = all;
	kvfree(pattern.mem);
	pattern = next;
	return 0;

err_all:
	free_all(all);
err_next:
	kvfree(next.mem);
	return err;
}

int vfw_hs_scratch_fit(const struct hs_database *db)
{
	int err;

	mutex_lock(&scratch_lock);
	err = fit(db);
	mutex_unlock(&scratch_lock);
	return err;
}

void vfw_hs_scratch_exit(void)
{
	mutex_lock(&scratch_lock);
	publish(NULL);
	free_all(made);
	made = NULL;
	kvfree(pattern.mem);
	pattern = (struct made){};
	mutex_unlock(&scratch_lock);
}
