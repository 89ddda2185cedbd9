/* SPDX-License-Identifier: GPL-2.0 */
/* A message of HTTP made for one signature: a request or an answer whose buffers its steps match. */
#ifndef VFW_REPLAY_PAGE_H
#define VFW_REPLAY_PAGE_H

#include "../sig/rule_make.h"

#define VFW_PAGE_RUNS 8 /* buffers of one signature */

struct vfw_page {
	struct vfw_made run[VFW_PAGE_RUNS]; /* by buffer, as the signature's steps are sorted */
	u8 buffer[VFW_PAGE_RUNS]; /* enum vfw_sig_buffer */
	u32 n;
	bool answer;
	u8 bytes[VFW_CANVAS_ROOM]; /* the message */
	u32 len;
};

/*
 * Makes a message for signature sig. Returns NULL, or a static word or two: for what none was found. What a reader might
 * change on the way (dots and double slashes in a path, a header named twice) is not made.
 */
const char *vfw_page_make(const struct vfw_rule_set *set, struct vfw_maker *m, u32 sig,
			  struct vfw_page *p);

/*
 * Changes one byte of the k-th content, counted over all buffers, so that it is nowhere in the message or its buffers.
 * Returns 1; 0, and *p is of no use any more: there is no such miss; -1: there is no such content.
 */
int vfw_page_miss(const struct vfw_rule_set *set, u32 sig, struct vfw_page *p, u32 k);

#endif /* VFW_REPLAY_PAGE_H */
