// SPDX-License-Identifier: GPL-2.0
#include "sig.h"

static bool in_bounds(u32 first, u32 n, u32 all)
{
	return first <= all && n <= all - first;
}

/* How many ranges sets may still name, of each table: what they share is looked at again and again. */
struct spare {
	u64 range4, range6, ports;
};

static bool is_sorted4(const struct vfw_sig_range4 *r, u32 at, u32 n)
{
	u32 i;

	for (i = at + 1; i < at + n; i++)
		if (r[i].low <= r[i - 1].high)
			return false;
	return true;
}

static bool is_sorted6(const struct vfw_sig_range6 *r, u32 at, u32 n)
{
	u32 i;

	for (i = at + 1; i < at + n; i++)
		if (memcmp(r[i].low, r[i - 1].high, 16) <= 0)
			return false;
	return true;
}

static bool are_sorted_ports(const struct vfw_sig_ports *r, u32 at, u32 n)
{
	u32 i;

	for (i = at + 1; i < at + n; i++)
		if (r[i].low <= r[i - 1].high)
			return false;
	return true;
}

static bool spend(u64 *spare, u32 n)
{
	if (n > *spare)
		return false;
	*spare -= n;
	return true;
}

static const char *check_side(const struct vfw_sigs *s, const struct vfw_sig_side *side,
			      struct spare *spare)
{
	if (!in_bounds(side->addr4.first, side->addr4.n, s->n_range4) ||
	    !in_bounds(side->addr6.first, side->addr6.n, s->n_range6))
		return "addresses outside their table";
	if (!in_bounds(side->ports.first, side->ports.n, s->n_ports))
		return "ports outside their table";
	if (!spend(&spare->range4, side->addr4.n) || !spend(&spare->range6, side->addr6.n) ||
	    !spend(&spare->ports, side->ports.n))
		return "sets share too much of their table";
	if (!is_sorted4(s->range4, side->addr4.first, side->addr4.n) ||
	    !is_sorted6(s->range6, side->addr6.first, side->addr6.n))
		return "addresses are not sorted and apart";
	return are_sorted_ports(s->ports, side->ports.first, side->ports.n)
		       ? NULL
		       : "ports are not sorted and apart";
}

static const char *check_count(const struct vfw_sig_step *t)
{
	u32 most = t->flags & VFW_SIG_F_STRING ? 23 : 8;

	if (t->shift >= 64)
		return "shift out of range";
	if (t->flags & VFW_SIG_F_STRING && t->base != 0 && t->base != 8 && t->base != 10 &&
	    t->base != 16)
		return "no such base";
	if (t->flags & VFW_SIG_F_VAR_COUNT)
		return t->count < VFW_SIG_VARS_MAX ? NULL : "no such variable";
	return (!t->count && t->op != VFW_SIG_BYTE_JUMP) || t->count > most
		       ? "number of bytes out of range"
		       : NULL;
}

static bool is_var(u32 flags, u32 flag, int number)
{
	return !(flags & flag) || (number >= 0 && number < VFW_SIG_VARS_MAX);
}

static const char *check_step(const struct vfw_sigs *s, const struct vfw_sig_step *t)
{
	if (t->op >= VFW_SIG_OP_COUNT || t->buffer >= VFW_SIG_BUFFER_COUNT ||
	    t->cmp >= VFW_SIG_CMP_COUNT)
		return "no such step";
	if (t->view && (t->buffer < VFW_SIG_HTTP_FIRST || t->view > s->n_views))
		return "no such view of this buffer";
	if (t->var >= VFW_SIG_VARS_MAX)
		return "no such variable";
	if (!is_var(t->flags, VFW_SIG_F_VAR_OFFSET, t->offset) ||
	    !is_var(t->flags, VFW_SIG_F_VAR_DEPTH, t->depth) ||
	    (t->flags & VFW_SIG_F_VAR_VALUE && t->value >= VFW_SIG_VARS_MAX))
		return "no such variable";
	switch (t->op) {
	case VFW_SIG_CONTENT:
		if (!t->len || !in_bounds(t->data, t->len, s->n_bytes))
			return "content outside the bytes";
		return NULL;
	case VFW_SIG_REGEX:
		return t->data < s->n_exprs ? NULL : "no such expression";
	case VFW_SIG_BYTE_EXTRACT:
		if (t->flags & VFW_SIG_F_ALIGN &&
		    (t->flags & VFW_SIG_F_STRING || (t->base != 2 && t->base != 4)))
			return "alignment out of range";
		return check_count(t);
	case VFW_SIG_BASE64:
		return t->offset < 0 ? "offset out of range" : NULL;
	case VFW_SIG_BYTE_MATH:
		if (t->cmp >= VFW_SIG_MATH_COUNT)
			return "no such operation";
		return check_count(t);
	case VFW_SIG_BYTE_TEST:
	case VFW_SIG_BYTE_JUMP:
		return check_count(t);
	default:
		return NULL;
	}
}

