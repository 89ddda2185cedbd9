// SPDX-License-Identifier: GPL-2.0
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "frag.h"

#define FRAG_SETS 1024 /* a power of two */
#define FRAG_WAYS 4
#define FRAG_LIFE (5 * HZ)
#define FRAG_TCP_HEADER 20

struct frag_ent {
	struct vfw_flow_key key;
	unsigned long until; /* jiffies; 0: free */
	u32 generation;
	u32 end; /* where the first fragment ends: what begins before it could rewrite it */
};

struct frag_set {
	spinlock_t lock; /* protects ents; a leaf, BH off */
	u32 next; /* the way to be overwritten next */
	struct frag_ent ents[FRAG_WAYS];
};

static struct frag_set *frag_sets;
static u64 frag_secret[2];

static struct frag_set *frag_key(struct vfw_flow_key *key, const struct vfw_pkt *p)
{
	vfw_flowkey_frag(key, &p->f, p->src.key, p->dst.key, p->bridge, p->vlan);
	return &frag_sets[vfw_flowkey_hash(key, frag_secret) & (FRAG_SETS - 1)];
}

static bool frag_live(const struct frag_ent *e)
{
	return e->until && time_before(jiffies, e->until);
}

/* Set locked. */
static struct frag_ent *frag_find(struct frag_set *set, const struct vfw_pkt *p,
				  const struct vfw_flow_key *key)
{
	struct frag_ent *e;

	for (e = set->ents; e < set->ents + FRAG_WAYS; e++)
		if (frag_live(e) && e->generation == p->pol->generation &&
		    vfw_flowkey_equal(&e->key, key))
			return e;
	return NULL;
}

static bool frag_known(const struct vfw_pkt *p)
{
	struct vfw_flow_key key;
	struct frag_set *set = frag_key(&key, p);
	const struct frag_ent *e;
	bool known;

	spin_lock(&set->lock);
	e = frag_find(set, p, &key);
	known = e && p->f.frag_off >= e->end;
	spin_unlock(&set->lock);
	return known;
}

void vfw_frag_note(const struct vfw_pkt *p)
{
	struct vfw_flow_key key;
	struct frag_set *set;
	struct frag_ent *e;

	if (p->verdict != VFW_PASS || !p->pol || !(p->f.flags & VFW_FRAME_F_FRAG_FIRST))
		return;
	set = frag_key(&key, p);
	spin_lock(&set->lock);
	e = frag_find(set, p, &key);
	if (!e) {
		e = &set->ents[set->next++ % FRAG_WAYS];
		e->key = key;
		e->generation = p->pol->generation;
		e->end = 0;
	}
	e->until = (jiffies + FRAG_LIFE) | 1;
	e->end = max(e->end, p->f.frag_end);
	spin_unlock(&set->lock);
}

bool vfw_frag(struct vfw_pkt *p)
{
	const struct vfw_frame *f = &p->f;

	if (!(f->flags & VFW_FRAME_F_FRAG))
		return false;
	if (f->flags & VFW_FRAME_F_FRAG_FIRST)
		return !(f->flags & VFW_FRAME_F_L4) && vfw_pkt_block(p, VFW_REASON_FRAGMENT);
	/* Within the first 20 bytes it could rewrite the judged header, RFC 3128. */
	if (f->proto == IPPROTO_TCP && f->frag_off < FRAG_TCP_HEADER)
		return vfw_pkt_block(p, VFW_REASON_FRAGMENT);
	if (frag_known(p))
		return vfw_pkt_pass(p, VFW_REASON_ESTABLISHED);
	return vfw_pkt_block(p, VFW_REASON_FRAGMENT);
}

int vfw_frag_init(void)
{
	unsigned int i;

	frag_sets = kvcalloc(FRAG_SETS, sizeof(*frag_sets), GFP_KERNEL);
	if (!frag_sets)
		return -ENOMEM;
	for (i = 0; i < FRAG_SETS; i++)
		spin_lock_init(&frag_sets[i].lock);
	get_random_bytes(frag_secret, sizeof(frag_secret));
	return 0;
}

void vfw_frag_exit(void)
{
	kvfree(frag_sets);
}
