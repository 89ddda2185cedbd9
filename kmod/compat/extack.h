/* SPDX-License-Identifier: GPL-2.0 */
/* NL_SET_ERR_MSG_FMT() where the kernel has none yet (before 6.3). */
#ifndef VFW_COMPAT_EXTACK_H
#define VFW_COMPAT_EXTACK_H

#include <linux/netlink.h>

#ifndef NL_SET_ERR_MSG_FMT

#define VFW_COMPAT_EXTACK
#define NETLINK_MAX_FMTMSG_LEN 80

/* Formats into a buffer that outlives the request; see extack.c. Any context. */
__printf(1, 2) const char *vfw_compat_extack(const char *fmt, ...);

#define NL_SET_ERR_MSG_FMT(extack, fmt, args...)                           \
	do {                                                               \
		struct netlink_ext_ack *vfw_extack = (extack);             \
                                                                           \
		if (vfw_extack)                                            \
			vfw_extack->_msg = vfw_compat_extack(fmt, ##args); \
	} while (0)

#define NL_SET_ERR_MSG_ATTR_FMT(extack, attr, fmt, args...)                \
	do {                                                               \
		struct netlink_ext_ack *vfw_extack = (extack);             \
                                                                           \
		if (vfw_extack) {                                          \
			vfw_extack->_msg = vfw_compat_extack(fmt, ##args); \
			vfw_extack->bad_attr = (attr);                     \
		}                                                          \
	} while (0)

#endif
#endif /* VFW_COMPAT_EXTACK_H */
