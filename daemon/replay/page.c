// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes are made for each buffer alone and taken into the parts of one message. What that message's buffers are then,
 * sheet.h says, and each must have a witness; if not, the message is put together in another way.
 */
#include "page.h"

#include <string.h>

#define SALTS 6 /* ways to make the bytes */
#define MODES 5 /* ways to take up lines that hold several parts */

static enum vfw_http_buffer http_of(u8 buffer)
{
	return (enum vfw_http_buffer)(buffer - VFW_SIG_HTTP_FIRST);
}

static bool is_http(u8 buffer, enum vfw_http_buffer b)
{
	return buffer == VFW_SIG_HTTP_FIRST + b;
}

/* Is a buffer one that holds several parts? */
static bool is_composed(u8 buffer)
{
	return buffer == VFW_SIG_PAYLOAD || is_http(buffer, VFW_HTTP_B_REQUEST_LINE) ||
	       is_http(buffer, VFW_HTTP_B_RESPONSE_LINE) || is_http(buffer, VFW_HTTP_B_START);
}

/* Is it there in every message, whatever it is? */
static bool is_always(u8 buffer)
{
	return is_composed(buffer) || is_http(buffer, VFW_HTTP_B_METHOD) ||
	       is_http(buffer, VFW_HTTP_B_PROTOCOL) || is_http(buffer, VFW_HTTP_B_STAT_CODE) ||
	       is_http(buffer, VFW_HTTP_B_STAT_MSG) || is_http(buffer, VFW_HTTP_B_HEADER) ||
	       is_http(buffer, VFW_HTTP_B_HEADER_RAW) || is_http(buffer, VFW_HTTP_B_HEADER_NAMES) ||
	       is_http(buffer, VFW_HTTP_B_REQUEST_HEADER) ||
	       is_http(buffer, VFW_HTTP_B_RESPONSE_HEADER);
}

static const struct vfw_sig_step *steps_of(const struct vfw_page *p, u32 r)
{
	return p->set->steps + p->set->sig[p->sig].first_step + p->run[r].first;
}

/* Do the steps ask for bytes, and not only that some are not there? */
static bool wants_bytes(const struct vfw_page *p, u32 r)
{
	const struct vfw_sig_step *t = steps_of(p, r);
	u32 i;

	for (i = 0; i < p->run[r].n; i++)
		if (!(t[i].flags & VFW_SIG_F_NEGATED) && t[i].op != VFW_SIG_BSIZE &&
		    t[i].op != VFW_SIG_ISDATAAT)
			return true;
	return false;
}

/* The first content that must be there, or NULL. */
static const struct vfw_sig_step *first_content(const struct vfw_page *p, u32 r)
{
	const struct vfw_sig_step *t = steps_of(p, r);
	u32 i;

	for (i = 0; i < p->run[r].n; i++)
		if (t[i].op == VFW_SIG_CONTENT && !(t[i].flags & VFW_SIG_F_NEGATED))
			return &t[i];
	return NULL;
}

/* Does it begin as a line of a head does: with a line end, or "Name:"? */
static bool begins_line(const struct vfw_page *p, const struct vfw_sig_step *t)
{
	const u8 *text = p->set->bytes + t->data;
	u32 i;

	for (i = 0; i < t->len && text[i] != ':';)
		i++;
	return text[0] == '\r' || text[0] == '\n' || (i < t->len && vfw_sheet_is_name(text, i));
}

/* What goes before the bytes of a buffer where nothing else does. */
static const char *lead_of(const struct vfw_page *p, u32 r, u32 salt)
{
	const struct vfw_sig_step *t = first_content(p, r);
	u8 b = p->buffer[r], first = t && t->len ? p->set->bytes[t->data] : 0;

	if (is_http(b, VFW_HTTP_B_URI) || is_http(b, VFW_HTTP_B_URI_RAW))
		return first == '/' && !salt		      ? ""
		       : first == '.' || first == '?' || salt ? "/x"
							      : "/";
	if (is_http(b, VFW_HTTP_B_HEADER) || is_http(b, VFW_HTTP_B_HEADER_RAW))
		return t && begins_line(p, t) != (salt & 1) ? "" : "X: x";
	if (is_http(b, VFW_HTTP_B_REQUEST_HEADER) || is_http(b, VFW_HTTP_B_RESPONSE_HEADER))
		return t && begins_line(p, t) ? "" : "X: x";
	if (is_http(b, VFW_HTTP_B_HEADER_NAMES))
		return "\r\n";
	if (is_http(b, VFW_HTTP_B_PROTOCOL))
		return (first | 32) == 'h' ? "" : "HTTP/";
	return "";
}

