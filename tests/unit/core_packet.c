// SPDX-License-Identifier: GPL-2.0
#include "core_packet.h"

#include <stdio.h>
#include <stdlib.h>

/* where lengths are to be filled in when the payload's end is known */
struct lengths {
	u32 ip4[4], ip6[4], udp[4];
	u32 n_ip4, n_ip6, n_udp;
};

static void die(const char *word)
{
	fprintf(stderr, "core_packet: cannot build \"%s\"\n", word);
	abort();
}

static u32 put_hex(u8 *to, const char *hex)
{
	u32 n = 0;
	unsigned int byte;

	for (; hex[0]; hex += 2, n++) {
		if (!hex[1] || sscanf(hex, "%2x", &byte) != 1)
			die(hex);
		to[n] = (u8)byte;
	}
	return n;
}

static void add_hex(struct packet *p, const char *hex)
{
	if (p->len + strlen(hex) / 2 > PACKET_MAX)
		die(hex);
	p->len += put_hex(p->bytes + p->len, hex);
}

static void add_ip4(struct packet *p, const char *arg, struct lengths *l)
{
	const char *options = strchr(arg, ':');
	char proto[3] = {0};
	u32 at = p->len;

	strncpy(proto, arg, 2);
	l->ip4[l->n_ip4++ % 4] = at;
	add_hex(p, "45000000000100004000"
		   "0000c0000201c0000202");
	put_hex(p->bytes + at + 9, proto);
	if (options) {
		add_hex(p, options + 1);
		p->bytes[at] = (u8)(0x40 + (p->len - at) / 4);
	}
}

static void add_counting(struct packet *p, u32 n)
{
	u32 i;

	if (p->len + n > PACKET_MAX)
		die("data");
	for (i = 0; i < n; i++)
		p->bytes[p->len++] = (u8)i;
}

static void put16(u8 *p, u32 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

static void fill_lengths(struct packet *p, const struct lengths *l)
{
	u32 i;

	for (i = 0; i < l->n_ip4; i++)
		put16(p->bytes + l->ip4[i] + 2, p->len - l->ip4[i]);
	for (i = 0; i < l->n_ip6; i++)
		put16(p->bytes + l->ip6[i] + 4, p->len - l->ip6[i] - 40);
	for (i = 0; i < l->n_udp; i++)
		put16(p->bytes + l->udp[i] + 4, p->len - l->udp[i]);
}

static void add_word(struct packet *p, const char *word, struct lengths *l)
{
	char *end;

	if (!strcmp(word, "eth")) {
		add_hex(p, "020000000002020000000001");
	} else if (!strncmp(word, "ip4:", 4)) {
		add_ip4(p, word + 4, l);
	} else if (!strncmp(word, "ip6:", 4)) {
		l->ip6[l->n_ip6++ % 4] = p->len;
		add_hex(p, "600000000000");
		add_hex(p, word + 4);
		add_hex(p, "ff"
			   "fe800000000000000000000000000001"
			   "fe800000000000000000000000000002");
	} else if (!strncmp(word, "tcp:", 4)) {
		add_hex(p, "10000050000000010000000250");
		add_hex(p, word + 4);
		add_hex(p, "200000000000");
	} else if (!strcmp(word, "udp")) {
		l->udp[l->n_udp++ % 4] = p->len;
		add_hex(p, "1000003500000000");
	} else if (!strncmp(word, "icmp:", 5)) {
		add_hex(p, word + 5);
		add_hex(p, "000012340001");
	} else if (!strncmp(word, "data:", 5)) {
		add_counting(p, (u32)strtoul(word + 5, NULL, 10));
	} else if (word[0] == '@') {
		u32 at = (u32)strtoul(word + 1, &end, 10);

		if (*end != '=' || at + strlen(end + 1) / 2 > p->len)
			die(word);
		put_hex(p->bytes + at, end + 1);
	} else if (!strncmp(word, "pad:", 4)) {
		add_counting(p, (u32)strtoul(word + 4, NULL, 10));
	} else if (!strncmp(word, "cut:", 4)) {
		p->len = (u32)strtoul(word + 4, NULL, 10);
	} else {
		add_hex(p, word);
	}
}

void packet_build(struct packet *p, const char *spec)
{
	struct lengths l = {0};
	bool filled = false;
	char copy[2048];
	char *save, *word;

	p->len = 0;
	if (strlen(spec) >= sizeof(copy))
		die(spec);
	strcpy(copy, spec);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		bool late =
			word[0] == '@' || !strncmp(word, "pad:", 4) || !strncmp(word, "cut:", 4);

		if (late && !filled)
			fill_lengths(p, &l);
		filled |= late;
		if (filled && !late)
			die(word);
		add_word(p, word, &l);
	}
	if (!filled)
		fill_lengths(p, &l);
}
