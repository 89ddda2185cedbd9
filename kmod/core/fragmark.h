/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fragmented packets that have begun, so that none begins again while a receiver may hold pieces of it. Of a
 * packet that passed whole a piece may be lost behind us: what the receiver keeps of it would be joined with pieces of a
 * second one of the same name, and nobody scanned those together.
 *
 * A hash set of a few ways: a class of senders gets half of them at most, so that none fills it alone. What
 * is noted stays until its time is over; nothing is pushed out by others. What begins and need not be noted,
 * and finds no place, closes the set to strict ones of its source, as far as a few classes tell sources apart; the caller, who
 * has room for more classes, is told, and says of each strict one whether any of its source is out unnoted at all.
 *
 * No allocation, no clock; zero-initialised it is empty.
 */
#ifndef VFW_CORE_FRAGMARK_H
#define VFW_CORE_FRAGMARK_H

#include "types.h"

#define VFW_FRAGMARK_WAYS 16
#define VFW_FRAGMARK_CLASS_WAYS 8 /* of those, for one class of senders */
/*
 * Seconds that a mark stays: 65, longer than receivers wait (RFC 1122 3.3.2, RFC 8200 4.5), and 6 for
 * what may pass of the packet after its beginning.
 */
#define VFW_FRAGMARK_LIFE 71

struct vfw_fragmark {
	u32 hash; /* of the packet's name, keyed */
	u16 until; /* seconds, the low bits; an old mark that looks alive again only refuses more */
	u8 class; /* of its sender */
	u8 flags; /* private to fragmark.c; 0: no mark */
};

struct vfw_fragmark_set {
	struct vfw_fragmark way[VFW_FRAGMARK_WAYS];
	u16 closed; /* by source: one that was not strict began and could not be noted */
	u16 until; /* seconds, the low bits: so long */
};

#define VFW_FRAGMARK_SOURCES 16

struct vfw_fragmark_name {
	u32 hash; /* keyed; of two packets of one name the same, and so the set */
	u8 class; /* of the sender, whose places are bounded */
	u8 source; /* modulo VFW_FRAGMARK_SOURCES; of two packets of one name the same */
	bool out; /* one of that source began unnoted, in any set, within VFW_FRAGMARK_LIFE */
};

enum vfw_fragmark_step {
	VFW_FRAGMARK_TAKEN, /* it may begin */
	VFW_FRAGMARK_UNNOTED, /* it may, is not strict, and found no place: from now on its source is out */
	VFW_FRAGMARK_KNOWN, /* it began before */
	VFW_FRAGMARK_FULL, /* a strict one that cannot be noted, or may have begun unnoted; nothing has changed */
};

/*
 * A packet begins. strict: it may not if any of its name did; else only if a strict one did. now: seconds, of
 * any clock. Any context.
 */
enum vfw_fragmark_step vfw_fragmark_begin(struct vfw_fragmark_set *set,
					  const struct vfw_fragmark_name *name, bool strict,
					  u32 now);

#endif /* VFW_CORE_FRAGMARK_H */
