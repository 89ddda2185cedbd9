/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes that a signature's payload steps match, made from the steps alone, and near misses of
 * them.
 *
 * Nothing here asks the evaluator (kmod/core/sig_chain.c), for what is made here is to judge it.
 * Made bytes come with a witness, where each step stands, and count only when rule_prove.c finds
 * that it holds step by step, without searching. A near miss counts only when one step that must
 * match cannot: its content is nowhere in the bytes, or nowhere where it may stand.
 */
#ifndef VFW_SIG_RULE_MAKE_H
#define VFW_SIG_RULE_MAKE_H

#include "rule_canvas.h"
#include "rule_set.h"

struct vfw_regex_scratch;
struct vfw_rule_regex;

struct vfw_made {
	u8 bytes[VFW_CANVAS_ROOM];
	u32 len;
	u32 first, n; /* the steps of one buffer, of the signature's */
	u32 begin[VFW_SIG_STEPS_MAX]; /* of the content or expression; of the number's bytes */
	u32 end[VFW_SIG_STEPS_MAX]; /* where the next step begins */
	u64 vars[VFW_SIG_VARS_MAX];
};

struct vfw_maker;

/* Returns NULL when there is no memory; set must stay, the caller owns the result. */
struct vfw_maker *vfw_maker_new(const struct vfw_rule_set *set);

void vfw_maker_free(struct vfw_maker *m);

/* How bytes are to be. */
struct vfw_make {
	u32 least, most; /* of them */
	const char *lead; /* in front where that may be */
	const char *shun; /* taken only where nothing else can stand */
	bool tame; /* what is free is letters */
	u32 salt; /* another one leads to other choices */
};

/*
 * Makes bytes for the steps of signature sig that are about one buffer, from step `first' on. Returns NULL, or a
 * static word or two: the keyword for which none were found.
 */
const char *vfw_maker_make(struct vfw_maker *m, u32 sig, u32 first, const struct vfw_make *how,
			   struct vfw_made *out);

/*
 * Looks for a witness of those steps in bytes that are there, made->bytes, made->len of them. Returns as
 * vfw_maker_make() does.
 */
const char *vfw_maker_find(struct vfw_maker *m, u32 sig, u32 first, struct vfw_made *made);

enum vfw_miss {
	VFW_MISS_BYTE, /* one byte of a content is another */
	VFW_MISS_DEPTH, /* a content ends one byte behind its depth */
	VFW_MISS_OFFSET, /* a content begins one byte before its offset */
	VFW_MISS_WITHIN, /* a content ends one byte too far from the one before it */
	VFW_MISS_REGEX, /* one byte of an expression's match is another */
	VFW_MISS_NEGATED, /* a content stands where it must not */
	VFW_MISS_LENGTH, /* a byte more, or less, than isdataat wants */
	VFW_MISS_TEST, /* a number is one that byte_test does not want */
	VFW_MISS_COUNT
};

/*
 * Changes *made, of signature sig, so that its k-th step does not match by so little. Returns
 * false, and *made is of no use any more, when there is no such miss of that step, or it cannot
 * be shown that nothing matches.
 */
bool vfw_maker_miss(struct vfw_maker *m, u32 sig, struct vfw_made *made, enum vfw_miss miss, u32 k);

/* For rule_prove.c, and the maker: */

/* The steps of sig from `first' on that are about one buffer: *n of them. */
const struct vfw_sig_step *vfw_made_steps(const struct vfw_rule_set *set, u32 sig, u32 first,
					  u32 *n);

/* Where a content may stand: *to is behind its last byte at most. False: nowhere. */
bool vfw_made_window(const struct vfw_sig_step *t, const u64 *vars, u32 cursor, u32 len, u32 *from,
		     u32 *to);

/* The number that a byte_* step reads at `at'; false: it is none. */
bool vfw_made_number(const struct vfw_sig_step *t, const u64 *vars, const u8 *bytes, u32 len,
		     u32 at, u64 *x);

/* Where a number's bytes begin; negative: nowhere. */
long long vfw_made_place(const struct vfw_sig_step *t, const u64 *vars, u32 cursor);

/* Where a jump by x leads, from a number that ends at `end'; negative: nowhere. */
long long vfw_made_jump(const struct vfw_sig_step *t, u64 x, u32 end, u32 len);

/* Does byte_test t hold for x? */
bool vfw_made_test(const struct vfw_sig_step *t, const u64 *vars, u64 x);

/* What a byte_extract or byte_math makes of the number x that it has read; false: nothing. */
bool vfw_made_result(const struct vfw_sig_step *t, const u64 *vars, u64 *x);

/*
 * A step that is neither content nor expression, where it must stand in the bytes of *made, which is told its variable.
 * False: it does not hold there.
 */
bool vfw_made_step(const struct vfw_sig_step *t, struct vfw_made *made, u32 cursor, u32 *begin,
		   u32 *end);

/* The keyword of a step. */
const char *vfw_made_word(const struct vfw_sig_step *t);

/* Does content t stand at `at'? */
bool vfw_made_is(const struct vfw_rule_set *set, const struct vfw_sig_step *t, const u8 *bytes,
		 u32 len, u32 at);

/* How often content t begins within [from, to) and ends there; *last: the last place. */
u32 vfw_made_count(const struct vfw_rule_set *set, const struct vfw_sig_step *t, const u8 *bytes,
		   u32 from, u32 to, u32 *last);

/*
 * Does the witness hold? regexes: own programs by number of expression, NULL where there is none.
 * *why: the keyword that does not.
 */
bool vfw_made_proven(const struct vfw_rule_set *set, u32 sig, const struct vfw_made *made,
		     struct vfw_rule_regex *const *regexes, struct vfw_regex_scratch *scratch,
		     const char **why);

/* vfw_maker_find(), with the maker's own. */
const char *vfw_made_find(const struct vfw_rule_set *set, u32 sig, u32 first, struct vfw_made *made,
			  struct vfw_rule_regex *const *regexes, struct vfw_regex_scratch *scratch);

/* vfw_maker_miss(), with the maker's own. */
bool vfw_made_miss(const struct vfw_rule_set *set, u32 sig, struct vfw_made *made,
		   enum vfw_miss miss, u32 k, struct vfw_rule_regex *const *regexes,
		   struct vfw_regex_scratch *scratch);

#endif /* VFW_SIG_RULE_MAKE_H */
