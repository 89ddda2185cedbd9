/* SPDX-License-Identifier: GPL-2.0 */
/* The VMs and port bindings that the kernel has, or shall have. */
#ifndef VFW_STATE_POPULATION_H
#define VFW_STATE_POPULATION_H

#include "../kern/kern.h"

struct vfw_registry;
struct vfw_compiled;

struct vfw_population_vm {
	uint8_t uuid[VFW_UUID_LEN];
	struct vfw_kern_vm message; /* data NULL: content not known, only that it is there */
};

struct vfw_population_port {
	int ifindex;
	uint32_t nic; /* the kernel's number */
	uint8_t uuid[VFW_UUID_LEN];
};

struct vfw_population {
	struct vfw_population_vm *vms; /* in order of UUID */
	size_t n_vms;
	struct vfw_population_port *ports; /* in order of ifindex */
	size_t n_ports;
};

/* What a transaction did, for the log and the audit trail. */
struct vfw_population_change {
	size_t added, replaced, removed; /* VMs */
	size_t bound, unbound; /* ports */
};

/* What the registry's VMs on this host are under compiled. Returns 0 or -ENOMEM (*p empty). */
int vfw_population_build(const struct vfw_registry *r, const struct vfw_compiled *compiled,
			 struct vfw_population *p);

/* What the kernel has. Returns 0 or a negative errno (*p empty). */
int vfw_population_read(struct vfw_kern *k, struct vfw_population *p);

/* What there is to do from one to the other. */
void vfw_population_diff(const struct vfw_population *from, const struct vfw_population *to,
			 struct vfw_population_change *change);

/*
 * Sends within a transaction what leads from one to the other; whole: all VMs, as a
 * transaction with a policy wants them. Returns 0 or a negative errno.
 */
int vfw_population_send(struct vfw_kern *k, uint32_t txn, bool whole,
			const struct vfw_population *from, const struct vfw_population *to);

/* A device is gone, and the kernel's binding with it. */
void vfw_population_drop_port(struct vfw_population *p, int ifindex);

void vfw_population_clear(struct vfw_population *p);

#endif /* VFW_STATE_POPULATION_H */
