#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A host boots with systemd, from what `make install' puts down: the module before any bridge, the confirmed policy before
# libvirtd and the guest that it starts, of which nobody hears what policy forbids. Then vfwd as a service: reload is
# waited for, restart loses no packet, stop opens nothing, a vfwd that hangs is begun anew, the hardened one compiles signatures.
# kernels: 6.1 6.12
# boot: own
# root: kvm
# smp: 1
# timeout: 480
. "$(dirname "$0")/../lib.sh"
. "$LAB_LIB/libvirt.inc"

SELF=$(readlink -f "$0")
MAC=52:54:00:00:02:01
FAR_MAC=52:54:00:00:0f:01
RULES='group web = label tier=web
first { pass from web to external udp port 7  pass from vm a to vm b tcp port 80  pass from vm a to vm b icmp }
default block log'

# install_all: what the host has on its disk when it boots.
install_all() {
	local k unit
	k=/lib/modules/$(uname -r)
	mkdir -p /tmp/modules/{upper,work}
	mount -t overlay -o lowerdir=/lib/modules,upperdir=/tmp/modules/upper,workdir=/tmp/modules/work modules /lib/modules
	install -D -m 644 "$VFW_KO" "$k/updates/vfw.ko"
	# depmod of all there is takes a minute here
	depmod "$(uname -r)" "$k/updates/vfw.ko" $(lsmod | awk 'NR > 1 { print $1 }' | xargs modinfo -n | grep ^/)
	dist_install
	echo 'options vfw armed=1 bridges=br0 uplinks=up0' >/etc/modprobe.d/vfw.conf
	systemd-machine-id-setup >/dev/null 2>&1
	# no udev, and nothing that has no part in this
	for unit in serial-getty@ttyS0 getty@tty1 getty-static systemd-logind systemd-networkd systemd-networkd.socket nftables iperf3 \
		systemd-update-utmp systemd-update-utmp-runlevel apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer logrotate.timer; do
		ln -sf /dev/null "/etc/systemd/system/${unit%.service}$([[ $unit == *.* ]] || echo .service)"
	done
	# /tmp holds what the scenario needs
	: >/etc/tmpfiles.d/tmp.conf
	rm -f /etc/libvirt/qemu/networks/autostart/*
	libvirt_settings
	talking_domain web 6f9619ff-8b86-4011-b42d-00c04fc964f1 $MAC >/etc/libvirt/qemu/web.xml
	mkdir -p /etc/libvirt/qemu/autostart
	ln -s ../web.xml /etc/libvirt/qemu/autostart/web.xml
	cat >/etc/systemd/system/lab-bridge.service <<-U
		[Unit]
		Description=the bridge, and the far side's end of a cable, as a host's network configuration makes them
		DefaultDependencies=no
		After=network-pre.target
		Before=network.target
		[Service]
		Type=oneshot
		RemainAfterExit=yes
		Environment=PATH=$PATH
		ExecStart=/bin/bash -ec 'labvm bridge br0 --ip 10.0.0.1/24; ip netns add far; ip link add up0 type veth peer name eth0 netns far; \
			ip -n far link set eth0 address $FAR_MAC up; ip -n far addr add 10.0.0.21/24 dev eth0; ip link set up0 master br0 up'
		[Install]
		WantedBy=multi-user.target
	U
	printf '[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n' \
		>/etc/systemd/system/pve-guests.service
	cat >/etc/systemd/system/lab-far.service <<-U
		[Unit]
		After=lab-bridge.service
		Before=libvirtd.service
		DefaultDependencies=no
		[Service]
		Type=forking
		ExecStart=/bin/bash -ec 'ip netns exec far tcpdump -i eth0 -nn -U --immediate-mode -Q in -w /tmp/far.pcap "ether src $MAC" & \
			until [ -s /tmp/far.pcap ]; do sleep 0.1; done'
		[Install]
		WantedBy=multi-user.target
	U
	mkdir -p /etc/systemd/system/{libvirtd,vfwd}.service.d
	printf '[Service]\nExecStartPre=/bin/sh -c "exec vfwctl -o json status >/run/at-libvirtd"\n' >/etc/systemd/system/libvirtd.service.d/lab.conf
	systemctl -q enable vfw-module vfwd libvirtd pve-guests lab-bridge lab-far
}

# boot: systemd is process 1 of a PID namespace, with a /run of its own, and for the rest on the lab's own kernel, devices,
# network and control groups; to the units it is no container. Its end is that of a host whose power fails.
boot() {
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin unshare --mount --pid --fork --propagation private bash -c '
		mount -t proc proc /proc && mount -t tmpfs -o mode=755 run /run && exec /lib/systemd/systemd --log-target=journal --show-status=no' &
	wait_until 10 pgrep -P $!
	INIT=$(pgrep -P $!)
}

host() { nsenter -t "$INIT" -a -- "$@"; }

booted() { host systemctl is-system-running | grep -qx 'running\|degraded'; }

# property UNIT NAME
property() { systemctl show --value -p "$2" "$1"; }

# before A B: of two moments that systemd kept.
before() { [ "$1" -gt 0 ] && [ "$1" -le "$2" ]; }

heard() { tcpdump -nn -r /tmp/far.pcap "${1:-}" 2>/dev/null | wc -l; }
heard_more() { [ "$(heard 'udp port 7')" -gt "$1" ]; }
heard_forbidden() { [ "$(heard 'udp port 9')" -gt 0 ]; }
pid() { property vfwd MainPID; }
# logged UNIT REGEX [JOURNALCTL-OPTION...]: the journal says so; what is said gets there later.
logged() { journalctl -q -u "$1" -o cat "${@:3}" | grep -i "$2"; }
another_pid() { [ "$(pid)" != "$1" ] && [ "$(pid)" != 0 ] && [ "$(property vfwd ActiveState)" = active ]; }

if [ "${1:-}" != inside ]; then
	kvm_need
	modprobe -a bridge veth tun overlay
	for port in 7 9; do
		python3 "$LAB_LIB/frame.py" udp smac=$MAC dmac=$FAR_MAC src=10.0.0.11 dst=10.0.0.21 dport=$port data=00
	done | talking $MAC
	policy <<<"$RULES"
	labvfw stop
	install_all
	note "systemd is started after $SECONDS s"
	boot
	trap 'kill -KILL $INIT' EXIT
	wait_until 180 booted
	host systemctl --failed --no-legend
	host bash "$SELF" inside || {
		host journalctl -b --no-pager -u vfwd -u vfw-module -u libvirtd | tail -n 40
		fail "see above"
	}
	exit 0
fi

note "up: $(systemd-analyze time 2>/dev/null | head -n 1)"
expect "what systemd runs on" "$(systemd-detect-virt --container || true)" none
for unit in vfw-module vfwd libvirtd lab-bridge pve-guests; do
	expect "$unit" "$(property $unit ActiveState)" active
done
note "the module before the network, the policy before libvirtd"
systemctl list-dependencies --after libvirtd --plain | grep -w vfwd.service
systemctl list-dependencies --after vfwd --plain | grep -w vfw-module.service
before "$(property vfw-module ActiveEnterTimestampMonotonic)" "$(property lab-bridge ExecMainStartTimestampMonotonic)"
before "$(property vfw-module ActiveEnterTimestampMonotonic)" "$(property vfwd ExecMainStartTimestampMonotonic)"
before "$(property vfwd ActiveEnterTimestampMonotonic)" "$(property libvirtd ExecMainStartTimestampMonotonic)"
before "$(property vfwd ActiveEnterTimestampMonotonic)" "$(property pve-guests ExecMainStartTimestampMonotonic)"
expect "what libvirtd found" "$(jq -r '"\(.module.mode) \(.module.revision > 0)"' /run/at-libvirtd)" 'armed true'
wait_until 60 eval 'virsh -q domstate web | grep -x running'
wait_until 30 heard_more 0
expect "frames that policy did not let pass" "$(heard 'not udp port 7')" 0
wait_until 60 eval "vfwctl -o json vm show web | jq -e '.labels.tier == \"web\" and any(.sources[]; startswith(\"libvirt:\"))'"

labvm add a --ip 10.0.0.31/24
labvm add b --ip 10.0.0.32/24
serve_tcp b 80
serve_tcp b 81
judged() {
	expect_pass can_tcp a 10.0.0.32 80
	expect_fail can_tcp a 10.0.0.32 81
}
wait_until 20 can_tcp a 10.0.0.32 80
judged

note "reload comes back when vfwd has done it"
grep -x 'notify.* 1min' <<<"$(property vfwd Type) $(property vfwd WatchdogUSec)"
pid=$(pid)
kill -STOP "$pid"
{
	sleep 2
	touch /tmp/goes-on
	kill -CONT "$pid"
} &
systemctl reload vfwd
# under notify-reload systemd itself makes it go on
[ -e /tmp/goes-on ] || [ "$(property vfwd Type)" = notify-reload ] || fail "it came back while vfwd stood still"
wait_until 30 logged vfwd '^\(vfwd: \)\?reading the inventory anew$'
expect "process" "$(pid)" "$pid"

note "upgrade: installed anew over itself and restarted under traffic, it loses no packet and publishes nothing"
revision=$(vfwctl -o json status | jq .module.revision)
inode=$(stat -c %i /usr/sbin/vfwd)
printf '[Service]\nWatchdogSec=8\n' >/etc/systemd/system/vfwd.service.d/lab.conf
systemctl daemon-reload
on a ping -i 0.2 10.0.0.32 >/tmp/ping 2>&1 &
dist_install ./usr ./lib
[ "$(stat -c %i /usr/sbin/vfwd)" != "$inode" ] || fail "vfwd was not replaced"
systemctl daemon-reload
systemctl restart vfwd
another_pid "$pid" || fail "vfwd was not begun anew"
expect "revision" "$(vfwctl -o json status | jq .module.revision)" "$revision"
wait_until 20 can_tcp a 10.0.0.32 80
pings=$(grep -c icmp_seq= /tmp/ping || true)
pings_more() { [ "$(grep -c icmp_seq= /tmp/ping)" -gt $((pings + 3)) ]; }
wait_until 20 pings_more
pkill -INT -f 'ping -i 0.2'
wait_until 10 grep -q 'packets transmitted' /tmp/ping
grep transmitted /tmp/ping
expect "packets of a permitted flow that were lost" "$(pings_lost /tmp/ping)" 0
judged

note "a vfwd that hangs is begun anew"
pid=$(pid)
kill -STOP "$pid"
wait_until 60 another_pid "$pid"
wait_until 30 logged vfwd 'watchdog timeout'
judged
rm /etc/systemd/system/vfwd.service.d/lab.conf
systemctl daemon-reload

note "stop opens nothing; who comes then is closed"
systemctl stop vfwd
judged
labvm add c --ip 10.0.0.33/24
expect_fail can_tcp c 10.0.0.32 80
systemctl start vfwd
judged

note "the hardened vfwd compiles signatures"
mkdir -p /etc/vfw/signatures /etc/vfw/policy.d
echo '1001 /one-att[a-c]ck/' >/etc/vfw/signatures/web.patterns
printf 'profile strict { signatures { "web.patterns" } mode prevent }\n%s\n' "${RULES/port 80/port 80 inspect strict}" >/etc/vfw/policy.d/lab.vfw
expect_pass vfwctl policy apply
judged
expect "what comes back of an attack" "$(echo one-attack | on a timeout 20 socat -t 3 - TCP:10.0.0.32:80 || true)" ''
eve '.event_type == "alert" and .alert.signature_id == 1001 and .alert.action == "blocked"'
expect "failed units" "$(systemctl --failed --no-legend)" ''

note "a module that does not load is told to everybody; guests stay as configured: open ..."
systemctl stop vfwd
vfwctl disarm --yes
rmmod vfw
rm "/lib/modules/$(uname -r)/updates/vfw.ko"
expect_fail systemctl restart vfw-module
wait_until 30 logged vfw-module 'THE MODULE IS NOT LOADED' -p emerg
systemctl start vfwd
wait_until 30 logged vfwd 'the module is not loaded: nothing is enforced'
virsh -q destroy web
virsh -q start web
wait_until 30 heard_forbidden
note "... or not started"
virsh -q destroy web
sed -i 's/^require-protection = false/require-protection = true/' /etc/vfw/vfwd.toml
expect_fail virsh -q start web 2>/tmp/refused
grep 'would not be protected: the module vfw is not loaded' /tmp/refused
