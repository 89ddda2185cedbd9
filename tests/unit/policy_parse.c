// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../daemon/policy/literal.h"
#include "../../daemon/policy/sha256.h"
#include "policy_unit.h"

/* Leaves one blank where there is any white space. */
static void squeeze(char *s)
{
	char *to = s;

	for (; *s; s++) {
		char c = strchr(" \t\n", *s) ? ' ' : *s;

		if (c != ' ' || (to[-1] != ' '))
			*to++ = c;
	}
	*to = '\0';
}

/* Nothing is lost, added or reordered: the same words in the same order. */
START_TEST(test_sample)
{
	char *sample = unit_sample();
	struct vfw_policy *p = unit_parse(sample);
	char *printed = vfw_policy_print(p);
	struct vfw_policy *q = unit_parse(printed);
	char *again = vfw_policy_print(q);

	ck_assert_str_eq(printed, again);
	ck_assert_ptr_nonnull(strstr(sample, "on-overload pass"));
	squeeze(sample + 1);
	squeeze(printed + 1);
	ck_assert_str_eq(sample, printed);
	free(sample);
	free(printed);
	free(again);
	vfw_policy_free(p);
	vfw_policy_free(q);
}
END_TEST

START_TEST(test_comments_and_empty)
{
	static const char *const empty[] = {"", "#", "# only a comment", "\n\n \t\r\n",
					    "#\xff\xfe\n"};

	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++) {
		struct vfw_policy *p = unit_parse(empty[i]);
		char *printed = vfw_policy_print(p);

		ck_assert_str_eq(printed, "");
		free(printed);
		vfw_policy_free(p);
	}
}
END_TEST

START_TEST(test_keywords_are_names)
{
	struct vfw_policy *p =
		unit_parse("tenant tcp { group port = label app=host group log = vm to\n"
			   "pass from port to log tcp port 1 app app log }\n");
	const struct vfw_stmt *tenant = p->stmts.first, *group = tenant->items.first;
	const struct vfw_stmt *rule = tenant->items.last;
	const struct vfw_end *from = rule->rule->from.first;

	ck_assert_str_eq(tenant->name, "tcp");
	ck_assert_str_eq(group->expr->value, "host");
	ck_assert_str_eq(from->name, "port");
	ck_assert(rule->rule->log);
	ck_assert_uint_eq(rule->rule->apps.n, 1);
	vfw_policy_free(p);
}
END_TEST

