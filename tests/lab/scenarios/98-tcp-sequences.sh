#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The flow table follows RFC 9293's figures and the state table of Linux connection tracking, segment by segment: what is legal there passes,
# what is not is dropped for its state, and `flow list' shows where the conversation stands; UDP and ICMP echo, answered and not.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

# no stack has an address: nobody takes part in what is said in the name of 10.0.0.21 and 10.0.0.22
labvm add a --ip 10.0.0.21/24
labvm add b --ip 10.0.0.22/24
for vm in a b; do
	on $vm sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1
	ip -n $vm addr flush dev eth0
done
# nothing runs out between two packets, however slow the machine
{ echo '[flow]'; printf '%s = 300\n' tcp-close tcp-last-ack udp-unanswered icmp; } >/etc/vfw/vfwd.toml
# a opens, b never: what b says passes by its flow alone
policy <<'P'
first {
  pass from vm a to vm b tcp port 80
  pass from vm a to vm b udp port 53
  pass from vm a to vm b icmp
}
default block
P
# sequences: those on standard input, as sequences.py reads them
sequences() { python3 "$LAB_LIB/sequences.py"; }

note "what is wrong in a table is found: what arrives and what does not, for which reason, and the state"
sequences >/tmp/found <<'T' && fail "a wrong table was taken for right"
= arrives, though it should not
a S 100 - 0 invalid-state syn-sent
= does not, though it should
a S  100 -   0 passes syn-sent
b SA 300 100 0 passes syn-sent
= for another reason
b S 300 - 0 invalid-state -
= another state
a S 100 - 0 passes syn-recv
T
expect "what was found" "$(cut -d: -f1 /tmp/found | uniq)" "FAIL arrives, though it should not
FAIL does not, though it should
FAIL for another reason
FAIL another state"

note "RFC 9293's figures"
expect_pass sequences <<'T'
= figure 6: a handshake; nobody goes on unanswered, or acknowledges what was not sent
a S  100 -   0  passes        syn-sent
a A  101 301 5  invalid-state syn-sent
b SA 300 100 0  invalid-state syn-sent
b SA 300 102 0  invalid-state syn-sent
b SA 300 101 0  passes        syn-recv
a A  101 300 0  invalid-state syn-recv
a A  101 302 5  invalid-state syn-recv
a A  101 301 0  passes        established
a A  101 301 10 passes        established
b A  301 112 0  invalid-state established
b A  301 111 10 passes        established

= figure 7: both open at once
a S  100 -   0 passes        syn-sent
b S  300 -   0 passes        syn-recv
b S  400 -   0 invalid-state syn-recv
b A  301 102 5 invalid-state syn-recv
a SA 100 302 0 invalid-state syn-recv
a SA 100 301 0 passes        syn-recv
b SA 300 102 0 invalid-state syn-recv
b SA 300 101 0 passes        established
b A  301 101 5 passes        established
a A  101 306 5 passes        established

= figure 7, b's answer first
a S  100 -   0 passes        syn-sent
b S  300 -   0 passes        syn-recv
b SA 300 101 0 passes        syn-recv
a SA 99  301 0 invalid-state syn-recv
a SA 100 301 0 passes        established
a A  101 301 5 passes        established

= figure 8: an old SYN, whose answer is reset
a S  90  -   0 passes        syn-sent
b SA 300 92  0 invalid-state syn-sent
b SA 300 91  0 passes        syn-recv
a R  90  -   0 invalid-state syn-recv
a R  91  -   0 passes        close
a S  100 -   0 passes        syn-sent
b SA 400 91  0 invalid-state syn-sent
b SA 400 101 0 passes        syn-recv
a A  101 401 0 passes        established

= figure 8, the old SYN behind the true one, which is sent again
a S  100 -   0 passes        syn-sent
a S  90  -   0 passes        syn-sent
b SA 300 92  0 invalid-state syn-sent
b SA 300 91  0 passes        syn-recv
a R  91  -   0 passes        close
a S  100 -   0 passes        syn-sent
b SA 400 101 0 passes        syn-recv
a A  101 401 0 passes        established

= figure 9: a has crashed, opens again and learns of the old connection
a S  50  -   0  passes        syn-sent
b SA 299 51  0  passes        syn-recv
a A  51  300 49 passes        established
b A  300 100 0  passes        established
a S  400 -   0  passes        established
b SA 500 400 0  invalid-state established
b A  300 100 0  passes        established
a R  99  -   0  invalid-state established
a R  100 -   0  passes        close
a S  400 -   0  passes        syn-sent
b A  300 100 5  invalid-state syn-sent
b SA 600 401 0  passes        syn-recv
a A  401 601 0  passes        established

= figure 10: a has crashed, b goes on and learns of it
a S  50    -   0  passes        syn-sent
b SA 299   51  0  passes        syn-recv
a A  51    300 49 passes        established
b A  300   100 10 passes        established
a R  70000 -   0  invalid-state established
a R  99    -   0  invalid-state established
a R  100   -   0  passes        close

