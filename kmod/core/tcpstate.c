// SPDX-License-Identifier: GPL-2.0
#include "tcpplain.h"
#include "tcpstate.h"

#define IN_FLIGHT_MAX (0xffffU << VFW_TCP_SCALE_MAX)

static const struct {
	const char *name;
	u32 timeout; /* seconds */
} states[VFW_TCP_STATE_COUNT] = {
	[VFW_TCP_NONE] = {"none", 0},
	[VFW_TCP_SYN_SENT] = {"syn-sent", 60},
	[VFW_TCP_SYN_RECV] = {"syn-recv", 60},
	[VFW_TCP_ESTABLISHED] = {"established", 5 * 24 * 3600},
	[VFW_TCP_FIN_WAIT] = {"fin-wait", 120},
	[VFW_TCP_CLOSE_WAIT] = {"close-wait", 120},
	[VFW_TCP_LAST_ACK] = {"last-ack", 30},
	[VFW_TCP_TIME_WAIT] = {"time-wait", 120},
	[VFW_TCP_CLOSE] = {"close", 10},
};

enum packet {
	PACKET_SYN,
	PACKET_SYN_ACK,
	PACKET_ACK,
	PACKET_FIN, /* with ACK */
	PACKET_RST,
	PACKET_BAD, /* no TCP sends such a combination */
};

static enum packet classify(u8 flags)
{
	switch (flags & (VFW_TCP_SYN | VFW_TCP_ACK | VFW_TCP_FIN | VFW_TCP_RST)) {
	case VFW_TCP_SYN:
		return PACKET_SYN;
	case VFW_TCP_SYN | VFW_TCP_ACK:
		return PACKET_SYN_ACK;
	case VFW_TCP_ACK:
		return PACKET_ACK;
	case VFW_TCP_FIN | VFW_TCP_ACK:
		return PACKET_FIN;
	case VFW_TCP_RST:
	case VFW_TCP_RST | VFW_TCP_ACK:
		return PACKET_RST;
	default:
		return PACKET_BAD;
	}
}

/* low <= x <= high in sequence space */
static inline bool between(u32 x, u32 low, u32 high)
{
	return x - low <= high - low;
}

/* The highest acknowledgement that side s has given reason for. */
static u32 sent_upto(const struct vfw_tcp_side *s)
{
	return s->flags & VFW_TCP_SIDE_FIN ? s->fin : s->end;
}

static bool is_over(u32 state)
{
	return state == VFW_TCP_TIME_WAIT || state == VFW_TCP_CLOSE;
}

/* Its FIN was acknowledged, and it is known that this was where it stood. */
static bool is_final_side(const struct vfw_tcp_side *s)
{
	return (s->flags & (VFW_TCP_SIDE_FIN_ACKED | VFW_TCP_SIDE_LOOSE)) == VFW_TCP_SIDE_FIN_ACKED;
}

static bool acks_probe(const struct vfw_tcp *t, u32 ack)
{
	return t->side[0].flags & VFW_TCP_SIDE_PROBE &&
	       between(ack, t->probe, t->probe + t->probe_len);
}

static void note_syn(struct vfw_tcp_side *s, const struct vfw_frame *f, u32 len)
{
	s->start = f->tcp_seq + 1;
	s->end = s->start + len;
	s->maxwin = f->tcp_win; /* a SYN's own window is not scaled, RFC 7323 2.2 */
	s->scale = f->tcp_scale;
	s->flags = VFW_TCP_SIDE_START | VFW_TCP_SIDE_END | (s->flags & VFW_TCP_SIDE_PROBE);
}

/* Both SYNs are known: windows are scaled if both offered it. */
static void agree_scale(struct vfw_tcp *t)
{
	if (t->side[0].scale != VFW_FRAME_NO_SCALE && t->side[1].scale != VFW_FRAME_NO_SCALE)
		return;
	t->side[0].scale = 0;
	t->side[1].scale = 0;
}

