/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hyperscan for rules evaluated in this process: one database of all rules' literals tells which
 * signatures are worth evaluating, and one for each regular expression, made when it is
 * first asked for, answers the steps that ask.
 */
#ifndef VFW_SIG_RULE_SCAN_H
#define VFW_SIG_RULE_SCAN_H

#include "rule_set.h"

struct vfw_rule_scan;

/* For vfw_rule_set.takes: compiles the expression to see. ctx is not used. */
bool vfw_rule_scan_takes(void *ctx, const struct vfw_rule_expr *expr, char *why, size_t size);

/*
 * Compiles the literals of a finished set, which must stay. Returns NULL with a sentence in why
 * when that fails; the caller owns the result.
 */
struct vfw_rule_scan *vfw_rule_scan_new(const struct vfw_rule_set *set, char *why, size_t size);

/*
 * From now on expressions that Hyperscan has not are run without a database that says whether it
 * is worth it: such a database takes up to a second to compile, and is of use where many packets
 * are asked about.
 */
void vfw_rule_scan_unfiltered(struct vfw_rule_scan *scan);

void vfw_rule_scan_free(struct vfw_rule_scan *scan);

/*
 * Looks for all literals in buf and calls hit with the number of each that is there, once.
 * Returns 0, or -EIO when the scan failed.
 */
int vfw_rule_scan_literals(struct vfw_rule_scan *scan, const uint8_t *buf, size_t len,
			   void (*hit)(void *ctx, uint32_t literal), void *ctx);

/* For struct vfw_sig_regex; ctx is the scan. */
int vfw_rule_scan_ends(void *ctx, u32 expr, const u8 *buf, u32 len, u32 *ends, u32 max,
		       u32 *budget);

#endif /* VFW_SIG_RULE_SCAN_H */
