#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# One frame of a hundred lost before vfw, or behind it: an inspected transfer completes, as fast as without vfw within bounds.
# kernels: uml-debug 6.1
. "$(dirname "$0")/../lib.sh"
. "$LAB_LIB/web.sh"

modprobe -q sch_netem || true
# loss PERCENT-BEFORE PERCENT-BEHIND: on the way from a to b
loss() {
	ip netns exec a tc qdisc replace dev eth0 root netem loss "$1%"
	tc qdisc replace dev vnetb root netem loss "$2%"
}

# rate: bit/s of a transfer from a to b; the best of three, of which a machine that stands still may spoil one
rate() {
	local i
	for i in 1 2 3; do
		{ timeout 100 ip netns exec a iperf3 -c 10.0.0.12 -n 10M -J || true; } | jq '.end.sum_received.bits_per_second // 0'
	done | sort -n | tail -n 1 | cut -d. -f1
}
# as_fast THAN: a transfer reaches a tenth of that rate; which frames are lost is chance, so it may try again
as_fast() {
	got=$(rate)
	[ "$got" -gt $(($1 / 10)) ] || got=$(rate)
	expect_more "rate, with $1 bit/s without vfw" "$got" $(($1 / 10))
}

# frames of a few segments, so that one of a hundred is several
web_up
ip -n a link set eth0 gso_max_segs 4
head -c 3000000 /dev/urandom >/tmp/www/large
on b iperf3 -s -D
wait_until 10 listening b -tln 5201
loss 1 0
before=$(rate)
loss 0 1
behind=$(rate)
web_policy prevent
loss 0 0
note "without loss $(rate) bit/s"
loss 1 0
as_fast "$before"
note "lost before: $got bit/s, without vfw $before"
loss 0 1
as_fast "$behind"
note "lost behind: $got bit/s, without vfw $behind"

note "and what is transferred is whole"
loss 1 1
expect_pass on a python3 -c 'import urllib.request as u; open("/tmp/got", "wb").write(u.urlopen("http://10.0.0.12/large", timeout=60).read())'
expect_pass cmp /tmp/got /tmp/www/large
expect "contradictions" "$(reason stream-conflict)" 0
expect "gaps" "$(reason stream-gap)" 0
