/* SPDX-License-Identifier: GPL-2.0 */
/* Hyperscan for apps, in this process: one database of what is said over TCP, one over UDP. */
#ifndef VFW_SIG_APP_SCAN_H
#define VFW_SIG_APP_SCAN_H

#include "app.h"

struct vfw_app_scan;

/*
 * Compiles the patterns of a finished list, which must stay. Returns 0 and *out is the caller's; -EINVAL after
 * complaints in d: an expression is wrong, matches without a byte, or depends on where a stream ends;
 * -ENOMEM.
 */
int vfw_app_scan_new(const struct vfw_app_list *l, struct vfw_app_scan **out, struct vfw_diags *d);

void vfw_app_scan_free(struct vfw_app_scan *scan);

/*
 * Scans bytes that a side has said, of TCP from its first byte on, else one datagram; each pattern that is
 * there is told to the state. Returns 0, or -EIO when the scan failed.
 */
int vfw_app_scan_bytes(struct vfw_app_scan *scan, u8 proto, const u8 *bytes, u32 len, u32 side,
		       struct vfw_app_state *s);

#endif /* VFW_SIG_APP_SCAN_H */
