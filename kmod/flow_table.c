// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/prefetch.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "flow_event.h"
#include "flow_table.h"
#include "forgotten.h"
#include "scan.h"
#include "share.h"

#define FLOW_LOCKS 256 /* a power of two */
#define FLOW_GC_MS 250
#define FLOW_GC_SLICES \
	8 /* of the table, one each time: what has expired is gone within two seconds */

static struct hlist_head *flow_heads;
static u32 flow_mask;
static spinlock_t flow_locks[FLOW_LOCKS]; /* protect the lists of their buckets */
static unsigned long flow_deaths[FLOW_LOCKS]; /* flows that left those lists; under their lock */
static struct kmem_cache *flow_cache;
static u64 flow_secret[2];
static unsigned long flow_swept; /* jiffies when all was swept at once for the last time */
static bool flow_wanted; /* somebody found no place: all is to be swept at once */

static void flow_gc(struct work_struct *work);
static DECLARE_DELAYED_WORK(flow_gc_work, flow_gc);

u32 vfw_flow_table_hash(const struct vfw_flow_key *key)
{
	return vfw_flowkey_hash(key, flow_secret);
}

static u32 flow_bucket(const struct vfw_flow_key *key)
{
	return vfw_flow_table_hash(key) & flow_mask;
}

static spinlock_t *flow_lock_of(u32 bucket)
{
	return &flow_locks[bucket & (FLOW_LOCKS - 1)];
}

const unsigned long *vfw_flow_table_deaths(u32 hash)
{
	return &flow_deaths[hash & flow_mask & (FLOW_LOCKS - 1)];
}

static struct vfw_flow *flow_find(const struct vfw_flow_key *key, u32 bucket)
{
	struct vfw_flow *flow;

	hlist_for_each_entry_rcu(flow, &flow_heads[bucket], node,
				 lockdep_is_held(flow_lock_of(bucket)))
		if (vfw_flowkey_equal(&flow->key, key))
			return flow;
	return NULL;
}

void vfw_flow_table_soon(u32 hash)
{
	prefetch(&flow_heads[hash & flow_mask]);
}

struct vfw_flow *vfw_flow_table_find(const struct vfw_flow_key *key, u32 hash)
{
	return flow_find(key, hash & flow_mask);
}

static void flow_free_rcu(struct rcu_head *head)
{
	struct vfw_flow *flow = container_of(head, struct vfw_flow, rcu);

	vfw_scan_put(flow->scan);
	kmem_cache_free(flow_cache, flow);
}

/* Scanned, and not over for good: what its receiver holds may be what nobody scanned. */
static bool flow_is_unfinished(const struct vfw_flow *flow)
{
	const struct vfw_scan *scan = READ_ONCE(flow->scan);

	if (flow->key.proto != IPPROTO_TCP || !scan || vfw_tcpstate_is_final(&flow->tcp))
		return false;
	if (vfw_scan_dead(scan))
		return true;
	return vfw_scan_is_strict(scan) && !READ_ONCE(flow->turned) &&
	       vfw_tcpstate_has_carried(&flow->tcp);
}

/* Bucket locked. True: the caller was first, and must call flow_finish() with no lock held. */
static bool flow_unlink(struct vfw_flow *flow, u32 bucket)
{
	unsigned long *deaths = &flow_deaths[bucket & (FLOW_LOCKS - 1)];

	if (flow->gone)
		return false;
	WRITE_ONCE(flow->gone, true);
	/* before nobody finds it any more: see flow_was_forgotten() */
	if (flow_is_unfinished(flow)) {
		vfw_forgotten_note(flow->share, vfw_flow_table_hash(&flow->key));
		smp_wmb();
	}
	hlist_del_rcu(&flow->node);
	/* Who reads the new number does not find the flow any more; who reads the old one keeps it from being freed. */
	smp_store_release(deaths, *deaths + 1);
	return true;
}

