// SPDX-License-Identifier: GPL-2.0
/* Tables of signatures just inside and just outside their bounds; comparisons; limits. */
#include "core/sig.h"
#include "core_unit.h"

struct tables {
	struct vfw_sig sig;
	struct vfw_sig_step step[2];
	struct vfw_sig_cond cond;
	struct vfw_sig_range4 range4[2];
	struct vfw_sig_range6 range6[2];
	struct vfw_sig_ports ports[2];
	u8 bytes[4];
	struct vfw_sigs s;
};

/* Sound tables in which every table is used to its last element. */
static void sound(struct tables *t)
{
	memset(t, 0, sizeof(*t));
	t->sig.src.addr4.n = 2;
	t->sig.src.addr6.n = 2;
	t->sig.dst.ports.n = 2;
	t->sig.n_conds = 1;
	t->sig.n_steps = 2;
	t->step[0].len = 4;
	t->step[1] = (struct vfw_sig_step){
		.op = VFW_SIG_BYTE_TEST, .buffer = VFW_SIG_TCP_HEADER, .count = 8};
	t->range4[0].high = 5;
	t->range4[1] = (struct vfw_sig_range4){6, 0xffffffff};
	t->range6[0].high[15] = 1;
	t->range6[1].low[15] = 2;
	t->range6[1].high[0] = 1;
	t->ports[0].high = 80;
	t->ports[1] = (struct vfw_sig_ports){81, 81};
	t->s = (struct vfw_sigs){.sigs = &t->sig,
				 .steps = t->step,
				 .conds = &t->cond,
				 .range4 = t->range4,
				 .range6 = t->range6,
				 .ports = t->ports,
				 .bytes = t->bytes,
				 .n_sigs = 1,
				 .n_steps = 2,
				 .n_conds = 1,
				 .n_range4 = 2,
				 .n_range6 = 2,
				 .n_ports = 2,
				 .n_bytes = 4,
				 .n_exprs = 1};
}

static void ok_as_it_is(struct tables *t)
{
	(void)t;
}

static void ok_regex(struct tables *t)
{
	t->step[0] = (struct vfw_sig_step){.op = VFW_SIG_REGEX};
}

static void ok_string(struct tables *t)
{
	t->step[1].flags = VFW_SIG_F_STRING;
	t->step[1].base = 16;
	t->step[1].count = 23;
}

static void bad_content_end(struct tables *t)
{
	t->step[0].data = 1;
}

static void bad_content_empty(struct tables *t)
{
	t->step[0].len = 0;
}

static void bad_content_wrap(struct tables *t)
{
	t->step[0].data = 0xfffffffe;
}

static void bad_regex(struct tables *t)
{
	t->step[0] = (struct vfw_sig_step){.op = VFW_SIG_REGEX, .data = 1};
}

static void bad_op(struct tables *t)
{
	t->step[0].op = VFW_SIG_OP_COUNT;
}

static void bad_buffer(struct tables *t)
{
	t->step[1].buffer = VFW_SIG_BUFFER_COUNT;
}

static void bad_cmp(struct tables *t)
{
	t->step[1].cmp = VFW_SIG_CMP_COUNT;
}

static void bad_count(struct tables *t)
{
	t->step[1].count = 9;
}

static void bad_count_none(struct tables *t)
{
	t->step[1].count = 0;
}

static void bad_base(struct tables *t)
{
	t->step[1].flags = VFW_SIG_F_STRING;
	t->step[1].base = 7;
}

static void bad_shift(struct tables *t)
{
	t->step[1].shift = 64;
}

static void bad_align(struct tables *t)
{
	t->step[1].op = VFW_SIG_BYTE_EXTRACT;
	t->step[1].flags = VFW_SIG_F_ALIGN;
}

static void bad_var(struct tables *t)
{
	t->step[1].var = VFW_SIG_VARS_MAX;
}

static void bad_var_offset(struct tables *t)
{
	t->step[0].flags = VFW_SIG_F_VAR_OFFSET;
	t->step[0].offset = -1;
}

static void bad_var_depth(struct tables *t)
{
	t->step[0].flags = VFW_SIG_F_VAR_DEPTH;
	t->step[0].depth = VFW_SIG_VARS_MAX;
}

static void bad_var_value(struct tables *t)
{
	t->step[1].flags = VFW_SIG_F_VAR_VALUE;
	t->step[1].value = VFW_SIG_VARS_MAX;
}

