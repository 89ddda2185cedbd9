// SPDX-License-Identifier: GPL-2.0
/* The parts of a message, and what is taken into them. */
#include "sheet.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define LENGTH_MAX 16384 /* of a body that is as long as a header says */

static u32 put(u8 *to, u32 room, const void *from, u32 len)
{
	if (len > room)
		return 0;
	memcpy(to, from, len);
	return len;
}

static bool is_letter(u8 c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(u8 c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank(u8 c)
{
	return c == ' ' || (c >= 9 && c <= 13);
}

/* Does text stand in the bytes? In whatever case. */
static bool has_word(const u8 *p, u32 len, const char *text)
{
	u32 i, n = (u32)strlen(text);

	for (i = 0; i + n <= len; i++)
		if (!strncasecmp((const char *)p + i, text, n))
			return true;
	return false;
}

static void upper(u8 *p, u32 len)
{
	for (; len; len--, p++)
		if (*p >= 'a' && *p <= 'z')
			*p -= 32;
}

void vfw_sheet_clear(struct vfw_sheet *s, bool answer)
{
	s->answer = answer;
	s->raw = s->uri_given = false;
	s->method_len = put(s->method, sizeof(s->method), "GET", 3);
	s->uri_len = put(s->uri, sizeof(s->uri), "/", 1);
	s->version_len = put(s->version, sizeof(s->version), "HTTP/1.1", 8);
	s->status_len = put(s->status, sizeof(s->status), "200", 3);
	s->reason_len = put(s->reason, sizeof(s->reason), "OK", 2);
	s->n = 0;
	s->body_len = 0;
}

/* The number of the header of that name, or n. */
static u32 number_of(const struct vfw_sheet *s, const u8 *name, u32 len)
{
	u32 i;

	for (i = 0; i < s->n; i++)
		if (s->header[i].name_len == len &&
		    !strncasecmp((const char *)s->header[i].name, (const char *)name, len))
			break;
	return i;
}

const struct vfw_sheet_header *vfw_sheet_find(const struct vfw_sheet *s, const char *name)
{
	u32 i = number_of(s, (const u8 *)name, (u32)strlen(name));

	return i < s->n ? &s->header[i] : NULL;
}

static struct vfw_sheet_header *named(struct vfw_sheet *s, const u8 *name, u32 len, bool make)
{
	u32 i = number_of(s, name, len);
	struct vfw_sheet_header *h;

	if (i < s->n)
		return &s->header[i];
	if (!make || s->n == VFW_SHEET_HEADERS || len > VFW_SHEET_NAME)
		return NULL;
	h = &s->header[s->n++];
	h->name_len = put(h->name, VFW_SHEET_NAME, name, len);
	h->value_len = 0;
	h->given = false;
	return h;
}

struct vfw_sheet_header *vfw_sheet_header(struct vfw_sheet *s, const char *name, bool make)
{
	return named(s, (const u8 *)name, (u32)strlen(name), make);
}

static bool holds(const u8 *bytes, u32 len, const u8 *part, u32 n)
{
	return !n || memmem(bytes, len, part, n);
}

/* A value that a reader leaves as it is, or it is filled up where it would be trimmed. */
static bool take_value(struct vfw_sheet_header *h, const u8 *bytes, u32 len)
{
	bool host = h->name_len == 4 && !strncasecmp((const char *)h->name, "host", 4);
	u8 text[VFW_SHEET_VALUE];
	u32 n = 0;

	if (len + 2 > sizeof(text))
		return false;
	if (len && is_blank(bytes[0]))
		text[n++] = 'x';
	memcpy(text + n, bytes, len);
	n += len;
	if (len > 1 && (is_blank(bytes[len - 1]) || (host && bytes[len - 1] == '.')))
		text[n++] = 'x';
	if (h->given && holds(h->value, h->value_len, text, n))
		return true;
	if (h->given && !holds(text, n, h->value, h->value_len))
		return false;
	h->value_len = put(h->value, VFW_SHEET_VALUE, text, n);
	return h->given = true;
}

static bool take_header(struct vfw_sheet *s, const char *name, const u8 *bytes, u32 len)
{
	struct vfw_sheet_header *h = vfw_sheet_header(s, name, true);

	return h && take_value(h, bytes, len);
}

bool vfw_sheet_is_name(const u8 *p, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		if (!is_letter(p[i]) && !is_digit(p[i]) &&
		    (!p[i] || !strchr("!#$%&'*+-.^_`|~", p[i])))
			return false;
	return len && len < VFW_SHEET_NAME;
}

/* A header of no importance. */
static struct vfw_sheet_header *another(struct vfw_sheet *s)
{
	u8 name[] = {'X', '-', 'a'};

	while (name[2] < 'z' && named(s, name, 3, false))
		name[2]++;
	return named(s, name, 3, true);
}

/* A line of a head, "Name: value", or its beginning (not whole); what has no name gets one. */
static bool take_line(struct vfw_sheet *s, const u8 *p, u32 len, bool whole)
{
	struct vfw_sheet_header *h;
	u32 colon = 0, from;

	while (colon < len && p[colon] != ':')
		colon++;
	if (colon < len && vfw_sheet_is_name(p, colon)) {
		h = named(s, p, colon, true);
		for (from = colon + 1; from < len && is_blank(p[from]);)
			from++;
		/* "Name: " alone: what the value is does not matter */
		if (from == len && h && !whole)
			return true;
		return h && take_value(h, p + from, len - from);
	}
	if (!whole && len > 3 && colon == len && vfw_sheet_is_name(p, len))
		return named(s, p, len, true);
	h = another(s);
	return h && take_value(h, p, len);
}

/*
 * Calls take for each line of the bytes that is not empty. In the place of empty lines between others there is
 * another header.
 */
static bool each_line(struct vfw_sheet *s, const u8 *p, u32 len,
		      bool (*take)(struct vfw_sheet *s, const u8 *p, u32 len, bool whole))
{
	bool any = false, gap = false;
	u32 at = 0, end;

	for (; at < len; at = end + 1) {
		u32 n;

		for (end = at; end < len && p[end] != '\n';)
			end++;
		n = end - at;
		while (n && p[at + n - 1] == '\r')
			n--;
		gap |= any && !n;
		if (!n)
			continue;
		if ((gap && !another(s)) || !take(s, p + at, n, end < len))
			return false;
		any = true;
		gap = false;
	}
	return true;
}

static bool take_name(struct vfw_sheet *s, const u8 *p, u32 len, bool whole)
{
	(void)whole;
	return vfw_sheet_is_name(p, len) && named(s, p, len, true);
}

static bool take_method(struct vfw_sheet *s, const u8 *p, u32 len)
{
	static const char *const known[] = {
		"GET",	  "POST",  "PUT",      "HEAD",	  "DELETE",    "OPTIONS",
		"TRACE",  "PATCH", "PROPFIND", "CONNECT", "PROPPATCH", "MKCOL",
		"COPY",	  "MOVE",  "LOCK",     "UNLOCK",  "CHECKOUT",  "REPORT",
		"UPDATE", "LABEL", "MERGE",    "CHECKIN", "INVALID"};
	u32 i;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strlen(known[i]) != len || strncasecmp(known[i], (const char *)p, len))
			continue;
		s->method_len = put(s->method, sizeof(s->method), known[i], len);
		return true;
	}
	return false;
}

