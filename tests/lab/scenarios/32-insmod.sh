#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Plain insmod on a kernel as it boots, before any bridge or tap driver is there; twice; and gone again without a trace.
# kernels: 6.1 6.12
# boot: own
. "$(dirname "$0")/../lib.sh"

expect_fail grep -q '^bridge ' /proc/modules
insmod "$VFW_KO"
expect_fail insmod "$VFW_KO"
expect "state without a daemon" "$(vfwctl -o json status | jq -r .module.mode)" disarmed

labvm add a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
expect_pass can_ping a 10.0.0.12
note "armed without a policy every port is closed"
vfwctl arm
expect_fail can_ping a 10.0.0.12
expect_fail rmmod vfw
vfwctl disarm --yes
expect_pass can_ping a 10.0.0.12

note "a port goes with its device, though the bridge that the device is in came after vfw"
ports() { vfwctl -o json status | jq .module.ports; }
n=$(ports)
ip netns add elsewhere
for way in "del vnetgone" "set vnetgone netns elsewhere"; do
	ip tuntap add dev vnetgone mode tap
	ip link set vnetgone master br0 up
	expect "ports with it" "$(ports)" $((n + 1))
	# shellcheck disable=SC2086
	ip link $way
	expect "ports after ip link $way" "$(ports)" "$n"
done
rmmod vfw
expect_pass can_ping a 10.0.0.12
expect_fail grep -q '^vfw ' /proc/modules
