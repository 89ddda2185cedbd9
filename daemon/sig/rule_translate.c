// SPDX-License-Identifier: GPL-2.0
#include "rule_translate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule_class.h"
#include "rule_draft.h"

#define BOTH_IP (VFW_SIG_P_IP4 | VFW_SIG_P_IP6)
#define ALL_PROTOCOLS                                                                         \
	(VFW_SIG_P_TCP | VFW_SIG_P_UDP | VFW_SIG_P_ICMP4 | VFW_SIG_P_ICMP6 | VFW_SIG_P_SCTP | \
	 VFW_SIG_P_OTHER)

static int action_of(struct vfw_draft *d)
{
	static const struct {
		const char *word;
		enum vfw_rule_action action;
		uint32_t flags;
	} words[] = {
		{"alert", VFW_RULE_ALERT, 0},
		{"pass", VFW_RULE_PASS, VFW_SIG_PASS},
		{"drop", VFW_RULE_DROP, VFW_SIG_DROP},
		{"reject", VFW_RULE_REJECT, VFW_SIG_REJECT},
		{"rejectsrc", VFW_RULE_REJECT, VFW_SIG_REJECT},
		{"rejectdst", VFW_RULE_REJECT, VFW_SIG_REJECT},
		{"rejectboth", VFW_RULE_REJECT, VFW_SIG_REJECT},
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (vfw_rule_is(&d->rule->action, words[i].word)) {
			d->meta.action = words[i].action;
			d->sig.flags |= words[i].flags;
			return 0;
		}
	}
	d->culprit = "action";
	return vfw_rule_fail(
		d->e, &d->rule->action, 0,
		"expected alert, pass, drop or reject (rejectsrc, rejectdst, rejectboth)");
}

static int protocol_of(struct vfw_draft *d)
{
	static const struct {
		const char *word;
		uint32_t protocols, flags;
	} words[] = {
		{"ip", BOTH_IP | ALL_PROTOCOLS, 0},
		{"pkthdr", BOTH_IP | ALL_PROTOCOLS, 0},
		{"ip4", VFW_SIG_P_IP4 | ALL_PROTOCOLS, 0},
		{"ipv4", VFW_SIG_P_IP4 | ALL_PROTOCOLS, 0},
		{"ip6", VFW_SIG_P_IP6 | ALL_PROTOCOLS, 0},
		{"ipv6", VFW_SIG_P_IP6 | ALL_PROTOCOLS, 0},
		{"tcp", BOTH_IP | VFW_SIG_P_TCP, 0},
		{"tcp-pkt", BOTH_IP | VFW_SIG_P_TCP, VFW_SIG_PACKET},
		{"tcp-stream", BOTH_IP | VFW_SIG_P_TCP, VFW_SIG_STREAM},
		{"udp", BOTH_IP | VFW_SIG_P_UDP, 0},
		{"icmp", BOTH_IP | VFW_SIG_P_ICMP4 | VFW_SIG_P_ICMP6, 0},
		{"icmpv4", VFW_SIG_P_IP4 | VFW_SIG_P_ICMP4, 0},
		{"icmp4", VFW_SIG_P_IP4 | VFW_SIG_P_ICMP4, 0},
		{"icmpv6", VFW_SIG_P_IP6 | VFW_SIG_P_ICMP6, 0},
		{"icmp6", VFW_SIG_P_IP6 | VFW_SIG_P_ICMP6, 0},
		{"sctp", BOTH_IP | VFW_SIG_P_SCTP, 0},
		{"http", BOTH_IP | VFW_SIG_P_TCP, VFW_SIG_HTTP},
		{"http1", BOTH_IP | VFW_SIG_P_TCP, VFW_SIG_HTTP},
	};
	const struct vfw_rule_text *t = &d->rule->protocol;
	struct vfw_rule_error ignored;
	long long n;
	size_t i;

	d->sig.ip_proto = -1;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (vfw_rule_is(t, words[i].word)) {
			d->sig.protocols = words[i].protocols;
			d->sig.flags |= words[i].flags;
			return 0;
		}
	}
	d->culprit = "protocol";
	if (vfw_rule_is_app(t)) {
		d->deep = true;
		return vfw_rule_fail(d->e, t, 0, "protocol %.*s: an application's", (int)t->len,
				     t->s);
	}
	if (vfw_rule_number(t, 0, 255, &n, &ignored))
		return vfw_rule_fail(d->e, t, 0, "'%.*s' is no protocol of a rule",
				     (int)(t->len > 40 ? 40 : t->len), t->s);
	d->sig.protocols = BOTH_IP | ALL_PROTOCOLS;
	d->sig.ip_proto = (int)n;
	return 0;
}

