// SPDX-License-Identifier: GPL-2.0
#include "signatures.h"

#include "../base/cleanup.h"
#include "../base/config.h"
#include "../base/form.h"
#include "../base/log.h"
#include "../kern/kern.h"
#include "../policy/diag.h"
#include "../sig/app.h"
#include "../sig/cache.h"
#include "../sig/compiler.h"
#include "../sig/database.h"
#include "../sig/job.h"
#include "ruleset.h"
#include "sigset.h"
#include "store.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#define OUTCOMES_MAX (4 * VFW_MAX_PROFILES)
#define PAUSE_MIN 60 /* seconds before what failed is tried again unasked; doubled each time */
#define PAUSE_MAX 3600
#define GENERATIONS 16 /* sets of signatures that matches may still speak of */

/* What a run of the compiler came to. Kept until nobody can be waiting for it any more. */
struct outcome {
	uint8_t key[VFW_SHA256_LEN];
	struct vfw_job_result result;
};

/* What failed for who asks again unasked. */
struct failure {
	uint8_t key[VFW_SHA256_LEN];
	char profile[VFW_NAME_LEN];
	char *why;
	unsigned int tries;
	uint64_t again; /* not before, CLOCK_MONOTONIC in microseconds */
};

struct vfw_signatures {
	const struct vfw_config *config;
	sd_event *event;
	vfw_signatures_done on_done;
	void *arg;

	bool has_set;
	enum vfw_set set;
	char module_version[32];

	struct vfw_job *job; /* NULL: no run is under way */
	uint8_t key[VFW_SHA256_LEN]; /* of what it compiles */
	char profile[VFW_NAME_LEN];
	struct timespec began;
	sd_event_source *input, *timer;
	struct outcome outcomes[OUTCOMES_MAX]; /* oldest first */
	size_t n_outcomes;
	struct failure failures[VFW_MAX_PROFILES];
	size_t n_failures;

	uint64_t compiled, cached, failed;
	struct vfw_signatures_generation {
		uint32_t first; /* revision; it lasts until the next one's */
		unsigned long policy; /* in the store; 0: not there */
		struct vfw_sigset *set;
	} generations[GENERATIONS]; /* newest first */
	size_t n_generations;
};

struct vfw_signatures *vfw_signatures_new(const struct vfw_config *config, sd_event *event,
					  vfw_signatures_done on_done, void *arg)
{
	struct vfw_signatures *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->config = config;
	s->event = sd_event_ref(event);
	s->on_done = on_done;
	s->arg = arg;
	return s;
}

/* The sources of a run that has ended. */
static void drop_sources(struct vfw_signatures *s)
{
	s->input = sd_event_source_disable_unref(s->input);
	s->timer = sd_event_source_disable_unref(s->timer);
}

static void drop_outcomes(struct vfw_signatures *s)
{
	while (s->n_outcomes)
		vfw_job_result_clear(&s->outcomes[--s->n_outcomes].result);
}

/* Kills a run before its time. */
static void abandon(struct vfw_signatures *s)
{
	struct vfw_job_result nothing;

	drop_sources(s);
	if (!s->job)
		return;
	vfw_job_kill(s->job, "no longer wanted");
	vfw_job_finish(s->job, &nothing);
	vfw_job_result_clear(&nothing);
	s->job = NULL;
}

void vfw_signatures_free(struct vfw_signatures *s)
{
	if (!s)
		return;
	abandon(s);
	drop_outcomes(s);
	vfw_signatures_forget(s);
	for (size_t i = 0; i < s->n_generations; i++)
		vfw_sigset_unref(s->generations[i].set);
	sd_event_unref(s->event);
	free(s);
}

void vfw_signatures_module(struct vfw_signatures *s, const struct vfw_kern_status *status)
{
	if (!s)
		return;
	s->has_set = status && !vfw_set_of(status->hs_set, &s->set);
	snprintf(s->module_version, sizeof(s->module_version), "%s",
		 status ? status->hs_version : "");
}

/* Both of one version? The module says "5.4.0", the library "5.4.0 2022-12-01". */
static bool same_version(const struct vfw_signatures *s)
{
	size_t n = strlen(s->module_version);
	const char *ours = vfw_compiler_version();

	return !strncmp(ours, s->module_version, n) && (ours[n] == ' ' || !ours[n]);
}

