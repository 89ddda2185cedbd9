// SPDX-License-Identifier: GPL-2.0
/* Makes the nodes of the tree and checks what stands in them; see parse.h. */
#include <stdio.h>
#include <string.h>

#include "parse.h"

const char *vfw_node_name(struct vfw_parse *ctx, const struct vfw_loc *loc, const char *s)
{
	if (!vfw_literal_name(s))
		vfw_parse_error(ctx, loc,
				"expected a name (1 to %d letters, digits, _ or -, "
				"a letter or _ first), found '%s'",
				VFW_POLICY_NAME_MAX, s);
	return s;
}

struct vfw_word *vfw_node_word(struct vfw_parse *ctx, const struct vfw_loc *loc, const char *s)
{
	struct vfw_word *word = vfw_parse_alloc(ctx, sizeof(*word));

	word->loc = *loc;
	word->s = s;
	return word;
}

struct vfw_expr *vfw_node_term(struct vfw_parse *ctx, const struct vfw_loc *loc,
			       enum vfw_expr_kind kind, const char *key, const char *value)
{
	struct vfw_expr *expr = vfw_parse_alloc(ctx, sizeof(*expr));

	expr->kind = kind;
	expr->key = key;
	expr->value = value;
	if (kind == VFW_EXPR_UUID && !vfw_literal_uuid(value, expr->uuid))
		vfw_parse_error(ctx, loc,
				"expected a UUID such as "
				"6f9619ff-8b86-4011-b42d-00cf4fc964ff, found '%s'",
				value);
	if (++ctx->terms == VFW_POLICY_TERMS_MAX + 1)
		vfw_parse_error(ctx, loc, "a group has at most %d terms", VFW_POLICY_TERMS_MAX);
	return expr;
}

/* Adds a term to a joint; a joint of the same kind gives its terms up to it. */
static void adopt(struct vfw_expr *joint, struct vfw_expr *term)
{
	if (term->kind != joint->kind) {
		vfw_list_append(&joint->terms, term);
		return;
	}
	if (joint->terms.last)
		((struct vfw_link *)joint->terms.last)->next = term->terms.first;
	else
		joint->terms.first = term->terms.first;
	joint->terms.last = term->terms.last;
	joint->terms.n += term->terms.n;
}

struct vfw_expr *vfw_node_join(struct vfw_parse *ctx, enum vfw_expr_kind kind,
			       struct vfw_expr *left, struct vfw_expr *right)
{
	struct vfw_expr *joint = left;

	if (left->kind != kind) {
		joint = vfw_parse_alloc(ctx, sizeof(*joint));
		joint->kind = kind;
		adopt(joint, left);
	}
	adopt(joint, right);
	return joint;
}

struct vfw_prefix *vfw_node_prefix(struct vfw_parse *ctx, const struct vfw_loc *loc, const char *s)
{
	struct vfw_prefix *prefix = vfw_parse_alloc(ctx, sizeof(*prefix));
	const char *wrong = vfw_literal_prefix(s, prefix);

	prefix->loc = *loc;
	if (wrong)
		vfw_parse_error(ctx, loc, "expected %s, found '%s'", wrong, s);
	if (ctx->policy->n_prefixes++ == VFW_POLICY_PREFIXES_MAX)
		vfw_parse_error(ctx, loc, "a policy has at most %d prefixes",
				VFW_POLICY_PREFIXES_MAX);
	return prefix;
}

/* Splits "tenant.name" or takes a plain name. */
static void split_name(struct vfw_parse *ctx, const struct vfw_loc *loc, struct vfw_end *end,
		       const char *s)
{
	const char *dot = strchr(s, '.');
	struct vfw_prefix scratch;
	char *tenant;

	end->name = s;
	if (!vfw_literal_prefix(s, &scratch)) {
		vfw_parse_error(ctx, loc,
				"an address is no end of a rule; "
				"give it a name first: cidr NAME = { %s }",
				s);
		return;
	}
	if (!dot) {
		vfw_node_name(ctx, loc, s);
		return;
	}
	tenant = vfw_parse_alloc(ctx, (size_t)(dot - s) + 1);
	memcpy(tenant, s, (size_t)(dot - s));
	end->tenant = tenant;
	end->name = dot + 1;
	if (!vfw_literal_name(end->tenant) || !vfw_literal_name(end->name))
		vfw_parse_error(ctx, loc, "expected NAME or TENANT.NAME, found '%s'", s);
}

