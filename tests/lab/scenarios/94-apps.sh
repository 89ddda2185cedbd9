#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `app` in rules: what a conversation turns out to be decides, on whatever port and however its first bytes are cut.
# kernels: uml-debug 6.12
. "$(dirname "$0")/../lib.sh"

# serve: all that b serves. TCP PORT SAYS: says SAYS, then what it has heard, once that ends with a line, or is long. 8060 is silent
# until it has heard 5000 bytes, then it speaks as an SSH server. UDP: what is heard.
serve() {
	on b python3 - <<-'X' &
		import socket, threading
		SSH = b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"
		def echo(c, port, says):
		    try:
		        c.sendall(says)
		        heard = b""
		        while True:
		            got = c.recv(65536)
		            if not got:
		                break
		            heard += got
		            if port == 8060:
		                if len(heard) >= 5000:
		                    c.sendall(SSH)
		            elif heard.endswith(b"\n") or len(heard) >= 3000:
		                c.sendall(heard)
		                heard = b""
		    except OSError:
		        pass
		    c.close()
		def tcp(port, says):
		    s = socket.create_server(("0.0.0.0", port), backlog=64)
		    while True:
		        threading.Thread(target=echo, args=(s.accept()[0], port, says), daemon=True).start()
		def udp(port):
		    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		    s.bind(("0.0.0.0", port))
		    while True:
		        got, peer = s.recvfrom(4096)
		        s.sendto(got, peer)
		says = {2222: SSH, 81: SSH, 7001: b"hello, who are you?\r\n", 8071: b"GREETING\r\n" + SSH}
		for port in 80, 8042, 2222, 81, 7000, 7001, 8060, 8061, 8070, 8071:
		    threading.Thread(target=tcp, args=(port, says.get(port, b"")), daemon=True).start()
		threading.Thread(target=udp, args=(5354,), daemon=True).start()
		udp(5353)
	X
	for port in 5353 5354; do wait_until 20 listening b -uln $port; done
	for port in 80 8042 2222 81 7000 7001 8060 8061 8070 8071; do wait_until 20 listening b -tln $port; done
}

# client: one process in a that does what it is asked, with one line of answer:
#   talk NAME PORT SAY WANT   begins a conversation, says SAY (Python's escapes), and is to get WANT back
#   more NAME SAY WANT        the same in one that was begun; urgent NAME: a byte out of band
#   heard SECONDS NAME...     which of these got what they want, by then, or all
#   dns SECONDS               a question for a name, again and again: answered?
#   chat                      how many of 40 datagrams of one conversation, which are no DNS, are answered
#   rubbish SECONDS           by one conversation with port 5354 says a word, then what tells nothing or never arrives, also in
#                             fragments, then a question for a name, and another word. Which were answered?
client() {
	cat >/tmp/client.py <<-'X'
		import socket, struct, sys, time
		B = "10.0.0.12"
		convs = {}
		def text(word):
		    return word.encode().decode("unicode_escape").encode("latin-1")
		def say(c, what, want):
		    c["want"], c["got"] = text(want), b""
		    try:
		        c["sock"].sendall(text(what))
		    except OSError:
		        pass
		def hear(c, left):
		    c["sock"].settimeout(max(left, 0.01))
		    try:
		        got = c["sock"].recv(65536)
		    except OSError:
		        return False
		    c["got"] += got
		    return bool(got)
		def talk(name, port, what, want):
		    convs[name] = {"sock": socket.create_connection((B, int(port)), 40)}
		    say(convs[name], what, want)
		def more(name, what, want):
		    say(convs[name], what, want)
		def urgent(name):
		    convs[name]["sock"].send(b"!", socket.MSG_OOB)
		def heard(seconds, *names):
		    end = time.time() + int(seconds)
		    for n in names:
		        while convs[n]["want"] not in convs[n]["got"] and hear(convs[n], end - time.time()):
		            pass
		    return " ".join(n for n in names if convs[n]["want"] in convs[n]["got"]) or "-"
		def answered(s, what, seconds):
		    s.settimeout(seconds)
		    try:
		        s.send(what)
		        while s.recv(4096) != what:
		            pass
		        return "yes"
		    except OSError:
		        return "no"
		def datagrams(port):
		    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		    s.connect((B, port))
		    return s
		QUESTION = b"\x12\x34\1\0\0\1\0\0\0\0\0\0\3www\7example\3org\0\0\1\0\1"
		def dns(seconds):
		    s, end = datagrams(5353), time.time() + int(seconds)
		    while time.time() < end:
		        if answered(s, QUESTION, 2) == "yes":
		            return "yes"
		    return "no"
		def chat():
		    s, n = datagrams(5353), 0
		    s.settimeout(20)
		    for i in range(40):
		        s.send(b"no question %d" % i)
		    try:
		        while s.recv(4096):
		            n += 1
		            if n == 31:
		                s.settimeout(1)
		    except OSError:
		        pass
		    return n
		def pieces(packet, ident):
		    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
		    for at, more in (0, 1 << 13), (48, 0):
		        part = packet[at:48] if more else packet[at:]
		        raw.sendto(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(part), ident, at // 8 | more, 64, 17, 0,
		                               socket.inet_aton("10.0.0.11"), socket.inet_aton(B)) + part, (B, 0))
		def rubbish(seconds):
		    s, patience = datagrams(5354), int(seconds)
		    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
		    first = answered(s, b"one", patience)
		    for n in range(40):
		        s.send(b"")
		        raw.sendto(struct.pack("!HHHH", s.getsockname()[1], 5354, 12, 1) + b"junk", (B, 5354))
		        pieces(struct.pack("!HHHH", s.getsockname()[1], 5354, 108, 1) + b"junk" * 25, 1000 + n)
		    question = answered(s, QUESTION, 1)
		    return " ".join((first, question, answered(s, b"two", patience)))
		for line in sys.stdin:
		    word, *args = line.rstrip("\n").split("\t")
		    print(globals()[word](*args) or "", flush=True)
	X
	mkfifo /tmp/asked /tmp/answered
	on a python3 /tmp/client.py </tmp/asked >/tmp/answered &
	exec 7>/tmp/asked 8</tmp/answered
}

