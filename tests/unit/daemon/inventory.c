// SPDX-License-Identifier: GPL-2.0
#include "suite.h"

#include "../../../daemon/vm/inventory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct complaints {
	char text[8192];
	size_t n;
};

static void complain(void *arg, const char *text)
{
	struct complaints *c = arg;
	size_t at = strlen(c->text);

	snprintf(c->text + at, sizeof(c->text) - at, "%s\n", text);
	c->n++;
}

static int parse(const char *text, struct vfw_vm *vm, struct complaints *c)
{
	memset(c, 0, sizeof(*c));
	return vfw_inventory_parse("vm.toml", text, strlen(text), vm, complain, c);
}

#define UUID "uuid = \"6f0c0d6e-0000-4000-8000-000000000001\"\n"

START_TEST(whole)
{
	struct complaints c;
	struct vfw_vm vm;

	ck_assert_int_eq(parse(UUID "name = \"web1\"\ntenant = \"shop\"\nremote = true\n"
				    "[labels]\ntier = \"web\"\nenv = \"prod\"\n"
				    "[[nics]]\nmac = \"52:54:00:00:00:01\"\n"
				    "addresses = [\"10.0.0.1\", \"2001:db8::1/128\"]\n"
				    "[[nics]]\nmac = \"52:54:00:00:00:02\"\n",
			       &vm, &c),
			 0);
	ck_assert_uint_eq(c.n, 0);
	ck_assert_str_eq(vm.name, "web1");
	ck_assert_str_eq(vm.tenant, "shop");
	ck_assert(vm.remote);
	ck_assert_uint_eq(vm.n_labels, 2);
	ck_assert_uint_eq(vm.n_nics, 2);
	ck_assert_uint_eq(vm.nics[0].n_addrs, 2);
	ck_assert_uint_eq(vm.nics[0].addrs[1].family, 6);
	ck_assert_uint_eq(vm.nics[1].mac[5], 2);
	vfw_inventory_vm_clear(&vm);
}
END_TEST

static const struct {
	const char *text, *complaint;
} faults[] = {
	{"name = \"x\"\n", "vm.toml:1: expected uuid"},
	{UUID, "vm.toml:1: expected name"},
	{UUID "name = 3\n", "vm.toml:2: name: expected a string, found a number"},
	{UUID "name = \"a\\nb\"\n", "vm.toml:2: name: expected 1 to 63 bytes"},
	{UUID "name = \"x\"\ncolour = 1\n", "vm.toml:3: expected uuid, name, tenant"},
	{"uuid = \"6f0c\"\nname = \"x\"\n", "vm.toml:1: uuid: expected 8-4-4-4-12"},
	{"uuid = \"00000000-0000-0000-0000-000000000000\"\nname = \"x\"\n", "not all zero"},
	{UUID "name = \"x\"\ntenant = \"a b\"\n", "vm.toml:3: tenant: expected"},
	{UUID "name = \"x\"\n[labels]\na = 1\n", "vm.toml:4: a: expected a string"},
	{UUID "name = \"x\"\n[[nics]]\n", "expected a mac in every NIC"},
	{UUID "name = \"x\"\n[[nics]]\nmac = \"01:00:00:00:00:01\"\n", "vm.toml:4: mac: expected"},
	{UUID
	 "name = \"x\"\n[[nics]]\nmac = \"52:54:00:00:00:01\"\naddresses = [\"10.0.0.1/24\"]\n",
	 "vm.toml:5: addresses: expected one address without a length, or a prefix"},
	{UUID "name = \"x\nb = \n", "vm.toml:2:"},
	{"[[[[[[", "vm.toml:1:"},
	{"\xff\xfe", "vm.toml:1:"},
};

START_TEST(faults_name_their_line)
{
	struct complaints c;
	struct vfw_vm vm;

	ck_assert_int_ne(parse(faults[_i].text, &vm, &c), 0);
	ck_assert_uint_ge(c.n, 1);
	ck_assert_msg(strstr(c.text, faults[_i].complaint), "expected \"%s\" in: %s",
		      faults[_i].complaint, c.text);
}
END_TEST

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

