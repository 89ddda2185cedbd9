// SPDX-License-Identifier: GPL-2.0
/*
 * Who may hold what. A struct vfw_scan belongs to its flow and dies with it by RCU; the worker holds a
 * reference while frames wait. It holds its profile (as a user, so that it can be made to leave) and
 * the budgets: who opened pays for memory, for he decides how much is under way; each pays for the processor
 * time of what it sends. All bytes are given back when it is freed, at the latest.
 *
 * A frame's data are private before anything of it is looked at, in prevent mode: frags that a guest or
 * a file still owns are copied. What was scanned is then what is delivered.
 */
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>

#include "core/plain.h"
#include "core/tcpopt.h"
#include "core/tcpstate.h"
#include "flow.h"
#include "own.h"
#include "scan.h"
#include "scan_bits.h"
#include "scan_flow.h"
#include "scan_space.h"
#include "share.h"
#include "sig_count.h"
#include "verdict.h"

static struct kmem_cache *scan_cache;

/* The profile that the policy gives the frame's rule, or NULL. */
static struct vfw_profile *scan_profile(const struct vfw_pkt *p)
{
	u32 n = p->rule == VFW_PKT_NO_RULE ? 0 : p->profile;

	return n ? p->pol->profiles[n - 1] : NULL;
}

static bool scan_is_preventing(const struct vfw_profile *profile, bool spares)
{
	return profile && vfw_scan_drops(profile, spares);
}

bool vfw_scan_profile_prevents(const struct vfw_policy *pol, u32 profile, bool spares)
{
	return profile && scan_is_preventing(pol->profiles[profile - 1], spares);
}

bool vfw_scan_wanted(const struct vfw_pkt *p)
{
	return scan_profile(p);
}

bool vfw_scan_prevents(const struct vfw_pkt *p)
{
	struct vfw_scan *scan = p->flow ? vfw_flow_scan(p->flow) : NULL;

	return scan_is_preventing(scan_profile(p), p->spares) ||
	       (scan &&
		scan_is_preventing(READ_ONCE(scan->user.profile), READ_ONCE(scan->app.spares)));
}

/* The part of a profile that this conversation is scanned by. */
static const struct vfw_hs_db *scan_db(const struct vfw_profile *profile, const struct vfw_pkt *p)
{
	return p->f.proto == IPPROTO_TCP ? profile->stream : profile->block;
}

/* Does what a conversation was scanned by go on with the other profile, by its state? */
static bool scan_same(const struct vfw_profile *a, const struct vfw_profile *b,
		      const struct vfw_pkt *p)
{
	/* bits of parts stand in the state */
	return scan_db(a, p) == scan_db(b, p) && a->sigs.n_parts == b->sigs.n_parts &&
	       a->parts_sum == b->parts_sum;
}

static void scan_free(struct vfw_scan *scan)
{
	vfw_scan_dir_end(&scan->dir[0]);
	vfw_scan_dir_end(&scan->dir[1]);
	vfw_budget_give(scan->dir[0].budget, sizeof(*scan));
	vfw_budget_put(scan->dir[0].budget);
	vfw_budget_put(scan->dir[1].time);
	kmem_cache_free(scan_cache, scan);
}

static void scan_free_rcu(struct rcu_head *rcu)
{
	scan_free(container_of(rcu, struct vfw_scan, rcu));
}

void vfw_scan_put(struct vfw_scan *scan)
{
	if (!scan || !refcount_dec_and_test(&scan->refs))
		return;
	local_bh_disable();
	vfw_profile_leave(&scan->user);
	local_bh_enable();
	call_rcu(&scan->rcu, scan_free_rcu);
}

/* Whose time the answers take: a VM's own, or a port's, which others cannot spend; else of who opened. */
static struct vfw_budget *scan_answer_budget(const struct vfw_pkt *p)
{
	const struct vfw_end *end = p->side ? &p->src : &p->dst;

	if (end->nic)
		return end->nic->vm->own->budget;
	return end->port ? end->port->own->budget : vfw_flow_budget(p->flow);
}

static struct vfw_scan *scan_new(const struct vfw_pkt *p, struct vfw_profile *profile)
{
	struct vfw_budget *budget = vfw_budget_get(vfw_flow_budget(p->flow));
	struct vfw_budget *answer = vfw_budget_get(scan_answer_budget(p));
	struct vfw_scan *scan;