static double seconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

/* Says what came of a run, and keeps it on disk. */
static void report(struct vfw_signatures *s, struct vfw_job_result *r)
{
	const char *why = r->n_errors ? r->errors[0].text : r->failure;
	int err;

	if (!r->db) {
		s->failed++;
		vfw_log_error("profile %s: not compiled: %s", s->profile, why ?: "no memory");
		return;
	}
	s->compiled++;
	vfw_log_info("profile %s: compiled in %.1f s (CPU %.1f s, memory %ld MiB): %zu bytes for "
		     "streams, %zu for datagrams",
		     s->profile, seconds_since(&s->began), r->cpu_s, r->peak_kib >> 10,
		     r->db->stream_bytes, r->db->block_bytes);
	err = vfw_cache_put(s->config->cache, s->key, r->stream, r->stream_bytes, r->block,
			    r->block_bytes, (uint64_t)s->config->cache_mib << 20);
	if (err)
		vfw_log_warning("%s: the databases are not kept: %s", s->config->cache,
				strerror(-err));
}

static void finish(struct vfw_signatures *s)
{
	struct outcome *o;

	drop_sources(s);
	if (s->n_outcomes == OUTCOMES_MAX) {
		vfw_job_result_clear(&s->outcomes[0].result);
		memmove(s->outcomes, s->outcomes + 1, --s->n_outcomes * sizeof(*s->outcomes));
	}
	o = &s->outcomes[s->n_outcomes++];
	memcpy(o->key, s->key, sizeof(o->key));
	vfw_job_finish(s->job, &o->result);
	s->job = NULL;
	report(s, &o->result);
	/* the copies were for the cache */
	free(o->result.stream);
	free(o->result.block);
	o->result.stream = o->result.block = NULL;
	s->on_done(s->arg);
	/* who still waited for something would have started the next run, or waits for it */
	if (!s->job)
		drop_outcomes(s);
}

static int on_input(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct vfw_signatures *s = arg;

	(void)source, (void)fd, (void)revents;
	if (vfw_job_read(s->job))
		finish(s);
	return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	struct vfw_signatures *s = arg;

	(void)source, (void)usec;
	/* its end of the pipe closes, and on_input() goes on */
	vfw_job_kill(s->job, "compiling took too long: compile-seconds in vfwd.toml bounds it");
	return 0;
}

static int start(struct vfw_signatures *s, const struct vfw_request *r, const char *profile)
{
	struct vfw_job_limits limits = {s->config->compile_seconds, s->config->compile_mib};
	int err = vfw_job_start(r, &limits, &s->job);

	if (err)
		return err;
	memcpy(s->key, r->key, sizeof(s->key));
	snprintf(s->profile, sizeof(s->profile), "%s", profile);
	clock_gettime(CLOCK_MONOTONIC, &s->began);
	err = sd_event_add_io(s->event, &s->input, vfw_job_fd(s->job), EPOLLIN, on_input, s);
	if (err >= 0)
		err = sd_event_add_time_relative(s->event, &s->timer, CLOCK_MONOTONIC,
						 limits.seconds * 1000000ULL, 1000, on_timer, s);
	if (err < 0) {
		abandon(s);
		return err;
	}
	vfw_log_info("profile %s: compiling", profile);
	return 0;
}

/* Something about a profile as a whole. Always -EINVAL. */
static int complain(struct vfw_diags *d, const char *profile, const char *what)
{
	vfw_diag_add(d, VFW_DIAG_ERROR, NULL, NULL, "profile %s: %s", profile, what);
	return -EINVAL;
}

static const struct outcome *find_outcome(const struct vfw_signatures *s,
					  const uint8_t key[VFW_SHA256_LEN])
{
	for (size_t i = 0; i < s->n_outcomes; i++)
		if (!memcmp(s->outcomes[i].key, key, VFW_SHA256_LEN))
			return &s->outcomes[i];
	return NULL;
}

/* Who wants databases, and of what. */
struct wanted {
	enum vfw_set set;
	const char *name; /* of the profile */
	const struct vfw_patterns *patterns;
	const struct vfw_app_list *apps; /* recognised with them; NULL: none */
	const struct vfw_ruleset *running; /* may have them; NULL: none */
	bool unasked;
};

