/* SPDX-License-Identifier: GPL-2.0 */
/* Flows: one conversation and its cached verdict. */
#ifndef VFW_FLOW_H
#define VFW_FLOW_H

#include <linux/types.h>
#include <linux/vfw.h>

/* Flows in the table. Any context. */
u32 vfw_flow_count(void);

/* Bytes held by flows. Any context. */
u64 vfw_flow_memory(void);

/*
 * Walks the table for a dump: calls fn for each flow from bucket *bucket on, and
 * skips the first *skip flows of that bucket. When fn returns nonzero the walk ends there with
 * *bucket and *skip saying where to go on, and that value is returned; 0 at the end of the
 * table. Flows that come and go meanwhile may be missed. Process context, takes the RCU read
 * lock; fn must not sleep.
 */
int vfw_flow_walk(u32 *bucket, u32 *skip, int (*fn)(const struct vfw_flow_info *info, void *arg),
		  void *arg);

#endif /* VFW_FLOW_H */
