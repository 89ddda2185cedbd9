// SPDX-License-Identifier: GPL-2.0
/*
 * One fixed hash of RCU lists, found without a lock; a small array of locks
 * guards insertion and removal. Who removes a flow from its list (gone is set
 * under the bucket's lock, once) gives its charge back and frees it by RCU. What a
 * frame changes in a flow (TCP state, counters, generation) is under the flow's own lock.
 * Order: bucket lock, then flow lock; never the other way round.
 *
 * Charges: to the VM that opened the flow; opened from outside: to the share
 * for that of the VM it reaches; to nobody's if no end is a VM. The live part of a VM outlives
 * its flows: a slot's flows are flushed before it is freed.
 *
 * A frame whose policy has another generation than the flow's judges the flow
 * again, in the direction in which it was opened.
 */
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "core/tcpstate.h"
#include "flow.h"
#include "judge.h"
#include "who.h"

#define FLOW_LOCKS 256 /* a power of two */
#define FLOW_GC_MS 1000
#define FLOW_INNER_MAX 128 /* bytes of a quoted packet that are looked at */

static unsigned int flows_max = 262144;
module_param(flows_max, uint, 0444);
MODULE_PARM_DESC(flows_max, "flows in all, 1024 to 16777216 (default 262144)");

static unsigned int flows_per_vm = 16384;
module_param(flows_per_vm, uint, 0644);
MODULE_PARM_DESC(flows_per_vm,
		 "flows a VM may open, and as many opened to it from outside (default 16384)");

struct vfw_flow {
	struct hlist_node node;
	struct vfw_flow_key key;
	struct rcu_head rcu;
	atomic_t *charged; /* what it counts against */
	spinlock_t lock; /* protects what follows */
	u32 opener; /* side of the key that opened it */
	u32 policy_key; /* what policy was asked, VFW_KEY() */
	u32 ident[2]; /* of the side that opened, of the other */
	u32 rule; /* index in the policy of this generation, or VFW_PKT_NO_RULE */
	u32 rule_id;
	u32 revision; /* that judged it */
	u32 generation;
	bool gone; /* written under the bucket lock too */
	unsigned long born, until; /* jiffies */
	u64 packets[2], bytes[2]; /* by side, 0 opened */
	struct vfw_tcp tcp;
};

static struct hlist_head *flow_heads;
static u32 flow_mask;
static spinlock_t flow_locks[FLOW_LOCKS]; /* protect the lists of their buckets */
static struct kmem_cache *flow_cache;
static u64 flow_secret[2];
static atomic_t flow_n;
static atomic_t flow_others; /* charged to nobody */

static unsigned long flow_swept; /* jiffies when the last sweep of all ended */

static void flow_gc(struct work_struct *work);
static DECLARE_DELAYED_WORK(flow_gc_work, flow_gc);

static u32 flow_bucket(const struct vfw_flow_key *key)
{
	return vfw_flowkey_hash(key, flow_secret) & flow_mask;
}

static spinlock_t *flow_lock_of(u32 bucket)
{
	return &flow_locks[bucket & (FLOW_LOCKS - 1)];
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

static void flow_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(flow_cache, container_of(head, struct vfw_flow, rcu));
}

/* Bucket lock held. */
static void flow_unlink(struct vfw_flow *flow)
{
	if (flow->gone)
		return;
	WRITE_ONCE(flow->gone, true);
	hlist_del_rcu(&flow->node);
	atomic_dec(flow->charged);
	atomic_dec(&flow_n);
	call_rcu(&flow->rcu, flow_free_rcu);
}

/* Inside an RCU read section; no flow lock held. */
static void flow_kill(struct vfw_flow *flow)
{
	spinlock_t *lock = flow_lock_of(flow_bucket(&flow->key));

	spin_lock_bh(lock);
	flow_unlink(flow);
	spin_unlock_bh(lock);
}

/* How long the flow may be silent now, in seconds. Flow locked. */
static u32 flow_timeout(const struct vfw_flow *flow)
{
	if (flow->key.proto == IPPROTO_TCP)
		return vfw_tcpstate_timeout(flow->tcp.state);
	if (flow->key.proto == IPPROTO_ICMP || flow->key.proto == IPPROTO_ICMPV6)
		return 30;
	return flow->packets[1] ? 180 : 30;
}

/* Domain of a flow: only where an end is no VM must bridge and VLAN tell tenants apart. */
static int flow_key(struct vfw_flow_key *key, const struct vfw_pkt *p, const struct vfw_frame *f,
		    u32 src, u32 dst)
{
	bool vms = src < VFW_MAX_VMS && dst < VFW_MAX_VMS;

	return vfw_flowkey_make(key, f, src, dst, vms ? 0 : p->bridge, vms ? 0 : p->vlan);
}

