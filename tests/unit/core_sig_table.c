// SPDX-License-Identifier: GPL-2.0
/* Headers of signatures as bytes: what was written is read, and what was not written so is refused. */
#include <stdlib.h>

#include "core/sig_table.h"
#include "core/sigbits.h"
#include "core_unit.h"

static const struct vfw_sig sigs[] = {
	{.flags = VFW_SIG_DROP | VFW_SIG_ANY_ADDR_SRC | VFW_SIG_ANY_ADDR_DST | VFW_SIG_ANY_PORT_SRC,
	 .protocols = VFW_SIG_P_TCP | VFW_SIG_P_IP4,
	 .ip_proto = -1,
	 .fast = VFW_SIG_NONE,
	 .dst.ports = {0, 2}},
	{.flags = VFW_SIG_ANY_PORT_SRC | VFW_SIG_ANY_PORT_DST,
	 .protocols = VFW_SIG_P_UDP | VFW_SIG_P_IP4 | VFW_SIG_P_IP6,
	 .ip_proto = -1,
	 .fast = VFW_SIG_NONE,
	 .src = {.addr4 = {0, 1}, .addr6 = {0, 1}},
	 .dst = {.addr4 = {0, 1}, .addr6 = {0, 1}},
	 .n_conds = 1,
	 .n_steps = 3,
	 .limit = 2,
	 .state = 1},
	{.protocols = VFW_SIG_P_IP4, .ip_proto = -1, .fast = VFW_SIG_NONE, .part = 1},
	{.protocols = VFW_SIG_P_IP4, .ip_proto = -1, .fast = VFW_SIG_NONE, .part = 2},
};
/* both of the first one */
static const struct vfw_sig_part parts[] = {{0, 0, 2, 1}, {0, 0, 2, 0}};
static const struct vfw_sig_cond cond = {.field = VFW_SIG_DSIZE, .cmp = VFW_SIG_LT, .a = 20};
static const struct vfw_sig_range4 range4 = {0x0a000000, 0x0affffff};
static const struct vfw_sig_range6 range6 = {.high = {0xff}};
static const struct vfw_sig_ports ports[] = {{80, 80}, {8000, 8999}};

static const struct vfw_sig_limit limits[] = {
	{.kind = VFW_SIG_LIMIT_LIMIT, .track = VFW_SIG_TRACK_FLOW, .count = 1, .seconds = 1},
	{.kind = VFW_SIG_LIMIT_DETECTION, .count = 5, .seconds = 60},
};

static const struct vfw_sig_state state = {.sig = 1, .n_bits = 3};
static const struct vfw_sig_bit bits[] = {
	{.bit = 1, .op = VFW_SIGBITS_ISSET, .or_next = 1},
	{.bit = 255, .op = VFW_SIGBITS_ISSET},
	{.bit = 2, .op = VFW_SIGBITS_TOGGLE},
};

/* "^[ab]+", and one that is but an end */
static const struct vfw_regex_inst code[] = {
	{.op = VFW_REGEX_BEGIN},
	{.op = VFW_REGEX_REPEAT, .b = 1, .c = VFW_REGEX_MANY},
	{.op = VFW_REGEX_MATCH},
	{.op = VFW_REGEX_MATCH},
};
static const struct vfw_regex_set sets[] = {{{[12] = 6}}};
static const struct vfw_sig_expr exprs[] = {{0, 3, 0, 1}, {3, 1, 1, 0}};

static const struct vfw_sig_step steps[] = {
	{.op = VFW_SIG_CONTENT, .len = 4, .flags = VFW_SIG_F_RETRY},
	{.op = VFW_SIG_CONTENT, .data = 4, .len = 1, .flags = VFW_SIG_F_NEGATED},
	{.op = VFW_SIG_BYTE_TEST,
	 .count = 1,
	 .flags = VFW_SIG_F_RELATIVE,
	 .cmp = VFW_SIG_GT,
	 .value = 8},
};

