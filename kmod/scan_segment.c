// SPDX-License-Identifier: GPL-2.0
/*
 * TCP: what a segment adds to its stream is scanned in order, by core/stream.c's plan. Nothing is
 * committed before the scan has spoken: a segment that is dropped leaves the stream as it was.
 */
#include <linux/module.h>
#include <linux/skbuff.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>

#include "core/tcpstate.h"
#include "own.h"
#include "scan.h"
#include "scan_bits.h"
#include "scan_flow.h"
#include "scan_space.h"
#include "verdict.h"

static unsigned int stream_kib = 4096;
module_param(stream_kib, uint, 0644);
MODULE_PARM_DESC(stream_kib,
		 "bytes kept of each direction of a scanned stream, KiB (default 4096)");

static unsigned int stream_pieces = 4096;
module_param(stream_pieces, uint, 0644);
MODULE_PARM_DESC(stream_pieces,
		 "segments kept of each direction of a scanned stream (default 4096)");

struct segment {
	struct vfw_stream_seg seg;
	struct vfw_scan_bytes bytes;
	u32 ack;
	u32 window;
};

static void segment_read(const struct vfw_pkt *p, struct segment *s)
{
	const struct vfw_frame *f = &p->f;

	s->seg.seq = f->tcp_seq;
	s->seg.len = vfw_pkt_payload(p);
	s->seg.flags = f->tcp_flags;
	s->bytes.skb = p->skb;
	s->bytes.data = NULL;
	s->bytes.off = p->mac + (int)f->payload_off;
	s->bytes.len = s->seg.len;
	s->ack = f->tcp_ack;
	s->window = vfw_scan_window(f);
}

static bool segment_sums(const struct vfw_pkt *p)
{
	const struct vfw_frame *f = &p->f;
	u32 len = f->end - f->l4_off;
	__wsum sum = skb_checksum(p->skb, p->mac + (int)f->l4_off, (int)len, 0);

	if (f->kind == VFW_FRAME_IP4)
		return !csum_tcpudp_magic(*(const __be32 *)f->src, *(const __be32 *)f->dst, len,
					  IPPROTO_TCP, sum);
	return !csum_ipv6_magic((const struct in6_addr *)f->src, (const struct in6_addr *)f->dst,
				len, IPPROTO_TCP, sum);
}

/*
 * Once for each frame, and of bytes that nobody writes to any more. Without memory to own them they are summed as
 * they are now: where the profile prevents, the frame goes no further than that.
 */
static bool segment_sum_right(struct vfw_pkt *p)
{
	if (vfw_pkt_sum_trusted(p))
		return true;
	if (p->sum == VFW_SUM_UNKNOWN) {
		if (!vfw_own_all(p))
			return segment_sums(p);
		p->sum = segment_sums(p) ? VFW_SUM_RIGHT : VFW_SUM_WRONG;
	}
	return p->sum == VFW_SUM_RIGHT;
}

bool vfw_scan_sum_right(struct vfw_scan *scan, struct vfw_pkt *p, u32 side)
{
	u64 began = vfw_budget_begin();
	bool right = segment_sum_right(p);

	vfw_budget_end(scan->dir[side].time, began);
	return right;
}

static bool segment_same(void *arg, u32 seg_off, const struct vfw_piece *piece, u32 piece_off,
			 u32 len)
{
	struct vfw_scan_bytes kept;

	vfw_scan_kept(piece, &kept);
	return vfw_scan_same(arg, seg_off, &kept, piece_off, len);
}

void vfw_scan_dir_end(struct vfw_scan_dir *dir)
{
	vfw_scan_release(dir->budget, vfw_stream_end(&dir->stream));
	vfw_scan_uneat(dir);
}

/*
 * What it acknowledges of the other direction. Returns true if the conversation ends by that. Before its
 * own SYN a side acknowledges nothing of this conversation, but challenges (RFC 5961 4.2).
 */
