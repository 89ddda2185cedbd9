// SPDX-License-Identifier: GPL-2.0
#include "suite.h"

#include "../../../daemon/eve/event.h"
#include "../../../daemon/eve/mark.h"
#include "../../../daemon/eve/writer.h"
#include "../../../daemon/policy/compiled.h"
#include "../../../daemon/sig/pattern.h"
#include "core/reason.h"

#include <stdbool.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct vfw_rule_origin origin = {.label = "shop:3", .message = "not \"here\"\n"};

static const char *vm_name(void *arg, const uint8_t uuid[VFW_UUID_LEN])
{
	(void)arg;
	return uuid[15] == 1 ? "web\"1" : NULL;
}

static const struct vfw_rule_origin *rule_of(void *arg, uint32_t id)
{
	(void)arg;
	return id == 77 ? &origin : NULL;
}

static const char *device_of(void *arg, uint32_t ifindex)
{
	(void)arg;
	return ifindex == 5 ? "vnet0" : NULL;
}

static const char *app_of(void *arg, uint32_t id)
{
	(void)arg;
	return id == 99 ? "http" : NULL;
}

static const struct vfw_pattern *signature_of(void *arg, const struct vfw_event *e,
					      const char **profile)
{
	static const struct vfw_pattern pattern = {.sid = 4711,
						   .gid = 3,
						   .rev = 12,
						   .severity = 2,
						   .category = "Web Application Attack",
						   .regex = "a+b",
						   .message = "evil \xe4"};
	static const struct vfw_pattern plain = {
		.sid = 4712, .gid = 1, .severity = 3, .category = "", .regex = "a+b"};

	(void)arg;
	*profile = e->profile == 2 ? "web-strict" : NULL;
	return e->profile != 2 ? NULL : e->sig == 5 ? &pattern : e->sig == 6 ? &plain : NULL;
}

static const struct vfw_eve_names names = {NULL, vm_name, rule_of, device_of, app_of, signature_of};

static struct vfw_event drop_event(void)
{
	struct vfw_event e = {
		.seq = 9,
		.time_ns = 1700000000123456789ULL,
		.type = VFW_EVENT_DROP,
		.revision = 4,
		.rule = 77,
		.reason = VFW_REASON_RULE,
		.verdict = VFW_REJECT,
		.family = 4,
		.in_ifindex = 5,
		.ethertype = 0x0800,
		.vlan = 12,
		.saddr = {10, 0, 0, 1},
		.daddr = {10, 0, 0, 2},
		.sport = 40000,
		.dport = 5432,
		.proto = 6,
		.len = 74,
		.count = 3,
	};

	e.src_uuid[15] = 1;
	e.dst_uuid[15] = 2;
	return e;
}

static const char *text(json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key)) ?: "";
}

