// SPDX-License-Identifier: GPL-2.0
#include "rule_bytetest.h"

#include <string.h>

/* As try_byte_test() of kmod/core/sig_chain.c asks a single byte. */
static bool fits(const struct vfw_sig_step *s, u64 byte)
{
	u64 x = s->mask ? (byte & s->mask) >> s->shift : byte;

	return vfw_sig_compare(s->cmp, x, s->value, 0) != !!(s->flags & VFW_SIG_F_NEGATED);
}

/* The place of so many bytes at that offset, made where it is not there yet; NULL: there is no room for it, or others share its bytes. */
static struct vfw_bytetest *place(struct vfw_bytetests *t, uint32_t at, uint32_t width)
{
	uint32_t i = 0;

	while (i < t->n && t->v[i].at < at)
		i++;
	if (i < t->n && t->v[i].at == at)
		return width == 1 && t->v[i].width == 1 ? &t->v[i] : NULL;
	if (t->n == VFW_BYTETESTS_MAX || (i && t->v[i - 1].at + t->v[i - 1].width > at) ||
	    (i < t->n && at + width > t->v[i].at))
		return NULL;
	memmove(&t->v[i + 1], &t->v[i], (t->n - i) * sizeof(t->v[0]));
	t->n++;
	t->v[i] = (struct vfw_bytetest){.at = at, .width = width};
	memset(t->v[i].in, true, sizeof(t->v[i].in));
	return &t->v[i];
}

static const char *add_byte(struct vfw_bytetests *t, const struct vfw_sig_step *s)
{
	struct vfw_bytetest *one = place(t, (uint32_t)s->offset, 1);
	bool any = false;

	if (!one)
		return VFW_BYTETEST_NOT;
	for (unsigned int byte = 0; byte < 256; byte++) {
		one->in[byte] &= fits(s, byte);
		any |= one->in[byte];
	}
	return any ? NULL : "content that cannot be";
}

/* What a step asks of a number of several bytes. Returns false: it cannot be said so. */
static bool kind_of(const struct vfw_sig_step *s, struct vfw_bytetest *one)
{
	static const enum vfw_bytetest_kind kinds[][2] = {
		[VFW_SIG_EQ] = {VFW_BYTETEST_EQ, VFW_BYTETEST_NE},
		[VFW_SIG_NE] = {VFW_BYTETEST_NE, VFW_BYTETEST_EQ},
		[VFW_SIG_LT] = {VFW_BYTETEST_LT, VFW_BYTETEST_GT},
		[VFW_SIG_GT] = {VFW_BYTETEST_GT, VFW_BYTETEST_LT},
		[VFW_SIG_LE] = {VFW_BYTETEST_LT, VFW_BYTETEST_GT},
		[VFW_SIG_GE] = {VFW_BYTETEST_GT, VFW_BYTETEST_LT},
		[VFW_SIG_ANY_OF] = {VFW_BYTETEST_ANY_OF, VFW_BYTETEST_NONE_OF},
	};
	bool negated = s->flags & VFW_SIG_F_NEGATED, equal;

	if (s->mask || (s->cmp > VFW_SIG_GE && s->cmp != VFW_SIG_ANY_OF))
		return false;
	one->kind = kinds[s->cmp][negated];
	one->value = s->value;
	one->little = s->flags & VFW_SIG_F_LITTLE;
	/* up to the value, or from it on: less than the next one, more than the one before */
	equal = s->cmp >= VFW_SIG_LT && s->cmp <= VFW_SIG_GE && (s->cmp >= VFW_SIG_LE) != negated;
	if (!equal)
		return true;
	if (s->value == (one->kind == VFW_BYTETEST_LT ? UINT64_MAX : 0))
		return false;
	one->value += one->kind == VFW_BYTETEST_LT ? 1 : -1ULL;
	return true;
}

static const char *add_number(struct vfw_bytetests *t, const struct vfw_sig_step *s)
{
	struct vfw_bytetest asked = {0}, *one;
	uint64_t most = UINT64_MAX >> (64 - 8 * s->count);
	bool can = true;

	if (!kind_of(s, &asked))
		return VFW_BYTETEST_NOT;
	switch (asked.kind) {
	case VFW_BYTETEST_EQ:
		can = asked.value <= most;
		break;
	case VFW_BYTETEST_LT:
		can = asked.value;
		break;
	case VFW_BYTETEST_GT:
		can = asked.value < most;
		break;
	case VFW_BYTETEST_ANY_OF:
		can = asked.value & most;
		break;
	case VFW_BYTETEST_NE:
	case VFW_BYTETEST_NONE_OF:
		break;
	}
	if (!can)
		return "content that cannot be";
	/* a number of so many bytes is always so */
	if (asked.kind != VFW_BYTETEST_NONE_OF && asked.kind != VFW_BYTETEST_ANY_OF &&
	    asked.value > most)
		asked = (struct vfw_bytetest){.kind = VFW_BYTETEST_NONE_OF};
	one = place(t, (uint32_t)s->offset, s->count);
	if (!one)
		return VFW_BYTETEST_NOT;
	one->kind = asked.kind;
	one->value = asked.value;
	one->little = asked.little;
	return NULL;
}

