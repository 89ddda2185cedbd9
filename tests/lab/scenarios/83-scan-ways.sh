#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The ways an attack may take: IPv6, fragments in order and not, long datagrams, the answer's direction; none gets through, and what is harmless does.
# Who leaves first fragments without a rest spoils no neighbour; what gave way is not begun again, nor what passed.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../scan.inc"

scan_lab

# udp_long ADDRESS TEXT-IN-THE-MIDDLE BYTES: one datagram of that many bytes.
udp_long() {
	on a python3 - "$@" <<-'X'
		import socket, sys
		to, text, n = sys.argv[1], sys.argv[2].encode(), int(sys.argv[3])
		s = socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM)
		half = (n - len(text)) // 2
		s.sendto(b"p" * half + text + b"q" * (n - len(text) - half), (to, 90))
	X
}
long_came() {
	udp_long "$@"
	for _ in 1 2 3 4 5; do
		! udp_got "$2" || return 0
		sleep 0.2
	done
	return 1
}
on b pkill -f UDP-RECVFROM:90 || true
# its place must be free before the other one takes it
wait_until 20 eval '! listening b -uln 90'
on b socat -b 70000 -u UDP6-RECVFROM:90,fork,ipv6only=0 OPEN:/tmp/got.udp,append 2>/dev/null &
wait_until 10 listening b -uln 90
for n in 1000 4000 30000; do
	for to in 10.0.0.2 fd00::2; do
		note "a datagram of $n bytes to $to"
		wait_until 20 long_came $to "good-$n-$to" $n
		# across a border of fragments or not, it is the middle that matches
		udp_long $to "evil1234end-$n-$to" $n
		sleep 0.3
		expect_fail udp_got "end-$n-$to"
		# what follows in that conversation is another one: new source port
		wait_until 20 long_came $to "after-$n-$to" $n
	done
done
note "the last fragment calls itself TCP: the receiver goes by the first one's next header, and so does the scan"
on a python3 - "$LAB_LIB" <<'X'
import socket, struct, sys
sys.path.insert(0, sys.argv[1])
import wire
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
ends = socket.inet_pton(socket.AF_INET6, "fd00::1") + socket.inet_pton(socket.AF_INET6, "fd00::2")
def send(text, ident):
    data = struct.pack("!HHHH", 4002, 90, 8 + len(text), 0) + text
    data = data[:6] + struct.pack("!H", wire.checksum(ends + struct.pack("!II", len(data), 17) + data)) + data[8:]
    for proto, off, more in (17, 0, 1), (6, 64, 0):
        part = struct.pack("!BBHI", proto, 0, off | more, ident) + (data[:64] if more else data[64:])
        s.sendto(wire.ip6("fd00::1", "fd00::2", 44, part), ("fd00::2", 0))
send(b"p" * 50 + b"evil1234end-header" + b"q" * 50, 31)
send(b"p" * 50 + b"good-next-header" + b"q" * 50, 32)
X
wait_until 10 udp_got good-next-header
expect_fail udp_got end-header
note "a datagram that a guest leaves to the host to cut in fragments (UFO), which none is offered: its pieces would join others"
# ufo TEXT: 3,000 bytes with it around byte 1,480.
ufo() {
	inject a flags=1 csum_start=34 csum_offset=6 gso_type=3 gso_size=1480 hdr_len=42 -- udp dmac="$(mac_of b)" \
		src=10.0.0.1 dst=10.0.0.2 sport=$((1000 + $2)) dport=90 partial=1 \
		data="$({ head -c 1466 /dev/zero && printf %s "$1" && head -c 1500 /dev/zero; } | tr '\0' u | od -An -v -tx1 | tr -d ' \n')" >/dev/null
}
before=$(scan_reason fragment)
ufo evil1212end-ufo 2
ufo_refused() { [ "$(scan_reason fragment)" -gt "$before" ]; }
wait_until 10 ufo_refused
expect_fail udp_got end-ufo
note "ended for a signature: $(scan_reason signature), as fragments: $(scan_reason fragment), for want of room: $(scan_reason scan-overload)"
expect_more "frames that ended for a signature" "$(scan_reason signature)" 5