static int put4(struct vfw_rule_set *set, const struct vfw_ranges *r, struct vfw_sig_set *out)
{
	size_t i;

	out->first = set->sigs.n_range4;
	out->n = (u32)r->n;
	for (i = 0; i < r->n; i++) {
		if (vfw_rule_set_grow(&set->range4, &set->room_range4, set->sigs.n_range4,
				      sizeof(*set->range4)))
			return -ENOMEM;
		set->range4[set->sigs.n_range4++] =
			(struct vfw_sig_range4){(u32)r->v[i].low, (u32)r->v[i].high};
	}
	return 0;
}

static void bytes_of(vfw_u128 x, u8 out[16])
{
	int i;

	for (i = 15; i >= 0; i--, x >>= 8)
		out[i] = (u8)x;
}

static int put6(struct vfw_rule_set *set, const struct vfw_ranges *r, struct vfw_sig_set *out)
{
	size_t i;

	out->first = set->sigs.n_range6;
	out->n = (u32)r->n;
	for (i = 0; i < r->n; i++) {
		if (vfw_rule_set_grow(&set->range6, &set->room_range6, set->sigs.n_range6,
				      sizeof(*set->range6)))
			return -ENOMEM;
		bytes_of(r->v[i].low, set->range6[set->sigs.n_range6].low);
		bytes_of(r->v[i].high, set->range6[set->sigs.n_range6].high);
		set->sigs.n_range6++;
	}
	return 0;
}

/* Is it $HOME_NET, or a variable that stands for it, and nothing else? *negated: all else. */
static bool is_home(const struct vfw_rule_vars *vars, struct vfw_rule_text t, bool *negated)
{
	*negated = false;
	for (int depth = 0; depth < 16; depth++) {
		size_t i;

		for (; t.len && t.s[0] == '!'; t.s++, t.len--)
			*negated = !*negated;
		if (t.len > 2 && t.s[0] == '[' && t.s[t.len - 1] == ']') {
			t.s++;
			t.len -= 2;
		}
		if (t.len == 9 && !memcmp(t.s, "$HOME_NET", 9))
			return true;
		for (i = 0; i < vars->n; i++)
			if (t.len > 1 && t.s[0] == '$' && strlen(vars->v[i].name) == t.len - 1 &&
			    !memcmp(vars->v[i].name, t.s + 1, t.len - 1))
				break;
		if (i == vars->n)
			return false;
		t.s = vars->v[i].value;
		t.len = strlen(t.s);
	}
	return false;
}

/* As vfw_rule_addresses(), where $HOME_NET is the VMs. */
static int addresses(struct vfw_draft *d, const struct vfw_rule_text *t, struct vfw_ranges *v4,
		     struct vfw_ranges *v6, bool *any, uint32_t any_addr)
{
	bool src = any_addr == VFW_SIG_ANY_ADDR_SRC, negated;

	if (!d->set->home_vms || !is_home(&d->set->vars, *t, &negated))
		return vfw_rule_addresses(t, &d->set->vars, v4, v6, any, d->e);
	if (negated)
		d->sig.flags |= src ? VFW_SIG_AWAY_SRC : VFW_SIG_AWAY_DST;
	else
		d->sig.flags |= src ? VFW_SIG_HOME_SRC : VFW_SIG_HOME_DST;
	d->negates |= negated;
	*any = true;
	return 0;
}

