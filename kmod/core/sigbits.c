// SPDX-License-Identifier: GPL-2.0
#include "sigbits.h"

static bool asks(const struct vfw_sig_bit *b)
{
	return b->op >= VFW_SIGBITS_ISSET;
}

static const char *check_state(const struct vfw_sigs *s, u32 i)
{
	const struct vfw_sig_state *state = &s->states[i];
	const struct vfw_sig_bit *b;
	u32 k;

	if (state->sig >= s->n_sigs || s->sigs[state->sig].state != i + 1)
		return "flowbits of another signature";
	if (!state->n_bits || state->first_bit > s->n_bits ||
	    state->n_bits > s->n_bits - state->first_bit)
		return "flowbits that are not there";
	b = &s->bits[state->first_bit];
	for (k = 0; k < state->n_bits; k++) {
		if (b[k].bit >= VFW_SIGBITS_MAX || b[k].op >= VFW_SIGBITS_OP_COUNT ||
		    b[k].or_next > 1)
			return "a flowbit that nobody knows";
		if (b[k].or_next &&
		    (!asks(&b[k]) || k + 1 == state->n_bits || b[k + 1].op != b[k].op))
			return "a choice of flowbits without another";
	}
	return NULL;
}

const char *vfw_sigbits_check(const struct vfw_sigs *s)
{
	const char *bad = NULL;
	u32 i;

	if (s->n_states > VFW_SIGBITS_STATES_MAX)
		return "too many signatures with flowbits";
	for (i = 0; i < s->n_sigs; i++)
		if (s->sigs[i].state > s->n_states ||
		    (s->sigs[i].state && s->states[s->sigs[i].state - 1].sig != i))
			return "a signature with flowbits that are not there";
	for (i = 0; i < s->n_states && !bad; i++) {
		if (i && s->states[i].sig <= s->states[i - 1].sig)
			return "signatures with flowbits out of order";
		bad = check_state(s, i);
	}
	return bad;
}

static bool has(const u64 *bits, u32 bit)
{
	return bits[bit / 64] >> (bit % 64) & 1;
}

static bool allow(const struct vfw_sig_bit *b, u32 n, const u64 *bits)
{
	bool any = false;
	u32 i;

	for (i = 0; i < n; i++) {
		if (!asks(&b[i]))
			continue;
		any |= has(bits, b[i].bit) == (b[i].op == VFW_SIGBITS_ISSET);
		if (b[i].or_next)
			continue;
		if (!any)
			return false;
		any = false;
	}
	return true;
}

bool vfw_sigbits_match(const struct vfw_sigs *s, u32 i, u64 bits[VFW_SIGBITS_WORDS])
{
	const struct vfw_sig_bit *b = &s->bits[s->states[i].first_bit];
	u32 n = s->states[i].n_bits, k;

	if (!allow(b, n, bits))
		return false;
	for (k = 0; k < n; k++) {
		u64 mask = 1ULL << (b[k].bit % 64);

		if (b[k].op == VFW_SIGBITS_SET)
			bits[b[k].bit / 64] |= mask;
		else if (b[k].op == VFW_SIGBITS_UNSET)
			bits[b[k].bit / 64] &= ~mask;
		else if (b[k].op == VFW_SIGBITS_TOGGLE)
			bits[b[k].bit / 64] ^= mask;
	}
	return true;
}
