// SPDX-License-Identifier: GPL-2.0
/* Events that the file did not take, of a whole daemon without the module. */
#include "suite.h"

#include "../../../daemon/base/config.h"
#include "../../../daemon/base/log.h"
#include "../../../daemon/eve/event.h"
#include "../../../daemon/eve/writer.h"
#include "../../../daemon/state/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64], eve[128];
static struct vfw_state *state;
static sd_event *event;
static unsigned int heard;

static void on_event(void *arg, json_t *o)
{
	(void)arg, (void)o;
	heard++;
}

/* A link is not followed: nothing can be written until it is away. */
static void setup(void)
{
	struct vfw_config config;
	char *error;

	vfw_log_set_level(VFW_LOG_ERROR);
	strcpy(root, "/tmp/vfw-events-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	snprintf(eve, sizeof(eve), "%s/eve.json", root);
	ck_assert_int_eq(symlink("/dev/full", eve), 0);
	ck_assert_int_eq(vfw_config_load(&config, NULL, root, &error), 0);
	free(config.proc);
	config.proc = strdup(root);
	free(config.eve);
	config.eve = strdup(eve);
	ck_assert_int_ge(sd_event_new(&event), 0);
	ck_assert_int_eq(vfw_state_new(&state, &config, event), 0);
	state->on_event = on_event;
}

static void teardown(void)
{
	char command[128];

	sd_event_unref(event);
	snprintf(command, sizeof(command), "rm -r %s", root);
	ck_assert_int_eq(system(command), 0);
	vfw_log_set_level(VFW_LOG_INFO);
}

/* Puts events until some are lost. Returns how many were. */
static uint64_t overflow(void)
{
	char text[1000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (unsigned int i = 0; i < 1500; i++)
		vfw_state_event(state, vfw_eve_anomaly("test", text, 0));
	vfw_state_event(state, NULL);
	return vfw_writer_lost(state->eve);
}

/* The sum of what the file says was not written. */
static uint64_t told(void)
{
	FILE *f = fopen(eve, "r");
	char *line = NULL;
	uint64_t sum = 0;
	size_t room = 0;

	ck_assert_ptr_nonnull(f);
	while (getline(&line, &room, f) > 0) {
		json_t *o = json_loads(line, 0, NULL);
		json_t *a = json_object_get(o, "anomaly");
		const char *type = json_string_value(json_object_get(a, "type"));

		ck_assert_ptr_nonnull(o);
		if (type && !strcmp(type, "events-unwritten"))
			sum += (uint64_t)json_integer_value(json_object_get(a, "count"));
		json_decref(o);
	}
	free(line);
	fclose(f);
	return sum;
}

/* As soon as there is room the file says how many it did not take, once. */
START_TEST(room_again)
{
	ck_assert_uint_gt(overflow(), 100);
	vfw_state_reload(state);
	ck_assert_int_eq(unlink(eve), 0);
	vfw_state_reload(state);
	ck_assert_uint_eq(told(), vfw_writer_lost(state->eve));
	vfw_state_reload(state);
	ck_assert_uint_eq(told(), vfw_writer_lost(state->eve));
	vfw_state_free(state);
}
END_TEST

/* ... and at its end, when nobody listens any more. */
START_TEST(room_at_the_end)
{
	uint64_t lost = overflow();
	unsigned int before = heard;

	ck_assert_int_eq(unlink(eve), 0);
	vfw_state_free(state);
	ck_assert_uint_eq(told(), lost);
	ck_assert_uint_eq(heard, before);
}
END_TEST

Suite *suite_events(void)
{
	Suite *s = suite_create("events");
	TCase *t = tcase_create("events");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, room_again);
	tcase_add_test(t, room_at_the_end);
	suite_add_tcase(s, t);
	return s;
}
