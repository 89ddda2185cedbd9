# Transparent Network Substrate: length, no checksum, a connect packet (1), version and the oldest it is compatible with.
app oracle "Oracle TNS"
port tcp 1521
tcp client /^(?:\x00[\x3a-\xff]|[\x01-\x20].)\x00\x00\x01[\x00-\x7f]\x00\x00\x01[\x20-\x40]\x01[\x00-\x3f]/s
