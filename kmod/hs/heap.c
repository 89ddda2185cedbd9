// SPDX-License-Identifier: GPL-2.0

/*
 * The runtime's malloc() and free(). It calls them in a few places only: to lay out a scratch, a
 * stream, a line of text. Each time our caller has put the memory there before, and takes it back
 * as a whole.
 */

#include <linux/align.h>
#include <linux/bug.h>
#include <linux/printk.h>

#include "include/shim.h"
#include "section.h"

void *vfw_hs_malloc(size_t size)
{
	struct vfw_hs_heap *heap = this_cpu_read(vfw_hs_cpu.heap);
	void *mem;

	if (WARN_ONCE(!heap, "vfw: the runtime allocates where it must not\n"))
		return NULL;
	/* 64 as for a cache line: what follows in the heap starts as aligned as the heap. */
	size = ALIGN(size, 64);
	heap->want = heap->used + size;
	if (size > heap->size - heap->used)
		return NULL;
	mem = heap->mem + heap->used;
	heap->used += size;
	return mem;
}

void vfw_hs_free(void *mem)
{
}

/* Called by the runtime's asserts, in instrumented kernels only. */
void vfw_hs_assert_failed(const char *expr, const char *file, int line)
{
	pr_crit("vfw: Hyperscan asserts %s at %s:%d\n", expr, file, line);
	BUG();
}
