# RFC 1350 5: a request with its mode; the transfer, which has ports of its own, block by block. RFC 2347: options acknowledged.
# A refusal comes from a port of its own too.
app tftp "Trivial File Transfer Protocol"
port udp 69
udp client /^\x00[\x01\x02][ -~]+\x00(?:netascii|octet|mail)\x00/i
udp client /^\x00\x04\x00[\x00\x01]\z/ server /^\x00\x03\x00\x01/
udp server /^\x00\x06(?:blksize|tsize|timeout|windowsize)\x00\d{1,9}\x00/i
udp server /^\x00\x05\x00[\x00-\x08][ -~]+\x00\z/
