#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Signatures from a file to an alert: compiled by vfwd for the module's instruction set, prevented and said, wrong ones refused.
# kernels: uml-debug 6.12
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../scan.inc"
. "$(dirname "$0")/../sig.inc"

sig_vms
patterns '# ours' '1001 /one-att[a-c]ck/ "the \"first\""' '1002 /TWO-ATTACK/i'
inspecting prevent
labvfw start --no-arm
expect_pass vfwctl policy apply
vfwctl arm

note "compiled for $(sig_status module.instruction_set)"
expect "the set compiled for" "$(sig_status signatures.set)" "$(sig_status module.instruction_set)"
expect "profile" "$(sig_status 'profiles[] | select(.in_force) | "\(.profile) \(.mode) \(.patterns) \(.stream_bytes > 100) \(.block_bytes > 100)"')" \
	"web prevent 2 true true"
vfwctl status | grep -Eq '^web +prevent '

note "prevent"
vfwctl -o json observe --type alert -n 1 --timeout 300 >/tmp/seen &
watcher=$!
sleep 1
prevents one
# nobody says when who observes began
watched() {
	expect_fail tcp_send "GET one-attack"
	! kill -0 $watcher
}
kill -0 $watcher 2>/dev/null && wait_until 60 watched
wait $watcher || fail "observe saw no alert"
jq -e '.event_type == "alert" and .alert.signature_id == 1001' /tmp/seen >/dev/null || fail "observe saw: $(cat /tmp/seen)"
revision=$(sig_status module.revision)
eve ".event_type == \"alert\" and .alert.action == \"blocked\" and .alert.gid == 1 and .alert.signature_id == 1001 and .alert.rev == 0 \
	and .alert.signature == \"the \\\"first\\\"\" and .alert.severity == 3 and .src_ip == \"10.0.0.1\" and .dest_ip == \"10.0.0.2\" \
	and .dest_port == 80 and .proto == \"TCP\" and .vfw.src_vm == \"a\" and .vfw.dst_vm == \"b\" and .vfw.rule == \"first:1\" \
	and .vfw.profile == \"web\" and .vfw.revision == $revision and .vfw.expression == 0 and .vfw.offset == 14 and .vfw.direction == \"to_server\""
expect_pass udp_send "a two-attack"
eve '.event_type == "alert" and .alert.signature_id == 1002 and .proto == "UDP" and .dest_port == 90 and .vfw.rule == "first:2" and .vfw.offset == 12'
udp_arrives udp-harmless
expect_fail udp_got two-attack

note "wrong signatures: refused with their place, what is in force stays"
patterns '1001 /one/' '1002 /two(/'
refused 'web.patterns:2:6: error: .*parenthes' vfwctl policy apply
refused 'web.patterns:2:6: error: .*parenthes' vfwctl policy check
patterns '1001 /one/' '1002 two'
refused "web.patterns:2:6: error: expected '/'" vfwctl policy apply
patterns '1001 /x*/'
refused 'web.patterns:1:6: error: .*at least one byte' vfwctl policy apply
rm /etc/vfw/signatures/web.patterns
refused 'a.vfw:1:28: error: expected a file of signatures: .*web.patterns: No such file' vfwctl policy apply
prevents one

note "other signatures under the same text are another policy"
patterns '# comments are none' '1001 /one-att[a-c]ck/ "the \"first\""' '1002 /TWO-ATTACK/i'
expect_pass vfwctl policy diff
expect "differs from disk" "$(sig_status policy.differs_from_disk)" false
patterns '1003 /three-attack/'
rc=0
vfwctl policy diff >/tmp/diff || rc=$?
expect "exit status of diff" $rc 5
grep -q '^+ # profile web: 1 signature, ' /tmp/diff || fail "diff: $(cat /tmp/diff)"
expect "differs from disk" "$(sig_status policy.differs_from_disk)" true
inspecting detect
expect_pass vfwctl policy apply
expect "differs from disk" "$(sig_status policy.differs_from_disk)" false

note "detect"
expect_pass tcp_send "a three-attack" " and a one-attack"
wait_until 20 tcp_got "three-attack and a one-attack"
eve '.event_type == "alert" and .alert.action == "allowed" and .alert.signature_id == 1003 and .alert.signature == "three-attack"'

note "two profiles at once: each conversation by that of its rule"
echo '2001 /four-attack/' >/etc/vfw/signatures/other.patterns
cat >/etc/vfw/policy.d/a.vfw <<'P'
profile web { signatures { "web.patterns" } mode detect }
profile other { signatures { "other.patterns" } mode prevent }
first { pass from vm a to vm b tcp inspect web pass from vm a to vm b udp inspect other }
default block
P
expect_pass vfwctl policy apply
expect "profiles" "$(sig_status 'profiles | map(select(.in_force) | "\(.profile) \(.mode)") | sort | join(", ")')" "other prevent, web detect"
udp_send "a four-attack"
udp_arrives "a three-attack by UDP"
expect_fail udp_got four-attack
expect_pass tcp_send "a four-attack by TCP"
wait_until 20 tcp_got "a four-attack by TCP"
eve '.event_type == "alert" and .alert.action == "blocked" and .alert.signature_id == 2001 and .vfw.profile == "other" and .proto == "UDP"'

note "files by themselves"
printf '7 /a(/\n' >/tmp/x.patterns
rc=0
vfwctl sig check /tmp/x.patterns 2>/tmp/err || rc=$?
expect "exit status of sig check" $rc 6
grep -q 'x.patterns:1:3: error' /tmp/err
expect_pass vfwctl sig check /etc/vfw/signatures/web.patterns
