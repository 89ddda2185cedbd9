# FastCGI 1: BEGIN_REQUEST of request n, with 8 bytes: a role, a flag, zeroes.
app fastcgi "FastCGI"
port tcp 9000
tcp client /^\x01\x01..\x00\x08\x00.\x00[\x01-\x03][\x00\x01]\x00{5}\x01\x04/s
