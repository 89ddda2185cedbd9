// SPDX-License-Identifier: GPL-2.0
/* The commands there are; help, completion and manual follow this table. */
#include "cli.h"

#include <limits.h>

#define FILES_MORE                                                                            \
	"FILE is a file of policy text, a folder (its *.vfw files in byte order), or - for\n" \
	"standard input. Without FILE: /etc/vfw/policy.d."

#define FLOW_MORE                                                                         \
	"An end is a VM (name or UUID) or an address. --vm, --addr and --port speak of\n" \
	"either end, --from and --sport of the one that opened the conversation."

#define FLOW_OPTS                                                                             \
	{0, "vm", "VM", "only those in which VM is one end"},                                 \
		{0, "addr", "ADDRESS", "only those in which it is one end's address"},        \
		{'p', "proto", "PROTO", "tcp, udp, sctp, icmp, icmp6 or a number"},           \
		{0, "port", "PORT", "only those in which it is one end's port"},              \
		{'f', "from", "END", "who opened it"}, {'t', "to", "END", "who was reached"}, \
		{0, "sport", "PORT", "port of who opened it"},                                \
	{                                                                                     \
		'd', "dport", "PORT", "port that was reached"                                 \
	}

#define EDIT_OPTS                                                              \
	{0, "edited", NULL, "apply the files though others edited them, too"}, \
		{0, "dry-run", NULL, "do all but write and publish; exit 5"},  \
	{                                                                      \
		0, "keep-established", NULL,                                   \
			"let running conversations go on though now forbidden" \
	}

