/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which regular expressions of rules mean the same to Hyperscan as to PCRE, as to whether they match, and are surely taken by
 * it: Hyperscan's developer reference, "Pattern Support". It compiles in a process of its own, long after a rule was read.
 */
#ifndef VFW_SIG_RULE_PCRE_H
#define VFW_SIG_RULE_PCRE_H

#include "rule_set.h"

/*
 * Returns NULL, or a static word or two about what keeps x from being one. stream: of TCP, whose bytes have no first and
 * no last one that a rule could mean; relative: behind a content, right behind it if it begins with ^.
 */
const char *vfw_rule_pcre(const struct vfw_rule_expr *x, bool stream, bool relative);

#endif /* VFW_SIG_RULE_PCRE_H */