static int side_of(struct vfw_draft *d, const struct vfw_rule_text *addr,
		   const struct vfw_rule_text *port, struct vfw_sig_side *side, uint32_t any_addr,
		   uint32_t any_port)
{
	struct vfw_rule_set *set = d->set;
	struct vfw_ranges v4 = {0}, v6 = {0}, ports = {0};
	bool any;
	size_t i;
	int rc;

	d->culprit = "addresses";
	rc = addresses(d, addr, &v4, &v6, &any, any_addr);
	d->negates |= v4.negates;
	if (!rc && any)
		d->sig.flags |= any_addr;
	else if (!rc && !(rc = put4(set, &v4, &side->addr4)))
		rc = put6(set, &v6, &side->addr6);
	if (!rc) {
		d->culprit = "ports";
		rc = vfw_rule_ports(port, &set->vars, &ports, &any, d->e);
	}
	if (!rc && any) {
		d->sig.flags |= any_port;
	} else if (!rc) {
		side->ports.first = set->sigs.n_ports;
		side->ports.n = (u32)ports.n;
		for (i = 0; !rc && i < ports.n; i++) {
			rc = vfw_rule_set_grow(&set->ports, &set->room_ports, set->sigs.n_ports,
					       sizeof(*set->ports));
			if (!rc)
				set->ports[set->sigs.n_ports++] = (struct vfw_sig_ports){
					(u16)ports.v[i].low, (u16)ports.v[i].high};
		}
	}
	vfw_ranges_free(&v4);
	vfw_ranges_free(&v6);
	vfw_ranges_free(&ports);
	if (!rc)
		d->culprit = NULL;
	return rc;
}

static int message(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	const struct vfw_rule_text *t = &o->value;
	size_t i, n = 0;

	if (t->len < 2 || t->s[0] != '"' || t->s[t->len - 1] != '"')
		return vfw_rule_fail(d->e, t, 0, "expected a text in double quotes");
	free(d->meta.msg);
	d->meta.msg = malloc(t->len);
	if (!d->meta.msg)
		return -ENOMEM;
	for (i = 1; i + 1 < t->len; i++) {
		if (t->s[i] == '\\' && i + 2 < t->len && strchr(":;\\\"", t->s[i + 1]))
			i++;
		d->meta.msg[n++] = t->s[i];
	}
	d->meta.msg[n] = '\0';
	return 0;
}

static int informational(struct vfw_draft *d, const struct vfw_keyword *k,
			 const struct vfw_rule_option *o)
{
	const struct vfw_rule_class *class;
	long long n = 0;

	if (k->id == VFW_KW_SID || k->id == VFW_KW_GID || k->id == VFW_KW_REV ||
	    k->id == VFW_KW_PRIORITY)
		if (vfw_rule_number(&o->value, k->id == VFW_KW_PRIORITY, 0xffffffffLL, &n, d->e))
			return -EINVAL;
	switch (k->id) {
	case VFW_KW_MSG:
		return message(d, o);
	case VFW_KW_SID:
		d->meta.sid = (uint32_t)n;
		return 0;
	case VFW_KW_GID:
		d->meta.gid = (uint32_t)n;
		return 0;
	case VFW_KW_REV:
		d->meta.rev = (uint32_t)n;
		return 0;
	case VFW_KW_PRIORITY:
		d->meta.priority = (uint32_t)n;
		return 0;
	case VFW_KW_CLASSTYPE:
		class = vfw_rule_class_find(&o->value);
		/* a class nobody knows is a word for people that says nothing */
		d->meta.category = class ? class->category : "";
		if (class && !d->meta.priority)
			d->meta.priority = class->priority;
		return 0;
	case VFW_KW_REQUIRES:
		return vfw_draft_requires(d, o);
	default:
		return 0;
	}
}

