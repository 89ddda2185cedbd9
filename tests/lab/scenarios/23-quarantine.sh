#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Quarantine: nothing in, nothing out, at once and for running flows; release gives all back.
# It does not need the disk: a full one is said, and written once there is room.
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
# what was under way arrives
sleep 1.5
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

note "a full disk: quarantine counts at once, who asked is told, status shows it, and it is on disk as soon as there is room"
labvfw daemon stop
mv /var/log/vfw /tmp/log
mv /var/lib/vfw /tmp/lib
for d in log lib; do
	mkdir -p /var/$d/vfw
	mount -t tmpfs -o size=256k vfw-$d /var/$d/vfw
	cp -r /tmp/$d/. /var/$d/vfw
done
labvfw daemon start
fill() { dd if=/dev/zero of="$1/filler" bs=4k 2>/dev/null || true; }
unsaved() { vfwctl -o json status | jq -r '.disk.unsaved | length'; }
saved() { [ "$(unsaved)" = 0 ]; }
fill /var/log/vfw
fill /var/lib/vfw
# the last page of the log may still have room
for _ in $(seq 40); do
	[ "$(unsaved)" = 0 ] || break
	vfwctl arm >/dev/null || true
done
rc=0
vfwctl vm quarantine a 2>/tmp/err || rc=$?
expect "exit status" $rc 7
grep -q 'done, but not on disk yet: /var/lib/vfw/quarantine.json: No space left on device' /tmp/err
grep -q 'done, but not on disk yet: /var/log/vfw/audit.json: No space left on device' /tmp/err
dropped_for quarantine can_tcp a 10.0.0.12 80
vfwctl status | grep '^NOT ON DISK'
expect "unsaved" "$(unsaved)" 2
rm /var/log/vfw/filler
vfwctl arm || true
still_unsaved() { [ "$(unsaved)" = 1 ]; }
wait_until 60 still_unsaved
expect "records" "$(jq -c 'select(.audit.action == "vm.quarantine")' /var/log/vfw/audit.json | wc -l)" 2
note "... a vfwd that is killed meanwhile takes it along for the next one"
labvfw daemon kill
labvfw daemon start
expect "unsaved" "$(unsaved)" 1
expect_fail can_tcp a 10.0.0.12 80
rm /var/lib/vfw/filler
wait_until 60 saved
labvfw daemon stop
labvfw daemon start
expect_fail can_tcp a 10.0.0.12 80
vfwctl vm release a
expect_pass can_tcp a 10.0.0.12 80
labvfw daemon stop
umount /var/log/vfw /var/lib/vfw
