// SPDX-License-Identifier: GPL-2.0
/*
 * The bytes' way into Hyperscan. Every call into it makes an FPU section of its own, of at most
 * VFW_HS_PIECE bytes. What it has eaten it cannot give back: bytes of a segment that is dropped
 * after all, or must wait for the worker, stay noted in the direction (fed), and are left out when they
 * come again at the same place.
 */
#include <linux/bitmap.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "core/sig_table.h"
#include "hs/hs.h"
#include "scan_bits.h"
#include "scan_flow.h"
#include "scan_sig.h"
#include "scan_space.h"
#include "verdict.h"

#define EAT_FITS 64 /* answers that are remembered; a power of two */
#define EAT_HITS 16 /* matches of one section that are told apart; the rest is counted */
#define EAT_PLACES 8 /* of signatures with flowbits whose place is remembered */
#define EAT_COUNTED 16 /* limited signatures that are remembered to have counted here */
#define EAT_WINDOW 2560 /* bytes of a stream in which a frame counts once, as Suricata asks */

/* A limited signature counts once for a datagram, or a window of a stream in a frame. */
struct eat_counted {
	u32 id;
	u32 window;
};

/* A packet of 64 KiB with as many places to look at as it has bytes takes that for each of 16 contents. */
static unsigned int chain_work = 1U << 20;
module_param(chain_work, uint, 0644);
MODULE_PARM_DESC(
	chain_work,
	"steps and compared bytes that the rules asked of one frame's packets may take (default 1048576)");

struct eat {
	struct vfw_scan *scan;
	struct vfw_pkt *p;
	const struct vfw_hs_db *db;
	void *hs;
	unsigned long *parts; /* that have matched in what hs has eaten; or NULL */
	u64 base; /* added to offsets */
	u32 len; /* of the datagram; 0 for a stream */
	u32 reach; /* offsets up to which patterns of apps count; 0: none does */
	bool matched; /* what prevents, where the profile does */
	bool segment; /* it is one of TCP */
	struct vfw_scan_head *head; /* it is the first bytes of a stream */
	bool at_start; /* a stream is scanned from its first byte on */
	bool spent; /* what could not be asked to its end */
	bool fitted; /* fit is valid */
	u32 work; /* may still be done for steps, of this frame */
	u32 n_counted; /* of this datagram, or this frame */
	u32 n_places;
	u32 n_asked; /* of this datagram */
	/* not zeroed, for most frames have no match; kept last */
	/* by id: (id + 1) << 5 | what vfw_scan_sig() said, of this frame and length; 0: none yet */
	u32 fit[EAT_FITS];
	/* signatures with flowbits that matched; valid with n_places */
	DECLARE_BITMAP(states, VFW_SIGBITS_STATES_MAX);
	struct eat_counted counted[EAT_COUNTED];
	struct vfw_hs_hit place[EAT_PLACES]; /* of those in states; id: number of the state */
};

static void eat_init(struct eat *eat, struct vfw_scan *scan, struct vfw_pkt *p,
		     const struct vfw_hs_db *db)
{
	memset(eat, 0, offsetof(struct eat, fit));
	eat->scan = scan;
	eat->p = p;
	eat->db = db;
	eat->work = READ_ONCE(chain_work);
}

/* A section may match at every byte: a header is not compared each time. */
static u32 eat_fit(struct eat *eat, u32 id)
{
	u32 *known = &eat->fit[id % EAT_FITS];

	BUILD_BUG_ON(VFW_SIG_TABLE_MAX / sizeof(struct vfw_sig) >= 1U << 27);
	if (!eat->fitted)
		memset(eat->fit, 0, sizeof(eat->fit));
	eat->fitted = true;
	if (*known >> 5 != id + 1)
		*known =
			(id + 1) << 5 | vfw_scan_sig(eat->scan->user.profile, eat->p, id, eat->len);
	return *known & 31;
}