static int option(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	const struct vfw_keyword *k = vfw_rule_keyword(&o->name);
	int name = (int)(o->name.len > 40 ? 40 : o->name.len);

	if (!k)
		return vfw_rule_fail(d->e, &o->name, 0, "no keyword is called '%.*s'", name,
				     o->name.s);
	switch (k->class) {
	case VFW_KEYWORD_INFO:
		return informational(d, k, o);
	case VFW_KEYWORD_DEEP:
		d->deep = true;
		return vfw_rule_fail(d->e, &o->name, 0, "%s: deep (%s)", k->name, k->scope);
	case VFW_KEYWORD_LATER:
		return vfw_rule_fail(d->e, &o->name, 0, "%s: vfw has it not", k->name);
	case VFW_KEYWORD_PAYLOAD:
		if (k->id == VFW_KW_PCRE)
			return vfw_draft_pcre(d, o);
		if (k->id == VFW_KW_ISDATAAT || k->id == VFW_KW_BYTE_TEST ||
		    k->id == VFW_KW_BYTE_JUMP || k->id == VFW_KW_BYTE_EXTRACT ||
		    k->id == VFW_KW_BSIZE)
			return vfw_draft_bytes(d, k, o);
		if (k->id >= VFW_KW_BYTE_MATH && k->id <= VFW_KW_BASE64_DATA)
			return vfw_draft_more_bytes(d, k, o);
		if (k->id >= VFW_KW_HTTP_BUFFER && k->id <= VFW_KW_VIEW)
			return vfw_draft_http(d, k, o);
		return vfw_draft_content(d, k, o);
	default:
		if (k->id >= VFW_KW_DSIZE && k->id <= VFW_KW_ICMP6_MTU)
			return vfw_draft_header(d, k, o);
		if (k->id == VFW_KW_FLOW_AGE)
			return vfw_draft_header(d, k, o);
		return vfw_draft_state(d, k, o);
	}
}

/* Does a later step of this buffer depend on where step i stands? */
static bool is_base(const struct vfw_draft *d, uint32_t i)
{
	uint32_t k;

	for (k = i + 1; k < d->n_steps; k++) {
		const struct vfw_sig_step *t = &d->steps[k];
		bool moves = t->op == VFW_SIG_CONTENT || t->op == VFW_SIG_REGEX ||
			     t->op == VFW_SIG_BYTE_JUMP;

		if (t->buffer != d->steps[i].buffer || t->view != d->steps[i].view)
			continue;
		if (t->flags & VFW_SIG_F_RELATIVE)
			return true;
		if (moves && !(t->flags & VFW_SIG_F_NEGATED) && !d->n_vars)
			return false;
	}
	return d->n_vars;
}

/* The literal by which the rule is found: the one that was named, else the longest. */
static int choose_fast(struct vfw_draft *d)
{
	uint32_t i, best = VFW_SIG_NONE;

	for (i = 0; i < d->n_steps; i++) {
		const struct vfw_sig_step *t = &d->steps[i];

		if (t->op != VFW_SIG_CONTENT ||
		    t->flags & (VFW_SIG_F_NEGATED | VFW_SIG_F_DECODED) ||
		    (t->buffer != VFW_SIG_PAYLOAD && t->buffer < VFW_SIG_HTTP_FIRST))
			continue;
		if (d->fast[i]) {
			best = i;
			break;
		}
		if (best == VFW_SIG_NONE || t->len > d->steps[best].len)
			best = i;
	}
	d->sig.fast = best;
	return 0;
}

