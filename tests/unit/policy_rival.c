// SPDX-License-Identifier: GPL-2.0
#include "policy_rival.h"

#include <string.h>

static bool pattern(const char *p, const char *s)
{
	if (!*p)
		return !*s;
	if (*p == '*')
		return pattern(p + 1, s) || (*s && pattern(p, s + 1));
	return *s && (*p == '?' || *p == *s) && pattern(p + 1, s + 1);
}

static bool contains(const uint8_t *net, unsigned int len, const uint8_t *addr)
{
	for (unsigned int bit = 0; bit < len; bit++) {
		unsigned int mask = 0x80 >> bit % 8;

		if ((net[bit / 8] & mask) != (addr[bit / 8] & mask))
			return false;
	}
	return true;
}

static bool satisfies(const struct vfw_vm *vm, const struct vfw_expr *e)
{
	const struct vfw_expr *term;

	if (e->kind == VFW_EXPR_VM)
		return pattern(e->value, vm->name);
	if (e->kind == VFW_EXPR_UUID)
		return !memcmp(e->uuid, vm->uuid, VFW_UUID_LEN);
	if (e->kind == VFW_EXPR_LABEL) {
		for (size_t i = 0; i < vm->n_labels; i++)
			if (!strcmp(vm->labels[i].key, e->key) &&
			    !strcmp(vm->labels[i].value, e->value))
				return true;
		return false;
	}
	for (term = e->terms.first; term; term = term->link.next)
		if (satisfies(vm, term) == (e->kind == VFW_EXPR_OR))
			return e->kind == VFW_EXPR_OR;
	return e->kind == VFW_EXPR_AND;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* The longest prefix of any set of a scope (NULL: the operator's) that contains the address; -1: none. */
static int longest(const struct vfw_policy *p, const char *scope, const struct rival_end *end)
{
	int best = -1;

	for (const struct vfw_stmt *s = p->stmts.first; s; s = s->link.next) {
		const struct vfw_stmt *item = s;

		if (scope && (s->kind != VFW_STMT_TENANT || strcmp(s->name, scope)))
			continue;
		for (item = scope ? s->items.first : s; item; item = item->link.next) {
			const struct vfw_prefix *x = NULL;

			if (item->kind == VFW_STMT_CIDR)
				x = item->prefixes.first;
			for (; x; x = x->link.next)
				if (x->family == end->family && x->len > best &&
				    contains(x->addr, x->len, end->addr))
					best = x->len;
			if (!scope)
				break;
		}
	}
	return best;
}

static const struct vfw_stmt *find(const struct vfw_policy *p, const char *scope, const char *name)
{
	for (const struct vfw_stmt *s = p->stmts.first; s; s = s->link.next) {
		bool set = s->kind == VFW_STMT_GROUP || s->kind == VFW_STMT_CIDR;

		if (!scope && set && !strcmp(s->name, name))
			return s;
		if (!scope || s->kind != VFW_STMT_TENANT || strcmp(s->name, scope))
			continue;
		for (const struct vfw_stmt *i = s->items.first; i; i = i->link.next)
			if ((i->kind == VFW_STMT_GROUP || i->kind == VFW_STMT_CIDR) &&
			    !strcmp(i->name, name))
				return i;
	}
	return NULL;
}

static bool in_set(const struct vfw_policy *p, const struct rival_end *end, const char *scope,
		   const struct vfw_stmt *set)
{
	int len;

	if (set->kind == VFW_STMT_GROUP)
		return end->kind == RIVAL_VM && (!scope || same(end->vm->tenant, scope)) &&
		       satisfies(end->vm, set->expr);
	if (end->kind != RIVAL_ADDRESS)
		return false;
	len = longest(p, scope, end);
	for (const struct vfw_prefix *x = set->prefixes.first; x; x = x->link.next)
		if (x->family == end->family && x->len == len &&
		    contains(x->addr, x->len, end->addr))
			return true;
	return false;
}

static bool is_end(const struct vfw_policy *p, const struct rival_end *end,
		   const struct vfw_end *written, const char *tenant)
{
	const struct vfw_stmt *set;
	bool own = end->kind == RIVAL_VM && (!tenant || same(end->vm->tenant, tenant));

	switch (written->kind) {
	case VFW_END_ANY:
		return end->kind == RIVAL_VM || end->kind == RIVAL_ADDRESS;
	case VFW_END_HOST:
		return end->kind == RIVAL_HOST;
	case VFW_END_EXTERNAL:
		return end->kind == RIVAL_ADDRESS;
	case VFW_END_UNMANAGED:
		return end->kind == RIVAL_UNMANAGED;
	case VFW_END_TENANT:
		return end->kind == RIVAL_VM && same(end->vm->tenant, written->tenant);
	case VFW_END_VM:
		return own && pattern(written->name, end->vm->name);
	case VFW_END_UUID:
		return own && !memcmp(written->uuid, end->vm->uuid, VFW_UUID_LEN);
	case VFW_END_NAME:
		break;
	}
	if (written->tenant)
		return in_set(p, end, written->tenant, find(p, written->tenant, written->name));
	set = tenant ? find(p, tenant, written->name) : NULL;
	if (set)
		return in_set(p, end, tenant, set);
	return in_set(p, end, NULL, find(p, NULL, written->name));
}

static bool is_any_of(const struct vfw_policy *p, const struct rival_end *end,
		      const struct vfw_list *ends, const char *tenant)
{
	if (!ends->n)
		return end->kind == RIVAL_UNMANAGED; /* not written: only in the unmanaged block */
	for (const struct vfw_end *e = ends->first; e; e = e->link.next)
		if (is_end(p, end, e, tenant))
			return true;
	return false;
}

static bool in_ranges(const struct vfw_list *ranges, uint32_t n)
{
	for (const struct vfw_range *r = ranges->first; r; r = r->link.next)
		if (n >= r->first && n <= r->last)
			return true;
	return !ranges->n;
}

static bool is_proto(const struct vfw_proto *proto, uint32_t key)
{
	uint32_t class = key >> 16, value = key & 0xffff;

	switch (proto->kind) {
	case VFW_PROTO_ANY:
		return true;
	case VFW_PROTO_TCP:
		return class == 6 && in_ranges(&proto->ranges, value);
	case VFW_PROTO_UDP:
		return class == 17 && in_ranges(&proto->ranges, value);
	case VFW_PROTO_SCTP:
		return class == 132 && in_ranges(&proto->ranges, value);
	case VFW_PROTO_ICMP:
	case VFW_PROTO_ICMP6:
		return class == (proto->kind == VFW_PROTO_ICMP ? 1 : 58) &&
		       in_ranges(&proto->ranges, value >> 8) &&
		       in_ranges(&proto->codes, value & 0xff);
	case VFW_PROTO_NUMBER:
		return class == proto->number;
	case VFW_PROTO_ETHER:
		return class == VFW_CLASS_ETHER && value == proto->number;
	}
	return false;
}

struct judging {
	const struct vfw_policy *p;
	const struct rival_end *src, *dst;
	uint32_t key;
	struct rival_answer *a;
};

/* Asks all rules of a kind of block (of one tenant); returns the one that decides, or NULL. */
static const struct vfw_stmt *ask(struct judging *j, enum vfw_stmt_kind kind, const char *tenant)
{
	for (const struct vfw_stmt *s = j->p->stmts.first; s; s = s->link.next) {
		if (s->kind != kind || (tenant && strcmp(s->name, tenant)))
			continue;
		for (const struct vfw_stmt *i = s->items.first; i; i = i->link.next) {
			if (i->kind != VFW_STMT_RULE ||
			    !is_any_of(j->p, j->src, &i->rule->from, tenant) ||
			    !is_any_of(j->p, j->dst, &i->rule->to, tenant) ||
			    !is_proto(&i->rule->proto, j->key))
				continue;
			if (i->rule->verdict != VFW_MONITOR)
				return i;
			if (j->a->n_monitors < RIVAL_MONITORS)
				j->a->monitors[j->a->n_monitors++] = &i->loc;
		}
	}
	return NULL;
}

static bool decided(struct judging *j, const struct vfw_stmt *rule)
{
	if (!rule)
		return false;
	j->a->verdict = rule->rule->verdict;
	j->a->rule = &rule->loc;
	return true;
}

static bool ask_tenants(struct judging *j)
{
	const char *ts = j->src->kind == RIVAL_VM ? j->src->vm->tenant : NULL;
	const char *td = j->dst->kind == RIVAL_VM ? j->dst->vm->tenant : NULL;
	const struct vfw_stmt *a, *b;

	if (!ts && !td)
		return false;
	if (!ts || !td || !strcmp(ts, td))
		return decided(j, ask(j, VFW_STMT_TENANT, ts ? ts : td));
	a = ask(j, VFW_STMT_TENANT, ts);
	if (a && a->rule->verdict != VFW_PASS)
		return decided(j, a);
	b = ask(j, VFW_STMT_TENANT, td);
	if (b && b->rule->verdict != VFW_PASS)
		return decided(j, b);
	if (!a || !b)
		return false;
	return decided(j, b->rule->log && !a->rule->log ? b : a);
}

void rival_judge(const struct rival_world *w, const struct rival_end *src,
		 const struct rival_end *dst, uint32_t key, struct rival_answer *answer)
{
	struct judging j = {w->policy, src, dst, key, answer};
	bool unmanaged = src->kind == RIVAL_UNMANAGED || dst->kind == RIVAL_UNMANAGED;

	memset(answer, 0, sizeof(*answer));
	if (decided(&j, ask(&j, VFW_STMT_FIRST, NULL)))
		return;
	if (ask_tenants(&j))
		return;
	if (unmanaged && decided(&j, ask(&j, VFW_STMT_UNMANAGED, NULL)))
		return;
	if (decided(&j, ask(&j, VFW_STMT_LAST, NULL)))
		return;
	answer->by_default = true;
	answer->verdict = VFW_BLOCK;
	for (const struct vfw_stmt *s = w->policy->stmts.first; s; s = s->link.next) {
		if (s->kind != VFW_STMT_DEFAULT)
			continue;
		if (s->rule->verdict == VFW_MONITOR) {
			answer->monitors[answer->n_monitors++] = &s->loc;
			answer->verdict = VFW_PASS;
		} else if (s->rule->verdict == VFW_PASS && unmanaged) {
			answer->verdict = VFW_BLOCK;
		} else {
			answer->verdict = s->rule->verdict;
			answer->rule = &s->loc;
		}
	}
}

/* Are these two VMs members of the same groups, under the names the policy has? */
static bool alike(const struct rival_world *w, const struct vfw_vm *a, const struct vfw_vm *b)
{
	struct rival_end x = {.kind = RIVAL_VM, .vm = a}, y = {.kind = RIVAL_VM, .vm = b};

	if (!same(a->tenant, b->tenant))
		return false;
	for (const struct vfw_stmt *s = w->policy->stmts.first; s; s = s->link.next) {
		const char *tenant = s->kind == VFW_STMT_TENANT ? s->name : NULL;

		if (s->kind == VFW_STMT_GROUP &&
		    in_set(w->policy, &x, NULL, s) != in_set(w->policy, &y, NULL, s))
			return false;
		for (const struct vfw_stmt *i = s->items.first; i; i = i->link.next) {
			const struct vfw_end *e;

			if (i->kind == VFW_STMT_GROUP &&
			    in_set(w->policy, &x, tenant, i) != in_set(w->policy, &y, tenant, i))
				return false;
			if (i->kind != VFW_STMT_RULE)
				continue;
			for (e = i->rule->from.first; e; e = e->link.next)
				if (is_end(w->policy, &x, e, tenant) !=
				    is_end(w->policy, &y, e, tenant))
					return false;
			for (e = i->rule->to.first; e; e = e->link.next)
				if (is_end(w->policy, &x, e, tenant) !=
				    is_end(w->policy, &y, e, tenant))
					return false;
		}
	}
	return true;
}

void rival_who(const struct rival_world *w, unsigned int family, const uint8_t *addr,
	       struct rival_end *end)
{
	int best = -1;

	memset(end, 0, sizeof(*end));
	end->kind = RIVAL_ADDRESS;
	end->family = family;
	memcpy(end->addr, addr, family == 6 ? 16 : 4);
	for (size_t v = 0; v < w->n_vms; v++) {
		const struct vfw_vm *vm = w->vms[v];

		for (size_t n = 0; vm->remote && n < vm->n_nics; n++)
			for (size_t a = 0; a < vm->nics[n].n_addrs; a++) {
				const struct vfw_address *x = &vm->nics[n].addrs[a];

				if (x->family != family || x->len < best ||
				    !contains(x->addr, x->len, addr))
					continue;
				if (x->len == best && end->vm && !alike(w, end->vm, vm)) {
					end->kind = RIVAL_UNMANAGED;
				} else if (x->len > best) {
					end->kind = RIVAL_VM;
					end->vm = vm;
				}
				best = x->len;
			}
	}
}
