// SPDX-License-Identifier: GPL-2.0
#include "resolve.h"

#include "app.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"
#include "profile.h"
#include "span.h"

struct resolving {
	struct vfw_resolved *r;
	struct vfw_diags *d;
	size_t errors;
	struct vfw_map profiles; /* name -> 0 */
};

static void __attribute__((format(printf, 3, 4)))
complain(struct resolving *c, const struct vfw_loc *loc, const char *fmt, ...)
{
	va_list ap;

	c->errors++;
	va_start(ap, fmt);
	vfw_diag_vadd(c->d, VFW_DIAG_ERROR, &c->r->policy->files[loc->file], loc, fmt, ap);
	va_end(ap);
}

uint32_t vfw_resolve_tenant(struct vfw_resolved *r, const char *name)
{
	const uint32_t *known = vfw_map_get(&r->tenant_map, name, strlen(name));
	const char *copy;
	uint32_t index = (uint32_t)r->n_tenants;

	if (known)
		return *known;
	copy = vfw_arena_strndup(&r->arena, name, strlen(name));
	if (!copy ||
	    vfw_grow(&r->tenants, &r->room_tenants, r->n_tenants + 1, sizeof(*r->tenants)) ||
	    vfw_map_put(&r->tenant_map, copy, strlen(copy), index))
		return UINT32_MAX;
	r->tenants[r->n_tenants++] = copy;
	return index;
}

/* The same for a place in the policy, where the number of tenants is bounded. */
static int tenant_at(struct resolving *c, const struct vfw_loc *loc, const char *name,
		     uint32_t *index)
{
	size_t before = c->r->n_tenants;

	*index = vfw_resolve_tenant(c->r, name);
	if (*index == UINT32_MAX)
		return -ENOMEM;
	if (before == VFW_POLICY_TENANTS_MAX && c->r->n_tenants > before)
		complain(c, loc, "a policy has at most %d tenants", VFW_POLICY_TENANTS_MAX);
	return 0;
}

/* Makes a map key: a number, then bytes. Returns NULL without memory. */
static void *make_key(struct vfw_resolved *r, uint32_t n, const void *bytes, size_t len)
{
	char *key = vfw_arena_alloc(&r->arena, sizeof(n) + len);

	if (!key)
		return NULL;
	memcpy(key, &n, sizeof(n));
	memcpy(key + sizeof(n), bytes, len);
	return key;
}

static int add_set(struct vfw_resolved *r, const struct vfw_set *set, struct vfw_map *map,
		   const void *key, size_t len)
{
	if (vfw_grow(&r->sets, &r->room_sets, r->n_sets + 1, sizeof(*r->sets)) ||
	    vfw_map_put(map, key, len, (uint32_t)r->n_sets))
		return -ENOMEM;
	r->sets[r->n_sets++] = *set;
	return 0;
}

static int define(struct resolving *c, const struct vfw_stmt *stmt, uint32_t tenant)
{
	struct vfw_set set = {.tenant = tenant, .name = stmt->name, .stmt = stmt};
	size_t len = strlen(stmt->name);
	void *key = make_key(c->r, tenant, stmt->name, len);
	const uint32_t *known;

	if (!key)
		return -ENOMEM;
	len += sizeof(tenant);
	known = vfw_map_get(&c->r->set_map, key, len);
	if (known) {
		const struct vfw_loc *at = &c->r->sets[*known].stmt->name_loc;

		complain(c, &stmt->name_loc, "'%s' is defined already, at %s:%u:%u", stmt->name,
			 c->r->policy->files[at->file].name, at->line, at->col);
		return 0;
	}
	return add_set(c->r, &set, &c->r->set_map, key, len);
}

static int define_all(struct resolving *c)
{
	const struct vfw_stmt *stmt, *item;
	int err = 0;

	for (stmt = c->r->policy->stmts.first; stmt && !err; stmt = stmt->link.next) {
		uint32_t tenant;

		if (stmt->kind == VFW_STMT_GROUP || stmt->kind == VFW_STMT_CIDR)
			err = define(c, stmt, VFW_NO_TENANT);
		if (stmt->kind != VFW_STMT_TENANT)
			continue;
		if (!strcmp(stmt->name, "first") || !strcmp(stmt->name, "last") ||
		    !strcmp(stmt->name, "default"))
			complain(c, &stmt->name_loc,
				 "a tenant cannot be called '%s': its rules could be taken for the "
				 "operator's in logs",
				 stmt->name);
		err = tenant_at(c, &stmt->name_loc, stmt->name, &tenant);
		for (item = stmt->items.first; item && !err; item = item->link.next)
			if (item->kind == VFW_STMT_GROUP || item->kind == VFW_STMT_CIDR)
				err = define(c, item, tenant);
	}
	return err;
}

