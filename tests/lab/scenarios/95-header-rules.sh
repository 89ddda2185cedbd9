#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Rules about headers alone in a profile: scans of ports, refusals, pings, large echoes, the ends of conversations and who talks at all; what prevents drops.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../sig.inc"

# alerts SID [ADDRESS]: those of a rule, to that address if one is given.
alerts() { eve_count ".event_type == \"alert\" and .alert.signature_id == $1 and (\"${2:-}\" == \"\" or .dest_ip == \"${2:-}\")"; }

# told SID: how many there are, once a datagram that was sent after all else is told.
told() {
	local before
	before=$(times_told 3000015)
	on a socat -u - UDP-SENDTO:10.0.0.2:91 <<<"mark"
	wait_until 20 marked $((before + 1))
	alerts "$1"
}
marked() { [ "$(times_told 3000015)" -ge "$1" ]; }

# times_told SID: matches that the alerts stand for.
times_told() { jq -nR "[inputs | fromjson? | select(.event_type == \"alert\" and .alert.signature_id == $1) | .vfw.count] | add // 0" $EVE; }

# conversations SID: how many they tell of; an end may be sent twice.
conversations() {
	told "$1" >/dev/null
	jq -nR "[inputs | fromjson? | select(.event_type == \"alert\" and .alert.signature_id == $1) | [.src_port, .dest_port] | sort] | unique | length" $EVE
}

# has_alerts SID N
has_alerts() { [ "$(alerts "$1")" -ge "$2" ]; }

# ask PORT...: a connects to each of b's ports; prints what came of each.
ask() {
	on a python3 - "$PATIENCE" "$@" <<-'X'
		import os, socket, sys
		for port in map(int, sys.argv[2:]):
		    try:
		        c = socket.socket()
		        c.settimeout(int(sys.argv[1]))
		        c.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, int(os.environ.get("TTL", 64)))
		        c.connect(("10.0.0.2", port))
		        c.sendall(b"hello")
		        c.shutdown(socket.SHUT_WR)
		        print("answered" if c.recv(100) == b"hello" else "broken")
		        c.close()
		    except ConnectionRefusedError:
		        print("refused")
		    except OSError:
		        print("silent")
	X
}

# pings SIZE TIMES [ADDRESS]: echoes from a that are answered, by b.
pings() { { on a ping -n -c "$2" -i 0.2 -W 2 -s "$1" "${3:-10.0.0.2}" || true; } | { grep -c 'bytes from' || true; }; }

# datagrams TIMES TEXT: datagrams without a byte to port 90, then one with the text.
datagrams() {
	on a python3 - "$@" <<-'X'
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		for i in range(int(sys.argv[1])):
		    s.sendto(b"", ("10.0.0.2", 90))
		s.sendto(sys.argv[2].encode(), ("10.0.0.2", 90))
	X
}

labvm bridge br0 --ip 10.0.0.99/24
labvm add a --ip 10.0.0.1/24 --ip fd00::1/64
labvm add b --ip 10.0.0.2/24 --ip 10.0.0.4/24 --ip fd00::2/64
labvm add c --ip 10.0.0.3/24
: >/tmp/heard
for port in 22 80 81; do
	on b socat TCP-LISTEN:$port,fork,reuseaddr EXEC:/bin/cat 2>/dev/null &
	wait_until 10 listening b -tln $port
done
on b socat -u UDP-RECVFROM:90,fork OPEN:/tmp/heard,append 2>/dev/null &
wait_until 10 listening b -uln 90

