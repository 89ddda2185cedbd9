/* SPDX-License-Identifier: GPL-2.0 */
/* Checksums of a packet as it was captured (RFC 1071). */
#ifndef VFW_REPLAY_CHECKSUM_H
#define VFW_REPLAY_CHECKSUM_H

#include "core/frame.h"

/*
 * Are the checksums of a parsed frame right: IPv4's header's, and TCP's, UDP's, ICMP's of whole packets?
 * What is cut off by the capture, or carries none, is right.
 */
bool vfw_checksum_right(const struct vfw_frame *f, const u8 *frame, u32 have);

#endif /* VFW_REPLAY_CHECKSUM_H */
