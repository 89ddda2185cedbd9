#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Ports of nobody we know: closed from the first frame; a VM's port opens when it is known; a VPN's tap is left alone.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm bridge br0 --ip 10.0.0.1/24
labvm add a --ip 10.0.0.11/24
policy <<'P'
unmanaged { pass to host udp port 6767 }
first { pass from any to any pass from any to host }
default block log
P

note "the first frame of an unmanaged tap"
unmanaged=$(reason unmanaged)
labvm add stranger --unmanaged --no-process --ip 10.0.0.66/24
first_frame() {
	inject stranger -- ether type=0x88b5
	wait_until 20 reason_more unmanaged "$unmanaged"
}
unheard a "ether src $(mac_of stranger)" first_frame
expect_fail can_ping stranger 10.0.0.11
expect_fail can_ping a 10.0.0.66
expect_fail can_ping stranger 10.0.0.1
wait_until 20 eval "vfwctl -o json status | jq -e '.unmanaged_ports | index(\"vnetstranger\")'"

note "what the unmanaged block opens is open"
socat -u UDP4-LISTEN:6767,reuseaddr CREATE:/tmp/got &
wait_until 10 sh -c 'ss -uln | grep -q :6767'
knocked() {
	echo knock | on stranger socat -u - UDP4:10.0.0.1:6767,sourceport=6768
	sleep 0.5
	/usr/bin/grep -aq knock /tmp/got
}
wait_until 20 knocked

note "it becomes known, and is a VM at once"
uuid=aaaaaaaa-0000-4000-8000-000000000001
labvm del stranger
labvm add stranger --uuid $uuid --ip 10.0.0.66/24
wait_until 10 can_ping stranger 10.0.0.11

note "known by its process alone: the name and UUID of the running QEMU"
labvm add quiet --unmanaged --uuid aaaaaaaa-0000-4000-8000-000000000002 --ip 10.0.0.67/24
known() { vfwctl -o json vm show quiet | jq -e '.uuid == "aaaaaaaa-0000-4000-8000-000000000002" and .nics[0].ifname == "vnetquiet"'; }
wait_until 20 known

note "a tap that is neither named like a VM's nor in a protected bridge"
ip tuntap add vpn0 mode tap
ip link set vpn0 up
wait_until 20 in_check taps-outside vpn0
note "renamed into scope, it is closed before it may speak"
ip link set vpn0 down
ip link set vpn0 name vnetvpn
wait_until 20 in_check unmanaged-ports vnetvpn
expect_fail in_check taps-outside vnetvpn
ip link del vnetvpn
