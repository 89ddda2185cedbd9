/* SPDX-License-Identifier: GPL-2.0 */
/* What a match of an expression comes to: the header of its signature against the frame it was found in. */
#ifndef VFW_SCAN_SIG_H
#define VFW_SCAN_SIG_H

#include <linux/types.h>

struct vfw_pkt;
struct vfw_profile;

enum vfw_scan_fit {
	VFW_SCAN_UNFIT, /* another protocol, direction, port, address: no match at all */
	VFW_SCAN_REPORTS, /* is said */
	VFW_SCAN_PREVENTS, /* and prevents, where the profile does */
};

/*
 * profile: with a table. len: of the datagram that is scanned; of no use for TCP. Bounded by a
 * signature's conditions and the logarithm of its ranges. Any context.
 */
enum vfw_scan_fit vfw_scan_sig(const struct vfw_profile *profile, const struct vfw_pkt *p, u32 id,
			       u32 len);

#endif /* VFW_SCAN_SIG_H */
