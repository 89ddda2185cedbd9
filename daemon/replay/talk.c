// SPDX-License-Identifier: GPL-2.0
/*
 * What fits is decided here anew, by plain loops over the tables, not by the evaluator: see
 * daemon/sig/rule_make.h.
 */
#include "talk.h"

#include <string.h>

#include "../sig/rule_make.h"
#include "replay.h"

#define CLIENT_PORT 40000
#define SERVER_PORT 9999

static bool holds(const struct vfw_sig_cond *c, u32 x)
{
	switch (c->cmp) {
	case VFW_SIG_EQ:
		return x == c->a;
	case VFW_SIG_NE:
		return x != c->a;
	case VFW_SIG_LT:
		return x < c->a;
	case VFW_SIG_GT:
		return x > c->a;
	case VFW_SIG_LE:
		return x <= c->a;
	case VFW_SIG_GE:
		return x >= c->a;
	case VFW_SIG_BETWEEN:
		return c->a < x && x < c->b;
	case VFW_SIG_ANY_OF:
		return (x & c->a) != 0;
	case VFW_SIG_ALL_OF:
		return (x & c->a) == c->a;
	case VFW_SIG_ONLY:
		return (x & c->b) == c->a;
	case VFW_SIG_NOT_ALL:
		return (x & c->a) != c->a;
	default:
		return false;
	}
}

/* Do all conditions about a field hold? *any: there is one. */
static bool all_hold(const struct vfw_rule_set *set, u32 sig, unsigned int field, u32 x, bool *any)
{
	const struct vfw_sig *s = &set->sig[sig];
	bool ok = true;
	u32 i;

	*any = false;
	for (i = 0; i < s->n_conds; i++) {
		const struct vfw_sig_cond *c = &set->conds[s->first_cond + i];

		if (c->field != field)
			continue;
		*any = true;
		ok = ok && holds(c, x);
	}
	return ok;
}

/* The largest value a field can have. */
static u32 most_of(unsigned int field)
{
	switch (field) {
	case VFW_SIG_TTL:
	case VFW_SIG_TOS:
	case VFW_SIG_IP_PROTO:
	case VFW_SIG_TCP_FLAGS:
	case VFW_SIG_ICMP_TYPE:
	case VFW_SIG_ICMP_CODE:
		return 255;
	case VFW_SIG_FRAG_BITS:
		return 7;
	case VFW_SIG_FRAG_OFF:
		return 0x1fff;
	case VFW_SIG_IP_OPTIONS:
		return 0x1ff;
	case VFW_SIG_SAME_IP:
		return 1;
	case VFW_SIG_TCP_SEQ:
	case VFW_SIG_TCP_ACK:
	case VFW_SIG_ICMP6_MTU:
		return 0xffffffffU;
	case VFW_SIG_DSIZE:
		return VFW_CANVAS_ROOM;
	case VFW_SIG_FLOW_AGE:
		return 86400;
	default:
		return 65535;
	}
}

enum kind { RIGHT, ABOVE, BELOW };

/*
 * A value with which all conditions about field hold; or one above, or below, the usual one with
 * which they do not.
 */
static bool pick(const struct vfw_rule_set *set, u32 sig, unsigned int field, u32 usual,
		 enum kind kind, u32 *x)
{
	bool wrong = kind != RIGHT;
	const struct vfw_sig *s = &set->sig[sig];
	u32 i, k, most = most_of(field);
	bool any;

	*x = usual;
	if (!wrong && all_hold(set, sig, field, usual, &any))
		return true;
	for (i = 0; i < s->n_conds; i++) {
		const struct vfw_sig_cond *c = &set->conds[s->first_cond + i];
		const u32 near[] = {c->a,     c->a + 1, c->a - 1, c->b - 1,	     c->b,
				    c->b + 1, 0,	most,	  c->a & (0 - c->a), ~c->a & most};

		for (k = 0; c->field == field && k < sizeof(near) / sizeof(*near); k++) {
			*x = near[k];
			if ((kind == ABOVE && *x <= usual) || (kind == BELOW && *x >= usual))
				continue;
			if (*x <= most && all_hold(set, sig, field, *x, &any) != wrong)
				return true;
		}
	}
	return false;
}

