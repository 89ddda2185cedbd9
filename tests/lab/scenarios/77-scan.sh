#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Signatures on the packet path, without the daemon: prevent and detect, streams and datagrams, and all of it by way of the worker.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../scan.inc"

scan_lab
note "the instruction set: $(ctlscan set)"
grep -qE '^(sse42|avx2|avx512) 5\.' <<<"$(ctlscan set)"

# prevents TAG: an attack never reaches the server, whatever way it is cut; what is harmless does.
prevents() {
	local tag=$1
	note "$tag: prevent"
	expect_pass tcp_send "good-$tag-1" "good-$tag-2"
	wait_until 10 tcp_got "good-$tag-1good-$tag-2"
	expect_fail tcp_send "GET /evil1111end-$tag"
	expect_fail tcp_send "GET /ev" "il2222" "end-$tag"
	expect_fail tcp_send "$(head -c 40000 /dev/zero | tr '\0' x)evil3333end-$tag"
	expect_fail tcp_got "end-$tag"
	# bytes before the match, in segments of their own, were harmless and pass
	udp_arrives "udp-good-$tag"
	expect_pass udp_send "evil4444end-$tag"
	udp_arrives "udp-after-$tag"
	sleep 0.5
	expect_fail udp_got "evil4444end-$tag"
	wait_until 10 alerted 0 "proto=6"
	wait_until 10 alerted 0 "proto=17"
	expect_more "frames that ended for a signature" "$(scan_reason signature)" 0
}

# A long transfer is neither broken nor out of order.
whole() {
	local sum got
	note "$1: 4 MB arrive as they were sent"
	head -c 4000000 /dev/urandom >/tmp/noise
	sum=$(md5sum </tmp/noise)
	: >/tmp/got.tcp
	expect_pass on a timeout 200 socat -u OPEN:/tmp/noise TCP:10.0.0.2:80
	wait_until 60 got_all
	got=$(md5sum </tmp/got.tcp)
	expect "checksum" "$got" "$sum"
}

got_all() { [ "$(stat -c %s /tmp/got.tcp)" -ge 4000000 ]; }

# What goes to the host is judged at the bridge.
host() {
	note "$1: to the host, and back"
	expect_pass on a ping -q -c 3 -i 0.2 -W 10 10.0.0.254 >/dev/null
	TO='10.0.0.254 81' expect_pass tcp_send "to the host-$1"
	wait_until 10 /usr/bin/grep -aq "to the host-$1" /tmp/got.host
	TO='10.0.0.254 81' expect_fail tcp_send "evil1212end-host-$1"
	expect_fail /usr/bin/grep -aq "end-host-$1" /tmp/got.host
}

socat -u TCP-LISTEN:81,fork,reuseaddr OPEN:/tmp/got.host,creat,append 2>/dev/null &
wait_until 20 eval "ss -tln | grep ':81 '"
prevents direct
host direct
whole direct
expect_more "bytes scanned" "$(profile_count bytes)" 4000000

echo Y >/sys/module/vfw/parameters/scan_worker
prevents worker
whole worker
host worker
echo N >/sys/module/vfw/parameters/scan_worker

note "detect: it passes, and is said"
expect_pass ctlscan apply --detect vneta vnetb "$EVIL" harmless
before=$(grep -c '^alert' /tmp/alerts)
expect_pass tcp_send "GET /evil5555end-detect"
wait_until 10 tcp_got "evil5555end-detect"
udp_arrives "evil6666end-detect"
alerts_grew() { [ "$(grep -c '^alert' /tmp/alerts)" -ge $((before + 2)) ]; }
wait_until 10 alerts_grew
wait_until 10 alerted 0 "flags=0"

note "prevent, but disarmed: said as would-drop, and passes"
expect_pass ctlscan apply vneta vnetb "$EVIL" harmless
ctlscan disarm
expect_pass tcp_send "GET /evil7777end-disarmed"
wait_until 10 tcp_got "evil7777end-disarmed"
ctlscan arm

note "depth: what lies beyond is not looked at"
expect_pass ctlscan apply --depth 1000 vneta vnetb "$EVIL" harmless
expect_fail tcp_send "evil8888end-shallow"
expect_pass tcp_send "$(head -c 2000 /dev/zero | tr '\0' y)" "evil9999end-deep"
wait_until 10 tcp_got "evil9999end-deep"
expect_fail tcp_got "evil8888end-shallow"
