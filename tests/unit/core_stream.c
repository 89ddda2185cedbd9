// SPDX-License-Identifier: GPL-2.0
/*
 * One direction of a conversation, a line for each event, positions counted from the first byte:
 *   > FLAGS POSITION BYTES -> VERDICT SCANNED KEPT	a segment; . for no flags, no bytes; a verdict other
 *							than pass drops it
 *   ! the same, but it is let pass whatever the verdict is (detect mode); full: without keeping it
 *   < POSITION WINDOW -> VERDICT KEPT		an acknowledgement; ok or gap
 * SCANNED is what the event gave to scan, KEPT bytes/pieces after it.
 */
#include "core_unit.h"

#include "core/stream.h"
#include "core/tcpstate.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_LINES 24
#define MAX_BYTES 64

struct kept {
	struct vfw_piece piece;
	char bytes[MAX_BYTES];
};

#define MIDWAY 1

/* What the limit is here. */
static const struct vfw_stream_limit limit = {.bytes = 40, .pieces = 8};

static const struct {
	const char *name;
	u32 base; /* sequence number of position 0 */
	u32 depth;
	u32 flags;
	const char *lines[MAX_LINES];
} streams[] = {
	{"in order",
	 1000,
	 0,
	 0,
	 {"> . 0 abc -> pass abc 3/1", "> P 3 def -> pass def 6/2", "< 3 100 -> ok 3/1",
	  "> . 6 ghi -> pass ghi 6/2", "< 9 100 -> ok 0/0", "> . 9 . -> pass . 0/0"}},
	{"half a piece acknowledged stays",
	 1000,
	 0,
	 0,
	 {"> . 0 abcd -> pass abcd 4/1", "< 2 100 -> ok 4/1", "> . 2 cdef -> pass ef 6/2",
	  "> . 0 XXcd -> pass . 6/2", "> . 0 XXcX -> conflict . 6/2", "< 4 100 -> ok 2/1"}},
	{"what passed without a plan is no gap when it is acknowledged",
	 1000,
	 0,
	 0,
	 {"> . 0 ab -> pass ab 2/1", "~ -> missed", "< 5 100 -> ok 0/0", "> . 5 fg -> pass fg 2/1",
	  "< 9 100 -> ok 0/0"}},
	{"an old acknowledgement, and the same again",
	 1000,
	 0,
	 0,
	 {"> . 0 abcd -> pass abcd 4/1", "< 4 100 -> ok 0/0", "< 2 100 -> ok 0/0",
	  "< 4 100 -> ok 0/0", "> . 2 XX -> pass . 0/0"}},
	{"sent again, before and after it is acknowledged",
	 1000,
	 0,
	 0,
	 {"> . 0 abc -> pass abc 3/1", "> . 0 abc -> pass . 3/1", "> . 0 abX -> conflict . 3/1",
	  "> . 1 X -> conflict . 3/1", "< 3 100 -> ok 0/0", "> . 0 XXX -> pass . 0/0",
	  "> . 0 XXXdef -> pass def 3/1"}},
	{"refused by the receiver (old timestamp), then another copy",
	 1000,
	 0,
	 0,
	 {"> . 0 harmless -> pass harmless 8/1", "> . 0 nastynes -> conflict . 8/1",
	  "> . 0 nas -> conflict . 8/1", "> . 0 harmless -> pass . 8/1", "< 8 100 -> ok 0/0"}},
	{"what fills the gap is scanned with all behind it",
	 1000,
	 0,
	 0,
	 {"> . 3 def -> pass . 3/1", "> . 6 ghi -> pass . 6/2", "> . 0 abc -> pass abcdefghi 9/3",
	  "< 9 100 -> ok 0/0"}},
	{"last first",
	 1000,
	 0,
	 0,
	 {"> . 6 g -> pass . 1/1", "> . 4 e -> pass . 2/2", "> . 2 c -> pass . 3/3",
	  "> . 5 f -> pass . 4/4", "> . 0 ab -> pass abc 6/5", "> . 3 d -> pass defg 7/6",
	  "< 5 100 -> ok 2/2", "< 7 100 -> ok 0/0"}},
	{"overlap of one end, the other, both",
	 1000,
	 0,
	 0,
	 {"> . 2 cd -> pass . 2/1", "> . 3 de -> pass . 3/2", "> . 7 hi -> pass . 5/3",
	  "> . 4 efgh -> pass . 7/4", "> . 0 abc -> pass abcdefghi 9/5"}},
	{"one that covers others takes their place",
	 1000,
	 0,
	 0,
	 {"> . 2 c -> pass . 1/1", "> . 4 e -> pass . 2/2", "> . 8 i -> pass . 3/3",
	  "> . 1 bcdef -> pass . 6/2", "> . 0 abcdefghij -> pass abcdefghij 10/1"}},
	{"overlaps that contradict",
	 1000,
	 0,
	 0,
	 {"> . 2 cde -> pass . 3/1", "> . 4 XYZ -> conflict . 3/1", "> . 0 abX -> conflict . 3/1",
	  "> . 1 bcXef -> conflict . 3/1", "> . 0 abc -> pass abcde 5/2"}},
	{"let pass all the same: the first copy is scanned",
	 1000,
	 0,
	 0,
	 {"> . 2 cde -> pass . 3/1", "! . 0 abXXXf -> conflict abcdef 6/1", "< 6 100 -> ok 0/0"}},
	{"a gap the receiver does not have",
	 1000,
	 0,
	 0,
	 {"> . 0 abc -> pass abc 3/1", "> . 5 fg -> pass . 5/2", "< 8 100 -> gap 0/0",
	  "> . 8 ij -> pass ij 2/1", "> . 5 XX -> pass . 2/1"}},
	{"a gap, and what is kept behind it is scanned yet",
	 1000,
	 0,
	 0,
	 {"> . 2 cd -> pass . 2/1", "> . 4 ef -> pass . 4/2", "< 6 100 -> gap 4/2",
	  "> . 6 gh -> pass cdefgh 6/3", "< 8 100 -> ok 0/0"}},
	{"a gap, and half of what is kept behind it",
	 1000,
	 0,
	 0,
	 {"> . 2 cdef -> pass . 4/1", "< 4 100 -> gap 4/1", "> . 8 . -> pass cdef 4/1",
	  "< 6 100 -> ok 0/0"}},
	{"zero window and its probe",
	 1000,
	 0,
	 0,
	 {"> . 0 abc -> pass abc 3/1", "< 3 0 -> ok 0/0", "> . 3 d -> pass d 1/1",
	  "> . 3 d -> pass . 1/1", "> . 3 X -> conflict . 1/1", "> . 4 e -> window . 1/1",
	  "< 3 9 -> ok 1/1", "> . 3 defg -> pass efg 4/2", "< 7 9 -> ok 0/0"}},
	{"behind the window",
	 1000,
	 0,
	 0,
	 {"> . 30 x -> pass . 1/1", "< 0 20 -> ok 1/1", "> . 20 yz -> pass . 3/2",
	  "> . 21 z -> window . 3/2", "! . 21 z -> window . 3/2", "< 0 10 -> ok 3/2",
	  "> . 20 yz -> pass . 3/2", "< 0 25 -> ok 3/2", "> . 25 x -> pass . 4/3"}},
	{"keep-alive with a byte of garbage",
	 1000,
	 0,
	 0,
	 {"> . -1 X -> pass . 0/0", "> . 0 abc -> pass abc 3/1", "< 3 100 -> ok 0/0",
	  "> . 2 X -> pass . 0/0", "> . 2 . -> pass . 0/0", "> . 3 de -> pass de 2/1",
	  "> . 2 X -> pass . 2/1", "> . 2 Xde -> pass . 2/1"}},
	{"urgent: with data, without, out of order",
	 1000,
	 0,
	 0,
	 {"> U 0 abc -> pass+urgent abc 3/1", "> U 3 . -> pass+urgent . 3/1",
	  "> U 5 f -> pass+urgent . 4/2", "> U 0 abX -> conflict+urgent . 4/2",
	  "> UR 3 x -> pass . 4/2"}},
	{"what a RST carries is no data",
	 1000,
	 0,
	 0,
	 {"> R 0 abc -> pass . 0/0", "> . 0 xyz -> pass xyz 3/1", "> R 3 abc -> pass . 3/1",
	  "> RF 3 . -> pass . 3/1", "< 4 9 -> gap 0/0"}},
	{"FIN with data",
	 1000,
	 0,
	 0,
	 {"> F 0 abc -> pass abc 3/1", "> F 0 abc -> pass . 3/1", "> F 3 . -> pass . 3/1",
	  "< 4 100 -> ok 0/0", "> F 0 abc -> pass . 0/0", "< 4 100 -> ok 0/0"}},
	{"FIN out of order",
	 1000,
	 0,
	 0,
	 {"> F 3 . -> pass . 0/0", "> F 2 c -> pass . 1/1", "> . 0 ab -> pass abc 3/2",
	  "< 4 100 -> ok 0/0"}},
	{"data behind a FIN is data: the receiver may have refused the FIN",
	 1000,
	 0,
	 0,
	 {"> F 0 abc -> pass abc 3/1", "> . 3 def -> pass def 6/2", "> F 6 . -> pass . 6/2",
	  "< 7 100 -> ok 0/0", "> . 7 x -> pass x 1/1"}},
	{"a FIN accounts for one number, no more",
	 1000,
	 0,
	 0,
	 {"> F 0 abc -> pass abc 3/1", "< 5 100 -> gap 0/0"}},
	{"no FIN, no number", 1000, 0, 0, {"> . 0 abc -> pass abc 3/1", "< 4 100 -> gap 0/0"}},
	{"SYN with data: taken",
	 1000,
	 0,
	 0,
	 {"> S -1 abc -> pass abc 3/1", "> S -1 abc -> pass . 3/1", "> S -1 . -> pass . 3/1",
	  "< 3 100 -> ok 0/0", "> . 3 d -> pass d 1/1"}},
	{"SYN with data: left by the receiver, and sent again",
	 1000,
	 0,
	 0,
	 {"> S -1 abc -> pass abc 3/1", "< 0 100 -> ok 3/1", "> . 0 abcd -> pass d 4/2",
	  "> . 0 aXcd -> conflict . 4/2"}},
	{"SYN with data, then with other data",
	 1000,
	 0,
	 0,
	 {"> S -1 abc -> pass abc 3/1", "> S -1 xyz -> conflict . 3/1"}},
	{"numbers wrap, within a piece too",
	 0xfffffffc,
	 0,
	 0,
	 {"> . 6 gh -> pass . 2/1", "> . 2 cdef -> pass . 6/2", "> . 1 bcd -> pass . 7/3",
	  "> . 3 dXf -> conflict . 7/3", "> . 0 a -> pass abcdefgh 8/4", "< 3 100 -> ok 6/2",
	  "> . 5 fg -> pass . 6/2", "< 8 100 -> ok 0/0"}},
	{"first number of all",
	 0,
	 0,
	 0,
	 {"> . -1 X -> pass . 0/0", "> . 0 abc -> pass abc 3/1", "< 3 100 -> ok 0/0"}},
	{"further than any window",
	 1000,
	 0,
	 0,
	 {"> . -1073741824 y -> pass . 0/0", "> . -1073741825 y -> window . 0/0",
	  "> . -2147483648 y -> window . 0/0", "> . 2147483647 y -> window . 0/0",
	  "> . 1073741825 y -> window . 0/0", "> . 1073741824 x -> pass . 1/1",
	  "> . 1073741823 yx -> pass . 2/2", "> . -1073741824 y -> window . 2/2",
	  "> . 0 a -> pass a 3/3"}},
	{"over the limit: out of order up to half",
	 1000,
	 0,
	 0,
	 {"> . 10 0123456789 -> pass . 10/1", "> . 30 0123456789 -> pass . 20/2",
	  "> . 50 x -> full . 20/2", "> . 25 x -> full . 20/2", "> . 10 01234 -> pass . 20/2",
	  "> . 0 abcdefghij -> pass abcdefghij0123456789 30/3",
	  "> . 20 klmnopqrst -> pass klmnopqrst0123456789 40/4", "> . 40 x -> full . 40/4",
	  "< 10 100 -> ok 30/3", "> . 40 x -> pass x 31/4"}},
	{"over the limit: pieces out of order up to half",
	 1000,
	 0,
	 0,
	 {"> . 2 a -> pass . 1/1", "> . 4 a -> pass . 2/2", "> . 6 a -> pass . 3/3",
	  "> . 8 a -> pass . 4/4", "> . 10 a -> full . 4/4", "> . 3 xa -> full . 4/4",
	  "> . 3 xax -> pass . 6/4", "> . 0 xx -> pass xxaxaxa 8/5"}},
	{"over the limit: what the receiver waits for passes, once",
	 1000,
	 0,
	 0,
	 {"> . 0 0123456789012345678901234567890123456789 -> pass "
	  "0123456789012345678901234567890123456789 40/1",
	  "> . 40 x -> full . 40/1", "> . 20 01x -> conflict . 40/1", "> . 39 9xy -> full . 40/1",
	  "> . 0 0123456789012345678901234567890123456789x -> pass x 41/2",
	  "> . 0 0123456789012345678901234567890123456789xy -> full . 41/2",
	  "> . 0 0123456789012345678901234567890123456789x -> pass . 41/2", "< 40 9 -> ok 1/1"}},
	{"over the limit and let pass: scanned, but copies are unknown",
	 1000,
	 0,
	 0,
	 {"> . 0 01234567890123456789012345678901234567 -> pass "
	  "01234567890123456789012345678901234567 38/1",
	  "! . 38 xyz -> full xyz 38/1", "> . 38 xyz -> unknown . 38/1",
	  "> . 40 z -> unknown . 38/1", "> . 41 A -> pass A 39/2", "> . 40 zA -> unknown . 39/2",
	  "< 41 100 -> ok 1/1", "> . 40 XA -> pass . 1/1"}},
	{"over the limit, ahead of a gap and let pass: lost to us",
	 1000,
	 0,
	 0,
	 {"> . 10 01234567890123456789 -> pass . 20/1", "! . 32 xy -> full . 20/1",
	  "> . 0 abcdefghij -> pass abcdefghij01234567890123456789 30"
	  "/2",
	  "> . 30 kl -> pass kl 32/3", "< 34 100 -> ok 0/0", "> . 34 mn -> pass mn 2/1",
	  "< 37 100 -> ok 0/0"}},
	{"no deeper",
	 1000,
	 5,
	 0,
	 {"> . 0 abc -> pass abc 3/1", "> . 8 xyz -> pass . 3/1", "> . 4 efg -> pass . 4/2",
	  "> . 3 defghi -> pass de 5/3", "> . 3 dX -> conflict . 5/3", "> . 3 deXX -> pass . 5/3",
	  "< 4 9 -> ok 1/1", "> . 3 XXXX -> conflict . 1/1", "> . 9 x -> pass . 1/1",
	  "< 9 9 -> done 0/0", "> . 9 x -> pass . 0/0"}},
	{"depth within a segment",
	 1000,
	 2,
	 0,
	 {"> . 0 abcdef -> pass ab 2/1", "> . 0 abXX -> pass . 2/1", "> . 0 aXXX -> conflict . 2/1",
	  "< 2 9 -> done 0/0"}},
	{"found running",
	 1000,
	 0,
	 MIDWAY,
	 {"> . 5 fgh -> pass fgh 3/1", "> . 8 ijk -> pass ijk 6/2", "> . 5 fXh -> conflict . 6/2",
	  "< 11 100 -> ok 0/0", "> . 11 l -> pass l 1/1", "> . 5 XXX -> pass . 1/1"}},
	{"found running: nothing ahead of a gap",
	 1000,
	 0,
	 MIDWAY,
	 {"> . 5 fgh -> pass fgh 3/1", "> . 9 j -> early . 3/1", "> . 8 ij -> pass ij 5/2",
	  "! . 12 m -> early . 6/3", "> . 10 kl -> pass klm 8/4"}},
	{"found running: what came before the first byte seen",
	 1000,
	 0,
	 MIDWAY,
	 {"> . 5 fgh -> pass fgh 3/1", "> . 2 cde -> pass cdefgh 6/2", "> . 0 a -> pass a 7/3",
	  "> . 8 i -> early . 7/3", "> . 1 b -> pass bcdefgh 8/4", "> . 8 i -> pass i 9/5",
	  "< 9 100 -> ok 0/0"}},
	{"found running: the receiver has what nobody saw",
	 1000,
	 0,
	 MIDWAY,
	 {"> . 5 fgh -> pass fgh 3/1", "< 11 100 -> ok 0/0", "> . 11 lm -> pass lm 2/1"}},
	{"found running: it goes back, and the receiver has the rest",
	 1000,
	 0,
	 MIDWAY,
	 {"> . 5 fgh -> pass fgh 3/1", "> . 0 ab -> pass ab 5/2", "> . 8 ij -> early . 5/2",
	  "< 7 100 -> ok 3/1", "> . 8 ij -> pass fghij 5/2", "< 10 100 -> ok 0/0"}},
	{"found running: the first segment was garbage far ahead",
	 1000,
	 0,
	 MIDWAY,
	 {"> . 1000000000 x -> pass x 1/1", "> . 0 ab -> pass ab 3/2", "> . 3 d -> early . 3/2",
	  "< 2 1073725440 -> ok 1/1", "> . 2 cd -> pass cd 3/2",
	  "> . 999999999 yx -> early . 3/2"}},
	{"found running: the first segment was garbage far behind",
	 1000,
	 0,
	 MIDWAY,
	 {"> . -1000000000 x -> pass x 1/1", "> . 0 ab -> early . 1/1", "< 0 100 -> ok 0/0",
	  "> . 0 ab -> pass ab 2/1", "> . 2 cd -> pass cd 4/2"}},
};