/* --- who --- */

static bool has_address(const struct vfw_rule_set *set, const struct vfw_sig_side *side, bool ip6,
			const u8 *a)
{
	u32 i;

	for (i = 0; !ip6 && i < side->addr4.n; i++) {
		const struct vfw_sig_range4 *r = &set->range4[side->addr4.first + i];

		if (vfw_get32(a) >= r->low && vfw_get32(a) <= r->high)
			return true;
	}
	for (i = 0; ip6 && i < side->addr6.n; i++) {
		const struct vfw_sig_range6 *r = &set->range6[side->addr6.first + i];

		if (memcmp(a, r->low, 16) >= 0 && memcmp(a, r->high, 16) <= 0)
			return true;
	}
	return false;
}

static bool has_port(const struct vfw_rule_set *set, const struct vfw_sig_side *side, u32 port)
{
	u32 i;

	for (i = 0; i < side->ports.n; i++)
		if (port >= set->ports[side->ports.first + i].low &&
		    port <= set->ports[side->ports.first + i].high)
			return true;
	return false;
}

static bool ends_fit(const struct vfw_rule_set *set, u32 sig, const struct vfw_talk *t, bool turned)
{
	const struct vfw_sig *s = &set->sig[sig];
	const u8 *src = turned ? t->dst : t->src, *dst = turned ? t->src : t->dst;
	u16 sport = turned ? t->dport : t->sport, dport = turned ? t->sport : t->dport;

	return (s->flags & VFW_SIG_ANY_ADDR_SRC || has_address(set, &s->src, t->ip6, src)) &&
	       (s->flags & VFW_SIG_ANY_ADDR_DST || has_address(set, &s->dst, t->ip6, dst)) &&
	       (s->flags & VFW_SIG_ANY_PORT_SRC || has_port(set, &s->src, sport)) &&
	       (s->flags & VFW_SIG_ANY_PORT_DST || has_port(set, &s->dst, dport));
}

static void put32(u8 *p, u32 x)
{
	p[0] = (u8)(x >> 24);
	p[1] = (u8)(x >> 16);
	p[2] = (u8)(x >> 8);
	p[3] = (u8)x;
}

static void put16(u8 *p, u32 x)
{
	p[0] = (u8)(x >> 8);
	p[1] = (u8)x;
}

static bool is_unicast(u32 a)
{
	return a >> 24 && a >> 24 < 224 && a >> 24 != 127 && (a & 255) != 0 && (a & 255) != 255;
}

static const u32 hosts[] = {0x0a010101, 0x0a020202, 0xc0a80105, 0x08080808,
			    0x5db8d822, 0xac100305, 0xc6336407};

/* An address in the side's set (or outside of it); usual: where among hosts to begin. */
static bool pick_address4(const struct vfw_rule_set *set, const struct vfw_sig_side *side, bool any,
			  u32 usual, bool wrong, u8 *a)
{
	u32 i, k, n = sizeof(hosts) / sizeof(*hosts);

	for (i = 0; i < n; i++) {
		put32(a, hosts[(usual + i) % n]);
		if ((any || has_address(set, side, false, a)) != wrong)
			return true;
	}
	for (k = 0; !wrong && k < 2; k++) {
		for (i = 0; i < side->addr4.n; i++) {
			const struct vfw_sig_range4 *r = &set->range4[side->addr4.first + i];
			u32 x = r->low + (r->high - r->low) / 2;

			put32(a, x);
			if (k || is_unicast(x))
				return true;
		}
	}
	return false;
}

