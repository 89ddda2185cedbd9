// SPDX-License-Identifier: GPL-2.0
/* Conversations that live: which there are, and ending them. */
#include "verbs.h"

#include "../base/cleanup.h"
#include "../base/form.h"
#include "../eve/event.h"
#include "../kern/kern.h"
#include "../policy/compiled.h"
#include "../state/state.h"
#include "../vm/address.h"
#include "../vm/registry.h"

#include <netinet/in.h>
#include <string.h>
#include <vfw/ctl_proto.h>

#define SIDES (VFW_FLOW_M_ADDR0 | VFW_FLOW_M_ADDR1 | VFW_FLOW_M_UUID0 | VFW_FLOW_M_UUID1)
#define PORTS (VFW_FLOW_M_PORT0 | VFW_FLOW_M_PORT1)
#define EITHER 2 /* "vm", "addr" and "port" may be those of either side */
#define MATCHES_MAX 8

/* One end that was asked for. */
struct wish {
	const char *key;
	bool given;
	int side; /* 0 opened it, 1, or EITHER */
	bool is_port;
	bool is_vm;
	uint8_t uuid[VFW_UUID_LEN];
	struct vfw_address addr;
	uint16_t port;
};

/* A flow is meant when it is like one of these; none: every flow. */
struct wanted {
	struct vfw_flow_match match[MATCHES_MAX];
	size_t n;
	bool all;
};

/* Reads an end that is a VM or an address. False after vfw_call_fail(). */
static bool read_end(struct vfw_call *call, const char *word, bool vm, bool addr, struct wish *w)
{
	const struct vfw_vm *found;

	if (addr && !vfw_address_parse(word, &w->addr))
		return true;
	if (!vm) {
		vfw_call_fail(call, VFW_RPC_PARAMS, NULL, "expected an address as \"%s\"", w->key);
		return false;
	}
	found = vfw_verb_find_vm(call, word);
	if (!found)
		return false;
	w->is_vm = true;
	memcpy(w->uuid, found->uuid, VFW_UUID_LEN);
	return true;
}

static bool read_wish(struct vfw_call *call, json_t *params, struct wish *w)
{
	const json_t *o = json_object_get(params, w->key);
	const char *word = json_string_value(o);

	if (!o || json_is_null(o))
		return true;
	w->given = true;
	if (!w->is_port && word)
		return read_end(call, word, strcmp(w->key, "addr"), strcmp(w->key, "vm"), w);
	if (w->is_port && json_is_integer(o) && json_integer_value(o) >= 0 &&
	    json_integer_value(o) <= UINT16_MAX) {
		w->port = (uint16_t)json_integer_value(o);
		return true;
	}
	vfw_call_fail(call, VFW_RPC_PARAMS, NULL,
		      w->is_port ? "expected 0 to 65535 as \"%s\"" : "expected a text as \"%s\"",
		      w->key);
	return false;
}

/* Adds the wish to the match, as one of that side. False: the match asks for another one there already. */
static bool add_wish(struct vfw_flow_match *m, const struct wish *w, int side)
{
	uint32_t flag = (w->is_port ? VFW_FLOW_M_PORT0
			 : w->is_vm ? VFW_FLOW_M_UUID0
				    : VFW_FLOW_M_ADDR0)
			<< side;

	if (w->is_port) {
		if (m->flags & flag && m->port[side] != w->port)
			return false;
		m->port[side] = w->port;
	} else if (w->is_vm) {
		if (m->flags & flag && memcmp(m->uuid[side], w->uuid, VFW_UUID_LEN))
			return false;
		memcpy(m->uuid[side], w->uuid, VFW_UUID_LEN);
	} else {
		if (m->flags & VFW_FLOW_M_FAMILY && m->family != w->addr.family)
			return false;
		if (m->flags & flag && memcmp(m->addr[side], w->addr.addr, 16))
			return false;
		m->family = w->addr.family;
		m->flags |= VFW_FLOW_M_FAMILY;
		memcpy(m->addr[side], w->addr.addr, 16);
	}
	m->flags |= flag;
	return true;
}

/* What params ask for. Each of those that speak of either side is tried on both. */
static bool read_wanted(struct vfw_call *call, json_t *params, struct wanted *wanted)
{
	struct wish wishes[] = {
		{.key = "vm", .side = EITHER},
		{.key = "addr", .side = EITHER},
		{.key = "port", .side = EITHER, .is_port = true},
		{.key = "from", .side = 0},
		{.key = "to", .side = 1},
		{.key = "sport", .side = 0, .is_port = true},
		{.key = "dport", .side = 1, .is_port = true},
	};
	uint32_t proto = UINT32_MAX;

	memset(wanted, 0, sizeof(*wanted));
	if (!vfw_verb_proto(call, params, &proto))
		return false;
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++)
		if (!read_wish(call, params, &wishes[i]))
			return false;
	for (unsigned int choice = 0; choice < MATCHES_MAX; choice++) {
		struct vfw_flow_match m = {0};
		bool possible = true;

		if (proto != UINT32_MAX) {
			m.flags |= VFW_FLOW_M_PROTO;
			m.proto = (uint8_t)proto;
		}
		for (unsigned int i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
			const struct wish *w = &wishes[i];
			unsigned int other = i < 3 ? choice >> i & 1 : 0;

			if (!w->given)
				possible &= !other;
			else
				possible &=
					add_wish(&m, w, w->side == EITHER ? (int)other : w->side);
		}
		if (possible)
			wanted->match[wanted->n++] = m;
	}
	wanted->all = wanted->n == 1 && !wanted->match[0].flags;
	return true;
}

