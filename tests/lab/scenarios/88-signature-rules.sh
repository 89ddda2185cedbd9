#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Suricata's rules in a profile: header and payload as written, of streams, datagrams and segments, alert reports and drop prevents, what cannot be enforced is named.
# kernels: uml-debug 6.12
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../sig.inc"
. "$LAB_LIB/web.sh"

# rules LINE...: the profile's file from now on, on disk.
rules() { printf '%s\n' "$@" >/etc/vfw/signatures/web.rules; }

# get PATH [PORT]: a asks b's web server; fails when there is no answer in PATIENCE seconds.
get() {
	on a timeout $((PATIENCE + 20)) python3 - "$1" "${2:-80}" $PATIENCE 2>/dev/null <<-'X'
		import http.client, socket, sys
		c = http.client.HTTPConnection("10.0.0.12", int(sys.argv[2]), timeout=40)
		c.connect()
		c.sock.settimeout(int(sys.argv[3]))
		c.sock.setsockopt(socket.IPPROTO_TCP, 18, 1000 * int(sys.argv[3]))
		c.request("GET", sys.argv[1])
		sys.stdout.write(c.getresponse().read().decode())
	X
}

# said BYTES PORT TEXT: a datagram with so many bytes, the text at its end.
said() {
	on a python3 - "$@" <<-'X'
		import socket, sys
		text = sys.argv[3].encode()
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.sendto(b"." * (int(sys.argv[1]) - len(text)) + text, ("10.0.0.12", int(sys.argv[2])))
	X
}
heard() { /usr/bin/grep -qaF -- "$1" /tmp/heard; }
times() { { /usr/bin/grep -ao -- "$1" /tmp/heard || true; } | wc -l; }
arrived() { [ "$(times bad)" = 4 ] && [ "$(times much-evil)" = 2 ] && heard last-of-all; }

web_up
on b python3 -u -m http.server --directory /tmp/www --bind :: 8080 >/dev/null 2>/tmp/other.log &
for port in 90 91; do
	on b socat -b 65536 -u UDP-RECVFROM:$port,fork OPEN:/tmp/heard,creat,append 2>/dev/null &
	wait_until 10 listening b -uln $port
done
wait_until 20 listening b -tln 8080
on b python3 -u - >/dev/null 2>/tmp/talk.log <<-'X' &
	import socket, threading
	def serve(c):
	    got = b""
	    while not got.endswith(b"!"):
	        got += c.recv(65536)
	    c.sendall(got.strip(b"."))
	def listen(port):
	    s = socket.create_server(("", port))
	    while True:
	        threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
	threading.Thread(target=listen, args=(7001,), daemon=True).start()
	listen(7000)
X
for port in 7000 7001; do wait_until 20 listening b -tln $port; done
# two conversations that begin before anybody looks; when /tmp/go is there a text is said, by bytes and at once
on a python3 -u - $PATIENCE >/tmp/midway 2>&1 <<-'X' &
	import os, socket, sys, time
	def begin():
	    c = socket.create_connection(("10.0.0.12", 7000), 40)
	    c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
	    c.sendall(b"hello")
	    return c
	def answer(c, wait):
	    c.settimeout(wait)
	    try:
	        return c.recv(100).decode()
	    except OSError:
	        return "silent"
	bytewise, once = begin(), begin()
	print("begun")
	while not os.path.exists("/tmp/go"):
	    time.sleep(0.1)
	for byte in b"..begun!":
	    bytewise.sendall(bytes([byte]))
	    time.sleep(0.05)
	print(answer(bytewise, int(sys.argv[1])))
	once.sendall(b"..begun!")
	print(answer(once, 1))
X
wait_until 20 grep -q begun /tmp/midway
echo 'a page that tells of GET /EVIL.cgi' >/tmp/www/tells.htm

