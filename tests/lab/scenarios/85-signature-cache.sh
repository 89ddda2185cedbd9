#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The cache of databases: a second start compiles nothing, neither does a module loaded anew; a damaged file is compiled anew;
# another instruction set has its own; a start without the cache is READY when all is compiled.
# kernels: uml-debug
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../scan.inc"
. "$(dirname "$0")/../sig.inc"

counts() { sig_status 'signatures | "compiled \(.compiled) cached \(.cached) failed \(.failed)"'; }
files() { find /var/cache/vfw -name '*.hsdb' | wc -l; }
loaded() { [ "$(sig_status module.loaded)" = "$1" ]; }
in_force() { [ "$(sig_status 'profiles | map(select(.in_force)) | length')" = 1 ]; }

reload() {
	vfwctl disarm --yes
	rmmod vfw
	wait_until 20 loaded false
	insmod "$VFW_KO" "$@"
	wait_until 20 loaded true
	wait_until 60 in_force
	vfwctl arm
}

rm -rf /var/cache/vfw
sig_vms
for i in $(seq 300); do echo "$i /one$i-attack[a-f]{2,8}x$i/i"; done >/tmp/many
mapfile -t many </tmp/many
patterns "${many[@]}" '1001 /one-attack/'
inspecting prevent
labvfw start --no-arm
expect_pass vfwctl policy apply
vfwctl arm
expect "the first start" "$(counts)" "compiled 1 cached 0 failed 0"
expect "files" "$(files)" 1
expect "mode of the file" "$(stat -c %a /var/cache/vfw/*.hsdb)" 600
prevents one

note "a restart of vfwd takes over what the module has"
labvfw daemon stop
labvfw daemon start
expect "the second start" "$(counts)" "compiled 0 cached 0 failed 0"
prevents one

note "a module loaded anew"
reload
expect "the second module" "$(counts)" "compiled 0 cached 1 failed 0"
prevents one

note "both anew, as after a boot"
vfwctl disarm --yes
rmmod vfw
labvfw daemon stop
labvfw start
wait_until 60 in_force
expect "the next boot" "$(counts)" "compiled 0 cached 1 failed 0"
prevents one

note "READY, for which guests wait, comes when what had to be compiled is in force"
labvfw daemon stop
vfwctl disarm --yes 2>/dev/null
rmmod vfw
rm -rf /var/cache/vfw
insmod "$VFW_KO" armed=1
notified() { /usr/bin/grep -aq "$1" /tmp/notify; }
socat -u UNIX-RECV:/tmp/notify.sock - >/tmp/notify 2>/dev/null &
wait_until 10 test -S /tmp/notify.sock
( until notified READY=1; do sleep 0.02; done; vfwd --check-protection && touch /tmp/ready.protected ) &
printf '[boot]\nrequire-protection = true\n' >/etc/vfw/vfwd.toml
NOTIFY_SOCKET=/tmp/notify.sock vfwd 2>/tmp/vfwd.log &
pid=$!
wait_until 120 test -e /tmp/ready.protected
notified EXTEND_TIMEOUT_USEC || fail "the start would be given up while signatures are compiled"
expect "compiled before READY" "$(counts)" "compiled 1 cached 0 failed 0"
in_force || fail "READY, and not in force"
kill $pid
wait $pid || true
labvfw daemon start
prevents one

note "messages and ids are not what is compiled"
patterns "${many[@]}" '1009 /one-attack/ "another"'
expect_pass vfwctl policy apply
expect "after other words" "$(sig_status signatures.compiled)" 0
eve_is() { eve_has '.event_type == "alert" and .alert.signature_id == 1009 and .alert.signature == "another"'; }
prevents one
wait_until 20 eve_is

note "a damaged file"
labvfw daemon stop
printf x | dd of="$(echo /var/cache/vfw/*.hsdb)" bs=1 seek=5000 conv=notrunc 2>/dev/null
labvfw daemon start
reload
expect "after the damage" "$(counts)" "compiled 1 cached 0 failed 0"
grep -q 'were damaged' /var/log/vfw/vfwd.log
prevents one

note "another instruction set"
[ "$(sig_status module.instruction_set)" != sse42 ] || other=none
if [ -z "${other:-}" ]; then
	reload hs_set=sse42
	expect "the set of the module" "$(sig_status module.instruction_set)" sse42
	expect "the set compiled for" "$(sig_status signatures.set)" sse42
	expect "for another set" "$(sig_status signatures.compiled)" 2
	expect "files" "$(files)" 2
	prevents one
fi
