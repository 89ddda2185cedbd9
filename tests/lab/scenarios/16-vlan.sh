#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A VLAN-aware bridge: the receiving port's PVID tells the VLAN; ports with several untagged VLANs are refused.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm add a --vlan 10 --ip 10.0.0.11/24
labvm add b --vlan 10 --ip 10.0.0.12/24
labvm add c --vlan 20 --ip 10.0.0.13/24
policy <<'P'
first { pass from any to any }
default block log
P
expect_pass can_ping a 10.0.0.12
expect_fail can_ping a 10.0.0.13

note "a port that hears two VLANs untagged is closed, and says so"
bridge vlan add dev vnetb vid 20 untagged
wait_until 10 in_check refused-ports vnetb
dropped_for vlan can_ping a 10.0.0.12
bridge vlan del dev vnetb vid 20
wait_until 10 can_ping a 10.0.0.12

note "moved to another VLAN"
bridge vlan del dev vnetb vid 10
bridge vlan add dev vnetb vid 20 pvid untagged
on c ip neigh flush all
wait_until 10 can_ping c 10.0.0.12
expect_fail can_ping a 10.0.0.12
