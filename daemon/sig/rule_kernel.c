// SPDX-License-Identifier: GPL-2.0
#include "rule_kernel.h"

#include <ctype.h>
#include <stdlib.h>

#include "rule_bytetest.h"
#include "rule_flowbits.h"
#include "rule_pcre.h"
#include "rule_regex.h"

/* What Hyperscan repeats at most: 32767 is its limit, and a long repetition costs state. */
#define GAP_MAX 2048
#define CONTENT_FLAGS                                                                 \
	(VFW_SIG_F_NOCASE | VFW_SIG_F_RELATIVE | VFW_SIG_F_WITHIN | VFW_SIG_F_DEPTH | \
	 VFW_SIG_F_ENDSWITH | VFW_SIG_F_RETRY)

#define REGEX_MAX 8192 /* bytes; Hyperscan takes 16,000 */

#define KNOWN (VFW_SIG_P_TCP | VFW_SIG_P_UDP | VFW_SIG_P_ICMP4 | VFW_SIG_P_ICMP6)

/* Is it for TCP, be it among others? */
static bool is_tcp(const struct vfw_sig *sig)
{
	return sig->protocols & VFW_SIG_P_TCP;
}

/* Is it asked of TCP's stream, be it among others? */
static bool is_streamed(const struct vfw_sig *sig)
{
	return is_tcp(sig) && sig->flags & VFW_SIG_STREAM;
}

/* What the rule remembers, and how it is said. */
static const char *unlike_state(const struct vfw_sig *sig, const struct vfw_rule_meta *meta)
{
	if (sig->flags & VFW_SIG_PASS)
		return "action pass";
	for (uint32_t i = 0; i < meta->n_bits; i++)
		if (meta->bits[i].track != VFW_SIG_TRACK_FLOW ||
		    vfw_rule_bit_is_int(meta->bits[i].op))
			return "flowint, xbits";
	if (meta->bypass)
		return "bypass";
	if (meta->filter.kind != VFW_SIG_LIMIT_NONE && meta->limit.kind != VFW_SIG_LIMIT_NONE)
		return "threshold and detection_filter";
	return NULL;
}

/* Can the module ask a step as it is? Of the payload alone. */
static bool is_plain_step(const struct vfw_sig_step *s)
{
	return s->buffer == VFW_SIG_PAYLOAD && s->op != VFW_SIG_BASE64 &&
	       !(s->flags & VFW_SIG_F_DECODED);
}

static bool has_regex(const struct vfw_rule_set *set, const struct vfw_sig *sig)
{
	for (uint32_t i = 0; i < sig->n_steps; i++)
		if (set->steps[sig->first_step + i].op == VFW_SIG_REGEX)
			return true;
	return false;
}

/* Is there a program for each of its expressions? Of a stream: for good, as vfw_rule_regex_stays(). */
static bool has_programs(const struct vfw_rule_set *set, const struct vfw_sig *sig, bool stream)
{
	bool all = true;
	char why[160];

	for (uint32_t i = 0; i < sig->n_steps && all; i++) {
		const struct vfw_sig_step *s = &set->steps[sig->first_step + i];
		struct vfw_rule_regex *r;

		if (s->op != VFW_SIG_REGEX)
			continue;
		r = vfw_rule_regex_new(&set->exprs[s->data], why, sizeof(why));
		all = r && (!stream || vfw_rule_regex_stays(&r->regex, s->flags & VFW_SIG_F_RETRY));
		vfw_rule_regex_free(r);
	}
	return all;
}

/* Does the module ask its steps of packets, as they are? */
static bool is_chain(const struct vfw_rule_set *set, const struct vfw_sig *sig)
{
	for (uint32_t i = 0; i < sig->n_steps; i++) {
		if (!is_plain_step(&set->steps[sig->first_step + i]))
			return false;
	}
	return !is_streamed(sig);
}

/* Can it be that the step holds in the first bytes of a text, and not in more of them? */
static bool ends_by_more(const struct vfw_sig_step *s)
{
	switch (s->op) {
	case VFW_SIG_CONTENT:
	case VFW_SIG_ISDATAAT:
	case VFW_SIG_REGEX:
		return s->flags & (VFW_SIG_F_NEGATED | VFW_SIG_F_ENDSWITH);
	case VFW_SIG_BYTE_JUMP:
		return s->flags & VFW_SIG_F_FROM_END;
	default:
		return s->op == VFW_SIG_BSIZE;
	}
}