/* Share locked. */
static void flow_unlist(struct vfw_flow *flow)
{
	struct vfw_share *share = flow->share;

	if (flow->listed == VFW_FLOW_UNLISTED)
		return;
	if (flow->listed == VFW_FLOW_HALF)
		WRITE_ONCE(share->n_half, share->n_half - 1);
	flow->listed = VFW_FLOW_UNLISTED;
	list_del(&flow->turn);
}

/* Share locked. */
static void flow_list(struct vfw_flow *flow, enum vfw_flow_list list)
{
	struct vfw_share *share = flow->share;

	if (flow->listed == list)
		return;
	flow_unlist(flow);
	if (list == VFW_FLOW_UNLISTED)
		return;
	flow->listed = list;
	if (list != VFW_FLOW_HALF) {
		list_add_tail(&flow->turn, list == VFW_FLOW_OVER ? &share->over : &share->left);
		return;
	}
	list_add_tail(&flow->turn, &share->half);
	WRITE_ONCE(share->n_half, share->n_half + 1);
}

/* What was killed keeps its place: its end was to be seen. What is left of one that was cut gives way, last of all. */
static enum vfw_flow_list flow_belongs(const struct vfw_flow *flow)
{
	u8 killed = READ_ONCE(flow->killed);

	if (READ_ONCE(flow->gone) || killed == VFW_FLOW_KILLED)
		return VFW_FLOW_UNLISTED;
	if (killed == VFW_FLOW_CUT)
		return VFW_FLOW_LEFT;
	if (READ_ONCE(flow->over))
		return VFW_FLOW_OVER;
	return READ_ONCE(flow->answered) ? VFW_FLOW_UNLISTED : VFW_FLOW_HALF;
}

void vfw_flow_table_sort(struct vfw_flow *flow)
{
	/* Who changes what is read here sorts it afterwards: the last one sees it all. */
	spin_lock(&flow->share->lock);
	flow_list(flow, flow_belongs(flow));
	spin_unlock(&flow->share->lock);
}

static void flow_finish(struct vfw_flow *flow, const struct vfw_flow_end *end)
{
	struct vfw_share *share = flow->share;

	spin_lock_bh(&share->lock);
	flow_unlist(flow);
	spin_unlock_bh(&share->lock);
	if (flow->told)
		vfw_flow_event_end(flow, end);
	call_rcu(&flow->rcu, flow_free_rcu);
	vfw_share_give(share);
}

void vfw_flow_table_kill(struct vfw_flow *flow, enum vfw_reason reason)
{
	const struct vfw_flow_end end = {.reason = reason, .slot = VFW_MAX_VMS};
	u32 bucket = flow_bucket(&flow->key);
	spinlock_t *lock = flow_lock_of(bucket);
	bool first;

	spin_lock_bh(lock);
	first = flow_unlink(flow, bucket);
	spin_unlock_bh(lock);
	if (first)
		flow_finish(flow, &end);
}

/* Ends the oldest flow in a list of a share, for that reason. False if there is none. */
static bool flow_evict(struct vfw_share *share, struct list_head *list, enum vfw_reason reason)
{
	struct vfw_flow *flow;

	spin_lock(&share->lock);
	flow = list_first_entry_or_null(list, struct vfw_flow, turn);
	if (flow)
		flow_unlist(flow);
	spin_unlock(&share->lock);
	if (!flow)
		return false;
	vfw_flow_table_kill(flow, reason);
	return true;
}

/* Takes a place, if need be that of a flow of the same share that is over, or was never answered. */
static bool flow_place(struct vfw_share *share)
{
	/* the last one, behind which this one will be listed */
	prefetchw(READ_ONCE(share->half.prev));
	if (vfw_share_half_full(share))
		flow_evict(share, &share->half, VFW_REASON_FLOW_LIMIT);
	if (vfw_share_take(share))
		return true;
	if ((flow_evict(share, &share->over, VFW_REASON_NONE) ||
	     flow_evict(share, &share->half, VFW_REASON_FLOW_LIMIT) ||
	     flow_evict(share, &share->left, VFW_REASON_NONE)) &&
	    vfw_share_take(share))
		return true;
	/* Not for every frame: who is over the limit could keep a processor busy. */
	if (time_after(jiffies, READ_ONCE(flow_swept) + HZ / 4)) {
		WRITE_ONCE(flow_wanted, true);
		mod_delayed_work(system_unbound_wq, &flow_gc_work, 0);
	}
	return false;
}

