// SPDX-License-Identifier: GPL-2.0
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "addr.h"
#include "core/match.h"
#include "core/reason.h"
#include "explain.h"
#include "judge.h"
#include "neigh.h"
#include "policy.h"
#include "who.h"

#define EXPLAIN_KEY_ARP VFW_KEY(VFW_CLASS_ETHER, ETH_P_ARP)
/* router solicitation to redirect, RFC 4861 section 4, with any code */
#define EXPLAIN_KEY_ND_FIRST VFW_KEY(IPPROTO_ICMPV6, 133 << 8)
#define EXPLAIN_KEY_ND_LAST VFW_KEY(IPPROTO_ICMPV6, 137 << 8 | 0xff)

/* One end of the conversation asked about. */
struct explain_end {
	bool named_vm, named_host, named_addr;
	u8 *uuid; /* in the request and the answer */
	const u8 *addr;
	u32 ident;
	bool outside; /* the host, or an address that no local VM holds */
	bool quarantined;
};

static void explain_end_vm(struct explain_end *end, const struct vfw_policy *pol,
			   const struct vfw_vm *vm)
{
	end->ident = pol->vm_ident[vm->slot];
	end->quarantined = READ_ONCE(vm->flags) & VFW_VM_F_QUARANTINE;
}

/* As the datapath: an address is the host's, else a local VM's that holds it, else the book's. */
static int explain_end_addr(struct explain_end *end, const struct vfw_policy *pol, u8 family,
			    const char **why)
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
		explain_end_vm(end, pol, hit.nic->vm);
		return 0;
	default:
		*why = "several VMs hold this address: name the VM";
		return -EINVAL;
	}
}

static int explain_end_resolve(struct explain_end *end, const struct vfw_policy *pol, u8 family,
			       const char **why)
{
	const struct vfw_vm *vm;

	if (end->named_addr)
		return explain_end_addr(end, pol, family, why);
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
		*why = "no VM has this UUID";
		return -ENOENT;
	}
	explain_end_vm(end, pol, vm);
	return 0;
}

static bool explain_is_neighbour(u32 key)
{
	return key == EXPLAIN_KEY_ARP ||
	       (key >= EXPLAIN_KEY_ND_FIRST && key <= EXPLAIN_KEY_ND_LAST);
}

static void explain_rule(const struct vfw_policy *pol, struct vfw_explain *ex)
{
	const struct vfw_rule_rec *rule;
	struct vfw_match m;
	u32 i;

	vfw_match_lookup(&pol->tables, ex->src_ident, ex->dst_ident, ex->key,
			 ex->flags & VFW_EXPLAIN_F_APP ? ex->app : VFW_APP_ID_PENDING, &m);
	if (m.pending)
		ex->app = VFW_APP_ID_PENDING;
	rule = &pol->tables.rules[m.rule];
	ex->verdict = rule->verdict;
	ex->rule = rule->id;
	ex->reason = vfw_judge_reason(rule, ex->src_ident, ex->dst_ident);
	ex->n_monitors = m.n_monitors;
	for (i = 0; i < min_t(u32, m.n_monitors, ARRAY_SIZE(ex->monitors)); i++)
		ex->monitors[i] = pol->tables.rules[m.monitors[i]].id;
}

static void explain_neighbour(const struct vfw_policy *pol, bool src_outside, bool dst_outside,
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

int vfw_explain(struct vfw_explain *ex, const char **why)
{
	struct explain_end src = {
		.named_vm = ex->flags & VFW_EXPLAIN_F_SRC_VM,
		.named_host = ex->flags & VFW_EXPLAIN_F_SRC_HOST,
		.named_addr = ex->flags & VFW_EXPLAIN_F_SRC_ADDR,
		.uuid = ex->src_uuid,
		.addr = ex->src_addr,
	};
	struct explain_end dst = {
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
	err = explain_end_resolve(&src, pol, ex->family, why);
	if (!err)
		err = explain_end_resolve(&dst, pol, ex->family, why);
	if (err)
		return err;
	ex->src_ident = src.ident;
	ex->dst_ident = dst.ident;
	if (src.quarantined || dst.quarantined) {
		ex->verdict = VFW_BLOCK;
		ex->reason = VFW_REASON_QUARANTINE;
	} else if (explain_is_neighbour(ex->key)) {
		explain_neighbour(pol, src.outside, dst.outside, ex);
	} else {
		explain_rule(pol, ex);
	}
	return 0;
}