static const char *const verdicts[] = {
	[VFW_STREAM_PASS] = "pass",	  [VFW_STREAM_CONFLICT] = "conflict",
	[VFW_STREAM_UNKNOWN] = "unknown", [VFW_STREAM_EARLY] = "early",
	[VFW_STREAM_WINDOW] = "window",	  [VFW_STREAM_FULL] = "full",
};

static struct kept *kept_of(const struct vfw_piece *p)
{
	return (struct kept *)((char *)p - offsetof(struct kept, piece));
}

static void free_list(struct vfw_piece *p)
{
	while (p) {
		struct vfw_piece *next = p->next;

		free(kept_of(p));
		p = next;
	}
}

static bool same(void *arg, u32 seg_off, const struct vfw_piece *piece, u32 piece_off, u32 len)
{
	return !memcmp((const char *)arg + seg_off, kept_of(piece)->bytes + piece_off, len);
}

static u8 flags_of(const char *words)
{
	static const char letters[] = "FSRPAU";
	u32 flags = VFW_TCP_ACK;

	for (; *words; words++)
		if (strchr(letters, *words))
			flags |= 1U << (strchr(letters, *words) - letters);
	return (u8)flags;
}

/* Plans, scans into scanned, and commits unless it is to be dropped. */
static void segment(struct vfw_stream *s, const struct vfw_stream_seg *seg, char *bytes,
		    bool whatever, char *verdict, char *scanned)
{
	struct vfw_stream_span span;
	struct vfw_stream_plan plan;
	struct kept *keep = NULL;
	char *to = scanned;

	vfw_stream_plan(s, &plan, seg, &limit, same, bytes);
	sprintf(verdict, "%s%s", verdicts[plan.verdict], plan.urgent ? "+urgent" : "");
	if (plan.verdict == VFW_STREAM_PASS || whatever) {
		while (vfw_stream_span(&plan, &span)) {
			memcpy(to, (span.piece ? kept_of(span.piece)->bytes : bytes) + span.off,
			       span.len);
			to += span.len;
		}
		if (plan.keep_len && plan.verdict != VFW_STREAM_FULL) {
			keep = malloc(sizeof(*keep));
			memcpy(keep->bytes, bytes + plan.keep_off, plan.keep_len);
		}
		free_list(vfw_stream_commit(s, &plan, keep ? &keep->piece : NULL));
	}
	strcpy(to, to == scanned ? "." : "");
}

