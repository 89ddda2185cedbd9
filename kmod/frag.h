/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fragments. Nothing is held back. The first fragment is judged, and must hold the whole L4 header;
 * a later one passes only behind it, as part of what was judged: it is tied to the same flow, and what ends
 * that ends it. What overlaps, comes twice, or is tinier than any link would make it is dropped (core/fragset.h).
 *
 * What is known of a packet is charged to the share its sender's flows count against, FRAG_PACKETS at a time: who
 * of its senders has most there loses what he sent longest ago. Of a packet that is inspected the bytes are kept, within
 * bounds, and the fragment that completes it is the gate, for the receiver has no use for the others without it.
 * Whatever becomes of the packet, a mark stays until no receiver remembers it (frag_mark.h): were it begun again,
 * other bytes would be scanned than those that the receiver puts together.
 */
#ifndef VFW_FRAG_H
#define VFW_FRAG_H

#include "pkt.h"

struct vfw_frags;

/* The two below, for what is a fragment. */
bool vfw_frag_judge(struct vfw_pkt *p);
void vfw_frag_judged(struct vfw_pkt *p);

/* Decides fragments but for first ones that may be judged; false for the rest. RCU read lock, BH off. */
static inline bool vfw_frag(struct vfw_pkt *p)
{
	return p->f.flags & VFW_FRAME_F_FRAG && vfw_frag_judge(p);
}

/*
 * The frame's verdict is known: remembers a first fragment that passes, frees p->whole, which only a
 * fragment has. RCU read lock, BH off.
 */
static inline void vfw_frag_done(struct vfw_pkt *p)
{
	if (p->f.flags & VFW_FRAME_F_FRAG)
		vfw_frag_judged(p);
}

/* Frees what a share knows of fragments; NULL is fine. Nobody uses it any more. */
void vfw_frag_free(struct vfw_frags *frags);

#endif /* VFW_FRAG_H */