static void note_ack(struct vfw_tcp_side *s, u32 ack)
{
	if (!(s->flags & VFW_TCP_SIDE_ACK) || vfw_tcp_after(ack, s->ack))
		s->ack = ack;
	s->flags |= VFW_TCP_SIDE_ACK;
}

/* Side s offers a window of win bytes from ack on. */
static void note_window(struct vfw_tcp_side *s, struct vfw_tcp_side *other, u32 ack, u32 win)
{
	u32 reach = ack + win;

	s->maxwin = vfw_tcp_max(s->maxwin, win);
	if (!(other->flags & VFW_TCP_SIDE_WINDOW) || vfw_tcp_after(reach, other->maxend))
		other->maxend = reach;
	other->flags |= VFW_TCP_SIDE_WINDOW;
}

/* Data and perhaps a FIN of side s; the other side's FIN may be acknowledged by it. */
static void note_data(struct vfw_tcp_side *s, struct vfw_tcp_side *other, const struct vfw_frame *f,
		      u32 len, bool fin)
{
	u32 end = f->tcp_seq + len;
	u32 win = f->tcp_win;

	if (!(s->flags & VFW_TCP_SIDE_END) || vfw_tcp_after(end, s->end))
		s->end = end;
	s->flags |= VFW_TCP_SIDE_END;
	/* behind data that went ahead of it there is no FIN; of who was found running, less is known */
	if (fin && (end == s->end || s->flags & VFW_TCP_SIDE_LOOSE)) {
		if (s->flags & VFW_TCP_SIDE_FIN && s->fin != end + 1)
			s->flags &= (u16)~VFW_TCP_SIDE_FIN_ACKED;
		s->fin = end + 1;
		s->flags |= VFW_TCP_SIDE_FIN;
	} else if (s->flags & VFW_TCP_SIDE_FIN && len && vfw_tcp_after(end, s->fin - 1)) {
		s->flags &= (u16) ~(VFW_TCP_SIDE_FIN | VFW_TCP_SIDE_FIN_ACKED);
	}
	note_ack(s, f->tcp_ack);
	/* reset before its SYN was answered: there is no scale yet */
	if (s->scale <= VFW_TCP_SCALE_MAX)
		win <<= s->scale;
	note_window(s, other, f->tcp_ack, win);
	/* found running: what it acknowledges has been sent */
	if (other->flags & VFW_TCP_SIDE_LOOSE && other->flags & VFW_TCP_SIDE_END &&
	    vfw_tcp_after(f->tcp_ack, sent_upto(other)))
		other->end = f->tcp_ack;
	if (other->flags & VFW_TCP_SIDE_FIN && !vfw_tcp_after(other->fin, f->tcp_ack))
		other->flags |= VFW_TCP_SIDE_FIN_ACKED;
}

/* The state of a conversation whose handshake is done, by its FINs. */
static u8 state_by_fins(const struct vfw_tcp *t)
{
	u32 any = t->side[0].flags | t->side[1].flags;
	u32 all = t->side[0].flags & t->side[1].flags;

	if (all & VFW_TCP_SIDE_FIN)
		return all & VFW_TCP_SIDE_FIN_ACKED ? VFW_TCP_TIME_WAIT : VFW_TCP_LAST_ACK;
	if (any & VFW_TCP_SIDE_FIN)
		return any & VFW_TCP_SIDE_FIN_ACKED ? VFW_TCP_CLOSE_WAIT : VFW_TCP_FIN_WAIT;
	return VFW_TCP_ESTABLISHED;
}

/* Each side has acknowledged the other's SYN. */
static bool handshake_done(const struct vfw_tcp *t)
{
	return t->side[0].flags & t->side[1].flags & VFW_TCP_SIDE_ACK;
}

static void loosen(struct vfw_tcp_side *s)
{
	s->flags &= VFW_TCP_SIDE_FIN | VFW_TCP_SIDE_FIN_ACKED | VFW_TCP_SIDE_PROBE;
	s->flags |= VFW_TCP_SIDE_LOOSE;
	s->scale = VFW_TCP_SCALE_MAX;
}

