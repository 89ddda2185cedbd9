/* SPDX-License-Identifier: GPL-2.0 */
/* ARP, neighbour discovery and DHCP: what must work before any conversation can. */
#ifndef VFW_NEIGH_H
#define VFW_NEIGH_H

#include "pkt.h"

/* Decides ARP and neighbour discovery; false for anything else. p->pol is set. RCU read lock. */
bool vfw_neigh(struct vfw_pkt *p);

/*
 * May ARP and neighbour discovery pass between two identities? outside: the end is no port here but
 * the host or an address, reached through a next hop. RCU read lock.
 */
bool vfw_neigh_joined(const struct vfw_tables *t, u32 src, bool src_outside, u32 dst,
		      bool dst_outside);

/* Decides DHCP where guard has a say; false: it is like any other frame. RCU read lock. */
bool vfw_neigh_dhcp(struct vfw_pkt *p);

#endif /* VFW_NEIGH_H */
