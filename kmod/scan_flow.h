/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What scanning keeps of a conversation, and what the files of scanning ask of each other.
 *
 * One lock for a conversation, both directions. It is held while a frame is planned, scanned and
 * committed, but for more than one FPU section's worth of bytes: then the frame is the owner (busy),
 * and the lock is let go. Whoever finds an owner, or frames that wait for the worker, queues behind
 * them, so the order of frames is that of their arrival at the lock.
 */
#ifndef VFW_SCAN_FLOW_H
#define VFW_SCAN_FLOW_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "budget.h"
#include "core/app.h"
#include "core/sigbits.h"
#include "core/stream.h"
#include "core/tcpstate.h"
#include "pkt.h"
#include "profile.h"

#define VFW_SCAN_LOCKED 16384 /* bytes scanned at once under the lock; more without it */
#define VFW_SCAN_MANY 64 /* pieces that to walk over counts */

/* One direction of a conversation; all but budget, time and met for TCP. */
struct vfw_scan_dir {
	struct vfw_budget
		*budget; /* of who opened, who pays for its memory; of dir[0] a reference */
	struct vfw_budget
		*time; /* of who sends in it, who pays for the time; of dir[1] a reference */
	struct vfw_stream stream;
	void *hs; /* the scan's state, charged; NULL: begins with the next byte */
	u32 hs_size;
	u32 fed; /* bytes from fed_seq on that hs has eaten, while their segment was not let pass */
	u32 fed_seq;
	bool at_start; /* hs began with the very first byte that was sent */
	bool met; /* signatures about ends were asked; READ_ONCE */
	struct vfw_scan_head
		*head; /* the first bytes, of which signatures with steps are asked; or NULL */
	u64 base; /* where in the stream hs began */
};

/* What its app is, where rules ask for that. Read without the lock (READ_ONCE), all but key and state. */
struct vfw_scan_app {
	bool asks; /* what is decided depends on it */
	bool spares; /* and yet nothing is dropped for its sake: no app is refused */
	bool looking; /* there are first bytes to be looked at yet */
	bool refused; /* by what is known nothing is to pass */
	u32 key; /* policy is asked by, VFW_KEY() */
	u32 app; /* VFW_APP_ID_*, or its number */
	u32 judged; /* the app by which policy was asked last */
	struct vfw_app_state state;
};

struct vfw_scan {
	refcount_t refs; /* its flow; the worker; who makes it leave its profile */
	spinlock_t lock; /* protects what follows; BH off */
	bool busy; /* a frame is being scanned without the lock */
	bool done; /* both directions are past their depth, or have ended; READ_ONCE */
	bool midway; /* bytes went by before this began */
	bool retired; /* its profile was taken from it for its age */
	u16 dead; /* the reason why nothing passes any more, or VFW_REASON_NONE */
	u64 number; /* no other conversation's; 0: not asked for yet */
	u64 bits[VFW_SIGBITS_WORDS]; /* flowbits, by the numbers of the series bits_of */
	u64 bits_of;
	u32 generation; /* of the policy by which it has its profile; READ_ONCE */
	struct vfw_profile_user user;
	struct vfw_scan_app app;
	struct vfw_scan_dir dir[2]; /* by the side that sends; 0 opened, and pays for this */
	struct list_head jobs; /* frames for the worker, in order */
	u32 n_jobs;
	struct work_struct work;
	struct rcu_head rcu;
};

/* Payload: of a frame, or a linear buffer when data is set. */
struct vfw_scan_bytes {
	struct sk_buff *skb;
	const u8 *data;
	u32 off; /* from skb->data */
	u32 len;
};

/* A frame that waits for the worker. */
struct vfw_scan_job;

/* ---- scan.c ---- */

/*
 * The profile says no: ends the frame for that reason if the profile prevents. Returns true if it will
 * be dropped indeed (armed, and no end in monitor): then nothing of it may be committed, and with
 * fatal nothing passes any more in either direction. Scan locked or owned.
 */
bool vfw_scan_refuse(struct vfw_scan *scan, struct vfw_pkt *p, enum vfw_reason reason, bool fatal);

/* A budget is spent: counts it. Returns true if the frame is refused for it. Scan locked or owned. */
bool vfw_scan_overload(struct vfw_scan *scan, struct vfw_pkt *p);

/*
 * Does a profile drop anything? One that prevents does; but if all that is wanted of it is to recognise apps, not where it
 * spares them (struct vfw_scan_app).
 */
static inline bool vfw_scan_drops(const struct vfw_profile *profile, bool spares)
{
	return profile->conf.flags & VFW_PROFILE_F_PREVENT && (profile->conf.n_exprs || !spares);
}

