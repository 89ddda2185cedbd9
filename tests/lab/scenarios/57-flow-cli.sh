#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `flow list' shows conversations with filters, `flow kill' ends just those named; EVE tells of their start and end; timeouts come from vfwd.toml.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm add a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
labvm add c --ip 10.0.0.13/24
serve_tcp b 80
serve_tcp b 81
serve_udp b 53
cat >/etc/vfw/vfwd.toml <<'T'
[flow]
events = "all"
udp = 7
udp-unanswered = 7
T
policy <<'P'
last { pass from any to any tcp port 80-89 log pass from any to any udp port 53 }
P

# talk FROM PORT NAME: a connection that echoes a line a second into /tmp/NAME, until it ends.
talk() {
	{ while sleep 0.5; do echo hello; done | on "$1" socat -t 1 - "TCP:10.0.0.12:$2" >"/tmp/$3" 2>/dev/null || true; } &
	wait_until 20 test -s "/tmp/$3"
}
# goes_on NAME: more comes.
goes_on() {
	local before
	before=$(stat -c %s "/tmp/$1")
	wait_until 20 eval "[ \$(stat -c %s /tmp/$1) -gt $before ]"
}
# flows OPTION...: how many there are.
flows() { vfwctl -o json flow list "$@" | jq '.flows | length'; }

talk a 80 a80
talk a 81 a81
talk c 80 c80
expect "of b" "$(flows --vm b)" 3
expect "of b's port" "$(flows --addr 10.0.0.12 --port 80)" 2
expect "from a to 81" "$(flows --from a --to b --dport 81 --proto tcp)" 1
expect "opened by b" "$(flows --from b)" 0
vfwctl -o json flow list --from a --dport 80 | jq -e '.flows[0] | .src_vm == "a" and .dst_vm == "b" and .state == "established" and .answered and .rule == "last:1" and
	.pkts_toserver > 2 and .pkts_toclient > 1 and .bytes_toserver > 100 and .bytes_toclient > 100 and .expires_ms > 400000000'
vfwctl flow list --vm c | grep -Eq 'TCP +c 10.0.0.13:[0-9]+ +b 10.0.0.12:80 .* established .* last:1' || fail "$(vfwctl flow list)"

note "the one named ends, its neighbours go on"
expect "killed" "$(vfwctl -o json flow kill --vm a --port 80 | jq .killed)" 1
wait_until 20 eval '[ "$(flows --from a --dport 80)" = 0 ] || vfwctl -o json flow list --from a --dport 80 | jq -e ".flows[0].state == \"killed\""'
goes_on a81
goes_on c80
eve '.event_type == "audit" and .audit.action == "flow.kill" and .audit.detail.killed == 1'
expect_pass can_tcp a 10.0.0.12 80
rc=0
vfwctl flow kill 2>/dev/null || rc=$?
expect "kill without a word" $rc 2

note "start and end of a flow, with counters both ways"
eve '.event_type == "flow" and .vfw.action == "start" and .vfw.src_vm == "c" and .dest_port == 80 and .proto == "TCP" and .vfw.rule == "last:1"'
# asked: one conversation, whose timeout is the one set, however often a asks for an answer
asked() {
	on a python3 - <<-'P'
		import socket
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.bind(("10.0.0.11", 5353))
		s.settimeout(4)
		s.sendto(b"hello\n", ("10.0.0.12", 53))
		s.recv(10)
	P
	vfwctl -o json flow list --proto udp | jq -e '(.flows | length) == 1 and .flows[0].answered and .flows[0].expires_ms <= 7000'
}
wait_until 20 asked
wait_until 40 eve_has '.event_type == "flow" and .vfw.action == "end" and .proto == "UDP" and .flow.reason == "timeout" and .flow.state == "established" and .flow.pkts_toserver >= 1 and .flow.pkts_toclient >= 1 and .flow.bytes_toserver > 30 and .flow.age >= 6 and .flow.start < .flow.end'
over() { [ "$(flows --proto udp)" = 0 ]; }
wait_until 20 over