START_TEST(bad_file_loses_only_itself)
{
	char folder[] = "/tmp/vfw-inventory-XXXXXX", command[128];
	struct complaints c = {0};
	struct vfw_registry *r = vfw_registry_new();
	struct vfw_inventory *inv;
	size_t n;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	inv = vfw_inventory_new(folder, NULL, complain, &c);
	write_file(folder, "a.toml", UUID "name = \"a\"\n");
	write_file(folder, "b.toml",
		   "uuid = \"6f0c0d6e-0000-4000-8000-000000000002\"\nname = \"b\"\n");
	write_file(folder, "c.txt", "nonsense");
	ck_assert_int_eq(vfw_inventory_scan(inv, r), 0);
	vfw_registry_settle(r);
	vfw_registry_vms(r, &n);
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(c.n, 0);

	write_file(folder, "a.toml", UUID "name = \n");
	write_file(folder, "b.toml",
		   "uuid = \"6f0c0d6e-0000-4000-8000-000000000002\"\nname = \"bb\"\n");
	ck_assert_int_eq(vfw_inventory_scan(inv, r), 0);
	vfw_registry_settle(r);
	ck_assert_uint_ge(c.n, 1);
	ck_assert_ptr_nonnull(vfw_registry_by_name(r, "a"));
	ck_assert_ptr_nonnull(vfw_registry_by_name(r, "bb"));
	ck_assert_ptr_null(vfw_registry_by_name(r, "b"));

	/* of what others may write nothing is believed, and nothing missed */
	c.n = 0;
	write_file(folder, "b.toml",
		   "uuid = \"6f0c0d6e-0000-4000-8000-000000000002\"\nname = \"evil\"\n");
	snprintf(command, sizeof(command), "chmod 666 %s/b.toml", folder);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(vfw_inventory_scan(inv, r), 0);
	ck_assert_uint_eq(c.n, 1);
	ck_assert_msg(strstr(c.text, "b.toml: expected a file that root owns"), "%s", c.text);
	ck_assert_int_eq(chmod(folder, 0777), 0);
	snprintf(command, sizeof(command), "rm %s/a.toml", folder);
	ck_assert_int_eq(system(command), 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(vfw_inventory_scan(inv, r), 0);
	ck_assert_uint_eq(c.n, 2);
	ck_assert_msg(strstr(c.text, ".: expected a folder that root owns"), "%s", c.text);
	vfw_registry_settle(r);
	ck_assert_ptr_nonnull(vfw_registry_by_name(r, "a"));
	ck_assert_ptr_nonnull(vfw_registry_by_name(r, "bb"));

	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
	/* the whole folder gone is silence */
	ck_assert_int_eq(vfw_inventory_scan(inv, r), 0);
	vfw_registry_settle(r);
	vfw_registry_vms(r, &n);
	ck_assert_uint_eq(n, 2);
	vfw_inventory_free(inv);
	vfw_registry_free(r);
}
END_TEST

/* A first scan that is refused what it has never known says so, until it may read it. */
START_TEST(blind)
{
	static const struct {
		const char *before, *after;
		bool blind;
	} lives[] = {
		{"chmod 666 vms.d/a.toml", "rm -rf told; chmod 644 vms.d/a.toml", true},
		{"rm -rf told; chmod 777 vms.d", "chmod 755 vms.d", true},
		/* what it said is known from before, also without the folder */
		{"chmod 666 vms.d/a.toml", "chmod 644 vms.d/a.toml", false},
		{"mv vms.d away", "mv away vms.d", false},
		{"rm -rf told; chmod 666 vms.d/a.toml", "rm vms.d/a.toml", true},
	};
	char folder[] = "/tmp/vfw-inventory-XXXXXX", command[128], told[64], vms[64];
	struct complaints c = {0};

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(vms, sizeof(vms), "%s/vms.d", folder);
	snprintf(told, sizeof(told), "%s/told", folder);
	ck_assert_int_eq(mkdir(vms, 0755), 0);
	write_file(vms, "a.toml", UUID "name = \"a\"\n");
	for (size_t life = 0; life < sizeof(lives) / sizeof(lives[0]); life++) {
		struct vfw_registry *r = vfw_registry_new();
		struct vfw_inventory *inv = vfw_inventory_new(vms, told, complain, &c);

		snprintf(command, sizeof(command), "cd %s && %s", folder, lives[life].before);
		ck_assert_int_eq(system(command), 0);
		ck_assert_int_eq(vfw_inventory_scan(inv, r), 0);
		vfw_registry_settle(r);
		ck_assert_int_eq(vfw_inventory_blind(inv) != NULL, lives[life].blind);
		ck_assert_int_eq(vfw_registry_by_name(r, "a") != NULL, !lives[life].blind);
		snprintf(command, sizeof(command), "cd %s && %s", folder, lives[life].after);
		ck_assert_int_eq(system(command), 0);
		ck_assert_int_eq(vfw_inventory_scan(inv, r), 0);
		vfw_registry_settle(r);
		ck_assert_ptr_null(vfw_inventory_blind(inv));
		vfw_inventory_free(inv);
		vfw_registry_free(r);
	}
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

static void process_of(void *arg, const uint8_t *uuid, char text[VFW_TOLD_PROCESS_LEN])
{
	strcpy(text, uuid[15] == 2 ? arg : "");
}

/* A vfwd that starts anew, when a file is wrong by now and another one is gone. */
START_TEST(what_was_told_before)
{
	static const struct vfw_vm seen = {
		.uuid = {0x6f, 0x0c, 0x0d, 0x6e, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 2},
		.name = "process",
		.n_nics = 1,
		.nics = {{.ifindex = 7}},
	};
	char folder[] = "/tmp/vfw-inventory-XXXXXX", told[64], command[128],
	     process[] = "process 1", running[] = "1 77";
	struct complaints c = {0};

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(told, sizeof(told), "%s/told", folder);
	for (int life = 0; life < 3; life++) {
		struct vfw_registry *r = vfw_registry_new();
		struct vfw_inventory *inv = vfw_inventory_new(folder, told, complain, &c);

		vfw_inventory_ask(inv, process_of, running);
		if (!life) {
			write_file(folder, "a.toml", UUID "name = \"a\"\n");
			write_file(folder, "b.toml",
				   "uuid = \"6f0c0d6e-0000-4000-8000-000000000002\"\n"
				   "name = \"b\"\n");
		}
		/* only the one with a port needs what a file said that is gone */
		ck_assert_int_eq(vfw_registry_report(r, VFW_SOURCE_QEMU, process, &seen), 0);
		ck_assert_int_eq(vfw_inventory_scan(inv, r), 0);
		vfw_registry_settle(r);
		vfw_inventory_forget(inv, r);
		ck_assert_ptr_nonnull(vfw_registry_by_name(r, "a"));
		ck_assert_ptr_nonnull(vfw_registry_by_name(r, "b"));
		ck_assert_ptr_null(vfw_registry_by_name(r, "process"));
		write_file(folder, "a.toml", UUID "name = \n");
		snprintf(command, sizeof(command), "rm -f %s/b.toml", folder);
		ck_assert_int_eq(system(command), 0);
		if (life == 2) {
			/* its port goes, and with it all of it */
			vfw_registry_withdraw(r, VFW_SOURCE_QEMU, process);
			vfw_registry_settle(r);
			vfw_inventory_forget(inv, r);
			ck_assert_ptr_null(vfw_registry_by_name(r, "b"));
			snprintf(command, sizeof(command), "test \"$(ls -A %s)\" = a.toml", told);
			ck_assert_int_eq(system(command), 0);
		}
		vfw_inventory_free(inv);
		vfw_registry_free(r);
	}
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

/* A file that is gone speaks for the process that ran when it was told, not for a new one of the same UUID. */
START_TEST(another_process)
{
	static char none[] = "", first[] = "1 77", second[] = "2 99";
	static const struct vfw_vm seen = {
		.uuid = {0x6f, 0x0c, 0x0d, 0x6e, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 2},
		.name = "process",
		.n_nics = 1,
		.nics = {{.ifindex = 7}},
	};
	char folder[] = "/tmp/vfw-inventory-XXXXXX", told[64], command[128];
	char *const running[] = {none, first, first, second, second};
	struct complaints c = {0};

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(told, sizeof(told), "%s/told", folder);
	write_file(folder, "b.toml",
		   "uuid = \"6f0c0d6e-0000-4000-8000-000000000002\"\nname = \"b\"\n");
	for (int life = 0; life < 5; life++) {
		struct vfw_registry *r = vfw_registry_new();
		struct vfw_inventory *inv = vfw_inventory_new(folder, told, complain, &c);

		vfw_inventory_ask(inv, process_of, running[life]);
		ck_assert_int_eq(vfw_registry_report(r, VFW_SOURCE_QEMU, "process 1", &seen), 0);
		ck_assert_int_eq(vfw_inventory_scan(inv, r), 0);
		vfw_registry_settle(r);
		vfw_inventory_forget(inv, r);
		ck_assert_int_eq(vfw_registry_by_name(r, "b") != NULL, life < 3);
		ck_assert_int_eq(vfw_registry_by_name(r, "process") != NULL, life >= 3);
		if (life == 1) {
			snprintf(command, sizeof(command), "rm %s/b.toml", folder);
			ck_assert_int_eq(system(command), 0);
		}
		vfw_inventory_free(inv);
		vfw_registry_free(r);
	}
	snprintf(command, sizeof(command), "test -z \"$(ls -A %s)\" && rm -r %s", told, folder);
	ck_assert_int_eq(system(command), 0);
	ck_assert_uint_eq(c.n, 0);
}
END_TEST

Suite *suite_inventory(void)
{
	Suite *s = suite_create("inventory");
	TCase *t = tcase_create("inventory");

	tcase_add_test(t, whole);
	tcase_add_loop_test(t, faults_name_their_line, 0, sizeof(faults) / sizeof(faults[0]));
	tcase_add_test(t, bad_file_loses_only_itself);
	tcase_add_test(t, blind);
	tcase_add_test(t, what_was_told_before);
	tcase_add_test(t, another_process);
	suite_add_tcase(s, t);
	return s;
}
