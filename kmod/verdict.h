/* SPDX-License-Identifier: GPL-2.0 */
/* The only door out: counters, events, tracepoint, and what the hook returns. */
#ifndef VFW_VERDICT_H
#define VFW_VERDICT_H

#include <linux/types.h>

/* Frames that ended with a reason since load; 0 outside the list. Any context. */
u64 vfw_verdict_reason(u32 reason);

#endif /* VFW_VERDICT_H */
