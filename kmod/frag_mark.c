// SPDX-License-Identifier: GPL-2.0
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "budget.h"
#include "core/fragmark.h"
#include "flow.h"
#include "flow_table.h"
#include "frag_mark.h"
#include "scan.h"
#include "share.h"
#include "who.h"

#define MARK_PAGES 256
#define MARK_SETS (PAGE_SIZE / sizeof(struct vfw_fragmark_set))
#define MARK_VMS 512 /* classes of VMs, as sources; as many of addresses that are no one VM's */

struct vfw_frag_marks {
	spinlock_t lock; /* protects what follows; BH off; taken under a table of fragments */
	struct vfw_budget *budget; /* of its share, which it lives no longer than; a reference */
	u32 closed[MARK_PAGES]; /* seconds: until then one is out for which there was no page */
	u32 out[2 * MARK_VMS]; /* seconds, by class of source: until then one is out unnoted */
	struct vfw_fragmark_set *page[MARK_PAGES]; /* or NULL */
};

void vfw_frag_mark_free(struct vfw_frag_marks *marks)
{
	unsigned int i;

	if (!marks)
		return;
	for (i = 0; i < MARK_PAGES; i++) {
		if (!marks->page[i])
			continue;
		free_page((unsigned long)marks->page[i]);
		vfw_budget_give(marks->budget, PAGE_SIZE);
	}
	vfw_budget_put(marks->budget);
	kfree(marks);
}

/* Whose marks: the receiver's; of one that is neither VM nor port of ours, of who pays for the frame. */
static struct vfw_share *mark_share(const struct vfw_pkt *p)
{
	if (p->dst.nic)
		return p->dst.nic->vm->live->in;
	if (p->dst.port)
		return p->dst.port->in;
	return vfw_flow_share(p);
}

static struct vfw_frag_marks *mark_table(struct vfw_share *share)
{
	struct vfw_frag_marks *marks = READ_ONCE(share->marks), *old;

	if (marks)
		return marks;
	marks = kzalloc(sizeof(*marks), GFP_ATOMIC | __GFP_NOWARN);
	if (!marks)
		return NULL;
	spin_lock_init(&marks->lock);
	marks->budget = vfw_budget_get(share->budget);
	old = marks->budget ? cmpxchg(&share->marks, NULL, marks) : NULL;
	if (marks->budget && !old)
		return marks;
	vfw_frag_mark_free(marks);
	return old;
}

/* The packet's name, as its receiver sees it: who sent it is no part of that. */
static u32 mark_hash(const struct vfw_pkt *p)
{
	bool vm = p->dst.key < VFW_MAX_VMS;
	struct vfw_flow_key key;

	vfw_flowkey_frag(&key, &p->f, VFW_END_EXTERNAL, p->dst.key, vm ? 0 : p->bridge,
			 vm ? 0 : p->vlan);
	return vfw_flow_table_hash(&key);
}

/* Locked. NULL without memory. */
static struct vfw_fragmark_set *mark_set(struct vfw_frag_marks *marks, u32 hash)
{
	struct vfw_fragmark_set **page = &marks->page[hash % MARK_PAGES];

	if (!*page) {
		if (!vfw_budget_take(marks->budget, PAGE_SIZE))
			return NULL;
		*page = (void *)get_zeroed_page(GFP_ATOMIC | __GFP_NOWARN);
		if (!*page) {
			vfw_budget_give(marks->budget, PAGE_SIZE);
			return NULL;
		}
	}
	return &(*page)[hash / MARK_PAGES % MARK_SETS];
}

/*
 * The class of a source, the same whoever uses the address: the one VM that holds it, whose addresses are all one, or else the
 * address. So a VM closes nothing to others, but to one of 512 by chance, and what has no owner nothing to a VM.
 */
static u32 mark_source(const struct vfw_pkt *p, struct vfw_fragmark_name *name)
{
	struct vfw_flow_key who = {
		.end = {vfw_who_end_key(p->f.kind == VFW_FRAME_IP6, p->f.src)},
		.family = 6,
	};
	bool owned = who.end[0] != VFW_END_EXTERNAL;
	u32 hash;

	if (!owned)
		memcpy(who.addr[0], p->f.src, sizeof(who.addr[0]));
	hash = vfw_flow_table_hash(&who);
	name->source = hash % VFW_FRAGMARK_SOURCES;
	return hash / VFW_FRAGMARK_SOURCES % MARK_VMS + (owned ? 0 : MARK_VMS);
}

/* A flow that is kept though its rule is gone may have kept a profile that prevents. */
static bool mark_is_strict(const struct vfw_pkt *p)
{
	if (p->rule == VFW_PKT_NO_RULE)
		return p->flow && vfw_flow_scan(p->flow);
	return vfw_scan_prevents(p);
}

bool vfw_frag_mark(const struct vfw_pkt *p, u32 sender)
{
	struct vfw_fragmark_name name = {.class = sender};
	u32 *closed, *out, now = jiffies / HZ;
	enum vfw_fragmark_step step;
	bool strict = mark_is_strict(p);
	struct vfw_frag_marks *marks;
	struct vfw_fragmark_set *set;

	/* judged once more further on; or nobody prevents anything */
	if (p->quiet || !vfw_policy_profiles(p->pol))
		return true;
	marks = mark_table(mark_share(p));
	if (!marks)
		return false;
	name.hash = mark_hash(p);
	out = &marks->out[mark_source(p, &name)];
	closed = &marks->closed[name.hash % MARK_PAGES];
	spin_lock(&marks->lock);
	name.out = *out > now;
	step = strict ? VFW_FRAGMARK_FULL : VFW_FRAGMARK_UNNOTED;
	set = strict && name.out && *closed > now ? NULL : mark_set(marks, name.hash);
	if (set)
		step = vfw_fragmark_begin(set, &name, strict, now);
	else if (!strict)
		*closed = now + VFW_FRAGMARK_LIFE;
	if (step == VFW_FRAGMARK_UNNOTED)
		*out = now + VFW_FRAGMARK_LIFE;
	spin_unlock(&marks->lock);
	return step == VFW_FRAGMARK_TAKEN || step == VFW_FRAGMARK_UNNOTED;
}
