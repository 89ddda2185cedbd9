// SPDX-License-Identifier: GPL-2.0
#include "pattern_rules.h"

#include "../../kmod/core/sig_table.h"
#include "../policy/text.h"
#include "pattern.h"
#include "rule_flowbits.h"
#include "rule_kernel.h"
#include "rule_steps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WARNINGS 12 /* reasons that are told one by one */

const char *vfw_pattern_left_word(enum vfw_pattern_left left)
{
	static const char *const words[] = {
		[VFW_PATTERN_LEFT_DEEP] = "deep",
		[VFW_PATTERN_LEFT_REFUSED] = "refused",
		[VFW_PATTERN_LEFT_UNLIKE] = "unlike",
	};

	return words[left];
}

/*
 * $HOME_NET is the VMs, by what they are and not by their addresses. Where attacker and victim both are VMs, nobody is outside, so $EXTERNAL_NET
 * is everybody. Among other addresses the former is everybody as well: which ends are meant is said by the policy's rule that inspects.
 */
static int any_address(struct vfw_rule_set *set)
{
	set->home_vms = true;
	return vfw_rule_vars_set(&set->vars, "HOME_NET", "any")
		       ?: vfw_rule_vars_set(&set->vars, "EXTERNAL_NET", "any");
}

static int begin(struct vfw_patterns *p)
{
	if (p->rules)
		return 0;
	p->rules = calloc(1, sizeof(*p->rules));
	if (!p->rules)
		return -ENOMEM;
	p->rules->set = vfw_rule_set_new();
	return p->rules->set ? any_address(p->rules->set) : -ENOMEM;
}

static uint32_t file_of(const struct vfw_patterns *p, const char *name)
{
	uint32_t i = 0;

	while (i + 1 < p->texts.n && p->texts.files[i].name != name)
		i++;
	return i;
}

/* Says what is wrong with a rule, at its place. */
static void say(const struct vfw_patterns *p, const struct vfw_rule_note *note,
		enum vfw_severity severity, struct vfw_diags *d)
{
	uint32_t file = file_of(p, note->file);
	struct vfw_loc loc = {file, note->line, note->col, note->line, note->col + 1};

	vfw_diag_add(d, severity, &p->texts.files[file], &loc, "%s%s",
		     severity == VFW_DIAG_WARNING ? "not enforced: " : "", note->text);
}

/* What could not be read as a rule at all: nobody knows what was meant. */
static int complain(const struct vfw_patterns *p, size_t from, struct vfw_diags *d)
{
	int err = 0;

	for (size_t i = from; i < p->rules->set->n_notes; i++) {
		if (!p->rules->set->notes[i].syntax)
			continue;
		say(p, &p->rules->set->notes[i], VFW_DIAG_ERROR, d);
		err = -EINVAL;
	}
	return err;
}

int vfw_pattern_rules_add(struct vfw_patterns *p, const char *name, const char *text, size_t len,
			  struct vfw_diags *d)
{
	int err = begin(p) ?: vfw_texts_add(&p->texts, name, text, len);
	size_t before;

	if (err)
		return err;
	before = p->rules->set->n_notes;
	p->rules->set->file = p->texts.files[p->texts.n - 1].name;
	err = vfw_rule_set_add(p->rules->set, text, len);
	/* the copy that files of patterns are cut into */
	free(p->texts.texts[p->texts.n - 1]);
	p->texts.texts[p->texts.n - 1] = NULL;
	return err ?: complain(p, before, d);
}

