// SPDX-License-Identifier: GPL-2.0
#include "population.h"

#include "../base/cleanup.h"
#include "../policy/compiled.h"
#include "../vm/registry.h"

#include <errno.h>
#include <string.h>

void vfw_population_clear(struct vfw_population *p)
{
	for (size_t i = 0; i < p->n_vms; i++)
		free(p->vms[i].message.data);
	free(p->vms);
	free(p->ports);
	memset(p, 0, sizeof(*p));
}

static int by_uuid(const void *a, const void *b)
{
	return memcmp(((const struct vfw_population_vm *)a)->uuid,
		      ((const struct vfw_population_vm *)b)->uuid, VFW_UUID_LEN);
}

static int by_ifindex(const void *a, const void *b)
{
	int x = ((const struct vfw_population_port *)a)->ifindex;
	int y = ((const struct vfw_population_port *)b)->ifindex;

	return (x > y) - (x < y);
}

static int member_by_uuid(const void *a, const void *b)
{
	return memcmp((*(const struct vfw_member *const *)a)->uuid,
		      (*(const struct vfw_member *const *)b)->uuid, VFW_UUID_LEN);
}

static int add_vm(struct vfw_population *p, const struct vfw_vm *vm, const struct vfw_member *m,
		  uint64_t means)
{
	uint32_t flags = (vm->quarantined || vm->conflict ? VFW_VM_F_QUARANTINE : 0) |
			 (vm->monitored ? VFW_VM_F_MONITOR : 0);
	struct vfw_population_vm *to = &p->vms[p->n_vms];
	int nic_index[VFW_MAX_NICS];
	int err = vfw_kern_vm_encode(vm, m->ident, means, flags, m->nic_flags, &to->message,
				     nic_index);

	if (err)
		return err;
	memcpy(to->uuid, vm->uuid, VFW_UUID_LEN);
	p->n_vms++;
	for (size_t i = 0; i < vm->n_nics; i++) {
		struct vfw_population_port *port = &p->ports[p->n_ports];

		if (!vm->nics[i].ifindex || nic_index[i] < 0)
			continue;
		port->ifindex = vm->nics[i].ifindex;
		port->nic = (uint32_t)nic_index[i];
		memcpy(port->uuid, vm->uuid, VFW_UUID_LEN);
		p->n_ports++;
	}
	return 0;
}

int vfw_population_build(const struct vfw_registry *r, const struct vfw_compiled *compiled,
			 struct vfw_population *p)
{
	_cleanup_free_ const struct vfw_member **members =
		calloc(compiled->n_members + 1, sizeof(*members));
	const struct vfw_vm *const *vms;
	size_t n, n_nics = 0, at = 0;

	vms = vfw_registry_vms(r, &n);
	for (size_t i = 0; i < n; i++)
		n_nics += vms[i]->n_nics;
	memset(p, 0, sizeof(*p));
	p->vms = calloc(n + 1, sizeof(*p->vms));
	p->ports = calloc(n_nics + 1, sizeof(*p->ports));
	if (!members || !p->vms || !p->ports)
		goto no_memory;
	for (size_t i = 0; i < compiled->n_members; i++)
		members[i] = &compiled->members[i];
	qsort(members, compiled->n_members, sizeof(*members), member_by_uuid);
	for (size_t i = 0; i < n; i++) {
		while (at < compiled->n_members &&
		       memcmp(members[at]->uuid, vms[i]->uuid, VFW_UUID_LEN) < 0)
			at++;
		/* one that is elsewhere stands in the address book, not among the kernel's VMs */
		if (vms[i]->remote || at == compiled->n_members ||
		    memcmp(members[at]->uuid, vms[i]->uuid, VFW_UUID_LEN) != 0)
			continue;
		if (add_vm(p, vms[i], members[at], compiled->ident_means[members[at]->ident]))
			goto no_memory;
	}
	qsort(p->ports, p->n_ports, sizeof(*p->ports), by_ifindex);
	return 0;

no_memory:
	vfw_population_clear(p);
	return -ENOMEM;
}

