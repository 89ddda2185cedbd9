/* SPDX-License-Identifier: GPL-2.0 */
/* Rules tried on conversations made from them, for the commands that do. */
#ifndef VFWCTL_PROVE_H
#define VFWCTL_PROVE_H

#include "cli.h"

#include "../daemon/replay/selftest.h"

/* What became of them. */
struct vfw_proof {
	uint32_t n[VFW_SELFTEST_FATES]; /* rules, by fate */
	uint32_t misses; /* near misses tried */
	json_t *notes; /* of rules that have not passed */
};

/*
 * Tries each rule of the set. Those that have not passed are noted and, unless the output is JSON, printed. Returns an
 * exit status, VFW_EXIT_OK also when some have failed; t->notes is the caller's, to be released in any case.
 */
int vfw_prove(struct vfw_cli *cli, const struct vfw_rule_set *set, struct vfw_proof *t);

#endif /* VFWCTL_PROVE_H */
