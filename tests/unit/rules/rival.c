// SPDX-License-Identifier: GPL-2.0
/*
 * Our own matcher against PCRE2, the reference: random expressions over random texts must begin and end
 * at the same places. What ours refuses is not compared, but must not be much.
 */
#include "suite.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../daemon/sig/rule_regex.h"

#define EXPRESSIONS 20000
#define TEXTS 6

static char *out;

static unsigned int any(unsigned int n)
{
	return (unsigned int)random() % n;
}

static void put(const char *s)
{
	out += sprintf(out, "%s", s);
}

static void invent(unsigned int depth);

/* Returns whether the atom may be repeated. */
static bool invent_atom(unsigned int depth)
{
	static const char *const bytes[] = {"a",    "b",   "c",	     "\\d",	   "\\w",    "[ab]",
					    "[^a]", ".",   "\\s",    "\\x61",	   "[a-c1]", "\\W",
					    "1",    "\\n", "[^\\n]", "[[:alpha:]]"};
	static const char *const places[] = {"\\b", "\\B", "^", "$", "\\A", "\\Z", "\\z"};
	static const char *const groups[] = {"(", "(?:", "(?>", "(?=", "(?!"};
	unsigned int kind = any(30), group;

	if (kind < 18 || depth > 3) {
		put(bytes[any(ARRAY_SIZE(bytes))]);
		return true;
	}
	if (kind < 21) {
		put(places[any(ARRAY_SIZE(places))]);
		return false;
	}
	if (kind < 23) {
		put(any(2) ? "\\1" : "\\2");
		return true;
	}
	if (kind < 25) {
		put(any(2) ? "(?<=" : "(?<!");
		put(any(2) ? "a)" : "[ab]b)");
		return false;
	}
	group = any(ARRAY_SIZE(groups));
	put(groups[group]);
	invent(depth + 1);
	put(")");
	return group < 3;
}

static void invent(unsigned int depth)
{
	static const char *const repeats[] = {"*",  "+",  "?",	"{2}", "{1,3}", "{2,}",
					      "*?", "+?", "??", "*+",  "++",	"{0,2}?"};
	unsigned int n = 1 + any(4), i;

	for (i = 0; i < n; i++) {
		if (invent_atom(depth) && !any(3))
			put(repeats[any(ARRAY_SIZE(repeats))]);
		if (!any(8) && i + 1 < n)
			put("|");
	}
}

static void compare(const char *expr, const struct vfw_rule_regex *ours, pcre2_code *theirs,
		    pcre2_match_data *data)
{
	static struct vfw_regex_scratch scratch;
	unsigned int len = any(13), i;
	u32 from = 0, to = 0, budget = VFW_REGEX_BUDGET;
	char *text = malloc(len + 1);
	PCRE2_SIZE *at;
	int theirs_rc, rc;

	for (i = 0; i < len; i++)
		text[i] = "abcA1 \nb"[any(8)];
	text[len] = '\0';
	theirs_rc = pcre2_match(theirs, (PCRE2_SPTR)text, len, 0, 0, data, NULL);
	rc = vfw_regex_find(&ours->regex, &scratch, (const u8 *)text, len, &from, &to, &budget);
	at = pcre2_get_ovector_pointer(data);
	ck_assert_msg(rc >= 0 && rc == (theirs_rc >= 0), "/%s/ on \"%s\": %d, not %d", expr, text,
		      rc, theirs_rc);
	ck_assert_msg(!rc || (from == at[0] && to == at[1]), "/%s/ on \"%s\": %u-%u, not %zu-%zu",
		      expr, text, from, to, at[0], at[1]);
	free(text);
}

START_TEST(rival)
{
	pcre2_match_data *data = pcre2_match_data_create(40, NULL);
	unsigned int i, k, refused = 0, compared = 0;
	char expr[8192], why[128];

	srandom(1);
	for (i = 0; i < EXPRESSIONS; i++) {
		struct vfw_rule_expr x = {.regex = expr};
		struct vfw_rule_regex *ours;
		uint32_t options = 0;
		pcre2_code *theirs;
		PCRE2_SIZE offset;
		int error;

		out = expr;
		invent(0);
		if (!any(3)) {
			x.flags |= VFW_RULE_EXPR_CASELESS;
			options |= PCRE2_CASELESS;
		}
		if (!any(3)) {
			x.flags |= VFW_RULE_EXPR_DOTALL;
			options |= PCRE2_DOTALL;
		}
		if (!any(4)) {
			x.flags |= VFW_RULE_EXPR_MULTILINE;
			options |= PCRE2_MULTILINE;
		}
		theirs = pcre2_compile((PCRE2_SPTR)expr, PCRE2_ZERO_TERMINATED, options, &error,
				       &offset, NULL);
		ours = vfw_rule_regex_new(&x, why, sizeof(why));
		refused += theirs && !ours;
		for (k = 0; theirs && ours && k < TEXTS; k++) {
			compare(expr, ours, theirs, data);
			compared++;
		}
		pcre2_code_free(theirs);
		vfw_rule_regex_free(ours);
	}
	pcre2_match_data_free(data);
	ck_assert_uint_gt(compared, EXPRESSIONS * TEXTS / 2);
	ck_assert_uint_lt(refused, EXPRESSIONS / 20);
}
END_TEST

TCase *rules_rival_cases(void)
{
	TCase *t = tcase_create("rival");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, rival);
	return t;
}
