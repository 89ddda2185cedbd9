// SPDX-License-Identifier: GPL-2.0
/* content, its modifiers, and pcre. */
#include "rule_draft.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct vfw_sig_step *vfw_draft_step(struct vfw_draft *d, enum vfw_sig_op op,
				    const struct vfw_rule_text *where)
{
	struct vfw_sig_step *t;

	if (d->n_steps == VFW_SIG_STEPS_MAX) {
		vfw_rule_fail(d->e, where, 0, "more than %d steps in one rule", VFW_SIG_STEPS_MAX);
		return NULL;
	}
	t = &d->steps[d->n_steps];
	memset(t, 0, sizeof(*t));
	t->op = op;
	t->buffer = d->buffer;
	t->view = d->view;
	if (d->decoded) {
		t->buffer = d->steps[d->decoder].buffer;
		t->view = d->steps[d->decoder].view;
		t->flags = VFW_SIG_F_DECODED;
	}
	d->named = false;
	d->fast[d->n_steps] = false;
	d->depth_by_offset[d->n_steps] = false;
	d->n_steps++;
	return t;
}

int vfw_draft_var(const struct vfw_draft *d, const struct vfw_rule_text *name)
{
	uint32_t i;

	for (i = 0; i < d->n_vars; i++)
		if (strlen(d->vars[i]) == name->len && !memcmp(d->vars[i], name->s, name->len))
			return (int)i;
	return -1;
}

/* Takes quotes and a negation off. */
static int unquote(struct vfw_draft *d, const struct vfw_rule_option *o, struct vfw_rule_text *t,
		   bool *negated)
{
	*t = o->value;
	*negated = t->len && t->s[0] == '!';
	if (*negated) {
		t->s++;
		t->len--;
		t->col++;
		*t = vfw_rule_trim(*t);
	}
	if (t->len < 2 || t->s[0] != '"' || t->s[t->len - 1] != '"')
		return vfw_rule_fail(d->e, t, 0, "expected a text in double quotes");
	t->s++;
	t->len -= 2;
	t->col++;
	return 0;
}

static int put(struct vfw_draft *d, const struct vfw_rule_text *t, size_t at, uint8_t byte)
{
	if (d->n_bytes == VFW_DRAFT_BYTES)
		return vfw_rule_fail(d->e, t, at, "contents of more than %d bytes in one rule",
				     VFW_DRAFT_BYTES);
	d->bytes[d->n_bytes++] = byte;
	return 0;
}

static int hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* |41 42| and the four escapes \: \; \\ \". */
static int decode(struct vfw_draft *d, const struct vfw_rule_text *t)
{
	bool hex = false;
	int high = -1, rc = 0;
	size_t i;

	for (i = 0; !rc && i < t->len; i++) {
		char c = t->s[i];

		if (c == '|') {
			if (high >= 0)
				return vfw_rule_fail(d->e, t, i, "half a byte before '|'");
			hex = !hex;
		} else if (hex) {
			int x = hex_of(c);

			if (c == ' ')
				continue;
			if (x < 0)
				return vfw_rule_fail(d->e, t, i,
						     "expected hexadecimal digits and '|'");
			if (high < 0) {
				high = x;
			} else {
				rc = put(d, t, i, (uint8_t)(high << 4 | x));
				high = -1;
			}
		} else if (c == '\\') {
			if (++i == t->len || !strchr(":;\\\"", t->s[i]))
				return vfw_rule_fail(
					d->e, t, i - 1,
					"expected \\: \\; \\\\ or \\\" behind a backslash");
			rc = put(d, t, i, (uint8_t)t->s[i]);
		} else if (c == '"') {
			return vfw_rule_fail(d->e, t, i, "a quote within the content: write \\\"");
		} else {
			rc = put(d, t, i, (uint8_t)c);
		}
	}
	if (!rc && hex)
		return vfw_rule_fail(d->e, t, t->len, "expected '|' at the end of the bytes");
	return rc;
}

