#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Allocations fail while traffic is scanned, directly and by way of the worker: an attack still never passes, and what is permitted comes through.
# kernels: uml-debug
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../scan.inc"

mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
f=/sys/kernel/debug/failslab
[ -d $f ] || skip "this kernel has no failslab"
scan_lab
# what cannot be scanned is not to pass
expect_pass ctlscan apply --block-overload vneta vnetb "$EVIL" harmless
# every allocation that may not sleep, of everybody
echo N >$f/task-filter
echo Y >$f/ignore-gfp-wait
echo 0 >$f/verbose
echo -1 >$f/times
echo 0 >$f/space
for worker in N Y; do
	echo $worker >/sys/module/vfw/parameters/scan_worker
	note "worker $worker: one in twenty fails"
	echo 5 >$f/probability
	for i in 1 2 3 4 5; do
		PATIENCE=1 tcp_send "GET /ev" "il${i}234" "end-$worker" || true
		udp_send "evil${i}678end-$worker" || true
	done
	PATIENCE=1 tcp_send "$(head -c 60000 /dev/zero | tr '\0' z)" "evil9999end-$worker" || true
	echo 0 >$f/probability
	expect_fail tcp_got "end-$worker"
	expect_fail udp_got "end-$worker"
	expect_pass tcp_send "good-$worker"
	wait_until 10 tcp_got "good-$worker"
done
