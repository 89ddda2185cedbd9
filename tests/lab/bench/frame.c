// SPDX-License-Identifier: GPL-2.0
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "bench.h"

#define WINDOW 65535
#define WINDOW_SCALE 7
#define MSS 1460
#define SYN_OPTIONS 8

/* Everything up to the transport header, which is l4 bytes long with its payload. */
static struct sk_buff *frame_new(const struct bench_end *from, const struct bench_end *to, u8 proto,
				 u32 l4)
{
	u32 len = ETH_HLEN + sizeof(struct iphdr) + l4;
	struct sk_buff *skb;
	struct ethhdr *eth;
	struct iphdr *ip;

	skb = alloc_skb(NET_SKB_PAD + NET_IP_ALIGN + max_t(u32, len, ETH_ZLEN), GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
	skb_reset_mac_header(skb);
	eth = skb_put(skb, ETH_HLEN);
	ether_addr_copy(eth->h_dest, to->dev->dev_addr);
	ether_addr_copy(eth->h_source, from->dev->dev_addr);
	eth->h_proto = htons(ETH_P_IP);
	skb_set_network_header(skb, ETH_HLEN);
	ip = skb_put_zero(skb, sizeof(*ip));
	ip->version = 4;
	ip->ihl = 5;
	ip->ttl = 64;
	ip->protocol = proto;
	ip->tot_len = htons(len - ETH_HLEN);
	ip->saddr = from->addr;
	ip->daddr = to->addr;
	ip_send_check(ip);
	skb_set_transport_header(skb, ETH_HLEN + sizeof(*ip));
	skb->dev = from->dev;
	skb->protocol = htons(ETH_P_IP);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	return skb;
}

struct sk_buff *bench_frame_tcp(const struct bench_end *from, const struct bench_end *to,
				const struct bench_tcp *t)
{
	u32 options = t->flags & BENCH_SYN ? SYN_OPTIONS : 0;
	u32 l4 = sizeof(struct tcphdr) + options + t->len;
	struct sk_buff *skb = frame_new(from, to, IPPROTO_TCP, l4);
	struct tcphdr *tcp;

	if (!skb)
		return NULL;
	tcp = skb_put_zero(skb, sizeof(*tcp) + options);
	tcp->source = htons(t->sport);
	tcp->dest = htons(t->dport);
	tcp->seq = htonl(t->seq);
	tcp->ack_seq = htonl(t->ack);
	((u8 *)tcp)[13] = t->flags;
	tcp->doff = (sizeof(*tcp) + options) / 4;
	tcp->window = htons(WINDOW);
	if (options) {
		const u8 opt[SYN_OPTIONS] = {
			TCPOPT_MSS,    TCPOLEN_MSS,    MSS >> 8,     MSS & 0xff,
			TCPOPT_WINDOW, TCPOLEN_WINDOW, WINDOW_SCALE, TCPOPT_NOP,
		};

		memcpy(tcp + 1, opt, sizeof(opt));
	}
	if (t->len)
		skb_put_data(skb, t->data, t->len);
	tcp->check = ~tcp_v4_check(l4, from->addr, to->addr, 0);
	skb->csum_offset = offsetof(struct tcphdr, check);
	return skb;
}

struct sk_buff *bench_frame_udp(const struct bench_end *from, const struct bench_end *to, u16 sport,
				u16 dport, u32 len)
{
	u32 l4 = sizeof(struct udphdr) + len;
	struct sk_buff *skb = frame_new(from, to, IPPROTO_UDP, l4);
	struct udphdr *udp;

	if (!skb)
		return NULL;
	udp = skb_put(skb, sizeof(*udp));
	udp->source = htons(sport);
	udp->dest = htons(dport);
	udp->len = htons(l4);
	skb_put_zero(skb, len);
	udp->check = ~udp_v4_check(l4, from->addr, to->addr, 0);
	skb->csum_offset = offsetof(struct udphdr, check);
	return skb;
}
