#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# apply --confirm: a policy that cuts the administrator's own SSH undoes itself, with vfwd or without; confirm,
# rollback, a second apply, VMs that come and go meanwhile, what is loaded at the next start, and what a full disk does to that.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

trial() { vfwctl -o json status 2>/dev/null | jq -r ".module.trial$1"; }
no_trial() { [ "$(trial '')" = null ]; }
revision() { vfwctl -o json status 2>/dev/null | jq .module.revision; }
kept() { cat /var/lib/vfw/policy/current/*.vfw; }
in_force() { grep -q "vm \"*$1" <<<"$(vfwctl policy show)" || fail "$1 is not in the policy that vfwd calls running"; }
audited() { jq -n --arg a "$1" --arg w "$2" '[inputs | select(.audit.action == $a and (.audit.who | test($w)))] | length > 0' /var/log/vfw/audit.json | grep -q true; }
# status_of COMMAND...: its exit status.
status_of() {
	local rc=0
	"$@" >/tmp/out 2>/tmp/err || rc=$?
	echo $rc
}

cat >/tmp/open.vfw <<'P'
first { pass from vm admin* to any tcp port 22  pass from vm new to vm srv tcp port 22 }
default block log
P
cat >/tmp/shut.vfw <<'P'
first { pass from vm other to any tcp port 22  pass from vm new to vm srv tcp port 22 }
default block log
P

labvm add admin --ip 10.0.0.11/24
labvm add srv --ip 10.0.0.12/24
labvm add other --ip 10.0.0.13/24
serve_tcp srv 22
labvfw start --policy /tmp/open.vfw
expect_pass can_tcp admin 10.0.0.12 22
expect "confirm without a trial" "$(status_of vfwctl policy confirm)" 1
grep -q 'nothing to confirm' /tmp/err

# A trial must outlast what is looked at during it: the slower the machine, the longer it is.
start=$SECONDS
for _ in 1 2; do
	expect_pass can_tcp admin 10.0.0.12 22
	status_of vfwctl status >/dev/null
done
slow=$((SECONDS - start))

note "a session that the policy on trial cuts, and that is there again when time is up"
mkfifo /tmp/ssh
on admin socat -t 60 - TCP:10.0.0.12:22 </tmp/ssh >/tmp/ssh.out 2>/dev/null &
exec 7>/tmp/ssh
echo before >&7
wait_until 10 grep -q before /tmp/ssh.out
limit=$((16 + 4 * slow))
note "a trial of $limit s"
vfwctl policy apply --confirm $limit /tmp/shut.vfw | tee /tmp/out
grep -q "undone in $limit s" /tmp/out
expect "who began the trial" "$(trial .who | cut -d' ' -f1-2)" "uid 0"
expect_fail can_tcp admin 10.0.0.12 22
expect_pass can_tcp other 10.0.0.12 22
echo during >&7
expect "a second apply" "$(status_of vfwctl policy apply /tmp/open.vfw)" 1
grep -q 'applied by uid 0 pid [0-9]* at .* waits for confirmation' /tmp/err
grep -q 'pass from vm admin\*' <<<"$(kept)" || fail "what is not confirmed is kept for the next start"
vfwctl status | grep -A1 '^Trial'
wait_until $((limit + 20)) no_trial
wait_until 20 can_tcp admin 10.0.0.12 22
expect_fail can_tcp other 10.0.0.12 22
expect "mode" "$(vfwctl -o json status | jq -r .module.mode)" armed
# it asks in intervals that have grown
wait_until $((limit + 30)) grep -q during /tmp/ssh.out
exec 7>&-
eve '.vfw.action == "rollback" and .vfw.cause == "time"'
wait_until 10 audited policy.rollback kernel
in_force 'admin\*'
explained admin srv tcp 22 pass first:1

note "confirmed: it stays, and is kept"
before=$(hits first:2)
# confirmed SECONDS: a trial of that time is, before it is over
confirmed() {
	vfwctl policy apply --confirm "$1" /tmp/shut.vfw
	vfwctl policy confirm
}
limit=7
until confirmed $limit; do
	[ $limit -lt 100 ] || fail "did not happen in time: a confirmation"
	limit=$((3 * limit))
done
wait_until 10 audited policy.confirm '^uid 0'
no_trial || fail "the trial goes on"
grep -q 'vm other' <<<"$(kept)"
sleep $((limit + 1))
expect_pass can_tcp other 10.0.0.12 22
expect_fail can_tcp admin 10.0.0.12 22

note "undone by command; counters of a rule that is in both go on"
labvm add new --ip 10.0.0.14/24
wait_until 10 can_tcp new 10.0.0.12 22
before=$(hits first:2)
expect_more "hits" "$before" 0
vfwctl policy apply --confirm 600 /tmp/open.vfw
expect_pass can_tcp admin 10.0.0.12 22
expect_pass can_tcp new 10.0.0.12 22
vfwctl policy rollback
wait_until 10 audited policy.rollback '^uid 0'
expect_fail can_tcp admin 10.0.0.12 22
expect_pass can_tcp other 10.0.0.12 22
after=$(hits first:2)
expect_more "hits after it" "$after" "$before"
[ "$after" -lt $((3 * before + 20)) ] || fail "hits were counted twice: $before, then $after"

note "population changes during a trial: who comes is closed after it until vfwd follows, who went stays gone"
previous=$(revision)
vfwctl policy apply --confirm 600 /tmp/open.vfw
labvm add admin2 --ip 10.0.0.15/24
wait_until 10 can_tcp admin2 10.0.0.12 22
labvm del new
has_vms() { [ "$(vfwctl -o json status 2>/dev/null | jq .module.vms)" = "$1" ]; }
wait_until 20 has_vms 4
# other is under the old rules who he was; admin2 was nobody
labvfw daemon kill
expect "status without vfwd" "$(trial .previous_revision)" "$previous"
expect "rollback without vfwd" "$(status_of vfwctl policy rollback)" 0
grep -q 'told the kernel directly' /tmp/err
expect_pass can_tcp other 10.0.0.12 22
dropped_for unmanaged can_tcp admin2 10.0.0.12 22
expect "VMs" "$(vfwctl -o json status 2>/dev/null | jq .module.vms)" 4
labvfw daemon start
expect_pass can_tcp other 10.0.0.12 22
dropped_for default can_tcp admin2 10.0.0.12 22
grep -q 'vm other' <<<"$(kept)"
in_force other

note "time is up with vfwd dead"
limit=$((8 + 2 * slow))
vfwctl policy apply --confirm $limit /tmp/open.vfw
expect_pass can_tcp admin 10.0.0.12 22
labvfw daemon kill
wait_until $((limit + 20)) no_trial
expect_fail can_tcp admin 10.0.0.12 22
expect_pass can_tcp other 10.0.0.12 22
labvfw daemon start
expect_pass can_tcp other 10.0.0.12 22

note "vfwd restarts during a trial and takes it over; confirmed with vfwd dead it is kept once vfwd is back"
vfwctl policy apply --confirm 600 /tmp/open.vfw
before=$(revision)
labvfw daemon kill
labvfw daemon start
expect "revision after the restart" "$(revision)" "$before"
in_force 'admin\*'
grep -q 'vm other' <<<"$(kept)"
labvfw daemon kill
expect "confirm without vfwd" "$(status_of vfwctl policy confirm)" 0
dmesg | grep 'vfw: policy confirmed by uid 0' | tail -n 1
labvfw daemon start
expect "revision after that" "$(revision)" "$before"
grep -q 'vm admin\*' <<<"$(kept)"
expect_pass can_tcp admin 10.0.0.12 22

note "confirmed while the disk is full: it is in force, but not kept, and that is said until it is"
labvfw daemon stop
mv /var/lib/vfw /tmp/lib
mkdir -p /var/lib/vfw
mount -t tmpfs -o nr_inodes=100 vfw-lib /var/lib/vfw
cp -r /tmp/lib/. /var/lib/vfw
labvfw daemon start
vfwctl policy apply --confirm 600 /tmp/shut.vfw
for i in $(seq 100); do touch /var/lib/vfw/filler.$i 2>/dev/null || break; done
expect "confirm on a full disk" "$(status_of vfwctl policy confirm)" 7
grep -q 'done, but not on disk yet: /var/lib/vfw/policy/current: No space left' /tmp/err
no_trial || fail "the trial goes on"
expect_pass can_tcp other 10.0.0.12 22
grep -q 'vm admin\*' <<<"$(kept)"
vfwctl status | grep 'NOT KEPT'
expect "a policy that cannot be written" "$(status_of vfwctl policy apply /tmp/open.vfw)" 1
in_force other
note "... nor does the next vfwd forget which one is in force"
labvfw daemon kill
labvfw daemon start
in_force other
expect_pass can_tcp other 10.0.0.12 22
rm /var/lib/vfw/filler.*
is_kept() { [ "$(vfwctl -o json status | jq .policy.kept)" = true ]; }
wait_until 60 is_kept
grep -q 'vm other' <<<"$(kept)"
labvfw daemon stop
umount /var/lib/vfw
