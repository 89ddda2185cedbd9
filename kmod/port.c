// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "addr.h"
#include "direct.h"
#include "event.h"
#include "flow.h"
#include "hook.h"
#include "memo.h"
#include "port.h"
#include "share.h"

/* By ifindex; read under RCU, written under vfw_config_mutex. The lists are for frames, the array for order. */
static DEFINE_XARRAY(vfw_ports);
struct hlist_head vfw_port_buckets[VFW_PORT_BUCKETS];
struct hlist_head vfw_port_devices[VFW_PORT_BUCKETS];
static u32 vfw_n_ports;

struct vfw_port *vfw_port_next(int after)
{
	unsigned long index = after;

	return xa_find_after(&vfw_ports, &index, INT_MAX, XA_PRESENT);
}

u32 vfw_port_count(void)
{
	return READ_ONCE(vfw_n_ports);
}

int vfw_port_master(const struct vfw_port *port)
{
	const struct net_device *master = rcu_dereference(port->master);

	return master ? master->ifindex : 0;
}

void vfw_port_joins(struct vfw_port *port, struct net_device *master)
{
	ASSERT_RTNL();
	/* it is freed by RCU, and its ports are told before */
	vfw_direct_forget(port);
	rcu_assign_pointer(port->master, master);
}

void vfw_port_flags(struct vfw_port *port, u32 mask, u32 bits)
{
	lockdep_assert_held(&vfw_config_mutex);
	bits |= port->flags & ~mask;
	if (bits == port->flags)
		return;
	vfw_memo_off();
	WRITE_ONCE(port->flags, bits);
	vfw_memo_on();
}

static void port_free(struct vfw_port *port)
{
	vfw_share_drop(port->own);
	vfw_share_drop(port->in);
	/* Readers: frames inside the hooks or that came by this port; the address table's users. */
	kfree_rcu(port, rcu);
}

static void port_unlist(struct vfw_port *port)
{
	hlist_del_rcu(&port->node);
	hlist_del_rcu(&port->by_dev);
	xa_erase(&vfw_ports, port->ifindex);
}

static void port_event(const struct vfw_port *port, u32 type)
{
	struct vfw_event ev = {
		.type = type,
		.in_ifindex = port->ifindex,
		.count = 1,
	};

	vfw_event_post(&ev);
}

struct vfw_port *vfw_port_add(struct net_device *dev, u32 flags)
{
	struct vfw_port *port;
	int err;

	ASSERT_RTNL();
	lockdep_assert_held(&vfw_config_mutex);
	port = kzalloc(sizeof(*port), GFP_KERNEL);
	if (!port)
		return ERR_PTR(-ENOMEM);
	port->dev = dev;
	port->ifindex = dev->ifindex;
	port->flags = flags;
	vfw_port_joins(port, netdev_master_upper_dev_get(dev));
	port->own = vfw_share_new(VFW_SHARE_UNMANAGED);
	port->in = vfw_share_new(VFW_SHARE_UNMANAGED);
	err = -ENOMEM;
	if (!port->own || !port->in)
		goto free;
	vfw_hook_tap_fill(port);

	/* The table before the hooks: an egress hook must find the sender's port there. */
	err = xa_err(xa_store(&vfw_ports, port->ifindex, port, GFP_KERNEL));
	if (err)
		goto free;
	hlist_add_head_rcu(&port->node, vfw_port_bucket(port->ifindex));
	hlist_add_head_rcu(&port->by_dev, vfw_port_device(dev));
	err = nf_register_net_hook(dev_net(dev), &port->ingress);
	if (err)
		goto erase;
	err = nf_register_net_hook(dev_net(dev), &port->egress);
	if (err)
		goto ingress;
	WRITE_ONCE(vfw_n_ports, vfw_n_ports + 1);
	port_event(port, VFW_EVENT_PORT_ADD);
	return port;

ingress:
	nf_unregister_net_hook(dev_net(dev), &port->ingress);
erase:
	port_unlist(port);
free:
	port_free(port);
	return ERR_PTR(err);
}

void vfw_port_del(struct vfw_port *port)
{
	ASSERT_RTNL();
	lockdep_assert_held(&vfw_config_mutex);
	vfw_memo_off();
	nf_unregister_net_hook(dev_net(port->dev), &port->egress);
	nf_unregister_net_hook(dev_net(port->dev), &port->ingress);
	vfw_addr_forget(port);
	port_unlist(port);
	/* A hook that has not ended yet reads this after the epoch to come, and makes no memo of a port that is gone. */
	RCU_INIT_POINTER(port->nic, NULL);
	vfw_memo_on();
	WRITE_ONCE(vfw_n_ports, vfw_n_ports - 1);
	port_event(port, VFW_EVENT_PORT_DEL);
	vfw_flow_flush_share(port->own);
	vfw_flow_flush_share(port->in);
	port_free(port);
}
