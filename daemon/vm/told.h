/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What libvirt told last, a file for each domain in a folder that lives as long as the host runs: a vfwd
 * that starts anew knows who is who before libvirt answers, and also if it does not.
 */
#ifndef VFW_VM_TOLD_H
#define VFW_VM_TOLD_H

#include <linux/vfw.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Keeps the text about the domain in place of what was kept of it. Returns 0 or a negative errno: what was
 * kept before may stay, and is corrected when libvirt tells it again.
 */
int vfw_told_keep(const char *folder, const uint8_t uuid[VFW_UUID_LEN], const char *text, size_t n);

/* libvirt has no such domain any more. */
void vfw_told_drop(const char *folder, const uint8_t uuid[VFW_UUID_LEN]);

/*
 * Calls back for each text that is kept, in the order of the UUIDs. Only files that nobody but root, or who runs
 * this, may write count. The text is good during the call.
 */
void vfw_told_each(const char *folder,
		   void (*each)(void *arg, const uint8_t uuid[VFW_UUID_LEN], const char *text,
				size_t n),
		   void *arg);

#endif /* VFW_VM_TOLD_H */
