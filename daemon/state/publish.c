// SPDX-License-Identifier: GPL-2.0
#include "publish.h"

#include "../base/cleanup.h"
#include "../base/form.h"
#include "../base/log.h"
#include "../eve/mark.h"
#include "../kern/monitor.h"
#include "../policy/policy.h"
#include "../policy/text.h"
#include "../sig/app.h"
#include "../sig/database.h"
#include "../sig/pattern_rules.h"
#include "../vm/inventory.h"
#include "../vm/registry.h"
#include "signatures.h"
#include "sigset.h"
#include "store.h"
#include "trial.h"

#include <errno.h>
#include <string.h>

static void set_trouble(struct vfw_state *st, char *sentence)
{
	if (sentence && (!st->trouble || strcmp(st->trouble, sentence) != 0))
		vfw_log_error("%s", sentence);
	free(st->trouble);
	st->trouble = sentence;
}

/* The table beside the databases: *fd, the caller's, or -1 where none is needed. */
static int table_of(const struct vfw_patterns *patterns, int *fd)
{
	struct vfw_text t = {0};
	int err = vfw_pattern_rules_table(patterns, &t);

	*fd = -1;
	if (!err && t.len) {
		err = vfw_database_seal("vfw-sigs", t.s, t.len);
		if (err >= 0) {
			*fd = err;
			err = 0;
		}
	}
	free(t.s);
	return err;
}

/* The same of what the patterns of apps mean. */
static int apps_of(const struct vfw_app_list *apps, int *fd)
{
	size_t n = vfw_apps_size(&apps->tables);
	u8 *buf = malloc(n);
	int err = -ENOMEM;

	*fd = -1;
	if (buf) {
		vfw_apps_write(&apps->tables, buf);
		err = vfw_database_seal("vfw-apps", buf, n);
	}
	if (err >= 0) {
		*fd = err;
		err = 0;
	}
	free(buf);
	return err;
}

static int send_profiles(struct vfw_state *st, uint32_t id, const struct vfw_ruleset *rs)
{
	int err = 0;

	for (size_t i = 0; i < rs->signatures->n && !err; i++) {
		const struct vfw_sigset_profile *profile = &rs->signatures->v[i];

		_cleanup_close_ int table = -1;
		_cleanup_close_ int apps = -1;

		err = table_of(profile->patterns, &table);
		if (!err && profile->conf.flags & VFW_PROFILE_F_APPS)
			err = apps_of(rs->signatures->apps, &apps);
		if (err)
			return err;
		err = vfw_kern_txn_profile(
			st->kern, id, profile->name, &profile->conf,
			&(struct vfw_kern_profile_files){.stream = rs->databases[i]->stream,
							 .block = rs->databases[i]->block,
							 .sigs = table,
							 .apps = apps});
	}
	return err;
}

/*
 * One transaction. rs NULL: the population only; else what was compiled of it, whose profiles have
 * their databases. to becomes what the kernel has; it is taken on success only, and *words, a
 * sentence for the caller to free, is set on failure only.
 */
static int commit(struct vfw_state *st, const struct vfw_ruleset *rs,
		  const struct vfw_kern_publish *how, struct vfw_population *to, char **words)
{
	const struct vfw_compiled *c = rs ? rs->compiled : NULL;
	uint32_t id = 0, revision = 0;
	int err = vfw_kern_txn_begin(st->kern, st->revision, c, how, &id);

	if (err) {
		*words = vfw_form_format("the module refused: %s", vfw_kern_error(st->kern));
		return err;
	}
	if (c)
		err = vfw_kern_txn_tables(st->kern, id, c);
	if (c && !err)
		err = send_profiles(st, id, rs);
	if (!err)
		err = vfw_population_send(st->kern, id, c, &st->sent, to);
	if (!err)
		err = vfw_kern_txn_commit(st->kern, id, &revision);
	if (err) {
		/* before the abort, whose words would take their place */
		*words = vfw_form_format("the module refused: %s", vfw_kern_error(st->kern));
		vfw_kern_txn_abort(st->kern, id);
		return err;
	}
	vfw_population_clear(&st->sent);
	st->sent = *to;
	memset(to, 0, sizeof(*to));
	st->revision = revision;
	if (rs)
		vfw_signatures_record(st->signatures, revision, rs);
	return 0;
}

