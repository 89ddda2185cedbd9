// SPDX-License-Identifier: GPL-2.0
#include "span.h"

#include <errno.h>
#include <stdlib.h>

static int by_first(const void *a, const void *b)
{
	const struct vfw_span *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/* Sorts and joins what overlaps or touches; returns how many are left. */
static size_t normalise(struct vfw_span *spans, size_t n)
{
	size_t kept = 0;

	qsort(spans, n, sizeof(*spans), by_first);
	for (size_t i = 1; i < n; i++) {
		if (spans[i].first > spans[kept].last + 1)
			spans[++kept] = spans[i];
		else if (spans[i].last > spans[kept].last)
			spans[kept].last = spans[i].last;
	}
	return kept + 1;
}

int vfw_span_of(const struct vfw_proto *proto, struct vfw_arena *arena, struct vfw_span **spans,
		size_t *n)
{
	static const uint32_t classes[] = {
		[VFW_PROTO_TCP] = 6,  [VFW_PROTO_UDP] = 17,   [VFW_PROTO_SCTP] = 132,
		[VFW_PROTO_ICMP] = 1, [VFW_PROTO_ICMP6] = 58,
	};
	bool icmp = proto->kind == VFW_PROTO_ICMP || proto->kind == VFW_PROTO_ICMP6;
	size_t room =
		(proto->ranges.n ? proto->ranges.n : 1) * (proto->codes.n ? proto->codes.n : 1);
	struct vfw_span *out = vfw_arena_alloc(arena, room * sizeof(*out));
	const struct vfw_range *range, *code;
	size_t k = 0;

	if (!out)
		return -ENOMEM;
	*spans = out;
	*n = 1;
	switch (proto->kind) {
	case VFW_PROTO_ANY:
		out[0] = (struct vfw_span){0, VFW_KEY_LAST};
		return 0;
	case VFW_PROTO_NUMBER:
		out[0] = (struct vfw_span){VFW_KEY(proto->number, 0),
					   VFW_KEY(proto->number, 0xffff)};
		return 0;
	case VFW_PROTO_ETHER:
		out[0].first = VFW_KEY(VFW_CLASS_ETHER, proto->number);
		out[0].last = out[0].first;
		return 0;
	default:
		break;
	}
	if (!proto->ranges.n) {
		out[0] = (struct vfw_span){VFW_KEY(classes[proto->kind], 0),
					   VFW_KEY(classes[proto->kind], 0xffff)};
		return 0;
	}
	for (range = proto->ranges.first; range; range = range->link.next) {
		uint32_t first = icmp ? range->first << 8 : range->first;
		uint32_t last = icmp ? range->last << 8 | 0xff : range->last;

		for (code = proto->codes.first; code; code = code->link.next, k++)
			out[k].first = out[k].last =
				VFW_KEY(classes[proto->kind], first | code->first);
		if (!proto->codes.n)
			out[k++] = (struct vfw_span){VFW_KEY(classes[proto->kind], first),
						     VFW_KEY(classes[proto->kind], last)};
	}
	*n = normalise(out, k);
	return 0;
}
