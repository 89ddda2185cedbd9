/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VFW_HS_SCRATCH_H
#define VFW_HS_SCRATCH_H

struct hs_database;

/*
 * vfw_hs_scratch_fit() - see to it that every CPU's scratch is large enough for @db as well
 *
 * May sleep. Returns 0, -ENOMEM, -EINVAL when the runtime refuses @db. On failure nothing has
 * changed.
 */
int vfw_hs_scratch_fit(const struct hs_database *db);

/* Frees all of them. May sleep; no scan runs. */
void vfw_hs_scratch_exit(void);

#endif
