#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Databases are swapped in a loop under traffic: running streams keep theirs for a bounded number of swaps, nothing is lost, attacks never pass. LOOPS=10000 by hand.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../scan.inc"

loops=${LOOPS:-$([ "$LAB_KERNEL" = uml-debug ] && echo 300 || echo 60)}
scan_lab

# One connection that stays and says a line now and then; what it says must arrive whole.
on a python3 - >/tmp/long.out 2>&1 <<-'X' &
	import os, socket, time
	s = socket.create_connection(("10.0.0.2", 80), 10)
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
expect_pass ctlscan swap --loops "$loops" vneta vnetb "$EVIL" harmless
note "generations: $(ctlscan profiles | wc -l), at most the one in force and four before it"
[ "$(ctlscan profiles | wc -l)" -le 5 ] || fail "$(ctlscan profiles)"
note "after them it still prevents, in the old connection's place as in a new one"
expect_fail tcp_send "evil1111end-swapped"
expect_fail tcp_got "evil1111end-swapped"
touch /tmp/long.stop
wait "$long" || fail "the long connection broke: $(cat /tmp/long.out)"
wait_until 20 tcp_got "last $(cat /tmp/long.out)."
n=$(grep -o 'line [0-9]* ' /tmp/got.tcp | wc -l)
expect "lines that arrived" "$n" "$(cat /tmp/long.out)"

note "restarted at once when the policy says so"
on a python3 - 2>/dev/null <<-'X' &
	import os, socket, time
	s = socket.create_connection(("10.0.0.2", 80), 10)
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
wait $other
expect_fail tcp_got "fresh0001word-restart"
wait_until 10 alerted 0 "offset=19"
