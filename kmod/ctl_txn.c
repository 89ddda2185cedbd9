// SPDX-License-Identifier: GPL-2.0
/*
 * Transactions. What a transaction brings is collected apart from all that is
 * in force: tables in an unpublished policy, VMs and bindings in a staged
 * population. Up to the moment of commit everything may fail and leaves what
 * was; commit first does all that can fail, then publishes what cannot.
 *
 * Locks: ctl_txn_mutex, then vfw_config_lock(). Neither is held while a profile's files are read.
 * Messages of a transaction come from one socket, but nothing keeps its threads from sending at
 * once, nor other sockets from trying.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "ctl_cmd.h"
#include "event.h"
#include "policy.h"
#include "profile.h"

#define CTL_MAX_BINDS 16384 /* TXN_PORT messages of one transaction */
#define CTL_MAX_GONE VFW_MAX_VMS /* VMs removed by one transaction */

struct ctl_txn {
	u32 id;
	u32 portid; /* of the socket that began it */
	u32 flags; /* VFW_TXN_F_* */
	u32 n_idents; /* of the policy that its VMs will live under */
	u32 n_binds;
	u32 n_gone;
	u32 filled[__VFW_TABLE_MAX]; /* elements that have come */
	struct vfw_ctl_trial *trial; /* owned; NULL when the policy is to stay */
	struct vfw_policy *pol; /* owned; NULL when it changes only the population */
	struct vfw_pop *pop; /* owned */
};

static DEFINE_MUTEX(ctl_txn_mutex); /* protects what follows */
static struct ctl_txn *ctl_txn; /* the one that is open, or NULL */
static u32 ctl_txn_owner; /* its portid, 0: none; READ_ONCE without the mutex */
static u32 ctl_txn_last_id;

static unsigned int policy_max_mib = 1024;
module_param(policy_max_mib, uint, 0644);
MODULE_PARM_DESC(policy_max_mib, "most memory one policy may take, MiB (default 1024)");

static void ctl_txn_free(struct ctl_txn *txn)
{
	if (!txn)
		return;
	vfw_policy_free(txn->pol);
	vfw_pop_free(txn->pop);
	vfw_ctl_trial_free(txn->trial);
	kfree(txn);
}

/* Ends the open transaction. */
static void ctl_txn_close(void)
{
	lockdep_assert_held(&ctl_txn_mutex);
	ctl_txn_free(ctl_txn);
	ctl_txn = NULL;
	WRITE_ONCE(ctl_txn_owner, 0);
}

void vfw_ctl_txn_hold(void)
{
	mutex_lock(&ctl_txn_mutex);
}

void vfw_ctl_txn_drop(void)
{
	ctl_txn_close();
}

void vfw_ctl_txn_go(void)
{
	mutex_unlock(&ctl_txn_mutex);
}

/* The open transaction if the message names it and comes from its socket, else ERR_PTR. */
static struct ctl_txn *ctl_txn_find(struct genl_info *info)
{
	lockdep_assert_held(&ctl_txn_mutex);
	if (GENL_REQ_ATTR_CHECK(info, VFW_A_TXN_ID))
		return ERR_PTR(-EINVAL);
	if (!ctl_txn || ctl_txn->id != nla_get_u32(info->attrs[VFW_A_TXN_ID])) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VFW_A_TXN_ID],
				    "no such transaction is open; begin one");
		return ERR_PTR(-ENOENT);
	}
	if (ctl_txn->portid != info->snd_portid) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VFW_A_TXN_ID],
				    "the transaction belongs to another socket");
		return ERR_PTR(-EPERM);
	}
	return ctl_txn;
}

/* Bounds only, so that the tables may be allocated; meaning is checked at commit. */
static int ctl_counts_check(const struct nlattr *attr, struct vfw_counts *counts,
			    struct netlink_ext_ack *extack)
{
	const char *wrong;
	u64 mib;

	memcpy(counts, nla_data(attr), sizeof(*counts));
	wrong = vfw_match_check_counts(counts);
	if (wrong) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "counts: %s", wrong);
		return -EINVAL;
	}
	mib = vfw_policy_bytes(counts) >> 20;
	if (mib > READ_ONCE(policy_max_mib)) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "needs %llu MiB, more than policy_max_mib",
					mib);
		return -E2BIG;
	}
	return 0;
}

