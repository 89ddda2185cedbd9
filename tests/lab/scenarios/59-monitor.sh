#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whatever would be cut passes and is said as would-drop, guard's reasons too: on a disarmed host, for a monitored VM at either end, by a rule `monitor'.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm add a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
labvm add c --ip 10.0.0.13/24
serve_tcp b 80
serve_tcp b 81
serve_tcp b 82
policy --no-arm <<'P'
first { block from any to any tcp port 81 log reject from any to any tcp port 82 log pass from any to vm b tcp port 80 pass from any to any icmp }
last { monitor from vm c to any udp port 9 pass from vm c to any udp port 9 }
default block log
P
a=$(mac_of a) b=$(mac_of b) c=$(mac_of c)

# said REASON SENDER: the newest event about the reason is would-drop, and one has come since the mark.
mark() { eve_count true >/tmp/mark; }
said() {
	wait_until 20 jq -enR --arg r "$1" --arg s "$2" --argjson n "$(cat /tmp/mark)" '[inputs | fromjson?] | .[$n:] | any(.event_type == "would-drop" and .vfw.reason == $r and (.vfw.src_vm // "-") == $s)' $EVE
	expect "cut for $1 since then" "$(jq -nR --arg r "$1" --argjson n "$(cat /tmp/mark)" '[inputs | fromjson?] | .[$n:] | map(select(.event_type == "drop" and .vfw.reason == $r)) | length' $EVE)" 0
}
# passes REASON SENDER COMMAND...: it works, and is said to be what would be cut.
passes() {
	local reason=$1 sender=$2
	shift 2
	mark
	expect_pass "$@"
	said "$reason" "$sender"
}
# all_pass: each reason for which a frame from a to b would be cut.
all_pass() {
	passes rule a can_tcp a 10.0.0.12 81
	passes rule a can_tcp a 10.0.0.12 82
	passes default a delivered b a -- udp dmac="$b" src=10.0.0.11 dst=10.0.0.12 sport=5 dport=99
	passes spoof-mac a delivered b a -- udp smac=02:00:00:00:00:77 dmac="$b" src=10.0.0.11 dst=10.0.0.12
	passes spoof-ip a delivered b a -- udp dmac="$b" src=10.0.0.99 dst=10.0.0.12
	passes spoof-arp a delivered b a -- arp spa=10.0.0.99 tpa=10.0.0.12
	passes dhcp-server a delivered b a -- udp dmac="$b" src=10.0.0.11 dst=10.0.0.12 sport=67 dport=68
	passes router-advert a delivered b a -- icmp dmac="$b" src=10.0.0.11 dst=10.0.0.12 type=9 data=0000000000000000
}

note "disarmed"
all_pass
expect "drops" "$(eve_count '.event_type == "drop"')" 0
expect_more "counted at a" "$(vfwctl -o json vm show a | jq .counters.would_drop)" 5
expect "cut at a" "$(vfwctl -o json vm show a | jq '.counters.tx_dropped + .counters.rx_dropped')" 0

note "armed, all of that is cut"
vfwctl arm
dropped_for rule can_tcp a 10.0.0.12 81
dropped_for spoof-ip delivered b a -- udp dmac="$b" src=10.0.0.99 dst=10.0.0.12
dropped_for spoof-arp delivered b a -- arp spa=10.0.0.99 tpa=10.0.0.12
dropped_for default delivered b a -- udp dmac="$b" src=10.0.0.11 dst=10.0.0.12 sport=5 dport=99

note "armed, and a is monitored: by itself alone, and what is sent to it"
vfwctl vm monitor a on
vfwctl vm list | grep -Eq '^a .* monitored$' || fail "$(vfwctl vm list)"
all_pass
dropped_for rule can_tcp c 10.0.0.12 81
dropped_for spoof-ip delivered b c -- udp dmac="$b" src=10.0.0.99 dst=10.0.0.12
passes default c delivered a c -- udp dmac="$a" src=10.0.0.13 dst=10.0.0.11 sport=5 dport=99
eve '.event_type == "audit" and .audit.action == "vm.monitor" and .audit.detail.after'

note "it outlives a restart of vfwd and a new policy; a quarantine is carried out all the same"
labvfw daemon stop
labvfw daemon start
labvfw apply /tmp/lab.vfw
passes rule a can_tcp a 10.0.0.12 81
vfwctl vm quarantine a
dropped_for quarantine can_tcp a 10.0.0.12 80
vfwctl vm release a
passes rule a can_tcp a 10.0.0.12 81
vfwctl vm monitor a off
dropped_for rule can_tcp a 10.0.0.12 81

note "a rule of verdict monitor"
mark
expect_pass delivered b c -- udp dmac="$b" src=10.0.0.13 dst=10.0.0.12 sport=5 dport=9
said rule c
jq -enR --argjson n "$(cat /tmp/mark)" '[inputs | fromjson?] | .[$n:] | any(.event_type == "would-drop" and .vfw.rule == "last:1")' $EVE >/dev/null || fail "not said of last:1"
expect_more "hits of the monitor rule" "$(hits last:1)" 0
