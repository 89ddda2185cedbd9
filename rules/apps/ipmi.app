# RMCP (ASF 2.0) with IPMI (class 7) or ASF (class 6), not acknowledged.
app ipmi "IPMI over RMCP"
port udp 623
udp any /^\x06\x00[\xff\x00-\x7f]\x07[\x00-\x02\x06]/s
udp any /^\x06\x00[\xff\x00-\xfe]\x06\x00\x00\x11\xbe/s
