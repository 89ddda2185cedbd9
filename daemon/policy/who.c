// SPDX-License-Identifier: GPL-2.0
#include "who.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "literal.h"
#include "policy.h"
#include "../vm/registry.h"

static bool has_label(const struct vfw_vm *vm, const char *key, const char *value)
{
	for (size_t i = 0; i < vm->n_labels; i++)
		if (!strcmp(vm->labels[i].key, key) && !strcmp(vm->labels[i].value, value))
			return true;
	return false;
}

static bool satisfies(const struct vfw_vm *vm, const struct vfw_expr *expr)
{
	const struct vfw_expr *term;

	switch (expr->kind) {
	case VFW_EXPR_OR:
		for (term = expr->terms.first; term; term = term->link.next)
			if (satisfies(vm, term))
				return true;
		return false;
	case VFW_EXPR_AND:
		for (term = expr->terms.first; term; term = term->link.next)
			if (!satisfies(vm, term))
				return false;
		return true;
	case VFW_EXPR_LABEL:
		return has_label(vm, expr->key, expr->value);
	case VFW_EXPR_VM:
		return vfw_literal_pattern(expr->value, vm->name);
	case VFW_EXPR_UUID:
		return !memcmp(vm->uuid, expr->uuid, VFW_UUID_LEN);
	}
	return false;
}

/* A tenant's sets hold only its own VMs, whatever they say. */
static bool in_set(const struct vfw_vm *vm, uint32_t tenant, const struct vfw_set *set)
{
	if (set->tenant != VFW_NO_TENANT && set->tenant != tenant)
		return false;
	if (set->stmt)
		return set->stmt->kind == VFW_STMT_GROUP && satisfies(vm, set->stmt->expr);
	if (set->end->kind == VFW_END_VM)
		return vfw_literal_pattern(set->end->name, vm->name);
	return !memcmp(vm->uuid, set->end->uuid, VFW_UUID_LEN);
}

static int add_ident(struct vfw_who *who, const struct vfw_identity *identity)
{
	if (who->n_idents == VFW_MAX_IDENTS)
		return -E2BIG;
	if (vfw_grow(&who->idents, &who->room_idents, who->n_idents + 1, sizeof(*who->idents)))
		return -ENOMEM;
	who->idents[who->n_idents++] = *identity;
	return 0;
}

int vfw_who_ident(struct vfw_who *who, enum vfw_who_kind kind, uint32_t tenant, bool disputed,
		  const uint32_t *sets, size_t n, uint32_t *ident)
{
	struct vfw_identity identity = {
		.kind = kind, .tenant = tenant, .disputed = disputed, .n_sets = n};
	uint32_t *key = malloc((n + 3) * sizeof(*key));
	size_t len = (n + 3) * sizeof(*key);
	const uint32_t *known;
	uint32_t *kept;
	int err;

	if (!key)
		return -ENOMEM;
	key[0] = kind;
	key[1] = tenant;
	key[2] = disputed;
	if (n)
		memcpy(key + 3, sets, n * sizeof(*key));
	known = vfw_map_get(&who->map, key, len);
	if (known) {
		*ident = *known;
		free(key);
		return 0;
	}
	kept = vfw_arena_alloc(&who->arena, len);
	if (kept)
		memcpy(kept, key, len);
	free(key);
	if (!kept)
		return -ENOMEM;
	identity.sets = kept + 3;
	*ident = (uint32_t)who->n_idents;
	err = add_ident(who, &identity);
	return err ? err : vfw_map_put(&who->map, kept, len, *ident);
}

/* The numbers that mean the same under every policy. */
static int add_fixed(struct vfw_who *who)
{
	static const uint32_t external[3] = {VFW_WHO_ADDRESS, VFW_NO_TENANT, 0};
	int err = 0;

	for (uint32_t i = 0; i < VFW_ID_FIRST && !err; i++) {
		struct vfw_identity identity = {.tenant = VFW_NO_TENANT};

		if (i == VFW_ID_UNMANAGED)
			identity.kind = VFW_WHO_UNMANAGED;
		else if (i == VFW_ID_HOST)
			identity.kind = VFW_WHO_HOST;
		else if (i == VFW_ID_EXTERNAL)
			identity.kind = VFW_WHO_ADDRESS;
		err = add_ident(who, &identity);
	}
	return err ? err : vfw_map_put(&who->map, external, sizeof(external), VFW_ID_EXTERNAL);
}

/* Sorts the VMs into the sets; counts members. */
static int add_vms(struct vfw_resolved *r, const struct vfw_vm *const *vms, size_t n_vms,
		   struct vfw_who *who, uint32_t *members)
{
	uint32_t *sets = malloc((r->n_sets + 1) * sizeof(*sets));
	int err = sets ? 0 : -ENOMEM;

