// SPDX-License-Identifier: GPL-2.0
#include "sig_table.h"
#include "sigbits.h"

/* What evaluation knows; another bit would be read over, and a rule match that should not. */
#define KNOWN_FLAGS                                                                           \
	(((VFW_SIG_REJECT << 1) - 1) | VFW_SIG_AT_START | VFW_SIG_HEADER | VFW_SIG_HOME_SRC | \
	 VFW_SIG_HOME_DST | VFW_SIG_AWAY_SRC | VFW_SIG_AWAY_DST)
#define KNOWN_PROTOCOLS ((VFW_SIG_P_IP6 << 1) - 1)

u64 vfw_sig_table_sum(const u8 *data, size_t n)
{
	u64 sum = 0xcbf29ce484222325ULL;
	size_t i;

	for (i = 0; i < n; i++)
		sum = (sum ^ data[i]) * 0x100000001b3ULL;
	return sum;
}

size_t vfw_sig_table_size(const struct vfw_sigs *s)
{
	return sizeof(struct vfw_sig_table_head) + s->n_sigs * sizeof(*s->sigs) +
	       s->n_conds * sizeof(*s->conds) + s->n_range4 * sizeof(*s->range4) +
	       s->n_range6 * sizeof(*s->range6) + s->n_ports * sizeof(*s->ports) +
	       s->n_limits * sizeof(*s->limits) + s->n_states * sizeof(*s->states) +
	       s->n_bits * sizeof(*s->bits) + s->n_parts * sizeof(*s->parts) +
	       s->n_steps * sizeof(*s->steps) + s->n_exprs * sizeof(*s->exprs) +
	       s->n_code * sizeof(*s->code) + s->n_sets * sizeof(*s->sets) + s->n_bytes;
}

static u8 *put(u8 *at, const void *data, size_t n)
{
	if (n)
		memcpy(at, data, n);
	return at + n;
}

void vfw_sig_table_write(const struct vfw_sigs *s, u8 *buf)
{
	struct vfw_sig_table_head head = {
		.magic = VFW_SIG_TABLE_MAGIC,
		.sizes = VFW_SIG_TABLE_SIZES,
		.n_sigs = s->n_sigs,
		.n_conds = s->n_conds,
		.n_range4 = s->n_range4,
		.n_range6 = s->n_range6,
		.n_ports = s->n_ports,
		.n_limits = s->n_limits,
		.n_states = s->n_states,
		.n_bits = s->n_bits,
		.n_parts = s->n_parts,
		.n_steps = s->n_steps,
		.n_exprs = s->n_exprs,
		.n_code = s->n_code,
		.n_sets = s->n_sets,
		.n_bytes = s->n_bytes,
	};
	u8 *at = buf + sizeof(head);

	/* of 8 bytes' alignment come first */
	at = put(at, s->steps, s->n_steps * sizeof(*s->steps));
	at = put(at, s->sigs, s->n_sigs * sizeof(*s->sigs));
	at = put(at, s->conds, s->n_conds * sizeof(*s->conds));
	at = put(at, s->range4, s->n_range4 * sizeof(*s->range4));
	at = put(at, s->range6, s->n_range6 * sizeof(*s->range6));
	at = put(at, s->ports, s->n_ports * sizeof(*s->ports));
	at = put(at, s->limits, s->n_limits * sizeof(*s->limits));
	at = put(at, s->states, s->n_states * sizeof(*s->states));
	at = put(at, s->bits, s->n_bits * sizeof(*s->bits));
	at = put(at, s->parts, s->n_parts * sizeof(*s->parts));
	at = put(at, s->exprs, s->n_exprs * sizeof(*s->exprs));
	at = put(at, s->code, s->n_code * sizeof(*s->code));
	at = put(at, s->sets, s->n_sets * sizeof(*s->sets));
	at = put(at, s->bytes, s->n_bytes);
	head.sum = vfw_sig_table_sum(buf + sizeof(head), (size_t)(at - buf) - sizeof(head));
	memcpy(buf, &head, sizeof(head));
}

/* What is left of a table. */
struct rest {
	const u8 *at;
	size_t n;
};

/* n elements of size bytes; NULL: they are not there. */
static const void *take(struct rest *rest, u32 n, size_t size)
{
	const u8 *at = rest->at;

	if (n > rest->n / size)
		return NULL;
	rest->at += n * size;
	rest->n -= n * size;
	return at;
}

static bool is_limit(const struct vfw_sig_limit *limit)
{
	return limit->kind > VFW_SIG_LIMIT_NONE && limit->kind < VFW_SIG_LIMIT_COUNT &&
	       limit->track < VFW_SIG_TRACK_COUNT && !limit->reserved && limit->count &&
	       limit->seconds;
}

/* Is a step one that needs nothing but the payload? Another flag would be read over. */
static bool is_plain(const struct vfw_sig_step *t)
{
	return t->buffer == VFW_SIG_PAYLOAD && t->op != VFW_SIG_BASE64 &&
	       !(t->flags & ~(VFW_SIG_F_DECODED - 1));
}

/* Is expression i a program? They stand one behind the other, so that no instruction is looked at twice. */
static bool is_program(const struct vfw_sigs *s, u32 i, u32 code, u32 set)
{
	const struct vfw_sig_expr *x = &s->exprs[i];
	struct vfw_regex r;

	if (x->first_code != code || x->n_code > s->n_code - code || x->first_set != set ||
	    x->n_sets > s->n_sets - set)
		return false;
	r = vfw_sig_program(s, i);
	return !vfw_regex_check(&r);
}

/* Is a signature that is about headers no more than that? */
static bool is_header(const struct vfw_sig *sig)
{
	return !sig->n_steps && !sig->part && !(sig->flags & VFW_SIG_AT_START);
}

