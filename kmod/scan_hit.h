/* SPDX-License-Identifier: GPL-2.0 */
/* What matches of expressions come to: which count, for what, what is said of them. Between the files of scanning. */
#ifndef VFW_SCAN_HIT_H
#define VFW_SCAN_HIT_H

#include "core/sigbits.h"
#include "hs/hs.h"
#include "scan_flow.h"
#include "scan_sig.h"

#define VFW_EAT_FITS 64 /* answers that are remembered; a power of two */
#define VFW_EAT_HITS 16 /* matches of one section that are told apart; the rest is counted */
#define VFW_EAT_PLACES 8 /* of signatures with flowbits whose place is remembered */
#define VFW_EAT_COUNTED 16 /* limited signatures that are remembered to have counted here */
#define VFW_EAT_WINDOW 2560 /* bytes of a stream in which a frame counts once, as Suricata asks */

/* A limited signature counts once for a datagram, or a window of a stream in a frame. */
struct vfw_eat_counted {
	u32 id;
	u32 window;
};

struct vfw_eat {
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
	bool at_ends; /* matched by a signature about ends alone */
	bool fitted; /* fit is valid */
	u32 work; /* may still be done for steps, of this frame */
	u32 n_counted; /* of this datagram, or this frame */
	u32 n_places;
	u32 n_asked; /* of this datagram */
	/* not zeroed, for most frames have no match; kept last */
	/* by id: (id + 1) << 5 | what vfw_scan_sig() said, of this frame and length; 0: none yet */
	u32 fit[VFW_EAT_FITS];
	/* signatures with flowbits that matched; valid with n_places */
	DECLARE_BITMAP(states, VFW_SIGBITS_STATES_MAX);
	struct vfw_eat_counted counted[VFW_EAT_COUNTED];
	struct vfw_hs_hit place[VFW_EAT_PLACES]; /* of those in states; id: number of the state */
};

/* Scan locked or owned, as for all that follows. */
void vfw_eat_init(struct vfw_eat *eat, struct vfw_scan *scan, struct vfw_pkt *p,
		  const struct vfw_hs_db *db);

/* Where a section writes what it finds: up to VFW_EAT_HITS matches into hit. */
struct vfw_hs_hits vfw_eat_hits(struct vfw_eat *eat, struct vfw_hs_hit *hit);

/* For a section in which literals of signatures with steps are looked for, and nothing else. */
bool vfw_eat_fits_literal(struct vfw_hs_hits *hits, u32 *what, u64 to, void *arg);

/* What was seen in a stream's first bytes before is asked again: it may go on in those that have come since. */
void vfw_eat_ask_seen(struct vfw_eat *eat);

/* Counts and says what one section found. */
void vfw_eat_report(struct vfw_eat *eat, const struct vfw_hs_hits *hits);

/* What a signature that has matched comes to, unless it was for its header or its limit as if it had not, or is asked later. */
enum vfw_scan_fit vfw_eat_counts(struct vfw_eat *eat, u32 id, u64 to);

/*
 * All of a datagram, at data, was looked through: the signatures with steps whose literals it has are asked, each once. What
 * cannot be asked to its end counts as if there had been no time for the frame.
 */
void vfw_eat_ask(struct vfw_eat *eat, const u8 *data);

/* Those with flowbits that waited for the stream are asked once more, as if they had matched at to. */
void vfw_eat_wake(struct vfw_eat *eat, u64 to);

/* All of a frame, or a datagram, is scanned: signatures with flowbits in their order. */
void vfw_eat_settle(struct vfw_eat *eat);

/* Signature id has spoken of a stream's first bytes, unless it is to match again. */
void vfw_eat_tell_head(const struct vfw_profile *profile, struct vfw_scan_head *head, u32 id);

/* Does what was found end the conversation, were it not for monitor? */
static inline bool vfw_eat_stops(const struct vfw_eat *eat)
{
	return eat->matched && eat->scan->user.profile->conf.flags & VFW_PROFILE_F_PREVENT;
}

#endif /* VFW_SCAN_HIT_H */
