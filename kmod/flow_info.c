// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>

#include "flow_info.h"
#include "flow_table.h"
#include "scan.h"
#include "vm.h"

static void info_uuid(u8 *uuid, u32 end)
{
	const struct vfw_vm *vm = end < VFW_MAX_VMS ? vfw_vm_slot(end) : NULL;

	if (vm)
		memcpy(uuid, vm->uuid, VFW_UUID_LEN);
}

void vfw_flow_info_fill(struct vfw_flow *flow, struct vfw_flow_info *info)
{
	const struct vfw_flow_key *key = &flow->key;
	const struct vfw_scan *scan = READ_ONCE(flow->scan);
	unsigned int i, side;
	s32 left;

	memset(info, 0, sizeof(*info));
	for (i = 0; i < 2; i++) {
		side = i ^ flow->opener;
		memcpy(info->addr[i], key->addr[side], 16);
		info->port[i] = key->port[side];
		info_uuid(info->uuid[i], key->end[side]);
	}
	info->bridge = key->bridge;
	info->vlan = key->vlan;
	info->family = key->family;
	info->proto = key->proto;
	spin_lock_bh(&flow->lock);
	for (i = 0; i < 2; i++) {
		info->ident[i] = flow->ident[i];
		info->packets[i] = flow->packets[i];
		info->bytes[i] = flow->bytes[i];
	}
	info->age_ms = jiffies_to_msecs(jiffies - flow->born);
	left = flow->until - VFW_FLOW_TICK(jiffies);
	if (left > 0)
		info->expires_ms = jiffies_to_msecs((unsigned long)left << VFW_FLOW_TICK_SHIFT);
	info->rule = flow->rule_id;
	info->revision = flow->revision;
	info->state = flow->tcp.state;
	info->verdict = !flow->killed			  ? VFW_PASS
			: flow->killed == VFW_FLOW_KILLED ? VFW_REJECT
							  : VFW_BLOCK;
	info->flags =
		(flow->answered ? VFW_FLOW_F_ANSWERED : 0) | (flow->killed ? VFW_FLOW_F_KILLED : 0);
	spin_unlock_bh(&flow->lock);
	info->app = scan ? vfw_scan_app(scan) : READ_ONCE(flow->app);
}

/* The match's side 0 is compared with the flow's side `side`. */
static bool info_matches(const struct vfw_flow_info *info, const struct vfw_flow_match *match,
			 unsigned int side)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (match->flags & (VFW_FLOW_M_ADDR0 << i) &&
		    memcmp(match->addr[i], info->addr[i ^ side], 16))
			return false;
		if (match->flags & (VFW_FLOW_M_PORT0 << i) &&
		    match->port[i] != info->port[i ^ side])
			return false;
		if (match->flags & (VFW_FLOW_M_UUID0 << i) &&
		    memcmp(match->uuid[i], info->uuid[i ^ side], VFW_UUID_LEN))
			return false;
	}
	return true;
}

bool vfw_flow_info_matches(const struct vfw_flow_info *info, const struct vfw_flow_match *match)
{
	if (match->flags & VFW_FLOW_M_FAMILY && match->family != info->family)
		return false;
	if (match->flags & VFW_FLOW_M_PROTO && match->proto != info->proto)
		return false;
	return info_matches(info, match, 0) ||
	       (match->flags & VFW_FLOW_M_EITHER && info_matches(info, match, 1));
}
