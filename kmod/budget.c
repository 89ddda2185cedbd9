// SPDX-License-Identifier: GPL-2.0
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "budget.h"
#include "sig_count.h"

#define BUDGET_BURST_MS 200 /* of scanning, that may be saved up */

static unsigned int scan_mib = 512;
module_param(scan_mib, uint, 0644);
MODULE_PARM_DESC(scan_mib, "most memory that scanning may take in all, MiB (default 512)");

static unsigned int scan_kib_per_vm = 65536;
module_param(scan_kib_per_vm, uint, 0644);
MODULE_PARM_DESC(
	scan_kib_per_vm,
	"of it, for what a VM opens, and as much for what is opened to it, KiB (default 65536)");

static unsigned int scan_ms_per_vm = 1000;
module_param(scan_ms_per_vm, uint, 0644);
MODULE_PARM_DESC(scan_ms_per_vm,
		 "processor time for the same, ms in each second; 0: without bound (default 1000)");

static atomic_long_t budget_total;
static atomic_t budget_n; /* budgets there are that do not rest */

struct vfw_budget *vfw_budget_new(void)
{
	struct vfw_budget *budget = kzalloc(sizeof(*budget), GFP_KERNEL);

	if (!budget)
		return NULL;
	refcount_set(&budget->refs, 1);
	spin_lock_init(&budget->lock);
	atomic_inc(&budget_n);
	return budget;
}

struct vfw_budget *vfw_budget_get(struct vfw_budget *budget)
{
	return refcount_inc_not_zero(&budget->refs) ? budget : NULL;
}

static void budget_free_rcu(struct rcu_head *rcu)
{
	struct vfw_budget *budget = container_of(rcu, struct vfw_budget, rcu);

	vfw_sig_count_free(budget->counts, budget);
	kfree(budget);
}

void vfw_budget_put(struct vfw_budget *budget)
{
	if (!budget || !refcount_dec_and_test(&budget->refs))
		return;
	if (!budget->resting)
		atomic_dec(&budget_n);
	call_rcu(&budget->rcu, budget_free_rcu);
}

void vfw_budget_rest(struct vfw_budget *budget, bool resting)
{
	if (budget->resting == resting)
		return;
	budget->resting = resting;
	atomic_add(resting ? -1 : 1, &budget_n);
}

/* How much there may be in all, for one that then has so many bytes. */
static long budget_ceiling(long bytes)
{
	long all = (long)READ_ONCE(scan_mib) << 20;
	long kept = all / 4;

	return bytes <= kept / max(atomic_read(&budget_n), 1) ? all : all - kept;
}

bool vfw_budget_take(struct vfw_budget *budget, u32 bytes)
{
	long n = atomic_long_add_return(bytes, &budget->bytes);

	if (n > (long)READ_ONCE(scan_kib_per_vm) << 10)
		goto over;
	if (atomic_long_add_return(bytes, &budget_total) > budget_ceiling(n)) {
		atomic_long_sub(bytes, &budget_total);
		goto over;
	}
	return true;
over:
	atomic_long_sub(bytes, &budget->bytes);
	return false;
}

void vfw_budget_give(struct vfw_budget *budget, u32 bytes)
{
	atomic_long_sub(bytes, &budget->bytes);
	atomic_long_sub(bytes, &budget_total);
}

bool vfw_budget_has_time(struct vfw_budget *budget)
{
	u32 rate = min(READ_ONCE(scan_ms_per_vm), 1000000U);
	u64 now;
	bool has;

	if (!rate)
		return true;
	now = ktime_get_ns();
	spin_lock(&budget->lock);
	if (now > budget->filled) {
		/* a longer silence fills no more than the burst */
		u64 passed = min_t(u64, now - budget->filled, 10ULL * NSEC_PER_SEC);
		u64 more = div_u64(passed * rate, 1000);

		budget->left = min_t(s64, budget->left + more,
				     (s64)rate * BUDGET_BURST_MS * (NSEC_PER_MSEC / 1000));
		/* not even a nanosecond yet: the next one asks for both */
		if (more)
			budget->filled = now;
	}
	has = budget->left > 0;
	spin_unlock(&budget->lock);
	return has;
}

u64 vfw_budget_begin(void)
{
	return READ_ONCE(scan_ms_per_vm) ? ktime_get_ns() : 0;
}

void vfw_budget_end(struct vfw_budget *budget, u64 began)
{
	u64 ns;

	if (!began || !READ_ONCE(scan_ms_per_vm))
		return;
	ns = ktime_get_ns() - began;
	spin_lock(&budget->lock);
	/* one scan that a busy host stretched must not silence a share for long */
	budget->left =
		max_t(s64, budget->left - (s64)min_t(u64, ns, NSEC_PER_SEC), -(s64)NSEC_PER_SEC);
	spin_unlock(&budget->lock);
}

u64 vfw_budget_total(void)
{
	return atomic_long_read(&budget_total);
}
