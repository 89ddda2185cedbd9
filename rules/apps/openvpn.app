# The control channel: HARD_RESET_CLIENT_V2 (7) or V3 (10), key 0, a session, and, plain, no acknowledgement and packet
# 0; with tls-auth a digest (MD5 to SHA-512), packet 1 and the time before that; with tls-crypt packet 1, time, digest, ciphertext.
# The server's HARD_RESET (8) acknowledges packet 0. Over TCP behind a length.
app openvpn "OpenVPN"
port tcp 1194
port udp 1194
udp client /^\x38.{8}\x00{5}\z/s
udp client /^\x38.{8}(?:.{16}|.{20}|.{32}|.{48}|.{64})\x00\x00\x00\x01.{4}\x00{5}\z/s
udp client /^[\x38\x50].{8}\x00\x00\x00\x01.{4}.{37}/s server /^\x40.{8}\x00\x00\x00\x01.{4}.{37}/s
udp server /^\x40.{8}\x01\x00{4}.{8}\x00{4}\z/s
tcp client /^\x00\x0e\x38.{8}\x00{5}/s
tcp client /^\x00[\x26\x2a\x36\x46\x56]\x38.{8}(?:.{16}|.{20}|.{32}|.{48}|.{64})\x00\x00\x00\x01.{4}\x00{5}/s
tcp client /^\x00.[\x38\x50].{8}\x00\x00\x00\x01.{4}.{37}/s server /^\x00.\x40.{8}\x00\x00\x00\x01.{4}.{37}/s