static const struct vfw_sigs whole = {.sigs = sigs,
				      .limits = limits,
				      .n_limits = 2,
				      .states = &state,
				      .n_states = 1,
				      .bits = bits,
				      .n_bits = 3,
				      .conds = &cond,
				      .range4 = &range4,
				      .range6 = &range6,
				      .ports = ports,
				      .parts = parts,
				      .n_parts = 2,
				      .n_sigs = 4,
				      .n_conds = 1,
				      .n_range4 = 1,
				      .n_range6 = 1,
				      .n_ports = 2,
				      .steps = steps,
				      .bytes = (const u8 *)"evilx",
				      .n_steps = 3,
				      .exprs = exprs,
				      .code = code,
				      .sets = sets,
				      .n_exprs = 2,
				      .n_code = 4,
				      .n_sets = 1,
				      .n_bytes = 5};

/* The caller frees it. */
static u8 *written(const struct vfw_sigs *s, size_t *n)
{
	u8 *buf;

	*n = vfw_sig_table_size(s);
	buf = malloc(*n);
	vfw_sig_table_write(s, buf);
	return buf;
}

START_TEST(read_back)
{
	struct vfw_sigs s;
	size_t n;
	u8 *buf = written(&whole, &n);

	ck_assert_ptr_null(vfw_sig_table_read(buf, n, &s));
	ck_assert_uint_eq(s.n_sigs, 4);
	ck_assert_uint_eq(s.n_steps, 3);
	ck_assert_mem_eq(s.steps, steps, sizeof(steps));
	ck_assert_mem_eq(s.bytes, "evilx", 5);
	ck_assert_mem_eq(s.sigs, sigs, sizeof(sigs));
	ck_assert_mem_eq(s.conds, &cond, sizeof(cond));
	ck_assert_mem_eq(s.range4, &range4, sizeof(range4));
	ck_assert_mem_eq(s.range6, &range6, sizeof(range6));
	ck_assert_mem_eq(s.ports, ports, sizeof(ports));
	ck_assert_mem_eq(s.limits, limits, sizeof(limits));
	ck_assert_mem_eq(s.states, &state, sizeof(state));
	ck_assert_mem_eq(s.bits, bits, sizeof(bits));
	ck_assert_uint_eq(s.n_parts, 2);
	ck_assert_mem_eq(s.parts, parts, sizeof(parts));
	ck_assert_uint_eq(s.n_exprs, 2);
	ck_assert_mem_eq(s.exprs, exprs, sizeof(exprs));
	ck_assert_mem_eq(s.code, code, sizeof(code));
	ck_assert_mem_eq(s.sets, sets, sizeof(sets));
	ck_assert_uint_eq(vfw_sig_program(&s, 1).n_code, 1);
	free(buf);
}
END_TEST

/* Each byte of it another, and each length but its own. */
START_TEST(damaged)
{
	struct vfw_sigs s = {.n_sigs = 7};
	size_t n;
	u8 *buf = written(&whole, &n);

	for (size_t i = 0; i < n; i++) {
		buf[i] ^= (u8)(1 + i % 255);
		ck_assert_msg(vfw_sig_table_read(buf, n, &s) != NULL, "byte %zu", i);
		buf[i] ^= (u8)(1 + i % 255);
	}
	for (size_t i = 0; i < n; i++) {
		u8 *part = malloc(i + 1);

		memcpy(part, buf, i);
		ck_assert_msg(vfw_sig_table_read(part, i, &s) != NULL, "%zu bytes", i);
		free(part);
	}
	ck_assert_uint_eq(s.n_sigs, 7);
	free(buf);
}
END_TEST