static int ctl_begin_policy_part(struct ctl_txn *txn, struct genl_info *info)
{
	struct vfw_counts counts;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, VFW_A_COUNTS) || GENL_REQ_ATTR_CHECK(info, VFW_A_DIGEST))
		return -EINVAL;
	err = ctl_counts_check(info->attrs[VFW_A_COUNTS], &counts, info->extack);
	if (!err)
		err = vfw_ctl_trial_stage(info, &txn->trial);
	if (err)
		return err;
	txn->pol = vfw_policy_new(&counts);
	if (!txn->pol)
		return -ENOMEM;
	memcpy(txn->pol->digest, nla_data(info->attrs[VFW_A_DIGEST]), VFW_DIGEST_LEN);
	txn->n_idents = counts.n_idents;
	return 0;
}

/* Is the revision in force that the sender knows of, if it names one? */
static int ctl_begin_check_revision(const struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[VFW_A_REVISION];
	const struct vfw_policy *cur;
	u32 revision;

	/* only the commit of an open transaction, which is this one, or a rollback changes it */
	rcu_read_lock();
	cur = rcu_dereference(vfw_policy_cur);
	revision = cur ? cur->revision : 0;
	rcu_read_unlock();
	if (!attr || nla_get_u32(attr) == revision)
		return 0;
	NL_SET_ERR_MSG_ATTR_FMT(info->extack, attr, "revision %u is in force, not %u", revision,
				nla_get_u32(attr));
	return -ESTALE;
}

static int ctl_begin_population_part(struct ctl_txn *txn, struct genl_info *info)
{
	const struct vfw_policy *cur;

	if (txn->flags || info->attrs[VFW_A_COUNTS] || info->attrs[VFW_A_DIGEST] ||
	    info->attrs[VFW_A_CONFIRM_S] || info->attrs[VFW_A_CONFIRM_WHO]) {
		NL_SET_ERR_MSG(info->extack,
			       "counts, digest and the other flags need the flag policy");
		return -EINVAL;
	}
	/* a rollback, which changes the number too, aborts this transaction */
	rcu_read_lock();
	cur = rcu_dereference(vfw_policy_cur);
	txn->n_idents = cur ? cur->tables.counts.n_idents : 0;
	rcu_read_unlock();
	if (!txn->n_idents) {
		NL_SET_ERR_MSG(info->extack, "no policy was published yet: bring one first");
		return -ENOENT;
	}
	return 0;
}

static struct ctl_txn *ctl_txn_new(struct genl_info *info)
{
	struct ctl_txn *txn;
	int err = -ENOMEM;

	txn = kzalloc(sizeof(*txn), GFP_KERNEL);
	if (!txn)
		return ERR_PTR(-ENOMEM);
	txn->portid = info->snd_portid;
	if (info->attrs[VFW_A_TXN_FLAGS])
		txn->flags = nla_get_u32(info->attrs[VFW_A_TXN_FLAGS]);
	if (txn->flags & ~VFW_TXN_F_ALL) {
		NL_SET_ERR_MSG_ATTR_FMT(info->extack, info->attrs[VFW_A_TXN_FLAGS],
					"unknown transaction flags 0x%x",
					txn->flags & ~VFW_TXN_F_ALL);
		err = -EOPNOTSUPP;
		goto err;
	}
	if (txn->flags & VFW_TXN_F_SAME_RULES && txn->flags & VFW_TXN_F_KEEP_ESTABLISHED) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VFW_A_TXN_FLAGS],
				    "the same rules keep what they kept: one of the two");
		err = -EINVAL;
		goto err;
	}
	err = ctl_begin_check_revision(info);
	if (err)
		goto err;
	err = -ENOMEM;
	txn->pop = vfw_pop_new(txn->flags & VFW_TXN_F_POLICY);
	if (!txn->pop)
		goto err;
	if (txn->flags & VFW_TXN_F_POLICY)
		err = ctl_begin_policy_part(txn, info);
	else
		err = ctl_begin_population_part(txn, info);
	if (!err)
		return txn;
