// SPDX-License-Identifier: GPL-2.0
#include "detect.h"

#include <stdlib.h>

#include "../sig/rule_scan.h"
#include "message.h"
#include "store.h"

#define DECODED_MAX 65536 /* of base64_decode, as in Suricata */
#define SAID_MAX 15 /* alerts of one packet: Suricata's packet-alert-max, as it comes */

enum {
	KIND_LIMIT,
	KIND_FILTER,
	KIND_XBIT,
	KIND_INT,
};

struct vfw_detect {
	const struct vfw_rule_set *set;
	struct vfw_rule_scan *scan;
	struct vfw_sig_regex regex;
	vfw_detect_alert_fn alert;
	u32 only; /* the one signature that is asked; VFW_SIG_NONE: all are */
	vfw_detect_match_fn match; /* told of that one */
	void *ctx;
	struct vfw_store *store;
	struct vfw_message *message;
	u32 *by_literal; /* signature of each literal */
	u32 *always; /* signatures that no literal announces */
	u32 n_always;
	u8 *wanted
		[2]; /* signatures whose literal is in the payload, in the window or the message */
	u64 spent;
	u32 said; /* alerts of the packet that is asked */
	u64 packets; /* its number */
	u64 streamed[2]; /* number of the last one with which bytes of that side were asked */
	u64 *hit; /* number of the last one whose stream each signature matched in */
	u64 passing; /* number of the last one that a rule let pass */
	u8 decoded[DECODED_MAX];
};

/* What one round is about. */
struct round {
	const struct vfw_sig_pkt *p;
	struct vfw_track_flow *flow;
	unsigned int side;
	const u8 *window;
	u32 window_len;
	u64 time;
};

static int index_literals(struct vfw_detect *d)
{
	const struct vfw_rule_set *set = d->set;
	u32 i;

	d->by_literal = calloc(set->n_literals + 1, sizeof(*d->by_literal));
	d->always = calloc(set->sigs.n_sigs + 1, sizeof(*d->always));
	d->hit = calloc(set->sigs.n_sigs + 1, sizeof(*d->hit));
	d->wanted[0] = calloc(1, set->sigs.n_sigs + 1);
	d->wanted[1] = calloc(1, set->sigs.n_sigs + 1);
	if (!d->by_literal || !d->always || !d->hit || !d->wanted[0] || !d->wanted[1])
		return -ENOMEM;
	for (i = 0; i < set->n_literals; i++)
		d->by_literal[i] = VFW_SIG_NONE;
	for (i = 0; i < set->sigs.n_sigs; i++) {
		if (set->sig[i].fast == VFW_SIG_NONE)
			d->always[d->n_always++] = i;
		else
			d->by_literal[set->sig[i].fast] = i;
	}
	return 0;
}

struct vfw_detect *vfw_detect_new(const struct vfw_rule_set *set, struct vfw_rule_scan *scan,
				  vfw_detect_alert_fn alert, void *ctx)
{
	struct vfw_detect *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->set = set;
	d->scan = scan;
	d->regex = (struct vfw_sig_regex){vfw_rule_scan_ends, scan, d->decoded, sizeof(d->decoded)};
	d->only = VFW_SIG_NONE;
	d->alert = alert;
	d->ctx = ctx;
	d->store = vfw_store_new();
	d->message = vfw_message_new(set);
	if (!d->store || !d->message || index_literals(d)) {
		vfw_detect_free(d);
		return NULL;
	}
	return d;
}

void vfw_detect_free(struct vfw_detect *d)
{
	if (!d)
		return;
	vfw_store_free(d->store);
	vfw_message_free(d->message);
	free(d->by_literal);
	free(d->always);
	free(d->hit);
	free(d->wanted[0]);
	free(d->wanted[1]);
	free(d);
}

int vfw_detect_only(struct vfw_detect *d, u32 sig, vfw_detect_match_fn match)
{
	struct vfw_store *store = vfw_store_new();

	if (!store)
		return -ENOMEM;
	vfw_store_free(d->store);
	d->store = store;
	d->only = sig;
	d->match = match;
	return 0;
}

u64 vfw_detect_spent(const struct vfw_detect *d)
{
	return d->spent;
}

/* --- state --- */

static struct vfw_store_key key_of(const struct round *r, u32 what, u16 kind, u8 track)
{
	struct vfw_store_key key = {.what = what, .kind = kind, .track = track};
	const struct vfw_frame *f = r->p->frame;
	int low;

