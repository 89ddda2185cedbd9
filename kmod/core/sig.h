/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signatures in compiled form, and their evaluation: the header of a packet, its keywords, and
 * chains of contents over the bytes at hand. The reference is Suricata 7, docs/rules.md.
 *
 * The tables say where things stand by index; vfw_sig_check() proves them sound once, and
 * evaluation then never looks outside. Nothing is allocated. Work is bounded: every step of a
 * chain takes from a budget, and a chain whose budget is spent does not match
 * (VFW_SIG_SPENT), which the caller counts.
 *
 * A chain is evaluated by trying: a step that fails goes back to the last one that has another
 * place to stand. It matches when any choice of places satisfies all its steps, so it gives the
 * answer a single expression over the same bytes would, and byte_test and the like besides, for
 * which no expression exists. A multi-pattern scanner serves to tell which signatures are worth it
 * (struct vfw_sig.fast); regular expressions are asked for by struct vfw_sig_regex.
 */
#ifndef VFW_CORE_SIG_H
#define VFW_CORE_SIG_H

#include "frame.h"
#include "http.h"
#include "regex.h"

#define VFW_SIG_STEPS_MAX 64 /* of one signature */
#define VFW_SIG_CONTENT_MAX 255 /* bytes of a content, as in Suricata */
#define VFW_SIG_VARS_MAX 16 /* byte_extract variables of one signature */
#define VFW_SIG_CONDS_MAX 64
#define VFW_SIG_ENDS_MAX 32 /* places at which one expression ends that are tried */
#define VFW_SIG_SHARED_MAX 16 /* times as many ranges as there are that sets may name together */
#define VFW_SIG_REGEX_WORK 8 /* steps that an instruction of an expression counts as */
#define VFW_SIG_BUDGET 3000 /* steps of one chain */
#define VFW_SIG_HEAD 4000 /* first bytes of a stream that a chain about streams is asked of */
#define VFW_SIG_NONE 0xffffffffU

/* What a chain looks at. Every buffer's steps are a chain of their own; all must match. */
enum vfw_sig_buffer {
	VFW_SIG_PAYLOAD,
	VFW_SIG_IP4_HEADER,
	VFW_SIG_IP6_HEADER,
	VFW_SIG_TCP_HEADER,
	VFW_SIG_UDP_HEADER,
	VFW_SIG_ICMP4_HEADER,
	VFW_SIG_ICMP6_HEADER,
	VFW_SIG_HTTP_FIRST, /* the buffers of HTTP, in the order of enum vfw_http_buffer */
	VFW_SIG_BUFFER_COUNT = VFW_SIG_HTTP_FIRST + VFW_HTTP_BUFFER_COUNT
};

enum vfw_sig_op {
	VFW_SIG_CONTENT,
	VFW_SIG_REGEX,
	VFW_SIG_ISDATAAT,
	VFW_SIG_BYTE_TEST,
	VFW_SIG_BYTE_JUMP,
	VFW_SIG_BYTE_EXTRACT,
	VFW_SIG_BSIZE,
	VFW_SIG_BYTE_MATH,
	VFW_SIG_BASE64, /* decodes len bytes at most (0: all) for the steps with VFW_SIG_F_DECODED */
	VFW_SIG_OP_COUNT
};

#define VFW_SIG_F_NEGATED (1U << 0)
#define VFW_SIG_F_NOCASE (1U << 1) /* contents: data is in lower case */
#define VFW_SIG_F_RELATIVE (1U << 2) /* contents: distance or within is there */
#define VFW_SIG_F_WITHIN (1U << 3)
#define VFW_SIG_F_DEPTH (1U << 4) /* end is valid: where the search ends */
#define VFW_SIG_F_ENDSWITH (1U << 5)
#define VFW_SIG_F_LITTLE (1U << 6)
#define VFW_SIG_F_STRING (1U << 7) /* base: 8, 10, 16, or 0 as in C */
#define VFW_SIG_F_ALIGN (1U << 8)
#define VFW_SIG_F_FROM_BEGIN (1U << 9)
#define VFW_SIG_F_FROM_END (1U << 10)
#define VFW_SIG_F_VAR_OFFSET (1U << 11) /* offset, distance: number of a variable */
#define VFW_SIG_F_VAR_DEPTH (1U << 12) /* depth, within */
#define VFW_SIG_F_VAR_VALUE (1U << 13) /* byte_test's value, byte_math's rvalue */
#define VFW_SIG_F_VAR_COUNT (1U << 14) /* number of bytes */
#define VFW_SIG_F_RETRY (1U << 15) /* a later step depends on where this one stood */
#define VFW_SIG_F_DECODED (1U << 16) /* over what the VFW_SIG_BASE64 before it has decoded */