	if (!budget || !answer || !vfw_budget_take(budget, sizeof(*scan)))
		goto put;
	scan = kmem_cache_zalloc(scan_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!scan)
		goto give;
	refcount_set(&scan->refs, 1);
	spin_lock_init(&scan->lock);
	INIT_LIST_HEAD(&scan->jobs);
	INIT_WORK(&scan->work, vfw_scan_queue_work);
	scan->dir[0].budget = budget;
	scan->dir[1].budget = budget;
	scan->dir[0].time = budget;
	scan->dir[1].time = answer;
	scan->generation = p->pol->generation;
	scan->midway = !p->fresh || !p->tcp_started;
	vfw_scan_app_begin(scan, p);
	if (vfw_profile_use(&scan->user, profile))
		return scan;
	kmem_cache_free(scan_cache, scan);
give:
	vfw_budget_give(budget, sizeof(*scan));
put:
	vfw_budget_put(budget);
	vfw_budget_put(answer);
	return NULL;
}

/* The conversation has none yet: gives it one if its rule's profile, which is there, says so. */
static struct vfw_scan *scan_begin(struct vfw_pkt *p)
{
	struct vfw_profile *profile = scan_profile(p);
	struct vfw_scan *scan, *other;

	if (!scan_db(profile, p))
		return NULL;
	scan = scan_new(p, profile);
	if (!scan) {
		vfw_profile_count_add(profile, overloads, 1);
		if (vfw_scan_drops(profile, p->spares)) {
			if (profile->conf.flags & VFW_PROFILE_F_OVERLOAD_BLOCK ||
			    (p->asks && !p->spares))
				vfw_pkt_block(p, VFW_REASON_SCAN_OVERLOAD);
			else
				vfw_scan_multipath_unscanned(p);
		}
		if (p->verdict == VFW_PASS || !vfw_verdict_cuts(p))
			vfw_flow_unseen(p->flow);
		return NULL;
	}
	/* two frames of it on two CPUs */
	other = vfw_flow_set_scan(p->flow, scan);
	if (!other)
		return scan;
	vfw_scan_put(scan);
	return other;
}

/* Does now prevent what before only reported, or only recognised? */
static bool scan_hardens(const struct vfw_profile *before, const struct vfw_profile *now)
{
	if (before && now && !before->conf.n_exprs && now->conf.n_exprs)
		return true;
	return before && now && now->conf.flags & ~before->conf.flags & VFW_PROFILE_F_PREVENT;
}

/*
 * What reports keeps nothing that came in order: prevention begins anew, midway, and at once. What looked at the first bytes for
 * their app, and dropped what was not as it must be, has kept all of them, if it looks still.
 */
static void scan_harden(struct vfw_scan *scan, bool dropped)
{
	u32 side;

	for (side = 0; side < 2; side++) {
		struct vfw_scan_dir *dir = &scan->dir[side];

		if (dropped && !(dir->stream.flags & VFW_STREAM_F_DEPTH))
			continue;
		vfw_scan_dir_end(dir);
		scan->midway = true;
	}
}

/* The rule has another profile, or none (NULL). dropped: the one before did, or would have. Scan locked. */
static void scan_change(struct vfw_scan *scan, const struct vfw_pkt *p, struct vfw_profile *new,
			bool dropped)
{
	struct vfw_profile *old = scan->user.profile;
	bool same = old && new &&scan_same(old, new, p);
	bool hardens = scan_hardens(old, new);

	if (old && new && !same && !hardens && !READ_ONCE(old->old) &&
	    old->revision >= p->pol->streams_since)
		return;
	if (!same || old->apps_sum != new->apps_sum)
		vfw_scan_app_carry(scan, new);
	if (hardens)
		scan_harden(scan, dropped);
	vfw_scan_header_anew(scan);
	vfw_profile_leave(&scan->user);
	WRITE_ONCE(scan->done, false);
	if (!new || !scan_db(new, p) || !vfw_profile_use(&scan->user, new)) {
		vfw_scan_dir_end(&scan->dir[0]);
		vfw_scan_dir_end(&scan->dir[1]);
		scan->midway = true;
	} else if (!same) {
		vfw_scan_uneat(&scan->dir[0]);
		vfw_scan_uneat(&scan->dir[1]);
	} else {
		vfw_scan_head_anew(&scan->dir[0]);
		vfw_scan_head_anew(&scan->dir[1]);
	}
	if (hardens && scan->user.profile)
		vfw_scan_deepen(scan);
}