/* Is it that a content is not there, and all of its place within so many bytes behind the last one? */
static bool is_absent_in(const struct vfw_sig_step *s, int sure)
{
	const uint32_t placed = VFW_SIG_F_NEGATED | VFW_SIG_F_RELATIVE | VFW_SIG_F_WITHIN;

	return s->op == VFW_SIG_CONTENT && (s->flags & placed) == placed &&
	       !(s->flags & (VFW_SIG_F_VAR_OFFSET | VFW_SIG_F_VAR_DEPTH | VFW_SIG_F_ENDSWITH)) &&
	       (long long)s->offset + s->within >= 0 && (long long)s->offset + s->within <= sure;
}

/* Has a content its place among a stream's first bytes? */
static bool is_in_head(const struct vfw_sig_step *s)
{
	return s->op == VFW_SIG_CONTENT && s->flags & VFW_SIG_F_DEPTH &&
	       !(s->flags & (VFW_SIG_F_NEGATED | VFW_SIG_F_RELATIVE | VFW_SIG_F_VAR_OFFSET |
			     VFW_SIG_F_VAR_DEPTH)) &&
	       s->depth <= VFW_SIG_HEAD;
}

/*
 * Does the module ask its steps of the first bytes of a stream, as they are, whenever some come to these? What they match they must match for good, and
 * where a stream begins.
 */
static bool is_head_chain(const struct vfw_rule_set *set, const struct vfw_sig *sig)
{
	bool placed = false;
	/* bytes behind the last place that are there for sure: another step has asked for them */
	int sure = 0;

	for (uint32_t i = 0; i < sig->n_steps; i++) {
		const struct vfw_sig_step *s = &set->steps[sig->first_step + i];
		bool absent = is_absent_in(s, sure);

		if (!is_plain_step(s) || (ends_by_more(s) && !absent))
			return false;
		if (s->op == VFW_SIG_ISDATAAT && s->flags & VFW_SIG_F_RELATIVE &&
		    !(s->flags & VFW_SIG_F_VAR_OFFSET))
			sure = s->offset;
		else if (!absent)
			sure = 0;
		placed |= is_in_head(s);
	}
	return placed && is_streamed(sig);
}

/* What it asks of protocol and flow that the module does not know, or of TCP has no place for. */
static const char *unlike_flow(const struct vfw_sig *sig)
{
	if (sig->ip_proto >= 0 || !(sig->protocols & KNOWN))
		return "protocol";
	if (is_tcp(sig) && sig->flags & (VFW_SIG_ONLY_FRAG | VFW_SIG_NO_FRAG))
		return "TCP by packets";
	if (is_tcp(sig) && sig->flags & VFW_SIG_NOT_ESTABLISHED)
		return "flow:not_established";
	return NULL;
}

/* Does a condition on flags hold for a segment that but acknowledges, or carries something? */
static bool fits_plain_segment(const struct vfw_sig_cond *c)
{
	/* ACK, with or without PSH, and with any of ECE and CWR */
	for (unsigned int more = 0; more < 8; more++)
		if (vfw_sig_compare(c->cmp, 0x10 | (more & 1) << 3 | (more & 6) << 5, c->a, c->b))
			return true;
	return false;
}

/* Of a rule about headers alone, which the module asks of whole packets, and of no segment that carries a conversation. */
static const char *unlike_header(const struct vfw_rule_set *set, const struct vfw_sig *sig)
{
	const uint32_t streams = VFW_SIG_ONLY_STREAM | VFW_SIG_NO_STREAM;
	const char *why = unlike_flow(sig);
	bool tcp = is_tcp(sig), plain = true;

	if (why)
		return why;
	for (uint32_t i = 0; i < sig->n_conds; i++) {
		const struct vfw_sig_cond *c = &set->conds[sig->first_cond + i];

		switch (c->field) {
		case VFW_SIG_TCP_FLAGS:
			plain &= fits_plain_segment(c);
			break;
		case VFW_SIG_IP_PROTO:
			plain &= vfw_sig_compare(c->cmp, VFW_PROTO_TCP, c->a, c->b);
			break;
		case VFW_SIG_ICMP_TYPE:
		case VFW_SIG_ICMP_CODE:
			plain = false;
			break;
		/* of what came in fragments, the last piece has neither; and nobody counts these there */
		case VFW_SIG_FRAG_BITS:
		case VFW_SIG_FRAG_OFF:
		case VFW_SIG_ICMP_ID:
		case VFW_SIG_ICMP_SEQ:
		case VFW_SIG_ICMP6_MTU:
		case VFW_SIG_FLOW_AGE:
		case VFW_SIG_STREAM_SERVER:
		case VFW_SIG_STREAM_CLIENT:
			return "a keyword about one packet";
		default:
			break;
		}
	}
	if (tcp && (sig->flags & (VFW_SIG_ESTABLISHED | streams) ||
		    (plain && !(sig->flags & VFW_SIG_ONCE))))
		return "no content";
	return NULL;
}

