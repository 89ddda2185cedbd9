// SPDX-License-Identifier: GPL-2.0
#include "track.h"

#include <stdlib.h>
#include <sys/random.h>

#define SECOND 1000000ULL
#define IDLE_OTHER (300 * SECOND)
#define IDLE_NEW (60 * SECOND)

struct vfw_track {
	bool midstream;
	vfw_track_inspect_fn inspect;
	vfw_track_over_fn over; /* or NULL */
	void *ctx;
	struct vfw_track_flow **slots;
	size_t n, size; /* a power of two */
	struct vfw_track_flow *oldest, *newest;
	u64 secret[2];
	u64 ids;
};

static const struct vfw_stream_limit stream_limit = {.bytes = 8U << 20, .pieces = 65535};

struct vfw_track *vfw_track_new(bool midstream, vfw_track_inspect_fn inspect, void *ctx)
{
	struct vfw_track *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->midstream = midstream;
	t->inspect = inspect;
	t->ctx = ctx;
	t->size = 1024;
	t->slots = calloc(t->size, sizeof(*t->slots));
	if (!t->slots || getrandom(t->secret, sizeof(t->secret), 0) != sizeof(t->secret)) {
		free(t->slots);
		free(t);
		return NULL;
	}
	return t;
}

void vfw_track_on_over(struct vfw_track *t, vfw_track_over_fn over)
{
	t->over = over;
}

static void free_pieces(struct vfw_piece *p)
{
	while (p) {
		struct vfw_piece *next = p->next;

		free(p); /* the first member of what was allocated */
		p = next;
	}
}

static void free_flow(struct vfw_track_flow *f)
{
	int side;

	for (side = 0; side < 2; side++) {
		free_pieces(vfw_stream_end(&f->stream[side]));
		free(f->window[side].bytes);
	}
	free(f->bits);
	free(f->once);
	free(f);
}

void vfw_track_free(struct vfw_track *t)
{
	if (!t)
		return;
	while (t->oldest) {
		struct vfw_track_flow *f = t->oldest;

		t->oldest = f->newer;
		free_flow(f);
	}
	free(t->slots);
	free(t);
}

void vfw_track_consume(struct vfw_track_window *w, u32 len)
{
	if (len > w->len)
		len = w->len;
	memmove(w->bytes, w->bytes + len, w->len - len);
	w->len -= len;
	w->fed -= len < w->fed ? len : w->fed;
}

/* Inspects all that the window holds. */
static void flush(struct vfw_track *t, struct vfw_track_flow *f, unsigned int side, u64 time)
{
	struct vfw_track_window *w = &f->window[side];

	if (!w->len)
		return;
	t->inspect(t->ctx, f, side, w->bytes, w->len, time);
	w->len = w->fed = 0;
}

static void append(struct vfw_track_window *w, const u8 *bytes, u32 len)
{
	if (w->len + len > w->room) {
		u32 room = w->room ? w->room : 4096;
		u8 *more;

		while (room < w->len + len)
			room *= 2;
		more = realloc(w->bytes, room);
		if (!more)
			return;
		w->bytes = more;
		w->room = room;
	}
	memcpy(w->bytes + w->len, bytes, len);
	w->len += len;
}

/*
 * Bytes kept ahead of a gap that nobody will fill: each run of them is a window of its own. With
 * ack those runs only that end before it: one that reaches it, the stream itself goes on with.
 */
static void flush_early(struct vfw_track *t, struct vfw_track_flow *f, unsigned int side, u64 time,
			const u32 *ack)
{
	struct vfw_stream *s = &f->stream[side];
	struct vfw_piece *p = s->first, *q;
	u32 end;

	while (p) {
		end = p->seq;
		for (q = p; q && q->seq == end; q = q->next)
			end = q->seq + q->len;
		if (ack && (int)(end - *ack) >= 0)
			return;
		for (; p != q; p = p->next)
			if ((int)(p->seq - s->next) >= 0)
				append(&f->window[side], ((struct vfw_track_piece *)p)->bytes,
				       p->len);
		f->window[side].torn = true;
		flush(t, f, side, time);
	}
}

