// SPDX-License-Identifier: GPL-2.0
#include "tcpopt.h"

u32 vfw_tcpopt_find(const u8 *opt, u32 len, u32 from, u8 kind)
{
	u32 at = from, size;

	for (; at < len && opt[at]; at += size) {
		size = 1;
		if (opt[at] == VFW_TCPOPT_NOP)
			continue;
		if (len - at < 2)
			break;
		size = opt[at + 1];
		if (size < 2 || size > len - at)
			break;
		if (opt[at] == kind)
			return at;
	}
	return len;
}

u32 vfw_tcpopt_clear(u8 *opt, u32 len, u8 kind)
{
	u32 at, size, n = 0;

	for (at = 0; (at = vfw_tcpopt_find(opt, len, at, kind)) < len; at += size) {
		size = opt[at + 1];
		memset(opt + at, VFW_TCPOPT_NOP, size);
		n++;
	}
	return n;
}