	for (size_t i = 0; i < n_vms && !err; i++) {
		uint32_t tenant = VFW_NO_TENANT;
		size_t n = 0;

		if (vms[i]->tenant) {
			tenant = vfw_resolve_tenant(r, vms[i]->tenant);
			if (tenant == UINT32_MAX) {
				err = -ENOMEM;
				break;
			}
		}
		for (size_t s = 0; s < r->n_sets; s++) {
			if (!in_set(vms[i], tenant, &r->sets[s]))
				continue;
			sets[n++] = (uint32_t)s;
			members[s]++;
		}
		err = vfw_who_ident(who, VFW_WHO_VM, tenant, false, sets, n, &who->vm_idents[i]);
	}
	free(sets);
	return err;
}

static void warn_empty(const struct vfw_resolved *r, const uint32_t *members, struct vfw_diags *d)
{
	for (size_t s = 0; s < r->n_sets; s++) {
		const struct vfw_set *set = &r->sets[s];
		const struct vfw_loc *loc = set->stmt ? &set->stmt->name_loc : &set->end->loc;

		if (members[s] || (set->stmt && set->stmt->kind == VFW_STMT_CIDR))
			continue;
		if (set->name)
			vfw_diag_add(d, VFW_DIAG_WARNING, &r->policy->files[loc->file], loc,
				     "group '%s' holds no VM", set->name);
		else
			vfw_diag_add(d, VFW_DIAG_WARNING, &r->policy->files[loc->file], loc,
				     "no VM is meant by this");
	}
}

int vfw_who(struct vfw_resolved *r, const struct vfw_vm *const *vms, size_t n_vms,
	    struct vfw_diags *d, struct vfw_who *who)
{
	uint32_t *members = calloc(r->n_sets + 1, sizeof(*members));
	int err = -ENOMEM;

	memset(who, 0, sizeof(*who));
	who->vm_idents = calloc(n_vms + 1, sizeof(*who->vm_idents));
	if (members && who->vm_idents)
		err = add_fixed(who);
	if (!err)
		err = add_vms(r, vms, n_vms, who, members);
	if (!err)
		warn_empty(r, members, d);
	if (!err)
		err = vfw_book_fill(r, vms, n_vms, d, who);
	free(members);
	if (err != -E2BIG)
		return err;
	vfw_diag_add(d, VFW_DIAG_ERROR, NULL, NULL,
		     "more than %d identities or %u address ranges: fewer groups must overlap",
		     VFW_MAX_IDENTS, VFW_MAX_RANGES);
	return -EINVAL;
}

void vfw_who_free(struct vfw_who *who)
{
	free(who->idents);
	free(who->vm_idents);
	free(who->book4);
	free(who->book6);
	vfw_map_free(&who->map);
	vfw_arena_free(&who->arena);
	memset(who, 0, sizeof(*who));
}

static bool is_member(const struct vfw_identity *identity, uint32_t set)
{
	for (size_t i = 0; i < identity->n_sets; i++)
		if (identity->sets[i] == set)
			return true;
	return false;
}

uint32_t vfw_who_guard(const struct vfw_resolved *r, const struct vfw_who *who, uint32_t ident)
{
	static const enum vfw_guard_word builtin[__VFW_GUARD_MAX] = {
		[VFW_GUARD_MAC] = VFW_GUARD_DECLARED,
		[VFW_GUARD_IP] = VFW_GUARD_DECLARED,
		[VFW_GUARD_DHCP_SERVER] = VFW_GUARD_NO,
		[VFW_GUARD_ROUTER] = VFW_GUARD_NO,
	};
	enum vfw_guard_word of_group[__VFW_GUARD_MAX] = {0}, deflt[__VFW_GUARD_MAX] = {0};
	enum vfw_guard_word word[__VFW_GUARD_MAX];
	const struct vfw_stmt *s;
	size_t nth = 0;
	uint32_t flags = 0;

	for (s = r->policy->stmts.first; s; s = s->link.next) {
		enum vfw_guard_word *to = of_group;

		if (s->kind != VFW_STMT_GUARD)
			continue;
		if (s->guard->is_default)
			to = deflt;
		else if (!is_member(&who->idents[ident], r->guards[nth]))
			to = NULL;
		nth++;
		for (int i = 0; to && i < __VFW_GUARD_MAX; i++)
			if (to[i] == VFW_GUARD_UNSET)
				to[i] = s->guard->items[i];
	}
	for (int i = 0; i < __VFW_GUARD_MAX; i++)
		word[i] = of_group[i] ? of_group[i] : deflt[i] ? deflt[i] : builtin[i];
	flags |= word[VFW_GUARD_MAC] == VFW_GUARD_ANY ? VFW_NIC_F_MAC_ANY : 0;
	flags |= word[VFW_GUARD_IP] == VFW_GUARD_ANY ? VFW_NIC_F_IP_ANY : 0;
	flags |= word[VFW_GUARD_DHCP_SERVER] == VFW_GUARD_YES ? VFW_NIC_F_DHCP_SERVER : 0;
	flags |= word[VFW_GUARD_ROUTER] == VFW_GUARD_YES ? VFW_NIC_F_ROUTER : 0;
	return flags;
}
