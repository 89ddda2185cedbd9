/* SPDX-License-Identifier: GPL-2.0 */
/* The chains of rules that the module asks, on their way into a table: steps, the bytes they look for, programs of their expressions. */
#ifndef VFW_SIG_RULE_STEPS_H
#define VFW_SIG_RULE_STEPS_H

#include <stdbool.h>

#include "../policy/text.h"
#include "rule_set.h"

/* Begins zeroed. Each text holds an array. */
struct vfw_rule_steps {
	struct vfw_text steps; /* struct vfw_sig_step */
	struct vfw_text bytes;
	struct vfw_text exprs; /* struct vfw_sig_expr */
	struct vfw_text code; /* struct vfw_regex_inst */
	struct vfw_text sets; /* struct vfw_regex_set */
};

/*
 * Appends those of sig, which are the set's, and are a chain as vfw_rule_kernel() says; sig points to where they are from then on. Want
 * of memory vfw_rule_steps_give() tells.
 */
void vfw_rule_steps_add(const struct vfw_rule_set *set, struct vfw_sig *sig,
			struct vfw_rule_steps *to);

/* Points s to all that were appended, as long as nothing is any more. Returns false if there was no memory for them. */
bool vfw_rule_steps_give(const struct vfw_rule_steps *steps, struct vfw_sigs *s);

void vfw_rule_steps_free(struct vfw_rule_steps *steps);

#endif /* VFW_SIG_RULE_STEPS_H */