/* What it asks of packets, of which a stream has none. */
static const char *unlike_packet(const struct vfw_rule_set *set, const struct vfw_sig *sig)
{
	const char *why = unlike_flow(sig);
	bool tcp = is_tcp(sig);
	uint32_t i;

	if (why)
		return why;
	for (i = 0; i < sig->n_conds; i++) {
		switch (set->conds[sig->first_cond + i].field) {
		case VFW_SIG_ICMP_TYPE:
		case VFW_SIG_ICMP_CODE:
		case VFW_SIG_DSIZE:
		case VFW_SIG_TCP_FLAGS:
		case VFW_SIG_TCP_SEQ:
		case VFW_SIG_TCP_ACK:
		case VFW_SIG_TCP_WINDOW:
			if (is_streamed(sig))
				return "TCP by packets";
			break;
		case VFW_SIG_STREAM_SERVER:
		case VFW_SIG_STREAM_CLIENT:
			/* of others it is never so */
			if (!tcp)
				return "stream_size of no TCP";
			break;
		default:
			/* a datagram may be scanned after its headers are gone from sight */
			return "a keyword about one packet";
		}
	}
	return NULL;
}

static void put_gap(struct vfw_text *t, long long least, long long most)
{
	if (!least && !most)
		return;
	if (least == most)
		vfw_text_printf(t, ".{%lld}", least);
	else if (most < 0)
		vfw_text_printf(t, least ? ".{%lld,}" : ".*", least);
	else
		vfw_text_printf(t, ".{%lld,%lld}", least, most);
}

static void put_bytes(const struct vfw_rule_set *set, const struct vfw_sig_step *s,
		      struct vfw_text *t)
{
	bool nocase = s->flags & VFW_SIG_F_NOCASE;

	vfw_text_str(t, nocase ? "(?i:" : "");
	for (uint32_t i = 0; i < s->len; i++)
		vfw_text_printf(t, "\\x%02x", set->bytes[s->data + i]);
	vfw_text_str(t, nocase ? ")" : "");
}

/* tests: of bytes before it, which are written, too. */
static const char *put_content(const struct vfw_rule_set *set, const struct vfw_sig_step *s,
			       bool first, bool stream, struct vfw_bytetests *tests,
			       struct vfw_rule_parts *parts)
{
	struct vfw_text *t = &parts->regex[parts->n - 1];
	long long least = s->offset, most = -1, tested = vfw_bytetests_reach(tests);

	if (s->flags & VFW_SIG_F_NEGATED)
		return "content:!";
	if (s->flags & (VFW_SIG_F_VAR_OFFSET | VFW_SIG_F_VAR_DEPTH))
		return "byte_extract";
	if (s->flags & ~CONTENT_FLAGS)
		return "content";
	if (least < 0)
		return "distance below 0";
	if (s->flags & VFW_SIG_F_RELATIVE && s->flags & VFW_SIG_F_WITHIN)
		most = least + s->within - s->len;
	else if (!(s->flags & VFW_SIG_F_RELATIVE) && s->flags & VFW_SIG_F_DEPTH)
		most = s->depth - (long long)s->len;
	if (most != -1 && most < least)
		return "content that cannot be";
	if (least > GAP_MAX || most > GAP_MAX)
		return "distance too long";
	/* it may stand where a byte is asked for */
	if (least < tested)
		return VFW_BYTETEST_NOT;
	if (first && (least || most != -1)) {
		vfw_text_str(t, "^");
		parts->at_start = true;
		parts->first |= most == -1 ? 0 : 1ULL << (parts->n - 1);
	}
	if (!first && most == -1)
		parts->first &= ~(1ULL << (parts->n - 1));
	if (most == -1)
		parts->reach = 0;
	else if (first || parts->reach)
		parts->reach += (uint32_t)most + s->len;
	if (!first || least || most != -1) {
		vfw_bytetests_put(tests, t);
		put_gap(t, least - tested, most == -1 ? -1 : most - tested);
	}
	put_bytes(set, s, t);
	if (s->flags & VFW_SIG_F_ENDSWITH) {
		if (stream)
			return "endswith in TCP";
		vfw_text_str(t, "\\z");
	}
	return NULL;
}

