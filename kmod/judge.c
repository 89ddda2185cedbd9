// SPDX-License-Identifier: GPL-2.0
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

bool vfw_judge(struct vfw_pkt *p)
{
	const struct vfw_tables *t = &p->pol->tables;
	const struct vfw_rule_rec *rule;
	struct vfw_match m;
	u32 i;

	vfw_match_lookup(t, vfw_who_ident(p, &p->src), vfw_who_ident(p, &p->dst),
			 vfw_frame_key(&p->f), &m);
	rule = &t->rules[m.rule];
	vfw_pkt_end(p, rule->verdict, vfw_judge_reason(rule, p->src.ident, p->dst.ident));
	p->rule = m.rule;
	p->log = rule->flags & VFW_RULE_F_LOG;
	if (p->quiet && p->verdict == VFW_PASS)
		return true;
	for (i = 0; i < m.n_monitors; i++)
		vfw_verdict_monitor(p, m.monitors[i]);
	if (p->verdict == VFW_PASS)
		vfw_flow_open(p);
	return true;
}
