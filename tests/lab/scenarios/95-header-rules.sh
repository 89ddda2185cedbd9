#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Rules about headers alone in a profile: scans of ports, refusals, pings, large echoes, the ends of conversations and who talks at all; what prevents drops.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../sig.inc"

# alerts SID [ADDRESS]: those of a rule, to that address if one is given.
alerts() { eve_count ".event_type == \"alert\" and .alert.signature_id == $1 and (\"${2:-}\" == \"\" or .dest_ip == \"${2:-}\")"; }

# has_alerts SID N
has_alerts() { [ "$(alerts "$1")" -ge "$2" ]; }

# ask PORT...: a connects to each of b's ports; prints what came of each.
ask() {
	on a python3 - "$PATIENCE" "$@" <<-'X'
		import socket, sys
		for port in map(int, sys.argv[2:]):
		    try:
		        c = socket.create_connection(("10.0.0.2", port), int(sys.argv[1]))
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

labvm add a --ip 10.0.0.1/24
labvm add b --ip 10.0.0.2/24 --ip 10.0.0.4/24
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
alert tcp any any -> any 80 (msg:"Ends"; flow:to_server; flags:F+; sid:3000005;)
alert udp any any -> any 90 (msg:"Empty"; dsize:0; sid:3000006;)
alert ip 10.0.0.1 any -> 10.0.0.3 any (msg:"Ends that talk"; sid:3000007;)
alert tcp any any -> any 81 (msg:"Opens"; flow:to_server; flags:S; ttl:64; window:>0; flowbits:set,opened; flowbits:noalert; sid:3000008;)
alert tcp any any <> any 81 (msg:"Closes"; flow:to_client; flags:FA; flowbits:isset,opened; sid:3000009;)
drop ip any any -> 10.0.0.4 any (msg:"Nobody"; sid:3000010;)
alert tcp any any -> any any (msg:"Any"; flow:to_server; ttl:64; sid:3000011;)
alert icmp any any -> any any (msg:"Unreachable"; itype:3; icode:3; threshold:type both, track by_dst, count 3, seconds 600; sid:3000013;)
alert icmp any any -> any any (msg:"Number"; itype:8; icmp_seq:1; sid:3000012;)
R
policy_with() {
	cat >/etc/vfw/policy.d/a.vfw <<-P
		profile heads { signatures { "headers.rules" } mode $1 }
		first { pass from any to any inspect heads }
		default block log
	P
}
policy_with 'prevent depth 4kb'
labvfw start --no-arm
vfwctl policy apply >/tmp/applied 2>&1 || fail "$(cat /tmp/applied)"
grep -q 'heads: 2 of 13 rules are not enforced' /tmp/applied || fail "$(cat /tmp/applied)"
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
expect "alerts" "$(alerts 3000002)" 0
expect "and more" "$(ask 1003 1004 1005 | xargs)" "refused refused refused"
wait_until 20 has_alerts 3000002 1
expect "alerts" "$(alerts 3000002)" 1
eve '.event_type == "alert" and .alert.signature_id == 3000002 and .dest_ip == "10.0.0.1" and .vfw.direction == "to_client"'

note "pings: counted, the large ones dropped, in fragments as well"
expect "small ones" "$(pings 56 6)" 6
expect "large ones" "$(pings 1000 2)" 0
expect "in fragments" "$(pings 4000 2)" 0
wait_until 20 has_alerts 3000003 1
expect "alerts" "$(alerts 3000003)" 1
eve '.event_type == "alert" and .alert.signature_id == 3000004 and .alert.action == "blocked"'

note "the end of a conversation, also past what is inspected of it; by what its beginning noted"
expect "of port 80" "$(eve_count '.event_type == "alert" and .alert.signature_id == 3000005 and .dest_port == 80')" 1
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
wait_until 20 has_alerts 3000005 2
expect "another port" "$(ask 81)" answered
wait_until 20 has_alerts 3000009 1

note "datagrams without a byte; whose ends are enough to tell"
datagrams 3 mark-one
wait_until 20 grep -q mark-one /tmp/heard
wait_until 20 has_alerts 3000006 1
empty_said() { [ "$(jq -nR '[inputs | fromjson? | select(.event_type == "alert" and .alert.signature_id == 3000006) | .vfw.count] | add' $EVE)" = 3 ]; }
wait_until 20 empty_said
expect "to c" "$(pings 56 3 10.0.0.3)" 3
wait_until 20 has_alerts 3000007 1
expect "each conversation once, one way" "$(alerts 3000007)" 1
expect "what is dropped for its ends is dropped each time" "$(pings 56 3 10.0.0.4)" 0
eve '.event_type == "alert" and .alert.signature_id == 3000010 and .alert.action == "blocked"'

note "UDP ports that are closed: b answers with errors, which are tied to the conversations"
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
expect "alerts" "$(alerts 3000013 10.0.0.1)" 1

note "by way of the worker"
echo Y >/sys/module/vfw/parameters/scan_worker
expect "deferred" "$(pings 56 2) $(pings 1000 2) $(ask 80 1006 | xargs)" "2 0 answered refused"
echo N >/sys/module/vfw/parameters/scan_worker
wait_until 20 has_alerts 3000005 3

note "another policy, detect: the same are told, and pass"
policy_with detect
vfwctl policy apply >/tmp/applied 2>&1 || fail "$(cat /tmp/applied)"
expect "large ones" "$(pings 1000 2)" 2
expect "the port" "$(ask 22 22 | xargs)" "answered answered"
