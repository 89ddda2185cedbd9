#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A conversation found running under a preventing profile is taken soon after arming only, and none that vfw was made to forget; a reset with a wrong checksum ends none, a second copy of its SYN moves none;
# where both ends have forgotten a conversation, its ports are used again at once, and what follows is scanned.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"
. "$LAB_LIB/web.sh"

# where it is forgotten by a reset, that takes a second
printf '[flow]\ntcp-close = 1\n' >/etc/vfw/vfwd.toml
web_up
web_policy prevent
running=(tcp src=10.0.0.11 dst=10.0.0.12 dmac="$(mac_of b)" sport=4000 dport=80 flags=0x10 seq=1000 ack=2000)

note "soon after arming"
expect_pass delivered b a -- "${running[@]}"
note "later"
echo 0 >/sys/module/vfw/parameters/pickup_s
running[4]=sport=4001
dropped_for invalid-state delivered b a -- "${running[@]}"
note "nor from a server that is to be protected, where what it opens itself is not inspected"
running[2]=dst=10.0.0.11 running[1]=src=10.0.0.12 running[3]=dmac=$(mac_of a)
dropped_for invalid-state delivered a b -- "${running[@]}"
note "where nothing prevents either way, as ever"
policy <<'P'
profile web { signatures { "web.patterns" }  mode prevent }
first { pass from any to vm b tcp port 80 inspect web  pass from any to any }
default block log
P
expect_pass delivered a b -- "${running[@]}"

note "soon after arming, but vfw was made to forget it: what the receiver held back gets no beginning"
echo 900 >/sys/module/vfw/parameters/pickup_s
cat >/tmp/hold.py <<'P'
import os, sys, time
sys.path.insert(0, sys.argv[1])
from segments import Conversation, RST, SYN
way = sys.argv[2]
text = b"GET /evil.cgi?%s HTTP/1.0\r\n\r\n" % way.encode()
c = Conversation("10.0.0.99", "10.0.0.12", 80)
c.open()
# the receiver waits for the first byte
c.send(1, text[1:])
if way == "match":
    c.send(0, text[:1])
    # another conversation on the same ports, for all that is known; its receiver takes neither
    c.isn ^= 1 << 31
    c.send(0, b"", SYN)
    c.send(0, b"", RST)
    c.isn ^= 1 << 31
elif way == "reset":
    # at the end of what was sent, which is not where the receiver stands
    c.send(len(text), b"", RST)
open("/tmp/port", "w").write(str(c.sport))
while not os.path.exists("/tmp/go"):
    time.sleep(0.1)
c.send(0, text[:1])
c.listen(2)
print(way, "answered" if c.heard else "silent")
P
forgotten() { [ "$(vfwctl -o json flow list | jq --argjson p "$1" '[.flows[] | select(.src_port == $p)] | length')" = 0 ]; }
for way in match reset; do
	rm -f /tmp/go /tmp/port
	on a python3 /tmp/hold.py "$LAB_LIB" $way >/tmp/said &
	holder=$!
	wait_until 20 test -s /tmp/port
	wait_until 20 forgotten "$(cat /tmp/port)"
	before=$(reason invalid-state)
	touch /tmp/go
	wait $holder
	expect "the server" "$(cat /tmp/said)" "$way silent"
	wait_until 20 reason_more invalid-state "$before"
	expect "attacks in the server's log ($way)" "$(reached evil)" 0
done
echo 0 >/sys/module/vfw/parameters/pickup_s