enum spoilt {
	MORE_SIGS,
	MORE_PORTS,
	HUGE_COUNT,
	MORE_LIMITS,
	OTHER_BUILD,
	UNKNOWN_FLAG,
	HEADER_STEPS,
	HEADER_PART,
	UNKNOWN_PROTOCOL,
	STEPS_OUTSIDE,
	MORE_STEPS,
	MORE_BYTES,
	BYTES_OUTSIDE,
	AN_EXPRESSION,
	A_BUFFER,
	DECODES,
	DECODED,
	NO_STEP,
	SHIFT_OUTSIDE,
	VAR_OUTSIDE,
	COUNT_OUTSIDE,
	A_LITERAL,
	PORTS_OUTSIDE,
	CONDS_OUTSIDE,
	BACKWARD,
	NO_FAMILY,
	NO_PROTOCOL,
	DISORDER,
	LIMIT_OUTSIDE,
	NO_KIND,
	UNKNOWN_KIND,
	UNKNOWN_TRACK,
	NO_COUNT,
	NO_SECONDS,
	LIMIT_RESERVED,
	MORE_STATES,
	MORE_BITS,
	STATE_OUTSIDE,
	STATE_OF_ANOTHER,
	STATE_OF_NONE,
	NO_BITS,
	BITS_OUTSIDE,
	BIT_OUTSIDE,
	UNKNOWN_OP,
	UNKNOWN_CHOICE,
	CHOICE_AT_END,
	CHOICE_OF_OTHERS,
	CHOICE_OF_CHANGES,
	MORE_PARTS,
	PART_OUTSIDE,
	PART_OF_NONE,
	PART_OF_A_PART,
	PARTS_OUTSIDE,
	PARTS_ELSEWHERE,
	PARTS_BEHIND,
	ONE_PART,
	PARTS_OF_TWO,
	PARTS_UNLIKE,
	EXPR_CODE,
	EXPR_FAR,
	EXPR_SETS,
	EXPR_PROGRAM,
	TRAILING,
	SPOILT_COUNT,
};

