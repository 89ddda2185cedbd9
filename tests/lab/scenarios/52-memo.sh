#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The short way of running transfers: it is gone, and all is counted; what changes between the two hooks, of a VM, in the bridge or
# by an administrator is seen at the next frame, and when it is taken back, the transfer goes on.
# Of an inspected one what only acknowledges goes it, too.
# kernels: uml-debug 6.1
. "$(dirname "$0")/../lib.sh"
. "$LAB_LIB/pump.inc"

labvm bridge br0
labvm add a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
# their VLAN, by which the bridge does not filter yet
in_vlan() {
	bridge vlan del dev "vnet$1" vid 1
	bridge vlan add dev "vnet$1" vid 10 pvid untagged
}
in_vlan a
in_vlan b
pump_listen
short() { cat /sys/module/vfw/parameters/memo_hits; }
further_by_it() { further "$1" "$2" && [ "$(short)" -gt "$3" ]; }
# going_on: all transfers bring bytes to either end, and do so by the short way
going_on() {
	wait_until 40 further_by_it a "$(fewest a)" "$(short)"
	wait_until 40 further_by_it b "$(fewest b)" "$(short)"
}
# stopped REASON WAS: frames are dropped for it, and nothing comes at VM b any more
stopped() {
	local was
	wait_until 20 reason_more "$1" "$2"
	sleep 0.3
	was=$(fewest b)
	sleep 0.7
	expect "what b has received" "$(fewest b)" "$was"
	open || fail "a transfer has ended"
}
pump_connect
going_on

note "what goes the short way is counted as ever: by reason, by rule, by VM"
counted /sys/module/vfw/parameters/memo_hits

note "a frame of such a conversation that would have a checksum written elsewhere goes the long way, and no further"
port=$(on a ss -Htn state established 'dport = :80' | awk 'NR == 1 { sub(".*:", "", $3); print $3 }')
was=$(reason bad-offload)
# lie CSUM_START CSUM_OFFSET
lie() {
	inject a flags=1 csum_start="$1" csum_offset="$2" -- tcp dmac="$(mac_of b)" src=10.0.0.11 dst=10.0.0.12 sport="$port" \
		dport=80 flags=0x10 data=0000000000000000 partial=1 >/dev/null
}
lie 34 6
lie 38 16
refused() { [ "$(reason bad-offload)" = $((was + 2)) ]; }
wait_until 20 refused
going_on

note "between the hooks the frames become those of another conversation: judged by what they are then"
was=$(reason default)
nft -f - <<'N'
table bridge between {
	chain forward { type filter hook forward priority 0; policy accept; ether type ip tcp dport 80 tcp dport set 82; }
}
N
stopped default "$was"
nft delete table bridge between
going_on

note "... or somebody else's: the receiver is not the one they are for"
was=$(reason not-for-you)
nft -f - <<'N'
table bridge between {
	chain forward { type filter hook forward priority 0; policy accept; ether type ip tcp dport 80 ether daddr set 52:54:00:00:00:99; }
}
N
stopped not-for-you "$was"
nft delete table bridge between
going_on

note "the VM may use another address from now on"
inventory=/etc/vfw/vms.d/a.toml
cp $inventory /tmp/a.toml
was=$(reason spoof-ip)
sed 's/10\.0\.0\.11/10.0.0.99/' /tmp/a.toml >/tmp/a.other
cp /tmp/a.other $inventory
stopped spoof-ip "$was"
cp /tmp/a.toml $inventory
going_on

note "quarantine"
was=$(reason quarantine)
vfwctl vm quarantine a
stopped quarantine "$was"
vfwctl vm release a
going_on

note "the receiver's port is in another VLAN, though it still gives out the sender's, when the bridge begins to ask"
bridge vlan add dev vnetb vid 20 pvid
going_on
was=$(reason vlan)
ip link set br0 type bridge vlan_filtering 1
stopped vlan "$was"
bridge vlan del dev vnetb vid 20
bridge vlan add dev vnetb vid 10 pvid untagged
going_on

note "the port leaves the bridge, and comes back"
ip link set vneta nomaster
was=$(fewest b)
sleep 0.5
ip link set vneta master br0
in_vlan a
going_on
expect "frames that no conversation was found for" "$(reason invalid-state)" 0

note "a conversation is reset and forgotten, and another one has the same ports: a memo of the first holds no more"
serve_tcp b 81
talk() {
	on a python3 - <<-'P'
		import socket, struct
		s = socket.socket()
		s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
		s.settimeout(60)
		s.bind(("10.0.0.11", 5000))
		s.connect(("10.0.0.12", 81))
		for i in range(20):
		    s.sendall(b"x")
		    assert s.recv(1) == b"x"
		s.close()
	P
}
forgotten() { [ "$(vfwctl -o json flow list | jq '[.flows[] | select(.src_port == 5000)] | length')" = 0 ]; }
before=$(short)
expect_pass talk
! forgotten || fail "the flow was not seen"
wait_until 30 forgotten
sleep 1
expect_pass talk
expect_more "short ways" "$(short)" $((before + 30))

note "an inspected transfer: acknowledgements go the short way, and what they acknowledge makes room for what is kept next"
echo 128 >/sys/module/vfw/parameters/stream_kib
mkdir -p /etc/vfw/signatures
echo '1000001 /pattern-attack/' >/etc/vfw/signatures/web.patterns
policy <<'P'
profile web { signatures { "web.patterns" }  mode prevent }
first { pass from vm a to vm b tcp port 82 inspect web }
default block
P
on b python3 -u - >/dev/null 2>/tmp/sink.log <<-'X' &
	import socket
	s = socket.create_server(("", 82))
	while True:
	    c = s.accept()[0]
	    got = 0
	    while True:
	        data = c.recv(65536)
	        got += len(data)
	        if not data or data.endswith(b"!"):
	            break
	    c.sendall(str(got).encode())
	    c.close()
X
wait_until 20 listening b -tln 82
# bulk TEXT: so much that all of it has to be kept many times over, and the text; prints how much b got
bulk() {
	on a timeout 60 python3 - "$1" <<-'X'
		import socket, sys
		c = socket.create_connection(("10.0.0.12", 82), 20)
		c.setsockopt(socket.IPPROTO_TCP, 18, 8000)
		c.sendall(b"." * 1000000 + sys.argv[1].encode())
		print(c.recv(100).decode())
	X
}
before=$(short)
expect "what b has got" "$(bulk '!')" 1000001
expect_more "short ways" "$(short)" $((before + 10))
expect_fail bulk 'pattern-attack!'
