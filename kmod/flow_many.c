// SPDX-License-Identifier: GPL-2.0
/* What is done with many flows at once: listed, counted, killed by an administrator, ended with their VM or port. */
#include <linux/jiffies.h>

#include "flow.h"
#include "flow_info.h"
#include "flow_table.h"
#include "share.h"

static bool flow_has_slot(const struct vfw_flow *flow, const void *slot)
{
	const u32 *s = slot;

	return flow->key.end[0] == *s || flow->key.end[1] == *s;
}

void vfw_flow_flush_slot(u32 slot, const u8 uuid[VFW_UUID_LEN])
{
	const struct vfw_flow_end end = {.slot = slot, .uuid = uuid};

	vfw_flow_table_sweep(flow_has_slot, &slot, &end);
}

static bool flow_has_share(const struct vfw_flow *flow, const void *share)
{
	return flow->share == share;
}

void vfw_flow_flush_share(const struct vfw_share *share)
{
	const struct vfw_flow_end end = {.slot = VFW_MAX_VMS};

	if (vfw_share_count(share))
		vfw_flow_table_sweep(flow_has_share, share, &end);
}

u32 vfw_flow_count(void)
{
	return vfw_share_total();
}

u64 vfw_flow_memory(void)
{
	return vfw_flow_table_memory();
}

struct flow_visit {
	int (*fn)(const struct vfw_flow_info *info, void *arg);
	void *arg;
};

static int flow_visit(struct vfw_flow *flow, void *arg)
{
	const struct flow_visit *visit = arg;
	struct vfw_flow_info info;

	vfw_flow_info_fill(flow, &info);
	return visit->fn(&info, visit->arg);
}

int vfw_flow_walk(u32 *bucket, u32 *skip, int (*fn)(const struct vfw_flow_info *info, void *arg),
		  void *arg)
{
	struct flow_visit visit = {.fn = fn, .arg = arg};

	return vfw_flow_table_walk(bucket, skip, flow_visit, &visit);
}

struct flow_killing {
	const struct vfw_flow_match *match;
	u32 n;
};

static int flow_end_if(struct vfw_flow *flow, void *arg)
{
	struct flow_killing *killing = arg;
	struct vfw_flow_info info;
	u32 seconds;

	vfw_flow_info_fill(flow, &info);
	if (info.flags & VFW_FLOW_F_KILLED || !vfw_flow_info_matches(&info, killing->match))
		return 0;
	seconds = info.proto == VFW_PROTO_TCP ? VFW_FLOW_KILLED_TCP : VFW_FLOW_KILLED_OTHER;
	local_bh_disable();
	spin_lock(&flow->lock);
	if (!flow->gone && !flow->killed) {
		WRITE_ONCE(flow->killed, VFW_FLOW_KILLED);
		flow->until = VFW_FLOW_TICK(jiffies + seconds * HZ);
		killing->n++;
	}
	spin_unlock(&flow->lock);
	vfw_flow_table_sort(flow);
	local_bh_enable();
	return 0;
}

u32 vfw_flow_end(const struct vfw_flow_match *match)
{
	struct flow_killing killing = {.match = match};
	u32 bucket = 0, skip = 0;

	vfw_flow_table_walk(&bucket, &skip, flow_end_if, &killing);
	return killing.n;
}