static bool pick_address6(const struct vfw_rule_set *set, const struct vfw_sig_side *side, bool any,
			  u8 last, bool wrong, u8 *a)
{
	static const u8 host[2][2] = {{0xfd, 0x00}, {0x20, 0x01}};
	u32 i;

	for (i = 0; i < 2; i++) {
		memset(a, 0, 16);
		memcpy(a, host[i], 2);
		a[3] = 0xd;
		a[15] = last;
		if ((any || has_address(set, side, true, a)) != wrong)
			return true;
	}
	if (wrong || !side->addr6.n)
		return false;
	memcpy(a, set->range6[side->addr6.first].high, 16);
	return true;
}

static bool pick_addresses(const struct vfw_rule_set *set, u32 sig, struct vfw_talk *t)
{
	const struct vfw_sig *s = &set->sig[sig];
	bool src = s->flags & VFW_SIG_ANY_ADDR_SRC, dst = s->flags & VFW_SIG_ANY_ADDR_DST;

	if (t->ip6)
		return pick_address6(set, &s->src, src, 1, false, t->src) &&
		       pick_address6(set, &s->dst, dst, 2, false, t->dst);
	return pick_address4(set, &s->src, src, 0, false, t->src) &&
	       pick_address4(set, &s->dst, dst, 1, false, t->dst);
}

static bool pick_port(const struct vfw_rule_set *set, const struct vfw_sig_side *side, bool any,
		      u16 usual, bool wrong, u16 *port)
{
	u32 x;

	*port = usual;
	if ((any || has_port(set, side, usual)) != wrong)
		return true;
	for (x = 1; x < 65536; x++) {
		*port = (u16)x;
		if ((any || has_port(set, side, x)) != wrong)
			return true;
	}
	return false;
}

static bool has_ports(const struct vfw_talk *t)
{
	return t->proto == VFW_PROTO_TCP || t->proto == VFW_PROTO_UDP || t->proto == VFW_PROTO_SCTP;
}

/* --- what --- */

static const u32 usual[VFW_SIG_FIELD_COUNT] = {
	[VFW_SIG_TTL] = 64,	  [VFW_SIG_IP_ID] = 4711,     [VFW_SIG_TCP_SEQ] = 1001,
	[VFW_SIG_TCP_ACK] = 9001, [VFW_SIG_TCP_FLAGS] = 0x18, [VFW_SIG_TCP_WINDOW] = 65535,
	[VFW_SIG_TCP_MSS] = 1460, [VFW_SIG_ICMP_TYPE] = 8,    [VFW_SIG_ICMP_ID] = 77,
	[VFW_SIG_ICMP_SEQ] = 1,	  [VFW_SIG_ICMP6_MTU] = 1280,
};

static bool asks(const struct vfw_rule_set *set, u32 sig, unsigned int low, unsigned int high)
{
	const struct vfw_sig *s = &set->sig[sig];
	u32 i;

	for (i = 0; i < s->n_conds; i++)
		if (set->conds[s->first_cond + i].field >= low &&
		    set->conds[s->first_cond + i].field <= high)
			return true;
	return false;
}

