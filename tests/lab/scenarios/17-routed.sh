#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Routing on the host: between two bridges, and taps outside of any bridge; each end keeps its identity.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm bridge br0 --ip 10.0.0.1/24
labvm bridge br1 --ip 10.1.0.1/24
labvm add a --bridge br0 --ip 10.0.0.11/24 --gw 10.0.0.1
labvm add b --bridge br1 --ip 10.1.0.11/24 --gw 10.1.0.1
labvm add c --bridge br1 --ip 10.1.0.12/24 --gw 10.1.0.1
labvm add r --bridge none --ip 10.2.0.11/24 --gw 10.2.0.1
ip addr add 10.2.0.1/24 dev vnetr
sysctl -qw net.ipv4.ip_forward=1
for vm in b c r; do serve_tcp $vm 80; done
serve_tcp a 80
serve_host 22
policy <<'P'
first {
  pass from vm a to vm b tcp port 80
  pass from vm a to vm r tcp port 80
  pass from vm r to vm b tcp port 80
}
default block log
P
note "between bridges"
expect_pass can_tcp a 10.1.0.11 80
expect_fail can_tcp a 10.1.0.12 80
expect_fail can_tcp b 10.0.0.11 80
eve '.event_type == "drop" and .vfw.src_vm == "a" and .vfw.dst_vm == "c"'
eve '.event_type == "drop" and .vfw.src_vm == "b" and .vfw.dst_vm == "a"'

note "to and from a routed tap"
expect_pass can_tcp a 10.2.0.11 80
expect_pass can_tcp r 10.1.0.11 80
expect_fail can_tcp r 10.1.0.12 80
expect_fail can_tcp b 10.2.0.11 80

note "the host itself is closed to both"
expect_fail can_tcp a 10.0.0.1 22
expect_fail can_tcp r 10.2.0.1 22
policy <<'P'
first { pass from vm r to host tcp port 22 }
default block log
P
expect_pass can_tcp r 10.2.0.1 22
expect_fail can_tcp a 10.0.0.1 22

note "inspected by the worker: each frame comes by once, also where RPS would have it wait for another processor"
mkdir -p /etc/vfw/signatures
echo '1000001 /never-said/ "never"' >/etc/vfw/signatures/never.patterns
policy <<'P'
profile look { signatures { "never.patterns" }  mode prevent }
first { pass from vm r to host tcp port 22 inspect look }
default block log
P
rps=/sys/class/net/vnetr/queues/rx-0/rps_cpus
[ ! -e $rps ] || echo 3 >$rps
echo Y >/sys/module/vfw/parameters/scan_worker
sent=$(vfwctl -o json vm show r | jq .counters.tx_packets)
bulk() { [ "$(head -c 300000 /dev/zero | on r timeout 60 socat -t $PATIENCE - TCP:10.2.0.1:22 | wc -c)" = 300000 ]; }
expect_pass bulk
sent=$(($(vfwctl -o json vm show r | jq .counters.tx_packets) - sent))
expect_more "frames that this may take" 1500 "$sent"
