#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vfwctl and vfwd: every command answers, text and JSON, with the exit codes of its manual.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

# status_of COMMAND...: its exit status; what it printed is in /tmp/out and /tmp/err.
status_of() {
	local rc=0
	"$@" >/tmp/out 2>/tmp/err </dev/null || rc=$?
	echo $rc
}

says() { grep -q -- "$1" /tmp/out || fail "expected '$1' in: $(cat /tmp/out /tmp/err)"; }

labvm add web --tenant shop --label tier=web --ip 10.0.0.11/24
labvm add db --tenant shop --label tier=db --ip 10.0.0.12/24
serve_tcp db 80
policy <<'P'
tenant shop {
  group web = label tier=web
  group db  = label tier=db
  pass from web to db tcp port 80
  reject from web to db log "no"
}
default block log
P
cp /tmp/lab.vfw /tmp/other.vfw
sed -i 's/port 80$/port { 80, 81 }/' /tmp/other.vfw

note "policy"
expect "check" "$(status_of vfwctl policy check /tmp/lab.vfw)" 0
says 'the policy is right: 2 rules'
expect "check of a wrong policy" "$(printf 'default blok\n' | (vfwctl policy check - >/tmp/out 2>/tmp/err || echo $?))" 6
grep -q '<stdin>:1:9: error: ' /tmp/err || fail "no place in: $(cat /tmp/err)"
expect "diff of the same" "$(status_of vfwctl policy diff /tmp/lab.vfw)" 0
expect "diff of another" "$(status_of vfwctl policy diff /tmp/other.vfw)" 5
says '^+ .*port { 80, 81 }'
says '^- .*port 80$'
before=$(vfwctl -o json status | jq .module.revision)
expect "dry run of the same" "$(status_of vfwctl policy apply --dry-run /tmp/lab.vfw)" 0
expect "dry run of another" "$(status_of vfwctl policy apply --dry-run /tmp/other.vfw)" 5
expect "revision" "$(vfwctl -o json status | jq .module.revision)" "$before"
vfwctl policy show >/tmp/shown.vfw
expect "diff of what is shown" "$(status_of vfwctl policy diff /tmp/shown.vfw)" 0
expect "apply" "$(status_of vfwctl policy apply /tmp/other.vfw)" 0
expect_more "revision" "$(vfwctl -o json status | jq .module.revision)" "$before"

note "explain, and the counters of what it said"
expect "verdict" "$(vfwctl explain --from web --to db --proto tcp --dport 80 -o json | jq -r '"\(.verdict) \(.rule) \(.reason)"')" "pass shop:1 rule"
expect "verdict" "$(vfwctl explain --from web --to 10.0.0.12 --proto udp --dport 53 -o json | jq -r '"\(.verdict) \(.rule) \(.reason)"')" "reject shop:2 rule"
expect "verdict" "$(vfwctl explain --from external --to db --proto icmp --icmp-type 8 -o json | jq -r '"\(.verdict) \(.reason)"')" "block default"
expect "unknown VM" "$(status_of vfwctl explain --from nobody --to db --proto tcp --dport 80)" 1
expect "unknown protocol" "$(status_of vfwctl explain --from web --to db --proto xyz)" 2
expect "hits before" "$(hits shop:1)" 0
expect_pass can_tcp web 10.0.0.12 80
expect_more "hits after" "$(hits shop:1)" 0
expect "rule list" "$(status_of vfwctl rule list --unused)" 0
! grep -q '^shop:1 ' /tmp/out || fail "a rule that was hit is listed as unused"
expect "flow list" "$(status_of vfwctl flow list --vm web)" 0
says 'web 10.0.0.11:[0-9]*  *db 10.0.0.12:80'

note "observe: the event, and its filters"
vfwctl observe -n 1 --timeout 300 --vm web --verdict reject -o json >/tmp/event &
observer=$!
# observed: asked for again, since nobody says when he began.
observed() {
	expect_pass tcp_refused web 10.0.0.12 22
	sleep 0.5
	! kill -0 $observer
}
wait_until 40 observed
wait $observer || fail "observe saw no event"
expect "event" "$(jq -r '"\(.event_type) \(.vfw.src_vm) \(.vfw.dst_vm) \(.dest_port) \(.vfw.rule)"' /tmp/event)" "drop web db 22 shop:2"
expect "observe without an event" "$(status_of vfwctl observe -n 1 --timeout 1 --reason bpdu)" 1

note "people and machines"
for command in status 'vm list' 'vm show web' 'rule list' 'flow list' 'policy show' version; do
	# shellcheck disable=SC2086
	expect "$command" "$(status_of vfwctl $command)" 0
	[ -s /tmp/out ] || fail "$command printed nothing"
	# shellcheck disable=SC2086
	vfwctl -o json $command | jq -e 'type == "object"' >/dev/null || fail "$command -o json is no object"
done
expect "unknown VM" "$(status_of vfwctl vm show nobody)" 1
expect "not root" "$(status_of setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps -all --bounding-set -all "$(command -v vfwctl)" vm list)" 3
