/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far a TCP conversation is (RFC 9293), as seen by one who stands between its ends: by
 * flags, direction, and the sequence numbers of SYN, FIN and RST. Only a SYN opens; only the
 * other side's SYN-ACK, acknowledging that SYN, answers it: a SYN from the side that
 * did not open is never part of the flow (simultaneous open and the split handshake
 * would turn the direction that policy judged).
 *
 * A FIN that data follows was none, and a RST ends the conversation only where the
 * receiver must take it (RFC 5961 3.2): at the highest number sent or the highest
 * acknowledged. Others pass and change nothing, for the receiver will ignore them too;
 * so neither can shorten the life of a flow the ends still use.
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

enum vfw_tcp_step {
	VFW_TCP_STEP_PASS, /* belongs to the conversation */
	VFW_TCP_STEP_REOPEN, /* a SYN after the end: judge it anew, as a new flow */
	VFW_TCP_STEP_INVALID, /* no packet of this conversation */
};

#define VFW_TCP_SIDE_START (1U << 0) /* start is valid */
#define VFW_TCP_SIDE_END (1U << 1) /* end is valid */
#define VFW_TCP_SIDE_ACK (1U << 2) /* ack is valid */
#define VFW_TCP_SIDE_FIN (1U << 3) /* it has sent its FIN; fin is valid */
#define VFW_TCP_SIDE_FIN_ACKED (1U << 4)

struct vfw_tcp_side {
	u32 start; /* sequence number behind its SYN */
	u32 end; /* highest sequence number sent, plus one; its FIN not counted */
	u32 ack; /* highest it has acknowledged */
	u32 fin; /* sequence number behind its FIN */
	u32 flags; /* VFW_TCP_SIDE_* */
};

struct vfw_tcp {
	struct vfw_tcp_side side[2]; /* 0: who opened */
	u32 state; /* enum vfw_tcp_state */
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
 * payload bytes. *t changes only with VFW_TCP_STEP_PASS. Any context, flow locked.
 */
enum vfw_tcp_step vfw_tcpstate_step(struct vfw_tcp *t, const struct vfw_frame *f, u32 len,
				    unsigned int side);

/* How long a flow in that state may be silent, in seconds; 0 for what is no state. Any context. */
u32 vfw_tcpstate_timeout(unsigned int state);

/* Name of a state for people, "none" for VFW_TCP_NONE and what is no state. Any context. */
const char *vfw_tcpstate_name(unsigned int state);

#endif /* VFW_CORE_TCPSTATE_H */
