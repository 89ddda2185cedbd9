// SPDX-License-Identifier: GPL-2.0
#include "address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static bool host_bits_zero(const struct vfw_address *a)
{
	size_t bytes = a->family == 4 ? 4 : 16;

	for (size_t i = 0; i < bytes; i++) {
		int kept = a->len - 8 * (int)i;
		uint8_t host = kept >= 8 ? 0 : kept <= 0 ? 0xff : (uint8_t)(0xff >> kept);

		if (a->addr[i] & host)
			return false;
	}
	return true;
}

static bool length_parse(const char *s, unsigned int max, uint8_t *len)
{
	unsigned int value = 0;

	if (!*s || strlen(s) > 3)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		value = value * 10 + (unsigned int)(*s - '0');
	}
	if (value < 1 || value > max)
		return false;
	*len = (uint8_t)value;
	return true;
}

const char *vfw_address_parse(const char *s, struct vfw_address *a)
{
	char host[INET6_ADDRSTRLEN];
	const char *slash = strchr(s, '/');
	size_t n = slash ? (size_t)(slash - s) : strlen(s);
	struct vfw_address out = {0};

	if (!n || n >= sizeof(host))
		return "an IPv4 or IPv6 address";
	memcpy(host, s, n);
	host[n] = '\0';
	if (inet_pton(AF_INET, host, out.addr) == 1)
		out.family = 4;
	else if (inet_pton(AF_INET6, host, out.addr) == 1)
		out.family = 6;
	else
		return "an IPv4 or IPv6 address";
	out.len = out.family == 4 ? 32 : 128;
	if (slash && !length_parse(slash + 1, out.len, &out.len))
		return out.family == 4 ? "a prefix length from 1 to 32"
				       : "a prefix length from 1 to 128";
	if (!host_bits_zero(&out))
		return "one address without a length, or a prefix whose host bits are zero";
	*a = out;
	return NULL;
}

char *vfw_address_text(const struct vfw_address *a, char buf[VFW_ADDRESS_TEXT])
{
	char host[INET6_ADDRSTRLEN] = "";
	bool v4 = a->family == 4;

	inet_ntop(v4 ? AF_INET : AF_INET6, a->addr, host, sizeof(host));
	if (a->len == (v4 ? 32 : 128))
		snprintf(buf, VFW_ADDRESS_TEXT, "%s", host);
	else
		snprintf(buf, VFW_ADDRESS_TEXT, "%s/%u", host, a->len);
	return buf;
}