static bool pick_protocol(const struct vfw_rule_set *set, u32 sig, struct vfw_talk *t)
{
	const struct vfw_sig *s = &set->sig[sig];
	bool any, ip4 = s->protocols & VFW_SIG_P_IP4;
	u32 x, bits = s->protocols;

	t->ip6 = !ip4 || asks(set, sig, VFW_SIG_ICMP6_MTU, VFW_SIG_ICMP6_MTU) ||
		 (!(s->flags & VFW_SIG_ANY_ADDR_SRC) && !s->src.addr4.n) ||
		 (!(s->flags & VFW_SIG_ANY_ADDR_DST) && !s->dst.addr4.n);
	if (s->ip_proto >= 0) {
		t->proto = (u8)s->ip_proto;
		return true;
	}
	if (all_hold(set, sig, VFW_SIG_IP_PROTO, 0, &any), any) {
		if (!pick(set, sig, VFW_SIG_IP_PROTO, VFW_PROTO_UDP, RIGHT, &x))
			return false;
		t->proto = (u8)x;
	} else if (bits & VFW_SIG_P_TCP && (!(bits & VFW_SIG_P_UDP) ||
					    asks(set, sig, VFW_SIG_TCP_FLAGS, VFW_SIG_TCP_MSS))) {
		t->proto = VFW_PROTO_TCP;
	} else if (bits & (VFW_SIG_P_ICMP4 | VFW_SIG_P_ICMP6) &&
		   (!(bits & VFW_SIG_P_UDP) ||
		    asks(set, sig, VFW_SIG_ICMP_TYPE, VFW_SIG_ICMP6_MTU))) {
		if (!(bits & VFW_SIG_P_ICMP4))
			t->ip6 = true;
		t->proto = t->ip6 ? VFW_PROTO_ICMP6 : VFW_PROTO_ICMP;
	} else if (bits & VFW_SIG_P_UDP) {
		t->proto = VFW_PROTO_UDP;
	} else if (bits & VFW_SIG_P_SCTP) {
		t->proto = VFW_PROTO_SCTP;
	} else {
		t->proto = 253; /* for experiments, RFC 3692 */
	}
	return true;
}

bool vfw_talk_dsize(const struct vfw_rule_set *set, u32 sig, u32 len)
{
	bool any;

	return all_hold(set, sig, VFW_SIG_DSIZE, len, &any);
}

static bool pick_fields(const struct vfw_rule_set *set, u32 sig, struct vfw_talk *t)
{
	unsigned int field;

	for (field = 0; field < VFW_SIG_FIELD_COUNT; field++) {
		u32 x = usual[field];
		bool any;

		if (field == VFW_SIG_ICMP_TYPE && t->proto == VFW_PROTO_ICMP6)
			x = field == VFW_SIG_ICMP_TYPE && t->given[VFW_SIG_ICMP6_MTU] ? 2 : 128;
		all_hold(set, sig, field, x, &any);
		t->given[field] = any;
		if (!pick(set, sig, field, x, RIGHT, &t->field[field]))
			return false;
	}
	if (t->given[VFW_SIG_ICMP6_MTU] && !t->given[VFW_SIG_ICMP_TYPE])
		t->field[VFW_SIG_ICMP_TYPE] = 2;
	return true;
}

static bool pick_sizes(const struct vfw_rule_set *set, u32 sig, struct vfw_talk *t)
{
	for (t->least = 0; t->least <= VFW_CANVAS_ROOM; t->least++)
		if (vfw_talk_dsize(set, sig, t->least))
			break;
	for (t->most = t->least; t->most < VFW_CANVAS_ROOM; t->most++)
		if (!vfw_talk_dsize(set, sig, t->most + 1))
			break;
	return t->least <= VFW_CANVAS_ROOM;
}

