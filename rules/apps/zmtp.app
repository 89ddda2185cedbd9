# ZMTP 3: the signature and version.
app zmtp "ZeroMQ"
tcp any /^\xff\x00{7}[\x00\x01]\x7f[\x01-\x03]/
