// SPDX-License-Identifier: GPL-2.0
#include "web.h"

#include <stdlib.h>

struct vfw_web {
	bool http;
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
	free(w);
}

bool vfw_web_is_http(const struct vfw_web *w)
{
	return w && w->http;
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

const struct vfw_http_side *vfw_web_feed(struct vfw_web *w, unsigned int side, const u8 *bytes,
					 u32 len, u32 *used)
{
	struct vfw_http_side *s = &w->state.side[side];

	*used = len;
	if (w->silent[side])
		return NULL;
	if (!w->http) {
		enum vfw_http_probe probe = vfw_http_probe(bytes, len, side);

		if (probe == VFW_HTTP_SHORT) {
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
	return vfw_http_feed(&w->state, side, bytes, len, used) == VFW_HTTP_MESSAGE ? s : NULL;
}

bool vfw_web_ends(const struct vfw_web *w, unsigned int side, const u8 *bytes, u32 len)
{
	struct vfw_http_side *s;
	struct vfw_http *copy;
	bool ends = false;
	u32 used;

	if (w->silent[side] || (!w->http && vfw_http_probe(bytes, len, side) != VFW_HTTP_YES))
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
	return vfw_http_end(&w->state, side) ? &w->state.side[side] : NULL;
}

const struct vfw_http_side *vfw_web_lose(struct vfw_web *w, unsigned int side)
{
	const struct vfw_http_side *s = vfw_web_end(w, side);

	w->silent[side] = true;
	return s;
}
