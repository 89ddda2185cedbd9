// SPDX-License-Identifier: GPL-2.0
#include "verbs.h"

#include "../base/cleanup.h"
#include "../base/form.h"
#include "../kern/kern.h"
#include "../policy/policy.h"
#include "../sig/database.h"
#include "../sig/pattern_rules.h"
#include "../state/signatures.h"
#include "../state/sigset.h"
#include "../state/state.h"
#include "../state/store.h"

#include <errno.h>
#include <string.h>
#include <vfw/ctl_proto.h>

static const char *mode_word(uint32_t mode)
{
	return mode == VFW_MODE_ARMED ? "armed" : "disarmed";
}

static json_t *trial_of(const struct vfw_kern_trial_info *t)
{
	char digest[2 * VFW_DIGEST_LEN + 1], time[VFW_FORM_TIME_LEN];

	return json_pack("{s:I, s:s, s:s, s:I, s:s}", "seconds_left", (json_int_t)t->left, "who",
			 t->who, "since", vfw_form_time(t->since_ns, time), "previous_revision",
			 (json_int_t)t->revision, "previous_digest",
			 vfw_form_hex(t->digest, VFW_DIGEST_LEN, digest));
}

static json_t *module_of(const struct vfw_kern_status *s)
{
	char digest[2 * VFW_DIGEST_LEN + 1];
	json_t *o = json_pack("{s:b, s:s, s:s, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s}",
			      "loaded", 1, "version", s->version, "mode", mode_word(s->mode),
			      "revision", (json_int_t)s->revision, "digest",
			      s->revision ? vfw_form_hex(s->digest, VFW_DIGEST_LEN, digest) : "",
			      "vms", (json_int_t)s->vms, "ports", (json_int_t)s->ports, "flows",
			      (json_int_t)s->flows, "memory", (json_int_t)s->memory, "events_lost",
			      (json_int_t)s->events_lost, "alerts_unheard",
			      (json_int_t)s->alerts_unheard, "hyperscan", s->hs_version,
			      "instruction_set", s->hs_set);

	if (s->trial.on)
		json_object_set_new(o, "trial", trial_of(&s->trial));
	return o;
}

/* What the next start of the host would load; NULL: nothing was ever confirmed. */
static const struct vfw_ruleset *confirmed_of(const struct vfw_state *st)
{
	if (st->trial)
		return st->before_fallback ? NULL : st->before;
	return st->fallback ? NULL : st->running;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const struct vfw_ruleset_file *file_named(const struct vfw_ruleset_file *files, size_t n,
						 const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(base_name(files[i].name), base_name(name)))
			return &files[i];
	return NULL;
}

static void add_change(json_t *list, const char *name, const char *change)
{
	json_array_append_new(list,
			      json_pack("{s:s, s:s}", "file", base_name(name), "change", change));
}

/* Which files on disk are not those that were confirmed. */
static void add_changes(json_t *list, const struct vfw_ruleset_file *kept, size_t n_kept,
			const struct vfw_ruleset_file *disk, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct vfw_ruleset_file *old = file_named(kept, n_kept, disk[i].name);

		if (!old)
			add_change(list, disk[i].name, "new");
		else if (old->len != disk[i].len || memcmp(old->text, disk[i].text, old->len) != 0)
			add_change(list, disk[i].name, "changed");
	}
	for (size_t i = 0; i < n_kept; i++)
		if (!file_named(disk, n, kept[i].name))
			add_change(list, kept[i].name, "removed");
}

/*
 * Have both the same canonical text and signatures? Takes the files; folder is that of signatures,
 * whose changes are added. What is wrong is another policy.
 */
static bool same_policy(const struct vfw_ruleset *kept, struct vfw_ruleset_file *files, size_t n,
			const char *folder, json_t *changes)
{
	struct vfw_ruleset *disk = NULL;
	struct vfw_diags d = {0};
	bool same = false;

	if (!vfw_ruleset_parse(files, n, &d, &disk) && !vfw_ruleset_signatures(disk, folder, &d)) {
		_cleanup_free_ char *ours = vfw_ruleset_print(kept);
		_cleanup_free_ char *theirs = vfw_ruleset_print(disk);

		add_changes(changes, kept->signature_files, kept->n_signature_files,
			    disk->signature_files, disk->n_signature_files);

		same = ours && theirs && !strcmp(ours, theirs);
	}
	vfw_ruleset_free(disk);
	vfw_diags_free(&d);
	return same;
}

