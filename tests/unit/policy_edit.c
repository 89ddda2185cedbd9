// SPDX-License-Identifier: GPL-2.0
/* Rules added to texts and taken from them: what is not the rule stays, byte for byte. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/policy/edit.h"
#include "policy_unit.h"

#define RULE "pass from any to host"

static const char layout[] = "# head\n"
			     "tenant shop {\n"
			     "\tgroup web = vm w\t# the web\n"
			     "\n"
			     "\t# why\n"
			     "\t# twice\n"
			     "\tpass from web to any tcp port { 80,\n"
			     "\t\t443 }   # both\n"
			     "\tblock from any to web   # }\n"
			     "}\n"
			     "first { pass from any to host block from any to any }\n"
			     "tenant bare {\n}\n"
			     "tenant line { group g = vm \"}\\\"{\" }\n"
			     "last {}";

#define BEFORE(x) VFW_EDIT_BEFORE, x, NULL, false
#define AFTER(x) VFW_EDIT_AFTER, x, NULL, false
#define OF(where, x) VFW_EDIT_##where, NULL, x, false
#define OF_TENANT(where, x) VFW_EDIT_##where, NULL, x, true

static const struct {
	enum vfw_edit_where where;
	const char *label, *block;
	bool tenant;
	const char *old, *new; /* what stood there, and what does now */
	const char *called;
} adds[] = {
	{BEFORE("shop:1"), "\t# why\n", "\t" RULE "\n\t# why\n", "shop:1"},
	{AFTER("shop:1"), "443 }   # both\n", "443 }   # both\n\t" RULE "\n", "shop:2"},
	{BEFORE("shop:2"), "\tblock from any to web", "\t" RULE "\n\tblock from any to web",
	 "shop:2"},
	{AFTER("shop:2"), "web   # }\n", "web   # }\n\t" RULE "\n", "shop:3"},
	{OF_TENANT(FIRST, "shop"), "\t# why\n", "\t" RULE "\n\t# why\n", "shop:1"},
	{OF_TENANT(LAST, "shop"), "web   # }\n", "web   # }\n\t" RULE "\n", "shop:3"},
	{BEFORE("first:1"), "first { ", "first { " RULE " ", "first:1"},
	{AFTER("first:1"), "host block", "host " RULE " block", "first:2"},
	{AFTER("first:2"), "to any }\n", "to any " RULE " }\n", "first:3"},
	{OF(LAST, "first"), "to any }\n", "to any " RULE " }\n", "first:3"},
	{OF_TENANT(LAST, "bare"), "bare {\n", "bare {\n  " RULE "\n", "bare:1"},
	{OF_TENANT(FIRST, "line"), "{\" }\n", "{\" " RULE " }\n", "line:1"},
	{OF(LAST, "last"), "last {}", "last { " RULE " }", "last:1"},
	{OF_TENANT(LAST, "fresh"), "last {}", "last {}\n\ntenant fresh {\n  " RULE "\n}\n",
	 "fresh:1"},
};

static char *replaced(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);
	char *out;

	ck_assert_msg(at != NULL, "no '%s'", old);
	ck_assert_int_ge(asprintf(&out, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old)),
			 0);
	return out;
}

START_TEST(test_add)
{
	struct vfw_edit_place place = {adds[_i].where, adds[_i].label, adds[_i].block,
				       adds[_i].tenant, NULL};
	struct vfw_policy *p = unit_parse(layout), *after;
	char *want = replaced(layout, adds[_i].old, adds[_i].new), *why = NULL, label[80];
	struct vfw_edit edit;

	ck_assert_int_eq(vfw_edit_add(p, &place, RULE, &edit, &why), 0);
	ck_assert_str_eq(edit.text, want);
	ck_assert_uint_eq(edit.len, strlen(want));
	ck_assert(!edit.is_new);
	after = unit_parse(edit.text);
	ck_assert(vfw_edit_is_rule(after, edit.file, edit.at, strlen(RULE), label, sizeof(label)));
	ck_assert_str_eq(label, adds[_i].called);
	ck_assert(!vfw_edit_is_rule(after, edit.file, edit.at, strlen(RULE) - 1, label,
				    sizeof(label)));
	vfw_policy_free(after);
	vfw_policy_free(p);
	free(edit.text);
	free(edit.file);
	free(want);
}
END_TEST

static const struct {
	const char *label, *old, *new;
} deletes[] = {
	{"shop:1", "\tpass from web to any tcp port { 80,\n\t\t443 }   # both\n", ""},
	{"shop:2", "\tblock from any to web   # }\n", ""},
	{"first:1", "pass from any to host block", "block"},
	{"first:2", " block from any to any }\n", " }\n"},
};

