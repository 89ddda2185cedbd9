// SPDX-License-Identifier: GPL-2.0
#include <linux/bitmap.h>
#include <linux/math64.h>
#include <linux/moduleparam.h>

#include "core/sig_table.h"
#include "scan_bits.h"
#include "scan_hit.h"
#include "scan_space.h"
#include "verdict.h"

/* A packet of 64 KiB with as many places to look at as it has bytes takes that for each of 16 contents. */
static unsigned int chain_work = 1U << 20;
module_param(chain_work, uint, 0644);
MODULE_PARM_DESC(
	chain_work,
	"steps and compared bytes that the rules asked of one frame's packets may take (default 1048576)");

void vfw_eat_init(struct vfw_eat *eat, struct vfw_scan *scan, struct vfw_pkt *p,
		  const struct vfw_hs_db *db)
{
	memset(eat, 0, offsetof(struct vfw_eat, fit));
	eat->scan = scan;
	eat->p = p;
	eat->db = db;
	eat->work = READ_ONCE(chain_work);
}

/* A section may match at every byte: a header is not compared each time. */
static u32 eat_fit(struct vfw_eat *eat, u32 id)
{
	u32 *known = &eat->fit[id % VFW_EAT_FITS];

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
static bool eat_has_counted(struct vfw_eat *eat, u32 id, u64 to)
{
	u32 window = eat->len ? 0 : (u32)div_u64(to, VFW_EAT_WINDOW);
	u32 i;

	for (i = 0; i < eat->n_counted; i++) {
		if (eat->counted[i].id != id)
			continue;
		if (eat->counted[i].window == window)
			return true;
		eat->counted[i].window = window;
		return false;
	}
	if (i < VFW_EAT_COUNTED)
		eat->counted[eat->n_counted++] = (struct vfw_eat_counted){id, window};
	return false;
}

/* What a match of a limited signature comes to. */
static enum vfw_scan_fit eat_limited(struct vfw_eat *eat, u32 id, u64 to, u32 fit)
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
static void eat_note(struct vfw_eat *eat, u32 id, u64 to)
{
	u32 state = eat->scan->user.profile->sigs.sigs[id].state - 1;

	if (!eat->n_places)
		bitmap_zero(eat->states, VFW_SIGBITS_STATES_MAX);
	if (!__test_and_set_bit(state, eat->states) && eat->n_places < VFW_EAT_PLACES)
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
void vfw_eat_tell_head(const struct vfw_profile *profile, struct vfw_scan_head *head, u32 id)
{
	const struct vfw_sig *sig = &profile->sigs.sigs[id];

	if (!(profile->conf.flags & VFW_PROFILE_F_PREVENT) || sig->limit || sig->state ||
	    !(sig->flags & (VFW_SIG_DROP | VFW_SIG_REJECT)))
		vfw_scan_head_tell(head, id);
}

static void eat_say(struct vfw_eat *eat, u32 id)
{
	const struct vfw_profile *profile = eat->scan->user.profile;
	bool streams = profile->sigs.sigs[id].flags & VFW_SIG_STREAM;
	struct vfw_pkt *p = eat->p;
	struct vfw_scan_head *head = eat->scan->dir[p->side].head;

	/* also one that had to wait for the stream's flowbits */
	if (!eat->segment && head && profile->sigs.sigs[id].n_steps)
		vfw_eat_tell_head(profile, head, id);
	else if (eat->segment && streams && p->n_said < VFW_PKT_SAID && !eat_was_said(p, id))
		p->said[p->n_said++] = id;
}

/*
 * Is an expression for these bytes? Rules about TCP say whether they are asked of segments or of the stream. Those that are
 * of both count once for a frame.
 */
static bool eat_is_asked(const struct vfw_eat *eat, u32 id)
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
enum vfw_scan_fit vfw_eat_counts(struct vfw_eat *eat, u32 id, u64 to)
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
static bool eat_is_chain_asked(const struct vfw_eat *eat, u32 id)
{
	u32 flags = eat->scan->user.profile->sigs.sigs[id].flags;

	if (eat->head)
		return flags & VFW_SIG_STREAM && !eat_was_said(eat->p, id) &&
		       !vfw_scan_head_told(eat->head, id);
	return eat->segment ? flags & VFW_SIG_PACKET : eat->len;
}

/* The literal of a signature with steps is in the datagram: it is asked when all of that was looked through, once. */
static void eat_ask_later(struct vfw_eat *eat, u32 id)
{
	if (!eat_is_chain_asked(eat, id) || eat_fit(eat, id) == VFW_SCAN_UNFIT)
		return;
	if (!vfw_scan_space_ask(vfw_scan_space(), &eat->n_asked, id))
		eat->spent = true;
}

/* A part of a signature has matched. With the last of them the signature has, whose number is written to *id. */
static bool eat_part(struct vfw_eat *eat, u32 *id)
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
static void eat_anew(struct vfw_eat *eat, u32 part, u32 id)
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
	struct vfw_eat *eat = arg;
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
	fit = vfw_eat_counts(eat, id, to);
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
bool vfw_eat_fits_literal(struct vfw_hs_hits *hits, u32 *what, u64 to, void *arg)
{
	struct vfw_eat *eat = arg;
	const struct vfw_profile *profile = eat->scan->user.profile;

	if (*what >= profile->conf.n_exprs || !profile->sigs.sigs[*what].n_steps)
		return false;
	if (eat->head && profile->sigs.sigs[*what].flags & VFW_SIG_STREAM)
		vfw_scan_head_see(eat->head, *what);
	eat_ask_later(eat, *what);
	return false;
}

void vfw_eat_ask_seen(struct vfw_eat *eat)
{
	u32 i;

	for (i = 0; i < min_t(u32, eat->head->n_seen, ARRAY_SIZE(eat->head->seen)); i++)
		eat_ask_later(eat, eat->head->seen[i]);
}

/* Where a section writes what it finds. */
struct vfw_hs_hits vfw_eat_hits(struct vfw_eat *eat, struct vfw_hs_hit *hit)
{
	struct vfw_hs_hits hits = {.max = VFW_EAT_HITS, .hit = hit, .arg = eat};

	if (eat->scan->user.profile->table || eat->scan->user.profile->apps.n_apps)
		hits.fits = eat_fits;
	return hits;
}

void vfw_eat_report(struct vfw_eat *eat, const struct vfw_hs_hits *hits)
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
void vfw_eat_ask(struct vfw_eat *eat, const u8 *data)
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
		fit = vfw_eat_counts(eat, hit.id, hit.to);
		eat->matched |= fit == VFW_SCAN_PREVENTS;
		if (fit != VFW_SCAN_UNFIT)
			vfw_eat_report(eat, &hits);
	}
	eat->n_asked = 0;
}

/* Where a signature with flowbits first matched; of more than are remembered, where the last of those did. */
static u64 eat_place(const struct vfw_eat *eat, u32 state)
{
	u32 i;

	for (i = 0; i < eat->n_places - 1 && eat->place[i].id != state; i++)
		;
	return eat->place[i].to;
}

/* What the bits do not allow yet, of a segment or a stream's first bytes, the stream is asked after those, and may set them. */
static void eat_waits(const struct vfw_eat *eat, u32 state, const struct vfw_sig *sig)
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
void vfw_eat_wake(struct vfw_eat *eat, u64 to)
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
void vfw_eat_settle(struct vfw_eat *eat)
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
			vfw_eat_report(eat, &hits);
	}
	eat->n_places = 0;
}
