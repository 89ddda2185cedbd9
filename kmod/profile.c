// SPDX-License-Identifier: GPL-2.0
#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel_read_file.h>
#include <linux/rculist.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "compat/extack.h"
#include "core/sig_table.h"
#include "hs/hs.h"
#include "profile.h"
#include "sig_count.h"
#include "vm.h"

static DEFINE_SPINLOCK(profile_lock); /* protects the list; a leaf, BH off */
static LIST_HEAD(profile_all); /* published, oldest first */

int vfw_profile_init(const char *set)
{
	int err = vfw_hs_init(set);

	if (err == -ENOMEM)
		return err;
	if (err)
		pr_warn("vfw: no signatures on this host: policies with profiles will be refused\n");
	return 0;
}

void vfw_profile_exit(void)
{
	/* profiles go by RCU, and their databases after that */
	rcu_barrier();
	vfw_hs_exit();
}

const char *vfw_profile_hs_set(void)
{
	return vfw_hs_set();
}

const char *vfw_profile_hs_version(void)
{
	return vfw_hs_version();
}

static int profile_check(const struct vfw_profile_spec *spec, struct netlink_ext_ack *extack)
{
	bool apps = spec->conf.flags & VFW_PROFILE_F_APPS;

	if (spec->conf.flags & ~VFW_PROFILE_F_ALL) {
		NL_SET_ERR_MSG_FMT(extack, "unknown profile flags 0x%x",
				   spec->conf.flags & ~VFW_PROFILE_F_ALL);
		return -EOPNOTSUPP;
	}
	if (!apps != (spec->apps_fd < 0) || (apps && (!(spec->conf.flags & VFW_PROFILE_F_PREVENT) ||
						      spec->stream_fd < 0 || spec->block_fd < 0))) {
		NL_SET_ERR_MSG(extack, "profile: expected with apps, and not without, their table; "
				       "and both databases, and prevention");
		return -EINVAL;
	}
	if ((!spec->conf.n_exprs && !apps) || spec->conf.reserved) {
		NL_SET_ERR_MSG(extack,
			       "profile: expected expressions, and 0 in the reserved field");
		return -EINVAL;
	}
	if (spec->stream_fd < 0 && spec->block_fd < 0) {
		NL_SET_ERR_MSG(extack,
			       "profile: expected a database, for streams or for datagrams");
		return -EINVAL;
	}
	return 0;
}

/* A database that is there already with, as far as a checksum tells, the bytes of this one. */
static struct vfw_hs_db *profile_candidate(const struct vfw_hs_db *db)
{
	struct vfw_hs_db *found = NULL;
	struct vfw_profile *profile;

	rcu_read_lock();
	list_for_each_entry_rcu(profile, &profile_all, node) {
		if (profile->stream && vfw_hs_db_alike(profile->stream, db))
			found = vfw_hs_db_get(profile->stream);
		else if (profile->block && vfw_hs_db_alike(profile->block, db))
			found = vfw_hs_db_get(profile->block);
		if (found)
			break;
	}
	rcu_read_unlock();
	return found;
}

/* Takes over the caller's reference and returns one: on what is there already, if it is the same. */
static struct vfw_hs_db *profile_share(struct vfw_hs_db *db)
{
	struct vfw_hs_db *other = profile_candidate(db);

	if (!other)
		return db;
	if (vfw_hs_db_same(other, db))
		swap(other, db);
	vfw_hs_db_put(other);
	return db;
}

static int profile_db(int fd, bool streaming, struct vfw_hs_db **out,
		      struct netlink_ext_ack *extack)
{
	const char *why = "database cannot be loaded";
	struct vfw_hs_db *db;
	int err;

	if (fd < 0)
		return 0;
	err = vfw_hs_db_load_fd(fd, &db, &why);
	if (!err && !vfw_hs_db_stream_size(db) == streaming) {
		why = "expected it in the other mode";
		vfw_hs_db_put(db);
		err = -EMEDIUMTYPE;
	}
	if (err) {
		NL_SET_ERR_MSG_FMT(extack, "%s: %s", streaming ? "streams" : "datagrams", why);
		return err;
	}
	*out = profile_share(db);
	return 0;
}

u32 vfw_profile_bits(const struct vfw_profile *profile)
{
	return BITS_TO_LONGS(profile->sigs.n_parts) * sizeof(long);
}

u32 vfw_profile_state(const struct vfw_profile *profile)
{
	return ALIGN(vfw_hs_db_stream_size(profile->stream), 64) + vfw_profile_bits(profile);
}

