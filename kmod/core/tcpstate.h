/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A TCP conversation (RFC 9293) as seen by one who stands between its ends, and sees every
 * segment before its receiver does.
 *
 * Opening. Only a SYN opens, and who sent it stays the opener, whatever follows. The handshake is done when each
 * side has acknowledged the other's SYN: by SYN-ACK and ACK, or, when both sides send a SYN (simultaneous
 * open, split handshake), by the SYN-ACKs that cross. A second SYN of the opener with another
 * number is remembered beside the first: only the other side's SYN-ACK says which of them counts,
 * and then the conversation starts again; a forged SYN changes nothing.
 *
 * Windows (van Rooij, Real Stateful TCP Packet Filtering in IP Filter, 2000). Of a segment
 * of side S to side R: it begins no later than R's highest window reaches; it ends no earlier than one
 * window of R's below the highest that S has sent, for what is older R has acknowledged; it acknowledges
 * nothing that R has not sent, and nothing older than RFC 5961 5.2 permits. All else is invalid.
 * Windows are scaled as the SYNs said (RFC 7323), and never shrink here.
 *
 * Found running (picked up): scaling is unknown and taken for the largest, numbers are taken as the first
 * segment of each side has them, and a side may be acknowledged up to where its window reaches.
 *
 * A FIN that data follows, or went ahead of, was none; behind one that was acknowledged nothing is valid. A RST ends the conversation only where the receiver must
 * take it (RFC 5961 3.2): at the highest number sent, or the highest acknowledged. Elsewhere in the
 * window it passes and changes nothing: the receiver answers it by a challenge, and a
 * sender that meant it resets again, there. Outside of the window it is invalid.
 *
 * The caller holds the flow's lock over vfw_tcpstate_step().
 */
#ifndef VFW_CORE_TCPSTATE_H
#define VFW_CORE_TCPSTATE_H

#include "frame.h"

/* Also the state that dumps show; flows of other protocols have NONE. */
enum vfw_tcp_state {
	VFW_TCP_NONE,
	VFW_TCP_SYN_SENT,
	VFW_TCP_SYN_RECV,
	VFW_TCP_ESTABLISHED,
	VFW_TCP_FIN_WAIT, /* one side has sent its FIN */
	VFW_TCP_CLOSE_WAIT, /* and that was acknowledged */
	VFW_TCP_LAST_ACK, /* both have sent it */
	VFW_TCP_TIME_WAIT, /* and both were acknowledged */
	VFW_TCP_CLOSE, /* reset */
	VFW_TCP_STATE_COUNT
};

#define VFW_TCP_FIN 0x01
#define VFW_TCP_SYN 0x02
#define VFW_TCP_RST 0x04
#define VFW_TCP_PSH 0x08
#define VFW_TCP_ACK 0x10
#define VFW_TCP_URG 0x20
#define VFW_TCP_CWR 0x80

enum vfw_tcp_step {
	VFW_TCP_STEP_PASS, /* belongs to the conversation */
	VFW_TCP_STEP_RESTART, /* the same, and with it the conversation starts again: new numbers */
	VFW_TCP_STEP_REOPEN, /* a SYN after the end: judge it anew, as a new flow */
	VFW_TCP_STEP_INVALID, /* no packet of this conversation */
};

#define VFW_TCP_SIDE_START (1U << 0) /* start is valid */
#define VFW_TCP_SIDE_END (1U << 1) /* it was heard: end is valid */
#define VFW_TCP_SIDE_ACK (1U << 2) /* ack is valid */
#define VFW_TCP_SIDE_FIN (1U << 3) /* it has sent its FIN; fin is valid */
#define VFW_TCP_SIDE_FIN_ACKED (1U << 4)
#define VFW_TCP_SIDE_WINDOW (1U << 5) /* maxend is valid */
#define VFW_TCP_SIDE_LOOSE (1U << 6) /* found running: its numbers are only believed */
#define VFW_TCP_SIDE_PROBE (1U << 7) /* of the opener: probe is valid */
#define VFW_TCP_SIDE_CROSSED (1U << 8) /* of the other: its SYN was no answer */

struct vfw_tcp_side {
	u32 start; /* sequence number behind its SYN */
	u32 end; /* highest sequence number sent, plus one; its FIN not counted */
	u32 maxend; /* highest sequence number the other side's windows let it reach */
	u32 maxwin; /* largest window it has offered, in bytes */
	u32 ack; /* highest it has acknowledged */
	u32 fin; /* sequence number behind its FIN */
	u16 flags; /* VFW_TCP_SIDE_* */
	u8 scale; /* its windows' shift, as offered until the SYN was answered; VFW_FRAME_NO_SCALE */
};

struct vfw_tcp {
	struct vfw_tcp_side side[2]; /* 0: who opened */
	u32 probe; /* start, were another SYN of the opener the true one */
	u16 probe_len; /* data that came with that */
	u8 probe_scale;
	u8 state; /* enum vfw_tcp_state */
};

/*
 * Begins a conversation with its first packet, sent by side 0. Returns false,
 * *t untouched, if that packet cannot open one: only a plain SYN can, or with
 * pickup any packet with ACK and without SYN and RST (a running conversation, found
 * in counting mode or after loading). len: payload bytes. Any context.
 */
bool vfw_tcpstate_open(struct vfw_tcp *t, const struct vfw_frame *f, u32 len, bool pickup);

/*
 * Takes a packet of side (0: who opened, 1: the other) and moves the state. len:
 * payload bytes. *t changes only with VFW_TCP_STEP_PASS and _RESTART. Any context, flow locked.
 */
enum vfw_tcp_step vfw_tcpstate_step(struct vfw_tcp *t, const struct vfw_frame *f, u32 len,
				    unsigned int side);

/*
 * The last segment of side came as a fragment, and a later one brings its data up to end. Any context, flow locked.
 */
void vfw_tcpstate_extend(struct vfw_tcp *t, u32 end, unsigned int side);

/*
 * Believes from here on what comes, as if the conversation had been found running: for when invalid
 * packets are let through all the same, and what they do to the ends is not known. Any context, flow locked.
 */
void vfw_tcpstate_loosen(struct vfw_tcp *t);

/* Was it found running, so that who opened it is only believed? Any context, flow locked. */
bool vfw_tcpstate_is_loose(const struct vfw_tcp *t);

/* Have both sides ended it, or one by a reset? A SYN opens another one then. Any context, flow locked. */
bool vfw_tcpstate_is_over(const struct vfw_tcp *t);

/*
 * Has each side acknowledged the other's FIN, and was each FIN where the other's data ended? Then neither
 * receives anything of this conversation any more. Any context, flow locked.
 */
bool vfw_tcpstate_is_final(const struct vfw_tcp *t);

/* May either side have been sent a byte, with its SYN or behind it? An answered FIN counts as one. Any context, flow locked. */
bool vfw_tcpstate_has_carried(const struct vfw_tcp *t);

/*
 * May a segment of side with this sequence number be on its way? An ICMP error that quotes another one is
 * forged (RFC 5927 4.1). Any context, flow locked.
 */
bool vfw_tcpstate_in_flight(const struct vfw_tcp *t, u32 seq, unsigned int side);

/* How long a flow in that state may be silent, in seconds; 0 for what is no state. Any context. */
u32 vfw_tcpstate_timeout(unsigned int state);

/* Name of a state for people, "none" for VFW_TCP_NONE and what is no state. Any context. */
const char *vfw_tcpstate_name(unsigned int state);

#endif /* VFW_CORE_TCPSTATE_H */
