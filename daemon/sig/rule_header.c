// SPDX-License-Identifier: GPL-2.0
/* Keywords about a packet's headers. */
#include "rule_draft.h"

#include <errno.h>
#include <string.h>

static struct vfw_sig_cond *add_cond(struct vfw_draft *d, const struct vfw_rule_text *t,
				     enum vfw_sig_field field, enum vfw_sig_cmp cmp, uint32_t a,
				     uint32_t b)
{
	struct vfw_sig_cond *c;

	if (d->n_conds == VFW_SIG_CONDS_MAX) {
		vfw_rule_fail(d->e, t, 0, "more than %d conditions in one rule", VFW_SIG_CONDS_MAX);
		return NULL;
	}
	c = &d->conds[d->n_conds++];
	*c = (struct vfw_sig_cond){.field = (u8)field, .cmp = (u8)cmp, .a = a, .b = b};
	return c;
}

/* Cuts n bytes off the front. */
static struct vfw_rule_text behind(struct vfw_rule_text t, size_t n)
{
	t.s += n;
	t.len -= n;
	t.col += (uint32_t)n;
	return vfw_rule_trim(t);
}

int vfw_draft_compare(struct vfw_draft *d, const struct vfw_rule_text *value,
		      enum vfw_sig_field field, long long most)
{
	static const struct {
		const char *word;
		enum vfw_sig_cmp cmp;
	} words[] = {
		{"<=", VFW_SIG_LE}, {">=", VFW_SIG_GE}, {"!=", VFW_SIG_NE}, {"<", VFW_SIG_LT},
		{">", VFW_SIG_GT},  {"!", VFW_SIG_NE},	{"=", VFW_SIG_EQ},
	};
	struct vfw_rule_text t = *value, low;
	enum vfw_sig_cmp cmp = VFW_SIG_EQ;
	long long a, b = 0;
	size_t i;

	if (t.len >= 2 && t.s[0] == '"' && t.s[t.len - 1] == '"') {
		t = behind(t, 1);
		t.len--;
	}
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t n = strlen(words[i].word);

		if (t.len >= n && !memcmp(t.s, words[i].word, n)) {
			cmp = words[i].cmp;
			t = behind(t, n);
			break;
		}
	}
	low = t;
	for (i = 1; cmp == VFW_SIG_EQ && i < t.len; i++) {
		size_t n = t.s[i] == '-' ? 1 : i + 1 < t.len && !memcmp(t.s + i, "<>", 2) ? 2 : 0;

		if (!n)
			continue;
		low.len = i;
		low = vfw_rule_trim(low);
		t = behind(t, i + n);
		cmp = VFW_SIG_BETWEEN;
		if (vfw_rule_number(&t, 0, most, &b, d->e))
			return -EINVAL;
		break;
	}
	if (vfw_rule_number(&low, 0, most, &a, d->e))
		return -EINVAL;
	if (cmp == VFW_SIG_BETWEEN && a >= b)
		return vfw_rule_fail(d->e, value, 0, "expected the lower number first");
	return add_cond(d, value, field, cmp, (uint32_t)a, (uint32_t)b) ? 0 : -EINVAL;
}

/* Letters with a modifier before or behind: + all of them, * any of them, ! not all of them. */
static int letters(struct vfw_draft *d, const struct vfw_rule_text *t, const char *names,
		   const uint8_t *bits, uint32_t *set, enum vfw_sig_cmp *cmp)
{
	size_t i;

	*set = 0;
	for (i = 0; i < t->len; i++) {
		const char *at =
			strchr(names, t->s[i] >= 'a' && t->s[i] <= 'z' ? t->s[i] - 32 : t->s[i]);

		if (t->s[i] == '+')
			*cmp = VFW_SIG_ALL_OF;
		else if (t->s[i] == '*')
			*cmp = VFW_SIG_ANY_OF;
		else if (t->s[i] == '!')
			*cmp = VFW_SIG_NOT_ALL;
		else if (at)
			*set |= bits[at - names];
		else if (t->s[i] != '0' && t->s[i] != ' ')
			return vfw_rule_fail(d->e, t, i, "'%c': expected letters of %s, or + * !",
					     t->s[i], names);
	}
	return 0;
}