	switch (track) {
	case VFW_SIG_TRACK_SRC:
	case VFW_SIG_TRACK_DST:
		memcpy(key.addr[0], track == VFW_SIG_TRACK_SRC ? f->src : f->dst, 16);
		key.family = f->kind;
		/* a mark on a host is found from either side */
		if (kind == KIND_XBIT)
			key.track = VFW_SIG_TRACK_SRC;
		break;
	case VFW_SIG_TRACK_BOTH:
		low = memcmp(f->src, f->dst, 16) > 0;
		memcpy(key.addr[low], f->src, 16);
		memcpy(key.addr[!low], f->dst, 16);
		key.family = f->kind;
		break;
	case VFW_SIG_TRACK_FLOW:
		key.flow = r->flow ? r->flow->id : 0;
		break;
	default:
		break;
	}
	return key;
}

static bool has_flowbit(const struct round *r, u32 bit)
{
	return r->flow && r->flow->bits && r->flow->bits[bit / 8] & 1U << (bit % 8);
}

static void put_flowbit(struct vfw_detect *d, const struct round *r, u32 bit, bool on)
{
	if (!r->flow)
		return;
	if (!r->flow->bits)
		r->flow->bits = calloc(1, d->set->n_names / 8 + 1);
	if (!r->flow->bits)
		return;
	if (on)
		r->flow->bits[bit / 8] |= (u8)(1U << (bit % 8));
	else
		r->flow->bits[bit / 8] &= (u8) ~(1U << (bit % 8));
}

static bool has_bit(struct vfw_detect *d, const struct round *r, const struct vfw_rule_bits *b,
		    u32 bit)
{
	struct vfw_store_key key;
	struct vfw_sig_counter *c;

	if (b->track == VFW_SIG_TRACK_FLOW)
		return has_flowbit(r, bit);
	key = key_of(r, bit, KIND_XBIT, b->track);
	c = vfw_store_get(d->store, &key, false);
	return c && c->since > r->time; /* since: when it ends */
}

static void put_bit(struct vfw_detect *d, const struct round *r, const struct vfw_rule_bits *b,
		    u32 bit, bool on)
{
	struct vfw_store_key key;
	struct vfw_sig_counter *c;

	if (b->track == VFW_SIG_TRACK_FLOW) {
		put_flowbit(d, r, bit, on);
		return;
	}
	key = key_of(r, bit, KIND_XBIT, b->track);
	c = vfw_store_get(d->store, &key, on);
	if (c)
		c->since = on ? r->time + b->expire * 1000000ULL : 0;
}

/* The number of a flow by that name, or NULL: it is not set. since: it is. */
static struct vfw_sig_counter *flow_int(struct vfw_detect *d, const struct round *r, u32 name,
					bool make)
{
	struct vfw_store_key key = key_of(r, name, KIND_INT, VFW_SIG_TRACK_FLOW);
	struct vfw_sig_counter *c = r->flow ? vfw_store_get(d->store, &key, make) : NULL;

	return c && (make || c->since) ? c : NULL;
}

/* What it is compared with or changed by: a name that is not set stands for 0. */
static u32 int_value(struct vfw_detect *d, const struct round *r, const struct vfw_rule_bits *b)
{
	struct vfw_sig_counter *c;

	if (b->n < 2)
		return b->value;
	c = flow_int(d, r, b->bit[1], false);
	return c ? c->count : 0;
}

static bool int_allows(struct vfw_detect *d, const struct round *r, const struct vfw_rule_bits *b)
{
	struct vfw_sig_counter *c = flow_int(d, r, b->bit[0], false);
	static const u8 cmp[] = {
		[VFW_RULE_INT_LT] = VFW_SIG_LT, [VFW_RULE_INT_LE] = VFW_SIG_LE,
		[VFW_RULE_INT_EQ] = VFW_SIG_EQ, [VFW_RULE_INT_NE] = VFW_SIG_NE,
		[VFW_RULE_INT_GE] = VFW_SIG_GE, [VFW_RULE_INT_GT] = VFW_SIG_GT,
	};

	if (b->op <= VFW_RULE_INT_ISNOTSET)
		return !!c == (b->op == VFW_RULE_INT_ISSET);
	return c && vfw_sig_compare(cmp[b->op], c->count, int_value(d, r, b), 0);
}

