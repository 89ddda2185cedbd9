// SPDX-License-Identifier: GPL-2.0
#include "stream.h"

#include "tcpstate.h"

/* How much a stream found running has to have acknowledged before it is like others. */
#define MIDWAY_BYTES (16U << 20)
/* Everything a stream knows lies within half of the sequence space, or there is no order. */
#define SPREAD_MAX 0x7fffffffU

_Static_assert(sizeof(void *) != 8 || sizeof(struct vfw_stream) == 64,
	       "struct vfw_stream is one cache line");

/* a behind b in sequence space, RFC 9293 3.4 */
static inline bool after(u32 a, u32 b)
{
	return (int)(a - b) > 0;
}

static inline u32 earlier(u32 a, u32 b)
{
	return after(a, b) ? b : a;
}

static inline u32 later(u32 a, u32 b)
{
	return after(a, b) ? a : b;
}

static inline u32 end_of(const struct vfw_piece *p)
{
	return p->seq + p->len;
}

/* Is there anything kept at or behind seq? */
static inline bool keeps_behind(const struct vfw_stream *s, u32 seq)
{
	return s->last && after(end_of(s->last), seq);
}

void vfw_stream_start(struct vfw_stream *s, u32 seq, u32 depth, bool midway)
{
	memset(s, 0, sizeof(*s));
	s->next = seq;
	s->start = seq;
	s->acked = seq;
	s->depth = depth;
	s->flags = VFW_STREAM_F_STARTED | (midway ? VFW_STREAM_F_MIDWAY : VFW_STREAM_F_ACKED);
}

/* Can the stream still tell before from behind, with bytes of [low, high) in it? */
static bool in_reach(const struct vfw_stream *s, u32 low, u32 high)
{
	u32 bottom = earlier(low, s->next);
	u32 top = later(high, s->next);

	if (s->first) {
		bottom = earlier(bottom, s->first->seq);
		top = later(top, end_of(s->last));
	}
	return (u64)(s->next - bottom) + (top - s->next) <= SPREAD_MAX;
}

/*
 * Where the segment begins: within the window, as far as it is known? Below what is acknowledged the
 * receiver needs nothing, so that is no question of the window.
 */
static bool in_window(const struct vfw_stream *s, u32 low, u32 high)
{
	if (high - low > VFW_STREAM_LEN_MAX ||
	    (after(low, s->next) ? low - s->next : s->next - low) > VFW_STREAM_WINDOW_MAX)
		return false;
	if (s->flags & VFW_STREAM_F_EDGE && after(low, s->edge))
		return false;
	return in_reach(s, low, high);
}

/* Bytes from next on that are still to be scanned. */
static u32 depth_left(const struct vfw_stream *s)
{
	if (!s->depth)
		return SPREAD_MAX;
	return s->scanned < s->depth ? s->depth - (u32)s->scanned : 0;
}

/* Narrows [low, high) to what counts: neither acknowledged, nor deeper than shall be scanned. */
static void trim(const struct vfw_stream *s, struct vfw_stream_plan *plan)
{
	u32 left = depth_left(s);

	if (s->flags & VFW_STREAM_F_ACKED)
		plan->low = earlier(later(plan->low, s->acked), plan->high);
	if (after(plan->high, s->next) && plan->high - s->next > left)
		plan->high = later(s->next + left, plan->low);
}

/* The bytes of a segment that no piece holds, and what they would replace. */
struct holes {
	bool any;
	bool differs; /* elsewhere, it is not what a piece holds */
	u32 first; /* where the first begins */
	u32 end; /* where the last ends */
	u32 bytes; /* of pieces between the two, all of them wholly */
	u32 pieces;
};

