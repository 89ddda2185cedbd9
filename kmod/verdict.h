/* SPDX-License-Identifier: GPL-2.0 */
/* The only door out: counters, events, tracepoint, and what the hook returns. */
#ifndef VFW_VERDICT_H
#define VFW_VERDICT_H

#include <linux/percpu.h>
#include <linux/types.h>
#include <linux/u64_stats_sync.h>

#include "core/reason.h"
#include "vm.h"

struct vfw_pkt;

/* Frames that ended with a reason since load; 0 outside the list. Any context. */
u64 vfw_verdict_reason(u32 reason);

/*
 * Carries out the outcome in p: counts, says, answers a reject. Returns NF_DROP only if armed and
 * the verdict is no pass. RCU read lock, BH off, no lock held.
 */
unsigned int vfw_verdict(struct vfw_pkt *p);

DECLARE_PER_CPU(u64[VFW_REASON_COUNT], vfw_verdict_reasons);

/* Counts a frame a VM sent, at its ingress: this CPU's counters, the frames it stands for, its bytes. BH off. */
static inline void vfw_verdict_sent(struct vfw_vm_pcpu *pc, u32 segs, u32 bytes)
{
	u64_stats_update_begin(&pc->syncp);
	pc->stat.tx_packets += segs;
	pc->stat.tx_bytes += bytes;
	u64_stats_update_end(&pc->syncp);
}

/* Counts a frame that enters a VM, in the same way. BH off. */
static inline void vfw_verdict_received(struct vfw_vm_pcpu *pc, u32 segs, u32 bytes)
{
	u64_stats_update_begin(&pc->syncp);
	pc->stat.rx_packets += segs;
	pc->stat.rx_bytes += bytes;
	u64_stats_update_end(&pc->syncp);
}

/* Counts a frame that passes into a VM as part of a running flow, as vfw_verdict() does. BH off, not on PREEMPT_RT. */
static inline void vfw_verdict_established(struct vfw_vm_pcpu *pc, u32 segs, u32 bytes)
{
	__this_cpu_inc(vfw_verdict_reasons[VFW_REASON_ESTABLISHED]);
	vfw_verdict_received(pc, segs, bytes);
}

/* A monitor rule (its index) matched on the way: counts it and says would-drop. BH off. */
void vfw_verdict_monitor(struct vfw_pkt *p, u32 rule);

/* Would this frame be dropped for a verdict that is no pass: armed, and no end in monitor? */
bool vfw_verdict_cuts(const struct vfw_pkt *p);

/* What a signature found in a frame. */
struct vfw_alert {
	u32 sig; /* expression id */
	u32 profile; /* index in the policy of revision */
	u32 revision;
	u32 count; /* matches it stands for */
	u64 offset; /* end of the first of them in stream or datagram */
	bool dropped; /* the frame is */
};

/* Says it, and counts what is left unsaid into the next one of this signature. BH off. */
void vfw_verdict_alert(struct vfw_pkt *p, const struct vfw_alert *alert);

/* Sets up what is charged to no VM. */
void vfw_verdict_init(void);

#endif /* VFW_VERDICT_H */
