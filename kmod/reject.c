// SPDX-License-Identifier: GPL-2.0
/*
 * The answer goes to who sent the frame, in the name of who should have
 * received it. It leaves by the device the frame came by; if that was the host itself or a
 * bridge's own device, it is received there as if the receiver had answered. Own
 * frames skip our egress hook.
 */
#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/workqueue.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>
#include <net/tcp.h>

#include "bridge.h"
#include "reject.h"

#define REJECT_QUEUE 256
#define REJECT_QUOTE4 576 /* RFC 1812 4.3.2.3: the whole answer */
#define REJECT_QUOTE6 1280 /* RFC 4443 2.4 */
#define REJECT_TTL 64

static struct sk_buff_head reject_queue;
static void reject_send(struct work_struct *work);
static DECLARE_WORK(reject_work, reject_send);

static bool reject_is_ip4(const struct vfw_pkt *p)
{
	return p->f.kind == VFW_FRAME_IP4;
}

/* May this frame be answered at all? */
static bool reject_answerable(const struct vfw_pkt *p)
{
	const struct vfw_frame *f = &p->f;

	if (f->kind != VFW_FRAME_IP4 && f->kind != VFW_FRAME_IP6)
		return false;
	if (is_multicast_ether_addr(f->dmac) || f->flags & VFW_FRAME_F_ICMP_ERROR || f->n_tags)
		return false;
	if (f->flags & VFW_FRAME_F_FRAG && !(f->flags & VFW_FRAME_F_FRAG_FIRST))
		return false;
	if (reject_is_ip4(p))
		return f->src[0] != 0 && f->src[0] < 224 && f->dst[0] < 224;
	return f->src[0] != 0xff && f->dst[0] != 0xff && memchr_inv(f->src, 0, 16);
}

static struct sk_buff *reject_frame(const struct vfw_pkt *p, unsigned int l4_len, u8 proto)
{
	unsigned int l3_len = reject_is_ip4(p) ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	struct sk_buff *skb;
	struct ethhdr *eth;

	skb = alloc_skb(LL_MAX_HEADER + ETH_HLEN + l3_len + l4_len, GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return NULL;
	skb_reserve(skb, LL_MAX_HEADER);
	skb_reset_mac_header(skb);
	eth = skb_put_zero(skb, ETH_HLEN + l3_len + l4_len);
	skb_set_network_header(skb, ETH_HLEN);
	skb_set_transport_header(skb, ETH_HLEN + l3_len);
	skb->mac_len = ETH_HLEN;
	memcpy(eth->h_dest, p->f.smac, ETH_ALEN);
	memcpy(eth->h_source, p->f.dmac, ETH_ALEN);
	if (reject_is_ip4(p)) {
		struct iphdr *ip = ip_hdr(skb);

		eth->h_proto = htons(ETH_P_IP);
		ip->version = 4;
		ip->ihl = 5;
		ip->tot_len = htons(l3_len + l4_len);
		ip->frag_off = htons(IP_DF);
		ip->ttl = REJECT_TTL;
		ip->protocol = proto;
		memcpy(&ip->saddr, p->f.dst, 4);
		memcpy(&ip->daddr, p->f.src, 4);
		ip->check = ip_fast_csum(ip, 5);
	} else {
		struct ipv6hdr *ip6 = ipv6_hdr(skb);

		eth->h_proto = htons(ETH_P_IPV6);
		ip6->version = 6;
		ip6->payload_len = htons(l4_len);
		ip6->nexthdr = proto;
		ip6->hop_limit = REJECT_TTL;
		memcpy(&ip6->saddr, p->f.dst, 16);
		memcpy(&ip6->daddr, p->f.src, 16);
	}
	skb->protocol = eth->h_proto;
	skb->ip_summed = CHECKSUM_NONE;
	return skb;
}

static __sum16 reject_csum(const struct vfw_pkt *p, struct sk_buff *skb, unsigned int len, u8 proto)
{
	__wsum sum = csum_partial(skb_transport_header(skb), len, 0);

	if (reject_is_ip4(p))
		return csum_tcpudp_magic(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr, len, proto, sum);
	return csum_ipv6_magic(&ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr, len, proto, sum);
}

/* RFC 9293 3.10.7.1: the reset is acceptable to who sent the segment. */
static struct sk_buff *reject_tcp(const struct vfw_pkt *p)
{
	const struct vfw_frame *f = &p->f;
	struct tcphdr *th;
	struct sk_buff *skb;
	u32 next;