/* Goes along the pieces that overlap [low, high); plan->link is where a piece at holes' first goes. */
static void find_holes(struct vfw_stream *s, struct vfw_stream_plan *plan, struct holes *h,
		       vfw_stream_same_fn same, void *arg)
{
	struct vfw_piece **link = keeps_behind(s, plan->low) ? &s->first
				  : s->last		     ? &s->last->next
							     : &s->first;
	u32 pos = plan->low;
	u32 bytes = 0;
	u32 pieces = 0;

	while (*link && !after(end_of(*link), plan->low))
		link = &(*link)->next;
	plan->link = link;
	for (; *link && after(plan->high, (*link)->seq); link = &(*link)->next) {
		struct vfw_piece *p = *link;
		u32 upto = earlier(end_of(p), plan->high);

		if (after(p->seq, pos)) {
			if (!h->any) {
				h->first = pos;
				plan->link = link;
			}
			h->any = true;
			h->end = p->seq;
			h->bytes = bytes;
			h->pieces = pieces;
			pos = p->seq;
		}
		if (!h->differs && !same(arg, pos - plan->seq, p, pos - p->seq, upto - pos))
			h->differs = true;
		pos = upto;
		if (h->any) {
			bytes += p->len;
			pieces++;
		}
	}
	if (!after(plan->high, pos))
		return;
	if (!h->any) {
		h->first = pos;
		plan->link = link;
	}
	h->any = true;
	h->end = plan->high;
	h->bytes = bytes;
	h->pieces = pieces;
}

/* The span at plan->pos, whose cursor moves on; false if neither segment nor pieces have that byte. */
static bool step(struct vfw_stream_plan *plan, struct vfw_stream_span *span)
{
	struct vfw_piece *p = plan->at;
	u32 upto;

	while (p && !after(end_of(p), plan->pos))
		p = p->next;
	plan->at = p;
	if (p && !after(p->seq, plan->pos)) {
		span->piece = p;
		span->off = plan->pos - p->seq;
		upto = end_of(p);
	} else if (!after(plan->low, plan->pos) && after(plan->high, plan->pos)) {
		span->piece = NULL;
		span->off = plan->pos - plan->seq;
		upto = p ? earlier(plan->high, p->seq) : plan->high;
	} else {
		return false;
	}
	span->len = upto - plan->pos;
	plan->pos = upto;
	return true;
}

static void rewind(const struct vfw_stream *s, struct vfw_stream_plan *plan)
{
	plan->pos = plan->from;
	plan->at = keeps_behind(s, plan->from) ? s->first : NULL;
}

/*
 * Would what is to be kept be too much? Half is left for what comes in order, so that several gaps
 * can be filled before the receiver acknowledges any.
 */
static bool is_full(const struct vfw_stream *s, const struct vfw_stream_limit *limit,
		    const struct vfw_stream_plan *plan, const struct holes *h, bool early)
{
	u64 bytes = (u64)plan->keep_len - h->bytes;
	u32 pieces = 1U - h->pieces;

	/* what the receiver waits for passes, whatever follows it in the segment: once over */
	if (s->flags & VFW_STREAM_F_ACKED && plan->low == s->acked)
		return s->kept > limit->bytes || s->n_kept > limit->pieces;
	if (s->kept + bytes > limit->bytes || s->n_kept + pieces > limit->pieces)
		return true;
	return early &&
	       (s->early + bytes > limit->bytes / 2 || s->n_early + pieces > limit->pieces / 2);
}

/* Is it as nearly all are: the bytes that come next, and nothing is kept? */
static inline bool is_next(const struct vfw_stream *s, const struct vfw_stream_plan *plan)
{
	return !s->first && plan->low == s->next && plan->high != plan->low;
}

/* Plans one that is, as the walks over pieces would. */
static void plan_next(struct vfw_stream *s, struct vfw_stream_plan *plan,
		      const struct vfw_stream_limit *limit)
{
	const struct holes h = {};

	plan->link = &s->first;
	plan->to = plan->high;
	plan->keep_seq = plan->low;
	plan->keep_off = plan->low - plan->seq;
	plan->keep_len = plan->high - plan->low;
	if (is_full(s, limit, plan, &h, false))
		plan->verdict = VFW_STREAM_FULL;
}