/* Behind a content; nothing may stand behind it, for it does not move on. */
static const char *put_isdataat(const struct vfw_sig_step *s, bool stream,
				struct vfw_rule_parts *parts)
{
	struct vfw_text *t = &parts->regex[parts->n - 1];

	if (s->flags & VFW_SIG_F_VAR_OFFSET || s->offset < 1 || s->offset > GAP_MAX)
		return "isdataat";
	if (!(s->flags & VFW_SIG_F_NEGATED)) {
		put_gap(t, s->offset, s->offset);
		parts->reach += parts->reach ? (uint32_t)s->offset : 0;
		return NULL;
	}
	if (stream)
		return "isdataat:! in TCP";
	put_gap(t, 0, s->offset - 1);
	vfw_text_str(t, "\\z");
	return NULL;
}

static const char *put_pcre(const struct vfw_rule_set *set, const struct vfw_sig_step *s,
			    bool stream, struct vfw_rule_parts *parts)
{
	const struct vfw_rule_expr *x = &set->exprs[s->data];
	struct vfw_text *t = &parts->regex[parts->n - 1];
	const char *why = vfw_rule_pcre(x, stream, t->len), *regex = x->regex;

	if (s->flags & VFW_SIG_F_NEGATED)
		return "pcre:!";
	/* it may match once more further on, wherever it begins */
	parts->first &= ~(1ULL << (parts->n - 1));
	/* behind a content it may begin anywhere, or right there; with m each line begins, and the first byte that is seen */
	if (t->len && *regex == '^')
		regex++;
	else if (t->len)
		vfw_text_str(t, ".*");
	else if (*regex == '^' && !(x->flags & VFW_RULE_EXPR_MULTILINE))
		parts->at_start = true;
	vfw_text_printf(t, "(?%s%s%s", x->flags & VFW_RULE_EXPR_CASELESS ? "i" : "",
			x->flags & VFW_RULE_EXPR_MULTILINE ? "m" : "",
			x->flags & VFW_RULE_EXPR_DOTALL ? "" : "-s");
	vfw_text_str(t, ":");
	vfw_text_str(t, regex);
	vfw_text_str(t, ")");
	return why;
}

/* A byte is asked for, behind the last step or the beginning. */
static const char *put_test(const struct vfw_sig_step *s, const struct vfw_sig_step *last,
			    struct vfw_bytetests *tests)
{
	bool relative = s->flags & VFW_SIG_F_RELATIVE;

	if (relative != !!last ||
	    (last && (last->op != VFW_SIG_CONTENT || last->flags & VFW_SIG_F_ENDSWITH)))
		return VFW_BYTETEST_NOT;
	return vfw_bytetests_add(tests, s);
}

/* The bytes that are asked for behind a part's last content. */
static void end_part(struct vfw_bytetests *tests, struct vfw_rule_parts *parts)
{
	parts->reach += parts->reach ? vfw_bytetests_reach(tests) : 0;
	vfw_bytetests_put(tests, &parts->regex[parts->n - 1]);
}

/* A step of the payload, into the part that it belongs to. last: the step before it that says where it is, NULL for the first; tests: behind that. */
static const char *put_step(const struct vfw_rule_set *set, const struct vfw_sig *sig,
			    const struct vfw_sig_step *s, const struct vfw_sig_step *last,
			    struct vfw_bytetests *tests, struct vfw_rule_parts *parts)
{
	static const char *const words[VFW_SIG_OP_COUNT] = {
		[VFW_SIG_ISDATAAT] = "isdataat",	   [VFW_SIG_BYTE_JUMP] = VFW_BYTETEST_NOT,
		[VFW_SIG_BYTE_EXTRACT] = VFW_BYTETEST_NOT, [VFW_SIG_BSIZE] = "bsize",
		[VFW_SIG_BYTE_MATH] = "byte_math",	   [VFW_SIG_BASE64] = "base64_decode",
	};
	bool behind = last && s->flags & VFW_SIG_F_RELATIVE, stream = is_streamed(sig);

