#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An uplink in the bridge: who comes from outside is external or in a cidr set, may not bear a local VM's address,
# and what passes between the uplink and the host is no business of vfw: SSH to the host lives under `default block`.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm bridge br0 --ip 10.0.0.1/24
# the wire: a veth whose far end is the world, and which the lab declares an uplink
ip link add up0 type veth peer name up1
ip netns add world
ip link set up1 netns world
ip link set up0 master br0 up
ip -n world link set lo up
ip -n world link set up1 up
for a in 10.0.0.200/24 10.0.0.201/24; do ip -n world addr add $a dev up1; done
world() { ip netns exec world "$@"; }

labvm add a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
serve_tcp a 80
serve_tcp world 80
serve_host 22
policy uplinks=up0 <<'P'
cidr office = 10.0.0.200/32
first {
  pass from office to vm a tcp port 80
  pass from vm a to external tcp port 80
}
default block log
P
world_tcp() { [ "$(echo hello | world timeout $((PATIENCE * 2 + 20)) socat -t $PATIENCE - "TCP:$2:$3,bind=$1,connect-timeout=$PATIENCE" 2>/dev/null)" = hello ]; }

note "the host, over the protected bridge, under default block"
expect_pass world_tcp 10.0.0.200 10.0.0.1 22
expect_fail can_tcp a 10.0.0.1 22

note "external and cidr"
expect_pass world_tcp 10.0.0.200 10.0.0.11 80
dropped_for default world_tcp 10.0.0.201 10.0.0.11 80
expect_pass can_tcp a 10.0.0.200 80
expect_pass can_tcp a 10.0.0.201 80
expect_fail can_tcp b 10.0.0.200 80

note "a local VM's address from outside"
world ip addr add 10.0.0.12/32 dev up1
dropped_for spoof-outside world_tcp 10.0.0.12 10.0.0.11 80
world ip addr add 10.0.0.11/32 dev up1
dropped_for spoof-outside world_tcp 10.0.0.11 10.0.0.1 22
eve '.event_type == "drop" and .vfw.reason == "spoof-outside" and .src_ip == "10.0.0.12"'
world ip addr del 10.0.0.11/32 dev up1
world ip addr del 10.0.0.12/32 dev up1
world ip neigh flush all
expect_pass world_tcp 10.0.0.200 10.0.0.11 80
