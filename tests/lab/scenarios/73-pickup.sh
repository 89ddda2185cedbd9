#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A conversation found running under a preventing profile is taken soon after arming only; a reset with a wrong checksum ends none.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"
. "$LAB_LIB/web.sh"

web_up
web_policy prevent
running=(tcp src=10.0.0.11 dst=10.0.0.12 dmac="$(mac_of b)" sport=4000 dport=80 flags=0x10 seq=1000 ack=2000)

note "soon after arming"
expect_pass delivered b a -- "${running[@]}"
note "later"
echo 0 >/sys/module/vfw/parameters/pickup_s
running[4]=sport=4001
before=$(reason invalid-state)
expect_fail delivered b a -- "${running[@]}"
expect_more "running conversations refused" "$(reason invalid-state)" "$before"
note "where nothing prevents, as ever"
running[2]=dst=10.0.0.11 running[1]=src=10.0.0.12 running[3]=dmac=$(mac_of a)
expect_pass delivered a b -- "${running[@]}"

note "a reset that the receiver ignores for its checksum ends nothing"
ip netns exec a tcpdump -i eth0 -nn -S -l 'tcp dst port 80 and tcp[tcpflags] & tcp-push != 0' >/tmp/sent 2>/tmp/tcpdump.log &
wait_until 20 grep -q listening /tmp/tcpdump.log
on a python3 - <<'P' &
import os, socket, time
s = socket.create_connection(("10.0.0.12", 80), 10)
s.sendall(b"GET /good.htm?1 HTTP/1.0\r\n")
while not os.path.exists("/tmp/go"):
    time.sleep(0.1)
s.sendall(b"\r\n")
s.settimeout(20)
open("/tmp/answer", "wb").write(s.recv(1000))
P
asker=$!
wait_until 20 grep -q 'seq [0-9]*:[0-9]*' /tmp/sent
# 12:00:00.0 IP 10.0.0.11.PORT > 10.0.0.12.80: Flags [P.], seq FIRST:END, ack ...
read -r port end < <(sed -n 's/.*IP 10\.0\.0\.11\.\([0-9]*\) > .* seq [0-9]*:\([0-9]*\),.*/\1 \2/p' /tmp/sent | head -n 1)
state() { vfwctl -o json flow list | jq -r --argjson p "$port" '.flows[] | select(.src_port == $p) | .state'; }
expect "the conversation" "$(state)" established
drops=$(reason bad-checksum)
inject a -- tcp src=10.0.0.11 dst=10.0.0.12 dmac="$(mac_of b)" sport="$port" dport=80 flags=0x04 seq="$end" sum=bad >/dev/null
wait_until 20 reason_more bad-checksum "$drops"
expect "the conversation after it" "$(state)" established
touch /tmp/go
wait $asker
expect_pass grep -q 'HTTP/1.0 200' /tmp/answer
