// SPDX-License-Identifier: GPL-2.0
/*
 * What a conversation is, where rules ask for its app: the first bytes of each side, as they are scanned in order,
 * or its first datagrams, hit patterns; core/app.c says what that comes to, and the policy what becomes of
 * it. Each frame is decided about before it passes, so of what is not let through no more
 * is delivered than the bytes that told nothing yet.
 *
 * What is not known when one side has said as much as is looked at is judged as none of the apps; but the other side is
 * looked at all the same until it has said as much, and may tell yet what it is. What is known may change, too: more
 * exact, or contradicted. Where it may be several, the strictest answer for one of these holds.
 *
 * Of TCP each byte counts once, in order, and what is refused stays so. A datagram that is dropped was never said: anybody outside
 * may send one that looks like another's, and its sender any number of them.
 */
#include "flow.h"
#include "judge.h"
#include "scan.h"
#include "scan_flow.h"
#include "verdict.h"
#include "who.h"

static bool app_is_known(u32 app)
{
	return app != VFW_APP_ID_PENDING && app != VFW_APP_ID_NONE;
}

u32 vfw_scan_app(const struct vfw_scan *scan)
{
	return READ_ONCE(scan->app.app);
}

/* Is something of it to be looked at yet, so that it may come to be refused? */
static bool app_looks(const struct vfw_scan_app *app)
{
	return READ_ONCE(app->asks) && READ_ONCE(app->looking) && !READ_ONCE(app->spares);
}

bool vfw_scan_app_unsettled(const struct vfw_scan *scan)
{
	return app_looks(&scan->app) && !app_is_known(READ_ONCE(scan->app.app));
}

bool vfw_scan_app_looks(const struct vfw_scan *scan, u32 side)
{
	return app_looks(&scan->app) && vfw_app_open(&scan->app.state, side);
}

void vfw_scan_app_begin(struct vfw_scan *scan, const struct vfw_pkt *p)
{
	struct vfw_scan_app *app = &scan->app;

	app->asks = p->asks;
	app->spares = p->spares;
	app->key = vfw_flow_asked(p->flow);
	/* as long as that is pending nothing has passed by: vfw_flow_unseen() */
	app->app = p->asks ? p->app : VFW_APP_ID_NONE;
	/* what is known of one that ran without being looked at was not asked about yet */
	app->judged = p->fresh ? app->app : VFW_APP_ID_PENDING;
	if (!p->asks)
		app->judged = app->app;
	app->looking = app->app == VFW_APP_ID_PENDING;
}

void vfw_scan_app_carry(struct vfw_scan *scan, const struct vfw_profile *next)
{
	struct vfw_scan_app *app = &scan->app;

	if (app->asks)
		vfw_app_carry(&app->state, next ? &next->apps : NULL,
			      app->app != VFW_APP_ID_PENDING ? &app->app : NULL);
}

void vfw_scan_app_restart(struct vfw_scan *scan)
{
	struct vfw_scan_app *app = &scan->app;

	if (!app->asks)
		return;
	memset(&app->state, 0, sizeof(app->state));
	WRITE_ONCE(app->looking, true);
	WRITE_ONCE(app->judged, VFW_APP_ID_PENDING);
	WRITE_ONCE(app->app, VFW_APP_ID_PENDING);
	WRITE_ONCE(app->refused, false);
}

u32 vfw_scan_app_reach(const struct vfw_scan *scan, const struct vfw_scan_dir *dir)
{
	u32 side = dir == &scan->dir[1];

	/* a pattern speaks of the first byte */
	if (!scan->app.looking || !vfw_app_open(&scan->app.state, side) || dir->base ||
	    dir->stream.flags & VFW_STREAM_F_MIDWAY)
		return 0;
	return VFW_APP_BYTES;
}

u32 vfw_scan_app_room(const struct vfw_scan *scan, const struct vfw_pkt *p)
{
	const struct vfw_scan_app *app = &scan->app;

	if (!app->looking || !vfw_app_open(&app->state, p->side))
		return 0;
	return VFW_APP_BYTES - app->state.bytes[p->side];
}

void vfw_scan_app_said(struct vfw_scan *scan, const struct vfw_pkt *p, u32 len)
{
	if (scan->app.looking)
		vfw_app_take(&scan->app.state, p->side, len, true);
}