struct vfw_end *vfw_node_end(struct vfw_parse *ctx, const struct vfw_loc *loc,
			     enum vfw_end_kind kind, const char *s)
{
	struct vfw_end *end = vfw_parse_alloc(ctx, sizeof(*end));

	end->loc = *loc;
	end->kind = kind;
	end->nic = -1;
	switch (kind) {
	case VFW_END_TENANT:
		end->tenant = s;
		break;
	case VFW_END_NAME:
		split_name(ctx, loc, end, s);
		break;
	case VFW_END_VM:
		end->name = s;
		break;
	case VFW_END_UUID:
		if (!vfw_literal_uuid(s, end->uuid))
			vfw_parse_error(ctx, loc, "expected a UUID, found '%s'", s);
		break;
	default:
		break;
	}
	return end;
}

void vfw_node_nic(struct vfw_parse *ctx, const struct vfw_loc *loc, struct vfw_end *end,
		  const char *s)
{
	uint32_t nic = 0;

	if (!vfw_literal_number(s, VFW_MAX_NICS - 1, &nic))
		vfw_parse_error(ctx, loc, "expected a NIC number of 0 to %d, found '%s'",
				VFW_MAX_NICS - 1, s);
	end->nic = (int)nic;
}

struct vfw_range *vfw_node_port(struct vfw_parse *ctx, const struct vfw_loc *loc, const char *s)
{
	struct vfw_range *range = vfw_parse_alloc(ctx, sizeof(*range));

	if (!vfw_literal_range(s, 65535, &range->first, &range->last))
		vfw_parse_error(ctx, loc,
				"expected a port of 0 to 65535 or a range such as 5900-5999, "
				"found '%s'",
				s);
	return range;
}

struct vfw_range *vfw_node_code(struct vfw_parse *ctx, const struct vfw_loc *loc, const char *s)
{
	struct vfw_range *range = vfw_parse_alloc(ctx, sizeof(*range));

	if (!vfw_literal_number(s, 255, &range->first))
		vfw_parse_error(ctx, loc, "expected an ICMP code of 0 to 255, found '%s'", s);
	range->last = range->first;
	return range;
}

/* Reads a number or a known word; complains and returns false if it is neither. */
static bool number_or_word(struct vfw_parse *ctx, const struct vfw_loc *loc, enum vfw_words words,
			   const char *s, uint32_t max, const char *what, uint32_t *out)
{
	int known = vfw_literal_word(words, s);

	if (known >= 0) {
		*out = (uint32_t)known;
		return true;
	}
	if (vfw_literal_number(s, max, out))
		return true;
	vfw_parse_error(ctx, loc, "expected %s: a number of at most %u or a known name, found '%s'",
			what, max, s);
	*out = 0;
	return false;
}

void vfw_node_proto(struct vfw_parse *ctx, const struct vfw_loc *loc, struct vfw_proto *proto,
		    enum vfw_proto_kind kind, const char *s)
{
	memset(proto, 0, sizeof(*proto));
	proto->kind = kind;
	if (kind == VFW_PROTO_NUMBER)
		number_or_word(ctx, loc, VFW_WORDS_PROTO, s, 255, "an IP protocol", &proto->number);
	if (kind != VFW_PROTO_ETHER)
		return;
	if (!strcmp(s, "arp"))
		proto->number = 0x0806;
	else if (!number_or_word(ctx, loc, VFW_WORDS_ETHER, s, 0xffff, "an ethertype",
				 &proto->number))
		return;
	if (proto->number == 0x0806)
		vfw_parse_error(ctx, loc,
				"ARP is matched by no rule: it passes between ends that some "
				"rule joins, under guard");
	else if (proto->number == 0x0800 || proto->number == 0x86dd)
		vfw_parse_error(ctx, loc,
				"IPv4 and IPv6 are matched by protocol: tcp, udp, proto N, or "
				"nothing for all");
	else if (proto->number < 0x0600 && proto->number)
		vfw_parse_error(ctx, loc,
				"ethertypes begin at 0x0600; frames with a length instead are "
				"'llc'");
}

