#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The compiler is a process of its own: in a sandbox, killed or out of time it is an error, and what is in force stays; vfwd goes
# on meanwhile.
# kernels: uml-debug 6.12
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../scan.inc"
. "$(dirname "$0")/../sig.inc"

compiling() { [ "$(sig_status signatures.compiling)" = web ]; }
compiler() { pgrep -f -- --compile-signatures; }

# Takes minutes of CPU time anywhere.
endless() {
	local i
	patterns $(:)
	for i in $(seq 3000); do echo "$i /k$i[a-f]{1,40}x.{3,60}(a|b$i){2,30}z.*q$i[^x]{5,90}/s"; done >/etc/vfw/signatures/web.patterns
}

sig_vms
patterns '1001 /one-attack/'
inspecting prevent
labvfw start --no-arm
expect_pass vfwctl policy apply
vfwctl arm
prevents one

note "in a sandbox"
endless
vfwctl policy apply >/tmp/applied 2>&1 &
apply=$!
wait_until 20 compiler
pid=$(compiler)
sandboxed() { grep -q '^Seccomp:.*2$' "/proc/$pid/status"; }
wait_until 20 sandboxed
expect "user" "$(awk '/^Uid:/ { print $2, $3, $4, $5 }' "/proc/$pid/status")" "65534 65534 65534 65534"
expect "capabilities" "$(awk '/^Cap(Prm|Eff):/ { print $2 }' "/proc/$pid/status" | sort -u)" 0000000000000000
expect "new privileges" "$(awk '/^NoNewPrivs:/ { print $2 }' "/proc/$pid/status")" 1
expect "descriptors" "$(ls "/proc/$pid/fd" | tr '\n' ' ')" "0 1 2 3 4 "

note "vfwd goes on: it answers, and follows VMs"
expect_pass compiling
labvm add late --ip 10.0.0.3/24
knows_late() { vfwctl -o json vm show late | jq -e '[.nics[] | select(.ifname)] | length > 0' >/dev/null; }
wait_until 20 knows_late
expect_pass compiling
prevents one

note "killed: an error, and the old policy stays"
before=$(sig_status policy.digest)
kill -KILL "$pid"
rc=0
wait $apply || rc=$?
expect "exit status of apply" $rc 1
grep -q 'profile web: the compiler was ended by signal 9' /tmp/applied || fail "apply said: $(cat /tmp/applied)"
grep -q 'Nothing was changed' /tmp/applied
expect "digest" "$(sig_status policy.digest)" "$before"
expect "failed" "$(sig_status signatures.failed)" 1
prevents one

note "who gave up waiting gets nothing"
vfwctl policy apply >/dev/null 2>&1 &
apply=$!
wait_until 20 compiling
kill -KILL $apply
wait $apply || true
labvfw daemon stop
wait_until 20 eval '! compiler'

note "out of time"
printf '[signatures]\ncompile-seconds = 1\n' >/etc/vfw/vfwd.toml
labvfw daemon start
refused 'profile web: compiling took (more than 1 s of CPU time|too long)' vfwctl policy apply
prevents one

note "and when it is right again, it is taken"
patterns '1002 /two-attack/'
rm /etc/vfw/vfwd.toml
labvfw daemon stop
labvfw daemon start
expect_pass vfwctl policy apply
prevents two
