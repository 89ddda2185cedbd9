// SPDX-License-Identifier: GPL-2.0
/* byte_math, base64_decode, base64_data: options whose value is a list of named arguments. */
#include "rule_draft.h"

#include <errno.h>
#include <string.h>

/* The name before the first blank, and the rest behind it. */
static struct vfw_rule_text name_of(const struct vfw_rule_text *t, struct vfw_rule_text *rest)
{
	struct vfw_rule_text name = *t;
	size_t n;

	for (n = 0; n < t->len && t->s[n] != ' ' && t->s[n] != '\t'; n++)
		;
	name.len = n;
	*rest = *t;
	rest->s += n;
	rest->len -= n;
	rest->col += (uint32_t)n;
	*rest = vfw_rule_trim(*rest);
	return name;
}

static int number(struct vfw_draft *d, const struct vfw_rule_text *t, long long min, long long max,
		  long long *n)
{
	return vfw_rule_number(t, min, max, n, d->e);
}

/* A number or a variable: with flag in the latter case. */
static int number_or_var(struct vfw_draft *d, struct vfw_sig_step *s, const struct vfw_rule_text *t,
			 long long min, long long max, uint32_t flag, long long *n)
{
	int var = vfw_draft_var(d, t);

	if (var < 0)
		return number(d, t, min, max, n);
	s->flags |= flag;
	*n = var;
	return 0;
}

static int operation(struct vfw_draft *d, struct vfw_sig_step *s, const struct vfw_rule_text *t)
{
	static const char *const words[VFW_SIG_MATH_COUNT] = {
		[VFW_SIG_ADD] = "+",	[VFW_SIG_SUBTRACT] = "-",    [VFW_SIG_MULTIPLY] = "*",
		[VFW_SIG_DIVIDE] = "/", [VFW_SIG_SHIFT_LEFT] = "<<", [VFW_SIG_SHIFT_RIGHT] = ">>",
	};

	for (s->cmp = 0; s->cmp < VFW_SIG_MATH_COUNT; s->cmp++)
		if (vfw_rule_is(t, words[s->cmp]))
			return 0;
	s->cmp = 0;
	return vfw_rule_fail(d->e, t, 0, "expected one of + - * / << >>");
}

static int endianness(struct vfw_draft *d, struct vfw_sig_step *s, const struct vfw_rule_text *t)
{
	if (vfw_rule_is(t, "little"))
		s->flags |= VFW_SIG_F_LITTLE;
	else if (!vfw_rule_is(t, "big"))
		return vfw_rule_fail(d->e, t, 0, "expected big or little");
	return 0;
}

static int string_base(struct vfw_draft *d, struct vfw_sig_step *s, const struct vfw_rule_text *t)
{
	s->flags |= VFW_SIG_F_STRING;
	if (vfw_rule_is(t, "hex"))
		s->base = 16;
	else if (vfw_rule_is(t, "dec"))
		s->base = 10;
	else if (vfw_rule_is(t, "oct"))
		s->base = 8;
	else
		return vfw_rule_fail(d->e, t, 0, "expected hex, dec or oct");
	return 0;
}

/* The arguments of byte_math; the first five it must have. */
enum {
	MATH_BYTES,
	MATH_OFFSET,
	MATH_OPER,
	MATH_RVALUE,
	MATH_RESULT,
	MATH_MUST,
	MATH_RELATIVE = MATH_MUST,
	MATH_ENDIAN,
	MATH_STRING,
	MATH_BITMASK,
	MATH_DCE,
	MATH_COUNT
};

static int math_argument(struct vfw_draft *d, struct vfw_sig_step *s, const struct vfw_rule_text *t,
			 unsigned int *has, struct vfw_rule_text *result)
{
	static const char *const words[MATH_COUNT] = {
		[MATH_BYTES] = "bytes",	  [MATH_OFFSET] = "offset", [MATH_OPER] = "oper",
		[MATH_RVALUE] = "rvalue", [MATH_RESULT] = "result", [MATH_RELATIVE] = "relative",
		[MATH_ENDIAN] = "endian", [MATH_STRING] = "string", [MATH_BITMASK] = "bitmask",
		[MATH_DCE] = "dce",
	};
	struct vfw_rule_text value, name = name_of(t, &value);
	unsigned int which;
	long long n = 0;

	for (which = 0; which < MATH_COUNT && !vfw_rule_is(&name, words[which]); which++)
		;
	if (which < MATH_COUNT && *has & 1U << which)
		return vfw_rule_fail(d->e, t, 0, "%s stands here twice", words[which]);
	*has |= 1U << which;
	switch (which) {
	case MATH_BYTES:
		if (number_or_var(d, s, &value, 1, 23, VFW_SIG_F_VAR_COUNT, &n))
			return -EINVAL;
		s->count = (u8)n;
		return 0;
	case MATH_OFFSET:
		if (number_or_var(d, s, &value, -65535, 65535, VFW_SIG_F_VAR_OFFSET, &n))
			return -EINVAL;
		s->offset = (int)n;
		return 0;
	case MATH_OPER:
		return operation(d, s, &value);
	case MATH_RVALUE:
		if (number_or_var(d, s, &value, 0, 0xffffffffLL, VFW_SIG_F_VAR_VALUE, &n))
			return -EINVAL;
		s->value = (u64)n;
		return 0;
	case MATH_RESULT:
		*result = value;
		return 0;
	case MATH_RELATIVE:
		s->flags |= VFW_SIG_F_RELATIVE;
		return 0;
	case MATH_ENDIAN:
		return endianness(d, s, &value);
	case MATH_STRING:
		return string_base(d, s, &value);
	case MATH_BITMASK:
		if (number(d, &value, 1, 0xffffffffLL, &n))
			return -EINVAL;
		s->mask = (u64)n;
		s->shift = (u8)__builtin_ctzll(s->mask);
		return 0;
	case MATH_DCE:
		d->deep = true;
		return vfw_rule_fail(d->e, t, 0, "dce: the byte order of a DCERPC message");
	default:
		return vfw_rule_fail(d->e, t, 0, "'%.*s' is nothing that can stand here",
				     (int)(t->len > 40 ? 40 : t->len), t->s);
	}
}

