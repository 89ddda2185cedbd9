// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/etherdevice.h>
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ipv6.h>

#include "core/fragset.h"
#include "flow.h"
#include "flow_table.h"
#include "frag.h"
#include "frag_mark.h"
#include "own.h"
#include "share.h"

#define FRAG_PACKETS 64 /* of one share, at a time */
#define FRAG_LIFE (5 * HZ)
#define FRAG_TINY 48 /* a fragment that others follow has more: RFC 791's least link, 68 bytes */
#define FRAG_TCP_HEADER 20
#define FRAG_KEPT_SHARE (256 * 1024) /* bytes kept of one share's inspected packets */
#define FRAG_KEPT_ALL (16 * 1024 * 1024)

/* One packet that is coming in fragments. */
struct frag_ent {
	struct vfw_flow_key key;
	struct vfw_flow_key flow; /* what it belongs to, if tied */
	struct vfw_fragset set;
	unsigned long born; /* jiffies */
	u32 hash; /* of key */
	u32 sender; /* its class */
	u32 generation; /* that let its first fragment pass */
	u32 seq; /* TCP: sequence number of its byte 0, were the header data */
	u16 payload; /* where the L4 payload begins in its data */
	u32 bound; /* UDP: how long that is at most; the receiver cuts off what is behind */
	u8 side; /* of the flow, that sent it */
	bool tied;
	bool inspected;
	bool torn; /* inspected, but not all of its bytes could be kept */
	u8 *buf; /* its data so far, gaps included; or NULL */
	u32 size; /* of buf */
};

struct vfw_frags {
	spinlock_t lock; /* protects what follows; a leaf, taken with BH off */
	u32 kept; /* bytes in all buf */
	struct frag_ent *ent[FRAG_PACKETS];
};

static atomic_t frag_kept; /* bytes in all buf of all shares */

/* Table locked. */
static void frag_forget_bytes(struct vfw_frags *t, struct frag_ent *e)
{
	kfree(e->buf);
	t->kept -= e->size;
	atomic_sub(e->size, &frag_kept);
	e->buf = NULL;
	e->size = 0;
}

static void frag_forget(struct vfw_frags *t, unsigned int i)
{
	frag_forget_bytes(t, t->ent[i]);
	kfree(t->ent[i]);
	t->ent[i] = NULL;
}

void vfw_frag_free(struct vfw_frags *t)
{
	unsigned int i;

	if (!t)
		return;
	for (i = 0; i < FRAG_PACKETS; i++)
		if (t->ent[i])
			frag_forget(t, i);
	kfree(t);
}

/* The table of the share that pays for the frame; made if there is none. NULL without memory. */
static struct vfw_frags *frag_table(const struct vfw_pkt *p, bool make)
{
	struct vfw_share *share = vfw_flow_share(p);
	struct vfw_frags *t = READ_ONCE(share->frags), *old;

	if (t || !make)
		return t;
	t = kzalloc(sizeof(*t), GFP_ATOMIC | __GFP_NOWARN);
	if (!t)
		return NULL;
	spin_lock_init(&t->lock);
	old = cmpxchg(&share->frags, NULL, t);
	if (!old)
		return t;
	kfree(t);
	return old;
}

/*
 * A frame that is judged twice, here and at its egress, is known at each place by itself. The receiver puts
 * together what comes by two bridges: it is told apart as flows are.
 */
static u32 frag_key(struct vfw_flow_key *key, const struct vfw_pkt *p)
{
	bool vms = p->src.key < VFW_MAX_VMS && p->dst.key < VFW_MAX_VMS;

	vfw_flowkey_frag(key, &p->f, p->src.key, p->dst.key, vms ? 0 : p->bridge,
			 vms ? 0 : p->vlan);
	key->frag += p->quiet;
	return vfw_flow_table_hash(key);
}

/* The class of who sent it: a VM, however many addresses it has; else an address at an end. */
static u32 frag_sender(const struct vfw_pkt *p)
{
	struct vfw_flow_key who = {
		.end = {p->src.key},
		.family = 6,
	};

	if (p->src.key >= VFW_MAX_VMS)
		memcpy(who.addr[0], p->f.src, sizeof(who.addr[0]));
	return vfw_flow_table_hash(&who) & (VFW_FRAG_CLASSES - 1);
}

