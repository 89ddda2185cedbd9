#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two real KVM guests of libvirt with vhost-net: known by their QEMU processes, judged by the policy that
# names them, also after a reboot, forgotten when they are destroyed. The inventory calls them by other names than libvirt:
# the UUID joins the two.
# kernels: 6.1 6.12
# boot: own
# root: kvm
# smp: 1
# timeout: 480
. "$(dirname "$0")/../lib.sh"
. "$LAB_LIB/libvirt.inc"

TELL=$(dirname "$0")/../guest/tell
GUEST_MODULES='virtio_pci virtio_net button evdev'
declare -A UUID=([web]=6f9619ff-8b86-4011-b42d-00c04fc964f1 [app]=6f9619ff-8b86-4011-b42d-00c04fc964f2)
declare -A ADDRESS=([web]=10.0.0.11 [app]=10.0.0.12)
declare -A MAC=([web]=52:54:00:00:02:01 [app]=52:54:00:00:02:02)

kvm_need

# The guest: the lab's own kernel, busybox, and the modules of its network card.
guest_files() {
	local dir=/tmp/guest/root m f
	mkdir -p $dir/{bin,dev,proc,sys,modules}
	cp /bin/busybox $dir/bin/
	cp "$(dirname "$0")/../guest/init" $dir/init
	for m in $GUEST_MODULES; do
		modprobe --show-depends "$m" | awk '$1 == "insmod" { print $2 }'
	done | awk '!seen[$0]++' | while read -r f; do
		cp "$f" $dir/modules/
		basename "$f" >>$dir/modules/order
	done
	(cd $dir && find . | busybox cpio -o -H newc 2>/dev/null) >/tmp/guest/initrd
	cp /lab/vmlinuz /tmp/guest/
	chmod -R a+rX /tmp/guest
}

domain() {
	cat <<-D
		<domain type='kvm'>
		 <name>domain-of-$1</name><uuid>${UUID[$1]}</uuid>
		 <memory unit='MiB'>160</memory><vcpu>1</vcpu>
		 <os><type arch='x86_64' machine='q35'>hvm</type>
		  <kernel>/tmp/guest/vmlinuz</kernel><initrd>/tmp/guest/initrd</initrd>
		  <cmdline>console=ttyS0 quiet panic=-1 nokaslr mitigations=off random.trust_cpu=on tsc=reliable guest_ip=${ADDRESS[$1]}/24</cmdline>
		 </os>
		 <features><acpi/><apic/></features>
		 <devices>
		  <emulator>/usr/bin/qemu-system-x86_64</emulator>
		  <serial type='file'><source path='/tmp/guest/$1.log'/><target port='0'/></serial>
		  <serial type='unix'><source mode='bind' path='/tmp/guest/$1.sock'/><target port='1'/></serial>
		  <interface type='bridge'><source bridge='br0'/><mac address='${MAC[$1]}'/>
		   <model type='virtio'/><driver name='vhost'/><rom enabled='no'/></interface>
		  <memballoon model='none'/>
		 </devices>
		</domain>
	D
}

domain_start() {
	domain "$1" >"/tmp/guest/$1.xml"
	virsh -q define "/tmp/guest/$1.xml"
	virsh -q start "domain-of-$1"
}

# ready VM [TIMES]: it came up, as often as that.
ready() { [ "$(grep -c 'guest ready' "/tmp/guest/$1.log")" -ge "${2:-1}" ]; }

# domain_ready VM [TIMES]: when it does not come, its console says why.
domain_ready() {
	(wait_until 300 ready "$1" "${2:-1}") || {
		tail -n 20 "/tmp/guest/$1.log" "/var/log/libvirt/qemu/domain-of-$1.log"
		fail "the guest $1 did not come up"
	}
}

tell() {
	local vm=$1
	shift
	"$TELL" "/tmp/guest/$vm.sock" $((PATIENCE * 2 + 60)) "$*"
}