static const char *check_sig(const struct vfw_sigs *s, const struct vfw_sig *sig,
			     struct spare *spare)
{
	const char *bad = check_side(s, &sig->src, spare);
	u32 i;

	if (!bad)
		bad = check_side(s, &sig->dst, spare);
	if (bad)
		return bad;
	if (sig->n_conds > VFW_SIG_CONDS_MAX ||
	    !in_bounds(sig->first_cond, sig->n_conds, s->n_conds))
		return "conditions outside their table";
	if (sig->n_steps > VFW_SIG_STEPS_MAX ||
	    !in_bounds(sig->first_step, sig->n_steps, s->n_steps))
		return "steps outside their table";
	for (i = 0; i < sig->n_steps; i++) {
		const struct vfw_sig_step *t = &s->steps[sig->first_step + i], *last = t - 1;
		bool same = i && t->buffer == last->buffer && t->view == last->view;

		if (i && t->buffer < last->buffer)
			return "steps are not sorted by buffer";
		if (t->flags & VFW_SIG_F_DECODED &&
		    !(same && (last->flags & VFW_SIG_F_DECODED || last->op == VFW_SIG_BASE64)))
			return "nothing is decoded for a step";
	}
	return NULL;
}

static const char *check_ranges(const struct vfw_sigs *s, u32 *i)
{
	for (*i = 0; *i < s->n_range4; ++*i)
		if (s->range4[*i].low > s->range4[*i].high)
			return "an address range ends before it begins";
	for (*i = 0; *i < s->n_range6; ++*i)
		if (memcmp(s->range6[*i].low, s->range6[*i].high, 16) > 0)
			return "an address range ends before it begins";
	for (*i = 0; *i < s->n_ports; ++*i)
		if (s->ports[*i].low > s->ports[*i].high)
			return "a port range ends before it begins";
	return NULL;
}

static const char *check_cond(const struct vfw_sig_cond *c)
{
	return c->field >= VFW_SIG_FIELD_COUNT || c->reserved || c->cmp >= VFW_SIG_CMP_COUNT
		       ? "no such condition"
		       : NULL;
}

const char *vfw_sig_check_one(const struct vfw_sigs *s, u32 i)
{
	const struct vfw_sig *sig = &s->sigs[i];
	struct spare spare = {~0ULL, ~0ULL, ~0ULL};
	const char *bad = check_sig(s, sig, &spare);
	u32 k;

	for (k = 0; !bad && k < sig->n_steps; k++)
		bad = check_step(s, &s->steps[sig->first_step + k]);
	for (k = 0; !bad && k < sig->n_conds; k++)
		bad = check_cond(&s->conds[sig->first_cond + k]);
	return bad;
}

