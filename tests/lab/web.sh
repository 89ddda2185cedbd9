# SPDX-License-Identifier: GPL-2.0
# For scenarios about signatures, sourced behind lib.sh: a VM a that asks, a VM b with a web server, and a pattern.
# a has the addresses 10.0.0.99 and fd00::99 too, unknown to its kernel, for segments.py.

WWW_LOG=/tmp/www.log
# what prevent lets pass when it is harmless, and what it drops in any case (the last under detect, too: a later
# fragment passes behind the first only)
CLEAR='whole,split,reverse,overlap,again,refused,ahead,reborn,multipath,random*2'
OPAQUE=urgent,fragment,bare,mapped
LOST=disorder

web_up() {
	local a
	labvm add a --ip 10.0.0.11/24 --ip fd00::11/64 --ip 10.0.0.99/24 --ip fd00::99/64 "$@"
	labvm add b --ip 10.0.0.12/24 --ip fd00::12/64 "$@"
	for a in 10.0.0.99/24 fd00::99/64; do
		ip -n a addr del "$a" dev eth0
		ip -n b neigh add "${a%/*}" lladdr "$(mac_of a)" dev eth0 nud permanent
	done
	mkdir -p /tmp/www /etc/vfw/signatures
	echo found >/tmp/www/good.htm
	echo owned >/tmp/www/evil.cgi
	echo '1000001 /\/evil\.cgi/ "evil"' >/etc/vfw/signatures/web.patterns
	# its log is what the service says of what reached it
	on b python3 -u -m http.server --directory /tmp/www --bind :: 80 >/dev/null 2>$WWW_LOG &
	wait_until 20 listening b -tln 80
}

# web_policy MODE [PROFILE-ITEM...]: everybody may talk to b, under a profile of that mode.
web_policy() {
	policy <<-P
		profile web { signatures { "web.patterns" }  mode $* }
		first { pass from any to vm b inspect web  pass from any to any }
		default block log
	P
}

# say WAIT MANNERS PATH [OTHER-PATH] [4|6]: a asks for PATH in each manner; prints how b answered.
say() {
	local src=10.0.0.99 dst=10.0.0.12
	[ "${5:-4}" = 4 ] || src=fd00::99 dst=fd00::12
	on a python3 "$LAB_LIB/segments.py" "$1" "$2" $src $dst 80 "GET $3 HTTP/1.0\r\n\r\n" \
		"GET ${4:-$3} HTTP/1.0\r\n\r\n" || {
		# whoever reads this has nothing else to learn why from
		vfwctl -o json status | jq -c '[.reasons[] | select(.packets > 0) | { (.reason): .packets }] | add'
		vfwctl flow list | tail -n 2
		return 1
	}
}

# other_than WORD: how many conversations of the last say, kept in /tmp/said, ended another way.
other_than() { grep -cv -- "$1" /tmp/said || true; }

# reached TEXT: requests with that text in b's log.
reached() { grep -cF -- "$1" $WWW_LOG || true; }
