// SPDX-License-Identifier: GPL-2.0
/*
 * Chains: steps that are tried one after the other, each from where the one before stood.
 *
 * A step has a first place and, if a later one depends on where it stands (VFW_SIG_F_RETRY), further
 * ones. All there is to remember is where each step began and where it stands now, so going back
 * needs no recursion: place[i] is what step i was given, at[i] where its search goes on. Variables
 * are set again on the way forward, for a step always reads those set before it.
 */
#include "sig.h"

struct chain {
	const struct vfw_sigs *s;
	const struct vfw_sig_step *steps;
	u32 n;
	const u8 *buf; /* what the step at hand looks at: one of the two below */
	u32 len;
	const u8 *base;
	u32 base_len;
	u32 decoded_len; /* in regex->decoded */
	const struct vfw_sig_regex *regex;
	u32 budget;
	u64 work; /* may still be done for the packet: struct vfw_sig_pkt */
	bool bounded;
	bool unknown; /* an expression came to no end */
	u32 place[VFW_SIG_STEPS_MAX + 1]; /* cursor before each step */
	u32 at[VFW_SIG_STEPS_MAX]; /* contents: where to search next; expressions: which end */
	u64 vars[VFW_SIG_VARS_MAX];
};

static inline u8 lower(u8 c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static bool same(const u8 *text, const u8 *pattern, u32 len, bool nocase)
{
	u32 i;

	if (!nocase)
		return !memcmp(text, pattern, len);
	for (i = 0; i < len; i++)
		if (lower(text[i]) != pattern[i])
			return false;
	return true;
}

/* Takes from the work that may be done. Returns false when it is more than there is: then nothing is left. */
static bool spend(struct chain *c, u64 n)
{
	if (c->work > n) {
		c->work -= n;
		return true;
	}
	c->work = 0;
	return false;
}

/*
 * Where in [from, to) the pattern first stands whole, or VFW_SIG_NONE: also when the work is spent, which run() sees. A
 * place costs 1, and where the pattern begins as long as it is.
 */
static u32 find(struct chain *c, const struct vfw_sig_step *t, u32 from, u32 to)
{
	const u8 *pattern = c->s->bytes + t->data;
	bool nocase = t->flags & VFW_SIG_F_NOCASE;
	u32 begun = from;

	for (; from < to && to - from >= t->len; from++) {
		if ((nocase ? lower(c->buf[from]) : c->buf[from]) != pattern[0])
			continue;
		if (!spend(c, (u64)(from - begun) + t->len))
			return VFW_SIG_NONE;
		begun = from;
		if (same(c->buf + from, pattern, t->len, nocase))
			return from;
	}
	spend(c, from - begun);
	return VFW_SIG_NONE;
}

/*
 * A place or a length that may be a variable's, which Suricata cuts to 32 bits: 0xffffffff is a distance of -1. Sums are
 * made in 64 bits and cut to the buffer afterwards.
 */
static long long var_or(const struct chain *c, const struct vfw_sig_step *t, u32 flag, int number)
{
	return t->flags & flag ? (int)(u32)c->vars[number] : number;
}

/* As above, of what is no distance: it has no sign. */
static long long plain_var_or(const struct chain *c, const struct vfw_sig_step *t, u32 flag,
			      int number)
{
	return t->flags & flag ? (long long)(u32)c->vars[number] : number;
}

static u32 clamp_to(long long x, u32 most)
{
	return x < 0 ? 0 : x > most ? most : (u32)x;
}

/* The part of the buffer in which a content is searched, from the cursor that its step was given. */
static bool window(const struct chain *c, const struct vfw_sig_step *t, u32 cursor, u32 *from,
		   u32 *to)
{
	long long low, high = c->len;
	long long offset = t->flags & VFW_SIG_F_RELATIVE
				   ? var_or(c, t, VFW_SIG_F_VAR_OFFSET, t->offset)
				   : plain_var_or(c, t, VFW_SIG_F_VAR_OFFSET, t->offset);

	if (t->flags & VFW_SIG_F_RELATIVE) {
		low = cursor + offset;
		if (low < 0)
			low = 0;
		if (t->flags & VFW_SIG_F_WITHIN) {
			long long within = t->flags & VFW_SIG_F_VAR_DEPTH
						   ? var_or(c, t, VFW_SIG_F_VAR_DEPTH, t->depth)
						   : t->within;

			/* what ends before the beginning has no end: Suricata's sum has no sign there */
			high = cursor + offset + within;
			if (high < 0)
				high = c->len;
		}
	} else {
		low = offset;
		if (t->flags & VFW_SIG_F_VAR_DEPTH)
			high = (u32)(offset + plain_var_or(c, t, VFW_SIG_F_VAR_DEPTH, t->depth));
		else if (t->flags & VFW_SIG_F_DEPTH)
			high = t->depth + (t->flags & VFW_SIG_F_VAR_OFFSET ? offset : 0);
	}
	*to = clamp_to(high, c->len);
	*from = low > c->len ? c->len : (u32)low;
	return low <= c->len && *from < *to;
}

static bool try_content(struct chain *c, u32 i, bool again)
{
	const struct vfw_sig_step *t = &c->steps[i];
	bool negated = t->flags & VFW_SIG_F_NEGATED;
	u32 from, to, hit;

	if (!window(c, t, c->place[i], &from, &to)) {
		c->place[i + 1] = c->place[i];
		return negated && !again;
	}
	if (again)
		from = c->at[i];
	hit = find(c, t, from, to);
	/* at the end of the buffer there is one place only: the last */
	while (hit != VFW_SIG_NONE && t->flags & VFW_SIG_F_ENDSWITH && hit + t->len != c->len)
		hit = find(c, t, hit + 1, to);
	if (negated) {
		c->place[i + 1] = c->place[i];
		return hit == VFW_SIG_NONE;
	}
	if (hit == VFW_SIG_NONE)
		return false;
	c->at[i] = hit + 1;
	c->place[i + 1] = hit + t->len;
	return true;
}

static bool try_regex(struct chain *c, u32 i, bool again)
{
	const struct vfw_sig_step *t = &c->steps[i];
	u32 from = t->flags & VFW_SIG_F_RELATIVE ? c->place[i] : 0;
	u32 ends[VFW_SIG_ENDS_MAX];
	u32 want = again ? c->at[i] : 0, budget = VFW_REGEX_BUDGET, left;
	int n;

	if (!c->regex || want >= VFW_SIG_ENDS_MAX)
		return false;
	if (c->work / VFW_SIG_REGEX_WORK < budget)
		budget = (u32)c->work / VFW_SIG_REGEX_WORK;
	left = budget;
	n = c->regex->ends(c->regex->ctx, t->data, c->buf + from, c->len - from, ends, want + 1,
			   &left);
	spend(c, (u64)(budget - left) * VFW_SIG_REGEX_WORK);
	c->unknown = n == -E2BIG && c->bounded;
	if (c->unknown && !left && budget < VFW_REGEX_BUDGET)
		c->work = 0;
	if (n < 0)
		return false;
	if (t->flags & VFW_SIG_F_NEGATED) {
		c->place[i + 1] = c->place[i];
		return !n;
	}
	if ((u32)n <= want)
		return false;
	c->at[i] = want + 1;
	c->place[i + 1] = from + ends[want];
	return c->place[i + 1] <= c->len;
}

static int digit_of(u8 ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	ch = lower(ch);
	return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : 99;
}

/* As strtoull() reads n bytes: blanks, a sign, a prefix. Returns how many it took, 0: there is no digit, or more than 64 bits hold. */
static u32 read_string(const u8 *p, u32 n, u32 base, u64 *x)
{
	bool minus = false, any = false;
	u64 sum = 0;
	u32 i = 0;

	while (i < n && (p[i] == ' ' || (p[i] >= 9 && p[i] <= 13)))
		i++;
	if (i < n && (p[i] == '-' || p[i] == '+'))
		minus = p[i++] == '-';
	if ((base == 0 || base == 16) && n - i >= 3 && p[i] == '0' && lower(p[i + 1]) == 'x' &&
	    digit_of(p[i + 2]) < 16) {
		i += 2;
		base = 16;
	} else if (base == 0) {
		base = i < n && p[i] == '0' ? 8 : 10;
	}
	for (; i < n && (u32)digit_of(p[i]) < base; i++) {
		u64 digit = (u64)digit_of(p[i]);

		/* of at most 16, so that the upper bits tell in two parts, without a division */
		if (((sum >> 32) * base + (((sum & 0xffffffff) * base + digit) >> 32)) >> 32)
			return 0;
		sum = sum * base + digit;
		any = true;
	}
	*x = minus ? 0 - sum : sum;
	return any ? i : 0;
}

/* Reads the number a byte_* step is about. *end: behind its bytes, of a string behind those that are the number. */
static bool read_number(const struct chain *c, u32 i, u64 *x, u32 *begin, u32 *end)
{
	const struct vfw_sig_step *t = &c->steps[i];
	long long at = var_or(c, t, VFW_SIG_F_VAR_OFFSET, t->offset);
	u64 count = t->flags & VFW_SIG_F_VAR_COUNT ? c->vars[t->count] : t->count;
	/* a jump may read nothing: by a distance alone, also from the end */
	u32 least = t->op == VFW_SIG_BYTE_JUMP && !count && c->len ? 0 : 1;
	u32 k;

	if (t->flags & VFW_SIG_F_RELATIVE)
		at += c->place[i];
	if (at < 0 || at + least > c->len || count > (u64)(c->len - at) || count > 23)
		return false;
	*begin = (u32)at;
	*end = (u32)at + (u32)count;
	*x = 0;
	if (t->flags & VFW_SIG_F_STRING) {
		u32 took = read_string(c->buf + at, (u32)count, t->base, x);

		*end = (u32)at + took;
		return took;
	}
	if (count > 8)
		return false;
	for (k = 0; k < count; k++) {
		u32 from = t->flags & VFW_SIG_F_LITTLE ? (u32)count - 1 - k : k;

		*x = *x << 8 | c->buf[*begin + from];
	}
	return true;
}

static u64 masked(const struct vfw_sig_step *t, u64 x)
{
	return t->mask ? (x & t->mask) >> t->shift : x;
}

static bool try_byte_test(struct chain *c, u32 i)
{
	const struct vfw_sig_step *t = &c->steps[i];
	u64 x, value = t->flags & VFW_SIG_F_VAR_VALUE ? c->vars[t->value] : t->value;
	u32 begin, end;

	if (!read_number(c, i, &x, &begin, &end))
		return false;
	c->place[i + 1] = c->place[i];
	return vfw_sig_compare(t->cmp, masked(t, x), value, 0) != !!(t->flags & VFW_SIG_F_NEGATED);
}

/* Suricata adds a jump to an address: what is farther back than all addresses of a process comes out at their upper end. */
#define FAR_BACK (1ULL << 47)

static bool try_byte_jump(struct chain *c, u32 i)
{
	const struct vfw_sig_step *t = &c->steps[i];
	long long to;
	u32 begin, end;
	u64 x;

	if (!read_number(c, i, &x, &begin, &end))
		return false;
	x = masked(t, x);
	if (t->multiplier)
		x *= t->multiplier;
	if (t->flags & VFW_SIG_F_ALIGN)
		x = (x + 3) & ~(u64)3;
	/* a jump of more than any buffer lies outside it; small negative ones lead back */
	if (x > 0x7fffffff && 0 - x > FAR_BACK)
		return false;
	if (x > 0x7fffffff && 0 - x > 0x7fffffff)
		x = 0ULL - 0x7fffffff;
	to = (long long)x + t->post;
	if (t->flags & VFW_SIG_F_FROM_END)
		to += c->len;
	else if (!(t->flags & VFW_SIG_F_FROM_BEGIN))
		to += end;
	/* to the end it may lead, though nothing is there; before the beginning it leads to that */
	if (to > c->len)
		return false;
	c->place[i + 1] = to < 0 ? 0 : (u32)to;
	return true;
}

static bool try_byte_extract(struct chain *c, u32 i)
{
	const struct vfw_sig_step *t = &c->steps[i];
	u32 begin, end;
	u64 x;

	if (!read_number(c, i, &x, &begin, &end))
		return false;
	if (t->multiplier)
		x *= t->multiplier;
	if (t->flags & VFW_SIG_F_ALIGN && x % t->base)
		x += t->base - x % t->base;
	c->vars[t->var] = x;
	c->place[i + 1] = end;
	return true;
}

static bool try_byte_math(struct chain *c, u32 i)
{
	const struct vfw_sig_step *t = &c->steps[i];
	u64 x, by = t->flags & VFW_SIG_F_VAR_VALUE ? c->vars[t->value] : t->value;
	u32 begin, end;

	/* of bytes as they are Suricata's byte_math reads four at most */
	if (!read_number(c, i, &x, &begin, &end) || end == begin ||
	    (!(t->flags & VFW_SIG_F_STRING) && end - begin > 4))
		return false;
	switch (t->cmp) {
	case VFW_SIG_ADD:
		x += by;
		break;
	case VFW_SIG_SUBTRACT:
		x -= by;
		break;
	case VFW_SIG_MULTIPLY:
		x *= by;
		break;
	case VFW_SIG_SHIFT_LEFT:
		x = by < 64 ? x << by : 0;
		break;
	case VFW_SIG_SHIFT_RIGHT:
		x = by < 64 ? x >> by : 0;
		break;
	default:
		if (!by)
			return false;
		x /= by;
		break;
	}
	c->vars[t->var] = masked(t, x);
	c->place[i + 1] = end;
	return true;
}

static int value_of(u8 c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Decodes up to the first byte that is none of RFC 4648; what does not fit is left out. */
static bool try_base64(struct chain *c, u32 i)
{
	const struct vfw_sig_step *t = &c->steps[i];
	long long at = t->offset;
	u32 bits = 0, n = 0, k, len;

	if (t->flags & VFW_SIG_F_RELATIVE)
		at += c->place[i];
	if (!c->regex || !c->regex->decoded || at >= c->len)
		return false;
	len = c->len - (u32)at;
	if (t->len && t->len < len)
		len = t->len;
	c->decoded_len = 0;
	for (k = 0; k < len; k++) {
		int x = value_of(c->buf[at + k]);

		if (x < 0)
			break;
		bits = bits << 6 | (u32)x;
		n += 6;
		if (n < 8)
			continue;
		n -= 8;
		if (c->decoded_len < c->regex->decoded_room)
			c->regex->decoded[c->decoded_len++] = (u8)(bits >> n);
	}
	c->place[i + 1] = 0;
	return c->decoded_len;
}

static bool try_isdataat(struct chain *c, u32 i)
{
	const struct vfw_sig_step *t = &c->steps[i];
	long long at = t->offset;
	bool there;

	/* here all of a variable counts, cut to what no buffer has */
	if (t->flags & VFW_SIG_F_VAR_OFFSET)
		at = c->vars[t->offset] > 0x7fffffff ? 0x7fffffff : (long long)c->vars[t->offset];

	/* relative to the last place the byte just behind the buffer still counts, as in Suricata 7 */
	if (t->flags & VFW_SIG_F_RELATIVE)
		there = c->place[i] + at <= c->len;
	else
		there = at < c->len;
	c->place[i + 1] = c->place[i];
	return there != !!(t->flags & VFW_SIG_F_NEGATED);
}

static bool try_step(struct chain *c, u32 i, bool again)
{
	const struct vfw_sig_step *t = &c->steps[i];

	if (again && (!(t->flags & VFW_SIG_F_RETRY) || t->flags & VFW_SIG_F_NEGATED))
		return false;
	c->buf = t->flags & VFW_SIG_F_DECODED ? c->regex->decoded : c->base;
	c->len = t->flags & VFW_SIG_F_DECODED ? c->decoded_len : c->base_len;
	switch (t->op) {
	case VFW_SIG_CONTENT:
		return try_content(c, i, again);
	case VFW_SIG_REGEX:
		return try_regex(c, i, again);
	default:
		break;
	}
	if (again)
		return false;
	switch (t->op) {
	case VFW_SIG_ISDATAAT:
		return try_isdataat(c, i);
	case VFW_SIG_BYTE_TEST:
		return try_byte_test(c, i);
	case VFW_SIG_BYTE_JUMP:
		return try_byte_jump(c, i);
	case VFW_SIG_BYTE_EXTRACT:
		return try_byte_extract(c, i);
	case VFW_SIG_BYTE_MATH:
		return try_byte_math(c, i);
	case VFW_SIG_BASE64:
		return try_base64(c, i);
	case VFW_SIG_BSIZE:
		c->place[i + 1] = c->place[i];
		return vfw_sig_compare(t->cmp, c->len, t->value, t->value2);
	default:
		return false;
	}
}

static enum vfw_sig_result run(struct chain *c)
{
	bool again = false, taken;
	u32 i = 0;

	c->place[0] = 0;
	while (i < c->n) {
		if (!c->budget)
			return VFW_SIG_SPENT;
		c->budget--;
		taken = try_step(c, i, again);
		if (!spend(c, 1) || c->unknown)
			return VFW_SIG_SPENT;
		if (taken) {
			i++;
			again = false;
			continue;
		}
		if (!i)
			return VFW_SIG_NO_MATCH;
		i--;
		again = true;
	}
	return VFW_SIG_MATCH;
}

/* The bytes of a header, up to what the packet has of it. Returns false when it has none. */
static bool header_bytes(const struct vfw_sig_pkt *p, unsigned int buffer, const u8 **buf, u32 *len)
{
	const struct vfw_frame *f = p->frame;
	u32 from = f->l4_off, to = f->payload_off;
	bool right;

	switch (buffer) {
	case VFW_SIG_IP4_HEADER:
	case VFW_SIG_IP6_HEADER:
		right = f->kind == (buffer == VFW_SIG_IP4_HEADER ? VFW_FRAME_IP4 : VFW_FRAME_IP6);
		from = f->l3_off;
		to = f->l4_off;
		break;
	case VFW_SIG_TCP_HEADER:
		right = f->proto == VFW_PROTO_TCP && f->flags & VFW_FRAME_F_L4;
		break;
	case VFW_SIG_UDP_HEADER:
		right = f->proto == VFW_PROTO_UDP && f->flags & VFW_FRAME_F_L4;
		break;
	case VFW_SIG_ICMP4_HEADER:
		right = f->proto == VFW_PROTO_ICMP && f->flags & VFW_FRAME_F_L4;
		/* times are of the header, RFC 792 */
		if ((f->icmp_type == 13 || f->icmp_type == 14) && f->end - from >= 20)
			to = from + 20;
		break;
	default:
		right = f->proto == VFW_PROTO_ICMP6 && f->flags & VFW_FRAME_F_L4;
		break;
	}
	if (!right || !p->head_len || from > to || to > p->head_len)
		return false;
	*buf = p->head + from;
	*len = to - from;
	return true;
}

/* Of the buffers of one kind in a message: does any serve? */
static enum vfw_sig_result run_any(struct chain *c, const struct vfw_sig_buffers *buffers)
{
	u32 k;

	for (k = 0; buffers; k++) {
		enum vfw_sig_result rc;

		if (!buffers->get(buffers->ctx, c->steps[0].buffer, c->steps[0].view, k, &c->base,
				  &c->base_len))
			break;
		rc = run(c);
		if (rc != VFW_SIG_NO_MATCH)
			return rc;
	}
	return VFW_SIG_NO_MATCH;
}

/* All of a signature's chains. */
static enum vfw_sig_result run_all(struct chain *c, const struct vfw_sig *sig,
				   const struct vfw_sig_pkt *p, const u8 *buf, u32 len)
{
	const struct vfw_sig_step *steps = &c->s->steps[sig->first_step];
	u32 first = 0;

	while (first < sig->n_steps) {
		unsigned int buffer = steps[first].buffer;
		enum vfw_sig_result rc;

		c->steps = &steps[first];
		for (c->n = 1; first + c->n < sig->n_steps; c->n++)
			if (steps[first + c->n].buffer != buffer ||
			    steps[first + c->n].view != steps[first].view)
				break;
		c->base = buf;
		c->base_len = len;
		c->decoded_len = 0;
		if (buffer >= VFW_SIG_HTTP_FIRST)
			rc = run_any(c, p->buffers);
		else if (buffer != VFW_SIG_PAYLOAD &&
			 !header_bytes(p, buffer, &c->base, &c->base_len))
			rc = VFW_SIG_NO_MATCH;
		else
			rc = run(c);
		if (rc != VFW_SIG_MATCH)
			return rc;
		first += c->n;
	}
	return VFW_SIG_MATCH;
}

enum vfw_sig_result vfw_sig_content(const struct vfw_sigs *s, const struct vfw_sig *sig,
				    const struct vfw_sig_pkt *p, const u8 *buf, u32 len,
				    const struct vfw_sig_regex *regex)
{
	struct chain c = {
		.s = s,
		.regex = regex,
		.budget = VFW_SIG_BUDGET,
		.work = p->work ? *p->work : ~0ULL,
		.bounded = p->work,
	};
	enum vfw_sig_result rc;

	if (!sig->n_steps)
		return VFW_SIG_MATCH;
	rc = run_all(&c, sig, p, buf, len);
	if (p->work)
		*p->work = (u32)c.work;
	return rc;
}
