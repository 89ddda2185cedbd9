/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is right in a policy but useless: rules that never come to their turn,
 * rules that speak of nobody, groups that hold nobody.
 *
 * A rule is shadowed when, for all that it matches between any two ends there
 * are, rules before it decide: asked of the same sweep that compiles the policy, so it is exact over
 * ends, protocols and stages, for the VMs given. It is shadowed always when that would be so
 * whatever VMs there were, as far as the words of both show it: rules before it, in `first`
 * or in its own block, whose ends contain its ends.
 */
#ifndef VFW_POLICY_LINT_H
#define VFW_POLICY_LINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vfw_diags;
struct vfw_policy;
struct vfw_vm;

#define VFW_LINT_NAMED 8 /* rules that are named as covering another */

enum vfw_lint_kind {
	VFW_LINT_SHADOWED, /* rules before it decide all that it matches */
	VFW_LINT_NOBODY, /* there are no two ends at present that it speaks of */
};

struct vfw_lint_rule {
	enum vfw_lint_kind kind;
	bool always; /* SHADOWED: whatever VMs there are */
	char *label; /* "shop:3" */
	char *text; /* in one line, canonical */
	const char *file; /* the policy's */
	unsigned int line;
	const char *
		empty; /* NOBODY: "from" or "to", where nobody is meant; NULL: its ends never meet */
	char *by[VFW_LINT_NAMED]; /* SHADOWED: labels of the rules that decide, in their order */
	size_t n_by;
	bool more; /* there are others */
};

struct vfw_lint_group {
	char *tenant; /* NULL: the operator's */
	const char *name;
	const char *file;
	unsigned int line;
};

struct vfw_lint {
	struct vfw_lint_rule *rules; /* in the order of evaluation */
	size_t n_rules;
	struct vfw_lint_group *groups; /* that hold no VM */
	size_t n_groups;
	bool partial; /* so many rules overlap that not all that cover others were found */
};

/*
 * Looks a policy over for the VMs given. Returns 0 and *out, owned by the caller, which points into
 * the policy; -EINVAL after complaints in d; -E2BIG: more than the datapath takes; -ENOMEM. *out
 * unchanged on failure.
 */
int vfw_policy_lint(const struct vfw_policy *p, const struct vfw_vm *const *vms, size_t n_vms,
		    struct vfw_diags *d, struct vfw_lint **out);

/* lint may be NULL. */
void vfw_lint_free(struct vfw_lint *lint);

#endif /* VFW_POLICY_LINT_H */