const char *vfw_sig_check(const struct vfw_sigs *s, u32 *element)
{
	struct spare spare = {
		.range4 = (u64)s->n_range4 * VFW_SIG_SHARED_MAX,
		.range6 = (u64)s->n_range6 * VFW_SIG_SHARED_MAX,
		.ports = (u64)s->n_ports * VFW_SIG_SHARED_MAX,
	};
	const char *bad = check_ranges(s, element);
	u32 i;

	for (i = 0; !bad && i < s->n_steps; i++) {
		bad = check_step(s, &s->steps[i]);
		*element = i;
	}
	for (i = 0; !bad && i < s->n_conds; i++) {
		bad = check_cond(&s->conds[i]);
		*element = i;
	}
	for (i = 0; !bad && i < s->n_sigs; i++) {
		bad = check_sig(s, &s->sigs[i], &spare);
		*element = i;
	}
	return bad;
}

bool vfw_sig_compare(unsigned int cmp, u64 x, u64 a, u64 b)
{
	switch (cmp) {
	case VFW_SIG_EQ:
		return x == a;
	case VFW_SIG_NE:
		return x != a;
	case VFW_SIG_LT:
		return x < a;
	case VFW_SIG_GT:
		return x > a;
	case VFW_SIG_LE:
		return x <= a;
	case VFW_SIG_GE:
		return x >= a;
	case VFW_SIG_BETWEEN:
		return x > a && x < b;
	case VFW_SIG_WITHIN:
		return x >= a && x <= b;
	case VFW_SIG_ANY_OF:
		return x & a;
	case VFW_SIG_ALL_OF:
		return (x & a) == a;
	case VFW_SIG_ONLY:
		return (x & b) == a;
	case VFW_SIG_NOT_ALL:
		return (x & a) != a;
	case VFW_SIG_XOR:
		return x ^ a;
	default:
		return false;
	}
}

/* --- what a packet says --- */

static const u8 *l3(const struct vfw_sig_pkt *p, u32 need)
{
	const struct vfw_frame *f = p->frame;

	return f->l3_off <= p->head_len && p->head_len - f->l3_off >= need ? p->head + f->l3_off
									   : NULL;
}

static const u8 *l4(const struct vfw_sig_pkt *p, u32 need)
{
	const struct vfw_frame *f = p->frame;

	if (!(f->flags & VFW_FRAME_F_L4) || f->l4_off > p->head_len ||
	    p->head_len - f->l4_off < need)
		return NULL;
	return p->head + f->l4_off;
}

/* An option's bit by its type byte, RFC 791 and RFC 1108. */
static u32 option_bit(u8 type)
{
	switch (type) {
	case 0:
		return VFW_SIG_OPT_EOL;
	case 1:
		return VFW_SIG_OPT_NOP;
	case 7:
		return VFW_SIG_OPT_RR;
	case 68:
		return VFW_SIG_OPT_TS;
	case 130:
		return VFW_SIG_OPT_SEC;
	case 133:
		return VFW_SIG_OPT_ESEC;
	case 131:
		return VFW_SIG_OPT_LSRR;
	case 137:
		return VFW_SIG_OPT_SSRR;
	case 136:
		return VFW_SIG_OPT_SATID;
	default:
		return 0;
	}
}

static u32 ip_options(const struct vfw_sig_pkt *p)
{
	const u8 *h = l3(p, 20);
	u32 seen = 0, at = 20, end;

	if (!h)
		return 0;
	end = (h[0] & 15) * 4U;
	if (end < 20 || !l3(p, end))
		return 0;
	while (at < end) {
		seen |= option_bit(h[at]);
		if (!h[at])
			break;
		if (h[at] == 1) {
			at++;
			continue;
		}
		if (end - at < 2 || h[at + 1] < 2 || h[at + 1] > end - at)
			break;
		at += h[at + 1];
	}
	return seen;
}

/* The maximum segment size option, RFC 9293 3.2. */
static bool tcp_mss(const struct vfw_sig_pkt *p, u64 *x)
{
	const u8 *h = l4(p, 20);
	u32 at = 20, end;

	if (!h)
		return false;
	end = (h[12] >> 4) * 4U;
	if (end < 20 || !l4(p, end))
		return false;
	while (at < end && h[at]) {
		if (h[at] == 1) {
			at++;
			continue;
		}
		if (end - at < 2 || h[at + 1] < 2 || h[at + 1] > end - at)
			return false;
		if (h[at] == 2 && h[at + 1] == 4) {
			*x = vfw_get16(h + at + 2);
			return true;
		}
		at += h[at + 1];
	}
	return false;
}

