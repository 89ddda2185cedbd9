// SPDX-License-Identifier: GPL-2.0
/*
 * The registry keeps what each source said (facts), and when it is told to settle
 * derives the VMs from all of it anew. So no order of arrivals matters: what is true
 * depends on the facts that stand, not on which came first; only between two
 * claimants of one UUID the older keeps the name while both are quarantined.
 *
 * Conflicts. Two origins of one source with one UUID: the VM is quarantined.
 * One MAC at two local VMs: if just one of them is in the inventory it keeps the
 * MAC, for root wrote that down, and the others are quarantined; else all are.
 * One port held by two VMs: both are quarantined and the port is nobody's.
 */
#include "registry.h"

#include "../base/cleanup.h"
#include "../base/form.h"

#include <errno.h>
#include <string.h>

struct fact {
	enum vfw_vm_source source;
	char *origin;
	bool gone; /* its place is gone; kept while the VM's port stands */
	bool unneeded; /* gone, and nothing keeps it: freed at the next settling */
	struct vfw_vm vm;
};

/* UUIDs that a command spoke of, VFW_UUID_LEN bytes each. */
struct marks {
	uint8_t *v;
	size_t n;
};

struct vfw_registry {
	struct fact **facts; /* oldest first */
	size_t n_facts;
	size_t n_uuids; /* different ones among the facts, or a little more until settled */
	bool dirty; /* facts changed since the VMs were derived */
	struct vfw_vm **vms; /* derived, in order of UUID */
	size_t n_vms;
	struct marks quarantined, monitored;
	uint64_t generation;
};

/* Where it stands; n if it does not. */
static size_t mark_index(const struct marks *m, const uint8_t uuid[VFW_UUID_LEN])
{
	size_t i = 0;

	while (i < m->n && memcmp(m->v + i * VFW_UUID_LEN, uuid, VFW_UUID_LEN))
		i++;
	return i;
}

static void vm_clear(struct vfw_vm *vm)
{
	for (size_t i = 0; i < vm->n_labels; i++) {
		free(vm->labels[i].key);
		free(vm->labels[i].value);
	}
	free(vm->labels);
	free(vm->tenant);
	free(vm->conflict);
	memset(vm, 0, sizeof(*vm));
}

static void fact_free(struct fact *f)
{
	if (!f)
		return;
	vm_clear(&f->vm);
	free(f->origin);
	free(f);
}

static int copy_labels(struct vfw_vm *to, const struct vfw_vm *from)
{
	if (!from->n_labels)
		return 0;
	to->labels = calloc(from->n_labels, sizeof(*to->labels));
	if (!to->labels)
		return -ENOMEM;
	for (size_t i = 0; i < from->n_labels; i++) {
		to->labels[i].key = strdup(from->labels[i].key);
		to->labels[i].value = strdup(from->labels[i].value);
		to->n_labels = i + 1;
		if (!to->labels[i].key || !to->labels[i].value)
			return -ENOMEM;
	}
	return 0;
}

/* Deep copy of what a source may say. On failure *to may be part filled; vm_clear() it. */
static int copy_said(struct vfw_vm *to, const struct vfw_vm *from)
{
	memset(to, 0, sizeof(*to));
	memcpy(to->uuid, from->uuid, sizeof(to->uuid));
	memcpy(to->name, from->name, sizeof(to->name));
	memcpy(to->nics, from->nics, sizeof(to->nics));
	to->n_nics = from->n_nics;
	to->remote = from->remote;
	if (from->tenant) {
		to->tenant = strdup(from->tenant);
		if (!to->tenant)
			return -ENOMEM;
	}
	return copy_labels(to, from);
}

static bool has_port(const struct vfw_vm *vm)
{
	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i].ifindex)
			return true;
	return false;
}

static bool same_uuid(const struct vfw_vm *a, const struct vfw_vm *b)
{
	return !memcmp(a->uuid, b->uuid, VFW_UUID_LEN);
}

/* Is a gone fact still needed: does the VM have a port, and nobody else of its source a word? */
static bool still_needed(const struct vfw_registry *r, const struct fact *f)
{
	bool port = false;

	if (f->source == VFW_SOURCE_QEMU)
		return false;
	for (size_t i = 0; i < r->n_facts; i++) {
		const struct fact *o = r->facts[i];

		if (o == f || o->gone || !same_uuid(&o->vm, &f->vm))
			continue;
		if (o->source == f->source)
			return false;
		port |= has_port(&o->vm);
	}
	return port;
}