int vfw_draft_add_content(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	struct vfw_rule_text t;
	struct vfw_sig_step *s;
	uint32_t from = d->n_bytes;
	bool negated;

	if (unquote(d, o, &t, &negated) || decode(d, &t))
		return -EINVAL;
	if (d->n_bytes == from)
		return vfw_rule_fail(d->e, &t, 0, "expected a content of at least one byte");
	if (d->n_bytes - from > VFW_SIG_CONTENT_MAX)
		return vfw_rule_fail(d->e, &t, 0, "a content of more than %d bytes",
				     VFW_SIG_CONTENT_MAX);
	s = vfw_draft_step(d, VFW_SIG_CONTENT, &t);
	if (!s)
		return -EINVAL;
	s->data = from;
	s->len = d->n_bytes - from;
	if (negated)
		s->flags |= VFW_SIG_F_NEGATED;
	return 0;
}

/* The content a modifier is about: the last one of this buffer, or the last of all where none is named. */
static struct vfw_sig_step *last_content(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	uint32_t i;

	for (i = d->n_steps; i-- > 0;)
		if (d->steps[i].op == VFW_SIG_CONTENT &&
		    !(d->steps[i].flags & VFW_SIG_F_DECODED) == !d->decoded &&
		    (d->decoded || d->buffer == VFW_SIG_PAYLOAD ||
		     (d->steps[i].buffer == d->buffer && d->steps[i].view == d->view)))
			return &d->steps[i];
	vfw_rule_fail(d->e, &o->name, 0, "'%.*s' without a content before it", (int)o->name.len,
		      o->name.s);
	return NULL;
}

/* A number, or the name of a variable. */
static int number_or_var(struct vfw_draft *d, const struct vfw_rule_option *o, long long min,
			 long long max, uint32_t flag, struct vfw_sig_step *s, int *out)
{
	long long n;
	int var = vfw_draft_var(d, &o->value);

	if (var >= 0) {
		s->flags |= flag;
		*out = var;
		return 0;
	}
	if (vfw_rule_number(&o->value, min, max, &n, d->e))
		return -EINVAL;
	*out = (int)n;
	return 0;
}

static int twice(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	return vfw_rule_fail(d->e, &o->name, 0, "'%.*s' contradicts what the content has already",
			     (int)o->name.len, o->name.s);
}

static int modify(struct vfw_draft *d, const struct vfw_keyword *k, const struct vfw_rule_option *o,
		  struct vfw_sig_step *s)
{
	size_t i = (size_t)(s - d->steps);
	uint32_t i_from;