void vfw_scan_app_hit(struct vfw_scan *scan, const struct vfw_pkt *p, u32 n)
{
	const struct vfw_apps *apps = &scan->user.profile->apps;

	if (n < apps->n_patterns && apps->patterns[n].proto == p->f.proto)
		vfw_app_hit(&scan->app.state, apps, n, p->side);
}

void vfw_scan_app_note(const struct vfw_scan *scan, struct vfw_scan_app *was)
{
	*was = scan->app;
}

void vfw_scan_app_undo(struct vfw_scan *scan, const struct vfw_scan_app *was)
{
	struct vfw_scan_app *app = &scan->app;

	app->state = was->state;
	WRITE_ONCE(app->looking, was->looking);
	WRITE_ONCE(app->judged, was->judged);
	WRITE_ONCE(app->app, was->app);
	WRITE_ONCE(app->refused, was->refused);
}

static void app_idents(struct vfw_pkt *p, u32 ident[2])
{
	ident[0] = vfw_who_ident(p, p->side ? &p->dst : &p->src);
	ident[1] = vfw_who_ident(p, p->side ? &p->src : &p->dst);
}

static const struct vfw_rule_rec *app_lookup(const struct vfw_scan *scan, struct vfw_pkt *p,
					     u32 app, struct vfw_match *m)
{
	u32 ident[2];

	app_idents(p, ident);
	vfw_match_lookup(&p->pol->tables, ident[0], ident[1], scan->app.key, app, m);
	return &p->pol->tables.rules[m->rule];
}

static bool app_refuses(const struct vfw_scan *scan, struct vfw_pkt *p, u32 app)
{
	struct vfw_match m;

	return app_lookup(scan, p, app, &m)->verdict != VFW_PASS;
}

/* It may be several: one of them that is refused, VFW_APP_ID_PENDING if none is. */
static u32 app_strictest(const struct vfw_scan *scan, struct vfw_pkt *p)
{
	const struct vfw_apps *apps = &scan->user.profile->apps;
	u16 stay[VFW_APP_STAY];
	u32 ident[2], i, n;

	/* of what was lost nobody knows what it was: it may be any */
	if (scan->app.state.lost) {
		app_idents(p, ident);
		return vfw_match_refuses(&p->pol->tables, ident[0], ident[1], scan->app.key);
	}
	n = vfw_app_stay(apps, &scan->app.state, stay);
	for (i = 0; i < n; i++)
		if (app_refuses(scan, p, apps->apps[stay[i]].id))
			return apps->apps[stay[i]].id;
	return VFW_APP_ID_PENDING;
}

/*
 * It is this one, but others lost that hit where it did not: one of them that is refused, VFW_APP_ID_PENDING if none is. Of one that
 * it is over only by its name: behind PROXY's line comes what is none of those that are let pass.
 */
static u32 app_doubted(const struct vfw_scan *scan, struct vfw_pkt *p, u16 named)
{
	const struct vfw_apps *apps = &scan->user.profile->apps;
	struct vfw_app_doubt doubt[VFW_APP_STAY];
	u32 n = vfw_app_doubts(apps, &scan->app.state, named, doubt);
	u32 ident[2], i, id;

	app_idents(p, ident);
	for (i = 0; i < n; i++) {
		id = apps->apps[doubt[i].app].id;
		if (doubt[i].beaten ? vfw_match_forbids(&p->pol->tables, ident[0], ident[1],
							scan->app.key, id)
				    : app_refuses(scan, p, id))
			return id;
	}
	return VFW_APP_ID_PENDING;
}

/* Is there no more to come that is looked at, of one side, or of both? */
static bool app_is_over(const struct vfw_scan_app *app, bool both)
{
	bool open[2] = {vfw_app_open(&app->state, 0), vfw_app_open(&app->state, 1)};

	return both ? !open[0] && !open[1] : !open[0] || !open[1];
}

