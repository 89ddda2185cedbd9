/* SPDX-License-Identifier: GPL-2.0 */
/* Who is at the two ends of a frame. No address is trusted where a port tells. */
#ifndef VFW_WHO_H
#define VFW_WHO_H

#include "addr.h"
#include "pkt.h"

/* First, of a packet just begun: what the hook's port alone says; sets the domain. */
void vfw_who_port(struct vfw_pkt *p);

/*
 * Finds both ends of a parsed frame. False: it is not judged at this point (further on, or
 * nowhere, for neither end is a VM). RCU read lock.
 */
bool vfw_who(struct vfw_pkt *p);

/* For vfw_who_ident(). */
u32 vfw_who_ident_other(struct vfw_pkt *p, const struct vfw_end *end);

/* The identity of an end, worked out at its first use. p->pol is set. RCU read lock. */
static inline u32 vfw_who_ident(struct vfw_pkt *p, struct vfw_end *end)
{
	if (end->ident == VFW_PKT_IDENT)
		end->ident = end->nic ? READ_ONCE(p->pol->vm_ident[end->key])
				      : vfw_who_ident_other(p, end);
	return end->ident;
}

/*
 * Did a frame whose sender is no VM and no port come from outside (not from the host or another local bridge),
 * claiming an address that a VM here holds in this domain? RCU read lock.
 */
bool vfw_who_claimed(struct vfw_pkt *p);

/* Is the address one of the host's own? RCU read lock. */
bool vfw_who_host4(const u8 addr[4]);
bool vfw_who_host6(const u8 addr[16]);

/* Does the host hold the address in the domain of p->port? RCU read lock. */
bool vfw_who_host_here(const struct vfw_pkt *p, enum vfw_addr_kind kind, const u8 *addr);

/* The flow table's word for the VM that holds an address anywhere here, else external. */
u32 vfw_who_end_key(bool ip6, const u8 *addr);

/* The identity of an end of which only that word and its address are known. RCU read lock. */
u32 vfw_who_ident_of(const struct vfw_policy *pol, u32 key, bool ip6, const u8 *addr);

#endif /* VFW_WHO_H */
