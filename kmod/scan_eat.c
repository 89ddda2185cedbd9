// SPDX-License-Identifier: GPL-2.0
/*
 * The bytes' way into Hyperscan. Every call into it makes an FPU section of its own, of at most
 * VFW_HS_PIECE bytes. What it has eaten it cannot give back: bytes of a segment that is dropped
 * after all, or must wait for the worker, stay noted in the direction (fed), and are left out when they
 * come again at the same place.
 */
#include <linux/minmax.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "core/sig_table.h"
#include "scan_hit.h"
#include "scan_space.h"
#include "verdict.h"

/* Linear bytes. Returns how many were eaten: fewer than len if no section could be had. */
static u32 eat_linear(struct vfw_eat *eat, const u8 *data, u32 len)
{
	struct vfw_hs_hit hit[VFW_EAT_HITS] __uninitialized;
	u32 done, n;
	ssize_t ret;

	for (done = 0; done < len; done += n) {
		struct vfw_hs_hits hits = vfw_eat_hits(eat, hit);

		ret = vfw_hs_stream_scan(eat->db, eat->hs, data + done,
					 min_t(u32, len - done, VFW_HS_PIECE), &hits);
		if (ret < 0)
			break;
		n = ret;
		vfw_eat_report(eat, &hits);
	}
	if (!eat->segment)
		vfw_profile_count_add(eat->scan->user.profile, bytes, done);
	return done;
}

static u32 eat_skb(struct vfw_eat *eat, const struct vfw_scan_bytes *bytes, u32 off, u32 len)
{
	struct skb_seq_state state;
	u32 done = 0, n, eaten;
	const u8 *data;

	skb_prepare_seq_read(bytes->skb, bytes->off + off, bytes->off + off + len, &state);
	while (done < len) {
		n = skb_seq_read(done, &data, &state);
		if (!n)
			return done;
		n = min(n, len - done);
		eaten = eat_linear(eat, data, n);
		done += eaten;
		if (eaten < n)
			break;
	}
	skb_abort_seq_read(&state);
	return done;
}

static u32 eat_bytes(struct vfw_eat *eat, const struct vfw_scan_bytes *bytes, u32 off, u32 len)
{
	u32 at = bytes->off + off;

	if (bytes->data)
		return eat_linear(eat, bytes->data + off, len);
	if (at + len <= skb_headlen(bytes->skb))
		return eat_linear(eat, bytes->skb->data + at, len);
	return eat_skb(eat, bytes, off, len);
}

/* The bits of parts stand behind Hyperscan's state. */
static unsigned long *eat_parts(const struct vfw_profile *profile, void *hs)
{
	u32 bits = vfw_profile_bits(profile);

	return bits ? hs + vfw_profile_state(profile) - bits : NULL;
}

/* Room for both, *size bytes, charged; no part has matched. NULL: there is none. */
static void *eat_room(const struct vfw_profile *profile, struct vfw_budget *budget, u32 *size)
{
	u32 parts = vfw_profile_bits(profile);
	void *hs;

	*size = vfw_profile_state(profile);
	if (!vfw_budget_take(budget, *size))
		return NULL;
	hs = kmalloc(*size, GFP_ATOMIC | __GFP_NOWARN);
	if (!hs)
		vfw_budget_give(budget, *size);
	else if (parts)
		memset(eat_parts(profile, hs), 0, parts);
	return hs;
}

/* A scan's state for the direction. */
static enum vfw_scan_eaten eat_begin(struct vfw_scan *scan, struct vfw_scan_dir *dir)
{
	const struct vfw_hs_db *db = scan->user.profile->stream;

	dir->hs = eat_room(scan->user.profile, dir->budget, &dir->hs_size);
	if (!dir->hs)
		return VFW_SCAN_FULL;
	dir->fed = 0;
	dir->base = dir->stream.scanned;
	dir->at_start = !dir->base && dir->fed_seq == dir->stream.start &&
			!(dir->stream.flags & VFW_STREAM_F_MIDWAY);
	if (!vfw_hs_stream_open(db, dir->hs))
		return VFW_SCAN_CLEAN;
	vfw_scan_eat_anew(dir);
	return VFW_SCAN_LATER;
}

void vfw_scan_uneat(struct vfw_scan_dir *dir)
{
	vfw_scan_head_end(dir);
	vfw_scan_eat_anew(dir);
}

void vfw_scan_eat_anew(struct vfw_scan_dir *dir)
{
	dir->fed = 0;
	if (!dir->hs)
		return;
	kfree(dir->hs);
	dir->hs = NULL;
	vfw_budget_give(dir->budget, dir->hs_size);
}