/* Has it counted here? Else it does now; of more signatures than are remembered each match does. */
static bool eat_has_counted(struct eat *eat, u32 id, u64 to)
{
	u32 window = eat->len ? 0 : (u32)div_u64(to, EAT_WINDOW);
	u32 i;

	for (i = 0; i < eat->n_counted; i++) {
		if (eat->counted[i].id != id)
			continue;
		if (eat->counted[i].window == window)
			return true;
		eat->counted[i].window = window;
		return false;
	}
	if (i < EAT_COUNTED)
		eat->counted[eat->n_counted++] = (struct eat_counted){id, window};
	return false;
}

/* What a match of a limited signature comes to. */
static enum vfw_scan_fit eat_limited(struct eat *eat, u32 id, u64 to, u32 fit)
{
	enum vfw_scan_fit bare = fit & (VFW_SCAN_LIMITED - 1);

	if (eat_has_counted(eat, id, to))
		return VFW_SCAN_UNFIT;
	switch (vfw_scan_sig_told(eat->scan, eat->p, id, fit)) {
	case VFW_SIG_TOLD:
		return bare;
	case VFW_SIG_SILENT:
		eat->matched |= bare == VFW_SCAN_PREVENTS;
		vfw_profile_count_add(eat->scan->user.profile, matches, 1);
		return VFW_SCAN_UNFIT;
	default:
		return VFW_SCAN_UNFIT;
	}
}

/* A signature with flowbits: whether it counts is asked when its turn comes. */
static void eat_note(struct eat *eat, u32 id, u64 to)
{
	u32 state = eat->scan->user.profile->sigs.sigs[id].state - 1;

	if (!eat->n_places)
		bitmap_zero(eat->states, VFW_SIGBITS_STATES_MAX);
	if (!__test_and_set_bit(state, eat->states) && eat->n_places < EAT_PLACES)
		eat->place[eat->n_places++] = (struct vfw_hs_hit){state, to};
}

/* Has it matched in a segment of the frame? More than are remembered may speak of the stream once more. */
static bool eat_was_said(const struct vfw_pkt *p, u32 id)
{
	u32 i;

	for (i = 0; i < p->n_said && p->said[i] != id; i++)
		;
	return i < p->n_said;
}

/* What would prevent, and passes, unarmed, is to match again; but what counts its matches, or changes flowbits by them, has done so by this one. */
static void eat_tell_head(const struct vfw_profile *profile, struct vfw_scan_head *head, u32 id)
{
	const struct vfw_sig *sig = &profile->sigs.sigs[id];

	if (!(profile->conf.flags & VFW_PROFILE_F_PREVENT) || sig->limit || sig->state ||
	    !(sig->flags & (VFW_SIG_DROP | VFW_SIG_REJECT)))
		vfw_scan_head_tell(head, id);
}

static void eat_say(struct eat *eat, u32 id)
{
	const struct vfw_profile *profile = eat->scan->user.profile;
	bool streams = profile->sigs.sigs[id].flags & VFW_SIG_STREAM;
	struct vfw_pkt *p = eat->p;
	struct vfw_scan_head *head = eat->scan->dir[p->side].head;

	/* also one that had to wait for the stream's flowbits */
	if (!eat->segment && head && profile->sigs.sigs[id].n_steps)
		eat_tell_head(profile, head, id);
	else if (eat->segment && streams && p->n_said < VFW_PKT_SAID && !eat_was_said(p, id))
		p->said[p->n_said++] = id;
}

/*
 * Is an expression for these bytes? Rules about TCP say whether they are asked of segments or of the stream. Those that are
 * of both count once for a frame.
 */
static bool eat_is_asked(const struct eat *eat, u32 id)
{
	u32 flags = eat->scan->user.profile->sigs.sigs[id].flags;

	if (eat->segment)
		return flags & VFW_SIG_PACKET;
	if (eat->len)
		return true;
	if (flags & VFW_SIG_AT_START && !eat->at_start)
		return false;
	return !(flags & VFW_SIG_PACKET) || (flags & VFW_SIG_STREAM && !eat_was_said(eat->p, id));
}

