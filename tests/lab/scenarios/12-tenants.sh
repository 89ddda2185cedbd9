#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two tenants with the same addresses, on two bridges and on two VLANs of one bridge, never meet.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm add a1 --tenant a --bridge br0 --ip 10.0.0.11/24
labvm add a2 --tenant a --bridge br0 --ip 10.0.0.12/24
labvm add b1 --tenant b --bridge br1 --ip 10.0.0.11/24
labvm add b2 --tenant b --bridge br1 --ip 10.0.0.12/24
labvm add c1 --tenant c --bridge br2 --vlan 10 --ip 10.0.0.11/24
labvm add c2 --tenant c --bridge br2 --vlan 10 --ip 10.0.0.12/24
labvm add d1 --tenant d --bridge br2 --vlan 20 --ip 10.0.0.11/24
labvm add d2 --tenant d --bridge br2 --vlan 20 --ip 10.0.0.12/24
for vm in a2 b2 c2 d2; do serve_tcp $vm 80; done
policy <<'P'
tenant a { pass from tenant a to tenant a }
tenant c { pass from tenant c to tenant c tcp port 80 }
tenant d { pass from tenant d to tenant d icmp }
default block log
P

for round in 1 2; do
	expect_pass can_tcp a1 10.0.0.12 80
	expect_fail can_tcp b1 10.0.0.12 80
	expect_pass can_tcp c1 10.0.0.12 80
	expect_fail can_tcp d1 10.0.0.12 80
	expect_pass can_ping a1 10.0.0.12
	expect_fail can_ping b1 10.0.0.12
	expect_fail can_ping c1 10.0.0.12
	expect_pass can_ping d1 10.0.0.12
done
note "each drop names the right tenant's VM"
eve '.event_type == "drop" and .vfw.src_vm == "b1"'
eve '.event_type == "drop" and .vfw.src_vm == "c1" and .proto == "ICMP"'
eve '.event_type == "drop" and .vfw.src_vm == "d1" and .proto == "TCP"'
expect "drops that name a1" "$(eve_count '.event_type == "drop" and .vfw.src_vm == "a1"')" 0

note "between tenants a pass of both is needed"
labvm add e1 --tenant e --bridge br0 --ip 10.0.0.21/24
serve_tcp e1 80
policy <<'P'
tenant a { pass from tenant a to any tcp port 80 pass from tenant a to tenant a }
default block log
P
expect_fail can_tcp a1 10.0.0.21 80
policy <<'P'
tenant a { pass from tenant a to any tcp port 80 pass from tenant a to tenant a }
tenant e { pass from any to tenant e tcp port 80 }
default block log
P
expect_pass can_tcp a1 10.0.0.21 80
