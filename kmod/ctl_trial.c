// SPDX-License-Identifier: GPL-2.0
/*
 * A policy on trial: what was in force before is kept beside it, and comes back
 * when time is up or somebody asks. Nothing of that may fail or need user
 * space, for it is what an administrator relies on who has locked himself out: all memory is
 * taken when the transaction begins, the policy before is kept whole.
 *
 * A VM's identity under the policy before is kept by UUID, not by slot: meanwhile
 * VMs come and go, and a slot may get another one.
 *
 * Locks: what follows is written under the mutex of transactions and vfw_config_mutex, so either
 * is enough to read it.
 */
#include <linux/bsearch.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>

#include "ctl_cmd.h"
#include "event.h"
#include "policy.h"

struct trial_vm {
	u8 uuid[VFW_UUID_LEN];
	u32 ident; /* under the policy before, and VFW_VM_A_MEANS */
	u64 means;
};

struct vfw_ctl_trial {
	struct vfw_policy *before; /* owned; nobody reads it by RCU */
	u32 seconds;
	u64 since_ns; /* CLOCK_REALTIME */
	unsigned long end; /* jiffies */
	char who[VFW_NAME_LEN];
	u32 n_vms;
	struct trial_vm
		vms[VFW_MAX_VMS]; /* those that before knows and that are still there, by UUID */
};

static struct vfw_ctl_trial *trial_cur; /* the one that runs, or NULL */

static void trial_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(trial_timer, trial_work);

void vfw_ctl_trial_free(struct vfw_ctl_trial *trial)
{
	if (!trial)
		return;
	vfw_policy_free(trial->before);
	kvfree(trial);
}

static u32 trial_left(void)
{
	long left = (long)(trial_cur->end - jiffies);

	return left > 0 ? DIV_ROUND_UP(left, HZ) : 0;
}

/* Is what comes the policy on trial, and no second trial? trial_cur is there. */
static bool trial_follows(struct genl_info *info)
{
	const struct vfw_policy *pol;
	bool same;

	rcu_read_lock();
	pol = rcu_dereference(vfw_policy_cur);
	same = !memcmp(pol->digest, nla_data(info->attrs[VFW_A_DIGEST]), VFW_DIGEST_LEN);
	rcu_read_unlock();
	return same && !info->attrs[VFW_A_CONFIRM_S];
}

int vfw_ctl_trial_stage(struct genl_info *info, struct vfw_ctl_trial **out)
{
	const struct nlattr *who = info->attrs[VFW_A_CONFIRM_WHO];
	struct vfw_ctl_trial *trial;

	if (trial_cur && !trial_follows(info)) {
		NL_SET_ERR_MSG_FMT(info->extack,
				   "a policy waits for confirmation (%u s left), applied by %.40s",
				   trial_left(), trial_cur->who);
		return -EBUSY;
	}
	if (!info->attrs[VFW_A_CONFIRM_S]) {
		if (!who)
			return 0;
		NL_SET_ERR_MSG_ATTR(info->extack, who,
				    "only a trial has somebody who asked for it");
		return -EINVAL;
	}
	if (!rcu_access_pointer(vfw_policy_cur)) {
		NL_SET_ERR_MSG(info->extack, "no policy was published yet that could come back");
		return -ENOENT;
	}
	trial = kvzalloc(sizeof(*trial), GFP_KERNEL);
	if (!trial)
		return -ENOMEM;
	trial->seconds = nla_get_u32(info->attrs[VFW_A_CONFIRM_S]);
	strscpy(trial->who, "somebody", sizeof(trial->who));
	if (who)
		nla_strscpy(trial->who, who, sizeof(trial->who));
	*out = trial;
	return 0;
}

static int trial_vm_cmp(const void *a, const void *b)
{
	return memcmp(((const struct trial_vm *)a)->uuid, ((const struct trial_vm *)b)->uuid,
		      VFW_UUID_LEN);
}

void vfw_ctl_trial_begin(struct vfw_ctl_trial *trial, struct vfw_policy *before)
{
	const struct vfw_vm *vm;
	u32 slot;

	lockdep_assert_held(&vfw_config_mutex);
	trial->before = before;
	for (slot = 0; slot < VFW_MAX_VMS; slot++) {
		vm = vfw_vm_slot(slot);
		/* a VM that came with this very transaction is in a slot that before has not in use */
		if (!vm || before->vm_ident[slot] == VFW_ID_UNMANAGED)
			continue;
		memcpy(trial->vms[trial->n_vms].uuid, vm->uuid, VFW_UUID_LEN);
		trial->vms[trial->n_vms].means = before->vm_means[slot];
		trial->vms[trial->n_vms++].ident = before->vm_ident[slot];
	}
	sort(trial->vms, trial->n_vms, sizeof(*trial->vms), trial_vm_cmp, NULL);
	trial->since_ns = ktime_get_real_ns();
	trial->end = jiffies + trial->seconds * HZ;
	trial_cur = trial;
	mod_delayed_work(system_wq, &trial_timer, trial->seconds * HZ);
}

