#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A VM that takes another's MAC or address, in IPv4, IPv6, ARP and neighbour discovery.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm add a --ip 10.0.0.11/24 --ip fd00::11/64
labvm add b --ip 10.0.0.12/24 --ip fd00::12/64
labvm add v --ip 10.0.0.13/24 --ip fd00::13/64
policy <<'P'
first { pass from any to any }
default block
P
expect_pass can_ping a 10.0.0.12
expect_pass can_ping a fd00::12

note "IPv4 and IPv6 source"
on a ip addr add 10.0.0.13/32 dev eth0
on a ip addr add fd00::13/128 dev eth0 nodad
dropped_for spoof-ip on a ping -q -c 1 -W 1 -I 10.0.0.13 10.0.0.12
dropped_for spoof-ip on a ping -q -c 1 -W 1 -I fd00::13 fd00::12
on a ip addr add 10.0.0.99/32 dev eth0
dropped_for spoof-ip on a ping -q -c 1 -W 1 -I 10.0.0.99 10.0.0.12

a=$(mac_of a) b=$(mac_of b) v=$(mac_of v)
note "whole TCP and UDP, which guard soon tells"
for kind in udp "tcp flags=0x02"; do
	expect_pass delivered b a -- $kind dmac=$b src=10.0.0.11 dst=10.0.0.12 dport=80
	dropped_for spoof-ip delivered b a -- $kind dmac=$b src=10.0.0.13 dst=10.0.0.12 dport=80
	dropped_for spoof-mac delivered b a -- $kind dmac=$b smac=$v src=10.0.0.11 dst=10.0.0.12 dport=80
done

note "ARP claim of another's address, of another's MAC"
dropped_for spoof-arp delivered b a -- arp spa=10.0.0.13 tpa=10.0.0.12
dropped_for spoof-arp delivered b a -- arp spa=10.0.0.11 sha=$v tpa=10.0.0.12
dropped_for spoof-mac delivered b a -- arp smac=$v spa=10.0.0.13 tpa=10.0.0.12
dropped_for spoof-arp delivered b a -- arp op=2 dmac=$b spa=10.0.0.13 tha=$b tpa=10.0.0.12
expect_pass delivered b a -- arp spa=10.0.0.11 tpa=10.0.0.12
expect_pass delivered b a -- arp spa=0.0.0.0 tpa=10.0.0.11

note "neighbour advertisement for another's address, with another's MAC"
hex() { echo "$1" | tr -d :; }
own=fd000000000000000000000000000011 other=fd000000000000000000000000000013
nd="icmp6 dmac=$b src=fd00::11 dst=fd00::12 hop=255 type=136"
dropped_for spoof-nd delivered b a -- $nd data=20000000${other}0201$(hex $a)
dropped_for spoof-nd delivered b a -- $nd data=20000000${own}0201$(hex $v)
expect_pass delivered b a -- $nd data=20000000${own}0201$(hex $a)

note "router advertisement, DHCP answer, BPDU"
eui=$(python3 -c 'import sys; m = bytes.fromhex(sys.argv[1].replace(":", "")); print("fe80::%02x%02x:%02xff:fe%02x:%02x%02x" % (m[0] ^ 2, *m[1:]))' "$a")
dropped_for spoof-ip delivered b a -- icmp6 dmac=333300000001 src=fe80::1 dst=ff02::1 hop=255 type=134 data=400000000000000000000000
dropped_for router-advert delivered b a -- icmp6 dmac=333300000001 src=$eui dst=ff02::1 hop=255 type=134 data=400000000000000000000000
dropped_for dhcp-server delivered b a -- udp dmac=$b src=10.0.0.11 dst=10.0.0.12 sport=67 dport=68 data=00
dropped_for dhcp-server delivered b a -- udp dmac=$b src=10.0.0.11 dst=10.0.0.12 sport=67 dport=5000 data=00
dropped_for bpdu delivered b a -- ether dmac=0180c2000000 type=38 data=42420300000000

note "tags of a guest's own"
dropped_for vlan delivered b a -- udp dmac=$b src=10.0.0.11 dst=10.0.0.12 tag=10

note "events name the one who did it"
eve '.event_type == "drop" and .vfw.reason == "spoof-ip" and .vfw.src_vm == "a"'
eve '.event_type == "drop" and .vfw.reason == "spoof-arp" and .vfw.src_vm == "a"'

note "honest traffic goes on, probes for a free address too"
on a ip addr del fd00::13/128 dev eth0
expect_pass can_ping a 10.0.0.12
expect_pass can_ping a fd00::12
