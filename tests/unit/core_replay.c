// SPDX-License-Identifier: GPL-2.0
/*
 * Every captured frame through the parser, by heads of two lengths, and through the flow key.
 * Frames are laid on the heap at their exact size, so that ASan sees any step outside. First come
 * captures of our own, written here, whose counts are known; then those of the corpora, when
 * they are there.
 */
#include "core/flowkey.h"
#include "core_packet.h"

#include <dirent.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define EN10MB 1 /* LINKTYPE_ETHERNET */

struct counts {
	unsigned long captures, not_ethernet, frames, cut_by_capture;
	unsigned long ok, malformed, by_kind[4], l4, fragments, quoted, keyed;
};

static void die(const char *what, const char *file)
{
	fprintf(stderr, "core_replay: %s: %s\n", file, what);
	exit(EXIT_FAILURE);
}

/* The answer must not depend on how much the caller gave, but for MORE. */
static enum vfw_frame_result parse_twice(struct vfw_frame *f, const u8 *bytes, u32 have, u32 len,
					 const char *file)
{
	u32 few = have < VFW_FRAME_HEAD_MIN ? have : VFW_FRAME_HEAD_MIN;
	u8 *heap = malloc(few ? few : 1);
	enum vfw_frame_result first, whole;
	struct vfw_frame g;

	memcpy(heap, bytes, few);
	first = vfw_frame_parse(&g, heap, few, len, false);
	free(heap);
	heap = malloc(have ? have : 1);
	memcpy(heap, bytes, have);
	whole = vfw_frame_parse(f, heap, have, len, false);
	free(heap);
	if (first != VFW_FRAME_MORE && (first != whole || memcmp(f, &g, sizeof(g))))
		die("a short head gives another answer than a long one", file);
	if (whole == VFW_FRAME_MORE && have >= VFW_FRAME_HEAD_MAX)
		die("asked for more than the longest head", file);
	return whole;
}

static void quote(const struct vfw_frame *f, const u8 *bytes, u32 have, struct counts *c)
{
	u32 end = f->end < have ? f->end : have;
	u32 len = end > f->inner_off ? end - f->inner_off : 0;
	u8 *heap = malloc(len ? len : 1);
	struct vfw_frame inner;
	struct vfw_flow_key key;

	memcpy(heap, bytes + f->inner_off, len);
	if (!vfw_frame_parse_inner(&inner, heap, len, f->kind == VFW_FRAME_IP6) &&
	    vfw_flowkey_make(&key, &inner, 1, 2, 0, 0) >= 0)
		c->quoted++;
	free(heap);
}

static void one_frame(const u8 *bytes, u32 have, u32 len, struct counts *c, const char *file)
{
	enum vfw_frame_result r;
	struct vfw_flow_key key;
	struct vfw_frame f;

	c->frames++;
	r = parse_twice(&f, bytes, have, len, file);
	if (r == VFW_FRAME_MORE) {
		c->cut_by_capture++;
		return;
	}
	if (r == VFW_FRAME_MALFORMED) {
		c->malformed++;
		return;
	}
	if (f.l3_off > f.l4_off || f.l4_off > f.payload_off || f.payload_off > f.end || f.end > len)
		die("offsets out of order", file);
	c->ok++;
	c->by_kind[f.kind]++;
	c->l4 += !!(f.flags & VFW_FRAME_F_L4);
	c->fragments += !!(f.flags & VFW_FRAME_F_FRAG);
	if (f.flags & VFW_FRAME_F_ICMP_ERROR)
		quote(&f, bytes, have, c);
	c->keyed += vfw_flowkey_make(&key, &f, 1, 2, 0, 0) >= 0;
}

