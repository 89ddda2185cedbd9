// SPDX-License-Identifier: GPL-2.0
#include "suite.h"

#include "../../../daemon/vm/registry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A VM of one NIC; the number makes its UUID, MAC and name. port: its ifindex, or 0. */
static struct vfw_vm vm_of(uint8_t number, int port)
{
	struct vfw_vm vm = {0};

	vm.uuid[15] = number;
	snprintf(vm.name, sizeof(vm.name), "vm%u", number);
	vm.n_nics = 1;
	vm.nics[0].has_mac = true;
	memcpy(vm.nics[0].mac, "\x52\x54\x00\x00\x00", 5);
	vm.nics[0].mac[5] = number;
	vm.nics[0].ifindex = port;
	return vm;
}

static void report(struct vfw_registry *r, enum vfw_vm_source source, const char *origin,
		   const struct vfw_vm *vm)
{
	ck_assert_int_eq(vfw_registry_report(r, source, origin, vm), 0);
	ck_assert_int_eq(vfw_registry_settle(r), 0);
}

START_TEST(order_and_lookup)
{
	struct vfw_registry *r = vfw_registry_new();
	const struct vfw_vm *const *vms;
	struct vfw_vm vm;
	size_t n;

	for (int i = 9; i > 0; i--) {
		vm = vm_of((uint8_t)i, 0);
		report(r, VFW_SOURCE_INVENTORY, vm.name, &vm);
	}
	vms = vfw_registry_vms(r, &n);
	ck_assert_uint_eq(n, 9);
	for (size_t i = 0; i < n; i++)
		ck_assert_uint_eq(vms[i]->uuid[15], i + 1);
	ck_assert_ptr_eq(vfw_registry_by_name(r, "vm4"), vms[3]);
	ck_assert_ptr_eq(vfw_registry_by_uuid(r, vms[8]->uuid), vms[8]);
	ck_assert_ptr_eq(vfw_registry_by_name(r, "00000000-0000-0000-0000-000000000002"), vms[1]);
	ck_assert_ptr_null(vfw_registry_by_name(r, "vm"));
	vm = vm_of(10, 0);
	strcpy(vm.name, "vm4");
	report(r, VFW_SOURCE_INVENTORY, "other", &vm);
	ck_assert_ptr_null(vfw_registry_by_name(r, "vm4"));
	vfw_registry_free(r);
}
END_TEST

START_TEST(inventory_and_process_merge)
{
	struct vfw_registry *r = vfw_registry_new();
	struct vfw_vm said = vm_of(1, 0), seen = vm_of(1, 7);
	const struct vfw_vm *vm;

	strcpy(said.name, "web1");
	said.tenant = "shop";
	said.nics[1] = said.nics[0];
	said.nics[1].mac[5] = 0x77;
	said.n_nics = 2;
	seen.nics[0].mac[5] = 0x77;
	report(r, VFW_SOURCE_QEMU, "process 1", &seen);
	report(r, VFW_SOURCE_INVENTORY, "web1.toml", &said);
	vm = vfw_registry_by_name(r, "web1");
	ck_assert_ptr_nonnull(vm);
	ck_assert_str_eq(vm->tenant, "shop");
	ck_assert_uint_eq(vm->sources, VFW_SOURCE_INVENTORY | VFW_SOURCE_QEMU);
	ck_assert_int_eq(vm->nics[0].ifindex, 0);
	ck_assert_int_eq(vm->nics[1].ifindex, 7);
	ck_assert_ptr_null(vm->conflict);
	vfw_registry_free(r);
}
END_TEST

START_TEST(plugged_nic_by_tap_mac)
{
	struct vfw_registry *r = vfw_registry_new();
	struct vfw_vm said = vm_of(1, 0), seen = vm_of(1, 7);
	const struct vfw_vm *vm;

	said.nics[1] = said.nics[0];
	said.nics[1].mac[5] = 0x77;
	said.n_nics = 2;
	seen.nics[0].has_mac = false;
	memcpy(seen.nics[0].tap_mac, "\xfe\x54\x00\x00\x00\x77", 6);
	report(r, VFW_SOURCE_INVENTORY, "a", &said);
	report(r, VFW_SOURCE_QEMU, "process 1", &seen);
	vm = vfw_registry_by_uuid(r, said.uuid);
	ck_assert_int_eq(vm->nics[1].ifindex, 7);
	ck_assert_int_eq(vm->nics[0].ifindex, 0);
	vfw_registry_free(r);
}
END_TEST

