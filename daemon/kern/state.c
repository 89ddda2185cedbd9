// SPDX-License-Identifier: GPL-2.0
/* The small commands: status, mode, scope, a VM's flags, explain. */
#include "call.h"

#include <errno.h>
#include <string.h>

static void read_scope(const struct nlattr *nest, struct vfw_kern_scope *scope)
{
	struct nlattr *entry;
	int rest;

	nla_for_each_nested(entry, nest, rest) {
		if (nla_type(entry) != VFW_SCOPE_A_ENTRY || scope->n == VFW_MAX_SCOPE)
			continue;
		nla_strlcpy(scope->entry[scope->n++], entry, IFNAMSIZ);
	}
}

static uint32_t u32_of(const struct nlattr *a)
{
	return a && nla_len(a) >= 4 ? nla_get_u32(a) : 0;
}

static uint64_t u64_of(const struct nlattr *a)
{
	return a && nla_len(a) >= 8 ? nla_get_u64(a) : 0;
}

static void read_trial(struct nlattr **a, struct vfw_kern_trial_info *t)
{
	t->on = a[VFW_A_CONFIRM_S];
	t->left = u32_of(a[VFW_A_CONFIRM_S]);
	if (a[VFW_A_CONFIRM_WHO])
		nla_strlcpy(t->who, a[VFW_A_CONFIRM_WHO], sizeof(t->who));
	t->since_ns = u64_of(a[VFW_A_CONFIRM_NS]);
	t->revision = u32_of(a[VFW_A_PREV_REVISION]);
	if (a[VFW_A_PREV_DIGEST])
		nla_memcpy(t->digest, a[VFW_A_PREV_DIGEST], sizeof(t->digest));
}

static int on_status(void *arg, struct nlattr **a)
{
	struct vfw_kern_status *s = arg;

	s->mode = u32_of(a[VFW_A_MODE]);
	s->revision = u32_of(a[VFW_A_REVISION]);
	if (a[VFW_A_DIGEST])
		nla_memcpy(s->digest, a[VFW_A_DIGEST], sizeof(s->digest));
	if (a[VFW_A_COUNTS])
		nla_memcpy(&s->counts, a[VFW_A_COUNTS], sizeof(s->counts));
	if (a[VFW_A_VERSION])
		nla_strlcpy(s->version, a[VFW_A_VERSION], sizeof(s->version));
	s->vms = u32_of(a[VFW_A_N_VMS]);
	s->ports = u32_of(a[VFW_A_N_PORTS]);
	s->flows = u32_of(a[VFW_A_N_FLOWS]);
	s->memory = u64_of(a[VFW_A_MEMORY]);
	s->events_lost = u64_of(a[VFW_A_EVENTS_LOST]);
	s->alerts_unheard = u64_of(a[VFW_A_ALERTS_UNHEARD]);
	if (a[VFW_A_HS_SET])
		nla_strlcpy(s->hs_set, a[VFW_A_HS_SET], sizeof(s->hs_set));
	if (a[VFW_A_HS_VERSION])
		nla_strlcpy(s->hs_version, a[VFW_A_HS_VERSION], sizeof(s->hs_version));
	if (a[VFW_A_SCOPE_NAMES])
		read_scope(a[VFW_A_SCOPE_NAMES], &s->names);
	if (a[VFW_A_SCOPE_BRIDGES])
		read_scope(a[VFW_A_SCOPE_BRIDGES], &s->bridges);
	if (a[VFW_A_SCOPE_UPLINKS])
		read_scope(a[VFW_A_SCOPE_UPLINKS], &s->uplinks);
	read_trial(a, &s->trial);
	return 0;
}

int vfw_kern_status(struct vfw_kern *k, struct vfw_kern_status *status)
{
	memset(status, 0, sizeof(*status));
	return vfw_kern_call(k, vfw_kern_message(k, VFW_CMD_STATUS_GET, 0), on_status, status);
}

/* Sends msg if the puts before it worked, else gives it up. */
static int send_if(struct vfw_kern *k, struct nl_msg *msg, bool whole, vfw_kern_answer answer,
		   void *arg)
{
	if (msg && !whole) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return vfw_kern_call(k, msg, answer, arg);
}

int vfw_kern_mode_set(struct vfw_kern *k, enum vfw_mode mode)
{
	struct nl_msg *msg = vfw_kern_message(k, VFW_CMD_MODE_SET, 0);

	return send_if(k, msg, msg && !nla_put_u32(msg, VFW_A_MODE, mode), NULL, NULL);
}

static bool put_scope(struct nl_msg *msg, int attr, const struct vfw_kern_scope *scope)
{
	struct nlattr *nest;

	if (!scope)
		return true;
	nest = nla_nest_start(msg, attr | NLA_F_NESTED);
	if (!nest)
		return false;
	for (size_t i = 0; i < scope->n; i++)
		if (nla_put_string(msg, VFW_SCOPE_A_ENTRY, scope->entry[i]))
			return false;
	/* an empty list is a message too: nla_nest_end() would take it back */
	nest->nla_len = (uint16_t)((char *)nlmsg_tail(nlmsg_hdr(msg)) - (char *)nest);
	return true;
}

int vfw_kern_scope_set(struct vfw_kern *k, const struct vfw_kern_scope *names,
		       const struct vfw_kern_scope *bridges, const struct vfw_kern_scope *uplinks)
{
	struct nl_msg *msg = vfw_kern_message(k, VFW_CMD_SCOPE_SET, 0);
	bool whole = msg && put_scope(msg, VFW_A_SCOPE_NAMES, names) &&
		     put_scope(msg, VFW_A_SCOPE_BRIDGES, bridges) &&
		     put_scope(msg, VFW_A_SCOPE_UPLINKS, uplinks);

	return send_if(k, msg, whole, NULL, NULL);
}

int vfw_kern_vm_flags_set(struct vfw_kern *k, const uint8_t uuid[VFW_UUID_LEN], uint32_t flags)
{
	struct nl_msg *msg = vfw_kern_message(k, VFW_CMD_VM_FLAGS_SET, 0);
	struct nlattr *nest = msg ? nla_nest_start(msg, VFW_A_VM | NLA_F_NESTED) : NULL;
	bool whole = nest && !nla_put(msg, VFW_VM_A_UUID, VFW_UUID_LEN, uuid) &&
		     !nla_put_u32(msg, VFW_VM_A_FLAGS, flags);

	if (whole)
		nla_nest_end(msg, nest);
	return send_if(k, msg, whole, NULL, NULL);
}

static int on_explain(void *arg, struct nlattr **a)
{
	if (!a[VFW_A_EXPLAIN] || nla_len(a[VFW_A_EXPLAIN]) < (int)sizeof(struct vfw_explain))
		return -EBADMSG;
	nla_memcpy(arg, a[VFW_A_EXPLAIN], sizeof(struct vfw_explain));
	return 0;
}

int vfw_kern_explain(struct vfw_kern *k, struct vfw_explain *e)
{
	struct nl_msg *msg = vfw_kern_message(k, VFW_CMD_EXPLAIN, 0);

	return send_if(k, msg, msg && !nla_put(msg, VFW_A_EXPLAIN, sizeof(*e), e), on_explain, e);
}
