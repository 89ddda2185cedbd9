// SPDX-License-Identifier: GPL-2.0
/*
 * Who may hold what. The tables and counters of a struct vfw_ruleset belong to
 * every generation that refers to it. A generation belongs to whoever built it
 * until vfw_policy_publish(); then RCU readers may hold it, and the next
 * publish frees it after their grace period, or gives it to its caller, which
 * may publish it again. Nothing else keeps a pointer.
 */
#include <linux/jhash.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "compat/extack.h"
#include "policy.h"
#include "profile.h"
#include "scan.h"
#include "vm.h"

#define POLICY_COUNT_BYTES (64UL << 20) /* hit counters of all CPUs take about this at most */
#define POLICY_RESCHED 4096 /* elements handled between two chances for others to run */
#define POLICY_GFP (GFP_KERNEL | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)

struct policy_base {
	u64 packets;
	u64 bytes;
	u64 flows;
	u64 last;
	u64 since; /* seconds of CLOCK_REALTIME: when the rule came into force */
};

struct vfw_ruleset {
	refcount_t refs; /* generations that point here */
	bool own_stripes; /* one stripe for each CPU; else CPUs share them */
	u32 n_stripes;
	struct vfw_policy_count **stripes; /* n_stripes arrays of one count for each rule */
	struct policy_base *base; /* what earlier revisions counted; vfw_config_mutex */
	u32 *id_index; /* open addressing: rule index + 1 by rule id, 0 is empty */
	u32 id_mask;
	u32 id_seed;
	u64 bytes;
	void *mem[__VFW_TABLE_MAX];
	u32 n_profiles;
	struct vfw_profile *profiles[VFW_MAX_PROFILES]; /* references */
};

struct vfw_policy __rcu *vfw_policy_cur;

static u32 policy_last_revision; /* vfw_config_mutex */
static u32 policy_last_generation; /* vfw_config_mutex */

static const u32 policy_elements[__VFW_TABLE_MAX] = {
	[VFW_TABLE_RULES] = sizeof(struct vfw_rule_rec),
	[VFW_TABLE_CANDS] = sizeof(u32),
	[VFW_TABLE_CELLS] = sizeof(struct vfw_cell),
	[VFW_TABLE_BLOCKS] = sizeof(struct vfw_block),
	[VFW_TABLE_PAIRS] = sizeof(struct vfw_pair),
	[VFW_TABLE_BOOK4] = sizeof(struct vfw_range4),
	[VFW_TABLE_BOOK6] = sizeof(struct vfw_range6),
};

u32 vfw_policy_element(u32 table)
{
	return table < __VFW_TABLE_MAX ? policy_elements[table] : 0;
}

static const char *const policy_table_words[__VFW_TABLE_MAX] = {
	[VFW_TABLE_RULES] = "rules",   [VFW_TABLE_CANDS] = "cands", [VFW_TABLE_CELLS] = "cells",
	[VFW_TABLE_BLOCKS] = "blocks", [VFW_TABLE_PAIRS] = "pairs", [VFW_TABLE_BOOK4] = "book4",
	[VFW_TABLE_BOOK6] = "book6",
};

const char *vfw_policy_table_word(u32 table)
{
	return policy_table_words[table];
}

static u32 policy_stripes(u32 n_rules)
{
	unsigned long fit = POLICY_COUNT_BYTES / sizeof(struct vfw_policy_count) / max(n_rules, 1U);

	return clamp_t(unsigned long, fit, 1, nr_cpu_ids);
}

static u32 policy_id_slots(u32 n_rules)
{
	return roundup_pow_of_two(2 * max(n_rules, 1U));
}

u64 vfw_policy_bytes(const struct vfw_counts *counts)
{
	u32 n_rules = counts->n[VFW_TABLE_RULES];
	u64 sum = sizeof(struct vfw_policy) + sizeof(struct vfw_ruleset);
	u32 i;

	for (i = 0; i < __VFW_TABLE_MAX; i++)
		sum += (u64)counts->n[i] * policy_elements[i];
	sum += vfw_match_index_bytes(counts);
	sum += (u64)policy_id_slots(n_rules) * sizeof(u32);
	sum += (u64)n_rules * sizeof(struct policy_base);
	sum += (u64)n_rules * policy_stripes(n_rules) * sizeof(struct vfw_policy_count);
	return sum;
}

