/* SPDX-License-Identifier: GPL-2.0 */
/* PCRE's syntax, as far as rules use it, to a program of kmod/core/regex.h. */
#ifndef VFW_SIG_RULE_REGEX_H
#define VFW_SIG_RULE_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "../../kmod/core/regex.h"

struct vfw_rule_expr;

/* A compiled expression; regex points to the two arrays. */
struct vfw_rule_regex {
	struct vfw_regex regex;
	struct vfw_regex_inst *code;
	struct vfw_regex_set *sets;
};

/*
 * Compiles expr. Returns NULL with a sentence in why when it is wrong, too long, or uses what vfw has
 * not; else the caller owns the result.
 */
struct vfw_rule_regex *vfw_rule_regex_new(const struct vfw_rule_expr *expr, char *why, size_t size);

/*
 * Does what matches in the first bytes of a text match in more of them? ends: and is that place the same, where the first match ends? Programs that look for an end, or at what
 * is not there, do not; if true there is no doubt, if false there may be.
 */
bool vfw_rule_regex_stays(const struct vfw_regex *r, bool ends);

void vfw_rule_regex_free(struct vfw_rule_regex *r);

#endif /* VFW_SIG_RULE_REGEX_H */
