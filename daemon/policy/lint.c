// SPDX-License-Identifier: GPL-2.0
#include "lint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "imply.h"
#include "pairs.h"
#include "policy.h"
#include "print.h"

#define COVER_STEPS (1u << 27) /* looks at a rule that another one keeps from its turn */
#define SEARCH_STEPS (1u << 24) /* comparisons of two rules by their words */

struct linting {
	struct vfw_resolved r;
	struct vfw_who who;
	struct vfw_cells cells;
	struct vfw_pairs pairs;
	struct vfw_watch watch;
	uint64_t search; /* steps left */
	struct vfw_lint *out;
};

static char *label_of(const struct linting *l, const struct vfw_entry *e)
{
	static const char *const stages[] = {
		[VFW_STAGE_FIRST] = "first",
		[VFW_STAGE_UNMANAGED] = "unmanaged",
		[VFW_STAGE_LAST] = "last",
	};
	struct vfw_text t = {0};

	vfw_text_printf(&t, "%s:%u",
			e->stage == VFW_STAGE_TENANT ? l->r.tenants[e->tenant] : stages[e->stage],
			e->nth);
	return vfw_text_take(&t);
}

/* Is nobody meant by this side, among those there are? */
static bool side_is_empty(const struct linting *l, uint32_t side)
{
	const struct vfw_side *s = &l->r.sides[side];

	for (size_t a = 0; a < s->n; a++) {
		enum vfw_atom_kind kind = VFW_ATOM_KIND(s->atoms[a]);
		uint32_t index = VFW_ATOM_INDEX(s->atoms[a]);

		if (kind != VFW_ATOM_TENANT && kind != VFW_ATOM_SET)
			return false;
		for (size_t i = 0; i < l->who.n_idents; i++) {
			const struct vfw_identity *who = &l->who.idents[i];

			if (kind == VFW_ATOM_TENANT && who->kind == VFW_WHO_VM &&
			    who->tenant == index)
				return false;
			for (size_t k = 0; kind == VFW_ATOM_SET && k < who->n_sets; k++)
				if (who->sets[k] == index)
					return false;
		}
	}
	return true;
}

/* Is e about every app that the rule is about? */
static bool takes_apps(const struct vfw_entry *e, const struct vfw_entry *rule)
{
	if (!e->n_apps)
		return true;
	for (size_t i = 0; i < rule->n_apps; i++)
		if (!vfw_entry_takes(e, rule->apps[i]))
			return false;
	return rule->n_apps;
}

/* Does e, wherever it is asked, come before the rule, and is e asked wherever that is? */
static bool comes_before(const struct vfw_entry *e, const struct vfw_entry *rule)
{
	return e < rule && e->rule->verdict != VFW_MONITOR &&
	       (e->stage == VFW_STAGE_FIRST ||
		(e->stage == rule->stage && e->tenant == rule->tenant)) &&
	       takes_apps(e, rule);
}

/*
 * Takes spans away from left (n of them, room for all that may become of them); *hit becomes true if
 * there was anything to take. Returns how many are left.
 */
static size_t take_away(struct vfw_span *left, size_t n, const struct vfw_span *spans,
			size_t n_spans, size_t room, bool *hit)
{
	for (size_t s = 0; s < n_spans; s++) {
		size_t before = n;

		for (size_t i = 0; i < before; i++) {
			struct vfw_span *x = &left[i];

			if (spans[s].last < x->first || spans[s].first > x->last)
				continue;
			*hit = true;
			if (x->last > spans[s].last && n < room)
				left[n++] = (struct vfw_span){spans[s].last + 1, x->last};
			if (x->first < spans[s].first)
				x->last = spans[s].first - 1;
			else
				*x = (struct vfw_span){1, 0};
		}
		/* drop what is empty */
		before = n;
		n = 0;
		for (size_t i = 0; i < before; i++)
			if (left[i].first <= left[i].last)
				left[n++] = left[i];
	}
	return n;
}

/*
 * Do these rules decide all that the rule matches, whatever VMs there are? Those that take part are
 * put into by (at most VFW_COVER_MAX), if they do. 1, 0, or -ENOMEM.
 */
