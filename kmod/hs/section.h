/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VFW_HS_SECTION_H
#define VFW_HS_SECTION_H

#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/types.h>

struct hs_scratch;

/*
 * Memory that the runtime's malloc() hands out while it is laid out: bytes in a row, never freed
 * one by one. `want' is what would have been enough as far as the runtime came.
 */
struct vfw_hs_heap {
	char *mem;
	size_t size;
	size_t used;
	size_t want;
};

/* What a CPU holds for the runtime. All but scratch is touched only inside this CPU's section. */
struct vfw_hs_cpu {
	bool busy;
	struct vfw_hs_heap *heap;
	/*
	 * Read inside a section, which is an RCU read-side section too; written under scratch.c's
	 * mutex.
	 */
	struct hs_scratch __rcu *scratch;
};

DECLARE_PER_CPU(struct vfw_hs_cpu, vfw_hs_cpu);

/*
 * vfw_hs_section_enter() - begin to use vector registers on this CPU; preemption is off until
 * vfw_hs_section_leave(). Task or softirq. Returns false when they are in use here already, or when
 * too little stack is left for a scan.
 */
bool vfw_hs_section_enter(void);
void vfw_hs_section_leave(void);

/*
 * vfw_hs_section_enter_task() - the same from task context, to load and lay out, where it cannot
 * fail; @heap serves the runtime's malloc(), and the runtime may leave the section for a moment
 * (section.c).
 */
void vfw_hs_section_enter_task(struct vfw_hs_heap *heap);

#endif