static void end_tcp(struct vfw_track *t, struct vfw_track_flow *f, u64 time)
{
	unsigned int side;

	f->established = f->was_established;
	for (side = 0; side < 2; side++) {
		flush(t, f, side, time);
		if (f->stream[side].flags & VFW_STREAM_F_STARTED)
			flush_early(t, f, side, time, NULL);
		free_pieces(vfw_stream_end(&f->stream[side]));
		f->window[side].torn = false;
	}
	f->tcp_open = false;
	if (t->over)
		t->over(t->ctx, f);
}

void vfw_track_end(struct vfw_track *t, u64 time)
{
	struct vfw_track_flow *f;

	for (f = t->oldest; f; f = f->newer)
		end_tcp(t, f, time);
}

static size_t slot_of(const struct vfw_track *t, const struct vfw_flow_key *key)
{
	return vfw_flowkey_hash(key, t->secret) & (t->size - 1);
}

static void grow(struct vfw_track *t)
{
	size_t i, was = t->size;
	struct vfw_track_flow **old = t->slots, **more = calloc(2 * was, sizeof(*more));

	if (!more)
		return;
	t->slots = more;
	t->size = 2 * was;
	for (i = 0; i < was; i++) {
		while (old[i]) {
			struct vfw_track_flow *f = old[i];
			size_t at = slot_of(t, &f->key);

			old[i] = f->next;
			f->next = t->slots[at];
			t->slots[at] = f;
		}
	}
	free(old);
}

static void remove_flow(struct vfw_track *t, struct vfw_track_flow *f)
{
	struct vfw_track_flow **at = &t->slots[slot_of(t, &f->key)];

	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	if (f->older)
		f->older->newer = f->newer;
	else
		t->oldest = f->newer;
	if (f->newer)
		f->newer->older = f->older;
	else
		t->newest = f->older;
	t->n--;
	free_flow(f);
}

static bool is_idle(const struct vfw_track_flow *f, u64 time)
{
	u64 most = IDLE_OTHER;

	if (time <= f->last)
		return false;
	if (f->key.proto == VFW_PROTO_TCP)
		most = f->was_established ? 2 * IDLE_OTHER : IDLE_NEW;
	return time - f->last > most;
}

static struct vfw_track_flow *find(struct vfw_track *t, const struct vfw_flow_key *key, u64 time)
{
	struct vfw_track_flow *f;

	for (f = t->slots[slot_of(t, key)]; f; f = f->next)
		if (vfw_flowkey_equal(&f->key, key))
			break;
	if (f && is_idle(f, time)) {
		end_tcp(t, f, time);
		remove_flow(t, f);
		f = NULL;
	}
	return f;
}

static struct vfw_track_flow *add(struct vfw_track *t, const struct vfw_flow_key *key, u64 time)
{
	struct vfw_track_flow *f = calloc(1, sizeof(*f));
	size_t at;

	if (!f)
		return NULL;
	if (t->n >= t->size)
		grow(t);
	at = slot_of(t, key);
	f->key = *key;
	f->id = ++t->ids;
	f->began = time;
	f->next = t->slots[at];
	t->slots[at] = f;
	f->older = t->newest;
	if (t->newest)
		t->newest->newer = f;
	else
		t->oldest = f;
	t->newest = f;
	t->n++;
	return f;
}

struct bytes {
	const u8 *payload;
	u8 *merged; /* a copy of the payload, NULL where none is needed */
	const struct vfw_stream *stream;
	struct vfw_track_window *window;
};

static bool same(void *arg, u32 seg_off, const struct vfw_piece *piece, u32 piece_off, u32 len)
{
	const struct bytes *b = arg;

	return !memcmp(b->payload + seg_off,
		       ((const struct vfw_track_piece *)piece)->bytes + piece_off, len);
}