enum vfw_sig_cmp {
	VFW_SIG_EQ,
	VFW_SIG_NE,
	VFW_SIG_LT,
	VFW_SIG_GT,
	VFW_SIG_LE,
	VFW_SIG_GE,
	VFW_SIG_BETWEEN, /* a < x < b */
	VFW_SIG_WITHIN, /* a <= x <= b */
	VFW_SIG_ANY_OF, /* x & a */
	VFW_SIG_ALL_OF, /* (x & a) == a */
	VFW_SIG_ONLY, /* (x & b) == a */
	VFW_SIG_NOT_ALL, /* (x & a) != a */
	VFW_SIG_XOR, /* byte_test ^: x ^ a is not 0 */
	VFW_SIG_CMP_COUNT
};

/* What VFW_SIG_BYTE_MATH does, before the mask; by 0 nothing is divided, and the step does not match. */
enum vfw_sig_math {
	VFW_SIG_ADD,
	VFW_SIG_SUBTRACT,
	VFW_SIG_MULTIPLY,
	VFW_SIG_DIVIDE,
	VFW_SIG_SHIFT_LEFT,
	VFW_SIG_SHIFT_RIGHT,
	VFW_SIG_MATH_COUNT
};

struct vfw_sig_step {
	u8 op; /* enum vfw_sig_op */
	u8 buffer; /* enum vfw_sig_buffer */
	u8 cmp; /* enum vfw_sig_cmp; VFW_SIG_BYTE_MATH: enum vfw_sig_math */
	u8 base; /* of STRING; byte_extract with ALIGN: 2 or 4 */
	u8 count; /* bytes to read, 1 to 8, STRING up to 23; or a variable */
	u8 var; /* byte_extract, byte_math: variable to set */
	u8 shift; /* to the right, after the mask */
	u8 view; /* how the buffer is transformed: 0 not, else a number up to vfw_sigs.n_views */
	u32 flags; /* VFW_SIG_F_* */
	u32 data; /* contents: into bytes; VFW_SIG_REGEX: number of the expression */
	u32 len;
	int offset; /* offset, distance; isdataat's position; or a variable */
	int depth; /* end of the search from the buffer's begin; within: from the last place */
	int within;
	int post; /* added after all else */
	u32 multiplier;
	u64 mask;
	u64 value, value2;
};

enum vfw_sig_field {
	VFW_SIG_TTL,
	VFW_SIG_TOS,
	VFW_SIG_IP_ID,
	VFW_SIG_IP_PROTO,
	VFW_SIG_FRAG_BITS,
	VFW_SIG_FRAG_OFF,
	VFW_SIG_IP_OPTIONS,
	VFW_SIG_SAME_IP,
	VFW_SIG_TCP_FLAGS,
	VFW_SIG_TCP_SEQ,
	VFW_SIG_TCP_ACK,
	VFW_SIG_TCP_WINDOW,
	VFW_SIG_TCP_MSS,
	VFW_SIG_ICMP_TYPE,
	VFW_SIG_ICMP_CODE,
	VFW_SIG_ICMP_ID,
	VFW_SIG_ICMP_SEQ,
	VFW_SIG_ICMP6_MTU,
	VFW_SIG_DSIZE,
	VFW_SIG_FLOW_AGE, /* seconds */
	VFW_SIG_STREAM_SERVER, /* bytes seen of each side */
	VFW_SIG_STREAM_CLIENT,
	VFW_SIG_FIELD_COUNT
};

struct vfw_sig_cond {
	u8 field; /* enum vfw_sig_field */
	u8 cmp; /* enum vfw_sig_cmp */
	u16 reserved;
	u32 a, b;
};

/* Ranges of one set, sorted and apart. */
struct vfw_sig_set {
	u32 first, n; /* into range4, range6 or port */
};

struct vfw_sig_range4 {
	u32 low, high; /* host order */
};

struct vfw_sig_range6 {
	u8 low[16], high[16];
};

struct vfw_sig_ports {
	u16 low, high;
};

/* An address set has two halves; a port set one. */
struct vfw_sig_side {
	struct vfw_sig_set addr4, addr6, ports;
};

