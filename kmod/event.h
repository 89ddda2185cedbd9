/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events: from any context on any CPU to the multicast group "events".
 *
 * A post copies the event into its CPU's ring; a work item drains the rings,
 * numbers what it finds and sends it in batches. Numbers rise by one for each
 * event that happened: one that found its ring full, or no memory at sending,
 * has a number that nobody sees and is counted as lost. Without a listener an
 * event is only counted. Numbers follow the order of sending; events of
 * different CPUs may stand up to VFW_EVENT_DELAY_MS out of the order of time.
 */
#ifndef VFW_EVENT_H
#define VFW_EVENT_H

#include <linux/types.h>
#include <linux/vfw.h>

struct genl_family;

#define VFW_EVENT_RING 256 /* events of one CPU; a power of two */
#define VFW_EVENT_DELAY_MS 10 /* how long an event waits for others to share its message */

/* Allocates the rings. Returns 0 or -ENOMEM. May sleep; before the first post. */
int vfw_event_init(void);

/*
 * Posts an event. seq is ignored; time_ns and count are filled in if 0. Any
 * context; takes no more than one per-CPU lock with interrupts off.
 */
void vfw_event_post(const struct vfw_event *ev);

/* Events that happened and were not sent, since load. Any context. */
u64 vfw_event_lost(void);

/* Matches of signatures whose alerts nobody listened to, since load. Any context. */
u64 vfw_event_unheard(void);

/* Begins to send by this registered family, whose only group is the events'. May sleep. */
void vfw_event_attach(struct genl_family *family);

/* Stops sending; none is under way on return. Before the family goes. May sleep. */
void vfw_event_detach(void);

/* Frees the rings; nobody posts any more. After vfw_event_detach(). May sleep. */
void vfw_event_exit(void);

#endif /* VFW_EVENT_H */
