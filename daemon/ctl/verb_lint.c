// SPDX-License-Identifier: GPL-2.0
/* What is useless in a policy: in the files given, or in that in force, with what its counters say. */
#include "verbs.h"

#include "../base/cleanup.h"
#include "../base/form.h"
#include "../kern/kern.h"
#include "../policy/lint.h"
#include "../policy/policy.h"
#include "../state/state.h"
#include "../vm/registry.h"

#include <errno.h>
#include <string.h>
#include <vfw/ctl_proto.h>

static json_t *place(const char *label, const char *text, const char *file, unsigned int line)
{
	return json_pack("{s:s, s:s, s:s?, s:i}", "rule", label, "text", text, "file", file, "line",
			 (int)line);
}

static json_t *rules_json(const struct vfw_lint *lint, enum vfw_lint_kind kind)
{
	json_t *list = json_array();

	for (size_t i = 0; i < lint->n_rules; i++) {
		const struct vfw_lint_rule *r = &lint->rules[i];
		json_t *o, *by;

		if (r->kind != kind)
			continue;
		o = place(r->label, r->text, r->file, r->line);
		if (kind == VFW_LINT_SHADOWED) {
			by = json_array();
			for (size_t k = 0; k < r->n_by; k++)
				json_array_append_new(by, json_string(r->by[k]));
			json_object_set_new(o, "by", by);
			json_object_set_new(o, "more", json_boolean(r->more));
			json_object_set_new(o, "always", json_boolean(r->always));
		} else if (r->empty) {
			json_object_set_new(o, "empty", json_string(r->empty));
		}
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *groups_json(const struct vfw_lint *lint)
{
	json_t *list = json_array();

	for (size_t i = 0; i < lint->n_groups; i++) {
		const struct vfw_lint_group *g = &lint->groups[i];

		json_array_append_new(list,
				      json_pack("{s:s, s:s*, s:s, s:i}", "name", g->name, "tenant",
						g->tenant, "file", g->file, "line", (int)g->line));
	}
	return list;
}

/* Rules in force that could be hit, and were not since they came into force. */
static json_t *unused_json(const struct vfw_state *st, const struct vfw_lint *lint,
			   const struct vfw_rule_stat *stats, size_t n)
{
	const struct vfw_compiled *c = st->running->compiled;
	json_t *list = json_array();
	size_t k = 0; /* both lists are in the order of evaluation */

	for (size_t i = 0; i < n; i++) {
		char time[VFW_FORM_TIME_LEN];
		const struct vfw_rule_origin *rule;
		uint32_t index;
		json_t *o;

		rule = vfw_ruleset_rule(st->running, stats[i].id, &index);
		if (rule && k < lint->n_rules && !strcmp(lint->rules[k].label, rule->label)) {
			k++;
			continue;
		}
		if (stats[i].packets || !rule || c->rules[index].flags & VFW_RULE_F_DEFAULT)
			continue;
		o = place(rule->label, rule->text, rule->file, rule->line);
		json_object_set_new(o, "packets", json_integer(0));
		if (stats[i].since)
			json_object_set_new(
				o, "since",
				json_string(vfw_form_time(stats[i].since * 1000000000ULL, time)));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *lint_json(struct vfw_call *call, const struct vfw_policy *policy)
{
	const struct vfw_vm *const *vms;
	struct vfw_diags d = {0};
	struct vfw_lint *lint = NULL;
	json_t *o = NULL;
	size_t n;
	int err;

	vms = vfw_registry_vms(call->state->registry, &n);
	err = vfw_policy_lint(policy, vms, n, &d, &lint);
	if (!err)
		o = json_pack("{s:o, s:o, s:o, s:b}", "shadowed",
			      rules_json(lint, VFW_LINT_SHADOWED), "nobody",
			      rules_json(lint, VFW_LINT_NOBODY), "groups", groups_json(lint),
			      "partial", lint->partial);
	else if (err == -EINVAL)
		vfw_verb_policy_refuse(call, VFW_CTL_E_POLICY, &d, "the policy is wrong");
	else if (err == -ENOTUNIQ)
		vfw_call_fail(call, VFW_CTL_E_POLICY, NULL,
			      "two tenants inspect the same conversations with two profiles: "
			      "`vfwctl policy check' says where");
	else if (err != -ENOMEM)
		vfw_call_fail(call, VFW_RPC_INTERNAL, NULL,
			      "the policy is larger than the datapath takes");
	if (o && policy == (call->state->running ? call->state->running->policy : NULL) &&
	    call->state->kern && call->state->running->compiled) {
		_cleanup_free_ struct vfw_rule_stat *stats = NULL;

		if (vfw_kern_rules(call->state->kern, &stats, &n)) {
			json_decref(o);
			o = vfw_verb_kernel_failed(call);
		} else {
			json_object_set_new(o, "unused", unused_json(call->state, lint, stats, n));
			json_object_set_new(o, "revision", json_integer(call->state->revision));
		}
	}
	vfw_lint_free(lint);
	vfw_diags_free(&d);
	return o;
}

json_t *vfw_verb_policy_lint(struct vfw_call *call, json_t *params)
{
	struct vfw_state *st = call->state;
	struct vfw_diags d = {0};
	struct vfw_ruleset *rs;
	json_t *result;

	if (vfw_registry_settle(st->registry))
		return NULL;
	if (!json_object_get(params, "files")) {
		if (!st->running)
			return vfw_call_fail(
				call, VFW_CTL_E_NOT_FOUND, NULL,
				"no policy was applied yet: vfwctl policy lint FILE looks at files");
		return lint_json(call, st->running->policy);
	}
	rs = vfw_verb_policy_parse(call, params, &d);
	vfw_diags_free(&d);
	if (!rs)
		return NULL;
	result = lint_json(call, rs->policy);
	vfw_ruleset_free(rs);
	return result;
}
