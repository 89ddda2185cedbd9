#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every allocation of a transaction fails once: what is in force stays whole.
# kernels: uml-debug
. "$(dirname "$0")/../lib.sh"

labvfw start --no-daemon
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
ip link add extra0 type veth peer name extra1
expect_pass ctlfail extra0