const char *vfw_talk_make(const struct vfw_rule_set *set, u32 sig, struct vfw_talk *t)
{
	const struct vfw_sig *s = &set->sig[sig];
	u32 i;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < s->n_steps; i++)
		if (set->steps[s->first_step + i].buffer != VFW_SIG_PAYLOAD &&
		    set->steps[s->first_step + i].buffer < VFW_SIG_HTTP_FIRST)
			return "a header as a buffer";
	if (s->flags & VFW_SIG_ONLY_FRAG)
		return "flow:only_frag";
	if (!pick_protocol(set, sig, t))
		return "ip_proto";
	if (!pick_fields(set, sig, t))
		return "header keywords";
	if (!pick_sizes(set, sig, t))
		return "dsize";
	if (!pick_addresses(set, sig, t))
		return "addresses";
	if (t->given[VFW_SIG_SAME_IP] && t->field[VFW_SIG_SAME_IP])
		memcpy(t->dst, t->src, 16);
	if (has_ports(t) && (!pick_port(set, &s->src, s->flags & VFW_SIG_ANY_PORT_SRC, CLIENT_PORT,
					false, &t->sport) ||
			     !pick_port(set, &s->dst, s->flags & VFW_SIG_ANY_PORT_DST, SERVER_PORT,
					false, &t->dport)))
		return "ports";
	if (!ends_fit(set, sig, t, false))
		return "addresses";
	t->answers = s->flags & VFW_SIG_TO_CLIENT;
	t->established = s->flags & VFW_SIG_ESTABLISHED;
	t->grant = true;
	/*
	 * TCP speaks after its handshake, unless what is asked about is no segment of a
	 * conversation
	 */
	if (t->proto == VFW_PROTO_TCP && t->given[VFW_SIG_TCP_FLAGS] && !t->established)
		t->alone = (t->field[VFW_SIG_TCP_FLAGS] & 0x17) != 0x10;
	if (s->flags & VFW_SIG_NOT_ESTABLISHED || t->given[VFW_SIG_TCP_MSS])
		t->alone = true;
	if (t->alone && !t->given[VFW_SIG_TCP_FLAGS])
		t->field[VFW_SIG_TCP_FLAGS] = t->answers ? 0x12 : 2;
	if (t->alone && !t->given[VFW_SIG_TCP_ACK] && !t->answers)
		t->field[VFW_SIG_TCP_ACK] = 0;
	return NULL;
}

/* Bytes before the payload with which stream_size of one side holds, or does not. */
static bool settle(const struct vfw_rule_set *set, u32 sig, struct vfw_talk *t, unsigned int field,
		   enum kind kind, u32 len)
{
	bool server = field == VFW_SIG_STREAM_SERVER;
	u32 own = server == t->answers ? len : 0, x;

	if (!t->given[field])
		return true;
	if (t->proto != VFW_PROTO_TCP || t->alone ||
	    !pick(set, sig, field, kind == RIGHT ? own : own + t->before[server], kind, &x) ||
	    x < own || x - own > VFW_CANVAS_ROOM)
		return false;
	t->before[server] = x - own;
	return true;
}

bool vfw_talk_settle(const struct vfw_rule_set *set, u32 sig, struct vfw_talk *t, u32 len)
{
	return settle(set, sig, t, VFW_SIG_STREAM_CLIENT, RIGHT, len) &&
	       settle(set, sig, t, VFW_SIG_STREAM_SERVER, RIGHT, len);
}

/* --- what is wrong --- */

/* Another protocol that the rule does not take, with the same ports. */
static bool wrong_protocol(const struct vfw_rule_set *set, u32 sig, struct vfw_talk *t)
{
	const struct vfw_sig *s = &set->sig[sig];

	if (t->given[VFW_SIG_IP_PROTO])
		return false;
	t->alone = false;
	t->established = false;
	if (s->ip_proto >= 0) {
		t->proto = s->ip_proto == 253 ? 254 : 253;
		return true;
	}
	if (!(s->protocols & VFW_SIG_P_UDP))
		t->proto = VFW_PROTO_UDP;
	else if (!(s->protocols & VFW_SIG_P_TCP))
		t->proto = VFW_PROTO_TCP;
	else
		return false;
	return true;
}

