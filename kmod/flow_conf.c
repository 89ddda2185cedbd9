// SPDX-License-Identifier: GPL-2.0
#include <linux/build_bug.h>
#include <linux/lockdep.h>

#include "flow_conf.h"
#include "flow_table.h"
#include "vm.h"

/* those of TCP's states come from core/ */
u32 vfw_flow_conf_seconds[__VFW_TIMEOUT_MAX] = {
	[VFW_TIMEOUT_TCP_PICKED_UP] = 300,
	[VFW_TIMEOUT_UDP_UNANSWERED] = 30,
	[VFW_TIMEOUT_UDP] = 180,
	[VFW_TIMEOUT_ICMP] = 30,
	[VFW_TIMEOUT_OTHER_UNANSWERED] = 30,
	[VFW_TIMEOUT_OTHER] = 600,
};

static u32 conf_events;

static enum vfw_timeout conf_of_state(u32 state)
{
	return state - VFW_TCP_SYN_SENT + VFW_TIMEOUT_TCP_SYN_SENT;
}

static enum vfw_timeout conf_which(const struct vfw_flow *flow)
{
	switch (flow->key.proto) {
	case VFW_PROTO_TCP:
		if (flow->tcp.state == VFW_TCP_ESTABLISHED && !flow->answered)
			return VFW_TIMEOUT_TCP_PICKED_UP;
		return conf_of_state(flow->tcp.state);
	case VFW_PROTO_UDP:
	case VFW_PROTO_UDPLITE:
		return flow->answered ? VFW_TIMEOUT_UDP : VFW_TIMEOUT_UDP_UNANSWERED;
	case VFW_PROTO_ICMP:
	case VFW_PROTO_ICMP6:
		return VFW_TIMEOUT_ICMP;
	default:
		return flow->answered ? VFW_TIMEOUT_OTHER : VFW_TIMEOUT_OTHER_UNANSWERED;
	}
}

unsigned long vfw_flow_conf_life(const struct vfw_flow *flow)
{
	return vfw_flow_conf_timeout(conf_which(flow));
}

bool vfw_flow_conf_tells(bool log)
{
	u32 events = READ_ONCE(conf_events);

	return events == VFW_FLOW_EVENTS_ALL || (events == VFW_FLOW_EVENTS_LOG && log);
}

void vfw_flow_conf_set_timeouts(const struct vfw_timeouts *t)
{
	u32 i;

	lockdep_assert_held(&vfw_config_mutex);
	for (i = 0; i < __VFW_TIMEOUT_MAX; i++)
		if (t->seconds[i])
			WRITE_ONCE(vfw_flow_conf_seconds[i], t->seconds[i]);
}

void vfw_flow_conf_get_timeouts(struct vfw_timeouts *t)
{
	memcpy(t->seconds, vfw_flow_conf_seconds, sizeof(t->seconds));
}

void vfw_flow_conf_set_events(u32 events)
{
	lockdep_assert_held(&vfw_config_mutex);
	WRITE_ONCE(conf_events, events);
}

u32 vfw_flow_conf_get_events(void)
{
	return READ_ONCE(conf_events);
}

void vfw_flow_conf_init(void)
{
	u32 state;

	BUILD_BUG_ON(VFW_TIMEOUT_TCP_CLOSE - VFW_TIMEOUT_TCP_SYN_SENT !=
		     VFW_TCP_CLOSE - VFW_TCP_SYN_SENT);
	for (state = VFW_TCP_SYN_SENT; state < VFW_TCP_STATE_COUNT; state++)
		vfw_flow_conf_seconds[conf_of_state(state)] = vfw_tcpstate_timeout(state);
}
