// SPDX-License-Identifier: GPL-2.0
#include "keep.h"

#include "../base/cleanup.h"
#include "../base/form.h"
#include "../base/log.h"
#include "../eve/writer.h"
#include "../vm/registry.h"
#include "state.h"
#include "store.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RETRY_MAX 30 /* seconds */

/* The sentence for err: text is what it means. NULL if err is 0. */
static char *words(int err, const char *path, const char *name, const char *text)
{
	if (!err)
		return NULL;
	return vfw_form_format("%s%s: %s: %s", path, name, strerror(-err), text)
		       ?: strdup("no memory to say what is not on disk");
}

/* Remembers what came of writing path and name, and what it means that it failed. Returns err. */
static int note(struct vfw_state *st, enum vfw_keep_kind kind, int err, const char *path,
		const char *name, const char *text)
{
	char **was = &st->keep.failed[kind], *sentence = words(err, path, name, text);

	if (sentence && (!*was || strcmp(*was, sentence) != 0))
		vfw_log_error("%s", sentence);
	else if (!sentence && *was)
		vfw_log_info("on disk after all; before: %s", *was);
	free(*was);
	*was = sentence;
	return err;
}

/* Something was not written: it is tried again, soon at first. */
static void again(struct vfw_state *st)
{
	struct vfw_keep *k = &st->keep;
	int enabled = SD_EVENT_OFF;
	uint64_t now;

	if (!k->timer || sd_event_now(st->event, CLOCK_MONOTONIC, &now) < 0)
		return;
	sd_event_source_get_enabled(k->timer, &enabled);
	if (enabled != SD_EVENT_OFF)
		return;
	k->retry_s = !k->retry_s ? 1 : k->retry_s * 2 > RETRY_MAX ? RETRY_MAX : k->retry_s * 2;
	sd_event_source_set_time(k->timer, now + k->retry_s * 1000000ULL);
	sd_event_source_set_enabled(k->timer, SD_EVENT_ONESHOT);
}

static int write_policy(struct vfw_state *st)
{
	unsigned long number = st->keep.policy;
	int err = number ? vfw_store_confirm_policy(st->config.state, number) : 0;

	if (!err) {
		st->keep.policy = 0;
		/* a trial has its own proposal */
		if (number && !st->trial)
			vfw_store_drop_proposed(st->config.state);
	}
	return note(st, VFW_KEEP_POLICY, err, st->config.state, "/policy/current",
		    "what is in force is not what the next start of the host will load");
}

const char *vfw_keep_beside(const struct vfw_state *st)
{
	struct stat run, state;

	if (!stat(st->config.run, &run) && !stat(st->config.state, &state) &&
	    run.st_dev == state.st_dev && run.st_ino == state.st_ino)
		return NULL;
	return st->config.run;
}

/*
 * Marks are left in /run while they are not on disk: they outlive vfwd, not the host. vfwd may be killed at any
 * point: what is left there is written before what is on disk, so that it is never older, or else says that
 * it may be. what: the sentence's begin.
 */
static int write_marks(struct vfw_state *st, enum vfw_keep_kind kind, const char *name,
		       const char *what,
		       int (*save)(const char *folder, const uint8_t *uuids, size_t n),
		       const uint8_t *uuids, size_t n)
{
	const char *beside = vfw_keep_beside(st);
	_cleanup_free_ char *left = beside ? vfw_form_format("%s%s", beside, name) : NULL;
	_cleanup_free_ char *text = NULL;
	bool is_left = false;
	int err;

	if (left && !access(left, F_OK)) {
		is_left = !save(beside, uuids, n);
		if (!is_left)
			vfw_store_doubt(left);
	}
	err = save(st->config.state, uuids, n);
	/* the first saving may have made the folder */
	if (!err && left && vfw_keep_beside(st))
		unlink(left);
	else if (err && left && !is_left)
		is_left = !save(beside, uuids, n);
	text = vfw_form_format("%s until %s", what, is_left ? "the host boots" : "vfwd ends");
	return note(st, kind, err, st->config.state, name, text ?: what);
}

static int write_quarantined(struct vfw_state *st)
{
	size_t n;
	const uint8_t *all = vfw_registry_quarantined(st->registry, &n);

	return write_marks(st, VFW_KEEP_QUARANTINED, "/quarantine.json",
			   "VMs that were quarantined or released are so",
			   vfw_store_save_quarantine, all, n);
}

static int write_monitored(struct vfw_state *st)
{
	size_t n;
	const uint8_t *all = vfw_registry_monitored(st->registry, &n);

	return write_marks(st, VFW_KEEP_MONITORED, "/monitored.json",
			   "VMs are monitored, or not any more,", vfw_store_save_monitored, all, n);
}

static int write_audit(struct vfw_state *st)
{
	uint64_t lost = vfw_writer_lost(st->audit);
	int err = vfw_writer_sync(st->audit);

	if (lost > st->keep.audit_lost)
		vfw_log_error("%s: %" PRIu64 " records are lost", st->config.audit,
			      lost - st->keep.audit_lost);
	st->keep.audit_lost = lost;
	return note(st, VFW_KEEP_AUDIT, err, st->config.audit, "",
		    "who changed what is not on disk yet");
}

static int (*const writers[VFW_KEEP_N])(struct vfw_state *) = {
	[VFW_KEEP_POLICY] = write_policy,
	[VFW_KEEP_QUARANTINED] = write_quarantined,
	[VFW_KEEP_MONITORED] = write_monitored,
	[VFW_KEEP_AUDIT] = write_audit,
};

static void keep(struct vfw_state *st, enum vfw_keep_kind kind)
{
	if (writers[kind](st))
		again(st);
	else if (st->keep.retry_s)
		vfw_keep_retry(st); /* there may be room again for what waits, too */
}

void vfw_keep_policy(struct vfw_state *st, unsigned long number)
{
	st->keep.policy = number;
	keep(st, VFW_KEEP_POLICY);
}

void vfw_keep_unpropose(struct vfw_state *st)
{
	unsigned long waits = st->keep.policy;
	const char *state = st->config.state;

	/* on a full disk there may be no room to name it anew */
	if (waits && vfw_store_proposed(state) == waits)
		return;
	if (!waits || vfw_store_propose_policy(state, waits))
		vfw_store_drop_proposed(state);
	if (waits && !vfw_store_proposed(state))
		vfw_store_propose_policy(state, waits);
}

void vfw_keep_quarantined(struct vfw_state *st)
{
	keep(st, VFW_KEEP_QUARANTINED);
}

void vfw_keep_monitored(struct vfw_state *st)
{
	keep(st, VFW_KEEP_MONITORED);
}

void vfw_keep_audit(struct vfw_state *st, json_t *record)
{
	vfw_writer_put(st->audit, record);
	keep(st, VFW_KEEP_AUDIT);
}

void vfw_keep_retry(struct vfw_state *st)
{
	bool failed = false;

	for (size_t i = 0; i < VFW_KEEP_N; i++)
		if (st->keep.failed[i] && writers[i](st))
			failed = true;
	if (failed)
		again(st);
	else
		st->keep.retry_s = 0;
}

json_t *vfw_keep_failures(const struct vfw_state *st)
{
	json_t *list = json_array();

	for (size_t i = 0; i < VFW_KEEP_N; i++)
		if (st->keep.failed[i])
			json_array_append_new(list, json_string(st->keep.failed[i]));
	return list;
}

void vfw_keep_clear(struct vfw_keep *keep)
{
	for (size_t i = 0; i < VFW_KEEP_N; i++)
		free(keep->failed[i]);
	memset(keep, 0, sizeof(*keep));
}
