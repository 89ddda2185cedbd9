#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A guest with a raw socket: frames that receivers read in several ways, and ways out under rules that
# give none.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm bridge br0 --ip 10.0.0.1/24
ip netns add world
ip link add upbr0 type veth peer name eth0 netns world
ip link set upbr0 master br0 up
ip -n world link set eth0 up
labvm add a --ip 10.0.0.11/24 --ip fd00::11/64 --gw 10.0.0.1
labvm add b --ip 10.0.0.12/24 --ip fd00::12/64
a=$(mac_of a) b=$(mac_of b)
policy uplinks=upbr0 <<'P'
first { pass from vm a to vm b udp port 7 }
default block
P
repeat() { printf "$1%.0s" $(seq "$2"); }

note "a fragment that begins inside the first one could rewrite what was judged"
first="udp dmac=$b src=10.0.0.11 dst=10.0.0.12 dport=7 mf=1"
later="ip dmac=$b src=10.0.0.11 dst=10.0.0.12 proto=17"
# what a first one permits lasts five seconds
# behind ID LATER...: a later fragment is delivered behind a first one of that ID, sent with it in one go
behind() {
	local one two
	one=$(frame a $first "id=$1" data=$(repeat 41 40)) two=$(frame a $later "id=$1" "${@:2}")
	python3 "$LAB_LIB/deliver.py" $PATIENCE b bash -c 'labvm inject a "$@" && echo "${@: -1}"' - "$one" "$two"
}
expect_pass behind 5 frag=48 data=$(repeat 42 40)
dropped_for fragment behind 7 frag=8 data=$(repeat 42 40)
note "nor may a shorter first one make room for it"
shorter() {
	python3 "$LAB_LIB/deliver.py" $PATIENCE b bash -c 'labvm inject a "$@" && echo "${@: -1}"' - "$(frame a $first id=8 data=$(repeat 41 40))" \
		"$(frame a $first id=8 data=)" "$(frame a $later id=8 frag=8 mf=1 data=$(repeat 43 40))"
}
dropped_for fragment shorter
note "or one of another packet"
dropped_for fragment delivered b a -- $later id=6 frag=48 data=$(repeat 42 40)

note "redirects and router advertisements of IPv4"
quote=4500001c00010000401100000a00000b0a00000c9c40000700080000
dropped_for router-advert delivered b a -- icmp dmac=$b src=10.0.0.11 dst=10.0.0.12 type=5 code=1 data=0a00000b$quote
dropped_for router-advert delivered b a -- icmp dmac=$b src=10.0.0.11 dst=10.0.0.12 type=9 data=010207080a00000b00000001

note "an error about a conversation that is not there"
quote=4500001c00010000401100000a00000c0a00000b9c40000900080000
dropped_for default delivered b a -- icmp dmac=$b src=10.0.0.11 dst=10.0.0.12 type=3 code=3 data=00000000$quote

note "DHCP looks for a server; it is no way out to any address, nor to another VM"
dhcp="udp src=10.0.0.11 sport=68 dport=67 data=01"
expect_pass delivered world a -- $dhcp dst=255.255.255.255
dropped_for default delivered world a -- $dhcp dmac=$(ip netns exec world cat /sys/class/net/eth0/address) dst=192.0.2.7
dropped_for dhcp-server delivered b a -- $dhcp dmac=$b dst=10.0.0.12

note "frames that hide what they are"
ip=$(python3 "$(dirname "$0")/../frame.py" udp smac=$a dmac=$b src=10.0.0.11 dst=10.0.0.12 dport=7)
ip=${ip:28:56}
dropped_for malformed delivered b a -- ether dmac=$b type=36 data=aaaa030000000800$ip
dropped_for malformed delivered b a -- ether dmac=$b type=0x0806 data=00060800060400010a0000000000
dropped_for vlan delivered b a -- ether dmac=$b type=0x88a8 data=00050800$ip
dropped_for vlan delivered b a -- ether dmac=$b type=0x8100 data=0000810000050800$ip
dropped_for malformed delivered b a -- ether dmac=$b type=0x8100 data=0000810000008100000081000000$ip
dropped_for spoof-mac delivered b a -- udp smac=03:00:00:00:00:01 dmac=$b src=10.0.0.11 dst=10.0.0.12 dport=7
# hop-by-hop options behind destination options; then two fragment headers
dropped_for malformed delivered b a -- ip6 dmac=$b src=fd00::11 dst=fd00::12 proto=60 data=00000000000000001100000000000000$(repeat 00 16)
dropped_for malformed delivered b a -- ip6 dmac=$b src=fd00::11 dst=fd00::12 proto=44 data=2c000000000000011100000000000001$(repeat 00 16)
