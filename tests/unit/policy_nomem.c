// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that runs out at every single allocation in turn: parsing, printing and compiling must say
 * -ENOMEM (or lose no more than a message), leak nothing and touch nothing freed.
 * The linker sends the allocators here (--wrap).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/policy/lint.h"
#include "policy_unit.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *s);

static long left = -1; /* allocations until one fails; -1: none does */
static bool failed;

static bool fails(void)
{
	if (left < 0 || left-- > 0)
		return false;
	failed = true;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

char *__wrap_strdup(const char *s)
{
	return fails() ? NULL : __real_strdup(s);
}

static const char text[] = "group g = (label a=b or vm \"x*\") and uuid "
			   "00000000-0000-0000-0000-000000000001\n"
			   "cidr c = { 10.0.0.0/8, 2001:db8::/32 }\n"
			   "tenant t { group g = label a=b cidr d = 10.1.0.0/16\n"
			   "pass from any to { g, t.d } tcp port { 1, 3-4 } log \"x\"\n"
			   "monitor from any to g }\n"
			   "profile p { signatures { \"x\", \"y\" } }\n"
			   "last { pass from any to any udp inspect p }\n"
			   "tenant u { pass from any to any block from c to any icmp type 8 }\n"
			   "first { reject from vm \"x\" to host }\n"
			   "unmanaged { pass to host }\n"
			   "guard t.g { mac any }\n"
			   "guard default { ip any }\n"
			   "default pass\n";

/* All the work there is; *done says whether nothing failed. */
static void work(const struct vfw_vm *const *vms, size_t n, bool *done)
{
	struct vfw_policy *p = vfw_policy_new();
	struct vfw_compiled *c = NULL;
	struct vfw_lint *lint = NULL;
	struct vfw_diags d = {0};
	char *printed = NULL, *said;
	int err = -ENOMEM;

	if (p)
		err = vfw_policy_add_text(p, "n.vfw", text, sizeof(text) - 1, &d);
	if (!err) {
		printed = vfw_policy_print(p);
		err = vfw_policy_compile(p, vms, n, &d, &c);
	}
	if (!err)
		err = vfw_policy_lint(p, vms, n, &d, &lint);
	said = vfw_diags_format(&d);
	left = -1;
	ck_assert_msg(!err || err == -ENOMEM, "%d: %s", err, said ? said : "");
	ck_assert(!err == !!lint);
	ck_assert(!lint || c);
	ck_assert(!err || failed);
	*done = !err && printed && said && !failed;
	free(said);
	free(printed);
	vfw_lint_free(lint);
	vfw_compiled_free(c);
	vfw_diags_free(&d);
	vfw_policy_free(p);
}

START_TEST(test_nomem)
{
	const struct vfw_vm *list[3];
	struct vfw_vm vms[3];
	bool done = false;
	long at;

	unit_vm(&vms[0], 1, "x1", "t", "a=b");
	unit_vm(&vms[1], 2, "x2", "u", NULL);
	unit_vm(&vms[2], 3, "y", NULL, "a=b");
	vms[2].remote = true;
	vms[2].nics[0].n_addrs = 1;
	vms[2].nics[0].addrs[0] = (struct vfw_address){4, 32, {10, 0, 0, 1}};
	for (int i = 0; i < 3; i++)
		list[i] = &vms[i];
	for (at = 0; !done; at++) {
		failed = false;
		left = at;
		work(list, 3, &done);
	}
	ck_assert_int_gt(at, 100);
	for (int i = 0; i < 3; i++)
		unit_vm_free(&vms[i]);
}
END_TEST

TCase *policy_nomem_tests(void)
{
	TCase *tc = tcase_create("nomem");

	tcase_add_test(tc, test_nomem);
	return tc;
}
