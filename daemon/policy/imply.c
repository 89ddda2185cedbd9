// SPDX-License-Identifier: GPL-2.0
#include "imply.h"

#include <string.h>

#include "literal.h"

/* Do all names that one pattern takes fit the other? Not all cases that are so are seen. */
static bool pattern_implies(const char *x, const char *y)
{
	if (!strcmp(x, y) || !strcmp(y, "*"))
		return true;
	return !strpbrk(x, "*?") && vfw_literal_pattern(y, x);
}

static bool leaf_implies(const struct vfw_expr *x, const struct vfw_expr *y)
{
	if (y->kind == VFW_EXPR_VM && !strcmp(y->value, "*"))
		return true;
	if (x->kind != y->kind)
		return false;
	switch (x->kind) {
	case VFW_EXPR_LABEL:
		return !strcmp(x->key, y->key) && !strcmp(x->value, y->value);
	case VFW_EXPR_VM:
		return pattern_implies(x->value, y->value);
	case VFW_EXPR_UUID:
		return !memcmp(x->uuid, y->uuid, VFW_UUID_LEN);
	default:
		return false;
	}
}

static bool implies(const struct vfw_expr *x, const struct vfw_expr *y, uint64_t *steps)
{
	const struct vfw_expr *t;

	if (!*steps)
		return false;
	--*steps;
	if (x == y)
		return true;
	if (x->kind == VFW_EXPR_OR) {
		for (t = x->terms.first; t; t = t->link.next)
			if (!implies(t, y, steps))
				return false;
		return true;
	}
	if (y->kind == VFW_EXPR_AND) {
		for (t = y->terms.first; t; t = t->link.next)
			if (!implies(x, t, steps))
				return false;
		return true;
	}
	if (y->kind == VFW_EXPR_OR)
		for (t = y->terms.first; t; t = t->link.next)
			if (implies(x, t, steps))
				return true;
	if (x->kind == VFW_EXPR_AND)
		for (t = x->terms.first; t; t = t->link.next)
			if (implies(t, y, steps))
				return true;
	return leaf_implies(x, y);
}

/* The expression of a set of VMs; that of a vm or uuid end is made in *leaf. NULL: a cidr set. */
static const struct vfw_expr *expr_of(const struct vfw_set *set, struct vfw_expr *leaf)
{
	if (set->stmt)
		return set->stmt->kind == VFW_STMT_GROUP ? set->stmt->expr : NULL;
	leaf->kind = set->end->kind == VFW_END_VM ? VFW_EXPR_VM : VFW_EXPR_UUID;
	leaf->value = set->end->name;
	memcpy(leaf->uuid, set->end->uuid, VFW_UUID_LEN);
	return leaf;
}

static bool set_implies(const struct vfw_set *x, const struct vfw_set *y, uint64_t *steps)
{
	struct vfw_expr leaf_x = {0}, leaf_y = {0};
	const struct vfw_expr *a = expr_of(x, &leaf_x), *b = expr_of(y, &leaf_y);

	if (!a || !b || (y->tenant != VFW_NO_TENANT && y->tenant != x->tenant))
		return false;
	return implies(a, b, steps);
}

static bool atom_implies(const struct vfw_resolved *r, uint32_t x, uint32_t y, uint64_t *steps)
{
	enum vfw_atom_kind kind = VFW_ATOM_KIND(x);
	const struct vfw_set *set = NULL;
	bool addresses;

	if (x == y)
		return true;
	if (kind == VFW_ATOM_SET)
		set = &r->sets[VFW_ATOM_INDEX(x)];
	addresses = set && set->stmt && set->stmt->kind == VFW_STMT_CIDR;
	switch (VFW_ATOM_KIND(y)) {
	case VFW_ATOM_ANY:
		return kind == VFW_ATOM_EXTERNAL || kind == VFW_ATOM_TENANT || set;
	case VFW_ATOM_EXTERNAL:
		return addresses;
	case VFW_ATOM_TENANT:
		return set && !addresses && set->tenant == VFW_ATOM_INDEX(y);
	case VFW_ATOM_SET:
		return set && set_implies(set, &r->sets[VFW_ATOM_INDEX(y)], steps);
	default:
		return false;
	}
}

bool vfw_imply_side(const struct vfw_resolved *r, uint32_t narrow, uint32_t wide, uint64_t *steps)
{
	const struct vfw_side *x = &r->sides[narrow], *y = &r->sides[wide];

	for (size_t i = 0; i < x->n; i++) {
		bool found = false;

		for (size_t k = 0; k < y->n && !found; k++)
			found = atom_implies(r, x->atoms[i], y->atoms[k], steps);
		if (!found)
			return false;
	}
	return true;
}
