// SPDX-License-Identifier: GPL-2.0
#include "print.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "literal.h"
#include "policy.h"

const char *vfw_print_verdict(enum vfw_verdict verdict)
{
	static const char *const words[] = {
		[VFW_PASS] = "pass",
		[VFW_BLOCK] = "block",
		[VFW_REJECT] = "reject",
		[VFW_MONITOR] = "monitor",
	};

	return words[verdict];
}

static void quoted(struct vfw_text *t, const char *s)
{
	vfw_text_str(t, "\"");
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			vfw_text_str(t, "\\");
		vfw_text_bytes(t, s, 1);
	}
	vfw_text_str(t, "\"");
}

static void uuid(struct vfw_text *t, const uint8_t u[VFW_UUID_LEN])
{
	for (int i = 0; i < VFW_UUID_LEN; i++)
		vfw_text_printf(t, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
				u[i]);
}

/* Opens and closes the braces of a list that has more than one entry. */
static void open_list(struct vfw_text *t, const struct vfw_list *list)
{
	vfw_text_str(t, list->n > 1 ? "{ " : "");
}

static void close_list(struct vfw_text *t, const struct vfw_list *list)
{
	vfw_text_str(t, list->n > 1 ? " }" : "");
}

static void comma(struct vfw_text *t, const void *next)
{
	vfw_text_str(t, next ? ", " : "");
}

static void expr(struct vfw_text *t, const struct vfw_expr *e)
{
	switch (e->kind) {
	case VFW_EXPR_OR:
	case VFW_EXPR_AND:
		for (const struct vfw_expr *term = e->terms.first; term; term = term->link.next) {
			bool inner = e->kind == VFW_EXPR_AND && term->kind == VFW_EXPR_OR;

			vfw_text_str(t, inner ? "(" : "");
			expr(t, term);
			vfw_text_str(t, inner ? ")" : "");
			if (term->link.next)
				vfw_text_str(t, e->kind == VFW_EXPR_OR ? " or " : " and ");
		}
		break;
	case VFW_EXPR_LABEL:
		vfw_text_str(t, "label ");
		vfw_text_str(t, e->key);
		vfw_text_str(t, "=");
		if (vfw_literal_atom(e->value))
			vfw_text_str(t, e->value);
		else
			quoted(t, e->value);
		break;
	case VFW_EXPR_VM:
		vfw_text_str(t, "vm ");
		quoted(t, e->value);
		break;
	case VFW_EXPR_UUID:
		vfw_text_str(t, "uuid ");
		uuid(t, e->uuid);
		break;
	}
}

static void prefix(struct vfw_text *t, const struct vfw_prefix *p)
{
	char buf[INET6_ADDRSTRLEN];

	vfw_text_str(t, inet_ntop(p->family == 6 ? AF_INET6 : AF_INET, p->addr, buf, sizeof(buf)));
	if (p->len != (p->family == 6 ? 128 : 32))
		vfw_text_printf(t, "/%u", p->len);
}

void vfw_print_end(struct vfw_text *t, const struct vfw_end *end)
{
	static const char *const words[] = {
		[VFW_END_ANY] = "any",
		[VFW_END_HOST] = "host",
		[VFW_END_EXTERNAL] = "external",
		[VFW_END_UNMANAGED] = "unmanaged",
		[VFW_END_TENANT] = "tenant ",
		[VFW_END_NAME] = "",
		[VFW_END_VM] = "vm ",
		[VFW_END_UUID] = "uuid ",
	};

	vfw_text_str(t, words[end->kind]);
	if (end->tenant)
		vfw_text_str(t, end->tenant);
	if (end->kind == VFW_END_NAME)
		vfw_text_printf(t, "%s%s", end->tenant ? "." : "", end->name);
	else if (end->kind == VFW_END_VM)
		quoted(t, end->name);
	else if (end->kind == VFW_END_UUID)
		uuid(t, end->uuid);
	if (end->nic >= 0 && (end->kind == VFW_END_VM || end->kind == VFW_END_UUID))
		vfw_text_printf(t, " nic %d", end->nic);
}

static void ends(struct vfw_text *t, const char *word, const struct vfw_list *list)
{
	if (!list->n)
		return;
	vfw_text_str(t, word);
	open_list(t, list);
	for (const struct vfw_end *end = list->first; end; end = end->link.next) {
		vfw_print_end(t, end);
		comma(t, end->link.next);
	}
	close_list(t, list);
}

