// SPDX-License-Identifier: GPL-2.0
/*
 * A VM dies in two steps. First it is unpublished: out of its slot, out of the
 * UUID table, off its ports, out of the address table. Then, after a
 * grace period, a worker flushes the flows that are charged to its slot, frees its live
 * part and gives the slot back. Until then these may still hold it: frames in
 * flight (RCU), flows (by slot number, charged to the live part).
 */
#include <linux/bitmap.h>
#include <linux/etherdevice.h>
#include <linux/hashtable.h>
#include <linux/if_arp.h>
#include <linux/jhash.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "addr.h"
#include "direct.h"
#include "flow.h"
#include "memo.h"
#include "port.h"
#include "scope.h"
#include "share.h"
#include "vm.h"

DEFINE_MUTEX(vfw_config_mutex);

static struct vfw_vm __rcu *vfw_vm_slots[VFW_MAX_VMS];
static DECLARE_BITMAP(vfw_vm_used, VFW_MAX_VMS); /* slots with a VM, dying ones too */
static DEFINE_HASHTABLE(vfw_vm_by_uuid, 10);
static u32 vfw_n_vms;
static u64 vfw_vm_bytes;

static LIST_HEAD(vfw_vm_dying); /* by vm->stage; vfw_config_mutex */
static void vm_bury(struct work_struct *work);
static DECLARE_WORK(vfw_vm_bury_work, vm_bury);

struct pop_bind {
	struct list_head list;
	int ifindex;
	bool unbind;
	u8 uuid[VFW_UUID_LEN];
	u32 nic;
	/* from prepare: */
	struct vfw_port *port; /* NULL: the device is gone */
	bool fresh; /* prepare made the port */
};

struct pop_gone {
	struct list_head list;
	u8 uuid[VFW_UUID_LEN];
};

struct vfw_pop {
	bool whole;
	bool prepared;
	bool applied;
	u32 n_vms;
	struct list_head vms; /* by vm->stage, in order of staging */
	struct vfw_vm **index; /* staged VMs, from prepare */
	struct list_head gone;
	struct list_head binds;
	struct vfw_addrs *addrs; /* from prepare */
	DECLARE_BITMAP(fresh, VFW_MAX_VMS); /* slots taken by prepare */
	DECLARE_HASHTABLE(by_uuid, 8); /* staged VMs */
};

void vfw_config_lock(void)
{
	rtnl_lock();
	mutex_lock(&vfw_config_mutex);
}

void vfw_config_unlock(void)
{
	mutex_unlock(&vfw_config_mutex);
	rtnl_unlock();
}

static u32 uuid_hash(const u8 *uuid)
{
	return jhash(uuid, VFW_UUID_LEN, 0);
}

struct vfw_vm *vfw_vm_find(const u8 uuid[VFW_UUID_LEN])
{
	struct vfw_vm *vm;

	hash_for_each_possible_rcu(vfw_vm_by_uuid, vm, by_uuid, uuid_hash(uuid),
				   lockdep_is_held(&vfw_config_mutex))
		if (!memcmp(vm->uuid, uuid, VFW_UUID_LEN))
			return vm;
	return NULL;
}

struct vfw_vm *vfw_vm_slot(u32 slot)
{
	return rcu_dereference_check(vfw_vm_slots[slot], lockdep_is_held(&vfw_config_mutex));
}

u32 vfw_vm_count(void)
{
	return READ_ONCE(vfw_n_vms);
}

u64 vfw_vm_memory(void)
{
	return READ_ONCE(vfw_vm_bytes) + (u64)vfw_port_count() * sizeof(struct vfw_port);
}

int vfw_vm_flags_set(const u8 uuid[VFW_UUID_LEN], u32 flags)
{
	struct vfw_vm *vm;

	lockdep_assert_held(&vfw_config_mutex);
	vm = vfw_vm_find(uuid);
	if (!vm)
		return -ENOENT;
	vfw_memo_off();
	WRITE_ONCE(vm->flags, flags);
	vfw_memo_on();
	return 0;
}