# a WORD...: asks the client, and prints its answer.
a() {
	local IFS=$'\t' got
	printf '%s\n' "$*" >&7
	read -r got <&8
	[ -z "$got" ] || echo "$got"
}

# app_of PORT: what the flow list says of conversations with that port of b.
app_of() { vfwctl -o json flow list --dport "$1" | jq -r '[.flows[].app_proto // empty] | unique | join(" ")'; }

# known_as APP PORT N: so many conversations with that port are known as it.
known_as() { [ "$(vfwctl -o json flow list --dport "$2" | jq --arg a "$1" '[.flows[] | select(.app_proto == $a)] | length')" = "$3" ]; }

# answers_names: a question for a name is answered; or else says what became of it.
answers_names() {
	[ "$(a dns $PATIENCE)" != yes ] || return 0
	vfwctl -o json flow list --dport 5353 | jq -c '.flows[]'
	jq -c 'select(.dest_port == 5353) | [.event_type, .app_proto, .vfw.reason, .vfw.rule]' $EVE | uniq -c
	vfwctl status | sed -n '/^PROFILE/,$p'
	on b ss -uln
	return 1
}

# refused_to PORT N: what a said to that port was refused in so many conversations.
refused_to() {
	[ "$(jq -R "fromjson? | select(.event_type == \"drop\" and .vfw.reason == \"app\" and .dest_port == $1) | .src_port" $EVE | sort -u | wc -l)" = "$2" ]
}

# revisions WORD: as many as make a profile too old to be kept, and one more.
revisions() {
	local n
	for n in 1 2 3 4 5 6; do
		sed "s/\"web\"/\"web $1 $n\"/" /tmp/apps.vfw >/tmp/idle.vfw
		expect_pass vfwctl policy apply /tmp/idle.vfw
	done
}

drops() { eve_count ".event_type == \"drop\" and .vfw.rule == \"$1\" and .vfw.reason == \"$2\""; }
dropped_by() { [ "$(drops "$1" "$2")" -gt "${3:-0}" ]; }

mkdir -p /etc/vfw/apps /etc/vfw/signatures
# a few, for all of them take long to compile here
cp rules/apps/{http,ssh,redis,dns,smtp}.app /etc/vfw/apps/
# what says its line is that, whatever else it would be
printf 'app greeting\nover ssh\ntcp server /^GREETING\\r\\n/\n' >/etc/vfw/apps/greeting.app
echo '1000001 /\/evil\.cgi/ "evil"' >/etc/vfw/signatures/web.patterns
labvm add a --ip 10.0.0.11/24 --ip 10.0.0.99/24
labvm add b --ip 10.0.0.12/24
# segments.py speaks for that one
ip -n a addr del 10.0.0.99/24 dev eth0
ip -n b neigh add 10.0.0.99 lladdr "$(mac_of a)" dev eth0 nud permanent
client
serve

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
	  block from vm a to vm b tcp port 8071  app ssh
	  pass from vm a to vm b tcp port 8071
	  block from vm a to vm b tcp port 8061  app ssh
	  pass from vm a to vm b tcp port 8061
	}
	default block
P
labvfw start --policy /tmp/apps.vfw