static bool wrong_field(const struct vfw_rule_set *set, u32 sig, struct vfw_talk *t,
			unsigned int field, enum kind kind, u32 *len)
{
	/*
	 * what the handshake has of its own, and what counts packets, is wrong in one of them
	 * only
	 */
	if (field >= VFW_SIG_FIELD_COUNT || !t->given[field] || field == VFW_SIG_FLOW_AGE ||
	    field == VFW_SIG_TCP_MSS)
		return false;
	if (field == VFW_SIG_STREAM_SERVER || field == VFW_SIG_STREAM_CLIENT)
		return settle(set, sig, t, field, kind, *len);
	if (field >= VFW_SIG_TCP_FLAGS && field <= VFW_SIG_TCP_MSS)
		t->alone = true;
	if (!pick(set, sig, field, field == VFW_SIG_DSIZE ? *len : t->field[field], kind,
		  &t->field[field]))
		return false;
	if (field == VFW_SIG_DSIZE)
		*len = t->field[field];
	if (field == VFW_SIG_SAME_IP)
		return pick_addresses(set, sig, t) && memcmp(t->src, t->dst, 16);
	if (field == VFW_SIG_IP_PROTO) {
		t->proto = (u8)t->field[field];
		t->alone = false;
	}
	return true;
}

bool vfw_talk_miss(const struct vfw_rule_set *set, u32 sig, struct vfw_talk *t, unsigned int miss,
		   u32 *len)
{
	const struct vfw_sig *s = &set->sig[sig];
	bool ok;

	switch (miss) {
	case VFW_TALK_DST_PORT:
		ok = has_ports(t) && pick_port(set, &s->dst, s->flags & VFW_SIG_ANY_PORT_DST,
					       t->dport, true, &t->dport);
		break;
	case VFW_TALK_SRC_PORT:
		ok = has_ports(t) && pick_port(set, &s->src, s->flags & VFW_SIG_ANY_PORT_SRC,
					       t->sport, true, &t->sport);
		break;
	case VFW_TALK_SRC:
		ok = !t->ip6 &&
		     pick_address4(set, &s->src, s->flags & VFW_SIG_ANY_ADDR_SRC, 2, true, t->src);
		break;
	case VFW_TALK_DST:
		ok = !t->ip6 &&
		     pick_address4(set, &s->dst, s->flags & VFW_SIG_ANY_ADDR_DST, 3, true, t->dst);
		break;
	case VFW_TALK_PROTOCOL:
		return wrong_protocol(set, sig, t);
	case VFW_TALK_DIRECTION:
		t->answers = !t->answers;
		return s->flags & (VFW_SIG_TO_SERVER | VFW_SIG_TO_CLIENT) &&
		       !(s->flags & VFW_SIG_BIDIRECTIONAL) && has_ports(t) && !t->alone;
	case VFW_TALK_NEWLY:
		t->established = false;
		t->alone = true;
		return s->flags & VFW_SIG_ESTABLISHED && !t->answers &&
		       (t->proto == VFW_PROTO_TCP || t->proto == VFW_PROTO_UDP);
	case VFW_TALK_BITS:
		t->grant = false;
		for (u32 i = 0; i < set->meta[sig].n_bits; i++)
			if (set->meta[sig].bits[i].op == VFW_RULE_BIT_ISSET)
				return true;
		return false;
	default:
		return wrong_field(set, sig, t, (miss - VFW_TALK_FIELD) / 2,
				   (miss - VFW_TALK_FIELD) % 2 ? BELOW : ABOVE, len);
	}
	if (!ok || ends_fit(set, sig, t, false))
		return false;
	/*
	 * a rule for both directions must not fit the other way round; nor, without contents,
	 * must answers
	 */
	return (s->n_steps && !(s->flags & VFW_SIG_BIDIRECTIONAL)) || !ends_fit(set, sig, t, true);
}

const char *vfw_talk_miss_name(unsigned int miss)
{
	static const char *const names[] = {
		"at another destination port",
		"from another source port",
		"from an address outside the source",
		"to an address outside the destination",
		"over another protocol",
		"sent by the other side",
		"without a conversation before it",
		"without the bits it asks for",
	};

	return miss < VFW_TALK_FIELD ? names[miss] : "with another number for a header keyword";
}

/* --- frames --- */

struct player {
	const struct vfw_talk *t;
	struct vfw_replay *r;
	u64 time;
	u8 frame[14 + 64 + 64 + VFW_CANVAS_ROOM];
};

