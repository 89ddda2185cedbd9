// SPDX-License-Identifier: GPL-2.0
#include "suite.h"

#include "../../../daemon/policy/compiled.h"
#include "../../../daemon/state/population.h"
#include "../../../daemon/vm/registry.h"

#include <stdlib.h>
#include <string.h>

static struct vfw_registry *registry;
static struct vfw_member members[8];
static uint64_t means[32];
static struct vfw_compiled compiled;

static void put(uint8_t number, uint32_t ident, int port, bool remote)
{
	struct vfw_vm *vm = calloc(1, sizeof(*vm));
	char origin[] = {(char)('0' + number), '\0'};

	vm->uuid[15] = number;
	strcpy(vm->name, origin);
	vm->remote = remote;
	vm->n_nics = 2;
	/* the first NIC has no MAC: the kernel counts without it */
	vm->nics[1].has_mac = true;
	vm->nics[1].mac[5] = number;
	vm->nics[1].ifindex = port;
	vfw_registry_report(registry, VFW_SOURCE_INVENTORY, origin, vm);
	vfw_registry_settle(registry);
	free(vm);
	members[number].uuid[15] = number;
	members[number].ident = ident;
}

static void setup(void)
{
	registry = vfw_registry_new();
	memset(members, 0, sizeof(members));
	memset(means, 0, sizeof(means));
	compiled = (struct vfw_compiled){.members = members, .n_members = 8, .ident_means = means};
}

static void teardown(void)
{
	vfw_registry_free(registry);
}

START_TEST(build_and_diff)
{
	struct vfw_population a, b;
	struct vfw_population_change c;

	put(3, 17, 30, false);
	put(1, 16, 10, false);
	put(2, 16, 0, true);
	ck_assert_int_eq(vfw_population_build(registry, &compiled, &a), 0);
	ck_assert_uint_eq(a.n_vms, 2);
	ck_assert_uint_eq(a.vms[0].uuid[15], 1);
	ck_assert_uint_eq(a.n_ports, 2);
	ck_assert_int_eq(a.ports[0].ifindex, 10);
	ck_assert_uint_eq(a.ports[0].nic, 0);

	vfw_population_diff(&a, &a, &c);
	ck_assert_uint_eq(c.added + c.replaced + c.removed + c.bound + c.unbound, 0);

	put(3, 18, 31, false);
	put(4, 18, 40, false);
	ck_assert_int_eq(vfw_population_build(registry, &compiled, &b), 0);
	vfw_population_diff(&a, &b, &c);
	ck_assert_uint_eq(c.added, 1);
	ck_assert_uint_eq(c.replaced, 1);
	ck_assert_uint_eq(c.removed, 0);
	ck_assert_uint_eq(c.bound, 2);
	ck_assert_uint_eq(c.unbound, 1);
	vfw_population_diff(&b, &a, &c);
	ck_assert_uint_eq(c.removed, 1);

	vfw_population_drop_port(&b, 31);
	vfw_population_drop_port(&b, 99);
	ck_assert_uint_eq(b.n_ports, 2);
	vfw_population_clear(&a);
	vfw_population_clear(&b);
}
END_TEST

/* What is only known to be there counts as changed. */
START_TEST(unknown_content_is_sent_again)
{
	struct vfw_population kernel = {0}, to;
	struct vfw_population_change c;

	put(1, 16, 10, false);
	ck_assert_int_eq(vfw_population_build(registry, &compiled, &to), 0);
	kernel.vms = calloc(1, sizeof(*kernel.vms));
	kernel.n_vms = 1;
	kernel.vms[0].uuid[15] = 1;
	vfw_population_diff(&kernel, &to, &c);
	ck_assert_uint_eq(c.added, 0);
	ck_assert_uint_eq(c.replaced, 1);
	vfw_population_clear(&kernel);
	vfw_population_clear(&to);
}
END_TEST

/* One VM is told of anew since that population was built; clears it. */
static void replaces_one(struct vfw_population *was)
{
	struct vfw_population now;
	struct vfw_population_change c;

	vfw_population_build(registry, &compiled, &now);
	vfw_population_diff(was, &now, &c);
	ck_assert_uint_eq(c.replaced, 1);
	vfw_population_clear(was);
	vfw_population_clear(&now);
}

START_TEST(quarantine_changes_the_message)
{
	uint8_t uuid[VFW_UUID_LEN] = {[15] = 1};
	struct vfw_population was;

	put(1, 16, 10, false);
	vfw_population_build(registry, &compiled, &was);
	vfw_registry_quarantine(registry, uuid, true);
	vfw_registry_settle(registry);
	replaces_one(&was);
}
END_TEST

/* The kernel is told of other labels, though the identity has the number that the former one had. */
START_TEST(means_something_else)
{
	struct vfw_population was;

	put(1, 16, 10, false);
	put(2, 17, 20, false);
	vfw_population_build(registry, &compiled, &was);
	means[16] = 1;
	replaces_one(&was);
}
END_TEST

Suite *suite_population(void)
{
	Suite *s = suite_create("population");
	TCase *t = tcase_create("population");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, build_and_diff);
	tcase_add_test(t, unknown_content_is_sent_again);
	tcase_add_test(t, quarantine_changes_the_message);
	tcase_add_test(t, means_something_else);
	suite_add_tcase(s, t);
	return s;
}