/* Packets, or what TCP delivers, or both: as Suricata decides it. */
static void choose_scope(struct vfw_draft *d)
{
	uint32_t i;

	if (!(d->sig.protocols & VFW_SIG_P_TCP) || d->sig.ip_proto >= 0) {
		d->sig.flags |= VFW_SIG_PACKET;
		return;
	}
	if (d->sig.flags & (VFW_SIG_PACKET | VFW_SIG_STREAM))
		return;
	d->sig.flags |= VFW_SIG_STREAM;
	if (d->sig.flags & VFW_SIG_MESSAGE)
		return;
	if (d->stream_size || d->offsets)
		d->sig.flags |= VFW_SIG_PACKET;
	for (i = 0; i < d->n_steps; i++)
		if (d->steps[i].op == VFW_SIG_CONTENT &&
		    !(d->steps[i].flags & VFW_SIG_F_RELATIVE) &&
		    d->steps[i].flags & VFW_SIG_F_DEPTH)
			d->sig.flags |= VFW_SIG_PACKET;
}

/* Is it about who talks to whom alone: addresses, ports, protocol? Then it is about flows, not packets. */
static bool is_about_ends(const struct vfw_draft *d)
{
	uint32_t i;

	if (d->n_steps)
		return false;
	for (i = 0; i < d->n_conds; i++)
		if (d->conds[i].field != VFW_SIG_IP_PROTO)
			return false;
	if (d->sig.flags &
		    (VFW_SIG_TO_SERVER | VFW_SIG_TO_CLIENT | VFW_SIG_ESTABLISHED |
		     VFW_SIG_NOT_ESTABLISHED | VFW_SIG_STATELESS | VFW_SIG_ONLY_FRAG |
		     VFW_SIG_NO_FRAG | VFW_SIG_ONLY_STREAM | VFW_SIG_NO_STREAM | VFW_SIG_HTTP) ||
	    d->stream_size)
		return false;
	for (i = 0; i < d->meta.n_bits; i++)
		if (vfw_rule_bit_is_int(d->meta.bits[i].op) ||
		    (d->meta.bits[i].track == VFW_SIG_TRACK_FLOW &&
		     d->meta.bits[i].op != VFW_RULE_BIT_SET))
			return false;
	return true;
}

/* Steps stand by buffer and view. */
static uint32_t place_of(const struct vfw_sig_step *t)
{
	return (uint32_t)t->buffer << 8 | t->view;
}

/* The next place behind one at which steps look, or UINT32_MAX. */
static uint32_t next_place(const struct vfw_draft *d, uint32_t place)
{
	uint32_t i, next = UINT32_MAX;

	for (i = 0; i < d->n_steps; i++)
		if (place_of(&d->steps[i]) > place && place_of(&d->steps[i]) < next)
			next = place_of(&d->steps[i]);
	return next;
}

/* Where a content of the payload must have ended: bytes from its beginning, or 0. */
static uint32_t literal_reach(const struct vfw_sig_step *t)
{
	const uint32_t placed =
		VFW_SIG_F_DEPTH | VFW_SIG_F_RELATIVE | VFW_SIG_F_VAR_OFFSET | VFW_SIG_F_VAR_DEPTH;

	return t->buffer == VFW_SIG_PAYLOAD && (t->flags & placed) == VFW_SIG_F_DEPTH &&
			       t->depth > 0
		       ? (uint32_t)t->depth
		       : 0;
}