#define VFW_SIG_P_TCP (1U << 0)
#define VFW_SIG_P_UDP (1U << 1)
#define VFW_SIG_P_ICMP4 (1U << 2)
#define VFW_SIG_P_ICMP6 (1U << 3)
#define VFW_SIG_P_SCTP (1U << 4)
#define VFW_SIG_P_OTHER (1U << 5)
#define VFW_SIG_P_IP4 (1U << 6) /* either of these two must be set */
#define VFW_SIG_P_IP6 (1U << 7)

#define VFW_SIG_ANY_ADDR_SRC (1U << 0)
#define VFW_SIG_ANY_ADDR_DST (1U << 1)
#define VFW_SIG_ANY_PORT_SRC (1U << 2)
#define VFW_SIG_ANY_PORT_DST (1U << 3)
#define VFW_SIG_BIDIRECTIONAL (1U << 4)
#define VFW_SIG_PACKET (1U << 5) /* payload steps are for single packets */
#define VFW_SIG_STREAM (1U << 6) /* ... for what TCP delivers */
#define VFW_SIG_NOALERT (1U << 7)
#define VFW_SIG_ONCE (1U << 8) /* addresses only: once for each flow and direction */
#define VFW_SIG_TO_SERVER (1U << 9)
#define VFW_SIG_TO_CLIENT (1U << 10)
#define VFW_SIG_ESTABLISHED (1U << 11)
#define VFW_SIG_NOT_ESTABLISHED (1U << 12)
#define VFW_SIG_STATELESS (1U << 13)
#define VFW_SIG_ONLY_STREAM (1U << 14) /* flow:only_stream */
#define VFW_SIG_NO_STREAM (1U << 15)
#define VFW_SIG_NEEDS_FLOW (1U << 16)
#define VFW_SIG_ONLY_FRAG (1U << 17)
#define VFW_SIG_NO_FRAG (1U << 18)
#define VFW_SIG_PASS (1U << 19)
#define VFW_SIG_DROP (1U << 20)
#define VFW_SIG_REJECT (1U << 21)
#define VFW_SIG_HTTP (1U << 22) /* the conversation must be HTTP/1 */
#define VFW_SIG_MESSAGE (1U << 23) /* asked of messages: has steps in buffers of a parser */
#define VFW_SIG_AT_START (1U << 24) /* its expression counts from the first byte of all */
#define VFW_SIG_HEADER (1U << 25) /* asked of packets by their headers: it has no expression */
#define VFW_SIG_HOME_SRC (1U << 26) /* that end is a VM here, $HOME_NET */
#define VFW_SIG_HOME_DST (1U << 27)
#define VFW_SIG_AWAY_SRC (1U << 28) /* it is none, !$HOME_NET */
#define VFW_SIG_AWAY_DST (1U << 29)

#define VFW_SIG_HEADERS_MAX 256 /* of one table: all are asked of a packet */

struct vfw_sig {
	u32 flags; /* VFW_SIG_* */
	u32 protocols; /* VFW_SIG_P_* */
	int ip_proto; /* of "alert 47": -1 none */
	u32 fast; /* the expression that must have hit, VFW_SIG_NONE: always worth it */
	struct vfw_sig_side src, dst;
	u32 first_cond, n_conds;
	u32 first_step, n_steps; /* sorted by buffer and view; within them as written */
	u32 limit; /* 1 + its number among the limits; 0: none, or kept elsewhere */
	u32 state; /* 1 + its number among the states; 0: no flowbits, or kept elsewhere */
	u32 reach; /* of a packet its expression matches, if at all, within so many bytes; 0: anywhere */
	u32 part; /* 1 + its number among the parts: it is but one of what must match; 0: it is none */
};

/* Of expressions that must all match, in any order, for a signature to: parts [first, first + n) are its. */
struct vfw_sig_part {
	u32 whole; /* the signature */
	u32 first;
	u16 n;
	u16 stays; /* it matches at a stream's beginning alone, once and for all */
};

#define VFW_SIG_PARTS_MAX 8192 /* of one table: a bit each for every direction that is scanned */

/* The program of an expression: its instructions and sets, which count from the first ones. */
struct vfw_sig_expr {
	u32 first_code, n_code;
	u32 first_set, n_sets;
};

struct vfw_sig_bit;
struct vfw_sig_limit;
struct vfw_sig_state;

