// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/build_bug.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "forgotten.h"
#include "mode.h"
#include "share.h"

#define FORGOTTEN_SIZE 8192 /* bytes of one share's notes, with the head */
#define FORGOTTEN_BITS ((FORGOTTEN_SIZE - 256) * 8)
#define FORGOTTEN_PROBES 4

struct vfw_forgotten {
	spinlock_t lock; /* protects what follows; BH off; taken under a bucket's lock */
	u64 since; /* the arming that the notes are of */
	DECLARE_BITMAP(bits, FORGOTTEN_BITS);
};

static atomic_t forgotten_n;

u64 vfw_forgotten_memory(void)
{
	return (u64)atomic_read(&forgotten_n) * sizeof(struct vfw_forgotten);
}

void vfw_forgotten_free(struct vfw_forgotten *forgotten)
{
	if (!forgotten)
		return;
	atomic_dec(&forgotten_n);
	kfree(forgotten);
}

/* NULL without memory. Not out of the share's budget: whoever spends that must not make others' conversations forgotten. */
static struct vfw_forgotten *forgotten_new(struct vfw_share *share)
{
	struct vfw_forgotten *forgotten, *old;

	BUILD_BUG_ON(sizeof(*forgotten) > FORGOTTEN_SIZE);
	forgotten = kzalloc(sizeof(*forgotten), GFP_ATOMIC | __GFP_NOWARN);
	if (!forgotten)
		return NULL;
	atomic_inc(&forgotten_n);
	spin_lock_init(&forgotten->lock);
	old = cmpxchg(&share->forgotten, NULL, forgotten);
	if (!old)
		return forgotten;
	vfw_forgotten_free(forgotten);
	return old;
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

	/* later than running ones are taken, too: pickup_s may grow again */
	if (!vfw_mode_armed())
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
