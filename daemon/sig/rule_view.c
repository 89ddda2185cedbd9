// SPDX-License-Identifier: GPL-2.0
#include "rule_view.h"

#include <string.h>

bool vfw_rule_view_op(const char *keyword, uint8_t *op)
{
	static const char *const names[] = {
		[VFW_RULE_VIEW_DOTPREFIX] = "dotprefix",
		[VFW_RULE_VIEW_STRIP_WHITESPACE] = "strip_whitespace",
		[VFW_RULE_VIEW_COMPRESS_WHITESPACE] = "compress_whitespace",
		[VFW_RULE_VIEW_LOWERCASE] = "to_lowercase",
		[VFW_RULE_VIEW_UPPERCASE] = "to_uppercase",
		[VFW_RULE_VIEW_URL_DECODE] = "url_decode",
	};

	for (*op = 0; *op < sizeof(names) / sizeof(*names); ++*op)
		if (!strcmp(names[*op], keyword))
			return true;
	return false;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= 9 && c <= 13);
}

static int digit_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t url_decode(uint8_t *p, size_t len)
{
	size_t at = 0, to = 0;

	while (at < len) {
		if (p[at] == '%' && len - at > 2 && digit_of(p[at + 1]) >= 0 &&
		    digit_of(p[at + 2]) >= 0) {
			p[to++] = (uint8_t)(digit_of(p[at + 1]) << 4 | digit_of(p[at + 2]));
			at += 3;
			continue;
		}
		p[to++] = p[at] == '+' ? ' ' : p[at];
		at++;
	}
	return to;
}

static size_t without_spaces(uint8_t *p, size_t len, bool first)
{
	size_t at, to = 0;
	bool space = false;

	for (at = 0; at < len; at++) {
		bool now = is_space(p[at]);

		if (!now || (first && !space))
			p[to++] = p[at];
		space = now;
	}
	return to;
}

static size_t one(uint8_t op, uint8_t *p, size_t len)
{
	size_t i;

	switch (op) {
	case VFW_RULE_VIEW_DOTPREFIX:
		memmove(p + 1, p, len);
		p[0] = '.';
		return len + 1;
	case VFW_RULE_VIEW_STRIP_WHITESPACE:
		return without_spaces(p, len, false);
	case VFW_RULE_VIEW_COMPRESS_WHITESPACE:
		return without_spaces(p, len, true);
	case VFW_RULE_VIEW_URL_DECODE:
		return url_decode(p, len);
	default:
		for (i = 0; i < len; i++)
			p[i] = (uint8_t)(op == VFW_RULE_VIEW_LOWERCASE
						 ? (p[i] >= 'A' && p[i] <= 'Z' ? p[i] + 32 : p[i])
						 : (p[i] >= 'a' && p[i] <= 'z' ? p[i] - 32 : p[i]));
		return len;
	}
}

size_t vfw_rule_view_apply(const struct vfw_rule_view *view, uint8_t *bytes, size_t len)
{
	uint8_t i;

	for (i = 0; i < view->n; i++)
		len = one(view->op[i], bytes, len);
	return len;
}
