// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/module.h>

#include "event.h"
#include "mode.h"
#include "vm.h"

u32 vfw_mode = VFW_MODE_DISARMED;

static unsigned int pickup_s = 900;
module_param(pickup_s, uint, 0644);
MODULE_PARM_DESC(pickup_s,
		 "seconds after arming in which a preventing profile takes running conversations");

static u64 mode_since; /* jiffies64 when it was armed or disarmed; vfw_config_mutex; READ_ONCE */

u64 vfw_mode_since(void)
{
	return READ_ONCE(mode_since);
}

u64 vfw_mode_fresh_left(void)
{
	u64 end = vfw_mode_since() + (u64)READ_ONCE(pickup_s) * HZ, now = get_jiffies_64();

	return time_before64(now, end) ? end - now : 0;
}

int vfw_mode_set(u32 mode)
{
	struct vfw_event ev = {
		.type = VFW_EVENT_MODE,
		.verdict = mode,
		.count = 1,
	};

	lockdep_assert_held(&vfw_config_mutex);
	if (mode >= __VFW_MODE_MAX)
		return -EINVAL;
	if (mode == vfw_mode)
		return 0;
	if (mode == VFW_MODE_ARMED)
		__module_get(THIS_MODULE);
	WRITE_ONCE(mode_since, get_jiffies_64());
	WRITE_ONCE(vfw_mode, mode);
	vfw_event_post(&ev);
	if (mode == VFW_MODE_DISARMED)
		module_put(THIS_MODULE);
	return 0;
}
