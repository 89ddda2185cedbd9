/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How vfwctl speaks with vfwd: JSON-RPC 2.0 over a Unix stream socket, one
 * object a line, at most VFW_CTL_LINE_MAX bytes. The caller is known by
 * SO_PEERCRED; the socket is 0600. One connection may carry many calls.
 *
 * Methods, their params and results (all keys are snake_case; a VM is named by
 * name or UUID; times are RFC 3339; a verdict is "pass", "block" or "reject"):
 *
 * status {}
 *   { version, module: { loaded, version, mode: "armed"|"disarmed", revision, digest, vms, ports,
 *     flows, memory, events_lost, alerts_unheard, hyperscan, instruction_set, trial: { seconds_left, who, since, previous_revision, previous_digest } (while there
 *     is one) }, profiles: [{ profile, mode, on_overload, depth, patterns, index, revision, in_force, age_ms,
 *     streams, bytes, matches, overloads, memory, stream_size, stream_bytes, block_bytes }],
 *     signatures: { hyperscan, set, compiled, cached, failed, compiling, failures: [{ profile, why, tries, retry_s }] }, policy: { revision, digest, differs_from_disk, disk_changes: [{ file, change: "new"|"changed"|"removed" }], files: [..], fresh_install,
 *     in_force: has the module this policy, in_force false without trouble: its signatures are being compiled,
 *     kept: false, what was confirmed last could not be written for the next start }, disk: { unsaved: [sentence..] }, trouble, unmanaged_ports: [ifname..], reasons: [{ reason, packets }] }
 * mode.set { mode: "armed"|"disarmed" }                     -> { mode, previous }
 * vm.list {}                                                 -> { vms: [vm..] }
 * vm.show { vm }                                             -> vm
 *   vm: { uuid, name, tenant, labels: {k: v}, groups: [..], identity, sources: [..], quarantined, monitored, conflict, nics: [{ mac, addresses: [..],
 *     ifname, ifindex }], counters: { tx_packets, .. } }
 * vm.quarantine { vm, reason }, vm.release { vm }            -> vm
 * vm.monitor { vm, on: bool }                                -> vm
 * policy.check { files: [{ name, text }] }                   -> { rules, warnings: [diag..], unenforceable: [diag..] }
 * policy.apply { files: [{ name, text }], keep_established, restart_streams, dry_run, confirm_s }
 *                                                            -> { revision, digest, rules, identities, warnings, changed }
 *   diag: { file, line, column, message, text }; a policy with errors fails with VFW_CTL_E_POLICY, data: { errors: [diag..] }
 *   with confirm_s it is on trial for so many seconds; during a trial: VFW_CTL_E_BUSY
 * policy.confirm {}, policy.rollback {}                      -> { revision }; no trial: VFW_CTL_E_NOT_FOUND
 * policy.lint { files: [{ name, text }] }, without files of what is in force
 *   { shadowed: [place + { by: [rule..], more, always }], nobody: [place + { empty: "from"|"to" }],
 *     groups: [{ name, tenant, file, line }], partial, and of what is in force: revision, unused: [place + { packets: 0, since }] }
 *   place: { rule, text, file, line }
 *   signatures that have to be compiled first delay the answer; the connection is not read from meanwhile
 * sig.check { files: [{ name, text }] }                      -> { files: [{ file, signatures }] }; fails as policy.check does; at most
 *   VFW_CTL_SIG_FILES_MAX files, each checked by itself
 * policy.show { source: "running"|"disk" }                   -> { text, revision, digest }
 * policy.diff { files: [{ name, text }] }                    -> { added: [line..], removed: [line..], changed: bool }
 * rule.list {}                                               -> { rules: [{ id, rule, text, file, line, tenant, packets, bytes, flows, last_hit }] }
 * rule.add { text, before | after: rule, or at: "first"|"last" with tenant | block: "first"|"last"|"unmanaged" and maybe file,
 *   edited, keep_established, dry_run }                      -> the result of policy.apply, and { rule, file, line, text }
 * rule.delete { rule, edited, keep_established, dry_run }    -> likewise
 *   files that are not what is in force, without edited: VFW_CTL_E_BUSY
 * explain { from, to, proto, dport, icmp_type, icmp_code, ethertype }
 *   from, to: VM, address, "host" or "external"              -> { verdict, rule, rule_id, reason, revision, text, file, line,
 *     from: { .. }, to: { .. }, monitors: [rule..] }
 * flow.list { vm, addr, port, from, to, sport, dport, proto } -> { flows: [{ proto, src_vm, src_ip, src_port, dst_vm, dest_ip, dest_port,
 *   pkts_toserver, pkts_toclient, bytes_toserver, bytes_toclient, age_ms, expires_ms, rule, rule_id, revision, verdict, state, answered, vlan }] }
 *   vm, addr, port: of either end; from and sport of who opened it, to and dport of the other
 * flow.kill { the same, at least one of them }               -> { killed }
 * observe { vm, verdict, reason, rule, type }                -> {}; then notifications "event" whose params are
 *   EVE objects, until the connection closes
 * What changes something (mode.set, vm.quarantine, vm.release, vm.monitor, policy.apply, policy.confirm, policy.rollback, rule.add, rule.delete,
 * flow.kill) has in its result, when it is in force but could not be written to disk: { unsaved: [sentence..] }
 * doctor {}                                                  -> { checks: [{ name, state: "ok"|"warn"|"fail"|"skip", detail, advice }] }
 */
#ifndef VFW_CTL_PROTO_H
#define VFW_CTL_PROTO_H

#define VFW_CTL_SOCKET "/run/vfw/vfwd.sock"
#define VFW_CTL_LINE_MAX (64U << 20)
#define VFW_CTL_SIG_FILES_MAX 64 /* of one sig.check */

/* JSON-RPC error codes of ours, beside the standard ones */
#define VFW_CTL_E_POLICY (-32001) /* the policy text is wrong; data.errors says where */
#define VFW_CTL_E_UNENFORCEABLE \
	(-32002) /* it asks for what this version cannot enforce; data.errors */
#define VFW_CTL_E_NOT_FOUND (-32003) /* no such VM, rule, file */
#define VFW_CTL_E_KERNEL (-32004) /* the module refused or is absent; message has its words */
#define VFW_CTL_E_DENIED (-32005)
#define VFW_CTL_E_BUSY (-32006)

/* exit codes of vfwctl */
#define VFW_EXIT_OK 0
#define VFW_EXIT_FAILED 1
#define VFW_EXIT_USAGE 2
#define VFW_EXIT_DENIED 3
#define VFW_EXIT_NO_DAEMON 4
#define VFW_EXIT_WOULD_CHANGE 5
#define VFW_EXIT_CHECK_FAILED 6
#define VFW_EXIT_UNSAVED 7 /* done, but it is not on disk yet */

#endif /* VFW_CTL_PROTO_H */
