/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A stupid rival of the matcher: rules as sets, evaluated one after the other,
 * first match wins. The same rules are also laid out as compiled tables, by the plainest
 * way there is, for the matcher to look up.
 */
#ifndef VFW_TEST_CORE_RIVAL_H
#define VFW_TEST_CORE_RIVAL_H

#include "core/match.h"

#define RIVAL_IDENTS (VFW_ID_FIRST + 4) /* of these, the built-in ones and the last four are used */
#define RIVAL_RULES 24

/* Where choices come from: bytes of a fuzzer's input, or a generator once they are used up. */
struct rival_dice {
	const u8 *data;
	size_t left;
	u64 state;
};

struct rival_rule {
	u32 src, dst; /* bit sets of identities */
	u32 low, high; /* keys, inclusive */
	u8 verdict;
};

struct rival {
	struct rival_rule rules[RIVAL_RULES]; /* the last is the default */
	u32 n_rules;
};

struct rival_answer {
	u32 rule;
	u32 monitors[RIVAL_RULES];
	u32 n_monitors;
};

/* A number below `below`. */
u32 rival_roll(struct rival_dice *d, u32 below);

/* An identity that exists. */
u32 rival_ident(struct rival_dice *d);

/* Invents rules. */
void rival_invent(struct rival *r, struct rival_dice *d);

/* A key to look up: near some rule's edge, or anything. */
u32 rival_key(const struct rival *r, struct rival_dice *d);

/* First match wins. */
void rival_lookup(const struct rival *r, u32 src, u32 dst, u32 key, struct rival_answer *a);

/* Does any rule but the default pass anything between the two, either way? */
bool rival_joined(const struct rival *r, u32 a, u32 b);

/* Lays the rules out as tables on the heap, index included; rival_free() frees them. */
void rival_tables(const struct rival *r, struct vfw_tables *t, struct rival_dice *d);
void rival_free(struct vfw_tables *t);

/* Checks the tables by vfw_match_check() with its scratch; returns its answer. */
const char *rival_check(const struct vfw_tables *t, u32 *table, u32 *element);

#endif /* VFW_TEST_CORE_RIVAL_H */