struct vfw_sigs {
	const struct vfw_sig *sigs;
	const struct vfw_sig_step *steps;
	const struct vfw_sig_cond *conds;
	const struct vfw_sig_range4 *range4;
	const struct vfw_sig_range6 *range6;
	const struct vfw_sig_ports *ports;
	const u8 *bytes;
	const struct vfw_sig_limit *limits;
	const struct vfw_sig_state *states; /* sigbits.h */
	const struct vfw_sig_bit *bits;
	const struct vfw_sig_part *parts;
	u32 n_sigs, n_steps, n_conds, n_range4, n_range6, n_ports, n_bytes, n_limits;
	u32 n_states, n_bits, n_parts;
	u32 n_exprs; /* regular expressions */
	const struct vfw_sig_expr
		*exprs; /* of each its program, in the next two; NULL: who asks has other means */
	const struct vfw_regex_inst *code;
	const struct vfw_regex_set *sets;
	u32 n_code, n_sets;
	u32 n_views; /* transformations that steps name; what makes buffers knows them */
};

/* Options seen in an IPv4 header, bits of VFW_SIG_IP_OPTIONS. */
enum vfw_sig_ip_option {
	VFW_SIG_OPT_EOL = 1U << 0,
	VFW_SIG_OPT_NOP = 1U << 1,
	VFW_SIG_OPT_RR = 1U << 2,
	VFW_SIG_OPT_TS = 1U << 3,
	VFW_SIG_OPT_SEC = 1U << 4,
	VFW_SIG_OPT_ESEC = 1U << 5,
	VFW_SIG_OPT_LSRR = 1U << 6,
	VFW_SIG_OPT_SSRR = 1U << 7,
	VFW_SIG_OPT_SATID = 1U << 8,
};

#define VFW_SIG_PKT_FLOW (1U << 0) /* belongs to a flow */
#define VFW_SIG_PKT_TO_SERVER (1U << 1) /* from who opened it */
#define VFW_SIG_PKT_ESTABLISHED (1U << 2)
#define VFW_SIG_PKT_IN_STREAM (1U << 3) /* its bytes went into the stream */
#define VFW_SIG_PKT_REBUILT (1U << 4) /* put together from fragments */
#define VFW_SIG_PKT_HTTP (1U << 5) /* its flow is known to be HTTP/1 */
#define VFW_SIG_PKT_SRC_VM (1U << 6) /* it comes from a VM here, goes to one */
#define VFW_SIG_PKT_DST_VM (1U << 7)

/* The buffers of a message that a parser has read; whoever asks signatures about it brings them. */
struct vfw_sig_buffers {
	/*
	 * The k-th (from 0) of the buffers of that kind, transformed as view says. Returns false when there
	 * is none; the bytes stay until the next call of vfw_sig_content() at least.
	 */
	bool (*get)(void *ctx, u32 buffer, u32 view, u32 k, const u8 **buf, u32 *len);
	void *ctx;
};

/* What a signature is asked about. Offsets of frame count in head. */
struct vfw_sig_pkt {
	const struct vfw_frame *frame;
	const u8 *head; /* the bytes that frame was parsed from */
	u32 head_len;
	const u8 *payload; /* behind the transport header; may be NULL when payload_len is 0 */
	u32 payload_len;
	u32 flags; /* VFW_SIG_PKT_* */
	u32 flow_age; /* seconds */
	u32 stream_bytes[2]; /* seen from the client, from the server */
	const struct vfw_sig_buffers *buffers; /* NULL: no message */
	/*
	 * What may still be done for all that is asked about the packet, in steps and compared bytes (an instruction of an expression
	 * counts as VFW_SIG_REGEX_WORK), of which it is taken; NULL: there is no bound but that of each chain.
	 */
	u32 *work;
};

/*
 * Asks for the places at which expression expr ends within buf: offsets of the byte behind, at most
 * max of them into ends. *budget: instructions of core/regex.h it may take, up to VFW_REGEX_BUDGET, of which those it took are taken. Returns their
 * number, or a negative errno: then the step does not match; but -E2BIG where a packet's work is bounded is not known.
 */
struct vfw_sig_regex {
	int (*ends)(void *ctx, u32 expr, const u8 *buf, u32 len, u32 *ends, u32 max, u32 *budget);
	void *ctx;
	u8 *decoded; /* room for what VFW_SIG_BASE64 decodes; NULL: such a step does not match */
	u32 decoded_room;
};

enum vfw_sig_result {
	VFW_SIG_NO_MATCH,
	VFW_SIG_MATCH,
	VFW_SIG_SPENT, /* not known: the budget was spent, or the packet's work */
};

/* The program of expression i < n_exprs, of a table that has programs. Any context. */
static inline struct vfw_regex vfw_sig_program(const struct vfw_sigs *s, u32 i)
{
	const struct vfw_sig_expr *x = &s->exprs[i];
	struct vfw_regex r = {s->code + x->first_code, s->sets + x->first_set, x->n_code,
			      x->n_sets};

	return r;
}

