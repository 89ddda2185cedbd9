#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Without vfwd, vfwctl asks and tells the kernel directly: status, arm, disarm; root only.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

# status_of COMMAND...: its exit status.
status_of() {
	local rc=0
	"$@" >/tmp/out 2>/tmp/err || rc=$?
	echo $rc
}

mode() { vfwctl -o json status 2>/dev/null | jq -r .module.mode; }

as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps -all --bounding-set -all "$@"; }

expect "status without module" "$(status_of vfwctl status)" 4
grep -q 'module vfw is not loaded' /tmp/err || fail "it does not say that the module is missing"

labvm bridge br0 --ip 10.0.0.1/24
labvm add one --unmanaged --ip 10.0.0.11/24
labvm add two --unmanaged --ip 10.0.0.12/24
expect_pass can_ping one 10.0.0.12
labvfw start --no-daemon
expect "mode after load" "$(mode)" disarmed
expect_pass can_ping one 10.0.0.12
expect "arm" "$(status_of vfwctl arm)" 0
grep -q 'told the kernel directly' /tmp/err || fail "arm does not say whom it told"
expect "mode after arm" "$(mode)" armed
expect "unmanaged ports" "$(vfwctl -o json status 2>/dev/null | jq -c '.unmanaged_ports | sort')" '["vnetone","vnettwo"]'
dropped_for no-policy can_ping one 10.0.0.12
expect_fail rmmod vfw

note "nobody without CAP_NET_ADMIN, nor from another network namespace"
vfwctl=$(command -v vfwctl)
expect "status as nobody" "$(status_of as_nobody "$vfwctl" status)" 3
expect "disarm as nobody" "$(status_of as_nobody "$vfwctl" disarm --yes)" 3
expect "disarm from a guest" "$(status_of on one "$vfwctl" disarm --yes)" 4
expect "mode" "$(mode)" armed

expect "disarm" "$(status_of vfwctl disarm)" 0
expect "mode after disarm" "$(mode)" disarmed
expect_pass can_ping one 10.0.0.12
rmmod vfw
expect_pass can_ping one 10.0.0.12
