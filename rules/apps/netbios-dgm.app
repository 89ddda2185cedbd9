# RFC 1002 4.4: a datagram's header, then a name in the first-level encoding.
app netbios-dgm "NetBIOS datagrams"
port udp 138
udp any /^[\x10-\x12][\x00-\x0f].{12}\x20[A-P]{32}[\x00\x03]/s
