// SPDX-License-Identifier: GPL-2.0
/* isdataat, byte_test, byte_jump, byte_extract, bsize. */
#include "rule_draft.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Reads what is common to all byte_*: relative, endianness, string and its base, mask ... */
static int one_flag(struct vfw_draft *d, struct vfw_sig_step *s, struct vfw_rule_text *t)
{
	struct vfw_rule_text word = *t, rest = *t;
	size_t blank;
	long long n;

	if (vfw_rule_is(t, "relative"))
		s->flags |= VFW_SIG_F_RELATIVE;
	else if (vfw_rule_is(t, "little"))
		s->flags |= VFW_SIG_F_LITTLE;
	else if (vfw_rule_is(t, "string"))
		s->flags |= VFW_SIG_F_STRING;
	else if (vfw_rule_is(t, "hex"))
		s->base = 16;
	else if (vfw_rule_is(t, "dec"))
		s->base = 10;
	else if (vfw_rule_is(t, "oct"))
		s->base = 8;
	else if (vfw_rule_is(t, "from_beginning"))
		s->flags |= VFW_SIG_F_FROM_BEGIN;
	else if (vfw_rule_is(t, "from_end"))
		s->flags |= VFW_SIG_F_FROM_END;
	else if (vfw_rule_is(t, "align"))
		s->flags |= VFW_SIG_F_ALIGN;
	else if (!vfw_rule_is(t, "big") && !vfw_rule_is(t, "rawbytes"))
		goto with_number;
	return 0;
with_number:
	if (vfw_rule_is(t, "dce")) {
		d->deep = true;
		return vfw_rule_fail(d->e, t, 0, "dce: the byte order of a DCERPC message");
	}
	for (blank = 0; blank < t->len && t->s[blank] != ' '; blank++)
		;
	word.len = blank;
	rest.s += blank;
	rest.len -= blank;
	rest.col += (uint32_t)blank;
	rest = vfw_rule_trim(rest);
	if (vfw_rule_is(&word, "multiplier")) {
		if (vfw_rule_number(&rest, 1, 65535, &n, d->e))
			return -EINVAL;
		s->multiplier = (u32)n;
		return 0;
	}
	if (vfw_rule_is(&word, "post_offset")) {
		if (vfw_rule_number(&rest, -65535, 65535, &n, d->e))
			return -EINVAL;
		s->post = (int)n;
		return 0;
	}
	if (vfw_rule_is(&word, "bitmask")) {
		if (vfw_rule_number(&rest, 1, 0xffffffffLL, &n, d->e))
			return -EINVAL;
		s->mask = (u64)n;
		s->shift = (u8)__builtin_ctzll(s->mask);
		return 0;
	}
	if (vfw_rule_is(&word, "align") && s->op == VFW_SIG_BYTE_EXTRACT) {
		if (vfw_rule_number(&rest, 2, 4, &n, d->e))
			return -EINVAL;
		if (n == 3)
			return vfw_rule_fail(d->e, &rest, 0, "expected align 2 or align 4");
		s->flags |= VFW_SIG_F_ALIGN;
		s->base = (u8)n;
		return 0;
	}
	return vfw_rule_fail(d->e, t, 0, "'%.*s' is nothing that can stand here",
			     (int)(t->len > 40 ? 40 : t->len), t->s);
}

static int all_flags(struct vfw_draft *d, struct vfw_sig_step *s, struct vfw_rule_text *rest)
{
	struct vfw_rule_text t;

	while (vfw_rule_split(rest, ',', &t))
		if (one_flag(d, s, &t))
			return -EINVAL;
	if (s->op == VFW_SIG_BYTE_EXTRACT && s->flags & VFW_SIG_F_ALIGN &&
	    (s->flags & VFW_SIG_F_STRING || (s->base != 2 && s->base != 4)))
		return vfw_rule_fail(d->e, rest, 0,
				     "expected align 2 or align 4, without string and its base");
	return 0;
}

