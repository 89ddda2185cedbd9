/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Identities: which combinations of groups exist among the VMs and of cidr sets
 * among addresses, and who has which. Private to daemon/policy.
 */
#ifndef VFW_POLICY_WHO_H
#define VFW_POLICY_WHO_H

#include "resolve.h"

struct vfw_vm;

enum vfw_who_kind {
	VFW_WHO_NOBODY, /* a number that is not in use */
	VFW_WHO_UNMANAGED, /* ports of no VM; addresses that two remote VMs claim */
	VFW_WHO_HOST,
	VFW_WHO_ADDRESS,
	VFW_WHO_VM,
};

struct vfw_identity {
	enum vfw_who_kind kind;
	uint32_t tenant; /* of a VM, else VFW_NO_TENANT */
	const uint32_t *sets; /* it is in these, rising */
	size_t n_sets;
	bool disputed; /* the identity of addresses that two remote VMs claim */
};

struct vfw_who {
	struct vfw_identity *idents; /* by number */
	size_t n_idents, room_idents;
	uint32_t *vm_idents; /* by index of the VM */
	struct vfw_range4 *book4;
	size_t n_book4, room_book4;
	struct vfw_range6 *book6;
	size_t n_book6, room_book6;
	struct vfw_map map; /* kind, tenant, sets -> identity */
	struct vfw_arena arena;
};

/*
 * Finds the identities for these VMs. New tenants are added to r. Warns about
 * groups that hold nobody, complains beyond VFW_MAX_IDENTS. 0, -EINVAL, -ENOMEM; who must
 * be freed in any case.
 */
int vfw_who(struct vfw_resolved *r, const struct vfw_vm *const *vms, size_t n_vms,
	    struct vfw_diags *d, struct vfw_who *who);

/* Frees what who holds. */
void vfw_who_free(struct vfw_who *who);

/*
 * Returns in *ident the identity of members of exactly these sets (rising; copied if new).
 * 0, -E2BIG beyond VFW_MAX_IDENTS, -ENOMEM.
 */
int vfw_who_ident(struct vfw_who *who, enum vfw_who_kind kind, uint32_t tenant, bool disputed,
		  const uint32_t *sets, size_t n, uint32_t *ident);

/* Returns the guard flags (VFW_NIC_F_*) of a VM with this identity. */
uint32_t vfw_who_guard(const struct vfw_resolved *r, const struct vfw_who *who, uint32_t ident);

/* Fills the address book, book.c. 0, -E2BIG beyond a bound, -ENOMEM. */
int vfw_book_fill(const struct vfw_resolved *r, const struct vfw_vm *const *vms, size_t n_vms,
		  struct vfw_diags *d, struct vfw_who *who);

#endif /* VFW_POLICY_WHO_H */