static void policy_set_free(struct vfw_ruleset *set)
{
	u32 i;

	for (i = 0; i < set->n_profiles; i++)
		vfw_profile_put(set->profiles[i]);
	for (i = 0; i < __VFW_TABLE_MAX; i++)
		kvfree(set->mem[i]);
	for (i = 0; set->stripes && i < set->n_stripes; i++)
		kvfree(set->stripes[i]);
	kvfree(set->stripes);
	kvfree(set->base);
	kvfree(set->id_index);
	kfree(set);
}

static struct vfw_ruleset *policy_set_new(const struct vfw_counts *counts)
{
	u32 n_rules = counts->n[VFW_TABLE_RULES];
	struct vfw_ruleset *set;
	u32 i;

	set = kzalloc(sizeof(*set), POLICY_GFP);
	if (!set)
		return NULL;
	refcount_set(&set->refs, 1);
	set->bytes = vfw_policy_bytes(counts);
	set->n_stripes = policy_stripes(n_rules);
	set->own_stripes = set->n_stripes == nr_cpu_ids;
	for (i = 0; i < __VFW_TABLE_MAX; i++) {
		set->mem[i] = kvcalloc(counts->n[i], policy_elements[i], POLICY_GFP);
		if (!set->mem[i])
			goto err;
	}
	set->id_mask = policy_id_slots(n_rules) - 1;
	set->id_seed = get_random_u32();
	set->id_index = kvcalloc(set->id_mask + 1, sizeof(u32), POLICY_GFP);
	set->base = kvcalloc(n_rules, sizeof(*set->base), POLICY_GFP);
	set->stripes = kvcalloc(set->n_stripes, sizeof(*set->stripes), POLICY_GFP);
	if (!set->id_index || !set->base || !set->stripes)
		goto err;
	for (i = 0; i < set->n_stripes; i++) {
		set->stripes[i] = kvcalloc(n_rules, sizeof(struct vfw_policy_count), POLICY_GFP);
		if (!set->stripes[i])
			goto err;
	}
	return set;
err:
	policy_set_free(set);
	return NULL;
}

struct vfw_policy *vfw_policy_new(const struct vfw_counts *counts)
{
	struct vfw_policy *pol;
	struct vfw_ruleset *set;

	pol = kvzalloc(sizeof(*pol), POLICY_GFP);
	if (!pol)
		return NULL;
	set = policy_set_new(counts);
	if (!set)
		goto err;
	pol->set = set;
	pol->profiles = set->profiles;
	pol->tables.pair_seed = get_random_u32();
	pol->tables.pair_index = kvzalloc(vfw_match_index_bytes(counts), POLICY_GFP);
	if (!pol->tables.pair_index)
		goto err;
	pol->tables.rules = set->mem[VFW_TABLE_RULES];
	pol->tables.cands = set->mem[VFW_TABLE_CANDS];
	pol->tables.cells = set->mem[VFW_TABLE_CELLS];
	pol->tables.blocks = set->mem[VFW_TABLE_BLOCKS];
	pol->tables.pairs = set->mem[VFW_TABLE_PAIRS];
	pol->tables.book4 = set->mem[VFW_TABLE_BOOK4];
	pol->tables.book6 = set->mem[VFW_TABLE_BOOK6];
	pol->tables.counts = *counts;
	return pol;
err:
	vfw_policy_free(pol);
	return NULL;
}

void vfw_policy_free(struct vfw_policy *pol)
{
	if (!pol)
		return;
	if (pol->set && refcount_dec_and_test(&pol->set->refs)) {
		kvfree(pol->tables.pair_index);
		policy_set_free(pol->set);
	}
	kvfree(pol);
}

void vfw_policy_fill(struct vfw_policy *pol, u32 table, u32 first, const void *data, u32 n)
{
	u32 size = policy_elements[table];

	memcpy(pol->set->mem[table] + (size_t)first * size, data, (size_t)n * size);
}

u32 vfw_policy_profiles(const struct vfw_policy *pol)
{
	return pol->set->n_profiles;
}

void vfw_policy_add_profile(struct vfw_policy *pol, struct vfw_profile *profile)
{
	struct vfw_ruleset *set = pol->set;

	set->bytes += vfw_profile_bytes(profile);
	profile->index = set->n_profiles;
	set->profiles[set->n_profiles++] = profile;
}

u64 vfw_policy_size(const struct vfw_policy *pol)
{
	return pol->set->bytes;
}