	switch (k->id) {
	case VFW_KW_NOCASE:
		s->flags |= VFW_SIG_F_NOCASE;
		for (i_from = 0; i_from < s->len; i_from++)
			d->bytes[s->data + i_from] =
				(uint8_t)(d->bytes[s->data + i_from] >= 'A' &&
							  d->bytes[s->data + i_from] <= 'Z'
						  ? d->bytes[s->data + i_from] + 32
						  : d->bytes[s->data + i_from]);
		return 0;
	case VFW_KW_OFFSET:
		if (s->flags & (VFW_SIG_F_RELATIVE | VFW_SIG_F_VAR_OFFSET) || s->offset)
			return twice(d, o);
		if (number_or_var(d, o, 0, 65535, VFW_SIG_F_VAR_OFFSET, s, &s->offset))
			return -EINVAL;
		d->offsets = true;
		return 0;
	case VFW_KW_DEPTH:
		if (s->flags & (VFW_SIG_F_RELATIVE | VFW_SIG_F_DEPTH))
			return twice(d, o);
		if (number_or_var(d, o, 0, 65535, VFW_SIG_F_VAR_DEPTH, s, &s->depth))
			return -EINVAL;
		if (!(s->flags & VFW_SIG_F_VAR_DEPTH) && (uint32_t)s->depth < s->len)
			return vfw_rule_fail(d->e, &o->value, 0,
					     "depth %d is less than the content's %u bytes",
					     s->depth, s->len);
		s->flags |= VFW_SIG_F_DEPTH;
		return 0;
	case VFW_KW_DISTANCE:
		if (s->offset || s->flags & VFW_SIG_F_DEPTH || d->depth_by_offset[i])
			return twice(d, o);
		d->depth_by_offset[i] = true;
		s->flags |= VFW_SIG_F_RELATIVE;
		return number_or_var(d, o, -65535, 1048576, VFW_SIG_F_VAR_OFFSET, s, &s->offset);
	case VFW_KW_WITHIN:
		if (s->flags & (VFW_SIG_F_DEPTH | VFW_SIG_F_WITHIN) ||
		    (s->offset && !d->depth_by_offset[i]))
			return twice(d, o);
		s->flags |= VFW_SIG_F_RELATIVE | VFW_SIG_F_WITHIN;
		if (number_or_var(d, o, 1, 1048576, VFW_SIG_F_VAR_DEPTH, s, &s->within))
			return -EINVAL;
		if (s->flags & VFW_SIG_F_VAR_DEPTH)
			s->depth = s->within;
		else if ((uint32_t)s->within < s->len)
			return vfw_rule_fail(d->e, &o->value, 0,
					     "within %d is less than the content's %u bytes",
					     s->within, s->len);
		return 0;
	case VFW_KW_STARTSWITH:
		if (s->flags & (VFW_SIG_F_RELATIVE | VFW_SIG_F_DEPTH) || s->offset)
			return twice(d, o);
		s->flags |= VFW_SIG_F_DEPTH;
		s->depth = (int)s->len;
		return 0;
	case VFW_KW_ENDSWITH:
		s->flags |= VFW_SIG_F_ENDSWITH;
		return 0;
	case VFW_KW_FAST_PATTERN:
		d->fast[i] = true;
		return 0;
	default: /* rawbytes: there is no other form of the bytes */
		return 0;
	}
}

int vfw_draft_content(struct vfw_draft *d, const struct vfw_keyword *k,
		      const struct vfw_rule_option *o)
{
	static const struct {
		const char *name;
		enum vfw_sig_buffer buffer;
	} buffers[] = {
		{"pkt_data", VFW_SIG_PAYLOAD},	      {"ipv4.hdr", VFW_SIG_IP4_HEADER},
		{"ipv6.hdr", VFW_SIG_IP6_HEADER},     {"tcp.hdr", VFW_SIG_TCP_HEADER},
		{"udp.hdr", VFW_SIG_UDP_HEADER},      {"icmpv4.hdr", VFW_SIG_ICMP4_HEADER},
		{"icmpv6.hdr", VFW_SIG_ICMP6_HEADER},
	};
	struct vfw_sig_step *s;
	size_t i;

	if (k->id == VFW_KW_CONTENT)
		return vfw_draft_add_content(d, o);
	if (k->id == VFW_KW_BUFFER) {
		for (i = 0; i < sizeof(buffers) / sizeof(*buffers); i++)
			if (!strcmp(k->name, buffers[i].name))
				d->buffer = buffers[i].buffer;
		d->view = 0;
		d->named = d->decoded = false;
		if (d->buffer != VFW_SIG_PAYLOAD)
			d->sig.flags |= VFW_SIG_PACKET;
		return 0;
	}
	s = last_content(d, o);
	return s ? modify(d, k, o, s) : -EINVAL;
}

/* --- pcre --- */

