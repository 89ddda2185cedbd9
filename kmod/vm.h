/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VMs, their NICs, and the ports by which they reach the host.
 *
 * A struct vfw_vm is immutable once published, but for its flags word: a change
 * of a VM is a new struct in the same slot, swapped by RCU. What must survive
 * such a change (counters, flow charges, the event bucket) is in struct
 * vfw_vm_live, one for each slot in use.
 *
 * The population changes by staging: a struct vfw_pop collects what a
 * transaction says (may sleep, no lock), vfw_pop_prepare() does all that can
 * fail, vfw_pop_apply() publishes and cannot fail. Prepare and apply run in one
 * hold of vfw_config_lock(). Publish order, with the policy:
 * vfw_pop_prepare(), then policy->vm_ident[] for each staged VM, vfw_pop_apply(),
 * then the policy pointer or its new generation (release). A frame that still sees
 * the old policy finds identity 0 for a new VM's slot, and that is closed.
 *
 * Locks: RTNL is outside vfw_config_mutex. See docs/locks.md.
 */
#ifndef VFW_VM_H
#define VFW_VM_H

#include <linux/hash.h>
#include <linux/if_ether.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/u64_stats_sync.h>
#include <linux/vfw.h>

struct vfw_share;
struct vfw_vm;

/* One vNIC. Lives and dies inside its VM. */
struct vfw_nic {
	struct vfw_vm *vm;
	u32 flags; /* VFW_NIC_F_* */
	u16 index; /* n-th NIC of the VM, from 0 */
	u8 mac[ETH_ALEN];
	u16 n_addr4;
	u16 n_addr6;
	const struct vfw_addr4 *addr4;
	const struct vfw_addr6 *addr6;
};

struct vfw_vm_pcpu {
	struct vfw_vm_stat stat;
	struct u64_stats_sync syncp;
} ____cacheline_aligned;

#define VFW_EVENT_AGGREGATES 8 /* (reason, rule) pairs whose suppressed frames are counted apart */

struct vfw_suppressed {
	u32 reason;
	u32 rule;
	u32 count;
};

/* How many events and reject answers something may still cause. */
struct vfw_bucket {
	spinlock_t lock; /* protects what follows; a leaf, taken with BH off */
	u32 events;
	u32 rejects;
	unsigned long refilled; /* jiffies; if it was ever used */
	bool used;
	struct vfw_suppressed suppressed[VFW_EVENT_AGGREGATES];
};

/* What a slot's VM keeps over replacement. Freed after the slot's flows are. */
struct vfw_vm_live {
	struct vfw_vm_pcpu __percpu *pcpu;
	struct vfw_share *own; /* flows this VM opened */
	struct vfw_share *in; /* flows opened from outside towards it */
	struct vfw_bucket bucket;
	struct vfw_bucket alerts; /* signatures have their own: no flood of drops hides them */
	u32 since; /* generation of the policy under which its labels have changed last; READ_ONCE */
};

struct vfw_vm {
	struct rcu_head rcu;
	struct hlist_node by_uuid; /* published VMs; RCU, written under vfw_config_mutex */
	struct list_head stage; /* in a struct vfw_pop, or waiting for death */
	u32 ident; /* as the control side staged it; the datapath reads vm_ident[slot] of the policy */
	u32 n_nics;
	u64 means; /* VFW_VM_A_MEANS */
	struct vfw_vm_live *live;
	u8 uuid[VFW_UUID_LEN];
	char name[VFW_NAME_LEN];
	/*
	 * What every frame of a new conversation asks: with the first NIC one line of a cache, in front of its addresses. Among
	 * a thousand VMs each further line is one that is not in the cache.
	 */
	struct vfw_vm_pcpu __percpu *pcpu __aligned(2 * L1_CACHE_BYTES); /* those of live */
	struct vfw_share *own;
	u32 slot; /* < VFW_MAX_VMS; constant for a UUID as long as the VM is there */
	u32 flags; /* VFW_VM_F_*; READ_ONCE; written under vfw_config_mutex */
	struct vfw_nic nics[];
};