START_TEST(stream_lines)
{
	struct vfw_stream s = {};
	u32 i;

	if (!(streams[_i].flags & MIDWAY))
		vfw_stream_start(&s, streams[_i].base, streams[_i].depth, false);
	for (i = 0; i < MAX_LINES && streams[_i].lines[i]; i++) {
		const char *line = streams[_i].lines[i];
		char flags[8], bytes[MAX_BYTES], verdict[32], scanned[3 * MAX_BYTES], got[256];
		const char *want = strstr(line, "-> ") + 3;
		struct vfw_stream_seg seg = {};
		u32 window;
		bool gap;
		long pos;

		if (line[0] == '~') {
			vfw_stream_missed(&s);
			strcpy(got, "missed");
		} else if (line[0] == '<') {
			ck_assert_int_eq(sscanf(line, "< %ld %u", &pos, &window), 2);
			free_list(vfw_stream_ack(&s, streams[_i].base + (u32)pos, window, &gap));
			sprintf(got, "%s %u/%u",
				gap		      ? "gap"
				: vfw_stream_done(&s) ? "done"
						      : "ok",
				s.kept, s.n_kept);
		} else {
			ck_assert_int_eq(sscanf(line, "%*c %7s %ld %63s", flags, &pos, bytes), 3);
			seg.seq = streams[_i].base + (u32)pos;
			seg.len = strcmp(bytes, ".") ? (u32)strlen(bytes) : 0;
			seg.flags = flags_of(flags);
			if (!(s.flags & VFW_STREAM_F_STARTED))
				vfw_stream_start(&s, seg.seq, streams[_i].depth, true);
			segment(&s, &seg, bytes, line[0] == '!', verdict, scanned);
			sprintf(got, "%s %s %u/%u", verdict, scanned, s.kept, s.n_kept);
		}
		ck_assert_msg(!strcmp(got, want), "%s: line %u: %s: is %s", streams[_i].name, i + 1,
			      line, got);
	}
	ck_assert_uint_gt(i, 0);
	free_list(vfw_stream_end(&s));
	ck_assert_ptr_null(s.first);
	ck_assert_uint_eq(s.flags, 0);
}
END_TEST

