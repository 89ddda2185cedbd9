// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "budget.h"
#include "forgotten.h"
#include "frag.h"
#include "frag_mark.h"
#include "share.h"

#define SHARE_EVENTS_BURST 1000
#define SHARE_EVENTS_RATE 500 /* in a second */

static unsigned int flows_max = 262144;
module_param(flows_max, uint, 0444);
MODULE_PARM_DESC(flows_max, "flows in all, 1024 to 16777216 (default 262144)");

static unsigned int flows_per_vm = 16384;
module_param(flows_per_vm, uint, 0644);
MODULE_PARM_DESC(flows_per_vm,
		 "flows a VM may open, and as many opened to it from outside (default 16384)");

static unsigned int half_per_vm = 2048;
module_param(half_per_vm, uint, 0644);
MODULE_PARM_DESC(half_per_vm, "of these, flows that nobody has answered yet (default 2048)");

static unsigned int flows_unmanaged = 1024;
module_param(flows_unmanaged, uint, 0644);
MODULE_PARM_DESC(
	flows_unmanaged,
	"flows an unmanaged port may open, and as many opened to it from outside (default 1024)");

static atomic_t share_flows; /* charged to all shares */
static atomic_t share_n; /* shares that have an owner, and do not rest */

struct vfw_share *vfw_share_new(enum vfw_share_kind kind)
{
	struct vfw_share *share = kzalloc(sizeof(*share), GFP_KERNEL);

	if (!share)
		return NULL;
	share->budget = vfw_budget_new();
	if (!share->budget) {
		kfree(share);
		return NULL;
	}
	refcount_set(&share->refs, 1);
	share->kind = kind;
	spin_lock_init(&share->lock);
	INIT_LIST_HEAD(&share->half);
	INIT_LIST_HEAD(&share->over);
	INIT_LIST_HEAD(&share->left);
	share->events = SHARE_EVENTS_BURST;
	share->refilled = jiffies;
	atomic_inc(&share_n);
	return share;
}

static void share_free_rcu(struct rcu_head *head)
{
	struct vfw_share *share = container_of(head, struct vfw_share, rcu);

	vfw_frag_free(share->frags);
	vfw_frag_mark_free(share->marks);
	vfw_forgotten_free(share->forgotten);
	kfree(share);
}

static void share_put(struct vfw_share *share)
{
	if (!refcount_dec_and_test(&share->refs))
		return;
	vfw_budget_put(share->budget);
	call_rcu(&share->rcu, share_free_rcu);
}

void vfw_share_drop(struct vfw_share *share)
{
	if (!share)
		return;
	if (!share->resting)
		atomic_dec(&share_n);
	share_put(share);
}

void vfw_share_rest(struct vfw_share *share, bool resting)
{
	if (share->resting == resting)
		return;
	share->resting = resting;
	atomic_add(resting ? -1 : 1, &share_n);
	vfw_budget_rest(share->budget, resting);
}

u32 vfw_share_count(const struct vfw_share *share)
{
	return refcount_read(&share->refs) - 1;
}

u32 vfw_share_total(void)
{
	return atomic_read(&share_flows);
}

/* How many flows there may be in all, for one more of a share that has n. */
static u32 share_ceiling(u32 n)
{
	u32 kept = flows_max / 4;
	u32 owners = max(atomic_read(&share_n), 1);

	return n < kept / owners ? flows_max : flows_max - kept;
}

bool vfw_share_take(struct vfw_share *share)
{
	u32 limit =
		share->kind == VFW_SHARE_VM ? READ_ONCE(flows_per_vm) : READ_ONCE(flows_unmanaged);
	u32 n = vfw_share_count(share);

	if (n >= limit)
		return false;
	if (atomic_inc_return(&share_flows) > share_ceiling(n) ||
	    !refcount_inc_not_zero(&share->refs)) {
		atomic_dec(&share_flows);
		return false;
	}
	return true;
}

void vfw_share_give(struct vfw_share *share)
{
	atomic_dec(&share_flows);
	share_put(share);
}

bool vfw_share_half_full(const struct vfw_share *share)
{
	u32 limit = READ_ONCE(half_per_vm);

	if (share->kind == VFW_SHARE_UNMANAGED)
		limit = min(limit, READ_ONCE(flows_unmanaged) / 2);
	return READ_ONCE(share->n_half) >= max(limit, 1U);
}

u32 vfw_share_event(struct vfw_share *share, bool end)
{
	unsigned long passed;
	u32 count = 0;

	spin_lock_bh(&share->lock);
	passed = min_t(unsigned long, jiffies - share->refilled, 10 * HZ);
	if (passed >= HZ / 10) {
		share->events = min_t(u32, share->events + passed * SHARE_EVENTS_RATE / HZ,
				      SHARE_EVENTS_BURST);
		share->refilled = jiffies;
	}
	if (share->events) {
		share->events--;
		count = 1 + share->unsaid[end];
		share->unsaid[end] = 0;
	} else {
		share->unsaid[end]++;
	}
	spin_unlock_bh(&share->lock);
	return count;
}

u32 vfw_share_init(void)
{
	flows_max = clamp(flows_max, 1024U, 16777216U);
	return flows_max;
}
