/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What no policy can permit. Each function returns true when the frame ends
 * here, with verdict and reason set. RCU read lock, BH off.
 */
#ifndef VFW_GUARD_H
#define VFW_GUARD_H

#include "pkt.h"

/* At the sender's ingress: what a VM may send, and as whom. */
bool vfw_guard_sender(struct vfw_pkt *p);

/*
 * Asked of a frame that its receiver's guard let pass: does vfw_guard_sender() let pass every untagged, plain TCP segment
 * (core/plain.h) with these MACs and addresses from this VM's port, if what it says of offloads is right?
 */
bool vfw_guard_vouches(const struct vfw_pkt *p);

/* At the judging point, ends known: quarantine, MAC of the receiver, VLAN, claims from outside. */
bool vfw_guard_delivery(struct vfw_pkt *p);

/* A frame from outside to the host: does it claim a VM's address? */
bool vfw_guard_outside(struct vfw_pkt *p);

#endif /* VFW_GUARD_H */