static void spoil(u8 *buf, size_t *n, int what)
{
	struct vfw_sig_table_head *head = (void *)buf;
	struct vfw_sig_step *step = (void *)(head + 1);
	struct vfw_sig *sig = (void *)(step + 3);
	struct vfw_sig_expr *expr =
		(void *)(buf + *n - 5 - sizeof(sets) - sizeof(code) - sizeof(exprs));
	struct vfw_sig_part *part = (struct vfw_sig_part *)expr - 2;
	struct vfw_sig_bit *bit = (void *)((u8 *)part - sizeof(bits));
	struct vfw_sig_state *st = (void *)((u8 *)bit - sizeof(*st));
	struct vfw_sig_limit *limit = (void *)((u8 *)st - sizeof(*limit));
	struct vfw_sig_ports *last = (void *)((u8 *)st - sizeof(limits) - sizeof(*last));

	switch (what) {
	case MORE_SIGS:
		head->n_sigs++;
		break;
	case MORE_PORTS:
		head->n_ports++;
		break;
	case HUGE_COUNT:
		head->n_range6 = 0xffffffff;
		break;
	case MORE_LIMITS:
		head->n_limits++;
		break;
	case OTHER_BUILD:
		head->sizes++;
		break;
	case HEADER_STEPS:
		sig[1].flags |= VFW_SIG_HEADER;
		break;
	case HEADER_PART:
		sig[2].flags |= VFW_SIG_HEADER;
		break;
	case UNKNOWN_FLAG:
		sig->flags |= VFW_SIG_REJECT << 1;
		break;
	case UNKNOWN_PROTOCOL:
		sig->protocols |= VFW_SIG_P_IP6 << 1;
		break;
	case STEPS_OUTSIDE:
		sig->n_steps = 4;
		break;
	case MORE_STEPS:
		head->n_steps++;
		break;
	case MORE_BYTES:
		head->n_bytes++;
		break;
	case BYTES_OUTSIDE:
		step[1].data = 5;
		break;
	case AN_EXPRESSION:
		step->op = VFW_SIG_REGEX;
		step->data = 2;
		break;
	case A_BUFFER:
		step[2].buffer = VFW_SIG_UDP_HEADER;
		break;
	case DECODES:
		step->op = VFW_SIG_BASE64;
		break;
	case DECODED:
		step[2].flags |= VFW_SIG_F_DECODED;
		break;
	case NO_STEP:
		step->op = VFW_SIG_OP_COUNT;
		break;
	case SHIFT_OUTSIDE:
		step[2].flags |= VFW_SIG_F_VAR_COUNT;
		step[2].shift = 64;
		break;
	case VAR_OUTSIDE:
		step->flags |= VFW_SIG_F_VAR_OFFSET;
		step->offset = VFW_SIG_VARS_MAX;
		break;
	case COUNT_OUTSIDE:
		step[2].count = 9;
		break;
	case A_LITERAL:
		sig->fast = 0;
		break;
	case PORTS_OUTSIDE:
		sig->dst.ports.first = 1;
		break;
	case CONDS_OUTSIDE:
		sig[1].first_cond = 1;
		break;
	case BACKWARD:
		*last = (struct vfw_sig_ports){9, 8};
		break;
	case NO_FAMILY:
		sig->protocols &= ~(u32)VFW_SIG_P_IP4;
		break;
	case NO_PROTOCOL:
		sig->ip_proto = 256;
		break;
	case DISORDER:
		*last = (struct vfw_sig_ports){80, 81};
		break;
	case LIMIT_OUTSIDE:
		sig[1].limit = 3;
		break;
	case NO_KIND:
		limit->kind = VFW_SIG_LIMIT_NONE;
		break;
	case UNKNOWN_KIND:
		limit->kind = VFW_SIG_LIMIT_COUNT;
		break;
	case UNKNOWN_TRACK:
		limit->track = VFW_SIG_TRACK_COUNT;
		break;
	case NO_COUNT:
		limit->count = 0;
		break;
	case NO_SECONDS:
		limit->seconds = 0;
		break;
	case LIMIT_RESERVED:
		limit->reserved = 1;
		break;
	case MORE_STATES:
		head->n_states++;
		break;
	case MORE_BITS:
		head->n_bits++;
		break;
	case STATE_OUTSIDE:
		sig->state = 2;
		break;
	case STATE_OF_ANOTHER:
		sig->state = 1;
		break;
	case STATE_OF_NONE:
		sig[1].state = 0;
		break;
	case NO_BITS:
		st->n_bits = 0;
		break;
	case BITS_OUTSIDE:
		st->first_bit = 1;
		break;
	case BIT_OUTSIDE:
		bit->bit = VFW_SIGBITS_MAX;
		break;
	case UNKNOWN_OP:
		bit[2].op = VFW_SIGBITS_OP_COUNT;
		break;
	case UNKNOWN_CHOICE:
		bit->or_next = 2;
		break;
	case CHOICE_AT_END:
		st->n_bits = 1;
		break;
	case CHOICE_OF_OTHERS:
		bit->op = VFW_SIGBITS_ISNOTSET;
		break;
	case CHOICE_OF_CHANGES:
		bit[0].op = bit[1].op = VFW_SIGBITS_SET;
		break;
	case MORE_PARTS:
		head->n_parts++;
		break;
	case PART_OUTSIDE:
		sig[2].part = 3;
		break;
	case PART_OF_NONE:
		part[0].whole = part[1].whole = 4;
		break;
	case PART_OF_A_PART:
		part[0].whole = part[1].whole = 2;
		break;
	case PARTS_OUTSIDE:
		part[0].n = part[1].n = 3;
		break;
	case PARTS_ELSEWHERE:
		part[0].first = part[1].first = 0xffffffff;
		break;
	case PARTS_BEHIND:
		part[0].first = 1;
		break;
	case ONE_PART:
		part[0].n = 1;
		break;
	case PARTS_OF_TWO:
		part[1].whole = 1;
		break;
	case PARTS_UNLIKE:
		part[0].n = 3;
		break;
	case EXPR_CODE:
		expr[1].n_code = 2;
		break;
	case EXPR_FAR:
		expr[1].first_code = 0xffffffff;
		break;
	case EXPR_SETS:
		expr[1].n_sets = 1;
		break;
	case EXPR_PROGRAM:
		expr[0].n_code = 2;
		break;
	case TRAILING:
		*n += 4;
		break;
	}
	head->sum = vfw_sig_table_sum(buf + sizeof(*head), *n - sizeof(*head));
}