err:
	ctl_txn_free(txn);
	return ERR_PTR(err);
}

int vfw_ctl_txn_begin(struct sk_buff *skb, struct genl_info *info)
{
	struct ctl_txn *txn;
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = vfw_ctl_reply(info, nla_total_size(sizeof(u32)), &hdr);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&ctl_txn_mutex);
	if (ctl_txn) {
		NL_SET_ERR_MSG(info->extack, "another transaction is open: try again later");
		err = -EBUSY;
		goto err;
	}
	txn = ctl_txn_new(info);
	if (IS_ERR(txn)) {
		err = PTR_ERR(txn);
		goto err;
	}
	txn->id = ++ctl_txn_last_id;
	err = nla_put_u32(msg, VFW_A_TXN_ID, txn->id);
	if (err) {
		ctl_txn_free(txn);
		goto err;
	}
	ctl_txn = txn;
	WRITE_ONCE(ctl_txn_owner, txn->portid);
	genlmsg_end(msg, hdr);
	err = genlmsg_reply(msg, info);
	/* whoever did not get the number cannot end it */
	if (err)
		ctl_txn_close();
	mutex_unlock(&ctl_txn_mutex);
	return err;
err:
	mutex_unlock(&ctl_txn_mutex);
	nlmsg_free(msg);
	return err;
}

static int ctl_txn_fill(struct ctl_txn *txn, struct genl_info *info)
{
	const struct nlattr *data = info->attrs[VFW_A_DATA];
	u32 table = nla_get_u32(info->attrs[VFW_A_TABLE]);
	u32 size = vfw_policy_element(table);
	u32 n = nla_len(data) / size;

	if (!txn->pol) {
		NL_SET_ERR_MSG(info->extack, "the transaction was begun without the flag policy");
		return -EINVAL;
	}
	if (!n || nla_len(data) % size) {
		NL_SET_ERR_MSG_ATTR_FMT(info->extack, data,
					"%s: expected whole elements of %u bytes, one or more",
					vfw_policy_table_word(table), size);
		return -EINVAL;
	}
	if (n > txn->pol->tables.counts.n[table] - txn->filled[table]) {
		NL_SET_ERR_MSG_ATTR_FMT(info->extack, data, "%s: more than the %u announced",
					vfw_policy_table_word(table),
					txn->pol->tables.counts.n[table]);
		return -E2BIG;
	}
	vfw_policy_fill(txn->pol, table, txn->filled[table], nla_data(data), n);
	txn->filled[table] += n;
	return 0;
}

int vfw_ctl_txn_table(struct sk_buff *skb, struct genl_info *info)
{
	struct ctl_txn *txn;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, VFW_A_TABLE) || GENL_REQ_ATTR_CHECK(info, VFW_A_DATA))
		return -EINVAL;
	mutex_lock(&ctl_txn_mutex);
	txn = ctl_txn_find(info);
	err = IS_ERR(txn) ? PTR_ERR(txn) : ctl_txn_fill(txn, info);
	mutex_unlock(&ctl_txn_mutex);
	return err;
}

static int ctl_txn_stage(struct ctl_txn *txn, const struct vfw_vm_spec *spec,
			 struct genl_info *info)
{
	int err;

	if (spec->flags & VFW_VM_F_GONE && txn->pol) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VFW_A_VM],
				    "with the flag policy a VM goes by not being named");
		return -EINVAL;
	}
	if (!(spec->flags & VFW_VM_F_GONE) &&
	    (spec->ident < VFW_ID_FIRST || spec->ident >= txn->n_idents)) {
		NL_SET_ERR_MSG_ATTR_FMT(info->extack, info->attrs[VFW_A_VM],
					"identity %u: expected %u to %u", spec->ident, VFW_ID_FIRST,
					txn->n_idents - 1);
		return -EINVAL;
	}
	if (spec->flags & VFW_VM_F_GONE && txn->n_gone >= CTL_MAX_GONE) {
		NL_SET_ERR_MSG_FMT(info->extack, "at most %u VMs go in a transaction",
				   CTL_MAX_GONE);
		return -E2BIG;
	}
	err = vfw_pop_vm(txn->pop, spec, info->extack);
	if (!err && spec->flags & VFW_VM_F_GONE)
		txn->n_gone++;
	return err;
}

