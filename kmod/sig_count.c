// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "addr.h"
#include "budget.h"
#include "core/sigcount.h"
#include "pkt.h"
#include "profile.h"
#include "scan_flow.h"
#include "share.h"
#include "sig_count.h"

#define COUNT_PAGES 256 /* of one table, at most */
#define COUNT_SETS (PAGE_SIZE / sizeof(struct vfw_sigcount_set))

struct vfw_sig_counts {
	spinlock_t lock; /* protects what follows; a leaf, BH off */
	struct vfw_sigcount_set *page[COUNT_PAGES]; /* or NULL */
	u64 until[COUNT_PAGES]; /* microseconds: nothing in the page counts any more then */
	u32 hand; /* the page that is looked at next */
};

/* What a counter is about; hashed whole. */
struct count_name {
	u64 series;
	u64 flow; /* by_flow: the conversation's number */
	u64 domain; /* of a source outside: bridge << 16 | VLAN, for tenants may overlap */
	u8 addr[2][16];
	u32 sig;
	u32 track_family; /* enum vfw_sig_track << 16 | enum vfw_frame_kind */
};

static unsigned int count_kib_per_vm = 1024;
module_param(count_kib_per_vm, uint, 0444);
MODULE_PARM_DESC(count_kib_per_vm,
		 "of scan_kib_per_vm, for counters of signatures, KiB, 4 to 1024 (default 1024)");

static u32 count_pages; /* of one table; from the parameter */
static siphash_key_t count_secret;
static struct vfw_budget *count_outside; /* pays for what no VM and no port sent */
static atomic64_t count_series; /* ids given out */
static atomic64_t count_flows; /* numbers given out */

struct vfw_sig_series *vfw_sig_count_series(u32 n_limits)
{
	struct vfw_sig_series *series = kvzalloc(struct_size(series, rule, n_limits), GFP_KERNEL);

	if (!series)
		return NULL;
	refcount_set(&series->refs, 1);
	spin_lock_init(&series->lock);
	series->id = atomic64_inc_return(&count_series);
	return series;
}

struct vfw_sig_series *vfw_sig_count_get(struct vfw_sig_series *series)
{
	return refcount_inc_not_zero(&series->refs) ? series : NULL;
}

void vfw_sig_count_put(struct vfw_sig_series *series)
{
	if (series && refcount_dec_and_test(&series->refs))
		kvfree(series);
}

void vfw_sig_count_free(struct vfw_sig_counts *counts, struct vfw_budget *budget)
{
	unsigned int i;

	if (!counts)
		return;
	for (i = 0; i < COUNT_PAGES; i++) {
		if (!counts->page[i])
			continue;
		free_page((unsigned long)counts->page[i]);
		vfw_budget_give(budget, PAGE_SIZE);
	}
	kfree(counts);
	vfw_budget_give(budget, sizeof(*counts));
}

/*
 * Is the destination an address that its receiver, and nobody else here, has declared by itself? Else, of a subnet
 * behind it say, who sends could fill its table with any number of them.
 */
static bool count_is_receivers(const struct vfw_pkt *p)
{
	enum vfw_addr_kind kind = p->f.kind == VFW_FRAME_IP6 ? VFW_ADDR_IP6 : VFW_ADDR_IP4;
	struct vfw_addr_hit hit;

	return p->dst.nic && vfw_addr_find(kind, p->f.dst, p->bridge, p->vlan, &hit) == 1 &&
	       hit.whole && hit.nic->vm == p->dst.nic->vm;
}

/* Who pays for the counter, and has it. */
static struct vfw_budget *count_payer(const struct vfw_scan *scan, const struct vfw_pkt *p,
				      u32 track)
{
	if (track == VFW_SIG_TRACK_SRC) {
		if (p->src.nic)
			return p->src.nic->vm->own->budget;
		return p->src.port ? p->src.port->own->budget : count_outside;
	}
	if (track == VFW_SIG_TRACK_DST && count_is_receivers(p))
		return p->dst.nic->vm->own->budget;
	return scan->dir[0].budget;
}

/* NULL without memory. */
static struct vfw_sig_counts *count_table(struct vfw_budget *budget)
{
	struct vfw_sig_counts *counts = READ_ONCE(budget->counts), *old;

	if (counts)
		return counts;
	if (!vfw_budget_take(budget, sizeof(*counts)))
		return NULL;
	counts = kzalloc(sizeof(*counts), GFP_ATOMIC | __GFP_NOWARN);
	if (!counts) {
		vfw_budget_give(budget, sizeof(*counts));
		return NULL;
	}
	spin_lock_init(&counts->lock);
	old = cmpxchg(&budget->counts, NULL, counts);
	if (!old)
		return counts;
	vfw_sig_count_free(counts, budget);
	return old;
}

