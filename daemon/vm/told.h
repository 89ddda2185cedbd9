/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What libvirt and the inventory said last, a file for each domain or inventory file in a folder that lives as
 * long as the host runs: a vfwd that starts anew knows who is who though libvirt does not answer yet, and though an
 * inventory file is wrong or gone by now.
 */
#ifndef VFW_VM_TOLD_H
#define VFW_VM_TOLD_H

#include <stddef.h>

/*
 * Keeps the text under that name, without slashes and no dot first, in place of what was kept there. Returns 0 or a
 * negative errno: what was kept before may stay, and is corrected when it is told again.
 */
int vfw_told_keep(const char *folder, const char *name, const char *text, size_t n);

/* It is not so any more. */
void vfw_told_drop(const char *folder, const char *name);

/*
 * Calls back for each text that is kept, in the order of their names. Only files that nobody but root, or who runs
 * this, may write count. Name and text are good during the call.
 */
void vfw_told_each(const char *folder,
		   void (*each)(void *arg, const char *name, const char *text, size_t n),
		   void *arg);

#endif /* VFW_VM_TOLD_H */
