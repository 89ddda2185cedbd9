// SPDX-License-Identifier: GPL-2.0
#include <linux/cred.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "ctl.h"
#include "ctl_cmd.h"
#include "event.h"

static const struct nla_policy ctl_nic_policy[VFW_NIC_A_MAX + 1] = {
	[VFW_NIC_A_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[VFW_NIC_A_FLAGS] = {.type = NLA_U32},
	[VFW_NIC_A_ADDR4] = {.type = NLA_BINARY, .len = VFW_MAX_ADDRS * sizeof(struct vfw_addr4)},
	[VFW_NIC_A_ADDR6] = {.type = NLA_BINARY, .len = VFW_MAX_ADDRS * sizeof(struct vfw_addr6)},
};

const struct nla_policy vfw_ctl_vm_policy[VFW_VM_A_MAX + 1] = {
	[VFW_VM_A_UUID] = NLA_POLICY_EXACT_LEN(VFW_UUID_LEN),
	[VFW_VM_A_NAME] = {.type = NLA_NUL_STRING, .len = VFW_NAME_LEN - 1},
	[VFW_VM_A_IDENT] = {.type = NLA_U32},
	[VFW_VM_A_FLAGS] = {.type = NLA_U32},
	[VFW_VM_A_MEANS] = {.type = NLA_U64},
	[VFW_VM_A_NIC] = NLA_POLICY_NESTED(ctl_nic_policy),
};

static struct netlink_range_validation ctl_ifindex_range = {
	.min = 1,
	.max = S32_MAX,
};

const struct nla_policy vfw_ctl_port_policy[VFW_PORT_A_MAX + 1] = {
	[VFW_PORT_A_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &ctl_ifindex_range),
	[VFW_PORT_A_UUID] = NLA_POLICY_EXACT_LEN(VFW_UUID_LEN),
	[VFW_PORT_A_NIC] = NLA_POLICY_MAX(NLA_U32, VFW_MAX_NICS - 1),
};

const struct nla_policy vfw_ctl_profile_policy[VFW_PROFILE_A_MAX + 1] = {
	[VFW_PROFILE_A_NAME] = {.type = NLA_NUL_STRING, .len = VFW_NAME_LEN - 1},
	[VFW_PROFILE_A_CONF] = NLA_POLICY_EXACT_LEN(sizeof(struct vfw_profile_conf)),
	[VFW_PROFILE_A_STREAM_FD] = NLA_POLICY_MIN(NLA_S32, 0),
	[VFW_PROFILE_A_BLOCK_FD] = NLA_POLICY_MIN(NLA_S32, 0),
	[VFW_PROFILE_A_SIGS_FD] = NLA_POLICY_MIN(NLA_S32, 0),
	[VFW_PROFILE_A_APPS_FD] = NLA_POLICY_MIN(NLA_S32, 0),
};

static const struct nla_policy ctl_scope_policy[VFW_SCOPE_A_MAX + 1] = {
	[VFW_SCOPE_A_ENTRY] = {.type = NLA_NUL_STRING, .len = IFNAMSIZ - 1},
};

static const struct nla_policy ctl_mode_set_policy[VFW_A_MODE + 1] = {
	[VFW_A_MODE] = NLA_POLICY_MAX(NLA_U32, __VFW_MODE_MAX - 1),
};

static const struct nla_policy ctl_scope_set_policy[VFW_A_SCOPE_UPLINKS + 1] = {
	[VFW_A_SCOPE_NAMES] = NLA_POLICY_NESTED(ctl_scope_policy),
	[VFW_A_SCOPE_BRIDGES] = NLA_POLICY_NESTED(ctl_scope_policy),
	[VFW_A_SCOPE_UPLINKS] = NLA_POLICY_NESTED(ctl_scope_policy),
};

static struct netlink_range_validation ctl_confirm_range = {
	.min = 1,
	.max = VFW_CONFIRM_MAX_S,
};

static const struct nla_policy ctl_begin_policy[VFW_A_CONFIRM_WHO + 1] = {
	[VFW_A_REVISION] = {.type = NLA_U32},
	[VFW_A_DIGEST] = NLA_POLICY_EXACT_LEN(VFW_DIGEST_LEN),
	[VFW_A_TXN_FLAGS] = {.type = NLA_U32},
	[VFW_A_COUNTS] = NLA_POLICY_EXACT_LEN(sizeof(struct vfw_counts)),
	[VFW_A_CONFIRM_S] = NLA_POLICY_FULL_RANGE(NLA_U32, &ctl_confirm_range),
	[VFW_A_CONFIRM_WHO] = {.type = NLA_NUL_STRING, .len = VFW_NAME_LEN - 1},
};

static const struct nla_policy ctl_table_policy[VFW_A_DATA + 1] = {
	[VFW_A_TXN_ID] = {.type = NLA_U32},
	[VFW_A_TABLE] = NLA_POLICY_MAX(NLA_U32, __VFW_TABLE_MAX - 1),
	[VFW_A_DATA] = {.type = NLA_BINARY, .len = VFW_TABLE_CHUNK},
};

static const struct nla_policy ctl_txn_vm_policy[VFW_A_VM + 1] = {
	[VFW_A_TXN_ID] = {.type = NLA_U32},
	[VFW_A_VM] = NLA_POLICY_NESTED(vfw_ctl_vm_policy),
};

static const struct nla_policy ctl_txn_port_policy[VFW_A_PORT + 1] = {
	[VFW_A_TXN_ID] = {.type = NLA_U32},
	[VFW_A_PORT] = NLA_POLICY_NESTED(vfw_ctl_port_policy),
};

static const struct nla_policy ctl_txn_profile_policy[VFW_A_PROFILE + 1] = {
	[VFW_A_TXN_ID] = {.type = NLA_U32},
	[VFW_A_PROFILE] = NLA_POLICY_NESTED(vfw_ctl_profile_policy),
};

static const struct nla_policy ctl_end_policy[VFW_A_TXN_ID + 1] = {
	[VFW_A_TXN_ID] = {.type = NLA_U32},
};

static const struct nla_policy ctl_vm_flags_policy[VFW_A_VM + 1] = {
	[VFW_A_VM] = NLA_POLICY_NESTED(vfw_ctl_vm_policy),
};

static const struct nla_policy ctl_explain_policy[VFW_A_EXPLAIN + 1] = {
	[VFW_A_EXPLAIN] = NLA_POLICY_EXACT_LEN(sizeof(struct vfw_explain)),
};

static const struct nla_policy ctl_flow_kill_policy[VFW_A_FLOW_MATCH + 1] = {
	[VFW_A_FLOW_MATCH] = NLA_POLICY_EXACT_LEN(sizeof(struct vfw_flow_match)),
};

static const struct nla_policy ctl_flow_conf_policy[VFW_A_FLOW_EVENTS + 1] = {
	[VFW_A_TIMEOUTS] = NLA_POLICY_EXACT_LEN(sizeof(struct vfw_timeouts)),
	[VFW_A_FLOW_EVENTS] = NLA_POLICY_MAX(NLA_U32, __VFW_FLOW_EVENTS_MAX - 1),
};

#define CTL_DO(_cmd, _doit, _policy)                                                           \
	{                                                                                      \
		.cmd = (_cmd), .flags = GENL_ADMIN_PERM, .doit = (_doit), .policy = (_policy), \
		.maxattr = ARRAY_SIZE(_policy) - 1,                                            \
	}

#define CTL_DUMP(_cmd, _dumpit)                                               \
	{                                                                     \
		.cmd = (_cmd), .flags = GENL_ADMIN_PERM, .dumpit = (_dumpit), \
	}

/* A command without a policy refuses every attribute: the family has none to fall back on. */
static const struct genl_ops ctl_ops[] = {
	{
		.cmd = VFW_CMD_STATUS_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vfw_ctl_status_get,
	},
	CTL_DO(VFW_CMD_MODE_SET, vfw_ctl_mode_set, ctl_mode_set_policy),
	CTL_DO(VFW_CMD_SCOPE_SET, vfw_ctl_scope_set, ctl_scope_set_policy),
	CTL_DO(VFW_CMD_TXN_BEGIN, vfw_ctl_txn_begin, ctl_begin_policy),
	CTL_DO(VFW_CMD_TXN_TABLE, vfw_ctl_txn_table, ctl_table_policy),
	CTL_DO(VFW_CMD_TXN_VM, vfw_ctl_txn_vm, ctl_txn_vm_policy),
	CTL_DO(VFW_CMD_TXN_PORT, vfw_ctl_txn_port, ctl_txn_port_policy),
	CTL_DO(VFW_CMD_TXN_PROFILE, vfw_ctl_txn_profile, ctl_txn_profile_policy),
	CTL_DO(VFW_CMD_TXN_COMMIT, vfw_ctl_txn_commit, ctl_end_policy),
	CTL_DO(VFW_CMD_TXN_ABORT, vfw_ctl_txn_abort, ctl_end_policy),
	{
		.cmd = VFW_CMD_VM_GET,
		.flags = GENL_ADMIN_PERM,
		.start = vfw_ctl_vm_start,
		.dumpit = vfw_ctl_vm_dump,
	},
	CTL_DUMP(VFW_CMD_PORT_GET, vfw_ctl_port_dump),
	CTL_DUMP(VFW_CMD_RULE_GET, vfw_ctl_rule_dump),
	CTL_DUMP(VFW_CMD_REASON_GET, vfw_ctl_reason_dump),
	CTL_DUMP(VFW_CMD_FLOW_GET, vfw_ctl_flow_dump),
	CTL_DUMP(VFW_CMD_PROFILE_GET, vfw_ctl_profile_dump),
	CTL_DO(VFW_CMD_EXPLAIN, vfw_ctl_explain, ctl_explain_policy),
	CTL_DO(VFW_CMD_VM_FLAGS_SET, vfw_ctl_vm_flags_set, ctl_vm_flags_policy),
	CTL_DO(VFW_CMD_FLOW_KILL, vfw_ctl_flow_kill, ctl_flow_kill_policy),
	CTL_DO(VFW_CMD_FLOW_CONF, vfw_ctl_flow_conf, ctl_flow_conf_policy),
	{
		.cmd = VFW_CMD_POLICY_CONFIRM,
		.flags = GENL_ADMIN_PERM,
		.doit = vfw_ctl_policy_confirm,
	},
	{
		.cmd = VFW_CMD_POLICY_ROLLBACK,
		.flags = GENL_ADMIN_PERM,
		.doit = vfw_ctl_policy_rollback,
	},
};

static const struct genl_multicast_group ctl_groups[] = {
	{.name = VFW_GENL_MCGRP_EVENTS, .flags = GENL_MCAST_CAP_NET_ADMIN},
};

/*
 * parallel_ops: a commit may take long, and the lock that generic netlink holds
 * otherwise belongs to all families. netnsok is off: the initial network
 * namespace only.
 */
struct genl_family vfw_ctl_family = {
	.name = VFW_GENL_NAME,
	.version = VFW_GENL_VERSION,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = ctl_ops,
	.n_ops = ARRAY_SIZE(ctl_ops),
	.mcgrps = ctl_groups,
	.n_mcgrps = ARRAY_SIZE(ctl_groups),
};

struct sk_buff *vfw_ctl_reply(struct genl_info *info, size_t size, void **hdr)
{
	struct sk_buff *skb;

	skb = genlmsg_new(size, GFP_KERNEL);
	if (!skb)
		return NULL;
	*hdr = genlmsg_put_reply(skb, info, &vfw_ctl_family, 0, info->genlhdr->cmd);
	if (*hdr)
		return skb;
	nlmsg_free(skb);
	return NULL;
}

const char *vfw_ctl_string(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *text = nla_data(attr);

	/* nla policy made sure of a NUL somewhere */
	if (*text && strlen(text) + 1 == nla_len(attr))
		return text;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "expected a string that is not empty and ends at its NUL");
	return NULL;
}

void vfw_ctl_log(const char *what)
{
	pr_notice("vfw: %s by uid %u, process %d\n", what, from_kuid(&init_user_ns, current_uid()),
		  task_tgid_nr(current));
}

bool vfw_ctl_zero(const void *field, size_t size)
{
	return !memchr_inv(field, 0, size);
}

int vfw_ctl_init(void)
{
	int err;

	err = vfw_ctl_txn_init();
	if (err)
		return err;
	err = genl_register_family(&vfw_ctl_family);
	if (err) {
		vfw_ctl_txn_exit();
		return err;
	}
	vfw_event_attach(&vfw_ctl_family);
	return 0;
}

void vfw_ctl_exit(void)
{
	vfw_event_detach();
	genl_unregister_family(&vfw_ctl_family);
	vfw_ctl_txn_exit();
	vfw_ctl_trial_exit();
}
