/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module, as the daemon speaks with it: one function for each command of
 * the generic netlink family (include/uapi/linux/vfw.h is the contract).
 *
 * All calls block until the kernel answers, at most VFW_KERN_TIMEOUT_S. They
 * return 0 or a negative errno; vfw_kern_error() then has the kernel's own words.
 * Between calls the connection holds nothing but an open transaction.
 */
#ifndef VFW_KERN_KERN_H
#define VFW_KERN_KERN_H

#include <linux/vfw.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VFW_KERN_TIMEOUT_S 30

struct vfw_kern;
struct vfw_compiled;
struct vfw_vm;

/* Connects. Returns 0 and *k; -ENOENT: the module is not loaded; else a negative errno. */
int vfw_kern_open(struct vfw_kern **k);

/* Closes; an open transaction is aborted by the kernel. k may be NULL. */
void vfw_kern_close(struct vfw_kern *k);

/* The sentence about the last call that failed. Never NULL; lives until the next call. */
const char *vfw_kern_error(const struct vfw_kern *k);

struct vfw_kern_scope {
	char entry[VFW_MAX_SCOPE][IFNAMSIZ];
	size_t n;
};

struct vfw_kern_status {
	uint32_t mode; /* enum vfw_mode */
	uint32_t revision; /* 0: no policy yet; the rest of the policy's fields is zero then */
	uint8_t digest[VFW_DIGEST_LEN];
	struct vfw_counts counts;
	char version[64];
	uint32_t vms, ports, flows;
	uint64_t memory; /* bytes */
	uint64_t events_lost;
	uint64_t alerts_unheard; /* matches of signatures while nobody listened, since load */
	char hs_set[16]; /* instruction set of its Hyperscan, "": it has none */
	char hs_version[32];
	struct vfw_kern_scope names, bridges, uplinks;
	struct vfw_kern_trial_info {
		bool on; /* the policy in force is on trial; the rest is zero if not */
		uint32_t left; /* seconds */
		char who[VFW_NAME_LEN];
		uint64_t since_ns; /* CLOCK_REALTIME */
		uint32_t revision; /* whose rules come back */
		uint8_t digest[VFW_DIGEST_LEN]; /* of them */
	} trial;
};

int vfw_kern_status(struct vfw_kern *k, struct vfw_kern_status *status);

int vfw_kern_mode_set(struct vfw_kern *k, enum vfw_mode mode);

/* A list that is NULL stays as it is. */
int vfw_kern_scope_set(struct vfw_kern *k, const struct vfw_kern_scope *names,
		       const struct vfw_kern_scope *bridges, const struct vfw_kern_scope *uplinks);

struct vfw_kern_publish {
	bool keep_established; /* flows stay that the new policy forbids */
	bool same_rules; /* those in force, for other identities: what was kept stays */
	bool restart_streams; /* running streams take the new databases, too */
	uint32_t confirm_s; /* seconds for which the policy is on trial; 0: it stays */
	const char *who; /* asks for the trial */
};

/*
 * Begins a transaction: with c a whole policy, published as how says (NULL: cuts, and stays), with
 * NULL the population only. *id names it. revision: the one that is in force as far as we know;
 * -ESTALE: it is another.
 */
int vfw_kern_txn_begin(struct vfw_kern *k, uint32_t revision, const struct vfw_compiled *c,
		       const struct vfw_kern_publish *how, uint32_t *id);

/* Ends the trial of a policy, one way or the other. -ENOENT: none is on trial. */
int vfw_kern_policy_confirm(struct vfw_kern *k);
int vfw_kern_policy_rollback(struct vfw_kern *k, uint32_t *revision);

/* Sends every table of c, in pieces. */
int vfw_kern_txn_tables(struct vfw_kern *k, uint32_t id, const struct vfw_compiled *c);

/* What a profile brings, as files open for reading, which stay the caller's. */
struct vfw_kern_profile_files {
	int stream, block; /* databases */
	int sigs, apps; /* tables of signatures and of apps; -1: none */
};

