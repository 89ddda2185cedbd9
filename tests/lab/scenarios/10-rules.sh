#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Rules between VMs: pass, block, reject, monitor; TCP, UDP, SCTP, ICMP types, other protocols, ethertypes.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm add web --label tier=web --ip 10.0.0.11/24 --ip fd00::11/64
labvm add app --label tier=app --ip 10.0.0.12/24 --ip fd00::12/64
labvm add db --label tier=db --ip 10.0.0.13/24 --ip fd00::13/64
for port in 80 81 82 83 7000; do serve_tcp app $port; done
serve_tcp db 80
serve_udp app 53
serve_udp app 54

policy <<'P'
group web = label tier=web
group app = label tier=app
group db  = label tier=db
first {
  pass    from web to app tcp port { 80, 82-83 }
  block   from web to app tcp port 81 log "not that one"
  reject  from web to db log "web must not reach the database"
  monitor from web to app tcp port 7000 log
  pass    from web to app tcp port 7000
  pass    from web to app udp port 53
  pass    from web to app icmp type echo-request
  pass    from web to app icmp6 type echo-request
  pass    from web to app sctp port 5000
  pass    from web to app proto gre
  pass    from web to app ethertype 0x88b5
  pass    from app to db icmp
}
default block log
P

note "TCP, either IP version"
for a in 10.0.0.12 fd00::12; do
	expect_pass can_tcp web $a 80
	expect_pass can_tcp web $a 83
	expect_fail can_tcp web $a 81
	expect_pass can_udp web $a 53
	expect_fail can_udp web $a 54
	expect_pass can_ping web $a
done
expect_more "hits of the first rule" "$(hits first:1)" 0
expect_more "hits of the second rule" "$(hits first:2)" 0

note "a reject answers at once, for every protocol; a block is silent"
expect_pass tcp_refused web 10.0.0.13 80
expect_pass tcp_refused web fd00::13 80
expect_fail tcp_refused web 10.0.0.12 81
expect_fail on web ping -q -c 1 -W 2 10.0.0.13
# prohibited ADDRESS: an echo request is answered by an ICMP error that says so.
prohibited() { { on web ping -n -c 1 -W 2 "$1" || true; } | grep -i 'filtered\|prohibited'; }
for a in 10.0.0.13 fd00::13; do
	wait_until 20 prohibited $a
done

note "monitor counts and goes on"
expect_pass can_tcp web 10.0.0.12 7000
expect_more "hits of the monitor rule" "$(hits first:4)" 0
eve '.event_type == "would-drop" and .vfw.rule == "first:4" and .vfw.src_vm == "web"'

note "direction: the other way round nobody may open"
serve_tcp web 80
expect_fail can_tcp app 10.0.0.11 80
expect_pass can_ping app 10.0.0.13
expect_fail can_ping db 10.0.0.12

note "other protocols and ethertypes"
app=$(mac_of app)
ends="src=10.0.0.11 dst=10.0.0.12 dmac=$app"
expect_pass delivered app web -- ip $ends proto=47 data=00000000
dropped_for default delivered app web -- ip $ends proto=50 data=0000000000000000
init=0000000000000000010000140000000100010000000100010000000 # verification tag, checksum, INIT chunk
expect_pass delivered app web -- ip $ends proto=132 data=9c401388${init}1
dropped_for default delivered app web -- ip $ends proto=132 data=9c401389${init}1
expect_pass delivered app web -- ether type=0x88b5 dmac=$app
dropped_for default delivered app web -- ether type=0x88b6 dmac=$app

note "events say who, which rule, why"
eve '.event_type == "drop" and .vfw.src_vm == "web" and .vfw.dst_vm == "app" and .vfw.rule == "first:2" and .vfw.reason == "rule" and .dest_port == 81 and .proto == "TCP" and .vfw.revision > 0'
eve '.event_type == "drop" and .vfw.rule == "default" and .vfw.reason == "default"'

note "explain agrees with what happened"
explained web app tcp 80 pass first:1
explained web app tcp 81 block first:2
explained web db tcp 80 reject first:3
explained web app tcp 7000 pass first:5
explained app web tcp 80 block default

note "a pair with many cells: each of these ports is a range of its own"
odd=$(seq -s ", " 1001 2 1201)
policy <<P
first { pass from vm web to vm app tcp port { $odd } }
default block
P
serve_tcp app 1001
serve_tcp app 1201
serve_tcp app 1100
expect_pass can_tcp web 10.0.0.12 1001
expect_pass can_tcp web 10.0.0.12 1201
dropped_for default can_tcp web 10.0.0.12 1100
