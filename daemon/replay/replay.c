// SPDX-License-Identifier: GPL-2.0
#include "replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../sig/rule_scan.h"
#include "alert.h"
#include "capture.h"
#include "checksum.h"
#include "defrag.h"
#include "detect.h"
#include "loose.h"
#include "track.h"
#include "web.h"

struct vfw_replay {
	const struct vfw_replay_options *options;
	struct vfw_replay_counts *counts;
	FILE *eve;
	int failed; /* errno of the alerts' file */
	struct vfw_detect *detect;
	struct vfw_track *track;
	struct vfw_defrag *defrag;
	/* of frames given one by one */
	void (*match)(void *ctx);
	void *match_ctx;
	const struct vfw_rule_meta *grant;
	/* of the packet at hand */
	const struct vfw_track_flow *flow;
	unsigned int side;
	u64 time, number;
	bool beside; /* what is asked now belongs to no packet at hand */
	bool ending; /* the capture is over */
};

static void on_alert(void *ctx, const struct vfw_rule_meta *rule, const struct vfw_sig_pkt *p,
		     bool stream)
{
	struct vfw_replay *r = ctx;
	struct vfw_alert a = {.rule = rule,
			      .frame = p->frame,
			      .flow = r->flow,
			      .side = r->side,
			      .time = r->time,
			      .number = r->beside ? 0 : r->number,
			      .stream = stream};

	r->counts->alerts++;
	if (r->eve && !r->failed)
		r->failed = vfw_alert_write(r->eve, &a);
}

static void describe(struct vfw_sig_pkt *p, const struct vfw_track_flow *flow, unsigned int side,
		     u64 time)
{
	unsigned int i;

	p->flags |= VFW_SIG_PKT_FLOW | (side ? 0 : VFW_SIG_PKT_TO_SERVER);
	if (vfw_track_established(flow))
		p->flags |= VFW_SIG_PKT_ESTABLISHED;
	if (vfw_web_is_http(flow->own))
		p->flags |= VFW_SIG_PKT_HTTP;
	p->flow_age = time > flow->began ? (u32)((time - flow->began) / 1000000) : 0;
	for (i = 0; i < 2; i++)
		if (flow->tcp.side[i].flags & VFW_TCP_SIDE_END)
			p->stream_bytes[i] =
				flow->tcp.side[i].flags & VFW_TCP_SIDE_START
					? flow->tcp.side[i].end - flow->tcp.side[i].start
					: 0xffffffffU;
}

/* Asks about bytes of a side that TCP has delivered, and a message that ends with them, if any. */
static void ask_stream(struct vfw_replay *r, struct vfw_track_flow *flow, unsigned int side,
		       const u8 *bytes, u32 len, const struct vfw_http_side *message, u64 time)
{
	struct vfw_frame frame = flow->frame[side];
	struct vfw_sig_pkt p = {.frame = &frame};

	if (frame.kind == VFW_FRAME_OTHER)
		return;
	describe(&p, flow, side, time);
	p.flags |= VFW_SIG_PKT_IN_STREAM;
	r->flow = flow;
	r->side = side;
	r->time = time;
	if (message)
		vfw_detect_message(r->detect, &p, flow, side, bytes, len, message, time);
	else
		vfw_detect_packet(r->detect, &p, flow, side, bytes, len, time);
}

/*
 * Brings the first len bytes of a side's window to its parser, as far as it has not had them; over: no
 * more will come. What ends a message is asked about with it. Returns how many bytes were asked about.
 */
static u32 read_messages(struct vfw_replay *r, struct vfw_track_flow *flow, unsigned int side,
			 u32 len, bool over, u64 time)
{
	struct vfw_track_window *w = &flow->window[side];
	const struct vfw_http_side *m;
	u32 asked = 0, used;

	if (flow->key.proto != VFW_PROTO_TCP)
		return 0;
	if (!flow->own)
		flow->own = vfw_web_new();
	if (!flow->own)
		return 0;
	if (w->torn) {
		m = vfw_web_lose(flow->own, side);
		w->fed = len;
		if (m)
			ask_stream(r, flow, side, NULL, 0, m, time);
		return 0;
	}
	/* rules about the stream come first, as in Suricata: all messages see the same bytes */
	if (over ||
	    (w->fed < len && vfw_web_ends(flow->own, side, w->bytes + w->fed, len - w->fed)))
		asked = len;
	if (w->fed < len)
		vfw_web_look(flow->own, side, w->bytes + w->fed, len - w->fed);
	if (asked)
		ask_stream(r, flow, side, w->bytes, asked, NULL, time);
	while (w->fed < len) {
		m = vfw_web_feed(flow->own, side, w->bytes + w->fed, len - w->fed, &used);
		w->fed += used;
		if (!m)
			break;
		ask_stream(r, flow, side, w->bytes, asked, m, time);
	}
	m = over ? vfw_web_end(flow->own, side) : NULL;
	if (m)
		ask_stream(r, flow, side, w->bytes, asked, m, time);
	return asked;
}

