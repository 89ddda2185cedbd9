// SPDX-License-Identifier: GPL-2.0
/*
 * Every event that can bring a device into scope is handled before the device's
 * first frame: NETDEV_REGISTER and NETDEV_CHANGENAME come while it is down or still
 * outside any bridge, NETDEV_CHANGEUPPER before a bridge lets the port forward;
 * the first and the last of them are refused if the hooks cannot be placed.
 */
#include <linux/if_arp.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "bridge.h"
#include "memo.h"
#include "port.h"
#include "scope.h"

#define SCOPE_WATCH_MS 1000 /* how often VLANs of ports are looked at; bridges tell nobody */

static struct vfw_scope_list scope_lists[VFW_SCOPE_KINDS]; /* vfw_config_mutex */
static struct workqueue_struct *scope_wq;

static void scope_watch(struct work_struct *work);
static DECLARE_DELAYED_WORK(scope_watch_work, scope_watch);

/* Does name match the pattern of * and ?, whole? Linear in pattern times name, both short. */
static bool scope_glob(const char *pat, const char *name)
{
	const char *star = NULL, *mark = NULL;

	while (*name) {
		if (*pat == '*') {
			star = pat++;
			mark = name;
		} else if (*pat == '?' || *pat == *name) {
			pat++;
			name++;
		} else if (star) {
			pat = star + 1;
			name = ++mark;
		} else {
			return false;
		}
	}
	while (*pat == '*')
		pat++;
	return !*pat;
}

static bool scope_match(enum vfw_scope_kind kind, const char *name)
{
	const struct vfw_scope_list *list = &scope_lists[kind];
	u32 i;

	lockdep_assert_held(&vfw_config_mutex);
	for (i = 0; i < list->n; i++)
		if (scope_glob(list->entry[i], name))
			return true;
	return false;
}

bool vfw_scope_bridge(const struct net_device *br)
{
	return netif_is_bridge_master(br) && scope_match(VFW_SCOPE_BRIDGES, br->name);
}

/* Is it of a kind by which a VM reaches the host? */
static bool scope_kind(const struct net_device *dev)
{
	const struct rtnl_link_ops *ops = dev->rtnl_link_ops;

	return ops && dev->type == ARPHRD_ETHER &&
	       (!strcmp(ops->kind, "tun") || !strcmp(ops->kind, "veth"));
}

u32 vfw_scope_of(struct net_device *dev, struct net_device *master)
{
	bool joined;
	u32 flags = 0;

	if (!net_eq(dev_net(dev), &init_net) || !scope_kind(dev) ||
	    scope_match(VFW_SCOPE_UPLINKS, dev->name))
		return 0;
	rcu_read_lock();
	joined = vfw_bridge_joined(dev);
	rcu_read_unlock();
	if (joined)
		return 0;
	if (scope_match(VFW_SCOPE_NAMES, dev->name))
		flags |= VFW_PORT_F_BY_NAME;
	if (master && vfw_scope_bridge(master))
		flags |= VFW_PORT_F_BY_BRIDGE;
	return flags;
}

/* Brings one device's port in line with the scope. 0, or why the hooks could not be placed. */
static int scope_apply(struct net_device *dev)
{
	const u32 mask = VFW_PORT_F_BY_NAME | VFW_PORT_F_BY_BRIDGE;
	struct net_device *master = netdev_master_upper_dev_get(dev);
	struct vfw_port *port = vfw_port_of(dev);
	u32 flags = vfw_scope_of(dev, master);

	/* nor of one that is going, or moves to another namespace: it is not listed any more */
	if (!net_eq(dev_net(dev), &init_net) || __dev_get_by_index(&init_net, dev->ifindex) != dev)
		return 0;
	if (master && netif_is_bridge_master(master))
		vfw_bridge_get(master);
	if (port) {
		vfw_port_flags(port, mask, flags);
		if (!(port->flags & VFW_PORT_F_BY_ANY))
			vfw_port_del(port);
		return 0;
	}
	if (!flags)
		return 0;
	port = vfw_port_add(dev, flags);
	if (IS_ERR(port)) {
		pr_err("vfw: %s: cannot place hooks (%ld): the port is not filtered\n", dev->name,
		       PTR_ERR(port));
		return PTR_ERR(port);
	}
	return 0;
}

/* The device, and the other end of a veth pair: whether one is a port depends on the other. */
static int scope_apply_pair(struct net_device *dev)
{
	struct net_device *peer = NULL;
	int err;

	err = scope_apply(dev);
	if (scope_kind(dev) && dev->netdev_ops->ndo_get_peer_dev) {
		rcu_read_lock();
		peer = dev->netdev_ops->ndo_get_peer_dev(dev);
		rcu_read_unlock();
	}
	/* RTNL keeps the peer. */
	if (peer && peer->reg_state == NETREG_REGISTERED)
		err = scope_apply(peer) ?: err;
	return err;
}