static bool is_like(const struct vfw_flow_info *f, const struct vfw_flow_match *m)
{
	if ((m->flags & VFW_FLOW_M_FAMILY && m->family != f->family) ||
	    (m->flags & VFW_FLOW_M_PROTO && m->proto != f->proto))
		return false;
	for (unsigned int i = 0; i < 2; i++)
		if ((m->flags & (VFW_FLOW_M_ADDR0 << i) && memcmp(m->addr[i], f->addr[i], 16)) ||
		    (m->flags & (VFW_FLOW_M_PORT0 << i) && m->port[i] != f->port[i]) ||
		    (m->flags & (VFW_FLOW_M_UUID0 << i) &&
		     memcmp(m->uuid[i], f->uuid[i], VFW_UUID_LEN)))
			return false;
	return true;
}

static bool is_wanted(const struct vfw_flow_info *f, const struct wanted *wanted)
{
	for (size_t i = 0; i < wanted->n; i++)
		if (is_like(f, &wanted->match[i]))
			return true;
	return false;
}

static json_t *flow_of(struct vfw_call *call, const struct vfw_flow_info *f)
{
	const struct vfw_rule_origin *rule = vfw_ruleset_rule(call->state->running, f->rule, NULL);
	char src[46], dst[46], number[4], uuid[2][VFW_FORM_UUID_LEN];
	json_t *o = json_pack(
		"{s:s, s:s*, s:s*, s:s, s:i, s:s, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:s*, s:I, s:I, s:s, s:s, s:i}",
		"proto", vfw_eve_proto(f->proto, number), "src_vm",
		vfw_verb_vm_name(call, f->uuid[0], uuid[0]), "dst_vm",
		vfw_verb_vm_name(call, f->uuid[1], uuid[1]), "src_ip",
		vfw_eve_address(f->family, f->addr[0], src), "src_port", f->port[0], "dest_ip",
		vfw_eve_address(f->family, f->addr[1], dst), "dest_port", f->port[1],
		"pkts_toserver", (json_int_t)f->packets[0], "pkts_toclient",
		(json_int_t)f->packets[1], "bytes_toserver", (json_int_t)f->bytes[0],
		"bytes_toclient", (json_int_t)f->bytes[1], "age_ms", (json_int_t)f->age_ms,
		"expires_ms", (json_int_t)f->expires_ms, "rule", rule ? rule->label : NULL,
		"rule_id", (json_int_t)f->rule, "revision", (json_int_t)f->revision, "verdict",
		vfw_eve_verdict(f->verdict), "state",
		/* the rest of one that a policy has cut */
		f->verdict == VFW_BLOCK ? "cut" : vfw_eve_flow_state(f->proto, f->state, f->flags),
		"vlan", f->vlan);

	if (f->app && vfw_state_app(call->state, f->app))
		json_object_set_new(o, "app_proto",
				    json_string(vfw_state_app(call->state, f->app)));
	json_object_set_new(o, "answered", json_boolean(f->flags & VFW_FLOW_F_ANSWERED));
	return o;
}

json_t *vfw_verb_flow_list(struct vfw_call *call, json_t *params)
{
	_cleanup_free_ struct vfw_flow_info *flows = NULL;
	struct wanted wanted;
	json_t *list;
	size_t n;

	if (!read_wanted(call, params, &wanted) || !vfw_verb_need_kernel(call))
		return NULL;
	if (vfw_kern_flows(call->state->kern, &flows, &n))
		return vfw_verb_kernel_failed(call);
	list = json_array();
	for (size_t i = 0; i < n; i++)
		if (is_wanted(&flows[i], &wanted))
			json_array_append_new(list, flow_of(call, &flows[i]));
	return json_pack("{s:o}", "flows", list);
}

/* Ends what is like the match. A port without a protocol is one of each that has ports. */
static bool kill_like(struct vfw_call *call, const struct vfw_flow_match *wanted,
		      json_int_t *killed)
{
	static const uint8_t protos[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_UDPLITE,
					 IPPROTO_DCCP};
	bool each = wanted->flags & PORTS && !(wanted->flags & VFW_FLOW_M_PROTO);

	for (size_t i = 0; i < (each ? sizeof(protos) : 1); i++) {
		struct vfw_flow_match m = *wanted;
		uint32_t n;

		if (each) {
			m.flags |= VFW_FLOW_M_PROTO;
			m.proto = protos[i];
		}
		if (vfw_kern_flow_kill(call->state->kern, &m, &n))
			return false;
		*killed += n;
	}
	return true;
}

json_t *vfw_verb_flow_kill(struct vfw_call *call, json_t *params)
{
	struct wanted wanted;
	json_int_t killed = 0;
	json_t *result;
	bool whole = true;

	if (!read_wanted(call, params, &wanted) || !vfw_verb_need_kernel(call))
		return NULL;
	if (wanted.all)
		return vfw_call_fail(
			call, VFW_RPC_PARAMS, NULL,
			"expected a VM, an address, a port or a protocol: all flows are "
			"not ended at once");
	for (size_t i = 0; i < wanted.n && whole; i++)
		whole = kill_like(call, &wanted.match[i], &killed);
	result = json_pack("{s:I}", "killed", killed);
	vfw_state_audit(call->state, call->who, "flow.kill",
			json_pack("{s:O, s:I}", "params", params, "killed", killed));
	if (whole)
		return vfw_verb_changed(call, result);
	json_decref(result);
	return vfw_verb_kernel_failed(call);
}
