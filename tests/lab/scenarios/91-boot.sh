#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A host boots: closed from load, the policy that was confirmed last before vfwd says READY, guests refused without
# protection if so configured; policy.d is not policy; stopping vfwd opens nothing; watchdog and reload.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

notified() { /usr/bin/grep -aq "$1" /tmp/notify; }
protection() { vfwd --check-protection 2>/tmp/why && echo yes || echo no; }
because() { grep -q "not be protected: $1" /tmp/why || fail "expected '$1', found '$(cat /tmp/why)'"; }

note "a policy is confirmed, another one lies in policy.d"
labvm add a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
serve_tcp b 80
mkdir -p /etc/vfw/policy.d
cat >/etc/vfw/policy.d/one.vfw <<'P'
first { pass from vm a to vm b tcp port 80 }
default block log
P
labvfw start --no-arm
vfwctl policy apply
expect "nothing differs" "$(vfwctl -o json status | jq -c '.policy | [.differs_from_disk, .disk_changes]')" '[false,[]]'
echo 'last { pass from any to any }' >/etc/vfw/policy.d/two.vfw
echo '# a word' >>/etc/vfw/policy.d/one.vfw
expect "what differs" "$(vfwctl -o json status | jq -c '.policy | [.differs_from_disk, (.disk_changes | map(.change + " " + .file))]')" \
	'[true,["changed one.vfw","new two.vfw"]]'
vfwctl status | grep 'not the policy that was confirmed last'

note "what others than root may write is no policy, no inventory and no settings of root's"
# refused WHAT COMMAND...
refused() {
	expect_fail "${@:2}" >/tmp/out 2>/tmp/err
	grep -q "$1" /tmp/err || fail "expected '$1', found '$(cat /tmp/err)'"
}
chmod 666 /etc/vfw/policy.d/two.vfw
refused 'policy.d/two.vfw: expected a file that root owns' vfwctl policy apply
refused 'policy.d: expected a file that root owns.*two.vfw' vfwctl rule add --last --block last pass from any to any
chmod 644 /etc/vfw/policy.d/two.vfw
chmod 777 /etc/vfw/policy.d
refused 'policy.d: expected a folder that root owns' vfwctl policy apply
vfwctl status | grep 'not read, others than root may write it: policy.d'
chmod 755 /etc/vfw/policy.d
chmod 777 /etc/vfw/vms.d
echo 'uuid = "00000000-0000-4000-8000-000000000099"
name = "a"' >/etc/vfw/vms.d/evil.toml
eve '.event_type == "anomaly" and .anomaly.type == "inventory" and (.anomaly.event | test("expected a folder that root owns"))'
expect_fail vfwctl vm show 00000000-0000-4000-8000-000000000099 2>/dev/null
rm /etc/vfw/vms.d/evil.toml
chmod 755 /etc/vfw/vms.d
touch /etc/vfw/vfwd.toml
chmod 646 /etc/vfw/vfwd.toml
refused 'vfwd.toml: expected a file that root owns' vfwd --check-config
chmod 644 /etc/vfw/vfwd.toml

note "protection is asked for"
expect "not asked for" "$(protection)" yes
cat >/etc/vfw/vfwd.toml <<'T'
[boot]
require-protection = true
T
vfwd --check-config
expect "disarmed" "$(protection)" no
because 'vfw is not armed'
vfwctl arm
expect "armed" "$(protection)" yes
labvfw daemon kill
expect "armed without vfwd" "$(protection)" yes
expect_pass can_tcp a 10.0.0.12 80
vfwctl disarm --yes 2>/dev/null
rmmod vfw
expect "no module" "$(protection)" no
because 'the module vfw is not loaded'

note "a mistake in the settings: it is in the system's log, and refuses only where protection is asked for"
socat -u UNIX-RECV:/dev/log - >/tmp/syslog 2>/dev/null &
wait_until 20 test -S /dev/log
echo '[flo' >>/etc/vfw/vfwd.toml
expect "asked for, as far as can be read" "$(protection)" no
because 'the module vfw is not loaded'
wait_until 20 /usr/bin/grep -aq 'vfw.*: the settings are wrong.*vfwd.toml:3:' /tmp/syslog
wait_until 20 /usr/bin/grep -aq 'vfw.*: this guest would not be protected' /tmp/syslog
sed -i 's/= true/= false/' /etc/vfw/vfwd.toml
expect "not asked for" "$(protection)" yes
grep -q 'the settings are wrong' /tmp/why
printf '[boot]\nrequire-protection = true\n' >/etc/vfw/vfwd.toml

note "boot: armed=1 closes, also what policy.d would open"
expect_pass can_tcp a 10.0.0.12 80
insmod "$VFW_KO" armed=1
expect "no policy" "$(protection)" no
because 'vfw has no policy'
expect_fail can_tcp a 10.0.0.12 80

note "READY comes when the confirmed policy is in force"
socat -u UNIX-RECV:/tmp/notify.sock - >/tmp/notify 2>/dev/null &
wait_until 10 test -S /tmp/notify.sock
# the first thing that is done once READY is there: ask the kernel
( until notified READY=1; do sleep 0.02; done; vfwd --check-protection && touch /tmp/ready.protected ) &
NOTIFY_SOCKET=/tmp/notify.sock WATCHDOG_USEC=2000000 vfwd 2>/tmp/vfwd.log &
pid=$!
wait_until 20 notified READY=1
wait_until 10 test -e /tmp/ready.protected
wait_until 10 can_tcp a 10.0.0.12 80
expect_fail can_tcp b 10.0.0.11 80
expect_fail can_ping a 10.0.0.12
expect "rules" "$(vfwctl -o json rule list | jq '.rules | length')" 2
wait_until 20 notified WATCHDOG=1
kill -HUP $pid
wait_until 10 notified RELOADING=1

note "vfwd is stopped: nothing opens, nothing closes; a VM that comes is closed"
kill -TERM $pid
wait $pid || true
wait_until 10 notified STOPPING=1
expect_pass can_tcp a 10.0.0.12 80
expect_fail can_ping a 10.0.0.12
labvm add c --ip 10.0.0.13/24
expect_fail can_tcp c 10.0.0.12 80
