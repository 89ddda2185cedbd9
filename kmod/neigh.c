// SPDX-License-Identifier: GPL-2.0
#include <linux/etherdevice.h>
#include <linux/in.h>

#include "neigh.h"
#include "who.h"

#define NEIGH_BOOK_MAX 64 /* ranges of the book asked one by one; a larger book joins */

/* Host and addresses: reached through a next hop, whose own address says nothing. */
static bool neigh_is_outside(const struct vfw_end *end)
{
	return !end->nic && end->key == VFW_END_EXTERNAL;
}

static bool neigh_joined_outside(const struct vfw_tables *t, u32 ident)
{
	u32 i;

	if (vfw_match_joined(t, ident, VFW_ID_EXTERNAL) || vfw_match_joined(t, ident, VFW_ID_HOST))
		return true;
	if (t->counts.n[VFW_TABLE_BOOK4] + t->counts.n[VFW_TABLE_BOOK6] > NEIGH_BOOK_MAX)
		return true;
	for (i = 0; i < t->counts.n[VFW_TABLE_BOOK4]; i++)
		if (vfw_match_joined(t, ident, t->book4[i].ident))
			return true;
	for (i = 0; i < t->counts.n[VFW_TABLE_BOOK6]; i++)
		if (vfw_match_joined(t, ident, t->book6[i].ident))
			return true;
	return false;
}

bool vfw_neigh_joined(const struct vfw_tables *t, u32 src, bool src_outside, u32 dst,
		      bool dst_outside)
{
	/* The host is the next hop to whatever it routes to: a known VM must be able to find it. */
	if ((dst_outside && dst == VFW_ID_HOST && src != VFW_ID_UNMANAGED) ||
	    (src_outside && src == VFW_ID_HOST && dst != VFW_ID_UNMANAGED))
		return true;
	if (dst_outside)
		return neigh_joined_outside(t, src);
	if (src_outside)
		return neigh_joined_outside(t, dst);
	return vfw_match_joined(t, src, dst);
}

bool vfw_neigh(struct vfw_pkt *p)
{
	if (p->f.kind != VFW_FRAME_ARP && !(p->f.flags & VFW_FRAME_F_ND))
		return false;
	if (vfw_neigh_joined(&p->pol->tables, vfw_who_ident(p, &p->src), neigh_is_outside(&p->src),
			     vfw_who_ident(p, &p->dst), neigh_is_outside(&p->dst)))
		return vfw_pkt_pass(p, VFW_REASON_NEIGHBOUR);
	if (p->src.key == VFW_END_UNMANAGED || p->dst.key == VFW_END_UNMANAGED)
		return vfw_pkt_block(p, VFW_REASON_UNMANAGED);
	return vfw_pkt_block(p, VFW_REASON_NOT_JOINED);
}

enum neigh_dhcp {
	NEIGH_DHCP_NONE,
	NEIGH_DHCP_ASKS,
	NEIGH_DHCP_ANSWERS,
};

/* By ports, RFC 2131 4.1 and RFC 8415 7.2. */
static enum neigh_dhcp neigh_dhcp(const struct vfw_frame *f)
{
	bool ip4 = f->kind == VFW_FRAME_IP4;
	u16 client = ip4 ? 68 : 546, server = ip4 ? 67 : 547;

	if (f->proto != IPPROTO_UDP || !(f->flags & VFW_FRAME_F_L4) ||
	    (!ip4 && f->kind != VFW_FRAME_IP6))
		return NEIGH_DHCP_NONE;
	if (f->sport == client && f->dport == server)
		return NEIGH_DHCP_ASKS;
	if (f->sport == server && f->dport == client)
		return NEIGH_DHCP_ANSWERS;
	return NEIGH_DHCP_NONE;
}

/* An answer that comes from where the policy lets the unmanaged port ask. */
static bool neigh_dhcp_asked(struct vfw_pkt *p)
{
	struct vfw_match m;

	vfw_match_lookup(&p->pol->tables, vfw_who_ident(p, &p->dst), vfw_who_ident(p, &p->src),
			 VFW_KEY(IPPROTO_UDP, p->f.sport), VFW_APP_ID_PENDING, &m);
	return p->pol->tables.rules[m.rule].verdict == VFW_PASS;
}

/*
 * A request to one address somewhere outside is no search for a server, and would be a way out
 * to anybody who listens there: rules decide. RFC 2131 4.4.5: who gets no answer broadcasts.
 */
static bool neigh_dhcp_strays(struct vfw_pkt *p)
{
	if (p->dst.nic || is_multicast_ether_addr(p->f.dmac))
		return false;
	return vfw_who_ident(p, &p->dst) != VFW_ID_HOST;
}

bool vfw_neigh_dhcp(struct vfw_pkt *p)
{
	const struct vfw_end *server;
	enum neigh_dhcp what = neigh_dhcp(&p->f);

	if (what == NEIGH_DHCP_NONE || p->src.key == VFW_END_UNMANAGED)
		return false;
	if (p->dst.key == VFW_END_UNMANAGED)
		return what == NEIGH_DHCP_ANSWERS && neigh_dhcp_asked(p) &&
		       vfw_pkt_pass(p, VFW_REASON_DHCP);
	if (what == NEIGH_DHCP_ASKS && neigh_dhcp_strays(p))
		return false;
	server = what == NEIGH_DHCP_ASKS ? &p->dst : &p->src;
	if (server->nic && !(server->nic->flags & VFW_NIC_F_DHCP_SERVER))
		return vfw_pkt_block(p, VFW_REASON_DHCP_SERVER);
	return vfw_pkt_pass(p, VFW_REASON_DHCP);
}