DROP='drop tcp $EXTERNAL_NET any -> $HOME_NET $HTTP_PORTS (msg:"Evil CGI"; flow:established,to_server; content:"GET "; content:"/evil.cgi"; distance:0; nocase; classtype:web-application-attack; sid:2000001; rev:7;)'
rules '# of all kinds' "$DROP" \
	'alert tcp any any -> any any (msg:"Told"; flow:to_server; content:"/good.htm"; pcre:"/(x)\1/"; sid:2000002;)' \
	'alert tcp any any -> any [1:1023,!22] (msg:"Told"; content:"/good.htm"; priority:2; sid:2000003; gid:5; rev:2;)' \
	'drop http any any -> any any (msg:"Deep"; http.uri; content:"/x"; sid:2000004;)' \
	'alert tcp any any -> any any (msg:"Depth"; content:"GET"; depth:3; content:!"POST"; sid:2000005;)' \
	'drop udp any any -> any 90 (msg:"Place"; content:"bad"; offset:2; depth:6; dsize:<20; sid:2000006;)' \
	'drop udp any any -> any 90 (msg:"Pieces"; content:"much-evil"; endswith; sid:2000007;)' \
	'drop udp any any -> any 90 (msg:"Number"; content:"len="; byte_test:2,>,513,1,relative; content:!"quiet"; sid:2000010;)' \
	'drop udp any any -> any 90 (msg:"Work"; content:"aab"; content:"aaaab"; distance:0; content:"aaaaaab"; distance:0; sid:2000011;)' \
	'drop tcp any any -> any 7000 (msg:"Segment"; flow:no_stream,to_server; content:"evil"; depth:8; content:!"not"; sid:2000012;)' \
	'drop tcp any any -> any 7000 (msg:"Size"; content:"sized"; dsize:12; sid:2000013;)' \
	'drop tcp-pkt any any -> any 7000 (msg:"Last"; content:"tail"; endswith; sid:2000014;)' \
	'drop tcp any any -> any 7000 (msg:"Flags"; content:"pushed"; flags:!P; sid:2000015;)' \
	'drop tcp any any -> any 7000 (msg:"Begin"; flow:to_server; content:"begun"; offset:2; depth:8; sid:2000016;)' \
	'drop tcp any any -> any 7000 (msg:"First"; flow:to_server,only_stream; content:"first"; startswith; sid:2000017;)' \
	'alert tcp any any -> any 7000 (msg:"Once"; content:"once"; depth:6; sid:2000018;)' \
	'drop tcp any any -> any any (msg:"Later"; content:"x"; asn1:double_overflow; sid:2000008;)' \
	'drop udp any any -> any 90 (msg:"Both"; content:"second"; pcre:"/first=h[aeiou]lf/i"; sid:2000009;)' \
	'drop tcp any any -> any 7001 (msg:"Reach"; flow:no_stream,to_server; content:"reach"; offset:3; depth:5; sid:2000019;)' \
	'drop tcp any any -> any 7001 (msg:"Early"; flow:to_server; stream_size:client,<,12; content:"early"; depth:9; sid:2000020;)' \
	'drop tcp any any -> any 7001 (msg:"Cut"; flow:to_server; stream_size:client,<,2000; content:"small"; depth:9; sid:2000021;)' \
	'drop tcp any any -> any 7001 (msg:"Behind"; content:"key="; pcre:"/^(?:[0-9]{3}|none)/Ri"; sid:2000022;)' \
	'drop tcp any any -> any 7001 (msg:"Parts"; flow:to_server; content:"alpha"; content:"beta"; content:"eta"; pcre:"/d[e3]lta/"; sid:2000023;)' \
	'alert tcp any any -> any 7001 (msg:"Again"; flow:to_server; content:"ping"; content:"pong"; content:"pang"; content:"peng"; sid:2000024;)' \
	'alert tcp any any -> any 7001 (msg:"Start"; flow:to_server,only_stream; content:"sesame"; content:"open"; depth:6; content:"please"; sid:2000025;)' \
	'drop tcp any any -> any 7001 (msg:"Value"; flow:to_server; content:"len="; byte_test:3,>,131586,1,relative,little; sid:2000026;)' \
	'drop tcp any any -> any 7001 (msg:"Line"; flow:to_server; pcre:"/^say[^a-z][a-z ]*\bstop/m"; sid:2000027;)' \
	'alert tcp any any -> any 7001 (msg:"Sets"; flow:to_server; content:"sets-it"; flowbits:set,it; flowbits:noalert; sid:2000028;)' \
	'alert tcp any any -> any 7001 (msg:"Late"; flow:to_server; content:"late-a"; content:"late-b"; flowbits:isset,it; sid:2000029;)' \
	'drop tcp any any -> any 7001 (msg:"Jump"; flow:to_server; content:"jump"; depth:4; byte_jump:1,0,relative,string,dec; content:"evil"; within:4; sid:2000034;)' \
	'drop tcp any any -> any 7001 (msg:"Head"; flow:to_server,only_stream; content:"head"; depth:4; byte_jump:1,0,relative,string,dec; content:"evil"; distance:0; sid:2000035;)' \
	'alert tcp any any -> any 7001 (msg:"Leap"; flow:to_server; content:"leap"; depth:4; pcre:"/^(?:[2-4])/R"; byte_jump:1,-1,relative,string,dec; content:"tell"; within:4; sid:2000036;)' \
	'drop udp any any -> any 90 (msg:"Pair"; content:"pair="; pcre:"/^(..)-\1/R"; sid:2000037;)' \
	'drop tcp any any -> any 7001 (msg:"None"; flow:to_server; content:"none"; depth:4; byte_jump:1,0,relative,string,dec; isdataat:5,relative; content:!"x"; within:5; sid:2000038;)' \
	'alert tcp any any -> any 7001 (msg:"Mark"; flow:to_server; content:"mark-it"; flowbits:set,mark; flowbits:noalert; sid:2000039;)' \
	'alert tcp any any -> any 7001 (msg:"Bits"; flow:to_server; content:"bits"; depth:4; byte_jump:1,0,relative,string,dec; content:"evil"; within:4; flowbits:isset,mark; sid:2000040;)' \
	'drop tcp any any -> any 7001 (msg:"Wide"; flow:to_server,only_stream; content:"wide"; depth:4; byte_jump:1,0,relative,string,dec; content:"a-long-one"; distance:0; sid:2000041;)' \
	'drop tcp any any -> any 7001 (msg:"Long"; flow:to_server,only_stream; content:"a-wide-one"; depth:300; byte_jump:1,0,relative,string,dec; content:"late"; distance:0; sid:2000042;)' \
	"$(for c in a b c d e f g h i j k l; do
		echo "alert tcp any any -> any 7001 (msg:\"Many\"; flow:to_server,only_stream; content:\"many-$c\"; depth:900; byte_jump:1,0,relative,string,dec; content:\"x\"; within:1; sid:20001$((36#$c));)"
	done)"
