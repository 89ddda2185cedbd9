// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as one direction of a TCP conversation: segments in any order that overlap, contradict
 * each other, get lost behind the scanner or are refused by the receiver, and its acknowledgements.
 * Scanner and receiver have a stupid rival each, which keep every byte. Asserted: whatever the
 * receiver delivers of what was let pass had been scanned, in order and (unless the conversation was
 * found running) exactly once; no receiver is taken for one that has what it should not;
 * the books are right; and a sender that never contradicts itself always comes to its end.
 */
#include "core/stream.h"
#include "core/tcpstate.h"

#include <stdlib.h>

#define LEN 224 /* of the stream */
#define SPACE (LEN + 64) /* positions a segment may touch */
#define LOG_MAX 65536

#define OLD 1 /* the receiver had it before anybody watched */
#define PASSED 2

struct kept {
	struct vfw_piece piece;
	u8 bytes[SPACE];
};

struct world {
	u32 base; /* sequence number of position 0 */
	bool midway;
	bool last_wins; /* what the receiver does about a second copy */
	bool honest; /* no byte ever contradicted another */
	u32 depth;
	struct vfw_stream_limit limit;
	struct vfw_stream s;
	/* scanned, in that order */
	u32 n_log;
	u16 log_pos[LOG_MAX];
	u8 log_byte[LOG_MAX];
	/* the receiver */
	u8 has[SPACE]; /* 0, OLD or PASSED */
	u8 bytes[SPACE];
	u32 nxt;
	u32 run; /* delivered bytes up to nxt that were let pass: [run, nxt) */
	bool fin_at[SPACE + 1];
	bool fin; /* it has taken the FIN that stood at nxt */
	u32 edge; /* of the window it has told */
	u32 older; /* what it acknowledged before */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool right)
{
	if (!right)
		abort();
}

static u8 byte_at(u32 pos, u32 variant)
{
	u8 b = (u8)(pos * 37 + pos / 7);

	/* 0: as it should be; 1: all others; else: one is other */
	if (variant == 1 || (variant && pos % 61 == variant))
		b ^= 0x40;
	return b;
}

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
	const u8 *seg = arg;

	must(len && piece_off + len <= piece->len);
	return !memcmp(seg + seg_off, kept_of(piece)->bytes + piece_off, len);
}

static void check_books(const struct world *w)
{
	const struct vfw_stream *s = &w->s;
	u32 bytes = 0, pieces = 0, early = 0, n_early = 0;
	const struct vfw_piece *p;
	u32 covered = s->acked;

	for (p = s->first; p; p = p->next) {
		u32 end = p->seq + p->len - w->base;

		must(p->len && end <= SPACE);
		bytes += p->len;
		pieces++;
		if (end > s->next - w->base) {
			early += p->len;
			n_early++;
		}
		if ((int)(p->seq - covered) <= 0 && (int)(p->seq + p->len - covered) > 0)
			covered = p->seq + p->len;
		must(p->next ? end <= p->next->seq - w->base : p == s->last);
	}
	must(s->first || !s->last);
	must(bytes == s->kept && pieces == s->n_kept);
	must(early == s->early && n_early == s->n_early);
	must(bytes <= w->limit.bytes + 64 && pieces <= w->limit.pieces + 1);
	/* every byte a receiver may still take was kept */
	if (s->flags & VFW_STREAM_F_ACKED && !w->midway)
		must((int)(s->next - covered) <= 0);
}

static void check_scanned(const struct world *w)
{
	u32 len = w->nxt - w->run;
	u32 i, k;

	if (!w->midway) {
		for (i = w->run; i < w->nxt && (!w->depth || i < w->depth); i++)
			must(i < w->n_log && w->log_byte[i] == w->bytes[i]);
		return;
	}
	for (i = 0; i + len <= w->n_log; i++) {
		for (k = 0; k < len; k++)
			if (w->log_pos[i + k] != w->run + k ||
			    w->log_byte[i + k] != w->bytes[w->run + k])
				break;
		if (k == len)
			return;
	}
	abort();
}

static void deliver(struct world *w)
{
	while (!w->fin && w->nxt < SPACE && w->has[w->nxt]) {
		w->nxt++;
		if (w->has[w->nxt - 1] == OLD)
			w->run = w->nxt;
	}
	if (w->fin_at[w->nxt])
		w->fin = true;
	check_scanned(w);
}

static void receive(struct world *w, u32 pos, u32 len, const u8 *bytes, bool fin)
{
	u32 i;

	if (w->fin)
		return;
	for (i = pos; i < pos + len; i++) {
		if (i < w->nxt || (w->has[i] && !w->last_wins))
			continue;
		w->has[i] = PASSED;
		w->bytes[i] = bytes[i - pos];
	}
	if (fin && pos + len >= w->nxt)
		w->fin_at[pos + len] = true;
	deliver(w);
}

static void scan(struct world *w, struct vfw_stream_plan *plan, const u8 *bytes, u32 len)
{
	struct vfw_stream_span span;
	u32 pos = plan->from - w->base;
	u32 i;

	while (vfw_stream_span(plan, &span)) {
		const u8 *from = span.piece ? kept_of(span.piece)->bytes : bytes;

		must(span.len && span.off + span.len <= (span.piece ? span.piece->len : len));
		for (i = 0; i < span.len && w->n_log < LOG_MAX; i++) {
			w->log_pos[w->n_log] = (u16)(pos + i);
			w->log_byte[w->n_log] = from[span.off + i];
			must(w->midway || w->fin || w->n_log == pos + i);
			w->n_log++;
		}
		pos += span.len;
	}
	must(pos == plan->to - w->base);
}

