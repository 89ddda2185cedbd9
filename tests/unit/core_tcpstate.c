// SPDX-License-Identifier: GPL-2.0
/* Conversations, a line for each packet: who, flags, seq, ack, payload bytes -> step, state. */
#include "core_unit.h"

#include "core/tcpstate.h"

#include <stdio.h>

#define MAX_LINES 16

#define OPENED \
	">S 100 0 0 pass syn-sent", "<SA 500 101 0 pass syn-recv", ">A 101 501 0 pass established"

static const struct {
	const char *name;
	bool pickup;
	const char *lines[MAX_LINES];
} conversations[] = {
	{"open, talk, close from the opener",
	 0,
	 {OPENED, ">PA 101 501 50 pass established", "<A 501 151 0 pass established",
	  "<PA 501 151 1000 pass established", ">FA 151 1501 0 pass fin-wait",
	  "<A 1501 152 0 pass close-wait", "<PA 1501 152 10 pass close-wait",
	  "<FA 1511 152 0 pass last-ack", ">A 152 1512 0 pass time-wait",
	  ">S 9000 0 0 reopen time-wait", "<S 9000 0 0 reopen time-wait"}},
	{"close from the other side, FIN and ACK in one",
	 0,
	 {OPENED, "<FA 501 101 7 pass fin-wait", ">FA 101 509 0 pass last-ack",
	  "<A 509 102 0 pass time-wait"}},
	{"both FINs cross",
	 0,
	 {OPENED, ">FA 101 501 0 pass fin-wait", "<FA 501 101 0 pass last-ack",
	  ">A 102 502 0 pass last-ack", "<A 502 102 0 pass time-wait"}},
	{"sequence numbers wrap",
	 0,
	 {">S 4294967295 0 0 pass syn-sent", "<SA 4294967290 0 0 pass syn-recv",
	  ">A 0 4294967291 0 pass established", "<A 4294967291 0 100 pass established",
	  "<FA 95 0 0 pass fin-wait", ">A 0 4294967295 0 pass fin-wait", ">A 0 95 0 pass fin-wait",
	  ">A 0 96 0 pass close-wait"}},
	{"only a SYN opens", 0, {">A 100 1 0 refused none"}},
	{"a SYN-ACK opens nothing", 1, {">SA 100 1 0 refused none"}},
	{"a RST opens nothing", 1, {">R 100 0 0 refused none"}},
	{"a FIN without ACK opens nothing", 1, {">F 100 0 0 refused none"}},
	{"no flags open nothing", 1, {">. 100 0 0 refused none"}},
	{"SYN and FIN open nothing", 1, {">SF 100 0 0 refused none"}},
	{"SYN and RST open nothing", 1, {">SR 100 0 0 refused none"}},
	{"SYN with ECN opens", 0, {">SEC 100 0 0 pass syn-sent"}},
	{"a running conversation is picked up only when asked",
	 1,
	 {">PA 100 900 20 pass established", "<A 900 120 5 pass established",
	  "<FA 905 120 0 pass fin-wait", ">FA 120 906 0 pass last-ack",
	  "<A 906 121 0 pass time-wait"}},
	{"picked up at its FIN",
	 1,
	 {">FA 100 900 0 pass fin-wait", "<A 900 101 0 pass close-wait"}},
	{"picked up, a SYN-ACK cannot be told from a forged one",
	 1,
	 {">A 100 900 0 pass established", "<SA 900 100 0 invalid established"}},
	{"an answer must acknowledge the SYN",
	 0,
	 {">S 100 0 0 pass syn-sent", "<SA 500 100 0 invalid syn-sent",
	  "<SA 500 102 0 invalid syn-sent", "<SA 500 101 0 pass syn-recv"}},
	{"data with the SYN may be acknowledged, no more",
	 0,
	 {">S 100 0 10 pass syn-sent", "<SA 500 112 0 invalid syn-sent",
	  "<SA 500 111 0 pass syn-recv"}},
	{"data with the SYN may be left",
	 0,
	 {">S 100 0 10 pass syn-sent", "<SA 500 101 0 pass syn-recv"}},
	{"the other side cannot open: simultaneous open, split handshake",
	 0,
	 {">S 100 0 0 pass syn-sent", "<S 500 0 0 invalid syn-sent",
	  ">SA 100 501 0 invalid syn-sent", "<A 501 101 0 pass syn-sent",
	  "<A 501 101 5 invalid syn-sent", "<FA 501 101 0 invalid syn-sent"}},
	{"the opener cannot go on unanswered",
	 0,
	 {">S 100 0 0 pass syn-sent", ">A 101 501 0 invalid syn-sent",
	  ">PA 101 501 9 invalid syn-sent", ">FA 101 501 0 invalid syn-sent"}},
	{"a SYN again, the same and another",
	 0,
	 {">S 100 0 0 pass syn-sent", ">S 100 0 0 pass syn-sent", ">S 700 0 0 pass syn-sent",
	  "<SA 500 101 0 invalid syn-sent", "<SA 500 701 0 pass syn-recv",
	  ">S 700 0 0 pass syn-recv", ">S 800 0 0 pass syn-sent", "<SA 600 801 0 pass syn-recv",
	  ">A 801 601 0 pass established"}},
	{"a SYN again with data",
	 0,
	 {">S 100 0 0 pass syn-sent", ">S 100 0 10 pass syn-sent", "<SA 500 111 0 pass syn-recv"}},
	{"a SYN-ACK again, the same and another",
	 0,
	 {">S 100 0 0 pass syn-sent", "<SA 500 101 0 pass syn-recv", "<SA 500 101 0 pass syn-recv",
	  "<SA 501 101 0 invalid syn-recv", ">A 101 501 0 pass established",
	  "<SA 500 101 0 pass established", "<SA 700 101 0 invalid established"}},
	{"the handshake's ACK must acknowledge the answer",
	 0,
	 {">S 100 0 0 pass syn-sent", "<SA 500 101 0 pass syn-recv",
	  ">A 101 500 0 invalid syn-recv", ">A 101 502 0 invalid syn-recv",
	  ">A 101 501 0 pass established"}},
	{"the answering side may talk at once",
	 0,
	 {">S 100 0 5 pass syn-sent", "<SA 500 106 0 pass syn-recv",
	  "<PA 501 106 100 pass syn-recv", ">A 106 601 0 pass established"}},
	{"only the opener's ACK ends the handshake",
	 0,
	 {">S 100 0 0 pass syn-sent", "<SA 500 101 0 pass syn-recv", "<FA 501 101 9 pass syn-recv",
	  "<PA 501 101 50 pass syn-recv", "<FA 551 101 0 pass syn-recv",
	  ">A 101 553 0 invalid syn-recv", ">A 101 551 0 pass fin-wait",
	  ">A 101 552 0 pass close-wait"}},
	{"answer, data and FIN acknowledged at once",
	 0,
	 {">S 100 0 0 pass syn-sent", "<SA 500 101 0 pass syn-recv", "<FA 501 101 9 pass syn-recv",
	  ">A 101 511 0 pass close-wait"}},
	{"a refused SYN",
	 0,
	 {">S 100 0 0 pass syn-sent", "<RA 0 101 0 pass close", "<A 0 101 0 pass close",
	  ">S 100 0 0 reopen close"}},
	{"a refusal must acknowledge the SYN",
	 0,
	 {">S 100 0 0 pass syn-sent", "<RA 0 100 0 invalid syn-sent", "<R 0 0 0 invalid syn-sent",
	  "<RA 0 102 0 invalid syn-sent"}},
	{"half-open server: challenge, reset, again",
	 0,
	 {">S 100 0 0 pass syn-sent", "<A 7000 55 0 pass syn-sent", ">R 55 0 0 pass close",
	  ">S 100 0 0 reopen close"}},
	{"a RST where the receiver takes it",
	 0,
	 {OPENED, ">A 101 501 10 pass established", ">R 111 0 0 pass close",
	  "<SA 500 101 0 invalid close"}},
	{"a RST where the other side has acknowledged",
	 0,
	 {OPENED, ">A 101 501 10 pass established", ">A 111 501 10 pass established",
	  "<A 501 111 0 pass established", ">R 111 0 0 pass close"}},
	{"a RST behind a FIN", 0, {OPENED, ">FA 101 501 0 pass fin-wait", ">R 102 0 0 pass close"}},
	{"a RST elsewhere ends nothing",
	 0,
	 {OPENED, ">R 2000 0 0 pass established", ">R 102 0 0 pass established",
	  "<R 99 0 0 pass established", "<A 501 101 1 pass established"}},
	{"a FIN that data follows was none",
	 0,
	 {OPENED, ">FA 90000 501 0 pass fin-wait", ">A 101 501 10 pass fin-wait",
	  ">A 111 501 90000 pass established", ">FA 90111 501 0 pass fin-wait",
	  "<A 501 90112 0 pass close-wait"}},
	{"an acknowledgement short of the FIN is none",
	 0,
	 {OPENED, ">FA 101 501 20 pass fin-wait", "<A 501 121 0 pass fin-wait",
	  "<A 501 122 0 pass close-wait"}},
	{"a FIN again, and one elsewhere",
	 0,
	 {OPENED, ">FA 101 501 0 pass fin-wait", "<A 501 102 0 pass close-wait",
	  ">FA 101 501 0 pass close-wait", ">FA 101 501 5 pass fin-wait",
	  "<A 501 106 0 pass fin-wait", "<A 501 107 0 pass close-wait"}},
	{"a RST elsewhere behind a FIN ends nothing",
	 0,
	 {OPENED, ">FA 101 501 0 pass fin-wait", ">R 103 0 0 pass fin-wait",
	  ">R 102 0 0 pass close"}},
	{"what is known of a side outlives its FIN",
	 0,
	 {OPENED, "<FA 501 101 0 pass fin-wait", "<SA 500 101 0 pass fin-wait",
	  "<SA 600 101 0 invalid fin-wait", "<R 501 0 0 pass close"}},
	{"a SYN in the middle passes and changes nothing",
	 0,
	 {OPENED, ">S 9999 0 0 pass established", "<S 9999 0 0 invalid established",
	  ">A 101 501 1 pass established"}},
	{"flags no TCP sends",
	 0,
	 {OPENED, ">F 101 501 0 invalid established", ">. 101 501 0 invalid established",
	  ">SF 101 501 0 invalid established", ">SR 101 501 0 invalid established",
	  ">FR 101 501 0 invalid established", ">FPU 101 501 0 invalid established",
	  ">PU 101 501 0 invalid established", ">UPA 101 501 0 pass established"}},
};

