/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Suricata's rules among the signatures of a profile: those that the module can enforce exactly become
 * patterns of the list, with a table of what a match of each demands besides. The others are named.
 */
#ifndef VFW_SIG_PATTERN_RULES_H
#define VFW_SIG_PATTERN_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vfw_diags;
struct vfw_patterns;
struct vfw_text;

#define VFW_PATTERN_RULES_NAME ".rules" /* how names of their files end */

/* Why rules are not enforced. */
enum vfw_pattern_left {
	VFW_PATTERN_LEFT_DEEP, /* a parser is what they need, and the module has none */
	VFW_PATTERN_LEFT_REFUSED, /* wrong, or with a keyword that vfw has not */
	VFW_PATTERN_LEFT_UNLIKE, /* replay evaluates them; the module cannot do so exactly */
	VFW_PATTERN_LEFT_COUNT
};

struct vfw_pattern_reason {
	enum vfw_pattern_left left;
	char *why; /* owned */
	uint32_t n; /* rules */
	uint32_t sid; /* of the first; 0: not known */
};

struct vfw_pattern_rules {
	struct vfw_rule_set *set; /* NULL once settled */
	char **message; /* of rules that are enforced; owned, NULL for none */
	size_t enforced;
	char **regex; /* of patterns that are rules, or parts of rules; owned */
	size_t n_regex, room_regex;
	char *table; /* for the module, table_len bytes */
	size_t table_len;
	uint32_t alerts; /* rules that are enforced and only report */
	uint32_t left[VFW_PATTERN_LEFT_COUNT];
	struct vfw_pattern_reason *reasons; /* most rules first */
	size_t n_reasons;
};

/*
 * Reads one file's text; name is for messages; both are copied. Returns 0; -EINVAL after complaints in d about
 * what is no rule at all; -ENOMEM. vfw_pattern_rules_finish() comes after the last file.
 */
int vfw_pattern_rules_add(struct vfw_patterns *p, const char *name, const char *text, size_t len,
			  struct vfw_diags *d);

/*
 * Makes patterns of the rules that were read, if any were. Returns 0; -EINVAL after complaints in d: an id that a
 * pattern has, or too many; -ENOMEM.
 */
int vfw_pattern_rules_finish(struct vfw_patterns *p, struct vfw_diags *d);

/* Warns in d, a sentence for each reason, of what profile does not enforce. prevent: its mode. Before settling. */
void vfw_pattern_rules_warn(const struct vfw_patterns *p, const char *profile, bool prevent,
			    struct vfw_diags *d);

/*
 * Keeps of the rules only what alerts, status and the module need, which is little; complaints about one show its place then
 * without its text.
 */
void vfw_pattern_rules_settle(struct vfw_patterns *p);

/* "deep", "refused", "unlike". */
const char *vfw_pattern_left_word(enum vfw_pattern_left left);

/* Appends the table of the list for the module, if it has rules. Returns 0 or -ENOMEM. */
int vfw_pattern_rules_table(const struct vfw_patterns *p, struct vfw_text *t);

/* NULL is fine. */
void vfw_pattern_rules_free(struct vfw_pattern_rules *r);

#endif /* VFW_SIG_PATTERN_RULES_H */
