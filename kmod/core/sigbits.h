/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flowbits: what a signature asks of the bits of a conversation, and what it changes in them. Signatures that have any are
 * a list of their own, struct vfw_sig_state, in the order in which those are to be asked that match in one frame.
 */
#ifndef VFW_CORE_SIGBITS_H
#define VFW_CORE_SIGBITS_H

#include "sig.h"

#define VFW_SIGBITS_MAX 256 /* bits of a conversation */
#define VFW_SIGBITS_STATES_MAX 1024 /* signatures that have any, in one table */
#define VFW_SIGBITS_WORDS (VFW_SIGBITS_MAX / 64)

enum vfw_sigbits_op {
	VFW_SIGBITS_SET,
	VFW_SIGBITS_UNSET,
	VFW_SIGBITS_TOGGLE,
	VFW_SIGBITS_ISSET, /* this and the next: with or_next the bit behind serves as well */
	VFW_SIGBITS_ISNOTSET,
	VFW_SIGBITS_OP_COUNT
};

struct vfw_sig_bit {
	u16 bit; /* < VFW_SIGBITS_MAX */
	u8 op; /* enum vfw_sigbits_op */
	u8 or_next; /* 0 or 1 */
};

struct vfw_sig_state {
	u32 sig; /* its index; they rise */
	u32 first_bit, n_bits; /* of vfw_sigs.bits */
};

/* Checks states and bits of tables by meaning. Returns NULL or a static sentence. Linear. Any context. */
const char *vfw_sigbits_check(const struct vfw_sigs *s);

/*
 * Signature s->states[i] has matched: do the bits allow it? Then it changes them. s passed vfw_sigbits_check().
 * Any context; the caller keeps others from bits.
 */
bool vfw_sigbits_match(const struct vfw_sigs *s, u32 i, u64 bits[VFW_SIGBITS_WORDS]);

#endif /* VFW_CORE_SIGBITS_H */
