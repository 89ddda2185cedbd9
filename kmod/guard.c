// SPDX-License-Identifier: GPL-2.0
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <net/ipv6.h>

#include "addr.h"
#include "bridge.h"
#include "guard.h"
#include "mode.h"
#include "who.h"

static bool guard_quarantined(const struct vfw_end *end)
{
	return end->nic && READ_ONCE(end->nic->vm->flags) & VFW_VM_F_QUARANTINE;
}

/* 01:80:c2:00:00:00-0f (IEEE 802.1Q table 8-1) and the multicast of per-VLAN spanning trees. */
static bool guard_control(const struct vfw_frame *f)
{
	static const u8 pvst[ETH_ALEN] = {0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcd};

	return is_link_local_ether_addr(f->dmac) || ether_addr_equal(f->dmac, pvst);
}

/* A port carries one VLAN, its own; a priority tag (VLAN id 0) is none. */
static bool guard_tagged(const struct vfw_pkt *p)
{
	unsigned int i;

	if (p->tag)
		return true;
	for (i = 0; i < p->f.n_tags; i++)
		if (p->f.tci[i] & VLAN_VID_MASK)
			return true;
	return false;
}

/* Where the checksum field of a protocol is, from its header; -1: it has none to fill in. */
static int guard_csum_field(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		return 6;
	case IPPROTO_SCTP:
		return 8;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 2;
	default:
		return -1;
	}
}

static bool guard_gso_lies(const struct vfw_pkt *p)
{
	const struct vfw_frame *f = &p->f;
	unsigned int type = skb_shinfo(p->skb)->gso_type;
	u8 proto = 0;

	if (f->kind != VFW_FRAME_IP4 && f->kind != VFW_FRAME_IP6)
		return true;
	if (p->skb->encapsulation)
		return false;
	if (type & SKB_GSO_TCPV4 && f->kind == VFW_FRAME_IP4)
		proto = IPPROTO_TCP;
	else if (type & SKB_GSO_TCPV6 && f->kind == VFW_FRAME_IP6)
		proto = IPPROTO_TCP;
	else if (type & (SKB_GSO_UDP | SKB_GSO_UDP_L4))
		proto = IPPROTO_UDP;
	else if (type & SKB_GSO_SCTP)
		proto = IPPROTO_SCTP;
	return proto != f->proto || !(f->flags & VFW_FRAME_F_L4) || f->flags & VFW_FRAME_F_FRAG;
}

/*
 * The kernel would write a checksum where CHECKSUM_PARTIAL says, after all judging. Only an skb
 * of the kernel's own making is marked as encapsulated; then the field lies in the inner packet.
 */
static bool guard_offload_lies(const struct vfw_pkt *p)
{
	const struct sk_buff *skb = p->skb;
	int start, field;

	if (skb_is_gso(skb) && guard_gso_lies(p))
		return true;
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return false;
	start = skb_checksum_start_offset(skb) - p->mac;
	if (skb->encapsulation)
		return start < (int)p->f.payload_off;
	field = guard_csum_field(p->f.proto);
	return !(p->f.flags & VFW_FRAME_F_L4) || field < 0 || start != (int)p->f.l4_off ||
	       skb->csum_offset != field ||
	       (p->f.proto == IPPROTO_SCTP && !skb_csum_is_sctp((struct sk_buff *)skb));
}

/* fe80::/64 with the interface identifier of this MAC (RFC 4291 appendix A). */
static bool guard_link_local(const struct vfw_nic *nic, const u8 *addr)
{
	static const u8 prefix[8] = {0xfe, 0x80};
	const u8 *m = nic->mac;
	const u8 eui[8] = {m[0] ^ 2, m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]};

	return !memcmp(addr, prefix, 8) && !memcmp(addr + 8, eui, 8);
}

/*
 * What "any" does not mean: the very address of another VM of the domain, or of the host. A
 * router forwards for others, so it may.
 */
