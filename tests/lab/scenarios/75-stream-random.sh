#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Segments at random through the module to this kernel's TCP: what the application got has no match (prevent), or each is told (detect); honest transfers stay whole. SEED=N tries another.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"
. "$LAB_LIB/scan.inc"

seed=${SEED:-1}
count=${COUNT:-$([ "$LAB_KERNEL" = uml-debug ] && echo 36 || echo 20)}
note "SEED=$seed"
scan_lab
# scatter.py speaks for these, not a's kernel; data in a SYN is taken without a cookie
for ip in 10.0.0.1/24 fd00::1/64; do
	ip -n a addr del $ip dev eth0
	ip -n b neigh replace ${ip%/*} lladdr 52:54:00:00:00:01 dev eth0 nud permanent
done
on b sh -c 'echo 0x203 >/proc/sys/net/ipv4/tcp_fastopen'
scatter() { on a python3 "$LAB_LIB/scatter.py" "$1" "$seed" "$2" 52:54:00:00:00:02 /tmp/alerts; }

note "detect, honest senders: all of it comes, and every match is told"
expect_pass ctlscan apply --detect vneta vnetb "$EVIL" harmless
expect_pass scatter detect 10
note "detect, hostile senders: without prevention attacks do come through"
expect_pass scatter control 10
note "prevent: none does, and honest senders are not hurt"
expect_pass ctlscan apply vneta vnetb "$EVIL" harmless
expect_pass scatter prevent "$count"
for word in signature stream-conflict stream-urgent bad-checksum; do
	expect_more "frames dropped for $word" "$(scan_reason $word)" 0
done
