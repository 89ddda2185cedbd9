/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What libvirt and the inventory said last, a file for each domain or inventory file in a folder that lives as
 * long as the host runs: a vfwd that starts anew knows who is who though libvirt does not answer yet, and though an
 * inventory file is wrong or gone by now.
 */
#ifndef VFW_VM_TOLD_H
#define VFW_VM_TOLD_H

#include <stddef.h>
#include <stdint.h>

#define VFW_TOLD_PROCESS_LEN 48

/* Names for good the process that runs the VM now; "": none is known. */
typedef void (*vfw_told_process)(void *arg, const uint8_t *uuid, char text[VFW_TOLD_PROCESS_LEN]);

/*
 * Keeps the text under that name, without slashes and no dot first, in place of what was kept there. Returns 0 or a
 * negative errno: what was kept before may stay, and is corrected when it is told again.
 */
int vfw_told_keep(const char *folder, const char *name, const char *text, size_t n);

/* Notes which process runs the VM that the text of that name is about, ""; none: a later one may be another VM. */
void vfw_told_bind(const char *folder, const char *name, const char *process);

/* It is not so any more. */
void vfw_told_drop(const char *folder, const char *name);

/*
 * Calls back for each text that is kept, in the order of their names. Only files that nobody but root, or who runs
 * this, may write count. Name, text and process, as it was noted last, are good during the call.
 */
void vfw_told_each(const char *folder,
		   void (*each)(void *arg, const char *name, const char *text, size_t n,
				const char *process),
		   void *arg);

#endif /* VFW_VM_TOLD_H */