note "the answer matches: the client never reads it"
on b socat -t 20 TCP6-LISTEN:84,fork,reuseaddr,ipv6only=0 SYSTEM:'read x; echo answer-evil4321end' 2>/dev/null &
wait_until 10 listening b -tln 84
# answered_evil ADDRESS FAMILY: the answer's match is told, and the client has not read it; what answers needs time to start.
answered_evil() {
	local got t=2
	until alerted 0 "flags=3 .*proto=6 family=$2 "; do
		[ $t -le 32 ] || fail "did not happen in time: an alert about the answer of $1"
		got=$(on a timeout $((t + 20)) socat -t $t - "$1" <<<hello 2>/dev/null || true)
		expect_fail grep -q evil <<<"$got"
		t=$((2 * t))
	done
}
expect_pass answered_evil TCP:10.0.0.2:84 4
expect_pass answered_evil 'TCP6:[fd00::2]:84' 6

note "who sends first fragments only spoils no neighbour's packets, nor has one forgotten to begin it again"
# of the neighbours one may be counted with him by chance
for n in 252 253; do ip addr add 10.0.0.$n/24 dev br0; done
# while it is asked for, the first of so many packets are dropped in front of vfw
ip neigh replace 10.0.0.2 lladdr "$(mac_of b)" dev br0 nud permanent
python3 - "$LAB_LIB" <<'X'
import socket, struct, sys
sys.path.insert(0, sys.argv[1])
import wire
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
rest = b"34end-twice" + bytes(100)
def send(data, ident, frag=0, more=1):
    s.sendto(wire.ip4("10.0.0.254", "10.0.0.2", 17, data, ident, frag, more), ("10.0.0.2", 0))
def first(text, ident):
    send(struct.pack("!HHHH", 4000, 90, 64 + len(rest), 0) + bytes(50) + text, ident)
first(b"evil12", 7)
for ident in range(100, 400):
    first(b"mute..", ident)
first(b"good..", 7)
send(rest, 7, 64, 0)
# what passed whole may have lost a piece on its way, in whose place one of another packet would be put
first(b"whole.", 8)
send(b"whole-once".ljust(len(rest), b"."), 8, 64, 0)
first(b"second", 8)
send(b"whole-twice".ljust(len(rest), b"."), 8, 64, 0)
X
wait_until 10 udp_got "whole-once"

note "what stands behind the end that UDP tells is cut off by the receiver: it is none of the datagram, in one packet or in fragments"
python3 - "$LAB_LIB" <<'X'
import socket, struct, sys
sys.path.insert(0, sys.argv[1])
import wire
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
def send(data, ident, frag=0, more=0):
    s.sendto(wire.ip4("10.0.0.254", "10.0.0.2", 17, data, ident, frag, more), ("10.0.0.2", 0))
def head(text):
    return struct.pack("!HHHH", 4001, 90, 64, 0) + text.ljust(56, b".")
send(head(b"tail-cut-one") + b"evil1234end", 20)
send(head(b"tail-cut-two"), 21, 0, 1)
send(b"evil1234end", 21, 64, 0)
X
wait_until 10 udp_got "tail-cut-one"
wait_until 10 udp_got "tail-cut-two"
neighbours() {
	python3 - <<'X'
import socket
for n in (252, 253):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("10.0.0.%d" % n, 0))
    s.sendto(b"n" * 2000 + b"neighbour's" + b"n" * 2000, ("10.0.0.2", 90))
X
	sleep 0.5
	udp_got "neighbour's"
}
wait_until 20 neighbours
expect_fail udp_got "34end-twice"
expect_fail udp_got "whole-twice"