static bool is_acknowledged(const struct vfw_stream *s, u32 seq)
{
	return s->flags & VFW_STREAM_F_ACKED && (int)(seq - s->acked) < 0;
}

/*
 * Two copies differ: as Suricata takes it, those of the segment that begins first count, but what was acknowledged stays.
 * All copies agree then.
 */
static bool merge(void *arg, u32 seg_off, const struct vfw_piece *piece, u32 piece_off, u32 len)
{
	const struct bytes *b = arg;
	u8 *kept = ((struct vfw_track_piece *)piece)->bytes + piece_off;
	int at = (int)(b->window->len - (b->window->seq - piece->seq));

	if (!seg_off || piece_off || is_acknowledged(b->stream, piece->seq)) {
		memcpy(b->merged + seg_off, kept, len);
		return true;
	}
	memcpy(kept, b->merged + seg_off, len);
	/* delivered, and not asked yet */
	if (at >= 0 && (u32)at < b->window->len)
		memcpy(b->window->bytes + at, kept,
		       len < b->window->len - (u32)at ? len : b->window->len - (u32)at);
	return true;
}

/* Takes a segment's payload into the stream. Returns whether it is the stream's business from here on. */
static bool take_segment(struct vfw_track_flow *f, unsigned int side, const struct vfw_frame *frame,
			 const u8 *payload, u32 len)
{
	struct vfw_stream *s = &f->stream[side];
	struct vfw_stream_seg seg = {.seq = frame->tcp_seq, .len = len, .flags = frame->tcp_flags};
	struct vfw_track_piece *piece = NULL;
	struct vfw_stream_span span;
	struct vfw_stream_plan plan;
	struct bytes b = {.payload = payload, .stream = s, .window = &f->window[side]};
	bool taken = false;

	/* what ends before the last acknowledgement is a packet by itself: Suricata's stream takes nothing of it */
	if (len && is_acknowledged(s, seg.seq + len))
		return false;
	vfw_stream_plan(s, &plan, &seg, &stream_limit, same, &b);
	if (plan.verdict == VFW_STREAM_CONFLICT) {
		b.merged = malloc(len);
		if (!b.merged)
			return true;
		memcpy(b.merged, payload, len);
		payload = b.merged;
		vfw_stream_plan(s, &plan, &seg, &stream_limit, merge, &b);
	}
	if (plan.verdict != VFW_STREAM_PASS)
		goto out;
	if (plan.keep_len) {
		piece = malloc(sizeof(*piece) + plan.keep_len);
		if (!piece)
			goto out;
		memcpy(piece->bytes, payload + plan.keep_off, plan.keep_len);
	}
	while (vfw_stream_span(&plan, &span))
		append(&f->window[side],
		       span.piece ? ((struct vfw_track_piece *)span.piece)->bytes + span.off
				  : payload + span.off,
		       span.len);
	free_pieces(vfw_stream_commit(s, &plan, piece ? &piece->piece : NULL));
	f->window[side].seq = s->next;
	taken = true;
out:
	free(b.merged);
	return taken;
}

/* The receiver's word about the other direction. */
static void take_ack(struct vfw_track *t, struct vfw_track_flow *f, unsigned int side,
		     const struct vfw_frame *frame, u64 time)
{
	struct vfw_stream *s = &f->stream[!side];
	bool gap, fin;

	if (!(s->flags & VFW_STREAM_F_STARTED))
		return;
	/* a FIN without bytes is no matter of the stream, and its number is no gap */
	fin = f->tcp.side[!side].flags & VFW_TCP_SIDE_FIN && frame->tcp_ack == s->next + 1;
	/* what lies in gaps that the acknowledgement passes over is looked at before it goes */
	if ((int)(frame->tcp_ack - s->next) > 0) {
		flush(t, f, !side, time);
		flush_early(t, f, !side, time, &frame->tcp_ack);
	}
	free_pieces(vfw_stream_ack(s, frame->tcp_ack, (u32)frame->tcp_win << 14, &gap));
	f->window[!side].torn |= gap && !fin;
}

