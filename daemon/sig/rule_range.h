/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses and ports of a rule's header as sets of ranges: lists, ranges, negation and variables
 * come down to union and difference. A list is the union of what it names (of everything, if it
 * names only what is not) without what is negated in it.
 */
#ifndef VFW_SIG_RULE_RANGE_H
#define VFW_SIG_RULE_RANGE_H

#include "rule.h"

typedef unsigned __int128 vfw_u128;

struct vfw_range {
	vfw_u128 low, high;
};

/* Sorted and apart. */
struct vfw_ranges {
	struct vfw_range *v;
	size_t n, room;
	bool negates; /* of addresses, in v4: some are named that it shall not be */
};

/* A variable, as $NAME in a rule. */
struct vfw_rule_var {
	char *name; /* without $ */
	char *value;
};

struct vfw_rule_vars {
	struct vfw_rule_var *v;
	size_t n;
};

/* Sets a variable, copying both; an old value is replaced. Returns 0 or -ENOMEM. */
int vfw_rule_vars_set(struct vfw_rule_vars *vars, const char *name, const char *value);

void vfw_rule_vars_free(struct vfw_rule_vars *vars);

/*
 * Reads addresses into *v4 and *v6 (host order numbers). *any: it is everything. Returns 0;
 * -EINVAL with e set; -ENOMEM. The caller frees both in any case.
 */
int vfw_rule_addresses(const struct vfw_rule_text *t, const struct vfw_rule_vars *vars,
		       struct vfw_ranges *v4, struct vfw_ranges *v6, bool *any,
		       struct vfw_rule_error *e);

/* Reads ports, likewise. */
int vfw_rule_ports(const struct vfw_rule_text *t, const struct vfw_rule_vars *vars,
		   struct vfw_ranges *ports, bool *any, struct vfw_rule_error *e);

void vfw_ranges_free(struct vfw_ranges *r);

#endif /* VFW_SIG_RULE_RANGE_H */
