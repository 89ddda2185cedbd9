// SPDX-License-Identifier: GPL-2.0
/* Writes the fixed seeds of the core fuzz targets: core_seeds DIRECTORY. */
#include "core_packet.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char *const frames[] = {
	"00 eth 0800 ip4:06 tcp:02 0204051401030307",
	"01 eth 0800 ip4:06 tcp:10 data:300",
	"00 eth 8100 6064 0800 ip4:11 udp data:20",
	"00 eth 88a8 0005 8100 6064 86dd ip6:06 tcp:02",
	"00 eth 0800 ip4:06:8307040a00000100 tcp:02",
	"00 eth 0800 ip4:11 udp data:16 @21=2000",
	"00 eth 0800 ip4:11 data:16 @21=2001",
	"00 eth 0800 ip4:01 icmp:0800 data:8",
	"00 eth 0800 ip4:01 icmp:0301 ip4:11 udp",
	"00 eth 0800 ip4:84 10000050 0000000000000000 data:4",
	"00 eth 0800 ip4:21 10000050 04000000 data:8",
	"00 eth 86dd ip6:00 3c00010400000000 2b00010400000000 2c00000000000000 1100000000000007 udp",
	"00 eth 86dd ip6:2c 1100000100000007 udp data:8",
	"00 eth 86dd ip6:2c 1100001000000007 data:8",
	"00 eth 86dd ip6:3a icmp:0104 ip6:11 udp",
	"00 eth 86dd ip6:3a icmp:8700 fe800000000000000000000000000003 0101020000000001",
	"00 eth 86dd ip6:3a icmp:8800 fe800000000000000000000000000003 0201020000000001",
	"00 eth 86dd ip6:3a icmp:8600 0000000000000000 0101020000000001",
	"01 eth 86dd ip6:00 0600c20400000138 tcp:10 data:284 @19=0000",
	"00 eth 0806 0001080006040001 020000000001c0000201 000000000000c0000202",
	"00 eth 001c aaaa03 00000c 2000 data:20",
	"00 eth 88cc data:20",
};

static const char *const quoted[] = {
	"00 ip4:06 tcp:02",
	"00 ip4:11 udp",
	"00 ip4:01 icmp:0800",
	"00 ip4:11 data:8 @7=0005",
	"01 ip6:06 tcp:02",
	"01 ip6:3c 1100010400000000 udp",
	"01 ip6:2c 3a00000000000007 icmp:8000",
};

/* rules, cands, cells, blocks, pairs, ranges; then identities, default block, then the tables */
static const char *const tables[] = {
	"02020101010000 00 00"
	" 0100000000000000 0200000001000000"
	" 01000000 01000000"
	" 00000000 00000000"
	" 00000000 01000000 00000000"
	" 01000000 02000000 00000000",
	"02050201000100 02 00"
	" 0100000000000000 0200000003000000"
	" 01000000 00000000 02000000 01000000 00000000"
	" 00000000 00000000 50000600 02000000"
	" 00000000 02000000 01000000"
	" 0a000000 0a0000ff 10000000",
};

/* signatures, conditions, ranges of addresses, of ports; a packet's ends; then the elements */
static const char *const sigs[] = {
	"0201020202 0000 0050 0050 0a000001 0a010001 10 00"
	" 00000000 c1000000 ffffffff ffffffff"
	" 00000000 02000000 00000000 02000000 00000000 00000000"
	" 00000000 00000000 00000000 00000000 00000000 02000000"
	" 00000000 01000000 00000000 00000000"
	" 0f000000 c3000000 ffffffff ffffffff"
	" 00000000 00000000 00000000 00000000 00000000 00000000"
	" 01000000 01000000 01000000 01000000 01000000 01000000"
	" 00000000 01000000 00000000 00000000"
	" 12020000 14000000 00000000"
	" 0000000a ffff000a 0000010a ff00010a"
	" 00000000000000000000000000000000 00000000000000000000000000000001"
	" fe800000000000000000000000000000 fe80ffffffffffffffffffffffffffff"
	" 50005000 401f2723",
};

static const char *const conversations[] = {
	"00027f000000 01126e800000 0010806f0000 0018806f0801 01106f880000 00118800ff00 011170890000",
	"00027f000000 01140080ff00 00027f000000",
	"021040600801 011060480000 011160480000 001148610000",
};

static const char *const policies[] = {"00", "0102030405060708090a0b0c0d0e0f"};

static void write_all(const char *dir, const char *target, const char *const *specs, size_t n)
{
	static struct packet p;
	char path[4096];
	size_t i;

	snprintf(path, sizeof(path), "%s/%s", dir, target);
	mkdir(path, 0777);
	for (i = 0; i < n; i++) {
		FILE *file;

		packet_build(&p, specs[i]);
		snprintf(path, sizeof(path), "%s/%s/%zu", dir, target, i);
		file = fopen(path, "wb");
		if (!file || fwrite(p.bytes, 1, p.len, file) != p.len || fclose(file)) {
			perror(path);
			exit(EXIT_FAILURE);
		}
	}
}

#define WRITE_ALL(target, specs) \
	write_all(argv[1], target, specs, sizeof(specs) / sizeof((specs)[0]))

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: core_seeds DIRECTORY\n");
		return 2;
	}
	WRITE_ALL("core_frame", frames);
	WRITE_ALL("core_quoted", quoted);
	WRITE_ALL("core_tables", tables);
	WRITE_ALL("core_sigs", sigs);
	WRITE_ALL("core_tcp", conversations);
	WRITE_ALL("core_policy", policies);
	return EXIT_SUCCESS;
}
