# RFC 7296 3.1, RFC 2408 3.1: the first message has no responder's SPI; behind four zeroes on port 4500 (RFC 3948).
app ike "Internet Key Exchange"
port udp 500 4500
udp client /^(?:\x00{4})?.{8}\x00{8}[\x21\x22\x29\x2b]\x20\x22\x08\x00{4}\x00\x00../s
udp client /^(?:\x00{4})?.{8}\x00{8}\x01\x10[\x02\x04]\x00\x00{4}\x00\x00../s
udp server /^(?:\x00{4})?.{16}[\x21\x22\x26\x29\x2b]\x20\x22\x20\x00{4}\x00\x00../s