bool vfw_tcpstate_open(struct vfw_tcp *t, const struct vfw_frame *f, u32 len, bool pickup)
{
	enum packet packet = classify(f->tcp_flags);

	if (packet != PACKET_SYN && !(pickup && (packet == PACKET_ACK || packet == PACKET_FIN)))
		return false;
	memset(t, 0, sizeof(*t));
	if (packet == PACKET_SYN) {
		note_syn(&t->side[0], f, len);
		t->state = VFW_TCP_SYN_SENT;
		return true;
	}
	loosen(&t->side[0]);
	loosen(&t->side[1]);
	note_data(&t->side[0], &t->side[1], f, len, packet == PACKET_FIN);
	t->state = state_by_fins(t);
	return true;
}

void vfw_tcpstate_loosen(struct vfw_tcp *t)
{
	loosen(&t->side[0]);
	loosen(&t->side[1]);
	if (t->state < VFW_TCP_ESTABLISHED)
		t->state = VFW_TCP_ESTABLISHED;
}

void vfw_tcpstate_extend(struct vfw_tcp *t, u32 end, unsigned int side)
{
	struct vfw_tcp_side *s = &t->side[!!side];

	if (!(s->flags & VFW_TCP_SIDE_END) || !vfw_tcp_after(end, s->end))
		return;
	/* its FIN stands behind all of its data */
	if (s->flags & VFW_TCP_SIDE_FIN && s->fin == s->end + 1)
		s->fin = end + 1;
	s->end = end;
}

bool vfw_tcpstate_is_loose(const struct vfw_tcp *t)
{
	return t->side[0].flags & VFW_TCP_SIDE_LOOSE;
}

bool vfw_tcpstate_is_over(const struct vfw_tcp *t)
{
	return is_over(t->state);
}

bool vfw_tcpstate_is_final(const struct vfw_tcp *t)
{
	return is_final_side(&t->side[0]) && is_final_side(&t->side[1]);
}

/* Nobody knows what one that was found running had sent before. */
static bool side_has_sent(const struct vfw_tcp_side *s)
{
	return s->flags & VFW_TCP_SIDE_END &&
	       !(s->flags & VFW_TCP_SIDE_START && s->end == s->start);
}

bool vfw_tcpstate_has_carried(const struct vfw_tcp *t)
{
	return side_has_sent(&t->side[0]) || side_has_sent(&t->side[1]) ||
	       (t->side[0].flags & VFW_TCP_SIDE_PROBE && t->probe_len);
}

/* Does a segment with ACK fit what both sides have said so far? */
static bool fits(const struct vfw_tcp *t, const struct vfw_frame *f, u32 len, unsigned int side)
{
	const struct vfw_tcp_side *s = &t->side[side];
	const struct vfw_tcp_side *other = &t->side[!side];
	u32 sent = sent_upto(other);

	/* the receiver has acknowledged the FIN: it takes nothing behind it any more */
	if (is_final_side(s) && (len || f->tcp_flags & VFW_TCP_FIN) &&
	    vfw_tcp_after(f->tcp_seq + len, s->fin - 1))
		return false;
	if (s->flags & VFW_TCP_SIDE_END) {
		if (s->flags & VFW_TCP_SIDE_WINDOW && vfw_tcp_after(f->tcp_seq, s->maxend))
			return false;
		if (vfw_tcp_after(s->end - other->maxwin - 1, f->tcp_seq + len))
			return false;
	}
	if (other->flags & VFW_TCP_SIDE_END) {
		if (other->flags & VFW_TCP_SIDE_LOOSE && other->flags & VFW_TCP_SIDE_WINDOW &&
		    vfw_tcp_after(other->maxend, sent))
			sent = other->maxend;
		if (vfw_tcp_after(f->tcp_ack, sent))
			return false;
	}
	return !(s->flags & VFW_TCP_SIDE_ACK) ||
	       !vfw_tcp_after(s->ack - vfw_tcp_max(s->maxwin, VFW_TCP_ACK_WINDOW_MIN), f->tcp_ack);
}

