/* SPDX-License-Identifier: GPL-2.0 */
/* One tracepoint, vfw:verdict: every frame that is judged, and why it ended. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vfw

#if !defined(VFW_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VFW_TRACE_H

#include <linux/tracepoint.h>

#include "pkt.h"

/* It takes the macros for code. */
/* clang-format off */
#ifndef VFW_TRACE_WORDS
#define VFW_TRACE_WORDS
#define VFW_TRACE_WORD(name, word, meaning) { VFW_REASON_##name, word },
#define VFW_TRACE_IFINDEX(dev) ((dev) ? (dev)->ifindex : 0)
#define VFW_TRACE_SLOT(end) ((end).nic ? (int)(end).nic->vm->slot : -1)
#endif

TRACE_EVENT(verdict,
	TP_PROTO(const struct vfw_pkt *p, u32 rule, bool cut),
	TP_ARGS(p, rule, cut),
	TP_STRUCT__entry(
		__field(int, in)
		__field(int, out)
		__field(int, src)
		__field(int, dst)
		__field(u32, rule)
		__field(u32, revision)
		__field(u32, len)
		__field(u16, reason)
		__field(u8, verdict)
		__field(bool, cut)
	),
	TP_fast_assign(
		__entry->in = VFW_TRACE_IFINDEX(p->in);
		__entry->out = VFW_TRACE_IFINDEX(p->out);
		__entry->src = VFW_TRACE_SLOT(p->src);
		__entry->dst = VFW_TRACE_SLOT(p->dst);
		__entry->rule = rule;
		__entry->revision = p->pol ? p->pol->revision : 0;
		__entry->len = p->len;
		__entry->reason = p->reason;
		__entry->verdict = p->verdict;
		__entry->cut = cut;
	),
	TP_printk("in=%d out=%d src_slot=%d dst_slot=%d verdict=%s cut=%d reason=%s rule=%u revision=%u len=%u",
		  __entry->in, __entry->out, __entry->src, __entry->dst,
		  __print_symbolic(__entry->verdict, { VFW_PASS, "pass" }, { VFW_BLOCK, "block" },
				   { VFW_REJECT, "reject" }),
		  __entry->cut,
		  __print_symbolic(__entry->reason, VFW_REASONS(VFW_TRACE_WORD) { -1, NULL }),
		  __entry->rule, __entry->revision, __entry->len)
);
/* clang-format on */

#endif /* VFW_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
