// SPDX-License-Identifier: GPL-2.0
/* Counters in a set of few ways: as each by itself while there is room, and never less than that. */
#include "core_unit.h"

#include <stdlib.h>

#include "core/sigcount.h"

#define SECOND 1000000ULL
#define NAMES 64

static struct vfw_sigcount_set set;
static struct vfw_sig_counter alone[NAMES]; /* what a store without bounds keeps of each */
static bool gave_way;

static struct vfw_sig_limit any_limit(void)
{
	return (struct vfw_sig_limit){
		.kind = (u8)(1 + random() % (VFW_SIG_LIMIT_COUNT - 1)),
		.count = (u32)(1 + random() % 5),
		.seconds = (u32)(1 + random() % 9),
	};
}

static void begin(void)
{
	memset(&set, 0, sizeof(set));
	memset(alone, 0, sizeof(alone));
	gave_way = false;
}

/* As long as no more names run than there are ways, each is told as by itself. */
START_TEST(as_alone)
{
	srandom(1);
	for (int round = 0; round < 300; round++) {
		struct vfw_sig_limit limit[VFW_SIGCOUNT_WAYS];
		u64 now = 1;

		begin();
		for (int i = 0; i < VFW_SIGCOUNT_WAYS; i++)
			limit[i] = any_limit();
		for (int i = 0; i < 400; i++) {
			int who = (int)(random() % VFW_SIGCOUNT_WAYS);
			u64 name = 2 * (u64)who + 2;

			now += (u64)random() % SECOND;
			ck_assert_int_eq(vfw_sigcount(&set, name, &limit[who], now, &gave_way),
					 vfw_sig_limit(&limit[who], &alone[who], now));
		}
		ck_assert(!gave_way);
	}
}
END_TEST

/* Others' counters whose time is over make room. */
START_TEST(over)
{
	struct vfw_sig_limit both = {.kind = VFW_SIG_LIMIT_BOTH, .count = 2, .seconds = 1};
	u64 name = 2, now = 1;

	begin();
	for (int i = 0; i < 100; i++, name += 2, now += SECOND / 4) {
		ck_assert_int_eq(vfw_sigcount(&set, name, &both, now, &gave_way), VFW_SIG_UNDER);
		ck_assert_int_eq(vfw_sigcount(&set, name, &both, now, &gave_way), VFW_SIG_TOLD);
	}
	ck_assert(!gave_way);
}
END_TEST

/* A flood of names within one period: nothing that counts is told later than by itself. */
START_TEST(never_late)
{
	unsigned int early = 0, gave = 0;

	srandom(2);
	for (int round = 0; round < 300; round++) {
		struct vfw_sig_limit limit[NAMES];

		begin();
		for (int i = 0; i < NAMES; i++) {
			limit[i] = any_limit();
			limit[i].kind = VFW_SIG_LIMIT_DETECTION;
			limit[i].seconds = 3600;
		}
		for (u64 now = 1; now < 400; now++) {
			int who = (int)(random() % (1 + random() % NAMES));
			enum vfw_sig_told told, right;

			told = vfw_sigcount(&set, 2 * (u64)who + 2, &limit[who], now, &gave_way);
			right = vfw_sig_limit(&limit[who], &alone[who], now);
			ck_assert_int_ge(told, right);
			early += told > right;
		}
		gave += gave_way;
	}
	ck_assert_uint_gt(early, 100);
	ck_assert_uint_gt(gave, 100);
}
END_TEST

/* One that has counted stands against a flood of single matches, and when it had to go its count does not. */
START_TEST(flood)
{
	struct vfw_sig_limit both = {.kind = VFW_SIG_LIMIT_BOTH, .count = 4, .seconds = 60};
	enum vfw_sig_told told;
	u64 name;

	begin();
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(vfw_sigcount(&set, 2, &both, 1, &gave_way), VFW_SIG_UNDER);
	for (name = 4; name < 20; name += 2)
		vfw_sigcount(&set, name, &both, 2, &gave_way);
	ck_assert(gave_way);
	ck_assert_int_eq(vfw_sigcount(&set, 2, &both, 3, &gave_way), VFW_SIG_TOLD);
	for (name = 20; name < 2000; name += 2)
		told = vfw_sigcount(&set, name, &both, 4, &gave_way);
	/* that set has forgotten enough: what is new there speaks at once */
	ck_assert_int_eq(told, VFW_SIG_TOLD);
	/* and when all of that is past it does not */
	ck_assert_int_eq(vfw_sigcount(&set, 2000, &both, 61 * SECOND, &gave_way), VFW_SIG_UNDER);
}
END_TEST

/* What only silences gives way first, leaves nothing, and begins with nothing. */
START_TEST(silencing)
{
	struct vfw_sig_limit limit = {.kind = VFW_SIG_LIMIT_LIMIT, .count = 1, .seconds = 60};
	struct vfw_sig_limit both = {.kind = VFW_SIG_LIMIT_BOTH, .count = 3, .seconds = 60};
	u64 name;

	begin();
	ck_assert_int_eq(vfw_sigcount(&set, 2, &both, 1, &gave_way), VFW_SIG_UNDER);
	for (name = 4; name < 200; name += 2) {
		for (int i = 0; i < 5; i++)
			ck_assert_int_eq(vfw_sigcount(&set, name, &limit, 2, &gave_way),
					 i ? VFW_SIG_SILENT : VFW_SIG_TOLD);
	}
	ck_assert_uint_eq(set.floor, 0);
	ck_assert_int_eq(vfw_sigcount(&set, 2, &both, 3, &gave_way), VFW_SIG_UNDER);
	ck_assert_int_eq(vfw_sigcount(&set, 2, &both, 3, &gave_way), VFW_SIG_TOLD);
	for (name = 200; name < 400; name += 2)
		vfw_sigcount(&set, name, &both, 4, &gave_way);
	ck_assert_uint_gt(set.floor, 0);
	ck_assert_int_eq(vfw_sigcount(&set, 4, &limit, 5, &gave_way), VFW_SIG_TOLD);
}
END_TEST

TCase *core_sigcount_cases(void)
{
	TCase *t = tcase_create("sigcount");

	tcase_add_test(t, as_alone);
	tcase_add_test(t, over);
	tcase_add_test(t, never_late);
	tcase_add_test(t, flood);
	tcase_add_test(t, silencing);
	return t;
}
