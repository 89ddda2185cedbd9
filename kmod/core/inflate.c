// SPDX-License-Identifier: GPL-2.0
#include "inflate.h"

struct stream {
	struct vfw_inflate *z;
	const u8 *in;
	u32 len, at;
	u32 bits, n_bits; /* taken from in, not used yet */
	u8 *out;
	u32 room, n;
	bool over; /* the input ended, made no sense, or the room is full */
};

/* The next n bits (up to 16), lowest first; 0 and over when there are none. */
static u32 take(struct stream *s, u32 n)
{
	u32 x;

	while (s->n_bits < n) {
		if (s->at == s->len) {
			s->over = true;
			return 0;
		}
		s->bits |= (u32)s->in[s->at++] << s->n_bits;
		s->n_bits += 8;
	}
	x = s->bits & ((1U << n) - 1);
	s->bits >>= n;
	s->n_bits -= n;
	return x;
}

static void put(struct stream *s, u8 c)
{
	if (s->n == s->room)
		s->over = true;
	else
		s->out[s->n++] = c;
}

/* Codes from the number of bits of each (RFC 1951 3.2.2). Returns false when they do not go together. */
static bool build(struct vfw_inflate_code *c, const u8 *bits, u32 n)
{
	u16 next[16];
	int left = 1;
	u32 i;

	memset(c->count, 0, sizeof(c->count));
	for (i = 0; i < n; i++)
		c->count[bits[i]]++;
	c->count[0] = 0;
	for (i = 1; i < 16; i++) {
		left = 2 * left - c->count[i];
		if (left < 0)
			return false;
	}
	next[0] = next[1] = 0;
	for (i = 1; i < 15; i++)
		next[i + 1] = next[i] + c->count[i];
	for (i = 0; i < n; i++)
		if (bits[i])
			c->symbol[next[bits[i]]++] = (u16)i;
	return true;
}

/* The next symbol; over when no code is that. */
static u32 decode(struct stream *s, const struct vfw_inflate_code *c)
{
	u32 code = 0, first = 0, index = 0, n;

	for (n = 1; n < 16 && !s->over; n++) {
		code |= take(s, 1);
		if (code - first < c->count[n])
			return c->symbol[index + code - first];
		index += c->count[n];
		first = (first + c->count[n]) << 1;
		code <<= 1;
	}
	s->over = true;
	return 0;
}

static void stored(struct stream *s)
{
	u32 n;

	s->bits = s->n_bits = 0;
	n = take(s, 16);
	if (take(s, 16) != (~n & 0xffff))
		s->over = true;
	while (n-- && !s->over) {
		u8 c = (u8)take(s, 8);

		if (!s->over)
			put(s, c);
	}
}