static bool segment_acks(struct vfw_scan *scan, struct vfw_pkt *p, const struct segment *s)
{
	struct vfw_scan_dir *dir = &scan->dir[!p->side];
	u32 next = dir->stream.next;
	bool gap;

	if ((s->seg.flags & (VFW_TCP_ACK | VFW_TCP_RST)) != VFW_TCP_ACK)
		return false;
	if (!scan->midway && !(scan->dir[p->side].stream.flags & VFW_STREAM_F_STARTED))
		return false;
	vfw_scan_release(dir->budget, vfw_stream_ack(&dir->stream, s->ack, s->window, &gap));
	if (gap && vfw_scan_refuse(scan, p, VFW_REASON_STREAM_GAP, true))
		return true;
	if (dir->stream.next != next)
		vfw_scan_uneat(dir);
	return false;
}

/* Is it a SYN, and another than its sender's that the conversation goes by? */
static bool segment_is_stray_syn(const struct vfw_pkt *p, const struct segment *s)
{
	return s->seg.flags & VFW_TCP_SYN && (!p->tcp_started || p->tcp_start != s->seg.seq + 1);
}

/* Bytes of each direction that are scanned, 0: all; where an app is to be known, as many as that takes. */
static u32 segment_depth(const struct vfw_scan *scan)
{
	u32 depth = scan->user.profile->conf.depth;

	return depth && scan->app.asks ? max_t(u32, depth, VFW_APP_BYTES) : depth;
}

void vfw_scan_deepen(struct vfw_scan *scan)
{
	vfw_stream_deepen(&scan->dir[0].stream, segment_depth(scan));
	vfw_stream_deepen(&scan->dir[1].stream, segment_depth(scan));
}

/*
 * A SYN that begins a stream answers another one than that by which the other stream began: the receiver of
 * that one had no such conversation any more, and both begin anew.
 */
static void segment_restarts(struct vfw_scan *scan, struct vfw_pkt *p, u32 depth)
{
	struct vfw_scan_dir *other = &scan->dir[!p->side];

	if (!p->tcp_other_started || !(other->stream.flags & VFW_STREAM_F_STARTED) ||
	    other->stream.start == p->tcp_other)
		return;
	vfw_scan_app_restart(scan);
	vfw_scan_header_anew(scan);
	vfw_scan_dir_end(other);
	vfw_scan_bits_clear(scan);
	vfw_stream_start(&other->stream, p->tcp_other, depth, false);
	WRITE_ONCE(scan->done, false);
	scan->midway = false;
}

/*
 * The stream begins behind the SYN that the flow goes by. In a running conversation no SYN is of it, not
 * even a copy of its own (RFC 5961 4.2): it would move the stream away from its bytes.
 */
static void segment_starts(struct vfw_scan *scan, struct vfw_pkt *p, const struct segment *s)
{
	struct vfw_scan_dir *dir = &scan->dir[p->side];
	bool started = dir->stream.flags & VFW_STREAM_F_STARTED;
	u32 depth = segment_depth(scan);

	if (s->seg.flags & VFW_TCP_SYN) {
		if (!p->tcp_opening || segment_is_stray_syn(p, s))
			return;
		if (started && dir->stream.start != p->tcp_start) {
			vfw_scan_app_restart(scan);
			vfw_scan_header_anew(scan);
			vfw_scan_bits_clear(scan);
		}
		if (!started || dir->stream.start != p->tcp_start) {
			vfw_scan_dir_end(dir);
			vfw_stream_start(&dir->stream, p->tcp_start, depth, false);
			WRITE_ONCE(scan->done, false);
		}
		segment_restarts(scan, p, depth);
	} else if (!started && !scan->midway && p->tcp_started) {
		vfw_stream_start(&dir->stream, p->tcp_start, depth, false);
	} else if (!started && s->seg.len) {
		vfw_stream_start(&dir->stream, s->seg.seq, depth, true);
	}
}

/* Bytes of a side that were let pass in order, or U32_MAX. */
static u32 segment_sent(const struct vfw_scan *scan, u32 side)
{
	const struct vfw_stream *s = &scan->dir[side].stream;

	if (scan->midway || s->flags & (VFW_STREAM_F_MIDWAY | VFW_STREAM_F_DEPTH))
		return U32_MAX;
	return min_t(u64, s->scanned, U32_MAX);
}

