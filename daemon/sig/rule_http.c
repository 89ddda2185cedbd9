// SPDX-License-Identifier: GPL-2.0
/* Buffers of HTTP: their names, the older modifiers, and how they are transformed. */
#include "rule_draft.h"

#include <errno.h>
#include <string.h>

#define HTTP(b) (VFW_SIG_HTTP_FIRST + (b))

struct name {
	const char *sticky, *older, *modifier; /* each may be missing */
	enum vfw_http_buffer buffer;
	char letter; /* of pcre */
};

static const struct name names[] = {
	{"http.uri", NULL, "http_uri", VFW_HTTP_B_URI, 'U'},
	{"http.uri.raw", NULL, "http_raw_uri", VFW_HTTP_B_URI_RAW, 'I'},
	{"http.method", NULL, "http_method", VFW_HTTP_B_METHOD, 'M'},
	{"http.host", NULL, "http_host", VFW_HTTP_B_HOST, 'W'},
	{"http.host.raw", NULL, "http_raw_host", VFW_HTTP_B_HOST_RAW, 'Z'},
	{"http.header", NULL, "http_header", VFW_HTTP_B_HEADER, 'H'},
	{"http.header.raw", NULL, "http_raw_header", VFW_HTTP_B_HEADER_RAW, 'D'},
	{"http.cookie", NULL, "http_cookie", VFW_HTTP_B_COOKIE, 'C'},
	{"http.user_agent", NULL, "http_user_agent", VFW_HTTP_B_USER_AGENT, 'V'},
	{"http.request_body", NULL, "http_client_body", VFW_HTTP_B_REQUEST_BODY, 'P'},
	{"http.stat_code", NULL, "http_stat_code", VFW_HTTP_B_STAT_CODE, 'S'},
	{"http.stat_msg", NULL, "http_stat_msg", VFW_HTTP_B_STAT_MSG, 'Y'},
	{"http.request_line", "http_request_line", NULL, VFW_HTTP_B_REQUEST_LINE, 0},
	{"http.response_line", "http_response_line", NULL, VFW_HTTP_B_RESPONSE_LINE, 0},
	{"http.request_header", NULL, NULL, VFW_HTTP_B_REQUEST_HEADER, 0},
	{"http.response_header", NULL, NULL, VFW_HTTP_B_RESPONSE_HEADER, 0},
	{"http.referer", "http_referer", NULL, VFW_HTTP_B_REFERER, 0},
	{"http.accept", "http_accept", NULL, VFW_HTTP_B_ACCEPT, 0},
	{"http.accept_enc", "http_accept_enc", NULL, VFW_HTTP_B_ACCEPT_ENC, 0},
	{"http.accept_lang", "http_accept_lang", NULL, VFW_HTTP_B_ACCEPT_LANG, 0},
	{"http.connection", "http_connection", NULL, VFW_HTTP_B_CONNECTION, 0},
	{"http.server", NULL, NULL, VFW_HTTP_B_SERVER, 0},
	{"http.location", NULL, NULL, VFW_HTTP_B_LOCATION, 0},
	{"http.header_names", "http_header_names", NULL, VFW_HTTP_B_HEADER_NAMES, 0},
	{"http.content_len", "http_content_len", NULL, VFW_HTTP_B_CONTENT_LEN, 0},
	{"http.content_type", "http_content_type", NULL, VFW_HTTP_B_CONTENT_TYPE, 0},
	{"http.protocol", "http_protocol", NULL, VFW_HTTP_B_PROTOCOL, 0},
	{"http.response_body", NULL, "http_server_body", VFW_HTTP_B_RESPONSE_BODY, 'Q'},
	{"file.data", "file_data", NULL, VFW_HTTP_B_FILE_DATA, 0},
	{"http.start", "http_start", NULL, VFW_HTTP_B_START, 0},
};

static const struct name *find(const char *keyword)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i].sticky, keyword) ||
		    (names[i].older && !strcmp(names[i].older, keyword)) ||
		    (names[i].modifier && !strcmp(names[i].modifier, keyword)))
			return &names[i];
	return NULL;
}

const char *vfw_rule_buffer_name(uint8_t buffer)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (HTTP(names[i].buffer) == buffer)
			return names[i].sticky;
	return "payload";
}

uint8_t vfw_draft_http_letter(char c)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (c && names[i].letter == c)
			return (uint8_t)HTTP(names[i].buffer);
	return 0;
}

/* Moves the content before it into a buffer. */
static int move_content(struct vfw_draft *d, const struct vfw_rule_option *o, uint8_t buffer)
{
	struct vfw_sig_step *s = d->n_steps ? &d->steps[d->n_steps - 1] : NULL;

	if (!s || s->op != VFW_SIG_CONTENT || d->buffer != VFW_SIG_PAYLOAD || d->decoded ||
	    s->buffer != VFW_SIG_PAYLOAD)
		return vfw_rule_fail(d->e, &o->name, 0,
				     "'%.*s' without a content before it, or one of another buffer",
				     (int)o->name.len, o->name.s);
	s->buffer = buffer;
	return 0;
}

static int uricontent(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	int rc;

	if (d->buffer != VFW_SIG_PAYLOAD)
		return vfw_rule_fail(d->e, &o->name, 0,
				     "uricontent, and a buffer is named already");
	rc = vfw_draft_add_content(d, o);
	return rc ? rc : move_content(d, o, HTTP(VFW_HTTP_B_URI));
}

