// SPDX-License-Identifier: GPL-2.0
/* Flows: ending them, how long they last, which of them events tell of. */
#include <net/genetlink.h>

#include "ctl_cmd.h"
#include "flow.h"
#include "flow_conf.h"

#define CTL_FLOW_ADDRS (VFW_FLOW_M_ADDR0 | VFW_FLOW_M_ADDR1)
#define CTL_FLOW_PORTS (VFW_FLOW_M_PORT0 | VFW_FLOW_M_PORT1)

static int ctl_flow_match(const struct nlattr *attr, struct vfw_flow_match *match,
			  struct netlink_ext_ack *extack)
{
	memcpy(match, nla_data(attr), sizeof(*match));
	if (match->flags & ~VFW_FLOW_M_ALL) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a flag of the match is unknown to this module");
		return -EOPNOTSUPP;
	}
	if (match->reserved) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the reserved field of the match is not 0");
		return -EINVAL;
	}
	if (!(match->flags & ~VFW_FLOW_M_EITHER)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "expected a VM, an address, a port, a protocol or a family");
		return -EINVAL;
	}
	if (match->flags & VFW_FLOW_M_FAMILY && match->family != 4 && match->family != 6) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "family: expected 4 or 6");
		return -EINVAL;
	}
	if (match->flags & CTL_FLOW_ADDRS && !(match->flags & VFW_FLOW_M_FAMILY)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "an address needs its family");
		return -EINVAL;
	}
	if (match->flags & CTL_FLOW_PORTS && !(match->flags & VFW_FLOW_M_PROTO)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a port needs its protocol");
		return -EINVAL;
	}
	return 0;
}

int vfw_ctl_flow_kill(struct sk_buff *skb, struct genl_info *info)
{
	struct vfw_flow_match match;
	struct sk_buff *msg;
	void *hdr;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, VFW_A_FLOW_MATCH))
		return -EINVAL;
	err = ctl_flow_match(info->attrs[VFW_A_FLOW_MATCH], &match, info->extack);
	if (err)
		return err;
	/* The answer first: nothing is ended that could not be said. */
	msg = vfw_ctl_reply(info, nla_total_size(sizeof(u32)), &hdr);
	if (!msg)
		return -ENOMEM;
	err = nla_put_u32(msg, VFW_A_N_FLOWS, vfw_flow_end(&match));
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

int vfw_ctl_flow_conf(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *timeouts = info->attrs[VFW_A_TIMEOUTS];
	const struct nlattr *events = info->attrs[VFW_A_FLOW_EVENTS];
	struct vfw_timeouts t;
	u32 i;

	if (!timeouts && !events) {
		NL_SET_ERR_MSG(info->extack, "expected timeouts, or of which flows events tell");
		return -EINVAL;
	}
	if (timeouts) {
		memcpy(&t, nla_data(timeouts), sizeof(t));
		for (i = 0; i < __VFW_TIMEOUT_MAX; i++) {
			if (t.seconds[i] <= VFW_TIMEOUT_SECONDS_MAX)
				continue;
			NL_SET_ERR_MSG_ATTR_FMT(info->extack, timeouts,
						"timeout %u: at most %u seconds", i,
						VFW_TIMEOUT_SECONDS_MAX);
			return -ERANGE;
		}
	}
	mutex_lock(&vfw_config_mutex);
	if (timeouts)
		vfw_flow_conf_set_timeouts(&t);
	if (events)
		vfw_flow_conf_set_events(nla_get_u32(events));
	mutex_unlock(&vfw_config_mutex);
	return 0;
}

size_t vfw_ctl_flow_size(void)
{
	return nla_total_size(sizeof(struct vfw_timeouts)) + nla_total_size(sizeof(u32));
}

int vfw_ctl_flow_put(struct sk_buff *skb)
{
	struct vfw_timeouts t;

	vfw_flow_conf_get_timeouts(&t);
	if (nla_put(skb, VFW_A_TIMEOUTS, sizeof(t), &t) ||
	    nla_put_u32(skb, VFW_A_FLOW_EVENTS, vfw_flow_conf_get_events()))
		return -EMSGSIZE;
	return 0;
}