static bool same_whole(const struct vfw_sig_part *a, const struct vfw_sig_part *b)
{
	return a->whole == b->whole && a->first == b->first && a->n == b->n;
}

/* Do the parts of what part i is of stand together, and is that a signature by itself? */
static bool is_part(const struct vfw_sigs *s, u32 i)
{
	const struct vfw_sig_part *p = &s->parts[i];

	return p->whole < s->n_sigs && !s->sigs[p->whole].part &&
	       !(s->sigs[p->whole].flags & VFW_SIG_HEADER) && p->first <= i && p->n > 1 &&
	       p->n <= VFW_SIG_STEPS_MAX && i - p->first < p->n && p->n <= s->n_parts - p->first &&
	       (i == p->first || same_whole(p - 1, p)) &&
	       (i + 1 == p->first + p->n || same_whole(p + 1, p));
}

static const char *check(const struct vfw_sigs *s)
{
	const char *bad = vfw_sigbits_check(s);
	u32 i, code = 0, set = 0, headers = 0;

	if (bad)
		return bad;
	for (i = 0; i < s->n_limits; i++)
		if (!is_limit(&s->limits[i]))
			return "a limit that limits nothing";

	if (s->n_parts > VFW_SIG_PARTS_MAX)
		return "more parts than a direction has bits for";
	for (i = 0; i < s->n_parts; i++)
		if (!is_part(s, i))
			return "a part of no signature";
	for (i = 0; i < s->n_exprs; i++) {
		if (!is_program(s, i, code, set))
			return "an expression that is no program";
		code += s->exprs[i].n_code;
		set += s->exprs[i].n_sets;
	}
	for (i = 0; i < s->n_steps; i++)
		if (!is_plain(&s->steps[i]))
			return "a step that is not about the payload alone";
	for (i = 0; i < s->n_sigs; i++) {
		if (s->sigs[i].flags & ~KNOWN_FLAGS || s->sigs[i].protocols & ~KNOWN_PROTOCOLS)
			return "a signature with flags that nobody knows";
		if (!(s->sigs[i].protocols & (VFW_SIG_P_IP4 | VFW_SIG_P_IP6)) ||
		    s->sigs[i].ip_proto < -1 || s->sigs[i].ip_proto > 255)
			return "a signature of no protocol";
		if (s->sigs[i].fast != VFW_SIG_NONE)
			return "a signature that names a literal, of which a table has none";
		if (s->sigs[i].limit > s->n_limits)
			return "a signature with a limit that is not there";
		if (s->sigs[i].part > s->n_parts)
			return "a signature that is a part that is not there";
		if (!(s->sigs[i].flags & VFW_SIG_HEADER))
			continue;
		if (!is_header(&s->sigs[i]) || headers++ == VFW_SIG_HEADERS_MAX)
			return "a signature about headers that asks for more, or too many of them";
	}
	return vfw_sig_check(s, &i);
}

const char *vfw_sig_table_read(const void *buf, size_t len, struct vfw_sigs *s)
{
	const struct vfw_sig_table_head *head = buf;
	struct rest rest = {(const u8 *)buf + sizeof(*head), len - sizeof(*head)};
	struct vfw_sigs t = {0};
	const char *bad;

	if (len < sizeof(*head) || len > VFW_SIG_TABLE_MAX || head->magic != VFW_SIG_TABLE_MAGIC)
		return "expected a table of signatures";
	if (head->sizes != VFW_SIG_TABLE_SIZES)
		return "the table is of another build: use vfwd and module of one";
	if (head->sum != vfw_sig_table_sum(rest.at, rest.n))
		return "the table is damaged";
	t.n_sigs = head->n_sigs;
	t.n_conds = head->n_conds;
	t.n_range4 = head->n_range4;
	t.n_range6 = head->n_range6;
	t.n_ports = head->n_ports;
	t.n_limits = head->n_limits;
	t.n_states = head->n_states;
	t.n_bits = head->n_bits;
	t.n_parts = head->n_parts;
	t.n_steps = head->n_steps;
	t.n_exprs = head->n_exprs;
	t.n_code = head->n_code;
	t.n_sets = head->n_sets;
	t.n_bytes = head->n_bytes;
	t.steps = take(&rest, t.n_steps, sizeof(*t.steps));
	t.sigs = take(&rest, t.n_sigs, sizeof(*t.sigs));
	t.conds = take(&rest, t.n_conds, sizeof(*t.conds));
	t.range4 = take(&rest, t.n_range4, sizeof(*t.range4));
	t.range6 = take(&rest, t.n_range6, sizeof(*t.range6));
	t.ports = take(&rest, t.n_ports, sizeof(*t.ports));
	t.limits = take(&rest, t.n_limits, sizeof(*t.limits));
	t.states = take(&rest, t.n_states, sizeof(*t.states));
	t.bits = take(&rest, t.n_bits, sizeof(*t.bits));
	t.parts = take(&rest, t.n_parts, sizeof(*t.parts));
	t.exprs = take(&rest, t.n_exprs, sizeof(*t.exprs));
	t.code = take(&rest, t.n_code, sizeof(*t.code));
	t.sets = take(&rest, t.n_sets, sizeof(*t.sets));
	t.bytes = take(&rest, t.n_bytes, 1);
	if (!t.steps || !t.sigs || !t.conds || !t.range4 || !t.range6 || !t.ports || !t.limits ||
	    !t.states || !t.bits || !t.parts || !t.exprs || !t.code || !t.sets || !t.bytes ||
	    rest.n)
		return "the table is shorter or longer than it says";
	bad = check(&t);
	if (!bad)
		*s = t;
	return bad;
}
