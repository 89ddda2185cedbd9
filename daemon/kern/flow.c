// SPDX-License-Identifier: GPL-2.0
/* Flows: ending them, how long they last, which of them events tell of. */
#include "call.h"

#include <string.h>

static int on_kill(void *arg, struct nlattr **a)
{
	if (a[VFW_A_N_FLOWS] && nla_len(a[VFW_A_N_FLOWS]) >= 4)
		*(uint32_t *)arg = nla_get_u32(a[VFW_A_N_FLOWS]);
	return 0;
}

int vfw_kern_flow_kill(struct vfw_kern *k, const struct vfw_flow_match *match, uint32_t *n)
{
	struct nl_msg *msg = vfw_kern_message(k, VFW_CMD_FLOW_KILL, 0);

	*n = 0;
	if (msg && nla_put(msg, VFW_A_FLOW_MATCH, sizeof(*match), match)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return vfw_kern_call(k, msg, on_kill, n);
}

int vfw_kern_flow_conf(struct vfw_kern *k, const struct vfw_timeouts *timeouts,
		       enum vfw_flow_events events)
{
	struct nl_msg *msg = vfw_kern_message(k, VFW_CMD_FLOW_CONF, 0);

	if (msg && (nla_put(msg, VFW_A_TIMEOUTS, sizeof(*timeouts), timeouts) ||
		    nla_put_u32(msg, VFW_A_FLOW_EVENTS, events))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return vfw_kern_call(k, msg, NULL, NULL);
}
