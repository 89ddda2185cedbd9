// SPDX-License-Identifier: GPL-2.0
#include "suite.h"

#include "../../../daemon/vm/libvirt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define A "00000000-0000-4000-8000-00000000000a"
#define B "00000000-0000-4000-8000-00000000000b"

static int complaints, changes;
static char complaint[256]; /* the last one */

static void complain(void *arg, const char *text)
{
	(void)arg;
	complaints++;
	snprintf(complaint, sizeof(complaint), "%s", text);
}

static const char *running = ""; /* the process of A */

static void process(void *arg, const uint8_t *uuid, char text[VFW_TOLD_PROCESS_LEN])
{
	(void)arg;
	strcpy(text, uuid[15] == 0x0a ? running : "");
}

static void changed(void *arg)
{
	(void)arg;
	changes++;
}

static const struct vfw_libvirt_ops ops = {changed, complain, process};

static struct vfw_registry *registry;
static struct vfw_libvirt *reader;

static void setup(void)
{
	registry = vfw_registry_new();
	reader = vfw_libvirt_silent(NULL, registry, &ops, NULL);
	complaints = changes = 0;
}

static void teardown(void)
{
	vfw_libvirt_free(reader);
	vfw_registry_free(registry);
}

static int feed(const char *bytes)
{
	return vfw_libvirt_input(reader, bytes, strlen(bytes));
}

/* A record about the VM, in the reader's words. */
static int feed_vm(const char *uuid, const char *name, const char *more)
{
	char text[1024], record[1200];

	snprintf(text, sizeof(text), "uuid = \"%s\"\nname = \"%s\"\n%s", uuid, name, more);
	snprintf(record, sizeof(record), "vm %s %zu\n%s", uuid, strlen(text), text);
	return feed(record);
}

static const struct vfw_vm *vm_of(const char *name)
{
	ck_assert_int_eq(vfw_registry_settle(registry), 0);
	return vfw_registry_by_name(registry, name);
}

START_TEST(records_become_vms)
{
	const struct vfw_vm *vm;

	ck_assert_int_eq(feed_vm(A, "web",
				 "tenant = \"shop\"\n[labels]\n\"tier\" = \"web\"\n[[nics]]\n"
				 "mac = \"52:54:00:00:00:01\"\naddresses = [\"10.0.0.1\"]\n"),
			 0);
	vm = vm_of("web");
	ck_assert_ptr_nonnull(vm);
	ck_assert_uint_eq(vm->sources, VFW_SOURCE_LIBVIRT);
	ck_assert_str_eq(vm->tenant, "shop");
	ck_assert_str_eq(vm->labels[0].value, "web");
	ck_assert_uint_eq(vm->nics[0].n_addrs, 1);
	/* renamed, and stopped: the UUID is the same, the NICs are not told */
	ck_assert_int_eq(feed_vm(A, "www", ""), 0);
	ck_assert_ptr_null(vm_of("web"));
	vm = vm_of("www");
	ck_assert_ptr_nonnull(vm);
	ck_assert_uint_eq(vm->n_nics, 0);
	ck_assert_ptr_null(vm->tenant);
	ck_assert_int_eq(feed("gone " A "\n"), 0);
	ck_assert_ptr_null(vm_of("www"));
	ck_assert_int_eq(complaints, 0);
	ck_assert_int_eq(changes, 3);
}
END_TEST

/* Bytes come as the pipe gives them. */
START_TEST(pieces)
{
	static const char record[] = "vm " A " 59\nuuid = \"" A "\"\nname = \"web\"\n"
				     "gone " B "\nall\n";

	for (size_t i = 0; i < sizeof(record) - 1; i++)
		ck_assert_int_eq(vfw_libvirt_input(reader, record + i, 1), 0);
	ck_assert_ptr_nonnull(vm_of("web"));
}
END_TEST

/* Only what libvirt says is gone is gone: not what a reader that ended does not say. */
START_TEST(the_list)
{
	feed_vm(A, "a", "");
	feed_vm(B, "b", "");
	ck_assert_int_eq(feed("all\n"), 0);
	ck_assert_ptr_nonnull(vm_of("a"));
	ck_assert_ptr_nonnull(vm_of("b"));
}
END_TEST

START_TEST(a_wrong_one_changes_nothing)
{
	feed_vm(A, "a", "tenant = \"shop\"\n");
	ck_assert_int_eq(feed_vm(A, "a", "tenant = \"no such name!\"\n"), 0);
	ck_assert_int_eq(complaints, 1);
	ck_assert_str_eq(vm_of("a")->tenant, "shop");
	/* another UUID in the text than in the head */
	ck_assert_int_eq(feed("vm " B " 57\nuuid = \"" A "\"\nname = \"b\"\n"), 0);
	ck_assert_int_eq(complaints, 2);
	ck_assert_ptr_null(vm_of("b"));
}
END_TEST