/* A device in scope. Made and removed under RTNL and vfw_config_mutex, freed by RCU. */
struct vfw_port {
	struct hlist_node node; /* ports by ifindex; RCU, written under vfw_config_mutex */
	int ifindex;
	u32 flags; /* VFW_PORT_F_*; READ_ONCE; written under vfw_config_mutex */
	struct net_device *dev;
	struct net_device __rcu
		*master; /* of dev, or NULL; written under RTNL by vfw_port_joins() */
	struct vfw_nic __rcu *nic; /* NULL: unmanaged */
	/* jiffies until which its ways into its bridge, and out of it here, are open, or are known to be shut: direct.h. READ_ONCE */
	unsigned long in_open, out_open;
	unsigned long in_shut, out_shut;
	struct vfw_share *own,
		*in; /* while unmanaged: flows it opened, and opened to it from outside */
	struct nf_hook_ops ingress, egress;
	struct hlist_node by_dev; /* ports by dev; as node */
	struct rcu_head rcu;
};

extern struct mutex vfw_config_mutex; /* protects ports, VMs, scope, mode and the policy pointer */

/* Takes RTNL, then vfw_config_mutex: for every change of VMs, ports, scope. May sleep. */
void vfw_config_lock(void);
void vfw_config_unlock(void);

/* ---- for the control side ---- */

struct vfw_nic_spec {
	u8 mac[ETH_ALEN];
	u32 flags; /* VFW_NIC_F_* */
	u32 n_addr4, n_addr6;
	const struct vfw_addr4 *addr4; /* borrowed during the call */
	const struct vfw_addr6 *addr6;
};

/* A VM as a netlink message tells it, bounds of the UAPI already checked. */
struct vfw_vm_spec {
	u8 uuid[VFW_UUID_LEN];
	char name[VFW_NAME_LEN];
	u32 ident;
	u64 means; /* VFW_VM_A_MEANS */
	u32 flags; /* VFW_VM_F_*, with VFW_VM_F_GONE: only uuid counts */
	u32 n_nics;
	struct vfw_nic_spec nics[VFW_MAX_NICS];
};

struct netlink_ext_ack;
struct vfw_pop; /* a staged population */

/*
 * Begins staging. whole: VMs not staged will be removed. Returns NULL without memory.
 * Caller owns it and ends it by vfw_pop_free(), after apply or instead, with
 * neither RTNL nor vfw_config_mutex held. May sleep.
 */
struct vfw_pop *vfw_pop_new(bool whole);
void vfw_pop_free(struct vfw_pop *pop);

/*
 * Stages a VM: added, replaced, or removed (VFW_VM_F_GONE). The spec is copied. 0, -ENOMEM,
 * -EINVAL (no unicast MAC, address length out of range), -EEXIST (UUID staged twice), -ENOSPC
 * (more than VFW_MAX_VMS). May sleep.
 */
int vfw_pop_vm(struct vfw_pop *pop, const struct vfw_vm_spec *spec, struct netlink_ext_ack *extack);

/*
 * Stages a binding of the device ifindex to NIC nic of VM uuid; uuid NULL unbinds it. Bindings
 * not named stay while their VM and NIC are there. The last of several for one device counts.
 * 0 or -ENOMEM. May sleep.
 */
int vfw_pop_bind(struct vfw_pop *pop, int ifindex, const u8 *uuid, u32 nic,
		 struct netlink_ext_ack *extack);

/*
 * Resolves and allocates everything: slots, address table, ports with their hooks for bound
 * devices that were not in scope. A device that is gone meanwhile is skipped. -ENOENT: binding to
 * an unknown VM or NIC; -EOPNOTSUPP: no Ethernet device; -ENOSPC, -ENOMEM. On failure
 * nothing has changed that a frame could tell. vfw_config_lock() held.
 */
int vfw_pop_prepare(struct vfw_pop *pop, struct netlink_ext_ack *extack);

