/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which local VM holds an address: declared IPv4 and IPv6 addresses and MACs of
 * every NIC that is bound to a port. The table is built whole from a population
 * and swapped by RCU. Prefixes are found by one probe for each prefix length in use.
 *
 * One address may be held in several domains (bridge and VLAN), by different tenants.
 */
#ifndef VFW_ADDR_H
#define VFW_ADDR_H

#include "vm.h"

struct vfw_addrs;

enum vfw_addr_kind { VFW_ADDR_IP4, VFW_ADDR_IP6, VFW_ADDR_MAC, VFW_ADDR_KINDS };

#define VFW_ADDR_ANYWHERE (-1)

struct vfw_addr_hit {
	struct vfw_nic *nic; /* the first one found */
	struct vfw_port *port;
	bool whole; /* it is declared as this one address, not as part of a subnet */
};

/*
 * Who holds the address in the domain (ifindex of the bridge, or of the port itself if in none;
 * VLAN id), or in any with VFW_ADDR_ANYWHERE? Returns 0 nobody, 1 one VM, 2 several VMs; *hit
 * is set unless 0. addr: network order, 4, 16 or 6 bytes. RCU read lock, BH or process context.
 */
unsigned int vfw_addr_find(enum vfw_addr_kind kind, const u8 *addr, int domain, u16 vlan,
			   struct vfw_addr_hit *hit);

/*
 * The port in this bridge by which a NIC with this MAC is reached, NULL if there is none; one of them, if there are several. RCU read
 * lock.
 */
struct vfw_port *vfw_addr_port(const u8 mac[ETH_ALEN], const struct net_device *bridge);

/* Does a NIC's own list hold the address (without link-local)? Any context. */
bool vfw_addr_declared4(const struct vfw_nic *nic, const u8 addr[4]);
bool vfw_addr_declared6(const struct vfw_nic *nic, const u8 addr[16]);

/*
 * Makes an empty table with room for n entries; owned by the caller until published; free it
 * by vfw_addr_free() otherwise. NULL without memory. May sleep.
 */
struct vfw_addrs *vfw_addr_new(u32 n);
void vfw_addr_free(struct vfw_addrs *t);

/* Entries a NIC takes. */
static inline u32 vfw_addr_need(const struct vfw_nic *nic)
{
	return 1 + nic->n_addr4 + nic->n_addr6;
}

/* Adds the addresses of a NIC reached by port. Room was reserved. */
void vfw_addr_add(struct vfw_addrs *t, struct vfw_nic *nic, struct vfw_port *port);

/* Publishes t (NULL: none) and frees the old one by RCU. vfw_config_mutex held. */
void vfw_addr_publish(struct vfw_addrs *t);

/* Forgets a port that goes away. vfw_config_mutex held. */
void vfw_addr_forget(const struct vfw_port *port);

#endif /* VFW_ADDR_H */