static void drop_gone(struct vfw_registry *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->n_facts; i++)
		r->facts[i]->unneeded = r->facts[i]->gone && !still_needed(r, r->facts[i]);
	for (size_t i = 0; i < r->n_facts; i++) {
		if (r->facts[i]->unneeded)
			fact_free(r->facts[i]);
		else
			r->facts[kept++] = r->facts[i];
	}
	r->n_facts = kept;
}

#define set_conflict(vm, ...)                                          \
	do {                                                           \
		if (!(vm)->conflict)                                   \
			(vm)->conflict = vfw_form_format(__VA_ARGS__); \
	} while (0)

/* libvirt names a tap after its guest: the guest's MAC with the first byte fe. */
static bool tap_of_mac(const struct vfw_nic *port, const struct vfw_nic *nic)
{
	return nic->has_mac && port->tap_mac[0] == 0xfe &&
	       !memcmp(port->tap_mac + 1, nic->mac + 1, 5);
}

/* Finds the declared NIC that a port found with a process serves; NULL: none is left. */
static struct vfw_nic *nic_for_port(struct vfw_vm *vm, const struct vfw_nic *port, size_t order)
{
	struct vfw_nic *nic;

	for (size_t i = 0; port->has_mac && i < vm->n_nics; i++) {
		nic = &vm->nics[i];
		if (!nic->ifindex && nic->has_mac && !memcmp(nic->mac, port->mac, 6))
			return nic;
	}
	for (size_t i = 0; !port->has_mac && i < vm->n_nics; i++) {
		nic = &vm->nics[i];
		if (!nic->ifindex && tap_of_mac(port, nic))
			return nic;
	}
	if (order < vm->n_nics && !vm->nics[order].ifindex)
		return &vm->nics[order];
	return NULL;
}

static void merge_ports(struct vfw_vm *vm, const struct vfw_vm *seen)
{
	if (!vm->n_nics) {
		memcpy(vm->nics, seen->nics, sizeof(vm->nics));
		vm->n_nics = seen->n_nics;
		return;
	}
	for (size_t i = 0; i < seen->n_nics; i++) {
		const struct vfw_nic *port = &seen->nics[i];
		struct vfw_nic *nic;

		if (!port->ifindex)
			continue;
		nic = nic_for_port(vm, port, i);
		if (!nic)
			continue;
		nic->ifindex = port->ifindex;
		memcpy(nic->ifname, port->ifname, sizeof(nic->ifname));
		memcpy(nic->tap_mac, port->tap_mac, sizeof(nic->tap_mac));
		if (!nic->has_mac && port->has_mac) {
			nic->has_mac = true;
			memcpy(nic->mac, port->mac, 6);
		}
	}
}

/*
 * The oldest of the facts that this source said, those whose place stands first; *rival a
 * second one.
 */
static const struct fact *speaker(struct fact *const *facts, size_t n, enum vfw_vm_source source,
				  const struct fact **rival)
{
	const struct fact *first = NULL, *gone = NULL;

	*rival = NULL;
	for (size_t i = 0; i < n; i++) {
		const struct fact *f = facts[i];

		if (f->source != source)
			continue;
		if (f->gone)
			gone = gone ?: f;
		else if (!first)
			first = f;
		else
			*rival = *rival ?: f;
	}
	return first ?: gone;
}

/* Makes one VM of the n >= 1 facts about its UUID. Returns NULL when there is no memory. */
static struct vfw_vm *derive(const struct vfw_registry *r, struct fact *const *facts, size_t n)
{
	const struct fact *rival, *rival_process, *none;
	const struct fact *said = speaker(facts, n, VFW_SOURCE_INVENTORY, &rival);
	const struct fact *told = speaker(facts, n, VFW_SOURCE_LIBVIRT, &none);
	const struct fact *seen = speaker(facts, n, VFW_SOURCE_QEMU, &rival_process);
	const struct fact *base = said ?: told ?: seen ?: facts[0];
	struct vfw_vm *vm;

