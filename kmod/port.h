/* SPDX-License-Identifier: GPL-2.0 */
/* Ports coming and going, and the two hooks of each. */
#ifndef VFW_PORT_H
#define VFW_PORT_H

#include "vm.h"

/* why a port is in scope at all */
#define VFW_PORT_F_BY_ANY (VFW_PORT_F_BY_NAME | VFW_PORT_F_BY_BRIDGE | VFW_PORT_F_BY_BIND)

/*
 * Brings a device into scope: makes its port and places both hooks, before it returns. flags:
 * VFW_PORT_F_BY_*. Returns the port, owned by the port table, or an ERR_PTR: -ENOMEM, or what
 * nf_register_net_hook() said. vfw_config_lock() held.
 */
struct vfw_port *vfw_port_add(struct net_device *dev, u32 flags);

/* Takes a port out of scope: hooks first, then the table; freed by RCU. vfw_config_lock() held. */
void vfw_port_del(struct vfw_port *port);

/*
 * The port's device is in master, a bridge most often, or in none (NULL): notes it. RTNL held; vfw_memo_off(), but for a port
 * that no frame has met.
 */
void vfw_port_joins(struct vfw_port *port, struct net_device *master);

/* Replaces the bits of mask in the port's flags. vfw_config_mutex held. */
void vfw_port_flags(struct vfw_port *port, u32 mask, u32 bits);

#endif /* VFW_PORT_H */
