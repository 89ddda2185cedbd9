#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Policies are published in a loop, armed, under traffic: no packet is lost, no count goes back.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvfw start --no-daemon
labvm bridge br0
labvm add a --mac 52:54:00:00:00:01 --ip 10.0.0.1/24
labvm add b --mac 52:54:00:00:00:02 --ip 10.0.0.2/24
# before the first packet, so that no flow stands from before
expect_pass ctlload 1 vneta vnetb
expect_pass can_ping a 10.0.0.2

on b iperf3 -s -D -1
wait_until 10 listening b -tln 5201
# not so fast that the VMs' own queues overflow
on a iperf3 -c 10.0.0.2 -t 15 -b 20M >/tmp/iperf 2>&1 &
iperf=$!
on a ping -q -c 300 -i 0.05 -W 30 10.0.0.2 >/tmp/ping &
ping=$!
expect_pass ctlload 60 vneta vnetb | tee /tmp/load
wait "$ping" || true
cat /tmp/ping
grep -q ' 0% packet loss' /tmp/ping || fail "packets were lost while policies were published"
wait "$iperf" || fail "the connection broke: $(cat /tmp/iperf)"
expect_more "packets counted" "$(sed -n 's/.*; \([0-9]*\) packets.*/\1/p' /tmp/load)" 10
