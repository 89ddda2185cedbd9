// SPDX-License-Identifier: GPL-2.0
#include "selftest.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sig/rule_make.h"
#include "page.h"
#include "replay.h"
#include "talk.h"

#define MISSES_MAX 12 /* of one signature's payload */
#define PAGE_MISSES_MAX 3 /* of one kind, of one signature's message */

struct vfw_selftest {
	const struct vfw_rule_set *made;
	struct vfw_maker *maker;
	struct vfw_replay *replay;
	struct vfw_made bytes, near;
	struct vfw_page page;
	u32 sig;
	bool hit;
};

static void on_match(void *ctx)
{
	struct vfw_selftest *s = ctx;

	s->hit = true;
}

struct vfw_selftest *vfw_selftest_new(const struct vfw_rule_set *made,
				      const struct vfw_rule_set *asked, struct vfw_rule_scan *scan)
{
	struct vfw_selftest *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->made = made;
	s->maker = vfw_maker_new(made);
	s->replay = vfw_replay_open(asked, scan, on_match, s);
	if (s->maker && s->replay)
		return s;
	vfw_selftest_free(s);
	return NULL;
}

void vfw_selftest_free(struct vfw_selftest *s)
{
	if (!s)
		return;
	vfw_maker_free(s->maker);
	vfw_replay_close(s->replay);
	free(s);
}

/* Plays a conversation, as if nothing had been said before. */
static int play(struct vfw_selftest *s, const struct vfw_talk *t, const struct vfw_made *made)
{
	int rc = vfw_replay_begin(s->replay, s->sig);

	if (rc)
		return rc;
	s->hit = false;
	vfw_talk_play(t, made->bytes, made->len, &s->made->meta[s->sig], s->replay);
	vfw_replay_end(s->replay);
	return 0;
}

static void copy(struct vfw_made *to, const struct vfw_made *from)
{
	memcpy(to->bytes, from->bytes, from->len);
	memcpy(&to->len, &from->len, sizeof(*to) - offsetof(struct vfw_made, len));
}

static void failed(struct vfw_selftest_result *out, const char *how, u32 step)
{
	out->fate = VFW_SELFTEST_FAILED;
	if (step)
		snprintf(out->why, sizeof(out->why), "matches %s, step %u", how, step);
	else
		snprintf(out->why, sizeof(out->why), "matches %s", how);
}

/* Plays the near miss. Returns 1 if it matches, which is then told in out, 0 if not, or a negative errno. */
static int play_near(struct vfw_selftest *s, const struct vfw_talk *t,
		     struct vfw_selftest_result *out, const char *how, u32 step)
{
	int rc = play(s, t, &s->near);

	if (rc)
		return rc;
	out->misses++;
	if (!s->hit)
		return 0;
	failed(out, how, step);
	return 1;
}

static int payload_misses(struct vfw_selftest *s, const struct vfw_talk *t,
			  struct vfw_selftest_result *out)
{
	static const char *const names[VFW_MISS_COUNT] = {
		[VFW_MISS_BYTE] = "with another byte in a content",
		[VFW_MISS_DEPTH] = "with a content behind its depth",
		[VFW_MISS_OFFSET] = "with a content before its offset",
		[VFW_MISS_WITHIN] = "with a content too far from the one before",
		[VFW_MISS_REGEX] = "with another byte for a pcre",
		[VFW_MISS_NEGATED] = "with a content that must not be there",
		[VFW_MISS_LENGTH] = "with a length that isdataat does not want",
		[VFW_MISS_TEST] = "with another number for a byte_test",
	};
	u32 k, miss, n = 0;
	int rc;

	for (k = 0; k < s->bytes.n; k++) {
		for (miss = 0; miss < VFW_MISS_COUNT && n < MISSES_MAX; miss++) {
			copy(&s->near, &s->bytes);
			if (!vfw_maker_miss(s->maker, s->sig, &s->near, miss, k) || !s->near.len ||
			    !vfw_talk_dsize(s->made, s->sig, s->near.len))
				continue;
			rc = play_near(s, t, out, names[miss], k + 1);
			if (rc)
				return rc < 0 ? rc : 0;
			n++;
		}
	}
	return 0;
}

static int header_misses(struct vfw_selftest *s, const struct vfw_talk *t,
			 struct vfw_selftest_result *out)
{
	u32 miss, len;
	int rc;

