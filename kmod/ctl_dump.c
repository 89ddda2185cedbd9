// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps. Each call fills one message buffer and remembers in cb->args where to go
 * on. No lock is held between two calls: what changes in the meantime shows as
 * NLM_F_DUMP_INTR where a whole picture matters (VMs, rules), and the reader
 * asks again.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include <net/genetlink.h>

#include "core/reason.h"
#include "ctl_cmd.h"
#include "flow.h"
#include "policy.h"
#include "profile.h"
#include "verdict.h"

#define CTL_VM_ROOM 32768 /* a VM with all NICs and addresses takes under 17 KiB */

static void *ctl_dump_begin(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &vfw_ctl_family,
			   NLM_F_MULTI, cmd);
}

static const struct vfw_policy *ctl_dump_policy(void)
{
	return rcu_dereference_protected(vfw_policy_cur, lockdep_is_held(&vfw_config_mutex));
}

static int ctl_put_nic(struct sk_buff *skb, const struct vfw_nic *nic)
{
	struct nlattr *nest = nla_nest_start(skb, VFW_VM_A_NIC);

	if (!nest || nla_put(skb, VFW_NIC_A_MAC, ETH_ALEN, nic->mac) ||
	    nla_put_u32(skb, VFW_NIC_A_FLAGS, nic->flags))
		return -EMSGSIZE;
	if (nic->n_addr4 &&
	    nla_put(skb, VFW_NIC_A_ADDR4, nic->n_addr4 * sizeof(*nic->addr4), nic->addr4))
		return -EMSGSIZE;
	if (nic->n_addr6 &&
	    nla_put(skb, VFW_NIC_A_ADDR6, nic->n_addr6 * sizeof(*nic->addr6), nic->addr6))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int ctl_put_vm(struct sk_buff *skb, struct netlink_callback *cb, const struct vfw_vm *vm)
{
	void *hdr = ctl_dump_begin(skb, cb, VFW_CMD_VM_GET);
	struct vfw_vm_stat stat;
	struct nlattr *nest;
	u32 i;

	if (!hdr)
		return -EMSGSIZE;
	vfw_vm_stat_read(vm, &stat);
	nest = nla_nest_start(skb, VFW_A_VM);
	if (!nest || nla_put(skb, VFW_VM_A_UUID, VFW_UUID_LEN, vm->uuid) ||
	    nla_put_string(skb, VFW_VM_A_NAME, vm->name) ||
	    nla_put_u32(skb, VFW_VM_A_IDENT, vm->ident) ||
	    nla_put_u32(skb, VFW_VM_A_FLAGS, READ_ONCE(vm->flags)) ||
	    nla_put_u32(skb, VFW_VM_A_SLOT, vm->slot) ||
	    nla_put_64bit(skb, VFW_VM_A_STAT, sizeof(stat), &stat, VFW_VM_A_PAD))
		goto full;
	for (i = 0; i < vm->n_nics; i++)
		if (ctl_put_nic(skb, &vm->nics[i]))
			goto full;
	nla_nest_end(skb, nest);
	genl_dump_check_consistent(cb, hdr);
	genlmsg_end(skb, hdr);
	return 0;
full:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
}

int vfw_ctl_vm_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = CTL_VM_ROOM;
	return 0;
}

/* args[0]: the slot to go on with */
int vfw_ctl_vm_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct vfw_policy *pol;
	const struct vfw_vm *vm;
	int err = 0;

	mutex_lock(&vfw_config_mutex);
	pol = ctl_dump_policy();
	cb->seq = pol ? pol->generation : 1;
	for (; cb->args[0] < VFW_MAX_VMS; cb->args[0]++) {
		vm = vfw_vm_slot(cb->args[0]);
		if (!vm)
			continue;
		err = ctl_put_vm(skb, cb, vm);
		if (err)
			break;
	}
	mutex_unlock(&vfw_config_mutex);
	return skb->len ?: err;
}

static int ctl_put_port(struct sk_buff *skb, struct netlink_callback *cb,
			const struct vfw_port *port)
{
	void *hdr = ctl_dump_begin(skb, cb, VFW_CMD_PORT_GET);
	const struct vfw_nic *nic;
	struct nlattr *nest;

	if (!hdr)
		return -EMSGSIZE;
	nic = rcu_dereference(port->nic);
	nest = nla_nest_start(skb, VFW_A_PORT);
	if (!nest || nla_put_u32(skb, VFW_PORT_A_IFINDEX, port->ifindex) ||
	    nla_put_string(skb, VFW_PORT_A_IFNAME, port->dev->name) ||
	    nla_put_u32(skb, VFW_PORT_A_MASTER, vfw_port_master(port)) ||
	    nla_put_u32(skb, VFW_PORT_A_FLAGS, READ_ONCE(port->flags)))
		goto full;
	if (nic && (nla_put(skb, VFW_PORT_A_UUID, VFW_UUID_LEN, nic->vm->uuid) ||
		    nla_put_u32(skb, VFW_PORT_A_NIC, nic->index)))
		goto full;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
full:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
}

