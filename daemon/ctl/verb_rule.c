// SPDX-License-Identifier: GPL-2.0
/* What the datapath did and would do: counters by rule, explain. */
#include "verbs.h"

#include "../base/cleanup.h"
#include "../base/form.h"
#include "../eve/event.h"
#include "../kern/kern.h"
#include "../policy/app.h"
#include "../policy/compiled.h"
#include "../state/sigset.h"
#include "../state/state.h"
#include "../vm/address.h"
#include "../vm/registry.h"
#include "core/reason.h"

#include <netinet/in.h>
#include <string.h>
#include <vfw/ctl_proto.h>

static int by_id(const void *a, const void *b)
{
	uint32_t x = ((const struct vfw_rule_stat *)a)->id,
		 y = ((const struct vfw_rule_stat *)b)->id;

	return (x > y) - (x < y);
}

static json_t *rule_of(const struct vfw_rule_rec *rec, const struct vfw_rule_origin *origin,
		       const struct vfw_rule_stat *stats, size_t n)
{
	struct vfw_rule_stat key = {.id = rec->id};
	const struct vfw_rule_stat *stat = n ? bsearch(&key, stats, n, sizeof(key), by_id) : NULL;
	json_t *o = json_pack("{s:I, s:s, s:s, s:s?, s:I, s:s?}", "id", (json_int_t)rec->id, "rule",
			      origin->label, "text", origin->text ?: "", "file", origin->file,
			      "line", (json_int_t)origin->line, "tenant", origin->tenant);
	char time[VFW_FORM_TIME_LEN];

	if (!stat)
		return o;
	json_object_set_new(o, "packets", json_integer((json_int_t)stat->packets));
	json_object_set_new(o, "bytes", json_integer((json_int_t)stat->bytes));
	json_object_set_new(o, "flows", json_integer((json_int_t)stat->flows));
	if (stat->last_ns)
		json_object_set_new(o, "last_hit", json_string(vfw_form_time(stat->last_ns, time)));
	return o;
}

json_t *vfw_verb_rule_list(struct vfw_call *call, json_t *params)
{
	const struct vfw_ruleset *rs = call->state->running;
	_cleanup_free_ struct vfw_rule_stat *stats = NULL;
	json_t *list = json_array();
	size_t n = 0;

	(void)params;
	if (call->state->kern && vfw_kern_rules(call->state->kern, &stats, &n)) {
		json_decref(list);
		return vfw_verb_kernel_failed(call);
	}
	if (n)
		qsort(stats, n, sizeof(*stats), by_id);
	for (uint32_t i = 0; rs && rs->compiled && i < rs->compiled->counts.n[VFW_TABLE_RULES]; i++)
		json_array_append_new(list, rule_of(&rs->compiled->rules[i],
						    &rs->compiled->origins[i], stats, n));
	return json_pack("{s:o}", "rules", list);
}

static const struct proto {
	const char *word;
	uint8_t number;
} protos[] = {
	{"tcp", IPPROTO_TCP},
	{"udp", IPPROTO_UDP},
	{"sctp", IPPROTO_SCTP},
	{"icmp", IPPROTO_ICMP},
	{"icmp6", IPPROTO_ICMPV6},
	{"icmpv6", IPPROTO_ICMPV6},
	{"gre", IPPROTO_GRE},
	{"esp", IPPROTO_ESP},
	{"ah", IPPROTO_AH},
	{"igmp", IPPROTO_IGMP},
	{"ospf", 89},
	{"vrrp", 112},
	{"ipip", IPPROTO_IPIP},
	{"ipv6", IPPROTO_IPV6},
	{"dccp", IPPROTO_DCCP},
	{"pim", IPPROTO_PIM},
	{"l2tp", 115},
	{"udplite", IPPROTO_UDPLITE},
};

