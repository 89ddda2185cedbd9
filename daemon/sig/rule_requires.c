// SPDX-License-Identifier: GPL-2.0
/*
 * requires: what Suricata must be for a rule, as its writers say, so that older ones leave it out. Rules are read here as this
 * version reads them; features are parts of that program, and vfw has none of them.
 */
#include "rule_draft.h"

#include <errno.h>
#include <string.h>

static const uint32_t reference[] = {7, 0, 10};

#define PARTS (sizeof(reference) / sizeof(*reference))

/* Takes from *rest what stands before the next blank, and of an operator's characters either all or none. */
static bool word(struct vfw_rule_text *rest, struct vfw_rule_text *w)
{
	bool op;
	size_t n;

	*rest = vfw_rule_trim(*rest);
	*w = *rest;
	op = rest->len && strchr("<>=", rest->s[0]);
	for (n = 0; n < rest->len && rest->s[n] != ' ' && !strchr("<>=", rest->s[n]) == !op; n++)
		;
	w->len = n;
	rest->s += n;
	rest->len -= n;
	rest->col += (uint32_t)n;
	return n;
}

/* Compares the reference with a version, of which parts may lack at the end. Returns -EINVAL with d->e set. */
static int compare(struct vfw_draft *d, struct vfw_rule_text t, int *order)
{
	struct vfw_rule_text part;
	long long n;
	size_t i;

	*order = 0;
	for (i = 0; i < PARTS && vfw_rule_split(&t, '.', &part); i++) {
		if (vfw_rule_number(&part, 0, 0xffff, &n, d->e))
			return -EINVAL;
		if (!*order)
			*order = (reference[i] > n) - (reference[i] < n);
	}
	if (i == PARTS && vfw_rule_split(&t, '.', &part))
		return vfw_rule_fail(d->e, &part, 0, "expected a version of at most three numbers");
	return 0;
}

/* One alternative: comparisons, all of which must hold. */
static int holds(struct vfw_draft *d, struct vfw_rule_text t, bool *all)
{
	struct vfw_rule_text op, version;
	int order;

	for (*all = true; word(&t, &op);) {
		bool less = vfw_rule_is(&op, "<") || vfw_rule_is(&op, "<=");
		bool more = vfw_rule_is(&op, ">") || vfw_rule_is(&op, ">=");

		if ((!less && !more) || !word(&t, &version))
			return vfw_rule_fail(d->e, &op, 0, "expected <, <=, > or >= and a version");
		if (compare(d, version, &order))
			return -EINVAL;
		*all &= (less ? order < 0 : order > 0) || (op.len == 2 && !order);
	}
	return 0;
}

int vfw_draft_requires(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	struct vfw_rule_text rest = o->value, one, what, alternative;
	bool any, all, said = false;

	for (; vfw_rule_split(&rest, ',', &one); said = true) {
		if (said)
			return vfw_rule_fail(d->e, &one, 0, "expected one requirement");
		if (!word(&one, &what) || !vfw_rule_is(&what, "version"))
			return vfw_rule_fail(d->e, &what, 0, "requires what vfw has not");
		for (any = false; vfw_rule_split(&one, '|', &alternative); any |= all)
			if (holds(d, alternative, &all))
				return -EINVAL;
		if (!any)
			return vfw_rule_fail(
				d->e, &what, 0,
				"requires another version than %u.%u.%u, as which rules are read",
				reference[0], reference[1], reference[2]);
	}
	return 0;
}
