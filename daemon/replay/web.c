// SPDX-License-Identifier: GPL-2.0
#include "web.h"

#include <stdlib.h>

#include "core/inflate.h"
#include "mail.h"

struct vfw_web {
	bool http;
	struct vfw_mail *mail; /* owned; NULL: it is none */
	struct vfw_http_side file; /* of a mail */
	u8 *plain; /* VFW_WEB_BODY bytes: a body without its compression */
	bool silent[2]; /* this side began as something else, or with a gap */
	struct vfw_http state;
};

struct vfw_web *vfw_web_new(void)
{
	return calloc(1, sizeof(struct vfw_web));
}

void vfw_web_free(struct vfw_web *w)
{
	unsigned int i;

	for (i = 0; w && i < 2; i++) {
		free(w->state.side[i].head);
		free(w->state.side[i].body);
	}
	if (w)
		free(w->plain);
	if (w && w->mail)
		free(w->mail->file);
	if (w)
		free(w->mail);
	free(w);
}

bool vfw_web_is_http(const struct vfw_web *w)
{
	return w && w->http;
}

void vfw_web_look(struct vfw_web *w, unsigned int side, const u8 *bytes, u32 len)
{
	if (!w->http && !w->mail && !w->silent[side])
		w->http = vfw_http_probe(bytes, len, side) == VFW_HTTP_YES;
}

/* The windows of a side, when it first needs them. */
static bool has_windows(struct vfw_http_side *s)
{
	if (s->head && s->body)
		return true;
	if (!s->head)
		s->head = malloc(VFW_WEB_HEAD);
	if (!s->body)
		s->body = malloc(VFW_WEB_BODY);
	s->head_room = VFW_WEB_HEAD;
	s->body_room = VFW_WEB_BODY;
	return s->head && s->body;
}

/* Is it mail? 1 yes, and it is taken up; 0 no; -1 too few bytes. */
static int take_up_mail(struct vfw_web *w, const u8 *bytes, u32 len)
{
	int probe = vfw_mail_probe(bytes, len);

	if (probe <= 0)
		return probe;
	w->mail = calloc(1, sizeof(*w->mail));
	if (!w->mail)
		return 0;
	w->mail->room = VFW_MAIL_FILE;
	w->mail->file = malloc(w->mail->room);
	if (w->mail->file)
		return 1;
	free(w->mail);
	w->mail = NULL;
	return 0;
}

static const struct vfw_http_side *feed_mail(struct vfw_web *w, const u8 *bytes, u32 len, u32 *used)
{
	static const struct vfw_http_span none = {VFW_HTTP_NONE, 0};
	struct vfw_http_side *f = &w->file;

	if (!vfw_mail_feed(w->mail, bytes, len, used))
		return NULL;
	f->first = f->method = f->uri = f->protocol = f->status = f->reason = none;
	f->body = w->mail->file;
	f->body_len = w->mail->file_len;
	return f;
}

/* Takes the compression off a body. */
static void make_plain(struct vfw_web *w, struct vfw_http_side *s)
{
	enum vfw_http_coding coding = vfw_http_coding(s);
	struct vfw_inflate z;

	if (coding == VFW_HTTP_IDENTITY || !s->body_len)
		return;
	if (!w->plain)
		w->plain = malloc(VFW_WEB_BODY);
	if (!w->plain)
		return;
	s->plain = w->plain;
	s->plain_len =
		vfw_inflate(&z, coding == VFW_HTTP_GZIP ? VFW_INFLATE_GZIP : VFW_INFLATE_DEFLATE,
			    s->body, s->body_len, w->plain, VFW_WEB_BODY);
}

const struct vfw_http_side *vfw_web_feed(struct vfw_web *w, unsigned int side, const u8 *bytes,
					 u32 len, u32 *used)
{
	struct vfw_http_side *s = &w->state.side[side];

	*used = len;
	if (w->silent[side])
		return NULL;
	if (w->mail)
		return side ? NULL : feed_mail(w, bytes, len, used);
	if (!w->http) {
		enum vfw_http_probe probe = vfw_http_probe(bytes, len, side);
		int mail = side || probe == VFW_HTTP_YES ? 0 : take_up_mail(w, bytes, len);

		if (mail > 0)
			return feed_mail(w, bytes, len, used);
		if (mail < 0 || probe == VFW_HTTP_SHORT) {
			*used = 0;
			return NULL;
		}
		w->http = probe == VFW_HTTP_YES;
		w->silent[side] = !w->http;
		if (!w->http)
			return NULL;
	}
	if (!has_windows(s)) {
		w->silent[side] = true;
		return NULL;
	}
	if (vfw_http_feed(&w->state, side, bytes, len, used) != VFW_HTTP_MESSAGE)
		return NULL;
	make_plain(w, s);
	return s;
}

static bool mail_ends(const struct vfw_mail *mail, const u8 *bytes, u32 len)
{
	struct vfw_mail copy = {0};
	u8 file[1];
	u32 used;

	if (mail)
		copy = *mail;
	/* whether there is a file shows in its first byte */
	copy.file = file;
	copy.room = sizeof(file);
	copy.file_len = copy.file_len > 0;
	return vfw_mail_feed(&copy, bytes, len, &used);
}

bool vfw_web_ends(const struct vfw_web *w, unsigned int side, const u8 *bytes, u32 len)
{
	struct vfw_http_side *s;
	struct vfw_http *copy;
	bool ends = false;
	u32 used;

	if (!side && !w->silent[0] && !w->http && (w->mail || vfw_mail_probe(bytes, len) > 0))
		return mail_ends(w->mail, bytes, len);
	if (w->mail || w->silent[side] ||
	    (!w->http && vfw_http_probe(bytes, len, side) != VFW_HTTP_YES))
		return false;
	/* read by a copy: with its own window for the head, and without a body */
	copy = malloc(sizeof(*copy) + VFW_WEB_HEAD);
	if (!copy)
		return false;
	*copy = w->state;
	s = &copy->side[side];
	s->head = (u8 *)(copy + 1);
	s->head_room = VFW_WEB_HEAD;
	s->body = NULL;
	s->body_room = s->body_len = 0;
	if (s->head_len)
		memcpy(s->head, w->state.side[side].head, s->head_len);
	ends = vfw_http_feed(copy, side, bytes, len, &used) == VFW_HTTP_MESSAGE;
	free(copy);
	return ends;
}

const struct vfw_http_side *vfw_web_end(struct vfw_web *w, unsigned int side)
{
	if (!w->http || w->silent[side] || !has_windows(&w->state.side[side]))
		return NULL;
	if (!vfw_http_end(&w->state, side))
		return NULL;
	make_plain(w, &w->state.side[side]);
	return &w->state.side[side];
}

const struct vfw_http_side *vfw_web_lose(struct vfw_web *w, unsigned int side)
{
	const struct vfw_http_side *s = vfw_web_end(w, side);

	w->silent[side] = true;
	return s;
}
