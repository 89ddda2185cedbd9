// SPDX-License-Identifier: GPL-2.0
#include "mail.h"

#include <strings.h>

enum {
	COMMANDS,
	HEADERS, /* of the mail or a part */
	BODY,
};

enum {
	PLAIN,
	BASE64,
	QUOTED,
};

int vfw_mail_probe(const u8 *bytes, u32 len)
{
	u32 n = len < 5 ? len : 5;

	if (strncasecmp((const char *)bytes, "EHLO ", n) &&
	    strncasecmp((const char *)bytes, "HELO ", n))
		return 0;
	return n < 5 ? -1 : 1;
}

static void put(struct vfw_mail *m, u8 c)
{
	if (m->file_len < m->room)
		m->file[m->file_len++] = c;
}

static int value_of(u8 c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Four characters are up to three bytes; what is none of the alphabet is passed over (RFC 2045 6.8). */
static void put_base64(struct vfw_mail *m, u8 c)
{
	u32 bits = 0, n = 0, i;

	if (c != '=' && value_of(c) < 0)
		return;
	m->quantum[m->quantum_len++] = c;
	if (m->quantum_len < 4)
		return;
	m->quantum_len = 0;
	for (i = 0; i < 4 && m->quantum[i] != '='; i++) {
		bits = bits << 6 | (u32)value_of(m->quantum[i]);
		n += 6;
		if (n >= 8) {
			n -= 8;
			put(m, (u8)(bits >> n));
		}
	}
}

static int hex_of(u8 c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The end of the last line: no part of a file when a boundary follows (RFC 2046 5.1.1). */
static void put_line_end(struct vfw_mail *m)
{
	if (m->line_end) {
		put(m, '\r');
		put(m, '\n');
	}
	m->line_end = false;
}

/* A line of a file, len bytes of it before its end. */
static void put_line(struct vfw_mail *m, const u8 *line, u32 len)
{
	u32 i;

	put_line_end(m);
	for (i = 0; i < len; i++) {
		if (m->encoding == BASE64) {
			put_base64(m, line[i]);
		} else if (m->encoding == QUOTED && line[i] == '=') {
			if (i + 1 == len)
				return; /* a soft line end */
			if (i + 2 < len && hex_of(line[i + 1]) >= 0 && hex_of(line[i + 2]) >= 0) {
				put(m, (u8)(hex_of(line[i + 1]) << 4 | hex_of(line[i + 2])));
				i += 2;
			} else {
				put(m, '=');
			}
		} else {
			put(m, line[i]);
		}
	}
	m->line_end = m->encoding != BASE64;
}

/* Where the value of a header's parameter begins, or NULL. */
static const char *parameter(const char *value, const char *name)
{
	size_t n = strlen(name);

	for (; *value; value++)
		if ((value[0] == ';' || value[0] == ' ' || value[0] == '\t') &&
		    !strncasecmp(value + 1, name, n))
			return value + 1 + n;
	return NULL;
}

static void read_boundary(struct vfw_mail *m, const char *value)
{
	const char *at = parameter(value, "boundary=");
	char *to;
	u32 n = 0;

	if (!at || m->depth == VFW_MAIL_DEPTH)
		return;
	to = m->boundary[m->depth];
	if (*at == '"')
		for (at++; *at && *at != '"' && n + 1 < VFW_MAIL_BOUNDARY;)
			to[n++] = *at++;
	else
		for (; *at && !strchr("; \t", *at) && n + 1 < VFW_MAIL_BOUNDARY;)
			to[n++] = *at++;
	to[n] = '\0';
	m->depth += n > 0;
}

/* The header at hand is whole. */
static void header_over(struct vfw_mail *m)
{
	char text[VFW_MAIL_LINE + 1], *value;

	memcpy(text, m->header, m->header_len);
	text[m->header_len] = '\0';
	m->header_len = 0;
	value = strchr(text, ':');
	if (!value)
		return;
	*value++ = '\0';
	if (!strcasecmp(text, "content-type")) {
		read_boundary(m, value);
		m->attached |= !!parameter(value, "name");
	} else if (!strcasecmp(text, "content-disposition")) {
		m->attached |= parameter(value, "attachment") || parameter(value, "filename");
	} else if (!strcasecmp(text, "content-transfer-encoding")) {
		if (parameter(value, "base64"))
			m->encoding = BASE64;
		else if (parameter(value, "quoted-printable"))
			m->encoding = QUOTED;
	}
}

static void begin_part(struct vfw_mail *m)
{
	m->state = HEADERS;
	m->encoding = PLAIN;
	m->attached = m->line_end = false;
	m->header_len = m->file_len = m->quantum_len = 0;
}

/* Does the line end the part at hand? Then what comes next is known. */
static bool is_boundary(struct vfw_mail *m, const u8 *line, u32 len)
{
	u32 i = m->depth;

	while (len > 2 && line[0] == '-' && line[1] == '-' && i-- > 0) {
		u32 n = (u32)strlen(m->boundary[i]);

		if (len < n + 2 || memcmp(line + 2, m->boundary[i], n))
			continue;
		m->depth = i + 1;
		if (len >= n + 4 && line[n + 2] == '-' && line[n + 3] == '-')
			m->depth = i;
		return true;
	}
	return false;
}

/* A file that ends here is told. */
static bool part_over(struct vfw_mail *m)
{
	return m->state == BODY && m->attached && m->file_len;
}

static void add_header(struct vfw_mail *m, const u8 *line, u32 len)
{
	if (m->header_len && line[0] != ' ' && line[0] != '\t')
		header_over(m);
	if (len > VFW_MAIL_LINE - m->header_len)
		len = VFW_MAIL_LINE - m->header_len;
	memcpy(m->header + m->header_len, line, len);
	m->header_len += len;
}

static bool line_over(struct vfw_mail *m)
{
	const u8 *line = m->line;
	u32 len = m->line_len;
	bool file;

	m->line_len = 0;
	if (len && line[len - 1] == '\r')
		len--;
	if (m->state == COMMANDS) {
		if (len == 4 && !strncasecmp((const char *)line, "DATA", 4)) {
			m->depth = 0;
			begin_part(m);
		}
		return false;
	}
	if (len == 1 && line[0] == '.') {
		put_line_end(m);
		file = part_over(m);
		m->state = COMMANDS;
		return file;
	}
	if (len && line[0] == '.') { /* RFC 5321 4.5.2 */
		line++;
		len--;
	}
	if (is_boundary(m, line, len)) {
		file = part_over(m);
		m->told = file;
		if (!file)
			begin_part(m);
		return file;
	}
	if (m->state == BODY) {
		if (m->attached)
			put_line(m, line, len);
	} else if (len) {
		add_header(m, line, len);
	} else {
		header_over(m);
		m->state = BODY;
	}
	return false;
}

bool vfw_mail_feed(struct vfw_mail *m, const u8 *bytes, u32 len, u32 *used)
{
	u32 i;

	if (m->told)
		begin_part(m);
	m->told = false;
	for (i = 0; i < len; i++) {
		if (bytes[i] != '\n') {
			if (m->line_len == VFW_MAIL_LINE) {
				/* a line of a file may be of any length: its pieces are lines of base64 */
				if (m->state == BODY && m->attached && m->encoding == BASE64)
					put_line(m, m->line, m->line_len);
				else
					continue;
				m->line_len = 0;
			}
			m->line[m->line_len++] = bytes[i];
			continue;
		}
		if (line_over(m)) {
			*used = i + 1;
			return true;
		}
	}
	*used = len;
	return false;
}
