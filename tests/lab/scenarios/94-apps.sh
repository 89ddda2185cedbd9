#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `app` in rules: what a conversation turns out to be decides, on whatever port and however its first bytes are cut.
# kernels: uml-debug
. "$(dirname "$0")/../lib.sh"
. "$LAB_LIB/web.sh"

# talk ADDRESS PORT SAY WANT: a says SAY (Python's escapes; empty: nothing), and gets WANT back in PATIENCE seconds.
talk() {
	on a python3 - "$1" "$2" "$3" "$4" $PATIENCE <<-'X'
		import socket, sys
		say, want = (w.encode().decode("unicode_escape").encode("latin-1") for w in sys.argv[3:5])
		try:
		    s = socket.create_connection((sys.argv[1], int(sys.argv[2])), int(sys.argv[5]))
		    s.settimeout(int(sys.argv[5]))
		    s.sendall(say)
		    got = b""
		    while want not in got:
		        more = s.recv(65536)
		        if not more:
		            sys.exit(1)
		        got += more
		except OSError:
		    sys.exit(1)
	X
}

# ask PORT NAME: a asks b for a name over UDP, and is answered in PATIENCE seconds.
ask() {
	on a python3 - "$1" "$2" $PATIENCE <<-'X'
		import socket, sys, time
		labels = b"".join(bytes([len(l)]) + l.encode() for l in sys.argv[2].split("."))
		say = b"\x12\x34\1\0\0\1\0\0\0\0\0\0" + labels + b"\0\0\1\0\1"
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.settimeout(2)
		end = time.time() + int(sys.argv[3])
		while time.time() < end:
		    s.sendto(say, ("10.0.0.12", int(sys.argv[1])))
		    try:
		        sys.exit(0 if s.recv(4096) else 1)
		    except OSError:
		        pass
		sys.exit(1)
	X
}

# chat: how many of 40 datagrams of one conversation, which are no DNS, b answers.
chat() {
	on a python3 - <<-'X'
		import socket
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.settimeout(20)
		answered = 0
		for n in range(40):
		    s.sendto(b"no question %d" % n, ("10.0.0.12", 5353))
		try:
		    while True:
		        s.recv(4096)
		        answered += 1
		        if answered == 31:
		            s.settimeout(2)
		except OSError:
		    pass
		print(answered)
	X
}

# serve PORT SAYS: b says SAYS first, then what it has heard, once that ends with a line, or is long.
serve() {
	on b python3 - "$1" "$2" <<-'X' &
		import socket, sys, threading
		def echo(c):
		    try:
		        c.sendall(sys.argv[2].encode().decode("unicode_escape").encode("latin-1"))
		        heard = b""
		        while True:
		            got = c.recv(65536)
		            if not got:
		                break
		            heard += got
		            if heard.endswith(b"\n") or len(heard) >= 3000:
		                c.sendall(heard)
		                heard = b""
		    except OSError:
		        pass
		    c.close()
		s = socket.create_server(("0.0.0.0", int(sys.argv[1])), backlog=64)
		while True:
		    threading.Thread(target=echo, args=(s.accept()[0],), daemon=True).start()
	X
}

# late: b's port 8060 is silent until it has heard 5000 bytes; then it speaks as an SSH server.
late() {
	on b python3 - <<-'X' &
		import socket
		s = socket.create_server(("0.0.0.0", 8060), backlog=64)
		while True:
		    c = s.accept()[0]
		    try:
		        heard = 0
		        while heard < 5000:
		            got = c.recv(65536)
		            if not got:
		                break
		            heard += len(got)
		        else:
		            c.sendall(b"SSH-2.0-late\r\n")
		            c.recv(65536)
		    except OSError:
		        pass
		    c.close()
	X
}

# rubbish: by one conversation with b's port 5354 a says a word, then what tells nothing or never arrives, then a question for a
# name, and another word. Prints what was answered: word, question, word.
rubbish() {
	on a python3 - $PATIENCE <<-'X'
		import socket, struct, sys
		to, patience = ("10.0.0.12", 5354), int(sys.argv[1])
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.connect(to)
		raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
		def answered(say, wait):
		    s.settimeout(wait)
		    s.send(say)
		    try:
		        while s.recv(4096) != say:
		            pass
		        return "yes"
		    except OSError:
		        return "no"
		first = answered(b"one", patience)
		for n in range(40):
		    s.send(b"")
		    raw.sendto(struct.pack("!HHHH", s.getsockname()[1], 5354, 12, 1) + b"junk", to)
		question = answered(b"\x12\x34\1\0\0\1\0\0\0\0\0\0\3www\7example\3org\0\0\1\0\1", 2)
		print(first, question, answered(b"two", patience))
	X
}

