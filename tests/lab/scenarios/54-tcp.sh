#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# TCP's windows: random segments to a real receiver: what lies in its window arrives, data, RSTs and acknowledgements
# elsewhere do not, and the transfer between them is whole.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

# a's own stack has no address: it takes no part in what is said in the name of 10.0.0.21
labvm add a --ip 10.0.0.21/24
labvm add b --ip 10.0.0.12/24
ip -n a addr flush dev eth0
on b ip neigh replace 10.0.0.21 lladdr "$(mac_of a)" dev eth0 nud permanent
policy <<'P'
first {
  pass from vm a to vm b tcp port 80
  pass from vm a to vm b udp port 9
}
default block
P
for seed in 1 2 3; do
	note "stream $seed"
	invalid=$(reason invalid-state)
	expect_pass python3 "$LAB_LIB/tcpwire.py" a b $seed 60
	expect_more "segments of no conversation" "$(reason invalid-state)" "$invalid"
done
expect "flows cut" "$(reason cut)" 0
note "a drop by state is told, though the rule of its flow says no log"
eve '.event_type == "drop" and .vfw.reason == "invalid-state" and .vfw.src_vm == "a" and .dest_port == 80'