/* What a run said: *db, or complaints. */
static int take_outcome(const struct outcome *o, const struct wanted *w, struct vfw_diags *d,
			struct vfw_database **db)
{
	const struct vfw_patterns *p = w->patterns;
	const struct vfw_job_result *r = &o->result;

	if (r->db) {
		*db = vfw_database_ref(r->db);
		return 0;
	}
	for (size_t i = 0; i < r->n_errors; i++) {
		size_t index = r->errors[i].index;

		if (index < p->n)
			vfw_patterns_complain(p, index, d, r->errors[i].text);
		else if (w->apps && index - p->n < w->apps->tables.n_patterns)
			vfw_app_list_complain(w->apps, index - p->n, d, r->errors[i].text);
	}
	if (r->failure || !r->n_errors)
		complain(d, w->name, r->failure ?: "no memory");
	return -EINVAL;
}

/* Has one of the policy in force the same? */
static struct vfw_database *find_running(const struct vfw_ruleset *running,
					 const uint8_t key[VFW_SHA256_LEN])
{
	if (!running || !running->signatures)
		return NULL;
	for (size_t i = 0; i < running->signatures->n; i++)
		if (running->databases[i] &&
		    !memcmp(running->databases[i]->key, key, VFW_SHA256_LEN))
			return vfw_database_ref(running->databases[i]);
	return NULL;
}

static int find_cached(struct vfw_signatures *s, const struct vfw_request *r, const char *profile,
		       struct vfw_database **db)
{
	int err = vfw_cache_get(s->config->cache, r->key, db);

	if (!err) {
		s->cached++;
		vfw_log_info("profile %s: databases from the cache", profile);
	} else if (err == -EBADMSG) {
		vfw_log_warning("%s: the databases of profile %s were damaged: compiling anew",
				s->config->cache, profile);
	} else if (err != -ENOENT) {
		vfw_log_warning("%s: %s", s->config->cache, strerror(-err));
	}
	return err;
}

static uint64_t now_us(const struct vfw_signatures *s)
{
	uint64_t now = 0;

	sd_event_now(s->event, CLOCK_MONOTONIC, &now);
	return now;
}

static struct failure *find_failure(struct vfw_signatures *s, const uint8_t key[VFW_SHA256_LEN])
{
	for (size_t i = 0; i < s->n_failures; i++)
		if (!memcmp(s->failures[i].key, key, VFW_SHA256_LEN))
			return &s->failures[i];
	return NULL;
}

/* A run for who does not wait to be asked has failed: the next one has time. */
static void remember(struct vfw_signatures *s, const uint8_t key[VFW_SHA256_LEN],
		     const char *profile, const struct vfw_diags *d)
{
	struct failure *f = find_failure(s, key);
	uint64_t pause = PAUSE_MIN;

	if (!f && s->n_failures == VFW_MAX_PROFILES)
		vfw_signatures_forget(s);
	if (!f) {
		f = &s->failures[s->n_failures++];
		memset(f, 0, sizeof(*f));
		memcpy(f->key, key, VFW_SHA256_LEN);
		snprintf(f->profile, sizeof(f->profile), "%s", profile);
	}
	free(f->why);
	f->why = d->n && d->v[0].message ? strdup(d->v[0].message) : NULL;
	for (unsigned int i = 0; i < f->tries && pause < PAUSE_MAX; i++)
		pause *= 2;
	f->tries++;
	f->again = now_us(s) + (pause < PAUSE_MAX ? pause : PAUSE_MAX) * 1000000;
}

static void unremember(struct vfw_signatures *s, const uint8_t key[VFW_SHA256_LEN])
{
	struct failure *f = find_failure(s, key);

	if (!f)
		return;
	free(f->why);
	*f = s->failures[--s->n_failures];
}

void vfw_signatures_forget(struct vfw_signatures *s)
{
	while (s->n_failures)
		free(s->failures[--s->n_failures].why);
}

