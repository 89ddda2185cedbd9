// SPDX-License-Identifier: GPL-2.0
#include "page.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define VALUES_MAX 1024 /* bytes of one header */

/* Headers that have a buffer of their own. */
static const struct {
	enum vfw_http_buffer buffer;
	const char *name;
} headers[] = {
	{VFW_HTTP_B_USER_AGENT, "User-Agent"},
	{VFW_HTTP_B_REFERER, "Referer"},
	{VFW_HTTP_B_ACCEPT, "Accept"},
	{VFW_HTTP_B_ACCEPT_ENC, "Accept-Encoding"},
	{VFW_HTTP_B_ACCEPT_LANG, "Accept-Language"},
	{VFW_HTTP_B_CONNECTION, "Connection"},
	{VFW_HTTP_B_CONTENT_TYPE, "Content-Type"},
	{VFW_HTTP_B_SERVER, "Server"},
	{VFW_HTTP_B_LOCATION, "Location"},
};

static struct vfw_made *part(struct vfw_page *p, enum vfw_http_buffer b)
{
	u32 i;

	for (i = 0; i < p->n; i++)
		if (p->buffer[i] == VFW_SIG_HTTP_FIRST + b)
			return &p->run[i];
	return NULL;
}

static bool add(struct vfw_page *p, const void *bytes, u32 len)
{
	if (len > VFW_CANVAS_ROOM - p->len)
		return false;
	memcpy(p->bytes + p->len, bytes, len);
	p->len += len;
	return true;
}

static bool say(struct vfw_page *p, const char *text)
{
	return add(p, text, (u32)strlen(text));
}

/* A header's value, or a word of the first line, that no reader changes. */
static bool is_plain(const struct vfw_made *m, bool blanks)
{
	u32 i;

	for (i = 0; i < m->len; i++)
		if (m->bytes[i] < ' ' || m->bytes[i] > '~' || (!blanks && m->bytes[i] == ' '))
			return false;
	return m->len && m->len <= VALUES_MAX && m->bytes[0] != ' ' && m->bytes[m->len - 1] != ' ';
}