int vfw_ctl_txn_vm(struct sk_buff *skb, struct genl_info *info)
{
	struct vfw_vm_spec *spec;
	struct ctl_txn *txn;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, VFW_A_VM))
		return -EINVAL;
	spec = kmalloc(sizeof(*spec), GFP_KERNEL);
	if (!spec)
		return -ENOMEM;
	err = vfw_ctl_vm_parse(info->attrs[VFW_A_VM], spec, info->extack);
	if (err)
		goto out;
	mutex_lock(&ctl_txn_mutex);
	txn = ctl_txn_find(info);
	err = IS_ERR(txn) ? PTR_ERR(txn) : ctl_txn_stage(txn, spec, info);
	mutex_unlock(&ctl_txn_mutex);
out:
	kfree(spec);
	return err;
}

static int ctl_txn_bind(struct ctl_txn *txn, struct nlattr **port, struct genl_info *info)
{
	const u8 *uuid = port[VFW_PORT_A_UUID] ? nla_data(port[VFW_PORT_A_UUID]) : NULL;
	u32 nic = port[VFW_PORT_A_NIC] ? nla_get_u32(port[VFW_PORT_A_NIC]) : 0;
	int err;

	if (txn->n_binds >= CTL_MAX_BINDS) {
		NL_SET_ERR_MSG_FMT(info->extack, "at most %u ports in a transaction",
				   CTL_MAX_BINDS);
		return -E2BIG;
	}
	err = vfw_pop_bind(txn->pop, nla_get_u32(port[VFW_PORT_A_IFINDEX]), uuid, nic,
			   info->extack);
	if (!err)
		txn->n_binds++;
	return err;
}

int vfw_ctl_txn_port(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *port[VFW_PORT_A_MAX + 1];
	struct ctl_txn *txn;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, VFW_A_PORT))
		return -EINVAL;
	err = nla_parse_nested(port, VFW_PORT_A_MAX, info->attrs[VFW_A_PORT], vfw_ctl_port_policy,
			       info->extack);
	if (err)
		return err;
	if (!port[VFW_PORT_A_IFINDEX] || !port[VFW_PORT_A_UUID] != !port[VFW_PORT_A_NIC]) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VFW_A_PORT],
				    "expected an ifindex, and UUID and NIC both or neither");
		return -EINVAL;
	}
	mutex_lock(&ctl_txn_mutex);
	txn = ctl_txn_find(info);
	err = IS_ERR(txn) ? PTR_ERR(txn) : ctl_txn_bind(txn, port, info);
	mutex_unlock(&ctl_txn_mutex);
	return err;
}

/* Reads the nest VFW_A_PROFILE; the name then points into the message. */
static int ctl_profile_parse(const struct nlattr *nest, struct vfw_profile_spec *spec,
			     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VFW_PROFILE_A_MAX + 1];
	int err;

	err = nla_parse_nested(tb, VFW_PROFILE_A_MAX, nest, vfw_ctl_profile_policy, extack);
	if (err)
		return err;
	if (!tb[VFW_PROFILE_A_NAME] || !tb[VFW_PROFILE_A_CONF] || tb[VFW_PROFILE_A_STAT]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "expected a name, its conf, and descriptors");
		return -EINVAL;
	}
	spec->name = vfw_ctl_string(tb[VFW_PROFILE_A_NAME], extack);
	if (!spec->name)
		return -EINVAL;
	memcpy(&spec->conf, nla_data(tb[VFW_PROFILE_A_CONF]), sizeof(spec->conf));
	spec->stream_fd =
		tb[VFW_PROFILE_A_STREAM_FD] ? nla_get_s32(tb[VFW_PROFILE_A_STREAM_FD]) : -1;
	spec->block_fd = tb[VFW_PROFILE_A_BLOCK_FD] ? nla_get_s32(tb[VFW_PROFILE_A_BLOCK_FD]) : -1;
	spec->sigs_fd = tb[VFW_PROFILE_A_SIGS_FD] ? nla_get_s32(tb[VFW_PROFILE_A_SIGS_FD]) : -1;
	spec->apps_fd = tb[VFW_PROFILE_A_APPS_FD] ? nla_get_s32(tb[VFW_PROFILE_A_APPS_FD]) : -1;
	return 0;
}

