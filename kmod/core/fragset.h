/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which bytes of one fragmented packet have come: disjoint runs, joined where they touch. A
 * fragment is taken only if it is new in all its bytes: who sends one twice, or lets two overlap, means the
 * receivers to read it in more than one way (RFC 5722, RFC 8200 4.5 for IPv6; of IPv4 alike).
 * The one that closes the last gap is known, for it completes the packet.
 *
 * No allocation, no clock; zero-initialised it is empty.
 */
#ifndef VFW_CORE_FRAGSET_H
#define VFW_CORE_FRAGSET_H

#include "types.h"

#define VFW_FRAGSET_RUNS 8 /* more gaps than that no network makes */

struct vfw_fragset_run {
	u16 start;
	u16 end; /* > start */
};

struct vfw_fragset {
	u16 n; /* runs */
	u16 total; /* bytes of the whole packet; 0: its last fragment has not come */
	struct vfw_fragset_run run[VFW_FRAGSET_RUNS]; /* rising, a gap between any two */
};

enum vfw_fragset_step {
	VFW_FRAGSET_TAKEN,
	VFW_FRAGSET_COMPLETE, /* taken, and now all bytes are there */
	VFW_FRAGSET_BAD, /* overlaps, contradicts the packet's end, or makes too many gaps */
};

/*
 * Takes the fragment of bytes start to end - 1 of the packet's data; more: others follow behind it. end <=
 * 65535. *s is unchanged if it is bad. Any context.
 */
enum vfw_fragset_step vfw_fragset_add(struct vfw_fragset *s, u32 start, u32 end, bool more);

#endif /* VFW_CORE_FRAGSET_H */
