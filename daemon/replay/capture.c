// SPDX-License-Identifier: GPL-2.0
#include "capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_MAX (256U << 10)
#define ETH_LEN 14

struct vfw_capture {
	pcap_t *pcap;
	uint64_t number, skipped;
	uint8_t frame[FRAME_MAX]; /* of what was no Ethernet */
};

struct vfw_capture *vfw_capture_open(const char *file, char *why, size_t size)
{
	struct vfw_capture *c = calloc(1, sizeof(*c));
	char error[PCAP_ERRBUF_SIZE];

	if (!c) {
		snprintf(why, size, "out of memory");
		return NULL;
	}
	c->pcap = pcap_open_offline(file, error);
	if (!c->pcap) {
		snprintf(why, size, "%s", error);
		free(c);
		return NULL;
	}
	return c;
}

void vfw_capture_close(struct vfw_capture *c)
{
	if (!c)
		return;
	pcap_close(c->pcap);
	free(c);
}

uint64_t vfw_capture_skipped(const struct vfw_capture *c)
{
	return c->skipped;
}

/* The ethertype of a raw IP packet by its version, 0: neither. */
static uint16_t by_version(const uint8_t *p, uint32_t len)
{
	if (!len)
		return 0;
	return p[0] >> 4 == 4 ? 0x0800 : p[0] >> 4 == 6 ? 0x86dd : 0;
}

/* Bytes of link header before the packet, and its ethertype; false: unknown. */
static bool link_of(int type, const uint8_t *p, uint32_t len, uint32_t *skip, uint16_t *ethertype)
{
	switch (type) {
	case DLT_RAW:
	case DLT_IPV4:
	case DLT_IPV6:
		*skip = 0;
		*ethertype = by_version(p, len);
		return *ethertype;
	case DLT_NULL:
	case DLT_LOOP:
		*skip = 4;
		*ethertype = len > 4 ? by_version(p + 4, len - 4) : 0;
		return *ethertype;
	case DLT_LINUX_SLL:
		*skip = 16;
		*ethertype = len >= 16 ? (uint16_t)(p[14] << 8 | p[15]) : 0;
		return len >= 16;
	case DLT_LINUX_SLL2:
		*skip = 20;
		*ethertype = len >= 20 ? (uint16_t)(p[0] << 8 | p[1]) : 0;
		return len >= 20;
	case DLT_PPP:
	case DLT_PPP_SERIAL:
		*skip = len >= 2 && p[0] == 0xff && p[1] == 3 ? 2 : 0;
		if (len < *skip + 2)
			return false;
		*ethertype = p[*skip];
		*skip += 1;
		/* an odd first byte is all of a compressed protocol field, RFC 1661 6.5 */
		if (!(*ethertype & 1))
			*ethertype = (uint16_t)(*ethertype << 8 | p[(*skip)++]);
		*ethertype = *ethertype == 0x0021 ? 0x0800 : *ethertype == 0x0057 ? 0x86dd : 0;
		return *ethertype;
	default:
		return false;
	}
}

int vfw_capture_next(struct vfw_capture *c, struct vfw_captured *p, char *why, size_t size)
{
	int type = pcap_datalink(c->pcap);
	struct pcap_pkthdr *h;
	const u_char *bytes;
	uint16_t ethertype;
	uint32_t skip, len;
	int rc;

	for (;;) {
		rc = pcap_next_ex(c->pcap, &h, &bytes);
		if (rc == PCAP_ERROR_BREAK)
			return 0;
		if (rc != 1) {
			snprintf(why, size, "%s", pcap_geterr(c->pcap));
			return -EIO;
		}
		c->number++;
		p->number = c->number;
		p->time = (uint64_t)h->ts.tv_sec * 1000000 + (uint64_t)h->ts.tv_usec;
		p->frame = bytes;
		p->len = h->caplen;
		if (type == DLT_EN10MB)
			return 1;
		len = h->caplen;
		if (link_of(type, bytes, len, &skip, &ethertype) && skip <= len &&
		    len - skip <= FRAME_MAX - ETH_LEN)
			break;
		c->skipped++;
	}
	memset(c->frame, 0, ETH_LEN);
	c->frame[12] = (uint8_t)(ethertype >> 8);
	c->frame[13] = (uint8_t)ethertype;
	memcpy(c->frame + ETH_LEN, bytes + skip, len - skip);
	p->frame = c->frame;
	p->len = len - skip + ETH_LEN;
	return 1;
}
