/* SPDX-License-Identifier: GPL-2.0 */
/* An alert as a line of EVE JSON, by Suricata's keys. */
#ifndef VFW_REPLAY_ALERT_H
#define VFW_REPLAY_ALERT_H

#include <stdio.h>

#include "core/frame.h"

struct vfw_rule_meta;
struct vfw_track_flow;

struct vfw_alert {
	const struct vfw_rule_meta *rule;
	const struct vfw_frame *frame;
	const struct vfw_track_flow *flow; /* or NULL */
	unsigned int side; /* of flow: 0 from who opened */
	u64 time; /* microseconds since 1970 */
	u64 number; /* of the packet in the capture, 0: at a flow's end */
	bool stream; /* what matched are bytes TCP delivered */
};

/* Writes one line. Returns 0, or -EIO or -ENOMEM. */
int vfw_alert_write(FILE *out, const struct vfw_alert *a);

#endif /* VFW_REPLAY_ALERT_H */
