// SPDX-License-Identifier: GPL-2.0
/* Any bytes as the packet an ICMP error quotes; first byte, bit 0: IPv6. */
#include "core/flowkey.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum vfw_frame_result r;
	struct vfw_flow_key k;
	struct vfw_frame f;
	u8 *heap;

	if (!size)
		return 0;
	heap = malloc(size);
	memcpy(heap, data + 1, size - 1);
	memset(&f, 0xa5, sizeof(f));
	r = vfw_frame_parse_inner(&f, heap, (u32)(size - 1), data[0] & 1);
	free(heap);
	if (r == VFW_FRAME_MORE)
		abort();
	if (r == VFW_FRAME_MALFORMED)
		return 0;
	if (f.kind != (data[0] & 1 ? VFW_FRAME_IP6 : VFW_FRAME_IP4))
		abort();
	if (f.l4_off > f.payload_off || f.payload_off > f.end || f.end > size - 1)
		abort();
	if (f.flags & VFW_FRAME_F_L4 && f.payload_off < f.l4_off + 8)
		abort();
	if (vfw_flowkey_make(&k, &f, 1, 2, 0, 0) < 0 &&
	    !(f.flags & (VFW_FRAME_F_ICMP_ERROR | VFW_FRAME_F_ND | VFW_FRAME_F_FRAG)))
		abort();
	return 0;
}
