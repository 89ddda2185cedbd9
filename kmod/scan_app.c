// SPDX-License-Identifier: GPL-2.0
/*
 * What a conversation is, where rules ask for its app: the first bytes of each side, as they are scanned in order,
 * or its first datagrams, hit patterns; core/app.c says what that comes to, and the policy what becomes of
 * it. Each frame is decided about before it passes, so of what is not let through no more
 * is delivered than the bytes that told nothing yet.
 *
 * What is not known when one side has said as much as is looked at is none of the apps. What is known may still
 * change as long as a side has not: more exact, or contradicted, and then it is none.
 */
#include "flow.h"
#include "judge.h"
#include "scan.h"
#include "scan_flow.h"
#include "verdict.h"
#include "who.h"

u32 vfw_scan_app(const struct vfw_scan *scan)
{
	return READ_ONCE(scan->app.app);
}

void vfw_scan_app_begin(struct vfw_scan *scan, const struct vfw_pkt *p)
{
	struct vfw_scan_app *app = &scan->app;

	app->asks = p->asks;
	app->key = vfw_flow_asked(p->flow);
	/* as long as that is pending nothing has passed by */
	app->app = p->asks ? p->app : VFW_APP_ID_NONE;
	app->judged = app->app;
	app->looking = app->app == VFW_APP_ID_PENDING;
}

void vfw_scan_app_end(struct vfw_scan *scan)
{
	scan->app.looking = false;
	if (scan->app.app == VFW_APP_ID_PENDING)
		WRITE_ONCE(scan->app.app, VFW_APP_ID_NONE);
}

void vfw_scan_app_renew(struct vfw_scan *scan, const struct vfw_pkt *p)
{
	scan->app.asks = p->asks;
	if (p->asks)
		return;
	vfw_scan_app_end(scan);
	scan->app.judged = scan->app.app;
	WRITE_ONCE(scan->app.refused, false);
}

void vfw_scan_app_restart(struct vfw_scan *scan)
{
	struct vfw_scan_app *app = &scan->app;

	if (!app->asks)
		return;
	memset(&app->state, 0, sizeof(app->state));
	app->looking = true;
	app->judged = VFW_APP_ID_PENDING;
	WRITE_ONCE(app->app, VFW_APP_ID_PENDING);
	WRITE_ONCE(app->refused, false);
}

u32 vfw_scan_app_reach(const struct vfw_scan *scan, const struct vfw_scan_dir *dir)
{
	/* a pattern speaks of the first byte */
	if (!scan->app.looking || dir->base || dir->stream.flags & VFW_STREAM_F_MIDWAY)
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

static void app_lookup(const struct vfw_scan *scan, struct vfw_pkt *p, struct vfw_match *m)
{
	u32 src = vfw_who_ident(p, p->side ? &p->dst : &p->src);
	u32 dst = vfw_who_ident(p, p->side ? &p->src : &p->dst);

	vfw_match_lookup(&p->pol->tables, src, dst, scan->app.key, scan->app.app, m);
}

/* Asks the policy about what is known. Returns true if it says no, and p ends by that. */
static bool app_judge(struct vfw_scan *scan, struct vfw_pkt *p)
{
	const struct vfw_rule_rec *rule;
	struct vfw_match m;
	u32 i;

	app_lookup(scan, p, &m);
	rule = &p->pol->tables.rules[m.rule];
	if (scan->app.judged != scan->app.app)
		for (i = 0; i < m.n_monitors; i++)
			vfw_verdict_monitor(p, m.monitors[i]);
	if (rule->verdict == VFW_PASS && scan->app.judged != scan->app.app) {
		p->learnt = scan->app.judged == VFW_APP_ID_PENDING || p->rule != m.rule;
		p->reason = vfw_judge_reason(rule, p->src.ident, p->dst.ident);
	}
	scan->app.judged = scan->app.app;
	WRITE_ONCE(scan->app.refused, rule->verdict != VFW_PASS);
	if (rule->verdict != VFW_PASS)
		vfw_pkt_end(p, rule->verdict, VFW_REASON_APP);
	p->rule = m.rule;
	p->profile = m.profile;
	p->log = rule->flags & VFW_RULE_F_LOG;
	return scan->app.refused;
}

/* It says no. Returns true if that ends the conversation indeed. */
static bool app_ends(struct vfw_scan *scan, const struct vfw_pkt *p)
{
	if (!vfw_verdict_cuts(p))
		return false;
	scan->dead = VFW_REASON_APP;
	return true;
}

bool vfw_scan_app_turn(struct vfw_scan *scan, struct vfw_pkt *p)
{
	struct vfw_scan_app *app = &scan->app;

	p->app = app->app;
	if (!app->asks || p->rule == VFW_PKT_NO_RULE ||
	    (scan->dead && scan->dead != VFW_REASON_APP))
		return false;
	if (!app->refused && app->judged == app->app)
		return false;
	/* one that was ended stays so, whatever the policy says by now */
	return app_judge(scan, p) && app_ends(scan, p);
}

/* Is there no more to come that is looked at, of one side, or of both? */
static bool app_is_over(const struct vfw_scan_app *app, bool both)
{
	bool open[2] = {vfw_app_open(&app->state, 0), vfw_app_open(&app->state, 1)};

	return both ? !open[0] && !open[1] : !open[0] || !open[1];
}

/* What it is by all that was seen. */
static void app_decide(struct vfw_scan *scan, struct vfw_pkt *p)
{
	const struct vfw_apps *apps = &scan->user.profile->apps;
	struct vfw_scan_app *app = &scan->app;
	struct vfw_app_verdict v =
		vfw_app_decide(apps, &app->state, p->f.proto, (u16)(app->key & 0xffff));
	u32 is = VFW_APP_ID_PENDING;

	if (v.answer == VFW_APP_KNOWN)
		is = apps->apps[v.app].id;
	else if (app->app != VFW_APP_ID_PENDING || app_is_over(app, false))
		is = VFW_APP_ID_NONE;
	WRITE_ONCE(app->app, is);
	if (is == VFW_APP_ID_NONE || app_is_over(app, true))
		app->looking = false;
	p->app = is;
}

/* Where nothing is to pass until the app is known: what was not let pass was not said. */
static bool app_holds(struct vfw_scan *scan, struct vfw_pkt *p, u32 n)
{
	struct vfw_match m;

	if (scan->app.app != VFW_APP_ID_PENDING || !(p->whole_len ?: vfw_pkt_payload(p)))
		return false;
	app_lookup(scan, p, &m);
	if (!m.holds)
		return false;
	vfw_pkt_block(p, VFW_REASON_APP_UNKNOWN);
	p->rule = m.holds - 1;
	if (!vfw_verdict_cuts(p))
		return false;
	scan->app.state.bytes[p->side] -= n;
	vfw_app_forget(&scan->app.state, p->side);
	vfw_scan_uneat(&scan->dir[p->side]);
	return true;
}

bool vfw_scan_app_gate(struct vfw_scan *scan, struct vfw_pkt *p, u32 n)
{
	struct vfw_scan_app *app = &scan->app;

	if (!app->asks)
		return false;
	if (app->looking) {
		n = vfw_app_take(&app->state, p->side, n, false);
		app_decide(scan, p);
	}
	if (p->rule == VFW_PKT_NO_RULE)
		return false;
	if (app->judged != app->app && app_judge(scan, p))
		return app_ends(scan, p);
	return app_holds(scan, p, n);
}
