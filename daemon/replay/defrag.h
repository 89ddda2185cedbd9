/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fragments put together. A packet is whole when its last fragment is there and nothing is missing; the
 * first fragment that brought a byte has brought it for good.
 */
#ifndef VFW_REPLAY_DEFRAG_H
#define VFW_REPLAY_DEFRAG_H

#include "core/flowkey.h"

#define VFW_DEFRAG_MAX 1024 /* packets under way; the oldest is given up for one more */
#define VFW_DEFRAG_BYTES (65535U + 40)
#define VFW_DEFRAG_SECONDS 60

struct vfw_defrag;

/* Returns NULL when there is no memory; the caller owns the result. */
struct vfw_defrag *vfw_defrag_new(void);

void vfw_defrag_free(struct vfw_defrag *d);

/*
 * Takes a fragment, f parsed from frame, at time (microseconds). Returns NULL, or the whole packet
 * as a frame of *len bytes, which is valid until the next call.
 */
const u8 *vfw_defrag_add(struct vfw_defrag *d, const struct vfw_frame *f, const u8 *frame, u32 have,
			 u64 time, u32 *len);

#endif /* VFW_REPLAY_DEFRAG_H */
