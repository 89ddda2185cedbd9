#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A whole life of the module, everything used once and taken away again, leaves no memory behind.
# kernels: uml-debug
# kmemleak
. "$(dirname "$0")/../lib.sh"

labvm add a --ip 10.0.0.11/24 --ip fd00::11/64
labvm add b --ip 10.0.0.12/24 --ip fd00::12/64
labvm add stranger --unmanaged --no-process --ip 10.0.0.13/24
serve_tcp b 80
for round in 1 2; do
	policy <<-P
		first {
		  pass from vm a to vm b tcp port 80
		  reject from vm a to vm b tcp port 81
		  monitor from vm a to vm b udp
		  pass from any to any icmp
		}
		default block log "round $round"
	P
	expect_pass can_tcp a 10.0.0.12 80
	expect_pass tcp_refused a 10.0.0.12 81
	expect_pass tcp_refused a fd00::12 81
	expect_fail can_tcp b 10.0.0.11 80
	expect_pass can_ping a 10.0.0.12 -s 4000
	expect_fail can_ping stranger 10.0.0.12
	expect_fail vfwctl policy apply /dev/null/nothing 2>/dev/null
	echo 'first { pass from nosuch to any }' >/tmp/bad.vfw
	expect_fail vfwctl policy apply /tmp/bad.vfw 2>/dev/null
	vfwctl explain --from a --to b --proto tcp --dport 80 >/dev/null
	vfwctl flow list >/dev/null
	vfwctl rule list >/dev/null
done
vfwctl vm quarantine a
labvm del a
labvm del b
labvfw stop

note "and signatures: profiles replaced, streams with kept bytes cut, frames with the worker, refused databases"
. "$(dirname "$0")/../scan.inc"
scan_lab
expect_pass tcp_send "good"
expect_fail tcp_send "evil1234end"
echo Y >/sys/module/vfw/parameters/scan_worker
expect_fail tcp_send "evil1234end"
expect_pass udp_send "evil1234end"
expect_pass ctlscan swap --loops 8 vneta vnetb "$EVIL"
expect_pass tcp_send "good" "again"
expect_pass ctlrefuse >/dev/null
ctlscan disarm
labvm del a
labvm del b
labvfw stop