	for (miss = 0; miss < VFW_TALK_MISSES; miss++) {
		struct vfw_talk wrong = *t;

		len = s->bytes.len;
		if (!vfw_talk_miss(s->made, s->sig, &wrong, miss, &len) || len > VFW_CANVAS_ROOM)
			continue;
		copy(&s->near, &s->bytes);
		s->near.len = len;
		if (len > s->bytes.len)
			memset(s->near.bytes + s->bytes.len, '~', len - s->bytes.len);
		rc = play(s, &wrong, &s->near);
		if (rc)
			return rc;
		out->misses++;
		if (s->hit) {
			failed(out, vfw_talk_miss_name(miss), 0);
			return 0;
		}
	}
	return 0;
}

/* What conversations are not made for, as it is asked of more than one packet. */
static const char *beyond(const struct vfw_rule_set *set, u32 sig)
{
	const struct vfw_rule_meta *m = &set->meta[sig];
	u32 i;

	for (i = 0; i < m->n_bits; i++)
		if (vfw_rule_bit_is_int(m->bits[i].op) && vfw_rule_bit_asks(m->bits[i].op))
			return "flowint";
	return NULL;
}

static void not_made(struct vfw_selftest_result *out, const char *why)
{
	out->fate = VFW_SELFTEST_NOT_MADE;
	snprintf(out->why, sizeof(out->why), "%s", why);
}

static const char *make_bytes(struct vfw_selftest *s, const struct vfw_talk *t)
{
	struct vfw_make how = {t->least, t->most, "", "", false, 0};

	/* an empty payload is asked about by nobody who asks for bytes */
	if (s->made->sig[s->sig].n_steps && !how.least)
		how.least = 1;
	return vfw_maker_make(s->maker, s->sig, 0, &how, &s->bytes);
}

/* The message of a rule about HTTP becomes the payload. */
static const char *make_page(struct vfw_selftest *s, struct vfw_talk *t)
{
	const char *why = vfw_page_make(s->made, s->maker, s->sig, &s->page);

	if (why)
		return why;
	memcpy(s->bytes.bytes, s->page.bytes, s->page.len);
	s->bytes.len = s->page.len;
	s->bytes.n = 0;
	t->web = true;
	t->answers = s->page.sheet.answer;
	return vfw_talk_dsize(s->made, s->sig, s->page.len) ? NULL : "dsize";
}

static int page_misses(struct vfw_selftest *s, const struct vfw_talk *t,
		       struct vfw_selftest_result *out)
{
	static const char *const names[] = {
		[VFW_PAGE_BYTE] = "with another byte in a content",
		[VFW_PAGE_NEGATED] = "with a content that must not be there",
	};
	u32 k, n, miss;
	int rc;

	for (miss = 0; miss < sizeof(names) / sizeof(*names); miss++) {
		for (k = n = 0; n < PAGE_MISSES_MAX; k++) {
			rc = vfw_page_miss(&s->page, k, miss, s->near.bytes, &s->near.len);
			if (rc < 0)
				break;
			if (!rc)
				continue;
			rc = play_near(s, t, out, names[miss], k + 1);
			if (rc)
				return rc < 0 ? rc : 0;
			n++;
		}
	}
	return 0;
}

int vfw_selftest_one(struct vfw_selftest *s, u32 sig, struct vfw_selftest_result *out)
{
	struct vfw_talk t;
	bool web = vfw_rule_needs_parser(&s->made->sig[sig]);
	const char *why = beyond(s->made, sig) ?: vfw_talk_make(s->made, sig, &t);
	int rc;

	memset(out, 0, sizeof(*out));
	s->sig = sig;
	if (!why && web)
		why = make_page(s, &t);
	else if (!why)
		why = make_bytes(s, &t);
	if (!why && !vfw_talk_settle(s->made, sig, &t, s->bytes.len))
		why = "stream_size";
	if (why) {
		not_made(out, why);
		return 0;
	}
	rc = play(s, &t, &s->bytes);
	if (rc)
		return rc;
	if (!s->hit) {
		out->fate = VFW_SELFTEST_FAILED;
		snprintf(out->why, sizeof(out->why), "does not match what is made from it");
		return 0;
	}
	rc = web ? page_misses(s, &t, out) : payload_misses(s, &t, out);
	if (!rc && out->fate != VFW_SELFTEST_FAILED)
		rc = header_misses(s, &t, out);
	if (!rc && !out->misses)
		not_made(out, "no near miss");
	return rc;
}
