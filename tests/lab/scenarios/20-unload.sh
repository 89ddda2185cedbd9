#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Armed, the module cannot be unloaded; disarmed it lets everything pass, and goes under traffic and comes again.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm add a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
serve_tcp b 80
policy <<'P'
first { pass from vm a to vm b icmp pass from vm a to vm b tcp port 5201 }
default block log
P
expect_fail can_tcp a 10.0.0.12 80
expect_fail rmmod vfw
expect "mode" "$(vfwctl -o json status | jq -r .module.mode)" armed
on b iperf3 -s -D
wait_until 10 listening b -tln 5201
on a iperf3 -c 10.0.0.12 -t 600 -b 20M >/dev/null 2>&1 &
traffic=$!
# as fast as may be, but before nobody: what is asked of vfw meanwhile has to get its turn
on a nice -n 19 ping -q -f -w 60 10.0.0.12 >/dev/null 2>&1 &

for round in 1 2 3 4 5; do
	vfwctl disarm --yes
	expect_pass can_tcp a 10.0.0.12 80
	eve '.event_type == "would-drop" and .vfw.src_vm == "a"'
	labvfw daemon stop
	rmmod vfw
	expect_pass can_tcp a 10.0.0.12 80
	labvfw start --policy /tmp/lab.vfw
	expect_fail can_tcp a 10.0.0.12 80
	expect_pass can_ping a 10.0.0.12
done
kill -0 $traffic || fail "the permitted transfer did not live through it"
