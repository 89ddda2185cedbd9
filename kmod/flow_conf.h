/* SPDX-License-Identifier: GPL-2.0 */
/* What user space may set of flows: how long they may be silent, and which of them events tell of. */
#ifndef VFW_FLOW_CONF_H
#define VFW_FLOW_CONF_H

#include <linux/jiffies.h>
#include <linux/vfw.h>

struct vfw_flow;

extern u32 vfw_flow_conf_seconds[__VFW_TIMEOUT_MAX]; /* READ_ONCE; written under vfw_config_mutex */

/* A timeout in jiffies; any context. */
static inline unsigned long vfw_flow_conf_timeout(enum vfw_timeout which)
{
	return (unsigned long)READ_ONCE(vfw_flow_conf_seconds[which]) * HZ;
}

/* How long a flow may be silent from now on, in jiffies. Flow locked. */
unsigned long vfw_flow_conf_life(const struct vfw_flow *flow);

/* Shall events tell of a flow that a rule let begin? log: the rule says so. Any context. */
bool vfw_flow_conf_tells(bool log);

/* Sets the timeouts that are not 0; each is at most VFW_TIMEOUT_SECONDS_MAX. vfw_config_mutex held. */
void vfw_flow_conf_set_timeouts(const struct vfw_timeouts *t);
void vfw_flow_conf_get_timeouts(struct vfw_timeouts *t);

/* events: enum vfw_flow_events. vfw_config_mutex held. */
void vfw_flow_conf_set_events(u32 events);
u32 vfw_flow_conf_get_events(void);

/* Sets the timeouts that hold at load. */
void vfw_flow_conf_init(void);

#endif /* VFW_FLOW_CONF_H */