void vfw_node_types(struct vfw_parse *ctx, struct vfw_proto *proto, enum vfw_proto_kind kind)
{
	const struct vfw_word *word = proto->ranges.first;
	struct vfw_list types = {0};

	for (; word; word = word->link.next) {
		struct vfw_range *range = vfw_parse_alloc(ctx, sizeof(*range));

		number_or_word(ctx, &word->loc,
			       kind == VFW_PROTO_ICMP6 ? VFW_WORDS_ICMP6 : VFW_WORDS_ICMP, word->s,
			       255, "an ICMP type", &range->first);
		range->last = range->first;
		if (kind == VFW_PROTO_ICMP6 && range->first >= 133 && range->first <= 137)
			vfw_parse_error(
				ctx, &word->loc,
				"neighbour discovery (133 to 137) is matched by no rule: it "
				"passes between ends that some rule joins, under guard");
		vfw_list_append(&types, range);
	}
	proto->kind = kind;
	proto->ranges = types;
}

void vfw_node_rule(struct vfw_parse *ctx, const struct vfw_loc *loc, struct vfw_rule *rule)
{
	if (rule->inspect && rule->verdict != VFW_PASS)
		vfw_parse_error(ctx, &rule->inspect->loc,
				"'inspect' stands on pass only: the rest never reaches a receiver");
	if (ctx->policy->n_rules++ == VFW_POLICY_RULES_MAX)
		vfw_parse_error(ctx, loc, "a policy has at most %d rules", VFW_POLICY_RULES_MAX);
}

struct vfw_quantity vfw_node_quantity(struct vfw_parse *ctx, const struct vfw_loc *loc,
				      enum vfw_unit unit, const char *s)
{
	static const char *const examples[] = {
		[VFW_UNIT_BITS] = "a rate such as 200mbit (bit, kbit, mbit, gbit)",
		[VFW_UNIT_RATE] = "a rate such as 500/s or 50k/s",
		[VFW_UNIT_COUNT] = "a number such as 10000 or 10k",
		[VFW_UNIT_SIZE] = "a size such as 1mb (b, kb, mb)",
	};
	struct vfw_quantity quantity = {.text = s};

	if (!vfw_literal_quantity(s, unit, &quantity.value))
		vfw_parse_error(ctx, loc, "expected %s, found '%s'", examples[unit], s);
	return quantity;
}

void vfw_node_once(struct vfw_parse *ctx, const struct vfw_loc *loc, uint8_t *order, uint8_t *n,
		   uint8_t item, const char *word)
{
	for (uint8_t i = 0; i < *n; i++) {
		if (order[i] != item)
			continue;
		vfw_parse_error(ctx, loc, "'%s' stands here twice", word);
		return;
	}
	order[(*n)++] = item;
}

struct vfw_stmt *vfw_node_stmt(struct vfw_parse *ctx, const struct vfw_loc *loc,
			       enum vfw_stmt_kind kind)
{
	struct vfw_stmt *stmt = vfw_parse_alloc(ctx, sizeof(*stmt));

	stmt->loc = *loc;
	stmt->kind = kind;
	if ((kind == VFW_STMT_GROUP || kind == VFW_STMT_CIDR) &&
	    ctx->policy->n_groups++ == VFW_POLICY_GROUPS_MAX)
		vfw_parse_error(ctx, loc, "a policy has at most %d groups and cidr sets",
				VFW_POLICY_GROUPS_MAX);
	return stmt;
}
