// SPDX-License-Identifier: GPL-2.0
/*
 * Flowbits that the module enforces: which rules it can, and that those speak where replay's do, with all rules in force, in the
 * same order, with limits.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../daemon/replay/detect.h"
#include "../../../daemon/sig/rule_flowbits.h"
#include "../../../daemon/sig/rule_kernel.h"
#include "../../../daemon/sig/rule_scan.h"

#define RULES_MAX 12
#define ROUNDS 300
#define PACKETS 60

/* Of each rule why it is not enforced; the caller's. */
static const char **settled(const struct vfw_rule_set *set)
{
	const char **why = calloc(set->sigs.n_sigs + 1, sizeof(*why));

	for (uint32_t i = 0; i < set->sigs.n_sigs; i++) {
		struct vfw_rule_parts parts = {0};

		why[i] = vfw_rule_kernel(set, i, &parts);
		vfw_rule_parts_free(&parts);
	}
	ck_assert_int_eq(vfw_rule_flowbits_settle(set, why), 0);
	return why;
}

#define U "alert udp any any -> any any (content:\"a\"; "
#define LEFT "flowbits of rules that are not enforced"

/* Why the rule with the highest sid is not enforced. */
static const struct {
	const char *rules, *why;
} cases[] = {
	{U "flowbits:isset,x; sid:9;)", "flowbits that nothing sets"},
	{U "flowbits:isnotset,x; sid:9;)", NULL},
	{U "flowbits:set,x; sid:9;)", NULL},
	{U "flowbits:set,x; sid:1;)\n" U "flowbits:isset,x; sid:9;)", NULL},
	{U "flowbits:set,x; sid:1;)\n" U "flowbits:isset,y|x; sid:9;)", NULL},
	{U "flowbits:toggle,x; sid:1;)\n" U "flowbits:isset,x; sid:9;)", NULL},
	{U "flowbits:unset,x; sid:1;)\n" U "flowbits:isset,x; sid:9;)",
	 "flowbits that nothing sets"},
	/* one that sets it is not enforced, another is */
	{U "flowbits:set,x; sid:1;)\n" U "flowbits:set,x; ttl:>1; sid:2;)\n" U
	   "flowbits:isset,x; sid:9;)",
	 LEFT},
	{U "flowbits:unset,x; ttl:>1; sid:2;)\n" U "flowbits:isnotset,x; sid:9;)", LEFT},
	/* nor is who asks what such a one sets */
	{U "flowbits:set,x; ttl:>1; sid:1;)\n" U "flowbits:isset,x; flowbits:set,y; sid:2;)\n" U
	   "flowbits:isset,y; flowbits:set,z; sid:3;)\n" U "flowbits:isset,z; sid:9;)",
	 LEFT},
	/* an xbit of that name is another thing */
	{U "xbits:set,x,track ip_src; sid:1;)\n" U "flowbits:isset,x; sid:9;)",
	 "flowbits that nothing sets"},
	{U "flowbits:isset,x; flowbits:set,y; sid:1;)\n" U
	   "flowbits:isset,y; flowbits:set,x; sid:9;)",
	 NULL},
};

START_TEST(settling)
{
	struct vfw_rule_set *set = suite_set(cases[_i].rules);
	const char **why = settled(set), *found = "not loaded";

	for (uint32_t i = 0; i < set->sigs.n_sigs; i++)
		if (set->meta[i].sid == 9)
			found = why[i];
	if (cases[_i].why)
		ck_assert_msg(found && !strcmp(found, cases[_i].why), "%s: %s", cases[_i].rules,
			      found ?: "enforced");
	else
		ck_assert_msg(!found, "%s: %s", cases[_i].rules, found);
	free(why);
	vfw_rule_set_free(set);
}
END_TEST

/* More than there is room for: what fits is enforced, the rest named. */
START_TEST(beyond)
{
	size_t room = 2000 * 100, used = 0;
	char *rules = malloc(room);
	struct vfw_rule_flowbits f;
	struct vfw_rule_set *set;
	uint32_t enforced = 0;
	const char **why;

	for (int i = 0; i < 400; i++)
		used += (size_t)snprintf(rules + used, room - used,
					 U "flowbits:set,x%d; sid:%d;)\n" U
					   "flowbits:isset,x%d; sid:%d;)\n",
					 i, i + 1, i, i + 1001);
	set = suite_set(rules);
	why = settled(set);
	for (uint32_t i = 0; i < set->sigs.n_sigs; i++)
		enforced += !why[i];
	ck_assert_uint_eq(set->sigs.n_sigs, 800);
	ck_assert_uint_le(enforced, VFW_SIGBITS_STATES_MAX);
	ck_assert_uint_gt(enforced, 0);
	ck_assert_int_eq(vfw_rule_flowbits_make(set, why, &f), 0);
	ck_assert_uint_eq(f.n_states, enforced);
	vfw_rule_flowbits_free(&f);
	free(why);
	free(rules);
	vfw_rule_set_free(set);
}
END_TEST

/* --- against replay --- */

static unsigned int any(unsigned int n)
{
	return (unsigned int)random() % n;
}

