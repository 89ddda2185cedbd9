/* SPDX-License-Identifier: GPL-2.0 */
/* Ways around the hooks that the host may have configured; see docs/packet.md. */
#ifndef VFW_CTL_BYPASS_H
#define VFW_CTL_BYPASS_H

#include <stdbool.h>

struct nl_sock;

enum vfw_bypass_tc {
	VFW_BYPASS_TC_NONE,
	VFW_BYPASS_TC_MIRRED, /* an action that redirects or mirrors */
	VFW_BYPASS_TC_BPF, /* a program that could */
};

/*
 * A socket for vfw_bypass_tc(); NULL when there is none. The caller gives it to
 * nl_socket_free().
 */
struct nl_sock *vfw_bypass_open(void);

/* The worst that stands in the traffic control filters of a device. */
enum vfw_bypass_tc vfw_bypass_tc(struct nl_sock *sock, int ifindex);

/* Number of rules in the broute table of ebtables; 0 also when the table is not there. */
unsigned int vfw_bypass_broute(void);

#endif /* VFW_CTL_BYPASS_H */