/* Gives back a page whose counters' times have all run out, one at a time. Locked. */
static void count_reclaim(struct vfw_sig_counts *counts, struct vfw_budget *budget, u64 now)
{
	u32 i = counts->hand++ % count_pages;

	if (!counts->page[i] || counts->until[i] > now)
		return;
	free_page((unsigned long)counts->page[i]);
	counts->page[i] = NULL;
	vfw_budget_give(budget, PAGE_SIZE);
}

/* The set for a name that is counted for so many seconds. Locked. NULL without memory. */
static struct vfw_sigcount_set *count_set(struct vfw_sig_counts *counts, struct vfw_budget *budget,
					  u64 name, u64 now, u32 seconds)
{
	u32 i = (u32)(name >> 1) % count_pages;
	struct vfw_sigcount_set **page = &counts->page[i];

	count_reclaim(counts, budget, now);
	if (!*page) {
		if (!vfw_budget_take(budget, PAGE_SIZE))
			return NULL;
		*page = (void *)get_zeroed_page(GFP_ATOMIC | __GFP_NOWARN);
		if (!*page) {
			vfw_budget_give(budget, PAGE_SIZE);
			return NULL;
		}
	}
	counts->until[i] = max(counts->until[i], now + (u64)seconds * USEC_PER_SEC);
	return &(*page)[(u32)(name >> 32) % COUNT_SETS];
}

static u64 count_hash(const struct vfw_sig_series *series, struct vfw_scan *scan,
		      const struct vfw_pkt *p, u32 sig, u32 track)
{
	struct count_name name = {
		.series = series->id,
		.sig = sig,
		.track_family = track << 16 | p->f.kind,
	};
	bool low;

	switch (track) {
	case VFW_SIG_TRACK_SRC:
		memcpy(name.addr[0], p->f.src, sizeof(name.addr[0]));
		if (!p->src.nic && !p->src.port)
			name.domain = (u64)p->bridge << 16 | p->vlan;
		break;
	case VFW_SIG_TRACK_DST:
		memcpy(name.addr[0], p->f.dst, sizeof(name.addr[0]));
		break;
	case VFW_SIG_TRACK_BOTH:
		low = memcmp(p->f.src, p->f.dst, sizeof(p->f.src)) > 0;
		memcpy(name.addr[low], p->f.src, sizeof(name.addr[0]));
		memcpy(name.addr[!low], p->f.dst, sizeof(name.addr[0]));
		break;
	default:
		if (!scan->number)
			scan->number = atomic64_inc_return(&count_flows);
		name.flow = scan->number;
		break;
	}
	return siphash(&name, sizeof(name), &count_secret);
}

/* Under the lock of the counter: of two CPUs' times none goes back. Never 0. */
static u64 count_now(void)
{
	return div_u64(ktime_get_ns(), NSEC_PER_USEC) + 1;
}

static enum vfw_sig_told count_rule(struct vfw_sig_series *series,
				    const struct vfw_sig_limit *limit, u32 i)
{
	enum vfw_sig_told told;

	spin_lock(&series->lock);
	told = vfw_sig_limit(limit, &series->rule[i], count_now());
	spin_unlock(&series->lock);
	return told;
}

enum vfw_sig_told vfw_sig_count(struct vfw_scan *scan, const struct vfw_pkt *p, u32 sig)
{
	struct vfw_profile *profile = scan->user.profile;
	u32 i = profile->sigs.sigs[sig].limit - 1;
	const struct vfw_sig_limit *limit = &profile->sigs.limits[i];
	enum vfw_sig_told told = VFW_SIG_TOLD;
	struct vfw_sigcount_set *set = NULL;
	struct vfw_sig_counts *counts;
	struct vfw_budget *budget;
	bool short_of = false;
	u64 name, now;

	if (limit->track == VFW_SIG_TRACK_RULE)
		return count_rule(profile->series, limit, i);
	budget = count_payer(scan, p, limit->track);
	counts = count_table(budget);
	if (counts) {
		name = count_hash(profile->series, scan, p, sig, limit->track);
		spin_lock(&counts->lock);
		now = count_now();
		set = count_set(counts, budget, name, now, limit->seconds);
		if (set)
			told = vfw_sigcount(set, name, limit, now, &short_of);
		spin_unlock(&counts->lock);
	}
	if (!set || short_of)
		vfw_profile_count_add(profile, overloads, 1);
	return told;
}

int vfw_sig_count_init(void)
{
	count_kib_per_vm = clamp(count_kib_per_vm, 4U, 1024U);
	count_pages = clamp(count_kib_per_vm * 1024U / (u32)PAGE_SIZE, 1U, (u32)COUNT_PAGES);
	get_random_bytes(&count_secret, sizeof(count_secret));
	count_outside = vfw_budget_new();
	return count_outside ? 0 : -ENOMEM;
}

void vfw_sig_count_exit(void)
{
	vfw_budget_put(count_outside);
}
