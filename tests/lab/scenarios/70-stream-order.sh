#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What this kernel's TCP delivers of hostile segments had been scanned in order: kmod/core/stream.c in between, in user space.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

modprobe -q tun || true
# data in a SYN is taken, with or without a cookie
fastopen=$(cat /proc/sys/net/ipv4/tcp_fastopen)
echo 0x203 >/proc/sys/net/ipv4/tcp_fastopen
for seed in 1 2 3; do
	streamtcp $seed 100 | tee /tmp/streamtcp.log
done
echo "$fastopen" >/proc/sys/net/ipv4/tcp_fastopen
note "of each kind there was something"
expect_fail grep -qE '(: |, |; | )0 (to their end|not|with|passed|lost)|conflict 0|window 0|full 0|hits 0|FINs 0|RSTs 0' /tmp/streamtcp.log
