// SPDX-License-Identifier: GPL-2.0
/* Fragments of one packet, a word for each: start-end, + more follow -> taken, complete or bad. */
#include "core_unit.h"

#include "core/fragset.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_WORDS 20

static const struct {
	const char *name;
	const char *words[MAX_WORDS];
} packets[] = {
	{"in order", {"0-8+ taken", "8-16+ taken", "16-20 complete"}},
	{"backwards", {"16-20 taken", "8-16+ taken", "0-8+ complete"}},
	{"the middle last", {"0-8+ taken", "16-20 taken", "8-16+ complete"}},
	{"one whole", {"0-20 complete"}},
	{"the same again", {"0-8+ taken", "0-8+ bad", "8-16 complete"}},
	{"other extents",
	 {"0-16+ taken", "0-8+ bad", "8-16+ bad", "8-24+ bad", "0-24+ bad", "16-24 complete"}},
	{"overlap with what lies behind",
	 {"16-24+ taken", "0-24+ bad", "8-17+ bad", "0-16+ taken"}},
	{"around what is there", {"8-16+ taken", "0-24+ bad", "0-24 bad", "0-8+ taken"}},
	{"two ends",
	 {"0-8+ taken", "16-24 taken", "24-32 bad", "8-16 bad", "24-32+ bad", "8-16+ complete"}},
	{"an end before what is there", {"16-24+ taken", "0-8 bad", "24-32 taken"}},
	{"an end that more would follow", {"8-16 taken", "0-8+ complete"}},
	{"nothing", {"0-0 bad", "8-8+ bad", "8-0+ bad"}},
	{"the largest, and beyond", {"65528-65535 taken", "0-65528+ complete"}},
	{"beyond the largest", {"65528-65536 bad", "65536-65544+ bad"}},
	{"as many gaps as may be",
	 {"0-8+ taken", "16-24+ taken", "32-40+ taken", "48-56+ taken", "64-72+ taken",
	  "80-88+ taken", "96-104+ taken", "112-120+ taken", "128-136+ bad", "8-16+ taken",
	  "128-136+ taken", "144-152 bad", "120-128+ taken", "144-152 taken"}},
};

START_TEST(fragset_packets)
{
	static const char *const steps[] = {"taken", "complete", "bad"};
	const char *const *word = packets[_i].words;
	struct vfw_fragset s;
	u32 n;

	memset(&s, 0, sizeof(s));
	for (n = 0; n < MAX_WORDS && word[n]; n++) {
		struct vfw_fragset before = s;
		char *rest;
		u32 start = (u32)strtoul(word[n], &rest, 10);
		u32 end = (u32)strtoul(rest + 1, &rest, 10);
		bool more = *rest == '+';
		const char *step = steps[vfw_fragset_add(&s, start, end, more)];

		ck_assert_msg(!strcmp(step, rest + more + 1), "%s: %s: %s", packets[_i].name,
			      word[n], step);
		if (!strcmp(step, "bad"))
			ck_assert_mem_eq(&s, &before, sizeof(s));
	}
	ck_assert_uint_gt(n, 0);
}
END_TEST

TCase *core_fragset_cases(void)
{
	TCase *tc = tcase_create("fragset");

	tcase_add_loop_test(tc, fragset_packets, 0, (int)ARRAY_SIZE(packets));
	return tc;
}