/* Another generation of the policy: does the conversation go on as before? Scan locked. */
static void scan_renew(struct vfw_scan *scan, struct vfw_pkt *p)
{
	struct vfw_profile *new = scan_profile(p);
	bool dropped = scan_is_preventing(scan->user.profile, scan->app.spares);

	/* a flow that is kept though its rule is gone keeps its profile, too */
	if (p->rule == VFW_PKT_NO_RULE)
		return;
	WRITE_ONCE(scan->generation, p->pol->generation);
	scan->retired = false;
	vfw_scan_app_renew(scan, p);
	if (new != scan->user.profile)
		scan_change(scan, p, new, dropped);
	vfw_scan_app_again(scan, p);
}

enum vfw_reason vfw_scan_dead(const struct vfw_scan *scan)
{
	return READ_ONCE(scan->dead);
}

bool vfw_scan_is_strict(const struct vfw_scan *scan)
{
	return vfw_scan_dead(scan) || READ_ONCE(scan->retired) ||
	       scan_is_preventing(READ_ONCE(scan->user.profile), READ_ONCE(scan->app.spares));
}

bool vfw_scan_refuse(struct vfw_scan *scan, struct vfw_pkt *p, enum vfw_reason reason, bool fatal)
{
	if (!vfw_scan_drops(scan->user.profile, scan->app.spares))
		return false;
	vfw_pkt_block(p, reason);
	if (!vfw_verdict_cuts(p))
		return false;
	if (fatal)
		scan->dead = reason;
	return true;
}

bool vfw_scan_overload(struct vfw_scan *scan, struct vfw_pkt *p)
{
	const struct vfw_profile *profile = scan->user.profile;
	bool blocks = profile->conf.n_exprs && profile->conf.flags & VFW_PROFILE_F_OVERLOAD_BLOCK;

	vfw_profile_count_add(profile, overloads, 1);
	/* what passes unseen could be anything, also where it is known already what others said */
	return (blocks || vfw_scan_app_looks(scan, p->side)) &&
	       vfw_scan_refuse(scan, p, VFW_REASON_SCAN_OVERLOAD, false);
}

/* A datagram passes that nobody has looked at, unless it is refused for that: one more of those that told nothing. */
static void scan_datagram_unseen(struct vfw_scan *scan, struct vfw_pkt *p,
				 const struct vfw_scan_app *was)
{
	vfw_scan_app_undo(scan, was);
	if (vfw_scan_overload(scan, p))
		return;
	vfw_scan_app_said(scan, p, 1);
	vfw_scan_app_datagram(scan, p, was);
}

/* Is a checksum right, by sum, which is that of len bytes from the UDP header on? */
static bool scan_sum_fits(const struct vfw_frame *f, __wsum sum, u32 len)
{
	if (f->kind == VFW_FRAME_IP4)
		return !csum_tcpudp_magic(*(const __be32 *)f->src, *(const __be32 *)f->dst, len,
					  IPPROTO_UDP, sum);
	return !csum_ipv6_magic((const struct in6_addr *)f->src, (const struct in6_addr *)f->dst,
				len, IPPROTO_UDP, sum);
}

/* Will its receiver take it? Of what came in fragments the header lies before the payload. */
static bool scan_datagram_sum_right(const struct vfw_pkt *p)
{
	int at = p->mac + (int)p->f.l4_off;
	u32 room = p->f.end - p->f.l4_off, len;
	const struct udphdr *udp;
	struct udphdr copy;

	if (p->f.proto != IPPROTO_UDP || (!p->whole && vfw_pkt_sum_trusted(p)))
		return true;
	if (p->whole) {
		room = p->whole_len + sizeof(copy);
		memcpy(&copy, p->whole - sizeof(copy), sizeof(copy));
		udp = &copy;
	} else {
		udp = skb_header_pointer(p->skb, at, sizeof(copy), &copy);
	}
	if (!udp)
		return false;
	if (!udp->check)
		return p->f.kind == VFW_FRAME_IP4;
	len = ntohs(udp->len);
	if (len < sizeof(*udp) || len > room)
		return false;
	return scan_sum_fits(&p->f,
			     p->whole ? csum_partial(p->whole - sizeof(copy), (int)len, 0)
				      : skb_checksum(p->skb, at, (int)len, 0),
			     len);
}