/* A domain that cannot be told is named; it stays what it was, and the others are heard. */
START_TEST(one_that_cannot_be_told)
{
	feed_vm(A, "a", "tenant = \"shop\"\n");
	ck_assert_int_eq(feed("fault " A " 18\na: much too much!!"), 0);
	ck_assert_int_eq(complaints, 1);
	ck_assert_str_eq(complaint, "libvirt: domain " A ", a: much too much!!");
	feed_vm(B, "b", "");
	ck_assert_int_eq(feed("all\n"), 0);
	ck_assert_str_eq(vm_of("a")->tenant, "shop");
	ck_assert_ptr_nonnull(vm_of("b"));
}
END_TEST

static const char *const faults[] = {
	"fault " A " 1025\n",
	"faults " A " 5\n",
	"vm\n",
	"vm " A "\n",
	"vm " A " -1\n",
	"vm " A " 9999999\n",
	"vm nonsense 5\n",
	"gone\n",
	"gone " A " more\n",
	"allthings\n",
	"\n",
	"0123456789012345678901234567890123456789012345678901234567890123456789",
};

START_TEST(no_record)
{
	ck_assert_int_eq(feed(faults[_i]), -EBADMSG);
}
END_TEST

/* The inventory has the last word, and libvirt before the process. */
START_TEST(who_has_the_word)
{
	struct vfw_vm seen = {.name = "process", .n_nics = 1}, said = {.name = "said"};
	const struct vfw_vm *vm;

	seen.uuid[0] = said.uuid[0] = 0;
	memcpy(seen.uuid, "\0\0\0\0\0\0\x40\0\x80\0\0\0\0\0\0\x0a", 16);
	memcpy(said.uuid, seen.uuid, 16);
	seen.nics[0].has_mac = true;
	memcpy(seen.nics[0].mac, "\x52\x54\0\0\0\1", 6);
	seen.nics[0].ifindex = 7;
	vfw_registry_report(registry, VFW_SOURCE_QEMU, "process 1", &seen);
	feed_vm(A, "told",
		"tenant = \"shop\"\n[[nics]]\nmac = \"52:54:00:00:00:01\"\naddresses = "
		"[\"10.0.0.1\"]\n");
	vm = vm_of("told");
	ck_assert_ptr_nonnull(vm);
	ck_assert_int_eq(vm->nics[0].ifindex, 7);
	ck_assert_uint_eq(vm->nics[0].n_addrs, 1);
	ck_assert_ptr_null(vm->conflict);
	vfw_registry_report(registry, VFW_SOURCE_INVENTORY, "x.toml", &said);
	vm = vm_of("said");
	ck_assert_ptr_nonnull(vm);
	ck_assert_ptr_null(vm->tenant);
	ck_assert_uint_eq(vm->n_nics, 1);
	ck_assert_int_eq(vm->nics[0].ifindex, 7);
	/* libvirt forgets a domain whose port stands: it keeps who it is until the port goes */
	vfw_registry_withdraw(registry, VFW_SOURCE_INVENTORY, "x.toml");
	vfw_registry_settle(registry);
	feed("gone " A "\n");
	vfw_registry_settle(registry);
	vm = vfw_registry_by_uuid(registry, seen.uuid);
	ck_assert_ptr_nonnull(vm);
	ck_assert_int_eq(vm->nics[0].ifindex, 7);
}
END_TEST

/* A copy of a running VM that keeps its MAC. */
START_TEST(a_copied_mac)
{
	static const char nic[] = "[[nics]]\nmac = \"52:54:00:00:00:01\"\n";

	feed_vm(A, "a", nic);
	feed_vm(B, "b", "");
	ck_assert_ptr_null(vm_of("a")->conflict);
	feed_vm(B, "b", nic);
	ck_assert_ptr_nonnull(strstr(vm_of("a")->conflict, "also claimed by VM b"));
	ck_assert_ptr_nonnull(strstr(vm_of("b")->conflict, "also claimed by VM a"));
	feed_vm(B, "b", "");
	ck_assert_ptr_null(vm_of("a")->conflict);
}
END_TEST

