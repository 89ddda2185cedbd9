// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>

#include "profile.h"
#include "scan_bits.h"
#include "scan_flow.h"
#include "sig_count.h"

bool vfw_scan_bits(struct vfw_scan *scan, u32 state)
{
	const struct vfw_profile *profile = scan->user.profile;

	/* numbers of another profile mean other names */
	if (scan->bits_of != profile->series->id) {
		vfw_scan_bits_clear(scan);
		scan->bits_of = profile->series->id;
	}
	return vfw_sigbits_match(&profile->sigs, state, scan->bits);
}

void vfw_scan_bits_clear(struct vfw_scan *scan)
{
	memset(scan->bits, 0, sizeof(scan->bits));
}