/* Whole by its sum, and unsound. */
START_TEST(unsound)
{
	size_t n = vfw_sig_table_size(&whole);
	u8 *buf = calloc(1, n + 4);
	struct vfw_sigs s;

	vfw_sig_table_write(&whole, buf);
	spoil(buf, &n, SPOILT_COUNT);
	ck_assert_ptr_null(vfw_sig_table_read(buf, n, &s));
	spoil(buf, &n, _i);
	ck_assert_ptr_nonnull(vfw_sig_table_read(buf, n, &s));
	free(buf);
}
END_TEST

/* About headers alone: as many as are asked of a packet, and no more. */
START_TEST(headers)
{
	struct vfw_sig many[VFW_SIG_HEADERS_MAX + 1];
	struct vfw_sigs t = {.sigs = many, .n_sigs = VFW_SIG_HEADERS_MAX + _i}, s;
	u8 *buf;
	size_t n;

	for (u32 i = 0; i <= VFW_SIG_HEADERS_MAX; i++)
		many[i] = (struct vfw_sig){.flags = VFW_SIG_HEADER | VFW_SIG_ANY_ADDR_SRC,
					   .protocols = VFW_SIG_P_IP4 | VFW_SIG_P_UDP,
					   .ip_proto = -1,
					   .fast = VFW_SIG_NONE};
	buf = written(&t, &n);
	ck_assert_int_eq(!vfw_sig_table_read(buf, n, &s), !_i);
	many[0].flags &= ~VFW_SIG_HEADER;
	free(buf);
	buf = written(&t, &n);
	ck_assert_ptr_null(vfw_sig_table_read(buf, n, &s));
	free(buf);
}
END_TEST

/* Any bytes, their sum right: what is taken can be asked. */
START_TEST(any_bytes)
{
	static const struct vfw_frame frame = {
		.kind = VFW_FRAME_IP4, .proto = VFW_PROTO_UDP, .flags = VFW_FRAME_F_L4};
	const struct vfw_sig_pkt pkt = {.frame = &frame};
	u64 words[VFW_SIGBITS_WORDS] = {0};
	unsigned int taken = 0;
	struct vfw_sigs s;
	size_t n;
	u8 *buf = written(&whole, &n);

	srandom(1);
	for (int i = 0; i < 200000; i++) {
		struct vfw_sig_table_head *head = (void *)buf;
		size_t at = 16 + (size_t)random() % (n - 16);
		u8 was = buf[at];

		buf[at] = (u8)random();
		head->sum = vfw_sig_table_sum(buf + sizeof(*head), n - sizeof(*head));
		if (!vfw_sig_table_read(buf, n, &s)) {
			taken++;
			for (u32 k = 0; k < s.n_sigs; k++)
				vfw_sig_header(&s, &s.sigs[k], &pkt);
			for (u32 k = 0; k < s.n_states; k++)
				vfw_sigbits_match(&s, k, words);
		}
		if (i % 4)
			buf[at] = was;
		if (i % 64 == 63)
			vfw_sig_table_write(&whole, buf);
	}
	ck_assert_uint_gt(taken, 1000);
	free(buf);
}
END_TEST

TCase *core_sig_table_cases(void)
{
	TCase *t = tcase_create("sig_table");

	tcase_add_test(t, read_back);
	tcase_add_test(t, damaged);
	tcase_add_loop_test(t, unsound, 0, SPOILT_COUNT);
	tcase_add_loop_test(t, headers, 0, 2);
	tcase_add_test(t, any_bytes);
	return t;
}
