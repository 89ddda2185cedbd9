#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Past the bridge go not only running conversations: between two ports whose frames have just crossed it the first frame of one
# does, too. What a bridge answers or looks into itself crosses, and nothing comes back to who has sent it.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm bridge br0
labvm add a --ip 10.0.0.11/24 --ip fd00::11/64
labvm add b --ip 10.0.0.12/24 --ip fd00::12/64
labvm add c --ip 10.0.0.13/24
params=/sys/module/vfw/parameters
policy <<'P'
first {
	pass from vm a to any
	pass from vm b to any
	pass from vm c to any
}
default block
P

# first FAMILY ADDRESS: a hundred datagrams from a, each the first and only one of its conversation, one each 5 ms, and as many ARP
# requests to the same MAC.
first() {
	on a python3 - "$1" "$2" "$(mac_of a)" "$(mac_of b)" <<-'X'
		import socket, sys, time
		family = socket.AF_INET6 if sys.argv[1] == "6" else socket.AF_INET
		a, b = (bytes.fromhex(mac.replace(":", "")) for mac in sys.argv[3:5])
		raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
		raw.bind(("eth0", 0))
		arp = b + a + bytes.fromhex("0806000108000604" + "0001") + a + socket.inet_aton("10.0.0.11") + bytes(6) + \
		    socket.inet_aton("10.0.0.12")
		kept = []
		for i in range(100):
		    s = socket.socket(family, socket.SOCK_DGRAM)
		    s.sendto(b"first", (sys.argv[2], 9))
		    kept.append(s)
		    raw.send(arp)
		    time.sleep(0.005)
	X
}
ip_of() { on "$1" ip -4 -j address show eth0 | jq -r '.[0].addr_info[0].local'; }
# directly_more COMMAND...: how many frames went past the bridge meanwhile
directly_more() {
	local was
	was=$(cat $params/direct_hits)
	"$@" >/dev/null
	echo $(($(cat $params/direct_hits) - was))
}
heard() { on b tcpdump -nn -r /tmp/first.pcap "$1" 2>/dev/null | wc -l; }

on b socat -u UDP6-RECV:9 /dev/null &
for vm in a b; do on $vm sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0; done
can_ping a 10.0.0.12
can_ping a fd00::12
on b tcpdump -i eth0 -nn -U --immediate-mode -Q in -w /tmp/first.pcap 'udp port 9 or arp' 2>/tmp/first.log &
wait_until 10 grep -q listening /tmp/first.log

note "the first datagram of a conversation, but no ARP"
for family in 4 6; do
	to=10.0.0.12
	[ $family = 4 ] || to=fd00::12
	n=$(directly_more first $family $to)
	expect_more "frames past the bridge, IPv$family" "$n" 59
	[ "$n" -le 120 ] || fail "$n frames of IPv$family went past the bridge: more than there were datagrams"
done
wait_until 10 eval '[ "$(heard udp)" -ge 200 ]'
expect "datagrams that b heard" "$(heard udp)" 200
expect_more "requests that b heard" "$(heard 'arp[6:2] = 1')" 199

note "ping"
expect_more "frames past the bridge" "$(directly_more on a ping -q -c 100 -i 0.01 10.0.0.12)" 50

note "two isolated ports do not reach each other, though each has frames crossing to and from a third"
for vm in a b; do
	bridge link set dev "vnet$vm" isolated on
	ip netns exec c ping -q -i 0.01 "$(ip_of $vm)" >/dev/null &
	pings+=($!)
done
sleep 1
was=$(heard udp)
first 4 10.0.0.12
sleep 0.5
expect "datagrams that b heard" "$(heard udp)" "$was"
expect_pass can_ping c 10.0.0.12
kill "${pings[@]}"
for vm in a b; do bridge link set dev "vnet$vm" isolated off; done
wait_until 10 eval '[ "$(directly_more first 4 10.0.0.12)" -gt 59 ]'

note "all of them are judged, and named, as ever"
policy <<'P'
first {
	block from vm a to vm b udp port 9
	pass from vm a to any
	pass from vm b to any
}
default block
P
was=$(heard udp)
rule=$(hits first:1)
expect_more "frames past the bridge" "$(directly_more first 4 10.0.0.12)" 59
sleep 0.5
expect "hits of the rule" $(($(hits first:1) - rule)) 100
expect "datagrams that b heard" "$(heard udp)" "$was"

note "what a VM sends to its own MAC does not come back"
ip netns exec a ping -q -i 0.01 10.0.0.12 >/dev/null &
ping=$!
wait_until 10 eval '[ "$(directly_more sleep 0.5)" -gt 20 ]'
itself() {
	local i
	for i in 1 2 3 4 5; do
		inject a -- udp src=10.0.0.11 dst=10.0.0.11 dmac="$(mac_of a)" sport=7 dport=7 data=0011
	done
}
unheard a 'udp port 7' itself
kill $ping

note "the administrator wants all of them to cross"
echo 0 >$params/direct
sleep 1
expect "frames past the bridge" "$(directly_more first 4 10.0.0.12)" 0
