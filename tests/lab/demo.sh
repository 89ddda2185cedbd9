#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What scripts/demo shows, inside a lab: real TCP between light VMs, the policy between them, and what
# the firewall says about it. Ends with a table; exit 0 only if every line of it is as expected.
set -u

EVE=/var/log/vfw/eve.json
here=$(dirname "$0")
rows=() failed=0

step() { printf '\n== %s\n' "$*"; }

# run WORDS: shows a command, then runs it.
run() {
	printf '   $ %s\n' "$*"
	"$@" 2>&1 | sed 's/^/   /'
	return "${PIPESTATUS[0]}"
}

# row WHAT EXPECTED SEEN: one line of the table.
row() {
	local ok=yes
	[ "$2" = "$3" ] || ok=NO failed=$((failed + 1))
	printf '   -> %s: %s\n' "${1#"${1%%[! ]*}"}" "$3"
	rows+=("$ok|$1|$3$([ $ok = yes ] || echo " (expected $2)")")
}

# connect FROM ADDRESS PORT: "answered", "refused" or "silent".
connect() {
	local out rc=0
	out=$(labvm exec "$1" -- timeout 4 nc -w 3 "$2" "$3" </dev/null 2>&1) || rc=$?
	if [ "$out" = "hello from $2:$3" ]; then
		echo answered
	elif [ $rc != 124 ] && ! [[ $out == *"timed out"* ]]; then
		echo refused
	else
		echo silent
	fi
}

# serve VM ADDRESS PORT: a server that says where it stands.
serve() {
	labvm exec "$1" -- socat "TCP-LISTEN:$3,fork,reuseaddr" "SYSTEM:echo hello from $2:$3" \
		>/dev/null 2>&1 &
	for _ in $(seq 50); do
		[ -z "$(labvm exec "$1" -- ss -Hltn "sport = :$3")" ] || return 0
		sleep 0.1
	done
	echo "no server in $1"
}

mark() { wc -l <"$EVE" 2>/dev/null || echo 0; }

# event MARK FILTER FIELD: the field of the first event since the mark that the jq filter selects.
event() {
	local got=''
	for _ in $(seq 50); do
		got=$(tail -n "+$(($1 + 1))" "$EVE" 2>/dev/null | jq -rn "[inputs | select($2)][0] | $3 // empty" 2>/dev/null)
		[ -z "$got" ] || break
		sleep 0.1
	done
	echo "${got:-no event}"
}

# explain FROM TO PORT: verdict, rule and reason in one word each.
explain() {
	vfwctl explain --from "$1" --to "$2" --proto tcp --dport "$3" -o json |
		jq -r '"\(.verdict) by \(.rule), reason \(.reason)"'
}

# Ethernet broadcast of an experimental type from the MAC given, padded to 60 bytes.
broadcast_frame() { printf 'ffffffffffff%s88b5%092d' "$(tr -d : <<<"$1")" 0; }

mac() { labvm exec "$1" -- cat /sys/class/net/eth0/address; }

step "Two tenants whose VMs have the same addresses, on two bridges; every VM has its own tap"
for t in shop:br0 garden:br1; do
	labvm bridge "${t#*:}"
	for vm in web:10.0.0.11 app:10.0.0.12 db:10.0.0.13; do
		[ "$t $vm" != "garden:br1 app:10.0.0.12" ] || continue
		run labvm add "${t%:*}-${vm%:*}" --tenant "${t%:*}" --label "tier=${vm%:*}" \
			--ip "${vm#*:}/24" --bridge "${t#*:}" || exit 1
	done
done
serve shop-app 10.0.0.12 8080
serve shop-db 10.0.0.13 5432
serve garden-db 10.0.0.13 5432

step "Without the firewall: everybody reaches everybody"
row "before: shop-web opens shop-db:5432" answered "$(connect shop-web 10.0.0.13 5432)"

step "The policy, and the firewall with it"
sed 's/^/   /' "$here/demo.vfw"
run labvfw start --policy "$here/demo.vfw" || exit 1
run vfwctl vm list

