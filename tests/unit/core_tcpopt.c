// SPDX-License-Identifier: GPL-2.0
/* Options of a TCP header in hex; which of them is multipath TCP's, and what is left without. */
#include "core_unit.h"

#include "core/tcpopt.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *name;
	const char *opt;
	const char *left; /* NULL: unchanged */
	u32 n;
} headers[] = {
	{"none", "", NULL, 0},
	{"a SYN of Linux", "020405b40402080a000000010000000001030307", NULL, 0},
	{"and of multipath TCP", "020405b40402080a0000000100000000010303071e040081",
	 "020405b40402080a00000001000000000103030701010101", 1},
	{"to join", "1e0c0001aabbccddeeff00110103 0307", "01010101010101010101010101030307", 1},
	{"twice", "1e0400811e030001", "0101010101010101", 2},
	{"alone and long", "1e14112233445566778899aabbccddeeff001122",
	 "0101010101010101010101010101010101010101", 1},
	{"behind the end of options", "01001e0400810000", NULL, 0},
	{"inside of another", "fd061e0400810101", NULL, 0},
	{"longer than the header", "01011e0700810000", NULL, 0},
	{"shorter than itself", "1e0100811e040081", NULL, 0},
	{"cut off", "0101011e", NULL, 0},
	{"behind rubbish", "05011e0400810000", NULL, 0},
	{"of nothing", "1e021e0401010101", "0101010101010101", 2},
};

/* Hex, blanks between, to bytes. Returns how many. */
static u32 bytes_of(const char *hex, u8 *out)
{
	unsigned int byte;
	u32 n = 0;

	for (; *hex; hex += *hex == ' ' ? 1 : 2)
		if (*hex != ' ' && sscanf(hex, "%2x", &byte) == 1)
			out[n++] = (u8)byte;
	return n;
}

START_TEST(tcpopt_clear)
{
	const char *name = headers[_i].name;
	u8 want[VFW_TCPOPT_MAX], *opt;
	u32 len = bytes_of(headers[_i].opt, want), at;

	/* exactly as long: what reads behind it is found */
	opt = malloc(len ?: 1);
	ck_assert_ptr_nonnull(opt);
	memcpy(opt, want, len);
	if (headers[_i].left)
		ck_assert_uint_eq(bytes_of(headers[_i].left, want), len);
	at = vfw_tcpopt_find(opt, len, 0, VFW_TCPOPT_MULTIPATH);
	ck_assert_msg((at < len) == (headers[_i].n > 0), "%s: found at %u", name, at);
	ck_assert_msg(vfw_tcpopt_clear(opt, len, VFW_TCPOPT_MULTIPATH) == headers[_i].n, "%s",
		      name);
	ck_assert_mem_eq(opt, want, len);
	ck_assert_uint_eq(vfw_tcpopt_find(opt, len, 0, VFW_TCPOPT_MULTIPATH), len);
	free(opt);
}
END_TEST

TCase *core_tcpopt_cases(void)
{
	TCase *tc = tcase_create("tcpopt");

	tcase_add_loop_test(tc, tcpopt_clear, 0, ARRAY_SIZE(headers));
	return tc;
}