static void bad_var_count(struct tables *t)
{
	t->step[1].flags = VFW_SIG_F_VAR_COUNT;
	t->step[1].count = VFW_SIG_VARS_MAX;
}

static void decodes(struct tables *t)
{
	t->step[0] = (struct vfw_sig_step){.op = VFW_SIG_BASE64, .buffer = VFW_SIG_TCP_HEADER};
	t->step[1].flags = VFW_SIG_F_DECODED;
}

static void ok_decoded(struct tables *t)
{
	decodes(t);
}

static void bad_decoded(struct tables *t)
{
	t->step[1].flags = VFW_SIG_F_DECODED;
}

static void bad_decoded_apart(struct tables *t)
{
	decodes(t);
	t->step[0].buffer = VFW_SIG_PAYLOAD;
}

static void bad_base64(struct tables *t)
{
	decodes(t);
	t->step[0].offset = -1;
}

static void bad_math(struct tables *t)
{
	t->step[1].op = VFW_SIG_BYTE_MATH;
	t->step[1].cmp = VFW_SIG_MATH_COUNT;
}

static void bad_view(struct tables *t)
{
	t->step[1].view = 1;
}

static void bad_order(struct tables *t)
{
	t->step[0].buffer = VFW_SIG_UDP_HEADER;
}

static void bad_steps(struct tables *t)
{
	t->sig.first_step = 1;
}

static void bad_steps_wrap(struct tables *t)
{
	t->sig.first_step = 0xffffffff;
}

static void bad_conds(struct tables *t)
{
	t->sig.n_conds = 2;
}

static void bad_field(struct tables *t)
{
	t->cond.field = VFW_SIG_FIELD_COUNT;
}

static void bad_addr4(struct tables *t)
{
	t->sig.dst.addr4.first = 3;
}

static void bad_addr6(struct tables *t)
{
	t->sig.src.addr6.n = 3;
}

static void bad_ports(struct tables *t)
{
	t->sig.dst.ports.first = 1;
}

static void bad_range4(struct tables *t)
{
	t->range4[0].low = 6;
}

static void bad_order4(struct tables *t)
{
	t->range4[1].low = 5;
}

/* each set is in order, and the table as a whole is not */
static void ok_two_sets4(struct tables *t)
{
	t->range4[1] = (struct vfw_sig_range4){3, 4};
	t->sig.src.addr4.n = 1;
	t->sig.dst.addr4 = (struct vfw_sig_set){1, 1};
}

static void bad_order6(struct tables *t)
{
	t->range6[1].low[15] = 1;
}

static void bad_order_ports(struct tables *t)
{
	t->ports[1] = (struct vfw_sig_ports){7, 7};
}

static void bad_range6(struct tables *t)
{
	t->range6[0].low[0] = 1;
}

static void bad_range_ports(struct tables *t)
{
	t->ports[0].low = 81;
}

static const struct {
	void (*spoil)(struct tables *t);
	bool good;
} tables[] = {
	{ok_as_it_is, true},	    {ok_regex, true},
	{ok_string, true},	    {bad_content_end, false},
	{bad_content_empty, false}, {bad_content_wrap, false},
	{bad_regex, false},	    {bad_op, false},
	{bad_buffer, false},	    {bad_cmp, false},
	{bad_count, false},	    {bad_count_none, false},
	{bad_base, false},	    {bad_shift, false},
	{bad_align, false},	    {bad_var, false},
	{bad_var_offset, false},    {bad_var_depth, false},
	{bad_var_value, false},	    {bad_var_count, false},
	{ok_decoded, true},	    {bad_decoded, false},
	{bad_decoded_apart, false}, {bad_base64, false},
	{bad_math, false},	    {bad_view, false},
	{bad_order, false},	    {bad_steps, false},
	{bad_steps_wrap, false},    {bad_conds, false},
	{bad_field, false},	    {bad_addr4, false},
	{bad_addr6, false},	    {bad_ports, false},
	{bad_range4, false},	    {bad_range6, false},
	{bad_range_ports, false},   {bad_order4, false},
	{ok_two_sets4, true},	    {bad_order6, false},
	{bad_order_ports, false},
};

START_TEST(check_tables)
{
	struct tables t;
	u32 element;

	sound(&t);
	tables[_i].spoil(&t);
	ck_assert_int_eq(!vfw_sig_check(&t.s, &element), tables[_i].good);
	/* a single range is no signature's */
	if (tables[_i].spoil != bad_range4 && tables[_i].spoil != bad_range6 &&
	    tables[_i].spoil != bad_range_ports)
		ck_assert_int_eq(!vfw_sig_check_one(&t.s, 0), tables[_i].good);
}
END_TEST

