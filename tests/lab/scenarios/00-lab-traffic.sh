#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The lab itself: light VMs talk over a bridge, VLANs keep apart, super-frames cross as from a guest.
# kernels: uml uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm bridge br0 --ip 10.0.0.1/24
labvm add a --ip 10.0.0.2/24 --ip fd00::2/64
labvm add b --ip 10.0.0.3/24 --ip fd00::3/64
expect_pass can_ping a 10.0.0.3
expect_pass can_ping a fd00::3
expect_pass can_ping a 10.0.0.1

serve_tcp b 80
serve_udp b 53
expect_pass can_tcp a 10.0.0.3 80
expect_pass can_tcp a fd00::3 80
expect_fail can_tcp a 10.0.0.3 81
expect_pass can_udp a 10.0.0.3 53

note "super-frames"
on b iperf3 -s -D -1
wait_until 10 listening b -tln 5201
longest=$(longest_frame vnetb 'tcp and dst port 5201' on a iperf3 -c 10.0.0.3 -n 20M)
expect_more "length of the longest frame" "$longest" 1514

note "an injected frame"
timeout 90 tcpdump -i vnetb -nn -c 1 ether src 52:54:00:00:00:99 >/tmp/arp 2>/tmp/tcpdump.log &
wait_until 10 grep -q listening /tmp/tcpdump.log
labvm inject a ffffffffffff52540000009908060001080006040001525400000099c000020100000000000000000003
expect_pass wait $!
grep -q 192.0.2.1 /tmp/arp

note "VLANs"
labvm add d --bridge br1 --vlan 10 --ip 10.1.0.1/24
labvm add e --bridge br1 --vlan 20 --ip 10.1.0.2/24
labvm add f --bridge br1 --vlan 10 --ip 10.1.0.3/24
expect_pass can_ping d 10.1.0.3
expect_fail can_ping d 10.1.0.2

note "identity by process"
labvm add g --unmanaged --uuid 6f9619ff-8b86-4011-b42d-00c04fc964ff
[ ! -e /etc/vfw/vms.d/g.toml ]
pid=$(cat /run/labvm/g/pid)
expect "command name" "$(cat "/proc/$pid/comm")" qemu-system-x86
/usr/bin/grep -aq 6f9619ff-8b86-4011-b42d-00c04fc964ff "/proc/$pid/cmdline"
grep -q 'iff:.*vnetg' "/proc/$pid"/fdinfo/*
labvm del g
[ ! -e /sys/class/net/vnetg ]
