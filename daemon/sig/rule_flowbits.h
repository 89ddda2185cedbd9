/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flowbits of rules that the module enforces: a rule that asks for a name is enforced only where all others that change this
 * name are, and, to be set, somebody sets it; else it would match where replay's does not, or the other way round.
 */
#ifndef VFW_SIG_RULE_FLOWBITS_H
#define VFW_SIG_RULE_FLOWBITS_H

#include "../../kmod/core/sigbits.h"
#include "rule_set.h"

/* The part of a table that is about flowbits. */
struct vfw_rule_flowbits {
	struct vfw_sig_state *states; /* sig: to be filled in by who gives numbers; owned */
	struct vfw_sig_bit *bits; /* owned */
	uint32_t *rule; /* of each state; owned */
	uint32_t n_states, n_bits;
};

/*
 * why: of each rule of a finished set what keeps the module from enforcing it, or NULL. Gives one to those whose flowbits do. Returns 0
 * or -ENOMEM.
 */
int vfw_rule_flowbits_settle(const struct vfw_rule_set *set, const char **why);

/* Of those that why leaves, in their order, by numbers of their own. Returns 0 or -ENOMEM; free it in any case. */
int vfw_rule_flowbits_make(const struct vfw_rule_set *set, const char *const *why,
			   struct vfw_rule_flowbits *f);

void vfw_rule_flowbits_free(struct vfw_rule_flowbits *f);

#endif /* VFW_SIG_RULE_FLOWBITS_H */