void vfw_stream_plan(struct vfw_stream *s, struct vfw_stream_plan *plan,
		     const struct vfw_stream_seg *seg, const struct vfw_stream_limit *limit,
		     vfw_stream_same_fn same, void *arg)
{
	u32 seq = seg->flags & VFW_TCP_SYN ? seg->seq + 1 : seg->seq;
	struct vfw_stream_span span;
	struct holes h = {};
	bool early;

	memset(plan, 0, sizeof(*plan));
	plan->seq = seq;
	plan->low = seq;
	plan->high = seq + seg->len;
	plan->from = s->next;
	plan->to = s->next;
	plan->pos = s->next;
	/* RFC 9293 3.10.7: what a RST carries is no data of the stream */
	if (seg->flags & VFW_TCP_RST || !(s->flags & VFW_STREAM_F_STARTED))
		return;
	plan->urgent = seg->flags & VFW_TCP_URG;
	plan->fin = seg->flags & VFW_TCP_FIN;
	if (seg->len && !in_window(s, plan->low, plan->high)) {
		plan->verdict = VFW_STREAM_WINDOW;
		plan->high = plan->low;
		return;
	}
	trim(s, plan);
	if (is_next(s, plan)) {
		plan_next(s, plan, limit);
		return;
	}
	if (plan->high != plan->low)
		find_holes(s, plan, &h, same, arg);
	else
		plan->low = plan->high = s->next;
	if (h.any && after(s->next, h.first) && s->flags & VFW_STREAM_F_MIDWAY)
		plan->from = h.first;
	rewind(s, plan);
	while (step(plan, &span))
		;
	plan->to = plan->pos;
	rewind(s, plan);
	early = after(plan->low, plan->to);
	if (h.any) {
		plan->keep_seq = h.first;
		plan->keep_off = h.first - seq;
		plan->keep_len = h.end - h.first;
	}
	if (h.differs)
		plan->verdict = VFW_STREAM_CONFLICT;
	else if (h.any && after(plan->from, h.first))
		plan->verdict = VFW_STREAM_UNKNOWN;
	else if (early && s->flags & VFW_STREAM_F_MIDWAY)
		plan->verdict = VFW_STREAM_EARLY;
	else if (h.any && is_full(s, limit, plan, &h, early))
		plan->verdict = VFW_STREAM_FULL;
}

bool vfw_stream_span(struct vfw_stream_plan *plan, struct vfw_stream_span *span)
{
	return plan->pos != plan->to && step(plan, span);
}

/* Puts the piece in, and takes out those that lie wholly in it. Returns the latter. */
static struct vfw_piece *insert(struct vfw_stream *s, struct vfw_piece **link,
				struct vfw_piece *piece)
{
	struct vfw_piece *replaced = *link;
	struct vfw_piece **end = link;

	while (*end && !after(end_of(*end), end_of(piece))) {
		s->kept -= (*end)->len;
		s->n_kept--;
		end = &(*end)->next;
	}
	piece->next = *end;
	if (!piece->next)
		s->last = piece;
	if (end != link)
		*end = NULL;
	else
		replaced = NULL;
	*link = piece;
	s->kept += piece->len;
	s->n_kept++;
	return replaced;
}

/* What is kept from next on. */
static void count_early(struct vfw_stream *s)
{
	const struct vfw_piece *p;

	s->early = 0;
	s->n_early = 0;
	if (!keeps_behind(s, s->next))
		return;
	for (p = s->first; p; p = p->next) {
		if (after(end_of(p), s->next)) {
			s->early += p->len;
			s->n_early++;
		}
	}
}

struct vfw_piece *vfw_stream_commit(struct vfw_stream *s, const struct vfw_stream_plan *plan,
				    struct vfw_piece *piece)
{
	struct vfw_piece *replaced = NULL;

