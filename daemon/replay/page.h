/* SPDX-License-Identifier: GPL-2.0 */
/* A message of HTTP made for one signature: a request or an answer whose buffers its steps match. */
#ifndef VFW_REPLAY_PAGE_H
#define VFW_REPLAY_PAGE_H

#include "../sig/rule_make.h"
#include "sheet.h"

#define VFW_PAGE_RUNS 12 /* buffers of one signature */

struct vfw_page {
	const struct vfw_rule_set *set;
	struct vfw_maker *maker;
	u32 sig;
	/* each buffer's steps, as the signature has them sorted */
	u32 n;
	u8 buffer[VFW_PAGE_RUNS]; /* enum vfw_sig_buffer */
	const struct vfw_rule_view *view[VFW_PAGE_RUNS]; /* or NULL */
	bool made[VFW_PAGE_RUNS]; /* bytes were, and are in source */
	struct vfw_made source[VFW_PAGE_RUNS]; /* made for the buffer alone */
	struct vfw_made run[VFW_PAGE_RUNS]; /* the buffer as its reader makes it, and a witness */
	struct vfw_sheet sheet;
	u8 bytes[VFW_CANVAS_ROOM]; /* the message */
	u32 len;
};

/*
 * Makes a message for signature sig. Returns NULL, or a static word: the buffer for which none was found. The
 * message is one of which its reader can make one thing only, and every buffer of it has a witness of the steps.
 */
const char *vfw_page_make(const struct vfw_rule_set *set, struct vfw_maker *m, u32 sig,
			  struct vfw_page *p);

enum vfw_page_miss {
	VFW_PAGE_BYTE, /* a content with one byte another */
	VFW_PAGE_NEGATED, /* a content that must not be there */
};

/*
 * Writes the message with the k-th step, counted over all buffers, such that it cannot match anywhere in its buffer,
 * by so little, to out, at most VFW_CANVAS_ROOM bytes. Returns 1; 0: there is no such miss; -1: there is no such step.
 */
int vfw_page_miss(const struct vfw_page *p, u32 k, enum vfw_page_miss miss, u8 *out, u32 *len);

#endif /* VFW_REPLAY_PAGE_H */
