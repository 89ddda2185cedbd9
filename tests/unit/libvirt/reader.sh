#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vfw-libvirt against libvirt's own test driver: every domain is told once, with what its metadata says, and then that it was all.
# One that says too much is named, and the others are told.
# It lives as long as libvirt does, and has no privilege.
set -eu -o pipefail
trap 'echo "failed at ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND" >&2' ERR
reader=$1
dir=$(mktemp -d)
trap 'kill $pid 2>/dev/null; rm -rf "$dir"' EXIT
chmod 755 "$dir"
cat >"$dir/node.xml" <<'X'
<node>
 <domain type='test'>
  <name>web</name><uuid>6f9619ff-8b86-4011-b42d-00c04fc964f1</uuid><memory>65536</memory><os><type>hvm</type></os>
  <metadata><vfw:vm xmlns:vfw='urn:vfw:1' tenant='shop'><vfw:label key='tier' value='web'/>
   <vfw:nic mac='52:54:00:00:02:01'><vfw:address>10.0.0.11</vfw:address></vfw:nic></vfw:vm></metadata>
  <devices><interface type='bridge'><source bridge='br0'/><mac address='52:54:00:00:02:01'/></interface></devices>
 </domain>
X
# more metadata than vfwd takes, of one between the others
{
	echo " <domain type='test'><name>big</name><uuid>6f9619ff-8b86-4011-b42d-00c04fc964f2</uuid><memory>65536</memory><os><type>hvm</type></os>"
	echo "  <metadata><vfw:vm xmlns:vfw='urn:vfw:1'>"
	awk 'BEGIN { for (i = 0; i < 24000; i++) printf "<vfw:label key=%cname-of-a-label-%06d%c value=%cand-its-value-%06d%c/>\n", 39, i, 39, 39, i, 39 }'
	echo "  </vfw:vm></metadata></domain>"
	echo " <domain type='test'><name>last</name><uuid>6f9619ff-8b86-4011-b42d-00c04fc964f3</uuid><memory>65536</memory><os><type>hvm</type></os></domain>"
	echo "</node>"
} >>"$dir/node.xml"
"$reader" "test://$dir/node.xml" >"$dir/out" 2>"$dir/err" &
pid=$!
for _ in $(seq 600); do
	! grep -aq 'all$' "$dir/out" || break
	sleep 0.1
done
cat "$dir/err" >&2
grep -aq 'all$' "$dir/out"
kill -0 $pid
[ "$(id -u)" != 0 ] || grep -q '^Uid:	65534	65534	65534	65534' /proc/$pid/status
cat >"$dir/text" <<'T'
uuid = "6f9619ff-8b86-4011-b42d-00c04fc964f1"
name = "web"
tenant = "shop"
[labels]
"tier" = "web"
[[nics]]
mac = "52:54:00:00:02:01"
addresses = ["10.0.0.11"]
T
# the records by kind and UUID, in no order but that `all' is the last
cat >"$dir/records.py" <<'P'
import sys
data, told = open(sys.argv[1], 'rb').read(), {}
while data:
    head, data = data.split(b'\n', 1)
    if head == b'all':
        assert not data, data
        break
    kind, uuid, n = head.decode().split()
    told[uuid[-2:]] = kind, data[:int(n)].decode()
    data = data[int(n):]
assert sorted(told) == ['f1', 'f2', 'f3'], told.keys()
assert told['f1'] == ('vm', open(sys.argv[2]).read()), told['f1']
assert told['f2'] == ('fault', 'big: its metadata say more than 1 MiB of it: what was known of it before stays'), told['f2']
assert told['f3'] == ('vm', 'uuid = "6f9619ff-8b86-4011-b42d-00c04fc964f3"\nname = "last"\n'), told['f3']
P
python3 "$dir/records.py" "$dir/out" "$dir/text"

# libvirt that is not there: said the first time only
gone=qemu+unix:///system?socket=/nonexistent/sock
rc=0
"$reader" "$gone" >/dev/null 2>"$dir/err" || rc=$?
[ $rc = 1 ]
grep -qF "vfw-libvirt: $gone: " "$dir/err"
rc=0
"$reader" "$gone" again >/dev/null 2>"$dir/err" || rc=$?
[ $rc = 1 ] && [ ! -s "$dir/err" ]
echo "libvirt-reader: libvirt's test driver was told as it is"