# keep PORT FIRST SECOND: a says FIRST to b's port, and SECOND once /tmp/say is there; /tmp/kept.0 and .1 are what came back, if something
# did in a while. FIRST empty: it waits at once.
keep() {
	rm -f /tmp/say /tmp/kept.*
	on a python3 - "$1" "$2" "$3" <<-'X' &
		import os, socket, sys, time
		first, second = (w.encode().decode("unicode_escape").encode("latin-1") for w in sys.argv[2:4])
		s = socket.create_connection(("10.0.0.12", int(sys.argv[1])), 40)
		def hear(n, wait):
		    s.settimeout(wait)
		    got = b""
		    try:
		        while len(got) < n:
		            more = s.recv(65536)
		            if not more:
		                break
		            got += more
		    except OSError:
		        pass
		    return got
		if first:
		    s.sendall(first)
		got = hear(len(first), 40)
		open("/tmp/kept.tmp", "wb").write(got or b"-")
		os.rename("/tmp/kept.tmp", "/tmp/kept.0")
		while not os.path.exists("/tmp/say"):
		    time.sleep(0.05)
		s.sendall(second)
		got = hear(len(second), 2)
		open("/tmp/kept.tmp", "wb").write(got)
		os.rename("/tmp/kept.tmp", "/tmp/kept.1")
	X
	wait_until 40 test -s /tmp/kept.0
}

# kept: what became of the second line.
kept() {
	touch /tmp/say
	wait_until 20 test -e /tmp/kept.1
	cat /tmp/kept.1
}

# hold: a keeps a conversation with b's port 8042, and says one more line each time a file /tmp/more.N appears;
# /tmp/held.N is what came back, if something did in a while.
hold() {
	on a python3 - <<-'X' &
		import os, socket, time
		s = socket.create_connection(("10.0.0.12", 8042), 40)
		s.settimeout(3)
		n, say = 0, b"GET /held HTTP/1.1\r\n\r\n"
		while n < 3:
		    s.sendall(say)
		    try:
		        got = s.recv(4096)
		    except OSError:
		        got = b""
		    open("/tmp/held.%d" % n, "wb").write(got)
		    n, say = n + 1, b"more\n"
		    while n < 3 and not os.path.exists("/tmp/more.%d" % n):
		        time.sleep(0.05)
	X
}

# app_of PORT: what the flow list says of conversations with that port of b.
app_of() { vfwctl -o json flow list --dport "$1" | jq -r '[.flows[].app_proto // "-"] | unique | join(" ")'; }

drops() { eve_count ".event_type == \"drop\" and .vfw.rule == \"$1\" and .vfw.reason == \"$2\""; }
dropped_by() { [ "$(drops "$1" "$2")" -gt "${3:-0}" ]; }

mkdir -p /etc/vfw/apps
# a few, for all of them take long to compile here
cp rules/apps/{http,ssh,redis,dns,tls,smtp}.app /etc/vfw/apps/
web_up
serve 8042 ''
serve 2222 'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n'
serve 81 'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n'
serve 7000 ''
serve 8070 ''
late
serve 7001 'hello, who are you?\r\n'
on b python3 - <<-'X' &
	import socket
	import threading
	def echo(port):
	    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	    s.bind(("0.0.0.0", port))
	    while True:
	        got, peer = s.recvfrom(4096)
	        s.sendto(got, peer)
	threading.Thread(target=echo, args=(5354,), daemon=True).start()
	echo(5353)
X
for port in 5353 5354; do wait_until 20 listening b -uln $port; done
for port in 8042 2222 81 7000 8070 7001 8060; do wait_until 20 listening b -tln $port; done

