/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signatures tried on conversations made from them: one that must match, and near misses that
 * must not.
 */
#ifndef VFW_REPLAY_SELFTEST_H
#define VFW_REPLAY_SELFTEST_H

#include "../sig/rule_set.h"

struct vfw_rule_scan;
struct vfw_selftest;

enum vfw_selftest_fate {
	VFW_SELFTEST_PASSED, /* it matches what is made from it, and no near miss */
	VFW_SELFTEST_FAILED,
	VFW_SELFTEST_NOT_MADE, /* nothing, or no near miss, could be made */
	VFW_SELFTEST_FATES
};

struct vfw_selftest_result {
	enum vfw_selftest_fate fate;
	u32 misses; /* near misses tried */
	char why[160]; /* failed: what went wrong; not made: the keyword */
};

/*
 * made: the set from which conversations are made. asked, scan: the set that is asked about them,
 * the same one but in tests; its signatures have the same indices. All must stay. Returns NULL
 * when there is no memory.
 */
struct vfw_selftest *vfw_selftest_new(const struct vfw_rule_set *made,
				      const struct vfw_rule_set *asked, struct vfw_rule_scan *scan);

void vfw_selftest_free(struct vfw_selftest *s);

/* Tries signature sig. Returns 0 or -ENOMEM. */
int vfw_selftest_one(struct vfw_selftest *s, u32 sig, struct vfw_selftest_result *out);

#endif /* VFW_REPLAY_SELFTEST_H */