static void scan_datagram_take(struct vfw_scan *scan, struct vfw_pkt *p)
{
	struct vfw_scan_bytes bytes = {
		.skb = p->skb,
		.off = p->mac + (int)p->f.payload_off,
		.len = vfw_pkt_payload(p),
	};
	struct vfw_scan_app was;

	vfw_scan_app_note(scan, &was);
	if (p->torn) {
		scan_datagram_unseen(scan, p, &was);
		return;
	}
	if (p->whole) {
		bytes.data = p->whole;
		bytes.off = 0;
		bytes.len = p->whole_len;
	}
	/* it tells nothing, and takes nothing of what is looked at */
	if (!bytes.len) {
		vfw_scan_header(scan, p);
		return;
	}
	if (scan->app.looking && !scan->app.spares && !scan_datagram_sum_right(p)) {
		vfw_scan_refuse(scan, p, VFW_REASON_BAD_CHECKSUM, false);
		return;
	}
	/* UFO, which no host offers: cut later, its pieces would join fragments that went before */
	if (skb_is_gso(p->skb) && skb_shinfo(p->skb)->gso_type & SKB_GSO_UDP &&
	    vfw_scan_refuse(scan, p, VFW_REASON_FRAGMENT, false))
		return;
	if (!vfw_budget_has_time(scan->dir[p->side].time)) {
		scan_datagram_unseen(scan, p, &was);
		return;
	}
	if (vfw_scan_header(scan, p))
		return;
	switch (vfw_scan_eat_datagram(scan, p, &bytes)) {
	case VFW_SCAN_CLEAN:
		vfw_scan_app_datagram(scan, p, &was);
		/* all that was wanted of it was its app */
		if (!scan->user.profile->conf.n_exprs && !scan->app.looking)
			WRITE_ONCE(scan->done, true);
		break;
	case VFW_SCAN_MATCH:
		/* not what follows: anybody outside could forge one datagram of a conversation */
		if (vfw_scan_refuse(scan, p, VFW_REASON_SIGNATURE, false))
			vfw_scan_app_undo(scan, &was);
		else
			vfw_scan_app_datagram(scan, p, &was);
		break;
	case VFW_SCAN_LATER:
		vfw_scan_app_undo(scan, &was);
		vfw_scan_queue(scan, p);
		break;
	case VFW_SCAN_FULL:
		scan_datagram_unseen(scan, p, &was);
		break;
	}
}

/* All it takes is its sender's to pay: its sum, what is scanned, and what that comes to. */
static void scan_datagram(struct vfw_scan *scan, struct vfw_pkt *p)
{
	u64 began = vfw_budget_begin();

	scan_datagram_take(scan, p);
	vfw_budget_end(scan->dir[p->side].time, began);
}

void vfw_scan_frame(struct vfw_scan *scan, struct vfw_pkt *p)
{
	const struct vfw_profile *profile;

	lockdep_assert_held(&scan->lock);
	if (scan->generation != p->pol->generation)
		scan_renew(scan, p);
	profile = scan->user.profile;
	/* kept though its rule is gone, and its profile was too old to be kept: nobody could scan it */
	if (!profile && scan->retired && p->rule == VFW_PKT_NO_RULE && !scan->dead) {
		vfw_pkt_block(p, VFW_REASON_CUT);
		return;
	}
	if (!profile && !scan->dead)
		return;
	if (vfw_scan_app_turn(scan, p))
		return;
	if (scan->dead) {
		vfw_pkt_block(p, scan->dead);
		return;
	}
	if (profile->conf.flags & VFW_PROFILE_F_PREVENT && !vfw_own_all(p)) {
		vfw_scan_refuse(scan, p, VFW_REASON_NO_MEMORY, false);
		return;
	}
	if (p->f.proto == IPPROTO_TCP)
		vfw_scan_segment(scan, p);
	else
		scan_datagram(scan, p);
	if (p->final && !p->stolen && !p->again)
		WRITE_ONCE(scan->done, true);
	else if (!scan->dead)
		return;
	vfw_scan_bits_clear(scan);
	vfw_scan_dir_end(&scan->dir[0]);
	vfw_scan_dir_end(&scan->dir[1]);
}

