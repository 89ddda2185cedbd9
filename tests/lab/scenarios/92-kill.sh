#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vfwd is killed at random moments while policies are applied, confirmed and rolled back and VMs come and go, under traffic:
# what is in force is always one whole policy, the next vfwd knows which, and no packet of a permitted flow is lost.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

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
d80=$(digest)
labvfw apply /tmp/81.vfw
d81=$(digest)
[ "$d80" != "$d81" ]

for i in $(seq 14); do
	case $((i % 3)) in
	0) args=(policy apply "/tmp/$((80 + i % 2)).vfw") ;;
	1) args=(policy apply --confirm 600 "/tmp/$((80 + i % 2)).vfw") ;;
	2) args=(policy rollback) ;;
	esac
	vfwctl "${args[@]}" >/tmp/out 2>&1 &
	call=$!
	# inotify and the tap bring population transactions at about the same time
	if [ $((i % 4)) = 0 ]; then
		labvm add "x$i" --ip "10.0.0.$((100 + i))/24" >/dev/null &
		wait $!
	fi
	sleep "0.$(printf %03d $((RANDOM % 120)))"
	labvfw daemon kill
	wait $call || true
	now=$(digest)
	case $now in "$d80" | "$d81") ;; *) fail "run $i: digest $now is neither policy's" ;; esac
	# the kernel holds it alone; one of the two, and nothing between
	if [ "$now" = "$d80" ]; then open=80 shut=81; else open=81 shut=80; fi
	can_tcp a 10.0.0.12 $open || fail "run $i: ${args[*]}: $open is shut without vfwd"
	[ $((i % 5)) != 0 ] || expect_fail can_tcp a 10.0.0.12 $shut
	labvfw daemon start
	expect "run $i: what the next vfwd calls running" "$(running)" "$now"
	expect "run $i: what is in force then" "$(digest)" "$now"
	if [ "$(vfwctl -o json status | jq .module.trial)" = null ]; then
		grep -q "port $open" /var/lib/vfw/policy/current/*.vfw || fail "run $i: another policy is kept for the next start"
	fi
done

note "what was begun can be ended, and vfwd is replaced by another one under traffic"
vfwctl policy rollback >/dev/null 2>&1 || true
labvfw apply /tmp/80.vfw
labvfw daemon stop
labvfw daemon start
expect_pass can_tcp a 10.0.0.12 80
sleep 1
pkill -INT -f 'ping -i 0.05' || true
wait_until 10 grep -q 'packets transmitted' /tmp/ping
tail -n 3 /tmp/ping
grep -q ' 0% packet loss' /tmp/ping || fail "packets of a permitted flow were lost"