/* Sends the next profile. */
int vfw_kern_txn_profile(struct vfw_kern *k, uint32_t id, const char *name,
			 const struct vfw_profile_conf *conf,
			 const struct vfw_kern_profile_files *files);

/* A VM in the form it has in a message: the content of VFW_A_VM. */
struct vfw_kern_vm {
	uint8_t *data; /* owned by whoever asked for it */
	size_t n;
};

/*
 * Encodes a VM. means: VFW_VM_A_MEANS. flags: VFW_VM_F_*. nic_flags: VFW_NIC_F_* of each NIC. NICs whose MAC is not
 * known are left out, for the kernel has no use for them; nic_index (VFW_MAX_NICS of them)
 * tells the kernel's number of each NIC, -1: left out. 0 or -ENOMEM.
 */
int vfw_kern_vm_encode(const struct vfw_vm *vm, uint32_t ident, uint64_t means, uint32_t flags,
		       const uint32_t *nic_flags, struct vfw_kern_vm *out, int *nic_index);

int vfw_kern_txn_vm(struct vfw_kern *k, uint32_t id, const struct vfw_kern_vm *vm);
int vfw_kern_txn_vm_gone(struct vfw_kern *k, uint32_t id, const uint8_t uuid[VFW_UUID_LEN]);

/* uuid NULL: the port is nobody's. */
int vfw_kern_txn_port(struct vfw_kern *k, uint32_t id, int ifindex, const uint8_t *uuid,
		      uint32_t nic);

/* *revision: the one now in force. */
int vfw_kern_txn_commit(struct vfw_kern *k, uint32_t id, uint32_t *revision);
int vfw_kern_txn_abort(struct vfw_kern *k, uint32_t id);

/* flags: VFW_VM_F_QUARANTINE and VFW_VM_F_MONITOR only. -ENOENT: the kernel has no such VM. */
int vfw_kern_vm_flags_set(struct vfw_kern *k, const uint8_t uuid[VFW_UUID_LEN], uint32_t flags);

/* Ends the flows that are like the match; *n is how many. */
int vfw_kern_flow_kill(struct vfw_kern *k, const struct vfw_flow_match *match, uint32_t *n);

/* Timeouts of 0 stay as they are. */
int vfw_kern_flow_conf(struct vfw_kern *k, const struct vfw_timeouts *timeouts,
		       enum vfw_flow_events events);

/* Fills in the answer. */
int vfw_kern_explain(struct vfw_kern *k, struct vfw_explain *e);

/* Dumps: arrays in *out that the caller frees, *n elements. */

struct vfw_kern_vm_info {
	uint8_t uuid[VFW_UUID_LEN];
	uint32_t ident;
	uint32_t flags;
	struct vfw_vm_stat stat;
};

int vfw_kern_vms(struct vfw_kern *k, struct vfw_kern_vm_info **out, size_t *n);

struct vfw_kern_port_info {
	int ifindex;
	char ifname[IFNAMSIZ];
	int master;
	uint32_t flags; /* VFW_PORT_F_* */
	bool managed;
	uint8_t uuid[VFW_UUID_LEN]; /* when managed */
	uint32_t nic;
};

int vfw_kern_ports(struct vfw_kern *k, struct vfw_kern_port_info **out, size_t *n);

int vfw_kern_rules(struct vfw_kern *k, struct vfw_rule_stat **out, size_t *n);

struct vfw_kern_profile_info {
	char name[VFW_NAME_LEN];
	struct vfw_profile_conf conf;
	struct vfw_profile_stat stat;
};

/* Every generation that is in use. */
int vfw_kern_profiles(struct vfw_kern *k, struct vfw_kern_profile_info **out, size_t *n);

struct vfw_kern_reason_info {
	uint32_t id;
	char word[32];
	uint64_t packets;
};

int vfw_kern_reasons(struct vfw_kern *k, struct vfw_kern_reason_info **out, size_t *n);

int vfw_kern_flows(struct vfw_kern *k, struct vfw_flow_info **out, size_t *n);

#endif /* VFW_KERN_KERN_H */