/* "HTTP/1.", with what it lacks. */
static bool take_version(struct vfw_sheet *s, const u8 *p, u32 len)
{
	static const char whole[] = "HTTP/1.1";

	if (len > 8 || strncasecmp((const char *)p, whole, len > 7 ? 7 : len) ||
	    (len == 8 && p[7] != '0' && p[7] != '1'))
		return false;
	memcpy(s->version, whole, 8);
	memcpy(s->version, p, len);
	upper(s->version, len);
	s->version_len = 8;
	return true;
}

static bool take_uri(struct vfw_sheet *s, const u8 *p, u32 len, bool raw)
{
	u32 i;

	if (!s->uri_given) {
		s->raw = raw;
		s->uri_given = true;
		s->uri_len = put(s->uri, VFW_SHEET_URI, p, len);
		return s->uri_len;
	}
	if (holds(s->uri, s->uri_len, p, len))
		return true;
	if (s->uri_len + len + 1 > VFW_SHEET_URI)
		return false;
	/* in a query nothing but %xx is taken off */
	for (i = 0; i < s->uri_len && s->uri[i] != '?';)
		i++;
	s->uri[s->uri_len] = i == s->uri_len ? '?' : '&';
	memcpy(s->uri + s->uri_len + 1, p, len);
	s->uri_len += len + 1;
	return true;
}

static bool take_request_line(struct vfw_sheet *s, const u8 *p, u32 len)
{
	u32 a = 0, b = len;

	while (a < len && p[a] != ' ')
		a++;
	if (!take_method(s, p, a))
		return false;
	if (a == len)
		return true;
	while (b > a + 1 && p[b - 1] != ' ')
		b--;
	/* the last word is a version, or still of the URI */
	if (b > a + 1 && take_version(s, p + b, len - b))
		len = b - 1;
	s->uri_given = false;
	return len == a + 1 || take_uri(s, p + a + 1, len - a - 1, true);
}

