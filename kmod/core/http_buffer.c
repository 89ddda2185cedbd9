// SPDX-License-Identifier: GPL-2.0
/* The buffers of a message of HTTP/1, made as Suricata 7 makes them. */
#include "http.h"

/* Where a buffer is made. */
struct maker {
	u8 *room;
	u32 size, len;
	bool full;
};

static void put(struct maker *k, u8 c)
{
	if (k->len == k->size) {
		k->full = true;
		return;
	}
	k->room[k->len++] = c;
}

static void put_text(struct maker *k, const char *text)
{
	while (*text)
		put(k, (u8)*text++);
}

static u8 lower(u8 c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static int digit_of(u8 c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Two hexadecimal digits, or -1. */
static int hex_of(const u8 *p)
{
	int high = digit_of(p[0]), low = digit_of(p[1]);

	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* A value as it counts: what is folded stands on one line. */
static void put_value(struct maker *k, const struct vfw_http_side *m, const struct vfw_http_span *v)
{
	u32 i;

	for (i = 0; i < v->len; i++) {
		u8 c = m->head[v->off + i];

		if (c != '\n' && !(c == '\r' && i + 1 < v->len && m->head[v->off + i + 1] == '\n'))
			put(k, c);
	}
}

static bool same_name(const struct vfw_http_side *m, const struct vfw_http_span *a,
		      const struct vfw_http_span *b)
{
	u32 i;

	if (a->len != b->len)
		return false;
	for (i = 0; i < a->len; i++)
		if (lower(m->head[a->off + i]) != lower(m->head[b->off + i]))
			return false;
	return true;
}

static bool is_named(const struct vfw_http_side *m, u32 i, const char *name)
{
	const struct vfw_http_span *s = &m->headers[i].name;
	u32 k;

	for (k = 0; k < s->len && name[k]; k++)
		if (lower(m->head[s->off + k]) != (u8)name[k])
			return false;
	return k == s->len && !name[k];
}

/* Was a header of that name there before? Its value has this one's already. */
static bool is_again(const struct vfw_http_side *m, u32 i)
{
	u32 k;

	for (k = 0; k < i; k++)
		if (same_name(m, &m->headers[k].name, &m->headers[i].name))
			return true;
	return false;
}

/* The value of header i and of all later ones of its name. */
static void put_values(struct maker *k, const struct vfw_http_side *m, u32 i)
{
	u32 n;

	put_value(k, m, &m->headers[i].value);
	for (n = i + 1; n < m->n_headers; n++) {
		if (!same_name(m, &m->headers[n].name, &m->headers[i].name))
			continue;
		put_text(k, ", ");
		put_value(k, m, &m->headers[n].value);
	}
}

static bool put_named(struct maker *k, const struct vfw_http_side *m, const char *name)
{
	u32 i;

	for (i = 0; i < m->n_headers; i++) {
		if (is_named(m, i, name)) {
			put_values(k, m, i);
			return true;
		}
	}
	return false;
}

static void put_header(struct maker *k, const struct vfw_http_side *m, u32 i)
{
	put_value(k, m, &m->headers[i].name);
	put_text(k, ": ");
	put_values(k, m, i);
}

static bool put_headers(struct maker *k, const struct vfw_http_side *m, bool cookies)
{
	u32 i;

	for (i = 0; i < m->n_headers; i++) {
		if (is_again(m, i) ||
		    (!cookies && is_named(m, i, m->response ? "set-cookie" : "cookie")))
			continue;
		put_header(k, m, i);
		put_text(k, "\r\n");
	}
	return k->len;
}

static bool put_start(struct maker *k, const struct vfw_http_side *m)
{
	if (m->first.off == VFW_HTTP_NONE)
		return false;
	put_value(k, m, &m->first);
	put_text(k, "\r\n");
	put_headers(k, m, true);
	if (m->n_headers)
		put_text(k, "\r\n");
	return true;
}

static bool put_names(struct maker *k, const struct vfw_http_side *m)
{
	u32 i;

	if (!m->n_headers)
		return false;
	put_text(k, "\r\n");
	for (i = 0; i < m->n_headers; i++) {
		if (is_again(m, i))
			continue;
		put_value(k, m, &m->headers[i].name);
		put_text(k, "\r\n");
	}
	put_text(k, "\r\n");
	return true;
}

static bool put_nth(struct maker *k, const struct vfw_http_side *m, u32 nth)
{
	u32 i;

	for (i = 0; i < m->n_headers; i++) {
		if (is_again(m, i))
			continue;
		if (!nth--) {
			put_header(k, m, i);
			return true;
		}
	}
	return false;
}

/* --- the URI --- */

struct uri {
	struct vfw_http_span host, path, query, fragment; /* off VFW_HTTP_NONE: not there */
};

/* RFC 3986 3, with what does not begin with a slash and has no colon as a path. */
static void split_uri(const struct vfw_http_side *m, struct uri *u)
{
	static const struct vfw_http_span none = {VFW_HTTP_NONE, 0};
	const u8 *p = m->head;
	u32 at = m->uri.off, end = at + m->uri.len, from;

	u->host = u->path = u->query = u->fragment = none;
	if (at == end)
		return;
	if (p[at] != '/') {
		while (at < end && p[at] != ':')
			at++;
		at = at == end ? m->uri.off : at + 1;
		if (at != m->uri.off && end - at > 2 && p[at] == '/' && p[at + 1] == '/' &&
		    p[at + 2] != '/') {
			for (from = at += 2;
			     at < end && p[at] != '/' && p[at] != '?' && p[at] != '#'; at++)
				if (p[at] == '@')
					from = at + 1;
			u->host = (struct vfw_http_span){from, at - from};
		}
	}
	for (from = at; at < end && p[at] != '?' && p[at] != '#';)
		at++;
	if (at > from)
		u->path = (struct vfw_http_span){from, at - from};
	if (at < end && p[at] == '?') {
		for (from = ++at; at < end && p[at] != '#';)
			at++;
		u->query = (struct vfw_http_span){from, at - from};
	}
	if (at < end)
		u->fragment = (struct vfw_http_span){at + 1, end - at - 1};
}

/* A character above Latin-1 as the nearest byte: full-width forms, and '?' for all others. */
static u8 fit(u32 code)
{
	if (code < 0x100)
		return (u8)code;
	return code >= 0xff01 && code <= 0xff5e ? (u8)(code - 0xfee0) : '?';
}

/* One character at p, of at most left bytes, with its %-encoding taken off; *n: the bytes it took. */
static u8 decode(const u8 *p, u32 left, u32 *n)
{
	int high, low;

	*n = 1;
	if (p[0] != '%' || left < 3)
		return p[0];
	if (lower(p[1]) == 'u') {
		if (left < 6)
			return '%';
		high = hex_of(p + 2);
		low = hex_of(p + 4);
		if (high < 0 || low < 0)
			return '%';
		*n = 6;
		return fit((u32)high << 8 | (u32)low);
	}
	low = hex_of(p + 1);
	if (low < 0)
		return '%';
	*n = 3;
	return (u8)low;
}

/* UTF-8, overlong forms as well, to bytes; what is none stays. In place. */
static u32 from_utf8(u8 *p, u32 len)
{
	u32 at = 0, to = 0;

	while (at < len) {
		u8 c = p[at];
		u32 n = c >= 0xf0 && c < 0xf8 ? 4 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xc0 ? 2 : 1;
		u32 code = n == 4 ? c & 7U : n == 3 ? c & 15U : c & 31U, i;

		if (c >= 0xf8 || n > len - at)
			n = 1;
		for (i = 1; i < n && (p[at + i] & 0xc0) == 0x80; i++)
			code = code << 6 | (p[at + i] & 63U);
		if (i < n)
			n = 1;
		p[to++] = n == 1 ? c : fit(code);
		at += n;
	}
	return to;
}

static bool stands(const u8 *p, u32 at, u32 len, const char *what, bool ends)
{
	u32 n = (u32)strlen(what);

	return len - at >= n && !memcmp(p + at, what, n) && (!ends || len - at == n);
}

/* RFC 3986 5.2.4, in place. */
static u32 without_dots(u8 *p, u32 len)
{
	u32 at = 0, to = 0;

	if (stands(p, 0, len, ".", true) || stands(p, 0, len, "..", true))
		return 0;
	for (;;) {
		if (stands(p, at, len, "../", false))
			at += 3;
		else if (stands(p, at, len, "./", false))
			at += 2;
		else
			break;
	}
	while (at < len) {
		bool up = stands(p, at, len, "/../", false) || stands(p, at, len, "/..", true);

		if (up || stands(p, at, len, "/./", false) || stands(p, at, len, "/.", true)) {
			u32 n = up ? 3 : 2;

			if (up) {
				while (to && p[to - 1] != '/')
					to--;
				if (to)
					to--;
			}
			/* the slash behind it is the next one; at the end there is one all the same */
			at += n;
			if (at == len)
				p[to++] = '/';
			continue;
		}
		do
			p[to++] = p[at++];
		while (at < len && p[at] != '/');
	}
	return to;
}

static void put_path(struct maker *k, const struct vfw_http_side *m,
		     const struct vfw_http_span *path)
{
	u32 from = k->len, i = 0, n;
	bool slash = false;

	while (i < path->len) {
		u8 c = decode(m->head + path->off + i, path->len - i, &n);

		i += n;
		if (c == '\\')
			c = '/';
		if (c != '/' || !slash)
			put(k, c);
		slash = c == '/';
	}
	k->len = from + from_utf8(k->room + from, k->len - from);
	k->len = from + without_dots(k->room + from, k->len - from);
}

/* %xx is taken off here too, once; all else stays, %uxxxx as well. */
static void put_query(struct maker *k, const struct vfw_http_side *m,
		      const struct vfw_http_span *query)
{
	const u8 *p = m->head + query->off;
	u32 i, n;

	for (i = 0; i < query->len; i += n) {
		u32 left = query->len - i;
		bool wide = left > 1 && lower(p[i + 1]) == 'u';

		n = 1;
		put(k, wide ? p[i] : decode(p + i, left, &n));
	}
}

static bool put_uri(struct maker *k, const struct vfw_http_side *m)
{
	struct uri u;
	u32 i, n;

	if (m->uri.off == VFW_HTTP_NONE)
		return false;
	split_uri(m, &u);
	if (u.path.off != VFW_HTTP_NONE)
		put_path(k, m, &u.path);
	if (u.query.off != VFW_HTTP_NONE) {
		put(k, '?');
		put_query(k, m, &u.query);
	}
	if (u.fragment.off != VFW_HTTP_NONE) {
		put(k, '#');
		for (i = 0; i < u.fragment.len; i += n)
			put(k, decode(m->head + u.fragment.off + i, u.fragment.len - i, &n));
	}
	return true;
}

/* The name alone, in lower case: without a port and the dots behind it. */
static void trim_host(struct maker *k)
{
	u32 i, end = k->len;

	if (k->len && k->room[0] == '[') {
		for (i = 0; i < k->len; i++) {
			if (k->room[i] == ']') {
				end = i + 1;
				break;
			}
		}
	} else {
		for (i = 0; i < k->len && k->room[i] != ':';)
			i++;
		end = i;
	}
	while (end && k->room[end - 1] == '.')
		end--;
	while (end && (k->room[end - 1] == ' ' || k->room[end - 1] == '\t'))
		end--;
	for (i = 0; i < end; i++)
		k->room[i] = lower(k->room[i]);
	k->len = end;
}

static bool put_host(struct maker *k, const struct vfw_http_side *m)
{
	struct uri u = {.host = {VFW_HTTP_NONE, 0}};

	if (m->uri.off != VFW_HTTP_NONE)
		split_uri(m, &u);
	if (u.host.off != VFW_HTTP_NONE)
		put_value(k, m, &u.host);
	else if (!put_named(k, m, "host"))
		return false;
	trim_host(k);
	return k->len;
}

/* As it stands: in the request line, else in the header. */
static bool put_raw_host(struct maker *k, const struct vfw_http_side *m)
{
	struct uri u = {.host = {VFW_HTTP_NONE, 0}};

	if (m->uri.off != VFW_HTTP_NONE)
		split_uri(m, &u);
	if (u.host.off == VFW_HTTP_NONE)
		return put_named(k, m, "host");
	put_value(k, m, &u.host);
	return k->len;
}

/* --- which --- */

u32 vfw_http_buffer_of(enum vfw_http_buffer b)
{
	if (b <= VFW_HTTP_B_CONNECTION)
		return VFW_HTTP_OF_REQUEST;
	if (b <= VFW_HTTP_B_RESPONSE_BODY)
		return VFW_HTTP_OF_RESPONSE;
	return VFW_HTTP_OF_REQUEST | VFW_HTTP_OF_RESPONSE;
}

static const char *header_of(enum vfw_http_buffer b, bool response)
{
	switch (b) {
	case VFW_HTTP_B_USER_AGENT:
		return "user-agent";
	case VFW_HTTP_B_REFERER:
		return "referer";
	case VFW_HTTP_B_ACCEPT:
		return "accept";
	case VFW_HTTP_B_ACCEPT_ENC:
		return "accept-encoding";
	case VFW_HTTP_B_ACCEPT_LANG:
		return "accept-language";
	case VFW_HTTP_B_CONNECTION:
		return "connection";
	case VFW_HTTP_B_SERVER:
		return "server";
	case VFW_HTTP_B_LOCATION:
		return "location";
	case VFW_HTTP_B_COOKIE:
		return response ? "set-cookie" : "cookie";
	case VFW_HTTP_B_CONTENT_LEN:
		return "content-length";
	case VFW_HTTP_B_CONTENT_TYPE:
		return "content-type";
	default:
		return NULL;
	}
}

static bool span_of(const struct vfw_http_side *m, enum vfw_http_buffer b, struct vfw_http_span *s)
{
	switch (b) {
	case VFW_HTTP_B_METHOD:
		*s = m->method;
		break;
	case VFW_HTTP_B_URI_RAW:
		*s = m->uri;
		break;
	case VFW_HTTP_B_REQUEST_LINE:
	case VFW_HTTP_B_RESPONSE_LINE:
		*s = m->first;
		break;
	case VFW_HTTP_B_STAT_CODE:
		*s = m->status;
		break;
	case VFW_HTTP_B_STAT_MSG:
		*s = m->reason;
		break;
	case VFW_HTTP_B_PROTOCOL:
		*s = m->protocol;
		break;
	case VFW_HTTP_B_HEADER_RAW:
		*s = (struct vfw_http_span){m->headers_off, m->head_len - m->headers_off};
		break;
	default:
		return false;
	}
	return true;
}

static bool make(struct maker *k, const struct vfw_http_side *m, enum vfw_http_buffer b, u32 nth)
{
	const char *name = header_of(b, m->response);

	if (name)
		return put_named(k, m, name);
	switch (b) {
	case VFW_HTTP_B_URI:
		return put_uri(k, m);
	case VFW_HTTP_B_HOST:
		return put_host(k, m);
	case VFW_HTTP_B_HOST_RAW:
		return put_raw_host(k, m);
	case VFW_HTTP_B_HEADER:
		return put_headers(k, m, false);
	case VFW_HTTP_B_HEADER_NAMES:
		return put_names(k, m);
	case VFW_HTTP_B_START:
		return put_start(k, m);
	case VFW_HTTP_B_REQUEST_HEADER:
	case VFW_HTTP_B_RESPONSE_HEADER:
		return put_nth(k, m, nth);
	default:
		return false;
	}
}

bool vfw_http_buffer(const struct vfw_http_side *m, enum vfw_http_buffer b, u32 k, u8 *room,
		     u32 size, const u8 **bytes, u32 *len)
{
	bool many = b == VFW_HTTP_B_REQUEST_HEADER || b == VFW_HTTP_B_RESPONSE_HEADER;
	struct maker maker = {.room = room, .size = size};
	struct vfw_http_span s;

	if (!(vfw_http_buffer_of(b) & (m->response ? VFW_HTTP_OF_RESPONSE : VFW_HTTP_OF_REQUEST)) ||
	    (k && !many))
		return false;
	if (b == VFW_HTTP_B_REQUEST_BODY || b == VFW_HTTP_B_RESPONSE_BODY ||
	    b == VFW_HTTP_B_FILE_DATA) {
		*bytes = m->plain ? m->plain : m->body;
		*len = m->plain ? m->plain_len : m->body_len;
		return *len;
	}
	if (span_of(m, b, &s)) {
		if (s.off == VFW_HTTP_NONE)
			return false;
		*bytes = m->head + s.off;
		*len = s.len;
		return s.len;
	}
	if (!make(&maker, m, b, k) || maker.full)
		return false;
	*bytes = room;
	*len = maker.len;
	return true;
}
