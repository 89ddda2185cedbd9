/* SPDX-License-Identifier: GPL-2.0 */
/* What a scan needs for as long as it looks at one packet, and is too large for the stack. */
#ifndef VFW_SCAN_SPACE_H
#define VFW_SCAN_SPACE_H

#include <linux/types.h>

#include "core/regex.h"
#include "core/sigbits.h"

#define VFW_SCAN_PACKET 65536 /* bytes of a packet that is looked at as a whole */
#define VFW_SCAN_ASKED 512 /* signatures with steps whose literal one packet has; a power of two */

struct vfw_scan_space {
	u8 packet[VFW_SCAN_PACKET]; /* one that is not linear */
	struct vfw_regex_scratch regex;
	u32 asked
		[VFW_SCAN_ASKED]; /* signatures with steps that fit, and whose literal was found, in the order of that */
	u32 seen[2 *
		 VFW_SCAN_ASKED]; /* the same, hashed: each plus 1, or 0; valid if there is one */
	u32 n_waits; /* of one frame's segments and first bytes; 0: waits is not valid */
	/* states of signatures with flowbits that matched and were not allowed, but may be by what the stream brings */
	DECLARE_BITMAP(waits, VFW_SIGBITS_STATES_MAX);
};

/* This CPU's, until BH are on again. */
struct vfw_scan_space *vfw_scan_space(void);

/* Signature id is to be asked, besides the *n that are already; if it is one of them, nothing is changed. Returns false when there is no room. */
bool vfw_scan_space_ask(struct vfw_scan_space *space, u32 *n, u32 id);

/* For all CPUs. Returns 0 or -ENOMEM. May sleep. */
int vfw_scan_space_init(void);
void vfw_scan_space_exit(void);

#endif /* VFW_SCAN_SPACE_H */