/* What a signature that has matched comes to, unless it was for its header or its limit as if it had not, or is asked later. */
static enum vfw_scan_fit eat_counts(struct eat *eat, u32 id, u64 to)
{
	u32 fit = eat_fit(eat, id);

	if (fit & VFW_SCAN_STATE) {
		eat_note(eat, id, to);
		return VFW_SCAN_UNFIT;
	}
	if (fit != VFW_SCAN_UNFIT)
		eat_say(eat, id);
	return fit & VFW_SCAN_LIMITED ? eat_limited(eat, id, to, fit) : fit;
}

/* As eat_is_asked(), of signatures with steps. */
static bool eat_is_chain_asked(const struct eat *eat, u32 id)
{
	u32 flags = eat->scan->user.profile->sigs.sigs[id].flags;

	if (eat->head)
		return flags & VFW_SIG_STREAM && !eat_was_said(eat->p, id) &&
		       !vfw_scan_head_told(eat->head, id);
	return eat->segment ? flags & VFW_SIG_PACKET : eat->len;
}

/* The literal of a signature with steps is in the datagram: it is asked when all of that was looked through, once. */
static void eat_ask_later(struct eat *eat, u32 id)
{
	if (!eat_is_chain_asked(eat, id) || eat_fit(eat, id) == VFW_SCAN_UNFIT)
		return;
	if (!vfw_scan_space_ask(vfw_scan_space(), &eat->n_asked, id))
		eat->spent = true;
}

/* A part of a signature has matched. With the last of them the signature has, whose number is written to *id. */
static bool eat_part(struct eat *eat, u32 *id)
{
	const struct vfw_sigs *sigs = &eat->scan->user.profile->sigs;
	u32 at = sigs->sigs[*id].part - 1, end;
	const struct vfw_sig_part *part = &sigs->parts[at];

	if (!eat->parts)
		return false;
	__set_bit(at, eat->parts);
	end = part->first + part->n;
	*id = part->whole;
	return find_next_zero_bit(eat->parts, end, part->first) >= end;
}

/*
 * A signature has matched with that part. All are wanted anew, but for what can stand at the stream's beginning only. Not so where it does
 * not count yet, for its header or flowbits, or would have prevented what passes, unarmed: then the next part matches again.
 */
static void eat_anew(struct eat *eat, u32 part, u32 id)
{
	const struct vfw_profile *profile = eat->scan->user.profile;
	const struct vfw_sig_part *parts = profile->sigs.parts;
	u32 fit = eat_fit(eat, id), at = parts[part].first, end = at + parts[part].n;

	if (fit == VFW_SCAN_UNFIT || fit & VFW_SCAN_STATE ||
	    ((fit & (VFW_SCAN_LIMITED - 1)) == VFW_SCAN_PREVENTS &&
	     profile->conf.flags & VFW_PROFILE_F_PREVENT))
		return;
	for (; at < end; at++)
		if (!parts[at].stays)
			__clear_bit(at, eat->parts);
}

/*
 * Does a match count? Of those that prevent one is always kept, however many others came before it. Patterns of
 * apps stand behind those of signatures, and are no matches.
 */
static bool eat_fits(struct vfw_hs_hits *hits, u32 *what, u64 to, void *arg)
{
	struct eat *eat = arg;
	const struct vfw_profile *profile = eat->scan->user.profile;
	u32 id = *what, part, fit;

	if (id >= profile->conf.n_exprs) {
		if (!eat->segment && to <= eat->reach)
			vfw_scan_app_hit(eat->scan, eat->p, id - profile->conf.n_exprs);
		return false;
	}
	if (!profile->table)
		return true;
	part = profile->sigs.sigs[id].part;
	if (part && !eat_part(eat, what))
		return false;
	id = *what;
	if (part)
		eat_anew(eat, part - 1, id);
	if (profile->sigs.sigs[id].n_steps) {
		eat_ask_later(eat, id);
		return false;
	}
	if (!eat_is_asked(eat, id))
		return false;
	fit = eat_counts(eat, id, to);
	if (fit != VFW_SCAN_PREVENTS || eat->matched)
		return fit != VFW_SCAN_UNFIT;
	eat->matched = true;
	if (hits->count == hits->max) {
		hits->count--;
		hits->lost++;
	}
	return true;
}