static void one_capture(const char *file, struct counts *c)
{
	char error[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *header;
	const u_char *bytes;
	pcap_t *pcap = pcap_open_offline(file, error);

	if (!pcap)
		die(error, file);
	c->captures++;
	if (pcap_datalink(pcap) != EN10MB) {
		c->not_ethernet++;
		pcap_close(pcap);
		return;
	}
	while (pcap_next_ex(pcap, &header, &bytes) == 1)
		one_frame(bytes, header->caplen,
			  header->len < header->caplen ? header->caplen : header->len, c, file);
	pcap_close(pcap);
}

static void print(const char *name, const struct counts *c)
{
	printf("%-14s %4lu captures (%lu not Ethernet), %lu frames: %lu ok, %lu malformed, "
	       "%lu cut by the capture\n",
	       name, c->captures, c->not_ethernet, c->frames, c->ok, c->malformed,
	       c->cut_by_capture);
	printf("%-14s IPv4 %lu, IPv6 %lu, ARP %lu, other %lu; with L4 %lu, fragments %lu, flow keys "
	       "%lu, quoted %lu\n",
	       "", c->by_kind[VFW_FRAME_IP4], c->by_kind[VFW_FRAME_IP6], c->by_kind[VFW_FRAME_ARP],
	       c->by_kind[VFW_FRAME_OTHER], c->l4, c->fragments, c->keyed, c->quoted);
}

static void walk(const char *path, struct counts *c)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		die("cannot open directory", path);
	while ((entry = readdir(dir))) {
		char file[4096];
		struct stat st;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		if (stat(file, &st))
			die("cannot stat", file);
		if (S_ISDIR(st.st_mode))
			walk(file, c);
		else if (strstr(entry->d_name, ".pcap"))
			one_capture(file, c);
	}
	closedir(dir);
}

/* Our own captures: a frame of each kind, and the capture's snap length where it is cut. */
static const struct {
	const char *spec;
	u32 snap;
} own[] = {
	{"eth 0800 ip4:06 tcp:02", 65535},
	{"eth 8100 0005 0800 ip4:06 tcp:18 data:1400", 65535},
	{"eth 86dd ip6:2c 1100000100000007 udp data:8", 65535},
	{"eth 0800 ip4:01 icmp:0301 ip4:06 tcp:02", 65535},
	{"eth 0806 0001080006040001 020000000001c0000201 000000000000c0000202", 65535},
	{"eth 88cc data:40", 65535},
	{"eth 0800 ip4:06 tcp:02 @14=44", 65535},
	{"eth 0800 ip4:06 tcp:18 data:1000", 40},
};

static void own_captures(void)
{
	static const struct counts want = {
		.captures = 1,
		.frames = 8,
		.cut_by_capture = 1,
		.ok = 6,
		.malformed = 1,
		.l4 = 4,
		.fragments = 1,
		.quoted = 1,
		.keyed = 3,
		.by_kind = {[VFW_FRAME_OTHER] = 1,
			    [VFW_FRAME_ARP] = 1,
			    [VFW_FRAME_IP4] = 3,
			    [VFW_FRAME_IP6] = 1},
	};
	static struct packet p;
	char file[] = "/tmp/vfw-core-replay-XXXXXX";
	struct counts c = {0};
	pcap_dumper_t *dumper;
	pcap_t *pcap;
	int fd = mkstemp(file);
	size_t i;

	pcap = pcap_open_dead(EN10MB, 65535);
	dumper = fd < 0 || !pcap ? NULL : pcap_dump_fopen(pcap, fdopen(fd, "wb"));
	if (!dumper)
		die("cannot write a capture", file);
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		struct pcap_pkthdr header = {0};

		packet_build(&p, own[i].spec);
		header.len = p.len;
		header.caplen = p.len < own[i].snap ? p.len : own[i].snap;
		pcap_dump((u_char *)dumper, &header, p.bytes);
	}
	pcap_dump_close(dumper);
	pcap_close(pcap);
	one_capture(file, &c);
	unlink(file);
	print("own", &c);
	if (memcmp(&c, &want, sizeof(c)))
		die("counts of our own capture are not those known", file);
}

int main(int argc, char **argv)
{
	static const char *const corpora[] = {"verify", "etopen-oracle", "evasion"};
	size_t i;

	own_captures();
	for (i = 0; i < sizeof(corpora) / sizeof(corpora[0]); i++) {
		struct counts c = {0};
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", argc > 1 ? argv[1] : ".", corpora[i]);
		if (access(path, R_OK)) {
			printf("%-14s skipped: %s is not there\n", corpora[i], path);
			continue;
		}
		walk(path, &c);
		print(corpora[i], &c);
		if (!c.ok)
			die("no frame of the corpus was understood", path);
	}
	return EXIT_SUCCESS;
}