/* The next argument, which must be there. */
static int argument(struct vfw_draft *d, const struct vfw_rule_option *o,
		    struct vfw_rule_text *rest, struct vfw_rule_text *t, const char *what)
{
	if (vfw_rule_split(rest, ',', t) && t->len)
		return 0;
	return vfw_rule_fail(d->e, &o->value, o->value.len, "expected %s", what);
}

static int count_of(struct vfw_draft *d, struct vfw_sig_step *s, const struct vfw_rule_text *t)
{
	int var = vfw_draft_var(d, t);
	long long n;

	if (var >= 0) {
		s->flags |= VFW_SIG_F_VAR_COUNT;
		s->count = (u8)var;
		return 0;
	}
	if (vfw_rule_number(t, 1, 23, &n, d->e))
		return -EINVAL;
	s->count = (u8)n;
	return 0;
}

static int offset_of(struct vfw_draft *d, struct vfw_sig_step *s, const struct vfw_rule_text *t)
{
	int var = vfw_draft_var(d, t);
	long long n;

	if (var >= 0) {
		s->flags |= VFW_SIG_F_VAR_OFFSET;
		s->offset = var;
		return 0;
	}
	/* a place no buffer has is a rule that never matches, as in Suricata */
	if (vfw_rule_number(t, -0x7fffffffLL, 0x7fffffffLL, &n, d->e))
		return -EINVAL;
	s->offset = (int)n;
	return 0;
}

/* More than eight bytes are a number only as digits. */
static int count_fits(struct vfw_draft *d, const struct vfw_sig_step *s,
		      const struct vfw_rule_text *t)
{
	if (!(s->flags & (VFW_SIG_F_VAR_COUNT | VFW_SIG_F_STRING)) && s->count > 8)
		return vfw_rule_fail(d->e, t, 0, "expected 1 to 8 bytes (23 with string)");
	return 0;
}

static int operator_of(struct vfw_draft *d, struct vfw_sig_step *s, struct vfw_rule_text t)
{
	static const struct {
		const char *word;
		enum vfw_sig_cmp cmp;
	} words[] = {
		{"<", VFW_SIG_LT},  {">", VFW_SIG_GT},	   {"=", VFW_SIG_EQ},  {"<=", VFW_SIG_LE},
		{">=", VFW_SIG_GE}, {"&", VFW_SIG_ANY_OF}, {"^", VFW_SIG_XOR},
	};
	size_t i;

	if (t.len && t.s[0] == '!') {
		s->flags |= VFW_SIG_F_NEGATED;
		t.s++;
		t.len--;
		if (!t.len) {
			s->cmp = VFW_SIG_EQ;
			return 0;
		}
	}
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (vfw_rule_is(&t, words[i].word)) {
			s->cmp = words[i].cmp;
			return 0;
		}
	}
	return vfw_rule_fail(d->e, &t, 0, "expected one of < > = <= >= & ^, with or without !");
}

static int byte_test(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	struct vfw_rule_text rest = o->value, count, op, value, offset;
	struct vfw_sig_step *s = vfw_draft_step(d, VFW_SIG_BYTE_TEST, &o->value);
	long long n;
	int var;

	if (!s || argument(d, o, &rest, &count, "a number of bytes") ||
	    argument(d, o, &rest, &op, "an operator") || argument(d, o, &rest, &value, "a value") ||
	    argument(d, o, &rest, &offset, "an offset") || count_of(d, s, &count) ||
	    operator_of(d, s, op) || offset_of(d, s, &offset))
		return -EINVAL;
	var = vfw_draft_var(d, &value);
	if (var >= 0) {
		s->flags |= VFW_SIG_F_VAR_VALUE;
		s->value = (u64)var;
	} else {
		if (vfw_rule_number(&value, 0, 0x7fffffffffffffffLL, &n, d->e))
			return -EINVAL;
		s->value = (u64)n;
	}
	return all_flags(d, s, &rest) || count_fits(d, s, &count) ? -EINVAL : 0;
}