/* Adding to what is not set begins at nothing; subtracting from it changes nothing. */
static void int_apply(struct vfw_detect *d, const struct round *r, const struct vfw_rule_bits *b)
{
	u32 value = int_value(d, r, b);
	struct vfw_sig_counter *c = flow_int(d, r, b->bit[0], b->op != VFW_RULE_INT_SUBTRACT);

	if (!c)
		return;
	c->since = 1;
	if (b->op == VFW_RULE_INT_SET)
		c->count = value;
	else
		c->count += b->op == VFW_RULE_INT_ADD ? value : 0 - value;
}

static bool bits_allow(struct vfw_detect *d, const struct round *r, const struct vfw_rule_meta *m)
{
	u32 i, k;

	for (i = 0; i < m->n_bits; i++) {
		const struct vfw_rule_bits *b = &m->bits[i];
		bool any = false;

		if (!vfw_rule_bit_asks(b->op))
			continue;
		if (vfw_rule_bit_is_int(b->op)) {
			if (!int_allows(d, r, b))
				return false;
			continue;
		}
		for (k = 0; k < b->n; k++)
			any |= has_bit(d, r, b, b->bit[k]) == (b->op == VFW_RULE_BIT_ISSET);
		if (!any)
			return false;
	}
	return true;
}

static void bits_apply(struct vfw_detect *d, const struct round *r, const struct vfw_rule_meta *m)
{
	u32 i;

	for (i = 0; i < m->n_bits; i++) {
		const struct vfw_rule_bits *b = &m->bits[i];

		switch (b->op) {
		case VFW_RULE_BIT_SET:
			put_bit(d, r, b, b->bit[0], true);
			break;
		case VFW_RULE_BIT_UNSET:
			put_bit(d, r, b, b->bit[0], false);
			break;
		case VFW_RULE_BIT_TOGGLE:
			put_bit(d, r, b, b->bit[0], !has_bit(d, r, b, b->bit[0]));
			break;
		case VFW_RULE_INT_SET:
		case VFW_RULE_INT_ADD:
		case VFW_RULE_INT_SUBTRACT:
			int_apply(d, r, b);
			break;
		default:
			break;
		}
	}
}

void vfw_detect_grant(struct vfw_detect *d, const struct vfw_rule_meta *rule,
		      const struct vfw_sig_pkt *p, struct vfw_track_flow *flow, u64 time)
{
	struct round r = {.p = p, .flow = flow, .time = time};
	u32 i;

	for (i = 0; i < rule->n_bits; i++) {
		struct vfw_rule_bits b = rule->bits[i];

		b.expire = 60;
		if (b.op == VFW_RULE_BIT_ISSET)
			put_bit(d, &r, &b, b.bit[0], true);
	}
}

static enum vfw_sig_told count(struct vfw_detect *d, const struct round *r, u32 sig, u16 kind,
			       const struct vfw_sig_limit *limit)
{
	struct vfw_store_key key;
	struct vfw_sig_counter *c;

	if (!limit->kind)
		return VFW_SIG_TOLD;
	key = key_of(r, sig, kind, limit->track);
	c = vfw_store_get(d->store, &key, true);
	return c ? vfw_sig_limit(limit, c, r->time) : VFW_SIG_TOLD;
}

static bool within_limit(struct vfw_detect *d, const struct round *r, u32 sig, u16 kind,
			 const struct vfw_sig_limit *limit)
{
	return count(d, r, sig, kind, limit) == VFW_SIG_TOLD;
}

/* --- one signature --- */

/* Signatures about addresses alone: has this flow's direction been asked? */
static bool was_asked(struct vfw_detect *d, const struct round *r, u32 sig)
{
	u32 bit = 2 * sig + r->side;

	if (!r->flow)
		return false;
	if (!r->flow->once)
		r->flow->once = calloc(1, 2 * (size_t)d->set->sigs.n_sigs / 8 + 1);
	if (!r->flow->once)
		return false;
	if (r->flow->once[bit / 8] & 1U << (bit % 8))
		return true;
	r->flow->once[bit / 8] |= (u8)(1U << (bit % 8));
	return false;
}

