/* SPDX-License-Identifier: GPL-2.0 */
/* Transformations of a buffer, as Suricata 7 has them: what a rule writes behind the buffer's name. */
#ifndef VFW_SIG_RULE_VIEW_H
#define VFW_SIG_RULE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VFW_RULE_VIEW_OPS 4 /* one behind the other */

enum vfw_rule_view_op {
	VFW_RULE_VIEW_DOTPREFIX, /* a dot before all of it */
	VFW_RULE_VIEW_STRIP_WHITESPACE,
	VFW_RULE_VIEW_COMPRESS_WHITESPACE, /* of several the first stays */
	VFW_RULE_VIEW_LOWERCASE,
	VFW_RULE_VIEW_UPPERCASE,
	VFW_RULE_VIEW_URL_DECODE, /* %xx, and + for a space */
};

struct vfw_rule_view {
	uint8_t n;
	uint8_t op[VFW_RULE_VIEW_OPS]; /* enum vfw_rule_view_op, the first one first */
};

/* The operation a keyword names. Returns false when it is none. */
bool vfw_rule_view_op(const char *keyword, uint8_t *op);

/*
 * Transforms len bytes in place; at most VFW_RULE_VIEW_OPS more may be written behind them. Returns how
 * many there are now.
 */
size_t vfw_rule_view_apply(const struct vfw_rule_view *view, uint8_t *bytes, size_t len);

#endif /* VFW_SIG_RULE_VIEW_H */