step "A web VM reaches its app VM"
seen=$(connect shop-web 10.0.0.12 8080)
row "shop-web opens shop-app:8080" answered "$seen"
row "  vfwctl explain says" "pass by shop:1, reason rule" "$(explain shop-web shop-app 8080)"

step "It does not reach the database, and one reads why"
m=$(mark)
seen=$(connect shop-web 10.0.0.13 5432)
row "shop-web opens shop-db:5432" refused "$seen"
drop='.event_type == "drop" and .vfw.src_vm == "shop-web" and .dest_port == 5432'
row "  the event says" "reject by shop:3, reason rule: web must not reach the database" \
	"$(event "$m" "$drop" '"\(.vfw.verdict) by \(.vfw.rule), reason \(.vfw.reason): \(.vfw.message)"')"
row "  vfwctl explain says" "reject by shop:3, reason rule" "$(explain shop-web shop-db 5432)"
run vfwctl explain --from shop-web --to shop-db --proto tcp --dport 5432

step "A tap that belongs to no known VM: its first frame is dropped"
before=$(labvm exec shop-web -- cat /sys/class/net/eth0/statistics/rx_packets)
m=$(mark)
run labvm add stranger --unmanaged --ip 10.0.0.66/24 --bridge br0
labvm inject stranger "$(broadcast_frame "$(mac stranger)")"
row "stranger broadcasts one frame" "drop, reason unmanaged" \
	"$(event "$m" '.in_iface == "vnetstranger"' '"\(.event_type), reason \(.vfw.reason)"')"
after=$(labvm exec shop-web -- cat /sys/class/net/eth0/statistics/rx_packets)
row "  frames of it that shop-web received" 0 "$((after - before))"
row "  stranger opens shop-app:8080" silent "$(connect stranger 10.0.0.12 8080)"

step "A VM that takes another one's address"
m=$(mark)
labvm exec shop-web -- ip addr add 10.0.0.99/24 dev eth0
labvm exec shop-web -- ip neigh replace 10.0.0.12 lladdr "$(mac shop-app)" dev eth0
seen=$(labvm exec shop-web -- ping -c 1 -W 1 -I 10.0.0.99 10.0.0.12 >/dev/null 2>&1 && echo answered || echo silent)
row "shop-web sends as 10.0.0.99" silent "$seen"
row "  the event says" "drop, reason spoof-ip" \
	"$(event "$m" '.src_ip == "10.0.0.99" and .proto == "ICMP"' '"\(.event_type), reason \(.vfw.reason)"')"
labvm exec shop-web -- ip addr del 10.0.0.99/24 dev eth0

step "The other tenant has the same addresses and another policy"
row "garden-web (10.0.0.11) opens garden-db:5432" answered "$(connect garden-web 10.0.0.13 5432)"
row "  vfwctl explain says" "pass by garden:1, reason rule" "$(explain garden-web garden-db 5432)"

step "The daemon is killed; the kernel goes on by itself"
run labvfw daemon kill
row "vfwctl vm list" "exit 4, no daemon" "exit $(vfwctl vm list >/dev/null 2>&1; echo $?), no daemon"
row "  shop-web opens shop-app:8080" answered "$(connect shop-web 10.0.0.12 8080)"
row "  shop-web opens shop-db:5432" refused "$(connect shop-web 10.0.0.13 5432)"
row "  stranger opens shop-app:8080" silent "$(connect stranger 10.0.0.12 8080)"
row "  vfwctl status asks the kernel: mode" armed \
	"$(vfwctl status -o json 2>/dev/null | jq -r '.module.mode')"
run vfwctl status

printf '\n%-4s%-44s%s\n' OK WHAT SEEN
for r in "${rows[@]}"; do
	IFS='|' read -r ok what seen <<<"$r"
	printf '%-4s%-44s%s\n' "$ok" "$what" "$seen"
done
printf '\n%d of %d as expected\n' $((${#rows[@]} - failed)) ${#rows[@]}
exit $((failed > 0))
