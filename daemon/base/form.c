// SPDX-License-Identifier: GPL-2.0
#include "form.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int vfw_form_uuid_parse(const char *s, uint8_t uuid[16])
{
	uint8_t out[16];
	size_t n = 0;

	if (strlen(s) != VFW_FORM_UUID_LEN - 1)
		return -EINVAL;
	for (size_t i = 0; i < VFW_FORM_UUID_LEN - 1;) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (s[i++] != '-')
				return -EINVAL;
			continue;
		}
		if (hex_digit(s[i]) < 0 || hex_digit(s[i + 1]) < 0)
			return -EINVAL;
		out[n++] = (uint8_t)(hex_digit(s[i]) << 4 | hex_digit(s[i + 1]));
		i += 2;
	}
	memcpy(uuid, out, sizeof(out));
	return 0;
}

char *vfw_form_uuid(const uint8_t uuid[16], char buf[VFW_FORM_UUID_LEN])
{
	char *p = buf;

	for (int i = 0; i < 16; i++)
		p += sprintf(p, "%02x%s", uuid[i], i == 3 || i == 5 || i == 7 || i == 9 ? "-" : "");
	return buf;
}

bool vfw_form_uuid_is_null(const uint8_t uuid[16])
{
	static const uint8_t null[16];

	return !memcmp(uuid, null, sizeof(null));
}

int vfw_form_mac_parse(const char *s, uint8_t mac[6])
{
	uint8_t out[6];

	if (strlen(s) != VFW_FORM_MAC_LEN - 1)
		return -EINVAL;
	for (int i = 0; i < 6; i++, s += 3) {
		if (hex_digit(s[0]) < 0 || hex_digit(s[1]) < 0)
			return -EINVAL;
		if (i < 5 && s[2] != ':' && s[2] != '-')
			return -EINVAL;
		out[i] = (uint8_t)(hex_digit(s[0]) << 4 | hex_digit(s[1]));
	}
	memcpy(mac, out, sizeof(out));
	return 0;
}

char *vfw_form_mac(const uint8_t mac[6], char buf[VFW_FORM_MAC_LEN])
{
	snprintf(buf, VFW_FORM_MAC_LEN, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	return buf;
}

char *vfw_form_hex(const uint8_t *bytes, size_t n, char *buf)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		buf[2 * i] = digits[bytes[i] >> 4];
		buf[2 * i + 1] = digits[bytes[i] & 15];
	}
	buf[2 * n] = '\0';
	return buf;
}

int vfw_form_unhex(const char *s, uint8_t *bytes, size_t n)
{
	if (strlen(s) != 2 * n)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		int high = hex_digit(s[2 * i]), low = hex_digit(s[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

char *vfw_form_time(uint64_t ns, char buf[VFW_FORM_TIME_LEN])
{
	time_t seconds = (time_t)(ns / 1000000000);
	struct tm tm = {0};
	size_t n;

	localtime_r(&seconds, &tm);
	n = strftime(buf, VFW_FORM_TIME_LEN, "%Y-%m-%dT%H:%M:%S", &tm);
	n += (size_t)snprintf(buf + n, VFW_FORM_TIME_LEN - n, ".%06u",
			      (unsigned int)(ns % 1000000000 / 1000));
	strftime(buf + n, VFW_FORM_TIME_LEN - n, "%z", &tm);
	return buf;
}

char *vfw_form_format(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	return n < 0 ? NULL : s;
}

uint64_t vfw_form_hash(uint64_t hash, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	while (n--)
		hash = (hash ^ *p++) * 0x100000001b3ULL;
	return hash;
}
