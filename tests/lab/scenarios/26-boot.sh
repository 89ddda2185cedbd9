#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# armed=1 at load: closed before any daemon spoke; scope by bridge, by enslaving and by name.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm bridge prot0 --ip 10.0.0.1/24
labvm add a --bridge prot0 --ip 10.0.0.11/24
labvm add b --bridge prot0 --ip 10.0.0.12/24
serve_tcp b 80
expect_pass can_tcp a 10.0.0.12 80
labvfw start --no-daemon armed=1 bridges='prot*' uplinks='up*'
expect_fail can_tcp a 10.0.0.12 80
expect_fail can_ping a 10.0.0.1
expect_fail rmmod vfw

note "a tap of any name, once it is put into the protected bridge"
ip tuntap add odd0 mode tap
ip link set odd0 master prot0 up
note "the pair of a container"
ip netns add box
ip link add box0 type veth peer name eth0 netns box
ip link set box0 master prot0 up
ip -n box link set eth0 up
ip -n box addr add 10.0.0.77/24 dev eth0
box=$(ip -n box -br link show eth0 | awk '{ print $3 }')
unheard b "ether src $box" expect_fail ip netns exec box ping -q -c 2 -i 0.2 -W 1 10.0.0.12

cat >/tmp/lab.vfw <<'P'
first { pass from any to any }
default block log
P
labvfw start --policy /tmp/lab.vfw
wait_until 10 can_tcp a 10.0.0.12 80
expect_fail ip netns exec box ping -q -c 2 -i 0.2 -W 1 10.0.0.12
vfwctl -o json status | jq -e '(.unmanaged_ports | index("box0")) and (.unmanaged_ports | index("odd0"))' >/dev/null
