// SPDX-License-Identifier: GPL-2.0
#include "tcpstate.h"

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

/* a behind b in sequence space, RFC 9293 3.4 */
static inline bool after(u32 a, u32 b)
{
	return (int)(a - b) > 0;
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

static void note_syn(struct vfw_tcp_side *s, u32 seq, u32 len)
{
	s->start = seq + 1;
	s->end = seq + 1 + len;
	s->flags = VFW_TCP_SIDE_START | VFW_TCP_SIDE_END;
}

static void note_ack(struct vfw_tcp_side *s, u32 ack)
{
	if (!(s->flags & VFW_TCP_SIDE_ACK) || after(ack, s->ack))
		s->ack = ack;
	s->flags |= VFW_TCP_SIDE_ACK;
}

/* Data and perhaps a FIN of side s; the other side's FIN may be acknowledged by it. */
static void note_data(struct vfw_tcp_side *s, struct vfw_tcp_side *other, const struct vfw_frame *f,
		      u32 len, bool fin)
{
	u32 end = f->tcp_seq + len;

	if (!(s->flags & VFW_TCP_SIDE_END) || after(end, s->end))
		s->end = end;
	s->flags |= VFW_TCP_SIDE_END;
	if (fin) {
		if (s->flags & VFW_TCP_SIDE_FIN && s->fin != end + 1)
			s->flags &= ~VFW_TCP_SIDE_FIN_ACKED;
		s->fin = end + 1;
		s->flags |= VFW_TCP_SIDE_FIN;
	} else if (s->flags & VFW_TCP_SIDE_FIN && len && after(end, s->fin - 1)) {
		s->flags &= ~(VFW_TCP_SIDE_FIN | VFW_TCP_SIDE_FIN_ACKED);
	}
	note_ack(s, f->tcp_ack);
	if (other->flags & VFW_TCP_SIDE_FIN && !after(other->fin, f->tcp_ack))
		other->flags |= VFW_TCP_SIDE_FIN_ACKED;
}

/* The state of a conversation whose handshake is done, by its FINs. */
static u32 state_by_fins(const struct vfw_tcp *t)
{
	u32 any = t->side[0].flags | t->side[1].flags;
	u32 all = t->side[0].flags & t->side[1].flags;

	if (all & VFW_TCP_SIDE_FIN)
		return all & VFW_TCP_SIDE_FIN_ACKED ? VFW_TCP_TIME_WAIT : VFW_TCP_LAST_ACK;
	if (any & VFW_TCP_SIDE_FIN)
		return any & VFW_TCP_SIDE_FIN_ACKED ? VFW_TCP_CLOSE_WAIT : VFW_TCP_FIN_WAIT;
	return VFW_TCP_ESTABLISHED;
}

bool vfw_tcpstate_open(struct vfw_tcp *t, const struct vfw_frame *f, u32 len, bool pickup)
{
	enum packet packet = classify(f->tcp_flags);

	if (packet != PACKET_SYN && !(pickup && (packet == PACKET_ACK || packet == PACKET_FIN)))
		return false;
	memset(t, 0, sizeof(*t));
	if (packet == PACKET_SYN) {
		note_syn(&t->side[0], f->tcp_seq, len);
		t->state = VFW_TCP_SYN_SENT;
		return true;
	}
	note_data(&t->side[0], &t->side[1], f, len, packet == PACKET_FIN);
	t->state = state_by_fins(t);
	return true;
}

static enum vfw_tcp_step step_syn(struct vfw_tcp *t, const struct vfw_frame *f, u32 len,
				  unsigned int side)
{
	struct vfw_tcp_side *s = &t->side[0];

	if (is_over(t->state))
		return VFW_TCP_STEP_REOPEN;
	if (side)
		return VFW_TCP_STEP_INVALID;
	/* later: the receiver answers by a challenge ACK, RFC 5961 4.2 */
	if (t->state != VFW_TCP_SYN_SENT && t->state != VFW_TCP_SYN_RECV)
		return VFW_TCP_STEP_PASS;
	if (f->tcp_seq + 1 != s->start) {
		/* the opener began again, with a new number */
		memset(t, 0, sizeof(*t));
		note_syn(s, f->tcp_seq, len);
		t->state = VFW_TCP_SYN_SENT;
	} else if (after(s->start + len, s->end)) {
		s->end = s->start + len;
	}
	return VFW_TCP_STEP_PASS;
}

static enum vfw_tcp_step step_syn_ack(struct vfw_tcp *t, const struct vfw_frame *f, u32 len,
				      unsigned int side)
{
	struct vfw_tcp_side *s = &t->side[1];

	if (!side || is_over(t->state))
		return VFW_TCP_STEP_INVALID;
	if (t->state == VFW_TCP_SYN_SENT) {
		/* it may acknowledge data sent with the SYN, RFC 7413 */
		if (!between(f->tcp_ack, t->side[0].start, t->side[0].end))
			return VFW_TCP_STEP_INVALID;
		note_syn(s, f->tcp_seq, len);
		note_ack(s, f->tcp_ack);
		t->state = VFW_TCP_SYN_RECV;
		return VFW_TCP_STEP_PASS;
	}
	if (s->flags & VFW_TCP_SIDE_START && s->start == f->tcp_seq + 1)
		return VFW_TCP_STEP_PASS;
	return VFW_TCP_STEP_INVALID;
}

static enum vfw_tcp_step step_rst(struct vfw_tcp *t, const struct vfw_frame *f, unsigned int side)
{
	const struct vfw_tcp_side *s = &t->side[side];
	const struct vfw_tcp_side *other = &t->side[!side];

	if (t->state == VFW_TCP_SYN_SENT) {
		/* RFC 9293 3.10.7.3: a refusal acknowledges the SYN */
		if (side && (!(f->tcp_flags & VFW_TCP_ACK) ||
			     !between(f->tcp_ack, other->start, other->end)))
			return VFW_TCP_STEP_INVALID;
		t->state = VFW_TCP_CLOSE;
		return VFW_TCP_STEP_PASS;
	}
	if ((s->flags & VFW_TCP_SIDE_END && f->tcp_seq == s->end) ||
	    (s->flags & VFW_TCP_SIDE_FIN && f->tcp_seq == s->fin) ||
	    (other->flags & VFW_TCP_SIDE_ACK && f->tcp_seq == other->ack))
		t->state = VFW_TCP_CLOSE;
	return VFW_TCP_STEP_PASS;
}

/* A segment with ACK, with fin perhaps. */
static enum vfw_tcp_step step_data(struct vfw_tcp *t, const struct vfw_frame *f, u32 len,
				   unsigned int side, bool fin)
{
	struct vfw_tcp_side *s = &t->side[side];
	struct vfw_tcp_side *other = &t->side[!side];

	switch (t->state) {
	case VFW_TCP_SYN_SENT:
		/* a bare ACK may be a challenge to the SYN, RFC 5961 4.2 */
		return side && !fin && !len ? VFW_TCP_STEP_PASS : VFW_TCP_STEP_INVALID;
	case VFW_TCP_SYN_RECV:
		if (!side && !between(f->tcp_ack, other->start, sent_upto(other)))
			return VFW_TCP_STEP_INVALID;
		note_data(s, other, f, len, fin);
		/* the opener's ACK alone ends the handshake, whatever was noted before it */
		if (!side)
			t->state = state_by_fins(t);
		return VFW_TCP_STEP_PASS;
	case VFW_TCP_CLOSE:
		return VFW_TCP_STEP_PASS;
	default:
		note_data(s, other, f, len, fin);
		t->state = state_by_fins(t);
		return VFW_TCP_STEP_PASS;
	}
}

enum vfw_tcp_step vfw_tcpstate_step(struct vfw_tcp *t, const struct vfw_frame *f, u32 len,
				    unsigned int side)
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

u32 vfw_tcpstate_timeout(unsigned int state)
{
	return state < VFW_TCP_STATE_COUNT ? states[state].timeout : 0;
}

const char *vfw_tcpstate_name(unsigned int state)
{
	return state < VFW_TCP_STATE_COUNT ? states[state].name : "none";
}