/* The opener's SYN. */
static enum vfw_tcp_step step_syn_opener(struct vfw_tcp *t, const struct vfw_frame *f, u32 len)
{
	struct vfw_tcp_side *s = &t->side[0];

	if (s->flags & VFW_TCP_SIDE_START && f->tcp_seq + 1 == s->start) {
		if (t->state == VFW_TCP_SYN_SENT && vfw_tcp_after(s->start + len, s->end))
			s->end = s->start + len;
		return VFW_TCP_STEP_PASS;
	}
	/* The receiver says which it takes: by SYN-ACK, or by a challenge (RFC 5961 4.2). */
	t->probe = f->tcp_seq + 1;
	t->probe_len = len > 0xffff ? 0xffff : (u16)len;
	t->probe_scale = f->tcp_scale;
	s->flags |= VFW_TCP_SIDE_PROBE;
	return VFW_TCP_STEP_PASS;
}

static enum vfw_tcp_step step_syn(struct vfw_tcp *t, const struct vfw_frame *f, u32 len,
				  unsigned int side)
{
	struct vfw_tcp_side *s = &t->side[1];

	if (is_over(t->state))
		return VFW_TCP_STEP_REOPEN;
	if (!side)
		return step_syn_opener(t, f, len);
	if (t->state != VFW_TCP_SYN_SENT)
		return s->flags & VFW_TCP_SIDE_START && f->tcp_seq + 1 == s->start
			       ? VFW_TCP_STEP_PASS
			       : VFW_TCP_STEP_INVALID;
	/* RFC 9293 figure 7: the SYNs cross */
	note_syn(s, f, len);
	s->flags |= VFW_TCP_SIDE_CROSSED;
	note_window(s, &t->side[0], t->side[0].start, f->tcp_win);
	note_window(&t->side[0], s, s->start, t->side[0].maxwin);
	agree_scale(t);
	t->state = VFW_TCP_SYN_RECV;
	return VFW_TCP_STEP_PASS;
}

/* The other side's answer to the opener's SYN. */
static void answer(struct vfw_tcp *t, const struct vfw_frame *f, u32 len)
{
	struct vfw_tcp_side *s = &t->side[1];

	note_syn(s, f, len);
	note_ack(s, f->tcp_ack);
	note_window(s, &t->side[0], f->tcp_ack, f->tcp_win);
	note_window(&t->side[0], s, s->start, t->side[0].maxwin);
	agree_scale(t);
	t->state = VFW_TCP_SYN_RECV;
}

/* The other side has taken the second SYN of the opener: all begins there. */
static void restart(struct vfw_tcp *t, const struct vfw_frame *f, u32 len)
{
	const struct vfw_frame syn = {
		.tcp_seq = t->probe - 1,
		.tcp_win = 0xffff, /* at most */
		.tcp_scale = t->probe_scale,
	};
	u32 syn_len = t->probe_len;

	memset(t, 0, sizeof(*t));
	note_syn(&t->side[0], &syn, syn_len);
	answer(t, f, len);
}

/* Only where both SYNs crossed does the opener send one. */
static enum vfw_tcp_step step_syn_ack_opener(struct vfw_tcp *t, const struct vfw_frame *f)
{
	struct vfw_tcp_side *s = &t->side[0];
	struct vfw_tcp_side *other = &t->side[1];

	if (!(s->flags & other->flags & VFW_TCP_SIDE_START) || f->tcp_seq + 1 != s->start ||
	    !between(f->tcp_ack, other->start, sent_upto(other)))
		return VFW_TCP_STEP_INVALID;
	/* Was the other's SYN an answer, it will not take this one for the end of the handshake. */
	if (t->state == VFW_TCP_SYN_RECV && other->flags & VFW_TCP_SIDE_CROSSED) {
		note_ack(s, f->tcp_ack);
		note_window(s, other, f->tcp_ack, f->tcp_win);
		if (handshake_done(t))
			t->state = state_by_fins(t);
	}
	return VFW_TCP_STEP_PASS;
}

