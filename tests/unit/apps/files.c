// SPDX-License-Identifier: GPL-2.0
/* Files of apps: what is right comes out as tables, what is wrong is said with its place. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../../daemon/sig/app_scan.h"

static struct vfw_app_list *list;
static struct vfw_app_scan *scan;
static struct vfw_diags diags;

static void setup(void)
{
	list = vfw_app_list_new();
	scan = NULL;
	memset(&diags, 0, sizeof(diags));
	ck_assert_ptr_nonnull(list);
}

static void teardown(void)
{
	vfw_app_scan_free(scan);
	vfw_app_list_free(list);
	vfw_diags_free(&diags);
}

static int load(const char *text, size_t len)
{
	int rc = vfw_app_list_add(list, "x.app", text, len, &diags);

	if (!rc)
		rc = vfw_app_list_finish(list, &diags);
	return rc ?: vfw_app_scan_new(list, &scan, &diags);
}

#define SHOP                                            \
	"# a comment, and a blank line\n\n"             \
	"app web \"The web\" # behind a statement\n"    \
	"port tcp 80 8080\r\n"                          \
	"port udp 443\n"                                \
	"tcp client /^GET [^\\/]/i server /^HTTP\\//\n" \
	"app shop\n"                                    \
	"over web\n"                                    \
	"tcp client /^GET shop/\n"                      \
	"udp both /^ping\\z/s\n"

START_TEST(right)
{
	const struct vfw_apps *t = &list->tables;

	ck_assert_int_eq(load(SHOP, strlen(SHOP)), 0);
	ck_assert_uint_eq(t->n_apps, 2);
	ck_assert_str_eq(list->text[0].name, "web");
	ck_assert_str_eq(list->text[0].title, "The web");
	ck_assert_ptr_null(list->text[1].title);
	ck_assert_uint_eq(t->n_patterns, 4);
	ck_assert_str_eq(list->regex[0].regex, "^GET [^\\/]");
	ck_assert_uint_eq(list->regex[0].flags, VFW_APP_F_CASELESS);
	ck_assert_uint_eq(list->regex[3].flags, VFW_APP_F_DOTALL);
	ck_assert_uint_eq(t->patterns[0].with, 1);
	ck_assert_uint_eq(t->patterns[1].with, 0);
	ck_assert_uint_eq(t->patterns[1].role, VFW_APP_SERVER);
	ck_assert_uint_eq(t->patterns[2].with, VFW_APP_NONE);
	ck_assert_uint_eq(t->patterns[3].with, 3);
	ck_assert_uint_eq(t->apps[0].n_ports, 3);
	ck_assert_uint_eq(t->ports[2], VFW_APP_UDP << 16 | 443);
	ck_assert_uint_eq(t->apps[1].n_over, 1);
	ck_assert_uint_eq(t->over[0], 0);
}
END_TEST

/* What is said of bytes; a protocol's patterns know nothing of the other's. */
static int app_of(u8 proto, const char *client, const char *server)
{
	struct vfw_app_state s = {0};
	struct vfw_app_verdict v;

	ck_assert(!vfw_app_scan_bytes(scan, proto, (const u8 *)client, (u32)strlen(client), 0, &s));
	ck_assert(!vfw_app_scan_bytes(scan, proto, (const u8 *)server, (u32)strlen(server), 1, &s));
	v = vfw_app_decide(&list->tables, &s, proto, 1);
	return v.answer == VFW_APP_KNOWN ? v.app : -(int)v.answer;
}

START_TEST(scanned)
{
	ck_assert_int_eq(load(SHOP, strlen(SHOP)), 0);
	ck_assert_int_eq(app_of(VFW_APP_TCP, "get x", ""), -VFW_APP_UNKNOWN);
	ck_assert_int_eq(app_of(VFW_APP_TCP, "", "HTTP/"), -VFW_APP_UNKNOWN);
	ck_assert_int_eq(app_of(VFW_APP_TCP, "get x", "HTTP/1"), 0);
	/* the other way round it is the same conversation */
	ck_assert_int_eq(app_of(VFW_APP_TCP, "HTTP/1", "get x"), 0);
	ck_assert_int_eq(app_of(VFW_APP_TCP, "get x HTTP/1", ""), -VFW_APP_UNKNOWN);
	ck_assert_int_eq(app_of(VFW_APP_TCP, "GET shop", "HTTP/1"), 1);
	ck_assert_int_eq(app_of(VFW_APP_TCP, "so GET shop", ""), -VFW_APP_UNKNOWN);
	ck_assert_int_eq(app_of(VFW_APP_UDP, "GET shop", ""), -VFW_APP_UNKNOWN);
	ck_assert_int_eq(app_of(VFW_APP_UDP, "ping", ""), -VFW_APP_UNKNOWN);
	ck_assert_int_eq(app_of(VFW_APP_UDP, "ping", "ping"), 1);
	ck_assert_int_eq(app_of(VFW_APP_UDP, "ping", "pings"), -VFW_APP_UNKNOWN);
}
END_TEST