void vfw_scan_sent(const struct vfw_scan *scan, struct vfw_pkt *p, u32 seq, u32 end)
{
	u32 next = scan->dir[p->side].stream.next, sent = segment_sent(scan, p->side);

	if ((s32)(seq - next) <= 0 && (s32)(end - next) > 0)
		sent += min(end - next, U32_MAX - sent);
	p->tcp_sent[p->side] = sent;
	p->tcp_sent[!p->side] = segment_sent(scan, !p->side);
}

/* Returns true if the plan says no, and the frame is dropped for it. */
static bool segment_refused(struct vfw_scan *scan, struct vfw_pkt *p,
			    const struct vfw_stream_plan *plan)
{
	if (!vfw_scan_drops(scan->user.profile, scan->app.spares))
		return false;
	if (plan->urgent)
		return vfw_scan_refuse(scan, p, VFW_REASON_STREAM_URGENT, false);
	switch (plan->verdict) {
	case VFW_STREAM_CONFLICT:
		return vfw_scan_refuse(scan, p, VFW_REASON_STREAM_CONFLICT, false);
	case VFW_STREAM_EARLY:
		return vfw_scan_refuse(scan, p, VFW_REASON_STREAM_GAP, false);
	case VFW_STREAM_WINDOW:
		return vfw_scan_refuse(scan, p, VFW_REASON_INVALID_STATE, false);
	case VFW_STREAM_UNKNOWN:
	case VFW_STREAM_FULL:
		return vfw_scan_overload(scan, p);
	case VFW_STREAM_PASS:
		break;
	}
	return false;
}

/*
 * Keeps what the plan wants kept: in prevent mode all of it, for it may come again; else only what is
 * ahead of a gap. Returns false if the frame is dropped for want of room.
 */
static bool segment_keeps(struct vfw_scan *scan, struct vfw_pkt *p, const struct segment *s,
			  const struct vfw_stream_plan *plan, struct vfw_piece **piece)
{
	bool prevent = scan->user.profile->conf.flags & VFW_PROFILE_F_PREVENT;
	bool early = (int)(plan->keep_seq - plan->to) >= 0;

	*piece = NULL;
	if (!plan->keep_len || plan->verdict == VFW_STREAM_FULL ||
	    plan->verdict == VFW_STREAM_UNKNOWN || !(prevent || early))
		return true;
	*piece =
		vfw_scan_keep(scan->dir[p->side].budget, &s->bytes, plan->keep_off, plan->keep_len);
	if (*piece)
		return true;
	/*
	 * What is scanned before it passes may pass without being kept: copies of it will be unknown.
	 * Were it dropped, nothing would be acknowledged, and no memory ever given back.
	 */
	if (!early) {
		vfw_profile_count_add(scan->user.profile, overloads, 1);
		return true;
	}
	return !vfw_scan_overload(scan, p);
}

/* Those of a span: the segment's, or what was kept, *kept. */
static const struct vfw_scan_bytes *segment_bytes(const struct segment *s,
						  const struct vfw_stream_span *span,
						  struct vfw_scan_bytes *kept)
{
	if (!span->piece)
		return &s->bytes;
	vfw_scan_kept(span->piece, kept);
	return kept;
}

static enum vfw_scan_eaten segment_spans(struct vfw_scan *scan, struct vfw_pkt *p,
					 const struct segment *s, struct vfw_stream_plan *plan)
{
	struct vfw_scan_dir *dir = &scan->dir[p->side];
	enum vfw_scan_eaten ret = VFW_SCAN_CLEAN;
	struct vfw_scan_bytes kept;
	struct vfw_stream_span span;
	u32 skip = dir->fed;

	while (ret == VFW_SCAN_CLEAN && vfw_stream_span(plan, &span)) {
		const struct vfw_scan_bytes *bytes = segment_bytes(s, &span, &kept);

		if (skip >= span.len) {
			skip -= span.len;
			continue;
		}
		ret = vfw_scan_eat(scan, p, dir, bytes, span.off + skip, span.len - skip);
		skip = 0;
	}
	return ret;
}

