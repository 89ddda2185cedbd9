/* SPDX-License-Identifier: GPL-2.0 */
/*
 * byte_test of a single byte, as what it is to Hyperscan: a class of bytes at its place behind a content, or behind the beginning. It
 * moves nothing on, so what follows stands over it, and must leave it room.
 */
#ifndef VFW_SIG_RULE_BYTETEST_H
#define VFW_SIG_RULE_BYTETEST_H

#include "../policy/text.h"
#include "rule_set.h"

#include <stdbool.h>

#define VFW_BYTETESTS_MAX 8 /* places behind one content */
#define VFW_BYTETEST_FAR 2048 /* how far behind it they may lie */

/* Why a rule that reads other numbers is not enforced. */
#define VFW_BYTETEST_NOT "byte_test, byte_jump, byte_extract"

/* Zeroed: none. By place, each once. */
struct vfw_bytetests {
	struct {
		uint32_t at; /* bytes behind what they are counted from */
		bool in[256];
	} v[VFW_BYTETESTS_MAX];
	uint32_t n;
};

/* Adds a step. Returns NULL, or a static word or two: it is of more than one byte, or no byte is right for it. */
const char *vfw_bytetests_add(struct vfw_bytetests *t, const struct vfw_sig_step *s);

/* How many bytes they take, from what they are counted from: up to the last one. */
uint32_t vfw_bytetests_reach(const struct vfw_bytetests *t);

/* Writes them as a regular expression that takes as many bytes, to be read with DOTALL; and there are none any more. */
void vfw_bytetests_put(struct vfw_bytetests *t, struct vfw_text *text);

#endif /* VFW_SIG_RULE_BYTETEST_H */
