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
revision() { vfwctl -o json status | jq .module.revision; }
rules() { # WITHOUT
	grep -v "${1:-nothing}" <<-'P'
		group a = label tier=a
		group c = label tier=c
		group e = label role=e
		first {
		  pass from vm b to a tcp
		  pass from e to vm b tcp port 9
		  pass from a to vm b tcp port 80 log
		  pass from c to vm b tcp port 81
		  pass from c to vm b tcp port 82
		  pass from any to any icmp
		}
		default block
	P
}

note "50 transfers that run before the module is there"
start c 81 50
wait_until 60 all_open c.81 50
rules | policy
going_on c.81 50
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
going_on c.81 50
expect "flows cut" "$(reason cut)" 0

note "a rule is revoked"
rules 'from a' | policy
wait_until 20 reason_more cut 0
expect "frames cut: after the first of a flow there is no flow" "$(reason cut)" 1
still a.80
# b may open conversations with a, but this one it has not
wait_until 60 reason_more invalid-state 0
port=$(vfwctl -o json flow list | jq '.flows[] | select(.state == "cut" and .dest_port == 80) | .src_port')
# a's own SYN is forbidden, so nothing begins by it
dropped_for default delivered b a -- tcp dmac="$(mac_of b)" src=10.0.0.11 dst=10.0.0.12 sport="$port" dport=80 flags=0x02 seq=1
refused=$(reason invalid-state)
wait_until 120 reason_more invalid-state "$refused"
still a.80
eve '.event_type == "flow" and .vfw.src_vm == "a" and .dest_port == 80 and .vfw.reason == "cut"'
going_on c.81 50
going_on c.82 1

note "it is permitted again, and goes on"
rules | policy
going_on a.80 1
going_on c.81 50

note "unless it is asked to keep what runs"
rules '81' >/tmp/lab.vfw
vfwctl policy apply --keep-established /tmp/lab.vfw
going_on c.81 50
expect_fail on c python3 -c 'import socket; socket.create_connection(("10.0.0.12", 81), 2)'

note "... and another VM comes, for whom the same rules are compiled anew"
was=$(revision)
labvm add d --label tier=c --label role=e --ip 10.0.0.14/24
wait_until 20 eval '[ "$(revision)" -gt "$was" ]'
going_on c.81 50

note "... and a trial that keeps it, too, is taken back"
sed 's/port 82/port 83/' /tmp/lab.vfw >/tmp/trial.vfw
vfwctl policy apply --keep-established --confirm 300 /tmp/trial.vfw
going_on c.81 50
vfwctl policy rollback
going_on c.81 50
going_on c.82 1

note "a flow is killed: both ends are told"
expect "flows killed" "$(ctlflow kill 6 82)" 1
wait_until 60 all_open c.82 0
wait_until 60 all_open b.82 0
wait_until 20 reason_more killed 0
going_on c.81 50

note "and a new one may be opened at once"
start c 82 1
wait_until 60 all_open c.82 1
going_on c.82 1

note "a label changes: what the VM had is judged, be it kept or not"
inventory=/etc/vfw/vms.d/c.toml
sed 's/"tier" = "c"/"tier" = "none"/' $inventory >/tmp/c.toml
cut=$(reason cut)
cp /tmp/c.toml $inventory
wait_until 20 reason_more cut "$cut"
groups_of() { vfwctl -o json vm show "$1" | jq -r '.groups | join(" ")'; }
is_in() { [ "$(groups_of "$1")" = "$2" ]; }
wait_until 20 is_in c "no group"
still c.82
still c.81

note "an error about a flow comes while another VM changes"
policy <<'P'
group a = label tier=a
group c = label tier=c
first { pass from a to vm b udp port 7  pass from c to vm b udp port 9 }
default block
P
datagram() { on a python3 -c 'import socket; s = socket.socket(type=2); s.bind(("", 4000)); s.sendto(b"x", ("10.0.0.12", 7))'; }
unreachable="icmp dmac=$(mac_of a) src=10.0.0.12 dst=10.0.0.11 type=3 code=1 data=000000004500001d00004000401100000a00000b0a00000c0fa0000700090000"
datagram
sed 's/"tier" = "none"/"tier" = "c"/' $inventory >/tmp/c.toml
cp /tmp/c.toml $inventory
wait_until 20 is_in c c
expect_pass delivered a b -- $unreachable
policy <<<'default block'
dropped_for default delivered a b -- $unreachable
