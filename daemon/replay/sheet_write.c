// SPDX-License-Identifier: GPL-2.0
/* What a message is, written and as it is to be read. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sheet.h"

/* Where bytes are written. */
struct pen {
	u8 *out;
	u32 len;
	bool full;
};

static void add(struct pen *p, const void *bytes, u32 len)
{
	if (len > VFW_CANVAS_ROOM - p->len) {
		p->full = true;
		return;
	}
	memcpy(p->out + p->len, bytes, len);
	p->len += len;
}

static void say(struct pen *p, const char *text)
{
	add(p, text, (u32)strlen(text));
}

static u32 path_len(const struct vfw_sheet *s)
{
	u32 i;

	for (i = 0; i < s->uri_len && s->uri[i] != '?';)
		i++;
	return i;
}

/* A path that is read as it stands here: no slash twice, no segment of dots, no backslash, and ASCII. */
static bool is_settled_path(const u8 *p, u32 len)
{
	u32 i, n;

	if (!len || p[0] != '/')
		return false;
	for (i = 0; i < len; i++) {
		if (p[i] == '\\' || p[i] >= 127 || !p[i])
			return false;
		if (p[i] != '/')
			continue;
		for (n = 1; i + n < len && p[i + n] == '.';)
			n++;
		if (i + n < len && p[i + n] == '/' && n <= 3)
			return false;
		if (i + n == len && (n == 2 || n == 3))
			return false;
	}
	return true;
}

/* Bytes that stand in a request line as they are. */
static bool is_sendable(const u8 *p, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		if (!p[i] || p[i] == ' ' || p[i] == '\r' || p[i] == '\n' || p[i] == '#')
			return false;
	return true;
}

static bool write_uri(const struct vfw_sheet *s, struct pen *p)
{
	u32 path = path_len(s), i;

	if (!is_sendable(s->uri + path, s->uri_len - path))
		return false;
	if (s->raw) {
		if (!path || s->uri[0] != '/' || !is_sendable(s->uri, path))
			return false;
		add(p, s->uri, s->uri_len);
		return true;
	}
	if (!is_settled_path(s->uri, path))
		return false;
	for (i = 0; i < path; i++) {
		u8 c = s->uri[i];
		char code[4];

		if (c > ' ' && c != '%' && c != '#') {
			add(p, &c, 1);
			continue;
		}
		snprintf(code, sizeof(code), "%%%02x", c);
		say(p, code);
	}
	for (i = path; i < s->uri_len; i++) {
		add(p, s->uri + i, 1);
		if (s->uri[i] == '%')
			say(p, "25");
	}
	return true;
}

static bool read_uri(const struct vfw_sheet *s, struct pen *p)
{
	u32 path = path_len(s);

	if (!is_settled_path(s->uri, path) || (s->raw && memchr(s->uri, '%', s->uri_len)))
		return false;
	add(p, s->uri, s->uri_len);
	return true;
}

static bool is_text(const u8 *p, u32 len, bool trimmed)
{
	u32 i;

	for (i = 0; i < len; i++)
		if (!p[i] || p[i] == '\r' || p[i] == '\n')
			return false;
	return !trimmed || !len || (!strchr(" \t\v\f", p[0]) && !strchr(" \t\v\f", p[len - 1]));
}

static bool write_first(const struct vfw_sheet *s, struct pen *p)
{
	if (s->answer) {
		if (s->status_len != 3 || s->status[0] < '2' || s->status[0] > '5' ||
		    s->status[1] < '0' || s->status[1] > '9' || s->status[2] < '0' ||
		    s->status[2] > '9' || !is_text(s->reason, s->reason_len, true))
			return false;
		add(p, s->version, s->version_len);
		say(p, " ");
		add(p, s->status, 3);
		say(p, " ");
		add(p, s->reason, s->reason_len);
		return true;
	}
	add(p, s->method, s->method_len);
	say(p, " ");
	if (!write_uri(s, p))
		return false;
	say(p, " ");
	add(p, s->version, s->version_len);
	return true;
}

static bool is_cookie(const struct vfw_sheet *s, const struct vfw_sheet_header *h)
{
	const char *name = s->answer ? "Set-Cookie" : "Cookie";

	return h->name_len == strlen(name) &&
	       !strncasecmp((const char *)h->name, name, h->name_len);
}

static bool write_header(const struct vfw_sheet_header *h, struct pen *p)
{
	if (!vfw_sheet_is_name(h->name, h->name_len) || !is_text(h->value, h->value_len, true))
		return false;
	add(p, h->name, h->name_len);
	say(p, ": ");
	add(p, h->value, h->value_len);
	return true;
}

/* Is there a header of the same name before the i-th? Their values would be read as one. */
static bool is_again(const struct vfw_sheet *s, u32 i)
{
	u32 k;

	for (k = 0; k < i; k++)
		if (s->header[k].name_len == s->header[i].name_len &&
		    !strncasecmp((const char *)s->header[k].name, (const char *)s->header[i].name,
				 s->header[i].name_len))
			return true;
	return false;
}