static bool is_host(const struct vfw_made *m)
{
	u32 i;

	for (i = 0; i < m->len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789.-", m->bytes[i]) || !m->bytes[i])
			return false;
	return m->len && m->bytes[m->len - 1] != '.';
}

/* A path and a query, written so that they are read as they are. */
static bool uri(struct vfw_page *p, const struct vfw_made *m)
{
	bool query = false;
	u32 i;

	if (!m)
		return say(p, "/");
	if (!m->len || m->bytes[0] != '/' || m->len > 4096)
		return false;
	for (i = 0; i < m->len; i++) {
		u8 c = m->bytes[i], next = i + 1 < m->len ? m->bytes[i + 1] : 0;

		if (c <= ' ' || c >= 127 || c == '%' || c == '#' || c == '\\' || c == '+')
			return false;
		if (!query && c == '/' && (next == '/' || next == '.'))
			return false;
		query |= c == '?';
		if (!add(p, &c, 1))
			return false;
	}
	return true;
}

/* Does a header of that name begin a line of the block? */
static bool has_name(const struct vfw_made *block, const char *name)
{
	u32 i, n = (u32)strlen(name);

	for (i = 0; block && i + n < block->len; i++)
		if ((!i || block->bytes[i - 1] == '\n') && block->bytes[i + n] == ':' &&
		    !strncasecmp((const char *)block->bytes + i, name, n))
			return true;
	return false;
}

/* Lines of "Name: value", each name once; a last line end is added. */
static bool is_block(struct vfw_made *m)
{
	u32 at = 0, end, colon, i;

	if (m->len < 2 || memcmp(m->bytes + m->len - 2, "\r\n", 2)) {
		if (m->len + 2 > VFW_CANVAS_ROOM)
			return false;
		memcpy(m->bytes + m->len, "\r\n", 2);
		m->len += 2;
	}
	for (; at < m->len; at = end + 2) {
		char name[64];

		for (end = at; end + 1 < m->len && m->bytes[end] != '\r'; end++)
			if (m->bytes[end] < ' ' || m->bytes[end] > '~')
				return false;
		if (end + 1 >= m->len || m->bytes[end + 1] != '\n')
			return false;
		for (colon = at; colon < end && m->bytes[colon] != ':'; colon++)
			if (!strchr("-_", m->bytes[colon]) &&
			    !((m->bytes[colon] | 32) >= 'a' && (m->bytes[colon] | 32) <= 'z'))
				return false;
		if (colon == at || colon - at > 60 || colon + 3 > end ||
		    m->bytes[colon + 1] != ' ' || m->bytes[colon + 2] == ' ' ||
		    m->bytes[end - 1] == ' ')
			return false;
		snprintf(name, sizeof(name), "%.*s", (int)(colon - at),
			 (const char *)m->bytes + at);
		for (i = 0; i + 1 < at; i++)
			if ((!i || m->bytes[i - 1] == '\n') && m->bytes[i + colon - at] == ':' &&
			    !strncasecmp((const char *)m->bytes + i, name, colon - at))
				return false;
	}
	return !has_name(m, "Content-Length") && !has_name(m, "Transfer-Encoding") &&
	       !has_name(m, "Cookie") && !has_name(m, "Set-Cookie") &&
	       !has_name(m, "Content-Encoding") && !has_name(m, "Expect");
}

static bool line(struct vfw_page *p, struct vfw_made *block, const char *name, const void *value,
		 u32 len)
{
	return !has_name(block, name) && say(p, name) && say(p, ": ") && add(p, value, len) &&
	       say(p, "\r\n");
}

static bool first_line(struct vfw_page *p, bool body)
{
	struct vfw_made *method = part(p, VFW_HTTP_B_METHOD), *m;

	if (p->answer) {
		m = part(p, VFW_HTTP_B_STAT_CODE);
		if ((m && (m->len != 3 || m->bytes[0] < '2' || m->bytes[0] > '5')) ||
		    !say(p, "HTTP/1.1 ") || !(m ? add(p, m->bytes, m->len) : say(p, "200")) ||
		    !say(p, " "))
			return false;
		m = part(p, VFW_HTTP_B_STAT_MSG);
		if (m && !is_plain(m, true))
			return false;
		return (m ? add(p, m->bytes, m->len) : say(p, "OK")) && say(p, "\r\n");
	}
	if (method) {
		const char *const known[] = {"GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS"};
		u32 i;

		for (i = 0; i < 6; i++)
			if (method->len == strlen(known[i]) &&
			    !memcmp(method->bytes, known[i], method->len))
				break;
		if (i == 6)
			return false;
	}
	m = part(p, VFW_HTTP_B_URI_RAW);
	if (m && part(p, VFW_HTTP_B_URI))
		return false;
	return (method ? add(p, method->bytes, method->len) : say(p, body ? "POST" : "GET")) &&
	       say(p, " ") && uri(p, m ? m : part(p, VFW_HTTP_B_URI)) && say(p, " HTTP/1.1\r\n");
}

static bool host(struct vfw_page *p, struct vfw_made *block)
{
	struct vfw_made *m = part(p, VFW_HTTP_B_HOST), *raw = part(p, VFW_HTTP_B_HOST_RAW);

	if (p->answer)
		return !m && !raw;
	if (m && raw)
		return false;
	m = m ? m : raw;
	if (m)
		return is_host(m) && line(p, block, "Host", m->bytes, m->len);
	return has_name(block, "Host") || line(p, block, "Host", "vm", 2);
}

/* Puts the message together from its parts. */
static bool assemble(struct vfw_page *p)
{
	struct vfw_made *block = part(p, VFW_HTTP_B_HEADER), *cookie = part(p, VFW_HTTP_B_COOKIE);
	struct vfw_made *body = part(p, VFW_HTTP_B_FILE_DATA), *m;
	struct vfw_made *raw = p->n && p->buffer[0] == VFW_SIG_PAYLOAD ? &p->run[0] : NULL;
	u32 i, begin, lines = 0, size;
	char length[40];

	m = part(p, p->answer ? VFW_HTTP_B_RESPONSE_BODY : VFW_HTTP_B_REQUEST_BODY);
	if (body && m)
		return false;
	body = body ? body : m;
	size = (body ? body->len : 0) + (raw ? raw->len : 0);
	p->len = 0;
	if ((block && !is_block(block)) || !first_line(p, size))
		return false;
	begin = p->len;
	if ((block && !add(p, block->bytes, block->len)) || !host(p, block))
		return false;
	for (i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		m = part(p, headers[i].buffer);
		if (m && (!is_plain(m, true) || !line(p, block, headers[i].name, m->bytes, m->len)))
			return false;
	}
	if (size || p->answer) {
		snprintf(length, sizeof(length), "%u", size);
		if (!line(p, block, "Content-Length", length, (u32)strlen(length)))
			return false;
	}
	lines = p->len;
	/* a cookie is none of the headers' buffer */
	if (cookie &&
	    (!is_plain(cookie, true) ||
	     !line(p, block, p->answer ? "Set-Cookie" : "Cookie", cookie->bytes, cookie->len)))
		return false;
	if (block) {
		memcpy(block->bytes, p->bytes + begin, lines - begin);
		block->len = lines - begin;
	}
	if (!say(p, "\r\n") || (body && !add(p, body->bytes, body->len)))
		return false;
	if (!raw)
		return true;
	/* what is asked of the bytes as they pass stands at the end, and counts from the front */
	begin = p->len;
	if (!add(p, raw->bytes, raw->len))
		return false;
	for (i = 0; i < raw->n; i++) {
		raw->begin[i] += begin;
		raw->end[i] += begin;
	}
	if (body) {
		memcpy(body->bytes + body->len, raw->bytes, raw->len);
		body->len += raw->len;
	}
	memcpy(raw->bytes, p->bytes, p->len);
	raw->len = p->len;
	return true;
}

static bool is_known(u32 buffer)
{
	static const enum vfw_http_buffer known[] = {
		VFW_HTTP_B_METHOD,    VFW_HTTP_B_URI,	   VFW_HTTP_B_URI_RAW,
		VFW_HTTP_B_HOST,      VFW_HTTP_B_HOST_RAW, VFW_HTTP_B_REQUEST_BODY,
		VFW_HTTP_B_STAT_CODE, VFW_HTTP_B_STAT_MSG, VFW_HTTP_B_RESPONSE_BODY,
		VFW_HTTP_B_HEADER,    VFW_HTTP_B_COOKIE,   VFW_HTTP_B_FILE_DATA,
	};
	u32 i;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (buffer == VFW_SIG_HTTP_FIRST + known[i])
			return true;
	for (i = 0; i < sizeof(headers) / sizeof(*headers); i++)
		if (buffer == VFW_SIG_HTTP_FIRST + headers[i].buffer)
			return true;
	return buffer == VFW_SIG_PAYLOAD;
}

static const char *lead_of(u32 buffer)
{
	if (buffer == VFW_SIG_HTTP_FIRST + VFW_HTTP_B_URI ||
	    buffer == VFW_SIG_HTTP_FIRST + VFW_HTTP_B_URI_RAW)
		return "/";
	return buffer == VFW_SIG_HTTP_FIRST + VFW_HTTP_B_HEADER ? "X: x" : "";
}

const char *vfw_page_make(const struct vfw_rule_set *set, struct vfw_maker *m, u32 sig,
			  struct vfw_page *p)
{
	const struct vfw_sig *s = &set->sig[sig];
	const struct vfw_sig_step *t = set->steps + s->first_step;
	u32 first, n, i;
	const char *why;
	bool slash;

	p->n = 0;
	p->answer = s->flags & VFW_SIG_TO_CLIENT;
	for (first = 0; first < s->n_steps; first += n) {
		u32 b = t[first].buffer;

		vfw_made_steps(set, sig, first, &n);
		if (!is_known(b) || t[first].view || p->n == VFW_PAGE_RUNS)
			return t[first].view ? "HTTP: a transformation" : "HTTP: a buffer";
		if (b >= VFW_SIG_HTTP_FIRST &&
		    vfw_http_buffer_of((enum vfw_http_buffer)(b - VFW_SIG_HTTP_FIRST)) ==
			    VFW_HTTP_OF_RESPONSE)
			p->answer = true;
		/* what begins a path by itself needs no help */
		slash = t[first].op == VFW_SIG_CONTENT && set->bytes[t[first].data] == '/';
		why = vfw_maker_make(m, sig, first, 1, 8192, slash ? "" : lead_of(b), true,
				     &p->run[p->n]);
		if (why)
			return why;
		p->buffer[p->n++] = (u8)b;
	}
	for (i = 0; i < p->n; i++)
		if (p->buffer[i] != VFW_SIG_PAYLOAD &&
		    !(vfw_http_buffer_of(
			      (enum vfw_http_buffer)(p->buffer[i] - VFW_SIG_HTTP_FIRST)) &
		      (p->answer ? VFW_HTTP_OF_RESPONSE : VFW_HTTP_OF_REQUEST)))
			return "HTTP: a request and its answer";
	if (!assemble(p))
		return "HTTP: a message";
	for (i = 0; i < p->n; i++)
		if (!vfw_maker_holds(m, sig, &p->run[i]))
			return "HTTP: a message";
	return NULL;
}

static bool is_absent(const struct vfw_rule_set *set, const struct vfw_sig_step *t,
		      const struct vfw_page *p)
{
	struct vfw_sig_step any = *t;
	u32 i, last;

	/* in whatever case, and whatever the buffer makes of it */
	if (!(any.flags & VFW_SIG_F_NOCASE))
		for (i = 0; i < t->len; i++)
			if (set->bytes[t->data + i] >= 'A' && set->bytes[t->data + i] <= 'Z')
				return !vfw_made_count(set, t, p->bytes, 0, p->len, &last);
	any.flags |= VFW_SIG_F_NOCASE;
	return !vfw_made_count(set, &any, p->bytes, 0, p->len, &last);
}

int vfw_page_miss(const struct vfw_rule_set *set, u32 sig, struct vfw_page *p, u32 k)
{
	const struct vfw_sig_step *t = set->steps + set->sig[sig].first_step;
	struct vfw_made *m;
	u32 r, i, at, n;

	for (r = 0; r < p->n && k >= p->run[r].n; r++)
		k -= p->run[r].n;
	if (r == p->n)
		return -1;
	m = &p->run[r];
	t += m->first + k;
	if (t->op != VFW_SIG_CONTENT || t->flags & VFW_SIG_F_NEGATED)
		return 0;
	/* the same bytes in the message: where they stand there is looked for */
	for (i = 0; i < t->len; i++) {
		u8 c = m->bytes[m->begin[k] + i] | 0x20;

		if (c >= 'a' && c <= 'z')
			break;
	}
	if (i == t->len)
		return 0;
	for (at = 0, n = 0; at + t->len <= p->len; at++) {
		if (memcmp(p->bytes + at, m->bytes + m->begin[k], t->len))
			continue;
		n++;
		p->bytes[at + i] = p->bytes[at + i] == 'q' ? 'j' : 'q';
	}
	return n && is_absent(set, t, p);
}
