#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A thousand ports come and go under traffic; each is closed at its first frame, none is left behind.
# kernels: uml-debug 6.1 6.12
# timeout: 600
. "$(dirname "$0")/../lib.sh"

labvm add a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
policy <<'P'
first { pass from vm a to vm b }
default block
P
on b iperf3 -s -D
wait_until 10 listening b -tln 5201
on a iperf3 -c 10.0.0.12 -t 900 -b 10M >/tmp/iperf.log 2>&1 &
traffic=$!
ports=$(vfwctl -o json status | jq .module.ports)
cat >/tmp/churn.py <<'P'
import fcntl, os, socket, struct, sys
name = sys.argv[1].encode()
TUNSETIFF, SIOCGIFINDEX, SIOCSIFFLAGS, SIOCBRADDIF = 0x400454ca, 0x8933, 0x8914, 0x89a2
s = socket.socket()
for i in range(int(sys.argv[2])):
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name, 0x1002)) # IFF_TAP, IFF_NO_PI
    index, = struct.unpack("16xi20x", fcntl.ioctl(s, SIOCGIFINDEX, struct.pack("16s24x", name)))
    fcntl.ioctl(s, SIOCBRADDIF, struct.pack("16si20x", b"br0", index))
    fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sh22x", name, 1)) # IFF_UP
    for _ in range(3):
        os.write(fd, bytes.fromhex("ffffffffffff52540000666688b5") + bytes(46))
    os.close(fd)
P
dropped=$(reason unmanaged)
python3 /tmp/churn.py vnetchurn1 500 &
one=$!
python3 /tmp/churn.py vnetchurn2 500
wait $one
expect_more "first frames dropped" "$(reason unmanaged)" $((dropped + 2999))
kill -0 $traffic || fail "the transfer beside it ended: $(cat /tmp/iperf.log)"
kill $traffic
as_before() { [ "$(vfwctl -o json status | jq .module.ports)" = "$ports" ]; }
wait_until 20 as_before
expect_pass can_ping a 10.0.0.12
