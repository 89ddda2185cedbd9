/* SPDX-License-Identifier: GPL-2.0 */
/* Options in a TCP header, read as receivers read them (RFC 9293 3.1): rubbish ends them. */
#ifndef VFW_CORE_TCPOPT_H
#define VFW_CORE_TCPOPT_H

#include "types.h"

#define VFW_TCPOPT_NOP 1
#define VFW_TCPOPT_SCALE 3
#define VFW_TCPOPT_STAMP 8 /* RFC 7323 */
#define VFW_TCPOPT_MULTIPATH 30 /* RFC 8684 */
#define VFW_TCPOPT_MAX 40 /* bytes of all options */

/*
 * The next option of a kind, which is neither the end of all nor a NOP, in len bytes of options, from offset from
 * on, where an option begins. Returns its offset, len if there is none; its length is in the byte behind its kind,
 * and lies inside. Any context.
 */
u32 vfw_tcpopt_find(const u8 *opt, u32 len, u32 from, u8 kind);

/* Puts NOPs in the place of all options of that kind. Returns how many there were. Any context. */
u32 vfw_tcpopt_clear(u8 *opt, u32 len, u8 kind);

/* Of 12 bytes of options: timestamps alone, as most have them (RFC 7323 A)? Any context. */
static inline bool vfw_tcpopt_stamp(const u8 *opt)
{
	static const u8 stamp[] = {VFW_TCPOPT_NOP, VFW_TCPOPT_NOP, VFW_TCPOPT_STAMP, 10};

	return !memcmp(opt, stamp, sizeof(stamp));
}

#endif /* VFW_CORE_TCPOPT_H */
