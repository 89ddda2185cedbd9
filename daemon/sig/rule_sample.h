/* SPDX-License-Identifier: GPL-2.0 */
/* Text that an expression matches, found by walking the expression and choosing. */
#ifndef VFW_SIG_RULE_SAMPLE_H
#define VFW_SIG_RULE_SAMPLE_H

#include "rule_canvas.h"
#include "rule_regex.h"

/*
 * Settles bytes from `at' on so that r, asked about what begins at start, matches there; what is
 * settled already stays as it is. *end: behind the match. Returns false when this walk came to
 * nothing; the canvas is as it was, and another walk chooses otherwise. What negative look-around
 * and word edges forbid is not minded: whoever asks has to see whether it holds.
 */
bool vfw_rule_sample(const struct vfw_regex *r, struct vfw_canvas *c, u32 start, u32 at, u32 *end);

#endif /* VFW_SIG_RULE_SAMPLE_H */