mkdir -p /etc/vfw/policy.d
cat >/etc/vfw/policy.d/a.vfw <<-P
	profile web { signatures { "web.rules", "web.patterns" }  mode prevent }
	first { pass from any to vm b inspect web  pass from any to any }
	default block log
P
echo '1000001 /pattern-attack/ "a pattern"' >/etc/vfw/signatures/web.patterns
labvfw start --no-arm

note "what is not enforced is named, and the rest loads"
for verb in check apply; do
	f=/tmp/$verb
	vfwctl policy $verb >$f 2>&1 || fail "$verb: $(cat $f)"
	grep -q 'profile web: 4 of 50 rules are not enforced: 1 deep, 1 refused, 2 that the module cannot' $f || fail "$f: $(cat $f)"
	grep -q 'not enforced: 1 rule, the first sid 2000004: http, files: a protocol' $f || fail "$f: $(cat $f)"
	grep -q 'not enforced: 1 rule, the first sid 2000002: pcre: ' $f || fail "$f: $(cat $f)"
	grep -q 'not enforced: 1 rule, the first sid 2000005: content:!: ' $f || fail "$f: $(cat $f)"
	grep -q "web.rules:18:[0-9]*: warning: not enforced: asn1" $f || fail "$f: $(cat $f)"
	grep -q "21 of the 46 rules enforced say 'alert'" $f || fail "$f: $(cat $f)"
