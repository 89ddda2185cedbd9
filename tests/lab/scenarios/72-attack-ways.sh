#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An attack by a kernel's own TCP under prevent: short, as a super-frame, with vfwd killed; all of it in a VLAN of the bridge.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"
. "$LAB_LIB/web.sh"

# ask ADDRESS PATH: by a's own kernel; succeeds if b answers.
ask() {
	printf 'GET %s HTTP/1.0\r\n\r\n' "$2" |
		on a timeout $((PATIENCE + 1)) socat -t $PATIENCE - "TCP:$(in_brackets "$1"):80,connect-timeout=$PATIENCE" 2>/dev/null |
		grep HTTP >/dev/null
}

web_up --vlan 10
long=$(printf 'A%.0s' $(seq 40000))
web_policy prevent

note "short and long"
for b in 10.0.0.12 fd00::12; do
	expect_pass ask $b /good.htm
	expect_fail ask $b "/evil.cgi?short-$b"
	timeout 60 tcpdump -i vnetb -nn -U --immediate-mode -w /tmp/long.pcap tcp and dst port 80 2>/tmp/tcpdump.log &
	wait_until 20 grep -q listening /tmp/tcpdump.log
	expect_pass ask $b "/good.htm?$long"
	kill $!
	wait $! || true
	longest=$(tcpdump -nn -e -r /tmp/long.pcap 2>/dev/null | grep -o ', length [0-9]*:' | tr -dc '0-9\n' | sort -n | tail -n 1)
	expect_more "length of the longest frame" "$longest" 1514
	expect_fail ask $b "/$long/evil.cgi?long"
done

note "with vfwd killed"
labvfw daemon kill
expect_pass ask 10.0.0.12 /good.htm
expect_fail ask 10.0.0.12 "/evil.cgi?killed"
expect_fail ask 10.0.0.12 "/$long/evil.cgi?killed"
labvfw daemon start
expect_fail ask 10.0.0.12 "/evil.cgi?started"

sleep 1
expect "attacks in the server's log" "$(reached evil)" 0
