// SPDX-License-Identifier: GPL-2.0
#include "event.h"

#include "../base/form.h"
#include "../base/json_text.h"
#include "../policy/compiled.h"
#include "../sig/pattern.h"
#include "core/reason.h"
#include "core/tcpstate.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static const char *const type_words[__VFW_EVENT_MAX] = {
	[VFW_EVENT_DROP] = "drop",	[VFW_EVENT_WOULD_DROP] = "would-drop",
	[VFW_EVENT_PASS] = "flow",	[VFW_EVENT_PORT_ADD] = "port",
	[VFW_EVENT_PORT_DEL] = "port",	[VFW_EVENT_MODE] = "audit",
	[VFW_EVENT_POLICY] = "audit",	[VFW_EVENT_FLOW_START] = "flow",
	[VFW_EVENT_FLOW_END] = "flow",	[VFW_EVENT_CONFIRM] = "audit",
	[VFW_EVENT_ROLLBACK] = "audit", [VFW_EVENT_ALERT] = "alert",
};

static const char *const action_words[__VFW_EVENT_MAX] = {
	[VFW_EVENT_PASS] = "pass",	   [VFW_EVENT_PORT_ADD] = "added",
	[VFW_EVENT_PORT_DEL] = "removed",  [VFW_EVENT_MODE] = "mode",
	[VFW_EVENT_POLICY] = "policy",	   [VFW_EVENT_FLOW_START] = "start",
	[VFW_EVENT_FLOW_END] = "end",	   [VFW_EVENT_CONFIRM] = "confirm",
	[VFW_EVENT_ROLLBACK] = "rollback",
};

const char *vfw_eve_verdict(unsigned int verdict)
{
	static const char *const words[__VFW_VERDICT_MAX] = {
		[VFW_PASS] = "pass",
		[VFW_BLOCK] = "block",
		[VFW_REJECT] = "reject",
		[VFW_MONITOR] = "monitor",
	};

	return verdict < __VFW_VERDICT_MAX ? words[verdict] : "unknown";
}

const char *vfw_eve_flow_state(uint8_t proto, unsigned int state, unsigned int flags)
{
	static const char *const words[VFW_TCP_STATE_COUNT] = {
		[VFW_TCP_SYN_SENT] = "syn-sent",       [VFW_TCP_SYN_RECV] = "syn-recv",
		[VFW_TCP_ESTABLISHED] = "established", [VFW_TCP_FIN_WAIT] = "fin-wait",
		[VFW_TCP_CLOSE_WAIT] = "close-wait",   [VFW_TCP_LAST_ACK] = "last-ack",
		[VFW_TCP_TIME_WAIT] = "time-wait",     [VFW_TCP_CLOSE] = "close",
	};

	if (flags & VFW_FLOW_F_KILLED)
		return "killed";
	if (proto == IPPROTO_TCP && state == VFW_TCP_ESTABLISHED && !(flags & VFW_FLOW_F_ANSWERED))
		return "picked-up";
	if (proto == IPPROTO_TCP && state < VFW_TCP_STATE_COUNT && words[state])
		return words[state];
	return flags & VFW_FLOW_F_ANSWERED ? "answered" : "unanswered";
}

const char *vfw_eve_proto(uint8_t proto, char buf[4])
{
	switch (proto) {
	case IPPROTO_ICMP:
		return "ICMP";
	case IPPROTO_TCP:
		return "TCP";
	case IPPROTO_UDP:
		return "UDP";
	case IPPROTO_ICMPV6:
		return "IPv6-ICMP";
	case IPPROTO_SCTP:
		return "SCTP";
	}
	snprintf(buf, 4, "%03u", proto);
	return buf;
}

const char *vfw_eve_address(uint8_t family, const uint8_t addr[16], char buf[46])
{
	*buf = '\0';
	inet_ntop(family == 6 ? AF_INET6 : AF_INET, addr, buf, 46);
	return buf;
}

/* NULL is passed over. */
static void put_text(json_t *o, const char *key, const char *text)
{
	if (text && *text)
		json_object_set_new(o, key, vfw_json_text(text));
}

static void put_number(json_t *o, const char *key, uint64_t value)
{
	json_object_set_new(o, key, json_integer((json_int_t)value));
}

static json_t *begin(const char *type, uint64_t time_ns)
{
	char time[VFW_FORM_TIME_LEN];
	json_t *o = json_object();

	put_text(o, "timestamp", vfw_form_time(time_ns, time));
	put_text(o, "event_type", type);
	return o;
}

