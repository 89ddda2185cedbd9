# RFC 2865 3 and 5: a request with a user's name first, of 20 bytes at least, or one and its answer. RFC 2866: accounting. RFC 5997: the server's status.
app radius "RADIUS"
port udp 1812 1813 1645 1646
udp client /^\x01.(?:\x00[\x14-\xff]|[\x01-\x0f].).{16}\x01[\x03-\xfd][ -~]/s
udp client /^[\x01\x04\x0c].(?:\x00[\x14-\xff]|[\x01-\x0f].).{16}[\x01-\x64][\x03-\xfd]/s server /^[\x02\x03\x05\x0b].(?:\x00[\x14-\xff]|[\x01-\x0f].).{16}/s
