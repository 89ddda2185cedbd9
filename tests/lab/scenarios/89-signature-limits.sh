#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Rules that remember: a threshold speaks when it is reached and not before, a detection_filter prevents then, flowbits are of one conversation; each VM's counters are its own.
# kernels: uml-debug
. "$(dirname "$0")/../lib.sh"

# rules LINE...: the profile's own file from now on, on disk.
rules() { printf '%s\n' "$@" >/etc/vfw/signatures/ours.rules; }

# policy_of NAME: on disk; another name makes another policy.
policy_of() {
	cat >/etc/vfw/policy.d/a.vfw <<-P
		profile count { signatures { "logins.rules", "ours.rules" }  mode prevent }
		first { pass from { any, host } to vm b inspect count log "$1"  pass from any to any }
		default block log
	P
	vfwctl policy apply >/tmp/applied 2>&1 || fail "$(cat /tmp/applied)"
}

# at WHERE COMMAND...: in a VM, or on the host.
at() { if [ "$1" = host ]; then "${@:2}"; else on "$@"; fi; }

# send WHERE TIMES PORT TEXT...: these datagrams to b, of one conversation, so many times.
send() {
	at "$1" python3 - "${@:2}" <<-'X'
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		for i in range(int(sys.argv[1])):
		    for text in sys.argv[3:]:
	        s.sendto(text.encode(), ("10.0.0.2", int(sys.argv[2])))
	X
}

# flood TIMES PORT TEXT: from a, to so many addresses of the subnet behind b.
flood() {
	on a python3 - "$@" "$(mac_of a)" "$(mac_of b)" <<-'X'
		import socket, struct, sys
		mac = [bytes.fromhex(m.replace(":", "")) for m in sys.argv[4:6]]
		text = sys.argv[3].encode()
		udp = struct.pack("!HHHH", 4000, int(sys.argv[2]), 8 + len(text), 0) + text
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0))
		for i in range(int(sys.argv[1])):
		    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
		                     bytes([10, 0, 0, 1]), bytes([10, 9, i >> 8, i & 255]))
		    n = sum(struct.unpack("!10H", ip))
		    n = (n & 0xffff) + (n >> 16)
		    ip = ip[:10] + struct.pack("!H", ~(n + (n >> 16)) & 0xffff) + ip[12:]
		    s.send(mac[1] + mac[0] + b"\x08\0" + ip + udp)
	X
}

# logins TIMES: a begins so many logins at b's SSH, and says who it is twice in each.
logins() {
	on a python3 - "$1" <<-'X'
		import socket, sys
		for i in range(int(sys.argv[1])):
		    s = socket.create_connection(("10.0.0.2", 22), 60)
		    for _ in range(2):
		        s.sendall(b"SSH-2.0-guess_1\r\n")
		        assert s.recv(100).startswith(b"SSH-2.0-server"), i
		    s.close()
	X
}

# told SID [ADDRESS]: alerts of that rule to b's address, once all that VMs sent until now is said: it was sent before the marks.
told() {
	local before vm
	before=$(eve_count "$MARK")
	for vm in a c; do send $vm 1 94 "mark"; done
	wait_until 20 marked $((before + 2))
	eve_count ".event_type == \"alert\" and .alert.signature_id == $1 and .dest_ip == \"${2:-10.0.0.2}\""
}
MARK='.event_type == "alert" and .alert.signature_id == 3000009'
marked() { [ "$(eve_count "$MARK")" -ge "$1" ]; }

# came TEXT: how often b heard it.
came() { { /usr/bin/grep -ao -- "$1" /tmp/heard || true; } | wc -l; }
is_last() { /usr/bin/grep -qa "$1" /tmp/heard; }

labvm bridge br0 --ip 10.0.0.254/24
labvm add a --ip 10.0.0.1/24
labvm add b --ip 10.0.0.2/24
labvm add c --ip 10.0.0.3/24
# a subnet behind b: a table of its own must not grow by whatever is sent there
sed -i 's|"10.0.0.2"|"10.0.0.2", "10.9.0.0/16"|' /etc/vfw/vms.d/b.toml
on b python3 - >/tmp/heard <<-'X' &
	import selectors, socket, sys
	poll = selectors.DefaultSelector()
	for port in range(90, 95):
	    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	    s.bind(("", port))
	    poll.register(s, selectors.EVENT_READ)
	while True:
	    for key, _ in poll.select():
	        print(key.fileobj.recv(100).decode(), flush=True)
X
on b python3 - <<-'X' &
	import socket
	s = socket.create_server(("", 22))
	while True:
	    c, _ = s.accept()
	    while c.recv(100):
	        c.sendall(b"SSH-2.0-server\r\n")
	    c.close()