/* Has it no options, or timestamps alone? Others are looked at. */
static bool scan_options_plain(const struct vfw_pkt *p)
{
	u32 at = p->f.l4_off + sizeof(struct tcphdr);
	u32 len = p->f.payload_off - at;

	if (!len)
		return true;
	return len == 12 && p->head && p->head_len >= at + len && vfw_tcpopt_stamp(p->head + at);
}

bool vfw_scan_goes_on(const struct vfw_scan *scan, u32 generation)
{
	return READ_ONCE(scan->generation) == generation && !READ_ONCE(scan->dead) &&
	       vfw_scan_app_goes_on(scan);
}

/* Does what it carries concern the scan of its sender's direction? */
static bool scan_is_of_interest(const struct vfw_stream *to, const struct vfw_pkt *p)
{
	if (vfw_stream_done(to))
		return false;
	return vfw_pkt_payload(p) || p->f.tcp_flags & VFW_TCP_URG ||
	       !(READ_ONCE(to->flags) & VFW_STREAM_F_STARTED) || !scan_options_plain(p);
}

/* Does what is acknowledged, or the window that is opened by it, concern the scan of the other direction? */
static bool scan_is_news(const struct vfw_stream *back, u32 ack, u32 window)
{
	if (vfw_stream_done(back))
		return false;
	return !(READ_ONCE(back->flags) & VFW_STREAM_F_EDGE) || READ_ONCE(back->acked) != ack ||
	       (s32)(ack + window - READ_ONCE(back->edge)) > 0;
}

/*
 * Nothing to be done for it, by what can be read without the lock: what it carries is nothing or lies beyond the
 * depth, and so does what it acknowledges, or that is known. What another CPU changes just now concerns other
 * frames. A fragment may carry more than it looks like, once it is put together.
 */
static bool scan_is_idle(const struct vfw_scan *scan, const struct vfw_pkt *p)
{
	if (!vfw_scan_goes_on(scan, p->pol->generation))
		return false;
	if (READ_ONCE(scan->done))
		return !(p->f.tcp_flags & VFW_TCP_SYN);
	return !p->final && !(p->f.tcp_flags & (VFW_TCP_SYN | VFW_TCP_FIN)) &&
	       !(p->f.flags & VFW_FRAME_F_FRAG) &&
	       !scan_is_of_interest(&scan->dir[p->side].stream, p) &&
	       !scan_is_news(&scan->dir[!p->side].stream, p->f.tcp_ack, vfw_scan_window(&p->f));
}

/* Most frames of what is scanned come by here: it calls nothing, and shall save no registers. */
bool vfw_scan_idles(const struct vfw_scan *scan, u32 generation, u32 side, const u8 *head, u32 len)
{
	const struct vfw_scan_dir *to = &scan->dir[side], *back = &scan->dir[1] - side;
	struct vfw_tcp_plain tcp __uninitialized;

	/* else they are reckoned anew wherever they are used */
	OPTIMIZER_HIDE_VAR(to);
	OPTIMIZER_HIDE_VAR(back);
	if (!vfw_scan_goes_on(scan, generation) || vfw_scan_header_waits(scan, to))
		return false;
	if (READ_ONCE(scan->done))
		return true;
	if (unlikely(!vfw_stream_done(&to->stream)) &&
	    (!vfw_plain_is_bare(head, len) ||
	     !(READ_ONCE(to->stream.flags) & VFW_STREAM_F_STARTED)))
		return false;
	vfw_plain_tcp(&tcp, len, head);
	return !scan_is_news(&back->stream, tcp.ack, (u32)tcp.win << 14);
}

/* There is nothing to be done for what it carries, but its header may be asked for, if its receiver will take it. */
static void scan_idly(struct vfw_scan *scan, struct vfw_pkt *p)
{
	bool frag = p->f.flags & VFW_FRAME_F_FRAG;

	if (!vfw_scan_header_wanted(scan, p) || (!frag && !vfw_scan_sum_right(scan, p, p->side)))
		return;
	spin_lock(&scan->lock);
	/* as vfw_scan_segment() has it */
	if (!frag)
		vfw_scan_header_beside(scan, p);
	else if (scan->user.profile)
		vfw_scan_refuse(scan, p, VFW_REASON_FRAGMENT, false);
	spin_unlock(&scan->lock);
}

