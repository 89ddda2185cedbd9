// SPDX-License-Identifier: GPL-2.0
/* What the language can say and the datapath does not do yet; docs/policy.md, section 8. */
#include "policy.h"
#include "tree.h"

struct refusing {
	const struct vfw_policy *policy;
	struct vfw_diags *d;
	size_t n;
};

static void refuse(struct refusing *c, const struct vfw_loc *loc, const char *what,
		   const char *name)
{
	c->n++;
	vfw_diag_add(c->d, VFW_DIAG_ERROR, &c->policy->files[loc->file], loc,
		     "'%s%s%s' is not enforced yet, so this policy cannot be applied; take it out",
		     what, name ? " " : "", name ? name : "");
}

static void check_ends(struct refusing *c, const struct vfw_list *ends)
{
	for (const struct vfw_end *end = ends->first; end; end = end->link.next)
		if (end->nic >= 0)
			refuse(c, &end->loc, "nic", NULL);
}

static void check_rule(struct refusing *c, const struct vfw_rule *rule)
{
	check_ends(c, &rule->from);
	check_ends(c, &rule->to);
}

static void check_guard(struct refusing *c, const struct vfw_guard *guard)
{
	if (guard->items[VFW_GUARD_MAC] == VFW_GUARD_LEARN)
		refuse(c, &guard->locs[VFW_GUARD_MAC], "mac", "learn");
	if (guard->items[VFW_GUARD_IP] == VFW_GUARD_LEARN)
		refuse(c, &guard->locs[VFW_GUARD_IP], "ip", "learn");
}

static void check_list(struct refusing *c, const struct vfw_list *stmts)
{
	for (const struct vfw_stmt *stmt = stmts->first; stmt; stmt = stmt->link.next) {
		switch (stmt->kind) {
		case VFW_STMT_RULE:
			check_rule(c, stmt->rule);
			break;
		case VFW_STMT_LIMIT:
			refuse(c, &stmt->loc, "limit", stmt->limit->group.name);
			break;
		case VFW_STMT_GUARD:
			check_guard(c, stmt->guard);
			break;
		case VFW_STMT_FIRST:
		case VFW_STMT_LAST:
		case VFW_STMT_UNMANAGED:
		case VFW_STMT_TENANT:
			check_list(c, &stmt->items);
			break;
		default:
			break;
		}
	}
}

size_t vfw_policy_unenforceable(const struct vfw_policy *p, struct vfw_diags *d)
{
	struct refusing c = {.policy = p, .d = d};

	check_list(&c, &p->stmts);
	return c.n;
}