/* Has it room for one more? */
static int ctl_txn_wants_profile(const struct ctl_txn *txn, struct netlink_ext_ack *extack)
{
	u32 n;

	if (!txn->pol) {
		NL_SET_ERR_MSG(extack, "the transaction was begun without the flag policy");
		return -EINVAL;
	}
	n = vfw_policy_profiles(txn->pol);
	if (n < txn->pol->tables.counts.n_profiles)
		return 0;
	NL_SET_ERR_MSG_FMT(extack, "profiles: more than the %u announced", n);
	return -E2BIG;
}

/* On success the profile is the transaction's. */
static int ctl_txn_add_profile(struct ctl_txn *txn, struct vfw_profile *profile,
			       struct netlink_ext_ack *extack)
{
	int err = ctl_txn_wants_profile(txn, extack);
	u64 mib;

	if (err)
		return err;
	mib = (vfw_policy_size(txn->pol) + vfw_profile_bytes(profile)) >> 20;
	if (mib > READ_ONCE(policy_max_mib)) {
		NL_SET_ERR_MSG_FMT(extack, "needs %llu MiB, more than policy_max_mib", mib);
		return -E2BIG;
	}
	vfw_policy_add_profile(txn->pol, profile);
	return 0;
}

int vfw_ctl_txn_profile(struct sk_buff *skb, struct genl_info *info)
{
	struct vfw_profile_spec spec;
	struct vfw_profile *profile;
	struct ctl_txn *txn;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, VFW_A_PROFILE))
		return -EINVAL;
	err = ctl_profile_parse(info->attrs[VFW_A_PROFILE], &spec, info->extack);
	if (err)
		return err;
	mutex_lock(&ctl_txn_mutex);
	txn = ctl_txn_find(info);
	err = IS_ERR(txn) ? PTR_ERR(txn) : ctl_txn_wants_profile(txn, info->extack);
	mutex_unlock(&ctl_txn_mutex);
	if (err)
		return err;
	/* Files may be long in coming, and a rollback waits for the mutex: it is not held meanwhile. */
	profile = vfw_profile_load(&spec, info->extack);
	if (IS_ERR(profile))
		return PTR_ERR(profile);
	mutex_lock(&ctl_txn_mutex);
	txn = ctl_txn_find(info);
	err = IS_ERR(txn) ? PTR_ERR(txn) : ctl_txn_add_profile(txn, profile, info->extack);
	mutex_unlock(&ctl_txn_mutex);
	if (err)
		vfw_profile_put(profile);
	return err;
}

/* Has every announced element come, and is the whole right? */
static int ctl_txn_seal(struct ctl_txn *txn, struct netlink_ext_ack *extack)
{
	u32 i;

	if (!txn->pol)
		return 0;
	if (vfw_policy_profiles(txn->pol) != txn->pol->tables.counts.n_profiles) {
		NL_SET_ERR_MSG_FMT(extack, "profiles: only %u of %u announced ones came",
				   vfw_policy_profiles(txn->pol),
				   txn->pol->tables.counts.n_profiles);
		return -EINVAL;
	}
	for (i = 0; i < __VFW_TABLE_MAX; i++) {
		if (txn->filled[i] == txn->pol->tables.counts.n[i])
			continue;
		NL_SET_ERR_MSG_FMT(extack, "%s: only %u of %u announced elements came",
				   vfw_policy_table_word(i), txn->filled[i],
				   txn->pol->tables.counts.n[i]);
		return -EINVAL;
	}
	return vfw_policy_seal(txn->pol, extack);
}

