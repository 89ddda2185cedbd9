/* SPDX-License-Identifier: GPL-2.0 */
/* One frame at one judging point: all that is known of it, on the stack of its hook. */
#ifndef VFW_PKT_H
#define VFW_PKT_H

#include <linux/skbuff.h>

#include "core/flowkey.h"
#include "core/frame.h"
#include "core/reason.h"
#include "policy.h"
#include "vm.h"

enum vfw_where {
	VFW_AT_INGRESS, /* a port sends into the host */
	VFW_AT_EGRESS, /* about to enter a port */
	VFW_AT_FORWARD, /* a bridge is about to give it to what is no port */
	VFW_AT_LOCAL_IN, /* a bridge is about to give it to the host */
};

/* Who is at one end. */
struct vfw_end {
	struct vfw_nic *nic; /* a local VM's, or NULL */
	struct vfw_port *port; /* its port, or the unmanaged port; may be NULL with a nic */
	u32 key; /* for struct vfw_flow_key: VM slot or VFW_END_* */
	u32 ident; /* VFW_PKT_IDENT until asked for */
};

/* What is known of a TCP checksum. */
enum vfw_sum {
	VFW_SUM_UNKNOWN,
	VFW_SUM_RIGHT,
	VFW_SUM_WRONG,
};

struct nf_hook_state;
struct vfw_flow;
struct vfw_scan_job;

#define VFW_PKT_IDENT 0xffffffffU
#define VFW_PKT_NO_RULE 0xffffffffU
#define VFW_PKT_SAID 8

struct vfw_pkt {
	/* set by the hook */
	struct sk_buff *skb;
	const struct nf_hook_state *state; /* of its hook; NULL in the worker */
	struct vfw_port *port; /* whose hook it is, or whose sender is meant; may be NULL */
	struct net_device *in; /* device it came by; NULL: the host or unknown */
	struct net_device *out; /* device it goes to; NULL: the host */
	enum vfw_where where;
	unsigned long epoch; /* at egress: vfw_memo_now(), before anything else */
	/* set by vfw_who_port() */
	struct vfw_end src, dst;
	/* all zero in the beginning, up to mac */
	const struct vfw_policy *pol; /* NULL: none yet */
	const struct net_device
		*master; /* of the port whose domain it is in; NULL: none, or no port */
	int bridge; /* ifindex of the port's bridge, or of the port itself; the domain */
	u16 vlan; /* the port's VLAN in it, 0: none */
	u16 tag; /* VLAN id of the tag it carries, 0: none */
	/* outcome */
	u8 verdict; /* enum vfw_verdict, never VFW_MONITOR */
	bool log; /* the rule asks for an event */
	bool fresh; /* it opened a flow */
	bool routed; /* the two ends do not share a bridge */
	bool quiet; /* will be judged again further on: only a block ends here */
	u16 reason;
	u32 rule; /* index in pol, or VFW_PKT_NO_RULE */
	u16 profile; /* with a rule: index + 1 of what scans what it lets pass; 0: nothing does */
	bool asks; /* with a profile: what is decided depends on the app */
	bool spares; /* with asks: and yet no app is refused */
	bool moved; /* the policy, or an end's identity, is another one than that by which it waited for the worker */
	bool learnt; /* with this frame its app came to be known, and the rule that is for it */
	u32 app; /* of its flow: VFW_APP_ID_*, or its number */
	struct vfw_flow *flow; /* it belongs to, valid until the end of the hook; or NULL */
	struct vfw_flow *known; /* what flow and side will be, by a memo; or NULL */
	struct vfw_scan_job *job; /* it has waited for the worker, which has it now */
	bool stolen; /* it waits for the worker: nobody's here any more */
	bool again; /* the worker is to try again */
	bool lent; /* before it waited for the worker, some of its bytes were others' */
	bool matched; /* a signature, and it passes all the same: nothing is cut */
	bool asked; /* TCP: the rules about segments, of all of its segments */
	bool header_asked; /* the rules about headers */
	u8 n_said;
	u8 sum; /* enum vfw_sum */
	bool tcp_started; /* tcp_start is valid */
	bool tcp_opening; /* of a SYN: the flow's handshake is not done yet */
	bool tcp_other_started; /* and tcp_other, of its receiver's; only with a SYN */
	bool answered; /* of a datagram that is scanned: both sides take part in its flow */
	u8 side; /* of flow, that sent it; 0: who opened */
	bool final; /* with it its TCP conversation is over, and neither side is given anything more */
	u32 tcp_start; /* sequence number behind its sender's SYN, as the flow knows it */
	u32 tcp_other;
	/* by vfw_scan_sent() */
	u32 tcp_sent[2];
	/*
	 * The fragment that completes a packet of an inspected flow, no TCP, brings the payload of the whole,
	 * until the end of the hook. torn: it should, but not all bytes could be kept.
	 */
	const u8 *whole;
	u32 whole_len;
	u8 *whole_buf; /* where whole lies, to be freed by vfw_frag_done(); NULL: another's */
	bool torn;
	/* the frame; kept last, it is large */
	int mac; /* offset of the MAC header from skb->data, <= 0 */
	u32 len; /* of the whole frame, from the MAC header */
	const u8 *head; /* its first head_len bytes */
	u32 head_len;
	struct vfw_frame f;
	/* n_said signatures that have matched in segments of it, and are not asked of the stream any more */
	u32 said[VFW_PKT_SAID];
	u8 buf[VFW_FRAME_HEAD_MAX]; /* head points here if the frame is not linear */
	/* its flow's key, as vfw_flow_known() makes it for vfw_flow() and vfw_flow_open() */
	struct vfw_flow_key key;
	int key_says; /* of vfw_flowkey_make() */
	u32 key_hash; /* valid if that is no error */
	unsigned long
		deaths; /* vfw_flow_table_deaths(), by vfw_flow() before it looked for the flow */
};