static bool take_response_line(struct vfw_sheet *s, const u8 *p, u32 len)
{
	u32 a = 0, b;

	while (a < len && p[a] != ' ')
		a++;
	if (!take_version(s, p, a))
		return false;
	if (a++ >= len)
		return true;
	for (b = a; b < len && p[b] != ' ';)
		b++;
	if (b > a && b - a != 3)
		return false;
	if (b > a)
		s->status_len = put(s->status, sizeof(s->status), p + a, 3);
	if (b + 1 < len)
		s->reason_len = put(s->reason, sizeof(s->reason), p + b + 1, len - b - 1);
	return s->reason_len && s->status_len;
}

static bool take_start(struct vfw_sheet *s, const u8 *p, u32 len)
{
	u32 end = 0;

	while (end < len && p[end] != '\r' && p[end] != '\n')
		end++;
	if (!(s->answer ? take_response_line(s, p, end) : take_request_line(s, p, end)))
		return false;
	return each_line(s, p + end, len - end, take_line);
}

static bool take_body(struct vfw_sheet *s, const u8 *p, u32 len)
{
	if (holds(s->body, s->body_len, p, len))
		return true;
	if (len > VFW_CANVAS_ROOM - s->body_len)
		return false;
	memcpy(s->body + s->body_len, p, len);
	s->body_len += len;
	return true;
}

bool vfw_sheet_take_message(struct vfw_sheet *s, const u8 *p, u32 len)
{
	static const char gap[] = "\r\n\r\n";
	const u8 *end = memmem(p, len, gap, 4);
	u32 head = end ? (u32)(end - p) : len;
	bool first = take_start(s, p, head);

	if (!first && (!end || !each_line(s, p, head, take_line)))
		return false;
	return !end || take_body(s, end + 4, len - head - 4);
}

const char *vfw_sheet_name(enum vfw_http_buffer b, bool answer)
{
	static const char *const names[VFW_HTTP_BUFFER_COUNT] = {
		[VFW_HTTP_B_HOST] = "Host",
		[VFW_HTTP_B_HOST_RAW] = "Host",
		[VFW_HTTP_B_USER_AGENT] = "User-Agent",
		[VFW_HTTP_B_REFERER] = "Referer",
		[VFW_HTTP_B_ACCEPT] = "Accept",
		[VFW_HTTP_B_ACCEPT_ENC] = "Accept-Encoding",
		[VFW_HTTP_B_ACCEPT_LANG] = "Accept-Language",
		[VFW_HTTP_B_CONNECTION] = "Connection",
		[VFW_HTTP_B_CONTENT_TYPE] = "Content-Type",
		[VFW_HTTP_B_CONTENT_LEN] = "Content-Length",
		[VFW_HTTP_B_SERVER] = "Server",
		[VFW_HTTP_B_LOCATION] = "Location",
	};

	if (b == VFW_HTTP_B_COOKIE)
		return answer ? "Set-Cookie" : "Cookie";
	return names[b];
}

bool vfw_sheet_take(struct vfw_sheet *s, enum vfw_http_buffer b, const u8 *bytes, u32 len)
{
	const char *name = vfw_sheet_name(b, s->answer);

	if (name)
		return take_header(s, name, bytes, len);
	switch (b) {
	case VFW_HTTP_B_METHOD:
		return take_method(s, bytes, len);
	case VFW_HTTP_B_URI:
	case VFW_HTTP_B_URI_RAW:
		return take_uri(s, bytes, len, b == VFW_HTTP_B_URI_RAW);
	case VFW_HTTP_B_REQUEST_LINE:
		return take_request_line(s, bytes, len);
	case VFW_HTTP_B_RESPONSE_LINE:
		return take_response_line(s, bytes, len);
	case VFW_HTTP_B_PROTOCOL:
		return take_version(s, bytes, len);
	case VFW_HTTP_B_STAT_CODE:
		s->status_len = put(s->status, 3, bytes, len);
		return s->status_len == 3;
	case VFW_HTTP_B_STAT_MSG:
		s->reason_len = put(s->reason, sizeof(s->reason), bytes, len);
		return s->reason_len;
	case VFW_HTTP_B_HEADER:
	case VFW_HTTP_B_HEADER_RAW:
	case VFW_HTTP_B_REQUEST_HEADER:
	case VFW_HTTP_B_RESPONSE_HEADER:
		return each_line(s, bytes, len, take_line);
	case VFW_HTTP_B_HEADER_NAMES:
		return each_line(s, bytes, len, take_name);
	case VFW_HTTP_B_START:
		return take_start(s, bytes, len);
	default:
		return take_body(s, bytes, len);
	}
}

