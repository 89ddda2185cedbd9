#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Fragments and IPv6 extension headers: whole packets arrive, what overlaps, comes twice, is tiny or has no judged
# first fragment does not; whose fragments find no mark pays for it alone; ICMP errors about what is in flight pass, forged ones do not.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm add a --ip 10.0.0.11/24 --ip fd00::11/64
labvm add b --ip 10.0.0.12/24 --ip fd00::12/64
labvm add c --ip 10.0.0.13/24 --ip fd00::13/64
b=$(mac_of b)
policy <<'P'
first {
  pass from vm a to vm b udp port 7
  pass from vm a to vm b tcp port 80
  pass from any to any icmp
  pass from any to any icmp6
}
default block
P
repeat() { printf "$1%.0s" $(seq "$2"); }

note "large packets of either IP version, both ways"
for a in 10.0.0.12 fd00::12; do
	expect_pass can_ping a $a -s 20000
	expect_pass can_ping a $a -s 60000
done
serve_udp b 7
big=$(repeat 0123456789 600)
# comes_back ADDRESS: 6000 bytes do, whole.
comes_back() { [ "$(echo "$big" | on a timeout 30 socat -b 8000 -t $PATIENCE - "UDP:$(in_brackets "$1"):7")" = "$big" ]; }
for a in 10.0.0.12 fd00::12; do
	wait_until 40 comes_back $a
done
expect "fragments dropped" "$(reason fragment)" 0

note "what overlaps, comes twice, contradicts, is tiny or has no first one; chains of extension headers"
dropped=$(reason fragment)
expect_pass python3 "$LAB_LIB/fragments.py" a b
expect_more "fragments dropped" "$(reason fragment)" "$dropped"

note "who sends only first fragments loses his own: the neighbour's packets are put together"
first="udp dmac=$b src=10.0.0.11 dst=10.0.0.12 dport=7 mf=1"
later="ip dmac=$b src=10.0.0.11 dst=10.0.0.12 proto=17"
python3 - "$LAB_LIB" <<-'P'
	import struct, sys
	sys.path.insert(0, sys.argv[1])
	import wire
	w = wire.Wire("a", "b")
	for ident in range(100, 400):
	    w.send(wire.ip4("10.0.0.11", "10.0.0.12", 17, struct.pack("!HHHH", 40000, 7, 1000, 0) + bytes(56), ident, 0, 1))
P
expect_pass can_ping c 10.0.0.12 -s 20000
expect_pass can_ping c fd00::12 -s 20000
dropped_for fragment delivered b a -- $later id=100 frag=64 data=$(repeat 42 64)

note "an ICMP error about a packet in flight passes, one with another number or from another VM does not"
serve_tcp b 80
cat >/tmp/hold.py <<'P'
import socket, sys
sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
conn = socket.create_connection((sys.argv[1], 80), 60)
conn.sendall(b"hello")
conn.recv(5)
six = ":" in sys.argv[1]
sniffer.settimeout(60)
port = conn.getsockname()[1]
while True:
    ip = sniffer.recv(2000)[14:]
    tcp = ip[40:40 + int.from_bytes(ip[4:6], "big")] if six else ip[20:int.from_bytes(ip[2:4], "big")]
    if ip[6 if six else 9] != 6 or int.from_bytes(tcp[:2], "big") != port:
        continue
    data = tcp[(tcp[12] >> 4) * 4:]
    if data == b"hello":
        break