# half_asked: a request without its end; it has $port, its bytes $first to $end.
half_asked() {
	rm -f /tmp/go /tmp/answer
	ip netns exec a tcpdump -i eth0 -nn -S -l 'tcp dst port 80 and tcp[tcpflags] & tcp-push != 0' >/tmp/sent 2>/tmp/tcpdump.log &
	tcpdump=$!
	wait_until 20 grep -q listening /tmp/tcpdump.log
	on a python3 /tmp/half.py &
	asker=$!
	wait_until 20 grep -q 'seq [0-9]*:[0-9]*' /tmp/sent
	# 12:00:00.0 IP 10.0.0.11.PORT > 10.0.0.12.80: Flags [P.], seq FIRST:END, ack ...
	read -r port first end < <(sed -n 's/.*IP 10\.0\.0\.11\.\([0-9]*\) > .* seq \([0-9]*\):\([0-9]*\),.*/\1 \2 \3/p' /tmp/sent | head -n 1)
	kill $tcpdump
}
answered() {
	touch /tmp/go
	wait $asker
	grep -q 'HTTP/1.0 200' /tmp/answer
}
cat >/tmp/half.py <<'P'
import os, socket, time
s = socket.create_connection(("10.0.0.12", 80), 60)
s.sendall(b"GET /good.htm?1 HTTP/1.0\r\n")
while not os.path.exists("/tmp/go"):
    time.sleep(0.1)
s.sendall(b"\r\n")
s.settimeout(60)
open("/tmp/answer", "wb").write(s.recv(1000))
P

note "a reset that the receiver ignores for its checksum ends nothing"
half_asked
state() { vfwctl -o json flow list | jq -r --argjson p "$port" '.flows[] | select(.src_port == $p) | .state'; }
expect "the conversation" "$(state)" established
drops=$(reason bad-checksum)
inject a -- tcp src=10.0.0.11 dst=10.0.0.12 dmac="$(mac_of b)" sport="$port" dport=80 flags=0x04 seq="$end" sum=bad >/dev/null
wait_until 20 reason_more bad-checksum "$drops"
expect "the conversation after it" "$(state)" established
expect_pass answered

note "prevention begins in a running conversation, whose stream a copy of its SYN does not move"
web_policy detect
half_asked
web_policy prevent
gaps=$(reason stream-gap)
expect_pass delivered b a -- tcp src=10.0.0.11 dst=10.0.0.12 dmac="$(mac_of b)" sport="$port" dport=80 flags=0x02 seq=$((first - 1))
expect_pass answered
expect "conversations cut for a gap" "$(reason stream-gap)" "$gaps"

note "both ends forget a conversation, and begin anew on the same ports"
cat >/tmp/again.py <<'P'
import fcntl, os, socket, sys, time
PORT = ("10.0.0.12", 81)
REPAIR = 19 # a socket closed in repair says nothing
UNACKED = 0x5411 # SIOCOUTQ
FORGOTTEN = "/tmp/again.forgotten"
def forget(s):
    s.setsockopt(socket.IPPROTO_TCP, REPAIR, 1)
    s.close()
if sys.argv[1] == "serve":
    listener = socket.create_server(PORT)
    while True:
        conn, _ = listener.accept()
        while True:
            data = conn.recv(1000)
            if not data:
                break
            open("/tmp/again.got", "ab").write(data)
            conn.sendall(b"ok")
            if data.endswith(b"forget"):
                break
        while fcntl.ioctl(conn, UNACKED, bytes(4)) != bytes(4):
            time.sleep(0.05)
        forget(conn)
        open(FORGOTTEN, "w").close()
def ask(text, wanted):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("10.0.0.11", 4100))
    s.settimeout(60)
    s.connect(PORT)
    s.sendall(text)
    s.settimeout(60 if wanted else 3)
    try:
        got = s.recv(10)
    except TimeoutError:
        got = b""
    assert got == wanted, got
    while wanted and not os.path.exists(FORGOTTEN):
        time.sleep(0.05)
    if wanted:
        os.remove(FORGOTTEN)
    forget(s)
    # copies that are still under way are of this conversation
    time.sleep(1)
ask(b"first forget", b"ok")
# behind new numbers on either side, and so again
ask(b"second forget", b"ok")
ask(b"third /evil.cgi forget", b"")
P
on b python3 /tmp/again.py serve &
wait_until 20 listening b -tln 81
before=$(reason invalid-state)
signed=$(reason signature)
expect_pass on a python3 /tmp/again.py ask
expect "frames of no conversation" "$(reason invalid-state)" "$before"
expect_more "dropped for the signature" "$(reason signature)" "$signed"
expect "what the server got" "$(cat /tmp/again.got)" "first forgetsecond forget"