void vfw_vm_stat_read(const struct vfw_vm *vm, struct vfw_vm_stat *stat)
{
	const u32 n = sizeof(*stat) / sizeof(u64);
	struct vfw_vm_stat one;
	unsigned int start;
	int cpu;
	u32 i;

	memset(stat, 0, sizeof(*stat));
	for_each_possible_cpu(cpu) {
		const struct vfw_vm_pcpu *pc = per_cpu_ptr(vm->live->pcpu, cpu);

		do {
			start = u64_stats_fetch_begin(&pc->syncp);
			one = pc->stat;
		} while (u64_stats_fetch_retry(&pc->syncp, start));
		for (i = 0; i < n; i++)
			((u64 *)stat)[i] += ((u64 *)&one)[i];
	}
}

static void live_free(struct vfw_vm_live *live)
{
	if (!live)
		return;
	vfw_share_drop(live->own);
	vfw_share_drop(live->in);
	free_percpu(live->pcpu);
	kfree(live);
}

static struct vfw_vm_live *live_new(void)
{
	struct vfw_vm_live *live;
	int cpu;

	live = kzalloc(sizeof(*live), GFP_KERNEL);
	if (!live)
		return NULL;
	live->pcpu = alloc_percpu(struct vfw_vm_pcpu);
	live->own = vfw_share_new(VFW_SHARE_VM);
	live->in = vfw_share_new(VFW_SHARE_VM);
	if (!live->pcpu || !live->own || !live->in) {
		live_free(live);
		return NULL;
	}
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(live->pcpu, cpu)->syncp);
	spin_lock_init(&live->bucket.lock);
	spin_lock_init(&live->alerts.lock);
	return live;
}

static void vm_lives(struct vfw_vm *vm, struct vfw_vm_live *live)
{
	vm->live = live;
	vm->pcpu = live->pcpu;
	vm->own = live->own;
}

/* One allocation: the VM, its NICs, and behind them the addresses of all NICs. */
static size_t vm_size(const struct vfw_vm_spec *spec)
{
	size_t n = struct_size((struct vfw_vm *)NULL, nics, spec->n_nics);
	u32 i;

	for (i = 0; i < spec->n_nics; i++)
		n += spec->nics[i].n_addr4 * sizeof(struct vfw_addr4) +
		     spec->nics[i].n_addr6 * sizeof(struct vfw_addr6);
	return n;
}

static size_t vm_bytes(const struct vfw_vm *vm)
{
	size_t n = struct_size(vm, nics, vm->n_nics) + sizeof(struct vfw_vm_live);
	u32 i;

	for (i = 0; i < vm->n_nics; i++)
		n += vm->nics[i].n_addr4 * sizeof(struct vfw_addr4) +
		     vm->nics[i].n_addr6 * sizeof(struct vfw_addr6);
	return n + num_possible_cpus() * sizeof(struct vfw_vm_pcpu);
}

static int spec_check(const struct vfw_vm_spec *spec, struct netlink_ext_ack *extack)
{
	u32 i, k;

	if (spec->n_nics > VFW_MAX_NICS) {
		NL_SET_ERR_MSG(extack, "a VM has at most 16 NICs");
		return -EINVAL;
	}
	for (i = 0; i < spec->n_nics; i++) {
		const struct vfw_nic_spec *nic = &spec->nics[i];

		if (!is_valid_ether_addr(nic->mac)) {
			NL_SET_ERR_MSG(extack, "the MAC of a NIC must be a unicast address");
			return -EINVAL;
		}
		if (nic->n_addr4 > VFW_MAX_ADDRS || nic->n_addr6 > VFW_MAX_ADDRS) {
			NL_SET_ERR_MSG(extack, "a NIC has at most 32 addresses of a family");
			return -EINVAL;
		}
		for (k = 0; k < nic->n_addr4; k++)
			if (nic->addr4[k].len < 1 || nic->addr4[k].len > 32) {
				NL_SET_ERR_MSG(extack, "prefix length must be 1 to 32");
				return -EINVAL;
			}
		for (k = 0; k < nic->n_addr6; k++)
			if (nic->addr6[k].len < 1 || nic->addr6[k].len > 128) {
				NL_SET_ERR_MSG(extack, "prefix length must be 1 to 128");
				return -EINVAL;
			}
	}
	return 0;
}

