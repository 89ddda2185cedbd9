# SPDX-License-Identifier: GPL-2.0
# For scenarios: sourced at the top of each. A scenario passes when it reaches its end.
set -eu -o pipefail

# Every failing command ends the scenario and says where.
trap 'rc=$?; echo "failed at ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND (status $rc)" >&2' ERR
set -E

LAB_LIB=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

FORBIDDEN=97 # status when something happened that must not

# fail WHY [STATUS]: says also at which lines of the scenario, the innermost first.
fail() {
	local i
	echo "FAILED: $1" >&2
	for ((i = 1; i < ${#BASH_SOURCE[@]}; i++)); do
		echo "  at ${BASH_SOURCE[i]##*/}:${BASH_LINENO[i - 1]}" >&2
	done
	exit "${2:-1}"
}

note() { echo "-- $*"; }

# skip WHY: the scenario cannot be run here; the runner counts it as skipped.
skip() {
	echo "skipped: $*"
	exit 77
}

# expect_pass COMMAND...
expect_pass() {
	"$@" || fail "expected to succeed: $*"
}

# What is expected to work is given this many seconds, more than it takes on any machine that is not overloaded; what is
# expected to fail, one.
PATIENCE=40

# expect_fail COMMAND...
expect_fail() {
	local PATIENCE=1
	! "$@" || fail "expected to fail: $*" $FORBIDDEN
}

# expect WHAT FOUND WANTED
expect() {
	[ "$2" = "$3" ] || fail "$1: expected '$3', found '$2'"
}

# expect_more WHAT FOUND THAN
expect_more() {
	[ "$2" -gt "$3" ] || fail "$1: expected more than $3, found $2"
}

# wait_until SECONDS COMMAND...: tries again and again, so one try is given little of that time; and
# emulators on busy machines are given twice what was asked. A try runs in a shell of its own: what fails in it is
# tried again, too, but for what must not happen.
wait_until() {
	local end=$((SECONDS + 2 * $1)) rc PATIENCE=5
	shift
	while :; do
		rc=0
		("$@") >/dev/null 2>&1 || rc=$?
		[ $rc != 0 ] || return 0
		[ $rc != $FORBIDDEN ] || fail "forbidden, but it happened during: $*"
		[ $SECONDS -lt "$end" ] || fail "did not happen in time: $*"
		sleep 0.1
	done
}

# on VM COMMAND...: what `labvm exec' does, in a process less: scenarios ask hundreds of times.
on() {
	local vm=$1
	shift
	ip netns exec "$vm" "$@"
}

# can_ping FROM TO [PING-OPTION...]: asks every second until it is answered.
can_ping() {
	local vm=$1 to=$2
	shift 2
	on "$vm" ping -q -c 1 -w $PATIENCE "$@" "$to" >/dev/null
}

# serve_tcp VM PORT: an echo server on every address of the VM. Without -t it waits half a second for cat's answer once
# the client has said all, which is too little where starting a process takes as long.
serve_tcp() {
	on "$1" socat -t $PATIENCE "TCP6-LISTEN:$2,fork,reuseaddr,ipv6only=0" EXEC:cat >/dev/null 2>&1 &
	wait_until 10 listening "$1" -tln "$2"
}

# serve_host PORT: the same of the host.
serve_host() {
	socat -t $PATIENCE "TCP-LISTEN:$1,fork,reuseaddr" EXEC:cat >/dev/null 2>&1 &
	wait_until 10 eval "ss -tln | grep ':$1 '"
}

serve_udp() {
	on "$1" socat "UDP6-LISTEN:$2,fork,reuseaddr,ipv6only=0" EXEC:cat >/dev/null 2>&1 &
	wait_until 10 listening "$1" -uln "$2"
}

listening() { grep -q ":$3 " <<<"$(on "$1" ss "$2")"; }

# can_tcp FROM ADDRESS PORT: connects, sends a line, gets the same one back. socat itself bounds it; what bounds socat must leave
# it the time to be started.
can_tcp() {
	local got
	got=$(echo hello | on "$1" timeout $((PATIENCE * 2 + 20)) socat -t $PATIENCE - "TCP:$(in_brackets "$2"):$3,connect-timeout=$PATIENCE" 2>/dev/null) || return 1
	[ "$got" = hello ]
}

# can_udp FROM ADDRESS PORT: sends a line, gets the same one back; asks again while there is time, as who speaks UDP does, and
# waits longer each time.
can_udp() {
	local got end=$((SECONDS + PATIENCE)) t=2
	while :; do
		got=$(echo hello | on "$1" timeout $((t + 20)) socat -t $t - "UDP:$(in_brackets "$2"):$3" 2>/dev/null) || true
		[ "$got" != hello ] || return 0
		[ $SECONDS -lt $end ] || return 1
		t=$((2 * t))
	done
}

in_brackets() {
	case $1 in
	*:*) echo "[$1]" ;;
	*) echo "$1" ;;
	esac
}

# policy [labvfw start option...] <<EOF ... EOF: starts vfw with that policy, or applies it when it runs.
policy() {
	cat >/tmp/lab.vfw
	if grep -q '^vfw ' /proc/modules; then
		labvfw apply /tmp/lab.vfw
	else
		labvfw start --policy /tmp/lab.vfw "$@"
	fi
}

# reason WORD: how many packets ended for that reason.
reason() {
	vfwctl -o json status | jq --arg r "$1" '[.reasons[] | select(.reason == $r) | .packets] | add // 0'
}

# hits RULE: the packets of a rule as `rule list' names it.
hits() {
	vfwctl -o json rule list | jq --arg r "$1" '[.rules[] | select(.rule == $r) | .packets] | add // 0'
}

# dropped_for WORD COMMAND...: the command fails, and the count of that reason grows; if not by then, again.
dropped_for() {
	local word=$1 before end=$((SECONDS + 2 * PATIENCE))
	shift
	before=$(reason "$word")
	while :; do
		expect_fail "$@"
		! reason_more "$word" "$before" || break
		[ $SECONDS -lt $end ] || fail "did not happen in time: drops for $word by $*"
	done
}

reason_more() { [ "$(reason "$1")" -gt "$2" ]; }

# tcp_refused FROM ADDRESS PORT: a connection is refused, neither answered nor met by silence.
tcp_refused() {
	on "$1" python3 - "$2" "$3" $PATIENCE <<-'X'
		import socket, sys
		try:
		    socket.create_connection((sys.argv[1], int(sys.argv[2])), int(sys.argv[3]))
		except ConnectionRefusedError:
		    sys.exit(0)
		except OSError as e:
		    print(e, file=sys.stderr)
		sys.exit(1)
	X
}

mac_of() { on "$1" cat /sys/class/net/eth0/address; }

# frame VM KIND [KEY=VALUE...]: a frame of frame.py, in hex; its source MAC is the VM's unless said.
frame() { python3 "$LAB_LIB/frame.py" "$2" "smac=$(mac_of "$1")" "${@:3}"; }

# inject VM [HEADER-FIELD=VALUE...] -- KIND [KEY=VALUE...]: sends such a frame from the VM's tap as it is, and
# prints it.
inject() {
	local vm=$1 header=() hex
	shift
	while [ "$1" != -- ]; do
		header+=("$1")
		shift
	done
	shift
	hex=$(frame "$vm" "$@")
	labvm inject "$vm" "${header[@]}" "$hex"
	echo "$hex"
}

# delivered TO FROM ...: the frame that `inject FROM ...' sends arrives at the VM TO.
delivered() {
	local to=$1
	shift
	python3 "$LAB_LIB/deliver.py" $PATIENCE "$to" bash -c '. "$0"; inject "$@"' "$LAB_LIB/lib.sh" "$@"
}

# unheard VM FILTER COMMAND...: runs COMMAND, whatever it ends with; fails if the VM hears a frame meanwhile that
# tcpdump's FILTER selects.
unheard() {
	local vm=$1 filter=$2 log=/tmp/unheard.log pcap=/tmp/unheard.pcap pid
	shift 2
	rm -f $log $pcap
	ip netns exec "$vm" tcpdump -i eth0 -nn -U --immediate-mode -Q in -w $pcap "$filter" 2>$log &
	pid=$!
	wait_until 10 grep -q listening $log
	"$@" || true
	sleep 0.5
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	expect "frames that $vm heard ($filter)" "$(tcpdump -nn -r $pcap 2>/dev/null)" ""
}

# longest_frame DEVICE FILTER COMMAND...: the length of the longest frame at the device that tcpdump's FILTER selects, while
# COMMAND runs, which must succeed.
longest_frame() {
	local device=$1 filter=$2 log=/tmp/longest.log pcap=/tmp/longest.pcap pid
	shift 2
	rm -f $log $pcap
	tcpdump -i "$device" -nn -U --immediate-mode -s 96 -w $pcap "$filter" >/dev/null 2>$log &
	pid=$!
	wait_until 20 grep -q listening $log
	expect_pass "$@" >&2
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	tcpdump -nn -e -r $pcap 2>/dev/null | grep -o ', length [0-9]*:' | tr -dc '0-9\n' | sort -n | tail -n 1
}

# pings_lost FILE: how many were not answered, of those before the last one that was: what came after it may have been under way
# when ping was ended.
pings_lost() { grep -o 'icmp_seq=[0-9]*' "$1" | cut -d= -f2 | sort -nu | awk '{ n++; last = $1 } END { print last - n }'; }

EVE=/var/log/vfw/eve.json

# eve_count FILTER: events that the jq filter selects; the last line may be there in part only.
eve_count() { jq -nR "[inputs | fromjson? | select($1)] | length" $EVE; }

eve_has() { [ "$(eve_count "$1")" -gt 0 ]; }

# eve FILTER: such an event is, or soon will be, in the log.
eve() { wait_until 10 eve_has "$1"; }

# explained FROM TO PROTO PORT VERDICT RULE
explained() {
	expect "explain $1 to $2 $3 $4" \
		"$(vfwctl explain --from "$1" --to "$2" --proto "$3" --dport "$4" -o json | jq -r '"\(.verdict) \(.rule)"')" \
		"$5 $6"
}

# check NAME: what doctor found for one of its checks, in its own words.
check() { vfwctl -o json doctor | jq -r --arg n "$1" '.checks[] | select(.name == $n) | .detail'; }

# in_check NAME WORD: doctor names WORD there.
in_check() { grep -qw -- "$2" <<<"$(check "$1")"; }
