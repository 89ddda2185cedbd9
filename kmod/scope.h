/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Scope: which devices are VM ports. Decided here alone, by the pattern lists
 * below, before a device's first frame.
 */
#ifndef VFW_SCOPE_H
#define VFW_SCOPE_H

#include <linux/if.h>
#include <linux/vfw.h>

struct net_device;

enum vfw_scope_kind {
	VFW_SCOPE_NAMES, /* tun and veth devices of these names */
	VFW_SCOPE_BRIDGES, /* tun and veth ports of these bridges */
	VFW_SCOPE_UPLINKS, /* never ports of a VM, whatever their kind */
	VFW_SCOPE_KINDS
};

/* One list of patterns (shell * and ?). */
struct vfw_scope_list {
	u32 n; /* <= VFW_MAX_SCOPE */
	char entry[VFW_MAX_SCOPE][IFNAMSIZ];
};

/*
 * Replaces the lists given (NULL: stays) and applies them to all devices: hooks are placed on
 * what comes into scope, taken from what leaves it (a bound device stays). -ENOMEM, or what
 * placing a hook said: then the new lists stand, but the devices named in the log are without
 * a hook. vfw_config_lock() held.
 */
int vfw_scope_set(const struct vfw_scope_list *lists[VFW_SCOPE_KINDS]);

/* Copies a list out. vfw_config_mutex held. */
void vfw_scope_get(enum vfw_scope_kind kind, struct vfw_scope_list *out);

/* Parses "a*,b?,c" into *list. 0 or -EINVAL (too long or too many entries). May sleep. */
int vfw_scope_parse(const char *text, struct vfw_scope_list *list);

/* Why the device is in scope: VFW_PORT_F_BY_NAME, _BY_BRIDGE, or 0. RTNL held. */
u32 vfw_scope_of(struct net_device *dev, struct net_device *master);

/* Is a bridge of this name protected? RTNL or vfw_config_mutex. */
bool vfw_scope_bridge(const struct net_device *br);

/* Starts and stops watching devices. Process context, no lock held. */
int vfw_scope_init(void);
void vfw_scope_exit(void);

#endif /* VFW_SCOPE_H */