static const uint32_t *lookup(const struct vfw_resolved *r, uint32_t tenant, const char *name)
{
	char key[sizeof(tenant) + VFW_POLICY_ATOM_MAX + 1];
	size_t len = strlen(name);

	memcpy(key, &tenant, sizeof(tenant));
	memcpy(key + sizeof(tenant), name, len);
	return vfw_map_get(&r->set_map, key, sizeof(tenant) + len);
}

/* Finds the set that a name means in the block of tenant. *index is UINT32_MAX after a complaint. */
static void find_set(struct resolving *c, const struct vfw_end *end, uint32_t tenant,
		     uint32_t *index)
{
	const uint32_t *known = NULL;
	const uint32_t *of;

	*index = UINT32_MAX;
	if (end->tenant) {
		of = vfw_map_get(&c->r->tenant_map, end->tenant, strlen(end->tenant));
		if (of)
			known = lookup(c->r, *of, end->name);
		if (!known)
			complain(c, &end->loc, "tenant '%s' has no group or cidr set '%s'",
				 end->tenant, end->name);
	} else {
		if (tenant != VFW_NO_TENANT)
			known = lookup(c->r, tenant, end->name);
		if (!known)
			known = lookup(c->r, VFW_NO_TENANT, end->name);
		if (!known && tenant != VFW_NO_TENANT)
			complain(c, &end->loc,
				 "there is no group or cidr set '%s', neither in tenant '%s' nor "
				 "outside of tenants",
				 end->name, c->r->tenants[tenant]);
		else if (!known)
			complain(
				c, &end->loc,
				"there is no group or cidr set '%s' outside of tenants; a tenant's "
				"is named TENANT.%s",
				end->name, end->name);
	}
	if (known)
		*index = *known;
}

/* The same for a guard or limit, which speak of VMs only. */
static void find_group(struct resolving *c, const struct vfw_end *end, uint32_t tenant,
		       uint32_t *index)
{
	find_set(c, end, tenant, index);
	if (*index == UINT32_MAX || c->r->sets[*index].stmt->kind == VFW_STMT_GROUP)
		return;
	complain(c, &end->loc, "expected a group of VMs, '%s' is a cidr set", end->name);
	*index = UINT32_MAX;
}

/* A vm or uuid end has members as a group has; equal ones of one scope share a set. */
static int find_anon(struct resolving *c, const struct vfw_end *end, uint32_t tenant,
		     uint32_t *index)
{
	struct vfw_set set = {.tenant = tenant, .end = end};
	char bytes[2 + VFW_POLICY_ATOM_MAX + 1] = {(char)end->kind, (char)end->nic};
	size_t len;
	const uint32_t *known;
	void *key;

	if (end->kind == VFW_END_UUID) {
		memcpy(bytes + 2, end->uuid, VFW_UUID_LEN);
		len = 2 + VFW_UUID_LEN;
	} else {
		len = strlen(end->name);
		memcpy(bytes + 2, end->name, len);
		len += 2;
	}
	key = make_key(c->r, tenant, bytes, len);
	if (!key)
		return -ENOMEM;
	len += sizeof(tenant);
	known = vfw_map_get(&c->r->anon_map, key, len);
	*index = known ? *known : (uint32_t)c->r->n_sets;
	return known ? 0 : add_set(c->r, &set, &c->r->anon_map, key, len);
}

