/* SPDX-License-Identifier: GPL-2.0 */
/* A flow as user space sees it. */
#ifndef VFW_FLOW_INFO_H
#define VFW_FLOW_INFO_H

#include <linux/vfw.h>

struct vfw_flow;

/* Describes a flow. RCU read lock, for the VMs of living flows' slots; no lock held. */
void vfw_flow_info_fill(struct vfw_flow *flow, struct vfw_flow_info *info);

/* Is that what match asks for? Its fields have been checked. Any context. */
bool vfw_flow_info_matches(const struct vfw_flow_info *info, const struct vfw_flow_match *match);

#endif /* VFW_FLOW_INFO_H */
