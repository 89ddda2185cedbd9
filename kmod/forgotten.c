// SPDX-License-Identifier: GPL-2.0
#include <linux/bitmap.h>
#include <linux/build_bug.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "budget.h"
#include "forgotten.h"
#include "mode.h"
#include "share.h"

#define FORGOTTEN_SIZE 8192 /* bytes of one share's notes, with the head */
#define FORGOTTEN_BITS ((FORGOTTEN_SIZE - 256) * 8)
#define FORGOTTEN_PROBES 4

struct vfw_forgotten {
	spinlock_t lock; /* protects what follows; BH off; taken under a bucket's lock */
	u64 since; /* the arming that the notes are of */
	struct vfw_budget *budget; /* of its share, which it lives no longer than; a reference */
	DECLARE_BITMAP(bits, FORGOTTEN_BITS);
};

void vfw_forgotten_free(struct vfw_forgotten *forgotten)
{
	if (!forgotten)
		return;
	vfw_budget_give(forgotten->budget, sizeof(*forgotten));
	vfw_budget_put(forgotten->budget);
	kfree(forgotten);
}

/* NULL without memory. */
static struct vfw_forgotten *forgotten_new(struct vfw_share *share)
{
	struct vfw_budget *budget = vfw_budget_get(share->budget);
	struct vfw_forgotten *forgotten, *old;

	BUILD_BUG_ON(sizeof(*forgotten) > FORGOTTEN_SIZE);
	if (!budget)
		return NULL;
	if (!vfw_budget_take(budget, sizeof(*forgotten)))
		goto put;
	forgotten = kzalloc(sizeof(*forgotten), GFP_ATOMIC | __GFP_NOWARN);
	if (!forgotten)
		goto give;
	spin_lock_init(&forgotten->lock);
	forgotten->budget = budget;
	old = cmpxchg(&share->forgotten, NULL, forgotten);
	if (!old)
		return forgotten;
	vfw_forgotten_free(forgotten);
	return old;
give:
	vfw_budget_give(budget, sizeof(*forgotten));
put:
	vfw_budget_put(budget);
	return NULL;
}

/* The hash is keyed: nobody chooses its halves. */
static u32 forgotten_bit(u32 hash, u32 probe)
{
	return ((hash & 0xffff) + probe * (hash >> 16 | 1)) % FORGOTTEN_BITS;
}

void vfw_forgotten_note(struct vfw_share *share, u32 hash)
{
	struct vfw_forgotten *forgotten;
	u64 since = vfw_mode_since();
	u32 i;

	if (!vfw_mode_armed() || !vfw_mode_fresh_left())
		return;
	forgotten = READ_ONCE(share->forgotten) ?: forgotten_new(share);
	if (!forgotten) {
		WRITE_ONCE(share->forgot_all, since);
		return;
	}
	spin_lock(&forgotten->lock);
	if (forgotten->since != since)
		bitmap_zero(forgotten->bits, FORGOTTEN_BITS);
	forgotten->since = since;
	for (i = 0; i < FORGOTTEN_PROBES; i++)
		__set_bit(forgotten_bit(hash, i), forgotten->bits);
	spin_unlock(&forgotten->lock);
}

bool vfw_forgotten_has(struct vfw_share *share, u32 hash)
{
	struct vfw_forgotten *forgotten = READ_ONCE(share->forgotten);
	u64 since = vfw_mode_since();
	bool has;
	u32 i;

	if (READ_ONCE(share->forgot_all) == since)
		return true;
	if (!forgotten)
		return false;
	spin_lock(&forgotten->lock);
	has = forgotten->since == since;
	for (i = 0; has && i < FORGOTTEN_PROBES; i++)
		has = test_bit(forgotten_bit(hash, i), forgotten->bits);
	spin_unlock(&forgotten->lock);
	return has;
}
