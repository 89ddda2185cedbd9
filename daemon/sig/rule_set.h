/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules compiled: what files of rules come down to. The tables are those of kmod/core/sig.h; beside
 * them stand, for each signature, what people read and the state it keeps between packets.
 *
 * A rule is loaded whole or not at all; nothing in it is approximated silently. One that is not
 * loaded is either deep (it needs a protocol's parser) or refused, and says so by keyword.
 */
#ifndef VFW_SIG_RULE_SET_H
#define VFW_SIG_RULE_SET_H

#include "../../kmod/core/sig.h"
#include "rule_keyword.h"
#include "rule_range.h"
#include "rule_view.h"

#define VFW_RULE_BITS_MAX 8 /* flowbits or xbits of one rule */

/* A regular expression a step asks for. */
struct vfw_rule_expr {
	char *regex; /* owned, NUL-terminated */
	uint32_t flags; /* VFW_RULE_EXPR_* */
};

#define VFW_RULE_EXPR_CASELESS (1U << 0)
#define VFW_RULE_EXPR_DOTALL (1U << 1)
#define VFW_RULE_EXPR_MULTILINE (1U << 2)

/* A literal that must stand in the payload for a signature to be worth evaluating; number = vfw_sig.fast. */
struct vfw_rule_literal {
	uint32_t data, len; /* in the set's bytes */
	uint32_t reach; /* bytes of a payload at whose end it has been found, 0: anywhere */
	bool nocase;
};

enum vfw_rule_bit_op {
	VFW_RULE_BIT_SET,
	VFW_RULE_BIT_UNSET,
	VFW_RULE_BIT_TOGGLE,
	VFW_RULE_BIT_ISSET,
	VFW_RULE_BIT_ISNOTSET,
	/* flowint: a number of the flow */
	VFW_RULE_INT_ISSET,
	VFW_RULE_INT_ISNOTSET,
	VFW_RULE_INT_LT,
	VFW_RULE_INT_LE,
	VFW_RULE_INT_EQ,
	VFW_RULE_INT_NE,
	VFW_RULE_INT_GE,
	VFW_RULE_INT_GT,
	VFW_RULE_INT_SET,
	VFW_RULE_INT_ADD,
	VFW_RULE_INT_SUBTRACT,
};

/* Does it ask, or change? */
static inline bool vfw_rule_bit_asks(uint8_t op)
{
	return op >= VFW_RULE_BIT_ISSET && op <= VFW_RULE_INT_GT;
}

static inline bool vfw_rule_bit_is_int(uint8_t op)
{
	return op >= VFW_RULE_INT_ISSET;
}

struct vfw_rule_bits {
	uint8_t op; /* enum vfw_rule_bit_op */
	uint8_t track; /* enum vfw_sig_track; TRACK_FLOW: a flowbit */
	uint8_t n; /* isset, isnotset: any of these; flowint: 2, the second is the value's name */
	uint32_t bit[VFW_RULE_BITS_MAX]; /* numbers of names */
	uint32_t expire; /* seconds, xbits:set */
	uint32_t value; /* flowint, unless it is a name */
};

enum vfw_rule_action {
	VFW_RULE_ALERT,
	VFW_RULE_PASS,
	VFW_RULE_DROP,
	VFW_RULE_REJECT,
};

/* What belongs to the signature with the same index. */
struct vfw_rule_meta {
	uint32_t sid, gid, rev, priority;
	enum vfw_rule_action action;
	char *msg; /* owned, or NULL */
	const char *category; /* of its classtype, "" without */
	struct vfw_rule_bits bits[VFW_RULE_BITS_MAX];
	uint32_t n_bits;
	struct vfw_sig_limit limit, filter; /* threshold, detection_filter */
	bool of_flows; /* it is about who talks to whom: what it lets pass are flows */
	bool alerts; /* though it lets pass */
	bool bypass; /* of its flow nothing more is asked */
	uint32_t line;
	const char *file; /* as vfw_rule_set.file was */
};

enum vfw_rule_fate { VFW_RULE_LOADED, VFW_RULE_DEEP, VFW_RULE_REFUSED, VFW_RULE_FATE_COUNT };

/* Why one rule was not loaded. */
struct vfw_rule_note {
	enum vfw_rule_fate fate;
	uint32_t sid; /* 0: not known */
	uint32_t line, col;
	char *text; /* owned */
	const char *file; /* as vfw_rule_set.file was */
	bool syntax; /* it cannot be read as a rule at all */
};

/* How many rules a keyword kept from being loaded. */
struct vfw_rule_reason {
	char *keyword; /* owned */
	enum vfw_rule_fate fate;
	uint32_t n;
	uint32_t sid; /* of the first */
};

struct vfw_rule_set {
	struct vfw_sigs sigs; /* points to what the arrays below hold */
	struct vfw_sig *sig;
	struct vfw_rule_meta *meta;
	struct vfw_sig_step *steps;
	struct vfw_sig_cond *conds;
	struct vfw_sig_range4 *range4;
	struct vfw_sig_range6 *range6;
	struct vfw_sig_ports *ports;
	uint8_t *bytes;
	struct vfw_rule_expr *exprs;
	struct vfw_rule_literal *literals;
	char **names; /* of flowbits and xbits */
	struct vfw_rule_view *views; /* view n of a step is the one at n - 1 */
	size_t n_literals, n_names;
	size_t room_sigs, room_meta, room_steps, room_conds, room_range4, room_range6, room_ports,
		room_bytes, room_exprs, room_literals, room_names, room_views;
	struct vfw_rule_vars vars;
	bool home_vms; /* $HOME_NET by itself is what the module knows for VMs, whatever it stands for */
	const char *file; /* name of the text being read, for notes; lives as long as the set */
	uint32_t counts[VFW_RULE_FATE_COUNT];
	struct vfw_rule_note *notes;
	size_t n_notes, room_notes;
	struct vfw_rule_reason *reasons;
	size_t n_reasons, room_reasons;
	uint32_t *by_sid; /* open hashing over meta by gid and sid: index + 1 */
	size_t slots;
	/*
	 * Asks whether the scanner takes an expression; NULL: all are taken. Writes a sentence of
	 * at most size bytes when it does not.
	 */
	bool (*takes)(void *ctx, const struct vfw_rule_expr *expr, char *why, size_t size);
	void *takes_ctx;
};

/* Returns an empty set with the variables of a fresh Suricata, owned by the caller; NULL: no memory. */
struct vfw_rule_set *vfw_rule_set_new(void);

void vfw_rule_set_free(struct vfw_rule_set *set);

/*
 * Adds the rules of one text. Rules that cannot be loaded are counted and noted. Returns 0 or -ENOMEM.
 * Call vfw_rule_set_finish() after the last one.
 */
int vfw_rule_set_add(struct vfw_rule_set *set, const char *text, size_t len);

/*
 * Orders signatures as they are to be evaluated (pass, drop, reject, alert; those that set
 * flowbits before those that ask; by priority, as written) and points sigs at the tables.
 * Returns 0, or -EINVAL when the tables are not sound (a fault of this program).
 */
int vfw_rule_set_finish(struct vfw_rule_set *set);

/*
 * Does a signature need what a parser makes of an application's messages (VFW_SIG_PKT_HTTP,
 * vfw_sig_pkt.buffers)? Where there is no parser it can never match.
 */
static inline bool vfw_rule_needs_parser(const struct vfw_sig *sig)
{
	return sig->flags & (VFW_SIG_HTTP | VFW_SIG_MESSAGE);
}

/* The keyword that names a buffer of HTTP (enum vfw_sig_buffer); "payload" for all others. */
const char *vfw_rule_buffer_name(uint8_t buffer);

/* For the translators: */

/* Points sigs at the tables as they stand: adding to them moves them. */
void vfw_rule_set_point(struct vfw_rule_set *set);

/* Room for one more element in an array of the set. Returns 0 or -ENOMEM. */
int vfw_rule_set_grow(void *array, size_t *room, size_t n, size_t size);

/* Returns the number of a flowbit's name, making it, or -ENOMEM. */
long vfw_rule_set_name(struct vfw_rule_set *set, const struct vfw_rule_text *name);

#endif /* VFW_SIG_RULE_SET_H */
