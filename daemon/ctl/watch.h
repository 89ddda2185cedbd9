/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The doctor's rounds: what can be lost or bypassed is looked at again and again, and what is
 * found, or mended, is an event of type anomaly.
 */
#ifndef VFW_CTL_WATCH_H
#define VFW_CTL_WATCH_H

#include <systemd/sd-event.h>

struct vfw_state;
struct vfw_watch;

/* Begins the rounds; st outlives them. Returns 0 and *w, or a negative errno. */
int vfw_watch_new(struct vfw_watch **w, sd_event *event, struct vfw_state *st);

/* w may be NULL. */
void vfw_watch_free(struct vfw_watch *w);

#endif /* VFW_CTL_WATCH_H */
