// SPDX-License-Identifier: GPL-2.0
/* Scans of a made-up /proc. */
#include "suite.h"

#include "../../../daemon/vm/qemu.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UUID "6f0c0d6e-0000-4000-8000-000000000001"

static char proc[64];
static struct vfw_registry *registry;
static struct vfw_qemu *qemu;

static int device(void *arg, const char *name, uint8_t mac[6])
{
	(void)arg;
	memset(mac, 0, 6);
	return !strncmp(name, "tap", 3) ? atoi(name + 3) + 10 : 0;
}

__attribute__((format(printf, 1, 2))) static void run(const char *fmt, ...)
{
	char command[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	ck_assert_int_eq(system(command), 0);
}

static void setup(void)
{
	const uid_t uids[] = {0, 64055};

	strcpy(proc, "/tmp/vfw-proc-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(proc));
	run("mkdir -p %s/self/ns && touch %s/self/ns/net", proc, proc);
	registry = vfw_registry_new();
	qemu = vfw_qemu_new(proc, uids, 2, device, NULL);
}

static void teardown(void)
{
	vfw_qemu_free(qemu);
	vfw_registry_free(registry);
	run("rm -r %s", proc);
}

static void write_proc(int pid, const char *name, const char *data, size_t n)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%d/%s", proc, pid, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fwrite(data, 1, n, f);
	fclose(f);
}

static void make_process(int pid, const char *exe, unsigned int uid, const char *uuid)
{
	char text[256];
	int n;

	run("mkdir -p %s/%d/fd %s/%d/fdinfo %s/%d/ns && ln -s /usr/bin/%s %s/%d/exe", proc, pid,
	    proc, pid, proc, pid, exe, proc, pid);
	run("ln %s/self/ns/net %s/%d/ns/net", proc, proc, pid);
	n = snprintf(text, sizeof(text),
		     "%d (qemu) x) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 %d 0", pid,
		     pid * 100);
	write_proc(pid, "stat", text, (size_t)n);
	n = snprintf(text, sizeof(text), "Name:\tqemu\nUid:\t%u\t%u\t%u\t%u\n", uid, uid, uid, uid);
	write_proc(pid, "status", text, (size_t)n);
	n = snprintf(
		text, sizeof(text),
		"qemu%c-name%cvm%d%c-uuid%c%s%c-netdev%ctap,fd=30,id=a%c-device%cvirtio-net-pci,"
		"netdev=a,mac=52:54:00:00:00:%02x%c",
		0, 0, pid, 0, 0, uuid, 0, 0, 0, 0, pid & 255, 0);
	write_proc(pid, "cmdline", text, (size_t)n);
}

static void open_tap(int pid, int fd, const char *tap)
{
	char name[32], text[128];
	int n = snprintf(text, sizeof(text), "pos:\t0\nflags:\t02\nmnt_id:\t1\nino:\t2\niff:\t%s\n",
			 tap);

	run("ln -sf /dev/net/tun %s/%d/fd/%d", proc, pid, fd);
	snprintf(name, sizeof(name), "fdinfo/%d", fd);
	write_proc(pid, name, text, (size_t)n);
}

static const struct vfw_vm *scan(const char *name)
{
	ck_assert_int_eq(vfw_qemu_scan(qemu, registry), 0);
	ck_assert_int_eq(vfw_registry_settle(registry), 0);
	return vfw_registry_by_name(registry, name);
}

START_TEST(life)
{
	const struct vfw_vm *vm;

	make_process(40, "qemu-system-x86_64", 64055, UUID);
	vm = scan("vm40");
	ck_assert_ptr_nonnull(vm);
	ck_assert_int_eq(vm->nics[0].ifindex, 0);
	open_tap(40, 30, "tap3");
	open_tap(40, 31, "tap3");
	vm = scan("vm40");
	ck_assert_uint_eq(vm->n_nics, 1);
	ck_assert_int_eq(vm->nics[0].ifindex, 13);
	ck_assert_str_eq(vm->nics[0].ifname, "tap3");
	/* one plugged in later */
	open_tap(40, 44, "tap5");
	vm = scan("vm40");
	ck_assert_uint_eq(vm->n_nics, 2);
	ck_assert_int_eq(vm->nics[1].ifindex, 15);
	/* closed again, then dead */
	run("rm %s/40/fd/44", proc);
	vm = scan("vm40");
	ck_assert_uint_eq(vm->n_nics, 1);
	run("rm -r %s/40", proc);
	ck_assert_ptr_null(scan("vm40"));
}
END_TEST

/* NICs without mac= get QEMU's own, around those that are given. */
/* The parent of a QEMU that becomes a daemon is no second VM, whichever is looked at first. */
START_TEST(daemonized)
{
	static const char parent[] = "50 (q) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 5000 0";
	static const char child[] = "60 (q) S 50 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 6000 0";
	const struct vfw_vm *vm;

	make_process(50, "qemu-system-x86_64", 0, UUID);
	write_proc(50, "stat", parent, sizeof(parent) - 1);
	ck_assert_ptr_nonnull(scan("vm50"));
	make_process(60, "qemu-system-x86_64", 0, UUID);
	write_proc(60, "stat", child, sizeof(child) - 1);
	vm = scan("vm60");
	ck_assert_ptr_nonnull(vm);
	ck_assert_ptr_null(vm->conflict);
	open_tap(60, 30, "tap1");
	vm = scan("vm60");
	ck_assert_ptr_null(vm->conflict);
	ck_assert_int_eq(vm->nics[0].ifindex, 11);
	/* one with a tap of its own is one */
	open_tap(50, 30, "tap2");
	ck_assert_ptr_nonnull(scan("vm60")->conflict);
	run("rm -r %s/50", proc);
	vm = scan("vm60");
	ck_assert_ptr_null(vm->conflict);
	ck_assert_int_eq(vm->nics[0].ifindex, 11);
}
END_TEST

START_TEST(default_macs)
{
	static const char args[] =
		"q\0-name\0vm40\0-uuid\0" UUID
		"\0-nic\0tap,ifname=tap1\0-nic\0tap,ifname=tap2,mac=52:54:00:12:34:56"
		"\0-nic\0tap,ifname=tap3";
	const struct vfw_vm *vm;

	make_process(40, "qemu-system-x86_64", 0, UUID);
	write_proc(40, "cmdline", args, sizeof(args));
	open_tap(40, 30, "tap1");
	open_tap(40, 31, "tap2");
	vm = scan("vm40");
	ck_assert_uint_eq(vm->n_nics, 3);
	ck_assert(!vm->nics[2].has_mac);
	open_tap(40, 32, "tap3");
	vm = scan("vm40");
	ck_assert_uint_eq(vm->nics[0].mac[5], 0x57);
	ck_assert_uint_eq(vm->nics[1].mac[5], 0x56);
	ck_assert_uint_eq(vm->nics[2].mac[5], 0x58);
}
END_TEST

/* Anybody may start a set-user-ID program under any command line. */
START_TEST(set_user_id_is_not_believed)
{
	static const char status[] = "Name:\tqemu\nUid:\t1000\t0\t0\t0\n";
	size_t n;

	make_process(40, "qemu-bridge-helper", 0, UUID);
	write_proc(40, "status", status, sizeof(status) - 1);
	ck_assert_ptr_null(scan("vm40"));
	vfw_qemu_strangers(qemu, &n);
	ck_assert_uint_eq(n, 1);
}
END_TEST

START_TEST(command_line_is_read_once)
{
	make_process(40, "qemu-system-x86_64", 0, UUID);
	ck_assert_ptr_nonnull(scan("vm40"));
	write_proc(40, "cmdline", "qemu\0-uuid\0" UUID, 10 + sizeof(UUID));
	ck_assert_ptr_nonnull(scan("vm40"));
}
END_TEST

START_TEST(unreadable_keeps_what_was_seen)
{
	make_process(40, "qemu-system-x86_64", 0, UUID);
	open_tap(40, 30, "tap3");
	ck_assert_int_eq(scan("vm40")->nics[0].ifindex, 13);
	run("mv %s/40/fd %s/40/fd.away", proc, proc);
	ck_assert_int_eq(scan("vm40")->nics[0].ifindex, 13);
	run("mv %s/40/exe %s/40/exe.away", proc, proc);
	ck_assert_int_eq(scan("vm40")->nics[0].ifindex, 13);
}
END_TEST

START_TEST(pid_used_again)
{
	make_process(40, "qemu-system-x86_64", 0, UUID);
	ck_assert_ptr_nonnull(scan("vm40"));
	run("rm -r %s/40", proc);
	make_process(40, "qemu-system-x86_64", 0, "6f0c0d6e-0000-4000-8000-000000000002");
	write_proc(40, "stat", "40 (q) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 9", 55);
	ck_assert_uint_eq(scan("vm40")->uuid[15], 2);
	ck_assert_ptr_null(vfw_registry_by_name(registry, UUID));
}
END_TEST

START_TEST(not_believed)
{
	size_t n;

	make_process(40, "qemu-system-x86_64", 1000, UUID);
	make_process(41, "bash", 0, UUID);
	make_process(42, "qemu-system-x86_64", 0, "none");
	make_process(43, "kvm", 0, UUID);
	run("rm %s/43/ns/net && touch %s/43/ns/net", proc, proc);
	ck_assert_ptr_null(scan("vm40"));
	vfw_registry_vms(registry, &n);
	ck_assert_uint_eq(n, 0);
	vfw_qemu_strangers(qemu, &n);
	ck_assert_uint_eq(n, 3);
}
END_TEST

Suite *suite_qemu(void)
{
	Suite *s = suite_create("qemu");
	TCase *t = tcase_create("qemu");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, life);
	tcase_add_test(t, daemonized);
	tcase_add_test(t, default_macs);
	tcase_add_test(t, set_user_id_is_not_believed);
	tcase_add_test(t, command_line_is_read_once);
	tcase_add_test(t, unreadable_keeps_what_was_seen);
	tcase_add_test(t, pid_used_again);
	tcase_add_test(t, not_believed);
	suite_add_tcase(s, t);
	return s;
}