static void ranges(struct vfw_text *t, const char *word, const struct vfw_list *list, int words)
{
	if (!list->n)
		return;
	vfw_text_str(t, word);
	open_list(t, list);
	for (const struct vfw_range *r = list->first; r; r = r->link.next) {
		const char *known = NULL;

		if (words >= 0)
			known = vfw_literal_word_of((enum vfw_words)words, r->first);
		if (known)
			vfw_text_str(t, known);
		else
			vfw_text_printf(t, "%" PRIu32, r->first);
		if (r->last != r->first)
			vfw_text_printf(t, "-%" PRIu32, r->last);
		comma(t, r->link.next);
	}
	close_list(t, list);
}

static void number(struct vfw_text *t, const char *word, enum vfw_words words, uint32_t n)
{
	const char *known = vfw_literal_word_of(words, n);

	vfw_text_str(t, word);
	if (known)
		vfw_text_str(t, known);
	else
		vfw_text_printf(t, words == VFW_WORDS_ETHER ? "0x%04" PRIx32 : "%" PRIu32, n);
}

static void proto(struct vfw_text *t, const struct vfw_proto *p)
{
	switch (p->kind) {
	case VFW_PROTO_ANY:
		break;
	case VFW_PROTO_TCP:
		vfw_text_str(t, " tcp");
		ranges(t, " port ", &p->ranges, -1);
		break;
	case VFW_PROTO_UDP:
		vfw_text_str(t, " udp");
		ranges(t, " port ", &p->ranges, -1);
		break;
	case VFW_PROTO_SCTP:
		vfw_text_str(t, " sctp");
		ranges(t, " port ", &p->ranges, -1);
		break;
	case VFW_PROTO_ICMP:
		vfw_text_str(t, " icmp");
		ranges(t, " type ", &p->ranges, VFW_WORDS_ICMP);
		ranges(t, " code ", &p->codes, -1);
		break;
	case VFW_PROTO_ICMP6:
		vfw_text_str(t, " icmp6");
		ranges(t, " type ", &p->ranges, VFW_WORDS_ICMP6);
		ranges(t, " code ", &p->codes, -1);
		break;
	case VFW_PROTO_NUMBER:
		number(t, " proto ", VFW_WORDS_PROTO, p->number);
		break;
	case VFW_PROTO_ETHER:
		number(t, " ethertype ", VFW_WORDS_ETHER, p->number);
		break;
	}
}

static void log_tail(struct vfw_text *t, const struct vfw_rule *rule)
{
	if (rule->log)
		vfw_text_str(t, " log");
	if (rule->message) {
		vfw_text_str(t, " ");
		quoted(t, rule->message);
	}
}

void vfw_print_rule(struct vfw_text *t, const struct vfw_rule *rule)
{
	vfw_text_str(t, vfw_print_verdict(rule->verdict));
	ends(t, " from ", &rule->from);
	ends(t, " to ", &rule->to);
	proto(t, &rule->proto);
	if (rule->apps.n) {
		vfw_text_str(t, " app ");
		open_list(t, &rule->apps);
		for (const struct vfw_word *app = rule->apps.first; app; app = app->link.next) {
			vfw_text_str(t, app->s);
			comma(t, app->link.next);
		}
		close_list(t, &rule->apps);
		vfw_text_str(t, rule->until_known_block ? " until-known block" : "");
	}
	if (rule->inspect)
		vfw_text_printf(t, " inspect %s", rule->inspect->s);
	log_tail(t, rule);
}

void vfw_print_default(struct vfw_text *t, const struct vfw_rule *rule)
{
	vfw_text_printf(t, "default %s", vfw_print_verdict(rule->verdict));
	log_tail(t, rule);
}

static void limit(struct vfw_text *t, const struct vfw_limit *l)
{
	static const char *const words[] = {
		[VFW_LIMIT_RATE] = "rate",
		[VFW_LIMIT_PACKETS] = "packets",
		[VFW_LIMIT_NEW_FLOWS] = "new-flows",
		[VFW_LIMIT_FLOWS] = "flows",
	};

	vfw_text_str(t, "limit ");
	vfw_print_end(t, &l->group);
	for (uint8_t i = 0; i < l->n; i++)
		vfw_text_printf(t, " %s %s", words[l->order[i]], l->items[l->order[i]].text);
	vfw_text_str(t, l->shared ? " shared" : "");
}

