/* SPDX-License-Identifier: GPL-2.0 */
/* The methods of include/vfw/ctl_proto.h; each is a vfw_verb. */
#ifndef VFW_CTL_VERBS_H
#define VFW_CTL_VERBS_H

#include "rpc.h"

#include <linux/vfw.h>
#include <stdbool.h>
#include <stdint.h>

/* All of them, ended by a NULL method. */
extern const struct vfw_verb_entry vfw_verbs[];

json_t *vfw_verb_status(struct vfw_call *call, json_t *params);
json_t *vfw_verb_mode_set(struct vfw_call *call, json_t *params);
json_t *vfw_verb_vm_list(struct vfw_call *call, json_t *params);
json_t *vfw_verb_vm_show(struct vfw_call *call, json_t *params);
json_t *vfw_verb_vm_quarantine(struct vfw_call *call, json_t *params);
json_t *vfw_verb_vm_release(struct vfw_call *call, json_t *params);
json_t *vfw_verb_vm_monitor(struct vfw_call *call, json_t *params);
json_t *vfw_verb_policy_check(struct vfw_call *call, json_t *params);
json_t *vfw_verb_policy_apply(struct vfw_call *call, json_t *params);
json_t *vfw_verb_policy_confirm(struct vfw_call *call, json_t *params);
json_t *vfw_verb_policy_rollback(struct vfw_call *call, json_t *params);
json_t *vfw_verb_policy_show(struct vfw_call *call, json_t *params);
json_t *vfw_verb_policy_diff(struct vfw_call *call, json_t *params);
json_t *vfw_verb_rule_list(struct vfw_call *call, json_t *params);
json_t *vfw_verb_rule_add(struct vfw_call *call, json_t *params);
json_t *vfw_verb_rule_delete(struct vfw_call *call, json_t *params);
json_t *vfw_verb_explain(struct vfw_call *call, json_t *params);
json_t *vfw_verb_flow_list(struct vfw_call *call, json_t *params);
json_t *vfw_verb_flow_kill(struct vfw_call *call, json_t *params);
json_t *vfw_verb_observe(struct vfw_call *call, json_t *params);
json_t *vfw_verb_sig_check(struct vfw_call *call, json_t *params);
json_t *vfw_verb_doctor(struct vfw_call *call, json_t *params);

json_t *vfw_verb_policy_lint(struct vfw_call *call, json_t *params);

struct vfw_diags;
struct vfw_ruleset;
struct vfw_vm;

/* The parsed policy of params' files, owned by the caller; NULL after vfw_call_fail(). */
struct vfw_ruleset *vfw_verb_policy_parse(struct vfw_call *call, json_t *params,
					  struct vfw_diags *d);

/* vfw_call_fail() with what is wrong with a policy. Takes nothing. Returns NULL. */
json_t *vfw_verb_policy_refuse(struct vfw_call *call, int code, const struct vfw_diags *d,
			       const char *what);

/* The VM of that name or UUID; NULL after vfw_call_fail(). */
const struct vfw_vm *vfw_verb_find_vm(struct vfw_call *call, const char *name);

/* The protocol of params, a word or a number; absent: *proto stays. False after vfw_call_fail(). */
bool vfw_verb_proto(struct vfw_call *call, json_t *params, uint32_t *proto);

/* Does the module answer? Else vfw_call_fail() and false. */
bool vfw_verb_need_kernel(struct vfw_call *call);

/*
 * The result of a verb that changed something, and in it what of that is not on disk: "unsaved", an array
 * of sentences. Takes and returns result, which may be NULL.
 */
json_t *vfw_verb_changed(struct vfw_call *call, json_t *result);

/* vfw_call_fail() with the kernel's words. */
json_t *vfw_verb_kernel_failed(struct vfw_call *call);

/* Name of the VM with that UUID: its UUID in buf when it is not known, NULL for a UUID of zeros. */
const char *vfw_verb_vm_name(struct vfw_call *call, const uint8_t uuid[VFW_UUID_LEN], char buf[37]);

#endif /* VFW_CTL_VERBS_H */
