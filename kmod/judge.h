/* SPDX-License-Identifier: GPL-2.0 */
/* The policy's word on a new conversation. */
#ifndef VFW_JUDGE_H
#define VFW_JUDGE_H

#include "pkt.h"

/* Ends the frame if there is no policy. */
static inline bool vfw_judge_none(struct vfw_pkt *p)
{
	return !p->pol && vfw_pkt_block(p, VFW_REASON_NO_POLICY);
}

/*
 * The policy may be going to be asked: has what it looks at first fetched into the cache, where both ends are VMs, while the
 * flow is looked for. RCU read lock.
 */
void vfw_judge_soon(struct vfw_pkt *p);

/*
 * Asks the policy about this frame as one that opens a conversation, counts its monitor rules, and
 * makes the flow if it passes. Always returns true. p->pol is set. RCU read lock, BH off.
 */
bool vfw_judge(struct vfw_pkt *p);

/* The reason to give for a rule, by what it is and the ends' identities. Any context. */
enum vfw_reason vfw_judge_reason(const struct vfw_rule_rec *rule, u32 src, u32 dst);

#endif /* VFW_JUDGE_H */