note "an unknown name is refused, and nothing passes instead"
sed 's/app dns/app dnz/' /tmp/apps.vfw >/tmp/wrong.vfw
! vfwctl policy apply /tmp/wrong.vfw >/tmp/refused 2>&1 || fail "applied"
grep -q "wrong.vfw:7:[0-9]*: error: there is no app 'dnz'" /tmp/refused || fail "$(cat /tmp/refused)"

note "what a rule asks for passes on a port of its own, whoever speaks first; what no rule refuses passes; a monitor rule drops nothing"
long=$(head -c 5000 /dev/zero | tr '\0' x)
urgent=$(reason stream-urgent)
a talk http 8042 'GET /odd HTTP/1.1\r\n\r\n' '/odd HTTP'
a talk banner 2222 '' SSH-2.0
a talk short 8042 "${long:0:3000}" "${long:0:3000}"
a talk held 7000 'GET /held HTTP/1.0\r\n\r\n' /held
a talk other 81 '' SSH-2.0
a talk greeted 8071 '' GREETING
a talk watched 8070 'SSH-2.0-x\r\n' SSH-2.0-x
expect "heard" "$(a heard $PATIENCE http banner short held greeted watched)" "http banner short held greeted watched"
a urgent watched
a more watched 'line\n' line
expect "heard after urgent data" "$(a heard $PATIENCE watched)" watched
expect "urgent data" "$(reason stream-urgent)" "$urgent"
eve '.event_type == "would-drop" and .vfw.rule == "first:12" and .app_proto == "ssh"'
eve '.vfw.action == "pass" and .app_proto == "http" and .vfw.rule == "first:1" and .dest_port == 8042'

note "what is another thing than a rule asks for, is refused by name, or is not known when 4 KiB were said, is cut by the rule that says so;"
note "filler of one side hides nothing, nor does a line of one side that is over what the other one says; until-known block: nothing is said before it is known what"
a talk redis 8042 '*1\r\n$4\r\nPING\r\n' PING
a talk none 8042 "$long" "${long:0:10}"
a talk ssh 80 'SSH-2.0-x\r\n' SSH
a talk get 2222 'GET / HTTP/1.0\r\n\r\n' 'GET /'
a talk filled 8060 "$long" SSH-2.0
a more greeted 'SSH-2.0-x\r\n' SSH-2.0-x
a talk early 7000 'hm\n' hm
a talk hello 7001 '' hello
expect "heard, of what must not be" "$(a heard 1 other redis none ssh get filled greeted early hello)" -
wait_until 10 dropped_by first:7 app 1
wait_until 10 dropped_by first:2 app
wait_until 10 dropped_by first:8 app
wait_until 10 dropped_by first:14 app
wait_until 10 dropped_by default app
wait_until 10 dropped_by first:5 app-unknown 1
eve '.event_type == "drop" and .app_proto == "redis" and .vfw.reason == "app" and .vfw.rule == "first:7"'
expect "what is known of those on that port" "$(app_of 8042)" "http redis"

note "over UDP: a question; 32 datagrams that are none; what is empty, or wrong, takes nothing of what is looked at; what is dropped ends nothing"
expect_pass answers_names
before=$(drops default app)
expect "datagrams that are no DNS, answered" "$(a chat)" 31
expect "word, question, word" "$(a rubbish $PATIENCE)" "yes no yes"
wait_until 10 dropped_by default app "$before"
# the question itself, and not its echo, which is looked at as well
eve '.event_type == "drop" and .vfw.rule == "first:10" and .vfw.reason == "app" and .dest_port == 5354'

note "cut in any manner, the same, by the worker as well"
before=$(drops first:7 app)
echo Y >/sys/module/vfw/parameters/scan_worker
on a python3 "$LAB_LIB/segments.py" 0.5 split,reverse,overlap,ahead 10.0.0.99 10.0.0.12 8042 \
	'SSH-2.0-OpenSSH_9.2\r\n' 'GET / HTTP/1.0 more\r\n' >/tmp/said
expect "not answered" "$(grep -c silent /tmp/said)" 4
wait_until 20 dropped_by first:7 app $((before + 3))
expect_pass answers_names
echo N >/sys/module/vfw/parameters/scan_worker

note "over a budget nothing passes that is still to be looked at, also where it is known what the other side said"
a talk spent 8060 'GET / HTTP/1.1\r\n' none
wait_until 10 known_as http 8060 1
before=$(reason scan-overload)
echo 0 >/sys/module/vfw/parameters/scan_kib_per_vm
a more spent "$long" SSH-2.0
expect "heard, of what nobody looked at" "$(a heard 1 spent)" -
echo 65536 >/sys/module/vfw/parameters/scan_kib_per_vm
expect_more "over the budget" "$(reason scan-overload)" "$before"

