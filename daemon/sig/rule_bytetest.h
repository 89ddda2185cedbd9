/* SPDX-License-Identifier: GPL-2.0 */
/*
 * byte_test as what it is to Hyperscan: a class of bytes at its place behind a content, or behind the beginning; of a number of several
 * bytes, alternatives of classes. It moves nothing on, so what follows stands over it, and must leave it room.
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

/* Of a number of several bytes: what it is to be. */
enum vfw_bytetest_kind {
	VFW_BYTETEST_EQ,
	VFW_BYTETEST_NE,
	VFW_BYTETEST_LT,
	VFW_BYTETEST_GT,
	VFW_BYTETEST_ANY_OF, /* one of these bits is set */
	VFW_BYTETEST_NONE_OF,
};

/* What is asked for at one place. */
struct vfw_bytetest {
	uint32_t at; /* bytes behind what they are counted from */
	uint32_t width; /* bytes, 1 to 8 */
	bool in[256]; /* of a single byte: those that are right */
	enum vfw_bytetest_kind kind; /* of several ... */
	uint64_t value;
	bool little;
};

/* Zeroed: none. By place, each once; none share a byte. */
struct vfw_bytetests {
	struct vfw_bytetest v[VFW_BYTETESTS_MAX];
	uint32_t n;
};

/* Adds a step. Returns NULL, or a static word or two: it cannot be said so, or nothing is right for it. */
const char *vfw_bytetests_add(struct vfw_bytetests *t, const struct vfw_sig_step *s);

/* How many bytes they take, from what they are counted from: up to the last one. */
uint32_t vfw_bytetests_reach(const struct vfw_bytetests *t);

/* Writes them as a regular expression that takes as many bytes, to be read with DOTALL; and there are none any more. */
void vfw_bytetests_put(struct vfw_bytetests *t, struct vfw_text *text);

#endif /* VFW_SIG_RULE_BYTETEST_H */