static int find_atom(struct resolving *c, const struct vfw_end *end, uint32_t tenant,
		     uint32_t *atom)
{
	uint32_t index;
	int err = 0;

	switch (end->kind) {
	case VFW_END_ANY:
		*atom = VFW_ATOM(VFW_ATOM_ANY, 0);
		break;
	case VFW_END_HOST:
		*atom = VFW_ATOM(VFW_ATOM_HOST, 0);
		break;
	case VFW_END_EXTERNAL:
		*atom = VFW_ATOM(VFW_ATOM_EXTERNAL, 0);
		break;
	case VFW_END_UNMANAGED:
		*atom = VFW_ATOM(VFW_ATOM_UNMANAGED, 0);
		break;
	case VFW_END_TENANT:
		err = tenant_at(c, &end->loc, end->tenant, &index);
		*atom = VFW_ATOM(VFW_ATOM_TENANT, index);
		break;
	case VFW_END_NAME:
		find_set(c, end, tenant, &index);
		*atom = VFW_ATOM(VFW_ATOM_SET, index & 0x0fffffff);
		break;
	case VFW_END_VM:
	case VFW_END_UUID:
		err = find_anon(c, end, tenant, &index);
		*atom = VFW_ATOM(VFW_ATOM_SET, index);
		break;
	}
	return err;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int find_side(struct resolving *c, const struct vfw_list *ends, uint32_t tenant,
		     uint32_t *index)
{
	struct vfw_resolved *r = c->r;
	struct vfw_side side = {0};
	const uint32_t *known;
	size_t n = 0;
	int err;

	side.atoms = vfw_arena_alloc(&r->arena, (ends->n + 1) * sizeof(*side.atoms));
	if (!side.atoms)
		return -ENOMEM;
	if (!ends->n)
		side.atoms[n++] = VFW_ATOM(VFW_ATOM_UNMANAGED, 0);
	for (const struct vfw_end *end = ends->first; end; end = end->link.next) {
		err = find_atom(c, end, tenant, &side.atoms[n++]);
		if (err)
			return err;
	}
	qsort(side.atoms, n, sizeof(*side.atoms), by_number);
	for (size_t i = 0; i < n; i++)
		if (!i || side.atoms[i] != side.atoms[i - 1])
			side.atoms[side.n++] = side.atoms[i];
	known = vfw_map_get(&r->side_map, side.atoms, side.n * sizeof(*side.atoms));
	*index = known ? *known : (uint32_t)r->n_sides;
	if (known)
		return 0;
	if (vfw_grow(&r->sides, &r->room_sides, r->n_sides + 1, sizeof(*r->sides)) ||
	    vfw_map_put(&r->side_map, side.atoms, side.n * sizeof(*side.atoms), *index))
		return -ENOMEM;
	r->sides[r->n_sides++] = side;
	return 0;
}

/* Can this side be a VM of the tenant? */
static bool may_be(const struct vfw_resolved *r, const struct vfw_side *side, uint32_t tenant)
{
	for (size_t i = 0; i < side->n; i++) {
		uint32_t index = VFW_ATOM_INDEX(side->atoms[i]);
		const struct vfw_set *set;

		switch (VFW_ATOM_KIND(side->atoms[i])) {
		case VFW_ATOM_ANY:
			return true;
		case VFW_ATOM_TENANT:
			if (index == tenant)
				return true;
			break;
		case VFW_ATOM_SET:
			if (index >= r->n_sets)
				return true; /* an unknown name, complained about already */
			set = &r->sets[index];
			if ((set->tenant == tenant || set->tenant == VFW_NO_TENANT) &&
			    !(set->stmt && set->stmt->kind == VFW_STMT_CIDR))
				return true;
			break;
		default:
			break;
		}
	}
	return false;
}

/* What has first bytes: an app is spoken over TCP or UDP. */
static int app_spans(struct resolving *c, const struct vfw_rule *rule, struct vfw_entry *e)
{
	static const struct vfw_span both[] = {
		{VFW_KEY(VFW_POLICY_TCP, 0), VFW_KEY(VFW_POLICY_TCP, 0xffff)},
		{VFW_KEY(VFW_POLICY_UDP, 0), VFW_KEY(VFW_POLICY_UDP, 0xffff)},
	};
	uint32_t class = e->spans[0].first >> 16;

	if (rule->proto.kind == VFW_PROTO_ANY) {
		e->spans = vfw_arena_alloc(&c->r->arena, sizeof(both));
		if (!e->spans)
			return -ENOMEM;
		memcpy(e->spans, both, sizeof(both));
		e->n_spans = 2;
	} else if (class != VFW_POLICY_TCP && class != VFW_POLICY_UDP) {
		complain(c, &((const struct vfw_word *)rule->apps.first)->loc,
			 "expected tcp or udp in a rule with 'app': nothing else is recognised");
	}
	return 0;
}

static int find_apps(struct resolving *c, const struct vfw_rule *rule, struct vfw_entry *e)
{
	size_t n = 0;

	e->apps = vfw_arena_alloc(&c->r->arena, rule->apps.n * sizeof(*e->apps));
	if (!e->apps)
		return -ENOMEM;
	for (const struct vfw_word *w = rule->apps.first; w; w = w->link.next)
		e->apps[n++] = vfw_policy_app_id(w->s);
	qsort(e->apps, n, sizeof(*e->apps), by_number);
	for (size_t i = 0; i < n; i++)
		if (!i || e->apps[i] != e->apps[i - 1])
			e->apps[e->n_apps++] = e->apps[i];
	return app_spans(c, rule, e);
}

static int add_entry(struct resolving *c, const struct vfw_stmt *stmt, enum vfw_stage stage,
		     uint32_t tenant, uint32_t nth)
{
	struct vfw_resolved *r = c->r;
	struct vfw_entry e = {.rule = stmt->rule,
			      .loc = &stmt->loc,
			      .stage = stage,
			      .tenant = tenant,
			      .nth = nth};
	const struct vfw_word *inspect = stmt->rule->inspect;
	int err;

	err = find_side(c, &stmt->rule->from, tenant, &e.from);
	if (!err)
		err = find_side(c, &stmt->rule->to, tenant, &e.to);
	if (!err)
		err = vfw_span_of(&stmt->rule->proto, &r->arena, &e.spans, &e.n_spans);
	if (!err && stmt->rule->apps.n)
		err = find_apps(c, stmt->rule, &e);
	if (!err)
		err = vfw_grow(&r->entries, &r->room_entries, r->n_entries + 1, sizeof(e));
	if (err)
		return err;
	r->entries[r->n_entries++] = e;
	if (inspect && !vfw_map_get(&c->profiles, inspect->s, strlen(inspect->s)))
		complain(c, &inspect->loc, "there is no profile '%s'", inspect->s);
	if (stage == VFW_STAGE_TENANT && !may_be(r, &r->sides[e.from], tenant) &&
	    !may_be(r, &r->sides[e.to], tenant))
		complain(c, &stmt->loc,
			 "neither end can be a VM of tenant '%s'; such a rule belongs into 'first' "
			 "or 'last'",
			 r->tenants[tenant]);
	return 0;
}

/* The rules of all blocks of one kind (and of one tenant), counted through. */
static int add_stage(struct resolving *c, enum vfw_stmt_kind kind, enum vfw_stage stage)
{
	const struct vfw_stmt *stmt, *item;
	uint32_t nth = 0;
	int err = 0;

	for (stmt = c->r->policy->stmts.first; stmt && !err; stmt = stmt->link.next) {
		if (stmt->kind != kind)
			continue;
		for (item = stmt->items.first; item && !err; item = item->link.next)
			err = add_entry(c, item, stage, VFW_NO_TENANT, ++nth);
	}
	return err;
}

struct tenant_block {
	uint32_t tenant;
	uint32_t position;
	const struct vfw_stmt *stmt;
};

static int by_tenant(const void *a, const void *b)
{
	const struct tenant_block *x = a, *y = b;

	if (x->tenant != y->tenant)
		return x->tenant < y->tenant ? -1 : 1;
	return x->position < y->position ? -1 : 1;
}

static int add_tenants(struct resolving *c)
{
	struct tenant_block *blocks = NULL;
	size_t n = 0, room = 0;
	uint32_t nth = 0;
	int err = 0;

	for (const struct vfw_stmt *s = c->r->policy->stmts.first; s; s = s->link.next) {
		if (s->kind != VFW_STMT_TENANT)
			continue;
		err = vfw_grow(&blocks, &room, n + 1, sizeof(*blocks));
		if (err)
			goto out;
		blocks[n] = (struct tenant_block){.position = (uint32_t)n, .stmt = s};
		err = tenant_at(c, &s->name_loc, s->name, &blocks[n++].tenant);
		if (err)
			goto out;
	}
	if (n)
		qsort(blocks, n, sizeof(*blocks), by_tenant);
	for (size_t i = 0; i < n; i++) {
		const struct vfw_stmt *item = blocks[i].stmt->items.first;

		if (i && blocks[i].tenant != blocks[i - 1].tenant)
			nth = 0;
		for (; item && !err; item = item->link.next)
			if (item->kind == VFW_STMT_RULE)
				err = add_entry(c, item, VFW_STAGE_TENANT, blocks[i].tenant, ++nth);
	}
out:
	free(blocks);
	return err;
}

static int find_profiles(struct resolving *c)
{
	for (const struct vfw_stmt *s = c->r->policy->stmts.first; s; s = s->link.next) {
		if (s->kind != VFW_STMT_PROFILE)
			continue;
		if (vfw_map_get(&c->profiles, s->name, strlen(s->name)))
			complain(c, &s->name_loc, "profile '%s' is defined already", s->name);
		else if (vfw_map_put(&c->profiles, s->name, strlen(s->name), 0))
			return -ENOMEM;
		if (!s->profile->signatures.n)
			complain(c, &s->name_loc, "profile '%s' names no signatures", s->name);
	}
	return 0;
}

static void find_limit(struct resolving *c, const struct vfw_stmt *stmt, uint32_t tenant)
{
	const struct vfw_end *group = &stmt->limit->group;
	uint32_t index;

	find_group(c, group, tenant, &index);
	if (index != UINT32_MAX && tenant != VFW_NO_TENANT && c->r->sets[index].tenant != tenant)
		complain(c, &group->loc, "a tenant may limit its own groups only");
}

static int find_guard(struct resolving *c, const struct vfw_stmt *stmt,
		      const struct vfw_loc **deflt)
{
	struct vfw_resolved *r = c->r;
	uint32_t index = UINT32_MAX;

	if (vfw_grow(&r->guards, &r->room_guards, r->n_guards + 1, sizeof(*r->guards)))
		return -ENOMEM;
	if (!stmt->guard->is_default)
		find_group(c, &stmt->guard->group, VFW_NO_TENANT, &index);
	else if (*deflt)
		complain(c, &stmt->loc, "a second 'guard default'; the first is at %s:%u:%u",
			 r->policy->files[(*deflt)->file].name, (*deflt)->line, (*deflt)->col);
	else
		*deflt = &stmt->loc;
	r->guards[r->n_guards++] = index;
	return 0;
}

/* Everything that is not a rule or a definition. */
static int find_rest(struct resolving *c)
{
	const struct vfw_loc *guard_default = NULL;
	const struct vfw_stmt *stmt, *item;
	struct vfw_resolved *r = c->r;
	uint32_t tenant;
	int err = 0;

	for (stmt = r->policy->stmts.first; stmt && !err; stmt = stmt->link.next) {
		switch (stmt->kind) {
		case VFW_STMT_TENANT:
			err = tenant_at(c, &stmt->name_loc, stmt->name, &tenant);
			for (item = stmt->items.first; item && !err; item = item->link.next)
				if (item->kind == VFW_STMT_LIMIT)
					find_limit(c, item, tenant);
			break;
		case VFW_STMT_LIMIT:
			find_limit(c, stmt, VFW_NO_TENANT);
			break;
		case VFW_STMT_GUARD:
			err = find_guard(c, stmt, &guard_default);
			break;
		case VFW_STMT_DEFAULT:
			if (r->deflt)
				complain(c, &stmt->loc,
					 "a second 'default'; the first is at %s:%u:%u",
					 r->policy->files[r->deflt_loc->file].name,
					 r->deflt_loc->line, r->deflt_loc->col);
			r->deflt = r->deflt ? r->deflt : stmt->rule;
			r->deflt_loc = r->deflt_loc ? r->deflt_loc : &stmt->loc;
			break;
		default:
			break;
		}
	}
	return err;
}

int vfw_resolve(const struct vfw_policy *p, struct vfw_diags *d, struct vfw_resolved *r)
{
	struct resolving c = {.r = r, .d = d};
	int err;

	memset(r, 0, sizeof(*r));
	r->policy = p;
	if (p->broken)
		return -EINVAL;
	err = define_all(&c);
	if (!err)
		err = find_profiles(&c);
	if (!err)
		err = add_stage(&c, VFW_STMT_FIRST, VFW_STAGE_FIRST);
	if (!err)
		err = add_tenants(&c);
	if (!err)
		err = add_stage(&c, VFW_STMT_UNMANAGED, VFW_STAGE_UNMANAGED);
	if (!err)
		err = add_stage(&c, VFW_STMT_LAST, VFW_STAGE_LAST);
	if (!err)
		err = find_rest(&c);
	vfw_map_free(&c.profiles);
	return err ? err : c.errors ? -EINVAL : 0;
}

void vfw_resolve_free(struct vfw_resolved *r)
{
	free(r->tenants);
	free(r->sets);
	free(r->sides);
	free(r->entries);
	free(r->guards);
	vfw_map_free(&r->tenant_map);
	vfw_map_free(&r->set_map);
	vfw_map_free(&r->anon_map);
	vfw_map_free(&r->side_map);
	vfw_arena_free(&r->arena);
	memset(r, 0, sizeof(*r));
}

int vfw_policy_check(const struct vfw_policy *p, struct vfw_diags *d)
{
	struct vfw_policy_profiles profiles = {0};
	struct vfw_resolved r;
	int err = vfw_resolve(p, d, &r);

	if (!err)
		err = vfw_policy_profiles(p, d, &profiles);
	vfw_policy_profiles_free(&profiles);
	vfw_resolve_free(&r);
	return err;
}

bool vfw_entry_takes(const struct vfw_entry *e, uint32_t app)
{
	if (!e->n_apps)
		return true;
	return bsearch(&app, e->apps, e->n_apps, sizeof(*e->apps), by_number);
}
