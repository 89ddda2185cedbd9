/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flows of a capture, and what their two directions of TCP deliver, by the same core/ as the module:
 * key, TCP state, stream order. Bytes that were delivered gather in a window for each direction until
 * they are inspected.
 */
#ifndef VFW_REPLAY_TRACK_H
#define VFW_REPLAY_TRACK_H

#include "core/flowkey.h"
#include "core/stream.h"
#include "core/tcpstate.h"

#define VFW_TRACK_DEPTH (1U << 20) /* bytes of each direction that are inspected */
#define VFW_TRACK_CHUNK 2560 /* acknowledged bytes that are inspected at once */

/* A copy of bytes in a stream's keeping. */
struct vfw_track_piece {
	struct vfw_piece piece;
	u8 bytes[];
};

struct vfw_track_window {
	u8 *bytes;
	u32 len, room;
	u32 fed; /* of len: what the user's parser has had, the user's business */
	u32 seq; /* of the byte behind the last one */
	bool torn; /* somewhere before these bytes others were never seen */
};

struct vfw_track_flow {
	struct vfw_track_flow *next; /* in its slot */
	struct vfw_track_flow *older, *newer; /* in order of their begin */
	struct vfw_flow_key key;
	u64 id;
	u64 began, last; /* microseconds */
	u64 packets[2], bytes[2]; /* by side: 0 from who opened */
	u8 opener; /* key side that opened */
	bool tcp_open;
	bool was_established;
	bool established; /* it was before the packet at hand */
	u64 closed; /* number of the packet behind which no rule is asked any more; 0: none */
	bool has_ts[2]; /* ts is valid */
	u32 ts[2]; /* the newest timestamp each side has sent */
	struct vfw_tcp tcp;
	struct vfw_stream stream[2];
	struct vfw_track_window window[2];
	u8 *bits; /* flowbits, owned; NULL: none set */
	u8 *once; /* signatures that were asked once, two bits each; owned */
	void *own; /* the user's, see vfw_track_on_over() */
	struct vfw_frame frame[2]; /* the last one of each side, for what is inspected at the end */
};

/* Called with a window's first len bytes to be inspected, which then are given up. */
typedef void (*vfw_track_inspect_fn)(void *ctx, struct vfw_track_flow *flow, unsigned int side,
				     const u8 *bytes, u32 len, u64 time);

struct vfw_track;

/* Returns NULL when there is no memory; the caller owns the result. */
struct vfw_track *vfw_track_new(bool midstream, vfw_track_inspect_fn inspect, void *ctx);

/* Called with a flow that is over, all of it inspected; the same one may begin a new conversation after that. */
typedef void (*vfw_track_over_fn)(void *ctx, struct vfw_track_flow *flow);

/* From now on over is told of flows' ends, with the context of inspect. */
void vfw_track_on_over(struct vfw_track *t, vfw_track_over_fn over);

/* Frees it without inspecting anything more. */
void vfw_track_free(struct vfw_track *t);

/* What became of a packet. */
struct vfw_track_result {
	struct vfw_track_flow *flow; /* NULL: it belongs to none. Valid until the next call */
	unsigned int side;
	bool in_stream; /* its payload is the stream's business */
	bool inspect; /* of its direction: ready bytes of the window are to be inspected now */
	u32 ready;
};

/*
 * Takes a packet of `have' bytes, whole, at time (microseconds). Windows of flows that end meanwhile are
 * inspected.
 */
void vfw_track_packet(struct vfw_track *t, const struct vfw_frame *f, const u8 *frame, u64 time,
		      struct vfw_track_result *r);

/* Bytes of a side's window that the other one has acknowledged; all when the conversation is closed. */
u32 vfw_track_ready(const struct vfw_track_flow *flow, unsigned int side);

/* Is TCP through with it: both have ended, or one has reset it? */
bool vfw_track_closed(const struct vfw_track_flow *flow);

/* Gives up the first len bytes of a window, which were inspected. */
void vfw_track_consume(struct vfw_track_window *w, u32 len);

/* Ends all flows: what their windows still hold is inspected. */
void vfw_track_end(struct vfw_track *t, u64 time);

/* Is the conversation one: TCP past its handshake, others once both sides have spoken. */
bool vfw_track_established(const struct vfw_track_flow *flow);

#endif /* VFW_REPLAY_TRACK_H */
