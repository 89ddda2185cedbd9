// SPDX-License-Identifier: GPL-2.0
#include "watch.h"

#include "../base/cleanup.h"
#include "../base/form.h"
#include "../base/log.h"
#include "../eve/event.h"
#include "../kern/kern.h"
#include "../state/state.h"
#include "doctor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUND 15 /* seconds between two */

#define HOOKS 0

/* Checks of doctor whose findings are events: a hook that is lost, a way around, a claim. */
static const char *const watched[] = {
	[HOOKS] = "hooks", "refused-ports", "taps-outside",    "macvtap",   "xdp",
	"tc-redirect",	   "tc-bpf",	    "ebtables-broute", "conflicts", "macs",
};

#define N_WATCHED (sizeof(watched) / sizeof(watched[0]))

struct vfw_watch {
	struct vfw_state *st;
	sd_event_source *timer;
	char *found[N_WATCHED]; /* at the last round; NULL: all was well */
};

static void tell(struct vfw_state *st, const char *name, const char *words)
{
	_cleanup_free_ char *text = vfw_form_format("%s: %s", name, words);
	struct timespec ts;

	if (!text)
		return;
	clock_gettime(CLOCK_REALTIME, &ts);
	vfw_log_warning("%s", text);
	vfw_state_event(st,
			vfw_eve_anomaly("doctor", text,
					(uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec));
}

/* The module tries again when it is told its lists, though they are the same. */
static void place_hooks(struct vfw_state *st)
{
	struct vfw_kern_status status;

	if (st->kern && !vfw_kern_status(st->kern, &status) &&
	    vfw_kern_scope_set(st->kern, &status.names, NULL, NULL))
		vfw_log_error("hooks: %s", vfw_kern_error(st->kern));
}

static void compare(struct vfw_watch *w, size_t i, const json_t *check)
{
	const char *state = json_string_value(json_object_get(check, "state"));
	const char *detail = json_string_value(json_object_get(check, "detail"));
	const char *advice = json_string_value(json_object_get(check, "advice"));
	_cleanup_free_ char *words = NULL;

	/* what could not be looked at is neither well nor mended */
	if (!state || !strcmp(state, "skip"))
		return;
	if (!strcmp(state, "ok")) {
		if (w->found[i])
			tell(w->st, watched[i], "all is well again");
		free(w->found[i]);
		w->found[i] = NULL;
		return;
	}
	if (w->found[i] && !strcmp(w->found[i], detail ?: ""))
		return;
	words = vfw_form_format("%s (%s)", detail ?: "", advice ?: "");
	if (words)
		tell(w->st, watched[i], words);
	free(w->found[i]);
	w->found[i] = strdup(detail ?: "");
}

static int on_round(sd_event_source *s, uint64_t usec, void *arg)
{
	struct vfw_watch *w = arg;
	json_t *checks = vfw_doctor_checks(w->st);
	uint64_t now;

	(void)usec;
	for (size_t k = 0; k < json_array_size(checks); k++) {
		const json_t *check = json_array_get(checks, k);
		const char *name = json_string_value(json_object_get(check, "name"));

		for (size_t i = 0; i < N_WATCHED; i++)
			if (name && !strcmp(name, watched[i]))
				compare(w, i, check);
	}
	json_decref(checks);
	if (w->found[HOOKS])
		place_hooks(w->st);
	if (sd_event_now(sd_event_source_get_event(s), CLOCK_MONOTONIC, &now) >= 0) {
		sd_event_source_set_time(s, now + ROUND * 1000000ULL);
		sd_event_source_set_enabled(s, SD_EVENT_ONESHOT);
	}
	return 0;
}

int vfw_watch_new(struct vfw_watch **out, sd_event *event, struct vfw_state *st)
{
	struct vfw_watch *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->st = st;
	err = sd_event_add_time_relative(event, &w->timer, CLOCK_MONOTONIC, ROUND * 1000000ULL,
					 100000, on_round, w);
	if (err < 0) {
		free(w);
		return err;
	}
	*out = w;
	return 0;
}

void vfw_watch_free(struct vfw_watch *w)
{
	if (!w)
		return;
	sd_event_source_disable_unref(w->timer);
	for (size_t i = 0; i < N_WATCHED; i++)
		free(w->found[i]);
	free(w);
}