void vfw_scan(struct vfw_pkt *p)
{
	struct vfw_scan *scan = vfw_flow_scan(p->flow);

	/* the one that completes the packet brings it */
	if (p->f.flags & VFW_FRAME_F_FRAG && p->f.proto != IPPROTO_TCP && !p->whole && !p->torn)
		return;
	if (!scan) {
		if (!scan_profile(p))
			return;
		if (p->f.proto == IPPROTO_TCP)
			p->tcp_started =
				vfw_flow_start(p->flow, p->side, &p->tcp_start, &p->tcp_opening);
		scan = scan_begin(p);
		if (!scan)
			return;
	} else if (p->f.proto == IPPROTO_TCP) {
		if (scan_is_idle(scan, p)) {
			scan_idly(scan, p);
			return;
		}
		if (p->f.tcp_flags & VFW_TCP_SYN ||
		    !(READ_ONCE(scan->dir[p->side].stream.flags) & VFW_STREAM_F_STARTED))
			p->tcp_started =
				vfw_flow_start(p->flow, p->side, &p->tcp_start, &p->tcp_opening);
		if (p->f.tcp_flags & VFW_TCP_SYN)
			p->tcp_other_started =
				vfw_flow_start(p->flow, !p->side, &p->tcp_other, &p->tcp_opening);
	} else if (READ_ONCE(scan->done) && scan_is_idle(scan, p)) {
		return;
	}
	p->answered = vfw_flow_answered(p->flow);
	spin_lock(&scan->lock);
	if (scan->busy || !list_empty(&scan->jobs) || vfw_scan_queue_forced())
		vfw_scan_queue(scan, p);
	else
		vfw_scan_frame(scan, p);
	spin_unlock(&scan->lock);
}

static bool scan_hold(struct vfw_profile_user *user)
{
	return vfw_scan_hold(container_of(user, struct vfw_scan, user));
}

/* It has no profile until its next frame. Scan locked. */
static void scan_orphan(struct vfw_scan *scan, bool prevented)
{
	/* it may come to one that prevents: as scan_change(), which will not know then what was before */
	if (!prevented) {
		vfw_scan_dir_end(&scan->dir[0]);
		vfw_scan_dir_end(&scan->dir[1]);
		scan->midway = true;
	}
	vfw_scan_app_carry(scan, NULL);
	vfw_scan_header_anew(scan);
	scan->retired = true;
	vfw_scan_uneat(&scan->dir[0]);
	vfw_scan_uneat(&scan->dir[1]);
	WRITE_ONCE(scan->done, false);
}

/* It takes the profile in force with its next frame, for it has none of this generation. Until then next, which is the same, if there is one. */
static void scan_leave(struct vfw_profile_user *user, struct vfw_profile *next)
{
	struct vfw_scan *scan = container_of(user, struct vfw_scan, user);
	bool prevented;

	spin_lock_bh(&scan->lock);
	/* a frame may have come before, and have gone over to another one */
	if (!scan->busy && user->profile && READ_ONCE(user->profile->old)) {
		prevented = user->profile->conf.flags & VFW_PROFILE_F_PREVENT;
		vfw_profile_leave(user);
		if (!next || !vfw_profile_use(user, next))
			scan_orphan(scan, prevented);
		WRITE_ONCE(scan->generation, 0);
	}
	spin_unlock_bh(&scan->lock);
	vfw_scan_put(scan);
}

void vfw_scan_retire(void)
{
	vfw_profile_retire(scan_hold, scan_leave);
}

u64 vfw_scan_memory(void)
{
	return vfw_budget_total();
}

int vfw_scan_init(void)
{
	int err;

	scan_cache = KMEM_CACHE(vfw_scan, SLAB_HWCACHE_ALIGN);
	if (!scan_cache)
		return -ENOMEM;
	err = vfw_sig_count_init();
	if (err)
		goto cache;
	err = vfw_scan_space_init();
	if (err)
		goto count;
	err = vfw_scan_queue_init();
	if (!err)
		return 0;
	vfw_scan_space_exit();
count:
	vfw_sig_count_exit();
cache:
	kmem_cache_destroy(scan_cache);
	return err;
}

void vfw_scan_stop(void)
{
	vfw_scan_queue_stop();
}

void vfw_scan_exit(void)
{
	vfw_scan_queue_exit();
	vfw_sig_count_exit();
	/* conversations are freed by RCU */
	rcu_barrier();
	vfw_scan_space_exit();
	kmem_cache_destroy(scan_cache);
}