/* An IP option's bytes for a bit of VFW_SIG_IP_OPTIONS, padded to n. */
static u32 ip_options(u32 bits, u8 *p)
{
	static const u8 types[] = {0, 1, 7, 68, 130, 133, 131, 137, 136};
	u32 i;

	if (!bits)
		return 0;
	for (i = 0; i < 8 && !(bits & 1U << i); i++)
		;
	memset(p, 0, 4);
	p[0] = types[i];
	if (i > 1) {
		p[1] = 4;
		p[2] = 4;
	}
	return 4;
}

/* Sends what stands behind the headers' room in frame; forth: as the packet that matters goes. */
static void send_ip(struct player *p, bool forth, const u8 *l4, u32 len)
{
	const struct vfw_talk *t = p->t;
	const u8 *src = forth ? t->src : t->dst, *dst = forth ? t->dst : t->src;
	u8 *ip = p->frame + 14;
	u32 head = 40;

	memset(p->frame, 0, 14 + 64);
	memcpy(p->frame, forth ? "\2\0\0\0\0\2\2\0\0\0\0\1" : "\2\0\0\0\0\1\2\0\0\0\0\2", 12);
	put16(p->frame + 12, t->ip6 ? 0x86dd : 0x0800);
	if (t->ip6) {
		put32(ip, 6U << 28 | t->field[VFW_SIG_TOS] << 20);
		put16(ip + 4, len);
		ip[6] = t->proto;
		ip[7] = (u8)t->field[VFW_SIG_TTL];
		memcpy(ip + 8, src, 16);
		memcpy(ip + 24, dst, 16);
	} else {
		head = 20 + ip_options(t->field[VFW_SIG_IP_OPTIONS], ip + 20);
		ip[0] = (u8)(0x40 | head / 4);
		ip[1] = (u8)t->field[VFW_SIG_TOS];
		put16(ip + 2, head + len);
		put16(ip + 4, t->field[VFW_SIG_IP_ID]);
		put16(ip + 6, t->field[VFW_SIG_FRAG_BITS] << 13 | t->field[VFW_SIG_FRAG_OFF]);
		ip[8] = (u8)t->field[VFW_SIG_TTL];
		ip[9] = t->proto;
		memcpy(ip + 12, src, 4);
		memcpy(ip + 16, dst, 4);
	}
	memmove(ip + head, l4, len);
	p->time += 1000;
	vfw_replay_frame(p->r, p->frame, 14 + head + len, p->time);
}

static void send_tcp(struct player *p, bool forth, u32 flags, u32 seq, u32 ack, const u8 *payload,
		     u32 len)
{
	const struct vfw_talk *t = p->t;
	u8 *l4 = p->frame + 14 + 64;
	u32 head = 20;

	memset(l4, 0, 24);
	put16(l4, forth ? t->sport : t->dport);
	put16(l4 + 2, forth ? t->dport : t->sport);
	put32(l4 + 4, seq);
	put32(l4 + 8, ack);
	if (flags & 2 && (t->given[VFW_SIG_TCP_MSS] || !t->alone)) {
		head = 24;
		l4[20] = 2;
		l4[21] = 4;
		put16(l4 + 22, t->field[VFW_SIG_TCP_MSS]);
	}
	l4[12] = (u8)(head / 4 << 4);
	l4[13] = (u8)flags;
	put16(l4 + 14, t->field[VFW_SIG_TCP_WINDOW]);
	if (len)
		memcpy(l4 + head, payload, len);
	send_ip(p, forth, l4, head + len);
}

