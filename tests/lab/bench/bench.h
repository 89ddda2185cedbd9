/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of vfw_bench.ko share. */
#ifndef VFW_BENCH_H
#define VFW_BENCH_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/types.h>

#define BENCH_ENDS_MAX 1000 /* a bridge has 1023 ports */

/* The guest's end of a veth pair. */
struct bench_end {
	struct net_device *dev; /* NULL: not taken */
	__be32 addr;
};

/* A TCP segment, but for its ends. */
struct bench_tcp {
	u16 sport, dport;
	u32 seq, ack;
	u8 flags; /* as in the header's byte 13 */
	const void *data;
	u32 len;
};

#define BENCH_SYN 0x02
#define BENCH_PSH 0x08
#define BENCH_ACK 0x10

/*
 * Frames as a guest with checksum offload sends them. NULL: no memory. Any context.
 * A SYN carries MSS and window scale.
 */
struct sk_buff *bench_frame_tcp(const struct bench_end *from, const struct bench_end *to,
				const struct bench_tcp *tcp);
struct sk_buff *bench_frame_udp(const struct bench_end *from, const struct bench_end *to, u16 sport,
				u16 dport, u32 len);

/* Takes the devices g0 to g(n-1) and counts what arrives there. May sleep. 0 or a negative errno. */
int bench_traffic_init(u32 n);
void bench_traffic_exit(void);

/* What the payload of TCP is cut from, over and over; to be set before traffic runs. */
void bench_traffic_payload(const void *data, u32 len);

/* Opens a TCP conversation from end 0 to end 1, from this port. 0, or -ENOMEM, -ENOLINK: no answer. */
int bench_traffic_open(u16 sport);

/*
 * Sends frames: in that conversation, segments of len bytes, two and their acknowledgement; or UDP
 * between random ends and ports, each a new flow. 0 or -ENOMEM. May sleep.
 */
int bench_traffic_established(u32 frames, u32 len);
int bench_traffic_new(u32 frames);

/*
 * Sends a frame from the end that has this MAC, 0 or 1; takes skb, NULL: no memory. 0, -ENOMEM, or -ENODEV: neither has it.
 * May sleep.
 */
int bench_traffic_send(const u8 *mac, struct sk_buff *skb);

/* Waits until all that was sent has arrived, up to a second. 0. */
int bench_traffic_settle(void);

/* Frames given to devices, and frames that arrived, since bench_traffic_init(). */
u64 bench_traffic_sent(void);
u64 bench_traffic_received(void);

/* Sends a little of both kinds every millisecond until stopped. 0 or a negative errno. */
int bench_traffic_start(u32 len);
int bench_traffic_stop(void);

/*
 * Hooks that accept every frame, where vfw has its own: ingress and egress of the ports p0 to p(n-1), and where bridges forward.
 * 0, or -EBUSY: they are there already, -ENODEV: a port is not, -ENOMEM. May sleep, as taking them away.
 */
int bench_hooks_add(u32 n);
void bench_hooks_del(void);

#endif /* VFW_BENCH_H */
