/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Compressed bodies taken apart: raw deflate (RFC 1951), and within zlib's (RFC 1950) or gzip's (RFC
 * 1952) frame. What is cut off or damaged gives what stood before that; checksums are not asked, for
 * what a receiver would refuse may have been read by then.
 *
 * Nothing is allocated: the tables are in the caller's keeping. Time is bounded by the bytes that come in
 * and those there is room for.
 */
#ifndef VFW_CORE_INFLATE_H
#define VFW_CORE_INFLATE_H

#include "types.h"

#define VFW_INFLATE_LENGTHS 288 /* codes of literals and lengths */
#define VFW_INFLATE_DISTANCES 32

struct vfw_inflate_code {
	u16 count[16]; /* codes of each length in bits */
	u16 symbol[VFW_INFLATE_LENGTHS]; /* in the order of their codes */
};

/* Scratch; its contents do not matter. */
struct vfw_inflate {
	struct vfw_inflate_code lengths, distances;
	u8 bits[VFW_INFLATE_LENGTHS + VFW_INFLATE_DISTANCES]; /* of each symbol's code */
};

enum vfw_inflate_frame {
	VFW_INFLATE_GZIP,
	VFW_INFLATE_DEFLATE, /* zlib's, or none: both are in use under that name */
};

/* Decodes in, len bytes, into out, at most room. Returns how many there are. Any context. */
u32 vfw_inflate(struct vfw_inflate *z, enum vfw_inflate_frame frame, const u8 *in, u32 len, u8 *out,
		u32 room);

#endif /* VFW_CORE_INFLATE_H */