	if (f->tcp_flags & TCPHDR_RST)
		return NULL;
	skb = reject_frame(p, sizeof(*th), IPPROTO_TCP);
	if (!skb)
		return NULL;
	th = tcp_hdr(skb);
	th->source = htons(f->dport);
	th->dest = htons(f->sport);
	th->doff = sizeof(*th) / 4;
	th->rst = 1;
	if (f->tcp_flags & TCPHDR_ACK) {
		th->seq = htonl(f->tcp_ack);
	} else {
		next = f->tcp_seq + vfw_pkt_payload(p) + !!(f->tcp_flags & TCPHDR_SYN) +
		       !!(f->tcp_flags & TCPHDR_FIN);
		th->ack_seq = htonl(next);
		th->ack = 1;
	}
	th->check = reject_csum(p, skb, sizeof(*th), IPPROTO_TCP);
	return skb;
}

static struct sk_buff *reject_icmp(const struct vfw_pkt *p)
{
	bool ip4 = reject_is_ip4(p);
	unsigned int room = ip4 ? REJECT_QUOTE4 - sizeof(struct iphdr) - sizeof(struct icmphdr)
				: REJECT_QUOTE6 - sizeof(struct ipv6hdr) - sizeof(struct icmp6hdr);
	unsigned int quote = min_t(u32, p->f.end - p->f.l3_off, room);
	u8 proto = ip4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	struct sk_buff *skb;

	BUILD_BUG_ON(sizeof(struct icmphdr) != sizeof(struct icmp6hdr));
	skb = reject_frame(p, sizeof(struct icmphdr) + quote, proto);
	if (!skb)
		return NULL;
	if (skb_copy_bits(p->skb, p->mac + (int)p->f.l3_off,
			  skb_transport_header(skb) + sizeof(struct icmphdr), quote)) {
		kfree_skb(skb);
		return NULL;
	}
	if (ip4) {
		icmp_hdr(skb)->type = ICMP_DEST_UNREACH;
		icmp_hdr(skb)->code = ICMP_PKT_FILTERED;
		icmp_hdr(skb)->checksum =
			ip_compute_csum(icmp_hdr(skb), sizeof(struct icmphdr) + quote);
	} else {
		icmp6_hdr(skb)->icmp6_type = ICMPV6_DEST_UNREACH;
		icmp6_hdr(skb)->icmp6_code = ICMPV6_ADM_PROHIBITED;
		icmp6_hdr(skb)->icmp6_cksum =
			reject_csum(p, skb, sizeof(struct icmp6hdr) + quote, IPPROTO_ICMPV6);
	}
	return skb;
}

/* Where the answer goes out, or comes in (*up) if the host is to receive it. */
static struct net_device *reject_device(const struct vfw_pkt *p, bool *up)
{
	struct net_device *master;

	*up = false;
	if (p->in && !netif_is_bridge_master(p->in) && !is_vlan_dev(p->in))
		return p->in;
	if (!p->port)
		return NULL;
	*up = true;
	master = rcu_dereference(p->port->master);
	return p->in ?: (master && netif_is_bridge_master(master) ? master : NULL);
}

void vfw_reject(const struct vfw_pkt *p)
{
	struct net_device *dev;
	struct sk_buff *skb;
	bool up;

	if (!reject_answerable(p) || skb_queue_len_lockless(&reject_queue) >= REJECT_QUEUE)
		return;
	dev = reject_device(p, &up);
	if (!dev)
		return;
	if (p->f.proto == IPPROTO_TCP && p->f.flags & VFW_FRAME_F_L4)
		skb = reject_tcp(p);
	else
		skb = reject_icmp(p);
	if (!skb)
		return;
	if (!up && p->vlan && !vfw_bridge_untagged(dev, p->tag ?: p->vlan))
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), p->tag ?: p->vlan);
	dev_hold(dev);
	skb->dev = dev;
	skb->pkt_type = up ? PACKET_HOST : PACKET_OUTGOING;
	skb_queue_tail(&reject_queue, skb);
	schedule_work(&reject_work);
}

static void reject_send(struct work_struct *work)
{
	struct net_device *dev;
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&reject_queue))) {
		dev = skb->dev;
		local_bh_disable();
		if (skb->pkt_type == PACKET_HOST) {
			skb->protocol = eth_type_trans(skb, dev);
			netif_rx(skb);
		} else {
#ifdef CONFIG_NETFILTER_SKIP_EGRESS
			skb->nf_skip_egress = 1;
#endif
			dev_queue_xmit(skb);
		}
		local_bh_enable();
		dev_put(dev);
		cond_resched();
	}
}

int vfw_reject_init(void)
{
	skb_queue_head_init(&reject_queue);
	return 0;
}

void vfw_reject_exit(void)
{
	cancel_work_sync(&reject_work);
	reject_send(NULL);
}
