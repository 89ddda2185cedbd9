// SPDX-License-Identifier: GPL-2.0

/*
 * FPU sections. Vector registers belong to whatever ran before, so kernel code may use them only
 * between kernel_fpu_begin() and kernel_fpu_end(), which turn preemption off, and up to 6.12 not
 * softirqs: a softirq that interrupts a section must not begin another, and irq_fpu_usable() tells
 * it so. User-mode Linux saves the registers with every interrupt and its kernel_fpu_begin() is
 * empty; there the per-CPU flag says the same. The flag also guards what the section uses besides
 * registers: heap and scratch.
 *
 * Loading a database is megabytes of copying and checksum, too long for one section. The runtime
 * calls them through the functions at the end of this file, which leave the section between pieces:
 * no vector register is live across a call in the System V calling convention, so nothing is lost
 * by it.
 */

#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>
#include <asm/fpu/api.h>

#include "hs.h"
#include "include/breathe.h"
#include "runtime.h"
#include "section.h"

#define BREATH VFW_HS_PIECE

/* In bytes; KASAN makes frames larger. */
#define STACK_NEED (IS_ENABLED(CONFIG_KASAN) ? 10240 : 7168)

DEFINE_PER_CPU(struct vfw_hs_cpu, vfw_hs_cpu);

/*
 * What a scan takes is on docs/hyperscan.md. Where less is left than that, the data is for a
 * worker, whose stack is empty. The softirq stack of x86 is not looked at: little lies on it before
 * us.
 */
static bool stack_suffices(void)
{
	unsigned long here = (unsigned long)__builtin_frame_address(0);

	return !object_is_on_stack((void *)here) ||
	       here - (unsigned long)end_of_stack(current) >= STACK_NEED;
}

/* User-mode Linux may run softirqs on the stack of its signals, where the next signal lies, too. */
static bool on_signal_stack(void)
{
#ifdef CONFIG_UML
	return current_thread_info()->real_thread;
#else
	return false;
#endif
}

static bool enter(void)
{
	if (!irq_fpu_usable())
		return false;
	preempt_disable();
	if (this_cpu_read(vfw_hs_cpu.busy)) {
		preempt_enable();
		return false;
	}
	/* Before the registers: a softirq in between must find the flag and stay out. */
	this_cpu_write(vfw_hs_cpu.busy, true);
	kernel_fpu_begin();
	return true;
}

bool vfw_hs_section_enter(void)
{
	return !on_signal_stack() && stack_suffices() && enter();
}

void vfw_hs_section_leave(void)
{
	kernel_fpu_end();
	this_cpu_write(vfw_hs_cpu.heap, NULL);
	this_cpu_write(vfw_hs_cpu.busy, false);
	preempt_enable();
}

void vfw_hs_section_enter_task(struct vfw_hs_heap *heap)
{
	might_sleep();
	while (!enter())
		cond_resched();
	this_cpu_write(vfw_hs_cpu.heap, heap);
}

static void breathe(void)
{
	struct vfw_hs_heap *heap = this_cpu_read(vfw_hs_cpu.heap);

	vfw_hs_section_leave();
	cond_resched();
	vfw_hs_section_enter_task(heap);
}

void *vfw_hs_memcpy(void *to, const void *from, size_t len)
{
	size_t done, n;

	for (done = 0; done < len; done += n) {
		n = min_t(size_t, len - done, BREATH);
		memcpy(to + done, from + done, n);
		if (len > BREATH)
			breathe();
	}
	return to;
}

void *vfw_hs_memset(void *mem, int byte, size_t len)
{
	size_t done, n;

	for (done = 0; done < len; done += n) {
		n = min_t(size_t, len - done, BREATH);
		memset(mem + done, byte, n);
		if (len > BREATH)
			breathe();
	}
	return mem;
}

unsigned int vfw_hs_crc(unsigned int crc, const void *buf, size_t len)
{
	size_t done, n;

	for (done = 0; done < len; done += n) {
		n = min_t(size_t, len - done, BREATH);
		crc = vfw_hs_runtime->crc(crc, buf + done, n);
		if (len > BREATH)
			breathe();
	}
	return crc;
}
