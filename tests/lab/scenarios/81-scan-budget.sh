#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What scanning may cost: memory and processor time of a VM are bounded, the profile says what becomes of the rest, and all memory comes back.
# kernels: uml-debug 6.12
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../scan.inc"

param() { echo "$2" >"/sys/module/vfw/parameters/$1"; }
no_flows() { [ "$(ctlscan flows)" = 0 ]; }
# Without VMs there are no flows; what is left is the policy.
rest() {
	expect_pass ctlscan apply --no-vms vneta vnetb "$EVIL" harmless
	wait_until 20 no_flows
	# what is freed later is freed soon
	wait_until 20 no_memory
	ctlscan scan-memory
}
no_memory() { [ "$(ctlscan scan-memory)" = 0 ]; }

scan_lab
expect "memory of no conversation" "$(rest)" 0
expect_pass ctlscan apply --block-overload vneta vnetb "$EVIL" harmless
head -c 1000000 /dev/urandom >/tmp/noise
: >/tmp/got.tcp
all() { [ "$(stat -c %s /tmp/got.tcp)" -ge 1000000 ]; }

note "a transfer in little memory: overload drops, and the sender waits; nothing is lost"
param stream_kib 32
expect_pass on a timeout 200 socat -u OPEN:/tmp/noise TCP:10.0.0.2:80
wait_until 60 all
cmp /tmp/noise /tmp/got.tcp
param stream_kib 4096

note "no memory at all, overload drops: nothing passes unscanned"
param scan_kib_per_vm 0
before=$(scan_reason scan-overload)
expect_fail tcp_send "evil1111end-nomem"
expect_pass udp_send "evil1111end-nomem"
expect_more "frames dropped for it" "$(scan_reason scan-overload)" "$before"
expect_fail tcp_got "evil1111end-nomem"

note "overload passes: it comes through unscanned, and is counted"
expect_pass ctlscan apply vneta vnetb "$EVIL" harmless
before=$(profile_count overloads)
expect_pass tcp_send "evil2222end-passed"
wait_until 10 tcp_got "evil2222end-passed"
expect_more "overloads" "$(profile_count overloads)" "$before"
param scan_kib_per_vm 65536
expect_fail tcp_send "evil3333end-again"
expect_fail tcp_got "evil3333end-again"

note "a conversation that both have ended keeps its place, but no state of its scan"
rm -f /tmp/go
# none of those from before goes meanwhile: of a closed one the place lasts ten seconds, of a datagram thirty
expect_pass ctlscan apply --no-vms vneta vnetb "$EVIL" harmless
wait_until 20 no_flows
expect_pass ctlscan apply vneta vnetb "$EVIL" harmless
on a python3 - <<'P' &
import os, socket, time
s = socket.create_connection(("10.0.0.2", 80), 60)
s.sendall(b"held" * 100)
open("/tmp/held", "w").close()
while not os.path.exists("/tmp/go"):
    time.sleep(0.1)
P
holder=$!
wait_until 20 test -e /tmp/held
wait_until 20 tcp_got heldheld
held=$(ctlscan scan-memory)
flows=$(ctlscan flows)
touch /tmp/go
wait $holder
less_held() { [ "$(ctlscan scan-memory)" -lt "$held" ]; }
wait_until 20 less_held
expect "flows, that one with them" "$(ctlscan flows)" "$flows"

note "no processor time, overload drops"
expect_pass ctlscan apply --block-overload vneta vnetb "$EVIL" harmless
param scan_ms_per_vm 1
before=$(scan_reason scan-overload)
on a timeout 100 socat -u OPEN:/tmp/noise TCP:10.0.0.2:80 &
sender=$!
overloaded() { [ "$(scan_reason scan-overload)" -gt "$before" ]; }
wait_until 30 overloaded
kill $sender || true
wait $sender || true
expect_fail tcp_send "evil4444end-notime"
expect_fail tcp_got "evil4444end-notime"
param scan_ms_per_vm 0

# pieces.py TALKS STEP LENGTH COUNT ROUNDS: a speaks to b by hand, pieces that never come in order, one in STEP bytes.
cat >/tmp/pieces.py <<-'X'
	import os, sys
	sys.path.insert(0, os.environ["LAB_LIB"])
	from segments import Conversation
	class Talk(Conversation):
	    def neighbour(self): return bytes.fromhex("525400000002")
	if __name__ != "__main__": sys.argv[1:] = "0" * 5
	talks, step, length, count, rounds = map(int, sys.argv[1:])
	for _ in range(talks):
	    c = Talk("10.0.0.1", "10.0.0.2", 80)
	    # without memory left there is no conversation more
	    try: c.open()
	    except SystemExit: break
	    for _ in range(rounds):
	        for i in range(count):
	            c.send((i + 1) * step, b"x" * length)
X
pieces() { on a env LAB_LIB="$LAB_LIB" timeout 100 python3 /tmp/pieces.py "$@"; }
b_said() {
	on b timeout 20 socat -u - TCP:10.0.0.254:81 <<<"$1" || true
	sleep 0.5
	/usr/bin/grep -aq -- "$1" /tmp/got.host
}
# b_talks TEXT: b can say something to the host.
b_talks() { wait_until 30 b_said "$1"; }
socat -u TCP-LISTEN:81,fork,reuseaddr OPEN:/tmp/got.host,creat,append 2>/dev/null &
wait_until 20 eval "ss -tln | grep ':81 '"
ip -n a addr del 10.0.0.1/24 dev eth0
ip -n b neigh replace 10.0.0.1 lladdr 52:54:00:00:00:01 dev eth0 nud permanent

note "no memory, overload passes: no SYN that passes unscanned asks for multipath TCP"
cat >/tmp/multipath.py <<-'X'
	import os, sys
	sys.path[:0] = [os.environ["LAB_LIB"], "/tmp"]
	from pieces import Talk
	c = Talk("10.0.0.1", "10.0.0.2", 80)
	c.syn_options = b"\x1e\x04\x01\x01"
	c.open()
	open("/tmp/opened", "w").close()
X
expect_pass ctlscan apply vneta vnetb "$EVIL" harmless
param scan_kib_per_vm 0
before=$(profile_count overloads)
unheard b 'dst port 80 and tcp[tcpflags] & tcp-syn != 0 and tcp[24] = 30' on a env LAB_LIB="$LAB_LIB" python3 /tmp/multipath.py
expect_pass test -e /tmp/opened
expect_more "overloads" "$(profile_count overloads)" "$before"
param scan_kib_per_vm 65536
expect_pass ctlscan apply --block-overload vneta vnetb "$EVIL" harmless

note "one VM takes all memory that it may: the part of others is kept"
param scan_mib 1
before=$(scan_reason scan-overload)
pieces 8 1001 1000 60 1
much_memory() { [ "$(ctlscan scan-memory)" -gt 600000 ]; }
wait_until 20 much_memory
wait_until 20 overloaded
b_talks "beside one that is full"
param scan_mib 512

note "one VM sends pieces out of order, again and again: the time is its own"
# so little that b, too, has enough for a segment or two only
param scan_ms_per_vm 1
before=$(scan_reason scan-overload)
pieces 1 2 1 1000 2 &
busy=$!
b_talks "beside one that is busy"
wait $busy
dropped=$(($(scan_reason scan-overload) - before))
expect_more "frames dropped for it ($dropped of 2000)" $dropped 50
param scan_ms_per_vm 0

note "and all memory comes back"
expect_more "memory of conversations" "$(ctlscan scan-memory)" 0
expect "memory of no conversation" "$(rest)" 0
