// SPDX-License-Identifier: GPL-2.0
/*
 * Conversations, a line for each packet: who, flags, seq, ack, payload bytes -> step, state; behind that perhaps
 * w and the window (65535), s and the shift of its scale (none).
 */
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
	{"RFC 9293 figure 7: the SYNs cross, who opened stays who opened",
	 0,
	 {">S 100 0 0 pass syn-sent", "<S 300 0 0 pass syn-recv", ">S 100 0 0 pass syn-recv",
	  ">SA 100 301 0 pass syn-recv", "<SA 300 101 0 pass established",
	  ">A 101 301 0 pass established", "<A 301 101 5 pass established",
	  ">A 101 306 5 pass established", ">S 100 0 0 pass established",
	  "<S 300 0 0 pass established", "<S 400 0 0 invalid established"}},
	{"the SYNs cross, the answers in the other order",
	 0,
	 {">S 100 0 0 pass syn-sent", "<S 300 0 0 pass syn-recv", "<SA 300 101 0 pass syn-recv",
	  ">SA 100 302 0 invalid syn-recv", ">SA 99 301 0 invalid syn-recv",
	  ">SA 100 301 0 pass established", "<A 301 101 5 pass established"}},
	{"split handshake: bare ACK, then SYN",
	 0,
	 {">S 100 0 0 pass syn-sent", "<A 0 101 0 pass syn-sent", "<A 0 101 5 invalid syn-sent",
	  "<FA 0 101 0 invalid syn-sent", "<S 300 0 0 pass syn-recv", ">SA 100 301 0 pass syn-recv",
	  "<A 301 101 0 pass established"}},
	{"the SYNs cross: no data before both are acknowledged",
	 0,
	 {">S 100 0 0 pass syn-sent", "<S 300 0 0 pass syn-recv", "<A 301 100 5 invalid syn-recv",
	  "<A 301 102 5 invalid syn-recv", ">A 101 300 5 invalid syn-recv",
	  ">A 101 302 5 invalid syn-recv", ">A 101 301 5 pass syn-recv"}},
	{"a SYN-ACK of the opener ends no handshake that was answered by one",
	 0,
	 {">S 100 0 0 pass syn-sent", "<SA 300 101 0 pass syn-recv", ">SA 100 301 0 pass syn-recv",
	  "<A 301 101 9 pass syn-recv"}},
	{"the opener cannot go on unanswered",
	 0,
	 {">S 100 0 0 pass syn-sent", ">A 101 501 0 invalid syn-sent",
	  ">PA 101 501 9 invalid syn-sent", ">FA 101 501 0 invalid syn-sent"}},
	{"a SYN again, the same and another: the answer says which it is",
	 0,
	 {">S 100 0 0 pass syn-sent", ">S 100 0 0 pass syn-sent", ">S 700 0 0 pass syn-sent",
	  "<SA 500 702 0 invalid syn-sent", "<SA 500 101 0 pass syn-recv",
	  ">S 700 0 0 pass syn-recv", "<SA 900 701 0 restart syn-recv",
	  ">A 101 501 0 invalid syn-recv", ">A 701 901 0 pass established",
	  "<SA 500 101 0 invalid established"}},
	{"RFC 9293 figure 8: recovery from an old duplicate SYN",
	 0,
	 {">S 90 0 0 pass syn-sent", "<SA 300 91 0 pass syn-recv", ">R 91 0 0 pass close",
	  ">S 100 0 0 reopen close"}},
	{"the same, the duplicate behind the true one",
	 0,
	 {">S 100 0 0 pass syn-sent", ">S 90 0 0 pass syn-sent", "<SA 300 91 0 restart syn-recv",
	  ">R 91 0 0 pass close", ">S 100 0 0 reopen close"}},
	{"RFC 9293 figure 9: half-open discovery, the opener has crashed",
	 0,
	 {">S 50 0 0 pass syn-sent", "<SA 299 51 0 pass syn-recv", ">A 51 300 49 pass established",
	  "<A 300 100 0 pass established", ">S 400 0 0 pass established",
	  "<A 300 100 0 pass established", ">R 100 0 0 pass close", ">S 400 0 0 reopen close"}},
	{"RFC 9293 figure 10: the side that knows sends",
	 0,
	 {">S 50 0 0 pass syn-sent", "<SA 299 51 0 pass syn-recv", ">A 51 300 49 pass established",
	  "<A 300 100 10 pass established", ">R 100 0 0 pass close"}},
	{"RFC 9293 figure 11: an old SYN and two that listen",
	 0,
	 {">S 900 0 0 pass syn-sent", "<SA 300 901 0 pass syn-recv", ">R 901 0 0 pass close"}},
	{"RFC 9293 figure 12: normal close",
	 0,
	 {">S 99 0 0 pass syn-sent", "<SA 299 100 0 pass syn-recv", ">A 100 300 0 pass established",
	  ">FA 100 300 0 pass fin-wait", "<A 300 101 0 pass close-wait",
	  "<FA 300 101 0 pass last-ack", ">A 101 301 0 pass time-wait"}},
	{"RFC 9293 figure 13: simultaneous close",
	 0,
	 {">S 99 0 0 pass syn-sent", "<SA 299 100 0 pass syn-recv", ">A 100 300 0 pass established",
	  ">FA 100 300 0 pass fin-wait", "<FA 300 100 0 pass last-ack",
	  ">A 101 301 0 pass last-ack", "<A 301 101 0 pass time-wait"}},
	{"the receiver has forgotten the conversation and takes a new one",
	 0,
	 {OPENED, ">A 101 501 9 pass established", ">S 7000000 0 3 pass established",
	  "<SA 9000000 7000005 0 invalid established", "<SA 9000000 7000004 0 restart syn-recv",
	  ">A 7000004 9000001 0 pass established", ">A 110 501 0 invalid established",
	  "<A 9000001 7000004 100 pass established"}},
	{"the receiver has forgotten it and refuses a new one",
	 0,
	 {OPENED, ">S 7000 0 0 pass established", "<RA 0 7000 0 invalid established",
	  "<RA 0 7001 0 pass close"}},
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
	{"reset before it was answered, it brings nothing",
	 0,
	 {">S 100 0 0 pass syn-sent", "<A 7000 55 0 pass syn-sent", ">R 9999 0 0 pass close",
	  ">A 101 7000 10 invalid close", ">FA 101 7000 0 invalid close",
	  "<A 7000 55 5 invalid close", "<A 7000 55 0 pass close", ">S 100 0 0 reopen close"}},
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
	{"a RST elsewhere in the window ends nothing, one outside of it is none",
	 0,
	 {OPENED, ">R 2000 0 0 pass established", ">R 102 0 0 pass established",
	  ">R 65636 0 0 pass established", ">R 65637 0 0 invalid established",
	  ">R 100 0 0 invalid established", "<R 99 0 0 invalid established",
	  "<RA 500 101 0 invalid established", "<A 501 101 1 pass established",
	  ">A 101 502 0 pass established", "<R 501 0 0 invalid established",
	  "<R 502 0 0 pass close"}},
	{"whoever does not take a RST goes on, while it does",
	 0,
	 {OPENED, ">A 101 501 100 pass established", ">A 201 501 100 pass established",
	  ">R 301 0 0 pass close", "<A 501 101 0 pass close", ">A 101 501 200 pass close",
	  "<A 501 301 0 pass close", ">S 9000 0 0 reopen close"}},
	{"an answer that was lost: the refusal that follows passes",
	 0,
	 {">S 100 0 0 pass syn-sent", "<SA 500 101 0 pass syn-recv", "<RA 0 102 0 invalid syn-recv",
	  "<RA 0 101 0 pass syn-recv", "<R 0 0 0 invalid syn-recv", ">S 100 0 0 pass syn-recv"}},
	{"a FIN that data follows was none",
	 0,
	 {OPENED, ">FA 60000 501 0 pass fin-wait", ">A 101 501 10 pass fin-wait",
	  ">A 111 501 60000 pass established", ">FA 60111 501 0 pass fin-wait",
	  "<A 501 60112 0 pass close-wait"}},
	{"windows, no scaling: the last byte that may begin, and the first that may not",
	 0,
	 {">S 100 0 0 pass syn-sent w500 s7", "<SA 500 101 0 pass syn-recv w1000",
	  ">A 101 501 0 pass established w500", ">A 1101 501 10 pass established",
	  ">A 1102 501 10 invalid established", "<A 1001 101 10 pass established w1000",
	  "<A 1002 101 10 pass established w1000", "<A 66037 101 1 invalid established w1000"}},
	{"windows are scaled when both SYNs say so",
	 0,
	 {">S 100 0 0 pass syn-sent w500 s7", "<SA 500 101 0 pass syn-recv w1000 s2",
	  ">A 1102 501 1 invalid syn-recv w500", ">A 101 501 0 pass established w500",
	  "<A 64501 101 1 pass established w1000", "<A 64502 101 1 invalid established w1000",
	  ">A 4101 501 10 pass established w500", ">A 4102 501 10 invalid established w500"}},
	{"a window that shrinks takes nothing back",
	 0,
	 {OPENED, "<A 501 101 0 pass established w10", ">A 60000 501 10 pass established"}},
	{"a window that closes: probes of either kind, and its opening",
	 0,
	 {">S 100 0 0 pass syn-sent", "<SA 500 101 0 pass syn-recv w100",
	  ">A 101 501 100 pass established", "<A 501 201 0 pass established w0",
	  ">A 200 501 0 pass established", ">A 201 501 1 pass established",
	  ">A 202 501 1 invalid established", "<A 501 201 0 pass established w0",
	  "<A 501 201 0 pass established w100", ">A 201 501 100 pass established"}},
	{"keep-alives, with a byte of rubbish and without",
	 0,
	 {OPENED, ">A 101 501 9 pass established", "<A 501 110 0 pass established",
	  ">A 109 501 1 pass established", ">A 109 501 0 pass established",
	  "<A 500 110 1 pass established", "<A 500 110 0 pass established"}},
	{"what is older than a window is nobody's",
	 0,
	 {">S 1000000 0 0 pass syn-sent", "<SA 500 1000001 0 pass syn-recv w1000",
	  ">A 1000001 501 0 pass established", ">A 1000001 501 900 pass established",
	  "<A 501 1000901 0 pass established w1000", ">A 1000901 501 1000 pass established",
	  ">A 1000001 501 900 pass established", ">A 1000001 501 898 invalid established"}},
	{"what was not sent cannot be acknowledged, nor what was long ago",
	 0,
	 {">S 100 0 0 pass syn-sent w1000", "<SA 1000000 101 0 pass syn-recv",
	  ">A 101 1000001 0 pass established w1000", "<A 1000001 101 900 pass established",
	  ">A 101 1000902 0 invalid established", ">A 101 1000901 0 pass established",
	  ">A 101 934901 0 pass established", ">A 101 934900 0 invalid established"}},
	{"frames that stand for many segments",
	 0,
	 {">S 100 0 0 pass syn-sent s10", "<SA 500 101 0 pass syn-recv s10",
	  ">A 101 501 65000 pass established", ">A 65101 501 65000 pass established",
	  "<A 501 130101 0 pass established w65535", ">A 130101 501 500000 pass established",
	  ">A 65101 501 65000 pass established", "<A 501 630101 0 pass established"}},
	{"found running: numbers are believed until both sides were heard, and then loosely",
	 1,
	 {">A 100 4000000000 20 pass established w10", "<A 3999999000 110 5 pass established w10",
	  "<A 3999999005 1200000000 5 invalid established",
	  ">A 120 4000000105 0 pass established w10",
	  ">A 999999999 4000000105 0 invalid established",
	  ">A 120 4000164266 0 invalid established w10", "<A 4000000105 130 5 pass established w10",
	  ">R 3000000000 0 0 invalid established", ">R 130 0 0 pass close"}},
	{"found running, only one side heard",
	 1,
	 {">A 100 900 20 pass established", ">A 120 900 20 pass established",
	  ">A 120 1000000 20 pass established", "<R 77 0 0 pass established",
	  "<R 1000000 0 0 pass close"}},
	{"an acknowledgement short of the FIN is none",
	 0,
	 {OPENED, ">FA 101 501 20 pass fin-wait", "<A 501 121 0 pass fin-wait",
	  "<A 501 122 0 pass close-wait"}},
	{"a FIN again, and one elsewhere",
	 0,
	 {OPENED, ">FA 101 501 0 pass fin-wait", ">FA 101 501 5 pass fin-wait",
	  "<A 501 106 0 pass fin-wait", "<A 501 107 0 pass close-wait",
	  ">FA 101 501 5 pass close-wait", ">FA 106 501 0 pass close-wait"}},
	{"a FIN behind which data went ahead is none",
	 0,
	 {OPENED, ">A 101 501 10 pass established", ">FA 101 501 5 pass established",
	  "<A 501 107 0 pass established", ">A 111 501 10 pass established",
	  ">FA 121 501 0 pass fin-wait", "<A 501 122 0 pass close-wait"}},
	{"behind a FIN that was acknowledged nothing is valid, neither data nor another FIN",
	 0,
	 {OPENED, ">FA 101 501 0 pass fin-wait", "<A 501 102 0 pass close-wait",
	  ">A 102 501 0 pass close-wait", ">FA 101 501 0 pass close-wait",
	  ">A 101 501 5 invalid close-wait", ">A 102 501 5 invalid close-wait",
	  ">FA 101 501 5 invalid close-wait", ">FA 102 501 0 invalid close-wait",
	  "<A 501 102 9 pass close-wait"}},
	{"a RST elsewhere behind a FIN ends nothing",
	 0,
	 {OPENED, ">FA 101 501 0 pass fin-wait", ">R 103 0 0 pass fin-wait",
	  ">R 102 0 0 pass close"}},
	{"what is known of a side outlives its FIN",
	 0,
	 {OPENED, "<FA 501 101 0 pass fin-wait", "<SA 500 101 0 pass fin-wait",
	  "<SA 600 101 0 invalid fin-wait", "<R 501 0 0 pass close"}},
	{"a SYN in the middle passes and says nothing yet",
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

static void parse_rest(struct vfw_frame *f, const char *rest)
{
	unsigned int n;
	char what;
	int upto;

	f->tcp_win = 65535;
	f->tcp_scale = VFW_FRAME_NO_SCALE;
	for (; sscanf(rest, " %c%u%n", &what, &n, &upto) == 2; rest += upto) {
		ck_assert(what == 'w' || what == 's');
		if (what == 'w')
			f->tcp_win = (u16)n;
		else
			f->tcp_scale = (u8)n;
	}
	ck_assert_str_eq(rest, "");
}

START_TEST(tcpstate_conversations)
{
	static const char *const steps[] = {"pass", "restart", "reopen", "invalid"};
	const char *const *line = conversations[_i].lines;
	struct vfw_tcp t;
	u32 n;

	memset(&t, 0, sizeof(t));
	for (n = 0; n < MAX_LINES && line[n]; n++) {
		struct vfw_frame f = {.proto = VFW_PROTO_TCP};
		char side, flags[8], want_step[16], want_state[16];
		int upto = 0;
		const char *step;
		struct vfw_tcp before = t;
		u32 len;

		ck_assert_int_eq(sscanf(line[n], "%c%7s %u %u %u %15s %15s%n", &side, flags,
					&f.tcp_seq, &f.tcp_ack, &len, want_step, want_state, &upto),
				 7);
		parse_rest(&f, line[n] + upto);
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
		if (strcmp(step, "pass") && strcmp(step, "restart"))
			ck_assert_mem_eq(&t, &before, sizeof(t));
	}
	ck_assert_uint_gt(n, 0);
}
END_TEST

/* Which segments may be on their way, for ICMP errors that quote them. */
START_TEST(tcpstate_in_flight)
{
	struct vfw_frame f = {.tcp_seq = 100, .tcp_flags = VFW_TCP_SYN, .tcp_win = 1000};
	struct vfw_tcp t;

	memset(&t, 0, sizeof(t));
	ck_assert(!vfw_tcpstate_in_flight(&t, 100, 0));
	ck_assert(vfw_tcpstate_open(&t, &f, 0, false));
	ck_assert(vfw_tcpstate_in_flight(&t, 100, 0));
	ck_assert(vfw_tcpstate_in_flight(&t, 101, 0));
	ck_assert(!vfw_tcpstate_in_flight(&t, 99, 0));
	ck_assert(!vfw_tcpstate_in_flight(&t, 102, 0));
	ck_assert(!vfw_tcpstate_in_flight(&t, 100, 1));
	f = (struct vfw_frame){
		.tcp_seq = 500, .tcp_ack = 101, .tcp_flags = VFW_TCP_SYN | VFW_TCP_ACK};
	f.tcp_win = 1000;
	ck_assert_int_eq(vfw_tcpstate_step(&t, &f, 0, 1), VFW_TCP_STEP_PASS);
	f = (struct vfw_frame){.tcp_seq = 101, .tcp_ack = 501, .tcp_flags = VFW_TCP_ACK};
	f.tcp_win = 1000;
	ck_assert_int_eq(vfw_tcpstate_step(&t, &f, 900, 0), VFW_TCP_STEP_PASS);
	ck_assert(vfw_tcpstate_in_flight(&t, 101, 0));
	ck_assert(vfw_tcpstate_in_flight(&t, 1001, 0));
	ck_assert(!vfw_tcpstate_in_flight(&t, 100, 0));
	ck_assert(!vfw_tcpstate_in_flight(&t, 1002, 0));
	ck_assert(vfw_tcpstate_in_flight(&t, 501, 1));
	ck_assert(!vfw_tcpstate_in_flight(&t, 502, 1));
	/* found running: of a side that was not heard nothing is known */
	ck_assert(vfw_tcpstate_open(&t, &f, 900, true));
	ck_assert(vfw_tcpstate_in_flight(&t, 1001, 0));
	ck_assert(!vfw_tcpstate_in_flight(&t, 1002, 0));
	ck_assert(vfw_tcpstate_in_flight(&t, 12345, 1));
}
END_TEST

/* A segment in fragments: all of its data counts, and its FIN stands behind it. */
START_TEST(tcpstate_extend)
{
	struct vfw_frame f = {.tcp_seq = 100, .tcp_ack = 500, .tcp_win = 1000};
	struct vfw_tcp t;

	f.tcp_flags = VFW_TCP_ACK | VFW_TCP_FIN;
	ck_assert(vfw_tcpstate_open(&t, &f, 40, true));
	f = (struct vfw_frame){.tcp_seq = 500, .tcp_ack = 140, .tcp_flags = VFW_TCP_ACK};
	f.tcp_win = 1000;
	ck_assert_int_eq(vfw_tcpstate_step(&t, &f, 0, 1), VFW_TCP_STEP_PASS);
	ck_assert_int_eq(t.state, VFW_TCP_FIN_WAIT);
	vfw_tcpstate_extend(&t, 120, 0);
	vfw_tcpstate_extend(&t, 240, 0);
	f.tcp_ack = 240;
	ck_assert_int_eq(vfw_tcpstate_step(&t, &f, 0, 1), VFW_TCP_STEP_PASS);
	ck_assert_int_eq(t.state, VFW_TCP_FIN_WAIT);
	f.tcp_ack = 241;
	ck_assert_int_eq(vfw_tcpstate_step(&t, &f, 0, 1), VFW_TCP_STEP_PASS);
	ck_assert_int_eq(t.state, VFW_TCP_CLOSE_WAIT);
}
END_TEST

/* Let through though invalid: what both ends say after that is believed again. */
static const struct {
	bool pickup;
	bool over, final, carried;
	const char *lines[MAX_LINES];
} ends[] = {
	{0, false, false, false, {OPENED, ">FA 101 501 0", "<A 501 102 0", "<FA 501 102 0"}},
	{0, true, true, true, {OPENED, ">FA 101 501 0", "<FA 501 102 0", ">A 102 502 0"}},
	{0, true, true, true, {OPENED, ">FA 101 501 0", "<FA 501 102 9", ">A 102 511 0"}},
	{0,
	 true,
	 true,
	 true,
	 {OPENED, ">FA 101 501 0", "<FA 501 102 0", ">A 102 502 0", ">A 102 502 1"}},
	{0,
	 true,
	 true,
	 true,
	 {OPENED, ">FA 101 501 0", "<FA 501 102 0", ">A 102 502 0", ">R 102 0 0"}},
	{0, true, false, false, {OPENED, ">R 101 0 0"}},
	{0, true, false, false, {OPENED, ">FA 101 501 0", "<A 501 102 0", "<R 501 0 0"}},
	{0, false, false, true, {">S 100 0 5"}},
	{0, true, false, false, {">S 100 0 0", "<RA 0 101 0"}},
	{0, false, false, true, {OPENED, "<A 501 101 3"}},
	{0, true, false, true, {OPENED, ">A 101 501 3", ">R 104 0 0"}},
	/* who was found running may have sent more than is known */
	{1, true, false, true, {">FA 100 900 0", "<FA 900 101 0", ">A 101 901 0"}},
};

/* Over is what both have ended, final where also the numbers are known to be the ends'; carried, whether there was a byte (or an answered FIN). */
START_TEST(tcpstate_over)
{
	struct vfw_frame f = {0};
	unsigned int n, seq, ack, len;
	struct vfw_tcp t;
	char side, flags[8];

	for (n = 0; n < MAX_LINES && ends[_i].lines[n]; n++) {
		ck_assert_int_eq(
			sscanf(ends[_i].lines[n], "%c%7s %u %u %u", &side, flags, &seq, &ack, &len),
			5);
		f.tcp_flags = parse_flags(flags);
		f.tcp_seq = seq;
		f.tcp_ack = ack;
		f.tcp_win = 65535;
		f.tcp_scale = VFW_FRAME_NO_SCALE;
		if (!n)
			ck_assert(vfw_tcpstate_open(&t, &f, len, ends[_i].pickup));
		else
			vfw_tcpstate_step(&t, &f, len, side == '<');
		if (n < 2)
			ck_assert(!vfw_tcpstate_is_final(&t));
	}
	ck_assert(vfw_tcpstate_is_over(&t) == ends[_i].over);
	ck_assert(vfw_tcpstate_is_final(&t) == ends[_i].final);
	ck_assert(vfw_tcpstate_has_carried(&t) == ends[_i].carried);
}
END_TEST

START_TEST(tcpstate_loosen)
{
	struct vfw_frame f = {.tcp_seq = 100, .tcp_flags = VFW_TCP_SYN, .tcp_win = 1000};
	struct vfw_tcp t;

	ck_assert(vfw_tcpstate_open(&t, &f, 0, false));
	f = (struct vfw_frame){.tcp_seq = 90000, .tcp_ack = 70000, .tcp_flags = VFW_TCP_ACK};
	ck_assert_int_eq(vfw_tcpstate_step(&t, &f, 9, 0), VFW_TCP_STEP_INVALID);
	ck_assert(!vfw_tcpstate_is_loose(&t));
	vfw_tcpstate_loosen(&t);
	ck_assert(vfw_tcpstate_is_loose(&t));
	ck_assert_int_eq(vfw_tcpstate_step(&t, &f, 9, 0), VFW_TCP_STEP_PASS);
	ck_assert_int_eq(t.state, VFW_TCP_ESTABLISHED);
	f = (struct vfw_frame){.tcp_seq = 70000, .tcp_ack = 90009, .tcp_flags = VFW_TCP_ACK};
	ck_assert_int_eq(vfw_tcpstate_step(&t, &f, 9, 1), VFW_TCP_STEP_PASS);
	f.tcp_ack = 190009;
	ck_assert_int_eq(vfw_tcpstate_step(&t, &f, 9, 1), VFW_TCP_STEP_INVALID);
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
	tcase_add_test(tc, tcpstate_in_flight);
	tcase_add_loop_test(tc, tcpstate_over, 0, (int)ARRAY_SIZE(ends));
	tcase_add_test(tc, tcpstate_loosen);
	tcase_add_test(tc, tcpstate_extend);
	tcase_add_test(tc, tcpstate_all_flags);
	tcase_add_test(tc, tcpstate_timeouts);
	tcase_add_test(tc, tcpstate_no_state);
	return tc;
}
