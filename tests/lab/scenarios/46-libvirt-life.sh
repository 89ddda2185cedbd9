#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# libvirt tells who is who: tenant and labels from a domain's metadata, its life as libvirt's events tell it, copies of
# it quarantined, silence that takes nothing away, the hook that refuses guests nobody would protect. Guests send from the
# moment their tap is there: the far sides hear no frame before policy is in force, and one that none may reach hears none at all.
# kernels: 6.1 6.12
# boot: own
# root: kvm
# smp: 1
# timeout: 480
. "$(dirname "$0")/../lib.sh"
. "$LAB_LIB/libvirt.inc"

WEB=6f9619ff-8b86-4011-b42d-00c04fc964f1
TWIN=6f9619ff-8b86-4011-b42d-00c04fc964f2
MAC=52:54:00:00:02:01
LABEL='<vm tenant="shop"><label key="tier" value="%s"/><nic mac="'$MAC'"><address>10.0.0.11</address></nic></vm>'

# What the guest sends, over and over: UDP to port 7 and 9 of both far sides, to all, and a claim to be there.
guest_frames() {
	local to port
	for to in far off; do
		for port in 7 9; do
			python3 "$LAB_LIB/frame.py" udp smac=$MAC dmac="$(mac_of $to)" src=10.0.0.11 dst="${IP[$to]}" dport=$port data=00
		done
	done
	python3 "$LAB_LIB/frame.py" udp smac=$MAC src=10.0.0.11 dst=10.0.0.255 dport=9 data=00
	python3 "$LAB_LIB/frame.py" arp smac=$MAC spa=10.0.0.11 tpa=10.0.0.11
}

# listen VM: writes down what of the guest's reaches the VM, until the end.
listen() {
	ip netns exec "$1" tcpdump -i eth0 -nn -U --immediate-mode -Q in -w "/tmp/$1.pcap" "ether src $MAC" 2>"/tmp/$1.log" &
	wait_until 10 grep -q listening "/tmp/$1.log"
}

# heard VM [FILTER]: the number of such frames up to now.
heard() { tcpdump -nn -r "/tmp/$1.pcap" "${2:-}" 2>/dev/null | wc -l; }

heard_more() { [ "$(heard far 'udp port 7')" -gt "$1" ]; }

# far_hears: from now on, too.
far_hears() { wait_until 120 heard_more "$(heard far 'udp port 7')"; }

# quiet: while the guest sends a good deal the far side hears nothing; silent: soon it is.
quiet() {
	local before sent
	before=$(heard far)
	sent=$(sent)
	wait_until 20 sent_more $((sent + 20))
	[ "$(heard far)" = "$before" ]
}

silent() { wait_until 60 quiet; }

tap() { virsh -q domiflist "$1" | awk 'NR == 1 { print $1 }'; }
sent() { cat "/sys/class/net/$TAP/statistics/rx_packets"; }
sent_more() { [ "$(sent)" -gt "$1" ]; }

times_told() { grep -c 'libvirt tells of' /var/log/vfw/vfwd.log; }
told_again() { [ "$(times_told)" -gt "$1" ]; }

# show VM FILTER: what the jq filter makes of `vm show'.
show() { vfwctl -o json vm show "$1" | jq -r "$2"; }
is() { [ "$(show "$1" "$2")" = "$3" ]; }

PORTS='[.nics[].ifname // "" | select(. != "")] | join(" ")'
SOURCES='.sources | map(select(startswith("libvirt:"))) | length'

destroy_all() {
	local d
	kill -CONT "$(cat /run/vfw/lab.pid 2>/dev/null)" 2>/dev/null || true
	for d in $(virsh -q list --name 2>/dev/null); do virsh -q destroy "$d" || true; done
	pkill -x libvirtd || true
}

kvm_need
declare -A IP=([far]=10.0.0.21 [off]=10.0.0.22)
for vm in far off; do labvm add $vm --tenant shop --label tier=$vm --ip ${IP[$vm]}/24; done
guest_frames | talking $MAC
dist_install
cat >/etc/vfw/vfwd.toml <<'T'
[boot]
require-protection = true
T
trap destroy_all EXIT
libvirt_start
note "libvirtd runs after $SECONDS s"

note "without the module libvirt's hook refuses the guest, and says why"
virsh -q define <(talking_domain old-web $WEB $MAC)
expect_fail virsh -q start old-web 2>/tmp/refused
grep -q 'would not be protected: the module vfw is not loaded' /tmp/refused || fail "the hook said: $(cat /tmp/refused)"