	if (s->buffer != VFW_SIG_PAYLOAD)
		return "a header as a buffer";
	if (s->op == VFW_SIG_BYTE_TEST)
		return put_test(s, last, tests);
	if (words[s->op] && !(s->op == VFW_SIG_ISDATAAT && behind))
		return words[s->op];
	/* only a content knows how to stand behind them */
	if (tests->n && s->op != VFW_SIG_CONTENT && (behind || !last))
		return VFW_BYTETEST_NOT;
	/* which of its matches an expression is left at is more than whether it matches */
	if (behind && last->op != VFW_SIG_CONTENT)
		return last->op == VFW_SIG_REGEX ? "behind a pcre" : words[last->op];
	if (behind && last->flags & VFW_SIG_F_ENDSWITH)
		return "content that cannot be";
	if (!behind && last)
		end_part(tests, parts);
	if (!behind)
		parts->n++;
	switch (s->op) {
	case VFW_SIG_CONTENT:
		return put_content(set, s, !behind, stream, tests, parts);
	case VFW_SIG_REGEX:
		return put_pcre(set, s, stream, parts);
	default:
		return put_isdataat(s, stream, parts);
	}
}

/* Does a content's text stand in another one's, in any spelling that this one may have? */
static bool stands_in(const struct vfw_rule_set *set, const struct vfw_sig_step *s,
		      const struct vfw_sig_step *in)
{
	const uint8_t *text = &set->bytes[s->data], *all = &set->bytes[in->data];
	bool nocase = s->flags & VFW_SIG_F_NOCASE;

	/* its text is in lower case, and stands for others */
	if (in->flags & VFW_SIG_F_NOCASE && !nocase)
		return false;
	for (uint32_t at = 0; at + s->len <= in->len; at++) {
		uint32_t i = 0;

		while (i < s->len && text[i] == (nocase ? tolower(all[at + i]) : all[at + i]))
			i++;
		if (i == s->len)
			return true;
	}
	return false;
}

/*
 * Is step k a content that may stand anywhere, and that another one of the rule has in it? Then that one is enough: to look for a single byte
 * in every stream may take half as long as for all else. Of two that are the same the first one is looked for.
 */
static bool is_implied(const struct vfw_rule_set *set, const struct vfw_sig *sig, uint32_t k)
{
	const struct vfw_sig_step *steps = &set->steps[sig->first_step], *s = &steps[k];

	if (s->op != VFW_SIG_CONTENT || s->flags & ~VFW_SIG_F_NOCASE || s->offset)
		return false;
	for (uint32_t i = 0; i < sig->n_steps; i++) {
		const struct vfw_sig_step *in = &steps[i];

		if (i == k || in->op != VFW_SIG_CONTENT || in->buffer != s->buffer ||
		    in->flags & (VFW_SIG_F_NEGATED | VFW_SIG_F_DECODED) || !stands_in(set, s, in))
			continue;
		if (i < k || !stands_in(set, in, s))
			return true;
	}
	return false;
}

/* All steps, into parts. */
static const char *put_steps(const struct vfw_rule_set *set, const struct vfw_sig *sig,
			     struct vfw_rule_parts *parts)
{
	const struct vfw_sig_step *last = NULL;
	struct vfw_bytetests tests = {0};
	const char *why = NULL;

	for (uint32_t k = 0; k < sig->n_steps && !why; k++) {
		const struct vfw_sig_step *s = &set->steps[sig->first_step + k];

		if (is_implied(set, sig, k))
			continue;
		why = put_step(set, sig, s, last, &tests, parts);
		if (s->op != VFW_SIG_BYTE_TEST)
			last = s;
	}
	if (!why && !last)
		return VFW_BYTETEST_NOT;
	if (!why)
		end_part(&tests, parts);
	return why;
}