/* As eat_fits(), for literals of signatures with steps alone. */
static bool eat_fits_literal(struct vfw_hs_hits *hits, u32 *what, u64 to, void *arg)
{
	struct eat *eat = arg;
	const struct vfw_profile *profile = eat->scan->user.profile;

	if (*what < profile->conf.n_exprs && profile->sigs.sigs[*what].n_steps)
		eat_ask_later(eat, *what);
	return false;
}

/* Where a section writes what it finds. */
static struct vfw_hs_hits eat_hits(struct eat *eat, struct vfw_hs_hit *hit)
{
	struct vfw_hs_hits hits = {.max = EAT_HITS, .hit = hit, .arg = eat};

	if (eat->scan->user.profile->table || eat->scan->user.profile->apps.n_apps)
		hits.fits = eat_fits;
	return hits;
}

/* Counts and says what one section found. */
static void eat_report(struct eat *eat, const struct vfw_hs_hits *hits)
{
	const struct vfw_profile *profile = eat->scan->user.profile;
	struct vfw_alert alert = {
		.profile = profile->index,
		.revision = profile->revision,
	};
	u32 i, j;

	if (!hits->count)
		return;
	if (!profile->table)
		eat->matched = true;
	vfw_profile_count_add(profile, matches, hits->count + hits->lost);
	if (eat->matched && profile->conf.flags & VFW_PROFILE_F_PREVENT && vfw_verdict_cuts(eat->p))
		alert.dropped = true;
	for (i = 0; i < hits->count; i++) {
		for (j = 0; j < i && hits->hit[j].id != hits->hit[i].id; j++)
			;
		if (j < i)
			continue;
		alert.sig = hits->hit[i].id;
		alert.offset = eat->base + hits->hit[i].to;
		alert.count = 0;
		for (j = i; j < hits->count; j++)
			alert.count += hits->hit[j].id == alert.sig;
		vfw_verdict_alert(eat->p, &alert);
	}
}

/*
 * All of a datagram was looked through: the signatures with steps whose literals it has are asked, each once. What
 * cannot be asked to its end counts as if there had been no time for the frame.
 */
static void eat_ask(struct eat *eat, const u8 *data)
{
	const struct vfw_profile *profile = eat->scan->user.profile;
	struct vfw_scan_space *space = vfw_scan_space();
	u32 i;

	for (i = 0; i < eat->n_asked; i++) {
		struct vfw_hs_hit hit = {space->asked[i], eat->len};
		struct vfw_hs_hits hits = {.count = 1, .hit = &hit};
		enum vfw_scan_fit fit;

		switch (vfw_scan_sig_steps(profile, eat->p, hit.id, data, eat->len, &eat->work,
					   &space->regex)) {
		case VFW_SIG_NO_MATCH:
			continue;
		case VFW_SIG_SPENT:
			eat->spent = true;
			continue;
		case VFW_SIG_MATCH:
			break;
		}
		fit = eat_counts(eat, hit.id, hit.to);
		eat->matched |= fit == VFW_SCAN_PREVENTS;
		if (fit != VFW_SCAN_UNFIT)
			eat_report(eat, &hits);
	}
	eat->n_asked = 0;
}

/* Where a signature with flowbits first matched; of more than are remembered, where the last of those did. */
static u64 eat_place(const struct eat *eat, u32 state)
{
	u32 i;

	for (i = 0; i < eat->n_places - 1 && eat->place[i].id != state; i++)
		;
	return eat->place[i].to;
}

/* What the bits do not allow yet, of a segment or a stream's first bytes, the stream is asked after those, and may set them. */
static void eat_waits(const struct eat *eat, u32 state, const struct vfw_sig *sig)
{
	struct vfw_scan_space *space = vfw_scan_space();

	if (!eat->head && !(eat->segment && sig->flags & VFW_SIG_STREAM))
		return;
	if (!space->n_waits)
		bitmap_zero(space->waits, VFW_SIGBITS_STATES_MAX);
	space->n_waits++;
	__set_bit(state, space->waits);
}

