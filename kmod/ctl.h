/* SPDX-License-Identifier: GPL-2.0 */
/* Netlink in: the generic netlink family "vfw". Its contract is in the UAPI header. */
#ifndef VFW_CTL_H
#define VFW_CTL_H

/*
 * Registers the family and lets events out. After everything that commands reach is ready.
 * Returns 0 or a negative errno. May sleep.
 */
int vfw_ctl_init(void);

/* Takes the family away, aborts the open transaction, stops events. May sleep. */
void vfw_ctl_exit(void);

#endif /* VFW_CTL_H */
