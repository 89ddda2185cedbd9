// SPDX-License-Identifier: GPL-2.0
#include "call.h"

#include "../base/cleanup.h"
#include "../policy/compiled.h"
#include "../vm/registry.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Sends a message that names its transaction. whole: were all puts before fine? */
static int send_txn(struct vfw_kern *k, struct nl_msg *msg, uint32_t id, bool whole,
		    vfw_kern_answer answer, void *arg)
{
	if (msg && (!whole || nla_put_u32(msg, VFW_A_TXN_ID, id))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return vfw_kern_call(k, msg, answer, arg);
}

static int on_id(void *arg, struct nlattr **a)
{
	if (!a[VFW_A_TXN_ID])
		return -EBADMSG;
	*(uint32_t *)arg = nla_get_u32(a[VFW_A_TXN_ID]);
	return 0;
}

static bool put_publish(struct nl_msg *msg, const struct vfw_compiled *c,
			const struct vfw_kern_publish *how)
{
	char who[VFW_NAME_LEN];

	if (nla_put(msg, VFW_A_COUNTS, sizeof(c->counts), &c->counts) ||
	    nla_put(msg, VFW_A_DIGEST, VFW_DIGEST_LEN, c->digest))
		return false;
	if (!how || !how->confirm_s)
		return true;
	snprintf(who, sizeof(who), "%s", how->who);
	return !nla_put_u32(msg, VFW_A_CONFIRM_S, how->confirm_s) &&
	       !nla_put_string(msg, VFW_A_CONFIRM_WHO, who);
}

int vfw_kern_txn_begin(struct vfw_kern *k, uint32_t revision, const struct vfw_compiled *c,
		       const struct vfw_kern_publish *how, uint32_t *id)
{
	uint32_t flags = c ? VFW_TXN_F_POLICY : 0;
	struct nl_msg *msg = vfw_kern_message(k, VFW_CMD_TXN_BEGIN, 0);

	if (how && how->keep_established)
		flags |= VFW_TXN_F_KEEP_ESTABLISHED;
	if (how && how->same_rules)
		flags |= VFW_TXN_F_SAME_RULES;
	if (how && how->restart_streams)
		flags |= VFW_TXN_F_RESTART_STREAMS;
	if (msg &&
	    (nla_put_u32(msg, VFW_A_TXN_FLAGS, flags) ||
	     nla_put_u32(msg, VFW_A_REVISION, revision) || (c && !put_publish(msg, c, how)))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return vfw_kern_call(k, msg, on_id, id);
}

static int send_piece(struct vfw_kern *k, uint32_t id, enum vfw_table table, const void *data,
		      size_t n)
{
	struct nl_msg *msg = vfw_kern_message(k, VFW_CMD_TXN_TABLE, 0);
	bool whole = msg && !nla_put_u32(msg, VFW_A_TABLE, table) &&
		     !nla_put(msg, VFW_A_DATA, (int)n, data);

	return send_txn(k, msg, id, whole, NULL, NULL);
}

int vfw_kern_txn_tables(struct vfw_kern *k, uint32_t id, const struct vfw_compiled *c)
{
	for (int t = 0; t < __VFW_TABLE_MAX; t++) {
		size_t size, left = c->counts.n[t], most;
		const char *at = vfw_compiled_table(c, t, &size);

		most = VFW_TABLE_CHUNK / size;
		while (left) {
			size_t n = left < most ? left : most;
			int err = send_piece(k, id, t, at, n * size);

			if (err)
				return err;
			at += n * size;
			left -= n;
		}
	}
	return 0;
}

int vfw_kern_txn_profile(struct vfw_kern *k, uint32_t id, const char *name,
			 const struct vfw_profile_conf *conf,
			 const struct vfw_kern_profile_files *files)
{
	struct nl_msg *msg = vfw_kern_message(k, VFW_CMD_TXN_PROFILE, 0);
	struct nlattr *nest = msg ? nla_nest_start(msg, VFW_A_PROFILE | NLA_F_NESTED) : NULL;
	bool whole = nest && !nla_put_string(msg, VFW_PROFILE_A_NAME, name) &&
		     !nla_put(msg, VFW_PROFILE_A_CONF, sizeof(*conf), conf) &&
		     !nla_put_s32(msg, VFW_PROFILE_A_STREAM_FD, files->stream) &&
		     !nla_put_s32(msg, VFW_PROFILE_A_BLOCK_FD, files->block) &&
		     (files->sigs < 0 || !nla_put_s32(msg, VFW_PROFILE_A_SIGS_FD, files->sigs)) &&
		     (files->apps < 0 || !nla_put_s32(msg, VFW_PROFILE_A_APPS_FD, files->apps));

	if (whole)
		nla_nest_end(msg, nest);
	return send_txn(k, msg, id, whole, NULL, NULL);
}

static bool put_addresses(struct nl_msg *msg, const struct vfw_nic *nic)
{
	struct vfw_addr4 v4[VFW_MAX_ADDRS] = {0};
	struct vfw_addr6 v6[VFW_MAX_ADDRS] = {0};
	size_t n4 = 0, n6 = 0;

	for (size_t i = 0; i < nic->n_addrs; i++) {
		const struct vfw_address *a = &nic->addrs[i];

		if (a->family == 4) {
			memcpy(v4[n4].addr, a->addr, sizeof(v4->addr));
			v4[n4++].len = a->len;
		} else {
			memcpy(v6[n6].addr, a->addr, sizeof(v6->addr));
			v6[n6++].len = a->len;
		}
	}
	return (!n4 || !nla_put(msg, VFW_NIC_A_ADDR4, (int)(n4 * sizeof(*v4)), v4)) &&
	       (!n6 || !nla_put(msg, VFW_NIC_A_ADDR6, (int)(n6 * sizeof(*v6)), v6));
}

static bool put_nic(struct nl_msg *msg, const struct vfw_nic *nic, uint32_t flags)
{
	struct nlattr *nest = nla_nest_start(msg, VFW_VM_A_NIC | NLA_F_NESTED);

	if (!nest || nla_put(msg, VFW_NIC_A_MAC, 6, nic->mac) ||
	    nla_put_u32(msg, VFW_NIC_A_FLAGS, flags) || !put_addresses(msg, nic))
		return false;
	nla_nest_end(msg, nest);
	return true;
}

int vfw_kern_vm_encode(const struct vfw_vm *vm, uint32_t ident, uint64_t means, uint32_t flags,
		       const uint32_t *nic_flags, struct vfw_kern_vm *out, int *nic_index)
{
	struct nl_msg *msg = nlmsg_alloc_size(VFW_TABLE_CHUNK);
	int n_nics = 0, err = -ENOMEM;
	struct nlattr *first;
	size_t n;

	if (!msg || !nlmsg_put(msg, 0, 0, 0, 0, 0) ||
	    nla_put(msg, VFW_VM_A_UUID, VFW_UUID_LEN, vm->uuid) ||
	    nla_put_string(msg, VFW_VM_A_NAME, vm->name) ||
	    nla_put_u32(msg, VFW_VM_A_IDENT, ident) || nla_put_u64(msg, VFW_VM_A_MEANS, means) ||
	    nla_put_u32(msg, VFW_VM_A_FLAGS, flags))
		goto out;
	for (size_t i = 0; i < VFW_MAX_NICS; i++) {
		nic_index[i] = -1;
		if (i >= vm->n_nics || !vm->nics[i].has_mac)
			continue;
		nic_index[i] = n_nics++;
		if (!put_nic(msg, &vm->nics[i], nic_flags[i]))
			goto out;
	}
	first = nlmsg_attrdata(nlmsg_hdr(msg), 0);
	n = (size_t)nlmsg_attrlen(nlmsg_hdr(msg), 0);
	out->data = malloc(n);
	if (!out->data)
		goto out;
	memcpy(out->data, first, n);
	out->n = n;
	err = 0;
out:
	if (msg)
		nlmsg_free(msg);
	return err;
}

int vfw_kern_txn_vm(struct vfw_kern *k, uint32_t id, const struct vfw_kern_vm *vm)
{
	struct nl_msg *msg = vfw_kern_message(k, VFW_CMD_TXN_VM, 0);

	return send_txn(k, msg, id,
			msg && !nla_put(msg, VFW_A_VM | NLA_F_NESTED, (int)vm->n, vm->data), NULL,
			NULL);
}

int vfw_kern_txn_vm_gone(struct vfw_kern *k, uint32_t id, const uint8_t uuid[VFW_UUID_LEN])
{
	struct nl_msg *msg = vfw_kern_message(k, VFW_CMD_TXN_VM, 0);
	struct nlattr *nest = msg ? nla_nest_start(msg, VFW_A_VM | NLA_F_NESTED) : NULL;
	bool whole = nest && !nla_put(msg, VFW_VM_A_UUID, VFW_UUID_LEN, uuid) &&
		     !nla_put_u32(msg, VFW_VM_A_FLAGS, VFW_VM_F_GONE);

	if (whole)
		nla_nest_end(msg, nest);
	return send_txn(k, msg, id, whole, NULL, NULL);
}

int vfw_kern_txn_port(struct vfw_kern *k, uint32_t id, int ifindex, const uint8_t *uuid,
		      uint32_t nic)
{
	struct nl_msg *msg = vfw_kern_message(k, VFW_CMD_TXN_PORT, 0);
	struct nlattr *nest = msg ? nla_nest_start(msg, VFW_A_PORT | NLA_F_NESTED) : NULL;
	bool whole = nest && !nla_put_u32(msg, VFW_PORT_A_IFINDEX, (uint32_t)ifindex) &&
		     (!uuid || (!nla_put(msg, VFW_PORT_A_UUID, VFW_UUID_LEN, uuid) &&
				!nla_put_u32(msg, VFW_PORT_A_NIC, nic)));

	if (whole)
		nla_nest_end(msg, nest);
	return send_txn(k, msg, id, whole, NULL, NULL);
}

static int on_revision(void *arg, struct nlattr **a)
{
	if (!a[VFW_A_REVISION])
		return -EBADMSG;
	*(uint32_t *)arg = nla_get_u32(a[VFW_A_REVISION]);
	return 0;
}

int vfw_kern_txn_commit(struct vfw_kern *k, uint32_t id, uint32_t *revision)
{
	return send_txn(k, vfw_kern_message(k, VFW_CMD_TXN_COMMIT, 0), id, true, on_revision,
			revision);
}

int vfw_kern_txn_abort(struct vfw_kern *k, uint32_t id)
{
	return send_txn(k, vfw_kern_message(k, VFW_CMD_TXN_ABORT, 0), id, true, NULL, NULL);
}

int vfw_kern_policy_confirm(struct vfw_kern *k)
{
	return vfw_kern_call(k, vfw_kern_message(k, VFW_CMD_POLICY_CONFIRM, 0), NULL, NULL);
}

int vfw_kern_policy_rollback(struct vfw_kern *k, uint32_t *revision)
{
	return vfw_kern_call(k, vfw_kern_message(k, VFW_CMD_POLICY_ROLLBACK, 0), on_revision,
			     revision);
}
