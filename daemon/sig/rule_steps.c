// SPDX-License-Identifier: GPL-2.0
#include "rule_steps.h"

#include <stdlib.h>

#include "rule_regex.h"

static uint32_t count(const struct vfw_text *t, size_t size)
{
	return (uint32_t)(t->len / size);
}

static void append(struct vfw_text *t, const void *v, size_t n)
{
	vfw_text_bytes(t, v, n);
}

/* Appends the program of an expression, which has one. Returns its number. */
static uint32_t add_expr(const struct vfw_rule_expr *expr, struct vfw_rule_steps *to)
{
	char why[160];
	struct vfw_rule_regex *r = vfw_rule_regex_new(expr, why, sizeof(why));
	struct vfw_sig_expr x = {
		.first_code = count(&to->code, sizeof(*r->code)),
		.first_set = count(&to->sets, sizeof(*r->sets)),
	};

	if (r) {
		x.n_code = r->regex.n_code;
		x.n_sets = r->regex.n_sets;
		append(&to->code, r->code, x.n_code * sizeof(*r->code));
		append(&to->sets, r->sets, x.n_sets * sizeof(*r->sets));
	}
	/* for want of memory alone */
	to->exprs.failed |= !r;
	append(&to->exprs, &x, sizeof(x));
	vfw_rule_regex_free(r);
	return count(&to->exprs, sizeof(x)) - 1;
}

void vfw_rule_steps_add(const struct vfw_rule_set *set, struct vfw_sig *sig,
			struct vfw_rule_steps *to)
{
	const struct vfw_sig_step *from = &set->steps[sig->first_step];

	sig->first_step = count(&to->steps, sizeof(*from));
	for (uint32_t i = 0; i < sig->n_steps; i++) {
		struct vfw_sig_step s = from[i];

		if (s.op == VFW_SIG_REGEX)
			s.data = add_expr(&set->exprs[from[i].data], to);
		if (s.op == VFW_SIG_CONTENT) {
			s.data = (uint32_t)to->bytes.len;
			append(&to->bytes, &set->bytes[from[i].data], s.len);
		}
		append(&to->steps, &s, sizeof(s));
	}
}

bool vfw_rule_steps_give(const struct vfw_rule_steps *steps, struct vfw_sigs *s)
{
	s->steps = (const void *)steps->steps.s;
	s->n_steps = count(&steps->steps, sizeof(*s->steps));
	s->bytes = (const void *)steps->bytes.s;
	s->n_bytes = (uint32_t)steps->bytes.len;
	s->exprs = (const void *)steps->exprs.s;
	s->n_exprs = count(&steps->exprs, sizeof(*s->exprs));
	s->code = (const void *)steps->code.s;
	s->n_code = count(&steps->code, sizeof(*s->code));
	s->sets = (const void *)steps->sets.s;
	s->n_sets = count(&steps->sets, sizeof(*s->sets));
	return !steps->steps.failed && !steps->bytes.failed && !steps->exprs.failed &&
	       !steps->code.failed && !steps->sets.failed;
}

void vfw_rule_steps_free(struct vfw_rule_steps *steps)
{
	free(steps->steps.s);
	free(steps->bytes.s);
	free(steps->exprs.s);
	free(steps->code.s);
	free(steps->sets.s);
}