/* A vfwd that starts anew: who they were they are, until libvirt says otherwise. */
START_TEST(what_was_told_before)
{
	char folder[] = "/tmp/vfw-told-XXXXXX", told[64], command[128];

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(told, sizeof(told), "%s/libvirt", folder);
	for (int life = 0; life < 6; life++) {
		teardown();
		registry = vfw_registry_new();
		reader = vfw_libvirt_silent(told, registry, &ops, NULL);
		switch (life) {
		case 0:
			ck_assert_int_eq(feed_vm(A, "a", "tenant = \"shop\"\n"), 0);
			ck_assert_int_eq(feed_vm(B, "b", ""), 0);
			/* a wrong one changes nothing of what is kept */
			ck_assert_int_eq(feed_vm(A, "a", "tenant = \"no such name!\"\n"), 0);
			break;
		case 1:
			ck_assert_str_eq(vm_of("a")->tenant, "shop");
			ck_assert_ptr_nonnull(vm_of("b"));
			/* libvirt lists what there is: a, and b no more */
			ck_assert_int_eq(feed_vm(A, "www", ""), 0);
			ck_assert_int_eq(feed("all\n"), 0);
			ck_assert_ptr_null(vm_of("b"));
			running = "1 77";
			vfw_libvirt_forget(reader, registry);
			break;
		case 2:
			ck_assert_ptr_null(vm_of("b"));
			ck_assert_ptr_null(vm_of("www")->tenant);
			/* from now on somebody else may write there */
			ck_assert_int_eq(chmod(told, 0777), 0);
			break;
		case 3:
			ck_assert_ptr_null(vm_of("www"));
			ck_assert_int_eq(chmod(told, 0700), 0);
			break;
		case 4:
			ck_assert_ptr_nonnull(vm_of("www"));
			/* a new one with the same UUID starts while no vfwd runs */
			running = "2 99";
			break;
		case 5:
			ck_assert_ptr_null(vm_of("www"));
			running = "";
			break;
		}
	}
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

/* One turn after the other of a loop, until as many complaints have come or nothing happens for a second. */
static void turn(sd_event *event, int complaints_wanted)
{
	while (complaints < complaints_wanted && sd_event_run(event, 1000000) > 0)
		;
}

/* A reader that cannot run is complained about once, and not started again before somebody asks for it. */
START_TEST(one_that_cannot_run)
{
	char program[] = "/tmp/vfw-reader-XXXXXX";
	static const char script[] = "#!/bin/sh\necho . >>$0.runs\nexit 127\n";
	struct vfw_libvirt *l;
	char runs[64];
	struct stat st;
	sd_event *event;
	int fd = mkstemp(program);

	ck_assert_int_eq(write(fd, script, strlen(script)), (ssize_t)strlen(script));
	ck_assert_int_eq(fchmod(fd, 0755), 0);
	close(fd);
	snprintf(runs, sizeof(runs), "%s.runs", program);
	ck_assert_int_ge(sd_event_new(&event), 0);
	ck_assert_int_eq(
		vfw_libvirt_new(&l, event, program, "test:///default", NULL, registry, &ops, NULL),
		0);
	turn(event, 1);
	turn(event, 2);
	ck_assert_int_eq(complaints, 1);
	ck_assert_msg(strstr(complaint, "libvirt is not asked: /tmp/vfw-reader-"), "%s", complaint);
	ck_assert_int_eq(stat(runs, &st), 0);
	ck_assert_int_eq(st.st_size, 2);
	vfw_libvirt_retry(l);
	turn(event, 2);
	ck_assert_int_eq(complaints, 2);
	ck_assert_int_eq(stat(runs, &st), 0);
	ck_assert_int_eq(st.st_size, 4);
	/* ... nor one that is gone */
	unlink(program);
	vfw_libvirt_retry(l);
	turn(event, 3);
	ck_assert_int_eq(complaints, 3);
	vfw_libvirt_free(l);
	sd_event_unref(event);
	unlink(runs);
}
END_TEST

Suite *suite_libvirt(void)
{
	Suite *s = suite_create("libvirt");
	TCase *t = tcase_create("libvirt");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, records_become_vms);
	tcase_add_test(t, pieces);
	tcase_add_test(t, the_list);
	tcase_add_test(t, a_wrong_one_changes_nothing);
	tcase_add_test(t, one_that_cannot_be_told);
	tcase_add_loop_test(t, no_record, 0, sizeof(faults) / sizeof(faults[0]));
	tcase_add_test(t, who_has_the_word);
	tcase_add_test(t, a_copied_mac);
	tcase_add_test(t, what_was_told_before);
	tcase_add_test(t, one_that_cannot_run);
	suite_add_tcase(s, t);
	return s;
}