policy bridges=br0 <<'P'
tenant shop {
  group web = label tier=web
  group far = label tier=far
  pass from web to far udp port 7
}
default block log
P
for vm in far off; do listen $vm; done
wait_until 20 is old-web "$SOURCES" 1
note "renamed it is the same VM, a clone of it another one"
virsh -q domrename old-web web
wait_until 20 is web .uuid $WEB
virsh -q define <(talking_domain twin $TWIN 52:54:00:00:02:02)
wait_until 20 is twin '"\(.tenant) \(.labels.tier) \(.quarantined)"' 'shop web false'
expect "a domain that does not run" "$(show web '"\(.tenant) \(.labels.tier) \(.nics | length)"')" 'shop web 0'

note "started while vfwd cannot look: nobody hears it"
pid=$(cat /run/vfw/lab.pid)
kill -STOP "$pid"
virsh -q start web
TAP=$(tap web)
expect_pass quiet
expect "frames at the far side" "$(heard far)" 0
kill -CONT "$pid"
note "... and what policy lets it say, once vfwd knows it"
far_hears
expect_more "frames dropped as unmanaged" "$(reason unmanaged)" 0
wait_until 20 is web "$PORTS" "$TAP"
wait_until 20 is web "$SOURCES" 1
note "after $SECONDS s"

note "reset: the same port, the same VM"
virsh -q reset web
far_hears
wait_until 20 is web "$PORTS" "$TAP"

note "a label of the running domain changes, and changes back"
# shellcheck disable=SC2059
virsh -q metadata web --uri urn:vfw:1 --key vfw --live --set "$(printf "$LABEL" old)"
wait_until 20 is web .labels.tier old
silent
# shellcheck disable=SC2059
virsh -q metadata web --uri urn:vfw:1 --key vfw --live --set "$(printf "$LABEL" web)"
far_hears

note "vfwd is killed, and libvirt silent when the next one starts: the VM is who it was, nothing is published, nobody is cut"
revision=$(vfwctl -o json status | jq .module.revision)
told=$(times_told)
pkill -STOP -x libvirtd
labvfw daemon kill
labvfw daemon start
expect "web" "$(show web '"\(.tenant) \(.labels.tier)"')" 'shop web'
far_hears
expect "revision" "$(vfwctl -o json status | jq .module.revision)" "$revision"
pkill -CONT -x libvirtd
wait_until 60 told_again "$told"
expect "revision" "$(vfwctl -o json status | jq .module.revision)" "$revision"

note "a NIC comes while it runs"
virsh -q attach-interface web bridge br0 --mac 52:54:00:00:02:09 --model virtio --live
wait_until 20 is web "$PORTS" "$(virsh -q domiflist web | awk '{ print $1 }' | paste -sd ' ')"

note "its MAC at a second domain: both are quarantined, with the reason, until there is one"
virsh -q define <(talking_domain twin $TWIN $MAC)
far_hears
virsh -q start twin
wait_until 20 is web .quarantined true
wait_until 20 is web .conflict "MAC $MAC is also claimed by VM twin"
wait_until 20 is twin .conflict "MAC $MAC is also claimed by VM web"
TAP=$(tap twin)
silent
virsh -q destroy twin
virsh -q undefine twin
TAP=$(tap web)
far_hears
wait_until 20 eval '! vfwctl vm show twin'

note "its UUID at a second process"
labvm add impostor --uuid $WEB --unmanaged --ip 10.0.0.99/24
wait_until 20 is web .quarantined true
show web .conflict | grep 'two running VMs claim this UUID'
silent
labvm del impostor
far_hears

note "libvirtd is killed: its silence takes nothing away ..."
virsh -q autostart web
pkill -KILL -x libvirtd
wait_until 20 grep -q 'libvirt went away' /var/log/vfw/vfwd.log
expect "web" "$(show web '"\(.tenant) \(.labels.tier)"')" 'shop web'
far_hears
note "... and the guest's process with it: libvirtd starts it again, as at a host's boot"
kill -KILL "$(cat /run/libvirt/qemu/web.pid)"
wait_until 20 is web "$PORTS" ''
expect "web" "$(show web '"\(.tenant) \(.labels.tier)"')" 'shop web'
# what a boot leaves nothing of
rm -f /run/libvirt/qemu/{autostarted,web.*}
libvirtd -d
far_hears
wait_until 20 is web "$PORTS" "$(tap web)"

note "in all this time"
expect "frames that reached the VM that none may reach" "$(heard off)" 0
expect "frames that policy did not let pass" "$(heard far 'not (udp port 7 or arp)')" 0
note "$(heard far) frames heard, $(reason unmanaged) dropped as unmanaged, $SECONDS s"
