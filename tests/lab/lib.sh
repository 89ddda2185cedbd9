# SPDX-License-Identifier: GPL-2.0
# For scenarios: sourced at the top of each. A scenario passes when it reaches its end.
set -eu -o pipefail

# Every failing command ends the scenario and says where.
trap 'rc=$?; echo "failed at ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND (status $rc)" >&2' ERR
set -E

fail() {
	echo "FAILED: $*" >&2
	exit 1
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

# expect_fail COMMAND...
expect_fail() {
	! "$@" || fail "expected to fail: $*"
}

# expect WHAT FOUND WANTED
expect() {
	[ "$2" = "$3" ] || fail "$1: expected '$3', found '$2'"
}

# expect_more WHAT FOUND THAN
expect_more() {
	[ "$2" -gt "$3" ] || fail "$1: expected more than $3, found $2"
}

# wait_until SECONDS COMMAND...
wait_until() {
	local end=$((SECONDS + $1)) what
	shift
	what=$*
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt "$end" ] || fail "did not happen in time: $what"
		sleep 0.1
	done
}

on() {
	local vm=$1
	shift
	labvm exec "$vm" -- "$@"
}

# can_ping FROM TO [PING-OPTION...]; can_not_ping waits for a real timeout.
can_ping() {
	local vm=$1 to=$2
	shift 2
	on "$vm" ping -q -c 2 -i 0.2 -W 3 "$@" "$to" >/dev/null
}

# serve_tcp VM PORT: an echo server on every address of the VM.
serve_tcp() {
	on "$1" socat "TCP6-LISTEN:$2,fork,reuseaddr,ipv6only=0" EXEC:cat >/dev/null 2>&1 &
	wait_until 10 listening "$1" -tln "$2"
}

serve_udp() {
	on "$1" socat "UDP6-LISTEN:$2,fork,reuseaddr,ipv6only=0" EXEC:cat >/dev/null 2>&1 &
	wait_until 10 listening "$1" -uln "$2"
}

listening() { on "$1" ss "$2" | grep -q ":$3 "; }

# can_tcp FROM ADDRESS PORT: connects, sends a line, gets the same one back.
can_tcp() {
	local got
	got=$(echo hello | on "$1" timeout 5 socat -t 2 - "TCP:$(in_brackets "$2"):$3,connect-timeout=3" 2>/dev/null) || return 1
	[ "$got" = hello ]
}

can_udp() {
	local got
	got=$(echo hello | on "$1" timeout 5 socat -t 1 - "UDP:$(in_brackets "$2"):$3" 2>/dev/null) || return 1
	[ "$got" = hello ]
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

# dropped_for WORD COMMAND...: the command fails, and the count of that reason grows.
dropped_for() {
	local word=$1 before
	shift
	before=$(reason "$word")
	expect_fail "$@"
	expect_more "packets dropped for $word" "$(reason "$word")" "$before"
}
