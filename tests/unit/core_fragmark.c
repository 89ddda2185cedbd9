// SPDX-License-Identifier: GPL-2.0
/* Which fragmented packets may begin, and when again. */
#include "core_unit.h"

#include "core/fragmark.h"

static struct vfw_fragmark_set set;

static enum vfw_fragmark_step begin(u32 hash, u8 class, bool strict, u32 now)
{
	return vfw_fragmark_begin(&set, hash, class, strict, now);
}

START_TEST(fragmark_again)
{
	u32 now;

	memset(&set, 0, sizeof(set));
	/* also where the low bits of the time begin anew */
	for (now = 65500; now < 65536 + 200; now += VFW_FRAGMARK_LIFE) {
		ck_assert_int_eq(begin(7, 1, true, now), VFW_FRAGMARK_TAKEN);
		ck_assert_int_eq(begin(7, 1, true, now), VFW_FRAGMARK_KNOWN);
		ck_assert_int_eq(begin(7, 2, false, now + 1), VFW_FRAGMARK_KNOWN);
		ck_assert_int_eq(begin(8, 1, true, now + 1), VFW_FRAGMARK_TAKEN);
		ck_assert_int_eq(begin(7, 1, true, now + VFW_FRAGMARK_LIFE - 1),
				 VFW_FRAGMARK_KNOWN);
	}
}
END_TEST

/* Of what nobody prevents any number may begin under one name, but it stands against one that is. */
START_TEST(fragmark_lax)
{
	memset(&set, 0, sizeof(set));
	ck_assert_int_eq(begin(7, 1, false, 100), VFW_FRAGMARK_TAKEN);
	ck_assert_int_eq(begin(7, 1, false, 160), VFW_FRAGMARK_TAKEN);
	ck_assert_int_eq(begin(7, 1, true, 160 + VFW_FRAGMARK_LIFE - 1), VFW_FRAGMARK_KNOWN);
	ck_assert_int_eq(begin(7, 1, true, 160 + VFW_FRAGMARK_LIFE), VFW_FRAGMARK_TAKEN);
	ck_assert_int_eq(begin(7, 1, false, 170 + VFW_FRAGMARK_LIFE), VFW_FRAGMARK_KNOWN);
}
END_TEST

START_TEST(fragmark_full)
{
	struct vfw_fragmark_set before;
	u32 i;

	memset(&set, 0, sizeof(set));
	for (i = 0; i < VFW_FRAGMARK_CLASS_WAYS; i++)
		ck_assert_int_eq(begin(i, 1, true, 50 + i), VFW_FRAGMARK_TAKEN);
	before = set;
	ck_assert_int_eq(begin(i, 1, true, 60), VFW_FRAGMARK_FULL);
	ck_assert_mem_eq(&set, &before, sizeof(set));
	/* others have room, until nobody has */
	for (i = VFW_FRAGMARK_CLASS_WAYS; i < VFW_FRAGMARK_WAYS; i++)
		ck_assert_int_eq(begin(i, (u8)i, false, 60), VFW_FRAGMARK_TAKEN);
	ck_assert_int_eq(begin(i, 0, true, 60), VFW_FRAGMARK_FULL);
	for (i = 0; i < VFW_FRAGMARK_WAYS; i++)
		ck_assert_int_eq(begin(i, 9, true, 60), VFW_FRAGMARK_KNOWN);
	/* the first that was noted gives its place first */
	ck_assert_int_eq(begin(99, 1, true, 50 + VFW_FRAGMARK_LIFE), VFW_FRAGMARK_TAKEN);
	ck_assert_int_eq(begin(1, 1, true, 50 + VFW_FRAGMARK_LIFE), VFW_FRAGMARK_KNOWN);
	ck_assert_int_eq(begin(0, 2, true, 50 + VFW_FRAGMARK_LIFE), VFW_FRAGMARK_FULL);
}
END_TEST

TCase *core_fragmark_cases(void)
{
	TCase *tc = tcase_create("fragmark");

	tcase_add_test(tc, fragmark_again);
	tcase_add_test(tc, fragmark_lax);
	tcase_add_test(tc, fragmark_full);
	return tc;
}