= figure 11: an old SYN while both listen
a S  900 -   0 passes        syn-sent
b SA 300 901 0 passes        syn-recv
a R  900 -   0 invalid-state syn-recv
a R  901 -   0 passes        close
b S  500 -   0 default       -

= figure 12: a closes, then b
a S  99    -   0 passes        syn-sent
b SA 299   100 0 passes        syn-recv
a A  100   300 0 passes        established
a FA 70000 300 0 invalid-state established
a FA 100   300 0 passes        fin-wait
b A  300   102 0 invalid-state fin-wait
b A  300   101 0 passes        close-wait
a A  101   300 5 invalid-state close-wait
a FA 101   300 0 invalid-state close-wait
b FA 300   101 0 passes        last-ack
a A  101   302 0 invalid-state last-ack
a A  101   301 0 passes        time-wait
b FA 300   101 0 passes        time-wait
a A  101   301 0 passes        time-wait

= figure 13: both close at once
a S  99  -   0 passes        syn-sent
b SA 299 100 0 passes        syn-recv
a A  100 300 0 passes        established
a FA 100 300 0 passes        fin-wait
b FA 300 100 0 passes        last-ack
a A  101 302 0 invalid-state last-ack
a A  101 301 0 passes        last-ack
b A  301 102 0 invalid-state last-ack
b A  301 101 0 passes        time-wait
b A  301 101 5 invalid-state time-wait
T

note "the states of connection tracking"
expect_pass sequences <<'T'
= none: only a SYN opens, and what has been running for long, but not from b
a R  100 -   0  invalid-state -
a SA 100 300 0  invalid-state -
a .  100 -   0  invalid-state -
b S  300 -   0  default       -
b SA 300 101 0  default       -
b A  300 101 5  default       -
b FA 300 101 0  default       -
a A  100 300 20 passes        picked-up
b A  300 120 5  passes        established

= SYN_SENT: again, a challenge to it, a refusal; and after that anew
a S  100 -   0 passes        syn-sent
a S  100 -   0 passes        syn-sent
a SA 100 301 0 invalid-state syn-sent
a FA 101 301 0 invalid-state syn-sent
b FA 300 101 0 invalid-state syn-sent
b A  300 101 5 invalid-state syn-sent
b A  777 55  0 passes        syn-sent
b R  300 -   0 invalid-state syn-sent
b RA 300 100 0 invalid-state syn-sent
b RA 300 101 0 passes        close
a S  200 -   0 passes        syn-sent
b SA 300 201 0 passes        syn-recv
a A  201 301 0 passes        established

= SYN_RECV: either SYN again; a close before anything was said
a S  100 -   0 passes        syn-sent
b SA 300 101 0 passes        syn-recv
a S  100 -   0 passes        syn-recv
b SA 300 101 0 passes        syn-recv
b SA 400 101 0 invalid-state syn-recv
b A  301 101 0 passes        syn-recv
b S  400 -   0 invalid-state syn-recv
a FA 101 301 0 passes        fin-wait
b A  301 102 0 passes        close-wait

= SYN_RECV: data of either side before the handshake is done, but none outside of the window
a S  100   -   5  passes        syn-sent
b SA 300   107 0  invalid-state syn-sent
b SA 300   106 0  passes        syn-recv
b A  301   106 10 passes        syn-recv
a A  70000 311 5  invalid-state syn-recv
a A  106   312 5  invalid-state syn-recv
a A  106   311 5  passes        established

= SYN_RECV, reset
a S  100 -   0 passes        syn-sent
b SA 300 101 0 passes        syn-recv
b R  300 -   0 invalid-state syn-recv
b R  301 -   0 passes        close

= SYN_SENT2: both SYNs again
a S  100 -   0 passes        syn-sent
b S  300 -   0 passes        syn-recv
a S  100 -   0 passes        syn-recv
b S  300 -   0 passes        syn-recv
b A  300 100 5 invalid-state syn-recv
b SA 300 101 0 passes        syn-recv
a SA 100 301 0 passes        established
a A  101 301 0 passes        established

= ESTABLISHED: a SYN or its answer once more says nothing; flags that no TCP sends
a S  100  -   0  passes        syn-sent
b SA 300  101 0  passes        syn-recv
a A  101  301 0  passes        established
a S  5000 -   0  passes        established
b SA 300  101 0  passes        established
b S  5000 -   0  invalid-state established
b SA 500  101 0  invalid-state established
a SA 200  301 0  invalid-state established
a F  101  -   0  invalid-state established
a SF 101  -   0  invalid-state established
a SR 101  -   0  invalid-state established
a .  101  -   0  invalid-state established
a A  101  301 20 passes        established
b A  301  121 20 passes        established
a A  121  321 0  passes        established
b R  320  -   0  invalid-state established
b R  321  -   0  passes        close