static const char *shunned_by(u8 buffer)
{
	if (is_http(buffer, VFW_HTTP_B_URI) || is_http(buffer, VFW_HTTP_B_URI_RAW))
		return " #%+\\";
	if (is_http(buffer, VFW_HTTP_B_HOST) || is_http(buffer, VFW_HTTP_B_HOST_RAW))
		return " !\"#$%&'()*+,/:;<=>?@[\\]^_`{|}~";
	return is_http(buffer, VFW_HTTP_B_REQUEST_LINE) ? "#%+\\" : "";
}

static bool make(struct vfw_page *p, u32 r, const char *lead, u32 salt)
{
	struct vfw_make how = {1, 24000, lead, shunned_by(p->buffer[r]), true, salt};

	/* of words one is right, or none */
	if (is_http(p->buffer[r], VFW_HTTP_B_METHOD) ||
	    is_http(p->buffer[r], VFW_HTTP_B_PROTOCOL) ||
	    is_http(p->buffer[r], VFW_HTTP_B_STAT_CODE))
		how.salt = 0;
	return !vfw_maker_make(p->maker, p->sig, p->run[r].first, &how, &p->source[r]);
}

/* Undoes a view of bytes that it is to show; false: it never shows them. */
static bool unview(const struct vfw_rule_view *v, struct vfw_made *m)
{
	if (!v || v->op[v->n - 1] != VFW_RULE_VIEW_DOTPREFIX)
		return true;
	if (m->len < 2 || m->bytes[0] != '.')
		return false;
	memmove(m->bytes, m->bytes + 1, --m->len);
	return true;
}

/* What a view shows of bytes; false: that is not said here. */
static bool apply_view(const struct vfw_rule_view *v, struct vfw_made *m)
{
	u32 i, k;

	for (k = 0; v && k < v->n; k++) {
		for (i = 0; i < m->len; i++) {
			u8 *c = &m->bytes[i];
			bool blank = *c == ' ' || (*c >= 9 && *c <= 13);

			if (v->op[k] == VFW_RULE_VIEW_LOWERCASE && *c >= 'A' && *c <= 'Z')
				*c += 32;
			else if (v->op[k] == VFW_RULE_VIEW_UPPERCASE && *c >= 'a' && *c <= 'z')
				*c -= 32;
			else if ((v->op[k] == VFW_RULE_VIEW_STRIP_WHITESPACE ||
				  v->op[k] == VFW_RULE_VIEW_COMPRESS_WHITESPACE) &&
				 blank)
				return false;
			else if (v->op[k] == VFW_RULE_VIEW_URL_DECODE && (*c == '%' || *c == '+'))
				return false;
		}
		if (v->op[k] != VFW_RULE_VIEW_DOTPREFIX)
			continue;
		if (m->len == VFW_CANVAS_ROOM)
			return false;
		memmove(m->bytes + 1, m->bytes, m->len++);
		m->bytes[0] = '.';
	}
	return true;
}

/* Run r's buffer, the k-th of them, as a reader makes it of the sheet. */
static bool read_run(const struct vfw_page *p, const struct vfw_sheet *s, u32 r, u32 k,
		     struct vfw_made *out)
{
	if (p->buffer[r] == VFW_SIG_PAYLOAD)
		return !k && vfw_sheet_write(s, out->bytes, &out->len);
	return vfw_sheet_buffer(s, http_of(p->buffer[r]), k, out->bytes, &out->len) &&
	       apply_view(p->view[r], out);
}

static bool has_witness(struct vfw_page *p, u32 r)
{
	u32 k;

	for (k = 0; read_run(p, &p->sheet, r, k, &p->run[r]); k++)
		if (!vfw_maker_find(p->maker, p->sig, p->run[r].first, &p->run[r]))
			return true;
	return false;
}