static struct vfw_vm *vm_new(const struct vfw_vm_spec *spec)
{
	struct vfw_vm *vm = kzalloc(vm_size(spec), GFP_KERNEL);
	u8 *tail;
	u32 i;

	if (!vm)
		return NULL;
	memcpy(vm->uuid, spec->uuid, VFW_UUID_LEN);
	strscpy(vm->name, spec->name, sizeof(vm->name));
	vm->ident = spec->ident;
	vm->means = spec->means;
	vm->flags = spec->flags & ~VFW_VM_F_GONE;
	vm->n_nics = spec->n_nics;
	tail = (u8 *)&vm->nics[spec->n_nics];
	for (i = 0; i < spec->n_nics; i++) {
		const struct vfw_nic_spec *from = &spec->nics[i];
		struct vfw_nic *nic = &vm->nics[i];
		size_t bytes4 = from->n_addr4 * sizeof(*nic->addr4);
		size_t bytes6 = from->n_addr6 * sizeof(*nic->addr6);

		nic->vm = vm;
		nic->index = i;
		nic->flags = from->flags;
		memcpy(nic->mac, from->mac, ETH_ALEN);
		nic->n_addr4 = from->n_addr4;
		nic->n_addr6 = from->n_addr6;
		nic->addr4 = memcpy(tail, from->addr4, bytes4);
		tail += bytes4;
		nic->addr6 = memcpy(tail, from->addr6, bytes6);
		tail += bytes6;
	}
	return vm;
}

struct vfw_pop *vfw_pop_new(bool whole)
{
	struct vfw_pop *pop = kvzalloc(sizeof(*pop), GFP_KERNEL);

	if (!pop)
		return NULL;
	pop->whole = whole;
	INIT_LIST_HEAD(&pop->vms);
	INIT_LIST_HEAD(&pop->gone);
	INIT_LIST_HEAD(&pop->binds);
	hash_init(pop->by_uuid);
	return pop;
}

static struct vfw_vm *pop_find(struct vfw_pop *pop, const u8 *uuid)
{
	struct vfw_vm *vm;

	hash_for_each_possible(pop->by_uuid, vm, by_uuid, uuid_hash(uuid))
		if (!memcmp(vm->uuid, uuid, VFW_UUID_LEN))
			return vm;
	return NULL;
}

static bool pop_is_gone(const struct vfw_pop *pop, const u8 *uuid)
{
	const struct pop_gone *gone;

	list_for_each_entry(gone, &pop->gone, list)
		if (!memcmp(gone->uuid, uuid, VFW_UUID_LEN))
			return true;
	return false;
}

int vfw_pop_vm(struct vfw_pop *pop, const struct vfw_vm_spec *spec, struct netlink_ext_ack *extack)
{
	struct pop_gone *gone;
	struct vfw_vm *vm;
	int err;

	if (pop_find(pop, spec->uuid) || pop_is_gone(pop, spec->uuid)) {
		NL_SET_ERR_MSG(extack, "this UUID stands twice in the transaction");
		return -EEXIST;
	}
	if (spec->flags & VFW_VM_F_GONE) {
		gone = kzalloc(sizeof(*gone), GFP_KERNEL);
		if (!gone)
			return -ENOMEM;
		memcpy(gone->uuid, spec->uuid, VFW_UUID_LEN);
		list_add_tail(&gone->list, &pop->gone);
		return 0;
	}
	err = spec_check(spec, extack);
	if (err)
		return err;
	if (pop->n_vms == VFW_MAX_VMS) {
		NL_SET_ERR_MSG(extack, "more VMs than the kernel module holds");
		return -ENOSPC;
	}
	vm = vm_new(spec);
	if (!vm)
		return -ENOMEM;
	list_add_tail(&vm->stage, &pop->vms);
	hash_add(pop->by_uuid, &vm->by_uuid, uuid_hash(vm->uuid));
	pop->n_vms++;
	return 0;
}

int vfw_pop_bind(struct vfw_pop *pop, int ifindex, const u8 *uuid, u32 nic,
		 struct netlink_ext_ack *extack)
{
	struct pop_bind *b;