/* All of these are asked once more, as if they had matched at to. */
static void eat_wake(struct eat *eat, u64 to)
{
	const struct vfw_sigs *sigs = &eat->scan->user.profile->sigs;
	struct vfw_scan_space *space = vfw_scan_space();
	u32 state;

	if (!space->n_waits)
		return;
	for_each_set_bit(state, space->waits, sigs->n_states)
		eat_note(eat, sigs->states[state].sig, to);
}

/* All of a frame, or a datagram, is scanned: signatures with flowbits in their order. */
static void eat_settle(struct eat *eat)
{
	const struct vfw_sigs *sigs = &eat->scan->user.profile->sigs;
	u32 state, fit;

	if (!eat->n_places)
		return;
	for_each_set_bit(state, eat->states, sigs->n_states)
	{
		struct vfw_hs_hit hit = {sigs->states[state].sig, eat_place(eat, state)};
		struct vfw_hs_hits hits = {.count = 1, .hit = &hit};

		if (!vfw_scan_bits(eat->scan, state)) {
			eat_waits(eat, state, &sigs->sigs[hit.id]);
			continue;
		}
		if (vfw_scan_space()->n_waits)
			__clear_bit(state, vfw_scan_space()->waits);
		eat_say(eat, hit.id);
		fit = eat_fit(eat, hit.id) & ~VFW_SCAN_STATE;
		if (fit & VFW_SCAN_LIMITED)
			fit = eat_limited(eat, hit.id, hit.to, fit);
		eat->matched |= fit == VFW_SCAN_PREVENTS;
		if (fit != VFW_SCAN_UNFIT)
			eat_report(eat, &hits);
	}
	eat->n_places = 0;
}

/* Linear bytes. Returns how many were eaten: fewer than len if no section could be had. */
static u32 eat_linear(struct eat *eat, const u8 *data, u32 len)
{
	struct vfw_hs_hit hit[EAT_HITS] __uninitialized;
	u32 done, n;
	ssize_t ret;

	for (done = 0; done < len; done += n) {
		struct vfw_hs_hits hits = eat_hits(eat, hit);

		ret = vfw_hs_stream_scan(eat->db, eat->hs, data + done,
					 min_t(u32, len - done, VFW_HS_PIECE), &hits);
		if (ret < 0)
			break;
		n = ret;
		eat_report(eat, &hits);
	}
	if (!eat->segment)
		vfw_profile_count_add(eat->scan->user.profile, bytes, done);
	return done;
}

static u32 eat_skb(struct eat *eat, const struct vfw_scan_bytes *bytes, u32 off, u32 len)
{
	struct skb_seq_state state;
	u32 done = 0, n, eaten;
	const u8 *data;

	skb_prepare_seq_read(bytes->skb, bytes->off + off, bytes->off + off + len, &state);
	while (done < len) {
		n = skb_seq_read(done, &data, &state);
		if (!n)
			return done;
		n = min(n, len - done);
		eaten = eat_linear(eat, data, n);
		done += eaten;
		if (eaten < n)
			break;
	}
	skb_abort_seq_read(&state);
	return done;
}

static u32 eat_bytes(struct eat *eat, const struct vfw_scan_bytes *bytes, u32 off, u32 len)
{
	u32 at = bytes->off + off;

	if (bytes->data)
		return eat_linear(eat, bytes->data + off, len);
	if (at + len <= skb_headlen(bytes->skb))
		return eat_linear(eat, bytes->skb->data + at, len);
	return eat_skb(eat, bytes, off, len);
}

/* Does what was found end the conversation, were it not for monitor? */
static bool eat_stops(const struct eat *eat)
{
	return eat->matched && eat->scan->user.profile->conf.flags & VFW_PROFILE_F_PREVENT;
}

/* The bits of parts stand behind Hyperscan's state. */
static unsigned long *eat_parts(const struct vfw_profile *profile, void *hs)
{
	u32 bits = vfw_profile_bits(profile);

	return bits ? hs + vfw_profile_state(profile) - bits : NULL;
}