static int commit(struct vfw_draft *d)
{
	struct vfw_rule_set *set = d->set;
	uint32_t i, place, bytes = set->sigs.n_bytes, exprs = set->sigs.n_exprs;

	if (vfw_rule_set_grow(&set->sig, &set->room_sigs, set->sigs.n_sigs, sizeof(*set->sig)) ||
	    vfw_rule_set_grow(&set->meta, &set->room_meta, set->sigs.n_sigs, sizeof(*set->meta)))
		return -ENOMEM;
	for (i = 0; i < d->n_bytes; i++) {
		if (vfw_rule_set_grow(&set->bytes, &set->room_bytes, set->sigs.n_bytes, 1))
			return -ENOMEM;
		set->bytes[set->sigs.n_bytes++] = d->bytes[i];
	}
	d->sig.first_step = set->sigs.n_steps;
	d->sig.n_steps = d->n_steps;
	for (place = 0; d->n_steps && place != UINT32_MAX; place = next_place(d, place)) {
		for (i = 0; i < d->n_steps; i++) {
			struct vfw_sig_step t = d->steps[i];

			if (place_of(&t) != place)
				continue;
			if (t.op == VFW_SIG_CONTENT)
				t.data += bytes;
			if (t.op == VFW_SIG_REGEX)
				t.data += exprs;
			if (vfw_rule_set_grow(&set->steps, &set->room_steps, set->sigs.n_steps,
					      sizeof(t)))
				return -ENOMEM;
			set->steps[set->sigs.n_steps++] = t;
		}
	}
	d->sig.first_cond = set->sigs.n_conds;
	d->sig.n_conds = d->n_conds;
	for (i = 0; i < d->n_conds; i++) {
		if (vfw_rule_set_grow(&set->conds, &set->room_conds, set->sigs.n_conds,
				      sizeof(*set->conds)))
			return -ENOMEM;
		set->conds[set->sigs.n_conds++] = d->conds[i];
	}
	if (d->sig.fast != VFW_SIG_NONE) {
		const struct vfw_sig_step *t = &d->steps[d->sig.fast];

		if (vfw_rule_set_grow(&set->literals, &set->room_literals, set->n_literals,
				      sizeof(*set->literals)))
			return -ENOMEM;
		d->sig.fast = (u32)set->n_literals;
		set->literals[set->n_literals++] = (struct vfw_rule_literal){
			t->data + bytes, t->len, literal_reach(t), t->flags & VFW_SIG_F_NOCASE};
	}
	for (i = 0; i < d->n_exprs; i++) {
		if (vfw_rule_set_grow(&set->exprs, &set->room_exprs, set->sigs.n_exprs,
				      sizeof(*set->exprs)))
			return -ENOMEM;
		set->exprs[set->sigs.n_exprs++] = d->exprs[i];
		d->exprs[i].regex = NULL;
	}
	set->sig[set->sigs.n_sigs] = d->sig;
	set->meta[set->sigs.n_sigs++] = d->meta;
	d->meta.msg = NULL;
	return 0;
}

/* A rule that the module would refuse is refused here, by itself: with the others it would take them all. */
static int prove(struct vfw_draft *d)
{
	struct vfw_rule_set *set = d->set;
	const char *why;

	vfw_rule_set_point(set);
	why = vfw_sig_check_one(&set->sigs, set->sigs.n_sigs - 1);
	if (!why)
		return 0;
	d->culprit = "combination";
	return vfw_rule_fail(d->e, &d->rule->action, 0, "options that do not go together: %s", why);
}

static int finish(struct vfw_draft *d)
{
	uint32_t i;

	if (!d->meta.sid) {
		d->culprit = "sid";
		return vfw_rule_fail(d->e, &d->rule->action, 0, "a rule without sid");
	}
	for (i = 0; i < d->n_steps; i++) {
		struct vfw_sig_step *t = &d->steps[i];

		if (is_base(d, i))
			t->flags |= VFW_SIG_F_RETRY;
		if (t->op == VFW_SIG_CONTENT && t->flags & VFW_SIG_F_DEPTH &&
		    !(t->flags & (VFW_SIG_F_VAR_DEPTH | VFW_SIG_F_VAR_OFFSET)))
			t->depth += t->offset;
	}
	if (vfw_draft_http_finish(d))
		return -EINVAL;
	if (d->sig.flags & VFW_SIG_STREAM && d->sig.flags & VFW_SIG_PACKET) {
		d->culprit = "flow";
		return vfw_rule_fail(
			d->e, &d->rule->action, 0,
			"about what TCP delivers, and with a keyword about single packets");
	}
	/* What excludes addresses Suricata asks of each packet all the same. */
	d->meta.of_flows = is_about_ends(d);
	if (d->meta.of_flows && !d->negates)
		d->sig.flags |= VFW_SIG_ONCE;
	choose_scope(d);
	for (i = 0; i < d->meta.n_bits; i++)
		if (d->meta.bits[i].track == VFW_SIG_TRACK_FLOW)
			d->sig.flags |= VFW_SIG_NEEDS_FLOW;
	if (d->rule->direction == VFW_RULE_BOTH)
		d->sig.flags |= VFW_SIG_BIDIRECTIONAL;
	if (!d->meta.priority)
		d->meta.priority = 3;
	return choose_fast(d);
}