static u8 parse_flags(const char *text)
{
	static const char letters[] = "FSRPAUEC";
	u8 flags = 0;

	for (; *text && *text != '.'; text++) {
		const char *at = strchr(letters, *text);

		ck_assert_msg(at != NULL, "no flag %c", *text);
		flags |= (u8)(1 << (at - letters));
	}
	return flags;
}

START_TEST(tcpstate_conversations)
{
	static const char *const steps[] = {"pass", "reopen", "invalid"};
	const char *const *line = conversations[_i].lines;
	struct vfw_tcp t;
	u32 n;

	memset(&t, 0, sizeof(t));
	for (n = 0; n < MAX_LINES && line[n]; n++) {
		struct vfw_frame f = {.proto = VFW_PROTO_TCP};
		char side, flags[8], want_step[16], want_state[16];
		const char *step;
		struct vfw_tcp before = t;
		u32 len;

		ck_assert_int_eq(sscanf(line[n], "%c%7s %u %u %u %15s %15s", &side, flags,
					&f.tcp_seq, &f.tcp_ack, &len, want_step, want_state),
				 7);
		f.tcp_flags = parse_flags(flags);
		if (!n)
			step = vfw_tcpstate_open(&t, &f, len, conversations[_i].pickup) ? "pass"
											: "refused";
		else
			step = steps[vfw_tcpstate_step(&t, &f, len, side == '<')];
		ck_assert_msg(!strcmp(step, want_step), "%s: %s: %s", conversations[_i].name,
			      line[n], step);
		ck_assert_msg(!strcmp(vfw_tcpstate_name(t.state), want_state), "%s: %s: %s",
			      conversations[_i].name, line[n], vfw_tcpstate_name(t.state));
		if (strcmp(step, "pass"))
			ck_assert_mem_eq(&t, &before, sizeof(t));
	}
	ck_assert_uint_gt(n, 0);
}
END_TEST

