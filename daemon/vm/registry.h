/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who is who: every VM that vfwd knows, keyed by UUID, whatever source named
 * it. Sources report facts (vfw_registry_report); silence of a source takes
 * nothing away, only vfw_registry_forget() does.
 *
 * The registry owns all it hands out; pointers stay valid until the VM is
 * forgotten. One thread (the event loop) uses it.
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
	char *conflict; /* NULL, or a sentence: why it is quarantined by us */
};

struct vfw_registry;

/* All VMs in order of UUID. *n is their number. The array lives until the next change. */
const struct vfw_vm *const *vfw_registry_vms(const struct vfw_registry *r, size_t *n);

/* Returns the VM or NULL. */
const struct vfw_vm *vfw_registry_by_uuid(const struct vfw_registry *r,
					  const uint8_t uuid[VFW_UUID_LEN]);

/* Returns the VM of that name (or UUID in text), NULL if none or if the name stands for several. */
const struct vfw_vm *vfw_registry_by_name(const struct vfw_registry *r, const char *name);

#endif /* VFW_VM_REGISTRY_H */