/* Has it failed, and is it too early to try again? Then says so. */
static bool is_pausing(struct vfw_signatures *s, const struct wanted *w,
		       const uint8_t key[VFW_SHA256_LEN], struct vfw_diags *d)
{
	const struct failure *f = w->unasked ? find_failure(s, key) : NULL;

	if (!f || now_us(s) >= f->again)
		return false;
	vfw_diag_add(d, VFW_DIAG_ERROR, NULL, NULL, "%s", f->why ?: "no memory");
	return true;
}

static int begin(struct vfw_signatures *s, const struct wanted *w, const struct vfw_request *r,
		 struct vfw_diags *d)
{
	int err = 0;

	if (is_pausing(s, w, r->key, d))
		return -EINVAL;
	if (!s->job)
		err = start(s, r, w->name);
	return err ? complain(d, w->name, "the compiler cannot be started") : -EINPROGRESS;
}

/* Returns as vfw_signatures_ready() does. *db: what there was, NULL for nothing. */
static int ready_one(struct vfw_signatures *s, const struct wanted *w, struct vfw_diags *d,
		     struct vfw_database **db)
{
	const struct outcome *o;
	struct vfw_request r;
	int err = vfw_request_encode(w->patterns, w->apps, w->set, vfw_compiler_version(), &r);

	if (err)
		return err;
	if (*db && !memcmp((*db)->key, r.key, sizeof(r.key)))
		goto out;
	vfw_database_unref(*db);
	*db = find_running(w->running, r.key);
	if (*db)
		goto out;
	o = find_outcome(s, r.key);
	if (o) {
		err = take_outcome(o, w, d, db);
		if (err && w->unasked)
			remember(s, r.key, w->name, d);
	} else if (find_cached(s, &r, w->name, db)) {
		err = begin(s, w, &r, d);
	}
	if (!err) {
		memcpy((*db)->key, r.key, sizeof(r.key));
		unremember(s, r.key);
	}
out:
	free(r.data);
	return err;
}

int vfw_signatures_ready(struct vfw_signatures *s, struct vfw_ruleset *rs,
			 const struct vfw_ruleset *running, bool unasked, struct vfw_diags *d)
{
	const struct vfw_sigset *set = rs->signatures;

	for (size_t i = 0; i < set->n; i++) {
		struct wanted w = {
			.set = s->set,
			.name = set->v[i].name,
			.patterns = set->v[i].patterns,
			.apps = set->v[i].conf.flags & VFW_PROFILE_F_APPS ? set->apps : NULL,
			.running = running,
			.unasked = unasked,
		};
		int err;

		if (!s->has_set)
			return complain(d, set->v[i].name,
					"the module has no Hyperscan to inspect with");
		if (!same_version(s)) {
			char what[256];

			snprintf(
				what, sizeof(what),
				"the module has Hyperscan %.31s, this vfwd has %.31s, and databases "
				"are bound to one: build both from the same",
				s->module_version, vfw_compiler_version());
			return complain(d, set->v[i].name, what);
		}
		err = ready_one(s, &w, d, &rs->databases[i]);
		if (err)
			return err;
	}
	return 0;
}

int vfw_signatures_check(struct vfw_signatures *s, const char *name,
			 const struct vfw_patterns *patterns, struct vfw_diags *d)
{
	struct wanted w = {
		.set = s->has_set ? s->set : VFW_SET_SSE42,
		.name = name,
		.patterns = patterns,
	};
	struct vfw_database *db = NULL;
	int err = ready_one(s, &w, d, &db);

	vfw_database_unref(db);
	return err;
}

/*
 * set NULL: what the expressions meant is not known. Returns whether something is new, and be it where in
 * the store the same signatures are kept longest.
 */
static bool add_generation(struct vfw_signatures *s, uint32_t revision, struct vfw_sigset *set,
			   unsigned long policy)
{
	struct vfw_signatures_generation *g = s->generations;

	if (s->n_generations && g[0].first <= revision && set && g[0].set &&
	    vfw_sigset_same(g[0].set, set)) {
		bool moved = policy && g[0].policy != policy;

		g[0].policy = policy ?: g[0].policy;
		return moved;
	}
	/* a module that was loaded anew counts from the beginning: what was said before is void */
	while (s->n_generations && g[0].first >= revision) {
		vfw_sigset_unref(g[0].set);
		memmove(g, g + 1, --s->n_generations * sizeof(*g));
	}
	if (s->n_generations == GENERATIONS)
		vfw_sigset_unref(g[--s->n_generations].set);
	memmove(g + 1, g, s->n_generations++ * sizeof(*g));
	g[0].first = revision;
	g[0].policy = policy;
	g[0].set = set ? vfw_sigset_ref(set) : NULL;
	return true;
}