/* Without being asked to, nothing but a SYN opens: all 256 flag bytes. */
START_TEST(tcpstate_all_flags)
{
	u32 flags;

	for (flags = 0; flags < 256; flags++) {
		struct vfw_frame f = {.tcp_flags = (u8)flags};
		u32 of = flags & (VFW_TCP_SYN | VFW_TCP_ACK | VFW_TCP_FIN | VFW_TCP_RST);
		struct vfw_tcp t;

		ck_assert_int_eq(vfw_tcpstate_open(&t, &f, 0, false), of == VFW_TCP_SYN);
	}
}
END_TEST

START_TEST(tcpstate_timeouts)
{
	u32 state;

	for (state = VFW_TCP_SYN_SENT; state < VFW_TCP_STATE_COUNT; state++) {
		ck_assert_uint_gt(vfw_tcpstate_timeout(state), 0);
		ck_assert_str_ne(vfw_tcpstate_name(state), "none");
		/* RFC 5382 REQ-5: an established conversation may be silent for 2 h 4 min */
		if (state == VFW_TCP_ESTABLISHED)
			ck_assert_uint_ge(vfw_tcpstate_timeout(state), 124 * 60);
		else
			ck_assert_uint_le(vfw_tcpstate_timeout(state), 240);
	}
	ck_assert_uint_eq(vfw_tcpstate_timeout(VFW_TCP_NONE), 0);
	ck_assert_uint_eq(vfw_tcpstate_timeout(VFW_TCP_STATE_COUNT), 0);
	ck_assert_str_eq(vfw_tcpstate_name(VFW_TCP_STATE_COUNT), "none");
}
END_TEST

START_TEST(tcpstate_no_state)
{
	struct vfw_frame f = {.tcp_flags = VFW_TCP_SYN};
	struct vfw_tcp t;

	memset(&t, 0, sizeof(t));
	ck_assert_int_eq(vfw_tcpstate_step(&t, &f, 0, 0), VFW_TCP_STEP_INVALID);
	t.state = VFW_TCP_STATE_COUNT;
	ck_assert_int_eq(vfw_tcpstate_step(&t, &f, 0, 0), VFW_TCP_STEP_INVALID);
}
END_TEST

TCase *core_tcpstate_cases(void)
{
	TCase *tc = tcase_create("tcpstate");

	tcase_add_loop_test(tc, tcpstate_conversations, 0, (int)ARRAY_SIZE(conversations));
	tcase_add_test(tc, tcpstate_all_flags);
	tcase_add_test(tc, tcpstate_timeouts);
	tcase_add_test(tc, tcpstate_no_state);
	return tc;
}
