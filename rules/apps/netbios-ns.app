# RFC 1002 4.2: DNS' header, and a name in the first-level encoding: 32 letters from A to P.
app netbios-ns "NetBIOS name service"
over dns
port udp 137
udp any /^...{2}\x00[\x00\x01]\x00[\x00\x01]\x00.\x00[\x00\x01]\x20[A-P]{32}[\x00-\x3f]/s