print(port, (int.from_bytes(tcp[4:8], "big") + 5) & 0xffffffff, flush=True)
sys.stdin.read()
P
hold() { # ADDRESS: opens a connection and says its port and sequence number
	coproc on a python3 /tmp/hold.py "$1"
	read -r port seq <&"${COPROC[0]}"
}
let_go() { kill "$COPROC_PID"; wait "$COPROC_PID" 2>/dev/null || true; }
a=$(mac_of a)
quoted4() { printf '4500003c000040004006%04x0a00000b0a00000c%04x0050%08x' 0 "$port" $((($seq + $1) & 0xffffffff)); }
quoted6() {
	printf '6000000000140640fd000000000000000000000000000011fd000000000000000000000000000012%04x0050%08x' \
		"$port" $((($seq + $1) & 0xffffffff))
}
hold 10.0.0.12
big4="icmp dmac=$a dst=10.0.0.11 type=3 code=4"
expect_pass delivered a b -- $big4 src=10.0.0.12 data=00000578$(quoted4 0)
dropped_for invalid-state delivered a b -- $big4 src=10.0.0.12 data=00000578$(quoted4 1)
dropped_for invalid-state delivered a b -- $big4 src=10.0.0.12 data=00000578$(quoted4 -100)
dropped_for invalid-state delivered a c -- $big4 src=10.0.0.13 data=00000578$(quoted4 0)
let_go
hold fd00::12
big6="icmp6 dmac=$a dst=fd00::11 type=2 code=0"
expect_pass delivered a b -- $big6 src=fd00::12 data=00000514$(quoted6 0)
dropped_for invalid-state delivered a b -- $big6 src=fd00::12 data=00000514$(quoted6 100000)
dropped_for invalid-state delivered a c -- $big6 src=fd00::13 data=00000514$(quoted6 0)
let_go

note "extension headers of all kinds: what is legal opens a flow of the ports behind it, and errors that quote it find that"
policy <<'P'
first { pass from vm a to vm b udp port 7 }
default block
P
expect_pass python3 "$LAB_LIB/chains.py" a b
policy <<'P'
first {
  pass from vm a to vm b udp port 7
  pass from vm a to vm b proto ah
}
default block
P
expect_pass python3 "$LAB_LIB/chains.py" a b ah

note "who sends so much that it cannot be marked is held to it himself, and his neighbour's inspected packets are not"
mkdir -p /etc/vfw/signatures
echo '1000001 /never-said/ "never"' >/etc/vfw/signatures/never.patterns
policy <<'P'
profile udp { signatures { "never.patterns" }  mode prevent }
first {
  pass from any to vm b udp port 7 inspect udp
  pass from any to any icmp
}
default block
P
for vm in a c; do # FROM: 6000 bytes, and back
	eval "asked_$vm() { [ \"\$(echo \"\$big\" | on $vm timeout 10 socat -b 8000 -t 2 - UDP:10.0.0.12:7 | wc -c)\" = 6001 ]; }"
done
# room for no page of marks
kib=$(cat /sys/module/vfw/parameters/scan_kib_per_vm)
echo 0 >/sys/module/vfw/parameters/scan_kib_per_vm
python3 - "$LAB_LIB" <<-'P'
	import struct, sys
	sys.path.insert(0, sys.argv[1])
	import wire
	w = wire.Wire("c", "b")
	for ident in range(3000):
	    w.send(wire.ip4("10.0.0.13", "10.0.0.12", 1, struct.pack("!BBHHH", 8, 0, 0, 7, 1) + bytes(56), ident, 0, 1))
P
echo "$kib" >/sys/module/vfw/parameters/scan_kib_per_vm
before=$(reason fragment)
expect_fail asked_c
expect_more "fragments dropped" "$(reason fragment)" "$before"
wait_until 20 asked_a

note "two senders of one address: under prevention the second may not begin what the first one has begun, nor complete it"
policy <<'P'
guard default { mac any  ip any }
profile udp { signatures { "never.patterns" }  mode prevent }
first { pass from any to vm b udp port 7 inspect udp }
default block
P
expect_pass python3 - "$LAB_LIB" <<-'P'
	import struct, sys
	sys.path.insert(0, sys.argv[1])
	import wire
	a, c = wire.Wire("a", "b"), wire.Wire("c", "b")
	text = struct.pack("!HHHH", 40000, 7, 128, 0) + bytes(120)
	def ip(data, *more):
	    return wire.ip4("10.0.0.50", "10.0.0.12", 17, data, *more)
	def came(wire, *packets):
	    return wire.arrived(packets, ip(struct.pack("!HHHH", 40000, 7, 12, 0) + b"mark"))
	first, rest = ip(text[:64], 500, 0, 1), ip(text[64:], 500, 64, 0)
	assert came(a, first) == [True]
	assert came(c, first, rest) == [False, False]
	assert came(a, rest) == [True]
	# whole, and so it stays for as long as its receiver might miss a piece
	assert came(c, first, rest) == [False, False]
	assert came(a, first, rest) == [False, False]
P
