// SPDX-License-Identifier: GPL-2.0
#include "verbs.h"

#include "../base/form.h"
#include "../kern/kern.h"
#include "../state/state.h"
#include "../vm/registry.h"
#include "filter.h"

#include <string.h>
#include <vfw/ctl_proto.h>

const struct vfw_verb_entry vfw_verbs[] = {
	{"status", vfw_verb_status},
	{"mode.set", vfw_verb_mode_set},
	{"vm.list", vfw_verb_vm_list},
	{"vm.show", vfw_verb_vm_show},
	{"vm.quarantine", vfw_verb_vm_quarantine},
	{"vm.release", vfw_verb_vm_release},
	{"vm.monitor", vfw_verb_vm_monitor},
	{"policy.check", vfw_verb_policy_check},
	{"policy.apply", vfw_verb_policy_apply},
	{"policy.confirm", vfw_verb_policy_confirm},
	{"policy.rollback", vfw_verb_policy_rollback},
	{"policy.show", vfw_verb_policy_show},
	{"policy.diff", vfw_verb_policy_diff},
	{"policy.lint", vfw_verb_policy_lint},
	{"sig.check", vfw_verb_sig_check},
	{"rule.list", vfw_verb_rule_list},
	{"rule.add", vfw_verb_rule_add},
	{"rule.delete", vfw_verb_rule_delete},
	{"explain", vfw_verb_explain},
	{"flow.list", vfw_verb_flow_list},
	{"flow.kill", vfw_verb_flow_kill},
	{"observe", vfw_verb_observe},
	{"doctor", vfw_verb_doctor},
	{NULL, NULL},
};

const struct vfw_vm *vfw_verb_find_vm(struct vfw_call *call, const char *name)
{
	const struct vfw_vm *vm = vfw_registry_by_name(call->state->registry, name);
	const struct vfw_vm *const *vms;
	size_t n, same = 0;

	if (vm)
		return vm;
	vms = vfw_registry_vms(call->state->registry, &n);
	for (size_t i = 0; i < n; i++)
		same += !strcmp(vms[i]->name, name);
	if (same)
		vfw_call_fail(call, VFW_CTL_E_NOT_FOUND, NULL,
			      "%zu VMs are called \"%s\": name one by its UUID", same, name);
	else
		vfw_call_fail(call, VFW_CTL_E_NOT_FOUND, NULL,
			      "no VM is called \"%s\": vfwctl vm list shows them", name);
	return NULL;
}

bool vfw_verb_need_kernel(struct vfw_call *call)
{
	if (call->state->kern)
		return true;
	vfw_call_fail(call, VFW_CTL_E_KERNEL, NULL,
		      "the module is not loaded: systemctl restart vfw-module, then try again");
	return false;
}

json_t *vfw_verb_changed(struct vfw_call *call, json_t *result)
{
	json_t *unsaved = vfw_keep_failures(call->state);

	if (json_array_size(unsaved))
		json_object_set(result, "unsaved", unsaved);
	json_decref(unsaved);
	return result;
}

json_t *vfw_verb_kernel_failed(struct vfw_call *call)
{
	return vfw_call_fail(call, VFW_CTL_E_KERNEL, NULL, "the module refused: %s",
			     vfw_kern_error(call->state->kern));
}

const char *vfw_verb_vm_name(struct vfw_call *call, const uint8_t uuid[VFW_UUID_LEN], char buf[37])
{
	const struct vfw_vm *vm;

	if (vfw_form_uuid_is_null(uuid))
		return NULL;
	vm = vfw_registry_by_uuid(call->state->registry, uuid);
	return vm ? vm->name : vfw_form_uuid(uuid, buf);
}

json_t *vfw_verb_observe(struct vfw_call *call, json_t *params)
{
	const char *wrong;

	call->observe = vfw_filter_new(params, &wrong);
	if (call->observe)
		return json_object();
	if (wrong)
		return vfw_call_fail(call, VFW_RPC_PARAMS, NULL, "expected a text as \"%s\"",
				     wrong);
	return NULL;
}
