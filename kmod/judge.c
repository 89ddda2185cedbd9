// SPDX-License-Identifier: GPL-2.0
#include "core/tcpstate.h"
#include "flow.h"
#include "judge.h"
#include "verdict.h"
#include "who.h"

enum vfw_reason vfw_judge_reason(const struct vfw_rule_rec *rule, u32 src, u32 dst)
{
	if (!(rule->flags & VFW_RULE_F_DEFAULT))
		return VFW_REASON_RULE;
	if (src == VFW_ID_UNMANAGED || dst == VFW_ID_UNMANAGED)
		return VFW_REASON_UNMANAGED;
	return VFW_REASON_DEFAULT;
}

/* What is known of the app of a conversation that begins with this frame. */
static u32 judge_app(const struct vfw_pkt *p)
{
	const struct vfw_frame *f = &p->f;

	if (f->kind != VFW_FRAME_IP4 && f->kind != VFW_FRAME_IP6)
		return VFW_APP_ID_NONE;
	if (f->proto == IPPROTO_UDP)
		return VFW_APP_ID_PENDING;
	/* of one that is found running the first bytes are gone */
	if (f->proto == IPPROTO_TCP && (f->tcp_flags & (VFW_TCP_SYN | VFW_TCP_ACK)) == VFW_TCP_SYN)
		return VFW_APP_ID_PENDING;
	return VFW_APP_ID_NONE;
}

void vfw_judge_soon(struct vfw_pkt *p)
{
	if (p->pol && p->src.nic && p->dst.nic)
		vfw_match_soon(&p->pol->tables, vfw_who_ident(p, &p->src),
			       vfw_who_ident(p, &p->dst));
}

bool vfw_judge(struct vfw_pkt *p)
{
	const struct vfw_tables *t = &p->pol->tables;
	const struct vfw_rule_rec *rule;
	struct vfw_match m;
	u32 i;

	vfw_match_lookup(t, vfw_who_ident(p, &p->src), vfw_who_ident(p, &p->dst),
			 vfw_frame_key(&p->f), judge_app(p), &m);
	rule = &t->rules[m.rule];
	vfw_pkt_end(p, rule->verdict, vfw_judge_reason(rule, p->src.ident, p->dst.ident));
	p->rule = m.rule;
	p->profile = m.profile;
	p->asks = m.asks;
	p->spares = m.spares;
	p->app = m.pending ? VFW_APP_ID_PENDING : VFW_APP_ID_NONE;
	p->log = rule->flags & VFW_RULE_F_LOG;
	if (p->quiet && p->verdict == VFW_PASS)
		return true;
	for (i = 0; i < m.n_monitors; i++)
		vfw_verdict_monitor(p, m.monitors[i]);
	if (p->verdict == VFW_PASS)
		vfw_flow_open(p);
	return true;
}
