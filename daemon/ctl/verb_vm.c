// SPDX-License-Identifier: GPL-2.0
#include "verbs.h"

#include "../base/cleanup.h"
#include "../base/form.h"
#include "../base/log.h"
#include "../kern/kern.h"
#include "../policy/compiled.h"
#include "../state/publish.h"
#include "../state/state.h"
#include "../vm/address.h"
#include "../vm/registry.h"

#include <errno.h>
#include <string.h>
#include <vfw/ctl_proto.h>

/* What a list of VMs has in common, fetched once. */
struct facts {
	struct vfw_call *call;
	struct vfw_kern_vm_info *infos; /* NULL: no module */
	size_t n_infos;
};

static void facts_get(struct vfw_call *call, struct facts *f)
{
	memset(f, 0, sizeof(*f));
	f->call = call;
	if (call->state->kern && vfw_kern_vms(call->state->kern, &f->infos, &f->n_infos))
		f->n_infos = 0;
}

static json_t *nic_of(const struct vfw_nic *nic)
{
	json_t *o = json_object(), *addresses = json_array();
	char mac[VFW_FORM_MAC_LEN], addr[VFW_ADDRESS_TEXT];

	if (nic->has_mac)
		json_object_set_new(o, "mac", json_string(vfw_form_mac(nic->mac, mac)));
	for (size_t i = 0; i < nic->n_addrs; i++)
		json_array_append_new(addresses,
				      json_string(vfw_address_text(&nic->addrs[i], addr)));
	json_object_set_new(o, "addresses", addresses);
	if (nic->ifindex) {
		json_object_set_new(o, "ifname", json_string(nic->ifname));
		json_object_set_new(o, "ifindex", json_integer(nic->ifindex));
	}
	return o;
}

/*
 * Identity and groups under the running policy. The identity's name is its groups, joined by
 * '+'.
 */
static void put_identity(json_t *o, const struct vfw_state *st, const struct vfw_vm *vm)
{
	const struct vfw_compiled *c = st->running ? st->running->compiled : NULL;
	_cleanup_free_ char *names = NULL;
	json_t *groups = json_array();
	char *save = NULL;

	for (size_t i = 0; c && i < c->n_members; i++) {
		uint32_t ident = c->members[i].ident;

		if (memcmp(c->members[i].uuid, vm->uuid, VFW_UUID_LEN) != 0)
			continue;
		json_object_set_new(o, "identity", json_integer(ident));
		if (ident < c->counts.n_idents && c->ident_names[ident])
			names = strdup(c->ident_names[ident]);
		break;
	}
	for (char *name = names ? strtok_r(names, "+", &save) : NULL; name;
	     name = strtok_r(NULL, "+", &save))
		json_array_append_new(groups, json_string(name));
	json_object_set_new(o, "groups", groups);
}

static json_t *sources_of(const struct vfw_state *st, const struct vfw_vm *vm)
{
	_cleanup_free_ char *origins = vfw_registry_origins(st->registry, vm);
	json_t *list = json_array();
	char *at = origins, *comma;

	while (at && *at) {
		comma = strstr(at, ", ");
		if (comma)
			*comma = '\0';
		json_array_append_new(list, json_string(at));
		at = comma ? comma + 2 : NULL;
	}
	return list;
}

static json_t *counters_of(const struct vfw_vm_stat *s)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "tx_packets",
			 (json_int_t)s->tx_packets, "tx_bytes", (json_int_t)s->tx_bytes,
			 "rx_packets", (json_int_t)s->rx_packets, "rx_bytes",
			 (json_int_t)s->rx_bytes, "tx_dropped", (json_int_t)s->tx_dropped,
			 "rx_dropped", (json_int_t)s->rx_dropped, "would_drop",
			 (json_int_t)s->would_drop, "flows_opened", (json_int_t)s->flows_opened);
}

static json_t *vm_of(const struct facts *f, const struct vfw_vm *vm)
{
	json_t *labels = json_object(), *nics = json_array();
	char uuid[VFW_FORM_UUID_LEN];
	json_t *o;

	for (size_t i = 0; i < vm->n_labels; i++)
		json_object_set_new(labels, vm->labels[i].key, json_string(vm->labels[i].value));
	for (size_t i = 0; i < vm->n_nics; i++)
		json_array_append_new(nics, nic_of(&vm->nics[i]));
	o = json_pack("{s:s, s:s, s:s*, s:o, s:o, s:b, s:b, s:b, s:s*, s:o}", "uuid",
		      vfw_form_uuid(vm->uuid, uuid), "name", vm->name, "tenant", vm->tenant,
		      "labels", labels, "sources", sources_of(f->call->state, vm), "quarantined",
		      vm->quarantined || vm->conflict, "monitored", vm->monitored, "remote",
		      vm->remote, "conflict", vm->conflict, "nics", nics);
	put_identity(o, f->call->state, vm);
	for (size_t i = 0; i < f->n_infos; i++)
		if (!memcmp(f->infos[i].uuid, vm->uuid, VFW_UUID_LEN))
			json_object_set_new(o, "counters", counters_of(&f->infos[i].stat));
	return o;
}

