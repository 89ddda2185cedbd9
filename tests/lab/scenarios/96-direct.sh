#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Running conversations go from port to port past the bridge, and yet what the bridge does holds for them within a
# moment: rules of others, whoever listens there, its forwarding table, its ports. Its addresses do not age.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"
. "$LAB_LIB/pump.inc"

labvm bridge br0
labvm add a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
labvm add c --ip 10.0.0.13/24
pump_listen
params=/sys/module/vfw/parameters
directly() { cat $params/direct_hits; }
pings_pass='pass from vm c to any icmp'
pings=()
third() { [ ${#pings[@]} = 0 ] || kill "-$1" "${pings[@]}"; }
# directly_going_on: ... and past the bridge, while they have it for themselves
directly_going_on() {
	third STOP
	going_on
	wait_until 40 more_than $params/direct_hits $(($(directly) + 20))
	third CONT
}
# not_directly: they bring bytes, and none goes past the bridge, nor does any of c's frames
not_directly() {
	local was i
	sleep 1
	was=$(directly)
	for i in 1 2 3 4; do going_on; done
	expect "frames past the bridge" "$(directly)" "$was"
}
# stopped: in a moment nothing of any of them comes at b any more, and no transfer has ended
stopped() {
	local was
	sleep 1
	was=$(cat /tmp/b.80)
	sleep 1
	expect "what b has received" "$(cat /tmp/b.80)" "$was"
	open || fail "a transfer has ended"
}
pump_connect
directly_going_on

note "what goes past the bridge is counted by reason and rule as all else"
counted $params/direct_hits

note "when a rule was hit last is known to the second, also where guard is to let in what it does not look up"
hit_ago() {
	local last
	last=$(vfwctl -o json rule list | jq -r '[.rules[].last_hit // empty] | max')
	echo $(($(date +%s) - $(date -d "$last" +%s)))
}
sleep 3
[ "$(hit_ago)" -lt 3 ] || fail "the rule was hit $(hit_ago) s ago"
pump_policy 'guard default { ip any }'
sleep 3
going_on
[ "$(hit_ago)" -lt 3 ] || fail "the rule was hit $(hit_ago) s ago"
pump_policy
directly_going_on

note "addresses of who speaks do not age"
age() { bridge -s -j fdb show br br0 | jq -r --arg m "$(mac_of "$1")" '[.[] | select(.mac == $m) | .updated] | min'; }
sleep 3
for vm in a b; do
	[ "$(age $vm)" -lt 2 ] || fail "$vm was seen by the bridge $(age $vm) s ago"
done

# What c sends and receives shows all four ways that a's and b's frames take to be open, whatever becomes of these.
pump_policy '' "$pings_pass"
for to in 10.0.0.11 10.0.0.12; do
	ip netns exec c ping -q -i 0.02 $to >/dev/null &
	pings+=($!)
	expect_pass can_ping c $to
done
directly_going_on

note "somebody else's rule of the bridge stops them, and sees each frame as long as it is there"
nft -f - <<'N'
table bridge others {
	chain forward { type filter hook forward priority 0; policy accept; ether type ip tcp dport 80 counter drop; }
}
N
stopped
nft flush chain bridge others forward
not_directly
nft delete table bridge others
directly_going_on

for hook in prerouting postrouting; do
	nft -f - <<-N
		table bridge others {
			chain other { type filter hook $hook priority 0; policy accept; ether type ip tcp dport 80 counter drop; }
		}
	N
	stopped
	nft delete table bridge others
	directly_going_on
done

note "... and at the sender's port"
nft -f - <<'N'
table netdev others {
	chain ingress { type filter hook ingress device vneta priority 0; policy accept; ether type ip tcp dport 80 counter drop; }
}
N
stopped
nft delete table netdev others
directly_going_on

note "... and at the receiver's, where they come by as ever"
nft -f - <<'N'
table netdev others {
	chain egress { type filter hook egress device vnetb priority 0; policy accept; ether type ip tcp dport 80 counter drop; }
}
N
stopped
nft delete table netdev others
directly_going_on

note "who listens on the bridge hears all"
ip link set br0 promisc on
not_directly
expect_more "frames of a that the bridge hears" "$(timeout 20 tcpdump -i br0 -p -nn -c 40 "src 10.0.0.11 and tcp" 2>/dev/null | wc -l)" 39
ip link set br0 promisc off
directly_going_on

note "the bridge knows no addresses: what it gives to all ports, all get"
# the port that came last is given its copy first
ip link set vnetb nomaster
ip link set vnetb master br0
ip link set br0 type bridge ageing_time 0
not_directly
ip link set br0 type bridge ageing_time 30000
directly_going_on

note "the bridge filters VLANs"
ip link set br0 type bridge vlan_filtering 1
not_directly
ip link set br0 type bridge vlan_filtering 0
directly_going_on

note "a port that is disabled, isolated, or taken down"
bridge link set dev vneta state 0
stopped
bridge link set dev vneta state 3
directly_going_on
bridge link set dev vneta isolated on
bridge link set dev vnetb isolated on
stopped
bridge link set dev vneta isolated off
third STOP
not_directly
third CONT
bridge link set dev vnetb isolated off
directly_going_on

ip link set vnetb down
stopped
ip link set vnetb up
directly_going_on

note "a port that is locked, and an address that the bridge does not know to be there"
bridge link set dev vneta learning off locked on
bridge fdb del "$(mac_of a)" dev vneta master
stopped
bridge link set dev vneta learning on locked off
directly_going_on

note "the bridge itself is taken down"
ip link set br0 down
stopped
ip link set br0 up
directly_going_on

note "the receiver's address is behind another port from now on"
bridge fdb replace "$(mac_of b)" dev vnetc master static sticky
stopped
bridge fdb del "$(mac_of b)" dev vnetc master
directly_going_on

note "frames that are too long for the receiver's port"
ip link set vnetb mtu 400
stopped
ip link set vnetb mtu 1500
directly_going_on

note "a port leaves the bridge"
ip link set vnetb nomaster
stopped
ip link set vnetb master br0
directly_going_on

note "the administrator wants all of them to cross"
echo 0 >$params/direct
not_directly
echo 1 >$params/direct
directly_going_on

note "an address that is not its NIC's own moves to another port, while the NIC's own is spoken to as ever"
own=$(mac_of b)
other=52:54:00:0f:0f:0f
on c ip neigh replace 10.0.0.12 lladdr "$own" dev eth0 nud permanent
pump_policy 'guard default { mac any  ip any }' "$pings_pass"
# b_bears MAC
b_bears() {
	on b ip link set eth0 down
	on b ip link set eth0 address "$1"
	on b ip link set eth0 up
	on a ip neigh replace 10.0.0.12 lladdr "$1" dev eth0 nud reachable
}
b_bears $other
going_on
bridge fdb replace $other dev vnetc master static sticky
stopped
bridge fdb del $other dev vnetc master
going_on
third 0 || fail "c's pings have ended"
third INT
pings=()
pump_policy
b_bears "$own"
directly_going_on

note "a rule is revoked: no frame more, though none crosses the bridge"
was=$(reason cut)
policy <<'P'
first { pass from vm a to vm b tcp port 81 }
default block
P
passed=$(reason established)
stopped
expect_more "frames that were cut" "$(reason cut)" "$was"
expect "frames that have passed since" "$(reason established)" "$passed"