static void send_other(struct player *p, bool forth, const u8 *payload, u32 len)
{
	const struct vfw_talk *t = p->t;
	u8 *l4 = p->frame + 14 + 64;
	u32 head = 8, type = t->field[VFW_SIG_ICMP_TYPE];

	memset(l4, 0, 16);
	put16(l4, forth ? t->sport : t->dport);
	put16(l4 + 2, forth ? t->dport : t->sport);
	switch (t->proto) {
	case VFW_PROTO_UDP:
		put16(l4 + 4, 8 + len);
		break;
	case VFW_PROTO_SCTP:
		head = 12;
		break;
	case VFW_PROTO_ICMP:
	case VFW_PROTO_ICMP6:
		/* who answers an echo is who was called */
		if (!forth && (type == 8 || type == 0))
			type = 8 - type;
		else if (!forth && (type == 128 || type == 129))
			type = 257 - type;
		l4[0] = (u8)type;
		l4[1] = (u8)t->field[VFW_SIG_ICMP_CODE];
		put16(l4 + 4, t->field[VFW_SIG_ICMP_ID]);
		put16(l4 + 6, t->field[VFW_SIG_ICMP_SEQ]);
		if (t->given[VFW_SIG_ICMP6_MTU])
			put32(l4 + 4, t->field[VFW_SIG_ICMP6_MTU]);
		break;
	default:
		head = 0;
		break;
	}
	if (len)
		memcpy(l4 + head, payload, len);
	send_ip(p, forth, l4, head + len);
}

static void play_tcp(struct player *p, const u8 *payload, u32 len)
{
	const struct vfw_talk *t = p->t;
	u32 seq = t->field[VFW_SIG_TCP_SEQ], ack = t->field[VFW_SIG_TCP_ACK];
	u32 flags = t->field[VFW_SIG_TCP_FLAGS], from[2];
	static const u8 filler[VFW_CANVAS_ROOM];
	static const char ask[] = "GET / HTTP/1.1\r\nHost: vm\r\n\r\n";
	u32 before[2] = {t->before[0], t->before[1]};

	if (t->alone) {
		/* somebody must have called for an answer */
		if (t->answers)
			send_tcp(p, false, 2, ack - 1, 0, NULL, 0);
		send_tcp(p, true, flags, seq, ack, payload, len);
		return;
	}
	/* from[]: what client and server say next; the packet that matters is at seq and ack */
	if (t->web && t->answers && !t->before[0])
		before[0] = sizeof(ask) - 1;
	from[t->answers] = seq - before[t->answers];
	from[!t->answers] = ack - before[!t->answers];
	send_tcp(p, !t->answers, 2, from[0] - 1, 0, NULL, 0);
	send_tcp(p, t->answers, 0x12, from[1] - 1, from[0], NULL, 0);
	send_tcp(p, !t->answers, 0x10, from[0], from[1], NULL, 0);
	if (before[0])
		send_tcp(p, !t->answers, 0x18, from[0], from[1],
			 t->before[0] ? filler : (const u8 *)ask, before[0]);
	if (before[1])
		send_tcp(p, t->answers, 0x18, from[1], from[0] + before[0], filler, before[1]);
	p->time += t->field[VFW_SIG_FLOW_AGE] * 1000000ULL;
	send_tcp(p, true, flags, seq, ack, payload, len);
}

void vfw_talk_play(const struct vfw_talk *t, const u8 *payload, u32 len,
		   const struct vfw_rule_meta *rule, struct vfw_replay *r)
{
	static struct player p;

	p.t = t;
	p.r = r;
	p.time = 1700000000ULL * 1000000;
	vfw_replay_grant(r, t->grant ? rule : NULL);
	if (len > VFW_CANVAS_ROOM)
		return;
	if (t->proto == VFW_PROTO_TCP) {
		play_tcp(&p, payload, len);
		return;
	}
	if (t->answers || t->established)
		send_other(&p, !t->answers, NULL, 0);
	if (t->established)
		send_other(&p, t->answers, NULL, 0);
	p.time += t->field[VFW_SIG_FLOW_AGE] * 1000000ULL;
	send_other(&p, true, payload, len);
}