/* A number of params within bounds; absent: *value stays. False after vfw_call_fail(). */
static bool number_of(struct vfw_call *call, json_t *params, const char *key, json_int_t max,
		      uint32_t *value)
{
	const json_t *o = json_object_get(params, key);

	if (!o || json_is_null(o))
		return true;
	if (!json_is_integer(o) || json_integer_value(o) < 0 || json_integer_value(o) > max) {
		vfw_call_fail(call, VFW_RPC_PARAMS, NULL, "expected 0 to %lld as \"%s\"",
			      (long long)max, key);
		return false;
	}
	*value = (uint32_t)json_integer_value(o);
	return true;
}

bool vfw_verb_proto(struct vfw_call *call, json_t *params, uint32_t *proto)
{
	const char *word = json_string_value(json_object_get(params, "proto"));

	if (!word)
		return number_of(call, params, "proto", 255, proto);
	for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++)
		if (!strcmp(word, protos[i].word)) {
			*proto = protos[i].number;
			return true;
		}
	vfw_call_fail(call, VFW_RPC_PARAMS, NULL,
		      "no protocol \"%s\": expected tcp, udp, icmp ... or a number", word);
	return false;
}

static bool key_of(struct vfw_call *call, json_t *params, uint32_t *key)
{
	uint32_t proto = UINT32_MAX, port = UINT32_MAX, type = 0, code = 0, ether = UINT32_MAX;

	if (!vfw_verb_proto(call, params, &proto) ||
	    !number_of(call, params, "dport", 65535, &port) ||
	    !number_of(call, params, "icmp_type", 255, &type) ||
	    !number_of(call, params, "icmp_code", 255, &code) ||
	    !number_of(call, params, "ethertype", 65535, &ether))
		return false;
	if (ether != UINT32_MAX) {
		*key = VFW_KEY(VFW_CLASS_ETHER, ether);
		return true;
	}
	switch (proto) {
	case UINT32_MAX:
		vfw_call_fail(call, VFW_RPC_PARAMS, NULL, "expected a proto or an ethertype");
		return false;
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		if (port == UINT32_MAX) {
			vfw_call_fail(call, VFW_RPC_PARAMS, NULL, "expected a dport");
			return false;
		}
		*key = VFW_KEY(proto, port);
		return true;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		/* asked about ICMP alone one means ping */
		if (!json_object_get(params, "icmp_type"))
			type = proto == IPPROTO_ICMP ? 8 : 128;
		*key = VFW_KEY(proto, type << 8 | code);
		return true;
	}
	*key = VFW_KEY(proto, 0);
	return true;
}

struct end {
	uint32_t vm, host, addr; /* the flags that say what it is */
	uint8_t *uuid, *address;
};

/* Addresses of documentation (RFC 5737, RFC 3849) that no set should hold stand for "external". */
static void external_address(struct vfw_address *a, uint8_t family)
{
	vfw_address_parse(family == 6 ? "2001:db8:ffff:ffff:ffff:ffff:ffff:fffe" : "203.0.113.254",
			  a);
}

static bool end_of(struct vfw_call *call, json_t *params, const char *key, struct vfw_explain *e,
		   const struct end *end)
{
	const char *word = vfw_call_text(call, params, key);
	struct vfw_address a;
	const struct vfw_vm *vm;

	if (!word)
		return false;
	if (!strcmp(word, "host")) {
		e->flags |= end->host;
		return true;
	}
	if (!strcmp(word, "unmanaged"))
		return true;
	vm = vfw_registry_by_name(call->state->registry, word);
	if (vm && !vm->remote) {
		e->flags |= end->vm;
		memcpy(end->uuid, vm->uuid, VFW_UUID_LEN);
		return true;
	}
	if (vm && vm->n_nics && vm->nics[0].n_addrs)
		a = vm->nics[0].addrs[0];
	else if (!strcmp(word, "external"))
		external_address(&a, e->family ?: 4);
	else if (vfw_address_parse(word, &a))
		return vfw_verb_find_vm(call, word) != NULL;
	if (e->family && e->family != a.family) {
		vfw_call_fail(call, VFW_RPC_PARAMS, NULL,
			      "expected two addresses of one IP version");
		return false;
	}
	e->family = a.family;
	e->flags |= end->addr;
	memcpy(end->address, a.addr, sizeof(a.addr));
	return true;
}