static bool try_buffer(struct vfw_detect *d, const struct round *r, const struct vfw_sig *sig,
		       const u8 *buf, u32 len)
{
	enum vfw_sig_result rc = vfw_sig_content(&d->set->sigs, sig, r->p, buf, len, &d->regex);

	d->spent += rc == VFW_SIG_SPENT;
	return rc == VFW_SIG_MATCH;
}

static bool has_payload_steps(const struct vfw_detect *d, const struct vfw_sig *sig)
{
	return sig->n_steps && d->set->steps[sig->first_step].buffer == VFW_SIG_PAYLOAD;
}

/*
 * dsize:0. Suricata takes a segment with which bytes of its stream are asked, a FIN mostly, as one that has a payload, though
 * not as one of any size.
 */
static bool wants_no_payload(const struct vfw_detect *d, const struct vfw_sig *sig)
{
	u32 i;

	for (i = 0; i < sig->n_conds; i++) {
		const struct vfw_sig_cond *c = &d->set->conds[sig->first_cond + i];

		if (c->field == VFW_SIG_DSIZE && c->cmp == VFW_SIG_EQ && !c->a)
			return true;
	}
	return false;
}

/* *stream: what matched are bytes of the stream. */
static bool content_fits(struct vfw_detect *d, const struct round *r, u32 i, bool *stream)
{
	const struct vfw_sig *sig = &d->set->sig[i];
	bool literal = sig->fast != VFW_SIG_NONE;
	const struct vfw_sig_pkt *p = r->p;
	bool beside = d->streamed[r->side] == d->packets;

	*stream = p->buffers;
	if (*stream)
		return (!literal || d->wanted[1][i]) &&
		       try_buffer(d, r, sig, r->window, r->window_len);
	if (beside && !p->payload_len && wants_no_payload(d, sig))
		return false;
	if (sig->flags & VFW_SIG_ONLY_STREAM &&
	    (!has_payload_steps(d, sig) || p->frame->proto != VFW_PROTO_TCP))
		return false;
	if (!has_payload_steps(d, sig)) /* the end of a flow is no packet */
		return p->head_len && try_buffer(d, r, sig, p->payload, p->payload_len);
	if (sig->flags & VFW_SIG_STREAM && p->frame->proto == VFW_PROTO_TCP) {
		if (r->window_len && (!literal || d->wanted[1][i])) {
			*stream = try_buffer(d, r, sig, r->window, r->window_len);
			if (*stream) {
				d->hit[i] = d->packets;
				return true;
			}
		}
		/* packets whose bytes the stream has are inspected there */
		if (sig->flags & VFW_SIG_ONLY_STREAM ||
		    (!(sig->flags & VFW_SIG_PACKET) && p->flags & VFW_SIG_PKT_IN_STREAM))
			return false;
	}
	/* rules about segments are asked of one without payload too, where bytes of its stream are asked, and did not match */
	if (!p->payload_len &&
	    (!beside || !p->head_len || !(sig->flags & VFW_SIG_PACKET) || d->hit[i] == d->packets))
		return false;
	return (!literal || d->wanted[0][i]) && try_buffer(d, r, sig, p->payload, p->payload_len);
}

/* Of those that come first, as many as Suricata keeps. */
static void say(struct vfw_detect *d, const struct round *r, const struct vfw_rule_meta *m,
		bool stream)
{
	if (d->said == SAID_MAX)
		return;
	d->said++;
	d->alert(d->ctx, m, r->p, stream);
}

/*
 * The rest of the flow is asked nothing, by a rule about addresses or about bytes of the stream that passes, drops or rejects.
 * Of the packet at hand all rules are asked.
 */
static void close_flow(struct vfw_detect *d, const struct round *r, const struct vfw_rule_meta *m,
		       bool stream)
{
	if (r->flow && !r->flow->closed && (m->of_flows || stream))
		r->flow->closed = d->packets;
}

/* An alert of the packet at hand, or none, as its counters have it. */
static void judge(struct vfw_detect *d, const struct round *r, u32 i, bool stream)
{
	const struct vfw_sig *sig = &d->set->sig[i];
	const struct vfw_rule_meta *m = &d->set->meta[i];
	enum vfw_sig_told told;

	if (!within_limit(d, r, i, KIND_FILTER, &m->filter))
		return;
	told = count(d, r, i, KIND_LIMIT, &m->limit);
	if (sig->flags & VFW_SIG_PASS) {
		/* it passes when it would speak */
		if (told != VFW_SIG_TOLD)
			return;
		if (m->alerts)
			say(d, r, m, stream);
		close_flow(d, r, m, stream);
		d->passing = d->packets;
		return;
	}
	if (told != VFW_SIG_UNDER && m->action != VFW_RULE_ALERT)
		close_flow(d, r, m, stream);
	if (told == VFW_SIG_TOLD && !(sig->flags & VFW_SIG_NOALERT))
		say(d, r, m, stream);
}

