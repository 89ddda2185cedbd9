// SPDX-License-Identifier: GPL-2.0
/*
 * The sender is known by its port when the frame came straight from one
 * (skb_iif). Where routing or a second bridge stood between, only its address is left:
 * it was verified at the sender's own port, and frames from outside that claim
 * it are dropped, so the table of local VMs' addresses may be believed. If VMs of
 * several domains hold the address, nobody can tell which one it is: closed.
 *
 * The receiver is the port at egress. Elsewhere, what leaves by a bridge port that is no
 * VM's, or is given to the host, goes to whom its address says: a local VM
 * reached by routing is judged at its own egress, and here only against a block (quiet),
 * lest a frame to a VM's address that the host routes elsewhere leaves unjudged.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/route.h>

#include "addr.h"
#include "bridge.h"
#include "pkt.h"
#include "who.h"

static void who_is(struct vfw_end *end, struct vfw_nic *nic, struct vfw_port *port)
{
	end->nic = nic;
	end->port = port;
	end->ident = VFW_PKT_IDENT;
	end->key = nic ? nic->vm->slot : VFW_END_UNMANAGED;
}

/* Host or external: the flow table does not tell them apart, identity does when asked. */
static void who_is_other(struct vfw_end *end)
{
	end->nic = NULL;
	end->port = NULL;
	end->ident = VFW_PKT_IDENT;
	end->key = VFW_END_EXTERNAL;
}

static void who_is_ident(struct vfw_end *end, u32 ident)
{
	who_is_other(end);
	end->ident = ident;
	if (ident == VFW_ID_UNMANAGED)
		end->key = VFW_END_UNMANAGED;
}

static void who_domain(struct vfw_pkt *p, const struct vfw_port *port)
{
	const struct net_device *br = rcu_dereference(port->master);

	p->master = br;
	p->bridge = br ? br->ifindex : port->ifindex;
	p->vlan = br && vfw_bridge_may_filter() ? vfw_bridge_vlan_in(port->dev, br) : 0;
}

void vfw_who_port(struct vfw_pkt *p)
{
	struct vfw_end *here = p->where == VFW_AT_EGRESS ? &p->dst : &p->src;

	who_is_other(here == &p->src ? &p->dst : &p->src);
	if (!p->port) {
		who_is_other(here);
		return;
	}
	who_is(here, rcu_dereference(p->port->nic), p->port);
	who_domain(p, p->port);
}

bool vfw_who_host4(const u8 addr[4])
{
	__be32 a;

	memcpy(&a, addr, sizeof(a));
	return inet_addr_type(&init_net, a) == RTN_LOCAL;
}

static bool who_device4(const struct net_device *dev, __be32 a)
{
	const struct in_device *in_dev = __in_dev_get_rcu(dev);
	const struct in_ifaddr *ifa;

	if (in_dev)
		in_dev_for_each_ifa_rcu(ifa, in_dev) if (ifa->ifa_local == a) return true;
	return false;
}

static bool who_device6(const struct net_device *dev, const struct in6_addr *a)
{
	const struct inet6_dev *idev = __in6_dev_get(dev);
	const struct inet6_ifaddr *ifa;

	if (idev)
		list_for_each_entry_rcu(ifa, &idev->addr_list, if_list)
			if (ipv6_addr_equal(&ifa->addr, a))
				return true;
	return false;
}

#if IS_BUILTIN(CONFIG_IPV6)
bool vfw_who_host6(const u8 addr[16])
{
	struct in6_addr a;

	memcpy(&a, addr, sizeof(a));
	return ipv6_chk_addr(&init_net, &a, NULL, 0);
}
#else
/* IPv6 is a module of its own, which this one must load without: ask every device. */
bool vfw_who_host6(const u8 addr[16])
{
	struct net_device *dev;
	struct in6_addr a;

	memcpy(&a, addr, sizeof(a));
	for_each_netdev_rcu(&init_net, dev)
		if (who_device6(dev, &a))
			return true;
	return false;
}
#endif

static bool who_device(const struct net_device *dev, enum vfw_addr_kind kind, const u8 *addr)
{
	struct in6_addr a6;
	__be32 a4;

	if (kind == VFW_ADDR_IP4) {
		memcpy(&a4, addr, sizeof(a4));
		return who_device4(dev, a4);
	}
	memcpy(&a6, addr, sizeof(a6));
	return who_device6(dev, &a6);
}

bool vfw_who_host_here(const struct vfw_pkt *p, enum vfw_addr_kind kind, const u8 *addr)
{
	struct net_device *dev = dev_get_by_index_rcu(&init_net, p->bridge), *upper;
	struct list_head *iter;
	u16 vlan;

	if (!dev)
		return false;
	if (kind == VFW_ADDR_MAC)
		return vfw_bridge_owns(dev, addr);
	vlan = vfw_bridge_port_vlan(dev);
	if (vlan == p->vlan && who_device(dev, kind, addr))
		return true;
	netdev_for_each_upper_dev_rcu(dev, upper, iter)
	{
		if ((is_vlan_dev(upper) ? vlan_dev_vlan_id(upper) : vlan) == p->vlan &&
		    who_device(upper, kind, addr))
			return true;
	}
	return false;
}