static bool frag_is_old(const struct frag_ent *e)
{
	return time_after(jiffies, e->born + FRAG_LIFE);
}

/* Table locked. What is over is forgotten on the way. Index, or FRAG_PACKETS. */
static unsigned int frag_find(struct vfw_frags *t, const struct vfw_flow_key *key, u32 hash)
{
	unsigned int i;

	for (i = 0; i < FRAG_PACKETS; i++) {
		struct frag_ent *e = t->ent[i];

		if (!e || e->hash != hash || !vfw_flowkey_equal(&e->key, key))
			continue;
		if (!frag_is_old(e))
			return i;
		frag_forget(t, i);
	}
	return FRAG_PACKETS;
}

/* Where a new packet may stand: a free place, else that of the oldest one of the class that has most. Table locked. */
static unsigned int frag_place(struct vfw_frags *t)
{
	u8 n[VFW_FRAG_CLASSES] = {0};
	unsigned int i, best = 0;

	for (i = 0; i < FRAG_PACKETS; i++) {
		if (t->ent[i] && frag_is_old(t->ent[i]))
			frag_forget(t, i);
		if (!t->ent[i])
			return i;
		n[t->ent[i]->sender]++;
	}
	for (i = 1; i < FRAG_PACKETS; i++) {
		u8 most = n[t->ent[best]->sender], has = n[t->ent[i]->sender];

		if (has > most || (has == most && time_before(t->ent[i]->born, t->ent[best]->born)))
			best = i;
	}
	frag_forget(t, best);
	return best;
}

/* Offset of the fragment's data from the frame's first byte. */
static u32 frag_data(const struct vfw_frame *f)
{
	return f->end - (f->frag_end - f->frag_off);
}

/* The oldest packet but e of the class that keeps most, if that is more than e's has with size more. Table locked. */
static unsigned int frag_greedy(struct vfw_frags *t, const struct frag_ent *e, u32 more)
{
	unsigned int i, best = FRAG_PACKETS;
	u32 has[VFW_FRAG_CLASSES] = {0};
	u32 most;

	has[e->sender] = more;
	for (i = 0; i < FRAG_PACKETS; i++)
		if (t->ent[i])
			has[t->ent[i]->sender] += t->ent[i]->size;
	most = has[e->sender] + 1;
	for (i = 0; i < FRAG_PACKETS; i++) {
		const struct frag_ent *other = t->ent[i];

		if (!other || !other->size || has[other->sender] < most)
			continue;
		if (best < FRAG_PACKETS && has[other->sender] == most &&
		    !time_before(other->born, t->ent[best]->born))
			continue;
		most = has[other->sender];
		best = i;
	}
	return best;
}

/* Makes room for more bytes of e, at the expense of who keeps more. False if there is none. Table locked. */
static bool frag_room(struct vfw_frags *t, const struct frag_ent *e, u32 more)
{
	unsigned int i;

	while (t->kept + more > FRAG_KEPT_SHARE) {
		i = frag_greedy(t, e, more);
		if (i == FRAG_PACKETS)
			return false;
		frag_forget(t, i);
	}
	return atomic_read(&frag_kept) + more <= FRAG_KEPT_ALL;
}

/* Keeps the fragment's bytes, if memory and bounds allow; else the packet is torn. Table locked. */
static void frag_keep(struct vfw_frags *t, struct frag_ent *e, struct vfw_pkt *p)
{
	const struct vfw_frame *f = &p->f;
	u32 size = f->frag_end;
	u8 *buf;

	if (e->torn)
		return;
	/* it passes before the whole is scanned */
	if (!vfw_own_all(p))
		goto torn;
	if (size > e->size) {
		/* twice as much, lest a packet of many fragments is copied as often */
		size = min_t(u32, max(size, 2 * e->size), 65535);
		if (!frag_room(t, e, size - e->size))
			goto torn;
		buf = krealloc(e->buf, size, GFP_ATOMIC | __GFP_NOWARN);
		if (!buf)
			goto torn;
		t->kept += size - e->size;
		atomic_add(size - e->size, &frag_kept);
		e->buf = buf;
		e->size = size;
	}
	if (!skb_copy_bits(p->skb, p->mac + (int)frag_data(f), e->buf + f->frag_off,
			   f->frag_end - f->frag_off))
		return;
torn:
	e->torn = true;
	frag_forget_bytes(t, e);
}

