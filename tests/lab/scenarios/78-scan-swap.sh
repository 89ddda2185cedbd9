#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Databases are swapped in a loop under traffic: running streams keep theirs for a bounded number of swaps, nothing is lost, attacks never pass. LOOPS=10000 by hand.
# kernels: uml-debug 6.1
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../scan.inc"

loops=${LOOPS:-$([ "$LAB_KERNEL" = uml-debug ] && echo 300 || echo 60)}
# What the machine has, when everything that is freed later is freed.
memory() {
	sleep 1
	note "$1: $(awk '/^(MemFree|Slab|VmallocUsed|Percpu):/ { printf "%s %s kB  ", $1, $2 }' /proc/meminfo) scanning $(ctlscan scan-memory)"
}
scan_lab

# One connection that stays and says a line now and then; what it says must arrive whole.
on a python3 - >/tmp/long.out 2>&1 <<-'X' &
	import os, socket, time
	s = socket.create_connection(("10.0.0.2", 80), 60)
	s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
	n = 0
	while not os.path.exists("/tmp/long.stop"):
	    s.sendall(b"line %d " % n)
	    n += 1
	    time.sleep(0.02)
	s.sendall(b"last %d.\n" % n)
	s.close()
	print(n)
X
long=$!
wait_until 20 tcp_got "line 5 "
memory before
start=$SECONDS
expect_pass ctlscan swap --loops "$loops" vneta vnetb "$EVIL" harmless
note "in $((SECONDS - start)) s"
memory after
note "generations: $(ctlscan profiles | wc -l), at most the one in force and four before it"
[ "$(ctlscan profiles | wc -l)" -le 5 ] || fail "$(ctlscan profiles)"
note "after them it still prevents, in the old connection's place as in a new one"
expect_fail tcp_send "evil1111end-swapped"
expect_fail tcp_got "evil1111end-swapped"
touch /tmp/long.stop
wait "$long" || fail "the long connection broke: $(cat /tmp/long.out)"
wait_until 20 tcp_got "last $(cat /tmp/long.out)."
n=$(/usr/bin/grep -ao 'line [0-9]* ' /tmp/got.tcp | wc -l)
expect "lines that arrived" "$n" "$(cat /tmp/long.out)"

note "a conversation that was only reported is prevented from the swap on, by the new signatures"
# says TEXT FILE...: one connection that says TEXT, then TEXTs as files of these names come. What b has got is asked of it, not of
# this: a connection that was cut may be reset at any of them.
says() {
	on a python3 - "$@" 2>/dev/null <<-'X'
		import os, socket, sys, time
		s = socket.create_connection(("10.0.0.2", 80), 60)
		s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
		s.sendall(sys.argv[1].encode())
		for word in sys.argv[2:]:
		    while not os.path.exists("/tmp/say." + word): time.sleep(0.1)
		    s.sendall(word.encode())
		time.sleep(1)
	X
}
expect_pass ctlscan apply --detect vneta vnetb "$EVIL" harmless
says evil1000end-reported. soft0001word-before. soft0002word-after. &
other=$!
wait_until 10 tcp_got "evil1000end-reported."
touch /tmp/say.soft0001word-before.
wait_until 10 tcp_got "soft0001word-before."
expect_pass ctlscan apply vneta vnetb 'soft[0-9]{4}word'
touch /tmp/say.soft0002word-after.
wait $other || true
expect_fail tcp_got "soft0002word-after."

note "kept though its rule is gone: scanned by its old profile while that is kept, and nothing passes afterwards"
expect_pass ctlscan apply vneta vnetb "$EVIL" harmless
says kept-1. kept-2. kept-3. &
talks=$!
wait_until 10 tcp_got "kept-1."
expect_pass ctlscan apply --keep vneta vnetb "$EVIL" another0
touch /tmp/say.kept-2.
wait_until 10 tcp_got "kept-2."
# each of so many generations in use that the first is too old
for i in 1 2 3 4 5; do
	expect_pass ctlscan apply --keep vneta vnetb "$EVIL" "another$i"
	says "of-generation-$i." end &
	talks+=" $!"
	wait_until 20 tcp_got "of-generation-$i."
done
touch /tmp/say.kept-3. /tmp/say.end
wait $talks || true
expect_fail tcp_got "kept-3."

note "restarted at once when the policy says so"
on a python3 - 2>/dev/null <<-'X' &
	import os, socket, time
	s = socket.create_connection(("10.0.0.2", 80), 60)
	s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
	s.sendall(b"begun.")
	while not os.path.exists("/tmp/go"): time.sleep(0.1)
	s.sendall(b"fresh0001word-restart")
	time.sleep(1)
X
other=$!
wait_until 10 tcp_got "begun."
expect_pass ctlscan apply --restart vneta vnetb 'fresh[0-9]{4}word'
touch /tmp/go
wait $other || true
expect_fail tcp_got "fresh0001word-restart"
wait_until 10 alerted 0 "offset=19"