static int byte_jump(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	struct vfw_rule_text rest = o->value, count, offset;
	struct vfw_sig_step *s = vfw_draft_step(d, VFW_SIG_BYTE_JUMP, &o->value);

	if (!s || argument(d, o, &rest, &count, "a number of bytes") ||
	    argument(d, o, &rest, &offset, "an offset"))
		return -EINVAL;
	/* no bytes: a jump by post_offset alone */
	if ((!vfw_rule_is(&count, "0") && count_of(d, s, &count)) || offset_of(d, s, &offset) ||
	    all_flags(d, s, &rest))
		return -EINVAL;
	return count_fits(d, s, &count);
}

static int byte_extract(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	struct vfw_rule_text rest = o->value, count, offset, name;
	struct vfw_sig_step *s = vfw_draft_step(d, VFW_SIG_BYTE_EXTRACT, &o->value);

	if (!s || argument(d, o, &rest, &count, "a number of bytes") ||
	    argument(d, o, &rest, &offset, "an offset") ||
	    argument(d, o, &rest, &name, "a variable's name") || count_of(d, s, &count) ||
	    offset_of(d, s, &offset) || all_flags(d, s, &rest) || count_fits(d, s, &count))
		return -EINVAL;
	if (vfw_draft_var(d, &name) >= 0)
		return vfw_rule_fail(d->e, &name, 0, "this variable is there already");
	if (d->n_vars == VFW_SIG_VARS_MAX || name.len >= VFW_DRAFT_NAME)
		return vfw_rule_fail(d->e, &name, 0,
				     "more than %d variables, or a name of %d bytes",
				     VFW_SIG_VARS_MAX, VFW_DRAFT_NAME);
	memcpy(d->vars[d->n_vars], name.s, name.len);
	d->vars[d->n_vars][name.len] = '\0';
	s->var = (u8)d->n_vars++;
	return 0;
}

static int isdataat(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	struct vfw_rule_text rest = o->value, t;
	struct vfw_sig_step *s = vfw_draft_step(d, VFW_SIG_ISDATAAT, &o->value);

	if (!s || argument(d, o, &rest, &t, "a position"))
		return -EINVAL;
	if (t.s[0] == '!') {
		s->flags |= VFW_SIG_F_NEGATED;
		t.s++;
		t.len--;
		t.col++;
		t = vfw_rule_trim(t);
	}
	return offset_of(d, s, &t) || all_flags(d, s, &rest) ? -EINVAL : 0;
}

static int bsize(struct vfw_draft *d, const struct vfw_rule_option *o)
{
	struct vfw_sig_step *s;
	uint32_t n = d->n_conds;

	if (d->buffer == VFW_SIG_PAYLOAD)
		return vfw_rule_fail(d->e, &o->name, 0, "bsize is about a buffer: name one before");
	if (vfw_draft_compare(d, &o->value, VFW_SIG_DSIZE, 0xffffffffLL))
		return -EINVAL;
	d->n_conds = n; /* read as a condition, but it is a step */
	s = vfw_draft_step(d, VFW_SIG_BSIZE, &o->value);
	if (!s)
		return -EINVAL;
	s->cmp = d->conds[n].cmp;
	s->value = d->conds[n].a;
	s->value2 = d->conds[n].b;
	return 0;
}

static int one_option(struct vfw_draft *d, const struct vfw_keyword *k,
		      const struct vfw_rule_option *o)
{
	switch (k->id) {
	case VFW_KW_BYTE_TEST:
		return byte_test(d, o);
	case VFW_KW_BYTE_JUMP:
		return byte_jump(d, o);
	case VFW_KW_BYTE_EXTRACT:
		return byte_extract(d, o);
	case VFW_KW_ISDATAAT:
		return isdataat(d, o);
	default:
		return bsize(d, o);
	}
}

int vfw_draft_bytes(struct vfw_draft *d, const struct vfw_keyword *k,
		    const struct vfw_rule_option *o)
{
	uint32_t before = d->n_steps;
	int rc = one_option(d, k, o);
	struct vfw_sig_step *s = &d->steps[before];

	/* what is relative looks where the one before it looked, if no buffer is named */
	if (!rc && before && d->n_steps > before && d->buffer == VFW_SIG_PAYLOAD && !d->decoded &&
	    s->flags & VFW_SIG_F_RELATIVE)
		s->buffer = d->steps[before - 1].buffer;
	return rc;
}
