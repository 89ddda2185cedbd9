// SPDX-License-Identifier: GPL-2.0
#include "alert.h"

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <time.h>

#include "../base/json_text.h"
#include "../sig/rule_set.h"
#include "track.h"

static void put_time(json_t *o, const char *key, u64 time)
{
	time_t seconds = (time_t)(time / 1000000);
	struct tm tm;
	char buf[80], day[40];

	gmtime_r(&seconds, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf, sizeof(buf), "%s.%06u+0000", day, (unsigned int)(time % 1000000));
	json_object_set_new(o, key, json_string(buf));
}

static void put_address(json_t *o, const char *key, const struct vfw_frame *f, const u8 *addr)
{
	char buf[INET6_ADDRSTRLEN] = "";

	inet_ntop(f->kind == VFW_FRAME_IP6 ? AF_INET6 : AF_INET, addr, buf, sizeof(buf));
	json_object_set_new(o, key, json_string(buf));
}

static void put_number(json_t *o, const char *key, u64 n)
{
	json_object_set_new(o, key, json_integer((json_int_t)n));
}

static const char *protocol(u8 proto, char buf[4])
{
	switch (proto) {
	case VFW_PROTO_ICMP:
		return "ICMP";
	case VFW_PROTO_TCP:
		return "TCP";
	case VFW_PROTO_UDP:
		return "UDP";
	case VFW_PROTO_ICMP6:
		return "IPv6-ICMP";
	case VFW_PROTO_SCTP:
		return "SCTP";
	default:
		snprintf(buf, 4, "%03u", proto);
		return buf;
	}
}

static void put_ends(json_t *o, const struct vfw_frame *f)
{
	bool ports = f->proto == VFW_PROTO_TCP || f->proto == VFW_PROTO_UDP ||
		     f->proto == VFW_PROTO_SCTP;
	char buf[4];

	put_address(o, "src_ip", f, f->src);
	if (ports && f->flags & VFW_FRAME_F_L4)
		put_number(o, "src_port", f->sport);
	put_address(o, "dest_ip", f, f->dst);
	if (ports && f->flags & VFW_FRAME_F_L4)
		put_number(o, "dest_port", f->dport);
	json_object_set_new(o, "proto", json_string(protocol(f->proto, buf)));
	if (!ports && f->flags & VFW_FRAME_F_L4) {
		put_number(o, "icmp_type", f->icmp_type);
		put_number(o, "icmp_code", f->icmp_code);
	}
}

static json_t *rule_object(const struct vfw_rule_meta *m)
{
	static const char *const actions[] = {
		[VFW_RULE_ALERT] = "allowed",
		[VFW_RULE_PASS] = "allowed",
		[VFW_RULE_DROP] = "blocked",
		[VFW_RULE_REJECT] = "blocked",
	};
	json_t *text = vfw_json_text(m->msg ?: "");

	return json_pack("{s:s, s:I, s:I, s:I, s:o, s:s, s:I}", "action", actions[m->action], "gid",
			 (json_int_t)m->gid, "signature_id", (json_int_t)m->sid, "rev",
			 (json_int_t)m->rev, "signature", text, "category", m->category, "severity",
			 (json_int_t)m->priority);
}

static json_t *flow_object(const struct vfw_track_flow *flow)
{
	json_t *o = json_object();

	put_number(o, "pkts_toserver", flow->packets[0]);
	put_number(o, "pkts_toclient", flow->packets[1]);
	put_number(o, "bytes_toserver", flow->bytes[0]);
	put_number(o, "bytes_toclient", flow->bytes[1]);
	put_time(o, "start", flow->began);
	return o;
}

int vfw_alert_write(FILE *out, const struct vfw_alert *a)
{
	json_t *o = json_object();
	int rc;

	if (!o)
		return -ENOMEM;
	put_time(o, "timestamp", a->time);
	if (a->flow)
		put_number(o, "flow_id", a->flow->id);
	if (a->number)
		put_number(o, "pcap_cnt", a->number);
	json_object_set_new(o, "event_type", json_string("alert"));
	if (a->frame->n_tags)
		json_object_set_new(o, "vlan", json_pack("[i]", a->frame->tci[0] & 0xfff));
	put_ends(o, a->frame);
	json_object_set_new(o, "pkt_src",
			    json_string(a->number ? "wire/pcap" : "stream (flow timeout)"));
	json_object_set_new(o, "alert", rule_object(a->rule));
	if (a->flow) {
		json_object_set_new(o, "direction",
				    json_string(a->side ? "to_client" : "to_server"));
		json_object_set_new(o, "flow", flow_object(a->flow));
	}
	put_number(o, "stream", a->stream);
	rc = json_dumpf(o, out, JSON_COMPACT) || fputc('\n', out) == EOF ? -EIO : 0;
	json_decref(o);
	return rc;
}