static void start_streams(struct vfw_track_flow *f, const struct vfw_frame *frame,
			  unsigned int side, bool midway)
{
	u32 syn = frame->tcp_flags & VFW_TCP_SYN ? 1 : 0;

	if (!(f->stream[side].flags & VFW_STREAM_F_STARTED)) {
		vfw_stream_start(&f->stream[side], frame->tcp_seq + syn, VFW_TRACK_DEPTH, midway);
		f->window[side].seq = frame->tcp_seq + syn;
	}
}

/* Bytes of the window that the receiver has acknowledged. */
static u32 acknowledged(const struct vfw_track_flow *f, unsigned int side)
{
	const struct vfw_stream *s = &f->stream[side];
	const struct vfw_track_window *w = &f->window[side];
	int ahead;

	if (!(s->flags & VFW_STREAM_F_ACKED))
		return 0;
	ahead = (int)(w->seq - s->acked);
	if (ahead <= 0)
		return w->len;
	return (u32)ahead >= w->len ? 0 : w->len - (u32)ahead;
}

bool vfw_track_closed(const struct vfw_track_flow *flow)
{
	return flow->tcp_open &&
	       (flow->tcp.state == VFW_TCP_CLOSE || flow->tcp.state == VFW_TCP_TIME_WAIT);
}

u32 vfw_track_ready(const struct vfw_track_flow *flow, unsigned int side)
{
	return vfw_track_closed(flow) ? flow->window[side].len : acknowledged(flow, side);
}

/* Options of a TCP header that decide whether its payload counts. */
struct options {
	bool has_ts, fast_open;
	u32 ts;
};

static void read_options(const struct vfw_frame *f, const u8 *frame, struct options *o)
{
	u32 at = f->l4_off + 20;

	memset(o, 0, sizeof(*o));
	while (at < f->payload_off && frame[at]) {
		u32 left = f->payload_off - at, size;

		if (frame[at] == 1) {
			at++;
			continue;
		}
		if (left < 2 || frame[at + 1] < 2 || frame[at + 1] > left)
			return;
		size = frame[at + 1];
		if (frame[at] == 8 && size == 10) {
			o->has_ts = true;
			o->ts = vfw_get32(frame + at + 2);
		}
		/* RFC 7413 4.1.1, and its experimental number */
		if (frame[at] == 34 ||
		    (frame[at] == 254 && size >= 4 && vfw_get16(frame + at + 2) == 0xf989))
			o->fast_open = true;
		at += size;
	}
}

/* A segment older than what its sender sent already: the receiver drops it, RFC 7323 5. */
static bool is_old(struct vfw_track_flow *f, unsigned int side, const struct vfw_frame *frame,
		   const struct options *o)
{
	bool old;

	if (!o->has_ts || frame->tcp_flags & VFW_TCP_RST)
		return false;
	old = f->has_ts[side] && (int)(o->ts - f->ts[side]) < 0;
	if (!old) {
		f->has_ts[side] = true;
		f->ts[side] = o->ts;
	}
	return old;
}

static void take_tcp(struct vfw_track *t, struct vfw_track_flow *f, unsigned int side,
		     const struct vfw_frame *frame, const u8 *bytes, u32 len, u64 time,
		     struct vfw_track_result *r)
{
	const u8 *payload = bytes + frame->payload_off;
	struct options options;
	bool midway = false, over;