/* Bytes of a flow that is ending: no packet of its own carries them. */
static void on_window(void *ctx, struct vfw_track_flow *flow, unsigned int side, const u8 *bytes,
		      u32 len, u64 time)
{
	struct vfw_replay *r = ctx;
	u32 asked;

	vfw_detect_next(r->detect);
	r->beside = true;
	asked = read_messages(r, flow, side, len, r->ending, time);
	if (asked < len)
		ask_stream(r, flow, side, bytes + asked, len - asked, NULL, time);
	r->beside = false;
}

static void on_over(void *ctx, struct vfw_track_flow *flow)
{
	struct vfw_replay *r = ctx;
	unsigned int side;

	vfw_detect_next(r->detect);
	r->beside = true;
	for (side = 0; flow->own && side < 2; side++) {
		const struct vfw_http_side *m = vfw_web_end(flow->own, side);

		if (m)
			ask_stream(r, flow, side, NULL, 0, m, flow->last);
	}
	r->beside = false;
	vfw_web_free(flow->own);
	flow->own = NULL;
}

/* What both sides of a conversation have said so far goes to its parser. */
static void hear(struct vfw_replay *r, struct vfw_track_result *t, u64 time)
{
	bool over = vfw_track_closed(t->flow);
	unsigned int side;
	u32 asked;

	for (side = 0; side < 2; side++) {
		asked = read_messages(r, t->flow, side, vfw_track_ready(t->flow, side), over, time);
		if (asked)
			vfw_track_consume(&t->flow->window[side], asked);
		if (side == t->side && asked) {
			t->ready -= asked < t->ready ? asked : t->ready;
			t->inspect = t->inspect && t->ready;
		}
	}
}

/* Where what rules call the payload begins: of ICMP it is not the same for each type in Suricata. */
static u32 payload_at(const struct vfw_frame *f)
{
	if (f->proto == VFW_PROTO_ICMP && (f->icmp_type == 13 || f->icmp_type == 14) &&
	    f->end - f->l4_off >= 20)
		return f->l4_off + 20;
	/* of all but errors and echo what stands behind the checksum counts */
	if (f->proto == VFW_PROTO_ICMP6 && !(f->icmp_type >= 1 && f->icmp_type <= 4) &&
	    f->icmp_type != 128 && f->icmp_type != 129 && f->end - f->l4_off >= 8)
		return f->l4_off + 4;
	return f->payload_off;
}

/* A parsed packet that is no fragment any more, or never was one whose transport counts. */
static void one_packet(struct vfw_replay *r, const struct vfw_frame *f, const u8 *frame, u32 have,
		       bool rebuilt)
{
	struct vfw_sig_pkt p = {.frame = f, .head = frame, .head_len = have};
	struct vfw_track_result t = {0};
	u32 end = f->end < have ? f->end : have;
	u64 time = r->time;

	vfw_detect_next(r->detect);
	/* of other protocols, and what is broken, there is no payload that rules know */
	if (f->flags & VFW_FRAME_F_L4 && payload_at(f) < end) {
		p.payload = frame + payload_at(f);
		p.payload_len = end - payload_at(f);
	}
	if (f->flags & VFW_FRAME_F_L4 && f->end <= have)
		vfw_track_packet(r->track, f, frame, time, &t);
	if (t.flow && f->proto == VFW_PROTO_TCP)
		hear(r, &t, time);
	r->flow = t.flow;
	r->side = t.side;
	r->time = time;
	if (t.flow)
		describe(&p, t.flow, t.side, time);
	if (t.in_stream)
		p.flags |= VFW_SIG_PKT_IN_STREAM;
	if (rebuilt)
		p.flags |= VFW_SIG_PKT_REBUILT;
	if (r->grant)
		vfw_detect_grant(r->detect, r->grant, &p, t.flow, time);
	if (t.inspect) {
		vfw_detect_packet(r->detect, &p, t.flow, t.side, t.flow->window[t.side].bytes,
				  t.ready, time);
		vfw_track_consume(&t.flow->window[t.side], t.ready);
	} else {
		vfw_detect_packet(r->detect, &p, t.flow, t.side, NULL, 0, time);
	}
}

