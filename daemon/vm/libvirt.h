/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What libvirt knows: read by a process of its own, vfw-libvirt (daemon/libvirt/), which this
 * starts, listens to, and starts again when it ends. Its records are VMs as an inventory file
 * has them, and are checked as such. That it is silent, or dead, takes nothing away.
 */
#ifndef VFW_VM_LIBVIRT_H
#define VFW_VM_LIBVIRT_H

#include "inventory.h"
#include "registry.h"

#include <systemd/sd-event.h>

struct vfw_libvirt;

/*
 * changed: the registry was told something, or had something withdrawn. complain: a sentence about a domain, or
 * about the program itself. process: what was told to the vfwd before does not count for a VM that another process runs
 * by now.
 */
struct vfw_libvirt_ops {
	void (*changed)(void *arg);
	vfw_inventory_complain complain;
	vfw_told_process process; /* NULL: none is known */
};

/*
 * Starts the program in that path with the URI as its argument. What was told to the vfwd before is in the registry
 * when this returns, from the folder told (vm/told.h), in which what comes is kept: the VMs stay who they were until
 * libvirt answers. Returns 0 and *l; -ENOENT: there is no such program, so it was not built; else a negative errno.
 * The registry outlives it.
 */
int vfw_libvirt_new(struct vfw_libvirt **l, sd_event *event, const char *program, const char *uri,
		    const char *told, struct vfw_registry *r, const struct vfw_libvirt_ops *ops,
		    void *arg);

/*
 * Keeps no longer what was told of domains that are gone, where the registry, settled, needs it no longer; of the others
 * it notes which processes run now.
 */
void vfw_libvirt_forget(struct vfw_libvirt *l, const struct vfw_registry *r);

/* Starts the program again at once if it could not run at all, which is complained about and not tried by itself. */
void vfw_libvirt_retry(struct vfw_libvirt *l);

/* Ends the program. l may be NULL. */
void vfw_libvirt_free(struct vfw_libvirt *l);

/*
 * Takes n bytes that came from the program, for vfw_libvirt_new()'s own input and for tests.
 * Returns 0, or -EBADMSG: this is no record; what was before it counts.
 */
int vfw_libvirt_input(struct vfw_libvirt *l, const char *bytes, size_t n);

/* One that starts nothing, for tests. told may be NULL: nothing is kept. NULL when there is no memory. */
struct vfw_libvirt *vfw_libvirt_silent(const char *told, struct vfw_registry *r,
				       const struct vfw_libvirt_ops *ops, void *arg);

#endif /* VFW_VM_LIBVIRT_H */
