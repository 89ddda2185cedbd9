#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vfwd is killed at each step of applying a policy, and of a trial, under traffic: what is in force is always one whole policy,
# the next vfwd knows which one and keeps it for the next start, and no packet of a permitted flow is lost.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

export KILLNTH=/tmp/killnth
PRELOAD=$(dirname "$(command -v ctlcheck)")/killnth.so

labvm add a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
serve_tcp b 80
serve_tcp b 81
for p in 80 81; do
	cat >/tmp/$p.vfw <<-P
		first { pass from vm a to vm b icmp  pass from vm a to vm b tcp port $p }
		default block log
	P
done
labvfw start --policy /tmp/80.vfw

# From now on, a ping every 50 ms, until the end: none may be lost.
on a ping -i 0.05 -W 10 10.0.0.12 >/tmp/ping 2>&1 &

digest() { vfwctl -o json status 2>/dev/null | jq -r .module.digest; }
running() { vfwctl -o json policy show | jq -r .digest; }
answers() { vfwctl policy show >/dev/null 2>&1; }
daemon_up() {
	rm -f $KILLNTH
	LD_PRELOAD=$PRELOAD labvfw daemon start
	wait_until 20 answers
}
gone() { ! kill -0 "$(cat /run/vfw/lab.pid)" 2>/dev/null; }
# dead: it does not answer; a process that was killed takes its time to be gone.
dead() {
	! answers || return 1
	wait_until 20 gone
}

d80=$(digest)
labvfw apply /tmp/81.vfw
d81=$(digest)
[ "$d80" != "$d81" ]
labvfw daemon stop
daemon_up

# killed_at N COMMAND...: vfwd dies at its N-th step from now on, or it has fewer steps in the command: status 1.
killed_at() {
	local n=$1
	shift
	echo "$n" >$KILLNTH
	"$@" >/tmp/out 2>&1 || true
	rm -f $KILLNTH
	dead
}

# kept PORT: the policy that opens it is kept for the next start, or is on trial.
kept() { [ "$(vfwctl -o json status | jq .module.trial)" != null ] || grep -q "port $1" /var/lib/vfw/policy/current/*.vfw; }

# whole N WHAT: one whole policy is in force without vfwd, the next vfwd calls it running, and keeps it, trials apart.
whole() {
	local now open=80
	now=$(digest)
	case $now in "$d80") ;; "$d81") open=81 ;; *) fail "$2, step $1: digest $now is neither policy's" ;; esac
	note "$2, step $1: port $open"
	expect_pass can_tcp a 10.0.0.12 $open
	daemon_up
	expect "$2, step $1: what the next vfwd calls running" "$(running)" "$now"
	expect "$2, step $1: what is in force then" "$(digest)" "$now"
	wait_until 20 kept $open
}

steps=0
other=80
for i in $(seq 60); do
	if ! killed_at "$i" vfwctl policy apply /tmp/$other.vfw; then break; fi
	steps=$i
	whole "$i" apply
	if [ "$(digest)" = "$d80" ]; then other=81; else other=80; fi
done
note "apply has $steps steps at which vfwd was killed"
expect_more "steps" $steps 8

labvfw apply /tmp/80.vfw
trials=0
for i in 1 6 10 11 12; do
	vfwctl policy rollback >/dev/null 2>&1 || true
	killed_at $i vfwctl policy apply --confirm 600 /tmp/81.vfw || break
	whole $i trial
	[ "$(vfwctl -o json status | jq .module.trial)" = null ] || trials=$((trials + 1))
done
note "$trials of them left a trial for the next vfwd"
expect_more "trials taken over" $trials 0

note "vfwd is replaced by another one under traffic"
vfwctl policy rollback >/dev/null 2>&1 || true
labvfw apply /tmp/80.vfw || labvfw apply /tmp/81.vfw
labvfw daemon stop
daemon_up
pings=$(grep -c icmp_seq= /tmp/ping || true)
pings_more() { [ "$(grep -c icmp_seq= /tmp/ping)" -gt $((pings + 20)) ]; }
wait_until 20 pings_more
pkill -INT -f 'ping -i 0.05' || true
wait_until 10 grep -q 'packets transmitted' /tmp/ping
tail -n 3 /tmp/ping
expect "packets of a permitted flow that were lost" "$(pings_lost /tmp/ping)" 0