/*
 * Compares policy.d with what was confirmed last. Returns whether it is another policy, and the
 * files that make it one in *changes, a new reference. An empty folder differs from nothing.
 */
static bool differs_from_disk(const struct vfw_state *st, json_t **changes)
{
	const struct vfw_ruleset *kept = confirmed_of(st);
	struct vfw_ruleset_file *files;
	size_t n;
	int err = vfw_store_read_files(st->config.policy, &files, &n);
	bool differs = !err || err == -EPERM;

	*changes = json_array();
	if (err == -EPERM)
		add_change(*changes, st->config.policy, "not read, others than root may write it");
	if (err)
		return differs;
	if (kept)
		add_changes(*changes, kept->files, kept->n_files, files, n);
	if (kept)
		differs = !same_policy(kept, files, n, st->config.signatures, *changes);
	else
		vfw_ruleset_free_files(files, n);
	if (!differs)
		json_array_clear(*changes);
	return differs;
}

static json_t *policy_of(const struct vfw_state *st)
{
	char digest[2 * VFW_DIGEST_LEN + 1] = "";
	json_t *files = json_array(), *changes;
	bool differs = differs_from_disk(st, &changes);

	if (st->running && st->running->compiled)
		vfw_form_hex(st->running->compiled->digest, VFW_DIGEST_LEN, digest);
	for (size_t i = 0; st->running && i < st->running->n_files; i++)
		json_array_append_new(files, json_string(st->running->files[i].name));
	return json_pack("{s:I, s:s, s:b, s:o, s:o, s:b, s:b, s:b}", "revision",
			 (json_int_t)st->revision, "digest", digest, "differs_from_disk", differs,
			 "disk_changes", changes, "files", files, "fresh_install", st->fallback,
			 "in_force", st->kern && st->tables_current, "kept",
			 !st->keep.failed[VFW_KEEP_POLICY]);
}

/* What became of the rules of a profile, which has some. */
static json_t *rules_of(const struct vfw_pattern_rules *r)
{
	json_t *o = json_pack("{s:I, s:I}", "enforced", (json_int_t)r->enforced, "report_only",
			      (json_int_t)r->alerts);
	json_t *list = json_array();

	for (int i = 0; i < VFW_PATTERN_LEFT_COUNT; i++)
		json_object_set_new(o, vfw_pattern_left_word(i), json_integer(r->left[i]));
	for (size_t i = 0; i < r->n_reasons; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:I}", "left",
						      vfw_pattern_left_word(r->reasons[i].left),
						      "why", r->reasons[i].why, "rules",
						      (json_int_t)r->reasons[i].n, "sid",
						      (json_int_t)r->reasons[i].sid));
	json_object_set_new(o, "not_enforced", list);
	return o;
}

/* What rs knows of a profile by its place in the policy in force; adds it to the object. */
static void put_sizes(json_t *o, const struct vfw_ruleset *rs, uint32_t index)
{
	const struct vfw_database *db;
	const struct vfw_pattern_rules *rules;

	if (!rs || !rs->signatures || index >= rs->signatures->n)
		return;
	rules = rs->signatures->v[index].patterns->rules;
	if (rules)
		json_object_set_new(o, "rules", rules_of(rules));
	db = rs->databases[index];
	if (!db)
		return;
	json_object_set_new(o, "stream_bytes", json_integer((json_int_t)db->stream_bytes));
	json_object_set_new(o, "block_bytes", json_integer((json_int_t)db->block_bytes));
}

