#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Living with others: a flushed ruleset, br_netfilter, rules like Docker's, firewalld's and nwfilter's neither open nor disarm vfw,
# and it does not need them gone; a way around the hooks is an event, by itself, and so is its end.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm bridge br0 --ip 10.0.0.1/24
labvm add a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
labvm add evil --ip 10.0.0.13/24
serve_tcp b 80
serve_tcp b 81
policy <<'P'
first { pass from vm a to vm b tcp port 80  pass from vm a to host icmp }
default block log
P

# What vfw lets through, and what it does not.
judged() {
	expect_pass can_tcp a 10.0.0.12 80
	dropped_for default can_tcp a 10.0.0.12 81
	expect_fail can_tcp evil 10.0.0.12 80
}

note "alone"
judged

note "a tc redirect: vfwd says so by itself"
tc qdisc add dev vnetevil clsact
tc filter add dev vnetevil ingress matchall action mirred egress redirect dev vnetb
wait_until 60 eve_has '.event_type == "anomaly" and .anomaly.type == "doctor" and (.anomaly.event | startswith("tc-redirect: vnetevil"))'

note "Docker's and firewalld's way: forward drops what they do not know, and masquerading"
nft -f - <<'N'
table inet firewalld {
	chain forward { type filter hook forward priority 10; policy drop; ct state established,related accept; }
	chain input { type filter hook input priority 10; policy accept; ct state invalid drop; }
}
table ip docker {
	chain forward { type filter hook forward priority 0; policy drop; iifname "docker0" accept; }
	chain post { type nat hook postrouting priority 100; ip saddr 172.17.0.0/16 oifname != "docker0" masquerade; }
}
N
judged
expect_pass can_ping a 10.0.0.1

note "nwfilter's way: bridge rules on the taps; what they drop is gone, what they pass is still judged"
nft -f - <<'N'
table bridge nwfilter {
	chain forward { type filter hook forward priority 0; policy accept; iifname "vneta" ether type ip tcp dport 82 drop; iifname "vnet*" accept; }
}
N
judged
ebtables-legacy -A FORWARD -i vnetb -p IPv4 --ip-proto udp -j DROP 2>/dev/null || note "no ebtables-legacy here"
judged

note "everything is flushed"
nft flush ruleset
ebtables-legacy -F 2>/dev/null || true
judged
grep -q 1 <<<"$(vfwctl -o json status | jq -r '.module | select(.mode == "armed") | 1')"

note "bridged frames go through iptables too"
if modprobe br_netfilter 2>/dev/null; then
	sysctl -qw net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1
	judged
	nft add table ip filter
	nft 'add chain ip filter forward { type filter hook forward priority 0; policy accept; }'
	nft 'add rule ip filter forward ct state invalid drop'
	judged
	wait_until 20 in_check br_netfilter on
else
	note "no br_netfilter here"
fi

note "the redirect goes, and that is an event"
tc qdisc del dev vnetevil clsact
wait_until 60 eve_has '.event_type == "anomaly" and .anomaly.event == "tc-redirect: all is well again"'
jq -c 'select(.event_type == "anomaly" and .anomaly.type == "doctor") | .anomaly.event' $EVE
expect_fail can_tcp evil 10.0.0.12 80