cat >/tmp/apps.vfw <<-P
	first {
	  pass from vm a to vm b tcp port { 80, 8042 }  app http  log "web"
	  reject from vm a to vm b tcp port 81  app { ssh, smtp }
	  pass from vm a to vm b tcp port 81
	  pass from vm a to vm b tcp port 2222  app ssh
	  pass from vm a to vm b tcp port { 7000, 7001 }  app http until-known block
	  pass from vm a to vm b udp port 5353  app dns
	  block from vm a to vm b tcp port 8042  log "not the web"
	  block from vm a to vm b tcp port 8060  app ssh
	  pass from vm a to vm b tcp port 8060
	  block from vm a to vm b udp port 5354  app dns
	  pass from vm a to vm b udp port 5354
	  monitor from vm a to vm b tcp port 8070  app ssh
	  pass from vm a to vm b tcp port 8070
	}
	default block
P
labvfw start --policy /tmp/apps.vfw

note "an unknown name is refused, and nothing passes instead"
sed 's/app dns/app dnz/' /tmp/apps.vfw >/tmp/wrong.vfw
! vfwctl policy apply /tmp/wrong.vfw >/tmp/refused 2>&1 || fail "applied"
grep -q "wrong.vfw:7:[0-9]*: error: there is no app 'dnz'" /tmp/refused || fail "$(cat /tmp/refused)"

note "HTTP passes on a port of its own, and is named"
expect_pass talk 10.0.0.12 8042 'GET /odd HTTP/1.1\r\n\r\n' '/odd HTTP'
wait_until 10 eval '[ "$(app_of 8042)" = http ]'
eve '.vfw.action == "pass" and .app_proto == "http" and .vfw.rule == "first:1" and .dest_port == 8042'

note "another thing on that port is cut, by the rule that says so, and does not arrive"
expect_fail talk 10.0.0.12 8042 '*1\r\n$4\r\nPING\r\n' PING
wait_until 10 dropped_by first:7 app
eve '.event_type == "drop" and .app_proto == "redis" and .vfw.reason == "app" and .vfw.rule == "first:7"'
expect_fail talk 10.0.0.12 80 'SSH-2.0-x\r\n' 'HTTP'
wait_until 10 dropped_by default app

note "who speaks first does not matter: the server's banner"
expect_pass talk 10.0.0.12 2222 '' 'SSH-2.0'
expect_fail talk 10.0.0.12 2222 'GET / HTTP/1.0\r\n\r\n' 'GET /'
note "reject names what is not to pass; all else does"
expect_fail talk 10.0.0.12 81 '' 'SSH-2.0'
wait_until 10 dropped_by first:2 app

note "a question over UDP"
expect_pass ask 5353 www.example.org
wait_until 10 eval '[ "$(app_of 5353)" = dns ]'
before=$(drops default app)
answered=$(chat)
expect "datagrams that are no DNS, answered" "$answered" 31
wait_until 10 dropped_by default app "$before"

note "what is not known when 4 KiB were said falls through"
expect_fail talk 10.0.0.12 8042 "$(head -c 5000 /dev/zero | tr '\0' x)" "$(head -c 5000 /dev/zero | tr '\0' x)"
wait_until 10 dropped_by first:7 app 1
expect_pass talk 10.0.0.12 8042 "$(head -c 3000 /dev/zero | tr '\0' x)" "$(head -c 3000 /dev/zero | tr '\0' x)"

note "filler of one side hides nothing: the other side tells yet what it is"
expect_fail talk 10.0.0.12 8060 "$(head -c 5000 /dev/zero | tr '\0' x)" SSH-2.0-late
wait_until 10 dropped_by first:8 app

note "over UDP what is empty, or wrong, takes nothing of what is looked at; and what is dropped ends nothing"
expect "word, question, word" "$(rubbish)" "yes no yes"
wait_until 10 dropped_by first:10 app

note "a monitor rule that asks for an app drops nothing"
expect_pass talk 10.0.0.12 8070 'SSH-2.0-x\r\n' 'SSH-2.0-x'
eve '.event_type == "would-drop" and .vfw.rule == "first:12" and .app_proto == "ssh"'
urgent=$(reason stream-urgent)
on a python3 - $PATIENCE <<-'X' || fail "urgent data were dropped for a monitor rule's sake"
	import socket, sys
	s = socket.create_connection(("10.0.0.12", 8070), int(sys.argv[1]))
	s.settimeout(int(sys.argv[1]))
	s.send(b"!", socket.MSG_OOB)
	s.sendall(b"line\n")
	sys.exit(not s.recv(100))
X
expect "urgent data" "$(reason stream-urgent)" "$urgent"

