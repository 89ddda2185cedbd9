/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events as EVE JSON: Suricata's common keys, and one object "vfw" with what
 * Suricata has no words for. Every function returns a new object, owned by the
 * caller, or NULL when there is no memory.
 *
 * event_type is one of: drop (a frame was cut), would-drop (monitor mode: it
 * passed), alert (a signature matched), flow, port, audit, anomaly, stats.
 */
#ifndef VFW_EVE_EVENT_H
#define VFW_EVE_EVENT_H

#include <jansson.h>
#include <linux/vfw.h>
#include <stdint.h>

struct vfw_pattern;
struct vfw_rule_origin;

/* Who can tell names; each may return NULL. Strings are copied at once. */
struct vfw_eve_names {
	void *arg;
	const char *(*vm)(void *arg, const uint8_t uuid[VFW_UUID_LEN]);
	const struct vfw_rule_origin *(*rule)(void *arg, uint32_t id);
	const char *(*device)(void *arg, uint32_t ifindex);
	const char *(*app)(void *arg, uint32_t id);
	/* of an alert; *profile is the profile's name, or NULL */
	const struct vfw_pattern *(*signature)(void *arg, const struct vfw_event *e,
					       const char **profile);
};

json_t *vfw_eve_event(const struct vfw_event *e, const struct vfw_eve_names *names);

/* lost events between kernel and vfwd, now known. */
json_t *vfw_eve_lost(uint64_t lost, uint64_t time_ns);

/* Events between the last one that an earlier vfwd wrote and the first one that this vfwd received, of any kind. */
json_t *vfw_eve_unwritten(uint64_t count, uint64_t time_ns);

/* Lines for which there was no room while the file could not be written, or no memory. */
json_t *vfw_eve_no_room(uint64_t count, uint64_t time_ns);

/* Matches of signatures while no vfwd ran, since the module was loaded. */
json_t *vfw_eve_unheard(uint64_t count, uint64_t time_ns);

/* Something that should not be; type is a word, text a sentence. */
json_t *vfw_eve_anomaly(const char *type, const char *text, uint64_t time_ns);

/* The words of enum vfw_verdict: "pass", "block", "reject", "monitor", "unknown". */
const char *vfw_eve_verdict(unsigned int verdict);

/* The state of a flow: "killed", else a TCP state as "syn-sent", else "answered" or "unanswered". */
const char *vfw_eve_flow_state(uint8_t proto, unsigned int state, unsigned int flags);

/* "TCP", "UDP", "IPv6-ICMP" ... as Suricata writes them; number otherwise, in buf. */
const char *vfw_eve_proto(uint8_t proto, char buf[4]);

/* Text of an address, family 4 or 6, in buf; returns buf. */
const char *vfw_eve_address(uint8_t family, const uint8_t addr[16], char buf[46]);

#endif /* VFW_EVE_EVENT_H */