/* Is it still as the policy says? Flow locked. */
static bool flow_still(struct vfw_flow *flow, struct vfw_pkt *p, u32 side)
{
	const struct vfw_policy *pol = p->pol;
	u32 src = vfw_who_ident(p, side ? &p->dst : &p->src);
	u32 dst = vfw_who_ident(p, side ? &p->src : &p->dst);
	const struct vfw_rule_rec *rule;
	struct vfw_match m;

	if (flow->revision != pol->revision && flow->revision >= pol->kept_since) {
		flow->rule = VFW_PKT_NO_RULE;
		flow->generation = pol->generation;
		return true;
	}
	if (flow->revision == pol->revision && flow->ident[0] == src && flow->ident[1] == dst) {
		flow->generation = pol->generation;
		return true;
	}
	vfw_match_lookup(&pol->tables, src, dst, flow->policy_key, &m);
	rule = &pol->tables.rules[m.rule];
	p->rule = m.rule;
	p->log = rule->flags & VFW_RULE_F_LOG;
	if (rule->verdict != VFW_PASS) {
		p->verdict = rule->verdict;
		p->reason = VFW_REASON_CUT;
		return false;
	}
	flow->ident[0] = src;
	flow->ident[1] = dst;
	flow->rule = m.rule;
	flow->rule_id = rule->id;
	flow->revision = pol->revision;
	flow->generation = pol->generation;
	return true;
}

enum flow_step {
	FLOW_STEP_PASS,
	FLOW_STEP_INVALID,
	FLOW_STEP_AGAIN, /* the flow is over: judge the frame as a new one */
	FLOW_STEP_CUT,
};

static enum flow_step flow_step(struct vfw_flow *flow, struct vfw_pkt *p, u32 side)
{
	enum flow_step step = FLOW_STEP_PASS;
	u32 timeout;

	spin_lock(&flow->lock);
	if (flow->gone || time_after(jiffies, flow->until)) {
		step = FLOW_STEP_AGAIN;
		goto out;
	}
	if (flow->generation != p->pol->generation && !flow_still(flow, p, side)) {
		step = FLOW_STEP_CUT;
		goto out;
	}
	if (flow->key.proto == IPPROTO_TCP) {
		switch (vfw_tcpstate_step(&flow->tcp, &p->f, vfw_pkt_payload(p), side)) {
		case VFW_TCP_STEP_PASS:
			break;
		case VFW_TCP_STEP_REOPEN:
			step = FLOW_STEP_AGAIN;
			goto out;
		case VFW_TCP_STEP_INVALID:
			step = FLOW_STEP_INVALID;
			goto out;
		}
	}
	flow->packets[side] += vfw_pkt_segs(p);
	flow->bytes[side] += p->len;
	timeout = flow_timeout(flow);
	flow->until = jiffies + timeout * HZ;
	p->rule = flow->rule;
out:
	spin_unlock(&flow->lock);
	return step;
}

/* An ICMP error: does it quote a packet of a living flow? */
static bool flow_related(struct vfw_pkt *p)
{
	u32 len = min_t(u32, p->f.end - p->f.inner_off, FLOW_INNER_MAX);
	bool ip6 = p->f.kind == VFW_FRAME_IP6;
	u8 buf[FLOW_INNER_MAX];
	struct vfw_flow_key key;
	struct vfw_frame inner;
	struct vfw_flow *flow;
	u32 dst;

	if (skb_copy_bits(p->skb, p->mac + (int)p->f.inner_off, buf, len) ||
	    vfw_frame_parse_inner(&inner, buf, len, ip6) != VFW_FRAME_OK)
		return vfw_pkt_block(p, VFW_REASON_MALFORMED);
	/* It goes to who sent what it quotes. */
	if (memcmp(inner.src, p->f.dst, 16))
		return vfw_pkt_block(p, VFW_REASON_INVALID_STATE);
	/* From a router on the way: the quoted packet was for somebody else. */
	dst = p->src.key == VFW_END_EXTERNAL ? vfw_who_end_key(ip6, inner.dst) : p->src.key;
	if (flow_key(&key, p, &inner, p->dst.key, dst) < 0)
		return false;
	flow = flow_find(&key, flow_bucket(&key));
	if (!flow || READ_ONCE(flow->generation) != p->pol->generation ||
	    time_after(jiffies, READ_ONCE(flow->until)))
		return false;
	return vfw_pkt_pass(p, VFW_REASON_RELATED);
}