static json_int_t number(json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

START_TEST(drop)
{
	struct vfw_event e = drop_event();
	json_t *o = vfw_eve_event(&e, &names), *vfw = json_object_get(o, "vfw");

	ck_assert_str_eq(text(o, "event_type"), "drop");
	ck_assert_ptr_nonnull(strstr(text(o, "timestamp"), ".123456"));
	ck_assert_str_eq(text(o, "in_iface"), "vnet0");
	ck_assert_str_eq(text(o, "src_ip"), "10.0.0.1");
	ck_assert_str_eq(text(o, "dest_ip"), "10.0.0.2");
	ck_assert_int_eq(number(o, "src_port"), 40000);
	ck_assert_int_eq(number(o, "dest_port"), 5432);
	ck_assert_str_eq(text(o, "proto"), "TCP");
	ck_assert_int_eq(json_integer_value(json_array_get(json_object_get(o, "vlan"), 0)), 12);
	ck_assert_int_eq(number(json_object_get(o, "drop"), "len"), 74);
	ck_assert_str_eq(text(vfw, "src_vm"), "web\"1");
	ck_assert_str_eq(text(vfw, "dst_vm"), "00000000-0000-0000-0000-000000000002");
	ck_assert_str_eq(text(vfw, "rule"), "shop:3");
	ck_assert_int_eq(number(vfw, "rule_id"), 77);
	ck_assert_str_eq(text(vfw, "reason"), "rule");
	ck_assert_str_eq(text(vfw, "verdict"), "reject");
	ck_assert_int_eq(number(vfw, "revision"), 4);
	ck_assert_int_eq(number(vfw, "count"), 3);
	ck_assert_str_eq(text(vfw, "message"), "not \"here\"\n");
	json_decref(o);
}
END_TEST

START_TEST(other_kinds)
{
	struct vfw_event e = drop_event();
	json_t *o;

	e.type = VFW_EVENT_WOULD_DROP;
	e.family = 6;
	e.proto = 58;
	e.sport = 128;
	e.dport = 0;
	memset(e.src_uuid, 0, sizeof(e.src_uuid));
	o = vfw_eve_event(&e, &names);
	ck_assert_str_eq(text(o, "event_type"), "would-drop");
	ck_assert_str_eq(text(o, "proto"), "IPv6-ICMP");
	ck_assert_int_eq(number(o, "icmp_type"), 128);
	ck_assert_ptr_null(json_object_get(o, "src_port"));
	ck_assert_ptr_null(json_object_get(json_object_get(o, "vfw"), "src_vm"));
	json_decref(o);

	e.type = VFW_EVENT_PORT_ADD;
	o = vfw_eve_event(&e, &names);
	ck_assert_str_eq(text(o, "event_type"), "port");
	ck_assert_str_eq(text(json_object_get(o, "vfw"), "ifname"), "vnet0");
	json_decref(o);

	o = vfw_eve_lost(17, 0);
	ck_assert_str_eq(text(o, "event_type"), "anomaly");
	ck_assert_int_eq(number(json_object_get(o, "anomaly"), "count"), 17);
	json_decref(o);

	o = vfw_eve_unwritten(6, 0);
	ck_assert_str_eq(text(json_object_get(o, "anomaly"), "type"), "events-unwritten");
	ck_assert_int_eq(number(json_object_get(o, "anomaly"), "count"), 6);
	json_decref(o);

	o = vfw_eve_no_room(7, 0);
	ck_assert_str_eq(text(json_object_get(o, "anomaly"), "type"), "events-unwritten");
	ck_assert_int_eq(number(json_object_get(o, "anomaly"), "count"), 7);
	json_decref(o);

	o = vfw_eve_unheard(5, 0);
	ck_assert_str_eq(text(o, "event_type"), "anomaly");
	ck_assert_str_eq(text(json_object_get(o, "anomaly"), "type"), "alerts-unheard");
	ck_assert_int_eq(number(json_object_get(o, "anomaly"), "count"), 5);
	json_decref(o);
}
END_TEST

/* Suricata's keys, and ours: who, by which rule, where. */
START_TEST(alert)
{
	struct vfw_event e = drop_event();
	json_t *o, *a, *vfw;

	e.type = VFW_EVENT_ALERT;
	e.verdict = VFW_BLOCK;
	e.flags = VFW_EVENT_F_DROPPED;
	e.profile = 2;
	e.sig = 5;
	e.offset = 123456789012;
	e.packets[0] = 4;
	e.bytes[0] = 400;
	e.age_ms = 3100;
	o = vfw_eve_event(&e, &names);
	a = json_object_get(o, "alert");
	vfw = json_object_get(o, "vfw");
	ck_assert_str_eq(text(o, "event_type"), "alert");
	ck_assert_str_eq(text(o, "src_ip"), "10.0.0.1");
	ck_assert_int_eq(number(o, "dest_port"), 5432);
	ck_assert_str_eq(text(a, "action"), "blocked");
	ck_assert_int_eq(number(a, "gid"), 3);
	ck_assert_int_eq(number(a, "signature_id"), 4711);
	/* no UTF-8 */
	ck_assert_str_eq(text(a, "signature"), "evil \\xe4");
	ck_assert_int_eq(number(a, "severity"), 2);
	ck_assert_int_eq(number(a, "rev"), 12);
	ck_assert_str_eq(text(a, "category"), "Web Application Attack");
	ck_assert_int_eq(number(json_object_get(o, "flow"), "pkts_toserver"), 4);
	ck_assert_int_eq(number(json_object_get(o, "flow"), "bytes_toserver"), 400);
	ck_assert_int_eq(number(json_object_get(o, "flow"), "age"), 3);
	ck_assert_str_eq(text(vfw, "src_vm"), "web\"1");
	ck_assert_str_eq(text(vfw, "rule"), "shop:3");
	ck_assert_str_eq(text(vfw, "profile"), "web-strict");
	ck_assert_int_eq(number(vfw, "revision"), 4);
	ck_assert_int_eq(number(vfw, "expression"), 5);
	ck_assert_int_eq(number(vfw, "offset"), 123456789012);
	ck_assert_int_eq(number(vfw, "count"), 3);
	ck_assert_str_eq(text(vfw, "direction"), "to_server");
	json_decref(o);

	/* without a message the expression speaks for itself; of a frame that waited no flow is known */
	e.packets[0] = 0;
	e.flags = VFW_EVENT_F_TO_OPENER;
	e.sig = 6;
	o = vfw_eve_event(&e, &names);
	ck_assert_str_eq(text(json_object_get(o, "alert"), "action"), "allowed");
	ck_assert_str_eq(text(json_object_get(o, "alert"), "signature"), "a+b");
	ck_assert_int_eq(number(json_object_get(o, "alert"), "gid"), 1);
	ck_assert_str_eq(text(json_object_get(o, "alert"), "category"), "");
	ck_assert_ptr_null(json_object_get(o, "flow"));
	ck_assert_str_eq(text(json_object_get(o, "vfw"), "direction"), "to_client");
	json_decref(o);

	/* of a revision that is forgotten: no word that might be wrong */
	e.profile = 1;
	o = vfw_eve_event(&e, &names);
	ck_assert_str_eq(text(json_object_get(o, "alert"), "action"), "allowed");
	ck_assert_ptr_null(json_object_get(json_object_get(o, "alert"), "signature_id"));
	ck_assert_ptr_null(json_object_get(json_object_get(o, "vfw"), "profile"));
	json_decref(o);
}
END_TEST

/* Whatever the numbers are: an object with a time and a type. */
START_TEST(any_bytes)
{
	struct vfw_event e;
	unsigned char *bytes = (unsigned char *)&e;

	srand(1);
	for (int round = 0; round < 20000; round++) {
		json_t *o;
		char *line;

		for (size_t i = 0; i < sizeof(e); i++)
			bytes[i] = (unsigned char)rand();
		if (round % 2)
			e.type %= __VFW_EVENT_MAX;
		o = vfw_eve_event(&e, &names);
		ck_assert(*text(o, "timestamp") && *text(o, "event_type"));
		line = json_dumps(o, JSON_COMPACT);
		ck_assert_ptr_nonnull(line);
		ck_assert_ptr_null(strchr(line, '\n'));
		free(line);
		json_decref(o);
	}
}
END_TEST

static size_t lines_in(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n = 0;
	int c;

	ck_assert_ptr_nonnull(f);
	while ((c = fgetc(f)) != EOF)
		n += c == '\n';
	fclose(f);
	return n;
}

START_TEST(rotation)
{
	char folder[] = "/tmp/vfw-eve-XXXXXX", path[64], old[64], command[64];
	json_t *o = json_pack("{s:s}", "a", "b");
	struct vfw_writer *w;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/log/eve.json", folder);
	snprintf(old, sizeof(old), "%s/log/eve.json.1", folder);
	w = vfw_writer_new(path);
	vfw_writer_put(w, o);
	vfw_writer_put(w, o);
	vfw_writer_flush(w);
	ck_assert_uint_eq(lines_in(path), 2);
	ck_assert_int_eq(rename(path, old), 0);
	vfw_writer_put(w, o);
	vfw_writer_flush(w);
	ck_assert_uint_eq(lines_in(old), 3);
	vfw_writer_reopen(w);
	vfw_writer_put(w, o);
	ck_assert_int_eq(vfw_writer_sync(w), 0);
	ck_assert_uint_eq(lines_in(old), 3);
	ck_assert_uint_eq(lines_in(path), 1);
	ck_assert_uint_eq(vfw_writer_lost(w), 0);
	vfw_writer_free(w);
	json_decref(o);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

/* What cannot be written waits, as much as has room; then it is written, in order and in whole lines. */
START_TEST(full_disk)
{
	char folder[] = "/tmp/vfw-eve-XXXXXX", path[64], text[1000], command[64];
	json_t *o = json_pack("{s:s}", "a", "b"), *big;
	struct vfw_writer *w;
	size_t taken = 0;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/eve.json", folder);
	ck_assert_int_eq(symlink("/dev/full", path), 0);
	w = vfw_writer_new(path);
	for (int i = 0; i < 5; i++)
		vfw_writer_put(w, o);
	/* a link is not followed, and neither is there room behind it */
	ck_assert_int_ne(vfw_writer_sync(w), 0);
	ck_assert_uint_eq(vfw_writer_lost(w), 0);
	vfw_writer_put(w, NULL);
	ck_assert_uint_eq(vfw_writer_lost(w), 1);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(vfw_writer_sync(w), 0);
	ck_assert_uint_eq(lines_in(path), 5);
	vfw_writer_free(w);

	w = vfw_writer_new("/dev/full");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	big = json_pack("{s:s}", "a", text);
	for (; !vfw_writer_lost(w) && taken < 5000; taken++)
		vfw_writer_put(w, big);
	ck_assert_uint_gt(taken, 1000);
	ck_assert_uint_lt(taken, 1100);
	ck_assert_int_eq(vfw_writer_sync(w), -ENOSPC);
	vfw_writer_free(w);
	json_decref(big);
	json_decref(o);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

static void put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

/* A vfwd that comes after another one knows how many events that one did not write; of another load it knows nothing. */
START_TEST(mark)
{
	char folder[] = "/tmp/vfw-eve-XXXXXX", run[64], path[80], module[64], boot[64], command[64];
	struct vfw_mark *m;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(run, sizeof(run), "%s/run", folder);
	snprintf(path, sizeof(path), "%s/events", run);
	snprintf(module, sizeof(module), "%s/module", folder);
	snprintf(boot, sizeof(boot), "%s/boot_id", folder);
	ck_assert_int_eq(mkdir(module, 0700), 0);
	put_file(boot, "0b5fce3e-4a65-4d2c-9a16-0d0b1e9f3a77\n");

	/* the first vfwd: what came before it is nobody's loss */
	m = vfw_mark_new(path);
	vfw_mark_module(m, module, boot);
	ck_assert_uint_eq(vfw_mark_received(m, 100, 110, 11), 0);
	vfw_mark_free(m); /* killed before it wrote anything */

	m = vfw_mark_new(path);
	vfw_mark_module(m, module, boot);
	ck_assert_uint_eq(vfw_mark_received(m, 100, 110, 9), 101);
	vfw_mark_written(m);
	/* a gap on the way is told by its reader */
	ck_assert_uint_eq(vfw_mark_received(m, 200, 250, 51), 0);
	vfw_mark_free(m); /* killed: 200 to 250 are not in the file */

	m = vfw_mark_new(path);
	vfw_mark_module(m, module, boot);
	ck_assert_uint_eq(vfw_mark_received(m, 260, 260, 1), 149);
	ck_assert_uint_eq(vfw_mark_received(m, 270, 270, 1), 0);
	/* somebody took the file, and its folder */
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(run), 0);
	vfw_mark_reopen(m);
	vfw_mark_written(m);
	vfw_mark_free(m);

	m = vfw_mark_new(path);
	vfw_mark_module(m, module, boot);
	ck_assert_uint_eq(vfw_mark_received(m, 271, 280, 10), 0);
	/* loaded anew, and known no more */
	vfw_mark_written(m);
	vfw_mark_module(m, folder, boot);
	ck_assert_uint_eq(vfw_mark_received(m, 300, 300, 1), 0);
	vfw_mark_written(m);
	vfw_mark_module(m, module, boot);
	ck_assert_uint_eq(vfw_mark_received(m, 300, 300, 1), 0);
	vfw_mark_module(m, path, boot);
	vfw_mark_module(m, "/nowhere/at/all", boot);
	ck_assert_uint_eq(vfw_mark_received(m, 400, 400, 1), 0);
	vfw_mark_written(m);
	/* a load twice, and another boot */
	vfw_mark_module(m, folder, boot);
	ck_assert_uint_eq(vfw_mark_received(m, 300, 300, 1), 0);
	vfw_mark_written(m);
	vfw_mark_module(m, folder, boot);
	ck_assert_uint_eq(vfw_mark_received(m, 302, 302, 1), 1);
	vfw_mark_written(m);
	put_file(boot, "1b5fce3e-4a65-4d2c-9a16-0d0b1e9f3a77\n");
	vfw_mark_module(m, folder, boot);
	ck_assert_uint_eq(vfw_mark_received(m, 400, 400, 1), 0);
	vfw_mark_free(m);

	/* what is in the file may be anything */
	put_file(path, "x");
	m = vfw_mark_new(path);
	vfw_mark_module(m, module, boot);
	ck_assert_uint_eq(vfw_mark_received(m, 9, 9, 1), 0);
	vfw_mark_written(m);
	vfw_mark_free(m);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

Suite *suite_eve(void)
{
	Suite *s = suite_create("eve");
	TCase *t = tcase_create("eve");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, drop);
	tcase_add_test(t, alert);
	tcase_add_test(t, other_kinds);
	tcase_add_test(t, any_bytes);
	tcase_add_test(t, rotation);
	tcase_add_test(t, full_disk);
	tcase_add_test(t, mark);
	suite_add_tcase(s, t);
	return s;
}