/* True if it was let pass. */
static bool send_segment(struct world *w, u32 pos, u32 len, u32 variant, u8 flags, bool lost)
{
	struct vfw_stream_seg seg = {w->base + pos - !!(flags & VFW_TCP_SYN), len, flags};
	struct vfw_stream_plan plan;
	struct kept *keep = NULL;
	struct vfw_stream before;
	u8 bytes[64];
	u32 n_log = w->n_log;
	u32 i;

	for (i = 0; i < len; i++)
		bytes[i] = byte_at(pos + i, variant);
	if (variant || flags & VFW_TCP_FIN)
		w->honest = false;
	if (!(w->s.flags & VFW_STREAM_F_STARTED))
		vfw_stream_start(&w->s, seg.seq, 0, true);
	before = w->s;
	vfw_stream_plan(&w->s, &plan, &seg, &w->limit, same, bytes);
	must(!memcmp(&before, &w->s, sizeof(before)));
	must(plan.urgent == (flags & VFW_TCP_URG && !(flags & VFW_TCP_RST)));
	must(plan.keep_off + plan.keep_len <= len);
	must(plan.verdict != VFW_STREAM_CONFLICT || !w->honest);
	must(plan.verdict != VFW_STREAM_UNKNOWN);
	if (plan.verdict != VFW_STREAM_PASS || w->n_log > LOG_MAX - SPACE)
		return false;
	scan(w, &plan, bytes, len);
	/* as if something had been found: nothing changes */
	if (flags & VFW_TCP_PSH) {
		w->n_log = n_log;
		must(!memcmp(&before, &w->s, sizeof(before)));
		return false;
	}
	if (plan.keep_len) {
		keep = malloc(sizeof(*keep));
		must(keep);
		memcpy(keep->bytes, bytes + plan.keep_off, plan.keep_len);
	}
	free_list(vfw_stream_commit(&w->s, &plan, keep ? &keep->piece : NULL));
	check_books(w);
	if (!lost && !(flags & VFW_TCP_RST))
		receive(w, pos, len, bytes, flags & VFW_TCP_FIN);
	return true;
}

static void acknowledge(struct world *w, u32 window, bool older)
{
	u32 ack = w->base + (older ? w->older : w->nxt + w->fin);
	bool gap;

	if (!(w->s.flags & VFW_STREAM_F_STARTED))
		return;
	if (!older)
		w->older = w->nxt;
	free_list(vfw_stream_ack(&w->s, ack, window, &gap));
	must(!gap);
	check_books(w);
}

/*
 * Who never contradicted himself sends all that is not acknowledged, and gets through: in segments as
 * short as those he sent before, if need be.
 */
static void finish(struct world *w)
{
	u32 last = w->nxt;
	u32 idle = 0;

	acknowledge(w, LEN, false);
	while (w->nxt < LEN) {
		u32 len = (LEN - w->nxt < 16 ? LEN - w->nxt : 16) >> idle;

		if (w->s.flags & VFW_STREAM_F_STARTED && vfw_stream_done(&w->s))
			return;
		send_segment(w, w->nxt, len ? len : 1, 0, VFW_TCP_ACK, false);
		acknowledge(w, LEN, false);
		idle = w->nxt == last ? idle + 1 : 0;
		last = w->nxt;
		must(idle < 5);
	}
}

/* 4 bytes of setting, then 4 bytes an event: what, where, length, variant. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world w;
	u32 i;

	if (size < 4)
		return 0;
	memset(&w, 0, sizeof(w));
	w.base = (u32)data[0] << 24 | data[0];
	w.base -= 100;
	w.midway = data[1] & 1;
	w.last_wins = data[1] & 2;
	w.honest = true;
	w.limit.bytes = 64 + data[2];
	w.limit.pieces = 2 + data[1] / 4 % 16;
	if (w.midway) {
		w.nxt = data[3] % 64;
		memset(w.has, OLD, w.nxt);
		/* out of order, some of it, before anybody watched */
		for (i = w.nxt + 1; i < LEN; i++) {
			if ((i / 8 ^ data[3]) % 5 == 0) {
				w.has[i] = OLD;
				w.bytes[i] = byte_at(i, 0);
			}
		}
	} else {
		w.depth = data[3];
		vfw_stream_start(&w.s, w.base, w.depth, false);
	}
	w.run = w.nxt;
	w.older = w.nxt;
	for (data += 4, size -= 4; size >= 4; data += 4, size -= 4) {
		u32 len = data[2] % 64;
		u8 flags = VFW_TCP_ACK;
		u32 pos = data[1];

		switch (data[0] & 7) {
		case 6:
			acknowledge(&w, data[1] * 2, data[0] & 8);
			continue;
		case 7:
			if (data[0] & 8) {
				flags |= data[0] & 16 ? VFW_TCP_URG : VFW_TCP_RST;
				break;
			}
			/* a SYN with data begins one before it */
			if (!w.midway && data[0] & 16) {
				flags = VFW_TCP_SYN;
				pos = 0;
			}
			break;
		default:
			if (data[0] & 16)
				flags |= VFW_TCP_FIN;
			if ((data[0] & 0xe0) == 0xe0)
				flags |= VFW_TCP_PSH;
		}
		if (pos >= LEN || w.nxt >= SPACE)
			continue;
		send_segment(&w, pos, len, data[3] & 0x80 ? data[3] % 61 : 0, flags, data[0] & 8);
	}
	if (w.honest)
		finish(&w);
	free_list(vfw_stream_end(&w.s));
	return 0;
}
