// SPDX-License-Identifier: GPL-2.0
#include "core_unit.h"

#include "core/app.h"

#define NONE VFW_APP_NONE
#define TCP 6

enum { WEB, SHOP, MAIL, NEWS };
enum { WEB_ASK, WEB_ANSWER, SHOP_ASK, MAIL_BANNER, MAIL_ASK, NEWS_BANNER, NEWS_BOTH };

static struct vfw_app apps[] = {
	[WEB] = {.over = 0, .n_over = 0, .port = 0, .n_ports = 1},
	[SHOP] = {.over = 0, .n_over = 1},
	[MAIL] = {.port = 1, .n_ports = 1},
	[NEWS] = {.port = 2, .n_ports = 1},
};
static struct vfw_app_pattern patterns[] = {
	[WEB_ASK] = {WEB, NONE, VFW_APP_CLIENT},
	[WEB_ANSWER] = {WEB, NONE, VFW_APP_SERVER},
	[SHOP_ASK] = {SHOP, NONE, VFW_APP_CLIENT},
	[MAIL_BANNER] = {MAIL, MAIL_ASK, VFW_APP_SERVER},
	[MAIL_ASK] = {MAIL, MAIL_BANNER, VFW_APP_CLIENT},
	[NEWS_BANNER] = {NEWS, NONE, VFW_APP_SERVER},
	[NEWS_BOTH] = {NEWS, NEWS_BOTH, VFW_APP_ANY},
};
static u16 over[] = {WEB};
static u32 ports[] = {TCP << 16 | 80, TCP << 16 | 25, TCP << 16 | 119};
static struct vfw_apps tables = {apps, patterns, over, ports, 4, 7, 1, 3};

static const struct {
	int hits[4][2]; /* pattern + 1, side */
	u16 port;
	int answer, app, client;
} cases[] = {
	{{{0}}, 80, VFW_APP_UNKNOWN, NONE, 2},
	{{{WEB_ASK + 1, 0}}, 1, VFW_APP_KNOWN, WEB, 0},
	{{{WEB_ASK + 1, 1}}, 1, VFW_APP_KNOWN, WEB, 1},
	{{{WEB_ANSWER + 1, 1}}, 1, VFW_APP_KNOWN, WEB, 0},
	/* both say they ask: one app, no client */
	{{{WEB_ASK + 1, 0}, {WEB_ASK + 1, 1}}, 1, VFW_APP_KNOWN, WEB, 2},
	{{{WEB_ASK + 1, 0}, {SHOP_ASK + 1, 0}}, 80, VFW_APP_KNOWN, SHOP, 0},
	/* half of a pair is nothing, nor are both halves of one side */
	{{{MAIL_BANNER + 1, 1}}, 25, VFW_APP_UNKNOWN, NONE, 2},
	{{{MAIL_BANNER + 1, 1}, {MAIL_ASK + 1, 1}}, 25, VFW_APP_UNKNOWN, NONE, 2},
	{{{MAIL_BANNER + 1, 1}, {MAIL_ASK + 1, 0}}, 1, VFW_APP_KNOWN, MAIL, 0},
	{{{MAIL_BANNER + 1, 0}, {MAIL_ASK + 1, 1}}, 1, VFW_APP_KNOWN, MAIL, 1},
	{{{NEWS_BOTH + 1, 0}}, 119, VFW_APP_UNKNOWN, NONE, 2},
	{{{NEWS_BOTH + 1, 0}, {NEWS_BOTH + 1, 1}}, 1, VFW_APP_KNOWN, NEWS, 2},
	/* two that payload names: the port decides, or nothing */
	{{{WEB_ASK + 1, 0}, {NEWS_BANNER + 1, 1}}, 1, VFW_APP_AMBIGUOUS, NONE, 2},
	{{{WEB_ASK + 1, 0}, {NEWS_BANNER + 1, 1}}, 80, VFW_APP_KNOWN, WEB, 0},
	{{{WEB_ASK + 1, 0}, {NEWS_BANNER + 1, 1}}, 119, VFW_APP_KNOWN, NEWS, 0},
	{{{WEB_ASK + 1, 0}, {NEWS_BANNER + 1, 1}}, 25, VFW_APP_AMBIGUOUS, NONE, 2},
	/* one that is beaten does not come back by its port */
	{{{WEB_ASK + 1, 0}, {SHOP_ASK + 1, 0}, {NEWS_BANNER + 1, 1}},
	 80,
	 VFW_APP_AMBIGUOUS,
	 NONE,
	 2},
};

