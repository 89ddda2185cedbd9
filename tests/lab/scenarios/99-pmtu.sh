#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Routers say that a packet is too big: the host between two bridges and before a network outside, a router behind an uplink, a VM
# that routes. Each is heard by who sent the packet, in IPv4 and IPv6; who forges such an error is not.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

# Ends of links with a small MTU claim to take segments as large as others take (advmss): a sender is to learn it from the router.

# outside NAME DEVICE: a network namespace, and its eth0's other end here.
outside() {
	ip netns add "$1"
	ip link add "$2" type veth peer name eth0 netns "$1"
	ip link set "$2" up
	ip -n "$1" link set eth0 up
}
# give NETNS DEVICE ADDRESS...
give() {
	local a
	for a in "${@:3}"; do
		case $a in
		*:*) ip -n "$1" addr add "$a" dev "$2" nodad ;;
		*) ip -n "$1" addr add "$a" dev "$2" ;;
		esac
	done
}
forwards() { "$@" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1; }

labvm bridge br0 --ip 10.0.0.1/24 --ip fd00::1/64
labvm bridge br1 --ip 10.1.0.1/24 --ip fd01::1/64
labvm bridge br2
labvm add a --ip 10.0.0.11/24 --ip fd00::11/64 --gw 10.0.0.1 --gw fd00::1
labvm add n --ip 10.0.0.12/24 --ip fd00::12/64 --gw 10.0.0.1 --gw fd00::1
labvm add b --bridge br1 --ip 10.1.0.11/24 --ip fd01::11/64 --gw 10.1.0.1 --gw fd01::1
labvm add c --bridge br1 --ip 10.1.0.12/24 --ip fd01::12/64 --gw 10.1.0.1 --gw fd01::1
labvm add rt --ip 10.0.0.253/24 --ip fd00::253/64 --nic --bridge br2 --ip 10.2.0.1/24 --ip fd02::1/64
labvm add d --bridge br2 --ip 10.2.0.11/24 --ip fd02::11/64 --gw 10.2.0.1 --gw fd02::1
forwards
forwards on rt

# the host: a route with a small MTU to the other bridge, and a link with one to a network outside
ip route change 10.1.0.0/24 dev br1 proto kernel src 10.1.0.1 mtu 1300
ip route change fd01::/64 dev br1 proto kernel metric 256 mtu 1300
outside out up1
ip link set up1 mtu 1400
ip -n out link set eth0 mtu 1400
echo 0 >/proc/sys/net/ipv6/conf/up1/disable_ipv6
ip addr add 10.8.0.1/24 dev up1
ip addr add fd08::1/64 dev up1 nodad
give out eth0 10.8.0.11/24 fd08::11/64
ip -n out route add default via 10.8.0.1 advmss 1460
ip -n out route add default via fd08::1 advmss 1440

# a router behind an uplink, and who is behind it
outside gw up0
ip link set up0 master br0
give gw eth0 10.0.0.254/24 fd00::254/64
ip netns add far
ip link add eth1 netns gw mtu 1400 type veth peer name eth0 netns far mtu 1400
ip -n gw link set eth1 up
ip -n far link set eth0 up
give gw eth1 10.9.0.1/24 fd09::1/64
give far eth0 10.9.0.11/24 fd09::11/64
forwards on gw
ip -n far route add default via 10.9.0.1 advmss 1460
ip -n far route add default via fd09::1 advmss 1440
ip -n a route add 10.9.0.0/24 via 10.0.0.254
ip -n a route add fd09::/64 via fd00::254

# a VM that routes; routers ask for neighbours by link-local addresses, of which light VMs have none
for eth in eth0 eth1; do give rt $eth fe80::253/64; done
ip -n rt route change 10.2.0.0/24 dev eth1 proto kernel src 10.2.0.1 mtu 1300
ip -n rt route change fd02::/64 dev eth1 proto kernel metric 256 mtu 1300
ip -n a route add 10.2.0.0/24 via 10.0.0.253
ip -n a route add fd02::/64 via fd00::253

for vm in b d out far; do
	serve_tcp $vm 80
	serve_udp $vm 7
done
policy 'uplinks=up*' <<'P'
group routers = vm rt
guard routers { ip any  router yes }
first {
  pass from vm a to vm b tcp port 80
  pass from vm a to vm b udp port 7
  pass from vm a to external tcp port 80
  pass from vm a to external udp port 7
  pass from vm a to routers tcp port 80
  pass from vm a to routers udp port 7
  pass from routers to vm d tcp port 80
  pass from routers to vm d udp port 7
  pass from vm n to vm a udp port 9
  pass from vm c to vm a udp port 9
}
default block log
P

bulk=$(head -c 100000 /dev/zero | tr '\0' x)
# bulk_tcp ADDRESS: 100 kB, there and back.
bulk_tcp() { [ "$(echo "$bulk" | on a timeout 100 socat -t $PATIENCE - "TCP:$(in_brackets "$1"):80,connect-timeout=$PATIENCE" | wc -c)" = 100001 ]; }
# learnt ADDRESS MTU
learnt() { grep -q "mtu $2\\b" <<<"$(ip -n a route get "$1")"; }
forgets() { ip -n a route flush cache && ip -n a -6 route flush cache; }

# way WHAT MTU ADDRESS...
way() {
	local address
	note "$1: segments that are too big for its next link are sent again, smaller; so is UDP that may not be fragmented"
	for address in "${@:3}"; do
		expect_fail learnt "$address" "$2"
		expect_pass bulk_tcp "$address"
		expect_pass learnt "$address" "$2"
		forgets
		expect_fail learnt "$address" "$2"
		expect_pass python3 "$LAB_LIB/pmtu.py" learn a "$address" "$2"
		forgets
	done
}
way "the host, between two VMs" 1300 10.1.0.11 fd01::11
way "the host, to the outside" 1400 10.8.0.11 fd08::11
way "a router behind an uplink" 1400 10.9.0.11 fd09::11
way "a VM that routes" 1300 10.2.0.11 fd02::11
expect_more "errors that passed" "$(reason related)" 15

note "a connection is open, another policy comes, and then something big is sent: what is too big never reaches the other end, so only the error tells of the flow"
hold=/tmp/hold
mkfifo $hold
on a timeout 200 socat -t $PATIENCE - TCP:10.1.0.11:80 <$hold >/tmp/back &
exec 7>$hold
echo first >&7
wait_until 60 grep -q first /tmp/back
sed 's/^default/last { pass from vm c to vm a udp port 10 }\n&/' /tmp/lab.vfw >/tmp/other.vfw
policy </tmp/other.vfw
echo "$bulk" >&7
exec 7>&-
came_back() { [ "$(wc -c </tmp/back)" = 100007 ]; }
wait_until 60 came_back
expect_pass learnt 10.1.0.11 1300

note "forged ones"
expect_pass python3 "$LAB_LIB/pmtu.py" forge