note "what is not known yet is judged by a new revision, whatever that keeps, and what turns out to be another thing than it was kept as; known"
note "while nothing was cut, it is cut from then on"
a talk kept 8042 '' none
# the one before, sent again within the budget, has turned out to be another thing
wait_until 20 known_as http 8060 0
a talk turns 8060 'GET /turns HTTP/1.1\r\n' none
wait_until 10 known_as http 8060 1
sed 's/"web"/"the web"/' /tmp/apps.vfw >/tmp/again.vfw
expect_pass vfwctl policy apply --keep-established /tmp/again.vfw
vfwctl disarm --yes
a talk known 8042 "SSH-2.0-x$long" "$long"
expect "heard, nothing being cut" "$(a heard $PATIENCE known)" known
vfwctl arm
a more kept '*1\r\n$4\r\nPING\r\n' PING
a more known 'more\n' more
a more turns "$long" SSH-2.0
expect "heard, of what must not be" "$(a heard 1 kept known turns)" -

note "idle over many revisions, it is looked at as before"
a talk idle 8042 '' none
a talk half 8061 'SS' none
a talk lives 2222 '' SSH-2.0
expect "heard" "$(a heard $PATIENCE lives)" lives
revisions first
a more idle 'GET /idle HTTP/1.1\r\n\r\n' /idle
a more half 'H-2.0-x\r\n' SSH
expect "heard" "$(a heard $PATIENCE idle)" idle
expect "heard, of what must not be" "$(a heard 1 half)" -

note "by other patterns, too; what is known stays so, and who was in the midst of a word is judged as what he may have said"
a talk idle 8042 '' none
a talk sly 8061 '' none
a talk half 8061 'SS' none
printf 'app other\ntcp client /^other\\r\\n/\n' >/etc/vfw/apps/other.app
revisions other
a more idle 'GET /idle HTTP/1.1\r\n\r\n' /idle
a more sly 'SSH-2.0-x\r\n' SSH
a more half 'H-2.0-x\r\n' SSH
a more lives 'more\n' more
expect "heard" "$(a heard $PATIENCE idle lives)" "idle lives"
expect "heard, of what must not be" "$(a heard 1 sly half)" -
# and it is what they say that is refused, not its echo
wait_until 10 refused_to 8061 3

note "explain: it depends, or the app is given"
asked() { vfwctl -o json explain --from a --to b --proto tcp --dport 8042 "$@" | jq -r '"\(.verdict) \(.rule) \(.depends_on_app)"'; }
expect "not given" "$(asked)" "pass first:1 true"
expect "http" "$(asked --app http)" "pass first:1 false"
expect "none" "$(asked --app none)" "block first:7 false"

note "with inspect: one walk finds both, and what is known outlives a change of policy"
cat >/tmp/inspect.vfw <<-P
	profile web { signatures { "web.patterns" }  mode prevent }
	first {
	  pass from vm a to vm b tcp port 8042  app http inspect web
	  block from vm a to vm b tcp port 8042  log
	}
	default block
P
expect_pass vfwctl policy apply /tmp/inspect.vfw
a more http 'more\n' more
a talk good 8042 'GET /good HTTP/1.1\r\n\r\n' /good
expect "heard" "$(a heard $PATIENCE http good)" "http good"
before=$(reason signature)
a talk evil 8042 'GET /evil.cgi HTTP/1.1\r\n\r\n' /evil
a talk redis 8042 '*1\r\n$4\r\nPING\r\n' PING
expect "heard, of what must not be" "$(a heard 1 evil redis)" -
expect_more "dropped for the signature" "$(reason signature)" "$before"
wait_until 10 dropped_by first:2 app 1
sed 's/app http inspect web/& pass from vm a to vm b tcp port 8042 app ssh/' /tmp/inspect.vfw >/tmp/two.vfw
expect "two profiles for one port" "$(vfwctl policy apply /tmp/two.vfw 2>&1 | grep -c 'expected the same profile' || true)" 1
sed 's/app http inspect web/app ssh inspect web/' /tmp/inspect.vfw >/tmp/forbids.vfw
before=$(reason cut)
expect_pass vfwctl policy apply /tmp/forbids.vfw
a more http 'more\n' more
expect "heard under a policy that forbids it" "$(a heard 1 http)" -
expect_more "cut" "$(reason cut)" "$before"

note "without vfwd it stays so; and vfwd takes it over though the files of apps are gone"
labvfw daemon kill
a talk dead 8042 'SSH-2.0-x\r\n' SSH
a talk gone 8042 'GET /dead HTTP/1.1\r\n\r\n' /dead
expect "heard" "$(a heard $PATIENCE dead)" dead
expect "heard, of what must not be" "$(a heard 1 gone)" -
rm -r /etc/vfw/apps
labvfw daemon start
wait_until 20 grep -q 'armed, revision [0-9]*, taken over as it is' /var/log/vfw/vfwd.log
a more dead 'more\n' more
expect "heard" "$(a heard $PATIENCE dead)" dead