static void put_ends(json_t *o, const struct vfw_event *e)
{
	char addr[46], number[4];
	bool ports = e->proto == IPPROTO_TCP || e->proto == IPPROTO_UDP ||
		     e->proto == IPPROTO_SCTP || e->proto == IPPROTO_UDPLITE ||
		     e->proto == IPPROTO_DCCP;

	if (e->family != 4 && e->family != 6)
		return;
	put_text(o, "src_ip", vfw_eve_address(e->family, e->saddr, addr));
	if (ports)
		put_number(o, "src_port", e->sport);
	put_text(o, "dest_ip", vfw_eve_address(e->family, e->daddr, addr));
	if (ports)
		put_number(o, "dest_port", e->dport);
	put_text(o, "proto",
		 e->ethertype == ETHERTYPE_ARP ? "ARP" : vfw_eve_proto(e->proto, number));
	if (e->proto == IPPROTO_ICMP || e->proto == IPPROTO_ICMPV6) {
		put_number(o, "icmp_type", e->sport);
		put_number(o, "icmp_code", e->dport);
	}
}

static void put_ether(json_t *o, const struct vfw_event *e)
{
	char mac[VFW_FORM_MAC_LEN];
	json_t *ether;

	if (e->vlan)
		json_object_set_new(o, "vlan", json_pack("[i]", e->vlan));
	if (e->type == VFW_EVENT_FLOW_START || e->type == VFW_EVENT_FLOW_END)
		return;
	ether = json_object();
	put_text(ether, "src_mac", vfw_form_mac(e->smac, mac));
	put_text(ether, "dest_mac", vfw_form_mac(e->dmac, mac));
	put_number(ether, "ether_type", e->ethertype);
	json_object_set_new(o, "ether", ether);
}

static void put_vm(json_t *o, const char *name_key, const char *uuid_key, const uint8_t *uuid,
		   const struct vfw_eve_names *names)
{
	char text[VFW_FORM_UUID_LEN];
	const char *name;

	if (vfw_form_uuid_is_null(uuid))
		return;
	vfw_form_uuid(uuid, text);
	name = names->vm(names->arg, uuid);
	put_text(o, name_key, name ?: text);
	put_text(o, uuid_key, text);
}

static void put_rule(json_t *o, uint32_t id, const struct vfw_eve_names *names)
{
	const struct vfw_rule_origin *rule;

	if (!id)
		return;
	put_number(o, "rule_id", id);
	rule = names->rule(names->arg, id);
	if (!rule)
		return;
	put_text(o, "rule", rule->label);
	put_text(o, "message", rule->message);
}

/* Suricata's words. What a killed or refused flow was, its counters tell. */
static const char *flow_word(const struct vfw_event *e)
{
	if (e->proto == IPPROTO_TCP && e->state >= VFW_TCP_FIN_WAIT)
		return "closed";
	if (e->proto == IPPROTO_TCP ? e->state == VFW_TCP_ESTABLISHED : e->packets[1] > 0)
		return "established";
	return "new";
}

static json_t *flow_object(const struct vfw_event *e)
{
	char start[VFW_FORM_TIME_LEN], end[VFW_FORM_TIME_LEN];
	uint64_t age_ns = e->age_ms * 1000000;
	json_t *o = json_object();

	put_number(o, "pkts_toserver", e->packets[0]);
	put_number(o, "pkts_toclient", e->packets[1]);
	put_number(o, "bytes_toserver", e->bytes[0]);
	put_number(o, "bytes_toclient", e->bytes[1]);
	put_text(o, "start", vfw_form_time(e->time_ns > age_ns ? e->time_ns - age_ns : 0, start));
	if (e->type == VFW_EVENT_FLOW_END)
		put_text(o, "end", vfw_form_time(e->time_ns, end));
	put_number(o, "age", e->age_ms / 1000);
	put_text(o, "state", flow_word(e));
	if (e->type == VFW_EVENT_FLOW_END)
		put_text(o, "reason", e->reason ? vfw_reason_word(e->reason) : "timeout");
	return o;
}

static bool is_traffic(uint32_t type)
{
	return type == VFW_EVENT_DROP || type == VFW_EVENT_WOULD_DROP || type == VFW_EVENT_PASS ||
	       type == VFW_EVENT_FLOW_START || type == VFW_EVENT_FLOW_END ||
	       type == VFW_EVENT_ALERT;
}

static json_t *alert_object(const struct vfw_event *e, const struct vfw_pattern *pattern)
{
	json_t *o = json_object();

	put_text(o, "action", e->flags & VFW_EVENT_F_DROPPED ? "blocked" : "allowed");
	put_number(o, "gid", pattern ? pattern->gid : 1);
	if (!pattern)
		return o;
	put_number(o, "signature_id", pattern->sid);
	put_number(o, "rev", pattern->rev);
	json_object_set_new(o, "signature", vfw_json_text(pattern->message ?: pattern->regex));
	json_object_set_new(o, "category", vfw_json_text(pattern->category));
	put_number(o, "severity", pattern->severity);
	return o;
}