static bool write_headers(const struct vfw_sheet *s, struct pen *p, bool cookies)
{
	u32 i;

	for (i = 0; i < s->n; i++) {
		if (is_again(s, i))
			return false;
		if (!cookies && is_cookie(s, &s->header[i]))
			continue;
		if (!write_header(&s->header[i], p))
			return false;
		say(p, "\r\n");
	}
	return true;
}

static bool write_names(const struct vfw_sheet *s, struct pen *p)
{
	u32 i;

	if (!s->n)
		return false;
	say(p, "\r\n");
	for (i = 0; i < s->n; i++) {
		add(p, s->header[i].name, s->header[i].name_len);
		say(p, "\r\n");
	}
	say(p, "\r\n");
	return true;
}

static bool write_body(const struct vfw_sheet *s, struct pen *p)
{
	char size[16];

	if (s->answer && s->body_len &&
	    (!memcmp(s->status, "204", 3) || !memcmp(s->status, "304", 3)))
		return false;
	if (!vfw_sheet_is_chunked(s)) {
		add(p, s->body, s->body_len);
		return true;
	}
	if (s->body_len) {
		snprintf(size, sizeof(size), "%x\r\n", s->body_len);
		say(p, size);
		add(p, s->body, s->body_len);
		say(p, "\r\n");
	}
	say(p, "0\r\n\r\n");
	return true;
}

/* The name alone, in lower case, without a port. */
static bool read_host(const struct vfw_sheet_header *h, struct pen *p)
{
	u32 i;

	for (i = 0; i < h->value_len && h->value[i] != ':'; i++) {
		u8 c = h->value[i];

		if (c >= 'A' && c <= 'Z')
			c |= 32;
		if (c <= ' ' || c > '~' || strchr("[]@/?#\\\"<>", c))
			return false;
		add(p, &c, 1);
	}
	if (!i || h->value[i - 1] == '.')
		return false;
	while (++i < h->value_len)
		if (h->value[i] < '0' || h->value[i] > '9')
			return false;
	return true;
}

static bool read_named(const struct vfw_sheet *s, enum vfw_http_buffer b, struct pen *p)
{
	const struct vfw_sheet_header *h = vfw_sheet_find(s, vfw_sheet_name(b, s->answer));

	if (!h)
		return false;
	if (b == VFW_HTTP_B_HOST)
		return read_host(h, p);
	add(p, h->value, h->value_len);
	return true;
}

static bool read_buffer(const struct vfw_sheet *s, enum vfw_http_buffer b, u32 k, struct pen *p)
{
	if (vfw_sheet_name(b, s->answer))
		return read_named(s, b, p);
	switch (b) {
	case VFW_HTTP_B_METHOD:
		add(p, s->method, s->method_len);
		return true;
	case VFW_HTTP_B_URI:
		return read_uri(s, p);
	case VFW_HTTP_B_URI_RAW:
		return write_uri(s, p);
	case VFW_HTTP_B_REQUEST_LINE:
	case VFW_HTTP_B_RESPONSE_LINE:
		return write_first(s, p);
	case VFW_HTTP_B_PROTOCOL:
		add(p, s->version, s->version_len);
		return true;
	case VFW_HTTP_B_STAT_CODE:
		add(p, s->status, s->status_len);
		return true;
	case VFW_HTTP_B_STAT_MSG:
		add(p, s->reason, s->reason_len);
		return true;
	case VFW_HTTP_B_HEADER:
		return write_headers(s, p, false);
	case VFW_HTTP_B_REQUEST_HEADER:
	case VFW_HTTP_B_RESPONSE_HEADER:
		return k < s->n && write_header(&s->header[k], p);
	case VFW_HTTP_B_HEADER_RAW:
		if (!write_headers(s, p, true))
			return false;
		say(p, "\r\n");
		return true;
	case VFW_HTTP_B_HEADER_NAMES:
		return write_names(s, p);
	case VFW_HTTP_B_START:
		if (!s->n || !write_first(s, p))
			return false;
		say(p, "\r\n");
		if (!write_headers(s, p, true))
			return false;
		say(p, "\r\n");
		return true;
	default:
		add(p, s->body, s->body_len);
		return true;
	}
}

bool vfw_sheet_buffer(const struct vfw_sheet *s, enum vfw_http_buffer b, u32 k, u8 *out, u32 *len)
{
	struct pen p = {.out = out};
	bool many = b == VFW_HTTP_B_REQUEST_HEADER || b == VFW_HTTP_B_RESPONSE_HEADER;

	if ((k && !many) ||
	    !(vfw_http_buffer_of(b) & (s->answer ? VFW_HTTP_OF_RESPONSE : VFW_HTTP_OF_REQUEST)) ||
	    !read_buffer(s, b, k, &p))
		return false;
	*len = p.len;
	return p.len && !p.full;
}

bool vfw_sheet_write(const struct vfw_sheet *s, u8 *out, u32 *len)
{
	struct pen p = {.out = out};

	if (!write_first(s, &p))
		return false;
	say(&p, "\r\n");
	if (!write_headers(s, &p, true))
		return false;
	say(&p, "\r\n");
	if (!write_body(s, &p))
		return false;
	*len = p.len;
	return !p.full;
}