/* What it is by all that was seen: may p's conversation be judged by that? */
static u32 app_is(const struct vfw_scan *scan, struct vfw_pkt *p)
{
	const struct vfw_apps *apps = &scan->user.profile->apps;
	const struct vfw_scan_app *app = &scan->app;
	struct vfw_app_verdict v =
		vfw_app_decide(apps, &app->state, p->f.proto, (u16)(app->key & 0xffff));
	u32 strictest;

	if (v.answer == VFW_APP_KNOWN) {
		strictest = app->state.n_hits + !!app->state.named > 1 ? app_doubted(scan, p, v.app)
								       : VFW_APP_ID_PENDING;
		return strictest != VFW_APP_ID_PENDING ? strictest : apps->apps[v.app].id;
	}
	if (v.answer == VFW_APP_AMBIGUOUS) {
		strictest = app_strictest(scan, p);
		if (strictest != VFW_APP_ID_PENDING)
			return strictest;
	}
	/* as it was known to be, also by another profile's patterns */
	if (app_is_known(app->app))
		return app->app;
	return app_is_over(app, false) ? VFW_APP_ID_NONE : VFW_APP_ID_PENDING;
}

static void app_decide(struct vfw_scan *scan, struct vfw_pkt *p)
{
	struct vfw_scan_app *app = &scan->app;
	u32 is = app_is(scan, p);

	WRITE_ONCE(app->app, is);
	if (app_is_over(app, true))
		WRITE_ONCE(app->looking, false);
	p->app = is;
}

/* Nothing more is learnt: what is not known by now is none of the apps. */
static void app_end(struct vfw_scan *scan)
{
	memset(&scan->app.state, 0, sizeof(scan->app.state));
	WRITE_ONCE(scan->app.looking, false);
	if (scan->app.app == VFW_APP_ID_PENDING)
		WRITE_ONCE(scan->app.app, VFW_APP_ID_NONE);
}

void vfw_scan_app_renew(struct vfw_scan *scan, struct vfw_pkt *p)
{
	struct vfw_scan_app *app = &scan->app;

	WRITE_ONCE(app->asks, p->asks);
	WRITE_ONCE(app->spares, p->spares);
	if (!p->asks) {
		app_end(scan);
		WRITE_ONCE(app->judged, app->app);
		WRITE_ONCE(app->refused, false);
	}
}

void vfw_scan_app_again(struct vfw_scan *scan, struct vfw_pkt *p)
{
	const struct vfw_app_state *state = &scan->app.state;

	if (scan->app.asks && scan->user.profile && (state->n_hits || state->lost || state->named))
		app_decide(scan, p);
}

/* Asks the policy about what is known. Returns true if it says no, and p ends by that. */
static bool app_judge(struct vfw_scan *scan, struct vfw_pkt *p)
{
	bool anew = scan->app.judged != scan->app.app;
	const struct vfw_rule_rec *rule;
	struct vfw_match m;
	u32 i;

	rule = app_lookup(scan, p, scan->app.app, &m);
	if (anew)
		for (i = 0; i < m.n_monitors; i++)
			vfw_verdict_monitor(p, m.monitors[i]);
	if (rule->verdict == VFW_PASS && anew) {
		p->learnt =
			!m.pending && (scan->app.judged == VFW_APP_ID_PENDING || p->rule != m.rule);
		p->reason = vfw_judge_reason(rule, p->src.ident, p->dst.ident);
	}
	WRITE_ONCE(scan->app.judged, scan->app.app);
	WRITE_ONCE(scan->app.refused, rule->verdict != VFW_PASS);
	if (rule->verdict != VFW_PASS)
		vfw_pkt_end(p, rule->verdict, VFW_REASON_APP);
	p->rule = m.rule;
	p->profile = m.profile;
	p->log = rule->flags & VFW_RULE_F_LOG;
	return scan->app.refused;
}

/* It says no. Returns true if that drops the frame indeed; of TCP it ends the conversation then. */
static bool app_ends(struct vfw_scan *scan, const struct vfw_pkt *p)
{
	if (!vfw_verdict_cuts(p))
		return false;
	if (p->f.proto == IPPROTO_TCP)
		WRITE_ONCE(scan->dead, VFW_REASON_APP);
	return true;
}

/*
 * Is the policy to be asked? Not of a frame that no rule has ended. One that waited for the worker is asked about under the policy that has
 * come meanwhile; and a conversation that is kept though its rule is gone, if it is known what it is: as long as that is what it was kept as, nobody asks.
 */
