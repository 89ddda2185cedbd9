// SPDX-License-Identifier: GPL-2.0
#include "suite.h"

#include "../../../daemon/ctl/boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64];
static const char *const folders[] = {folder, NULL};

/* What is said with these lines in modprobe's only file. */
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

static const struct {
	const char *lines;
	int armed;
} cases[] = {
	{"", 0},
	{"options vfw armed=1\n", 1},
	{"options vfw scope=vnet* armed=Y depth=1\n", 1},
	{"options vfw armed=on\n", 1},
	{"options vfw armed\n", 1},
	{"options vfw armed=0\n", 0},
	{"options vfw armed=\n", 0},
	{"options vfw armed=off\n", 0},
	{"#options vfw armed=1\n", 0},
	{"options kvm armed=1\n", 0},
	{"options vfw unarmed=1 armedly=1\n", 0},
	/* the last one counts */
	{"options vfw armed=1\noptions vfw armed=0\n", 0},
	{"options vfw armed=0 armed=1\n", 1},
};

START_TEST(as_modprobe_reads_it)
{
	ck_assert_msg(armed(cases[_i].lines) == cases[_i].armed, "%s", cases[_i].lines);
}
END_TEST

Suite *suite_boot(void)
{
	Suite *s = suite_create("boot");
	TCase *t = tcase_create("boot");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, as_modprobe_reads_it, 0, sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(s, t);
	return s;
}