/* The slot of the id index where id stands, or the empty one where it would. */
static u32 *policy_id_slot(const struct vfw_ruleset *set, u32 id)
{
	const struct vfw_rule_rec *rules = set->mem[VFW_TABLE_RULES];
	u32 h = jhash_1word(id, set->id_seed) & set->id_mask;

	while (set->id_index[h] && rules[set->id_index[h] - 1].id != id)
		h = (h + 1) & set->id_mask;
	return &set->id_index[h];
}

static int policy_index_ids(struct vfw_policy *pol, struct netlink_ext_ack *extack)
{
	u32 i, *slot;

	for (i = 0; i < pol->tables.counts.n[VFW_TABLE_RULES]; i++) {
		slot = policy_id_slot(pol->set, pol->tables.rules[i].id);
		if (*slot) {
			NL_SET_ERR_MSG_FMT(extack, "rules %u and %u have the same id", *slot - 1,
					   i);
			return -EEXIST;
		}
		*slot = i + 1;
		if (i % POLICY_RESCHED == 0)
			cond_resched();
	}
	return 0;
}

static int policy_check(const struct vfw_policy *pol, struct netlink_ext_ack *extack)
{
	u32 table = __VFW_TABLE_MAX, element = 0;
	const char *wrong;
	u32 *scratch;

	scratch = kvcalloc(vfw_match_scratch_size(&pol->tables.counts), sizeof(u32), POLICY_GFP);
	if (!scratch)
		return -ENOMEM;
	wrong = vfw_match_check(&pol->tables, scratch, &table, &element);
	kvfree(scratch);
	if (!wrong)
		return 0;
	if (table < __VFW_TABLE_MAX)
		NL_SET_ERR_MSG_FMT(extack, "%s %u: %s", vfw_policy_table_word(table), element,
				   wrong);
	else
		NL_SET_ERR_MSG_FMT(extack, "counts: %s", wrong);
	return -EINVAL;
}

/* Where what is decided depends on the app, the profile must recognise apps. */
static int policy_check_apps(const struct vfw_policy *pol, struct netlink_ext_ack *extack)
{
	const struct vfw_tables *t = &pol->tables;
	u32 i, at;

	for (i = 0; i < t->counts.n[VFW_TABLE_CELLS]; i++) {
		if (i % POLICY_RESCHED == 0)
			cond_resched();
		if (!(t->cells[i].cand & VFW_CELL_F_APPS))
			continue;
		at = (t->cells[i].cand & ~VFW_CELL_F_APPS) + VFW_APPS_PROFILE;
		if (pol->profiles[t->cands[at] - 1]->conf.flags & VFW_PROFILE_F_APPS)
			continue;
		NL_SET_ERR_MSG_FMT(extack, "cells %u: what asks for apps has a profile without", i);
		return -EINVAL;
	}
	return 0;
}

static bool policy_opens_unmanaged(const struct vfw_tables *t)
{
	u32 i;

	if (t->blocks[t->counts.default_block].flags & VFW_BLOCK_F_JOINS)
		return true;
	for (i = 0; i < t->counts.n[VFW_TABLE_PAIRS]; i++) {
		const struct vfw_pair *pair = &t->pairs[i];

		if ((pair->src == VFW_ID_UNMANAGED || pair->dst == VFW_ID_UNMANAGED) &&
		    t->blocks[pair->block].flags & VFW_BLOCK_F_JOINS)
			return true;
	}
	return false;
}

/* What only vfw_match_index() and what goes before it read. */
static void policy_drop_table(struct vfw_policy *pol, u32 table)
{
	struct vfw_ruleset *set = pol->set;

	set->bytes -= (u64)pol->tables.counts.n[table] * policy_elements[table];
	kvfree(set->mem[table]);
	set->mem[table] = NULL;
}

int vfw_policy_seal(struct vfw_policy *pol, struct netlink_ext_ack *extack)
{
	u32 bad = 0;
	int err;

	err = policy_check(pol, extack);
	if (!err)
		err = policy_check_apps(pol, extack);
	if (!err)
		err = policy_index_ids(pol, extack);
	if (err)
		return err;
	err = vfw_match_index(&pol->tables, &bad);
	if (err) {
		NL_SET_ERR_MSG_FMT(extack, "pairs %u: the pair stands twice", bad);
		return err;
	}
	pol->opens_unmanaged = policy_opens_unmanaged(&pol->tables);
	policy_drop_table(pol, VFW_TABLE_PAIRS);
	policy_drop_table(pol, VFW_TABLE_BLOCKS);
	pol->tables.pairs = NULL;
	pol->tables.blocks = NULL;
	return 0;
}