/* Takes the lines that hold several parts, made in front of what is known of them. */
static bool take_composed(struct vfw_page *p, u32 r, u32 mode, u32 salt)
{
	struct vfw_sheet *s = &p->sheet;
	char lead[512] = "";
	u32 len, at = 0;

	if (!mode || !wants_bytes(p, r))
		return true;
	if (p->buffer[r] == VFW_SIG_PAYLOAD) {
		struct vfw_made *m = &p->source[r];

		if (!make(p, r, "", salt))
			return false;
		return mode == 2 ? vfw_sheet_take_message(s, m->bytes, m->len)
				 : vfw_sheet_take(s, VFW_HTTP_B_FILE_DATA, m->bytes, m->len);
	}
	if (s->answer) {
		strcpy(lead, mode == 1 ? "HTTP/1.1 200 OK\r\n" : mode == 2 ? "" : "HTTP/1.1 200 ");
	} else if (mode != 2) {
		/* 1: all but the version; 3: all of it; 4: but the version and the last byte */
		if (!vfw_sheet_buffer(s, VFW_HTTP_B_REQUEST_LINE, 0, p->run[r].bytes, &len) ||
		    len + 3 > sizeof(lead))
			return false;
		at = mode == 3 ? len : len - s->version_len - (mode == 1 ? 1 : 2);
		memcpy(lead, p->run[r].bytes, at);
		if (mode == 3 && is_http(p->buffer[r], VFW_HTTP_B_START))
			memcpy(lead + at, "\r\n", 2);
	}
	return make(p, r, lead, salt) &&
	       vfw_sheet_take(s, http_of(p->buffer[r]), p->source[r].bytes, p->source[r].len);
}

/* Parts are taken before what holds several of them. */
static u32 rank_of(u8 buffer)
{
	if (is_composed(buffer))
		return 2;
	if (is_http(buffer, VFW_HTTP_B_HEADER) || is_http(buffer, VFW_HTTP_B_HEADER_RAW))
		return 1;
	return is_http(buffer, VFW_HTTP_B_HEADER_NAMES) ? 0 : 3;
}

/* One way to put the message together. Returns NULL, or for which buffer it is not right. */
static const char *attempt(struct vfw_page *p, u32 salt, u32 mode, int host)
{
	/* what holds several parts may say in which order they are */
	static const u8 orders[2][4] = {{0, 1, 3, 2}, {0, 2, 1, 3}};
	const u8 *order = orders[mode == 2];
	struct vfw_sheet *s = &p->sheet;
	u32 i, r;

	vfw_sheet_clear(s, s->answer);
	if (salt & 1)
		vfw_sheet_take(s, VFW_HTTP_B_METHOD, (const u8 *)"POST", 4);
	for (i = 0; i < sizeof(orders[0]); i++) {
		for (r = 0; r < p->n; r++) {
			if (rank_of(p->buffer[r]) != order[i])
				continue;
			if (order[i] == 2 ? !take_composed(p, r, mode, salt)
					  : p->made[r] && !vfw_sheet_take(s, http_of(p->buffer[r]),
									  p->source[r].bytes,
									  p->source[r].len))
				return vfw_rule_buffer_name(p->buffer[r]);
		}
	}
	if (!vfw_sheet_complete(s, host) || !vfw_sheet_write(s, p->bytes, &p->len))
		return "what a reader of HTTP would change";
	for (r = 0; r < p->n; r++)
		if (!has_witness(p, r))
			return vfw_rule_buffer_name(p->buffer[r]);
	return NULL;
}

/* Returns NULL, or for which buffer no bytes were found. */
static const char *make_sources(struct vfw_page *p, u32 salt)
{
	u32 r;

	for (r = 0; r < p->n; r++) {
		p->made[r] = false;
		if (is_composed(p->buffer[r]) || (is_always(p->buffer[r]) && !wants_bytes(p, r)))
			continue;
		if (!make(p, r, lead_of(p, r, salt), salt) || !unview(p->view[r], &p->source[r]))
			return vfw_rule_buffer_name(p->buffer[r]);
		p->made[r] = true;
	}
	return NULL;
}

/* Notes the runs of the signature. Returns NULL, or why there is no message. */
static const char *note_runs(struct vfw_page *p)
{
	const struct vfw_sig *s = &p->set->sig[p->sig];
	const struct vfw_sig_step *t = p->set->steps + s->first_step;
	u32 first, of = VFW_HTTP_OF_REQUEST | VFW_HTTP_OF_RESPONSE;

	p->n = 0;
	for (first = 0; first < s->n_steps; first += p->run[p->n++].n) {
		if (p->n == VFW_PAGE_RUNS)
			return "more buffers than a message is made for";
		p->run[p->n].first = first;
		vfw_made_steps(p->set, p->sig, first, &p->run[p->n].n);
		p->buffer[p->n] = t[first].buffer;
		p->view[p->n] = t[first].view ? &p->set->views[t[first].view - 1] : NULL;
		if (t[first].buffer != VFW_SIG_PAYLOAD)
			of &= vfw_http_buffer_of(http_of(t[first].buffer));
	}
	if (s->flags & VFW_SIG_TO_CLIENT)
		of &= VFW_HTTP_OF_RESPONSE;
	if (s->flags & VFW_SIG_TO_SERVER)
		of &= VFW_HTTP_OF_REQUEST;
	p->sheet.answer = !(of & VFW_HTTP_OF_REQUEST);
	return of ? NULL : "a request and its answer";
}

