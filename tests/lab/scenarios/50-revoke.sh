#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Running transfers: arming cuts none that is permitted; a revoked rule, a changed label, a killed flow
# cut theirs both ways at the next packet, while the neighbour's goes on; a swap cuts nothing; events tell.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm add a --label tier=a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
labvm add c --label tier=c --ip 10.0.0.13/24
pump=$LAB_LIB/pump.py
for port in 80 81 82; do
	on b python3 "$pump" listen $port /tmp/b.$port &
	wait_until 20 listening b -tln $port
done
# start VM PORT N: transfers to b, both ways
start() { on "$1" python3 "$pump" connect 10.0.0.12 "$2" "$3" "/tmp/$1.$2" & }
open() { cut -d' ' -f1 "/tmp/$1"; }
fewest() { cut -d' ' -f2 "/tmp/$1"; }
all_open() { [ "$(open "$1")" = "$2" ]; }
further() { [ "$(fewest "$1")" -gt "$2" ]; }
# going_on NAME N: all N transfers bring bytes, to either end
going_on() {
	local end
	for end in "$1" "b.${1#*.}"; do
		# none that has ended opens again
		wait_until 60 all_open "$end" "$2"
		wait_until 60 further "$end" "$(fewest "$end")"
	done
}
# rests END: nothing has come for a second; what was under way when it was cut may still come
rests() {
	local was
	was=$(cat "/tmp/$1")
	sleep 1
	[ "$(cat "/tmp/$1")" = "$was" ]
}
# still NAME: nothing comes at either end any more
still() {
	local end was
	for end in "$1" "b.${1#*.}"; do
		wait_until 20 rests "$end"
		was=$(cat "/tmp/$end")
		sleep 1
		expect "what $end has received, a second later" "$(cat "/tmp/$end")" "$was"
	done
}
rules() { # WITHOUT
	grep -v "${1:-nothing}" <<-'P'
		group a = label tier=a
		group c = label tier=c
		first {
		  pass from a to vm b tcp port 80 log
		  pass from c to vm b tcp port 81
		  pass from c to vm b tcp port 82
		  pass from any to any icmp
		}
		default block
	P
}

note "24 transfers that run before the module is there"
start c 81 24
wait_until 60 all_open c.81 24
rules | policy
going_on c.81 24
expect "segments that no conversation was found for" "$(reason invalid-state)" 0
expect "flows cut" "$(reason cut)" 0

note "flows are told of"
ctlflow events log
start a 80 1
wait_until 60 all_open a.80 1
start c 82 1
wait_until 60 all_open c.82 1
going_on a.80 1
going_on c.82 1

eve '.event_type == "flow" and .vfw.src_vm == "a" and .dest_port == 80'
expect_fail eve_has '.event_type == "flow" and .dest_port == 82'

note "a swap that changes nothing for them"
rules icmp | policy
going_on a.80 1
going_on c.81 24
expect "flows cut" "$(reason cut)" 0

note "a rule is revoked"
rules 'from a' | policy
wait_until 20 reason_more cut 0
expect "frames cut: after the first of a flow there is no flow" "$(reason cut)" 1
still a.80
eve '.event_type == "flow" and .vfw.src_vm == "a" and .dest_port == 80 and .vfw.reason == "cut"'
going_on c.81 24
going_on c.82 1

note "unless it is asked to keep what runs"
rules '81' >/tmp/lab.vfw
vfwctl policy apply --keep-established /tmp/lab.vfw
going_on c.81 24
expect_fail on c python3 -c 'import socket; socket.create_connection(("10.0.0.12", 81), 2)'

note "a flow is killed: both ends are told"
expect "flows killed" "$(ctlflow kill 6 82)" 1
wait_until 60 all_open c.82 0
wait_until 60 all_open b.82 0
wait_until 20 reason_more killed 0
going_on c.81 24

note "and a new one may be opened at once"
start c 82 1
wait_until 60 all_open c.82 1
going_on c.82 1

note "a label changes"
rules | policy
inventory=/etc/vfw/vms.d/c.toml
sed 's/"tier" = "c"/"tier" = "none"/' $inventory >/tmp/c.toml
cut=$(reason cut)
cp /tmp/c.toml $inventory
wait_until 20 reason_more cut "$cut"
wait_until 20 eval '[ "$(vfwctl -o json vm show c | jq -r ".groups | join(\" \")")" = "no group" ]'
still c.82