static int flags(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	static const uint8_t bits[] = {1, 2, 4, 8, 16, 32, 128, 64, 128, 64};
	static const char names[] = "FSRPAUCE12";
	struct vfw_rule_text rest = o->value, t;
	enum vfw_sig_cmp cmp = VFW_SIG_ONLY, ignored = VFW_SIG_ONLY;
	uint32_t set, mask = 0;

	if (!vfw_rule_split(&rest, ',', &t) || !t.len)
		return vfw_rule_fail(d->e, &o->value, 0, "expected flags of TCP");
	if (letters(d, &t, names, bits, &set, &cmp))
		return -EINVAL;
	if (vfw_rule_split(&rest, ',', &t) && letters(d, &t, names, bits, &mask, &ignored))
		return -EINVAL;
	/* no flag: none at all, or with ! any */
	if (!set && cmp == VFW_SIG_NOT_ALL)
		return add_cond(d, &o->value, VFW_SIG_TCP_FLAGS, VFW_SIG_ANY_OF, 255, 0) ? 0
											 : -EINVAL;
	if (!set)
		return add_cond(d, &o->value, VFW_SIG_TCP_FLAGS, VFW_SIG_ONLY, 0, 255) ? 0
										       : -EINVAL;
	if (cmp != VFW_SIG_ONLY && mask & set)
		return vfw_rule_fail(d->e, &o->value, 0, "flags that are asked for and ignored");
	return add_cond(d, &o->value, VFW_SIG_TCP_FLAGS, cmp, set, ~mask & 255) ? 0 : -EINVAL;
}

static int fragbits(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	static const uint8_t bits[] = {1, 2, 4};
	enum vfw_sig_cmp cmp = VFW_SIG_ONLY;
	uint32_t set;

	if (letters(d, &o->value, "MDR", bits, &set, &cmp))
		return -EINVAL;
	return add_cond(d, &o->value, VFW_SIG_FRAG_BITS, cmp, set, 7) ? 0 : -EINVAL;
}

static int ipopts(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	static const struct {
		const char *word;
		uint32_t bit;
	} options[] = {
		{"eol", VFW_SIG_OPT_EOL},     {"nop", VFW_SIG_OPT_NOP},
		{"rr", VFW_SIG_OPT_RR},	      {"ts", VFW_SIG_OPT_TS},
		{"sec", VFW_SIG_OPT_SEC},     {"esec", VFW_SIG_OPT_ESEC},
		{"lsrr", VFW_SIG_OPT_LSRR},   {"ssrr", VFW_SIG_OPT_SSRR},
		{"satid", VFW_SIG_OPT_SATID}, {"any", 0x1ff},
	};
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (vfw_rule_is(&o->value, options[i].word))
			return add_cond(d, &o->value, VFW_SIG_IP_OPTIONS, VFW_SIG_ANY_OF,
					options[i].bit, 0)
				       ? 0
				       : -EINVAL;
	return vfw_rule_fail(d->e, &o->value, 0,
			     "expected eol, nop, rr, ts, sec, esec, lsrr, ssrr, satid or any");
}

/* A number, not another one, or either in hexadecimal as Suricata writes it here: x1f. */
static int tos(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	struct vfw_rule_text t = o->value;
	bool negated = t.len && t.s[0] == '!';
	char hex[8] = "0x";
	long long n;

	if (negated)
		t = behind(t, 1);
	if (t.len >= 2 && t.len <= 3 && (t.s[0] == 'x' || t.s[0] == 'X')) {
		struct vfw_rule_text digits = t;

		memcpy(hex + 2, t.s + 1, t.len - 1);
		digits.s = hex;
		digits.len = t.len + 1;
		if (vfw_rule_number(&digits, 0, 255, &n, d->e))
			return -EINVAL;
	} else if (vfw_rule_number(&t, 0, 255, &n, d->e)) {
		return -EINVAL;
	}
	return add_cond(d, &o->value, VFW_SIG_TOS, negated ? VFW_SIG_NE : VFW_SIG_EQ, (uint32_t)n,
			0)
		       ? 0
		       : -EINVAL;
}

