/* SPDX-License-Identifier: GPL-2.0 */
/* From the protocol of a rule to spans of lookup keys (VFW_KEY of the UAPI). */
#ifndef VFW_POLICY_SPAN_H
#define VFW_POLICY_SPAN_H

#include "resolve.h"

/* Fills *spans (owned by the arena, disjoint, rising, not adjacent) and *n >= 1. 0 or -ENOMEM. */
int vfw_span_of(const struct vfw_proto *proto, struct vfw_arena *arena, struct vfw_span **spans,
		size_t *n);

#endif /* VFW_POLICY_SPAN_H */
