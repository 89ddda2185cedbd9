/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Running QEMU processes, as /proc shows them: the tap of a port leads to the
 * process that holds it (fdinfo's "iff:"), the process's command line to UUID,
 * name and MACs.
 *
 * Whom to believe. The program must be called qemu-*, qemu or kvm, and run as one of
 * the users given: who may start such a process may claim any UUID. A command
 * line is read once, when the process is first seen, for the process can
 * rewrite it afterwards. A process of another network namespace is passed over,
 * for its tap's name means another device.
 *
 * A process that died, or closed a tap, holds it no longer: that is a fact, not
 * silence, and the port is nobody's until the next process opens it. A process
 * that cannot be read keeps what was seen of it before.
 */
#ifndef VFW_VM_QEMU_H
#define VFW_VM_QEMU_H

#include "registry.h"
#include "told.h"

#include <sys/types.h>

struct vfw_qemu;

/* Finds a device of our namespace by name: its ifindex and MAC (*mac), 0: none. */
typedef int (*vfw_qemu_device)(void *arg, const char *name, uint8_t mac[6]);

/* A process that holds taps but whose VM is not known, for doctor. */
struct vfw_qemu_stranger {
	pid_t pid;
	char why[96];
};

/*
 * proc: where /proc is. uids: the users believed, copied. Returns NULL when there is no memory.
 */
struct vfw_qemu *vfw_qemu_new(const char *proc, const uid_t *uids, size_t n_uids,
			      vfw_qemu_device device, void *arg);
void vfw_qemu_free(struct vfw_qemu *q);

/*
 * Looks at every process and tells the registry; the caller settles it. 0, or a negative errno
 * when /proc cannot be read.
 */
int vfw_qemu_scan(struct vfw_qemu *q, struct vfw_registry *r);

/* Names for good the process that runs the VM, "PID START" as in /proc/PID/stat; "": none was seen. */
void vfw_qemu_process(const struct vfw_qemu *q, const uint8_t uuid[VFW_UUID_LEN],
		      char text[VFW_TOLD_PROCESS_LEN]);

/* QEMU processes found at the last scan whose VM is not known; *n of them, until the next scan. */
const struct vfw_qemu_stranger *vfw_qemu_strangers(const struct vfw_qemu *q, size_t *n);

#endif /* VFW_VM_QEMU_H */
