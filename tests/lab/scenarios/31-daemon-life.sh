#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vfwd's own life: a restart publishes nothing new, changes made meanwhile are caught up, logs are
# rotated, the module may come and go, and a second vfwd stays away.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

revision() { vfwctl -o json status | jq .module.revision; }
loaded() { [ "$(vfwctl -o json status | jq .module.loaded)" = "$1" ]; }

note "a fresh install counts and cuts nothing"
labvm add a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
serve_tcp b 80
labvfw start --no-arm
expect "revision of the fresh policy" "$(revision)" 1
expect "the fresh policy" "$(vfwctl policy show)" "default monitor"
expect_pass can_tcp a 10.0.0.12 80
eve '.event_type == "would-drop" and .vfw.rule == "default"'

policy <<'P'
first { pass from vm a to vm b tcp port 80 }
default block log
P
vfwctl arm

note "a restart publishes nothing"
before=$(revision)
labvfw daemon stop
expect_pass can_tcp a 10.0.0.12 80
labvfw daemon start
expect "revision after the restart" "$(revision)" "$before"
expect_pass can_tcp a 10.0.0.12 80

note "what changed while it was away"
labvfw daemon kill
labvm del b
labvm add b --ip 10.0.0.12/24
labvm add c --ip 10.0.0.13/24
serve_tcp b 80
expect_fail can_tcp a 10.0.0.12 80
labvfw daemon start
wait_until 10 can_tcp a 10.0.0.12 80
expect_fail can_tcp c 10.0.0.12 80

note "a second one"
rc=0
vfwd 2>/tmp/second || rc=$?
expect "status of a second vfwd" $rc 1
grep 'another vfwd runs' /tmp/second

note "rotation"
mv $EVE $EVE.1
pkill -HUP -x vfwd
# until the signal is heard events go where they went
logged_anew() {
	expect_fail can_tcp a 10.0.0.12 81
	eve_has '.event_type == "drop" and .vfw.src_vm == "a" and .dest_port == 81'
}
wait_until 20 logged_anew

note "the module goes and comes; who disarmed it is in the audit log"
vfwctl disarm --yes
jq -n -e '[inputs | select(.audit.action == "mode.set")] | last.audit | .who != "" and .detail == {"before": "armed", "after": "disarmed"}' /var/log/vfw/audit.json
rmmod vfw
wait_until 10 loaded false
vfwctl policy check /tmp/lab.vfw
expect_fail vfwctl arm
insmod "$VFW_KO"
wait_until 10 loaded true
has_vms() { [ "$(vfwctl -o json status | jq .module.vms)" = "$1" ]; }
wait_until 20 has_vms 3
vfwctl arm
expect_pass can_tcp a 10.0.0.12 80
expect_fail can_tcp c 10.0.0.12 80

note "a module that is armed keeps its word to a vfwd that lost its records"
labvfw daemon stop
rm -r /var/lib/vfw
labvfw daemon start
expect_pass can_tcp a 10.0.0.12 80
expect_fail can_tcp c 10.0.0.12 80
