#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `policy lint' names shadowed rules with what covers them, rules that were never hit and since when, empty groups.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm add a --ip 10.0.0.11/24 --tenant shop --label tier=web
labvm add b --ip 10.0.0.12/24 --tenant shop --label tier=app
serve_tcp b 80
policy <<'P'
tenant shop {
	group web = label tier=web
	group app = label tier=app
	group old = label tier=old
	pass from web to app tcp port 80
	pass from app to web tcp port 22
	block from web to app tcp port { 80, 443 }
	block from vm a to app tcp port 80
	pass from old to app
}
last { block from tenant shop to any tcp port 25 block from web to any tcp port 25 }
group web = label tier=web
P
expect_pass can_tcp a 10.0.0.12 80

# lint FILTER WANTED: what the jq filter makes of it.
lint() { expect "lint: $1" "$(jq -r "$1" /tmp/lint)" "$2"; }
rc=0
vfwctl -o json policy lint >/tmp/lint || rc=$?
expect "exit status" $rc 6
lint '.shadowed | map("\(.rule) by \(.by | join(" ")) \(.always)") | join(", ")' 'shop:4 by shop:1 false, last:2 by last:1 false'
lint '.nobody | map("\(.rule) \(.empty)") | join(", ")' 'shop:5 from'
lint '.groups | map("\(.tenant).\(.name)") | join(", ")' 'shop.old'
lint '.unused | map(.rule) | join(", ")' 'shop:2, shop:3, last:1'
lint '.unused | all(.since | . > "2020" and length > 19)' true
vfwctl policy lint >/tmp/text || true
grep -q 'shop:4 is shadowed by shop:1, with the VMs there are now' /tmp/text || fail "$(cat /tmp/text)"

note "what decides is as lint says"
explained a b tcp 80 pass shop:1
explained a b tcp 443 block shop:3

# says FILTER: what lint says of the policy in force makes it true.
says() { { vfwctl -o json policy lint || true; } | jq -e "$1"; }
note "whoever joins the population changes the answer"
labvm add c --ip 10.0.0.13/24 --label tier=web
wait_until 20 says '[.shadowed[].rule] == ["shop:4"]'
labvm add d --ip 10.0.0.14/24 --tenant shop --label tier=old
wait_until 20 says '.nobody == [] and .groups == []'

note "a rule counts since it came into force itself, not since the last revision"
since() { { vfwctl -o json policy lint || true; } | jq -r --arg t "$1" '.unused[] | select(.text == $t) | .since'; }
old=$(since 'pass from app to web tcp port 22')
sleep 1.1
sed 's/to any tcp port 25 }/to any tcp port 25 pass from any to any udp port 9 }/' /tmp/lab.vfw >/tmp/more.vfw
labvfw apply /tmp/more.vfw
expect "since, of an old rule" "$(since 'pass from app to web tcp port 22')" "$old"
[[ $(since 'pass from any to any udp port 9') > $old ]] || fail "the new rule counts since $(since 'pass from any to any udp port 9')"

note "files that are not in force: nothing is said of hits"
echo 'last { pass from any to any block from any to any tcp }' >/tmp/f.vfw
rc=0
vfwctl -o json policy lint /tmp/f.vfw >/tmp/lint || rc=$?
expect "exit status" $rc 6
lint '.shadowed[0] | "\(.rule) \(.by[0]) \(.always)"' 'last:2 last:1 true'
lint 'has("unused")' false
echo 'last { pass from any to any tcp }' >/tmp/f.vfw
expect_pass vfwctl policy lint /tmp/f.vfw