enum vfw_scan_eaten vfw_scan_eat(struct vfw_scan *scan, struct vfw_pkt *p, struct vfw_scan_dir *dir,
				 const struct vfw_scan_bytes *bytes, u32 off, u32 len)
{
	struct vfw_eat eat __uninitialized;
	enum vfw_scan_eaten ret;
	u32 n;

	vfw_eat_init(&eat, scan, p, scan->user.profile->stream);
	if (!dir->hs) {
		ret = eat_begin(scan, dir);
		if (ret != VFW_SCAN_CLEAN)
			return ret;
	}
	eat.hs = dir->hs;
	eat.parts = eat_parts(scan->user.profile, dir->hs);
	eat.base = dir->base;
	eat.at_start = dir->at_start;
	eat.reach = vfw_scan_app_reach(scan, dir);
	n = eat_bytes(&eat, bytes, off, len);
	dir->fed += n;
	vfw_eat_wake(&eat, dir->stream.scanned + dir->fed - dir->base);
	vfw_eat_settle(&eat);
	if (vfw_eat_stops(&eat)) {
		if (vfw_verdict_cuts(p))
			return VFW_SCAN_MATCH;
		p->matched = true;
	}
	return n < len ? VFW_SCAN_LATER : VFW_SCAN_CLEAN;
}

/* Bytes of a packet in one piece, copied where they are not; NULL: they cannot be. Good until the next call. */
static const u8 *eat_whole(const struct vfw_scan_bytes *bytes, u32 off, u32 len)
{
	u32 at = bytes->off + off;
	u8 *buffer;

	if (bytes->data)
		return bytes->data + off;
	if (at + len <= skb_headlen(bytes->skb))
		return bytes->skb->data + at;
	buffer = vfw_scan_space()->packet;
	if (len > VFW_SCAN_PACKET || skb_copy_bits(bytes->skb, (int)at, buffer, (int)len))
		return NULL;
	return buffer;
}

/*
 * Signatures with steps are of no use for TCP's stream, so their literals, many of them short, do not stand in its
 * database. None is longer than the overlap of two pieces.
 */
static bool eat_literals(struct vfw_eat *eat, const u8 *data, u32 len)
{
	struct vfw_hs_hits hits = {.fits = vfw_eat_fits_literal, .arg = eat};
	u32 at;

	for (at = 0; at < len; at += VFW_HS_PIECE - VFW_SIG_CONTENT_MAX)
		if (vfw_hs_block_scan(eat->db, data + at, min_t(u32, len - at, VFW_HS_PIECE),
				      &hits))
			return false;
	return true;
}

/* Longer than a section takes: by way of a stream of its own, and literals piece by piece. */
static enum vfw_scan_eaten eat_long(struct vfw_eat *eat, const struct vfw_scan_bytes *bytes,
				    u32 off, u32 len)
{
	struct vfw_hs_hit hit[VFW_EAT_HITS] __uninitialized;
	struct vfw_hs_hits hits = vfw_eat_hits(eat, hit);
	enum vfw_scan_eaten ret = VFW_SCAN_LATER;
	const struct vfw_hs_db *block = eat->db;
	struct vfw_budget *budget = eat->scan->dir[eat->p->side].budget;
	const struct vfw_profile *profile = eat->scan->user.profile;
	const u8 *data = NULL;
	u32 size;

	if (profile->sigs.n_steps) {
		data = eat_whole(bytes, off, len);
		if (!data)
			return VFW_SCAN_FULL;
		if (!eat_literals(eat, data, len))
			return VFW_SCAN_LATER;
	}
	if (profile->stream)
		eat->hs = eat_room(profile, budget, &size);
	if (!eat->hs)
		return VFW_SCAN_FULL;
	eat->db = profile->stream;
	eat->parts = eat_parts(profile, eat->hs);
	if (!vfw_hs_stream_open(eat->db, eat->hs) && eat_bytes(eat, bytes, off, len) == len &&
	    !vfw_hs_stream_close(eat->db, eat->hs, &hits)) {
		vfw_eat_report(eat, &hits);
		vfw_eat_ask(eat, data);
		ret = VFW_SCAN_CLEAN;
	}
	kfree(eat->hs);
	eat->hs = NULL;
	eat->parts = NULL;
	vfw_budget_give(budget, size);
	eat->db = block;
	return ret;
}

/* All that can match lies in the first reach of its bytes. */
static enum vfw_scan_eaten eat_short(struct vfw_eat *eat, const struct vfw_scan_bytes *bytes,
				     u32 off, u32 len, u32 reach)
{
	struct vfw_hs_hit hit[VFW_EAT_HITS] __uninitialized;
	struct vfw_hs_hits hits = vfw_eat_hits(eat, hit);
	const u8 *data = eat_whole(bytes, off, reach);

	if (!data)
		return VFW_SCAN_FULL;
	if (vfw_hs_block_scan(eat->db, data, reach, &hits))
		return VFW_SCAN_LATER;
	vfw_eat_report(eat, &hits);
	/* steps look at all of it */
	if (eat->n_asked && reach < len)
		data = eat_whole(bytes, off, len);
	if (!data)
		return VFW_SCAN_FULL;
	vfw_eat_ask(eat, data);
	if (!eat->segment)
		vfw_profile_count_add(eat->scan->user.profile, bytes, len);
	return VFW_SCAN_CLEAN;
}