/* The kind of the network addresses in f, VFW_ADDR_MAC if there are none. */
static enum vfw_addr_kind who_kind(const struct vfw_frame *f)
{
	switch (f->kind) {
	case VFW_FRAME_ARP:
	case VFW_FRAME_IP4:
		return VFW_ADDR_IP4;
	case VFW_FRAME_IP6:
		return VFW_ADDR_IP6;
	default:
		return VFW_ADDR_MAC;
	}
}

static bool who_zero(const u8 *addr, size_t n)
{
	return !memchr_inv(addr, 0, n);
}

/* The source by which a sender is looked up: its network address, or its MAC if it has none. */
static enum vfw_addr_kind who_source(const struct vfw_frame *f, const u8 **addr)
{
	enum vfw_addr_kind kind = who_kind(f);

	*addr = f->src;
	if (kind == VFW_ADDR_MAC || who_zero(f->src, kind == VFW_ADDR_IP4 ? 4 : 16)) {
		*addr = f->smac;
		return VFW_ADDR_MAC;
	}
	return kind;
}

static bool who_host(enum vfw_addr_kind kind, const u8 *addr)
{
	if (kind == VFW_ADDR_IP4)
		return vfw_who_host4(addr);
	return kind == VFW_ADDR_IP6 && vfw_who_host6(addr);
}

/* May a frame that came by this device be the host's or, by routing or a second bridge, a VM's? */
static bool who_inside(struct net_device *dev)
{
	if (!dev || dev->flags & IFF_LOOPBACK || netif_is_bridge_master(dev) ||
	    netif_is_l3_master(dev) || vfw_bridge_joined(dev))
		return true;
	return is_vlan_dev(dev) && netif_is_bridge_master(vlan_dev_real_dev(dev));
}

static int who_is_joined(struct net_device *lower, struct netdev_nested_priv *unused)
{
	return vfw_bridge_joined(lower);
}

/*
 * Could the VM behind this port have sent what came by dev? Over a bridge only its own VMs
 * did, and those of bridges joined to it: others cannot be told from who borrows their address.
 */
static bool who_behind(const struct vfw_port *port, struct net_device *dev)
{
	struct netdev_nested_priv none = {};

	if (dev && is_vlan_dev(dev))
		dev = vlan_dev_real_dev(dev);
	if (!dev || !netif_is_bridge_master(dev))
		return true;
	return vfw_port_master(port) == dev->ifindex ||
	       netdev_walk_all_lower_dev_rcu(dev, who_is_joined, &none);
}

/* The sender by its address. */
static void who_by_address(struct vfw_pkt *p)
{
	struct vfw_addr_hit hit;
	enum vfw_addr_kind kind;
	const u8 *addr;

	p->routed = true;
	who_is_other(&p->src);
	if (!who_inside(p->in))
		return;
	kind = who_source(&p->f, &addr);
	switch (vfw_addr_find(kind, addr, VFW_ADDR_ANYWHERE, 0, &hit)) {
	case 0:
		return;
	case 1:
		if (who_behind(hit.port, p->in)) {
			who_is(&p->src, hit.nic, hit.port);
			return;
		}
		break;
	default:
		if (who_host(kind, addr))
			return;
	}
	who_is_ident(&p->src, VFW_ID_UNMANAGED);
}

/* The receiver of what leaves the bridge or goes to the host, by its address. */
static void who_receiver(struct vfw_pkt *p)
{
	enum vfw_addr_kind kind = who_kind(&p->f);
	struct vfw_addr_hit hit;
	unsigned int found;

	if (kind == VFW_ADDR_MAC || p->f.kind == VFW_FRAME_ARP ||
	    is_multicast_ether_addr(p->f.dmac))
		return;
	found = vfw_addr_find(kind, p->f.dst, p->bridge, p->vlan, &hit);
	if (!found)
		found = vfw_addr_find(kind, p->f.dst, VFW_ADDR_ANYWHERE, 0, &hit);
	if (!found || who_host(kind, p->f.dst))
		return;
	if (found == 1)
		who_is(&p->dst, hit.nic, hit.port);
	else if (p->where != VFW_AT_FORWARD)
		who_is_ident(&p->dst, VFW_ID_UNMANAGED);
	p->routed = true;
	p->quiet = p->where != VFW_AT_FORWARD && found == 1;
}

static bool who_egress(struct vfw_pkt *p)
{
	struct vfw_port *sender = vfw_port_find(p->skb->skb_iif);

	if (sender) {
		p->in = sender->dev;
		who_is(&p->src, rcu_dereference(sender->nic), sender);
		p->routed = rcu_dereference(sender->master) != p->master;
		return true;
	}
	p->in = p->skb->skb_iif ? dev_get_by_index_rcu(&init_net, p->skb->skb_iif) : NULL;
	who_by_address(p);
	return true;
}

