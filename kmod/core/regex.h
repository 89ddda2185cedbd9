/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Regular expressions that no automaton can hold: back-references, look-around, possessive
 * quantifiers. A program of few instructions, run by trying, as PCRE does: of several matches from one
 * place it finds the same. What Hyperscan can express is not brought here.
 *
 * Nothing is allocated and nothing recurses: what is to be tried later lies in the caller's scratch, and
 * each instruction takes from a budget. Both have an end; then the answer is "not known".
 */
#ifndef VFW_CORE_REGEX_H
#define VFW_CORE_REGEX_H

#include "types.h"

#define VFW_REGEX_CODE_MAX 4096 /* instructions of one program */
#define VFW_REGEX_SETS_MAX 256
#define VFW_REGEX_GROUPS_MAX 16 /* captures, the whole not counted */
#define VFW_REGEX_STACK 4096 /* entries of scratch */
#define VFW_REGEX_BUDGET 200000 /* instructions of one call */
#define VFW_REGEX_MANY 0xffffffffU /* no upper bound */

enum vfw_regex_op {
	VFW_REGEX_MATCH,
	VFW_REGEX_REPEAT, /* a byte of set a, from b to c times */
	VFW_REGEX_SPLIT, /* go on at a, or else at b */
	VFW_REGEX_JUMP, /* go on at a */
	VFW_REGEX_SAVE, /* group a begins here; b: it ends, and from now on is what it was */
	VFW_REGEX_BACK, /* the same bytes as group a once more */
	VFW_REGEX_AHEAD, /* what follows up to a DONE must match (b: must not); on at a */
	VFW_REGEX_BEHIND, /* the same, c bytes back */
	VFW_REGEX_ATOMIC, /* what follows up to a DONE matches in one way only */
	VFW_REGEX_DONE, /* ends the three before */
	VFW_REGEX_BEGIN, /* of the text */
	VFW_REGEX_END, /* of the text */
	VFW_REGEX_END_LINE, /* the end, or before the newline that ends it */
	VFW_REGEX_BEGIN_ANY, /* of a line */
	VFW_REGEX_END_ANY,
	VFW_REGEX_WORD, /* at a word's edge; b: not there */
	VFW_REGEX_OP_COUNT
};

#define VFW_REGEX_F_LAZY 1 /* REPEAT: as few as can be */
#define VFW_REGEX_F_POSSESSIVE 2 /* REPEAT: as many as can be, and never fewer */
#define VFW_REGEX_F_NOCASE 4 /* BACK */

struct vfw_regex_inst {
	u8 op; /* enum vfw_regex_op */
	u8 flags; /* VFW_REGEX_F_* */
	u16 reserved;
	u32 a, b, c;
};

struct vfw_regex_set {
	u8 bits[32];
};

struct vfw_regex {
	const struct vfw_regex_inst *code;
	const struct vfw_regex_set *sets;
	u32 n_code, n_sets;
};

struct vfw_regex_entry {
	u32 kind, pc, pos, more;
};

/* Too large for a kernel's stack: one for each CPU, or thread. */
struct vfw_regex_scratch {
	u32 slot[3 * (VFW_REGEX_GROUPS_MAX + 1)]; /* each group: begin, end, begin of an open one */
	struct vfw_regex_entry stack[VFW_REGEX_STACK];
};

/* Checks a program by meaning. Returns NULL or a static sentence. Any context. */
const char *vfw_regex_check(const struct vfw_regex *r);

/*
 * Looks for the first match that begins at *from or later in text. Returns 1 with *from where it
 * begins and *to behind its end, 0 when there is none, -E2BIG when budget or scratch were spent. *budget
 * is counted down over calls. r passed vfw_regex_check(). Any context.
 */
int vfw_regex_find(const struct vfw_regex *r, struct vfw_regex_scratch *scratch, const u8 *text,
		   u32 len, u32 *from, u32 *to, u32 *budget);

/*
 * The places behind matches, at most max of them: one for each place where a match begins, that which PCRE would take. Returns their number,
 * or -E2BIG. As vfw_regex_find() otherwise.
 */
int vfw_regex_ends(const struct vfw_regex *r, struct vfw_regex_scratch *scratch, const u8 *text,
		   u32 len, u32 *ends, u32 max, u32 *budget);

#endif /* VFW_CORE_REGEX_H */