START_TEST(decide)
{
	struct vfw_app_state s = {0};
	struct vfw_app_verdict v;
	int i;

	ck_assert_ptr_null(vfw_apps_check(&tables));
	for (i = 0; i < 4 && cases[_i].hits[i][0]; i++)
		vfw_app_hit(&s, &tables, (u32)cases[_i].hits[i][0] - 1, (u32)cases[_i].hits[i][1]);
	v = vfw_app_decide(&tables, &s, TCP, cases[_i].port);
	ck_assert_msg(v.answer == cases[_i].answer && v.app == cases[_i].app &&
			      v.client == cases[_i].client,
		      "case %d: answer %u, app %u, client %u", _i, v.answer, v.app, v.client);
	/* a port of another protocol is no hint */
	v = vfw_app_decide(&tables, &s, 17, cases[_i].port);
	ck_assert_int_ne(v.answer == VFW_APP_KNOWN && cases[_i].answer == VFW_APP_UNKNOWN, 1);
}
END_TEST

START_TEST(hints_of_the_protocol)
{
	struct vfw_app_state s = {0};

	vfw_app_hit(&s, &tables, WEB_ASK, 0);
	vfw_app_hit(&s, &tables, NEWS_BANNER, 1);
	ck_assert_uint_eq(vfw_app_decide(&tables, &s, 17, 80).answer, VFW_APP_AMBIGUOUS);
}
END_TEST

START_TEST(too_many_hits)
{
	static struct vfw_app_pattern many[VFW_APP_HITS + 1];
	static struct vfw_app one;
	struct vfw_apps t = {&one, many, NULL, NULL, 1, VFW_APP_HITS + 1, 0, 0};
	struct vfw_app_state s = {0};
	u32 i;

	for (i = 0; i <= VFW_APP_HITS; i++)
		many[i].with = NONE;
	ck_assert_ptr_null(vfw_apps_check(&t));
	for (i = 0; i < VFW_APP_HITS; i++) {
		vfw_app_hit(&s, &t, i, 0);
		vfw_app_hit(&s, &t, i, 0); /* again */
	}
	vfw_app_hit(&s, &t, VFW_APP_HITS + 1, 0); /* none */
	vfw_app_hit(&s, &t, 0, 2); /* no side */
	ck_assert_uint_eq(vfw_app_decide(&t, &s, TCP, 1).answer, VFW_APP_KNOWN);
	vfw_app_hit(&s, &t, VFW_APP_HITS, 0);
	ck_assert_uint_eq(vfw_app_decide(&t, &s, TCP, 1).answer, VFW_APP_AMBIGUOUS);
	/* what one side lost is forgotten with the rest of what it said */
	vfw_app_forget(&s, 1);
	ck_assert_uint_eq(vfw_app_decide(&t, &s, TCP, 1).answer, VFW_APP_AMBIGUOUS);
	vfw_app_forget(&s, 0);
	vfw_app_hit(&s, &t, 0, 0);
	ck_assert_uint_eq(vfw_app_decide(&t, &s, TCP, 1).answer, VFW_APP_KNOWN);
}
END_TEST

START_TEST(which_stay)
{
	struct vfw_app_state s = {0};
	u16 stay[VFW_APP_STAY];

	ck_assert_uint_eq(vfw_app_stay(&tables, &s, stay), 0);
	vfw_app_hit(&s, &tables, WEB_ASK, 0);
	vfw_app_hit(&s, &tables, NEWS_BANNER, 1);
	ck_assert_uint_eq(vfw_app_stay(&tables, &s, stay), 2);
	ck_assert(stay[0] == WEB && stay[1] == NEWS);
}
END_TEST