void vfw_signatures_record(struct vfw_signatures *s, uint32_t revision,
			   const struct vfw_ruleset *rs)
{
	struct vfw_store_generation kept[GENERATIONS];
	size_t n = 0;
	int err;

	if (!add_generation(s, revision, rs->signatures, rs->number))
		return;
	for (size_t i = s->n_generations; i-- > 0;) {
		kept[n].revision = s->generations[i].first;
		kept[n].policy = s->generations[i].policy;
		n += kept[n].policy != 0;
	}
	err = vfw_store_save_generations(s->config->state, kept, n);
	if (err)
		vfw_log_warning(
			"%s/generations.json: %s: a vfwd that starts anew will not know which "
			"signatures running streams have",
			s->config->state, strerror(-err));
}

/* A policy as it was kept; NULL: it is not there any more, or cannot be read. */
static struct vfw_ruleset *load_numbered(const char *state, unsigned long number)
{
	_cleanup_free_ char *name = vfw_form_format("%lu", number);
	_cleanup_free_ char *folder = name ? vfw_store_signatures(state, name) : NULL;
	struct vfw_ruleset_file *files;
	struct vfw_ruleset *rs = NULL;
	struct vfw_diags d = {0};
	size_t n;

	if (folder && !vfw_store_load_numbered(state, number, &files, &n) &&
	    !vfw_ruleset_parse(files, n, &d, &rs) && vfw_ruleset_kept_signatures(rs, folder, &d)) {
		vfw_ruleset_free(rs);
		rs = NULL;
	}
	vfw_diags_free(&d);
	return rs;
}

void vfw_signatures_recall(struct vfw_signatures *s)
{
	struct vfw_store_generation kept[GENERATIONS];
	size_t n = vfw_store_load_generations(s->config->state, kept, GENERATIONS);

	for (size_t i = 0; i < n; i++) {
		struct vfw_ruleset *rs = load_numbered(s->config->state, kept[i].policy);

		/* who is not known is not taken for the one before */
		add_generation(s, kept[i].revision, rs ? rs->signatures : NULL, kept[i].policy);
		vfw_ruleset_free(rs);
	}
}

const struct vfw_pattern *vfw_signatures_find(const struct vfw_signatures *s, uint32_t revision,
					      uint32_t profile, uint32_t sig,
					      const char **profile_name)
{
	*profile_name = NULL;
	for (size_t i = 0; i < s->n_generations; i++) {
		const struct vfw_sigset *set = s->generations[i].set;

		if (revision < s->generations[i].first)
			continue;
		if (!set || profile >= set->n)
			return NULL;
		*profile_name = set->v[profile].name;
		return sig < set->v[profile].patterns->n ? &set->v[profile].patterns->v[sig] : NULL;
	}
	return NULL;
}

static json_t *failures_json(const struct vfw_signatures *s)
{
	json_t *list = json_array();
	uint64_t now = now_us(s);

	for (size_t i = 0; i < s->n_failures; i++) {
		const struct failure *f = &s->failures[i];
		uint64_t left = f->again > now ? (f->again - now) / 1000000 : 0;

		json_array_append_new(list,
				      json_pack("{s:s, s:s?, s:I, s:I}", "profile", f->profile,
						"why", f->why, "tries", (json_int_t)f->tries,
						"retry_s", (json_int_t)left));
	}
	return list;
}

json_t *vfw_signatures_json(const struct vfw_signatures *s)
{
	return json_pack("{s:s, s:s?, s:I, s:I, s:I, s:s?, s:o}", "hyperscan",
			 vfw_compiler_version(), "set", s->has_set ? vfw_set_word(s->set) : NULL,
			 "compiled", (json_int_t)s->compiled, "cached", (json_int_t)s->cached,
			 "failed", (json_int_t)s->failed, "compiling", s->job ? s->profile : NULL,
			 "failures", failures_json(s));
}
