/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Profiles: by which databases, and how, the conversations of a rule are scanned.
 *
 * A profile comes with a policy and is immutable once that is published. It is held by its policy's
 * rule set and by every conversation that uses it, so it may outlive its policy: such a one is an
 * old generation, and VFW_PROFILE_OLD revisions of those are let be. Beyond that, or when a policy
 * says so, conversations go over to the profile in force. A database that comes again with the next
 * policy, byte by byte the same, is shared with the one that is there already.
 */
#ifndef VFW_PROFILE_H
#define VFW_PROFILE_H

#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/vfw.h>

#include "core/app.h"
#include "core/sig.h"

struct netlink_ext_ack;
struct vfw_hs_db;
struct vfw_sig_series;

#define VFW_PROFILE_OLD 4 /* revisions before the one in force whose databases may be in use */

#define VFW_PROFILE_SEGMENT_SIGS 64 /* about TCP's segments that are known by number */
#define VFW_PROFILE_HEAD_SIGS 256 /* about a stream's first bytes, likewise */

struct vfw_profile_count {
	u64 bytes;
	u64 matches;
	u64 overloads;
};

struct vfw_profile {
	refcount_t refs; /* its rule set, and each user */
	u32 index; /* in its policy */
	u32 revision; /* of its policy; 0: not published yet */
	bool old; /* users go over to what is in force; READ_ONCE */
	struct vfw_profile_conf conf;
	char name[VFW_NAME_LEN];
	struct vfw_hs_db *stream; /* or NULL: TCP is not scanned */
	struct vfw_hs_db *block; /* or NULL: datagrams are not scanned */
	void *table; /* what sigs points into; NULL: each match counts, and prevents */
	size_t table_len;
	u32 n_segment_sigs; /* of sigs, that are asked of TCP's segments */
	u32 segment_sig[VFW_PROFILE_SEGMENT_SIGS]; /* the first of them */
	u32 n_header_sigs; /* of sigs, that are asked of headers */
	u32 header_protocols; /* VFW_SIG_P_* of any of them */
	u32 header_ends; /* the same of those about ends alone */
	u32 header_sig[VFW_SIG_HEADERS_MAX];
	u32 n_head_sigs; /* with steps that are asked of a stream's first bytes */
	u32 head_sig[VFW_PROFILE_HEAD_SIGS]; /* the first of them */
	bool head_only; /* some of those are not asked of segments */
	u32 segment_reach; /* bytes of a segment in which any of them can match; U32_MAX: all */
	struct vfw_sigs sigs; /* with a table: conf.n_exprs headers, by expression */
	struct vfw_sig_series *series; /* or NULL: nothing is counted or noted; a reference */
	void *app_table; /* what apps points into, or NULL */
	size_t app_table_len;
	struct vfw_apps
		apps; /* pattern n is expression conf.n_exprs + n; none without VFW_PROFILE_F_APPS */
	u64 apps_sum; /* of that table: two with the same one are the same; 0: none */
	u64 parts_sum; /* of the signatures' parts, likewise */
	unsigned long published; /* jiffies */
	struct vfw_profile_count __percpu *count;
	struct list_head node; /* of all that are published; RCU, written under profile_lock */
	spinlock_t lock; /* protects what follows; a leaf, BH off */
	struct list_head users;
	u32 n_users;
	struct rcu_head rcu;
};

/* Embedded by who uses a profile for longer than a hook. */
struct vfw_profile_user {
	struct list_head node;
	struct vfw_profile
		*profile; /* NULL: none; written by its owner, under its lock; READ_ONCE */
	/* its owner's, forgotten with each profile; by direction: which of segment_sig are for it but for header keywords */
	u64 segment_sigs[2];
	bool segment_known[2]; /* that is valid */
};

/*
 * Chooses Hyperscan's instruction set (NULL or "": the best). Where there is none the firewall works
 * without, and profiles are refused. Returns 0 or -ENOMEM. May sleep.
 */
int vfw_profile_init(const char *set);

/* No policy and no user is left; a grace period is past. May sleep. */
void vfw_profile_exit(void);

/* Words for STATUS_GET; NULL where Hyperscan does not run. Any context. */
const char *vfw_profile_hs_set(void);
const char *vfw_profile_hs_version(void);

/* What a message says of a profile; checked by meaning here. */
struct vfw_profile_spec {
	const char *name;
	struct vfw_profile_conf conf;
	int stream_fd; /* of the calling task; -1: none */
	int block_fd;
	int sigs_fd; /* of a table, core/sig_table.h; -1: none */
	int apps_fd; /* of a table, core/app.h; -1: none */
};

/*
 * Makes a profile and loads its databases and its table. Returns it, owned by the caller, or an error pointer with
 * extack text: what loading returned, -EOPNOTSUPP (an unknown flag; no Hyperscan here), -EINVAL,
 * -ENOMEM. May sleep.
 */
struct vfw_profile *vfw_profile_load(const struct vfw_profile_spec *spec,
				     struct netlink_ext_ack *extack);

/*
 * Bytes of a direction's state in a conversation that is scanned as a stream, which the profile has a database for: Hyperscan's, and behind it those
 * of the bits that note which parts of signatures have matched. Any context.
 */
u32 vfw_profile_state(const struct vfw_profile *profile);
u32 vfw_profile_bits(const struct vfw_profile *profile);

/* Bytes its databases and its table take; those it shares count. Any context. */
u64 vfw_profile_bytes(const struct vfw_profile *profile);

/*
 * Takes another reference. The caller holds one, or found the profile in a policy under
 * rcu_read_lock(): then NULL means that the last one has gone. Any context.
 */
struct vfw_profile *vfw_profile_get(struct vfw_profile *profile);

/* Gives a reference back; NULL is fine. Any context. */
void vfw_profile_put(struct vfw_profile *profile);

/*
 * Begins to use a profile, found in a policy under rcu_read_lock(): user holds a reference until
 * vfw_profile_leave(). Returns false when it is dying. BH off.
 */
bool vfw_profile_use(struct vfw_profile_user *user, struct vfw_profile *profile);

/* Ends that, if it uses one. BH off. */
void vfw_profile_leave(struct vfw_profile_user *user);

/*
 * The profiles of a policy that is about to be in force, with its revision. Those of revisions older
 * than VFW_PROFILE_OLD before it are marked. vfw_config_mutex held. Cannot fail.
 */
void vfw_profile_publish(struct vfw_profile *const *profiles, u32 n, u32 revision);

/*
 * Calls renew for every user of a profile that is marked old, with a reference on the user that hold
 * took (it returns false when the user is dying), and the newest profile with the same databases and tables that is not old, or
 * NULL: the caller's only until renew returns. May sleep; vfw_config_mutex held.
 */
void vfw_profile_retire(bool (*hold)(struct vfw_profile_user *user),
			void (*renew)(struct vfw_profile_user *user, struct vfw_profile *next));

/*
 * Calls fn for each published profile that is in use, from the skip-th on, newest last; stops when it
 * returns nonzero, and returns that. fn must not sleep.
 */
int vfw_profile_walk(u32 *skip, int (*fn)(const struct vfw_profile *profile, void *arg), void *arg);

/* Fills all but in_force. Any context. */
void vfw_profile_stat_read(const struct vfw_profile *profile, struct vfw_profile_stat *stat);

#define vfw_profile_count_add(profile, field, n) this_cpu_add((profile)->count->field, (n))

#endif /* VFW_PROFILE_H */