static enum vfw_tcp_step step_syn_ack(struct vfw_tcp *t, const struct vfw_frame *f, u32 len,
				      unsigned int side)
{
	struct vfw_tcp_side *s = &t->side[1];

	if (is_over(t->state))
		return VFW_TCP_STEP_INVALID;
	if (!side)
		return step_syn_ack_opener(t, f);
	if (t->state == VFW_TCP_SYN_SENT) {
		/* it may acknowledge data sent with the SYN, RFC 7413 */
		if (between(f->tcp_ack, t->side[0].start, t->side[0].end)) {
			answer(t, f, len);
			return VFW_TCP_STEP_PASS;
		}
	} else if (s->flags & VFW_TCP_SIDE_START && s->start == f->tcp_seq + 1 &&
		   between(f->tcp_ack, t->side[0].start, sent_upto(&t->side[0]))) {
		if (t->state != VFW_TCP_SYN_RECV)
			return VFW_TCP_STEP_PASS;
		note_ack(s, f->tcp_ack);
		note_window(s, &t->side[0], f->tcp_ack, f->tcp_win);
		if (handshake_done(t))
			t->state = state_by_fins(t);
		return VFW_TCP_STEP_PASS;
	}
	if (!acks_probe(t, f->tcp_ack))
		return VFW_TCP_STEP_INVALID;
	restart(t, f, len);
	return VFW_TCP_STEP_RESTART;
}

/* Would the receiver of a RST take it, RFC 5961 3.2? */
static bool rst_ends(const struct vfw_tcp_side *s, const struct vfw_tcp_side *other, u32 seq)
{
	return (s->flags & VFW_TCP_SIDE_END && seq == s->end) ||
	       (s->flags & VFW_TCP_SIDE_FIN && seq == s->fin) ||
	       (other->flags & VFW_TCP_SIDE_ACK && seq == other->ack);
}

static bool rst_in_window(const struct vfw_tcp_side *s, const struct vfw_tcp_side *other, u32 seq)
{
	u32 high = sent_upto(s);

	if (!(s->flags & VFW_TCP_SIDE_END))
		return true;
	if (s->flags & VFW_TCP_SIDE_WINDOW && vfw_tcp_after(s->maxend, high))
		high = s->maxend;
	if (vfw_tcp_after(seq, high))
		return false;
	if (other->flags & VFW_TCP_SIDE_ACK)
		return !vfw_tcp_after(other->ack, seq);
	return !(s->flags & VFW_TCP_SIDE_START) || !vfw_tcp_after(s->start, seq);
}

static enum vfw_tcp_step step_rst(struct vfw_tcp *t, const struct vfw_frame *f, unsigned int side)
{
	const struct vfw_tcp_side *s = &t->side[side];
	const struct vfw_tcp_side *other = &t->side[!side];
	bool acks = side && f->tcp_flags & VFW_TCP_ACK;
	bool refusal = acks && other->flags & VFW_TCP_SIDE_START &&
		       between(f->tcp_ack, other->start, other->end);

	/* RFC 9293 3.10.7.3: a refusal acknowledges the SYN */
	if (acks && acks_probe(t, f->tcp_ack)) {
		t->state = VFW_TCP_CLOSE;
		return VFW_TCP_STEP_PASS;
	}
	if (t->state == VFW_TCP_SYN_SENT) {
		if (side && !refusal)
			return VFW_TCP_STEP_INVALID;
		t->state = VFW_TCP_CLOSE;
		return VFW_TCP_STEP_PASS;
	}
	if (rst_ends(s, other, f->tcp_seq)) {
		t->state = VFW_TCP_CLOSE;
		return VFW_TCP_STEP_PASS;
	}
	/* the answer may have been lost: then the opener still waits for one */
	if (t->state == VFW_TCP_SYN_RECV && refusal)
		return VFW_TCP_STEP_PASS;
	return rst_in_window(s, other, f->tcp_seq) ? VFW_TCP_STEP_PASS : VFW_TCP_STEP_INVALID;
}

