// SPDX-License-Identifier: GPL-2.0
/* The small commands: what the module's state is, and its few switches. */
#include <linux/module.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "ctl_cmd.h"
#include "event.h"
#include "flow.h"
#include "forgotten.h"
#include "memo.h"
#include "mode.h"
#include "policy.h"
#include "profile.h"
#include "scan.h"
#include "scope.h"

static const int ctl_scope_attrs[VFW_SCOPE_KINDS] = {
	[VFW_SCOPE_NAMES] = VFW_A_SCOPE_NAMES,
	[VFW_SCOPE_BRIDGES] = VFW_A_SCOPE_BRIDGES,
	[VFW_SCOPE_UPLINKS] = VFW_A_SCOPE_UPLINKS,
};

static int ctl_put_scope(struct sk_buff *skb, enum vfw_scope_kind kind, struct vfw_scope_list *list)
{
	struct nlattr *nest;
	u32 i;

	vfw_scope_get(kind, list);
	nest = nla_nest_start(skb, ctl_scope_attrs[kind]);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < list->n; i++)
		if (nla_put_string(skb, VFW_SCOPE_A_ENTRY, list->entry[i]))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int ctl_put_policy(struct sk_buff *skb)
{
	struct vfw_policy *pol;

	pol = rcu_dereference_protected(vfw_policy_cur, lockdep_is_held(&vfw_config_mutex));
	if (!pol)
		return nla_put_u32(skb, VFW_A_REVISION, 0);
	if (nla_put_u32(skb, VFW_A_REVISION, pol->revision) ||
	    nla_put(skb, VFW_A_DIGEST, VFW_DIGEST_LEN, pol->digest) ||
	    nla_put(skb, VFW_A_COUNTS, sizeof(pol->tables.counts), &pol->tables.counts))
		return -EMSGSIZE;
	return vfw_ctl_trial_put(skb);
}

static int ctl_put_status(struct sk_buff *skb, struct vfw_scope_list *list)
{
	u64 memory = vfw_policy_memory() + vfw_ctl_trial_memory() + vfw_vm_memory() +
		     vfw_flow_memory() + vfw_forgotten_memory() + vfw_memo_memory() +
		     vfw_scan_memory();
	enum vfw_scope_kind kind;

	if (nla_put_u32(skb, VFW_A_MODE, vfw_mode) || ctl_put_policy(skb) ||
	    nla_put_string(skb, VFW_A_VERSION, THIS_MODULE->version ?: "unknown") ||
	    nla_put_u32(skb, VFW_A_N_VMS, vfw_vm_count()) ||
	    nla_put_u32(skb, VFW_A_N_PORTS, vfw_port_count()) ||
	    nla_put_u32(skb, VFW_A_N_FLOWS, vfw_flow_count()) ||
	    nla_put_u64_64bit(skb, VFW_A_MEMORY, memory, VFW_A_PAD) ||
	    nla_put_u64_64bit(skb, VFW_A_SCAN_MEMORY, vfw_scan_memory(), VFW_A_PAD) ||
	    nla_put_u64_64bit(skb, VFW_A_EVENTS_LOST, vfw_event_lost(), VFW_A_PAD) ||
	    nla_put_u64_64bit(skb, VFW_A_ALERTS_UNHEARD, vfw_event_unheard(), VFW_A_PAD) ||
	    vfw_ctl_flow_put(skb))
		return -EMSGSIZE;
	if (vfw_profile_hs_set() &&
	    (nla_put_string(skb, VFW_A_HS_SET, vfw_profile_hs_set()) ||
	     nla_put_string(skb, VFW_A_HS_VERSION, vfw_profile_hs_version())))
		return -EMSGSIZE;
	for (kind = 0; kind < VFW_SCOPE_KINDS; kind++)
		if (ctl_put_scope(skb, kind, list))
			return -EMSGSIZE;
	return 0;
}