int vfw_population_read(struct vfw_kern *k, struct vfw_population *p)
{
	_cleanup_free_ struct vfw_kern_port_info *ports = NULL;
	_cleanup_free_ struct vfw_kern_vm_info *vms = NULL;
	size_t n_vms, n_ports;
	int err;

	memset(p, 0, sizeof(*p));
	err = vfw_kern_vms(k, &vms, &n_vms) ?: vfw_kern_ports(k, &ports, &n_ports);
	if (err)
		return err;
	p->vms = calloc(n_vms + 1, sizeof(*p->vms));
	p->ports = calloc(n_ports + 1, sizeof(*p->ports));
	if (!p->vms || !p->ports) {
		vfw_population_clear(p);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n_vms; i++)
		memcpy(p->vms[p->n_vms++].uuid, vms[i].uuid, VFW_UUID_LEN);
	for (size_t i = 0; i < n_ports; i++) {
		struct vfw_population_port *port = &p->ports[p->n_ports];

		if (!ports[i].managed)
			continue;
		port->ifindex = ports[i].ifindex;
		port->nic = ports[i].nic;
		memcpy(port->uuid, ports[i].uuid, VFW_UUID_LEN);
		p->n_ports++;
	}
	qsort(p->vms, p->n_vms, sizeof(*p->vms), by_uuid);
	qsort(p->ports, p->n_ports, sizeof(*p->ports), by_ifindex);
	return 0;
}

static const struct vfw_population_vm *find_vm(const struct vfw_population *p, const uint8_t *uuid)
{
	struct vfw_population_vm key;

	if (!p->n_vms)
		return NULL;
	memcpy(key.uuid, uuid, sizeof(key.uuid));
	return bsearch(&key, p->vms, p->n_vms, sizeof(key), by_uuid);
}

static const struct vfw_population_port *find_port(const struct vfw_population *p, int ifindex)
{
	struct vfw_population_port key = {.ifindex = ifindex};

	return p->n_ports ? bsearch(&key, p->ports, p->n_ports, sizeof(key), by_ifindex) : NULL;
}

static bool same_vm(const struct vfw_population_vm *a, const struct vfw_population_vm *b)
{
	return a && b && a->message.data && b->message.data && a->message.n == b->message.n &&
	       !memcmp(a->message.data, b->message.data, a->message.n);
}

static bool same_port(const struct vfw_population_port *a, const struct vfw_population_port *b)
{
	return a && b && a->nic == b->nic && !memcmp(a->uuid, b->uuid, VFW_UUID_LEN);
}

/* A replaced VM may number its NICs otherwise: its ports are named again. */
static bool port_stays(const struct vfw_population *from, const struct vfw_population *to,
		       const struct vfw_population_port *port)
{
	return same_port(find_port(from, port->ifindex), port) &&
	       same_vm(find_vm(from, port->uuid), find_vm(to, port->uuid));
}

void vfw_population_diff(const struct vfw_population *from, const struct vfw_population *to,
			 struct vfw_population_change *change)
{
	memset(change, 0, sizeof(*change));
	for (size_t i = 0; i < to->n_vms; i++) {
		const struct vfw_population_vm *old = find_vm(from, to->vms[i].uuid);

		if (!old)
			change->added++;
		else if (!same_vm(old, &to->vms[i]))
			change->replaced++;
	}
	for (size_t i = 0; i < from->n_vms; i++)
		if (!find_vm(to, from->vms[i].uuid))
			change->removed++;
	for (size_t i = 0; i < to->n_ports; i++)
		if (!same_port(find_port(from, to->ports[i].ifindex), &to->ports[i]))
			change->bound++;
	for (size_t i = 0; i < from->n_ports; i++)
		if (!find_port(to, from->ports[i].ifindex))
			change->unbound++;
}

int vfw_population_send(struct vfw_kern *k, uint32_t txn, bool whole,
			const struct vfw_population *from, const struct vfw_population *to)
{
	int err = 0;

	for (size_t i = 0; i < from->n_vms && !whole && !err; i++)
		if (!find_vm(to, from->vms[i].uuid))
			err = vfw_kern_txn_vm_gone(k, txn, from->vms[i].uuid);
	for (size_t i = 0; i < to->n_vms && !err; i++)
		if (whole || !same_vm(find_vm(from, to->vms[i].uuid), &to->vms[i]))
			err = vfw_kern_txn_vm(k, txn, &to->vms[i].message);
	for (size_t i = 0; i < from->n_ports && !err; i++)
		if (!find_port(to, from->ports[i].ifindex))
			err = vfw_kern_txn_port(k, txn, from->ports[i].ifindex, NULL, 0);
	for (size_t i = 0; i < to->n_ports && !err; i++)
		if (!port_stays(from, to, &to->ports[i]))
			err = vfw_kern_txn_port(k, txn, to->ports[i].ifindex, to->ports[i].uuid,
						to->ports[i].nic);
	return err;
}

void vfw_population_drop_port(struct vfw_population *p, int ifindex)
{
	const struct vfw_population_port *port = find_port(p, ifindex);
	size_t at;

	if (!port)
		return;
	at = (size_t)(port - p->ports);
	memmove(&p->ports[at], &p->ports[at + 1], (--p->n_ports - at) * sizeof(*p->ports));
}
