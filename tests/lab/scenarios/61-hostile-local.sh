#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A local user who plays QEMU, and a tired administrator: nothing of it opens the host or takes a VM its identity.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

revision() { vfwctl -o json status | jq .module.revision; }
state() { vfwctl -o json vm list | jq -c --arg n "$1" '[.vms[] | select(.name == $n) | .quarantined, .conflict]'; }

labvm add a --ip 10.0.0.11/24 --label role=web
labvm add b --ip 10.0.0.12/24 --label role=db
serve_tcp b 80
policy <<'P'
group web = label role=web
group db = label role=db
first { pass from web to db tcp port 80 }
default block
P
expect_pass can_tcp a 10.0.0.12 80

note "a set-user-ID program called qemu-..., started by a user under a VM's UUID"
uuid=$(vfwctl -o json vm show a | jq -r .uuid)
before=$(state a)
cp "$(readlink -f "$(command -v python3)")" /tmp/qemu-bridge-helper
python3 - "$uuid" <<'Y' &
import os, sys
os.setresuid(65534, 0, 0)
program = "/tmp/qemu-bridge-helper"
os.execv(program, [program, "-c", "import time; time.sleep(60)", "-uuid", sys.argv[1], "-name", "guest=a"])
Y
user=$!
sleep 3
expect "state of VM a" "$(state a)" "$before"
expect_pass can_tcp a 10.0.0.12 80
kill $user

note "an inventory that everybody may write is not believed; one that is gone takes nothing away"
chmod 666 /etc/vfw/vms.d/a.toml
sed -i 's/"web"/"db"/' /etc/vfw/vms.d/a.toml
sleep 3
expect "label of VM a" "$(vfwctl -o json vm show a | jq -r .labels.role)" web
mv /etc/vfw/vms.d /etc/vfw/away
sleep 3
expect_pass can_tcp a 10.0.0.12 80
sed -i 's/"db"/"web"/' /etc/vfw/away/a.toml
chmod 644 /etc/vfw/away/a.toml
mv /etc/vfw/away /etc/vfw/vms.d

note "the module does not go while armed, nor come twice"
expect_fail rmmod vfw
expect_fail insmod "$VFW_KO"

note "two at once, and one interrupted"
sed 's/port 80/port { 80, 81 }/' /tmp/lab.vfw >/tmp/other.vfw
for _ in 1 2 3; do
	vfwctl policy apply /tmp/lab.vfw >/dev/null & one=$!
	vfwctl policy apply /tmp/other.vfw >/dev/null & two=$!
	wait $one || true
	wait $two || true
	timeout -s INT 0.02 vfwctl policy apply /tmp/other.vfw >/dev/null || true
	expect_pass can_tcp a 10.0.0.12 80
done
vfwctl policy apply /tmp/lab.vfw
explained a b tcp 81 block default

note "a typo in the settings: vfwd says where, the module goes on"
labvfw daemon stop
echo 'socket = 7' >>/etc/vfw/vfwd.toml
rc=0
vfwd 2>/tmp/typo || rc=$?
expect "status of vfwd" $rc 1
grep 'vfwd.toml:' /tmp/typo
rm /etc/vfw/vfwd.toml
expect_pass can_tcp a 10.0.0.12 80
expect_fail can_tcp a 10.0.0.12 81

note "no room on the disk: a policy that cannot be kept is not applied, events are counted as lost"
mount -t tmpfs -o size=64k none /var/log/vfw
labvfw daemon start
dd if=/dev/zero of=/var/log/vfw/fill bs=4k 2>/dev/null || true
expect_fail can_tcp a 10.0.0.12 81
expect_pass can_tcp a 10.0.0.12 80
umount -l /var/log/vfw
before=$(revision)
mount -t tmpfs -o size=4k none /var/lib/vfw
dd if=/dev/zero of=/var/lib/vfw/fill bs=4k 2>/dev/null || true
expect_fail vfwctl policy apply /tmp/other.vfw
expect "revision" "$(revision)" "$before"
umount -l /var/lib/vfw
expect_pass can_tcp a 10.0.0.12 80

note "the clock jumps"
now=$(date +%s)
date -s '+10 years' >/dev/null
expect_pass can_tcp a 10.0.0.12 80
date -s '-20 years' >/dev/null
expect_pass can_tcp a 10.0.0.12 80
expect_fail can_tcp a 10.0.0.12 81
date -s "@$now" >/dev/null

note "a tap changes its name, its bridge, its network namespace and comes back, under traffic"
on a nice -n 19 ping -q -f -w 20 10.0.0.12 >/dev/null 2>&1 &
ping=$!
# before 6.2 a device that is up keeps its name
rename() {
	ip link set "$1" down
	ip link set "$1" name "$2"
	ip link set "$2" up
}
rename vnetb other0
expect_fail can_tcp a 10.0.0.12 81
expect_pass can_tcp a 10.0.0.12 80
rename other0 vnetb
ip link del br0
labvm bridge br0
for tap in vneta vnetb; do ip link set $tap master br0; done
wait_until 20 can_tcp a 10.0.0.12 80
expect_fail can_tcp a 10.0.0.12 81
ip netns add elsewhere
ip link add vnetx type veth peer name vnety
for _ in $(seq 10); do
	ip link set vnetx master br0 up
	ip link set vnetx netns elsewhere
	ip -n elsewhere link set vnetx netns 1
done
ip link del vnetx
ip netns del elsewhere
kill $ping 2>/dev/null || true
expect_pass can_tcp a 10.0.0.12 80

note "unload right after vfwd was killed, an observer still there"
vfwctl observe >/dev/null &
observe=$!
vfwctl disarm --yes
labvfw daemon kill
rmmod vfw
kill $observe 2>/dev/null || true
