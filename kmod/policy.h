/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The policy in force: a compiled rule set and the identity of every VM, built
 * whole, published by one RCU swap, never changed after that.
 *
 * A struct vfw_policy is one generation. It points at a rule set (tables and
 * hit counters) that generations share when only the VM population changed. The
 * identity of a VM is looked up here by the VM's slot, and nowhere else: so a
 * packet sees either the old rules with the old identities or the new ones with
 * the new, whatever else of the population has been swapped by then.
 *
 * Readers: rcu_read_lock(), rcu_dereference(vfw_policy_cur), which is NULL until
 * the first policy. Writers hold vfw_config_mutex.
 */
#ifndef VFW_POLICY_H
#define VFW_POLICY_H

#include <linux/rcupdate.h>
#include <linux/types.h>
#include <linux/vfw.h>
#include <asm/local64.h>

#include "core/match.h"

struct netlink_ext_ack;
struct vfw_profile;
struct vfw_ruleset;

struct vfw_policy {
	struct vfw_tables tables; /* owned by set */
	u32 revision; /* of the rules; >= 1 */
	u32 generation; /* changes at every commit, never 0 */
	/*
	 * What a flow of another generation does. It stays without being judged
	 * again if its revision is this one and its identities are what they were,
	 * or if it is kept: its revision is kept_since or newer, and older than
	 * kept_until, and no VM at its ends has had other labels since it was
	 * judged. Else it is judged anew.
	 */
	u32 kept_since, kept_until;
	/* Streams whose profile is of an older revision than this one take the profile in force. */
	u32 streams_since;
	struct vfw_profile *const *profiles; /* by index; owned by set */
	bool opens_unmanaged; /* some rule joins an unmanaged port with somebody */
	u8 digest[VFW_DIGEST_LEN];
	struct vfw_ruleset *set;
	u32 vm_ident[VFW_MAX_VMS]; /* by slot; VFW_ID_UNMANAGED where there is no VM */
	u64 vm_means[VFW_MAX_VMS]; /* VFW_VM_A_MEANS, by slot; under vfw_config_mutex */
};

extern struct vfw_policy __rcu *vfw_policy_cur;

union vfw_policy_counter {
	local64_t own; /* written by one CPU, with preemption off */
	atomic64_t shared;
};

/* What a rule decided. */
struct vfw_policy_count {
	union vfw_policy_counter packets;
	union vfw_policy_counter bytes;
	union vfw_policy_counter flows;
	u64 last; /* seconds of CLOCK_REALTIME; the newest writer wins */
};

/*
 * Counts one packet of bytes octets that the rule with this index decided, or
 * that a monitor rule saw; new_flow: it opened a flow. BH off, inside the
 * RCU read section in which pol was fetched.
 */
void vfw_policy_hit(const struct vfw_policy *pol, u32 rule, u32 bytes, bool new_flow);

/*
 * What this CPU counts of a rule, NULL if CPUs count together. As long as pol is, which is as long as a policy of its
 * generation is in force. BH off.
 */
struct vfw_policy_count *vfw_policy_count(const struct vfw_policy *pol, u32 rule);

/* As vfw_policy_hit(), of this CPU's own count; when it was last hit is for the caller to note. BH off. */
static inline void vfw_policy_count_hit(struct vfw_policy_count *count, u32 bytes)
{
	local64_inc(&count->packets.own);
	local64_add(bytes, &count->bytes.own);
}

/* Reads the counters of the rule with this index, of all revisions. Holds vfw_config_mutex. */
void vfw_policy_rule_stat(const struct vfw_policy *pol, u32 rule, struct vfw_rule_stat *st);

/* Bytes that a policy with these counts takes until it is sealed, hit counters included. The counts are in bounds. */
u64 vfw_policy_bytes(const struct vfw_counts *counts);

/*
 * Makes an unpublished policy with empty tables of these sizes, which are in
 * bounds. Returns it, owned by the caller, or NULL without memory. May sleep.
 */
struct vfw_policy *vfw_policy_new(const struct vfw_counts *counts);

/* Size of one element of a table, in bytes; 0 if there is no such table. Any context. */
u32 vfw_policy_element(u32 table);

/* Name of a table for people; table < __VFW_TABLE_MAX. Any context. */
const char *vfw_policy_table_word(u32 table);

/*
 * Copies n whole elements of a table into an unpublished policy from element
 * first on. first + n is within the table's count. May sleep.
 */
void vfw_policy_fill(struct vfw_policy *pol, u32 table, u32 first, const void *data, u32 n);

/* How many profiles an unpublished policy has been given. */
u32 vfw_policy_profiles(const struct vfw_policy *pol);

/*
 * Gives an unpublished policy its next profile, of those that its counts announce: the reference is
 * the policy's then.
 */
void vfw_policy_add_profile(struct vfw_policy *pol, struct vfw_profile *profile);

/* Bytes that a policy holds, its databases included. */
u64 vfw_policy_size(const struct vfw_policy *pol);

/*
 * Checks an unpublished policy by meaning and builds its indices; then its tables of pairs and blocks are
 * gone, for no lookup needs them. Once for each policy. Returns 0, or
 * -EINVAL, -EEXIST or -ENOMEM with the place in extack. May sleep.
 */
int vfw_policy_seal(struct vfw_policy *pol, struct netlink_ext_ack *extack);

/*
 * Makes an unpublished policy with the rules, revision and identities of cur,
 * for a change of the population. Returns it, owned by the caller, or NULL
 * without memory. Holds vfw_config_mutex; may sleep.
 */
struct vfw_policy *vfw_policy_derive(const struct vfw_policy *cur);

/*
 * Publishes a sealed or derived policy: takes it over, gives it its generation
 * (and, as flags of the transaction say, VFW_TXN_F_*, its revision and since when flows
 * and streams stay), waits for the readers of the one before, brings that one's counters over by
 * rule id and frees it, or, if before is not NULL, gives it to the caller. Cannot fail. Holds
 * vfw_config_mutex; sleeps for a grace period.
 */
void vfw_policy_publish(struct vfw_policy *next, u32 flags, struct vfw_policy **before);

/*
 * Readies a policy that was in force before for being published again: what it counted is
 * forgotten where the policy in force counts on with it. Holds vfw_config_mutex; may sleep.
 */
void vfw_policy_recall(struct vfw_policy *pol);

/* Frees a policy that has no readers; NULL is fine. May sleep. */
void vfw_policy_free(struct vfw_policy *pol);

/* Bytes held by the policy in force. Holds vfw_config_mutex. */
u64 vfw_policy_memory(void);

/* Takes the policy away and frees it: module exit, after the hooks are gone. May sleep. */
void vfw_policy_exit(void);

#endif /* VFW_POLICY_H */