mkdir -p /etc/vfw/signatures /etc/vfw/policy.d
cat >/etc/vfw/signatures/headers.rules <<'R'
drop tcp any any -> any 22 (msg:"Guesses"; flow:to_server; flags:S,12; detection_filter:track by_both, count 3, seconds 600; sid:3000001;)
alert tcp any any -> any any (msg:"Refused"; flags:RA; seq:0; window:0; threshold:type both, track by_dst, count 3, seconds 600; sid:3000002;)
alert icmp any any -> any any (msg:"Pings"; itype:8; threshold:type both, track by_src, count 4, seconds 600; sid:3000003;)
drop icmp any any -> any any (msg:"Large"; itype:8; dsize:>800; sid:3000004;)
drop icmpv6 any any -> any any (msg:"Large, IPv6"; itype:128; dsize:>800; sid:3000016;)
alert icmp $HOME_NET any -> $HOME_NET any (msg:"Between VMs"; itype:8; sid:3000017;)
alert icmp !$HOME_NET any -> $HOME_NET any (msg:"From the host"; itype:8; sid:3000018;)
alert icmp $HOME_NET any -> !$HOME_NET any (msg:"To the host"; itype:8; sid:3000019;)
alert tcp any any -> any 80 (msg:"Ends"; flow:to_server; flags:F+; sid:3000005;)
alert udp any any -> any 90 (msg:"Empty"; dsize:0; sid:3000006;)
alert ip 10.0.0.1 any -> 10.0.0.3 any (msg:"Ends that talk"; sid:3000007;)
alert tcp any any -> any 81 (msg:"Opens"; flow:to_server; flags:S; ttl:64; window:>0; flowbits:set,opened; flowbits:noalert; sid:3000008;)
alert tcp any any <> any 81 (msg:"Closes"; flow:to_client; flags:FA; flowbits:isset,opened; sid:3000009;)
drop ip any any -> 10.0.0.4 any (msg:"Nobody"; sid:3000010;)
alert tcp any any -> any any (msg:"Any"; flow:to_server; ttl:64; sid:3000011;)
alert udp any any -> any 91 (msg:"Mark"; dsize:<10; sid:3000015;)
drop tcp any any -> any 80 (msg:"Odd"; flags:FPU; sid:3000014;)
alert icmp any any -> any any (msg:"Unreachable"; itype:3; icode:3; threshold:type both, track by_dst, count 3, seconds 600; sid:3000013;)
alert icmp any any -> any any (msg:"Number"; itype:8; icmp_seq:1; sid:3000012;)
R
policy_with() {
	cat >/etc/vfw/policy.d/a.vfw <<-P
		profile heads { signatures { "headers.rules" } mode $1 }
		first { pass from { any, host } to { any, host } inspect heads }
		default block log
	P
}
policy_with 'prevent depth 4kb'
labvfw start --no-arm
vfwctl policy apply >/tmp/applied 2>&1 || fail "$(cat /tmp/applied)"
grep -q 'heads: 2 of 19 rules are not enforced' /tmp/applied || fail "$(cat /tmp/applied)"
grep -q 'the first sid 3000011: no content' /tmp/applied || fail "$(cat /tmp/applied)"
grep -q 'the first sid 3000012: a keyword about one packet' /tmp/applied || fail "$(cat /tmp/applied)"

note "disarmed they are told, and nothing is dropped"
expect "a large ping" "$(pings 1000 1)" 1
wait_until 20 has_alerts 3000004 1
eve '.event_type == "alert" and .alert.signature_id == 3000004 and .alert.action == "allowed" and .proto == "ICMP"'
vfwctl arm

note "connections to one port: the fourth is dropped, to others they go on"
expect "the first three" "$(ask 22 22 22 | xargs)" "answered answered answered"
expect "the fourth" "$(PATIENCE=3 ask 22)" silent
expect "another port" "$(ask 80)" answered
eve '.event_type == "alert" and .alert.signature_id == 3000001 and .alert.action == "blocked" and .dest_port == 22 and .vfw.src_vm == "a" and .vfw.dst_vm == "b"'
expect "from another VM" "$(on c timeout $((PATIENCE + 5)) socat -T 1 - TCP:10.0.0.2:22 <<<'hello')" hello

note "ports that are closed: told once, when there were three"
expect "two of them" "$(ask 1001 1002 | xargs)" "refused refused"
expect "alerts" "$(told 3000002)" 0
expect "and more" "$(ask 1003 1004 1005 | xargs)" "refused refused refused"
wait_until 20 has_alerts 3000002 1
expect "alerts" "$(told 3000002)" 1
eve '.event_type == "alert" and .alert.signature_id == 3000002 and .dest_ip == "10.0.0.1" and .vfw.direction == "to_client"'

note "pings: counted, the large ones dropped, in fragments as well"
expect "small ones" "$(pings 56 6)" 6
wait_until 20 has_alerts 3000003 1
before=$(times_told 3000004)
expect "large ones" "$(pings 1000 2)" 0
expect "in fragments" "$(pings 4000 2)" 0
expect "of IPv6, small, large, in fragments" "$(pings 56 2 fd00::2) $(pings 1000 2 fd00::2) $(pings 4000 2 fd00::2)" "2 0 0"
expect "alerts" "$(told 3000003)" 1
expect "of large ones" "$(times_told 3000016)" 4
expect "of large ones" "$(($(times_told 3000004) - before))" 4
eve '.event_type == "alert" and .alert.signature_id == 3000004 and .alert.action == "blocked"'

note "the end of a conversation, also past what is inspected of it; by what its beginning noted"
expect "of port 80" "$(conversations 3000005)" 1
on a python3 - <<'X'
import socket
c = socket.create_connection(("10.0.0.2", 80), 60)
got = 0
for i in range(20):
    c.sendall(b"." * 1000)
    while got < 1000 * (i + 1):
        got += len(c.recv(65536))
c.close()
X
expect "past what is inspected" "$(conversations 3000005)" 2
expect "what was not noted" "$(TTL=63 ask 81)" answered
expect "what was" "$(ask 81)" answered
wait_until 20 has_alerts 3000009 1
expect "ends by what was noted" "$(conversations 3000009)" 1

