// SPDX-License-Identifier: GPL-2.0
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "bench.h"
#include "replay.h"

#define MAGIC 0xa1b2c3d4
#define ETHERNET 1
#define HEAD 128 /* bytes of a large frame that are not in pages */
#define MSS 1460

struct file_header {
	__le32 magic;
	__le16 version[2];
	__le32 zone, sigfigs, snaplen, network;
};

struct record {
	__le32 sec, usec, len, wire;
};

static const u8 *capture;
static size_t capture_len;

/* The frame at *at, and *at behind it; NULL: there is none. */
static const u8 *next_frame(const u8 *data, size_t len, size_t *at, u32 *n)
{
	const struct record *r = (const void *)(data + *at);

	if (len - *at < sizeof(*r))
		return NULL;
	*n = le32_to_cpu(r->len);
	if (*n > len - *at - sizeof(*r))
		return NULL;
	*at += sizeof(*r) + *n;
	return (const u8 *)(r + 1);
}

static bool is_right(const u8 *frame, u32 n)
{
	const struct ethhdr *eth = (const void *)frame;
	const struct iphdr *ip = (const void *)(eth + 1);
	u32 need;

	if (n < sizeof(*eth) + sizeof(*ip) || eth->h_proto != htons(ETH_P_IP))
		return false;
	need = ip->protocol == IPPROTO_TCP   ? sizeof(struct tcphdr)
	       : ip->protocol == IPPROTO_UDP ? sizeof(struct udphdr)
					     : U32_MAX;
	return ip->version == 4 && ip->ihl >= 5 && !ip_is_fragment(ip) &&
	       ntohs(ip->tot_len) >= ip->ihl * 4 && ntohs(ip->tot_len) - ip->ihl * 4 >= need &&
	       n - sizeof(*eth) >= ntohs(ip->tot_len) &&
	       (n <= ETH_FRAME_LEN || ip->protocol == IPPROTO_TCP);
}

int bench_replay_set(const void *data, size_t len)
{
	const struct file_header *h = data;
	size_t at = sizeof(*h);
	const u8 *frame;
	u32 n;

	if (len < sizeof(*h) || le32_to_cpu(h->magic) != MAGIC ||
	    le32_to_cpu(h->network) != ETHERNET)
		return -EINVAL;
	while (at < len) {
		frame = next_frame(data, len, &at, &n);
		if (!frame || !is_right(frame, n))
			return -EINVAL;
	}
	capture = data;
	capture_len = len;
	return 0;
}

static struct sk_buff *copy(const u8 *frame, u32 n)
{
	struct sk_buff *skb =
		alloc_skb(NET_SKB_PAD + NET_IP_ALIGN + max_t(u32, n, ETH_ZLEN), GFP_ATOMIC);

	if (!skb)
		return NULL;
	skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
	skb_put_data(skb, frame, n);
	return skb;
}

/* In pages behind a head, as a tap brings it. */
static struct sk_buff *copy_large(const u8 *frame, u32 n)
{
	struct sk_buff *skb;
	int err;

	skb = alloc_skb_with_frags(NET_SKB_PAD + NET_IP_ALIGN + HEAD, n - HEAD,
				   PAGE_ALLOC_COSTLY_ORDER, &err, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
	skb_put_data(skb, frame, HEAD);
	skb->data_len = n - HEAD;
	skb->len += n - HEAD;
	if (skb_store_bits(skb, HEAD, frame + HEAD, n - HEAD)) {
		kfree_skb(skb);
		return NULL;
	}
	return skb;
}

/* As a guest with checksum offload sends it, and with that of segmentation where no wire takes it. */
static struct sk_buff *make(const u8 *frame, u32 n, u32 pass)
{
	struct sk_buff *skb = n > ETH_FRAME_LEN ? copy_large(frame, n) : copy(frame, n);
	struct iphdr *ip;
	u32 l4;

	if (!skb)
		return NULL;
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	ip = ip_hdr(skb);
	ip->saddr ^= htonl(pass << 16);
	ip->daddr ^= htonl(pass << 16);
	ip_send_check(ip);
	l4 = ntohs(ip->tot_len) - ip->ihl * 4;
	skb_set_transport_header(skb, ETH_HLEN + ip->ihl * 4);
	skb->protocol = htons(ETH_P_IP);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	if (ip->protocol == IPPROTO_TCP) {
		tcp_hdr(skb)->check = ~tcp_v4_check(l4, ip->saddr, ip->daddr, 0);
		skb->csum_offset = offsetof(struct tcphdr, check);
		if (n > ETH_FRAME_LEN) {
			skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
			skb_shinfo(skb)->gso_size = MSS;
			skb_shinfo(skb)->gso_segs = DIV_ROUND_UP(l4 - tcp_hdrlen(skb), MSS);
		}
	} else {
		udp_hdr(skb)->check = ~udp_v4_check(l4, ip->saddr, ip->daddr, 0);
		skb->csum_offset = offsetof(struct udphdr, check);
	}
	return skb;
}

int bench_replay(u32 pass)
{
	size_t at = sizeof(struct file_header);
	const u8 *frame;
	int err = 0;
	u32 n;

	if (!capture)
		return -ENOENT;
	while (!err && (frame = next_frame(capture, capture_len, &at, &n)))
		err = bench_traffic_send(((const struct ethhdr *)frame)->h_source,
					 make(frame, n, pass));
	return err ?: bench_traffic_settle();
}
