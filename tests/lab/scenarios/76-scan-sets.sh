#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every instruction set of Hyperscan's runtime in one module: chosen at load, reported, compiled for by vfwd, an attack prevented. Says which ran.
# kernels: uml
. "$(dirname "$0")/../lib.sh"
. "$LAB_LIB/web.sh"

ran='' skipped=''
for set in sse42 avx2 avx512; do
	labvfw start --no-daemon hs_set=$set
	if [ "$(ctlscan set)" = "none none" ]; then
		# one that is not in the module is a fault, one that the processor has not is none
		grep -q "vfw: this processor lacks $set," <<<"$(dmesg)" || fail "$set is not in the module: $(dmesg | grep 'vfw:' | tail -n 1)"
		skipped+=" $set"
		rmmod vfw
		continue
	fi
	expect "the set in use" "$(ctlscan set | cut -d' ' -f1)" $set
	labvfw daemon start
	[ -e /tmp/www ] || web_up
	web_policy prevent
	vfwctl arm
	expect "the set that vfwd knows of" "$(vfwctl -o json status | jq -r '[.. | .instruction_set? // empty][0]')" $set
	before=$(reason signature)
	note "$set: what is harmless is answered, the attack is not"
	say 20 whole,split,overlap "/good.htm?@-$set" "/good.htm?@-$set" | tee /tmp/said
	expect "not answered" "$(other_than answered)" 0
	say 0.5 whole,reverse,random "/evil.cgi?@-$set" "/good.htm?@-$set" | tee /tmp/said
	expect "answered" "$(other_than silent)" 0
	expect "attacks in the server's log" "$(reached "evil.cgi")" 0
	expect_more "dropped for the signature" "$(reason signature)" "$before"
	ran+=" $set"
	labvfw stop
done
expect_more "sets that ran" "$(wc -w <<<"$ran")" 0
note "the best one unasked"
labvfw start --no-daemon
expect "the set in use" "$(ctlscan set | cut -d' ' -f1)" "${ran##* }"
rmmod vfw
echo "@= instruction sets that ran:$ran; skipped, for this processor has none of them:${skipped:- none}"
