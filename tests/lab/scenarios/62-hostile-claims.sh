#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Claims that are nobody's to make: the address of a VM behind another bridge, the host's own under guard `any`.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm bridge br0 --ip 10.0.0.1/24
labvm bridge br1 --ip 10.1.0.1/24
labvm bridge br2 --ip 10.2.0.1/24
ip netns add far
ip link add upbr1 type veth peer name eth0 netns far
ip link set upbr1 master br1 up
ip -n far link set eth0 up
labvm add a --ip 10.0.0.11/24 --gw 10.0.0.1
labvm add b --ip 10.0.0.12/24
labvm add c --bridge br2 --ip 10.2.0.11/24 --gw 10.2.0.1
a=$(mac_of a) b=$(mac_of b)
policy uplinks=upbr1 <<'P'
first { pass from vm a to vm c udp port 7 }
default block
P

note "who comes over one bridge is no VM of another"
sysctl -qw net.ipv4.ip_forward=1
for dev in all br0 br1 br2; do sysctl -qw net.ipv4.conf.$dev.rp_filter=0; done
for addr in 10.1.0.200/24 10.0.0.11/32; do ip -n far addr add $addr dev eth0; done
ip -n far route add default via 10.1.0.1
on c socat -u UDP-RECV:7 OPEN:/tmp/c.got,creat,append &
wait_until 10 listening c -uln 7
say() { echo "$2" | ip netns exec "$1" socat -u - "UDP-SENDTO:10.2.0.11:7,bind=$3"; }
came() {
	say a honest 10.0.0.11
	sleep 0.5
	grep honest /tmp/c.got
}
wait_until 20 came
before=$(reason unmanaged)
refused() {
	say far borrowed 10.0.0.11
	reason_more unmanaged "$before"
}
wait_until 20 refused
sleep 1
grep borrowed /tmp/c.got && fail "an address of another bridge's VM was believed"

note "any address is not the host's"
policy <<'P'
guard default { mac any  ip any }
first { pass from any to any }
default block
P
expect_pass delivered b a -- arp smac=52:54:00:00:00:99 spa=10.0.0.99 tpa=10.0.0.12
dropped_for spoof-arp delivered b a -- arp op=2 dmac=$b spa=10.0.0.1 tha=$b tpa=10.0.0.12
dropped_for spoof-ip delivered b a -- udp dmac=$b src=10.0.0.1 dst=10.0.0.12 dport=7
dropped_for spoof-mac delivered b a -- udp smac=$(cat /sys/class/net/br0/address) dmac=$b src=10.0.0.11 dst=10.0.0.12
dropped_for spoof-mac delivered b a -- udp smac=$b dmac=$a src=10.0.0.11 dst=10.0.0.12