note "what is not known yet is judged by a new revision, whatever that keeps; known while nothing was cut, it is cut from then on"
keep 8042 '' '*1\r\n$4\r\nPING\r\n'
sed 's/"web"/"the web"/' /tmp/apps.vfw >/tmp/again.vfw
expect_pass vfwctl policy apply --keep-established /tmp/again.vfw
expect "said after a revision that keeps" "$(kept)" ""
vfwctl disarm --yes
long=$(head -c 5000 /dev/zero | tr '\0' x)
keep 8042 "SSH-2.0-x$long" 'more\n'
expect "heard, nothing being cut" "$(wc -c </tmp/kept.0)" 5009
vfwctl arm
expect "said once armed" "$(kept)" ""

note "until-known block: nothing is said before it is known what"
expect_pass talk 10.0.0.12 7000 'GET /held HTTP/1.0\r\n\r\n' '/held'
expect_fail talk 10.0.0.12 7000 'hm' 'hm'
expect_fail talk 10.0.0.12 7001 '' 'hello'
wait_until 10 dropped_by first:5 app-unknown 1

note "cut in any manner, the same"
say 20 $CLEAR '/good.htm?@' '/good.htm?@' | tee /tmp/said
expect "not answered" "$(other_than answered)" 0
for manner in whole split reverse overlap ahead; do
	before=$(drops first:7 app)
	on a python3 "$LAB_LIB/segments.py" 0.5 $manner 10.0.0.99 10.0.0.12 8042 \
		'SSH-2.0-OpenSSH_9.2\r\n' 'GET / HTTP/1.0 more\r\n' | tee /tmp/said
	expect "answered, $manner" "$(other_than silent)" 0
	wait_until 20 dropped_by first:7 app "$before"
done

note "explain: it depends, or the app is given"
asked() { vfwctl -o json explain --from a --to b --proto tcp --dport 8042 "$@" | jq -r '"\(.verdict) \(.rule) \(.depends_on_app)"'; }
expect "not given" "$(asked)" "pass first:1 true"
expect "http" "$(asked --app http)" "pass first:1 false"
expect "ssh" "$(asked --app ssh)" "block first:7 false"
expect "none" "$(asked --app none)" "block first:7 false"

note "with inspect: one walk finds both, and what is known outlives a change of policy"
hold
wait_until 20 test -s /tmp/held.0
cat >/tmp/inspect.vfw <<-P
	profile web { signatures { "web.patterns" }  mode prevent }
	first {
	  pass from vm a to vm b tcp port 8042  app http inspect web
	  block from vm a to vm b tcp port 8042  log
	}
	default block
P
expect_pass vfwctl policy apply /tmp/inspect.vfw
touch /tmp/more.1
wait_until 20 grep -q more /tmp/held.1
expect_pass talk 10.0.0.12 8042 'GET /good HTTP/1.1\r\n\r\n' '/good'
before=$(reason signature)
expect_fail talk 10.0.0.12 8042 'GET /evil.cgi HTTP/1.1\r\n\r\n' '/evil'
expect_more "dropped for the signature" "$(reason signature)" "$before"
expect_fail talk 10.0.0.12 8042 '*1\r\n$4\r\nPING\r\n' PING
wait_until 10 dropped_by first:2 app 1
expect "two profiles for one port" "$(sed 's/app http inspect web/& pass from vm a to vm b tcp port 8042 app ssh/' /tmp/inspect.vfw >/tmp/two.vfw
	vfwctl policy apply /tmp/two.vfw 2>&1 | grep -c 'expected the same profile' || true)" 1
sed 's/app http inspect web/app ssh inspect web/' /tmp/inspect.vfw >/tmp/forbids.vfw
before=$(reason cut)
expect_pass vfwctl policy apply /tmp/forbids.vfw
touch /tmp/more.2
wait_until 20 test -e /tmp/held.2
expect "said under a policy that forbids it" "$(cat /tmp/held.2)" ""
expect_more "cut" "$(reason cut)" "$before"
expect_pass vfwctl policy apply /tmp/apps.vfw

note "without vfwd it stays so"
labvfw daemon kill
expect_pass talk 10.0.0.12 8042 'GET /dead HTTP/1.1\r\n\r\n' '/dead HTTP'
expect_fail talk 10.0.0.12 8042 '*1\r\n$4\r\nPING\r\n' PING
expect_fail talk 10.0.0.12 81 '' 'SSH-2.0'
labvfw daemon start
