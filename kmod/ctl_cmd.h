/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the control side share: the handlers of the commands and a
 * few helpers. Handlers run in process context with no lock of ours held,
 * several at once; attributes have passed the command's nla policy.
 */
#ifndef VFW_CTL_CMD_H
#define VFW_CTL_CMD_H

#include <net/genetlink.h>

#include "compat/extack.h"
#include "vm.h"

extern struct genl_family vfw_ctl_family;

/* of the nests VFW_A_VM, VFW_A_PORT and VFW_A_PROFILE */
extern const struct nla_policy vfw_ctl_vm_policy[VFW_VM_A_MAX + 1];
extern const struct nla_policy vfw_ctl_port_policy[VFW_PORT_A_MAX + 1];
extern const struct nla_policy vfw_ctl_profile_policy[VFW_PROFILE_A_MAX + 1];

/*
 * Begins the reply to a command: a message with room for size bytes of attributes. Returns it,
 * owned by the caller, with *hdr for genlmsg_end(), or NULL without memory.
 */
struct sk_buff *vfw_ctl_reply(struct genl_info *info, size_t size, void **hdr);

/*
 * The string of an attribute of a NUL-terminated kind. Returns it, living as long as the
 * message, or NULL with extack when it is empty or has bytes behind its NUL.
 */
const char *vfw_ctl_string(const struct nlattr *attr, struct netlink_ext_ack *extack);

/* A line in the kernel log: what the command did, and for whom. In its process. */
void vfw_ctl_log(const char *what);

/* Are all bytes of a reserved field 0? */
bool vfw_ctl_zero(const void *field, size_t size);

/* ctl_state.c */
int vfw_ctl_status_get(struct sk_buff *skb, struct genl_info *info);
int vfw_ctl_mode_set(struct sk_buff *skb, struct genl_info *info);
int vfw_ctl_scope_set(struct sk_buff *skb, struct genl_info *info);
int vfw_ctl_vm_flags_set(struct sk_buff *skb, struct genl_info *info);

/* ctl_txn.c */
int vfw_ctl_txn_begin(struct sk_buff *skb, struct genl_info *info);
int vfw_ctl_txn_table(struct sk_buff *skb, struct genl_info *info);
int vfw_ctl_txn_vm(struct sk_buff *skb, struct genl_info *info);
int vfw_ctl_txn_port(struct sk_buff *skb, struct genl_info *info);
int vfw_ctl_txn_profile(struct sk_buff *skb, struct genl_info *info);
int vfw_ctl_txn_commit(struct sk_buff *skb, struct genl_info *info);
int vfw_ctl_txn_abort(struct sk_buff *skb, struct genl_info *info);
/* Watches for sockets that close with a transaction open. Returns 0 or a negative errno. */
int vfw_ctl_txn_init(void);
/* Stops watching and aborts what is open; no command runs any more. */
void vfw_ctl_txn_exit(void);

/* Takes the mutex of transactions, and gives it back: no message of a transaction is handled. */
void vfw_ctl_txn_hold(void);
void vfw_ctl_txn_go(void);
/* Aborts the transaction that is open. Between the two. May sleep. */
void vfw_ctl_txn_drop(void);

/* ctl_trial.c */
struct vfw_ctl_trial;
struct vfw_policy;

/*
 * In TXN_BEGIN of a policy: may it come, now? If it asks for a trial, *trial is what that needs,
 * owned by the caller; else it is unchanged. -EBUSY: another policy is on trial; -ENOENT: there
 * is none to go back to; -EINVAL, -ENOMEM. The mutex of transactions held.
 */
int vfw_ctl_trial_stage(struct genl_info *info, struct vfw_ctl_trial **trial);
void vfw_ctl_trial_free(struct vfw_ctl_trial *trial);
/*
 * The trial begins: the policy has just been published, with the population as it is now, in
 * place of before. Takes both. That mutex and vfw_config_mutex held.
 */
void vfw_ctl_trial_begin(struct vfw_ctl_trial *trial, struct vfw_policy *before);
/* What status says of it; 0 or -EMSGSIZE. vfw_config_mutex held. */
int vfw_ctl_trial_put(struct sk_buff *skb);
/* Bytes held for it. vfw_config_mutex held. */
u64 vfw_ctl_trial_memory(void);
int vfw_ctl_policy_confirm(struct sk_buff *skb, struct genl_info *info);
int vfw_ctl_policy_rollback(struct sk_buff *skb, struct genl_info *info);
/* Ends it without a word; no command runs any more. May sleep. */
void vfw_ctl_trial_exit(void);

/* ctl_vm.c: reads the nest VFW_A_VM of TXN_VM into *spec, whose addresses then point into the
 * message. Returns 0 or a negative errno with extack.
 */
int vfw_ctl_vm_parse(const struct nlattr *nest, struct vfw_vm_spec *spec,
		     struct netlink_ext_ack *extack);

/* ctl_dump.c */
int vfw_ctl_vm_start(struct netlink_callback *cb);
int vfw_ctl_vm_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vfw_ctl_port_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vfw_ctl_rule_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vfw_ctl_reason_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vfw_ctl_profile_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vfw_ctl_flow_dump(struct sk_buff *skb, struct netlink_callback *cb);

/* ctl_flow.c */
int vfw_ctl_flow_kill(struct sk_buff *skb, struct genl_info *info);
int vfw_ctl_flow_conf(struct sk_buff *skb, struct genl_info *info);
/* Room taken in a reply by what vfw_ctl_flow_put() puts there: timeouts and which events are on. */
size_t vfw_ctl_flow_size(void);
int vfw_ctl_flow_put(struct sk_buff *skb);

/* ctl_explain.c */
int vfw_ctl_explain(struct sk_buff *skb, struct genl_info *info);

#endif /* VFW_CTL_CMD_H */