/* The packet is whole: its payload is the frame's until vfw_frag_done(). */
static void frag_complete(struct vfw_frags *t, struct frag_ent *e, struct vfw_pkt *p)
{
	p->torn = e->torn;
	if (!e->buf)
		return;
	p->whole_buf = e->buf;
	p->whole = e->buf + e->payload;
	p->whole_len = min_t(u32, e->set.total - e->payload, e->bound);
	t->kept -= e->size;
	atomic_sub(e->size, &frag_kept);
	e->buf = NULL;
	e->size = 0;
}

/* A later fragment: what it is part of, copied out. False: nothing lets it pass. */
static bool frag_later(struct vfw_pkt *p, struct frag_ent *copy)
{
	struct vfw_frags *t = frag_table(p, false);
	const struct vfw_frame *f = &p->f;
	struct vfw_flow_key key;
	enum vfw_fragset_step step;
	struct frag_ent *e;
	unsigned int i;
	bool ok = false;
	u32 hash;

	if (!t)
		return false;
	hash = frag_key(&key, p);
	spin_lock(&t->lock);
	i = frag_find(t, &key, hash);
	if (i == FRAG_PACKETS)
		goto out;
	e = t->ent[i];
	if (!e->tied && e->generation != p->pol->generation)
		goto out;
	step = vfw_fragset_add(&e->set, f->frag_off, f->frag_end, f->flags & VFW_FRAME_F_FRAG_MORE);
	if (step == VFW_FRAGSET_BAD)
		goto out;
	ok = true;
	if (e->inspected)
		frag_keep(t, e, p);
	*copy = *e;
	if (step == VFW_FRAGSET_COMPLETE) {
		if (e->inspected)
			frag_complete(t, e, p);
		frag_forget(t, i);
	}
out:
	spin_unlock(&t->lock);
	return ok;
}

static bool frag_known(const struct vfw_pkt *p)
{
	struct vfw_frags *t = frag_table(p, false);
	struct vfw_flow_key key;
	bool known;
	u32 hash;

	if (!t)
		return false;
	hash = frag_key(&key, p);
	spin_lock(&t->lock);
	known = frag_find(t, &key, hash) < FRAG_PACKETS;
	spin_unlock(&t->lock);
	return known;
}

/* Does nothing but shortest padding stand before the fragment header? All else a receiver may refuse, RFC 8200 4.2. */
static bool frag_is_bare6(const struct vfw_pkt *p)
{
	static const u8 pad1[6], padn[6] = {IPV6_TLV_PADN, 4};
	u32 at = p->f.l3_off + sizeof(struct ipv6hdr);
	u8 next = p->head[p->f.l3_off + offsetof(struct ipv6hdr, nexthdr)];

	for (; next != NEXTHDR_FRAGMENT; at += 8) {
		const u8 *ext = p->head + at;

		if ((next != NEXTHDR_HOP && next != NEXTHDR_DEST) || at + 8 > p->head_len ||
		    ext[1] || (memcmp(ext + 2, pad1, 6) && memcmp(ext + 2, padn, 6)))
			return false;
		next = ext[0];
	}
	return true;
}

/*
 * A fragment that we let pass and the receiver does not take leaves us two minds of the packet: its header is
 * such as everybody takes.
 */
static bool frag_is_odd(const struct vfw_pkt *p)
{
	const struct vfw_frame *f = &p->f;
	const u8 *ip = p->head + f->l3_off;

	if (is_multicast_ether_addr(f->dmac) && !is_broadcast_ether_addr(f->dmac) &&
	    f->dst[0] < (f->kind == VFW_FRAME_IP4 ? 224 : 255))
		return true;
	if (f->kind == VFW_FRAME_IP4)
		return (ip[0] & 15) != 5 || ip_fast_csum(ip, 5);
	return !frag_is_bare6(p);
}

