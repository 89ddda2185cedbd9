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
 * Events first to last have come; numbers as in struct vfw_event. Returns how many before them were never written: 0
 * but for the first ones after vfw_mark_module().
 */
uint64_t vfw_mark_received(struct vfw_mark *m, uint64_t first, uint64_t last);

/* All that came is in the file. A failure is logged, once. */
void vfw_mark_written(struct vfw_mark *m);

#endif /* VFW_EVE_MARK_H */
