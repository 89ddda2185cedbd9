/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who is who: every VM that vfwd knows, keyed by UUID, whatever source named
 * it. Sources report facts (vfw_registry_report); silence of a source takes
 * nothing away, only vfw_registry_withdraw() does, and not while a port stands.
 *
 * The registry owns all it hands out; pointers stay valid until the next
 * vfw_registry_settle(). One thread (the event loop) uses it.
 */
#ifndef VFW_VM_REGISTRY_H
#define VFW_VM_REGISTRY_H

#include <linux/vfw.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vfw_vm_source {
	VFW_SOURCE_INVENTORY = 1 << 0, /* /etc/vfw/vms.d */
	VFW_SOURCE_QEMU = 1 << 1, /* a running QEMU process */
	VFW_SOURCE_LIBVIRT = 1 << 2,
	VFW_SOURCE_COMMAND = 1 << 3, /* vfwctl */
};

struct vfw_address {
	uint8_t family; /* 4 or 6 */
	uint8_t len; /* prefix length */
	uint8_t addr[16]; /* network order, IPv4 in the first four */
};

struct vfw_nic {
	bool has_mac;
	uint8_t mac[6];
	struct vfw_address addrs[VFW_MAX_ADDRS];
	size_t n_addrs;
	int ifindex; /* the port that serves it now, 0: none */
	char ifname[IF_NAMESIZE];
	uint8_t tap_mac[6]; /* of that port on the host; zero: not known */
};

struct vfw_label {
	char *key;
	char *value;
};

struct vfw_vm {
	uint8_t uuid[VFW_UUID_LEN];
	char name[VFW_NAME_LEN];
	char *tenant; /* NULL: none */
	struct vfw_label *labels;
	size_t n_labels;
	struct vfw_nic nics[VFW_MAX_NICS];
	size_t n_nics;
	unsigned int sources; /* enum vfw_vm_source, all that know it */
	bool remote; /* on another host: its addresses keep its groups, it has no port here */
	bool quarantined;
	bool monitored; /* what would be cut of it is counted and said, and passes */
	char *conflict; /* NULL, or a sentence: why it is quarantined by us */
};

struct vfw_registry;

/* All VMs in order of UUID. *n is their number. The array lives until the next settling. */
const struct vfw_vm *const *vfw_registry_vms(const struct vfw_registry *r, size_t *n);

/* Returns the VM or NULL. */
const struct vfw_vm *vfw_registry_by_uuid(const struct vfw_registry *r,
					  const uint8_t uuid[VFW_UUID_LEN]);

/* Returns the VM of that name (or UUID in text), NULL if none or if the name stands for several. */
const struct vfw_vm *vfw_registry_by_name(const struct vfw_registry *r, const char *name);

/* The writing side, for the sources and the daemon's state. */

/* Returns an empty registry, NULL when there is no memory. */
struct vfw_registry *vfw_registry_new(void);

/* Frees it and all its VMs; r may be NULL. */
void vfw_registry_free(struct vfw_registry *r);

/*
 * A source says what it knows of a VM. origin names the place ("web.toml",
 * "process 1234"): the same UUID from two origins of one source is a conflict.
 * A report replaces what this origin said of this VM before. The facts are
 * copied; fields that the source does not know are empty; seen after the next settling.
 * Returns 0, -ENOSPC beyond VFW_MAX_VMS, -ENOMEM.
 */
int vfw_registry_report(struct vfw_registry *r, enum vfw_vm_source source, const char *origin,
			const struct vfw_vm *facts);

/*
 * The place is gone (file removed, process dead). A VM whose port still stands
 * keeps what that place said of it until the port goes or another origin speaks.
 */
void vfw_registry_withdraw(struct vfw_registry *r, enum vfw_vm_source source, const char *origin);

/*
 * Makes what was reported, withdrawn and marked since the last settling visible.
 * Cost grows with the number of VMs, so once after a batch. 0 or -ENOMEM (nothing changed).
 */
int vfw_registry_settle(struct vfw_registry *r);

/*
 * Quarantines by command, or releases. The mark is kept by UUID, also for a VM not yet known. 0
 * or -ENOMEM.
 */
int vfw_registry_quarantine(struct vfw_registry *r, const uint8_t uuid[VFW_UUID_LEN], bool on);

/*
 * UUIDs quarantined by command, VFW_UUID_LEN bytes each; *n of them. Lives until the next
 * change.
 */
const uint8_t *vfw_registry_quarantined(const struct vfw_registry *r, size_t *n);

/* The same for VMs of which nothing is cut, only said. */
int vfw_registry_monitor(struct vfw_registry *r, const uint8_t uuid[VFW_UUID_LEN], bool on);
const uint8_t *vfw_registry_monitored(const struct vfw_registry *r, size_t *n);

/*
 * Rises with every settling that changed what a policy depends on: who there is, names, tenants,
 * labels, MACs, addresses. Not for ports, conflicts and quarantine.
 */
uint64_t vfw_registry_generation(const struct vfw_registry *r);

/* Is there a word of that source and place, withdrawn ones that are needed still among them? */
bool vfw_registry_has(const struct vfw_registry *r, enum vfw_vm_source source, const char *origin);

/*
 * A short sentence on where the VM is known from, e.g. "web.toml, process 1234". The caller
 * frees it.
 */
char *vfw_registry_origins(const struct vfw_registry *r, const struct vfw_vm *vm);

#endif /* VFW_VM_REGISTRY_H */