/* Are two of one name, with the same databases and tables? Then matches are counted on. */
static bool profile_same(const struct vfw_profile *a, const struct vfw_profile *b)
{
	return a->stream == b->stream && a->block == b->block && a->table_len == b->table_len &&
	       !strcmp(a->name, b->name) && !memcmp(a->table, b->table, a->table_len);
}

/* For what its signatures count. Returns 0 or -ENOMEM. */
static int profile_series(struct vfw_profile *profile)
{
	const struct vfw_profile *other;

	if (!profile->sigs.n_limits && !profile->sigs.n_states)
		return 0;
	rcu_read_lock();
	list_for_each_entry_rcu(other, &profile_all, node) {
		if (other->series && profile_same(other, profile))
			profile->series = vfw_sig_count_get(other->series);
		if (profile->series)
			break;
	}
	rcu_read_unlock();
	if (!profile->series)
		profile->series = vfw_sig_count_series(profile->sigs.n_limits);
	return profile->series ? 0 : -ENOMEM;
}

/* All of a file, which is data: who may bring it, he who brings the databases is asked. Returns its length, or -errno. */
static ssize_t profile_file(int fd, size_t max, void **data)
{
	ssize_t n = kernel_read_file_from_fd(fd, 0, data, max, NULL, READING_POLICY);

	if (n < 0)
		*data = NULL;
	return n;
}

/* Is signature i asked of headers, of TCP's segments, or of the first bytes of streams? Then it is noted. */
static void profile_sig(struct vfw_profile *profile, u32 i)
{
	const struct vfw_sig *sig = &profile->sigs.sigs[i];

	if (sig->flags & VFW_SIG_HEADER) {
		profile->header_sig[profile->n_header_sigs++] = i;
		profile->header_protocols |= sig->protocols;
		profile->header_ends |= sig->flags & VFW_SIG_ONCE ? sig->protocols : 0;
	}
	if (sig->flags & VFW_SIG_HEADER || !(sig->protocols & VFW_SIG_P_TCP))
		return;
	if (sig->flags & VFW_SIG_STREAM && sig->n_steps) {
		if (profile->n_head_sigs < VFW_PROFILE_HEAD_SIGS)
			profile->head_sig[profile->n_head_sigs] = i;
		profile->n_head_sigs++;
		profile->head_only |= !(sig->flags & VFW_SIG_PACKET);
	}
	if (!(sig->flags & VFW_SIG_PACKET))
		return;
	if (profile->n_segment_sigs < VFW_PROFILE_SEGMENT_SIGS)
		profile->segment_sig[profile->n_segment_sigs] = i;
	profile->n_segment_sigs++;
	profile->segment_reach = max(profile->segment_reach, sig->reach ?: U32_MAX);
}

/* Tells apart what is not the same; nobody gains by two that are not told apart. */
static u64 profile_sum(const void *data, size_t n)
{
	static const siphash_key_t key;

	return siphash(data, n, &key);
}

/* Looked at to the last byte. */
static int profile_table(int fd, struct vfw_profile *profile, struct netlink_ext_ack *extack)
{
	const char *why = NULL;
	ssize_t n;
	u32 i;

	if (fd < 0)
		return 0;
	n = profile_file(fd, VFW_SIG_TABLE_MAX, &profile->table);
	if (n < 0) {
		NL_SET_ERR_MSG(extack, "table of signatures: expected an open regular file of at "
				       "most 32 MiB");
		return n;
	}
	profile->table_len = n;
	why = vfw_sig_table_read(profile->table, n, &profile->sigs);
	if (!why && profile->sigs.n_sigs != profile->conf.n_exprs)
		why = "expected one signature for each expression";
	for (i = 0; !why && i < profile->sigs.n_sigs; i++)
		profile_sig(profile, i);
	if (!why && profile->sigs.n_parts)
		profile->parts_sum = profile_sum(
			profile->sigs.parts, profile->sigs.n_parts * sizeof(*profile->sigs.parts));
	if (!why)
		return 0;
	NL_SET_ERR_MSG_FMT(extack, "table of signatures: %s", why);
	return -EINVAL;
}

