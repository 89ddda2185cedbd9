// SPDX-License-Identifier: GPL-2.0
#include "defrag.h"

#include <stdlib.h>

#define HEAD_MAX VFW_FRAME_HEAD_MAX

/* The fragment that a byte is of: where it begins and ends, in units of eight bytes. */
struct origin {
	u16 begin, end;
};

struct whole {
	struct whole *next;
	struct vfw_flow_key key;
	u64 began;
	u8 head[HEAD_MAX]; /* up to the first fragment's data, without a fragment header */
	u32 head_len; /* 0: the first one is not there yet */
	u8 *bytes;
	u8 *seen; /* one for each byte */
	struct origin *of; /* likewise, where seen */
	u32 end; /* of the last one, 0: not there yet */
	u32 n; /* bytes seen */
};

struct vfw_defrag {
	struct whole *first;
	u32 n;
	u8 frame[HEAD_MAX + VFW_DEFRAG_BYTES];
};

struct vfw_defrag *vfw_defrag_new(void)
{
	return calloc(1, sizeof(struct vfw_defrag));
}

static void drop(struct vfw_defrag *d, struct whole **at)
{
	struct whole *w = *at;

	*at = w->next;
	free(w->bytes);
	free(w->seen);
	free(w->of);
	free(w);
	d->n--;
}

void vfw_defrag_free(struct vfw_defrag *d)
{
	if (!d)
		return;
	while (d->first)
		drop(d, &d->first);
	free(d);
}

static struct whole **find(struct vfw_defrag *d, const struct vfw_flow_key *key, u64 time)
{
	struct whole **at = &d->first, **last = NULL;

	while (*at) {
		if (time - (*at)->began > (u64)VFW_DEFRAG_SECONDS * 1000000 &&
		    time > (*at)->began) {
			drop(d, at);
			continue;
		}
		if (vfw_flowkey_equal(&(*at)->key, key))
			return at;
		last = at;
		at = &(*at)->next;
	}
	if (d->n >= VFW_DEFRAG_MAX && last)
		drop(d, last);
	return NULL;
}

static struct whole **begin(struct vfw_defrag *d, const struct vfw_flow_key *key, u64 time)
{
	struct whole *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->bytes = malloc(VFW_DEFRAG_BYTES);
	w->seen = calloc(1, VFW_DEFRAG_BYTES);
	w->of = calloc(VFW_DEFRAG_BYTES, sizeof(*w->of));
	if (!w->bytes || !w->seen || !w->of) {
		free(w->bytes);
		free(w->seen);
		free(w->of);
		free(w);
		return NULL;
	}
	w->key = *key;
	w->began = time;
	w->next = d->first;
	d->first = w;
	d->n++;
	return &d->first;
}

/* The header chain without its fragment header: what the whole packet's would be. */
static void take_head(struct whole *w, const struct vfw_frame *f, const u8 *frame, u32 data)
{
	u32 at, next;

	if (w->head_len || data > HEAD_MAX)
		return;
	memcpy(w->head, frame, data);
	if (f->kind == VFW_FRAME_IP4) {
		w->head[f->l3_off + 6] &= 0x40;
		w->head[f->l3_off + 7] = 0;
		w->head_len = data;
		return;
	}
	/* the header that names the fragment header names what that names */
	at = f->l3_off + 6;
	next = f->l3_off + 40;
	while (next + 8 <= data && w->head[at] != VFW_PROTO_FRAG6) {
		at = next;
		next += 8 + w->head[at + 1] * 8U;
	}
	if (next + 8 > data)
		return;
	w->head[at] = w->head[next];
	memmove(w->head + next, w->head + next + 8, data - next - 8);
	w->head_len = data - 8;
}

static void put_checksum(u8 *ip)
{
	u32 i, sum = 0, len = (ip[0] & 15) * 4U;

	ip[10] = ip[11] = 0;
	for (i = 0; i + 1 < len; i += 2)
		sum += vfw_get16(ip + i);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	ip[10] = (u8)(~sum >> 8);
	ip[11] = (u8)~sum;
}

static const u8 *build(struct vfw_defrag *d, const struct whole *w, u32 l3_off, bool ip6, u32 *len)
{
	u8 *ip = d->frame + l3_off;
	u32 total = w->head_len - l3_off + w->end - (ip6 ? 40 : 0);

	if (total > 65535)
		return NULL;
	memcpy(d->frame, w->head, w->head_len);
	memcpy(d->frame + w->head_len, w->bytes, w->end);
	ip[ip6 ? 4 : 2] = (u8)(total >> 8);
	ip[ip6 ? 5 : 3] = (u8)total;
	if (!ip6)
		put_checksum(ip);
	*len = w->head_len + w->end;
	return d->frame;
}

/*
 * Of two fragments with the same byte, does the later one have it? As Suricata decides without further configuration: of
 * IPv4 (its policy "windows") if it reaches beyond the other at both ends, and no other has its beginning; of IPv6 ("bsd") if it begins before
 * it.
 */
static bool replaces(const struct origin *later, const struct origin *first, bool ip6, bool begun)
{
	return later->begin < first->begin && (ip6 || (later->end > first->end && !begun));
}

const u8 *vfw_defrag_add(struct vfw_defrag *d, const struct vfw_frame *f, const u8 *frame, u32 have,
			 u64 time, u32 *len)
{
	u32 size = f->frag_end - f->frag_off, i, data;
	struct vfw_frame ends = *f;
	struct vfw_flow_key key;
	struct whole **at, *w;
	const struct origin of = {(u16)(f->frag_off / 8), (u16)((f->frag_end + 7) / 8)};
	const u8 *whole = NULL;
	bool begun;

	if (f->end > have || size > f->end || f->frag_end > VFW_DEFRAG_BYTES || !size)
		return NULL;
	data = f->end - size;
	/* ports, which only the first one has, order the sides where addresses are equal */
	ends.sport = 0;
	ends.dport = 0;
	vfw_flowkey_frag(&key, &ends, VFW_END_EXTERNAL, VFW_END_EXTERNAL, 0,
			 f->n_tags ? f->tci[f->n_tags - 1] & 0xfff : 0);
	at = find(d, &key, time);
	if (!at)
		at = begin(d, &key, time);
	if (!at)
		return NULL;
	w = *at;
	if (f->flags & VFW_FRAME_F_FRAG_FIRST)
		take_head(w, f, frame, data);
	if (!(f->flags & VFW_FRAME_F_FRAG_MORE) && !w->end)
		w->end = f->frag_end;
	begun = w->seen[f->frag_off];
	for (i = 0; i < size; i++) {
		u32 to = f->frag_off + i;

		if (w->seen[to] && !replaces(&of, &w->of[to], f->kind == VFW_FRAME_IP6, begun))
			continue;
		w->n += !w->seen[to];
		w->bytes[to] = frame[data + i];
		w->seen[to] = 1;
		w->of[to] = of;
	}
	if (w->head_len && w->end && w->n >= w->end && !memchr(w->seen, 0, w->end)) {
		whole = build(d, w, f->l3_off, f->kind == VFW_FRAME_IP6, len);
		drop(d, at);
	}
	return whole;
}