	vm = calloc(1, sizeof(*vm));
	if (!vm || copy_said(vm, &base->vm)) {
		if (vm)
			vm_clear(vm);
		free(vm);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		vm->sources |= facts[i]->source;
	if (said && told && !vm->n_nics) {
		memcpy(vm->nics, told->vm.nics, sizeof(vm->nics));
		vm->n_nics = told->vm.n_nics;
	}
	if ((said || told) && seen) {
		merge_ports(vm, &seen->vm);
		vm->remote = false;
	}
	if (rival)
		set_conflict(vm, "two inventory files claim this UUID: %s and %s", said->origin,
			     rival->origin);
	if (rival_process)
		set_conflict(vm, "two running VMs claim this UUID: %s and %s", seen->origin,
			     rival_process->origin);
	vm->quarantined = mark_index(&r->quarantined, vm->uuid) < r->quarantined.n;
	vm->monitored = mark_index(&r->monitored, vm->uuid) < r->monitored.n;
	return vm;
}

struct claim {
	struct vfw_vm *vm;
	struct vfw_nic *nic;
};

static int by_mac(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;

	return memcmp(x->nic->mac, y->nic->mac, 6);
}

static int by_port(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;

	return (x->nic->ifindex > y->nic->ifindex) - (x->nic->ifindex < y->nic->ifindex);
}

static void judge_mac(struct claim *c, size_t n)
{
	struct vfw_vm *owner = NULL;
	char mac[VFW_FORM_MAC_LEN];
	size_t declared = 0;

	for (size_t i = 0; i < n; i++)
		if (c[i].vm->sources & VFW_SOURCE_INVENTORY && c[i].vm != owner) {
			owner = c[i].vm;
			declared++;
		}
	vfw_form_mac(c->nic->mac, mac);
	for (size_t i = 0; i < n; i++) {
		struct vfw_vm *other = c[i].vm == c[0].vm ? c[n - 1].vm : c[0].vm;

		if (declared == 1 && c[i].vm == owner)
			continue;
		if (c[i].vm == other)
			set_conflict(c[i].vm, "MAC %s stands at two of its NICs", mac);
		else
			set_conflict(c[i].vm, "MAC %s is also claimed by VM %s", mac, other->name);
	}
}

static void judge_port(struct claim *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct vfw_vm *other = c[i].vm == c[0].vm ? c[n - 1].vm : c[0].vm;

		if (c[i].vm != other)
			set_conflict(c[i].vm, "port %s is also held by the process of VM %s",
				     c[i].nic->ifname, other->name);
	}
	for (size_t i = 0; i < n; i++)
		c[i].nic->ifindex = 0;
}

static size_t collect(struct vfw_registry *r, struct claim *c, bool ports)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_vms; i++)
		for (size_t k = 0; k < r->vms[i]->n_nics; k++) {
			struct vfw_nic *nic = &r->vms[i]->nics[k];

			if (ports ? nic->ifindex : nic->has_mac && !r->vms[i]->remote)
				c[n++] = (struct claim){r->vms[i], nic};
		}
	return n;
}

static int find_conflicts(struct vfw_registry *r)
{
	_cleanup_free_ struct claim *c = calloc(r->n_vms ? r->n_vms * VFW_MAX_NICS : 1, sizeof(*c));
	size_t n, run;

	if (!c)
		return -ENOMEM;
	n = collect(r, c, false);
	qsort(c, n, sizeof(*c), by_mac);
	for (size_t i = 0; i < n; i += run) {
		for (run = 1; i + run < n && !by_mac(&c[i], &c[i + run]);)
			run++;
		if (run > 1)
			judge_mac(c + i, run);
	}
	n = collect(r, c, true);
	qsort(c, n, sizeof(*c), by_port);
	for (size_t i = 0; i < n; i += run) {
		for (run = 1; i + run < n && !by_port(&c[i], &c[i + run]);)
			run++;
		if (run > 1)
			judge_port(c + i, run);
	}
	return 0;
}

/*
 * By UUID, the older first: the array is sorted by a stable merge, for age has no field of its
 * own.
 */
static int by_uuid(const struct fact *a, const struct fact *b)
{
	return memcmp(a->vm.uuid, b->vm.uuid, VFW_UUID_LEN);
}

static void sort_facts(struct fact **facts, struct fact **scratch, size_t n)
{
	size_t half = n / 2, i = 0, k = half, out = 0;

	if (n < 2)
		return;
	sort_facts(facts, scratch, half);
	sort_facts(facts + half, scratch, n - half);
	memcpy(scratch, facts, n * sizeof(struct fact *));
	while (out < n)
		facts[out++] = k >= n || (i < half && by_uuid(scratch[i], scratch[k]) <= 0)
				       ? scratch[i++]
				       : scratch[k++];
}