done
expect "in status" "$(sig_status 'profiles[] | select(.in_force) | "\(.patterns) \(.rules | "\(.enforced) \(.report_only) \(.deep) \(.refused) \(.unlike)")"')" \
	"61 46 21 1 1 2"
vfwctl arm

note "drop prevents: to this port, in this direction"
expect_fail get /evil.cgi
expect_fail get /EVIL.CGI
expect "in the server's log" "$(grep -ci evil $WWW_LOG || true)" 0
expect "on another port" "$(get /evil.cgi 8080)" owned
expect "from the server" "$(get /tells.htm)" "a page that tells of GET /EVIL.cgi"
expect_fail get /pattern-attack
eve '.event_type == "alert" and .alert == {action: "blocked", gid: 1, signature_id: 2000001, rev: 7, signature: "Evil CGI",
	category: "Web Application Attack", severity: 1} and .dest_port == 80 and .vfw.direction == "to_server" and .vfw.profile == "web"
	and .flow.pkts_toserver >= 2 and .flow.bytes_toserver > 0 and (.flow.start | type) == "string"'
eve '.event_type == "alert" and .alert.action == "blocked" and .alert.signature_id == 1000001'

note "alert reports"
expect "what is reported only" "$(get /good.htm)" found
eve '.event_type == "alert" and .alert.action == "allowed" and .alert.signature_id == 2000003 and .alert.gid == 5 and .alert.severity == 2'

note "datagrams: places, lengths, in fragments; by what a vfwd that starts anew knows"
labvfw daemon kill
labvfw daemon start
said 9 90 bad......
said 3 90 bad
said 9 91 .bad..
said 30 90 ..bad
said 4000 91 much-evil-elsewhere
said 4000 90 much-evil
said 4000 90 much-evil-not-at-the-end
said 10 90 ..bad.....
said 40 90 first=hAlf-alone
said 40 90 second-alone
said 40 90 first=hElf-second
said 40 90 second-first=half
said 30000 90 second-of-many
said 30000 90 first=half-second
said 30000 90 much-evil
# over the border of what is looked through at a time
said 16389 90 much-evil
said 20 90 pair=ab-ab.bad
said 20000 90 pair=ab-ab.bad
said 20 90 pair=ab-aC.good
said 11 90 last-of-all
wait_until 20 arrived
eve '.event_type == "alert" and .alert.action == "blocked" and .alert.signature_id == 2000006 and .proto == "UDP"'
eve '.event_type == "alert" and .alert.action == "blocked" and .alert.signature_id == 2000007'
eve '.event_type == "alert" and .alert.action == "blocked" and .alert.signature_id == 2000009 and .alert.signature == "Both"'

note "datagrams: numbers, what must not be there, and rules that take too long"
counted() { sig_status 'profiles[] | select(.in_force) | .overloads'; }
said 20 90 "$(printf 'len=!\003\001num')"
said 20 90 "$(printf 'len=!\002\001num')x"
said 20 90 "$(printf 'len=!\001\177num')"
said 20 90 "$(printf 'quiet.len=!\003\001num')"
before=$(counted)
said 30 90 ..aab.aaaab.aaaaaab.work
said 30 90 ..aaaaaab.aab.work
wait_until 20 heard .work
eve '.event_type == "alert" and .alert.action == "blocked" and .alert.signature_id == 2000011'
expect "overloads" "$(counted)" "$before"
more_overloads() { [ "$(counted)" -gt "$before" ]; }
echo 5 >/sys/module/vfw/parameters/chain_work
said 30 90 ..aaaaaab.aab.stopped
# where the host is busy it is looked at only behind the sender's back
wait_until 20 more_overloads
echo 1048576 >/sys/module/vfw/parameters/chain_work
said 30 90 ..aaaaaab.aab.after
wait_until 20 heard aab.after
expect "by their numbers" "$(times num)" 3
expect "of two" "$(times '[.]work') $(times 'stopped')" "1 0"
eve '.event_type == "alert" and .alert.action == "blocked" and .alert.signature_id == 2000010'

