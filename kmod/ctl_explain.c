// SPDX-License-Identifier: GPL-2.0
/* What would become of a new conversation: asked of the tables the datapath uses. */
#include <linux/minmax.h>
#include <linux/string.h>
#include <net/genetlink.h>

#include "addr.h"
#include "core/match.h"
#include "core/reason.h"
#include "ctl_cmd.h"
#include "judge.h"
#include "neigh.h"
#include "policy.h"
#include "who.h"

#define CTL_KEY_ARP VFW_KEY(VFW_CLASS_ETHER, ETH_P_ARP)
/* router solicitation to redirect, RFC 4861 section 4, with any code */
#define CTL_KEY_ND_FIRST VFW_KEY(IPPROTO_ICMPV6, 133 << 8)
#define CTL_KEY_ND_LAST VFW_KEY(IPPROTO_ICMPV6, 137 << 8 | 0xff)

/* One end of the conversation asked about. */
struct ctl_end {
	bool named_vm, named_host, named_addr;
	u8 *uuid; /* in the request and the answer */
	const u8 *addr;
	u32 ident;
	bool outside; /* the host, or an address that no local VM holds */
	bool quarantined;
};

static void ctl_end_vm(struct ctl_end *end, const struct vfw_policy *pol, const struct vfw_vm *vm)
{
	end->ident = pol->vm_ident[vm->slot];
	end->quarantined = READ_ONCE(vm->flags) & VFW_VM_F_QUARANTINE;
}

/* As the datapath: an address is the host's, else a local VM's that holds it, else the book's. */
static int ctl_end_addr(struct ctl_end *end, const struct vfw_policy *pol, u8 family,
			struct netlink_ext_ack *extack)
{
	enum vfw_addr_kind kind = family == 4 ? VFW_ADDR_IP4 : VFW_ADDR_IP6;
	struct vfw_addr_hit hit;

	if (family == 4 ? vfw_who_host4(end->addr) : vfw_who_host6(end->addr)) {
		end->outside = true;
		end->ident = VFW_ID_HOST;
		return 0;
	}
	switch (vfw_addr_find(kind, end->addr, VFW_ADDR_ANYWHERE, 0, &hit)) {
	case 0:
		end->outside = true;
		end->ident = family == 4 ? vfw_match_book4(&pol->tables, end->addr)
					 : vfw_match_book6(&pol->tables, end->addr);
		return 0;
	case 1:
		memcpy(end->uuid, hit.nic->vm->uuid, VFW_UUID_LEN);
		ctl_end_vm(end, pol, hit.nic->vm);
		return 0;
	default:
		NL_SET_ERR_MSG(extack, "several VMs hold this address: name the VM");
		return -EINVAL;
	}
}

static int ctl_end_resolve(struct ctl_end *end, const struct vfw_policy *pol, u8 family,
			   struct netlink_ext_ack *extack)
{
	const struct vfw_vm *vm;

	if (end->named_addr)
		return ctl_end_addr(end, pol, family, extack);
	if (end->named_host) {
		end->outside = true;
		end->ident = VFW_ID_HOST;
		return 0;
	}
	if (!end->named_vm) {
		end->ident = VFW_ID_UNMANAGED;
		return 0;
	}
	vm = vfw_vm_find(end->uuid);
	if (!vm) {
		NL_SET_ERR_MSG(extack, "no VM has this UUID");
		return -ENOENT;
	}
	ctl_end_vm(end, pol, vm);
	return 0;
}

static bool ctl_key_is_neighbour(u32 key)
{
	return key == CTL_KEY_ARP || (key >= CTL_KEY_ND_FIRST && key <= CTL_KEY_ND_LAST);
}

static void ctl_explain_rule(const struct vfw_policy *pol, struct vfw_explain *ex)
{
	const struct vfw_rule_rec *rule;
	struct vfw_match m;
	u32 i;

	vfw_match_lookup(&pol->tables, ex->src_ident, ex->dst_ident, ex->key, &m);
	rule = &pol->tables.rules[m.rule];
	ex->verdict = rule->verdict;
	ex->rule = rule->id;
	ex->reason = vfw_judge_reason(rule, ex->src_ident, ex->dst_ident);
	ex->n_monitors = m.n_monitors;
	for (i = 0; i < min_t(u32, m.n_monitors, ARRAY_SIZE(ex->monitors)); i++)
		ex->monitors[i] = pol->tables.rules[m.monitors[i]].id;
}

static void ctl_explain_neighbour(const struct vfw_policy *pol, bool src_outside, bool dst_outside,
				  struct vfw_explain *ex)
{
	if (vfw_neigh_joined(&pol->tables, ex->src_ident, src_outside, ex->dst_ident,
			     dst_outside)) {
		ex->verdict = VFW_PASS;
		ex->reason = VFW_REASON_NEIGHBOUR;
		return;
	}
	ex->verdict = VFW_BLOCK;
	ex->reason = ex->src_ident == VFW_ID_UNMANAGED || ex->dst_ident == VFW_ID_UNMANAGED
			     ? VFW_REASON_UNMANAGED
			     : VFW_REASON_NOT_JOINED;
}

static int ctl_explain(struct vfw_explain *ex, struct netlink_ext_ack *extack)
{
	struct ctl_end src = {
		.named_vm = ex->flags & VFW_EXPLAIN_F_SRC_VM,
		.named_host = ex->flags & VFW_EXPLAIN_F_SRC_HOST,
		.named_addr = ex->flags & VFW_EXPLAIN_F_SRC_ADDR,
		.uuid = ex->src_uuid,
		.addr = ex->src_addr,
	};
	struct ctl_end dst = {
		.named_vm = ex->flags & VFW_EXPLAIN_F_DST_VM,
		.named_host = ex->flags & VFW_EXPLAIN_F_DST_HOST,
		.named_addr = ex->flags & VFW_EXPLAIN_F_DST_ADDR,
		.uuid = ex->dst_uuid,
		.addr = ex->dst_addr,
	};
	const struct vfw_policy *pol = rcu_dereference(vfw_policy_cur);
	int err;

	if (!pol) {
		ex->verdict = VFW_BLOCK;
		ex->reason = VFW_REASON_NO_POLICY;
		return 0;
	}
	ex->revision = pol->revision;
	err = ctl_end_resolve(&src, pol, ex->family, extack);
	if (!err)
		err = ctl_end_resolve(&dst, pol, ex->family, extack);
	if (err)
		return err;
	ex->src_ident = src.ident;
	ex->dst_ident = dst.ident;
	if (src.quarantined || dst.quarantined) {
		ex->verdict = VFW_BLOCK;
		ex->reason = VFW_REASON_QUARANTINE;
	} else if (ctl_key_is_neighbour(ex->key)) {
		ctl_explain_neighbour(pol, src.outside, dst.outside, ex);
	} else {
		ctl_explain_rule(pol, ex);
	}
	return 0;
}

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
	};
	memcpy(ex->src_uuid, request->src_uuid, sizeof(ex->src_uuid));
	memcpy(ex->dst_uuid, request->dst_uuid, sizeof(ex->dst_uuid));
	memcpy(ex->src_addr, request->src_addr, sizeof(ex->src_addr));
	memcpy(ex->dst_addr, request->dst_addr, sizeof(ex->dst_addr));
}

int vfw_ctl_explain(struct sk_buff *skb, struct genl_info *info)
{
	struct vfw_explain ex;
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
	err = ctl_explain(&ex, info->extack);
	rcu_read_unlock();
	if (err)
		return err;
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
