/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The order of one direction of a TCP conversation, for one who scans it between its ends and
 * holds nothing back. Every segment is let pass or dropped at once; still, whatever the
 * receiver can deliver to its application has been scanned before, in order.
 *
 * The invariant: for each position of the stream that the receiver has not acknowledged, every
 * byte that was let pass there is one and the same, and is kept; and no byte that could
 * be delivered, because all before it were let pass too, is unscanned. So
 *  - a segment ahead of a gap passes and is kept: the receiver cannot deliver it;
 *  - the segment that fills the gap is the gate: it is scanned with all that is kept behind it
 *    before it passes, or is dropped and the gap stays;
 *  - a copy that differs from what was let pass before is dropped, whichever of the two
 *    the receiver would have taken, or had already thrown away (RFC 7323 5, no room): so a
 *    segment it refused never stands for the one it delivers;
 *  - what is acknowledged is forgotten: the receiver ignores all copies of it. Only the
 *    receiver's own word counts for that, never that time went by or room was short.
 * docs/streams.md has the cases one by one.
 *
 * Two phases, so that nothing is published before the scan has spoken: plan, scan the spans it
 * gives, and commit, or drop the segment without. The stream of a conversation that was found
 * running (midway) is special while pieces may be under way that nobody saw: it takes
 * nothing ahead of a gap, and what the receiver acknowledges unseen is skipped. Behind 16 MiB
 * acknowledged it is like all others.
 *
 * What the caller does before it asks, for either side:
 *  - vfw_tcpstate_step() has taken the segment as one of the conversation;
 *  - IP and TCP lengths are checked, and the TCP checksum is right, or is not in the segment
 *    yet (CHECKSUM_PARTIAL): a wrong one the receiver ignores, so the caller drops it;
 *  - the acknowledgement of every such segment with ACK and without RST goes to
 *    vfw_stream_ack() of the other direction first, whatever becomes of the segment, once the
 *    conversation is past VFW_TCP_SYN_SENT;
 *  - fragments come whole, a super-frame as one long segment.
 * Nothing here takes a lock or allocates: the caller holds the flow's lock from plan to commit
 * and over every other call, and makes, charges and frees pieces. Sequence numbers are in host order.
 */
#ifndef VFW_CORE_STREAM_H
#define VFW_CORE_STREAM_H

#include "types.h"

/* No receiver's window is larger, RFC 7323 2.3. */
#define VFW_STREAM_WINDOW_MAX (1U << 30)
/* A longer segment than any IPv6 jumbogram that Linux makes. */
#define VFW_STREAM_LEN_MAX (1U << 20)

/* Bytes of the stream that whoever embeds this keeps. Sequence numbers may wrap within it. */
struct vfw_piece {
	struct vfw_piece *next;
	u32 seq; /* of its first byte */
	u32 len; /* never 0 */
};

#define VFW_STREAM_F_STARTED (1U << 0) /* all fields are valid but for those below */
#define VFW_STREAM_F_ACKED (1U << 1) /* acked is valid */
#define VFW_STREAM_F_EDGE (1U << 2) /* edge is valid */
#define VFW_STREAM_F_MIDWAY (1U << 3) /* found running, and not yet 16 MiB on */
#define VFW_STREAM_F_FIN (1U << 4) /* a FIN was let pass: an acknowledgement may be one ahead */
#define VFW_STREAM_F_DEPTH (1U << 5) /* as much is scanned as shall be */
#define VFW_STREAM_F_HOLES (1U << 6) /* something ahead of a gap was let pass and not kept */

/* Zeroed: not started, nothing kept. Fields are for reading only. */
struct vfw_stream {
	struct vfw_piece *first; /* kept pieces by sequence number, disjoint */
	struct vfw_piece *last;
	u64 scanned; /* bytes; may be more than the stream has, when midway goes back */
	u32 next; /* first byte not yet scanned */
	u32 acked; /* first byte the receiver has not acknowledged */
	u32 edge; /* highest end of the receiver's window */
	u32 start; /* first byte ever scanned */
	u32 depth; /* bytes to scan, 0: all */
	u32 kept; /* bytes in pieces */
	u32 early; /* those of them from next on */
	u16 n_kept; /* pieces */
	u16 n_early;
	u32 flags; /* VFW_STREAM_F_* */
};

/*
 * Bounds of what one direction may keep: half of either for what is out of order. A segment that
 * begins with the very byte the receiver waits for may exceed them by itself, but then none more.
 */
struct vfw_stream_limit {
	u32 bytes; /* up to VFW_STREAM_WINDOW_MAX */
	u32 pieces; /* up to 32768; each plan may walk over all of them */
};

/* A segment as it came. */
struct vfw_stream_seg {
	u32 seq;
	u32 len; /* payload bytes, up to VFW_STREAM_LEN_MAX */
	u8 flags; /* VFW_TCP_* */
};

enum vfw_stream_verdict {
	VFW_STREAM_PASS, /* scan the spans; without a hit commit, and let it pass */
	VFW_STREAM_CONFLICT, /* it differs from what was let pass before */
	VFW_STREAM_UNKNOWN, /* it may differ: what was let pass was not kept (commit without piece) */
	VFW_STREAM_EARLY, /* ahead of a gap, midway */
	VFW_STREAM_WINDOW, /* begins behind the receiver's window, which will ignore it */
	VFW_STREAM_FULL, /* what would have to be kept is over the limit */
};

