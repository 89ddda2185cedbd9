/* SPDX-License-Identifier: GPL-2.0 */
/* How the host will be after its next boot. */
#ifndef VFW_CTL_BOOT_H
#define VFW_CTL_BOOT_H

/*
 * Is vfw.ko loaded armed, by modprobe's configuration and the kernel's command line (modprobe.d(5))? folders: those of
 * modprobe's files, NULL at the end; NULL for the system's. Returns 1, 0, or a negative errno when it cannot be read.
 */
int vfw_boot_armed(const char *const *folders);

#endif /* VFW_CTL_BOOT_H */