/* Room for both, *size bytes, charged; no part has matched. NULL: there is none. */
static void *eat_room(const struct vfw_profile *profile, struct vfw_budget *budget, u32 *size)
{
	u32 parts = vfw_profile_bits(profile);
	void *hs;

	*size = vfw_profile_state(profile);
	if (!vfw_budget_take(budget, *size))
		return NULL;
	hs = kmalloc(*size, GFP_ATOMIC | __GFP_NOWARN);
	if (!hs)
		vfw_budget_give(budget, *size);
	else if (parts)
		memset(eat_parts(profile, hs), 0, parts);
	return hs;
}

/* A scan's state for the direction. */
static enum vfw_scan_eaten eat_begin(struct vfw_scan *scan, struct vfw_scan_dir *dir)
{
	const struct vfw_hs_db *db = scan->user.profile->stream;

	dir->hs = eat_room(scan->user.profile, dir->budget, &dir->hs_size);
	if (!dir->hs)
		return VFW_SCAN_FULL;
	dir->fed = 0;
	dir->base = dir->stream.scanned;
	dir->at_start = !dir->base && dir->fed_seq == dir->stream.start &&
			!(dir->stream.flags & VFW_STREAM_F_MIDWAY);
	if (!vfw_hs_stream_open(db, dir->hs))
		return VFW_SCAN_CLEAN;
	vfw_scan_eat_anew(dir);
	return VFW_SCAN_LATER;
}

void vfw_scan_uneat(struct vfw_scan_dir *dir)
{
	vfw_scan_head_end(dir);
	vfw_scan_eat_anew(dir);
}

void vfw_scan_eat_anew(struct vfw_scan_dir *dir)
{
	dir->fed = 0;
	if (!dir->hs)
		return;
	kfree(dir->hs);
	dir->hs = NULL;
	vfw_budget_give(dir->budget, dir->hs_size);
}

enum vfw_scan_eaten vfw_scan_eat(struct vfw_scan *scan, struct vfw_pkt *p, struct vfw_scan_dir *dir,
				 const struct vfw_scan_bytes *bytes, u32 off, u32 len)
{
	struct eat eat __uninitialized;
	enum vfw_scan_eaten ret;
	u32 n;

	eat_init(&eat, scan, p, scan->user.profile->stream);
	if (!dir->hs) {
		ret = eat_begin(scan, dir);
		if (ret != VFW_SCAN_CLEAN)
			return ret;
	}
	eat.hs = dir->hs;
	eat.parts = eat_parts(scan->user.profile, dir->hs);
	eat.base = dir->base;
	eat.at_start = dir->at_start;
	eat.reach = vfw_scan_app_reach(scan, dir);
	n = eat_bytes(&eat, bytes, off, len);
	dir->fed += n;
	eat_wake(&eat, dir->stream.scanned + dir->fed - dir->base);
	eat_settle(&eat);
	if (eat_stops(&eat)) {
		if (vfw_verdict_cuts(p))
			return VFW_SCAN_MATCH;
		p->matched = true;
	}
	return n < len ? VFW_SCAN_LATER : VFW_SCAN_CLEAN;
}

/* Bytes of a packet in one piece, copied where they are not; NULL: they cannot be. Good until the next call. */
static const u8 *eat_whole(const struct vfw_scan_bytes *bytes, u32 off, u32 len)
{
	u32 at = bytes->off + off;
	u8 *buffer;

	if (bytes->data)
		return bytes->data + off;
	if (at + len <= skb_headlen(bytes->skb))
		return bytes->skb->data + at;
	buffer = vfw_scan_space()->packet;
	if (len > VFW_SCAN_PACKET || skb_copy_bits(bytes->skb, (int)at, buffer, (int)len))
		return NULL;
	return buffer;
}

/*
 * Signatures with steps are of no use for TCP's stream, so their literals, many of them short, do not stand in its
 * database. None is longer than the overlap of two pieces.
 */
