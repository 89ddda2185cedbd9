/* SPDX-License-Identifier: GPL-2.0 */
/* What most segments do to a TCP conversation: the short way of vfw_tcpstate_step(). */
#ifndef VFW_CORE_TCPPLAIN_H
#define VFW_CORE_TCPPLAIN_H

#include "tcpstate.h"

#define VFW_TCP_SCALE_MAX 14 /* RFC 7323 2.3 */
#define VFW_TCP_ACK_WINDOW_MIN 66000 /* how far back an acknowledgement may always lie */

/* What a segment with ACK and without SYN, FIN and RST says. */
struct vfw_tcp_plain {
	u32 seq, ack;
	u32 len; /* bytes of payload */
	u16 win;
};

/* a behind b in sequence space, RFC 9293 3.4; of two that are 2^31 apart each is, as in Linux */
static inline bool vfw_tcp_after(u32 a, u32 b)
{
	return (int)(b - a) < 0;
}

static inline u32 vfw_tcp_max(u32 a, u32 b)
{
	return a > b ? a : b;
}

/*
 * Does what vfw_tcpstate_step() would with such a segment of the side s of t (other: the other one), where it fits, both sides have been heard
 * and have acknowledged, and nothing is special about either: no FIN, no reset, nothing only believed, no second SYN. False,
 * *t untouched: vfw_tcpstate_step() decides. Any context, flow locked. Inlined always: then nothing of p need lie in memory.
 */
static inline __attribute__((always_inline)) bool vfw_tcpplain_step(const struct vfw_tcp *t,
								    struct vfw_tcp_side *s,
								    struct vfw_tcp_side *other,
								    struct vfw_tcp_plain p)
{
	enum { HEARD = VFW_TCP_SIDE_END | VFW_TCP_SIDE_ACK | VFW_TCP_SIDE_WINDOW };
	u32 end = p.seq + p.len;
	u32 win, reach;

	if (t->state != VFW_TCP_ESTABLISHED || s->scale > VFW_TCP_SCALE_MAX ||
	    ((s->flags ^ HEARD) | (other->flags ^ HEARD)) & ~VFW_TCP_SIDE_START)
		return false;
	/* as fits() of tcpstate.c */
	if (vfw_tcp_after(p.seq, s->maxend) || vfw_tcp_after(s->end - other->maxwin - 1, end) ||
	    vfw_tcp_after(p.ack, other->end) ||
	    vfw_tcp_after(s->ack - vfw_tcp_max(s->maxwin, VFW_TCP_ACK_WINDOW_MIN), p.ack))
		return false;
	/* as note_data() there */
	if (vfw_tcp_after(end, s->end))
		s->end = end;
	if (vfw_tcp_after(p.ack, s->ack))
		s->ack = p.ack;
	win = (u32)p.win << s->scale;
	s->maxwin = vfw_tcp_max(s->maxwin, win);
	reach = p.ack + win;
	if (vfw_tcp_after(reach, other->maxend))
		other->maxend = reach;
	return true;
}

#endif /* VFW_CORE_TCPPLAIN_H */