X
wait_until 20 listening b -uln 94
wait_until 20 listening b -tln 22

OURS=(
	'drop udp any any -> any 90 (msg:"Guesses"; content:"guess"; detection_filter:track by_src, count 3, seconds 3600; sid:3000001;)'
	'alert udp any any -> any 91 (msg:"Asked"; content:"asked"; threshold:type both, track by_dst, count 4, seconds 3600; sid:3000002;)'
	'drop udp any any -> any 92 (msg:"Said once"; content:"secret"; threshold:type limit, track by_rule, count 1, seconds 3600; sid:3000003;)'
	'drop udp any any -> any 93 (msg:"Never said"; content:"secret"; noalert; sid:3000004;)'
	'alert tcp any any -> any 22 (msg:"Asks in"; flow:to_server; content:"guess_1"; flowbits:set,asks; noalert; sid:3000005;)'
	'alert tcp any 22 -> any any (msg:"Answers"; flow:to_client; content:"-server"; flowbits:isset,asks; flowbits:unset,asks; sid:3000006;)'
	'alert udp any any -> any 90 (msg:"Administers"; content:"as-admin"; flowbits:set,admin; noalert; sid:3000007;)'
	'drop udp any any -> any 90 (msg:"Erases"; content:"erase"; flowbits:isset,admin; sid:3000008;)'
	'drop udp any any -> any 93 (msg:"Twice"; content:"twice"; detection_filter:track by_flow, count 1, seconds 3600; sid:3000010;)'
	'alert udp any any -> any 94 (msg:"Mark"; content:"mark"; sid:3000009;)'
)
mkdir -p /etc/vfw/policy.d /etc/vfw/signatures
# a machine that is busy may take longer than a minute
sed 's/seconds 60;/seconds 3600;/' rules/signatures/logins.rules >/etc/vfw/signatures/logins.rules
rules "${OURS[@]}"
labvfw start --no-arm count_kib_per_vm=8
policy_of one
vfwctl arm

note "a threshold of our own rules: the twentieth login by SSH within its time, once"
logins 19
expect "alerts of 19" "$(told 3900401)" 0
logins 1
expect "alerts of 20" "$(told 3900401)" 1
logins 5
expect "alerts of 25" "$(told 3900401)" 1

note "flowbits: of the other direction, of the same conversation alone, in order"
expect "answers to who asked" "$(told 3000006 10.0.0.1)" 50
send a 1 90 "erase-first"
send a 1 90 "as-admin" "erase-second"
send a 1 90 "erase-third" "as-admin" "erase-fourth"
expect "alerts of what was set" "$(told 3000008) $(told 3000007)" "2 0"

note "a detection_filter prevents what is beyond its count, of each source, or conversation, by itself"
send a 5 90 "guess-of-a"
send host 5 90 "guess-of-host"
send a 1 93 "twice-alone"
send a 1 93 "twice-begun" "twice-again"
send c 3 90 "guess-of-c"
send c 1 90 "the-end"
wait_until 20 is_last the-end
expect "guesses of a" "$(came guess-of-a)" 3
expect "guesses of c" "$(came guess-of-c)" 3
expect "guesses of the host" "$(came guess-of-host)" 3
expect "said twice" "$(came twice-alone) $(came twice-begun) $(came twice-again)" "1 1 0"
expect "erased" "$(came erase-first) $(came erase-second) $(came erase-third) $(came erase-fourth)" "1 0 1 0"
expect "alerts" "$(told 3000001) $(told 3000010)" "4 1"

note "what a limit silences is prevented all the same, and what never alerts, too"
send a 3 92 "secret"
send c 3 93 "secret"
send c 1 92 "the-second-end"
wait_until 20 is_last the-second-end
expect "secrets that arrived" "$(came secret)" 0
expect "alerts" "$(told 3000003) $(told 3000004)" "1 0"

note "who floods with addresses of others spoils no count but his own"
send a 1 91 "asked"
flood 2000 91 "asked"
expect_more "counters that gave way" \
	"$(vfwctl -o json status | jq '[.profiles[] | select(.in_force) | .overloads] | add')" 100
send c 2 91 "asked"
expect "alerts of three" "$(told 3000002)" 0

note "a policy with the same rules counts on; with others it begins anew"
policy_of two
send c 1 91 "asked"
expect "alerts of four" "$(told 3000002)" 1
rules "${OURS[@]/content:\"asked/content:\"asks}"
policy_of three
send a 3 91 "asks"
expect "alerts of three" "$(told 3000002)" 1
send c 1 91 "asks"
expect "alerts of four" "$(told 3000002)" 2
