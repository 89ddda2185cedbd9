// SPDX-License-Identifier: GPL-2.0
#include "rule_bytetest.h"

#include <string.h>

/* As try_byte_test() of kmod/core/sig_chain.c asks a single byte. */
static bool fits(const struct vfw_sig_step *s, u64 byte)
{
	u64 x = s->mask ? (byte & s->mask) >> s->shift : byte;

	return vfw_sig_compare(s->cmp, x, s->value, 0) != !!(s->flags & VFW_SIG_F_NEGATED);
}

/* The place of that offset, made where it is not there yet; NULL: there is no room for it. */
static bool *place(struct vfw_bytetests *t, uint32_t at)
{
	uint32_t i = 0;

	while (i < t->n && t->v[i].at < at)
		i++;
	if (i < t->n && t->v[i].at == at)
		return t->v[i].in;
	if (t->n == VFW_BYTETESTS_MAX)
		return NULL;
	memmove(&t->v[i + 1], &t->v[i], (t->n - i) * sizeof(t->v[0]));
	t->n++;
	t->v[i].at = at;
	memset(t->v[i].in, true, sizeof(t->v[i].in));
	return t->v[i].in;
}

const char *vfw_bytetests_add(struct vfw_bytetests *t, const struct vfw_sig_step *s)
{
	const uint32_t plain =
		VFW_SIG_F_NEGATED | VFW_SIG_F_RELATIVE | VFW_SIG_F_LITTLE | VFW_SIG_F_RETRY;
	bool *in, any = false;

	if (s->count != 1 || s->flags & ~plain || s->offset < 0 || s->offset > VFW_BYTETEST_FAR)
		return VFW_BYTETEST_NOT;
	in = place(t, (uint32_t)s->offset);
	if (!in)
		return VFW_BYTETEST_NOT;
	for (unsigned int byte = 0; byte < 256; byte++) {
		in[byte] &= fits(s, byte);
		any |= in[byte];
	}
	return any ? NULL : "content that cannot be";
}

uint32_t vfw_bytetests_reach(const struct vfw_bytetests *t)
{
	return t->n ? t->v[t->n - 1].at + 1 : 0;
}

static void put_class(const bool in[256], struct vfw_text *text)
{
	unsigned int from = 0, to;

	vfw_text_str(text, "[");
	for (; from < 256; from = to) {
		for (to = from; to < 256 && in[to] == in[from]; to++)
			;
		if (in[from])
			vfw_text_printf(text, "\\x%02x", from);
		if (in[from] && to - from > 1)
			vfw_text_printf(text, "-\\x%02x", to - 1);
	}
	vfw_text_str(text, "]");
}

void vfw_bytetests_put(struct vfw_bytetests *t, struct vfw_text *text)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < t->n; i++) {
		if (t->v[i].at > at)
			vfw_text_printf(text, ".{%u}", t->v[i].at - at);
		put_class(t->v[i].in, text);
		at = t->v[i].at + 1;
	}
	t->n = 0;
}
