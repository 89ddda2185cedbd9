/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files of patterns, docs/signatures.md: one signature a line,
 *
 *   SID /REGEX/FLAGS ["message"]
 *
 * read into a list whose order is that of the expressions in a database: the n-th
 * pattern is expression n. Nothing here knows Hyperscan.
 */
#ifndef VFW_SIG_PATTERN_H
#define VFW_SIG_PATTERN_H

#include <stddef.h>
#include <stdint.h>

#include "../policy/sha256.h"
#include "reader.h"

#define VFW_PATTERN_FILE_MAX (16U << 20) /* bytes */
#define VFW_PATTERN_REGEX_MAX 8192 /* bytes */
#define VFW_PATTERN_MESSAGE_MAX 255 /* bytes */
#define VFW_PATTERNS_MAX 100000 /* of one list */

#define VFW_PATTERN_F_CASELESS (1U << 0) /* i */
#define VFW_PATTERN_F_DOTALL (1U << 1) /* s */
#define VFW_PATTERN_F_MULTILINE (1U << 2) /* m */
#define VFW_PATTERN_F_STREAM (1U << 3) /* of no use for datagrams */
#define VFW_PATTERN_F_DATAGRAM (1U << 4) /* of no use for streams */
#define VFW_PATTERN_F_ONCE (1U << 5) /* once is enough */
#define VFW_PATTERN_F_PART \
	(1U << 6) /* never matches by itself, only in the next expression of VFW_PATTERN_F_ALL */
/* the regex names patterns by index: "3 & 4", which all must match; of streams the module sees to it */
#define VFW_PATTERN_F_ALL (1U << 7)
#define VFW_PATTERN_F_FIRST (1U << 8) /* of a stream it matches the beginning alone */

struct vfw_pattern_rules;

struct vfw_pattern {
	uint32_t sid; /* 1 and up, with gid unique in the list; 0: a part of another pattern */
	uint32_t gid, rev,
		severity; /* files of patterns have none: 1, 0, 3, as Suricata takes then */
	uint32_t rule; /* it is signature rule - 1 of the list's rules; 0: of a file of patterns */
	uint32_t flags; /* VFW_PATTERN_F_* */
	const char *regex; /* without its slashes */
	const char *message; /* or NULL */
	const char *category; /* "" for none */
	struct vfw_loc loc; /* of the regex, or of the rule; loc.file indexes texts.files */
};

/* Strings belong to the list. */
struct vfw_patterns {
	struct vfw_pattern *v;
	size_t n, room;
	struct vfw_texts texts; /* what the strings above point into */
	uint32_t *by_sid; /* open hashing over v: index + 1, 0 is free */
	size_t slots; /* a power of two, or 0 */
	struct vfw_pattern_rules *rules; /* NULL: no file of rules is among them */
};

/* Returns an empty list, owned by the caller; NULL: no memory. */
struct vfw_patterns *vfw_patterns_new(void);

/* Frees it all; NULL is fine. */
void vfw_patterns_free(struct vfw_patterns *p);

/*
 * Reads one file's text and appends its patterns. name is for messages; both are copied. Returns
 * 0; -EINVAL after complaints in d, all of the file's lines having been looked at; -ENOMEM. After
 * a failure the list is good for messages only.
 */
int vfw_patterns_add(struct vfw_patterns *p, const char *name, const char *text, size_t len,
		     struct vfw_diags *d);

/*
 * Appends one, whose strings live as long as the list. Returns 0; -EEXIST with *first the one that has its
 * ids; -E2BIG: there are VFW_PATTERNS_MAX; -ENOMEM.
 */
int vfw_patterns_append(struct vfw_patterns *p, const struct vfw_pattern *pattern, size_t *first);

/* Complains (an error in d) about the pattern with that index, which must exist. */
void vfw_patterns_complain(const struct vfw_patterns *p, size_t index, struct vfw_diags *d,
			   const char *what);

/*
 * SHA-256 over all that patterns mean: ids, expressions, flags, messages, in order, and of rules what stands
 * in their table; not over comments, blanks and names of files. Returns 0 or -ENOMEM.
 */
int vfw_patterns_digest(const struct vfw_patterns *p, uint8_t digest[VFW_SHA256_LEN]);

#endif /* VFW_SIG_PATTERN_H */