static const struct {
	const char *text;
	unsigned int line, col;
	const char *says;
} wrong[] = {
	{"# nothing\n", 0, 0, "at least one app"},
	{"tcp any /^a/\n", 1, 1, "app and a name first"},
	{"apps a\n", 1, 1, "app, over, port, tcp or udp"},
	{"app 1a\ntcp any /^a/\n", 1, 5, "the app's name"},
	{"app\n", 1, 4, "the app's name"},
	{"app a \"t\ntcp any /^a/\n", 1, 7, "'\"' at the end"},
	{"app a b\ntcp any /^a/\n", 1, 7, "a title in double quotes"},
	{"app a\ntcp any /^a/\napp a\n", 3, 5, "stands already at x.app:1"},
	{"app a\n", 1, 5, "at least one pattern"},
	{"app a\nover b\ntcp any /^a/\n", 2, 6, "no app has this name"},
	{"app a\nover a\ntcp any /^a/\n", 2, 6, "another app"},
	{"app a\nover\ntcp any /^a/\n", 2, 5, "the name of an app"},
	{"app a\nport 80\ntcp any /^a/\n", 2, 6, "tcp or udp"},
	{"app a\nport tcp 0\ntcp any /^a/\n", 2, 10, "1 to 65535"},
	{"app a\nport tcp 65536\ntcp any /^a/\n", 2, 10, "1 to 65535"},
	{"app a\nport tcp\ntcp any /^a/\n", 2, 9, "a port"},
	{"app a\ntcp /^a/\n", 2, 5, "client, server, any or both"},
	{"app a\ntcp peer /^a/\n", 2, 5, "client, server, any or both"},
	{"app a\ntcp any a\n", 2, 9, "'/' and a regular expression"},
	{"app a\ntcp any /^a\n", 2, 9, "'/' at the end"},
	{"app a\ntcp any /a/\n", 2, 10, "'^'"},
	{"app a\ntcp any /^a|b/\n", 2, 12, "in parentheses"},
	{"app a\ntcp any /^[|]a|b/\n", 2, 15, "in parentheses"},
	{"app a\ntcp any /^a/m\n", 2, 13, "flags i or s"},
	{"app a\ntcp any /^a/ii\n", 2, 14, "stands there already"},
	{"app a\ntcp any /^a/ server /^b/\n", 2, 14, "a comment"},
	{"app a\ntcp client /^a/ client /^b/\n", 2, 17, "expected server"},
	{"app a\ntcp client /^a/ server /^b/ any /^c/\n", 2, 29, "one server pattern"},
	{"app a\ntcp any /^(a/\n", 2, 9, "Missing close parenthesis"},
	{"app a\ntcp any /^(?=a)b/\n", 2, 9, "Zero-width assertions"},
	{"app a\ntcp any /^a*/\n", 2, 9, "at least one byte"},
	{"app a\ntcp any /^a$/\n", 2, 9, "a stream does not end"},
	{"app a\ntcp any /^a\\b/\n", 2, 9, "a stream does not end"},
};

START_TEST(complaints)
{
	const struct vfw_diag *d = diags.v;
	int rc = load(wrong[_i].text, strlen(wrong[_i].text));

	ck_assert_msg(rc == -EINVAL, "case %d: %d", _i, rc);
	ck_assert_uint_ge(diags.n, 1);
	ck_assert_msg(d->line == wrong[_i].line && d->col == wrong[_i].col, "case %d: at %u:%u: %s",
		      _i, d->line, d->col, d->message);
	ck_assert_msg(strstr(d->message, wrong[_i].says) != NULL, "case %d: %s", _i, d->message);
}
END_TEST

START_TEST(all_lines_looked_at)
{
	static const char text[] = "app a\ntcp any b\n\ntcp any /^a\0/\nudp any /^a$/\nport x\n";

	ck_assert_int_eq(load(text, sizeof(text) - 1), -EINVAL);
	ck_assert_uint_eq(diags.total[VFW_DIAG_ERROR], 3);
	ck_assert_uint_eq(diags.v[1].line, 4);
	ck_assert_uint_eq(diags.v[2].line, 6);
}
END_TEST

/* Alternatives inside groups and classes are none of the whole. */
START_TEST(alternatives)
{
	static const char *const texts[] = {"app a\ntcp any /^(a|b)/\n", "app a\ntcp any /^[|]/\n",
					    "app a\ntcp any /^[]|]/\n", "app a\ntcp any /^\\|/\n",
					    "app a\ntcp any /^[^\\]|]/\n"};

	ck_assert_int_eq(load(texts[_i], strlen(texts[_i])), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("apps");
	TCase *t = tcase_create("files");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, right);
	tcase_add_test(t, scanned);
	tcase_add_loop_test(t, complaints, 0, sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_test(t, all_lines_looked_at);
	tcase_add_loop_test(t, alternatives, 0, 5);
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