	list_for_each_entry(b, &pop->binds, list)
		if (b->ifindex == ifindex)
			goto fill;
	b = kzalloc(sizeof(*b), GFP_KERNEL);
	if (!b)
		return -ENOMEM;
	b->ifindex = ifindex;
	list_add_tail(&b->list, &pop->binds);
fill:
	b->unbind = !uuid;
	b->nic = nic;
	if (uuid)
		memcpy(b->uuid, uuid, VFW_UUID_LEN);
	return 0;
}

/* The VM a UUID will mean once the population is applied; NULL if none. */
static struct vfw_vm *pop_resolve(struct vfw_pop *pop, const u8 *uuid)
{
	struct vfw_vm *vm = pop_find(pop, uuid);

	if (vm || pop->whole || pop_is_gone(pop, uuid))
		return vm;
	return vfw_vm_find(uuid);
}

/* The NIC a port will have once the population is applied; NULL: unmanaged. */
static struct vfw_nic *pop_port_nic(struct vfw_pop *pop, const struct vfw_port *port)
{
	const struct vfw_nic *old;
	struct pop_bind *b;
	struct vfw_vm *vm;
	u32 nic;

	list_for_each_entry(b, &pop->binds, list) {
		if (b->port != port)
			continue;
		if (b->unbind)
			return NULL;
		vm = pop_resolve(pop, b->uuid);
		return vm && b->nic < vm->n_nics ? &vm->nics[b->nic] : NULL;
	}
	old = rcu_dereference_protected(port->nic, lockdep_is_held(&vfw_config_mutex));
	if (!old)
		return NULL;
	nic = old->index;
	vm = pop_resolve(pop, old->vm->uuid);
	return vm && nic < vm->n_nics ? &vm->nics[nic] : NULL;
}

static int pop_slots(struct vfw_pop *pop, struct netlink_ext_ack *extack)
{
	struct vfw_vm_live *live;
	struct vfw_vm *vm, *old;
	u32 i = 0;

	pop->index = kvcalloc(pop->n_vms + 1, sizeof(*pop->index), GFP_KERNEL);
	if (!pop->index)
		return -ENOMEM;
	list_for_each_entry(vm, &pop->vms, stage) {
		pop->index[i++] = vm;
		old = vfw_vm_find(vm->uuid);
		if (old) {
			vm->slot = old->slot;
			vm_lives(vm, old->live);
			continue;
		}
		vm->slot = find_first_zero_bit(vfw_vm_used, VFW_MAX_VMS);
		if (vm->slot == VFW_MAX_VMS) {
			NL_SET_ERR_MSG(extack, "no free VM slot; dying VMs give theirs back soon");
			return -ENOSPC;
		}
		__set_bit(vm->slot, vfw_vm_used);
		__set_bit(vm->slot, pop->fresh);
		live = live_new();
		if (!live)
			return -ENOMEM;
		vm_lives(vm, live);
	}
	return 0;
}

static int pop_ports(struct vfw_pop *pop, struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	struct pop_bind *b;
	struct vfw_vm *vm;

	list_for_each_entry(b, &pop->binds, list) {
		if (!b->unbind) {
			vm = pop_resolve(pop, b->uuid);
			if (!vm || b->nic >= vm->n_nics) {
				NL_SET_ERR_MSG(extack,
					       "a port is bound to a VM or NIC that is not there");
				return -ENOENT;
			}
		}
		b->port = vfw_port_find(b->ifindex);
		dev = __dev_get_by_index(&init_net, b->ifindex);
		if (b->port || b->unbind || !dev || dev->reg_state != NETREG_REGISTERED)
			continue;
		if (dev->type != ARPHRD_ETHER || dev->flags & IFF_LOOPBACK) {
			NL_SET_ERR_MSG(extack, "a port must be an Ethernet device");
			return -EOPNOTSUPP;
		}
		b->port = vfw_port_add(dev, 0);
		if (IS_ERR(b->port)) {
			int err = PTR_ERR(b->port);

			b->port = NULL;
			NL_SET_ERR_MSG(extack, "the hooks of a bound port could not be placed");
			return err;
		}
		b->fresh = true;
	}
	return 0;
}

