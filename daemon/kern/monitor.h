/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel says without being asked: events of the family, and that the
 * family itself came or went (the module was loaded or removed).
 */
#ifndef VFW_KERN_MONITOR_H
#define VFW_KERN_MONITOR_H

#include <linux/vfw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vfw_monitor;

struct vfw_monitor_ops {
	/* n events; lost: how many before the first of them never arrived */
	void (*events)(void *arg, const struct vfw_event *events, size_t n, uint64_t lost);
	void (*family)(void *arg, bool here);
};

/* Opens the socket; the module need not be there. Returns 0 and *m, or a negative errno. */
int vfw_monitor_new(struct vfw_monitor **m, const struct vfw_monitor_ops *ops, void *arg);
void vfw_monitor_free(struct vfw_monitor *m);

/* Subscribes to the family's events. -ENOENT: the module is not loaded. */
int vfw_monitor_join(struct vfw_monitor *m);

/* The descriptor to poll for input, owned by m. */
int vfw_monitor_fd(const struct vfw_monitor *m);

/* Reads at most a bounded number of messages and calls back. Returns 0 or a negative errno. */
int vfw_monitor_receive(struct vfw_monitor *m);

#endif /* VFW_KERN_MONITOR_H */
