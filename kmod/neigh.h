/* SPDX-License-Identifier: GPL-2.0 */
/* ARP, neighbour discovery and DHCP: what must work before any conversation can. */
#ifndef VFW_NEIGH_H
#define VFW_NEIGH_H

#include "pkt.h"

/* Decides ARP and neighbour discovery; false for anything else. p->pol is set. RCU read lock. */
bool vfw_neigh(struct vfw_pkt *p);

/* Decides DHCP where guard has a say; false: it is like any other frame. RCU read lock. */
bool vfw_neigh_dhcp(struct vfw_pkt *p);

#endif /* VFW_NEIGH_H */
