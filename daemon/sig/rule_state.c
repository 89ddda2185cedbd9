// SPDX-License-Identifier: GPL-2.0
/* Keywords about flows, and about what is remembered between packets. */
#include "rule_draft.h"

#include <errno.h>
#include <string.h>

static int wrong(struct vfw_draft *d, const struct vfw_rule_text *t, const char *expected)
{
	return vfw_rule_fail(d->e, t, 0, "'%.*s': expected %s", (int)(t->len > 40 ? 40 : t->len),
			     t->s, expected);
}

static int flow(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	static const struct {
		const char *word;
		uint32_t flags;
	} words[] = {
		{"to_server", VFW_SIG_TO_SERVER},
		{"from_client", VFW_SIG_TO_SERVER},
		{"to_client", VFW_SIG_TO_CLIENT},
		{"from_server", VFW_SIG_TO_CLIENT},
		{"established", VFW_SIG_ESTABLISHED},
		{"not_established", VFW_SIG_NOT_ESTABLISHED},
		{"stateless", VFW_SIG_STATELESS},
		{"only_stream", VFW_SIG_ONLY_STREAM | VFW_SIG_STREAM},
		{"no_stream", VFW_SIG_NO_STREAM | VFW_SIG_PACKET},
		{"only_frag", VFW_SIG_ONLY_FRAG},
		{"no_frag", VFW_SIG_NO_FRAG},
	};
	static const uint32_t exclude[][2] = {
		{VFW_SIG_TO_SERVER, VFW_SIG_TO_CLIENT},
		{VFW_SIG_ESTABLISHED, VFW_SIG_NOT_ESTABLISHED},
		{VFW_SIG_ESTABLISHED, VFW_SIG_STATELESS},
		{VFW_SIG_NOT_ESTABLISHED, VFW_SIG_STATELESS},
		{VFW_SIG_ONLY_STREAM, VFW_SIG_NO_STREAM},
		{VFW_SIG_ONLY_FRAG, VFW_SIG_NO_FRAG},
	};
	struct vfw_rule_text rest = o->value, t;
	size_t i;

	while (vfw_rule_split(&rest, ',', &t)) {
		for (i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (vfw_rule_is(&t, words[i].word))
				break;
		if (i == sizeof(words) / sizeof(*words))
			return wrong(d, &t, "to_server, to_client, established, stateless ...");
		d->sig.flags |= words[i].flags;
	}
	for (i = 0; i < sizeof(exclude) / sizeof(*exclude); i++)
		if (d->sig.flags & exclude[i][0] && d->sig.flags & exclude[i][1])
			return vfw_rule_fail(d->e, &o->value, 0, "two of these exclude each other");
	return 0;
}

static int stream_size(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	struct vfw_rule_text rest = o->value, dir, op, size, t;
	bool client, server;

	if (!vfw_rule_split(&rest, ',', &dir) || !vfw_rule_split(&rest, ',', &op) ||
	    !vfw_rule_split(&rest, ',', &size))
		return wrong(d, &o->value, "side,operator,bytes");
	client = vfw_rule_is(&dir, "client") || vfw_rule_is(&dir, "both");
	server = vfw_rule_is(&dir, "server") || vfw_rule_is(&dir, "both");
	if (vfw_rule_is(&dir, "either"))
		return vfw_rule_fail(d->e, &dir, 0, "stream_size:either: vfw has it not");
	if (!client && !server)
		return wrong(d, &dir, "client, server or both");
	/* operator and number stand side by side in the text, but for a comma and blanks */
	t = size;
	if (client && vfw_draft_compare(d, &t, VFW_SIG_STREAM_CLIENT, 0xffffffffLL))
		return -EINVAL;
	if (server && vfw_draft_compare(d, &t, VFW_SIG_STREAM_SERVER, 0xffffffffLL))
		return -EINVAL;
	for (uint32_t i = d->n_conds - (client + server); i < d->n_conds; i++) {
		struct vfw_sig_cond *c = &d->conds[i];

		if (vfw_rule_is(&op, "<"))
			c->cmp = VFW_SIG_LT;
		else if (vfw_rule_is(&op, ">"))
			c->cmp = VFW_SIG_GT;
		else if (vfw_rule_is(&op, "="))
			c->cmp = VFW_SIG_EQ;
		else if (vfw_rule_is(&op, "!=") || vfw_rule_is(&op, "!"))
			c->cmp = VFW_SIG_NE;
		else if (vfw_rule_is(&op, "<="))
			c->cmp = VFW_SIG_LE;
		else if (vfw_rule_is(&op, ">="))
			c->cmp = VFW_SIG_GE;
		else
			return wrong(d, &op, "one of < > = != ! <= >=");
	}
	d->stream_size = 1;
	return 0;
}

static int bit_op(struct vfw_draft *d, const struct vfw_rule_text *t, struct vfw_rule_bits *b)
{
	static const char *const words[] = {"set", "unset", "toggle", "isset", "isnotset"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (vfw_rule_is(t, words[i])) {
			b->op = (uint8_t)i;
			return 0;
		}
	}
	return wrong(d, t, "set, unset, toggle, isset or isnotset");
}

static struct vfw_rule_bits *new_bits(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	if (d->meta.n_bits == VFW_RULE_BITS_MAX) {
		vfw_rule_fail(d->e, &o->name, 0, "more than %d times in one rule",
			      VFW_RULE_BITS_MAX);
		return NULL;
	}
	return memset(&d->meta.bits[d->meta.n_bits++], 0, sizeof(*d->meta.bits));
}

static int bit_name(struct vfw_draft *d, const struct vfw_rule_text *name, struct vfw_rule_bits *b)
{
	long n;

	if (!name->len || b->n == VFW_RULE_BITS_MAX)
		return wrong(d, name, "a name (at most 8 of them)");
	n = vfw_rule_set_name(d->set, name);
	if (n < 0)
		return (int)n;
	b->bit[b->n++] = (uint32_t)n;
	return 0;
}

/*
 * What flowbits and xbits begin with: noalert, then *b is NULL, or an operation, behind which *rest
 * stands. expected: all that has to stand there.
 */
static int begin_bits(struct vfw_draft *d, const struct vfw_rule_option *o, const char *expected,
		      struct vfw_rule_text *rest, struct vfw_rule_bits **b)
{
	struct vfw_rule_text op;

	*rest = o->value;
	*b = NULL;
	if (vfw_rule_is(&o->value, "noalert")) {
		d->sig.flags |= VFW_SIG_NOALERT;
		return 0;
	}
	*b = new_bits(d, o);
	if (!*b)
		return -EINVAL;
	if (!vfw_rule_split(rest, ',', &op) || bit_op(d, &op, *b) || !rest->s)
		return wrong(d, &o->value, expected);
	return 0;
}

/* Blanks stand around a name, never in one. */
static bool has_blank_in_name(const struct vfw_rule_text *names)
{
	struct vfw_rule_text rest = *names, name;
	size_t i;

	while (vfw_rule_split(&rest, '|', &name))
		for (i = 0; i < name.len; i++)
			if (name.s[i] == ' ')
				return true;
	return false;
}

static int flowbits(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	struct vfw_rule_text rest, names, name;
	struct vfw_rule_bits *b;
	int rc = begin_bits(d, o, "operation,name", &rest, &b);

	if (rc || !b)
		return rc;
	b->track = VFW_SIG_TRACK_FLOW;
	names = vfw_rule_trim(rest);
	if (has_blank_in_name(&names))
		return wrong(d, &names, "names without blanks");
	if (b->op != VFW_RULE_BIT_ISSET && b->op != VFW_RULE_BIT_ISNOTSET)
		return bit_name(d, &names, b);
	while (vfw_rule_split(&names, '|', &name)) {
		rc = bit_name(d, &name, b);
		if (rc)
			return rc;
	}
	return 0;
}

static int xbits(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	static const char expected[] = "operation,name,track side";
	struct vfw_rule_text rest, name, t;
	struct vfw_rule_bits *b;
	long long n;
	int rc = begin_bits(d, o, expected, &rest, &b);

	if (rc || !b)
		return rc;
	b->track = VFW_SIG_TRACK_RULE;
	b->expire = 30;
	if (!vfw_rule_split(&rest, ',', &name))
		return wrong(d, &o->value, expected);
	while (vfw_rule_split(&rest, ',', &t)) {
		if (vfw_rule_is(&t, "track ip_src")) {
			b->track = VFW_SIG_TRACK_SRC;
		} else if (vfw_rule_is(&t, "track ip_dst")) {
			b->track = VFW_SIG_TRACK_DST;
		} else if (vfw_rule_is(&t, "track ip_pair")) {
			b->track = VFW_SIG_TRACK_BOTH;
		} else if (t.len > 7 && !memcmp(t.s, "expire ", 7)) {
			t.s += 7;
			t.len -= 7;
			t.col += 7;
			t = vfw_rule_trim(t);
			if (vfw_rule_number(&t, 1, 0xffffffffLL, &n, d->e))
				return -EINVAL;
			b->expire = (uint32_t)n;
		} else {
			return wrong(d, &t, "track ip_src, ip_dst or ip_pair, expire seconds");
		}
	}
	if (b->track == VFW_SIG_TRACK_RULE)
		return wrong(d, &o->value, "track ip_src, ip_dst or ip_pair");
	rc = bit_name(d, &name, b);
	return rc;
}

/* Of a letter first, and two or more; what else stands in it Suricata takes too. */
static bool is_int_name(const struct vfw_rule_text *t)
{
	size_t i;

	for (i = 0; i < t->len; i++) {
		bool letter = (t->s[i] | 32) >= 'a' && (t->s[i] | 32) <= 'z';

		if (!letter && (!i || t->s[i] <= ' ' || t->s[i] == '-'))
			return false;
	}
	return t->len > 1;
}

/* name, operation, value; the value is a number or another name. */
static int flowint(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	static const char expected[] = "name,operation,value or name,isset or name,notset";
	static const struct {
		const char *word;
		uint8_t op;
	} words[] = {
		{"isset", VFW_RULE_INT_ISSET},
		{"notset", VFW_RULE_INT_ISNOTSET},
		{"isnotset", VFW_RULE_INT_ISNOTSET},
		{"<", VFW_RULE_INT_LT},
		{"<=", VFW_RULE_INT_LE},
		{"==", VFW_RULE_INT_EQ},
		{"!=", VFW_RULE_INT_NE},
		{">=", VFW_RULE_INT_GE},
		{">", VFW_RULE_INT_GT},
		{"=", VFW_RULE_INT_SET},
		{"+", VFW_RULE_INT_ADD},
		{"-", VFW_RULE_INT_SUBTRACT},
	};
	struct vfw_rule_text rest = o->value, name, op, value;
	struct vfw_rule_bits *b = new_bits(d, o);
	size_t i, n = sizeof(words) / sizeof(*words);
	long long x;
	int rc;

	if (!b)
		return -EINVAL;
	b->track = VFW_SIG_TRACK_FLOW;
	if (!vfw_rule_split(&rest, ',', &name) || !vfw_rule_split(&rest, ',', &op))
		return wrong(d, &o->value, expected);
	if (!is_int_name(&name))
		return wrong(d, &name, "a name of two or more, that begins with a letter");
	for (i = 0; i < n && !vfw_rule_is(&op, words[i].word);)
		i++;
	if (i == n)
		return wrong(d, &op, "isset, notset, < <= == != >= > = + or -");
	b->op = words[i].op;
	rc = bit_name(d, &name, b);
	if (rc || b->op <= VFW_RULE_INT_ISNOTSET)
		return rc;
	if (!vfw_rule_split(&rest, ',', &value) || !value.len)
		return wrong(d, &o->value, expected);
	if ((value.s[0] < '0' || value.s[0] > '9') && !is_int_name(&value))
		return wrong(d, &value, "a number, or another name");
	if (value.s[0] < '0' || value.s[0] > '9')
		return bit_name(d, &value, b);
	if (vfw_rule_number(&value, 0, 0xffffffffLL, &x, d->e))
		return -EINVAL;
	b->value = (uint32_t)x;
	return 0;
}

/* "count 5": the number behind a word that t begins with. */
static bool word_number(struct vfw_draft *d, const struct vfw_rule_text *t, const char *word,
			uint32_t *n, int *rc)
{
	size_t len = strlen(word);
	struct vfw_rule_text rest = *t;
	long long x;

	if (t->len <= len || memcmp(t->s, word, len) || (t->s[len] != ' ' && t->s[len] != '\t'))
		return false;
	rest.s += len;
	rest.len -= len;
	rest.col += (uint32_t)len;
	rest = vfw_rule_trim(rest);
	*rc = vfw_rule_number(&rest, 1, 0xffffffffLL, &x, d->e);
	if (!*rc)
		*n = (uint32_t)x;
	return true;
}

static bool word_word(const struct vfw_rule_text *t, const char *first,
		      struct vfw_rule_text *second)
{
	size_t len = strlen(first);

	if (t->len <= len || memcmp(t->s, first, len) || t->s[len] != ' ')
		return false;
	*second = *t;
	second->s += len;
	second->len -= len;
	second->col += (uint32_t)len;
	*second = vfw_rule_trim(*second);
	return true;
}

static int track_of(struct vfw_draft *d, const struct vfw_rule_text *t, uint8_t *track)
{
	static const char *const words[] = {"by_rule", "by_src", "by_dst", "by_both", "by_flow"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (vfw_rule_is(t, words[i])) {
			*track = (uint8_t)i; /* the order of enum vfw_sig_track */
			return 0;
		}
	}
	return wrong(d, t, "by_src, by_dst, by_both, by_rule or by_flow");
}

static int limit(struct vfw_draft *d, const struct vfw_rule_option *o, struct vfw_sig_limit *l,
		 bool filter)
{
	struct vfw_rule_text rest = o->value, t, word;
	uint8_t track = 0xff;
	int rc;

	if (l->kind)
		return vfw_rule_fail(d->e, &o->name, 0, "this keyword twice in one rule");
	l->kind = filter ? VFW_SIG_LIMIT_DETECTION : VFW_SIG_LIMIT_NONE;
	while (vfw_rule_split(&rest, ',', &t)) {
		rc = 0;
		if (!filter && word_word(&t, "type", &word)) {
			if (vfw_rule_is(&word, "limit"))
				l->kind = VFW_SIG_LIMIT_LIMIT;
			else if (vfw_rule_is(&word, "threshold"))
				l->kind = VFW_SIG_LIMIT_THRESHOLD;
			else if (vfw_rule_is(&word, "both"))
				l->kind = VFW_SIG_LIMIT_BOTH;
			else
				return wrong(d, &word, "limit, threshold or both");
		} else if (word_word(&t, "track", &word)) {
			rc = track_of(d, &word, &track);
		} else if (!word_number(d, &t, "count", &l->count, &rc) &&
			   !word_number(d, &t, "seconds", &l->seconds, &rc)) {
			return wrong(d, &t, "type, track, count or seconds");
		}
		if (rc)
			return rc;
	}
	if (!l->kind || track == 0xff || !l->count || !l->seconds)
		return wrong(d, &o->value,
			     filter ? "track, count and seconds"
				    : "type, track, count and seconds");
	l->track = track;
	return 0;
}

int vfw_draft_state(struct vfw_draft *d, const struct vfw_keyword *k,
		    const struct vfw_rule_option *o)
{
	switch (k->id) {
	case VFW_KW_FLOW:
		return flow(d, o);
	case VFW_KW_STREAM_SIZE:
		return stream_size(d, o);
	case VFW_KW_FLOWBITS:
		return flowbits(d, o);
	case VFW_KW_XBITS:
		return xbits(d, o);
	case VFW_KW_FLOWINT:
		return flowint(d, o);
	case VFW_KW_THRESHOLD:
		return limit(d, o, &d->meta.limit, false);
	case VFW_KW_DETECTION_FILTER:
		return limit(d, o, &d->meta.filter, true);
	/* of alert and noalert the later one counts */
	case VFW_KW_ALERT:
		d->meta.alerts = true;
		d->sig.flags &= ~VFW_SIG_NOALERT;
		return 0;
	case VFW_KW_BYPASS:
		d->meta.bypass = true;
		return 0;
	default: /* noalert */
		d->sig.flags |= VFW_SIG_NOALERT;
		return 0;
	}
}
