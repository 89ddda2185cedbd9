// SPDX-License-Identifier: GPL-2.0
/* Which fragmented packets may begin, and when again. */
#include "core_unit.h"

#include "core/fragmark.h"

static struct vfw_fragmark_set set;

static enum vfw_fragmark_step from(u32 hash, u8 class, u8 source, bool strict, u32 now)
{
	struct vfw_fragmark_name name = {
		.hash = hash, .class = class, .source = source, .out = true};

	return vfw_fragmark_begin(&set, &name, strict, now);
}

static enum vfw_fragmark_step begin(u32 hash, u8 class, bool strict, u32 now)
{
	return from(hash, class, 0, strict, now);
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

/* One that need not be noted begins all the same where there is no place, and stands against strict ones of its address. */
START_TEST(fragmark_closed)
{
	u32 i, again = 65500 + VFW_FRAGMARK_LIFE;

	memset(&set, 0, sizeof(set));
	for (i = 0; i < VFW_FRAGMARK_CLASS_WAYS; i++)
		ck_assert_int_eq(from(i, 1, 3, true, 65500), VFW_FRAGMARK_TAKEN);
	ck_assert_int_eq(from(100, 2, 3, true, 65500), VFW_FRAGMARK_TAKEN);
	ck_assert_int_eq(from(50, 1, 3, false, 65501), VFW_FRAGMARK_UNNOTED);
	/* whoever sends it */
	ck_assert_int_eq(from(50, 2, 3, true, 65501), VFW_FRAGMARK_FULL);
	ck_assert_int_eq(from(50, 2, 3, true, again), VFW_FRAGMARK_FULL);
	ck_assert_int_eq(from(51, 2, 4, true, 65501), VFW_FRAGMARK_TAKEN);
	ck_assert_int_eq(from(50, 2, 3, true, again + 1), VFW_FRAGMARK_TAKEN);
	/* another address closes it, and that of before is open */
	for (i = 0; i < VFW_FRAGMARK_CLASS_WAYS; i++)
		ck_assert_int_eq(from(200 + i, 1, 3, true, again + 1), VFW_FRAGMARK_TAKEN);
	ck_assert_int_eq(from(60, 1, 5, false, again + 1), VFW_FRAGMARK_UNNOTED);
	ck_assert_int_eq(from(60, 6, 5, true, again + 1), VFW_FRAGMARK_FULL);
	ck_assert_int_eq(from(61, 6, 3, true, again + 1), VFW_FRAGMARK_TAKEN);
}
END_TEST

/* What its caller knows that it cannot have begun unnoted may begin in a set that another source closed. */
START_TEST(fragmark_others)
{
	const struct vfw_fragmark_name other = {.hash = 50, .class = 2, .source = 3};
	u32 i;

	memset(&set, 0, sizeof(set));
	for (i = 0; i < VFW_FRAGMARK_CLASS_WAYS; i++)
		ck_assert_int_eq(from(i, 1, 3, false, 100), VFW_FRAGMARK_TAKEN);
	ck_assert_int_eq(from(49, 1, 3, false, 100), VFW_FRAGMARK_UNNOTED);
	ck_assert_int_eq(from(50, 2, 3, true, 100), VFW_FRAGMARK_FULL);
	ck_assert_int_eq(vfw_fragmark_begin(&set, &other, true, 100), VFW_FRAGMARK_TAKEN);
}
END_TEST

TCase *core_fragmark_cases(void)
{
	TCase *tc = tcase_create("fragmark");

	tcase_add_test(tc, fragmark_again);
	tcase_add_test(tc, fragmark_lax);
	tcase_add_test(tc, fragmark_full);
	tcase_add_test(tc, fragmark_closed);
	tcase_add_test(tc, fragmark_others);
	return tc;
}
