// SPDX-License-Identifier: GPL-2.0
#include "literal.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

struct word {
	const char *s;
	uint32_t number;
};

static const struct word protos[] = {
	{"icmp", 1},  {"igmp", 2},   {"ipip", 4},   {"tcp", 6},	   {"udp", 17},	     {"dccp", 33},
	{"ipv6", 41}, {"gre", 47},   {"esp", 50},   {"ah", 51},	   {"icmp6", 58},    {"ospf", 89},
	{"pim", 103}, {"vrrp", 112}, {"l2tp", 115}, {"sctp", 132}, {"udplite", 136}, {NULL, 0},
};

static const struct word icmp_types[] = {
	{"echo-reply", 0},	   {"unreachable", 3},	    {"redirect", 5},
	{"echo-request", 8},	   {"time-exceeded", 11},   {"parameter-problem", 12},
	{"timestamp-request", 13}, {"timestamp-reply", 14}, {NULL, 0},
};

static const struct word icmp6_types[] = {
	{"unreachable", 1},
	{"packet-too-big", 2},
	{"time-exceeded", 3},
	{"parameter-problem", 4},
	{"echo-request", 128},
	{"echo-reply", 129},
	{"mld-query", 130},
	{"mld-report", 131},
	{"mld-done", 132},
	{"mld2-report", 143},
	{NULL, 0},
};

static const struct word ethertypes[] = {
	{"llc", 0},
	{"wol", 0x0842},
	{"rarp", 0x8035},
	{"mpls", 0x8847},
	{"pppoe-discovery", 0x8863},
	{"pppoe-session", 0x8864},
	{"eapol", 0x888e},
	{"profinet", 0x8892},
	{"ethercat", 0x88a4},
	{"lldp", 0x88cc},
	{"macsec", 0x88e5},
	{"ptp", 0x88f7},
	{"roce", 0x8915},
	{NULL, 0},
};

static const struct word *const lists[] = {
	[VFW_WORDS_PROTO] = protos,
	[VFW_WORDS_ICMP] = icmp_types,
	[VFW_WORDS_ICMP6] = icmp6_types,
	[VFW_WORDS_ETHER] = ethertypes,
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool vfw_literal_name(const char *s)
{
	size_t i;

	if (!is_alpha(s[0]) && s[0] != '_')
		return false;
	for (i = 1; s[i]; i++)
		if (!is_alpha(s[i]) && !is_digit(s[i]) && s[i] != '_' && s[i] != '-')
			return false;
	return i <= VFW_POLICY_NAME_MAX;
}

/* Reads digits up to stop (a byte or NUL); returns what follows, NULL if it is no number of at most max. */
static const char *number(const char *s, char stop, uint32_t max, uint32_t *out)
{
	uint32_t base = 10;
	uint64_t v = 0;
	const char *digits;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	}
	for (digits = s; *s && *s != stop; s++) {
		int d = hex_digit(*s);

		if (d < 0 || (uint32_t)d >= base)
			return NULL;
		v = v * base + (uint32_t)d;
		if (v > max)
			return NULL;
	}
	if (s == digits)
		return NULL;
	*out = (uint32_t)v;
	return s;
}

bool vfw_literal_number(const char *s, uint32_t max, uint32_t *out)
{
	return number(s, '\0', max, out) != NULL;
}

bool vfw_literal_range(const char *s, uint32_t max, uint32_t *first, uint32_t *last)
{
	s = number(s, '-', max, first);
	if (!s)
		return false;
	*last = *first;
	if (*s == '-' && !number(s + 1, '\0', max, last))
		return false;
	return *first <= *last;
}

bool vfw_literal_uuid(const char *s, uint8_t uuid[VFW_UUID_LEN])
{
	size_t n = 0;

	for (size_t i = 0; i < 36; i++) {
		int d;

		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (s[i] != '-')
				return false;
			continue;
		}
		d = hex_digit(s[i]);
		if (d < 0)
			return false;
		uuid[n / 2] = (uint8_t)(n % 2 ? uuid[n / 2] | d : d << 4);
		n++;
	}
	return s[36] == '\0';
}