static int covered_always(struct linting *l, const struct vfw_entry *rule, const uint32_t *others,
			  size_t n, struct vfw_cover *by)
{
	struct vfw_cover found = {0};
	size_t room = rule->n_spans, left = rule->n_spans;
	struct vfw_span *spans;

	for (size_t i = 0; i < n; i++)
		room += l->r.entries[others ? others[i] : i].n_spans;
	if (room > 1u << 16)
		return 0;
	spans = malloc(room * sizeof(*spans));
	if (!spans)
		return -ENOMEM;
	memcpy(spans, rule->spans, left * sizeof(*spans));
	for (size_t i = 0; i < n && left && l->search; i++) {
		uint32_t index = others ? others[i] : (uint32_t)i;
		const struct vfw_entry *e = &l->r.entries[index];
		bool hit = false;

		l->search--;
		if (!comes_before(e, rule) ||
		    !vfw_imply_side(&l->r, rule->from, e->from, &l->search) ||
		    !vfw_imply_side(&l->r, rule->to, e->to, &l->search))
			continue;
		left = take_away(spans, left, e->spans, e->n_spans, room, &hit);
		if (!hit)
			continue;
		if (found.n < VFW_COVER_MAX)
			found.rule[found.n++] = index;
		else
			found.more = true;
	}
	free(spans);
	if (left)
		return 0;
	*by = found;
	return 1;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int report(struct linting *l, const struct vfw_entry *e, enum vfw_lint_kind kind,
		  bool always, struct vfw_cover *by)
{
	struct vfw_lint_rule *out = &l->out->rules[l->out->n_rules++];
	struct vfw_text text = {0};

	vfw_print_rule(&text, e->rule);
	*out = (struct vfw_lint_rule){.kind = kind,
				      .always = always,
				      .label = label_of(l, e),
				      .text = vfw_text_take(&text),
				      .file = l->r.policy->files[e->loc->file].name,
				      .line = e->loc->line,
				      .more = by->more};
	if (!out->label || !out->text)
		return -ENOMEM;
	if (kind == VFW_LINT_NOBODY) {
		out->empty = side_is_empty(l, e->from) ? "from"
			     : side_is_empty(l, e->to) ? "to"
						       : NULL;
		return 0;
	}
	qsort(by->rule, by->n, sizeof(by->rule[0]), by_number);
	for (uint32_t i = 0; i < by->n; i++) {
		out->by[i] = label_of(l, &l->r.entries[by->rule[i]]);
		if (!out->by[i])
			return -ENOMEM;
		out->n_by++;
	}
	return 0;
}

static int look_at_rule(struct linting *l, uint32_t i)
{
	const struct vfw_entry *e = &l->r.entries[i];
	struct vfw_cover by = l->watch.cover[i];
	int always;

	if (l->watch.live[i])
		return 0;
	if (l->watch.met[i] && !by.more)
		always = covered_always(l, e, by.rule, by.n, &by);
	else
		always = covered_always(l, e, NULL, i, &by);
	if (always < 0)
		return always;
	return report(l, e, l->watch.met[i] || always ? VFW_LINT_SHADOWED : VFW_LINT_NOBODY, always,
		      &by);
}

static int look_at_groups(struct linting *l, size_t n_vms)
{
	bool *held = calloc(l->r.n_sets + 1, sizeof(*held));
	struct vfw_lint *out = l->out;
	int err = 0;

	out->groups = calloc(l->r.n_sets + 1, sizeof(*out->groups));
	if (!held || !out->groups) {
		free(held);
		return -ENOMEM;
	}
	for (size_t v = 0; v < n_vms; v++) {
		const struct vfw_identity *who = &l->who.idents[l->who.vm_idents[v]];

		for (size_t k = 0; k < who->n_sets; k++)
			held[who->sets[k]] = true;
	}
	for (size_t s = 0; s < l->r.n_sets && !err; s++) {
		const struct vfw_set *set = &l->r.sets[s];

		if (held[s] || !set->stmt || set->stmt->kind != VFW_STMT_GROUP)
			continue;
		out->groups[out->n_groups] = (struct vfw_lint_group){
			.name = set->stmt->name,
			.file = l->r.policy->files[set->stmt->loc.file].name,
			.line = set->stmt->loc.line};
		if (set->tenant != VFW_NO_TENANT)
			out->groups[out->n_groups].tenant = strdup(l->r.tenants[set->tenant]);
		if (set->tenant != VFW_NO_TENANT && !out->groups[out->n_groups].tenant)
			err = -ENOMEM;
		out->n_groups++;
	}
	free(held);
	return err;
}

/* The sweep of the compiler, looked at while it runs. What it builds is thrown away. */
static int sweep(struct linting *l, const struct vfw_vm *const *vms, size_t n_vms,
		 struct vfw_diags *d)
{
	size_t n = l->r.n_entries + 1;
	int err;

	l->watch = (struct vfw_watch){.met = calloc(n, sizeof(*l->watch.met)),
				      .live = calloc(n, sizeof(*l->watch.live)),
				      .cover = calloc(n, sizeof(*l->watch.cover)),
				      .left = COVER_STEPS};
	l->cells.watch = &l->watch;
	l->pairs.open = l->pairs.closed = (struct vfw_fallback){.monitor = UINT32_MAX};
	l->out->rules = calloc(n, sizeof(*l->out->rules));
	if (!l->watch.met || !l->watch.live || !l->watch.cover || !l->out->rules)
		return -ENOMEM;
	err = vfw_who(&l->r, vms, n_vms, d, &l->who);
	return err ? err : vfw_pairs_fill(&l->r, &l->who, &l->cells, &l->pairs);
}

int vfw_policy_lint(const struct vfw_policy *p, const struct vfw_vm *const *vms, size_t n_vms,
		    struct vfw_diags *d, struct vfw_lint **out)
{
	struct linting l = {.search = SEARCH_STEPS};
	int err;

	l.out = calloc(1, sizeof(*l.out));
	err = l.out ? vfw_resolve(p, d, &l.r) : -ENOMEM;
	if (!err && vfw_policy_unenforceable(p, d))
		err = -EINVAL;
	if (!err)
		err = sweep(&l, vms, n_vms, d);
	for (uint32_t i = 0; i < l.r.n_entries && !err; i++)
		err = look_at_rule(&l, i);
	if (!err)
		err = look_at_groups(&l, n_vms);
	if (!err) {
		l.out->partial = !l.watch.left;
		*out = l.out;
		l.out = NULL;
	}
	vfw_lint_free(l.out);
	free(l.watch.met);
	free(l.watch.live);
	free(l.watch.cover);
	free(l.pairs.v);
	vfw_cells_free(&l.cells);
	vfw_who_free(&l.who);
	vfw_resolve_free(&l.r);
	return err;
}

void vfw_lint_free(struct vfw_lint *lint)
{
	if (!lint)
		return;
	for (size_t i = 0; i < lint->n_rules; i++) {
		free(lint->rules[i].label);
		free(lint->rules[i].text);
		for (size_t k = 0; k < lint->rules[i].n_by; k++)
			free(lint->rules[i].by[k]);
	}
	for (size_t i = 0; i < lint->n_groups; i++)
		free(lint->groups[i].tenant);
	free(lint->rules);
	free(lint->groups);
	free(lint);
}