/*
 * The staged VMs that are not GONE, after prepare: i from 0; NULL ends. Slot, ident and uuid
 * of the result are final. vfw_config_lock() held.
 */
const struct vfw_vm *vfw_pop_staged(const struct vfw_pop *pop, u32 i);

/* Publishes; cannot fail; does not sleep long. Only after a successful prepare, same lock hold. */
void vfw_pop_apply(struct vfw_pop *pop);

/* The VM with this UUID, NULL if none. RCU read lock or vfw_config_mutex. */
struct vfw_vm *vfw_vm_find(const u8 uuid[VFW_UUID_LEN]);

/* The VM in a slot, NULL if free; slot < VFW_MAX_VMS. RCU read lock or vfw_config_mutex. */
struct vfw_vm *vfw_vm_slot(u32 slot);

/* Number of VMs. Any context. */
u32 vfw_vm_count(void);

/*
 * Sets a VM's flags (QUARANTINE, MONITOR), at once for running flows too. 0 or -ENOENT.
 * vfw_config_mutex held.
 */
int vfw_vm_flags_set(const u8 uuid[VFW_UUID_LEN], u32 flags);

/* Sums the per-CPU counters of a VM. RCU read lock or vfw_config_mutex. */
void vfw_vm_stat_read(const struct vfw_vm *vm, struct vfw_vm_stat *stat);

#define VFW_PORT_BITS 10
#define VFW_PORT_BUCKETS (1U << VFW_PORT_BITS)

extern struct hlist_head vfw_port_buckets[VFW_PORT_BUCKETS];
extern struct hlist_head vfw_port_devices[VFW_PORT_BUCKETS];

static inline struct hlist_head *vfw_port_bucket(int ifindex)
{
	return &vfw_port_buckets[ifindex & (VFW_PORT_BUCKETS - 1)];
}

static inline struct hlist_head *vfw_port_device(const struct net_device *dev)
{
	return &vfw_port_devices[hash_ptr(dev, VFW_PORT_BITS)];
}

/* The port of a device, NULL if not in scope; of the device nothing is read. RCU read lock or vfw_config_mutex. */
static inline struct vfw_port *vfw_port_of(const struct net_device *dev)
{
	struct vfw_port *port;

	hlist_for_each_entry_rcu(port, vfw_port_device(dev), by_dev,
				 lockdep_is_held(&vfw_config_mutex))
		if (port->dev == dev)
			return port;
	return NULL;
}

/* The same where only its number is known. */
static inline struct vfw_port *vfw_port_find(int ifindex)
{
	struct vfw_port *port;

	hlist_for_each_entry_rcu(port, vfw_port_bucket(ifindex), node,
				 lockdep_is_held(&vfw_config_mutex))
		if (port->ifindex == ifindex)
			return port;
	return NULL;
}

/*
 * Iterates ports in order of ifindex: the first port with an ifindex greater than after
 * (0 to begin), NULL at the end. RCU read lock or vfw_config_mutex.
 */
struct vfw_port *vfw_port_next(int after);

/* ifindex of the bridge a port is in, 0 if none. RCU read lock. */
int vfw_port_master(const struct vfw_port *port);

/* Number of ports in scope. Any context. */
u32 vfw_port_count(void);

/* Bytes held by VMs and ports. Any context. */
u64 vfw_vm_memory(void);

/* ---- for the datapath and the init ladder ---- */

/* This CPU's counters of a VM; BH off. */
#define vfw_vm_count_add(vm, field, n)                              \
	do {                                                        \
		struct vfw_vm_pcpu *pc_ = this_cpu_ptr((vm)->pcpu); \
		u64_stats_update_begin(&pc_->syncp);                \
		pc_->stat.field += (n);                             \
		u64_stats_update_end(&pc_->syncp);                  \
	} while (0)

/* Removes every VM and waits until all of them are dead. After the hooks are gone. May sleep. */
void vfw_vm_exit(void);

#endif /* VFW_VM_H */