/* `and` binds closer than `or`; parentheses that change nothing leave no trace. */
START_TEST(test_precedence)
{
	static const char *const texts[][2] = {
		{"group g = label a=1 or label b=1 and label c=1",
		 "group g = label a=1 or label b=1 and label c=1\n"},
		{"group g = (label a=1 or label b=1) and label c=1",
		 "group g = (label a=1 or label b=1) and label c=1\n"},
		{"group g = (label a=1) or (label b=1 or (vm x and (vm y and vm \"z z\")))",
		 "group g = label a=1 or label b=1 or vm \"x\" and vm \"y\" and vm \"z z\"\n"},
		{"group g = label a=\"two words\" and label k/x.y-z=\"\"",
		 "group g = label a=\"two words\" and label k/x.y-z=\"\"\n"},
		{"group g = uuid 6F9619FF-8B86-4011-B42D-00CF4FC964FF",
		 "group g = uuid 6f9619ff-8b86-4011-b42d-00cf4fc964ff\n"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct vfw_policy *p = unit_parse(texts[i][0]);
		char *printed = vfw_policy_print(p);

		ck_assert_str_eq(printed, texts[i][1]);
		free(printed);
		vfw_policy_free(p);
	}
}
END_TEST

START_TEST(test_deep_and_long)
{
	char *text = malloc(400000);
	char *said;
	size_t n = 0;

	n = (size_t)sprintf(text, "group g = ");
	for (int i = 0; i < 32; i++)
		text[n++] = '(';
	n += (size_t)sprintf(text + n, "vm x");
	memset(text + n, ')', 32);
	text[n + 32] = '\0';
	vfw_policy_free(unit_parse(text));

	n = (size_t)sprintf(text, "group g = ");
	memset(text + n, '(', 300000);
	text[n + 300000] = '\0';
	said = unit_complaints(text);
	ck_assert_ptr_nonnull(strstr(said, "more than 32 deep"));
	free(said);

	n = (size_t)sprintf(text, "cidr c = { 10.0.0.1");
	for (int i = 0; i < 4096; i++)
		n += (size_t)sprintf(text + n, ", 10.0.0.1");
	sprintf(text + n, " }");
	said = unit_complaints(text);
	ck_assert_ptr_nonnull(strstr(said, "at most 4096 entries"));
	free(said);

	n = (size_t)sprintf(text, "group g = vm x");
	for (int i = 0; i < 1024; i++)
		n += (size_t)sprintf(text + n, " or vm x");
	said = unit_complaints(text);
	ck_assert_ptr_nonnull(strstr(said, "at most 1024 terms"));
	free(said);

	memset(text, 'a', 256);
	text[256] = '\0';
	said = unit_complaints(text);
	ck_assert_ptr_nonnull(strstr(said, "at most 255 characters"));
	free(said);
	free(text);
}
END_TEST

START_TEST(test_many_errors)
{
	char *text = malloc(10000), *said;
	size_t n = (size_t)sprintf(text, "first {\n");

	for (int i = 0; i < 30; i++)
		n += (size_t)sprintf(text + n, "pass from any to host tcp port 70000\n");
	sprintf(text + n, "}\n");
	said = unit_complaints(text);
	ck_assert_ptr_nonnull(strstr(said, "test.vfw:21:32: error: expected a port"));
	ck_assert_ptr_null(strstr(said, "test.vfw:22:"));
	ck_assert_ptr_nonnull(strstr(said, "and 10 more errors\n"));
	free(said);
	free(text);
}
END_TEST

START_TEST(test_nul_bytes)
{
	static const char text[] = "default block\0default pass\n";
	struct vfw_policy *p = vfw_policy_new();
	struct vfw_diags d = {0};

	ck_assert_int_eq(vfw_policy_add_text(p, "n.vfw", text, sizeof(text) - 1, &d), -EINVAL);
	ck_assert_uint_eq(d.total[VFW_DIAG_ERROR], 1);
	ck_assert_uint_eq(d.v[0].col, 14);
	ck_assert_int_eq(vfw_policy_check(p, &d), -EINVAL);
	vfw_diags_free(&d);
	vfw_policy_free(p);
}
END_TEST

/* Whatever a file holds, complaints are UTF-8 without control characters but the tab. */
START_TEST(test_clean_complaints)
{
	char text[600] = "pass \x1b[2J \xff\xfe\n", *said;
	size_t n;

	said = unit_complaints(text);
	ck_assert_ptr_nonnull(strstr(said, "| pass ?[2J ??\n"));
	free(said);
	n = (size_t)sprintf(text, "first { pass from \"x");
	for (int i = 0; i < 100; i++)
		n += (size_t)sprintf(text + n, "\xe2\x82\xac");
	sprintf(text + n, "\" }");
	said = unit_complaints(text);
	for (char *s = strtok(said, "\n"); s; s = strtok(NULL, "\n"))
		ck_assert_msg(vfw_literal_utf8(s, strlen(s)), "%s", s);
	free(said);
}
END_TEST

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

/* Byte order: "B" stands before "a", "10" before "9"; a FIFO does not hang. */
START_TEST(test_folder)
{
	char folder[] = "/tmp/vfw-policy-XXXXXX", path[300];
	static const char *const names[] = {"9.vfw", "10.vfw", "B.vfw", "a.vfw", ".x.vfw", "c.txt"};
	struct vfw_policy *p = vfw_policy_new();
	struct vfw_diags d = {0};
	char *printed, *said;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	write_file(folder, "9.vfw", "group nine = vm a\n");
	write_file(folder, "10.vfw", "group ten = vm a\n");
	write_file(folder, "B.vfw", "group upper = vm a\n");
	write_file(folder, "a.vfw", "group lower = vm a\n");
	write_file(folder, ".x.vfw", "this is not read\n");
	write_file(folder, "c.txt", "nor is this\n");
	ck_assert_int_eq(vfw_policy_add_path(p, folder, &d), 0);
	printed = vfw_policy_print(p);
	ck_assert_str_eq(printed, "group ten = vm \"a\"\ngroup nine = vm \"a\"\n"
				  "group upper = vm \"a\"\ngroup lower = vm \"a\"\n");
	free(printed);
	vfw_policy_free(p);

	p = vfw_policy_new();
	snprintf(path, sizeof(path), "%s/f.vfw", folder);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(vfw_policy_add_path(p, folder, &d), -EINVAL);
	said = vfw_diags_format(&d);
	ck_assert_ptr_nonnull(strstr(said, "f.vfw: error: expected a regular file"));
	free(said);
	vfw_diags_free(&d);
	vfw_policy_free(p);
	unlink(path);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(test_patterns)
{
	static const struct {
		const char *pattern, *s;
		bool matches;
	} cases[] = {
		{"legacy-db-*", "legacy-db-1", true},
		{"legacy-db-*", "legacy-db-", true},
		{"legacy-db-*", "legacy-d", false},
		{"*", "", true},
		{"", "", true},
		{"", "a", false},
		{"?", "", false},
		{"a*b*c", "aXbXbc", true},
		{"a*b*c", "aXbXb", false},
		{"*a", "aaaa", true},
		{"[ab]", "a", false},
		{"[ab]", "[ab]", true},
		{"A", "a", false},
		{"**?", "x", true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(vfw_literal_pattern(cases[i].pattern, cases[i].s) == cases[i].matches,
			      "%s against %s", cases[i].pattern, cases[i].s);
}
END_TEST

START_TEST(test_utf8)
{
	ck_assert(vfw_literal_utf8("gr\xc3\xbc\xc3\x9f"
				   "e \xe2\x82\xac \xf0\x9f\x98\x80",
				   16));
	ck_assert(!vfw_literal_utf8("\xc3", 1));
	ck_assert(!vfw_literal_utf8("\xc0\xaf", 2));
	ck_assert(!vfw_literal_utf8("\xe0\x80\xaf", 3));
	ck_assert(!vfw_literal_utf8("\xed\xa0\x80", 3));
	ck_assert(!vfw_literal_utf8("\xf4\x90\x80\x80", 4));
	ck_assert(!vfw_literal_utf8("\xc2\x9b", 2));
	ck_assert(!vfw_literal_utf8("\x1b[31m", 5));
	ck_assert(!vfw_literal_utf8("\x7f", 1));
}
END_TEST

/* FIPS 180-4's own examples, and both sides of the padding's edge against sha256sum. */
START_TEST(test_sha256)
{
	static const struct {
		const char *s;
		const char *digest;
	} cases[] = {
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t digest[VFW_SHA256_LEN];
		char hex[2 * VFW_SHA256_LEN + 1];

		vfw_sha256(cases[i].s, strlen(cases[i].s), digest);
		for (int k = 0; k < VFW_SHA256_LEN; k++)
			sprintf(hex + 2 * k, "%02x", digest[k]);
		ck_assert_str_eq(hex, cases[i].digest);
	}
}
END_TEST

TCase *policy_parse_tests(void)
{
	TCase *tc = tcase_create("parse");

	tcase_add_test(tc, test_sample);
	tcase_add_test(tc, test_comments_and_empty);
	tcase_add_test(tc, test_keywords_are_names);
	tcase_add_test(tc, test_precedence);
	tcase_add_test(tc, test_deep_and_long);
	tcase_add_test(tc, test_many_errors);
	tcase_add_test(tc, test_nul_bytes);
	tcase_add_test(tc, test_clean_complaints);
	tcase_add_test(tc, test_folder);
	tcase_add_test(tc, test_patterns);
	tcase_add_test(tc, test_utf8);
	tcase_add_test(tc, test_sha256);
	return tc;
}