/* A number of bytes, of the URI as it counts or ",raw" as sent. */
static int urilen(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	struct vfw_rule_text rest = o->value, number, which;
	enum vfw_http_buffer buffer = VFW_HTTP_B_URI;
	uint32_t n = d->n_conds;
	struct vfw_sig_step *s;

	if (!vfw_rule_split(&rest, ',', &number))
		return vfw_rule_fail(d->e, &o->value, 0, "expected a number of bytes");
	if (vfw_rule_split(&rest, ',', &which)) {
		if (vfw_rule_is(&which, "raw"))
			buffer = VFW_HTTP_B_URI_RAW;
		else if (!vfw_rule_is(&which, "norm"))
			return vfw_rule_fail(d->e, &which, 0, "expected norm or raw");
	}
	if (vfw_draft_compare(d, &number, VFW_SIG_DSIZE, 65535))
		return -EINVAL;
	d->n_conds = n; /* read as a condition, but it is a step */
	s = vfw_draft_step(d, VFW_SIG_BSIZE, &o->value);
	if (!s)
		return -EINVAL;
	s->buffer = (u8)HTTP(buffer);
	s->view = 0;
	s->flags = 0;
	s->cmp = d->conds[n].cmp;
	s->value = d->conds[n].a;
	s->value2 = d->conds[n].b;
	return 0;
}

static int transform(struct vfw_draft *d, const struct vfw_keyword *k,
		     const struct vfw_rule_option *o)
{
	struct vfw_rule_set *set = d->set;
	struct vfw_rule_view view = {0};
	uint32_t i;
	uint8_t op;

	if (d->buffer < VFW_SIG_HTTP_FIRST || !d->named)
		return vfw_rule_fail(d->e, &o->name, 0,
				     "%s: only right behind the name of a buffer of HTTP", k->name);
	if (d->view)
		view = set->views[d->view - 1];
	if (view.n == VFW_RULE_VIEW_OPS || !vfw_rule_view_op(k->name, &op))
		return vfw_rule_fail(d->e, &o->name, 0, "more than %d transformations",
				     VFW_RULE_VIEW_OPS);
	view.op[view.n++] = op;
	for (i = 0; i < set->sigs.n_views; i++)
		if (!memcmp(&set->views[i], &view, sizeof(view)))
			break;
	if (i == UINT8_MAX)
		return vfw_rule_fail(d->e, &o->name, 0,
				     "more than %d different transformations in all rules",
				     UINT8_MAX);
	if (i == set->sigs.n_views) {
		if (vfw_rule_set_grow(&set->views, &set->room_views, i, sizeof(view)))
			return -ENOMEM;
		set->views[set->sigs.n_views++] = view;
	}
	d->view = (uint8_t)(i + 1);
	return 0;
}

int vfw_draft_http(struct vfw_draft *d, const struct vfw_keyword *k,
		   const struct vfw_rule_option *o)
{
	const struct name *n;

	if (k->id == VFW_KW_URICONTENT)
		return uricontent(d, o);
	if (k->id == VFW_KW_URILEN)
		return urilen(d, o);
	if (k->id == VFW_KW_VIEW)
		return transform(d, k, o);
	n = find(k->name);
	if (k->id == VFW_KW_HTTP_CONTENT)
		return move_content(d, o, (uint8_t)HTTP(n->buffer));
	d->buffer = (uint8_t)HTTP(n->buffer);
	d->view = 0;
	d->decoded = false;
	d->named = true;
	return 0;
}

int vfw_draft_http_finish(struct vfw_draft *d)
{
	uint32_t i, only = 0, want = 0;

	for (i = 0; i < d->n_steps; i++) {
		uint32_t of;

		if (d->steps[i].buffer < VFW_SIG_HTTP_FIRST)
			continue;
		d->sig.flags |= VFW_SIG_MESSAGE;
		if (d->steps[i].buffer != HTTP(VFW_HTTP_B_FILE_DATA))
			d->sig.flags |= VFW_SIG_HTTP;
		of = vfw_http_buffer_of(d->steps[i].buffer - VFW_SIG_HTTP_FIRST);
		if (of == VFW_HTTP_OF_REQUEST)
			only |= VFW_SIG_TO_SERVER;
		if (of == VFW_HTTP_OF_RESPONSE)
			only |= VFW_SIG_TO_CLIENT;
	}
	if (!(d->sig.flags & VFW_SIG_MESSAGE))
		return 0;
	want = only | (d->sig.flags & (VFW_SIG_TO_SERVER | VFW_SIG_TO_CLIENT));
	d->culprit = "buffers";
	if (want == (VFW_SIG_TO_SERVER | VFW_SIG_TO_CLIENT))
		return vfw_rule_fail(
			d->e, &d->rule->action, 0,
			"buffers of requests beside those of responses, or against flow");
	if (!(d->sig.protocols & VFW_SIG_P_TCP) || d->sig.ip_proto >= 0)
		return vfw_rule_fail(d->e, &d->rule->protocol, 0, "buffers of HTTP without TCP");
	if (d->sig.flags & VFW_SIG_PACKET)
		return vfw_rule_fail(d->e, &d->rule->action, 0,
				     "buffers of HTTP beside a keyword about single packets");
	d->culprit = NULL;
	d->sig.flags |= only;
	return 0;
}
