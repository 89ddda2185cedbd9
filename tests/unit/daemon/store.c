// SPDX-License-Identifier: GPL-2.0
#include "suite.h"

#include "../../../daemon/base/file.h"
#include "../../../daemon/policy/diag.h"
#include "../../../daemon/state/ruleset.h"
#include "../../../daemon/state/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static void setup(void)
{
	strcpy(folder, "/tmp/vfw-store-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static void save(struct vfw_ruleset_file *files, size_t n, bool confirm)
{
	static struct vfw_ruleset_file signatures[] = {{"x.patterns", "1 /a/", 5}};
	struct vfw_ruleset rs = {.files = files,
				 .n_files = n,
				 .signature_files = signatures,
				 .n_signature_files = 1};
	unsigned long number;

	ck_assert_int_eq(vfw_store_save_policy(folder, &rs, 0, &number), 0);
	if (confirm)
		ck_assert_int_eq(vfw_store_confirm_policy(folder, number), 0);
}

/* The text of all files in the order they are read, to be freed. */
static char *load(void)
{
	struct vfw_ruleset_file *files;
	char *all = calloc(1, 4096);
	size_t n;

	ck_assert_int_eq(vfw_store_load_policy(folder, &files, &n), 0);
	for (size_t i = 0; i < n; i++)
		strcat(all, files[i].text);
	vfw_ruleset_free_files(files, n);
	return all;
}

START_TEST(policy)
{
	struct vfw_ruleset_file one[] = {{"/etc/vfw/policy.d/b.vfw", "one", 3}};
	struct vfw_ruleset_file two[] = {{"z.vfw", "first", 5}, {"/x/a", "second", 6}};
	struct vfw_ruleset_file *files;
	char *text, path[256];
	size_t n;

	ck_assert_int_eq(vfw_store_load_policy(folder, &files, &n), -ENOENT);
	save(one, 1, false);
	ck_assert_int_eq(vfw_store_load_policy(folder, &files, &n), -ENOENT);
	save(one, 1, true);
	text = load();
	ck_assert_str_eq(text, "one");
	free(text);
	/* written, but never in force: the old one stays */
	save(two, 2, false);
	text = load();
	ck_assert_str_eq(text, "one");
	free(text);
	/* the order of evaluation outlives names that sort otherwise */
	save(two, 2, true);
	text = load();
	ck_assert_str_eq(text, "firstsecond");
	free(text);
	for (int i = 0; i < 30; i++)
		save(one, 1, true);
	text = load();
	ck_assert_str_eq(text, "one");
	free(text);
	text = vfw_store_signatures(folder, "current");
	ck_assert_int_eq(vfw_store_read_files(text, &files, &n), -ENOENT);
	snprintf(path, sizeof(path), "%s/x.patterns", text);
	free(text);
	ck_assert_int_eq(vfw_store_read_files(path, &files, &n), 0);
	ck_assert_str_eq(files[0].text, "1 /a/");
	vfw_ruleset_free_files(files, n);
	/* of older ones nothing is left, signatures neither */
	snprintf(path, sizeof(path), "test $(ls %s/policy | wc -l) = 9", folder);
	ck_assert_int_eq(system(path), 0);
}
END_TEST

/* However many come to nothing after it, the current policy stays, and the proposed one. */
START_TEST(proposed)
{
	struct vfw_ruleset_file one[] = {{"one.vfw", "one", 3}}, two[] = {{"two.vfw", "two", 3}};
	struct vfw_ruleset rs = {.files = two, .n_files = 1};
	struct vfw_ruleset_file *files;
	unsigned long number, found;
	char *text, path[256];
	size_t n;

	ck_assert_int_eq(vfw_store_load_proposed(folder, &files, &n, &found), -ENOENT);
	save(one, 1, true);
	for (int i = 0; i < 20; i++)
		save(two, 1, false);
	text = load();
	ck_assert_str_eq(text, "one");
	free(text);
	ck_assert_int_eq(vfw_store_save_policy(folder, &rs, 0, &number), 0);
	ck_assert_int_eq(vfw_store_propose_policy(folder, number), 0);
	for (int i = 0; i < 20; i++)
		save(one, 1, false);
	ck_assert_int_eq(vfw_store_load_proposed(folder, &files, &n, &found), 0);
	ck_assert_uint_eq(found, number);
	ck_assert_str_eq(files[0].text, "two");
	vfw_ruleset_free_files(files, n);
	/* neither of them is thrown away; what came to nothing is, and so is what a full disk cut short */
	vfw_store_discard_policy(folder, number);
	ck_assert_int_eq(vfw_store_load_proposed(folder, &files, &n, &found), 0);
	vfw_ruleset_free_files(files, n);
	vfw_store_drop_proposed(folder);
	vfw_store_discard_policy(folder, number);
	snprintf(path, sizeof(path), "%s/policy/%lu", folder, number);
	ck_assert_int_lt(access(path, F_OK), 0);
	ck_assert_int_eq(vfw_store_save_policy(folder, &rs, 0, &number), 0);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(vfw_store_save_policy(folder, &rs, number, &found), 0);
	snprintf(path, sizeof(path), "%s/policy/%lu", folder, number);
	ck_assert_int_eq(access(path, F_OK), 0);
	two[0].name = "x/";
	rs.signature_files = two;
	rs.n_signature_files = 1;
	ck_assert_int_ne(vfw_store_save_policy(folder, &rs, 0, &found), 0);
	snprintf(path, sizeof(path), "%s/policy/%lu", folder, found + 1);
	ck_assert_int_lt(access(path, F_OK), 0);
	ck_assert_int_eq(vfw_store_load_proposed(folder, &files, &n, &found), -ENOENT);
	text = load();
	ck_assert_str_eq(text, "one");
	free(text);
}
END_TEST

/* What others may write is not root's word: a folder, a file of it, one file by its path. */
START_TEST(what_others_may_write)
{
	struct vfw_ruleset_file *files;
	char dir[128], file[160];
	size_t n;
	FILE *f;

	snprintf(dir, sizeof(dir), "%s/policy.d", folder);
	snprintf(file, sizeof(file), "%s/a.vfw", dir);
	ck_assert_int_eq(mkdir(dir, 0755), 0);
	f = fopen(file, "w");
	fputs("default block", f);
	fclose(f);
	for (int i = 0; i < 2; i++) {
		const char *path = i ? file : dir;

		ck_assert_int_eq(chmod(file, 0644), 0);
		ck_assert_int_eq(vfw_store_read_files(path, &files, &n), 0);
		ck_assert_str_eq(files[0].name, "a.vfw");
		vfw_ruleset_free_files(files, n);
		ck_assert_int_eq(chmod(file, 0646), 0);
		ck_assert_int_eq(vfw_store_read_files(path, &files, &n), -EPERM);
		ck_assert_int_eq(chmod(file, 0644), 0);
		ck_assert_int_eq(chmod(dir, 0777), 0);
		ck_assert_int_eq(vfw_store_read_files(path, &files, &n), -EPERM);
		/* the sticky bit keeps what is there, not what else comes there */
		ck_assert_int_eq(chmod(dir, 01777), 0);
		ck_assert_int_eq(vfw_store_read_files(path, &files, &n), i ? 0 : -EPERM);
		if (i)
			vfw_ruleset_free_files(files, n);
		ck_assert_int_eq(chmod(dir, 0755), 0);
		/* somebody may put another folder in its place */
		ck_assert_int_eq(chmod(folder, 0777), 0);
		ck_assert_int_eq(vfw_store_read_files(path, &files, &n), -EPERM);
		ck_assert_ptr_nonnull(
			strstr(vfw_file_words(-EPERM), "found the folder above with"));
		ck_assert_int_eq(chmod(folder, 0700), 0);
	}
	ck_assert_int_eq(chmod(file, 0666), 0);
	ck_assert_int_eq(vfw_store_read_shipped(file, &files, &n), 0);
	vfw_ruleset_free_files(files, n);
	ck_assert_int_eq(chmod(file, 0644), 0);
	if (!geteuid()) {
		ck_assert_int_eq(chown(file, 65534, 0), 0);
		ck_assert_int_eq(vfw_store_read_files(dir, &files, &n), -EPERM);
		ck_assert_str_eq(vfw_file_words(-EPERM),
				 "expected a file that root owns and not everybody may write, "
				 "found the file a.vfw with owner 65534, mode 0644");
		/* which group may write is root's to say */
		ck_assert_int_eq(chown(file, 0, 65534), 0);
		ck_assert_int_eq(chmod(file, 0664), 0);
		ck_assert_int_eq(vfw_store_read_files(dir, &files, &n), 0);
		vfw_ruleset_free_files(files, n);
	}
}
END_TEST

/* What vfwd wrote itself counts though somebody gave it to another: a restored backup. */
START_TEST(own_but_of_others)
{
	struct vfw_ruleset_file one = {"a.vfw", "one", 3}, *files;
	char command[160], *text;
	unsigned long number;
	size_t n;

	save(&one, 1, true);
	ck_assert_int_eq(vfw_store_propose_policy(folder, 1), 0);
	snprintf(command, sizeof(command), "chmod -R a+w %s/policy", folder);
	ck_assert_int_eq(system(command), 0);
	snprintf(command, sizeof(command), "chown -R 65534 %s/policy", folder);
	ck_assert(geteuid() || !system(command));
	text = load();
	ck_assert_str_eq(text, "one");
	free(text);
	ck_assert_int_eq(vfw_store_load_proposed(folder, &files, &n, &number), 0);
	vfw_ruleset_free_files(files, n);
}
END_TEST

START_TEST(same_and_hostile_names)
{
	struct vfw_ruleset_file files[] = {
		{"a.vfw", "1", 1}, {"x/a.vfw", "2", 1},	    {"../../a.vfw", "3", 1},
		{"/", "4", 1},	   {".hidden.vfw", "5", 1},
	};
	char *text;

	save(files, 5, true);
	text = load();
	ck_assert_str_eq(text, "12345");
	free(text);
}
END_TEST

START_TEST(published)
{
	struct vfw_store_published p = {.revision = 7, .tables = 0xfedcba9876543210}, q;

	vfw_store_load_published(folder, &q);
	ck_assert_uint_eq(q.revision, 0);
	for (int i = 0; i < VFW_DIGEST_LEN; i++)
		p.digest[i] = (uint8_t)(i * 9);
	ck_assert_int_eq(vfw_store_save_published(folder, &p), 0);
	vfw_store_load_published(folder, &q);
	ck_assert_uint_eq(q.revision, 7);
	ck_assert_uint_eq(q.tables, p.tables);
	ck_assert_mem_eq(q.digest, p.digest, VFW_DIGEST_LEN);
}
END_TEST

START_TEST(generations)
{
	struct vfw_store_generation v[3] = {{1, 7}, {5, 9}, {6, 7}}, got[3];
	char path[256];
	FILE *f;

	ck_assert_uint_eq(vfw_store_load_generations(folder, got, 3), 0);
	ck_assert_int_eq(vfw_store_save_generations(folder, v, 3), 0);
	ck_assert_uint_eq(vfw_store_load_generations(folder, got, 2), 2);
	ck_assert_uint_eq(vfw_store_load_generations(folder, got, 3), 3);
	for (size_t i = 0; i < 3; i++) {
		ck_assert_uint_eq(got[i].revision, v[i].revision);
		ck_assert_uint_eq(got[i].policy, v[i].policy);
	}
	snprintf(path, sizeof(path), "%s/generations.json", folder);
	f = fopen(path, "w");
	fputs("[5, {}, {\"revision\":-1,\"policy\":1}, {\"revision\":4294967296,\"policy\":1},"
	      "{\"revision\":3,\"policy\":0}, {\"revision\":3,\"policy\":2}]",
	      f);
	fclose(f);
	ck_assert_uint_eq(vfw_store_load_generations(folder, got, 3), 1);
	ck_assert_uint_eq(got[0].policy, 2);
}
END_TEST

START_TEST(quarantine)
{
	uint8_t uuids[2 * VFW_UUID_LEN], *back;
	char path[128];
	FILE *f;
	size_t n;

	ck_assert_int_eq(vfw_store_load_quarantine(folder, &back, &n), 0);
	ck_assert_uint_eq(n, 0);
	free(back);
	for (size_t i = 0; i < sizeof(uuids); i++)
		uuids[i] = (uint8_t)(i * 7);
	ck_assert_int_eq(vfw_store_save_quarantine(folder, uuids, 2), 0);
	ck_assert_int_eq(vfw_store_load_quarantine(folder, &back, &n), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_mem_eq(back, uuids, sizeof(uuids));
	free(back);
	ck_assert_int_eq(vfw_store_save_monitored(folder, uuids + VFW_UUID_LEN, 1), 0);
	ck_assert_int_eq(vfw_store_load_monitored(folder, &back, &n), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_mem_eq(back, uuids + VFW_UUID_LEN, VFW_UUID_LEN);
	free(back);
	snprintf(path, sizeof(path), "%s/quarantine.json", folder);
	f = fopen(path, "w");
	fputs("[\"x\"", f);
	fclose(f);
	ck_assert_int_eq(vfw_store_load_quarantine(folder, &back, &n), -EBADMSG);
	free(back);
}
END_TEST

/*
 * Rules that ask for apps go by the files kept with them, whatever is installed; what is damaged is refused. A rule that can
 * never meet what it asks for is named.
 */
START_TEST(apps_stay)
{
	static const char text[] =
		"first { block from any to any app { one, two }  pass from any to any udp app one }";
	static const char app[] = "app one \"One\"\ntcp client /^ONE/\n";
	static const char app_two[] = "app two\nudp client /^TWO/\ntcp client /^TWO/\n";
	static char long_name[] =
		"/y/twotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwo"
		"twotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwo"
		"twotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwotwo"
		".app";
	static struct vfw_ruleset_file apps[] = {{"/x/b.app", (char *)app, sizeof(app) - 1},
						 {long_name, (char *)app_two, sizeof(app_two) - 1}};
	static struct vfw_ruleset_file files[] = {{"a.vfw", (char *)text, sizeof(text) - 1}};
	struct vfw_ruleset kept = {
		.files = files, .n_files = 1, .app_files = apps, .n_app_files = 2};
	char signatures[128], path[160];
	unsigned long number;

	ck_assert_int_eq(vfw_store_save_policy(folder, &kept, 0, &number), 0);
	snprintf(signatures, sizeof(signatures), "%s/policy/%lu/signatures", folder, number);
	snprintf(path, sizeof(path), "%s/policy/%lu/apps/000000-b.app", folder, number);
	for (int damaged = 0; damaged < 3; damaged++) {
		struct vfw_ruleset_file *read;
		struct vfw_diags d = {0};
		struct vfw_ruleset *rs;
		size_t n;

		if (damaged == 1)
			ck_assert_int_eq(truncate(path, sizeof(app) - 3), 0);
		else if (damaged == 2)
			ck_assert_int_eq(unlink(path), 0);
		ck_assert_int_eq(vfw_store_load_numbered(folder, number, &read, &n), 0);
		ck_assert_int_eq(vfw_ruleset_parse(read, n, &d, &rs), 0);
		ck_assert_msg((vfw_ruleset_kept_signatures(rs, signatures, &d) != 0) == !!damaged,
			      "%s", d.n ? d.v[0].message : "damaged, and taken");
		if (!damaged) {
			ck_assert_uint_eq(d.n, 1);
			ck_assert_int_eq(d.v[0].severity, VFW_DIAG_WARNING);
			ck_assert_str_eq(d.v[0].message, "the rule never meets 'one', which is "
							 "recognised over tcp alone");
			ck_assert_uint_eq(d.v[0].line, 1);
		}
		if (damaged)
			ck_assert_ptr_nonnull(strstr(d.v[0].message, "damaged or changed"));
		vfw_ruleset_free(rs);
		vfw_diags_free(&d);
	}
	vfw_store_discard_policy(folder, number);
	snprintf(path, sizeof(path), "%s/policy/%lu", folder, number);
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

Suite *suite_store(void)
{
	Suite *s = suite_create("store");
	TCase *t = tcase_create("store");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, apps_stay);
	tcase_add_test(t, policy);
	tcase_add_test(t, proposed);
	tcase_add_test(t, what_others_may_write);
	tcase_add_test(t, own_but_of_others);
	tcase_add_test(t, same_and_hostile_names);
	tcase_add_test(t, published);
	tcase_add_test(t, generations);
	tcase_add_test(t, quarantine);
	suite_add_tcase(s, t);
	return s;
}
