#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Who is who: labels change while traffic runs, a wrong or removed inventory file takes nothing away, nor if vfwd is
# begun anew then, and two claimants of one UUID or MAC are quarantined until there is one.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvm add a --label tier=web --ip 10.0.0.11/24
labvm add b --label tier=db --ip 10.0.0.12/24
serve_tcp b 80
policy <<'P'
group web = label tier=web
group db = label tier=db
first { pass from web to db tcp port 80 }
default block log
P
inventory=/etc/vfw/vms.d/a.toml
groups() { vfwctl -o json vm show "$1" | jq -r '.groups | join(" ")'; }
in_group() { [ "$(groups "$1")" = "$2" ]; }
state() { vfwctl -o json vm show "$1" | jq -r '"\(.quarantined)"'; }
is() { [ "$(state "$1")" = "$2" ]; }
expect_pass can_tcp a 10.0.0.12 80

note "a label changes"
cp $inventory /tmp/a.toml
sed 's/"tier" = "web"/"tier" = "old"/' /tmp/a.toml >$inventory
wait_until 10 in_group a "no group"
expect_fail can_tcp a 10.0.0.12 80
cp /tmp/a.toml $inventory
wait_until 10 in_group a web
expect_pass can_tcp a 10.0.0.12 80

note "a wrong file"
echo 'uuid = ' >$inventory
eve '.event_type == "anomaly" and .anomaly.type == "inventory" and (.anomaly.event | startswith("a.toml:1: "))'
in_group a web || fail "a wrong file took the group away"
expect_pass can_tcp a 10.0.0.12 80

note "no file"
rm $inventory
sleep 1
in_group a web || fail "a removed file took the group away"
expect_pass can_tcp a 10.0.0.12 80
revision=$(vfwctl -o json status | jq .module.revision)
labvfw daemon kill
labvfw daemon start
in_group a web || fail "a removed file took the group away when vfwd was begun anew"
expect "revision" "$(vfwctl -o json status | jq .module.revision)" "$revision"
expect_pass can_tcp a 10.0.0.12 80
cp /tmp/a.toml $inventory

note "another folder of the same name"
mv /etc/vfw/vms.d /tmp/vms.d
mkdir /etc/vfw/vms.d
cp /tmp/vms.d/* /etc/vfw/vms.d/
sed 's/"tier" = "web"/"tier" = "old"/' /tmp/a.toml >$inventory
wait_until 20 in_group a "no group"
cp /tmp/a.toml $inventory
wait_until 20 in_group a web

note "two processes with one UUID"
uuid=$(vfwctl -o json vm show a | jq -r .uuid)
labvm add impostor --uuid "$uuid" --unmanaged --ip 10.0.0.99/24
wait_until 10 is a true
expect_fail can_tcp a 10.0.0.12 80
vfwctl -o json vm show a | jq -r .conflict | grep 'two running VMs claim this UUID'
expect_fail vfwctl vm release a
labvm del impostor
wait_until 10 is a false
expect_pass can_tcp a 10.0.0.12 80

note "a VM that nobody declared, with a declared VM's MAC"
labvm add thief --mac "$(mac_of a)" --unmanaged --ip 10.0.0.98/24
wait_until 10 is thief true
is a false || fail "the declared VM lost its MAC"
expect_pass can_tcp a 10.0.0.12 80
expect_fail can_ping thief 10.0.0.12
labvm del thief

note "killed and started again: nobody's in between, its own afterwards"
labvm del a
labvm add a --label tier=web --ip 10.0.0.11/24
wait_until 10 in_group a web
expect_pass can_tcp a 10.0.0.12 80
jq -e 'select(.audit.action == "population")' /var/log/vfw/audit.json >/dev/null