/* Is it of contents and bytes alone, one behind the other, and none at the end? */
static bool is_bounded(const struct vfw_rule_set *set, const struct vfw_sig *sig)
{
	for (uint32_t i = 0; i < sig->n_steps; i++) {
		const struct vfw_sig_step *s = &set->steps[sig->first_step + i];

		if ((s->op != VFW_SIG_CONTENT && s->op != VFW_SIG_ISDATAAT &&
		     s->op != VFW_SIG_BYTE_TEST) ||
		    s->flags & VFW_SIG_F_ENDSWITH ||
		    (s->op == VFW_SIG_ISDATAAT && s->flags & VFW_SIG_F_NEGATED) ||
		    (i && !(s->flags & VFW_SIG_F_RELATIVE)))
			return false;
	}
	return true;
}

/* What must be in a packet for a chain to be asked. */
static const char *put_literal(const struct vfw_rule_set *set, const struct vfw_sig *sig,
			       struct vfw_rule_parts *parts)
{
	const struct vfw_rule_literal *fast = &set->literals[sig->fast];
	struct vfw_sig_step s = {.data = fast->data, .len = fast->len};

	if (fast->nocase)
		s.flags = VFW_SIG_F_NOCASE;
	parts->chain = true;
	parts->reach = fast->reach;
	put_bytes(set, &s, &parts->regex[parts->n++]);
	return NULL;
}

/* Every signature has an expression, this one for its number alone. */
static const char *put_header(struct vfw_rule_parts *parts)
{
	parts->header = true;
	vfw_text_str(&parts->regex[parts->n++], ".");
	return NULL;
}

const char *vfw_rule_kernel(const struct vfw_rule_set *set, uint32_t i,
			    struct vfw_rule_parts *parts)
{
	const struct vfw_sig *sig = &set->sig[i];
	const char *why = vfw_rule_needs_parser(sig) ? "http, files" : NULL;

	why = why ?: unlike_state(sig, &set->meta[i]);
	if (!why && !sig->n_steps)
		return unlike_header(set, sig) ?: put_header(parts);
	why = why ?: unlike_packet(set, sig);
	if (!why && !has_regex(set, sig) && is_chain(set, sig))
		return sig->fast == VFW_SIG_NONE ? "no content" : put_literal(set, sig, parts);
	if (why)
		return why;
	why = put_steps(set, sig, parts);
	/* Hyperscan's expressions cost less, and go on to a stream's end: they are better, where they are possible */
	if (why && sig->fast != VFW_SIG_NONE && (is_chain(set, sig) || is_head_chain(set, sig)) &&
	    has_programs(set, sig, is_streamed(sig))) {
		vfw_rule_parts_free(parts);
		*parts = (struct vfw_rule_parts){0};
		return put_literal(set, sig, parts);
	}
	/* what ends a payload is looked for at its end, and each of several wherever it is */
	if (parts->n != 1 || !is_bounded(set, sig))
		parts->reach = 0;
	for (uint32_t k = 0; k < parts->n && !why; k++)
		if (parts->regex[k].len > REGEX_MAX)
			why = "too long";
	return why;
}

void vfw_rule_parts_free(struct vfw_rule_parts *parts)
{
	for (uint32_t i = 0; i < parts->n; i++)
		free(parts->regex[i].s);
	parts->n = 0;
}

const char **vfw_rule_kernel_set(const struct vfw_rule_set *set)
{
	const char **why = calloc(set->sigs.n_sigs + 1, sizeof(*why));
	uint32_t n_parts = 0, n_headers = 0;

	for (uint32_t i = 0; why && i < set->sigs.n_sigs; i++) {
		struct vfw_rule_parts parts = {0};

		why[i] = vfw_rule_kernel(set, i, &parts);
		if (!why[i] && parts.n > 1 && parts.n > VFW_SIG_PARTS_MAX - n_parts)
			why[i] = "more parts than there is room for";
		else if (!why[i] && parts.n > 1)
			n_parts += parts.n;
		if (parts.header && n_headers++ >= VFW_SIG_HEADERS_MAX)
			why[i] = "more rules about headers than there is room for";
		vfw_rule_parts_free(&parts);
	}
	if (!why || vfw_rule_flowbits_settle(set, why)) {
		free(why);
		return NULL;
	}
	return why;
}