/* As the other table. */
static int profile_apps(int fd, struct vfw_profile *profile, struct netlink_ext_ack *extack)
{
	const char *why;
	ssize_t n;

	if (fd < 0)
		return 0;
	n = profile_file(fd, VFW_APP_TABLE_MAX, &profile->app_table);
	if (n < 0) {
		NL_SET_ERR_MSG(extack,
			       "table of apps: expected an open regular file of at most 1 MiB");
		return n;
	}
	profile->app_table_len = n;
	profile->apps_sum = profile_sum(profile->app_table, n);
	why = vfw_apps_read(profile->app_table, n, &profile->apps);
	if (!why)
		return 0;
	NL_SET_ERR_MSG_FMT(extack, "table of apps: %s", why);
	return -EINVAL;
}

static void profile_free(struct vfw_profile *profile)
{
	vfw_sig_count_put(profile->series);
	vfree(profile->table);
	vfree(profile->app_table);
	if (profile->stream)
		vfw_hs_db_put(profile->stream);
	if (profile->block)
		vfw_hs_db_put(profile->block);
	free_percpu(profile->count);
	kfree(profile);
}

struct vfw_profile *vfw_profile_load(const struct vfw_profile_spec *spec,
				     struct netlink_ext_ack *extack)
{
	struct vfw_profile *profile;
	int err;

	err = profile_check(spec, extack);
	if (err)
		return ERR_PTR(err);
	profile = kzalloc(sizeof(*profile), GFP_KERNEL);
	if (!profile)
		return ERR_PTR(-ENOMEM);
	refcount_set(&profile->refs, 1);
	spin_lock_init(&profile->lock);
	INIT_LIST_HEAD(&profile->users);
	INIT_LIST_HEAD(&profile->node);
	profile->conf = spec->conf;
	strscpy(profile->name, spec->name, sizeof(profile->name));
	profile->count = alloc_percpu(struct vfw_profile_count);
	err = profile->count ? 0 : -ENOMEM;
	if (!err)
		err = profile_db(spec->stream_fd, true, &profile->stream, extack);
	if (!err)
		err = profile_db(spec->block_fd, false, &profile->block, extack);
	if (!err)
		err = profile_table(spec->sigs_fd, profile, extack);
	if (!err)
		err = profile_series(profile);
	if (!err)
		err = profile_apps(spec->apps_fd, profile, extack);
	if (!err)
		return profile;
	profile_free(profile);
	return ERR_PTR(err);
}

u64 vfw_profile_bytes(const struct vfw_profile *profile)
{
	return (profile->stream ? vfw_hs_db_bytes(profile->stream) : 0) +
	       (profile->block ? vfw_hs_db_bytes(profile->block) : 0) + profile->table_len +
	       profile->sigs.n_limits * sizeof(*profile->series->rule) + profile->app_table_len;
}

struct vfw_profile *vfw_profile_get(struct vfw_profile *profile)
{
	return refcount_inc_not_zero(&profile->refs) ? profile : NULL;
}

static void profile_free_rcu(struct rcu_head *rcu)
{
	profile_free(container_of(rcu, struct vfw_profile, rcu));
}

void vfw_profile_put(struct vfw_profile *profile)
{
	if (!profile || !refcount_dec_and_test(&profile->refs))
		return;
	spin_lock_bh(&profile_lock);
	if (!list_empty(&profile->node))
		list_del_rcu(&profile->node);
	spin_unlock_bh(&profile_lock);
	call_rcu(&profile->rcu, profile_free_rcu);
}

bool vfw_profile_use(struct vfw_profile_user *user, struct vfw_profile *profile)
{
	if (!vfw_profile_get(profile))
		return false;
	WRITE_ONCE(user->profile, profile);
	memset(user->segment_known, 0, sizeof(user->segment_known));
	spin_lock(&profile->lock);
	list_add_tail(&user->node, &profile->users);
	profile->n_users++;
	spin_unlock(&profile->lock);
	return true;
}

void vfw_profile_leave(struct vfw_profile_user *user)
{
	struct vfw_profile *profile = user->profile;

	if (!profile)
		return;
	WRITE_ONCE(user->profile, NULL);
	spin_lock(&profile->lock);
	list_del(&user->node);
	profile->n_users--;
	spin_unlock(&profile->lock);
	vfw_profile_put(profile);
}

/* The list is in order of revisions: marks all but those of the last VFW_PROFILE_OLD + 1. */
static void profile_mark_old(void)
{
	u32 revisions = 0, last = 0;
	struct vfw_profile *profile;

	list_for_each_entry_reverse(profile, &profile_all, node)
	{
		if (profile->revision != last)
			revisions++;
		last = profile->revision;
		if (revisions > VFW_PROFILE_OLD + 1)
			WRITE_ONCE(profile->old, true);
	}
}

