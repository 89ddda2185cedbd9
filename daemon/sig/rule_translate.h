/* SPDX-License-Identifier: GPL-2.0 */
/* From a rule as written to a signature in the set. */
#ifndef VFW_SIG_RULE_TRANSLATE_H
#define VFW_SIG_RULE_TRANSLATE_H

#include "rule_set.h"

/* How a rule fared, and if not loaded, why. */
struct vfw_rule_outcome {
	enum vfw_rule_fate fate;
	uint32_t sid; /* 0: not known */
	char keyword[64]; /* what it was refused for */
	struct vfw_rule_error error;
};

/*
 * Translates one rule and adds it to the set when all of it could be. Returns 0, or -ENOMEM with
 * the set as it was.
 */
int vfw_rule_translate(struct vfw_rule_set *set, const struct vfw_rule *rule,
		       struct vfw_rule_outcome *out);

#endif /* VFW_SIG_RULE_TRANSLATE_H */