/* Is it by the policy of that generation, and has nothing ended its conversation? RCU read lock. */
bool vfw_scan_goes_on(const struct vfw_scan *scan, u32 generation);

/* Scans a frame in its turn. Scan locked; may be let go and taken again. */
void vfw_scan_frame(struct vfw_scan *scan, struct vfw_pkt *p);

/* ---- scan_segment.c: TCP ---- */

void vfw_scan_segment(struct vfw_scan *scan, struct vfw_pkt *p);

/* As much is scanned of both directions as the profile says by now, but for one that was scanned as deep as was said before. Scan locked. */
void vfw_scan_deepen(struct vfw_scan *scan);

/*
 * Writes to p->tcp_sent how many bytes each side has sent in order by the time of a part of its frame, up to sequence number end, seq being that of the frame.
 * U32_MAX: nobody knows, the conversation having been found running, or more than is scanned of it. What comes ahead of a gap, or brings nothing,
 * makes it no more. Scan locked or owned.
 */
void vfw_scan_sent(const struct vfw_scan *scan, struct vfw_pkt *p, u32 seq, u32 end);

/* Forgets all of a direction, to begin anew. Scan locked or owned. */
void vfw_scan_dir_end(struct vfw_scan_dir *dir);

/*
 * Bytes a segment says its sender has room for. The scale is not known: the largest (RFC 7323 2.3), but for a SYN's, which
 * is never scaled (2.2). Any context.
 */
static inline u32 vfw_scan_window(const struct vfw_frame *f)
{
	return f->tcp_flags & VFW_TCP_SYN ? f->tcp_win : (u32)f->tcp_win << 14;
}

/* ---- scan_multipath.c ---- */

/*
 * Sees to it, where the profile prevents, that no conversation is multipath TCP. Returns true if the segment is refused
 * for it. May change the frame's options; p->head is NULL then. Scan locked.
 */
bool vfw_scan_multipath(struct vfw_scan *scan, struct vfw_pkt *p);

/*
 * The same where a frame passes unscanned for want of memory, by the word of a profile that prevents: both ends of a SYN agree on plain TCP
 * all the same, or it is blocked. No lock is needed.
 */
void vfw_scan_multipath_unscanned(struct vfw_pkt *p);

/* ---- scan_eat.c: the bytes' way into Hyperscan ---- */

enum vfw_scan_eaten {
	VFW_SCAN_CLEAN, /* or it matched, and passes: p->matched where the profile prevents */
	VFW_SCAN_MATCH, /* it matched, and is to be dropped */
	VFW_SCAN_LATER, /* no FPU section can be had here */
	VFW_SCAN_FULL, /* no memory for the scan's state */
};

/* Scans bytes [off, off + len) as what follows in the direction. Scan locked or owned. */
enum vfw_scan_eaten vfw_scan_eat(struct vfw_scan *scan, struct vfw_pkt *p, struct vfw_scan_dir *dir,
				 const struct vfw_scan_bytes *bytes, u32 off, u32 len);

/* Scans a datagram. Scan locked or owned. */
enum vfw_scan_eaten vfw_scan_eat_datagram(struct vfw_scan *scan, struct vfw_pkt *p,
					  const struct vfw_scan_bytes *bytes);

/*
 * Asks the rules about TCP's segments, which the profile has, of the segments that a frame will be on the wire: VFW_SCAN_FULL also
 * when they could not be asked to their end. Scan locked or owned.
 */
enum vfw_scan_eaten vfw_scan_eat_segments(struct vfw_scan *scan, struct vfw_pkt *p,
					  const struct vfw_scan_bytes *bytes);

/*
 * Asks the signatures with steps about what is kept of the first bytes in the frame's direction, the last n of which it brings; whole: all of them are its own. VFW_SCAN_FULL: they could not be asked
 * to their end. Scan locked or owned.
 */
enum vfw_scan_eaten vfw_scan_eat_head(struct vfw_scan *scan, struct vfw_pkt *p, u32 n, bool whole);

/* Ends the state of a direction's scan; the next byte begins a new one. Scan locked or owned. */
void vfw_scan_uneat(struct vfw_scan_dir *dir);

/* The same, but what is kept of its first bytes stays: what was eaten and not let pass comes again. Scan locked or owned. */
void vfw_scan_eat_anew(struct vfw_scan_dir *dir);

/* ---- scan_header.c: what is asked of headers ---- */

/* Are there signatures to be asked of its header, and have they not been? By what can be read without the lock. RCU read lock. */
bool vfw_scan_header_wanted(const struct vfw_scan *scan, const struct vfw_pkt *p);

