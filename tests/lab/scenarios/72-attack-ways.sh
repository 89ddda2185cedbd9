#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An attack by a kernel's own TCP under prevent: short, as a super-frame, by multipath TCP where the kernel has it, with vfwd killed; all of it in a VLAN of the bridge.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"
. "$LAB_LIB/web.sh"

# ask ADDRESS PATH: by a's own kernel; succeeds if b answers.
ask() {
	printf 'GET %s HTTP/1.0\r\n\r\n' "$2" |
		on a timeout $((PATIENCE * 2 + 20)) socat -t $PATIENCE - "TCP:$(in_brackets "$1"):80,connect-timeout=$PATIENCE" 2>/dev/null |
		grep HTTP >/dev/null
}

web_up --vlan 10
long=$(printf 'A%.0s' $(seq 40000))
web_policy prevent

note "short and long"
for b in 10.0.0.12 fd00::12; do
	expect_pass ask $b /good.htm
	expect_fail ask $b "/evil.cgi?short-$b"
	longest=$(longest_frame vnetb 'tcp and dst port 80' ask $b "/good.htm?$long")
	expect_more "length of the longest frame" "$longest" 1514
	expect_fail ask $b "/$long/evil.cgi?long"
done

if on b python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)' 2>/dev/null; then
	note "multipath TCP at both ends: it comes to be plain TCP, and is scanned as such"
	cat >/tmp/many.py <<-'P'
		import http.server, os, socket, sys
		many = lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
		if sys.argv[1] == "serve":
		    class Server(http.server.ThreadingHTTPServer):
		        def __init__(self, *args):
		            super().__init__(*args, bind_and_activate=False)
		            self.socket = many()
		            self.server_bind()
		            self.server_activate()
		    os.chdir("/tmp/www")
		    Server(("", 81), http.server.SimpleHTTPRequestHandler).serve_forever()
		s = many()
		s.settimeout(float(sys.argv[1]))
		s.connect(("10.0.0.12", 81))
		s.sendall(("GET %s HTTP/1.0\r\n\r\n" % sys.argv[2]).encode())
		sys.exit(not s.recv(100).startswith(b"HTTP"))
	P
	on b python3 -u /tmp/many.py serve >/dev/null 2>>$WWW_LOG &
	wait_until 20 listening b -tln 81
	for vm in a b; do
		on $vm timeout 900 tcpdump -i eth0 -nn -U --immediate-mode -w /tmp/many.$vm.pcap 'dst port 81' 2>/tmp/tcpdump.$vm &
		wait_until 20 grep -q listening /tmp/tcpdump.$vm
	done
	expect_pass on a python3 /tmp/many.py $PATIENCE "/good.htm?many"
	expect_fail on a python3 /tmp/many.py 2 "/evil.cgi?many"
	many() { tcpdump -nn -r /tmp/many.$1.pcap 2>/dev/null | grep -c mptcp || true; }
	a_sent() { [ "$(many a)" -gt 0 ]; }
	wait_until 20 a_sent
	expect "segments of it that b got" "$(many b)" 0
fi

note "with vfwd killed"
labvfw daemon kill
expect_pass ask 10.0.0.12 /good.htm
expect_fail ask 10.0.0.12 "/evil.cgi?killed"
expect_fail ask 10.0.0.12 "/$long/evil.cgi?killed"
labvfw daemon start
expect_fail ask 10.0.0.12 "/evil.cgi?started"

sleep 1
expect "attacks in the server's log" "$(reached evil)" 0
