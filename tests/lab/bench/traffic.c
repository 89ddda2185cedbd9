// SPDX-License-Identifier: GPL-2.0
/*
 * Frames leave by the guest's end of a veth pair, as a guest's would, cross the host (ingress of
 * the port, bridge, egress of another port) in softirq, and arrive at another guest's end, where
 * they are counted and freed. One at a time, as pktgen does it: what a frame costs is all in its turn.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/kthread.h>
#include <linux/moduleparam.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>

#include "bench.h"

#define DPORT 5001
#define FIRST_ADDR 0x0a010000 /* 10.1.0.0 and up */
#define UDP_LEN 18 /* the shortest frame, 60 bytes */
#define BREATH 256 /* frames between two chances for others to run */

static struct bench_end ends[BENCH_ENDS_MAX];
static u32 n_ends;
static u64 sent;
static atomic64_t received;
static u64 rnd_state = 0x9e3779b97f4a7c15;

static const u8 *payload;
static u32 payload_len, payload_at;

/* The one TCP conversation: next number of each side. */
static struct {
	u16 sport;
	u32 seq[2];
	u32 turn;
} tcp;

static struct task_struct *background;
static u32 background_len;

/* The same sequence for every case. */
static u32 rnd(u32 below)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return ((rnd_state >> 32) * below) >> 32;
}

static rx_handler_result_t sink(struct sk_buff **pskb)
{
	if ((*pskb)->protocol != htons(ETH_P_IP))
		return RX_HANDLER_PASS;
	atomic64_inc(&received);
	consume_skb(*pskb);
	return RX_HANDLER_CONSUMED;
}

static int send_frame(struct sk_buff *skb)
{
	struct netdev_queue *txq;
	struct net_device *dev;

	if (!skb)
		return -ENOMEM;
	dev = skb->dev;
	local_bh_disable();
	txq = skb_get_tx_queue(dev, skb);
	HARD_TX_LOCK(dev, txq, smp_processor_id());
	netdev_start_xmit(skb, dev, txq, false);
	HARD_TX_UNLOCK(dev, txq);
	local_bh_enable();
	if (++sent % BREATH == 0)
		cond_resched();
	return 0;
}

static const void *next_payload(u32 len)
{
	if (payload_at + len > payload_len)
		payload_at = 0;
	payload_at += len;
	return payload + payload_at - len;
}

static int send_tcp(u32 side, u8 flags, u32 len)
{
	struct bench_tcp t = {
		.sport = side ? DPORT : tcp.sport,
		.dport = side ? tcp.sport : DPORT,
		.seq = tcp.seq[side],
		.ack = flags & BENCH_ACK ? tcp.seq[!side] : 0,
		.flags = flags,
		.data = len ? next_payload(len) : NULL,
		.len = len,
	};

	tcp.seq[side] += len + !!(flags & BENCH_SYN);
	return send_frame(bench_frame_tcp(&ends[side], &ends[!side], &t));
}

/*
 * Where the kernel leaves softirqs to their thread, the last frames are still on their way: gives them up
 * to a second. Lost ones are for the caller to see.
 */
static void settle(u64 arrivals)
{
	int tries = 1000;

	while (atomic64_read(&received) < arrivals && tries--)
		usleep_range(1000, 1100);
}

int bench_traffic_send(const u8 *mac, struct sk_buff *skb)
{
	u32 side = ether_addr_equal(mac, ends[1].dev->dev_addr);

	if (!skb)
		return -ENOMEM;
	if (!side && !ether_addr_equal(mac, ends[0].dev->dev_addr)) {
		kfree_skb(skb);
		return -ENODEV;
	}
	skb->dev = ends[side].dev;
	return send_frame(skb);
}

int bench_traffic_settle(void)
{
	settle(sent);
	return 0;
}

int bench_traffic_open(u16 sport)
{
	u64 before = atomic64_read(&received);
	int err;

	tcp.sport = sport;
	tcp.seq[0] = rnd(U32_MAX);
	tcp.seq[1] = rnd(U32_MAX);
	err = send_tcp(0, BENCH_SYN, 0) ?: send_tcp(1, BENCH_SYN | BENCH_ACK, 0) ?:
					   send_tcp(0, BENCH_ACK, 0);
	if (err)
		return err;
	settle(before + 3);
	return atomic64_read(&received) == before + 3 ? 0 : -ENOLINK;
}

int bench_traffic_established(u32 frames, u32 len)
{
	u64 arrivals = atomic64_read(&received) + frames;
	int err = 0;

	if (len > payload_len)
		return -EMSGSIZE;
	while (frames-- && !err)
		err = tcp.turn++ % 3 < 2 ? send_tcp(0, BENCH_ACK | BENCH_PSH, len)
					 : send_tcp(1, BENCH_ACK, 0);
	if (!err)
		settle(arrivals);
	return err;
}

int bench_traffic_new(u32 frames)
{
	u64 arrivals = atomic64_read(&received) + frames;
	u32 from, to;
	int err = 0;

	while (frames-- && !err) {
		from = rnd(n_ends);
		to = rnd(n_ends - 1);
		to += to >= from;
		err = send_frame(bench_frame_udp(&ends[from], &ends[to], 1024 + rnd(64512),
						 1 + rnd(65535), UDP_LEN));
	}
	if (!err)
		settle(arrivals);
	return err;
}

u64 bench_traffic_sent(void)
{
	return sent;
}

u64 bench_traffic_received(void)
{
	return atomic64_read(&received);
}

static int run_background(void *unused)
{
	int err = 0;

	while (!kthread_should_stop()) {
		if (!err)
			err = bench_traffic_established(6, background_len) ?: bench_traffic_new(2);
		usleep_range(1000, 1500);
	}
	return err;
}

int bench_traffic_start(u32 len)
{
	struct task_struct *task;

	if (background)
		return -EBUSY;
	background_len = len;
	task = kthread_run(run_background, NULL, "vfw_bench");
	if (IS_ERR(task))
		return PTR_ERR(task);
	background = task;
	return 0;
}

int bench_traffic_stop(void)
{
	int err;

	if (!background)
		return -EINVAL;
	err = kthread_stop(background);
	background = NULL;
	return err;
}

void bench_traffic_payload(const void *data, u32 len)
{
	payload = data;
	payload_len = len;
	payload_at = 0;
}

int bench_traffic_init(u32 n)
{
	char name[IFNAMSIZ];
	u32 i;
	int err = 0;

	for (i = 0; i < n && !err; i++) {
		struct net_device *dev;

		snprintf(name, sizeof(name), "g%u", i);
		dev = dev_get_by_name(&init_net, name);
		if (!dev)
			return -ENODEV;
		rtnl_lock();
		err = netdev_rx_handler_register(dev, sink, NULL);
		rtnl_unlock();
		if (err) {
			dev_put(dev);
			break;
		}
		ends[i].dev = dev;
		ends[i].addr = htonl(FIRST_ADDR + i);
		n_ends = i + 1;
	}
	return err;
}

void bench_traffic_exit(void)
{
	u32 i;

	if (background)
		bench_traffic_stop();
	rtnl_lock();
	for (i = 0; i < n_ends; i++)
		netdev_rx_handler_unregister(ends[i].dev);
	rtnl_unlock();
	for (i = 0; i < n_ends; i++)
		dev_put(ends[i].dev);
	n_ends = 0;
}