/* Found running, it is like any other after 16 MiB, and not a byte before. */
START_TEST(stream_midway_ends)
{
	static const struct vfw_stream_limit wide = {.bytes = 4 << 20, .pieces = 4};
	struct vfw_stream_seg seg = {.seq = 0xfffffff0, .len = VFW_STREAM_LEN_MAX};
	struct vfw_stream_plan plan;
	struct vfw_stream s = {};
	struct vfw_piece piece;
	bool gap;
	int i;

	vfw_stream_start(&s, seg.seq, 0, true);
	for (i = 0; i < 17; i++) {
		/* ahead of a gap */
		seg.seq++;
		vfw_stream_plan(&s, &plan, &seg, &wide, same, NULL);
		ck_assert_int_eq(plan.verdict, i < 16 ? VFW_STREAM_EARLY : VFW_STREAM_PASS);
		seg.seq--;
		vfw_stream_plan(&s, &plan, &seg, &wide, same, NULL);
		ck_assert_int_eq(plan.verdict, VFW_STREAM_PASS);
		ck_assert_ptr_null(vfw_stream_commit(&s, &plan, &piece));
		seg.seq += seg.len;
		ck_assert_ptr_null(vfw_stream_ack(&s, seg.seq - 1, 100, &gap));
		ck_assert_uint_eq(!(s.flags & VFW_STREAM_F_MIDWAY), i >= 16);
		ck_assert_ptr_eq(vfw_stream_ack(&s, seg.seq, 100, &gap), &piece);
		ck_assert(!gap);
		ck_assert_uint_eq(!(s.flags & VFW_STREAM_F_MIDWAY), i >= 15);
	}
	ck_assert_uint_eq(s.scanned, 17 << 20);
	ck_assert_ptr_null(vfw_stream_ack(&s, seg.seq + 1, 100, &gap));
	ck_assert(gap);
}
END_TEST

