/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A policy after compilation: the very tables that go to the kernel, plus what
 * people want to know about them. Built by vfw_policy_compile(), immutable
 * afterwards, freed whole by vfw_compiled_free().
 */
#ifndef VFW_POLICY_COMPILED_H
#define VFW_POLICY_COMPILED_H

#include <linux/vfw.h>
#include <stddef.h>
#include <stdint.h>

/* Where a rule came from; index-parallel to rules. The strings belong to the struct. */
struct vfw_rule_origin {
	char *file;
	unsigned int line; /* 1-based; 0: the implied default */
	char *tenant; /* NULL: first, last, unmanaged or default */
	char *text; /* the rule printed in one line, canonical */
	char *label; /* what people and events call it: "shop:3" (tenant:n-th rule), "first:1", "default" */
	char *message; /* text after log, or NULL */
};

/* What a local VM is under this policy. */
struct vfw_member {
	uint8_t uuid[VFW_UUID_LEN];
	uint32_t ident;
	uint32_t nic_flags[VFW_MAX_NICS]; /* VFW_NIC_F_* from the guard that applies */
};

struct vfw_compiled {
	struct vfw_rule_rec *rules;
	uint32_t *cands;
	struct vfw_cell *cells;
	struct vfw_block *blocks;
	struct vfw_pair *pairs;
	struct vfw_range4 *book4;
	struct vfw_range6 *book6;
	struct vfw_counts counts; /* element counts of the above, n_idents, default_block */
	struct vfw_rule_origin *origins; /* counts.n[VFW_TABLE_RULES] of them */
	char **ident_names; /* counts.n_idents; for people: "web+prod", "host"; NULL for unused numbers */
	/* counts.n_idents; equal for what the same rules do not tell apart, whatever its number */
	uint64_t *ident_means;
	struct vfw_member *members; /* every VM of the registry that was compiled against */
	size_t n_members;
	uint8_t digest[VFW_DIGEST_LEN]; /* of the canonical text; ruleset.c adds the signatures */
};

/* One of the tables, an enum vfw_table: its elements, counts.n[table] of them, and the bytes of each. */
const void *vfw_compiled_table(const struct vfw_compiled *c, int table, size_t *size);

/* Frees all; c may be NULL. */
void vfw_compiled_free(struct vfw_compiled *c);

#endif /* VFW_POLICY_COMPILED_H */
