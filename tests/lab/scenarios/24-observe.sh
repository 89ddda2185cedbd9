#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What people and programs hear: observe with filters, EVE, the tracepoint, counters of VMs.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm add a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
labvm add c --ip 10.0.0.13/24
serve_tcp b 80
policy <<'P'
first { pass from vm a to vm b tcp port 80 log block from any to vm b tcp port 81 log "no" pass from vm c to vm b icmp }
default block log
P
vfwctl -o json observe --vm a --verdict block --timeout 300 >/tmp/seen &
watcher=$!
# seen_more N: who observes sees more than N; what a tries is asked for again, since nobody says when he began.
seen_more() {
	expect_fail can_tcp a 10.0.0.12 81
	[ "$(wc -l </tmp/seen)" -gt "$1" ]
}
if [ -d /sys/kernel/tracing/events/vfw ] || mount -t tracefs t /sys/kernel/tracing 2>/dev/null; then
	[ ! -d /sys/kernel/tracing/events/vfw ] || echo 1 >/sys/kernel/tracing/events/vfw/enable
fi
expect_pass can_tcp a 10.0.0.12 80
wait_until 30 seen_more 0
expect_fail can_tcp c 10.0.0.12 81
eve '.event_type == "drop" and .vfw.rule == "first:2" and .vfw.src_vm == "c"'
# what he sees comes in order: of c's attempt he would have been told before
wait_until 30 seen_more "$(wc -l </tmp/seen)"
kill $watcher
wait $watcher || true
jq -se 'length > 0 and all(.[]; .vfw.src_vm == "a" and .vfw.rule == "first:2")' /tmp/seen >/dev/null || fail "observe saw: $(cat /tmp/seen)"
eve '.event_type == "drop" and .vfw.rule == "first:2" and .vfw.message == "no" and .src_ip == "10.0.0.11" and .dest_ip == "10.0.0.12" and .dest_port == 81 and .proto == "TCP" and (.timestamp | length) > 20'
eve '.vfw.rule == "first:1" and .vfw.verdict == "pass"'
vfwctl -o json vm show a | jq -e '.counters.tx_packets > 0 and .counters.rx_packets > 0' >/dev/null
if [ -d /sys/kernel/tracing/events/vfw ]; then
	grep -q 'verdict:.*reason=rule' /sys/kernel/tracing/trace || fail "nothing at the tracepoint: $(tail -n 3 /sys/kernel/tracing/trace)"
fi

note "a flood of what is dropped makes no flood of events: 100 at once, and 50 a second"
took=$(on a python3 - <<'P'
import socket, time
s = socket.socket(type=socket.SOCK_DGRAM)
begun = time.monotonic()
n = 0
while time.monotonic() < begun + 4:
    s.sendto(b"x", ("10.0.0.12", 99))
    n += 1
print(n, int(time.monotonic() - begun) + 1)
P
)
read -r sent seconds <<<"$took"
expect_fail can_tcp c 10.0.0.12 83
eve '.event_type == "drop" and .vfw.src_vm == "c" and .dest_port == 83'
told=$(jq -s '[.[] | select(.event_type == "drop" and .vfw.src_vm == "a" and .dest_port == 99)] | length' $EVE)
note "$sent frames, $told events in $seconds s"
expect_more "frames sent" "$sent" $((5 * (100 + 50 * seconds)))
expect_more "events there may be, and a second's more" $((100 + 50 * (seconds + 1) + 1)) "$told"