	read_options(frame, bytes, &options);
	if (f->tcp_open && !(frame->tcp_flags & VFW_TCP_SYN) && is_old(f, side, frame, &options))
		return;
	if (f->tcp_open) {
		enum vfw_tcp_step step = vfw_tcpstate_step(&f->tcp, frame, len, side);

		if (step == VFW_TCP_STEP_INVALID)
			return;
		if (step == VFW_TCP_STEP_REOPEN) {
			end_tcp(t, f, time);
			memset(&f->tcp, 0, sizeof(f->tcp));
			f->was_established = f->established = false;
			memset(f->has_ts, 0, sizeof(f->has_ts));
			f->opener = side ? !f->opener : f->opener;
			side = 0;
			r->side = 0;
		}
	}
	if (!f->tcp_open) {
		midway = !(frame->tcp_flags & VFW_TCP_SYN);
		if (!vfw_tcpstate_open(&f->tcp, frame, len, t->midstream))
			return;
		f->tcp_open = true;
	}
	if (frame->tcp_flags & VFW_TCP_SYN)
		is_old(f, side, frame, &options);
	if (f->tcp.state >= VFW_TCP_ESTABLISHED && f->tcp.state != VFW_TCP_CLOSE)
		f->was_established = true;
	start_streams(f, frame, side,
		      midway || (t->midstream && !(frame->tcp_flags & VFW_TCP_SYN)));
	if (frame->tcp_flags & VFW_TCP_ACK && f->tcp.state != VFW_TCP_SYN_SENT)
		take_ack(t, f, side, frame, time);
	/* what a reset carries is a reason for people; a SYN's data counts with Fast Open alone */
	if (len && !(frame->tcp_flags & VFW_TCP_RST) &&
	    (!(frame->tcp_flags & VFW_TCP_SYN) || options.fast_open))
		r->in_stream = take_segment(f, side, frame, payload, len);
	r->ready = vfw_track_ready(f, side);
	/*
	 * what a FIN meets is asked as far as it was acknowledged, the rest when the conversation is over; but a server's FIN with
	 * bytes lets all wait, in Suricata
	 */
	over = vfw_track_closed(f) || (frame->tcp_flags & VFW_TCP_FIN && (!side || !len));
	r->inspect = r->ready >= (over ? 1 : VFW_TRACK_CHUNK);
}

static u8 opener_of(const struct vfw_track *t, const struct vfw_frame *f, u8 sender)
{
	/* who answers has the well-known port, when the beginning was not seen */
	bool answers = f->proto == VFW_PROTO_TCP &&
		       (f->tcp_flags & (VFW_TCP_SYN | VFW_TCP_ACK)) == (VFW_TCP_SYN | VFW_TCP_ACK);

	if (t->midstream && f->proto == VFW_PROTO_TCP && !(f->tcp_flags & VFW_TCP_SYN))
		answers = f->sport < 1024 && f->dport >= 1024;
	return answers ? !sender : sender;
}

void vfw_track_packet(struct vfw_track *t, const struct vfw_frame *f, const u8 *frame, u64 time,
		      struct vfw_track_result *r)
{
	u16 vlan = f->n_tags ? f->tci[f->n_tags - 1] & 0xfff : 0;
	u32 len = f->end > f->payload_off ? f->end - f->payload_off : 0;
	struct vfw_track_flow *flow;
	struct vfw_flow_key key;
	int made;

	memset(r, 0, sizeof(*r));
	made = vfw_flowkey_make(&key, f, VFW_END_EXTERNAL, VFW_END_EXTERNAL, 0, vlan);
	if (made < 0)
		return;
	flow = find(t, &key, time);
	if (!flow) {
		flow = add(t, &key, time);
		if (!flow)
			return;
		flow->opener = opener_of(t, f, !!(made & VFW_FLOWKEY_SIDE));
	}
	r->flow = flow;
	r->side = !!(made & VFW_FLOWKEY_SIDE) != flow->opener;
	flow->last = time;
	/* the segment that ends the handshake still belongs to it */
	flow->established = flow->was_established;
	if (f->proto == VFW_PROTO_TCP && f->flags & VFW_FRAME_F_L4)
		take_tcp(t, flow, r->side, f, frame, len, time, r);
	flow->packets[r->side]++;
	flow->bytes[r->side] += f->end;
	flow->frame[r->side] = *f;
}

bool vfw_track_established(const struct vfw_track_flow *flow)
{
	if (flow->key.proto == VFW_PROTO_TCP)
		return flow->established;
	return flow->packets[0] && flow->packets[1];
}
