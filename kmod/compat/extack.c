// SPDX-License-Identifier: GPL-2.0
/*
 * Before 6.3 an extack holds only a pointer, which is read after the request's
 * handler has returned. So text is written into one of a ring of static buffers:
 * it is still there unless as many other requests failed in between, and then
 * it is another request's text, whole or cut, never unterminated.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>

#include "extack.h"

#ifdef VFW_COMPAT_EXTACK

#define COMPAT_EXTACK_BUFFERS 64 /* a power of two */

static char compat_extack_text[COMPAT_EXTACK_BUFFERS][NETLINK_MAX_FMTMSG_LEN];
static atomic_t compat_extack_next;

const char *vfw_compat_extack(const char *fmt, ...)
{
	u32 i = (u32)atomic_inc_return(&compat_extack_next) % COMPAT_EXTACK_BUFFERS;
	va_list args;

	va_start(args, fmt);
	vscnprintf(compat_extack_text[i], NETLINK_MAX_FMTMSG_LEN, fmt, args);
	va_end(args);
	return compat_extack_text[i];
}

#endif
