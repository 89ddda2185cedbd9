/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The short way of a conversation that runs. A memo says what was found out about a frame that passed into a VM
 * (sender's and receiver's port, flow and side, whether guard lets such a sender's frame in), by the head of the frame
 * (core/plain.h). The next frames with that head, plain ones between the same two ports of one bridge, are not taken apart:
 * what their heads say was judged, and what differs between them (numbers, lengths, offloads, the bridge's VLANs, policy, the
 * flow's state, its scan) is asked as ever, at both hooks. Whatever is not plain, or not as the memo has it,
 * goes the long way (vfw_path()), having changed nothing. What a memo knows, and the flow or its scan has more to do with, goes that
 * way, too, but for what the memo says. What is found out about a frame is not carried from one hook to the other: each reads
 * the frame it is given, so what was changed in between is judged by what it has become. From ingress most of them need not
 * cross the bridge (direct.h).
 *
 * Memos are each CPU's own, used with BH off, in a table where a head has one place. So they need no lock, and
 * hold no reference. Two numbers, read again in the RCU section that uses a memo, say whether its pointers are good:
 *
 *  - the epoch. vfw_memo_off() and vfw_memo_on() stand around every change of what a memo says of ports, VMs and
 *    bridges; in between it is odd, and there are no memos. A memo is only good in the epoch that was
 *    read before its frame's VMs were looked at (a port that goes loses its VM's NIC first). Who reads that epoch again is in an RCU section that
 *    the change, which frees what it took away by RCU, waits for.
 *  - the deaths of flows, in the same way: vfw_flow_table_deaths().
 */
#ifndef VFW_MEMO_H
#define VFW_MEMO_H

#include <linux/compiler.h>
#include <linux/types.h>

struct nf_hook_state;
struct sk_buff;
struct vfw_pkt;

extern unsigned long vfw_memo_epoch; /* odd: there are no memos; READ_ONCE */

/* To be kept in p->epoch: read before anything is looked up that a memo will say. */
static inline unsigned long vfw_memo_now(void)
{
	return smp_load_acquire(&vfw_memo_epoch);
}

/*
 * Around a change of what memos say of ports, VMs and bridges; may be nested. What the change takes away must be freed by
 * RCU, or after a grace period. vfw_config_mutex held.
 */
void vfw_memo_off(void);
void vfw_memo_on(void);

/*
 * The hook of a port's ingress (priv: struct vfw_port): the frame is counted as sent, and goes on to the bridge, or directly to its
 * receiver (NF_STOLEN); or goes the long way, vfw_path_in(). Inside netfilter's RCU read lock; BH off.
 */
unsigned int vfw_memo_ingress(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);

/*
 * The hook of a port's egress: the frame is judged, counted, and passes; or goes the long way, vfw_path_out(). As above:
 * nf_hook_egress() has BH off, and takes the lock besides.
 */
unsigned int vfw_memo_egress(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);

/* The frame passes at egress, as part of a running flow: remembers what was found out. RCU read lock, BH off. */
void vfw_memo_learn(const struct vfw_pkt *p);

/* Bytes held by memos. Any context. */
u64 vfw_memo_memory(void);

/* 0 or -ENOMEM. May sleep. */
int vfw_memo_init(void);

/* Hooks gone, a grace period past. May sleep. */
void vfw_memo_exit(void);

#endif /* VFW_MEMO_H */
