// SPDX-License-Identifier: GPL-2.0
#include "rule_flowbits.h"

#include <errno.h>
#include <stdlib.h>

/* What becomes of a name among the rules that are enforced. */
struct name {
	bool left; /* one that changes it is not enforced */
	bool set; /* one that may set it is */
	uint32_t number; /* 1 + its bit, 0: none yet */
};

/* Of xbits and flowints the names are others'. */
static bool is_flowbit(const struct vfw_rule_bits *b)
{
	return b->track == VFW_SIG_TRACK_FLOW && !vfw_rule_bit_is_int(b->op);
}

/* What a rule changes, and whether it is enforced. */
static void look_at(const struct vfw_rule_meta *m, bool enforced, struct name *names)
{
	for (uint32_t k = 0; k < m->n_bits; k++) {
		const struct vfw_rule_bits *b = &m->bits[k];

		if (!is_flowbit(b) || vfw_rule_bit_asks(b->op))
			continue;
		if (!enforced)
			names[b->bit[0]].left = true;
		else if (b->op != VFW_RULE_BIT_UNSET)
			names[b->bit[0]].set = true;
	}
}

static void look(const struct vfw_rule_set *set, const char *const *why, struct name *names)
{
	for (uint32_t i = 0; i < set->n_names; i++)
		names[i] = (struct name){0};
	for (uint32_t i = 0; i < set->sigs.n_sigs; i++)
		look_at(&set->meta[i], !why[i], names);
}

/* What keeps a rule from being enforced beside the others. */
static const char *unlike(const struct vfw_rule_meta *m, const struct name *names)
{
	for (uint32_t k = 0; k < m->n_bits; k++) {
		const struct vfw_rule_bits *b = &m->bits[k];
		bool set = false;

		if (!vfw_rule_bit_asks(b->op))
			continue;
		for (uint32_t j = 0; j < b->n; j++) {
			if (names[b->bit[j]].left)
				return "flowbits of rules that are not enforced";
			set |= names[b->bit[j]].set;
		}
		if (b->op == VFW_RULE_BIT_ISSET && !set)
			return "flowbits that nothing sets";
	}
	return NULL;
}

/* The bits of a rule that have no number yet get one. Returns false when there are no more. */
static bool give_numbers(const struct vfw_rule_meta *m, struct name *names, uint32_t *used)
{
	for (uint32_t k = 0; k < m->n_bits; k++) {
		for (uint32_t j = 0; j < m->bits[k].n; j++) {
			struct name *name = &names[m->bits[k].bit[j]];

			if (name->number)
				continue;
			if (*used == VFW_SIGBITS_MAX)
				return false;
			name->number = ++*used;
		}
	}
	return true;
}

/* Are there rules for which a table has no room? */
static bool leave_beyond(const struct vfw_rule_set *set, const char **why, struct name *names)
{
	uint32_t used = 0, states = 0;
	bool left = false;

	for (uint32_t i = 0; i < set->sigs.n_sigs; i++) {
		if (why[i] || !set->meta[i].n_bits)
			continue;
		if (states < VFW_SIGBITS_STATES_MAX && give_numbers(&set->meta[i], names, &used)) {
			states++;
			continue;
		}
		why[i] = "more flowbits than there is room for";
		left = true;
	}
	return left;
}

int vfw_rule_flowbits_settle(const struct vfw_rule_set *set, const char **why)
{
	struct name *names = calloc(set->n_names + 1, sizeof(*names));
	bool again = true;

	if (!names)
		return -ENOMEM;
	/* each round leaves one rule out at least */
	while (again) {
		again = false;
		look(set, why, names);
		for (uint32_t i = 0; i < set->sigs.n_sigs; i++) {
			if (why[i])
				continue;
			why[i] = unlike(&set->meta[i], names);
			/* for those behind it in this round already: chains are mostly in order */
			if (why[i])
				look_at(&set->meta[i], false, names);
			again |= why[i] != NULL;
		}
		again = again || leave_beyond(set, why, names);
	}
	free(names);
	return 0;
}

static void make_bits(const struct vfw_rule_meta *m, const struct name *names,
		      struct vfw_rule_flowbits *f)
{
	static const uint8_t ops[] = {
		[VFW_RULE_BIT_SET] = VFW_SIGBITS_SET,
		[VFW_RULE_BIT_UNSET] = VFW_SIGBITS_UNSET,
		[VFW_RULE_BIT_TOGGLE] = VFW_SIGBITS_TOGGLE,
		[VFW_RULE_BIT_ISSET] = VFW_SIGBITS_ISSET,
		[VFW_RULE_BIT_ISNOTSET] = VFW_SIGBITS_ISNOTSET,
	};
	struct vfw_sig_state *state = &f->states[f->n_states++];

	state->first_bit = f->n_bits;
	for (uint32_t k = 0; k < m->n_bits; k++) {
		const struct vfw_rule_bits *b = &m->bits[k];

		for (uint32_t j = 0; j < b->n; j++)
			f->bits[f->n_bits++] = (struct vfw_sig_bit){
				.bit = (u16)(names[b->bit[j]].number - 1),
				.op = ops[b->op],
				.or_next = j + 1 < b->n,
			};
	}
	state->n_bits = f->n_bits - state->first_bit;
}

int vfw_rule_flowbits_make(const struct vfw_rule_set *set, const char *const *why,
			   struct vfw_rule_flowbits *f)
{
	const size_t most = VFW_SIGBITS_STATES_MAX;
	struct name *names = calloc(set->n_names + 1, sizeof(*names));
	uint32_t used = 0;

	*f = (struct vfw_rule_flowbits){
		.states = calloc(most, sizeof(*f->states)),
		.bits = calloc(most * VFW_RULE_BITS_MAX * VFW_RULE_BITS_MAX, sizeof(*f->bits)),
		.rule = calloc(most, sizeof(*f->rule)),
	};
	if (!names || !f->states || !f->bits || !f->rule) {
		free(names);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < set->sigs.n_sigs; i++) {
		if (why[i] || !set->meta[i].n_bits)
			continue;
		/* that there is room is settled */
		give_numbers(&set->meta[i], names, &used);
		f->rule[f->n_states] = i;
		make_bits(&set->meta[i], names, f);
	}
	free(names);
	return 0;
}

void vfw_rule_flowbits_free(struct vfw_rule_flowbits *f)
{
	free(f->states);
	free(f->bits);
	free(f->rule);
	*f = (struct vfw_rule_flowbits){0};
}
