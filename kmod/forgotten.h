/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Conversations that were scanned under a profile that prevents and left the flow table without being over for good:
 * timed out, reset, given up for room, or begun anew by a SYN. Their receivers may still hold bytes that nobody scanned. Found
 * running they would begin anew behind those, so while running conversations are taken at all, those are not.
 *
 * Each share has its own notes, a Bloom filter of 8 KiB: whoever makes vfw forget much makes it take for forgotten what
 * is not (where 1,000 are forgotten, one of 70,000; where 10,000 are, one of 20), and his own conversations alone. One that
 * never carried a byte is not noted. Notes count until the next arming.
 */
#ifndef VFW_FORGOTTEN_H
#define VFW_FORGOTTEN_H

#include <linux/types.h>

struct vfw_forgotten;
struct vfw_share;

/*
 * A conversation whose key has this hash, charged to share, is forgotten. Without memory all that are charged to it count as
 * forgotten. Nothing is noted disarmed. RCU read lock, BH off.
 */
void vfw_forgotten_note(struct vfw_share *share, u32 hash);

/* Was it forgotten, as far as the notes of this share tell? RCU read lock, BH off. */
bool vfw_forgotten_has(struct vfw_share *share, u32 hash);

/* Bytes that all notes take. Any context. */
u64 vfw_forgotten_memory(void);

/* Frees what a share notes; NULL is fine. Nobody uses it any more. */
void vfw_forgotten_free(struct vfw_forgotten *forgotten);

#endif /* VFW_FORGOTTEN_H */
