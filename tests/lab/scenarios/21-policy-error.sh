#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A wrong policy changes nothing; what cannot be enforced is refused by name.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm add a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
serve_tcp b 80
policy <<'P'
first { pass from vm a to vm b tcp port 80 }
default block log
P
revision() { vfwctl -o json status | jq .module.revision; }
was=$(revision)

printf 'first { pass from vm a to vm b tcp port 80 }\nfirst { pas from any to any }\ndefault block\n' >/tmp/bad.vfw
rc=0
vfwctl policy apply /tmp/bad.vfw 2>/tmp/err || rc=$?
expect "exit status" $rc 1
grep -q 'bad.vfw:2:9' /tmp/err || fail "no place in: $(cat /tmp/err)"
grep -q '\^' /tmp/err || fail "no caret in: $(cat /tmp/err)"
grep -q 'expected' /tmp/err || fail "nothing expected in: $(cat /tmp/err)"

for wrong in 'first { pass from nosuch to any }' 'default block default pass' 'first { pass from any to any tcp port 70000 }' \
	'group g = label a=b group g = label c=d' 'first { pass from any to any tcp port 80-70 }' 'cidr c = 10.0.0.1/24'; do
	echo "$wrong" >/tmp/bad.vfw
	expect_fail vfwctl policy apply /tmp/bad.vfw 2>/tmp/err
	grep -q 'bad.vfw:1:' /tmp/err || fail "no place for '$wrong' in: $(cat /tmp/err)"
done

note "what cannot be enforced yet"
for later in 'first { pass from vm a nic 0 to vm b tcp port 80 }' 'group g = vm a limit g flows 10' \
	'profile p { signatures { "x.rules" } mode detect depth 1mb on-overload pass } first { pass from vm a to vm b inspect p }'; do
	echo "$later" >/tmp/later.vfw
	expect_fail vfwctl policy apply /tmp/later.vfw 2>/tmp/err
	grep -Eq "'nic'|limit|inspect" /tmp/err || fail "not named: $(cat /tmp/err)"
done

expect "revision" "$(revision)" "$was"
expect_pass can_tcp a 10.0.0.12 80
expect_fail can_ping a 10.0.0.12

note "the sample of the language parses and prints back the same"
vfwctl policy check "$VFW_TOP/tests/golden/policy/sample.vfw" >/dev/null