/* It has its place in share already, and gives that back if there is no memory: NULL. */
static struct vfw_flow *flow_new(struct vfw_share *share, const struct vfw_flow_key *key)
{
	struct vfw_flow *flow = kmem_cache_alloc(flow_cache, GFP_ATOMIC | __GFP_NOWARN);

	if (!flow) {
		vfw_share_give(share);
		return NULL;
	}
	memset_startat(flow, 0, scan);
	flow->key = *key;
	flow->share = share;
	return flow;
}

struct vfw_flow *vfw_flow_table_new(struct vfw_share *share, const struct vfw_flow_key *key)
{
	if (!flow_place(share))
		return ERR_PTR(-ENOSPC);
	return flow_new(share, key) ?: ERR_PTR(-ENOMEM);
}

struct vfw_flow *vfw_flow_table_new_left(struct vfw_share *share, const struct vfw_flow_key *key)
{
	return vfw_share_take(share) ? flow_new(share, key) : NULL;
}

void vfw_flow_table_drop(struct vfw_flow *flow)
{
	vfw_share_give(flow->share);
	kmem_cache_free(flow_cache, flow);
}

void vfw_flow_table_add(struct vfw_flow *flow, u32 hash)
{
	const struct vfw_flow_end end = {.slot = VFW_MAX_VMS};
	u32 bucket = hash & flow_mask;
	struct vfw_flow *old;

	spin_lock(flow_lock_of(bucket));
	/* Another CPU may have opened it meanwhile; the later one stays, both were let through. */
	old = flow_find(&flow->key, bucket);
	hlist_add_head_rcu(&flow->node, &flow_heads[bucket]);
	if (old)
		flow_unlink(old, bucket);
	spin_unlock(flow_lock_of(bucket));
	if (old)
		flow_finish(old, &end);
	/* Others see it already: it may have been answered or have ended before this. */
	vfw_flow_table_sort(flow);
}

static bool flow_sweep_one(u32 bucket, bool (*match)(const struct vfw_flow *flow, const void *arg),
			   const void *arg, const struct vfw_flow_end *end)
{
	struct vfw_flow *flow;
	bool found = false;

	rcu_read_lock();
	spin_lock_bh(flow_lock_of(bucket));
	hlist_for_each_entry(flow, &flow_heads[bucket], node) {
		if (match(flow, arg)) {
			found = flow_unlink(flow, bucket);
			break;
		}
	}
	spin_unlock_bh(flow_lock_of(bucket));
	if (found)
		flow_finish(flow, end);
	rcu_read_unlock();
	return found;
}

/* Of n buckets from one on. */
static void flow_sweep(u32 bucket, u32 n,
		       bool (*match)(const struct vfw_flow *flow, const void *arg), const void *arg,
		       const struct vfw_flow_end *end)
{
	for (; n--; bucket++) {
		if (!(bucket % 1024))
			cond_resched();
		while (!hlist_empty(&flow_heads[bucket]) && flow_sweep_one(bucket, match, arg, end))
			;
	}
}

void vfw_flow_table_sweep(bool (*match)(const struct vfw_flow *flow, const void *arg),
			  const void *arg, const struct vfw_flow_end *end)
{
	flow_sweep(0, flow_mask + 1, match, arg, end);
}

static bool flow_is_over(const struct vfw_flow *flow, const void *unused)
{
	return vfw_flow_expired(flow);
}

