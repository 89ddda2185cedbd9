/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which fragmented packets have begun for one receiver, whoever sent them: of one name, inspected by a profile that
 * prevents, only one in the time that receivers remember (core/fragmark.h). Memory is charged to the
 * receiver's budget for scanning, a page at a time, 1 MiB at most; without memory such packets do not begin.
 */
#ifndef VFW_FRAG_MARK_H
#define VFW_FRAG_MARK_H

#include "pkt.h"

struct vfw_frag_marks;

#define VFW_FRAG_CLASSES 64 /* that senders fall into by chance; a power of two */

/* A first fragment is about to pass. May the packet begin? sender: its class. RCU read lock, BH off. */
bool vfw_frag_mark(const struct vfw_pkt *p, u32 sender);

/* Frees what a share knows; NULL is fine. Nobody uses it any more. */
void vfw_frag_mark_free(struct vfw_frag_marks *marks);

#endif /* VFW_FRAG_MARK_H */
