# The distribution's handshake (erts, Distribution Protocol): a length, the node's name behind its flags, of the old kind (n) or the new
# one (N), answered by a status.
app erlang "Erlang distribution"
port tcp 25672
tcp client /^\x00[\x0c-\xff](?:n\x00[\x05\x06].{4}|N.{12}\x00[\x03-\x80])[!-~]+/s server /^\x00[\x03-\x80]s(?:ok|ok_simultaneous|nok|not_allowed|alive|named:)/s
