/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A stupid evaluator of policies: docs/policy.md read aloud, straight on the
 * tree, rule after rule, with no identities, pairs or cells. Slow and plain on
 * purpose; it shares nothing with the compiler but the parsed tree.
 */
#ifndef VFW_TEST_POLICY_RIVAL_H
#define VFW_TEST_POLICY_RIVAL_H

#include "../../daemon/policy/tree.h"
#include "../../daemon/vm/registry.h"

enum rival_kind {
	RIVAL_VM,
	RIVAL_HOST,
	RIVAL_UNMANAGED,
	RIVAL_ADDRESS,
};

struct rival_end {
	enum rival_kind kind;
	const struct vfw_vm *vm;
	unsigned int family;
	uint8_t addr[16];
};

struct rival_world {
	const struct vfw_policy *policy;
	const struct vfw_vm *const *vms;
	size_t n_vms;
};

#define RIVAL_MONITORS 64

struct rival_answer {
	enum vfw_verdict verdict;
	const struct vfw_loc *rule; /* NULL: nothing that was written */
	bool by_default;
	const struct vfw_loc *monitors[RIVAL_MONITORS];
	size_t n_monitors;
};

/* Who is at this address, if no local port holds it? */
void rival_who(const struct rival_world *w, unsigned int family, const uint8_t *addr,
	       struct rival_end *end);

/* What becomes of a conversation? */
void rival_judge(const struct rival_world *w, const struct rival_end *src,
		 const struct rival_end *dst, uint32_t key, struct rival_answer *answer);

#endif /* VFW_TEST_POLICY_RIVAL_H */
