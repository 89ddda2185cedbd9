// SPDX-License-Identifier: GPL-2.0
/* The command EXPLAIN: checks the question, leaves the answer to vfw_explain(). */
#include <linux/bitops.h>
#include <linux/string.h>
#include <net/genetlink.h>

#include "ctl_cmd.h"
#include "explain.h"

static int ctl_explain_check(const struct vfw_explain *ex, struct netlink_ext_ack *extack)
{
	u32 src = ex->flags &
		  (VFW_EXPLAIN_F_SRC_VM | VFW_EXPLAIN_F_SRC_HOST | VFW_EXPLAIN_F_SRC_ADDR);
	u32 dst = ex->flags &
		  (VFW_EXPLAIN_F_DST_VM | VFW_EXPLAIN_F_DST_HOST | VFW_EXPLAIN_F_DST_ADDR);

	if (ex->flags & ~VFW_EXPLAIN_F_ALL) {
		NL_SET_ERR_MSG_FMT(extack, "unknown explain flags 0x%x",
				   ex->flags & ~VFW_EXPLAIN_F_ALL);
		return -EOPNOTSUPP;
	}
	if (hweight32(src) > 1 || hweight32(dst) > 1) {
		NL_SET_ERR_MSG(extack, "an end is a VM, the host or an address, not two of them");
		return -EINVAL;
	}
	if (ex->flags & (VFW_EXPLAIN_F_SRC_ADDR | VFW_EXPLAIN_F_DST_ADDR) && ex->family != 4 &&
	    ex->family != 6) {
		NL_SET_ERR_MSG(extack, "family: expected 4 or 6");
		return -EINVAL;
	}
	if (ex->app == VFW_APP_ID_PENDING) {
		NL_SET_ERR_MSG(extack, "app: expected a number that stands for one, or 0 for none");
		return -EINVAL;
	}
	if (ex->key > VFW_KEY_LAST) {
		NL_SET_ERR_MSG_FMT(extack, "key 0x%x: past the last, 0x%x", ex->key, VFW_KEY_LAST);
		return -EINVAL;
	}
	return 0;
}

/* The question without what the request may have left where the answer goes. */
static void ctl_explain_question(struct vfw_explain *ex, const struct vfw_explain *request)
{
	*ex = (struct vfw_explain){
		.flags = request->flags,
		.key = request->key,
		.family = request->family,
		.app = request->flags & VFW_EXPLAIN_F_APP ? request->app : VFW_APP_ID_NONE,
	};
	memcpy(ex->src_uuid, request->src_uuid, sizeof(ex->src_uuid));
	memcpy(ex->dst_uuid, request->dst_uuid, sizeof(ex->dst_uuid));
	memcpy(ex->src_addr, request->src_addr, sizeof(ex->src_addr));
	memcpy(ex->dst_addr, request->dst_addr, sizeof(ex->dst_addr));
}

int vfw_ctl_explain(struct sk_buff *skb, struct genl_info *info)
{
	struct vfw_explain ex;
	const char *why = "";
	struct sk_buff *msg;
	void *hdr;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, VFW_A_EXPLAIN))
		return -EINVAL;
	ctl_explain_question(&ex, nla_data(info->attrs[VFW_A_EXPLAIN]));
	err = ctl_explain_check(&ex, info->extack);
	if (err)
		return err;
	rcu_read_lock();
	err = vfw_explain(&ex, &why);
	rcu_read_unlock();
	if (err) {
		NL_SET_ERR_MSG_FMT(info->extack, "%s", why);
		return err;
	}
	msg = vfw_ctl_reply(info, nla_total_size(sizeof(ex)), &hdr);
	if (!msg)
		return -ENOMEM;
	err = nla_put(msg, VFW_A_EXPLAIN, sizeof(ex), &ex);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}
