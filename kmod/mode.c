// SPDX-License-Identifier: GPL-2.0
#include <linux/lockdep.h>
#include <linux/module.h>

#include "event.h"
#include "mode.h"
#include "vm.h"

u32 vfw_mode = VFW_MODE_DISARMED;

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
	WRITE_ONCE(vfw_mode, mode);
	vfw_event_post(&ev);
	if (mode == VFW_MODE_DISARMED)
		module_put(THIS_MODULE);
	return 0;
}
