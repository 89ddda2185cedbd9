// SPDX-License-Identifier: GPL-2.0
/*
 * Kept bytes are a copy, or for long segments a clone of the frame: the data of a frame that is scanned
 * to prevent are private to it (scan.c), so nobody changes them. Either is charged with what it
 * really takes; a clone of little in a large frame would take many times that, and is none.
 */
#include <linux/minmax.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/dst.h>

#include "scan_flow.h"

#define KEEP_COPY_MAX 3072 /* bytes; longer ones are clones */
#define KEEP_SPARSE 4 /* but for less than one part in so many of what the frame takes */
#define KEEP_CHUNK 128 /* compared at once, on the stack */

struct scan_keep {
	struct vfw_piece piece;
	struct sk_buff *skb; /* the bytes lie at off in it; NULL: in data */
	u32 off; /* from skb->data */
	u32 charge;
	u8 data[];
};

static struct scan_keep *keep_of(struct vfw_piece *piece)
{
	return container_of(piece, struct scan_keep, piece);
}

static void keep_free(struct scan_keep *keep)
{
	kfree_skb(keep->skb);
	kfree(keep);
}

void vfw_scan_copy(u8 *to, const struct vfw_scan_bytes *bytes, u32 off, u32 len)
{
	/* inside the frame, as its headers and the caller have made sure */
	if (bytes->data)
		memcpy(to, bytes->data + off, len);
	else if (skb_copy_bits(bytes->skb, (int)(bytes->off + off), to, (int)len))
		memset(to, 0, len);
}

/* With room for so many bytes. */
static struct scan_keep *keep_alloc(u32 room)
{
	struct scan_keep *keep;

	keep = kmalloc(sizeof(*keep) + room, GFP_ATOMIC | __GFP_NOWARN);
	if (!keep)
		return NULL;
	keep->skb = NULL;
	keep->off = 0;
	keep->charge = ksize(keep);
	return keep;
}

static struct scan_keep *keep_new(const struct vfw_scan_bytes *bytes, u32 off, u32 len)
{
	bool small = bytes->data || len <= KEEP_COPY_MAX;
	struct scan_keep *keep = NULL;

	if (small || len < bytes->skb->truesize / KEEP_SPARSE) {
		keep = keep_alloc(len);
		if (keep)
			vfw_scan_copy(keep->data, bytes, off, len);
		if (keep || small)
			return keep;
	}
	keep = keep_alloc(0);
	if (!keep)
		return NULL;
	keep->off = bytes->off + off;
	keep->skb = skb_clone(bytes->skb, GFP_ATOMIC | __GFP_NOWARN);
	if (!keep->skb) {
		kfree(keep);
		return NULL;
	}
	/* it may stay for long: only the bytes */
	skb_dst_drop(keep->skb);
	nf_reset_ct(keep->skb);
	skb_ext_reset(keep->skb);
	keep->charge += keep->skb->truesize;
	return keep;
}

struct vfw_piece *vfw_scan_keep(struct vfw_budget *budget, const struct vfw_scan_bytes *bytes,
				u32 off, u32 len)
{
	struct scan_keep *keep = keep_new(bytes, off, len);

	if (!keep)
		return NULL;
	if (!vfw_budget_take(budget, keep->charge)) {
		keep_free(keep);
		return NULL;
	}
	return &keep->piece;
}

void vfw_scan_release(struct vfw_budget *budget, struct vfw_piece *piece)
{
	struct vfw_piece *next;

	for (; piece; piece = next) {
		struct scan_keep *keep = keep_of(piece);

		next = piece->next;
		vfw_budget_give(budget, keep->charge);
		keep_free(keep);
	}
}

void vfw_scan_kept(const struct vfw_piece *piece, struct vfw_scan_bytes *bytes)
{
	const struct scan_keep *keep = container_of(piece, struct scan_keep, piece);

	bytes->skb = keep->skb;
	bytes->data = keep->skb ? NULL : keep->data;
	bytes->off = keep->off;
	bytes->len = piece->len;
}

bool vfw_scan_same(const struct vfw_scan_bytes *a, u32 a_off, const struct vfw_scan_bytes *b,
		   u32 b_off, u32 len)
{
	u8 x[KEEP_CHUNK], y[KEEP_CHUNK];
	u32 done, n;

	for (done = 0; done < len; done += n) {
		n = min_t(u32, len - done, KEEP_CHUNK);
		vfw_scan_copy(x, a, a_off + done, n);
		vfw_scan_copy(y, b, b_off + done, n);
		if (memcmp(x, y, n))
			return false;
	}
	return true;
}