START_TEST(withdrawn_inventory_lingers_with_port)
{
	struct vfw_registry *r = vfw_registry_new();
	struct vfw_vm said = vm_of(1, 0), seen = vm_of(1, 7);

	said.tenant = "shop";
	report(r, VFW_SOURCE_INVENTORY, "a", &said);
	report(r, VFW_SOURCE_QEMU, "process 1", &seen);
	vfw_registry_withdraw(r, VFW_SOURCE_INVENTORY, "a");
	vfw_registry_settle(r);
	ck_assert_str_eq(vfw_registry_by_uuid(r, said.uuid)->tenant, "shop");
	vfw_registry_withdraw(r, VFW_SOURCE_QEMU, "process 1");
	vfw_registry_settle(r);
	ck_assert_ptr_null(vfw_registry_by_uuid(r, said.uuid));
	vfw_registry_free(r);
}
END_TEST

START_TEST(renamed_inventory_file_is_no_conflict)
{
	struct vfw_registry *r = vfw_registry_new();
	struct vfw_vm said = vm_of(1, 0);

	report(r, VFW_SOURCE_INVENTORY, "a", &said);
	vfw_registry_report(r, VFW_SOURCE_INVENTORY, "b", &said);
	vfw_registry_withdraw(r, VFW_SOURCE_INVENTORY, "a");
	vfw_registry_settle(r);
	ck_assert_ptr_nonnull(vfw_registry_by_uuid(r, said.uuid));
	ck_assert_ptr_null(vfw_registry_by_uuid(r, said.uuid)->conflict);
	vfw_registry_free(r);
}
END_TEST

START_TEST(two_processes_one_uuid)
{
	struct vfw_registry *r = vfw_registry_new();
	struct vfw_vm first = vm_of(1, 7), second = vm_of(1, 8);
	const struct vfw_vm *vm;

	report(r, VFW_SOURCE_QEMU, "process 1", &first);
	report(r, VFW_SOURCE_QEMU, "process 2", &second);
	vm = vfw_registry_by_uuid(r, first.uuid);
	ck_assert_ptr_nonnull(vm->conflict);
	ck_assert_ptr_nonnull(strstr(vm->conflict, "process 1 and process 2"));
	ck_assert_int_eq(vm->nics[0].ifindex, 7);
	vfw_registry_withdraw(r, VFW_SOURCE_QEMU, "process 2");
	vfw_registry_settle(r);
	ck_assert_ptr_null(vfw_registry_by_uuid(r, first.uuid)->conflict);
	vfw_registry_free(r);
}
END_TEST

START_TEST(one_mac_at_two_vms)
{
	struct vfw_registry *r = vfw_registry_new();
	struct vfw_vm a = vm_of(1, 0), b = vm_of(2, 0), c = vm_of(3, 9);

	b.nics[0].mac[5] = 1;
	report(r, VFW_SOURCE_INVENTORY, "a", &a);
	report(r, VFW_SOURCE_QEMU, "process 2", &b);
	ck_assert_ptr_null(vfw_registry_by_uuid(r, a.uuid)->conflict);
	ck_assert_str_eq(vfw_registry_by_uuid(r, b.uuid)->conflict,
			 "MAC 52:54:00:00:00:01 is also claimed by VM vm1");
	report(r, VFW_SOURCE_INVENTORY, "b", &b);
	ck_assert_ptr_nonnull(vfw_registry_by_uuid(r, a.uuid)->conflict);
	ck_assert_ptr_nonnull(vfw_registry_by_uuid(r, b.uuid)->conflict);
	report(r, VFW_SOURCE_QEMU, "process 3", &c);
	ck_assert_ptr_null(vfw_registry_by_uuid(r, c.uuid)->conflict);
	/* on another host it is no rival */
	b.remote = true;
	vfw_registry_withdraw(r, VFW_SOURCE_QEMU, "process 2");
	report(r, VFW_SOURCE_INVENTORY, "b", &b);
	ck_assert_ptr_null(vfw_registry_by_uuid(r, a.uuid)->conflict);
	vfw_registry_free(r);
}
END_TEST

START_TEST(one_port_at_two_vms)
{
	struct vfw_registry *r = vfw_registry_new();
	struct vfw_vm a = vm_of(1, 7), b = vm_of(2, 7);

	report(r, VFW_SOURCE_QEMU, "process 1", &a);
	report(r, VFW_SOURCE_QEMU, "process 2", &b);
	ck_assert_ptr_nonnull(vfw_registry_by_uuid(r, a.uuid)->conflict);
	ck_assert_ptr_nonnull(vfw_registry_by_uuid(r, b.uuid)->conflict);
	ck_assert_int_eq(vfw_registry_by_uuid(r, a.uuid)->nics[0].ifindex, 0);
	ck_assert_int_eq(vfw_registry_by_uuid(r, b.uuid)->nics[0].ifindex, 0);
	vfw_registry_free(r);
}
END_TEST