/* The identity of every VM there is, and what it stands for, by slot. The population is the new one already. */
static void ctl_txn_idents(struct vfw_policy *pol)
{
	const struct vfw_vm *vm;
	u32 slot;

	for (slot = 0; slot < VFW_MAX_VMS; slot++) {
		vm = vfw_vm_slot(slot);
		pol->vm_ident[slot] = vm ? vm->ident : VFW_ID_UNMANAGED;
		pol->vm_means[slot] = vm ? vm->means : 0;
	}
}

/* Publishes the transaction. Returns 0, and the revision then in force in *revision. */
static int ctl_txn_publish(struct ctl_txn *txn, u32 *revision, struct netlink_ext_ack *extack)
{
	bool new_rules = txn->flags & VFW_TXN_F_POLICY;
	struct vfw_policy *pol, *before;
	int err;

	vfw_config_lock();
	if (!new_rules) {
		txn->pol = vfw_policy_derive(rcu_dereference_protected(
			vfw_policy_cur, lockdep_is_held(&vfw_config_mutex)));
		if (!txn->pol) {
			err = -ENOMEM;
			goto out;
		}
	}
	err = vfw_pop_prepare(txn->pop, extack);
	if (err)
		goto out;
	/* nothing fails from here on */
	vfw_pop_apply(txn->pop);
	pol = txn->pol;
	txn->pol = NULL;
	ctl_txn_idents(pol);
	vfw_policy_publish(pol, txn->flags, txn->trial ? &before : NULL);
	*revision = pol->revision;
	if (txn->trial)
		vfw_ctl_trial_begin(txn->trial, before);
	txn->trial = NULL;
out:
	vfw_config_unlock();
	return err;
}

int vfw_ctl_txn_commit(struct sk_buff *skb, struct genl_info *info)
{
	struct vfw_event ev = {.type = VFW_EVENT_POLICY};
	struct ctl_txn *txn;
	struct sk_buff *msg;
	void *hdr;
	int err;

	/* before anything is published: afterwards there is no way back */
	msg = vfw_ctl_reply(info, nla_total_size(sizeof(u32)), &hdr);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&ctl_txn_mutex);
	txn = ctl_txn_find(info);
	if (IS_ERR(txn)) {
		err = PTR_ERR(txn);
		goto out;
	}
	err = ctl_txn_seal(txn, info->extack);
	if (!err)
		err = ctl_txn_publish(txn, &ev.revision, info->extack);
	if (!err && txn->flags & VFW_TXN_F_POLICY)
		vfw_event_post(&ev);
	ctl_txn_close();
out:
	mutex_unlock(&ctl_txn_mutex);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	/* there is room: the message was made for it */
	nla_put_u32(msg, VFW_A_REVISION, ev.revision);
	genlmsg_end(msg, hdr);
	/* published, even if the reply finds no room at its reader */
	genlmsg_reply(msg, info);
	return 0;
}

int vfw_ctl_txn_abort(struct sk_buff *skb, struct genl_info *info)
{
	struct ctl_txn *txn;

	mutex_lock(&ctl_txn_mutex);
	txn = ctl_txn_find(info);
	if (!IS_ERR(txn))
		ctl_txn_close();
	mutex_unlock(&ctl_txn_mutex);
	return PTR_ERR_OR_ZERO(txn);
}

static int ctl_txn_notify(struct notifier_block *nb, unsigned long action, void *data)
{
	const struct netlink_notify *n = data;

	if (action != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC || n->net != &init_net ||
	    READ_ONCE(ctl_txn_owner) != n->portid)
		return NOTIFY_DONE;
	mutex_lock(&ctl_txn_mutex);
	if (ctl_txn && ctl_txn->portid == n->portid)
		ctl_txn_close();
	mutex_unlock(&ctl_txn_mutex);
	return NOTIFY_DONE;
}

static struct notifier_block ctl_txn_nb = {
	.notifier_call = ctl_txn_notify,
};

int vfw_ctl_txn_init(void)
{
	return netlink_register_notifier(&ctl_txn_nb);
}

void vfw_ctl_txn_exit(void)
{
	netlink_unregister_notifier(&ctl_txn_nb);
	mutex_lock(&ctl_txn_mutex);
	ctl_txn_close();
	mutex_unlock(&ctl_txn_mutex);
}