static json_t *end_json(struct vfw_call *call, const uint8_t *uuid, uint32_t ident)
{
	const struct vfw_ruleset *rs = call->state->running;
	const struct vfw_compiled *c = rs ? rs->compiled : NULL;
	char text[VFW_FORM_UUID_LEN];

	return json_pack("{s:s*, s:I, s:s*}", "vm", vfw_verb_vm_name(call, uuid, text), "identity",
			 (json_int_t)ident, "groups",
			 c && ident < c->counts.n_idents ? c->ident_names[ident] : NULL);
}

static json_t *explained(struct vfw_call *call, const struct vfw_explain *e)
{
	const struct vfw_rule_origin *rule = vfw_ruleset_rule(call->state->running, e->rule, NULL);
	json_t *monitors = json_array();
	json_t *o;

	for (uint32_t i = 0; i < e->n_monitors && i < 8; i++) {
		const struct vfw_rule_origin *m =
			vfw_ruleset_rule(call->state->running, e->monitors[i], NULL);

		if (m)
			json_array_append_new(monitors, json_string(m->label));
	}
	o = json_pack("{s:s, s:s, s:I, s:s, s:s, s:I, s:o, s:o, s:o, s:b}", "verdict",
		      vfw_eve_verdict(e->verdict), "rule", rule ? rule->label : "", "rule_id",
		      (json_int_t)e->rule, "reason", vfw_reason_word(e->reason), "meaning",
		      vfw_reason_meaning(e->reason), "revision", (json_int_t)e->revision, "from",
		      end_json(call, e->src_uuid, e->src_ident), "to",
		      end_json(call, e->dst_uuid, e->dst_ident), "monitors", monitors,
		      "depends_on_app", e->app == VFW_APP_ID_PENDING);
	if (rule) {
		json_object_set_new(o, "text", json_string(rule->text ?: ""));
		if (rule->file)
			json_object_set_new(o, "file", json_string(rule->file));
		json_object_set_new(o, "line", json_integer(rule->line));
	}
	return o;
}

/* The app that is asked about, if one is; "none": of none of them. */
static bool app_of(struct vfw_call *call, json_t *params, struct vfw_explain *e)
{
	const char *name = json_string_value(json_object_get(params, "app"));
	const struct vfw_ruleset *rs = call->state->running;
	const struct vfw_sigset *set = rs ? rs->signatures : NULL;

	if (!json_object_get(params, "app"))
		return true;
	e->flags |= VFW_EXPLAIN_F_APP;
	if (name && !strcmp(name, "none"))
		return true;
	e->app = name ? vfw_policy_app_id(name) : VFW_APP_ID_NONE;
	/* where no rule asks for apps they are not read, and every name is as good as another */
	if (name && (!set || !set->apps || vfw_sigset_app(set, e->app)))
		return true;
	vfw_call_fail(call, VFW_RPC_PARAMS, NULL,
		      "expected the name of an app as \"app\", or none");
	return false;
}

json_t *vfw_verb_explain(struct vfw_call *call, json_t *params)
{
	struct vfw_explain e = {0};
	struct end src = {VFW_EXPLAIN_F_SRC_VM, VFW_EXPLAIN_F_SRC_HOST, VFW_EXPLAIN_F_SRC_ADDR,
			  e.src_uuid, e.src_addr};
	struct end dst = {VFW_EXPLAIN_F_DST_VM, VFW_EXPLAIN_F_DST_HOST, VFW_EXPLAIN_F_DST_ADDR,
			  e.dst_uuid, e.dst_addr};

	if (!vfw_verb_need_kernel(call) || !key_of(call, params, &e.key))
		return NULL;
	if (!end_of(call, params, "from", &e, &src) || !end_of(call, params, "to", &e, &dst))
		return NULL;
	if (!app_of(call, params, &e))
		return NULL;
	if (vfw_kern_explain(call->state->kern, &e))
		return vfw_verb_kernel_failed(call);
	return explained(call, &e);
}
