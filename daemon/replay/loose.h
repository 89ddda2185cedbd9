/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A second look at IP packets that core/frame.c calls malformed. The module drops them before any
 * signature is asked; a replay still says what signatures think of them, as Suricata does.
 */
#ifndef VFW_REPLAY_LOOSE_H
#define VFW_REPLAY_LOOSE_H

#include "core/frame.h"

/*
 * Fills f anew from its L3 offset on, from `len' bytes of frame. f: as vfw_frame_parse() left it. What
 * of the transport header is not whole or makes no sense leaves VFW_FRAME_F_L4 unset. Returns false when
 * not even the IP header can be read.
 */
bool vfw_loose_parse(struct vfw_frame *f, const u8 *frame, u32 len);

#endif /* VFW_REPLAY_LOOSE_H */