struct vfw_policy *vfw_policy_derive(const struct vfw_policy *cur)
{
	struct vfw_policy *pol;

	lockdep_assert_held(&vfw_config_mutex);
	pol = kvmalloc(sizeof(*pol), POLICY_GFP);
	if (!pol)
		return NULL;
	*pol = *cur;
	refcount_inc(&pol->set->refs);
	return pol;
}

static void policy_count_add(const struct vfw_ruleset *set, union vfw_policy_counter *c, u64 n)
{
	if (set->own_stripes)
		local64_add(n, &c->own);
	else
		atomic64_add(n, &c->shared);
}

static u64 policy_count_read(const struct vfw_ruleset *set, const union vfw_policy_counter *c)
{
	return set->own_stripes ? local64_read(&c->own) : atomic64_read(&c->shared);
}

struct vfw_policy_count *vfw_policy_count(const struct vfw_policy *pol, u32 rule)
{
	const struct vfw_ruleset *set = pol->set;

	return set->own_stripes ? &set->stripes[smp_processor_id()][rule] : NULL;
}

void vfw_policy_hit(const struct vfw_policy *pol, u32 rule, u32 bytes, bool new_flow)
{
	const struct vfw_ruleset *set = pol->set;
	u64 now = ktime_get_real_seconds();
	u32 cpu = smp_processor_id();
	struct vfw_policy_count *count;

	count = &set->stripes[set->own_stripes ? cpu : cpu % set->n_stripes][rule];
	policy_count_add(set, &count->packets, 1);
	policy_count_add(set, &count->bytes, bytes);
	if (new_flow)
		policy_count_add(set, &count->flows, 1);
	if (READ_ONCE(count->last) != now)
		WRITE_ONCE(count->last, now);
}

/* Everything that was counted for a rule, over CPUs and revisions. */
static void policy_count_sum(const struct vfw_ruleset *set, u32 rule, struct policy_base *sum)
{
	u32 i;

	*sum = set->base[rule];
	for (i = 0; i < set->n_stripes; i++) {
		const struct vfw_policy_count *count = &set->stripes[i][rule];

		sum->packets += policy_count_read(set, &count->packets);
		sum->bytes += policy_count_read(set, &count->bytes);
		sum->flows += policy_count_read(set, &count->flows);
		sum->last = max(sum->last, READ_ONCE(count->last));
	}
}

void vfw_policy_rule_stat(const struct vfw_policy *pol, u32 rule, struct vfw_rule_stat *st)
{
	struct policy_base sum;

	lockdep_assert_held(&vfw_config_mutex);
	policy_count_sum(pol->set, rule, &sum);
	*st = (struct vfw_rule_stat){
		.id = pol->tables.rules[rule].id,
		.packets = sum.packets,
		.bytes = sum.bytes,
		.flows = sum.flows,
		.last_ns = sum.last * NSEC_PER_SEC,
		.since = sum.since,
	};
}

/* Rules that are in force for the first time count from now on. */
static void policy_begin(struct vfw_policy *next)
{
	u64 now = ktime_get_real_seconds();
	u32 i;

	for (i = 0; i < next->tables.counts.n[VFW_TABLE_RULES]; i++) {
		if (!next->set->base[i].since)
			next->set->base[i].since = now;
		if (i % POLICY_RESCHED == 0)
			cond_resched();
	}
}

/* Brings the counters of old, which nobody writes any more, over to next by rule id. */
static void policy_fold(const struct vfw_policy *old, struct vfw_policy *next)
{
	u32 i, *slot;

	for (i = 0; i < old->tables.counts.n[VFW_TABLE_RULES]; i++) {
		slot = policy_id_slot(next->set, old->tables.rules[i].id);
		if (*slot)
			policy_count_sum(old->set, i, &next->set->base[*slot - 1]);
		if (i % POLICY_RESCHED == 0)
			cond_resched();
	}
}