static int leave(struct vfw_pattern_rules *r, enum vfw_pattern_left left, const char *why,
		 uint32_t n, uint32_t sid)
{
	struct vfw_pattern_reason *grown;
	size_t i;

	r->left[left] += n;
	for (i = 0; i < r->n_reasons; i++)
		if (r->reasons[i].left == left && !strcmp(r->reasons[i].why, why))
			break;
	if (i == r->n_reasons) {
		grown = realloc(r->reasons, (i + 1) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		r->reasons = grown;
		grown[i] = (struct vfw_pattern_reason){left, strdup(why), 0, sid};
		if (!grown[i].why)
			return -ENOMEM;
		r->n_reasons++;
	}
	r->reasons[i].n += n;
	return 0;
}

/* Takes an expression, which it owns from now on. Returns 0 or -ENOMEM, with regex freed. */
static int own(struct vfw_pattern_rules *r, char *regex)
{
	if (!regex || vfw_rule_set_grow(&r->regex, &r->room_regex, r->n_regex, sizeof(*r->regex))) {
		free(regex);
		return -ENOMEM;
	}
	r->regex[r->n_regex++] = regex;
	return 0;
}

/* Appends a pattern, or says why it cannot be one. Returns 0, -EINVAL after a complaint, -ENOMEM. */
static int append(struct vfw_patterns *p, const struct vfw_pattern *pattern, struct vfw_diags *d)
{
	const struct vfw_source *file = &p->texts.files[pattern->loc.file];
	size_t first = 0;
	int err = vfw_patterns_append(p, pattern, &first);

	if (err == -EEXIST)
		vfw_diag_add(d, VFW_DIAG_ERROR, file, &pattern->loc, "the id %u is taken by %s:%u",
			     pattern->sid, p->texts.files[p->v[first].loc.file].name,
			     p->v[first].loc.line);
	else if (err == -E2BIG)
		vfw_diag_add(d, VFW_DIAG_ERROR, file, &pattern->loc,
			     "expected at most %d signatures in a profile", VFW_PATTERNS_MAX);
	return err && err != -ENOMEM ? -EINVAL : err;
}

/* Is it more than that it matched, when, or how often? */
static bool is_counted(const struct vfw_rule_meta *meta)
{
	return meta->n_bits || meta->limit.kind != VFW_SIG_LIMIT_NONE ||
	       meta->filter.kind != VFW_SIG_LIMIT_NONE;
}

/*
 * Of what use are its expressions? One about TCP's stream alone fits no datagram, nor a segment by itself; a literal for steps
 * no stream. All others are looked for in streams as well, for what is longer than a section of the module takes is scanned as one.
 */
static uint32_t use_of(const struct vfw_sig *sig, const struct vfw_rule_parts *parts)
{
	const uint32_t others = VFW_SIG_P_UDP | VFW_SIG_P_ICMP4 | VFW_SIG_P_ICMP6 | VFW_SIG_P_SCTP |
				VFW_SIG_P_OTHER;

	if (parts->header)
		return VFW_PATTERN_F_DATAGRAM | VFW_PATTERN_F_STREAM;
	if (parts->chain)
		return VFW_PATTERN_F_DATAGRAM;
	return sig->flags & VFW_SIG_PACKET || sig->protocols & others ? 0 : VFW_PATTERN_F_STREAM;
}

/* Rule i, by its expressions, which are taken. Returns 0, -EINVAL after a complaint, -ENOMEM. */
static int enforce(struct vfw_patterns *p, uint32_t i, struct vfw_rule_parts *parts,
		   struct vfw_diags *d)
{
	struct vfw_pattern_rules *r = p->rules;
	struct vfw_rule_meta *meta = &r->set->meta[i];
	uint32_t use = use_of(&r->set->sig[i], parts);
	/* what is told only while disarmed must match again, and what has matched too early or too late */
	bool again =
		r->set->sig[i].flags & (VFW_SIG_DROP | VFW_SIG_REJECT) || r->set->sig[i].n_conds;
	struct vfw_pattern pattern = {
		.rule = i + 1,
		.flags = VFW_PATTERN_F_DOTALL | VFW_PATTERN_F_PART | use,
		.message = "",
		.category = "",
		.loc = {file_of(p, meta->file), meta->line, 1, meta->line, 2},
	};
	struct vfw_text all = {0};
	int err = 0;

	for (uint32_t k = 0; k < parts->n && !err; k++) {
		pattern.regex = parts->regex[k].s;
		parts->regex[k].s = NULL;
		pattern.flags &= ~VFW_PATTERN_F_FIRST;
		pattern.flags |= parts->first >> k & 1 ? VFW_PATTERN_F_FIRST : 0;
		err = own(r, (char *)pattern.regex);
		if (err || parts->n == 1)
			break;
		vfw_text_printf(&all, "%s%zu", k ? " & " : "", p->n);
		err = append(p, &pattern, d);
	}
	if (!err && parts->n > 1) {
		char *regex = vfw_text_take(&all);

		pattern.regex = regex;
		pattern.flags = VFW_PATTERN_F_ALL | use;
		err = own(r, regex);
	} else {
		pattern.flags = VFW_PATTERN_F_DOTALL | use;
		if (parts->chain || (parts->first & 1 && !is_counted(meta) && !again))
			pattern.flags |= VFW_PATTERN_F_ONCE;
		free(all.s);
	}
	if (err)
		return err;
	if (parts->at_start)
		r->set->sig[i].flags |= VFW_SIG_AT_START;
	if (parts->header)
		r->set->sig[i].flags |= VFW_SIG_HEADER;
	r->set->sig[i].reach = parts->reach;
	pattern.sid = meta->sid;
	pattern.gid = meta->gid;
	pattern.rev = meta->rev;
	pattern.severity = meta->priority;
	pattern.message = meta->msg ?: "";
	pattern.category = meta->category;
	r->message[r->enforced++] = meta->msg;
	meta->msg = NULL;
	r->alerts += meta->action == VFW_RULE_ALERT;
	return append(p, &pattern, d);
}

static int by_number(const void *x, const void *y)
{
	const struct vfw_pattern_reason *a = x, *b = y;

	return a->n != b->n ? (a->n < b->n) - (a->n > b->n) : strcmp(a->why, b->why);
}

/* Adds what limits a rule, if anything does. Returns 1 + its number, or 0. */
static uint32_t add_limit(const struct vfw_rule_meta *meta, struct vfw_sig_limit *limits,
			  uint32_t *n)
{
	const struct vfw_sig_limit *limit =
		meta->filter.kind != VFW_SIG_LIMIT_NONE ? &meta->filter : &meta->limit;

	if (limit->kind == VFW_SIG_LIMIT_NONE)
		return 0;
	limits[*n] = *limit;
	return ++*n;
}

/* Pattern i is a part; the whole stands behind the last one. Returns 1 + its number. There is room: vfw_rule_kernel_set(). */
static uint32_t add_part(const struct vfw_patterns *p, size_t i, struct vfw_sig_part *parts,
			 uint32_t *n)
{
	struct vfw_sig_part *part = &parts[(*n)++];
	size_t first = i, whole = i;

	while (first && p->v[first - 1].flags & VFW_PATTERN_F_PART)
		first--;
	while (p->v[whole].flags & VFW_PATTERN_F_PART)
		whole++;
	part->whole = (uint32_t)whole;
	part->n = (uint16_t)(whole - first);
	part->first = *n - 1 - (uint32_t)(i - first);
	part->stays = !!(p->v[i].flags & VFW_PATTERN_F_FIRST);
	return *n;
}

/* What the module is to know of each pattern besides its expression. Returns 0 or -ENOMEM. */
static int build_table(struct vfw_patterns *p, struct vfw_rule_flowbits *f)
{
	static const struct vfw_sig any = {
		.flags = VFW_SIG_ANY_ADDR_SRC | VFW_SIG_ANY_ADDR_DST | VFW_SIG_ANY_PORT_SRC |
			 VFW_SIG_ANY_PORT_DST | VFW_SIG_DROP,
		.protocols = (VFW_SIG_P_IP6 << 1) - 1,
		.ip_proto = -1,
		.fast = VFW_SIG_NONE,
	};
	struct vfw_sigs s = p->rules->set->sigs;
	struct vfw_sig_limit *limits = calloc(p->n + 1, sizeof(*limits));
	struct vfw_sig *v = calloc(p->n + 1, sizeof(*v));
	struct vfw_sig_part *parts = calloc(VFW_SIG_PARTS_MAX, sizeof(*parts));
	struct vfw_rule_steps steps = {0};
	uint32_t state = 0;

	if (!v || !limits || !parts)
		goto out;
	s.parts = parts;
	s.n_parts = 0;
	s.limits = limits;
	s.n_limits = 0;
	s.states = f->states;
	s.bits = f->bits;
	s.n_states = f->n_states;
	s.n_bits = f->n_bits;
	for (size_t i = 0; i < p->n; i++) {
		v[i] = p->v[i].rule ? p->rules->set->sig[p->v[i].rule - 1] : any;
		/* of no transport: it fits no packet */
		if (p->v[i].flags & VFW_PATTERN_F_PART) {
			v[i].protocols = VFW_SIG_P_IP4;
			v[i].part = add_part(p, i, parts, &s.n_parts);
		} else if (p->v[i].rule) {
			v[i].limit = add_limit(&p->rules->set->meta[p->v[i].rule - 1], limits,
					       &s.n_limits);
			/* both are in the order of rules */
			if (state < f->n_states && f->rule[state] == p->v[i].rule - 1) {
				f->states[state].sig = (uint32_t)i;
				v[i].state = ++state;
			}
		}
		/* those whose expression is but a literal */
		if (p->v[i].rule && p->v[i].flags & VFW_PATTERN_F_ONCE &&
		    !(v[i].flags & VFW_SIG_AT_START))
			vfw_rule_steps_add(p->rules->set, &v[i], &steps);
		else
			v[i].first_step = v[i].n_steps = 0;
		v[i].fast = VFW_SIG_NONE;
	}
	if (!vfw_rule_steps_give(&steps, &s))
		goto out;
	s.sigs = v;
	s.n_sigs = (uint32_t)p->n;
	p->rules->table_len = vfw_sig_table_size(&s);
	p->rules->table = malloc(p->rules->table_len);
	if (p->rules->table)
		vfw_sig_table_write(&s, (uint8_t *)p->rules->table);
out:
	free(limits);
	free(parts);
	vfw_rule_steps_free(&steps);
	free(v);
	return p->rules->table ? 0 : -ENOMEM;
}

/* Each rule that is enforced becomes patterns, each other one is named. Returns as vfw_pattern_rules_finish(). */
static int choose(struct vfw_patterns *p, const char *const *why, struct vfw_diags *d)
{
	struct vfw_pattern_rules *r = p->rules;
	int err = 0;

	for (uint32_t i = 0; i < r->set->sigs.n_sigs && !err; i++) {
		struct vfw_rule_parts parts = {0};

		if (why[i]) {
			err = leave(r,
				    vfw_rule_needs_parser(&r->set->sig[i])
					    ? VFW_PATTERN_LEFT_DEEP
					    : VFW_PATTERN_LEFT_UNLIKE,
				    why[i], 1, r->set->meta[i].sid);
			continue;
		}
		vfw_rule_kernel(r->set, i, &parts);
		for (uint32_t k = 0; k < parts.n; k++)
			if (parts.regex[k].failed)
				err = -ENOMEM;
		if (!err)
			err = enforce(p, i, &parts, d);
		vfw_rule_parts_free(&parts);
	}
	return err;
}

int vfw_pattern_rules_finish(struct vfw_patterns *p, struct vfw_diags *d)
{
	struct vfw_pattern_rules *r = p->rules;
	int err = r ? vfw_rule_set_finish(r->set) : 0;
	struct vfw_rule_flowbits bits;
	const char **why;

	if (!r || err)
		return err;
	for (size_t i = 0; i < r->set->n_reasons && !err; i++) {
		const struct vfw_rule_reason *from = &r->set->reasons[i];

		err = leave(r,
			    from->fate == VFW_RULE_DEEP ? VFW_PATTERN_LEFT_DEEP
							: VFW_PATTERN_LEFT_REFUSED,
			    from->keyword, from->n, from->sid);
	}
	r->message = calloc(r->set->sigs.n_sigs + 1, sizeof(*r->message));
	if (!r->message)
		return -ENOMEM;
	why = vfw_rule_kernel_set(r->set);
	if (!why)
		return -ENOMEM;
	err = err ?: choose(p, why, d);
	if (r->n_reasons)
		qsort(r->reasons, r->n_reasons, sizeof(*r->reasons), by_number);
	if (!err) {
		err = vfw_rule_flowbits_make(r->set, why, &bits);
		err = err ?: build_table(p, &bits);
		vfw_rule_flowbits_free(&bits);
	}
	free(why);
	return err;
}

static void warn_left(const struct vfw_pattern_rules *r, const char *profile, struct vfw_diags *d)
{
	static const char *const texts[] = {
		[VFW_PATTERN_LEFT_DEEP] = "a protocol's parser is needed",
		[VFW_PATTERN_LEFT_REFUSED] = "refused",
		[VFW_PATTERN_LEFT_UNLIKE] = "the module cannot do it exactly",
	};
	uint32_t deep = r->left[VFW_PATTERN_LEFT_DEEP], refused = r->left[VFW_PATTERN_LEFT_REFUSED],
		 unlike = r->left[VFW_PATTERN_LEFT_UNLIKE], left = deep + refused + unlike;

	if (!left)
		return;
	vfw_diag_add(
		d, VFW_DIAG_WARNING, NULL, NULL,
		"profile %s: %u of %zu rules are not enforced: %u deep, %u refused, %u that the "
		"module cannot evaluate exactly",
		profile, left, left + r->enforced, deep, refused, unlike);
	for (size_t i = 0; i < r->n_reasons && i < WARNINGS; i++) {
		const struct vfw_pattern_reason *one = &r->reasons[i];

		vfw_diag_add(d, VFW_DIAG_WARNING, NULL, NULL,
			     "profile %s: not enforced: %u rule%s, the first sid %u: %s: %s",
			     profile, one->n, one->n == 1 ? "" : "s", one->sid, one->why,
			     texts[one->left]);
	}
}

void vfw_pattern_rules_warn(const struct vfw_patterns *p, const char *profile, bool prevent,
			    struct vfw_diags *d)
{
	const struct vfw_pattern_rules *r = p->rules;

	if (!r)
		return;
	if (prevent && r->alerts)
		vfw_diag_add(
			d, VFW_DIAG_WARNING, NULL, NULL,
			"profile %s: %u of the %zu rules enforced say 'alert': they report and "
			"prevent nothing, though the mode is prevent; expected 'drop' where a "
			"rule is to prevent",
			profile, r->alerts, r->enforced);
	warn_left(r, profile, d);
	for (size_t i = 0; i < r->set->n_notes; i++)
		if (r->set->notes[i].fate == VFW_RULE_REFUSED)
			say(p, &r->set->notes[i], VFW_DIAG_WARNING, d);
}

int vfw_pattern_rules_table(const struct vfw_patterns *p, struct vfw_text *t)
{
	if (p->rules && p->rules->table)
		vfw_text_bytes(t, p->rules->table, p->rules->table_len);
	return t->failed ? -ENOMEM : 0;
}

void vfw_pattern_rules_settle(struct vfw_patterns *p)
{
	if (!p->rules)
		return;
	for (size_t i = 0; i < p->texts.n; i++) {
		struct vfw_source *file = &p->texts.files[i];

		if (p->texts.texts[i])
			continue;
		free(file->text);
		free(file->lines);
		file->text = NULL;
		file->lines = NULL;
		file->len = file->n_lines = 0;
	}
	vfw_rule_set_free(p->rules->set);
	p->rules->set = NULL;
}

void vfw_pattern_rules_free(struct vfw_pattern_rules *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_regex; i++)
		free(r->regex[i]);
	for (size_t i = 0; i < r->enforced; i++)
		free(r->message[i]);
	for (size_t i = 0; i < r->n_reasons; i++)
		free(r->reasons[i].why);
	free(r->regex);
	free(r->message);
	free(r->table);
	free(r->reasons);
	vfw_rule_set_free(r->set);
	free(r);
}