/* The sid, for messages about a rule that fails before. */
static uint32_t sid_of(const struct vfw_rule *rule)
{
	struct vfw_rule_error e;
	long long n;
	size_t i;

	for (i = 0; i < rule->n_options; i++)
		if (vfw_rule_is(&rule->options[i].name, "sid") &&
		    !vfw_rule_number(&rule->options[i].value, 0, 0xffffffffLL, &n, &e))
			return (uint32_t)n;
	return 0;
}

static int translate(struct vfw_draft *d)
{
	const struct vfw_rule *rule = d->rule;
	size_t i;
	int rc = action_of(d);

	if (!rc)
		rc = protocol_of(d);
	if (!rc)
		rc = side_of(d, &rule->src, &rule->sport, &d->sig.src, VFW_SIG_ANY_ADDR_SRC,
			     VFW_SIG_ANY_PORT_SRC);
	if (!rc)
		rc = side_of(d, &rule->dst, &rule->dport, &d->sig.dst, VFW_SIG_ANY_ADDR_DST,
			     VFW_SIG_ANY_PORT_DST);
	for (i = 0; !rc && i < rule->n_options; i++) {
		rc = option(d, &rule->options[i]);
		if (rc && !d->culprit)
			d->culprit = "";
		if (rc && d->culprit && !*d->culprit) {
			const struct vfw_keyword *k = vfw_rule_keyword(&rule->options[i].name);

			d->culprit = k ? k->name : "unknown keyword";
		}
	}
	return rc ? rc : finish(d);
}

/* Takes back what a rule that failed has put into the tables. */
static void give_up(struct vfw_rule_set *set, const struct vfw_sigs *before, size_t literals)
{
	uint32_t i;

	for (i = before->n_exprs; i < set->sigs.n_exprs; i++)
		free(set->exprs[i].regex);
	for (i = before->n_sigs; i < set->sigs.n_sigs; i++)
		free(set->meta[i].msg);
	set->n_literals = literals;
	set->sigs = *before;
}

int vfw_rule_translate(struct vfw_rule_set *set, const struct vfw_rule *rule,
		       struct vfw_rule_outcome *out)
{
	struct vfw_draft *d = calloc(1, sizeof(*d));
	struct vfw_sigs before = set->sigs;
	size_t literals = set->n_literals;
	uint32_t i;
	int rc;

	if (!d)
		return -ENOMEM;
	d->set = set;
	d->rule = rule;
	d->e = &out->error;
	d->meta.gid = 1;
	d->meta.category = "";
	d->meta.line = rule->action.line;
	d->meta.file = set->file;
	out->sid = sid_of(rule);
	rc = translate(d);
	if (!rc)
		rc = commit(d);
	if (!rc)
		rc = prove(d);
	out->fate = !rc ? VFW_RULE_LOADED : d->deep ? VFW_RULE_DEEP : VFW_RULE_REFUSED;
	snprintf(out->keyword, sizeof(out->keyword), "%s", d->culprit ? d->culprit : "");
	if (rc)
		give_up(set, &before, literals);
	for (i = 0; i < d->n_exprs; i++)
		free(d->exprs[i].regex);
	free(d->meta.msg);
	free(d);
	return rc == -ENOMEM ? rc : 0;
}
