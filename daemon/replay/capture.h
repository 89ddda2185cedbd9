/* SPDX-License-Identifier: GPL-2.0 */
/* Captures read by libpcap, every packet as an Ethernet frame whatever link it was captured on. */
#ifndef VFW_REPLAY_CAPTURE_H
#define VFW_REPLAY_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

struct vfw_capture;

struct vfw_captured {
	const uint8_t *frame; /* from the destination MAC on; until the next one is read */
	uint32_t len;
	uint64_t time; /* microseconds since 1970 */
	uint64_t number; /* from 1 */
};

/* Opens a capture. Returns NULL with a sentence in why when that fails; the caller owns the result. */
struct vfw_capture *vfw_capture_open(const char *file, char *why, size_t size);

void vfw_capture_close(struct vfw_capture *c);

/*
 * Reads the next packet. Returns 1; 0 at the end; -EIO with a sentence in why when the file is damaged; what
 * is no packet of a known kind is passed over and counted.
 */
int vfw_capture_next(struct vfw_capture *c, struct vfw_captured *p, char *why, size_t size);

/* Packets passed over because their link layer is not known. */
uint64_t vfw_capture_skipped(const struct vfw_capture *c);

#endif /* VFW_REPLAY_CAPTURE_H */