static void one(struct vfw_detect *d, const struct round *r, u32 i)
{
	const struct vfw_sig *sig = &d->set->sig[i];
	const struct vfw_rule_meta *m = &d->set->meta[i];
	bool stream;

	/* of messages those are asked that are about messages; of all else the others */
	if (!(sig->flags & VFW_SIG_MESSAGE) != !r->p->buffers)
		return;
	if (!vfw_sig_header(&d->set->sigs, sig, r->p))
		return;
	if (sig->flags & VFW_SIG_ONCE && (!r->p->head_len || was_asked(d, r, i)))
		return;
	if (!bits_allow(d, r, m) || !content_fits(d, r, i, &stream))
		return;
	bits_apply(d, r, m);
	if (d->match)
		d->match(d->ctx);
	if (m->bypass && r->flow && !r->flow->closed)
		r->flow->closed = d->packets;
	/* of a packet that a rule lets pass no other speaks, but what they remember they do */
	if (d->passing == d->packets)
		return;
	judge(d, r, i, stream);
	if (!(sig->flags & VFW_SIG_PASS) && vfw_sig_both_ways(&d->set->sigs, sig, r->p))
		judge(d, r, i, stream);
}

struct want {
	struct vfw_detect *d;
	u8 *wanted;
};

static void on_literal(void *ctx, uint32_t literal)
{
	struct want *w = ctx;
	u32 sig = w->d->by_literal[literal];

	if (sig != VFW_SIG_NONE)
		w->wanted[sig] = 1;
}

static void on_buffer(void *ctx, const u8 *buf, u32 len)
{
	struct want *w = ctx;

	vfw_rule_scan_literals(w->d->scan, buf, len, on_literal, w);
}

static void ask_all(struct vfw_detect *d, const struct round *r)
{
	u32 i, at = 0, n = d->set->sigs.n_sigs;
	struct want w = {d, d->wanted[0]};

	if (r->flow && r->flow->closed && r->flow->closed != d->packets)
		return;
	if (r->window_len)
		d->streamed[r->side] = d->packets;
	memset(d->wanted[0], 0, n);
	memset(d->wanted[1], 0, n);
	vfw_rule_scan_literals(d->scan, r->p->payload, r->p->payload_len, on_literal, &w);
	w.wanted = d->wanted[1];
	vfw_rule_scan_literals(d->scan, r->window, r->window_len, on_literal, &w);
	if (r->p->buffers)
		vfw_message_each(d->message, on_buffer, &w);
	i = d->only;
	if (i != VFW_SIG_NONE) {
		if (d->set->sig[i].fast == VFW_SIG_NONE || d->wanted[0][i] || d->wanted[1][i])
			one(d, r, i);
		return;
	}
	for (i = 0; i < n; i++) {
		bool always = at < d->n_always && d->always[at] == i;

		at += always;
		if (always || d->wanted[0][i] || d->wanted[1][i])
			one(d, r, i);
	}
}

void vfw_detect_next(struct vfw_detect *d)
{
	d->said = 0;
	d->packets++;
}

void vfw_detect_packet(struct vfw_detect *d, const struct vfw_sig_pkt *p,
		       struct vfw_track_flow *flow, unsigned int side, const u8 *window,
		       u32 window_len, u64 time)
{
	struct round r = {p, flow, side, window, window_len, time};

	ask_all(d, &r);
}

void vfw_detect_message(struct vfw_detect *d, const struct vfw_sig_pkt *p,
			struct vfw_track_flow *flow, unsigned int side, const u8 *window,
			u32 window_len, const struct vfw_http_side *message, u64 time)
{
	struct vfw_sig_pkt about = *p;
	struct round r = {&about, flow, side, window, window_len, time};

	about.buffers = vfw_message_buffers(d->message);
	vfw_message_set(d->message, message);
	ask_all(d, &r);
	vfw_message_set(d->message, NULL);
}