bool vfw_sheet_append(struct vfw_sheet *s, enum vfw_http_buffer b, const u8 *bytes, u32 len)
{
	const char *name = vfw_sheet_name(b, s->answer);
	struct vfw_sheet_header *h;

	if (name) {
		h = vfw_sheet_header(s, name, false);
		if (!h || len > VFW_SHEET_VALUE - h->value_len)
			return false;
		memcpy(h->value + h->value_len, bytes, len);
		h->value_len += len;
		return true;
	}
	switch (b) {
	case VFW_HTTP_B_URI:
	case VFW_HTTP_B_URI_RAW:
	case VFW_HTTP_B_REQUEST_LINE:
		if (len > VFW_SHEET_URI - s->uri_len)
			return false;
		memcpy(s->uri + s->uri_len, bytes, len);
		s->uri_len += len;
		return true;
	case VFW_HTTP_B_HEADER:
	case VFW_HTTP_B_HEADER_RAW:
	case VFW_HTTP_B_START:
		return each_line(s, bytes, len, take_line);
	case VFW_HTTP_B_HEADER_NAMES:
		return each_line(s, bytes, len, take_name);
	case VFW_HTTP_B_REQUEST_BODY:
	case VFW_HTTP_B_RESPONSE_BODY:
	case VFW_HTTP_B_FILE_DATA:
		if (len > VFW_CANVAS_ROOM - s->body_len)
			return false;
		memcpy(s->body + s->body_len, bytes, len);
		s->body_len += len;
		h = vfw_sheet_header(s, "Content-Length", false);
		if (h)
			h->given = false;
		return true;
	default:
		return false;
	}
}

bool vfw_sheet_is_chunked(const struct vfw_sheet *s)
{
	const struct vfw_sheet_header *h = vfw_sheet_find(s, "Transfer-Encoding");

	return h && has_word(h->value, h->value_len, "chunked");
}

/* The length a header gives the body, or the body the header. */
static bool complete_length(struct vfw_sheet *s)
{
	bool chunked = vfw_sheet_is_chunked(s);
	struct vfw_sheet_header *h;
	char text[16];
	u32 i, n = 0;

	h = vfw_sheet_header(s, "Content-Length", !chunked && (s->body_len || s->answer));
	if (!h)
		return chunked || !(s->body_len || s->answer);
	if (!h->given) {
		snprintf(text, sizeof(text), "%u", s->body_len);
		return take_value(h, (const u8 *)text, (u32)strlen(text));
	}
	for (i = 0; i < h->value_len; i++) {
		if (!is_digit(h->value[i]) || n > LENGTH_MAX)
			return false;
		n = n * 10 + h->value[i] - '0';
	}
	if (!i || n < s->body_len || n > LENGTH_MAX)
		return false;
	memset(s->body + s->body_len, 'x', n - s->body_len);
	s->body_len = n;
	return true;
}

bool vfw_sheet_complete(struct vfw_sheet *s, int host)
{
	static const struct {
		const char *name, *value;
	} usual[] = {
		{"Host", "vm"},
		{"Transfer-Encoding", "chunked"},
		{"Content-Encoding", "identity"},
	};
	struct vfw_sheet_header *h;
	u32 i;

	if (host >= 0 && !s->answer && !vfw_sheet_header(s, "Host", false)) {
		h = vfw_sheet_header(s, "Host", true);
		if (!h)
			return false;
		if (host) {
			struct vfw_sheet_header one = *h;

			memmove(s->header + 1, s->header, (s->n - 1) * sizeof(*s->header));
			s->header[0] = one;
		}
	}
	for (i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
		h = vfw_sheet_header(s, usual[i].name, false);
		if (h && !h->given)
			take_value(h, (const u8 *)usual[i].value, (u32)strlen(usual[i].value));
	}
	if (!complete_length(s))
		return false;
	for (i = 0; i < s->n; i++)
		if (!s->header[i].given && !take_value(&s->header[i], (const u8 *)"x", 1))
			return false;
	h = vfw_sheet_header(s, "Content-Encoding", false);
	return !h || !(has_word(h->value, h->value_len, "gzip") ||
		       has_word(h->value, h->value_len, "deflate"));
}

static u32 swap_in(u8 *p, u32 len, const u8 *word, u32 n, u32 at, u8 to)
{
	u32 i, count = 0;

	for (i = 0; i + n <= len; i++) {
		if (memcmp(p + i, word, n))
			continue;
		p[i + at] = to;
		count++;
	}
	return count;
}

u32 vfw_sheet_swap(struct vfw_sheet *s, const u8 *word, u32 len, u32 at, u8 to)
{
	u32 i, n = swap_in(s->uri, s->uri_len, word, len, at, to) +
		   swap_in(s->reason, s->reason_len, word, len, at, to) +
		   swap_in(s->body, s->body_len, word, len, at, to);

	for (i = 0; i < s->n; i++)
		n += swap_in(s->header[i].name, s->header[i].name_len, word, len, at, to) +
		     swap_in(s->header[i].value, s->header[i].value_len, word, len, at, to);
	return n;
}