bool vfw_flow(struct vfw_pkt *p)
{
	struct vfw_flow_key key;
	struct vfw_flow *flow;
	u32 bucket, side;
	int how;

	if (p->f.flags & VFW_FRAME_F_ICMP_ERROR)
		return flow_related(p);
	how = flow_key(&key, p, &p->f, p->src.key, p->dst.key);
	if (how < 0)
		return false;
	bucket = flow_bucket(&key);
	flow = flow_find(&key, bucket);
	if (!flow)
		return false;
	if (p->quiet)
		return vfw_pkt_pass(p, VFW_REASON_ESTABLISHED);
	side = !!(how & VFW_FLOWKEY_SIDE) ^ flow->opener;
	vfw_pkt_pass(p, VFW_REASON_ESTABLISHED);
	switch (flow_step(flow, p, side)) {
	case FLOW_STEP_PASS:
		p->flow = flow;
		p->side = side;
		return true;
	case FLOW_STEP_INVALID:
		return vfw_pkt_block(p, VFW_REASON_INVALID_STATE);
	case FLOW_STEP_AGAIN:
		flow_kill(flow);
		return false;
	case FLOW_STEP_CUT:
		flow_kill(flow);
		return true;
	}
	return false;
}

/* Takes a place in the table and in the share of who is charged; NULL if there is none. */
static atomic_t *flow_charge(const struct vfw_pkt *p)
{
	atomic_t *share = &flow_others;

	if (p->src.nic)
		share = &p->src.nic->vm->live->flows_own;
	else if (p->dst.nic)
		share = &p->dst.nic->vm->live->flows_in;
	if (atomic_inc_return(&flow_n) > flows_max)
		goto full;
	if (atomic_inc_return(share) > READ_ONCE(flows_per_vm)) {
		atomic_dec(share);
		goto full;
	}
	return share;
full:
	atomic_dec(&flow_n);
	/* Not for every frame: who is over the limit could keep a processor busy. */
	if (time_after(jiffies, READ_ONCE(flow_swept) + HZ / 4))
		mod_delayed_work(system_unbound_wq, &flow_gc_work, 0);
	return NULL;
}

static struct vfw_flow *flow_new(struct vfw_pkt *p, const struct vfw_flow_key *key, u32 opener)
{
	const struct vfw_rule_rec *rule = &p->pol->tables.rules[p->rule];
	struct vfw_flow *flow = kmem_cache_zalloc(flow_cache, GFP_ATOMIC | __GFP_NOWARN);

	if (!flow)
		return NULL;
	flow->key = *key;
	spin_lock_init(&flow->lock);
	flow->opener = opener;
	flow->policy_key = vfw_frame_key(&p->f);
	flow->ident[0] = p->src.ident;
	flow->ident[1] = p->dst.ident;
	flow->rule = p->rule;
	flow->rule_id = rule->id;
	flow->revision = p->pol->revision;
	flow->generation = p->pol->generation;
	flow->born = jiffies;
	flow->packets[0] = vfw_pkt_segs(p);
	flow->bytes[0] = p->len;
	return flow;
}

void vfw_flow_open(struct vfw_pkt *p)
{
	struct vfw_flow *flow, *old;
	struct vfw_flow_key key;
	atomic_t *charged;
	u32 bucket;
	int how;

	how = flow_key(&key, p, &p->f, p->src.key, p->dst.key);
	if (how < 0)
		return;
	if (how & VFW_FLOWKEY_ANSWER) {
		vfw_pkt_block(p, VFW_REASON_INVALID_STATE);
		return;
	}
	charged = flow_charge(p);
	if (!charged) {
		vfw_pkt_block(p, VFW_REASON_FLOW_LIMIT);
		return;
	}
	flow = flow_new(p, &key, !!(how & VFW_FLOWKEY_SIDE));
	if (!flow) {
		atomic_dec(charged);
		atomic_dec(&flow_n);
		vfw_pkt_block(p, VFW_REASON_NO_MEMORY);
		return;
	}
	flow->charged = charged;
	if (p->f.proto == IPPROTO_TCP &&
	    !vfw_tcpstate_open(&flow->tcp, &p->f, vfw_pkt_payload(p), true)) {
		atomic_dec(charged);
		atomic_dec(&flow_n);
		kmem_cache_free(flow_cache, flow);
		vfw_pkt_block(p, VFW_REASON_INVALID_STATE);
		return;
	}
	flow->until = jiffies + flow_timeout(flow) * HZ;
	bucket = flow_bucket(&key);
	spin_lock(flow_lock_of(bucket));
	/* Another CPU may have opened it meanwhile; the later one stays, both were let through. */
	old = flow_find(&key, bucket);
	if (old)
		flow_unlink(old);
	hlist_add_head_rcu(&flow->node, &flow_heads[bucket]);
	spin_unlock(flow_lock_of(bucket));
	p->fresh = true;
	p->flow = flow;
	p->side = 0;
	if (p->src.nic)
		vfw_vm_count_add(p->src.nic->vm->live, flows_opened, 1);
}

