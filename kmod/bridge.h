/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the datapath asks of a Linux bridge. bridge.ko need not be loaded when
 * vfw.ko is: its functions are taken by name when the first bridge shows up.
 */
#ifndef VFW_BRIDGE_H
#define VFW_BRIDGE_H

#include <linux/netdevice.h>

extern bool vfw_bridge_filters; /* see vfw_bridge_may_filter() */

/*
 * May a bridge with ports of ours filter VLANs? False as long as none did when a port of it was seen, and none
 * in the kernel was told to since vfw_bridge_init(); then vfw_bridge_is_filtering() is false, too. Any context.
 */
static inline bool vfw_bridge_may_filter(void)
{
	return READ_ONCE(vfw_bridge_filters);
}

/* Hears from now on when a bridge is told to filter VLANs. Before any port; 0 or -errno. Takes RTNL; may sleep. */
int vfw_bridge_init(void);

/*
 * A device is in br, a bridge: takes the bridge's functions if they are not taken yet, and looks whether br filters VLANs.
 * RTNL held; may sleep.
 */
void vfw_bridge_get(const struct net_device *br);

/* Gives them back, and hears no more: module exit, after the hooks are gone. Takes RTNL; may sleep. */
void vfw_bridge_put(void);

/* Is br a bridge that filters VLANs? RCU read lock. */
bool vfw_bridge_is_filtering(const struct net_device *br);

/*
 * The VLAN an untagged frame of this bridge port (or bridge device) belongs to: its PVID, 0 if the
 * bridge does not filter VLANs or the device is in none. RCU read lock.
 */
u16 vfw_bridge_port_vlan(const struct net_device *dev);

/* The same where the device dev is in is known: br, which may be no bridge. RCU read lock. */
u16 vfw_bridge_vlan_in(const struct net_device *dev, const struct net_device *br);

/* May the port give out frames of more than one VLAN without a tag? RCU read lock; takes long. */
bool vfw_bridge_ambiguous(const struct net_device *dev);

/*
 * Does the port let frames of this VLAN out without their tag? True where VLANs are not filtered.
 * RCU read lock.
 */
bool vfw_bridge_untagged(const struct net_device *dev, u16 vlan);

/*
 * Is this port of a bridge isolated from its other isolated ports (bridge(8))? True, too, where that is not to be known. RCU read
 * lock.
 */
bool vfw_bridge_isolated(const struct net_device *dev);

/*
 * Is the device one end of a veth pair whose other end is a port of a local bridge too? Such a
 * pair is one hop, no exit and no port. RCU read lock or RTNL.
 */
bool vfw_bridge_joined(struct net_device *dev);

/*
 * Does the bridge, or a device above it, hold this unicast MAC? RCU read lock.
 */
bool vfw_bridge_owns(struct net_device *br, const u8 *mac);

#endif /* VFW_BRIDGE_H */