/*
 * What to do with a segment. In prevent mode all but PASS means drop it, and do not commit. In
 * detect mode, or where the profile says so about UNKNOWN and FULL, one may scan and commit all the
 * same and let it pass: where two copies differ the first is scanned and the second
 * kept. A FULL one is committed without piece.
 */
struct vfw_stream_plan {
	enum vfw_stream_verdict verdict;
	/*
	 * It carries URG (alone, with data, or for data to come): the receiver takes one byte
	 * out of the stream, unless the application wants it inline, and nothing in the segment
	 * tells. In prevent mode it must not pass so: take URG and the pointer away or drop it.
	 */
	bool urgent;
	/* Keep these bytes of it, if keep_len is not 0: vfw_stream_commit() takes the piece. */
	u32 keep_seq;
	u32 keep_off; /* the same, from the segment's first payload byte */
	u32 keep_len;
	/* The rest belongs to stream.c. */
	bool fin;
	u32 seq; /* of the segment's first payload byte */
	u32 low; /* its bytes that count are [low, high) */
	u32 high;
	u32 from; /* [from, to) is to be scanned */
	u32 to;
	u32 pos; /* how far vfw_stream_span() is in that */
	struct vfw_piece *at;
	struct vfw_piece **link; /* where the new piece goes */
};

/* Bytes to scan: of a kept piece, or of the segment itself when piece is NULL. */
struct vfw_stream_span {
	struct vfw_piece *piece;
	u32 off; /* from the piece's or the segment's first payload byte */
	u32 len; /* never 0 */
};

/*
 * Are len bytes of the segment from seg_off on, the same as those of the piece from piece_off
 * on? Both lie inside. Called from vfw_stream_plan() only, for each piece at most once.
 */
typedef bool (*vfw_stream_same_fn)(void *arg, u32 seg_off, const struct vfw_piece *piece,
				   u32 piece_off, u32 len);

/*
 * Starts a stream that is zeroed or was ended. seq: of its first byte, behind the SYN; midway:
 * of the first byte seen. depth: bytes to scan, 0 for all. A SYN that begins anew with
 * another number means vfw_stream_end() and start, as struct vfw_tcp_side's start tells.
 */
void vfw_stream_start(struct vfw_stream *s, u32 seq, u32 depth, bool midway);

/* From now on depth bytes are to be scanned (0: all), unless it has come to its depth already. */
static inline void vfw_stream_deepen(struct vfw_stream *s, u32 depth)
{
	if (!(s->flags & VFW_STREAM_F_DEPTH))
		s->depth = depth;
}

/*
 * Fills *plan for a segment. s stays as it is, and must, until plan is committed or left. Takes
 * time in proportion to the pieces kept, but for what comes in order; same() costs besides.
 */
void vfw_stream_plan(struct vfw_stream *s, struct vfw_stream_plan *plan,
		     const struct vfw_stream_seg *seg, const struct vfw_stream_limit *limit,
		     vfw_stream_same_fn same, void *arg);

/* Gives the next span to scan, in the stream's order; false, *span untouched, behind the last. */
bool vfw_stream_span(struct vfw_stream_plan *plan, struct vfw_stream_span *span);

/*
 * Takes the segment as let pass and the plan's spans as scanned. piece holds the bytes from
 * keep_seq on, keep_len of them (its fields are set here), and is the stream's until it comes
 * back from here, vfw_stream_ack() or vfw_stream_end(). NULL if there is none to keep, or if
 * it cannot be kept: then what is in order counts as scanned and copies of it will be
 * UNKNOWN; what is ahead of a gap is forgotten, and the receiver may come to deliver it
 * unscanned: from then on no acknowledgement is a gap. Returns a list of pieces the new one
 * replaces, the caller's again, or NULL.
 */
struct vfw_piece *vfw_stream_commit(struct vfw_stream *s, const struct vfw_stream_plan *plan,
				    struct vfw_piece *piece);

/*
 * A segment was let pass without a plan, for want of time: as one ahead of a gap that was committed
 * without its piece.
 */
void vfw_stream_missed(struct vfw_stream *s);

/*
 * The receiver acknowledges all below ack, and takes window more bytes, scaled (if its scale
 * is unknown: as if it were 14; in a SYN or SYN-ACK none). Returns a list of pieces that
 * need not be kept any more, the caller's again, or NULL. *gap: it has acknowledged bytes that were
 * not scanned. It cannot have them by way of this host: in prevent mode cut the flow. Otherwise
 * go on. Never midway, where something was not kept, nor beyond the depth. Where next has moved, the
 * stream continues there, without what was missed: the scan begins anew.
 */
struct vfw_piece *vfw_stream_ack(struct vfw_stream *s, u32 ack, u32 window, bool *gap);

/*
 * True when the stream needs no more looking at: it is scanned up to its depth, and all of that is
 * acknowledged, so that no copy of it can be delivered any more. Asked for every frame.
 */
static inline bool vfw_stream_done(const struct vfw_stream *s)
{
	return s->flags & VFW_STREAM_F_DEPTH && s->flags & VFW_STREAM_F_ACKED &&
	       (int)(s->next - s->acked) <= 0;
}

/* Ends the stream and zeroes it. Returns all pieces, the caller's again, or NULL. */
struct vfw_piece *vfw_stream_end(struct vfw_stream *s);

#endif /* VFW_CORE_STREAM_H */
