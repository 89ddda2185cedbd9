#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vfw-libvirt against libvirt's own test driver: every domain is told once, with what its metadata says, and then that it was all.
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
</node>
X
"$reader" "test://$dir/node.xml" >"$dir/out" 2>"$dir/err" &
pid=$!
for _ in $(seq 100); do
	! grep -qx all "$dir/out" || break
	sleep 0.1
done
cat "$dir/err" >&2
grep -qx all "$dir/out"
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
{
	echo "vm 6f9619ff-8b86-4011-b42d-00c04fc964f1 $(stat -c %s "$dir/text")"
	cat "$dir/text"
	echo all
} | diff - "$dir/out"

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