/* IPv4 says of a fragment what it is part of; IPv6 that it is a fragment, RFC 8200 4.5. */
static u8 proto_of(const struct vfw_frame *f)
{
	return f->kind == VFW_FRAME_IP6 && f->flags & VFW_FRAME_F_FRAG ? 44 : f->proto;
}

static bool ip_field(const struct vfw_sig_pkt *p, unsigned int field, u64 *x)
{
	const struct vfw_frame *f = p->frame;
	const u8 *h = l3(p, f->kind == VFW_FRAME_IP4 ? 20 : 40);

	if (!h)
		return false;
	switch (field) {
	case VFW_SIG_TTL:
		*x = f->ttl;
		return true;
	case VFW_SIG_IP_PROTO:
		*x = proto_of(f);
		return true;
	case VFW_SIG_SAME_IP:
		*x = !memcmp(f->src, f->dst, 16);
		return true;
	case VFW_SIG_TOS:
		*x = h[1];
		return f->kind == VFW_FRAME_IP4;
	default:
		break;
	}
	if (f->kind != VFW_FRAME_IP4) {
		if (field == VFW_SIG_FRAG_OFF && f->flags & VFW_FRAME_F_FRAG) {
			*x = f->frag_off; /* in bytes, as Suricata has it */
			return true;
		}
		return false;
	}
	switch (field) {
	case VFW_SIG_IP_ID:
		*x = vfw_get16(h + 4);
		return true;
	case VFW_SIG_FRAG_BITS:
		*x = h[6] >> 5;
		return true;
	case VFW_SIG_FRAG_OFF:
		*x = vfw_get16(h + 6) & 0x1fff;
		return true;
	case VFW_SIG_IP_OPTIONS:
		*x = ip_options(p);
		return true;
	default:
		return false;
	}
}

static bool tcp_field(const struct vfw_sig_pkt *p, unsigned int field, u64 *x)
{
	const struct vfw_frame *f = p->frame;

	if (f->proto != VFW_PROTO_TCP)
		return false;
	switch (field) {
	case VFW_SIG_TCP_FLAGS:
		*x = f->tcp_flags;
		return true;
	case VFW_SIG_TCP_SEQ:
		*x = f->tcp_seq;
		return true;
	case VFW_SIG_TCP_ACK:
		*x = f->tcp_ack;
		return true;
	case VFW_SIG_TCP_WINDOW:
		*x = f->tcp_win;
		return true;
	default:
		return tcp_mss(p, x);
	}
}

/* Types whose header holds identifier and sequence number, RFC 792, RFC 950, RFC 4443. */
static bool is_icmp_query(const struct vfw_frame *f)
{
	u8 t = f->icmp_type;

	if (f->proto == VFW_PROTO_ICMP6)
		return t == 128 || t == 129;
	return t == 0 || t == 8 || (t >= 13 && t <= 18);
}

static bool icmp_field(const struct vfw_sig_pkt *p, unsigned int field, u64 *x)
{
	const struct vfw_frame *f = p->frame;
	const u8 *h;

	if (f->proto != VFW_PROTO_ICMP && f->proto != VFW_PROTO_ICMP6)
		return false;
	if (field == VFW_SIG_ICMP_TYPE || field == VFW_SIG_ICMP_CODE) {
		*x = field == VFW_SIG_ICMP_TYPE ? f->icmp_type : f->icmp_code;
		return true;
	}
	h = l4(p, 8);
	if (!h)
		return false;
	if (field == VFW_SIG_ICMP6_MTU) {
		*x = vfw_get32(h + 4);
		return f->proto == VFW_PROTO_ICMP6 && f->icmp_type == 2;
	}
	*x = vfw_get16(h + (field == VFW_SIG_ICMP_ID ? 4 : 6));
	return is_icmp_query(f);
}

