/* SPDX-License-Identifier: GPL-2.0 */
/* Whether all that one side of a rule may ever mean another means too. Private to daemon/policy. */
#ifndef VFW_POLICY_IMPLY_H
#define VFW_POLICY_IMPLY_H

#include "resolve.h"

/*
 * Is every end that side `narrow` may match, whatever VMs there are, one that side `wide` matches?
 * True is certain; false may mean that the words do not show it, or that steps ran out (what is
 * spent is taken from it).
 */
bool vfw_imply_side(const struct vfw_resolved *r, uint32_t narrow, uint32_t wide, uint64_t *steps);

#endif /* VFW_POLICY_IMPLY_H */