= ESTABLISHED: b has forgotten it, and resets what goes on
a S  100   -   0 passes        syn-sent
b SA 300   101 0 passes        syn-recv
a A  101   301 0 passes        established
a A  101   301 9 passes        established
b R  70000 -   0 invalid-state established
b R  301   -   0 passes        close

= ESTABLISHED: b has forgotten it, and refuses a new one
a S  100  -    0 passes        syn-sent
b SA 300  101  0 passes        syn-recv
a A  101  301  0 passes        established
a S  5000 -    0 passes        established
b RA 0    5000 0 invalid-state established
b RA 0    5001 0 passes        close

= LAST_ACK: b has forgotten it, and takes a new one
a S  100     -       0 passes        syn-sent
b SA 300     101     0 passes        syn-recv
a A  101     301     0 passes        established
b FA 301     101     0 passes        fin-wait
a FA 101     302     0 passes        last-ack
a S  9000000 -       0 passes        last-ack
b SA 500     9000000 0 invalid-state last-ack
b SA 500     9000001 0 passes        syn-recv
a A  9000001 501     0 passes        established

= FIN_WAIT, CLOSE_WAIT, LAST_ACK, TIME_WAIT: b closes first, FINs come again; reopened by a new SYN
a S  100   -    0 passes        syn-sent
b SA 300   101  0 passes        syn-recv
a A  101   301  0 passes        established
b FA 301   101  7 passes        fin-wait
b FA 301   101  7 passes        fin-wait
a A  101   309  0 passes        close-wait
a A  101   309  5 passes        close-wait
b A  309   106  0 passes        close-wait
b A  309   106  5 invalid-state close-wait
a FA 70000 309  0 invalid-state close-wait
a FA 106   309  0 passes        last-ack
a FA 106   309  0 passes        last-ack
b A  309   108  0 invalid-state last-ack
b A  309   107  0 passes        time-wait
b A  309   107  0 passes        time-wait
b SA 800   9001 0 invalid-state time-wait
a S  9000  -    0 passes        syn-sent
b A  309   107  5 invalid-state syn-sent
b SA 800   9001 0 passes        syn-recv
a A  9001  801  0 passes        established

= LAST_ACK at once: the other's FIN acknowledges the first
a S  100 -   0 passes        syn-sent
b SA 300 101 0 passes        syn-recv
a A  101 301 0 passes        established
a FA 101 301 0 passes        fin-wait
b FA 301 103 0 invalid-state fin-wait
b FA 301 102 0 passes        last-ack
a A  102 302 0 passes        time-wait

= TIME_WAIT: b cannot reopen what only a may open
a S  100  -   0 passes  syn-sent
b SA 300  101 0 passes  syn-recv
a A  101  301 0 passes  established
b FA 301  101 0 passes  fin-wait
a FA 101  302 0 passes  last-ack
b A  302  102 0 passes  time-wait
b S  9000 -   0 default -

= CLOSE from FIN_WAIT; what was under way arrives, and a SYN opens anew
a S  100 -   0 passes        syn-sent
b SA 300 101 0 passes        syn-recv
a A  101 301 0 passes        established
a FA 101 301 0 passes        fin-wait
a R  100 -   0 invalid-state fin-wait
a R  102 -   0 passes        close
b A  301 102 5 passes        close
b A  301 103 0 invalid-state close
a S  600 -   0 passes        syn-sent
b SA 800 601 0 passes        syn-recv
a A  601 801 0 passes        established

= CLOSE from CLOSE_WAIT
a S  100 -   0 passes        syn-sent
b SA 300 101 0 passes        syn-recv
a A  101 301 0 passes        established
a FA 101 301 0 passes        fin-wait
b A  301 102 0 passes        close-wait
b R  300 -   0 invalid-state close-wait
b R  301 -   0 passes        close

= CLOSE from LAST_ACK
a S  100   -   0 passes        syn-sent
b SA 300   101 0 passes        syn-recv
a A  101   301 0 passes        established
b FA 301   101 0 passes        fin-wait
a FA 101   302 0 passes        last-ack
b R  70000 -   0 invalid-state last-ack
b R  302   -   0 passes        close
T

note "UDP and ICMP echo"
expect_pass sequences <<'T'
= UDP
b udp 0 - 5 default -
a udp 0 - 5 passes  unanswered
a udp 0 - 5 passes  unanswered
b udp 1 - 5 default unanswered
b udp 0 - 5 passes  answered
a udp 0 - 5 passes  answered

= ICMP echo
b reply   0 - 5 default       -
a reply   0 - 5 invalid-state -
a request 0 - 5 passes        unanswered
a request 0 - 5 passes        unanswered
b reply   1 - 5 default       unanswered
b request 0 - 5 default       unanswered
b reply   0 - 5 passes        answered
b reply   0 - 5 passes        answered
T
