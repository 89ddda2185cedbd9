// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "scan_space.h"

static DEFINE_PER_CPU(struct vfw_scan_space *, space_here);

struct vfw_scan_space *vfw_scan_space(void)
{
	return this_cpu_read(space_here);
}

bool vfw_scan_space_ask(struct vfw_scan_space *space, u32 *n, u32 id)
{
	u32 at = id % ARRAY_SIZE(space->seen);

	if (!*n)
		memset(space->seen, 0, sizeof(space->seen));
	/* it is half full at most */
	for (; space->seen[at]; at = (at + 1) % ARRAY_SIZE(space->seen))
		if (space->seen[at] == id + 1)
			return true;
	if (*n == ARRAY_SIZE(space->asked))
		return false;
	space->seen[at] = id + 1;
	space->asked[(*n)++] = id;
	return true;
}

int vfw_scan_space_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu(space_here, cpu) = kvmalloc(sizeof(struct vfw_scan_space), GFP_KERNEL);
		if (!per_cpu(space_here, cpu)) {
			vfw_scan_space_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

void vfw_scan_space_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		kvfree(per_cpu(space_here, cpu));
		per_cpu(space_here, cpu) = NULL;
	}
}
