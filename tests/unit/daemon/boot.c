// SPDX-License-Identifier: GPL-2.0
#include "suite.h"

#include "../../../daemon/ctl/boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64];
static const char *const folders[] = {folder, NULL};

/* What is said with these lines in a file of modprobe's, and another one before it. */
static int armed(const char *lines)
{
	char path[96];
	FILE *f;
	int ret;

	snprintf(path, sizeof(path), "%s/vfw.conf", folder);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(lines, f);
	ck_assert_int_eq(fclose(f), 0);
	ret = vfw_boot_armed(folders);
	ck_assert_int_eq(unlink(path), 0);
	return ret;
}

static void set_up(void)
{
	snprintf(folder, sizeof(folder), "/tmp/vfw-boot.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void tear_down(void)
{
	ck_assert_int_eq(rmdir(folder), 0);
}

START_TEST(as_modprobe_reads_it)
{
	ck_assert_int_eq(vfw_boot_armed(folders), 0);
	ck_assert_int_eq(armed("options vfw armed=1\n"), 1);
	ck_assert_int_eq(armed("options vfw scope=vnet* armed=Y depth=1\n"), 1);
	ck_assert_int_eq(armed("options vfw armed=on\n"), 1);
	ck_assert_int_eq(armed("options vfw armed\n"), 1);
	ck_assert_int_eq(armed("options vfw armed=0\n"), 0);
	ck_assert_int_eq(armed("options vfw armed=\n"), 0);
	ck_assert_int_eq(armed("options vfw armed=off\n"), 0);
	ck_assert_int_eq(armed("#options vfw armed=1\n"), 0);
	ck_assert_int_eq(armed("options kvm armed=1\n"), 0);
	ck_assert_int_eq(armed("options vfw unarmed=1 armedly=1\n"), 0);
	/* the last one counts */
	ck_assert_int_eq(armed("options vfw armed=1\noptions vfw armed=0\n"), 0);
	ck_assert_int_eq(armed("options vfw armed=0 armed=1\n"), 1);
}
END_TEST

Suite *suite_boot(void)
{
	Suite *s = suite_create("boot");
	TCase *t = tcase_create("boot");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, as_modprobe_reads_it);
	suite_add_tcase(s, t);
	return s;
}
