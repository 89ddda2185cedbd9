// SPDX-License-Identifier: GPL-2.0
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>
#include <net/switchdev.h>

#include "bridge.h"

/* Written under RTNL, and before any port of a bridge has hooks; kept until exit. */
static bool (*bridge_enabled)(const struct net_device *dev);
static int (*bridge_pvid)(const struct net_device *dev, u16 *pvid);
static int (*bridge_info)(const struct net_device *dev, u16 vid, struct bridge_vlan_info *info);
static bool (*bridge_port_flag)(const struct net_device *dev, unsigned long flag);

/* Goes up under RTNL, and never down. Without switchdev nobody says when. */
bool vfw_bridge_filters __read_mostly = !IS_ENABLED(CONFIG_NET_SWITCHDEV);

/* RTNL held. br_vlan_filter_toggle(), by netlink or sysfs, says so before it returns. */
static int bridge_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct switchdev_notifier_port_attr_info *info = ptr;

	if (event == SWITCHDEV_PORT_ATTR_SET &&
	    info->attr->id == SWITCHDEV_ATTR_ID_BRIDGE_VLAN_FILTERING &&
	    info->attr->u.vlan_filtering)
		WRITE_ONCE(vfw_bridge_filters, true);
	return NOTIFY_DONE;
}

static struct notifier_block bridge_nb = {
	.notifier_call = bridge_event,
	/* a driver that cannot (-EOPNOTSUPP) ends the chain, and the bridge filters all the same */
	.priority = INT_MAX,
};

int vfw_bridge_init(void)
{
	return register_switchdev_blocking_notifier(&bridge_nb);
}

static void bridge_get(void)
{
	if (!bridge_port_flag)
		smp_store_release(&bridge_port_flag, symbol_get(br_port_flag_is_set));
	if (!IS_ENABLED(CONFIG_BRIDGE_VLAN_FILTERING))
		return;
	if (!bridge_pvid)
		bridge_pvid = symbol_get(br_vlan_get_pvid_rcu);
	if (!bridge_info)
		bridge_info = symbol_get(br_vlan_get_info_rcu);
	/* Last, with release: the readers' test. */
	if (!bridge_enabled && bridge_pvid && bridge_info)
		smp_store_release(&bridge_enabled, symbol_get(br_vlan_enabled));
}

void vfw_bridge_get(const struct net_device *br)
{
	ASSERT_RTNL();
	bridge_get();
	if (IS_ENABLED(CONFIG_BRIDGE_VLAN_FILTERING) && (!bridge_enabled || bridge_enabled(br)))
		WRITE_ONCE(vfw_bridge_filters, true);
}

void vfw_bridge_put(void)
{
	unregister_switchdev_blocking_notifier(&bridge_nb);
	if (bridge_enabled)
		symbol_put(br_vlan_enabled);
	if (bridge_info)
		symbol_put(br_vlan_get_info_rcu);
	if (bridge_pvid)
		symbol_put(br_vlan_get_pvid_rcu);
	if (bridge_port_flag)
		symbol_put(br_port_flag_is_set);
	bridge_enabled = NULL;
	bridge_info = NULL;
	bridge_pvid = NULL;
	bridge_port_flag = NULL;
}

bool vfw_bridge_is_filtering(const struct net_device *br)
{
	bool (*enabled)(const struct net_device *) = smp_load_acquire(&bridge_enabled);

	return enabled && netif_is_bridge_master(br) && enabled(br);
}

/* Does the bridge that dev is or is in filter VLANs? */
static bool bridge_filters(const struct net_device *dev)
{
	const struct net_device *br = dev;

	if (!netif_is_bridge_master(dev))
		br = netdev_master_upper_dev_get_rcu((struct net_device *)dev);
	return br && vfw_bridge_is_filtering(br);
}

u16 vfw_bridge_vlan_in(const struct net_device *dev, const struct net_device *br)
{
	u16 pvid;

	return vfw_bridge_is_filtering(br) && !bridge_pvid(dev, &pvid) ? pvid : 0;
}

u16 vfw_bridge_port_vlan(const struct net_device *dev)
{
	u16 pvid;

	return bridge_filters(dev) && !bridge_pvid(dev, &pvid) ? pvid : 0;
}

bool vfw_bridge_ambiguous(const struct net_device *dev)
{
	struct bridge_vlan_info info;
	unsigned int n = 0;
	u16 vid;

	if (bridge_filters(dev))
		for (vid = 1; vid < VLAN_N_VID - 1 && n < 2; vid++)
			if (!bridge_info(dev, vid, &info) && info.flags & BRIDGE_VLAN_INFO_UNTAGGED)
				n++;
	return n > 1;
}

bool vfw_bridge_untagged(const struct net_device *dev, u16 vlan)
{
	struct bridge_vlan_info info;

	if (!bridge_filters(dev))
		return true;
	return !bridge_info(dev, vlan, &info) && info.flags & BRIDGE_VLAN_INFO_UNTAGGED;
}

bool vfw_bridge_isolated(const struct net_device *dev)
{
	bool (*flag)(const struct net_device *, unsigned long) =
		smp_load_acquire(&bridge_port_flag);

	return !flag || flag(dev, BR_ISOLATED);
}

bool vfw_bridge_joined(struct net_device *dev)
{
	struct net_device *peer;

	if (!dev->rtnl_link_ops || strcmp(dev->rtnl_link_ops->kind, "veth") ||
	    !dev->netdev_ops->ndo_get_peer_dev)
		return false;
	if (!netif_is_bridge_port(dev))
		return false;
	peer = dev->netdev_ops->ndo_get_peer_dev(dev);
	return peer && net_eq(dev_net(peer), dev_net(dev)) && netif_is_bridge_port(peer);
}

bool vfw_bridge_owns(struct net_device *br, const u8 *mac)
{
	struct netdev_hw_addr *ha;
	struct net_device *upper;
	struct list_head *iter;

	if (ether_addr_equal(br->dev_addr, mac))
		return true;
	netdev_for_each_upper_dev_rcu(br, upper,
				      iter) if (ether_addr_equal(upper->dev_addr, mac)) return true;
	/* macvlan and the like put their addresses there; entries are freed by RCU */
	list_for_each_entry_rcu(ha, &br->uc.list, list)
		if (ether_addr_equal(ha->addr, mac))
			return true;
	return false;
}
