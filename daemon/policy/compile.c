// SPDX-License-Identifier: GPL-2.0
/* Puts a compiled policy together: rule records with their origins, members, names. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "map.h"
#include "pairs.h"
#include "policy.h"
#include "print.h"
#include "profile.h"
#include "sha256.h"
#include "../vm/registry.h"

#define NONE UINT32_MAX
#define NAME_MAX_SHOWN 200 /* bytes of an identity's name */

struct compiling {
	struct vfw_resolved r;
	struct vfw_who who;
	struct vfw_cells cells;
	struct vfw_pairs pairs;
	struct vfw_policy_profiles profiles;
	struct vfw_compiled *out;
	size_t n_rules; /* made so far */
	struct vfw_map ids; /* ids in use */
	struct vfw_map texts; /* scope and text -> how many there were */
	struct vfw_arena arena; /* keys of both */
};

/* Hashes scope, text and number of the occurrence; steps aside where two rules meet in one id. */
static int make_id(struct compiling *c, const char *scope, const char *text, uint32_t *id)
{
	size_t scope_len = strlen(scope) + 1, text_len = strlen(text) + 1;
	size_t len = scope_len + text_len;
	uint8_t digest[VFW_SHA256_LEN];
	uint32_t *kept, *seen;
	char *key;

	key = vfw_arena_alloc(&c->arena, len + sizeof(uint32_t));
	if (!key)
		return -ENOMEM;
	memcpy(key, scope, scope_len);
	memcpy(key + scope_len, text, text_len);
	seen = vfw_map_get(&c->texts, key, len);
	if (seen)
		(*seen)++;
	else if (vfw_map_put(&c->texts, key, len, 0))
		return -ENOMEM;
	for (int i = 0; i < 4; i++)
		key[len + (size_t)i] = (char)((seen ? *seen : 0) >> 8 * i);
	vfw_sha256(key, len + 4, digest);
	kept = vfw_arena_alloc(&c->arena, sizeof(*kept));
	if (!kept)
		return -ENOMEM;
	*kept = (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 | (uint32_t)digest[2] << 8 |
		digest[3];
	while (!*kept || vfw_map_get(&c->ids, kept, sizeof(*kept)))
		++*kept;
	*id = *kept;
	return vfw_map_put(&c->ids, kept, sizeof(*kept), 0);
}

/* Adds a record with its origin; text is taken over, also on failure. */
static int add_rule(struct compiling *c, const struct vfw_rule *rule, const struct vfw_loc *loc,
		    uint32_t tenant, const char *label, char *text)
{
	struct vfw_rule_rec *rec = &c->out->rules[c->n_rules];
	struct vfw_rule_origin *origin = &c->out->origins[c->n_rules];
	char scope[VFW_POLICY_NAME_MAX + 16];
	int err;

	origin->text = text;
	if (!text)
		return -ENOMEM;
	c->n_rules++;
	rec->verdict = (uint8_t)rule->verdict;
	rec->flags = rule->log ? VFW_RULE_F_LOG : 0;
	if (rule->inspect)
		rec->profile =
			(uint16_t)(vfw_policy_profile_index(&c->profiles, rule->inspect->s) + 1);
	origin->label = strdup(label);
	if (!origin->label)
		return -ENOMEM;
	if (loc) {
		origin->file = strdup(c->r.policy->files[loc->file].name);
		origin->line = loc->line;
	}
	if (rule->message)
		origin->message = strdup(rule->message);
	if (tenant != VFW_NO_TENANT)
		origin->tenant = strdup(c->r.tenants[tenant]);
	if ((loc && !origin->file) || (rule->message && !origin->message) ||
	    (tenant != VFW_NO_TENANT && !origin->tenant))
		return -ENOMEM;
	/* the scope is the label up to its number: "shop", "first"; a tenant's cannot be confused */
	snprintf(scope, sizeof(scope), "%s%.*s", tenant != VFW_NO_TENANT ? "tenant " : "",
		 (int)strcspn(label, ":"), label);
	err = make_id(c, scope, text, &rec->id);
	return err;
}

static int add_entry(struct compiling *c, const struct vfw_entry *e)
{
	static const char *const stages[] = {
		[VFW_STAGE_FIRST] = "first",
		[VFW_STAGE_UNMANAGED] = "unmanaged",
		[VFW_STAGE_LAST] = "last",
	};
	char label[VFW_POLICY_NAME_MAX + 16];
	struct vfw_text text = {0};

	snprintf(label, sizeof(label), "%s:%u",
		 e->stage == VFW_STAGE_TENANT ? c->r.tenants[e->tenant] : stages[e->stage], e->nth);
	vfw_print_rule(&text, e->rule);
	return add_rule(c, e->rule, e->loc, e->tenant, label, vfw_text_take(&text));
}

/* The records of what decides when no rule does, and which is for whom. */
static int add_fallbacks(struct compiling *c)
{
	static const struct vfw_rule block = {.verdict = VFW_BLOCK}, pass = {.verdict = VFW_PASS};
	const struct vfw_rule *written = c->r.deflt ? c->r.deflt : &block;
	struct vfw_pairs *pairs = &c->pairs;
	struct vfw_text text = {0};
	uint32_t at = (uint32_t)c->n_rules;
	int err;

	vfw_print_default(&text, written);
	err = add_rule(c, written, c->r.deflt_loc, VFW_NO_TENANT, "default", vfw_text_take(&text));
	pairs->open = (struct vfw_fallback){.monitor = NONE, .deciding = at};
	pairs->open_joins = written->verdict != VFW_BLOCK;
	if (!err && written->verdict == VFW_MONITOR) {
		err = add_rule(c, &pass, NULL, VFW_NO_TENANT, "default",
			       strdup("what default monitor lets through"));
		pairs->open = (struct vfw_fallback){.monitor = at, .deciding = at + 1};
	}
	pairs->closed = pairs->open;
	pairs->closed_joins = pairs->open_joins;
	if (!err && written->verdict == VFW_PASS) {
		pairs->closes = true;
		pairs->closed_joins = false;
		pairs->closed.deciding = (uint32_t)c->n_rules;
		err = add_rule(c, &block, NULL, VFW_NO_TENANT, "unmanaged:default",
			       strdup("unmanaged ports are opened by name only"));
	}
	for (size_t i = at; i < c->n_rules; i++)
		c->out->rules[i].flags |= VFW_RULE_F_DEFAULT;
	return err;
}

static int add_rules(struct compiling *c)
{
	size_t room = c->r.n_entries + 3;
	int err = 0;

	c->out->rules = calloc(room, sizeof(*c->out->rules));
	c->out->origins = calloc(room, sizeof(*c->out->origins));
	if (!c->out->rules || !c->out->origins)
		return -ENOMEM;
	c->out->counts.n[VFW_TABLE_RULES] = (uint32_t)room; /* all that may have to be freed */
	for (size_t i = 0; i < c->r.n_entries && !err; i++)
		err = add_entry(c, &c->r.entries[i]);
	if (!err)
		err = add_fallbacks(c);
	if (!err)
		c->out->counts.n[VFW_TABLE_RULES] = (uint32_t)c->n_rules;
	return err;
}

static int add_members(struct compiling *c, const struct vfw_vm *const *vms, size_t n_vms)
{
	struct vfw_compiled *out = c->out;

	out->members = calloc(n_vms + 1, sizeof(*out->members));
	if (!out->members)
		return -ENOMEM;
	for (size_t i = 0; i < n_vms; i++) {
		struct vfw_member *member = &out->members[i];
		uint32_t flags = vfw_who_guard(&c->r, &c->who, c->who.vm_idents[i]);

		memcpy(member->uuid, vms[i]->uuid, VFW_UUID_LEN);
		member->ident = c->who.vm_idents[i];
		for (size_t nic = 0; nic < VFW_MAX_NICS; nic++)
			member->nic_flags[nic] = flags;
	}
	out->n_members = n_vms;
	return 0;
}

/* "shop.web+shop.db", "prod+shop", "external": sets with names, else the tenant, else the kind. */
static char *ident_name(const struct compiling *c, uint32_t ident)
{
	const struct vfw_identity *identity = &c->who.idents[ident];
	struct vfw_text t = {0};
	size_t hidden = 0;

	for (size_t i = 0; i < identity->n_sets; i++) {
		const struct vfw_set *set = &c->r.sets[identity->sets[i]];

		if (!set->name)
			continue;
		if (t.len > NAME_MAX_SHOWN) {
			hidden++;
			continue;
		}
		vfw_text_str(&t, t.len ? "+" : "");
		if (set->tenant != VFW_NO_TENANT)
			vfw_text_printf(&t, "%s.", c->r.tenants[set->tenant]);
		vfw_text_str(&t, set->name);
	}
	if (hidden)
		vfw_text_printf(&t, "+%zu more", hidden);
	if (!t.len && identity->kind == VFW_WHO_VM && identity->tenant != VFW_NO_TENANT)
		vfw_text_printf(&t, "tenant %s", c->r.tenants[identity->tenant]);
	else if (!t.len && identity->kind == VFW_WHO_VM)
		vfw_text_str(&t, "no group");
	else if (!t.len && identity->kind == VFW_WHO_ADDRESS)
		vfw_text_str(&t, "external");
	else if (identity->kind == VFW_WHO_HOST)
		vfw_text_str(&t, "host");
	else if (identity->kind == VFW_WHO_UNMANAGED)
		vfw_text_str(&t, identity->disputed ? "disputed" : "unmanaged");
	return vfw_text_take(&t);
}

static uint64_t ident_means(const struct compiling *c, uint32_t ident)
{
	const struct vfw_identity *identity = &c->who.idents[ident];
	/* what the policy does not name is numbered by the VMs there are */
	const char *tenant =
		identity->tenant != VFW_NO_TENANT ? c->r.tenants[identity->tenant] : "";
	const uint64_t parts[] = {
		identity->kind, vfw_map_hash(tenant, strlen(tenant)), identity->disputed,
		vfw_map_hash(identity->sets, identity->n_sets * sizeof(*identity->sets))};

	return vfw_map_hash(parts, sizeof(parts));
}

static int add_names(struct compiling *c)
{
	struct vfw_compiled *out = c->out;

	out->counts.n_idents = (uint32_t)c->who.n_idents;
	out->ident_names = calloc(c->who.n_idents, sizeof(*out->ident_names));
	out->ident_means = calloc(c->who.n_idents, sizeof(*out->ident_means));
	if (!out->ident_names || !out->ident_means)
		return -ENOMEM;
	for (uint32_t i = 0; i < c->who.n_idents; i++) {
		if (c->who.idents[i].kind == VFW_WHO_NOBODY)
			continue;
		out->ident_means[i] = ident_means(c, i);
		out->ident_names[i] = ident_name(c, i);
		if (!out->ident_names[i])
			return -ENOMEM;
	}
	return 0;
}

/* Moves the tables from where they grew; what moved is not freed twice. */
static void take_tables(struct compiling *c)
{
	struct vfw_compiled *out = c->out;
	struct vfw_counts *counts = &out->counts;

	out->cands = c->cells.cands;
	out->cells = c->cells.cells;
	out->blocks = c->cells.blocks;
	out->pairs = c->pairs.v;
	out->book4 = c->who.book4;
	out->book6 = c->who.book6;
	counts->n[VFW_TABLE_CANDS] = (uint32_t)c->cells.n_cands;
	counts->n[VFW_TABLE_CELLS] = (uint32_t)c->cells.n_cells;
	counts->n[VFW_TABLE_BLOCKS] = (uint32_t)c->cells.n_blocks;
	counts->n[VFW_TABLE_PAIRS] = (uint32_t)c->pairs.n;
	counts->n[VFW_TABLE_BOOK4] = (uint32_t)c->who.n_book4;
	counts->n[VFW_TABLE_BOOK6] = (uint32_t)c->who.n_book6;
	counts->default_block = c->pairs.default_block;
	c->cells.cands = NULL;
	c->cells.cells = NULL;
	c->cells.blocks = NULL;
	c->pairs.v = NULL;
	c->who.book4 = NULL;
	c->who.book6 = NULL;
}

static int digest(struct compiling *c)
{
	char *text = vfw_policy_print(c->r.policy);

	if (!text)
		return -ENOMEM;
	vfw_sha256(text, strlen(text), c->out->digest);
	free(text);
	return 0;
}

/* Which of two rules lets pass is for the app to say, and they inspect with two profiles, or one of them with none. */
static int complain_of_app_clash(const struct compiling *c, struct vfw_diags *d)
{
	const uint32_t *clash = c->cells.clash;
	uint32_t named = c->out->rules[clash[0]].profile ? clash[0] : clash[1];
	const struct vfw_rule_origin *one = &c->out->origins[named];
	const struct vfw_rule_origin *other = &c->out->origins[clash[0] ^ clash[1] ^ named];
	const struct vfw_loc *loc = &c->r.entries[named].rule->inspect->loc;

	vfw_diag_add(d, VFW_DIAG_ERROR, &c->r.policy->files[loc->file], loc,
		     "expected the same profile, or none, in rules between which the app decides: "
		     "%s and %s let pass what is not inspected alike, and until the app is known "
		     "nobody can tell which of them it is",
		     one->label, other->label);
	return -EINVAL;
}

/* Where the app decides, what is inspected must be so by a profile that prevents: one that only reports lets everything by. */
static int check_modes(const struct compiling *c, struct vfw_diags *d)
{
	for (size_t i = 0; i < c->cells.n_cells; i++) {
		uint32_t cand = c->cells.cells[i].cand, rule, profile;
		const struct vfw_word *inspect;

		if (!(cand & VFW_CELL_F_APPS))
			continue;
		cand &= ~VFW_CELL_F_APPS;
		rule = c->cells.cands[cand + VFW_APPS_PASSES];
		profile = c->cells.cands[cand + VFW_APPS_PROFILE];
		if (profile == c->cells.apps_profile ||
		    c->profiles.v[profile - 1].conf.flags & VFW_PROFILE_F_PREVENT)
			continue;
		inspect = c->r.entries[rule].rule->inspect;
		vfw_diag_add(d, VFW_DIAG_ERROR, &c->r.policy->files[inspect->loc.file],
			     &inspect->loc,
			     "expected a profile with 'mode prevent' where the app decides: '%s' "
			     "only reports, and lets pass what hides the app",
			     inspect->s);
		return -EINVAL;
	}
	return 0;
}

/* Two tenants' rules inspect the same conversations, each with a profile of its own. */
static int complain_of_clash(const struct compiling *c, struct vfw_diags *d)
{
	const struct vfw_entry *src = &c->r.entries[c->cells.clash[0]];
	const struct vfw_entry *dst = &c->r.entries[c->cells.clash[1]];
	const struct vfw_loc *loc;

	if (c->cells.app_clash)
		return complain_of_app_clash(c, d);
	loc = &dst->rule->inspect->loc;

	vfw_diag_add(
		d, VFW_DIAG_ERROR, &c->r.policy->files[loc->file], loc,
		"expected one profile for conversations between two tenants: rule %s:%u, which "
		"lets the same pass, inspects with '%s'",
		c->r.tenants[src->tenant], src->nth, src->rule->inspect->s);
	return -EINVAL;
}

/*
 * How many profiles there are: where rules ask for apps, behind those of the policy one that only recognises. The others
 * recognise apps, too, if they prevent: one that only reports lets everything by.
 */
static int recognise(struct compiling *c, struct vfw_diags *d)
{
	c->out->counts.n_profiles = (uint32_t)c->profiles.n;
	if (!vfw_policy_asks_apps(c->r.policy))
		return 0;
	if (c->profiles.n == VFW_MAX_PROFILES) {
		vfw_diag_add(d, VFW_DIAG_ERROR, NULL, NULL,
			     "expected at most %d profiles where rules ask for apps",
			     VFW_MAX_PROFILES - 1);
		return -EINVAL;
	}
	c->cells.apps_profile = (uint16_t)++c->out->counts.n_profiles;
	return 0;
}

int vfw_policy_compile(const struct vfw_policy *p, const struct vfw_vm *const *vms, size_t n_vms,
		       struct vfw_diags *d, struct vfw_compiled **out)
{
	struct compiling c = {0};
	int err;

	c.out = calloc(1, sizeof(*c.out));
	err = c.out ? vfw_resolve(p, d, &c.r) : -ENOMEM;
	if (!err && vfw_policy_unenforceable(p, d))
		err = -EINVAL;
	if (!err)
		err = vfw_policy_profiles(p, d, &c.profiles);
	if (!err)
		err = recognise(&c, d);
	if (!err) {
		err = vfw_who(&c.r, vms, n_vms, d, &c.who);
	}
	if (!err)
		err = add_rules(&c);
	c.cells.rules = c.out ? c.out->rules : NULL;
	if (!err)
		err = vfw_pairs_fill(&c.r, &c.who, &c.cells, &c.pairs);
	if (!err)
		err = check_modes(&c, d);
	if (!err)
		err = add_members(&c, vms, n_vms);
	if (!err)
		err = add_names(&c);
	if (!err)
		err = digest(&c);
	if (err == -E2BIG) {
		vfw_diag_add(d, VFW_DIAG_ERROR, NULL, NULL,
			     "the policy is larger than the datapath takes (%zu rules, %zu "
			     "identities gave %zu pairs, %zu cells so far): fewer rules must "
			     "overlap, or fewer groups",
			     c.r.n_entries, c.who.n_idents, c.pairs.n, c.cells.n_cells);
		err = -EINVAL;
	}
	if (err == -ENOTUNIQ)
		err = complain_of_clash(&c, d);
	if (!err) {
		take_tables(&c);
		*out = c.out;
		c.out = NULL;
	}
	vfw_compiled_free(c.out);
	free(c.pairs.v);
	vfw_policy_profiles_free(&c.profiles);
	vfw_cells_free(&c.cells);
	vfw_who_free(&c.who);
	vfw_resolve_free(&c.r);
	vfw_map_free(&c.ids);
	vfw_map_free(&c.texts);
	vfw_arena_free(&c.arena);
	return err;
}

const void *vfw_compiled_table(const struct vfw_compiled *c, int table, size_t *size)
{
	const struct {
		const void *data;
		size_t size;
	} tables[__VFW_TABLE_MAX] = {
		[VFW_TABLE_RULES] = {c->rules, sizeof(*c->rules)},
		[VFW_TABLE_CANDS] = {c->cands, sizeof(*c->cands)},
		[VFW_TABLE_CELLS] = {c->cells, sizeof(*c->cells)},
		[VFW_TABLE_BLOCKS] = {c->blocks, sizeof(*c->blocks)},
		[VFW_TABLE_PAIRS] = {c->pairs, sizeof(*c->pairs)},
		[VFW_TABLE_BOOK4] = {c->book4, sizeof(*c->book4)},
		[VFW_TABLE_BOOK6] = {c->book6, sizeof(*c->book6)},
	};

	*size = tables[table].size;
	return tables[table].data;
}

void vfw_compiled_free(struct vfw_compiled *c)
{
	if (!c)
		return;
	for (size_t i = 0; c->origins && i < c->counts.n[VFW_TABLE_RULES]; i++) {
		free(c->origins[i].file);
		free(c->origins[i].tenant);
		free(c->origins[i].text);
		free(c->origins[i].label);
		free(c->origins[i].message);
	}
	for (size_t i = 0; c->ident_names && i < c->counts.n_idents; i++)
		free(c->ident_names[i]);
	free(c->rules);
	free(c->cands);
	free(c->cells);
	free(c->blocks);
	free(c->pairs);
	free(c->book4);
	free(c->book6);
	free(c->origins);
	free(c->ident_names);
	free(c->ident_means);
	free(c->members);
	free(c);
}
