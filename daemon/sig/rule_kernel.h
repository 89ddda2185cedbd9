/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules that the module enforces: those whose payload part is one regular expression, exactly, over what it
 * scans anyway, and whose header part vfw_sig_header() answers there. docs/rules.md says which.
 */
#ifndef VFW_SIG_RULE_KERNEL_H
#define VFW_SIG_RULE_KERNEL_H

#include "rule_set.h"

struct vfw_text;

/*
 * Writes to regex the expression (of Hyperscan, to be taken with DOTALL) that matches where the payload part of
 * signature i of a finished set does. Returns NULL, or a static word or two about what keeps the
 * module from enforcing this one; regex then may hold a part. Check regex->failed.
 */
const char *vfw_rule_kernel(const struct vfw_rule_set *set, uint32_t i, struct vfw_text *regex);

#endif /* VFW_SIG_RULE_KERNEL_H */
