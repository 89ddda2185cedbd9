// SPDX-License-Identifier: GPL-2.0
#include "recognise.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sig/app_scan.h"
#include "capture.h"
#include "defrag.h"
#include "track.h"

/* A conversation under way, and what is left of it. */
struct talk {
	struct talk *next; /* in the order in which they began */
	struct vfw_recognised is;
	struct vfw_app_state state;
	u8 *said[2]; /* what TCP delivered of each side, up to VFW_APP_BYTES; until it is over */
	bool opened; /* TCP: its begin was seen */
	bool spoke;
};

struct recognise {
	const struct vfw_app_list *apps;
	struct vfw_app_scan *scan;
	struct vfw_recognise_counts *counts;
	struct vfw_track *track;
	struct vfw_defrag *defrag;
	struct talk *first, **last;
	u64 time, number; /* of the packet at hand */
	int failed;
};

static struct talk *talk_of(struct recognise *r, struct vfw_track_flow *flow)
{
	struct talk *t = flow->own;
	int i;

	if (t)
		return t;
	t = calloc(1, sizeof(*t));
	if (!t) {
		r->failed = -ENOMEM;
		return NULL;
	}
	t->is.family = flow->key.family;
	t->is.proto = flow->key.proto;
	t->is.number = r->number;
	t->is.began = r->time;
	for (i = 0; i < 2; i++) {
		int key_side = i ? !flow->opener : flow->opener;

		memcpy(t->is.addr[i], flow->key.addr[key_side], 16);
		t->is.port[i] = flow->key.port[key_side];
	}
	flow->own = t;
	*r->last = t;
	r->last = &t->next;
	return t;
}

/* Bytes that TCP delivered: scanned together with those before them. */
static void on_window(void *ctx, struct vfw_track_flow *flow, unsigned int side, const u8 *bytes,
		      u32 len, u64 time)
{
	struct recognise *r = ctx;
	struct talk *t = talk_of(r, flow);
	u32 had;

	(void)time;
	if (!t)
		return;
	t->spoke = true;
	had = t->state.bytes[side];
	/* behind a gap nothing stands where a pattern expects it */
	len = flow->window[side].torn ? 0 : vfw_app_take(&t->state, side, len, false);
	if (!len)
		return;
	if (!t->said[side])
		t->said[side] = malloc(VFW_APP_BYTES);
	if (!t->said[side]) {
		r->failed = -ENOMEM;
		return;
	}
	memcpy(t->said[side] + had, bytes, len);
	if (vfw_app_scan_bytes(r->scan, VFW_PROTO_TCP, t->said[side], had + len, side, &t->state))
		r->failed = -EIO;
}

static void on_over(void *ctx, struct vfw_track_flow *flow)
{
	struct talk *t = flow->own;

	(void)ctx;
	if (!t)
		return;
	free(t->said[0]);
	free(t->said[1]);
	t->said[0] = t->said[1] = NULL;
	flow->own = NULL;
}

static void one_packet(struct recognise *r, const struct vfw_frame *f, const u8 *frame, u32 have)
{
	struct vfw_track_result res;
	struct talk *t;
	u32 len;

	if (f->proto != VFW_PROTO_TCP && f->proto != VFW_PROTO_UDP)
		return;
	if (!(f->flags & VFW_FRAME_F_L4) || f->end > have)
		return;
	vfw_track_packet(r->track, f, frame, r->time, &res);
	if (!res.flow)
		return;
	t = talk_of(r, res.flow);
	if (!t)
		return;
	t->is.packets[res.side]++;
	if (f->proto == VFW_PROTO_TCP) {
		t->opened |= res.flow->tcp_open;
		t->spoke |= f->end > f->payload_off;
		if (res.inspect) {
			on_window(r, res.flow, res.side, res.flow->window[res.side].bytes,
				  res.ready, r->time);
			vfw_track_consume(&res.flow->window[res.side], res.ready);
		}
		return;
	}
	len = f->end - f->payload_off;
	t->spoke |= len > 0;
	len = vfw_app_take(&t->state, res.side, len, true);
	if (vfw_app_scan_bytes(r->scan, VFW_PROTO_UDP, frame + f->payload_off, len, res.side,
			       &t->state))
		r->failed = -EIO;
}

