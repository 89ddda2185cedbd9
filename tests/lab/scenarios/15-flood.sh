#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Flooding, multicast and broadcast: each copy is judged for the VM it is delivered to; a sniffer on
# the bridge changes nothing.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm bridge br0 --ip 10.0.0.1/24
labvm add a --label role=friend --ip 10.0.0.11/24
labvm add b --label role=friend --ip 10.0.0.12/24
labvm add c --label role=other --ip 10.0.0.13/24
policy <<'P'
group friends = label role=friend
first { pass from friends to friends }
default block log
P
expect_pass can_ping a 10.0.0.12
serve_tcp b 80

note "broadcast reaches those whom the policy joins, and only them"
expect_pass delivered b a -- ether type=0x88b5
expect_fail delivered c a -- ether type=0x88b5

note "multicast likewise"
expect_pass delivered b a -- udp dmac=01005e000001 src=10.0.0.11 dst=224.0.0.1 dport=5000
expect_fail delivered c a -- udp dmac=01005e000001 src=10.0.0.11 dst=224.0.0.1 dport=5000

note "unicast flooded to all ports, for want of an entry in the forwarding table"
b=$(mac_of b)
for d in vneta vnetb vnetc; do bridge link set dev $d learning off; done
bridge fdb flush dev vnetb 2>/dev/null || bridge fdb del "$b" dev vnetb master 2>/dev/null || true
drops=$(reason not-for-you)
expect_pass delivered b a -- udp dmac=$b src=10.0.0.11 dst=10.0.0.12 dport=5001
expect_fail delivered c a -- udp dmac=$b src=10.0.0.11 dst=10.0.0.12 dport=5001
wait_until 20 reason_more not-for-you "$drops"

note "a sniffer on the bridge: the host hears frames that are not for it, and judges none of them"
timeout 300 tcpdump -i br0 -nn -w /tmp/sniffed 2>/tmp/tcpdump.log &
wait_until 10 grep -q listening /tmp/tcpdump.log
others='.event_type == "drop" and .vfw.reason != "not-for-you"'
# settled: what was dropped up to now has been told.
settled() {
	local drops
	drops=$(eve_count "$others")
	sleep 2
	[ "$(eve_count "$others")" = "$drops" ]
}
wait_until 20 settled
drops=$(eve_count "$others")
expect_pass can_tcp a 10.0.0.12 80
expect_pass can_ping a 10.0.0.12
sleep 2
expect "drops while the sniffer ran" "$(eve_count "$others")" "$drops"
kill %% 2>/dev/null || true
expect_fail can_ping a 10.0.0.1