/* Keeps what a later start needs to know the kernel's tables again. */
static void save_published(struct vfw_state *st)
{
	struct vfw_store_published p = {.revision = st->revision};
	int err;

	memcpy(p.digest, st->running->compiled->digest, sizeof(p.digest));
	p.tables = vfw_ruleset_hash(st->running->compiled);
	err = vfw_store_save_published(st->config.state, &p);
	if (err)
		vfw_log_warning("%s/published.json: %s", st->config.state, strerror(-err));
}

static void log_change(const struct vfw_state *st, const struct vfw_population_change *change,
		       bool whole)
{
	vfw_log_info("revision %u%s: VMs +%zu ~%zu -%zu, ports +%zu -%zu", st->revision,
		     whole ? " published" : "", change->added, change->replaced, change->removed,
		     change->bound, change->unbound);
}

static void audit_population(struct vfw_state *st, const struct vfw_population_change *change)
{
	vfw_state_audit(
		st, "vfwd", "population",
		json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "vms_added", (json_int_t)change->added,
			  "vms_changed", (json_int_t)change->replaced, "vms_removed",
			  (json_int_t)change->removed, "ports_bound", (json_int_t)change->bound,
			  "ports_unbound", (json_int_t)change->unbound, "revision",
			  (json_int_t)st->revision));
}

static void retry_later(struct vfw_state *st)
{
	uint64_t now;

	st->retry_s = st->retry_s ? st->retry_s * 2 : 1;
	if (st->retry_s > 30)
		st->retry_s = 30;
	if (sd_event_now(st->event, CLOCK_MONOTONIC, &now) >= 0) {
		sd_event_source_set_time(st->retry_timer, now + st->retry_s * 1000000ULL);
		sd_event_source_set_enabled(st->retry_timer, SD_EVENT_ONESHOT);
	}
}

/* The running policy compiled for the VMs of now, adopted. Returns false after saying why not. */
static bool recompile(struct vfw_state *st)
{
	struct vfw_compiled *c = NULL;
	struct vfw_diags d = {0};
	int err;

	if (st->running->compiled && st->synced == vfw_registry_generation(st->registry))
		return true;
	err = vfw_ruleset_compile(st->running, st->registry, &d, &c);
	if (err) {
		set_trouble(st,
			    vfw_form_format("the policy does not compile for the VMs of now: %s",
					    d.n ? d.v[0].message : strerror(-err)));
		vfw_diags_free(&d);
		return false;
	}
	vfw_diags_free(&d);
	if (st->running->compiled && !vfw_ruleset_same_tables(st->running->compiled, c))
		st->tables_current = false;
	if (vfw_ruleset_adopt(st->running, c)) {
		vfw_compiled_free(c);
		set_trouble(st, strdup(strerror(ENOMEM)));
		return false;
	}
	st->synced = vfw_registry_generation(st->registry);
	return true;
}

/* -EINPROGRESS: the compiler is at work, and vfw_publish_sync() will run again at its end. */
static int get_databases(struct vfw_state *st)
{
	struct vfw_diags d = {0};
	int err = vfw_signatures_ready(st->signatures, st->running, NULL, true, &d);

	if (err && err != -EINPROGRESS)
		set_trouble(st, strdup(d.n && d.v[0].message ? d.v[0].message : strerror(-err)));
	vfw_diags_free(&d);
	return err;
}

/*
 * Why the kernel is to keep the VMs it has: what the inventory said of them could not be read since vfwd started.
 * NULL: it need not.
 */
static const char *held(const struct vfw_state *st)
{
	return st->revision ? vfw_inventory_blind(st->inventory) : NULL;
}

static int follow(struct vfw_state *st)
{
	static const struct vfw_kern_publish again = {.same_rules = true};
	struct vfw_population_change change;
	struct vfw_population to;
	bool whole = !st->tables_current;
	char *words = NULL;
	int err = vfw_population_build(st->registry, st->running->compiled, &to);

	if (err)
		return err;
	vfw_population_diff(&st->sent, &to, &change);
	if (!whole && !change.added && !change.replaced && !change.removed && !change.bound &&
	    !change.unbound) {
		vfw_population_clear(&to);
		return 0;
	}
	err = whole ? get_databases(st) : 0;
	if (!err) {
		err = commit(st, whole ? st->running : NULL, whole ? &again : NULL, &to, &words);
		if (err)
			set_trouble(st, words);
	}
	vfw_population_clear(&to);
	if (err)
		return err == -EINPROGRESS ? 0 : err;
	log_change(st, &change, whole);
	audit_population(st, &change);
	if (whole) {
		st->tables_current = true;
		save_published(st);
	}
	return 0;
}