int vfw_ctl_status_get(struct sk_buff *skb, struct genl_info *info)
{
	size_t size = GENLMSG_DEFAULT_SIZE + vfw_ctl_flow_size() +
		      VFW_SCOPE_KINDS * VFW_MAX_SCOPE * nla_total_size(IFNAMSIZ);
	struct vfw_scope_list *list;
	struct sk_buff *msg;
	void *hdr;
	int err;

	list = kmalloc(sizeof(*list), GFP_KERNEL);
	if (!list)
		return -ENOMEM;
	msg = vfw_ctl_reply(info, size, &hdr);
	if (!msg) {
		kfree(list);
		return -ENOMEM;
	}
	mutex_lock(&vfw_config_mutex);
	err = ctl_put_status(msg, list);
	mutex_unlock(&vfw_config_mutex);
	kfree(list);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

int vfw_ctl_mode_set(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	if (GENL_REQ_ATTR_CHECK(info, VFW_A_MODE))
		return -EINVAL;
	mutex_lock(&vfw_config_mutex);
	err = vfw_mode_set(nla_get_u32(info->attrs[VFW_A_MODE]));
	if (!err)
		vfw_ctl_log(vfw_mode == VFW_MODE_ARMED ? "armed" : "disarmed");
	mutex_unlock(&vfw_config_mutex);
	return err;
}

static int ctl_scope_read(const struct nlattr *nest, struct vfw_scope_list *list,
			  struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	const char *text;
	int rest;

	nla_for_each_nested(attr, nest, rest) {
		if (list->n >= VFW_MAX_SCOPE) {
			NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "at most %u entries in a scope list",
						VFW_MAX_SCOPE);
			return -E2BIG;
		}
		text = vfw_ctl_string(attr, extack);
		if (!text)
			return -EINVAL;
		strscpy(list->entry[list->n++], text, IFNAMSIZ);
	}
	return 0;
}

int vfw_ctl_scope_set(struct sk_buff *skb, struct genl_info *info)
{
	const struct vfw_scope_list *lists[VFW_SCOPE_KINDS] = {};
	struct vfw_scope_list *mem;
	enum vfw_scope_kind kind;
	bool any = false;
	int err = 0;

	mem = kcalloc(VFW_SCOPE_KINDS, sizeof(*mem), GFP_KERNEL);
	if (!mem)
		return -ENOMEM;
	for (kind = 0; kind < VFW_SCOPE_KINDS; kind++) {
		const struct nlattr *nest = info->attrs[ctl_scope_attrs[kind]];

		if (!nest)
			continue;
		err = ctl_scope_read(nest, &mem[kind], info->extack);
		if (err)
			goto out;
		lists[kind] = &mem[kind];
		any = true;
	}
	if (!any) {
		NL_SET_ERR_MSG(info->extack, "expected at least one scope list");
		err = -EINVAL;
		goto out;
	}
	vfw_config_lock();
	err = vfw_scope_set(lists);
	vfw_config_unlock();
	if (err)
		NL_SET_ERR_MSG(info->extack,
			       "the lists stand, but a device has no hook: see the kernel log");
out:
	kfree(mem);
	return err;
}

int vfw_ctl_vm_flags_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *vm[VFW_VM_A_MAX + 1];
	u32 flags;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, VFW_A_VM))
		return -EINVAL;
	err = nla_parse_nested(vm, VFW_VM_A_MAX, info->attrs[VFW_A_VM], vfw_ctl_vm_policy,
			       info->extack);
	if (err)
		return err;
	if (!vm[VFW_VM_A_UUID] || !vm[VFW_VM_A_FLAGS] || vm[VFW_VM_A_NAME] || vm[VFW_VM_A_IDENT] ||
	    vm[VFW_VM_A_NIC]) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VFW_A_VM],
				    "expected the VM's UUID and flags, nothing else");
		return -EINVAL;
	}
	flags = nla_get_u32(vm[VFW_VM_A_FLAGS]);
	if (flags & ~(VFW_VM_F_QUARANTINE | VFW_VM_F_MONITOR)) {
		NL_SET_ERR_MSG_ATTR(info->extack, vm[VFW_VM_A_FLAGS],
				    "only the flags quarantine and monitor can be set");
		return -EOPNOTSUPP;
	}
	mutex_lock(&vfw_config_mutex);
	err = vfw_vm_flags_set(nla_data(vm[VFW_VM_A_UUID]), flags);
	mutex_unlock(&vfw_config_mutex);
	if (err == -ENOENT)
		NL_SET_ERR_MSG_ATTR(info->extack, vm[VFW_VM_A_UUID], "no VM has this UUID");
	return err;
}