/* For longer than the lock is held: the frame is the scan's owner until it is done. */
static void segment_owns(struct vfw_scan *scan) __releases(&scan->lock)
{
	scan->busy = true;
	spin_unlock(&scan->lock);
}

static void segment_disowns(struct vfw_scan *scan) __acquires(&scan->lock)
{
	spin_lock(&scan->lock);
	scan->busy = false;
	vfw_scan_queue_kick(scan);
}

/* Other bytes than those that follow what was eaten begin anew. */
static void segment_joins(struct vfw_scan_dir *dir, const struct vfw_stream_plan *plan)
{
	if (plan->to == plan->from)
		return;
	if ((dir->fed && dir->fed_seq != plan->from) || plan->from != dir->stream.next)
		vfw_scan_uneat(dir);
	dir->fed_seq = plan->from;
}

static enum vfw_scan_eaten segment_eats(struct vfw_scan *scan, struct vfw_pkt *p,
					const struct segment *s, struct vfw_stream_plan *plan)
{
	enum vfw_scan_eaten ret;

	if (plan->to == plan->from)
		return VFW_SCAN_CLEAN;
	if (plan->to - plan->from <= VFW_SCAN_LOCKED)
		return segment_spans(scan, p, s, plan);
	segment_owns(scan);
	ret = segment_spans(scan, p, s, plan);
	segment_disowns(scan);
	return ret;
}

/*
 * Is a frame asked as the segments it will be on the wire? Once for each that brings what was not delivered before, also ahead
 * of a gap: what its receiver makes of it is a matter of the stream.
 */
static bool segment_is_asked(const struct vfw_scan *scan, const struct vfw_pkt *p,
			     const struct segment *s)
{
	const struct vfw_stream *stream = &scan->dir[p->side].stream;

	return scan->user.profile->n_segment_sigs && scan->user.profile->block && s->seg.len &&
	       !p->asked && !(stream->flags & VFW_STREAM_F_DEPTH) &&
	       (s32)(s->seg.seq + !!(s->seg.flags & VFW_TCP_SYN) + s->seg.len - stream->next) > 0;
}

static enum vfw_scan_eaten segment_packets(struct vfw_scan *scan, struct vfw_pkt *p,
					   const struct segment *s)
{
	enum vfw_scan_eaten ret;

	if (s->seg.len <= VFW_SCAN_LOCKED)
		return vfw_scan_eat_segments(scan, p, &s->bytes);
	segment_owns(scan);
	ret = vfw_scan_eat_segments(scan, p, &s->bytes);
	segment_disowns(scan);
	return ret;
}

/* What was asked besides the stream says so. Returns true if the frame is dropped, or waits for the worker. */
static bool segment_ends(struct vfw_scan *scan, struct vfw_pkt *p, enum vfw_scan_eaten ret)
{
	switch (ret) {
	case VFW_SCAN_MATCH:
		return vfw_scan_refuse(scan, p, VFW_REASON_SIGNATURE, true);
	case VFW_SCAN_LATER:
		vfw_scan_queue(scan, p);
		return true;
	case VFW_SCAN_FULL:
		return vfw_scan_overload(scan, p);
	case VFW_SCAN_CLEAN:
		break;
	}
	return false;
}

/* Asks it. Returns as segment_ends(). */
static bool segment_asks(struct vfw_scan *scan, struct vfw_pkt *p, const struct segment *s)
{
	enum vfw_scan_eaten ret = segment_packets(scan, p, s);

	p->asked = ret != VFW_SCAN_LATER;
	return segment_ends(scan, p, ret);
}

/*
 * Asks what is asked of a stream's first bytes, those that the plan brings among them, before any of these is eaten: another copy may
 * come in place of a frame that is dropped. Returns as segment_ends().
 */
