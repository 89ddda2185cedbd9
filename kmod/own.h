/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes of a frame that somebody else may still write to: pages of a guest's memory (vhost's zero copy, where the
 * guest says how little of the frame is copied), of a file, or what a container spliced into a socket. Whatever is judged
 * of a frame is made the kernel's own before it is looked at, and stays so on the way to the receiver.
 */
#ifndef VFW_OWN_H
#define VFW_OWN_H

#include <linux/types.h>

struct vfw_pkt;

/* Has the frame such bytes? BH off. */
bool vfw_own_shared(const struct vfw_pkt *p);

/*
 * Makes the frame's first len bytes linear, and so the kernel's own; p->head and p->head_len are set anew. len: at
 * most that of the frame. False: it cannot be done, and nothing is changed. BH off.
 */
bool vfw_own_head(struct vfw_pkt *p, u32 len);

/* Copies all of them. False without memory. p->head is NULL afterwards. BH off. */
bool vfw_own_all(struct vfw_pkt *p);

#endif /* VFW_OWN_H */
