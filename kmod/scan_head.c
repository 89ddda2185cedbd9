// SPDX-License-Identifier: GPL-2.0
/*
 * Signatures with steps look at bytes in one piece, back and forth. Of a stream they get its first ones: what they
 * match in fewer bytes they match in more, so it is enough to ask them whenever some come to these.
 */
#include <linux/minmax.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "profile.h"
#include "scan_flow.h"
#include "scan_sig.h"

#define HEAD_ROOM 512 /* bytes it begins with, its own fields included */

/* With room for so many bytes, and what old holds. NULL: no memory, or none the payer may have. */
static struct vfw_scan_head *head_grow(struct vfw_scan_dir *dir, struct vfw_scan_head *old,
				       u32 room)
{
	u32 size = HEAD_ROOM;
	struct vfw_scan_head *head;

	BUILD_BUG_ON(sizeof(*head) + VFW_SIG_HEAD > 4096);
	while (size < sizeof(*head) + room)
		size *= 2;
	if (!vfw_budget_take(dir->budget, size))
		return NULL;
	head = kmalloc(size, GFP_ATOMIC | __GFP_NOWARN);
	if (!head) {
		vfw_budget_give(dir->budget, size);
		return NULL;
	}
	memset(head, 0, sizeof(*head));
	if (old)
		memcpy(head, old, sizeof(*old) + old->room);
	head->room = size - sizeof(*head);
	head->charge = size;
	return head;
}

bool vfw_scan_head_goes_on(const struct vfw_scan *scan, const struct vfw_pkt *p)
{
	const struct vfw_profile *profile = scan->user.profile;
	const struct vfw_scan_dir *dir = &scan->dir[p->side];
	const struct vfw_stream *stream = &dir->stream;

	if (!profile->n_head_sigs || !profile->block || stream->scanned >= VFW_SIG_HEAD)
		return false;
	if (stream->scanned)
		return dir->head;
	return dir->fed_seq == stream->start && !(stream->flags & VFW_STREAM_F_MIDWAY) &&
	       (dir->head || vfw_scan_sig_head(profile, p));
}

bool vfw_scan_head_add(struct vfw_scan_dir *dir, u32 n, const struct vfw_scan_bytes *bytes, u32 off,
		       u32 len)
{
	u64 at = dir->stream.scanned + n;
	struct vfw_scan_head *head = dir->head;

	if (at >= VFW_SIG_HEAD)
		return true;
	len = min_t(u32, len, VFW_SIG_HEAD - at);
	if (!head || at + len > head->room) {
		head = head_grow(dir, dir->head, at + len);
		if (!head)
			return false;
		vfw_scan_head_end(dir);
		dir->head = head;
	}
	vfw_scan_copy(head->data + at, bytes, off, len);
	return true;
}

bool vfw_scan_head_was_asked(const struct vfw_scan *scan, const struct vfw_pkt *p, u32 n)
{
	const struct vfw_scan_dir *dir = &scan->dir[p->side];
	u32 seq = p->f.tcp_seq + !!(p->f.tcp_flags & VFW_TCP_SYN), len = vfw_pkt_payload(p);

	return p->asked && !scan->user.profile->head_only && !dir->stream.scanned &&
	       dir->fed_seq == seq && n == len && len <= VFW_SIG_HEAD &&
	       (!skb_is_gso(p->skb) || skb_shinfo(p->skb)->gso_size >= len);
}

void vfw_scan_head_tell(struct vfw_scan_head *head, u32 id)
{
	if (head->n_told < ARRAY_SIZE(head->told) && !vfw_scan_head_told(head, id))
		head->told[head->n_told++] = id;
}

void vfw_scan_head_anew(struct vfw_scan_dir *dir)
{
	if (!dir->head)
		return;
	dir->head->n_told = 0;
	dir->head->looked = 0;
	dir->head->n_seen = 0;
}

bool vfw_scan_head_told(const struct vfw_scan_head *head, u32 id)
{
	u32 i;

	for (i = 0; i < head->n_told && head->told[i] != id; i++)
		;
	return i < head->n_told;
}

u32 vfw_scan_head_look(struct vfw_scan_head *head, u32 passed)
{
	head->looked = min(head->looked, passed);
	if (head->n_seen > ARRAY_SIZE(head->seen) || head->looked < VFW_SIG_CONTENT_MAX)
		return 0;
	return head->looked - (VFW_SIG_CONTENT_MAX - 1);
}

void vfw_scan_head_see(struct vfw_scan_head *head, u32 id)
{
	u32 i;

	for (i = 0; i < head->n_seen; i++)
		if (i == ARRAY_SIZE(head->seen) || head->seen[i] == id)
			return;
	if (i < ARRAY_SIZE(head->seen))
		head->seen[i] = id;
	head->n_seen++;
}

void vfw_scan_head_end(struct vfw_scan_dir *dir)
{
	if (!dir->head)
		return;
	vfw_budget_give(dir->budget, dir->head->charge);
	kfree(dir->head);
	dir->head = NULL;
}
