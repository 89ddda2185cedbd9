#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Random policies and VMs, and packets between them as frames: what arrives and what counts is as a slow model of docs/policy.md
# says, and so is what explain says. Of ten packets nine are frames; the others, with no port of a VM or stranger at an end, are asked about only.
# With another seed: scripts/lab ... -- env ORACLE='--seed 7' tests/lab/run tests/lab/scenarios/55-oracle.sh
# kernels: uml-debug
. "$(dirname "$0")/../lib.sh"

# The emulated kernels run the same code some thirty times slower.
case $LAB_KERNEL in
uml*) packets=20000 ;;
*) packets=1000 ;;
esac
compare=$LAB_LIB/../oracle/compare

# The ends of frames.py. Where each MAC is stands in the bridge: nothing is flooded.
at_port() { bridge fdb replace "$(on "$1" cat /sys/class/net/eth0/address)" dev "$2" master static; }
labvm bridge br0
# Nobody says anything of its own accord, as who has IPv6 on a wire does: the host's addresses are not the bridge's.
ip addr add 10.200.0.1/32 dev lo
ip addr add fd00:200::1/128 dev lo
for i in 0 1 2 3 4 5 6 7; do
	labvm add vm$i --unmanaged --uuid 00000000-0000-4000-8000-00000000000$i --mac 02:00:00:00:00:0$i --ip no
	at_port vm$i vnetvm$i
done
labvm add stranger --unmanaged --no-process --ip no
at_port stranger vnetstranger
ip netns add world
ip link add up0 type veth peer name eth0 netns world
echo 1 >/proc/sys/net/ipv6/conf/up0/disable_ipv6
on world sh -c 'echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6'
ip link set up0 master br0 up
ip -n world link set eth0 up
at_port world up0

rm -f /etc/vfw/vms.d/*
labvfw start uplinks=up0
expect_pass "$compare" --vfwd /run/vfw/vfwd.sock --packets $packets --each $((packets / 50 > 100 ? packets / 50 : 100)) ${ORACLE:-}
note "a model that misreads one sentence is found out, by frames"
"$compare" --vfwd /run/vfw/vfwd.sock --packets $packets --each 400 --wrong >/tmp/wrong 2>&1 && fail "it was not"
grep -q '^DIFFERENCE .*: by frames:' /tmp/wrong || fail "it failed otherwise: $(tail -n 3 /tmp/wrong)"