static bool app_has_rule(const struct vfw_scan *scan, const struct vfw_pkt *p)
{
	if (p->rule != VFW_PKT_NO_RULE || p->moved)
		return true;
	return p->verdict == VFW_PASS && app_is_known(scan->app.app);
}

bool vfw_scan_app_turn(struct vfw_scan *scan, struct vfw_pkt *p)
{
	struct vfw_scan_app *app = &scan->app;

	p->app = app->app;
	if (!app->asks || !app_has_rule(scan, p) || (scan->dead && scan->dead != VFW_REASON_APP))
		return false;
	if (!app->refused && app->judged == app->app)
		return false;
	/* one that was ended stays so, whatever the policy says by now */
	return app_judge(scan, p) && app_ends(scan, p);
}

/* Judges by what has become known. Returns true if the frame is dropped. */
static bool app_answer(struct vfw_scan *scan, struct vfw_pkt *p)
{
	if (!app_has_rule(scan, p) || scan->app.judged == scan->app.app)
		return false;
	return app_judge(scan, p) && app_ends(scan, p);
}

/* Is nothing to pass until the app is known, and is this something? Then it is refused; returns true if it is dropped. */
static bool app_holds(const struct vfw_scan *scan, struct vfw_pkt *p)
{
	struct vfw_match m;

	if (!app_has_rule(scan, p) || scan->app.app != VFW_APP_ID_PENDING ||
	    !(p->whole_len ?: vfw_pkt_payload(p)))
		return false;
	app_lookup(scan, p, VFW_APP_ID_PENDING, &m);
	if (!m.holds)
		return false;
	vfw_pkt_block(p, VFW_REASON_APP_UNKNOWN);
	p->rule = m.holds - 1;
	return vfw_verdict_cuts(p);
}

bool vfw_scan_app_gate(struct vfw_scan *scan, struct vfw_pkt *p, u32 n)
{
	struct vfw_scan_dir *dir = &scan->dir[p->side];
	struct vfw_scan_app *app = &scan->app;

	if (!app->asks)
		return false;
	if (app->looking) {
		vfw_app_take(&app->state, p->side, n, false);
		app_decide(scan, p);
	}
	if (p->verdict != VFW_PASS && app->judged == app->app)
		return false;
	if (app_answer(scan, p))
		return true;
	if (p->verdict != VFW_PASS || !app_holds(scan, p))
		return false;
	/* what was not let pass was not said: it is looked at from the first byte on again, or never */
	vfw_app_forget(&app->state, p->side);
	if (dir->stream.next != dir->stream.start)
		vfw_app_close(&app->state, p->side);
	vfw_scan_eat_anew(dir);
	return true;
}

bool vfw_scan_app_datagram(struct vfw_scan *scan, struct vfw_pkt *p, const struct vfw_scan_app *was)
{
	struct vfw_scan_app *app = &scan->app;

	if (!app->asks)
		return false;
	if (app->looking)
		app_decide(scan, p);
	if (!app_answer(scan, p) && (p->verdict != VFW_PASS || !app_holds(scan, p)))
		return false;
	vfw_scan_app_undo(scan, was);
	return true;
}

/* Does the side's stream stand where what was looked at ends? */
static bool app_keeps_up(const struct vfw_scan *scan, u32 side)
{
	const struct vfw_stream *s = &scan->dir[side].stream;
	u32 said = s->next - s->start, seen = scan->app.state.bytes[side];

	if (!(s->flags & VFW_STREAM_F_STARTED))
		return true;
	/* a FIN takes a number, too */
	return !(s->flags & VFW_STREAM_F_MIDWAY) &&
	       (said == seen || (s->flags & VFW_STREAM_F_FIN && said == seen + 1));
}

bool vfw_scan_app_sync(struct vfw_scan *scan, struct vfw_pkt *p)
{
	struct vfw_scan_app *app = &scan->app;
	bool lags = false;
	u32 side;

	if (!app->looking)
		return false;
	for (side = 0; side < 2; side++) {
		if (!vfw_app_open(&app->state, side) || app_keeps_up(scan, side))
			continue;
		vfw_app_close(&app->state, side);
		lags = true;
	}
	if (!lags)
		return false;
	app_decide(scan, p);
	if (p->verdict != VFW_PASS || p->stolen || p->again)
		return false;
	return app_answer(scan, p);
}
