/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes in the making: some are settled, the rest still free, and the length is known by its
 * bounds. What was settled in vain is taken back to a mark.
 */
#ifndef VFW_SIG_RULE_CANVAS_H
#define VFW_SIG_RULE_CANVAS_H

#include "../../kmod/core/types.h"

#define VFW_CANVAS_ROOM 32768U

struct vfw_canvas {
	u8 bytes[VFW_CANVAS_ROOM];
	bool settled[VFW_CANVAS_ROOM];
	u16 order[VFW_CANVAS_ROOM]; /* in which they were settled */
	u32 n; /* settled */
	u32 low, high; /* the length is within these */
	u64 seed; /* of choices; not 0 */
	const char *shun; /* bytes taken only where nothing else can stand; NULL: none */
};

struct vfw_canvas_mark {
	u32 n, low, high;
};

/* Empties c: all is free, any length will do. */
void vfw_canvas_clear(struct vfw_canvas *c);

/* A number below n, not 0. */
u32 vfw_canvas_choose(struct vfw_canvas *c, u32 n);

/* Settles a byte; false: it is another one already, or has no place. */
bool vfw_canvas_put(struct vfw_canvas *c, u32 at, u8 byte);

/* The length is at least (at most) n; false: that leaves none. */
bool vfw_canvas_at_least(struct vfw_canvas *c, u32 n);
bool vfw_canvas_at_most(struct vfw_canvas *c, u32 n);

struct vfw_canvas_mark vfw_canvas_mark(const struct vfw_canvas *c);

/* Frees what was settled since the mark. */
void vfw_canvas_back(struct vfw_canvas *c, const struct vfw_canvas_mark *m);

#endif /* VFW_SIG_RULE_CANVAS_H */