/* Are those about ends still to be asked of a direction, by its next segment, whatever that is? As the other one. */
static inline bool vfw_scan_header_waits(const struct vfw_scan *scan,
					 const struct vfw_scan_dir *dir)
{
	const struct vfw_profile *profile = READ_ONCE(scan->user.profile);

	return profile && profile->header_ends & VFW_SIG_P_TCP && !READ_ONCE(dir->met);
}

/*
 * Asks them, if so, of a frame, of TCP one whose checksum is right, in its sender's time. Returns true if it will be dropped for one, or for want of time: it alone, for anybody
 * outside could forge one. Scan locked or owned.
 */
bool vfw_scan_header(struct vfw_scan *scan, struct vfw_pkt *p);

/* The same out of turn, of a frame that is not scanned; its sender is charged here. While the scan has an owner it counts as one that there was no time for, and passes. Scan locked. */
void vfw_scan_header_beside(struct vfw_scan *scan, struct vfw_pkt *p);

/* Another profile, or another conversation between the two: those about ends are asked once more. Scan locked. */
void vfw_scan_header_anew(struct vfw_scan *scan);

/* ---- scan_head.c: the first bytes of a stream, in one piece ---- */

/* Signatures that are remembered, as many as fit into a page; of more all is looked through again. */
#define VFW_SCAN_HEAD_SEEN 11

struct vfw_scan_head {
	u32 room; /* bytes of data */
	u32 charge;
	u32 n_told;
	u32 told[VFW_PKT_SAID]; /* signatures that have spoken of these bytes, for good */
	u32 looked; /* bytes that were looked through for literals; not all of them need have passed */
	u32 n_seen; /* one more than there is room for: not known */
	u32 seen[VFW_SCAN_HEAD_SEEN]; /* signatures whose literals were found there */
	u8 data[];
};

/*
 * Are there first bytes to be kept of the stream that p, a segment, is of, and whose next bytes are those at fed_seq? Where the profile asks for those of this
 * side, and all before these were. Scan locked or owned.
 */
bool vfw_scan_head_goes_on(const struct vfw_scan *scan, const struct vfw_pkt *p);

/*
 * Bytes [off, off + len) of bytes are the direction's n-th and further ones behind what was let pass in order: those among its first VFW_SIG_HEAD are kept, until
 * others come in their place. Returns false when there is no memory. Scan locked or owned.
 */
bool vfw_scan_head_add(struct vfw_scan_dir *dir, u32 n, const struct vfw_scan_bytes *bytes, u32 off,
		       u32 len);

/* Are the bytes it holds, n, those of one segment, the frame's, which was asked for all that is asked of them? Scan locked or owned. */
bool vfw_scan_head_was_asked(const struct vfw_scan *scan, const struct vfw_pkt *p, u32 n);

/* Nothing has spoken of it, or was seen in it, by the numbers of another profile. Scan locked. */
void vfw_scan_head_anew(struct vfw_scan_dir *dir);

/* Signature id has spoken of it. More than are remembered may do so again. */
void vfw_scan_head_tell(struct vfw_scan_head *head, u32 id);
bool vfw_scan_head_told(const struct vfw_scan_head *head, u32 id);

/*
 * From which byte on literals are to be looked for: those whose bytes are all before it were, and are among seen. The first passed bytes are those
 * that were let pass: what was looked through and did not pass may have become another's.
 */
u32 vfw_scan_head_look(struct vfw_scan_head *head, u32 passed);

/* A literal of signature id is there. */
void vfw_scan_head_see(struct vfw_scan_head *head, u32 id);

/* Nothing of the direction's first bytes is asked for any more. Scan locked or owned. */
void vfw_scan_head_end(struct vfw_scan_dir *dir);

/* ---- scan_app.c: what is recognised ---- */

/* What begins with this frame, or was running: is its app to be looked for? Nobody else has the scan yet. */
void vfw_scan_app_begin(struct vfw_scan *scan, const struct vfw_pkt *p);

/* Another policy's cell, of which p tells; and with the profile of that: what it is by what is known. Scan locked. */
void vfw_scan_app_renew(struct vfw_scan *scan, struct vfw_pkt *p);
void vfw_scan_app_again(struct vfw_scan *scan, struct vfw_pkt *p);

/*
 * Another profile, next, or none yet (NULL): numbers of patterns mean nothing by it. What is known stays so, and what is not is
 * looked for on. Scan locked.
 */
void vfw_scan_app_carry(struct vfw_scan *scan, const struct vfw_profile *next);

/* A side begins its stream anew, and the conversation with it. Scan locked. */
void vfw_scan_app_restart(struct vfw_scan *scan);