/* False: the packet has no such field, and the condition fails. */
static bool field_of(const struct vfw_sig_pkt *p, unsigned int field, u64 *x)
{
	const struct vfw_frame *f = p->frame;

	if (f->kind != VFW_FRAME_IP4 && f->kind != VFW_FRAME_IP6)
		return false;
	if (field <= VFW_SIG_SAME_IP)
		return ip_field(p, field, x);
	if (field == VFW_SIG_DSIZE) {
		/* of other protocols nobody knows a payload; of ESP only where its header ends */
		*x = f->flags & VFW_FRAME_F_L4 ? p->payload_len : 0;
		return f->flags & VFW_FRAME_F_L4 || f->proto != VFW_PROTO_ESP;
	}
	if (field == VFW_SIG_FLOW_AGE) {
		*x = p->flow_age;
		return p->flags & VFW_SIG_PKT_FLOW;
	}
	if (!(f->flags & VFW_FRAME_F_L4))
		return false;
	if (field == VFW_SIG_STREAM_CLIENT || field == VFW_SIG_STREAM_SERVER) {
		*x = p->stream_bytes[field == VFW_SIG_STREAM_SERVER];
		return f->proto == VFW_PROTO_TCP && p->flags & VFW_SIG_PKT_FLOW;
	}
	return field < VFW_SIG_ICMP_TYPE ? tcp_field(p, field, x) : icmp_field(p, field, x);
}

bool vfw_sig_conds(const struct vfw_sigs *s, const struct vfw_sig *sig, const struct vfw_sig_pkt *p)
{
	u32 i;

	for (i = 0; i < sig->n_conds; i++) {
		const struct vfw_sig_cond *c = &s->conds[sig->first_cond + i];
		u64 x;

		if (!field_of(p, c->field, &x) || !vfw_sig_compare(c->cmp, x, c->a, c->b))
			return false;
	}
	return true;
}

/* --- addresses and ports --- */

static bool has4(const struct vfw_sigs *s, const struct vfw_sig_set *set, u32 x)
{
	u32 low = set->first, high = set->first + set->n;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (x < s->range4[mid].low)
			high = mid;
		else if (x > s->range4[mid].high)
			low = mid + 1;
		else
			return true;
	}
	return false;
}

static bool has6(const struct vfw_sigs *s, const struct vfw_sig_set *set, const u8 *x)
{
	u32 low = set->first, high = set->first + set->n;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (memcmp(x, s->range6[mid].low, 16) < 0)
			high = mid;
		else if (memcmp(x, s->range6[mid].high, 16) > 0)
			low = mid + 1;
		else
			return true;
	}
	return false;
}

static bool has_port(const struct vfw_sigs *s, const struct vfw_sig_set *set, u16 x)
{
	u32 low = set->first, high = set->first + set->n;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (x < s->ports[mid].low)
			high = mid;
		else if (x > s->ports[mid].high)
			low = mid + 1;
		else
			return true;
	}
	return false;
}

static bool has_addr(const struct vfw_sigs *s, const struct vfw_sig_side *side,
		     const struct vfw_frame *f, const u8 *addr)
{
	return f->kind == VFW_FRAME_IP4 ? has4(s, &side->addr4, vfw_get32(addr))
					: has6(s, &side->addr6, addr);
}

/* Of the ends those that are to be VMs here, or are not to be. */
static bool homes_fit(const struct vfw_sig *sig, const struct vfw_sig_pkt *p, bool swap)
{
	bool src = p->flags & (swap ? VFW_SIG_PKT_DST_VM : VFW_SIG_PKT_SRC_VM);
	bool dst = p->flags & (swap ? VFW_SIG_PKT_SRC_VM : VFW_SIG_PKT_DST_VM);

	return !(sig->flags & (src ? VFW_SIG_AWAY_SRC : VFW_SIG_HOME_SRC)) &&
	       !(sig->flags & (dst ? VFW_SIG_AWAY_DST : VFW_SIG_HOME_DST));
}