/*
 * Checks tables by meaning: every index, count, order and enumerator. Returns NULL or a static
 * sentence; *element is the index of the faulty one in its table. Linear in the tables. Any context.
 */
const char *vfw_sig_check(const struct vfw_sigs *s, u32 *element);

/*
 * The same for the steps, conditions and order of one signature, i < n_sigs: what a writer of tables asks
 * before it adds the next one. Its ranges are looked at where they stand. Any context.
 */
const char *vfw_sig_check_one(const struct vfw_sigs *s, u32 i);

/*
 * Do protocol, addresses, ports, flow keywords and header keywords of sig fit the packet? Bidirectional
 * signatures are asked both ways. s passed vfw_sig_check(). Any context.
 */
bool vfw_sig_header(const struct vfw_sigs *s, const struct vfw_sig *sig,
		    const struct vfw_sig_pkt *p);

/*
 * The two halves of that: what is the same for all packets of one side of a conversation (of TCP, once it is established), and the header
 * keywords. Any context.
 */
bool vfw_sig_ends(const struct vfw_sigs *s, const struct vfw_sig *sig, const struct vfw_sig_pkt *p);
bool vfw_sig_conds(const struct vfw_sigs *s, const struct vfw_sig *sig,
		   const struct vfw_sig_pkt *p);

/*
 * Do the ends of a bidirectional signature that fits the packet fit it both ways? Suricata makes two rules of one with <>, and
 * both speak then. Any context.
 */
bool vfw_sig_both_ways(const struct vfw_sigs *s, const struct vfw_sig *sig,
		       const struct vfw_sig_pkt *p);

/*
 * Evaluates the steps of sig: those of the payload over buf, len bytes (a packet's payload, or what a
 * stream holds contiguously), those of headers over p's, those of messages over p->buffers (of buffers of
 * one kind any one serves; one that is not there never matches). Without any step it matches.
 * s passed vfw_sig_check(). Uses about 1 KiB of stack. Any context that regex allows.
 */
enum vfw_sig_result vfw_sig_content(const struct vfw_sigs *s, const struct vfw_sig *sig,
				    const struct vfw_sig_pkt *p, const u8 *buf, u32 len,
				    const struct vfw_sig_regex *regex);

/* x against a and b. Any context. */
bool vfw_sig_compare(unsigned int cmp, u64 x, u64 a, u64 b);

/* How a threshold counts. */
enum vfw_sig_limit_kind {
	VFW_SIG_LIMIT_NONE,
	VFW_SIG_LIMIT_LIMIT, /* the first count of each period */
	VFW_SIG_LIMIT_THRESHOLD, /* every count-th */
	VFW_SIG_LIMIT_BOTH, /* once a period, when count is reached */
	VFW_SIG_LIMIT_DETECTION, /* detection_filter: all beyond count */
	VFW_SIG_LIMIT_COUNT
};

enum vfw_sig_track {
	VFW_SIG_TRACK_RULE,
	VFW_SIG_TRACK_SRC,
	VFW_SIG_TRACK_DST,
	VFW_SIG_TRACK_BOTH,
	VFW_SIG_TRACK_FLOW,
	VFW_SIG_TRACK_COUNT
};

struct vfw_sig_limit {
	u8 kind; /* enum vfw_sig_limit_kind */
	u8 track; /* enum vfw_sig_track */
	u16 reserved;
	u32 count; /* 1 and up */
	u32 seconds;
};

/* What is remembered for each thing tracked; all zero at first. */
struct vfw_sig_counter {
	u64 since; /* microseconds; of the first one of this period; 0: none yet */
	u32 count;
	u32 seconds; /* of the limit that counts */
};

/* What a limit says of a match. */
enum vfw_sig_told {
	VFW_SIG_UNDER, /* not enough yet: as if it had not matched */
	VFW_SIG_SILENT, /* it does what its action says, and nothing is told */
	VFW_SIG_TOLD,
};

/* Does the period of a counter still run at now? Any context. */
static inline bool vfw_sig_counts(const struct vfw_sig_counter *c, u64 now)
{
	return c->since && now - c->since <= (u64)c->seconds * 1000000;
}

/* One match at now (microseconds, any epoch, not 0). The caller keeps *c. Any context. */
enum vfw_sig_told vfw_sig_limit(const struct vfw_sig_limit *limit, struct vfw_sig_counter *c,
				u64 now);

#endif /* VFW_CORE_SIG_H */