expect "datagrams that arrived" "$(times bad) $(times much-evil)" "4 2"
expect "an expression that looks back" "$(times pair=)" 1
expect "of two parts those with one" "$(times first) $(times second)" "1 2"

note "TCP by segments: places, lengths, ends, each segment of a super-frame by itself"
# talk BEFORE TEXT [BEHIND]: one write of so many bytes, the text, and so many bytes; M is what a segment takes. Prints what b got. PORT: another one.
talk() {
	on a python3 - "$PATIENCE" "$@" "${PORT:-7000}" <<-'X'
		import socket, sys
		port = int(sys.argv.pop())
		c = socket.create_connection(("10.0.0.12", port), 40)
		c.setsockopt(socket.IPPROTO_TCP, 18, 1000 * int(sys.argv[1]))
		m = c.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
		def fill(i): return b"." * eval(sys.argv[i], {"M": m}) if len(sys.argv) > i else b""
		c.sendall(fill(2) + sys.argv[3].encode() + fill(4))
		c.settimeout(int(sys.argv[1]))
		sys.stdout.write(c.recv(100).decode())
	X
}
# all_dropped WORDS...: each of these talks, at once, ends without an answer
all_dropped() {
	local what pid pids=() IFS=' '
	for what; do
		set -- $what
		PATIENCE=1 talk "$@" >/dev/null 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		expect_fail wait "$pid"
	done
}
expect "behind its depth" "$(talk 5 'evil!')" "evil!"
expect "with what must not be there" "$(talk 2 'evil-not!')" "evil-not!"
expect "of another size" "$(talk 7 'sized!')" "sized!"
expect "in the last segment of a super-frame" "$(talk M+5 'pushed!')" "pushed!"
expect "not at the end" "$(talk 3 'tails!')" "tails!"
expect "in the second segment, behind its depth" "$(talk M+5 'evil!')" "evil!"
# TCP marks the end of each super-frame as pushed, however long it makes them: the text is in the first segment
all_dropped '4 evil!' '6 sized!' 'M+4 evil!' '2*M-4 tail 5' '4 pushed M+1'
for sid in 2000012 2000013 2000014 2000015; do
	eve ".event_type == \"alert\" and .alert.action == \"blocked\" and .alert.signature_id == $sid and .dest_port == 7000"
done
expect "found in" "$(eve_count '.event_type == "alert" and .alert.signature_id == 2000012')" 2

note "of a segment no more is looked through than rules can match in; how much was sent by then; right behind a content"
export PORT=7001
expect "one byte behind its place" "$(talk 4 'reach!')" "reach!"
expect "of a conversation that has said more" "$(talk 2 'early......!')" "early......!"
expect "a byte behind" "$(talk 2 'key=a123!')" "key=a123!"
expect "of a segment that is not among the first" "$(talk 2*M+4 'small!')" "small!"
all_dropped '3 reach!' 'M+3 reach!' '2 early!' '4 small 2*M' '2 key=123!' 'M-3 key=NONE!'

note "TCP: parts in any order, over segments, each once more for the next match; numbers; borders of words"
far=$(printf '%3000s' | tr ' ' .)
expect "of parts all but one" "$(talk 0 "delta${far}beta!" | tr -d .)" delta
expect "at another place" "$(talk 3 'open.please.sesame!')" "open.please.sesame!"
expect "twice, and the last part once more" "$(talk 0 'ping.pang.peng.pong.pong.peng.pang.ping.pong!' | tr -d .)" pingpangpengpongpongpengpangpingpong!
expect "at its place, the others twice" "$(talk 2 "open.please.sesame${far}sesame.please!" | tr -d .)" openpleasesesame
expect "a number" "$(talk 0 "$(printf 'len=~\003\002\001!')" | od -An -c | tr -d ' ')" 'len=~003002001!'
expect "no line, no word" "$(talk 1 'say stop!') $(talk 0 'say nonstop!')" "say stop! say nonstop!"
expect "with parts that were there before what it asks for" \
	"$(on a python3 "$LAB_LIB/segments.py" $PATIENCE split 10.0.0.99 10.0.0.12 7001 'late-a.late-b.sets-it.late-b!' | xargs)" "split answered"
