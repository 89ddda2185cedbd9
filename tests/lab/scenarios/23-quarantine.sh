#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Quarantine: nothing in, nothing out, at once and for running flows; release gives all back.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm add a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
labvm add c --ip 10.0.0.13/24
policy <<'P'
first { pass from any to any }
default block log
P
serve_tcp b 80
expect_pass can_tcp a 10.0.0.12 80
on a ping -q -i 0.1 -w 100 10.0.0.12 >/dev/null 2>&1 &
vfwctl vm quarantine a
sleep 0.5
unheard b "ether src $(mac_of a)" sleep 1
dropped_for quarantine can_tcp a 10.0.0.12 80
expect_fail can_ping c 10.0.0.11
expect_pass can_ping c 10.0.0.12
vfwctl -o json vm show a | jq -e .quarantined >/dev/null
eve '.event_type == "drop" and .vfw.reason == "quarantine" and .vfw.src_vm == "a"'
note "it outlives a restart of vfwd and a new policy"
labvfw daemon stop
labvfw daemon start
labvfw apply /tmp/lab.vfw
expect_fail can_tcp a 10.0.0.12 80
vfwctl vm release a
expect_pass can_tcp a 10.0.0.12 80
