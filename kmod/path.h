/* SPDX-License-Identifier: GPL-2.0 */
/* A packet's life. Hooks fill skb, where, port, in and out of the packet and end in a call here. */
#ifndef VFW_PATH_H
#define VFW_PATH_H

#include "pkt.h"

/*
 * Judges a frame at one judging point. Returns NF_ACCEPT, or NF_DROP: then the caller's hook
 * returns that and netfilter frees the skb; or NF_STOLEN: it waits for the scan's worker. RCU read lock, BH off.
 */
unsigned int vfw_path(struct vfw_pkt *p);

/*
 * The same of a frame at a port's ingress and egress, where nothing has been filled in yet. known: the flow that the frame is of, sent
 * by that side of it, straight from another VM's port, when a memo has just said so and that guard lets it in; or NULL. Return what the
 * hook returns. RCU read lock, BH off.
 */
unsigned int vfw_path_in(struct vfw_port *port, struct sk_buff *skb,
			 const struct nf_hook_state *state);
unsigned int vfw_path_out(struct vfw_port *port, struct sk_buff *skb,
			  const struct nf_hook_state *state, struct vfw_flow *known, u8 side);

/*
 * The last steps for a frame whose fate is known: returns what the hook returns. RCU read lock, BH off,
 * no lock held.
 */
unsigned int vfw_path_end(struct vfw_pkt *p);

/* As vfw_path() for a frame neither of whose ends is a VM here: only claims of a VM's address. */
unsigned int vfw_path_outside(struct vfw_pkt *p);

#endif /* VFW_PATH_H */
