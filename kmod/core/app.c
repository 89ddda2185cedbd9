// SPDX-License-Identifier: GPL-2.0
#include "app.h"

static const char *check_app(const struct vfw_apps *a, u32 app)
{
	const struct vfw_app *x = &a->apps[app];
	u32 i;

	if ((u32)x->over + x->n_over > a->n_over || (u32)x->port + x->n_ports > a->n_ports)
		return "an app's lists lie outside of theirs";
	if (x->n_over > VFW_APP_OVER_MAX || x->n_ports > VFW_APP_PORTS_MAX)
		return "an app is over too many, or has too many ports";
	for (i = 0; i < x->n_over; i++)
		if (a->over[x->over + i] >= a->n_apps || a->over[x->over + i] == app)
			return "an app is over none, or itself";
	return NULL;
}

static const char *check_pattern(const struct vfw_apps *a, u32 pattern)
{
	const struct vfw_app_pattern *x = &a->patterns[pattern];
	const struct vfw_app_pattern *y;

	if (x->app >= a->n_apps)
		return "a pattern names no app";
	if (x->role >= VFW_APP_ROLES)
		return "a pattern has no role";
	if (x->with == VFW_APP_NONE)
		return NULL;
	if (x->with >= a->n_patterns)
		return "a pattern goes with none";
	y = &a->patterns[x->with];
	if (y->with != pattern || y->app != x->app)
		return "two patterns do not go with each other";
	return NULL;
}

const char *vfw_apps_check(const struct vfw_apps *a)
{
	const char *wrong = NULL;
	u32 i;

	if (a->n_apps > VFW_APPS_MAX || a->n_patterns > VFW_APP_PATTERNS_MAX)
		return "too many apps or patterns";
	for (i = 0; !wrong && i < a->n_apps; i++)
		wrong = check_app(a, i);
	for (i = 0; !wrong && i < a->n_patterns; i++)
		wrong = check_pattern(a, i);
	return wrong;
}

bool vfw_app_open(const struct vfw_app_state *s, u32 side)
{
	return s->bytes[side] < VFW_APP_BYTES && s->datagrams[side] < VFW_APP_DATAGRAMS;
}

u32 vfw_app_take(struct vfw_app_state *s, u32 side, u32 len, bool datagram)
{
	u32 room = VFW_APP_BYTES - s->bytes[side];

	if (!vfw_app_open(s, side))
		return 0;
	if (len > room)
		len = room;
	s->bytes[side] = (u16)(s->bytes[side] + len);
	if (datagram)
		s->datagrams[side]++;
	return len;
}

void vfw_app_forget(struct vfw_app_state *s, u32 side)
{
	u8 kept = 0;
	u32 i;

	for (i = 0; i < s->n_hits; i++)
		if ((s->hit[i] & 1) != side) {
			s->where[kept] = s->where[i];
			s->hit[kept++] = s->hit[i];
		}
	s->n_hits = kept;
	s->bytes[side] = 0;
	s->datagrams[side] = 0;
	s->lost &= (u8) ~(1U << side);
}

void vfw_app_close(struct vfw_app_state *s, u32 side)
{
	s->bytes[side] = VFW_APP_BYTES;
}

/* Index + 1 of the app with this number, 0: there is none. */
static u16 find_app(const struct vfw_apps *a, u32 id)
{
	u32 i;

	for (i = 0; i < a->n_apps; i++)
		if (a->apps[i].id == id)
			return (u16)(i + 1);
	return 0;
}

void vfw_app_carry(struct vfw_app_state *s, const struct vfw_apps *a, const u32 *id)
{
	u8 lost = 0;
	u32 i;

	for (i = 0; i < s->n_hits; i++)
		lost |= (u8)(1U << (s->hit[i] & 1));
	for (i = 0; i < 2; i++) {
		if (!s->bytes[i] || s->datagrams[i] || !vfw_app_open(s, i))
			continue;
		lost |= (u8)(1U << i);
		vfw_app_close(s, i);
	}
	if (!id)
		s->lost |= lost;
	s->n_hits = 0;
	s->named = id && a ? find_app(a, *id) : 0;
}

/* Where this hit is noted, s->n_hits if it is not. */
static u32 find(const struct vfw_app_state *s, u32 pattern, u32 side)
{
	u32 i;

	for (i = 0; i < s->n_hits; i++)
		if (s->hit[i] == (pattern << 1 | side))
			break;
	return i;
}

static bool has(const struct vfw_app_state *s, u32 pattern, u32 side)
{
	return find(s, pattern, side) < s->n_hits;
}

void vfw_app_hit(struct vfw_app_state *s, const struct vfw_apps *a, u32 pattern, u32 side)
{
	u32 i;

	if (pattern >= a->n_patterns || side > 1)
		return;
	i = find(s, pattern, side);
	if (i == VFW_APP_HITS) {
		s->lost |= (u8)(1U << side);
		return;
	}
	if (i == s->n_hits) {
		s->hit[i] = (u16)(pattern << 1 | side);
		s->where[i] = 0;
		s->n_hits++;
	}
	s->where[i] |= 1U << s->datagrams[side] % 32;
}