note "a segment that its receiver does not take ends no conversation, nor is it asked about"
on a python3 - "$PATIENCE" "$(mac_of a)" "$(mac_of b)" <<'X'
import socket, struct, sys
c = socket.create_connection(("10.0.0.2", 80), 60)
c.settimeout(int(sys.argv[1]))
c.sendall(b"one")
assert c.recv(10) == b"one"
mac = [bytes.fromhex(m.replace(":", "")) for m in sys.argv[2:4]]
# FIN, PSH and URG, and a checksum that is none
tcp = struct.pack("!HHIIBBHHH", c.getsockname()[1], 80, 1, 0, 0x50, 0x29, 1000, 0xdead, 0)
ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 0, 0, 64, 6, 0, bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
n = sum(struct.unpack("!10H", ip))
n = (n & 0xffff) + (n >> 16)
ip = ip[:10] + struct.pack("!H", ~(n + (n >> 16)) & 0xffff) + ip[12:]
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("eth0", 0))
s.send(mac[1] + mac[0] + b"\x08\0" + ip + tcp)
c.sendall(b"two")
assert c.recv(10) == b"two"
X
expect "alerts" "$(told 3000014)" 0

note "datagrams without a byte; whose ends are enough to tell"
datagrams 3 mark-one
wait_until 20 grep -q mark-one /tmp/heard
told 3000006 >/dev/null
expect "alerts" "$(times_told 3000006)" 3
expect "to c" "$(pings 56 3 10.0.0.3)" 3
wait_until 20 has_alerts 3000007 1
expect "each conversation once, one way" "$(told 3000007) $(times_told 3000007)" "1 1"
expect "what is dropped for its ends is dropped each time" "$(pings 56 3 10.0.0.4)" 0
eve '.event_type == "alert" and .alert.signature_id == 3000010 and .alert.action == "blocked"'
told 3000010 >/dev/null
expect "and told" "$(times_told 3000010)" 3

note "who is a VM of this host, and who is not"
expect "from the host, to it" "$(ping -n -c 2 -i 0.2 -W 2 10.0.0.2 | grep -c "bytes from" || true) $(pings 56 3 10.0.0.99)" "2 3"
told 3000018 >/dev/null
expect "of the host" "$(times_told 3000018) $(times_told 3000019)" "2 3"
expect "of VMs alone" "$(eve_count '.event_type == "alert" and .alert.signature_id == 3000017 and (.src_ip == "10.0.0.99" or .dest_ip == "10.0.0.99")')" 0
expect_more "between VMs" "$(times_told 3000017)" 5

note "UDP ports that are closed: b answers with errors, which are tied to the conversations"
# a host that has answered so before answers less often
on b sysctl -qw net.ipv4.icmp_ratelimit=0
on a python3 - <<'X'
import socket
for port in range(2001, 2006):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(20)
    s.connect(("10.0.0.2", port))
    s.send(b"hello")
    try:
        s.recv(1)
    except ConnectionRefusedError:
        continue
    raise SystemExit("no error came")
X
wait_until 20 has_alerts 3000013 1
expect "alerts" "$(told 3000013)" 1

note "by way of the worker"
echo Y >/sys/module/vfw/parameters/scan_worker
expect "deferred" "$(pings 56 2) $(pings 1000 2) $(ask 80 1006 | xargs)" "2 0 answered refused"
echo N >/sys/module/vfw/parameters/scan_worker
expect "ends" "$(conversations 3000005)" 4

note "another policy, detect: the same are told, and pass"
policy_with detect
vfwctl policy apply >/tmp/applied 2>&1 || fail "$(cat /tmp/applied)"
told 3000001 >/dev/null
before="$(times_told 3000001) $(times_told 3000004)"
expect "large ones" "$(pings 1000 2) $(pings 4000 2) $(pings 4000 2 fd00::2)" "2 2 2"
expect "whom nobody was to reach" "$(pings 56 2 10.0.0.4)" 2
expect "the port" "$(ask 22 22 | xargs)" "answered answered"
told 3000001 >/dev/null
expect "and told" "$(times_told 3000001) $(times_told 3000004)" "$((${before% *} + 2)) $((${before#* } + 4))"

note "a running conversation, and a rule about its ends that comes with another policy"
on a python3 - "$PATIENCE" >/tmp/running <<'X' &
import os, socket, sys, time
c = socket.create_connection(("10.0.0.2", 80), 60)
c.settimeout(int(sys.argv[1]))
c.sendall(b"one")
assert c.recv(10) == b"one"
print("begun", flush=True)
while not os.path.exists("/tmp/go"):
    time.sleep(0.1)
c.settimeout(4)
c.sendall(b"two")
try:
    print(c.recv(10).decode())
except OSError:
    print("silent")
X
wait_until 60 grep -q begun /tmp/running
echo 'drop ip 10.0.0.1 any -> 10.0.0.2 any (msg:"Never"; sid:3000020;)' >>/etc/vfw/signatures/headers.rules
policy_with prevent
vfwctl policy apply --restart-streams >/tmp/applied 2>&1 || fail "$(cat /tmp/applied)"
touch /tmp/go
running_ends() { [ "$(wc -l </tmp/running)" = 2 ]; }
wait_until 30 running_ends
expect "what it says" "$(xargs </tmp/running)" "begun silent"
eve '.event_type == "alert" and .alert.signature_id == 3000020 and .alert.action == "blocked"'