START_TEST(test_delete)
{
	char *want = replaced(layout, deletes[_i].old, deletes[_i].new), *why = NULL, *rule = NULL;
	struct vfw_policy *p = unit_parse(layout), *after;
	struct vfw_edit edit;

	ck_assert_int_eq(vfw_edit_delete(p, deletes[_i].label, &rule, &edit, &why), 0);
	ck_assert_str_eq(edit.text, want);
	after = unit_parse(edit.text);
	ck_assert_uint_eq(after->n_rules, p->n_rules - 1);
	vfw_policy_free(after);
	vfw_policy_free(p);
	free(edit.text);
	free(edit.file);
	free(want);
	free(rule);
}
END_TEST

/* Whatever stands where, adding a rule and taking it out again leaves the text. */
START_TEST(test_back)
{
	for (size_t i = 0; i < sizeof(adds) / sizeof(adds[0]); i++) {
		struct vfw_edit_place place = {adds[i].where, adds[i].label, adds[i].block,
					       adds[i].tenant, NULL};
		struct vfw_policy *p, *after;
		struct vfw_edit edit, back;
		char *why = NULL, *rule = NULL;

		if (adds[i].block) /* those may make a block, or blanks in it, that stay */
			continue;
		p = unit_parse(layout);
		ck_assert_int_eq(vfw_edit_add(p, &place, RULE, &edit, &why), 0);
		after = unit_parse(edit.text);
		ck_assert_int_eq(vfw_edit_delete(after, adds[i].called, &rule, &back, &why), 0);
		ck_assert_str_eq(rule, RULE);
		free(rule);
		ck_assert_str_eq(back.text, layout);
		vfw_policy_free(after);
		vfw_policy_free(p);
		free(edit.text);
		free(edit.file);
		free(back.text);
		free(back.file);
	}
}
END_TEST

START_TEST(test_files)
{
	struct vfw_edit_place place = {VFW_EDIT_LAST, NULL, "shop", true, NULL};
	struct vfw_policy *p = vfw_policy_new();
	struct vfw_diags d = {0};
	static const char crlf[] = "first {\r\n  " RULE "\r\n}\r\n";
	struct vfw_edit edit;
	char *why = NULL;

	ck_assert_int_eq(vfw_policy_add_text(p, "a.vfw", crlf, sizeof(crlf) - 1, &d), 0);
	ck_assert_int_eq(vfw_policy_add_text(p, "b.vfw", "", 0, &d), 0);
	/* a new block needs a file */
	ck_assert_int_eq(vfw_edit_add(p, &place, RULE, &edit, &why), -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, "file"));
	free(why);
	place.file = "b.vfw";
	ck_assert_int_eq(vfw_edit_add(p, &place, RULE, &edit, &why), 0);
	ck_assert_str_eq(edit.text, "tenant shop {\n  " RULE "\n}\n");
	ck_assert_str_eq(edit.file, "b.vfw");
	ck_assert(!edit.is_new);
	free(edit.text);
	free(edit.file);
	place.file = "c.vfw";
	ck_assert_int_eq(vfw_edit_add(p, &place, RULE, &edit, &why), 0);
	ck_assert_str_eq(edit.file, "c.vfw");
	ck_assert(edit.is_new);
	free(edit.text);
	free(edit.file);
	/* line ends are kept */
	place = (struct vfw_edit_place){VFW_EDIT_AFTER, "first:1", NULL, false, NULL};
	ck_assert_int_eq(vfw_edit_add(p, &place, RULE, &edit, &why), 0);
	ck_assert_str_eq(edit.text, "first {\r\n  " RULE "\r\n  " RULE "\r\n}\r\n");
	free(edit.text);
	free(edit.file);
	ck_assert_int_eq(vfw_edit_delete(p, "shop:1", &why, &edit, &why), -ENOENT);
	ck_assert_ptr_nonnull(strstr(why, "shop:1"));
	free(why);
	vfw_policy_free(p);
}
END_TEST

TCase *policy_edit_tests(void)
{
	TCase *tc = tcase_create("edit");

	tcase_add_loop_test(tc, test_add, 0, sizeof(adds) / sizeof(adds[0]));
	tcase_add_loop_test(tc, test_delete, 0, sizeof(deletes) / sizeof(deletes[0]));
	tcase_add_test(tc, test_back);
	tcase_add_test(tc, test_files);
	return tc;
}