static void free_vms(struct vfw_vm **vms, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		vm_clear(vms[i]);
		free(vms[i]);
	}
	free(vms);
}

static bool same_names(const struct vfw_vm *a, const struct vfw_vm *b)
{
	if (strcmp(a->name, b->name) || a->remote != b->remote || a->n_nics != b->n_nics ||
	    a->n_labels != b->n_labels || strcmp(a->tenant ?: "", b->tenant ?: ""))
		return false;
	for (size_t i = 0; i < a->n_labels; i++)
		if (strcmp(a->labels[i].key, b->labels[i].key) ||
		    strcmp(a->labels[i].value, b->labels[i].value))
			return false;
	return true;
}

static bool same_said(const struct vfw_vm *a, const struct vfw_vm *b)
{
	return same_names(a, b) && !memcmp(a->nics, b->nics, sizeof(a->nics));
}

/* Are they the same to a policy, which knows nothing of ports, conflicts and quarantine? */
static bool same_to_policy(const struct vfw_vm *a, const struct vfw_vm *b)
{
	if (!same_uuid(a, b) || !same_names(a, b))
		return false;
	for (size_t i = 0; i < a->n_nics; i++) {
		const struct vfw_nic *x = &a->nics[i], *y = &b->nics[i];

		if (x->has_mac != y->has_mac || memcmp(x->mac, y->mac, 6) ||
		    x->n_addrs != y->n_addrs ||
		    memcmp(x->addrs, y->addrs, x->n_addrs * sizeof(*x->addrs)))
			return false;
	}
	return true;
}

static bool all_same_to_policy(struct vfw_vm *const *a, size_t n_a, struct vfw_vm *const *b,
			       size_t n_b)
{
	for (size_t i = 0; n_a == n_b && i < n_a; i++)
		if (!same_to_policy(a[i], b[i]))
			return false;
	return n_a == n_b;
}

int vfw_registry_settle(struct vfw_registry *r)
{
	_cleanup_free_ struct fact **facts = NULL, **scratch = NULL;
	struct vfw_vm **old = r->vms, **vms;
	size_t old_n = r->n_vms, run;

	if (!r->dirty)
		return 0;
	drop_gone(r);
	facts = calloc(r->n_facts + 1, sizeof(*facts));
	scratch = calloc(r->n_facts + 1, sizeof(*scratch));
	vms = calloc(r->n_facts + 1, sizeof(*vms));
	if (!facts || !scratch || !vms) {
		free(vms);
		return -ENOMEM;
	}
	if (r->n_facts)
		memcpy(facts, r->facts, r->n_facts * sizeof(*facts));
	sort_facts(facts, scratch, r->n_facts);
	r->vms = vms;
	r->n_vms = 0;
	for (size_t i = 0; i < r->n_facts; i += run) {
		for (run = 1; i + run < r->n_facts && !by_uuid(facts[i], facts[i + run]);)
			run++;
		vms[r->n_vms] = derive(r, facts + i, run);
		if (!vms[r->n_vms])
			goto restore;
		r->n_vms++;
	}
	if (find_conflicts(r))
		goto restore;
	r->generation += !all_same_to_policy(old, old_n, vms, r->n_vms);
	free_vms(old, old_n);
	r->n_uuids = r->n_vms;
	r->dirty = false;
	return 0;

restore:
	free_vms(vms, r->n_vms);
	r->vms = old;
	r->n_vms = old_n;
	return -ENOMEM;
}

struct vfw_registry *vfw_registry_new(void)
{
	return calloc(1, sizeof(struct vfw_registry));
}

void vfw_registry_free(struct vfw_registry *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_facts; i++)
		fact_free(r->facts[i]);
	free(r->facts);
	free_vms(r->vms, r->n_vms);
	free(r->quarantined.v);
	free(r->monitored.v);
	free(r);
}

int vfw_registry_report(struct vfw_registry *r, enum vfw_vm_source source, const char *origin,
			const struct vfw_vm *facts)
{
	struct fact *f, **bigger, **place = NULL;
	bool known = false;

	for (size_t i = 0; i < r->n_facts; i++) {
		f = r->facts[i];
		if (!same_uuid(&f->vm, facts))
			continue;
		known = true;
		if (f->source != source || strcmp(f->origin, origin))
			continue;
		if (!f->gone && same_said(&f->vm, facts))
			return 0;
		place = &r->facts[i];
	}
	if (!known && r->n_uuids >= VFW_MAX_VMS)
		return -ENOSPC;
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->source = source;
	f->origin = strdup(origin);
	if (!f->origin || copy_said(&f->vm, facts)) {
		fact_free(f);
		return -ENOMEM;
	}
	if (place) {
		fact_free(*place);
		*place = f;
	} else {
		bigger = realloc(r->facts, (r->n_facts + 1) * sizeof(struct fact *));
		if (!bigger) {
			fact_free(f);
			return -ENOMEM;
		}
		r->facts = bigger;
		r->facts[r->n_facts++] = f;
		r->n_uuids += !known;
	}
	r->dirty = true;
	return 0;
}