const char *vfw_bytetests_add(struct vfw_bytetests *t, const struct vfw_sig_step *s)
{
	const uint32_t plain =
		VFW_SIG_F_NEGATED | VFW_SIG_F_RELATIVE | VFW_SIG_F_LITTLE | VFW_SIG_F_RETRY;

	if (s->count < 1 || s->count > 8 || s->flags & ~plain || s->offset < 0 ||
	    s->offset > VFW_BYTETEST_FAR)
		return VFW_BYTETEST_NOT;
	return s->count == 1 ? add_byte(t, s) : add_number(t, s);
}

uint32_t vfw_bytetests_reach(const struct vfw_bytetests *t)
{
	return t->n ? t->v[t->n - 1].at + t->v[t->n - 1].width : 0;
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

/* A number's byte by its weight: 0 is of the most. */
static unsigned int byte_of(const struct vfw_bytetest *one, uint32_t weight)
{
	return one->value >> 8 * (one->width - 1 - weight) & 255;
}

/* What byte may stand there, if those of more weight are as the value's, and the one of weight `decides' is low to high. */
static void put_digit(const struct vfw_bytetest *one, uint32_t weight, uint32_t decides,
		      unsigned int low, unsigned int high, struct vfw_text *text)
{
	bool in[256];

	for (unsigned int b = 0; b < 256; b++)
		in[b] = weight > decides ||
			(weight == decides ? b >= low && b <= high : b == byte_of(one, weight));
	put_class(in, text);
}

static void put_decided(const struct vfw_bytetest *one, uint32_t decides, unsigned int low,
			unsigned int high, struct vfw_text *text, bool *begun)
{
	vfw_text_str(text, *begun ? "|" : "");
	*begun = true;
	for (uint32_t i = 0; i < one->width; i++)
		put_digit(one, one->little ? one->width - 1 - i : i, decides, low, high, text);
}

/* One of the bits of that weight is set: all: none of any weight is. */
static void put_bits(const struct vfw_bytetest *one, uint32_t weight, bool all,
		     struct vfw_text *text, bool *begun)
{
	bool in[256];

	vfw_text_str(text, *begun ? "|" : "");
	*begun = true;
	for (uint32_t i = 0; i < one->width; i++) {
		uint32_t w = one->little ? one->width - 1 - i : i;

		for (unsigned int b = 0; b < 256; b++)
			in[b] = all ? !(b & byte_of(one, w)) : w != weight || b & byte_of(one, w);
		put_class(in, text);
	}
}

/* A number is told by the first of its bytes, by weight, that decides: one alternative for each that may. */
static void put_number(const struct vfw_bytetest *one, struct vfw_text *text)
{
	bool less = one->kind == VFW_BYTETEST_LT || one->kind == VFW_BYTETEST_NE;
	bool more = one->kind == VFW_BYTETEST_GT || one->kind == VFW_BYTETEST_NE;
	bool begun = false;

	vfw_text_str(text, "(?:");
	for (uint32_t w = 0; w < one->width; w++) {
		unsigned int byte = byte_of(one, w);

		if (less && byte)
			put_decided(one, w, 0, byte - 1, text, &begun);
		if (more && byte < 255)
			put_decided(one, w, byte + 1, 255, text, &begun);
		if (one->kind == VFW_BYTETEST_ANY_OF && byte)
			put_bits(one, w, false, text, &begun);
	}
	if (one->kind == VFW_BYTETEST_EQ)
		put_decided(one, one->width - 1, byte_of(one, one->width - 1),
			    byte_of(one, one->width - 1), text, &begun);
	if (one->kind == VFW_BYTETEST_NONE_OF)
		put_bits(one, 0, true, text, &begun);
	vfw_text_str(text, ")");
}

void vfw_bytetests_put(struct vfw_bytetests *t, struct vfw_text *text)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < t->n; i++) {
		const struct vfw_bytetest *one = &t->v[i];

		if (one->at > at)
			vfw_text_printf(text, ".{%u}", one->at - at);
		if (one->width == 1)
			put_class(one->in, text);
		else
			put_number(one, text);
		at = one->at + one->width;
	}
	t->n = 0;
}