/* With swap the packet is taken as if it went the other way. */
static bool ends_fit(const struct vfw_sigs *s, const struct vfw_sig *sig,
		     const struct vfw_sig_pkt *p, bool swap)
{
	const struct vfw_frame *f = p->frame;
	bool ports = f->flags & VFW_FRAME_F_L4 &&
		     (f->proto == VFW_PROTO_TCP || f->proto == VFW_PROTO_UDP ||
		      f->proto == VFW_PROTO_SCTP);

	if (!homes_fit(sig, p, swap))
		return false;
	if (!(sig->flags & VFW_SIG_ANY_ADDR_SRC) &&
	    !has_addr(s, &sig->src, f, swap ? f->dst : f->src))
		return false;
	if (!(sig->flags & VFW_SIG_ANY_ADDR_DST) &&
	    !has_addr(s, &sig->dst, f, swap ? f->src : f->dst))
		return false;
	/* what has no ports, or none that are known, fits no rule that asks for one, be it for another one */
	if (!(sig->flags & VFW_SIG_ANY_PORT_SRC) &&
	    !(ports && has_port(s, &sig->src.ports, swap ? f->dport : f->sport)))
		return false;
	return sig->flags & VFW_SIG_ANY_PORT_DST ||
	       (ports && has_port(s, &sig->dst.ports, swap ? f->sport : f->dport));
}

static bool protocol_fits(const struct vfw_sig *sig, const struct vfw_frame *f)
{
	u32 family, bit;

	if (f->kind == VFW_FRAME_IP4)
		family = VFW_SIG_P_IP4;
	else if (f->kind == VFW_FRAME_IP6)
		family = VFW_SIG_P_IP6;
	else
		return false;
	if (!(sig->protocols & family))
		return false;
	if (sig->ip_proto >= 0)
		return proto_of(f) == sig->ip_proto;
	switch (proto_of(f)) {
	case VFW_PROTO_TCP:
		bit = VFW_SIG_P_TCP;
		break;
	case VFW_PROTO_UDP:
		bit = VFW_SIG_P_UDP;
		break;
	case VFW_PROTO_ICMP:
		bit = VFW_SIG_P_ICMP4;
		break;
	case VFW_PROTO_ICMP6:
		bit = VFW_SIG_P_ICMP6;
		break;
	case VFW_PROTO_SCTP:
		bit = VFW_SIG_P_SCTP;
		break;
	default:
		bit = VFW_SIG_P_OTHER;
		break;
	}
	if (!(sig->protocols & bit))
		return false;
	/* a transport that could not be parsed is no packet of that transport, only of IP; a fragment is, whose ports nobody knows */
	return f->flags & (VFW_FRAME_F_L4 | VFW_FRAME_F_FRAG) || sig->protocols & VFW_SIG_P_OTHER;
}

static bool flow_fits(const struct vfw_sig *sig, const struct vfw_sig_pkt *p)
{
	u32 want = sig->flags;
	bool flow = p->flags & VFW_SIG_PKT_FLOW;
	bool to_server = p->flags & VFW_SIG_PKT_TO_SERVER;

	if (want & VFW_SIG_NEEDS_FLOW && !flow)
		return false;
	if (want & VFW_SIG_HTTP && !(p->flags & VFW_SIG_PKT_HTTP))
		return false;
	/* what has no flow goes to the server, as in Suricata, unless more is asked of the flow */
	if (!flow && want & (VFW_SIG_NOT_ESTABLISHED | VFW_SIG_STATELESS | VFW_SIG_ONLY_FRAG |
			     VFW_SIG_NO_FRAG))
		return false;
	if (want & VFW_SIG_TO_SERVER && flow && !to_server)
		return false;
	if (want & VFW_SIG_TO_CLIENT && !(flow && !to_server))
		return false;
	if (want & VFW_SIG_ESTABLISHED && !(p->flags & VFW_SIG_PKT_ESTABLISHED))
		return false;
	if (want & VFW_SIG_NOT_ESTABLISHED && p->flags & VFW_SIG_PKT_ESTABLISHED)
		return false;
	if (want & VFW_SIG_ONLY_FRAG && !(p->flags & VFW_SIG_PKT_REBUILT))
		return false;
	return !(want & VFW_SIG_NO_FRAG && p->flags & VFW_SIG_PKT_REBUILT);
}