all_dropped "0 d3lta${far}beta${far}alpha!" "0 $(printf 'len=~\003\002\002')!" "0 $(printf 'no\nsay\tstop')!"
unset PORT
blocked() { eve_count ".event_type == \"alert\" and .alert.action == \"blocked\" and .alert.signature_id == $1 and .dest_port == 7001"; }
expect "alerts" "$(for sid in 2000019 2000020 2000021 2000022; do blocked $sid; done | xargs)" "2 1 1 2"
expect "of these, too" "$(for sid in 2000023 2000026 2000027; do blocked $sid; done | xargs)" "1 1 1"
counts() { jq -nR "[inputs | fromjson? | select(.event_type == \"alert\" and .alert.signature_id == $1) | .vfw.count] | add" $EVE; }
expect "of parts that are told" "$(counts 2000024) $(counts 2000025) $(counts 2000029)" "2 2 1"

note "TCP's first bytes, of which numbers lead on, and expressions: in one segment, in many, last one first"
# headed WAIT TEXT [MANNER,...]: as spoken, below, on the other port
headed() { on a python3 "$LAB_LIB/segments.py" "$1" "${3:-whole,split,reverse}" 10.0.0.99 10.0.0.12 7001 "$2" | xargs; }
expect "where the number leads" "$(headed 1 'jump2..evil!')" "whole silent split silent reverse silent"
expect "one byte behind it" "$(headed $PATIENCE 'jump2...evil!')" "whole answered split answered reverse answered"
expect "not at the beginning" "$(headed $PATIENCE '.jump2..evil!')" "whole answered split answered reverse answered"
expect "of the stream alone" "$(headed 1 'head2..evil!')" "whole silent split silent reverse silent"
expect "without what must not be there" "$(headed 1 'none2..abcde!')" "whole silent split silent reverse silent"
expect "with it, at the end of its place" "$(headed $PATIENCE 'none2..abcdxe!')" "whole answered split answered reverse answered"
expect "with what the stream notes in the same frame" "$(headed $PATIENCE 'bits2..evil.mark-it!')" "whole answered split answered reverse answered"
expect "without that" "$(headed $PATIENCE 'bits2..evil.mark-no!')" "whole answered split answered reverse answered"
expect "what is only told" "$(headed $PATIENCE 'leap2..tell.....!')" "whole answered split answered reverse answered"
expect "another digit" "$(headed $PATIENCE 'leap1.tell!')" "whole answered split answered reverse answered"
PORT=7001 all_dropped "0 head2${far}evil!" 'M jump2..evil!'
expect "behind what is asked" "$(PORT=7001 talk 0 "head2${far}${far}evil!" | tr -d .)" head2
gap=$(printf '%300s' | tr ' ' .)
expect "in segments far behind" "$(headed 1 "wide2${gap}a-long-one!" split)" "split silent"
expect "without a beginning" "$(headed $PATIENCE "wild2${gap}a-long-one!" split)" "split answered"
expect "its literal far before" "$(headed 1 "a-wide-one2${gap}late!" split)" "split silent"
expect "behind more literals than are remembered" "$(headed 1 "$(printf 'many-%s0.' a b c d e f g h i j k l)a-wide-one2${gap}late!" split)" "split silent"
expect "alerts" "$(for sid in 2000034 2000035 2000038 2000041 2000042; do blocked $sid; done | xargs)" "4 4 3 1 2"
expect "told once for each conversation" "$(counts 2000036) $(counts 2000040)" "3 3"
FAIL=/sys/kernel/debug/failslab
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
if [ -d $FAIL ]; then
	note "while one in ten allocations fails it does not pass either"
	echo N >$FAIL/task-filter
	echo Y >$FAIL/ignore-gfp-wait
	echo 0 >$FAIL/verbose
	echo -1 >$FAIL/times
	echo 0 >$FAIL/space
	echo 10 >$FAIL/probability
	for _ in 1 2 3 4; do headed 1 'head2..evil!' >>/tmp/headed 2>/dev/null || true; done
	echo 0 >$FAIL/probability
	expect_fail grep answered /tmp/headed
	grep -q silent /tmp/headed || fail "nothing was said: $(cat /tmp/headed)"
