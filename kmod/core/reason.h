/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a packet ended. This one list makes the enum, the counters, the
 * tracepoint's names, the event's number and the word that people read.
 * Append at the end only: the numbers stand in logs.
 *
 * VFW_R(name, word, meaning)
 */
#ifndef VFW_CORE_REASON_H
#define VFW_CORE_REASON_H

#define VFW_REASONS(VFW_R)                                                                         \
	VFW_R(NONE, "none", "not judged")                                                          \
	VFW_R(RULE, "rule", "a rule of the policy decided")                                        \
	VFW_R(DEFAULT, "default", "no rule matched; the policy's default decided")                 \
	VFW_R(ESTABLISHED, "established", "belongs to a flow that was let through")                \
	VFW_R(RELATED, "related", "ICMP error of a permitted flow")                                \
	VFW_R(NEIGHBOUR, "neighbour", "ARP or neighbour discovery between joined ends")            \
	VFW_R(NOT_JOINED, "not-joined", "ARP or neighbour discovery where no rule joins the ends") \
	VFW_R(DHCP, "dhcp", "DHCP as the guard permits")                                           \
	VFW_R(DHCP_SERVER, "dhcp-server",                                                          \
	      "DHCP answers from, or requests to, a VM that is no server")                         \
	VFW_R(ROUTER_ADVERT, "router-advert", "router advertisement from a VM that is no router")  \
	VFW_R(UNMANAGED, "unmanaged", "the port belongs to no known VM")                           \
	VFW_R(NO_POLICY, "no-policy", "armed, but no policy was loaded yet")                       \
	VFW_R(QUARANTINE, "quarantine", "the VM at one end is quarantined")                        \
	VFW_R(SPOOF_MAC, "spoof-mac", "source MAC is not the NIC's")                               \
	VFW_R(SPOOF_IP, "spoof-ip", "source address is not the NIC's")                             \
	VFW_R(SPOOF_ARP, "spoof-arp", "ARP claims a MAC or address that is not the NIC's")         \
	VFW_R(SPOOF_ND, "spoof-nd", "neighbour discovery claims what is not the NIC's")            \
	VFW_R(SPOOF_OUTSIDE, "spoof-outside", "from an uplink with a local VM's address")          \
	VFW_R(NOT_FOR_YOU, "not-for-you", "unicast to a MAC that is not the receiving VM's")       \
	VFW_R(BAD_OFFLOAD, "bad-offload", "the guest's offload fields contradict the frame")       \
	VFW_R(BPDU, "bpdu", "bridge control frame from a VM")                                      \
	VFW_R(VLAN, "vlan", "VLAN tag the port may not use")                                       \
	VFW_R(MALFORMED, "malformed", "headers truncated, contradictory or beyond the bounds")     \
	VFW_R(FRAGMENT, "fragment", "a fragment that cannot be tied to a judged packet")           \
	VFW_R(INVALID_STATE, "invalid-state", "no conversation this packet could belong to")       \
	VFW_R(FLOW_LIMIT, "flow-limit", "the VM's share of the flow table is full")                \
	VFW_R(NO_MEMORY, "no-memory", "no memory to judge it")                                     \
	VFW_R(CUT, "cut", "a new revision forbids the running flow")                               \
	VFW_R(SIGNATURE, "signature", "a signature of a preventing profile matched")               \
	VFW_R(STREAM_GAP, "stream-gap", "the receiver has bytes that were not scanned")            \
	VFW_R(STREAM_CONFLICT, "stream-conflict", "other bytes for a place that was scanned")      \
	VFW_R(STREAM_URGENT, "stream-urgent", "urgent data out of order, whose place is unknown")  \
	VFW_R(SCAN_OVERLOAD, "scan-overload", "a budget for scanning is spent")                    \
	VFW_R(KILLED, "killed", "an administrator ended the flow")                                 \
	VFW_R(BAD_CHECKSUM, "bad-checksum", "a segment of a scanned flow that nobody would take")  \
	VFW_R(STREAM_MULTIPATH, "stream-multipath",                                                \
	      "multipath TCP: the order of its data is not that of the segments")                  \
	VFW_R(APP, "app", "what it turned out to be is not let through")                           \
	VFW_R(APP_UNKNOWN, "app-unknown", "the rule lets nothing pass until the app is known")

enum vfw_reason {
#define VFW_R(name, word, meaning) VFW_REASON_##name,
	VFW_REASONS(VFW_R)
#undef VFW_R
		VFW_REASON_COUNT
};

/* Returns the word for a reason, "unknown" outside the list. Any context. */
const char *vfw_reason_word(unsigned int reason);

/* Returns the sentence that explains it, for people. Any context. */
const char *vfw_reason_meaning(unsigned int reason);

#endif /* VFW_CORE_REASON_H */