/* Behind its depth it stays done, however much follows. */
START_TEST(stream_done_for_good)
{
	struct vfw_stream_seg seg = {.seq = 7, .len = 4};
	struct vfw_stream_plan plan;
	struct vfw_stream s = {};
	struct vfw_piece piece;
	bool gap;
	u32 i;

	vfw_stream_start(&s, seg.seq, 4, false);
	vfw_stream_plan(&s, &plan, &seg, &limit, same, NULL);
	ck_assert_ptr_null(vfw_stream_commit(&s, &plan, &piece));
	ck_assert(!vfw_stream_done(&s));
	ck_assert_ptr_eq(vfw_stream_ack(&s, 11, 100, &gap), &piece);
	for (i = 0; i < 16; i++) {
		ck_assert(vfw_stream_done(&s));
		ck_assert_ptr_null(vfw_stream_ack(&s, 11 + (i << 28), 100, &gap));
		ck_assert(!gap);
	}
}
END_TEST

/* Not started: nothing to do, nothing to keep. */
START_TEST(stream_not_started)
{
	struct vfw_stream_seg seg = {.seq = 5, .len = 3, .flags = VFW_TCP_FIN};
	char bytes[MAX_BYTES] = "abc";
	char verdict[32], scanned[3 * MAX_BYTES];
	struct vfw_stream s = {};
	bool gap = true;

	segment(&s, &seg, bytes, false, verdict, scanned);
	ck_assert_str_eq(verdict, "pass");
	ck_assert_str_eq(scanned, ".");
	ck_assert_ptr_null(vfw_stream_ack(&s, 9, 9, &gap));
	ck_assert(!gap);
	ck_assert(!vfw_stream_done(&s));
	ck_assert_uint_eq(s.kept, 0);
}
END_TEST

