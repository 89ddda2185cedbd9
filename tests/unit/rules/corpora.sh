#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tests/unit/rules/corpora.sh VFWCTL CORPORA: captures with what Suricata 7 said of them, through
# `vfwctl replay'; and how much of the rules that people use loads. What is not there is skipped.
set -eu -o pipefail
vfwctl=$(readlink -f "$1") corpora=$2

[ -d "$corpora" ] || {
	echo "corpora: skipped, $corpora is not there"
	exit 0
}
corpora=$(readlink -f "$corpora")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cat >"$tmp/replay" <<EOF
#!/bin/bash
exec '$vfwctl' replay --pcap "\$1" --rules "\$2" --eve "\$3" \${4:+--\$4}
EOF
chmod +x "$tmp/replay"

# held FOLDER REGEX SHARE: of the cases REGEX names at least SHARE agree in sids and counts.
held() {
	python3 "$corpora/tools/run_heldout.py" --cases "$corpora/$1/cases.jsonl" --only="$2" --min "$3" -v \
		--cmd "$tmp/replay {pcap} {rules} {out} {flags}" >"$tmp/out" || {
		cat "$tmp/out"
		echo "corpora: $1: '$2': fewer than $3 agree"
		exit 1
	}
	echo "corpora: $1: '$2': $(tail -1 "$tmp/out")"
}

# loads FILE AT-LEAST: so many rules of a file can be evaluated.
loads() {
	local n
	n=$("$vfwctl" sig check --no-prove "$1" -o json | jq .loaded) || [ "${PIPESTATUS[0]}" = 6 ]
	echo "corpora: ${1##*/}: $n rules load"
	[ "$n" -ge "$2" ] || {
		echo "corpora: expected at least $2"
		exit 1
	}
}

# proves FILE SHARE: so many of a thousand that can be evaluated are proven, and none fails.
proves() {
	local loaded proven failed
	"$vfwctl" sig check "$1" -o json >"$tmp/proof" || [ $? = 6 ]
	proven=$(jq .loaded "$tmp/proof")
	loaded=$((proven + $(jq .unproven "$tmp/proof")))
	failed=$(jq '[.notes[] | select(.fate == "failed")] | length' "$tmp/proof")
	echo "corpora: ${1##*/}: $proven of $loaded rules are proven, $failed fail"
	[ "$failed" = 0 ] && [ $((proven * 1000)) -ge $((loaded * $2)) ] || {
		echo "corpora: expected $2 of 1000, and none that fails"
		exit 1
	}
}

if [ -f "$corpora/tools/run_heldout.py" ]; then
	held evasion . 1
	held verify 'generic content' 1
	held verify 'packet header keywords' 1
	held verify 'stream reassembly' 1
	held verify 'ipfrag' 1
	held verify 'evasion-ipv6' 1
	held verify 'rule header' 1
	held verify 'flowbits' 1
	held verify '^http$' 0.9
	held verify 'http-evader' 0.73
fi
if [ -d "$corpora/rules" ]; then
	tar xzf "$corpora/rules/etopen-2023-05-15.emerging-all.rules.tar.gz" -C "$tmp"
	loads "$tmp/emerging-all.rules" 22232
	loads "$corpora/rules/snort29-community-2025-11.rules" 560
	grep '^alert' "$tmp/emerging-all.rules" | awk 'NR % 20 == 0' >"$tmp/every-20th.rules"
	proves "$tmp/every-20th.rules" 970
	proves "$corpora/rules/snort29-community-2025-11.rules" 930
fi
