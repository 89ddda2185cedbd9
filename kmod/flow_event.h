/* SPDX-License-Identifier: GPL-2.0 */
/* Events that tell of a flow's beginning and end, with its counters; a share's events are bounded. */
#ifndef VFW_FLOW_EVENT_H
#define VFW_FLOW_EVENT_H

struct vfw_flow;
struct vfw_flow_end;

/* Posts VFW_EVENT_FLOW_START. RCU read lock; no lock held. */
void vfw_flow_event_start(struct vfw_flow *flow);

/* Posts VFW_EVENT_FLOW_END of a flow that has left the table. RCU read lock; no lock held. */
void vfw_flow_event_end(struct vfw_flow *flow, const struct vfw_flow_end *end);

#endif /* VFW_FLOW_EVENT_H */
