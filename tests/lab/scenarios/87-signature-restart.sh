#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Inspected traffic outlives vfwd: killed and started anew, it is prevented all the time and said afterwards; running streams keep
# their signatures until --restart-streams.
# kernels: uml-debug 6.1
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../scan.inc"
. "$(dirname "$0")/../sig.inc"

sig_vms
patterns '1001 /one-attack/ "one"'
inspecting prevent
labvfw start --no-arm
expect_pass vfwctl policy apply
vfwctl arm

# A connection that says what is written to it: stream_open NAME, stream_say NAME TEXT.
stream_open() {
	mkfifo "/tmp/$1"
	on a socat -u "OPEN:/tmp/$1" TCP:10.0.0.2:80 2>/dev/null &
	exec {fd}<>"/tmp/$1"
	eval "stream_$1=\$fd"
	stream_say "$1" "$1-begins "
	wait_until 20 tcp_got "$1-begins"
}
stream_say() {
	local var=stream_$1
	printf %s "$2" >&"${!var}"
}

note "killed and started anew under traffic"
stream_open kept
revision=$(sig_status module.revision)
labvfw daemon kill
stream_say kept "while-nobody-looks "
wait_until 20 tcp_got while-nobody-looks
expect_fail tcp_send "GET one-attack"
# what matched meanwhile nobody heard, but the next vfwd says how much
unheard=$(sig_status module.alerts_unheard)
expect_more "matches that nobody heard" "$unheard" 0
labvfw daemon start
eve ".event_type == \"anomaly\" and .anomaly.type == \"alerts-unheard\" and .anomaly.count >= $unheard"
expect "revision after the restart" "$(sig_status module.revision)" "$revision"
prevents one
eve ".event_type == \"alert\" and .alert.signature_id == 1001 and .alert.signature == \"one\" and .vfw.revision == $revision"

note "what a killed vfwd had received and not written is counted, too"
unwritten='.event_type == "anomaly" and .anomaly.type == "events-unwritten"'
# the numbers of the module's events in the file, upwards
written() { jq -nR 'inputs | fromjson? | .vfw.seq? // empty' $EVE | sort -n; }
told=$(eve_count "$unwritten")
unheard=$(sig_status module.alerts_unheard)
pkill -STOP -x vfwd
last=$(written | tail -n 1)
expect_fail tcp_send "again one-attack"
# in the socket, for somebody listens
sleep 1
labvfw daemon kill
labvfw daemon start
expect "matches that nobody heard" "$(sig_status module.alerts_unheard)" "$unheard"
prevents one
told_again() { [ "$(eve_count "$unwritten")" -gt "$told" ]; }
wait_until 10 told_again
missing=$(($(written | awk -v last="$last" '$1 > last { print; exit }') - last - 1))
expect_more "events that are not in the file" "$missing" 0
expect_more "of which it was told" "$(jq -nR "[inputs | fromjson? | select($unwritten)] | last.anomaly.count" $EVE)" $((missing - 1))

stream_open second

note "new signatures: running streams keep theirs"
patterns '1002 /two-attack/ "two"'
expect_pass vfwctl policy apply
prevents two
stream_say kept "a two-attack "
wait_until 20 tcp_got "a two-attack"
expect_more "old generations with streams" "$(sig_status 'profiles | map(select(.in_force | not) | .streams) | add // 0')" 0

note "... and a vfwd that starts anew knows what they mean"
labvfw daemon kill
labvfw daemon start
stream_say second "$(printf %0300d 0) one-attack "
wait_until 20 eve_has '.event_type == "alert" and .alert.signature_id == 1001 and .alert.signature == "one" and .vfw.offset > 300'
expect_fail tcp_got "0 one-attack"

note "... until they are restarted"
expect_pass vfwctl policy apply --restart-streams
stream_say kept "still-there "
wait_until 20 tcp_got still-there
stream_say kept "again a two-attack "
wait_until 20 eve_has '.event_type == "alert" and .alert.signature_id == 1002 and .vfw.offset < 40'
sleep 1
expect_fail tcp_got "again a two-attack"
