/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fragments: a later one passes only if the first of its packet, with whole
 * ports, was let through shortly before. A small table that forgets.
 */
#ifndef VFW_FRAG_H
#define VFW_FRAG_H

#include "pkt.h"

/* Decides later fragments and first ones without a whole L4 header; false for the rest. */
bool vfw_frag(struct vfw_pkt *p);

/* Remembers a judged frame if it is a first fragment and passes. BH off. */
void vfw_frag_note(const struct vfw_pkt *p);

/* Allocates the table. 0 or -ENOMEM. */
int vfw_frag_init(void);
void vfw_frag_exit(void);

#endif /* VFW_FRAG_H */
