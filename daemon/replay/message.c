// SPDX-License-Identifier: GPL-2.0
#include "message.h"

#include <stdlib.h>

#include "web.h"

#define ROOM VFW_HTTP_ROOM(VFW_WEB_HEAD)

/* A buffer in one of its views. */
struct place {
	u8 buffer, view;
	u8 state; /* UNKNOWN, ABSENT, THERE */
	const u8 *bytes; /* own, or in the message */
	u32 len;
	u8 *own;
	u32 room;
};

enum { UNKNOWN, ABSENT, THERE };

struct vfw_message {
	const struct vfw_rule_set *set;
	const struct vfw_http_side *http;
	struct vfw_sig_buffers buffers;
	bool ready; /* the places are known: from the first message on */
	struct place *places; /* those that rules look at */
	u32 n_places;
	u32 *by_place; /* buffer * (n_views + 1) + view: number + 1 of its place */
	u8 *scratch; /* ROOM */
};

static struct place *find(const struct vfw_message *m, u32 buffer, u32 view)
{
	u32 n;

	if (!m->http || buffer >= VFW_SIG_BUFFER_COUNT || view > m->set->sigs.n_views)
		return NULL;
	n = m->by_place[buffer * (m->set->sigs.n_views + 1) + view];
	return n ? &m->places[n - 1] : NULL;
}

static bool keep(struct place *p, const u8 *bytes, u32 len)
{
	if (len + VFW_RULE_VIEW_OPS > p->room) {
		u8 *more = realloc(p->own, len + VFW_RULE_VIEW_OPS);

		if (!more)
			return false;
		p->own = more;
		p->room = len + VFW_RULE_VIEW_OPS;
	}
	memcpy(p->own, bytes, len);
	p->bytes = p->own;
	p->len = len;
	return true;
}

static bool make(struct vfw_message *m, struct place *p, u32 k)
{
	const u8 *bytes;
	u32 len;

	if (!vfw_http_buffer(m->http, p->buffer - VFW_SIG_HTTP_FIRST, k, m->scratch, ROOM, &bytes,
			     &len))
		return false;
	p->bytes = bytes;
	p->len = len;
	if (!p->view && bytes != m->scratch)
		return true;
	if (!keep(p, bytes, len))
		return false;
	if (p->view)
		p->len = (u32)vfw_rule_view_apply(&m->set->views[p->view - 1], p->own, len);
	return true;
}

static bool get(void *ctx, u32 buffer, u32 view, u32 k, const u8 **buf, u32 *len)
{
	struct vfw_message *m = ctx;
	struct place *p = find(m, buffer, view);

	if (!p)
		return false;
	if (k) {
		p->state = UNKNOWN; /* the first one is made anew when it is asked for again */
		if (!make(m, p, k))
			return false;
	} else {
		if (p->state == UNKNOWN)
			p->state = make(m, p, 0) ? THERE : ABSENT;
		if (p->state == ABSENT)
			return false;
	}
	*buf = p->bytes;
	*len = p->len;
	return true;
}

/* The places that rules look at. Returns false when there is no memory. */
static bool note_places(struct vfw_message *m)
{
	const struct vfw_rule_set *set = m->set;
	u32 width = set->sigs.n_views + 1, i;

	if (m->ready)
		return true;
	m->by_place = calloc((size_t)VFW_SIG_BUFFER_COUNT * width, sizeof(*m->by_place));
	m->places = calloc((size_t)VFW_HTTP_BUFFER_COUNT * width, sizeof(*m->places));
	m->scratch = malloc(ROOM);
	m->ready = m->by_place && m->places && m->scratch;
	for (i = 0; m->ready && i < set->sigs.n_steps; i++) {
		const struct vfw_sig_step *t = &set->steps[i];
		u32 *at = &m->by_place[t->buffer * width + t->view];

		if (t->buffer < VFW_SIG_HTTP_FIRST || *at)
			continue;
		m->places[m->n_places].buffer = t->buffer;
		m->places[m->n_places].view = t->view;
		*at = ++m->n_places;
	}
	if (m->ready)
		return true;
	free(m->by_place);
	free(m->places);
	free(m->scratch);
	return false;
}

struct vfw_message *vfw_message_new(const struct vfw_rule_set *set)
{
	struct vfw_message *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->set = set;
	m->buffers = (struct vfw_sig_buffers){get, m};
	return m;
}

void vfw_message_free(struct vfw_message *m)
{
	u32 i;

	for (i = 0; m && i < m->n_places; i++)
		free(m->places[i].own);
	if (m && m->ready) {
		free(m->places);
		free(m->by_place);
		free(m->scratch);
	}
	free(m);
}

void vfw_message_set(struct vfw_message *m, const struct vfw_http_side *http)
{
	u32 i;

	m->http = http && note_places(m) ? http : NULL;
	for (i = 0; i < m->n_places; i++)
		m->places[i].state = UNKNOWN;
}

const struct vfw_sig_buffers *vfw_message_buffers(const struct vfw_message *m)
{
	return &m->buffers;
}

void vfw_message_each(struct vfw_message *m, void (*each)(void *ctx, const u8 *buf, u32 len),
		      void *ctx)
{
	const u8 *buf;
	u32 i, k, len;

	for (i = 0; i < m->n_places; i++)
		for (k = 0; get(m, m->places[i].buffer, m->places[i].view, k, &buf, &len); k++)
			each(ctx, buf, len);
}
