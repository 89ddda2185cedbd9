#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The lab keeps its word: status, output, /out, and 99 for what a kernel reports.
# usage: tests/lab/selftest.sh uml|uml-debug|6.1|6.12
set -eu
cd "$(dirname "$0")/../.."
kernel=$1
lab() { scripts/lab --kernel "$kernel" --no-build --timeout 300 "$@" 2>/tmp/lab-selftest.$$; }
trap 'rm -f /tmp/lab-selftest.$$' EXIT

# expect STATUS COMMAND...
expect() {
	local want=$1 rc=0
	shift
	lab "$@" || rc=$?
	[ $rc = "$want" ] || {
		echo "expected status $want, found $rc: $*"
		cat /tmp/lab-selftest.$$
		exit 1
	}
}

mark=selftest.$$
got=$(expect 7 -- "echo hello; pwd; echo $kernel >/out/$mark; labvm list; exit 7")
[ "$got" = "hello
$PWD" ] || {
	echo "output did not pass through: $got"
	exit 1
}
[ "$(cat "build/lab/out/$mark")" = "$kernel" ]
rm "build/lab/out/$mark"

case $kernel in
uml-debug)
	crash='modprobe lkdtm; provoke() { echo $1 >/sys/kernel/debug/provoke-crash/DIRECT; }; '
	expect 0 -- "$crash provoke NONE 2>/dev/null; true"
	expect 99 -- "$crash provoke WARNING; true"
	expect 99 -- "$crash provoke READ_AFTER_FREE; true"
	expect 99 -- "$crash provoke BUG"
	expect 0 --kmemleak -- true
	;;
*)
	expect 99 -- "echo 1 >/proc/sys/kernel/sysrq; echo c >/proc/sysrq-trigger"
	;;
esac
expect 99 -- "echo '<4>WARNING: CPU: 0 PID: 1 at net/core/skbuff.c:1 x' >/dev/kmsg"