static bool eat_literals(struct eat *eat, const u8 *data, u32 len)
{
	struct vfw_hs_hits hits = {.fits = eat_fits_literal, .arg = eat};
	u32 at;

	for (at = 0; at < len; at += VFW_HS_PIECE - VFW_SIG_CONTENT_MAX)
		if (vfw_hs_block_scan(eat->db, data + at, min_t(u32, len - at, VFW_HS_PIECE),
				      &hits))
			return false;
	return true;
}

/* Longer than a section takes: by way of a stream of its own, and literals piece by piece. */
static enum vfw_scan_eaten eat_long(struct eat *eat, const struct vfw_scan_bytes *bytes, u32 off,
				    u32 len)
{
	struct vfw_hs_hit hit[EAT_HITS] __uninitialized;
	struct vfw_hs_hits hits = eat_hits(eat, hit);
	enum vfw_scan_eaten ret = VFW_SCAN_LATER;
	const struct vfw_hs_db *block = eat->db;
	struct vfw_budget *budget = eat->scan->dir[eat->p->side].budget;
	const struct vfw_profile *profile = eat->scan->user.profile;
	const u8 *data = NULL;
	u32 size;

	if (profile->sigs.n_steps) {
		data = eat_whole(bytes, off, len);
		if (!data)
			return VFW_SCAN_FULL;
		if (!eat_literals(eat, data, len))
			return VFW_SCAN_LATER;
	}
	if (profile->stream)
		eat->hs = eat_room(profile, budget, &size);
	if (!eat->hs)
		return VFW_SCAN_FULL;
	eat->db = profile->stream;
	eat->parts = eat_parts(profile, eat->hs);
	if (!vfw_hs_stream_open(eat->db, eat->hs) && eat_bytes(eat, bytes, off, len) == len &&
	    !vfw_hs_stream_close(eat->db, eat->hs, &hits)) {
		eat_report(eat, &hits);
		eat_ask(eat, data);
		ret = VFW_SCAN_CLEAN;
	}
	kfree(eat->hs);
	eat->hs = NULL;
	eat->parts = NULL;
	vfw_budget_give(budget, size);
	eat->db = block;
	return ret;
}

/* All that can match lies in the first reach of its bytes. */
static enum vfw_scan_eaten eat_short(struct eat *eat, const struct vfw_scan_bytes *bytes, u32 off,
				     u32 len, u32 reach)
{
	struct vfw_hs_hit hit[EAT_HITS] __uninitialized;
	struct vfw_hs_hits hits = eat_hits(eat, hit);
	const u8 *data = eat_whole(bytes, off, reach);

	if (!data)
		return VFW_SCAN_FULL;
	if (vfw_hs_block_scan(eat->db, data, reach, &hits))
		return VFW_SCAN_LATER;
	eat_report(eat, &hits);
	/* steps look at all of it */
	if (eat->n_asked && reach < len)
		data = eat_whole(bytes, off, len);
	if (!data)
		return VFW_SCAN_FULL;
	eat_ask(eat, data);
	if (!eat->segment)
		vfw_profile_count_add(eat->scan->user.profile, bytes, len);
	return VFW_SCAN_CLEAN;
}

/* The next packet of a frame, by itself: reach as of eat_short(). */
static enum vfw_scan_eaten eat_packet(struct eat *eat, const struct vfw_scan_bytes *bytes, u32 off,
				      u32 len, u32 reach)
{
	if (eat->len != len)
		eat->fitted = false;
	eat->len = len;
	eat->n_counted = 0;
	eat->n_asked = 0;
	return reach <= VFW_HS_PIECE ? eat_short(eat, bytes, off, len, reach)
				     : eat_long(eat, bytes, off, len);
}

/* All packets of a frame were asked, or as ret says. */
static enum vfw_scan_eaten eat_packets_end(const struct eat *eat, enum vfw_scan_eaten ret)
{
	if (eat_stops(eat))
		return VFW_SCAN_MATCH;
	return ret == VFW_SCAN_CLEAN && eat->spent ? VFW_SCAN_FULL : ret;
}

