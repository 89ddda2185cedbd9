// SPDX-License-Identifier: GPL-2.0
#include "core_unit.h"

#include "core/types.h"

#include "core/reason.h"

/* Words go into JSON, file names and command lines: lower case letters and dashes, no two alike. */
START_TEST(reason_words)
{
	u32 i, j;

	for (i = 0; i < VFW_REASON_COUNT; i++) {
		const char *word = vfw_reason_word(i);

		ck_assert_msg(word && *word, "reason %u has no word", i);
		ck_assert_uint_eq(strspn(word, "abcdefghijklmnopqrstuvwxyz-"), strlen(word));
		ck_assert_uint_gt(strlen(vfw_reason_meaning(i)), strlen(word));
		for (j = 0; j < i; j++)
			ck_assert_str_ne(word, vfw_reason_word(j));
	}
	ck_assert_str_eq(vfw_reason_word(VFW_REASON_COUNT), "unknown");
	ck_assert_str_eq(vfw_reason_word(~0U), "unknown");
	ck_assert_str_eq(vfw_reason_word(VFW_REASON_SPOOF_MAC), "spoof-mac");
	ck_assert_str_ne(vfw_reason_meaning(~0U), "");
}
END_TEST

/* The numbers stand in logs: none may ever move. */
START_TEST(reason_numbers)
{
	ck_assert_int_eq(VFW_REASON_NONE, 0);
	ck_assert_int_eq(VFW_REASON_RULE, 1);
	ck_assert_int_eq(VFW_REASON_UNMANAGED, 10);
	ck_assert_int_eq(VFW_REASON_NOT_FOR_YOU, 18);
	ck_assert_int_eq(VFW_REASON_CUT, 27);
}
END_TEST

TCase *core_reason_cases(void)
{
	TCase *tc = tcase_create("reason");

	tcase_add_test(tc, reason_words);
	tcase_add_test(tc, reason_numbers);
	return tc;
}