static int pop_addrs(struct vfw_pop *pop)
{
	struct vfw_port *port;
	struct vfw_nic *nic;
	int ifindex;
	u32 n = 0;

	for (ifindex = 0; (port = vfw_port_next(ifindex)); ifindex = port->ifindex) {
		nic = pop_port_nic(pop, port);
		n += nic ? vfw_addr_need(nic) : 0;
	}
	pop->addrs = vfw_addr_new(n);
	if (!pop->addrs)
		return -ENOMEM;
	for (ifindex = 0; (port = vfw_port_next(ifindex)); ifindex = port->ifindex) {
		nic = pop_port_nic(pop, port);
		if (nic)
			vfw_addr_add(pop->addrs, nic, port);
	}
	return 0;
}

/* Gives back what prepare took. */
static void pop_undo(struct vfw_pop *pop)
{
	struct pop_bind *b;
	u32 i;

	list_for_each_entry(b, &pop->binds, list) {
		if (b->fresh)
			vfw_port_del(b->port);
		b->fresh = false;
		b->port = NULL;
	}
	for (i = 0; pop->index && i < pop->n_vms && pop->index[i]; i++) {
		struct vfw_vm *vm = pop->index[i];

		if (test_bit(vm->slot, pop->fresh)) {
			live_free(vm->live);
			__clear_bit(vm->slot, vfw_vm_used);
		}
		vm->live = NULL;
	}
	bitmap_zero(pop->fresh, VFW_MAX_VMS);
	vfw_addr_free(pop->addrs);
	pop->addrs = NULL;
	kvfree(pop->index);
	pop->index = NULL;
	pop->prepared = false;
}

int vfw_pop_prepare(struct vfw_pop *pop, struct netlink_ext_ack *extack)
{
	int err;

	ASSERT_RTNL();
	lockdep_assert_held(&vfw_config_mutex);
	err = pop_slots(pop, extack);
	if (!err)
		err = pop_ports(pop, extack);
	if (!err)
		err = pop_addrs(pop);
	if (err)
		pop_undo(pop);
	else
		pop->prepared = true;
	return err;
}

const struct vfw_vm *vfw_pop_staged(const struct vfw_pop *pop, u32 i)
{
	return pop->index && i < pop->n_vms ? pop->index[i] : NULL;
}

/* First step of a VM's death. */
static void vm_unpublish(struct vfw_vm *vm)
{
	RCU_INIT_POINTER(vfw_vm_slots[vm->slot], NULL);
	hash_del_rcu(&vm->by_uuid);
	list_add_tail(&vm->stage, &vfw_vm_dying);
	WRITE_ONCE(vfw_n_vms, vfw_n_vms - 1);
	WRITE_ONCE(vfw_vm_bytes, vfw_vm_bytes - vm_bytes(vm));
}

/* Second step, for all that wait. */
static void vm_bury(struct work_struct *work)
{
	struct vfw_vm *vm, *next;
	LIST_HEAD(dead);

	mutex_lock(&vfw_config_mutex);
	list_splice_init(&vfw_vm_dying, &dead);
	mutex_unlock(&vfw_config_mutex);
	if (list_empty(&dead))
		return;
	synchronize_net();
	list_for_each_entry(vm, &dead, stage)
		vfw_flow_flush_slot(vm->slot, vm->uuid);
	mutex_lock(&vfw_config_mutex);
	list_for_each_entry_safe(vm, next, &dead, stage) {
		__clear_bit(vm->slot, vfw_vm_used);
		live_free(vm->live);
		kfree(vm);
	}
	mutex_unlock(&vfw_config_mutex);
}

