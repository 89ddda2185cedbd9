/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A policy whose names have been looked up: which sets there are, which rules in
 * which stage, what each rule's two sides and keys are. Nothing here depends on
 * which VMs exist; who.h adds them. Private to daemon/policy.
 */
#ifndef VFW_POLICY_RESOLVE_H
#define VFW_POLICY_RESOLVE_H

#include "arena.h"
#include "map.h"
#include "tree.h"

#define VFW_NO_TENANT UINT32_MAX /* the operator's scope; a VM without tenant */

/* Something an end of a rule names that has members: a group, a cidr set, a vm or uuid end. */
struct vfw_set {
	uint32_t tenant; /* whose it is */
	const char *name; /* NULL: stands in a rule, has no name */
	const struct vfw_stmt *stmt; /* the group or cidr statement, or NULL */
	const struct vfw_end *end; /* the vm or uuid end, if there is no stmt */
};

/* One thing a side may match: kind in the upper bits, an index in the lower. */
enum vfw_atom_kind {
	VFW_ATOM_ANY,
	VFW_ATOM_HOST,
	VFW_ATOM_EXTERNAL,
	VFW_ATOM_UNMANAGED,
	VFW_ATOM_TENANT, /* index into tenants */
	VFW_ATOM_SET, /* index into sets */
};
#define VFW_ATOM(kind, index) ((uint32_t)(kind) << 28 | (uint32_t)(index))
#define VFW_ATOM_KIND(atom) ((enum vfw_atom_kind)((atom) >> 28))
#define VFW_ATOM_INDEX(atom) ((atom)&0x0fffffffu)

/* What stands behind from or to; equal ones are one. Atoms rise. */
struct vfw_side {
	uint32_t *atoms;
	size_t n;
};

enum vfw_stage {
	VFW_STAGE_FIRST,
	VFW_STAGE_TENANT,
	VFW_STAGE_UNMANAGED,
	VFW_STAGE_LAST,
	__VFW_STAGE_MAX,
};

/* Keys a rule matches, inclusive at both ends. */
struct vfw_span {
	uint32_t first;
	uint32_t last;
};

struct vfw_entry {
	const struct vfw_rule *rule;
	const struct vfw_loc *loc;
	enum vfw_stage stage;
	uint32_t tenant; /* of stage TENANT, else VFW_NO_TENANT */
	uint32_t nth; /* in its stage, of its tenant; from 1 */
	uint32_t from; /* index of a side */
	uint32_t to;
	struct vfw_span *spans; /* disjoint, rising */
	size_t n_spans;
	uint32_t *apps; /* numbers of those it is about, rising; none: about all there is */
	size_t n_apps;
};

struct vfw_resolved {
	const struct vfw_policy *policy;
	struct vfw_arena arena; /* owns everything below but the arrays themselves */
	const char **tenants;
	size_t n_tenants, room_tenants;
	struct vfw_map tenant_map; /* name -> index */
	struct vfw_set *sets;
	size_t n_sets, room_sets;
	struct vfw_map set_map; /* (tenant, name) -> index */
	struct vfw_map anon_map; /* (tenant, kind, pattern or uuid) -> index */
	struct vfw_side *sides;
	size_t n_sides, room_sides;
	struct vfw_map side_map; /* atoms -> index */
	struct vfw_entry
		*entries; /* by stage, tenants in order of appearance, then as they stand */
	size_t n_entries, room_entries;
	const struct vfw_rule *deflt; /* what default says; NULL: nothing was written */
	const struct vfw_loc *deflt_loc;
	uint32_t *guards; /* set index of the n-th guard statement; UINT32_MAX for guard default */
	size_t n_guards, room_guards;
};

/*
 * Looks all names up. Complains about everything that is wrong. Returns 0,
 * -EINVAL, -ENOMEM; r must be freed in any case.
 */
int vfw_resolve(const struct vfw_policy *p, struct vfw_diags *d, struct vfw_resolved *r);

/* Frees what r holds. */
void vfw_resolve_free(struct vfw_resolved *r);

/* Is the rule about a conversation of that app (VFW_APP_ID_NONE: of none)? */
bool vfw_entry_takes(const struct vfw_entry *e, uint32_t app);

/* Returns the index of a tenant, adding it if it is new; UINT32_MAX: no memory. name is copied. */
uint32_t vfw_resolve_tenant(struct vfw_resolved *r, const char *name);

#endif /* VFW_POLICY_RESOLVE_H */