# web_reaches_app PORT: a web page of the guest app, asked for by the guest web, where a program may take seconds to start.
web_reaches_app() {
	[ "$(tell web "timeout $((PATIENCE * 2 + 4)) wget -q -O - http://${ADDRESS[app]}:$1/")" = hello ]
}

pid_of() { cat "/run/libvirt/qemu/domain-of-$1.pid"; }

tap_name() { virsh -q domiflist "domain-of-$1" | awk '{ print $1 }'; }

# ports VM: the devices of the VM, as `vm list' has them.
ports() { vfwctl -o json vm list | jq -r --arg n "$1" '.vms[] | select(.name == $n) | [.nics[].ifname | select(. != "")] | join(" ")'; }

known() {
	vfwctl -o json vm show "$1" | jq -e --arg u "${UUID[$1]}" --arg p "process $(pid_of "$1")" \
		'.uuid == $u and (.sources | index($p)) and any(.sources[]; endswith(".toml"))'
}

has_ports() { [ "$(ports "$1")" = "$2" ]; }

destroy_all() {
	local vm
	for vm in web app; do virsh -q destroy domain-of-$vm 2>/dev/null || true; done
	pkill -x libvirtd || true
}
trap destroy_all EXIT

labvm bridge br0 --ip 10.0.0.1/24
guest_files
libvirt_start
note "libvirtd runs after $SECONDS s"
for vm in web app; do
	domain_start $vm
	mkdir -p /etc/vfw/vms.d
	cat >/etc/vfw/vms.d/$vm.toml <<-T
		uuid = "${UUID[$vm]}"
		name = "$vm"
		[labels]
		tier = "$vm"
		[[nics]]
		mac = "${MAC[$vm]}"
		addresses = ["${ADDRESS[$vm]}"]
	T
done
for vm in web app; do domain_ready $vm; done
note "both guests run after $SECONDS s"

note "KVM and vhost-net are what the guests run on"
for vm in web app; do
	pid=$(pid_of $vm)
	[ -n "$(find "/proc/$pid/fd" -lname /dev/vhost-net)" ] || fail "the QEMU of $vm holds no /dev/vhost-net"
	[ -n "$(find "/proc/$pid/fd" -lname 'anon_inode:kvm-vcpu:*')" ] || fail "the QEMU of $vm holds no KVM processor"
	ps -eLo comm= | grep -x "vhost-$pid" || fail "no vhost thread for $vm"
	grep -H '^iff:' "/proc/$pid/fdinfo/"* | grep -w "$(tap_name $vm)"
done

note "without vfw both ports are reached"
expect_pass web_reaches_app 8080
expect_pass web_reaches_app 9090

note "with the policy one of them"
policy bridges=br0 <<'P'
group web = label tier=web
group app = label tier=app
first { pass from web to app tcp port 8080 }
default block log
P
for vm in web app; do
	wait_until 15 has_ports $vm "$(tap_name $vm)"
	(wait_until 15 known $vm) ||
		fail "$vm is known from: $(vfwctl -o json vm show $vm)"
done
vfwctl vm list
expect_pass web_reaches_app 8080
expect_fail web_reaches_app 9090
eve '.event_type == "drop" and .vfw.src_vm == "web" and .vfw.dst_vm == "app" and .dest_port == 9090 and .proto == "TCP"'
jq -cn 'first(inputs | select(.event_type == "drop" and .dest_port == 9090))' $EVE
expect_more "hits of the rule" "$(hits first:1)" 0
expect_fail tell web "ping -c 1 -W 2 ${ADDRESS[app]}"
explained web app tcp 8080 pass first:1
explained web app tcp 9090 block default

note "a guest that takes the other's address"
before=$(reason spoof-arp)
tell web "ip addr add ${ADDRESS[app]}/32 dev eth0; ping -c 1 -W 2 -I ${ADDRESS[app]} 10.0.0.1" || true
wait_until 30 reason_more spoof-arp "$before"
tell web "ip addr del ${ADDRESS[app]}/32 dev eth0"
expect_pass web_reaches_app 8080

note "virsh reboot: the guest shuts down and comes up again in the same process, with the same port, judged as before"
was="$(pid_of app) $(tap_name app)"
virsh -q reboot domain-of-app
domain_ready app 2
expect "process and port" "$(pid_of app) $(tap_name app)" "$was"
wait_until 15 has_ports app "$(tap_name app)"
expect_pass web_reaches_app 8080
expect_fail web_reaches_app 9090

note "a destroyed guest loses its port, and a tap of nobody is closed"
gone=$(tap_name app)
virsh -q destroy domain-of-app
wait_until 15 has_ports app ''
wait_until 15 [ ! -e "/sys/class/net/$gone" ]
unmanaged=$(reason unmanaged)
labvm add stranger --unmanaged --no-process --ip 10.0.0.66/24
expect_fail can_ping stranger 10.0.0.11
expect_fail can_ping stranger 10.0.0.1
wait_until 20 reason_more unmanaged "$unmanaged"

note "started again it is the same VM"
domain_start app
wait_until 15 has_ports app "$(tap_name app)"
note "$SECONDS s in all"