static void invent(char *out)
{
	static const char *const ops[] = {"set",   "set",   "set",   "unset",	"toggle",
					  "isset", "isset", "isset", "isnotset"};
	static const char *const limits[] = {"type limit", "type threshold", "type both"};
	unsigned int n = 2 + any(RULES_MAX - 1);

	for (unsigned int i = 1; i <= n; i++) {
		out += sprintf(out, "%s udp any any -> any any (content:\"%c\"; ",
			       any(3) ? "alert" : "drop", 'a' + any(6));
		for (unsigned int k = any(4); k; k--) {
			const char *op = ops[any(ARRAY_SIZE(ops))];

			out += sprintf(out, "flowbits:%s,x%u", op, any(4));
			if (op[0] == 'i' && !any(3))
				out += sprintf(out, "|x%u", any(4));
			out += sprintf(out, "; ");
		}
		if (!any(5))
			out += sprintf(out, "noalert; ");
		if (!any(3))
			out += sprintf(out, "threshold:%s, track by_rule, count %u, seconds 3600; ",
				       limits[any(ARRAY_SIZE(limits))], 1 + any(3));
		else if (!any(3))
			out += sprintf(out,
				       "detection_filter:track by_rule, count %u, seconds 3600; ",
				       1 + any(3));
		if (!any(20))
			out += sprintf(out, "ttl:>0; ");
		out += sprintf(out, "sid:%u;)\n", i);
	}
}

/* Alerts of one packet, by sid. */
struct said {
	unsigned int n[RULES_MAX + 2];
};

static void on_alert(void *ctx, const struct vfw_rule_meta *rule, const struct vfw_sig_pkt *p,
		     bool stream)
{
	struct said *said = ctx;

	(void)p, (void)stream;
	said->n[rule->sid]++;
}

/* As the module: those that match, without flowbits first, then by their states. */
static void enforce(const struct vfw_rule_set *set, const char *const *why, const char *text,
		    const struct vfw_sigs *s, u64 *bits, struct vfw_sig_counter *counters, u64 now,
		    struct said *said)
{
	for (unsigned int stateful = 0; stateful < 2; stateful++) {
		uint32_t state = 0;

		for (uint32_t i = 0; i < set->sigs.n_sigs; i++) {
			const struct vfw_rule_meta *m = &set->meta[i];
			const struct vfw_sig_limit *limit = m->filter.kind ? &m->filter : &m->limit;
			uint32_t mine = state;

			if (why[i])
				continue;
			state += m->n_bits > 0;
			if ((m->n_bits > 0) != (stateful > 0) ||
			    !strchr(text, set->bytes[set->steps[set->sig[i].first_step].data]))
				continue;
			if (stateful && !vfw_sigbits_match(s, mine, bits))
				continue;
			if (vfw_sig_limit(limit, &counters[i], now) == VFW_SIG_TOLD &&
			    !(set->sig[i].flags & VFW_SIG_NOALERT))
				said->n[m->sid]++;
		}
	}
}

/* Returns how many alerts were compared. */
static unsigned int compare(const char *rules, unsigned int *stateful)
{
	static const struct vfw_frame frame = {
		.kind = VFW_FRAME_IP4, .proto = VFW_PROTO_UDP, .flags = VFW_FRAME_F_L4};
	struct vfw_sig_counter counters[RULES_MAX + 1] = {0};
	struct vfw_rule_set *set = suite_set(rules);
	const char **why = settled(set);
	struct vfw_track_flow flow = {.id = 1};
	u64 bits[VFW_SIGBITS_WORDS] = {0};
	unsigned int compared = 0;
	struct vfw_rule_flowbits f;
	struct vfw_rule_scan *scan;
	struct vfw_detect *detect;
	struct said right, said;
	struct vfw_sigs s;
	char text[128];

	scan = vfw_rule_scan_new(set, text, sizeof(text));
	ck_assert_ptr_nonnull(scan);
	detect = vfw_detect_new(set, scan, on_alert, &right);
	ck_assert_int_eq(vfw_rule_flowbits_make(set, why, &f), 0);
	s = (struct vfw_sigs){
		.states = f.states, .bits = f.bits, .n_states = f.n_states, .n_bits = f.n_bits};
	for (u64 now = 1; now <= PACKETS; now++) {
		struct vfw_sig_pkt p = {.frame = &frame,
					.payload = (u8 *)text,
					.flags = VFW_SIG_PKT_FLOW | VFW_SIG_PKT_TO_SERVER};

		p.payload_len = 1 + any(4);
		for (u32 i = 0; i < p.payload_len; i++)
			text[i] = (char)('a' + any(6));
		text[p.payload_len] = 0;
		memset(&right, 0, sizeof(right));
		memset(&said, 0, sizeof(said));
		vfw_detect_next(detect);
		vfw_detect_packet(detect, &p, &flow, 0, NULL, 0, now);
		enforce(set, why, text, &s, bits, counters, now, &said);
		for (uint32_t i = 0; i < set->sigs.n_sigs; i++) {
			if (why[i])
				continue;
			ck_assert_msg(said.n[set->meta[i].sid] == right.n[set->meta[i].sid],
				      "sid %u, packet %u '%s': %u of %u, by\n%s", set->meta[i].sid,
				      (unsigned int)now, text, said.n[set->meta[i].sid],
				      right.n[set->meta[i].sid], rules);
			compared += right.n[set->meta[i].sid];
		}
	}
	*stateful += f.n_states;
	vfw_rule_flowbits_free(&f);
	vfw_detect_free(detect);
	vfw_rule_scan_free(scan);
	vfw_rule_set_free(set);
	free(why);
	free(flow.bits);
	free(flow.once);
	return compared;
}

START_TEST(rival)
{
	unsigned int compared = 0, stateful = 0;

	srandom(5);
	for (int i = 0; i < ROUNDS; i++) {
		char rules[RULES_MAX * 400];

		invent(rules);
		compared += compare(rules, &stateful);
	}
	ck_assert_uint_gt(compared, 20 * ROUNDS);
	ck_assert_uint_gt(stateful, 2 * ROUNDS);
}
END_TEST

TCase *rules_flowbits_cases(void)
{
	TCase *t = tcase_create("flowbits");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, settling, 0, ARRAY_SIZE(cases));
	tcase_add_test(t, beyond);
	tcase_add_test(t, rival);
	return t;
}
