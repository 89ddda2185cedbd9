// SPDX-License-Identifier: GPL-2.0
#include "event.h"
#include "flow_event.h"
#include "flow_info.h"
#include "flow_table.h"
#include "share.h"

static void flow_event(struct vfw_flow *flow, u32 type, const struct vfw_flow_end *end)
{
	u32 count = vfw_share_event(flow->share, type == VFW_EVENT_FLOW_END);
	struct vfw_flow_info info;
	struct vfw_event ev = {
		.type = type,
		.reason = end->reason,
		.count = count,
	};

	if (!count)
		return;
	vfw_flow_info_fill(flow, &info);
	if (end->uuid && flow->key.end[flow->opener] == end->slot)
		memcpy(info.uuid[0], end->uuid, VFW_UUID_LEN);
	if (end->uuid && flow->key.end[!flow->opener] == end->slot)
		memcpy(info.uuid[1], end->uuid, VFW_UUID_LEN);
	ev.revision = info.revision;
	ev.rule = info.rule;
	ev.verdict = info.verdict;
	ev.family = info.family;
	memcpy(ev.src_uuid, info.uuid[0], VFW_UUID_LEN);
	memcpy(ev.dst_uuid, info.uuid[1], VFW_UUID_LEN);
	ev.src_ident = info.ident[0];
	ev.dst_ident = info.ident[1];
	ev.ethertype = info.family == 4 ? 0x0800 : 0x86dd;
	ev.vlan = info.vlan;
	memcpy(ev.saddr, info.addr[0], 16);
	memcpy(ev.daddr, info.addr[1], 16);
	ev.sport = info.port[0];
	ev.dport = info.port[1];
	if (info.proto == VFW_PROTO_ICMP || info.proto == VFW_PROTO_ICMP6) {
		ev.sport = flow->key.icmp >> 8;
		ev.dport = flow->key.icmp & 0xff;
	}
	ev.proto = info.proto;
	memcpy(ev.packets, info.packets, sizeof(ev.packets));
	memcpy(ev.bytes, info.bytes, sizeof(ev.bytes));
	ev.age_ms = info.age_ms;
	ev.state = info.state;
	ev.app = info.app;
	vfw_event_post(&ev);
}

void vfw_flow_event_start(struct vfw_flow *flow)
{
	const struct vfw_flow_end none = {.reason = VFW_REASON_RULE};

	flow_event(flow, VFW_EVENT_FLOW_START, &none);
}

void vfw_flow_event_end(struct vfw_flow *flow, const struct vfw_flow_end *end)
{
	flow_event(flow, VFW_EVENT_FLOW_END, end);
}