static int ip_proto(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	static const struct {
		const char *word;
		uint32_t number;
	} protocols[] = {
		{"icmp", 1},   {"igmp", 2},	  {"ipencap", 4},   {"tcp", 6},	  {"egp", 8},
		{"udp", 17},   {"ipv6", 41},	  {"rsvp", 46},	    {"gre", 47},  {"esp", 50},
		{"ah", 51},    {"ipv6-icmp", 58}, {"eigrp", 88},    {"ospf", 89}, {"pim", 103},
		{"vrrp", 112}, {"sctp", 132},	  {"udplite", 136},
	};
	struct vfw_rule_text t = o->value;
	enum vfw_sig_cmp cmp = VFW_SIG_EQ;
	size_t i;

	if (t.len && strchr("!<>", t.s[0])) {
		cmp = t.s[0] == '!' ? VFW_SIG_NE : t.s[0] == '<' ? VFW_SIG_LT : VFW_SIG_GT;
		t = behind(t, 1);
	}
	for (i = 0; i < sizeof(protocols) / sizeof(*protocols); i++)
		if (vfw_rule_is(&t, protocols[i].word))
			return add_cond(d, &t, VFW_SIG_IP_PROTO, cmp, protocols[i].number, 0)
				       ? 0
				       : -EINVAL;
	return vfw_draft_compare(d, &o->value, VFW_SIG_IP_PROTO, 255);
}

int vfw_draft_header(struct vfw_draft *d, const struct vfw_keyword *k,
		     const struct vfw_rule_option *o)
{
	static const struct {
		enum vfw_keyword_id id;
		enum vfw_sig_field field;
		long long most;
	} numbers[] = {
		{VFW_KW_DSIZE, VFW_SIG_DSIZE, 65535},
		{VFW_KW_TTL, VFW_SIG_TTL, 255},
		{VFW_KW_ID, VFW_SIG_IP_ID, 65535},
		{VFW_KW_FRAGOFFSET, VFW_SIG_FRAG_OFF, 65535},
		{VFW_KW_SEQ, VFW_SIG_TCP_SEQ, 0xffffffffLL},
		{VFW_KW_ACK, VFW_SIG_TCP_ACK, 0xffffffffLL},
		{VFW_KW_WINDOW, VFW_SIG_TCP_WINDOW, 65535},
		{VFW_KW_MSS, VFW_SIG_TCP_MSS, 65535},
		{VFW_KW_ITYPE, VFW_SIG_ICMP_TYPE, 255},
		{VFW_KW_ICODE, VFW_SIG_ICMP_CODE, 255},
		{VFW_KW_ICMP_ID, VFW_SIG_ICMP_ID, 65535},
		{VFW_KW_ICMP_SEQ, VFW_SIG_ICMP_SEQ, 65535},
		{VFW_KW_ICMP6_MTU, VFW_SIG_ICMP6_MTU, 0xffffffffLL},
		{VFW_KW_FLOW_AGE, VFW_SIG_FLOW_AGE, 0xffffffffLL},
	};
	size_t i;

	if (k->id != VFW_KW_FLOW_AGE && k->id != VFW_KW_IP_PROTO)
		d->sig.flags |= VFW_SIG_PACKET;
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (numbers[i].id == k->id)
			return vfw_draft_compare(d, &o->value, numbers[i].field, numbers[i].most);
	switch (k->id) {
	case VFW_KW_FLAGS:
		return flags(d, o);
	case VFW_KW_FRAGBITS:
		return fragbits(d, o);
	case VFW_KW_IPOPTS:
		return ipopts(d, o);
	case VFW_KW_TOS:
		return tos(d, o);
	case VFW_KW_IP_PROTO:
		return ip_proto(d, o);
	default: /* sameip */
		return add_cond(d, &o->name, VFW_SIG_SAME_IP, VFW_SIG_EQ, 1, 0) ? 0 : -EINVAL;
	}
}