/* args[0]: the last ifindex shown. Under RTNL, which keeps names and masters as they are. */
int vfw_ctl_port_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct vfw_port *port;
	int err = 0;

	vfw_config_lock();
	rcu_read_lock();
	while (!err && (port = vfw_port_next(cb->args[0]))) {
		err = ctl_put_port(skb, cb, port);
		if (!err)
			cb->args[0] = port->ifindex;
	}
	rcu_read_unlock();
	vfw_config_unlock();
	return skb->len ?: err;
}

/* args[0]: the rule index to go on with */
int vfw_ctl_rule_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct vfw_policy *pol;
	struct vfw_rule_stat stat;
	u32 n_rules;
	void *hdr;

	mutex_lock(&vfw_config_mutex);
	pol = ctl_dump_policy();
	n_rules = pol ? pol->tables.counts.n[VFW_TABLE_RULES] : 0;
	cb->seq = pol ? pol->revision : 1;
	for (; cb->args[0] < n_rules; cb->args[0]++) {
		hdr = ctl_dump_begin(skb, cb, VFW_CMD_RULE_GET);
		if (!hdr)
			break;
		vfw_policy_rule_stat(pol, cb->args[0], &stat);
		if (nla_put_64bit(skb, VFW_A_RULE, sizeof(stat), &stat, VFW_A_PAD)) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genl_dump_check_consistent(cb, hdr);
		genlmsg_end(skb, hdr);
	}
	mutex_unlock(&vfw_config_mutex);
	return skb->len;
}

static int ctl_put_reason(struct sk_buff *skb, struct netlink_callback *cb, u32 reason)
{
	void *hdr = ctl_dump_begin(skb, cb, VFW_CMD_REASON_GET);
	struct nlattr *nest;

	if (!hdr)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, VFW_A_REASON);
	if (!nest || nla_put_u32(skb, VFW_REASON_A_ID, reason) ||
	    nla_put_string(skb, VFW_REASON_A_WORD, vfw_reason_word(reason)) ||
	    nla_put_u64_64bit(skb, VFW_REASON_A_PACKETS, vfw_verdict_reason(reason),
			      VFW_REASON_A_PAD)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

/* args[0]: the reason to go on with */
int vfw_ctl_reason_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	int err = 0;

	for (; cb->args[0] < VFW_REASON_COUNT; cb->args[0]++) {
		err = ctl_put_reason(skb, cb, cb->args[0]);
		if (err)
			break;
	}
	return skb->len ?: err;
}

struct ctl_walk {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	u32 revision; /* in force */
};

static int ctl_put_profile(const struct vfw_profile *profile, void *arg)
{
	struct ctl_walk *dump = arg;
	void *hdr = ctl_dump_begin(dump->skb, dump->cb, VFW_CMD_PROFILE_GET);
	struct vfw_profile_stat stat;
	struct nlattr *nest;

	if (!hdr)
		return -EMSGSIZE;
	vfw_profile_stat_read(profile, &stat);
	stat.in_force = stat.revision == dump->revision;
	nest = nla_nest_start(dump->skb, VFW_A_PROFILE);
	if (!nest || nla_put_string(dump->skb, VFW_PROFILE_A_NAME, profile->name) ||
	    nla_put(dump->skb, VFW_PROFILE_A_CONF, sizeof(profile->conf), &profile->conf) ||
	    nla_put_64bit(dump->skb, VFW_PROFILE_A_STAT, sizeof(stat), &stat, VFW_PROFILE_A_PAD)) {
		genlmsg_cancel(dump->skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(dump->skb, nest);
	genlmsg_end(dump->skb, hdr);
	return 0;
}

/* args[0]: profiles already shown */
int vfw_ctl_profile_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ctl_walk dump = {.skb = skb, .cb = cb};
	const struct vfw_policy *pol;
	u32 skip = cb->args[0];
	int err;

	mutex_lock(&vfw_config_mutex);
	pol = ctl_dump_policy();
	dump.revision = pol ? pol->revision : 0;
	err = vfw_profile_walk(&skip, ctl_put_profile, &dump);
	mutex_unlock(&vfw_config_mutex);
	cb->args[0] = skip;
	return skb->len ?: err;
}

static int ctl_put_flow(const struct vfw_flow_info *info, void *arg)
{
	struct ctl_walk *dump = arg;
	void *hdr = ctl_dump_begin(dump->skb, dump->cb, VFW_CMD_FLOW_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_64bit(dump->skb, VFW_A_FLOW, sizeof(*info), info, VFW_A_PAD)) {
		genlmsg_cancel(dump->skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(dump->skb, hdr);
	return 0;
}

/* args[0]: bucket; args[1]: flows of it already shown */
int vfw_ctl_flow_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ctl_walk dump = {.skb = skb, .cb = cb};
	u32 bucket = cb->args[0];
	u32 skip = cb->args[1];
	int err;

	err = vfw_flow_walk(&bucket, &skip, ctl_put_flow, &dump);
	cb->args[0] = bucket;
	cb->args[1] = skip;
	return skb->len ?: err;
}
