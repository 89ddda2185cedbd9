# CQL binary protocol v3 to v5: STARTUP (1) and its map of options, SUPPORTED (6) and its map of lists.
app cassandra "Cassandra Query Language"
port tcp 9042
tcp client /^[\x03-\x06\x41\x42][\x00-\x1f]..\x01\x00\x00..\x00[\x01-\x0a]\x00[\x08-\x20][A-Z_]{8}/s
tcp server /^[\x83-\x86\xc1\xc2][\x00-\x1f]..\x06\x00\x00..\x00[\x01-\x14]\x00[\x08-\x20][A-Z_]{8}/s
tcp client /^[\x01\x02][\x00-\x03].\x01\x00\x00..\x00[\x01-\x0a]\x00[\x08-\x20][A-Z_]{8}/s