static bool guard_is_others(const struct vfw_pkt *p, enum vfw_addr_kind kind, const u8 *addr)
{
	struct vfw_addr_hit hit;

	if (p->src.nic->flags & VFW_NIC_F_ROUTER)
		return false;
	if (vfw_addr_find(kind, addr, p->bridge, p->vlan, &hit) && hit.whole &&
	    hit.nic->vm != p->src.nic->vm)
		return true;
	return vfw_who_host_here(p, kind, addr);
}

static bool guard_holds4(const struct vfw_pkt *p, const u8 *addr)
{
	const struct vfw_nic *nic = p->src.nic;

	if (vfw_addr_declared4(nic, addr))
		return true;
	return nic->flags & VFW_NIC_F_IP_ANY && !guard_is_others(p, VFW_ADDR_IP4, addr);
}

static bool guard_holds6(const struct vfw_pkt *p, const u8 *addr)
{
	const struct vfw_nic *nic = p->src.nic;

	if (guard_link_local(nic, addr) || vfw_addr_declared6(nic, addr))
		return true;
	return nic->flags & VFW_NIC_F_IP_ANY && !guard_is_others(p, VFW_ADDR_IP6, addr);
}

static bool guard_mac_ok(const struct vfw_pkt *p, const u8 *mac)
{
	const struct vfw_nic *nic = p->src.nic;

	if (ether_addr_equal(nic->mac, mac))
		return true;
	return nic->flags & VFW_NIC_F_MAC_ANY && !is_multicast_ether_addr(mac) &&
	       !guard_is_others(p, VFW_ADDR_MAC, mac);
}

static bool guard_arp(struct vfw_pkt *p)
{
	const struct vfw_frame *f = &p->f;

	if (!guard_mac_ok(p, f->arp_sha))
		return vfw_pkt_block(p, VFW_REASON_SPOOF_ARP);
	/* sender address zero: a probe, RFC 5227 */
	if (memchr_inv(f->src, 0, 4) && !guard_holds4(p, f->src))
		return vfw_pkt_block(p, VFW_REASON_SPOOF_ARP);
	return false;
}

static bool guard_ip4(struct vfw_pkt *p, const struct vfw_nic *nic)
{
	const struct vfw_frame *f = &p->f;
	bool udp = f->proto == IPPROTO_UDP && f->flags & VFW_FRAME_F_L4;
	bool icmp = f->proto == IPPROTO_ICMP && f->flags & VFW_FRAME_F_L4;

	if (udp && f->sport == 67 && !(nic->flags & VFW_NIC_F_DHCP_SERVER))
		return vfw_pkt_block(p, VFW_REASON_DHCP_SERVER);
	/* redirect, RFC 1122 3.2.2.2, and router advertisement, RFC 1256 */
	if (icmp && (f->icmp_type == 5 || f->icmp_type == 9) && !(nic->flags & VFW_NIC_F_ROUTER))
		return vfw_pkt_block(p, VFW_REASON_ROUTER_ADVERT);
	if (guard_holds4(p, f->src))
		return false;
	if (!memchr_inv(f->src, 0, 4) && udp && f->sport == 68 && f->dport == 67)
		return false;
	return vfw_pkt_block(p, VFW_REASON_SPOOF_IP);
}

static bool guard_nd(struct vfw_pkt *p, const struct vfw_nic *nic)
{
	const struct vfw_frame *f = &p->f;

	if (f->flags & VFW_FRAME_F_ND_LLADDR && !guard_mac_ok(p, f->nd_lladdr))
		return vfw_pkt_block(p, VFW_REASON_SPOOF_ND);
	switch (f->icmp_type) {
	case 134: /* router advertisement */
		if (!(nic->flags & VFW_NIC_F_ROUTER))
			return vfw_pkt_block(p, VFW_REASON_ROUTER_ADVERT);
		return false;
	case 137: /* redirect: only routers send it, RFC 4861 8.2 */
		if (!(nic->flags & VFW_NIC_F_ROUTER))
			return vfw_pkt_block(p, VFW_REASON_SPOOF_ND);
		return false;
	case 136: /* neighbour advertisement */
		if (!guard_holds6(p, f->nd_target))
			return vfw_pkt_block(p, VFW_REASON_SPOOF_ND);
		return false;
	default:
		return false;
	}
}

