/* SPDX-License-Identifier: GPL-2.0 */
/* Frames of a capture, sent between the first two ends. */
#ifndef VFW_BENCH_REPLAY_H
#define VFW_BENCH_REPLAY_H

#include <linux/types.h>

#define BENCH_PASSES_MAX 255

/*
 * data: a capture (pcap, little-endian, Ethernet, whole frames of TCP or UDP over IPv4) whose frames bear the MACs of the
 * first two ends; what is longer than 1514 bytes is TCP whose sender leaves segments of 1460 bytes to others; it stays the caller's and must stay. 0, -EINVAL: it is not that.
 */
int bench_replay_set(const void *data, size_t len);

/*
 * Sends all of it, from whichever end has a frame's source MAC, with offloaded checksums. Each pass has addresses of its
 * own: the second byte of both differs from the capture's in the bits of pass (0 to 255). 0, -ENOENT: there is no capture, -ENOMEM. May sleep.
 */
int bench_replay(u32 pass);

#endif /* VFW_BENCH_REPLAY_H */
