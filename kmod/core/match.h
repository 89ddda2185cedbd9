/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The matcher: a compiled policy's tables and the lookup in them. One matcher
 * serves the datapath, explain and user space. The cost of a lookup is one look into a matrix or
 * a hash and a binary search over the cells of one block, whatever the number
 * of rules and VMs.
 *
 * The tables are the UAPI's own structs; struct vfw_tables only points at them,
 * and at an index of its own, and owns nothing. vfw_match_check() proves that every index in them is in
 * bounds; lookups on tables that passed it never look outside.
 */
#ifndef VFW_CORE_MATCH_H
#define VFW_CORE_MATCH_H

#include <linux/vfw.h>

#include "types.h"

/* In which of 32 bins a key is: 2,048 ports, of every protocol, have one; it comes again each 65,536 keys. As a bit. */
#define VFW_MATCH_BIN(key) (1U << ((key) >> 11 & 31))
#define VFW_MATCH_MANY 127 /* the most that fits a pair's place */

/* What a pair's block says: all that a lookup wants of either. In eight bytes, for most of a matrix is in no cache. */
struct vfw_pair_cells {
	u32 first_cell : 24;
	u32 n_cells : 7; /* 0: the pair is not in the table; VFW_MATCH_MANY: see n_many */
	u32 joins : 1; /* VFW_BLOCK_F_JOINS */
	union {
		u32 differs; /* bins of keys: where its bit is not set, the default block says the same */
		u32 n_many; /* of VFW_MATCH_MANY cells or more: how many */
	};
};

struct vfw_tables {
	const struct vfw_rule_rec *rules;
	const u32 *cands;
	const struct vfw_cell *cells;
	const struct vfw_block *blocks;
	const struct vfw_pair *pairs;
	const struct vfw_range4 *book4;
	const struct vfw_range6 *book6;
	struct vfw_counts counts;
	/* the index, see vfw_match_index(), behind which pairs and blocks are not looked at again */
	void *pair_index;
	u32 pair_mask;
	u32 pair_seed; /* random in the kernel: who writes policy cannot choose collisions */
	struct vfw_pair_cells no_pair; /* the default block */
};

/* What a lookup found; points into the tables and lives no longer than they. */
struct vfw_match {
	u32 rule; /* index of the deciding rule */
	u32 n_monitors;
	const u32 *monitors; /* indices of the monitor rules before it; points into cands */
	u32 profile; /* index + 1 of what scans what passes; 0: nothing does */
	bool asks; /* what is decided depends on the app */
	bool spares; /* and yet no app is refused: it decides for which rule what passes counts */
	bool pending; /* what it depends on is not known: it passes, within a budget */
	u32 holds; /* pending: index + 1 of the rule by which no payload does; or 0 */
};

/*
 * Bytes the pair index takes for these counts, which are in bounds: of a hash at most half full, with open addressing, or
 * of a matrix of all identities where that is not larger.
 */
u64 vfw_match_index_bytes(const struct vfw_counts *counts);

/*
 * Fills t->pair_index (vfw_match_index_bytes() zeroed bytes that the caller
 * provides, pair_seed set), t->pair_mask and t->no_pair, of tables that
 * vfw_match_check() found sound. Returns 0, or -EEXIST when a pair
 * stands twice (*bad is its number). Linear time for honest input; may take long
 * for none: the hash is seeded by t->pair_seed. Process context.
 */
int vfw_match_index(struct vfw_tables *t, u32 *bad);

/*
 * Checks the counts alone, before memory is taken for the tables. Returns NULL or a
 * static sentence. Any context.
 */
const char *vfw_match_check_counts(const struct vfw_counts *counts);

/* Zeroed u32 words of scratch, an even number, that vfw_match_check() needs for tables of these counts. */
u32 vfw_match_scratch_size(const struct vfw_counts *counts);

/*
 * Checks the tables by meaning: all that the UAPI promises of counts, indices,
 * order, verdicts and reserved fields. scratch: vfw_match_scratch_size() words, zeroed by the
 * caller, who keeps them; counts beyond their bounds are refused before scratch is
 * touched. Returns NULL if all is right, else a static sentence saying what is wrong; *table
 * (enum vfw_table; __VFW_TABLE_MAX: the counts themselves) and *element say where.
 * Time is linear in the tables: cells shared by blocks and overlapping runs of candidates
 * are refused where they add up to more than that. Uniqueness of rule ids and of pairs is
 * not checked here (vfw_match_index() sees to pairs). No allocation. Process context.
 */
const char *vfw_match_check(const struct vfw_tables *t, u32 *scratch, u32 *table, u32 *element);

/*
 * A lookup for these two is going to come: fetches the first place it will look at into the cache. Nothing is read, so they may
 * be any. Any context.
 */
void vfw_match_soon(const struct vfw_tables *t, u32 src, u32 dst);

/* What is said of (src, dst): the pair's own, else t->no_pair. Any context. */
const struct vfw_pair_cells *vfw_match_pair(const struct vfw_tables *t, u32 src, u32 dst);

/* The cells of it, *n of them, and no less than one. Any context. */
const struct vfw_cell *vfw_match_cells(const struct vfw_tables *t,
				       const struct vfw_pair_cells *pair, u32 *n);

/*
 * Looks a key up, for a conversation whose app has that number, is none (VFW_APP_ID_NONE), or is not known
 * (VFW_APP_ID_PENDING). Always finds: blocks cover all keys. Any context.
 */
void vfw_match_lookup(const struct vfw_tables *t, u32 src, u32 dst, u32 key, u32 app,
		      struct vfw_match *m);

/*
 * Of what the app decides about there: an app that is refused, VFW_APP_ID_NONE where what is none of those that make a
 * difference is, and VFW_APP_ID_PENDING where nothing is, or the app does not decide. Any context.
 */
u32 vfw_match_refuses(const struct vfw_tables *t, u32 src, u32 dst, u32 key);

/* Is this app, by its name, refused there? Not what is refused because it is none of those that are named. Any context. */
bool vfw_match_forbids(const struct vfw_tables *t, u32 src, u32 dst, u32 key, u32 app);

/* May ARP and ND pass between the two: does any rule join them, either way? Any context. */
bool vfw_match_joined(const struct vfw_tables *t, u32 a, u32 b);

/* Identity of an address that no local port holds: the book's, or VFW_ID_EXTERNAL. Any context. */
u32 vfw_match_book4(const struct vfw_tables *t, const u8 addr[4]);
u32 vfw_match_book6(const struct vfw_tables *t, const u8 addr[16]);

#endif /* VFW_CORE_MATCH_H */