	if (plan->fin)
		s->flags |= VFW_STREAM_F_FIN;
	if (piece && plan->keep_len) {
		piece->seq = plan->keep_seq;
		piece->len = plan->keep_len;
		replaced = insert(s, plan->link, piece);
		if (!replaced && after(end_of(piece), plan->to)) {
			s->early += piece->len;
			s->n_early++;
		}
	}
	if (!piece && plan->keep_len && after(plan->keep_seq, plan->to))
		s->flags |= VFW_STREAM_F_HOLES;
	if (after(s->start, plan->from))
		s->start = plan->from;
	s->scanned += plan->to - plan->from;
	if (s->depth && s->scanned >= s->depth)
		s->flags |= VFW_STREAM_F_DEPTH;
	if (replaced || s->next != plan->to) {
		s->next = plan->to;
		count_early(s);
	}
	return replaced;
}

/* Takes out the pieces that are acknowledged wholly and wait for no scan, and returns them. */
static struct vfw_piece *release(struct vfw_stream *s)
{
	u32 upto = earlier(s->acked, s->next);
	struct vfw_piece *released = s->first;
	struct vfw_piece **end = &s->first;
	struct vfw_piece *rest;

	while (*end && !after(end_of(*end), upto)) {
		s->kept -= (*end)->len;
		s->n_kept--;
		end = &(*end)->next;
	}
	if (end == &s->first)
		return NULL;
	rest = *end;
	*end = NULL;
	s->first = rest;
	if (!rest)
		s->last = NULL;
	return released;
}

/*
 * Where to go on when everything below ack was delivered, though not all of it seen: what is kept
 * without a gap up to ack is scanned yet, together with what will follow it.
 */
static u32 resume(const struct vfw_stream *s, u32 ack)
{
	const struct vfw_piece *p;
	u32 from = ack;
	u32 end = ack;

	for (p = s->first; p && !after(p->seq, ack); p = p->next) {
		if (p == s->first || p->seq != end)
			from = p->seq;
		end = end_of(p);
	}
	return after(ack, end) ? ack : later(earlier(from, ack), s->next);
}

struct vfw_piece *vfw_stream_ack(struct vfw_stream *s, u32 ack, u32 window, bool *gap)
{
	bool one_more = s->flags & VFW_STREAM_F_FIN && ack == s->next + 1;
	struct vfw_piece *released;
	u32 next = s->next;

	*gap = false;
	/* next stands still from then on, and what is compared with it must not run 2 GiB away */
	if (vfw_stream_done(s))
		return NULL;
	if (!(s->flags & VFW_STREAM_F_STARTED) ||
	    (s->flags & VFW_STREAM_F_ACKED && after(s->acked, ack)))
		return NULL;
	if (!(s->flags & VFW_STREAM_F_EDGE) || after(ack + window, s->edge))
		s->edge = ack + window;
	s->acked = ack;
	s->flags |= VFW_STREAM_F_ACKED | VFW_STREAM_F_EDGE;
	if (after(ack, s->next) && !(s->flags & VFW_STREAM_F_DEPTH)) {
		*gap = !one_more && !(s->flags & (VFW_STREAM_F_MIDWAY | VFW_STREAM_F_HOLES));
		s->next = one_more ? ack : resume(s, ack);
	}
	released = release(s);
	if (after(ack, s->start) && ack - s->start >= MIDWAY_BYTES)
		s->flags &= ~VFW_STREAM_F_MIDWAY;
	/* what is released is none of it */
	if (s->next != next)
		count_early(s);
	return released;
}

void vfw_stream_missed(struct vfw_stream *s)
{
	s->flags |= VFW_STREAM_F_HOLES;
}

struct vfw_piece *vfw_stream_end(struct vfw_stream *s)
{
	struct vfw_piece *all = s->first;

	memset(s, 0, sizeof(*s));
	return all;
}