/* May what a side says next tell of an app that is refused? Scan locked or owned. */
bool vfw_scan_app_looks(const struct vfw_scan *scan, u32 side);

/* Up to which offset of the direction's stream hits count, 0: none does. Scan locked or owned. */
u32 vfw_scan_app_reach(const struct vfw_scan *scan, const struct vfw_scan_dir *dir);

/* The same of a datagram; and it was looked at, len bytes. Scan locked or owned. */
u32 vfw_scan_app_room(const struct vfw_scan *scan, const struct vfw_pkt *p);
void vfw_scan_app_said(struct vfw_scan *scan, const struct vfw_pkt *p, u32 len);

/* Pattern number n has hit. In a section. */
void vfw_scan_app_hit(struct vfw_scan *scan, const struct vfw_pkt *p, u32 n);

/*
 * Before anything of the frame is looked at: is it refused by what is known already? Returns true if it will
 * be dropped for that, as all that follows. Scan locked.
 */
bool vfw_scan_app_turn(struct vfw_scan *scan, struct vfw_pkt *p);

/* Was it judged by what is known, and passes, or does no rule ask? Then a frame that is not scanned need not be asked about. RCU read lock. */
static inline bool vfw_scan_app_goes_on(const struct vfw_scan *scan)
{
	const struct vfw_scan_app *app = &scan->app;

	return !READ_ONCE(app->asks) ||
	       (!READ_ONCE(app->refused) && READ_ONCE(app->judged) == READ_ONCE(app->app));
}

/*
 * The segment's bytes have been looked at, n of them new in its stream, and are about to pass: decides. Returns true if it will be
 * dropped; then nothing of it may be committed. Scan locked or owned.
 */
bool vfw_scan_app_gate(struct vfw_scan *scan, struct vfw_pkt *p, u32 n);

/*
 * Behind each segment, whatever became of it: what was let pass, or was acknowledged, without being looked at ends the
 * search in its direction. Returns true if the segment will be dropped for that. Scan locked.
 */
bool vfw_scan_app_sync(struct vfw_scan *scan, struct vfw_pkt *p);

/* What is known, before a datagram is looked at; and back to that: it was not said. Scan locked or owned. */
void vfw_scan_app_note(const struct vfw_scan *scan, struct vfw_scan_app *was);
void vfw_scan_app_undo(struct vfw_scan *scan, const struct vfw_scan_app *was);

/*
 * As vfw_scan_app_gate() for a datagram, that has been noted by vfw_scan_app_said(). Dropped, it leaves all as was, which is
 * from before it. Scan locked or owned.
 */
bool vfw_scan_app_datagram(struct vfw_scan *scan, struct vfw_pkt *p,
			   const struct vfw_scan_app *was);

/* ---- scan_keep.c: bytes that were let pass and may come again ---- */

/* Keeps [off, off + len) of bytes. Returns the piece, charged, or NULL. Any context. */
struct vfw_piece *vfw_scan_keep(struct vfw_budget *budget, const struct vfw_scan_bytes *bytes,
				u32 off, u32 len);

/* Frees a list of pieces; NULL is fine. Any context. */
void vfw_scan_release(struct vfw_budget *budget, struct vfw_piece *piece);

/* What a piece holds, from off on. */
void vfw_scan_kept(const struct vfw_piece *piece, struct vfw_scan_bytes *bytes);

/* Copies [off, off + len) of bytes. Any context. */
void vfw_scan_copy(u8 *to, const struct vfw_scan_bytes *bytes, u32 off, u32 len);

/* Are len bytes the same? Any context. */
bool vfw_scan_same(const struct vfw_scan_bytes *a, u32 a_off, const struct vfw_scan_bytes *b,
		   u32 b_off, u32 len);

/* ---- scan_queue.c: the worker ---- */

/*
 * Hands the frame to the worker, behind those that wait (p->stolen), or blocks it (scan-overload,
 * no-memory). From the worker itself: the frame stays first, and is tried again. Scan locked.
 */
void vfw_scan_queue(struct vfw_scan *scan, struct vfw_pkt *p);

/* Sees to it that the worker comes. Scan locked. */
void vfw_scan_queue_kick(struct vfw_scan *scan);

/* Is every frame for the worker? (A switch for tests.) */
bool vfw_scan_queue_forced(void);

void vfw_scan_queue_work(struct work_struct *work);
int vfw_scan_queue_init(void);
void vfw_scan_queue_stop(void);
void vfw_scan_queue_exit(void);

/* Another reference, false if it is dying; and back. Any context. */
static inline bool vfw_scan_hold(struct vfw_scan *scan)
{
	return refcount_inc_not_zero(&scan->refs);
}

#endif /* VFW_SCAN_FLOW_H */