/* What the kernel has may be another's doing: see anew. */
static void look_again(struct vfw_state *st)
{
	struct vfw_kern_status status;

	vfw_trial_follow(st, "unknown");
	vfw_population_clear(&st->sent);
	vfw_population_read(st->kern, &st->sent);
	if (vfw_kern_status(st->kern, &status) || status.revision == st->revision)
		return;
	st->revision = status.revision;
	st->tables_current = false;
}

bool vfw_publish_settled(const struct vfw_state *st)
{
	return !st->kern || !st->running || st->tables_current || st->trouble;
}

void vfw_publish_sync(struct vfw_state *st)
{
	if (vfw_registry_settle(st->registry)) {
		set_trouble(st, strdup("no memory to follow the VMs"));
		retry_later(st);
		return;
	}
	if (!st->running)
		return;
	if (!st->kern) {
		recompile(st);
		return;
	}
	if (held(st)) {
		recompile(st);
		set_trouble(st, strdup(held(st)));
		return;
	}
	if (!recompile(st) || follow(st)) {
		look_again(st);
		retry_later(st);
		return;
	}
	st->retry_s = 0;
	set_trouble(st, NULL);
}

/* Is what the kernel has the very policy that is to run? Then it needs no new revision. */
static bool kernel_has_running(struct vfw_state *st, const struct vfw_kern_status *status)
{
	struct vfw_store_published p;

	if (!status->revision || !st->running || vfw_registry_settle(st->registry) ||
	    !recompile(st))
		return false;
	vfw_store_load_published(st->config.state, &p);
	return p.revision == status->revision &&
	       !memcmp(p.digest, status->digest, sizeof(p.digest)) &&
	       !memcmp(p.digest, st->running->compiled->digest, sizeof(p.digest)) &&
	       p.tables == vfw_ruleset_hash(st->running->compiled);
}

static struct vfw_kern_scope *scope_of(const struct vfw_config_list *list,
				       struct vfw_kern_scope *scope)
{
	if (!list->given)
		return NULL;
	memset(scope, 0, sizeof(*scope));
	for (size_t i = 0; i < list->n && i < VFW_MAX_SCOPE; i++)
		snprintf(scope->entry[scope->n++], IFNAMSIZ, "%s", list->v[i]);
	return scope;
}

static void set_scope(struct vfw_state *st)
{
	struct vfw_kern_scope names, bridges, uplinks;
	const struct vfw_config *c = &st->config;

	if (!c->names.given && !c->bridges.given && !c->uplinks.given)
		return;
	if (vfw_kern_scope_set(st->kern, scope_of(&c->names, &names),
			       scope_of(&c->bridges, &bridges), scope_of(&c->uplinks, &uplinks)))
		vfw_log_error("[scope] of vfwd.toml: %s", vfw_kern_error(st->kern));
}

static void set_flow(struct vfw_state *st)
{
	if (vfw_kern_flow_conf(st->kern, &st->config.timeouts, st->config.flow_events))
		vfw_log_error("[flow] of vfwd.toml: %s", vfw_kern_error(st->kern));
}

/* Events come from now on. */
static int hear(struct vfw_state *st)
{
	_cleanup_free_ char *boot =
		vfw_form_format("%s/sys/kernel/random/boot_id", st->config.proc);

	if (!boot)
		return -ENOMEM;
	vfw_mark_module(st->mark, "/sys/module/vfw", boot);
	return vfw_monitor_join(st->monitor);
}

int vfw_publish_connect(struct vfw_state *st)
{
	struct vfw_kern_status status;
	int err;

	if (st->kern)
		return 0;
	err = vfw_kern_open(&st->kern);
	if (err)
		return err;
	err = vfw_kern_status(st->kern, &status);
	if (!err) {
		set_scope(st);
		set_flow(st);
		err = vfw_population_read(st->kern, &st->sent);
	}
	if (!err)
		err = hear(st);
	if (err) {
		vfw_log_error("the module is there but does not answer: %s",
			      vfw_kern_error(st->kern));
		vfw_publish_disconnect(st);
		return err;
	}
	st->revision = status.revision;
	vfw_state_unheard(st, status.alerts_unheard);
	vfw_signatures_module(st->signatures, &status);
	vfw_trial_take_over(st, &status);
	if (st->fallback && (status.revision || status.mode == VFW_MODE_ARMED)) {
		/*
		 * a record was lost, or never was: what the kernel does now is stricter than a
		 * fresh install
		 */
		vfw_log_warning(
			"no policy was kept: the module stays as it is until vfwctl policy apply");
		vfw_ruleset_free(st->running);
		st->running = NULL;
		st->fallback = false;
	}
	st->tables_current = kernel_has_running(st, &status);
	if (st->tables_current)
		vfw_signatures_record(st->signatures, st->revision, st->running);
	vfw_log_info("module %s: %s, revision %u%s", status.version,
		     status.mode == VFW_MODE_ARMED ? "armed" : "disarmed", status.revision,
		     st->tables_current ? ", taken over as it is" : "");
	vfw_publish_sync(st);
	return 0;
}

