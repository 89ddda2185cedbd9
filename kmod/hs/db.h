/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VFW_HS_DB_H
#define VFW_HS_DB_H

#include <linux/rcupdate.h>
#include <linux/refcount.h>

struct hs_database;

/*
 * Held by policies, streams and whoever loads one. Immutable once loaded. When the last reference
 * goes it dies by RCU, so that a reader that found it in a dying policy fails in vfw_hs_db_get()
 * and nowhere else.
 */
struct vfw_hs_db {
	struct hs_database *hs;
	size_t bytes;
	size_t stream_size;
	u32 crc; /* as it came */
	refcount_t refs;
	struct rcu_head rcu;
	char info[80];
};

#endif
