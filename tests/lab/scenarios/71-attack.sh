#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An attack on a web server, in any manner: under prevent it is not in the server's log, under detect it is, and told.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"
. "$LAB_LIB/web.sh"

web_up
web_policy prevent
on b timeout 900 tcpdump -i eth0 -nn -U --immediate-mode -w /tmp/syn.pcap 'dst port 80' 2>/tmp/tcpdump.log &
sniffer=$!
wait_until 20 grep -q listening /tmp/tcpdump.log
# multipath: conversations of the capture with such an option, among all
multipath() { tcpdump -nn -r /tmp/syn.pcap 2>/dev/null | grep -c "$1" || true; }
for ip in 4 6; do
	note "prevent, IPv$ip: what is harmless is answered in any manner that can be scanned"
	say 20 $CLEAR '/good.htm?@' '/good.htm?@' $ip | tee /tmp/said
	expect "not answered" "$(other_than answered)" 0
	note "prevent, IPv$ip: the attack in none"
	say 0.5 $CLEAR,$OPAQUE,$LOST "/evil.cgi?@-$ip" "/good.htm?@-$ip" $ip | tee /tmp/said
	expect "answered" "$(other_than silent)" 0
done
sleep 1
expect "attacks in the server's log" "$(reached evil)" 0
expect_more "harmless requests in it" "$(reached good.htm)" 15
expect_more "dropped for the signature" "$(reason signature)" 10
expect_more "dropped for contradicting" "$(reason stream-conflict)" 0
kill $sniffer || true
wait $sniffer || true
expect_more "conversations that reached it" "$(multipath 'Flags \[S')" 15
expect "segments of multipath TCP among them" "$(multipath mptcp)" 0
expect_more "dropped as such" "$(reason stream-multipath)" 1
eve '.event_type == "alert" and .alert.signature_id == 1000001 and .alert.action == "blocked"'

note "detect: it arrives, and is told"
web_policy detect
for ip in 4 6; do
	say 20 $CLEAR,$OPAQUE "/evil.cgi?detect-@-$ip" "/good.htm?@" $ip | tee /tmp/said
	expect "not answered" "$(other_than answered)" 0
done
for manner in whole split reverse overlap again refused ahead reborn random fragment bare urgent multipath mapped; do
	expect_more "requests in the log, $manner" "$(reached "/evil.cgi?detect-$manner-")" 1
done
eve '.event_type == "alert" and .alert.signature_id == 1000001 and .alert.action == "allowed"'