static int scope_apply_all(void)
{
	struct net_device *dev;
	int err = 0;

	for_each_netdev(&init_net, dev)
		err = scope_apply(dev) ?: err;
	return err;
}

int vfw_scope_set(const struct vfw_scope_list *lists[VFW_SCOPE_KINDS])
{
	enum vfw_scope_kind kind;

	ASSERT_RTNL();
	lockdep_assert_held(&vfw_config_mutex);
	for (kind = 0; kind < VFW_SCOPE_KINDS; kind++)
		if (lists[kind])
			scope_lists[kind] = *lists[kind];
	return scope_apply_all();
}

void vfw_scope_get(enum vfw_scope_kind kind, struct vfw_scope_list *out)
{
	lockdep_assert_held(&vfw_config_mutex);
	*out = scope_lists[kind];
}

int vfw_scope_parse(const char *text, struct vfw_scope_list *list)
{
	size_t len;

	list->n = 0;
	while (*text) {
		len = strcspn(text, ",\n");
		if (len >= IFNAMSIZ || list->n == VFW_MAX_SCOPE)
			return -EINVAL;
		if (len) {
			memset(list->entry[list->n], 0, IFNAMSIZ);
			memcpy(list->entry[list->n++], text, len);
		}
		text += len;
		text += !!*text;
	}
	return 0;
}

/* A device has joined another one, or left it. */
static int scope_joins(struct net_device *dev, const struct netdev_notifier_changeupper_info *info)
{
	struct vfw_port *port = vfw_port_of(dev);
	bool known = port;
	int err;

	/* memos know ports only, and of one that comes now there are none */
	if (known) {
		vfw_memo_off();
		vfw_port_joins(port, netdev_master_upper_dev_get(dev));
	}
	err = scope_apply_pair(dev);
	/* what is refused here is undone, and nobody says so */
	port = vfw_port_of(dev);
	if (err && port && info->linking && info->master)
		vfw_port_joins(port, NULL);
	if (known)
		vfw_memo_on();
	return err;
}

static int scope_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct vfw_port *port;
	int err = 0;

	if (!net_eq(dev_net(dev), &init_net))
		return NOTIFY_DONE;
	mutex_lock(&vfw_config_mutex);
	switch (event) {
	case NETDEV_REGISTER:
		err = scope_apply(dev);
		break;
	case NETDEV_CHANGEUPPER:
		err = scope_joins(dev, ptr);
		break;
	case NETDEV_CHANGENAME:
		/* without hooks it does not get the name */
		err = netif_is_bridge_master(dev) ? scope_apply_all() : scope_apply(dev);
		break;
	case NETDEV_UNREGISTER:
		port = vfw_port_of(dev);
		if (port)
			vfw_port_del(port);
		break;
	}
	mutex_unlock(&vfw_config_mutex);
	return notifier_from_errno(err);
}

static struct notifier_block scope_nb = {
	.notifier_call = scope_event,
	/*
	 * Last: a bridge that was loaded later gives a device that goes back before that device's port is taken away, which would
	 * be made anew for it otherwise; and what somebody refuses was not noted here.
	 */
	.priority = INT_MIN,
};

/* Ports that give out several VLANs untagged are closed: whose frame it is could not be told. */
static void scope_watch(struct work_struct *work)
{
	struct vfw_port *port;
	bool ambiguous;
	int ifindex;

	mutex_lock(&vfw_config_mutex);
	for (ifindex = 0; (port = vfw_port_next(ifindex)); ifindex = port->ifindex) {
		rcu_read_lock();
		ambiguous = vfw_bridge_ambiguous(port->dev);
		rcu_read_unlock();
		if (ambiguous && !(port->flags & VFW_PORT_F_REFUSED))
			pr_warn("vfw: %s: several untagged VLANs; the port is closed\n",
				port->dev->name);
		vfw_port_flags(port, VFW_PORT_F_REFUSED, ambiguous ? VFW_PORT_F_REFUSED : 0);
	}
	mutex_unlock(&vfw_config_mutex);
	queue_delayed_work(scope_wq, &scope_watch_work, msecs_to_jiffies(SCOPE_WATCH_MS));
}

int vfw_scope_init(void)
{
	int err;

	scope_wq = alloc_workqueue("vfw_scope", WQ_UNBOUND, 1);
	if (!scope_wq)
		return -ENOMEM;
	err = register_netdevice_notifier(&scope_nb);
	if (err) {
		destroy_workqueue(scope_wq);
		return err;
	}
	queue_delayed_work(scope_wq, &scope_watch_work, msecs_to_jiffies(SCOPE_WATCH_MS));
	return 0;
}

void vfw_scope_exit(void)
{
	cancel_delayed_work_sync(&scope_watch_work);
	destroy_workqueue(scope_wq);
	/* says NETDEV_UNREGISTER for every device there is: that removes all ports */
	unregister_netdevice_notifier(&scope_nb);
}
