// SPDX-License-Identifier: GPL-2.0
/*
 * Any event of the module, whose VMs, rules, devices, apps and signatures have any names: it becomes one line that is JSON again,
 * with the type, the addresses and the ports of the event, and goes to the file whole.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/eve/event.h"
#include "../../daemon/eve/writer.h"
#include "../../daemon/policy/compiled.h"
#include "../../daemon/sig/pattern.h"

#define NAME_MAX_LEN 40

static char name[6][NAME_MAX_LEN + 1];
static struct vfw_rule_origin origin = {.label = name[0], .message = name[1]};
static struct vfw_pattern pattern = {.regex = name[4]};

static void must(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static const char *vm_name(void *arg, const uint8_t uuid[VFW_UUID_LEN])
{
	(void)arg;
	return uuid[0] & 1 ? name[2] : NULL;
}

static const struct vfw_rule_origin *rule_of(void *arg, uint32_t id)
{
	(void)arg;
	return id & 1 ? &origin : NULL;
}

static const char *by_number(void *arg, uint32_t id)
{
	(void)arg;
	return id & 1 ? name[3] : NULL;
}

static const struct vfw_pattern *signature_of(void *arg, const struct vfw_event *e,
					      const char **profile)
{
	(void)arg;
	*profile = e->profile & 1 ? name[5] : NULL;
	return e->sig & 1 ? &pattern : NULL;
}

/* Bytes of the input, as many as there are. */
static void take(void *to, size_t n, const uint8_t **data, size_t *left)
{
	size_t k = n < *left ? n : *left;

	memset(to, 0, n);
	memcpy(to, *data, k);
	*data += k;
	*left -= k;
}

/* What the writer made of an object. The caller frees it. */
static char *written(const json_t *object, size_t *n)
{
	static char path[64];
	struct vfw_writer *w;
	FILE *f;
	char *text;

	snprintf(path, sizeof(path), "/tmp/vfw-fuzz-eve.%d", getpid());
	w = vfw_writer_new(path);
	must(w != NULL, "no memory");
	vfw_writer_put(w, object);
	must(!vfw_writer_flush(w) && !vfw_writer_lost(w), "an event is lost");
	vfw_writer_free(w);
	f = fopen(path, "re");
	must(f != NULL, "there is no file");
	text = calloc(1, 1U << 16);
	*n = fread(text, 1, (1U << 16) - 1, f);
	fclose(f);
	unlink(path);
	return text;
}

static void same(const json_t *o, const struct vfw_event *e)
{
	const char *type = json_string_value(json_object_get(o, "event_type"));
	const json_t *port = json_object_get(o, "dest_port"), *alert = json_object_get(o, "alert");

	must(type && *type, "an event without a type");
	must(json_string_value(json_object_get(o, "timestamp")) != NULL, "an event without a time");
	must(!alert || !(e->sig & 1) || json_string_value(json_object_get(alert, "signature")),
	     "a signature without a message");
	must(!port || json_integer_value(port) == e->dport, "another port");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct vfw_eve_names names = {
		.vm = vm_name,
		.rule = rule_of,
		.device = by_number,
		.app = by_number,
		.signature = signature_of,
	};
	struct vfw_event e;
	json_t *o, *again;
	size_t n;
	char *text;

	take(&e, sizeof(e), &data, &size);
	for (size_t i = 0; i < 6; i++)
		take(name[i], NAME_MAX_LEN, &data, &size);
	pattern.sid = e.sig;
	pattern.gid = e.profile;
	pattern.category = name[0];
	pattern.message = e.sig & 2 ? name[1] : NULL;
	o = vfw_eve_event(&e, &names);
	must(o != NULL, "an event is none");
	text = written(o, &n);
	must(n > 1 && text[n - 1] == '\n' && !memchr(text, '\n', n - 1) && !memchr(text, 0, n),
	     "no line, or more than one");
	again = json_loadb(text, n, 0, NULL);
	must(again != NULL, "no JSON");
	must(json_equal(o, again), "it says something else");
	same(again, &e);
	json_decref(again);
	json_decref(o);
	free(text);
	return 0;
}