/* The next packet of a frame, by itself: reach as of eat_short(). */
static enum vfw_scan_eaten eat_packet(struct vfw_eat *eat, const struct vfw_scan_bytes *bytes,
				      u32 off, u32 len, u32 reach)
{
	if (eat->len != len)
		eat->fitted = false;
	eat->len = len;
	eat->n_counted = 0;
	eat->n_asked = 0;
	return reach <= VFW_HS_PIECE ? eat_short(eat, bytes, off, len, reach)
				     : eat_long(eat, bytes, off, len);
}

/* All packets of a frame were asked, or as ret says. */
static enum vfw_scan_eaten eat_packets_end(const struct vfw_eat *eat, enum vfw_scan_eaten ret)
{
	if (vfw_eat_stops(eat))
		return VFW_SCAN_MATCH;
	return ret == VFW_SCAN_CLEAN && eat->spent ? VFW_SCAN_FULL : ret;
}

enum vfw_scan_eaten vfw_scan_eat_segments(struct vfw_scan *scan, struct vfw_pkt *p,
					  const struct vfw_scan_bytes *bytes)
{
	u32 unit = skb_is_gso(p->skb) ? skb_shinfo(p->skb)->gso_size : bytes->len, off, n, reach;
	u32 seq = p->f.tcp_seq, flags = p->f.tcp_flags;
	enum vfw_scan_eaten ret = VFW_SCAN_CLEAN;
	struct vfw_eat eat __uninitialized;

	vfw_eat_init(&eat, scan, p, scan->user.profile->block);
	eat.segment = true;
	for (off = 0; off < bytes->len && ret == VFW_SCAN_CLEAN; off += n) {
		n = min(max(unit, 1U), bytes->len - off);
		/* as the frame will be cut: tcp_gso_segment() */
		p->f.tcp_seq = seq + off;
		p->f.tcp_flags = flags;
		if (off + n < bytes->len)
			p->f.tcp_flags &= ~(VFW_TCP_FIN | VFW_TCP_PSH);
		if (off)
			p->f.tcp_flags &= ~VFW_TCP_CWR;
		vfw_scan_sent(scan, p, seq, seq + off + n);
		reach = vfw_scan_sig_segment(&scan->user, p, n);
		if (!reach)
			continue;
		eat.fitted = false;
		ret = eat_packet(&eat, bytes, off, n, reach);
		if (ret == VFW_SCAN_CLEAN)
			vfw_eat_settle(&eat);
	}
	p->f.tcp_seq = seq;
	p->f.tcp_flags = flags;
	return eat_packets_end(&eat, ret);
}

enum vfw_scan_eaten vfw_scan_eat_head(struct vfw_scan *scan, struct vfw_pkt *p, u32 n, bool whole)
{
	const struct vfw_profile *profile = scan->user.profile;
	const struct vfw_scan_dir *dir = &scan->dir[p->side];
	struct vfw_eat eat __uninitialized;
	struct vfw_hs_hits hits = {.fits = vfw_eat_fits_literal, .arg = &eat};
	u32 passed = (u32)min_t(u64, dir->stream.scanned, VFW_SIG_HEAD), from, i;

	/* what came in its place may not be looked through, below */
	from = vfw_scan_head_look(dir->head, passed);
	/* one attack is told once */
	for (i = 0; i < p->n_said; i++)
		vfw_eat_tell_head(profile, dir->head, p->said[i]);
	if (whole && vfw_scan_head_was_asked(scan, p, n))
		return VFW_SCAN_CLEAN;
	vfw_eat_init(&eat, scan, p, profile->block);
	eat.head = dir->head;
	eat.len = (u32)min_t(u64, dir->stream.scanned + n, VFW_SIG_HEAD);
	vfw_eat_ask_seen(&eat);
	if (vfw_hs_block_scan(eat.db, eat.head->data + from, eat.len - from, &hits))
		return VFW_SCAN_LATER;
	eat.head->looked = eat.len;
	vfw_eat_ask(&eat, eat.head->data);
	vfw_eat_settle(&eat);
	return eat_packets_end(&eat, VFW_SCAN_CLEAN);
}

enum vfw_scan_eaten vfw_scan_eat_datagram(struct vfw_scan *scan, struct vfw_pkt *p,
					  const struct vfw_scan_bytes *bytes)
{
	struct vfw_eat eat __uninitialized;
	enum vfw_scan_eaten ret = VFW_SCAN_CLEAN;
	u32 unit = bytes->len, off, n;

	vfw_eat_init(&eat, scan, p, scan->user.profile->block);
	/* The receiver gets each segment of such a super-frame as a datagram; of others (UFO) the whole. */
	if (!bytes->data && skb_is_gso(p->skb) && skb_shinfo(p->skb)->gso_type & SKB_GSO_UDP_L4)
		unit = skb_shinfo(p->skb)->gso_size;
	for (off = 0; off < bytes->len && ret == VFW_SCAN_CLEAN; off += n) {
		n = min(max(unit, 1U), bytes->len - off);
		eat.reach = vfw_scan_app_room(scan, p);
		ret = eat_packet(&eat, bytes, off, n, n);
		/* else it is scanned once more, or not at all */
		if (ret == VFW_SCAN_CLEAN) {
			vfw_scan_app_said(scan, p, n);
			vfw_eat_settle(&eat);
		}
	}
	return eat_packets_end(&eat, ret);
}
