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
unheard a "ether src $(mac_of stranger)" inject stranger -- ether type=0x88b5
expect_more "frames dropped as unmanaged" "$(reason unmanaged)" "$unmanaged"
expect_fail can_ping stranger 10.0.0.11
expect_fail can_ping a 10.0.0.66
expect_fail can_ping stranger 10.0.0.1
vfwctl -o json status | jq -e '.unmanaged_ports | index("vnetstranger")' >/dev/null

note "what the unmanaged block opens is open"
socat -u UDP4-LISTEN:6767,reuseaddr CREATE:/tmp/got &
wait_until 10 sh -c 'ss -uln | grep -q :6767'
on stranger sh -c 'echo knock | socat -u - UDP4:10.0.0.1:6767'
wait_until 5 grep -q knock /tmp/got

note "it becomes known, and is a VM at once"
uuid=aaaaaaaa-0000-4000-8000-000000000001
labvm del stranger
labvm add stranger --uuid $uuid --ip 10.0.0.66/24
wait_until 10 can_ping stranger 10.0.0.11

note "known by its process alone: the name and UUID of the running QEMU"
labvm add quiet --unmanaged --uuid aaaaaaaa-0000-4000-8000-000000000002 --ip 10.0.0.67/24
wait_until 10 vfwctl vm show quiet
vfwctl -o json vm show quiet | jq -e '.uuid == "aaaaaaaa-0000-4000-8000-000000000002" and .nics[0].ifname == "vnetquiet"' >/dev/null

note "a tap that is neither named like a VM's nor in a protected bridge"
ip tuntap add vpn0 mode tap
ip link set vpn0 up
expect_pass in_check taps-outside vpn0
note "renamed into scope, it is closed before it may speak"
ip link set vpn0 down
ip link set vpn0 name vnetvpn
expect_fail in_check taps-outside vnetvpn
expect_pass in_check unmanaged-ports vnetvpn
ip link del vnetvpn