/* A length nobody can have sent is no reason to read it. */
START_TEST(stream_too_long)
{
	struct vfw_stream_seg seg = {.seq = 0, .len = VFW_STREAM_LEN_MAX + 1};
	struct vfw_stream_plan plan;
	struct vfw_stream s = {};
	struct vfw_stream_span span;

	vfw_stream_start(&s, 0, 0, false);
	vfw_stream_plan(&s, &plan, &seg, &limit, same, NULL);
	ck_assert_int_eq(plan.verdict, VFW_STREAM_WINDOW);
	ck_assert(!vfw_stream_span(&plan, &span));
	seg.len = VFW_STREAM_LEN_MAX;
	vfw_stream_plan(&s, &plan, &seg, &limit, same, NULL);
	/* what the receiver waits for, once over the limit */
	ck_assert_int_eq(plan.verdict, VFW_STREAM_PASS);
	ck_assert(vfw_stream_span(&plan, &span));
	ck_assert_uint_eq(span.len, VFW_STREAM_LEN_MAX);
}
END_TEST

TCase *core_stream_cases(void)
{
	TCase *tc = tcase_create("stream");

	tcase_add_loop_test(tc, stream_lines, 0, (int)ARRAY_SIZE(streams));
	tcase_add_test(tc, stream_midway_ends);
	tcase_add_test(tc, stream_done_for_good);
	tcase_add_test(tc, stream_not_started);
	tcase_add_test(tc, stream_too_long);
	return tc;
}