static void guard(struct vfw_text *t, const struct vfw_guard *g)
{
	static const char *const items[] = {
		[VFW_GUARD_MAC] = "mac",
		[VFW_GUARD_IP] = "ip",
		[VFW_GUARD_DHCP_SERVER] = "dhcp-server",
		[VFW_GUARD_ROUTER] = "router",
	};
	static const char *const words[] = {
		[VFW_GUARD_UNSET] = "",	     [VFW_GUARD_DECLARED] = "declared",
		[VFW_GUARD_LEARN] = "learn", [VFW_GUARD_ANY] = "any",
		[VFW_GUARD_NO] = "no",	     [VFW_GUARD_YES] = "yes",
	};

	vfw_text_str(t, "guard ");
	if (g->is_default)
		vfw_text_str(t, "default");
	else
		vfw_print_end(t, &g->group);
	vfw_text_str(t, " {");
	for (uint8_t i = 0; i < g->n; i++)
		vfw_text_printf(t, " %s %s", items[g->order[i]], words[g->items[g->order[i]]]);
	vfw_text_str(t, " }");
}

static void profile(struct vfw_text *t, const char *name, const struct vfw_profile *p)
{
	vfw_text_printf(t, "profile %s {", name);
	for (uint8_t i = 0; i < p->n; i++) {
		switch (p->order[i]) {
		case VFW_PROFILE_SIGNATURES:
			vfw_text_str(t, " signatures { ");
			for (const struct vfw_word *w = p->signatures.first; w; w = w->link.next) {
				quoted(t, w->s);
				comma(t, w->link.next);
			}
			vfw_text_str(t, " }");
			break;
		case VFW_PROFILE_MODE:
			vfw_text_printf(t, " mode %s", p->prevent ? "prevent" : "detect");
			break;
		case VFW_PROFILE_DEPTH:
			vfw_text_printf(t, " depth %s", p->depth.text);
			break;
		case VFW_PROFILE_ON_OVERLOAD:
			vfw_text_printf(t, " on-overload %s", p->overload_pass ? "pass" : "block");
			break;
		}
	}
	vfw_text_str(t, " }");
}

static void stmt(struct vfw_text *t, const struct vfw_stmt *s, const char *indent)
{
	vfw_text_str(t, indent);
	switch (s->kind) {
	case VFW_STMT_FIRST:
		vfw_text_str(t, "first {\n");
		break;
	case VFW_STMT_LAST:
		vfw_text_str(t, "last {\n");
		break;
	case VFW_STMT_UNMANAGED:
		vfw_text_str(t, "unmanaged {\n");
		break;
	case VFW_STMT_TENANT:
		vfw_text_printf(t, "tenant %s {\n", s->name);
		break;
	case VFW_STMT_GROUP:
		vfw_text_printf(t, "group %s = ", s->name);
		expr(t, s->expr);
		break;
	case VFW_STMT_CIDR:
		vfw_text_printf(t, "cidr %s = { ", s->name);
		for (const struct vfw_prefix *p = s->prefixes.first; p; p = p->link.next) {
			prefix(t, p);
			comma(t, p->link.next);
		}
		vfw_text_str(t, " }");
		break;
	case VFW_STMT_RULE:
		vfw_print_rule(t, s->rule);
		break;
	case VFW_STMT_LIMIT:
		limit(t, s->limit);
		break;
	case VFW_STMT_GUARD:
		guard(t, s->guard);
		break;
	case VFW_STMT_PROFILE:
		profile(t, s->name, s->profile);
		break;
	case VFW_STMT_DEFAULT:
		vfw_print_default(t, s->rule);
		break;
	}
	if (s->kind <= VFW_STMT_TENANT) {
		for (const struct vfw_stmt *item = s->items.first; item; item = item->link.next)
			stmt(t, item, "  ");
		vfw_text_str(t, "}");
	}
	vfw_text_str(t, "\n");
}

char *vfw_policy_print(const struct vfw_policy *p)
{
	struct vfw_text t = {0};

	for (const struct vfw_stmt *s = p->stmts.first; s; s = s->link.next)
		stmt(&t, s, "");
	return vfw_text_take(&t);
}
