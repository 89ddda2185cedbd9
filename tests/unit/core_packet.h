/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames for tests, written as words in one string, outermost header first:
 *
 *   eth          two MACs, 02:00:00:00:00:02 from 02:00:00:00:00:01
 *   0800         any even number of hex digits: these bytes
 *   ip4:06       IPv4 header, protocol in hex, 192.0.2.1 to 192.0.2.2
 *   ip4:06:OPT   the same with options OPT (hex, a multiple of 4 bytes)
 *   ip6:3a       IPv6 header, next header in hex, fe80::1 to fe80::2, hop limit 255
 *   tcp:02       TCP header, flags in hex, ports 4096 to 80, sequence 1, acknowledgement 2
 *   udp          UDP header, ports 4096 to 53
 *   icmp:0800    8 bytes of ICMP: type and code, identifier 0x1234
 *   data:10      so many bytes of payload, decimal
 *   @16=0003     afterwards: overwrite at this offset
 *   pad:4        behind the last header's end: padding
 *   cut:50       last of all: the frame ends here
 *
 * Lengths of IP and UDP headers are filled in to reach the end (before pad).
 */
#ifndef VFW_TEST_CORE_PACKET_H
#define VFW_TEST_CORE_PACKET_H

#include "core/types.h"

#define PACKET_MAX 70000

struct packet {
	u32 len;
	u8 bytes[PACKET_MAX];
};

/* Builds the frame; aborts the test program on a word it does not know. */
void packet_build(struct packet *p, const char *spec);

#endif /* VFW_TEST_CORE_PACKET_H */