static json_t *profile_of(const struct vfw_state *st, const struct vfw_kern_profile_info *p)
{
	const struct vfw_profile_stat *s = &p->stat;
	json_t *o = json_pack(
		"{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
		"profile", p->name, "mode",
		p->conf.flags & VFW_PROFILE_F_PREVENT ? "prevent" : "detect", "on_overload",
		p->conf.flags & VFW_PROFILE_F_OVERLOAD_BLOCK ? "block" : "pass", "depth",
		(json_int_t)p->conf.depth, "patterns", (json_int_t)p->conf.n_exprs, "index",
		(json_int_t)s->index, "revision", (json_int_t)s->revision, "in_force",
		s->in_force ? 1 : 0, "age_ms", (json_int_t)s->age_ms, "streams",
		(json_int_t)s->streams, "bytes", (json_int_t)s->bytes, "matches",
		(json_int_t)s->matches, "overloads", (json_int_t)s->overloads, "memory",
		(json_int_t)s->memory, "stream_size", (json_int_t)s->stream_size);

	if (o && s->in_force)
		put_sizes(o, st->running, s->index);
	return o;
}

static json_t *profiles_of(struct vfw_state *st)
{
	_cleanup_free_ struct vfw_kern_profile_info *profiles = NULL;
	json_t *list = json_array();
	size_t n = 0;

	if (vfw_kern_profiles(st->kern, &profiles, &n))
		n = 0;
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, profile_of(st, &profiles[i]));
	return list;
}

static json_t *unmanaged_of(struct vfw_state *st)
{
	_cleanup_free_ struct vfw_kern_port_info *ports = NULL;
	json_t *list = json_array();
	size_t n = 0;

	if (vfw_kern_ports(st->kern, &ports, &n))
		n = 0;
	for (size_t i = 0; i < n; i++)
		if (!ports[i].managed)
			json_array_append_new(list, json_string(ports[i].ifname));
	return list;
}

static json_t *reasons_of(struct vfw_state *st)
{
	_cleanup_free_ struct vfw_kern_reason_info *reasons = NULL;
	json_t *list = json_array();
	size_t n = 0;

	if (vfw_kern_reasons(st->kern, &reasons, &n))
		n = 0;
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_pack("{s:s, s:I}", "reason", reasons[i].word,
						      "packets", (json_int_t)reasons[i].packets));
	return list;
}

json_t *vfw_verb_status(struct vfw_call *call, json_t *params)
{
	struct vfw_state *st = call->state;
	struct vfw_kern_status s;
	json_t *o;

	(void)params;
	o = json_pack("{s:s, s:o, s:s?, s:o, s:{s:o}}", "version", VFW_VERSION, "policy",
		      policy_of(st), "trouble", st->trouble, "signatures",
		      vfw_signatures_json(st->signatures), "disk", "unsaved",
		      vfw_keep_failures(st));
	if (!st->kern) {
		json_object_set_new(o, "module", json_pack("{s:b}", "loaded", 0));
		return o;
	}
	if (vfw_kern_status(st->kern, &s)) {
		json_decref(o);
		return vfw_verb_kernel_failed(call);
	}
	json_object_set_new(o, "module", module_of(&s));
	json_object_set_new(o, "unmanaged_ports", unmanaged_of(st));
	json_object_set_new(o, "profiles", profiles_of(st));
	json_object_set_new(o, "reasons", reasons_of(st));
	return o;
}

json_t *vfw_verb_mode_set(struct vfw_call *call, json_t *params)
{
	const char *word = vfw_call_text(call, params, "mode");
	struct vfw_kern_status before;
	uint32_t mode;

	if (!word || !vfw_verb_need_kernel(call))
		return NULL;
	if (strcmp(word, "armed") && strcmp(word, "disarmed"))
		return vfw_call_fail(call, VFW_RPC_PARAMS, NULL,
				     "expected \"armed\" or \"disarmed\" as mode");
	mode = strcmp(word, "armed") ? VFW_MODE_DISARMED : VFW_MODE_ARMED;
	if (vfw_kern_status(call->state->kern, &before) ||
	    vfw_kern_mode_set(call->state->kern, mode))
		return vfw_verb_kernel_failed(call);
	vfw_state_audit(call->state, call->who, "mode.set",
			json_pack("{s:s, s:s}", "before", mode_word(before.mode), "after", word));
	return vfw_verb_changed(
		call, json_pack("{s:s, s:s}", "mode", word, "previous", mode_word(before.mode)));
}