static void one_frame(struct vfw_replay *r, const u8 *frame, u32 len, bool rebuilt)
{
	enum vfw_frame_result parsed;
	struct vfw_frame f;
	u32 whole_len;
	const u8 *whole;

	parsed = vfw_frame_parse(&f, frame, len, len, false);
	if (f.kind != VFW_FRAME_IP4 && f.kind != VFW_FRAME_IP6)
		return;
	if (parsed != VFW_FRAME_OK) {
		r->counts->malformed++;
		if (!vfw_loose_parse(&f, frame, len))
			return;
	}
	if (r->options->checksum && !vfw_checksum_right(&f, frame, len)) {
		r->counts->bad_checksum++;
		return;
	}
	if (f.flags & VFW_FRAME_F_FRAG) {
		struct vfw_frame part = f;

		r->counts->fragments++;
		part.flags &= ~VFW_FRAME_F_L4;
		part.payload_off = part.end;
		one_packet(r, &part, frame, len, false);
		whole = vfw_defrag_add(r->defrag, &f, frame, len, r->time, &whole_len);
		if (whole && !rebuilt)
			one_frame(r, whole, whole_len, true);
		return;
	}
	one_packet(r, &f, frame, len, rebuilt);
}

static int run(struct vfw_replay *r, struct vfw_capture *c, char *why, size_t size)
{
	struct vfw_captured p;
	int rc;

	while ((rc = vfw_capture_next(c, &p, why, size)) == 1) {
		r->counts->packets++;
		r->time = p.time;
		r->number = p.number;
		one_frame(r, p.frame, p.len, false);
	}
	r->counts->unknown_link = vfw_capture_skipped(c);
	r->ending = true;
	vfw_track_end(r->track, r->time);
	r->counts->spent = vfw_detect_spent(r->detect);
	return rc;
}

int vfw_replay_run(const struct vfw_rule_set *set, const char *capture,
		   const struct vfw_replay_options *options, FILE *eve,
		   struct vfw_replay_counts *counts, char *why, size_t size)
{
	struct vfw_replay r = {.options = options, .counts = counts, .eve = eve};
	struct vfw_capture *c = vfw_capture_open(capture, why, size);
	struct vfw_rule_scan *scan = c ? vfw_rule_scan_new(set, why, size) : NULL;
	int rc = !c ? -ENOENT : !scan ? -EINVAL : 0;

	memset(counts, 0, sizeof(*counts));
	if (!rc) {
		r.detect = vfw_detect_new(set, scan, on_alert, &r);
		r.track = vfw_track_new(options->midstream, on_window, &r);
		r.defrag = vfw_defrag_new();
		if (!r.detect || !r.track || !r.defrag) {
			snprintf(why, size, "out of memory");
			rc = -ENOMEM;
		}
	}
	if (!rc) {
		vfw_track_on_over(r.track, on_over);
		rc = run(&r, c, why, size);
	}
	if (!rc && (r.failed || (eve && fflush(eve)))) {
		snprintf(why, size, "alerts could not be written");
		rc = -EIO;
	}
	vfw_defrag_free(r.defrag);
	vfw_track_free(r.track);
	vfw_detect_free(r.detect);
	vfw_rule_scan_free(scan);
	vfw_capture_close(c);
	return rc;
}

static void release(struct vfw_replay *r)
{
	vfw_defrag_free(r->defrag);
	vfw_track_free(r->track);
	vfw_detect_free(r->detect);
	free(r->counts);
	free(r);
}

static void on_match(void *ctx)
{
	struct vfw_replay *r = ctx;

	r->match(r->match_ctx);
}

struct vfw_replay *vfw_replay_open(const struct vfw_rule_set *set, struct vfw_rule_scan *scan,
				   void (*match)(void *ctx), void *ctx)
{
	static const struct vfw_replay_options options;
	struct vfw_replay *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->options = &options;
	r->match = match;
	r->match_ctx = ctx;
	r->counts = calloc(1, sizeof(*r->counts));
	r->detect = vfw_detect_new(set, scan, on_alert, r);
	if (r->counts && r->detect)
		return r;
	release(r);
	return NULL;
}

int vfw_replay_begin(struct vfw_replay *r, uint32_t sig)
{
	vfw_track_free(r->track);
	vfw_defrag_free(r->defrag);
	r->track = vfw_track_new(false, on_window, r);
	r->defrag = vfw_defrag_new();
	if (!r->track || !r->defrag || vfw_detect_only(r->detect, sig, on_match))
		return -ENOMEM;
	vfw_track_on_over(r->track, on_over);
	r->ending = false;
	return 0;
}

void vfw_replay_frame(struct vfw_replay *r, const uint8_t *frame, uint32_t len, uint64_t time)
{
	r->time = time;
	r->number++;
	one_frame(r, frame, len, false);
}

void vfw_replay_grant(struct vfw_replay *r, const struct vfw_rule_meta *rule)
{
	r->grant = rule;
}

void vfw_replay_end(struct vfw_replay *r)
{
	r->ending = true;
	vfw_track_end(r->track, r->time);
}

void vfw_replay_close(struct vfw_replay *r)
{
	if (r)
		release(r);
}
