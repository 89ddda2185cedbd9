#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Databases that are none, damaged, foreign, too large, or brought by somebody who may not: refused in words, and the policy stays.
# kernels: uml-debug 6.1 6.12
# boot: own
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../scan.inc"

scan_lab
expect_pass ctlrefuse
note "an administrator of the network who may not load modules"
expect_pass setpriv --bounding-set -sys_module --inh-caps -sys_module -- ctlrefuse unprivileged
if [ -w /sys/kernel/security/lockdown ] || mount -t securityfs securityfs /sys/kernel/security 2>/dev/null; then
	if [ -w /sys/kernel/security/lockdown ]; then
		note "lockdown: integrity"
		echo integrity >/sys/kernel/security/lockdown
		expect_pass ctlrefuse lockdown
	fi
fi
note "and what was in force still is"
expect_fail tcp_send "evil1234end-still"
expect_fail tcp_got "evil1234end-still"