fi

note "TCP from its first byte on: in one segment, in many, last one first; a place in each segment besides"
# spoken WAIT TEXT: a says it in those manners; prints how b answered.
spoken() { on a python3 "$LAB_LIB/segments.py" "$1" whole,split,reverse 10.0.0.99 10.0.0.12 7000 "$2" | xargs; }
expect "at its place" "$(spoken 1 '.....begun!')" "whole silent split silent reverse silent"
expect "one byte behind it" "$(spoken $PATIENCE '......begun!')" "whole answered split answered reverse answered"
expect "first of all" "$(spoken 1 'first!')" "whole silent split silent reverse silent"
expect "in the second segment, of the stream alone" "$(talk M 'first!')" "first!"
expect "in the second segment, one byte behind" "$(talk M+6 'begun!')" "begun!"
PATIENCE=1 expect_fail talk M+5 'begun!'
touch /tmp/go
midway() { [ "$(wc -l </tmp/midway)" = 3 ]; }
wait_until $((PATIENCE + 20)) midway
expect "found running" "$(xargs </tmp/midway)" "begun hello..begun! silent"
expect "what is only told" "$(talk 2 'once!')" "once!"
told() { eve_count ".event_type == \"alert\" and .alert.signature_id == $1 and .vfw.count == 1"; }
eve '.event_type == "alert" and .alert.signature_id == 2000018'
expect "once for each that was dropped, or told" "$(told 2000016) $(told 2000017) $(told 2000018)" "5 3 1"

note "the same expressions as parts of one rule: what runs has no room for them, and what begins has"
rules "$DROP" 'alert tcp any any -> any 7001 (msg:"One"; flow:to_server; content:"swap-one"; sid:2000031;)' \
	'alert tcp any any -> any 7001 (msg:"Two"; flow:to_server; content:"swap-two"; sid:2000032;)'
vfwctl policy apply >/dev/null
on a python3 -u - $PATIENCE >/tmp/swap 2>&1 <<-'X' &
	import os, socket, sys, time
	c = socket.create_connection(("10.0.0.12", 7001), 40)
	c.settimeout(int(sys.argv[1]))
	c.sendall(b"swap-one.")
	print("begun")
	while not os.path.exists("/tmp/swapped"):
	    time.sleep(0.1)
	c.sendall(b"swap-two.swap-one!")
	print(c.recv(100).decode())
X
wait_until 20 grep -q begun /tmp/swap
eve '.event_type == "alert" and .alert.signature_id == 2000031'
rules "$DROP" 'drop tcp any any -> any 7001 (msg:"All"; flow:to_server; content:"swap-one"; content:"swap-two"; sid:2000033;)'
vfwctl policy apply >/dev/null
touch /tmp/swapped
wait_until $((PATIENCE + 20)) grep -q swap-one /tmp/swap
PORT=7001 all_dropped '0 swap-two.swap-one!'
expect "one of two" "$(PORT=7001 talk 0 'swap-two!')" "swap-two!"

note "what is no rule is an error with its place, and what was applied stays"
rules "$DROP" 'drop tcp any any -> any 80 msg:"no parenthesis"; sid:1;'
refused "web.rules:2:[0-9]*: error: expected '\('" vfwctl policy check
refused "web.rules:2:[0-9]*: error: expected '\('" vfwctl policy apply
rules 'alert http any any -> any any (sid:1;)'
echo >/etc/vfw/policy.d/a.vfw 'profile web { signatures { "web.rules" } }  first { pass from any to any inspect web }'
refused 'profile web: expected at least one rule that the module can enforce' vfwctl policy apply
expect_fail get /evil.cgi
expect "in the server's log" "$(grep -ci evil $WWW_LOG || true)" 0