/* At local-in: did only promiscuous mode bring it? */
static bool who_overheard(const struct vfw_pkt *p)
{
	return p->skb->pkt_type == PACKET_OTHERHOST && !vfw_bridge_owns(p->skb->dev, p->f.dmac);
}

bool vfw_who(struct vfw_pkt *p)
{
	switch (p->where) {
	case VFW_AT_EGRESS:
		return who_egress(p);
	case VFW_AT_INGRESS:
		if (p->master && netif_is_bridge_master(p->master))
			return false;
		break;
	case VFW_AT_LOCAL_IN:
		if (who_overheard(p))
			return false;
		break;
	case VFW_AT_FORWARD:
		break;
	}
	if (!p->port) {
		who_by_address(p);
		if (!p->src.nic)
			return false;
		who_domain(p, p->src.port);
	}
	who_receiver(p);
	return true;
}

bool vfw_who_claimed(struct vfw_pkt *p)
{
	struct net_device *master;
	struct vfw_addr_hit hit;
	int domain = VFW_ADDR_ANYWHERE;
	enum vfw_addr_kind kind;
	u16 vlan = 0;

	if (!p->in || who_inside(p->in))
		return false;
	kind = who_kind(&p->f);
	if (kind == VFW_ADDR_MAC)
		return false;
	master = netdev_master_upper_dev_get_rcu(p->in);
	if (master && netif_is_bridge_master(master) && p->where != VFW_AT_FORWARD) {
		domain = master->ifindex;
		vlan = p->tag ?: (p->port ? p->vlan : vfw_bridge_port_vlan(master));
		if (!vfw_bridge_port_vlan(master) && !p->port && !p->tag)
			vlan = vfw_bridge_port_vlan(p->in);
	}
	return vfw_addr_find(kind, p->f.src, domain, vlan, &hit);
}

static u32 who_book(const struct vfw_policy *pol, enum vfw_addr_kind kind, const u8 *addr)
{
	switch (kind) {
	case VFW_ADDR_IP4:
		return vfw_match_book4(&pol->tables, addr);
	case VFW_ADDR_IP6:
		return vfw_match_book6(&pol->tables, addr);
	default:
		return VFW_ID_EXTERNAL;
	}
}

static u32 who_ident_src(struct vfw_pkt *p)
{
	enum vfw_addr_kind kind;
	const u8 *addr;

	kind = who_source(&p->f, &addr);
	if (who_inside(p->in)) {
		if (kind != VFW_ADDR_MAC)
			return who_host(kind, addr) ? VFW_ID_HOST : who_book(p->pol, kind, addr);
		/* no address to tell by: the host's if it bears the MAC it sends with */
		if (!p->in || netif_is_bridge_master(p->in))
			return VFW_ID_HOST;
	}
	return kind == VFW_ADDR_MAC ? VFW_ID_EXTERNAL : who_book(p->pol, kind, addr);
}

static u32 who_ident_dst(struct vfw_pkt *p)
{
	enum vfw_addr_kind kind = who_kind(&p->f);

	if (p->where == VFW_AT_FORWARD)
		return who_book(p->pol, kind, p->f.dst);
	if (kind == VFW_ADDR_MAC || is_multicast_ether_addr(p->f.dmac))
		return VFW_ID_HOST;
	if (p->f.kind == VFW_FRAME_ARP || who_host(kind, p->f.dst))
		return VFW_ID_HOST;
	return who_book(p->pol, kind, p->f.dst);
}

u32 vfw_who_ident_other(struct vfw_pkt *p, const struct vfw_end *end)
{
	if (end->key == VFW_END_UNMANAGED)
		return VFW_ID_UNMANAGED;
	return end == &p->src ? who_ident_src(p) : who_ident_dst(p);
}

u32 vfw_who_end_key(bool ip6, const u8 *addr)
{
	struct vfw_addr_hit hit;

	if (vfw_addr_find(ip6 ? VFW_ADDR_IP6 : VFW_ADDR_IP4, addr, VFW_ADDR_ANYWHERE, 0, &hit) == 1)
		return hit.nic->vm->slot;
	return VFW_END_EXTERNAL;
}

u32 vfw_who_ident_of(const struct vfw_policy *pol, u32 key, bool ip6, const u8 *addr)
{
	enum vfw_addr_kind kind = ip6 ? VFW_ADDR_IP6 : VFW_ADDR_IP4;

	if (key < VFW_MAX_VMS)
		return READ_ONCE(pol->vm_ident[key]);
	if (key == VFW_END_UNMANAGED)
		return VFW_ID_UNMANAGED;
	return who_host(kind, addr) ? VFW_ID_HOST : who_book(pol, kind, addr);
}
