# The binary protocol: parts of a type and a length; a host's name with its NUL (0) and then a time (1, 8).
app collectd "collectd"
port udp 25826
udp any /^\x00\x00\x00[\x06-\x84][!-~]+\x00\x00(?:\x08|\x01)\x00\x0c/