/*
 * Begins with all zero, but for what the hook and vfw_who_port() set, and the frame, which path.c reads first of
 * all. For a packet that is declared __uninitialized: a compiler that zeroes all of it would take
 * longer than the lookup does.
 */
static inline void vfw_pkt_begin(struct vfw_pkt *p)
{
	memset((u8 *)p + offsetof(struct vfw_pkt, pol), 0,
	       offsetof(struct vfw_pkt, mac) - offsetof(struct vfw_pkt, pol));
}

/* Ends the frame: sets verdict and reason, no rule. Returns true, for "return vfw_pkt_end()". */
static inline bool vfw_pkt_end(struct vfw_pkt *p, enum vfw_verdict verdict, enum vfw_reason reason)
{
	p->verdict = verdict;
	p->reason = reason;
	p->rule = VFW_PKT_NO_RULE;
	return true;
}

static inline bool vfw_pkt_block(struct vfw_pkt *p, enum vfw_reason reason)
{
	return vfw_pkt_end(p, VFW_BLOCK, reason);
}

static inline bool vfw_pkt_pass(struct vfw_pkt *p, enum vfw_reason reason)
{
	return vfw_pkt_end(p, VFW_PASS, reason);
}

/* Frames a super-frame of len bytes stands for; 1 for others. */
static inline u32 vfw_pkt_skb_segs(const struct sk_buff *skb, u32 len)
{
	const struct skb_shared_info *si = skb_shinfo(skb);

	if (!skb_is_gso(skb))
		return 1;
	return si->gso_segs ?: DIV_ROUND_UP(len, si->gso_size);
}

static inline u32 vfw_pkt_segs(const struct vfw_pkt *p)
{
	return vfw_pkt_skb_segs(p->skb, p->len);
}

/* Bytes of L4 payload. */
static inline u32 vfw_pkt_payload(const struct vfw_pkt *p)
{
	return p->f.end > p->f.payload_off ? p->f.end - p->f.payload_off : 0;
}

/*
 * A TCP checksum that nobody need compute: what is still to be summed, or was by hardware, is trusted, as the stack
 * trusts it; the segments of a super-frame are summed when they are made; a fragment's cannot be told.
 */
static inline bool vfw_pkt_skb_sum_trusted(const struct sk_buff *skb)
{
	return skb->ip_summed == CHECKSUM_PARTIAL || skb->ip_summed == CHECKSUM_UNNECESSARY ||
	       skb_is_gso(skb);
}

static inline bool vfw_pkt_sum_trusted(const struct vfw_pkt *p)
{
	return vfw_pkt_skb_sum_trusted(p->skb) || p->f.flags & VFW_FRAME_F_FRAG;
}

#endif /* VFW_PKT_H */