const char *vfw_literal_prefix(const char *s, struct vfw_prefix *p)
{
	const char *slash = strchr(s, '/');
	char addr[INET6_ADDRSTRLEN];
	size_t n = slash ? (size_t)(slash - s) : strlen(s);
	uint32_t max, len;

	if (n >= sizeof(addr))
		return "an address such as 192.0.2.0/24 or 2001:db8::/48";
	memcpy(addr, s, n);
	addr[n] = '\0';
	memset(p->addr, 0, sizeof(p->addr));
	p->family = strchr(addr, ':') ? 6 : 4;
	if (inet_pton(p->family == 6 ? AF_INET6 : AF_INET, addr, p->addr) != 1)
		return "an address such as 192.0.2.0/24 or 2001:db8::/48";
	max = p->family == 6 ? 128 : 32;
	len = max;
	if (slash && (!is_digit(slash[1]) || !vfw_literal_number(slash + 1, max, &len)))
		return p->family == 6 ? "a prefix length of 0 to 128"
				      : "a prefix length of 0 to 32";
	p->len = (uint8_t)len;
	for (uint32_t bit = len; bit < max; bit++)
		if (p->addr[bit / 8] & (0x80 >> bit % 8))
			return "zero bits behind the prefix length";
	return NULL;
}

bool vfw_literal_quantity(const char *s, enum vfw_unit unit, uint64_t *value)
{
	static const struct {
		enum vfw_unit unit;
		const char *suffix;
		uint64_t factor;
	} units[] = {
		{VFW_UNIT_BITS, "bit", 1},
		{VFW_UNIT_BITS, "kbit", 1000},
		{VFW_UNIT_BITS, "mbit", 1000000},
		{VFW_UNIT_BITS, "gbit", 1000000000},
		{VFW_UNIT_RATE, "/s", 1},
		{VFW_UNIT_RATE, "k/s", 1000},
		{VFW_UNIT_RATE, "m/s", 1000000},
		{VFW_UNIT_COUNT, "", 1},
		{VFW_UNIT_COUNT, "k", 1000},
		{VFW_UNIT_COUNT, "m", 1000000},
		{VFW_UNIT_SIZE, "b", 1},
		{VFW_UNIT_SIZE, "kb", 1024},
		{VFW_UNIT_SIZE, "mb", 1024 * 1024},
	};
	uint64_t v = 0;
	const char *p;

	for (p = s; is_digit(*p); p++) {
		v = v * 10 + (uint64_t)(*p - '0');
		if (v > UINT32_MAX)
			return false;
	}
	if (p == s)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i].unit != unit || strcmp(units[i].suffix, p))
			continue;
		*value = v * units[i].factor;
		return true;
	}
	return false;
}

int vfw_literal_word(enum vfw_words words, const char *s)
{
	for (const struct word *w = lists[words]; w->s; w++)
		if (!strcmp(w->s, s))
			return (int)w->number;
	return -1;
}

const char *vfw_literal_word_of(enum vfw_words words, uint32_t n)
{
	for (const struct word *w = lists[words]; w->s; w++)
		if (w->number == n)
			return w->s;
	return NULL;
}

bool vfw_literal_atom(const char *s)
{
	size_t n = strlen(s);

	if (!n || n > VFW_POLICY_ATOM_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_alpha(s[i]) && !is_digit(s[i]) && !strchr("_.:/+-*?@%", s[i]))
			return false;
	return true;
}

/*
 * The usual walk with one point to come back to: a later '*' makes an earlier
 * one settled, so no more than one is ever tried again.
 */
bool vfw_literal_pattern(const char *pattern, const char *s)
{
	const char *star = NULL, *retry = NULL;

	while (*s) {
		if (*pattern == '*') {
			star = pattern++;
			retry = s;
		} else if (*pattern == '?' || *pattern == *s) {
			pattern++;
			s++;
		} else if (star) {
			pattern = star + 1;
			s = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

bool vfw_literal_utf8(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t i = 0;

	while (i < len) {
		uint32_t c = p[i++];
		unsigned int more;

		if (c < 0x80) {
			if (c < 0x20 || c == 0x7f)
				return false;
			continue;
		}
		if (c >= 0xc2 && c <= 0xdf)
			more = 1;
		else if (c >= 0xe0 && c <= 0xef)
			more = 2;
		else if (c >= 0xf0 && c <= 0xf4)
			more = 3;
		else
			return false;
		c &= 0x3fu >> more;
		for (unsigned int k = 0; k < more; k++, i++) {
			if (i >= len || (p[i] & 0xc0) != 0x80)
				return false;
			c = c << 6 | (p[i] & 0x3f);
		}
		if ((more == 2 && c < 0x800) || (more == 3 && (c < 0x10000 || c > 0x10ffff)))
			return false;
		if ((c >= 0xd800 && c <= 0xdfff) || (c >= 0x80 && c < 0xa0))
			return false;
	}
	return true;
}
