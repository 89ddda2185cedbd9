#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module goes and comes under scanned traffic, with frames that wait for the worker, and devices go meanwhile.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../scan.inc"

scan_lab
on b iperf3 -s -D
wait_until 10 listening b -tln 5201
on a iperf3 -c 10.0.0.2 -t 900 -b 40M >/dev/null 2>&1 &
traffic=$!
# as fast as may be, but before nobody
on a nice -n 19 ping -q -f -s 1000 -w 100 10.0.0.2 >/dev/null 2>&1 &
scanned() { [ "$(profile_count bytes)" -gt 100000 ]; }
# On a busy machine the kernel sends again for whoever has given up: after disarming that would arrive.
given_up() { [ -z "$(on a ss -Htan 'dport = :80' | grep -v TIME-WAIT)" ]; }
for round in 1 2 3 4; do
	[ $((round % 2)) = 1 ] || echo Y >/sys/module/vfw/parameters/scan_worker
	wait_until 30 scanned
	expect_fail tcp_send "evil1111end-$round"
	wait_until 30 given_up
	ctlscan disarm
	rmmod vfw
	# the queues are full of floods: one ping may be lost there
	wait_until 20 can_ping a 10.0.0.2
	labvfw start --no-daemon scan_ms_per_vm=0
	expect_pass ctlscan apply vneta vnetb "$EVIL" harmless
	ctlscan arm
	# and the running transfer is picked up
	wait_until 20 can_ping a 10.0.0.2
done
wait_until 30 scanned
kill -0 $traffic || fail "the permitted transfer did not live through it"
! /usr/bin/grep -aq "end-" /tmp/got.tcp || fail "$(/usr/bin/grep -ao 'evil1111end-.' /tmp/got.tcp); $(ctlscan profiles)"
note "a VM goes with frames of it under way"
echo Y >/sys/module/vfw/parameters/scan_worker
gone() { [ ! -e /sys/class/net/vneta ]; }
labvm del a
wait_until 20 gone