const char *vfw_page_make(const struct vfw_rule_set *set, struct vfw_maker *m, u32 sig,
			  struct vfw_page *p)
{
	static const int hosts[] = {1, 0, -1};
	u32 salt, mode, host, modes = 1, r;
	const char *why;

	p->set = set;
	p->maker = m;
	p->sig = sig;
	why = note_runs(p);
	if (why)
		return why;
	for (r = 0; r < p->n; r++)
		if (is_composed(p->buffer[r]) && wants_bytes(p, r))
			modes = MODES;
	for (salt = 0; salt < SALTS; salt++) {
		why = make_sources(p, salt);
		if (why)
			continue;
		for (mode = 0; mode < modes; mode++) {
			for (host = 0; host < sizeof(hosts) / sizeof(*hosts); host++) {
				why = attempt(p, salt, mode, hosts[host]);
				if (!why)
					return NULL;
			}
		}
	}
	return why;
}

/* --- near misses --- */

static bool is_word(u8 c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* How often content t is in run r's buffers, as they are read of the sheet; -1: there are none. */
static long count(const struct vfw_page *p, const struct vfw_sheet *s, u32 r,
		  const struct vfw_sig_step *t)
{
	static struct vfw_made now;
	u32 k, last;
	long n = 0;

	for (k = 0; read_run(p, s, r, k, &now); k++)
		n += vfw_made_count(p->set, t, now.bytes, 0, now.len, &last);
	return k ? n : -1;
}

/* One byte of the content another, in the word around it, wherever that is in the message. */
static bool miss_byte(const struct vfw_page *p, u32 r, u32 k, const struct vfw_sig_step *t,
		      struct vfw_sheet *s)
{
	const struct vfw_made *m = &p->run[r];
	u32 i, from, to;

	for (i = t->len; i-- > 0;) {
		u8 c = m->bytes[m->begin[k] + i], other;

		if (!is_word(c))
			continue;
		for (from = to = m->begin[k] + i; from && is_word(m->bytes[from - 1]);)
			from--;
		while (to < m->len && is_word(m->bytes[to]))
			to++;
		other = c >= '0' && c <= '9' ? (c == '7' ? '3' : '7') : (c | 32) == 'q' ? 'j' : 'q';
		*s = p->sheet;
		if (vfw_sheet_swap(s, m->bytes + from, to - from, m->begin[k] + i - from, other) &&
		    vfw_sheet_complete(s, -1) && count(p, s, r, t) == 0)
			return true;
	}
	return false;
}

/* The content in its buffer, which it must not be in at all. */
static bool miss_negated(const struct vfw_page *p, u32 r, const struct vfw_sig_step *t,
			 struct vfw_sheet *s)
{
	const u8 *text = p->set->bytes + t->data;
	enum vfw_http_buffer b = http_of(p->buffer[r]);
	u32 n = t->len;

	if (t->flags & (VFW_SIG_F_RELATIVE | VFW_SIG_F_DEPTH | VFW_SIG_F_ENDSWITH |
			VFW_SIG_F_VAR_OFFSET | VFW_SIG_F_VAR_DEPTH) ||
	    t->offset > 0 || p->buffer[r] == VFW_SIG_PAYLOAD || b == VFW_HTTP_B_REQUEST_HEADER ||
	    b == VFW_HTTP_B_RESPONSE_HEADER)
		return false;
	*s = p->sheet;
	return vfw_sheet_append(s, b, text, n) && vfw_sheet_complete(s, -1) &&
	       count(p, s, r, t) > 0;
}

int vfw_page_miss(const struct vfw_page *p, u32 k, enum vfw_page_miss miss, u8 *out, u32 *len)
{
	static struct vfw_sheet s;
	const struct vfw_sig_step *t;
	bool negated;
	u32 r;

	for (r = 0; r < p->n && k >= p->run[r].n; r++)
		k -= p->run[r].n;
	if (r == p->n)
		return -1;
	t = steps_of(p, r) + k;
	negated = t->flags & VFW_SIG_F_NEGATED;
	if (t->op != VFW_SIG_CONTENT || negated != (miss == VFW_PAGE_NEGATED) ||
	    !(negated ? miss_negated(p, r, t, &s) : miss_byte(p, r, k, t, &s)))
		return 0;
	return vfw_sheet_write(&s, out, len);
}