/* What lost counts where the app that is named was silent: on another side, or in another datagram. */
START_TEST(which_lost)
{
	struct vfw_app_doubt doubt[VFW_APP_STAY];
	struct vfw_app_state s = {0};

	vfw_app_hit(&s, &tables, WEB_ASK, 0);
	ck_assert_uint_eq(vfw_app_doubts(&tables, &s, WEB, doubt), 0);
	vfw_app_hit(&s, &tables, SHOP_ASK, 0);
	ck_assert_uint_eq(vfw_app_doubts(&tables, &s, SHOP, doubt), 0);
	vfw_app_hit(&s, &tables, WEB_ASK, 1);
	ck_assert_uint_eq(vfw_app_doubts(&tables, &s, SHOP, doubt), 1);
	ck_assert(doubt[0].app == WEB && doubt[0].beaten);
	vfw_app_forget(&s, 1);
	ck_assert_uint_eq(vfw_app_doubts(&tables, &s, SHOP, doubt), 0);
	vfw_app_hit(&s, &tables, NEWS_BANNER, 1);
	ck_assert_uint_eq(vfw_app_doubts(&tables, &s, SHOP, doubt), 1);
	ck_assert(doubt[0].app == NEWS && !doubt[0].beaten);

	/* datagrams of one side; what has hit before is noted again */
	s = (struct vfw_app_state){0};
	vfw_app_hit(&s, &tables, WEB_ASK, 0);
	vfw_app_take(&s, 0, 10, true);
	vfw_app_hit(&s, &tables, NEWS_BANNER, 0);
	ck_assert_uint_eq(vfw_app_doubts(&tables, &s, WEB, doubt), 1);
	ck_assert_uint_eq(vfw_app_doubts(&tables, &s, NEWS, doubt), 1);
	vfw_app_hit(&s, &tables, WEB_ASK, 0);
	ck_assert_uint_eq(vfw_app_doubts(&tables, &s, WEB, doubt), 0);
	ck_assert_uint_eq(vfw_app_doubts(&tables, &s, NEWS, doubt), 1);

	/* half of a pair is nothing */
	s = (struct vfw_app_state){0};
	vfw_app_hit(&s, &tables, WEB_ASK, 0);
	vfw_app_hit(&s, &tables, MAIL_BANNER, 1);
	ck_assert_uint_eq(vfw_app_doubts(&tables, &s, WEB, doubt), 0);
}
END_TEST

