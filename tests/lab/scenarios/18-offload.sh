#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Super-frames: honest offload claims pass, lying ones are dropped as bad-offload.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm add a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
policy <<'P'
first { pass from any to any }
default block log
P
note "a real transfer in super-frames"
on b iperf3 -s -D -1
wait_until 10 listening b -tln 5201
longest=$(longest_frame vnetb 'tcp and dst port 5201' on a iperf3 -c 10.0.0.12 -n 20M)
expect_more "length of the longest frame" "$longest" 1514
expect "bad offloads of honest VMs" "$(reason bad-offload)" 0

b=$(mac_of b)
data=$(printf '41%.0s' $(seq 2000))
udp="udp dmac=$b src=10.0.0.11 dst=10.0.0.12 dport=7"
tcp="tcp dmac=$b src=10.0.0.11 dst=10.0.0.12 dport=7"
# virtio-net: flags 1 = NEEDS_CSUM; gso_type 1 = TCPv4, 4 = TCPv6, 5 = UDP_L4
note "CHECKSUM_PARTIAL where it belongs"
expect_pass delivered b a flags=1 csum_start=34 csum_offset=6 -- $udp partial=1 data=4142
expect_pass delivered b a flags=1 csum_start=34 csum_offset=16 -- $tcp partial=1

note "and where it does not: another field, another header, the payload"
dropped_for bad-offload delivered b a flags=1 csum_start=34 csum_offset=4 -- $udp partial=1 data=41424344
dropped_for bad-offload delivered b a flags=1 csum_start=42 csum_offset=0 -- $udp data=41424344
dropped_for bad-offload delivered b a flags=1 csum_start=34 csum_offset=16 -- $udp data=$data
# some kernels' tun refuses these by itself
expect_fail delivered b a flags=1 csum_start=14 csum_offset=10 -- $udp partial=1 data=4142
expect_fail delivered b a flags=1 csum_start=14 csum_offset=0 -- ether type=0x88b5 dmac=$b

note "a segmentation claim of another protocol than the frame's"
dropped_for bad-offload delivered b a flags=1 csum_start=34 csum_offset=6 gso_type=3 gso_size=1000 hdr_len=42 -- $tcp data=$data