/* What may come from ::, RFC 4862 5.4.2 and RFC 3810 5.2.13: finding out whether an address is free. */
static bool guard_unspecified_ok(const struct vfw_frame *f)
{
	if (memchr_inv(f->src, 0, 16) || f->proto != IPPROTO_ICMPV6 || !(f->flags & VFW_FRAME_F_L4))
		return false;
	return f->icmp_type == 135 || f->icmp_type == 133 || f->icmp_type == 131 ||
	       f->icmp_type == 132 || f->icmp_type == 143;
}

static bool guard_ip6(struct vfw_pkt *p, const struct vfw_nic *nic)
{
	const struct vfw_frame *f = &p->f;

	if (!guard_holds6(p, f->src) && !guard_unspecified_ok(f))
		return vfw_pkt_block(p, VFW_REASON_SPOOF_IP);
	if (f->proto == IPPROTO_UDP && f->flags & VFW_FRAME_F_L4 && f->sport == 547 &&
	    !(nic->flags & VFW_NIC_F_DHCP_SERVER))
		return vfw_pkt_block(p, VFW_REASON_DHCP_SERVER);
	if (f->flags & VFW_FRAME_F_ND)
		return guard_nd(p, nic);
	return false;
}

/* Is it the address of somebody known here: of a VM, or of the host? */
static bool guard_is_known(const struct vfw_pkt *p, enum vfw_addr_kind kind, const u8 *addr)
{
	struct vfw_addr_hit hit;

	return vfw_addr_find(kind, addr, p->bridge, p->vlan, &hit) ||
	       vfw_who_host_here(p, kind, addr);
}

/* A port nobody is known behind: it may at least be nobody we know. */
static bool guard_unmanaged(struct vfw_pkt *p)
{
	const struct vfw_frame *f = &p->f;

	if (guard_is_known(p, VFW_ADDR_MAC, f->smac))
		return vfw_pkt_block(p, VFW_REASON_SPOOF_MAC);
	if (f->kind == VFW_FRAME_ARP && guard_is_known(p, VFW_ADDR_IP4, f->src))
		return vfw_pkt_block(p, VFW_REASON_SPOOF_ARP);
	if (f->flags & VFW_FRAME_F_ND && f->icmp_type == 136 &&
	    guard_is_known(p, VFW_ADDR_IP6, f->nd_target))
		return vfw_pkt_block(p, VFW_REASON_SPOOF_ND);
	if ((f->kind == VFW_FRAME_IP4 && guard_is_known(p, VFW_ADDR_IP4, f->src)) ||
	    (f->kind == VFW_FRAME_IP6 && guard_is_known(p, VFW_ADDR_IP6, f->src)))
		return vfw_pkt_block(p, VFW_REASON_SPOOF_IP);
	/* Here, before the bridge learns where its MAC is. */
	if (vfw_mode_armed() && !p->pol)
		return vfw_pkt_block(p, VFW_REASON_NO_POLICY);
	if (vfw_mode_armed() && !p->pol->opens_unmanaged)
		return vfw_pkt_block(p, VFW_REASON_UNMANAGED);
	return false;
}

bool vfw_guard_sender(struct vfw_pkt *p)
{
	const struct vfw_nic *nic = p->src.nic;

	if (guard_quarantined(&p->src))
		return vfw_pkt_block(p, VFW_REASON_QUARANTINE);
	if (READ_ONCE(p->port->flags) & VFW_PORT_F_REFUSED || guard_tagged(p))
		return vfw_pkt_block(p, VFW_REASON_VLAN);
	if (guard_control(&p->f))
		return vfw_pkt_block(p, VFW_REASON_BPDU);
	if (nic ? !guard_mac_ok(p, p->f.smac) : is_multicast_ether_addr(p->f.smac))
		return vfw_pkt_block(p, VFW_REASON_SPOOF_MAC);
	if (guard_offload_lies(p))
		return vfw_pkt_block(p, VFW_REASON_BAD_OFFLOAD);
	if (!nic)
		return guard_unmanaged(p);
	switch (p->f.kind) {
	case VFW_FRAME_ARP:
		return guard_arp(p);
	case VFW_FRAME_IP4:
		return guard_ip4(p, nic);
	case VFW_FRAME_IP6:
		return guard_ip6(p, nic);
	default:
		return false;
	}
}