/* A segment with ACK, with fin perhaps. */
static enum vfw_tcp_step step_data(struct vfw_tcp *t, const struct vfw_frame *f, u32 len,
				   unsigned int side, bool fin)
{
	struct vfw_tcp_side *s = &t->side[side];
	struct vfw_tcp_side *other = &t->side[!side];

	/* a bare ACK may be a challenge to the SYN, RFC 5961 4.2 */
	if (t->state == VFW_TCP_SYN_SENT)
		return side && !fin && !len ? VFW_TCP_STEP_PASS : VFW_TCP_STEP_INVALID;
	/* nobody answered its SYN before the reset: what goes on is another conversation, which was not judged */
	if (t->state == VFW_TCP_CLOSE && (!side || fin || len) &&
	    !(t->side[1].flags & (VFW_TCP_SIDE_START | VFW_TCP_SIDE_LOOSE)))
		return VFW_TCP_STEP_INVALID;
	if (!fits(t, f, len, side))
		return VFW_TCP_STEP_INVALID;
	if (t->state == VFW_TCP_SYN_RECV && !between(f->tcp_ack, other->start, sent_upto(other)))
		return VFW_TCP_STEP_INVALID;
	note_data(s, other, f, len, fin);
	/* A reset ends it for all that we know. Whoever did not take it may go on, while it does. */
	if (t->state == VFW_TCP_CLOSE || (t->state == VFW_TCP_SYN_RECV && !handshake_done(t)))
		return VFW_TCP_STEP_PASS;
	t->state = state_by_fins(t);
	return VFW_TCP_STEP_PASS;
}

static __attribute__((__noinline__)) enum vfw_tcp_step
step_any(struct vfw_tcp *t, const struct vfw_frame *f, u32 len, unsigned int side)
{
	if (t->state == VFW_TCP_NONE || t->state >= VFW_TCP_STATE_COUNT)
		return VFW_TCP_STEP_INVALID;
	side = !!side;
	switch (classify(f->tcp_flags)) {
	case PACKET_SYN:
		return step_syn(t, f, len, side);
	case PACKET_SYN_ACK:
		return step_syn_ack(t, f, len, side);
	case PACKET_RST:
		return step_rst(t, f, side);
	case PACKET_ACK:
		return step_data(t, f, len, side, false);
	case PACKET_FIN:
		return step_data(t, f, len, side, true);
	default:
		return VFW_TCP_STEP_INVALID;
	}
}

enum vfw_tcp_step vfw_tcpstate_step(struct vfw_tcp *t, const struct vfw_frame *f, u32 len,
				    unsigned int side)
{
	enum { KIND = VFW_TCP_SYN | VFW_TCP_ACK | VFW_TCP_FIN | VFW_TCP_RST };

	const struct vfw_tcp_plain plain = {
		.seq = f->tcp_seq, .ack = f->tcp_ack, .len = len, .win = f->tcp_win};

	if ((f->tcp_flags & KIND) == VFW_TCP_ACK &&
	    vfw_tcpplain_step(t, &t->side[!!side], &t->side[!side], plain))
		return VFW_TCP_STEP_PASS;
	return step_any(t, f, len, side);
}

bool vfw_tcpstate_in_flight(const struct vfw_tcp *t, u32 seq, unsigned int side)
{
	const struct vfw_tcp_side *s = &t->side[!!side];
	const struct vfw_tcp_side *other = &t->side[!side];
	u32 low = s->end - IN_FLIGHT_MAX;

	if (t->state == VFW_TCP_NONE)
		return false;
	if (!(s->flags & VFW_TCP_SIDE_END))
		return s->flags & VFW_TCP_SIDE_LOOSE;
	if (other->flags & VFW_TCP_SIDE_ACK)
		low = other->ack;
	else if (s->flags & VFW_TCP_SIDE_START)
		low = s->start - 1;
	return between(seq, low, sent_upto(s));
}

u32 vfw_tcpstate_timeout(unsigned int state)
{
	return state < VFW_TCP_STATE_COUNT ? states[state].timeout : 0;
}

const char *vfw_tcpstate_name(unsigned int state)
{
	return state < VFW_TCP_STATE_COUNT ? states[state].name : "none";
}
