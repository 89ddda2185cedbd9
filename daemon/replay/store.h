/* SPDX-License-Identifier: GPL-2.0 */
/* What signatures remember about hosts, pairs of hosts and flows: counters and marks, by key. */
#ifndef VFW_REPLAY_STORE_H
#define VFW_REPLAY_STORE_H

#include "core/sig.h"

/* No padding: compared and hashed as bytes. */
struct vfw_store_key {
	u32 what; /* number of a signature or of a name */
	u16 kind; /* tells the uses apart */
	u8 track; /* enum vfw_sig_track */
	u8 family;
	u8 addr[2][16]; /* zero where not tracked */
	u64 flow;
};

struct vfw_store;

/* Returns NULL when there is no memory; the caller owns the result. */
struct vfw_store *vfw_store_new(void);

void vfw_store_free(struct vfw_store *s);

/*
 * The counter under that key, made (zeroed) if need be and make is set; it is the store's and lives as
 * long. NULL: there is none, or no memory.
 */
struct vfw_sig_counter *vfw_store_get(struct vfw_store *s, const struct vfw_store_key *key,
				      bool make);

#endif /* VFW_REPLAY_STORE_H */
