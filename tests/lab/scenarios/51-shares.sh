#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Shares of the flow table: who opens too much hurts only his own new flows; answered ones stay, finished ones give way; the table is
# bounded, and whoever has little finds room in it.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm bridge br0 --ip 10.0.0.1/24
for vm in a b c d; do labvm add $vm; done
for vm in u v; do labvm add $vm --unmanaged --no-process; done
address() { on "$1" ip -4 -br addr show eth0 | awk '{ sub("/.*", "", $3); print $3 }'; }
b=$(address b)
policy flows_max=1024 flows_per_vm=200 half_per_vm=50 flows_unmanaged=40 <<'P'
first {
  pass from any to any tcp port { 80, 81 }
  pass from any to any udp port 9
  pass from host to any udp port 9
}
unmanaged { pass to vm b udp port 9 }
default block
P
parameter() { echo "$2" >/sys/module/vfw/parameters/"$1"; }
flows() { vfwctl -o json flow list | jq ".flows | length"; }
many() { on "$1" python3 "$LAB_LIB/udpmany.py" ask "$2" 9 "${@:3}"; }
serve_tcp b 80
serve_tcp a 80
for vm in a b; do
	on $vm python3 "$LAB_LIB/udpmany.py" serve 9 &
	wait_until 20 listening $vm -uln 9
done

note "flows that nobody answers: the oldest of the same VM give way"
coproc on a socat - "TCP:$b:80"
echo one >&"${COPROC[1]}"
read -r line <&"${COPROC[0]}"
many a "$(address d)" 2000 mute >/dev/null &
flood=$!
for _ in 1 2 3; do expect_pass can_tcp c "$b" 80; done
wait $flood
many a "$b" 10 all >/tmp/answered
expect "answered conversations of who floods" "$(cat /tmp/answered)" 10
[ "$(flows)" -lt 120 ] || fail "$(flows) flows, of which one VM may leave 50 unanswered"
echo two >&"${COPROC[1]}"
read -r line <&"${COPROC[0]}"
expect "what comes back over the conversation that ran before" "$line" two

note "flows that are answered: the share is full, and others have their own"
limit=$(reason flow-limit)
n=$(many a "$b" 500)
[ "$n" -ge 150 ] && [ "$n" -le 200 ] || fail "$n of 500 conversations, where 200 may be"
expect_more "frames over the limit" "$(reason flow-limit)" "$limit"
expect_fail can_tcp a "$b" 80
expect_pass can_tcp c "$b" 80
echo three >&"${COPROC[1]}"
read -r line <&"${COPROC[0]}"
expect "what comes back over the conversation that ran before" "$line" three

note "flows that are over give way: a share of 200 takes any number of short conversations, one behind the other"
on b python3 - <<'P' &
import socket
s = socket.create_server(("", 81))
while True:
    c, _ = s.accept()
    c.sendall(c.recv(1))
    c.close()
P
wait_until 20 listening b -tln 81
limit=$(reason flow-limit)
on c python3 - "$b" >/tmp/short <<'P'
import socket, sys
ports = []
for i in range(500):
    s = socket.create_connection((sys.argv[1], 81), 20)
    ports.append(s.getsockname()[1])
    s.sendall(b"x")
    assert s.recv(2) + s.recv(2) == b"x"
    s.close()
print(len(ports), ports[0])
P
read -r n port </tmp/short
expect "short conversations" "$n" 500
expect "frames over the limit meanwhile" "$(reason flow-limit)" "$limit"
# a's have ports at random, too
short() { vfwctl -o json flow list --from c --dport 81 | jq --argjson p "$port" "[.flows[] | select($1)] | length"; }
expect_more "what is left of them" "$(short true)" 0
expect "what is left of the first one" "$(short '.src_port == $p')" 0
late=(tcp src="$b" dst="$(address c)" dmac="$(mac_of c)" sport=81 dport="$port" seq=1000 ack=2000)
dropped_for default delivered c b -- "${late[@]}" flags=0x18 data=78
dropped_for default delivered c b -- "${late[@]}" flags=0x12

note "opened from outside: a share of its own of who is reached, who opens freely"
n=$(python3 "$LAB_LIB/udpmany.py" ask "$b" 9 500)
[ "$n" -ge 150 ] && [ "$n" -le 200 ] || fail "$n of 500 conversations, where 200 may be"
expect_pass can_tcp b "$(address a)" 80

note "each unmanaged port has its own"
n=$(many u "$b" 100)
[ "$n" -ge 30 ] && [ "$n" -le 40 ] || fail "$n of 100 conversations, where 40 may be"
expect "of the other one" "$(many v "$b" 20 all)" 20

note "the whole table is full: who has nothing still finds room"
parameter flows_per_vm 100000
parameter half_per_vm 100000
# with those from before more than there is room for, and without them, should they be over by now
many c "$b" 1100 >/tmp/answered
[ "$(flows)" -ge 768 ] || fail "only $(flows) flows in a table of 1024, of which a quarter is kept"
[ "$(flows)" -le 1024 ] || fail "$(flows) flows in a table of 1024"
expect_fail can_tcp c "$b" 80
expect_pass can_tcp d "$b" 80
expect "of who has nothing yet" "$(many d "$b" 5 all)" 5