bool vfw_sig_ends(const struct vfw_sigs *s, const struct vfw_sig *sig, const struct vfw_sig_pkt *p)
{
	if (!protocol_fits(sig, p->frame) || !flow_fits(sig, p))
		return false;
	return ends_fit(s, sig, p, false) ||
	       (sig->flags & VFW_SIG_BIDIRECTIONAL && ends_fit(s, sig, p, true));
}

bool vfw_sig_header(const struct vfw_sigs *s, const struct vfw_sig *sig,
		    const struct vfw_sig_pkt *p)
{
	return vfw_sig_ends(s, sig, p) && vfw_sig_conds(s, sig, p);
}

static bool is_same_set(const void *table, size_t size, const struct vfw_sig_set *a,
			const struct vfw_sig_set *b)
{
	const u8 *p = table;

	return a->n == b->n &&
	       (!a->n || !memcmp(p + a->first * size, p + b->first * size, a->n * size));
}

/* Suricata takes such a rule as one of a single direction. */
static bool has_same_ends(const struct vfw_sigs *s, const struct vfw_sig *sig)
{
	const struct vfw_sig_side *a = &sig->src, *b = &sig->dst;

	return !(sig->flags & VFW_SIG_HOME_SRC) == !(sig->flags & VFW_SIG_HOME_DST) &&
	       !(sig->flags & VFW_SIG_AWAY_SRC) == !(sig->flags & VFW_SIG_AWAY_DST) &&
	       !(sig->flags & VFW_SIG_ANY_ADDR_SRC) == !(sig->flags & VFW_SIG_ANY_ADDR_DST) &&
	       !(sig->flags & VFW_SIG_ANY_PORT_SRC) == !(sig->flags & VFW_SIG_ANY_PORT_DST) &&
	       is_same_set(s->range4, sizeof(*s->range4), &a->addr4, &b->addr4) &&
	       is_same_set(s->range6, sizeof(*s->range6), &a->addr6, &b->addr6) &&
	       is_same_set(s->ports, sizeof(*s->ports), &a->ports, &b->ports);
}

bool vfw_sig_both_ways(const struct vfw_sigs *s, const struct vfw_sig *sig,
		       const struct vfw_sig_pkt *p)
{
	return sig->flags & VFW_SIG_BIDIRECTIONAL && ends_fit(s, sig, p, false) &&
	       ends_fit(s, sig, p, true) && !has_same_ends(s, sig);
}

enum vfw_sig_told vfw_sig_limit(const struct vfw_sig_limit *limit, struct vfw_sig_counter *c,
				u64 now)
{
	if (limit->kind == VFW_SIG_LIMIT_NONE)
		return VFW_SIG_TOLD;
	c->seconds = limit->seconds;
	if (!vfw_sig_counts(c, now)) {
		c->since = now;
		c->count = 0;
	}
	if (c->count != 0xffffffffU)
		c->count++;
	switch (limit->kind) {
	case VFW_SIG_LIMIT_LIMIT:
		return c->count <= limit->count ? VFW_SIG_TOLD : VFW_SIG_SILENT;
	case VFW_SIG_LIMIT_THRESHOLD:
		if (c->count < limit->count)
			return VFW_SIG_UNDER;
		c->count = 0;
		return VFW_SIG_TOLD;
	case VFW_SIG_LIMIT_BOTH:
		if (c->count == limit->count)
			return VFW_SIG_TOLD;
		return c->count < limit->count ? VFW_SIG_UNDER : VFW_SIG_SILENT;
	case VFW_SIG_LIMIT_DETECTION:
		return c->count > limit->count ? VFW_SIG_TOLD : VFW_SIG_UNDER;
	default:
		return VFW_SIG_UNDER;
	}
}