/* What sets share is looked at once for each of them, so they do not share without a bound. */
START_TEST(check_shared)
{
	struct vfw_sig sigs[VFW_SIG_SHARED_MAX + 1];
	struct tables t;
	u32 element, i;

	sound(&t);
	for (i = 0; i < ARRAY_SIZE(sigs); i++)
		sigs[i] = t.sig;
	t.s.sigs = sigs;
	t.s.n_sigs = VFW_SIG_SHARED_MAX;
	ck_assert_ptr_null(vfw_sig_check(&t.s, &element));
	t.s.n_sigs++;
	ck_assert_ptr_nonnull(vfw_sig_check(&t.s, &element));
	ck_assert_uint_eq(element, VFW_SIG_SHARED_MAX);
}
END_TEST

static const struct {
	unsigned int cmp;
	u64 x, a, b;
	bool holds;
} compares[] = {
	{VFW_SIG_EQ, 5, 5, 0, true},	    {VFW_SIG_EQ, 5, 6, 0, false},
	{VFW_SIG_NE, 5, 6, 0, true},	    {VFW_SIG_LT, 5, 5, 0, false},
	{VFW_SIG_LE, 5, 5, 0, true},	    {VFW_SIG_GT, 6, 5, 0, true},
	{VFW_SIG_GE, 4, 5, 0, false},	    {VFW_SIG_BETWEEN, 5, 5, 7, false},
	{VFW_SIG_BETWEEN, 6, 5, 7, true},   {VFW_SIG_BETWEEN, 7, 5, 7, false},
	{VFW_SIG_WITHIN, 5, 5, 7, true},    {VFW_SIG_WITHIN, 8, 5, 7, false},
	{VFW_SIG_ANY_OF, 6, 2, 0, true},    {VFW_SIG_ANY_OF, 4, 2, 0, false},
	{VFW_SIG_ALL_OF, 6, 6, 0, true},    {VFW_SIG_ALL_OF, 4, 6, 0, false},
	{VFW_SIG_ONLY, 0x12, 2, 0xf, true}, {VFW_SIG_ONLY, 3, 2, 0xf, false},
	{VFW_SIG_NOT_ALL, 2, 6, 0, true},   {VFW_SIG_NOT_ALL, 6, 6, 0, false},
	{VFW_SIG_XOR, 0, 0, 0, false},	    {VFW_SIG_CMP_COUNT, 0, 0, 0, false},
};

START_TEST(compare)
{
	ck_assert_int_eq(
		vfw_sig_compare(compares[_i].cmp, compares[_i].x, compares[_i].a, compares[_i].b),
		compares[_i].holds);
}
END_TEST

/* Periods end by the clock, not by the count. ' ' as if it had not matched, '~' silently, '!' told. */
START_TEST(limits)
{
	static const char *const told[] = {
		[VFW_SIG_LIMIT_NONE] = "!!!!!",	     [VFW_SIG_LIMIT_LIMIT] = "!!~~!",
		[VFW_SIG_LIMIT_THRESHOLD] = " ! ! ", [VFW_SIG_LIMIT_BOTH] = " !~~ ",
		[VFW_SIG_LIMIT_DETECTION] = "  !! ",
	};
	static const u64 at[] = {1, 2, 3, 1000001, 1000002};
	unsigned int kind, i;

	for (kind = 0; kind < ARRAY_SIZE(told); kind++) {
		struct vfw_sig_limit limit = {.kind = (u8)kind, .count = 2, .seconds = 1};
		struct vfw_sig_counter c = {0};

		for (i = 0; i < ARRAY_SIZE(at); i++)
			ck_assert_msg(" ~!"[vfw_sig_limit(&limit, &c, at[i])] == told[kind][i],
				      "kind %u, the %uth", kind, i);
	}
}
END_TEST

TCase *core_sig_cases(void)
{
	TCase *t = tcase_create("sig");

	tcase_add_loop_test(t, check_tables, 0, ARRAY_SIZE(tables));
	tcase_add_test(t, check_shared);
	tcase_add_loop_test(t, compare, 0, ARRAY_SIZE(compares));
	tcase_add_test(t, limits);
	return t;
}
