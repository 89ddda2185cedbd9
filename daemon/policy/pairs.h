/* SPDX-License-Identifier: GPL-2.0 */
/* Which block stands between which two identities. Private to daemon/policy. */
#ifndef VFW_POLICY_PAIRS_H
#define VFW_POLICY_PAIRS_H

#include "cells.h"
#include "who.h"

struct vfw_pairs {
	struct vfw_pair *v;
	size_t n, room;
	uint32_t default_block;
	/* what decides where no rule does, and for unmanaged ends */
	struct vfw_fallback open, closed;
	bool open_joins, closed_joins;
	bool closes; /* are unmanaged ends treated otherwise? */
};

/*
 * Fills the pairs, and the cells and blocks they need; the fallbacks are the
 * caller's to set before. 0, -E2BIG beyond a bound of the UAPI, -ENOMEM.
 */
int vfw_pairs_fill(const struct vfw_resolved *r, const struct vfw_who *who, struct vfw_cells *cells,
		   struct vfw_pairs *pairs);

#endif /* VFW_POLICY_PAIRS_H */