void vfw_registry_withdraw(struct vfw_registry *r, enum vfw_vm_source source, const char *origin)
{
	for (size_t i = 0; i < r->n_facts; i++) {
		struct fact *f = r->facts[i];

		if (f->source == source && !strcmp(f->origin, origin) && !f->gone) {
			f->gone = true;
			r->dirty = true;
		}
	}
}

static int mark(struct vfw_registry *r, struct marks *m, const uint8_t uuid[VFW_UUID_LEN], bool on)
{
	size_t i = mark_index(m, uuid);

	if (on == (i < m->n))
		return 0;
	if (on) {
		uint8_t *bigger = realloc(m->v, (i + 1) * VFW_UUID_LEN);

		if (!bigger)
			return -ENOMEM;
		m->v = bigger;
		memcpy(bigger + i * VFW_UUID_LEN, uuid, VFW_UUID_LEN);
		m->n++;
	} else {
		m->n--;
		memmove(m->v + i * VFW_UUID_LEN, m->v + (i + 1) * VFW_UUID_LEN,
			(m->n - i) * VFW_UUID_LEN);
	}
	r->dirty = true;
	return 0;
}

int vfw_registry_quarantine(struct vfw_registry *r, const uint8_t uuid[VFW_UUID_LEN], bool on)
{
	return mark(r, &r->quarantined, uuid, on);
}

const uint8_t *vfw_registry_quarantined(const struct vfw_registry *r, size_t *n)
{
	*n = r->quarantined.n;
	return r->quarantined.v;
}

int vfw_registry_monitor(struct vfw_registry *r, const uint8_t uuid[VFW_UUID_LEN], bool on)
{
	return mark(r, &r->monitored, uuid, on);
}

const uint8_t *vfw_registry_monitored(const struct vfw_registry *r, size_t *n)
{
	*n = r->monitored.n;
	return r->monitored.v;
}

uint64_t vfw_registry_generation(const struct vfw_registry *r)
{
	return r->generation;
}

const struct vfw_vm *const *vfw_registry_vms(const struct vfw_registry *r, size_t *n)
{
	*n = r->n_vms;
	return (const struct vfw_vm *const *)r->vms;
}

const struct vfw_vm *vfw_registry_by_uuid(const struct vfw_registry *r,
					  const uint8_t uuid[VFW_UUID_LEN])
{
	size_t low = 0, high = r->n_vms;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = memcmp(uuid, r->vms[mid]->uuid, VFW_UUID_LEN);

		if (!order)
			return r->vms[mid];
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const struct vfw_vm *vfw_registry_by_name(const struct vfw_registry *r, const char *name)
{
	const struct vfw_vm *found = NULL;
	uint8_t uuid[VFW_UUID_LEN];

	if (!vfw_form_uuid_parse(name, uuid))
		return vfw_registry_by_uuid(r, uuid);
	for (size_t i = 0; i < r->n_vms; i++) {
		if (strcmp(r->vms[i]->name, name))
			continue;
		if (found)
			return NULL;
		found = r->vms[i];
	}
	return found;
}

bool vfw_registry_has(const struct vfw_registry *r, enum vfw_vm_source source, const char *origin)
{
	for (size_t i = 0; i < r->n_facts; i++)
		if (r->facts[i]->source == source && !strcmp(r->facts[i]->origin, origin))
			return true;
	return false;
}

char *vfw_registry_origins(const struct vfw_registry *r, const struct vfw_vm *vm)
{
	char *all = strdup("");

	for (size_t i = 0; all && i < r->n_facts; i++) {
		char *longer;

		if (!same_uuid(&r->facts[i]->vm, vm))
			continue;
		longer = vfw_form_format("%s%s%s%s", all, *all ? ", " : "", r->facts[i]->origin,
					 r->facts[i]->gone ? " (removed)" : "");
		free(all);
		all = longer;
	}
	return all;
}
