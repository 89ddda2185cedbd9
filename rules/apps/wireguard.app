# The paper 5.4: initiation of 148 bytes and response of 92, mac2 zero unless under load; or one after the other.
app wireguard "WireGuard"
port udp 51820
udp client /^\x01\x00\x00\x00.{128}\x00{16}\z/s
udp server /^\x02\x00\x00\x00.{72}\x00{16}\z/s
udp client /^\x01\x00\x00\x00.{144}\z/s server /^\x02\x00\x00\x00.{88}\z/s
