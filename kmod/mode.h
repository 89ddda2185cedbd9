/* SPDX-License-Identifier: GPL-2.0 */
/* Armed or disarmed: whether verdicts are carried out. */
#ifndef VFW_MODE_H
#define VFW_MODE_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/vfw.h>

extern u32 vfw_mode; /* enum vfw_mode; READ_ONCE; written under vfw_config_mutex */

/* Any context. */
static inline bool vfw_mode_armed(void)
{
	return READ_ONCE(vfw_mode) == VFW_MODE_ARMED;
}

/*
 * It was armed so lately that conversations may still run which it has not seen from their start
 * (module parameter pickup_s): for so many jiffies more; 0: no longer. Any context.
 */
u64 vfw_mode_fresh_left(void);

/* When it was armed or disarmed last, in jiffies64; 0: never. Any context. */
u64 vfw_mode_since(void);

/*
 * Arms or disarms. While armed the module holds a reference on itself, so unloading is disarm
 * first. Setting what is set already does nothing. Posts VFW_EVENT_MODE. Returns 0, -EINVAL for
 * an unknown mode. vfw_config_mutex held.
 */
int vfw_mode_set(u32 mode);

#endif /* VFW_MODE_H */
