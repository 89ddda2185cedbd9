# Erlang's port mapper (erts, Distribution Protocol): a length, a request of a node's port (122) or of all names (110), a registration
# (120); the answer says if and where.
app epmd "Erlang Port Mapper"
port tcp 4369
tcp client /^\x00[\x02-\x80]\x7a[!-~]/ server /^\x77(?:[\x01-\xff]|\x00..[MHhn]\x00)/s
tcp client /^\x00[\x0d-\xff]\x78..[MHhn]\x00\x00\x05\x00/s
tcp client /^\x00\x01\x6e/ server /^\x00\x00\x11\x11/
