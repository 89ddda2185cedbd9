#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Several hostile users at once, beside traffic and devices that come and go; then the module goes
# while a transaction is open.
# kernels: uml-debug 6.1 6.12
# boot: own
. "$(dirname "$0")/../lib.sh"

labvfw start --no-daemon
labvm bridge br0 --ip 10.0.0.254/24
labvm add a --ip 10.0.0.1/24
labvm add b --ip 10.0.0.2/24
on a ping -q -i 0.02 10.0.0.2 >/dev/null &
ping=$!
fuzzers=()
for seed in 11 12 13; do
	ctlfuzz -b -n 1500 -s $seed &
	fuzzers+=($!)
done
for i in $(seq 20); do
	ip link add vnetx$i type veth peer name vnety$i
	ip link set vnetx$i master br0 up
	ip link del vnetx$i
done
for pid in "${fuzzers[@]}"; do
	wait "$pid" || fail "a fuzzer ended with $?"
done
kill "$ping" 2>/dev/null || true
expect_pass ctlfuzz -n 500 -s 14

note "unload with a transaction open"
ctlfuzz -o >/tmp/holder &
holder=$!
wait_until 10 grep -q open /tmp/holder
expect_pass rmmod vfw
kill "$holder"