void vfw_policy_recall(struct vfw_policy *pol)
{
	const struct vfw_policy *cur;
	u32 i, k;

	lockdep_assert_held(&vfw_config_mutex);
	cur = rcu_dereference_protected(vfw_policy_cur, lockdep_is_held(&vfw_config_mutex));
	for (i = 0; i < pol->tables.counts.n[VFW_TABLE_RULES]; i++) {
		if (!*policy_id_slot(cur->set, pol->tables.rules[i].id))
			continue;
		memset(&pol->set->base[i], 0, sizeof(*pol->set->base));
		for (k = 0; k < pol->set->n_stripes; k++)
			memset(&pol->set->stripes[k][i], 0, sizeof(**pol->set->stripes));
		if (i % POLICY_RESCHED == 0)
			cond_resched();
	}
}

/* Does it say the same as the old one of its VMs' labels, whatever numbers identities have? */
static bool policy_is_same(const struct vfw_policy *next, const struct vfw_policy *old, u32 flags)
{
	if (!(flags & VFW_TXN_F_POLICY))
		return old;
	return flags & VFW_TXN_F_SAME_RULES && !next->kept_until && old &&
	       !memcmp(next->digest, old->digest, VFW_DIGEST_LEN);
}

/* Notes of which VMs the identity stands for something else than it did under the same rules. */
static void policy_note_labels(const struct vfw_policy *next, const struct vfw_policy *old)
{
	const struct vfw_vm *vm;
	u32 slot;

	for (slot = 0; slot < VFW_MAX_VMS; slot++) {
		vm = vfw_vm_slot(slot);
		if (vm && next->vm_means[slot] != old->vm_means[slot])
			WRITE_ONCE(vm->live->since, next->generation);
	}
}

/* Which flows stay though the rules may forbid them. A policy that was in force before keeps what it kept then. */
static void policy_keep(struct vfw_policy *next, const struct vfw_policy *old, u32 flags, bool same)
{
	if (flags & VFW_TXN_F_SAME_RULES && next->kept_until)
		return;
	next->kept_since = next->revision;
	next->kept_until = next->revision;
	if (!old)
		return;
	if (same || flags & VFW_TXN_F_KEEP_ESTABLISHED)
		next->kept_since = old->kept_since;
	if (same)
		next->kept_until = old->kept_until;
}

/* The number and what follows from it; old: what was in force, or NULL. */
static void policy_number(struct vfw_policy *next, const struct vfw_policy *old, u32 flags,
			  bool same)
{
	next->revision = ++policy_last_revision;
	policy_keep(next, old, flags, same);
	next->streams_since = 0;
	if (flags & VFW_TXN_F_RESTART_STREAMS)
		next->streams_since = next->revision;
	else if (old)
		next->streams_since = old->streams_since;
	vfw_profile_publish(next->profiles, next->set->n_profiles, next->revision);
}

void vfw_policy_publish(struct vfw_policy *next, u32 flags, struct vfw_policy **before)
{
	struct vfw_policy *old;
	bool same;

	lockdep_assert_held(&vfw_config_mutex);
	old = rcu_dereference_protected(vfw_policy_cur, lockdep_is_held(&vfw_config_mutex));
	if (++policy_last_generation == 0)
		policy_last_generation = 1;
	next->generation = policy_last_generation;
	same = policy_is_same(next, old, flags);
	if (same)
		policy_note_labels(next, old);
	if (flags & VFW_TXN_F_POLICY) {
		policy_number(next, old, flags, same);
		policy_begin(next);
	}
	rcu_assign_pointer(vfw_policy_cur, next);
	/* nobody counts into the old set once the readers of the old pointer are gone */
	synchronize_net();
	if (old && old->set != next->set)
		policy_fold(old, next);
	if (before)
		*before = old;
	else
		vfw_policy_free(old);
	vfw_scan_retire();
}

u64 vfw_policy_memory(void)
{
	struct vfw_policy *pol;

	lockdep_assert_held(&vfw_config_mutex);
	pol = rcu_dereference_protected(vfw_policy_cur, lockdep_is_held(&vfw_config_mutex));
	return pol ? pol->set->bytes : 0;
}

void vfw_policy_exit(void)
{
	struct vfw_policy *pol;

	mutex_lock(&vfw_config_mutex);
	pol = rcu_replace_pointer(vfw_policy_cur, NULL, lockdep_is_held(&vfw_config_mutex));
	mutex_unlock(&vfw_config_mutex);
	synchronize_rcu();
	vfw_policy_free(pol);
}