/* Every VM that is there gets what it was under the policy before, or nothing. */
static void trial_idents(struct vfw_ctl_trial *trial)
{
	const struct trial_vm *was;
	struct trial_vm key = {};
	struct vfw_vm *vm;
	u32 slot;

	for (slot = 0; slot < VFW_MAX_VMS; slot++) {
		trial->before->vm_ident[slot] = VFW_ID_UNMANAGED;
		trial->before->vm_means[slot] = 0;
		vm = vfw_vm_slot(slot);
		if (!vm)
			continue;
		memcpy(key.uuid, vm->uuid, VFW_UUID_LEN);
		was = bsearch(&key, trial->vms, trial->n_vms, sizeof(key), trial_vm_cmp);
		vm->ident = was ? was->ident : VFW_ID_UNMANAGED;
		vm->means = was ? was->means : 0;
		trial->before->vm_ident[slot] = vm->ident;
		trial->before->vm_means[slot] = vm->means;
	}
}

/* Returns the new revision. The mutex of transactions held. */
static u32 trial_rollback(enum vfw_rollback cause)
{
	struct vfw_event ev = {.type = VFW_EVENT_ROLLBACK, .verdict = cause};
	struct vfw_ctl_trial *trial = trial_cur;
	struct vfw_policy *pol = trial->before;
	u32 was = pol->revision;

	/* it was begun for the rules that go */
	vfw_ctl_txn_drop();
	mutex_lock(&vfw_config_mutex);
	trial_idents(trial);
	vfw_policy_recall(pol);
	trial_cur = NULL;
	trial->before = NULL;
	vfw_policy_publish(pol, VFW_TXN_F_POLICY | VFW_TXN_F_SAME_RULES, NULL);
	ev.revision = pol->revision;
	mutex_unlock(&vfw_config_mutex);
	vfw_ctl_trial_free(trial);
	vfw_event_post(&ev);
	pr_notice("vfw: revision %u: the rules of revision %u are back%s\n", ev.revision, was,
		  cause == VFW_ROLLBACK_TIME ? ", for nobody confirmed in time" : "");
	return ev.revision;
}

static void trial_work(struct work_struct *work)
{
	vfw_ctl_txn_hold();
	/* it may have ended meanwhile, and another one begun */
	if (trial_cur && time_after_eq(jiffies, trial_cur->end))
		trial_rollback(VFW_ROLLBACK_TIME);
	vfw_ctl_txn_go();
}

int vfw_ctl_policy_rollback(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg;
	u32 revision;
	void *hdr;

	msg = vfw_ctl_reply(info, nla_total_size(sizeof(u32)), &hdr);
	if (!msg)
		return -ENOMEM;
	vfw_ctl_txn_hold();
	if (!trial_cur) {
		vfw_ctl_txn_go();
		nlmsg_free(msg);
		NL_SET_ERR_MSG(info->extack, "no policy is on trial: there is nothing to undo");
		return -ENOENT;
	}
	revision = trial_rollback(VFW_ROLLBACK_ASKED);
	vfw_ctl_log("policy rolled back");
	vfw_ctl_txn_go();
	/* there is room: the message was made for it */
	nla_put_u32(msg, VFW_A_REVISION, revision);
	genlmsg_end(msg, hdr);
	genlmsg_reply(msg, info);
	return 0;
}

int vfw_ctl_policy_confirm(struct sk_buff *skb, struct genl_info *info)
{
	struct vfw_event ev = {.type = VFW_EVENT_CONFIRM};
	struct vfw_ctl_trial *trial;

	vfw_ctl_txn_hold();
	trial = trial_cur;
	if (trial) {
		mutex_lock(&vfw_config_mutex);
		trial_cur = NULL;
		ev.revision = rcu_dereference_protected(vfw_policy_cur,
							lockdep_is_held(&vfw_config_mutex))
				      ->revision;
		mutex_unlock(&vfw_config_mutex);
		vfw_event_post(&ev);
		vfw_ctl_log("policy confirmed");
		cancel_delayed_work(&trial_timer);
	}
	vfw_ctl_txn_go();
	if (!trial) {
		NL_SET_ERR_MSG(info->extack, "no policy is on trial: there is nothing to confirm");
		return -ENOENT;
	}
	vfw_ctl_trial_free(trial);
	return 0;
}

int vfw_ctl_trial_put(struct sk_buff *skb)
{
	lockdep_assert_held(&vfw_config_mutex);
	if (!trial_cur)
		return 0;
	if (nla_put_u32(skb, VFW_A_CONFIRM_S, trial_left()) ||
	    nla_put_string(skb, VFW_A_CONFIRM_WHO, trial_cur->who) ||
	    nla_put_u64_64bit(skb, VFW_A_CONFIRM_NS, trial_cur->since_ns, VFW_A_PAD) ||
	    nla_put_u32(skb, VFW_A_PREV_REVISION, trial_cur->before->revision) ||
	    nla_put(skb, VFW_A_PREV_DIGEST, VFW_DIGEST_LEN, trial_cur->before->digest))
		return -EMSGSIZE;
	return 0;
}

u64 vfw_ctl_trial_memory(void)
{
	lockdep_assert_held(&vfw_config_mutex);
	return trial_cur ? sizeof(*trial_cur) + vfw_policy_size(trial_cur->before) : 0;
}

void vfw_ctl_trial_exit(void)
{
	cancel_delayed_work_sync(&trial_timer);
	vfw_ctl_trial_free(trial_cur);
	trial_cur = NULL;
}