START_TEST(quarantine_outlives_the_vm)
{
	struct vfw_registry *r = vfw_registry_new();
	struct vfw_vm a = vm_of(1, 7);
	size_t n;

	ck_assert_int_eq(vfw_registry_quarantine(r, a.uuid, true), 0);
	report(r, VFW_SOURCE_QEMU, "process 1", &a);
	ck_assert(vfw_registry_by_uuid(r, a.uuid)->quarantined);
	vfw_registry_quarantined(r, &n);
	ck_assert_uint_eq(n, 1);
	vfw_registry_quarantine(r, a.uuid, false);
	vfw_registry_settle(r);
	ck_assert(!vfw_registry_by_uuid(r, a.uuid)->quarantined);
	vfw_registry_quarantined(r, &n);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(vfw_registry_monitor(r, a.uuid, true), 0);
	vfw_registry_settle(r);
	ck_assert(vfw_registry_by_uuid(r, a.uuid)->monitored);
	ck_assert(!vfw_registry_by_uuid(r, a.uuid)->quarantined);
	vfw_registry_monitored(r, &n);
	ck_assert_uint_eq(n, 1);
	vfw_registry_free(r);
}
END_TEST

/* A policy is compiled anew for what it depends on, not for a port that came up. */
START_TEST(generation)
{
	struct vfw_registry *r = vfw_registry_new();
	struct vfw_vm a = vm_of(1, 0), b = vm_of(2, 0);
	uint64_t before;

	report(r, VFW_SOURCE_INVENTORY, "a", &a);
	report(r, VFW_SOURCE_QEMU, "p", &a);
	before = vfw_registry_generation(r);
	a.nics[0].ifindex = 7;
	report(r, VFW_SOURCE_QEMU, "p", &a);
	ck_assert_int_eq(vfw_registry_by_uuid(r, a.uuid)->nics[0].ifindex, 7);
	vfw_registry_quarantine(r, a.uuid, true);
	vfw_registry_settle(r);
	ck_assert_uint_eq(vfw_registry_generation(r), before);
	a.nics[0].n_addrs = 1;
	report(r, VFW_SOURCE_INVENTORY, "a", &a);
	ck_assert_uint_eq(vfw_registry_generation(r), before + 1);
	a.tenant = "t";
	report(r, VFW_SOURCE_INVENTORY, "a", &a);
	ck_assert_uint_eq(vfw_registry_generation(r), before + 2);
	report(r, VFW_SOURCE_INVENTORY, "b", &b);
	ck_assert_uint_eq(vfw_registry_generation(r), before + 3);
	vfw_registry_withdraw(r, VFW_SOURCE_INVENTORY, "b");
	vfw_registry_settle(r);
	ck_assert_uint_eq(vfw_registry_generation(r), before + 4);
	vfw_registry_free(r);
}
END_TEST

START_TEST(bound_of_vms)
{
	struct vfw_registry *r = vfw_registry_new();
	struct vfw_vm *vm = calloc(1, sizeof(*vm));
	size_t n;

	strcpy(vm->name, "x");
	for (int i = 0; i < VFW_MAX_VMS; i++) {
		vm->uuid[0] = (uint8_t)i;
		vm->uuid[1] = (uint8_t)(i >> 8);
		vm->uuid[15] = 1;
		ck_assert_int_eq(vfw_registry_report(r, VFW_SOURCE_QEMU, "p", vm), 0);
	}
	vm->uuid[15] = 2;
	ck_assert_int_eq(vfw_registry_report(r, VFW_SOURCE_QEMU, "p", vm), -ENOSPC);
	ck_assert_int_eq(vfw_registry_settle(r), 0);
	vfw_registry_vms(r, &n);
	ck_assert_uint_eq(n, VFW_MAX_VMS);
	free(vm);
	vfw_registry_free(r);
}
END_TEST

Suite *suite_registry(void)
{
	Suite *s = suite_create("registry");
	TCase *t = tcase_create("registry");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, order_and_lookup);
	tcase_add_test(t, inventory_and_process_merge);
	tcase_add_test(t, plugged_nic_by_tap_mac);
	tcase_add_test(t, withdrawn_inventory_lingers_with_port);
	tcase_add_test(t, renamed_inventory_file_is_no_conflict);
	tcase_add_test(t, two_processes_one_uuid);
	tcase_add_test(t, one_mac_at_two_vms);
	tcase_add_test(t, one_port_at_two_vms);
	tcase_add_test(t, quarantine_outlives_the_vm);
	tcase_add_test(t, generation);
	tcase_add_test(t, bound_of_vms);
	suite_add_tcase(s, t);
	return s;
}