static void pop_publish_vm(struct vfw_vm *vm)
{
	struct vfw_vm *old;

	old = rcu_dereference_protected(vfw_vm_slots[vm->slot], lockdep_is_held(&vfw_config_mutex));
	if (old) {
		hlist_replace_rcu(&old->by_uuid, &vm->by_uuid);
		WRITE_ONCE(vfw_vm_bytes, vfw_vm_bytes - vm_bytes(old));
	} else {
		hash_add_rcu(vfw_vm_by_uuid, &vm->by_uuid, uuid_hash(vm->uuid));
		WRITE_ONCE(vfw_n_vms, vfw_n_vms + 1);
	}
	WRITE_ONCE(vfw_vm_bytes, vfw_vm_bytes + vm_bytes(vm));
	rcu_assign_pointer(vfw_vm_slots[vm->slot], vm);
	if (old)
		kfree_rcu(old, rcu);
}

/* Will the port's NIC have another MAC than it has, or none? */
static bool pop_is_other_mac(const struct vfw_port *port, const struct vfw_nic *nic)
{
	const struct vfw_nic *old;

	old = rcu_dereference_protected(port->nic, lockdep_is_held(&vfw_config_mutex));
	return !old || !nic || !ether_addr_equal(old->mac, nic->mac);
}

void vfw_pop_apply(struct vfw_pop *pop)
{
	struct vfw_port *port;
	struct pop_bind *b;
	struct vfw_vm *vm;
	int ifindex;
	u32 slot, i;

	ASSERT_RTNL();
	lockdep_assert_held(&vfw_config_mutex);
	if (WARN_ON(!pop->prepared))
		return;
	vfw_memo_off();
	for (ifindex = 0; (port = vfw_port_next(ifindex)); ifindex = port->ifindex) {
		struct vfw_nic *nic = pop_port_nic(pop, port);

		if (pop_is_other_mac(port, nic))
			vfw_direct_forget(port);
		rcu_assign_pointer(port->nic, nic);
		vfw_share_rest(port->own, nic);
		vfw_share_rest(port->in, nic);
	}
	list_for_each_entry(b, &pop->binds, list)
		if (b->port)
			vfw_port_flags(b->port, VFW_PORT_F_BY_BIND,
				       b->unbind ? 0 : VFW_PORT_F_BY_BIND);
	vfw_addr_publish(pop->addrs);
	pop->addrs = NULL;

	/* Nothing points at a VM to be removed any more but the tables below. */
	for_each_set_bit(slot, vfw_vm_used, VFW_MAX_VMS)
	{
		vm = vfw_vm_slot(slot);
		if (vm && !pop_resolve(pop, vm->uuid))
			vm_unpublish(vm);
	}
	for (i = 0; i < pop->n_vms; i++) {
		hash_del(&pop->index[i]->by_uuid);
		list_del(&pop->index[i]->stage);
		pop_publish_vm(pop->index[i]);
	}
	pop->applied = true;
	list_for_each_entry(b, &pop->binds, list)
		if (b->port && b->unbind && !(b->port->flags & VFW_PORT_F_BY_ANY))
			vfw_port_del(b->port);
	vfw_memo_on();
	if (!list_empty(&vfw_vm_dying))
		schedule_work(&vfw_vm_bury_work);
}

void vfw_pop_free(struct vfw_pop *pop)
{
	struct pop_bind *b, *next_b;
	struct pop_gone *gone, *next_gone;
	struct vfw_vm *vm, *next;

	if (!pop)
		return;
	if (pop->prepared && !pop->applied) {
		vfw_config_lock();
		pop_undo(pop);
		vfw_config_unlock();
	}
	list_for_each_entry_safe(b, next_b, &pop->binds, list)
		kfree(b);
	list_for_each_entry_safe(gone, next_gone, &pop->gone, list)
		kfree(gone);
	if (!pop->applied)
		list_for_each_entry_safe(vm, next, &pop->vms, stage)
			kfree(vm);
	kvfree(pop->index);
	kvfree(pop);
}

void vfw_vm_exit(void)
{
	struct vfw_vm *vm;
	u32 slot;

	mutex_lock(&vfw_config_mutex);
	vfw_addr_publish(NULL);
	for_each_set_bit(slot, vfw_vm_used, VFW_MAX_VMS)
	{
		vm = vfw_vm_slot(slot);
		if (vm)
			vm_unpublish(vm);
	}
	mutex_unlock(&vfw_config_mutex);
	schedule_work(&vfw_vm_bury_work);
	flush_work(&vfw_vm_bury_work);
}