static int new_var(struct vfw_draft *d, struct vfw_sig_step *s, const struct vfw_rule_text *name)
{
	/* a name that is there may be taken once more: who asks for it gets the first one's result, as in Suricata */
	if (d->n_vars == VFW_SIG_VARS_MAX || !name->len || name->len >= VFW_DRAFT_NAME)
		return vfw_rule_fail(d->e, name, 0,
				     "more than %d variables, or a name of no or of %d bytes",
				     VFW_SIG_VARS_MAX, VFW_DRAFT_NAME);
	memcpy(d->vars[d->n_vars], name->s, name->len);
	d->vars[d->n_vars][name->len] = '\0';
	s->var = (u8)d->n_vars++;
	return 0;
}

static int byte_math(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	struct vfw_rule_text rest = o->value, t, result = {0};
	struct vfw_sig_step *s = vfw_draft_step(d, VFW_SIG_BYTE_MATH, &o->value);
	unsigned int has = 0;

	if (!s)
		return -EINVAL;
	while (vfw_rule_split(&rest, ',', &t))
		if (math_argument(d, s, &t, &has, &result))
			return -EINVAL;
	if ((has & ((1U << MATH_MUST) - 1)) != (1U << MATH_MUST) - 1)
		return vfw_rule_fail(d->e, &o->value, o->value.len,
				     "expected bytes, offset, oper, rvalue and result");
	if (!(s->flags & (VFW_SIG_F_VAR_COUNT | VFW_SIG_F_STRING)) && s->count > 8)
		return vfw_rule_fail(d->e, &o->value, 0, "expected 1 to 8 bytes (23 with string)");
	return new_var(d, s, &result);
}

static int base64_decode(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	struct vfw_rule_text rest = o->value, t, value, name;
	struct vfw_sig_step *s = vfw_draft_step(d, VFW_SIG_BASE64, &o->value);
	long long n;

	if (!s)
		return -EINVAL;
	while (rest.len && vfw_rule_split(&rest, ',', &t)) {
		name = name_of(&t, &value);
		if (vfw_rule_is(&name, "relative")) {
			s->flags |= VFW_SIG_F_RELATIVE;
		} else if (vfw_rule_is(&name, "bytes")) {
			if (number(d, &value, 1, 0xffffffffLL, &n))
				return -EINVAL;
			s->len = (u32)n;
		} else if (vfw_rule_is(&name, "offset")) {
			if (number(d, &value, 0, 65535, &n))
				return -EINVAL;
			s->offset = (int)n;
		} else {
			return vfw_rule_fail(d->e, &t, 0, "expected bytes, offset or relative");
		}
	}
	return 0;
}

int vfw_draft_more_bytes(struct vfw_draft *d, const struct vfw_keyword *k,
			 const struct vfw_rule_option *o)
{
	uint32_t before = d->n_steps;
	struct vfw_sig_step *s = &d->steps[before];
	int rc;

	if (k->id == VFW_KW_BASE64_DATA) {
		if (!before || d->steps[before - 1].op != VFW_SIG_BASE64)
			return vfw_rule_fail(d->e, &o->name, 0,
					     "base64_data: only right behind base64_decode");
		d->decoded = true;
		d->decoder = before - 1;
		d->named = false;
		return 0;
	}
	if (d->decoded && k->id == VFW_KW_BASE64_DECODE)
		return vfw_rule_fail(d->e, &o->name, 0, "base64_decode: of what was decoded");
	rc = k->id == VFW_KW_BYTE_MATH ? byte_math(d, o) : base64_decode(d, o);
	/* what is relative looks where the one before it looked, if no buffer is named */
	if (!rc && before && d->buffer == VFW_SIG_PAYLOAD && !d->decoded &&
	    s->flags & VFW_SIG_F_RELATIVE)
		s->buffer = d->steps[before - 1].buffer;
	return rc;
}