static bool segment_asks_head(struct vfw_scan *scan, struct vfw_pkt *p, const struct segment *s,
			      const struct vfw_stream_plan *plan)
{
	struct vfw_scan_dir *dir = &scan->dir[p->side];
	struct vfw_stream_plan walk = *plan;
	struct vfw_scan_bytes kept;
	struct vfw_stream_span span;
	bool whole = true;
	u32 n = 0;

	if (plan->to == plan->from)
		return false;
	/* bytes that are not kept may pass: then there is none any more */
	if (!vfw_scan_head_goes_on(scan, p)) {
		vfw_scan_head_end(dir);
		return false;
	}
	while (vfw_stream_span(&walk, &span)) {
		const struct vfw_scan_bytes *bytes = segment_bytes(s, &span, &kept);

		whole &= !span.piece;
		if (!vfw_scan_head_add(dir, n, bytes, span.off, span.len)) {
			/* dropped, it comes again: what was kept before stays */
			if (segment_ends(scan, p, VFW_SCAN_FULL))
				return true;
			vfw_scan_head_end(dir);
			return false;
		}
		n += span.len;
	}
	return segment_ends(scan, p, vfw_scan_eat_head(scan, p, n, whole));
}

/* Does a plan for it walk over no pieces, and lose nothing that is kept if it is not scanned? */
static bool segment_is_next(const struct vfw_scan_dir *dir, const struct segment *s)
{
	return s->seg.seq == dir->stream.next && !dir->stream.n_early;
}

static void segment_scan(struct vfw_scan *scan, struct vfw_pkt *p, struct segment *s)
{
	struct vfw_scan_dir *dir = &scan->dir[p->side];
	struct vfw_stream_limit limit = {
		.bytes = min(READ_ONCE(stream_kib), VFW_STREAM_WINDOW_MAX >> 10) << 10,
		.pieces = min(READ_ONCE(stream_pieces), 32768U),
	};
	/* what is half eaten goes on: of another copy that part would not be scanned */
	bool has_time = dir->fed || (!s->seg.len && segment_is_next(dir, s)) ||
			vfw_budget_has_time(dir->time);
	struct vfw_stream_plan plan;
	struct vfw_piece *piece;

	if (!has_time && !segment_is_next(dir, s)) {
		if (!vfw_scan_overload(scan, p))
			vfw_stream_missed(&dir->stream);
		return;
	}
	vfw_scan_sent(scan, p, s->seg.seq, s->seg.seq + s->seg.len);
	vfw_stream_plan(&dir->stream, &plan, &s->seg, &limit, segment_same, &s->bytes);
	if (segment_refused(scan, p, &plan) || !segment_keeps(scan, p, s, &plan, &piece))
		return;
	vfw_scan_space()->n_waits = 0;
	if (has_time && segment_is_asked(scan, p, s) && segment_asks(scan, p, s))
		goto drop;
	segment_joins(dir, &plan);
	if (has_time && segment_asks_head(scan, p, s, &plan))
		goto drop;
	switch (has_time ? segment_eats(scan, p, s, &plan) : VFW_SCAN_FULL) {
	case VFW_SCAN_CLEAN:
		if (p->matched && vfw_scan_refuse(scan, p, VFW_REASON_SIGNATURE, true))
			goto drop;
		if (vfw_scan_app_gate(scan, p, plan.to - plan.from))
			goto drop;
		break;
	case VFW_SCAN_MATCH:
		if (vfw_scan_refuse(scan, p, VFW_REASON_SIGNATURE, true))
			goto drop;
		break;
	case VFW_SCAN_LATER:
		vfw_scan_queue(scan, p);
		goto drop;
	case VFW_SCAN_FULL:
		if (vfw_scan_overload(scan, p))
			goto drop;
		/* what follows cannot be joined to what was before */
		vfw_scan_uneat(dir);
		break;
	}
	vfw_scan_release(dir->budget, vfw_stream_commit(&dir->stream, &plan, piece));
	dir->fed = 0;
	if (dir->stream.scanned >= VFW_SIG_HEAD)
		vfw_scan_head_end(dir);
	return;
drop:
	if (piece) {
		piece->next = NULL;
		vfw_scan_release(dir->budget, piece);
	}
}

/* Is all known of it that is to be known, both ways? */
static void segment_settles(struct vfw_scan *scan)
{
	if (vfw_stream_done(&scan->dir[0].stream) && vfw_stream_done(&scan->dir[1].stream))
		WRITE_ONCE(scan->done, true);
}