/* Which expression of which profile, and where it matched. */
static void put_match(json_t *o, const struct vfw_event *e, const char *profile)
{
	put_text(o, "profile", profile);
	put_number(o, "expression", e->sig);
	put_number(o, "offset", e->offset);
	put_text(o, "direction", e->flags & VFW_EVENT_F_TO_OPENER ? "to_client" : "to_server");
}

static json_t *vfw_object(const struct vfw_event *e, const struct vfw_eve_names *names)
{
	json_t *o = json_object();

	put_number(o, "seq", e->seq);
	if (e->type < __VFW_EVENT_MAX)
		put_text(o, "action", action_words[e->type]);
	put_vm(o, "src_vm", "src_uuid", e->src_uuid, names);
	put_vm(o, "dst_vm", "dst_uuid", e->dst_uuid, names);
	put_rule(o, e->rule, names);
	put_number(o, "revision", e->revision);
	if (e->type == VFW_EVENT_MODE) {
		put_text(o, "mode", e->verdict == VFW_MODE_ARMED ? "armed" : "disarmed");
	} else if (e->type == VFW_EVENT_ROLLBACK) {
		put_text(o, "cause", e->verdict == VFW_ROLLBACK_TIME ? "time" : "command");
	} else if (e->type == VFW_EVENT_PORT_ADD || e->type == VFW_EVENT_PORT_DEL) {
		put_text(o, "ifname", names->device(names->arg, e->in_ifindex));
		put_number(o, "ifindex", e->in_ifindex);
	} else if (is_traffic(e->type)) {
		put_text(o, "reason", vfw_reason_word(e->reason));
		put_text(o, "verdict", vfw_eve_verdict(e->verdict));
		put_number(o, "count", e->count);
		put_text(o, "out_iface", names->device(names->arg, e->out_ifindex));
	}
	return o;
}

json_t *vfw_eve_event(const struct vfw_event *e, const struct vfw_eve_names *names)
{
	const char *type = e->type < __VFW_EVENT_MAX ? type_words[e->type] : NULL;
	json_t *o = begin(type ?: "anomaly", e->time_ns), *vfw;

	if (is_traffic(e->type)) {
		put_text(o, "in_iface", names->device(names->arg, e->in_ifindex));
		put_ends(o, e);
		put_ether(o, e);
		put_text(o, "app_proto", e->app ? names->app(names->arg, e->app) : NULL);
	}
	/* of a frame that waited for the worker the flow is not at hand */
	if (e->type == VFW_EVENT_FLOW_START || e->type == VFW_EVENT_FLOW_END ||
	    (e->type == VFW_EVENT_ALERT && e->packets[0] + e->packets[1]))
		json_object_set_new(o, "flow", flow_object(e));
	if (e->type == VFW_EVENT_DROP || e->type == VFW_EVENT_WOULD_DROP)
		json_object_set_new(o, type,
				    json_pack("{s:i, s:s}", "len", e->len, "reason",
					      vfw_reason_word(e->reason)));
	vfw = vfw_object(e, names);
	if (e->type == VFW_EVENT_ALERT) {
		const char *profile = NULL;
		const struct vfw_pattern *pattern = names->signature(names->arg, e, &profile);

		json_object_set_new(o, "alert", alert_object(e, pattern));
		put_match(vfw, e, profile);
	}
	json_object_set_new(o, "vfw", vfw);
	return o;
}

json_t *vfw_eve_anomaly(const char *type, const char *text, uint64_t time_ns)
{
	json_t *o = begin("anomaly", time_ns);
	json_t *anomaly = json_object();

	put_text(anomaly, "type", type);
	put_text(anomaly, "event", text);
	json_object_set_new(o, "anomaly", anomaly);
	return o;
}

static json_t *counted(const char *type, const char *text, uint64_t count, uint64_t time_ns)
{
	json_t *o = vfw_eve_anomaly(type, text, time_ns);

	put_number(json_object_get(o, "anomaly"), "count", count);
	return o;
}

json_t *vfw_eve_lost(uint64_t lost, uint64_t time_ns)
{
	return counted("events-lost", "events were lost on their way from the kernel", lost,
		       time_ns);
}

json_t *vfw_eve_unwritten(uint64_t count, uint64_t time_ns)
{
	return counted("events-unwritten",
		       "events that an earlier vfwd did not write, or that came while none ran",
		       count, time_ns);
}

json_t *vfw_eve_no_room(uint64_t count, uint64_t time_ns)
{
	return counted("events-unwritten",
		       "events for which there was no room while they could not be written", count,
		       time_ns);
}

json_t *vfw_eve_unheard(uint64_t count, uint64_t time_ns)
{
	return counted("alerts-unheard",
		       "signatures matched while vfwd did not run, since the module was loaded",
		       count, time_ns);
}
