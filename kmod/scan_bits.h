/* SPDX-License-Identifier: GPL-2.0 */
/* The flowbits of a conversation: in its scan, by the numbers of its profile's series. */
#ifndef VFW_SCAN_BITS_H
#define VFW_SCAN_BITS_H

#include <linux/types.h>

struct vfw_scan;

/*
 * A signature with flowbits, number state of its profile's, has matched: do they allow it? Then it changes them. Scan locked
 * or owned.
 */
bool vfw_scan_bits(struct vfw_scan *scan, u32 state);

/* Another conversation begins in the same flow: none is set. Scan locked or owned. */
void vfw_scan_bits_clear(struct vfw_scan *scan);

#endif /* VFW_SCAN_BITS_H */
