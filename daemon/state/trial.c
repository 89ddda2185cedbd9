// SPDX-License-Identifier: GPL-2.0
#include "trial.h"

#include "../base/cleanup.h"
#include "../base/form.h"
#include "../base/log.h"
#include "../kern/kern.h"
#include "../policy/policy.h"
#include "signatures.h"
#include "store.h"

#include <errno.h>
#include <string.h>

void vfw_trial_begin(struct vfw_state *st, struct vfw_ruleset *before, unsigned long number)
{
	st->trial = true;
	st->before = before;
	st->before_fallback = st->fallback;
	st->trial_number = number;
}

/* What was before runs again, as far as we are concerned. */
static void turn_back(struct vfw_state *st)
{
	vfw_ruleset_free(st->previous);
	st->previous = st->running;
	st->running = st->before;
	st->fallback = st->before_fallback;
	st->before = NULL;
	st->trial = false;
	/* the VMs of now may need other tables than those that were kept */
	st->tables_current = false;
	st->synced = UINT64_MAX;
}

static void audit(struct vfw_state *st, const char *who, const char *action, uint32_t revision,
		  const struct vfw_kern_status *now)
{
	char digest[2 * VFW_DIGEST_LEN + 1];

	vfw_log_info("%s by %s: revision %u", action, who, now->revision);
	vfw_state_audit(st, who, action,
			json_pack("{s:{s:I}, s:{s:I, s:s}}", "before", "revision",
				  (json_int_t)revision, "after", "revision",
				  (json_int_t)now->revision, "digest",
				  vfw_form_hex(now->digest, VFW_DIGEST_LEN, digest)));
}

void vfw_trial_follow(struct vfw_state *st, const char *who)
{
	struct vfw_kern_status now;
	uint8_t digest[VFW_DIGEST_LEN];
	uint32_t revision = st->revision;

	if (!st->trial || !st->kern || vfw_ruleset_digest(st->running, digest) ||
	    vfw_kern_status(st->kern, &now) || now.trial.on)
		return;
	st->revision = now.revision;
	if (!memcmp(now.digest, digest, sizeof(digest))) {
		vfw_ruleset_free(st->previous);
		st->previous = st->before;
		st->before = NULL;
		st->trial = false;
		vfw_keep_policy(st, st->trial_number);
		audit(st, who, "policy.confirm", revision, &now);
		return;
	}
	turn_back(st);
	if (st->running)
		vfw_signatures_record(st->signatures, now.revision, st->running);
	vfw_keep_unpropose(st);
	audit(st, who, "policy.rollback", revision, &now);
	vfw_state_sync_soon(st);
}

char *vfw_trial_words(struct vfw_state *st)
{
	struct vfw_kern_status now;
	char time[VFW_FORM_TIME_LEN];

	if (!st->kern || vfw_kern_status(st->kern, &now) || !now.trial.on)
		return strdup("a policy is on trial: confirm it or roll it back first");
	return vfw_form_format("revision %u, applied by %s at %s, waits for confirmation, %u s are "
			       "left: `vfwctl policy confirm' or `vfwctl policy rollback' first",
			       now.revision, now.trial.who, vfw_form_time(now.trial.since_ns, time),
			       now.trial.left);
}

/* The policy that was proposed last, parsed. -ENOENT: there is none; *rs is NULL on failure. */
static int load_proposed(struct vfw_state *st, unsigned long *number, struct vfw_ruleset **rs)
{
	_cleanup_free_ char *folder = vfw_store_signatures(st->config.state, "proposed");
	struct vfw_ruleset_file *files;
	struct vfw_diags d = {0};
	size_t n;
	int err = folder ? vfw_store_load_proposed(st->config.state, &files, &n, number) : -ENOMEM;

	*rs = NULL;
	if (!err)
		err = vfw_ruleset_parse(files, n, &d, rs);
	if (!err)
		err = vfw_ruleset_kept_signatures(*rs, folder, &d);
	vfw_diags_free(&d);
	if (err) {
		vfw_ruleset_free(*rs);
		*rs = NULL;
		return err;
	}
	(*rs)->number = *number;
	return 0;
}

/*
 * What the module has and may have been confirmed cannot be read: what was confirmed before must not take its
 * place.
 */
static void stay(struct vfw_state *st, const struct vfw_kern_status *status)
{
	uint8_t digest[VFW_DIGEST_LEN];

	if (!status->revision || status->trial.on || !st->running ||
	    vfw_ruleset_digest(st->running, digest) ||
	    !memcmp(digest, status->digest, sizeof(digest)))
		return;
	vfw_ruleset_free(st->running);
	st->running = NULL;
	st->fallback = false;
	free(st->trouble);
	st->trouble = vfw_form_format("%s/policy/proposed cannot be read: the module stays as it "
				      "is until vfwctl policy apply",
				      st->config.state);
}

void vfw_trial_take_over(struct vfw_state *st, const struct vfw_kern_status *status)
{
	uint8_t digest[VFW_DIGEST_LEN];
	unsigned long number = 0;
	struct vfw_ruleset *rs;
	int err = load_proposed(st, &number, &rs);

	if (err && err != -ENOENT) {
		/* what the module has may be that policy: it may be readable at the next start */
		vfw_log_error("%s/policy/proposed: %s: it stays there for the next start",
			      st->config.state, strerror(-err));
		stay(st, status);
		return;
	}
	if (!rs || vfw_ruleset_digest(rs, digest) || !status->revision ||
	    memcmp(digest, status->digest, sizeof(digest)) != 0) {
		vfw_ruleset_free(rs);
		vfw_store_drop_proposed(st->config.state);
		if (status->trial.on)
			vfw_log_warning("the module has a policy on trial that is not known here: "
					"it stays until that ends");
		return;
	}
	if (status->trial.on) {
		vfw_trial_begin(st, st->running, number);
		vfw_log_info("revision %u is on trial, %u s are left", status->revision,
			     status->trial.left);
	} else {
		vfw_ruleset_free(st->previous);
		st->previous = st->running;
		vfw_keep_policy(st, number);
		vfw_log_info("revision %u was confirmed meanwhile", status->revision);
	}
	st->running = rs;
	st->fallback = false;
	st->synced = UINT64_MAX;
}

void vfw_trial_forget(struct vfw_state *st)
{
	if (st->trial)
		turn_back(st);
}
