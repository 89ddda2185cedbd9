/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules that the module enforces: those about datagrams and segments whose chain it can ask, once a literal was found, and those whose payload
 * part is one regular expression, or a few that must all match, exactly, over what it scans anyway. Their
 * header part vfw_sig_header() answers there. docs/rules.md says which.
 */
#ifndef VFW_SIG_RULE_KERNEL_H
#define VFW_SIG_RULE_KERNEL_H

#include "../policy/text.h"
#include "rule_set.h"

#include <stdbool.h>

/* Expressions of Hyperscan, to be taken with DOTALL, that all must match, in any order; the texts are owned. */
struct vfw_rule_parts {
	struct vfw_text regex[VFW_SIG_STEPS_MAX];
	uint32_t n;
	uint32_t reach; /* all that matches ends within so many bytes of a packet; 0: anywhere */
	bool at_start; /* of a stream they count from its first byte */
	uint64_t first; /* bits: those that match at its beginning alone */
	bool header; /* there is one, that nobody looks for: the module asks packets' headers */
	bool chain; /* there is one, a literal: where it is the module asks the steps, in a table */
};

/*
 * Writes to *parts (zeroed) the expressions that match where the payload part of signature i of a finished set does, or may. Returns
 * NULL, or a static word or two about what keeps the module from enforcing this one; *parts then may hold some. Check
 * failed of each.
 */
const char *vfw_rule_kernel(const struct vfw_rule_set *set, uint32_t i,
			    struct vfw_rule_parts *parts);

void vfw_rule_parts_free(struct vfw_rule_parts *parts);

/*
 * Of each signature of a finished set what keeps the module from enforcing it, static words, or NULL; what is there
 * for others' flowbits included. To be freed by the caller; NULL without memory.
 */
const char **vfw_rule_kernel_set(const struct vfw_rule_set *set);

#endif /* VFW_SIG_RULE_KERNEL_H */