const struct vfw_cmd vfw_cmds[] = {
	{
		.name = "status",
		.summary = "mode, revision, counts, what ended for which reason",
		.more = "When vfwd does not answer, the kernel is asked directly, and the output says so.",
		.run = vfw_cmd_status,
	},
	{
		.name = "arm",
		.summary = "carry verdicts out; permitted connections go on",
		.more = "When vfwd does not answer, the kernel is told directly, and the output says so.",
		.run = vfw_cmd_arm,
	},
	{
		.name = "disarm",
		.summary = "judge, count and say, but cut nothing",
		.more = "When vfwd does not answer, the kernel is told directly, and the output says so.",
		.opts = {{'y', "yes", NULL, "do not ask"}},
		.run = vfw_cmd_disarm,
	},
	{
		.group = "vm",
		.name = "list",
		.summary = "who is known: tenant, groups, addresses, ports",
		.run = vfw_cmd_vm_list,
	},
	{
		.group = "vm",
		.name = "show",
		.operands = "VM",
		.min_operands = 1,
		.max_operands = 1,
		.summary = "one VM: identity, labels, NICs, counters",
		.more = "VM is a name or a UUID.",
		.run = vfw_cmd_vm_show,
	},
	{
		.group = "vm",
		.name = "quarantine",
		.operands = "VM",
		.min_operands = 1,
		.max_operands = 1,
		.summary = "let nothing into or out of a VM",
		.more = "VM is a name or a UUID. `vfwctl vm release VM' ends it.",
		.opts = {{0, "reason", "TEXT", "for the audit log"}},
		.run = vfw_cmd_vm_quarantine,
	},
	{
		.group = "vm",
		.name = "release",
		.operands = "VM",
		.min_operands = 1,
		.max_operands = 1,
		.summary = "end a VM's quarantine",
		.more = "VM is a name or a UUID.",
		.run = vfw_cmd_vm_release,
	},
	{
		.group = "vm",
		.name = "monitor",
		.operands = "VM on|off",
		.min_operands = 2,
		.max_operands = 2,
		.summary = "cut nothing of a VM, only say what would be cut",
		.more = "VM is a name or a UUID. It lasts until it is put off, also over a restart. A\n"
			"quarantine is carried out all the same.",
		.run = vfw_cmd_vm_monitor,
	},
	{
		.group = "policy",
		.name = "check",
		.operands = "[FILE...]",
		.max_operands = INT_MAX,
		.summary = "say what is wrong with a policy (exit 6)",
		.more = FILES_MORE
		"\n"
		"Without vfwd the text alone is checked, and the output says so.",
		.opts = {{'n', "parse-only", NULL, "do not ask vfwd: check the text alone"}},
		.run = vfw_cmd_policy_check,
	},
	{
		.group = "policy",
		.name = "apply",
		.operands = "[FILE...]",
		.max_operands = INT_MAX,
		.summary = "make a policy the one in force: all of it, or nothing",
		.more = FILES_MORE,
		.opts = {{0, "dry-run", NULL, "do all but publish; exit 5 if it would change"},
			 {0, "keep-established", NULL,
			  "let running conversations go on though now forbidden"},
			 {0, "restart-streams", NULL,
			  "running conversations take the new signatures, too"},
			 {0, "confirm", "SECONDS",
			  "undo it after that time unless `policy confirm' came"}},
		.run = vfw_cmd_policy_apply,
	},
	{
		.group = "policy",
		.name = "confirm",
		.summary = "the policy on trial (apply --confirm) stays",
		.more = "When vfwd does not answer, the kernel is told directly, and the output says so.",
		.run = vfw_cmd_policy_confirm,
	},
	{
		.group = "policy",
		.name = "rollback",
		.summary = "undo the policy on trial (apply --confirm) now",
		.more = "The rules before it come back; VMs, and arming, stay as they are now.\n"
			"When vfwd does not answer, the kernel is told directly, and the output says so.",
		.run = vfw_cmd_policy_rollback,
	},
	{
		.group = "policy",
		.name = "diff",
		.operands = "[FILE...]",
		.max_operands = INT_MAX,
		.summary = "how files differ from what is in force (exit 5)",
		.more = FILES_MORE,
		.run = vfw_cmd_policy_diff,
	},
	{
		.group = "policy",
		.name = "lint",
		.operands = "[FILE...]",
		.max_operands = INT_MAX,
		.summary = "rules that do nothing, empty groups (exit 6)",
		.more = "Of the policy in force, or of the files: rules that others before them shadow and\n"
			"rules that speak of nobody, given the VMs there are; groups without a VM. Of the\n"
			"policy in force also rules that were never hit, which alone do not make it fail.",
		.run = vfw_cmd_policy_lint,
	},
	{
		.group = "policy",
		.name = "show",
		.summary = "the policy in force, in canonical form",
		.opts = {{0, "disk", NULL, "that of /etc/vfw/policy.d instead"}},
		.run = vfw_cmd_policy_show,
	},
	{
		.group = "rule",
		.name = "list",
		.summary = "rules with their hit counters",
		.opts = {{0, "sort", "KEY", "packets, bytes, flows, last or order (default)"},
			 {0, "unused", NULL, "only rules that were never hit"}},
		.run = vfw_cmd_rule_list,
	},
	{
		.group = "rule",
		.name = "add",
		.operands = "TEXT...",
		.min_operands = 1,
		.max_operands = INT_MAX,
		.summary = "write a rule into its file in policy.d, and apply",
		.more = "TEXT is the rule, as in a file. Comments and layout of the file stay. If anything\n"
			"is wrong it is as before.\n"
			"Example: vfwctl rule add --before shop:3 pass from web to app tcp port 9000",
		.opts = {{0, "before", "RULE", "right before that rule, e.g. shop:3"},
			 {0, "after", "RULE", "right behind it"},
			 {0, "first", NULL, "first in its block"},
			 {0, "last", NULL, "last in its block"},
			 {0, "tenant", "TENANT", "the block is that of a tenant"},
			 {0, "block", "WORD", "the block is first, last or unmanaged"},
			 {0, "file", "NAME", "the block in this file, a new one if need be"},
			 EDIT_OPTS},
		.run = vfw_cmd_rule_add,
	},
	{
		.group = "rule",
		.name = "delete",
		.operands = "RULE",
		.min_operands = 1,
		.max_operands = 1,
		.summary = "take a rule out of its file in policy.d, and apply",
		.more = "The rule goes with its line and the comment behind it; comments above it stay.",
		.opts = {EDIT_OPTS},
		.run = vfw_cmd_rule_delete,
	},
	{
		.name = "explain",
		.summary = "would it pass, by which rule, and why",
		.more = "An end is a VM (name or UUID), an address, host, external or unmanaged. The answer\n"
			"is the kernel's own matcher's; nothing is sent and nothing is counted.\n"
			"Example: vfwctl explain --from web1 --to db1 --proto tcp --dport 5432",
		.opts = {{'f', "from", "END", "who opens the conversation"},
			 {'t', "to", "END", "who is reached"},
			 {'p', "proto", "PROTO", "tcp, udp, sctp, icmp, icmp6 or a number"},
			 {'d', "dport", "PORT", "destination port"},
			 {0, "icmp-type", "N", "ICMP type, 0-255"},
			 {0, "icmp-code", "N", "ICMP code, 0-255"},
			 {0, "ethertype", "N", "a frame that is not IP, e.g. 0x88cc"},
			 {0, "app", "NAME", "what it turns out to be; none: none of the apps"}},
		.run = vfw_cmd_explain,
	},
	{
		.name = "observe",
		.summary = "live events: drops, alerts, logged passes, policy",
		.more = "Ends with Ctrl-C, after -n events, or after --timeout; exit 1 when the time is up\n"
			"before N events came. With -o json each event is one line of EVE JSON.",
		.opts = {{0, "vm", "VM", "only events in which VM is one end"},
			 {0, "verdict", "WORD", "only pass, block or reject"},
			 {0, "reason", "WORD", "only this reason (`status' shows the words)"},
			 {0, "rule", "RULE", "only this rule, e.g. shop:3"},
			 {0, "type", "WORD",
			  "alert, drop, would-drop, flow, port, audit or anomaly"},
			 {'n', "count", "N", "end after N events"},
			 {0, "timeout", "SECONDS", "end after that time"}},
		.run = vfw_cmd_observe,
	},
	{
		.group = "flow",
		.name = "list",
		.summary = "conversations that were let through and still live",
		.more = FLOW_MORE,
		.opts = {FLOW_OPTS},
		.run = vfw_cmd_flow_list,
	},
	{
		.group = "flow",
		.name = "kill",
		.summary = "end conversations; what still comes is rejected",
		.more = FLOW_MORE "\n"
				  "At least one option is needed: all flows are not ended at once.",
		.opts = {FLOW_OPTS},
		.run = vfw_cmd_flow_kill,
	},
	{
		.group = "sig",
		.name = "check",
		.operands = "FILE...",
		.min_operands = 1,
		.max_operands = INT_MAX,
		.summary = "which rules load, and why others do not (exit 6)",
		.more = "FILE is a file of rules in Suricata's language, or - for standard input. A rule\n"
			"counts as loaded if it matches traffic made from it and no near miss, as sig\n"
			"selftest tries it. Deep rules need a protocol's parser; -o json counts them by\n"
			"keyword. What a profile enforces policy check says. Files named *.patterns: vfwd\n"
			"reads and compiles them, without it only their lines are checked.",
		.opts = {{0, "no-prove", NULL,
			  "read the rules only, and count what can be evaluated"},
			 {0, "home-net", "ADDRESSES", "what $HOME_NET stands for"},
			 {0, "external-net", "ADDRESSES", "what $EXTERNAL_NET stands for"}},
		.run = vfw_cmd_sig_check,
	},
	{
		.group = "sig",
		.name = "keywords",
		.summary = "every keyword of rules, its class, what it is about",
		.run = vfw_cmd_sig_keywords,
	},
	{
		.group = "sig",
		.name = "selftest",
		.operands = "FILE...",
		.min_operands = 1,
		.max_operands = INT_MAX,
		.summary = "try rules on traffic made from them (exit 6)",
		.more = "For each rule that loads a conversation is made that it must match, and near\n"
			"misses that it must not: a byte changed, a content behind its depth, another\n"
			"port ... Rules for which none can be made are named, and have not passed.",
		.opts = {{0, "home-net", "ADDRESSES", "what $HOME_NET stands for"},
			 {0, "external-net", "ADDRESSES", "what $EXTERNAL_NET stands for"}},
		.run = vfw_cmd_sig_selftest,
	},
	{
		.name = "replay",
		.summary = "run a capture through rules: no module, no root",
		.more = "Alerts are lines of EVE JSON. Without --checksum packets with wrong checksums\n"
			"count as well; without --midstream a TCP conversation begins with its SYN.\n"
			"Example: vfwctl replay --pcap a.pcap --rules web.rules --eve -",
		.opts = {{0, "pcap", "FILE", "the capture, pcap or pcapng"},
			 {0, "rules", "FILE", "rules in Suricata's language"},
			 {0, "eve", "FILE", "where alerts go; - is standard output"},
			 {0, "checksum", NULL, "ignore packets with wrong checksums"},
			 {0, "midstream", NULL, "take up TCP conversations that were running"},
			 {0, "home-net", "ADDRESSES", "what $HOME_NET stands for"},
			 {0, "external-net", "ADDRESSES", "what $EXTERNAL_NET stands for"}},
		.run = vfw_cmd_replay,
	},
	{
		.name = "app",
		.operands = "[APPS...]",
		.max_operands = INT_MAX,
		.summary = "name the apps of a capture by payload, without root",
		.more = "APPS are files of apps, or folders of *.app files; without them those in\n"
			"/usr/share/vfw/apps and /etc/vfw/apps. Without --pcap it lists the apps they\n"
			"describe. What is wrong in them is said (exit 6).\n"
			"Example: vfwctl app --pcap a.pcap",
		.opts = {{0, "pcap", "FILE", "the capture, pcap or pcapng"},
			 {0, "midstream", NULL, "take up TCP conversations that were running"}},
		.run = vfw_cmd_app,
	},
	{
		.name = "doctor",
		.summary = "is all in place? hooks, ports, bypasses (exit 6)",
		.run = vfw_cmd_doctor,
	},
	{
		.name = "version",
		.summary = "versions of vfwctl, vfwd and the module",
		.run = vfw_cmd_version,
	},
	{
		.name = "help",
		.operands = "[COMMAND]",
		.max_operands = 2,
		.summary = "what a command does and takes",
		.run = vfw_cmd_help,
	},
	{0},
};