/* May this VM's port send to the unicast address dmac, as smac and src, in IPv4? True: vfw_guard_sender() says so, too. */
static bool guard_vouches(const struct vfw_port *port, const struct vfw_nic *nic, const u8 *dmac,
			  const u8 *smac, const u8 *src)
{
	return !(READ_ONCE(nic->vm->flags) & VFW_VM_F_QUARANTINE) &&
	       !(READ_ONCE(port->flags) & VFW_PORT_F_REFUSED) && !is_multicast_ether_addr(dmac) &&
	       ether_addr_equal(nic->mac, smac) && vfw_addr_declared4(nic, src);
}

bool vfw_guard_vouches(const struct vfw_pkt *p)
{
	return guard_vouches(p->src.port, p->src.nic, p->f.dmac, p->f.smac, p->f.src);
}

bool vfw_guard_usual(const struct vfw_port *port, const struct vfw_nic *nic,
		     const struct sk_buff *skb, const u8 *head)
{
	bool gso = skb_is_gso(skb);
	const u8 *l4 = head + 34;
	u8 proto;

	if (!vfw_frame_usual(head, skb_tail_pointer(skb) - head, skb->len + (skb->data - head),
			     gso))
		return false;
	proto = head[14 + 9];
	/* servers of DHCP are looked at more closely */
	if (proto == IPPROTO_UDP && vfw_get16(l4) == 67)
		return false;
	return vfw_guard_offload_fits(skb, l4, proto, gso) &&
	       guard_vouches(port, nic, head, head + ETH_ALEN, head + 26);
}

/* Unicast to none of the VM's MACs: the bridge flooded it. */
static bool guard_not_for(const struct vfw_pkt *p)
{
	const struct vfw_nic *nic = p->dst.nic;
	u32 i;

	if (!nic || ether_addr_equal(nic->mac, p->f.dmac) || nic->flags & VFW_NIC_F_MAC_ANY ||
	    is_multicast_ether_addr(p->f.dmac))
		return false;
	for (i = 0; i < nic->vm->n_nics; i++)
		if (ether_addr_equal(nic->vm->nics[i].mac, p->f.dmac))
			return false;
	return true;
}

/* Straight from another port of this bridge, yet of another VLAN than the receiver's. */
static bool guard_other_vlan(const struct vfw_pkt *p)
{
	u16 vlan = p->tag ?: p->vlan;

	return vlan && p->src.port && !p->routed && vfw_bridge_port_vlan(p->src.port->dev) != vlan;
}

bool vfw_guard_delivery(struct vfw_pkt *p)
{
	if (p->where == VFW_AT_EGRESS) {
		if (guard_not_for(p))
			return vfw_pkt_block(p, VFW_REASON_NOT_FOR_YOU);
		if (READ_ONCE(p->port->flags) & VFW_PORT_F_REFUSED || guard_other_vlan(p))
			return vfw_pkt_block(p, VFW_REASON_VLAN);
		if (vfw_guard_outside(p))
			return true;
	}
	if (guard_quarantined(&p->src) || guard_quarantined(&p->dst))
		return vfw_pkt_block(p, VFW_REASON_QUARANTINE);
	return false;
}

bool vfw_guard_outside(struct vfw_pkt *p)
{
	return !p->src.nic && !p->src.port && vfw_who_claimed(p) &&
	       vfw_pkt_block(p, VFW_REASON_SPOOF_OUTSIDE);
}