void vfw_profile_publish(struct vfw_profile *const *profiles, u32 n, u32 revision)
{
	u32 i;

	lockdep_assert_held(&vfw_config_mutex);
	spin_lock_bh(&profile_lock);
	for (i = 0; i < n; i++) {
		WRITE_ONCE(profiles[i]->revision, revision);
		WRITE_ONCE(profiles[i]->old, false);
		profiles[i]->published = jiffies;
		/* of a policy that was in force before; who walks at it now ends early */
		if (!list_empty(&profiles[i]->node))
			list_del_rcu(&profiles[i]->node);
		list_add_tail_rcu(&profiles[i]->node, &profile_all);
	}
	profile_mark_old();
	spin_unlock_bh(&profile_lock);
}

/* The newest one, held, that is not old and does all that this one does; or NULL. */
static struct vfw_profile *profile_heir(const struct vfw_profile *old)
{
	struct vfw_profile *found = NULL, *profile;

	rcu_read_lock();
	list_for_each_entry_rcu(profile, &profile_all, node) {
		if (profile->old || !profile_same(profile, old) ||
		    profile->apps_sum != old->apps_sum ||
		    memcmp(&profile->conf, &old->conf, sizeof(old->conf)))
			continue;
		vfw_profile_put(found);
		found = vfw_profile_get(profile);
	}
	rcu_read_unlock();
	return found;
}

/*
 * The next profile behind one that the caller holds (NULL: the first) that is old and has users, held; or NULL. What is held
 * stays in the list, for who would move it holds vfw_config_mutex.
 */
static struct vfw_profile *profile_next_old(struct vfw_profile *behind)
{
	struct vfw_profile *profile, *found = NULL;

	rcu_read_lock();
	profile = list_prepare_entry(behind, &profile_all, node);
	list_for_each_entry_continue_rcu(profile, &profile_all, node)
	{
		if (profile->old && READ_ONCE(profile->n_users))
			found = vfw_profile_get(profile);
		if (found)
			break;
	}
	rcu_read_unlock();
	return found;
}

/* The first user that is not dying; it goes to the end, so that the next call finds another. */
static struct vfw_profile_user *profile_first_user(struct vfw_profile *profile,
						   bool (*hold)(struct vfw_profile_user *user))
{
	struct vfw_profile_user *user, *found = NULL;

	spin_lock_bh(&profile->lock);
	list_for_each_entry(user, &profile->users, node) {
		if (!hold(user))
			continue;
		found = user;
		list_move_tail(&user->node, &profile->users);
		break;
	}
	spin_unlock_bh(&profile->lock);
	return found;
}

void vfw_profile_retire(bool (*hold)(struct vfw_profile_user *user),
			void (*renew)(struct vfw_profile_user *user, struct vfw_profile *next))
{
	struct vfw_profile *profile = NULL, *next, *heir;
	struct vfw_profile_user *user;

	lockdep_assert_held(&vfw_config_mutex);
	while ((next = profile_next_old(profile))) {
		vfw_profile_put(profile);
		profile = next;
		/* what is left of one when no user can be held dies by itself */
		heir = profile_heir(profile);
		while ((user = profile_first_user(profile, hold))) {
			renew(user, heir);
			cond_resched();
		}
		vfw_profile_put(heir);
	}
	vfw_profile_put(profile);
}

int vfw_profile_walk(u32 *skip, int (*fn)(const struct vfw_profile *profile, void *arg), void *arg)
{
	const struct vfw_profile *profile;
	int err = 0;
	u32 i = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(profile, &profile_all, node) {
		if (i++ < *skip)
			continue;
		err = fn(profile, arg);
		if (err)
			break;
		(*skip)++;
	}
	rcu_read_unlock();
	return err;
}

void vfw_profile_stat_read(const struct vfw_profile *profile, struct vfw_profile_stat *stat)
{
	int cpu;

	*stat = (struct vfw_profile_stat){
		.index = profile->index,
		.revision = profile->revision,
		.age_ms = jiffies_to_msecs(jiffies - profile->published),
		.streams = READ_ONCE(profile->n_users),
		.memory = vfw_profile_bytes(profile),
		.stream_size = profile->stream ? vfw_profile_state(profile) : 0,
	};
	for_each_possible_cpu(cpu) {
		const struct vfw_profile_count *count = per_cpu_ptr(profile->count, cpu);

		stat->bytes += READ_ONCE(count->bytes);
		stat->matches += READ_ONCE(count->matches);
		stat->overloads += READ_ONCE(count->overloads);
	}
}
