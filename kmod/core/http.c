// SPDX-License-Identifier: GPL-2.0
/* Where messages begin and end (RFC 9112), read as libhtp does: leniently. */
#include "http.h"

#define CHUNK_DIGITS 16 /* more are no size */
#define HEADS_MAX 64 /* pipelined requests whose method is remembered */

static bool is_blank(u8 c)
{
	return c == ' ' || c == '\t';
}

/* isspace() of C */
static bool is_space(u8 c)
{
	return c == ' ' || (c >= 9 && c <= 13);
}

static u8 lower(u8 c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static bool same_word(const u8 *p, u32 len, const char *word)
{
	u32 i;

	for (i = 0; i < len && word[i]; i++)
		if (lower(p[i]) != (u8)word[i])
			return false;
	return i == len && !word[i];
}

enum vfw_http_probe vfw_http_probe(const u8 *bytes, u32 len, bool response)
{
	static const char *const methods[] = {"get",
					      "put",
					      "post",
					      "head",
					      "trace",
					      "options",
					      "connect",
					      "delete",
					      "patch",
					      "propfind",
					      "proppatch",
					      "mkcol",
					      "copy",
					      "move",
					      "lock",
					      "unlock",
					      "checkout",
					      "uncheckout",
					      "checkin",
					      "update",
					      "label",
					      "report",
					      "mkworkspace",
					      "mkactivity",
					      "merge",
					      "invalid",
					      "version-control",
					      "baseline-control"};
	static const char server[] = "http/";
	u32 i, k;

	if (response) {
		for (k = 0; server[k] && k < len; k++)
			if (lower(bytes[k]) != (u8)server[k])
				return VFW_HTTP_NO;
		return server[k] ? VFW_HTTP_SHORT : VFW_HTTP_YES;
	}
	for (i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		for (k = 0; k < len && methods[i][k]; k++)
			if (lower(bytes[k]) != (u8)methods[i][k])
				break;
		if (k == len)
			return VFW_HTTP_SHORT;
		if (!methods[i][k] && is_blank(bytes[k]))
			return VFW_HTTP_YES;
	}
	return VFW_HTTP_NO;
}

static void begin_head(struct vfw_http_side *s)
{
	static const struct vfw_http_span none = {VFW_HTTP_NONE, 0};

	s->head_len = s->line = s->headers_off = s->n_headers = 0;
	s->first = s->method = s->uri = s->protocol = s->status = s->reason = none;
}

static void begin_message(struct vfw_http_side *s)
{
	begin_head(s);
	s->body_len = 0;
	s->left = 0;
	s->headers_over = s->done = s->body_lacks = false;
	s->plain = NULL;
	s->plain_len = 0;
}

/* The end of a line that begins at from: without its line end. */
static u32 chomped(const struct vfw_http_side *s, u32 from, u32 end)
{
	while (end > from && (s->head[end - 1] == '\n' || s->head[end - 1] == '\r'))
		end--;
	return end;
}

static void read_request_line(struct vfw_http_side *s)
{
	const u8 *p = s->head;
	u32 at = s->first.off, end = at + s->first.len, from;
	bool odd = false;

	while (at < end && is_space(p[at]))
		at++;
	from = at;
	while (at < end && !is_space(p[at]))
		at++;
	s->method = (struct vfw_http_span){from, at - from};
	while (at < end && is_space(p[at]))
		at++;
	if (at == end)
		return;
	for (from = at; at < end && p[at] != ' '; at++)
		odd |= is_space(p[at]);
	/* other blanks end it only when no space does */
	if (odd && at == end)
		for (at = from; at < end && !is_space(p[at]);)
			at++;
	s->uri = (struct vfw_http_span){from, at - from};
	while (at < end && is_space(p[at]))
		at++;
	if (at < end)
		s->protocol = (struct vfw_http_span){at, end - at};
}

static void read_status_line(struct vfw_http_side *s)
{
	const u8 *p = s->head;
	u32 at = s->first.off, end = at + s->first.len, from;

	while (at < end && is_space(p[at]))
		at++;
	for (from = at; at < end && !is_space(p[at]);)
		at++;
	s->protocol = (struct vfw_http_span){from, at - from};
	while (at < end && is_space(p[at]))
		at++;
	for (from = at; at < end && !is_space(p[at]);)
		at++;
	if (at == from)
		return;
	s->status = (struct vfw_http_span){from, at - from};
	while (at < end && is_space(p[at]))
		at++;
	s->reason = (struct vfw_http_span){at, end - at};
}

/* One header, its line and what is folded onto it. */
static void read_header(struct vfw_http_side *s, u32 from, u32 end)
{
	const u8 *p = s->head;
	struct vfw_http_header *h;
	u32 colon = from, name, value;

	if (s->n_headers == VFW_HTTP_HEADERS_MAX)
		return;
	h = &s->headers[s->n_headers++];
	while (colon < end && p[colon] && p[colon] != ':')
		colon++;
	/* without a colon all of it is the value of a header without name */
	if (colon == end || !p[colon]) {
		h->name = (struct vfw_http_span){from, 0};
		h->value = (struct vfw_http_span){from, end - from};
		return;
	}
	for (name = colon; name > from && is_blank(p[name - 1]);)
		name--;
	h->name = (struct vfw_http_span){from, name - from};
	for (value = colon + 1; value < end && is_blank(p[value]);)
		value++;
	for (colon = value; colon < end && p[colon];)
		colon++;
	while (colon > value && (is_space(p[colon - 1])))
		colon--;
	h->value = (struct vfw_http_span){value, colon - value};
}

/* Headers of the head up to end, where a line ends. */
static void read_headers(struct vfw_http_side *s, u32 end)
{
	u32 at = s->headers_off;

	s->n_headers = 0;
	while (at < end) {
		u32 next = at;

		do {
			while (next < end && s->head[next] != '\n')
				next++;
			next += next < end;
		} while (next < end && is_blank(s->head[next]));
		if (chomped(s, at, next) > at)
			read_header(s, at, chomped(s, at, next));
		at = next;
	}
}

static const struct vfw_http_header *find_header(const struct vfw_http_side *s, const char *name)
{
	u32 i;

	for (i = 0; i < s->n_headers; i++)
		if (same_word(s->head + s->headers[i].name.off, s->headers[i].name.len, name))
			return &s->headers[i];
	return NULL;
}

static bool has_word(const u8 *p, u32 len, const char *word)
{
	u32 n = (u32)strlen(word), i;

	for (i = 0; i + n <= len; i++)
		if (same_word(p + i, n, word))
			return true;
	return false;
}

static bool is_chunked(const struct vfw_http_side *s)
{
	const struct vfw_http_header *h = find_header(s, "transfer-encoding");

	return h && has_word(s->head + h->value.off, h->value.len, "chunked");
}

/* Returns false when there is none, or no number. */
static bool content_length(const struct vfw_http_side *s, u64 *n)
{
	const struct vfw_http_header *h = find_header(s, "content-length");
	u32 i;

	if (!h)
		return false;
	*n = 0;
	for (i = 0; i < h->value.len; i++) {
		u8 c = s->head[h->value.off + i];

		if (c < '0' || c > '9')
			break;
		if (*n > 0xffffffffffffULL)
			return false;
		*n = *n * 10 + (c - '0');
	}
	return i > 0;
}

enum vfw_http_coding vfw_http_coding(const struct vfw_http_side *m)
{
	const struct vfw_http_header *h = find_header(m, "content-encoding");

	if (!h)
		return VFW_HTTP_IDENTITY;
	if (has_word(m->head + h->value.off, h->value.len, "gzip"))
		return VFW_HTTP_GZIP;
	return has_word(m->head + h->value.off, h->value.len, "deflate") ? VFW_HTTP_DEFLATE
									 : VFW_HTTP_IDENTITY;
}

static u32 status_of(const struct vfw_http_side *s)
{
	u32 i, n = 0;

	if (s->status.off == VFW_HTTP_NONE || s->status.len != 3)
		return 0;
	for (i = 0; i < 3; i++) {
		u8 c = s->head[s->status.off + i];

		if (c < '0' || c > '9')
			return 0;
		n = n * 10 + (c - '0');
	}
	return n;
}

static void remember_request(struct vfw_http *h, const struct vfw_http_side *s)
{
	const u8 *method = s->head + s->method.off;

	if (h->n_heads < HEADS_MAX) {
		if (same_word(method, s->method.len, "head"))
			h->heads |= 1ULL << h->n_heads;
		else
			h->heads &= ~(1ULL << h->n_heads);
		h->n_heads++;
	}
	if (same_word(method, s->method.len, "connect"))
		h->connect = true;
}

static bool answers_head(struct vfw_http *h)
{
	bool head = h->n_heads && h->heads & 1;

	if (h->n_heads) {
		h->heads >>= 1;
		h->n_heads--;
	}
	return head;
}

static enum vfw_http_told tell(struct vfw_http_side *s)
{
	s->done = true;
	return VFW_HTTP_MESSAGE;
}

static void next_chunk(struct vfw_http_side *s)
{
	s->state = VFW_HTTP_CHUNK_SIZE;
	s->left = 0;
	s->size_digits = 0;
	s->size_over = false;
}

static enum vfw_http_told request_over(struct vfw_http *h, struct vfw_http_side *s)
{
	remember_request(h, s);
	if (is_chunked(s)) {
		next_chunk(s);
		return VFW_HTTP_MORE;
	}
	if (content_length(s, &s->left) && s->left) {
		s->state = VFW_HTTP_BODY;
		return VFW_HTTP_MORE;
	}
	/* what follows CONNECT is for another one */
	s->state = h->connect ? VFW_HTTP_IGNORE : VFW_HTTP_HEAD;
	return tell(s);
}

static enum vfw_http_told response_over(struct vfw_http *h, struct vfw_http_side *s)
{
	u32 status = status_of(s);
	bool head;

	if (status >= 100 && status < 200 && status != 101) {
		begin_message(s); /* an interim answer is none */
		return VFW_HTTP_MORE;
	}
	head = answers_head(h);
	if (status == 101 || (h->connect && status >= 200 && status < 300)) {
		h->side[0].state = h->side[1].state = VFW_HTTP_IGNORE;
		return tell(s);
	}
	s->state = VFW_HTTP_HEAD;
	if (head || status == 204 || status == 304)
		return tell(s);
	if (is_chunked(s)) {
		next_chunk(s);
		return VFW_HTTP_MORE;
	}
	if (!content_length(s, &s->left)) {
		s->state = VFW_HTTP_BODY_TO_END;
		return VFW_HTTP_MORE;
	}
	if (!s->left)
		return tell(s);
	s->state = VFW_HTTP_BODY;
	return VFW_HTTP_MORE;
}

/* Does the line behind a request line without protocol look like a header's? */
static bool looks_like_header(const struct vfw_http_side *s)
{
	bool blank = false;
	u32 i;

	for (i = s->line; i < s->head_len; i++) {
		if (s->head[i] == ':')
			return true;
		if (is_blank(s->head[i]))
			blank = true;
		else if (is_space(s->head[i]) || blank)
			return false;
	}
	return false;
}

static void add_body(struct vfw_http_side *s, const u8 *bytes, u32 len)
{
	u32 room = s->body_room - s->body_len;

	if (len > room) {
		len = room;
		s->body_lacks = true;
	}
	if (len)
		memcpy(s->body + s->body_len, bytes, len);
	s->body_len += len;
}

/* The first line of a message has ended at end. */
static void first_line(struct vfw_http *h, struct vfw_http_side *s, u32 end)
{
	s->first = (struct vfw_http_span){s->line, end - s->line};
	s->line = s->headers_off = s->head_len;
	if (!s->response) {
		read_request_line(s);
		return;
	}
	read_status_line(s);
	if (s->protocol.len >= 4 && same_word(s->head + s->protocol.off, 4, "http"))
		return;
	/* an answer without a head is a body, as long as the side speaks */
	answers_head(h);
	add_body(s, s->head, s->head_len);
	begin_head(s);
	s->headers_over = true;
	s->state = VFW_HTTP_BODY_TO_END;
}

/* The line at hand has ended. */
static enum vfw_http_told line_over(struct vfw_http *h, struct vfw_http_side *s)
{
	u32 end = chomped(s, s->line, s->head_len);
	bool empty = end == s->line;

	if (s->first.off == VFW_HTTP_NONE) {
		if (empty) /* before a message */
			s->head_len = s->line = 0;
		else
			first_line(h, s, end);
		return VFW_HTTP_MORE;
	}
	if (!s->response && s->protocol.off == VFW_HTTP_NONE && s->line == s->headers_off &&
	    !looks_like_header(s)) {
		/* HTTP/0.9: no headers, and nothing behind it */
		s->head_len = s->line;
		s->headers_over = true;
		remember_request(h, s);
		s->state = VFW_HTTP_IGNORE;
		return tell(s);
	}
	if (!empty) {
		s->line = s->head_len;
		return VFW_HTTP_MORE;
	}
	s->headers_over = true;
	read_headers(s, s->line);
	return s->response ? response_over(h, s) : request_over(h, s);
}

/* Takes bytes up to the end of a line. */
static enum vfw_http_told take_head(struct vfw_http *h, struct vfw_http_side *s, const u8 *bytes,
				    u32 len, u32 *used)
{
	u32 room = s->head_room - s->head_len, n = 0;

	while (n < len && n < room && bytes[n] != '\n')
		n++;
	if (n == room) {
		/* larger than any head: the lines that fit are told, and no more is read */
		*used = len;
		s->head_len = s->line;
		read_headers(s, s->line);
		s->state = VFW_HTTP_IGNORE;
		return s->first.off == VFW_HTTP_NONE ? VFW_HTTP_MORE : tell(s);
	}
	n += n < len;
	memcpy(s->head + s->head_len, bytes, n);
	s->head_len += n;
	*used = n;
	return bytes[n - 1] == '\n' ? line_over(h, s) : VFW_HTTP_MORE;
}

static enum vfw_http_told take_body(struct vfw_http_side *s, const u8 *bytes, u32 len, u32 *used)
{
	*used = s->left < len ? (u32)s->left : len;
	add_body(s, bytes, *used);
	s->left -= *used;
	if (s->left)
		return VFW_HTTP_MORE;
	if (s->state == VFW_HTTP_CHUNK_DATA) {
		s->state = VFW_HTTP_CHUNK_END;
		return VFW_HTTP_MORE;
	}
	s->state = VFW_HTTP_HEAD;
	return tell(s);
}

static u32 digit_of(u8 c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10U : 16U;
}

/* One byte of the line that says how long the next chunk is. */
static enum vfw_http_told take_size(struct vfw_http_side *s, u8 c)
{
	if (c == '\n') {
		if (!s->size_digits)
			goto odd;
		if (s->left) {
			s->state = VFW_HTTP_CHUNK_DATA;
		} else {
			s->state = VFW_HTTP_TRAILER;
			s->line_seen = false;
		}
		return VFW_HTTP_MORE;
	}
	if (s->size_over || (is_space(c) && !s->size_digits))
		return VFW_HTTP_MORE;
	if (digit_of(c) < 16) {
		if (++s->size_digits > CHUNK_DIGITS)
			goto odd;
		s->left = s->left << 4 | digit_of(c);
		return VFW_HTTP_MORE;
	}
	if (!s->size_digits)
		goto odd;
	s->size_over = true; /* an extension */
	return VFW_HTTP_MORE;
odd:
	s->state = VFW_HTTP_IGNORE;
	return tell(s);
}

static enum vfw_http_told take_trailer(struct vfw_http_side *s, u8 c)
{
	if (c != '\n') {
		s->line_seen |= c != '\r';
		return VFW_HTTP_MORE;
	}
	if (!s->line_seen) {
		s->state = VFW_HTTP_HEAD;
		return tell(s);
	}
	s->line_seen = false;
	return VFW_HTTP_MORE;
}

enum vfw_http_told vfw_http_feed(struct vfw_http *h, u32 side, const u8 *bytes, u32 len, u32 *used)
{
	struct vfw_http_side *s = &h->side[side];
	u32 at = 0, n;

	s->response = side;
	if (s->state == VFW_HTTP_HEAD && (s->done || !s->head_len))
		begin_message(s);
	while (at < len && s->state != VFW_HTTP_IGNORE) {
		enum vfw_http_told told = VFW_HTTP_MORE;

		n = 1;
		switch (s->state) {
		case VFW_HTTP_HEAD:
			told = take_head(h, s, bytes + at, len - at, &n);
			break;
		case VFW_HTTP_BODY:
		case VFW_HTTP_CHUNK_DATA:
			told = take_body(s, bytes + at, len - at, &n);
			break;
		case VFW_HTTP_BODY_TO_END:
			n = len - at;
			add_body(s, bytes + at, n);
			break;
		case VFW_HTTP_CHUNK_SIZE:
			told = take_size(s, bytes[at]);
			break;
		case VFW_HTTP_CHUNK_END:
			if (bytes[at] == '\n')
				next_chunk(s);
			break;
		default:
			told = take_trailer(s, bytes[at]);
			break;
		}
		at += n;
		if (told == VFW_HTTP_MESSAGE) {
			*used = at;
			return told;
		}
	}
	*used = len;
	return VFW_HTTP_MORE;
}

bool vfw_http_end(struct vfw_http *h, u32 side)
{
	struct vfw_http_side *s = &h->side[side];
	u32 end = chomped(s, s->line, s->head_len);

	s->response = side;
	if (s->done || s->state == VFW_HTTP_IGNORE || (s->state == VFW_HTTP_HEAD && !s->head_len)) {
		s->state = VFW_HTTP_IGNORE;
		return false;
	}
	if (s->state == VFW_HTTP_HEAD && s->first.off == VFW_HTTP_NONE && end > s->line)
		first_line(h, s, end);
	if (!s->headers_over)
		read_headers(s, s->line);
	s->state = VFW_HTTP_IGNORE;
	s->done = true;
	return s->headers_over || s->first.off != VFW_HTTP_NONE;
}
