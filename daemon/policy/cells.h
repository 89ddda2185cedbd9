/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the rules that two ends share to the block of cells that the datapath
 * searches. Private to daemon/policy.
 */
#ifndef VFW_POLICY_CELLS_H
#define VFW_POLICY_CELLS_H

#include "resolve.h"

/* Where a rule stands in the evaluation of docs/policy.md, section 6. */
enum vfw_slot {
	VFW_SLOT_FIRST,
	VFW_SLOT_SRC, /* the opener's tenant, or the only one */
	VFW_SLOT_DST, /* the other end's tenant, if it is another */
	VFW_SLOT_UNMANAGED,
	VFW_SLOT_LAST,
	__VFW_SLOT_MAX,
};

/* What decides when no rule does: indices of rule records; monitor is UINT32_MAX if there is none. */
struct vfw_fallback {
	uint32_t monitor;
	uint32_t deciding;
};

#define VFW_COVER_MAX 8 /* rules named of those that cover another */

/* Which rules decide where another one, that matches too, does not come to its turn. */
struct vfw_cover {
	uint32_t rule[VFW_COVER_MAX];
	uint32_t n;
	bool more; /* there are others */
};

/* What the sweeps see of each rule, for lint; arrays with an element for each. */
struct vfw_watch {
	bool *met; /* it was added to some block: there are two ends that it speaks of */
	bool *live; /* somewhere it decides its slot, or counts as a monitor */
	struct vfw_cover *cover; /* whole for rules that are met and not live */
	uint64_t left; /* steps that may be spent on cover; at 0 it is not whole */
};

/* Growing tables; indices of one point into another. All zero is empty. */
struct vfw_cells {
	struct vfw_arena arena; /* keys of the maps */
	uint32_t *cands;
	size_t n_cands, room_cands;
	struct vfw_map cand_map; /* a run -> where it stands */
	struct vfw_cell *cells;
	size_t n_cells, room_cells;
	struct vfw_block *blocks;
	size_t n_blocks, room_blocks;
	struct vfw_map block_map; /* cells and flags -> block */
	uint64_t work; /* spans swept so far */
	struct vfw_watch *watch; /* NULL: nobody wants to know */
	uint32_t clash[2]; /* after -ENOTUNIQ: the rules that inspect the same with two profiles */
	bool app_clash; /* the same, for the app decides between them; the second may be a fallback's */
	const struct vfw_rule_rec *rules; /* where profiles stand; NULL: nobody wants to know */
	uint16_t apps_profile; /* index + 1 of the profile that only recognises apps */
	/* scratch of the block being built */
	struct vfw_piece *pieces;
	size_t n_pieces, room_pieces;
};

/* One span of one rule, to be swept. Private to cells.c but for its size. */
struct vfw_piece {
	uint32_t first;
	uint32_t last;
	uint32_t rule; /* index; evaluation order within a slot */
	uint8_t slot;
};

/* Adds a rule (entry number rule) to the block being built. 0, -E2BIG (too much work), -ENOMEM. */
int vfw_cells_add(struct vfw_cells *c, const struct vfw_entry *entry, uint32_t rule,
		  enum vfw_slot slot);

/*
 * Builds the block of the rules added since the last call, or finds one with
 * the same cells. entries: what rule numbers stand for. cross: a pass takes both tenants.
 * fallback_joins: does the fallback join the ends (it passes or monitors)? Returns 0 and *block, -E2BIG beyond a bound of
 * the UAPI, -ENOTUNIQ (clash), -ENOMEM.
 */
int vfw_cells_build(struct vfw_cells *c, const struct vfw_entry *entries, bool cross,
		    const struct vfw_fallback *fallback, bool fallback_joins, uint32_t *block);

/* Frees what c holds. */
void vfw_cells_free(struct vfw_cells *c);

#endif /* VFW_POLICY_CELLS_H */
