/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far the module's events are in the file of events, kept where it outlives vfwd but not the host: of what a
 * killed vfwd had received and not written, the next one knows how much it was.
 */
#ifndef VFW_EVE_MARK_H
#define VFW_EVE_MARK_H

#include <stdint.h>

struct vfw_mark;

/*
 * file: where it is kept, made when something is to be noted. NULL when there is no memory.
 */
struct vfw_mark *vfw_mark_new(const char *file);
void vfw_mark_free(struct vfw_mark *m);

/*
 * Events come from now on, of the module that was loaded as a folder below /sys (module) in the boot whose name is in a
 * file (boot): no two loads have the same. Numbers of another load mean nothing, and neither do any if one of the two
 * cannot be read.
 */
void vfw_mark_module(struct vfw_mark *m, const char *module, const char *boot);

/*
 * n events have come, whose first and last number these are, as in struct vfw_event. Returns how many up to the last one
 * neither came nor were ever written: 0 but for the first ones after vfw_mark_module(), and then if no vfwd before
 * has heard of this load.
 */
uint64_t vfw_mark_received(struct vfw_mark *m, uint64_t first, uint64_t last, uint64_t n);

/* All that came is in the file. A failure is logged, once. */
void vfw_mark_written(struct vfw_mark *m);

/* Closes the file; the next note opens the path anew. */
void vfw_mark_reopen(struct vfw_mark *m);

#endif /* VFW_EVE_MARK_H */
