// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a TCP conversation, six bytes a packet: side and pick-up, flags, then sequence,
 * acknowledgement and length as small numbers around the wrap. Asserted: states stay in the list,
 * refused packets change nothing, and no conversation is established without the opener's ACK.
 */
#include "core/tcpstate.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool opener_acked = false;
	bool picked_up = false;
	struct vfw_tcp t;

	memset(&t, 0, sizeof(t));
	for (; size >= 6; data += 6, size -= 6) {
		struct vfw_frame f = {
			.tcp_flags = data[1],
			.tcp_seq = (u32)data[2] - 128,
			.tcp_ack = (u32)data[3] - 128,
			.tcp_win = (u16)(data[4] << (data[5] >> 4 & 7)),
			.tcp_scale = data[5] & 2 ? data[5] % 15 : VFW_FRAME_NO_SCALE,
		};
		u32 len = data[4] * (data[5] & 1 ? 16 : 0);
		unsigned int side = data[0] & 1;
		struct vfw_tcp before = t;
		enum vfw_tcp_step step;

		if (t.state == VFW_TCP_NONE) {
			picked_up = data[0] & 2;
			if (!vfw_tcpstate_open(&t, &f, len, picked_up) &&
			    memcmp(&t, &before, sizeof(t)))
				abort();
			continue;
		}
		step = vfw_tcpstate_step(&t, &f, len, side);
		if (t.state == VFW_TCP_NONE || t.state >= VFW_TCP_STATE_COUNT)
			abort();
		if (step != VFW_TCP_STEP_PASS && step != VFW_TCP_STEP_RESTART &&
		    memcmp(&t, &before, sizeof(t)))
			abort();
		if (step == VFW_TCP_STEP_RESTART && (!side || t.state != VFW_TCP_SYN_RECV))
			abort();
		(void)vfw_tcpstate_in_flight(&t, f.tcp_seq, side);
		if (step == VFW_TCP_STEP_REOPEN && before.state != VFW_TCP_TIME_WAIT &&
		    before.state != VFW_TCP_CLOSE)
			abort();
		if (step == VFW_TCP_STEP_RESTART)
			opener_acked = picked_up = false;
		opener_acked |= !side && step == VFW_TCP_STEP_PASS && data[1] & VFW_TCP_ACK;
		if (t.state >= VFW_TCP_ESTABLISHED && t.state <= VFW_TCP_TIME_WAIT && !picked_up &&
		    !opener_acked)
			abort();
	}
	return 0;
}
