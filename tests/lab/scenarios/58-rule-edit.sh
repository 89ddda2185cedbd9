#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `rule add' and `rule delete' edit a file of policy.d at a named place and apply it: comments and counters stay; what fails leaves the file.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm add a --ip 10.0.0.11/24 --tenant shop --label tier=web
labvm add b --ip 10.0.0.12/24 --tenant shop --label tier=app
serve_tcp b 80
serve_tcp b 9000
mkdir -p /etc/vfw/policy.d
D=/etc/vfw/policy.d
cat >$D/shop.vfw <<'P'
# The shop.
tenant shop {
	group web = label tier=web   # those that customers see
	group app = label tier=app

	# http
	pass from web to app tcp port 80	# plain
	block from any to app
}
P
echo 'default block' >$D/zz.vfw
chmod 640 $D/shop.vfw
labvfw start
vfwctl policy apply
vfwctl arm
expect_pass can_tcp a 10.0.0.12 80
expect_fail can_tcp a 10.0.0.12 9000
# what ends a connection may come late
settled() {
	before=$(hits shop:1)
	sleep 2
	[ "$(hits shop:1)" = "$before" ]
}
wait_until 20 settled
before=$(hits shop:1)
expect_more "hits of shop:1" "$before" 2

note "added before the block, it is in force; what others counted stays, the file is as it was but for the line"
cp $D/shop.vfw /tmp/was
vfwctl rule add --before shop:2 'pass from web to app tcp port { 9000, 9001 }  log'
expect "the difference" "$(diff /tmp/was $D/shop.vfw || true)" "7a8
> 	pass from web to app tcp port { 9000, 9001 }  log"
expect "mode of the file" "$(stat -c %a $D/shop.vfw)" 640
explained a b tcp 9000 pass shop:2
expect_pass can_tcp a 10.0.0.12 9000
expect "hits of shop:1" "$(hits shop:1)" "$before"
eve '.event_type == "audit" and .audit.action == "rule.add" and .audit.detail.rule == "shop:2" and .audit.detail.line == 8 and (.audit.detail.text | startswith("pass from web"))'
expect "disk and force" "$(vfwctl -o json status | jq .policy.differs_from_disk)" false

note "deleted, its connections end, and the file is again what it was"
vfwctl rule delete shop:2
expect_pass cmp /tmp/was $D/shop.vfw
expect_fail can_tcp a 10.0.0.12 9000
expect_pass can_tcp a 10.0.0.12 80
eve '.event_type == "audit" and .audit.action == "rule.delete" and .audit.detail.rule == "shop:2"'

# refused STATUS PATTERN WORD...: vfwctl says PATTERN, exits so, and nothing has changed.
refused() {
	local status=$1 pattern=$2 rc=0 revision
	shift 2
	revision=$(vfwctl -o json status | jq .policy.revision)
	cat $D/*.vfw >/tmp/all
	"$@" >/tmp/said 2>&1 || rc=$?
	expect "status of $*" $rc "$status"
	grep -q -- "$pattern" /tmp/said || fail "$* said: $(cat /tmp/said)"
	cat $D/*.vfw | cmp - /tmp/all || fail "$* changed a file"
	expect "revision" "$(vfwctl -o json status | jq .policy.revision)" "$revision"
	[ -z "$(ls $D | grep -v 'vfw$')" ] || fail "left over: $(ls $D)"
}
note "what is wrong is said with file, line and column, and changes nothing"
refused 1 "$D/shop.vfw:8:16: error: expected 'to', found 'too'" vfwctl rule add --before shop:2 'pass from web too app'
refused 1 "unknown\|no group\|not known" vfwctl rule add --before shop:2 'pass from web to nothing'
refused 2 'expected one rule' vfwctl rule add --before shop:2 'pass from web to app } last { pass from any to any } tenant shop {'
refused 2 'expected one rule' vfwctl rule add --after shop:1 'pass from web to app tcp # more'
refused 1 'there is no rule shop:9' vfwctl rule delete shop:9
refused 1 'cannot enforce' vfwctl rule add --before shop:2 'pass from vm web nic 0 to app tcp'
refused 5 'would be added' vfwctl rule add --dry-run --before shop:2 'pass from web to app tcp port 9000'
refused 2 'expected one of' vfwctl rule add 'pass from web to app'

note "files that are not in force are not applied by the way"
echo '# nothing' >>$D/zz.vfw
vfwctl rule add --last --tenant shop --file shop.vfw 'pass from app to web tcp port 22'
echo 'last { pass from any to any udp }' >>$D/zz.vfw
refused 1 'somebody edited it' vfwctl rule add --before shop:2 'pass from web to app tcp port 9000'
vfwctl rule add --edited --before shop:2 'pass from web to app tcp port 9000'
explained b a udp 9 pass last:1
expect_pass can_tcp a 10.0.0.12 9000

note "a block and a file that are not there are made"
vfwctl rule add --first --block first --file 00-first.vfw 'block from any to any tcp port 9000'
explained a b tcp 9000 block first:1
expect "the file" "$(cat $D/00-first.vfw)" "first {
  block from any to any tcp port 9000
}"
expect_fail can_tcp a 10.0.0.12 9000
refused 2 'expected as "file" a name' vfwctl rule add --first --block last --file ../x.vfw 'block from any to any'

note "where the module is away, the file stays as it is"
vfwctl disarm --yes
rmmod vfw
refused 1 'the module' vfwctl rule delete first:1
