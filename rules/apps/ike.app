# RFC 7296 3.1, RFC 2408 3.1: the first message has no responder's SPI; behind four zeroes on port 4500 (RFC 3948), where a
# conversation of its own begins with an encrypted exchange: IKE_AUTH, CREATE_CHILD_SA, INFORMATIONAL.
app ike "Internet Key Exchange"
port udp 500 4500
udp client /^(?:\x00{4})?.{8}\x00{8}[\x21\x22\x29\x2b]\x20\x22\x08\x00{4}\x00\x00../s
udp client /^(?:\x00{4})?.{8}\x00{8}\x01\x10[\x02\x04]\x00\x00{4}\x00\x00../s
udp any /^(?:\x00{4})?.{16}\x2e\x20[\x23-\x25][\x00\x08\x20\x28]\x00\x00..\x00\x00../s
udp server /^(?:\x00{4})?.{16}[\x21\x22\x26\x29\x2b]\x20\x22\x20\x00{4}\x00\x00../s