void vfw_publish_disconnect(struct vfw_state *st)
{
	vfw_trial_forget(st);
	vfw_kern_close(st->kern);
	st->kern = NULL;
	vfw_signatures_module(st->signatures, NULL);
	st->revision = 0;
	st->unheard = 0;
	st->tables_current = false;
	vfw_population_clear(&st->sent);
}

/*
 * Writes the files aside, as what may be in force when we look again after a crash; what is said 
 * about them when it fails is in *error.
 */
static int save_policy(struct vfw_state *st, struct vfw_ruleset *rs, unsigned long *number,
		       char **error)
{
	int err = vfw_store_save_policy(st->config.state, rs, st->keep.policy, number);

	rs->number = *number;
	if (!err)
		err = vfw_store_propose_policy(st->config.state, *number);
	if (err)
		*error = vfw_form_format("%s: the policy cannot be kept: %s", st->config.state,
					 strerror(-err));
	return err;
}

/* rs is what runs from now on; without a trial also at the next start. */
static void take(struct vfw_state *st, struct vfw_ruleset *rs, unsigned long number, bool trial)
{
	if (trial) {
		vfw_trial_begin(st, st->running, number);
	} else {
		vfw_ruleset_free(st->previous);
		st->previous = st->running;
	}
	st->running = rs;
	vfw_signatures_forget(st->signatures);
	st->fallback = false;
	st->synced = vfw_registry_generation(st->registry);
	set_trouble(st, NULL);
	save_published(st);
	if (!trial)
		vfw_keep_policy(st, number);
}

/* The files that were written have come to nothing. */
static void forget_policy(struct vfw_state *st, unsigned long number)
{
	vfw_keep_unpropose(st);
	if (number)
		vfw_store_discard_policy(st->config.state, number);
}

int vfw_publish_replace_text(struct vfw_state *st, struct vfw_ruleset *rs, struct vfw_compiled *c,
			     char **error)
{
	unsigned long number = 0;
	int err;

	*error = NULL;
	err = save_policy(st, rs, &number, error);
	if (!err)
		err = vfw_ruleset_adopt(rs, c);
	if (!err)
		take(st, rs, number, false);
	else
		forget_policy(st, number);
	return err;
}

int vfw_publish_apply(struct vfw_state *st, struct vfw_ruleset *rs, struct vfw_compiled *c,
		      const struct vfw_kern_publish *how, char **error)
{
	struct vfw_population_change change;
	struct vfw_population to = {0};
	unsigned long number = 0;
	int err;

	*error = NULL;
	if (!st->kern) {
		*error = strdup(
			"the module is not loaded: systemctl restart vfw-module, then try again");
		return -ENOENT;
	}
	if (held(st)) {
		*error = strdup(held(st));
		return -EPERM;
	}
	vfw_trial_follow(st, "unknown");
	if (st->trial) {
		*error = vfw_trial_words(st);
		return -EBUSY;
	}
	/* all that can fail on our side comes before the commit, but for the link's renaming */
	err = save_policy(st, rs, &number, error);
	if (!err)
		err = vfw_population_build(st->registry, c, &to);
	if (err)
		goto fail;
	vfw_population_diff(&st->sent, &to, &change);
	err = vfw_ruleset_adopt(rs, c);
	if (!err) {
		err = commit(st, rs, how, &to, error);
		if (err)
			rs->compiled = NULL;
	}
	vfw_population_clear(&to);
	if (err)
		goto fail;
	st->tables_current = true;
	log_change(st, &change, true);
	take(st, rs, number, how->confirm_s);
	return 0;

fail:
	forget_policy(st, number);
	if (err == -ESTALE)
		vfw_state_sync_soon(st);
	return err;
}