/* Literals, and copies of what stands up to 32 KiB before. */
static void codes(struct stream *s)
{
	static const u16 length[] = {3,	 4,  5,	 6,   7,   8,	9,   10,  11, 13,
				     15, 17, 19, 23,  27,  31,	35,  43,  51, 59,
				     67, 83, 99, 115, 131, 163, 195, 227, 258};
	static const u8 length_bits[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
					 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
	static const u16 distance[] = {1,    2,	   3,	 4,	5,     7,    9,	   13,
				       17,   25,   33,	 49,	65,    97,   129,  193,
				       257,  385,  513,	 769,	1025,  1537, 2049, 3073,
				       4097, 6145, 8193, 12289, 16385, 24577};
	static const u8 distance_bits[] = {0, 0, 0, 0, 1, 1, 2, 2,  3,	3,  4,	4,  5,	5,  6,
					   6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};

	for (;;) {
		u32 symbol = decode(s, &s->z->lengths), len, back;

		if (s->over || symbol == 256)
			return;
		if (symbol < 256) {
			put(s, (u8)symbol);
			continue;
		}
		symbol -= 257;
		if (symbol >= sizeof(length_bits))
			break;
		len = length[symbol] + take(s, length_bits[symbol]);
		symbol = decode(s, &s->z->distances);
		if (s->over || symbol >= sizeof(distance_bits))
			break;
		back = distance[symbol] + take(s, distance_bits[symbol]);
		if (s->over || back > s->n)
			break;
		while (len-- && !s->over)
			put(s, s->out[s->n - back]);
	}
	s->over = true;
}

static void fixed(struct stream *s)
{
	u8 *bits = s->z->bits;

	memset(bits, 8, 144);
	memset(bits + 144, 9, 112);
	memset(bits + 256, 7, 24);
	memset(bits + 280, 8, 8);
	build(&s->z->lengths, bits, VFW_INFLATE_LENGTHS);
	memset(bits, 5, 30);
	build(&s->z->distances, bits, 30);
	codes(s);
}

/* Reads how long the codes are, themselves coded (RFC 1951 3.2.7). Returns false when that makes no sense. */
static bool read_lengths(struct stream *s, u32 n)
{
	u8 *bits = s->z->bits;
	u32 i = 0;

	while (i < n) {
		u32 symbol = decode(s, &s->z->lengths), times = 1;
		u8 value = (u8)symbol;

		if (s->over)
			return false;
		if (symbol == 16) {
			if (!i)
				return false;
			value = bits[i - 1];
			times = 3 + take(s, 2);
		} else if (symbol > 16) {
			value = 0;
			times = symbol == 17 ? 3 + take(s, 3) : 11 + take(s, 7);
		}
		if (s->over || times > n - i)
			return false;
		memset(bits + i, value, times);
		i += times;
	}
	return true;
}

static void dynamic(struct stream *s)
{
	static const u8 order[] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
				   11, 4,  12, 3, 13, 2, 14, 1, 15};
	u32 n_len = take(s, 5) + 257, n_dist = take(s, 5) + 1, n = take(s, 4) + 4, i;
	u8 *bits = s->z->bits;

	memset(bits, 0, sizeof(order));
	for (i = 0; i < n; i++)
		bits[order[i]] = (u8)take(s, 3);
	if (s->over || n_len > VFW_INFLATE_LENGTHS || !build(&s->z->lengths, bits, sizeof(order)) ||
	    !read_lengths(s, n_len + n_dist) || !build(&s->z->lengths, bits, n_len) ||
	    !build(&s->z->distances, bits + n_len, n_dist)) {
		s->over = true;
		return;
	}
	codes(s);
}

/* Goes over gzip's header. */
static void skip_gzip(struct stream *s)
{
	u32 flags, i;

	if (s->len < 10 || s->in[0] != 0x1f || s->in[1] != 0x8b || s->in[2] != 8) {
		s->over = true;
		return;
	}
	flags = s->in[3];
	s->at = 10;
	if (flags & 4) {
		i = take(s, 16);
		s->at = s->len - s->at < i ? s->len : s->at + i;
	}
	for (i = 8; i <= 16; i <<= 1) { /* its name, a comment */
		if (!(flags & i))
			continue;
		while (s->at < s->len && s->in[s->at])
			s->at++;
		s->at += s->at < s->len;
	}
	if (flags & 2)
		take(s, 16);
}

u32 vfw_inflate(struct vfw_inflate *z, enum vfw_inflate_frame frame, const u8 *in, u32 len, u8 *out,
		u32 room)
{
	struct stream s = {.z = z, .in = in, .len = len, .out = out, .room = room};
	bool last = false;

	if (frame == VFW_INFLATE_GZIP)
		skip_gzip(&s);
	else if (len > 2 && (in[0] & 15) == 8 && !((in[0] << 8 | in[1]) % 31))
		s.at = in[1] & 0x20 ? 6 : 2; /* zlib's, with a dictionary nobody has */
	if (s.at > len)
		return 0;
	while (!last && !s.over) {
		last = take(&s, 1);
		switch (take(&s, 2)) {
		case 0:
			if (!s.over)
				stored(&s);
			break;
		case 1:
			fixed(&s);
			break;
		case 2:
			dynamic(&s);
			break;
		default:
			s.over = true;
			break;
		}
	}
	return s.n;
}