json_t *vfw_verb_vm_list(struct vfw_call *call, json_t *params)
{
	const struct vfw_vm *const *vms;
	json_t *list = json_array();
	struct facts f;
	size_t n;

	(void)params;
	facts_get(call, &f);
	vms = vfw_registry_vms(call->state->registry, &n);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, vm_of(&f, vms[i]));
	free(f.infos);
	return json_pack("{s:o}", "vms", list);
}

static json_t *show(struct vfw_call *call, const struct vfw_vm *vm)
{
	struct facts f;
	json_t *o;

	facts_get(call, &f);
	o = vm_of(&f, vm);
	free(f.infos);
	return o;
}

json_t *vfw_verb_vm_show(struct vfw_call *call, json_t *params)
{
	const char *name = vfw_call_text(call, params, "vm");
	const struct vfw_vm *vm = name ? vfw_verb_find_vm(call, name) : NULL;

	return vm ? show(call, vm) : NULL;
}

/*
 * A mark was set or taken away: kernel and audit log are told. in_force: the module has it already, so that
 * trouble with something else is only noted. Returns the VM, or NULL after vfw_call_fail().
 */
static json_t *marked(struct vfw_call *call, const uint8_t uuid[VFW_UUID_LEN], const char *action,
		      json_t *detail, bool in_force)
{
	struct vfw_state *st = call->state;
	const struct vfw_vm *vm;
	json_t *o;

	vfw_publish_sync(st);
	vfw_state_audit(st, call->who, action, detail);
	if (st->trouble && !in_force)
		return vfw_call_fail(call, VFW_CTL_E_KERNEL, NULL, "%s", st->trouble);
	vm = vfw_registry_by_uuid(st->registry, uuid);
	o = vm ? show(call, vm) : json_object();
	if (st->trouble)
		json_object_set_new(o, "trouble", json_string(st->trouble));
	return vfw_verb_changed(call, o);
}

/* Tells the module what is said of a VM, whatever else there may be to tell it. Returns whether it has that VM, and the marks. */
static bool put_marks(struct vfw_state *st, const uint8_t uuid[VFW_UUID_LEN], bool quarantined,
		      bool monitored)
{
	int err = -ENODEV;

	if (st->kern)
		err = vfw_kern_vm_flags_set(st->kern, uuid,
					    (quarantined ? VFW_VM_F_QUARANTINE : 0) |
						    (monitored ? VFW_VM_F_MONITOR : 0));
	if (err == -ENOENT)
		vfw_log_info("the module does not have that VM yet");
	return !err;
}

static json_t *set_quarantine(struct vfw_call *call, json_t *params, bool on)
{
	const char *name = vfw_call_text(call, params, "vm");
	const char *why = json_string_value(json_object_get(params, "reason"));
	const struct vfw_vm *vm = name ? vfw_verb_find_vm(call, name) : NULL;
	struct vfw_state *st = call->state;
	uint8_t uuid[VFW_UUID_LEN];
	bool before, in_force;

	if (!vm)
		return NULL;
	if (!on && vm->conflict)
		return vfw_call_fail(call, VFW_CTL_E_DENIED, NULL, "%s stays quarantined: %s",
				     vm->name, vm->conflict);
	memcpy(uuid, vm->uuid, sizeof(uuid));
	before = vm->quarantined;
	if (vfw_registry_quarantine(st->registry, uuid, on))
		return NULL;
	vfw_keep_quarantined(st);
	in_force = put_marks(st, uuid, on, vm->monitored);
	return marked(call, uuid, on ? "vm.quarantine" : "vm.release",
		      json_pack("{s:s, s:b, s:b, s:s*}", "vm", name, "before", before, "after", on,
				"reason", why && *why ? why : NULL),
		      in_force);
}

json_t *vfw_verb_vm_quarantine(struct vfw_call *call, json_t *params)
{
	return set_quarantine(call, params, true);
}

json_t *vfw_verb_vm_release(struct vfw_call *call, json_t *params)
{
	return set_quarantine(call, params, false);
}

json_t *vfw_verb_vm_monitor(struct vfw_call *call, json_t *params)
{
	const char *name = vfw_call_text(call, params, "vm");
	const json_t *on = json_object_get(params, "on");
	const struct vfw_vm *vm = name ? vfw_verb_find_vm(call, name) : NULL;
	struct vfw_state *st = call->state;
	uint8_t uuid[VFW_UUID_LEN];
	bool before, in_force;

	if (!vm)
		return NULL;
	if (!json_is_boolean(on))
		return vfw_call_fail(call, VFW_RPC_PARAMS, NULL,
				     "expected true or false as \"on\"");
	memcpy(uuid, vm->uuid, sizeof(uuid));
	before = vm->monitored;
	if (vfw_registry_monitor(st->registry, uuid, json_is_true(on)))
		return NULL;
	vfw_keep_monitored(st);
	in_force = put_marks(st, uuid, vm->quarantined || vm->conflict, json_is_true(on));
	return marked(call, uuid, "vm.monitor",
		      json_pack("{s:s, s:b, s:b}", "vm", name, "before", before, "after",
				json_is_true(on)),
		      in_force);
}