static void flow_gc(struct work_struct *work)
{
	const struct vfw_flow_end end = {.slot = VFW_MAX_VMS};
	static u32 slice; /* the next one; the work never runs beside itself */
	u32 n = (flow_mask + 1) / FLOW_GC_SLICES;

	if (xchg(&flow_wanted, false)) {
		vfw_flow_table_sweep(flow_is_over, NULL, &end);
		WRITE_ONCE(flow_swept, jiffies);
	} else if (vfw_share_total()) {
		flow_sweep(slice * n, n, flow_is_over, NULL, &end);
		slice = (slice + 1) % FLOW_GC_SLICES;
	}
	queue_delayed_work(system_unbound_wq, &flow_gc_work, msecs_to_jiffies(FLOW_GC_MS));
}

int vfw_flow_table_walk(u32 *bucket, u32 *skip, int (*fn)(struct vfw_flow *flow, void *arg),
			void *arg)
{
	struct vfw_flow *flow;
	u32 n;
	int err;

	for (; *bucket <= flow_mask; (*bucket)++, *skip = 0) {
		n = 0;
		if (!(*bucket % 1024))
			cond_resched();
		rcu_read_lock();
		hlist_for_each_entry_rcu(flow, &flow_heads[*bucket], node) {
			if (n++ < *skip)
				continue;
			err = fn(flow, arg);
			if (err) {
				rcu_read_unlock();
				return err;
			}
			(*skip)++;
		}
		rcu_read_unlock();
	}
	return 0;
}

u64 vfw_flow_table_memory(void)
{
	return (u64)vfw_share_total() * VFW_FLOW_BYTES + ((u64)flow_mask + 1) * sizeof(*flow_heads);
}

/*
 * Once for each place of the cache, which leaves it as it was: unlocked. What has a constructor is not cleared by a kernel that
 * clears whatever it allocates (init_on_alloc): vfw_flow_table_new() does that, but for what is written anyway.
 */
static void flow_construct(void *place)
{
	struct vfw_flow *flow = place;

	spin_lock_init(&flow->lock);
}

int vfw_flow_table_init(u32 flows_max)
{
	unsigned int i;

	/* with a constructor the allocator's own pointer has its place behind the object */
	BUILD_BUG_ON(!IS_ENABLED(CONFIG_DEBUG_SPINLOCK) &&
		     sizeof(struct vfw_flow) + sizeof(void *) > VFW_FLOW_BYTES);
	/* twice that: what flow.c keeps of flows that were ended is a little longer */
	BUILD_BUG_ON((u64)VFW_TIMEOUT_SECONDS_MAX * HZ >> VFW_FLOW_TICK_SHIFT > S32_MAX / 2);
	BUILD_BUG_ON(BITS_PER_LONG != 64); /* half of a tick's bits would be missing */
	BUILD_BUG_ON(VFW_MAX_PROFILES > 127 || VFW_MAX_IDENTS > 65536);
	flow_mask = roundup_pow_of_two(flows_max) / 2 - 1;
	flow_cache = kmem_cache_create("vfw_flow", sizeof(struct vfw_flow), 0, SLAB_HWCACHE_ALIGN,
				       flow_construct);
	if (!flow_cache)
		return -ENOMEM;
	flow_heads = kvcalloc(flow_mask + 1, sizeof(*flow_heads), GFP_KERNEL);
	if (!flow_heads) {
		kmem_cache_destroy(flow_cache);
		return -ENOMEM;
	}
	for (i = 0; i < FLOW_LOCKS; i++)
		spin_lock_init(&flow_locks[i]);
	get_random_bytes(flow_secret, sizeof(flow_secret));
	queue_delayed_work(system_unbound_wq, &flow_gc_work, msecs_to_jiffies(FLOW_GC_MS));
	return 0;
}

static bool flow_is_any(const struct vfw_flow *flow, const void *unused)
{
	return true;
}

void vfw_flow_table_exit(void)
{
	const struct vfw_flow_end end = {.slot = VFW_MAX_VMS};

	cancel_delayed_work_sync(&flow_gc_work);
	vfw_flow_table_sweep(flow_is_any, NULL, &end);
	rcu_barrier();
	kmem_cache_destroy(flow_cache);
	kvfree(flow_heads);
}