static void one_frame(struct recognise *r, const u8 *frame, u32 len, bool rebuilt)
{
	struct vfw_frame f;
	u32 whole_len;
	const u8 *whole;

	if (vfw_frame_parse(&f, frame, len, len, false) != VFW_FRAME_OK) {
		r->counts->malformed++;
		return;
	}
	if (f.kind != VFW_FRAME_IP4 && f.kind != VFW_FRAME_IP6)
		return;
	if (!(f.flags & VFW_FRAME_F_FRAG)) {
		one_packet(r, &f, frame, len);
		return;
	}
	r->counts->fragments++;
	whole = rebuilt ? NULL : vfw_defrag_add(r->defrag, &f, frame, len, r->time, &whole_len);
	if (whole)
		one_frame(r, whole, whole_len, true);
}

static void judge(const struct recognise *r, struct talk *t)
{
	struct vfw_recognised *is = &t->is;

	is->verdict = vfw_app_decide(&r->apps->tables, &t->state, is->proto, is->port[1]);
	if (is->verdict.answer == VFW_APP_KNOWN)
		is->why = VFW_RECOGNISE_NAMED;
	else if (is->verdict.answer == VFW_APP_AMBIGUOUS)
		is->why = VFW_RECOGNISE_AMBIGUOUS;
	else if (!t->spoke)
		is->why = VFW_RECOGNISE_NO_PAYLOAD;
	else if (is->proto == VFW_PROTO_TCP && !t->opened)
		is->why = VFW_RECOGNISE_NO_HANDSHAKE;
	else
		is->why = VFW_RECOGNISE_NO_MATCH;
}

static int read_all(struct recognise *r, struct vfw_capture *c, char *why, size_t size)
{
	struct vfw_captured p;
	int rc;

	while (!r->failed && (rc = vfw_capture_next(c, &p, why, size)) == 1) {
		r->counts->packets++;
		r->time = p.time;
		r->number = p.number;
		one_frame(r, p.frame, p.len, false);
	}
	r->counts->unknown_link = vfw_capture_skipped(c);
	if (r->failed) {
		snprintf(why, size, "%s",
			 r->failed == -ENOMEM ? "out of memory" : "Hyperscan failed");
		return r->failed;
	}
	vfw_track_end(r->track, r->time);
	return rc;
}

int vfw_recognise_run(const struct vfw_app_list *apps, struct vfw_app_scan *scan,
		      const char *capture, bool midstream, vfw_recognise_fn each, void *ctx,
		      struct vfw_recognise_counts *counts, char *why, size_t size)
{
	struct recognise r = {.apps = apps, .scan = scan, .counts = counts};
	struct vfw_capture *c = vfw_capture_open(capture, why, size);
	struct talk *t, *next;
	int rc = c ? 0 : -ENOENT;

	memset(counts, 0, sizeof(*counts));
	r.last = &r.first;
	if (!rc) {
		r.track = vfw_track_new(midstream, on_window, &r);
		r.defrag = vfw_defrag_new();
		if (!r.track || !r.defrag) {
			snprintf(why, size, "out of memory");
			rc = -ENOMEM;
		}
	}
	if (!rc) {
		vfw_track_on_over(r.track, on_over);
		rc = read_all(&r, c, why, size);
	}
	for (t = r.first; t; t = next) {
		next = t->next;
		if (!rc) {
			judge(&r, t);
			each(ctx, &t->is);
		}
		free(t->said[0]);
		free(t->said[1]);
		free(t);
	}
	vfw_defrag_free(r.defrag);
	vfw_track_free(r.track);
	vfw_capture_close(c);
	return rc;
}
