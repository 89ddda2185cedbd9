/* SPDX-License-Identifier: GPL-2.0 */
/* Telling the sender: a TCP reset, or ICMP "administratively prohibited". */
#ifndef VFW_REJECT_H
#define VFW_REJECT_H

#include "pkt.h"

/*
 * Builds the answer to the frame in p and queues it; it leaves by the port the frame came by,
 * from a worker. Nothing is sent for what must not be answered (RFC 1122 3.2.2, RFC 4443
 * 2.4), nor beyond the queue's bound. BH off.
 */
void vfw_reject(const struct vfw_pkt *p);

int vfw_reject_init(void);

/* Waits for the worker and drops what is queued. Hooks gone. May sleep. */
void vfw_reject_exit(void);

#endif /* VFW_REJECT_H */