/* Other tables: what is known stays, also against its own patterns; what was said in part may have been anything. */
START_TEST(other_tables)
{
	const u32 web = 40, shop = 41, gone = 99;
	struct vfw_app_state s = {0};
	struct vfw_app_verdict v;

	apps[WEB].id = web;
	apps[SHOP].id = shop;
	vfw_app_carry(&s, &tables, NULL);
	ck_assert(!s.lost && vfw_app_open(&s, 0) && vfw_app_open(&s, 1));

	/* known of the one side; the other one has said nothing, and tells of another app, of one over it, or of none */
	vfw_app_hit(&s, &tables, WEB_ASK, 0);
	vfw_app_take(&s, 0, 20, false);
	vfw_app_carry(&s, NULL, &web);
	ck_assert_uint_eq(vfw_app_decide(&tables, &s, TCP, 1).answer, VFW_APP_UNKNOWN);
	vfw_app_carry(&s, &tables, &web);
	ck_assert(!vfw_app_open(&s, 0) && vfw_app_open(&s, 1));
	v = vfw_app_decide(&tables, &s, TCP, 1);
	ck_assert(v.answer == VFW_APP_KNOWN && v.app == WEB);
	vfw_app_hit(&s, &tables, SHOP_ASK, 1);
	v = vfw_app_decide(&tables, &s, TCP, 1);
	ck_assert(v.answer == VFW_APP_KNOWN && v.app == SHOP);
	vfw_app_forget(&s, 1);
	vfw_app_hit(&s, &tables, NEWS_BANNER, 1);
	ck_assert_uint_eq(vfw_app_decide(&tables, &s, TCP, 1).answer, VFW_APP_AMBIGUOUS);
	vfw_app_carry(&s, &tables, &gone);
	ck_assert_uint_eq(vfw_app_decide(&tables, &s, TCP, 1).answer, VFW_APP_UNKNOWN);

	/* not known: half of a word, half of a pair */
	s = (struct vfw_app_state){0};
	vfw_app_take(&s, 1, 2, false);
	vfw_app_carry(&s, &tables, NULL);
	ck_assert(s.lost == 2 && vfw_app_open(&s, 0) && !vfw_app_open(&s, 1));
	ck_assert_uint_eq(vfw_app_decide(&tables, &s, TCP, 1).answer, VFW_APP_AMBIGUOUS);
	s = (struct vfw_app_state){0};
	vfw_app_hit(&s, &tables, MAIL_ASK, 0);
	vfw_app_take(&s, 0, 9, true);
	vfw_app_carry(&s, &tables, NULL);
	ck_assert(s.lost == 1 && vfw_app_open(&s, 0));
	/* nothing in all that counts; datagrams that were none of the apps */
	s = (struct vfw_app_state){0};
	vfw_app_take(&s, 0, VFW_APP_BYTES, false);
	vfw_app_take(&s, 1, 9, true);
	vfw_app_carry(&s, &tables, NULL);
	ck_assert(!s.lost && !vfw_app_open(&s, 0) && vfw_app_open(&s, 1));
}
END_TEST

START_TEST(budget)
{
	struct vfw_app_state s = {0};
	u32 i;

	ck_assert_uint_eq(vfw_app_take(&s, 0, 4000, false), 4000);
	ck_assert(vfw_app_open(&s, 0));
	ck_assert_uint_eq(vfw_app_take(&s, 0, 4000, false), 96);
	ck_assert(!vfw_app_open(&s, 0));
	ck_assert_uint_eq(vfw_app_take(&s, 0, 1, false), 0);
	ck_assert(vfw_app_open(&s, 1));
	for (i = 0; i < VFW_APP_DATAGRAMS; i++)
		ck_assert_uint_eq(vfw_app_take(&s, 1, 1, true), 1);
	ck_assert_uint_eq(vfw_app_take(&s, 1, 1, true), 0);
	ck_assert(!vfw_app_open(&s, 1));
	vfw_app_forget(&s, 1);
	ck_assert(vfw_app_open(&s, 1) && !vfw_app_open(&s, 0));
	vfw_app_close(&s, 1);
	ck_assert(!vfw_app_open(&s, 1));
	ck_assert_uint_eq(vfw_app_take(&s, 1, 1, true), 0);
}
END_TEST

START_TEST(long_lists)
{
	static u16 many_over[VFW_APP_OVER_MAX + 1];
	static u32 many_ports[VFW_APP_PORTS_MAX + 1];
	struct vfw_app two[2] = {{.n_over = VFW_APP_OVER_MAX, .n_ports = VFW_APP_PORTS_MAX}};
	struct vfw_apps t = {two,
			     NULL,
			     many_over,
			     many_ports,
			     2,
			     0,
			     ARRAY_SIZE(many_over),
			     ARRAY_SIZE(many_ports)};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(many_over); i++)
		many_over[i] = 1;
	ck_assert_ptr_null(vfw_apps_check(&t));
	two[0].n_over++;
	ck_assert_ptr_nonnull(vfw_apps_check(&t));
	two[0].n_over--;
	two[0].n_ports++;
	ck_assert_ptr_nonnull(vfw_apps_check(&t));
}
END_TEST