/* Names for what groups match: flow:NAME, pkt:NAME. Lua alone could ask for them. */
static int captures(struct vfw_draft *d, const struct vfw_rule_text *t, size_t at)
{
	struct vfw_rule_text rest = {t->s + at, t->len - at, t->line, t->col + (uint32_t)at}, one;

	while (vfw_rule_split(&rest, ',', &one))
		if ((one.len < 6 || memcmp(one.s, "flow:", 5)) &&
		    (one.len < 5 || memcmp(one.s, "pkt:", 4)))
			return vfw_rule_fail(d->e, &one, 0, "expected flow:NAME or pkt:NAME");
	return 0;
}

static int regex_flags(struct vfw_draft *d, const struct vfw_rule_text *t, size_t at,
		       struct vfw_sig_step *s, struct vfw_rule_expr *x, bool *anchored)
{
	for (; at < t->len; at++) {
		uint8_t buffer = vfw_draft_http_letter(t->s[at]);

		/* a buffer that is named stands before the letter */
		if (buffer && s->buffer == VFW_SIG_PAYLOAD && !d->decoded)
			s->buffer = buffer;
		if (buffer)
			continue;
		switch (t->s[at]) {
		case 'i':
			x->flags |= VFW_RULE_EXPR_CASELESS;
			break;
		case 's':
			x->flags |= VFW_RULE_EXPR_DOTALL;
			break;
		case 'm':
			x->flags |= VFW_RULE_EXPR_MULTILINE;
			break;
		case 'R':
			s->flags |= VFW_SIG_F_RELATIVE;
			break;
		case 'A':
			*anchored = true;
			break;
		case ',': /* what groups are kept for: decides nothing, unless a rule asks for it */
			return captures(d, t, at + 1);
		case 'B': /* raw bytes */
		case 'O': /* no match limit of its own */
		case 'G': /* ungreedy: which of the matches, not whether */
			break;
		case 'K':
			d->deep = true;
			d->culprit = "pcre";
			return vfw_rule_fail(d->e, t, at, "pcre with flag '%c': a buffer of HTTP",
					     t->s[at]);
		default:
			return vfw_rule_fail(d->e, t, at, "no flag of pcre is called '%c'%s",
					     t->s[at],
					     strchr("xE", t->s[at]) ? " here: vfw has it not" : "");
		}
	}
	return 0;
}

int vfw_draft_pcre(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	struct vfw_rule_expr *x = &d->exprs[d->n_exprs];
	struct vfw_rule_text t;
	struct vfw_sig_step *s;
	bool negated, anchored = false;
	char why[160];
	size_t i, end, n = 0;

	if (unquote(d, o, &t, &negated))
		return -EINVAL;
	for (end = t.len; end > 0 && t.s[end - 1] != '/'; end--)
		;
	if (t.len < 2 || t.s[0] != '/' || end < 2)
		return vfw_rule_fail(d->e, &t, 0, "expected /expression/flags");
	s = vfw_draft_step(d, VFW_SIG_REGEX, &t);
	if (!s)
		return -EINVAL;
	*x = (struct vfw_rule_expr){0};
	if (negated)
		s->flags |= VFW_SIG_F_NEGATED;
	if (regex_flags(d, &t, end, s, x, &anchored))
		return -EINVAL;
	x->regex = malloc(t.len + 8);
	if (!x->regex)
		return -ENOMEM;
	s->data = d->n_exprs++;
	if (anchored) {
		memcpy(x->regex, "\\A(?:", 5);
		n = 5;
	}
	for (i = 1; i + 1 < end; i++) {
		/* the rule language's own escapes; all others are the expression's */
		if (t.s[i] == '\\' && i + 2 < end && strchr(";\"/", t.s[i + 1]))
			i++;
		else if (t.s[i] == '\\' && i + 2 < end)
			x->regex[n++] = t.s[i++];
		x->regex[n++] = t.s[i];
	}
	if (anchored)
		x->regex[n++] = ')';
	x->regex[n] = '\0';
	if (d->set->takes && !d->set->takes(d->set->takes_ctx, x, why, sizeof(why)))
		return vfw_rule_fail(d->e, &t, 0, "pcre: %s", why);
	return 0;
}
