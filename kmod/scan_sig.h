/* SPDX-License-Identifier: GPL-2.0 */
/* What a match of an expression comes to: its signature against the frame it was found in. */
#ifndef VFW_SCAN_SIG_H
#define VFW_SCAN_SIG_H

#include <linux/types.h>

#include "core/sig.h"

struct vfw_pkt;
struct vfw_profile;
struct vfw_profile_user;
struct vfw_scan;

enum vfw_scan_fit {
	VFW_SCAN_UNFIT, /* another protocol, direction, port, address: no match at all */
	VFW_SCAN_REPORTS, /* is said */
	VFW_SCAN_PREVENTS, /* and prevents, where the profile does */
};

/* With one of those that fit: what is said and prevented is for vfw_scan_sig_told() to tell. */
#define VFW_SCAN_LIMITED 4U
#define VFW_SCAN_TWICE 8U /* and one of both directions fits both ways: it counts twice */
#define VFW_SCAN_STATE \
	16U /* it has flowbits: to be asked when all that match in the frame are known */

/*
 * enum vfw_scan_fit, and flags. profile: with a table. len: of the datagram that is scanned; of no use for TCP.
 * Bounded by a signature's conditions and the logarithm of its ranges. Any context.
 */
u32 vfw_scan_sig(const struct vfw_profile *profile, const struct vfw_pkt *p, u32 id, u32 len);

/*
 * A segment of TCP that p says the header of, with len bytes of payload: in how many of them, from the first on, may a signature about segments match? 0: none is
 * for it. user: of a profile with a table. Bounded: of many signatures none is asked. Scan locked or owned.
 */
u32 vfw_scan_sig_segment(struct vfw_profile_user *user, const struct vfw_pkt *p, u32 len);

/*
 * May a signature about a stream's first bytes be for the side of its conversation that p comes from? Of many none is asked: true. Bounded.
 */
bool vfw_scan_sig_head(const struct vfw_profile *profile, const struct vfw_pkt *p);

/*
 * Do the steps of a signature that fits match a packet's payload, len bytes? *work is taken from: struct
 * vfw_sig_pkt. scratch: of this CPU, which stays the caller's. Uses about 1.5 KiB of stack. Any context.
 */
enum vfw_sig_result vfw_scan_sig_steps(const struct vfw_profile *profile, const struct vfw_pkt *p,
				       u32 id, const u8 *payload, u32 len, u32 *work,
				       struct vfw_regex_scratch *scratch);

/*
 * A signature that is limited has matched, as fit of vfw_scan_sig() says: counts it, as often as it is called. Scan locked
 * or owned, RCU read lock, BH off.
 */
enum vfw_sig_told vfw_scan_sig_told(struct vfw_scan *scan, const struct vfw_pkt *p, u32 id,
				    u32 fit);

#endif /* VFW_SCAN_SIG_H */