#define REFUSED(what, field, value)                                    \
	do {                                                           \
		__typeof__(field) was = field;                         \
		const char *said;                                      \
		field = value;                                         \
		said = vfw_apps_check(&tables);                        \
		field = was;                                           \
		ck_assert_ptr_nonnull(said);                           \
		ck_assert_msg(strstr(said, what) != NULL, "%s", said); \
	} while (0)

START_TEST(tables_refused)
{
	REFUSED("names no app", patterns[0].app, 4);
	REFUSED("no role", patterns[0].role, VFW_APP_ROLES);
	REFUSED("goes with none", patterns[0].with, 7);
	REFUSED("with each other", patterns[MAIL_ASK].with, NONE);
	REFUSED("with each other", patterns[MAIL_ASK].app, WEB);
	REFUSED("outside", apps[SHOP].n_over, 2);
	REFUSED("outside", apps[NEWS].port, 3);
	REFUSED("itself", over[0], SHOP);
	REFUSED("over none", over[0], 4);
	REFUSED("too many", tables.n_patterns, VFW_APP_PATTERNS_MAX + 1);
	ck_assert_ptr_null(vfw_apps_check(&tables));
}
END_TEST

START_TEST(one_piece)
{
	static u32 words[256];
	u8 *buf = (u8 *)words;
	size_t n = vfw_apps_size(&tables), i;
	struct vfw_apps got = {0};

	for (i = 0; i < ARRAY_SIZE(apps); i++)
		apps[i].id = (u32)i + 1;
	ck_assert_uint_le(n, sizeof(words));
	vfw_apps_write(&tables, buf);
	ck_assert_ptr_null(vfw_apps_read(buf, n, &got));
	ck_assert(got.n_apps == 4 && got.n_patterns == 7 && got.n_over == 1 && got.n_ports == 3);
	ck_assert_mem_eq(got.apps, apps, sizeof(apps));
	ck_assert_mem_eq(got.patterns, patterns, sizeof(patterns));
	ck_assert_mem_eq(got.over, over, sizeof(over));
	ck_assert_mem_eq(got.ports, ports, sizeof(ports));
	for (i = 0; i < n; i++)
		ck_assert_ptr_nonnull(vfw_apps_read(buf, i, &got));
	ck_assert_ptr_nonnull(vfw_apps_read(buf, n + 1, &got));
	for (i = 0; i < sizeof(struct vfw_app_head); i++) {
		buf[i] ^= 0x81;
		ck_assert_msg(vfw_apps_read(buf, n, &got) != NULL, "byte %zu", i);
		buf[i] ^= 0x81;
	}
	apps[MAIL].id = 0;
	vfw_apps_write(&tables, buf);
	ck_assert_ptr_nonnull(vfw_apps_read(buf, n, &got));
}
END_TEST

START_TEST(forgotten)
{
	struct vfw_app_state s = {0};

	vfw_app_hit(&s, &tables, WEB_ASK, 0);
	vfw_app_hit(&s, &tables, NEWS_BOTH, 1);
	vfw_app_forget(&s, 0);
	ck_assert_uint_eq(vfw_app_decide(&tables, &s, TCP, 80).answer, VFW_APP_UNKNOWN);
	vfw_app_hit(&s, &tables, NEWS_BOTH, 0);
	ck_assert_uint_eq(vfw_app_decide(&tables, &s, TCP, 80).app, NEWS);
}
END_TEST

TCase *core_app_cases(void)
{
	TCase *t = tcase_create("app");

	tcase_add_loop_test(t, decide, 0, ARRAY_SIZE(cases));
	tcase_add_test(t, hints_of_the_protocol);
	tcase_add_test(t, too_many_hits);
	tcase_add_test(t, which_stay);
	tcase_add_test(t, which_lost);
	tcase_add_test(t, other_tables);
	tcase_add_test(t, budget);
	tcase_add_test(t, long_lists);
	tcase_add_test(t, tables_refused);
	tcase_add_test(t, one_piece);
	tcase_add_test(t, forgotten);
	return t;
}