enum vfw_scan_eaten vfw_scan_eat_segments(struct vfw_scan *scan, struct vfw_pkt *p,
					  const struct vfw_scan_bytes *bytes)
{
	u32 unit = skb_is_gso(p->skb) ? skb_shinfo(p->skb)->gso_size : bytes->len, off, n, reach;
	u32 seq = p->f.tcp_seq, flags = p->f.tcp_flags;
	enum vfw_scan_eaten ret = VFW_SCAN_CLEAN;
	struct eat eat __uninitialized;

	eat_init(&eat, scan, p, scan->user.profile->block);
	eat.segment = true;
	for (off = 0; off < bytes->len && ret == VFW_SCAN_CLEAN; off += n) {
		n = min(max(unit, 1U), bytes->len - off);
		/* as the frame will be cut: tcp_gso_segment() */
		p->f.tcp_seq = seq + off;
		p->f.tcp_flags = flags;
		if (off + n < bytes->len)
			p->f.tcp_flags &= ~(VFW_TCP_FIN | VFW_TCP_PSH);
		if (off)
			p->f.tcp_flags &= ~VFW_TCP_CWR;
		vfw_scan_sent(scan, p, seq, seq + off + n);
		reach = vfw_scan_sig_segment(&scan->user, p, n);
		if (!reach)
			continue;
		eat.fitted = false;
		ret = eat_packet(&eat, bytes, off, n, reach);
		if (ret == VFW_SCAN_CLEAN)
			eat_settle(&eat);
	}
	p->f.tcp_seq = seq;
	p->f.tcp_flags = flags;
	return eat_packets_end(&eat, ret);
}

enum vfw_scan_eaten vfw_scan_eat_head(struct vfw_scan *scan, struct vfw_pkt *p, u32 n, bool whole)
{
	const struct vfw_profile *profile = scan->user.profile;
	const struct vfw_scan_dir *dir = &scan->dir[p->side];
	struct eat eat __uninitialized;
	struct vfw_hs_hits hits = {.fits = eat_fits_literal, .arg = &eat};
	u32 i;

	/* one attack is told once */
	for (i = 0; i < p->n_said; i++)
		eat_tell_head(profile, dir->head, p->said[i]);
	if (whole && vfw_scan_head_was_asked(scan, p, n))
		return VFW_SCAN_CLEAN;
	eat_init(&eat, scan, p, profile->block);
	eat.head = dir->head;
	eat.len = (u32)min_t(u64, dir->stream.scanned + n, VFW_SIG_HEAD);
	if (vfw_hs_block_scan(eat.db, eat.head->data, eat.len, &hits))
		return VFW_SCAN_LATER;
	eat_ask(&eat, eat.head->data);
	eat_settle(&eat);
	return eat_packets_end(&eat, VFW_SCAN_CLEAN);
}

enum vfw_scan_eaten vfw_scan_eat_datagram(struct vfw_scan *scan, struct vfw_pkt *p,
					  const struct vfw_scan_bytes *bytes)
{
	struct eat eat __uninitialized;
	enum vfw_scan_eaten ret = VFW_SCAN_CLEAN;
	u32 unit = bytes->len, off, n;

	eat_init(&eat, scan, p, scan->user.profile->block);
	/* The receiver gets each segment of such a super-frame as a datagram; of others (UFO) the whole. */
	if (!bytes->data && skb_is_gso(p->skb) && skb_shinfo(p->skb)->gso_type & SKB_GSO_UDP_L4)
		unit = skb_shinfo(p->skb)->gso_size;
	for (off = 0; off < bytes->len && ret == VFW_SCAN_CLEAN; off += n) {
		n = min(max(unit, 1U), bytes->len - off);
		eat.reach = vfw_scan_app_room(scan, p);
		ret = eat_packet(&eat, bytes, off, n, n);
		/* else it is scanned once more, or not at all */
		if (ret == VFW_SCAN_CLEAN) {
			vfw_scan_app_said(scan, p, n);
			eat_settle(&eat);
		}
	}
	return eat_packets_end(&eat, ret);
}
