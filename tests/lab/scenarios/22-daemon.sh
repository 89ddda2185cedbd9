#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vfwd killed: the kernel enforces on; break-glass works; a new vfwd takes over and loses nothing.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm add a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
serve_tcp b 80
serve_tcp b 81
policy <<'P'
first { pass from vm a to vm b tcp port 80 pass from vm a to vm b tcp port 5201 }
default block log
P
on b iperf3 -s -D
wait_until 10 listening b -tln 5201
on a iperf3 -c 10.0.0.12 -t 600 -b 10M >/dev/null 2>&1 &
traffic=$!
revision=$(vfwctl -o json status | jq .module.revision)

labvfw daemon kill
expect_pass can_tcp a 10.0.0.12 80
expect_fail can_tcp a 10.0.0.12 81
note "a VM that comes now stays closed"
labvm add late --ip 10.0.0.13/24
expect_fail can_tcp late 10.0.0.12 80

note "break-glass"
vfwctl -o json status | jq -e '.module.mode == "armed"' >/dev/null
rc=0
vfwctl vm list 2>/tmp/err || rc=$?
expect "exit status without a daemon" $rc 4
vfwctl disarm --yes
dmesg | grep 'vfw: disarmed by uid 0'
expect_pass can_tcp a 10.0.0.12 81
vfwctl arm
expect_fail can_tcp a 10.0.0.12 81

note "take-over"
labvfw daemon start
expect "mode after the restart" "$(vfwctl -o json status | jq -r .module.mode)" armed
expect_pass can_tcp a 10.0.0.12 80
expect_fail can_tcp a 10.0.0.12 81
wait_until 10 vfwctl -o json vm show late
kill -0 $traffic || fail "the running transfer ended"
