// SPDX-License-Identifier: GPL-2.0
/*
 * Apart from bypass.c, for the kernel's header and the C library's on addresses exclude each
 * other.
 */
#include "bypass.h"

#include "../base/cleanup.h"

#include <linux/if.h>
#include <linux/netfilter_bridge/ebtables.h>
#include <sys/socket.h>

unsigned int vfw_bypass_broute(void)
{
	struct ebt_replace info = {.name = "broute"};
	socklen_t len = sizeof(info);
	_cleanup_close_ int fd = -1;

	/* asking would load the table where it is not there yet */
	if (access("/sys/module/ebtable_broute", F_OK) < 0)
		return 0;
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0 || getsockopt(fd, IPPROTO_IP, EBT_SO_GET_INFO, &info, &len) < 0)
		return 0;
	return info.nentries;
}