/* Is the hit one by itself, or is there the one that it goes with? */
static bool counts(const struct vfw_apps *a, const struct vfw_app_state *s, u32 i)
{
	u16 with = a->patterns[s->hit[i] >> 1].with;

	return with == VFW_APP_NONE || has(s, with, !(s->hit[i] & 1));
}

/* Apps that hits name, each once. */
struct candidates {
	u16 app[VFW_APP_STAY];
	u8 client[VFW_APP_STAY];
	u32 n;
};

static void add(struct candidates *c, u16 app, u8 client)
{
	u32 i;

	for (i = 0; i < c->n; i++) {
		if (c->app[i] != app)
			continue;
		/* a hit without a role leaves what others say; two that differ leave nothing */
		if (c->client[i] == 2)
			c->client[i] = client;
		else if (client != 2 && client != c->client[i])
			c->client[i] = 3;
		return;
	}
	c->app[c->n] = app;
	c->client[c->n++] = client;
}

static void collect(struct candidates *c, const struct vfw_apps *a, const struct vfw_app_state *s)
{
	u32 i;

	c->n = 0;
	if (s->named)
		add(c, (u16)(s->named - 1), 2);
	for (i = 0; i < s->n_hits; i++) {
		const struct vfw_app_pattern *p = &a->patterns[s->hit[i] >> 1];
		u32 side = s->hit[i] & 1;

		if (!counts(a, s, i))
			continue;
		add(c, p->app,
		    p->role == VFW_APP_ANY ? 2 : (u8)(p->role == VFW_APP_CLIENT ? side : !side));
	}
}

static bool is_over(const struct vfw_apps *a, u16 app, u16 other)
{
	const struct vfw_app *x = &a->apps[app];
	u32 i;

	for (i = 0; i < x->n_over; i++)
		if (a->over[x->over + i] == other)
			return true;
	return false;
}

static bool is_beaten(const struct candidates *c, const struct vfw_apps *a, u32 at)
{
	u32 i;

	for (i = 0; i < c->n; i++)
		if (is_over(a, c->app[i], c->app[at]))
			return true;
	return false;
}

u32 vfw_app_stay(const struct vfw_apps *a, const struct vfw_app_state *s, u16 stay[VFW_APP_STAY])
{
	struct candidates c;
	u32 i, n = 0;

	collect(&c, a, s);
	for (i = 0; i < c.n; i++)
		if (!is_beaten(&c, a, i))
			stay[n++] = c.app[i];
	return n;
}

/* Where an app has hit, by side. */
static void app_where(const struct vfw_apps *a, const struct vfw_app_state *s, u16 app,
		      u32 where[2])
{
	u32 i;

	where[0] = where[1] = 0;
	for (i = 0; i < s->n_hits; i++)
		if (a->patterns[s->hit[i] >> 1].app == app && counts(a, s, i))
			where[s->hit[i] & 1] |= s->where[i];
}

u32 vfw_app_doubts(const struct vfw_apps *a, const struct vfw_app_state *s, u16 app,
		   struct vfw_app_doubt doubt[VFW_APP_STAY])
{
	u32 here[2], there[2], i, n = 0;
	struct candidates c;

	collect(&c, a, s);
	app_where(a, s, app, here);
	for (i = 0; i < c.n; i++) {
		if (c.app[i] == app)
			continue;
		app_where(a, s, c.app[i], there);
		if (there[0] & ~here[0] || there[1] & ~here[1]) {
			doubt[n].app = c.app[i];
			doubt[n++].beaten = is_beaten(&c, a, i);
		}
	}
	return n;
}

static bool has_port(const struct vfw_apps *a, u16 app, u32 port)
{
	const struct vfw_app *x = &a->apps[app];
	u32 i;

	for (i = 0; i < x->n_ports; i++)
		if (a->ports[x->port + i] == port)
			return true;
	return false;
}

struct vfw_app_verdict vfw_app_decide(const struct vfw_apps *a, const struct vfw_app_state *s,
				      u8 proto, u16 port)
{
	struct vfw_app_verdict v = {VFW_APP_UNKNOWN, 2, VFW_APP_NONE};
	u32 stay = 0, hinted = 0, last = 0, last_hinted = 0, i;
	struct candidates c;

	if (s->lost) {
		v.answer = VFW_APP_AMBIGUOUS;
		return v;
	}
	collect(&c, a, s);
	if (!c.n)
		return v;
	for (i = 0; i < c.n; i++) {
		if (is_beaten(&c, a, i))
			continue;
		stay++;
		last = i;
		if (port && has_port(a, c.app[i], (u32)proto << 16 | port)) {
			hinted++;
			last_hinted = i;
		}
	}
	if (stay > 1 && hinted == 1)
		last = last_hinted;
	else if (stay != 1) {
		v.answer = VFW_APP_AMBIGUOUS;
		return v;
	}
	v.answer = VFW_APP_KNOWN;
	v.app = c.app[last];
	v.client = c.client[last] > 1 ? 2 : c.client[last];
	return v;
}
