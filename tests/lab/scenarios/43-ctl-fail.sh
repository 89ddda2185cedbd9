#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every allocation of a transaction fails once: what is in force stays whole. A hook that could not be placed is an event.
# kernels: uml-debug
. "$(dirname "$0")/../lib.sh"

labvfw start --no-daemon
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
ip link add extra0 type veth peer name extra1
expect_pass ctlfail extra0

note "a tap comes into scope, and there is no memory for its hooks: vfwd says so by itself, and has the module try again"
ip tuntap add odd0 mode tap
labvfw daemon start
expect_fail in_check hooks odd0
expect_pass ctlfail odd0 lose
# from now on the next round may find and mend it
wait_until 60 eve_has '.event_type == "anomaly" and .anomaly.type == "doctor" and (.anomaly.event | startswith("hooks: odd0"))'
wait_until 60 in_check hooks place
wait_until 60 eve_has '.event_type == "anomaly" and .anomaly.event == "hooks: all is well again"'