static bool flow_has_slot(const struct vfw_flow *flow, u32 slot)
{
	return flow->key.end[0] == slot || flow->key.end[1] == slot;
}

/* Unlinks what is over (slot VFW_MAX_VMS) or belongs to a slot. */
static void flow_sweep(u32 slot)
{
	struct hlist_node *next;
	struct vfw_flow *flow;
	u32 bucket;

	for (bucket = 0; bucket <= flow_mask; bucket++) {
		if (!(bucket % 1024))
			cond_resched();
		if (hlist_empty(&flow_heads[bucket]))
			continue;
		spin_lock_bh(flow_lock_of(bucket));
		hlist_for_each_entry_safe(flow, next, &flow_heads[bucket], node)
			if (slot < VFW_MAX_VMS ? flow_has_slot(flow, slot)
					       : time_after(jiffies, READ_ONCE(flow->until)))
				flow_unlink(flow);
		spin_unlock_bh(flow_lock_of(bucket));
	}
}

void vfw_flow_flush_slot(u32 slot)
{
	flow_sweep(slot);
}

static void flow_gc(struct work_struct *work)
{
	flow_sweep(VFW_MAX_VMS);
	WRITE_ONCE(flow_swept, jiffies);
	queue_delayed_work(system_unbound_wq, &flow_gc_work, msecs_to_jiffies(FLOW_GC_MS));
}

u32 vfw_flow_count(void)
{
	return atomic_read(&flow_n);
}

u64 vfw_flow_memory(void)
{
	return (u64)vfw_flow_count() * sizeof(struct vfw_flow) +
	       ((u64)flow_mask + 1) * sizeof(*flow_heads);
}

/* RCU read lock; the slots of living flows still name their VMs, or none. */
static void flow_uuid(u8 *uuid, u32 end)
{
	const struct vfw_vm *vm = end < VFW_MAX_VMS ? vfw_vm_slot(end) : NULL;

	if (vm)
		memcpy(uuid, vm->uuid, VFW_UUID_LEN);
}

static void flow_describe(struct vfw_flow *flow, struct vfw_flow_info *info)
{
	const struct vfw_flow_key *key = &flow->key;
	unsigned int i, side;

	memset(info, 0, sizeof(*info));
	spin_lock_bh(&flow->lock);
	for (i = 0; i < 2; i++) {
		side = i ^ flow->opener;
		memcpy(info->addr[i], key->addr[side], 16);
		info->port[i] = key->port[side];
		flow_uuid(info->uuid[i], key->end[side]);
		info->ident[i] = flow->ident[i];
		info->packets[i] = flow->packets[i];
		info->bytes[i] = flow->bytes[i];
	}
	info->age_ms = jiffies_to_msecs(jiffies - flow->born);
	if (time_before(jiffies, flow->until))
		info->expires_ms = jiffies_to_msecs(flow->until - jiffies);
	info->rule = flow->rule_id;
	info->revision = flow->revision;
	info->bridge = key->bridge;
	info->vlan = key->vlan;
	info->family = key->family;
	info->proto = key->proto;
	info->state = flow->tcp.state;
	info->verdict = VFW_PASS;
	spin_unlock_bh(&flow->lock);
}

int vfw_flow_walk(u32 *bucket, u32 *skip, int (*fn)(const struct vfw_flow_info *info, void *arg),
		  void *arg)
{
	struct vfw_flow_info info;
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
			flow_describe(flow, &info);
			err = fn(&info, arg);
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

int vfw_flow_init(void)
{
	unsigned int i;

	BUILD_BUG_ON(!IS_ENABLED(CONFIG_DEBUG_SPINLOCK) && sizeof(struct vfw_flow) > 256);
	flows_max = clamp(flows_max, 1024U, 16777216U);
	flow_mask = roundup_pow_of_two(flows_max) / 2 - 1;
	flow_cache = KMEM_CACHE(vfw_flow, SLAB_HWCACHE_ALIGN);
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

void vfw_flow_exit(void)
{
	u32 bucket;

	cancel_delayed_work_sync(&flow_gc_work);
	for (bucket = 0; bucket <= flow_mask; bucket++)
		while (!hlist_empty(&flow_heads[bucket])) {
			struct vfw_flow *flow =
				hlist_entry(flow_heads[bucket].first, struct vfw_flow, node);

			spin_lock_bh(flow_lock_of(bucket));
			flow_unlink(flow);
			spin_unlock_bh(flow_lock_of(bucket));
		}
	rcu_barrier();
	kmem_cache_destroy(flow_cache);
	kvfree(flow_heads);
}
