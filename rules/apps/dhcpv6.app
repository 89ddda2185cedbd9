# RFC 8415 8: type and transaction; 21.2, 21.3: the identifiers with a DUID, perhaps behind the elapsed time.
app dhcpv6 "DHCP for IPv6"
port udp 546 547
udp client /^[\x01\x03-\x06\x08\x09\x0b].{3}(?:\x00\x08\x00\x02..)?\x00\x01\x00[\x04-\x80]\x00[\x01-\x04]/s
udp server /^[\x02\x07\x0a].{3}(?:\x00\x19\x00.*|)\x00[\x01\x02]\x00[\x04-\x80]\x00[\x01-\x04]/s
