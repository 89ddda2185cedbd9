// SPDX-License-Identifier: GPL-2.0
/*
 * Any tables that pass the check, and any hits: the decision is that of a stupid rival, which asks every app of
 * every pair of hits.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/app.h"

#define APPS 6
#define PATTERNS 12

struct input {
	const uint8_t *at, *end;
};

static uint8_t next(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

static struct vfw_app apps[APPS];
static struct vfw_app_pattern patterns[PATTERNS];
static u16 over[16];
static u32 ports[8];

static void fill(struct input *in, struct vfw_apps *t)
{
	unsigned int i;

	t->n_apps = next(in) % (APPS + 1);
	t->n_patterns = next(in) % (PATTERNS + 1);
	t->n_over = next(in) % 17;
	t->n_ports = next(in) % 9;
	for (i = 0; i < t->n_apps; i++)
		apps[i] = (struct vfw_app){(u16)(next(in) % 17), next(in) % 4, (u16)(next(in) % 9),
					   next(in) % 3, i + 1};
	for (i = 0; i < t->n_patterns; i++) {
		uint8_t with = next(in);

		patterns[i] = (struct vfw_app_pattern){next(in) % (APPS + 1),
						       with % 3 ? VFW_APP_NONE : with / 3 % 13,
						       next(in) % 4, 6};
		/* pairs that go with each other come about by chance too rarely */
		if (with & 0x80 && i) {
			patterns[i].app = patterns[i - 1].app;
			patterns[i].with = (u16)(i - 1);
			patterns[i - 1].with = (u16)i;
		}
	}
	for (i = 0; i < t->n_over; i++)
		over[i] = next(in) % (APPS + 1);
	for (i = 0; i < t->n_ports; i++)
		ports[i] = (u32)(next(in) & 1 ? 6 : 17) << 16 | next(in) % 4;
}

/* Is there a hit, or a pair, that names the app? */
static bool named(const struct vfw_apps *t, const bool (*hit)[2], unsigned int app)
{
	unsigned int p, side;

	for (p = 0; p < t->n_patterns; p++)
		for (side = 0; side < 2; side++)
			if (patterns[p].app == app && hit[p][side] &&
			    (patterns[p].with == VFW_APP_NONE || hit[patterns[p].with][!side]))
				return true;
	return false;
}

static int rival(const struct vfw_apps *t, const bool (*hit)[2], u8 proto, u16 port)
{
	bool is[APPS], beaten[APPS] = {0};
	unsigned int i, k, n = 0, hinted = 0, last = 0, last_hinted = 0;

	for (i = 0; i < t->n_apps; i++)
		is[i] = named(t, hit, i);
	for (i = 0; i < t->n_apps; i++)
		for (k = 0; is[i] && k < apps[i].n_over; k++)
			beaten[over[apps[i].over + k]] = true;
	for (i = 0; i < t->n_apps; i++) {
		bool hint = false;

		if (!is[i] || beaten[i])
			continue;
		n++;
		last = i;
		for (k = 0; k < apps[i].n_ports; k++)
			hint |= port && ports[apps[i].port + k] == ((u32)proto << 16 | port);
		if (hint) {
			hinted++;
			last_hinted = i;
		}
	}
	if (n == 1)
		return (int)last;
	if (n && hinted == 1)
		return (int)last_hinted;
	for (i = 0; i < t->n_apps; i++)
		if (is[i])
			return -VFW_APP_AMBIGUOUS;
	return -VFW_APP_UNKNOWN - 100;
}

/* Who lost is another one that hits name; each once. */
static void check_doubts(const struct vfw_apps *t, const bool (*hit)[2],
			 const struct vfw_app_state *s, u16 app)
{
	struct vfw_app_doubt doubt[VFW_APP_STAY];
	u32 n = vfw_app_doubts(t, s, app, doubt), i, k;

	for (i = 0; i < n; i++) {
		if (doubt[i].app == app || !named(t, hit, doubt[i].app))
			abort();
		for (k = 0; k < i; k++)
			if (doubt[k].app == doubt[i].app)
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vfw_apps t = {.apps = apps, .patterns = patterns, .over = over, .ports = ports};
	struct input in = {data, data + size};
	struct vfw_app_state s = {0};
	bool hit[PATTERNS][2] = {0};
	struct vfw_app_verdict v;
	u16 port;
	u8 proto;
	int want;

	fill(&in, &t);
	if (vfw_apps_check(&t))
		return 0;
	proto = next(&in) & 1 ? 6 : 17;
	port = next(&in) % 4;
	while (in.at < in.end) {
		u32 pattern = next(&in) % (PATTERNS + 2), side = next(&in) % 3, len = next(&in);
		u32 took = vfw_app_take(&s, side & 1, len * 16, len & 1);

		if (took > len * 16 || s.bytes[side & 1] > VFW_APP_BYTES)
			abort();
		vfw_app_hit(&s, &t, pattern, side);
		if (pattern < t.n_patterns && side < 2)
			hit[pattern][side] = true;
		v = vfw_app_decide(&t, &s, proto, port);
		want = rival(&t, (const bool(*)[2])hit, proto, port);
		if (v.answer == VFW_APP_KNOWN	    ? v.app != want
		    : v.answer == VFW_APP_AMBIGUOUS ? want != -VFW_APP_AMBIGUOUS
						    : want != -VFW_APP_UNKNOWN - 100)
			abort();
		if ((v.answer == VFW_APP_KNOWN) != (v.app != VFW_APP_NONE) || v.client > 2)
			abort();
		if (v.answer == VFW_APP_KNOWN)
			check_doubts(&t, (const bool(*)[2])hit, &s, v.app);
	}
	return 0;
}
