#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Random policies and VMs, and questions about them: the module in force answers as a slow model of docs/policy.md does.
# kernels: uml-debug
. "$(dirname "$0")/../lib.sh"

# The emulated kernels run the same code some thirty times slower.
case $LAB_KERNEL in
uml*) packets=20000 ;;
*) packets=1000 ;;
esac
rm -f /etc/vfw/vms.d/*
labvfw start
compare=$LAB_LIB/../oracle/compare
expect_pass "$compare" --vfwd /run/vfw/vfwd.sock --packets $packets --each $((packets / 50 > 100 ? packets / 50 : 100))
note "a model that misreads one sentence is found out"
"$compare" --vfwd /run/vfw/vfwd.sock --packets $packets --each 400 --wrong >/tmp/wrong 2>&1 && fail "it was not"
grep -q '^DIFFERENCE' /tmp/wrong || fail "it failed otherwise: $(tail -n 3 /tmp/wrong)"