static void segment_take(struct vfw_scan *scan, struct vfw_pkt *p)
{
	struct vfw_stream *stream = &scan->dir[p->side].stream;
	struct segment s;

	/* nobody sends such but to slip by, and without the first one the others are nothing */
	if (p->f.flags & VFW_FRAME_F_FRAG) {
		vfw_scan_refuse(scan, p, VFW_REASON_FRAGMENT, false);
		return;
	}
	segment_read(p, &s);
	if (!segment_sum_right(p)) {
		vfw_scan_refuse(scan, p, VFW_REASON_BAD_CHECKSUM, false);
		return;
	}
	if (vfw_scan_multipath(scan, p))
		return;
	segment_starts(scan, p, &s);
	/* where the receiver takes its data there is no stream for them */
	if (s.seg.len && segment_is_stray_syn(p, &s) &&
	    vfw_scan_refuse(scan, p, VFW_REASON_STREAM_CONFLICT, false))
		return;
	if (vfw_scan_header(scan, p) || segment_acks(scan, p, &s))
		return;
	if (stream->flags & VFW_STREAM_F_STARTED && !vfw_stream_done(stream) &&
	    (s.seg.len || s.seg.flags & (VFW_TCP_FIN | VFW_TCP_URG)))
		segment_scan(scan, p, &s);
	vfw_scan_app_sync(scan, p);
	if (stream->flags & VFW_STREAM_F_DEPTH)
		vfw_scan_uneat(&scan->dir[p->side]);
	segment_settles(scan);
}

/* What is acknowledged was scanned, and little is kept of it; nor is the sender's own stream one that begins by its segment. */
static bool segment_acks_plainly(const struct vfw_scan *scan, u32 side, u32 ack)
{
	const struct vfw_stream *back = &scan->dir[!side].stream;

	return scan->user.profile && !scan->busy && list_empty(&scan->jobs) &&
	       !vfw_scan_queue_forced() && !vfw_scan_header_waits(scan, &scan->dir[side]) &&
	       scan->dir[side].stream.flags & VFW_STREAM_F_STARTED &&
	       back->flags & VFW_STREAM_F_STARTED && (s32)(ack - back->next) <= 0 &&
	       back->n_kept < VFW_SCAN_MANY;
}

bool vfw_scan_ack_begin(struct vfw_scan *scan, u32 generation, u32 side, u32 ack)
{
	if (!spin_trylock(&scan->lock))
		return false;
	if (vfw_scan_goes_on(scan, generation) && segment_acks_plainly(scan, side, ack)) {
		/* for the checker: it stays locked until vfw_scan_ack_end() */
		__release(&scan->lock);
		return true;
	}
	spin_unlock(&scan->lock);
	return false;
}

void vfw_scan_ack_end(struct vfw_scan *scan, u32 side, bool passes, u32 ack, u32 win)
{
	struct vfw_scan_dir *back = &scan->dir[!side];
	bool gap;

	__acquire(&scan->lock);
	if (passes) {
		vfw_scan_release(back->budget, vfw_stream_ack(&back->stream, ack, win << 14, &gap));
		segment_settles(scan);
	}
	spin_unlock(&scan->lock);
}

/*
 * All it takes is its sender's to pay: sums, comparisons with what is kept, walks over pieces. Not timed
 * is what takes a constant: acknowledgements, unless much is kept of what they acknowledge, or headers are asked.
 */
void vfw_scan_segment(struct vfw_scan *scan, struct vfw_pkt *p)
{
	u64 began;

	if (!vfw_pkt_payload(p) && !(p->f.tcp_flags & (VFW_TCP_FIN | VFW_TCP_URG)) &&
	    scan->dir[!p->side].stream.n_kept < VFW_SCAN_MANY && !vfw_scan_header_wanted(scan, p)) {
		segment_take(scan, p);
		return;
	}
	began = vfw_budget_begin();
	segment_take(scan, p);
	vfw_budget_end(scan->dir[p->side].time, began);
}
