/* SPDX-License-Identifier: GPL-2.0 */
/* Where frames come in: adapters from netfilter's hooks to vfw_path(). */
#ifndef VFW_HOOK_H
#define VFW_HOOK_H

struct vfw_port;

/* Fills the two hook descriptions of a port. */
void vfw_hook_tap_fill(struct vfw_port *port);

/* Places and removes the bridge hooks. May sleep. 0 or a negative errno. */
int vfw_hook_bridge_init(void);
void vfw_hook_bridge_exit(void);

#endif /* VFW_HOOK_H */