bool vfw_frag_judge(struct vfw_pkt *p)
{
	const struct vfw_frame *f = &p->f;
	struct frag_ent e;

	if (frag_is_odd(p))
		return vfw_pkt_block(p, VFW_REASON_FRAGMENT);
	if (f->flags & VFW_FRAME_F_FRAG_MORE && f->frag_end - f->frag_off < FRAG_TINY)
		return vfw_pkt_block(p, VFW_REASON_FRAGMENT);
	if (f->flags & VFW_FRAME_F_FRAG_FIRST)
		return (!(f->flags & VFW_FRAME_F_L4) || frag_known(p)) &&
		       vfw_pkt_block(p, VFW_REASON_FRAGMENT);
	/* Within the first 20 bytes it could rewrite the judged header, RFC 3128. */
	if (f->proto == IPPROTO_TCP && f->frag_off < FRAG_TCP_HEADER)
		return vfw_pkt_block(p, VFW_REASON_FRAGMENT);
	if (!frag_later(p, &e))
		return vfw_pkt_block(p, VFW_REASON_FRAGMENT);
	if (!e.tied || p->quiet)
		return vfw_pkt_pass(p, VFW_REASON_ESTABLISHED);
	/* the receiver goes by the first one's next header, RFC 8200 4.5 */
	p->f.proto = e.flow.proto;
	vfw_flow_more(p, &e.flow, e.side, e.seq + f->frag_end);
	/* scan.c has no use for the others */
	if (!p->whole && !p->torn)
		p->flow = NULL;
	return true;
}

static bool frag_inspected(const struct vfw_pkt *p)
{
	if (!p->flow || p->f.proto == IPPROTO_TCP)
		return false;
	return vfw_flow_scan(p->flow) || (p->rule != VFW_PKT_NO_RULE && p->profile);
}

/* What the UDP header says that the packet carries. */
static u32 frag_bound(const struct vfw_pkt *p)
{
	struct udphdr copy;
	const struct udphdr *udp =
		skb_header_pointer(p->skb, p->mac + (int)p->f.l4_off, sizeof(copy), &copy);

	return udp ? ntohs(udp->len) - sizeof(*udp) : 0;
}

static void frag_fill(struct frag_ent *e, const struct vfw_pkt *p)
{
	const struct vfw_frame *f = &p->f;
	u32 data = frag_data(f);

	e->generation = p->pol->generation;
	e->payload = f->payload_off - data;
	e->bound = f->proto == IPPROTO_UDP ? frag_bound(p) : U32_MAX;
	e->seq = f->tcp_seq - (f->payload_off - data);
	e->inspected = frag_inspected(p);
	e->born = jiffies;
	e->tied = p->flow;
	if (e->tied) {
		e->flow = p->flow->key;
		e->side = p->side;
	}
	vfw_fragset_add(&e->set, 0, f->frag_end, true);
}

/* Remembers a first fragment that passes. False: it may not begin, or there is no room for what later ones need. */
static bool frag_first(struct vfw_pkt *p)
{
	struct vfw_frags *t = frag_table(p, true);
	struct frag_ent *e;
	unsigned int i;
	bool ok = false;

	if (!t)
		return false;
	e = kzalloc(sizeof(*e), GFP_ATOMIC | __GFP_NOWARN);
	if (!e)
		return false;
	e->hash = frag_key(&e->key, p);
	e->sender = frag_sender(p);
	frag_fill(e, p);
	spin_lock(&t->lock);
	ok = frag_find(t, &e->key, e->hash) == FRAG_PACKETS && vfw_frag_mark(p, e->sender);
	if (ok) {
		i = frag_place(t);
		t->ent[i] = e;
		if (e->inspected)
			frag_keep(t, e, p);
	}
	spin_unlock(&t->lock);
	if (!ok)
		kfree(e);
	return ok;
}

void vfw_frag_judged(struct vfw_pkt *p)
{
	kfree(p->whole_buf);
	p->whole_buf = NULL;
	p->whole = NULL;
	if (p->verdict != VFW_PASS || !p->pol || !(p->f.flags & VFW_FRAME_F_FRAG_FIRST))
		return;
	/* What later ones could not be tied to must not lie with the receiver: another packet's rest would join it. */
	if (!frag_first(p))
		vfw_pkt_block(p, VFW_REASON_FRAGMENT);
}
