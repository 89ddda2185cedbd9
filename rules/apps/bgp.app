# RFC 4271 4.1: sixteen times 0xff, length, type; an OPEN (4.2) says version 4.
app bgp "Border Gateway Protocol"
port tcp 179
tcp any /^\xff{16}(?:\x00[\x1d-\xff]|[\x01-\x0f].)\x01\x04/s
tcp any /^\xff{16}\x00[\x15-\xff]\x03[\x01-\x08]/s
