#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A chain of two bridges joined by a veth pair, as Proxmox makes it, is one hop and no port.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm bridge vmbr0
labvm bridge fwbr1
ip link add fwln1 type veth peer name fwpr1
ip link set fwln1 master fwbr1 up
ip link set fwpr1 master vmbr0 up
labvm add a --bridge fwbr1 --ip 10.0.0.11/24
labvm add b --bridge vmbr0 --ip 10.0.0.12/24
serve_tcp b 80
serve_tcp b 81
policy bridges='vmbr*,fwbr*' <<'P'
first { pass from vm a to vm b tcp port 80 }
default block log
P
expect_pass can_tcp a 10.0.0.12 80
expect_fail can_tcp a 10.0.0.12 81
expect_fail can_ping b 10.0.0.11
eve '.event_type == "drop" and .vfw.src_vm == "a" and .vfw.dst_vm == "b" and .dest_port == 81'
expect "drops that name no VM" "$(eve_count '.event_type == "drop" and (.vfw.src_vm == null or .vfw.dst_vm == null)')" 0
