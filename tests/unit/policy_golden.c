// SPDX-License-Identifier: GPL-2.0
/*
 * tests/golden/policy: NAME.vfw with NAME.err (what is said about it, exactly)
 * or NAME.out (its canonical form). VFW_GOLDEN_WRITE=1 writes them anew.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_unit.h"

#define FOLDER "tests/golden/policy"

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL, buf[4096];
	size_t len = 0, n;
	FILE *out;

	if (!f)
		return NULL;
	out = open_memstream(&text, &len);
	while ((n = fread(buf, 1, sizeof(buf), f)))
		fwrite(buf, 1, n, out);
	fclose(out);
	fclose(f);
	return text;
}

static void expect(const char *name, const char *suffix, const char *got)
{
	char path[512];
	char *want;

	snprintf(path, sizeof(path), FOLDER "/%s.%s", name, suffix);
	if (getenv("VFW_GOLDEN_WRITE")) {
		FILE *f = fopen(path, "w");

		ck_assert(f);
		fputs(got, f);
		fclose(f);
		return;
	}
	want = slurp(path);
	ck_assert_msg(want, "%s is missing; got:\n%s", path, got);
	ck_assert_msg(!strcmp(want, got), "%s differs; got:\n%s", path, got);
	free(want);
}

static void one(const char *name)
{
	struct vfw_policy *p = vfw_policy_new();
	struct vfw_diags d = {0};
	char path[512], file[300];
	char *text, *said;
	int err;

	snprintf(path, sizeof(path), FOLDER "/%s.vfw", name);
	snprintf(file, sizeof(file), "%s.vfw", name);
	text = slurp(path);
	ck_assert(text);
	err = vfw_policy_add_text(p, file, text, strlen(text), &d);
	if (!err)
		err = vfw_policy_check(p, &d);
	if (!err && !strncmp(name, "refused-", 8))
		err = -(int)vfw_policy_unenforceable(p, &d);
	said = vfw_diags_format(&d);
	if (err) {
		expect(name, "err", said);
	} else {
		char *printed = vfw_policy_print(p);

		ck_assert_str_eq(said, "");
		expect(name, "out", printed);
		free(printed);
	}
	free(said);
	free(text);
	vfw_diags_free(&d);
	vfw_policy_free(p);
}

START_TEST(test_golden)
{
	DIR *dir = opendir(FOLDER);
	const struct dirent *entry;
	int n = 0;

	ck_assert_msg(dir, "run this at the top of the tree");
	while ((entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);
		char name[256];

		if (len < 5 || strcmp(entry->d_name + len - 4, ".vfw"))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)len - 4, entry->d_name);
		one(name);
		n++;
	}
	closedir(dir);
	ck_assert_int_ge(n, 30);
}
END_TEST

TCase *policy_golden_tests(void)
{
	TCase *tc = tcase_create("golden");

	tcase_add_test(tc, test_golden);
	return tc;
}
